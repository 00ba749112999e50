//! Fetches the pinned wheels and source distributions into `target/wheels`: all, or the wheels of the projects named.

use clap::Parser;
use gimbal_abi_tests::wheels;

#[derive(Parser)]
#[command(about)]
struct Args {
    /// Projects whose wheels are wanted; all files of the lock when there is none
    names: Vec<String>,
}

fn main() -> anyhow::Result<()> {
    let Args { names } = Args::parse();
    let lock = wheels::lock()?;
    if names.is_empty() {
        wheels::fetch(&lock)
    } else {
        wheels::fetch_named(&lock, &names)
    }
}
