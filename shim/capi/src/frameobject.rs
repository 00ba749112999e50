//! `frameobject.h` and `pyframe.h`: frames that compiled code makes for tracebacks, and the host's frames.
//!
//! A frame from `PyFrame_New` is a native block; one that the host sent has a handle.

use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Obj, Op, arena, dict, err, int, new_ref, op, refcount, seq, text, xdecref, xincref};
use std::ffi::c_int;
use std::ptr::null_mut;

/// CPython's `FRAME_OWNED_BY_FRAME_OBJECT`.
#[cfg(Py_3_11)]
const OWNED_BY_FRAME_OBJECT: std::ffi::c_char = 2;

unsafe fn is_host(frame: *mut PyFrameObject) -> bool {
    // SAFETY: `frame` is an object.
    unsafe { seq::is_host(frame.cast()) }
}

/// The native block of a frame that is not the host's.
unsafe fn block<'a>(frame: *mut PyFrameObject) -> &'a mut FrameObject {
    // SAFETY: as stated.
    unsafe { &mut *frame.cast() }
}

/// Where a native frame keeps what it refers to.
struct Parts {
    code: *mut Obj,
    globals: *mut Obj,
    locals: *mut Obj,
}

/// Those places: in the frame itself, or since 3.11 in the data behind it.
unsafe fn parts(frame: *mut FrameObject) -> Parts {
    // SAFETY: a native frame.
    unsafe {
        #[cfg(Py_3_11)]
        let data = &mut (*frame).data;
        #[cfg(not(Py_3_11))]
        let data = &mut *frame;
        #[cfg(not(Py_3_12))]
        let code = &raw mut data.f_code;
        // Without marks in the low bits it is a strong reference.
        #[cfg(Py_3_12)]
        let code = &raw mut data.f_executable;
        Parts {
            code: code.cast(),
            globals: &raw mut data.f_globals,
            locals: &raw mut data.f_locals,
        }
    }
}

/// How much more a frame needs for the variables that C may put into it.
unsafe fn room(_code: *mut PyCodeObject) -> usize {
    // SAFETY: a code object, whose numbers were filled in when C got it.
    #[cfg(not(Py_3_11))]
    unsafe {
        (*_code.cast::<CodeObject>()).co_nlocals.max(0) as usize * size_of::<Obj>()
    }
    #[cfg(Py_3_11)]
    0
}

/// The variables of a native frame that C may have put into it, owned.
#[cfg(not(Py_3_11))]
unsafe fn variables<'a>(frame: *mut FrameObject) -> &'a mut [Obj] {
    // SAFETY: there is room for as many.
    unsafe {
        let count = room((*frame).f_code) / size_of::<Obj>();
        std::slice::from_raw_parts_mut((&raw mut (*frame).f_localsplus).cast(), count)
    }
}

/// The arguments that C has put into a native frame, borrowed. Since 3.11 it cannot.
pub unsafe fn arguments(_frame: *mut PyFrameObject) -> Vec<Obj> {
    #[cfg(not(Py_3_11))]
    // SAFETY: a native frame.
    unsafe {
        let frame = _frame.cast::<FrameObject>();
        let count = (*(*frame).f_code.cast::<CodeObject>()).co_argcount.max(0) as usize;
        let given = variables(frame).iter().take(count).copied();
        given.take_while(|value| !value.is_null()).collect()
    }
    #[cfg(Py_3_11)]
    Vec::new()
}

/// The locals that a native frame was made with, a new reference; NULL when there are none.
pub unsafe fn locals_given(frame: *mut PyFrameObject) -> Obj {
    // SAFETY: a native frame.
    unsafe {
        let locals = *parts(block(frame)).locals;
        xincref(locals);
        locals
    }
}

/// Fills what C reads in place of a host's frame that it is about to get. Since 3.11 frames are opaque.
pub unsafe fn fill(_frame: *mut PyFrameObject) {
    #[cfg(not(Py_3_11))]
    // SAFETY: the proxy of a host's frame; what it refers to lives as long as the call.
    unsafe {
        use gimbal_proxies::crossing::lend_to_call;
        let frame = block(_frame);
        frame.f_code = lend_to_call(attribute(_frame, "f_code")).cast();
        frame.f_globals = lend_to_call(attribute(_frame, "f_globals"));
        frame.f_back = lend_to_call(optional(_frame, "f_back")).cast();
        frame.f_lineno = number(_frame, "f_lineno");
        frame.f_lasti = number(_frame, "f_lasti");
    }
}

#[entry]
pub unsafe fn PyFrame_New(
    _thread: *mut PyThreadState,
    code: *mut PyCodeObject,
    globals: *mut PyObject,
    locals: *mut PyObject,
) -> *mut PyFrameObject {
    let frame = arena::alloc_zeroed(size_of::<FrameObject>() + room(code)).cast::<FrameObject>();
    if frame.is_null() {
        return seq::no_memory().cast();
    }
    xincref(globals);
    xincref(locals);
    refcount::begin(frame.cast(), &raw mut PyFrame_Type);
    let parts = parts(frame);
    *parts.code = new_ref(code.cast());
    *parts.globals = globals;
    *parts.locals = locals;
    #[cfg(Py_3_11)]
    {
        (*frame).data.frame_obj = frame.cast();
        (*frame).data.owner = OWNED_BY_FRAME_OBJECT;
        (*frame).f_frame = &raw mut (*frame).data;
    }
    (*frame).f_trace_lines = 1;
    frame.cast()
}

/// `tp_dealloc` of frames.
pub unsafe extern "C" fn dealloc(op: Obj) {
    let _held = gimbal_proxies::hold();
    // SAFETY: the count is zero.
    unsafe {
        if seq::is_host(op) {
            refcount::retire(op);
            return;
        }
        let frame = op.cast::<FrameObject>();
        #[cfg(not(Py_3_11))]
        variables(frame).iter().for_each(|&value| xdecref(value));
        xdecref((*frame).f_back.cast());
        xdecref((*frame).f_trace);
        let parts = parts(frame);
        xdecref(*parts.code);
        xdecref(*parts.globals);
        xdecref(*parts.locals);
        arena::free(op.cast());
    }
}

/// An attribute of a host's frame.
unsafe fn attribute(frame: *mut PyFrameObject, name: &str) -> Obj {
    // SAFETY: `frame` is an object.
    unsafe { op(Op::GetAttr, &[frame.cast(), text::interned(name)]) }
}

/// As [`attribute`], NULL for None.
unsafe fn optional(frame: *mut PyFrameObject, name: &str) -> Obj {
    // SAFETY: as `attribute`.
    unsafe {
        let value = attribute(frame, name);
        if value == gimbal_proxies::none() {
            xdecref(value);
            return null_mut();
        }
        value
    }
}

unsafe fn number(frame: *mut PyFrameObject, name: &str) -> c_int {
    // SAFETY: as `attribute`.
    unsafe {
        let value = attribute(frame, name);
        if value.is_null() {
            err::clear();
            return -1;
        }
        let number = int::as_i64(value).unwrap_or(-1) as c_int;
        xdecref(value);
        number
    }
}

#[entry]
pub unsafe fn PyFrame_GetCode(frame: *mut PyFrameObject) -> *mut PyCodeObject {
    if is_host(frame) {
        return attribute(frame, "f_code").cast();
    }
    new_ref(*parts(block(frame)).code).cast()
}

#[entry]
pub unsafe fn PyFrame_GetLineNumber(frame: *mut PyFrameObject) -> c_int {
    if is_host(frame) {
        return number(frame, "f_lineno");
    }
    match block(frame).f_lineno {
        0 => (*(*parts(block(frame)).code).cast::<CodeObject>()).co_firstlineno,
        line => line,
    }
}

#[entry]
pub unsafe fn PyFrame_GetBack(frame: *mut PyFrameObject) -> *mut PyFrameObject {
    if is_host(frame) {
        return optional(frame, "f_back").cast();
    }
    let back = block(frame).f_back;
    xincref(back.cast());
    back
}

#[entry]
pub unsafe fn PyFrame_GetGlobals(frame: *mut PyFrameObject) -> *mut PyObject {
    if is_host(frame) {
        return attribute(frame, "f_globals");
    }
    let globals = *parts(block(frame)).globals;
    xincref(globals);
    globals
}

#[entry]
pub unsafe fn PyFrame_GetLocals(frame: *mut PyFrameObject) -> *mut PyObject {
    if is_host(frame) {
        return attribute(frame, "f_locals");
    }
    match *parts(block(frame)).locals {
        locals if locals.is_null() => dict::new(),
        locals => new_ref(locals),
    }
}

#[entry]
pub unsafe fn PyFrame_GetBuiltins(frame: *mut PyFrameObject) -> *mut PyObject {
    if is_host(frame) {
        return attribute(frame, "f_builtins");
    }
    op(Op::Builtins, &[])
}

#[entry]
pub unsafe fn PyFrame_GetGenerator(_frame: *mut PyFrameObject) -> *mut PyObject {
    null_mut()
}

#[entry]
pub unsafe fn PyFrame_GetLasti(frame: *mut PyFrameObject) -> c_int {
    if is_host(frame) {
        return number(frame, "f_lasti");
    }
    -1
}

#[entry(error = 0)]
pub unsafe fn _PyFrame_IsEntryFrame(_frame: *mut PyFrameObject) -> c_int {
    1
}

/// `f_locals` is asked for when it is read; there is nothing to prepare.
#[entry]
pub unsafe fn PyFrame_FastToLocalsWithError(_frame: *mut PyFrameObject) -> c_int {
    0
}

#[entry]
pub unsafe fn PyFrame_FastToLocals(_frame: *mut PyFrameObject) {}

#[entry]
pub unsafe fn PyFrame_LocalsToFast(_frame: *mut PyFrameObject, _clear: c_int) {}
