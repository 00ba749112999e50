//! The extension lock: one thread at a time runs extension code, as CPython's GIL promises.
//!
//! * While one thread only has ever run extension code the lock is **biased** to it: taking it is a plain store to
//!   [`INSIDE`] and a look at [`MODE`].
//! * A second thread ends the bias for good: it sets [`MODE`], makes every running thread pass a barrier (`membarrier`), and
//!   from then on the lock is a compare-and-swap to take and a plain store to release. Whoever takes it also waits until
//!   the former owner is out of a section that it entered under the bias.
//! * A waiter sleeps with a time-out, so that nobody pays for waking.
//!
//! Why the bias is sound: the owner stores `INSIDE`, then loads `MODE`; the other stores `MODE`, passes the barrier, then
//! loads `INSIDE`. The barrier puts a full fence into the owner's instruction stream, so one of them sees the other.

use crate::state::Locked;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering, compiler_fence};

/// How long a waiter sleeps before it looks again.
const WAIT_NANOSECONDS: i64 = 200_000;

const UNUSED: u32 = 0;
const BIASED: u32 = 1;
const SHARED: u32 = 2;

static MODE: AtomicU32 = AtomicU32::new(UNUSED);
/// Thread pointer of the owner, while biased and after.
static OWNER: AtomicUsize = AtomicUsize::new(0);
/// The owner is in a section that it entered under the bias.
static INSIDE: AtomicU32 = AtomicU32::new(0);
static LOCK: AtomicU32 = AtomicU32::new(0);
/// Did the holder enter under the bias? Only the holder looks.
static BY_BIAS: Locked<bool> = Locked::new(false);

const MEMBARRIER_PRIVATE_EXPEDITED: i32 = 1 << 3;
const MEMBARRIER_REGISTER_PRIVATE_EXPEDITED: i32 = 1 << 4;

fn membarrier(command: i32) -> bool {
    // SAFETY: a system call without memory arguments.
    unsafe { libc::syscall(libc::SYS_membarrier, command, 0, 0) == 0 }
}

/// A number that names the running thread, as cheap as a register.
mod arch {
    /// The thread pointer.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub fn thread() -> usize {
        let pointer: usize;
        // SAFETY: on Linux the first word of the thread block points at itself.
        unsafe {
            std::arch::asm!("mov {}, fs:0", out(reg) pointer, options(nostack, readonly, preserves_flags));
        }
        pointer
    }

    /// The thread pointer.
    #[cfg(target_arch = "aarch64")]
    #[inline(always)]
    pub fn thread() -> usize {
        let pointer: usize;
        // SAFETY: reads a register.
        unsafe {
            std::arch::asm!("mrs {}, tpidr_el0", out(reg) pointer, options(nostack, nomem, preserves_flags));
        }
        pointer
    }
}

pub use arch::thread;

/// Takes the lock.
#[inline]
pub fn take() {
    if MODE.load(Ordering::Relaxed) == BIASED && OWNER.load(Ordering::Relaxed) == thread() {
        INSIDE.store(1, Ordering::Relaxed);
        compiler_fence(Ordering::SeqCst);
        if MODE.load(Ordering::Relaxed) == BIASED {
            // SAFETY: the lock is held now.
            unsafe { *BY_BIAS.get() = true };
            return;
        }
        INSIDE.store(0, Ordering::Release);
    }
    take_shared();
}

/// Gives it back.
#[inline]
pub fn give() {
    // SAFETY: the caller holds the lock.
    if unsafe { std::mem::take(BY_BIAS.get()) } {
        INSIDE.store(0, Ordering::Release);
    } else {
        LOCK.store(0, Ordering::Release);
    }
}

/// Is it held by any thread?
pub fn is_taken() -> bool {
    LOCK.load(Ordering::Relaxed) == 1 || INSIDE.load(Ordering::Relaxed) == 1
}

#[inline(never)]
fn take_shared() {
    if MODE.load(Ordering::Acquire) != SHARED && !begin_or_end_bias() {
        return take();
    }
    if LOCK
        .compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed)
        .is_err()
    {
        sleep_until(|| {
            LOCK.compare_exchange(0, 1, Ordering::Acquire, Ordering::Relaxed)
                .is_ok()
        });
    }
    if INSIDE.load(Ordering::Acquire) != 0 {
        sleep_until(|| INSIDE.load(Ordering::Acquire) == 0);
    }
}

/// The first thread becomes the owner (false: take it by the bias); any other ends the bias (true).
#[cold]
fn begin_or_end_bias() -> bool {
    if MODE.load(Ordering::Acquire) == UNUSED
        && OWNER
            .compare_exchange(0, thread(), Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    {
        let mode = if membarrier(MEMBARRIER_REGISTER_PRIVATE_EXPEDITED) {
            BIASED
        } else {
            SHARED
        };
        // A second thread may have ended the bias before it began.
        let begun = MODE.compare_exchange(UNUSED, mode, Ordering::AcqRel, Ordering::Relaxed);
        return begun.is_err() || mode == SHARED;
    }
    if MODE.swap(SHARED, Ordering::SeqCst) == BIASED {
        membarrier(MEMBARRIER_PRIVATE_EXPEDITED);
    }
    true
}

/// Spins a little, then sleeps between looks.
#[cold]
fn sleep_until(mut done: impl FnMut() -> bool) {
    let pause = libc::timespec {
        tv_sec: 0,
        tv_nsec: WAIT_NANOSECONDS,
    };
    for turn in 0u32.. {
        if done() {
            return;
        }
        if turn < 64 {
            std::hint::spin_loop();
        } else {
            // SAFETY: sleeps; the remaining time is of no interest.
            unsafe { libc::nanosleep(&raw const pause, std::ptr::null_mut()) };
        }
    }
}
