//! Reads the symbol table (`shim/symbols`) and the sources of the shim, and checks or writes what follows from both:
//! named stubs, placeholders, signature checks, the expected exports, `docs/STATUS.md`, and the table itself in its
//! canonical form.

pub mod ctype;
pub mod elf;
mod emit;
mod rust_types;
mod scan;
pub mod seed;
pub mod table;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use similar::TextDiff;

use emit::{Input, Need};
use rust_types::RustTypes;
use table::Table;

/// The flavours that are built.
const BUILT: [&str; 4] = ["3.9", "3.11", "3.14", "3.14t"];

/// The flavour of `docs/STATUS.md`, and of the column `sig`.
const MAIN: &str = "3.11";

/// The repository that this crate lies in.
pub fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("the crate lies two folders deep")
}

/// The folder of the symbol table.
pub fn symbols_folder(root: &Path) -> PathBuf {
    root.join("shim/symbols")
}

/// Every generated file with its text.
pub fn generate(root: &Path) -> Result<Vec<(PathBuf, String)>> {
    let folder = symbols_folder(root);
    let table = Table::load(&folder)?;
    let mut files: Vec<_> = table
        .files()
        .map(|(name, text)| (folder.join(name), text))
        .collect();
    for flavour in BUILT {
        let symbols = table.of_flavour(flavour);
        let implementations = scan::scan(&root.join("shim/capi"), flavour, &symbols)?;
        let types = RustTypes::load(&folder)?;
        let input = Input {
            flavour,
            symbols,
            implementations,
            types,
            needs: needs(&folder)?,
        };
        let generated = root
            .join("shim/capi/src/generated")
            .join(format!("v{}", flavour.replace('.', "_")));
        files.push((generated.join("stubs.rs"), input.stubs()?));
        files.push((generated.join("stubs.txt"), input.stub_names()));
        files.push((generated.join("placeholders.rs"), input.placeholders()?));
        files.push((generated.join("signatures.rs"), input.signatures()?));
        files.push((generated.join("types.rs"), input.types(&table)));
        files.push((folder.join(format!("exports/{flavour}.tsv")), input.exports()));
        if flavour == MAIN {
            files.push((root.join("docs/STATUS.md"), input.status()));
        }
    }
    Ok(files)
}

/// Reads `needs.tsv`: symbol, number of packages, their names where they are few.
fn needs(folder: &Path) -> Result<BTreeMap<String, Need>> {
    let text = fs::read_to_string(folder.join("needs.tsv")).context("cannot read needs.tsv")?;
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let cells: Vec<&str> = line.split('\t').collect();
            let [name, count, packages] = cells[..] else {
                bail!("needs.tsv: three cells expected in `{line}`")
            };
            let packages = packages.split_whitespace().map(str::to_owned).collect();
            Ok((
                name.to_owned(),
                Need {
                    count: count.parse()?,
                    packages,
                },
            ))
        })
        .collect()
}

/// Writes the files that are out of date and names them.
pub fn write(root: &Path) -> Result<Vec<PathBuf>> {
    let mut written = Vec::new();
    for (path, text) in generate(root)? {
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            fs::create_dir_all(path.parent().context("a generated file lies in a folder")?)?;
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
            written.push(path);
        }
    }
    Ok(written)
}

/// The differences between the generated files and what lies in the tree; empty if there are none.
pub fn check(root: &Path) -> Result<String> {
    let mut differences = String::new();
    for (path, text) in generate(root)? {
        let old = fs::read_to_string(&path).unwrap_or_default();
        if old != text {
            let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            let diff = TextDiff::from_lines(&old, &text);
            differences.push_str(
                &diff
                    .unified_diff()
                    .context_radius(1)
                    .header(&name, "generated")
                    .to_string(),
            );
        }
    }
    Ok(differences)
}
