//! The least shim that has proxies: it drives a [`Table`] as the real one does without a GIL, and notices a proxy that is used after it
//! was freed, freed twice, or not at all. In place of the extension lock, which has models of its own, it has a simple one.

use gimbal_handles::Handle;
use gimbal_handles::counts::{Counts, Left};
use gimbal_handles::sync::{Arc, AtomicIsize, AtomicU32, AtomicUsize, Mutex, Ordering, thread};
use gimbal_handles::table::{Received, Table};
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

    /// Has an object without owner references?
    fn is_used(&self) -> bool {
        self.shared.load(Ordering::Relaxed) >> 2 > 0
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

/// What the extension lock guards: the table, and the dead proxies whose handles are still open.
struct Locked {
    table: Table<Object>,
    dead: Vec<(Handle, Proxy)>,
}

// SAFETY: the pointers in the table are only handed out.
unsafe impl Send for Locked {}

/// That, and all proxies that were ever made.
pub struct Shim {
    locked: Mutex<Locked>,
    made: std::sync::Mutex<Vec<Arc<Object>>>,
}

/// A proxy, by an address that may go to another thread.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Proxy(usize);

impl Proxy {
    fn of(object: *mut Object) -> Self {
        Proxy(object.expose_provenance())
    }

    fn pointer(self) -> *mut Object {
        std::ptr::with_exposed_provenance_mut(self.0)
    }

    /// The object behind it.
    pub fn object(&self) -> &Object {
        // SAFETY: the shim keeps every object that it has made.
        unsafe { &*self.pointer() }
    }
}

impl Shim {
    pub fn new() -> Arc<Self> {
        let (table, dead) = (Table::new(), Vec::new());
        Arc::new(Shim {
            locked: Mutex::new(Locked { table, dead }),
            made: std::sync::Mutex::default(),
        })
    }

    fn make(&self) -> Proxy {
        let object = Object::published();
        let proxy = Proxy::of((&raw const *object).cast_mut());
        self.made.lock().unwrap().push(object);
        proxy
    }

    /// A handle arrives: a new reference to its proxy. While one is made the lock is free, since the host is asked what it is.
    pub fn arrive(&self, handle: Handle) -> Proxy {
        let mut locked = self.locked.lock();
        let proxy = match locked.table.receive(handle) {
            Received::Stale => panic!("the handle is closed"),
            Received::Open(proxy) => Proxy::of(proxy),
            Received::Fresh => {
                drop(locked);
                let made = self.make();
                locked = self.locked.lock();
                let Some(first) = locked.table.tie(handle, made.pointer()) else {
                    return made;
                };
                made.object().free();
                Proxy::of(first)
            }
        };
        // It may be dead, as long as nobody has closed it.
        proxy.object().touch();
        proxy.object().counts().incref(me());
        proxy
    }

    /// Gives a reference back; with the last one the proxy is put aside.
    pub fn drop_one(&self, handle: Handle, proxy: Proxy) {
        proxy.object().touch();
        if proxy.object().counts().decref_quickly(me()) {
            return;
        }
        let mut locked = self.locked.lock();
        if proxy.object().counts().decref(me()) == Left::None && !locked.dead.contains(&(handle, proxy)) {
            locked.dead.push((handle, proxy));
        }
    }

    /// Closes what was put aside; what the host is told.
    pub fn flush(&self) -> Vec<(Handle, i64)> {
        let mut releases = Vec::new();
        let mut locked = self.locked.lock();
        for (handle, proxy) in std::mem::take(&mut locked.dead) {
            if let Some(received) = locked.table.close_dead(handle, proxy.object().is_used()) {
                proxy.object().free();
                releases.push((handle, received));
            }
        }
        releases
    }

    /// Every proxy that was made is freed.
    pub fn assert_empty(&self) {
        assert_eq!(self.locked.lock().table.live(), 0, "a proxy is still open");
        let made = self.made.lock().unwrap();
        assert!(made.iter().all(|proxy| proxy.is_freed()), "a proxy has leaked");
    }
}
