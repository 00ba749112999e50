//! Strings as arrays of `wchar_t` (32 bits here) and UCS4.

use super::MAX_POINT;
use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use libc::wchar_t;
use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

#[entry]
pub unsafe fn PyUnicode_FromWideChar(data: *const wchar_t, len: Py_ssize_t) -> *mut PyObject {
    if data.is_null() && len != 0 {
        return bad_internal_call();
    }
    let len = if len == -1 {
        libc::wcslen(data)
    } else {
        len as usize
    };
    if len == 0 {
        return text::new(0, 0);
    }
    let points = std::slice::from_raw_parts(data.cast::<u32>(), len);
    if let Some(point) = points.iter().find(|&&p| p > MAX_POINT) {
        return value_error(&format!(
            "character U+{point:x} is not in range [U+0000; U+10ffff]"
        ));
    }
    text::from_points(points)
}

#[entry]
pub unsafe fn PyUnicode_FromUnicode(data: *const wchar_t, len: Py_ssize_t) -> *mut PyObject {
    if len < 0 {
        return system_error("Negative size passed to PyUnicode_FromUnicode");
    }
    if data.is_null() {
        return super::PyUnicode_FromStringAndSize(std::ptr::null(), len);
    }
    PyUnicode_FromWideChar(data, len)
}

/// Copies `count` code points.
unsafe fn store(op: Obj, out: *mut u32, count: usize) {
    // SAFETY: the caller has checked the room and the length.
    unsafe { (0..count).for_each(|i| *out.add(i) = text::read(op, i)) }
}

/// All code points and a NUL in memory of `PyMem_Malloc`.
unsafe fn copy_out(op: Obj) -> *mut u32 {
    // SAFETY: `op` is a str.
    unsafe {
        let len = text::len(op);
        let out = PyMem_Malloc((len + 1) * 4).cast::<u32>();
        if out.is_null() {
            seq::no_memory();
        } else {
            store(op, out, len);
            *out.add(len) = 0;
        }
        out
    }
}

#[entry]
pub unsafe fn PyUnicode_AsUCS4(
    op: *mut PyObject,
    out: *mut Py_UCS4,
    room: Py_ssize_t,
    copy_null: c_int,
) -> *mut Py_UCS4 {
    if out.is_null() || room < 0 {
        bad_internal_call::<()>();
        return null_mut();
    }
    if !super::ensure(op) {
        return null_mut();
    }
    let len = text::len(op);
    if (room as usize) < len + usize::from(copy_null != 0) {
        system_error::<()>("string is longer than the buffer");
        if copy_null != 0 && room > 0 {
            *out = 0;
        }
        return null_mut();
    }
    store(op, out, len);
    if copy_null != 0 {
        *out.add(len) = 0;
    }
    out
}

#[entry]
pub unsafe fn PyUnicode_AsUCS4Copy(op: *mut PyObject) -> *mut Py_UCS4 {
    if !super::ensure(op) {
        return null_mut();
    }
    copy_out(op)
}

#[entry]
pub unsafe fn PyUnicode_AsWideChar(op: *mut PyObject, out: *mut wchar_t, room: Py_ssize_t) -> Py_ssize_t {
    if op.is_null() {
        bad_internal_call::<()>();
        return -1;
    }
    if !is_str(op) {
        bad_argument::<()>();
        return -1;
    }
    let len = text::len(op);
    if out.is_null() {
        return len as Py_ssize_t + 1;
    }
    let count = len.min(room.max(0) as usize);
    store(op, out.cast(), count);
    if (room as usize) > len {
        *out.add(len) = 0;
    }
    count as Py_ssize_t
}

#[entry]
pub unsafe fn PyUnicode_AsWideCharString(op: *mut PyObject, len: *mut Py_ssize_t) -> *mut wchar_t {
    if op.is_null() {
        bad_internal_call::<()>();
        return null_mut();
    }
    if !is_str(op) {
        bad_argument::<()>();
        return null_mut();
    }
    if !len.is_null() {
        *len = text::len(op) as Py_ssize_t;
    } else if (0..text::len(op)).any(|i| text::read(op, i) == 0) {
        value_error::<()>("embedded null character");
        return null_mut();
    }
    copy_out(op).cast()
}

/// A converter for `PyArg_Parse`: called with NULL it frees what it gave before.
unsafe fn convert(op: Obj, out: *mut *mut wchar_t, none_allowed: bool) -> c_int {
    // SAFETY: `out` is the caller's.
    unsafe {
        if op.is_null() {
            PyMem_Free((*out).cast());
            *out = null_mut();
            return 1;
        }
        if none_allowed && op == none() {
            *out = null_mut();
            return 1;
        }
        if !is_str(op) {
            let wanted = if none_allowed { "str or None" } else { "str" };
            type_error::<()>(&format!("argument must be {wanted}, not {}", type_name(op)));
            return 0;
        }
        *out = PyUnicode_AsWideCharString(op, null_mut());
        if (*out).is_null() { 0 } else { 0x2_0000 }
    }
}

#[entry(error = 0)]
pub unsafe fn _PyUnicode_WideCharString_Converter(op: *mut PyObject, out: *mut c_void) -> c_int {
    convert(op, out.cast(), false)
}

#[entry(error = 0)]
pub unsafe fn _PyUnicode_WideCharString_Opt_Converter(op: *mut PyObject, out: *mut c_void) -> c_int {
    convert(op, out.cast(), true)
}
