//! Long steps, shown: a spinner with the last line of output on a terminal, two plain lines elsewhere.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};

/// Runs a command as a step of its own. Its output is shown only when it fails.
pub fn run(label: &str, command: Command) -> Result<()> {
    step(label, |bar| quietly(command, bar))
}

/// Runs `work` as one step: announced, timed, and its end reported.
pub fn step<T>(label: &str, work: impl FnOnce(&ProgressBar) -> Result<T>) -> Result<T> {
    let bar = ProgressBar::new_spinner();
    let plain = bar.is_hidden();
    if plain {
        eprintln!("{label} ...");
    }
    let style = ProgressStyle::with_template("{spinner} {prefix} [{elapsed}] {wide_msg:.dim}")?;
    bar.set_style(style);
    bar.set_prefix(label.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    let started = Instant::now();
    let result = work(&bar);
    bar.finish_and_clear();
    let end = if result.is_ok() { "done" } else { "FAILED" };
    eprintln!("{label}: {end} in {:.1} s", started.elapsed().as_secs_f64());
    result
}

/// Runs a command to its end; the bar shows its last line, an error carries all of its output.
fn quietly(mut command: Command, bar: &ProgressBar) -> Result<()> {
    let name = name(&command);
    let (reader, writer) = std::io::pipe()?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
    // The command owns the write ends; the pipe ends only when they are gone.
    drop(command);
    let mut output = String::new();
    for line in BufReader::new(reader).split(b'\n') {
        let line = String::from_utf8_lossy(&line?).into_owned();
        bar.set_message(line.trim().to_owned());
        output.push_str(&line);
        output.push('\n');
    }
    let status = child.wait()?;
    if !status.success() {
        bail!("{name}: {status}\n{}", output.trim_end());
    }
    Ok(())
}

/// Runs a command and returns what it wrote to its standard output. An error carries all of its output.
pub fn capture(mut command: Command) -> Result<String> {
    let name = name(&command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {name}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() {
        bail!(
            "{name}: {}\n{text}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    Ok(text.into_owned())
}

/// What to call a command in a message: the program, and the subcommand when it has one.
fn name(command: &Command) -> String {
    let program = Path::new(command.get_program())
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    match command.get_args().next() {
        Some(first) if !first.to_string_lossy().starts_with(['-', '/']) => {
            format!("{program} {}", first.to_string_lossy())
        }
        _ => program.into_owned(),
    }
}
