//! Struct sequences: tuples whose items have names, and hidden items behind those that the tuple shows. C fills a native
//! block; when it crosses, it becomes an instance of the host's class.

use crate::state::Locked;
use crate::{Obj, PyTypeObject, arena, refcount, seq, xdecref};

#[derive(Clone, Copy)]
struct Shape {
    ty: *mut PyTypeObject,
    all: usize,
    shown: usize,
}

static SHAPES: Locked<Vec<Shape>> = Locked::new(Vec::new());

/// Makes `ty` a class of struct sequences with `all` items, of which the tuple shows the first `shown`.
pub unsafe fn register(ty: *mut PyTypeObject, all: usize, shown: usize) {
    // SAFETY: the lock is held; the type lives for good.
    unsafe {
        refcount::immortalize(ty.cast());
        let room = size_of::<crate::PyVarObject>() + all * size_of::<Obj>();
        (*ty).tp_basicsize = room as isize;
        (*ty).tp_dealloc = Some(dealloc);
        SHAPES.get().push(Shape { ty, all, shown });
    }
}

/// How many items its instances have, and how many of them the tuple shows.
pub unsafe fn shape(ty: *mut PyTypeObject) -> Option<(usize, usize)> {
    // SAFETY: the lock is held.
    let shapes = unsafe { SHAPES.get() };
    shapes
        .iter()
        .find(|shape| shape.ty == ty)
        .map(|shape| (shape.all, shape.shown))
}

/// A new instance, all items NULL.
pub unsafe fn new(ty: *mut PyTypeObject, shown: usize) -> Obj {
    // SAFETY: a registered type says how large its instances are.
    unsafe {
        let op = arena::alloc_zeroed((*ty).tp_basicsize as usize).cast::<crate::PyVarObject>();
        if op.is_null() {
            return seq::no_memory();
        }
        refcount::begin(op.cast(), ty);
        (*op).ob_size = shown as isize;
        op.cast()
    }
}

/// All items of an instance, for other tuples those that there are.
pub unsafe fn items<'a>(op: Obj) -> &'a [Obj] {
    // SAFETY: `op` is an instance of a tuple class.
    unsafe {
        match shape((*op).ob_type) {
            Some((all, _)) => std::slice::from_raw_parts(seq::tuple_items(op), all),
            None => seq::tuple_slice(op),
        }
    }
}

unsafe extern "C" fn dealloc(op: Obj) {
    let _held = crate::hold();
    // SAFETY: the count is zero.
    unsafe {
        if seq::is_host(op) {
            refcount::retire(op);
            return;
        }
        items(op).iter().for_each(|&item| xdecref(item));
        arena::free(op.cast());
    }
}
