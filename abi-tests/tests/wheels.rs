//! Unmodified wheels, used as their users do: the same script on CPython and on Gimbal.
//!
//! One test: `cargo test -p gimbal-abi-tests --test wheels NAME`, for a script
//! `wheels/use_NAME.py` (a script named like the package would be imported in the package's place).

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use gimbal_abi_tests::lanes::{self, Expected, Interpreter, Lane};
use gimbal_abi_tests::{programs, report};
use libtest_mimic::{Failed, Trial};

fn main() -> ExitCode {
    lanes::main(trials)
}

fn trials(lanes: &[Lane]) -> Result<Vec<Trial>> {
    let mut trials = Vec::new();
    for (name, script) in programs::scripts()? {
        let expected = Expected::default();
        for lane in lanes {
            let (name, script, expected) = (name.clone(), script.clone(), expected.clone());
            trials.push(lane.trial(&format!("wheels::{name}"), move |gimbal| {
                wheel(&name, &script, gimbal, &expected)
            }));
        }
    }
    Ok(trials)
}

fn wheel(name: &str, script: &Path, gimbal: &Interpreter, expected: &Expected) -> Result<(), Failed> {
    let program = programs::with_wheels(&[name], script)?;
    let oracle = expected.get(|| Interpreter::oracle().run(&program))?;
    report::compare(oracle, &gimbal.run(&program)?)
}
