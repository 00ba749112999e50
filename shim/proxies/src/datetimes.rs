//! Dates and times: what C's macros read in place of the instances of the host's classes, in CPython's layout.

use crate::state::Locked;
use crate::{Obj, PyObject, PyTypeObject, int, none, refcount, types, xdecref};
use std::ffi::c_int;

/// The class of module `datetime` from which a class derives its struct.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `date`
    Date,
    /// `datetime`
    DateTime,
    /// `time`
    Time,
    /// `timedelta`
    Delta,
}

/// In the order of the numbers, from 1, by which `Op::TypeInfo` tells them.
const KINDS: [Kind; 4] = [Kind::Date, Kind::DateTime, Kind::Time, Kind::Delta];

#[repr(C)]
struct Head {
    ob_base: PyObject,
    hashcode: isize,
}

#[repr(C)]
struct Date {
    head: Head,
    hastzinfo: u8,
    data: [u8; 4],
}

#[repr(C)]
struct DateTime {
    head: Head,
    hastzinfo: u8,
    data: [u8; 10],
    fold: u8,
    tzinfo: Obj,
}

#[repr(C)]
struct Time {
    head: Head,
    hastzinfo: u8,
    data: [u8; 6],
    fold: u8,
    tzinfo: Obj,
}

#[repr(C)]
struct Delta {
    head: Head,
    days: c_int,
    seconds: c_int,
    microseconds: c_int,
}

impl Kind {
    const fn size(self) -> usize {
        match self {
            Kind::Date => size_of::<Date>(),
            Kind::DateTime => size_of::<DateTime>(),
            Kind::Time => size_of::<Time>(),
            Kind::Delta => size_of::<Delta>(),
        }
    }
}

/// The host's own classes; a module that was imported again has further ones.
static CLASSES: Locked<Vec<(*mut PyTypeObject, Kind)>> = Locked::new(Vec::new());

/// The host says that a new class is one of the module's own (`number`) or none (0): its instances get their struct.
pub unsafe fn register(ty: *mut PyTypeObject, number: u64) {
    if let Some(&kind) = KINDS.get((number as usize).wrapping_sub(1)) {
        // SAFETY: the lock is held; the type lives for good.
        unsafe {
            refcount::immortalize(ty.cast());
            (*ty).tp_basicsize = kind.size() as isize;
            CLASSES.get().push((ty, kind));
        }
    }
}

/// What the struct of host objects of this type is, if they have one of these.
#[inline]
pub unsafe fn kind(ty: *const PyTypeObject) -> Option<Kind> {
    // SAFETY: a type; the line of its bases ends.
    unsafe {
        let classes = CLASSES.get();
        if classes.is_empty()
            || (*ty).tp_basicsize < size_of::<Date>() as isize
            || types::is_native(ty.cast_mut())
        {
            return None;
        }
        let mut base = ty.cast_mut();
        while !base.is_null() {
            if let Some(row) = classes.iter().find(|row| row.0 == base) {
                return Some(row.1);
            }
            base = (*base).tp_base;
        }
        None
    }
}

/// Where the proxy of an instance keeps its reference to a `tzinfo` (or NULL).
pub unsafe fn zone_place(op: Obj) -> Option<*mut Obj> {
    // SAFETY: `op` is the proxy of a host object, whose block has the size that its kind says.
    unsafe {
        match kind((*op).ob_type)? {
            Kind::DateTime => Some(&raw mut (*op.cast::<DateTime>()).tzinfo),
            Kind::Time => Some(&raw mut (*op.cast::<Time>()).tzinfo),
            Kind::Date | Kind::Delta => None,
        }
    }
}

/// Fills a new proxy from what the host sends: the numbers in the order of the constructor's arguments; for a time of day
/// the fold and the zone follow. References are handed over.
pub unsafe fn fill(op: Obj, kind: Kind, items: &[Obj]) {
    // SAFETY: the block is new and has the size that its kind says.
    unsafe {
        let number = |i: usize| items.get(i).and_then(|&item| int::as_i64(item)).unwrap_or(0);
        (*op.cast::<Head>()).hashcode = -1;
        match kind {
            Kind::Date => (*op.cast::<Date>()).data = day(number),
            Kind::DateTime => {
                let time = &mut *op.cast::<DateTime>();
                time.data[..4].copy_from_slice(&day(number));
                time.data[4..].copy_from_slice(&time_of_day(|i| number(i + 3)));
                time.fold = number(7) as u8;
            }
            Kind::Time => {
                let time = &mut *op.cast::<Time>();
                time.data = time_of_day(number);
                time.fold = number(4) as u8;
            }
            Kind::Delta => {
                let time = &mut *op.cast::<Delta>();
                time.days = number(0) as c_int;
                time.seconds = number(1) as c_int;
                time.microseconds = number(2) as c_int;
            }
        }
        let mut numbers = items;
        if let Some(place) = zone_place(op)
            && let Some((&zone, rest)) = items.split_last()
            && zone != none()
        {
            *place = zone;
            (*op.cast::<Date>()).hastzinfo = 1; // at the same place in all three
            numbers = rest;
        }
        numbers.iter().for_each(|&item| xdecref(item));
    }
}

fn day(number: impl Fn(usize) -> i64) -> [u8; 4] {
    let year = (number(0) as u16).to_be_bytes();
    [year[0], year[1], number(1) as u8, number(2) as u8]
}

fn time_of_day(number: impl Fn(usize) -> i64) -> [u8; 6] {
    let micro = (number(3) as u32).to_be_bytes();
    [
        number(0) as u8,
        number(1) as u8,
        number(2) as u8,
        micro[1],
        micro[2],
        micro[3],
    ]
}
