//! `ceval.h`: the lock around extension code, the running frame's namespaces, recursion, pending calls.

use crate::pystate;
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::crossing::lend_to_call;
use gimbal_proxies::{Obj, Op, decref, err, int, none, op, recursion, state, text, types, xdecref};
use std::ffi::{CStr, c_char, c_int, c_ulong, c_void};
use std::ptr::null_mut;
use std::sync::Mutex;
use std::sync::atomic::{AtomicI32, AtomicU64, Ordering};

// --- the lock --------------------------------------------------------------------------------------------------------

#[entry]
pub unsafe fn PyEval_SaveThread() -> *mut PyThreadState {
    let thread = state::current();
    if thread.is_null() {
        crate::pyerrors::_Py_FatalError_TstateNULL(c"PyEval_SaveThread".as_ptr());
    }
    state::give();
    thread.cast()
}

#[entry]
pub unsafe fn PyEval_RestoreThread(thread: *mut PyThreadState) {
    if thread.is_null() {
        crate::pyerrors::_Py_FatalError_TstateNULL(c"PyEval_RestoreThread".as_ptr());
    }
    pystate::take_as(thread.cast());
}

#[entry]
pub unsafe fn PyEval_AcquireThread(thread: *mut PyThreadState) {
    PyEval_RestoreThread(thread);
}

#[entry]
pub unsafe fn PyEval_ReleaseThread(_thread: *mut PyThreadState) {
    pystate::settle();
    state::give();
}

#[entry]
pub unsafe fn PyEval_AcquireLock() {
    state::take(state::mine());
}

#[entry]
pub unsafe fn PyEval_ReleaseLock() {
    state::give();
}

#[entry]
pub unsafe fn PyEval_InitThreads() {}

#[entry(error = 0)]
pub unsafe fn PyEval_ThreadsInitialized() -> c_int {
    1
}

static SWITCH_INTERVAL: AtomicU64 = AtomicU64::new(5000);

/// Microseconds. Recorded only: the lock is handed over at every call into the host.
#[entry(error = 0)]
pub unsafe fn _PyEval_GetSwitchInterval() -> c_ulong {
    SWITCH_INTERVAL.load(Ordering::Relaxed)
}

#[entry]
pub unsafe fn _PyEval_SetSwitchInterval(microseconds: c_ulong) {
    SWITCH_INTERVAL.store(microseconds, Ordering::Relaxed);
}

// --- frame and namespaces --------------------------------------------------------------------------------------------

#[entry]
pub unsafe fn PyEval_GetFrame() -> *mut PyFrameObject {
    lend_to_call(op(Op::Frame, &[])).cast()
}

#[entry]
pub unsafe fn PyEval_GetGlobals() -> *mut PyObject {
    lend_to_call(op(Op::Globals, &[]))
}

#[entry]
pub unsafe fn PyEval_GetLocals() -> *mut PyObject {
    lend_to_call(locals())
}

/// Those of the frame that runs, a new reference.
unsafe fn locals() -> *mut PyObject {
    // SAFETY: there is nothing to pass.
    unsafe {
        let locals = op(Op::Locals, &[]);
        if locals.is_null() && err::occurred().is_null() {
            err::set(PyExc_SystemError, "frame does not exist");
        }
        locals
    }
}

#[cfg(Py_3_13)]
#[entry]
pub unsafe fn PyEval_GetFrameLocals() -> *mut PyObject {
    locals()
}

#[cfg(Py_3_13)]
#[entry]
pub unsafe fn PyEval_GetFrameGlobals() -> *mut PyObject {
    op(Op::Globals, &[])
}

#[cfg(Py_3_13)]
#[entry]
pub unsafe fn PyEval_GetFrameBuiltins() -> *mut PyObject {
    op(Op::Builtins, &[])
}

#[entry]
pub unsafe fn PyEval_GetBuiltins() -> *mut PyObject {
    crate::import::lend_for_good(op(Op::Builtins, &[]))
}

#[entry]
pub unsafe fn _PyEval_GetBuiltin(name: *mut PyObject) -> *mut PyObject {
    let builtins = op(Op::Builtins, &[]);
    if builtins.is_null() {
        return null_mut();
    }
    let found = op(Op::DictGet, &[builtins, name]);
    decref(builtins);
    if found.is_null() && err::occurred().is_null() {
        err::set_object(PyExc_AttributeError, name);
    }
    found
}

#[entry(error = 0)]
pub unsafe fn PyEval_MergeCompilerFlags(flags: *mut PyCompilerFlags) -> c_int {
    const FUTURES: i64 = 0x1fe_0000;
    let frame = op(Op::Frame, &[]);
    let code = if frame.is_null() {
        null_mut()
    } else {
        op(Op::GetAttr, &[frame, text::interned("f_code")])
    };
    if !code.is_null() {
        let inherited = op(Op::GetAttr, &[code, text::interned("co_flags")]);
        if !inherited.is_null() {
            (*flags).cf_flags |= (int::as_i64(inherited).unwrap_or(0) & FUTURES) as c_int;
            decref(inherited);
        }
    }
    xdecref(frame);
    xdecref(code);
    err::clear();
    c_int::from((*flags).cf_flags != 0)
}

#[entry]
pub unsafe fn PyEval_CallObjectWithKeywords(
    callable: *mut PyObject,
    args: *mut PyObject,
    kwargs: *mut PyObject,
) -> *mut PyObject {
    if !args.is_null() && PyTuple_Check(args) == 0 {
        err::set(PyExc_TypeError, "argument list must be a tuple");
        return null_mut();
    }
    if !kwargs.is_null() && PyDict_Check(kwargs) == 0 {
        err::set(PyExc_TypeError, "keyword list must be a dictionary");
        return null_mut();
    }
    if args.is_null() {
        let none = gimbal_proxies::seq::tuple_of(&[]);
        let result = PyObject_Call(callable, none, kwargs);
        decref(none);
        return result;
    }
    PyObject_Call(callable, args, kwargs)
}

/// The name of a function for messages, or of an object's type.
#[entry]
pub unsafe fn PyEval_GetFuncName(function: *mut PyObject) -> *const c_char {
    if is_function(function) {
        let name = op(Op::LookupAttr, &[function, text::interned("__name__")]);
        if !name.is_null() {
            let kept = crate::pyerrors::keep_text(text::utf8(name));
            decref(name);
            return kept;
        }
        err::clear();
    }
    (*(*function).ob_type).tp_name
}

#[entry]
pub unsafe fn PyEval_GetFuncDesc(function: *mut PyObject) -> *const c_char {
    if is_function(function) {
        c"()".as_ptr()
    } else {
        c" object".as_ptr()
    }
}

unsafe extern "C" {
    static mut PyMethod_Type: PyTypeObject;
}

unsafe fn is_function(op: Obj) -> bool {
    // SAFETY: `op` is an object.
    unsafe {
        let class = (*op).ob_type;
        class == &raw mut PyFunction_Type
            || class == &raw mut PyMethod_Type
            || types::is_subtype(class, &raw mut PyCFunction_Type)
    }
}

// --- all threads at once ---------------------------------------------------------------------------------------------

/// Waits until no other thread runs extension code, and keeps it so: with a GIL, whoever has it is alone.
#[cfg(Py_3_14)]
#[entry]
pub unsafe fn _PyEval_StopTheWorld(_interpreter: *mut PyInterpreterState) {
    #[cfg(Py_GIL_DISABLED)]
    {
        std::mem::forget(gimbal_proxies::hold());
        while !state::stop() {}
    }
}

/// Others go on.
#[cfg(Py_3_14)]
#[entry]
pub unsafe fn _PyEval_StartTheWorld(_interpreter: *mut PyInterpreterState) {
    #[cfg(Py_GIL_DISABLED)]
    state::let_go();
}

// --- slice indices ---------------------------------------------------------------------------------------------------

#[entry(error = 0)]
pub unsafe fn _PyEval_SliceIndexNotNone(value: *mut PyObject, index: *mut Py_ssize_t) -> c_int {
    if PyIndex_Check(value) == 0 {
        err::set(
            PyExc_TypeError,
            "slice indices must be integers or have an __index__ method",
        );
        return 0;
    }
    // without an exception to raise, a number that is too large is cut to the bounds
    let number = PyNumber_AsSsize_t(value, null_mut());
    if number == -1 && !err::occurred().is_null() {
        return 0;
    }
    *index = number;
    1
}

#[entry(error = 0)]
pub unsafe fn _PyEval_SliceIndex(value: *mut PyObject, index: *mut Py_ssize_t) -> c_int {
    if value == none() {
        return 1;
    }
    if PyIndex_Check(value) == 0 {
        err::set(
            PyExc_TypeError,
            "slice indices must be integers or None or have an __index__ method",
        );
        return 0;
    }
    _PyEval_SliceIndexNotNone(value, index)
}

// --- recursion -------------------------------------------------------------------------------------------------------

static LIMIT: AtomicI32 = AtomicI32::new(1000);

#[entry]
pub unsafe fn Py_EnterRecursiveCall(place: *const c_char) -> c_int {
    let place = if place.is_null() {
        "".into()
    } else {
        CStr::from_ptr(place).to_string_lossy()
    };
    if recursion::enter(&place) { 0 } else { -1 }
}

#[entry]
pub unsafe fn Py_LeaveRecursiveCall() {
    recursion::leave();
}

#[entry]
pub unsafe fn _Py_CheckRecursiveCall(_thread: *mut PyThreadState, place: *const c_char) -> c_int {
    if recursion::is_left() {
        return 0;
    }
    recursion::leave();
    Py_EnterRecursiveCall(place)
}

#[entry]
pub unsafe fn Py_GetRecursionLimit() -> c_int {
    LIMIT.load(Ordering::Relaxed)
}

#[entry]
pub unsafe fn Py_SetRecursionLimit(limit: c_int) {
    recursion::add(limit - LIMIT.swap(limit, Ordering::Relaxed));
}

// --- pending calls ---------------------------------------------------------------------------------------------------

type Pending = unsafe extern "C" fn(*mut c_void) -> c_int;

/// CPython's limit.
const MOST: usize = 32;

/// Function and argument (an address). Not under the extension lock: any thread may add one at any time.
static PENDING: Mutex<Vec<(Pending, usize)>> = Mutex::new(Vec::new());

fn pending() -> std::sync::MutexGuard<'static, Vec<(Pending, usize)>> {
    PENDING.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

#[entry]
pub unsafe fn Py_AddPendingCall(
    function: Option<unsafe extern "C" fn(*mut c_void) -> c_int>,
    argument: *mut c_void,
) -> c_int {
    let mut calls = pending();
    match function {
        Some(function) if calls.len() < MOST => {
            calls.push((function, argument as usize));
            0
        }
        _ => -1,
    }
}

/// Makes the pending calls, on the main thread only. 0, or -1 with an error set.
pub unsafe fn make_pending_calls() -> c_int {
    // SAFETY: plain queries; the functions are called as they were given, with the lock held.
    unsafe {
        if pending().is_empty() || libc::getpid() != libc::gettid() {
            return 0;
        }
        loop {
            let next = {
                let mut calls = pending();
                if calls.is_empty() {
                    return 0;
                }
                calls.remove(0)
            };
            if next.0(next.1 as *mut c_void) != 0 {
                return -1;
            }
        }
    }
}

#[entry]
pub unsafe fn Py_MakePendingCalls() -> c_int {
    if crate::pyerrors::PyErr_CheckSignals() != 0 {
        return -1;
    }
    make_pending_calls()
}
