//! The names of hosts: `pypy3.11@7.3` is a release that `gimbal host install` knows, a path is an interpreter.

use std::ffi::OsStr;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Result, bail};

/// A line of PyPy releases, and where Debian has it.
#[derive(Debug, PartialEq, Eq)]
pub struct Release {
    /// The Python version it speaks.
    pub python: &'static str,
    /// The first two numbers of PyPy's own version.
    pub series: &'static str,
    /// The Debian suites that have it, the most settled one first.
    pub suites: &'static [&'static str],
}

/// The releases that can be installed. The first is the one meant when nothing is said.
pub static RELEASES: [Release; 3] = [
    Release {
        python: "3.11",
        series: "7.3",
        suites: &["trixie"],
    },
    Release {
        python: "3.11",
        series: "8.0",
        suites: &["forky", "sid"],
    },
    Release {
        python: "3.9",
        series: "7.3",
        suites: &["bookworm"],
    },
];

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "pypy{}@{}", self.python, self.series)
    }
}

impl FromStr for &'static Release {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (name, series) = match text.split_once('@') {
            Some((name, series)) => (name, Some(series)),
            None => (text, None),
        };
        let found = RELEASES.iter().find(|release| {
            name.strip_prefix("pypy") == Some(release.python) && series.is_none_or(|s| s == release.series)
        });
        let Some(release) = found else {
            let known: Vec<String> = RELEASES.iter().map(Release::to_string).collect();
            bail!("unknown host {text:?}: the known ones are {}", known.join(", "));
        };
        Ok(release)
    }
}

/// What a user may name as the host of a program.
#[derive(Debug, PartialEq, Eq)]
pub enum HostSpec {
    /// A private installation.
    Release(&'static Release),
    /// An interpreter anywhere on the machine.
    Interpreter(PathBuf),
}

impl HostSpec {
    /// Whatever has a slash is a path, as for a shell.
    pub fn parse(text: &OsStr) -> Result<Self> {
        match text.to_str() {
            Some(name) if !name.contains('/') => match name.parse() {
                Ok(release) => Ok(Self::Release(release)),
                Err(error) => bail!("{error}, or a path such as /usr/bin/pypy3"),
            },
            _ => Ok(Self::Interpreter(text.into())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_by_name() {
        assert_eq!(
            "pypy3.11".parse::<&Release>().unwrap().to_string(),
            "pypy3.11@7.3"
        );
        assert_eq!("pypy3.11@7.3".parse::<&Release>().unwrap().series, "7.3");
        assert_eq!("pypy3.11@8.0".parse::<&Release>().unwrap().series, "8.0");
    }

    #[test]
    fn unknown_names_list_the_known_ones() {
        for name in [
            "pypy3.11@",
            "pypy3.11@7",
            "pypy3.10",
            "pypy",
            "3.11",
            "",
            "cpython3.11@7.3",
        ] {
            let error = name.parse::<&Release>().unwrap_err().to_string();
            assert!(
                error.contains("pypy3.11@7.3, pypy3.11@8.0, pypy3.9@7.3"),
                "{name}: {error}"
            );
        }
    }

    #[test]
    fn a_slash_makes_a_path() {
        let parse = |text: &str| HostSpec::parse(OsStr::new(text));
        assert_eq!(parse("./pypy").unwrap(), HostSpec::Interpreter("./pypy".into()));
        assert_eq!(
            parse("/opt/pypy3.11@7.3").unwrap(),
            HostSpec::Interpreter("/opt/pypy3.11@7.3".into())
        );
        assert!(matches!(parse("pypy3.11@8.0").unwrap(), HostSpec::Release(r) if r.series == "8.0"));
        assert!(parse("pypy3").unwrap_err().to_string().contains("or a path"));
    }
}
