//! Memory stays flat: a million calls that create, pass and drop objects both ways (`memory/million.py`), a million objects
//! of each kind (`memory/kinds.py`), and nothing is left of cycles that run through native memory (`memory/cycles.py`) and of classes
//! that are made while the program runs (`memory/classes.py`); what dies young is freed early (`memory/young.py`),
//! and so is what has much memory of its own (`memory/heavy.py`).
//!
//! The same programs run on CPython first: what grows there is the program's fault, or its extension's.

use std::collections::BTreeMap;

use std::process::ExitCode;

use anyhow::Result;
use gimbal_abi_tests::lanes::{self, Expected, Interpreter, Lane, Program};
use gimbal_abi_tests::memory::{self, GROWTH, WARM};
use gimbal_abi_tests::{compile, report};
use libtest_mimic::{Failed, Trial};
use serde::Deserialize;

/// Cycles of each of the shapes that [`MANY`] names, and of the others.
const CYCLES: [(&str, &[&str]); 2] = [("100000", MANY), ("1000", &[])];
const MANY: &[&str] = &["native", "instance", "a_list", "dict_closure"];
/// Classes of each of the kinds that are named, and of the others.
const CLASSES: [(&str, &[&str]); 2] = [("100000", &["plain"]), ("3000", &[])];
/// A cycle through native memory is found by several collections of the host: the last ones are on their way still.
const LATE: i64 = 300;
/// What the first use of a class or a function may keep for good.
const ONCE: i64 = 40;
/// Instances that die young, and how many of them may be alive at the same time: those of a few nurseries. Half of all are when only
/// large collections free them.
const YOUNG: (&str, u64) = ("1000000", 250_000);
/// MB that programs allocate through instances, how many each instance has, and by how many MB the process may grow: CPython needs 32 MB.
const HEAVY: [(&str, &str); 2] = [("4000", "4"), ("4000", "40")];
const HEAVIEST: u64 = 400;
/// A nursery of the same size on each machine: by itself PyPy makes it by the processor's caches.
const NURSERY: &str = "PYPY_GC_NURSERY=4M";
/// How many objects of each kind.
const OBJECTS: &str = "1000000";

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
        .chain(lanes.iter().flat_map(|lane| {
            [
                lane.trial("memory::cycles", cycles),
                lane.trial("memory::kinds", kinds),
                lane.trial("memory::classes", classes),
                lane.trial("memory::young", young),
                lane.trial("memory::heavy", heavy),
            ]
        }))
        .collect())
}

/// Runs `memory/NAME` with arguments and reads its report.
fn run<T: for<'a> Deserialize<'a>>(
    interpreter: &Interpreter,
    name: &str,
    args: &[&str],
) -> Result<T, Failed> {
    let extension = compile::extension(&lanes::script("memory", "traffic.c"))?;
    let program = Program::new(lanes::script("memory", name), vec![extension]);
    let program = args.iter().fold(program, |program, arg| program.arg(arg));
    let outcome = interpreter.run(&program)?;
    if !outcome.success() {
        return Err(format!("{}\n{}", outcome.status, report::tail(&outcome)).into());
    }
    Ok(serde_json::from_str(&outcome.stdout)?)
}

/// Every figure of every shape is back where it was.
fn cycles(gimbal: &Interpreter) -> Result<(), Failed> {
    for (count, shapes) in CYCLES {
        let args: Vec<&str> = std::iter::once(count).chain(shapes.iter().copied()).collect();
        let left: BTreeMap<String, BTreeMap<String, i64>> = run(gimbal, "cycles.py", &args)?;
        for (shape, figures) in left {
            let most = |figure: &str| {
                if matches!(figure, "handles" | "proxies") {
                    ONCE
                } else {
                    0
                }
            };
            if let Some((figure, number)) = figures
                .iter()
                .find(|(figure, number)| *figure != "bytes" && **number > most(figure))
            {
                return Err(
                    format!("after {count} cycles of the shape {shape}, {number} {figure} are left").into(),
                );
            }
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct Classes {
    /// How many handles, proxies and bytes there are more than after two of five rounds.
    left: BTreeMap<String, i64>,
}

/// Classes that C has used and the program has dropped leave no type proxies.
fn classes(gimbal: &Interpreter) -> Result<(), Failed> {
    for (count, kinds) in CLASSES {
        let args: Vec<&str> = std::iter::once(count).chain(kinds.iter().copied()).collect();
        let all: BTreeMap<String, Classes> = run(gimbal, "classes.py", &args)?;
        for (kind, Classes { left }) in all {
            if let Some((figure, number)) = left
                .iter()
                .find(|(figure, number)| *figure != "bytes" && **number > LATE)
            {
                return Err(
                    format!("after {count} classes of kind {kind}, {number} {figure} are left").into(),
                );
            }
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct Kinds {
    /// Resident KiB after each of five rounds over all kinds.
    resident: Vec<u64>,
    /// By how many the handles have become more in the last round.
    handles: BTreeMap<String, i64>,
}

/// A million objects of each kind leave nothing.
fn kinds(gimbal: &Interpreter) -> Result<(), Failed> {
    let Kinds { resident, handles } = run(gimbal, "kinds.py", &[OBJECTS])?;
    // A host's collector may take another block of memory in any round. What is lost in each round grows in each.
    let grows = |pair: &[u64]| pair[1] as f64 > pair[0] as f64 * (1.0 + GROWTH);
    if resident[WARM..].windows(2).all(grows) {
        return Err(format!("resident memory grows, in KiB after each round: {resident:?}").into());
    }
    match handles.iter().find(|(_, left)| **left != 0) {
        Some((kind, left)) => Err(format!("{kind}: {left} handles are left").into()),
        None => Ok(()),
    }
}

#[derive(Deserialize)]
struct Young {
    /// How many instances were alive at most.
    most: u64,
    /// Hooks of the host's collector that somebody has set.
    hooks: Vec<String>,
}

/// What dies young is freed early, and without hooks, which PyPy does not bear (docs/adr/0017).
fn young(gimbal: &Interpreter) -> Result<(), Failed> {
    let (count, most_alive) = YOUNG;
    let Young { most, hooks } = run(&gimbal.with(NURSERY), "young.py", &[count])?;
    if most > most_alive {
        return Err(format!("of {count} instances that died young {most} were alive").into());
    }
    if !hooks.is_empty() {
        return Err(format!("the collector's hooks are set: {hooks:?}").into());
    }
    Ok(())
}

/// What a wrapper keeps beside the host's heap counts as well.
fn heavy(gimbal: &Interpreter) -> Result<(), Failed> {
    for (amount, each) in HEAVY {
        let growth: BTreeMap<String, u64> = run(gimbal, "heavy.py", &[amount, each])?;
        if let Some((program, most)) = growth.iter().find(|(_, most)| **most > HEAVIEST) {
            return Err(format!("{program}, {each} MB each: the process has grown by {most} MB").into());
        }
    }
    Ok(())
}

fn million_calls(gimbal: &Interpreter, expected: &Expected) -> Result<(), Failed> {
    let extension = compile::extension(&lanes::script("memory", "traffic.c"))?;
    let program = memory::million_calls(extension);
    memory::is_flat(expected.get(|| Interpreter::oracle().run(&program))?)?;
    memory::leaves_nothing(&gimbal.run(&program)?)
}
