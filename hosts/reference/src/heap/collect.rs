//! The collector: copies what is alive to the other space, object by object, and poisons the old one.

use super::object::{Object, Ref};
use super::payload::{POISON, Payload};
use super::{Death, Heap};
use std::sync::atomic::Ordering;

/// An array of objects.
pub(super) struct Region {
    pub(super) base: *mut Object,
    pub(super) capacity: usize,
}

impl Region {
    pub(super) fn new(capacity: usize) -> Self {
        // SAFETY: an anonymous mapping of fresh pages.
        let base = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                capacity * size_of::<Object>(),
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        assert!(base != libc::MAP_FAILED, "no memory for the heap");
        Region {
            base: base.cast(),
            capacity,
        }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        // SAFETY: the mapping is this region's, and all its objects have moved or died.
        unsafe { libc::munmap(self.base.cast(), self.capacity * size_of::<Object>()) };
    }
}

/// The space that is filled, and the one that the next collection fills.
pub(super) struct Spaces {
    pub(super) current: Region,
    pub(super) other: Region,
    /// How many objects the last collection kept.
    pub(super) alive: usize,
}

/// What has references of its own, beside threads and globals: the interface.
pub trait Holder: Sync {
    /// Shows every reference that keeps its object alive.
    fn trace(&self, visit: &mut dyn FnMut(&mut Ref));
    /// Shows those that keep their objects alive once more, after all that is alive otherwise has been found.
    fn trace_late(&self, visit: &mut dyn FnMut(&mut Ref));
    /// Everything that is alive has moved. `moved` says where an object is, if it is anywhere; `is_late`, asked of an object's
    /// new place, whether it was reached from [`Holder::trace_late`] alone.
    fn sweep(&self, moved: &dyn Fn(&Ref) -> Option<Ref>, is_late: &dyn Fn(&Ref) -> bool);
}

struct Collector {
    to: *mut Object,
    top: usize,
    scanned: usize,
    weak: Vec<*mut Object>,
}

impl Collector {
    fn copy(&mut self, object: *mut Object) -> *mut Object {
        // SAFETY: `object` is in the old space and initialised; the new one has room for every object of the old.
        unsafe {
            let forward = (*object).forward.get();
            if !forward.is_null() {
                return forward;
            }
            let new = self.to.add(self.top);
            self.top += 1;
            std::ptr::copy_nonoverlapping(object, new, 1);
            (*object).forward.set(new);
            new
        }
    }

    fn visit(&mut self, r: &mut Ref) {
        r.0 = self.copy(r.0);
    }

    /// Goes through what has been copied and not looked at yet.
    fn scan(&mut self, stress: bool) {
        while self.scanned < self.top {
            // SAFETY: what is below the top has been copied.
            let object = unsafe { &mut *self.to.add(self.scanned) };
            self.scanned += 1;
            object.trace(&mut |r| self.visit(r));
            if stress {
                object.payload.relocate();
            }
            if matches!(object.payload, Payload::Weak(_)) {
                self.weak.push(object);
            }
        }
    }
}

/// Where an object went; None when it died.
fn moved(r: &Ref) -> Option<Ref> {
    // SAFETY: the old space is still there while this is asked.
    let forward = unsafe { (*r.0).forward.get() };
    (!forward.is_null()).then_some(Ref(forward))
}

impl Heap {
    /// Moves every object. The world is stopped.
    pub(super) fn move_all(&self) {
        // SAFETY: no other thread touches the spaces, and no reference is outside of what is traced here.
        unsafe {
            let spaces = &mut *self.spaces.get();
            let used = self.top.load(Ordering::Relaxed).min(spaces.current.capacity);
            let wanted = if spaces.alive > spaces.current.capacity / 2 {
                2 * spaces.current.capacity
            } else {
                spaces.current.capacity
            };
            if spaces.other.capacity < wanted {
                spaces.other = Region::new(wanted);
            }
            let mut collector = Collector {
                to: spaces.other.base,
                top: 0,
                scanned: 0,
                weak: Vec::new(),
            };
            self.trace_roots(&mut collector);
            collector.scan(self.stress);
            if let Some(holder) = self.holder.get() {
                let first_late = collector.to.add(collector.top);
                holder.trace_late(&mut |r| collector.visit(r));
                collector.scan(self.stress);
                holder.sweep(&moved, &|r| r.0 >= first_late);
            }
            self.clear_weak(&collector.weak);
            self.shared_weak.lock().retain(|_, weak| {
                let place = moved(weak);
                place.map(|place| *weak = place).is_some()
            });
            let old = spaces.current.base;
            for i in 0..used {
                let object = old.add(i);
                if (*object).forward.get().is_null() {
                    if (*object).is_wrapper {
                        self.mourn(Death::Wrapper((*object).native));
                    }
                    std::ptr::drop_in_place(object);
                }
            }
            std::ptr::write_bytes(old.cast::<u8>(), POISON, used * size_of::<Object>());
            std::mem::swap(&mut spaces.current, &mut spaces.other);
            spaces.alive = collector.top;
            self.top.store(collector.top, Ordering::Relaxed);
            self.collections.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn trace_roots(&self, collector: &mut Collector) {
        for thread in &*self.threads.lock() {
            thread.roots.trace(&mut |object| collector.copy(object));
        }
        let mut visit = |r: &mut Ref| collector.visit(r);
        // SAFETY: the world is stopped.
        unsafe { (*self.globals.get()).iter_mut().flatten().for_each(&mut visit) };
        self.interned.lock().values_mut().for_each(&mut visit);
        self.rooted.lock().values_mut().for_each(&mut visit);
        for (weak, callback) in &mut *self.callbacks.lock() {
            visit(weak);
            visit(callback);
        }
        if let Some(holder) = self.holder.get() {
            holder.trace(&mut visit);
        }
    }

    /// Weak references to the dead lose their referents; their callbacks wait for a moment when code may run.
    unsafe fn clear_weak(&self, weak: &[*mut Object]) {
        for &object in weak {
            // SAFETY: these have just been copied.
            let Payload::Weak(contents) = (unsafe { &mut (*object).payload }) else {
                continue;
            };
            let Some(referent) = contents.referent.take() else {
                continue;
            };
            contents.referent = moved(&referent);
            if contents.referent.is_none()
                && let Some(callback) = contents.callback.take()
            {
                self.callbacks.lock().push((Ref(object), callback));
            }
        }
    }
}
