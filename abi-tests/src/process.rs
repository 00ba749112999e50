//! Child processes with a time limit.

use std::fs::File;
use std::io::{Read, Seek};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process_group};
use wait_timeout::ChildExt;

/// How a child process ended, and what it said.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Everything written to standard output.
    pub stdout: String,
    /// Everything written to standard error; shown when a test fails, never compared.
    pub stderr: String,
    /// `exit 0`, `signal 11`, `killed after 300 s`.
    pub status: String,
}

impl Outcome {
    /// Whether the process ended by itself with exit status 0.
    pub fn success(&self) -> bool {
        self.status == "exit 0"
    }
}

/// Runs `command` in a process group of its own and kills the group when `limit` has passed.
///
/// Output goes through files: a grandchild that keeps a pipe open cannot make us wait.
pub fn run(mut command: Command, limit: Duration) -> Result<Outcome> {
    let mut stdout = tempfile::tempfile()?;
    let mut stderr = tempfile::tempfile()?;
    command
        .stdin(Stdio::null())
        .stdout(stdout.try_clone()?)
        .stderr(stderr.try_clone()?)
        .process_group(0);
    let mut child = command
        .spawn()
        .with_context(|| format!("cannot start {command:?}"))?;
    let status = match child.wait_timeout(limit)? {
        Some(status) => describe(status),
        None => {
            let group = Pid::from_child(&child);
            kill_process_group(group, Signal::KILL)?;
            child.wait()?;
            format!("killed after {} s", limit.as_secs())
        }
    };
    Ok(Outcome {
        stdout: read_back(&mut stdout)?,
        stderr: read_back(&mut stderr)?,
        status,
    })
}

fn describe(status: ExitStatus) -> String {
    match (status.code(), status.signal()) {
        (Some(code), _) => format!("exit {code}"),
        (None, Some(signal)) => format!("signal {signal}"),
        (None, None) => status.to_string(),
    }
}

fn read_back(file: &mut File) -> Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
