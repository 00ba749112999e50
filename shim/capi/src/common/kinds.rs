//! What an object is, answered from its type: no crossing.

use gimbal_proxies::*;
use std::ffi::c_ulong;

/// Has the type of `op` this flag?
#[inline]
pub unsafe fn has_flag(op: Obj, flag: c_ulong) -> bool {
    // SAFETY: an object has a type.
    unsafe { type_flags::of((*op).ob_type) & flag != 0 }
}

/// Is it a str or an instance of a subclass? NULL is not.
#[inline]
pub unsafe fn is_str(op: Obj) -> bool {
    // SAFETY: checked for NULL.
    unsafe { !op.is_null() && has_flag(op, Py_TPFLAGS_UNICODE_SUBCLASS) }
}

/// Is it a bytes or an instance of a subclass? NULL is not.
#[inline]
pub unsafe fn is_bytes(op: Obj) -> bool {
    // SAFETY: checked for NULL.
    unsafe { !op.is_null() && has_flag(op, Py_TPFLAGS_BYTES_SUBCLASS) }
}

/// Is it an int or an instance of a subclass? NULL is not.
#[inline]
pub unsafe fn is_int(op: Obj) -> bool {
    // SAFETY: checked for NULL.
    unsafe { !op.is_null() && has_flag(op, Py_TPFLAGS_LONG_SUBCLASS) }
}

/// Is it exactly of this type?
#[inline]
pub unsafe fn exactly(op: Obj, ty: *const PyTypeObject) -> bool {
    // SAFETY: an object has a type.
    unsafe { std::ptr::eq((*op).ob_type, ty) }
}

/// Is it of this type or of a subclass?
#[inline]
pub unsafe fn is_instance(op: Obj, ty: *mut PyTypeObject) -> bool {
    // SAFETY: an object has a type.
    unsafe { exactly(op, ty) || types::is_subtype((*op).ob_type, ty) }
}

/// Is it an instance of an extension type, whose slots are C functions?
#[inline]
pub unsafe fn is_native(op: Obj) -> bool {
    // SAFETY: an object has a type.
    unsafe { types::is_native((*op).ob_type) }
}

/// Is it exactly a list whose items are in its own block only (C made it and the host has not seen it)?
#[inline]
pub unsafe fn is_native_list(op: Obj) -> bool {
    // SAFETY: an object has a type.
    unsafe { exactly(op, &raw const PyList_Type) && !seq::is_host(op) }
}

/// A value of one of the builtin types that cannot lie about its class.
pub unsafe fn is_plain_value(op: Obj) -> bool {
    // SAFETY: an object has a type.
    unsafe {
        let ty: *const PyTypeObject = (*op).ob_type;
        [
            &raw const PyLong_Type,
            &raw const PyUnicode_Type,
            &raw const PyFloat_Type,
            &raw const PyBytes_Type,
            &raw const PyTuple_Type,
            &raw const PyList_Type,
            &raw const PyDict_Type,
            &raw const PyBool_Type,
        ]
        .contains(&ty)
            || std::ptr::eq(op, none())
    }
}

/// A function of one of the slot structs, if the type has the struct and the function.
macro_rules! slot {
    ($op:expr, $table:ident, $field:ident) => {{
        let table = (*(*$op).ob_type).$table;
        if table.is_null() { None } else { (*table).$field }
    }};
}
pub(crate) use slot;
