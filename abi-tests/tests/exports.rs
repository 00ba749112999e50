//! The built library as the dynamic linker sees it, against the real one: the same names, kinds and sizes, the right
//! SONAMEs, nothing that binds symbols otherwise than CPython's library does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use gimbal_abi_tests::paths;
use gimbal_codegen::elf::{Export, exports};
use object::elf::{DF_SYMBOLIC, DT_FLAGS, DT_NEEDED, DT_SONAME, DT_SYMBOLIC};
use object::read::elf::{Dyn as _, ElfFile64};

const FLAVOUR: &str = "3.11";

/// The real library: Debian's.
const CPYTHON: &str = "/usr/lib/x86_64-linux-gnu/libpython3.11.so.1.0";

fn data(name: &str) -> String {
    let path = paths::sources().join("data").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A file of the build under test; without a build the test is skipped with a word.
fn built(name: &str) -> Option<PathBuf> {
    let path = paths::gimbal_home().join(FLAVOUR).join("lib").join(name);
    if path.exists() {
        return Some(path);
    }
    println!(
        "skipped: no {}; run `cargo xtask build --flavour {FLAVOUR}`",
        path.display()
    );
    None
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

fn cpython() -> BTreeMap<String, Export> {
    by_name(exports(Path::new(CPYTHON)).unwrap())
}

#[test]
fn every_symbol_of_cpython_is_exported_with_its_kind_and_size_and_nothing_else_is() {
    let Some(library) = built(&format!("libpython{FLAVOUR}.so.1.0")) else {
        return;
    };
    let ours = by_name(exports(&library).unwrap());
    let allowed = extra_exports();
    let cpython = cpython();
    let mut wrong = Vec::new();
    for (name, real) in &cpython {
        match ours.get(name) {
            None => wrong.push(format!("missing: {name}")),
            Some(own) if own.is_object != real.is_object => wrong.push(format!("function or object? {name}")),
            Some(own) if real.is_object && own.size != real.size => {
                wrong.push(format!(
                    "size: {name} has {} bytes instead of {}",
                    own.size, real.size
                ));
            }
            Some(_) => {}
        }
    }
    let extra = ours
        .keys()
        .filter(|name| !cpython.contains_key(*name) && !allowed.contains(*name));
    wrong.extend(extra.map(|name| format!("extra: {name}")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_symbol_table_lists_what_cpython_exports() {
    let listed = paths::sources().with_file_name("shim/symbols/exports");
    let listed = fs::read_to_string(listed.join(format!("{FLAVOUR}.tsv"))).unwrap();
    let listed: Vec<&str> = listed.lines().filter(|line| !line.starts_with('#')).collect();
    let real: Vec<String> = cpython()
        .values()
        .map(|export| match export.is_object {
            true => format!("{}\tOBJECT\t{}", export.name, export.size),
            false => format!("{}\tFUNC\t", export.name),
        })
        .collect();
    let allowed = extra_exports();
    let optional = |line: &str| allowed.contains(line.split('\t').next().unwrap_or_default());
    let required = |line: &str| !optional(line);
    let listed: Vec<&str> = listed.into_iter().filter(|line| required(line)).collect();
    let real: Vec<&str> = real
        .iter()
        .map(String::as_str)
        .filter(|line| required(line))
        .collect();
    assert_eq!(listed, real);
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
    let name = format!("libpython{FLAVOUR}.so.1.0");
    let Some(library) = built(&name) else { return };
    let dynamic = dynamic(&library);
    assert_eq!(dynamic.soname.as_deref(), Some(name.as_str()));
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
    let system = ["libgcc_s.so.1", "libm.so.6", "libc.so.6", "ld-linux-x86-64.so.2"];
    let more: Vec<&String> = dynamic
        .needed
        .iter()
        .filter(|needed| !system.contains(&needed.as_str()))
        .collect();
    assert!(more.is_empty(), "needs {more:?}, too");
}

#[test]
fn the_host_library_of_pypy_exports_its_two_entry_points() {
    let Some(library) = built("gimbal/pypy/libgimbal_pypy.so") else {
        return;
    };
    let names: Vec<String> = exports(&library)
        .unwrap()
        .into_iter()
        .map(|export| export.name)
        .collect();
    assert_eq!(names, ["_cffi_pypyinit__gimbal_pypy", "gimbal_host_start"]);
}

#[test]
fn the_stable_abi_library_only_needs_the_other() {
    let Some(library) = built("libpython3.so") else {
        return;
    };
    let dynamic = dynamic(&library);
    assert_eq!(dynamic.soname.as_deref(), Some("libpython3.so"));
    assert_eq!(dynamic.needed, [format!("libpython{FLAVOUR}.so.1.0")]);
    assert!(exports(&library).unwrap().is_empty());
}
