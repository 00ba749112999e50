//! Dicts, lists and mappings.

use crate::common::*;
use crate::dictobject::{PyDict_DelItem, PyDict_GetItemWithError, PyDict_SetItem};
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

/// Gives out what may be NULL: 1 for an object, 0 for none, -1 for none with an error set.
unsafe fn give(found: Obj, result: *mut Obj) -> c_int {
    // SAFETY: the reference goes to the caller, or is given back.
    unsafe {
        if result.is_null() {
            xdecref(found);
        } else {
            *result = found;
        }
        if !found.is_null() {
            1
        } else if err::occurred().is_null() {
            0
        } else {
            -1
        }
    }
}

#[entry]
pub unsafe fn PyDict_GetItemRef(dict: Obj, key: Obj, result: *mut Obj) -> c_int {
    let found = PyDict_GetItemWithError(dict, key);
    xincref(found);
    give(found, result)
}

#[entry]
pub unsafe fn PyDict_GetItemStringRef(dict: Obj, key: *const c_char, result: *mut Obj) -> c_int {
    *result = null_mut();
    with_string(key, |key| PyDict_GetItemRef(dict, key, result))
}

/// The value, set to `default` if it is absent: 1 if it was there, 0 if not.
#[entry]
pub unsafe fn PyDict_SetDefaultRef(dict: Obj, key: Obj, default: Obj, result: *mut Obj) -> c_int {
    match PyDict_GetItemRef(dict, key, result) {
        0 if PyDict_SetItem(dict, key, default) == 0 => {
            if !result.is_null() {
                *result = new_ref(default);
            }
            0
        }
        1 => 1,
        _ => -1,
    }
}

#[entry]
pub unsafe fn PyDict_Pop(dict: Obj, key: Obj, result: *mut Obj) -> c_int {
    let mut found = null_mut();
    let mut status = PyDict_GetItemRef(dict, key, &raw mut found);
    if status == 1 && PyDict_DelItem(dict, key) < 0 {
        xdecref(std::mem::replace(&mut found, null_mut()));
        status = -1;
    }
    if result.is_null() {
        xdecref(found);
    } else {
        *result = found;
    }
    status
}

#[entry]
pub unsafe fn PyDict_PopString(dict: Obj, key: *const c_char, result: *mut Obj) -> c_int {
    with_string(key, |key| PyDict_Pop(dict, key, result))
}

#[entry]
pub unsafe fn PyDict_ContainsString(dict: Obj, key: *const c_char) -> c_int {
    with_string(key, |key| crate::dictobject::PyDict_Contains(dict, key))
}

#[entry]
pub unsafe fn _PyDict_SetItem_KnownHash_LockHeld(
    dict: *mut PyDictObject,
    key: Obj,
    value: Obj,
    _hash: Py_hash_t,
) -> c_int {
    PyDict_SetItem(dict.cast(), key, value)
}

#[entry]
pub unsafe fn PyList_GetItemRef(list: Obj, i: Py_ssize_t) -> Obj {
    if list.is_null() || !has_flag(list, Py_TPFLAGS_LIST_SUBCLASS) {
        return type_error("expected a list");
    }
    let item = crate::listobject::PyList_GetItem(list, i);
    xincref(item);
    item
}

#[entry]
pub unsafe fn PyList_Extend(list: Obj, items: Obj) -> c_int {
    if list.is_null() || !has_flag(list, Py_TPFLAGS_LIST_SUBCLASS) {
        return bad_internal_call();
    }
    let done = crate::listobject::_PyList_Extend(list.cast(), items);
    xdecref(done);
    status(!done.is_null())
}

#[entry]
pub unsafe fn PyList_Clear(list: Obj) -> c_int {
    crate::listobject::PyList_SetSlice(list, 0, Py_ssize_t::MAX, null_mut())
}

/// `mapping[key]`; a `KeyError` counts as absent.
#[entry]
pub unsafe fn PyMapping_GetOptionalItem(mapping: Obj, key: Obj, result: *mut Obj) -> c_int {
    if exactly(mapping, &raw const PyDict_Type) {
        return PyDict_GetItemRef(mapping, key, result);
    }
    let found = crate::abstract_object::PyObject_GetItem(mapping, key);
    if found.is_null() && err::matches(err::occurred(), PyExc_KeyError) {
        err::clear();
    }
    give(found, result)
}

#[entry]
pub unsafe fn PyMapping_GetOptionalItemString(mapping: Obj, key: *const c_char, result: *mut Obj) -> c_int {
    *result = null_mut();
    with_string(key, |key| PyMapping_GetOptionalItem(mapping, key, result))
}

#[entry]
pub unsafe fn PyMapping_HasKeyWithError(mapping: Obj, key: Obj) -> c_int {
    PyMapping_GetOptionalItem(mapping, key, null_mut())
}

#[entry]
pub unsafe fn PyMapping_HasKeyStringWithError(mapping: Obj, key: *const c_char) -> c_int {
    with_string(key, |key| PyMapping_HasKeyWithError(mapping, key))
}

/// The next item: 1, or 0 and NULL at the end.
#[entry]
pub unsafe fn PyIter_NextItem(iterator: Obj, result: *mut Obj) -> c_int {
    if crate::abstract_object::PyIter_Check(iterator) == 0 {
        *result = null_mut();
        return type_error(&format!("expected an iterator, got '{}'", type_name(iterator)));
    }
    give(crate::abstract_object::PyIter_Next(iterator), result)
}

/// `separator.join(items)`.
#[entry]
pub unsafe fn PyBytes_Join(separator: Obj, items: Obj) -> Obj {
    if separator.is_null() {
        return bad_internal_call();
    }
    if !has_flag(separator, Py_TPFLAGS_BYTES_SUBCLASS) {
        return type_error(&format!("sep: expected bytes, got {}", type_name(separator)));
    }
    crate::bytesobject::_PyBytes_Join(separator, items)
}
