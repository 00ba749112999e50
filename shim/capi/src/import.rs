//! `import.h`.

use crate::pyerrors::status;
use crate::startup::inittab;
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Obj, Op, decref, err, int, op, op_unit, refcount, seq, text, xdecref};
use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;

/// A str of a C string, NULL for NULL.
unsafe fn name_of(name: *const c_char) -> Obj {
    // SAFETY: `name` is a C string or NULL.
    unsafe {
        if name.is_null() {
            null_mut()
        } else {
            text::from_str(&CStr::from_ptr(name).to_string_lossy())
        }
    }
}

/// Performs an operation on a name that C gave as a string.
unsafe fn by_name(code: Op, name: *const c_char) -> Obj {
    // SAFETY: `name` is a C string.
    unsafe {
        let name = name_of(name);
        let result = op(code, &[name]);
        xdecref(name);
        result
    }
}

/// Lends a new reference for good: C keeps what it borrowed from the interpreter, and there are few such objects. NULL is
/// passed on.
pub unsafe fn lend_for_good(op: Obj) -> Obj {
    // SAFETY: the reference is the caller's.
    unsafe {
        if !op.is_null() {
            refcount::immortalize(op);
            decref(op);
        }
        op
    }
}

#[entry]
pub unsafe fn PyImport_ImportModule(name: *const c_char) -> *mut PyObject {
    by_name(Op::Import, name)
}

#[entry]
pub unsafe fn PyImport_ImportModuleNoBlock(name: *const c_char) -> *mut PyObject {
    by_name(Op::Import, name)
}

#[entry]
pub unsafe fn PyImport_Import(name: *mut PyObject) -> *mut PyObject {
    op(Op::Import, &[name])
}

#[entry]
pub unsafe fn PyImport_ImportModuleLevelObject(
    name: *mut PyObject,
    globals: *mut PyObject,
    locals: *mut PyObject,
    from_list: *mut PyObject,
    level: c_int,
) -> *mut PyObject {
    if name.is_null() {
        err::set(PyExc_ValueError, "Empty module name");
        return null_mut();
    }
    if PyUnicode_Check(name) == 0 {
        err::set(PyExc_TypeError, "module name must be a string");
        return null_mut();
    }
    if level < 0 {
        err::set(PyExc_ValueError, "level must be >= 0");
        return null_mut();
    }
    let level = int::from_i64(level.into());
    let module = op(Op::ImportLevel, &[name, globals, locals, from_list, level]);
    xdecref(level);
    module
}

#[entry]
pub unsafe fn PyImport_ImportModuleLevel(
    name: *const c_char,
    globals: *mut PyObject,
    locals: *mut PyObject,
    from_list: *mut PyObject,
    level: c_int,
) -> *mut PyObject {
    let name = name_of(name);
    let module = PyImport_ImportModuleLevelObject(name, globals, locals, from_list, level);
    xdecref(name);
    module
}

#[entry]
pub unsafe fn PyImport_ReloadModule(module: *mut PyObject) -> *mut PyObject {
    op(Op::Reload, &[module])
}

#[entry]
pub unsafe fn PyImport_GetModuleDict() -> *mut PyObject {
    lend_for_good(op(Op::ModuleDict, &[]))
}

#[entry]
pub unsafe fn PyImport_GetModule(name: *mut PyObject) -> *mut PyObject {
    op(Op::GetModule, &[name])
}

#[entry]
pub unsafe fn PyImport_AddModuleObject(name: *mut PyObject) -> *mut PyObject {
    lend_for_good(op(Op::AddModule, &[name]))
}

#[entry]
pub unsafe fn PyImport_AddModule(name: *const c_char) -> *mut PyObject {
    lend_for_good(by_name(Op::AddModule, name))
}

// --- code as a module ------------------------------------------------------------------------------------------------

#[entry]
pub unsafe fn PyImport_ExecCodeModuleObject(
    name: *mut PyObject,
    code: *mut PyObject,
    path: *mut PyObject,
    cached: *mut PyObject,
) -> *mut PyObject {
    op(Op::ExecModule, &[name, code, path, cached])
}

#[entry]
pub unsafe fn PyImport_ExecCodeModuleWithPathnames(
    name: *const c_char,
    code: *mut PyObject,
    path: *const c_char,
    cached: *const c_char,
) -> *mut PyObject {
    let texts = [name, path, cached].map(|text| name_of(text));
    let module = op(Op::ExecModule, &[texts[0], code, texts[1], texts[2]]);
    for text in texts {
        xdecref(text);
    }
    module
}

#[entry]
pub unsafe fn PyImport_ExecCodeModuleEx(
    name: *const c_char,
    code: *mut PyObject,
    path: *const c_char,
) -> *mut PyObject {
    PyImport_ExecCodeModuleWithPathnames(name, code, path, std::ptr::null())
}

#[entry]
pub unsafe fn PyImport_ExecCodeModule(name: *const c_char, code: *mut PyObject) -> *mut PyObject {
    PyImport_ExecCodeModuleWithPathnames(name, code, std::ptr::null(), std::ptr::null())
}

// --- about importing -------------------------------------------------------------------------------------------------

#[entry]
pub unsafe fn PyImport_GetImporter(path: *mut PyObject) -> *mut PyObject {
    let get = import_attribute("pkgutil", "get_importer");
    if get.is_null() {
        return null_mut();
    }
    let args = seq::tuple_of(&[path]);
    let importer = op(Op::CallObject, &[get, args, null_mut()]);
    decref(get);
    decref(args);
    importer
}

#[entry]
pub unsafe fn PyImport_GetMagicNumber() -> std::ffi::c_long {
    let magic = import_attribute("importlib.util", "MAGIC_NUMBER");
    if magic.is_null() {
        return -1;
    }
    let bytes = text::as_bytes(magic);
    let number = bytes
        .iter()
        .take(4)
        .rev()
        .fold(0, |n, &byte| n << 8 | i64::from(byte));
    decref(magic);
    number
}

#[entry]
pub unsafe fn PyImport_GetMagicTag() -> *const c_char {
    let implementation = op(Op::SysGet, &[text::interned("implementation")]);
    if implementation.is_null() {
        return std::ptr::null();
    }
    let tag = op(Op::GetAttr, &[implementation, text::interned("cache_tag")]);
    decref(implementation);
    if tag.is_null() || PyUnicode_Check(tag) == 0 {
        xdecref(tag);
        return std::ptr::null();
    }
    let kept = crate::pyerrors::keep_text(text::utf8(tag));
    decref(tag);
    kept
}

/// `from module import name`
pub unsafe fn import_attribute(module: &str, name: &str) -> Obj {
    // SAFETY: the lock is held.
    unsafe { op(Op::ImportAttr, &[text::interned(module), text::interned(name)]) }
}

#[entry]
pub unsafe fn _PyImport_GetModuleAttr(module: *mut PyObject, name: *mut PyObject) -> *mut PyObject {
    op(Op::ImportAttr, &[module, name])
}

#[entry]
pub unsafe fn _PyImport_GetModuleAttrString(module: *const c_char, name: *const c_char) -> *mut PyObject {
    let (module, name) = (name_of(module), name_of(name));
    let value = op(Op::ImportAttr, &[module, name]);
    xdecref(module);
    xdecref(name);
    value
}

#[entry]
pub unsafe fn _PyImport_SetModule(name: *mut PyObject, module: *mut PyObject) -> c_int {
    let modules = op(Op::ModuleDict, &[]);
    if modules.is_null() {
        return -1;
    }
    let done = op_unit(Op::SetItem, &[modules, name, module]);
    decref(modules);
    status(done)
}

#[entry]
pub unsafe fn _PyImport_SetModuleString(name: *const c_char, module: *mut PyObject) -> c_int {
    let name = name_of(name);
    let status = _PyImport_SetModule(name, module);
    xdecref(name);
    status
}

#[entry(error = 0)]
pub unsafe fn _PyImport_IsInitialized(_interpreter: *mut PyInterpreterState) -> c_int {
    1
}

// --- modules inside the program ----------------------------------------------------------------------------------------

#[entry]
pub unsafe fn PyImport_AppendInittab(
    name: *const c_char,
    init: Option<unsafe extern "C" fn() -> *mut PyObject>,
) -> c_int {
    let Some(init) = init else { return -1 };
    inittab::add(CStr::from_ptr(name), init);
    if crate::startup::is_running() {
        inittab::install();
    }
    0
}

#[entry]
pub unsafe fn PyImport_ExtendInittab(mut table: *mut _inittab) -> c_int {
    while !(*table).name.is_null() {
        if PyImport_AppendInittab((*table).name, (*table).initfunc) < 0 {
            return -1;
        }
        table = table.add(1);
    }
    0
}
