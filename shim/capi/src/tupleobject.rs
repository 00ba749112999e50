//! `tupleobject.h`. Tuples are native blocks, whoever made them.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::immortals::Immortals;
use gimbal_proxies::*;
use std::ffi::c_int;
use std::ptr::null_mut;

unsafe fn is_tuple(op: Obj) -> bool {
    // SAFETY: `op` is an object or NULL.
    unsafe { !op.is_null() && has_flag(op, Py_TPFLAGS_TUPLE_SUBCLASS) }
}

/// The empty tuple, of which C expects one only.
static EMPTY: Immortals<1> = Immortals::new();

unsafe fn empty() -> Obj {
    // SAFETY: a new tuple.
    unsafe { EMPTY.get(0, || seq::new_tuple(0)) }
}

/// A tuple of `len` NULL items, which C fills.
#[entry(unlocked)]
pub unsafe fn PyTuple_New(len: Py_ssize_t) -> Obj {
    match usize::try_from(len) {
        Ok(0) => empty(),
        Ok(len) => seq::new_tuple(len),
        Err(_) => bad_internal_call(),
    }
}

/// Number of items.
#[entry(unlocked)]
pub unsafe fn PyTuple_Size(tuple: Obj) -> Py_ssize_t {
    if is_tuple(tuple) {
        seq::size(tuple) as Py_ssize_t
    } else {
        bad_internal_call()
    }
}

/// Item `i`, borrowed.
#[entry(unlocked)]
pub unsafe fn PyTuple_GetItem(tuple: Obj, i: Py_ssize_t) -> Obj {
    if !is_tuple(tuple) {
        return bad_internal_call();
    }
    match usize::try_from(i)
        .ok()
        .and_then(|i| seq::tuple_slice(tuple).get(i))
    {
        Some(&item) => item,
        None => fail(PyExc_IndexError, "tuple index out of range"),
    }
}

/// Puts `item` (whose reference is taken over) at `i` of a tuple that nobody else has seen.
#[entry(unlocked)]
pub unsafe fn PyTuple_SetItem(tuple: Obj, i: Py_ssize_t, item: Obj) -> c_int {
    if !is_tuple(tuple) || refcount::count(tuple) != 1 {
        xdecref(item);
        return bad_internal_call();
    }
    if i < 0 || i as usize >= seq::size(tuple) {
        xdecref(item);
        return fail(PyExc_IndexError, "tuple assignment index out of range");
    }
    let place = seq::tuple_items(tuple).offset(i);
    xdecref(std::mem::replace(&mut *place, item));
    0
}

/// `tuple[low:high]`.
#[entry(unlocked)]
pub unsafe fn PyTuple_GetSlice(tuple: Obj, low: Py_ssize_t, high: Py_ssize_t) -> Obj {
    if !is_tuple(tuple) {
        return bad_internal_call();
    }
    let items = seq::tuple_slice(tuple);
    let (low, high) = crate::listobject::clip(low, high, items.len());
    if low == 0 && high == items.len() && exactly(tuple, &raw const PyTuple_Type) {
        return new_ref(tuple);
    }
    if low == high {
        return empty();
    }
    seq::tuple_of(&items[low..high])
}

/// Changes the size of a tuple that nobody else has seen; `*place` may become another tuple, NULL on failure.
#[entry(unlocked)]
pub unsafe fn _PyTuple_Resize(place: *mut Obj, len: Py_ssize_t) -> c_int {
    let old = *place;
    let usable = !old.is_null() && exactly(old, &raw const PyTuple_Type) && len >= 0;
    if !usable || seq::size(old) != 0 && refcount::count(old) != 1 {
        *place = null_mut();
        xdecref(old);
        return bad_internal_call();
    }
    let (size, len) = (seq::size(old), len as usize);
    if size == len {
        return 0;
    }
    let new = seq::new_tuple(len);
    *place = new;
    if !new.is_null() {
        for (i, &item) in seq::tuple_slice(old).iter().take(len).enumerate() {
            xincref(item);
            *seq::tuple_items(new).add(i) = item;
        }
    }
    decref(old);
    status(!new.is_null())
}

/// Tells CPython's collector that a tuple cannot be part of a cycle.
#[entry(unlocked)]
pub unsafe fn _PyTuple_MaybeUntrack(_tuple: Obj) {}

/// CPython prints figures about its free lists here; there are none.
#[entry(unlocked)]
pub unsafe fn _PyTuple_DebugMallocStats(_out: *mut libc::FILE) {}
