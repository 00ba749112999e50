//! `pythread.h`: native locks, threads and thread-specific storage. Nothing here touches objects or needs the extension lock.

use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Op, op, text};
use std::ffi::{c_int, c_longlong, c_ulong, c_void};
use std::mem::MaybeUninit;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};

// --- threads ---------------------------------------------------------------------------------------------------------

/// Stack size of new threads; 0 is the system's.
static STACK_SIZE: AtomicUsize = AtomicUsize::new(0);

/// The smallest stack that CPython accepts.
const SMALLEST_STACK: usize = 32 << 10;

struct Start {
    function: unsafe extern "C" fn(*mut c_void),
    argument: *mut c_void,
}

extern "C" fn run(start: *mut c_void) -> *mut c_void {
    // SAFETY: `PyThread_start_new_thread` made it for this thread.
    let start = unsafe { Box::from_raw(start.cast::<Start>()) };
    // SAFETY: function and argument belong together by the caller's contract.
    unsafe { (start.function)(start.argument) };
    null_mut()
}

#[entry(unlocked)]
pub unsafe fn PyThread_start_new_thread(
    function: Option<unsafe extern "C" fn(*mut c_void)>,
    argument: *mut c_void,
) -> c_ulong {
    let Some(function) = function else {
        return c_ulong::MAX;
    };
    let mut attributes = MaybeUninit::uninit();
    libc::pthread_attr_init(attributes.as_mut_ptr());
    libc::pthread_attr_setdetachstate(attributes.as_mut_ptr(), libc::PTHREAD_CREATE_DETACHED);
    let size = STACK_SIZE.load(Ordering::Relaxed);
    if size != 0 {
        libc::pthread_attr_setstacksize(attributes.as_mut_ptr(), size);
    }
    let start = Box::into_raw(Box::new(Start { function, argument }));
    let mut thread = 0;
    let failed = libc::pthread_create(&raw mut thread, attributes.as_ptr(), run, start.cast()) != 0;
    libc::pthread_attr_destroy(attributes.as_mut_ptr());
    if failed {
        drop(Box::from_raw(start));
        return c_ulong::MAX;
    }
    thread
}

#[entry(unlocked)]
pub unsafe fn PyThread_get_thread_ident() -> c_ulong {
    libc::pthread_self()
}

#[entry(unlocked)]
pub unsafe fn PyThread_get_thread_native_id() -> c_ulong {
    libc::gettid() as c_ulong
}

#[entry(unlocked)]
pub unsafe fn PyThread_get_stacksize() -> usize {
    STACK_SIZE.load(Ordering::Relaxed)
}

#[entry(unlocked)]
pub unsafe fn PyThread_set_stacksize(size: usize) -> c_int {
    if size != 0 && size < SMALLEST_STACK {
        return -1;
    }
    STACK_SIZE.store(size, Ordering::Relaxed);
    0
}

#[entry(unlocked)]
pub unsafe fn PyThread_init_thread() {}

#[entry]
pub unsafe fn PyThread_GetInfo() -> *mut PyObject {
    op(Op::SysGet, &[text::interned("thread_info")])
}

// --- locks -----------------------------------------------------------------------------------------------------------
// A semaphore, because a lock may be released by another thread than the one that took it.

/// `PyLockStatus`
pub const FAILURE: c_int = 0;
/// `PyLockStatus`
pub const ACQUIRED: c_int = 1;
const INTERRUPTED: c_int = 2;

#[entry(unlocked)]
pub unsafe fn PyThread_allocate_lock() -> *mut c_void {
    let lock = Box::into_raw(Box::new(MaybeUninit::<libc::sem_t>::zeroed())).cast::<libc::sem_t>();
    libc::sem_init(lock, 0, 1);
    lock.cast()
}

#[entry(unlocked)]
pub unsafe fn PyThread_free_lock(lock: *mut c_void) {
    if !lock.is_null() {
        libc::sem_destroy(lock.cast());
        drop(Box::from_raw(lock.cast::<MaybeUninit<libc::sem_t>>()));
    }
}

/// A forked child's lock is free.
#[entry(unlocked)]
pub unsafe fn _PyThread_at_fork_reinit(lock: *mut *mut c_void) -> c_int {
    *lock = PyThread_allocate_lock();
    0
}

/// The time so many microseconds from now.
fn deadline(microseconds: c_longlong) -> libc::timespec {
    let mut now = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: a place for the time.
    unsafe { libc::clock_gettime(libc::CLOCK_REALTIME, &raw mut now) };
    let nanoseconds = now.tv_nsec + microseconds % 1_000_000 * 1000;
    libc::timespec {
        tv_sec: (now.tv_sec + nanoseconds / 1_000_000_000).saturating_add(microseconds / 1_000_000),
        tv_nsec: nanoseconds % 1_000_000_000,
    }
}

/// Waits without end when `microseconds` is negative, and not at all when it is 0.
#[entry(unlocked, error = 0)]
pub unsafe fn PyThread_acquire_lock_timed(
    lock: *mut c_void,
    microseconds: c_longlong,
    interruptible: c_int,
) -> c_int {
    let lock = lock.cast::<libc::sem_t>();
    let until = deadline(microseconds.max(0));
    loop {
        let status = match microseconds {
            0 => libc::sem_trywait(lock),
            1.. => libc::sem_timedwait(lock, &raw const until),
            _ => libc::sem_wait(lock),
        };
        if status == 0 {
            return ACQUIRED;
        }
        if *libc::__errno_location() != libc::EINTR {
            return FAILURE;
        }
        if interruptible != 0 {
            return INTERRUPTED;
        }
    }
}

#[entry(unlocked, error = 0)]
pub unsafe fn PyThread_acquire_lock(lock: *mut c_void, wait: c_int) -> c_int {
    PyThread_acquire_lock_timed(lock, if wait != 0 { -1 } else { 0 }, 0)
}

#[entry(unlocked)]
pub unsafe fn PyThread_release_lock(lock: *mut c_void) {
    libc::sem_post(lock.cast());
}

// --- thread-specific storage -----------------------------------------------------------------------------------------

/// `Py_tss_t`, whose fields `gimbal-abi` keeps private.
#[repr(C)]
struct Tss {
    is_initialized: c_int,
    key: libc::pthread_key_t,
}

#[entry(unlocked)]
pub unsafe fn PyThread_tss_alloc() -> *mut Py_tss_t {
    libc::calloc(1, size_of::<Tss>()).cast()
}

#[entry(unlocked)]
pub unsafe fn PyThread_tss_free(key: *mut Py_tss_t) {
    if !key.is_null() {
        PyThread_tss_delete(key);
        libc::free(key.cast());
    }
}

#[entry(unlocked, error = 0)]
pub unsafe fn PyThread_tss_is_created(key: *mut Py_tss_t) -> c_int {
    (*key.cast::<Tss>()).is_initialized
}

#[entry(unlocked)]
pub unsafe fn PyThread_tss_create(key: *mut Py_tss_t) -> c_int {
    let tss = &mut *key.cast::<Tss>();
    if tss.is_initialized == 0 {
        if libc::pthread_key_create(&raw mut tss.key, None) != 0 {
            return -1;
        }
        tss.is_initialized = 1;
    }
    0
}

#[entry(unlocked)]
pub unsafe fn PyThread_tss_delete(key: *mut Py_tss_t) {
    let tss = &mut *key.cast::<Tss>();
    if tss.is_initialized != 0 {
        libc::pthread_key_delete(tss.key);
        tss.is_initialized = 0;
    }
}

#[entry(unlocked)]
pub unsafe fn PyThread_tss_set(key: *mut Py_tss_t, value: *mut c_void) -> c_int {
    if libc::pthread_setspecific((*key.cast::<Tss>()).key, value) == 0 {
        0
    } else {
        -1
    }
}

#[entry(unlocked)]
pub unsafe fn PyThread_tss_get(key: *mut Py_tss_t) -> *mut c_void {
    libc::pthread_getspecific((*key.cast::<Tss>()).key)
}

#[entry(unlocked)]
pub unsafe fn PyThread_create_key() -> c_int {
    let mut key = 0;
    if libc::pthread_key_create(&raw mut key, None) == 0 {
        c_int::try_from(key).unwrap_or(-1)
    } else {
        -1
    }
}

#[entry(unlocked)]
pub unsafe fn PyThread_delete_key(key: c_int) {
    libc::pthread_key_delete(key as libc::pthread_key_t);
}

#[entry(unlocked)]
pub unsafe fn PyThread_set_key_value(key: c_int, value: *mut c_void) -> c_int {
    if libc::pthread_setspecific(key as libc::pthread_key_t, value) == 0 {
        0
    } else {
        -1
    }
}

#[entry(unlocked)]
pub unsafe fn PyThread_get_key_value(key: c_int) -> *mut c_void {
    libc::pthread_getspecific(key as libc::pthread_key_t)
}

#[entry(unlocked)]
pub unsafe fn PyThread_delete_key_value(key: c_int) {
    libc::pthread_setspecific(key as libc::pthread_key_t, std::ptr::null());
}

#[entry(unlocked)]
pub unsafe fn PyThread_ReInitTLS() {}
