//! The error indicator since 3.12: the exception itself, made as soon as it is set.

use super::{normalize, thread};
use crate::{Obj, Op, ThreadState, crossing, new_ref, text, xdecref};

/// Is an exception set? The class, borrowed.
#[inline]
pub unsafe fn occurred() -> Obj {
    // SAFETY: the caller is attached.
    unsafe {
        let exception = thread().visible.current_exception;
        if exception.is_null() {
            exception
        } else {
            (*exception).ob_type.cast()
        }
    }
}

/// Takes the exception out, with its class and no traceback but its own.
pub unsafe fn fetch() -> (Obj, Obj, Obj) {
    // SAFETY: the caller is attached.
    unsafe {
        let exception = std::mem::replace(&mut thread().visible.current_exception, std::ptr::null_mut());
        let class = if exception.is_null() {
            exception
        } else {
            new_ref((*exception).ob_type.cast())
        };
        (class, exception, std::ptr::null_mut())
    }
}

/// Puts an exception in, which is made if only its class and arguments are there; takes the references over.
pub unsafe fn restore(mut class: Obj, mut value: Obj, mut traceback: Obj) {
    // SAFETY: the caller is attached; the old exception is released after the new one is in place.
    unsafe {
        normalize(&mut class, &mut value, &mut traceback);
        if !traceback.is_null() && !value.is_null() {
            let set = [value, text::interned("__traceback__"), traceback];
            crossing::op_unit(Op::SetAttr, &set);
            xdecref(traceback);
        }
        xdecref(class);
        xdecref(std::mem::replace(&mut thread().visible.current_exception, value));
    }
}

/// Releases what any thread's indicator holds.
pub unsafe fn drop_indicator(state: &mut ThreadState) {
    // SAFETY: the reference is the indicator's.
    unsafe {
        xdecref(std::mem::replace(
            &mut state.current_exception,
            std::ptr::null_mut(),
        ))
    }
}
