//! What packages import: no function that a pinned wheel asks for is a stub in the flavours that load it, and none that the
//! census of PyPI found. `gimbal check` reads the files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use gimbal_abi_tests::{compile, paths, process, wheels};
use serde::Deserialize;

/// What `gimbal check --json` says of one path.
#[derive(Deserialize)]
struct Report {
    path: PathBuf,
    extensions: Vec<Extension>,
}

/// ... and of one file in it.
#[derive(Deserialize)]
struct Extension {
    file: String,
    symbols: usize,
    problems: Vec<String>,
    stubs: Vec<String>,
}

/// What the flavour lacks of that which the files below these paths import; nothing when it is not built.
fn check(flavour: &str, folders: &[PathBuf]) -> Option<Vec<Report>> {
    let home = paths::gimbal_home();
    if !home.join(flavour).join("lib/gimbal/stubs.txt").exists() {
        println!("skipped: flavour {flavour} is not built; run `cargo xtask build --flavour {flavour}`");
        return None;
    }
    let mut command = Command::new(home.join("bin/gimbal"));
    command
        .args(["check", "--json", "--flavour", flavour])
        .args(folders)
        // Where the flavour is looked for, whatever the caller's environment says.
        .env("GIMBAL_HOME", &home);
    let outcome = process::run(command, Duration::from_secs(300)).unwrap();
    let reports = serde_json::from_str(&outcome.stdout);
    Some(reports.unwrap_or_else(|error| panic!("gimbal check: {error}\n{}", outcome.stderr)))
}

/// The folders of the pinned wheels by the flavour that they are for.
fn pinned() -> BTreeMap<String, Vec<PathBuf>> {
    let lock = wheels::lock().unwrap();
    wheels::fetch(&lock).unwrap();
    let mut all: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for package in lock.wheel.iter().chain(&lock.flavoured) {
        let flavour = package.flavour.clone().unwrap_or_else(|| "3.11".to_owned());
        all.entry(flavour).or_default().push(package.site());
    }
    let free = lock.free_threaded.iter();
    all.insert(
        "3.14t".to_owned(),
        free.map(|package| wheels::free_threaded_site(&package.name))
            .collect(),
    );
    all
}

#[test]
fn no_pinned_wheel_imports_a_stub() {
    let mut wrong = Vec::new();
    for (flavour, folders) in pinned() {
        let Some(reports) = check(&flavour, &folders) else {
            continue;
        };
        assert_eq!(reports.len(), folders.len());
        let mut imports = 0;
        for report in &reports {
            let package = report.path.file_name().unwrap().display();
            for extension in &report.extensions {
                imports += extension.symbols;
                let lacks = extension.stubs.iter().chain(&extension.problems);
                wrong.extend(lacks.map(|what| format!("{flavour}: {package}: {}: {what}", extension.file)));
            }
        }
        assert!(imports > 100, "{flavour}: only {imports} imports were seen");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The functions of a flavour that are stubs.
fn stubs(flavour: &str) -> BTreeSet<String> {
    let version = flavour.replace('.', "_");
    let list = format!("shim/capi/src/generated/v{version}/stubs.txt");
    let text = fs::read_to_string(paths::sources().with_file_name(list)).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn an_extension_that_imports_a_stub_is_told() {
    let stub = stubs("3.11").pop_first().expect("no function is a stub any more");
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("asks_for_a_stub.c");
    fs::write(
        &source,
        format!("extern void {stub}(void);\nvoid asks(void) {{ {stub}(); }}\n"),
    )
    .unwrap();
    let built = compile::extension(&source).unwrap();
    if let Some(reports) = check("3.11", &[built]) {
        assert_eq!(reports[0].extensions[0].stubs, [stub]);
    }
}

#[test]
fn nothing_that_the_census_found_is_a_stub() {
    let census = Path::new("shim/symbols/needs.tsv");
    let text = fs::read_to_string(paths::sources().with_file_name(census)).unwrap();
    let stubs = stubs("3.11");
    let wanted = text.lines().filter_map(|row| row.split('\t').next());
    let missing: Vec<&str> = wanted.filter(|name| stubs.contains(*name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
