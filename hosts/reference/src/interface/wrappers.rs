//! Wrappers of native instances: which object stands for which instance. What keeps them alive is in [`super::lifetimes`].

use super::lifetimes::LIVES;
use super::{call_shim, handles, shim};
use crate::heap::{Escapes, Obj, Payload, Ref, Res, Still, Thread};
use crate::types::Builtin;
use gimbal_host::{Cell, SlotKind, Tag};

/// One wrapper.
pub(super) struct Entry {
    pub(super) wrapper: Ref,
    /// Held for good: it has state of its own, and C holds the instance.
    pub(super) pinned: bool,
}

/// The wrapper of the instance at an address, when there is one.
pub(super) fn find(t: &mut Thread, address: usize) -> Option<Obj> {
    t.with_still(|still: &Still| {
        let lives = LIVES.lock();
        lives.by_address.get(&address).map(|e| still.hold(&e.wrapper))
    })
}

/// Makes `wrapper` the wrapper of the instance at `address`; the one that is there already when another thread was faster.
pub(super) fn tie(t: &mut Thread, wrapper: &Obj, address: usize) -> Obj {
    t.outside(|| {
        // SAFETY: the shim named the instance, which is alive.
        unsafe { (shim().incref)(address as *mut u8) }
    });
    t.write(wrapper, |object, _| {
        object.native = address;
        object.is_wrapper = true;
    });
    t.with_still(|still| {
        let mut lives = LIVES.lock();
        let entry = lives.by_address.entry(address).or_insert_with(|| Entry {
            wrapper: still.get(wrapper),
            pinned: false,
        });
        still.hold(&entry.wrapper)
    })
}

/// The wrapper of an instance, made when there is none: `class` is the handle of its class.
pub(super) fn instance(t: &mut Thread, address: usize, class: i64) -> Res {
    if let Some(wrapper) = find(t, address) {
        return Ok(wrapper);
    }
    let class = handles::object(t, class);
    let value = if VALUES.contains(&t.traits(&class).shape) {
        value_of_instance(t, address)?
    } else {
        None
    };
    let wrapper = instance_of(t, address, &class);
    if let Some(value) = value {
        copy_value(t, &wrapper, &value);
    }
    Ok(wrapper)
}

/// The same for a class that has no value of a builtin in its instances.
pub(super) fn instance_of(t: &mut Thread, address: usize, class: &Obj) -> Obj {
    if let Some(wrapper) = find(t, address) {
        return wrapper;
    }
    let wrapper = empty(t, class);
    let wrapper = tie(t, &wrapper, address);
    // It may get state before it crosses the next time.
    pin_if_stateful(t, &wrapper, address);
    wrapper
}

/// Builtins whose values are in the struct of an instance as well.
const VALUES: [Builtin; 6] = [
    Builtin::Str,
    Builtin::Int,
    Builtin::Float,
    Builtin::Bytes,
    Builtin::Tuple,
    Builtin::Complex,
];

/// What the native struct holds of the builtin that the instance's type derives from.
fn value_of_instance(t: &mut Thread, address: usize) -> Res<Option<Obj>> {
    let mut cell = Cell {
        i: address as i64,
        ..Cell::new(Tag::Instance)
    };
    let start = &raw mut cell;
    let kind = SlotKind::PlainValue as i32;
    let value = call_shim(t, |shim, out| {
        // SAFETY: the shim named the instance.
        unsafe { (shim.slot)(kind, std::ptr::null_mut(), 1, start, out) }
    })?;
    Ok(value.filter(|value| !t.is_none(value)))
}

/// Gives a wrapper made anew the value.
fn copy_value(t: &mut Thread, wrapper: &Obj, value: &Obj) {
    let items = t.items(value);
    let plain = t.read(value, |object, _| match &object.payload {
        Payload::Str(text) => Some(Value(Payload::Str(text.clone()))),
        Payload::Int(number) => Some(Value(Payload::Int(number.clone()))),
        Payload::Float(number) => Some(Value(Payload::Float(*number))),
        Payload::Bytes(data) => Some(Value(Payload::Bytes(data.clone()))),
        Payload::Complex(real, imaginary) => Some(Value(Payload::Complex(*real, *imaginary))),
        _ => None,
    });
    t.write(wrapper, |object, still| {
        if let Some(Value(value)) = plain {
            object.payload = value;
        } else if let Some(items) = &items {
            object.payload = Payload::Tuple(still.get_all(items));
        }
    });
}

/// A payload without references.
struct Value(Payload);

impl Escapes for Value {}

/// An instance of a class without calling anything: the builtin's part is empty.
pub(super) fn empty(t: &mut Thread, class: &Obj) -> Obj {
    let shape = t.traits(class).shape;
    let nothing = t.tuple(&[]);
    t.alloc_of(class, |still| match shape {
        Builtin::List => Payload::List(Vec::new()),
        Builtin::Tuple => Payload::Tuple(Vec::new()),
        Builtin::Dict | Builtin::OrderedDict => Payload::Dict(Box::default()),
        Builtin::Set | Builtin::FrozenSet => Payload::Set(Box::default()),
        Builtin::Int => Payload::Int(num_bigint::BigInt::ZERO),
        Builtin::Float => Payload::Float(0.0),
        Builtin::Complex => Payload::Complex(0.0, 0.0),
        Builtin::Str => Payload::Str(crate::heap::Text::default()),
        Builtin::Bytes => Payload::Bytes(Vec::new()),
        Builtin::ByteArray => Payload::ByteArray(crate::heap::ByteArray::default()),
        Builtin::Module => Payload::Module,
        shape if shape.is_exception() => Payload::Exception(Box::new(
            crate::types::exception::Exception::new(still.get(&nothing)),
        )),
        _ => Payload::Plain,
    })
}

/// Keeps a wrapper alive that has state of its own, as long as native code holds the instance.
pub(super) fn pin_if_stateful(t: &mut Thread, wrapper: &Obj, address: usize) {
    let class = t.class_of(wrapper);
    if t.traits(&class).has_dict || t.read(wrapper, |object, _| object.is_watched) {
        pin(address);
    }
}

/// The same for any wrapper.
pub(crate) fn pin(address: usize) {
    if let Some(entry) = LIVES.lock().by_address.get_mut(&address) {
        entry.pinned = true;
    }
}
