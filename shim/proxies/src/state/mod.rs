//! What the holder of the extension lock ([`crate::lock`]) owns: the native thread states and all [`Locked`] data.
//!
//! A thread is *attached* while it runs extension code or the shim. In flavours with a GIL (`gil`) the attached thread
//! is the one that holds the lock. Without a GIL (`free`, ADR 7) many are attached, and the lock is held only inside the
//! shim. Both have the same functions:
//!
//! | function | with a GIL | without |
//! |---|---|---|
//! | [`take`], [`give`] | take and give the lock | attach and detach |
//! | [`hold`] | nothing | the lock, until the guard is dropped; again and again on one thread |
//! | [`outside`] | nothing | extension code is called without the lock |
//! | [`without_lock`] | gives the lock for a call of the host | and detaches |
//! | [`stop`] | nothing | waits until no other thread runs extension code |
//!
//! Without a GIL some things are a thread's own besides ([`Share`]): no lock is needed for them.

#[cfg(Py_GIL_DISABLED)]
mod free;
#[cfg(not(Py_GIL_DISABLED))]
mod gil;

mod cell;

#[cfg(Py_GIL_DISABLED)]
pub use free::*;
#[cfg(not(Py_GIL_DISABLED))]
pub use gil::*;

#[cfg(all(Py_3_11, not(Py_3_12)))]
use crate::CFrame;
use crate::lent::Loans;
use crate::{ErrStackItem, PyObject, ThreadState};
use cell::cell;
use std::cell::UnsafeCell;
use std::sync::atomic::{AtomicU32, Ordering};

/// State that only the holder of the extension lock touches.
pub struct Locked<T>(UnsafeCell<T>);

// SAFETY: every access goes through `get`, whose contract is to hold the extension lock.
unsafe impl<T> Sync for Locked<T> {}

impl<T> Locked<T> {
    /// Wraps a value.
    pub const fn new(value: T) -> Self {
        Locked(UnsafeCell::new(value))
    }

    /// The value.
    ///
    /// # Safety
    /// The caller holds the extension lock and keeps no other reference to the value alive.
    #[allow(
        clippy::mut_from_ref,
        reason = "the extension lock is what makes it exclusive"
    )]
    #[inline]
    pub unsafe fn get(&self) -> &mut T {
        debug_assert!(may_touch(), "shared state is touched without the lock");
        // SAFETY: as stated.
        unsafe { self.get_alone() }
    }

    /// The value, which nobody else touches for a reason of its own.
    ///
    /// # Safety
    /// That, and as above no other reference to the value.
    #[allow(clippy::mut_from_ref, reason = "as above")]
    #[inline]
    pub unsafe fn get_alone(&self) -> &mut T {
        // SAFETY: as stated.
        unsafe { &mut *self.0.get() }
    }
}

/// What the shim knows of one native thread. The C-visible part comes first: a `PyThreadState*` points here.
#[repr(C)]
pub struct Thread {
    /// The layout that compiled code reads.
    pub visible: ThreadState,
    /// Bottom entry of the handled-exception stack.
    pub exc_base: ErrStackItem,
    /// What `visible.cframe` points at.
    #[cfg(all(Py_3_11, not(Py_3_12)))]
    pub cframe: CFrame,
    /// Levels of C calls left before `RecursionError`.
    pub levels_left: i32,
    /// Deallocations inside each other that the trashcan has let through.
    pub trash_depth: i32,
    /// Entries from the host that are active on this thread.
    pub depth: u32,
    /// Stack address of the outermost entry; the distance to it bounds recursion.
    pub stack_base: usize,
    /// Whether it compares lists with the host's: the crossings for that do not do so again.
    pub mirroring: bool,
    /// Whether the host has sent it a list that another thread has read, or changed, later.
    pub was_late: bool,
    /// References lent to C whose owner is the outermost call.
    pub borrowed: Vec<*mut PyObject>,
    /// Values that C has just been given: see `crossing::keep_for_a_while`.
    pub kept: Kept,
    /// Lists of the host that it has for the call under way.
    pub loans: Loans,
    /// What this flavour's way of sharing keeps.
    pub share: Share,
}

impl Thread {
    /// Takes one of the references that the outermost call owns for C, which ends.
    #[inline]
    pub fn pop_lent(&mut self) -> Option<*mut PyObject> {
        self.borrowed.pop().or_else(|| self.kept.pop())
    }
}

/// The values that C was given last, in a ring.
pub struct Kept {
    values: [*mut PyObject; Kept::ROOM],
    /// How many there are, and where the next one goes.
    count: u32,
    next: u32,
}

impl Kept {
    const ROOM: usize = 32;

    /// Keeps a reference; the oldest is returned when there are too many.
    #[inline]
    pub fn push(&mut self, op: *mut PyObject) -> *mut PyObject {
        let place = &mut self.values[self.next as usize % Self::ROOM];
        self.next = self.next.wrapping_add(1);
        self.count = (self.count + 1).min(Self::ROOM as u32);
        std::mem::replace(place, op)
    }

    #[inline]
    fn pop(&mut self) -> Option<*mut PyObject> {
        self.count = self.count.checked_sub(1)?;
        self.next = self.next.wrapping_sub(1);
        let place = &mut self.values[self.next as usize % Self::ROOM];
        Some(std::mem::replace(place, std::ptr::null_mut()))
    }
}

/// This thread's state, made at first use. It outlives the thread: extensions keep pointers to it.
#[inline]
pub fn mine() -> *mut Thread {
    // SAFETY: only this thread touches its own cell.
    unsafe {
        let cell = cell();
        if (*cell).is_null() {
            *cell = new_thread();
        }
        *cell
    }
}

/// This thread's state, null when it has none yet.
#[inline]
pub fn peek() -> *mut Thread {
    // SAFETY: only this thread touches its own cell.
    unsafe { *cell() }
}

/// Gives this thread another state (null: none), and returns the one it had.
pub fn replace(thread: *mut Thread) -> *mut Thread {
    // SAFETY: only this thread touches its own cell.
    unsafe { std::mem::replace(&mut *cell(), thread) }
}

/// Runs `f`, which may block: others run extension code meanwhile.
pub fn blocking<R>(f: impl FnOnce() -> R) -> R {
    if holds() {
        without_lock(true, f)
    } else {
        outside(f)
    }
}

/// A new thread state that is no thread's yet.
pub fn new_thread() -> *mut Thread {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    // SAFETY: all-zero is a valid value of every field (null pointers, zero counts, `None`); the others are written.
    let thread: *mut Thread = unsafe {
        let block = libc::calloc(1, size_of::<Thread>()).cast::<Thread>();
        assert!(!block.is_null(), "out of memory for a thread state");
        (&raw mut (*block).borrowed).write(Vec::new());
        (&raw mut (*block).loans).write(Loans::default());
        (&raw mut (*block).share).write(Share::default());
        block
    };
    // SAFETY: just allocated, not shared yet.
    let state = unsafe { &mut *thread };
    state.visible.exc_info = &raw mut state.exc_base;
    state.visible.interp = crate::guest::interpreter();
    state.levels_left = 1000;
    #[cfg(all(Py_3_11, not(Py_3_12)))]
    {
        state.visible.cframe = &raw mut state.cframe;
        state.visible.initialized = 1;
        state.visible.recursion_limit = 1000;
        state.visible.recursion_remaining = 1000;
    }
    #[cfg(Py_3_12)]
    {
        state.visible.py_recursion_limit = 1000;
        state.visible.py_recursion_remaining = 1000;
    }
    // The thread's own use: a state without any is to be deleted, which is for those who count themselves.
    state.visible.gilstate_counter = 1;
    state.visible.id = u64::from(COUNT.fetch_add(1, Ordering::Relaxed));
    // SAFETY: plain queries of the calling thread.
    unsafe {
        state.visible.thread_id = libc::pthread_self();
        #[cfg(Py_3_11)]
        {
            state.visible.native_thread_id = libc::syscall(libc::SYS_gettid) as libc::c_ulong;
        }
    }
    thread
}
