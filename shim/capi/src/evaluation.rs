//! `ceval.h`: running code objects, and frames that C has made for them.

use crate::common::{Owned, call_library, fail};
use crate::frameobject;
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Obj, Op, dict, err, none, op, op_unit, seq, text};
use std::ffi::c_int;
use std::ptr::null_mut;

#[entry]
pub unsafe fn PyEval_EvalCode(
    code: *mut PyObject,
    globals: *mut PyObject,
    locals: *mut PyObject,
) -> *mut PyObject {
    if globals.is_null() {
        return fail(PyExc_SystemError, "PyEval_EvalCode: NULL globals");
    }
    op(Op::Eval, &[code, globals, locals])
}

/// `CO_NEWLOCALS`: the body of a function.
const NEW_LOCALS: c_int = 2;

unsafe fn slice<'a>(items: *const Obj, count: c_int) -> &'a [Obj] {
    // SAFETY: `count` objects, or NULL.
    unsafe {
        if items.is_null() {
            &[]
        } else {
            std::slice::from_raw_parts(items, count.max(0) as usize)
        }
    }
}

/// Calls what a function with this code would be. Code that is no function's runs in `locals`.
#[entry]
pub unsafe fn PyEval_EvalCodeEx(
    code: *mut PyObject,
    globals: *mut PyObject,
    locals: *mut PyObject,
    args: *const *mut PyObject,
    arg_count: c_int,
    keywords: *const *mut PyObject,
    keyword_count: c_int,
    defaults: *const *mut PyObject,
    default_count: c_int,
    keyword_defaults: *mut PyObject,
    closure: *mut PyObject,
) -> *mut PyObject {
    if globals.is_null() {
        return fail(PyExc_SystemError, "PyEval_EvalCodeEx: NULL globals");
    }
    if (*code.cast::<CodeObject>()).co_flags & NEW_LOCALS == 0 {
        return op(Op::Eval, &[code, globals, locals]);
    }
    let or_none = |part: Obj| if part.is_null() { none() } else { part };
    let defaults = Owned(seq::tuple_of(slice(defaults, default_count)));
    let parts = [code, globals, none(), defaults.0, or_none(closure)];
    let function = Owned(call_library("types", "FunctionType", &parts));
    if function.0.is_null()
        || !keyword_defaults.is_null()
            && !op_unit(
                Op::SetAttr,
                &[function.0, text::interned("__kwdefaults__"), keyword_defaults],
            )
    {
        return null_mut();
    }
    let names = Owned(dict::new());
    for pair in slice(keywords, keyword_count.saturating_mul(2)).chunks_exact(2) {
        dict::set(names.0, pair[0], pair[1]);
    }
    let args = Owned(seq::tuple_of(slice(args, arg_count)));
    op(Op::CallObject, &[function.0, args.0, names.0])
}

#[entry]
pub unsafe fn PyEval_EvalFrame(frame: *mut PyFrameObject) -> *mut PyObject {
    PyEval_EvalFrameEx(frame, 0)
}

/// Runs a frame that C has made. `throw`: it begins with the exception that is set, which ends it.
#[entry]
pub unsafe fn PyEval_EvalFrameEx(frame: *mut PyFrameObject, throw: c_int) -> *mut PyObject {
    if throw != 0 && !err::occurred().is_null() {
        return null_mut();
    }
    if seq::is_host(frame.cast()) {
        return fail(
            PyExc_SystemError,
            "Gimbal runs the frames that PyFrame_New has made: this one is running in the host",
        );
    }
    let code = Owned(frameobject::PyFrame_GetCode(frame).cast());
    let globals = Owned(frameobject::PyFrame_GetGlobals(frame));
    let locals = Owned(frameobject::locals_given(frame));
    let args = frameobject::arguments(frame);
    PyEval_EvalCodeEx(
        code.0,
        globals.0,
        locals.0,
        args.as_ptr(),
        args.len() as c_int,
        null_mut(),
        0,
        null_mut(),
        0,
        null_mut(),
        null_mut(),
    )
}
