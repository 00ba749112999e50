//! Bytearrays: host objects whose bytes C reads and writes in place, through `ob_start` and `ob_size`.
//!
//! The host keeps the bytes where they are as long as nobody resizes the bytearray. So the fields are filled when C gets its
//! first reference, after each time that host code may have run while C holds one, and by each `PyByteArray_*` function.

use crate::state::Locked;
use crate::{
    Obj, Op, PyByteArray_Type, PyByteArrayObject, PyVarObject, crossing, decref, err, incref, int, seq, types,
};

/// Bytearrays that C has references to.
static HELD: Locked<Vec<Obj>> = Locked::new(Vec::new());
static BUSY: Locked<bool> = Locked::new(false);

/// Asks the host where the bytes are now; false with the indicator set on failure.
pub unsafe fn refresh(op: Obj) -> bool {
    // SAFETY: `op` is the proxy of a bytearray; the host answers with a pair of ints.
    unsafe {
        let place = crossing::op(Op::ByteArrayPlace, &[op]);
        if place.is_null() {
            return false;
        }
        let figure = |i: usize| int::as_i64(seq::tuple_slice(place)[i]).unwrap_or(0);
        let (address, len) = (figure(0) as *mut std::ffi::c_char, figure(1) as isize);
        decref(place);
        let array = op.cast::<PyByteArrayObject>();
        (*array).ob_start = address;
        (*array).ob_bytes = address;
        (*array).ob_alloc = len + 1;
        (*op.cast::<PyVarObject>()).ob_size = len;
        true
    }
}

/// Fills the fields of a proxy that C is about to get, when it is a bytearray's.
#[inline]
pub unsafe fn hold(op: Obj) {
    // SAFETY: `op` is the proxy of a host object; the lock is held.
    unsafe {
        let ty = (*op).ob_type;
        if ty == &raw mut PyByteArray_Type || types::is_subtype(ty, &raw mut PyByteArray_Type) {
            HELD.get().push(op);
            refresh_all(&[op]);
        }
    }
}

/// C has dropped its last reference.
#[inline]
pub unsafe fn let_go(op: Obj) {
    // SAFETY: the lock is held.
    unsafe { HELD.get() }.retain(|&held| held != op);
}

/// Host code has run: reads again where the bytes are that C holds.
#[inline]
pub unsafe fn refresh_held() {
    // SAFETY: the lock is held.
    unsafe {
        if !HELD.get().is_empty() && !*BUSY.get() {
            refresh_all(&HELD.get().clone());
        }
    }
}

/// Asking crosses, too, and does not come back here. What C has raised so far stays. Meanwhile another thread, or what the host does
/// at a crossing, may drop the reference for which an array is here.
#[cold]
unsafe fn refresh_all(arrays: &[Obj]) {
    // SAFETY: the proxies are open, and have references of this function's while it asks.
    unsafe {
        arrays.iter().for_each(|&op| incref(op));
        let outer = std::mem::replace(BUSY.get(), true);
        let pending = err::fetch();
        for &op in arrays {
            if !refresh(op) {
                err::clear();
            }
        }
        err::restore(pending.0, pending.1, pending.2);
        *BUSY.get() = outer;
        arrays.iter().for_each(|&op| decref(op));
    }
}
