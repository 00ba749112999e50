//! Counts since 3.12: 32 bits, and an object whose count has the top bit set lives for good and is not counted.

use crate::refcount::dealloc;
use crate::{Obj, PyObject, PyObjectObRefcnt, PyTypeObject};

/// The count of objects that live for good; since 3.14 bits above it say the same, and that C laid them out.
const IMMORTAL: isize = if cfg!(Py_3_14) { 3 << 30 } else { 0xffff_ffff };
/// `_Py_STATIC_FLAG_BITS` in their place.
const STATIC: isize = if cfg!(Py_3_14) { 5 << 48 } else { 0 };

/// The head of an object that never dies.
pub const fn immortal_head(ty: *mut PyTypeObject) -> PyObject {
    PyObject {
        ob_refcnt: PyObjectObRefcnt {
            ob_refcnt: IMMORTAL | STATIC,
        },
        ob_type: ty,
    }
}

/// The 32 bits that are counted.
#[inline]
unsafe fn low(op: Obj) -> *mut u32 {
    op.cast()
}

/// The number of references.
#[inline]
pub unsafe fn count(op: Obj) -> isize {
    // SAFETY: `op` is an object.
    unsafe { *low(op) as isize }
}

/// Sets the number of references.
#[inline]
pub unsafe fn set_count(op: Obj, count: isize) {
    // SAFETY: `op` is an object.
    unsafe { (*op).ob_refcnt = PyObjectObRefcnt { ob_refcnt: count } }
}

/// Lets an object live for good.
pub unsafe fn immortalize(op: Obj) {
    // SAFETY: `op` is an object.
    unsafe { *low(op) = IMMORTAL as u32 }
}

/// Does it live for good?
#[inline]
pub unsafe fn is_immortal(op: Obj) -> bool {
    // SAFETY: `op` is an object.
    unsafe { (*low(op)).cast_signed() < 0 }
}

/// Takes a reference.
#[inline]
pub unsafe fn incref(op: Obj) {
    // SAFETY: `op` is an object.
    unsafe {
        if !is_immortal(op) {
            *low(op) += 1;
        }
    }
}

/// Gives a reference back; the object stays although it was the last.
#[inline]
pub unsafe fn drop_silently(op: Obj) {
    // SAFETY: `op` is an object.
    unsafe {
        if !is_immortal(op) {
            *low(op) -= 1;
        }
    }
}

/// Gives a reference back.
#[inline]
pub unsafe fn decref(op: Obj) {
    // SAFETY: `op` is an object and the reference is the caller's.
    unsafe {
        drop_silently(op);
        if *low(op) == 0 {
            dealloc(op);
        }
    }
}
