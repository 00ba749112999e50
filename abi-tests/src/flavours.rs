//! The flavours beside the main one: which host runs them, and the CPythons that they are compared with.
//!
//! No PyPy speaks 3.14, so its flavours run on the one that speaks 3.11: the binaries see 3.14, the programs 3.11. A theme is
//! compared on the flavours that its first lines name (`flavours: 3.9 3.14 3.14t`).

use std::ffi::OsString;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use gimbal_debian::cpython::CPython;

use crate::lanes::{Interpreter, Lane};
use crate::{compile, paths};

/// A flavour, and the host that its binaries run on.
#[derive(Clone, Copy, Debug)]
pub struct Flavour {
    /// Its name.
    pub name: &'static str,
    /// What `gimbal` knows the host by.
    pub host: &'static str,
}

/// All of them.
pub const FLAVOURS: [Flavour; 3] = [
    Flavour {
        name: "3.9",
        host: "pypy3.9@7.3",
    },
    Flavour {
        name: "3.14",
        host: "pypy3.11@7.3",
    },
    Flavour {
        name: "3.14t",
        host: "pypy3.11@7.3",
    },
];

impl Flavour {
    /// The flavour of a lane.
    pub fn of(lane: &Lane) -> Result<Self> {
        let found = FLAVOURS.into_iter().find(|flavour| flavour.name == lane.name);
        found.with_context(|| format!("no flavour {}", lane.name))
    }

    /// Its lane.
    pub fn lane(self) -> Lane {
        let interpreter = self.interpreter().map_err(|error| format!("{error:#}"));
        Lane::new(self.name, self.host, interpreter)
    }

    fn interpreter(self) -> Result<Interpreter> {
        let home = paths::gimbal_home();
        let boot = home.join(self.name).join("lib/gimbal/pypy/boot.py");
        anyhow::ensure!(boot.exists(), "flavour {} is not built", self.name);
        anyhow::ensure!(
            CPython::of(self.name)?.is_installed(),
            "there is no CPython to compare with"
        );
        crate::lanes::find(self.host).map_err(anyhow::Error::msg)?;
        let words = ["run", "--host", self.host, "--flavour", self.name];
        let mut command: Vec<OsString> = vec![home.join("bin/gimbal").into()];
        command.extend(words.map(OsString::from));
        Ok(Interpreter::of(command))
    }

    /// The CPython of its version.
    pub fn oracle(self) -> Result<Interpreter> {
        let (command, variable) = CPython::of(self.name)?.command();
        let mut words: Vec<OsString> = vec!["env".into()];
        if let Some((name, value)) = variable {
            let mut text = OsString::from(name);
            text.push("=");
            text.push(value);
            words.push(text);
        }
        words.extend(command);
        Ok(Interpreter::of(words))
    }

    /// What the names of its extension files end with.
    pub fn suffix(self) -> String {
        suffix(self.name)
    }

    /// Builds a C file for it, and for its oracle: the same file, but that there is no free-threaded oracle.
    pub fn extensions(
        self,
        source: &Path,
        extra: &[&str],
    ) -> Result<(std::path::PathBuf, std::path::PathBuf)> {
        let cpython = CPython::of(self.name)?;
        let usual = suffix(self.name.trim_end_matches('t'));
        let oracles = compile::extension_for(&cpython, source, &usual, extra)?;
        if !self.name.ends_with('t') {
            return Ok((oracles.clone(), oracles));
        }
        let extra = [&["-DPy_GIL_DISABLED=1"], extra].concat();
        Ok((
            compile::extension_for(&cpython, source, &self.suffix(), &extra)?,
            oracles,
        ))
    }

    /// Whether a theme says that it is for this flavour.
    pub fn has_theme(self, source: &Path) -> Result<bool> {
        let text = fs::read_to_string(source)?;
        let named = text
            .lines()
            .take(12)
            .find_map(|line| line.split_once("flavours:"));
        Ok(named.is_some_and(|(_, names)| names.split_whitespace().any(|name| name == self.name)))
    }
}

fn suffix(flavour: &str) -> String {
    format!(".cpython-{}-x86_64-linux-gnu.so", flavour.replace('.', ""))
}
