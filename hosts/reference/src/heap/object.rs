//! What an object is: a header of fixed size and a payload. Every object has the same size, so a space is an array.
//!
//! A [`Ref`] is an address. It exists inside objects and inside the closures of [`super::Thread::read`] and
//! [`super::Thread::write`], where nothing moves; code in between holds objects by [`super::Obj`].

use super::payload::Payload;
use super::roots::Obj;
use lock_api::RawMutex as _;
use std::cell::Cell;
use std::sync::atomic::AtomicI64;

/// The address of an object, valid until the next safepoint. It cannot be copied out of an object: [`Still::hold`] makes an
/// [`Obj`] of it, and [`Still::get`] makes one of an `Obj`.
#[derive(PartialEq, Eq, Debug)]
#[repr(transparent)]
pub struct Ref(pub(super) *mut Object);

// SAFETY: what a reference names is only reached under the rules of the heap, which order all accesses.
unsafe impl Send for Ref {}
// SAFETY: as above.
unsafe impl Sync for Ref {}

impl Ref {
    /// The same reference again, for a [`super::Holder`] that shows the collector what it does not hold itself.
    pub(crate) fn alias(&self) -> Ref {
        Ref(self.0)
    }

    /// Are both the same object?
    pub fn is(&self, other: &Ref) -> bool {
        self.0 == other.0
    }

    /// Is it the object behind `other`?
    pub fn is_obj(&self, other: &Obj) -> bool {
        self.0 == other.address()
    }

    /// The object. Its own fields may be read, those of the payload only when the payload never changes: the guard of a
    /// mutable object belongs to whoever called `read` or `write` on it.
    pub fn peek<'a>(&'a self, _: &'a Still) -> &'a Object {
        // SAFETY: nothing moves while there is a `Still`, and what a reference names is alive.
        unsafe { &*self.0 }
    }
}

/// The proof that nothing moves: a closure of `read` or `write` has it, and a safepoint cannot be reached meanwhile,
/// because the closure's caller has lent its [`super::Thread`].
pub struct Still {
    pub(super) roots: *const super::roots::Roots,
}

impl Still {
    /// The reference to put into an object.
    pub fn get(&self, obj: &Obj) -> Ref {
        Ref(obj.address())
    }

    /// A second reference to the same object.
    pub fn copy(&self, r: &Ref) -> Ref {
        Ref(r.0)
    }

    /// Holds an object, so that it may be used after the closure.
    pub fn hold(&self, r: &Ref) -> Obj {
        // SAFETY: the roots are those of this thread, which outlive the closure.
        unsafe { (*self.roots).hold(r.0) }
    }

    /// Holds each.
    pub fn hold_all(&self, refs: &[Ref]) -> Vec<Obj> {
        refs.iter().map(|r| self.hold(r)).collect()
    }

    /// The references to put into an object.
    pub fn get_all(&self, objs: &[Obj]) -> Vec<Ref> {
        objs.iter().map(|obj| self.get(obj)).collect()
    }
}

/// An object of the heap.
pub struct Object {
    /// Where it went, during a collection.
    pub(super) forward: Cell<*mut Object>,
    /// The guard of one object while threads run in parallel.
    pub(super) guard: parking_lot::RawMutex,
    /// Has the object been found by the interface to stand for a native instance?
    pub is_wrapper: bool,
    /// Has there been a weak reference to it?
    pub is_watched: bool,
    /// Its class.
    pub class: Ref,
    /// What stands for the address that it does not have: `id()`, the order of creation.
    pub id: u64,
    /// Its handle, or 0: the interface's identity map, changed under the interface's lock only.
    pub handle: AtomicI64,
    /// The address of the native instance that it wraps, or 0.
    pub native: usize,
    /// The instance dictionary, when there is one.
    pub dict: Option<Ref>,
    /// What it keeps alive because its native instance does.
    pub edges: Vec<Ref>,
    /// What kind of object it is, and its contents.
    pub payload: Payload,
}

impl Object {
    pub(super) fn new(class: Ref, id: u64, payload: Payload) -> Self {
        Object {
            forward: Cell::new(std::ptr::null_mut()),
            guard: parking_lot::RawMutex::INIT,
            is_wrapper: false,
            is_watched: false,
            class,
            id,
            handle: AtomicI64::new(0),
            native: 0,
            dict: None,
            edges: Vec::new(),
            payload,
        }
    }

    pub(super) fn trace(&mut self, visit: &mut dyn FnMut(&mut Ref)) {
        visit(&mut self.class);
        if let Some(dict) = &mut self.dict {
            visit(dict);
        }
        self.edges.iter_mut().for_each(&mut *visit);
        self.payload.trace(visit);
    }
}

/// What a closure of `read` or `write` may return: anything that holds no reference. It keeps one from escaping by accident.
pub trait Escapes {}

macro_rules! escapes {
    ($($ty:ty),* $(,)?) => { $(impl Escapes for $ty {})* };
}

escapes!(
    (),
    bool,
    i32,
    u32,
    i64,
    u64,
    usize,
    isize,
    u8,
    f64,
    String,
    Obj,
    super::Text
);
escapes!(
    num_bigint::BigInt,
    crate::types::Builtin,
    super::Raised,
    std::cmp::Ordering
);

impl Escapes for super::Lease {}
impl<T: Escapes> Escapes for Option<T> {}
impl<T: Escapes> Escapes for Vec<T> {}
impl<T: Escapes, E: Escapes> Escapes for Result<T, E> {}
impl<T: ?Sized> Escapes for &'static T {}
impl<T: Escapes, const N: usize> Escapes for [T; N] {}
impl<A: Escapes, B: Escapes> Escapes for (A, B) {}
impl<A: Escapes, B: Escapes, C: Escapes> Escapes for (A, B, C) {}
impl<A: Escapes, B: Escapes, C: Escapes, D: Escapes> Escapes for (A, B, C, D) {}
