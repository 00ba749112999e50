//! Files that must not load: each gives a clear Python exception, and the process goes on and imports the next one. On PyPy
//! and, but for what import machinery does by the file's name, on the reference host.
//!
//! One case: `cargo test -p gimbal-abi-tests --test errors NAME`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result};
use gimbal_abi_tests::compile::{self, SUFFIX};
use gimbal_abi_tests::flavours::FLAVOURS;
use gimbal_abi_tests::lanes::{self, Interpreter, Lane, Program};
use gimbal_abi_tests::process::Outcome;
use gimbal_abi_tests::{paths, process, report};
use libtest_mimic::{Failed, Trial};

/// How the file that must not load comes about.
#[derive(Clone, Copy)]
enum Make {
    /// `errors/broken.c` compiled with this number for `CASE`.
    Case(u32),
    /// A good file, changed.
    Change(fn(Vec<u8>) -> Vec<u8>),
    /// A good file with the suffix of another Python.
    Suffix(&'static str),
    /// An empty folder with the name of a file.
    Directory,
}

/// A module that must not load, and what the exception says.
struct Bad {
    name: &'static str,
    make: Make,
    exception: &'static str,
    /// The message contains this; `SUFFIX` alone stands for the file's name.
    says: &'static str,
    /// CPython does the same. Otherwise it crashes, and only Gimbal is asked.
    on_cpython: bool,
}

impl Bad {
    const fn new(name: &'static str, make: Make, exception: &'static str, says: &'static str) -> Self {
        Self {
            name,
            make,
            exception,
            says,
            on_cpython: true,
        }
    }

    const fn only_gimbal(mut self) -> Self {
        self.on_cpython = false;
        self
    }

    fn says(&self) -> String {
        if self.says == SUFFIX {
            format!("{}{SUFFIX}", self.name)
        } else {
            self.says.to_owned()
        }
    }
}

const GOOD: u32 = 0;

const CASES: [Bad; 33] = [
    Bad::new(
        "missing_symbol",
        Make::Case(1),
        "ImportError",
        "PyGimbal_DoesNotExist",
    ),
    Bad::new("free_threaded", Make::Case(2), "ImportError", "_Py_DecRefShared"),
    Bad::new(
        "free_threaded_says_why",
        Make::Case(2),
        "ImportError",
        "built for free-threaded Python, and this process has a GIL",
    )
    .only_gimbal(),
    Bad::new(
        "other_version",
        Make::Suffix(".cpython-312-x86_64-linux-gnu.so"),
        "ModuleNotFoundError",
        "No module named 'other_version'",
    ),
    Bad::new(
        "other_flavour",
        Make::Suffix(".cpython-314t-x86_64-linux-gnu.so"),
        "ModuleNotFoundError",
        "No module named 'other_flavour'",
    ),
    Bad::new(
        "other_platform",
        Make::Suffix(".cpython-311-aarch64-linux-gnu.so"),
        "ModuleNotFoundError",
        "No module named 'other_platform'",
    ),
    Bad::new("empty_file", Make::Change(|_| Vec::new()), "ImportError", SUFFIX),
    Bad::new(
        "cut_in_the_header",
        Make::Change(|bytes| bytes[..40].to_vec()),
        "ImportError",
        SUFFIX,
    ),
    Bad::new(
        "cut_in_the_middle",
        Make::Change(|bytes| bytes[..bytes.len() / 2].to_vec()),
        "ImportError",
        SUFFIX,
    )
    .only_gimbal(),
    Bad::new(
        "cut_after_the_header",
        Make::Change(|bytes| bytes[..1000].to_vec()),
        "ImportError",
        SUFFIX,
    )
    .only_gimbal(),
    Bad::new(
        "text_file",
        Make::Change(|_| b"this is text, and long enough to be a header\n".repeat(50)),
        "ImportError",
        SUFFIX,
    ),
    Bad::new(
        "other_machine",
        Make::Change(other_machine),
        "ImportError",
        SUFFIX,
    ),
    Bad::new(
        "thirty_two_bits",
        Make::Change(|bytes| byte(bytes, 4, 1)),
        "ImportError",
        SUFFIX,
    ),
    Bad::new(
        "other_byte_order",
        Make::Change(|bytes| byte(bytes, 5, 2)),
        "ImportError",
        SUFFIX,
    ),
    Bad::new(
        "other_system",
        Make::Change(|bytes| byte(bytes, 7, 9)),
        "ImportError",
        SUFFIX,
    ),
    // The kind of the file (bytes 16 and 17): an object file, a program, a core dump.
    Bad::new(
        "object_file",
        Make::Change(|bytes| byte(bytes, 16, 1)),
        "ImportError",
        SUFFIX,
    ),
    Bad::new(
        "fixed_program",
        Make::Change(|bytes| byte(bytes, 16, 2)),
        "ImportError",
        SUFFIX,
    ),
    Bad::new(
        "core_dump",
        Make::Change(|bytes| byte(bytes, 16, 4)),
        "ImportError",
        SUFFIX,
    ),
    Bad::new(
        "no_segments",
        Make::Change(|bytes| byte(bytes, 56, 0)),
        "ImportError",
        SUFFIX,
    ),
    Bad::new(
        "a_directory",
        Make::Directory,
        "ModuleNotFoundError",
        "No module named 'a_directory'",
    ),
    Bad::new(
        "no_module",
        Make::Case(14),
        "SystemError",
        "initialization of no_module did not return an extension module",
    ),
    Bad::new(
        "missing_library",
        Make::Change(missing_library),
        "ImportError",
        "libq.so.6",
    ),
    Bad::new(
        "no_init",
        Make::Case(3),
        "ImportError",
        "dynamic module does not define module export function (PyInit_no_init)",
    ),
    Bad::new(
        "null_without_error",
        Make::Case(4),
        "SystemError",
        "initialization of null_without_error failed without raising an exception",
    ),
    Bad::new(
        "raising",
        Make::Case(5),
        "ValueError",
        "the module refuses to be made",
    ),
    Bad::new(
        "result_with_error",
        Make::Case(6),
        "SystemError",
        "initialization of result_with_error raised unreported exception",
    ),
    Bad::new(
        "uninitialized",
        Make::Case(7),
        "SystemError",
        "init function of uninitialized returned uninitialized object",
    ),
    Bad::new(
        "exec_raising",
        Make::Case(8),
        "RuntimeError",
        "the module refuses to be executed",
    ),
    Bad::new(
        "exec_without_error",
        Make::Case(9),
        "SystemError",
        "execution of module exec_without_error failed without setting an exception",
    ),
    Bad::new(
        "exec_with_error",
        Make::Case(10),
        "SystemError",
        "execution of module exec_with_error raised unreported exception",
    ),
    Bad::new(
        "create_without_error",
        Make::Case(11),
        "SystemError",
        "creation of module create_without_error failed without setting an exception",
    ),
    Bad::new(
        "unknown_slot",
        Make::Case(12),
        "SystemError",
        "module unknown_slot uses unknown slot ID 99",
    ),
    Bad::new(
        "negative_state",
        Make::Case(13),
        "SystemError",
        "module negative_state: m_size may not be negative for multi-phase initialization",
    ),
];

fn main() -> ExitCode {
    lanes::main(trials)
}

fn trials(lanes: &[Lane]) -> Result<Vec<Trial>> {
    let mut trials = Vec::new();
    for lane in lanes {
        for bad in CASES.iter().filter(|bad| bad.on_cpython || !lanes::selftest()) {
            trials.push(lane.trial(&format!("errors::{}", bad.name), move |gimbal| fails(bad, gimbal)));
        }
    }
    let by_content = |bad: &&Bad| !matches!(bad.make, Make::Suffix(_) | Make::Directory);
    for bad in CASES.iter().filter(by_content) {
        trials.push(Trial::test(format!("errors::{}::reference", bad.name), || {
            fails_on_reference(bad)
        }));
    }
    for (by, built_for, says) in OTHER_KINDS {
        let missing = !library(by).is_file();
        let trial = Trial::test(format!("errors::{built_for}_in_{by}::reference"), move || {
            refused_by_reference(by, built_for, says)
        });
        trials.push(trial.with_ignored_flag(missing));
    }
    Ok(trials)
}

/// A process of one flavour is offered a file that is built for another: what the ImportError says.
const OTHER_KINDS: [(&str, &str, &str); 2] = [
    (
        "3.14t",
        "3.14",
        "it is built for Python with a GIL, and this process is free-threaded",
    ),
    (
        "3.14",
        "3.14t",
        "it is built for free-threaded Python, and this process has a GIL",
    ),
];

fn library(flavour: &str) -> PathBuf {
    paths::gimbal_home().join(format!("{flavour}/lib/libpython{flavour}.so.1.0"))
}

/// Runs the reference host on files that it imports one after the other, with a GIL or without as the flavour has it.
fn on_reference(flavour: &str, files: &[PathBuf]) -> Result<Outcome> {
    let mut host = Command::new(paths::gimbal_home().join("3.11/lib/gimbal/reference/gimbal-reference"));
    if flavour.ends_with('t') {
        host.arg("--free-threaded");
    }
    host.arg("--stress")
        .arg("--libpython")
        .arg(library(flavour))
        .arg("checks")
        .args(files);
    process::run(host, Duration::from_secs(60))
}

fn fails_on_reference(bad: &Bad) -> Result<(), Failed> {
    let directory = tempfile::tempdir()?;
    make(bad, directory.path())?;
    let file = |name: &str| directory.path().join(format!("{name}{SUFFIX}"));
    let outcome = on_reference("3.11", &[file(bad.name), file(bad.name), file("good")])?;
    let start = format!("import of {}: {}: ", bad.name, bad.exception);
    let says = bad.says();
    let lines: Vec<&str> = outcome.stdout.lines().collect();
    let right = |line: &&&str| line.starts_with(&start) && line.contains(&says);
    if lines.iter().filter(right).count() == 2 && lines.last() == Some(&"check_answer: 42") {
        return Ok(());
    }
    let said = format!("{}{}", outcome.stdout, report::tail(&outcome));
    Err(format!("it should print {start}... {says} ... twice, and go on; it prints\n{said}").into())
}

fn refused_by_reference(by: &str, built_for: &str, says: &str) -> Result<(), Failed> {
    let flavour = |name| FLAVOURS.into_iter().find(|flavour| flavour.name == name);
    let flavour = flavour(built_for).context("an unknown flavour")?;
    let (built, _) = flavour.extensions(&lanes::script("errors", "counting.c"), &["-DMODULE=counting"])?;
    let outcome = on_reference(by, &[built.join(format!("counting{}", flavour.suffix()))])?;
    let start = "import of counting: ImportError: ";
    if outcome.stdout.starts_with(start) && outcome.stdout.contains(says) {
        return Ok(());
    }
    let said = format!("{}{}", outcome.stdout, report::tail(&outcome));
    Err(format!("it should print {start}... {says}; it prints\n{said}").into())
}

fn fails(bad: &Bad, gimbal: &Interpreter) -> Result<(), Failed> {
    let directory = tempfile::tempdir()?;
    make(bad, directory.path())?;
    let program = Program::new(lanes::script("errors", "import.py"), Vec::new())
        .arg(directory.path())
        .arg(bad.name);
    if bad.on_cpython {
        expect(bad, "CPython", &Interpreter::oracle(), &program)?;
    }
    expect(bad, "Gimbal", gimbal, &program)
}

/// Puts the bad module and a good one into the directory.
fn make(bad: &Bad, directory: &Path) -> Result<()> {
    fs::copy(build("good", GOOD)?, directory.join(format!("good{SUFFIX}")))?;
    let (number, suffix) = match bad.make {
        Make::Directory => {
            fs::create_dir(directory.join(format!("{}{SUFFIX}", bad.name)))?;
            return Ok(());
        }
        Make::Case(number) => (number, SUFFIX),
        Make::Change(_) => (GOOD, SUFFIX),
        Make::Suffix(suffix) => (GOOD, suffix),
    };
    let mut bytes = fs::read(build(bad.name, number)?)?;
    if let Make::Change(change) = bad.make {
        bytes = change(bytes);
    }
    fs::write(directory.join(format!("{}{suffix}", bad.name)), bytes)?;
    Ok(())
}

fn build(name: &str, number: u32) -> Result<PathBuf> {
    let source = lanes::script("errors", "broken.c");
    let arguments = [
        format!("-DMODULE={name}"),
        format!("-DCASE={number}"),
        "-Wno-unused".to_owned(),
        // So that the file needs the C library, which one case takes away.
        "-Wl,--no-as-needed".to_owned(),
    ];
    let directory = compile::extension_with(&source, &arguments.each_ref().map(String::as_str))?;
    Ok(directory.join(format!("broken{SUFFIX}")))
}

fn expect(bad: &Bad, who: &str, interpreter: &Interpreter, program: &Program) -> Result<(), Failed> {
    let outcome = interpreter.run(program).context("the program did not start")?;
    let says = bad.says();
    let mut lines = outcome.stdout.lines();
    for attempt in ["first", "second"] {
        let line = lines.next().unwrap_or_default();
        if !line.starts_with(&format!("{attempt}: {}: ", bad.exception)) || !line.contains(&says) {
            let wanted = format!("{attempt}: {}: ... {says} ...", bad.exception);
            let stderr = report::tail(&outcome);
            return Err(format!(
                "{who} ({}) should print\n{wanted}\nand prints\n{line}\n{stderr}",
                outcome.status
            )
            .into());
        }
    }
    if lines.next() != Some("alive: 42") || !outcome.success() {
        return Err(format!(
            "{who} did not go on ({}):\n{}{}",
            outcome.status,
            outcome.stdout,
            report::tail(&outcome)
        )
        .into());
    }
    Ok(())
}

fn byte(mut bytes: Vec<u8>, at: usize, value: u8) -> Vec<u8> {
    bytes[at] = value;
    bytes
}

/// Bytes 18 and 19 of an ELF file name the machine; 183 is AArch64.
fn other_machine(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes[18..20].copy_from_slice(&183u16.to_le_bytes());
    bytes
}

/// Renames the C library in the string table of the dynamic section.
fn missing_library(mut bytes: Vec<u8>) -> Vec<u8> {
    let name = b"libc.so.6\0";
    if let Some(start) = bytes.windows(name.len()).position(|window| window == name) {
        bytes[start + 3] = b'q';
    }
    bytes
}
