//! What the entries of several modules need: checks of arguments, the errors that CPython sets for bad ones, and
//! C strings as objects.

use gimbal_proxies::*;
use std::borrow::Cow;
use std::ffi::{CStr, c_char, c_ulong};

/// A reference that is given back at the end of the scope; NULL is allowed.
pub(crate) struct Owned(pub Obj);

impl Drop for Owned {
    fn drop(&mut self) {
        // SAFETY: the reference is this guard's.
        unsafe { xdecref(self.0) }
    }
}

/// Has the type of `op` this flag?
#[inline]
pub(crate) unsafe fn has_flag(op: Obj, flag: c_ulong) -> bool {
    // SAFETY: an object has a type.
    unsafe { type_flags::of((*op).ob_type) & flag != 0 }
}

/// Is it a str or an instance of a subclass? NULL is not.
#[inline]
pub(crate) unsafe fn is_str(op: Obj) -> bool {
    // SAFETY: checked for NULL.
    unsafe { !op.is_null() && has_flag(op, Py_TPFLAGS_UNICODE_SUBCLASS) }
}

/// Is it a bytes or an instance of a subclass? NULL is not.
#[inline]
pub(crate) unsafe fn is_bytes(op: Obj) -> bool {
    // SAFETY: checked for NULL.
    unsafe { !op.is_null() && has_flag(op, Py_TPFLAGS_BYTES_SUBCLASS) }
}

/// Is it an int or an instance of a subclass? NULL is not.
#[inline]
pub(crate) unsafe fn is_int(op: Obj) -> bool {
    // SAFETY: checked for NULL.
    unsafe { !op.is_null() && has_flag(op, Py_TPFLAGS_LONG_SUBCLASS) }
}

/// Is it exactly of this type?
#[inline]
pub(crate) unsafe fn is_exact(op: Obj, ty: *mut PyTypeObject) -> bool {
    // SAFETY: an object has a type.
    unsafe { (*op).ob_type == ty }
}

/// Is it of this type or of a subclass?
#[inline]
pub(crate) unsafe fn is_instance(op: Obj, ty: *mut PyTypeObject) -> bool {
    // SAFETY: an object has a type.
    unsafe { is_exact(op, ty) || types::is_subtype((*op).ob_type, ty) }
}

/// The name of the type of `op`, at most 200 characters as in CPython's messages.
pub(crate) unsafe fn type_name(op: Obj) -> String {
    // SAFETY: an object has a type, a type has a name.
    unsafe { c_text((*(*op).ob_type).tp_name) }
        .chars()
        .take(200)
        .collect()
}

/// A C string for a message.
pub(crate) unsafe fn c_text<'a>(text: *const c_char) -> Cow<'a, str> {
    // SAFETY: a NUL-terminated string.
    unsafe { CStr::from_ptr(text) }.to_string_lossy()
}

/// The bytes of a C string; nothing for NULL.
pub(crate) unsafe fn c_bytes<'a>(text: *const c_char) -> &'a [u8] {
    if text.is_null() {
        return &[];
    }
    // SAFETY: a NUL-terminated string.
    unsafe { CStr::from_ptr(text) }.to_bytes()
}

/// The memory that C passes as a pointer and a size.
pub(crate) unsafe fn memory<'a>(data: *const c_char, len: Py_ssize_t) -> &'a [u8] {
    if len <= 0 {
        return &[];
    }
    // SAFETY: the caller's memory has `len` bytes.
    unsafe { std::slice::from_raw_parts(data.cast(), len as usize) }
}

/// A C string as a new str; NULL for NULL.
pub(crate) unsafe fn optional_str(text: *const c_char) -> Owned {
    if text.is_null() {
        return Owned(std::ptr::null_mut());
    }
    // SAFETY: a NUL-terminated string.
    Owned(unsafe { text::from_str(&c_text(text)) })
}

/// Sets `TypeError`; NULL.
#[cold]
pub(crate) unsafe fn type_error(message: &str) -> Obj {
    // SAFETY: the lock is held.
    unsafe { err::set(PyExc_TypeError, message) };
    std::ptr::null_mut()
}

/// Sets `ValueError`; NULL.
#[cold]
pub(crate) unsafe fn value_error(message: &str) -> Obj {
    // SAFETY: the lock is held.
    unsafe { err::set(PyExc_ValueError, message) };
    std::ptr::null_mut()
}

/// Sets `OverflowError`; NULL.
#[cold]
pub(crate) unsafe fn overflow_error(message: &str) -> Obj {
    // SAFETY: the lock is held.
    unsafe { err::set(PyExc_OverflowError, message) };
    std::ptr::null_mut()
}

/// Sets `IndexError`; NULL.
#[cold]
pub(crate) unsafe fn index_error(message: &str) -> Obj {
    // SAFETY: the lock is held.
    unsafe { err::set(PyExc_IndexError, message) };
    std::ptr::null_mut()
}

/// Sets `SystemError`; NULL.
#[cold]
pub(crate) unsafe fn system_error(message: &str) -> Obj {
    // SAFETY: the lock is held.
    unsafe { err::set(PyExc_SystemError, message) };
    std::ptr::null_mut()
}

/// What CPython says to an argument of a wrong kind that only a mistake in C can bring; NULL.
#[cold]
pub(crate) unsafe fn bad_internal_call() -> Obj {
    // SAFETY: the lock is held.
    unsafe { system_error("bad argument to internal function") }
}

/// What CPython says to an object of a wrong type where it has no message of its own; NULL.
#[cold]
pub(crate) unsafe fn bad_argument() -> Obj {
    // SAFETY: the lock is held.
    unsafe { type_error("bad argument type for built-in operation") }
}

/// What the abstract protocols say to a NULL argument; NULL. An exception that explains the NULL stays.
#[cold]
pub(crate) unsafe fn null_argument() -> Obj {
    // SAFETY: the lock is held.
    unsafe {
        if err::occurred().is_null() {
            system_error("null argument to internal routine");
        }
    }
    std::ptr::null_mut()
}

/// Calls `module.name(*args)` of the host's library.
pub(crate) unsafe fn call_library(module: &str, name: &str, args: &[Obj]) -> Obj {
    // SAFETY: arguments are objects.
    unsafe {
        let function = Owned(op(
            Op::ImportAttr,
            &[text::interned(module), text::interned(name)],
        ));
        if function.0.is_null() {
            return std::ptr::null_mut();
        }
        let args = Owned(seq::tuple_of(args));
        op(Op::CallObject, &[function.0, args.0, std::ptr::null_mut()])
    }
}

/// Calls method `name` of str, `s.name(*args)`.
pub(crate) unsafe fn str_method(name: &str, s: Obj, args: &[Obj]) -> Obj {
    // SAFETY: arguments are objects or NULL.
    unsafe {
        let mut list = vec![text::interned(name), s];
        list.extend_from_slice(args);
        op(Op::StrMethod, &list)
    }
}
