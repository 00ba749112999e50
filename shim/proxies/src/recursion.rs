//! The depth of calls from C to C, which ends in `RecursionError` before it ends the stack.

use crate::err;
use crate::guard::ErrorValue;

/// Goes one level deeper; false, with the error set, at the limit. `place` continues the message.
#[inline]
pub unsafe fn enter(place: &str) -> bool {
    // SAFETY: the caller is attached.
    unsafe {
        let thread = err::thread();
        if thread.levels_left > 0 {
            thread.levels_left -= 1;
            return true;
        }
        too_deep(place)
    }
}

#[cold]
unsafe fn too_deep(place: &str) -> bool {
    // SAFETY: the caller is attached.
    unsafe {
        err::set(
            crate::PyExc_RecursionError,
            &format!("maximum recursion depth exceeded{place}"),
        );
    }
    false
}

/// Comes back from a level.
#[inline]
pub unsafe fn leave() {
    // SAFETY: the caller is attached.
    unsafe { err::thread() }.levels_left += 1;
}

/// Is another level left?
pub unsafe fn is_left() -> bool {
    // SAFETY: the caller is attached.
    unsafe { err::thread() }.levels_left > 0
}

/// Gives the thread more levels (or fewer).
pub unsafe fn add(levels: i32) {
    // SAFETY: the caller is attached.
    unsafe { err::thread() }.levels_left += levels;
}

/// Runs `f` one level deeper.
#[inline]
pub unsafe fn deeper<R: ErrorValue>(place: &str, f: impl FnOnce() -> R) -> R {
    // SAFETY: the caller is attached.
    unsafe {
        if !enter(place) {
            return R::ERROR;
        }
        let result = f();
        leave();
        result
    }
}
