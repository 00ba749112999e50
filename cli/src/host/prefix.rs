//! A private host: Debian packages unpacked into a folder of the user's cache, with their own loader and libc,
//! so that a PyPy of a newer Debian runs on an older machine.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use gimbal_debian::prefix::{Package, cache_folder, loader};
use serde::{Deserialize, Serialize};

use super::spec::Release;

/// The loader's option for what the interpreter takes for its own name, and finds its library by.
const ARGV0: &str = "--argv0";
const MANIFEST: &str = "gimbal-host.toml";

/// What was installed; lies in the prefix, whose presence it also proves.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    /// The name of the host.
    pub host: String,
    /// PyPy's own version.
    pub implementation_version: String,
    /// The version of Python it speaks.
    pub python_version: String,
    /// The Debian suite the packages are of.
    pub suite: String,
    /// Where they came from.
    pub mirror: String,
    /// The packages, in the order of their names.
    pub packages: Vec<Package>,
}

/// The place of a private host, whether or not it is there.
pub struct Prefix {
    /// The release it holds.
    pub release: &'static Release,
    /// Its root folder.
    pub root: PathBuf,
}

impl Prefix {
    /// The prefix of `release` in this user's cache.
    pub fn of(release: &'static Release) -> Result<Self> {
        let root = cache_folder()?
            .join("hosts")
            .join(format!("pypy{}-{}", release.python, release.series));
        Ok(Self { release, root })
    }

    /// The manifest is written last and the whole folder appears at once, so one look is enough.
    pub fn is_installed(&self) -> bool {
        self.root.join(MANIFEST).is_file()
    }

    /// What is installed here; `None` if nothing is.
    pub fn manifest(&self) -> Result<Option<Manifest>> {
        if !self.is_installed() {
            return Ok(None);
        }
        let path = self.root.join(MANIFEST);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let manifest = toml::from_str(&text).with_context(|| {
            let release = self.release;
            format!(
                "{} is damaged; make it anew with: gimbal host install {release} --force",
                path.display()
            )
        })?;
        Ok(Some(manifest))
    }

    /// Starts the interpreter with its own loader.
    pub fn command(&self) -> Vec<OsString> {
        command_in(&self.root, self.release)
    }
}

/// Writes the manifest of the prefix at `root`.
pub fn write_manifest(root: &Path, manifest: &Manifest) -> Result<()> {
    fs::write(root.join(MANIFEST), toml::to_string(manifest)?).context("cannot write the manifest")
}

/// Starts the interpreter of `release` that lies below `root`. `--argv0` lets PyPy find its own library there.
pub fn command_in(root: &Path, release: &Release) -> Vec<OsString> {
    let interpreter = root.join(format!("usr/bin/pypy{}", release.python));
    let mut command = loader(root);
    command.extend([ARGV0.into(), interpreter.clone().into(), interpreter.into()]);
    command
}

/// The arguments of `command`, which starts a private host, with another `argv[0]` for its interpreter.
pub fn renamed<'c>(command: &'c [OsString], argv0: &'c Path) -> impl Iterator<Item = &'c OsStr> {
    let mut after_option = false;
    command[1..].iter().map(move |argument| {
        let here = std::mem::replace(&mut after_option, argument == ARGV0);
        if here { argv0.as_os_str() } else { argument }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::spec::RELEASES;

    #[test]
    fn the_loader_comes_first() {
        let command = command_in(Path::new("/p"), &RELEASES[0]);
        let expected = [
            "/p/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
            "--library-path",
            "/p/usr/lib/x86_64-linux-gnu",
            "--argv0",
            "/p/usr/bin/pypy3.11",
            "/p/usr/bin/pypy3.11",
        ];
        assert_eq!(command, expected);
    }

    #[test]
    fn only_the_name_changes() {
        let command = command_in(Path::new("/p"), &RELEASES[0]);
        let renamed: Vec<_> = renamed(&command, Path::new("/env/bin/python")).collect();
        assert_eq!(renamed[2], "--argv0");
        assert_eq!(renamed[3], "/env/bin/python");
        assert_eq!(renamed[4], "/p/usr/bin/pypy3.11");
        assert_eq!(renamed.len(), command.len() - 1);
    }

    #[test]
    fn manifests_survive_the_disk() {
        let root = tempfile::tempdir().unwrap();
        let prefix = Prefix {
            release: &RELEASES[0],
            root: root.path().to_owned(),
        };
        assert!(prefix.manifest().unwrap().is_none());
        let manifest = Manifest {
            host: "pypy3.11@7.3".into(),
            implementation_version: "7.3.19".into(),
            python_version: "3.11.11".into(),
            suite: "trixie".into(),
            mirror: "http://mirror.example/debian".into(),
            packages: vec![Package {
                name: "pypy3".into(),
                version: "7.3.19+dfsg-2".into(),
            }],
        };
        write_manifest(root.path(), &manifest).unwrap();
        let read = prefix.manifest().unwrap().unwrap();
        assert_eq!(read.packages, manifest.packages);
        fs::write(root.path().join(MANIFEST), "host = 1").unwrap();
        assert!(prefix.manifest().unwrap_err().to_string().contains("--force"));
    }
}
