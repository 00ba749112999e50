//! The bars of memory on the reference host (`reference/bars.c`): cycles of several shapes that run through native memory die, a
//! hundred thousand of each, and a million objects that are made, passed and dropped leave nothing: no growth, no handle. In
//! each mode and each flavour that is built, and without a GIL from two threads at once. While every object moves at every
//! safepoint it is two thousand of each: that takes as long as all the others.
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
/// How much the resident memory may be more, in KiB of so many, ...
const GROWTH: f64 = 0.02;
/// ... or in KiB. With two threads a heap of 14 MB grows by a step of some 340 now and then, which is no leak. Two such steps are a quarter of what
/// one int lost in each operation would be: the three rounds after the warm one make 60,000 objects of each kind. `KEPT` is for less.
const STEP: f64 = 700.0;
/// What the first use of builtin classes keeps for good: their proxies.
const ONCE: u64 = 60;
/// What the shim may have in use at the end and not at the start, in bytes: classes, their proxies, and some dead blocks that are kept for the
/// next of their size. Far finer than the resident memory: of a hundred thousand ints one in a hundred, in blocks of 48 bytes, is 48,000.
const KEPT: u64 = 30_000;

/// How the host runs.
#[derive(Clone, Copy, Default)]
struct Mode {
    free_threaded: bool,
    /// Two threads at once.
    two: bool,
    /// Every object moves at every safepoint: of each kind there are only so many, which already takes half a minute.
    moving: Option<u32>,
}

/// Without a GIL, what else is run.
const PARALLEL: [(&str, Mode); 2] = [
    (
        "::two_threads",
        Mode {
            free_threaded: true,
            two: true,
            moving: None,
        },
    ),
    (
        "::two_threads_moving",
        Mode {
            free_threaded: true,
            two: true,
            moving: Some(2000),
        },
    ),
];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut lanes = Vec::new();
    for (lane, free_threaded) in [("reference", false), ("reference-free-threaded", true)] {
        lanes.push((
            lane.to_owned(),
            None,
            Mode {
                free_threaded,
                ..Mode::default()
            },
        ));
    }
    for flavour in FLAVOURS {
        let free_threaded = flavour.name.ends_with('t');
        let alone = Mode {
            free_threaded,
            ..Mode::default()
        };
        lanes.push((flavour.name.to_owned(), Some(flavour), alone));
        for (label, mode) in PARALLEL.into_iter().filter(|_| free_threaded) {
            lanes.push((format!("{}{label}", flavour.name), Some(flavour), mode));
        }
    }
    let trials = lanes.into_iter().map(|(lane, flavour, mode)| {
        let missing = !library(flavour).is_file();
        let trial = Trial::test(format!("bars::{lane}"), move || bars(flavour, mode));
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

fn bars(flavour: Option<Flavour>, mode: Mode) -> Result<(), Failed> {
    let host = paths::gimbal_home().join("3.11/lib/gimbal/reference/gimbal-reference");
    let outcome = run(&host, &library(flavour), &extension(flavour)?, mode)?;
    let judged = (|| {
        ensure!(outcome.success(), "{}", outcome.status);
        ensure!(
            outcome.stdout.lines().count() == CHECKS * threads(mode),
            "checks are missing"
        );
        outcome.stdout.lines().try_for_each(judge)?;
        let figures: Vec<&str> = outcome
            .stderr
            .lines()
            .filter(|line| line.starts_with("Stats"))
            .collect();
        let [before, after] = figures[..] else {
            anyhow::bail!("no figures before and after");
        };
        for (name, more) in [("handles", ONCE), ("proxies", ONCE), ("bytes", KEPT)] {
            let (before, after) = (figure(before, name)?, figure(after, name)?);
            ensure!(after <= before + more, "{before} {name} have become {after}");
        }
        Ok(())
    })();
    judged.map_err(|error| format!("{error:#}\n{}{}", outcome.stdout, report::tail(&outcome)).into())
}

fn threads(mode: Mode) -> usize {
    if mode.two { 2 } else { 1 }
}

fn run(host: &Path, library: &Path, module: &Path, mode: Mode) -> Result<process::Outcome> {
    let mut command = Command::new(host);
    if mode.free_threaded {
        command.arg("--free-threaded");
    }
    if let Some(each) = mode.moving {
        command.arg("--stress").env("GIMBAL_BARS_EACH", each.to_string());
    }
    let threads = threads(mode).to_string();
    command.env("GIMBAL_CHECK_THREADS", &threads);
    command
        .arg("--libpython")
        .arg(library)
        .arg("checks")
        .arg(module)
        .args(["--stats", "--threads", &threads]);
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
        let allowed = (warm * GROWTH).max(STEP);
        ensure!(*last <= warm + allowed, "resident memory grows: {line}");
    }
    Ok(())
}

/// One figure of `Stats { name: number, .. }`.
fn figure(stats: &str, name: &str) -> Result<u64> {
    let (_, rest) = stats.split_once(&format!("{name}: ")).context("no such figure")?;
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next();
    Ok(digits.unwrap_or_default().parse()?)
}
