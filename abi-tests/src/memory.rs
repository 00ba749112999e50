//! What a million calls (`memory/million.py`), after as many to warm up, may leave: resident memory that is flat, and no handles.

use std::path::PathBuf;

use anyhow::Context as _;
use libtest_mimic::Failed;
use serde::Deserialize;

use crate::lanes::{self, Program};
use crate::process::Outcome;
use crate::report;

/// The first half warms up, the second may leave nothing.
const CALLS: &str = "2000000";
/// The sample of many kinds of objects after which the caches of both sides are full: 600,000 objects of each kind.
pub const WARM: usize = 2;
/// How much the resident memory may grow after the warm-up, ...
pub const GROWTH: f64 = 0.02;
/// ... or in KiB: PyPy's heap and malloc's grow by a step of 2 to 3.3 MiB once in a while, and then stay. The 800,000 calls after the warm-up that
/// lost 6 bytes each would make more.
const STEP: f64 = 4096.0;
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

/// The program, with the extension `traffic` in this folder.
pub fn million_calls(extension: PathBuf) -> Program {
    Program::new(lanes::script("memory", "million.py"), vec![extension]).arg(CALLS)
}

/// Fails when memory grew after the warm-up.
pub fn is_flat(outcome: &Outcome) -> Result<(), Failed> {
    flat(outcome).map(drop)
}

/// Fails when memory grew, or the handle table is not empty at the end.
pub fn leaves_nothing(outcome: &Outcome) -> Result<(), Failed> {
    let table = flat(outcome)?;
    if lanes::selftest() {
        return Ok(());
    }
    let table = table.context("the host says nothing about its handle table")?;
    if table.handles.max(table.proxies) >= HANDLES || table.bytes >= BYTES {
        return Err(format!("this is left: {table:?}").into());
    }
    Ok(())
}

/// What the handle table holds at the end, unless memory grew.
fn flat(outcome: &Outcome) -> Result<Option<Table>, Failed> {
    if !outcome.success() {
        return Err(format!("{}\n{}", outcome.status, report::tail(outcome)).into());
    }
    let Report { samples, table } = serde_json::from_str(&outcome.stdout)?;
    // A host's compiler is not done sooner than half of the way.
    let (Some((_, warm)), Some((_, last))) = (samples.get(samples.len() / 2), samples.last()) else {
        return Err("too few samples".into());
    };
    if *last as f64 > *warm as f64 + STEP.max(*warm as f64 * GROWTH) {
        return Err(format!("resident memory grows, in KiB after so many calls: {samples:?}").into());
    }
    Ok(table)
}
