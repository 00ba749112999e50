//! The least shim that has proxies: it drives a [`SharedTable`] as the real one does, and notices a proxy that is used
//! after it was freed, freed twice, or not at all.

use gimbal_handles::Handle;
use gimbal_handles::counts::{Counts, Left};
use gimbal_handles::sync::{Arc, AtomicIsize, AtomicU32, AtomicUsize, Ordering, thread};
use gimbal_handles::table::{Counted, Received, Retired, SharedTable};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

/// A number that names the running thread.
pub fn me() -> usize {
    let mut hasher = DefaultHasher::new();
    thread::current().id().hash(&mut hasher);
    hasher.finish() as usize | 1
}

/// An object with counts.
pub struct Object {
    owner: AtomicUsize,
    local: AtomicU32,
    shared: AtomicIsize,
    freed: AtomicU32,
}

impl Object {
    fn new() -> Self {
        Object {
            owner: AtomicUsize::new(0),
            local: AtomicU32::new(0),
            shared: AtomicIsize::new(0),
            freed: AtomicU32::new(0),
        }
    }

    /// One that the running thread owns, with one reference.
    pub fn owned() -> Arc<Self> {
        let object = Self::new();
        object.counts().own(me());
        Arc::new(object)
    }

    /// One without owner, with one reference.
    pub fn published() -> Arc<Self> {
        let object = Self::new();
        object.counts().publish(1);
        Arc::new(object)
    }

    pub fn counts(&self) -> Counts<'_> {
        Counts {
            owner: &self.owner,
            local: &self.local,
            shared: &self.shared,
        }
    }

    /// Whoever has a reference may do this.
    pub fn touch(&self) {
        assert_eq!(self.freed.load(Ordering::Relaxed), 0, "used after it was freed");
    }

    pub fn free(&self) {
        assert_eq!(self.freed.fetch_add(1, Ordering::Relaxed), 0, "freed twice");
    }

    pub fn is_freed(&self) -> bool {
        self.freed.load(Ordering::Relaxed) > 0
    }

    /// Gives a reference back, of an object that is not queued to anybody.
    pub fn drop_one(&self) {
        self.touch();
        match self.counts().decref(me()) {
            Left::Some => {}
            Left::None => self.free(),
            Left::Queue(_) => panic!("nobody else owns it"),
        }
    }
}

// SAFETY: the objects of a scenario are freed in name only, and live as long as the scenario.
unsafe impl Counted for Object {
    unsafe fn try_incref(proxy: *mut Self) -> bool {
        // SAFETY: as stated.
        unsafe { (*proxy).counts().try_incref(me()) }
    }

    unsafe fn revive(proxy: *mut Self) {
        // SAFETY: as stated.
        unsafe { (*proxy).counts().publish(1) }
    }

    unsafe fn is_last(proxy: *mut Self) -> bool {
        // SAFETY: as stated.
        unsafe { (*proxy).counts().is_last() }
    }
}

/// The table, and all proxies that were ever made.
pub struct Shim {
    pub table: SharedTable<Object>,
    made: std::sync::Mutex<Vec<Arc<Object>>>,
}

/// A proxy, by an address that may go to another thread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Proxy(usize);

impl Proxy {
    fn pointer(self) -> *mut Object {
        std::ptr::with_exposed_provenance_mut(self.0)
    }

    /// The object behind it.
    pub fn object(&self) -> &Object {
        // SAFETY: the shim keeps every object that it has made.
        unsafe { &*self.pointer() }
    }
}

/// What a thread will close: handles and their proxies.
pub type Batch = Vec<(Handle, Proxy)>;

impl Shim {
    pub fn new() -> Arc<Self> {
        Arc::new(Shim {
            table: SharedTable::new(),
            made: std::sync::Mutex::default(),
        })
    }

    fn make(&self) -> Proxy {
        let object = Object::published();
        let address = (&raw const *object).expose_provenance();
        self.made.lock().unwrap().push(object);
        Proxy(address)
    }

    /// A handle arrives: a new reference to its proxy.
    pub fn arrive(&self, handle: Handle) -> Proxy {
        let proxy = match self.table.receive(handle) {
            Received::Open(proxy) => Proxy(proxy.expose_provenance()),
            Received::Stale => panic!("the handle is closed"),
            Received::Fresh => {
                let proxy = self.make();
                match self.table.open(handle, proxy.pointer()) {
                    None => proxy,
                    Some(first) => {
                        proxy.object().drop_one();
                        Proxy(first.expose_provenance())
                    }
                }
            }
        };
        proxy.object().touch();
        proxy
    }

    /// Gives a reference back; the last one puts the proxy into the batch.
    pub fn drop_one(&self, handle: Handle, proxy: Proxy, batch: &mut Batch) {
        proxy.object().touch();
        if proxy.object().counts().decref(me()) == Left::None {
            // SAFETY: the proxy was opened for this handle.
            match unsafe { self.table.retire(handle, proxy.pointer()) } {
                Retired::Kept => batch.push((handle, proxy)),
                Retired::Replaced => proxy.object().free(),
            }
        }
    }

    /// Closes what is in the batch; what the host is told.
    pub fn flush(&self, mut batch: Batch) -> Vec<(Handle, i64)> {
        let mut releases = Vec::new();
        while let Some((handle, proxy)) = batch.pop() {
            // SAFETY: it was kept for this batch.
            if let Some(received) = unsafe { self.table.close(handle, proxy.pointer()) } {
                proxy.object().free();
                releases.push((handle, received));
            } else {
                self.drop_one(handle, proxy, &mut batch);
            }
        }
        releases
    }

    /// Every proxy that was made is freed.
    pub fn assert_empty(&self) {
        assert_eq!(self.table.live(), 0, "a proxy is still open");
        let made = self.made.lock().unwrap();
        assert!(made.iter().all(|proxy| proxy.is_freed()), "a proxy has leaked");
    }
}
