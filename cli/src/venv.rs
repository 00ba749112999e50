//! `gimbal venv`: an environment as Python's own `venv` makes it, whose `python` runs programs with Gimbal.
//!
//! The host's `venv` module makes the folder, so that activation scripts, `pyvenv.cfg` and the search for `site-packages` are
//! the host's own. Then the links in `bin` are replaced by links to this executable, by its name as a Python, `pyvenv.cfg` says which host it
//! starts, and pip is installed from the wheel that Debian ships.

use std::ffi::{OsStr, OsString};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};

use crate::home::Home;
use crate::host::{self, Host};

/// The key in `pyvenv.cfg` that names the host.
const HOST_KEY: &str = "gimbal-host";
const CONFIGURATION: &str = "pyvenv.cfg";

/// How to make an environment.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// The folder to make
    dir: PathBuf,
    /// The host: pypy3.11@7.3, pypy3.11@8.0, pypy3.9@7.3 or a path to an interpreter [default: $GIMBAL_HOST,
    /// else the first that is installed]
    #[arg(long)]
    pub host: Option<OsString>,
    /// Delete what is in the folder first
    #[arg(long)]
    clear: bool,
    /// Show the host's own site-packages, too
    #[arg(long)]
    system_site_packages: bool,
    /// Do not install pip
    #[arg(long)]
    without_pip: bool,
    /// The name that the prompt shows while the environment is active
    #[arg(long, value_name = "NAME")]
    prompt: Option<String>,
}

/// An environment: where it is and what it runs on.
#[derive(Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its folder.
    pub root: PathBuf,
    /// The name of its host.
    pub host: OsString,
    /// The `python` that it was started by, as an absolute path with its links.
    pub python: PathBuf,
}

impl Environment {
    /// The environment that the command `program` (its `argv[0]`) lies in, if one does.
    pub fn of(program: &OsStr) -> Option<Self> {
        let python = located(program)?;
        let root = python.parent()?.parent()?.to_owned();
        let text = fs::read_to_string(root.join(CONFIGURATION)).ok()?;
        let host = value(&text, HOST_KEY)?.into();
        Some(Self { root, host, python })
    }
}

/// The absolute path of `argv[0]`, searched for as the shell did.
fn located(program: &OsStr) -> Option<PathBuf> {
    if Path::new(program).components().count() > 1 {
        return std::path::absolute(program).ok();
    }
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders)
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
        .and_then(|path| std::path::absolute(path).ok())
}

/// The value of `key` in the text of a `pyvenv.cfg`.
fn value<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.lines()
        .filter_map(|line| line.split_once('='))
        .find(|(name, _)| name.trim() == key)
        .map(|(_, value)| value.trim())
}

/// Makes the environment; what to tell the user.
pub fn create(host: Option<&OsStr>, options: &Options) -> Result<String> {
    let home = Home::find()?;
    let host = host::find(host)?;
    home.boot_script(host.flavour)?;
    let wheel = (!options.without_pip).then(|| pip_wheel(&host)).transpose()?;
    let dir = std::path::absolute(&options.dir)?;
    ensure!(
        !dir.to_string_lossy().contains(':'),
        "{} cannot be an environment: its name has a colon, which parts the folders in PATH",
        dir.display()
    );

    let mut venv = host.start(None);
    venv.args(["-I", "-m", "venv", "--without-pip"]);
    if options.clear {
        venv.arg("--clear");
    }
    if options.system_site_packages {
        venv.arg("--system-site-packages");
    }
    if let Some(prompt) = &options.prompt {
        venv.args(["--prompt", prompt]);
    }
    check(venv.arg(&dir), "the host's venv module")?;
    adopt(&dir, &host, &home)?;
    if let Some(wheel) = wheel {
        let mut pip = Command::new(dir.join("bin/python"));
        // pip runs from inside its own wheel.
        pip.arg(wheel.join("pip"));
        pip.args([
            "install",
            "--quiet",
            "--no-index",
            "--no-deps",
            "--disable-pip-version-check",
            "--root-user-action=ignore",
        ]);
        check(pip.arg(&wheel), "pip")?;
    }
    // As a shell takes it.
    let shown = |file: &str| {
        let path = options.dir.join(file).to_string_lossy().into_owned();
        shlex::try_quote(&path).map(Into::into).unwrap_or(path)
    };
    Ok(format!(
        "{} runs on {}.\nActivate it with `. {}`, or use {} and {}.\n",
        options.dir.display(),
        host.name.display(),
        shown("bin/activate"),
        shown("bin/python"),
        shown("bin/pip"),
    ))
}

/// Makes the environment in `dir` ours: its Pythons become links to this executable, which finds the host's name beside them.
fn adopt(dir: &Path, host: &Host, home: &Home) -> Result<()> {
    let bin = dir.join("bin");
    for entry in fs::read_dir(&bin).with_context(|| format!("the host made no {}", bin.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().as_encoded_bytes();
        if name.starts_with(b"python") || name.starts_with(b"pypy") {
            fs::remove_file(&path)?;
        }
    }
    let own = format!("python{}", host.flavour);
    let python = home.path().join("bin").join(&own);
    for name in ["python", "python3", &own] {
        symlink(&python, bin.join(name))?;
    }
    let configuration = dir.join(CONFIGURATION);
    let mut text = fs::read_to_string(&configuration)?;
    text += &format!("{HOST_KEY} = {}\n", host.name.display());
    Ok(fs::write(configuration, text)?)
}

/// The wheel of pip in Debian's package `python3-pip-whl`: the private host's, else the machine's.
fn pip_wheel(host: &Host) -> Result<PathBuf> {
    const WHEELS: &str = "usr/share/python-wheels";
    let places = host.root.iter().map(PathBuf::as_path).chain([Path::new("/")]);
    for root in places {
        let Ok(entries) = fs::read_dir(root.join(WHEELS)) else {
            continue;
        };
        let mut wheels: Vec<PathBuf> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with("pip-") && name.ends_with(".whl")
            })
            .collect();
        wheels.sort();
        if let Some(wheel) = wheels.pop() {
            return Ok(wheel);
        }
    }
    match &host.root {
        Some(_) => bail!(
            "the host {name} was installed without pip; make it anew with: gimbal host install {name} --force",
            name = host.name.display()
        ),
        None => {
            bail!("there is no wheel of pip; install Debian's package python3-pip-whl, or use --without-pip")
        }
    }
}

/// Runs a step whose own complaints go to stderr.
fn check(command: &mut Command, what: &str) -> Result<()> {
    let status = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .env_remove("PYTHONHOME")
        .env_remove("PYTHONPATH")
        .status()
        .with_context(|| format!("cannot start {what}"))?;
    ensure!(status.success(), "{what} failed ({status})");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_the_configuration() {
        let text = "home = /usr/bin\ngimbal-host = pypy3.11@7.3\nversion=3.11\n";
        assert_eq!(value(text, HOST_KEY), Some("pypy3.11@7.3"));
        assert_eq!(value(text, "version"), Some("3.11"));
        assert_eq!(value(text, "hom"), None);
    }

    #[test]
    fn an_environment_is_told_by_its_configuration() {
        let root = tempfile::tempdir().unwrap();
        let python = root.path().join("bin/python");
        assert_eq!(Environment::of(python.as_os_str()), None);
        fs::write(root.path().join(CONFIGURATION), "home = /x\n").unwrap();
        assert_eq!(Environment::of(python.as_os_str()), None);
        fs::write(root.path().join(CONFIGURATION), "gimbal-host = h\n").unwrap();
        let expected = Environment {
            root: root.path().to_owned(),
            host: "h".into(),
            python: python.clone(),
        };
        assert_eq!(Environment::of(python.as_os_str()), Some(expected));
    }
}
