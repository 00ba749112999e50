//! `monitoring.h`: events of code that extensions run, for `sys.monitoring`. No host has tools that listen, so that no
//! event of a scope is ever wanted: compiled code reads that in its states and fires none.

use gimbal_abi::{Py_ssize_t, PyObject};
use gimbal_macros::entry;
use std::ffi::c_int;

/// `PyMonitoringState`: one event of one scope.
#[repr(C)]
pub struct PyMonitoringState {
    active: u8,
    opaque: u8,
}

/// The version of the set of listeners, which never changes. A scope starts out with 0 and is brought up to date once.
const VERSION: u64 = 1;

#[entry]
pub unsafe fn PyMonitoring_EnterScope(
    states: *mut PyMonitoringState,
    version: *mut u64,
    _events: *const u8,
    length: Py_ssize_t,
) -> c_int {
    if *version != VERSION {
        for state in std::slice::from_raw_parts_mut(states, length as usize) {
            state.active = 0;
        }
        *version = VERSION;
    }
    0
}

#[entry]
pub unsafe fn PyMonitoring_ExitScope() -> c_int {
    0
}

/// What fires an event of an active state; there is nobody to tell.
macro_rules! events {
    ($(fn $name:ident($($more:ty),*);)*) => {$(
        #[entry]
        pub unsafe fn $name(
            _: *mut PyMonitoringState,
            _: *mut PyObject,
            _: i32,
            $(_: $more),*
        ) -> c_int {
            0
        }
    )*};
}

events! {
    fn _PyMonitoring_FirePyStartEvent();
    fn _PyMonitoring_FirePyResumeEvent();
    fn _PyMonitoring_FirePyReturnEvent(*mut PyObject);
    fn _PyMonitoring_FirePyYieldEvent(*mut PyObject);
    fn _PyMonitoring_FireCallEvent(*mut PyObject, *mut PyObject);
    fn _PyMonitoring_FireLineEvent(c_int);
    fn _PyMonitoring_FireJumpEvent(*mut PyObject);
    fn _PyMonitoring_FireBranchEvent(*mut PyObject);
    fn _PyMonitoring_FireBranchLeftEvent(*mut PyObject);
    fn _PyMonitoring_FireBranchRightEvent(*mut PyObject);
    fn _PyMonitoring_FireCReturnEvent(*mut PyObject);
    fn _PyMonitoring_FirePyThrowEvent();
    fn _PyMonitoring_FireRaiseEvent();
    fn _PyMonitoring_FireReraiseEvent();
    fn _PyMonitoring_FireExceptionHandledEvent();
    fn _PyMonitoring_FireCRaiseEvent();
    fn _PyMonitoring_FirePyUnwindEvent();
    fn _PyMonitoring_FireStopIterationEvent(*mut PyObject);
}
