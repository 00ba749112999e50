//! The built library as the dynamic linker sees it, against the real one: the same names, kinds and sizes, the right
//! SONAMEs, nothing that binds symbols otherwise than CPython's library does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use gimbal_abi_tests::paths;
use gimbal_codegen::elf::{Export, exports};
use gimbal_debian::cpython::CPython;
use object::elf::{DF_SYMBOLIC, DT_FLAGS, DT_NEEDED, DT_SONAME, DT_SYMBOLIC};
use object::read::elf::{Dyn as _, ElfFile64};

/// What abi3 programs link.
const STABLE: &str = "libpython3.so";

/// The flavours that are compared, each if it is built.
const FLAVOURS: [&str; 4] = ["3.9", "3.11", "3.14", "3.14t"];

fn data(name: &str) -> String {
    let path = paths::sources().join("data").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file of the build under test; without a build the test is skipped with a word.
fn built(flavour: &str, name: &str) -> Option<PathBuf> {
    let path = paths::gimbal_home().join(flavour).join("lib").join(name);
    if path.exists() {
        return Some(path);
    }
    println!(
        "skipped: no {}; run `cargo xtask build --flavour {flavour}`",
        path.display()
    );
    None
}

/// The name of a flavour's library.
fn libpython(flavour: &str) -> String {
    format!("libpython{flavour}.so.1.0")
}

fn by_name(exports: Vec<Export>) -> BTreeMap<String, Export> {
    exports
        .into_iter()
        .map(|export| (export.name.clone(), export))
        .collect()
}

/// What our library exports and Debian's need not.
fn extra_exports() -> BTreeSet<String> {
    data("extra-exports.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect()
}

/// What the real library exports. There is no free-threaded one: for that flavour the names are those of the other build of its
/// version, sizes and further names those that its headers gave.
fn cpython(flavour: &str) -> Option<BTreeMap<String, Export>> {
    let cpython = CPython::of(flavour).unwrap();
    if !cpython.library().exists() {
        println!("skipped: no {}", cpython.library().display());
        return None;
    }
    let mut real = by_name(exports(&cpython.library()).unwrap());
    if flavour.ends_with('t') {
        for (name, listed) in table(flavour) {
            match real.get_mut(&name) {
                Some(export) => export.size = listed.size,
                None => {
                    real.insert(name, listed);
                }
            }
        }
    }
    Some(real)
}

/// What the symbol table lists.
fn table(flavour: &str) -> BTreeMap<String, Export> {
    let folder = paths::sources().with_file_name("shim/symbols/exports");
    let text = fs::read_to_string(folder.join(format!("{flavour}.tsv"))).unwrap();
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    let exports = rows.map(|row| {
        let cells: Vec<&str> = row.split('\t').collect();
        Export {
            name: cells[0].to_owned(),
            is_object: cells[1] == "OBJECT",
            size: cells[2].parse().unwrap_or_default(),
        }
    });
    by_name(exports.collect())
}

/// How two lists differ, apart from what only patch releases or we have.
fn differences(
    flavour: &str,
    ours: &BTreeMap<String, Export>,
    real: &BTreeMap<String, Export>,
) -> Vec<String> {
    let allowed = extra_exports();
    let mut wrong = Vec::new();
    for (name, real) in real {
        match ours.get(name) {
            None => wrong.push(format!("{flavour}: missing: {name}")),
            Some(own) if own.is_object != real.is_object => {
                wrong.push(format!("{flavour}: function or object? {name}"));
            }
            Some(own) if real.is_object && own.size != real.size => {
                wrong.push(format!(
                    "{flavour}: size: {name} has {} bytes instead of {}",
                    own.size, real.size
                ));
            }
            Some(_) => {}
        }
    }
    let extra = ours
        .keys()
        .filter(|name| !real.contains_key(*name) && !allowed.contains(*name));
    wrong.extend(extra.map(|name| format!("{flavour}: extra: {name}")));
    wrong
}

#[test]
fn every_symbol_of_cpython_is_exported_with_its_kind_and_size_and_nothing_else_is() {
    let mut wrong = Vec::new();
    for flavour in FLAVOURS {
        if let (Some(library), Some(cpython)) = (built(flavour, &libpython(flavour)), cpython(flavour)) {
            let ours = by_name(exports(&library).unwrap());
            wrong.extend(differences(flavour, &ours, &cpython));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_symbol_table_lists_what_cpython_exports() {
    let mut wrong = Vec::new();
    for flavour in FLAVOURS {
        if let Some(cpython) = cpython(flavour) {
            wrong.extend(differences(flavour, &table(flavour), &cpython));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the dynamic section says.
struct Dynamic {
    soname: Option<String>,
    needed: Vec<String>,
    symbolic: bool,
    defines_versions: bool,
}

fn dynamic(library: &Path) -> Dynamic {
    let bytes = fs::read(library).unwrap();
    let elf: ElfFile64<'_> = ElfFile64::parse(&*bytes).unwrap();
    let (endian, data) = (elf.endian(), &*bytes);
    let sections = elf.elf_section_table();
    let (entries, index) = elf
        .elf_section_table()
        .dynamic(endian, data)
        .unwrap()
        .expect("no dynamic section");
    let strings = sections.strings(endian, data, index).unwrap();
    let text = |entry: &object::elf::Dyn64<object::Endianness>| {
        String::from_utf8_lossy(entry.string(endian, strings).unwrap()).into_owned()
    };
    let tagged = |tag: u32| {
        entries
            .iter()
            .filter(move |entry| entry.tag32(endian) == Some(tag))
    };
    Dynamic {
        soname: tagged(DT_SONAME).next().map(text),
        needed: tagged(DT_NEEDED).map(text).collect(),
        symbolic: tagged(DT_SYMBOLIC).next().is_some()
            || tagged(DT_FLAGS)
                .any(|entry| entry.val32(endian).is_some_and(|flags| flags & DF_SYMBOLIC != 0)),
        defines_versions: sections.gnu_verdef(endian, data).unwrap().is_some(),
    }
}

#[test]
fn the_library_answers_to_cpythons_soname_without_versions_or_symbolic_binding() {
    for name in FLAVOURS.map(|flavour| (flavour, libpython(flavour))) {
        let Some(library) = built(name.0, &name.1) else {
            continue;
        };
        let dynamic = dynamic(&library);
        assert_eq!(dynamic.soname.as_deref(), Some(name.1.as_str()));
        assert!(
            !dynamic.symbolic,
            "linked with -Bsymbolic: data copied into an executable would split in two"
        );
        assert!(
            !dynamic.defines_versions,
            "symbol versions keep extensions linked here from loading on CPython"
        );
        let python: Vec<&String> = dynamic
            .needed
            .iter()
            .filter(|needed| needed.contains("python"))
            .collect();
        assert!(python.is_empty(), "needs {python:?}");
    }
}

#[test]
fn the_stable_abi_library_only_needs_the_other() {
    for flavour in FLAVOURS {
        let Some(library) = built(flavour, STABLE) else {
            continue;
        };
        let dynamic = dynamic(&library);
        assert_eq!(dynamic.soname.as_deref(), Some(STABLE));
        assert_eq!(dynamic.needed, [libpython(flavour)]);
        assert!(exports(&library).unwrap().is_empty());
    }
}
