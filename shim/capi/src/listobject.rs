//! `listobject.h`. A list made by C is only here until it first crosses; then every change goes to the host as well,
//! and the block stays as a mirror that C may read in place.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::c_int;
use std::ptr::null_mut;

unsafe fn is_list(op: Obj) -> bool {
    // SAFETY: `op` is an object or NULL.
    unsafe { !op.is_null() && has_flag(op, Py_TPFLAGS_LIST_SUBCLASS) }
}

/// Does C alone know the list? Instances of extension types that derive from list belong to the host at once.
unsafe fn is_local(op: Obj) -> bool {
    // SAFETY: `op` is a list.
    unsafe { is_native_list(op) }
}

/// The host's list has grown to `len`: does the mirror need more than the one new item?
unsafe fn grown(op: Obj, len: i64, at: usize, item: Obj) -> c_int {
    // SAFETY: `op` is a mirrored list.
    unsafe {
        if len < 0 {
            return -1;
        }
        if len as usize != seq::size(op) + 1 {
            return status(mirror::refresh(op));
        }
        if !seq::insert(op, at, new_ref(item)) {
            seq::no_memory();
            return -1;
        }
        seq::seal(op);
        mirror::changed_here(op);
        0
    }
}

/// A list of `len` NULL items, which C fills.
#[entry(unlocked)]
pub unsafe fn PyList_New(len: Py_ssize_t) -> Obj {
    match usize::try_from(len) {
        Ok(len) => seq::new_list(len),
        Err(_) => bad_internal_call(),
    }
}

/// Number of items.
#[entry]
pub unsafe fn PyList_Size(list: Obj) -> Py_ssize_t {
    if is_list(list) {
        seq::size(list) as Py_ssize_t
    } else {
        bad_internal_call()
    }
}

/// Item `i`, borrowed.
#[entry]
pub unsafe fn PyList_GetItem(list: Obj, i: Py_ssize_t) -> Obj {
    if !is_list(list) {
        return bad_internal_call();
    }
    match usize::try_from(i).ok().and_then(|i| seq::list_slice(list).get(i)) {
        Some(&item) => item,
        None => fail(PyExc_IndexError, "list index out of range"),
    }
}

/// Puts `item` (whose reference is taken over) at `i`.
#[entry]
pub unsafe fn PyList_SetItem(list: Obj, i: Py_ssize_t, item: Obj) -> c_int {
    if !is_list(list) {
        xdecref(item);
        return bad_internal_call();
    }
    if i < 0 || i as usize >= seq::size(list) {
        xdecref(item);
        return fail(PyExc_IndexError, "list assignment index out of range");
    }
    if seq::is_host(list) && !item.is_null() {
        let done: c_int = with_int(i, |i| status(op_unit(Op::ListSetItem, &[list, i, item])));
        if done < 0 {
            decref(item);
            return -1;
        }
    }
    let place = (*list.cast::<PyListObject>()).ob_item.offset(i);
    xdecref(std::mem::replace(&mut *place, item));
    0
}

/// `list.insert(at, item)`.
#[entry]
pub unsafe fn PyList_Insert(list: Obj, at: Py_ssize_t, item: Obj) -> c_int {
    if !is_list(list) || item.is_null() {
        return bad_internal_call();
    }
    let len = seq::size(list) as Py_ssize_t;
    let place = if at < 0 { (at + len).max(0) } else { at.min(len) } as usize;
    if is_local(list) {
        if seq::insert(list, place, new_ref(item)) {
            return 0;
        }
        seq::no_memory();
        return -1;
    }
    let len = with_int(at, |at| op_int(Op::ListInsert, &[list, at, item]));
    grown(list, len, place, item)
}

/// `list.append(item)`.
#[entry]
pub unsafe fn PyList_Append(list: Obj, item: Obj) -> c_int {
    if !is_list(list) || item.is_null() {
        return bad_internal_call();
    }
    if is_local(list) {
        if seq::push(list, new_ref(item)) {
            return 0;
        }
        decref(item);
        seq::no_memory();
        return -1;
    }
    let len = op_int(Op::ListAppend, &[list, item]);
    grown(list, len, seq::size(list), item)
}

/// `low` and `high` as `list[low:high]` cuts them off, without counting from the end.
pub fn clip(low: Py_ssize_t, high: Py_ssize_t, len: usize) -> (usize, usize) {
    let low = low.clamp(0, len as Py_ssize_t);
    (low as usize, high.clamp(low, len as Py_ssize_t) as usize)
}

/// A new list of these items.
pub unsafe fn from_items(items: &[Obj]) -> Obj {
    // SAFETY: items are objects or NULL.
    unsafe {
        let list = seq::new_list(items.len());
        if !list.is_null() {
            for (i, &item) in items.iter().enumerate() {
                xincref(item);
                *(*list.cast::<PyListObject>()).ob_item.add(i) = item;
            }
        }
        list
    }
}

/// `list[low:high]`.
#[entry]
pub unsafe fn PyList_GetSlice(list: Obj, low: Py_ssize_t, high: Py_ssize_t) -> Obj {
    if !is_list(list) {
        return bad_internal_call();
    }
    let items = seq::list_slice(list);
    let (low, high) = clip(low, high, items.len());
    from_items(&items[low..high])
}

/// Replaces `list[low..high]` in the block.
unsafe fn splice(list: Obj, low: usize, high: usize, items: &[Obj]) -> bool {
    // SAFETY: `list` is known to C alone; the range lies in it.
    unsafe {
        let mut all = seq::list_slice(list).to_vec();
        items.iter().for_each(|&item| xincref(item));
        let gone: Vec<Obj> = all.splice(low..high, items.iter().copied()).collect();
        let block = list.cast::<PyListObject>();
        if all.len() > (*block).allocated as usize {
            let len = seq::size(list);
            if !seq::resize(list, len, all.len()) {
                items.iter().for_each(|&item| xdecref(item));
                return false;
            }
        }
        std::ptr::copy_nonoverlapping(all.as_ptr(), (*block).ob_item, all.len());
        (*block).ob_base.ob_size = all.len() as isize;
        gone.into_iter().for_each(|item| xdecref(item));
        true
    }
}

/// `list[low:high] = items`; NULL deletes.
#[entry]
pub unsafe fn PyList_SetSlice(list: Obj, low: Py_ssize_t, high: Py_ssize_t, items: Obj) -> c_int {
    if !is_list(list) {
        return bad_internal_call();
    }
    let (low, high) = clip(low, high, seq::size(list));
    if is_local(list) {
        let new = if items.is_null() {
            null_mut()
        } else {
            PySequence_Fast(items, c"can only assign an iterable".as_ptr())
        };
        if new.is_null() && !items.is_null() {
            return -1;
        }
        // Copied: the items may be those of the list itself.
        let values = if new.is_null() {
            Vec::new()
        } else {
            crate::abstract_sequence::items(new).to_vec()
        };
        let done = splice(list, low, high, &values);
        xdecref(new);
        if !done {
            seq::no_memory();
        }
        return status(done);
    }
    with_int(low as isize, |low| {
        with_int(high as isize, |high| {
            status(op_unit(Op::ListSetSlice, &[list, low, high, items]) && mirror::refresh(list))
        })
    })
}

/// `list.sort()`.
#[entry]
pub unsafe fn PyList_Sort(list: Obj) -> c_int {
    if !is_list(list) {
        return bad_internal_call();
    }
    status(op_unit(Op::ListSort, &[list]) && mirror::refresh(list))
}

/// `list.reverse()`.
#[entry]
pub unsafe fn PyList_Reverse(list: Obj) -> c_int {
    if !is_list(list) {
        return bad_internal_call();
    }
    if is_local(list) {
        let items = (*list.cast::<PyListObject>()).ob_item;
        if !items.is_null() {
            std::slice::from_raw_parts_mut(items, seq::size(list)).reverse();
        }
        return 0;
    }
    status(op_unit(Op::ListReverse, &[list]) && mirror::refresh(list))
}

/// `tuple(list)`.
#[entry]
pub unsafe fn PyList_AsTuple(list: Obj) -> Obj {
    if !is_list(list) {
        return bad_internal_call();
    }
    seq::tuple_of(seq::list_slice(list))
}

/// `list.extend(items)`; a new reference to None.
#[entry]
pub unsafe fn _PyList_Extend(list: *mut PyListObject, items: Obj) -> Obj {
    let len = (*list).ob_base.ob_size;
    if PyList_SetSlice(list.cast(), len, len, items) < 0 {
        return null_mut();
    }
    new_ref(none())
}

/// CPython prints figures about its free lists here; there are none.
#[entry]
pub unsafe fn _PyList_DebugMallocStats(_out: *mut libc::FILE) {}
