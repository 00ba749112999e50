//! Themes, on PyPy and on the reference host, and wheels on the flavours beside the main one, compared with the CPythons of their
//! versions; a million calls on each; and what must not come together in one process.
//!
//! One test: `cargo test -p gimbal-abi-tests --test flavours NAME`.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use gimbal_abi_tests::flavours::{FLAVOURS, Flavour};
use gimbal_abi_tests::lanes::{self, Interpreter, Lane, Program};
use gimbal_abi_tests::process::Outcome;
use gimbal_abi_tests::{memory, paths, programs, reference, report, wheels};
use libtest_mimic::{Failed, Trial};

/// What several threads do at once, in `reference/`.
const PARALLEL: &str = "parallel";

fn main() -> ExitCode {
    lanes::main_of(FLAVOURS.map(Flavour::lane).into(), trials)
}

fn trials(lanes: &[Lane]) -> Result<Vec<Trial>> {
    let sources = programs::themes()?;
    let lock = wheels::lock()?;
    let mut trials = Vec::new();
    for lane in lanes {
        let flavour = Flavour::of(lane)?;
        for source in &sources {
            let name = programs::name_of(source);
            if let Some(trial) = on_reference(flavour, lane, &name, source) {
                trials.push(trial);
            }
            if flavour.has_theme(source)? {
                let source = source.clone();
                trials.push(lane.trial(&format!("themes::{name}"), move |gimbal| {
                    theme(flavour, &source, gimbal)
                }));
            }
        }
        if !reference::cannot_compare(flavour.name, PARALLEL) {
            trials.push(lane.trial("reference::threads", move |_| on_threads(flavour)));
        }
        // PyPy has a GIL, so that it is no host of the free-threaded flavour: that one has its million in `bars.rs`.
        if !flavour.name.ends_with('t') {
            trials.push(lane.trial("memory::million_calls", move |gimbal| {
                million_calls(flavour, gimbal)
            }));
        }
        for (name, script) in programs::scripts()? {
            let Some(used) = lock.closure_for(flavour.name, &name)? else {
                continue;
            };
            let fails = used.iter().any(|package| !package.fails.is_empty());
            let trial = lane.trial(&format!("wheels::{name}"), move |gimbal| {
                wheel(flavour, &name, &script, gimbal)
            });
            trials.push(if fails {
                trial.with_ignored_flag(true)
            } else {
                trial
            });
        }
        for refused in REFUSED.iter().filter(|refused| refused.by == flavour.name) {
            trials.push(lane.trial(&format!("refused::{}", refused.name), move |gimbal| {
                refuse(refused, gimbal)
            }));
        }
    }
    Ok(trials)
}

fn theme(flavour: Flavour, source: &Path, gimbal: &Interpreter) -> Result<(), Failed> {
    let (ours, oracles) = flavour.extensions(source, &[])?;
    let program =
        |path| Program::new(lanes::script("c", "drive.py"), vec![path]).arg(source.with_extension("py"));
    let oracle = flavour.oracle()?.run(&program(oracles))?;
    report::compare(&oracle, &gimbal.run(&program(ours))?)
}

/// The checks of a theme that need no Python, on the host that moves everything; none of a theme that cannot be compared.
fn on_reference(flavour: Flavour, lane: &Lane, name: &str, source: &Path) -> Option<Trial> {
    if reference::cannot_compare(flavour.name, name) {
        return None;
    }
    let (name, source) = (name.to_owned(), source.to_owned());
    let label = format!("reference::{name}");
    Some(lane.trial(&label, move |_| reference_theme(flavour, &name, &source)))
}

fn reference_theme(flavour: Flavour, name: &str, source: &Path) -> Result<(), Failed> {
    let (oracle, host) = both(flavour, name, source, 1)?;
    let kept = |outcome| reference::without(flavour.name, name, outcome);
    report::compare(&kept(&oracle), &kept(&host))
}

/// Four threads run the same checks at once: each prints what CPython prints.
fn on_threads(flavour: Flavour) -> Result<(), Failed> {
    const THREADS: usize = 4;
    let source = paths::sources().join(format!("reference/{PARALLEL}.c"));
    let (mut oracle, host) = both(flavour, PARALLEL, &source, THREADS)?;
    oracle.stdout = oracle.stdout.repeat(THREADS);
    report::compare(&oracle, &host)
}

/// The checks of a module on CPython and, on so many threads, on the host that moves everything.
fn both(flavour: Flavour, name: &str, source: &Path, threads: usize) -> Result<(Outcome, Outcome)> {
    let (ours, oracles) = flavour.extensions(source, &[])?;
    let program = Program::new(
        lanes::script("reference", "check_module.py"),
        vec![oracles, paths::sources().join("c")],
    );
    let oracle = flavour.oracle()?.run(&program.arg(name))?;
    let flags: &[&str] = if flavour.name.ends_with('t') {
        &["--stress", "--free-threaded"]
    } else {
        &["--stress"]
    };
    let module = ours.join(format!("{name}{}", flavour.suffix()));
    let threads = threads.to_string();
    let host = reference::run(flavour.name, flags, &module, &["--threads", &threads])?;
    Ok((oracle, host))
}

/// A million calls that create, pass and drop objects: memory is flat, every handle closed.
fn million_calls(flavour: Flavour, gimbal: &Interpreter) -> Result<(), Failed> {
    let (ours, _) = flavour.extensions(&lanes::script("memory", "traffic.c"), &[])?;
    memory::leaves_nothing(&gimbal.run(&memory::million_calls(ours))?)
}

fn wheel(flavour: Flavour, name: &str, script: &Path, gimbal: &Interpreter) -> Result<(), Failed> {
    let program = programs::with_flavoured(flavour.name, name, script)?;
    let oracle = flavour.oracle()?.run(&program)?;
    report::compare(&oracle, &gimbal.run(&program)?)
}

/// A module that a flavour must not load.
struct Refused {
    name: &'static str,
    /// Who must not load it.
    by: &'static str,
    /// For which flavour it is built.
    built_for: &'static str,
    /// With what suffix it is offered; empty for the one of its own flavour.
    suffix: &'static str,
    /// What the ImportError says.
    says: &'static str,
}

const REFUSED: [Refused; 5] = [
    Refused {
        name: "gil_in_free_threaded",
        by: "3.14t",
        built_for: "3.14",
        suffix: ".so",
        says: "it is built for Python with a GIL",
    },
    Refused {
        name: "free_threaded_in_gil",
        by: "3.14",
        built_for: "3.14t",
        suffix: ".so",
        says: "it is built for free-threaded Python",
    },
    Refused {
        name: "asks_for_the_gil",
        by: "3.14t",
        built_for: "3.14t",
        suffix: "",
        says: "it has not declared that it works without the GIL",
    },
    Refused {
        name: "other_version",
        by: "3.9",
        built_for: "3.14",
        suffix: "",
        says: "other_version.cpython-314-x86_64-linux-gnu.so is for CPython 3.14",
    },
    Refused {
        name: "other_kind",
        by: "3.14t",
        built_for: "3.14",
        suffix: "",
        says: "other_kind.cpython-314-x86_64-linux-gnu.so is for CPython 3.14",
    },
];

fn refuse(refused: &Refused, gimbal: &Interpreter) -> Result<(), Failed> {
    let flavour = FLAVOURS
        .into_iter()
        .find(|flavour| flavour.name == refused.built_for);
    let flavour = flavour.context("an unknown flavour")?;
    let define = format!("-DMODULE={}", refused.name);
    let (built, _) = flavour.extensions(&lanes::script("errors", "counting.c"), &[&define])?;
    let folder = tempfile::tempdir().map_err(|error| Failed::from(error.to_string()))?;
    let suffix = match refused.suffix {
        "" => flavour.suffix(),
        given => given.to_owned(),
    };
    let from = built.join(format!("counting{}", flavour.suffix()));
    fs::copy(from, folder.path().join(format!("{}{suffix}", refused.name)))
        .map_err(|error| error.to_string())?;
    let program = Program::new(
        lanes::script("errors", "refused.py"),
        vec![folder.path().to_owned()],
    )
    .arg(refused.name);
    let outcome = gimbal.run(&program)?;
    if !outcome.success() || !outcome.stdout.contains(refused.says) {
        let said = format!("{}{}", outcome.stdout, report::tail(&outcome));
        return Err(format!("it should be refused with: {}\n{said}", refused.says).into());
    }
    Ok(())
}
