//! Hosts: the interpreters that can run programs for Gimbal, how they are named and how they are started.
//!
//! `spec` names a host, `prefix` is a private installation of one, `install` makes such a prefix out of the
//! packages that `apt` gets, `discover` finds interpreters that the machine has already, `list` shows them all.

mod apt;
mod discover;
mod install;
mod list;
mod prefix;
mod sources;
mod spec;

use std::ffi::{OsStr, OsString};
use std::path::Path;

use anyhow::{Result, bail};

pub use install::{Options, install};
pub use list::list;

use crate::home::{DEFAULT_FLAVOUR, speaks};
use prefix::Prefix;
use spec::{HostSpec, RELEASES};

/// The start of every command line that runs the host's interpreter: a program and its first arguments.
///
/// Without a request this is the first private host that is installed, else an interpreter of the machine.
pub fn command(request: Option<&OsStr>) -> Result<Vec<OsString>> {
    match request.map(HostSpec::parse).transpose()? {
        Some(HostSpec::Release(release)) => {
            let prefix = Prefix::of(release)?;
            if !prefix.is_installed() {
                bail!("{release} is not installed; install it with: gimbal host install {release}");
            }
            Ok(prefix.command())
        }
        Some(HostSpec::Interpreter(path)) => interpreter(&path),
        None => default_command(),
    }
}

/// An interpreter of the machine, by its path.
fn interpreter(path: &Path) -> Result<Vec<OsString>> {
    if !path.is_file() {
        bail!("there is no interpreter {}", path.display());
    }
    Ok(vec![std::path::absolute(path)?.into()])
}

fn default_command() -> Result<Vec<OsString>> {
    for release in &RELEASES {
        let prefix = Prefix::of(release)?;
        if prefix.is_installed() {
            return Ok(prefix.command());
        }
    }
    let found = discover::on_this_machine().find(|pypy| speaks(&pypy.versions.python, DEFAULT_FLAVOUR));
    match found {
        Some(pypy) => Ok(vec![pypy.path.into()]),
        None => bail!(
            "there is no PyPy that speaks Python {DEFAULT_FLAVOUR}; install one with: gimbal host install {}",
            RELEASES[0]
        ),
    }
}
