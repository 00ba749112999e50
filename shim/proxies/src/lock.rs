//! The extension lock of this process ([`gimbal_handles::lock`] says how it works), and what it needs of Linux.

use gimbal_handles::lock::{ExtensionLock, Kernel};
use std::sync::atomic::{Ordering, compiler_fence};

/// How often a waiter only lets others run before it sleeps, where the lock is held inside the shim only: there it is soon free.
const YIELDS: u32 = 100;
/// How long a waiter sleeps before it looks again.
const WAIT_NANOSECONDS: i64 = 200_000;

const MEMBARRIER_PRIVATE_EXPEDITED: i32 = 1 << 3;
const MEMBARRIER_REGISTER_PRIVATE_EXPEDITED: i32 = 1 << 4;

static LOCK: ExtensionLock<Linux> = ExtensionLock::new();

struct Linux;

impl Kernel for Linux {
    #[inline(always)]
    fn thread() -> usize {
        thread()
    }

    #[inline(always)]
    fn light_barrier() {
        compiler_fence(Ordering::SeqCst);
    }

    fn prepare_barrier() -> bool {
        membarrier(MEMBARRIER_REGISTER_PRIVATE_EXPEDITED)
    }

    fn barrier() {
        membarrier(MEMBARRIER_PRIVATE_EXPEDITED);
    }

    fn nap(times: u32) {
        if cfg!(Py_GIL_DISABLED) && times < YIELDS {
            std::thread::yield_now();
            return;
        }
        let pause = libc::timespec {
            tv_sec: 0,
            tv_nsec: WAIT_NANOSECONDS,
        };
        // SAFETY: sleeps; the remaining time is of no interest.
        unsafe { libc::nanosleep(&raw const pause, std::ptr::null_mut()) };
    }
}

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
    LOCK.take();
}

/// Gives it back.
#[inline]
pub fn give() {
    LOCK.give();
}

/// Is it held by any thread?
pub fn is_taken() -> bool {
    LOCK.is_taken()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Locked;

    /// The bias ends on real threads, with the kernel's barrier: again and again, each time from the start.
    #[test]
    fn no_turn_is_lost_between_threads() {
        const TURNS: usize = 20_000;
        for _ in 0..20 {
            let lock = ExtensionLock::<Linux>::new();
            let turns = Locked::new(0usize);
            let run = || {
                for _ in 0..TURNS {
                    lock.take();
                    // SAFETY: the lock is held.
                    unsafe { *turns.get_alone() += 1 };
                    lock.give();
                }
            };
            std::thread::scope(|threads| {
                threads.spawn(run);
                run();
            });
            // SAFETY: the threads have ended.
            assert_eq!(unsafe { *turns.get_alone() }, 2 * TURNS);
        }
    }
}
