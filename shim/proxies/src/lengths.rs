//! How many items the dicts and sets of the host have, where C's macros read it in place (`PyDict_GET_SIZE`,
//! `PySet_GET_SIZE`; compiled Cython tests `if d:` so).
//!
//! The number comes with a dict that the host sends. While C has references to one, the numbers of all of them are asked for
//! after each time that code of the host may have run: one more crossing, and none when C holds no dict and no set.

use crate::state::Locked;
use crate::{
    Obj, Op, PySet_Type, PyTypeObject, arena, crossing, decref, dict, err, fields, int, new_ref, type_flags,
    types,
};

/// So many at most are asked for, the latest ones.
const LATEST: usize = 256;

/// Proxies that C has references to. Each knows its place, from 1.
static HELD: Locked<Vec<Obj>> = Locked::new(Vec::new());

unsafe fn is_dict(ty: *mut PyTypeObject) -> bool {
    // SAFETY: a type.
    unsafe { type_flags::of(ty) & crate::Py_TPFLAGS_DICT_SUBCLASS != 0 }
}

/// C gets a reference to the proxy, or the host has taken over what C made.
#[inline]
pub unsafe fn hold(op: Obj) {
    // SAFETY: `op` has a handle; the lock is held.
    unsafe {
        let ty = (*op).ob_type;
        if (is_dict(ty) || types::is_subtype(ty, &raw mut PySet_Type)) && arena::number(op) == 0 {
            HELD.get().push(op);
            arena::set_number(op, HELD.get().len() as u32);
        }
    }
}

/// C has dropped its last reference, or never asks this one for its length. Other blocks than dicts and sets are none of ours.
#[inline]
pub unsafe fn let_go(op: Obj) {
    // SAFETY: the lock is held; the last one takes the place of the one that goes.
    unsafe {
        let held = HELD.get();
        let number = arena::number(op) as usize;
        if number > 0 && held.get(number - 1) == Some(&op) {
            held.swap_remove(number - 1);
            if let Some(&moved) = held.get(number - 1) {
                arena::set_number(moved, number as u32);
            }
            arena::set_number(op, 0);
        }
    }
}

/// Host code has run: reads the numbers again.
#[inline]
pub unsafe fn refresh_held() {
    // SAFETY: the lock is held.
    unsafe {
        if !HELD.get().is_empty() && !err::thread().mirroring {
            refresh();
        }
    }
}

/// Asking crosses, too, and does not come back here. What C has raised so far stays. Meanwhile others may let go of what is asked
/// for.
#[cold]
unsafe fn refresh() {
    // SAFETY: the proxies are open, and have references of this function's while it asks.
    unsafe {
        let held: Vec<Obj> = HELD
            .get()
            .iter()
            .rev()
            .take(LATEST)
            .map(|&op| new_ref(op))
            .collect();
        let mut numbers: Vec<i64> = held.iter().map(|&op| arena::handle(op)).collect();
        err::thread().mirroring = true;
        let pending = err::fetch();
        let args = [
            int::from_i64(numbers.as_mut_ptr() as i64),
            int::from_i64(numbers.len() as i64),
        ];
        if crossing::op_unit(Op::Lengths, &args) {
            for (&op, &number) in held.iter().zip(&numbers) {
                if is_dict((*op).ob_type) {
                    dict::set_length(op, number as isize);
                } else {
                    fields::set_used(op, number as isize);
                }
            }
        } else {
            err::clear();
        }
        args.into_iter().for_each(|number| decref(number));
        err::restore(pending.0, pending.1, pending.2);
        err::thread().mirroring = false;
        held.into_iter().for_each(|op| decref(op));
    }
}
