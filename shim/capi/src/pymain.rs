//! `Py_Main` and its kin: the `python` program as a function.

use crate::common::Owned;
use crate::initconfig::{Py_ExitStatusException, PyStatus_Exception, start, words};
use crate::pythonrun::PyErr_Print;
use crate::startup::options::{self, Instead};
use crate::startup::wide::{self, Wide};
use crate::startup::{self, Run, Settings, settings, string};
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Obj, Op, err, int, none, op, op_unit, text};
use libc::wchar_t;
use std::ffi::{CString, OsStr, c_char, c_int};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::ptr::null_mut;

/// The exit code of a command line that makes no sense, and of a script that cannot be opened.
const USAGE: c_int = 2;

/// Prints what a command line asks for instead of a program; the exit code.
pub fn answer(instead: &Instead, program: Option<&Wide>) -> c_int {
    let program = program.map_or_else(
        || b"python3".to_vec(),
        |name| wide::encode(name).unwrap_or_default(),
    );
    let program = String::from_utf8_lossy(&program);
    let usage = format!("usage: {program} [option] ... [-c cmd | -m mod | file | -] [arg] ...");
    match instead {
        Instead::Version => {
            println!(concat!("Python ", env!("GIMBAL_FLAVOUR"), " (Gimbal)"));
            0
        }
        Instead::Help => {
            println!("{usage}");
            0
        }
        Instead::Bad(problem) => {
            eprintln!("{problem}\n{usage}\nTry `python -h' for more information.");
            USAGE
        }
    }
}

unsafe fn main(arguments: &[Wide]) -> c_int {
    // SAFETY: called by a program's `main`.
    unsafe {
        let mut wanted = settings().clone();
        if wanted.program.is_none() {
            wanted.program = arguments.first().cloned();
        }
        if let Err(instead) = options::parse(arguments, &mut wanted) {
            return answer(&instead, arguments.first());
        }
        let status = start(wanted);
        if PyStatus_Exception(status) != 0 {
            Py_ExitStatusException(status);
        }
        Py_RunMain()
    }
}

#[entry(error = 1)]
pub unsafe fn Py_BytesMain(argc: c_int, argv: *mut *mut c_char) -> c_int {
    main(&words(argc as usize, argv.cast_const().cast()))
}

#[entry(error = 1)]
pub unsafe fn Py_Main(argc: c_int, argv: *mut *mut wchar_t) -> c_int {
    let arguments: Vec<Wide> = (0..argc as usize)
        .filter_map(|i| wide::read(*argv.add(i)))
        .collect();
    main(&arguments)
}

/// Runs what was asked for, ends Python, and returns the exit code.
#[entry(error = 1)]
pub unsafe fn Py_RunMain() -> c_int {
    let wanted = settings().clone();
    let code = run(&wanted);
    let code = if wanted.inspect && !matches!(wanted.run, Run::Input) && libc::isatty(0) == 1 {
        interact(true)
    } else {
        code
    };
    if startup::stop() < 0 { 120 } else { code }
}

/// 0, or 1 after an exception, which is printed; a `SystemExit` ends the process.
unsafe fn exit_code(done: bool) -> c_int {
    // SAFETY: the lock is held.
    unsafe {
        if !done {
            PyErr_Print();
        }
        c_int::from(!done)
    }
}

unsafe fn run(wanted: &Settings) -> c_int {
    // SAFETY: the host runs and the lock is held.
    unsafe {
        match &wanted.run {
            Run::Command(source) => {
                put_first(wanted, &[]);
                execute(wide::encode(source).unwrap_or_default(), b"<string>")
            }
            Run::Module(name) => {
                let folder = std::env::current_dir().unwrap_or_default();
                put_first(wanted, &wide::decode(folder.as_os_str().as_bytes()));
                run_module(name, true)
            }
            Run::File(name) => {
                let bytes = wide::encode(name).unwrap_or_default();
                let path = Path::new(OsStr::from_bytes(&bytes));
                if path.is_dir() || path.extension().is_some_and(|end| end == "zip" || end == "pyz") {
                    put_first(wanted, name);
                    return run_module(&wide::decode(b"__main__"), false);
                }
                run_file(wanted, path)
            }
            Run::Input if wanted.interactive || libc::isatty(0) == 1 => {
                put_first(wanted, &[]);
                interact(wanted.quiet)
            }
            Run::Input => {
                put_first(wanted, &[]);
                match std::io::read_to_string(std::io::stdin()) {
                    Ok(source) => execute(source.into_bytes(), b"<stdin>"),
                    Err(problem) => {
                        eprintln!("cannot read standard input: {problem}");
                        1
                    }
                }
            }
        }
    }
}

/// Puts the program's folder in front of `sys.path`.
unsafe fn put_first(wanted: &Settings, folder: &[wchar_t]) {
    // SAFETY: the lock is held.
    unsafe {
        if wanted.safe_path {
            return;
        }
        let path = Owned(op(Op::SysGet, &[text::interned("path")]));
        if !path.0.is_null() {
            let (first, folder) = (Owned(int::from_i64(0)), Owned(string(folder)));
            op_unit(Op::ListInsert, &[path.0, first.0, folder.0]);
        }
        err::clear();
    }
}

/// Runs source as the body of `__main__`.
unsafe fn execute(source: Vec<u8>, file: &[u8]) -> c_int {
    // SAFETY: the lock is held.
    unsafe {
        let Ok(source) = CString::new(source) else {
            err::set(PyExc_SyntaxError, "source code cannot contain null bytes");
            return exit_code(false);
        };
        let file = Owned(string(&wide::decode(file)));
        let done = crate::pythonrun::run_main(source.as_ptr(), file.0, null_mut());
        c_int::from(done < 0)
    }
}

unsafe fn run_file(wanted: &Settings, path: &Path) -> c_int {
    // SAFETY: the lock is held.
    unsafe {
        let name = path.as_os_str().as_bytes();
        let source = match std::fs::read(path) {
            Ok(source) => source,
            Err(problem) => {
                let program = wanted.program.as_deref().and_then(|name| wide::encode(name).ok());
                let program = program.unwrap_or_else(|| b"python3".to_vec());
                let number = problem.raw_os_error().unwrap_or(0);
                let full = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
                eprintln!(
                    "{}: can't open file '{}': [Errno {number}] {}",
                    String::from_utf8_lossy(&program),
                    full.display(),
                    std::ffi::CStr::from_ptr(libc::strerror(number)).to_string_lossy(),
                );
                return USAGE;
            }
        };
        let folder = path
            .canonicalize()
            .ok()
            .and_then(|full| full.parent().map(Path::to_owned));
        put_first(
            wanted,
            &wide::decode(folder.unwrap_or_default().as_os_str().as_bytes()),
        );
        let main = Owned(op(Op::AddModule, &[text::interned("__main__")]));
        if main.0.is_null() {
            return exit_code(false);
        }
        let file = Owned(string(&wide::decode(name)));
        op_unit(Op::SetAttr, &[main.0, text::interned("__file__"), file.0]);
        op_unit(Op::SetAttr, &[main.0, text::interned("__cached__"), none()]);
        err::clear();
        execute(source, name)
    }
}

/// `runpy` runs a module as `__main__`.
unsafe fn run_module(name: &[wchar_t], alter_argv: bool) -> c_int {
    // SAFETY: the lock is held.
    unsafe {
        let function = text::interned("_run_module_as_main");
        let runpy = Owned(op(Op::Import, &[text::interned("runpy")]));
        let name = Owned(string(name));
        let alter = gimbal_proxies::bool_object(alter_argv);
        let done = !runpy.0.is_null() && op_unit(Op::CallMethod, &[runpy.0, function, name.0, alter]);
        exit_code(done)
    }
}

/// Reads and runs lines from the terminal.
unsafe fn interact(quiet: bool) -> c_int {
    // SAFETY: the lock is held.
    unsafe {
        let main = Owned(op(Op::AddModule, &[text::interned("__main__")]));
        let names = Owned(if main.0.is_null() {
            null_mut()
        } else {
            op(Op::ModuleGetDict, &[main.0])
        });
        let (module, function) = (text::interned("code"), text::interned("interact"));
        let function = Owned(op(Op::ImportAttr, &[module, function]));
        let keywords = Owned(gimbal_proxies::dict::new());
        let empty: Obj = text::interned("");
        gimbal_proxies::dict::set(keywords.0, text::interned("local"), names.0);
        gimbal_proxies::dict::set(keywords.0, text::interned("exitmsg"), empty);
        if quiet {
            gimbal_proxies::dict::set(keywords.0, text::interned("banner"), empty);
        }
        let nothing = Owned(gimbal_proxies::seq::tuple_of(&[]));
        let done = !function.0.is_null() && op_unit(Op::CallObject, &[function.0, nothing.0, keywords.0]);
        exit_code(done)
    }
}
