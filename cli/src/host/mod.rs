//! Hosts: the interpreters that can run programs for Gimbal, how they are named and how they are started.
//!
//! `spec` names a host, `prefix` is a private installation of one, `install` makes such a prefix out of the
//! packages that `gimbal-debian` gets, `discover` finds interpreters that the machine has already, `list` shows them all.

mod discover;
mod install;
mod list;
mod prefix;
mod spec;

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

pub use install::{Options, install};
pub use list::{list, usable};

use crate::home::{DEFAULT_FLAVOUR, speaks};
use prefix::Prefix;
use spec::{HostSpec, RELEASES};

/// A host that can be started.
pub struct Host {
    /// What a request names it by: a release or an absolute path.
    pub name: OsString,
    /// The start of every command line that runs its interpreter: a program and its first arguments.
    pub command: Vec<OsString>,
    /// The root of a private host.
    pub root: Option<PathBuf>,
    /// The flavour whose wheels it runs: the version of Python that it speaks.
    pub flavour: &'static str,
}

impl Host {
    /// The folder of its own libraries, the C library and its loader among them; None when it uses the machine's.
    pub fn libraries(&self) -> Option<PathBuf> {
        self.root.as_deref().map(gimbal_debian::prefix::libraries)
    }

    /// A command that starts the interpreter; as `argv0` it finds the environment that it belongs to.
    pub fn start(&self, argv0: Option<&Path>) -> Command {
        let mut command = Command::new(&self.command[0]);
        match argv0 {
            None => {
                command.args(&self.command[1..]);
            }
            Some(argv0) if self.root.is_some() => {
                command.args(prefix::renamed(&self.command, argv0));
            }
            Some(argv0) => {
                command.args(&self.command[1..]).arg0(argv0);
            }
        }
        command
    }
}

/// The host of this name. Without one this is the first private host that is installed, else an interpreter of the machine.
pub fn find(request: Option<&OsStr>) -> Result<Host> {
    match request.map(HostSpec::parse).transpose()? {
        Some(HostSpec::Release(release)) => {
            let prefix = Prefix::of(release)?;
            if !prefix.is_installed() {
                bail!("{release} is not installed; install it with: gimbal host install {release}");
            }
            Ok(private(&prefix))
        }
        Some(HostSpec::Interpreter(path)) => interpreter(&path),
        None => default_host(),
    }
}

/// A private host that is installed.
fn private(prefix: &Prefix) -> Host {
    Host {
        name: prefix.release.to_string().into(),
        command: prefix.command(),
        root: Some(prefix.root.clone()),
        flavour: prefix.release.python,
    }
}

/// The version that the name of an interpreter tells (`/usr/bin/pypy3` leads to `pypy3.9`), else the usual one: starting it to ask
/// would take its time in each run, and if it is another one it says so itself.
fn told_by_name(path: &Path) -> &'static str {
    let file = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let version = name.strip_prefix("pypy").unwrap_or_default();
    let mut known = RELEASES.iter().map(|release| release.python);
    known.find(|python| *python == version).unwrap_or(DEFAULT_FLAVOUR)
}

/// An interpreter of the machine, by its path.
fn interpreter(path: &Path) -> Result<Host> {
    if !path.is_file() {
        bail!("there is no interpreter {}", path.display());
    }
    let name: OsString = std::path::absolute(path)?.into();
    let command = vec![name.clone()];
    Ok(Host {
        name,
        command,
        root: None,
        flavour: told_by_name(path),
    })
}

fn default_host() -> Result<Host> {
    for release in &RELEASES {
        let prefix = Prefix::of(release)?;
        if prefix.is_installed() {
            return Ok(private(&prefix));
        }
    }
    let found = discover::on_this_machine().find(|pypy| speaks(&pypy.versions.python, DEFAULT_FLAVOUR));
    match found {
        Some(pypy) => interpreter(&pypy.path),
        None => bail!(
            "there is no PyPy that speaks Python {DEFAULT_FLAVOUR}; install one with: gimbal host install {}",
            RELEASES[0]
        ),
    }
}
