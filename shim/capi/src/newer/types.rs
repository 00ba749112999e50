//! Types.

use crate::common::*;
use crate::typeobject::{_PyType_Lookup, from_metaclass};
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{CStr, c_int};
use std::ptr::null_mut;

/// Makes a heap type with a metaclass, which may not have a `tp_new` of its own.
#[entry]
pub unsafe fn PyType_FromMetaclass(
    metaclass: *mut PyTypeObject,
    module: Obj,
    spec: *mut PyType_Spec,
    bases: Obj,
) -> Obj {
    if !metaclass.is_null() {
        let own = (*metaclass).tp_new.map(|f| f as usize);
        let usual = [PyType_Type.tp_new.map(|f| f as usize), None];
        if types::is_native(metaclass) && !usual.contains(&own) {
            return type_error("Metaclasses with custom tp_new are not supported.");
        }
    }
    from_metaclass(metaclass, module, spec, bases)
}

#[entry]
pub unsafe fn PyType_GetModuleName(ty: *mut PyTypeObject) -> Obj {
    op(Op::GetAttr, &[ty.cast(), text::interned("__module__")])
}

#[entry]
pub unsafe fn PyType_GetFullyQualifiedName(ty: *mut PyTypeObject) -> Obj {
    qualified_name(ty, '.')
}

/// Module and qualified name of a class, unless the module goes without saying.
pub unsafe fn qualified_name(ty: *mut PyTypeObject, separator: char) -> Obj {
    // SAFETY: a live class.
    unsafe {
        if type_flags::of(ty) & Py_TPFLAGS_HEAPTYPE == 0 {
            return text::from_str(&CStr::from_ptr((*ty).tp_name).to_string_lossy());
        }
        let name = crate::typeobject::PyType_GetQualName(ty);
        let module = PyType_GetModuleName(ty);
        if name.is_null() || module.is_null() || !has_flag(module, Py_TPFLAGS_UNICODE_SUBCLASS) {
            xdecref(module);
            return name;
        }
        let (shown, inner) = (
            text::as_str(module).unwrap_or_default(),
            text::as_str(name).unwrap_or_default(),
        );
        let full = match shown {
            "builtins" | "__main__" => new_ref(name),
            _ => text::from_str(&format!("{shown}{separator}{inner}")),
        };
        decref(name);
        decref(module);
        full
    }
}

#[entry]
pub unsafe fn PyType_GetDict(ty: *mut PyTypeObject) -> Obj {
    xincref((*ty).tp_dict);
    (*ty).tp_dict
}

/// Makes a class immutable: extension types cannot be assigned to anyway.
#[entry]
pub unsafe fn PyType_Freeze(ty: *mut PyTypeObject) -> c_int {
    type_flags::add(ty, Py_TPFLAGS_IMMUTABLETYPE);
    0
}

#[entry]
pub unsafe fn _PyType_LookupRef(ty: *mut PyTypeObject, name: Obj) -> Obj {
    let found = _PyType_Lookup(ty, name);
    xincref(found);
    found
}

/// The first class of the MRO that was made from a spec with this token: 1, or 0 when there is none.
#[entry]
pub unsafe fn PyType_GetBaseByToken(
    ty: *mut PyTypeObject,
    token: *mut std::ffi::c_void,
    result: *mut *mut PyTypeObject,
) -> c_int {
    if !result.is_null() {
        *result = null_mut();
    }
    if token.is_null() {
        return fail(PyExc_SystemError, "PyType_GetBaseByToken called with token=NULL");
    }
    if !types::is_type(ty.cast()) {
        let class = type_name(ty.cast());
        return type_error(&format!("expected a type, got a '{class}' object"));
    }
    types::handle(ty);
    let own = [ty.cast()];
    let line = if (*ty).tp_mro.is_null() {
        &own
    } else {
        seq::tuple_slice((*ty).tp_mro)
    };
    let has_token = |&&class: &&Obj| {
        let class = class.cast::<PyTypeObject>();
        type_flags::of(class) & Py_TPFLAGS_HEAPTYPE != 0
            && (*class.cast::<PyHeapTypeObject>()).ht_token == token
    };
    let found = line.iter().find(has_token);
    if let Some(&class) = found
        && !result.is_null()
    {
        *result = new_ref(class).cast();
    }
    c_int::from(found.is_some())
}

#[entry]
pub unsafe fn PyUnstable_Code_NewWithPosOnlyArgs(
    arguments: c_int,
    positional_only: c_int,
    keyword_only: c_int,
    locals: c_int,
    stack_size: c_int,
    flags: c_int,
    code: Obj,
    constants: Obj,
    names: Obj,
    variables: Obj,
    free: Obj,
    cells: Obj,
    file: Obj,
    name: Obj,
    qualname: Obj,
    line: c_int,
    line_table: Obj,
    exception_table: Obj,
) -> *mut PyCodeObject {
    crate::code::new::PyCode_NewWithPosOnlyArgs(
        arguments,
        positional_only,
        keyword_only,
        locals,
        stack_size,
        flags,
        code,
        constants,
        names,
        variables,
        free,
        cells,
        file,
        name,
        qualname,
        line,
        line_table,
        exception_table,
    )
}

#[entry]
pub unsafe fn PyUnstable_Code_New(
    arguments: c_int,
    keyword_only: c_int,
    locals: c_int,
    stack_size: c_int,
    flags: c_int,
    code: Obj,
    constants: Obj,
    names: Obj,
    variables: Obj,
    free: Obj,
    cells: Obj,
    file: Obj,
    name: Obj,
    qualname: Obj,
    line: c_int,
    line_table: Obj,
    exception_table: Obj,
) -> *mut PyCodeObject {
    PyUnstable_Code_NewWithPosOnlyArgs(
        arguments,
        0,
        keyword_only,
        locals,
        stack_size,
        flags,
        code,
        constants,
        names,
        variables,
        free,
        cells,
        file,
        name,
        qualname,
        line,
        line_table,
        exception_table,
    )
}
