//! `lock.h`: `PyMutex`.

#[cfg(Py_3_14)]
use crate::pythread::{ACQUIRED, FAILURE};
use gimbal_abi::PyMutex;
use gimbal_macros::entry;
use gimbal_proxies::mutex;
use std::ffi::c_int;
#[cfg(Py_3_14)]
use std::time::{Duration, Instant};

#[entry(unlocked)]
pub unsafe fn PyMutex_Lock(lock: *mut PyMutex) {
    mutex::lock(lock);
}

/// Giving back what is not taken is a mistake that CPython does not survive either.
#[entry(unlocked)]
pub unsafe fn PyMutex_Unlock(lock: *mut PyMutex) {
    if !mutex::unlock(lock) {
        eprintln!("Fatal Python error: PyMutex_Unlock: unlocking mutex that is not locked");
        std::process::abort();
    }
}

#[entry(unlocked, error = 0)]
pub unsafe fn PyMutex_IsLocked(lock: *mut PyMutex) -> c_int {
    c_int::from(mutex::is_locked(lock))
}

/// `_PY_LOCK_DETACH`: the thread is detached while it waits.
#[cfg(Py_3_14)]
const DETACH: c_int = 1;

/// Takes it, waiting for so many nanoseconds: not at all for 0, for ever for a negative number. A signal's handler, which is the
/// host's, runs after the wait.
#[cfg(Py_3_14)]
#[entry(unlocked, error = 0)]
pub unsafe fn _PyMutex_LockTimed(lock: *mut PyMutex, nanoseconds: i64, flags: c_int) -> c_int {
    let deadline = u64::try_from(nanoseconds)
        .ok()
        .and_then(|wait| Instant::now().checked_add(Duration::from_nanos(wait)));
    if mutex::try_lock(lock) || nanoseconds != 0 && mutex::lock_until(lock, deadline, flags & DETACH != 0) {
        ACQUIRED
    } else {
        FAILURE
    }
}
