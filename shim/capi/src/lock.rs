//! `lock.h`: `PyMutex`.

use gimbal_abi::PyMutex;
use gimbal_macros::entry;
use gimbal_proxies::mutex;
use std::ffi::c_int;

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
