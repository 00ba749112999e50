//! The Debian packages that Gimbal is compared with and tested with: found, or installed after saying so.

use std::io::IsTerminal as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::progress;

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

/// What counts instructions. Without it that is left out.
pub const VALGRIND: &str = "valgrind";

/// Installs what is missing of the packages.
pub fn ensure() -> Result<()> {
    install_missing(&PACKAGES)
}

/// Installs a package that not everything needs.
pub fn ensure_optional(package: &str) -> Result<()> {
    install_missing(&[package])
}

fn install_missing(packages: &[&str]) -> Result<()> {
    let missing: Vec<_> = packages
        .iter()
        .copied()
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
    let sudo = !rustix::process::geteuid().is_root();
    if sudo && std::io::stdin().is_terminal() {
        // Asks for a password, if it must, before progress is drawn.
        let status = Command::new("sudo")
            .arg("--validate")
            .status()
            .context("cannot start sudo; become root")?;
        if !status.success() {
            bail!("sudo --validate: {status}");
        }
    }
    progress::run("apt-get update", apt_get(sudo, &["update"]))?;
    let label = format!("apt-get install {}", packages.join(" "));
    let install = ["install", "--yes", "--no-install-recommends"];
    progress::run(&label, apt_get(sudo, &[&install, packages].concat()))
}

fn apt_get(sudo: bool, arguments: &[&str]) -> Command {
    let mut command = Command::new(if sudo { "sudo" } else { "env" });
    if sudo {
        command.args(["--non-interactive", "env"]);
    }
    command
        .args([
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "--option",
            "Dpkg::Use-Pty=0",
        ])
        .args(arguments);
    command
}
