//! `PyMutex`: a lock of one byte, of which compiled code inlines the uncontended cases.
//!
//! A thread that has to wait marks the byte and sleeps on one of a few condition variables, chosen by the address. While it
//! sleeps it holds no extension lock: who has the mutex may need that to go on.

use crate::{PyMutex, state};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Instant;

const LOCKED: u8 = 1;
/// Somebody sleeps.
const PARKED: u8 = 2;

/// Where threads sleep.
struct Bed {
    mutex: Mutex<()>,
    wake: Condvar,
}

static BEDS: [Bed; 64] = [const {
    Bed {
        mutex: Mutex::new(()),
        wake: Condvar::new(),
    }
}; 64];

fn bed(mutex: *mut PyMutex) -> &'static Bed {
    let address = mutex as usize;
    &BEDS[(address ^ address >> 7) % BEDS.len()]
}

unsafe fn bits<'a>(mutex: *mut PyMutex) -> &'a AtomicU8 {
    // SAFETY: a `PyMutex` is one atomic byte.
    unsafe { &*mutex.cast() }
}

/// Takes it, if nobody has it.
#[inline]
pub unsafe fn try_lock(mutex: *mut PyMutex) -> bool {
    // SAFETY: `mutex` is a live mutex.
    let bits = unsafe { bits(mutex) };
    let mut seen = bits.load(Ordering::Relaxed);
    while seen & LOCKED == 0 {
        match bits.compare_exchange_weak(seen, seen | LOCKED, Ordering::Acquire, Ordering::Relaxed) {
            Ok(_) => return true,
            Err(now) => seen = now,
        }
    }
    false
}

/// Takes it.
pub unsafe fn lock(mutex: *mut PyMutex) {
    // SAFETY: `mutex` is a live mutex.
    unsafe { lock_until(mutex, None, true) };
}

/// Takes it; false when somebody else still has it at the deadline. The thread may be detached while it waits, or must not be.
pub unsafe fn lock_until(mutex: *mut PyMutex, deadline: Option<Instant>, detached: bool) -> bool {
    let sleep = || {
        // SAFETY: `mutex` is a live mutex.
        unsafe {
            while !try_lock(mutex) {
                if deadline.is_some_and(|deadline| Instant::now() >= deadline) {
                    return false;
                }
                wait(mutex, deadline);
            }
        }
        true
    };
    // SAFETY: `mutex` is a live mutex.
    if unsafe { try_lock(mutex) } {
        true
    } else if detached {
        state::blocking(sleep)
    } else {
        sleep()
    }
}

/// Sleeps until somebody gives the mutex back, or until the deadline.
unsafe fn wait(mutex: *mut PyMutex, deadline: Option<Instant>) {
    let bed = bed(mutex);
    let night = bed.mutex.lock().unwrap_or_else(PoisonError::into_inner);
    // SAFETY: `mutex` is a live mutex.
    let before = unsafe { bits(mutex) }.fetch_or(PARKED, Ordering::Relaxed);
    if before & LOCKED == 0 {
        return;
    }
    // Who gives it back sees the mark and comes to this bed, which it finds locked until the sleep has begun.
    match deadline {
        None => drop(bed.wake.wait(night).unwrap_or_else(PoisonError::into_inner)),
        Some(deadline) => {
            let left = deadline.saturating_duration_since(Instant::now());
            drop(
                bed.wake
                    .wait_timeout(night, left)
                    .unwrap_or_else(PoisonError::into_inner),
            );
        }
    }
}

/// Gives it back; false when it was not taken.
pub unsafe fn unlock(mutex: *mut PyMutex) -> bool {
    // SAFETY: `mutex` is a live mutex.
    let before = unsafe { bits(mutex) }.swap(0, Ordering::Release);
    if before & PARKED != 0 {
        let bed = bed(mutex);
        drop(bed.mutex.lock().unwrap_or_else(PoisonError::into_inner));
        bed.wake.notify_all();
    }
    before & LOCKED != 0
}

/// Has anybody taken it?
pub unsafe fn is_locked(mutex: *mut PyMutex) -> bool {
    // SAFETY: `mutex` is a live mutex.
    unsafe { bits(mutex) }.load(Ordering::Acquire) & LOCKED != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::UnsafeCell;

    struct Shared {
        mutex: UnsafeCell<PyMutex>,
        count: UnsafeCell<usize>,
    }
    // SAFETY: the count is only touched with the mutex taken.
    unsafe impl Sync for Shared {}

    #[test]
    fn many_threads_take_turns() {
        let shared = Shared {
            mutex: UnsafeCell::new(PyMutex::new()),
            count: UnsafeCell::new(0),
        };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let shared = &shared;
                    for _ in 0..20_000 {
                        // SAFETY: the mutex outlives the threads.
                        unsafe {
                            let mutex = shared.mutex.get();
                            while !try_lock(mutex) {
                                wait(mutex, None);
                            }
                            *shared.count.get() += 1;
                            unlock(mutex);
                        }
                    }
                });
            }
        });
        // SAFETY: the threads have ended.
        assert_eq!(unsafe { *shared.count.get() }, 80_000);
    }

    #[test]
    fn a_wait_ends_at_its_deadline() {
        let mut mutex = PyMutex::new();
        let start = Instant::now();
        let deadline = start + std::time::Duration::from_millis(5);
        // SAFETY: a live mutex.
        unsafe {
            assert!(lock_until(&raw mut mutex, Some(deadline), false));
            assert!(!lock_until(&raw mut mutex, Some(deadline), false) && Instant::now() >= deadline);
            assert!(unlock(&raw mut mutex) && lock_until(&raw mut mutex, Some(deadline), false));
        }
    }

    #[test]
    fn what_is_not_taken_cannot_be_given_back() {
        let mut mutex = PyMutex::new();
        // SAFETY: a live mutex.
        unsafe {
            assert!(try_lock(&raw mut mutex) && is_locked(&raw mut mutex) && !try_lock(&raw mut mutex));
            assert!(unlock(&raw mut mutex) && !unlock(&raw mut mutex));
        }
    }
}
