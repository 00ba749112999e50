//! Counts before 3.12: one word, changed for every object. What must not die has a count that C never gets down.

use crate::refcount::dealloc;
use crate::{Obj, PyObject, PyTypeObject};

/// Count of objects that must never die although C counts them: statics, small ints, type mirrors.
const IMMORTAL: isize = 1 << 40;

/// The head of an object that never dies.
pub const fn immortal_head(ty: *mut PyTypeObject) -> PyObject {
    PyObject {
        ob_refcnt: IMMORTAL,
        ob_type: ty,
    }
}

/// The number of references.
#[inline]
pub unsafe fn count(op: Obj) -> isize {
    // SAFETY: `op` is an object.
    unsafe { (*op).ob_refcnt }
}

/// Sets the number of references.
#[inline]
pub unsafe fn set_count(op: Obj, count: isize) {
    // SAFETY: `op` is an object.
    unsafe { (*op).ob_refcnt = count }
}

/// Lets an object live for good.
pub unsafe fn immortalize(op: Obj) {
    // SAFETY: `op` is an object.
    unsafe {
        if !is_immortal(op) {
            (*op).ob_refcnt += IMMORTAL;
        }
    }
}

/// Does it live for good? C may have changed the count a little.
#[inline]
pub unsafe fn is_immortal(op: Obj) -> bool {
    // SAFETY: `op` is an object.
    unsafe { (*op).ob_refcnt >= IMMORTAL / 2 }
}

/// Takes a reference.
#[inline]
pub unsafe fn incref(op: Obj) {
    // SAFETY: `op` is an object.
    unsafe { (*op).ob_refcnt += 1 }
}

/// Gives a reference back; the object stays although it was the last.
#[inline]
pub unsafe fn drop_silently(op: Obj) {
    // SAFETY: `op` is an object.
    unsafe { (*op).ob_refcnt -= 1 }
}

/// Gives a reference back.
#[inline]
pub unsafe fn decref(op: Obj) {
    // SAFETY: `op` is an object and the reference is the caller's.
    unsafe {
        (*op).ob_refcnt -= 1;
        if (*op).ob_refcnt == 0 {
            dealloc(op);
        }
    }
}
