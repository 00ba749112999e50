//! C extensions and programs, built with the real headers and kept by the hash of everything that goes into them.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use gimbal_debian::cpython::CPython;
use sha2::{Digest, Sha256};

use crate::{paths, process};

/// The file name suffix of a CPython 3.11 extension on this platform.
pub const SUFFIX: &str = ".cpython-311-x86_64-linux-gnu.so";

const FLAGS: [&str; 9] = [
    "-std=c11",
    "-O2",
    "-g",
    "-pthread",
    "-Wall",
    "-Wextra",
    "-Werror",
    // What CPython's own build leaves out of -Wextra, because its headers and method tables ask for it.
    "-Wno-unused-parameter",
    "-Wno-missing-field-initializers",
];

/// Builds `source` into an extension module named after it, and returns the directory to import it from.
pub fn extension(source: &Path) -> Result<PathBuf> {
    extension_with(source, &[])
}

/// Like [`extension`], with further arguments for the C compiler's command line.
pub fn extension_with(source: &Path, extra: &[&str]) -> Result<PathBuf> {
    let arguments = [&["-fPIC", "-shared"], extra].concat();
    build(source, &arguments, SUFFIX, &paths::sources().join("c/checks.h"))
}

/// Builds `source` with the headers of another CPython into an extension for `flavour`, which `suffix` says, and returns the
/// directory to import it from. Its headers may warn of what our main flavour has not deprecated yet.
pub fn extension_for(cpython: &CPython, source: &Path, suffix: &str, extra: &[&str]) -> Result<PathBuf> {
    let mut arguments: Vec<OsString> = cpython.include_arguments();
    arguments.extend(["-fPIC", "-shared", "-w", "-Wno-error"].map(OsString::from));
    arguments.extend(extra.iter().map(OsString::from));
    let header = paths::sources().join("c/checks.h");
    build_in(source, &cpython.include(), &arguments, suffix, &header)
}

/// Builds `source` with the headers in `include`, a PyPy's own, into an extension for that PyPy.
pub fn extension_on(include: &Path, source: &Path, suffix: &str) -> Result<PathBuf> {
    let mut arguments: Vec<OsString> = vec!["-I".into(), include.into()];
    arguments.extend(["-fPIC", "-shared", "-w"].map(OsString::from));
    build_in(
        source,
        include,
        &arguments,
        suffix,
        &paths::sources().join("c/checks.h"),
    )
}

/// Builds `source` into a program that embeds Python, linked to the real libpython, and returns its file. `extra` may say
/// how code is generated and linked.
pub fn program(source: &Path, extra: &[&str]) -> Result<PathBuf> {
    let arguments = [extra, &["-Wno-deprecated-declarations", "-lpython3.11", "-ldl"]].concat();
    let directory = build(
        source,
        &arguments,
        "",
        &paths::sources().join("embedding/check.h"),
    )?;
    Ok(directory.join(source.file_stem().context("a C file has a name")?))
}

/// Builds C files of `examples/c-host` as their README says, against our own header, into `out`.
pub fn c_host(sources: &[&str], out: &Path, extra: &[&str]) -> Result<()> {
    let root = paths::sources().join("..");
    let folder = root.join("examples/c-host");
    let mut command = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
    command
        .args(["-std=c11", "-g", "-Wall", "-Wextra", "-Werror", "-fPIC", "-I"])
        .arg(root.join("headers"))
        .arg("-o")
        .arg(out)
        .args(sources.iter().map(|source| folder.join(source)))
        .args(extra);
    let outcome = process::run(command, Duration::from_secs(120))?;
    ensure!(
        outcome.success(),
        "{sources:?} do not compile:\n{}",
        outcome.stderr
    );
    Ok(())
}

/// Builds `source` into a file named after it with this suffix, and returns its directory.
fn build(source: &Path, arguments: &[&str], suffix: &str, header: &Path) -> Result<PathBuf> {
    let include = include_dir()?;
    let mut all: Vec<OsString> = vec!["-I".into(), include.into()];
    all.extend(arguments.iter().map(OsString::from));
    build_in(source, include, &all, suffix, header)
}

/// The same with the headers of the folder `include`, which the arguments name.
fn build_in(
    source: &Path,
    include: &Path,
    arguments: &[OsString],
    suffix: &str,
    header: &Path,
) -> Result<PathBuf> {
    let name = source
        .file_stem()
        .context("a C file has a name")?
        .to_string_lossy()
        .into_owned();
    let mut hash = Sha256::new();
    let mut inputs = vec![source.to_owned(), include.join("patchlevel.h")];
    inputs.extend(headers_beside(header)?);
    for input in &inputs {
        hash.update(fs::read(input).with_context(|| format!("cannot read {}", input.display()))?);
    }
    hash.update(format!("{FLAGS:?} {arguments:?} {suffix}"));
    let digest: String = hash
        .finalize()
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect();

    let kept = paths::target().join("abi-tests");
    let directory = kept.join(format!("{name}-{digest}"));
    if directory.is_dir() {
        return Ok(directory);
    }
    fs::create_dir_all(&kept)?;
    let fresh = tempfile::tempdir_in(&kept)?;
    let mut command = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
    command
        .args(FLAGS)
        .arg("-o")
        .arg(fresh.path().join(name + suffix))
        .arg(source)
        .args(arguments);
    let outcome = process::run(command, Duration::from_secs(120))?;
    ensure!(
        outcome.success(),
        "{} does not compile:\n{}",
        source.display(),
        outcome.stderr
    );
    // A test running beside us may have been first, with the same content.
    match fs::rename(fresh.path(), &directory) {
        Err(_) if directory.is_dir() => {}
        result => result?,
    }
    Ok(directory)
}

/// The headers in the folder of this one, which include each other.
fn headers_beside(header: &Path) -> Result<Vec<PathBuf>> {
    let folder = header.parent().context("a header has a folder")?;
    let files: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    let is_header = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "h");
    let mut headers: Vec<PathBuf> = files.into_iter().filter(is_header).collect();
    headers.sort();
    Ok(headers)
}

/// What an extension is compiled with for AddressSanitizer.
pub const SANITIZED: [&str; 2] = ["-fsanitize=address", "-fno-omit-frame-pointer"];

/// The compiler's own run-time library for AddressSanitizer.
pub fn sanitizer() -> Result<PathBuf> {
    let mut command = Command::new(std::env::var_os("CC").unwrap_or_else(|| "cc".into()));
    command.arg("-print-file-name=libasan.so");
    let outcome = process::run(command, Duration::from_secs(60))?;
    Path::new(outcome.stdout.trim())
        .canonicalize()
        .context("the C compiler comes without AddressSanitizer")
}

/// Where the oracle's `Python.h` is.
pub fn include_dir() -> Result<&'static Path> {
    static FOUND: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let found = FOUND.get_or_init(|| {
        let mut command = Command::new(paths::cpython());
        command.args([
            "-c",
            "import sysconfig; print(sysconfig.get_path('include'), end='')",
        ]);
        match process::run(command, Duration::from_secs(60)) {
            Ok(outcome) if outcome.success() => Ok(outcome.stdout.into()),
            Ok(outcome) => Err(format!(
                "CPython does not say where its headers are: {}",
                outcome.stderr
            )),
            Err(error) => Err(format!("{error:#}")),
        }
    });
    match found {
        Ok(path) => Ok(path),
        Err(message) => anyhow::bail!("{message}"),
    }
}
