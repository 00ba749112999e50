//! The programs that several kinds of test run: themes and packages' programs.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::lanes::{self, Program};
use crate::wheels::Package;
use crate::{compile, paths, wheels};

/// The C sources of all themes.
pub fn themes() -> Result<Vec<PathBuf>> {
    let mut sources = Vec::new();
    for entry in paths::sources().join("c").read_dir()? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("c")) {
            sources.push(path);
        }
    }
    sources.sort();
    Ok(sources)
}

/// What a theme is called.
pub fn name_of(source: &Path) -> String {
    let stem = source.file_stem().unwrap_or_default();
    stem.to_string_lossy().into_owned()
}

/// A theme whose extension is compiled with further arguments.
pub fn theme(source: &Path, extra: &[&str]) -> Result<Program> {
    let extension = compile::extension_with(source, extra)?;
    let script = lanes::script("c", "drive.py");
    Ok(Program::new(&script, vec![extension]).arg(source.with_extension("py")))
}

/// The scripts that use packages, by the package's name.
pub fn scripts() -> Result<BTreeMap<String, PathBuf>> {
    let mut scripts = BTreeMap::new();
    for entry in paths::sources().join("wheels").read_dir()? {
        let path = entry?.path();
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        if let Some(name) = file
            .strip_prefix("use_")
            .and_then(|name| name.strip_suffix(".py"))
        {
            scripts.insert(name.to_owned(), path.clone());
        }
    }
    Ok(scripts)
}

/// A script that uses these packages, which are fetched, with all that they need.
pub fn with_wheels(names: &[&str], script: &Path) -> Result<Program> {
    let lock = wheels::lock()?;
    let mut packages = BTreeMap::new();
    for name in names {
        packages.extend(
            lock.closure(name)?
                .into_iter()
                .map(|package| (&package.name, package)),
        );
    }
    wheels::fetch(&lock)?;
    let identify = packages.values().any(|package| package.identify);
    Ok(with(packages.into_values(), script, identify))
}

/// The script of a package with the wheels of another flavour, which are fetched.
pub fn with_flavoured(flavour: &str, name: &str, script: &Path) -> Result<Program> {
    let lock = wheels::lock()?;
    let packages = lock.closure_for(flavour, name)?;
    let packages = packages.with_context(|| format!("no wheel of {name} for {flavour}"))?;
    wheels::fetch(&lock)?;
    let identify = lock.closure(name)?.iter().any(|package| package.identify);
    Ok(with(packages, script, identify))
}

fn with<'a>(packages: impl IntoIterator<Item = &'a Package>, script: &Path, identify: bool) -> Program {
    let mut path: Vec<_> = packages.into_iter().map(Package::site).collect();
    // The drivers' label helper is beside the C themes.
    path.push(paths::sources().join("c"));
    let mut program = Program::new(script, path);
    program.identify = identify;
    program
}
