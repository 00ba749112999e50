//! Differential themes: the same C extension and driver on CPython and on Gimbal.
//!
//! A theme is a pair `c/NAME.c` and `c/NAME.py`. One test: `cargo test -p gimbal-abi-tests --test themes NAME`.
//! Each runs a second time with its C side under AddressSanitizer (`sanitized::NAME`); that this notices anything is tested
//! with C code that is wrong on purpose (`asan/`).

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use gimbal_abi_tests::lanes::{self, Expected, Interpreter, Lane, Program};
use gimbal_abi_tests::{compile, programs, report};
use libtest_mimic::{Failed, Trial};

fn main() -> ExitCode {
    lanes::main(trials)
}

fn trials(lanes: &[Lane]) -> Result<Vec<Trial>> {
    // What the C side does with its memory is the same on every host: one is enough.
    let sanitized = lanes.iter().find(|lane| lane.interpreter().is_ok());
    let mut trials = Vec::new();
    for source in programs::themes()? {
        let name = programs::name_of(&source);
        let expected = Expected::default();
        for lane in lanes {
            let (source, expected) = (source.clone(), expected.clone());
            trials.push(lane.trial(&format!("themes::{name}"), move |gimbal| {
                theme(&source, gimbal, &[], &expected)
            }));
        }
        if let Some(lane) = sanitized {
            trials.push(lane.trial(&format!("sanitized::{name}"), move |gimbal| {
                let gimbal = gimbal.sanitizing(&compile::sanitizer()?);
                theme(&source, &gimbal, &compile::SANITIZED, &expected)
            }));
        }
    }
    if let Some(lane) = sanitized {
        for function in ["stack", "global_data", "heap", "freed"] {
            trials.push(lane.trial(&format!("sanitizer::{function}"), move |gimbal| {
                noticed(function, &gimbal.sanitizing(&compile::sanitizer()?))
            }));
        }
    }
    Ok(trials)
}

/// Runs a theme whose extension is compiled with further arguments.
fn theme(source: &Path, gimbal: &Interpreter, extra: &[&str], expected: &Expected) -> Result<(), Failed> {
    let oracle = expected.get(|| Interpreter::oracle().run(&programs::theme(source, &[])?))?;
    report::compare(oracle, &gimbal.run(&programs::theme(source, extra)?)?)
}

/// Fails unless the sanitizer stops a function of `asan/wrong.c` where it leaves its memory, and no sooner.
fn noticed(function: &str, gimbal: &Interpreter) -> Result<(), Failed> {
    let extension = compile::extension_with(&lanes::script("asan", "wrong.c"), &compile::SANITIZED)?;
    let program = Program::new(lanes::script("asan", "go_wrong.py"), vec![extension]).arg(function);
    let outcome = gimbal.run(&program)?;
    let inside = outcome.stdout.contains("inside") && !outcome.stdout.contains("beyond");
    if inside && outcome.stderr.contains("ERROR: AddressSanitizer: ") {
        return Ok(());
    }
    Err(format!(
        "not noticed ({}):\n{}\n{}",
        outcome.status,
        outcome.stdout,
        report::tail(&outcome)
    )
    .into())
}
