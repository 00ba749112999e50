//! C strings: as objects, as text for messages, as bytes.

use super::host::Owned;
use gimbal_proxies::guard::ErrorValue;
use gimbal_proxies::*;
use std::borrow::Cow;
use std::ffi::{CStr, c_char};

/// `_Py_Identifier` of 3.11, of which only the text is of interest.
#[repr(C)]
pub struct Identifier {
    /// The name.
    pub string: *const c_char,
    /// Filled by CPython at first use.
    pub index: isize,
}

/// The name of the type of `op`, at most 200 characters as in CPython's messages.
pub unsafe fn type_name(op: Obj) -> String {
    // SAFETY: an object has a type, a type has a name.
    unsafe { c_text((*(*op).ob_type).tp_name) }
        .chars()
        .take(200)
        .collect()
}

/// A C string for a message.
pub unsafe fn c_text<'a>(text: *const c_char) -> Cow<'a, str> {
    // SAFETY: a NUL-terminated string.
    unsafe { CStr::from_ptr(text) }.to_string_lossy()
}

/// The bytes of a C string; nothing for NULL.
pub unsafe fn c_bytes<'a>(text: *const c_char) -> &'a [u8] {
    if text.is_null() {
        return &[];
    }
    // SAFETY: a NUL-terminated string.
    unsafe { CStr::from_ptr(text) }.to_bytes()
}

/// The memory that C passes as a pointer and a size.
pub unsafe fn memory<'a>(data: *const c_char, len: Py_ssize_t) -> &'a [u8] {
    if len <= 0 {
        return &[];
    }
    // SAFETY: the caller's memory has `len` bytes.
    unsafe { std::slice::from_raw_parts(data.cast(), len as usize) }
}

/// A C string as a new str; NULL for NULL.
pub unsafe fn optional_str(text: *const c_char) -> Owned {
    if text.is_null() {
        return Owned(std::ptr::null_mut());
    }
    // SAFETY: a NUL-terminated string.
    Owned(unsafe { text::from_str(&c_text(text)) })
}

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
