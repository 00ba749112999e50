//! Packages used for long: each alone, with the memory in use looked at as it goes, and several by two threads at the same time.
//!
//! Each run uses a package 1,000,000 times, and the threads go on for 60 seconds. What the packages do is in `soak/uses.py`,
//! which checks its results. The same runs on CPython first.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use gimbal_abi_tests::lanes::{self, Expected, Interpreter, Lane};
use gimbal_abi_tests::process::Outcome;
use gimbal_abi_tests::{programs, report};
use libtest_mimic::{Failed, Trial};
use serde::Deserialize;

/// What is used alone. The iterators of the last one keep much native memory that the host's collector does not see.
const ALONE: [&str; 9] = [
    "markupsafe",
    "ujson",
    "msgpack",
    "mmh3",
    "xxhash",
    "kiwisolver",
    "frozenlist",
    "regex",
    "pyahocorasick",
];
/// What two threads use.
const TOGETHER: [&str; 5] = ["markupsafe", "ujson", "msgpack", "xxhash", "regex"];

/// How often a package is used.
const TIMES: &str = "1000000";
/// How long the threads go on.
const SECONDS: &str = "60";
/// No run takes this long.
const LIMIT: Duration = Duration::from_secs(1800);
/// How much the resident memory may grow from the middle of the way to its end.
const GROWTH: f64 = 0.03;

/// What the modules, the classes and the last unreleased batch may keep.
const HANDLES: u64 = 2000;
/// What the blocks in the shim may add up to at the end: a package may keep buffers of a megabyte.
const BYTES: u64 = 8 << 20;

#[derive(Deserialize)]
struct Alone {
    /// Resident KiB after each twentieth of the way.
    resident: Vec<u64>,
    table: Option<Table>,
}

#[derive(Debug, Deserialize)]
struct Table {
    handles: u64,
    proxies: u64,
    bytes: u64,
}

#[derive(Deserialize)]
struct Together {
    times: [u64; 2],
    errors: Vec<String>,
}

fn main() -> ExitCode {
    lanes::main(trials)
}

fn trials(lanes: &[Lane]) -> Result<Vec<Trial>> {
    // Time is dear: one host is enough.
    let Some(lane) = lanes.iter().find(|lane| lane.interpreter().is_ok()) else {
        return Ok(Vec::new());
    };
    let alone = ALONE.map(|name| {
        let expected = Expected::default();
        lane.trial(&format!("soak::{name}"), move |gimbal| {
            let run = |interpreter: &Interpreter| run(interpreter, "alone.py", &[name, TIMES], &[name]);
            flat(expected.get(|| run(&Interpreter::oracle()))?)?;
            flat(&run(gimbal)?)
        })
    });
    let together = lane.trial("soak::two_threads", move |gimbal| {
        let args: Vec<&str> = std::iter::once(SECONDS).chain(TOGETHER).collect();
        let outcome = run(gimbal, "together.py", &args, &TOGETHER)?;
        let Together { times, errors } = read(&outcome)?;
        if times.contains(&0) || !errors.is_empty() {
            return Err(format!("the threads did {times:?}, and raised {errors:?}").into());
        }
        Ok(())
    });
    Ok(alone.into_iter().chain([together]).collect())
}

/// Runs `soak/SCRIPT` with these packages.
fn run(interpreter: &Interpreter, script: &str, args: &[&str], packages: &[&str]) -> Result<Outcome> {
    let mut program = programs::with_wheels(packages, &lanes::script("soak", script))?;
    program.limit = LIMIT;
    interpreter.run(&args.iter().fold(program, |program, arg| program.arg(arg)))
}

fn read<'a, T: Deserialize<'a>>(outcome: &'a Outcome) -> Result<T, Failed> {
    if !outcome.success() {
        return Err(format!("{}\n{}", outcome.status, report::tail(outcome)).into());
    }
    Ok(serde_json::from_str(&outcome.stdout)?)
}

/// Fails when memory grew in the second half of the way, or when native memory is left.
fn flat(outcome: &Outcome) -> Result<(), Failed> {
    let Alone { resident, table } = read(outcome)?;
    // The most of a quarter, since a host's collector gives back and takes again.
    let most = |part: usize| {
        resident
            .chunks(resident.len() / 4)
            .nth(part)
            .and_then(|quarter| quarter.iter().max())
    };
    let (Some(&warm), Some(&last)) = (most(1), most(3)) else {
        return Err("too few samples".into());
    };
    if last as f64 > warm as f64 * (1.0 + GROWTH) {
        return Err(format!("resident memory grows, in KiB: {resident:?}").into());
    }
    match table {
        Some(table) if table.handles.max(table.proxies) >= HANDLES || table.bytes >= BYTES => {
            Err(format!("this is left: {table:?}").into())
        }
        _ => Ok(()),
    }
}
