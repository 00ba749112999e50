//! `object.h`: attributes.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_char, c_int, c_ulong, c_void};
use std::ptr::null_mut;

/// Is it a string? If not, sets the error for an attribute name.
unsafe fn check_name(name: Obj) -> bool {
    // SAFETY: `name` is an object.
    unsafe {
        if has_flag(name, Py_TPFLAGS_UNICODE_SUBCLASS) {
            return true;
        }
        err::set(
            PyExc_TypeError,
            &format!("attribute name must be string, not '{}'", type_name(name)),
        );
        false
    }
}

unsafe fn shown(name: Obj) -> String {
    // SAFETY: `name` is a string.
    unsafe { String::from_utf8_lossy(text::utf8(name)).into_owned() }
}

/// A name as the `char *` that the oldest slots take.
unsafe fn as_c_string(name: Obj) -> *mut c_char {
    // SAFETY: `name` is a string, whose UTF-8 ends with NUL.
    unsafe { text::utf8(name).as_ptr().cast_mut().cast() }
}

/// `getattr(object, name)`.
#[entry]
pub unsafe fn PyObject_GetAttr(object: Obj, name: Obj) -> Obj {
    if object.is_null() || name.is_null() {
        return null_argument();
    }
    if !check_name(name) {
        return null_mut();
    }
    let ty = (*object).ob_type;
    if let Some(f) = (*ty).tp_getattro {
        return gimbal_proxies::outside(|| f(object, name));
    }
    if let Some(f) = (*ty).tp_getattr {
        return gimbal_proxies::outside(|| f(object, as_c_string(name)));
    }
    let message = format!(
        "'{}' object has no attribute '{}'",
        type_name(object),
        shown(name)
    );
    fail(PyExc_AttributeError, &message)
}

/// `getattr(object, name)`.
#[entry]
pub unsafe fn PyObject_GetAttrString(object: Obj, name: *const c_char) -> Obj {
    let name = attribute_name(name);
    if name.is_null() {
        return name;
    }
    PyObject_GetAttr(object, name)
}

/// `getattr(object, name)`.
#[entry]
pub unsafe fn _PyObject_GetAttrId(object: Obj, name: *mut Identifier) -> Obj {
    PyObject_GetAttrString(object, (*name).string)
}

/// `*result = getattr(object, name)`: 1, or 0 and NULL when there is no such attribute.
#[entry]
pub unsafe fn _PyObject_LookupAttr(object: Obj, name: Obj, result: *mut Obj) -> c_int {
    *result = null_mut();
    if !check_name(name) {
        return -1;
    }
    *result = if is_native(object) {
        PyObject_GetAttr(object, name)
    } else {
        op(Op::LookupAttr, &[object, name])
    };
    if !(*result).is_null() {
        return 1;
    }
    if err::occurred().is_null() {
        return 0;
    }
    if err::matches(err::occurred(), PyExc_AttributeError) {
        err::clear();
        return 0;
    }
    -1
}

/// [`PyObject_HasAttr`] by an identifier.
#[entry]
pub unsafe fn _PyObject_HasAttrId(object: Obj, name: *mut Identifier) -> c_int {
    PyObject_HasAttrString(object, (*name).string)
}

/// [`_PyObject_LookupAttr`] by an identifier.
#[entry]
pub unsafe fn _PyObject_LookupAttrId(object: Obj, name: *mut Identifier, result: *mut Obj) -> c_int {
    *result = null_mut();
    let name = attribute_name((*name).string);
    if name.is_null() {
        return -1;
    }
    _PyObject_LookupAttr(object, name, result)
}

/// `hasattr(object, name)`; every error counts as "no".
#[entry(error = 0)]
pub unsafe fn PyObject_HasAttr(object: Obj, name: Obj) -> c_int {
    let mut value = null_mut();
    if _PyObject_LookupAttr(object, name, &raw mut value) < 0 {
        err::clear();
        return 0;
    }
    let found = !value.is_null();
    xdecref(value);
    c_int::from(found)
}

/// [`PyObject_HasAttr`] by a C string.
#[entry(error = 0)]
pub unsafe fn PyObject_HasAttrString(object: Obj, name: *const c_char) -> c_int {
    let name = attribute_name(name);
    if name.is_null() {
        err::clear();
        return 0;
    }
    PyObject_HasAttr(object, name)
}

/// An attribute of a type that is not ready yet: it goes into `tp_dict`, from which the class is made later.
unsafe fn set_on_raw_type(ty: *mut PyTypeObject, name: Obj, value: Obj) -> c_int {
    // SAFETY: the type and the name are objects.
    unsafe {
        if (*ty).tp_dict.is_null() {
            (*ty).tp_dict = PyDict_New();
        }
        match value.is_null() {
            true => PyDict_DelItem((*ty).tp_dict, name),
            false => PyDict_SetItem((*ty).tp_dict, name, value),
        }
    }
}

/// `setattr(object, name, value)`; NULL deletes.
#[entry]
pub unsafe fn PyObject_SetAttr(object: Obj, name: Obj, value: Obj) -> c_int {
    if object.is_null() || name.is_null() {
        return null_argument();
    }
    if !check_name(name) {
        return -1;
    }
    if !is_native(object) {
        if types::is_type(object) {
            let ty: *mut PyTypeObject = object.cast();
            if types::is_raw(ty) {
                return set_on_raw_type(ty, name, value);
            }
            if is_fixed(ty) {
                return refuse_on_type(ty, name);
            }
            let done = status(op_unit(Op::SetAttr, &[object, name, value]));
            if done == 0 && types::is_native(ty) {
                types::look_again(ty);
            }
            return done;
        }
        return status(op_unit(Op::SetAttr, &[object, name, value]));
    }
    let ty = (*object).ob_type;
    if let Some(f) = (*ty).tp_setattro {
        return gimbal_proxies::outside(|| f(object, name, value));
    }
    if let Some(f) = (*ty).tp_setattr {
        return gimbal_proxies::outside(|| f(object, as_c_string(name), value));
    }
    let has = if (*ty).tp_getattr.is_none() && (*ty).tp_getattro.is_none() {
        "has no"
    } else {
        "has only read-only"
    };
    let verb = if value.is_null() { "del" } else { "assign to" };
    type_error(&format!(
        "'{}' object {has} attributes ({verb} .{})",
        type_name(object),
        shown(name)
    ))
}

/// Is it an extension type whose attributes nobody may set: a static one, or one that says so?
unsafe fn is_fixed(ty: *mut PyTypeObject) -> bool {
    // SAFETY: `ty` is a type.
    unsafe {
        let flags = type_flags::of(ty);
        types::is_native(ty) && (flags & Py_TPFLAGS_HEAPTYPE == 0 || cfg!(Py_3_10) && flags & IMMUTABLE != 0)
    }
}

/// `Py_TPFLAGS_IMMUTABLETYPE`, which came with 3.10.
const IMMUTABLE: c_ulong = 1 << 8;

#[cold]
unsafe fn refuse_on_type(ty: *mut PyTypeObject, name: Obj) -> c_int {
    // SAFETY: `ty` is a type and `name` a str.
    unsafe {
        let class = std::ffi::CStr::from_ptr((*ty).tp_name).to_string_lossy();
        type_error(&if cfg!(Py_3_10) {
            format!(
                "cannot set '{}' attribute of immutable type '{class}'",
                shown(name)
            )
        } else {
            format!("can't set attributes of built-in/extension type '{class}'")
        })
    }
}

/// [`PyObject_SetAttr`] by a C string.
#[entry]
pub unsafe fn PyObject_SetAttrString(object: Obj, name: *const c_char, value: Obj) -> c_int {
    let name = attribute_name(name);
    if name.is_null() {
        return -1;
    }
    PyObject_SetAttr(object, name, value)
}

/// [`PyObject_SetAttr`] by an identifier.
#[entry]
pub unsafe fn _PyObject_SetAttrId(object: Obj, name: *mut Identifier, value: Obj) -> c_int {
    PyObject_SetAttrString(object, (*name).string, value)
}

/// `object.__getattribute__`.
#[entry]
pub unsafe fn PyObject_GenericGetAttr(object: Obj, name: Obj) -> Obj {
    if !check_name(name) {
        return null_mut();
    }
    op(Op::GenericGetAttr, &[object, name])
}

/// `object.__setattr__`; NULL deletes.
#[entry]
pub unsafe fn PyObject_GenericSetAttr(object: Obj, name: Obj, value: Obj) -> c_int {
    if !check_name(name) {
        return -1;
    }
    status(op_unit(Op::GenericSetAttr, &[object, name, value]))
}

/// Binds a class attribute to an instance; takes `descriptor` over.
unsafe fn bind(descriptor: Obj, object: Obj) -> Obj {
    // SAFETY: `descriptor` is an object, ours.
    unsafe {
        let Some(get) = (*(*descriptor).ob_type).tp_descr_get else {
            return descriptor;
        };
        let result = gimbal_proxies::outside(|| get(descriptor, object, (*object).ob_type.cast()));
        decref(descriptor);
        result
    }
}

/// [`PyObject_GenericGetAttr`] in which `dict` stands for the instance's own, and a missing attribute is no error
/// when `quiet` is not 0.
#[entry]
pub unsafe fn _PyObject_GenericGetAttrWithDict(object: Obj, name: Obj, dict: Obj, quiet: c_int) -> Obj {
    if !check_name(name) {
        return null_mut();
    }
    let result = if dict.is_null() {
        op(Op::GenericGetAttr, &[object, name])
    } else {
        get_with_dict(object, name, dict)
    };
    if result.is_null() && quiet != 0 && err::matches(err::occurred(), PyExc_AttributeError) {
        err::clear();
    }
    result
}

unsafe fn get_with_dict(object: Obj, name: Obj, dict: Obj) -> Obj {
    // SAFETY: all are objects.
    unsafe {
        let ty = (*object).ob_type;
        let found = op(Op::TypeLookup, &[ty.cast(), name]);
        if found.is_null() && !err::occurred().is_null() {
            return null_mut();
        }
        let is_data = !found.is_null()
            && (*(*found).ob_type).tp_descr_get.is_some()
            && (*(*found).ob_type).tp_descr_set.is_some();
        if is_data {
            return bind(found, object);
        }
        let own = PyDict_GetItemWithError(dict, name);
        if !own.is_null() || !err::occurred().is_null() {
            xincref(own);
            xdecref(found);
            return own;
        }
        if !found.is_null() {
            return bind(found, object);
        }
        let message = format!(
            "'{}' object has no attribute '{}'",
            type_name(object),
            shown(name)
        );
        fail(PyExc_AttributeError, &message)
    }
}

/// [`PyObject_GenericSetAttr`] in which `dict` stands for the instance's own.
#[entry]
pub unsafe fn _PyObject_GenericSetAttrWithDict(object: Obj, name: Obj, value: Obj, dict: Obj) -> c_int {
    if !check_name(name) {
        return -1;
    }
    if dict.is_null() {
        return status(op_unit(Op::GenericSetAttr, &[object, name, value]));
    }
    let found = op(Op::TypeLookup, &[(*object).ob_type.cast(), name]);
    if found.is_null() && !err::occurred().is_null() {
        return -1;
    }
    if !found.is_null() {
        let set = (*(*found).ob_type).tp_descr_set;
        let done = set.map(|set| gimbal_proxies::outside(|| set(found, object, value)));
        decref(found);
        if let Some(done) = done {
            return done;
        }
    }
    if !value.is_null() {
        return PyDict_SetItem(dict, name, value);
    }
    if PyDict_DelItem(dict, name) == 0 {
        return 0;
    }
    if err::matches(err::occurred(), PyExc_KeyError) {
        err::set_object(PyExc_AttributeError, name);
    }
    -1
}

/// Where an instance's struct keeps its dict; NULL when it has no place for one.
#[entry]
pub unsafe fn _PyObject_GetDictPtr(object: Obj) -> *mut Obj {
    let ty = (*object).ob_type;
    let mut offset = (*ty).tp_dictoffset;
    if offset == 0 || !types::is_native(ty) {
        return null_mut();
    }
    if offset < 0 {
        // Counted from the end of a struct of variable size, rounded up to whole words.
        let items = types::items(object) as Py_ssize_t;
        let size = (*ty).tp_basicsize + items * (*ty).tp_itemsize;
        offset += (size + 7) & !7;
    }
    object.byte_offset(offset).cast()
}

/// The getter of `__dict__`.
#[entry]
pub unsafe fn PyObject_GenericGetDict(object: Obj, _context: *mut c_void) -> Obj {
    let dict = members::instance_dict(object);
    if dict.is_null() && err::occurred().is_null() {
        return fail(PyExc_AttributeError, "This object has no __dict__");
    }
    dict
}

/// The setter of `__dict__`.
#[entry]
pub unsafe fn PyObject_GenericSetDict(object: Obj, value: Obj, _context: *mut c_void) -> c_int {
    if value.is_null() {
        return type_error("cannot delete __dict__");
    }
    if !has_flag(value, Py_TPFLAGS_DICT_SUBCLASS) {
        return type_error(&format!(
            "__dict__ must be set to a dictionary, not a '{}'",
            type_name(value)
        ));
    }
    let place = _PyObject_GetDictPtr(object);
    if place.is_null() {
        return fail(PyExc_AttributeError, "This object has no __dict__");
    }
    if !op_unit(Op::SetAttr, &[object, text::interned("__dict__"), value]) {
        return -1;
    }
    xdecref(std::mem::replace(&mut *place, new_ref(value)));
    0
}

/// `*method = getattr(object, name)` bound, with 0; CPython may answer with an unbound function and 1.
#[entry]
pub unsafe fn _PyObject_GetMethod(object: Obj, name: Obj, method: *mut Obj) -> c_int {
    *method = PyObject_GetAttr(object, name);
    0
}

/// A special method of the object's class, bound; NULL without an error when it has none.
#[entry]
pub unsafe fn _PyObject_LookupSpecial(object: Obj, name: Obj) -> Obj {
    let found = op(Op::TypeLookup, &[(*object).ob_type.cast(), name]);
    if found.is_null() {
        return found;
    }
    bind(found, object)
}

/// [`_PyObject_LookupSpecial`] by an identifier.
#[entry]
pub unsafe fn _PyObject_LookupSpecialId(object: Obj, name: *mut Identifier) -> Obj {
    let name = attribute_name((*name).string);
    if name.is_null() {
        return name;
    }
    _PyObject_LookupSpecial(object, name)
}
