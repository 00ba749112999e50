//! What a failed test prints.

use std::fmt::Write;

use libtest_mimic::Failed;
use similar::TextDiff;

use crate::process::Outcome;

/// How many lines of standard error are worth showing.
const STDERR_LINES: usize = 40;

/// Fails unless the oracle did well and the lane did the same.
pub fn compare(oracle: &Outcome, lane: &Outcome) -> Result<(), Failed> {
    healthy(oracle)?;
    if oracle.stdout == lane.stdout && oracle.status == lane.status {
        return Ok(());
    }
    let mut text = format!(
        "status on CPython: {}\nstatus on Gimbal:  {}\n",
        oracle.status, lane.status
    );
    text.push_str(&diff(&oracle.stdout, &lane.stdout));
    text.push_str(&tail(lane));
    Err(text.into())
}

/// Fails when the program does not even run well on CPython, so that no wrong expectation passes as equal.
fn healthy(oracle: &Outcome) -> Result<(), Failed> {
    let failed_check = oracle
        .stdout
        .lines()
        .find(|line| line.contains(": AssertionError: "));
    if oracle.success() && failed_check.is_none() {
        return Ok(());
    }
    let failed_check = failed_check.unwrap_or_default();
    Err(format!(
        "the oracle itself fails: {}\n{failed_check}\n{}",
        oracle.status,
        tail(oracle)
    )
    .into())
}

/// A unified diff from CPython's text to Gimbal's.
pub fn diff(oracle: &str, lane: &str) -> String {
    TextDiff::from_lines(oracle, lane)
        .unified_diff()
        .context_radius(2)
        .header("CPython", "Gimbal")
        .to_string()
}

/// The end of what a process wrote to standard error.
pub fn tail(outcome: &Outcome) -> String {
    let lines: Vec<_> = outcome.stderr.lines().collect();
    let mut text = String::new();
    for line in &lines[lines.len().saturating_sub(STDERR_LINES)..] {
        writeln!(text, "stderr: {line}").expect("writing to a String cannot fail");
    }
    text
}

/// The beginning of a long text.
pub fn shorten(text: &str) -> String {
    const LINES: usize = 200;
    let mut short: String = text.lines().take(LINES).flat_map(|line| [line, "\n"]).collect();
    if text.lines().nth(LINES).is_some() {
        short += "...\n";
    }
    short
}
