//! `cargo xtask test`: everything, from the Debian packages to the tests against the real libpython.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result};
use gimbal_debian::cpython::CPython;

use crate::progress::capture;
use crate::project::{MAIN_FLAVOUR, Part, Profile, Project};
use crate::tally::Tally;
use crate::{build, check, debian, demo, progress};

/// The other hosts. They come from suites of Debian that move, so their absence is reported and is no failure.
const OTHER_HOSTS: [&str; 2] = ["pypy3.11@8.0", "pypy3.9@7.3"];

/// What to run.
#[derive(clap::Args)]
pub struct Selection {
    /// Leave out the other hosts, the packages' own test suites and the long runs
    #[arg(long)]
    fast: bool,
    /// Run only tests whose name contains this, and no static checks
    filter: Option<String>,
}

/// Runs the tests. What later steps need must succeed; everything else runs to the end and is counted.
pub fn test(project: &Project, selection: &Selection) -> Result<Tally> {
    debian::ensure()?;
    let mut tally = match selection.filter {
        None => check::check(project, false)?,
        Some(_) => Tally::default(),
    };
    let flavour = project.flavour(MAIN_FLAVOUR)?;

    for (label, part) in [
        ("unit tests of the tools", Part::Tools),
        ("unit tests of the shim", Part::Shim(&flavour)),
    ] {
        let mut units = project.cargo_for_all(part, "test");
        units.args(["--no-fail-fast", "--"]).args(&selection.filter);
        run_suite(&mut tally, label, units)?;
    }
    protocols(project, &mut tally, selection.filter.as_deref())?;

    other_flavours(project, &mut tally, selection.filter.as_deref())?;

    if !(tally.count("build", build::build(project, &flavour, Profile::Release))
        && tally.count("main host", demo::install_host(project, demo::HOST))
        && tally.count("wheels", demo::fetch_wheels(project, &[])))
    {
        return Ok(tally);
    }
    let others = if selection.fast { &[][..] } else { &OTHER_HOSTS };
    for host in others {
        if let Err(error) = demo::install_host(project, host) {
            // The command says why in its last line.
            let reason = error.to_string();
            tally.skip(format!(
                "lane {host}: {}",
                reason.lines().last().unwrap_or_default()
            ));
        }
    }

    if let Err(error) = debian::ensure_optional(debian::VALGRIND) {
        tally.skip(format!("counting instructions: {error:#}"));
    }

    let mut abi = project.cargo_for_all(Part::AbiTests, "test");
    abi.args(["--no-fail-fast", "--"]).args(&selection.filter);
    if selection.fast {
        abi.args(["--skip", "pypy-8.0", "--skip", "suites::", "--skip", "soak::"]);
    }
    run_suite(&mut tally, "tests against the real libpython", abi)?;
    Ok(tally)
}

/// Builds the other flavours and compares their layouts with their own headers. The CPythons come from other suites of
/// Debian; where one cannot be had, what is compared with it is skipped.
fn other_flavours(project: &Project, tally: &mut Tally, filter: Option<&str>) -> Result<()> {
    for flavour in project.flavours()? {
        let name = &flavour.name;
        if name == MAIN_FLAVOUR {
            continue;
        }
        let cpython = CPython::of(name)?;
        let got = progress::step(&format!("CPython for flavour {name}"), |_| cpython.install());
        if let Err(error) = got {
            tally.skip(format!("comparing flavour {name} with CPython: {error:#}"));
        }
        let mut layouts = project.cargo_for(&flavour, "test");
        layouts
            .env("GIMBAL_CPYTHON_ROOT", cpython.root())
            .args(["--package", "gimbal-abi", "--no-fail-fast", "--"])
            .args(filter);
        run_suite(tally, &format!("layouts of flavour {name}"), layouts)?;
        let built = build::build(project, &flavour, Profile::Tests);
        tally.count(&format!("build of flavour {name}"), built);
    }
    Ok(())
}

/// The crate whose protocols threads share.
const PROTOCOLS: [&str; 2] = ["--package", "gimbal-handles"];

/// Model-checks the protocols with loom, then runs their tests in Miri where that is installed.
fn protocols(project: &Project, tally: &mut Tally, filter: Option<&str>) -> Result<()> {
    let mut models = project.cargo("test");
    models
        .env("CARGO_TARGET_DIR", project.target().join("loom"))
        .env("RUSTFLAGS", "--cfg loom")
        .args(["--release", "--no-fail-fast", "--test", "races"])
        .args(PROTOCOLS)
        .arg("--")
        .args(filter);
    run_suite(tally, "models of the races", models)?;

    let nightly = |args: &[&str]| {
        let mut rustup = Command::new("rustup");
        rustup
            .current_dir(&project.root)
            .args(["run", "nightly", "cargo", "miri"])
            .args(args);
        rustup.env("CARGO_TARGET_DIR", project.target().join("miri"));
        rustup
    };
    if let Err(error) = capture(nightly(&["--version"])) {
        let text = error.to_string();
        let reason = text.lines().find(|line| line.starts_with("error"));
        tally.skip(format!("lane Miri: {}", reason.unwrap_or(&text)));
        return Ok(());
    }
    let mut miri = nightly(&["test", "--no-fail-fast"]);
    miri.args(PROTOCOLS).arg("--").args(filter);
    run_suite(tally, "protocols in Miri", miri)
}

/// Runs `cargo test`, shows its output as it comes, and adds its counts, the names of failed tests and what these print.
fn run_suite(tally: &mut Tally, label: &str, mut command: Command) -> Result<()> {
    eprintln!("{label} ...");
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start {label}"))?;
    let output = child.stdout.take().context("cargo test has no output")?;
    let failed_before = tally.failed();
    let mut telling = None; // the test whose output this is
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        if let Some(name) = failed_test(&line) {
            tally.fail(name);
        } else if let Some(passed) = passed_count(&line) {
            tally.passed += passed;
            telling = None;
        } else if line == "failures:" {
            telling = None;
        } else if let Some(name) = heading(&line) {
            telling = Some(name.to_owned());
        } else if let Some(name) = &telling
            && !line.trim().is_empty()
        {
            tally.explain(name, &line);
        }
    }
    let status = child.wait()?;
    eprintln!("{label}: {status} after {:.1} s", started.elapsed().as_secs_f64());
    if !status.success() && tally.failed() == failed_before {
        tally.fail(&format!("{label}: {status}"));
    }
    Ok(())
}

/// The name in `test NAME ... FAILED`.
fn failed_test(line: &str) -> Option<&str> {
    Some(
        line.strip_prefix("test ")?
            .strip_suffix("FAILED")?
            .trim_end()
            .trim_end_matches("...")
            .trim_end(),
    )
}

/// The name in `---- NAME ----` or `---- NAME stdout ----`, after which comes what a failed test has printed.
fn heading(line: &str) -> Option<&str> {
    let name = line.strip_prefix("---- ")?.strip_suffix(" ----")?;
    Some(name.strip_suffix(" stdout").unwrap_or(name))
}

/// The number in `test result: ok. NUMBER passed; ...`.
fn passed_count(line: &str) -> Option<usize> {
    let (before, _) = line.strip_prefix("test result: ")?.split_once(" passed;")?;
    before.rsplit(' ').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{failed_test, heading, passed_count};

    #[test]
    fn reads_what_test_programs_print() {
        assert_eq!(
            failed_test("test wheels::lz4::pypy-7.3 ... FAILED"),
            Some("wheels::lz4::pypy-7.3")
        );
        assert_eq!(failed_test("test padded     ... FAILED"), Some("padded"));
        assert_eq!(failed_test("test good ... ok"), None);
        assert_eq!(
            heading("---- soak::regex::pypy-7.3 ----"),
            Some("soak::regex::pypy-7.3")
        );
        assert_eq!(heading("---- tests::sums stdout ----"), Some("tests::sums"));
        assert_eq!(heading("test good ... ok"), None);
        assert_eq!(
            failed_test("test result: ok. 3 passed; 0 failed; 1 ignored"),
            None
        );
        assert_eq!(
            passed_count("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured"),
            Some(12)
        );
        assert_eq!(
            passed_count("test result: FAILED. 1 passed; 2 failed; 0 ignored"),
            Some(1)
        );
        assert_eq!(passed_count("test good ... ok"), None);
    }
}
