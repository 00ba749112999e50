//! What many entries need: the usual failures, names in messages, C strings as objects.

pub(crate) use crate::support::{has_flag, type_name};
use gimbal_proxies::guard::ErrorValue;
use gimbal_proxies::*;
use std::ffi::{CStr, c_char, c_int};

/// `_Py_Identifier` of 3.11, of which only the text is of interest.
#[repr(C)]
pub struct Identifier {
    /// The name.
    pub string: *const c_char,
    /// Filled by CPython at first use.
    pub index: isize,
}

/// Sets an exception and gives the error value.
#[cold]
pub unsafe fn fail<R: ErrorValue>(class: Obj, message: &str) -> R {
    // SAFETY: the extension lock is held.
    unsafe { err::set(class, message) };
    R::ERROR
}

/// `TypeError` with this message.
#[cold]
pub unsafe fn type_error<R: ErrorValue>(message: &str) -> R {
    // SAFETY: the extension lock is held.
    unsafe { fail(PyExc_TypeError, message) }
}

/// `PyErr_BadInternalCall`.
#[cold]
pub unsafe fn bad_call<R: ErrorValue>() -> R {
    // SAFETY: the extension lock is held.
    unsafe { fail(PyExc_SystemError, "bad argument to internal function") }
}

/// The answer to a NULL argument of the abstract protocols: an error that is set already says more.
#[cold]
pub unsafe fn null_argument<R: ErrorValue>() -> R {
    // SAFETY: the extension lock is held.
    unsafe {
        if err::occurred().is_null() {
            err::set(PyExc_SystemError, "null argument to internal routine");
        }
    }
    R::ERROR
}

/// `KeyError(key)`, also when the key is a tuple.
#[cold]
pub unsafe fn key_error<R: ErrorValue>(key: Obj) -> R {
    // SAFETY: `key` is an object.
    unsafe {
        let args = seq::tuple_of(&[key]);
        err::set_object(PyExc_KeyError, args);
        xdecref(args);
    }
    R::ERROR
}

/// Is it exactly of this type?
#[inline]
pub unsafe fn exactly(op: Obj, ty: *const PyTypeObject) -> bool {
    // SAFETY: an object has a type.
    unsafe { std::ptr::eq((*op).ob_type, ty) }
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

/// A new `str` of a C string; NULL with an error set when it is not UTF-8.
pub unsafe fn string(text: *const c_char) -> Obj {
    // SAFETY: a C string.
    unsafe {
        match CStr::from_ptr(text).to_str() {
            Ok(text) => text::from_str(text),
            Err(_) => PyUnicode_FromString(text),
        }
    }
}

/// The attribute name of a C string, borrowed (names are kept for good).
pub unsafe fn attribute_name(text: *const c_char) -> Obj {
    // SAFETY: a C string.
    unsafe {
        match CStr::from_ptr(text).to_str() {
            Ok(text) => text::interned(text),
            Err(_) => crossing::lend_to_call(PyUnicode_FromString(text)),
        }
    }
}

/// Calls `f` with a new `str` of a C string.
pub unsafe fn with_string<R: ErrorValue>(text: *const c_char, f: impl FnOnce(Obj) -> R) -> R {
    // SAFETY: a C string.
    unsafe {
        let key = string(text);
        if key.is_null() {
            return R::ERROR;
        }
        let result = f(key);
        decref(key);
        result
    }
}

/// Calls `f` with a new `int`.
pub unsafe fn with_int<R: ErrorValue>(value: isize, f: impl FnOnce(Obj) -> R) -> R {
    // SAFETY: the extension lock is held.
    unsafe {
        let number = int::from_i64(value as i64);
        if number.is_null() {
            return R::ERROR;
        }
        let result = f(number);
        decref(number);
        result
    }
}

/// 0, or -1 for failure.
#[inline]
pub fn status(done: bool) -> c_int {
    if done { 0 } else { -1 }
}

/// 1 or 0, or -1 for failure.
#[inline]
pub fn truth(answer: Option<bool>) -> c_int {
    answer.map_or(-1, c_int::from)
}

/// A method call on a host object, in one crossing.
pub unsafe fn call_method(name: &str, me: Obj, args: &[Obj]) -> Obj {
    // SAFETY: all are objects.
    unsafe {
        let mut all = vec![me, text::interned(name)];
        all.extend_from_slice(args);
        op(Op::CallMethod, &all)
    }
}

/// Sets aside the error indicator while `f` runs, and drops what `f` raises.
pub unsafe fn without_errors<R>(f: impl FnOnce() -> R) -> R {
    // SAFETY: the extension lock is held.
    unsafe {
        let pending = err::fetch();
        let result = f();
        err::clear();
        err::restore(pending.0, pending.1, pending.2);
        result
    }
}
