//! `cargo xtask`: everything one does with this repository (build, check, demo, test), without other tools.

mod build;
mod check;
mod debian;
mod demo;
mod progress;
mod project;
mod tally;
mod test;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use project::{MAIN_FLAVOUR, Profile, Project};

/// Build, check, show and test Gimbal.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Compile one flavour, or all, and lay out target/gimbal
    Build {
        /// The ABI to imitate: a file in shim/abi/flavours, or "all" of them
        #[arg(long, default_value = MAIN_FLAVOUR)]
        flavour: String,
    },
    /// Check statically: formatting, lints, generated files, headers, dependency arrows
    Check {
        /// Format and regenerate instead of complaining
        #[arg(long)]
        write: bool,
    },
    /// Run ten unmodified CPython wheels on PyPy and compare with CPython 3.11
    Demo,
    /// Measure what things cost on CPython 3.11, on Gimbal with each host, and on the same PyPys alone
    ///
    /// `cargo xtask bench -- --help` tells its options; `--quick` gives a glance.
    Bench {
        /// Options
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Count the instructions of the shim's native paths with callgrind, and compare them with the record
    ///
    /// `--write` makes the counts the record.
    Instructions {
        /// Options
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Run packages' own test suites on CPython and on Gimbal, and compare test by test
    ///
    /// `cargo xtask suite -- --help` tells its options.
    Suite {
        /// The packages, and options
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Run everything: static checks, unit tests, and the built library against the real one
    Test(test::Selection),
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one task. False: it ran to its end and has said what is wrong.
fn run(task: Task) -> Result<bool> {
    let project = Project::find()?;
    match task {
        Task::Build { flavour } => {
            let flavours = match flavour.as_str() {
                "all" => project.flavours()?,
                one => vec![project.flavour(one)?],
            };
            for flavour in &flavours {
                build::build(&project, flavour, Profile::Release)?;
            }
            Ok(true)
        }
        Task::Check { write } => Ok(check::check(&project, write)?.report()),
        Task::Demo => demo::demo(&project),
        Task::Bench { arguments } => demo::bench(&project, &arguments),
        Task::Instructions { arguments } => demo::instructions(&project, &arguments),
        Task::Suite { arguments } => demo::suite(&project, &arguments),
        Task::Test(selection) => Ok(test::test(&project, &selection)?.report()),
    }
}
