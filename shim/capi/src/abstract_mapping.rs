//! `abstract.h`, mapping protocol.

use crate::common::*;
use crate::object::native_len;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_char, c_int};

/// Has its type `__getitem__`?
#[entry(error = 0)]
pub unsafe fn PyMapping_Check(object: Obj) -> c_int {
    c_int::from(!object.is_null() && slot!(object, tp_as_mapping, mp_subscript).is_some())
}

/// `len(mapping)`.
#[entry]
pub unsafe fn PyMapping_Size(mapping: Obj) -> Py_ssize_t {
    if mapping.is_null() {
        return null_argument();
    }
    if let Some(len) = native_len(mapping) {
        return len as Py_ssize_t;
    }
    if exactly(mapping, &raw const PyDict_Type) {
        return dict::len(mapping);
    }
    match slot!(mapping, tp_as_mapping, mp_length) {
        Some(f) if is_native(mapping) => gimbal_proxies::outside(|| f(mapping)),
        Some(_) => op_int(Op::Len, &[mapping]) as Py_ssize_t,
        None if slot!(mapping, tp_as_sequence, sq_length).is_some() => {
            type_error(&format!("{} is not a mapping", type_name(mapping)))
        }
        None => type_error(&format!("object of type '{}' has no len()", type_name(mapping))),
    }
}

/// `len(mapping)`.
#[entry]
pub unsafe fn PyMapping_Length(mapping: Obj) -> Py_ssize_t {
    PyMapping_Size(mapping)
}

/// `mapping[key]` by a C string.
#[entry]
pub unsafe fn PyMapping_GetItemString(mapping: Obj, key: *const c_char) -> Obj {
    if key.is_null() {
        return null_argument();
    }
    with_string(key, |key| PyObject_GetItem(mapping, key))
}

/// `mapping[key] = value` by a C string.
#[entry]
pub unsafe fn PyMapping_SetItemString(mapping: Obj, key: *const c_char, value: Obj) -> c_int {
    if key.is_null() {
        return null_argument();
    }
    with_string(key, |key| PyObject_SetItem(mapping, key, value))
}

/// Does `mapping[key]` work? Every error counts as "no".
#[entry(error = 0)]
pub unsafe fn PyMapping_HasKey(mapping: Obj, key: Obj) -> c_int {
    let value = PyObject_GetItem(mapping, key);
    if value.is_null() {
        err::clear();
        return 0;
    }
    decref(value);
    1
}

/// [`PyMapping_HasKey`] by a C string.
#[entry(error = 0)]
pub unsafe fn PyMapping_HasKeyString(mapping: Obj, key: *const c_char) -> c_int {
    let value = PyMapping_GetItemString(mapping, key);
    if value.is_null() {
        err::clear();
        return 0;
    }
    decref(value);
    1
}

/// `list(mapping.NAME())`.
unsafe fn listed(mapping: Obj, name: &str) -> Obj {
    // SAFETY: `mapping` is an object.
    unsafe {
        let view = call_method(name, mapping, &[]);
        if view.is_null() {
            return view;
        }
        let list = PySequence_List(view);
        if list.is_null() && err::matches(err::occurred(), PyExc_TypeError) {
            let message = format!(
                "{}.{name}() returned a non-iterable (type {})",
                type_name(mapping),
                type_name(view)
            );
            decref(view);
            return type_error(&message);
        }
        decref(view);
        list
    }
}

/// `list(mapping.keys())`.
#[entry]
pub unsafe fn PyMapping_Keys(mapping: Obj) -> Obj {
    if mapping.is_null() {
        return null_argument();
    }
    if exactly(mapping, &raw const PyDict_Type) {
        return PyDict_Keys(mapping);
    }
    listed(mapping, "keys")
}

/// `list(mapping.values())`.
#[entry]
pub unsafe fn PyMapping_Values(mapping: Obj) -> Obj {
    if mapping.is_null() {
        return null_argument();
    }
    if exactly(mapping, &raw const PyDict_Type) {
        return PyDict_Values(mapping);
    }
    listed(mapping, "values")
}

/// `list(mapping.items())`.
#[entry]
pub unsafe fn PyMapping_Items(mapping: Obj) -> Obj {
    if mapping.is_null() {
        return null_argument();
    }
    if exactly(mapping, &raw const PyDict_Type) {
        return PyDict_Items(mapping);
    }
    listed(mapping, "items")
}
