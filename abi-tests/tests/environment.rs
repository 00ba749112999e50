//! `gimbal venv` as its users meet it: pip takes CPython's wheels, commands and `python -m` work, programs start others,
//! signals and exit codes are those of the program.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use gimbal_abi_tests::flavours::{FLAVOURS, Flavour};
use gimbal_abi_tests::lanes::{self, Expected, Interpreter, Lane, Program};
use gimbal_abi_tests::process::{self, Outcome};
use gimbal_abi_tests::{paths, report, wheels};
use libtest_mimic::{Failed, Trial};
use tempfile::TempDir;

const LIMIT: Duration = Duration::from_secs(300);
const SIGINT: i32 = 2;

/// A host of another flavour: pip takes other wheels there, and the links have other names.
const OTHER: Flavour = FLAVOURS[0];

fn main() -> ExitCode {
    let mut lanes = Lane::all();
    if !lanes::selftest() {
        lanes.push(OTHER.lane());
    }
    lanes::main_of(lanes, trials)
}

fn trials(lanes: &[Lane]) -> Result<Vec<Trial>> {
    // On CPython alone, as the tests' own test does it, there is no environment to make.
    if lanes::selftest() {
        return Ok(Vec::new());
    }
    let expected = Expected::default();
    let mut trials = Vec::new();
    for lane in lanes {
        if lane.name == OTHER.name {
            trials.push(lane.trial("environment::other_flavour", |_| Ok(other_flavour()?)));
            continue;
        }
        let (host, expected) = (lane.host, expected.clone());
        trials.push(lane.trial("environment::programs", move |_| programs(host, &expected)));
        trials.push(lane.trial("environment::signals_and_exit_codes", move |_| {
            Ok(signals_and_exit_codes(host)?)
        }));
        trials.push(lane.trial("environment::wheels_that_cannot_run", move |_| {
            Ok(wheels_that_cannot_run(host)?)
        }));
        trials.push(lane.trial("environment::compiles", move |_| Ok(compiles(host)?)));
        trials.push(lane.trial("environment::identity", move |_| Ok(identity(host)?)));
        trials.push(lane.trial("environment::bundled", move |_| Ok(bundled(host)?)));
    }
    Ok(trials)
}

/// An environment in a temporary folder.
struct Environment {
    folder: TempDir,
}

impl Environment {
    fn new(host: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut venv = Command::new(paths::gimbal_home().join("bin/gimbal"));
        venv.args(["venv", "--host", host]).arg(folder.path().join("env"));
        succeed(venv)?;
        Ok(Self { folder })
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.folder.path().join("env/bin").join(name));
        command.current_dir(self.folder.path());
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PYTHON") {
                command.env_remove(name);
            }
        }
        command
    }

    /// Installs from the wheels that the tests have fetched, and from those in `folder`.
    fn pip_install(&self, what: &str) -> Command {
        let mut pip = self.command("pip");
        pip.args(["install", "--quiet", "--no-index", "--disable-pip-version-check"]);
        pip.args(["--root-user-action=ignore", "--find-links"]);
        pip.arg(wheel_files()).arg(what);
        pip
    }

    fn doctor(&self) -> Result<Outcome> {
        let mut doctor = Command::new(paths::gimbal_home().join("bin/gimbal"));
        doctor.arg("doctor").arg(self.folder.path().join("env"));
        process::run(doctor, LIMIT)
    }
}

fn wheel_files() -> PathBuf {
    paths::target().join("wheels/files")
}

/// The CPython 3.11 wheel of MarkupSafe.
fn markupsafe() -> Result<PathBuf> {
    let mut files = fs::read_dir(wheel_files())?.flatten().map(|entry| entry.path());
    files
        .find(|path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("markupsafe-") && name.contains("-cp311-")
        })
        .context("the wheel of MarkupSafe was not fetched")
}

fn succeed(command: Command) -> Result<String> {
    let outcome = process::run(command, LIMIT)?;
    ensure!(
        outcome.success(),
        "{}\n{}{}",
        outcome.status,
        outcome.stdout,
        outcome.stderr
    );
    Ok(outcome.stdout)
}

fn programs(host: &str, expected: &Expected) -> Result<(), Failed> {
    let environment = Environment::new(host)?;
    let mut make = Command::new(paths::cpython());
    make.arg(lanes::script("environment", "make_wheel.py"))
        .arg(environment.folder.path());
    let wheel = succeed(make)?;
    succeed(environment.pip_install(wheel.trim_end()))?;

    let app = lanes::script("environment", "app.py");
    let oracle = expected.get(|| {
        let site = paths::target().join("wheels/site/markupsafe");
        Interpreter::oracle().run(&Program::new(&app, vec![site]).arg("a").arg("-b"))
    })?;
    let as_script = app.to_string_lossy();
    for (program, arguments) in [
        ("app", &[][..]),
        ("python", &["-m", "app"]),
        ("python", &[&as_script]),
    ] {
        let mut command = environment.command(program);
        command
            .args(arguments)
            .args(["a", "-b"])
            .env("PYTHONIOENCODING", "utf-8");
        report::compare(oracle, &process::run(command, LIMIT)?)?;
    }

    let doctor = environment.doctor()?;
    if !doctor.success()
        || !doctor
            .stdout
            .contains("1 of 1 extension files use only what is written")
    {
        return Err(format!("the doctor says\n{}{}", doctor.stdout, doctor.stderr).into());
    }
    Ok(())
}

fn signals_and_exit_codes(host: &str) -> Result<()> {
    let environment = Environment::new(host)?;
    let site = paths::target().join("wheels/site/markupsafe");
    let python = |arguments: &[&str]| {
        let mut command = environment.command("python");
        command.args(arguments).env("PYTHONPATH", &site);
        command
    };
    for (code, expected) in [
        ("import sys, markupsafe; sys.exit(7)", 7),
        ("import markupsafe; markupsafe.escape(3, 4)", 1),
        ("import sys; sys.exit('a reason')", 1),
        ("import markupsafe; raise KeyboardInterrupt", 130),
    ] {
        let status = python(&["-c", code]).stderr(Stdio::null()).status()?;
        ensure!(status.code() == Some(expected), "{code}: {status}");
    }

    let script = lanes::script("environment", "waits.py");
    let mut child = python(&[&script.to_string_lossy()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut line = String::new();
    BufReader::new(child.stdout.take().expect("stdout is piped")).read_line(&mut line)?;
    ensure!(line == "ready\n", "the program says {line:?}");
    let mut kill = Command::new("kill");
    kill.args(["-INT", &child.id().to_string()]);
    succeed(kill)?;
    let mut complaint = String::new();
    child
        .stderr
        .take()
        .expect("stderr is piped")
        .read_to_string(&mut complaint)?;
    let status = child.wait()?;
    ensure!(
        status.code() == Some(130) || status.signal() == Some(SIGINT),
        "after Ctrl-C: {status}"
    );
    ensure!(
        complaint.trim_end().ends_with("KeyboardInterrupt") && !complaint.contains("boot.py"),
        "after Ctrl-C:\n{complaint}"
    );
    Ok(())
}

/// pip compiles what comes as source for CPython, with CPython's headers.
fn compiles(host: &str) -> Result<()> {
    let environment = Environment::new(host)?;
    let source = environment.folder.path().join("compiled");
    fs::create_dir(&source)?;
    for file in fs::read_dir(lanes::script("environment", "compiled"))?.flatten() {
        fs::copy(file.path(), source.join(file.file_name()))?;
    }
    succeed(environment.pip_install(&source.to_string_lossy()))?;
    let mut python = environment.command("python");
    python.args([
        "-c",
        "import compiled; print(compiled.headers(), compiled.__file__.rsplit('/')[-1])",
    ]);
    let said = succeed(python)?;
    ensure!(
        said == "3.11 compiled.cpython-311-x86_64-linux-gnu.so\n",
        "the extension says {said}"
    );
    Ok(())
}

/// What a program finds when it asks which Python it runs on.
fn identity(host: &str) -> Result<()> {
    let ask = "import platform, subprocess, sys, types\n\
               ask = 'import platform; print(platform.python_implementation())'\n\
               print(sys.implementation.name, hasattr(sys, 'pypy_version_info'), platform.python_implementation(),\n    \
                   types.SimpleNamespace(name='own').name,\n    \
                   subprocess.run([sys.executable, '-c', ask], capture_output=True, text=True).stdout.strip())";
    let run = |identity: &[&str], variable: &str| {
        let mut command = Command::new(paths::gimbal_home().join("bin/gimbal"));
        command.args(["run", "--host", host]).args(identity);
        command.args(["-c", ask]).env("GIMBAL_IDENTIFY", variable);
        process::run(command, LIMIT)
    };
    let (truth, cpython) = ("pypy True PyPy own PyPy", "cpython False CPython own CPython");
    for (identity, variable, expected) in [
        (&[][..], "", truth),
        (&["--identify", "cpython"], "", cpython),
        (&["--identify", "host"], "cpython", truth),
        (&[], "cpython", cpython),
    ] {
        let said = run(identity, variable)?;
        let asked = format!("{identity:?} {variable:?}");
        ensure!(
            said.stdout.trim_end() == expected,
            "{asked}: {}{}",
            said.stdout,
            said.stderr
        );
    }
    for (identity, variable) in [(&["--identify", "jython"][..], ""), (&[], "jython")] {
        let said = run(identity, variable)?;
        ensure!(
            !said.success() && said.stderr.contains("jython") && said.stderr.contains("cpython"),
            "an unknown identity: {}{}",
            said.stdout,
            said.stderr
        );
    }
    Ok(())
}

/// Of what PyPy brings along, an installed cffi takes the place (ADR 9), an installed greenlet does not (ADR 24).
fn bundled(host: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    for name in ["cffi", "greenlet"] {
        fs::write(folder.path().join(name).with_extension("py"), "installed = True")?;
    }
    let ask = "import cffi, greenlet\n\
               switched = greenlet.greenlet(lambda x: greenlet.getcurrent().parent.switch(x + 1)).switch(1)\n\
               print(hasattr(cffi, 'installed'), hasattr(greenlet, 'installed'), switched)";
    let mut command = Command::new(paths::gimbal_home().join("bin/gimbal"));
    command.args(["run", "--host", host, "-c", ask]);
    command.env("PYTHONPATH", folder.path());
    let said = succeed(command)?;
    ensure!(said.trim_end() == "True False 2", "{said}");
    Ok(())
}

/// On the host of another flavour, pip takes that flavour's wheels.
fn other_flavour() -> Result<()> {
    wheels::fetch(&wheels::lock()?)?;
    let environment = Environment::new(OTHER.host)?;
    succeed(environment.pip_install("markupsafe"))?;
    let mut python = environment.command(&format!("python{}", OTHER.name));
    python.args(["-c", "import markupsafe._speedups as c; print(c.__file__)"]);
    let file = succeed(python)?;
    ensure!(
        file.trim_end().ends_with(&format!("_speedups{}", OTHER.suffix())),
        "{file}"
    );
    let doctor = environment.doctor()?;
    ensure!(
        doctor.success()
            && doctor
                .stdout
                .contains("1 of 1 extension files use only what is written"),
        "{}{}",
        doctor.stdout,
        doctor.stderr
    );
    Ok(())
}

/// Wheels of the right name with an extension file that is none.
fn wheels_that_cannot_run(host: &str) -> Result<()> {
    let environment = Environment::new(host)?;
    let name = markupsafe()?;
    let bad = environment
        .folder
        .path()
        .join(name.file_name().expect("a wheel has a name"));
    let spoil = "import sys, zipfile\n\
                 with zipfile.ZipFile(sys.argv[1]) as old, zipfile.ZipFile(sys.argv[2], 'w') as new:\n    \
                     for file in old.namelist():\n        \
                         new.writestr(file, b'garbage' if file.endswith('.so') else old.read(file))\n";
    let mut python = Command::new(paths::cpython());
    python.args(["-c", spoil]).args([&name, &bad]);
    succeed(python)?;
    let outcome = process::run(environment.pip_install(&bad.to_string_lossy()), LIMIT)?;
    ensure!(!outcome.success(), "pip installed a wheel that cannot run");
    ensure!(
        outcome
            .stderr
            .contains("Gimbal cannot run the wheel of markupsafe")
            && outcome.stderr.contains("not an ELF file"),
        "{}",
        outcome.stderr
    );
    ensure!(
        !Path::new(
            &environment
                .folder
                .path()
                .join("env/lib/pypy3.11/site-packages/markupsafe")
        )
        .exists(),
        "a part of the wheel was left"
    );
    // The right one goes in afterwards.
    succeed(environment.pip_install(&name.to_string_lossy()))?;
    Ok(())
}
