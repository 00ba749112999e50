//! Memory stays flat: a million calls that create, pass and drop objects both ways (`memory/million.py`).
//!
//! The same program runs on CPython first: what grows there is the program's fault, or its extension's.

use std::process::ExitCode;

use anyhow::{Context, Result};
use gimbal_abi_tests::lanes::{self, Expected, Interpreter, Lane, Program};
use gimbal_abi_tests::process::Outcome;
use gimbal_abi_tests::{compile, report};
use libtest_mimic::{Failed, Trial};
use serde::Deserialize;

const CALLS: &str = "1000000";
/// The sample after which the caches of both sides are full: 300,000 calls.
const WARM: usize = 2;
/// How much the resident memory may grow between that sample and the last one.
const GROWTH: f64 = 0.02;
/// What the modules, the classes and the last unreleased batch may keep.
const HANDLES: u64 = 2000;
/// What the blocks in the shim may add up to. Finer than the resident memory: 40 bytes lost in each round would show.
const BYTES: u64 = 1 << 20;

#[derive(Deserialize)]
struct Report {
    /// Calls so far and resident KiB, ten times.
    samples: Vec<(u64, u64)>,
    table: Option<Table>,
}

#[derive(Debug, Deserialize)]
struct Table {
    handles: u64,
    proxies: u64,
    bytes: u64,
}

fn main() -> ExitCode {
    lanes::main(trials)
}

fn trials(lanes: &[Lane]) -> Result<Vec<Trial>> {
    let expected = Expected::default();
    Ok(lanes
        .iter()
        .map(|lane| {
            let expected = expected.clone();
            lane.trial("memory::million_calls", move |gimbal| {
                million_calls(gimbal, &expected)
            })
        })
        .collect())
}

fn million_calls(gimbal: &Interpreter, expected: &Expected) -> Result<(), Failed> {
    let extension = compile::extension(&lanes::script("memory", "traffic.c"))?;
    let program = Program::new(lanes::script("memory", "million.py"), vec![extension]).arg(CALLS);
    flat(expected.get(|| Interpreter::oracle().run(&program))?)?;
    let table = flat(&gimbal.run(&program)?)?;
    if lanes::selftest() {
        return Ok(());
    }
    let table = table.context("the host says nothing about its handle table")?;
    if table.handles.max(table.proxies) >= HANDLES || table.bytes >= BYTES {
        return Err(format!("this is left: {table:?}").into());
    }
    Ok(())
}

/// Fails when memory grew after the warm-up; gives what the handle table holds at the end.
fn flat(outcome: &Outcome) -> Result<Option<Table>, Failed> {
    if !outcome.success() {
        return Err(format!("{}\n{}", outcome.status, report::tail(outcome)).into());
    }
    let Report { samples, table } = serde_json::from_str(&outcome.stdout)?;
    let (Some((_, warm)), Some((_, last))) = (samples.get(WARM), samples.last()) else {
        return Err("too few samples".into());
    };
    if *last as f64 > *warm as f64 * (1.0 + GROWTH) {
        return Err(format!("resident memory grows, in KiB after so many calls: {samples:?}").into());
    }
    Ok(table)
}
