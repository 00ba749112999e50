//! The word in which each thread keeps the address of its state. It is asked for in every call, so it is not one of the
//! thread-locals of a library, which cost a call of the dynamic linker, but lies at a place that is known once the library is loaded
//! (the model that C compilers call "initial-exec").

use super::Thread;

/// Where the calling thread keeps its state; a null pointer is there at first.
#[cfg(target_arch = "x86_64")]
#[inline(always)]
pub(super) fn cell() -> *mut *mut Thread {
    let cell: *mut *mut Thread;
    // SAFETY: the linker makes an offset from the thread pointer of the name; the thread pointer is the first word it points at.
    unsafe {
        std::arch::asm!(
            "mov {0}, qword ptr fs:[0]",
            "add {0}, qword ptr [rip + gimbal_thread_state@GOTTPOFF]",
            out(reg) cell,
            options(pure, nomem, nostack),
        );
    }
    cell
}

#[cfg(target_arch = "x86_64")]
std::arch::global_asm!(
    ".pushsection .tbss.gimbal_thread_state, \"awT\", @nobits",
    ".globl gimbal_thread_state",
    ".hidden gimbal_thread_state",
    ".type gimbal_thread_state, @tls_object",
    ".size gimbal_thread_state, 8",
    ".p2align 3",
    "gimbal_thread_state:",
    ".zero 8",
    ".popsection",
);

/// Where the calling thread keeps its state; a null pointer is there at first.
#[cfg(not(target_arch = "x86_64"))]
#[inline]
pub(super) fn cell() -> *mut *mut Thread {
    use std::cell::UnsafeCell;
    thread_local! {
        static MINE: UnsafeCell<*mut Thread> = const { UnsafeCell::new(std::ptr::null_mut()) };
    }
    MINE.with(UnsafeCell::get)
}
