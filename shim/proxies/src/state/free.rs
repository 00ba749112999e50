//! Without a GIL: extension code runs on many threads at once, and what threads share in the shim is under the extension lock.
//!
//! Entries take the lock for as long as they need the shim's state; calls of extension code and of the host give it
//! back. So all that is [`super::Locked`] is touched as in the other flavours: by one thread at a time, which may lose the lock
//! wherever extension or host code is called. What is not Locked (counts, the error indicator, values, a thread's lists of dead blocks) needs no lock.

use super::{Locked, Thread, mine, peek};
use crate::arena::{self, Lists};
use crate::refcount::Freeing;
use crate::{critical, lock, refcount};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What a thread is doing.
#[derive(Default)]
pub struct Share {
    /// It may be running extension code. Set under the lock, cleared by the thread itself.
    running: AtomicBool,
    /// It has this state as its current one. Only the thread itself looks.
    attached: bool,
    /// It is among [`THREADS`].
    listed: bool,
    /// The thread that was attached with it last.
    thread: AtomicUsize,
    /// Objects wait for the thread. Changed under the lock.
    called: AtomicBool,
    /// Dead blocks. Only the thread itself looks, without the lock.
    lists: Lists,
    /// Containers that are being freed. As `lists`.
    freeing: Freeing,
}

/// Tells of the end of a thread.
struct Owner;

impl Drop for Owner {
    fn drop(&mut self) {
        let _held = hold();
        refcount::end_to_own();
        // SAFETY: the lock is held; the states stay, since extensions keep pointers to them.
        unsafe {
            THREADS.get().retain(|&state| {
                let ended = is_of(state, lock::thread());
                if ended {
                    arena::give_back(&mut (*state).share.lists);
                    (*state).share.listed = false;
                    (*state).share.running.store(false, Ordering::Release);
                }
                !ended
            });
        }
    }
}

unsafe fn is_of(state: *mut Thread, thread: usize) -> bool {
    // SAFETY: a state that is listed is not freed.
    unsafe { (*state).share.thread.load(Ordering::Relaxed) == thread }
}

thread_local! {
    static OWNER: Owner = {
        refcount::begin_to_own();
        Owner
    };
}

/// The thread pointer of the lock's holder; 0 when nobody holds it.
static HOLDER: AtomicUsize = AtomicUsize::new(0);
/// How often the holder has taken it.
static DEPTH: Locked<u32> = Locked::new(0);
/// All threads that may run extension code: they were attached once.
static THREADS: Locked<Vec<*mut Thread>> = Locked::new(Vec::new());

fn is_holder() -> bool {
    HOLDER.load(Ordering::Relaxed) == lock::thread()
}

/// Locked state is for the holder.
pub(super) fn may_touch() -> bool {
    is_holder()
}

/// Takes the lock and says how often the thread will have it.
#[inline]
fn acquire(depth: u32) {
    let thread = peek();
    if !thread.is_null() {
        // SAFETY: the thread's own state. From here on it changes nothing until it has the lock.
        unsafe { (*thread).share.running.store(false, Ordering::Release) };
    }
    lock::take();
    HOLDER.store(lock::thread(), Ordering::Relaxed);
    // SAFETY: the lock is held now.
    unsafe {
        *DEPTH.get() = depth;
        if !thread.is_null() && (*thread).share.called.load(Ordering::Relaxed) {
            (*thread).share.called.store(false, Ordering::Relaxed);
            refcount::come_by();
        }
    }
}

/// Gives it back wholly and says how often the thread had it.
#[inline]
fn release() -> u32 {
    // SAFETY: the caller holds the lock; the state is its own.
    unsafe {
        let depth = std::mem::take(DEPTH.get());
        let thread = peek();
        if !thread.is_null() && (*thread).share.attached {
            (*thread).share.running.store(true, Ordering::Relaxed);
        }
        HOLDER.store(0, Ordering::Relaxed);
        lock::give();
        depth
    }
}

/// The lock is held until this is dropped.
#[must_use]
pub struct Held(());

/// Takes the lock, unless the thread has it.
#[inline]
pub fn hold() -> Held {
    if is_holder() {
        // SAFETY: the lock is held.
        unsafe { *DEPTH.get() += 1 };
    } else {
        acquire(1);
    }
    Held(())
}

/// Undoes a [`hold`] whose guard was forgotten.
pub fn let_go() {
    drop(Held(()));
}

impl Drop for Held {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the lock is held.
        unsafe {
            if *DEPTH.get() == 1 {
                release();
            } else {
                *DEPTH.get() -= 1;
            }
        }
    }
}

/// Calls extension code: without the lock, whether the thread has it or not.
#[inline]
pub fn outside<R>(f: impl FnOnce() -> R) -> R {
    if !is_holder() {
        return f();
    }
    let depth = release();
    let result = f();
    acquire(depth);
    result
}

/// Attaches the calling thread with the state `thread`, and takes up the critical sections that it left.
#[inline]
pub fn take(thread: *mut Thread) {
    attach(thread);
    resume(thread);
}

fn suspend(thread: *mut Thread) {
    // SAFETY: the thread's own state.
    unsafe { critical::suspend(&mut *thread) }
}

fn resume(thread: *mut Thread) {
    // SAFETY: the thread's own state.
    unsafe { critical::resume(&mut *thread) }
}

#[inline]
fn attach(thread: *mut Thread) {
    // SAFETY: the state is the caller's own.
    unsafe {
        (*thread).share.attached = true;
        (*thread).share.thread.store(lock::thread(), Ordering::Relaxed);
        if !(*thread).share.listed {
            (*thread).share.listed = true;
            let _held = hold();
            THREADS.get().push(thread);
            // A thread that is ending already owns nothing any more.
            let _ = OWNER.try_with(|_| ());
        }
    }
}

/// Detaches the calling thread. It leaves its critical sections, as whoever may block must.
pub fn give() {
    let thread = current();
    if !thread.is_null() {
        suspend(thread);
        detach();
    }
}

#[inline]
fn detach() {
    let thread = current();
    if !thread.is_null() {
        // SAFETY: the state is the caller's own.
        unsafe {
            (*thread).share.attached = false;
            (*thread).share.running.store(false, Ordering::Release);
        }
    }
}

/// A state is about to be freed.
pub unsafe fn forget(thread: *mut Thread) {
    let _held = hold();
    // SAFETY: the lock is held; no thread uses the state any more.
    unsafe {
        THREADS.get().retain(|&other| other != thread);
        arena::give_back(&mut (*thread).share.lists);
    }
}

/// The calling thread's lists of dead blocks. Null when it has none, since nobody would hear of its end, and when objects wait for it:
/// then it shall take the lock, for which it may have no other reason.
#[inline]
pub fn lists() -> *mut Lists {
    let thread = peek();
    // SAFETY: the thread's own state.
    unsafe {
        if thread.is_null() || !(*thread).share.listed || (*thread).share.called.load(Ordering::Relaxed) {
            return std::ptr::null_mut();
        }
        &raw mut (*thread).share.lists
    }
}

/// The containers that the calling thread is freeing.
#[inline]
pub fn freeing() -> *mut Freeing {
    // SAFETY: the thread's own state.
    unsafe { &raw mut (*mine()).share.freeing }
}

/// The state with which the calling thread is attached. Null when it is not.
#[inline]
pub fn current() -> *mut Thread {
    let thread = peek();
    // SAFETY: the thread's own state.
    if thread.is_null() || !unsafe { (*thread).share.attached } {
        return std::ptr::null_mut();
    }
    thread
}

/// Is the calling thread attached?
pub fn holds() -> bool {
    !current().is_null()
}

/// Runs `f` detached and without the lock, and restores both. Critical sections are left when `f` may block.
#[inline]
pub fn without_lock<R>(may_block: bool, f: impl FnOnce() -> R) -> R {
    let thread = current();
    if thread.is_null() {
        return outside(f);
    }
    if may_block {
        suspend(thread);
    }
    detach();
    let result = outside(f);
    attach(thread);
    if may_block {
        outside(|| resume(thread));
    }
    result
}

/// The calling thread is inside the shim until this is dropped, because the host has called.
#[must_use]
pub struct Entered {
    thread: *mut Thread,
    /// Sections of an outer call, which are no business of this one.
    sections: usize,
    _held: Held,
}

/// Attaches the calling thread and takes the lock.
#[inline]
pub fn enter(thread: *mut Thread) -> Entered {
    attach(thread);
    Entered {
        thread,
        sections: swap_sections(thread, 0),
        _held: hold(),
    }
}

impl Drop for Entered {
    #[inline]
    fn drop(&mut self) {
        swap_sections(self.thread, self.sections);
        detach();
    }
}

fn swap_sections(thread: *mut Thread, sections: usize) -> usize {
    // SAFETY: the thread's own state.
    unsafe { std::mem::replace(&mut (*thread).visible.critical_section, sections) }
}

/// May a thread be running extension code? If not, it does not begin while the caller holds the lock.
pub fn is_running(thread: usize) -> bool {
    // SAFETY: the lock is held.
    unsafe {
        let mut states = THREADS.get().iter().filter(|&&state| is_of(state, thread));
        states.any(|&state| (*state).share.running.load(Ordering::Acquire))
    }
}

/// Has a thread look for what waits for it when it takes the lock next.
pub fn call_back(thread: usize) {
    // SAFETY: the lock is held.
    unsafe {
        for &state in THREADS.get().iter().filter(|&&state| is_of(state, thread)) {
            (*state).share.called.store(true, Ordering::Relaxed);
        }
    }
}

/// A collection that cannot begin after so long is left to a later one: a thread may compute without ever coming by.
const PATIENCE: Duration = Duration::from_millis(20);

/// Waits until no other thread runs extension code; the caller holds the lock, so that none can begin. False when one
/// does not come by.
pub fn stop() -> bool {
    let me = mine();
    let deadline = Instant::now() + PATIENCE;
    // SAFETY: the lock is held, so the states are not freed.
    unsafe {
        THREADS.get().iter().all(|&other| {
            std::ptr::eq(other, me)
                || loop {
                    if !(*other).share.running.load(Ordering::Acquire) {
                        break true;
                    }
                    if Instant::now() > deadline {
                        break false;
                    }
                    std::thread::yield_now();
                }
        })
    }
}

/// Has every fork of this process wait until no other thread is inside the shim: the child, which has only the forking
/// thread, finds the tables whole and the lock its own.
pub fn guard_forks() {
    extern "C" fn before() {
        std::mem::forget(hold());
    }
    extern "C" fn in_parent() {
        drop(Held(()));
    }
    extern "C" fn in_child() {
        let me = peek();
        // SAFETY: the forking thread holds the lock, and is the only one.
        unsafe {
            for &other in THREADS.get().iter().filter(|&&other| other != me) {
                (*other).share.running.store(false, Ordering::Relaxed);
            }
        }
        drop(Held(()));
    }
    // SAFETY: the handlers are functions of this library, which is never unloaded.
    unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
}
