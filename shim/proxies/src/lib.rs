//! Native blocks with CPython's layout, and how they turn into host objects and back.
//!
//! Read in this order: [`lock`] and [`state`] (extension lock, thread state), [`arena`] (memory and the prefix before each
//! block), [`refcount`], the value types ([`int`], [`text`], [`seq`], [`dict`]), [`decode`] (host to native),
//! [`encode`] (native to host), [`crossing`] (calling the host), [`types`] (type mirrors), [`guest`] (the host
//! calling extension code).
//!
//! # Safety
//! Everything here runs with the extension lock held, on pointers that extension code passed in: `*mut PyObject`
//! arguments must be valid objects unless a function says that NULL is allowed. State that is only touched under the
//! lock lives in [`state::Locked`].
//!
//! What makes, reads and frees values ([`arena`], [`refcount`], [`int`], [`text`], tuples, floats, [`err::set`]) takes the lock itself where
//! it needs it, so that entries without the lock may call it.

#![allow(
    clippy::missing_safety_doc,
    reason = "the contract of every unsafe function is the crate's # Safety section"
)]

pub mod arena;
pub mod buffer;
pub mod bytearray;
pub mod call_cfunction;
pub mod callee;
mod construct;
#[cfg(Py_GIL_DISABLED)]
pub mod critical;
pub mod crossing;
pub mod cycles;
pub mod datetimes;
pub mod decode;
pub mod dict;
mod direct;
mod elf_file;
pub mod encode;
pub mod err;
pub mod fields;
pub mod gil;
mod graph;
mod growth;
pub mod guard;
pub mod guest;
pub mod idle;
pub mod immortals;
pub mod int;
pub mod iterators;
mod lent;
pub mod loader;
pub mod lock;
pub mod marshal;
pub mod members;
pub mod mirror;
pub mod modules;
#[cfg(Py_3_13)]
pub mod mutex;
mod quarantine;
pub mod recursion;
pub mod refcount;
pub mod seq;
mod services;
mod shapes;
pub mod singletons;
pub mod slots;
pub mod state;
pub mod structseq;
pub mod text;
mod type_fields;
pub mod type_flags;
pub mod types;
mod value;
pub mod views;

pub use crossing::{op, op_bool, op_int, op_unit};
pub use gimbal_abi::*;
pub use gimbal_host::Op;
pub use refcount::{decref, incref, new_ref, xdecref, xincref};
pub use singletons::{bool_object, ellipsis, false_object, none, not_implemented, true_object};
pub use state::{hold, outside};

/// Short for what nearly every function here takes and returns.
pub type Obj = *mut PyObject;
