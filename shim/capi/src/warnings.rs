//! `warnings.h`, without the functions that format.

use crate::pyerrors::status;
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Op, int, op_unit, text, xdecref};
use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;

#[entry]
pub unsafe fn PyErr_WarnEx(
    category: *mut PyObject,
    message: *const c_char,
    stack_level: Py_ssize_t,
) -> c_int {
    let message = text::from_str(&CStr::from_ptr(message).to_string_lossy());
    let level = int::from_i64(stack_level as i64);
    let done = op_unit(Op::Warn, &[message, category, level]);
    xdecref(message);
    xdecref(level);
    status(done)
}

#[entry]
pub unsafe fn PyErr_WarnExplicitObject(
    category: *mut PyObject,
    message: *mut PyObject,
    filename: *mut PyObject,
    line: c_int,
    module: *mut PyObject,
    registry: *mut PyObject,
) -> c_int {
    let line = int::from_i64(line.into());
    let done = op_unit(
        Op::WarnExplicit,
        &[category, message, filename, line, module, registry],
    );
    xdecref(line);
    status(done)
}

#[entry]
pub unsafe fn PyErr_WarnExplicit(
    category: *mut PyObject,
    message: *const c_char,
    filename: *const c_char,
    line: c_int,
    module: *const c_char,
    registry: *mut PyObject,
) -> c_int {
    let named = |name: *const c_char| {
        if name.is_null() {
            null_mut()
        } else {
            text::from_str(&CStr::from_ptr(name).to_string_lossy())
        }
    };
    let (message, filename, module) = (named(message), named(filename), named(module));
    let status = PyErr_WarnExplicitObject(category, message, filename, line, module, registry);
    for owned in [message, filename, module] {
        xdecref(owned);
    }
    status
}
