//! `setobject.h`. Sets live in the host.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::fields::measure;
use gimbal_proxies::state::Locked;
use gimbal_proxies::*;
use std::ffi::c_int;
use std::ptr::null_mut;

unsafe fn is_set(op: Obj) -> bool {
    // SAFETY: `op` is an object or NULL.
    unsafe { !op.is_null() && types::is_subtype((*op).ob_type, &raw mut PySet_Type) }
}

unsafe fn is_any_set(op: Obj) -> bool {
    // SAFETY: `op` is an object or NULL.
    unsafe { is_set(op) || !op.is_null() && types::is_subtype((*op).ob_type, &raw mut PyFrozenSet_Type) }
}

/// The status of an operation that may have changed the number of items.
unsafe fn changed(set: Obj, done: bool) -> c_int {
    // SAFETY: `set` is a set or frozenset.
    unsafe { status(done && measure(set) >= 0) }
}

/// `set(items)`, or an empty set.
#[entry]
pub unsafe fn PySet_New(items: Obj) -> Obj {
    op(Op::NewSet, &[items])
}

/// `frozenset(items)`, or an empty one.
#[entry]
pub unsafe fn PyFrozenSet_New(items: Obj) -> Obj {
    op(Op::NewFrozenSet, &[items])
}

/// Number of items.
#[entry]
pub unsafe fn PySet_Size(set: Obj) -> Py_ssize_t {
    if !is_any_set(set) {
        return bad_internal_call();
    }
    measure(set)
}

/// `item in set`.
#[entry]
pub unsafe fn PySet_Contains(set: Obj, item: Obj) -> c_int {
    if !is_any_set(set) || item.is_null() {
        return bad_internal_call();
    }
    truth(op_bool(Op::Contains, &[set, item]))
}

/// `set.add(item)`; also of a frozenset that nobody else has seen.
#[entry]
pub unsafe fn PySet_Add(set: Obj, item: Obj) -> c_int {
    let mutable = is_set(set) || is_any_set(set) && refcount::count(set) == 1;
    if !mutable || item.is_null() {
        return bad_internal_call();
    }
    changed(set, op_unit(Op::SetAdd, &[set, item]))
}

/// Removes `item`: 1 when it was there.
#[entry]
pub unsafe fn PySet_Discard(set: Obj, item: Obj) -> c_int {
    if !is_set(set) || item.is_null() {
        return bad_internal_call();
    }
    let found = op_bool(Op::SetDiscard, &[set, item]);
    if found == Some(true) && measure(set) < 0 {
        return -1;
    }
    truth(found)
}

/// `set.pop()`.
#[entry]
pub unsafe fn PySet_Pop(set: Obj) -> Obj {
    if !is_set(set) {
        return bad_internal_call();
    }
    let item = op(Op::SetPop, &[set]);
    if !item.is_null() {
        measure(set);
    }
    item
}

/// `set.clear()`.
#[entry]
pub unsafe fn PySet_Clear(set: Obj) -> c_int {
    if !is_set(set) {
        return bad_internal_call();
    }
    changed(set, op_unit(Op::SetClear, &[set]))
}

/// `set.update(items)`.
#[entry]
pub unsafe fn _PySet_Update(set: Obj, items: Obj) -> c_int {
    if !is_set(set) || items.is_null() {
        return bad_internal_call();
    }
    let done = call_method("update", set, &[items]);
    xdecref(done);
    changed(set, !done.is_null())
}

/// The set that `_PySet_NextEntry` walks, and its items: a reference to a tuple.
static WALKED: Locked<(Obj, Obj)> = Locked::new((null_mut(), null_mut()));

/// The next item of a set that does not change meanwhile, borrowed, and its hash; 0 at the end.
#[entry]
pub unsafe fn _PySet_NextEntry(
    set: Obj,
    pos: *mut Py_ssize_t,
    item: *mut Obj,
    hash: *mut Py_hash_t,
) -> c_int {
    if !is_any_set(set) {
        return bad_internal_call();
    }
    if *pos == 0 || WALKED.get().0 != set {
        let items = op(Op::TupleOf, &[set]);
        if items.is_null() {
            return -1;
        }
        // The outermost call keeps what has been lent when another set is walked.
        let before = std::mem::replace(WALKED.get(), (set, items));
        crossing::lend_to_call(before.1);
    }
    let items = seq::tuple_slice(WALKED.get().1);
    let Some(&found) = usize::try_from(*pos).ok().and_then(|i| items.get(i)) else {
        return 0;
    };
    *pos += 1;
    *item = found;
    *hash = PyObject_Hash(found);
    1
}
