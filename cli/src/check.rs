//! `gimbal check`: what a wheel or an extension file asks of the C API, and whether it can run here.
//!
//! Nothing is loaded: the answer comes from the dynamic symbol tables of the files and of the library that stands in
//! for CPython's, and from the list of functions that are stubs in it.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use object::{Architecture, Object, ObjectSymbol};
use serde::Serialize;
use zip::ZipArchive;

use crate::home::{DEFAULT_FLAVOUR, Home};

/// What the library of a flavour offers.
pub struct Library {
    flavour: String,
    exports: BTreeSet<String>,
    stubs: BTreeSet<String>,
}

/// One extension file.
#[derive(Debug, Serialize)]
pub struct Extension {
    /// Its name, within the wheel or folder if it came from one.
    pub file: String,
    /// How many names of the C API it uses.
    pub symbols: usize,
    /// Why it cannot run; empty if it can.
    pub problems: Vec<String>,
    /// Names that are there but raise `SystemError` when they are called.
    pub stubs: Vec<String>,
}

/// What there is to say of one wheel, folder or file.
#[derive(Debug, Serialize)]
pub struct Report {
    /// As it was given.
    pub path: PathBuf,
    /// Its extension files.
    pub extensions: Vec<Extension>,
}

impl Report {
    /// Whether all of it can run.
    pub fn runs(&self) -> bool {
        self.extensions
            .iter()
            .all(|extension| extension.problems.is_empty())
    }

    /// For people. `quiet`: only what cannot run.
    pub fn text(&self, flavour: &str, quiet: bool) -> String {
        let mut text = String::new();
        for extension in &self.extensions {
            let Extension {
                file,
                symbols,
                problems,
                stubs,
            } = extension;
            for problem in problems {
                let _ = writeln!(text, "{file}: {problem}");
            }
            if quiet || !problems.is_empty() {
                continue;
            }
            let _ = write!(
                text,
                "{file}: runs on {flavour}, uses {symbols} names of the C API"
            );
            if !stubs.is_empty() {
                let _ = write!(
                    text,
                    "; not written yet, so calling it raises SystemError: {}",
                    stubs.join(", ")
                );
            }
            text.push('\n');
        }
        if !quiet && self.extensions.is_empty() {
            let _ = writeln!(text, "{}: no extension files", self.path.display());
        }
        text
    }
}

impl Library {
    /// The library of a flavour.
    pub fn load(flavour: &str) -> Result<Self> {
        let folder = Home::find()?.libraries(flavour)?;
        let path = folder.join(format!("libpython{flavour}.so.1.0"));
        let bytes = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let file = object::File::parse(&*bytes).with_context(|| format!("{} is damaged", path.display()))?;
        let list = folder.join("gimbal/stubs.txt");
        let stubs = fs::read_to_string(&list).with_context(|| format!("cannot read {}", list.display()))?;
        Ok(Self {
            flavour: flavour.to_owned(),
            exports: file
                .dynamic_symbols()
                .filter(|symbol| symbol.is_definition())
                .filter_map(|symbol| symbol.name().ok().map(str::to_owned))
                .collect(),
            stubs: stubs.lines().map(str::to_owned).collect(),
        })
    }

    /// How many functions of it are stubs.
    pub fn stubs(&self) -> usize {
        self.stubs.len()
    }

    /// The name of the flavour.
    pub fn flavour(&self) -> &str {
        &self.flavour
    }

    /// Looks at a wheel, at one extension file, or at all extension files below a folder.
    pub fn check(&self, path: &Path) -> Result<Report> {
        let mut files = Vec::new();
        if path.is_dir() {
            below(path, path, &mut files)?;
        } else if path.extension().is_some_and(|extension| extension == "whl") {
            files = of_wheel(path)?;
        } else {
            let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
            files.push((path.display().to_string(), bytes));
        }
        files.sort();
        // A library in the wheel may define names that look like the C API's.
        let own: BTreeSet<String> = files
            .iter()
            .filter_map(|(_, bytes)| object::File::parse(&**bytes).ok())
            .flat_map(|file| names(&file, |symbol| symbol.is_definition()))
            .collect();
        Ok(Report {
            path: path.to_owned(),
            extensions: files
                .iter()
                .map(|(name, bytes)| self.extension(name, bytes, &own))
                .collect(),
        })
    }

    fn extension(&self, name: &str, bytes: &[u8], own: &BTreeSet<String>) -> Extension {
        let mut extension = Extension {
            file: name.to_owned(),
            symbols: 0,
            problems: self.other_flavour(name).into_iter().collect(),
            stubs: Vec::new(),
        };
        let file = match object::File::parse(bytes) {
            Ok(file) => file,
            Err(error) => {
                extension.problems.push(format!("not an ELF file ({error})"));
                return extension;
            }
        };
        if file.architecture() != Architecture::X86_64 {
            extension
                .problems
                .push(format!("built for {:?}, not for x86-64", file.architecture()));
            return extension;
        }
        let mut needed = names(&file, |symbol| symbol.is_undefined() && !symbol.is_weak());
        needed.retain(|name| !own.contains(name));
        extension.symbols = needed.len();
        extension.problems.extend(
            needed
                .difference(&self.exports)
                .map(|name| format!("needs {name}, which CPython {} does not have", self.flavour)),
        );
        extension.stubs = needed.intersection(&self.stubs).cloned().collect();
        extension
    }

    /// The complaint about a file whose name says that it is for another version of CPython.
    fn other_flavour(&self, name: &str) -> Option<String> {
        let tag = name.split(".cpython-").nth(1)?.split('-').next()?;
        let wanted = self.flavour.replace('.', "");
        (tag != wanted).then(|| format!("built for CPython ABI {tag}, and this is flavour {wanted}"))
    }
}

/// The names of the C API among the dynamic symbols that `wanted` picks.
fn names<'f>(file: &object::File<'f>, wanted: impl Fn(&object::Symbol<'f, '_>) -> bool) -> BTreeSet<String> {
    file.dynamic_symbols()
        .filter(wanted)
        .filter_map(|symbol| symbol.name().ok())
        .filter(|name| name.starts_with("Py") || name.starts_with("_Py"))
        .map(str::to_owned)
        .collect()
}

fn is_extension(name: &str) -> bool {
    name.ends_with(".so") || name.contains(".so.")
}

fn of_wheel(path: &Path) -> Result<Vec<(String, Vec<u8>)>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut wheel = ZipArchive::new(file).with_context(|| format!("{} is not a wheel", path.display()))?;
    let mut files = Vec::new();
    for index in 0..wheel.len() {
        let mut entry = wheel.by_index(index)?;
        if is_extension(entry.name()) {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            files.push((entry.name().to_owned(), bytes));
        }
    }
    Ok(files)
}

fn below(root: &Path, folder: &Path, files: &mut Vec<(String, Vec<u8>)>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            below(root, &path, files)?;
        } else if is_extension(&entry.file_name().to_string_lossy()) {
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            files.push((name, fs::read(&path)?));
        }
    }
    Ok(())
}

/// Looks at each of `paths`; the text for stdout, and whether all can run.
pub fn check(flavour: Option<&str>, paths: &[PathBuf], quiet: bool, json: bool) -> Result<(String, bool)> {
    let library = Library::load(flavour.unwrap_or(DEFAULT_FLAVOUR))?;
    let mut reports = Vec::new();
    for path in paths {
        if !path.exists() {
            bail!("there is no {}", path.display());
        }
        reports.push(library.check(path)?);
    }
    let text = if json {
        serde_json::to_string_pretty(&reports)? + "\n"
    } else {
        reports
            .iter()
            .map(|report| report.text(library.flavour(), quiet))
            .collect()
    };
    Ok((text, reports.iter().all(Report::runs)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn library() -> Library {
        Library {
            flavour: "3.11".to_owned(),
            exports: BTreeSet::new(),
            stubs: BTreeSet::new(),
        }
    }

    #[test]
    fn the_name_of_a_file_tells_its_flavour() {
        let library = library();
        assert!(
            library
                .other_flavour("a/_x.cpython-311-x86_64-linux-gnu.so")
                .is_none()
        );
        assert!(library.other_flavour("a/_x.abi3.so").is_none());
        let complaint = library
            .other_flavour("a/_x.cpython-314t-x86_64-linux-gnu.so")
            .unwrap();
        assert!(complaint.contains("314t"), "{complaint}");
    }

    #[test]
    fn what_is_no_elf_file_cannot_run() {
        let extension = library().extension("x.so", b"#!/bin/sh", &BTreeSet::new());
        assert!(extension.problems[0].contains("not an ELF file"), "{extension:?}");
    }

    #[test]
    fn a_missing_name_is_named() {
        let exe = fs::read(std::env::current_exe().unwrap()).unwrap();
        let extension = library().extension("x.so", &exe, &BTreeSet::new());
        assert!(
            extension.problems.is_empty(),
            "this test uses no C API: {extension:?}"
        );
    }
}
