//! The error indicator. It lives in the native thread state, where compiled code reads and writes it in place: in three
//! `parts` before 3.12, as an `instance` since then.

#[cfg(Py_3_12)]
mod instance;
#[cfg(not(Py_3_12))]
mod parts;

#[cfg(Py_3_12)]
pub use instance::*;
#[cfg(not(Py_3_12))]
pub use parts::*;

use crate::state::{self, Thread};
use crate::type_flags;
use crate::{Obj, Op, arena, crossing, decref, incref, new_ref, text, xdecref};
use gimbal_host::Cell;

/// The current thread's state; the caller is attached.
#[inline]
pub unsafe fn thread() -> &'static mut Thread {
    // SAFETY: who is attached has a thread state, which is never freed meanwhile.
    unsafe { &mut *state::current() }
}

/// Sets the indicator to `exception(message)`.
pub unsafe fn set(exception: Obj, message: &str) {
    let _held = crate::hold();
    // SAFETY: as the crate's contract.
    unsafe {
        if exception.is_null() {
            unbound(message);
        }
        let value = text::from_str(message);
        restore(new_ref(exception), value, std::ptr::null_mut());
    }
}

/// Sets the indicator to `SystemError(message)`, raised from the exception that is set.
pub unsafe fn set_from(message: &str) {
    // SAFETY: an exception is set.
    unsafe {
        let (mut class, mut cause, mut traceback) = fetch();
        normalize(&mut class, &mut cause, &mut traceback);
        xdecref(class);
        xdecref(traceback);
        let text = text::from_str(message);
        let error = crossing::op(
            Op::MakeException,
            &[crate::PyExc_SystemError, text, std::ptr::null_mut()],
        );
        decref(text);
        if !error.is_null() {
            for name in ["__cause__", "__context__"] {
                crossing::op_unit(Op::SetAttr, &[error, text::interned(name), cause]);
            }
            restore(new_ref((*error).ob_type.cast()), error, std::ptr::null_mut());
        }
        xdecref(cause);
    }
}

/// An error before the host has tied the exceptions, or one that it has left out.
#[cold]
fn unbound(message: &str) -> ! {
    eprintln!("Gimbal: the host has not bound the exception that should say: {message}");
    std::process::abort()
}

/// Sets the indicator to an exception class and a value (a message or an instance); takes no references over.
pub unsafe fn set_object(exception: Obj, value: Obj) {
    let _held = crate::hold();
    // SAFETY: as the crate's contract.
    unsafe {
        incref(exception);
        if !value.is_null() {
            incref(value);
        }
        restore(exception, value, std::ptr::null_mut());
        chain();
    }
}

/// The exception that native code is handling, borrowed, or NULL.
pub unsafe fn handled() -> Obj {
    // SAFETY: the items of the stack are live.
    unsafe {
        let exception = (*topmost()).exc_value;
        if exception == crate::none() {
            return std::ptr::null_mut();
        }
        exception
    }
}

/// Where that is: generators of C have items of their own, which may be empty.
pub unsafe fn topmost() -> *mut crate::ErrStackItem {
    // SAFETY: the items of the stack are live.
    unsafe {
        let mut item = thread().visible.exc_info;
        while ((*item).exc_value.is_null() || (*item).exc_value == crate::none())
            && !(*item).previous_item.is_null()
        {
            item = (*item).previous_item;
        }
        item
    }
}

/// Makes the exception that is being handled the context of the one just set (CPython does it in `PyErr_SetObject`).
unsafe fn chain() {
    // SAFETY: the lock is held.
    unsafe {
        let handled = (*thread().visible.exc_info).exc_value;
        if handled.is_null() || handled == crate::none() {
            return;
        }
        let (mut class, mut value, mut traceback) = fetch();
        normalize(&mut class, &mut value, &mut traceback);
        if !value.is_null() && value != handled {
            crossing::op_unit(Op::SetAttr, &[value, text::interned("__context__"), handled]);
            clear();
        }
        restore(class, value, traceback);
    }
}

/// Clears the indicator.
pub unsafe fn clear() {
    // SAFETY: the lock is held.
    unsafe {
        let (class, value, traceback) = fetch();
        xdecref(class);
        xdecref(value);
        xdecref(traceback);
    }
}

/// Makes `value` an instance of the class. The references are exchanged in place, as `PyErr_NormalizeException` does.
pub unsafe fn normalize(class: &mut Obj, value: &mut Obj, traceback: &mut Obj) {
    // SAFETY: all three are objects or NULL and owned by the caller.
    unsafe {
        if class.is_null() {
            return;
        }
        if !value.is_null() && is_exception(*value) && (*class).cast() == (*(*value)).ob_type {
            return;
        }
        let instance = crossing::op(Op::MakeException, &[*class, *value, std::ptr::null_mut()]);
        xdecref(*value);
        decref(*class);
        if instance.is_null() {
            xdecref(*traceback);
            (*class, *value, *traceback) = fetch();
            return;
        }
        *value = instance;
        *class = new_ref((*instance).ob_type.cast());
    }
}

/// Does the current `StopIteration` carry what a generator or an awaitable returns?
pub unsafe fn stops_with_value() -> bool {
    // SAFETY: the lock is held; the proxies of host exceptions have their fields.
    unsafe {
        let (class, value, traceback) = fetch();
        let empty = |part: Obj| part.is_null() || part == crate::none();
        let has_value = if empty(value) {
            false
        } else if (*value).ob_type == crate::PyExc_StopIteration.cast() {
            !empty((*value.cast::<crate::PyStopIterationObject>()).value)
        } else {
            true
        };
        restore(class, value, traceback);
        has_value
    }
}

/// Is it an exception instance?
pub unsafe fn is_exception(op: Obj) -> bool {
    // SAFETY: an object has a type.
    unsafe { type_flags::of((*op).ob_type) & crate::Py_TPFLAGS_BASE_EXC_SUBCLASS != 0 }
}

/// The host's operation failed: `out` has the exception.
#[cold]
pub unsafe fn from_host(out: &mut Cell) {
    // SAFETY: the lock is held.
    unsafe {
        let instance = crate::decode::decode(out);
        if instance.is_null() || !is_exception(instance) {
            // It died of a stack overflow while it described what had happened.
            xdecref(instance);
            set(crate::PyExc_RecursionError, "maximum recursion depth exceeded");
            return;
        }
        let traceback = std::ptr::null_mut();
        restore(new_ref((*instance).ob_type.cast()), instance, traceback);
    }
}

/// Describes the indicator in two cells for the host, and clears it: class and value, or instance and nothing.
/// The references that the cells stand for are handed to `keep`.
#[cold]
pub unsafe fn to_host(out: &mut [Cell], keep: &mut crate::encode::Scratch) {
    // SAFETY: the lock is held.
    unsafe {
        let (class, value, traceback) = fetch();
        crate::encode::encode(class, &mut out[0], keep);
        crate::encode::encode(value, &mut out[1], keep);
        keep.hold(class);
        if !value.is_null() {
            keep.hold(value);
        }
        if !traceback.is_null() {
            keep.hold(traceback);
        }
        // A traceback beyond the exception's own is attached by `PyTraceBack_Here` through the host at once.
        debug_assert!(arena::in_range(class.cast()) || !class.is_null());
    }
}

/// Is `given` (class or instance) an exception that matches `target` (class or tuple of classes)?
pub unsafe fn matches(given: Obj, target: Obj) -> bool {
    // SAFETY: both are objects.
    unsafe {
        if given.is_null() || target.is_null() {
            return false;
        }
        if given == target {
            return true;
        }
        let class = if is_exception(given) {
            (*given).ob_type.cast()
        } else {
            given
        };
        if crate::types::is_type(target) && crate::types::is_type(class) {
            return crate::types::is_subtype(class.cast(), target.cast());
        }
        crossing::op_bool(Op::ExceptionMatches, &[given, target]).unwrap_or_else(|| {
            clear();
            false
        })
    }
}
