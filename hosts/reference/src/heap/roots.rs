//! References that survive a collection: each thread has a table of slots, the collector updates them.

use super::object::Object;
use std::cell::{Cell, UnsafeCell};
use std::ptr::NonNull;

type Slot = Cell<*mut Object>;

const CHUNK: usize = 256;

/// An object, held. Cloning takes another slot, dropping frees the slot. It belongs to the thread that made it.
pub struct Obj {
    slot: NonNull<Slot>,
    roots: NonNull<Roots>,
}

impl Obj {
    /// Where the object is at the moment.
    #[inline]
    pub(super) fn address(&self) -> *mut Object {
        // SAFETY: a slot lives as long as its thread's table, which is never freed.
        unsafe { self.slot.as_ref() }.get()
    }

    /// Are both the same object?
    #[inline]
    pub fn is(&self, other: &Obj) -> bool {
        self.address() == other.address()
    }
}

impl Clone for Obj {
    fn clone(&self) -> Self {
        // SAFETY: the table outlives its references.
        unsafe { self.roots.as_ref() }.hold(self.address())
    }
}

impl Drop for Obj {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the slot is this reference's own.
        unsafe { self.slot.as_ref() }.set(std::ptr::null_mut());
    }
}

impl std::fmt::Debug for Obj {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Obj")
    }
}

/// The slots of one thread.
#[derive(Default)]
pub struct Roots {
    chunks: UnsafeCell<Vec<Box<[Slot]>>>,
    /// Slots known to be free; found again by a scan when there are none left, so that dropping is one store.
    free: UnsafeCell<Vec<NonNull<Slot>>>,
}

impl Roots {
    /// Puts an object into a slot.
    #[inline]
    pub(super) fn hold(&self, object: *mut Object) -> Obj {
        // SAFETY: only the owning thread comes here, and the borrow ends in this block.
        let slot = unsafe { (*self.free.get()).pop() }.unwrap_or_else(|| self.find());
        // SAFETY: a free slot is nobody's.
        unsafe { slot.as_ref() }.set(object);
        Obj {
            slot,
            roots: NonNull::from(self),
        }
    }

    #[cold]
    fn find(&self) -> NonNull<Slot> {
        // SAFETY: as `hold`; chunks are boxed, so slots stay where they are when the vector grows.
        let (chunks, free) = unsafe { (&mut *self.chunks.get(), &mut *self.free.get()) };
        free.extend(
            chunks
                .iter()
                .flat_map(|chunk| chunk.iter())
                .filter(|slot| slot.get().is_null())
                .map(NonNull::from),
        );
        if free.len() < chunks.len() * CHUNK / 2 + 1 {
            let chunk: Box<[Slot]> = Box::new([const { Cell::new(std::ptr::null_mut()) }; CHUNK]);
            free.extend(chunk.iter().map(NonNull::from));
            chunks.push(chunk);
        }
        free.pop().unwrap_or_else(|| unreachable!("a chunk was added"))
    }

    /// Shows every held object to the collector, for it to say where the object is now.
    pub(super) fn trace(&self, visit: &mut dyn FnMut(*mut Object) -> *mut Object) {
        // SAFETY: the thread is stopped.
        for slot in unsafe { &*self.chunks.get() }
            .iter()
            .flat_map(|chunk| chunk.iter())
        {
            if !slot.get().is_null() {
                slot.set(visit(slot.get()));
            }
        }
    }

    /// How many objects are held.
    pub(super) fn count(&self) -> usize {
        // SAFETY: as `hold`.
        let chunks = unsafe { &*self.chunks.get() };
        chunks
            .iter()
            .flat_map(|chunk| chunk.iter())
            .filter(|slot| !slot.get().is_null())
            .count()
    }
}
