//! `cargo xtask instructions`: counts the instructions of the shim's native paths, beside their record.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::Parser;
use gimbal_abi_tests::instructions;

/// Count the instructions of the shim's native paths, and compare them with the record.
#[derive(Parser)]
#[command(name = "cargo xtask instructions", bin_name = "cargo xtask instructions")]
struct Arguments {
    /// Make these counts the record
    #[arg(long)]
    write: bool,
}

fn main() -> Result<ExitCode> {
    let arguments = Arguments::parse();
    if let Some(obstacle) = instructions::obstacle() {
        bail!("{obstacle}; Debian's package valgrind has what is needed");
    }
    let counted = instructions::count(false)?;
    if arguments.write {
        instructions::record(&counted)?;
    }
    let recorded = instructions::recorded()?;
    println!("{:24} {:>9} {:>9}", "path", "recorded", "now");
    for (name, now) in &counted {
        let before = recorded.get(name).copied().unwrap_or_default();
        println!("{name:24} {before:9.1} {now:9.1}");
    }
    let longer = instructions::longer(&recorded, &counted);
    for line in &longer {
        println!("LONGER: {line}");
    }
    Ok(if longer.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
