//! `bytesobject.h`

use crate::abstract_number::PyIndex_Check;
use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_char, c_int};
use std::ptr::{null, null_mut};

// --- making ---------------------------------------------------------------------------------------------------------

#[entry(unlocked)]
pub unsafe fn PyBytes_FromStringAndSize(data: *const c_char, len: Py_ssize_t) -> *mut PyObject {
    if len < 0 {
        return system_error("Negative size passed to PyBytes_FromStringAndSize");
    }
    if len > Py_ssize_t::MAX - std::mem::size_of::<gimbal_abi::PyBytesObject>() as Py_ssize_t {
        return overflow_error("byte string is too large");
    }
    if data.is_null() {
        return text::new_bytes(len as usize);
    }
    text::bytes_from(memory(data, len))
}

#[entry(unlocked)]
pub unsafe fn PyBytes_FromString(data: *const c_char) -> *mut PyObject {
    text::bytes_from(c_bytes(data))
}

/// The memory of an object that exports a buffer, as new bytes.
unsafe fn from_buffer(op: Obj) -> Obj {
    // SAFETY: an object.
    unsafe {
        let mut view = std::mem::zeroed::<Py_buffer>();
        if buffer::get(op, &raw mut view, 0) < 0 {
            return null_mut();
        }
        let result = text::bytes_from(memory(view.buf.cast(), view.len));
        buffer::release(&raw mut view);
        result
    }
}

#[entry]
pub unsafe fn PyBytes_FromObject(op: *mut PyObject) -> *mut PyObject {
    if op.is_null() {
        return bad_internal_call();
    }
    if exactly(op, &raw mut PyBytes_Type) {
        return new_ref(op);
    }
    if buffer::supports(op) {
        return from_buffer(op);
    }
    if !is_str(op) && PyIndex_Check(op) == 0 {
        let items = Owned(gimbal_proxies::op(Op::TupleOf, &[op]));
        if !items.0.is_null() {
            return gimbal_proxies::op(Op::BytesOf, &[items.0]);
        }
        if !err::matches(err::occurred(), PyExc_TypeError) {
            return null_mut();
        }
    }
    type_error(&format!("cannot convert '{}' object to bytes", type_name(op)))
}

// --- contents -------------------------------------------------------------------------------------------------------

/// Is `op` a bytes? If not: TypeError.
unsafe fn ensure(op: Obj) -> bool {
    // SAFETY: an object or NULL.
    unsafe {
        if is_bytes(op) {
            return true;
        }
        if op.is_null() {
            bad_internal_call::<()>();
        } else {
            type_error::<()>(&format!("expected bytes, {} found", type_name(op)));
        }
        false
    }
}

#[entry(unlocked)]
pub unsafe fn PyBytes_Size(op: *mut PyObject) -> Py_ssize_t {
    if ensure(op) {
        seq::size(op) as Py_ssize_t
    } else {
        -1
    }
}

#[entry(unlocked)]
pub unsafe fn PyBytes_AsString(op: *mut PyObject) -> *mut c_char {
    if !ensure(op) {
        return null_mut();
    }
    text::bytes_data(op).cast()
}

#[entry(unlocked)]
pub unsafe fn PyBytes_AsStringAndSize(
    op: *mut PyObject,
    data: *mut *mut c_char,
    len: *mut Py_ssize_t,
) -> c_int {
    if data.is_null() {
        bad_internal_call::<()>();
        return -1;
    }
    if !ensure(op) {
        return -1;
    }
    *data = text::bytes_data(op).cast();
    if !len.is_null() {
        *len = seq::size(op) as Py_ssize_t;
    } else if text::as_bytes(op).contains(&0) {
        value_error::<()>("embedded null byte");
        return -1;
    }
    0
}

/// A bytes literal as CPython writes it; with `smart` the quotes depend on the contents.
fn repr(bytes: &[u8], smart: bool) -> String {
    let quote = if smart && bytes.contains(&b'\'') && !bytes.contains(&b'"') {
        b'"'
    } else {
        b'\''
    };
    let mut out = format!("b{}", char::from(quote));
    for &byte in bytes {
        match byte {
            b'\t' => out.push_str("\\t"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            _ if byte == quote || byte == b'\\' => out.extend(['\\', char::from(byte)]),
            b' '..=b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push(char::from(quote));
    out
}

#[entry(unlocked)]
pub unsafe fn PyBytes_Repr(op: *mut PyObject, smart_quotes: c_int) -> *mut PyObject {
    text::from_str(&repr(text::as_bytes(op), smart_quotes != 0))
}

// --- joining and resizing -------------------------------------------------------------------------------------------

#[entry]
pub unsafe fn PyBytes_Concat(place: *mut *mut PyObject, right: *mut PyObject) {
    let left = *place;
    if left.is_null() {
        return;
    }
    *place = null_mut();
    if !right.is_null() {
        *place = concat(left, right);
    }
    decref(left);
}

unsafe fn concat(left: Obj, right: Obj) -> Obj {
    // SAFETY: objects.
    unsafe {
        if !buffer::supports(left) || !buffer::supports(right) {
            let (left, right) = (type_name(left), type_name(right));
            return type_error(&format!("can't concat {right} to {left}"));
        }
        let (left, right) = (Owned(from_buffer(left)), Owned(from_buffer(right)));
        if left.0.is_null() || right.0.is_null() {
            return null_mut();
        }
        text::bytes_from(&[text::as_bytes(left.0), text::as_bytes(right.0)].concat())
    }
}

#[entry]
pub unsafe fn PyBytes_ConcatAndDel(place: *mut *mut PyObject, right: *mut PyObject) {
    PyBytes_Concat(place, right);
    xdecref(right);
}

#[entry(unlocked)]
pub unsafe fn _PyBytes_Resize(place: *mut *mut PyObject, len: Py_ssize_t) -> c_int {
    let old = *place;
    if !is_bytes(old) || len < 0 {
        *place = null_mut();
        xdecref(old);
        bad_internal_call::<()>();
        return -1;
    }
    if seq::size(old) as Py_ssize_t == len {
        return 0;
    }
    // Since 3.14 what is to be empty may be shared.
    let may_be_shared = cfg!(Py_3_14) && len == 0;
    if refcount::count(old) != 1 && seq::size(old) > 0 && !may_be_shared {
        *place = null_mut();
        decref(old);
        bad_internal_call::<()>();
        return -1;
    }
    *place = resized(old, len as usize);
    if (*place).is_null() { -1 } else { 0 }
}

/// The same contents, cut off or with room at the end. Takes the reference over.
unsafe fn resized(old: Obj, len: usize) -> Obj {
    // SAFETY: `old` is a bytes.
    unsafe {
        let new = text::new_bytes(len);
        if !new.is_null() {
            let kept = len.min(seq::size(old));
            std::ptr::copy_nonoverlapping(text::bytes_data(old), text::bytes_data(new), kept);
        }
        decref(old);
        new
    }
}

#[entry]
pub unsafe fn _PyBytes_Join(separator: *mut PyObject, items: *mut PyObject) -> *mut PyObject {
    op(Op::CallMethod, &[separator, text::interned("join"), items])
}

// --- text in bytes --------------------------------------------------------------------------------------------------

/// The bytes that an escaped literal stands for.
unsafe fn unescape(bytes: &[u8], errors: *const c_char) -> Obj {
    // SAFETY: the lock is held.
    unsafe {
        let data = Owned(text::bytes_from(bytes));
        let errors = if errors.is_null() {
            Owned(text::from_str("strict"))
        } else {
            optional_str(errors)
        };
        let result = Owned(call_library("_codecs", "escape_decode", &[data.0, errors.0]));
        if result.0.is_null() {
            return null_mut();
        }
        new_ref(seq::tuple_slice(result.0)[0])
    }
}

#[entry]
pub unsafe fn PyBytes_DecodeEscape(
    data: *const c_char,
    len: Py_ssize_t,
    errors: *const c_char,
    _unicode: Py_ssize_t,
    _recode: *const c_char,
) -> *mut PyObject {
    unescape(memory(data, len), errors)
}

#[entry]
pub unsafe fn _PyBytes_DecodeEscape(
    data: *const c_char,
    len: Py_ssize_t,
    errors: *const c_char,
    first_invalid_escape: *mut *const c_char,
) -> *mut PyObject {
    *first_invalid_escape = null();
    unescape(memory(data, len), errors)
}

unsafe fn class_of_result(use_bytearray: c_int) -> Obj {
    if use_bytearray != 0 {
        (&raw mut PyByteArray_Type).cast()
    } else {
        (&raw mut PyBytes_Type).cast()
    }
}

#[entry]
pub unsafe fn _PyBytes_FormatEx(
    format: *const c_char,
    len: Py_ssize_t,
    args: *mut PyObject,
    use_bytearray: c_int,
) -> *mut PyObject {
    let format = Owned(text::bytes_from(memory(format, len)));
    let result = Owned(op(Op::Binary, &[text::interned("mod"), format.0, args]));
    if result.0.is_null() || use_bytearray == 0 {
        xincref(result.0);
        return result.0;
    }
    op(Op::NewByteArray, &[result.0])
}

#[entry]
pub unsafe fn _PyBytes_FromHex(digits: *mut PyObject, use_bytearray: c_int) -> *mut PyObject {
    op(
        Op::CallMethod,
        &[class_of_result(use_bytearray), text::interned("fromhex"), digits],
    )
}

// --- searching ------------------------------------------------------------------------------------------------------

/// The first or last place of `what`; -1 when there is none.
fn find(bytes: &[u8], what: &[u8], last: bool) -> Option<usize> {
    let end = bytes.len().checked_sub(what.len())?;
    let here = |i: &usize| &bytes[*i..*i + what.len()] == what;
    if last {
        (0..=end).rfind(here)
    } else {
        (0..=end).find(here)
    }
}

#[entry]
pub unsafe fn _PyBytes_Find(
    data: *const c_char,
    len: Py_ssize_t,
    what: *const c_char,
    what_len: Py_ssize_t,
    offset: Py_ssize_t,
) -> Py_ssize_t {
    let found = find(memory(data, len), memory(what, what_len), false);
    found.map_or(-1, |i| i as Py_ssize_t + offset)
}

#[entry]
pub unsafe fn _PyBytes_ReverseFind(
    data: *const c_char,
    len: Py_ssize_t,
    what: *const c_char,
    what_len: Py_ssize_t,
    offset: Py_ssize_t,
) -> Py_ssize_t {
    let found = find(memory(data, len), memory(what, what_len), true);
    found.map_or(-1, |i| i as Py_ssize_t + offset)
}

#[entry]
pub unsafe fn _PyBytes_Repeat(out: *mut c_char, out_len: Py_ssize_t, data: *const c_char, len: Py_ssize_t) {
    let pattern = memory(data, len);
    if !pattern.is_empty() && out_len > 0 {
        let out = std::slice::from_raw_parts_mut(out.cast::<u8>(), out_len as usize);
        for piece in out.chunks_mut(pattern.len()) {
            piece.copy_from_slice(&pattern[..piece.len()]);
        }
    }
}

// --- _PyBytesWriter -------------------------------------------------------------------------------------------------

/// `_PyBytesWriter`: bytes that grow; what is short stays in the struct.
#[repr(C)]
pub struct Writer {
    buffer: *mut PyObject,
    allocated: Py_ssize_t,
    min_size: Py_ssize_t,
    use_bytearray: c_int,
    overallocate: c_int,
    use_small_buffer: c_int,
    small_buffer: [c_char; 512],
}

impl Writer {
    /// Where the bytes are. A bytearray is made at the end: until then its contents are in bytes as well.
    unsafe fn start(&mut self) -> *mut u8 {
        if self.use_small_buffer != 0 {
            self.small_buffer.as_mut_ptr().cast()
        } else if self.buffer.is_null() {
            null_mut()
        } else {
            // SAFETY: the buffer is a bytes.
            unsafe { text::bytes_data(self.buffer) }
        }
    }

    /// Gives room for `size` bytes and keeps what is before `position`; the new position, or NULL.
    unsafe fn resize(&mut self, position: *mut u8, size: Py_ssize_t) -> *mut u8 {
        // SAFETY: `position` points into the bytes written so far.
        unsafe {
            let written = position.offset_from(self.start());
            let mut room = size;
            if self.overallocate != 0 {
                room += size / 4;
            }
            let new = text::new_bytes(room as usize);
            if new.is_null() {
                return null_mut();
            }
            std::ptr::copy_nonoverlapping(self.start(), text::bytes_data(new), written as usize);
            xdecref(std::mem::replace(&mut self.buffer, new));
            self.use_small_buffer = 0;
            self.allocated = room;
            text::bytes_data(new).offset(written)
        }
    }

    unsafe fn prepare(&mut self, position: *mut u8, more: Py_ssize_t) -> *mut u8 {
        // SAFETY: as `resize`.
        unsafe {
            let Some(size) = self.min_size.checked_add(more) else {
                seq::no_memory();
                return null_mut();
            };
            self.min_size = size;
            if size > self.allocated {
                self.resize(position, size)
            } else {
                position
            }
        }
    }
}

#[entry]
pub unsafe fn _PyBytesWriter_Init(writer: *mut Writer) {
    std::ptr::write_bytes(writer.cast::<u8>(), 0, std::mem::offset_of!(Writer, small_buffer));
}

#[entry]
pub unsafe fn _PyBytesWriter_Alloc(writer: *mut Writer, size: Py_ssize_t) -> *mut std::ffi::c_void {
    let writer = &mut *writer;
    writer.use_small_buffer = 1;
    writer.allocated = writer.small_buffer.len() as Py_ssize_t;
    let start = writer.start();
    writer.prepare(start, size).cast()
}

#[entry]
pub unsafe fn _PyBytesWriter_Prepare(
    writer: *mut Writer,
    position: *mut std::ffi::c_void,
    more: Py_ssize_t,
) -> *mut std::ffi::c_void {
    (*writer).prepare(position.cast(), more).cast()
}

#[entry]
pub unsafe fn _PyBytesWriter_Resize(
    writer: *mut Writer,
    position: *mut std::ffi::c_void,
    size: Py_ssize_t,
) -> *mut std::ffi::c_void {
    (*writer).resize(position.cast(), size).cast()
}

#[entry]
pub unsafe fn _PyBytesWriter_WriteBytes(
    writer: *mut Writer,
    position: *mut std::ffi::c_void,
    data: *const std::ffi::c_void,
    len: Py_ssize_t,
) -> *mut std::ffi::c_void {
    let position = (*writer).prepare(position.cast(), len);
    if position.is_null() {
        return null_mut();
    }
    std::ptr::copy_nonoverlapping(data.cast::<u8>(), position, len as usize);
    position.offset(len).cast()
}

#[entry]
pub unsafe fn _PyBytesWriter_Finish(writer: *mut Writer, position: *mut std::ffi::c_void) -> *mut PyObject {
    let writer = &mut *writer;
    let start = writer.start();
    let len = position.cast::<u8>().offset_from(start);
    let result = Owned(text::bytes_from(memory(start.cast(), len)));
    _PyBytesWriter_Dealloc(writer);
    if writer.use_bytearray != 0 && !result.0.is_null() {
        return op(Op::NewByteArray, &[result.0]);
    }
    xincref(result.0);
    result.0
}

#[entry]
pub unsafe fn _PyBytesWriter_Dealloc(writer: *mut Writer) {
    xdecref(std::mem::replace(&mut (*writer).buffer, null_mut()));
}

#[entry]
pub unsafe fn _PyLong_FormatBytesWriter(
    writer: *mut Writer,
    position: *mut c_char,
    op: *mut PyObject,
    base: c_int,
    alternate: c_int,
) -> *mut c_char {
    let text = Owned(crate::unicodeobject::writer::long_text(op, base, alternate != 0));
    if text.0.is_null() {
        return null_mut();
    }
    let digits = text::utf8(text.0);
    _PyBytesWriter_WriteBytes(
        writer,
        position.cast(),
        digits.as_ptr().cast(),
        digits.len() as Py_ssize_t,
    )
    .cast()
}
