//! `gimbal-codegen`: checks (the default) or writes the files generated from the symbol table; seeds the table.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};
use gimbal_codegen::seed::{Sources, seed};
use gimbal_codegen::table::Table;
use gimbal_codegen::{check, repository, symbols_folder, write};

/// Check or write what is generated from shim/symbols
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Print the differences and fail if there are any (the default)
    Check,
    /// Bring the generated files up to date
    Write,
    /// Refresh the facts of the table from CPython's headers and library
    Seed {
        /// The flavour to seed
        #[arg(long, default_value = "3.11")]
        flavour: String,
        /// Where Debian's packages of that Python are unpacked
        #[arg(long, default_value = "/")]
        prefix: PathBuf,
        /// Exports per version, for versions that are not built: columns symbol, 3.12 ..., stable_abi_since
        #[arg(long)]
        versions: Option<PathBuf>,
    },
}

fn main() -> Result<ExitCode> {
    let root = repository();
    match Arguments::parse().command.unwrap_or(Command::Check) {
        Command::Check => {
            let differences = check(root)?;
            if !differences.is_empty() {
                eprint!("{differences}");
                eprintln!("Generated files are out of date: run `cargo run -p gimbal-codegen -- write`.");
                return Ok(ExitCode::FAILURE);
            }
        }
        Command::Write => {
            for path in write(root)? {
                println!("wrote {}", path.display());
            }
        }
        Command::Seed {
            flavour,
            prefix,
            versions,
        } => {
            let folder = symbols_folder(root);
            let old = if folder.is_dir() {
                Table::load(&folder)?
            } else {
                Table::default()
            };
            let sources = Sources {
                flavour,
                prefix,
                versions,
            };
            fs::create_dir_all(&folder)?;
            for (name, text) in seed(&old, &sources)?.files() {
                fs::write(folder.join(name), text)?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}
