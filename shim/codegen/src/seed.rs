//! Seeding: the facts of the table are read from CPython's headers and library, never typed in.
//!
//! `seed` keeps the columns that people fill in (`ret`, `steals`, `error`) and refreshes the others: names, kinds and
//! sizes from the library's dynamic symbols, signatures from the preprocessed headers, flavours and the stable ABI from
//! a list of exports per version.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

use crate::MAIN;
use crate::ctype::{CType, Declaration, lex};
use crate::elf;
use crate::table::{FLAVOURS, Kind, Table};

/// Where the facts are.
pub struct Sources {
    /// The folder of `Python.h`.
    pub include: PathBuf,
    /// The real libpython.
    pub libpython: PathBuf,
    /// The flavour of both.
    pub flavour: String,
    /// Tab-separated: a column `symbol`, one per version (`T`, `D` ... where exported), `stable_abi_since`.
    pub versions: PathBuf,
}

/// A declaration found in a header.
struct Found {
    group: String,
    ty: CType,
}

/// The table with its facts for the flavour of the sources refreshed; what other flavours have stays.
pub fn seed(old: &Table, sources: &Sources) -> Result<Table> {
    let mut public = declarations(&sources.include, &[])?;
    // Modern extensions call the variadic functions under other names.
    public.extend(declarations(&sources.include, &["PY_SSIZE_T_CLEAN"])?);
    let internal = declarations(&sources.include, &[INTERNAL])?;
    let versions = versions(&sources.versions)?;
    let mut old = old.symbols();
    let mut table = Table::default();
    for export in elf::exports(&sources.libpython)? {
        let earlier = old.remove(export.name.as_str());
        let found = public.get(&export.name).or_else(|| internal.get(&export.name));
        let kind = match found.map(|found| &found.ty) {
            _ if export.is_object => Kind::Data,
            Some(CType::Function { variadic: true, .. }) => Kind::Variadic,
            Some(_) => Kind::Function,
            None => earlier.map_or(Kind::Function, |symbol| symbol.kind),
        };
        let mut row = earlier.map(|symbol| symbol.row.clone()).unwrap_or_default();
        if let Some(found) = found {
            let sig = found.ty.to_string();
            row.sig_in.remove(&sources.flavour);
            if sources.flavour == MAIN || row.sig.is_none() {
                row.sig = Some(sig);
            } else if row.sig.as_ref() != Some(&sig) {
                row.sig_in.insert(sources.flavour.clone(), sig);
            }
        }
        if kind == Kind::Data {
            row.size.insert(sources.flavour.clone(), export.size);
        } else if row.error.is_none() {
            row.error = found
                .and_then(|found| default_error(&found.ty))
                .map(str::to_owned);
        }
        if let Some((flavours, abi3)) = versions.get(&export.name) {
            row.flavours = (flavours.len() < FLAVOURS.len()).then(|| flavours.clone());
            row.abi3.clone_from(abi3);
        } else if earlier.is_none() {
            row.flavours = Some(vec![sources.flavour.clone()]);
        }
        let group = match (earlier, public.get(&export.name)) {
            // A symbol stays where its main flavour declares it.
            (Some(symbol), _) if sources.flavour != MAIN => symbol.group,
            (_, found) => found.map_or("private", |found| &found.group),
        };
        table.insert(group, kind, export.name, row);
    }
    for symbol in old.values().filter(|symbol| !symbol.row.is_in(&sources.flavour)) {
        table.insert(
            symbol.group,
            symbol.kind,
            symbol.name.to_owned(),
            symbol.row.clone(),
        );
    }
    Ok(table)
}

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
fn declarations(include: &Path, macros: &[&str]) -> Result<BTreeMap<String, Found>> {
    let text = preprocess(include, macros)?;
    let mut found = BTreeMap::new();
    for (header, tokens) in top_level(&text) {
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
            found.entry(name).or_insert(Found { group, ty });
        }
    }
    Ok(found)
}

/// Headers that are not for including on their own, or not C API.
const NOT_INCLUDED: [&str; 6] = [
    "graminit.h",
    "py_curses.h",
    "pydtrace.h",
    "errcode.h",
    "pymacconfig.h",
    "pycore_atomic_funcs.h",
];

fn preprocess(include: &Path, macros: &[&str]) -> Result<String> {
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
    let mut cc = Command::new("cc")
        .args(["-E", "-x", "c", "-I"])
        .arg(include)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("cannot run cc")?;
    cc.stdin
        .take()
        .context("no stdin")?
        .write_all(source.as_bytes())?;
    let output = cc.wait_with_output()?;
    ensure!(
        output.status.success(),
        "cc -E failed on the headers in {}",
        include.display()
    );
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
