//! The contents of objects, by kind. Rust values: the collector moves them, and traces the references in them.

use super::object::Ref;
use super::table::Table;
use super::text::Text;
use crate::types::class::Class;
use crate::types::exception::Exception;
use crate::types::function::{Extension, Native};
use num_bigint::BigInt;
use std::any::Any;
use std::mem::MaybeUninit;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What kind of object it is. A subclass of a builtin has the builtin's payload.
pub enum Payload {
    /// Nothing but a class and perhaps a dict.
    Plain,
    /// `None`
    None,
    /// `NotImplemented`
    NotImplemented,
    /// `Ellipsis`
    Ellipsis,
    /// "No object": an absent argument, no result. No program sees it.
    Absent,
    /// `bool`
    Bool(bool),
    /// `int`
    Int(BigInt),
    /// `float`
    Float(f64),
    /// `complex`
    Complex(f64, f64),
    /// `str`
    Str(Text),
    /// `bytes`
    Bytes(Vec<u8>),
    /// `bytearray`
    ByteArray(ByteArray),
    /// `list`
    List(Vec<Ref>),
    /// `tuple`
    Tuple(Vec<Ref>),
    /// `dict`
    Dict(Box<Table>),
    /// `set` and `frozenset`
    Set(Box<Table>),
    /// `slice`: start, stop, step
    Slice([Ref; 3]),
    /// A class
    Class(Box<Class>),
    /// A function of the object space
    Native(Native),
    /// A function of an extension
    Extension(Box<Extension>),
    /// A bound method: function and self
    Method([Ref; 2]),
    /// A module; its contents are in the object's dict
    Module,
    /// An exception
    Exception(Box<Exception>),
    /// A weak reference: referent, callback
    Weak(Weak),
    /// A closure cell
    Cell(Option<Ref>),
    /// Any other kind, known to the operations that made it
    Other(Box<dyn Contents>),
}

/// The bytes of a `bytearray`. Once C has been told where they are they stay there until they are resized, as bytes that
/// are pinned: a `Vec`'s buffer is outside the heap, and only stress mode moves it.
#[derive(Default)]
pub struct ByteArray {
    /// The bytes.
    pub data: Vec<u8>,
    /// Does C know their address?
    pub pinned: bool,
    /// Open buffers; while there are any the size is fixed.
    pub exports: Exports,
}

impl ByteArray {
    /// Where the bytes are, from now on until they are resized; a NUL byte is behind them, which C may read.
    pub fn place(&mut self) -> *mut u8 {
        if self.exports == 0 && (!self.pinned || self.data.len() == self.data.capacity()) {
            self.data.reserve(1);
        }
        self.pinned = true;
        if let Some(end) = self.data.spare_capacity_mut().first_mut() {
            end.write(0);
        }
        self.data.as_mut_ptr()
    }
}

/// How many look at some bytes: whoever does holds a [`Lease`].
#[derive(Default)]
pub struct Exports(Arc<AtomicUsize>);

impl Exports {
    /// One more looks.
    pub fn lease(&self) -> Lease {
        self.0.fetch_add(1, Ordering::Relaxed);
        Lease(Arc::clone(&self.0))
    }
}

impl PartialEq<usize> for Exports {
    fn eq(&self, other: &usize) -> bool {
        self.0.load(Ordering::Relaxed) == *other
    }
}

/// Somebody looks at some bytes; dropping it ends that.
pub struct Lease(Arc<AtomicUsize>);

impl Drop for Lease {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A weak reference. The collector clears it when the referent dies.
pub struct Weak {
    /// The referent, not kept alive.
    pub referent: Option<Ref>,
    /// Called once the referent is dead.
    pub callback: Option<Ref>,
    /// The referent's hash, once it was asked for.
    pub hash: Option<i64>,
}

/// The contents of an object kind that the enum does not name.
pub trait Contents: Any + Send {
    /// Shows every reference to the collector.
    fn trace(&mut self, visit: &mut dyn FnMut(&mut Ref));
}

/// Implements [`Contents`] for a struct: the fields named hold references (each a `Ref`, or a container or option of them).
#[macro_export]
macro_rules! contents {
    ($ty:ty $(, $field:ident)* $(,)?) => {
        impl $crate::heap::Contents for $ty {
            fn trace(&mut self, _visit: &mut dyn FnMut(&mut $crate::heap::Ref)) {
                $($crate::heap::Traced::trace(&mut self.$field, _visit);)*
            }
        }
    };
}

/// What references can be kept in.
pub trait Traced {
    /// Shows every reference to the collector.
    fn trace(&mut self, visit: &mut dyn FnMut(&mut Ref));
}

impl Traced for Ref {
    fn trace(&mut self, visit: &mut dyn FnMut(&mut Ref)) {
        visit(self);
    }
}

impl<T: Traced> Traced for Option<T> {
    fn trace(&mut self, visit: &mut dyn FnMut(&mut Ref)) {
        self.iter_mut().for_each(|r| r.trace(visit));
    }
}

impl<T: Traced> Traced for Vec<T> {
    fn trace(&mut self, visit: &mut dyn FnMut(&mut Ref)) {
        self.iter_mut().for_each(|r| r.trace(visit));
    }
}

impl<T: Traced, const N: usize> Traced for [T; N] {
    fn trace(&mut self, visit: &mut dyn FnMut(&mut Ref)) {
        self.iter_mut().for_each(|r| r.trace(visit));
    }
}

impl Payload {
    pub(super) fn trace(&mut self, visit: &mut dyn FnMut(&mut Ref)) {
        match self {
            Payload::Plain
            | Payload::None
            | Payload::NotImplemented
            | Payload::Ellipsis
            | Payload::Absent
            | Payload::Bool(_)
            | Payload::Int(_)
            | Payload::Float(_)
            | Payload::Complex(..)
            | Payload::Str(_)
            | Payload::Bytes(_)
            | Payload::ByteArray(_)
            | Payload::Module => {}
            Payload::List(items) | Payload::Tuple(items) => items.trace(visit),
            Payload::Dict(table) | Payload::Set(table) => table.trace(visit),
            Payload::Slice(bounds) => bounds.trace(visit),
            Payload::Class(class) => class.trace(visit),
            Payload::Native(native) => native.trace(visit),
            Payload::Extension(function) => function.trace(visit),
            Payload::Method(parts) => parts.trace(visit),
            Payload::Exception(exception) => exception.trace(visit),
            Payload::Weak(weak) => weak.callback.trace(visit), // the referent is the collector's own business
            Payload::Cell(content) => content.trace(visit),
            Payload::Other(contents) => contents.trace(visit),
        }
    }

    /// Stress mode: what an object keeps beside itself moves with it.
    pub(super) fn relocate(&mut self) {
        match self {
            Payload::Str(Text(points)) => relocate(points),
            Payload::Bytes(data) => relocate(data),
            Payload::ByteArray(array) if !array.pinned => relocate(&mut array.data),
            Payload::List(items) | Payload::Tuple(items) => relocate(items),
            Payload::Dict(table) | Payload::Set(table) => table.relocate(),
            _ => {}
        }
    }

    /// The contents of a kind that the enum does not name.
    pub fn other<T: Contents>(&self) -> Option<&T> {
        match self {
            Payload::Other(contents) => (&**contents as &dyn Any).downcast_ref(),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn other_mut<T: Contents>(&mut self) -> Option<&mut T> {
        match self {
            Payload::Other(contents) => (&mut **contents as &mut dyn Any).downcast_mut(),
            _ => None,
        }
    }
}

/// Byte that fills memory nobody may use any more: as an address it is not even canonical.
pub(super) const POISON: u8 = 0xdd;

/// Moves the elements of a vector to another place and poisons the old one.
pub(super) fn relocate<T>(items: &mut Vec<T>) {
    if items.capacity() == 0 {
        return;
    }
    let mut moved = Vec::with_capacity(items.len());
    moved.append(items);
    let old = std::mem::replace(items, moved);
    let mut old = std::mem::ManuallyDrop::new(old);
    let spare: &mut [MaybeUninit<T>] = old.spare_capacity_mut();
    // SAFETY: spare capacity may hold any bytes; the vector is empty, so nothing in it is dropped after this.
    unsafe {
        std::ptr::write_bytes(spare.as_mut_ptr().cast::<u8>(), POISON, size_of_val(spare));
        std::mem::ManuallyDrop::drop(&mut old);
    }
}
