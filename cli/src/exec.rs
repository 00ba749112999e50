//! `gimbal exec`: becomes a program that embeds Python, with our libpython in the place of the one that it is linked to.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read as _;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::home::Home;
use crate::host;
use crate::run::HOST_VARIABLE;

/// Where the dynamic linker looks first.
const LIBRARY_PATH: &str = "LD_LIBRARY_PATH";

/// Replaces this process. Returns on failure only.
pub fn exec(host: Option<&OsStr>, program: &OsStr, arguments: &[OsString]) -> Result<()> {
    let host = host::find(host)?;
    let ours = Home::find()?.libraries(host.flavour)?;
    let file = find(program).with_context(|| format!("there is no program {}", program.display()))?;
    let before = env::var_os(LIBRARY_PATH).filter(|value| !value.is_empty());
    let join = |folders: Vec<PathBuf>| env::join_paths(folders).context("a folder's name has a colon");
    let inherited = before.iter().flat_map(env::split_paths);
    let mut command = match host.libraries() {
        // The host's libraries need the C library that came with them, and so its loader.
        Some(folder) => {
            if !is_elf(&file)? {
                bail!("{} is a script; name the program that it starts", file.display());
            }
            let loader = folder.join("ld-linux-x86-64.so.2");
            let path = join([ours, folder].into_iter().chain(inherited).collect())?;
            let mut command = Command::new(loader);
            command.arg("--library-path").arg(path);
            command.arg("--argv0").arg(program).arg(&file);
            command
        }
        None => {
            let path = join(std::iter::once(ours).chain(inherited).collect())?;
            let mut command = Command::new(&file);
            command.arg0(program).env(LIBRARY_PATH, path);
            command
        }
    };
    let error = command.args(arguments).env(HOST_VARIABLE, host.name).exec();
    Err(error).with_context(|| format!("cannot start {}", file.display()))
}

/// The program's file, as a shell finds it.
fn find(program: &OsStr) -> Option<PathBuf> {
    let path = Path::new(program);
    if program.as_encoded_bytes().contains(&b'/') {
        return path.is_file().then(|| path.to_owned());
    }
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(path))
        .find(|file| file.is_file())
}

fn is_elf(file: &Path) -> Result<bool> {
    let mut start = [0; 4];
    let read = File::open(file).and_then(|mut file| file.read(&mut start));
    let read = read.with_context(|| format!("cannot read {}", file.display()))?;
    Ok(read == start.len() && start == *b"\x7fELF")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_found_as_a_shell_finds_them() {
        assert!(find(OsStr::new("sh")).is_some_and(|file| file.is_absolute()));
        assert!(find(OsStr::new("/bin/sh")).is_some());
        assert_eq!(find(OsStr::new("./no-such-program")), None);
        assert_eq!(find(OsStr::new("no-such-program")), None);
    }

    #[test]
    fn scripts_are_no_programs() {
        assert!(is_elf(&env::current_exe().unwrap()).unwrap());
        let script = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(script.path(), "#!/bin/sh\n").unwrap();
        assert!(!is_elf(script.path()).unwrap());
    }
}
