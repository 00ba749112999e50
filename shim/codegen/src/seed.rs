//! Seeding: the facts of the table are read from CPython's headers and library, never typed in.
//!
//! `seed` keeps the columns that people fill in (`ret`, `steals`, `error`) and refreshes the others for one flavour: names,
//! kinds and sizes from the library's dynamic symbols, signatures from the preprocessed headers. No Debian suite has a
//! free-threaded library: there the list is the other library's, and what the headers declare in addition.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::MAIN;
use crate::ctype::{CType, Declaration, lex};
use crate::elf::{self, Export};
use crate::table::{FLAVOURS, Kind, Row, Table, version};

/// Where the facts are.
pub struct Sources {
    /// The flavour.
    pub flavour: String,
    /// Where Debian's packages of that Python are unpacked; `/` where they are installed.
    pub prefix: PathBuf,
    /// Tab-separated: a column `symbol`, one per version (`T`, `D` ... where exported), `stable_abi_since`.
    pub versions: Option<PathBuf>,
}

impl Sources {
    fn is_free_threaded(&self) -> bool {
        self.flavour.ends_with('t')
    }

    /// The folder of `Python.h`.
    fn include(&self) -> PathBuf {
        self.prefix
            .join(format!("usr/include/python{}", version(&self.flavour)))
    }

    /// The real libpython.
    fn libpython(&self) -> PathBuf {
        let name = format!("libpython{}.so.1.0", version(&self.flavour));
        self.prefix.join("usr/lib/x86_64-linux-gnu").join(name)
    }

    /// The interpreter. Out of a folder it runs through its own loader.
    fn python(&self) -> Command {
        let version = version(&self.flavour);
        let interpreter = self.prefix.join(format!("usr/bin/python{version}"));
        if self.prefix == Path::new("/") {
            return Command::new(interpreter);
        }
        let folders =
            ["usr/lib/x86_64-linux-gnu", "lib/x86_64-linux-gnu"].map(|folder| self.prefix.join(folder));
        let mut loaders = folders.iter().map(|folder| folder.join("ld-linux-x86-64.so.2"));
        let loader = loaders.find(|path| path.exists()).unwrap_or_default();
        let mut command = Command::new(loader);
        command
            .arg("--library-path")
            .arg(std::env::join_paths(&folders).unwrap_or_default())
            .arg(interpreter)
            .env("PYTHONHOME", self.prefix.join("usr"));
        command
    }

    /// The C compiler, set up for the headers. Debian's `pyconfig.h` asks for one in the folder of the architecture.
    fn cc(&self, mode: &[&str]) -> Command {
        let mut cc = Command::new("cc");
        cc.args(mode)
            .args(["-x", "c", "-I"])
            .arg(self.include())
            .arg("-idirafter")
            .arg(self.prefix.join("usr/include"));
        cc
    }
}

/// A declaration found in a header.
struct Found {
    group: String,
    ty: CType,
    exported: bool,
}

/// The table with its facts for the flavour of the sources refreshed; what other flavours have stays.
pub fn seed(old: &Table, sources: &Sources) -> Result<Table> {
    let free_threaded: &[&str] = if sources.is_free_threaded() {
        &[FREE_THREADED]
    } else {
        &[]
    };
    let mut public = declarations(sources, free_threaded)?;
    // Modern extensions call the variadic functions under other names.
    public.extend(declarations(
        sources,
        &[free_threaded, &["PY_SSIZE_T_CLEAN"]].concat(),
    )?);
    let internal = declarations(sources, &[free_threaded, &[INTERNAL]].concat())?;
    let versions = match &sources.versions {
        Some(path) => versions(path)?,
        None => Versions::new(),
    };
    let mut exports = elf::exports(&sources.libpython())?;
    if sources.is_free_threaded() {
        more_exports(sources, &mut exports, &public, &internal)?;
    }
    let mut old = old.symbols();
    let shapes = shapes(sources)?;
    let mut table = Table::default();
    for export in exports {
        let earlier = old.remove(export.name.as_str());
        let found = public.get(&export.name).or_else(|| internal.get(&export.name));
        let kind = match found.map(|found| &found.ty) {
            _ if export.is_object => Kind::Data,
            Some(CType::Function { variadic: true, .. }) => Kind::Variadic,
            Some(_) => Kind::Function,
            None => earlier.map_or(Kind::Function, |symbol| symbol.kind),
        };
        let mut row = earlier.map_or_else(
            || Row {
                flavours: Some(Vec::new()),
                ..Row::default()
            },
            |symbol| symbol.row.clone(),
        );
        row.set_in(&sources.flavour, true);
        if let Some(found) = found {
            let sig = found.ty.to_string();
            row.sig_in.remove(&sources.flavour);
            if sources.flavour == MAIN || row.sig.is_none() {
                row.sig = Some(sig);
            } else if row.sig.as_ref() != Some(&sig) && !sources.is_free_threaded() {
                row.sig_in.insert(sources.flavour.clone(), sig);
            }
        }
        if let Some(shape) = shapes.get(&export.name) {
            row.instance.insert(sources.flavour.clone(), *shape);
        }
        if kind == Kind::Data {
            row.size.remove(&sources.flavour);
            if row.size_in(&sources.flavour) != Some(export.size) {
                row.size.insert(sources.flavour.clone(), export.size);
            }
        } else if row.error.is_none() {
            row.error = found
                .and_then(|found| default_error(&found.ty))
                .map(str::to_owned);
        }
        if let Some((flavours, abi3)) = versions.get(&export.name) {
            for flavour in FLAVOURS.iter().filter(|flavour| !crate::BUILT.contains(flavour)) {
                row.set_in(flavour, flavours.iter().any(|known| known == flavour));
            }
            row.abi3.clone_from(abi3);
        }
        let group = match (earlier, public.get(&export.name)) {
            // A symbol stays where its main flavour declares it.
            (Some(symbol), _) if sources.flavour != MAIN => symbol.group,
            (_, found) => found.map_or("private", |found| &found.group),
        };
        table.insert(group, kind, export.name, row);
    }
    // Later patch releases export more: what this library lacks stays.
    for symbol in old.values() {
        table.insert(
            symbol.group,
            symbol.kind,
            symbol.name.to_owned(),
            symbol.row.clone(),
        );
    }
    Ok(table)
}

/// Prints name, `tp_basicsize`, `tp_itemsize` and `tp_flags` of every type object that it finds under a name of the list.
const ASK_FOR_TYPES: &str = "\
import ctypes, sys
for name in sys.stdin.read().split():
    address = ctypes.addressof(ctypes.c_char.in_dll(ctypes.pythonapi, name))
    found = ctypes.cast(ctypes.c_void_p(address), ctypes.py_object).value
    print(name, found.__basicsize__, found.__itemsize__, found.__flags__)
";

/// Marks in `tp_flags` that the interpreter sets for itself: ready, version tag valid, builtin.
const OWN_MARKS: u64 = 1 << 12 | 1 << 19 | 1 << 1;

/// Structs of builtin types that have more fields without a GIL, beside the larger head.
const LARGER: [(&str, &str); 3] = [
    ("PyCode_Type", "offsetof(PyCodeObject, co_code_adaptive)"),
    ("PyModule_Type", "sizeof(PyModuleObject)"),
    ("PyType_Type", "sizeof(PyHeapTypeObject)"),
];
/// How much larger the head is.
const LARGER_HEAD: u64 = 16;

/// What the types of the real library say of their instances, asked of the interpreter beside it. Without a GIL, where
/// there is none, they are those of the other build with the larger head.
fn shapes(sources: &Sources) -> Result<BTreeMap<String, [u64; 3]>> {
    let names: Vec<String> = elf::exports(&sources.libpython())?
        .into_iter()
        .filter(|export| export.is_object && export.name.contains("Type") && export.size > 400)
        .map(|export| export.name)
        .filter(|name| !name.starts_with("_PyExc") && !name.contains("Hamt"))
        .collect();
    let answer = feed(&mut sources.python(), ASK_FOR_TYPES, &names.join(" "))?;
    let mut shapes = BTreeMap::new();
    for line in answer.lines() {
        let mut words = line.split(' ');
        let name = words.next().context("an empty line")?;
        let numbers: Vec<u64> = words.map(str::parse).collect::<Result<_, _>>()?;
        let [size, item, flags] = numbers[..] else {
            bail!("not a type's line: {line}")
        };
        let head = if sources.is_free_threaded() {
            LARGER_HEAD
        } else {
            0
        };
        shapes.insert(name.to_owned(), [size + head, item, flags & !OWN_MARKS]);
    }
    if sources.is_free_threaded() {
        let mut source = format!(
            "#define {FREE_THREADED} 1\n#define {INTERNAL} 1\n#include <Python.h>\n#include <stddef.h>\n#include <internal/pycore_moduleobject.h>\n"
        );
        for (name, size) in LARGER {
            let _ = writeln!(source, "char {SIZE_OF}{name}[{size}];");
        }
        for (name, size) in sizes(sources, &source)? {
            shapes.get_mut(&name).context("a type of no library")?[0] = size;
        }
    }
    Ok(shapes)
}

/// Adds what a free-threaded build exports beyond the other one: what its headers alone declare. Objects get their sizes
/// from the headers, too.
fn more_exports(
    sources: &Sources,
    exports: &mut Vec<Export>,
    public: &BTreeMap<String, Found>,
    internal: &BTreeMap<String, Found>,
) -> Result<()> {
    let usual = declarations(sources, &[INTERNAL])?;
    for (name, found) in public.iter().chain(internal) {
        let known = usual.contains_key(name) || exports.iter().any(|export| export.name == *name);
        if found.exported && !known && matches!(found.ty, CType::Function { .. }) {
            exports.push(Export {
                name: name.clone(),
                is_object: false,
                size: 0,
            });
        }
    }
    // Not all headers together make a C program.
    let mut source = format!(
        "#define {FREE_THREADED} 1\n#define {INTERNAL} 1\n#include <Python.h>\n#include <internal/pycore_runtime.h>\n#include <internal/pycore_object.h>\n#include <internal/pycore_unionobject.h>\n"
    );
    let here = declared(&feed(sources.cc(&["-E"]).arg("-"), "", &source)?);
    for export in exports.iter().filter(|export| export.is_object) {
        let declared = here.get(&export.name);
        if declared.is_some_and(|found| !matches!(found.ty, CType::Array { length: None, .. })) {
            let _ = writeln!(source, "char {SIZE_OF}{0}[sizeof({0})];", export.name);
        }
    }
    let sizes = sizes(sources, &source)?;
    for export in exports {
        if let Some(&size) = sizes.get(&export.name) {
            export.size = size;
        }
    }
    Ok(())
}

/// Compiles C and tells the sizes of its arrays whose names begin with [`SIZE_OF`].
fn sizes(sources: &Sources, source: &str) -> Result<BTreeMap<String, u64>> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("sizes.so");
    let mut cc = sources.cc(&["-shared", "-fPIC", "-Wl,--unresolved-symbols=ignore-all", "-w"]);
    feed(cc.arg("-o").arg(&file).arg("-"), "", source)?;
    let sizes = elf::exports(&file)?
        .into_iter()
        .filter_map(|export| Some((export.name.strip_prefix(SIZE_OF)?.to_owned(), export.size)));
    Ok(sizes.collect())
}

/// Prefix of the names of arrays that are as large as an object.
const SIZE_OF: &str = "size_of_";

/// What C functions of such a type return for an error, most of the time.
fn default_error(ty: &CType) -> Option<&'static str> {
    let CType::Function { ret, .. } = ty else {
        return None;
    };
    Some(match &**ret {
        CType::Pointer { .. } => "NULL",
        CType::Named { name, .. } => match name.as_str() {
            "void" => "none",
            "double" | "float" | "Py_complex" => "-1.0",
            "PyStatus" => "status",
            _ => "-1",
        },
        _ => return None,
    })
}

/// Flavours and stable-ABI version of each symbol.
type Versions = BTreeMap<String, (Vec<String>, Option<String>)>;

fn versions(path: &Path) -> Result<Versions> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines
        .next()
        .context("an empty list of versions")?
        .split('\t')
        .collect();
    let column = |name: &str| {
        header
            .iter()
            .position(|title| title.split('_').next() == Some(name))
    };
    let columns: Vec<(usize, &str)> = FLAVOURS
        .iter()
        .filter_map(|&flavour| Some((column(flavour)?, flavour)))
        .collect();
    let stable = header.iter().position(|&title| title == "stable_abi_since");
    Ok(lines
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let cell = |at: usize| cells.get(at).copied().unwrap_or_default();
            let flavours = columns.iter().filter(|(at, _)| !cell(*at).is_empty());
            let flavours = flavours.map(|(_, flavour)| (*flavour).to_owned()).collect();
            let abi3 = stable
                .map(cell)
                .filter(|since| !since.is_empty())
                .map(str::to_owned);
            (cell(0).to_owned(), (flavours, abi3))
        })
        .collect())
}

/// Defined by CPython's own sources, which see `internal/*.h` too.
const INTERNAL: &str = "Py_BUILD_CORE";

/// Everything that the headers declare under some macros, by name.
fn declarations(sources: &Sources, macros: &[&str]) -> Result<BTreeMap<String, Found>> {
    Ok(declared(&feed(
        sources.cc(&["-E"]).arg("-"),
        "",
        &prologue(sources, macros)?,
    )?))
}

/// Everything that preprocessed C declares, by name.
fn declared(text: &str) -> BTreeMap<String, Found> {
    let mut found = BTreeMap::new();
    for (header, tokens) in top_level(text) {
        if matches!(
            tokens.first(),
            None | Some(&("typedef" | "static" | "_Static_assert"))
        ) {
            continue;
        }
        // What does not read as a declaration is a definition of a struct, or GNU C in a system header.
        let Ok(Declaration { name, ty }) = Declaration::parse(&tokens) else {
            continue;
        };
        if name.contains("Py") {
            let group = Path::new(header)
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let exported = tokens.contains(&"visibility");
            found.entry(name).or_insert(Found { group, ty, exported });
        }
    }
    found
}

/// Headers that are not for including on their own, or not C API.
const NOT_INCLUDED: [&str; 9] = [
    "dynamic_annotations.h",
    "errcode.h",
    "graminit.h",
    "py_curses.h",
    "pycore_atomic_funcs.h",
    "pycore_crossinterp_data_registry.h",
    "pycore_emscripten_trampoline.h",
    "pydtrace.h",
    "pymacconfig.h",
];

/// What makes the headers those of a free-threaded build.
const FREE_THREADED: &str = "Py_GIL_DISABLED";

/// C that includes all headers, under some macros.
fn prologue(sources: &Sources, macros: &[&str]) -> Result<String> {
    let include = sources.include();
    let mut source = String::new();
    for name in macros {
        let _ = writeln!(source, "#define {name} 1");
    }
    source.push_str("#include <Python.h>\n");
    let folders: &[&str] = if macros.contains(&INTERNAL) {
        &["", "internal"]
    } else {
        &[""]
    };
    for folder in folders {
        let mut names: Vec<String> = fs::read_dir(include.join(folder))?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter(|name| name.ends_with(".h") && !NOT_INCLUDED.contains(&name.as_str()))
            .collect();
        names.sort();
        for name in names {
            let _ = writeln!(source, "#include \"{}\"", Path::new(folder).join(name).display());
        }
    }
    Ok(source)
}

/// Runs a command with an input, and a Python program as its argument where there is one; its output.
fn feed(command: &mut Command, program: &str, input: &str) -> Result<String> {
    if !program.is_empty() {
        command.args(["-c", program]);
    }
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot run {command:?}"))?;
    child
        .stdin
        .take()
        .context("no stdin")?
        .write_all(input.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "failed: {command:?}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The declarations at the top level of preprocessed C, each with the file it starts in; bodies are left out.
fn top_level(text: &str) -> Vec<(&str, Vec<&str>)> {
    let mut all = Vec::new();
    let (mut header, mut started_in) = ("", "");
    let mut tokens: Vec<&str> = Vec::new();
    let mut depth = 0;
    for line in text.lines() {
        if let Some(marker) = line.strip_prefix("# ") {
            header = marker.split('"').nth(1).unwrap_or(header);
            continue;
        }
        if line.starts_with('#') {
            continue;
        }
        for token in lex(line) {
            match token {
                "{" => depth += 1,
                "}" => {
                    depth -= 1;
                    // The end of a function's body ends its definition; the end of a struct's does not.
                    if depth == 0 && tokens.last() == Some(&")") {
                        tokens.clear();
                    }
                }
                _ if depth > 0 => {}
                ";" => all.push((started_in, std::mem::take(&mut tokens))),
                _ => {
                    if tokens.is_empty() {
                        started_in = header;
                    }
                    tokens.push(token);
                }
            }
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn top_level_declarations_come_without_bodies() {
        let text = "# 1 \"a/x.h\" 2\nstatic int f(void) { return 1; }\nextern int\n# 3 \"a/y.h\"\ng(int);\nstruct s { int a; };\n";
        let all = top_level(text);
        assert_eq!(all[0], ("a/x.h", vec!["extern", "int", "g", "(", "int", ")"]));
        assert_eq!(all[1], ("a/y.h", vec!["struct", "s"]));
    }
}
