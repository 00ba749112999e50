//! What surrounds the body of every exported function: the panic guard, and the answer of a function that is not
//! written yet.

use crate::{err, state};
use std::ffi::{c_int, c_uint};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// The value by which a function of this return type says "an exception is set".
pub trait ErrorValue {
    /// That value.
    const ERROR: Self;
}

macro_rules! error_values {
    ($($ty:ty = $value:expr;)*) => { $(impl ErrorValue for $ty { const ERROR: Self = $value; })* };
}

error_values! {
    () = ();
    c_int = -1;
    i64 = -1;
    isize = -1;
    c_uint = u32::MAX;
    u64 = u64::MAX;
    usize = usize::MAX;
    f64 = -1.0;
    u16 = 0;
    u8 = 0;
    i8 = -1;
}

impl<T> ErrorValue for *mut T {
    const ERROR: Self = std::ptr::null_mut();
}

impl<T> ErrorValue for *const T {
    const ERROR: Self = std::ptr::null();
}

impl<T> ErrorValue for Option<T> {
    const ERROR: Self = None;
}

/// Runs the body of an entry with the lock; a panic becomes `SystemError` and `on_error`.
#[inline]
pub fn run<R>(name: &'static str, on_error: R, body: impl FnOnce() -> R) -> R {
    let _held = state::hold();
    run_unlocked(name, on_error, body)
}

/// Runs the body of an entry that takes the lock itself where it needs it.
#[inline]
pub fn run_unlocked<R>(name: &'static str, on_error: R, body: impl FnOnce() -> R) -> R {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(value) => value,
        Err(panic) => {
            report(name, &*panic);
            on_error
        }
    }
}

#[cold]
fn report(name: &str, panic: &(dyn std::any::Any + Send)) {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("unknown");
    let _held = state::hold();
    // SAFETY: called from an entry; the lock is held.
    unsafe {
        err::set(
            crate::PyExc_SystemError,
            &format!("Gimbal: internal error in {name}: {text}"),
        )
    }
}

/// The answer of a function that is exported but not written yet.
#[cold]
pub fn unimplemented(symbol: &str) {
    let _held = state::hold();
    // SAFETY: called from an exported stub; the lock is held.
    unsafe {
        err::set(
            crate::PyExc_SystemError,
            &format!("Gimbal does not implement {symbol} yet"),
        )
    }
}
