//! With a GIL: extension code runs under the extension lock, and so does the shim.

use super::{Locked, Thread, mine};
use crate::lock;
use crate::refcount::Freeing;

/// Nothing more is kept of a thread.
#[derive(Default)]
pub struct Share(());

static CURRENT: Locked<*mut Thread> = Locked::new(std::ptr::null_mut());

/// Takes the extension lock for `thread` (the caller's own).
#[inline]
pub fn take(thread: *mut Thread) {
    lock::take();
    // SAFETY: the lock is held now.
    unsafe { *CURRENT.get() = thread };
}

/// Gives the extension lock back.
#[inline]
pub fn give() {
    // SAFETY: the caller holds the lock; from here on nobody is current.
    unsafe { *CURRENT.get() = std::ptr::null_mut() };
    lock::give();
}

/// The thread that holds the lock. Null when nobody does.
#[inline]
pub fn current() -> *mut Thread {
    // SAFETY: read by extension code, which holds the lock.
    unsafe { *CURRENT.get_alone() }
}

/// Does the calling thread hold the extension lock?
pub fn holds() -> bool {
    lock::is_taken() && std::ptr::eq(current(), mine())
}

/// Nobody asks: the lock was taken long before.
pub(super) fn may_touch() -> bool {
    true
}

/// The lock is held already.
#[must_use]
pub struct Held;

/// The caller needs the lock, which it has.
#[inline(always)]
pub fn hold() -> Held {
    Held
}

/// Calls extension code, which runs under the lock.
#[inline(always)]
pub fn outside<R>(f: impl FnOnce() -> R) -> R {
    f()
}

/// Runs `f` without the extension lock and takes it again. The caller holds it.
#[inline]
pub fn without_lock<R>(_may_block: bool, f: impl FnOnce() -> R) -> R {
    let thread = current();
    give();
    let result = f();
    take(thread);
    result
}

/// The calling thread holds the lock until this is dropped, because the host has called.
#[must_use]
pub struct Entered(());

/// Takes the lock.
#[inline(always)]
pub fn enter(thread: *mut Thread) -> Entered {
    take(thread);
    Entered(())
}

impl Drop for Entered {
    #[inline(always)]
    fn drop(&mut self) {
        give();
    }
}

/// The containers that are being freed.
#[inline]
pub fn freeing() -> *mut Freeing {
    static FREEING: Locked<Freeing> = Locked::new(Freeing::new());
    // SAFETY: the extension lock is held.
    unsafe { FREEING.get() }
}

/// A state is about to be freed; nobody has listed it.
pub unsafe fn forget(_: *mut Thread) {}

/// Whoever holds the lock is the only one to run extension code.
pub fn stop() -> bool {
    true
}

/// Did the fork in progress take the lock? Only the forking thread looks.
static TAKEN_TO_FORK: Locked<bool> = Locked::new(false);

/// Has every fork of this process wait until no other thread is inside the shim: the child, which has only the forking
/// thread, finds the tables whole and the lock its own.
pub fn guard_forks() {
    extern "C" fn before() {
        if !holds() {
            take(mine());
            // SAFETY: the lock is held.
            unsafe { *TAKEN_TO_FORK.get() = true };
        }
    }
    extern "C" fn after() {
        // SAFETY: the forking thread holds the lock, in the parent and in the child.
        if unsafe { std::mem::take(TAKEN_TO_FORK.get()) } {
            give();
        }
    }
    // SAFETY: the handlers are functions of this library, which is never unloaded.
    unsafe { libc::pthread_atfork(Some(before), Some(after), Some(after)) };
}
