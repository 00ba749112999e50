//! How many instructions the shim's native paths take, counted by callgrind: a gate that does not depend on the machine's mood.
//!
//! `instructions/paths.c` and `drive.c` take each path a thousand times on the host in C. The counts of the release build are
//! in `data/instructions.toml`; a path that takes more than that and a little fails.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::{compile, lanes, paths, process, report};

/// Instructions of one turn, by the name of the path.
pub type Counts = BTreeMap<String, f64>;

/// How often each path is taken.
const TIMES: f64 = 1000.0;

/// What a path may take beyond its record: a share, and a few instructions more for the shortest.
const TOLERANCE: f64 = 0.05;
const SLACK: f64 = 2.0;

/// How callgrind names the end of a path's part of its output, and the sum of that part.
const NAME: &str = "desc: Trigger: Client Request: ";
const SUM: &str = "summary: ";

/// Why nothing can be counted here; none when valgrind and its headers are installed.
pub fn obstacle() -> Option<String> {
    let mut version = Command::new("valgrind");
    version.arg("--version");
    match process::run(version, Duration::from_secs(60)) {
        Err(error) => Some(format!("{error:#}")),
        Ok(outcome) if !outcome.success() => Some(format!("valgrind: {}", outcome.status)),
        Ok(_) if !Path::new("/usr/include/valgrind/callgrind.h").exists() => {
            Some("there is no valgrind/callgrind.h".to_owned())
        }
        Ok(_) => None,
    }
}

/// Takes all paths. `slowed`: each with a detour, which must be noticed.
pub fn count(slowed: bool) -> Result<Counts> {
    let folder = tempfile::tempdir()?;
    let program = folder.path().join("drive");
    let detour: &[&str] = if slowed { &["-DSLOWED"] } else { &[] };
    let headers = paths::sources().join("../examples/c-host");
    let headers = headers
        .to_str()
        .context("the sources lie in a folder with a plain name")?;
    let driver = lanes::script("instructions", "drive.c");
    let driver = driver.to_str().context("the same")?;
    let arguments = [&["-O1", "-I", headers, "-ldl"], detour].concat();
    compile::c_host(&["objects.c", "border.c", driver], &program, &arguments)?;
    let extension = compile::extension_with(&lanes::script("instructions", "paths.c"), detour)?;

    let output = folder.path().join("counts");
    let mut option = std::ffi::OsString::from("--callgrind-out-file=");
    option.push(&output);
    let mut valgrind = Command::new("valgrind");
    valgrind
        .arg("--tool=callgrind")
        .arg(option)
        .arg(program)
        .arg(paths::gimbal_home().join("3.11/lib/libpython3.11.so.1.0"))
        .arg(extension.join(format!("paths{}", compile::SUFFIX)));
    let outcome = process::run(valgrind, Duration::from_secs(600))?;
    ensure!(
        outcome.success(),
        "{}\n{}{}",
        outcome.status,
        outcome.stdout,
        report::tail(&outcome)
    );

    let mut counts = Counts::new();
    for entry in fs::read_dir(folder.path())? {
        let path = entry?.path();
        if path.file_stem().is_some_and(|stem| stem == "counts")
            && let Some((name, sum)) = part(&fs::read_to_string(path)?)?
        {
            counts.insert(name, sum / TIMES);
        }
    }
    ensure!(!counts.is_empty(), "callgrind has counted nothing");
    Ok(counts)
}

/// The path and the sum of a part of callgrind's output; none of the part that ends with the process.
fn part(text: &str) -> Result<Option<(String, f64)>> {
    let value = |start: &str| text.lines().find_map(|line| line.strip_prefix(start));
    let Some(name) = value(NAME) else { return Ok(None) };
    let sum = value(SUM).with_context(|| format!("no sum for {name}"))?;
    Ok(Some((name.to_owned(), sum.trim().parse()?)))
}

/// The record.
pub fn recorded() -> Result<Counts> {
    let path = table();
    toml::from_str(&fs::read_to_string(&path)?).with_context(|| format!("in {}", path.display()))
}

/// Makes these counts the record.
pub fn record(counts: &Counts) -> Result<()> {
    let head = "# Instructions that the shim's native paths take in the release build, counted by callgrind.\n\
                # `cargo xtask instructions --write` makes this file.\n";
    let lines = counts
        .iter()
        .map(|(name, count)| format!("{name} = {count:.1}\n"));
    Ok(fs::write(table(), head.to_owned() + &lines.collect::<String>())?)
}

fn table() -> PathBuf {
    paths::sources().join("data/instructions.toml")
}

/// What is longer than recorded, and what one of the two does not have.
pub fn longer(recorded: &Counts, counted: &Counts) -> Vec<String> {
    let mut found = Vec::new();
    for (name, &before) in recorded {
        match counted.get(name) {
            None => found.push(format!("{name} was not taken")),
            Some(&now) if now > before * (1.0 + TOLERANCE) + SLACK => {
                found.push(format!(
                    "{name} takes {now:.1} instructions, and took {before:.1}"
                ));
            }
            Some(_) => {}
        }
    }
    let new = counted.keys().filter(|name| !recorded.contains_key(*name));
    found.extend(new.map(|name| format!("{name} is not recorded")));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(of: &[(&str, f64)]) -> Counts {
        of.iter()
            .map(|(name, count)| ((*name).to_owned(), *count))
            .collect()
    }

    #[test]
    fn only_what_is_longer() {
        let recorded = counts(&[("long", 1000.0), ("short", 10.0)]);
        assert!(longer(&recorded, &counts(&[("long", 1040.0), ("short", 12.0)])).is_empty());
        assert!(longer(&recorded, &counts(&[("long", 500.0), ("short", 1.0)])).is_empty());
        assert_eq!(
            longer(&recorded, &counts(&[("long", 1060.0), ("short", 14.0)])).len(),
            2
        );
    }

    #[test]
    fn both_have_the_same_paths() {
        let (one, two) = (counts(&[("a", 1.0)]), counts(&[("b", 1.0)]));
        assert_eq!(longer(&one, &two), ["a was not taken", "b is not recorded"]);
    }

    #[test]
    fn parts() {
        let text = "desc: I1 cache: \ndesc: Trigger: Client Request: int_made\nevents: Ir\nsummary: 75015\n";
        assert_eq!(part(text).unwrap(), Some(("int_made".to_owned(), 75015.0)));
        assert_eq!(
            part("desc: Trigger: Program termination\nsummary: 3\n").unwrap(),
            None
        );
    }
}
