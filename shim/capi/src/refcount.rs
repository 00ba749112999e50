//! `refcount.h` since 3.12: what compiled code calls when it cannot change a count in place.

use gimbal_macros::entry;
use gimbal_proxies::{Obj, Py_ssize_t, PyTypeObject, refcount};
use std::ffi::c_int;

#[entry(unlocked, error = 0)]
pub unsafe fn Py_REFCNT(op: Obj) -> Py_ssize_t {
    refcount::count(op)
}

#[entry(unlocked)]
pub unsafe fn Py_TYPE(op: Obj) -> *mut PyTypeObject {
    (*op).ob_type
}

#[entry]
pub unsafe fn _Py_SetRefcnt(op: Obj, count: Py_ssize_t) {
    if !refcount::is_immortal(op) {
        refcount::set_count(op, count);
    }
}

#[entry]
pub unsafe fn _Py_SetImmortal(op: Obj) {
    refcount::immortalize(op);
}

#[entry(unlocked, error = 0)]
pub unsafe fn PyUnstable_IsImmortal(op: Obj) -> c_int {
    c_int::from(refcount::is_immortal(op))
}

/// May the caller change the object in place? Only its own reference is left.
#[entry(unlocked, error = 0)]
pub unsafe fn PyUnstable_Object_IsUniquelyReferenced(op: Obj) -> c_int {
    c_int::from(refcount::count(op) == 1)
}

/// The same for an argument on the interpreter's stack, of which no interpreter here says that it is temporary.
#[entry(error = 0)]
pub unsafe fn PyUnstable_Object_IsUniqueReferencedTemporary(_op: Obj) -> c_int {
    0
}

/// Counting is never put off here.
#[entry(error = 0)]
pub unsafe fn PyUnstable_Object_EnableDeferredRefcount(_op: Obj) -> c_int {
    0
}

/// Takes a reference, unless the object is dying.
#[entry(unlocked, error = 0)]
pub unsafe fn PyUnstable_TryIncRef(op: Obj) -> c_int {
    c_int::from(refcount::try_incref(op))
}

/// Says that [`PyUnstable_TryIncRef`] may be asked.
#[entry(unlocked)]
pub unsafe fn PyUnstable_EnableTryIncRef(op: Obj) {
    #[cfg(Py_GIL_DISABLED)]
    refcount::allow_weak(op);
    #[cfg(not(Py_GIL_DISABLED))]
    let _ = op;
}

#[cfg(Py_GIL_DISABLED)]
mod shared {
    use super::*;
    use gimbal_proxies::decref;
    use std::ffi::c_char;

    /// A reference is given back by a thread that does not own the object, which nobody owns here.
    #[entry(unlocked)]
    pub unsafe fn _Py_DecRefShared(op: Obj) {
        decref(op);
    }

    #[entry(unlocked)]
    pub unsafe fn _Py_DecRefSharedDebug(op: Obj, _file: *const c_char, _line: c_int) {
        decref(op);
    }

    /// The count of the thread that owns the object has reached zero.
    #[entry(unlocked)]
    pub unsafe fn _Py_MergeZeroLocalRefcount(op: Obj) {
        refcount::merge(op);
    }

    /// A thread's identity, as objects name their owner.
    #[entry(unlocked)]
    pub unsafe fn _Py_GetThreadLocal_Addr() -> usize {
        gimbal_proxies::lock::thread()
    }

    /// Gives a reference back when no thread reads without counting; none does.
    #[entry(unlocked)]
    pub unsafe fn _PyObject_XDecRefDelayed(op: Obj) {
        if !op.is_null() {
            decref(op);
        }
    }

    /// Takes a reference of a kind that is counted per thread elsewhere.
    #[entry(unlocked)]
    pub unsafe fn _PyObject_ThreadIncrefSlow(op: Obj, _id: usize) {
        gimbal_proxies::xincref(op);
    }
}
