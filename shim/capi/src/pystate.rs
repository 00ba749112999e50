//! `pystate.h`: thread states, the interpreter's state, and threads that come in by themselves (`PyGILState_*`).
//!
//! A thread has the state that the shim made for it, or the one with which it took the lock last.

use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::state::{self, Locked, Thread};
use gimbal_proxies::{Obj, Op, decref, dict, err, guest, modules, op, refcount, xdecref};
use std::ffi::{CStr, c_int, c_ulong};
use std::ptr::null_mut;

/// Takes the lock with this thread state, which becomes the calling thread's.
pub fn take_as(thread: *mut Thread) {
    if !std::ptr::eq(state::peek(), thread) {
        state::replace(thread);
    }
    state::take(thread);
}

/// Does what the end of an outermost call does, for code that the host did not call.
pub unsafe fn settle() {
    // SAFETY: the lock is held.
    unsafe {
        let thread = err::thread();
        if thread.depth == 0 {
            while let Some(op) = thread.pop_lent() {
                decref(op);
            }
            refcount::flush_if_due();
        }
    }
}

// --- PyGILState ------------------------------------------------------------------------------------------------------

#[entry(error = PyGILState_STATE::PyGILState_LOCKED)]
pub unsafe fn PyGILState_Ensure() -> PyGILState_STATE {
    let thread = state::mine();
    let before = if state::holds() {
        PyGILState_STATE::PyGILState_LOCKED
    } else {
        state::take(thread);
        PyGILState_STATE::PyGILState_UNLOCKED
    };
    (*thread).visible.gilstate_counter += 1;
    before
}

#[entry]
pub unsafe fn PyGILState_Release(before: PyGILState_STATE) {
    err::thread().visible.gilstate_counter -= 1;
    if matches!(before, PyGILState_STATE::PyGILState_UNLOCKED) {
        settle();
        state::give();
    }
}

#[entry(error = 0)]
pub unsafe fn PyGILState_Check() -> c_int {
    c_int::from(state::holds())
}

#[entry]
pub unsafe fn PyGILState_GetThisThreadState() -> *mut PyThreadState {
    state::peek().cast()
}

// --- thread states ---------------------------------------------------------------------------------------------------

#[entry]
pub unsafe fn PyThreadState_Get() -> *mut PyThreadState {
    let thread = state::current();
    if thread.is_null() {
        crate::pyerrors::_Py_FatalError_TstateNULL(c"PyThreadState_Get".as_ptr());
    }
    thread.cast()
}

#[entry]
pub unsafe fn _PyThreadState_UncheckedGet() -> *mut PyThreadState {
    state::current().cast()
}

#[entry]
pub unsafe fn PyThreadState_New(_interpreter: *mut PyInterpreterState) -> *mut PyThreadState {
    let thread = state::new_thread();
    if state::peek().is_null() {
        state::replace(thread);
    }
    thread.cast()
}

#[entry]
pub unsafe fn _PyThreadState_Prealloc(_interpreter: *mut PyInterpreterState) -> *mut PyThreadState {
    state::new_thread().cast()
}

/// Releases what the state holds; the lock is held, though not necessarily with this state.
#[entry]
pub unsafe fn PyThreadState_Clear(thread: *mut PyThreadState) {
    let thread = &mut *thread.cast::<Thread>();
    let visible = &mut thread.visible;
    err::drop_indicator(visible);
    let held = [
        &mut visible.dict,
        &mut visible.context,
        &mut thread.exc_base.exc_value,
    ]
    .map(|field| std::mem::replace(field, null_mut()));
    for op in held {
        xdecref(op);
    }
    while let Some(op) = thread.pop_lent() {
        decref(op);
    }
}

/// Frees a state that nothing runs with.
unsafe fn free(thread: *mut Thread) {
    // SAFETY: it came from `new_thread`; the vector is emptied by `PyThreadState_Clear` and dropped here.
    unsafe {
        if (*thread).depth == 0 {
            state::forget(thread);
            (&raw mut (*thread).borrowed).drop_in_place();
            libc::free(thread.cast());
        }
    }
}

#[entry]
pub unsafe fn PyThreadState_Delete(thread: *mut PyThreadState) {
    if std::ptr::eq(state::peek(), thread.cast()) {
        state::replace(null_mut());
    }
    free(thread.cast());
}

#[entry]
pub unsafe fn PyThreadState_DeleteCurrent() {
    let thread = state::current();
    settle();
    state::give();
    if (*thread).depth == 0 {
        state::replace(null_mut());
        free(thread);
    }
}

#[entry]
pub unsafe fn _PyThreadState_DeleteCurrent(_thread: *mut PyThreadState) {
    PyThreadState_DeleteCurrent();
}

/// Gives the lock from one state to the other; NULL gives it up.
#[entry]
pub unsafe fn PyThreadState_Swap(thread: *mut PyThreadState) -> *mut PyThreadState {
    let before = state::current();
    if std::ptr::eq(before, thread.cast()) {
        return thread;
    }
    if !before.is_null() {
        state::give();
    }
    if !thread.is_null() {
        take_as(thread.cast());
    }
    before.cast()
}

/// The dictionary of a state, made when it is missing; borrowed.
unsafe fn own_dict(thread: *mut Thread) -> Obj {
    // SAFETY: `thread` is a thread state or NULL.
    unsafe {
        if thread.is_null() {
            return null_mut();
        }
        let place = &mut (*thread).visible.dict;
        if place.is_null() {
            *place = dict::new();
        }
        *place
    }
}

#[entry]
pub unsafe fn PyThreadState_GetDict() -> *mut PyObject {
    own_dict(state::current())
}

#[entry]
pub unsafe fn _PyThreadState_GetDict(thread: *mut PyThreadState) -> *mut PyObject {
    own_dict(thread.cast())
}

#[entry]
pub unsafe fn PyThreadState_GetInterpreter(_thread: *mut PyThreadState) -> *mut PyInterpreterState {
    guest::interpreter().cast()
}

#[entry(error = 0)]
pub unsafe fn PyThreadState_GetID(thread: *mut PyThreadState) -> u64 {
    (*thread.cast::<Thread>()).visible.id
}

#[entry]
pub unsafe fn PyThreadState_GetFrame(_thread: *mut PyThreadState) -> *mut PyFrameObject {
    let (class, value, traceback) = err::fetch();
    let frame = op(Op::Frame, &[]);
    err::restore(class, value, traceback);
    frame.cast()
}

/// The host has no way to raise in another thread: none is found.
#[entry(error = 0)]
pub unsafe fn PyThreadState_SetAsyncExc(_thread: c_ulong, _exception: *mut PyObject) -> c_int {
    0
}

#[entry]
pub unsafe fn PyThreadState_EnterTracing(thread: *mut PyThreadState) {
    (*thread.cast::<Thread>()).visible.tracing += 1;
}

#[entry]
pub unsafe fn PyThreadState_LeaveTracing(thread: *mut PyThreadState) {
    (*thread.cast::<Thread>()).visible.tracing -= 1;
}

/// Only the calling thread's state is listed.
#[entry]
pub unsafe fn PyThreadState_Next(_thread: *mut PyThreadState) -> *mut PyThreadState {
    null_mut()
}

// --- the interpreter -------------------------------------------------------------------------------------------------

#[entry]
pub unsafe fn PyInterpreterState_Get() -> *mut PyInterpreterState {
    guest::interpreter().cast()
}

#[entry]
pub unsafe fn PyInterpreterState_Main() -> *mut PyInterpreterState {
    guest::interpreter().cast()
}

#[entry]
pub unsafe fn PyInterpreterState_Head() -> *mut PyInterpreterState {
    guest::interpreter().cast()
}

#[entry]
pub unsafe fn PyInterpreterState_Next(_interpreter: *mut PyInterpreterState) -> *mut PyInterpreterState {
    null_mut()
}

#[entry]
pub unsafe fn PyInterpreterState_ThreadHead(_interpreter: *mut PyInterpreterState) -> *mut PyThreadState {
    state::mine().cast()
}

#[entry]
pub unsafe fn _PyGILState_GetInterpreterStateUnsafe() -> *mut PyInterpreterState {
    guest::interpreter().cast()
}

#[entry]
pub unsafe fn PyInterpreterState_GetID(_interpreter: *mut PyInterpreterState) -> i64 {
    0
}

#[entry]
pub unsafe fn PyInterpreterState_GetDict(_interpreter: *mut PyInterpreterState) -> *mut PyObject {
    static DICT: Locked<Obj> = Locked::new(null_mut());
    let dict = DICT.get();
    if dict.is_null() {
        *dict = dict::new();
    }
    *dict
}

// --- modules by their definition ---------------------------------------------------------------------------------------

#[entry]
pub unsafe fn PyState_FindModule(def: *mut PyModuleDef) -> *mut PyObject {
    if !(*def).m_slots.is_null() {
        return null_mut();
    }
    modules::find(def)
}

#[entry]
pub unsafe fn PyState_AddModule(module: *mut PyObject, def: *mut PyModuleDef) -> c_int {
    if def.is_null() {
        let message = c"module definition is NULL";
        crate::pyerrors::_Py_FatalErrorFunc(c"PyState_AddModule".as_ptr(), message.as_ptr());
    }
    if !(*def).m_slots.is_null() {
        err::set(PyExc_SystemError, "PyState_AddModule called on module with slots");
        return -1;
    }
    if std::ptr::eq(modules::find(def), module) {
        let name = CStr::from_ptr((*def).m_name);
        eprintln!("Gimbal: module {} is added already", name.to_string_lossy());
        return -1;
    }
    modules::remember(def, module);
    0
}

#[entry]
pub unsafe fn PyState_RemoveModule(def: *mut PyModuleDef) -> c_int {
    if !(*def).m_slots.is_null() {
        err::set(
            PyExc_SystemError,
            "PyState_RemoveModule called on module with slots",
        );
        return -1;
    }
    modules::remember(def, null_mut());
    0
}
