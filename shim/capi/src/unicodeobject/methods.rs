//! What a `str` can do, by the host's own methods where it is more than looking at code points.

use super::{ensure, substring};
use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

/// A C string that the host's `str` knows as a method with int arguments.
unsafe fn with_range(name: &str, s: Obj, what: Obj, start: Py_ssize_t, end: Py_ssize_t) -> Obj {
    // SAFETY: `s` is a str, `what` an object.
    unsafe {
        let start = Owned(int::from_i64(start as i64));
        let end = Owned(int::from_i64(end as i64));
        str_method(name, s, &[what, start.0, end.0])
    }
}

/// The int in a result (a new reference); None with the indicator set when it is NULL.
unsafe fn number(result: Obj) -> Option<Py_ssize_t> {
    let result = Owned(result);
    // SAFETY: an int or NULL.
    unsafe { (!result.0.is_null()).then(|| int::as_i64(result.0).unwrap_or(-1) as Py_ssize_t) }
}

#[entry]
pub unsafe fn PyUnicode_Contains(s: *mut PyObject, what: *mut PyObject) -> c_int {
    if !is_str(what) {
        let shown = if what.is_null() {
            "NULL".into()
        } else {
            type_name(what)
        };
        type_error::<()>(&format!(
            "'in <string>' requires string as left operand, not {shown}"
        ));
        return -1;
    }
    if !ensure(s) {
        return -1;
    }
    match (text::as_str(s), text::as_str(what)) {
        (Some(s), Some(what)) => c_int::from(s.contains(what)),
        _ => op_int(Op::Contains, &[s, what]) as c_int,
    }
}

#[entry(error = -2)]
pub unsafe fn PyUnicode_Find(
    s: *mut PyObject,
    what: *mut PyObject,
    start: Py_ssize_t,
    end: Py_ssize_t,
    direction: c_int,
) -> Py_ssize_t {
    if !ensure(s) || !ensure(what) {
        return -2;
    }
    let name = if direction > 0 { "find" } else { "rfind" };
    number(with_range(name, s, what, start, end)).unwrap_or(-2)
}

#[entry(error = -2)]
pub unsafe fn PyUnicode_FindChar(
    s: *mut PyObject,
    point: Py_UCS4,
    start: Py_ssize_t,
    end: Py_ssize_t,
    direction: c_int,
) -> Py_ssize_t {
    if start < 0 || end < 0 {
        index_error::<()>("string index out of range");
        return -2;
    }
    let mut places = start as usize..text::len(s).min(end as usize);
    let here = |i: &usize| text::read(s, *i) == point;
    let found = if direction > 0 {
        places.find(here)
    } else {
        places.rfind(here)
    };
    found.map_or(-1, |i| i as Py_ssize_t)
}

#[entry]
pub unsafe fn PyUnicode_Count(
    s: *mut PyObject,
    what: *mut PyObject,
    start: Py_ssize_t,
    end: Py_ssize_t,
) -> Py_ssize_t {
    if !ensure(s) || !ensure(what) {
        return -1;
    }
    number(with_range("count", s, what, start, end)).unwrap_or(-1)
}

#[entry]
pub unsafe fn PyUnicode_Tailmatch(
    s: *mut PyObject,
    what: *mut PyObject,
    start: Py_ssize_t,
    end: Py_ssize_t,
    direction: c_int,
) -> Py_ssize_t {
    if !ensure(s) || !ensure(what) {
        return -1;
    }
    let name = if direction > 0 { "endswith" } else { "startswith" };
    let result = Owned(with_range(name, s, what, start, end));
    if result.0.is_null() {
        return -1;
    }
    Py_ssize_t::from(result.0 == true_object())
}

#[entry]
pub unsafe fn PyUnicode_Replace(
    s: *mut PyObject,
    old: *mut PyObject,
    new: *mut PyObject,
    max: Py_ssize_t,
) -> *mut PyObject {
    if !ensure(s) || !ensure(old) || !ensure(new) {
        return null_mut();
    }
    let max = Owned(int::from_i64(max as i64));
    str_method("replace", s, &[old, new, max.0])
}

unsafe fn split(name: &str, s: Obj, separator: Obj, max: Py_ssize_t) -> Obj {
    // SAFETY: objects or NULL.
    unsafe {
        if !ensure(s) || !(separator.is_null() || ensure(separator)) {
            return null_mut();
        }
        let separator = if separator.is_null() { none() } else { separator };
        let max = Owned(int::from_i64(max as i64));
        str_method(name, s, &[separator, max.0])
    }
}

#[entry]
pub unsafe fn PyUnicode_Split(s: *mut PyObject, separator: *mut PyObject, max: Py_ssize_t) -> *mut PyObject {
    split("split", s, separator, max)
}

#[entry]
pub unsafe fn PyUnicode_RSplit(s: *mut PyObject, separator: *mut PyObject, max: Py_ssize_t) -> *mut PyObject {
    split("rsplit", s, separator, max)
}

#[entry]
pub unsafe fn PyUnicode_Splitlines(s: *mut PyObject, keep_ends: c_int) -> *mut PyObject {
    if !ensure(s) {
        return null_mut();
    }
    str_method("splitlines", s, &[bool_object(keep_ends != 0)])
}

unsafe fn partition(name: &str, s: Obj, separator: Obj) -> Obj {
    // SAFETY: objects or NULL.
    unsafe {
        if !ensure(s) || !ensure(separator) {
            return null_mut();
        }
        str_method(name, s, &[separator])
    }
}

#[entry]
pub unsafe fn PyUnicode_Partition(s: *mut PyObject, separator: *mut PyObject) -> *mut PyObject {
    partition("partition", s, separator)
}

#[entry]
pub unsafe fn PyUnicode_RPartition(s: *mut PyObject, separator: *mut PyObject) -> *mut PyObject {
    partition("rpartition", s, separator)
}

#[entry]
pub unsafe fn PyUnicode_Translate(
    s: *mut PyObject,
    mapping: *mut PyObject,
    errors: *const c_char,
) -> *mut PyObject {
    if !ensure(s) {
        return null_mut();
    }
    if errors.is_null() || c_bytes(errors) == b"ignore" {
        return str_method("translate", s, &[mapping]);
    }
    value_error("Gimbal: PyUnicode_Translate knows no error handler but 'ignore'")
}

#[entry]
pub unsafe fn PyUnicode_Format(format: *mut PyObject, args: *mut PyObject) -> *mut PyObject {
    if format.is_null() || args.is_null() {
        return bad_internal_call();
    }
    if !ensure(format) {
        return null_mut();
    }
    op(Op::Binary, &[text::interned("mod"), format, args])
}

#[entry]
pub unsafe fn PyUnicode_IsIdentifier(s: *mut PyObject) -> c_int {
    let result = Owned(str_method("isidentifier", s, &[]));
    if result.0.is_null() {
        return -1;
    }
    c_int::from(result.0 == true_object())
}

#[entry]
pub unsafe fn _PyUnicode_ScanIdentifier(s: *mut PyObject) -> Py_ssize_t {
    // the longest head that is an identifier; every head of an identifier is one
    let len = text::len(s);
    let (mut good, mut bad) = (0, len + 1);
    while bad - good > 1 {
        let middle = usize::midpoint(good, bad);
        let head = Owned(substring(s, 0, middle));
        if PyUnicode_IsIdentifier(head.0) == 1 {
            good = middle;
        } else {
            bad = middle;
        }
    }
    good as Py_ssize_t
}

const LEFT: c_int = 0;
const RIGHT: c_int = 1;

#[entry]
pub unsafe fn _PyUnicode_XStrip(s: *mut PyObject, side: c_int, characters: *mut PyObject) -> *mut PyObject {
    let name = match side {
        LEFT => "lstrip",
        RIGHT => "rstrip",
        _ => "strip",
    };
    str_method(name, s, &[characters])
}

#[entry]
pub unsafe fn _PyUnicode_TransformDecimalAndSpaceToASCII(s: *mut PyObject) -> *mut PyObject {
    if !is_str(s) {
        return bad_internal_call();
    }
    if text::is_ascii(s) {
        return super::exact(s);
    }
    let points: Vec<u32> = (0..text::len(s))
        .map(|i| match text::read(s, i) {
            point @ 0..=127 => point,
            point if super::ctype::_PyUnicode_IsWhitespace(point) != 0 => u32::from(b' '),
            point => match super::ctype::_PyUnicode_ToDecimalDigit(point) {
                -1 => u32::from(b'?'),
                digit => u32::from(b'0') + digit as u32,
            },
        })
        .collect();
    text::from_points(&points)
}
