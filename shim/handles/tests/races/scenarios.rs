//! What each race does, and what must hold afterwards.

use crate::race;
use crate::shim::{Object, Shim, me};
use gimbal_handles::Handle;
use gimbal_handles::counts::Left;
use gimbal_handles::exports::Exports;
use gimbal_handles::lock::{ExtensionLock, Kernel};
use gimbal_handles::merging::MergeQueues;
use gimbal_handles::sync::{Arc, AtomicUsize, Ordering, UnsafeCell, fence, thread};
use gimbal_handles::wrappers::{Life, Weaken, Wrappers};

const HANDLE: Handle = Handle {
    index: 3,
    generation: 0,
};

/// One object is sent twice at the same time: one handle, one proxy.
pub fn open_against_open() {
    let (shim, exports) = (Shim::new(), Arc::new(Exports::default()));
    let send = {
        let (shim, exports) = (shim.clone(), exports.clone());
        move || {
            let sent = exports.send(1, &"object");
            (sent, shim.arrive(sent.handle))
        }
    };
    let (a, b) = race(send.clone(), send);
    assert_eq!(a.0.handle, b.0.handle);
    assert!(a.0.first != b.0.first, "sent as new twice, or never");
    assert!(a.1 == b.1, "one object, two proxies");
    shim.drop_one(a.0.handle, a.1);
    shim.drop_one(b.0.handle, b.1);
    for (handle, received) in shim.flush() {
        assert!(exports.release(handle, received), "sent twice, received twice");
    }
    shim.assert_empty();
}

/// A proxy that waits to be closed is closed while its handle arrives again.
pub fn close_against_open() {
    let shim = Shim::new();
    let proxy = shim.arrive(HANDLE);
    shim.drop_one(HANDLE, proxy);
    let closer = shim.clone();
    let (_, proxy) = race(move || closer.flush(), || shim.arrive(HANDLE));
    proxy.object().touch();
    shim.drop_one(HANDLE, proxy);
    shim.flush();
    shim.assert_empty();
}

/// A handle is closed and its row given to another object while somebody resolves the handle.
pub fn close_against_resolve() {
    let exports = Arc::new(Exports::default());
    let old = exports.send(1, &"old").handle;
    let closer = exports.clone();
    let (new, resolved) = race(
        move || {
            assert!(closer.release(old, 1));
            // With the same remainder the identities share a shard, so that the row is used again.
            closer.send(1 + 64, &"new").handle
        },
        || exports.resolve(old),
    );
    assert!(
        matches!(resolved, None | Some("old")),
        "a closed handle names another object"
    );
    assert_eq!(exports.resolve(new), Some("new"));
    assert_eq!(old.index, new.index);
}

/// The last reference to a proxy is dropped while its handle arrives again.
pub fn death_against_arrival() {
    let shim = Shim::new();
    let proxy = shim.arrive(HANDLE);
    let dropper = shim.clone();
    let (_, again) = race(
        move || {
            dropper.drop_one(HANDLE, proxy);
            dropper.flush()
        },
        || shim.arrive(HANDLE),
    );
    again.object().touch();
    shim.drop_one(HANDLE, again);
    shim.flush();
    shim.assert_empty();
}

/// A batch with an object's handle is on its way to the host, which is sending that object again.
pub fn batch_release_against_encode() {
    let (shim, exports) = (Shim::new(), Arc::new(Exports::default()));
    let first = exports.send(1, &"object").handle;
    let proxy = shim.arrive(first);
    shim.drop_one(first, proxy);
    let (releaser, host) = (shim.clone(), exports.clone());
    let (_, (again, proxy)) = race(
        move || {
            for (handle, received) in releaser.flush() {
                host.release(handle, received);
            }
        },
        || {
            let handle = exports.send(1, &"object").handle;
            (handle, shim.arrive(handle))
        },
    );
    assert_eq!(
        exports.resolve(again),
        Some("object"),
        "closed while it was on its way"
    );
    shim.drop_one(again, proxy);
    for (handle, received) in shim.flush() {
        assert!(exports.release(handle, received), "the counts do not agree");
    }
    assert_eq!(exports.live(), 0, "a handle is still open");
    shim.assert_empty();
}

/// A weak handle is made strong while the last strong one is released.
pub fn weak_handle_upgrade_against_death() {
    let exports = Arc::new(Exports::default());
    let handle = exports.send(1, &"object").handle;
    let weak = exports.weaken(handle);
    let releaser = exports.clone();
    let (ended, upgraded) = race(move || releaser.release(handle, 1), || exports.upgrade(weak));
    match upgraded {
        Some(sent) => {
            assert!(!ended, "died with a strong handle");
            assert_eq!(exports.resolve(sent.handle), Some("object"));
            assert!(exports.release(sent.handle, 2));
        }
        None => assert!(ended, "alive, and could not be had"),
    }
    assert_eq!(exports.live(), 0);
}

/// A weak reference to a native object is asked while the last reference is dropped.
pub fn weak_upgrade_against_death() {
    let object = Object::published();
    let dropped = object.clone();
    let (_, upgraded) = race(move || dropped.drop_one(), || object.counts().try_incref(me()));
    if upgraded {
        object.drop_one();
    }
    assert!(object.is_freed(), "nobody has freed it");
}

/// A weak reference to a native object is asked while the thread that owns it drops the last one.
pub fn weak_upgrade_against_owners_death() {
    let object = Object::owned();
    object.counts().allow_weak();
    let other = object.clone();
    race(
        move || {
            if other.counts().try_incref(me()) {
                other.drop_one();
            }
        },
        || object.drop_one(),
    );
    assert!(object.is_freed(), "nobody has freed it");
}

struct WrapperState {
    strong: AtomicUsize,
    life: Life,
    deaths: Arc<Deaths>,
}

/// Wrappers whose death nobody has heard of yet.
struct Deaths(UnsafeCell<Vec<Life>>, gimbal_handles::sync::Mutex<()>);

// SAFETY: the cell is touched under the lock.
unsafe impl Sync for Deaths {}
// SAFETY: as above.
unsafe impl Send for Deaths {}

impl Deaths {
    fn new() -> Arc<Self> {
        Arc::new(Deaths(
            UnsafeCell::new(Vec::new()),
            gimbal_handles::sync::Mutex::new(()),
        ))
    }

    fn with<R>(&self, f: impl FnOnce(&mut Vec<Life>) -> R) -> R {
        let _guard = self.1.lock();
        // SAFETY: the lock is held.
        self.0.with_mut(|deaths| f(unsafe { &mut *deaths }))
    }

    /// Tells the table what has died.
    fn hear(&self, wrappers: &Wrappers<Wrapper>) -> usize {
        let heard = self.with(std::mem::take);
        heard.iter().for_each(|&life| wrappers.died(life));
        heard.len()
    }
}

/// A wrapper as a host has it: counted, with weak references and a finalizer.
struct Wrapper(Arc<WrapperState>);

impl Wrapper {
    fn new(life: Life, deaths: &Arc<Deaths>) -> Self {
        Wrapper(Arc::new(WrapperState {
            strong: AtomicUsize::new(1),
            life,
            deaths: deaths.clone(),
        }))
    }
}

impl Clone for Wrapper {
    fn clone(&self) -> Self {
        self.0.strong.fetch_add(1, Ordering::Relaxed);
        Wrapper(self.0.clone())
    }
}

impl Drop for Wrapper {
    fn drop(&mut self) {
        if self.0.strong.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.0.deaths.with(|deaths| deaths.push(self.0.life));
        }
    }
}

impl Weaken for Wrapper {
    type Weak = Arc<WrapperState>;

    fn weaken(&self) -> Self::Weak {
        self.0.clone()
    }

    fn upgrade(weak: &Self::Weak) -> Option<Self> {
        let mut strong = weak.strong.load(Ordering::Relaxed);
        while strong > 0 {
            match weak
                .strong
                .compare_exchange_weak(strong, strong + 1, Ordering::AcqRel, Ordering::Relaxed)
            {
                Ok(_) => return Some(Wrapper(weak.clone())),
                Err(now) => strong = now,
            }
        }
        None
    }
}

const ADDRESS: usize = 0x1000;

/// The news of a wrapper's death is heard while its instance is shown again.
pub fn wrapper_death_against_re_exposure() {
    let (wrappers, deaths) = (Arc::new(Wrappers::new()), Deaths::new());
    drop(wrappers.expose(ADDRESS, |life| Wrapper::new(life, &deaths)));
    let (table, news) = (wrappers.clone(), deaths.clone());
    let (_, again) = race(
        move || news.hear(&table),
        || wrappers.expose(ADDRESS, |life| Wrapper::new(life, &deaths)),
    );
    let same = wrappers.expose(ADDRESS, |_| panic!("an instance has two wrappers"));
    assert_eq!(same.0.life, again.0.life);
    drop((again, same));
    assert_eq!(deaths.hear(&wrappers), 1, "one reference for each life");
}

/// A scan looks whether native code holds an instance while a call passes it there.
pub fn pin_against_unpin_scan() {
    let (wrappers, deaths) = (Arc::new(Wrappers::new()), Deaths::new());
    let held = Arc::new(AtomicUsize::new(0));
    let wrapper = wrappers.expose(ADDRESS, |life| Wrapper::new(life, &deaths));
    let (table, count) = (wrappers.clone(), held.clone());
    race(
        move || drop(table.unpin(ADDRESS, || count.load(Ordering::Acquire) > 0)),
        || {
            wrappers.pass(ADDRESS, &wrapper);
            held.store(1, Ordering::Release); // native code keeps it
            wrappers.passed(ADDRESS);
            drop(wrapper); // and nobody else does
        },
    );
    drop(wrappers.expose(ADDRESS, |_| panic!("the state of the wrapper is lost")));
    assert_eq!(deaths.hear(&wrappers), 0);
    held.store(0, Ordering::Relaxed);
    drop(wrappers.unpin(ADDRESS, || held.load(Ordering::Relaxed) > 0));
    assert_eq!(deaths.hear(&wrappers), 1, "kept for good");
}

/// The owner gives its last reference back while another thread does the same.
pub fn count_merge_against_shared_decrement() {
    let object = Object::owned();
    let other = object.clone();
    let (_, ()) = race(
        {
            other.counts().incref(0); // another thread's reference
            move || other.drop_one()
        },
        || object.drop_one(),
    );
    assert!(object.is_freed(), "nobody has freed it");
}

/// A thread gives back what the owner has counted, and the owner ends.
pub fn queued_merge_against_owners_end() {
    let object = Object::owned();
    let queues = Arc::new(MergeQueues::new());
    let owner = me();
    queues.attach(owner);
    object.counts().incref(owner); // given to the other thread
    let (other, theirs) = (object.clone(), queues.clone());
    let merge = |object: Arc<Object>| {
        if object.counts().merge(-1) == 0 {
            object.free();
        }
    };
    race(
        move || match other.counts().decref_shared() {
            Left::Queue(owner) => {
                theirs.hand(owner, other, merge);
            }
            left => assert_eq!(left, Left::Some),
        },
        || {
            queues.come_by(owner).into_iter().for_each(merge);
            if !object.is_freed() && object.counts().decref(owner) == Left::None {
                object.free();
            }
            queues.detach(owner, merge);
        },
    );
    assert!(object.is_freed(), "nobody has freed it");
}

/// The fence on both sides is what the kernel's barrier makes of the owner's instruction stream.
struct Fences;

impl Kernel for Fences {
    fn thread() -> usize {
        me()
    }

    fn light_barrier() {
        fence(Ordering::SeqCst);
    }

    fn prepare_barrier() -> bool {
        true
    }

    fn barrier() {
        fence(Ordering::SeqCst);
    }

    fn nap(_: u32) {
        thread::yield_now();
    }
}

/// Something that only the holder of the lock touches. Loom notices when two do; on real threads the sum is wrong.
struct Guarded {
    lock: ExtensionLock<Fences>,
    value: UnsafeCell<usize>,
}

// SAFETY: `value` is touched under the lock.
unsafe impl Sync for Guarded {}

impl Guarded {
    fn new() -> Arc<Self> {
        Arc::new(Guarded {
            lock: ExtensionLock::new(),
            value: UnsafeCell::new(0),
        })
    }

    fn enter(&self) {
        self.lock.take();
        // SAFETY: the lock is held.
        self.value.with_mut(|value| unsafe { *value += 1 });
        self.lock.give();
    }
}

/// A second thread takes the lock from the thread that it is biased to.
pub fn extension_lock_hand_over() {
    let guarded = Guarded::new();
    guarded.enter();
    let other = guarded.clone();
    race(move || other.enter(), || guarded.enter());
    guarded.lock.take();
    // SAFETY: the lock is held.
    assert_eq!(guarded.value.with_mut(|value| unsafe { *value }), 3);
    guarded.lock.give();
}

/// Two threads come at the same time, before there is a bias.
pub fn extension_lock_between_two() {
    let guarded = Guarded::new();
    let other = guarded.clone();
    race(move || other.enter(), || guarded.enter());
    guarded.lock.take();
    // SAFETY: the lock is held.
    assert_eq!(guarded.value.with_mut(|value| unsafe { *value }), 2);
    guarded.lock.give();
}
