//! With `GIMBAL_DEBUG=quarantine` the shim does not use freed memory again, and notices who does: all themes, and packages whose
//! extension types are of every kind, run so without a report and with CPython's output. That wrong programs are noticed is
//! tested with C code that is wrong on purpose (`quarantine/`).
//!
//! `GIMBAL_QUARANTINE=all` runs nearly every package's program so.

use std::process::ExitCode;

use anyhow::Result;
use gimbal_abi_tests::lanes::{self, Interpreter, Lane, Program};
use gimbal_abi_tests::{compile, programs, report};
use libtest_mimic::{Failed, Trial};

/// Packages whose programs are run each time: extension types over builtins, cycles, weak references, buffers, threads.
const PACKAGES: [&str; 6] = [
    "frozenlist",
    "kiwisolver",
    "lxml",
    "msgpack",
    "regex",
    "sqlalchemy",
];

/// Packages whose programs ask for what was never set, in memory that CPython happens to have cleared.
const NEVER_SET: [&str; 1] = ["lz4"];

/// What is wrong on purpose, and what the report says of it. Reading an address from freed memory is a fault.
const WRONG: [(&str, &str, &str); 7] = [
    ("twice", "40", "is freed again"),
    ("twice", "40000", "is freed again"),
    ("written", "40", "was written to after it was freed"),
    ("written", "40000", "was written to after it was freed"),
    ("counted", "", "was written to after it was freed"),
    ("taken", "", "is freed although a handle leads to it"),
    ("followed", "", ""),
];

fn main() -> ExitCode {
    lanes::main(trials)
}

fn trials(lanes: &[Lane]) -> Result<Vec<Trial>> {
    // What the shim does with its memory hardly depends on the version of the host: one is enough.
    let Some(lane) = lanes.iter().find(|lane| lane.interpreter().is_ok()) else {
        return Ok(Vec::new());
    };
    let mut trials = Vec::new();
    for source in programs::themes()? {
        let name = programs::name_of(&source);
        trials.push(lane.trial(&format!("quarantine::theme::{name}"), move |gimbal| {
            same(gimbal, &programs::theme(&source, &[])?)
        }));
    }
    let all = std::env::var_os("GIMBAL_QUARANTINE").is_some_and(|value| value == "all");
    for (name, script) in programs::scripts()? {
        if all && !NEVER_SET.contains(&name.as_str()) || PACKAGES.contains(&name.as_str()) {
            trials.push(lane.trial(&format!("quarantine::wheel::{name}"), move |gimbal| {
                same(gimbal, &programs::with_wheels(&[&name], &script)?)
            }));
        }
    }
    for size in ["40", "40000"] {
        trials.push(lane.trial(&format!("quarantine::right_{size}"), move |gimbal| {
            let outcome = gimbal.quarantining().run(&program("right", size)?)?;
            if outcome.success() {
                Ok(())
            } else {
                Err(report::tail(&outcome).into())
            }
        }));
    }
    for (function, size, message) in WRONG {
        trials.push(
            lane.trial(&format!("quarantine::{function}_{size}"), move |gimbal| {
                noticed(gimbal, function, size, message)
            }),
        );
    }
    Ok(trials)
}

fn same(gimbal: &Interpreter, program: &Program) -> Result<(), Failed> {
    let oracle = Interpreter::oracle().run(program)?;
    report::compare(&oracle, &gimbal.quarantining().run(program)?)
}

fn program(function: &str, size: &str) -> Result<Program> {
    let extension = compile::extension(&lanes::script("quarantine", "wrong.c"))?;
    let program = Program::new(lanes::script("quarantine", "go_wrong.py"), vec![extension]);
    let words = [function, size].into_iter().filter(|word| !word.is_empty());
    Ok(words.fold(program, Program::arg))
}

/// Fails unless the program ends early and its report says so.
fn noticed(gimbal: &Interpreter, function: &str, size: &str, message: &str) -> Result<(), Failed> {
    let outcome = gimbal.quarantining().run(&program(function, size)?)?;
    if !outcome.success() && outcome.stdout.starts_with("before") && outcome.stderr.contains(message) {
        return Ok(());
    }
    Err(format!("not noticed ({}):\n{}", outcome.status, report::tail(&outcome)).into())
}
