//! The shim's native paths take no more instructions than recorded (`src/instructions.rs`).

use std::process::ExitCode;

use gimbal_abi_tests::instructions::{count, longer, obstacle, recorded};
use gimbal_abi_tests::lanes;
use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let obstacle = if lanes::selftest() {
        Some("CPython's paths are not ours".to_owned())
    } else {
        obstacle()
    };
    if let Some(reason) = &obstacle {
        eprintln!("no instructions are counted: {reason}");
    }
    let trials = [
        Trial::test("instructions::as_recorded", as_recorded),
        Trial::test("instructions::detours_are_noticed", detours_are_noticed),
    ];
    let trials = trials.map(|trial| trial.with_ignored_flag(obstacle.is_some()));
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

fn as_recorded() -> Result<(), Failed> {
    let longer = longer(&recorded()?, &count(false)?);
    if longer.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}\nThe record is of the release build that `cargo xtask build` makes. When it must be longer: \
         `cargo xtask instructions --write`, and say why.",
        longer.join("\n")
    )
    .into())
}

/// The gate can fail: every path with a detour is reported.
fn detours_are_noticed() -> Result<(), Failed> {
    let recorded = recorded()?;
    let noticed = longer(&recorded, &count(true)?);
    let missed: Vec<_> = recorded
        .keys()
        .filter(|name| {
            !noticed
                .iter()
                .any(|line| line.starts_with(&format!("{name} takes ")))
        })
        .cloned()
        .collect();
    if missed.is_empty() {
        Ok(())
    } else {
        Err(format!("a detour is not noticed in {}", missed.join(", ")).into())
    }
}
