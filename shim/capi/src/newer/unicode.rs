//! Strings: equality, data, and the writer of the public API.

use crate::common::*;
use crate::unicodeobject::writer::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::null_mut;

#[entry(unlocked)]
pub unsafe fn PyUnicode_Equal(a: Obj, b: Obj) -> c_int {
    for op in [a, b] {
        if !is_str(op) {
            let place = if std::ptr::eq(op, a) { "first" } else { "second" };
            type_error::<()>(&format!("{place} argument must be str, not {}", type_name(op)));
            return -1;
        }
    }
    c_int::from(text::eq(a, b))
}

#[entry(unlocked, error = 0)]
pub unsafe fn PyUnicode_EqualToUTF8AndSize(op: Obj, utf8: *const c_char, size: Py_ssize_t) -> c_int {
    c_int::from(text::utf8(op) == memory(utf8, size))
}

#[entry(unlocked, error = 0)]
pub unsafe fn PyUnicode_EqualToUTF8(op: Obj, utf8: *const c_char) -> c_int {
    c_int::from(text::utf8(op) == CStr::from_ptr(utf8).to_bytes())
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_DATA(op: Obj) -> *mut c_void {
    text::data(op).cast()
}

#[entry(unlocked, error = 0)]
pub unsafe fn PyUnicode_KIND(op: Obj) -> c_int {
    text::kind(op) as c_int
}

// --- PyUnicodeWriter -----------------------------------------------------------------------------------------------

#[entry]
pub unsafe fn PyUnicodeWriter_Create(length: Py_ssize_t) -> *mut Writer {
    if length < 0 {
        value_error::<()>("length must be positive");
        return null_mut();
    }
    let writer = arena::alloc(size_of::<Writer>()).cast::<Writer>();
    if writer.is_null() {
        return seq::no_memory().cast();
    }
    _PyUnicodeWriter_Init(writer);
    overallocate(writer);
    writer
}

#[entry]
pub unsafe fn PyUnicodeWriter_Discard(writer: *mut Writer) {
    if !writer.is_null() {
        _PyUnicodeWriter_Dealloc(writer);
        arena::free(writer.cast());
    }
}

#[entry]
pub unsafe fn PyUnicodeWriter_Finish(writer: *mut Writer) -> Obj {
    let result = _PyUnicodeWriter_Finish(writer);
    arena::free(writer.cast());
    result
}

#[entry]
pub unsafe fn PyUnicodeWriter_WriteChar(writer: *mut Writer, point: Py_UCS4) -> c_int {
    if point > 0x10_ffff {
        value_error::<()>("character must be in range(0x110000)");
        return -1;
    }
    _PyUnicodeWriter_WriteChar(writer, point)
}

/// Writes an object and gives its reference back.
unsafe fn write_owned(writer: *mut Writer, s: Obj) -> c_int {
    // SAFETY: a str or NULL.
    unsafe {
        let s = Owned(s);
        if s.0.is_null() {
            return -1;
        }
        _PyUnicodeWriter_WriteStr(writer, s.0)
    }
}

#[entry]
pub unsafe fn PyUnicodeWriter_WriteUTF8(writer: *mut Writer, utf8: *const c_char, size: Py_ssize_t) -> c_int {
    let size = if size < 0 {
        CStr::from_ptr(utf8).count_bytes() as Py_ssize_t
    } else {
        size
    };
    write_owned(writer, gimbal_abi::PyUnicode_DecodeUTF8(utf8, size, null_mut()))
}

#[entry]
pub unsafe fn PyUnicodeWriter_WriteASCII(
    writer: *mut Writer,
    text: *const c_char,
    size: Py_ssize_t,
) -> c_int {
    _PyUnicodeWriter_WriteASCIIString(writer, text, size)
}

#[entry]
pub unsafe fn PyUnicodeWriter_WriteStr(writer: *mut Writer, op: Obj) -> c_int {
    write_owned(writer, crate::object::PyObject_Str(op))
}

#[entry]
pub unsafe fn PyUnicodeWriter_WriteRepr(writer: *mut Writer, op: Obj) -> c_int {
    write_owned(writer, crate::object::PyObject_Repr(op))
}

#[entry]
pub unsafe fn PyUnicodeWriter_WriteSubstring(
    writer: *mut Writer,
    s: Obj,
    start: Py_ssize_t,
    end: Py_ssize_t,
) -> c_int {
    if !is_str(s) {
        type_error::<()>(&format!("expect str, not {}", type_name(s)));
        return -1;
    }
    if start < 0 || start > end {
        value_error::<()>("start must be non-negative and not larger than end");
        return -1;
    }
    if end as usize > text::len(s) {
        value_error::<()>("end must be less than or equal to str length");
        return -1;
    }
    _PyUnicodeWriter_WriteSubstring(writer, s, start, end)
}

#[entry]
pub unsafe fn PyUnicodeWriter_WriteUCS4(
    writer: *mut Writer,
    points: *const Py_UCS4,
    size: Py_ssize_t,
) -> c_int {
    if size < 0 {
        value_error::<()>("size must be positive");
        return -1;
    }
    write_owned(
        writer,
        text::from_points(std::slice::from_raw_parts(points, size as usize)),
    )
}
