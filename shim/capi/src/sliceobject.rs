//! `sliceobject.h`. Slices are the host's; their three fields are in the proxy, where C reads them.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::c_int;
use std::ptr::null_mut;

const MAX: Py_ssize_t = Py_ssize_t::MAX;
const MIN: Py_ssize_t = Py_ssize_t::MIN;

/// `slice(start, stop, step)`; NULL stands for None.
#[entry]
pub unsafe fn PySlice_New(start: Obj, stop: Obj, step: Obj) -> Obj {
    let field = |op: Obj| if op.is_null() { none() } else { op };
    let parts = [field(start), field(stop), field(step)];
    fields::with_parts(op(Op::NewSlice, &parts), &parts)
}

/// `slice(start, stop)`.
#[entry]
pub unsafe fn _PySlice_FromIndices(start: Py_ssize_t, stop: Py_ssize_t) -> Obj {
    with_int(start, |start| {
        with_int(stop, |stop| PySlice_New(start, stop, null_mut()))
    })
}

/// A field as a number, cut off where it does not fit; None with an error set when it is no index.
unsafe fn index(field: Obj) -> Option<Py_ssize_t> {
    // SAFETY: `field` is an object.
    unsafe {
        let cut = |number: Obj| match int::as_i64(number) {
            Some(value) => value as Py_ssize_t,
            None if int::digits(number).1 => MIN,
            None => MAX,
        };
        if types::is_int(field) {
            return Some(cut(field));
        }
        if slot!(field, tp_as_number, nb_index).is_none() {
            err::set(
                PyExc_TypeError,
                "slice indices must be integers or None or have an __index__ method",
            );
            return None;
        }
        let number = PyNumber_Index(field);
        if number.is_null() {
            return None;
        }
        let value = cut(number);
        decref(number);
        Some(value)
    }
}

unsafe fn index_or(field: Obj, default: Py_ssize_t) -> Option<Py_ssize_t> {
    // SAFETY: `field` is an object.
    unsafe {
        if field == none() {
            Some(default)
        } else {
            index(field)
        }
    }
}

/// The fields as numbers, not yet fitted to a length.
unsafe fn unpack(slice: Obj) -> Option<(Py_ssize_t, Py_ssize_t, Py_ssize_t)> {
    // SAFETY: `slice` is a slice.
    unsafe {
        let fields = slice.cast::<PySliceObject>();
        // -MIN does not fit, and no sequence is long enough to tell the difference.
        let step = index_or((*fields).step, 1)?.max(-MAX);
        if step == 0 {
            err::set(PyExc_ValueError, "slice step cannot be zero");
            return None;
        }
        let (first, last) = if step < 0 { (MAX, MIN) } else { (0, MAX) };
        let start = index_or((*fields).start, first)?;
        let stop = index_or((*fields).stop, last)?;
        Some((start, stop, step))
    }
}

/// Fits the ends to a length; the number of items.
fn adjust(len: Py_ssize_t, start: &mut Py_ssize_t, stop: &mut Py_ssize_t, step: Py_ssize_t) -> Py_ssize_t {
    let backwards = Py_ssize_t::from(step < 0);
    for end in [&mut *start, &mut *stop] {
        if *end < 0 {
            *end = (*end + len).max(-backwards);
        } else {
            *end = (*end).min(len - backwards);
        }
    }
    if step < 0 {
        if *stop < *start {
            return (*start - *stop - 1) / -step + 1;
        }
    } else if *start < *stop {
        return (*stop - *start - 1) / step + 1;
    }
    0
}

/// The fields as numbers.
#[entry]
pub unsafe fn PySlice_Unpack(
    slice: Obj,
    start: *mut Py_ssize_t,
    stop: *mut Py_ssize_t,
    step: *mut Py_ssize_t,
) -> c_int {
    match unpack(slice) {
        Some(fields) => {
            (*start, *stop, *step) = fields;
            0
        }
        None => -1,
    }
}

/// Fits the ends to a length; the number of items.
#[entry(error = 0)]
pub unsafe fn PySlice_AdjustIndices(
    len: Py_ssize_t,
    start: *mut Py_ssize_t,
    stop: *mut Py_ssize_t,
    step: Py_ssize_t,
) -> Py_ssize_t {
    adjust(len, &mut *start, &mut *stop, step)
}

/// [`PySlice_Unpack`] and [`PySlice_AdjustIndices`] in one.
#[entry]
pub unsafe fn PySlice_GetIndicesEx(
    slice: Obj,
    len: Py_ssize_t,
    start: *mut Py_ssize_t,
    stop: *mut Py_ssize_t,
    step: *mut Py_ssize_t,
    count: *mut Py_ssize_t,
) -> c_int {
    if PySlice_Unpack(slice, start, stop, step) < 0 {
        return -1;
    }
    *count = adjust(len, &mut *start, &mut *stop, *step);
    0
}

/// The old way: ends beyond the length are an error without an exception.
#[entry]
pub unsafe fn PySlice_GetIndices(
    slice: Obj,
    len: Py_ssize_t,
    start: *mut Py_ssize_t,
    stop: *mut Py_ssize_t,
    step: *mut Py_ssize_t,
) -> c_int {
    let fields = slice.cast::<PySliceObject>();
    let number = |field: Obj, default: Py_ssize_t| {
        if field == none() {
            Some(default)
        } else if types::is_int(field) {
            int::as_i64(field).map(|n| n as Py_ssize_t)
        } else {
            None
        }
    };
    let counted = |n: Py_ssize_t| if n < 0 { n + len } else { n };
    let Some(by) = number((*fields).step, 1) else {
        return -1;
    };
    *step = by;
    let given = |field: Obj, default: Py_ssize_t| {
        if field == none() {
            Some(default)
        } else {
            number(field, 0).map(counted)
        }
    };
    let (first, last) = if by < 0 { (len - 1, -1) } else { (0, len) };
    let (Some(from), Some(to)) = (given((*fields).start, first), given((*fields).stop, last)) else {
        return -1;
    };
    (*start, *stop) = (from, to);
    if to > len || from >= len || by == 0 { -1 } else { 0 }
}

/// Fits a slice to a length of any size; new references.
#[entry]
pub unsafe fn _PySlice_GetLongIndices(
    slice: *mut PySliceObject,
    len: Obj,
    start: *mut Obj,
    stop: *mut Obj,
    step: *mut Obj,
) -> c_int {
    let indices = call_method("indices", slice.cast(), &[len]);
    if indices.is_null() {
        (*start, *stop, *step) = (null_mut(), null_mut(), null_mut());
        return -1;
    }
    for (place, &item) in [start, stop, step].into_iter().zip(seq::tuple_slice(indices)) {
        *place = new_ref(item);
    }
    decref(indices);
    0
}
