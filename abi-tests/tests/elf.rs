//! What the dynamic linker makes of a program and our libpython: data copied into the program, every way of binding, and
//! preloading over the library that the program is linked to.
//!
//! One case: `cargo test -p gimbal-abi-tests --test elf NAME`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use gimbal_abi_tests::lanes::{self, Interpreter, Lane, Program};
use gimbal_abi_tests::{compile, paths, report};
use libtest_mimic::{Failed, Trial};
use object::elf::{DF_1_NOW, DT_FLAGS_1, R_X86_64_COPY};
use object::read::elf::{Dyn as _, ElfFile64};
use object::{Object as _, ObjectSymbol as _, ObjectSymbolTable as _, RelocationFlags};

/// A way of compiling and linking the program.
struct Way {
    name: &'static str,
    flags: &'static [&'static str],
    /// The linker copies data of libpython into the program.
    copies: bool,
    /// All functions are bound before `main`.
    now: bool,
}

const WAYS: [Way; 5] = [
    Way {
        name: "fixed_place_lazy",
        flags: &["-fno-pic", "-no-pie", "-Wl,-z,lazy"],
        copies: true,
        now: false,
    },
    Way {
        name: "fixed_place_now_relro",
        flags: &["-fno-pic", "-no-pie", "-Wl,-z,now,-z,relro"],
        copies: true,
        now: true,
    },
    Way {
        name: "any_place_lazy",
        flags: &["-fPIE", "-pie", "-Wl,-z,lazy"],
        copies: true,
        now: false,
    },
    Way {
        name: "any_place_now_relro",
        flags: &["-fPIE", "-pie", "-Wl,-z,now,-z,relro"],
        copies: true,
        now: true,
    },
    Way {
        name: "through_the_got",
        flags: &["-fPIC", "-pie"],
        copies: false,
        now: false,
    },
];

/// What `copied.c` asks for.
const COPIED: [&str; 4] = ["PyList_Type", "PyType_Type", "_Py_NoneStruct", "PyExc_ValueError"];

fn main() -> ExitCode {
    lanes::main(trials)
}

fn trials(lanes: &[Lane]) -> Result<Vec<Trial>> {
    let mut trials = Vec::new();
    if lanes::selftest() {
        return Ok(trials);
    }
    for lane in lanes {
        for way in &WAYS {
            trials.push(lane.trial(&format!("elf::{}", way.name), move |gimbal| copied(way, gimbal)));
        }
        for (name, file) in [("preload", None), ("preload_renamed", Some("other-name.so"))] {
            trials.push(lane.trial(&format!("elf::{name}"), move |gimbal| preloaded(file, gimbal)));
        }
    }
    Ok(trials)
}

/// The program, and the extension that it loads.
fn program(way: &Way) -> Result<Program> {
    let program = compile::program(&lanes::script("embedding", "copied.c"), way.flags)?;
    let extension = compile::extension(&lanes::script("embedding", "identity.c"))?;
    Ok(Program::new(program, vec![extension]))
}

fn copied(way: &Way, gimbal: &Interpreter) -> Result<(), Failed> {
    let program = program(way)?;
    let (copies, now) = linked(&program.script)?;
    let all = COPIED.iter().all(|name| copies.iter().any(|copy| copy == name));
    if all != way.copies || now != way.now {
        return Err(format!("not linked as wanted: now {now}, copies {copies:?}").into());
    }
    equal(&program, &gimbal.embedding())
}

fn preloaded(name: Option<&str>, gimbal: &Interpreter) -> Result<(), Failed> {
    let program = program(&WAYS[0])?;
    let library = library();
    let folder = tempfile::tempdir()?;
    let library = match name {
        None => library,
        Some(name) => {
            // What makes it replace the other is its SONAME. The host's files are found from where it lies.
            let lib = folder.path().join("lib");
            fs::create_dir(&lib)?;
            fs::copy(&library, lib.join(name))?;
            std::os::unix::fs::symlink(library.with_file_name("gimbal"), lib.join("gimbal"))?;
            lib.join(name)
        }
    };
    equal(&program, &gimbal.preloading(&library))
}

fn library() -> PathBuf {
    paths::gimbal_home().join("3.11/lib/libpython3.11.so.1.0")
}

/// The same program with the real libpython and with ours.
fn equal(program: &Program, ours: &Interpreter) -> Result<(), Failed> {
    let real = Interpreter::linked().run(program)?;
    let ours = ours.run(program)?;
    report::compare(&real, &ours)
}

/// The symbols that are copied into the program, and whether it is bound at its start.
fn linked(program: &Path) -> Result<(Vec<String>, bool)> {
    let bytes = fs::read(program)?;
    let elf: ElfFile64<'_> = ElfFile64::parse(&*bytes)?;
    let symbols = elf.dynamic_symbol_table().context("no dynamic symbols")?;
    let mut copies = Vec::new();
    for (_, relocation) in elf.dynamic_relocations().context("no dynamic relocations")? {
        let copy = RelocationFlags::Elf {
            r_type: R_X86_64_COPY,
        };
        if relocation.flags() == copy
            && let object::RelocationTarget::Symbol(index) = relocation.target()
        {
            copies.push(symbols.symbol_by_index(index)?.name()?.to_owned());
        }
    }
    let endian = elf.endian();
    let (entries, _) = elf
        .elf_section_table()
        .dynamic(endian, &*bytes)?
        .context("no dynamic section")?;
    let now = entries.iter().any(|entry| {
        entry.tag32(endian) == Some(DT_FLAGS_1)
            && entry.val32(endian).is_some_and(|flags| flags & DF_1_NOW != 0)
    });
    Ok((copies, now))
}
