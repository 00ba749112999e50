//! The reference host as a program, and the checks of themes that it cannot run, with the reasons.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::paths;
use crate::process::{self, Outcome};

/// Checks whose lines are left out.
struct Without {
    /// On these flavours; on all when there is none.
    flavours: &'static [&'static str],
    theme: &'static str,
    checks: &'static [&'static str],
}

const WITHOUT: [Without; 15] = [
    // A package of CPython's library, and a parser.
    Without {
        flavours: &[],
        theme: "modules",
        checks: &["check_import_package", "check_run", "check_run_error"],
    },
    // A parser, and the format of compiled files.
    Without {
        flavours: &[],
        theme: "running_and_reporting",
        checks: &["check_execute_module", "check_marshal"],
    },
    // The classes of `datetime`.
    Without {
        flavours: &[],
        theme: "datetimes",
        checks: &["check_macros", "check_sizes"],
    },
    // The oracle is the other build, whose files have another name.
    Without {
        flavours: &["3.14t"],
        theme: "modules",
        checks: &["check_has_file"],
    },
    // No error of a host says that an unhashable object was to be a key, as those of 3.14 do.
    Without {
        flavours: &["3.14", "3.14t"],
        theme: "attributes",
        checks: &["check_hashes"],
    },
    Without {
        flavours: &["3.14", "3.14t"],
        theme: "parse_and_build",
        checks: &["check_build_errors"],
    },
    // Slices have a hash since 3.12; those of the hosts, which are older, have none.
    Without {
        flavours: &["3.14", "3.14t"],
        theme: "slices_and_ranges",
        checks: &["check_errors"],
    },
    // Which class a pair of class and instance is stored with is not told apart from that of the instance.
    Without {
        flavours: &["3.14", "3.14t"],
        theme: "errors_both_ways",
        checks: &["check_normalize_tuple"],
    },
    // 3.14 tells the depth of a recursion in C from the stack, of which the check's loop uses none.
    Without {
        flavours: &["3.14", "3.14t"],
        theme: "recursion",
        checks: &["check_told_once"],
    },
    // 3.14 multiplies and divides a complex number and a real one by parts, which tells in the signs of zeros; the hosts are older.
    Without {
        flavours: &["3.14", "3.14t"],
        theme: "mixed_numbers",
        checks: &[
            "check_multiply",
            "check_multiply_in_place",
            "check_true_divide",
            "check_true_divide_in_place",
        ],
    },
    // The host says "a real number", as versions since 3.10 do.
    Without {
        flavours: &["3.9"],
        theme: "mixed_numbers",
        checks: &["check_conversions", "check_slots_that_convert"],
    },
    // Wording of 3.9; a message of its own for complex numbers.
    Without {
        flavours: &["3.9"],
        theme: "floats_and_complex",
        checks: &["check_as_double", "check_from_string"],
    },
    // 3.9 still takes a float for an integer, with a warning, ...
    Without {
        flavours: &["3.9"],
        theme: "members_and_getsets",
        checks: &["check_set_to_others"],
    },
    // ... has no complaint about the number of a slot that there is not, ...
    Without {
        flavours: &["3.9"],
        theme: "metatypes",
        checks: &["check_slots_asked"],
    },
    // ... and gives a bool as its own index.
    Without {
        flavours: &["3.9"],
        theme: "singletons",
        checks: &["check_bools"],
    },
];

/// Themes that a flavour's own CPython does not run, so that there is nothing to compare with: of 3.9 the unpacked one has an
/// older C library than the extensions that call threads are linked with, and `PyType_FromSpecWithBases` takes no single base.
const CANNOT_COMPARE: [(&str, &[&str]); 1] = [(
    "3.9",
    &[
        "heap_types",
        "memory_and_threads",
        "parallel",
        "specs",
        "threads_and_gilstate",
    ],
)];

/// Is there nothing to compare a theme with?
pub fn cannot_compare(flavour: &str, theme: &str) -> bool {
    CANNOT_COMPARE
        .iter()
        .any(|(name, themes)| *name == flavour && themes.contains(&theme))
}

/// Runs a command of the host with the libpython of a flavour; the host itself is the same for all.
pub fn run(flavour: &str, flags: &[&str], module: &Path, more: &[&str]) -> Result<Outcome> {
    let home = paths::gimbal_home();
    let mut command = Command::new(home.join("3.11/lib/gimbal/reference/gimbal-reference"));
    command.args(flags).arg("--libpython");
    command.arg(home.join(format!("{flavour}/lib/libpython{flavour}.so.1.0")));
    command.arg("checks").arg(module).args(more);
    process::run(command, Duration::from_secs(300))
}

/// An outcome without the lines of the checks that are left out.
pub fn without(flavour: &str, theme: &str, outcome: &Outcome) -> Outcome {
    let left_out = WITHOUT.iter().filter(|without| {
        without.theme == theme && (without.flavours.is_empty() || without.flavours.contains(&flavour))
    });
    let left_out: Vec<String> = left_out
        .flat_map(|without| without.checks)
        .map(|check| format!("{check}: "))
        .collect();
    let kept = outcome
        .stdout
        .lines()
        .filter(|line| !left_out.iter().any(|check| line.starts_with(check)));
    Outcome {
        stdout: kept.map(|line| format!("{line}\n")).collect(),
        ..outcome.clone()
    }
}
