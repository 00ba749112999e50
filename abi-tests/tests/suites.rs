//! Packages' own test suites, from their source distributions, with the unmodified wheel: each test must end on
//! Gimbal as it ends on CPython.
//!
//! One suite: `cargo test -p gimbal-abi-tests --test suites NAME`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Result, ensure};
use gimbal_abi_tests::lanes::{self, Interpreter, Lane, Program};
use gimbal_abi_tests::report;
use gimbal_abi_tests::wheels::{self, Suite};
use libtest_mimic::{Failed, Trial};

/// What pytest itself needs on Python 3.11.
const PYTEST: [&str; 5] = ["pytest", "iniconfig", "packaging", "pluggy", "pygments"];

fn main() -> ExitCode {
    lanes::main(trials)
}

fn trials(lanes: &[Lane]) -> Result<Vec<Trial>> {
    let mut trials = Vec::new();
    for lane in lanes {
        for suite in wheels::lock()?.suite {
            trials.push(
                lane.trial(&format!("suites::{}", suite.name.clone()), move |gimbal| {
                    compare(&suite, gimbal)
                }),
            );
        }
    }
    Ok(trials)
}

fn compare(suite: &Suite, gimbal: &Interpreter) -> Result<(), Failed> {
    wheels::fetch(&wheels::lock()?)?;
    let (oracle, messages) = outcomes(suite, &Interpreter::oracle())?;
    if oracle.values().all(|outcome| outcome != "passed") {
        return Err(format!("no test of the suite passes on CPython\n{messages}").into());
    }
    let (lane, messages) = outcomes(suite, gimbal)?;
    if oracle == lane {
        return Ok(());
    }
    Err(format!("{}{messages}", report::diff(&listing(&oracle)?, &listing(&lane)?)).into())
}

/// Each test's outcome by its name, and what pytest said about failures.
fn outcomes(suite: &Suite, interpreter: &Interpreter) -> Result<(BTreeMap<String, String>, String)> {
    let mut path = vec![wheels::site(&suite.name)];
    path.extend(PYTEST.map(wheels::site));
    let mut program =
        Program::new(lanes::script("wheels/suites", "run.py"), path).arg(wheels::sdist(&suite.name));
    program.limit = Duration::from_secs(900);
    for skip in &suite.skip {
        program = program.arg("--deselect").arg(&skip.test);
    }
    for test in &suite.tests {
        program = program.arg(test);
    }
    let outcome = interpreter.run(&program)?;
    let mut tests = BTreeMap::new();
    let mut messages = String::new();
    for line in outcome.stdout.lines() {
        match line
            .strip_prefix("outcome\t")
            .and_then(|line| line.split_once('\t'))
        {
            Some((result, test)) => drop(tests.insert(test.to_owned(), result.to_owned())),
            None => writeln!(messages, "{line}")?,
        }
    }
    let ended = outcome.stdout.ends_with("\nended\n");
    ensure!(
        ended,
        "pytest did not end: {}\n{messages}{}",
        outcome.status,
        report::tail(&outcome)
    );
    Ok((tests, messages))
}

fn listing(tests: &BTreeMap<String, String>) -> Result<String> {
    let mut text = String::new();
    for (test, outcome) in tests {
        writeln!(text, "{outcome} {test}")?;
    }
    Ok(text)
}
