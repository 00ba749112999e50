//! Memory for objects: size classes in one reserved address range, a [`Prefix`] before each block.
//!
//! "Is this block ours, and what is its handle?" is one comparison for blocks in the range. Blocks beyond
//! [`LARGEST`] bytes come from `malloc`; those, statics and blocks that an extension allocated itself have no prefix and
//! keep what they need in a side table, as long as they need it.
//!
//! The pool of dead blocks is guarded by the extension lock, as `PyObject_Malloc` is by the GIL. Without a GIL each thread has lists
//! of its own in front of it (`free`), so that most blocks are taken and put back without the lock. All functions here but
//! [`for_each`] take the lock where they need it.

#[cfg(Py_GIL_DISABLED)]
mod free;
#[cfg(not(Py_GIL_DISABLED))]
mod gil;

#[cfg(Py_GIL_DISABLED)]
use free as blocks;
#[cfg(Py_GIL_DISABLED)]
pub use free::{Lists, give_back};
#[cfg(not(Py_GIL_DISABLED))]
use gil as blocks;

use crate::graph::AddressHasher;
use crate::state::Locked;
use crate::{Obj, hold, quarantine};
use std::collections::HashMap;
use std::ffi::c_void;
use std::hash::BuildHasherDefault;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};

/// Address range reserved at first use; memory is committed as it is needed. Where so much is not to be had (`ulimit -v`,
/// valgrind), it is half as much, or half of that.
const MOST: usize = 64 << 30;
const LEAST: usize = 256 << 20;
const COMMIT: usize = 4 << 20;
/// Largest object (without prefix) that comes from the range.
pub const LARGEST: usize = 1024 - PREFIX;
const PREFIX: usize = size_of::<Prefix>();
const CLASSES: usize = 1024 / 16 + 1;

/// What stands before each block of the range.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Prefix {
    /// Wire form of the handle, or [`NO_HANDLE`].
    pub handle: i64,
    /// Size class: total size in units of 16 bytes.
    class: u16,
    /// [`QUEUED`] and the like.
    pub flags: u16,
    /// Of a mirrored list: its row in the table that [`crate::mirror`] keeps, from 1. Of a native instance: how many
    /// references its wrappers have.
    number: u32,
}

/// No host object stands behind the block.
pub const NO_HANDLE: i64 = 0;
/// The proxy's count is zero and it waits for its handle to be closed.
pub const QUEUED: u16 = 1;
/// The proxy of a list or dict that holds objects with handles.
pub const HOLDS: u16 = 4;
/// `tp_finalize` has run.
pub const FINALIZED: u16 = 1 << 8;
/// The extension (or its `tp_alloc`) has asked for the instance to be tracked by the collector.
pub const TRACKED: u16 = 1 << 9;

impl Prefix {
    /// That of a block about which nothing is known.
    #[inline]
    fn of(class: usize) -> Self {
        Prefix {
            handle: NO_HANDLE,
            class: class as u16,
            flags: 0,
            number: 0,
        }
    }
}

/// Where the range is. It is written once, the sizes last.
struct Range {
    base: AtomicUsize,
    /// Its size; 0 before the first use.
    reserved: AtomicUsize,
    /// The same when freed blocks are used again at once; 0 when they go into [`quarantine`].
    recycled: AtomicUsize,
}

static RANGE: Range = Range {
    base: AtomicUsize::new(0),
    reserved: AtomicUsize::new(0),
    recycled: AtomicUsize::new(0),
};

/// Has each thread lists of dead blocks? Then lists beside the arena's own bring nothing.
pub const KEEPS_LISTS: bool = cfg!(Py_GIL_DISABLED);

struct Arena {
    next: usize,
    committed: usize,
    /// The pool: dead blocks of each class, linked through their first words.
    free: [*mut u8; CLASSES],
    /// Bytes of the blocks that are not in the pool, and of larger ones.
    used: usize,
}

static ARENA: Locked<Arena> = Locked::new(Arena {
    next: 0,
    committed: 0,
    free: [std::ptr::null_mut(); CLASSES],
    used: 0,
});

/// What a block without a prefix has to remember.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Aside {
    handle: i64,
    flags: u16,
    number: u32,
}

static ASIDE: Locked<Option<HashMap<usize, Aside, BuildHasherDefault<AddressHasher>>>> = Locked::new(None);

impl Aside {
    /// What a block remembers.
    unsafe fn of(op: Obj) -> Self {
        let _held = hold();
        // SAFETY: the extension lock is held.
        let table = unsafe { ASIDE.get() }.as_ref();
        table
            .and_then(|table| table.get(&(op as usize)).copied())
            .unwrap_or_default()
    }

    /// Changes that. What has nothing left to remember is not in the table.
    unsafe fn change(op: Obj, change: impl FnOnce(&mut Self)) {
        let _held = hold();
        // SAFETY: as `of`.
        unsafe {
            let mut aside = Self::of(op);
            change(&mut aside);
            let table = ASIDE.get().get_or_insert_default();
            if aside == Self::default() {
                table.remove(&(op as usize));
            } else {
                table.insert(op as usize, aside);
            }
        }
    }
}

impl Arena {
    /// Reserves the range.
    fn reserve(&mut self) -> bool {
        let mut size = MOST;
        while size >= LEAST {
            // SAFETY: reserving anonymous memory of our own.
            let range = unsafe {
                libc::mmap(
                    std::ptr::null_mut(),
                    size,
                    libc::PROT_NONE,
                    libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                    -1,
                    0,
                )
            };
            if range != libc::MAP_FAILED {
                self.next = range as usize;
                self.committed = self.next;
                RANGE.base.store(self.next, Ordering::Relaxed);
                RANGE.reserved.store(size, Ordering::Release);
                let recycled = if quarantine::is_on() { 0 } else { size };
                RANGE.recycled.store(recycled, Ordering::Release);
                return true;
            }
            size /= 2;
        }
        false
    }

    /// Takes a block out of the pool, or of the memory that was never used. NULL when there is none.
    #[inline]
    unsafe fn take(&mut self, class: usize) -> *mut u8 {
        // SAFETY: dead blocks link through their first words.
        unsafe {
            let block = self.free[class];
            if block.is_null() {
                return self.cut(class);
            }
            let next = *block.cast::<*mut u8>();
            fetch_early(next);
            self.free[class] = next;
            self.used += class * 16;
            block
        }
    }

    /// A block of the memory that was never used.
    #[cold]
    #[inline(never)]
    fn cut(&mut self, class: usize) -> *mut u8 {
        let bytes = class * 16;
        if self.next + bytes > self.committed && !self.grow(bytes) {
            return std::ptr::null_mut();
        }
        let block = self.next + PREFIX;
        self.next += bytes;
        self.used += bytes;
        block as *mut u8
    }

    /// Puts back what [`Self::take`] gave.
    #[inline]
    unsafe fn put(&mut self, class: usize, block: *mut u8) {
        self.used -= class * 16;
        // SAFETY: nobody uses the block any more.
        unsafe { self.push(class, block) };
    }

    #[inline]
    unsafe fn push(&mut self, class: usize, block: *mut u8) {
        // SAFETY: as `put`.
        unsafe { *block.cast::<*mut u8>() = self.free[class] };
        self.free[class] = block;
    }

    #[cold]
    fn grow(&mut self, bytes: usize) -> bool {
        if RANGE.reserved.load(Ordering::Relaxed) == 0 && !self.reserve() {
            return false;
        }
        let end = RANGE.base.load(Ordering::Relaxed) + RANGE.reserved.load(Ordering::Relaxed);
        // SAFETY: committing anonymous memory of our own.
        unsafe {
            while self.next + bytes > self.committed {
                if self.committed + COMMIT > end
                    || libc::mprotect(
                        self.committed as *mut c_void,
                        COMMIT,
                        libc::PROT_READ | libc::PROT_WRITE,
                    ) != 0
                {
                    return false;
                }
                if RANGE.recycled.load(Ordering::Relaxed) == 0 {
                    std::ptr::write_bytes(self.committed as *mut u8, quarantine::FRESH, COMMIT);
                }
                self.committed += COMMIT;
            }
        }
        true
    }
}

/// Does the block lie in the range, that is, does it have a prefix?
#[inline]
pub fn in_range(block: *const c_void) -> bool {
    let size = RANGE.reserved.load(Ordering::Acquire);
    (block as usize).wrapping_sub(RANGE.base.load(Ordering::Relaxed)) < size
}

/// Is the block in the range, and may it be used again as soon as it is free?
#[inline]
fn is_recycled(block: *const c_void) -> bool {
    let size = RANGE.recycled.load(Ordering::Acquire);
    (block as usize).wrapping_sub(RANGE.base.load(Ordering::Relaxed)) < size
}

/// At most `N` dead objects of one size, linked through their first word, for the next to be made: that takes a few instructions. Where
/// [`KEEPS_LISTS`], it keeps none.
pub(crate) struct Shelf<const N: usize>(Locked<(Obj, usize)>);

impl<const N: usize> Shelf<N> {
    pub(crate) const fn new() -> Self {
        Shelf(Locked::new((std::ptr::null_mut(), N)))
    }

    /// A block, or NULL.
    #[inline(always)]
    pub(crate) unsafe fn take(&self) -> Obj {
        if KEEPS_LISTS {
            return std::ptr::null_mut();
        }
        // SAFETY: the lock is held; the block was free, and large enough for a pointer.
        unsafe {
            let (first, room) = self.0.get();
            let op = *first;
            if !op.is_null() {
                *first = *op.cast::<Obj>();
                *room += 1;
            }
            op
        }
    }

    /// Frees a block, or keeps it.
    #[inline(always)]
    pub(crate) unsafe fn put(&self, op: Obj) {
        // SAFETY: the lock is held where objects are kept, the block nobody's.
        unsafe {
            if !KEEPS_LISTS && self.0.get().1 > 0 && is_recycled(op.cast()) {
                let (first, room) = self.0.get();
                *op.cast::<Obj>() = *first;
                *first = op;
                *room -= 1;
            } else {
                free(op.cast());
            }
        }
    }
}

#[inline]
fn prefix(block: *const c_void) -> *mut Prefix {
    (block as usize - PREFIX) as *mut Prefix
}

/// Has the processor get the next block, which is wherever the one freed before lies, while the first is being filled.
#[inline(always)]
fn fetch_early(block: *const u8) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint, which touches nothing, whatever the address.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(block.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = block;
}

/// Allocates `size` bytes, aligned to 16, not cleared. NULL when memory is out.
#[inline]
pub unsafe fn alloc(size: usize) -> *mut c_void {
    if size > LARGEST {
        // SAFETY: as here.
        return unsafe { alloc_large(size) };
    }
    let class = (size.max(1) + PREFIX).div_ceil(16);
    // SAFETY: the block is the caller's from now on, the prefix before it too.
    unsafe {
        let block = blocks::take(class);
        if !block.is_null() {
            *prefix(block.cast()) = Prefix::of(class);
        }
        block.cast()
    }
}

#[inline(never)]
unsafe fn alloc_large(size: usize) -> *mut c_void {
    let _held = hold();
    // SAFETY: plain allocation; the extension lock is held.
    unsafe {
        let block = libc::malloc(size);
        ARENA.get().used += libc::malloc_usable_size(block);
        block
    }
}

/// Allocates and clears.
#[inline]
pub unsafe fn alloc_zeroed(size: usize) -> *mut c_void {
    // SAFETY: the block has `size` bytes when it is not NULL.
    unsafe {
        let block = alloc(size);
        if !block.is_null() {
            std::ptr::write_bytes(block.cast::<u8>(), 0, size);
        }
        block
    }
}

/// Frees what [`alloc`] or `malloc` gave; NULL is allowed.
#[inline]
pub unsafe fn free(block: *mut c_void) {
    // SAFETY: the block came from `alloc` or `malloc`, and is not used any more.
    unsafe {
        if is_recycled(block) {
            let head = &mut *prefix(block);
            head.flags = 0;
            blocks::put(usize::from(head.class), block.cast());
        } else {
            free_elsewhere(block);
        }
    }
}

/// Puts a block that [`mark`] has taken out of use into the pool.
pub(crate) unsafe fn recycle(block: *mut c_void) {
    // SAFETY: as `free`; the lock is held.
    unsafe {
        let head = &mut *prefix(block);
        head.flags = 0;
        ARENA.get().push(usize::from(head.class), block.cast());
    }
}

unsafe fn free_elsewhere(block: *mut c_void) {
    let _held = hold();
    // SAFETY: as `free`.
    unsafe {
        if let Some(table) = ASIDE.get() {
            table.remove(&(block as usize));
        }
        if !in_range(block) {
            let arena = ARENA.get();
            arena.used = arena.used.saturating_sub(libc::malloc_usable_size(block));
        }
        if quarantine::is_on() {
            quarantine::put(block);
        } else {
            libc::free(block);
        }
    }
}

/// Grows or shrinks a block. NULL when memory is out; the old block is then still there.
pub unsafe fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: as `free`.
    unsafe {
        if block.is_null() {
            return alloc(size);
        }
        if !in_range(block) && !quarantine::is_on() {
            let _held = hold();
            let aside = Aside::of(block.cast());
            let before = libc::malloc_usable_size(block);
            let new = libc::realloc(block, size.max(1));
            if !new.is_null() {
                let arena = ARENA.get();
                arena.used = arena.used.saturating_sub(before) + libc::malloc_usable_size(new);
            }
            if !new.is_null() && new != block && aside != Aside::default() {
                Aside::change(block.cast(), |old| *old = Aside::default());
                Aside::change(new.cast(), |moved| *moved = aside);
            }
            return new;
        }
        let room = self::size(block).unwrap_or_else(|| libc::malloc_usable_size(block));
        if size <= room && size * 2 >= room {
            return block;
        }
        let new = alloc(size);
        if new.is_null() {
            return new;
        }
        let old: Obj = block.cast();
        if in_range(new) {
            let head = &mut *prefix(new);
            (head.handle, head.flags, head.number) = (handle(old), flags(old), number(old));
        } else {
            let moved = Aside {
                handle: handle(old),
                flags: flags(old),
                number: number(old),
            };
            Aside::change(new.cast(), |aside| *aside = moved);
        }
        std::ptr::copy_nonoverlapping(block.cast::<u8>(), new.cast::<u8>(), room.min(size));
        free(block);
        new
    }
}

/// The size of a block of the range; None for others.
pub(crate) unsafe fn size(block: *const c_void) -> Option<usize> {
    // SAFETY: blocks in the range have a prefix.
    in_range(block).then(|| unsafe { usize::from((*prefix(block)).class) * 16 - PREFIX })
}

/// Gives the prefix of a freed block one flag, and nothing else but the size class. The bytes are not in use any more.
pub(crate) unsafe fn mark(op: Obj, flag: u16) {
    // SAFETY: as `size`, the lock is held.
    unsafe {
        let head = &mut *prefix(op.cast());
        ARENA.get().used -= usize::from(head.class) * 16;
        *head = Prefix {
            flags: flag,
            ..Prefix::of(usize::from(head.class))
        };
    }
}

/// The handle of the host object behind a block, or [`NO_HANDLE`].
#[inline]
pub unsafe fn handle(op: Obj) -> i64 {
    // SAFETY: blocks in the range have a prefix.
    unsafe {
        if in_range(op.cast()) {
            // Who asks without the lock learns of a handle that is there for good, or of none that matters.
            AtomicI64::from_ptr(&raw mut (*prefix(op.cast())).handle).load(Ordering::Relaxed)
        } else {
            Aside::of(op).handle
        }
    }
}

/// Ties a block to a handle, or unties it with [`NO_HANDLE`].
pub unsafe fn set_handle(op: Obj, handle: i64) {
    // SAFETY: as `handle`.
    unsafe {
        if in_range(op.cast()) {
            AtomicI64::from_ptr(&raw mut (*prefix(op.cast())).handle).store(handle, Ordering::Relaxed);
        } else {
            Aside::change(op, |aside| aside.handle = handle);
        }
    }
}

/// The flags of a block.
#[inline]
pub unsafe fn flags(op: Obj) -> u16 {
    // SAFETY: as `handle`.
    unsafe {
        if in_range(op.cast()) {
            (*prefix(op.cast())).flags
        } else {
            Aside::of(op).flags
        }
    }
}

/// Sets the flags of a block. One that nobody knows outside of the range gets none but with [`TRACKED`]: it may be freed by
/// other functions than ours, but what the collector knows may not.
#[inline]
pub unsafe fn set_flags(op: Obj, flags: u16) {
    // SAFETY: as `handle`.
    unsafe {
        if in_range(op.cast()) {
            (*prefix(op.cast())).flags = flags;
        } else if flags & TRACKED != 0 || Aside::of(op) != Aside::default() {
            Aside::change(op, |aside| aside.flags = flags);
        }
    }
}

/// The number that a block carries.
#[inline]
pub unsafe fn number(op: Obj) -> u32 {
    // SAFETY: as `handle`.
    unsafe {
        if in_range(op.cast()) {
            (*prefix(op.cast())).number
        } else {
            Aside::of(op).number
        }
    }
}

/// Sets the number of a block.
pub unsafe fn set_number(op: Obj, number: u32) {
    // SAFETY: as `handle`.
    unsafe {
        if in_range(op.cast()) {
            (*prefix(op.cast())).number = number;
        } else {
            Aside::change(op, |aside| aside.number = number);
        }
    }
}

/// Calls `f` for every block that has one of the flags. Those of the range lie one after the other. The world is stopped.
pub unsafe fn for_each(with: u16, mut f: impl FnMut(Obj)) {
    // SAFETY: the lock is held; every block up to `next` has a prefix, dead ones have no flags.
    unsafe {
        let (mut at, end) = (RANGE.base.load(Ordering::Relaxed), ARENA.get().next);
        while at < end {
            let head = *(at as *const Prefix);
            if head.flags & with != 0 {
                f((at + PREFIX) as Obj);
            }
            at += usize::from(head.class) * 16;
        }
        // `f` may ask the table.
        let table = ASIDE.get().iter().flatten();
        let others: Vec<usize> = table
            .filter(|(_, aside)| aside.flags & with != 0)
            .map(|(&address, _)| address)
            .collect();
        others.into_iter().for_each(|address| f(address as Obj));
    }
}

/// Bytes in use, in the range and in larger blocks.
pub fn used() -> usize {
    // SAFETY: the extension lock is held.
    unsafe { ARENA.get() }.used
}
