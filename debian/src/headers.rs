//! The headers of the PyPys that are hosts: with them the same C source is compiled for PyPy's own emulation of the C API, and
//! measured beside ours. Gimbal itself needs none.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::prefix::{self, Wanted};

/// A PyPy, the suites that have it, and what the names of its extensions end with.
struct Source {
    host: &'static str,
    suites: &'static [&'static str],
    suffix: &'static str,
}

const SOURCES: [Source; 2] = [
    Source {
        host: "pypy3.11@7.3",
        suites: &["trixie"],
        suffix: ".pypy311-pp73-x86_64-linux-gnu.so",
    },
    Source {
        host: "pypy3.11@8.0",
        suites: &["forky", "sid"],
        suffix: ".pypy311-pp80-x86_64-linux-gnu.so",
    },
];

/// The headers of one PyPy.
pub struct Headers {
    source: &'static Source,
    root: PathBuf,
}

impl Headers {
    /// Those of the host of this name.
    pub fn of(host: &str) -> Result<Self> {
        let source = SOURCES
            .iter()
            .find(|source| source.host == host)
            .with_context(|| format!("no headers are known for {host}"))?;
        let folder = prefix::cache_folder()?.join("headers");
        Ok(Self {
            source,
            root: folder.join(host.replace('@', "-")),
        })
    }

    /// Gets them unless they are there. The package comes with all of PyPy, of which only the headers are kept.
    pub fn install(&self) -> Result<()> {
        let there = || self.include().join("Python.h").is_file();
        if there() {
            return Ok(());
        }
        let wanted = Wanted {
            packages: &["pypy3-dev"],
            suites: self.source.suites,
            mirror: None,
            keyring: None,
        };
        let known = || Ok(there().then_some(()));
        prefix::place(&self.root, known, |work| {
            let found = wanted
                .find(work, |_| Ok(()))
                .with_context(|| format!("cannot get the headers of {}", self.source.host))?;
            let everything = work.join("everything");
            wanted.fetch(&found, &everything)?;
            let folder = "usr/include";
            fs::create_dir_all(work.join("prefix/usr"))?;
            Ok(fs::rename(
                everything.join(folder),
                work.join("prefix").join(folder),
            )?)
        })
    }

    /// The folder of `Python.h`.
    pub fn include(&self) -> PathBuf {
        self.root.join("usr/include/pypy3.11")
    }

    /// What the names of extension files end with.
    pub fn suffix(&self) -> &'static str {
        self.source.suffix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_has_a_folder_of_its_own() {
        let folders = ["pypy3.11@7.3", "pypy3.11@8.0"].map(|host| Headers::of(host).unwrap().include());
        assert!(folders[0].ends_with("headers/pypy3.11-7.3/usr/include/pypy3.11"));
        assert_ne!(folders[0], folders[1]);
        assert!(Headers::of("pypy3.10@7.3").is_err());
    }
}
