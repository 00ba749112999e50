//! `context.h`: context variables are the host's `contextvars`.

use crate::import::import_attribute;
use crate::pyerrors::status;
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Obj, Op, decref, dict, err, op, op_unit, seq, text, xdecref};
use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;

unsafe extern "C" {
    static mut PyContext_Type: PyTypeObject;
    static mut PyContextVar_Type: PyTypeObject;
}

/// Is it exactly of this type? If not, `TypeError` is set.
unsafe fn check(op: Obj, class: *mut PyTypeObject, name: &str) -> bool {
    // SAFETY: `op` is an object.
    unsafe {
        let right = (*op).ob_type == class;
        if !right {
            err::set(PyExc_TypeError, &format!("an instance of {name} was expected"));
        }
        right
    }
}

unsafe fn is_variable(op: Obj) -> bool {
    // SAFETY: as `check`.
    unsafe { check(op, &raw mut PyContextVar_Type, "ContextVar") }
}

unsafe fn is_context(op: Obj) -> bool {
    // SAFETY: as `check`.
    unsafe { check(op, &raw mut PyContext_Type, "Context") }
}

/// Calls a member of `contextvars`.
unsafe fn call(name: &str, args: &[Obj], kwargs: Obj) -> Obj {
    // SAFETY: arguments are objects.
    unsafe {
        let callable = import_attribute("contextvars", name);
        if callable.is_null() {
            return null_mut();
        }
        let args = seq::tuple_of(args);
        let result = op(Op::CallObject, &[callable, args, kwargs]);
        decref(callable);
        xdecref(args);
        result
    }
}

#[entry]
pub unsafe fn PyContextVar_New(name: *const c_char, default: *mut PyObject) -> *mut PyObject {
    let name = text::from_str(&CStr::from_ptr(name).to_string_lossy());
    let mut kwargs = null_mut();
    if !default.is_null() {
        kwargs = dict::new();
        dict::set(kwargs, text::interned("default"), default);
    }
    let variable = call("ContextVar", &[name], kwargs);
    xdecref(name);
    xdecref(kwargs);
    variable
}

/// A variable without a value gives `default`, else its own default, else NULL; only an error gives -1.
#[entry]
pub unsafe fn PyContextVar_Get(
    variable: *mut PyObject,
    default: *mut PyObject,
    value: *mut *mut PyObject,
) -> c_int {
    *value = null_mut();
    if !is_variable(variable) {
        return -1;
    }
    let method = text::interned("get");
    *value = if default.is_null() {
        op(Op::CallMethod, &[variable, method])
    } else {
        op(Op::CallMethod, &[variable, method, default])
    };
    if (*value).is_null() {
        if !err::matches(err::occurred(), PyExc_LookupError) {
            return -1;
        }
        err::clear();
    }
    0
}

#[entry]
pub unsafe fn PyContextVar_Set(variable: *mut PyObject, value: *mut PyObject) -> *mut PyObject {
    if !is_variable(variable) {
        return null_mut();
    }
    op(Op::CallMethod, &[variable, text::interned("set"), value])
}

#[entry]
pub unsafe fn PyContextVar_Reset(variable: *mut PyObject, token: *mut PyObject) -> c_int {
    if !is_variable(variable) {
        return -1;
    }
    status(op_unit(
        Op::CallMethod,
        &[variable, text::interned("reset"), token],
    ))
}

#[entry]
pub unsafe fn PyContext_New() -> *mut PyObject {
    call("Context", &[], null_mut())
}

#[entry]
pub unsafe fn PyContext_CopyCurrent() -> *mut PyObject {
    call("copy_context", &[], null_mut())
}

#[entry]
pub unsafe fn PyContext_Copy(context: *mut PyObject) -> *mut PyObject {
    if !is_context(context) {
        return null_mut();
    }
    op(Op::CallMethod, &[context, text::interned("copy")])
}

#[entry]
pub unsafe fn PyContext_Enter(context: *mut PyObject) -> c_int {
    status(is_context(context) && op_unit(Op::EnterContext, &[context]))
}

#[entry]
pub unsafe fn PyContext_Exit(context: *mut PyObject) -> c_int {
    status(is_context(context) && op_unit(Op::ExitContext, &[context]))
}
