//! `cargo xtask build`: compiles one flavour and lays out `target/gimbal`, the folder the command runs from.
//!
//! ```text
//! bin/gimbal
//! bin/python3.11                     a link to it: runs programs as `python3.11` would
//! 3.11/lib/libpython3.11.so.1.0      the shim
//! 3.11/lib/libpython3.so             no code; needs the one above
//! 3.11/lib/gimbal/stubs.txt          the functions of the C API that are not written yet
//! 3.11/lib/gimbal/pypy/              the host's native module and its Python adapter
//! 3.11/lib/gimbal/reference/         the reference host: its library, and the program that runs checks
//! ```

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{self, Command};

use anyhow::{Context as _, Result};

use crate::progress;
use crate::project::{Flavour, Profile, Project};

/// Builds one flavour and the command.
pub fn build(project: &Project, flavour: &Flavour, profile: Profile) -> Result<()> {
    let mut shim = project.cargo_for(flavour, "build");
    shim.args([
        "--profile",
        profile.name(),
        "--package",
        "gimbal-libpython",
        "--package",
        "gimbal-pypy",
    ]);
    progress::run(&format!("build flavour {}", flavour.name), shim)?;

    // Without --release: they only start others, or test, and what they depend on was built so already, for this program.
    let mut tools = project.cargo("build");
    tools.args(["--package", "gimbal-cli", "--package", "gimbal-reference"]);
    progress::run("build the gimbal command and the reference host", tools)?;

    lay_out(project, flavour, profile).with_context(|| format!("cannot lay out {}", project.home().display()))
}

fn lay_out(project: &Project, flavour: &Flavour, profile: Profile) -> Result<()> {
    let built = project.flavour_target(flavour).join(profile.name());
    let lib = project.home().join(&flavour.name).join("lib");
    let host = lib.join("gimbal/pypy");
    let bin = project.home().join("bin");
    let reference = lib.join("gimbal/reference");
    for folder in [&bin, &host, &reference] {
        fs::create_dir_all(folder)?;
    }

    let libpython = lib.join(format!("libpython{}.so.1.0", flavour.name));
    put(&built.join("libgimbal_libpython.so"), &libpython)?;
    link_stable_name(&libpython, &lib.join("libpython3.so"))?;
    let generated = format!(
        "shim/capi/src/generated/v{}/stubs.txt",
        flavour.name.replace('.', "_")
    );
    put(&project.root.join(generated), &lib.join("gimbal/stubs.txt"))?;
    put(&built.join("libgimbal_pypy.so"), &host.join("_gimbal_pypy.so"))?;
    // The name by which libpython finds it, when it is libpython that starts the host.
    replace(&host.join("libgimbal_pypy.so"), |new| {
        Ok(symlink("_gimbal_pypy.so", new)?)
    })?;
    for file in ["gimbal-reference", "libgimbal_reference.so"] {
        put(&project.target().join("debug").join(file), &reference.join(file))?;
    }
    put(&project.target().join("debug/gimbal"), &bin.join("gimbal"))?;
    link_pythons(&bin, &flavour.name)?;
    mirror_python(&project.root.join("hosts/pypy/adapter"), &host)
}

/// Gives the executable the names of the Pythons: that of a flavour, and those that are there. They are no symbolic links, since a program
/// that follows those from `sys.executable` is to find a Python.
fn link_pythons(bin: &Path, flavour: &str) -> Result<()> {
    let mut names = vec![format!("python{flavour}").into()];
    for entry in fs::read_dir(bin)? {
        let name = entry?.file_name();
        if name.as_encoded_bytes().starts_with(b"python") && !names.contains(&name) {
            names.push(name);
        }
    }
    for name in names {
        replace(&bin.join(name), |new| Ok(fs::hard_link(bin.join("gimbal"), new)?))?;
    }
    Ok(())
}

/// Replaces `to` in one step: a running process may have the old file mapped, so it is never written into.
fn put(from: &Path, to: &Path) -> Result<()> {
    replace(to, |new| {
        fs::copy(from, new).with_context(|| format!("cannot copy {}", from.display()))?;
        Ok(())
    })
}

/// Has `write` make a new file beside `to`, then renames it over `to`.
fn replace(to: &Path, write: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let name = to.file_name().context("no file name")?.to_string_lossy();
    let new = to.with_file_name(format!(".{name}.{}", process::id()));
    let result = write(&new).and_then(|()| Ok(fs::rename(&new, to)?));
    if result.is_err() {
        // Nothing to clean when `write` made no file; the first error is the one to report.
        let _ = fs::remove_file(&new);
    }
    result
}

/// `libpython3.so`, what abi3 programs link: no code, only the need for the real library.
fn link_stable_name(libpython: &Path, to: &Path) -> Result<()> {
    replace(to, |new| {
        let mut cc = Command::new("cc");
        cc.args([
            "-shared",
            "-nostdlib",
            "-Wl,-soname,libpython3.so",
            "-Wl,--no-as-needed",
            "-o",
        ]);
        cc.arg(new).arg(libpython);
        progress::capture(cc).map(drop)
    })
}

/// Makes the Python files in `to` those of `from`: new ones are copied, ones that are gone are removed.
fn mirror_python(from: &Path, to: &Path) -> Result<()> {
    let wanted = python_files(from)?;
    for old in python_files(to)? {
        if !wanted.iter().any(|new| new.file_name() == old.file_name()) {
            fs::remove_file(old)?;
        }
    }
    for file in wanted {
        put(&file, &to.join(file.file_name().context("no file name")?))?;
    }
    Ok(())
}

fn python_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|ext| ext == "py") {
            files.push(path);
        }
    }
    Ok(files)
}
