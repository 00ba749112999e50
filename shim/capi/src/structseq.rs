//! `structseq.h`: tuples with named fields, as `time.struct_time` is one.

use crate::common::*;
use crate::statics::UNNAMED_FIELD;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_char, c_int, c_ulong};
use std::ptr::null_mut;

unsafe fn text_or_none(text: *const c_char) -> Obj {
    // SAFETY: a C string or NULL.
    unsafe {
        if text.is_null() {
            new_ref(none())
        } else {
            string(text)
        }
    }
}

/// Has the host make the class: its handle and its number of fields; None with an error set.
unsafe fn make_class(desc: *mut PyStructSequence_Desc) -> Option<(i64, usize, usize)> {
    // SAFETY: the fields end with a NULL name.
    unsafe {
        let shown = (*desc).n_in_sequence.max(0) as usize;
        let mut rows = Vec::new();
        let mut field = (*desc).fields;
        while !(*field).name.is_null() {
            let unnamed = (*field).name == UNNAMED_FIELD.as_ptr();
            let name = if unnamed { std::ptr::null() } else { (*field).name };
            rows.push(seq::tuple_from_owned(&[
                text_or_none(name),
                text_or_none((*field).doc),
            ]));
            field = field.add(1);
        }
        let all = rows.len();
        let spec = seq::tuple_from_owned(&[
            string((*desc).name),
            text_or_none((*desc).doc),
            seq::tuple_from_owned(&rows),
            int::from_i64(shown as i64),
        ]);
        let handle = op_int(Op::NewStructSequence, &[spec]);
        decref(spec);
        (handle >= 0).then_some((handle, all, shown))
    }
}

/// Makes a class of struct sequences.
#[entry]
pub unsafe fn PyStructSequence_NewType(desc: *mut PyStructSequence_Desc) -> *mut PyTypeObject {
    let Some((handle, all, shown)) = make_class(desc) else {
        return null_mut();
    };
    let ty = decode::class(handle);
    if !ty.is_null() {
        structseq::register(ty, all, shown);
    }
    ty
}

/// Makes the extension's static type a class of struct sequences.
#[entry]
pub unsafe fn PyStructSequence_InitType2(ty: *mut PyTypeObject, desc: *mut PyStructSequence_Desc) -> c_int {
    if type_flags::of(ty) & Py_TPFLAGS_READY != 0 {
        return bad_internal_call();
    }
    let Some((handle, all, shown)) = make_class(desc) else {
        return -1;
    };
    refcount::immortalize(ty.cast());
    (*ty).tp_name = (*desc).name;
    (*ty).tp_doc = (*desc).doc;
    (*ty).tp_itemsize = size_of::<Obj>() as Py_ssize_t;
    type_flags::set(
        ty,
        Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_TUPLE_SUBCLASS,
    );
    (*ty).tp_base = &raw mut PyTuple_Type;
    types::bind_builtin(ty, handle);
    types::complete_builtin(ty);
    structseq::register(ty, all, shown);
    0
}

/// [`PyStructSequence_InitType2`] without a result.
#[entry]
pub unsafe fn PyStructSequence_InitType(ty: *mut PyTypeObject, desc: *mut PyStructSequence_Desc) {
    PyStructSequence_InitType2(ty, desc);
}

/// A number of fields that a class of the host tells.
unsafe fn figure(ty: *mut PyTypeObject, name: &str) -> Option<usize> {
    // SAFETY: `ty` is a type.
    unsafe {
        let value = op(Op::GetAttr, &[ty.cast(), text::interned(name)]);
        if value.is_null() {
            return None;
        }
        let figure = if types::is_int(value) {
            int::as_i64(value)
        } else {
            None
        };
        decref(value);
        figure.and_then(|n| usize::try_from(n).ok())
    }
}

/// A new instance, which C fills.
#[entry]
pub unsafe fn PyStructSequence_New(ty: *mut PyTypeObject) -> Obj {
    if let Some((_, shown)) = structseq::shape(ty) {
        return structseq::new(ty, shown);
    }
    let (Some(all), Some(shown)) = (figure(ty, "n_fields"), figure(ty, "n_sequence_fields")) else {
        return null_mut();
    };
    structseq::register(ty, all, shown);
    structseq::new(ty, shown)
}

/// Puts `value` (whose reference is taken over) into a field.
#[entry]
pub unsafe fn PyStructSequence_SetItem(sequence: Obj, i: Py_ssize_t, value: Obj) {
    *seq::tuple_items(sequence).offset(i) = value;
}

/// A field, borrowed.
#[entry]
pub unsafe fn PyStructSequence_GetItem(sequence: Obj, i: Py_ssize_t) -> Obj {
    *seq::tuple_items(sequence).offset(i)
}

/// [`PyStructSequence_NewType`] with flags of CPython's own, which mean nothing to the host.
#[entry]
pub unsafe fn _PyStructSequence_NewType(
    desc: *mut PyStructSequence_Desc,
    _flags: c_ulong,
) -> *mut PyTypeObject {
    PyStructSequence_NewType(desc)
}

/// [`PyStructSequence_InitType2`] with flags of CPython's own.
#[entry]
pub unsafe fn _PyStructSequence_InitType(
    ty: *mut PyTypeObject,
    desc: *mut PyStructSequence_Desc,
    _flags: c_ulong,
) -> c_int {
    PyStructSequence_InitType2(ty, desc)
}
