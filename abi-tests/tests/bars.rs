//! The bars of memory on the reference host (`reference/bars.c`): cycles of several shapes that run through native memory die, a
//! hundred thousand of each, and a million objects that are made, passed and dropped leave nothing: no growth, no handle. In
//! each mode and each flavour that is built.
//!
//! `tests/memory.rs` asks the same of PyPy.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use gimbal_abi_tests::flavours::{FLAVOURS, Flavour};
use gimbal_abi_tests::{compile, paths, process, report};
use libtest_mimic::{Arguments, Failed, Trial};

const NAME: &str = "bars";
const LIMIT: Duration = Duration::from_secs(600);
/// The checks of `bars.c`: five shapes of cycles, ten kinds of objects.
const CHECKS: usize = 15;
/// The round after which the resident memory must not grow.
const WARM: usize = 1;
/// How much the resident memory may be more, in KiB of so many.
const GROWTH: f64 = 0.02;
/// What the first use of builtin classes keeps for good: their proxies.
const ONCE: u64 = 60;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let main = [("reference", false), ("reference-free-threaded", true)]
        .map(|(lane, free)| (lane.to_owned(), None, free));
    let others = FLAVOURS.map(|flavour| {
        (
            flavour.name.to_owned(),
            Some(flavour),
            flavour.name.ends_with('t'),
        )
    });
    let trials = main.into_iter().chain(others).map(|(lane, flavour, free)| {
        let missing = !library(flavour).is_file();
        let trial = Trial::test(format!("bars::{lane}"), move || bars(flavour, free));
        trial.with_ignored_flag(missing)
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// The libpython of a flavour, or of the main one.
fn library(flavour: Option<Flavour>) -> PathBuf {
    let name = flavour.map_or("3.11", |flavour| flavour.name);
    paths::gimbal_home().join(format!("{name}/lib/libpython{name}.so.1.0"))
}

fn extension(flavour: Option<Flavour>) -> Result<PathBuf> {
    let source = paths::sources().join(format!("reference/{NAME}.c"));
    Ok(match flavour {
        Some(flavour) => {
            let (folder, _) = flavour.extensions(&source, &[])?;
            folder.join(format!("{NAME}{}", flavour.suffix()))
        }
        None => compile::extension(&source)?.join(format!("{NAME}{}", compile::SUFFIX)),
    })
}

fn bars(flavour: Option<Flavour>, free_threaded: bool) -> Result<(), Failed> {
    let host = paths::gimbal_home().join("3.11/lib/gimbal/reference/gimbal-reference");
    let outcome = run(&host, &library(flavour), &extension(flavour)?, free_threaded)?;
    let judged = (|| {
        ensure!(outcome.success(), "{}", outcome.status);
        ensure!(outcome.stdout.lines().count() == CHECKS, "checks are missing");
        outcome.stdout.lines().try_for_each(judge)?;
        let figures: Vec<&str> = outcome
            .stderr
            .lines()
            .filter(|line| line.starts_with("Stats"))
            .collect();
        let [before, after] = figures[..] else {
            anyhow::bail!("no figures before and after");
        };
        for name in ["handles", "proxies"] {
            let (before, after) = (figure(before, name)?, figure(after, name)?);
            ensure!(after <= before + ONCE, "{before} {name} have become {after}");
        }
        Ok(())
    })();
    judged.map_err(|error| format!("{error:#}\n{}{}", outcome.stdout, report::tail(&outcome)).into())
}

fn run(host: &Path, library: &Path, module: &Path, free_threaded: bool) -> Result<process::Outcome> {
    let mut command = Command::new(host);
    if free_threaded {
        command.arg("--free-threaded");
    }
    command
        .arg("--libpython")
        .arg(library)
        .arg("checks")
        .arg(module)
        .arg("--stats");
    process::run(command, LIMIT)
}

/// One line: `check_cycles_x: instances left`, or `check_x: (instances left, [resident KiB after each round])`.
fn judge(line: &str) -> Result<()> {
    let (_, value) = line.split_once(": ").context("a line has a value")?;
    let numbers: Vec<f64> = value
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| !digits.is_empty())
        .map(str::parse)
        .collect::<Result<_, _>>()?;
    let [left, sizes @ ..] = &numbers[..] else {
        anyhow::bail!("no number in: {line}");
    };
    ensure!(*left == 0.0, "instances are left: {line}");
    if let (Some(warm), Some(last)) = (sizes.get(WARM), sizes.last()) {
        ensure!(*last <= warm * (1.0 + GROWTH), "resident memory grows: {line}");
    }
    Ok(())
}

/// One figure of `Stats { name: number, .. }`.
fn figure(stats: &str, name: &str) -> Result<u64> {
    let (_, rest) = stats.split_once(&format!("{name}: ")).context("no such figure")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next();
    Ok(digits.unwrap_or_default().parse()?)
}
