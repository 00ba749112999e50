//! Without a GIL, a thread takes blocks from lists of its own and puts back there what it frees, whoever took it. Only a list that is
//! empty or too long goes to the pool, under the lock, and then for many blocks at once.
//!
//! The lists are in the thread's state ([`crate::state`]), and nobody else looks at them; when the thread ends they go back to the pool.
//! A block in a list has a whole prefix without flags, so that whoever walks the range passes over it.

use super::{ARENA, CLASSES, Prefix, prefix};
use crate::state::{hold, lists};

/// Bytes that go to or from the pool at once, and the fewest and the most blocks.
const BATCH: usize = 4096;
const FEWEST: usize = 2;
const MOST: usize = 32;

/// How many blocks of a class go at once. A list never has more than twice as many.
const fn batch(class: usize) -> usize {
    match BATCH / (class * 16) {
        0..FEWEST => FEWEST,
        MOST.. => MOST,
        n => n,
    }
}

/// Dead blocks of each class, linked through their first words.
pub struct Lists {
    first: [*mut u8; CLASSES],
    count: [u16; CLASSES],
}

impl Default for Lists {
    fn default() -> Self {
        Lists {
            first: [std::ptr::null_mut(); CLASSES],
            count: [0; CLASSES],
        }
    }
}

impl Lists {
    #[inline]
    unsafe fn push(&mut self, class: usize, block: *mut u8) {
        // SAFETY: nobody uses the block any more.
        unsafe { *block.cast::<*mut u8>() = self.first[class] };
        self.first[class] = block;
        self.count[class] += 1;
    }

    #[inline]
    unsafe fn pop(&mut self, class: usize) -> *mut u8 {
        let block = self.first[class];
        if !block.is_null() {
            // SAFETY: a dead block of the list.
            self.first[class] = unsafe { *block.cast::<*mut u8>() };
            self.count[class] -= 1;
        }
        block
    }
}

/// A block. NULL when memory is out.
#[inline]
pub(super) unsafe fn take(class: usize) -> *mut u8 {
    // SAFETY: the lists are the calling thread's own.
    unsafe {
        if let Some(lists) = lists().as_mut() {
            let block = lists.pop(class);
            if !block.is_null() {
                return block;
            }
        }
        refill(class)
    }
}

#[cold]
unsafe fn refill(class: usize) -> *mut u8 {
    // What the lock's former holder left for this thread to free may come into the lists: they are looked at afterwards.
    let _held = hold();
    // SAFETY: the lock is held; the blocks are nobody's.
    unsafe {
        let take = || {
            let block = ARENA.get().take(class);
            if !block.is_null() {
                *prefix(block.cast()) = Prefix::of(class);
            }
            block
        };
        if let Some(lists) = lists().as_mut() {
            for _ in 1..batch(class) {
                let block = take();
                if block.is_null() {
                    break;
                }
                lists.push(class, block);
            }
        }
        take()
    }
}

/// Puts a block back.
#[inline]
pub(super) unsafe fn put(class: usize, block: *mut u8) {
    // SAFETY: as `take`; nobody uses the block any more.
    unsafe {
        match lists().as_mut() {
            Some(lists) => {
                lists.push(class, block);
                if usize::from(lists.count[class]) > 2 * batch(class) {
                    spill(class);
                }
            }
            None => {
                let _held = hold();
                ARENA.get().put(class, block);
            }
        }
    }
}

#[cold]
unsafe fn spill(class: usize) {
    let _held = hold();
    // SAFETY: the lock is held; the lists are the calling thread's own.
    unsafe {
        if let Some(lists) = lists().as_mut() {
            for _ in 0..batch(class) {
                let block = lists.pop(class);
                if !block.is_null() {
                    ARENA.get().put(class, block);
                }
            }
        }
    }
}

/// The thread of these lists ends.
pub unsafe fn give_back(lists: &mut Lists) {
    // SAFETY: the lock is held; nobody else looks at the lists.
    unsafe {
        for class in 0..CLASSES {
            loop {
                let block = lists.pop(class);
                if block.is_null() {
                    break;
                }
                ARENA.get().put(class, block);
            }
        }
    }
}
