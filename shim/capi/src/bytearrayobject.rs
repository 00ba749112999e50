//! `bytearrayobject.h`: bytearrays are the host's; C gets at their bytes through the fields of the proxy.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

/// What an empty bytearray's bytes are.
#[gimbal_macros::exported]
pub static _PyByteArray_empty_string: [u8; 1] = [0];

/// Fills the fields of a new bytearray (takes the reference over); NULL is passed on.
unsafe fn filled(op: Obj) -> Obj {
    // SAFETY: a bytearray or NULL.
    unsafe {
        if op.is_null() || bytearray::refresh(op) {
            return op;
        }
        decref(op);
        null_mut()
    }
}

#[entry]
pub unsafe fn PyByteArray_FromObject(source: *mut PyObject) -> *mut PyObject {
    filled(op(Op::NewByteArray, &[source]))
}

#[entry]
pub unsafe fn PyByteArray_FromStringAndSize(data: *const c_char, len: Py_ssize_t) -> *mut PyObject {
    if len < 0 {
        return system_error("Negative size passed to PyByteArray_FromStringAndSize");
    }
    // without bytes to copy, an int asks for that many zeros
    let source = Owned(if data.is_null() {
        int::from_i64(len as i64)
    } else {
        text::bytes_from(memory(data, len))
    });
    filled(op(Op::NewByteArray, &[source.0]))
}

#[entry]
pub unsafe fn PyByteArray_Concat(left: *mut PyObject, right: *mut PyObject) -> *mut PyObject {
    if !buffer::supports(left) || !buffer::supports(right) {
        let (left, right) = (type_name(left), type_name(right));
        return type_error(&format!("can't concat {left} to {right}"));
    }
    filled(op(Op::ByteArrayConcat, &[left, right]))
}

#[entry]
pub unsafe fn PyByteArray_Size(op: *mut PyObject) -> Py_ssize_t {
    if !bytearray::refresh(op) {
        return -1;
    }
    (*op.cast::<PyVarObject>()).ob_size
}

#[entry]
pub unsafe fn PyByteArray_AsString(op: *mut PyObject) -> *mut c_char {
    if !bytearray::refresh(op) {
        return null_mut();
    }
    if (*op.cast::<PyVarObject>()).ob_size == 0 {
        return (&raw const _PyByteArray_empty_string).cast_mut().cast();
    }
    (*op.cast::<PyByteArrayObject>()).ob_start
}

#[entry]
pub unsafe fn PyByteArray_Resize(op: *mut PyObject, len: Py_ssize_t) -> c_int {
    let len = Owned(int::from_i64(len as i64));
    let resized = op_unit(Op::ByteArrayResize, &[op, len.0]) && bytearray::refresh(op);
    if resized { 0 } else { -1 }
}
