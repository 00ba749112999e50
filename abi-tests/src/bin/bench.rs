//! `cargo xtask bench`: what things cost on CPython, on Gimbal with each host, and on PyPy alone.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use gimbal_abi_tests::bench::record::Record;
use gimbal_abi_tests::bench::{GROUPS, Settings, document, plot, run};

/// Measure what things cost on CPython 3.11, on Gimbal with each host, and on the same PyPys alone.
#[derive(Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Arguments {
    /// How often every interpreter has its turn [default: 5, quick: 2]
    #[arg(long)]
    rounds: Option<usize>,
    /// Seconds for each row in a turn [default: 0.2, quick: 0.05]
    #[arg(long)]
    seconds: Option<f64>,
    /// Only a glance: fewer rounds, and shorter ones
    #[arg(long)]
    quick: bool,
    /// Only this host, as `gimbal host list` names it; may be repeated
    #[arg(long)]
    host: Vec<String>,
    /// Only this group (calls, back, values, ...); may be repeated
    #[arg(long)]
    group: Vec<String>,
    /// Only rows with this in their names
    #[arg(long, default_value = "")]
    row: String,
    /// Take the figures from this file instead of measuring
    #[arg(long)]
    from: Option<PathBuf>,
    /// Write the figures to this file
    #[arg(long)]
    json: Option<PathBuf>,
    /// Make docs/PERFORMANCE.md, its plot and its record of these figures
    #[arg(long)]
    write: bool,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let record = match &arguments.from {
        Some(path) => read(path)?,
        None => run(&Settings {
            rounds: arguments.rounds.unwrap_or(if arguments.quick { 2 } else { 5 }),
            seconds: arguments
                .seconds
                .unwrap_or(if arguments.quick { 0.05 } else { 0.2 }),
            hosts: arguments.host.clone(),
            groups: arguments.group.clone(),
            rows: arguments.row.clone(),
        })?,
    };
    for group in &record.groups {
        println!("\n{}\n\n{}", group.name, document::rows(group, &record));
    }
    let json = record.to_json()?;
    if let Some(path) = &arguments.json {
        fs::write(path, &json).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if arguments.write {
        write(&record, &json)?;
    }
    Ok(())
}

fn read(path: &PathBuf) -> Result<Record> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("in {}", path.display()))
}

fn write(record: &Record, json: &str) -> Result<()> {
    ensure!(
        record.groups.len() == GROUPS.len(),
        "the document is about everything: measure all groups"
    );
    let folder = document::folder();
    let path = folder.join("PERFORMANCE.md");
    let text = document::update(&fs::read_to_string(&path)?, record)?;
    fs::write(folder.join("performance.svg"), plot::draw(record)?)?;
    fs::write(folder.join("performance.json"), json)?;
    fs::write(path, text)?;
    Ok(())
}
