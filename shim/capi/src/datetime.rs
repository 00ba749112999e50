//! `datetime.h`: the table of functions and types in the capsule `datetime.datetime_CAPI`. The classes are the host's.

use crate::abstract_call::{PyObject_Call, PyObject_Vectorcall};
use crate::common::*;
use crate::object_attr::PyObject_SetAttr;
use crate::pycapsule::PyCapsule_New;
use gimbal_proxies::*;
use std::ffi::{CStr, c_int};
use std::ptr::null_mut;

/// Under which `PyCapsule_Import` finds the table.
pub const CAPSULE: &CStr = c"datetime.datetime_CAPI";

type Class = *mut PyTypeObject;

/// CPython's `PyDateTime_CAPI`.
#[repr(C)]
struct Table {
    date: Class,
    datetime: Class,
    time: Class,
    timedelta: Class,
    tzinfo: Class,
    utc: Obj,
    date_from_date: unsafe extern "C" fn(c_int, c_int, c_int, Class) -> Obj,
    datetime_from_parts:
        unsafe extern "C" fn(c_int, c_int, c_int, c_int, c_int, c_int, c_int, Obj, Class) -> Obj,
    time_from_time: unsafe extern "C" fn(c_int, c_int, c_int, c_int, Obj, Class) -> Obj,
    delta_from_delta: unsafe extern "C" fn(c_int, c_int, c_int, c_int, Class) -> Obj,
    zone_from_zone: unsafe extern "C" fn(Obj, Obj) -> Obj,
    datetime_from_timestamp: unsafe extern "C" fn(Obj, Obj, Obj) -> Obj,
    date_from_timestamp: unsafe extern "C" fn(Obj, Obj) -> Obj,
    datetime_from_parts_and_fold:
        unsafe extern "C" fn(c_int, c_int, c_int, c_int, c_int, c_int, c_int, Obj, c_int, Class) -> Obj,
    time_from_time_and_fold: unsafe extern "C" fn(c_int, c_int, c_int, c_int, Obj, c_int, Class) -> Obj,
}

/// Puts the capsule into module `datetime` unless it is there, so that whoever looks for it finds it. Without such a module
/// nothing happens: the search says so.
pub unsafe fn install() {
    // SAFETY: the lock is held; all objects are checked before they are used.
    unsafe {
        let module = Owned(op(Op::Import, &[text::interned("datetime")]));
        if module.0.is_null() {
            return err::clear();
        }
        let key = text::interned("datetime_CAPI");
        let present = Owned(op(Op::GetAttr, &[module.0, key]));
        if !present.0.is_null() {
            return;
        }
        err::clear();
        let get = |from: Obj, name: &str| op(Op::GetAttr, &[from, text::interned(name)]);
        let class = |name: &str| get(module.0, name).cast::<PyTypeObject>();
        let zone = Owned(get(module.0, "timezone"));
        let table = Table {
            date: class("date"),
            datetime: class("datetime"),
            time: class("time"),
            timedelta: class("timedelta"),
            tzinfo: class("tzinfo"),
            utc: if zone.0.is_null() {
                zone.0
            } else {
                get(zone.0, "utc")
            },
            date_from_date,
            datetime_from_parts,
            time_from_time,
            delta_from_delta,
            zone_from_zone,
            datetime_from_timestamp,
            date_from_timestamp,
            datetime_from_parts_and_fold,
            time_from_time_and_fold,
        };
        let classes = [
            table.date,
            table.datetime,
            table.time,
            table.timedelta,
            table.tzinfo,
        ];
        if table.utc.is_null() || classes.iter().any(|class| class.is_null()) {
            return err::clear();
        }
        // C keeps the address for as long as the process lives.
        let table = Box::into_raw(Box::new(table));
        let capsule = Owned(PyCapsule_New(table.cast(), CAPSULE.as_ptr(), None));
        if capsule.0.is_null() || PyObject_SetAttr(module.0, key, capsule.0) < 0 {
            err::clear();
        }
    }
}

/// An instance of `class`, made by what the class of this name in module `datetime` makes instances with, as CPython does:
/// a derived class is not asked.
unsafe fn make(name: &str, class: Class, numbers: &[c_int], zone: Option<Obj>, fold: c_int) -> Obj {
    // SAFETY: `class` is a type; every object made here is released here.
    unsafe {
        let base = Owned(crate::import::import_attribute("datetime", name));
        if base.0.is_null() {
            return null_mut();
        }
        let new = Owned(op(Op::GetAttr, &[base.0, text::interned("__new__")]));
        if new.0.is_null() {
            return null_mut();
        }
        let numbers: Vec<Owned> = numbers.iter().map(|&n| Owned(int::from_i64(n.into()))).collect();
        let mut args = vec![class.cast::<PyObject>()];
        args.extend(numbers.iter().map(|number| number.0));
        args.extend(zone.map(|zone| if zone.is_null() { none() } else { zone }));
        let positional = args.len();
        let fold = Owned(if fold == 0 {
            null_mut()
        } else {
            int::from_i64(fold.into())
        });
        if fold.0.is_null() {
            return PyObject_Vectorcall(new.0, args.as_ptr(), positional, null_mut());
        }
        args.push(fold.0);
        let names = Owned(seq::tuple_of(&[text::interned("fold")]));
        PyObject_Vectorcall(new.0, args.as_ptr(), positional, names.0)
    }
}

/// Functions of the table: with the lock, and a panic becomes an exception.
macro_rules! table_functions {
    ($($(#[$doc:meta])* fn $name:ident($($arg:ident: $ty:ty),*) $body:block)*) => {$(
        $(#[$doc])*
        unsafe extern "C" fn $name($($arg: $ty),*) -> Obj {
            guard::run(stringify!($name), null_mut(), || {
                // SAFETY: the caller keeps the contract of the C API, as stated in this crate's chapter on it.
                unsafe { $body }
            })
        }
    )*};
}

table_functions! {
    fn date_from_date(year: c_int, month: c_int, day: c_int, class: Class) {
        make("date", class, &[year, month, day], None, 0)
    }

    fn datetime_from_parts(
        year: c_int, month: c_int, day: c_int, hour: c_int, minute: c_int, second: c_int, micro: c_int, zone: Obj, class: Class
    ) {
        make("datetime", class, &[year, month, day, hour, minute, second, micro], Some(zone), 0)
    }

    fn datetime_from_parts_and_fold(
        year: c_int, month: c_int, day: c_int, hour: c_int, minute: c_int, second: c_int, micro: c_int, zone: Obj, fold: c_int,
        class: Class
    ) {
        make("datetime", class, &[year, month, day, hour, minute, second, micro], Some(zone), fold)
    }

    fn time_from_time(hour: c_int, minute: c_int, second: c_int, micro: c_int, zone: Obj, class: Class) {
        make("time", class, &[hour, minute, second, micro], Some(zone), 0)
    }

    fn time_from_time_and_fold(
        hour: c_int, minute: c_int, second: c_int, micro: c_int, zone: Obj, fold: c_int, class: Class
    ) {
        make("time", class, &[hour, minute, second, micro], Some(zone), fold)
    }

    /// What is normal already stays as it is, so that it makes no difference whether the caller asks for it.
    fn delta_from_delta(days: c_int, seconds: c_int, micro: c_int, _normalize: c_int, class: Class) {
        make("timedelta", class, &[days, seconds, micro], None, 0)
    }

    fn zone_from_zone(offset: Obj, name: Obj) {
        let args = [offset, name];
        let given = if name.is_null() { &args[..1] } else { &args[..] };
        call_library("datetime", "timezone", given)
    }

    fn datetime_from_timestamp(class: Obj, args: Obj, keywords: Obj) {
        let method = Owned(op(Op::GetAttr, &[class, text::interned("fromtimestamp")]));
        if method.0.is_null() {
            return null_mut();
        }
        PyObject_Call(method.0, args, keywords)
    }

    fn date_from_timestamp(class: Obj, args: Obj) {
        datetime_from_timestamp(class, args, null_mut())
    }
}
