//! `gimbal host install`: makes a private host out of Debian packages.
//!
//! Everything happens in a temporary folder beside the place of the prefix, which appears there by one rename: a
//! prefix that is there is whole. A lock file keeps two installs of one host apart.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use super::apt::{self, Archive};
use super::discover::{self, Versions};
use super::prefix::{Manifest, Package, Prefix, command_in, write_manifest};
use super::sources;
use super::spec::Release;
use crate::home::speaks;
use crate::progress::Step;

/// PyPy, pip for its environments, and the libraries that wheels may expect of every machine (the manylinux policies) and that no window
/// system brings: the private loader should find those of its own libc's age.
const PACKAGES: [&str; 8] = [
    "pypy3",
    "pypy3-lib",
    "python3-pip-whl",
    "libatomic1",
    "libexpat1",
    "libgcc-s1",
    "libstdc++6",
    "zlib1g",
];

/// How to install.
#[derive(Debug, Default)]
pub struct Options {
    /// Make it anew if it is there.
    pub force: bool,
    /// The mirror to use instead of the machine's own and Debian's.
    pub mirror: Option<String>,
    /// The keyring that the archive must be signed with.
    pub keyring: Option<PathBuf>,
}

/// Installs `release` unless it is there; a line that says what is there now.
pub fn install(release: &'static Release, options: &Options) -> Result<String> {
    ensure!(
        cfg!(all(target_os = "linux", target_arch = "x86_64")),
        "private hosts are made for Linux on x86-64 only; name an installed PyPy with --host instead"
    );
    let prefix = Prefix::of(release)?;
    if !options.force
        && let Some(manifest) = prefix.manifest()?
    {
        return Ok(describe(&prefix, &manifest, "is there already"));
    }
    let hosts = prefix
        .root
        .parent()
        .expect("a prefix lies in the folder of the hosts");
    let name = prefix
        .root
        .file_name()
        .expect("a prefix has a name")
        .to_string_lossy();
    fs::create_dir_all(hosts).with_context(|| format!("cannot make {}", hosts.display()))?;
    let lock = File::create(hosts.join(format!("{name}.lock")))
        .with_context(|| format!("cannot write into {}", hosts.display()))?;
    if lock.try_lock().is_err() {
        eprintln!("Waiting for another install of {release}");
        lock.lock()?;
        if let Some(manifest) = prefix.manifest()? {
            return Ok(describe(&prefix, &manifest, "is there already"));
        }
    }
    let marker = format!(".{name}-");
    remove_leftovers(hosts, &marker)?;
    let work = tempfile::Builder::new().prefix(&marker).tempdir_in(hosts)?;
    let manifest = build(release, options, work.path(), &prefix.root)?;
    swap_in(&work, &prefix.root)?;
    Ok(describe(&prefix, &manifest, "is installed"))
}

fn describe(prefix: &Prefix, manifest: &Manifest, state: &str) -> String {
    format!(
        "{} {state}: PyPy {}, Python {}, in {}\n",
        manifest.host,
        manifest.implementation_version,
        manifest.python_version,
        prefix.root.display()
    )
}

/// What installs that were killed have left; the lock says that nobody uses it.
fn remove_leftovers(hosts: &Path, marker: &str) -> Result<()> {
    for entry in fs::read_dir(hosts)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(marker) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// Makes the prefix in `work/prefix`, to be moved to `destination`.
fn build(release: &Release, options: &Options, work: &Path, destination: &Path) -> Result<Manifest> {
    let found = find(release, options, work)?;
    let root = work.join("prefix");
    fs::create_dir(&root)?;
    let packages = {
        let megabytes = found.bytes.div_ceil(1_000_000);
        let step = Step::start(
            format!("Downloading {} packages, {megabytes} MB", found.packages),
            100,
        );
        let debs = found.archive.download(&PACKAGES, &step)?;
        ensure!(
            debs.len() == found.packages,
            "apt-get got {} of {} packages",
            debs.len(),
            found.packages
        );
        drop(step);
        unpack(&debs, &root)?
    };
    let versions = discover::versions(&command_in(&root, release)).with_context(|| {
        format!(
            "the PyPy of Debian {} does not start on this machine",
            found.suite
        )
    })?;
    check(release, &versions)?;
    compile(release, &root, destination)?;
    let manifest = Manifest {
        host: release.to_string(),
        implementation_version: versions.implementation,
        python_version: versions.python,
        suite: found.suite.to_owned(),
        mirror: found.mirror,
        packages,
    };
    write_manifest(&root, &manifest)?;
    Ok(manifest)
}

/// A suite that has the release.
struct Found {
    archive: Archive,
    suite: &'static str,
    mirror: String,
    packages: usize,
    bytes: u64,
}

/// Asks the suites of `release` at every mirror, until one has the wanted version.
fn find(release: &Release, options: &Options, work: &Path) -> Result<Found> {
    let keyring = match &options.keyring {
        Some(path) if !path.is_file() => bail!("there is no keyring {}", path.display()),
        Some(path) => std::path::absolute(path)?,
        None => apt::keyring()?,
    };
    let settings = apt::machine_settings()?;
    let mirrors = match &options.mirror {
        Some(mirror) => vec![mirror.clone()],
        None => sources::mirrors(),
    };
    let mut failures = Vec::new();
    for suite in release.suites {
        for mirror in &mirrors {
            let folder = work.join(format!("apt{}", failures.len()));
            let found = Archive::open(&folder, mirror, suite, &keyring, &settings)
                .and_then(|archive| ask(release, archive, suite, mirror));
            match found {
                Ok(found) => return Ok(found),
                Err(error) => failures.push(format!("Debian {suite} at {mirror}: {error:#}")),
            }
        }
    }
    bail!("cannot get {release}\n{}", failures.join("\n"))
}

/// Whether `archive` has the wanted version of the release.
fn ask(release: &Release, archive: Archive, suite: &'static str, mirror: &str) -> Result<Found> {
    archive.update(&Step::start(format!("Asking {mirror} for Debian {suite}"), 100))?;
    let plan = archive.plan(&PACKAGES)?;
    let file = plan
        .iter()
        .find_map(|planned| planned.file.strip_prefix("pypy3_"));
    let version = file
        .and_then(|rest| rest.split('_').next())
        .context("it has no pypy3")?;
    ensure!(
        version.starts_with(&format!("{}.", release.series)),
        "the suite has moved on: its pypy3 is {version} now, not {}",
        release.series
    );
    let bytes = plan.iter().map(|planned| planned.bytes).sum();
    Ok(Found {
        archive,
        suite,
        mirror: mirror.to_owned(),
        packages: plan.len(),
        bytes,
    })
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
    Ok(packages)
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

/// The packages may say another version than the interpreter in them.
fn check(release: &Release, versions: &Versions) -> Result<()> {
    let Versions {
        implementation,
        python,
    } = versions;
    ensure!(
        speaks(python, release.python) && implementation.starts_with(&format!("{}.", release.series)),
        "Debian's package has PyPy {implementation} for Python {python}, which is not {release}"
    );
    Ok(())
}

/// Compiles the standard library by the PyPy that will use it: without this it starts ten times slower. The
/// compiled files name their sources as they will lie in `destination`.
fn compile(release: &Release, root: &Path, destination: &Path) -> Result<()> {
    let library = root.join(format!("usr/lib/pypy{}", release.python));
    let step = Step::start(
        "Compiling the standard library".to_owned(),
        count_sources(&library)?,
    );
    let command = command_in(root, release);
    let mut child = Command::new(&command[0])
        .args(&command[1..])
        // Each file is compiled once, so there is nothing for the JIT to learn.
        .args(["--jit", "off", "-I", "-m", "compileall", "-s"])
        .args([root, Path::new("-p"), destination, &library])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot start the PyPy that was unpacked")?;
    let mut complaints = String::new();
    for line in BufReader::new(child.stdout.take().expect("stdout is piped")).lines() {
        let line = line?;
        if line.starts_with("Compiling ") {
            step.advance();
        } else if !line.starts_with("Listing ") {
            complaints.extend([&line, "\n"]);
        }
    }
    if !child.wait()?.success() {
        bail!("cannot compile the standard library:\n{}", complaints.trim_end());
    }
    Ok(())
}

fn count_sources(folder: &Path) -> Result<u64> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            count += count_sources(&entry.path())?;
        } else if entry
            .path()
            .extension()
            .is_some_and(|extension| extension == "py")
        {
            count += 1;
        }
    }
    Ok(count)
}

/// Puts the new prefix into its place; one that is there goes away with the folder `work`.
fn swap_in(work: &TempDir, destination: &Path) -> Result<()> {
    if destination.exists() {
        fs::rename(destination, work.path().join("old"))?;
    }
    fs::rename(work.path().join("prefix"), destination)
        .with_context(|| format!("cannot move the host to {}", destination.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::spec::RELEASES;

    #[test]
    fn a_new_prefix_replaces_the_old_one() {
        let hosts = tempfile::tempdir().unwrap();
        let destination = hosts.path().join("host");
        for content in ["first", "second"] {
            let work = tempfile::tempdir_in(hosts.path()).unwrap();
            fs::create_dir(work.path().join("prefix")).unwrap();
            fs::write(work.path().join("prefix/file"), content).unwrap();
            swap_in(&work, &destination).unwrap();
            assert_eq!(fs::read_to_string(destination.join("file")).unwrap(), content);
        }
        assert_eq!(fs::read_dir(hosts.path()).unwrap().count(), 1);
    }

    #[test]
    fn leftovers_are_told_from_other_hosts() {
        let hosts = tempfile::tempdir().unwrap();
        for name in [".pypy3.11-7.3-abc", ".pypy3.11-8.0-abc", "pypy3.11-7.3"] {
            fs::create_dir(hosts.path().join(name)).unwrap();
        }
        remove_leftovers(hosts.path(), ".pypy3.11-7.3-").unwrap();
        assert!(!hosts.path().join(".pypy3.11-7.3-abc").exists());
        assert!(hosts.path().join(".pypy3.11-8.0-abc").exists());
        assert!(hosts.path().join("pypy3.11-7.3").exists());
    }

    #[test]
    fn the_interpreter_has_the_last_word() {
        let versions = |pypy: &str, python: &str| Versions {
            implementation: pypy.into(),
            python: python.into(),
        };
        assert!(check(&RELEASES[0], &versions("7.3.19", "3.11.11")).is_ok());
        assert!(check(&RELEASES[0], &versions("7.30.1", "3.11.11")).is_err());
        assert!(check(&RELEASES[0], &versions("7.3.11", "3.9.16")).is_err());
    }
}
