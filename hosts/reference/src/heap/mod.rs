//! The heap: objects that move, the threads that use them, and the rule that keeps the two apart.
//!
//! # The rule
//! Everything moves at a *safepoint*, and a safepoint needs `&mut Thread`. Between two safepoints code may look into
//! objects: [`Thread::read`] and [`Thread::write`] lend the contents of one to a closure, and because they have the
//! `Thread` meanwhile, the closure cannot reach a safepoint, nor a second object's guard. What a closure returns holds no
//! reference ([`Escapes`]); code outside holds objects by [`Obj`], a slot that the collector updates.
//!
//! # Threads
//! A thread is *inside* while it runs host code and *outside* while it runs C. With a global lock one thread is inside at
//! a time; free-threaded, any number. A collection waits until all others are outside or at a safepoint. Nobody is waited
//! for who is outside, and nobody comes inside before it has ended.

mod collect;
mod object;
mod payload;
mod roots;
mod table;
mod text;

pub use collect::Holder;
pub use object::{Escapes, Object, Ref, Still};
pub use payload::{ByteArray, Contents, Exports, Lease, Payload, Traced, Weak};
pub use roots::Obj;
pub use table::{Entry, Table};
pub use text::Text;

use crate::types::{Builtin, Single};
use collect::{Region, Spaces};
use lock_api::RawMutex as _;
use parking_lot::{Condvar, Mutex};
use roots::Roots;
use std::cell::{Cell, UnsafeCell};
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

/// How the heap behaves.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Move everything at every safepoint.
    pub stress: bool,
    /// Let threads run host code in parallel.
    pub free_threaded: bool,
}

/// In stress mode, a collection after so many allocations without a crossing.
const ALLOCATIONS: u32 = 64;

/// Room for so many objects at first.
const CAPACITY: usize = 1 << 14;

/// An exception on its way: an instance.
#[derive(Debug, Clone)]
pub struct Raised(pub Obj);

/// The result of whatever may fail with a Python exception.
pub type Res<T = Obj> = Result<T, Raised>;

/// An object that is kept alive by no thread in particular. Unlike an [`Obj`] it may be kept anywhere.
#[derive(Debug)]
pub struct Rooted(u64);

impl Drop for Rooted {
    fn drop(&mut self) {
        heap().rooted.lock().remove(&self.0);
    }
}

/// What is to be done, outside of the collection, for an object that died.
#[derive(Clone, Copy, Debug)]
pub enum Death {
    /// A wrapper of the native instance at this address.
    Wrapper(usize),
    /// Something that held a count on the native object at this address.
    Count(usize),
    /// What had opened the `Py_buffer` at this address.
    Buffer(usize),
}

#[derive(Default)]
struct World {
    inside: usize,
    stopping: bool,
    waiting: usize,
}

/// The heap of the process.
pub struct Heap {
    spaces: UnsafeCell<Spaces>,
    top: AtomicUsize,
    ids: AtomicU64,
    collections: AtomicU64,
    world: Mutex<World>,
    changed: Condvar,
    stopping: AtomicBool,
    threads: Mutex<Vec<&'static State>>,
    globals: UnsafeCell<Vec<Option<Ref>>>,
    interned: Mutex<HashMap<String, Ref>>,
    callbacks: Mutex<Vec<(Ref, Ref)>>,
    rooted: Mutex<HashMap<u64, Ref>>,
    shared_weak: Mutex<HashMap<(u64, Builtin), Ref>>,
    deaths: Mutex<Vec<Death>>,
    holder: OnceLock<&'static dyn Holder>,
    stress: bool,
    enabled: AtomicBool,
    limit: usize,
}

// SAFETY: the cells are only written while the world is stopped or, globals, by the one thread that starts the host.
unsafe impl Sync for Heap {}
// SAFETY: as above.
unsafe impl Send for Heap {}

static HEAP: OnceLock<Heap> = OnceLock::new();

/// The heap; it is made by [`start`].
pub fn heap() -> &'static Heap {
    HEAP.get()
        .unwrap_or_else(|| panic!("the host has not been started"))
}

/// Makes the heap. False when there is one already.
pub(crate) fn start(options: Options) -> bool {
    let made = Heap {
        spaces: UnsafeCell::new(Spaces {
            current: Region::new(CAPACITY),
            other: Region::new(CAPACITY),
            alive: 0,
        }),
        top: AtomicUsize::new(0),
        ids: AtomicU64::new(1),
        collections: AtomicU64::new(0),
        world: Mutex::default(),
        changed: Condvar::new(),
        stopping: AtomicBool::new(false),
        threads: Mutex::default(),
        globals: UnsafeCell::new((0..Builtin::ALL.len() + Single::COUNT).map(|_| None).collect()),
        interned: Mutex::default(),
        callbacks: Mutex::default(),
        rooted: Mutex::default(),
        shared_weak: Mutex::default(),
        deaths: Mutex::default(),
        holder: OnceLock::new(),
        stress: options.stress,
        enabled: AtomicBool::new(true),
        limit: if options.free_threaded { usize::MAX } else { 1 },
    };
    HEAP.set(made).is_ok()
}

impl Heap {
    /// Adds what has references of its own.
    pub fn set_holder(&self, holder: &'static dyn Holder) {
        self.holder.get_or_init(|| holder);
    }

    /// Notes what is to be done for an object that died.
    pub fn mourn(&self, death: Death) {
        self.deaths.lock().push(death);
    }

    /// Takes the deaths noted so far.
    pub fn deaths(&self) -> Vec<Death> {
        std::mem::take(&mut *self.deaths.lock())
    }

    /// How often everything has moved.
    pub fn collections(&self) -> u64 {
        self.collections.load(Ordering::Relaxed)
    }

    /// Is the collector asked to run by itself? The answer is remembered for who asks; objects move all the same.
    pub fn is_enabled(&self) -> bool {
        self.enabled.load(Ordering::Relaxed)
    }

    /// Changes that answer.
    pub fn enable(&self, enabled: bool) {
        self.enabled.store(enabled, Ordering::Relaxed);
    }

    /// Does everything move at every safepoint?
    pub fn is_stressed(&self) -> bool {
        self.stress
    }

    /// Do threads run host code in parallel?
    pub fn is_free_threaded(&self) -> bool {
        self.limit > 1
    }

    fn enter(&self) {
        let mut world = self.world.lock();
        while world.stopping || world.inside >= self.limit {
            world.waiting += 1;
            self.changed.wait(&mut world);
            world.waiting -= 1;
        }
        world.inside += 1;
    }

    fn leave(&self) {
        let mut world = self.world.lock();
        world.inside -= 1;
        if world.waiting > 0 {
            self.changed.notify_all();
        }
    }

    /// Moves everything once all other threads are stopped; when another thread is about to do it, waits for that instead.
    fn collect(&self) {
        let mut world = self.world.lock();
        if world.stopping {
            world.inside -= 1;
            self.changed.notify_all();
            while world.stopping {
                world.waiting += 1;
                self.changed.wait(&mut world);
                world.waiting -= 1;
            }
            world.inside += 1;
            return;
        }
        world.stopping = true;
        self.stopping.store(true, Ordering::Relaxed);
        while world.inside > 1 {
            world.waiting += 1;
            self.changed.wait(&mut world);
            world.waiting -= 1;
        }
        self.move_all();
        world.stopping = false;
        self.stopping.store(false, Ordering::Relaxed);
        self.changed.notify_all();
    }
}

/// What belongs to one thread of the system.
#[derive(Default)]
pub(crate) struct State {
    roots: Roots,
    allocations: Cell<u32>,
    /// Nested calls, to end a recursion before the stack does.
    pub(crate) depth: Cell<u32>,
}

// SAFETY: the collector reads the roots of a thread that is stopped; nothing else is shared.
unsafe impl Sync for State {}

/// Gives a thread's state back for another thread when the thread ends.
struct Mine(&'static State);

impl Drop for Mine {
    fn drop(&mut self) {
        SPARE.lock().push(self.0);
    }
}

static SPARE: Mutex<Vec<&'static State>> = Mutex::new(Vec::new());

thread_local! {
    static MINE: Mine = Mine(SPARE.lock().pop().unwrap_or_else(|| {
        let state: &'static State = Box::leak(Box::default());
        heap().threads.lock().push(state);
        state
    }));
}

/// A thread that is inside. Whoever has `&mut Thread` may reach a safepoint; whoever has not cannot.
pub struct Thread {
    pub(crate) state: &'static State,
    local: PhantomData<*mut ()>,
}

impl Drop for Thread {
    fn drop(&mut self) {
        heap().leave();
    }
}

impl Thread {
    /// Comes inside. The calling thread is outside: it has just started, or C calls the host.
    pub fn enter() -> Self {
        let state = MINE.with(|mine| mine.0);
        heap().enter();
        let mut thread = Thread {
            state,
            local: PhantomData,
        };
        thread.crossing();
        thread
    }

    /// Runs something outside: a call of C. Its result must not be an object of the heap.
    pub fn outside<R>(&mut self, f: impl FnOnce() -> R) -> R {
        self.crossing();
        heap().leave();
        let result = f();
        heap().enter();
        self.crossing();
        result
    }

    /// The safepoint of a border crossing: in stress mode everything moves.
    fn crossing(&mut self) {
        if heap().stress {
            self.collect();
        } else {
            self.safepoint();
        }
    }

    /// Lets another thread collect.
    pub fn safepoint(&mut self) {
        if heap().stopping.load(Ordering::Relaxed) {
            heap().collect();
        }
    }

    /// Collects now.
    pub fn collect(&mut self) {
        heap().collect();
    }

    /// Runs something during which nothing moves.
    pub fn with_still<R: Escapes>(&mut self, f: impl FnOnce(&Still) -> R) -> R {
        f(&self.still())
    }

    fn still(&self) -> Still {
        Still {
            roots: &raw const self.state.roots,
        }
    }

    /// Lends an object's contents.
    pub fn read<R: Escapes>(&mut self, obj: &Obj, f: impl FnOnce(&Object, &Still) -> R) -> R {
        self.write(obj, |object, still| f(object, still))
    }

    /// Lends an object's contents, to be changed. Free-threaded, the object is guarded meanwhile.
    pub fn write<R: Escapes>(&mut self, obj: &Obj, f: impl FnOnce(&mut Object, &Still) -> R) -> R {
        struct Unguard(Option<*const Object>);
        impl Drop for Unguard {
            fn drop(&mut self) {
                if let Some(object) = self.0 {
                    // SAFETY: the guard was taken below, and the object has not moved since.
                    unsafe { (*object).guard.unlock() }
                }
            }
        }
        let address = obj.address();
        let still = self.still();
        // SAFETY: a held object is alive. Nobody else looks into it: one thread at a time is inside, or the guard is ours;
        // and this thread has lent its `Thread` to this closure.
        unsafe {
            let guarded = heap().is_free_threaded().then(|| {
                (*address).guard.lock();
                address.cast_const()
            });
            let _unguard = Unguard(guarded);
            f(&mut *address, &still)
        }
    }

    /// Makes an object of a class.
    pub fn alloc_of(&mut self, class: &Obj, payload: impl FnOnce(&Still) -> Payload) -> Obj {
        let place = self.reserve();
        let still = self.still();
        let payload = payload(&still);
        let id = heap().ids.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the place was reserved for this, and nothing has moved since.
        unsafe { place.write(Object::new(still.get(class), id, payload)) };
        self.state.roots.hold(place)
    }

    /// Makes an object of a builtin class.
    pub fn alloc(&mut self, class: Builtin, payload: impl FnOnce(&Still) -> Payload) -> Obj {
        let class = self.class(class);
        self.alloc_of(&class, payload)
    }

    /// Makes the first class, whose class is itself.
    pub(crate) fn alloc_first(&mut self, payload: Payload) -> Obj {
        let place = self.reserve();
        let id = heap().ids.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as `alloc_of`.
        unsafe { place.write(Object::new(Ref(place), id, payload)) };
        self.state.roots.hold(place)
    }

    fn reserve(&mut self) -> *mut Object {
        let heap = heap();
        let mine = &self.state.allocations;
        mine.set(mine.get() + 1);
        if heap.stress && mine.get() >= ALLOCATIONS {
            mine.set(0);
            self.collect();
        }
        loop {
            let at = heap.top.fetch_add(1, Ordering::Relaxed);
            // SAFETY: spaces change while the world is stopped only. Until the object is written, its place is marked as
            // one that needs no dropping (a panic may leave it so).
            unsafe {
                let space = &(*heap.spaces.get()).current;
                if at < space.capacity {
                    let place = space.base.add(at);
                    (&raw mut (*place).forward).write(Cell::new(place));
                    return place;
                }
            }
            self.collect();
        }
    }

    /// A global object.
    fn global(&mut self, index: usize) -> Obj {
        // SAFETY: globals are set before the host is used, and else only change while the world is stopped.
        let slots = unsafe { &*heap().globals.get() };
        let r = slots[index]
            .as_ref()
            .unwrap_or_else(|| panic!("global {index} is not made yet"));
        self.state.roots.hold(r.0)
    }

    /// The class of a builtin.
    pub fn class(&mut self, class: Builtin) -> Obj {
        self.global(class as usize)
    }

    /// One of the objects of which there is one.
    pub fn single(&mut self, single: Single) -> Obj {
        self.global(Builtin::ALL.len() + single as usize)
    }

    /// Is a global set? For the time in which the host is made.
    pub(crate) fn has_class(&mut self, class: Builtin) -> bool {
        // SAFETY: as `global`.
        unsafe { (&*heap().globals.get())[class as usize].is_some() }
    }

    /// Sets a global, while the host is made.
    pub(crate) fn set_class(&mut self, class: Builtin, obj: &Obj) {
        // SAFETY: one thread makes the host.
        unsafe { (&mut *heap().globals.get())[class as usize] = Some(self.still().get(obj)) }
    }

    /// Sets a global, while the host is made.
    pub(crate) fn set_single(&mut self, single: Single, obj: &Obj) {
        // SAFETY: one thread makes the host.
        unsafe {
            (&mut *heap().globals.get())[Builtin::ALL.len() + single as usize] = Some(self.still().get(obj))
        }
    }

    /// The one `str` object with this text.
    pub fn intern(&mut self, text: &str) -> Obj {
        if let Some(known) = heap().interned.lock().get(text) {
            return self.state.roots.hold(known.0);
        }
        let made = self.str(text);
        let still = self.still();
        let mut interned = heap().interned.lock();
        let r = interned
            .entry(text.to_owned())
            .or_insert_with(|| still.get(&made));
        self.state.roots.hold(r.0)
    }

    /// The weak reference of a class without a callback to the object with this identity: there is one for all who ask.
    pub fn shared_weak(&mut self, id: u64, class: Builtin) -> Option<Obj> {
        let shared = heap().shared_weak.lock();
        shared.get(&(id, class)).map(|weak| self.state.roots.hold(weak.0))
    }

    /// Remembers it.
    pub fn share_weak(&mut self, id: u64, class: Builtin, weak: &Obj) {
        let weak = self.still().get(weak);
        heap().shared_weak.lock().insert((id, class), weak);
    }

    /// Keeps an object alive from anywhere.
    pub fn root(&mut self, obj: &Obj) -> Rooted {
        let key = heap().ids.fetch_add(1, Ordering::Relaxed);
        heap().rooted.lock().insert(key, self.still().get(obj));
        Rooted(key)
    }

    /// The object that is kept so.
    pub fn rooted(&mut self, rooted: &Rooted) -> Obj {
        let all = heap().rooted.lock();
        let r = all
            .get(&rooted.0)
            .unwrap_or_else(|| unreachable!("it is there as long as its key"));
        self.state.roots.hold(r.0)
    }

    /// The callbacks of weak references whose referents have died: reference and callback.
    pub fn take_callbacks(&mut self) -> Vec<(Obj, Obj)> {
        let taken = std::mem::take(&mut *heap().callbacks.lock());
        let roots = &self.state.roots;
        taken
            .iter()
            .map(|(weak, callback)| (roots.hold(weak.0), roots.hold(callback.0)))
            .collect()
    }

    /// How many objects this thread holds.
    pub fn held(&self) -> usize {
        self.state.roots.count()
    }
}
