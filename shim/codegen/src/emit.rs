//! The generated files: stubs, placeholders, signature checks, the expected exports and the status page.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context, Result, bail};

use crate::MAIN;
use crate::ctype::CType;
use crate::rust_types::RustTypes;
use crate::scan::Implementations;
use crate::table::{Kind, Symbol, Table};

const COMMAND: &str = "cargo run -p gimbal-codegen -- write";

fn rust_header(what: &str) -> String {
    format!("//! {what}\n//!\n//! DO NOT EDIT: generated from shim/symbols by `{COMMAND}`.\n\n")
}

/// A macro around rows, as rustfmt leaves it.
fn invocation(name: &str, rows: &str) -> String {
    if rows.is_empty() {
        format!("{name}! {{}}\n")
    } else {
        format!("{name}! {{\n{rows}}}\n")
    }
}

/// Everything that the generators look at, for one flavour.
pub struct Input<'a> {
    /// The flavour.
    pub flavour: &'a str,
    /// Its symbols, by name.
    pub symbols: Vec<Symbol<'a>>,
    /// What is implemented.
    pub implementations: Implementations,
    /// C types in Rust.
    pub types: RustTypes,
    /// Packages of the census by the symbol that they import.
    pub needs: BTreeMap<String, Need>,
}

/// Who imports a symbol.
#[derive(Clone, Debug, Default)]
pub struct Need {
    /// How many packages of the census do.
    pub count: usize,
    /// Their names, where they are few.
    pub packages: Vec<String>,
}

impl Input<'_> {
    fn missing(&self) -> impl Iterator<Item = &Symbol<'_>> {
        self.symbols
            .iter()
            .filter(|symbol| !self.implementations.contains_key(symbol.name))
    }

    /// `stubs.rs`.
    pub fn stubs(&self) -> Result<String> {
        let mut text = rust_header(&format!(
            "Named stubs for the functions of {} that are not written yet.",
            self.flavour
        ));
        let mut rows = String::new();
        for symbol in self.missing().filter(|symbol| symbol.kind != Kind::Data) {
            let answer = stub_answer(symbol, self.flavour).with_context(|| format!("row {}", symbol.name))?;
            let _ = writeln!(rows, "    {} => {answer};", symbol.name);
        }
        text.push_str(&invocation("stubs", &rows));
        Ok(text)
    }

    /// `stubs.txt`: their names alone, which a build carries along for those who ask what is missing.
    pub fn stub_names(&self) -> String {
        self.missing()
            .filter(|symbol| symbol.kind != Kind::Data)
            .map(|symbol| format!("{}\n", symbol.name))
            .collect()
    }

    /// `placeholders.rs`.
    pub fn placeholders(&self) -> Result<String> {
        let what = format!(
            "Zero-filled objects for the data of {} that is not defined yet, of CPython's size.",
            self.flavour
        );
        let mut text = rust_header(&what);
        let mut rows = String::new();
        for symbol in self.missing().filter(|symbol| symbol.kind == Kind::Data) {
            let size = symbol.row.size_in(self.flavour);
            let size = size.with_context(|| format!("{} has no size for {}", symbol.name, self.flavour))?;
            let (unit, bytes) = [("u64", 8), ("u32", 4), ("u8", 1)]
                .into_iter()
                .find(|(_, bytes)| size % bytes == 0)
                .context("every size is a multiple of 1")?;
            let _ = writeln!(rows, "    {}: [{unit}; {}];", symbol.name, size / bytes);
        }
        text.push_str(&invocation("placeholders", &rows));
        Ok(text)
    }

    /// `types.rs`: what the builtin types say of their instances. Types that the flavour lacks have none.
    pub fn types(&self, table: &Table) -> String {
        let mut text = rust_header(&format!(
            "Sizes and flags of the builtin types of {}, as its CPython has them.",
            self.flavour
        ));
        let mut rows = String::new();
        for symbol in table.symbols().values() {
            if symbol.row.sig.as_deref() == Some("PyTypeObject") {
                let [size, item, flags] = symbol.row.instance.get(self.flavour).copied().unwrap_or_default();
                let _ = writeln!(rows, "    {} = {size} {item} {flags:#x};", symbol.name);
            }
        }
        text.push_str(&invocation("shapes", &rows));
        text
    }

    /// `signatures.rs`.
    pub fn signatures(&self) -> Result<String> {
        let what = format!(
            "Checks at compile time that the functions written for {} have CPython's signatures.",
            self.flavour
        );
        let mut text = rust_header(&what);
        let mut skipped = String::new();
        let mut checked = String::new();
        for symbol in self.symbols.iter().filter(|symbol| symbol.kind == Kind::Function) {
            let Some(item) = self.implementations.get(symbol.name) else {
                continue;
            };
            let mut ty = symbol.row.ctype(self.flavour)?;
            let main = symbol.row.ctype(MAIN)?;
            // What is written once has the main flavour's spelling.
            if main.as_ref().map(CType::abi) == ty.as_ref().map(CType::abi) {
                ty = main;
            }
            let reason = match ty.map(|ty| self.types.parts(&ty)) {
                None => "no header declares it".to_owned(),
                Some(Err(name)) => format!("`{name}` has no Rust name in types.toml"),
                Some(Ok(_)) if !item.visible => "its item is private".to_owned(),
                Some(Ok((parameters, ret))) => {
                    let returns = symbol.row.error.as_deref() != Some("no_return");
                    let ret = ret.unwrap_or_else(|| if returns { "()" } else { "!" }.to_owned());
                    let _ = writeln!(
                        checked,
                        "    {}: ({}) -> {ret};",
                        item.path,
                        parameters.join(", ")
                    );
                    continue;
                }
            };
            let _ = writeln!(skipped, "//   {}: {reason}", symbol.name);
        }
        if !skipped.is_empty() {
            let _ = write!(text, "// Not checked:\n{skipped}\n");
        }
        text.push_str("use std::ffi::*;\n\nuse gimbal_abi::*;\n\n");
        text.push_str(&invocation("signatures", &checked));
        Ok(text)
    }

    /// The exports that the built library must have.
    pub fn exports(&self) -> String {
        let mut text = format!(
            "# Expected exports of {}: name, type, st_size of objects. From shim/symbols by `{COMMAND}`.\n",
            self.flavour
        );
        for symbol in &self.symbols {
            match symbol.row.size_in(self.flavour) {
                Some(size) if symbol.kind == Kind::Data => writeln!(text, "{}\tOBJECT\t{size}", symbol.name),
                _ => writeln!(text, "{}\tFUNC\t", symbol.name),
            }
            .unwrap_or_default();
        }
        text
    }

    fn status_of(&self, symbol: &Symbol<'_>) -> &'static str {
        match symbol.kind {
            _ if self.implementations.contains_key(symbol.name) => "done",
            Kind::Data => "placeholder",
            _ => "stub",
        }
    }

    /// `docs/STATUS.md`.
    pub fn status(&self) -> String {
        let mut text = format!(
            "# Status of the C API, flavour {}\n\n<!-- DO NOT EDIT: generated from shim/symbols by `{COMMAND}`. -->\n\n\
             Every symbol that CPython's libpython{} exports is exported. A difference from CPython that is not written\n\
             down is a bug. *done*: there is a Rust item (found in the sources, not typed in here); *stub*: raises\n\
             `SystemError` with the symbol's name; *placeholder*: zero-filled data of the right size. *needed by* counts the\n\
             packages of our census whose cp311 or abi3 wheel imports the symbol.\n\n",
            self.flavour, self.flavour
        );
        let tally = |wanted: &dyn Fn(&Symbol<'_>) -> bool| {
            let count = |status: &str| {
                self.symbols
                    .iter()
                    .filter(|symbol| wanted(symbol) && self.status_of(symbol) == status)
                    .count()
            };
            format!("{} | {} | {}", count("done"), count("stub"), count("placeholder"))
        };
        text.push_str("| | done | stub | placeholder |\n|---|---|---|---|\n");
        let needed = |symbol: &Symbol<'_>| self.needs.contains_key(symbol.name);
        let _ = writeln!(text, "| all | {} |", tally(&|_| true));
        let _ = writeln!(
            text,
            "| stable ABI | {} |",
            tally(&|symbol| symbol.row.abi3.is_some())
        );
        let _ = writeln!(
            text,
            "| imported by a package of the census | {} |",
            tally(&needed)
        );
        let mut groups: BTreeMap<&str, Vec<&Symbol<'_>>> = BTreeMap::new();
        for symbol in &self.symbols {
            groups.entry(symbol.group).or_default().push(symbol);
        }
        for (group, symbols) in groups {
            let _ = write!(
                text,
                "\n## {group}\n\n| symbol | status | stable ABI | needed by |\n|---|---|---|---|\n"
            );
            for symbol in symbols {
                let abi3 = symbol.row.abi3.as_deref().unwrap_or_default();
                let need = self.needs.get(symbol.name).map_or(String::new(), Need::to_string);
                let _ = writeln!(
                    text,
                    "| `{}` | {} | {abi3} | {need} |",
                    symbol.name,
                    self.status_of(symbol)
                );
            }
        }
        text
    }
}

impl std::fmt::Display for Need {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.packages.is_empty() {
            write!(f, "{}", self.count)
        } else {
            f.write_str(&self.packages.join(", "))
        }
    }
}

/// What a stub answers, in the words of `stubs!`.
fn stub_answer(symbol: &Symbol<'_>, flavour: &str) -> Result<&'static str> {
    let returns = match symbol.row.ctype(flavour)? {
        Some(CType::Function { ret, .. }) => Some(*ret),
        _ => None,
    };
    let returns_floats =
        matches!(&returns, Some(CType::Named { name, .. }) if name == "double" || name == "Py_complex");
    Ok(match (symbol.row.error.as_deref(), returns) {
        (Some("no_return"), _) => "abort",
        (_, Some(ret)) if ret.is_void() => "nothing",
        (Some("-1.0"), Some(CType::Named { name, .. })) if name == "Py_complex" => "minus_one_complex",
        (Some("-1.0"), _) => "minus_one_float",
        (Some("-1"), _) => "minus_one",
        (Some("status"), _) => "status",
        (Some("NULL" | "0" | "none") | None, _) if !returns_floats => "zero",
        (error, _) => bail!("no stub answers {error:?}"),
    })
}
