//! The exported C API: functions and data, one module per CPython header.
//!
//! An entry maps its arguments, does one thing through `gimbal-proxies`, and maps the result; it does not think.
//!
//! # Safety
//! Every entry is called by C code that keeps the C API's contract: the extension lock is held (CPython: the GIL), object
//! arguments are valid objects unless the documentation allows NULL, buffers have the sizes that are passed with
//! them, and the ownership of references follows CPython's documentation (new, borrowed, stolen).

#![allow(non_snake_case, non_upper_case_globals, reason = "the names are CPython's")]
#![allow(
    clippy::missing_safety_doc,
    reason = "the contract of every entry is the crate's # Safety section"
)]

mod abstract_number;
mod attach;
mod boolobject;
mod bytearrayobject;
mod bytesobject;
mod ceval;
mod code;
mod codecs;
mod complexobject;
mod descrobject;
mod exceptions;
mod floatobject;
mod frameobject;
mod generated;
mod import;
mod longobject;
mod methodobject;
mod moduleobject;
mod mystrtoul;
mod pycapsule;
mod pyctype;
mod pyerrors;
mod pyhash;
mod pystate;
mod pystrtod;
mod statics;
mod structmember;
mod support;
mod traceback;
mod typeobject;
mod typeslots;
mod unicodeobject;
mod varargs;
mod warnings;
