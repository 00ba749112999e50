//! The PyPys that the machine has already: on PATH and in the folders where they usually lie.

use std::collections::HashSet;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

/// Prints what `Versions` holds, one a line; on anything but a PyPy it fails.
const PROBE: &str = "import sys\n\
                     for version in sys.pypy_version_info, sys.version_info:\n    \
                     print('.'.join(map(str, version[:3])))";

/// The versions of an interpreter.
#[derive(Debug, PartialEq, Eq)]
pub struct Versions {
    /// Of PyPy itself.
    pub implementation: String,
    /// Of the Python it speaks.
    pub python: String,
}

/// An interpreter of the machine.
pub struct Pypy {
    /// The path under which it was found.
    pub path: PathBuf,
    /// The file that is.
    pub file: PathBuf,
    /// Its versions.
    pub versions: Versions,
}

/// Every PyPy found, each file once. Each is started for its versions when its turn comes.
pub fn on_this_machine() -> impl Iterator<Item = Pypy> {
    let mut seen = HashSet::new();
    folders()
        .into_iter()
        .flat_map(|folder| candidates(&folder))
        .filter_map(move |path| {
            let file = path.canonicalize().ok()?;
            if !seen.insert(file.clone()) {
                return None;
            }
            let versions = versions(&[path.clone().into()])?;
            Some(Pypy { path, file, versions })
        })
}

/// Asks the interpreter that `command` starts; `None` if it is no PyPy or does not start.
pub fn versions(command: &[OsString]) -> Option<Versions> {
    let (program, arguments) = command.split_first()?;
    let output = Command::new(program)
        .args(arguments)
        .args(["-I", "-S", "-c", PROBE])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut lines = text.lines().map(str::to_owned);
    Some(Versions {
        implementation: lines.next()?,
        python: lines.next()?,
    })
}

/// PATH, then the usual places; `/opt` and pyenv have one folder for each PyPy.
fn folders() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let home = env::var_os("HOME").map(PathBuf::from).unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    folders.extend(["/usr/local/bin", "/usr/bin"].map(PathBuf::from));
    folders.push(home.join(".local/bin"));
    for parent in [Path::new("/opt"), &home.join(".pyenv/versions")] {
        let Ok(entries) = fs::read_dir(parent) else {
            continue;
        };
        let names = entries.flatten().map(|entry| entry.file_name());
        let mut names: Vec<_> = names
            .filter(|name| name.to_string_lossy().starts_with("pypy"))
            .collect();
        names.sort();
        folders.extend(names.into_iter().map(|name| parent.join(name).join("bin")));
    }
    // An empty entry of PATH means the current folder, where nothing should be started unasked.
    folders.retain(|folder| folder.is_absolute());
    folders
}

/// The files in `folder` with the name of a PyPy, the most telling name first.
fn candidates(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<_> = entries
        .flatten()
        .map(|entry| entry.file_name())
        .filter(|name| is_pypy(name))
        .collect();
    names.sort_by(|a, b| b.cmp(a));
    names
        .into_iter()
        .map(|name| folder.join(name))
        .filter(|path| path.is_file())
        .collect()
}

/// `pypy`, `pypy3`, `pypy3.11`.
fn is_pypy(name: &OsStr) -> bool {
    let version = name.to_str().and_then(|name| name.strip_prefix("pypy"));
    version.is_some_and(|version| version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_interpreters() {
        for name in ["pypy", "pypy3", "pypy3.9", "pypy3.11"] {
            assert!(is_pypy(OsStr::new(name)), "{name}");
        }
        for name in ["pypy3clean", "pypy-config", "python3", "pypy3.11-dbg"] {
            assert!(!is_pypy(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn what_is_no_pypy_has_no_versions() {
        assert_eq!(versions(&["/bin/true".into()]), None);
        assert_eq!(versions(&["/nowhere/pypy3".into()]), None);
    }

    #[test]
    fn the_telling_name_comes_first() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["pypy", "pypy3", "pypy3.11", "python3"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let names = ["pypy3.11", "pypy3", "pypy"].map(|name| folder.path().join(name));
        assert_eq!(candidates(folder.path()), names);
    }
}
