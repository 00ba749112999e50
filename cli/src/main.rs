//! The `gimbal` command: gets hosts and runs programs on them with the wheels of CPython.

mod home;
mod host;
mod progress;
mod run;

use std::env;
use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use home::Home;

/// The exit code of `gimbal run` when the program was not started, as of `env` and `timeout`.
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
    /// Run a program on a host
    ///
    /// The exit code is the program's own, or 125 if it could not be started.
    #[command(
        override_usage = "gimbal run [--host HOST] [PYTHON OPTIONS] [-c CODE | -m MODULE | SCRIPT] [ARGS]..."
    )]
    Run {
        /// The host: pypy3.11@7.3, pypy3.11@8.0 or a path to an interpreter [default: $GIMBAL_HOST, else the
        /// first that is installed]
        #[arg(long)]
        host: Option<OsString>,
        /// Options of Python, what to run, and its arguments, as for `python`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

#[derive(Subcommand)]
enum HostAction {
    /// Install a host from Debian's packages into your cache folder (no root needed)
    Install {
        /// pypy3.11 (the same as pypy3.11@7.3) or pypy3.11@8.0
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
    let cli = if is_python() {
        let arguments = env::args_os().skip(1).collect();
        Cli {
            version: false,
            command: Some(Action::Run {
                host: None,
                arguments,
            }),
        }
    } else {
        Cli::parse()
    };
    let failure = if matches!(cli.command, Some(Action::Run { .. })) {
        NOT_STARTED
    } else {
        1
    };
    match act(cli).and_then(|answer| print(&answer)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gimbal: {error:#}");
            ExitCode::from(failure)
        }
    }
}

/// Whether this was started under the name of a Python (`bin/python3.11` is a link to us): then all arguments are those of
/// `gimbal run`. This is what programs find in `sys.executable`, and what they start another Python with.
fn is_python() -> bool {
    let name = env::args_os().next().map(PathBuf::from);
    let name = name.as_ref().and_then(|path| path.file_name());
    name.is_some_and(|name| name.as_encoded_bytes().starts_with(b"python"))
}

/// Does what was asked; the text for stdout.
fn act(cli: Cli) -> Result<String> {
    match cli.command {
        _ if cli.version => Ok(version()),
        None => Ok(String::new()),
        Some(Action::Run { host, arguments }) => {
            run::run(requested(host).as_deref(), &arguments)?;
            Ok(String::new())
        }
        Some(Action::Host(HostAction::Install {
            host,
            force,
            mirror,
            keyring,
        })) => host::install(
            host.parse()?,
            &host::Options {
                force,
                mirror,
                keyring,
            },
        ),
        Some(Action::Host(HostAction::List { json })) => host::list(json),
        Some(Action::Host(HostAction::Path { host, json })) => {
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
