//! The usual failures: an exception is set and the caller's error value (NULL, -1 ...) comes back, ready to return.

use gimbal_proxies::guard::ErrorValue;
use gimbal_proxies::*;
use std::ffi::c_int;

/// Sets an exception and gives the error value.
#[cold]
pub unsafe fn fail<R: ErrorValue>(class: Obj, message: &str) -> R {
    // SAFETY: the caller is attached.
    unsafe { err::set(class, message) };
    R::ERROR
}

macro_rules! failures {
    ($($(#[$doc:meta])* $name:ident = $class:ident;)*) => { $(
        $(#[$doc])*
        #[cold]
        pub unsafe fn $name<R: ErrorValue>(message: &str) -> R {
            // SAFETY: the caller is attached.
            unsafe { fail($class, message) }
        }
    )* };
}

failures! {
    /// `TypeError` with this message.
    type_error = PyExc_TypeError;
    /// `ValueError` with this message.
    value_error = PyExc_ValueError;
    /// `OverflowError` with this message.
    overflow_error = PyExc_OverflowError;
    /// `IndexError` with this message.
    index_error = PyExc_IndexError;
    /// `SystemError` with this message.
    system_error = PyExc_SystemError;
}

/// What CPython says to an argument of a wrong kind that only a mistake in C can bring (`PyErr_BadInternalCall`).
#[cold]
pub unsafe fn bad_internal_call<R: ErrorValue>() -> R {
    // SAFETY: the caller is attached.
    unsafe { system_error("bad argument to internal function") }
}

/// What CPython says to an object of a wrong type where it has no message of its own (`PyErr_BadArgument`).
#[cold]
pub unsafe fn bad_argument<R: ErrorValue>() -> R {
    // SAFETY: the caller is attached.
    unsafe { type_error("bad argument type for built-in operation") }
}

/// The answer to a NULL argument of the abstract protocols: an error that is set already says more.
#[cold]
pub unsafe fn null_argument<R: ErrorValue>() -> R {
    // SAFETY: the caller is attached.
    unsafe {
        if err::occurred().is_null() {
            err::set(PyExc_SystemError, "null argument to internal routine");
        }
    }
    R::ERROR
}

/// `KeyError(key)`, also when the key is a tuple.
#[cold]
pub unsafe fn key_error<R: ErrorValue>(key: Obj) -> R {
    // SAFETY: `key` is an object.
    unsafe {
        let args = seq::tuple_of(&[key]);
        err::set_object(PyExc_KeyError, args);
        xdecref(args);
    }
    R::ERROR
}

/// 0, or -1 for failure.
#[inline]
pub fn status(done: bool) -> c_int {
    if done { 0 } else { -1 }
}

/// 1 or 0, or -1 for failure.
#[inline]
pub fn truth(answer: Option<bool>) -> c_int {
    answer.map_or(-1, c_int::from)
}

/// Sets aside the error indicator while `f` runs, and drops what `f` raises.
pub unsafe fn without_errors<R>(f: impl FnOnce() -> R) -> R {
    // SAFETY: the caller is attached.
    unsafe {
        let pending = err::fetch();
        let result = f();
        err::clear();
        err::restore(pending.0, pending.1, pending.2);
        result
    }
}
