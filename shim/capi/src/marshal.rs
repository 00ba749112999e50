//! `marshal.h`, without the functions on C streams. The format is the host's.

use crate::import::import_attribute;
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Obj, Op, decref, int, new_ref, op, seq, text, xdecref};
use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

/// Calls a member of `marshal`; the references of the arguments are taken over.
unsafe fn call(name: &str, args: &[Obj]) -> Obj {
    // SAFETY: arguments are objects.
    unsafe {
        let args = seq::tuple_from_owned(args);
        let callable = import_attribute("marshal", name);
        let result = if callable.is_null() {
            null_mut()
        } else {
            let result = op(Op::CallObject, &[callable, args, null_mut()]);
            decref(callable);
            result
        };
        xdecref(args);
        result
    }
}

#[entry]
pub unsafe fn PyMarshal_WriteObjectToString(value: *mut PyObject, version: c_int) -> *mut PyObject {
    call("dumps", &[new_ref(value), int::from_i64(version.into())])
}

#[entry]
pub unsafe fn PyMarshal_ReadObjectFromString(data: *const c_char, len: Py_ssize_t) -> *mut PyObject {
    let data = std::slice::from_raw_parts(data.cast(), len as usize);
    call("loads", &[text::bytes_from(data)])
}
