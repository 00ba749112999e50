//! Constants of the interpreter by number.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::c_uint;

/// `None`, `False`, `True`, `Ellipsis`, `NotImplemented`, 0, 1, "", b"" or (), by their numbers.
#[entry]
pub unsafe fn Py_GetConstant(number: c_uint) -> Obj {
    match number {
        0 => new_ref(none()),
        1 => new_ref(false_object()),
        2 => new_ref(true_object()),
        3 => new_ref(ellipsis()),
        4 => new_ref(not_implemented()),
        5 => int::from_i64(0),
        6 => int::from_i64(1),
        7 => text::from_str(""),
        8 => text::bytes_from(b""),
        9 => crate::tupleobject::PyTuple_New(0),
        _ => bad_internal_call(),
    }
}

/// The same, borrowed: all of them live for good.
#[entry]
pub unsafe fn Py_GetConstantBorrowed(number: c_uint) -> Obj {
    crossing::lend_to_call(Py_GetConstant(number))
}
