//! The C-variadic functions of the C API, and those that take a `va_list`.
//!
//! Stable Rust cannot define a C-variadic function, so each exported name is a naked function that jumps to a C body in
//! `va.c`. The body starts the list and calls one of the `gimbal_*` functions of the modules here, which take the
//! arguments out with [`VaArgs`]. Nothing here knows how objects are made: everything is written over the C API itself.
//!
//! # Safety
//!
//! The functions here have the contracts of the C functions they serve: objects are live, format strings end with NUL,
//! and the arguments in the list are of the types that the format says. "The caller's contract" in a `SAFETY` comment
//! means this.

mod build;
mod call;
mod convert;
mod cursor;
mod errors;
mod format;
mod keywords;
pub(crate) mod parse;
pub mod parser;
mod sys;
mod trampolines;
pub mod unpack;

use std::ffi::{CStr, c_char, c_double, c_int, c_long, c_longlong, c_void};

use gimbal_abi::{Py_ssize_t, PyObject};

/// Since 3.13 the lengths of `#` units are always `Py_ssize_t`, whatever a caller defines.
const SIZE_T_ALWAYS: bool = cfg!(Py_3_13);

unsafe extern "C" {
    fn gimbal_va_ptr(ap: VaArgs) -> *mut c_void;
    fn gimbal_va_ptrs(ap: VaArgs, out: *mut *mut c_void, n: usize);
    fn gimbal_va_int(ap: VaArgs) -> c_int;
    fn gimbal_va_long(ap: VaArgs) -> c_long;
    fn gimbal_va_longlong(ap: VaArgs) -> c_longlong;
    fn gimbal_va_ssize(ap: VaArgs) -> Py_ssize_t;
    fn gimbal_va_double(ap: VaArgs) -> c_double;
    fn gimbal_va_count_until_null(ap: VaArgs) -> usize;
    fn gimbal_va_vsnprintf(out: *mut c_char, size: usize, format: *const c_char, ap: VaArgs) -> c_int;
}

/// A pointer to a started `va_list`; taking an argument moves the list on.
///
/// Only the C bodies make one, and it must not outlive their call. Taking an argument is unsafe: the caller's contract
/// says of which type it is.
#[repr(transparent)]
#[derive(Clone, Copy)]
struct VaArgs(*mut c_void);

impl VaArgs {
    /// Takes a pointer, to an object or to where a result goes.
    #[inline]
    unsafe fn ptr<T>(self) -> *mut T {
        // SAFETY: the next argument is a pointer by the caller's contract.
        unsafe { gimbal_va_ptr(self) }.cast()
    }

    /// Takes as many pointers as there is room for.
    #[inline]
    unsafe fn ptrs(self, out: &mut [*mut c_void]) {
        // SAFETY: the next arguments are pointers by the caller's contract.
        unsafe { gimbal_va_ptrs(self, out.as_mut_ptr(), out.len()) }
    }

    /// Takes a pointer and writes `value` to where it points.
    #[inline]
    unsafe fn store<T>(self, value: T) {
        // SAFETY: the next argument is a pointer to a place for a `T` by the caller's contract.
        unsafe { self.ptr::<T>().write(value) }
    }

    /// Takes an `int`, or anything narrower, which C promotes to it.
    unsafe fn int(self) -> c_int {
        // SAFETY: the next argument is an int by the caller's contract.
        unsafe { gimbal_va_int(self) }
    }

    /// Takes a `long`.
    unsafe fn long(self) -> c_long {
        // SAFETY: the next argument is a long by the caller's contract.
        unsafe { gimbal_va_long(self) }
    }

    /// Takes a `long long`.
    unsafe fn longlong(self) -> c_longlong {
        // SAFETY: the next argument is a long long by the caller's contract.
        unsafe { gimbal_va_longlong(self) }
    }

    /// Takes a `Py_ssize_t`.
    unsafe fn ssize(self) -> Py_ssize_t {
        // SAFETY: the next argument is a Py_ssize_t by the caller's contract.
        unsafe { gimbal_va_ssize(self) }
    }

    /// Takes a `double`.
    unsafe fn double(self) -> c_double {
        // SAFETY: the next argument is a double by the caller's contract.
        unsafe { gimbal_va_double(self) }
    }

    /// How many pointers come before the closing NULL; takes none of them.
    unsafe fn count_until_null(self) -> usize {
        // SAFETY: a NULL closes the list by the caller's contract.
        unsafe { gimbal_va_count_until_null(self) }
    }

    /// C's `vsnprintf` with these arguments; leaves the list where it was.
    unsafe fn print_into(self, out: &mut [u8], format: *const c_char) -> c_int {
        // SAFETY: the format fits the arguments by the caller's contract; the length is that of `out`.
        unsafe { gimbal_va_vsnprintf(out.as_mut_ptr().cast(), out.len(), format, self) }
    }
}

/// The first `limit` bytes of a C string, as `%.200s` of printf would print them.
unsafe fn prefix<'a>(text: *const c_char, limit: usize) -> &'a [u8] {
    // SAFETY: `text` ends with NUL by the caller's contract and lives for the whole call of the exported function.
    let bytes = unsafe { CStr::from_ptr(text) }.to_bytes();
    &bytes[..bytes.len().min(limit)]
}

/// The name of the type of `object` as error messages show it, None by its own name.
unsafe fn shown_type<'a>(object: *mut PyObject) -> &'a [u8] {
    // SAFETY: `object` is live by the caller's contract, and so is its type, whose name ends with NUL.
    unsafe {
        if object == gimbal_abi::Py_None() {
            b"None"
        } else {
            prefix((*gimbal_abi::Py_TYPE(object)).tp_name, 50)
        }
    }
}

/// Raises the error for a call that no correct C code makes.
#[cold]
fn bad_internal_call() {
    let message = c"bad argument to internal function";
    // SAFETY: the message ends with NUL.
    unsafe { gimbal_abi::PyErr_SetString(gimbal_abi::PyExc_SystemError, message.as_ptr()) };
}
