//! The CPythons that the flavours imitate: interpreter, library and headers. Debian 12 has 3.11 itself; the others come from
//! other suites and live in the cache.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result};

use crate::prefix::{self, Wanted};

/// A version of CPython and the suites that have it, the most settled one first.
struct Source {
    version: &'static str,
    suites: &'static [&'static str],
}

const SOURCES: [Source; 2] = [
    Source {
        version: "3.9",
        suites: &["bullseye"],
    },
    Source {
        version: "3.14",
        suites: &["forky", "sid"],
    },
];

/// Lies in a prefix and says what was unpacked; written last.
const MANIFEST: &str = "packages.txt";

/// A CPython of this machine, or of a prefix.
pub struct CPython {
    version: String,
    root: PathBuf,
}

impl CPython {
    /// The CPython whose ABI `flavour` imitates. No suite has a free-threaded one: for such a flavour it is the other build of
    /// its version.
    pub fn of(flavour: &str) -> Result<Self> {
        let version = flavour.trim_end_matches('t').to_owned();
        let root = match source(&version) {
            None => PathBuf::from("/"),
            Some(_) => prefix::cache_folder()?.join("cpython").join(&version),
        };
        Ok(Self { version, root })
    }

    /// Is it there?
    pub fn is_installed(&self) -> bool {
        match source(&self.version) {
            None => self.include().join("Python.h").is_file(),
            Some(_) => self.root.join(MANIFEST).is_file(),
        }
    }

    /// Unpacks its packages unless they are there; those of Debian 12 are `apt-get`'s.
    pub fn install(&self) -> Result<()> {
        let Some(source) = source(&self.version).filter(|_| !self.is_installed()) else {
            return Ok(());
        };
        let version = &self.version;
        let packages = [
            format!("python{version}-minimal"),
            format!("libpython{version}-stdlib"),
            format!("libpython{version}"),
            format!("libpython{version}-dev"),
        ];
        let wanted = Wanted {
            packages: &packages.each_ref().map(String::as_str),
            suites: source.suites,
            mirror: None,
            keyring: None,
        };
        let known = || Ok(self.is_installed().then_some(()));
        prefix::place(&self.root, known, |work| {
            let found = wanted
                .find(work, |_| Ok(()))
                .with_context(|| format!("cannot get CPython {version}"))?;
            let root = work.join("prefix");
            let packages = wanted.fetch(&found, &root)?;
            let lines = packages
                .iter()
                .map(|package| format!("{} {}\n", package.name, package.version));
            let lines: String = lines.collect();
            Ok(fs::write(
                root.join(MANIFEST),
                format!("{} {}\n{lines}", found.suite, found.mirror),
            )?)
        })
    }

    /// The folder below which its packages lie.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of `Python.h`.
    pub fn include(&self) -> PathBuf {
        self.root.join(format!("usr/include/python{}", self.version))
    }

    /// The arguments with which a C compiler finds its headers. `pyconfig.h` asks for one in the folder of the architecture.
    pub fn include_arguments(&self) -> Vec<OsString> {
        let mut arguments = vec!["-I".into(), self.include().into()];
        if source(&self.version).is_some() {
            arguments.extend(["-idirafter".into(), self.root.join("usr/include").into()]);
        }
        arguments
    }

    /// The real libpython.
    pub fn library(&self) -> PathBuf {
        prefix::libraries(&self.root).join(format!("libpython{}.so.1.0", self.version))
    }

    /// The start of the command line that runs it, and what must be in its environment.
    pub fn command(&self) -> (Vec<OsString>, Option<(&'static str, OsString)>) {
        let interpreter = self.root.join(format!("usr/bin/python{}", self.version));
        if source(&self.version).is_none() {
            let named = env::var_os("GIMBAL_CPYTHON");
            return (vec![named.unwrap_or_else(|| interpreter.into())], None);
        }
        let mut command = prefix::loader(&self.root);
        command.push(interpreter.into());
        (command, Some(("PYTHONHOME", self.root.join("usr").into())))
    }
}

fn source(version: &str) -> Option<&'static Source> {
    SOURCES.iter().find(|source| source.version == version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_free_threaded_flavour_is_compared_with_its_version() {
        let cpython = CPython::of("3.14t").unwrap();
        assert!(cpython.root().ends_with("cpython/3.14"));
        assert!(cpython.include().ends_with("usr/include/python3.14"));
        assert_eq!(cpython.include_arguments().len(), 4);
    }

    #[test]
    fn debian_12_has_its_own() {
        let cpython = CPython::of("3.11").unwrap();
        assert_eq!(
            cpython.library(),
            Path::new("/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0")
        );
        assert_eq!(cpython.include_arguments().len(), 2);
    }
}
