//! With a GIL, blocks come out of the pool and go back into it: whoever is here has the extension lock.

use super::ARENA;

/// A block. NULL when memory is out.
#[inline]
pub(super) unsafe fn take(class: usize) -> *mut u8 {
    // SAFETY: the extension lock is held.
    unsafe { ARENA.get().take(class) }
}

/// Puts a block back.
#[inline]
pub(super) unsafe fn put(class: usize, block: *mut u8) {
    // SAFETY: as `take`; nobody uses the block any more.
    unsafe { ARENA.get().put(class, block) };
}
