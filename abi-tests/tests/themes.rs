//! Differential themes: the same C extension and driver on CPython and on Gimbal.
//!
//! A theme is a pair `c/NAME.c` and `c/NAME.py`. One test: `cargo test -p gimbal-abi-tests --test themes NAME`.

use std::ffi::OsStr;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use gimbal_abi_tests::lanes::{self, Expected, Interpreter, Lane, Program};
use gimbal_abi_tests::{compile, paths, report};
use libtest_mimic::{Failed, Trial};

fn main() -> ExitCode {
    lanes::main(trials)
}

fn trials(lanes: &[Lane]) -> Result<Vec<Trial>> {
    let mut sources = Vec::new();
    for entry in paths::sources().join("c").read_dir()? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("c")) {
            sources.push(path);
        }
    }
    sources.sort();
    let mut trials = Vec::new();
    for source in sources {
        let name = source
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let expected = Expected::default();
        for lane in lanes {
            let (source, expected) = (source.clone(), expected.clone());
            trials.push(lane.trial(&format!("themes::{name}"), move |gimbal| {
                theme(&source, gimbal, &expected)
            }));
        }
    }
    Ok(trials)
}

fn theme(source: &Path, gimbal: &Interpreter, expected: &Expected) -> Result<(), Failed> {
    let extension = compile::extension(source)?;
    let program =
        Program::new(lanes::script("c", "drive.py"), vec![extension]).arg(source.with_extension("py"));
    let oracle = expected.get(|| Interpreter::oracle().run(&program))?;
    report::compare(oracle, &gimbal.run(&program)?)
}
