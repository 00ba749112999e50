//! The command as a user meets it: what it starts, and what it says when something is missing. No host is needed,
//! a shell script stands in for the interpreter.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A build with a boot program, an empty cache, and an interpreter that prints its arguments and exits with 7.
struct Machine {
    root: TempDir,
}

impl Machine {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let adapter = root.path().join("home/3.11/lib/gimbal/pypy");
        fs::create_dir_all(&adapter).unwrap();
        fs::write(adapter.join("boot.py"), "").unwrap();
        fs::write(root.path().join("home/3.11/lib/libpython3.11.so.1.0"), "").unwrap();
        let machine = Self { root };
        fs::write(
            machine.interpreter(),
            "#!/bin/sh\nprintf '%s\\n' \"$@\"\nexit 7\n",
        )
        .unwrap();
        fs::set_permissions(machine.interpreter(), fs::Permissions::from_mode(0o755)).unwrap();
        machine
    }

    fn interpreter(&self) -> PathBuf {
        self.root.path().join("interpreter")
    }

    fn boot(&self) -> PathBuf {
        self.root.path().join("home/3.11/lib/gimbal/pypy/boot.py")
    }

    /// The command in an environment that knows nothing but this machine.
    fn gimbal(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_gimbal"));
        self.environment(&mut command);
        command
    }

    fn environment<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env_clear()
            .env("HOME", self.root.path())
            .env("PATH", self.root.path())
            .env("GIMBAL_HOME", self.root.path().join("home"))
            .env("GIMBAL_CACHE", self.root.path().join("cache"))
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.gimbal().args(arguments).output().unwrap()
    }

    /// What it complains about, having failed with `code`.
    fn complaint(&self, arguments: &[&str], code: i32) -> String {
        complaint(&self.run(arguments), code)
    }
}

fn complaint(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn lines(parts: &[&str], boot: &Path) -> String {
    parts
        .iter()
        .map(|part| part.replace("BOOT", boot.to_str().unwrap()) + "\n")
        .collect()
}

#[test]
fn run_becomes_the_interpreter() {
    let machine = Machine::new();
    let interpreter = machine.interpreter();
    let output = machine.run(&[
        "run",
        "--host",
        interpreter.to_str().unwrap(),
        "-uW",
        "error",
        "app.py",
        "-m",
        "--host",
        "x",
    ]);
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    assert_eq!(
        stdout(&output),
        lines(
            &["-uW", "error", "BOOT", "app.py", "-m", "--host", "x"],
            &machine.boot()
        )
    );
}

#[test]
fn the_host_may_come_from_the_environment() {
    let machine = Machine::new();
    let output = machine
        .gimbal()
        .env("GIMBAL_HOST", machine.interpreter())
        .args(["run", "-cpass", "a"])
        .output();
    let output = output.unwrap();
    assert_eq!(
        stdout(&output),
        lines(&["BOOT", "-c", "pass", "a"], &machine.boot())
    );
}

#[test]
fn under_the_name_of_a_python_it_runs_programs() {
    let machine = Machine::new();
    let python = machine.root.path().join("python3.11");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_gimbal"), &python).unwrap();
    let output = machine
        .environment(&mut Command::new(python))
        .env("GIMBAL_HOST", machine.interpreter())
        .args(["-u", "host", "list"])
        .output()
        .unwrap();
    assert_eq!(
        stdout(&output),
        lines(&["-u", "BOOT", "host", "list"], &machine.boot())
    );
}

#[test]
fn the_program_inherits_the_name_of_its_host() {
    let machine = Machine::new();
    fs::write(machine.interpreter(), "#!/bin/sh\nprintf %s \"$GIMBAL_HOST\"\n").unwrap();
    let interpreter = machine.interpreter();
    let output = machine.run(&["run", "--host", interpreter.to_str().unwrap(), "app.py"]);
    assert_eq!(stdout(&output), interpreter.to_str().unwrap());
}

#[test]
fn path_prints_the_start_of_the_command_line() {
    let machine = Machine::new();
    let interpreter = machine.interpreter().to_str().unwrap().to_owned();
    assert_eq!(
        stdout(&machine.run(&["host", "path", &interpreter])),
        format!("{interpreter}\n")
    );
    assert_eq!(
        stdout(&machine.run(&["host", "path", &interpreter, "--json"])),
        format!("[\"{interpreter}\"]\n")
    );
}

#[test]
fn the_version_names_the_flavours() {
    let text = stdout(&Machine::new().run(&["--version"]));
    assert!(
        text.starts_with(concat!("gimbal ", env!("CARGO_PKG_VERSION"), "\n")),
        "{text}"
    );
    assert!(text.ends_with("flavours: 3.11\n"), "{text}");
}

#[test]
fn a_missing_host_names_the_command_that_gets_it() {
    let machine = Machine::new();
    let named = machine.complaint(&["run", "--host", "pypy3.11@8.0", "app.py"], 125);
    assert!(named.contains("gimbal host install pypy3.11@8.0"), "{named}");
    let path = machine.complaint(&["host", "path", "pypy3.11"], 1);
    assert!(path.contains("gimbal host install pypy3.11@7.3"), "{path}");
    let file = machine.complaint(&["run", "--host", "/nowhere/pypy3", "app.py"], 125);
    assert!(file.contains("/nowhere/pypy3"), "{file}");
}

#[test]
fn an_unknown_host_lists_the_known_ones() {
    let machine = Machine::new();
    for arguments in [["host", "install", "pypy3.12"], ["host", "path", "pypy3.12"]] {
        let text = machine.complaint(&arguments, 1);
        assert!(
            text.contains("\"pypy3.12\"") && text.contains("pypy3.11@8.0"),
            "{text}"
        );
    }
}

#[test]
fn a_missing_build_names_the_file_and_the_command() {
    let machine = Machine::new();
    fs::remove_file(machine.boot()).unwrap();
    let text = machine.complaint(&["run", "app.py"], 125);
    assert!(text.contains(machine.boot().to_str().unwrap()), "{text}");
    assert!(text.contains("cargo xtask build --flavour 3.11"), "{text}");
    let homeless = machine
        .gimbal()
        .env_remove("GIMBAL_HOME")
        .args(["run", "app.py"])
        .output()
        .unwrap();
    assert!(complaint(&homeless, 125).contains("GIMBAL_HOME"));
}

#[test]
fn install_says_what_it_lacks() {
    let machine = Machine::new();
    let keyring = machine.complaint(
        &["host", "install", "pypy3.11", "--keyring", "/nowhere/keys.gpg"],
        1,
    );
    assert!(keyring.contains("/nowhere/keys.gpg"), "{keyring}");
    let keys = machine.root.path().join("keys.gpg");
    fs::write(&keys, "").unwrap();
    let apt = machine.complaint(
        &["host", "install", "pypy3.11", "--keyring", keys.to_str().unwrap()],
        1,
    );
    assert!(apt.contains("apt-get is not here"), "{apt}");
    // Nothing half made stays behind.
    let left: Vec<_> = fs::read_dir(machine.root.path().join("cache/hosts"))
        .unwrap()
        .flatten()
        .collect();
    assert!(
        left.iter()
            .all(|entry| entry.path().extension().is_some_and(|e| e == "lock")),
        "{left:?}"
    );
}
