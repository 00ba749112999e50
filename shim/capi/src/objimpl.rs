//! `objimpl.h`: blocks for objects, and what the collector knows of them.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

/// Makes a block an object of a type.
#[entry(unlocked)]
pub unsafe fn PyObject_Init(object: Obj, ty: *mut PyTypeObject) -> Obj {
    if object.is_null() {
        return seq::no_memory();
    }
    (*object).ob_type = ty;
    if type_flags::of(ty) & Py_TPFLAGS_HEAPTYPE != 0 {
        incref(ty.cast());
    }
    refcount::set_count(object, 1);
    object
}

/// Makes a block an object of a type with `size` items.
#[entry(unlocked)]
pub unsafe fn PyObject_InitVar(
    object: *mut PyVarObject,
    ty: *mut PyTypeObject,
    size: Py_ssize_t,
) -> *mut PyVarObject {
    if object.is_null() {
        return seq::no_memory().cast();
    }
    (*object).ob_size = size;
    PyObject_Init(object.cast(), ty).cast()
}

/// Bytes of an object with `items` items, in whole words.
unsafe fn var_size(ty: *mut PyTypeObject, items: Py_ssize_t) -> usize {
    // SAFETY: `ty` is a type.
    unsafe { ((*ty).tp_basicsize + items * (*ty).tp_itemsize + 7) as usize & !7 }
}

/// A new object, its fields undefined.
#[entry(unlocked)]
pub unsafe fn _PyObject_New(ty: *mut PyTypeObject) -> Obj {
    let Some(dict) = types::word_behind(ty) else {
        return PyObject_Init(arena::alloc((*ty).tp_basicsize as usize).cast(), ty);
    };
    let op: Obj = arena::alloc(dict + size_of::<Obj>()).cast();
    if !op.is_null() {
        *op.byte_add(dict).cast::<Obj>() = null_mut();
    }
    PyObject_Init(op, ty)
}

/// A new object with room for items, its fields undefined.
#[entry(unlocked)]
pub unsafe fn _PyObject_NewVar(ty: *mut PyTypeObject, items: Py_ssize_t) -> *mut PyVarObject {
    PyObject_InitVar(arena::alloc(var_size(ty, items)).cast(), ty, items)
}

/// A new object that the collector may track.
#[entry(unlocked)]
pub unsafe fn _PyObject_GC_New(ty: *mut PyTypeObject) -> Obj {
    _PyObject_New(ty)
}

/// A new object with items that the collector may track.
#[entry(unlocked)]
pub unsafe fn _PyObject_GC_NewVar(ty: *mut PyTypeObject, items: Py_ssize_t) -> *mut PyVarObject {
    if items < 0 {
        return bad_internal_call();
    }
    _PyObject_NewVar(ty, items)
}

/// Changes the number of items; the object may move.
#[entry]
pub unsafe fn _PyObject_GC_Resize(object: *mut PyVarObject, items: Py_ssize_t) -> *mut PyVarObject {
    let size = var_size((*object).ob_base.ob_type, items);
    let moved = arena::realloc(object.cast(), size).cast::<PyVarObject>();
    if moved.is_null() {
        return seq::no_memory().cast();
    }
    (*moved).ob_size = items;
    moved
}

/// Frees the block of an object that the collector may track.
#[entry(unlocked)]
pub unsafe fn PyObject_GC_Del(block: *mut c_void) {
    arena::free(block);
}

/// Changes the collector's mark of an object. One that nobody else sees, yet or any more, needs no lock for that.
unsafe fn mark(object: Obj, change: impl FnOnce(u16) -> u16) {
    // SAFETY: an object.
    unsafe {
        let _held = (!refcount::is_unseen(object)).then(hold);
        arena::set_flags(object, change(arena::flags(object)));
    }
}

/// The object's fields are valid from now on.
#[entry(unlocked)]
pub unsafe fn PyObject_GC_Track(object: *mut c_void) {
    mark(object.cast(), |flags| flags | arena::TRACKED);
}

/// The object's fields are about to become invalid.
#[entry(unlocked)]
pub unsafe fn PyObject_GC_UnTrack(object: *mut c_void) {
    mark(object.cast(), |flags| flags & !arena::TRACKED);
}

/// Is the object between [`PyObject_GC_Track`] and [`PyObject_GC_UnTrack`]? Containers of the host always are.
#[entry(error = 0)]
pub unsafe fn PyObject_GC_IsTracked(object: Obj) -> c_int {
    let tracked = if is_native(object) {
        arena::flags(object) & arena::TRACKED != 0
    } else {
        has_flag(object, Py_TPFLAGS_HAVE_GC)
    };
    c_int::from(tracked)
}

/// Has `tp_finalize` run?
#[entry(error = 0)]
pub unsafe fn PyObject_GC_IsFinalized(object: Obj) -> c_int {
    c_int::from(has_flag(object, Py_TPFLAGS_HAVE_GC) && arena::flags(object) & arena::FINALIZED != 0)
}

/// May the collector track this object?
#[entry(error = 0)]
pub unsafe fn PyObject_IS_GC(object: Obj) -> c_int {
    let is_gc = (*(*object).ob_type).tp_is_gc;
    c_int::from(has_flag(object, Py_TPFLAGS_HAVE_GC) && is_gc.is_none_or(|f| f(object) != 0))
}

/// Where an object's struct keeps its list of weak references; NULL when it has no place for one.
#[entry]
pub unsafe fn PyObject_GET_WEAKREFS_LISTPTR(object: Obj) -> *mut Obj {
    let offset = (*(*object).ob_type).tp_weaklistoffset;
    if offset > 0 {
        object.byte_offset(offset).cast()
    } else {
        null_mut()
    }
}

/// Has the type's struct a place for weak references?
#[entry(error = 0)]
pub unsafe fn PyType_SUPPORTS_WEAKREFS(ty: *mut PyTypeObject) -> c_int {
    c_int::from((*ty).tp_weaklistoffset > 0)
}

/// What [`gc`] does: the second argument of `Op::GcControl`.
unsafe fn gc(what: isize) -> i64 {
    // SAFETY: the extension lock is held.
    unsafe { with_int(what, |what| op_int(Op::GcControl, &[what])) }
}

/// `gc.collect()`; errors are not passed on.
#[entry(error = 0)]
pub unsafe fn PyGC_Collect() -> Py_ssize_t {
    without_errors(|| gc(-1)).max(0) as Py_ssize_t
}

/// Switches the host's collector on; the answer is how it was before.
#[entry(error = 0)]
pub unsafe fn PyGC_Enable() -> c_int {
    let before = PyGC_IsEnabled();
    without_errors(|| gc(1));
    before
}

/// Switches the host's collector off; the answer is how it was before.
#[entry(error = 0)]
pub unsafe fn PyGC_Disable() -> c_int {
    let before = PyGC_IsEnabled();
    without_errors(|| gc(0));
    before
}

/// Is the host's collector on?
#[entry(error = 0)]
pub unsafe fn PyGC_IsEnabled() -> c_int {
    c_int::from(without_errors(|| gc(2)) > 0)
}
