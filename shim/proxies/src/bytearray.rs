//! Bytearrays: host objects whose bytes C reads and writes in place, through `ob_start` and `ob_size`.
//!
//! The host keeps the bytes where they are as long as nobody resizes the bytearray. So the fields are filled when C gets its
//! first reference, and again by each `PyByteArray_*` function.

use crate::{
    Obj, Op, PyByteArray_Type, PyByteArrayObject, PyVarObject, crossing, decref, err, int, seq, types,
};

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
pub unsafe fn fill(op: Obj) {
    // SAFETY: `op` is the proxy of a host object. What C has raised so far stays.
    unsafe {
        let ty = (*op).ob_type;
        if ty == &raw mut PyByteArray_Type || types::is_subtype(ty, &raw mut PyByteArray_Type) {
            let pending = err::fetch();
            if !refresh(op) {
                err::clear();
            }
            err::restore(pending.0, pending.1, pending.2);
        }
    }
}
