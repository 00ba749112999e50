//! `pylifecycle.h`: start, end and description of the interpreter. It runs already when an extension is loaded, so starting
//! it does nothing then, and so does ending it: that is the host's. A program that embeds Python starts a host here
//! ([`crate::startup`]).

use crate::initconfig;
use crate::startup::{self, wide};
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::state::Locked;
use gimbal_proxies::{Obj, Op, crossing, decref, err, int, op, op_unit, text, xdecref};
use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;
use std::sync::Mutex;

// --- start and end ---------------------------------------------------------------------------------------------------

#[entry(error = 0)]
pub unsafe fn Py_IsInitialized() -> c_int {
    c_int::from(startup::is_running())
}

#[entry(error = 0)]
pub unsafe fn _Py_IsCoreInitialized() -> c_int {
    c_int::from(startup::is_running())
}

#[entry(error = 0)]
pub unsafe fn _Py_IsFinalizing() -> c_int {
    0
}

#[entry]
pub unsafe fn Py_InitializeEx(signals: c_int) {
    let mut wanted = startup::settings().clone();
    wanted.signals = signals != 0;
    let status = initconfig::start(wanted);
    if initconfig::PyStatus_Exception(status) != 0 {
        initconfig::Py_ExitStatusException(status);
    }
}

#[entry]
pub unsafe fn Py_Initialize() {
    Py_InitializeEx(1);
}

#[entry]
pub unsafe fn Py_FinalizeEx() -> c_int {
    startup::stop()
}

#[entry]
pub unsafe fn Py_Finalize() {
    startup::stop();
}

// --- what a program says before the start ------------------------------------------------------------------------------

#[entry]
pub unsafe fn Py_SetProgramName(name: *const libc::wchar_t) {
    startup::settings().program = wide::read(name).filter(|name| !name.is_empty());
}

#[entry]
pub unsafe fn Py_SetPythonHome(home: *const libc::wchar_t) {
    startup::settings().home = wide::read(home);
}

/// All of `sys.path`, separated by colons; NULL leaves it to the host.
#[entry]
pub unsafe fn Py_SetPath(path: *const libc::wchar_t) {
    let colon = ':' as libc::wchar_t;
    startup::settings().path =
        wide::read(path).map(|path| path.split(|&unit| unit == colon).map(<[_]>::to_vec).collect());
}

/// The streams are the host's: their encoding is not ours to choose. -1, as when Python runs already.
#[entry]
pub unsafe fn Py_SetStandardStreamEncoding(_encoding: *const c_char, _errors: *const c_char) -> c_int {
    -1
}

/// A text of the system as characters, to be freed with `PyMem_RawFree`.
#[entry]
pub unsafe fn Py_DecodeLocale(text: *const c_char, size: *mut usize) -> *mut libc::wchar_t {
    let decoded = wide::decode(std::ffi::CStr::from_ptr(text).to_bytes());
    let result = wide::to_raw(&decoded);
    if let Some(size) = size.as_mut() {
        *size = if result.is_null() {
            usize::MAX
        } else {
            decoded.len()
        };
    }
    result
}

/// Characters as a text of the system, to be freed with `PyMem_Free`; `position` is where one has no bytes.
#[entry]
pub unsafe fn Py_EncodeLocale(text: *const libc::wchar_t, position: *mut usize) -> *mut c_char {
    let encoded = wide::encode(&wide::read(text).unwrap_or_default());
    if let Some(position) = position.as_mut() {
        *position = encoded.as_ref().err().copied().unwrap_or(usize::MAX);
    }
    let Ok(bytes) = encoded else {
        return null_mut();
    };
    let result = crate::pymem::PyMem_Malloc(bytes.len() + 1).cast::<u8>();
    if !result.is_null() {
        result.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        result.add(bytes.len()).write(0);
    }
    result.cast()
}

/// Runs what the host runs at the end of a program, then leaves with `status`.
#[gimbal_macros::exported]
pub unsafe extern "C" fn Py_Exit(status: c_int) -> ! {
    // SAFETY: the lock is held by the caller's contract.
    unsafe {
        let number = int::from_i64(status.into());
        op_unit(Op::Exit, &[number]);
    }
    std::process::exit(status)
}

type AtExit = extern "C" fn();

/// CPython's limit.
const MOST: usize = 32;

static AT_EXIT: Mutex<Vec<AtExit>> = Mutex::new(Vec::new());

fn at_exit() -> std::sync::MutexGuard<'static, Vec<AtExit>> {
    AT_EXIT.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Runs the functions of [`Py_AtExit`], the last one first.
pub extern "C" fn run_at_exit() {
    loop {
        let last = at_exit().pop();
        match last {
            Some(function) => function(),
            None => break,
        }
    }
}

/// The functions run when Python has been ended, or else with the process.
#[entry]
pub unsafe fn Py_AtExit(function: Option<unsafe extern "C" fn()>) -> c_int {
    let Some(function) = function else {
        return -1;
    };
    let mut functions = at_exit();
    if functions.len() >= MOST {
        return -1;
    }
    if functions.is_empty() {
        libc::atexit(run_at_exit);
    }
    functions.push(std::mem::transmute::<unsafe extern "C" fn(), AtExit>(function));
    0
}

// --- description -----------------------------------------------------------------------------------------------------

/// An attribute of `sys` that is a str; NULL without an error otherwise.
unsafe fn sys_text(name: &str) -> Obj {
    // SAFETY: the lock is held.
    unsafe {
        if !crossing::is_attached() {
            return null_mut();
        }
        let (class, value, traceback) = err::fetch();
        let found = op(Op::SysGet, &[text::interned(name)]);
        err::restore(class, value, traceback);
        if !found.is_null() && PyUnicode_Check(found) == 0 {
            decref(found);
            return null_mut();
        }
        found
    }
}

/// A text about the interpreter, asked for once.
unsafe fn described(name: &str, otherwise: &str) -> *const c_char {
    // SAFETY: the lock is held.
    unsafe {
        let value = sys_text(name);
        if value.is_null() {
            return crate::pyerrors::keep_text(otherwise.as_bytes());
        }
        let kept = crate::pyerrors::keep_text(text::utf8(value));
        decref(value);
        kept
    }
}

/// The version that is imitated, as far as compiled code asks for it.
fn imitated() -> &'static str {
    env!("GIMBAL_FLAVOUR").trim_end_matches('t')
}

/// What the host says, under the number that compiled code compares its own with.
#[entry]
pub unsafe fn Py_GetVersion() -> *const c_char {
    let hosts = std::ffi::CStr::from_ptr(described("version", "3 (Gimbal)")).to_string_lossy();
    if hosts.starts_with(&format!("{}.", imitated())) {
        return crate::pyerrors::keep_text(hosts.as_bytes());
    }
    let (_, rest) = hosts.split_once(' ').unwrap_or_default();
    crate::pyerrors::keep_text(format!("{}.0 {rest}", imitated()).as_bytes())
}

#[entry]
pub unsafe fn Py_GetPlatform() -> *const c_char {
    described("platform", "linux")
}

#[entry]
pub unsafe fn Py_GetCopyright() -> *const c_char {
    described("copyright", "")
}

/// The part of `sys.version` in brackets.
#[entry]
pub unsafe fn Py_GetCompiler() -> *const c_char {
    let version = std::ffi::CStr::from_ptr(Py_GetVersion()).to_string_lossy();
    let compiler = version.find('[').map_or("", |start| &version[start..]);
    crate::pyerrors::keep_text(compiler.as_bytes())
}

/// The part of `sys.version` in parentheses.
#[entry]
pub unsafe fn Py_GetBuildInfo() -> *const c_char {
    let version = std::ffi::CStr::from_ptr(Py_GetVersion()).to_string_lossy();
    let build = version
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .map_or("", |(build, _)| build);
    crate::pyerrors::keep_text(build.as_bytes())
}

#[entry]
pub unsafe fn _Py_gitidentifier() -> *const c_char {
    c"".as_ptr()
}

#[entry]
pub unsafe fn _Py_gitversion() -> *const c_char {
    c"".as_ptr()
}

/// A wide string that lives for good.
unsafe fn keep_wide(value: &[libc::wchar_t]) -> *mut libc::wchar_t {
    static KEPT: Locked<Vec<Box<[libc::wchar_t]>>> = Locked::new(Vec::new());
    let wide: Box<[libc::wchar_t]> = value.iter().copied().chain(std::iter::once(0)).collect();
    // SAFETY: the lock is held; a box does not move when the vector grows.
    let kept = unsafe { KEPT.get() };
    if let Some(known) = kept.iter_mut().find(|known| **known == wide) {
        return known.as_mut_ptr();
    }
    kept.push(wide);
    kept.last_mut().map_or(null_mut(), |wide| wide.as_mut_ptr())
}

unsafe fn described_wide(name: &str) -> *mut libc::wchar_t {
    // SAFETY: the lock is held.
    unsafe {
        let value = sys_text(name);
        let wide = keep_wide(&wide::decode(if value.is_null() {
            b""
        } else {
            text::utf8(value)
        }));
        xdecref(value);
        wide
    }
}

#[entry]
pub unsafe fn Py_GetPrefix() -> *mut libc::wchar_t {
    described_wide("prefix")
}

#[entry]
pub unsafe fn Py_GetExecPrefix() -> *mut libc::wchar_t {
    described_wide("exec_prefix")
}

#[entry]
pub unsafe fn Py_GetProgramFullPath() -> *mut libc::wchar_t {
    described_wide("executable")
}

/// What the program calls itself, or the name of its file.
#[entry]
pub unsafe fn Py_GetProgramName() -> *mut libc::wchar_t {
    let set = startup::settings().program.clone();
    match set {
        Some(name) => keep_wide(&name),
        None => described_wide("executable"),
    }
}

/// What the program set; NULL otherwise.
#[entry]
pub unsafe fn Py_GetPythonHome() -> *mut libc::wchar_t {
    let set = startup::settings().home.clone();
    set.map_or(null_mut(), |home| keep_wide(&home))
}

/// `sys.path` in one string.
#[entry]
pub unsafe fn Py_GetPath() -> *mut libc::wchar_t {
    let path = if crossing::is_attached() {
        op(Op::SysGet, &[text::interned("path")])
    } else {
        null_mut()
    };
    if path.is_null() || PyList_Check(path) == 0 {
        xdecref(path);
        return keep_wide(&[]);
    }
    let parts: Vec<&str> = gimbal_proxies::seq::list_slice(path)
        .iter()
        .filter(|&&part| PyUnicode_Check(part) != 0)
        .filter_map(|&part| text::as_str(part))
        .collect();
    let wide = keep_wide(&wide::decode(parts.join(":").as_bytes()));
    decref(path);
    wide
}

// --- signals, terminal, randomness -----------------------------------------------------------------------------------

#[entry(error = None)]
pub unsafe fn PyOS_getsig(signal: c_int) -> Option<unsafe extern "C" fn(c_int)> {
    let mut action: libc::sigaction = std::mem::zeroed();
    if libc::sigaction(signal, std::ptr::null(), &raw mut action) != 0 {
        return as_handler(libc::SIG_ERR);
    }
    as_handler(action.sa_sigaction)
}

#[entry(error = None)]
pub unsafe fn PyOS_setsig(
    signal: c_int,
    handler: Option<unsafe extern "C" fn(c_int)>,
) -> Option<unsafe extern "C" fn(c_int)> {
    let mut action: libc::sigaction = std::mem::zeroed();
    let mut old: libc::sigaction = std::mem::zeroed();
    action.sa_sigaction = handler.map_or(libc::SIG_DFL, |f| f as libc::sighandler_t);
    action.sa_flags = libc::SA_ONSTACK;
    libc::sigemptyset(&raw mut action.sa_mask);
    if libc::sigaction(signal, &raw const action, &raw mut old) != 0 {
        return as_handler(libc::SIG_ERR);
    }
    as_handler(old.sa_sigaction)
}

/// `SIG_DFL` (zero) is None; `SIG_IGN` and `SIG_ERR` are numbers that C only compares.
unsafe fn as_handler(value: libc::sighandler_t) -> Option<unsafe extern "C" fn(c_int)> {
    // SAFETY: an optional function pointer has a pointer's size, and nobody calls the special numbers.
    unsafe { std::mem::transmute(value) }
}

#[entry(error = 0)]
pub unsafe fn Py_FdIsInteractive(stream: *mut libc::FILE, _name: *const c_char) -> c_int {
    c_int::from(libc::isatty(libc::fileno(stream)) == 1)
}

#[entry]
pub unsafe fn _PyOS_URandom(buffer: *mut c_void, size: Py_ssize_t) -> c_int {
    let mut done = 0;
    while done < size {
        let n = libc::getrandom(buffer.byte_offset(done), (size - done) as usize, 0);
        if n < 0 {
            if *libc::__errno_location() == libc::EINTR {
                continue;
            }
            crate::pyerrors::PyErr_SetFromErrno(PyExc_OSError);
            return -1;
        }
        done += n;
    }
    0
}

#[entry]
pub unsafe fn _PyOS_URandomNonblock(buffer: *mut c_void, size: Py_ssize_t) -> c_int {
    _PyOS_URandom(buffer, size)
}
