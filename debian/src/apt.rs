//! Packages of a Debian suite that this machine does not run: `apt-get` with a configuration of its own.
//!
//! Nothing of the machine's apt is touched, so no root is needed; but what says how to reach the net and how to
//! judge dates is copied from it. The archive's signatures are always checked, against Debian's own keyring.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::progress::Step;

const KEYRINGS: [&str; 4] = [
    "/usr/share/keyrings/debian-archive-keyring.pgp",
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/etc/apt/keyrings/debian-archive-keyring.pgp",
    "/etc/apt/keyrings/debian-archive-keyring.gpg",
];

/// The settings of the machine that also hold here: proxies, certificates, time-outs, how dates are judged.
const INHERITED: [&str; 4] = [
    "Acquire::http",
    "Acquire::Check-Date",
    "Acquire::Check-Valid-Until",
    "Acquire::ForceIPv",
];

/// The keys with which Debian signs its archive.
pub fn keyring() -> Result<PathBuf> {
    KEYRINGS
        .iter()
        .map(PathBuf::from)
        .find(|path| path.is_file())
        .with_context(|| {
            format!(
                "Debian's archive keyring is not here, so packages cannot be verified: install the package \
             debian-archive-keyring, or name the keyring with --keyring (looked for {})",
                KEYRINGS.join(", ")
            )
        })
}

/// A suite of a Debian archive, with apt's state about it in a folder of its own.
pub struct Archive {
    root: PathBuf,
}

/// A package that would be downloaded.
pub struct Planned {
    /// The name of its file.
    pub file: String,
    /// The size of that.
    pub bytes: u64,
}

impl Archive {
    /// Lays out apt's state in the new folder `root`; `settings` are those of `machine_settings`.
    pub fn open(root: &Path, mirror: &str, suite: &str, keyring: &Path, settings: &str) -> Result<Self> {
        for folder in ["parts", "state/lists/partial", "cache/archives/partial", "log"] {
            fs::create_dir_all(root.join(folder))?;
        }
        File::create(root.join("status"))?;
        let source = format!(
            "deb [arch=amd64 signed-by={}] {mirror} {suite} main\n",
            keyring.display()
        );
        fs::write(root.join("sources.list"), source)?;
        fs::write(root.join("apt.conf"), configuration(root, settings))?;
        Ok(Self {
            root: root.to_owned(),
        })
    }

    /// Gets the index of the suite.
    pub fn update(&self, step: &Step) -> Result<()> {
        self.apt_get(&["update"], Some(step)).map(drop)
    }

    /// What `download` would get: the packages and what they depend on.
    pub fn plan(&self, packages: &[&str]) -> Result<Vec<Planned>> {
        let mut arguments = vec!["install", "-qq", "--print-uris"];
        arguments.extend(packages);
        Ok(planned(&self.apt_get(&arguments, None)?))
    }

    /// Gets the packages and what they depend on; the files.
    pub fn download(&self, packages: &[&str], step: &Step) -> Result<Vec<PathBuf>> {
        let mut arguments = vec!["install", "-q", "--download-only"];
        arguments.extend(packages);
        self.apt_get(&arguments, Some(step))?;
        let mut files: Vec<PathBuf> = fs::read_dir(self.root.join("cache/archives"))?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        files.retain(|path| path.extension().is_some_and(|extension| extension == "deb"));
        files.sort();
        Ok(files)
    }

    /// Runs `apt-get`, moving `step` along by what it reports; its output without those reports.
    fn apt_get(&self, arguments: &[&str], step: Option<&Step>) -> Result<String> {
        let errors = self.root.join("log/errors");
        let mut child = Command::new("apt-get")
            .args(["-o", "APT::Status-Fd=1"])
            .args(arguments)
            .env("APT_CONFIG", self.root.join("apt.conf"))
            .env("LC_ALL", "C")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&errors)?)
            .spawn()
            .map_err(|error| missing_tool("apt-get", error))?;
        let mut output = String::new();
        for line in BufReader::new(child.stdout.take().expect("stdout is piped")).lines() {
            let line = line.context("cannot read what apt-get says")?;
            match percent(&line) {
                Some(done) => step.into_iter().for_each(|step| step.set(done)),
                None => output.extend([&line, "\n"]),
            }
        }
        if !child.wait()?.success() {
            let said = fs::read_to_string(errors)?;
            bail!("{}\n{}", diagnosis(&said), said.trim_end());
        }
        Ok(output)
    }
}

/// Why a tool of Debian could not be started.
pub fn missing_tool(name: &str, error: std::io::Error) -> anyhow::Error {
    if error.kind() == ErrorKind::NotFound {
        anyhow::anyhow!(
            "{name} is not here: private hosts are made of Debian packages. On another system install a PyPy \
             yourself and name it: gimbal run --host /path/to/pypy3.11 ..."
        )
    } else {
        anyhow::Error::new(error).context(format!("cannot start {name}"))
    }
}

/// apt's configuration below `root`. The machine's own files are left out because they may hold hooks that
/// change the machine or need root.
fn configuration(root: &Path, inherited: &str) -> String {
    let root = root.display();
    format!(
        r#"Dir::Etc::main "/dev/null";
Dir::Etc::parts "{root}/parts";
Dir::Etc::sourcelist "{root}/sources.list";
Dir::Etc::sourceparts "{root}/parts";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "{root}/parts";
Dir::State "{root}/state";
Dir::State::status "{root}/status";
Dir::Cache "{root}/cache";
Dir::Log "{root}/log";
APT::Architecture "amd64";
APT::Architectures {{ "amd64"; }};
APT::Get::Assume-Yes "true";
APT::Get::AllowUnauthenticated "false";
APT::Install-Recommends "false";
APT::Install-Suggests "false";
APT::Sandbox::User "root";
APT::Update::Error-Mode "any";
Acquire::AllowInsecureRepositories "false";
Acquire::Languages {{ "none"; }};
Acquire::PDiffs "false";
Acquire::Retries "2";
{inherited}"#
    )
}

/// What of the machine's own configuration of apt also holds for a private archive.
pub fn machine_settings() -> Result<String> {
    let output = Command::new("apt-config")
        .arg("dump")
        .env("LC_ALL", "C")
        .output()
        .map_err(|error| missing_tool("apt-get", error))?;
    Ok(inherited(&String::from_utf8_lossy(&output.stdout)))
}

/// The lines of `apt-config dump` that are taken over; they are written as apt reads them.
fn inherited(dump: &str) -> String {
    let kept = |line: &&str| INHERITED.iter().any(|start| line.starts_with(start));
    dump.lines().filter(kept).flat_map(|line| [line, "\n"]).collect()
}

/// The progress in a line such as `dlstatus:3:42.5:Retrieving file 3 of 20`.
fn percent(line: &str) -> Option<u64> {
    let mut fields = line.strip_prefix("dlstatus:")?.split(':');
    fields.nth(1)?.split('.').next()?.parse().ok()
}

/// The lines `'URI' FILE SIZE HASH` of `--print-uris`.
fn planned(output: &str) -> Vec<Planned> {
    let parse = |line: &str| {
        let mut fields = line.strip_prefix('\'')?.split_once("' ")?.1.split(' ');
        Some(Planned {
            file: fields.next()?.to_owned(),
            bytes: fields.next()?.parse().ok()?,
        })
    };
    output.lines().filter_map(parse).collect()
}

/// What most likely is the matter, from apt's own words.
fn diagnosis(said: &str) -> &'static str {
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| said.contains(phrase));
    if has(&[
        "resolv",
        "Could not connect",
        "Cannot initiate",
        "Network is unreachable",
    ]) {
        "the archive cannot be reached: no network, or a proxy that apt is not told of?"
    } else if has(&["No space left"]) {
        "the disk is full"
    } else if has(&[
        "NO_PUBKEY",
        "KEYSIG",
        "BADSIG",
        "Missing key",
        "invalid signature",
    ]) {
        "its signature does not hold with the keyring of this machine; is debian-archive-keyring too old?"
    } else if has(&[
        "Failed to fetch",
        "have a Release file",
        "Unable to locate",
        "no installation candidate",
    ]) {
        "the archive has moved or changed: the suite or the package is not there; --mirror names another archive"
    } else if has(&["is not signed"]) {
        "the archive is not signed"
    } else {
        "apt-get failed"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_lines() {
        assert_eq!(
            percent("dlstatus:3:42.5312:Retrieving file 3 of 20 (2s remaining)"),
            Some(42)
        );
        assert_eq!(percent("dlstatus:1:0:Working"), Some(0));
        assert_eq!(
            percent("Get:1 http://mirror.example/debian trixie InRelease"),
            None
        );
    }

    #[test]
    fn planned_downloads() {
        let plan =
            planned("Reading...\n'http://m.example/p.deb' pypy3_7.3.19+dfsg-2_amd64.deb 104 SHA256:00\n");
        assert_eq!(plan.len(), 1);
        assert_eq!(
            (plan[0].file.as_str(), plan[0].bytes),
            ("pypy3_7.3.19+dfsg-2_amd64.deb", 104)
        );
    }

    #[test]
    fn only_the_way_to_the_net_is_taken_over() {
        let dump = "APT \"\";\nAcquire::http::Proxy \"http://proxy.example:3128\";\n\
                    Acquire::AllowInsecureRepositories \"1\";\nAPT::Update::Post-Invoke:: \"rm x\";\n";
        assert_eq!(
            inherited(dump),
            "Acquire::http::Proxy \"http://proxy.example:3128\";\n"
        );
    }

    #[test]
    fn signatures_are_always_asked_for() {
        let text = configuration(Path::new("/r"), "");
        assert!(
            text.contains("AllowUnauthenticated \"false\"")
                && text.contains("AllowInsecureRepositories \"false\"")
        );
    }

    #[test]
    fn diagnoses() {
        assert!(diagnosis("Temporary failure resolving 'deb.debian.org'").contains("no network"));
        assert!(diagnosis("The repository 'x' does not have a Release file.").contains("--mirror"));
        assert!(diagnosis("GPG error: NO_PUBKEY 0\nThe repository is not signed").contains("keyring"));
        assert!(diagnosis("Failed to fetch x  404\nThe repository is not signed").contains("moved"));
    }
}
