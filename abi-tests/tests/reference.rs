//! Themes on the reference host: the checks that each C extension has in itself print there what they print on CPython, with
//! every object moving at every safepoint, under a global lock and free-threaded.
//!
//! One test: `cargo test -p gimbal-abi-tests --test reference NAME`.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use gimbal_abi_tests::lanes::{self, Expected, Interpreter, Program};
use gimbal_abi_tests::{compile, paths, reference, report};
use libtest_mimic::{Arguments, Failed, Trial};

/// How the host is run, by the lane's name.
const LANES: [(&str, &[&str]); 2] = [
    ("reference-stress", &["--stress"]),
    ("reference-free-threaded", &["--stress", "--free-threaded"]),
];

/// The flavour whose themes these are.
const FLAVOUR: &str = "3.11";

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match trials() {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(error) => {
            eprintln!("the tests cannot be listed: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn trials() -> Result<Vec<Trial>> {
    let mut sources = Vec::new();
    for entry in paths::sources().join("c").read_dir()? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("c")) {
            sources.push(path);
        }
    }
    sources.sort();
    let mut trials = Vec::new();
    for source in sources {
        let name = source
            .file_stem()
            .context("a C file has a name")?
            .to_string_lossy()
            .into_owned();
        let expected = Expected::default();
        for (lane, flags) in LANES {
            let (name, source, expected) = (name.clone(), source.clone(), expected.clone());
            trials.push(Trial::test(format!("reference::{name}::{lane}"), move || {
                theme(&name, &source, flags, &expected)
            }));
        }
    }
    for (lane, flags) in LANES {
        trials.push(Trial::test(format!("reference::threads::{lane}"), move || {
            on_threads(flags)
        }));
    }
    Ok(trials)
}

/// Where `checks.py` is.
fn checks() -> PathBuf {
    paths::sources().join("c")
}

fn extension_file(name: &str, source: &Path) -> Result<PathBuf> {
    Ok(compile::extension(source)?.join(format!("{name}{}", compile::SUFFIX)))
}

fn theme(name: &str, source: &Path, flags: &[&str], expected: &Expected) -> Result<(), Failed> {
    let file = extension_file(name, source)?;
    let folder = file.parent().context("a file has a folder")?.to_owned();
    let program = Program::new(
        lanes::script("reference", "check_module.py"),
        vec![folder, checks()],
    )
    .arg(name);
    let oracle = expected.get(|| Interpreter::oracle().run(&program))?;
    let (oracle, host) = (
        reference::without(FLAVOUR, name, oracle),
        reference::without(FLAVOUR, name, &reference::run(FLAVOUR, flags, &file, &[])?),
    );
    report::compare(&oracle, &host)
}

/// Four threads run the same checks at once: each prints what CPython prints.
fn on_threads(flags: &[&str]) -> Result<(), Failed> {
    const NAME: &str = "parallel";
    const THREADS: usize = 4;
    let source = paths::sources().join(format!("reference/{NAME}.c"));
    let file = extension_file(NAME, &source)?;
    let folder = file.parent().context("a file has a folder")?.to_owned();
    let program = Program::new(
        lanes::script("reference", "check_module.py"),
        vec![folder, checks()],
    )
    .arg(NAME);
    let mut oracle = Interpreter::oracle().run(&program)?;
    oracle.stdout = oracle.stdout.repeat(THREADS);
    let threads = THREADS.to_string();
    report::compare(
        &oracle,
        &reference::run(FLAVOUR, flags, &file, &["--threads", &threads])?,
    )
}
