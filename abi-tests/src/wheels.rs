//! The wheels and source distributions that the tests use: pinned in `data/packages.toml`, fetched by pip,
//! verified by their hashes, unpacked one directory per package.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{paths, process};

/// The lock file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    /// Binary and pure-Python wheels.
    pub wheel: Vec<Package>,
    /// Binary wheels for free-threaded CPython 3.14.
    pub free_threaded: Vec<Package>,
    /// Binary wheels for other flavours.
    pub flavoured: Vec<Package>,
    /// Source distributions, for their test suites.
    pub sdist: Vec<Package>,
    /// Test suites to run.
    pub suite: Vec<Suite>,
}

/// One pinned file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Package {
    /// The project's name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The file's name.
    pub file: String,
    /// The file's SHA-256, in hexadecimal digits.
    pub sha256: String,
    /// The flavour that it is for, if not the main one.
    pub flavour: Option<String>,
    /// Other packages of the lock that it needs, those that they need left out. Of another flavour's wheel: what it needs besides.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Whether it avoids its C part unless the interpreter calls itself CPython: it is run with `--identify cpython`.
    /// Said of the main flavour's wheel only.
    #[serde(default)]
    pub identify: bool,
    /// Why its program does not run as on CPython, if it does not: the tests leave it out.
    #[serde(default)]
    pub fails: String,
}

impl Lock {
    /// The wheel of a package for the main flavour.
    pub fn find(&self, name: &str) -> Result<&Package> {
        let found = self.wheel.iter().find(|package| package.name == name);
        found.with_context(|| format!("no wheel {name} in {}", table().display()))
    }

    /// The wheels that a program needs which uses the package: it comes first.
    pub fn closure(&self, name: &str) -> Result<Vec<&Package>> {
        let mut all = vec![self.find(name)?];
        let mut next = 0;
        while next < all.len() {
            for need in &all[next].needs {
                if all.iter().all(|package| package.name != *need) {
                    all.push(self.find(need)?);
                }
            }
            next += 1;
        }
        Ok(all)
    }

    /// The same wheels as another flavour has them, and what they need besides; none when it lacks one.
    pub fn closure_for(&self, flavour: &str, name: &str) -> Result<Option<Vec<&Package>>> {
        let own = |name: &str| {
            let mut flavoured = self.flavoured.iter();
            flavoured.find(|own| own.flavour.as_deref() == Some(flavour) && own.name == name)
        };
        let mut all = Vec::new();
        for main in self.closure(name)? {
            let pure = main.file.ends_with("-none-any.whl").then_some(main);
            let Some(package) = own(&main.name).or(pure) else {
                return Ok(None);
            };
            all.push(package);
            if package.flavour.is_some() {
                all.extend(package.needs.iter().filter_map(|need| own(need)));
            }
        }
        Ok(Some(all))
    }
}

impl Package {
    /// Where it is unpacked: a directory for `sys.path`.
    pub fn site(&self) -> PathBuf {
        match &self.flavour {
            Some(flavour) => flavoured_site(flavour, &self.name),
            None => site(&self.name),
        }
    }
}

/// A package's own test suite.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Suite {
    /// The package; both its wheel and its source distribution are in the lock.
    pub name: String,
    /// Test files and folders, relative to the root of the source distribution; of the wheel, if that has them all.
    pub tests: Vec<String>,
    /// Other packages of the lock that its tests need, pytest left out.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Whether its tests skip themselves unless the interpreter calls itself CPython, as `identify` of a package.
    #[serde(default)]
    pub identify: bool,
    /// Why the tests of this repository leave the suite to `cargo xtask suite`; empty when they run it.
    #[serde(default)]
    pub by_hand: String,
    /// What pytest is told besides: mostly instead of what the distribution's configuration says for plugins that are not here.
    #[serde(default)]
    pub options: Vec<String>,
    /// Tests that cannot be the same on another interpreter, each with the reason.
    #[serde(default)]
    pub skip: Vec<Skip>,
}

/// A test of a suite that is left out.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Skip {
    /// What pytest's `--deselect` takes.
    pub test: String,
    /// Why.
    pub reason: String,
}

/// Which of the lists of the lock a file is in.
#[derive(Clone, Copy)]
enum Kind {
    Wheel,
    FreeThreaded,
    Flavoured,
    Sdist,
}

/// Reads the lock file.
pub fn lock() -> Result<Lock> {
    let path = table();
    let text = fs::read_to_string(&path)?;
    toml::from_str(&text).with_context(|| format!("in {}", path.display()))
}

fn table() -> PathBuf {
    paths::sources().join("data/packages.toml")
}

/// Where a wheel is unpacked: a directory for `sys.path`.
pub fn site(name: &str) -> PathBuf {
    root().join("site").join(name)
}

/// Where a wheel for free-threaded CPython is unpacked.
pub fn free_threaded_site(name: &str) -> PathBuf {
    root().join("free-threaded").join(name)
}

/// Where a wheel for another flavour is unpacked.
fn flavoured_site(flavour: &str, name: &str) -> PathBuf {
    root().join(flavour).join(name)
}

/// Where a source distribution is unpacked: the directory with its `tests`.
pub fn sdist(name: &str) -> PathBuf {
    root().join("sdist").join(name)
}

fn root() -> PathBuf {
    paths::target().join("wheels")
}

/// Fetches, verifies and unpacks whatever of the lock is not there yet. Safe to call from several processes.
pub fn fetch(lock: &Lock) -> Result<()> {
    let _alone = alone()?;
    fetch_kind(&lock.wheel, Kind::Wheel)?;
    fetch_kind(&lock.free_threaded, Kind::FreeThreaded)?;
    fetch_kind(&lock.flavoured, Kind::Flavoured)?;
    fetch_kind(&lock.sdist, Kind::Sdist)
}

/// Fetches the main flavour's wheels of these projects only, and those that they need. Case and `-` for `_` do not matter.
pub fn fetch_named(lock: &Lock, names: &[String]) -> Result<()> {
    let mut packages: Vec<&Package> = Vec::new();
    for name in names {
        packages.extend(lock.closure(&name.to_lowercase().replace('-', "_"))?);
    }
    packages.sort_by_key(|package| &package.name);
    packages.dedup_by_key(|package| &package.name);
    let _alone = alone()?;
    fetch_kind(packages, Kind::Wheel)
}

/// Until it is dropped, no other process fetches.
fn alone() -> Result<File> {
    fs::create_dir_all(root())?;
    let guard = File::create(root().join("lock"))?;
    guard.lock()?;
    Ok(guard)
}

fn fetch_kind<'a>(packages: impl IntoIterator<Item = &'a Package>, kind: Kind) -> Result<()> {
    let files = root().join("files");
    fs::create_dir_all(&files)?;
    // Hashing takes half a minute, and every test asks.
    let wanted: Vec<_> = packages
        .into_iter()
        .filter(|package| !(is_unpacked(package, kind) && files.join(&package.file).exists()))
        .collect();
    let missing: Vec<_> = wanted
        .iter()
        .copied()
        .filter(|package| verify(&files, package).is_err())
        .collect();
    // One call of pip is for one Python.
    for missing in missing.chunk_by(|a, b| a.flavour == b.flavour) {
        download(missing, kind, &files)?;
    }
    for package in wanted {
        verify(&files, package)?;
        unpack(&files.join(&package.file), package, kind)?;
    }
    Ok(())
}

/// The oracle's pip knows the machine's package index, its mirrors and certificates; we need not.
fn download(packages: &[&Package], kind: Kind, files: &Path) -> Result<()> {
    let mut requirements = tempfile::NamedTempFile::new()?;
    let mut command = Command::new(paths::cpython());
    command.args([
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--require-hashes",
        "--disable-pip-version-check",
    ]);
    match kind {
        Kind::Wheel => command.args(["--only-binary", ":all:"]),
        // For another Python than the one that runs pip, which must be told what it takes.
        Kind::FreeThreaded => command.args([
            "--only-binary",
            ":all:",
            "--python-version=3.14",
            "--implementation=cp",
            "--abi=cp314t",
            "--platform=manylinux2014_x86_64",
            "--platform=manylinux_2_28_x86_64",
        ]),
        Kind::Flavoured => command
            // Some wheels leave early micro versions out, and to pip the version here is the first of them.
            .args([
                "--only-binary",
                ":all:",
                "--ignore-requires-python",
                "--implementation=cp",
            ])
            .args(python_tags(packages)),
        // By name: with ":all:", pip would build the build tools themselves from source.
        Kind::Sdist => command.args(packages.iter().flat_map(|package| ["--no-binary", &package.name])),
    };
    for package in packages {
        writeln!(
            requirements,
            "{}=={} --hash=sha256:{}",
            package.name, package.version, package.sha256
        )?;
    }
    command
        .arg("--dest")
        .arg(files)
        .arg("--requirement")
        .arg(requirements.path());
    let outcome = process::run(command, Duration::from_secs(900))?;
    ensure!(
        outcome.success(),
        "pip download: {}\n{}",
        outcome.status,
        outcome.stderr
    );
    Ok(())
}

/// What pip must be told to take wheels for another Python: version, ABI and platforms, as the files' names say them.
fn python_tags(packages: &[&Package]) -> Vec<String> {
    let mut tags = Vec::new();
    for package in packages {
        let flavour = package.flavour.as_deref().unwrap_or_default();
        tags.push(format!("--python-version={}", flavour.trim_end_matches('t')));
        let mut parts = package.file.trim_end_matches(".whl").rsplit('-');
        let platforms = parts.next().unwrap_or_default().split('.');
        tags.extend(platforms.map(|platform| format!("--platform={platform}")));
        tags.extend(parts.next().map(|abi| format!("--abi={abi}")));
    }
    tags
}

fn verify(files: &Path, package: &Package) -> Result<()> {
    let path = files.join(&package.file);
    let mut hash = Sha256::new();
    let mut file = File::open(&path).with_context(|| format!("no file {}", path.display()))?;
    std::io::copy(&mut file, &mut hash)?;
    let digest: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    ensure!(digest == package.sha256, "{} has the hash {digest}", package.file);
    Ok(())
}

/// Where a file is unpacked.
fn directory(package: &Package, kind: Kind) -> PathBuf {
    match kind {
        Kind::Wheel => site(&package.name),
        Kind::FreeThreaded => free_threaded_site(&package.name),
        Kind::Flavoured => flavoured_site(package.flavour.as_deref().unwrap_or_default(), &package.name),
        Kind::Sdist => sdist(&package.name),
    }
}

/// Whether it is unpacked. The hash is in a file beside the directory: a new version in the lock replaces the old one.
fn is_unpacked(package: &Package, kind: Kind) -> bool {
    let directory = directory(package, kind);
    let known = fs::read_to_string(directory.with_extension("sha256"));
    directory.is_dir() && known.is_ok_and(|known| known == package.sha256)
}

/// Unpacks beside the final place and renames, so that a directory that exists is complete.
fn unpack(archive: &Path, package: &Package, kind: Kind) -> Result<()> {
    let directory = directory(package, kind);
    let parent = directory.parent().context("a place below the target directory")?;
    fs::create_dir_all(parent)?;
    let fresh = tempfile::tempdir_in(parent)?;
    let contents = match kind {
        Kind::Wheel | Kind::FreeThreaded | Kind::Flavoured => {
            zip::ZipArchive::new(File::open(archive)?)?.extract(fresh.path())?;
            fresh.path().to_path_buf()
        }
        Kind::Sdist => {
            tar::Archive::new(flate2::read::GzDecoder::new(File::open(archive)?)).unpack(fresh.path())?;
            only_entry(fresh.path())?
        }
    };
    if directory.exists() {
        fs::remove_dir_all(&directory)?;
    }
    fs::rename(contents, &directory)?;
    fs::write(directory.with_extension("sha256"), &package.sha256)?;
    Ok(())
}

/// A source distribution holds one directory, `NAME-VERSION`.
fn only_entry(directory: &Path) -> Result<PathBuf> {
    let mut entries = directory.read_dir()?.collect::<Result<Vec<_>, _>>()?;
    match (entries.pop(), entries.is_empty()) {
        (Some(entry), true) => Ok(entry.path()),
        _ => bail!("not exactly one directory in a source distribution"),
    }
}
