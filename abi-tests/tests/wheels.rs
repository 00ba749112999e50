//! Unmodified wheels, used as their users do: the same script on CPython and on Gimbal.
//!
//! One test: `cargo test -p gimbal-abi-tests --test wheels NAME`, for a script
//! `wheels/use_NAME.py` (a script named like the package would be imported in the package's place).

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use gimbal_abi_tests::lanes::{self, Expected, Interpreter, Lane, Program};
use gimbal_abi_tests::{paths, report, wheels};
use libtest_mimic::{Failed, Trial};

fn main() -> ExitCode {
    lanes::main(trials)
}

fn trials(lanes: &[Lane]) -> Result<Vec<Trial>> {
    let mut scripts = BTreeMap::new();
    for entry in paths::sources().join("wheels").read_dir()? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if let Some(name) = name
            .strip_prefix("use_")
            .and_then(|name| name.strip_suffix(".py"))
        {
            scripts.insert(name.to_owned(), path);
        }
    }
    let mut trials = Vec::new();
    for (name, script) in scripts {
        let expected = Expected::default();
        for lane in lanes {
            let (name, script, expected) = (name.clone(), script.clone(), expected.clone());
            trials.push(lane.trial(&format!("wheels::{name}"), move |gimbal| {
                wheel(&name, &script, gimbal, &expected)
            }));
        }
    }
    Ok(trials)
}

fn wheel(name: &str, script: &Path, gimbal: &Interpreter, expected: &Expected) -> Result<(), Failed> {
    let lock = wheels::lock()?;
    let packages = lock.closure(name)?;
    wheels::fetch(&lock)?;
    let mut path: Vec<_> = packages
        .iter()
        .map(|package| wheels::site(&package.name))
        .collect();
    // The drivers' label helper is beside the C themes.
    path.push(paths::sources().join("c"));
    let mut program = Program::new(script, path);
    program.identify = packages.iter().any(|package| package.identify);
    let oracle = expected.get(|| Interpreter::oracle().run(&program))?;
    report::compare(oracle, &gimbal.run(&program)?)
}
