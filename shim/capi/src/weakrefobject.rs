//! `weakrefobject.h`. Weak references live in the host: they refer to wrappers and other host objects.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ptr::null_mut;

unsafe extern "C" {
    static mut _PyWeakref_ProxyType: PyTypeObject;
    static mut _PyWeakref_CallableProxyType: PyTypeObject;
}

pub(crate) unsafe fn is_weakref(op: Obj) -> bool {
    // SAFETY: `op` is an object.
    unsafe {
        types::is_subtype((*op).ob_type, &raw mut _PyWeakref_RefType)
            || exactly(op, &raw const _PyWeakref_ProxyType)
            || exactly(op, &raw const _PyWeakref_CallableProxyType)
    }
}

fn callback_or_absent(callback: Obj) -> Obj {
    if callback == none() { null_mut() } else { callback }
}

/// `weakref.ref(object, callback)`.
#[entry]
pub unsafe fn PyWeakref_NewRef(object: Obj, callback: Obj) -> Obj {
    op(Op::NewWeakRef, &[object, callback_or_absent(callback)])
}

/// `weakref.proxy(object, callback)`.
#[entry]
pub unsafe fn PyWeakref_NewProxy(object: Obj, callback: Obj) -> Obj {
    op(Op::NewWeakProxy, &[object, callback_or_absent(callback)])
}

/// What it refers to, or None; borrowed.
#[entry]
pub unsafe fn PyWeakref_GetObject(reference: Obj) -> Obj {
    if reference.is_null() || !is_weakref(reference) {
        return bad_internal_call();
    }
    if exactly(reference, &raw const _PyWeakref_RefType) {
        return fields::follow(reference);
    }
    crossing::lend_to_call(op(Op::WeakRefGet, &[reference]))
}

/// Called by an instance's dealloc. The weak references to its wrapper are the host's and die with that; what is cleared
/// here is the list head that the instance's struct has.
#[entry]
pub unsafe fn PyObject_ClearWeakRefs(object: Obj) {
    if object.is_null() || refcount::count(object) != 0 {
        return bad_internal_call();
    }
    fields::forget_target(object);
    let offset = (*(*object).ob_type).tp_weaklistoffset;
    if offset > 0 {
        *object.byte_offset(offset).cast::<Obj>() = null_mut();
    }
}

/// Forgets what a weak reference refers to.
#[entry]
pub unsafe fn _PyWeakref_ClearRef(_reference: *mut PyWeakReference) {}
