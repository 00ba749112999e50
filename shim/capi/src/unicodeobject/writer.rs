//! `_PyUnicodeWriter`: a str that grows. C code (Cython's f-strings among it) uses the struct's fields in place.

use super::{copy, max_in, max_of_kind, substring};
use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_char, c_int, c_uchar, c_uint, c_void};
use std::ptr::null_mut;

/// `_PyUnicodeWriter`
#[repr(C)]
pub struct Writer {
    buffer: *mut PyObject,
    data: *mut c_void,
    kind: c_uint,
    maxchar: Py_UCS4,
    size: Py_ssize_t,
    pos: Py_ssize_t,
    min_length: Py_ssize_t,
    min_char: Py_UCS4,
    overallocate: c_uchar,
    readonly: c_uchar,
}

#[entry]
pub unsafe fn _PyUnicodeWriter_Init(writer: *mut Writer) {
    std::ptr::write_bytes(writer, 0, 1);
    (*writer).min_char = 0x7f;
}

/// Makes it grow by more than is needed.
#[cfg(Py_3_12)]
pub unsafe fn overallocate(writer: *mut Writer) {
    // SAFETY: an initialised writer.
    unsafe { (*writer).overallocate = 1 }
}

/// Brings the fields that C reads in line with the buffer.
unsafe fn update(writer: &mut Writer) {
    // SAFETY: the buffer is a str.
    unsafe {
        writer.maxchar = max_of_kind(writer.buffer);
        writer.data = text::data(writer.buffer).cast();
        if writer.readonly == 0 {
            writer.kind = text::kind(writer.buffer);
            writer.size = text::len(writer.buffer) as Py_ssize_t;
        } else {
            // no room: the next character needs a buffer of the writer's own
            writer.kind = 0;
            writer.size = 0;
        }
    }
}

/// Makes room for `len` more code points up to `max`.
unsafe fn prepare(writer: &mut Writer, len: Py_ssize_t, max: u32) -> bool {
    // SAFETY: the writer is initialised.
    unsafe {
        let has_room = !writer.buffer.is_null() && writer.readonly == 0 && len <= writer.size - writer.pos;
        if len == 0 || has_room && max <= writer.maxchar {
            return true;
        }
        let Some(needed) = writer.pos.checked_add(len) else {
            seq::no_memory();
            return false;
        };
        let mut size = needed.max(writer.min_length);
        if has_room {
            size = writer.size;
        } else if writer.overallocate != 0 && size > writer.min_length {
            size += size / 4;
        }
        let max = max.max(writer.min_char).max(writer.maxchar);
        let new = text::new(size as usize, max);
        if new.is_null() {
            return false;
        }
        if !writer.buffer.is_null() {
            copy(new, 0, writer.buffer, 0, writer.pos as usize);
            decref(writer.buffer);
        }
        writer.buffer = new;
        writer.readonly = 0;
        update(writer);
        true
    }
}

#[entry]
pub unsafe fn _PyUnicodeWriter_PrepareInternal(writer: *mut Writer, len: Py_ssize_t, max: Py_UCS4) -> c_int {
    if prepare(&mut *writer, len, max) { 0 } else { -1 }
}

#[entry]
pub unsafe fn _PyUnicodeWriter_PrepareKindInternal(writer: *mut Writer, kind: c_uint) -> c_int {
    let max = match kind {
        1 => 0xff,
        2 => 0xffff,
        _ => 0x10_ffff,
    };
    // one character of that kind, so that the buffer is made anew
    if prepare(&mut *writer, 1, max) { 0 } else { -1 }
}

#[entry]
pub unsafe fn _PyUnicodeWriter_WriteChar(writer: *mut Writer, point: Py_UCS4) -> c_int {
    let writer = &mut *writer;
    if !prepare(writer, 1, point) {
        return -1;
    }
    text::write(writer.buffer, writer.pos as usize, point);
    writer.pos += 1;
    0
}

#[entry]
pub unsafe fn _PyUnicodeWriter_WriteStr(writer: *mut Writer, s: *mut PyObject) -> c_int {
    let writer = &mut *writer;
    let len = text::len(s) as Py_ssize_t;
    if len == 0 {
        return 0;
    }
    if writer.buffer.is_null() && writer.overallocate == 0 && exactly(s, &raw mut PyUnicode_Type) {
        // the only part so far: the str itself serves until something else is written
        writer.readonly = 1;
        writer.buffer = new_ref(s);
        update(writer);
        writer.pos = len;
        return 0;
    }
    if !prepare(writer, len, max_of_kind(s)) {
        return -1;
    }
    copy(writer.buffer, writer.pos as usize, s, 0, len as usize);
    writer.pos += len;
    0
}

#[entry]
pub unsafe fn _PyUnicodeWriter_WriteSubstring(
    writer: *mut Writer,
    s: *mut PyObject,
    start: Py_ssize_t,
    end: Py_ssize_t,
) -> c_int {
    let writer = &mut *writer;
    if end == 0 || start == end {
        return 0;
    }
    let (start, end) = (start as usize, end as usize);
    let max = if text::is_ascii(s) {
        0x7f
    } else {
        max_in(s, start, end)
    };
    let len = (end - start) as Py_ssize_t;
    if !prepare(writer, len, max) {
        return -1;
    }
    copy(writer.buffer, writer.pos as usize, s, start, end - start);
    writer.pos += len;
    0
}

unsafe fn write_bytes(writer: &mut Writer, bytes: &[u8]) -> c_int {
    // SAFETY: Latin-1 code points fit every kind for which room was made.
    unsafe {
        let max = if bytes.is_ascii() { 0x7f } else { 0xff };
        if !prepare(writer, bytes.len() as Py_ssize_t, max) {
            return -1;
        }
        for &byte in bytes {
            text::write(writer.buffer, writer.pos as usize, u32::from(byte));
            writer.pos += 1;
        }
        0
    }
}

#[entry]
pub unsafe fn _PyUnicodeWriter_WriteASCIIString(
    writer: *mut Writer,
    data: *const c_char,
    len: Py_ssize_t,
) -> c_int {
    let bytes = if len == -1 {
        c_bytes(data)
    } else {
        memory(data, len)
    };
    write_bytes(&mut *writer, bytes)
}

#[entry]
pub unsafe fn _PyUnicodeWriter_WriteLatin1String(
    writer: *mut Writer,
    data: *const c_char,
    len: Py_ssize_t,
) -> c_int {
    write_bytes(&mut *writer, memory(data, len))
}

#[entry]
pub unsafe fn _PyUnicodeWriter_Finish(writer: *mut Writer) -> *mut PyObject {
    let writer = &mut *writer;
    let buffer = std::mem::replace(&mut writer.buffer, null_mut());
    if writer.pos == 0 {
        xdecref(buffer);
        return text::new(0, 0);
    }
    if writer.readonly != 0 {
        return buffer;
    }
    let buffer = Owned(buffer);
    // kinds are canonical: a writer that made room for more than came gives a smaller str
    substring(buffer.0, 0, writer.pos as usize)
}

#[entry]
pub unsafe fn _PyUnicodeWriter_Dealloc(writer: *mut Writer) {
    xdecref(std::mem::replace(&mut (*writer).buffer, null_mut()));
}

// --- formatted values -----------------------------------------------------------------------------------------------

unsafe fn write_owned(writer: *mut Writer, s: Obj) -> c_int {
    let s = Owned(s);
    if s.0.is_null() {
        return -1;
    }
    // SAFETY: a str.
    unsafe { _PyUnicodeWriter_WriteStr(writer, s.0) }
}

macro_rules! format_writers {
    ($(fn $name:ident;)*) => {$(
        #[entry]
        pub unsafe fn $name(
            writer: *mut Writer,
            op: *mut PyObject,
            spec: *mut PyObject,
            start: Py_ssize_t,
            end: Py_ssize_t,
        ) -> c_int {
            if start == end && is_str(op) {
                return _PyUnicodeWriter_WriteStr(writer, op);
            }
            let spec = Owned(substring(spec, start as usize, end as usize));
            write_owned(writer, gimbal_proxies::op(Op::Format, &[op, spec.0]))
        }
    )*};
}

format_writers! {
    fn _PyUnicode_FormatAdvancedWriter;
    fn _PyLong_FormatAdvancedWriter;
    fn _PyFloat_FormatAdvancedWriter;
}

/// The text of an int in a base, with or without the prefix.
pub(crate) unsafe fn long_text(op: Obj, base: c_int, alternate: bool) -> Obj {
    // SAFETY: an int.
    unsafe {
        let full = Owned(crate::longobject::_PyLong_Format(op, base));
        if full.0.is_null() || alternate || base == 10 {
            return new_ref_or_null(full.0);
        }
        let text = String::from_utf8_lossy(text::utf8(full.0));
        let (sign, digits) = text.split_at(usize::from(text.starts_with('-')));
        text::from_str(&format!("{sign}{}", &digits[2..]))
    }
}

unsafe fn new_ref_or_null(op: Obj) -> Obj {
    // SAFETY: an object or NULL.
    unsafe { xincref(op) };
    op
}

#[entry]
pub unsafe fn _PyLong_FormatWriter(
    writer: *mut Writer,
    op: *mut PyObject,
    base: c_int,
    alternate: c_int,
) -> c_int {
    write_owned(writer, long_text(op, base, alternate != 0))
}

#[entry]
pub unsafe fn _PyUnicode_FormatLong(
    op: *mut PyObject,
    alternate: c_int,
    precision: c_int,
    code: c_int,
) -> *mut PyObject {
    let flag = if alternate != 0 { "#" } else { "" };
    let dot = if precision >= 0 {
        format!(".{precision}")
    } else {
        String::new()
    };
    let format = Owned(text::from_str(&format!("%{flag}{dot}{}", char::from(code as u8))));
    let args = Owned(seq::tuple_of(&[op]));
    gimbal_proxies::op(Op::Binary, &[text::interned("mod"), format.0, args.0])
}
