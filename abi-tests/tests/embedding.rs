//! Programs that embed Python: the same executable, linked to the real libpython, runs with it and with ours, and must print
//! the same.
//!
//! One case: `cargo test -p gimbal-abi-tests --test embedding NAME`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::Result;
use gimbal_abi_tests::lanes::{self, Interpreter, Lane, Program};
use gimbal_abi_tests::{compile, paths, process, report};
use libtest_mimic::{Failed, Trial};

/// A program of `embedding/`, and a command line for it.
struct Case {
    name: &'static str,
    source: &'static str,
    arguments: &'static [&'static str],
}

const fn case(name: &'static str, source: &'static str, arguments: &'static [&'static str]) -> Case {
    Case {
        name,
        source,
        arguments,
    }
}

/// What a script needs, as a `-c` program that may also be given as a file.
const WHERE: &str = "import sys; print(sys.argv, sys.path[0], __name__)";

const CASES: &[Case] = &[
    case("life", "life.c", &[]),
    case("data", "data.c", &[]),
    case("memory", "memory.c", &[]),
    case("config", "config.c", &[]),
    case("config_with_a_module", "config.c", &["app", "-m", "this", "x"]),
    case("modules_inside", "inside.c", &[]),
    case("command", "python.c", &["-c", WHERE, "a", "-b"]),
    case("wide_command", "python.c", &["wide", "-c", WHERE, "a", "-b"]),
    case("module", "python.c", &["-m", "this"]),
    case("no_module", "python.c", &["-m", "no_such_module"]),
    case("no_script", "python.c", &["/no/such/script.py"]),
    case("script", "python.c", &["@script", "x", "-c"]),
    case("isolated_script", "python.c", &["-I", "@script"]),
    case("failing", "python.c", &["-c", "print(1); 1 / 0"]),
    case("syntax_error", "python.c", &["-c", "x ="]),
    case("exit_code", "python.c", &["-c", "raise SystemExit(5)"]),
    case("exit_message", "python.c", &["-c", "raise SystemExit('why')"]),
    case(
        "warnings",
        "python.c",
        &["-W", "error", "-c", "import warnings; warnings.warn('x')"],
    ),
    case("unknown_option", "python.c", &["-z"]),
    case("missing_argument", "python.c", &["-c"]),
    case("standard_input", "python.c", &[]),
];

fn main() -> ExitCode {
    lanes::main(trials)
}

fn trials(lanes: &[Lane]) -> Result<Vec<Trial>> {
    let mut trials = Vec::new();
    if lanes::selftest() {
        return Ok(trials);
    }
    for lane in lanes {
        for case in CASES {
            trials.push(lane.trial(&format!("embedding::{}", case.name), move |gimbal| {
                same(case, gimbal)
            }));
        }
    }
    trials.push(Trial::test("embedding::example::c-host", example));
    trials.push(Trial::test("embedding::stale_handles", stale_handles));
    trials.push(Trial::test("embedding::data::c-host", on_c_host));
    trials.push(Trial::test("embedding::data::skeleton", on_skeleton));
    trials.push(Trial::test("embedding::data::reference", on_reference));
    for (name, host, says) in PROBLEMS {
        trials.push(Trial::test(format!("embedding::{name}"), || refused(host, says)));
    }
    Ok(trials)
}

/// The example prints what it says that it prints.
fn example() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let main = folder.path().join("main");
    compile::c_host(&["objects.c", "border.c", "main.c"], &main, &["-ldl"])?;
    let example = paths::sources().join("../examples/c-host");
    let extension = compile::extension(&example.join("greet.c"))?;
    let mut command = Command::new(main);
    command
        .arg(library_folder().join("libpython3.11.so.1.0"))
        .arg(extension.join(format!("greet{}", compile::SUFFIX)));
    let outcome = process::run(command, Duration::from_secs(60))?;
    let expected = std::fs::read_to_string(example.join("expected.txt"))?;
    if !outcome.success() || outcome.stdout != expected {
        let text = format!(
            "{}\n{}{}",
            outcome.status,
            report::diff(&expected, &outcome.stdout),
            report::tail(&outcome)
        );
        return Err(text.into());
    }
    Ok(())
}

/// An old handle closes nothing.
fn stale_handles() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let main = folder.path().join("stale_handles");
    let source = "../../abi-tests/embedding/stale_handles.c";
    compile::c_host(&["objects.c", source], &main, &[])?;
    let outcome = process::run(Command::new(main), Duration::from_secs(60))?;
    if !outcome.success() || outcome.stdout != "1 1 1 1\n1 1\n" {
        return Err(report::tail(&outcome).into());
    }
    Ok(())
}

/// The example's host is the host of a program that is linked to libpython, too.
fn on_c_host() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let host = folder.path().join("libchost.so");
    compile::c_host(&["objects.c", "border.c"], &host, &["-shared"])?;
    data_on(&Interpreter::embedding_on(&host), "70000")
}

/// The reference host is found by its name.
fn on_reference() -> Result<(), Failed> {
    data_on(&Interpreter::embedding_on(Path::new("reference")), "0")
}

/// The skeleton of a host in Rust is one, too.
fn on_skeleton() -> Result<(), Failed> {
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    build
        .args(["build", "--quiet", "--package", "gimbal-host-skeleton"])
        .current_dir(paths::sources().join(".."))
        .env("CARGO_TARGET_DIR", paths::target());
    let outcome = process::run(build, Duration::from_secs(600))?;
    if !outcome.success() {
        return Err(format!("the skeleton does not compile:\n{}", outcome.stderr).into());
    }
    let library = paths::target().join("debug/libgimbal_host_skeleton.so");
    data_on(&Interpreter::embedding_on(&library), "70000")
}

fn data_on(host: &Interpreter, exceptions: &str) -> Result<(), Failed> {
    let source = lanes::script("embedding", "data.c");
    let program = Program::new(compile::program(&source, &[])?, Vec::new()).arg(exceptions);
    let real = Interpreter::linked().run(&program)?;
    report::compare(&real, &host.run(&program)?)
}

fn same(case: &Case, gimbal: &Interpreter) -> Result<(), Failed> {
    let source = lanes::script("embedding", case.source);
    let mut program = Program::new(compile::program(&source, &[])?, Vec::new());
    for argument in case.arguments {
        program = match *argument {
            "@script" => program.arg(lanes::script("embedding", "script.py")),
            other => program.arg(other),
        };
    }
    let real = Interpreter::linked().run(&program)?;
    let ours = gimbal.embedding().run(&program)?;
    if real.stdout != ours.stdout || real.status != ours.status {
        let text = format!(
            "status with the real libpython: {}\nstatus with ours: {}\n{}{}",
            real.status,
            ours.status,
            report::diff(&real.stdout, &ours.stdout),
            report::tail(&ours),
        );
        return Err(text.into());
    }
    Ok(())
}

/// Hosts that cannot be started, and what the message must say.
const PROBLEMS: [(&str, &str, &[&str]); 4] = [
    (
        "unknown_host",
        "nonesuch",
        &["the host nonesuch", "gimbal/nonesuch/libgimbal_nonesuch.so"],
    ),
    (
        "bad_host_name",
        "3.11",
        &["GIMBAL_HOST is \"3.11\"", "neither the name of a host"],
    ),
    (
        "no_host_library",
        "/no/such/host.so",
        &["there is no file /no/such/host.so"],
    ),
    (
        "not_a_host",
        "@libc",
        &["libc.so.6 does not export gimbal_host_start"],
    ),
];

/// `Py_Initialize` cannot start the host: the program ends as it does when CPython cannot start, with a message that says
/// what was looked for.
fn refused(host: &str, says: &[&str]) -> Result<(), Failed> {
    let program = compile::program(&lanes::script("embedding", "life.c"), &[])?;
    let host = match host {
        "@libc" => "/lib/x86_64-linux-gnu/libc.so.6",
        other => other,
    };
    let mut command = Command::new(program);
    command
        .env("LD_LIBRARY_PATH", library_folder())
        .env("GIMBAL_HOST", host);
    let outcome = process::run(command, Duration::from_secs(60))?;
    let fatal = outcome.stderr.starts_with("Fatal Python error: Gimbal: ");
    if outcome.status != "exit 1" || !fatal || says.iter().any(|part| !outcome.stderr.contains(part)) {
        return Err(format!("{}, expected {says:?}:\n{}", outcome.status, outcome.stderr).into());
    }
    Ok(())
}

/// The folder of our libpython.
fn library_folder() -> PathBuf {
    paths::gimbal_home().join("3.11/lib")
}
