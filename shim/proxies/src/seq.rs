//! Native tuples and lists, and the mirrors of host ones: the same blocks, with a handle in the prefix.

use crate::{
    Obj, PyExc_MemoryError, PyList_Type, PyListObject, PyTuple_Type, PyTupleObject, PyVarObject, arena, err,
    new_ref, refcount, xdecref,
};

/// Offset of the items in `PyTupleObject`.
const TUPLE_HEAD: usize = std::mem::offset_of!(PyTupleObject, ob_item);

/// Sets `MemoryError` and returns NULL.
#[cold]
pub unsafe fn no_memory() -> Obj {
    let _held = crate::hold();
    // SAFETY: the lock is held. No message: making one could fail again.
    unsafe {
        err::restore(
            new_ref(PyExc_MemoryError),
            std::ptr::null_mut(),
            std::ptr::null_mut(),
        )
    };
    std::ptr::null_mut()
}

/// A new tuple of `len` NULL items.
pub unsafe fn new_tuple(len: usize) -> Obj {
    // SAFETY: head and items are written.
    unsafe {
        // The struct has room for one item, which is NULL in an empty tuple: compiled code looks at it.
        let room = len.max(1);
        let op = arena::alloc(TUPLE_HEAD + room * size_of::<Obj>()).cast::<PyTupleObject>();
        if op.is_null() {
            return no_memory();
        }
        refcount::begin(op.cast(), &raw mut PyTuple_Type);
        (*op).ob_base.ob_size = len as isize;
        #[cfg(Py_3_14)]
        {
            (*op).ob_hash = -1;
        }
        std::ptr::write_bytes(tuple_items(op.cast()), 0, room);
        op.cast()
    }
}

/// The empty tuple (a new reference to a fresh one; identity is not promised).
pub unsafe fn tuple_of(items: &[Obj]) -> Obj {
    // SAFETY: items are objects; each gains a reference.
    unsafe {
        let op = new_tuple(items.len());
        if !op.is_null() {
            for (i, &item) in items.iter().enumerate() {
                *tuple_items(op).add(i) = new_ref(item);
            }
        }
        op
    }
}

/// Like [`tuple_of`], but takes the references of the items over.
pub unsafe fn tuple_from_owned(items: &[Obj]) -> Obj {
    // SAFETY: as stated.
    unsafe {
        let op = new_tuple(items.len());
        if op.is_null() {
            items.iter().for_each(|&item| xdecref(item));
        } else {
            std::ptr::copy_nonoverlapping(items.as_ptr(), tuple_items(op), items.len());
        }
        op
    }
}

/// Where a tuple's items are.
#[inline]
pub unsafe fn tuple_items(op: Obj) -> *mut Obj {
    // SAFETY: `op` is a tuple.
    unsafe { op.cast::<u8>().add(TUPLE_HEAD).cast() }
}

/// Number of items of a variable-sized object.
#[inline]
pub unsafe fn size(op: Obj) -> usize {
    // SAFETY: `op` has `ob_size`.
    unsafe { (*op.cast::<PyVarObject>()).ob_size as usize }
}

/// The items of a tuple.
#[inline]
pub unsafe fn tuple_slice<'a>(op: Obj) -> &'a [Obj] {
    // SAFETY: `op` is a tuple.
    unsafe { std::slice::from_raw_parts(tuple_items(op), size(op)) }
}

/// The items of a list.
#[inline]
pub unsafe fn list_slice<'a>(op: Obj) -> &'a [Obj] {
    // SAFETY: `op` is a list; an empty one may have no item array.
    unsafe {
        let items = (*op.cast::<PyListObject>()).ob_item;
        if items.is_null() {
            &[]
        } else {
            std::slice::from_raw_parts(items, size(op))
        }
    }
}

/// A new list block of `len` NULL items.
pub unsafe fn new_list(len: usize) -> Obj {
    // SAFETY: the head is written in full.
    unsafe {
        let op = arena::alloc(size_of::<PyListObject>()).cast::<PyListObject>();
        if op.is_null() {
            return no_memory();
        }
        refcount::begin(op.cast(), &raw mut PyList_Type);
        (*op).ob_base.ob_size = 0;
        (*op).ob_item = std::ptr::null_mut();
        (*op).allocated = 0;
        if len > 0 && !resize(op.cast(), len, len) {
            arena::free(op.cast());
            return no_memory();
        }
        op.cast()
    }
}

/// Sets the length of a list to `len` with room for `room` items; new items are NULL, surplus ones are released.
pub unsafe fn resize(op: Obj, len: usize, room: usize) -> bool {
    // SAFETY: `op` is a list.
    unsafe {
        let list = op.cast::<PyListObject>();
        let old = size(op);
        if len < old {
            let surplus: Vec<Obj> = list_slice(op)[len..].to_vec();
            (*list).ob_base.ob_size = len as isize;
            surplus.into_iter().for_each(|item| xdecref(item));
        }
        if room > (*list).allocated as usize {
            let items = arena::realloc((*list).ob_item.cast(), room * size_of::<Obj>()).cast::<Obj>();
            if items.is_null() {
                return false;
            }
            (*list).ob_item = items;
            (*list).allocated = room as isize;
        }
        if len > old {
            std::ptr::write_bytes((*list).ob_item.add(old), 0, len - old);
        }
        (*list).ob_base.ob_size = len as isize;
        true
    }
}

/// Appends to the native block; takes the reference of `item` over. False when memory is out.
pub unsafe fn push(op: Obj, item: Obj) -> bool {
    // SAFETY: `op` is a list.
    unsafe {
        let list = op.cast::<PyListObject>();
        let n = size(op);
        if n == (*list).allocated as usize && !resize(op, n, n + (n >> 1) + 4) {
            return false;
        }
        *(*list).ob_item.add(n) = item;
        (*list).ob_base.ob_size = n as isize + 1;
        true
    }
}

/// Inserts into the native block at `at <= len`; takes the reference of `item` over.
pub unsafe fn insert(op: Obj, at: usize, item: Obj) -> bool {
    // SAFETY: `op` is a list.
    unsafe {
        if !push(op, item) {
            return false;
        }
        let n = size(op);
        let items = std::slice::from_raw_parts_mut((*op.cast::<PyListObject>()).ob_item, n);
        items[at..].rotate_right(1);
        true
    }
}

/// The list is mirrored from now on: C's fast append must see no spare room, so that every append reaches us.
pub unsafe fn seal(op: Obj) {
    // SAFETY: `op` is a list.
    unsafe {
        (*op.cast::<PyListObject>()).allocated = size(op) as isize;
        crate::mirror::track(op);
    }
}

/// Is the host the owner of this container (or object)?
#[inline]
pub unsafe fn is_host(op: Obj) -> bool {
    // SAFETY: `op` is an object.
    unsafe { arena::handle(op) != arena::NO_HANDLE }
}

/// `tp_dealloc` of exact tuples.
pub unsafe extern "C" fn tuple_dealloc(op: Obj) {
    // SAFETY: the count is zero: nobody else gives it a handle.
    unsafe {
        if is_host(op) {
            refcount::retire(op);
            return;
        }
        refcount::free_container(op, free_tuple);
    }
}

unsafe fn free_tuple(op: Obj) {
    // SAFETY: nobody uses the tuple any more.
    unsafe {
        tuple_slice(op).iter().for_each(|&item| xdecref(item));
        arena::free(op.cast());
    }
}

/// `tp_dealloc` of exact lists.
pub unsafe extern "C" fn list_dealloc(op: Obj) {
    // SAFETY: the count is zero: nobody else gives it a handle.
    unsafe {
        if is_host(op) {
            refcount::retire(op);
            return;
        }
        refcount::free_container(op, free_list);
    }
}

/// Frees a list block and what it holds.
pub unsafe fn free_list(op: Obj) {
    // SAFETY: nobody uses the list any more.
    unsafe {
        let items = (*op.cast::<PyListObject>()).ob_item;
        for &item in list_slice(op) {
            xdecref(item);
        }
        arena::free(items.cast());
        arena::free(op.cast());
    }
}
