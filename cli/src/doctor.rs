//! `gimbal doctor`: what is installed, whether each host starts with Gimbal, and what in an environment would fail.

use std::env;
use std::fmt::{Display, Write as _};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Result;

use crate::check::Library;
use crate::home::{DEFAULT_FLAVOUR, Home};
use crate::host;
use crate::venv::Environment;

/// What a host must be able to do: become the program, and have the shim attached.
const PROBE: &str = "import sys, _gimbal.native; print(sys.version.replace('\\n', ' '))";

/// The answer, a line for each thing that was looked at.
#[derive(Default)]
struct Findings {
    text: String,
    problems: usize,
}

impl Findings {
    fn good(&mut self, what: impl Display) {
        let _ = writeln!(self.text, "ok       {what}");
    }

    fn note(&mut self, what: impl Display) {
        let _ = writeln!(self.text, "note     {what}");
    }

    fn bad(&mut self, what: impl Display) {
        self.problems += 1;
        let _ = writeln!(self.text, "PROBLEM  {what}");
    }
}

/// Looks at the build, at the hosts, and at the environment in `dir`, else the active one; the text for stdout, and
/// whether nothing is wrong.
pub fn examine(dir: Option<&Path>) -> Result<(String, bool)> {
    let mut findings = Findings::default();
    let home = Home::find()?;
    findings.good(format_args!(
        "gimbal {} in {}",
        env!("CARGO_PKG_VERSION"),
        home.path().display()
    ));
    let libraries = libraries(&mut findings, &home);
    hosts(&mut findings, &home)?;
    let active = env::var_os("VIRTUAL_ENV").map(PathBuf::from);
    if let Some(dir) = dir.map(Path::to_owned).or(active) {
        environment(&mut findings, &dir, &libraries);
    }
    let good = findings.problems == 0;
    if !good {
        let _ = writeln!(findings.text, "{} problems", findings.problems);
    }
    Ok((findings.text, good))
}

/// The libraries of the flavours that are built; the usual one is missed when it is not.
fn libraries(findings: &mut Findings, home: &Home) -> Vec<Library> {
    let mut flavours = home.flavours();
    if flavours.is_empty() {
        flavours.push(DEFAULT_FLAVOUR.to_owned());
    }
    let mut libraries = Vec::new();
    for flavour in flavours {
        match home.boot_script(&flavour).and_then(|_| Library::load(&flavour)) {
            Ok(library) => {
                findings.good(format_args!(
                    "flavour {flavour}: {} functions of the C API are not written yet",
                    library.stubs()
                ));
                libraries.push(library);
            }
            Err(error) => findings.bad(format_args!("{error:#}")),
        }
    }
    libraries
}

fn hosts(findings: &mut Findings, home: &Home) -> Result<()> {
    let names = host::usable(&home.flavours())?;
    if names.is_empty() {
        findings.bad("no host is installed; get one with: gimbal host install pypy3.11");
    }
    for name in names {
        match probe(home, &name) {
            Ok(version) => findings.good(format_args!("host {name}: Python {version}")),
            Err(why) => findings.bad(format_args!("host {name} does not start: {why}")),
        }
    }
    Ok(())
}

/// Starts a host with Gimbal; its version, or what it complained about last.
fn probe(home: &Home, host: &str) -> Result<String, String> {
    let output = Command::new(home.path().join("bin/gimbal"))
        .args(["run", "--host", host, "-I", "-c", PROBE])
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    match complaint.trim_end().lines().last() {
        Some(line) => Err(line.to_owned()),
        None => Err(output.status.to_string()),
    }
}

fn environment(findings: &mut Findings, dir: &Path, libraries: &[Library]) {
    let Some(environment) = Environment::of(dir.join("bin/python").as_os_str()) else {
        findings.bad(format_args!(
            "{} is not an environment of `gimbal venv`",
            dir.display()
        ));
        return;
    };
    let shown = environment.root.display();
    let host = match host::find(Some(&environment.host)) {
        Ok(host) => host,
        Err(error) => {
            findings.bad(format_args!("environment {shown}: {error:#}"));
            return;
        }
    };
    findings.good(format_args!("environment {shown} on {}", host.name.display()));
    let mut libraries = libraries.iter();
    let Some(library) = libraries.find(|library| library.flavour() == host.flavour) else {
        findings.bad(format_args!("its flavour {} is not built", host.flavour));
        return;
    };
    for folder in site_packages(&environment.root) {
        let report = match library.check(&folder) {
            Ok(report) => report,
            Err(error) => {
                findings.bad(format_args!("{error:#}"));
                continue;
            }
        };
        let sound = report
            .extensions
            .iter()
            .filter(|extension| extension.problems.is_empty() && extension.stubs.is_empty());
        findings.good(format_args!(
            "{} of {} extension files use only what is written",
            sound.count(),
            report.extensions.len()
        ));
        for extension in &report.extensions {
            for problem in &extension.problems {
                findings.bad(format_args!("{}: {problem}", extension.file));
            }
            if !extension.stubs.is_empty() {
                findings.note(format_args!(
                    "{} may call what is not written yet: {}",
                    extension.file,
                    extension.stubs.join(", ")
                ));
            }
        }
    }
}

/// The folders that hold an environment's packages: one for each Python in its `lib`.
fn site_packages(root: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(root.join("lib")) else {
        return Vec::new();
    };
    let mut folders: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path().join("site-packages"))
        .filter(|folder| folder.is_dir())
        .collect();
    folders.sort();
    folders
}
