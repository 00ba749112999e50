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
    crate::methodobject::PyCFunction_Call: (*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    crate::methodobject::PyCFunction_GetFlags: (*mut PyObject) -> c_int;
    crate::methodobject::PyCFunction_GetFunction: (*mut PyObject) -> Option<PyCFunction>;
    crate::methodobject::PyCFunction_GetSelf: (*mut PyObject) -> *mut PyObject;
    crate::methodobject::PyCFunction_New: (*mut PyMethodDef, *mut PyObject) -> *mut PyObject;
    crate::methodobject::PyCFunction_NewEx: (*mut PyMethodDef, *mut PyObject, *mut PyObject) -> *mut PyObject;
    crate::methodobject::PyCMethod_New: (*mut PyMethodDef, *mut PyObject, *mut PyObject, *mut PyTypeObject) -> *mut PyObject;
    crate::descrobject::PyDescr_NewClassMethod: (*mut PyTypeObject, *mut PyMethodDef) -> *mut PyObject;
    crate::descrobject::PyDescr_NewGetSet: (*mut PyTypeObject, *mut PyGetSetDef) -> *mut PyObject;
    crate::descrobject::PyDescr_NewMember: (*mut PyTypeObject, *mut PyMemberDef) -> *mut PyObject;
    crate::descrobject::PyDescr_NewMethod: (*mut PyTypeObject, *mut PyMethodDef) -> *mut PyObject;
    crate::structmember::PyMember_GetOne: (*const c_char, *mut PyMemberDef) -> *mut PyObject;
    crate::structmember::PyMember_SetOne: (*mut c_char, *mut PyMemberDef, *mut PyObject) -> c_int;
    crate::typeobject::PyType_ClearCache: () -> c_uint;
    crate::typeobject::PyType_FromModuleAndSpec: (*mut PyObject, *mut PyType_Spec, *mut PyObject) -> *mut PyObject;
    crate::typeobject::PyType_FromSpec: (*mut PyType_Spec) -> *mut PyObject;
    crate::typeobject::PyType_FromSpecWithBases: (*mut PyType_Spec, *mut PyObject) -> *mut PyObject;
    crate::typeobject::PyType_GenericAlloc: (*mut PyTypeObject, Py_ssize_t) -> *mut PyObject;
    crate::typeobject::PyType_GenericNew: (*mut PyTypeObject, *mut PyObject, *mut PyObject) -> *mut PyObject;
    crate::typeobject::PyType_GetFlags: (*mut PyTypeObject) -> c_ulong;
    crate::typeobject::PyType_GetModule: (*mut PyTypeObject) -> *mut PyObject;
    crate::typeobject::PyType_GetModuleByDef: (*mut PyTypeObject, *mut PyModuleDef) -> *mut PyObject;
    crate::typeobject::PyType_GetModuleState: (*mut PyTypeObject) -> *mut c_void;
    crate::typeobject::PyType_GetName: (*mut PyTypeObject) -> *mut PyObject;
    crate::typeobject::PyType_GetQualName: (*mut PyTypeObject) -> *mut PyObject;
    crate::typeobject::PyType_GetSlot: (*mut PyTypeObject, c_int) -> *mut c_void;
    crate::typeobject::PyType_IsSubtype: (*mut PyTypeObject, *mut PyTypeObject) -> c_int;
    crate::typeobject::PyType_Modified: (*mut PyTypeObject) -> ();
    crate::typeobject::PyType_Ready: (*mut PyTypeObject) -> c_int;
    crate::varargs::parse::_PyArg_BadArgument: (*const c_char, *const c_char, *const c_char, *mut PyObject) -> ();
    crate::varargs::parse::_PyArg_CheckPositional: (*const c_char, Py_ssize_t, Py_ssize_t, Py_ssize_t) -> c_int;
    crate::varargs::parse::_PyArg_NoKeywords: (*const c_char, *mut PyObject) -> c_int;
    crate::varargs::parse::_PyArg_NoKwnames: (*const c_char, *mut PyObject) -> c_int;
    crate::varargs::parse::_PyArg_NoPositional: (*const c_char, *mut PyObject) -> c_int;
    crate::typeobject::_PyType_CalculateMetaclass: (*mut PyTypeObject, *mut PyObject) -> *mut PyTypeObject;
    crate::typeobject::_PyType_Lookup: (*mut PyTypeObject, *mut PyObject) -> *mut PyObject;
    crate::typeobject::_PyType_Name: (*mut PyTypeObject) -> *const c_char;
}
