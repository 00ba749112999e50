//! The exception objects' part of `pyerrors.h`: traceback, cause and context, and the fields of the Unicode errors.

use crate::pyerrors::status;
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Obj, Op, decref, err, int, none, op, op_unit, seq, text, xdecref};
use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;

/// An attribute, NULL when it is None; errors go nowhere.
unsafe fn optional(exception: Obj, name: &str) -> Obj {
    // SAFETY: `exception` is an object.
    unsafe {
        let value = op(Op::GetAttr, &[exception, text::interned(name)]);
        if value.is_null() {
            err::clear();
        } else if value == none() {
            decref(value);
            return null_mut();
        }
        value
    }
}

/// Sets an attribute to a value (owned; None for NULL); errors go nowhere.
unsafe fn store(exception: Obj, name: &str, value: Obj) {
    // SAFETY: `exception` is an object.
    unsafe {
        let new = if value.is_null() { none() } else { value };
        if !op_unit(Op::SetAttr, &[exception, text::interned(name), new]) {
            err::clear();
        }
        xdecref(value);
    }
}

#[entry]
pub unsafe fn PyException_GetTraceback(exception: *mut PyObject) -> *mut PyObject {
    op(Op::GetTraceback, &[exception])
}

#[entry]
pub unsafe fn PyException_SetTraceback(exception: *mut PyObject, traceback: *mut PyObject) -> c_int {
    if traceback.is_null() {
        err::set(PyExc_TypeError, "__traceback__ may not be deleted");
        return -1;
    }
    status(op_unit(Op::SetTraceback, &[exception, traceback]))
}

#[entry]
pub unsafe fn PyException_GetCause(exception: *mut PyObject) -> *mut PyObject {
    optional(exception, "__cause__")
}

#[entry]
pub unsafe fn PyException_SetCause(exception: *mut PyObject, cause: *mut PyObject) {
    store(exception, "__cause__", cause);
}

#[entry]
pub unsafe fn PyException_GetContext(exception: *mut PyObject) -> *mut PyObject {
    optional(exception, "__context__")
}

#[entry]
pub unsafe fn PyException_SetContext(exception: *mut PyObject, context: *mut PyObject) {
    store(exception, "__context__", context);
}

#[entry]
pub unsafe fn PyExceptionClass_Name(class: *mut PyObject) -> *const c_char {
    (*class.cast::<PyTypeObject>()).tp_name
}

// --- Unicode errors --------------------------------------------------------------------------------------------------

/// An attribute that must be of the given builtin type.
unsafe fn field(exception: Obj, name: &str, is_bytes: bool) -> Obj {
    // SAFETY: `exception` is an object.
    unsafe {
        let value = op(Op::GetAttr, &[exception, text::interned(name)]);
        let right = value.is_null()
            || if is_bytes {
                PyBytes_Check(value)
            } else {
                PyUnicode_Check(value)
            } != 0;
        if right {
            return value;
        }
        decref(value);
        let wanted = if is_bytes { "bytes" } else { "unicode" };
        err::set(PyExc_TypeError, &format!("{name} attribute must be {wanted}"));
        null_mut()
    }
}

/// Reads `start` or `end`, moved into the bounds of the object.
unsafe fn position(exception: Obj, name: &str, is_bytes: bool, out: *mut Py_ssize_t) -> c_int {
    // SAFETY: `exception` is an object, `out` a place for the result.
    unsafe {
        let object = field(exception, "object", is_bytes);
        if object.is_null() {
            return -1;
        }
        let size = if is_bytes {
            seq::size(object)
        } else {
            text::len(object)
        } as Py_ssize_t;
        decref(object);
        let number = op(Op::GetAttr, &[exception, text::interned(name)]);
        if number.is_null() {
            return -1;
        }
        let value = int::as_i64(number).unwrap_or(0) as Py_ssize_t;
        decref(number);
        *out = if name == "start" {
            value.clamp(0, (size - 1).max(0))
        } else {
            value.max(1).min(size)
        };
        0
    }
}

unsafe fn set_position(exception: Obj, name: &str, value: Py_ssize_t) -> c_int {
    // SAFETY: `exception` is an object.
    unsafe { set_owned(exception, name, int::from_i64(value as i64)) }
}

unsafe fn set_owned(exception: Obj, name: &str, value: Obj) -> c_int {
    // SAFETY: `exception` is an object, `value` owned.
    unsafe {
        if value.is_null() {
            return -1;
        }
        let done = op_unit(Op::SetAttr, &[exception, text::interned(name), value]);
        decref(value);
        status(done)
    }
}

/// The functions of one Unicode error class.
macro_rules! unicode_error {
    ($bytes:literal; fn $object:ident fn $reason:ident fn $start:ident fn $end:ident fn $set_start:ident fn $set_end:ident fn $set_reason:ident) => {
        #[entry]
        pub unsafe fn $object(exception: *mut PyObject) -> *mut PyObject {
            field(exception, "object", $bytes)
        }

        #[entry]
        pub unsafe fn $reason(exception: *mut PyObject) -> *mut PyObject {
            field(exception, "reason", false)
        }

        #[entry]
        pub unsafe fn $start(exception: *mut PyObject, start: *mut Py_ssize_t) -> c_int {
            position(exception, "start", $bytes, start)
        }

        #[entry]
        pub unsafe fn $end(exception: *mut PyObject, end: *mut Py_ssize_t) -> c_int {
            position(exception, "end", $bytes, end)
        }

        #[entry]
        pub unsafe fn $set_start(exception: *mut PyObject, start: Py_ssize_t) -> c_int {
            set_position(exception, "start", start)
        }

        #[entry]
        pub unsafe fn $set_end(exception: *mut PyObject, end: Py_ssize_t) -> c_int {
            set_position(exception, "end", end)
        }

        #[entry]
        pub unsafe fn $set_reason(exception: *mut PyObject, reason: *const c_char) -> c_int {
            let reason = CStr::from_ptr(reason).to_string_lossy();
            set_owned(exception, "reason", text::from_str(&reason))
        }
    };
}

unicode_error! { false; fn PyUnicodeEncodeError_GetObject fn PyUnicodeEncodeError_GetReason fn PyUnicodeEncodeError_GetStart
fn PyUnicodeEncodeError_GetEnd fn PyUnicodeEncodeError_SetStart fn PyUnicodeEncodeError_SetEnd fn PyUnicodeEncodeError_SetReason }
unicode_error! { true; fn PyUnicodeDecodeError_GetObject fn PyUnicodeDecodeError_GetReason fn PyUnicodeDecodeError_GetStart
fn PyUnicodeDecodeError_GetEnd fn PyUnicodeDecodeError_SetStart fn PyUnicodeDecodeError_SetEnd fn PyUnicodeDecodeError_SetReason }
unicode_error! { false; fn PyUnicodeTranslateError_GetObject fn PyUnicodeTranslateError_GetReason
fn PyUnicodeTranslateError_GetStart fn PyUnicodeTranslateError_GetEnd fn PyUnicodeTranslateError_SetStart
fn PyUnicodeTranslateError_SetEnd fn PyUnicodeTranslateError_SetReason }

#[entry]
pub unsafe fn PyUnicodeEncodeError_GetEncoding(exception: *mut PyObject) -> *mut PyObject {
    field(exception, "encoding", false)
}

#[entry]
pub unsafe fn PyUnicodeDecodeError_GetEncoding(exception: *mut PyObject) -> *mut PyObject {
    field(exception, "encoding", false)
}

/// A new `UnicodeDecodeError`, not set.
#[entry]
pub unsafe fn PyUnicodeDecodeError_Create(
    encoding: *const c_char,
    object: *const c_char,
    length: Py_ssize_t,
    start: Py_ssize_t,
    end: Py_ssize_t,
    reason: *const c_char,
) -> *mut PyObject {
    let args = seq::tuple_from_owned(&[
        text::from_str(&CStr::from_ptr(encoding).to_string_lossy()),
        text::bytes_from(std::slice::from_raw_parts(object.cast(), length as usize)),
        int::from_i64(start as i64),
        int::from_i64(end as i64),
        text::from_str(&CStr::from_ptr(reason).to_string_lossy()),
    ]);
    let exception = op(Op::CallObject, &[PyExc_UnicodeDecodeError, args, null_mut()]);
    decref(args);
    exception
}
