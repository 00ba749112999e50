//! A prefix: a folder that packages are unpacked into. What is in it runs with its own loader and C library.
//!
//! It is made in a temporary folder beside its place and appears there by one rename: a prefix that is there is whole. A
//! lock file keeps two makers of one prefix apart.

use std::env;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use crate::apt::{self, Archive, Planned};
use crate::progress::Step;
use crate::sources;

/// Where the libraries are in a prefix; older suites' `/lib` is merged into it.
const LIBRARIES: &str = "usr/lib/x86_64-linux-gnu";

/// A Debian package, as it names itself.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What to get, and from where.
pub struct Wanted<'a> {
    /// The packages; what they depend on comes along.
    pub packages: &'a [&'a str],
    /// The suites to ask, in this order.
    pub suites: &'a [&'static str],
    /// The mirror to use instead of the machine's own and Debian's.
    pub mirror: Option<&'a str>,
    /// The keyring that the archive must be signed with.
    pub keyring: Option<&'a Path>,
}

/// A suite that has what is wanted.
pub struct Found {
    archive: Archive,
    /// Its name.
    pub suite: &'static str,
    /// Where it is.
    pub mirror: String,
    packages: usize,
    bytes: u64,
}

impl Wanted<'_> {
    /// Asks the suites at every mirror, until one has the packages and `accept` takes what it would give.
    pub fn find(&self, work: &Path, accept: impl Fn(&[Planned]) -> Result<()>) -> Result<Found> {
        let keyring = match self.keyring {
            Some(path) if !path.is_file() => bail!("there is no keyring {}", path.display()),
            Some(path) => std::path::absolute(path)?,
            None => apt::keyring()?,
        };
        let settings = apt::machine_settings()?;
        let mirrors = match self.mirror {
            Some(mirror) => vec![mirror.to_owned()],
            None => sources::mirrors(),
        };
        let mut failures = Vec::new();
        for &suite in self.suites {
            for mirror in &mirrors {
                let folder = work.join(format!("apt{}", failures.len()));
                let found = Archive::open(&folder, mirror, suite, &keyring, &settings)
                    .and_then(|archive| self.ask(archive, suite, mirror, &accept));
                match found {
                    Ok(found) => return Ok(found),
                    Err(error) => failures.push(format!("Debian {suite} at {mirror}: {error:#}")),
                }
            }
        }
        bail!("{}", failures.join("\n"))
    }

    fn ask(
        &self,
        archive: Archive,
        suite: &'static str,
        mirror: &str,
        accept: impl Fn(&[Planned]) -> Result<()>,
    ) -> Result<Found> {
        archive.update(&Step::start(format!("Asking {mirror} for Debian {suite}"), 100))?;
        let plan = archive.plan(self.packages)?;
        accept(&plan)?;
        let bytes = plan.iter().map(|planned| planned.bytes).sum();
        Ok(Found {
            archive,
            suite,
            mirror: mirror.to_owned(),
            packages: plan.len(),
            bytes,
        })
    }

    /// Downloads the packages and unpacks them into `root`.
    pub fn fetch(&self, found: &Found, root: &Path) -> Result<Vec<Package>> {
        let megabytes = found.bytes.div_ceil(1_000_000);
        let step = Step::start(
            format!("Downloading {} packages, {megabytes} MB", found.packages),
            100,
        );
        let debs = found.archive.download(self.packages, &step)?;
        ensure!(
            debs.len() == found.packages,
            "apt-get got {} of {} packages",
            debs.len(),
            found.packages
        );
        drop(step);
        unpack(&debs, root)
    }
}

fn unpack(debs: &[PathBuf], root: &Path) -> Result<Vec<Package>> {
    let step = Step::start(format!("Unpacking {} packages", debs.len()), debs.len() as u64);
    let mut packages = Vec::new();
    for deb in debs {
        dpkg_deb(["--extract".as_ref(), deb, root])?;
        let fields = dpkg_deb([
            "--show".as_ref(),
            Path::new("--showformat=${Package} ${Version}"),
            deb,
        ])?;
        let (name, version) = fields.split_once(' ').context("dpkg-deb names no version")?;
        packages.push(Package {
            name: name.to_owned(),
            version: version.to_owned(),
        });
        step.advance();
    }
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    let old = root.join("lib");
    if old.is_dir() && !old.is_symlink() {
        merge(&old, &root.join("usr/lib"))?;
        std::os::unix::fs::symlink("usr/lib", &old)?;
    }
    Ok(packages)
}

/// Moves everything in `from` into `to`.
fn merge(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() && target.is_dir() {
            merge(&entry.path(), &target)?;
        } else {
            fs::rename(entry.path(), target)?;
        }
    }
    Ok(fs::remove_dir(from)?)
}

fn dpkg_deb(arguments: [&Path; 3]) -> Result<String> {
    let output = Command::new("dpkg-deb")
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| apt::missing_tool("dpkg-deb", error))?;
    if !output.status.success() {
        bail!(
            "dpkg-deb failed: {}",
            String::from_utf8_lossy(&output.stderr).trim_end()
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Makes the prefix at `destination`: `make` fills `WORK/prefix`, and may leave other things in WORK. When somebody else made
/// it meanwhile, which `known` tells, that one is taken.
pub fn place<T>(
    destination: &Path,
    known: impl Fn() -> Result<Option<T>>,
    make: impl FnOnce(&Path) -> Result<T>,
) -> Result<T> {
    let parent = destination.parent().context("a prefix lies in a folder")?;
    let name = destination
        .file_name()
        .context("a prefix has a name")?
        .to_string_lossy();
    fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    let lock = File::create(parent.join(format!("{name}.lock")))
        .with_context(|| format!("cannot write into {}", parent.display()))?;
    if lock.try_lock().is_err() {
        eprintln!("Waiting for another install of {name}");
        lock.lock()?;
        if let Some(theirs) = known()? {
            return Ok(theirs);
        }
    }
    let marker = format!(".{name}-");
    remove_leftovers(parent, &marker)?;
    let work = tempfile::Builder::new().prefix(&marker).tempdir_in(parent)?;
    fs::create_dir(work.path().join("prefix"))?;
    let made = make(work.path())?;
    swap_in(&work, destination)?;
    Ok(made)
}

/// What installs that were killed have left; the lock says that nobody uses it.
fn remove_leftovers(parent: &Path, marker: &str) -> Result<()> {
    for entry in fs::read_dir(parent)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(marker) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Puts the new prefix into its place; one that is there goes away with the folder `work`.
fn swap_in(work: &TempDir, destination: &Path) -> Result<()> {
    if destination.exists() {
        fs::rename(destination, work.path().join("old"))?;
    }
    fs::rename(work.path().join("prefix"), destination)
        .with_context(|| format!("cannot move the prefix to {}", destination.display()))
}

/// The folder of the libraries of the prefix at `root`.
pub fn libraries(root: &Path) -> PathBuf {
    root.join(LIBRARIES)
}

/// What starts a program of the prefix at `root`: its own loader, and where that finds libraries.
pub fn loader(root: &Path) -> Vec<OsString> {
    let libraries = libraries(root);
    vec![
        libraries.join("ld-linux-x86-64.so.2").into(),
        "--library-path".into(),
        libraries.into(),
    ]
}

/// `GIMBAL_CACHE`, else `gimbal` in the user's cache folder as the XDG base directories say.
pub fn cache_folder() -> Result<PathBuf> {
    let set = |name: &str| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let folder = set("GIMBAL_CACHE")
        .or_else(|| {
            set("XDG_CACHE_HOME")
                .filter(|path| path.is_absolute())
                .map(|cache| cache.join("gimbal"))
        })
        .or_else(|| set("HOME").map(|home| home.join(".cache/gimbal")))
        .context("no place for the hosts: neither GIMBAL_CACHE nor XDG_CACHE_HOME nor HOME is set")?;
    Ok(std::path::absolute(folder)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_prefix_replaces_the_old_one() {
        let folder = tempfile::tempdir().unwrap();
        let destination = folder.path().join("host");
        for content in ["first", "second"] {
            let make = |work: &Path| Ok(fs::write(work.join("prefix/file"), content)?);
            place(&destination, || Ok(None), make).unwrap();
            assert_eq!(fs::read_to_string(destination.join("file")).unwrap(), content);
        }
        // the prefix and its lock
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn leftovers_are_told_from_other_prefixes() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".pypy3.11-7.3-abc", ".pypy3.11-8.0-abc", "pypy3.11-7.3"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        remove_leftovers(folder.path(), ".pypy3.11-7.3-").unwrap();
        assert!(!folder.path().join(".pypy3.11-7.3-abc").exists());
        assert!(folder.path().join(".pypy3.11-8.0-abc").exists());
        assert!(folder.path().join("pypy3.11-7.3").exists());
    }

    #[test]
    fn an_old_suites_libraries_come_to_the_others() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["lib/a", "usr/lib/a"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        fs::write(root.path().join("lib/a/one"), "").unwrap();
        fs::write(root.path().join("usr/lib/a/two"), "").unwrap();
        merge(&root.path().join("lib"), &root.path().join("usr/lib")).unwrap();
        assert_eq!(fs::read_dir(root.path().join("usr/lib/a")).unwrap().count(), 2);
        assert!(!root.path().join("lib").exists());
    }
}
