//! What a build says of the global interpreter lock. Binaries with and without it have different objects and never share
//! a process; a module that is built without it may still ask for it, which a process without it cannot give.

use crate::{Obj, PyModuleDef, modules};
use std::ffi::c_void;

/// Whether a function that a file imports is called by builds of the other kind only.
pub fn is_foreign(import: &[u8]) -> bool {
    if cfg!(Py_GIL_DISABLED) {
        // Without a GIL there is no version whose headers call either; the second went with 3.12.
        matches!(import, b"_Py_Dealloc" | b"_PyUnicode_Ready")
    } else {
        matches!(import, b"_Py_DecRefShared" | b"_Py_MergeZeroLocalRefcount")
    }
}

/// What to say of such a file.
pub const FOREIGN: &str = if cfg!(Py_GIL_DISABLED) {
    "it is built for Python with a GIL, and this process is free-threaded: a wheel with cp314t in its name is needed"
} else {
    "it is built for free-threaded Python, and this process has a GIL: a wheel without t behind its version is needed"
};

/// `Py_MOD_GIL_NOT_USED`, in a module definition's slot or from `PyUnstable_Module_SetGIL`.
pub const NOT_USED: *mut c_void = std::ptr::without_provenance_mut(1);

/// What to say of a module that asks for the GIL.
const NEEDED: &str =
    "it has not declared that it works without the GIL (Py_mod_gil), and this process is free-threaded";

/// Why a module with this definition cannot be made here.
pub unsafe fn refusal_of_definition(def: *mut PyModuleDef) -> Option<&'static str> {
    // SAFETY: `def` is a module definition.
    let declared = unsafe { modules::slot(def, modules::GIL) == Some(NOT_USED) };
    (cfg!(Py_GIL_DISABLED) && !declared).then_some(NEEDED)
}

/// Why a module that its init function has made whole cannot be used here.
#[cfg(Py_GIL_DISABLED)]
pub unsafe fn refusal_of_module(module: Obj) -> Option<&'static str> {
    // SAFETY: `module` is a module.
    let declared = unsafe { (*modules::block(module)).md_gil == NOT_USED };
    (!declared).then_some(NEEDED)
}

/// Why a module that its init function has made whole cannot be used here.
#[cfg(not(Py_GIL_DISABLED))]
pub unsafe fn refusal_of_module(_: Obj) -> Option<&'static str> {
    None
}
