//! `osmodule.h` and `intrcheck.h`: paths, forking, interrupts.

use crate::import::import_attribute;
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Op, decref, new_ref, op, seq, xdecref};
use std::ffi::c_int;
use std::ptr::null_mut;

#[entry]
pub unsafe fn PyOS_FSPath(path: *mut PyObject) -> *mut PyObject {
    if PyUnicode_Check(path) != 0 || PyBytes_Check(path) != 0 {
        return new_ref(path);
    }
    let convert = import_attribute("os", "fspath");
    if convert.is_null() {
        return null_mut();
    }
    let args = seq::tuple_of(&[path]);
    let result = op(Op::CallObject, &[convert, args, null_mut()]);
    decref(convert);
    xdecref(args);
    result
}

// What these four are for in CPython every fork does here by itself: see `state::guard_forks`.

#[entry]
pub unsafe fn PyOS_BeforeFork() {}

#[entry]
pub unsafe fn PyOS_AfterFork_Parent() {}

#[entry]
pub unsafe fn PyOS_AfterFork_Child() {}

#[entry]
pub unsafe fn PyOS_AfterFork() {}

/// The host handles signals itself; `PyErr_CheckSignals` lets it.
#[entry(error = 0)]
pub unsafe fn PyOS_InterruptOccurred() -> c_int {
    0
}

#[entry(error = 0)]
pub unsafe fn _PyOS_IsMainThread() -> c_int {
    c_int::from(libc::getpid() == libc::gettid())
}
