//! Critical sections without a GIL: the locks of one or two objects, held until the end of the section or until the thread
//! waits for anything, and then taken again. So they never deadlock, and promise no more than a GIL would.
//!
//! The sections of a thread are a list in C's stack frames; the thread state points at the innermost.

use crate::state::Thread;
use crate::{CriticalSection, CriticalSection2, PyMutex, err, mutex};
use std::ptr::null_mut;

/// The section's locks are given back for the time being.
const INACTIVE: usize = 1;
/// It is a [`CriticalSection2`].
const TWO: usize = 2;

fn section(tagged: usize) -> *mut CriticalSection {
    (tagged & !(INACTIVE | TWO)) as *mut CriticalSection
}

/// Makes a section the innermost and takes its locks. It names them only when it has them: whoever waits is detached, which
/// suspends all sections, this one among them.
unsafe fn push(thread: &mut Thread, new: *mut CriticalSection, first: *mut PyMutex, second: *mut PyMutex) {
    // SAFETY: the section is the caller's, for as long as it lasts; the thread is the calling one.
    unsafe {
        let two = !second.is_null();
        (*new).mutex = null_mut();
        (*new).prev = thread.visible.critical_section;
        thread.visible.critical_section = new as usize | if two { TWO } else { 0 };
        mutex::lock(first);
        if two {
            mutex::lock(second);
            (*new.cast::<CriticalSection2>()).mutex2 = second;
        }
        (*new).mutex = first;
    }
}

/// `PyCriticalSection_BeginMutex`. A lock that the innermost section has is not taken again.
pub unsafe fn begin(new: *mut CriticalSection, lock: *mut PyMutex) {
    // SAFETY: as `push`.
    unsafe {
        let thread = err::thread();
        let inner = section(thread.visible.critical_section);
        if !inner.is_null() && (*inner).mutex == lock {
            (*new).mutex = null_mut();
        } else {
            push(thread, new, lock, null_mut());
        }
    }
}

/// `PyCriticalSection2_BeginMutex`: locks are taken in the order of their addresses.
pub unsafe fn begin2(new: *mut CriticalSection2, a: *mut PyMutex, b: *mut PyMutex) {
    // SAFETY: as `push`.
    unsafe {
        if a == b {
            (*new).mutex2 = null_mut();
            begin(new.cast(), a);
        } else {
            push(err::thread(), new.cast(), a.min(b), a.max(b));
        }
    }
}

/// Gives back what a section has taken.
unsafe fn unlock(tagged: usize) {
    // SAFETY: the list holds live sections, marked by their kind.
    unsafe {
        let section = section(tagged);
        if !(*section).mutex.is_null() {
            mutex::unlock((*section).mutex);
            if tagged & TWO != 0 {
                mutex::unlock((*section.cast::<CriticalSection2>()).mutex2);
            }
        }
    }
}

/// `PyCriticalSection_End`: the innermost section ends, and the next outer one goes on.
pub unsafe fn end(ended: *mut CriticalSection) {
    // SAFETY: as `push`.
    unsafe {
        if !(*ended).mutex.is_null() {
            let thread = err::thread();
            unlock(thread.visible.critical_section);
            thread.visible.critical_section = (*ended).prev;
            resume(thread);
        }
    }
}

/// `PyCriticalSection2_End`.
pub unsafe fn end2(ended: *mut CriticalSection2) {
    // SAFETY: as `push`.
    unsafe { end(ended.cast()) }
}

/// The thread is about to wait: gives all locks of its sections back, the innermost first.
#[inline]
pub unsafe fn suspend(thread: &mut Thread) {
    let mut place = &raw mut thread.visible.critical_section;
    // SAFETY: as `unlock`; an inactive section has only inactive ones outside of it.
    unsafe {
        while *place != 0 && *place & INACTIVE == 0 {
            unlock(*place);
            *place |= INACTIVE;
            place = &raw mut (*section(*place)).prev;
        }
    }
}

/// The thread goes on: takes the locks of its innermost section again. Those outside follow when it ends.
#[inline]
pub unsafe fn resume(thread: &mut Thread) {
    if thread.visible.critical_section & INACTIVE != 0 {
        // SAFETY: the sections of the calling thread.
        unsafe { take_again(thread) }
    }
}

#[cold]
unsafe fn take_again(thread: &mut Thread) {
    // SAFETY: as `unlock`.
    unsafe {
        let tagged = thread.visible.critical_section & !INACTIVE;
        thread.visible.critical_section = tagged;
        let section = section(tagged);
        let first = (*section).mutex;
        // Without one it was waiting for it when the thread was detached, and goes on to take it.
        if !first.is_null() {
            let second = if tagged & TWO != 0 {
                (*section.cast::<CriticalSection2>()).mutex2
            } else {
                null_mut()
            };
            thread.visible.critical_section = (*section).prev;
            push(thread, section, first, second);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state;

    #[test]
    fn locks_are_given_back_while_the_thread_is_detached() {
        let (mut a, mut b) = (PyMutex::new(), PyMutex::new());
        // SAFETY: live mutexes and sections of this frame, ended in order.
        unsafe {
            let (a, b) = (&raw mut a, &raw mut b);
            let mut outer = std::mem::zeroed::<CriticalSection>();
            let mut inner = std::mem::zeroed::<CriticalSection2>();
            let taken = || [mutex::is_locked(a), mutex::is_locked(b)];
            state::take(state::mine());
            begin(&raw mut outer, a);
            assert_eq!(taken(), [true, false]);
            // The outer section's lock is given back, since the thread would wait for itself.
            begin2(&raw mut inner, a, b);
            assert_eq!(taken(), [true, true]);
            state::blocking(|| assert_eq!(taken(), [false, false]));
            assert_eq!(taken(), [true, true]);
            end2(&raw mut inner);
            assert_eq!(taken(), [true, false]);
            end(&raw mut outer);
            assert_eq!(taken(), [false, false]);
            state::give();
        }
    }
}
