//! Runs the checks of an extension module on the reference host: `gimbal-reference --stress checks MODULE.so`.

use anyhow::{Context, Result, bail};
use clap::{Parser, Subcommand};
use gimbal_reference::heap::{Obj, Options, Thread};
use gimbal_reference::{checks, interface};
use std::path::{Path, PathBuf};

/// Runs extension modules on a host whose objects all move.
#[derive(Parser)]
struct Arguments {
    /// Move every object at every safepoint
    #[arg(long)]
    stress: bool,
    /// Let threads run host code in parallel
    #[arg(long)]
    free_threaded: bool,
    /// The libpython to attach to; else the one above this program's folder
    #[arg(long)]
    libpython: Option<PathBuf>,
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Import modules, run each function named `check_*` in them, and print what each returns or raises
    Checks {
        /// The extension files; one that cannot be imported is reported, and the next one follows
        #[arg(required = true)]
        modules: Vec<PathBuf>,
        /// So many threads, each of which runs all checks
        #[arg(long, default_value_t = 1)]
        threads: usize,
        /// Print the figures before the checks and after them to standard error
        #[arg(long)]
        stats: bool,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    gimbal_reference::start(Options {
        stress: arguments.stress,
        free_threaded: arguments.free_threaded,
    });
    interface::load(&library(arguments.libpython)?)?;
    match arguments.action {
        Action::Checks {
            modules,
            threads,
            stats,
        } => {
            let run = modules.iter().map(|module| run_checks(module, threads, stats));
            // All of them, then the first error.
            let outcomes: Vec<Result<()>> = run.collect();
            outcomes.into_iter().collect()
        }
    }
}

/// `libpython*.so.1.0` in `lib/gimbal/reference/../..`, or beside the program.
fn library(given: Option<PathBuf>) -> Result<PathBuf> {
    if let Some(given) = given {
        return Ok(given);
    }
    let program = std::env::current_exe()?;
    for folder in program.ancestors().skip(1).take(4) {
        for entry in folder.read_dir().into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("libpython3.") && name.ends_with(".so.1.0") {
                return Ok(entry.path());
            }
        }
    }
    bail!(
        "no libpython near {}; name it with --libpython",
        program.display()
    )
}

/// The name of the module in a file: up to the first dot.
fn module_name(path: &Path) -> Result<String> {
    let file = path
        .file_name()
        .context("a module has a file name")?
        .to_string_lossy();
    Ok(file.split('.').next().unwrap_or_default().to_owned())
}

fn run_checks(path: &Path, threads: usize, stats: bool) -> Result<()> {
    let path = path.canonicalize().with_context(|| path.display().to_string())?;
    let name = module_name(&path)?;
    let mut t = Thread::enter();
    let module: Obj = match interface::import_file(&mut t, &path, &name) {
        Ok(module) => module,
        Err(error) => {
            let error = checks::describe(&mut t, &error);
            println!("import of {name}: {error}");
            bail!("import of {name}: {error}");
        }
    };
    let figures = |t: &mut Thread| {
        if stats {
            interface::collect_garbage(t);
            let collections = gimbal_reference::heap::heap().collections();
            eprintln!("{:?} after {collections} collections", interface::stats(t));
        }
    };
    figures(&mut t);
    if threads <= 1 {
        checks::check_all(&mut t, &module, &mut |line| {
            flush_stdio();
            println!("{line}");
        });
    } else {
        for lines in checks::check_on_threads(&mut t, &module, threads) {
            lines.iter().for_each(|line| println!("{line}"));
        }
    }
    drop(module);
    figures(&mut t);
    Ok(())
}

/// Writes out what extension code has printed by C's own means: it belongs before the line about the check that printed it.
fn flush_stdio() {
    // SAFETY: NULL means every stream.
    unsafe { libc::fflush(std::ptr::null_mut()) };
}
