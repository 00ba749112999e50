//! What passed and what failed: the sum of many checks, all of which run.

use anyhow::Result;

use crate::progress;

/// Counts of tests, and the names of what failed.
#[derive(Default)]
pub struct Tally {
    pub passed: usize,
    pub failed: usize,
    /// One line for each failure: a check, a step, or a suite with its number of failed tests.
    pub failures: Vec<String>,
}

impl Tally {
    /// Runs one check as a step. A failure is shown at once and counted; what comes after still runs.
    pub fn run(&mut self, name: &str, check: impl FnOnce() -> Result<()>) -> bool {
        let result = progress::step(name, |_| check());
        match &result {
            Ok(()) => self.passed += 1,
            Err(error) => {
                eprintln!("{error:#}");
                self.fail(name);
            }
        }
        result.is_ok()
    }

    /// Counts one failure.
    pub fn fail(&mut self, name: &str) {
        self.failed += 1;
        self.failures.push(name.to_owned());
    }

    /// Prints what failed and, last, the counts. True when nothing failed.
    pub fn report(&self) -> bool {
        for failure in &self.failures {
            eprintln!("FAILED: {failure}");
        }
        println!("{} passed, {} failed", self.passed, self.failed);
        self.failed == 0
    }
}
