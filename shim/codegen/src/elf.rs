//! What an ELF library exports, as the dynamic linker sees it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use object::{Object, ObjectSymbol, SymbolKind};

/// One exported symbol.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Export {
    /// The name.
    pub name: String,
    /// Whether it is an object; otherwise a function.
    pub is_object: bool,
    /// `st_size`.
    pub size: u64,
}

/// The exports of a library, by name; the initialisers of CPython's built-in modules are left out.
pub fn exports(library: &Path) -> Result<Vec<Export>> {
    let bytes = fs::read(library).with_context(|| format!("cannot read {}", library.display()))?;
    let file = object::File::parse(&*bytes).with_context(|| format!("in {}", library.display()))?;
    let mut exports: Vec<Export> = file
        .dynamic_symbols()
        .filter(|symbol| symbol.is_definition() && !symbol.is_local())
        .filter_map(|symbol| {
            let name = symbol
                .name()
                .ok()
                .filter(|name| !name.starts_with("PyInit_"))?
                .to_owned();
            Some(Export {
                name,
                is_object: symbol.kind() == SymbolKind::Data,
                size: symbol.size(),
            })
        })
        .collect();
    exports.sort();
    Ok(exports)
}
