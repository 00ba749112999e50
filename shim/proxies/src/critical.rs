//! Critical sections of free-threaded Python: the locks of one or two objects, held until the end of the section or until the
//! thread waits for anything, and then taken again. So they never deadlock, and promise no more than a GIL would.
//!
//! The sections of a thread are a list in C's stack frames; the thread state points at the innermost.

use crate::state::Thread;
use crate::{CriticalSection, CriticalSection2, PyMutex, err, mutex};
use std::ptr::null_mut;

/// The section's locks are given back for the time being.
const INACTIVE: usize = 1;
/// It is a [`CriticalSection2`].
const TWO: usize = 2;
const MARKS: usize = INACTIVE | TWO;

unsafe fn locks(tagged: usize) -> [*mut PyMutex; 2] {
    let section = (tagged & !MARKS) as *mut CriticalSection2;
    // SAFETY: the list holds live sections, marked by their kind.
    unsafe {
        let second = if tagged & TWO != 0 {
            (*section).mutex2
        } else {
            null_mut()
        };
        [(*section.cast::<CriticalSection>()).mutex, second]
    }
}

/// Gives all locks of the thread's sections back, the innermost first.
pub unsafe fn suspend(thread: &mut Thread) {
    let mut place = &raw mut thread.visible.critical_section;
    // SAFETY: as `locks`; an inactive section has only inactive ones outside of it.
    unsafe {
        while *place != 0 && *place & INACTIVE == 0 {
            for lock in locks(*place) {
                if !lock.is_null() {
                    mutex::unlock(lock);
                }
            }
            *place |= INACTIVE;
            place = &raw mut (*((*place & !MARKS) as *mut CriticalSection)).prev;
        }
    }
}

/// Takes the locks of the thread's innermost section again.
pub unsafe fn resume(thread: &mut Thread) {
    let tagged = thread.visible.critical_section;
    // SAFETY: as `locks`.
    unsafe {
        if tagged & INACTIVE != 0 {
            thread.visible.critical_section = 0;
            let [first, second] = locks(tagged);
            mutex::lock(first);
            if !second.is_null() {
                mutex::lock(second);
            }
            thread.visible.critical_section = tagged & !INACTIVE;
        }
    }
}

/// Takes a lock; when somebody has it, after the locks of the sections outside have been given back.
unsafe fn take(thread: &mut Thread, lock: *mut PyMutex) {
    // SAFETY: a live mutex.
    unsafe {
        if !mutex::try_lock(lock) {
            suspend(thread);
            mutex::lock(lock);
        }
    }
}

/// `PyCriticalSection_BeginMutex`.
pub unsafe fn begin(section: *mut CriticalSection, lock: *mut PyMutex) {
    // SAFETY: the section is the caller's, for as long as it lasts.
    unsafe {
        let thread = err::thread();
        let outer = thread.visible.critical_section;
        if outer != 0 && outer & INACTIVE == 0 && locks(outer).contains(&lock) {
            (*section).mutex = null_mut();
            return;
        }
        take(thread, lock);
        (*section).mutex = lock;
        (*section).prev = thread.visible.critical_section;
        thread.visible.critical_section = section as usize;
    }
}

/// `PyCriticalSection_End`.
pub unsafe fn end(section: *mut CriticalSection) {
    // SAFETY: as `begin`.
    unsafe {
        if !(*section).mutex.is_null() {
            let thread = err::thread();
            mutex::unlock((*section).mutex);
            pop(thread, (*section).prev);
        }
    }
}

unsafe fn pop(thread: &mut Thread, outer: usize) {
    thread.visible.critical_section = outer;
    // SAFETY: the sections outside are still there.
    unsafe { resume(thread) }
}

/// `PyCriticalSection2_BeginMutex`.
pub unsafe fn begin2(section: *mut CriticalSection2, a: *mut PyMutex, b: *mut PyMutex) {
    // SAFETY: as `begin`; both locks are taken in the order of their addresses.
    unsafe {
        if a == b {
            (*section).mutex2 = null_mut();
            return begin(section.cast(), a);
        }
        let thread = err::thread();
        let (first, second) = if a < b { (a, b) } else { (b, a) };
        let outer = thread.visible.critical_section;
        if outer & INACTIVE == 0 && outer & TWO != 0 && locks(outer) == [first, second] {
            (*section).base.mutex = null_mut();
            (*section).mutex2 = null_mut();
            return;
        }
        // One of them may be an outer section's.
        suspend(thread);
        mutex::lock(first);
        mutex::lock(second);
        (*section).base.mutex = first;
        (*section).mutex2 = second;
        (*section).base.prev = thread.visible.critical_section;
        thread.visible.critical_section = section as usize | TWO;
    }
}

/// `PyCriticalSection2_End`.
pub unsafe fn end2(section: *mut CriticalSection2) {
    // SAFETY: as `begin2`.
    unsafe {
        if (*section).base.mutex.is_null() {
            return;
        }
        if !(*section).mutex2.is_null() {
            mutex::unlock((*section).mutex2);
        }
        end(section.cast());
    }
}
