//! Counts without a GIL: one that the owning thread changes, and one that all threads share. Our objects have no owner and are
//! published merged, so only the shared one counts, and every reference that C gives back passes `_Py_DecRefShared`.

use std::sync::atomic::{AtomicIsize, AtomicU32, Ordering};

use crate::refcount::dealloc;
use crate::{Obj, PyMutex, PyObject, PyTypeObject};

/// The owner's count of objects that live for good.
const IMMORTAL: u32 = u32::MAX;
/// What `Py_REFCNT` says of them.
const IMMORTAL_COUNT: isize = 3 << 30;
/// The shared count is above two bits, which are both set once the owner's part has been merged into it.
const SHIFT: u32 = 2;
const MERGED: isize = 3;
const ONE: isize = 1 << SHIFT;

/// The head of an object that never dies.
pub const fn immortal_head(ty: *mut PyTypeObject) -> PyObject {
    PyObject {
        ob_tid: 0,
        ob_flags: 0,
        ob_mutex: PyMutex::new(),
        ob_gc_bits: 0,
        ob_ref_local: AtomicU32::new(IMMORTAL),
        ob_ref_shared: AtomicIsize::new(0),
        ob_type: ty,
    }
}

/// The number of references.
#[inline]
pub unsafe fn count(op: Obj) -> isize {
    // SAFETY: `op` is an object.
    unsafe {
        match (*op).ob_ref_local.load(Ordering::Relaxed) {
            IMMORTAL => IMMORTAL_COUNT,
            local => local as isize + ((*op).ob_ref_shared.load(Ordering::Relaxed) >> SHIFT),
        }
    }
}

/// Sets the number of references of an object that no other thread sees: it is published merged.
#[inline]
pub unsafe fn set_count(op: Obj, count: isize) {
    // SAFETY: `op` has room for a head.
    unsafe {
        (&raw mut (*op).ob_tid).write(0);
        (&raw mut (*op).ob_flags).write(0);
        (&raw mut (*op).ob_mutex).write(PyMutex::new());
        (&raw mut (*op).ob_gc_bits).write(0);
        (&raw mut (*op).ob_ref_local).write(AtomicU32::new(0));
        (&raw mut (*op).ob_ref_shared).write(AtomicIsize::new(count << SHIFT | MERGED));
    }
}

/// Lets an object live for good.
pub unsafe fn immortalize(op: Obj) {
    // SAFETY: `op` is an object.
    unsafe {
        (*op).ob_ref_local.store(IMMORTAL, Ordering::Relaxed);
        (*op).ob_ref_shared.store(0, Ordering::Relaxed);
    }
}

/// Does it live for good?
#[inline]
pub unsafe fn is_immortal(op: Obj) -> bool {
    // SAFETY: `op` is an object.
    unsafe { (*op).ob_ref_local.load(Ordering::Relaxed) == IMMORTAL }
}

/// Takes a reference.
#[inline]
pub unsafe fn incref(op: Obj) {
    // SAFETY: `op` is an object.
    unsafe {
        if !is_immortal(op) {
            (*op).ob_ref_shared.fetch_add(ONE, Ordering::Relaxed);
        }
    }
}

/// Gives a reference back; the object stays although it was the last.
#[inline]
pub unsafe fn drop_silently(op: Obj) {
    // SAFETY: `op` is an object.
    unsafe {
        if !is_immortal(op) {
            (*op).ob_ref_shared.fetch_sub(ONE, Ordering::Relaxed);
        }
    }
}

/// Gives a reference back.
#[inline]
pub unsafe fn decref(op: Obj) {
    // SAFETY: `op` is an object and the reference is the caller's.
    unsafe {
        if !is_immortal(op) && (*op).ob_ref_shared.fetch_sub(ONE, Ordering::AcqRel) == ONE | MERGED {
            dealloc(op);
        }
    }
}

/// The owning thread's count has reached zero: from here on only the shared one counts.
pub unsafe fn merge(op: Obj) {
    // SAFETY: `op` is an object of which the caller is the owner.
    unsafe {
        (*op).ob_tid = 0;
        if (*op).ob_ref_shared.fetch_or(MERGED, Ordering::AcqRel) >> SHIFT == 0 {
            dealloc(op);
        }
    }
}
