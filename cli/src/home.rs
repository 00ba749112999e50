//! Where a build of Gimbal lies and what is in it.
//!
//! A home has `bin/gimbal` with a link `bin/pythonF` to it for every flavour F, and the folder `F/lib` with the library that stands in for
//! CPython's, and the adapters of the hosts below `F/lib/gimbal`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::{env, fs};

use anyhow::{Context, Result, bail};

/// The flavour that `gimbal run` uses: the CPython whose wheels are loaded.
pub const DEFAULT_FLAVOUR: &str = "3.11";

/// The root folder of a build.
pub struct Home(PathBuf);

impl Home {
    /// `GIMBAL_HOME`, or the folder above the `bin` in which this executable lies.
    pub fn find() -> Result<Self> {
        let exe = env::current_exe().context("cannot tell where this executable is")?;
        Self::from(env::var_os("GIMBAL_HOME"), &exe)
    }

    fn from(overridden: Option<OsString>, exe: &Path) -> Result<Self> {
        if let Some(home) = overridden.filter(|value| !value.is_empty()) {
            // The program may change its folder, so what it is given must not depend on ours.
            return Ok(Self(std::path::absolute(home)?));
        }
        match exe.parent() {
            Some(bin) if bin.ends_with("bin") => Ok(Self(bin.parent().unwrap_or(bin).to_owned())),
            _ => bail!(
                "{} does not lie in a build of Gimbal: make one with `cargo xtask build --flavour {DEFAULT_FLAVOUR}` \
                 and use its bin/gimbal, or name a build in GIMBAL_HOME",
                exe.display()
            ),
        }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The flavours whose library is there, sorted.
    pub fn flavours(&self) -> Vec<String> {
        let Ok(entries) = fs::read_dir(&self.0) else {
            return Vec::new();
        };
        let mut names: Vec<String> = entries
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| {
                self.0
                    .join(name)
                    .join(format!("lib/libpython{name}.so.1.0"))
                    .is_file()
            })
            .collect();
        names.sort();
        names
    }

    /// The folder with the libpython of `flavour`.
    pub fn libraries(&self, flavour: &str) -> Result<PathBuf> {
        let folder = self.0.join(flavour).join("lib");
        if !folder.join(format!("libpython{flavour}.so.1.0")).is_file() {
            bail!(
                "Gimbal is not built for {flavour}: there is no libpython in {}; run `cargo xtask build --flavour {flavour}`",
                folder.display()
            );
        }
        Ok(folder)
    }

    /// The program with which a PyPy starts: it makes the wheels of `flavour` loadable, then runs the user's.
    pub fn boot_script(&self, flavour: &str) -> Result<PathBuf> {
        let boot = self.0.join(flavour).join("lib/gimbal/pypy/boot.py");
        if !boot.is_file() {
            bail!(
                "Gimbal is not built for {flavour}: {} is missing; run `cargo xtask build --flavour {flavour}`",
                boot.display()
            );
        }
        Ok(boot)
    }
}

/// Whether a host that speaks `python` (`3.11.11`) can run the wheels of `flavour` (`3.11`, `3.14t`).
pub fn speaks(python: &str, flavour: &str) -> bool {
    let wanted = flavour.strip_suffix('t').unwrap_or(flavour);
    python
        .strip_prefix(wanted)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn found_beside_the_executable() {
        let home = Home::from(None, Path::new("/build/gimbal/bin/gimbal")).unwrap();
        assert_eq!(home.path(), Path::new("/build/gimbal"));
    }

    #[test]
    fn the_environment_wins_unless_empty() {
        let exe = Path::new("/build/gimbal/bin/gimbal");
        assert_eq!(
            Home::from(Some("/other".into()), exe).unwrap().path(),
            Path::new("/other")
        );
        assert_eq!(
            Home::from(Some("".into()), exe).unwrap().path(),
            Path::new("/build/gimbal")
        );
    }

    #[test]
    fn elsewhere_is_an_error() {
        let error = Home::from(None, Path::new("/target/debug/gimbal"))
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("cargo xtask build"), "{error}");
    }

    #[test]
    fn versions_and_flavours() {
        assert!(speaks("3.11.11", "3.11"));
        assert!(speaks("3.14.1", "3.14t"));
        assert!(!speaks("3.1.4", "3.11"));
        assert!(!speaks("3.11.1", "3.1"));
    }
}
