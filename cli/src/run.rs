//! `gimbal run`: becomes the host's interpreter, running the user's program under Gimbal.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::home::{DEFAULT_FLAVOUR, Home};
use crate::host;

/// Names the host. The program inherits it, so that another Python that it starts (`sys.executable`) is on the same host.
pub const HOST_VARIABLE: &str = "GIMBAL_HOST";

/// Says what the program finds when it asks which Python it runs on; the values are those of [`Identity`]. Inherited, too.
const IDENTITY_VARIABLE: &str = "GIMBAL_IDENTIFY";

/// What a program is told about the interpreter that it runs on.
#[derive(Clone, Copy, clap::ValueEnum)]
pub enum Identity {
    /// The truth.
    Host,
    /// That it is CPython. The host's own standard library still knows.
    Cpython,
}

impl Identity {
    fn name(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Cpython => "cpython",
        }
    }
}

/// Flags of the interpreter that stand alone; they may be joined as in `-uB`.
const FLAGS: &[u8] = b"bBdEhiIOPqsSuvV?";
/// Flags of the interpreter with a value, joined to them or in the next argument.
const VALUED_FLAGS: &[u8] = b"WX";
/// Long options of the interpreter with a value.
const VALUED_OPTIONS: [&str; 2] = ["--jit", "--check-hash-based-pycs"];
/// Long options of the interpreter that stand alone.
const OPTIONS: [&str; 2] = ["--version", "--info"];

/// How to run a program.
#[derive(Default)]
pub struct Request<'a> {
    /// The name of the host; without one it is the first that is there.
    pub host: Option<&'a OsStr>,
    /// The CPython whose wheels are loaded; without one it is the version that the host speaks.
    pub flavour: Option<&'a str>,
    /// The `python` of an environment, by which the host finds the packages there.
    pub argv0: Option<&'a Path>,
    /// What the program finds when it asks which Python it runs on.
    pub identity: Option<Identity>,
}

/// Replaces this process, so that exit code, signals and streams are the program's own. Returns on failure only.
pub fn run(request: &Request<'_>, arguments: &[OsString]) -> Result<()> {
    let (options, program) = split(arguments)?;
    let host = host::find(request.host);
    let spoken = host.as_ref().map_or(DEFAULT_FLAVOUR, |host| host.flavour);
    let flavour = request.flavour.unwrap_or(spoken);
    let boot = Home::find()?.boot_script(flavour)?;
    let host = host?;
    let mut interpreter = host.start(request.argv0);
    if let Some(identity) = request.identity {
        interpreter.env(IDENTITY_VARIABLE, identity.name());
    }
    let error = interpreter
        .env(HOST_VARIABLE, &host.name)
        .args(options)
        .arg(boot)
        .args(program)
        .exec();
    Err(error).with_context(|| format!("cannot start {}", host.command[0].display()))
}

/// Parts the arguments into the interpreter's options and what is to be run: `-c CODE`, `-m MODULE` or a script,
/// with its arguments. A `-c` or `-m` that is joined to other letters comes apart.
fn split(arguments: &[OsString]) -> Result<(Vec<OsString>, Vec<OsString>)> {
    let mut options = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let bytes = argument.as_bytes();
        if bytes == b"--" {
            return Ok((options, rest.cloned().collect()));
        }
        if let Some(name) = argument.to_str().filter(|name| name.starts_with("--")) {
            options.push(argument.clone());
            if VALUED_OPTIONS.contains(&name) {
                options.push(
                    rest.next()
                        .with_context(|| format!("{name} wants a value"))?
                        .clone(),
                );
            } else if !OPTIONS.contains(&name) {
                bail!("unknown option {name}: those of `gimbal run` come before those of the interpreter");
            }
            continue;
        }
        if bytes.len() < 2 || bytes[0] != b'-' {
            let program = std::iter::once(argument).chain(rest).cloned().collect();
            return Ok((options, program));
        }
        let plain = bytes[1..].iter().take_while(|flag| FLAGS.contains(flag)).count() + 1;
        let Some(flag) = bytes.get(plain) else {
            options.push(argument.clone());
            continue;
        };
        let joined = &bytes[plain + 1..];
        let mut value = || match joined {
            [] => rest
                .next()
                .cloned()
                .with_context(|| format!("-{} wants a value", char::from(*flag))),
            _ => Ok(OsStr::from_bytes(joined).to_owned()),
        };
        match flag {
            b'c' | b'm' => {
                let program = [OsStr::from_bytes(&[b'-', *flag]).to_owned(), value()?];
                if plain > 1 {
                    options.push(OsStr::from_bytes(&bytes[..plain]).to_owned());
                }
                return Ok((options, program.into_iter().chain(rest.cloned()).collect()));
            }
            flag if VALUED_FLAGS.contains(flag) => {
                options.push(argument.clone());
                if joined.is_empty() {
                    options.push(value()?);
                }
            }
            // It would skip a line of the boot program.
            b'x' => bail!("-x (skip the first line of the script) is not supported"),
            _ => bail!("unknown option -{}", char::from(*flag)),
        }
    }
    Ok((options, Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &str) -> (String, String) {
        let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        let (options, program) = split(&arguments).unwrap();
        let join = |parts: Vec<OsString>| parts.join(OsStr::new(" ")).into_string().unwrap();
        (join(options), join(program))
    }

    fn error(line: &str) -> String {
        let arguments: Vec<OsString> = line.split_whitespace().map(OsString::from).collect();
        split(&arguments).unwrap_err().to_string()
    }

    #[test]
    fn the_program_and_all_after_it_are_left_alone() {
        for program in ["app.py -u --host x", "-c code -m -W", "-m module -x", "- -u", ""] {
            assert_eq!(parts(program), (String::new(), program.to_owned()));
        }
    }

    #[test]
    fn options_go_to_the_interpreter() {
        for options in [
            "-u",
            "-uB -O",
            "-W error",
            "-Werror -X dev -Xutf8",
            "-BW error",
            "--jit off -I",
        ] {
            assert_eq!(
                parts(&format!("{options} app.py -v")),
                (options.to_owned(), "app.py -v".to_owned())
            );
        }
    }

    #[test]
    fn joined_programs_come_apart() {
        assert_eq!(parts("-cpass -u"), (String::new(), "-c pass -u".to_owned()));
        assert_eq!(
            parts("-uBmjson.tool x"),
            ("-uB".to_owned(), "-m json.tool x".to_owned())
        );
        assert_eq!(parts("-Oc pass"), ("-O".to_owned(), "-c pass".to_owned()));
    }

    #[test]
    fn a_double_dash_ends_the_options() {
        assert_eq!(
            parts("-u -- app.py -v"),
            ("-u".to_owned(), "app.py -v".to_owned())
        );
    }

    #[test]
    fn errors_name_the_option() {
        assert!(error("-c").contains("-c wants a value"));
        assert!(error("-uX").contains("-X wants a value"));
        assert!(error("--jit").contains("--jit wants a value"));
        assert!(error("-uz app.py").contains("unknown option -z"));
        assert!(error("-u --host x app.py").contains("unknown option --host"));
        assert!(error("-x app.py").contains("-x"));
    }
}
