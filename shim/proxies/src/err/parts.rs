//! The error indicator before 3.12: class, value and traceback, the value not always an instance yet.

use super::thread;
use crate::{Obj, ThreadState, xdecref};

/// Is an exception set? The class, borrowed.
#[inline]
pub unsafe fn occurred() -> Obj {
    // SAFETY: the lock is held.
    unsafe { thread() }.visible.curexc_type
}

/// Takes the three parts out.
pub unsafe fn fetch() -> (Obj, Obj, Obj) {
    // SAFETY: the lock is held.
    let state = &mut unsafe { thread() }.visible;
    let null = std::ptr::null_mut;
    (
        std::mem::replace(&mut state.curexc_type, null()),
        std::mem::replace(&mut state.curexc_value, null()),
        std::mem::replace(&mut state.curexc_traceback, null()),
    )
}

/// Puts the three parts in and takes their references over.
pub unsafe fn restore(class: Obj, value: Obj, traceback: Obj) {
    // SAFETY: the lock is held; the old parts are released after the new ones are in place.
    unsafe {
        let old = fetch();
        let state = &mut thread().visible;
        (state.curexc_type, state.curexc_value, state.curexc_traceback) = (class, value, traceback);
        xdecref(old.0);
        xdecref(old.1);
        xdecref(old.2);
    }
}

/// Releases what any thread's indicator holds.
pub unsafe fn drop_indicator(state: &mut ThreadState) {
    let null = std::ptr::null_mut;
    // SAFETY: the references are the indicator's.
    unsafe {
        xdecref(std::mem::replace(&mut state.curexc_type, null()));
        xdecref(std::mem::replace(&mut state.curexc_value, null()));
        xdecref(std::mem::replace(&mut state.curexc_traceback, null()));
    }
}
