//! `cargo xtask demo`: ten unmodified CPython wheels on PyPy, their results and times beside CPython 3.11's.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::project::{MAIN_FLAVOUR, Profile, Project};
use crate::{build, debian, progress};

/// The host of the main lane.
pub const HOST: &str = "pypy3.11@7.3";

/// One line of `quickstart.py --json`.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Line {
    Python(String),
    Package(Entry),
    Timing(Entry),
}

/// What the script says of one package, or of one piece of work that it timed.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    name: String,
    version: String,
    binary: String,
    seconds: Option<f64>,
    values: BTreeMap<String, Value>,
    error: Option<String>,
}

/// What one interpreter said, and how the run ended when it did not end well.
#[derive(Default)]
struct Run {
    python: String,
    packages: Vec<Entry>,
    timings: Vec<Entry>,
    end: Option<String>,
}

/// Runs suites of packages, having made what they need. False: something differs from CPython, and the report says what.
pub fn suite(project: &Project, arguments: &[OsString]) -> Result<bool> {
    prepare(project)?;
    tool(project, "suite", arguments)
}

/// Runs the benchmarks, having made what they need. The other hosts are measured when they are installed.
pub fn bench(project: &Project, arguments: &[OsString]) -> Result<bool> {
    prepare(project)?;
    fetch_wheels(project, &[])?;
    tool(project, "bench", arguments)
}

/// Counts instructions, having made what is needed. False: a path is longer than recorded.
pub fn instructions(project: &Project, arguments: &[OsString]) -> Result<bool> {
    debian::ensure()?;
    debian::ensure_optional(debian::VALGRIND)?;
    build::build(project, &project.flavour(MAIN_FLAVOUR)?, Profile::Release)?;
    tool(project, "instructions", arguments)
}

/// Makes what a program needs that runs on the main host.
fn prepare(project: &Project) -> Result<()> {
    debian::ensure()?;
    build::build(project, &project.flavour(MAIN_FLAVOUR)?, Profile::Release)?;
    install_host(project, HOST)
}

/// Runs a program of the tests that has options of its own.
fn tool(project: &Project, name: &str, arguments: &[OsString]) -> Result<bool> {
    let mut tool = project.cargo("run");
    tool.args(["--quiet", "--package", "gimbal-abi-tests", "--bin", name, "--"]);
    Ok(tool.args(arguments).status()?.success())
}

/// Runs the demonstration. False: something is not equal to CPython, and the report says what.
pub fn demo(project: &Project) -> Result<bool> {
    prepare(project)?;
    fetch_wheels(project, &needs(project)?)?;
    let expected = quickstart(
        project,
        "quickstart.py on CPython 3.11",
        Command::new(debian::PYTHON),
    )?;
    let mut gimbal = project.gimbal("run");
    gimbal.args(["--host", HOST]);
    let found = quickstart(project, &format!("quickstart.py on {HOST}"), gimbal)?;
    if let Some(end) = &expected.end {
        bail!("quickstart.py failed on CPython 3.11 itself: {end}");
    }
    Ok(report(&expected, &found))
}

/// Installs a host, unless it is there.
pub fn install_host(project: &Project, host: &str) -> Result<()> {
    let mut install = project.gimbal("host");
    install.args(["install", host]);
    progress::run(&format!("install host {host}"), install)
}

/// Fetches the pinned wheels, by hash, into `target/wheels`: of these projects, or all there are when none is named.
pub fn fetch_wheels(project: &Project, names: &[String]) -> Result<()> {
    let mut fetch = project.cargo("run");
    fetch.args(["--package", "gimbal-abi-tests", "--bin", "fetch-wheels", "--"]);
    fetch.args(names);
    progress::run("fetch the wheels", fetch)
}

/// The script of the demonstration.
fn script(project: &Project) -> PathBuf {
    project.root.join("examples/quickstart.py")
}

/// The packages that the demonstration uses.
fn needs(project: &Project) -> Result<Vec<String>> {
    let mut python = Command::new(debian::PYTHON);
    let output = python.arg(script(project)).arg("--needs").output()?;
    ensure!(
        output.status.success(),
        "quickstart.py --needs: {}",
        output.status
    );
    let names = String::from_utf8(output.stdout)?;
    Ok(names.lines().map(str::to_owned).collect())
}

/// The folders of the unpacked wheels, as a search path.
fn wheel_path(project: &Project) -> Result<std::ffi::OsString> {
    let site = project.target().join("wheels/site");
    let mut folders: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(&site).with_context(|| format!("cannot list {}", site.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            folders.push(path);
        }
    }
    folders.sort();
    Ok(std::env::join_paths(folders)?)
}

/// Runs the script with one interpreter. Whatever it printed before it failed counts.
fn quickstart(project: &Project, label: &str, mut interpreter: Command) -> Result<Run> {
    interpreter
        .arg(script(project))
        .arg("--json")
        .env("PYTHONPATH", wheel_path(project)?)
        .env("PYTHONNOUSERSITE", "1")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1")
        .stdin(Stdio::null());
    let output = progress::step(label, |_| interpreter.output().context("cannot start it"))?;
    let mut run = Run::default();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        match serde_json::from_str(line) {
            Ok(Line::Python(python)) => run.python = python,
            Ok(Line::Package(package)) => run.packages.push(package),
            Ok(Line::Timing(timing)) => run.timings.push(timing),
            Err(_) => bail!("quickstart.py printed a line that is not one of its own: {line}"),
        }
    }
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr);
        run.end = Some(
            format!("{}\n{}", output.status, stderr.trim_end())
                .trim_end()
                .to_owned(),
        );
    }
    Ok(run)
}

/// Prints the two tables and what differs. True when every value is equal.
fn report(expected: &Run, found: &Run) -> bool {
    let mut differences = Vec::new();
    let mut rows = vec![
        [
            "package",
            "version",
            "binary file that was loaded",
            "equal to CPython 3.11",
        ]
        .map(str::to_owned),
    ];
    for wanted in &expected.packages {
        let seen = found.packages.iter().find(|seen| seen.name == wanted.name);
        let equal = compare(wanted, seen, &mut differences);
        let binary = seen.map_or("", |seen| seen.binary.as_str());
        let equal = if equal { "yes" } else { "no" };
        rows.push([wanted.name.as_str(), wanted.version.as_str(), binary, equal].map(str::to_owned));
    }
    println!("\n{}", table(&rows));

    let gimbal = format!("Gimbal on {}", found.python);
    let mut rows = vec![
        [
            "best of three runs",
            &expected.python,
            &gimbal,
            "Gimbal : CPython",
        ]
        .map(str::to_owned),
    ];
    for wanted in &expected.timings {
        let seen = found.timings.iter().find(|seen| seen.name == wanted.name);
        compare(wanted, seen, &mut differences);
        let (theirs, ours) = (wanted.seconds, seen.and_then(|seen| seen.seconds));
        let or_dash = |number: Option<String>| number.unwrap_or_else(|| "-".to_owned());
        rows.push([
            wanted.name.clone(),
            or_dash(theirs.map(|seconds| format!("{seconds:.3} s"))),
            or_dash(ours.map(|seconds| format!("{seconds:.3} s"))),
            or_dash(
                ours.zip(theirs)
                    .map(|(ours, theirs)| format!("{:.2}", ours / theirs)),
            ),
        ]);
    }
    println!("{}", table(&rows));

    for difference in &differences {
        println!("NOT EQUAL: {difference}");
    }
    if let Some(end) = &found.end {
        println!("quickstart.py on Gimbal ended with {end}");
    }
    differences.is_empty() && found.end.is_none()
}

/// Compares one entry value by value and notes each difference. True when there is none.
fn compare(wanted: &Entry, seen: Option<&Entry>, differences: &mut Vec<String>) -> bool {
    let before = differences.len();
    let name = &wanted.name;
    match seen {
        None => differences.push(format!("{name}: no result")),
        Some(Entry {
            error: Some(error), ..
        }) => differences.push(format!("{name}: {error}")),
        Some(Entry { values: seen, .. }) => {
            let keys: BTreeSet<_> = wanted.values.keys().chain(seen.keys()).collect();
            for key in keys {
                let (theirs, ours) = (wanted.values.get(key), seen.get(key));
                if theirs != ours {
                    let [theirs, ours] =
                        [theirs, ours].map(|value| value.map_or("nothing".to_owned(), Value::to_string));
                    differences.push(format!("{name}, {key}:\n  CPython {theirs}\n  Gimbal  {ours}"));
                }
            }
        }
    }
    differences.len() == before
}

/// Rows in columns as wide as their widest cell.
fn table(rows: &[[String; 4]]) -> String {
    let widths: Vec<usize> = (0..4)
        .map(|column| rows.iter().map(|row| row[column].len()).max().unwrap_or(0))
        .collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<_> = row
            .iter()
            .zip(&widths)
            .map(|(cell, &width)| format!("{cell:width$}"))
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}
