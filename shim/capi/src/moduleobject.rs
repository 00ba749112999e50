//! `moduleobject.h` and the module part of `modsupport.h`.

use crate::pyerrors::{PyErr_BadArgument, keep_text, status};
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{
    Obj, Op, decref, err, int, modules, new_ref, op, op_unit, refcount, seq, text, types, xdecref,
};
use std::ffi::{CStr, c_char, c_int, c_long, c_void};
use std::ptr::null_mut;

/// Is it a module?
unsafe fn is_module(op: Obj) -> bool {
    // SAFETY: `op` is an object or NULL.
    unsafe { !op.is_null() && types::is_subtype((*op).ob_type, &raw mut PyModule_Type) }
}

/// Is it a module? If not, `TypeError` is set.
unsafe fn check(op: Obj) -> bool {
    // SAFETY: as `is_module`.
    unsafe {
        let right = is_module(op);
        if !right {
            PyErr_BadArgument();
        }
        right
    }
}

// --- making ----------------------------------------------------------------------------------------------------------

#[entry]
pub unsafe fn PyModuleDef_Init(def: *mut PyModuleDef) -> *mut PyObject {
    if modules::init_def(def) {
        def.cast()
    } else {
        null_mut()
    }
}

#[entry]
pub unsafe fn PyModule_Create2(def: *mut PyModuleDef, _api_version: c_int) -> *mut PyObject {
    modules::create(def)
}

#[entry]
pub unsafe fn _PyModule_CreateInitialized(def: *mut PyModuleDef, _api_version: c_int) -> *mut PyObject {
    modules::create(def)
}

#[entry]
pub unsafe fn PyModule_FromDefAndSpec2(
    def: *mut PyModuleDef,
    spec: *mut PyObject,
    _api_version: c_int,
) -> *mut PyObject {
    if !modules::init_def(def) {
        return null_mut();
    }
    modules::create_from_spec(def, spec)
}

#[entry]
pub unsafe fn PyModule_ExecDef(module: *mut PyObject, def: *mut PyModuleDef) -> c_int {
    modules::exec(module, def)
}

#[entry]
pub unsafe fn PyModule_NewObject(name: *mut PyObject) -> *mut PyObject {
    modules::new(name)
}

#[entry]
pub unsafe fn PyModule_New(name: *const c_char) -> *mut PyObject {
    let name = text::from_str(&CStr::from_ptr(name).to_string_lossy());
    let module = modules::new(name);
    xdecref(name);
    module
}

// --- reading ---------------------------------------------------------------------------------------------------------

/// The dictionary is kept with the module. The proxy of a host's module lives for good from then on: C keeps what it
/// borrowed here.
#[entry]
pub unsafe fn PyModule_GetDict(module: *mut PyObject) -> *mut PyObject {
    if !is_module(module) {
        err::set(PyExc_SystemError, "bad argument to internal function");
        return null_mut();
    }
    let block = modules::block(module);
    if (*block).md_dict.is_null() {
        let dict = op(Op::ModuleGetDict, &[module]);
        if dict.is_null() {
            return null_mut();
        }
        if seq::is_host(module) {
            refcount::immortalize(module);
        } else {
            modules::note_dict(module, dict);
        }
        (*block).md_dict = dict;
    }
    (*block).md_dict
}

/// An attribute that must be a str; `SystemError` with `complaint` otherwise.
unsafe fn text_attribute(module: Obj, name: &str, complaint: &str) -> Obj {
    // SAFETY: `module` is an object.
    unsafe {
        if !check(module) {
            return null_mut();
        }
        let value = op(Op::LookupAttr, &[module, text::interned(name)]);
        if !value.is_null() && PyUnicode_Check(value) != 0 {
            return value;
        }
        xdecref(value);
        if err::occurred().is_null() {
            err::set(PyExc_SystemError, complaint);
        }
        null_mut()
    }
}

unsafe fn kept(value: Obj) -> *const c_char {
    // SAFETY: `value` is a str or NULL, owned.
    unsafe {
        if value.is_null() {
            return std::ptr::null();
        }
        let kept = keep_text(text::utf8(value));
        decref(value);
        kept
    }
}

#[entry]
pub unsafe fn PyModule_GetNameObject(module: *mut PyObject) -> *mut PyObject {
    text_attribute(module, "__name__", "nameless module")
}

#[entry]
pub unsafe fn PyModule_GetName(module: *mut PyObject) -> *const c_char {
    kept(PyModule_GetNameObject(module))
}

#[entry]
pub unsafe fn PyModule_GetFilenameObject(module: *mut PyObject) -> *mut PyObject {
    text_attribute(module, "__file__", "module filename missing")
}

#[entry]
pub unsafe fn PyModule_GetFilename(module: *mut PyObject) -> *const c_char {
    kept(PyModule_GetFilenameObject(module))
}

#[entry]
pub unsafe fn PyModule_GetDef(module: *mut PyObject) -> *mut PyModuleDef {
    if !check(module) {
        return null_mut();
    }
    (*modules::block(module)).md_def
}

#[entry]
pub unsafe fn PyModule_GetState(module: *mut PyObject) -> *mut c_void {
    if !check(module) {
        return null_mut();
    }
    (*modules::block(module)).md_state
}

#[entry(error = 0)]
pub unsafe fn _PyModuleSpec_IsInitializing(spec: *mut PyObject) -> c_int {
    if spec.is_null() {
        return 0;
    }
    let value = op(Op::LookupAttr, &[spec, text::interned("_initializing")]);
    let answer = !value.is_null() && PyObject_IsTrue(value) == 1;
    xdecref(value);
    err::clear();
    c_int::from(answer)
}

// --- adding ----------------------------------------------------------------------------------------------------------

/// What is said of a wrong module by the function that adds in the end; `PyModule_AddObjectRef` is new in 3.10.
#[cfg(Py_3_10)]
const NO_MODULE: &str = "PyModule_AddObjectRef() first argument must be a module";
#[cfg(not(Py_3_10))]
const NO_MODULE: &str = "PyModule_AddObject() needs module as first arg";

#[entry]
pub unsafe fn PyModule_AddObjectRef(
    module: *mut PyObject,
    name: *const c_char,
    value: *mut PyObject,
) -> c_int {
    if !is_module(module) {
        err::set(PyExc_TypeError, NO_MODULE);
        return -1;
    }
    if value.is_null() {
        if err::occurred().is_null() {
            let message = "PyModule_AddObjectRef() must be called with an exception raised if value is NULL";
            err::set(PyExc_SystemError, message);
        }
        return -1;
    }
    let name = text::interned(&CStr::from_ptr(name).to_string_lossy());
    status(op_unit(Op::SetAttr, &[module, name, value]))
}

/// Takes the reference of `value` over when it succeeds.
#[entry]
pub unsafe fn PyModule_AddObject(module: *mut PyObject, name: *const c_char, value: *mut PyObject) -> c_int {
    let status = PyModule_AddObjectRef(module, name, value);
    if status == 0 {
        modules::give(module, value);
    }
    status
}

/// Adds a value that is owned here, NULL when it could not be made.
unsafe fn add_owned(module: Obj, name: *const c_char, value: Obj) -> c_int {
    // SAFETY: as `PyModule_AddObjectRef`.
    unsafe {
        let status = PyModule_AddObjectRef(module, name, value);
        xdecref(value);
        status
    }
}

#[entry]
pub unsafe fn PyModule_AddIntConstant(module: *mut PyObject, name: *const c_char, value: c_long) -> c_int {
    add_owned(module, name, int::from_i64(value))
}

#[entry]
pub unsafe fn PyModule_AddStringConstant(
    module: *mut PyObject,
    name: *const c_char,
    value: *const c_char,
) -> c_int {
    let value = text::from_str(&CStr::from_ptr(value).to_string_lossy());
    add_owned(module, name, value)
}

#[entry]
pub unsafe fn PyModule_AddType(module: *mut PyObject, class: *mut PyTypeObject) -> c_int {
    if PyType_Ready(class) < 0 {
        return -1;
    }
    let full = CStr::from_ptr((*class).tp_name).to_bytes();
    let start = full
        .iter()
        .rposition(|&byte| byte == b'.')
        .map_or(0, |dot| dot + 1);
    add_owned(module, (*class).tp_name.add(start), new_ref(class.cast()))
}

#[entry]
pub unsafe fn PyModule_AddFunctions(module: *mut PyObject, functions: *mut PyMethodDef) -> c_int {
    if !check(module) {
        return -1;
    }
    status(modules::add_functions(module, functions))
}

#[entry]
pub unsafe fn PyModule_SetDocString(module: *mut PyObject, doc: *const c_char) -> c_int {
    status(modules::set_doc(module, CStr::from_ptr(doc)))
}

/// Declares that a module works without the GIL, or needs it.
#[cfg(Py_GIL_DISABLED)]
#[entry]
pub unsafe fn PyUnstable_Module_SetGIL(module: *mut PyObject, gil: *mut c_void) -> c_int {
    (*modules::block(module)).md_gil = gil;
    0
}
