//! The Debian packages that Gimbal is compared with and tested with: found, or installed after saying so.

use std::io::IsTerminal as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

/// The oracle (CPython 3.11 with its library and headers), pip for it, and a C compiler.
const PACKAGES: [&str; 5] = [
    "python3.11",
    "python3.11-dev",
    "libpython3.11",
    "python3-pip",
    "gcc",
];

/// The oracle's interpreter; another `python3.11` may come first on the PATH.
pub const PYTHON: &str = "/usr/bin/python3.11";

/// Installs what is missing of the packages.
pub fn ensure() -> Result<()> {
    let missing: Vec<_> = PACKAGES
        .into_iter()
        .filter(|package| !installed(package))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    install(&missing).with_context(|| {
        let packages = missing.join(" ");
        format!("Debian 12's packages {packages} are needed and could not be installed")
    })
}

fn installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query
        .args(["--show", "--showformat=${db:Status-Status}", package])
        .stderr(Stdio::null());
    query.output().is_ok_and(|output| output.stdout == b"installed")
}

fn install(packages: &[&str]) -> Result<()> {
    if !Path::new("/usr/bin/apt-get").exists() {
        bail!("this machine has no apt-get");
    }
    eprintln!("installing with apt-get: {}", packages.join(" "));
    apt_get(&["update"])?;
    let install = ["install", "--yes", "--no-install-recommends"];
    apt_get(&[&install, packages].concat())
}

/// Runs apt-get as root. Its own output is the progress; `sudo` may ask for a password where somebody can answer.
fn apt_get(arguments: &[&str]) -> Result<()> {
    let mut command = if rustix::process::geteuid().is_root() {
        Command::new("env")
    } else {
        let mut sudo = Command::new("sudo");
        if !std::io::stdin().is_terminal() {
            sudo.arg("--non-interactive");
        }
        sudo.arg("env");
        sudo
    };
    command.args([
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "--quiet",
        "--option",
        "Dpkg::Use-Pty=0",
    ]);
    let status = command
        .args(arguments)
        .status()
        .context("cannot start sudo; run this as root")?;
    if !status.success() {
        bail!("apt-get {}: {status}", arguments.join(" "));
    }
    Ok(())
}
