//! What free threading brings: the rows of `benches/scaling.c` on the reference host and flavour 3.14t, on one thread and on several
//! at once, in nanoseconds for a step, and how much more all threads together do than one.
//!
//! `cargo run -p gimbal-abi-tests --bin scaling`, after `cargo xtask build --flavour 3.14t`.

use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use clap::Parser;
use gimbal_abi_tests::flavours::FLAVOURS;
use gimbal_abi_tests::{paths, process, report};

/// Measure what several threads at once do in free-threaded mode
#[derive(Parser)]
struct Arguments {
    /// How many threads are compared with one
    #[arg(long, default_value_t = 2)]
    threads: usize,
    /// Another libpython 3.14t than the one that is built
    #[arg(long)]
    libpython: Option<std::path::PathBuf>,
}

const FLAVOUR: &str = "3.14t";

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let flavour = FLAVOURS.into_iter().find(|flavour| flavour.name == FLAVOUR);
    let flavour = flavour.context("there is no such flavour")?;
    let (folder, _) = flavour.extensions(&paths::sources().join("benches/scaling.c"), &[])?;
    let module = folder.join(format!("scaling{}", flavour.suffix()));
    let home = paths::gimbal_home();
    let library = arguments
        .libpython
        .unwrap_or_else(|| home.join(format!("{FLAVOUR}/lib/libpython{FLAVOUR}.so.1.0")));
    let (one, many) = (
        run(&library, &module, 1)?,
        run(&library, &module, arguments.threads)?,
    );
    println!(
        "{:20} {:>10} {:>10} {:>8}",
        "ns a step",
        "1 thread",
        format!("{} threads", arguments.threads),
        "scaling"
    );
    for (row, alone) in one {
        let together = many.iter().filter(|(name, _)| *name == row);
        let slowest = together.map(|&(_, cost)| cost).fold(0.0, f64::max);
        let scaling = arguments.threads as f64 * alone / slowest;
        println!("{row:20} {alone:10.1} {slowest:10.1} {scaling:8.2}");
    }
    Ok(())
}

/// The rows, once for each thread.
fn run(library: &Path, module: &Path, threads: usize) -> Result<Vec<(String, f64)>> {
    let mut command = Command::new(paths::gimbal_home().join("3.11/lib/gimbal/reference/gimbal-reference"));
    command.env("GIMBAL_CHECK_THREADS", threads.to_string());
    command.args([
        OsStr::new("--free-threaded"),
        OsStr::new("--libpython"),
        library.as_ref(),
    ]);
    command.arg("checks").arg(module);
    command.args(["--threads", &threads.to_string()]);
    let outcome = process::run(command, Duration::from_secs(300))?;
    ensure!(
        outcome.success(),
        "{}\n{}",
        outcome.status,
        report::tail(&outcome)
    );
    let row = |line: &str| {
        let (name, value) = line.split_once(": ").context("a line has a value")?;
        let name = name.trim_start_matches("check_").replace('_', " ");
        Ok((name, value.parse().with_context(|| line.to_owned())?))
    };
    outcome.stdout.lines().map(row).collect()
}
