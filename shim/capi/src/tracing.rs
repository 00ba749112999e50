//! `ceval.h`: functions of C that are told what Python code does, for profilers, debuggers and tools that measure coverage.
//!
//! The host calls a function of ours as `sys.setprofile` and `sys.settrace` would, with a frame, the name of an event and its
//! argument, and that calls C's. Functions of extensions are part of the host's adapter to it, so nothing is told of their calls.

use crate::common::Owned;
use crate::methodobject::PyCFunction_New;
use crate::pycapsule::{PyCapsule_GetPointer, PyCapsule_New};
use crate::pyerrors::{PyErr_WriteUnraisable, status};
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Obj, Op, decref, err, none, op_unit, outside, text, xdecref, xincref};
use std::ffi::{CStr, c_int};
use std::ptr::null_mut;

/// What C wants to be called with, in a capsule.
struct Tracer {
    function: Py_tracefunc,
    argument: Obj,
}

const NAME: &CStr = c"gimbal.tracer";

/// The events by CPython's numbers.
const EVENTS: [&str; 8] = [
    "call",
    "exception",
    "line",
    "return",
    "c_call",
    "c_exception",
    "c_return",
    "opcode",
];

unsafe extern "C" fn drop_tracer(capsule: *mut PyObject) {
    let _held = gimbal_proxies::hold();
    // SAFETY: the capsule is one of ours, and dies.
    unsafe {
        let tracer = Box::from_raw(PyCapsule_GetPointer(capsule, NAME.as_ptr()).cast::<Tracer>());
        xdecref(tracer.argument);
    }
}

/// What the host calls: `(frame, name of the event, argument)`.
unsafe extern "C" fn event(
    capsule: *mut PyObject,
    args: *mut *mut PyObject,
    count: Py_ssize_t,
) -> *mut PyObject {
    let _held = gimbal_proxies::hold();
    // SAFETY: the host passes three objects, and the capsule is one of ours.
    unsafe {
        let tracer = PyCapsule_GetPointer(capsule, NAME.as_ptr()).cast::<Tracer>();
        if tracer.is_null() || count != 3 {
            return crate::common::bad_internal_call();
        }
        let [frame, name, argument] = [*args, *args.add(1), *args.add(2)];
        let number = EVENTS.iter().position(|&event| text::as_str(name) == Some(event));
        if let Some(number) = number {
            crate::frameobject::fill(frame.cast());
            let Tracer {
                function,
                argument: own,
            } = *tracer;
            if outside(|| function(own, frame.cast(), number as c_int, argument)) != 0 {
                return null_mut();
            }
        }
        gimbal_proxies::new_ref(none())
    }
}

struct Definition(PyMethodDef);

// SAFETY: it is never changed.
unsafe impl Sync for Definition {}

static EVENT: Definition = Definition(PyMethodDef {
    ml_name: c"tracer".as_ptr(),
    ml_meth: PyMethodDefPointer {
        PyCFunctionFast: event,
    },
    ml_flags: METH_FASTCALL,
    ml_doc: std::ptr::null(),
});

/// Has the calling thread tell `function`, or nobody any more. False with an error set when the host cannot.
unsafe fn set(function: Option<Py_tracefunc>, argument: Obj, profile: bool) -> bool {
    // SAFETY: `argument` is an object or NULL; the lock is held.
    unsafe {
        let profile = gimbal_proxies::bool_object(profile);
        let Some(function) = function else {
            return op_unit(Op::SetTracer, &[none(), profile]);
        };
        xincref(argument);
        let tracer = Box::into_raw(Box::new(Tracer { function, argument }));
        let capsule = PyCapsule_New(tracer.cast(), NAME.as_ptr(), Some(drop_tracer));
        if capsule.is_null() {
            drop(Box::from_raw(tracer));
            xdecref(argument);
            return false;
        }
        let callable = Owned(PyCFunction_New((&raw const EVENT.0).cast_mut(), capsule));
        decref(capsule);
        !callable.0.is_null() && op_unit(Op::SetTracer, &[callable.0, profile])
    }
}

/// Nothing can be returned, so a failure is reported. An exception that is set stays.
unsafe fn set_or_report(function: Option<Py_tracefunc>, argument: Obj, profile: bool) {
    // SAFETY: as `set`.
    unsafe {
        let (class, value, traceback) = err::fetch();
        if !set(function, argument, profile) {
            PyErr_WriteUnraisable(null_mut());
        }
        err::restore(class, value, traceback);
    }
}

#[entry]
pub unsafe fn PyEval_SetProfile(function: Option<Py_tracefunc>, argument: *mut PyObject) {
    set_or_report(function, argument, true);
}

#[entry]
pub unsafe fn PyEval_SetTrace(function: Option<Py_tracefunc>, argument: *mut PyObject) {
    set_or_report(function, argument, false);
}

/// The same for the thread with this state, which must be the calling one.
unsafe fn set_for(
    thread: *mut PyThreadState,
    function: Option<Py_tracefunc>,
    argument: Obj,
    profile: bool,
) -> c_int {
    // SAFETY: as `set`.
    unsafe {
        if !std::ptr::eq(thread.cast(), gimbal_proxies::state::current()) {
            err::set(
                PyExc_SystemError,
                "Gimbal sets the trace and profile functions of the calling thread only",
            );
            return -1;
        }
        status(set(function, argument, profile))
    }
}

#[entry]
pub unsafe fn _PyEval_SetProfile(
    thread: *mut PyThreadState,
    function: Option<Py_tracefunc>,
    argument: *mut PyObject,
) -> c_int {
    set_for(thread, function, argument, true)
}

#[entry]
pub unsafe fn _PyEval_SetTrace(
    thread: *mut PyThreadState,
    function: Option<Py_tracefunc>,
    argument: *mut PyObject,
) -> c_int {
    set_for(thread, function, argument, false)
}

/// No host lets a thread set what another one tells: with others about, that is reported.
#[cfg(Py_3_12)]
unsafe fn set_for_all(function: Option<Py_tracefunc>, argument: Obj, profile: bool) {
    // SAFETY: as `set`.
    unsafe {
        set_or_report(function, argument, profile);
        let (class, value, traceback) = err::fetch();
        let threads = Owned(crate::common::call_library("threading", "active_count", &[]));
        if !threads.0.is_null() && gimbal_proxies::int::as_i64(threads.0) != Some(1) {
            err::set(
                PyExc_RuntimeError,
                "Gimbal sets the trace and profile functions of the calling thread only: those of other threads stay",
            );
        }
        if !err::occurred().is_null() {
            PyErr_WriteUnraisable(null_mut());
        }
        err::restore(class, value, traceback);
    }
}

#[cfg(Py_3_12)]
#[entry]
pub unsafe fn PyEval_SetProfileAllThreads(function: Option<Py_tracefunc>, argument: *mut PyObject) {
    set_for_all(function, argument, true);
}

#[cfg(Py_3_12)]
#[entry]
pub unsafe fn PyEval_SetTraceAllThreads(function: Option<Py_tracefunc>, argument: *mut PyObject) {
    set_for_all(function, argument, false);
}
