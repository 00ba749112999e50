//! Packages' own test suites: each test must end on Gimbal as it ends on CPython, except those whose difference is explained.
//!
//! One suite: `cargo test -p gimbal-abi-tests --test suites NAME`, or with more to see `cargo xtask suite NAME`.

use std::process::ExitCode;

use anyhow::Result;
use gimbal_abi_tests::lanes::{self, Interpreter, Lane};
use gimbal_abi_tests::suite::{Comparison, Session, build_id};
use gimbal_abi_tests::wheels::{self, Suite};
use gimbal_abi_tests::{compatibility, report};
use libtest_mimic::{Failed, Trial};

fn main() -> ExitCode {
    lanes::main(trials)
}

fn trials(lanes: &[Lane]) -> Result<Vec<Trial>> {
    let mut trials = Vec::new();
    for lane in lanes {
        for suite in wheels::lock()?.suite {
            let name = lane.name;
            let by_hand = !suite.by_hand.is_empty();
            let trial = lane.trial(&format!("suites::{}", suite.name.clone()), move |gimbal| {
                compare(&suite, gimbal, name)
            });
            trials.push(if by_hand {
                trial.with_ignored_flag(true)
            } else {
                trial
            });
        }
    }
    Ok(trials)
}

fn compare(suite: &Suite, gimbal: &Interpreter, lane: &str) -> Result<(), Failed> {
    let lock = wheels::lock()?;
    wheels::fetch(&lock)?;
    let oracle = Interpreter::oracle();
    let expected = Session::new(&lock, suite, &oracle, "", "")?;
    let build = if lanes::selftest() {
        String::new()
    } else {
        build_id()?
    };
    let session = Session::new(&lock, suite, gimbal, lane, &build)?;
    let mut comparison = Comparison::default();
    let mut messages = String::new();
    for batch in expected.batches()? {
        let (oracle, here) = (expected.run(&batch)?, session.run(&batch)?);
        if oracle.outcomes != here.outcomes {
            messages += &here.messages;
        }
        comparison.add(&oracle, &here);
    }
    if comparison.passed == 0 {
        return Err(format!("no test of the suite passes on CPython\n{messages}").into());
    }
    comparison.forgive(&compatibility::explained(&suite.name)?);
    if comparison.equal() {
        return Ok(());
    }
    Err(format!(
        "{}\n{:#?}\n{:#?}",
        report::shorten(&messages),
        comparison.crashes,
        comparison.different
    )
    .into())
}
