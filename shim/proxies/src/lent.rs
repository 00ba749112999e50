//! Lists of numbers that the host has lent for one call. Most functions read such a list and forget it, so it gets no handle and no
//! mirror: a native list is made and dropped. When the call crosses, or ends with the list kept or changed, the host is asked for the
//! list's handle, and what was lent becomes its mirror.

use crate::{Obj, PyListObject, crossing, decode, decref, encode, err, int, mirror, new_ref, refcount, seq};
use gimbal_handles::Received;
use gimbal_host::{Cell, GIMBAL_PACKED_FLOATS, Op};

struct Lent {
    list: Obj,
    /// Where its items begin.
    first: usize,
    /// What the host calls it.
    name: i64,
}

/// What a thread has been lent for the call under way: any other call before it has crossed.
#[derive(Default)]
pub struct Loans {
    lists: Vec<Lent>,
    /// The items that the lists had, one list after the other. They are held, so that their places are not used again.
    items: Vec<Obj>,
}

/// Makes the list of numbers in a cell, with a reference for the call that begins. NULL when memory is out.
pub unsafe fn take(cell: &Cell) -> Obj {
    // SAFETY: the host points at as many numbers as it says; all places of the list are written; the lock is held.
    unsafe {
        let n = cell.n as usize;
        let list = seq::new_list(n);
        if list.is_null() {
            return list;
        }
        let loans = &mut err::thread().loans;
        let first = loans.items.len();
        let places = (*list.cast::<PyListObject>()).ob_item;
        for at in 0..n {
            let item = if cell.aux & GIMBAL_PACKED_FLOATS != 0 {
                decode::float(*(cell.i as *const f64).add(at))
            } else {
                int::from_i64(*(cell.i as *const i64).add(at))
            };
            *places.add(at) = item;
            loans.items.push(new_ref(item));
        }
        loans.lists.push(Lent {
            list: new_ref(list),
            first,
            name: cell.i,
        });
        list
    }
}

/// The call has ended, and its arguments are given back.
#[inline]
pub unsafe fn end() {
    // SAFETY: the lock is held.
    unsafe {
        while let Some(lent) = err::thread().loans.lists.pop() {
            let items = &err::thread().loans.items[lent.first..];
            if refcount::count(lent.list) > 1 || seq::list_slice(lent.list) != items {
                keep(lent);
                continue;
            }
            // The list's references, and those held here.
            decref(lent.list);
            for item in err::thread().loans.items.drain(lent.first..) {
                decref(item);
            }
        }
    }
}

/// Native code crosses: Python code may look at what was lent.
#[inline]
pub unsafe fn keep_all() {
    // SAFETY: as `end`.
    unsafe {
        while let Some(lent) = err::thread().loans.lists.pop() {
            keep(lent);
        }
    }
}

/// What was lent becomes the list's mirror. A pending error survives.
#[cold]
unsafe fn keep(lent: Lent) {
    // SAFETY: as `end`.
    unsafe {
        let items = err::thread().loans.items.split_off(lent.first);
        let pending = err::fetch();
        let name = int::from_i64(lent.name);
        let handle = crossing::op_int(Op::LentList, &[name]);
        decref(name);
        // Another thread may have met the list meanwhile; then C has two of it.
        if handle > 0 && matches!(crossing::receive(handle), Received::Fresh) && !seq::is_host(lent.list) {
            encode::tie(lent.list, handle);
            if seq::list_slice(lent.list) == items {
                mirror::refresh(lent.list);
            } else {
                mirror::was(lent.list, &items);
                mirror::write_back(lent.list);
            }
        }
        err::clear();
        err::restore(pending.0, pending.1, pending.2);
        items.into_iter().for_each(|item| decref(item));
        decref(lent.list);
    }
}
