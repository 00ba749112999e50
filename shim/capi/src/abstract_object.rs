//! `abstract.h`, object protocol: items, length, iteration, classes, format.

use crate::common::*;
use crate::object::native_len;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;

/// `type(object)`.
#[entry]
pub unsafe fn PyObject_Type(object: Obj) -> Obj {
    if object.is_null() {
        return null_argument();
    }
    new_ref((*object).ob_type.cast())
}

/// `len(object)`.
#[entry]
pub unsafe fn PyObject_Size(object: Obj) -> Py_ssize_t {
    if object.is_null() {
        return null_argument();
    }
    if let Some(len) = native_len(object) {
        return len as Py_ssize_t;
    }
    if exactly(object, &raw const PyDict_Type) {
        return dict::len(object);
    }
    if !is_native(object) {
        return op_int(Op::Len, &[object]) as Py_ssize_t;
    }
    if let Some(f) = slot!(object, tp_as_sequence, sq_length) {
        return gimbal_proxies::outside(|| f(object));
    }
    if let Some(f) = slot!(object, tp_as_mapping, mp_length) {
        return gimbal_proxies::outside(|| f(object));
    }
    type_error(&format!("object of type '{}' has no len()", type_name(object)))
}

/// `len(object)`.
#[entry]
pub unsafe fn PyObject_Length(object: Obj) -> Py_ssize_t {
    PyObject_Size(object)
}

/// Does the object's type have a length?
#[entry]
pub unsafe fn _PyObject_HasLen(object: Obj) -> c_int {
    let sized = slot!(object, tp_as_sequence, sq_length).is_some()
        || slot!(object, tp_as_mapping, mp_length).is_some();
    c_int::from(sized)
}

/// `operator.length_hint(object, default)`.
#[entry]
pub unsafe fn PyObject_LengthHint(object: Obj, default: Py_ssize_t) -> Py_ssize_t {
    if let Some(len) = native_len(object) {
        return len as Py_ssize_t;
    }
    with_int(default, |default| {
        op_int(Op::LengthHint, &[object, default]) as Py_ssize_t
    })
}

/// The index that an exact int names in a sequence of this length.
unsafe fn place(key: Obj, len: usize) -> Option<usize> {
    // SAFETY: `key` is an exact int.
    unsafe {
        let i = int::as_i64(key)?;
        let i = if i < 0 { i + len as i64 } else { i };
        usize::try_from(i).ok().filter(|&i| i < len)
    }
}

/// `object[key]`.
#[entry]
pub unsafe fn PyObject_GetItem(object: Obj, key: Obj) -> Obj {
    if object.is_null() || key.is_null() {
        return null_argument();
    }
    if exactly(key, &raw const PyLong_Type) {
        if is_native_list(object)
            && let Some(i) = place(key, seq::size(object))
        {
            return new_ref(seq::list_slice(object)[i]);
        }
        if exactly(object, &raw const PyTuple_Type)
            && let Some(i) = place(key, seq::size(object))
        {
            return new_ref(seq::tuple_slice(object)[i]);
        }
    }
    if dict::is_native(object) {
        let value = dict::get(object, key);
        if value.is_null() && err::occurred().is_null() {
            return key_error(key);
        }
        xincref(value);
        return value;
    }
    if exactly(object, &raw const PyDict_Type)
        && let Some(value) = dict::item(object, key)
    {
        if value.is_null() && err::occurred().is_null() {
            return key_error(key);
        }
        return value;
    }
    if !is_native(object) {
        return op(Op::GetItem, &[object, key]);
    }
    if let Some(f) = slot!(object, tp_as_mapping, mp_subscript) {
        return gimbal_proxies::outside(|| f(object, key));
    }
    if slot!(object, tp_as_sequence, sq_item).is_some() {
        if PyIndex_Check(key) == 0 {
            return type_error(&format!(
                "sequence index must be integer, not '{}'",
                type_name(key)
            ));
        }
        let i = PyNumber_AsSsize_t(key, PyExc_IndexError);
        if i == -1 && !err::occurred().is_null() {
            return null_mut();
        }
        return PySequence_GetItem(object, i);
    }
    type_error(&format!("'{}' object is not subscriptable", type_name(object)))
}

/// Sets or (NULL) deletes an item of an instance of an extension type.
unsafe fn assign_native(object: Obj, key: Obj, value: Obj) -> c_int {
    // SAFETY: objects; `value` may be NULL.
    unsafe {
        if let Some(f) = slot!(object, tp_as_mapping, mp_ass_subscript) {
            return gimbal_proxies::outside(|| f(object, key, value));
        }
        let verb = if value.is_null() { "deletion" } else { "assignment" };
        if slot!(object, tp_as_sequence, sq_ass_item).is_some() {
            if PyIndex_Check(key) == 0 {
                return type_error(&format!(
                    "sequence index must be integer, not '{}'",
                    type_name(key)
                ));
            }
            let i = PyNumber_AsSsize_t(key, PyExc_IndexError);
            if i == -1 && !err::occurred().is_null() {
                return -1;
            }
            return if value.is_null() {
                PySequence_DelItem(object, i)
            } else {
                PySequence_SetItem(object, i, value)
            };
        }
        type_error(&format!(
            "'{}' object does not support item {verb}",
            type_name(object)
        ))
    }
}

/// `object[key] = value`.
#[entry]
pub unsafe fn PyObject_SetItem(object: Obj, key: Obj, value: Obj) -> c_int {
    if object.is_null() || key.is_null() || value.is_null() {
        return null_argument();
    }
    if exactly(object, &raw const PyList_Type)
        && exactly(key, &raw const PyLong_Type)
        && let Some(i) = place(key, seq::size(object))
    {
        return PyList_SetItem(object, i as Py_ssize_t, new_ref(value));
    }
    if exactly(object, &raw const PyDict_Type) {
        return status(dict::set(object, key, value));
    }
    if is_native(object) {
        return assign_native(object, key, value);
    }
    status(op_unit(Op::SetItem, &[object, key, value]) && mirror::follow(object))
}

/// `del object[key]`.
#[entry]
pub unsafe fn PyObject_DelItem(object: Obj, key: Obj) -> c_int {
    if object.is_null() || key.is_null() {
        return null_argument();
    }
    if dict::is_native(object) {
        return PyDict_DelItem(object, key);
    }
    if is_native(object) {
        return assign_native(object, key, null_mut());
    }
    status(op_unit(Op::DelItem, &[object, key]) && mirror::follow(object))
}

/// `del object[key]` by a C string.
#[entry]
pub unsafe fn PyObject_DelItemString(object: Obj, key: *const c_char) -> c_int {
    if object.is_null() || key.is_null() {
        return null_argument();
    }
    with_string(key, |key| PyObject_DelItem(object, key))
}

/// `iter(object)`.
#[entry]
pub unsafe fn PyObject_GetIter(object: Obj) -> Obj {
    if !is_native(object) {
        return iterators::begin(object).unwrap_or_else(|| op(Op::Iter, &[object]));
    }
    let Some(f) = (*(*object).ob_type).tp_iter else {
        if PySequence_Check(object) != 0 {
            return PySeqIter_New(object);
        }
        return type_error(&format!("'{}' object is not iterable", type_name(object)));
    };
    let result = gimbal_proxies::outside(|| f(object));
    if !result.is_null() && PyIter_Check(result) == 0 {
        let message = format!("iter() returned non-iterator of type '{}'", type_name(result));
        decref(result);
        return type_error(&message);
    }
    result
}

/// `aiter(object)`.
#[entry]
pub unsafe fn PyObject_GetAIter(object: Obj) -> Obj {
    let Some(f) = slot!(object, tp_as_async, am_aiter) else {
        return type_error(&format!(
            "'{}' object is not an async iterable",
            type_name(object)
        ));
    };
    let result = gimbal_proxies::outside(|| f(object));
    if !result.is_null() && PyAIter_Check(result) == 0 {
        let message = format!(
            "aiter() returned not an async iterator of type '{}'",
            type_name(result)
        );
        decref(result);
        return type_error(&message);
    }
    result
}

/// Has its type `__next__`?
#[entry(error = 0)]
pub unsafe fn PyIter_Check(object: Obj) -> c_int {
    let next = (*(*object).ob_type).tp_iternext;
    c_int::from(next.is_some_and(|f| f as usize != _PyObject_NextNotImplemented as *const () as usize))
}

/// Has its type `__anext__`?
#[entry(error = 0)]
pub unsafe fn PyAIter_Check(object: Obj) -> c_int {
    let next = slot!(object, tp_as_async, am_anext);
    c_int::from(next.is_some_and(|f| f as usize != _PyObject_NextNotImplemented as *const () as usize))
}

/// The `tp_iternext` of a type that must have one and has none.
#[entry]
pub unsafe fn _PyObject_NextNotImplemented(object: Obj) -> Obj {
    type_error(&format!("'{}' object is not iterable", type_name(object)))
}

/// The `tp_iter` of iterators.
#[entry]
pub unsafe fn PyObject_SelfIter(object: Obj) -> Obj {
    new_ref(object)
}

/// `next(iterator)`; NULL without an error at the end.
#[entry]
pub unsafe fn PyIter_Next(iterator: Obj) -> Obj {
    if iterators::is_native(iterator) {
        return iterators::next(iterator);
    }
    let result = match (*(*iterator).ob_type).tp_iternext {
        Some(next) => gimbal_proxies::outside(|| next(iterator)),
        None => _PyObject_NextNotImplemented(iterator),
    };
    if result.is_null() && !err::occurred().is_null() && err::matches(err::occurred(), PyExc_StopIteration) {
        err::clear();
    }
    result
}

/// The value of the `StopIteration` that is set, which is cleared; without one, None.
#[cfg(Py_3_10)]
unsafe fn stop_value() -> Obj {
    // SAFETY: the extension lock is held.
    unsafe {
        let (mut class, mut value, mut traceback) = err::fetch();
        err::normalize(&mut class, &mut value, &mut traceback);
        let result = if value.is_null() {
            new_ref(none())
        } else {
            op(Op::GetAttr, &[value, text::interned("value")])
        };
        xdecref(class);
        xdecref(value);
        xdecref(traceback);
        result
    }
}

/// `iterator.send(value)`: the next value, or the result when the iterator is done.
#[cfg(Py_3_10)]
#[entry(error = PySendResult::PYGEN_ERROR)]
pub unsafe fn PyIter_Send(iterator: Obj, value: Obj, result: *mut Obj) -> PySendResult {
    *result = null_mut();
    if let Some(send) = slot!(iterator, tp_as_async, am_send) {
        return gimbal_proxies::outside(|| send(iterator, value, result));
    }
    let step = value == none() && PyIter_Check(iterator) != 0;
    *result = match (*(*iterator).ob_type).tp_iternext {
        Some(next) if step && is_native(iterator) => gimbal_proxies::outside(|| next(iterator)),
        // By name, because the result of a generator comes with its StopIteration.
        _ if step => call_method("__next__", iterator, &[]),
        _ => call_method("send", iterator, &[value]),
    };
    if !(*result).is_null() {
        return PySendResult::PYGEN_NEXT;
    }
    if !err::occurred().is_null() && !err::matches(err::occurred(), PyExc_StopIteration) {
        return PySendResult::PYGEN_ERROR;
    }
    *result = stop_value();
    if (*result).is_null() {
        PySendResult::PYGEN_ERROR
    } else {
        PySendResult::PYGEN_RETURN
    }
}

/// Is it a class whose metaclass is `type` itself, so that nothing overrides the checks?
unsafe fn is_plain_class(op: Obj) -> bool {
    // SAFETY: `op` is an object.
    unsafe { exactly(op, &raw const PyType_Type) }
}

/// `isinstance(object, class)`, class or tuple of classes.
#[entry]
pub unsafe fn PyObject_IsInstance(object: Obj, class: Obj) -> c_int {
    if (*object).ob_type.cast() == class {
        return 1;
    }
    if is_plain_class(class) {
        if types::is_subtype((*object).ob_type, class.cast()) {
            return 1;
        }
        if is_plain_value(object) {
            return 0;
        }
    } else if exactly(class, &raw const PyTuple_Type) {
        for &item in seq::tuple_slice(class) {
            match PyObject_IsInstance(object, item) {
                0 => {}
                answer => return answer,
            }
        }
        return 0;
    }
    truth(op_bool(Op::IsInstance, &[object, class]))
}

/// `issubclass(class, base)`, class or tuple of classes.
#[entry]
pub unsafe fn PyObject_IsSubclass(class: Obj, base: Obj) -> c_int {
    if class == base && is_plain_class(base) {
        return 1;
    }
    if is_plain_class(base) && types::is_type(class) {
        return c_int::from(types::is_subtype(class.cast(), base.cast()));
    }
    if exactly(base, &raw const PyTuple_Type) {
        for &item in seq::tuple_slice(base) {
            match PyObject_IsSubclass(class, item) {
                0 => {}
                answer => return answer,
            }
        }
        return 0;
    }
    truth(op_bool(Op::IsSubclass, &[class, base]))
}

unsafe fn by_type(name: &str, class: Obj, other: Obj) -> c_int {
    // SAFETY: both are objects.
    unsafe {
        let ty = (&raw mut PyType_Type).cast();
        truth(op_bool(
            Op::CallUnbound,
            &[ty, text::interned(name), class, other],
        ))
    }
}

/// `type.__instancecheck__(class, object)`: what `isinstance` does without overrides.
#[entry]
pub unsafe fn _PyObject_RealIsInstance(object: Obj, class: Obj) -> c_int {
    by_type("__instancecheck__", class, object)
}

/// `type.__subclasscheck__(base, class)`: what `issubclass` does without overrides.
#[entry]
pub unsafe fn _PyObject_RealIsSubclass(class: Obj, base: Obj) -> c_int {
    by_type("__subclasscheck__", base, class)
}

/// `format(object, spec)`; NULL is an empty specification.
#[entry]
pub unsafe fn PyObject_Format(object: Obj, spec: Obj) -> Obj {
    if !spec.is_null() && !has_flag(spec, Py_TPFLAGS_UNICODE_SUBCLASS) {
        let message = format!("Format specifier must be a string, not {}", type_name(spec));
        return fail(PyExc_SystemError, &message);
    }
    let empty = spec.is_null() || text::len(spec) == 0;
    if empty && (exactly(object, &raw const PyUnicode_Type) || exactly(object, &raw const PyLong_Type)) {
        return PyObject_Str(object);
    }
    let spec = if spec.is_null() { text::interned("") } else { spec };
    op(Op::Format, &[object, spec])
}

/// A converter for argument lists: an index, or None, which leaves `*result` as it is. 1, or 0 with an error set.
#[entry(error = 0)]
pub unsafe fn _Py_convert_optional_to_ssize_t(object: Obj, result: *mut c_void) -> c_int {
    if object == none() {
        return 1;
    }
    if PyIndex_Check(object) == 0 {
        err::set(
            PyExc_TypeError,
            &format!("argument should be integer or None, not {}", type_name(object)),
        );
        return 0;
    }
    let value = PyNumber_AsSsize_t(object, PyExc_OverflowError);
    if value == -1 && !err::occurred().is_null() {
        return 0;
    }
    *result.cast::<Py_ssize_t>() = value;
    1
}
