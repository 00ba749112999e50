//! Host lists that C holds: what compiled code writes into `ob_item` in place must reach the host before host code looks.
//!
//! Each mirrored list that has references is listed here with a copy of the items it had when it was last in step. Before a
//! crossing and at the end of a call the two are compared, and differences are written to the host. Nothing is listed
//! while C holds no list, which is the usual case.

use crate::state::Locked;
use crate::{Obj, Op, arena, crossing, decref, err, int, new_ref, seq, types};

struct Mirror {
    op: Obj,
    shadow: Vec<Obj>,
}

static MIRRORS: Locked<Vec<Mirror>> = Locked::new(Vec::new());
static BUSY: Locked<bool> = Locked::new(false);

/// The list is in step with the host's: remember its items.
pub unsafe fn track(op: Obj) {
    // SAFETY: `op` is a list proxy with a handle; its number in the table is kept in the prefix, from 1.
    unsafe {
        let mirrors = MIRRORS.get();
        let number = arena::number(op) as usize;
        if number > 0 {
            let shadow = &mut mirrors[number - 1].shadow;
            shadow.clear();
            shadow.extend_from_slice(seq::list_slice(op));
        } else {
            mirrors.push(Mirror {
                op,
                shadow: seq::list_slice(op).to_vec(),
            });
            arena::set_number(op, mirrors.len() as u32);
        }
    }
}

/// C has dropped its last reference.
pub unsafe fn untrack(op: Obj) {
    // SAFETY: as `track`; the last entry takes the place of the one that goes.
    unsafe {
        let number = arena::number(op) as usize;
        if number == 0 {
            return;
        }
        let gone = MIRRORS.get()[number - 1].op;
        debug_assert!(gone == op);
        write_back_one(op);
        let mirrors = MIRRORS.get();
        mirrors.swap_remove(number - 1);
        if let Some(moved) = mirrors.get(number - 1) {
            arena::set_number(moved.op, number as u32);
        }
        arena::set_number(op, 0);
    }
}

/// After an operation that may have changed a host list: the mirror follows. False when the host failed.
pub unsafe fn follow(op: Obj) -> bool {
    // SAFETY: `op` is an object.
    unsafe {
        let ty = (*op).ob_type;
        (*ty).tp_flags & crate::Py_TPFLAGS_LIST_SUBCLASS == 0
            || types::is_native(ty)
            || crossing::op_unit(Op::ListRefresh, &[op])
    }
}

/// Writes to the host what C has changed in place.
#[inline]
pub unsafe fn write_back() {
    // SAFETY: the lock is held.
    unsafe {
        if !MIRRORS.get().is_empty() {
            write_back_all();
        }
    }
}

#[cold]
unsafe fn write_back_all() {
    // SAFETY: the lock is held. A crossing made here does not come back here; the pending error survives.
    unsafe {
        if *BUSY.get() {
            return;
        }
        *BUSY.get() = true;
        let mut i = 0;
        while let Some(mirror) = MIRRORS.get().get(i) {
            write_back_one(mirror.op);
            i += 1;
        }
        *BUSY.get() = false;
    }
}

unsafe fn write_back_one(op: Obj) {
    // SAFETY: `op` is tracked.
    unsafe {
        let number = arena::number(op) as usize;
        let shadow = &mut MIRRORS.get()[number - 1].shadow;
        if shadow == seq::list_slice(op) {
            return;
        }
        let items = seq::list_slice(op).to_vec();
        let old = std::mem::replace(shadow, items.clone());
        let pending = err::fetch();
        let changed = |at: usize| old[at] != items[at] && !items[at].is_null();
        if old.len() == items.len() {
            for at in (0..items.len()).filter(|&at| changed(at)) {
                let index = int::from_i64(at as i64);
                crossing::op_unit(Op::ListSetItem, &[op, index, items[at]]);
                decref(index);
            }
        } else {
            let whole = seq::new_list(items.len());
            for (at, &item) in items.iter().enumerate().filter(|(_, item)| !item.is_null()) {
                *(*whole.cast::<crate::PyListObject>()).ob_item.add(at) = new_ref(item);
            }
            let bounds = [int::from_i64(0), int::from_i64(old.len() as i64)];
            crossing::op_unit(Op::ListSetSlice, &[op, bounds[0], bounds[1], whole]);
            decref(bounds[0]);
            decref(bounds[1]);
            decref(whole);
        }
        err::clear();
        err::restore(pending.0, pending.1, pending.2);
    }
}
