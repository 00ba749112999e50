//! `code.h`: functions that are told of code objects. They are told of those that C makes: the host makes its own, and ends
//! all of them, without a word.

use crate::common::fail;
use crate::pyerrors::PyErr_WriteUnraisable;
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::state::Locked;
use gimbal_proxies::{Obj, outside};
use std::ffi::c_int;

/// `PyCode_WatchCallback`: `(event, code)`
type Watcher = unsafe extern "C" fn(c_int, *mut PyCodeObject) -> c_int;

/// CPython's limit.
const MOST: usize = 8;

/// `PY_CODE_EVENT_CREATE`
const CREATE: c_int = 0;

static WATCHERS: Locked<[Option<Watcher>; MOST]> = Locked::new([None; MOST]);

#[entry]
pub unsafe fn PyCode_AddWatcher(watcher: Option<Watcher>) -> c_int {
    let watchers = WATCHERS.get();
    match watchers.iter().position(Option::is_none) {
        Some(free) => {
            watchers[free] = watcher;
            free as c_int
        }
        None => fail(PyExc_RuntimeError, "no more code watcher IDs available"),
    }
}

#[entry]
pub unsafe fn PyCode_ClearWatcher(id: c_int) -> c_int {
    let place = usize::try_from(id).ok();
    match place.and_then(|place| WATCHERS.get().get_mut(place)) {
        None => fail(PyExc_ValueError, &format!("Invalid code watcher ID {id}")),
        Some(None) => fail(PyExc_ValueError, &format!("No code watcher set for ID {id}")),
        Some(watcher) => {
            *watcher = None;
            0
        }
    }
}

/// C has made a code object.
pub unsafe fn made(code: Obj) {
    // SAFETY: the lock is held; `code` is a code object.
    unsafe {
        for watcher in WATCHERS.get().iter().copied().flatten() {
            if outside(|| watcher(CREATE, code.cast())) < 0 {
                PyErr_WriteUnraisable(code);
            }
        }
    }
}
