//! `gimbal host install`: makes a private host out of Debian packages.
//!
//! How a prefix is made, `gimbal-debian` knows; here is what makes it a host.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use gimbal_debian::apt::Planned;
use gimbal_debian::prefix::{Wanted, place};
use gimbal_debian::progress::Step;

use super::discover::{self, Versions};
use super::prefix::{Manifest, Prefix, command_in, write_manifest};
use super::spec::Release;
use crate::home::speaks;

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
    let known = || prefix.manifest();
    let manifest = place(&prefix.root, known, |work| {
        build(release, options, work, &prefix.root)
    })?;
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

/// Makes the prefix in `work/prefix`, to be moved to `destination`.
fn build(release: &Release, options: &Options, work: &Path, destination: &Path) -> Result<Manifest> {
    let wanted = Wanted {
        packages: &PACKAGES,
        suites: release.suites,
        mirror: options.mirror.as_deref(),
        keyring: options.keyring.as_deref(),
    };
    let found = wanted
        .find(work, |plan| is_release(release, plan))
        .with_context(|| format!("cannot get {release}"))?;
    let root = work.join("prefix");
    let packages = wanted.fetch(&found, &root)?;
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

/// Whether a suite would give the wanted version of the release.
fn is_release(release: &Release, plan: &[Planned]) -> Result<()> {
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
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::spec::RELEASES;

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
