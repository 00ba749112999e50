//! The `gimbal` command: gets hosts and runs programs on them with the wheels of CPython.

mod check;
mod doctor;
mod exec;
mod home;
mod host;
mod run;
mod venv;

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use home::Home;
use venv::Environment;

/// The exit code of `gimbal run` and `gimbal exec` when the program was not started, as of `env` and `timeout`.
const NOT_STARTED: u8 = 125;

/// Runs unmodified CPython wheels on other Pythons.
#[derive(Parser)]
#[command(name = "gimbal", disable_version_flag = true, arg_required_else_help = true)]
struct Cli {
    /// Print the version, and the flavours that are built
    #[arg(short = 'V', long)]
    version: bool,
    #[command(subcommand)]
    command: Option<Action>,
}

#[derive(Subcommand)]
enum Action {
    /// Get hosts and look at them
    #[command(subcommand)]
    Host(HostAction),
    /// Make an environment in which `pip install` gets CPython's wheels and `python` runs them
    Venv(venv::Options),
    /// Say whether wheels or extension files can run, and what they use of the C API
    ///
    /// The exit code is 1 if one of them cannot.
    Check {
        /// The CPython that they are for [default: 3.11]
        #[arg(long)]
        flavour: Option<String>,
        /// Wheels, extension files, or folders with such files
        #[arg(required = true)]
        paths: Vec<PathBuf>,
        /// Print only what cannot run
        #[arg(short, long)]
        quiet: bool,
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Say what is installed, whether each host starts, and what in an environment would fail
    ///
    /// The exit code is 1 if something is wrong.
    Doctor {
        /// An environment of `gimbal venv` [default: the active one]
        environment: Option<PathBuf>,
    },
    /// Run a program on a host
    ///
    /// The exit code is the program's own, or 125 if it could not be started.
    #[command(
        override_usage = "gimbal run [--host HOST] [--flavour FLAVOUR] [--identify WHAT] [PYTHON OPTIONS] [-c CODE | -m MODULE | SCRIPT] [ARGS]..."
    )]
    Run {
        /// The host: pypy3.11@7.3, pypy3.11@8.0, pypy3.9@7.3 or a path to an interpreter [default: $GIMBAL_HOST, else the
        /// first that is installed]
        #[arg(long)]
        host: Option<OsString>,
        /// What the program finds when it asks which Python it runs on. Some packages use their C part on CPython only
        /// [default: $GIMBAL_IDENTIFY, else host]
        #[arg(long)]
        identify: Option<run::Identity>,
        /// The CPython whose wheels are loaded, such as 3.14t [default: the version that the host speaks]
        #[arg(long)]
        flavour: Option<String>,
        /// Options of Python, what to run, and its arguments, as for `python`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Run a program that embeds Python, such as one linked to libpython, on a host
    ///
    /// The exit code is the program's own, or 125 if it could not be started.
    Exec {
        /// The host, as for `gimbal run`
        #[arg(long)]
        host: Option<OsString>,
        /// The program
        program: OsString,
        /// Its arguments
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

#[derive(Subcommand)]
enum HostAction {
    /// Install a host from Debian's packages into your cache folder (no root needed)
    Install {
        /// pypy3.11 (the same as pypy3.11@7.3), pypy3.11@8.0 or pypy3.9
        host: String,
        /// Install it anew if it is there
        #[arg(long)]
        force: bool,
        /// The Debian mirror to use [default: this machine's own, then Debian's]
        #[arg(long, value_name = "URL")]
        mirror: Option<String>,
        /// The keyring of Debian's archive [default: the one of the package debian-archive-keyring]
        #[arg(long, value_name = "FILE")]
        keyring: Option<PathBuf>,
    },
    /// Show the hosts that are here
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print the start of every command line that runs a host's interpreter, one argument a line
    Path {
        /// As for `gimbal run --host`
        host: Option<OsString>,
        /// As a JSON array
        #[arg(long)]
        json: bool,
    },
}

fn main() -> ExitCode {
    let cli = match python() {
        Some(python) => return run_as(&python),
        None => Cli::parse(),
    };
    let failure = if matches!(cli.command, Some(Action::Run { .. } | Action::Exec { .. })) {
        NOT_STARTED
    } else {
        1
    };
    match act(cli).and_then(|(answer, good)| print(&answer).map(|()| good)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => complain(&error, failure),
    }
}

fn complain(error: &anyhow::Error, code: u8) -> ExitCode {
    eprintln!("gimbal: {error:#}");
    ExitCode::from(code)
}

/// Runs a program as the Python `name`: on the host of the environment that it lies in, else as `gimbal run` does.
fn run_as(name: &OsStr) -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let outcome = match Environment::of(name) {
        Some(environment) => run::run(
            &run::Request {
                host: Some(&environment.host),
                argv0: Some(&environment.python),
                ..Default::default()
            },
            &arguments,
        ),
        None => run::run(
            &run::Request {
                host: requested(None).as_deref(),
                ..Default::default()
            },
            &arguments,
        ),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error, NOT_STARTED),
    }
}

/// The name of a Python, if this was started under one (`bin/python3.11` is a link to us): then all arguments are those of
/// a Python. This is what programs find in `sys.executable`, and what they start another Python with.
fn python() -> Option<OsString> {
    let name = env::args_os().next()?;
    let file = Path::new(&name).file_name()?;
    file.as_encoded_bytes().starts_with(b"python").then_some(name)
}

/// Does what was asked; the text for stdout, and whether it is good news.
fn act(cli: Cli) -> Result<(String, bool)> {
    let answer = match cli.command {
        _ if cli.version => version(),
        None => String::new(),
        Some(Action::Check {
            flavour,
            paths,
            quiet,
            json,
        }) => return check::check(flavour.as_deref(), &paths, quiet, json),
        Some(Action::Doctor { environment }) => return doctor::examine(environment.as_deref()),
        Some(Action::Run {
            host,
            flavour,
            identify,
            arguments,
        }) => {
            let host = requested(host);
            let request = run::Request {
                host: host.as_deref(),
                flavour: flavour.as_deref(),
                identity: identify,
                ..Default::default()
            };
            run::run(&request, &arguments)?;
            String::new()
        }
        Some(Action::Exec {
            host,
            program,
            arguments,
        }) => {
            exec::exec(requested(host).as_deref(), &program, &arguments)?;
            String::new()
        }
        Some(Action::Venv(options)) => venv::create(requested(options.host.clone()).as_deref(), &options)?,
        Some(Action::Host(action)) => host(action)?,
    };
    Ok((answer, true))
}

fn host(action: HostAction) -> Result<String> {
    match action {
        HostAction::Install {
            host,
            force,
            mirror,
            keyring,
        } => host::install(
            host.parse()?,
            &host::Options {
                force,
                mirror,
                keyring,
            },
        ),
        HostAction::List { json } => host::list(json),
        HostAction::Path { host, json } => {
            let command = host::find(requested(host).as_deref())?.command;
            let arguments = command.iter().map(|argument| argument.display().to_string());
            if json {
                return Ok(serde_json::to_string(&arguments.collect::<Vec<_>>())? + "\n");
            }
            Ok(arguments.map(|argument| argument + "\n").collect())
        }
    }
}

/// The host that was asked for, by option or by environment.
fn requested(option: Option<OsString>) -> Option<OsString> {
    option
        .or_else(|| env::var_os(run::HOST_VARIABLE))
        .filter(|host| !host.is_empty())
}

fn version() -> String {
    let mut text = concat!("gimbal ", env!("CARGO_PKG_VERSION"), "\n").to_owned();
    match Home::find() {
        Ok(home) => {
            let flavours = home.flavours();
            let built = if flavours.is_empty() {
                "none".to_owned()
            } else {
                flavours.join(" ")
            };
            text += &format!("home: {}\nflavours: {built}\n", home.path().display());
        }
        Err(_) => text += "home: none\nflavours: none\n",
    }
    text
}

/// Prints the answer; whoever stops reading it has read enough.
fn print(answer: &str) -> Result<()> {
    match io::stdout().write_all(answer.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}
