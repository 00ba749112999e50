//! Runs packages' own test suites on CPython and on a host, and compares test by test; `cargo xtask suite` starts it.
//!
//! A run that is interrupted goes on where it stopped.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser;
use gimbal_abi_tests::compatibility;
use gimbal_abi_tests::lanes::{Interpreter, Lane};
use gimbal_abi_tests::suite::{Comparison, Session, build_id};
use gimbal_abi_tests::wheels::{self, Suite};
use indicatif::{ProgressBar, ProgressStyle};

/// Run packages' own test suites on CPython 3.11 and on Gimbal, and compare test by test.
#[derive(Parser)]
#[command(name = "cargo xtask suite", bin_name = "cargo xtask suite")]
struct Arguments {
    /// The packages [default: all that have a suite]
    packages: Vec<String>,
    /// The lane: pypy-7.3 or pypy-8.0 [default: every one whose host is installed]
    #[arg(long)]
    host: Option<String>,
    /// Run everything again, also what is known already
    #[arg(long)]
    again: bool,
    /// Show what pytest says about each difference
    #[arg(short, long)]
    verbose: bool,
    /// Record the figures and write docs/COMPATIBILITY.md anew
    #[arg(long)]
    write: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool> {
    let lock = wheels::lock()?;
    let mut suites: Vec<&Suite> = lock.suite.iter().collect();
    if !arguments.packages.is_empty() {
        for name in &arguments.packages {
            if suites.iter().all(|suite| suite.name != *name) {
                let known: Vec<_> = suites.iter().map(|suite| suite.name.as_str()).collect();
                bail!("{name} has no suite here; there are {}", known.join(", "));
            }
        }
        suites.retain(|suite| arguments.packages.contains(&suite.name));
    }
    let lanes: Vec<Lane> = Lane::all()
        .into_iter()
        .filter(|lane| arguments.host.as_deref().is_none_or(|host| lane.name == host))
        .collect();
    if lanes.is_empty() {
        bail!(
            "there is no lane {}",
            arguments.host.as_deref().unwrap_or_default()
        );
    }
    wheels::fetch(&lock)?;
    let build = build_id()?;
    let oracle = Interpreter::oracle();
    let mut good = true;
    for lane in &lanes {
        let interpreter = match lane.interpreter() {
            Ok(interpreter) => interpreter,
            Err(reason) => {
                println!("{}: left out, {reason}", lane.name);
                continue;
            }
        };
        for suite in &suites {
            let expected = Session::new(&lock, suite, &oracle, "", "")?;
            let session = Session::new(&lock, suite, interpreter, lane.name, &build)?;
            if arguments.again {
                expected.forget()?;
                session.forget()?;
            }
            let comparison = compare(&expected, &session, suite, lane.name, arguments.verbose)?;
            print(suite, lane.name, &comparison);
            good &= comparison.equal();
            if arguments.write {
                compatibility::record(&suite.name, lane.name, &comparison)?;
            }
        }
    }
    if arguments.write {
        println!("wrote {}", compatibility::write()?.display());
    }
    Ok(good)
}

fn compare(
    expected: &Session<'_>,
    session: &Session<'_>,
    suite: &Suite,
    lane: &str,
    verbose: bool,
) -> Result<Comparison> {
    let batches = expected.batches()?;
    let bar = ProgressBar::new(2 * batches.len() as u64).with_style(
        ProgressStyle::with_template("{spinner} {prefix} {wide_bar} {pos}/{len} {msg}")
            .expect("the template is a constant"),
    );
    bar.set_prefix(format!("{} on {lane}", suite.name));
    let mut comparison = Comparison::default();
    for batch in batches {
        bar.set_message(batch[0].clone());
        let oracle = expected.run(&batch)?;
        bar.inc(1);
        let here = session.run(&batch)?;
        bar.inc(1);
        if verbose && here.outcomes != oracle.outcomes {
            bar.suspend(|| println!("{}", here.messages));
        }
        comparison.add(&oracle, &here);
    }
    bar.finish_and_clear();
    Ok(comparison)
}

fn print(suite: &Suite, lane: &str, comparison: &Comparison) {
    println!(
        "{} on {lane}: {} of CPython's {} passes, {:.1} %",
        suite.name,
        comparison.also,
        comparison.passed,
        comparison.share()
    );
    for (file, how) in &comparison.crashes {
        println!("    CRASH {file}: {}", how.lines().next().unwrap_or_default());
    }
    for (test, oracle, here) in &comparison.different {
        println!("    {test}: {oracle} on CPython, {here} here");
    }
}
