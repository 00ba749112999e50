//! Checks at compile time that the functions written for 3.11 have CPython's signatures.
//!
//! DO NOT EDIT: generated from shim/symbols by `cargo run -p gimbal-codegen -- write`.

// Not checked:
//   PyArg_VaParse: `va_list` has no Rust name in types.toml
//   PyArg_VaParseTupleAndKeywords: `va_list` has no Rust name in types.toml
//   PyBytes_FromFormatV: `va_list` has no Rust name in types.toml
//   PyErr_FormatV: `va_list` has no Rust name in types.toml
//   PyOS_vsnprintf: `va_list` has no Rust name in types.toml
//   PyUnicode_FromFormatV: `va_list` has no Rust name in types.toml
//   Py_VaBuildValue: `va_list` has no Rust name in types.toml
//   _PyArg_UnpackKeywords: `struct _PyArg_Parser` has no Rust name in types.toml
//   _PyArg_UnpackKeywordsWithVararg: `struct _PyArg_Parser` has no Rust name in types.toml
//   _PyArg_VaParseTupleAndKeywordsFast: `struct _PyArg_Parser` has no Rust name in types.toml
//   _PyArg_VaParseTupleAndKeywordsFast_SizeT: `struct _PyArg_Parser` has no Rust name in types.toml
//   _PyArg_VaParseTupleAndKeywords_SizeT: `va_list` has no Rust name in types.toml
//   _PyArg_VaParse_SizeT: `va_list` has no Rust name in types.toml
//   _Py_VaBuildStack: `va_list` has no Rust name in types.toml
//   _Py_VaBuildStack_SizeT: `va_list` has no Rust name in types.toml
//   _Py_VaBuildValue_SizeT: `va_list` has no Rust name in types.toml

use std::ffi::*;

use gimbal_abi::*;

signatures! {
    crate::varargs::parse::PyArg_ValidateKeywordArguments: (*mut PyObject) -> c_int;
    crate::varargs::parse::_PyArg_BadArgument: (*const c_char, *const c_char, *const c_char, *mut PyObject) -> ();
    crate::varargs::parse::_PyArg_CheckPositional: (*const c_char, Py_ssize_t, Py_ssize_t, Py_ssize_t) -> c_int;
    crate::varargs::parse::_PyArg_NoKeywords: (*const c_char, *mut PyObject) -> c_int;
    crate::varargs::parse::_PyArg_NoKwnames: (*const c_char, *mut PyObject) -> c_int;
    crate::varargs::parse::_PyArg_NoPositional: (*const c_char, *mut PyObject) -> c_int;
}
