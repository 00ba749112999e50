//! The symbol table in memory: `shim/symbols/*.toml` read, checked and written back. Its vocabulary is defined in
//! `shim/symbols/README.md`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::ctype::CType;

/// The flavours that the table speaks of, oldest first. A row without `flavours` is in all of them.
pub const FLAVOURS: [&str; 6] = ["3.9", "3.11", "3.12", "3.13", "3.14", "3.14t"];

/// The version of a flavour; a free-threaded one has what its version has, and more.
pub fn version(flavour: &str) -> &str {
    flavour.trim_end_matches('t')
}

/// What a symbol is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A function with a fixed list of parameters (or an unknown one).
    Function,
    /// A C-variadic function.
    Variadic,
    /// An object.
    Data,
}

impl Kind {
    /// The name of the section that holds such rows.
    pub fn section(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Variadic => "variadic",
            Self::Data => "data",
        }
    }
}

/// One row.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// C type, without names; absent where it is not known.
    pub sig: Option<String>,
    /// The type in the flavours where it is another one.
    #[serde(default)]
    pub sig_in: BTreeMap<String, String>,
    /// Size in bytes per flavour (data).
    #[serde(default)]
    pub size: BTreeMap<String, u64>,
    /// For a type, per flavour: `tp_basicsize`, `tp_itemsize` and `tp_flags`.
    #[serde(default)]
    pub instance: BTreeMap<String, [u64; 3]>,
    /// Flavours that have the symbol; absent: all.
    pub flavours: Option<Vec<String>>,
    /// The version in which the stable ABI took it in.
    pub abi3: Option<String>,
    /// Who owns the returned object.
    pub ret: Option<String>,
    /// Parameters whose reference the function takes over, counted from 0.
    #[serde(default)]
    pub steals: Vec<usize>,
    /// What the function returns to report an error.
    pub error: Option<String>,
}

impl Row {
    /// Whether the flavour has the symbol.
    pub fn is_in(&self, flavour: &str) -> bool {
        self.flavours
            .as_ref()
            .is_none_or(|list| list.iter().any(|f| f == flavour || f == version(flavour)))
    }

    /// Notes whether the flavour has the symbol. A free-threaded flavour is only named where its version lacks the symbol.
    pub fn set_in(&mut self, flavour: &str, present: bool) {
        if self.is_in(flavour) == present {
            return;
        }
        let list = FLAVOURS.iter().filter(|&&known| match known == flavour {
            true => present,
            false => self.is_in(known) && (known == version(known) || !self.is_in(version(known))),
        });
        let list: Vec<String> = list.map(|&known| known.to_owned()).collect();
        let versions = FLAVOURS.iter().filter(|&&known| known == version(known));
        self.flavours = (list.len() < versions.count()).then_some(list);
    }

    /// `st_size` in a flavour.
    pub fn size_in(&self, flavour: &str) -> Option<u64> {
        self.size
            .get(flavour)
            .or_else(|| self.size.get(version(flavour)))
            .copied()
    }

    /// The parsed type in a flavour.
    pub fn ctype(&self, flavour: &str) -> Result<Option<CType>> {
        let sig = self.sig_in.get(version(flavour)).or(self.sig.as_ref());
        sig.map(|sig| CType::parse(sig)).transpose()
    }
}

/// The rows of one CPython header.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Functions by name.
    #[serde(default)]
    pub function: BTreeMap<String, Row>,
    /// C-variadic functions by name.
    #[serde(default)]
    pub variadic: BTreeMap<String, Row>,
    /// Data by name.
    #[serde(default)]
    pub data: BTreeMap<String, Row>,
}

impl Group {
    fn section_mut(&mut self, kind: Kind) -> &mut BTreeMap<String, Row> {
        match kind {
            Kind::Function => &mut self.function,
            Kind::Variadic => &mut self.variadic,
            Kind::Data => &mut self.data,
        }
    }

    fn sections(&self) -> [(Kind, &BTreeMap<String, Row>); 3] {
        [
            (Kind::Function, &self.function),
            (Kind::Variadic, &self.variadic),
            (Kind::Data, &self.data),
        ]
    }
}

/// The table: groups by the name of their file (`listobject`, `private`).
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The groups.
    pub groups: BTreeMap<String, Group>,
}

/// A row with what its place in the table says about it.
#[derive(Clone, Copy, Debug)]
pub struct Symbol<'a> {
    /// The exported name.
    pub name: &'a str,
    /// Its kind.
    pub kind: Kind,
    /// The group's name.
    pub group: &'a str,
    /// The row.
    pub row: &'a Row,
}

/// Files in `shim/symbols` that are not groups of symbols.
const NOT_GROUPS: [&str; 1] = ["types.toml"];

impl Table {
    /// Reads and checks the table.
    pub fn load(folder: &Path) -> Result<Self> {
        let mut table = Self::default();
        for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let path = entry?.path();
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let Some(group) = name
                .strip_suffix(".toml")
                .filter(|_| !NOT_GROUPS.contains(&&*name))
            else {
                continue;
            };
            let text = fs::read_to_string(&path)?;
            let rows = toml::from_str(&text).with_context(|| format!("in {}", path.display()))?;
            table.groups.insert(group.to_owned(), rows);
        }
        table.check()?;
        Ok(table)
    }

    /// All rows, by name.
    pub fn symbols(&self) -> BTreeMap<&str, Symbol<'_>> {
        let mut symbols = BTreeMap::new();
        for (group, rows) in &self.groups {
            for (kind, section) in rows.sections() {
                for (name, row) in section {
                    symbols.insert(
                        name.as_str(),
                        Symbol {
                            name,
                            kind,
                            group,
                            row,
                        },
                    );
                }
            }
        }
        symbols
    }

    /// The rows that a flavour has.
    pub fn of_flavour(&self, flavour: &str) -> Vec<Symbol<'_>> {
        self.symbols()
            .into_values()
            .filter(|symbol| symbol.row.is_in(flavour))
            .collect()
    }

    fn check(&self) -> Result<()> {
        let rows: usize = self
            .groups
            .values()
            .flat_map(Group::sections)
            .map(|(_, section)| section.len())
            .sum();
        let symbols = self.symbols();
        ensure!(
            rows == symbols.len(),
            "{} symbols have more than one row",
            rows - symbols.len()
        );
        for symbol in symbols.values() {
            symbol
                .check()
                .with_context(|| format!("row {} in {}.toml", symbol.name, symbol.group))?;
        }
        Ok(())
    }

    /// Adds a row.
    pub fn insert(&mut self, group: &str, kind: Kind, name: String, row: Row) {
        self.groups
            .entry(group.to_owned())
            .or_default()
            .section_mut(kind)
            .insert(name, row);
    }

    /// The names and the canonical texts of the table's files.
    pub fn files(&self) -> impl Iterator<Item = (String, String)> {
        self.groups
            .iter()
            .map(|(name, group)| (format!("{name}.toml"), group.to_toml(name)))
    }
}

impl Symbol<'_> {
    fn check(&self) -> Result<()> {
        let row = self.row;
        let named = row
            .flavours
            .iter()
            .flatten()
            .chain(row.size.keys())
            .chain(row.instance.keys())
            .chain(row.sig_in.keys());
        for flavour in named {
            ensure!(FLAVOURS.contains(&flavour.as_str()), "unknown flavour {flavour}");
        }
        for flavour in FLAVOURS.iter().filter(|flavour| row.is_in(flavour)) {
            self.check_in(flavour)?;
        }
        if let Some(error) = &row.error {
            ensure!(ERRORS.contains(&error.as_str()), "unknown error value {error}");
        }
        Ok(())
    }

    fn check_in(&self, flavour: &str) -> Result<()> {
        let row = self.row;
        let parameters = match (self.kind, row.ctype(flavour)?) {
            (Kind::Data, Some(CType::Function { .. })) => bail!("data with a function's type"),
            (Kind::Data, _) => {
                ensure!(
                    row.error.is_none() && row.ret.is_none() && row.steals.is_empty(),
                    "data returns nothing"
                );
                0
            }
            (
                kind,
                Some(CType::Function {
                    parameters, variadic, ..
                }),
            ) => {
                ensure!(variadic == (kind == Kind::Variadic), "in the wrong section");
                parameters.len()
            }
            (_, Some(other)) => bail!("`{other}` is no function"),
            (_, None) => usize::MAX,
        };
        ensure!(
            row.steals.iter().all(|&index| index < parameters),
            "steals a parameter it has not"
        );
        match row.ret.as_deref() {
            None | Some("new" | "borrowed" | "null") => Ok(()),
            Some(other) => {
                let index = other
                    .strip_prefix("borrowed_from(")
                    .and_then(|rest| rest.strip_suffix(')'));
                let index: usize = index.and_then(|i| i.parse().ok()).context("unknown `ret`")?;
                ensure!(index < parameters, "borrows from a parameter it has not");
                Ok(())
            }
        }
    }
}

/// The values of the column `error`.
pub const ERRORS: [&str; 7] = ["NULL", "-1", "0", "-1.0", "status", "none", "no_return"];

impl Group {
    /// The file's text.
    fn to_toml(&self, name: &str) -> String {
        let mut text = match name {
            "private" => "# Symbols that no public header of CPython declares.\n".to_owned(),
            _ => format!("# {name}.h and cpython/{name}.h. The vocabulary is in README.md.\n"),
        };
        for (kind, section) in self.sections() {
            if !section.is_empty() {
                let _ = writeln!(text, "\n[{}]", kind.section());
            }
            for (symbol, row) in section {
                let _ = writeln!(text, "{symbol} = {}", row.to_toml());
            }
        }
        text
    }
}

impl Row {
    fn to_toml(&self) -> String {
        let mut fields = Vec::new();
        let mut text = |key: &str, value: &Option<String>| {
            if let Some(value) = value {
                fields.push(format!("{key} = \"{value}\""));
            }
        };
        text("sig", &self.sig);
        text("ret", &self.ret);
        text("error", &self.error);
        text("abi3", &self.abi3);
        if !self.steals.is_empty() {
            fields.push(format!("steals = {:?}", self.steals));
        }
        if !self.sig_in.is_empty() {
            let sigs: Vec<String> = self
                .sig_in
                .iter()
                .map(|(flavour, sig)| format!("\"{flavour}\" = \"{sig}\""))
                .collect();
            fields.push(format!("sig_in = {{ {} }}", sigs.join(", ")));
        }
        if !self.size.is_empty() {
            let sizes: Vec<String> = self
                .size
                .iter()
                .map(|(flavour, size)| format!("\"{flavour}\" = {size}"))
                .collect();
            fields.push(format!("size = {{ {} }}", sizes.join(", ")));
        }
        if !self.instance.is_empty() {
            let instances: Vec<String> = self
                .instance
                .iter()
                .map(|(flavour, [size, item, flags])| format!("\"{flavour}\" = [{size}, {item}, {flags:#x}]"))
                .collect();
            fields.push(format!("instance = {{ {} }}", instances.join(", ")));
        }
        if let Some(flavours) = &self.flavours {
            fields.push(format!("flavours = {flavours:?}"));
        }
        if fields.is_empty() {
            "{}".to_owned()
        } else {
            format!("{{ {} }}", fields.join(", "))
        }
    }
}
