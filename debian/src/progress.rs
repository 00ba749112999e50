//! What a long step shows: a bar on a terminal, one plain line elsewhere.

use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// One step of a long job. Shown on stderr, because stdout carries the answer of the command.
pub struct Step {
    bar: ProgressBar,
}

impl Step {
    /// A step of `total` units.
    pub fn start(title: String, total: u64) -> Self {
        let bar = ProgressBar::new(total);
        if stderr().is_terminal() {
            let style = ProgressStyle::with_template("{spinner} {msg} {wide_bar} {percent:>3}%");
            bar.set_style(style.expect("the template is a constant"));
            bar.set_message(title);
            bar.enable_steady_tick(Duration::from_millis(100));
        } else {
            eprintln!("{title}");
        }
        Self { bar }
    }

    /// `done` units are behind us.
    pub fn set(&self, done: u64) {
        self.bar.set_position(done);
    }

    /// One more unit is behind us.
    pub fn advance(&self) {
        self.bar.inc(1);
    }
}

impl Drop for Step {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
