//! `critical_section.h`: sections that hold the lock of an object, without a GIL. The macros of `Python.h` leave them out of
//! builds with a GIL, where these functions do nothing.

use gimbal_abi::{PyMutex, PyThreadState};
use gimbal_macros::entry;
use gimbal_proxies::Obj;
use gimbal_proxies::state::Thread;

#[cfg(Py_GIL_DISABLED)]
mod sections {
    use super::Obj;
    use gimbal_abi::PyMutex;
    pub use gimbal_abi::{CriticalSection, CriticalSection2};
    pub use gimbal_proxies::critical::{begin, begin2, end, end2, resume, suspend};

    /// The lock of an object.
    pub unsafe fn lock_of(op: Obj) -> *mut PyMutex {
        // SAFETY: `op` is an object.
        unsafe { &raw mut (*op).ob_mutex }
    }
}

#[cfg(not(Py_GIL_DISABLED))]
mod sections {
    use super::{Obj, Thread};
    pub use gimbal_abi::{
        PyCriticalSection as CriticalSection, PyCriticalSection2 as CriticalSection2, PyMutex,
    };

    pub unsafe fn lock_of(_: Obj) -> *mut PyMutex {
        std::ptr::null_mut()
    }
    pub unsafe fn begin(_: *mut CriticalSection, _: *mut PyMutex) {}
    pub unsafe fn begin2(_: *mut CriticalSection2, _: *mut PyMutex, _: *mut PyMutex) {}
    pub unsafe fn end(_: *mut CriticalSection) {}
    pub unsafe fn end2(_: *mut CriticalSection2) {}
    pub unsafe fn suspend(_: &mut Thread) {}
    pub unsafe fn resume(_: &mut Thread) {}
}

use sections::{CriticalSection, CriticalSection2, begin, begin2, end, end2, lock_of, resume, suspend};

#[entry(unlocked)]
pub unsafe fn PyCriticalSection_Begin(section: *mut CriticalSection, op: Obj) {
    begin(section, lock_of(op));
}

#[entry(unlocked)]
pub unsafe fn PyCriticalSection_BeginMutex(section: *mut CriticalSection, lock: *mut PyMutex) {
    begin(section, lock);
}

#[entry(unlocked)]
pub unsafe fn PyCriticalSection_End(section: *mut CriticalSection) {
    end(section);
}

#[entry(unlocked)]
pub unsafe fn PyCriticalSection2_Begin(section: *mut CriticalSection2, a: Obj, b: Obj) {
    begin2(section, lock_of(a), lock_of(b));
}

#[entry(unlocked)]
pub unsafe fn PyCriticalSection2_BeginMutex(
    section: *mut CriticalSection2,
    a: *mut PyMutex,
    b: *mut PyMutex,
) {
    begin2(section, a, b);
}

#[entry(unlocked)]
pub unsafe fn PyCriticalSection2_End(section: *mut CriticalSection2) {
    end2(section);
}

/// Leaves all sections of the calling thread, which is about to wait.
#[entry(unlocked)]
pub unsafe fn _PyCriticalSection_SuspendAll(thread: *mut PyThreadState) {
    suspend(&mut *thread.cast::<Thread>());
}

/// Takes the locks of its innermost section again.
#[entry(unlocked)]
pub unsafe fn _PyCriticalSection_Resume(thread: *mut PyThreadState) {
    resume(&mut *thread.cast::<Thread>());
}
