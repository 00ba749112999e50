//! Bytearrays: host objects whose bytes C reads and writes in place, through `ob_start` and `ob_size`.
//!
//! The host keeps the bytes where they are as long as nobody resizes the bytearray, so the fields are filled when a
//! proxy is opened and again by each `PyByteArray_*` function.

use crate::{Obj, Op, PyByteArrayObject, PyVarObject, crossing, decref, int, seq};

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
