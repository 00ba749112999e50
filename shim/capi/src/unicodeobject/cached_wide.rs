//! The functions of before 3.12 that lend the `wchar_t` copy which a string keeps.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use libc::wchar_t;
use std::ptr::null_mut;

#[entry]
pub unsafe fn PyUnicode_AsUnicodeAndSize(op: *mut PyObject, len: *mut Py_ssize_t) -> *mut wchar_t {
    if !is_str(op) {
        bad_argument::<()>();
        return null_mut();
    }
    if !len.is_null() {
        *len = text::len(op) as Py_ssize_t;
    }
    text::wide(op).cast()
}

#[entry]
pub unsafe fn PyUnicode_AsUnicode(op: *mut PyObject) -> *mut wchar_t {
    PyUnicode_AsUnicodeAndSize(op, null_mut())
}

#[entry]
pub unsafe fn _PyUnicode_AsUnicode(op: *mut PyObject) -> *const wchar_t {
    let wide = PyUnicode_AsUnicodeAndSize(op, null_mut());
    if !wide.is_null() && (0..text::len(op)).any(|i| text::read(op, i) == 0) {
        value_error::<()>("embedded null character");
        return std::ptr::null();
    }
    wide
}
