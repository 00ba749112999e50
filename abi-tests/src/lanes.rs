//! Interpreters that run a program: the oracle, and one lane for each host.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Result;
use libtest_mimic::{Arguments, Failed, Trial};

use crate::paths;
use crate::process::{self, Outcome};

/// The hosts, by the lane's name in test names and by the name that `gimbal` knows them by.
const HOSTS: [(&str, &str); 2] = [("pypy-7.3", "pypy3.11@7.3"), ("pypy-8.0", "pypy3.11@8.0")];

/// A command that runs Python programs.
#[derive(Clone, Debug)]
pub struct Interpreter {
    prefix: Vec<OsString>,
    /// How the host's own interpreter is started.
    host: Vec<OsString>,
}

/// A program to run.
#[derive(Clone, Debug)]
pub struct Program {
    /// The script.
    pub script: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Directories to put on `PYTHONPATH`.
    pub path: Vec<PathBuf>,
    /// Whether the interpreter shall call itself CPython.
    pub identify: bool,
    /// How long it may take.
    pub limit: Duration,
}

impl Program {
    /// A program with the usual time limit of five minutes.
    pub fn new(script: impl Into<PathBuf>, path: Vec<PathBuf>) -> Self {
        Self {
            script: script.into(),
            args: Vec::new(),
            path,
            identify: false,
            limit: Duration::from_secs(300),
        }
    }

    /// Adds an argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }
}

impl Interpreter {
    /// CPython 3.11.
    pub fn oracle() -> Self {
        Self {
            prefix: vec![paths::cpython().into()],
            host: Vec::new(),
        }
    }

    /// What these words start.
    pub fn of(prefix: Vec<OsString>) -> Self {
        Self {
            prefix,
            host: Vec::new(),
        }
    }

    /// What it starts a program with.
    pub fn words(&self) -> &[OsString] {
        &self.prefix
    }

    /// What starts a program that embeds Python with the libpython that it is linked to.
    pub fn linked() -> Self {
        Self {
            prefix: Vec::new(),
            host: Vec::new(),
        }
    }

    /// What runs programs on the same host without Gimbal.
    #[must_use]
    pub fn alone(&self) -> Self {
        Self::of(self.host.clone())
    }

    /// What starts a program that embeds Python on the same host as this starts Python programs.
    #[must_use]
    pub fn embedding(&self) -> Self {
        let prefix = self.prefix.iter().map(|word| match word.to_str() {
            Some("run") => "exec".into(),
            _ => word.clone(),
        });
        Self {
            prefix: prefix.collect(),
            host: self.host.clone(),
        }
    }

    /// What starts a program that embeds Python with our libpython on this host, which needs no loader of its own.
    pub fn embedding_on(host: &Path) -> Self {
        let variable = |name: &str, value: &Path| {
            let mut text = OsString::from(name);
            text.push(value);
            text
        };
        let folder = paths::gimbal_home().join("3.11/lib");
        let words = [
            "env".into(),
            variable("LD_LIBRARY_PATH=", &folder),
            variable("GIMBAL_HOST=", host),
        ];
        Self {
            prefix: words.into(),
            host: Vec::new(),
        }
    }

    /// What starts a program that embeds Python with `library` preloaded, in the place of the libpython that it is linked
    /// to. A host with a C library of its own comes with the loader for it.
    #[must_use]
    pub fn preloading(&self, library: &Path) -> Self {
        let mut preload = OsString::from("LD_PRELOAD=");
        preload.push(library);
        let loader = self.host.iter().take_while(|word| *word != "--argv0");
        let loader = loader.take(if self.host.len() > 1 { usize::MAX } else { 0 });
        Self {
            prefix: ["env".into(), preload]
                .into_iter()
                .chain(loader.cloned())
                .collect(),
            host: self.host.clone(),
        }
    }

    /// What starts the same with AddressSanitizer's run-time library `runtime` for extensions that are built with it. Faults
    /// stay the host's business, and what it keeps until it ends is no leak.
    #[must_use]
    pub fn sanitizing(&self, runtime: &Path) -> Self {
        let mut preload = OsString::from("LD_PRELOAD=");
        preload.push(runtime);
        let options = "ASAN_OPTIONS=detect_leaks=0:handle_segv=0:handle_abort=0:handle_sigbus=0:allocator_may_return_null=1";
        Self {
            prefix: ["env".into(), preload, options.into()]
                .into_iter()
                .chain(self.prefix.iter().cloned())
                .collect(),
            host: self.host.clone(),
        }
    }

    /// What starts the same with the shim's debug mode, in which freed memory is not used again.
    #[must_use]
    pub fn quarantining(&self) -> Self {
        self.with("GIMBAL_DEBUG=quarantine")
    }

    /// What starts the same with an environment variable, `NAME=VALUE`.
    #[must_use]
    pub fn with(&self, variable: &str) -> Self {
        Self {
            prefix: ["env".into(), variable.into()]
                .into_iter()
                .chain(self.prefix.iter().cloned())
                .collect(),
            host: self.host.clone(),
        }
    }

    /// Runs `program` in an empty working directory and an environment that hides nothing of the machine
    /// but its Python settings.
    pub fn run(&self, program: &Program) -> Result<Outcome> {
        let work = tempfile::tempdir()?;
        let script = program.script.as_os_str();
        let mut words = self.prefix.iter().map(OsString::as_os_str).chain([script]);
        let mut command = Command::new(words.next().unwrap_or(script));
        command.args(words).args(&program.args).current_dir(work.path());
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PYTHON") {
                command.env_remove(name);
            }
        }
        if program.identify {
            command.env("GIMBAL_IDENTIFY", "cpython");
        } else {
            command.env_remove("GIMBAL_IDENTIFY");
        }
        command
            .env("PYTHONPATH", std::env::join_paths(&program.path)?)
            .env("PYTHONHASHSEED", "0")
            .env("PYTHONNOUSERSITE", "1")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONIOENCODING", "utf-8")
            .env("LC_ALL", "C.UTF-8");
        process::run(command, program.limit)
    }
}

/// One host that the tests run on, or the reason why they do not.
#[derive(Clone, Debug)]
pub struct Lane {
    /// The last part of the names of its tests.
    pub name: &'static str,
    /// What `gimbal` knows its host by.
    pub host: &'static str,
    interpreter: Result<Interpreter, String>,
}

impl Lane {
    /// A lane of its own.
    pub fn new(name: &'static str, host: &'static str, interpreter: Result<Interpreter, String>) -> Self {
        Self {
            name,
            host,
            interpreter,
        }
    }

    /// All lanes, those whose host is not installed included.
    pub fn all() -> Vec<Self> {
        HOSTS
            .map(|(name, host)| {
                let interpreter = if selftest() {
                    Ok(Interpreter::oracle())
                } else {
                    find(host)
                };
                Self {
                    name,
                    host,
                    interpreter,
                }
            })
            .into()
    }

    /// What runs programs on this lane, or the reason why nothing does.
    pub fn interpreter(&self) -> Result<&Interpreter, &str> {
        self.interpreter.as_ref().map_err(String::as_str)
    }

    /// A named test on this lane: ignored when the host is missing.
    pub fn trial<F>(&self, name: &str, test: F) -> Trial
    where
        F: FnOnce(&Interpreter) -> Result<(), Failed> + Send + 'static,
    {
        let interpreter = self.interpreter.clone();
        let missing = interpreter.is_err();
        Trial::test(format!("{name}::{}", self.name), move || {
            test(&interpreter.map_err(Failed::from)?)
        })
        .with_ignored_flag(missing)
    }
}

/// Whether every lane runs CPython, to test the tests.
pub fn selftest() -> bool {
    std::env::var_os("GIMBAL_SELFTEST").is_some_and(|value| value == "1")
}

/// Asks the `gimbal` command where the host is. It is run through `gimbal run` later, which is what users do.
pub(crate) fn find(host: &str) -> Result<Interpreter, String> {
    let gimbal = paths::gimbal_home().join("bin/gimbal");
    let mut query = Command::new(&gimbal);
    query.args(["host", "path", host, "--json"]);
    let outcome = process::run(query, Duration::from_secs(60)).map_err(|error| format!("{error:#}"))?;
    if !outcome.success() {
        return Err(format!(
            "no host {host} ({}): {}",
            outcome.status,
            outcome.stderr.trim()
        ));
    }
    let command = serde_json::from_str::<Vec<String>>(&outcome.stdout)
        .map_err(|error| format!("`gimbal host path {host} --json` printed no list of strings: {error}"))?;
    Ok(Interpreter {
        prefix: [
            gimbal.as_os_str(),
            "run".as_ref(),
            "--host".as_ref(),
            host.as_ref(),
        ]
        .map(OsString::from)
        .into(),
        host: command.into_iter().map(OsString::from).collect(),
    })
}

/// Runs the trials that `make` lists for the lanes, after saying which lanes are skipped and why.
/// A run without any lane would test nothing, so it fails.
pub fn main(make: impl FnOnce(&[Lane]) -> Result<Vec<Trial>>) -> ExitCode {
    main_of(Lane::all(), make)
}

/// The same for other lanes.
pub fn main_of(lanes: Vec<Lane>, make: impl FnOnce(&[Lane]) -> Result<Vec<Trial>>) -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = match make(&lanes) {
        Ok(trials) => trials,
        Err(error) => {
            eprintln!("the tests cannot be listed: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    if arguments.list {
        return libtest_mimic::run(&arguments, trials).exit_code();
    }
    let missing: Vec<_> = lanes
        .iter()
        .filter_map(|lane| Some((lane.name, lane.interpreter().err()?)))
        .collect();
    for (name, reason) in &missing {
        eprintln!("lane {name} skipped: {reason}");
    }
    if missing.len() == lanes.len() {
        eprintln!(
            "no lane can run; the build is expected in {}",
            paths::gimbal_home().display()
        );
        return ExitCode::FAILURE;
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The oracle's outcome of a program, found once for all lanes.
#[derive(Clone, Default)]
pub struct Expected(Arc<OnceLock<Result<Outcome, String>>>);

impl Expected {
    /// The outcome; `find` makes it when this is the first call.
    pub fn get(&self, find: impl FnOnce() -> Result<Outcome>) -> Result<&Outcome, Failed> {
        let outcome = self
            .0
            .get_or_init(|| find().map_err(|error| format!("{error:#}")));
        outcome.as_ref().map_err(|message| Failed::from(message.as_str()))
    }
}

/// Shorthand for a driver's directory and script.
pub fn script(directory: &str, name: &str) -> PathBuf {
    Path::new(paths::sources()).join(directory).join(name)
}
