//! What a call costs: the same extension file on CPython and on each host (`benches/calls.c`, `benches/time_calls.py`).
//!
//! `cargo run -p gimbal-abi-tests --bin bench`, after `cargo xtask build`. The interpreters take turns, several rounds; a
//! figure is the median over the rounds of the fastest batch in each. `docs/PERFORMANCE.md` has the results of one run.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use gimbal_abi_tests::lanes::{self, Interpreter, Lane, Program};
use gimbal_abi_tests::{compile, report};
use serde::Serialize;

/// Time calls of C functions on CPython and on every installed host.
#[derive(Parser)]
struct Arguments {
    /// How often every interpreter has its turn
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// Seconds for each loop in a turn
    #[arg(long, default_value_t = 0.3)]
    seconds: f64,
    /// Write the figures to this file, too
    #[arg(long)]
    json: Option<PathBuf>,
}

/// One interpreter and what it measured.
struct Runner {
    name: &'static str,
    interpreter: Interpreter,
    /// For each loop, its figure in each round.
    figures: Vec<Vec<f64>>,
}

#[derive(Serialize)]
struct Row {
    name: String,
    results: Vec<Figure>,
}

#[derive(Serialize)]
struct Figure {
    interpreter: &'static str,
    nanoseconds: f64,
    /// Of CPython's time.
    ratio: f64,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    ensure!(arguments.rounds > 0, "no rounds, no figures");
    let rows = measure(&arguments)?;
    print_table(&rows);
    if let Some(path) = arguments.json {
        fs::write(&path, serde_json::to_string_pretty(&rows)? + "\n")
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn measure(arguments: &Arguments) -> Result<Vec<Row>> {
    let extension = compile::extension(&lanes::script("benches", "calls.c"))?;
    let program = Program::new(lanes::script("benches", "time_calls.py"), vec![extension])
        .arg(arguments.seconds.to_string());
    let mut runners = runners()?;
    let mut names = Vec::new();
    for round in 1..=arguments.rounds {
        for runner in &mut runners {
            eprintln!("round {round} of {}: {}", arguments.rounds, runner.name);
            names = runner.turn(&program)?;
        }
    }
    let rows = names.into_iter().enumerate().map(|(index, name)| {
        let cpython = median(&mut runners[0].figures[index]);
        let results = runners.iter_mut().map(|runner| {
            let nanoseconds = median(&mut runner.figures[index]);
            Figure {
                interpreter: runner.name,
                nanoseconds,
                ratio: nanoseconds / cpython,
            }
        });
        Row {
            name,
            results: results.collect(),
        }
    });
    Ok(rows.collect())
}

/// CPython, then the hosts that are there.
fn runners() -> Result<Vec<Runner>> {
    let runner = |name, interpreter| Runner {
        name,
        interpreter,
        figures: Vec::new(),
    };
    let mut runners = vec![runner("CPython 3.11", Interpreter::oracle())];
    for lane in Lane::all() {
        match lane.interpreter() {
            Ok(interpreter) => runners.push(runner(lane.name, interpreter.clone())),
            Err(reason) => eprintln!("{} left out: {reason}", lane.name),
        }
    }
    ensure!(runners.len() > 1, "no host to measure");
    Ok(runners)
}

impl Runner {
    /// Runs all loops once, and returns their names.
    fn turn(&mut self, program: &Program) -> Result<Vec<String>> {
        let outcome = self.interpreter.run(program)?;
        ensure!(
            outcome.success(),
            "{}: {}\n{}",
            self.name,
            outcome.status,
            report::tail(&outcome)
        );
        let loops: Vec<(String, f64)> = serde_json::from_str(&outcome.stdout)?;
        self.figures.resize(loops.len(), Vec::new());
        for (figures, (_, nanoseconds)) in self.figures.iter_mut().zip(&loops) {
            figures.push(*nanoseconds);
        }
        Ok(loops.into_iter().map(|(name, _)| name).collect())
    }
}

fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    if figures.len() % 2 == 1 {
        figures[middle]
    } else {
        f64::midpoint(figures[middle - 1], figures[middle])
    }
}

/// Prints Markdown.
fn print_table(rows: &[Row]) {
    let Some(first) = rows.first() else { return };
    let (mut head, mut line) = (String::from("| the C function |"), String::from("|---|"));
    for (index, figure) in first.results.iter().enumerate() {
        head += &format!(" {}, ns |", figure.interpreter);
        line += "--:|";
        if index > 0 {
            head += " ratio |";
            line += "--:|";
        }
    }
    println!("{head}\n{line}");
    for row in rows {
        let mut text = format!("| {} |", row.name);
        for (index, figure) in row.results.iter().enumerate() {
            text += &format!(" {:.1} |", figure.nanoseconds);
            if index > 0 {
                text += &format!(" {:.2} |", figure.ratio);
            }
        }
        println!("{text}");
    }
}
