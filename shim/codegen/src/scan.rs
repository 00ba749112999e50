//! Finds which symbols have a Rust item, by reading the sources of the shim.
//!
//! Recognised are functions under `#[entry]`, functions and statics under `#[exported]`, `#[unsafe(no_mangle)]` or
//! `#[unsafe(export_name = "..")]`, and the contents of macros invoked at item level: there, a name after `fn` that is a
//! function of the table, and any name that is a data symbol of the table.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Expr, ExprLit, Item, Lit, Meta, Token, Visibility, punctuated::Punctuated};

use crate::table::{Kind, Symbol, version};

/// A Rust item that implements a symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Implementation {
    /// The source file, relative to the crate's folder.
    pub file: String,
    /// The item's path, with `crate` in front.
    pub path: String,
    /// Whether the item may be named from the generated modules.
    pub visible: bool,
}

/// Implementations by symbol.
pub type Implementations = BTreeMap<String, Implementation>;

/// Scans the crate in `folder`, apart from `src/generated`.
pub fn scan(folder: &Path, flavour: &str, symbols: &[Symbol<'_>]) -> Result<Implementations> {
    let mut scanner = Scanner {
        flavour,
        kinds: symbols.iter().map(|symbol| (symbol.name, symbol.kind)).collect(),
        file: String::new(),
        found: BTreeMap::new(),
        private: Vec::new(),
    };
    let src = folder.join("src");
    let mut files = Vec::new();
    for path in rust_files(&src)? {
        let relative = path.strip_prefix(&src)?.to_owned();
        if relative.starts_with("generated") {
            continue;
        }
        let text = fs::read_to_string(&path)?;
        let file = syn::parse_file(&text).with_context(|| format!("in {}", path.display()))?;
        files.push((relative, file.items));
    }
    let left_out: Vec<String> = files
        .iter()
        .flat_map(|(relative, items)| scanner.modules_left_out(items, &module_path(relative)))
        .collect();
    for (relative, items) in &files {
        let module = module_path(relative);
        if left_out
            .iter()
            .any(|other| format!("{module}::").starts_with(other))
        {
            continue;
        }
        scanner.file = relative.to_string_lossy().into_owned();
        scanner.items(items, &module)?;
    }
    for item in scanner.found.values_mut() {
        item.visible &= !scanner.private.iter().any(|module| item.path.starts_with(module));
    }
    Ok(scanner.found)
}

fn rust_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// `a/b.rs` is `crate::a::b`; `lib.rs` and `mod.rs` stand for their folder.
fn module_path(relative: &Path) -> String {
    let parts = relative.with_extension("");
    let parts = parts
        .iter()
        .map(|part| part.to_string_lossy())
        .filter(|part| part != "lib" && part != "mod");
    std::iter::once("crate".into())
        .chain(parts)
        .collect::<Vec<_>>()
        .join("::")
}

struct Scanner<'a> {
    flavour: &'a str,
    kinds: BTreeMap<&'a str, Kind>,
    file: String,
    found: Implementations,
    /// Paths of modules, with `::` at the end, that only the module around them sees.
    private: Vec<String>,
}

impl Scanner<'_> {
    /// The modules that a file declares and this flavour does not build, with `::` at the end.
    fn modules_left_out(&self, items: &[Item], module: &str) -> Vec<String> {
        let left_out = items.iter().filter_map(|item| match item {
            Item::Mod(inner) if !self.is_built(&inner.attrs) => Some(format!("{module}::{}::", inner.ident)),
            _ => None,
        });
        left_out.collect()
    }

    fn items(&mut self, items: &[Item], module: &str) -> Result<()> {
        for item in items {
            match item {
                Item::Fn(function) if self.is_built(&function.attrs) => {
                    let ident = function.sig.ident.to_string();
                    let exported = function.attrs.iter().any(|a| a.path().is_ident("entry"));
                    let name = if exported {
                        Some(ident.clone())
                    } else {
                        exported_name(&function.attrs, &ident)
                    };
                    self.add(name, &ident, module, is_visible(&function.vis))?;
                }
                Item::Static(object) if self.is_built(&object.attrs) => {
                    let ident = object.ident.to_string();
                    self.add(
                        exported_name(&object.attrs, &ident),
                        &ident,
                        module,
                        is_visible(&object.vis),
                    )?;
                }
                Item::Mod(inner) if self.is_built(&inner.attrs) => {
                    if module != "crate" && !is_visible(&inner.vis) {
                        self.private.push(format!("{module}::{}::", inner.ident));
                    }
                    if let Some((_, items)) = &inner.content {
                        self.items(items, &format!("{module}::{}", inner.ident))?;
                    }
                }
                // With a name it is the definition of a macro.
                Item::Macro(call) if call.ident.is_none() && self.is_built(&call.attrs) => {
                    self.tokens(call.mac.tokens.clone(), module)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The contents of a macro call; what such a macro makes counts as visible.
    fn tokens(&mut self, tokens: TokenStream, module: &str) -> Result<()> {
        let mut after_fn = false;
        for token in tokens {
            let mut is_fn = false;
            match token {
                TokenTree::Ident(ident) => {
                    let name = ident.to_string();
                    let implemented = match self.kinds.get(name.as_str()) {
                        Some(Kind::Data) => true,
                        Some(_) => after_fn,
                        None => false,
                    };
                    if implemented && !self.found.contains_key(&name) {
                        self.add(Some(name.clone()), &name, module, true)?;
                    }
                    is_fn = name == "fn";
                }
                TokenTree::Group(group) => self.tokens(group.stream(), module)?,
                TokenTree::Literal(_) | TokenTree::Punct(_) => {}
            }
            after_fn = is_fn;
        }
        Ok(())
    }

    fn add(&mut self, name: Option<String>, ident: &str, module: &str, visible: bool) -> Result<()> {
        let Some(name) = name.filter(|name| self.kinds.contains_key(name.as_str())) else {
            return Ok(());
        };
        let path = format!("{module}::{ident}");
        let new = Implementation {
            file: self.file.clone(),
            path,
            visible,
        };
        if let Some(earlier) = self.found.insert(name.clone(), new) {
            ensure!(
                earlier.file == self.file,
                "{name} is defined in {} and in {}",
                earlier.file,
                self.file
            );
        }
        Ok(())
    }

    /// Whether the attributes leave the item in a build of this flavour.
    fn is_built(&self, attributes: &[Attribute]) -> bool {
        attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("cfg"))
            .all(|attribute| {
                attribute
                    .parse_args::<Meta>()
                    .is_ok_and(|condition| self.holds(&condition).unwrap_or(true))
            })
    }

    /// Evaluates a `cfg` condition as far as it speaks of versions, free threading and tests.
    fn holds(&self, condition: &Meta) -> Option<bool> {
        match condition {
            Meta::Path(path) => {
                let name = path.get_ident()?.to_string();
                match name.as_str() {
                    "test" => Some(false),
                    "Py_GIL_DISABLED" => Some(self.flavour.ends_with('t')),
                    _ => Some(
                        minor(version(self.flavour))? >= minor(&name.strip_prefix("Py_")?.replace('_', "."))?,
                    ),
                }
            }
            Meta::List(list) => {
                let inner = list
                    .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
                    .ok()?;
                let mut values = inner.iter().map(|meta| self.holds(meta));
                if list.path.is_ident("not") {
                    values.next().flatten().map(|value| !value)
                } else if list.path.is_ident("any") {
                    Some(values.any(|value| value.unwrap_or(true)))
                } else {
                    Some(values.all(|value| value.unwrap_or(true)))
                }
            }
            Meta::NameValue(_) => None,
        }
    }
}

/// The 14 of "3.14".
fn minor(version: &str) -> Option<u32> {
    version.strip_prefix("3.")?.parse().ok()
}

fn is_visible(visibility: &Visibility) -> bool {
    !matches!(visibility, Visibility::Inherited)
}

/// The name under which an item is exported: `#[unsafe(no_mangle)]` or `#[unsafe(export_name = "..")]`.
fn exported_name(attributes: &[Attribute], ident: &str) -> Option<String> {
    attributes.iter().find_map(|attribute| {
        let meta = if attribute.path().is_ident("unsafe") {
            attribute.parse_args::<Meta>().ok()?
        } else {
            attribute.meta.clone()
        };
        match meta {
            Meta::Path(path)
                if path.is_ident("no_mangle")
                    || path.segments.last().is_some_and(|last| last.ident == "exported") =>
            {
                Some(ident.to_owned())
            }
            Meta::NameValue(pair) if pair.path.is_ident("export_name") => match pair.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(name), ..
                }) => Some(name.value()),
                _ => None,
            },
            _ => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Row;

    fn found(source: &str) -> Vec<(String, String, bool)> {
        let row = Row::default();
        let symbol = |name, kind| Symbol {
            name,
            kind,
            group: "x",
            row: &row,
        };
        let table = [
            symbol("PyList_New", Kind::Function),
            symbol("PyList_Size", Kind::Function),
            symbol("PyErr_Format", Kind::Variadic),
            symbol("PyList_Type", Kind::Data),
        ];
        let mut scanner = Scanner {
            flavour: "3.11",
            kinds: table.iter().map(|s| (s.name, s.kind)).collect(),
            file: String::new(),
            found: BTreeMap::new(),
            private: Vec::new(),
        };
        scanner
            .items(&syn::parse_file(source).unwrap().items, "crate::x")
            .unwrap();
        scanner
            .found
            .into_iter()
            .map(|(name, item)| (name, item.path, item.visible))
            .collect()
    }

    #[test]
    fn attributes_make_an_item_count() {
        let source = "#[entry] pub unsafe fn PyList_New() {} pub fn PyList_Size() {}
                      #[unsafe(naked)] #[unsafe(no_mangle)] unsafe extern \"C\" fn PyErr_Format() {}
                      mod m { #[unsafe(export_name = \"PyList_Type\")] pub static LIST: u8 = 0; }";
        let expected = [
            (
                "PyErr_Format".to_owned(),
                "crate::x::PyErr_Format".to_owned(),
                false,
            ),
            ("PyList_New".to_owned(), "crate::x::PyList_New".to_owned(), true),
            ("PyList_Type".to_owned(), "crate::x::m::LIST".to_owned(), true),
        ];
        assert_eq!(found(source), expected);
    }

    #[test]
    fn macros_count_by_what_they_name() {
        let names: Vec<_> = found(
            "entries! { pub unsafe fn PyList_New() { PyList_Size() } } static_types! { PyList_Type: list }",
        )
        .into_iter()
        .map(|(name, _, visible)| (name, visible))
        .collect();
        assert_eq!(
            names,
            [("PyList_New".to_owned(), true), ("PyList_Type".to_owned(), true)]
        );
    }

    #[test]
    fn items_of_tests_and_of_other_flavours_do_not_count() {
        let source = "#[cfg(test)] mod tests { #[entry] fn PyList_New() {} }
                      #[cfg(Py_3_12)] #[exported] fn PyList_Size() {}
                      #[cfg(Py_GIL_DISABLED)] #[exported] static PyList_Type: u8 = 0;
                      #[cfg(all(Py_3_11, not(Py_3_12)))] #[entry] fn PyErr_Format() {}";
        assert_eq!(
            found(source).into_iter().map(|f| f.0).collect::<Vec<_>>(),
            ["PyErr_Format"]
        );
    }
}
