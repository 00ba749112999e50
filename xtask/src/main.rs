//! `cargo xtask`: everything one does with this repository (build, check, demo, test), without other tools.

mod build;
mod progress;
mod project;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use project::{MAIN_FLAVOUR, Project};

/// Build, check, show and test Gimbal.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Compile one flavour and lay out target/gimbal
    Build {
        /// The ABI to imitate: a file in shim/abi/flavours
        #[arg(long, default_value = MAIN_FLAVOUR)]
        flavour: String,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    let project = Project::find()?;
    match task {
        Task::Build { flavour } => build::build(&project, &project.flavour(&flavour)?),
    }
}
