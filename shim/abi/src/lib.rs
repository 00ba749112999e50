//! CPython's struct layouts for the flavour being built, and nothing else: no behaviour.
//!
//! Most come from `pyo3-ffi`, which follows the version and the build flags of `flavours/FLAVOUR.txt`. Structs that it
//! keeps opaque although compiled code reads them are declared here: what all versions share in this file, the rest in a
//! module for each version. `tests/layouts.rs` asserts all of them against the flavour's real headers.

#![allow(non_camel_case_types, reason = "the names are CPython's")]

pub use pyo3_ffi::*;

#[cfg(not(Py_3_12))]
mod long_signed;
#[cfg(Py_3_12)]
mod long_tagged;
#[cfg(all(Py_3_11, not(Py_3_12)))]
mod v3_11;
#[cfg(Py_3_14)]
mod v3_14;
#[cfg(not(Py_3_10))]
mod v3_9;

#[cfg(not(Py_3_12))]
pub use long_signed::*;
#[cfg(Py_3_12)]
pub use long_tagged::*;
#[cfg(not(Py_3_10))]
pub use v3_9::*;
#[cfg(all(Py_3_11, not(Py_3_12)))]
pub use v3_11::*;
#[cfg(Py_3_14)]
pub use v3_14::*;

use core::ffi::c_void;

/// `PyMethodObject`: a bound method.
#[repr(C)]
pub struct MethodObject {
    /// Head.
    pub ob_base: PyObject,
    /// The function.
    pub im_func: *mut PyObject,
    /// What it is bound to.
    pub im_self: *mut PyObject,
    /// Weak references.
    pub im_weakreflist: *mut PyObject,
    /// Vectorcall entry.
    pub vectorcall: Option<vectorcallfunc>,
}

/// `PyModuleObject`, private in CPython: the size matters, the fields are ours to use.
#[repr(C)]
pub struct ModuleObject {
    /// Head.
    pub ob_base: PyObject,
    /// Unused here: the dictionary is the host's.
    pub md_dict: *mut PyObject,
    /// The definition, when the module came from one.
    pub md_def: *mut PyModuleDef,
    /// Per-module state of `m_size` bytes.
    pub md_state: *mut c_void,
    /// Weak references.
    pub md_weaklist: *mut PyObject,
    /// The name.
    pub md_name: *mut PyObject,
    /// Whether the module was found to need the GIL.
    #[cfg(Py_GIL_DISABLED)]
    pub md_gil: *mut c_void,
}
