//! Where things are: the checkout, the target folders, the flavours, and how to call cargo and the programs of a build.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context as _, Result, bail};

/// The checkout that this command was started from.
pub struct Project {
    pub root: PathBuf,
}

/// One ABI to imitate, given as data: a file in `shim/abi/flavours`.
pub struct Flavour {
    pub name: String,
    config: PathBuf,
}

/// The flavour that is built when none is named.
pub const MAIN_FLAVOUR: &str = "3.11";

/// How well a build is optimized.
#[derive(Clone, Copy)]
pub enum Profile {
    /// As for users.
    Release,
    /// Quickly built, for flavours that are only tested.
    Tests,
}

impl Profile {
    /// Its name, and that of its folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Tests => "tests",
        }
    }
}

/// Crates that a flavour changes: what is checked again for each.
const FLAVOURED: [&str; 4] = ["gimbal-abi", "gimbal-proxies", "gimbal-capi", "gimbal-libpython"];

/// Crates that are the same whatever the flavour: they are checked and tested once, in the main target folder, where most
/// of what they need was built for this program.
const TOOLS: [&str; 5] = [
    "gimbal-cli",
    "gimbal-codegen",
    "xtask",
    "gimbal-debian",
    "gimbal-reference",
];

/// The tests of the built library, which are such a crate, too.
const ABI_TESTS: &str = "gimbal-abi-tests";

/// The crates that one run of cargo is about.
#[derive(Clone, Copy)]
pub enum Part<'a> {
    /// Those that no flavour changes.
    Tools,
    /// The tests of the built library.
    AbiTests,
    /// The others, as one flavour has them.
    Shim(&'a Flavour),
    /// Those of the others that another flavour changes.
    Flavoured(&'a Flavour),
}

impl Project {
    /// Finds the checkout: the folder above this crate.
    pub fn find() -> Result<Self> {
        let here = env::var("CARGO_MANIFEST_DIR").context("start this with `cargo xtask`")?;
        let root = Path::new(&here).parent().context("xtask has no parent folder")?;
        Ok(Self {
            root: root.to_owned(),
        })
    }

    /// The main target folder: tools, and below it one folder per flavour.
    pub fn target(&self) -> PathBuf {
        self.root.join("target")
    }

    /// The finished layout that the `gimbal` command runs from.
    pub fn home(&self) -> PathBuf {
        self.target().join("gimbal")
    }

    /// The built `gimbal` command, using the build it lies in.
    pub fn gimbal(&self, subcommand: &str) -> Command {
        let mut command = Command::new(self.home().join("bin/gimbal"));
        command.env_remove("GIMBAL_HOME").arg(subcommand);
        command
    }

    /// Cargo, for the tools: the main target folder.
    pub fn cargo(&self, subcommand: &str) -> Command {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root).arg(subcommand);
        command.env("CARGO_TARGET_DIR", self.target());
        command
    }

    /// Cargo, for crates whose layouts depend on the flavour: each flavour has its own target folder,
    /// so that changing from one to another rebuilds nothing.
    pub fn cargo_for(&self, flavour: &Flavour, subcommand: &str) -> Command {
        let mut command = self.cargo(subcommand);
        command
            .env("CARGO_TARGET_DIR", self.flavour_target(flavour))
            .env("GIMBAL_FLAVOUR", &flavour.name)
            .env("PYO3_CONFIG_FILE", &flavour.config);
        command
    }

    /// Cargo, for each crate of a part of the workspace.
    pub fn cargo_for_all(&self, part: Part<'_>, subcommand: &str) -> Command {
        match part {
            Part::Tools => {
                let mut command = self.cargo(subcommand);
                command.args(TOOLS.iter().flat_map(|name| ["--package", name]));
                command
            }
            Part::AbiTests => {
                let mut command = self.cargo(subcommand);
                command.args(["--package", ABI_TESTS]);
                command
            }
            Part::Flavoured(flavour) => {
                let mut command = self.cargo_for(flavour, subcommand);
                command.args(FLAVOURED.iter().flat_map(|name| ["--package", name]));
                command
            }
            Part::Shim(flavour) => {
                let mut command = self.cargo_for(flavour, subcommand);
                command.args(["--workspace", "--exclude", ABI_TESTS]);
                command.args(TOOLS.iter().flat_map(|name| ["--exclude", name]));
                command
            }
        }
    }

    /// The target folder of one flavour.
    pub fn flavour_target(&self, flavour: &Flavour) -> PathBuf {
        self.target().join(format!("flavour-{}", flavour.name))
    }

    /// All flavours there is data for, sorted by name.
    pub fn flavours(&self) -> Result<Vec<Flavour>> {
        let folder = self.root.join("shim/abi/flavours");
        let mut flavours = Vec::new();
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let config = entry?.path();
            if config.extension().is_some_and(|ext| ext == "txt")
                && let Some(name) = config.file_stem().and_then(|stem| stem.to_str())
            {
                flavours.push(Flavour {
                    name: name.to_owned(),
                    config,
                });
            }
        }
        flavours.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(flavours)
    }

    /// The flavour of this name.
    pub fn flavour(&self, name: &str) -> Result<Flavour> {
        let mut flavours = self.flavours()?;
        match flavours.iter().position(|flavour| flavour.name == name) {
            Some(at) => Ok(flavours.swap_remove(at)),
            None => {
                let known: Vec<_> = flavours.into_iter().map(|flavour| flavour.name).collect();
                bail!("unknown flavour {name}; known: {}", known.join(", "))
            }
        }
    }
}
