//! How the shim starts a host, when a program that embeds Python has loaded us and no host has.
//!
//! `Py_Initialize` and its kin look for the host's library, open it and call its one function, [`HostStart`]. The
//! variable `GIMBAL_HOST` says which: the name of a host, such as `reference` or `pypy3.11@8.0`, whose letters up to the first
//! digit name the library `gimbal/NAME/libgimbal_NAME.so` in the folder of libpython; or, with a slash in it, the path of such
//! a library or of a PyPy interpreter.
//!
//! The host's function brings its interpreter up, calls [`Start::attach`] with its table, ties the builtins with the shim's
//! table as it would if it had loaded the shim itself, fills in [`Start::stop`], and returns 0. It is called once, on the
//! thread that initialises Python, without the extension lock. That thread may then enter the host's table at any time, with no
//! frame of the host below it; so may every other thread of the program.

use crate::{HostTable, ShimTable};
use core::ffi::{CStr, c_char, c_int};

/// The name under which a host's library exports its [`HostStart`].
pub const HOST_START: &CStr = c"gimbal_host_start";

/// Do not read the environment variables of Python.
pub const GIMBAL_START_IGNORE_ENVIRONMENT: u32 = 1;
/// Do not import `site`.
pub const GIMBAL_START_NO_SITE: u32 = 2;
/// Leave the program's signal handlers alone.
pub const GIMBAL_START_NO_SIGNALS: u32 = 4;

/// What the shim says to a host that it starts, and what the host answers. Texts are UTF-8, with bytes that are none as they
/// came from the system; they live as long as the process.
#[repr(C)]
pub struct Start {
    /// [`crate::GIMBAL_HOST_ABI`] of the shim.
    pub abi_version: u32,
    /// `GIMBAL_START_*`.
    pub flags: u32,
    /// `size_of::<Start>()` of the shim.
    pub size: usize,
    /// `gimbal_attach` of the libpython that asks.
    pub attach: unsafe extern "C" fn(host: *const HostTable) -> *const ShimTable,
    /// The flavour, as `3.11`.
    pub flavour: *const c_char,
    /// The file of that libpython.
    pub library: *const c_char,
    /// Which host was asked for: `GIMBAL_HOST`, or the default.
    pub host: *const c_char,
    /// `sys.executable` as the program has it, or NULL.
    pub program: *const c_char,
    /// Where the host's standard library is, when the program or `PYTHONHOME` says so, or NULL.
    pub home: *const c_char,
    /// Folders to put in front of `sys.path`, separated by colons, or NULL: `PYTHONPATH`.
    pub module_path: *const c_char,
    /// Answer: ends the host (functions of `atexit`, streams): 0 when all went well. May stay NULL.
    pub stop: Option<unsafe extern "C" fn() -> c_int>,
    /// Answer: why it did not start.
    pub problem: *const c_char,
}

/// The function that a host's library exports as `gimbal_host_start`: 0 when the host has attached.
pub type HostStart = unsafe extern "C" fn(start: *mut Start) -> c_int;
