//! `boolobject.h`

use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_int, c_long};

#[entry(unlocked)]
pub unsafe fn PyBool_FromLong(value: c_long) -> *mut PyObject {
    new_ref(bool_object(value != 0))
}

#[entry(unlocked)]
pub unsafe fn Py_IsTrue(op: *mut PyObject) -> c_int {
    c_int::from(op == true_object())
}

#[entry(unlocked)]
pub unsafe fn Py_IsFalse(op: *mut PyObject) -> c_int {
    c_int::from(op == false_object())
}
