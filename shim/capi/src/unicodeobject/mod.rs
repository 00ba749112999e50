//! `unicodeobject.h`, the objects: making them, their contents, comparing and joining. [`codecs`] has the encodings,
//! [`methods`] what the host's `str` does, [`writer`] the writer, [`ctype`] the properties of characters, [`wide`] the
//! exchange with `wchar_t` and UCS4 arrays.

#[cfg(not(Py_3_12))]
pub mod cached_wide;
pub mod codecs;
pub mod ctype;
pub mod methods;
pub mod wide;
pub mod writer;

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::cmp::Ordering;
use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;

const MAX_POINT: u32 = 0x10_ffff;

/// A new str of UTF-8 that is valid but for the surrogates in it.
pub(crate) unsafe fn from_utf8(bytes: &[u8]) -> Obj {
    // SAFETY: the count is right.
    unsafe {
        if bytes.is_ascii() {
            return text::from_ascii(bytes);
        }
        // counted in bytes, a part at a time: a vector of them is added at once
        let part = |part: &[u8]| usize::from(part.iter().map(|&b| u8::from(b & 0xc0 != 0x80)).sum::<u8>());
        text::from_utf8(bytes, bytes.chunks(255).map(part).sum())
    }
}

/// A new str of Latin-1.
pub(crate) unsafe fn from_latin1(bytes: &[u8]) -> Obj {
    // SAFETY: the block has room.
    unsafe {
        if bytes.is_ascii() {
            return text::from_ascii(bytes);
        }
        if let &[byte] = bytes {
            return text::from_points(&[u32::from(byte)]);
        }
        let op = text::new(bytes.len(), 0xff);
        if !op.is_null() {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), text::data(op), bytes.len());
        }
        op
    }
}

/// Largest code point that fits the block of a str.
pub(crate) unsafe fn max_of_kind(op: Obj) -> u32 {
    // SAFETY: `op` is a str.
    unsafe {
        match text::kind(op) {
            1 if text::is_ascii(op) => 0x7f,
            1 => 0xff,
            2 => 0xffff,
            _ => MAX_POINT,
        }
    }
}

/// Copies code points between blocks; they must be in range and fit.
pub(crate) unsafe fn copy(to: Obj, to_start: usize, from: Obj, from_start: usize, count: usize) {
    // SAFETY: as the caller promises.
    unsafe {
        let kind = text::kind(from) as usize;
        if kind == text::kind(to) as usize {
            std::ptr::copy(
                text::data(from).add(from_start * kind),
                text::data(to).add(to_start * kind),
                count * kind,
            );
        } else {
            for i in 0..count {
                text::write(to, to_start + i, text::read(from, from_start + i));
            }
        }
    }
}

/// Code points `start..end` as a new str of the smallest kind that holds them.
pub(crate) unsafe fn substring(op: Obj, start: usize, end: usize) -> Obj {
    // SAFETY: the range is in the str.
    unsafe {
        if end - start == 1 {
            return text::from_points(&[text::read(op, start)]);
        }
        let max = if text::is_ascii(op) {
            0x7f
        } else {
            max_in(op, start, end)
        };
        let new = text::new(end - start, max);
        if !new.is_null() {
            copy(new, 0, op, start, end - start);
        }
        new
    }
}

/// Largest code point of a range; 127 at least.
pub(crate) unsafe fn max_in(op: Obj, start: usize, end: usize) -> u32 {
    // SAFETY: the range is in the str.
    unsafe {
        (start..end)
            .map(|i| text::read(op, i))
            .max()
            .unwrap_or(0)
            .max(0x7f)
    }
}

/// An exact str as it is, a subclass's as an exact copy; a new reference.
pub(crate) unsafe fn exact(op: Obj) -> Obj {
    // SAFETY: `op` is a str.
    unsafe {
        if exactly(op, &raw mut PyUnicode_Type) {
            new_ref(op)
        } else {
            substring(op, 0, text::len(op))
        }
    }
}

/// May C write into the block? Nobody else holds it, it is in no table of names and does not remember the handle of one.
pub(crate) unsafe fn is_modifiable(op: Obj) -> bool {
    // SAFETY: `op` is a str.
    unsafe {
        let head = op.cast::<PyASCIIObject>();
        refcount::count(op) == 1
            && exactly(op, &raw mut PyUnicode_Type)
            && (*head).hash == -1
            && (*head).state & 3 == 0
            && arena::handle(op) == arena::NO_HANDLE
    }
}

unsafe fn check_modifiable(op: Obj) -> bool {
    // SAFETY: `op` is a str.
    unsafe {
        if !is_modifiable(op) {
            system_error::<()>("Cannot modify a string currently used");
            return false;
        }
        forget_utf8(op);
        true
    }
}

/// The contents are about to change: what was derived from them goes.
unsafe fn forget_utf8(op: Obj) {
    // SAFETY: `op` is an exact str; ASCII blocks end before these fields.
    unsafe {
        let compact = op.cast::<PyCompactUnicodeObject>();
        if !text::is_ascii(op) && !(*compact).utf8.is_null() {
            arena::free((*compact).utf8.cast());
            (*compact).utf8 = null_mut();
            (*compact).utf8_length = 0;
        }
    }
}

/// Is `op` a str? If not: TypeError.
pub(crate) unsafe fn ensure(op: Obj) -> bool {
    // SAFETY: an object or NULL.
    unsafe {
        if op.is_null() {
            bad_internal_call::<()>();
            return false;
        }
        if !is_str(op) {
            type_error::<()>(&format!("must be str, not {}", type_name(op)));
            return false;
        }
        true
    }
}

// --- making ---------------------------------------------------------------------------------------------------------

#[entry(unlocked)]
pub unsafe fn PyUnicode_New(len: Py_ssize_t, max: Py_UCS4) -> *mut PyObject {
    if len < 0 {
        return system_error("Negative size passed to PyUnicode_New");
    }
    if max > MAX_POINT {
        return system_error("invalid maximum character passed to PyUnicode_New");
    }
    text::new(len as usize, max)
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_FromString(utf8: *const c_char) -> *mut PyObject {
    codecs::decode_utf8(c_bytes(utf8), std::ptr::null())
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_FromStringAndSize(utf8: *const c_char, len: Py_ssize_t) -> *mut PyObject {
    if len < 0 {
        return system_error("Negative size passed to PyUnicode_FromStringAndSize");
    }
    if !utf8.is_null() {
        return codecs::decode_utf8(memory(utf8, len), std::ptr::null());
    }
    if len > 0 {
        let _held = hold();
        let message = "PyUnicode_FromStringAndSize(NULL, size) is deprecated; use PyUnicode_New() instead";
        if buffer::warn(PyExc_DeprecationWarning, message) < 0 {
            return null_mut();
        }
    }
    let op = text::new(len as usize, if len > 0 { MAX_POINT } else { 0 });
    if !op.is_null() {
        std::ptr::write_bytes(text::data(op), 0, len as usize * text::kind(op) as usize);
    }
    op
}

#[entry(unlocked)]
pub unsafe fn _PyUnicode_FromASCII(data: *const c_char, len: Py_ssize_t) -> *mut PyObject {
    text::from_ascii(memory(data, len))
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_FromKindAndData(kind: c_int, data: *const c_void, len: Py_ssize_t) -> *mut PyObject {
    if len < 0 {
        return value_error("size must be positive");
    }
    let len = len as usize;
    if len == 0 {
        return text::new(0, 0);
    }
    match kind {
        1 => from_latin1(std::slice::from_raw_parts(data.cast(), len)),
        2 => {
            let units = std::slice::from_raw_parts(data.cast::<u16>(), len);
            let op = text::new(len, u32::from(units.iter().copied().max().unwrap_or(0)));
            if !op.is_null() {
                units
                    .iter()
                    .enumerate()
                    .for_each(|(i, &u)| text::write(op, i, u32::from(u)));
            }
            op
        }
        4 => text::from_points(std::slice::from_raw_parts(data.cast(), len)),
        _ => system_error("invalid kind"),
    }
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_FromOrdinal(point: c_int) -> *mut PyObject {
    match u32::try_from(point) {
        Ok(point) if point <= MAX_POINT => text::from_points(&[point]),
        _ => value_error("chr() arg not in range(0x110000)"),
    }
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_FromObject(op: *mut PyObject) -> *mut PyObject {
    if is_str(op) {
        return exact(op);
    }
    if op.is_null() {
        return bad_internal_call();
    }
    type_error(&format!(
        "Can't convert '{}' object to str implicitly",
        type_name(op)
    ))
}

#[entry(unlocked)]
pub unsafe fn _PyUnicode_Copy(op: *mut PyObject) -> *mut PyObject {
    if !is_str(op) {
        return bad_internal_call();
    }
    substring(op, 0, text::len(op))
}

// --- names ----------------------------------------------------------------------------------------------------------

#[entry(unlocked)]
pub unsafe fn PyUnicode_InternInPlace(place: *mut *mut PyObject) {
    let op = *place;
    if op.is_null() || !exactly(op, &raw mut PyUnicode_Type) {
        return;
    }
    let one = text::intern_object(op);
    if one != op {
        incref(one);
        *place = one;
        decref(op);
    }
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_InternImmortal(place: *mut *mut PyObject) {
    PyUnicode_InternInPlace(place);
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_InternFromString(utf8: *const c_char) -> *mut PyObject {
    let mut op = PyUnicode_FromString(utf8);
    PyUnicode_InternInPlace(&raw mut op);
    op
}

#[entry(unlocked)]
pub unsafe fn _PyUnicode_FromId(id: *mut Identifier) -> *mut PyObject {
    text::interned(&c_text((*id).string))
}

#[entry(unlocked)]
pub unsafe fn _PyUnicode_EqualToASCIIId(left: *mut PyObject, id: *mut Identifier) -> c_int {
    _PyUnicode_EqualToASCIIString(left, (*id).string)
}

// --- contents -------------------------------------------------------------------------------------------------------

#[entry(unlocked)]
pub unsafe fn PyUnicode_GetLength(op: *mut PyObject) -> Py_ssize_t {
    if !is_str(op) {
        bad_argument::<()>();
        return -1;
    }
    text::len(op) as Py_ssize_t
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_GetSize(op: *mut PyObject) -> Py_ssize_t {
    PyUnicode_GetLength(op)
}

#[entry(unlocked)]
pub unsafe fn _PyUnicode_Ready(_op: *mut PyObject) -> c_int {
    0
}

#[entry(unlocked)]
pub unsafe fn _PyUnicode_CheckConsistency(_op: *mut PyObject, _contents: c_int) -> c_int {
    1
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_ReadChar(op: *mut PyObject, i: Py_ssize_t) -> Py_UCS4 {
    if !is_str(op) {
        bad_argument::<()>();
        return Py_UCS4::MAX;
    }
    if i < 0 || i as usize >= text::len(op) {
        index_error::<()>("string index out of range");
        return Py_UCS4::MAX;
    }
    text::read(op, i as usize)
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_WriteChar(op: *mut PyObject, i: Py_ssize_t, point: Py_UCS4) -> c_int {
    if !is_str(op) {
        bad_argument::<()>();
        return -1;
    }
    if i < 0 || i as usize >= text::len(op) {
        index_error::<()>("string index out of range");
        return -1;
    }
    if !check_modifiable(op) {
        return -1;
    }
    if point > max_of_kind(op) {
        value_error::<()>("character out of range");
        return -1;
    }
    text::write(op, i as usize, point);
    0
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_Fill(
    op: *mut PyObject,
    start: Py_ssize_t,
    len: Py_ssize_t,
    point: Py_UCS4,
) -> Py_ssize_t {
    if !is_str(op) {
        bad_internal_call::<()>();
        return -1;
    }
    if !check_modifiable(op) {
        return -1;
    }
    if start < 0 {
        index_error::<()>("string index out of range");
        return -1;
    }
    if point > max_of_kind(op) {
        value_error::<()>("fill character is bigger than the string maximum character");
        return -1;
    }
    let count = len.min(text::len(op) as isize - start);
    if count <= 0 {
        return 0;
    }
    _PyUnicode_FastFill(op, start, count, point);
    count
}

#[entry(unlocked)]
pub unsafe fn _PyUnicode_FastFill(op: *mut PyObject, start: Py_ssize_t, len: Py_ssize_t, point: Py_UCS4) {
    (start..start + len).for_each(|i| text::write(op, i as usize, point));
}

/// What CPython calls the kind of a str in messages.
unsafe fn kind_name(op: Obj) -> &'static str {
    // SAFETY: `op` is a str.
    match unsafe { max_of_kind(op) } {
        0x7f => "ascii",
        0xff => "latin1",
        0xffff => "UCS2",
        _ => "UCS4",
    }
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_CopyCharacters(
    to: *mut PyObject,
    to_start: Py_ssize_t,
    from: *mut PyObject,
    from_start: Py_ssize_t,
    count: Py_ssize_t,
) -> Py_ssize_t {
    if !is_str(from) || !is_str(to) {
        bad_internal_call::<()>();
        return -1;
    }
    if from_start < 0
        || from_start as usize > text::len(from)
        || to_start < 0
        || to_start as usize > text::len(to)
    {
        index_error::<()>("string index out of range");
        return -1;
    }
    if count < 0 {
        system_error::<()>("how_many cannot be negative");
        return -1;
    }
    let count = count.min(text::len(from) as isize - from_start);
    if to_start + count > text::len(to) as isize {
        let room = text::len(to);
        system_error::<()>(&format!(
            "Cannot write {count} characters at {to_start} in a string of {room} characters"
        ));
        return -1;
    }
    if count == 0 {
        return 0;
    }
    if !check_modifiable(to) {
        return -1;
    }
    let end = (from_start + count) as usize;
    if max_of_kind(from) > max_of_kind(to) && max_in(from, from_start as usize, end) > max_of_kind(to) {
        let (from, to) = (kind_name(from), kind_name(to));
        system_error::<()>(&format!(
            "Cannot copy {from} characters into a string of {to} characters"
        ));
        return -1;
    }
    copy(to, to_start as usize, from, from_start as usize, count as usize);
    count
}

#[entry(unlocked)]
pub unsafe fn _PyUnicode_FastCopyCharacters(
    to: *mut PyObject,
    to_start: Py_ssize_t,
    from: *mut PyObject,
    from_start: Py_ssize_t,
    count: Py_ssize_t,
) {
    copy(to, to_start as usize, from, from_start as usize, count as usize);
}

#[entry(unlocked)]
pub unsafe fn _PyUnicode_FindMaxChar(op: *mut PyObject, start: Py_ssize_t, end: Py_ssize_t) -> Py_UCS4 {
    if text::is_ascii(op) {
        return 0x7f;
    }
    match max_in(op, start as usize, end as usize) {
        0..=0x7f => 0x7f,
        0x80..=0xff => 0xff,
        0x100..=0xffff => 0xffff,
        _ => MAX_POINT,
    }
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_Substring(op: *mut PyObject, start: Py_ssize_t, end: Py_ssize_t) -> *mut PyObject {
    let len = text::len(op) as isize;
    let end = end.min(len);
    if start == 0 && end == len {
        return exact(op);
    }
    if start < 0 || end < 0 {
        return index_error("string index out of range");
    }
    if start >= len || end < start {
        return text::new(0, 0);
    }
    substring(op, start as usize, end as usize)
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_Resize(place: *mut *mut PyObject, len: Py_ssize_t) -> c_int {
    if place.is_null() || len < 0 || !is_str(*place) {
        bad_internal_call::<()>();
        return -1;
    }
    let old = *place;
    let len = len as usize;
    if len == text::len(old) {
        return 0;
    }
    let new = text::new(len, max_of_kind(old));
    if new.is_null() {
        return -1;
    }
    copy(new, 0, old, 0, len.min(text::len(old)));
    *place = new;
    decref(old);
    0
}

// --- joining --------------------------------------------------------------------------------------------------------

#[entry(unlocked)]
pub unsafe fn PyUnicode_Concat(left: *mut PyObject, right: *mut PyObject) -> *mut PyObject {
    if !ensure(left) {
        return null_mut();
    }
    if !is_str(right) {
        if right.is_null() {
            return bad_internal_call();
        }
        let shown = type_name(right);
        return type_error(&format!("can only concatenate str (not \"{shown}\") to str"));
    }
    if text::len(left) == 0 {
        return exact(right);
    }
    if text::len(right) == 0 {
        return exact(left);
    }
    concat(&[left, right])
}

/// All parts in one new str.
pub(crate) unsafe fn concat(parts: &[Obj]) -> Obj {
    // SAFETY: the parts are strs.
    unsafe {
        let max = parts.iter().map(|&p| max_of_kind(p)).max().unwrap_or(0);
        let new = text::new(parts.iter().map(|&p| text::len(p)).sum(), max);
        if new.is_null() {
            return new;
        }
        let mut at = 0;
        for &part in parts {
            copy(new, at, part, 0, text::len(part));
            at += text::len(part);
        }
        new
    }
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_Append(place: *mut *mut PyObject, right: *mut PyObject) {
    if place.is_null() {
        if err::occurred().is_null() {
            bad_internal_call::<()>();
        }
        return;
    }
    let left = *place;
    *place = if is_str(left) && is_str(right) {
        PyUnicode_Concat(left, right)
    } else {
        if err::occurred().is_null() {
            bad_internal_call::<()>();
        }
        null_mut()
    };
    xdecref(left);
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_AppendAndDel(place: *mut *mut PyObject, right: *mut PyObject) {
    PyUnicode_Append(place, right);
    xdecref(right);
}

#[entry]
pub unsafe fn PyUnicode_Join(separator: *mut PyObject, items: *mut PyObject) -> *mut PyObject {
    if exactly(items, &raw mut PyList_Type) {
        return join(separator, seq::list_slice(items));
    }
    if exactly(items, &raw mut PyTuple_Type) {
        return join(separator, seq::tuple_slice(items));
    }
    let list = Owned(op(Op::TupleOf, &[items]));
    if list.0.is_null() {
        if err::matches(err::occurred(), PyExc_TypeError) {
            type_error::<()>("can only join an iterable");
        }
        return null_mut();
    }
    join(separator, seq::tuple_slice(list.0))
}

#[entry(unlocked)]
pub unsafe fn _PyUnicode_JoinArray(
    separator: *mut PyObject,
    items: *const *mut PyObject,
    len: Py_ssize_t,
) -> *mut PyObject {
    if len == 0 {
        return text::new(0, 0);
    }
    join(separator, std::slice::from_raw_parts(items, len as usize))
}

/// `separator.join(items)`; NULL stands for a space, as in CPython.
unsafe fn join(separator: Obj, items: &[Obj]) -> Obj {
    // SAFETY: the items are objects.
    unsafe {
        if items.is_empty() {
            return text::new(0, 0);
        }
        if items.len() == 1 && exactly(items[0], &raw mut PyUnicode_Type) {
            return new_ref(items[0]);
        }
        let space = Owned(if separator.is_null() {
            text::from_ascii(b" ")
        } else {
            null_mut()
        });
        let separator = if separator.is_null() { space.0 } else { separator };
        if !is_str(separator) {
            let shown = type_name(separator);
            return type_error(&format!("separator: expected str instance, {shown} found"));
        }
        if let Some(i) = items.iter().position(|&item| !is_str(item)) {
            let shown = type_name(items[i]);
            return type_error(&format!(
                "sequence item {i}: expected str instance, {shown} found"
            ));
        }
        let mut parts = Vec::with_capacity(items.len() * 2);
        for &item in items {
            if !parts.is_empty() && text::len(separator) > 0 {
                parts.push(separator);
            }
            parts.push(item);
        }
        concat(&parts)
    }
}

// --- comparing ------------------------------------------------------------------------------------------------------

/// By code points.
pub(crate) unsafe fn compare(a: Obj, b: Obj) -> Ordering {
    // SAFETY: both are strs.
    unsafe {
        if a == b {
            return Ordering::Equal;
        }
        let (n, m) = (text::len(a), text::len(b));
        if text::kind(a) == 1 && text::kind(b) == 1 {
            let left = std::slice::from_raw_parts(text::data(a), n);
            return left.cmp(std::slice::from_raw_parts(text::data(b), m));
        }
        let left = (0..n).map(|i| text::read(a, i));
        left.cmp((0..m).map(|i| text::read(b, i)))
    }
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_Compare(a: *mut PyObject, b: *mut PyObject) -> c_int {
    if is_str(a) && is_str(b) {
        return compare(a, b) as c_int;
    }
    if a.is_null() || b.is_null() {
        bad_internal_call::<()>();
    } else {
        let (a, b) = (type_name(a), type_name(b));
        type_error::<()>(&format!("Can't compare {a} and {b}"));
    }
    -1
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_CompareWithASCIIString(op: *mut PyObject, text: *const c_char) -> c_int {
    let points = (0..text::len(op)).map(|i| text::read(op, i));
    points.cmp(c_bytes(text).iter().map(|&b| u32::from(b))) as c_int
}

#[entry(unlocked)]
pub unsafe fn _PyUnicode_EqualToASCIIString(op: *mut PyObject, text: *const c_char) -> c_int {
    let bytes = c_bytes(text);
    let equal = text::is_ascii(op) && text::utf8(op) == bytes;
    c_int::from(equal)
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_RichCompare(a: *mut PyObject, b: *mut PyObject, operator: c_int) -> *mut PyObject {
    if !is_str(a) || !is_str(b) {
        return new_ref(not_implemented());
    }
    let result = match operator {
        Py_EQ => text::eq(a, b),
        Py_NE => !text::eq(a, b),
        Py_LT => compare(a, b).is_lt(),
        Py_LE => compare(a, b).is_le(),
        Py_GT => compare(a, b).is_gt(),
        Py_GE => compare(a, b).is_ge(),
        _ => {
            bad_argument::<()>();
            return null_mut();
        }
    };
    new_ref(bool_object(result))
}

#[entry(unlocked)]
pub unsafe fn _PyUnicode_EQ(a: *mut PyObject, b: *mut PyObject) -> c_int {
    c_int::from(text::eq(a, b))
}

#[entry(unlocked)]
pub unsafe fn _PyUnicode_Equal(a: *mut PyObject, b: *mut PyObject) -> c_int {
    c_int::from(text::eq(a, b))
}

/// The white space among the ASCII characters.
#[gimbal_macros::exported]
pub static _Py_ascii_whitespace: [u8; 128] = {
    let mut table = [0; 128];
    let mut i = 0;
    while i < 128 {
        table[i] = matches!(i as u8, b'\t'..=b'\r' | 0x1c..=b' ') as u8;
        i += 1;
    }
    table
};
