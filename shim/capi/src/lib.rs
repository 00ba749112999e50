//! The exported C API: functions and data, one module per CPython header.
//!
//! An entry maps its arguments, does one thing through `gimbal-proxies`, and maps the result; it does not think.
//!
//! # Safety
//! Every entry is called by C code that keeps the C API's contract: the extension lock is held (CPython: the GIL), or, without a
//! GIL, the thread is attached (docs/adr/0007 says which entries then run without the lock). Object arguments are valid objects
//! unless the documentation allows NULL, buffers have the sizes that are passed with them, and the ownership of references follows
//! CPython's documentation (new, borrowed, stolen).

#![allow(non_snake_case, non_upper_case_globals, reason = "the names are CPython's")]
#![allow(
    clippy::missing_safety_doc,
    reason = "the contract of every entry is the crate's # Safety section"
)]

mod abstract_call;
mod abstract_mapping;
mod abstract_number;
mod abstract_object;
mod abstract_sequence;
mod attach;
mod boolobject;
mod bytearrayobject;
mod bytesobject;
mod cellobject;
mod ceval;
mod code;
mod codecs;
mod common;
mod complexobject;
mod context;
#[cfg(Py_3_13)]
mod critical_section;
mod datetime;
mod descrobject;
mod dictobject;
mod evaluation;
mod exceptions;
mod fileobject;
mod floatobject;
mod frameobject;
mod funcobject;
mod generated;
mod genericaliasobject;
mod import;
mod initconfig;
mod iterobject;
mod listobject;
#[cfg(Py_3_13)]
mod lock;
mod longobject;
mod marshal;
mod memoryobject;
mod methodobject;
mod moduleobject;
#[cfg(Py_3_13)]
mod monitoring;
mod mystrtoul;
#[cfg(Py_3_12)]
mod newer;
mod object;
mod object_attr;
mod object_life;
mod objimpl;
mod osmodule;
mod pybuffer;
mod pycapsule;
mod pyctype;
mod pyerrors;
mod pyhash;
mod pylifecycle;
mod pymain;
mod pymem;
mod pystate;
mod pystrcmp;
mod pystrtod;
mod pythonrun;
mod pythread;
#[cfg(Py_3_12)]
mod refcount;
mod running_config;
mod setobject;
mod sliceobject;
mod startup;
mod statics;
mod structmember;
mod structseq;
mod sysmodule;
mod traceback;
mod tracemalloc;
mod tracing;
mod tupleobject;
mod typeobject;
mod typeslots;
mod unicodeobject;
mod varargs;
mod warnings;
mod weakrefobject;
