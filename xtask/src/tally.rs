//! What passed and what failed: the sum of many checks, all of which run.

use anyhow::Result;

use crate::progress;

/// How many lines of what a failed test has printed are in the report.
const REASON: usize = 12;

/// Counts of tests, what failed, and what was left out and why.
#[derive(Default)]
pub struct Tally {
    pub passed: usize,
    failures: Vec<Failure>,
    skipped: Vec<String>,
}

struct Failure {
    name: String,
    reason: Vec<String>,
}

impl Tally {
    /// Runs one check as a step and counts it; what comes after still runs.
    pub fn run(&mut self, name: &str, check: impl FnOnce() -> Result<()>) {
        let result = progress::step(name, |_| check());
        self.count(name, result);
    }

    /// Counts what a step came to; a failure is shown at once. True when it succeeded.
    pub fn count(&mut self, name: &str, result: Result<()>) -> bool {
        match &result {
            Ok(()) => self.passed += 1,
            Err(error) => {
                eprintln!("{error:#}");
                self.fail(name);
                for line in format!("{error:#}").lines() {
                    self.explain(name, line);
                }
            }
        }
        result.is_ok()
    }

    /// Counts one failure.
    pub fn fail(&mut self, name: &str) {
        self.failures.push(Failure {
            name: name.to_owned(),
            reason: Vec::new(),
        });
    }

    /// Adds a line to the reason why the test of that name has failed last, if it has; only the first lines are kept.
    pub fn explain(&mut self, name: &str, line: &str) {
        let failure = self.failures.iter_mut().rfind(|failure| failure.name == name);
        if let Some(failure) = failure
            && failure.reason.len() < REASON
        {
            failure.reason.push(line.to_owned());
        }
    }

    /// The number of failures so far.
    pub fn failed(&self) -> usize {
        self.failures.len()
    }

    /// Notes, now and in the report, that something was left out.
    pub fn skip(&mut self, what: String) {
        println!("SKIPPED {what}");
        self.skipped.push(what);
    }

    /// Prints what was skipped, what failed and, last, the counts. True when nothing failed.
    pub fn report(&self) -> bool {
        println!();
        for what in &self.skipped {
            println!("SKIPPED {what}");
        }
        for Failure { name, reason } in &self.failures {
            println!("FAILED {name}");
            for line in reason {
                println!("    {line}");
            }
        }
        println!("{} passed, {} failed", self.passed, self.failed());
        self.failures.is_empty()
    }
}
