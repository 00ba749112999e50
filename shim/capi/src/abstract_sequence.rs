//! `abstract.h`, sequence protocol.

use crate::common::*;
use crate::listobject::clip;
use crate::object::native_len;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;

/// The items of a list or tuple.
pub unsafe fn items<'a>(sequence: Obj) -> &'a [Obj] {
    // SAFETY: `sequence` is a list or tuple.
    unsafe {
        if has_flag(sequence, Py_TPFLAGS_LIST_SUBCLASS) {
            seq::list_slice(sequence)
        } else {
            seq::tuple_slice(sequence)
        }
    }
}

unsafe fn is_list_or_tuple(op: Obj) -> bool {
    // SAFETY: `op` is an object.
    unsafe { exactly(op, &raw const PyList_Type) || exactly(op, &raw const PyTuple_Type) }
}

/// Is `o[i]` a matter of position? Of mappings only the builtin ones are known not to be sequences.
#[entry(error = 0)]
pub unsafe fn PySequence_Check(object: Obj) -> c_int {
    let mapping = has_flag(object, Py_TPFLAGS_DICT_SUBCLASS) || exactly(object, &raw const PyDictProxy_Type);
    c_int::from(!mapping && slot!(object, tp_as_sequence, sq_item).is_some())
}

unsafe fn not_a_sequence<R: guard::ErrorValue>(object: Obj) -> R {
    // SAFETY: `object` is an object.
    unsafe { type_error(&format!("{} is not a sequence", type_name(object))) }
}

/// `len(sequence)`.
#[entry]
pub unsafe fn PySequence_Size(sequence: Obj) -> Py_ssize_t {
    if sequence.is_null() {
        return null_argument();
    }
    if has_flag(sequence, Py_TPFLAGS_DICT_SUBCLASS) {
        return not_a_sequence(sequence);
    }
    if let Some(len) = native_len(sequence) {
        return len as Py_ssize_t;
    }
    match slot!(sequence, tp_as_sequence, sq_length) {
        Some(f) if is_native(sequence) => gimbal_proxies::outside(|| f(sequence)),
        Some(_) => op_int(Op::Len, &[sequence]) as Py_ssize_t,
        None if slot!(sequence, tp_as_mapping, mp_length).is_some() => not_a_sequence(sequence),
        None => type_error(&format!("object of type '{}' has no len()", type_name(sequence))),
    }
}

/// `len(sequence)`.
#[entry]
pub unsafe fn PySequence_Length(sequence: Obj) -> Py_ssize_t {
    PySequence_Size(sequence)
}

/// An operator of the host on sequences, by the name of the `operator` module's function.
unsafe fn operator(name: &str, a: Obj, b: Obj) -> Obj {
    // SAFETY: both are objects.
    unsafe { op(Op::Binary, &[text::interned(name), a, b]) }
}

/// `a + b` or `a += b` of sequences.
unsafe fn concat(a: Obj, b: Obj, in_place: bool) -> Obj {
    // SAFETY: both are objects or NULL.
    unsafe {
        if a.is_null() || b.is_null() {
            return null_argument();
        }
        if exactly(a, &raw const PyTuple_Type) && exactly(b, &raw const PyTuple_Type) {
            return seq::tuple_of(&[seq::tuple_slice(a), seq::tuple_slice(b)].concat());
        }
        if is_native_list(a) && is_list_or_tuple(b) {
            if in_place {
                let done = crate::listobject::_PyList_Extend(a.cast(), b);
                if done.is_null() {
                    return null_mut();
                }
                decref(done);
                return new_ref(a);
            }
            if exactly(b, &raw const PyList_Type) {
                return crate::listobject::from_items(&[seq::list_slice(a), seq::list_slice(b)].concat());
            }
        }
        if is_native(a) {
            if in_place && let Some(f) = slot!(a, tp_as_sequence, sq_inplace_concat) {
                return gimbal_proxies::outside(|| f(a, b));
            }
            if let Some(f) = slot!(a, tp_as_sequence, sq_concat) {
                return gimbal_proxies::outside(|| f(a, b));
            }
        }
        // Without slots of a sequence the operands must at least look like sequences.
        if PySequence_Check(a) == 0 || is_native(a) && PySequence_Check(b) == 0 {
            return type_error(&format!("'{}' object can't be concatenated", type_name(a)));
        }
        let result = operator(if in_place { "iadd" } else { "add" }, a, b);
        if result == a && !mirror::follow(a) {
            decref(result);
            return null_mut();
        }
        result
    }
}

/// `a + b`.
#[entry]
pub unsafe fn PySequence_Concat(a: Obj, b: Obj) -> Obj {
    concat(a, b, false)
}

/// `a += b`.
#[entry]
pub unsafe fn PySequence_InPlaceConcat(a: Obj, b: Obj) -> Obj {
    concat(a, b, true)
}

unsafe fn repeat(sequence: Obj, count: Py_ssize_t, in_place: bool) -> Obj {
    // SAFETY: an object or NULL.
    unsafe {
        if sequence.is_null() {
            return null_argument();
        }
        if is_native(sequence) {
            if in_place && let Some(f) = slot!(sequence, tp_as_sequence, sq_inplace_repeat) {
                return gimbal_proxies::outside(|| f(sequence, count));
            }
            if let Some(f) = slot!(sequence, tp_as_sequence, sq_repeat) {
                return gimbal_proxies::outside(|| f(sequence, count));
            }
        }
        if PySequence_Check(sequence) == 0 {
            return type_error(&format!("'{}' object can't be repeated", type_name(sequence)));
        }
        let result: Obj = with_int(count, |count| {
            operator(if in_place { "imul" } else { "mul" }, sequence, count)
        });
        if result == sequence && !mirror::follow(sequence) {
            decref(result);
            return null_mut();
        }
        result
    }
}

/// `sequence * count`.
#[entry]
pub unsafe fn PySequence_Repeat(sequence: Obj, count: Py_ssize_t) -> Obj {
    repeat(sequence, count, false)
}

/// `sequence *= count`.
#[entry]
pub unsafe fn PySequence_InPlaceRepeat(sequence: Obj, count: Py_ssize_t) -> Obj {
    repeat(sequence, count, true)
}

/// A negative index, counted from the end if the sequence has a length.
unsafe fn from_start(sequence: Obj, i: Py_ssize_t) -> Option<Py_ssize_t> {
    // SAFETY: `sequence` is an object.
    unsafe {
        if i >= 0 || slot!(sequence, tp_as_sequence, sq_length).is_none() {
            return Some(i);
        }
        let len = PySequence_Size(sequence);
        // What is still negative is out of range: host builtins would count from the end again.
        let builtin = [
            &raw const PyTuple_Type,
            &raw const PyList_Type,
            &raw const PyUnicode_Type,
            &raw const PyBytes_Type,
            &raw const PyByteArray_Type,
        ];
        let again = i + len < 0 && builtin.contains(&(*sequence).ob_type.cast_const());
        (len >= 0).then_some(if again { i } else { i + len })
    }
}

/// `sequence[i]`.
#[entry]
pub unsafe fn PySequence_GetItem(sequence: Obj, i: Py_ssize_t) -> Obj {
    if sequence.is_null() {
        return null_argument();
    }
    if exactly(sequence, &raw const PyTuple_Type) || is_native_list(sequence) {
        let items = items(sequence);
        let at = if i < 0 { i + items.len() as isize } else { i };
        if let Some(&item) = usize::try_from(at).ok().and_then(|at| items.get(at)) {
            return new_ref(item);
        }
    }
    if is_native(sequence) {
        let Some(f) = slot!(sequence, tp_as_sequence, sq_item) else {
            if slot!(sequence, tp_as_mapping, mp_subscript).is_some() {
                return not_a_sequence(sequence);
            }
            return type_error(&format!(
                "'{}' object does not support indexing",
                type_name(sequence)
            ));
        };
        return match from_start(sequence, i) {
            Some(i) => gimbal_proxies::outside(|| f(sequence, i)),
            None => null_mut(),
        };
    }
    if PySequence_Check(sequence) == 0 {
        if slot!(sequence, tp_as_mapping, mp_subscript).is_some() {
            return not_a_sequence(sequence);
        }
        return type_error(&format!(
            "'{}' object does not support indexing",
            type_name(sequence)
        ));
    }
    match from_start(sequence, i) {
        Some(i) => with_int(i, |i| op(Op::GetItem, &[sequence, i])),
        None => null_mut(),
    }
}

/// `sequence[i] = value` or, with NULL, `del sequence[i]`.
unsafe fn assign(sequence: Obj, i: Py_ssize_t, value: Obj) -> c_int {
    // SAFETY: an object or NULL.
    unsafe {
        if sequence.is_null() {
            return null_argument();
        }
        let verb = if value.is_null() { "deletion" } else { "assignment" };
        let slot = slot!(sequence, tp_as_sequence, sq_ass_item);
        let is_dict = has_flag(sequence, Py_TPFLAGS_DICT_SUBCLASS);
        let (Some(f), false) = (slot, is_dict) else {
            if slot!(sequence, tp_as_mapping, mp_ass_subscript).is_some() {
                return not_a_sequence(sequence);
            }
            return type_error(&format!(
                "'{}' object doesn't support item {verb}",
                type_name(sequence)
            ));
        };
        let Some(i) = from_start(sequence, i) else {
            return -1;
        };
        if is_native(sequence) {
            return gimbal_proxies::outside(|| f(sequence, i, value));
        }
        with_int(i, |i| {
            if value.is_null() {
                PyObject_DelItem(sequence, i)
            } else {
                PyObject_SetItem(sequence, i, value)
            }
        })
    }
}

/// `sequence[i] = value`.
#[entry]
pub unsafe fn PySequence_SetItem(sequence: Obj, i: Py_ssize_t, value: Obj) -> c_int {
    assign(sequence, i, value)
}

/// `del sequence[i]`.
#[entry]
pub unsafe fn PySequence_DelItem(sequence: Obj, i: Py_ssize_t) -> c_int {
    assign(sequence, i, null_mut())
}

/// `sequence[low:high]`.
#[entry]
pub unsafe fn PySequence_GetSlice(sequence: Obj, low: Py_ssize_t, high: Py_ssize_t) -> Obj {
    if sequence.is_null() {
        return null_argument();
    }
    if exactly(sequence, &raw const PyTuple_Type) || is_native_list(sequence) {
        let len = seq::size(sequence);
        let counted = |i: isize| if i < 0 { i + len as isize } else { i };
        let (low, high) = clip(counted(low), counted(high), len);
        let part = &items(sequence)[low..high];
        return if exactly(sequence, &raw const PyTuple_Type) {
            seq::tuple_of(part)
        } else {
            crate::listobject::from_items(part)
        };
    }
    let Some(f) = slot!(sequence, tp_as_mapping, mp_subscript) else {
        return type_error(&format!("'{}' object is unsliceable", type_name(sequence)));
    };
    if is_native(sequence) {
        let slice = crate::sliceobject::_PySlice_FromIndices(low, high);
        if slice.is_null() {
            return slice;
        }
        let result = gimbal_proxies::outside(|| f(sequence, slice));
        decref(slice);
        return result;
    }
    with_int(low, |low| {
        with_int(high, |high| op(Op::GetSlice, &[sequence, low, high]))
    })
}

/// `sequence[low:high] = value` or, with NULL, `del sequence[low:high]`.
unsafe fn assign_slice(sequence: Obj, low: Py_ssize_t, high: Py_ssize_t, value: Obj) -> c_int {
    // SAFETY: an object or NULL.
    unsafe {
        if sequence.is_null() {
            return null_argument();
        }
        let Some(f) = slot!(sequence, tp_as_mapping, mp_ass_subscript) else {
            let verb = if value.is_null() { "deletion" } else { "assignment" };
            return type_error(&format!(
                "'{}' object doesn't support slice {verb}",
                type_name(sequence)
            ));
        };
        if is_native(sequence) {
            let slice = crate::sliceobject::_PySlice_FromIndices(low, high);
            if slice.is_null() {
                return -1;
            }
            let result = gimbal_proxies::outside(|| f(sequence, slice, value));
            decref(slice);
            return result;
        }
        with_int(low, |low| {
            with_int(high, |high| {
                status(op_unit(Op::SetSlice, &[sequence, low, high, value]) && mirror::follow(sequence))
            })
        })
    }
}

/// `sequence[low:high] = value`.
#[entry]
pub unsafe fn PySequence_SetSlice(sequence: Obj, low: Py_ssize_t, high: Py_ssize_t, value: Obj) -> c_int {
    assign_slice(sequence, low, high, value)
}

/// `del sequence[low:high]`.
#[entry]
pub unsafe fn PySequence_DelSlice(sequence: Obj, low: Py_ssize_t, high: Py_ssize_t) -> c_int {
    assign_slice(sequence, low, high, null_mut())
}

/// The items of any iterable, each with a reference; None with an error set.
unsafe fn collect(iterable: Obj) -> Option<Vec<Obj>> {
    // SAFETY: `iterable` is an object.
    unsafe {
        if is_list_or_tuple(iterable) {
            let items = items(iterable).to_vec();
            items.iter().for_each(|&item| xincref(item));
            return Some(items);
        }
        if !is_native(iterable) {
            let all = op(Op::TupleOf, &[iterable]);
            if all.is_null() {
                return None;
            }
            let items = seq::tuple_slice(all).to_vec();
            items.iter().for_each(|&item| xincref(item));
            decref(all);
            return Some(items);
        }
        let iterator = PyObject_GetIter(iterable);
        if iterator.is_null() {
            return None;
        }
        let mut found = Vec::new();
        loop {
            let item = PyIter_Next(iterator);
            if item.is_null() {
                break;
            }
            found.push(item);
        }
        decref(iterator);
        if err::occurred().is_null() {
            return Some(found);
        }
        found.into_iter().for_each(|item| decref(item));
        None
    }
}

/// `tuple(iterable)`.
#[entry]
pub unsafe fn PySequence_Tuple(iterable: Obj) -> Obj {
    if iterable.is_null() {
        return null_argument();
    }
    if exactly(iterable, &raw const PyTuple_Type) {
        return new_ref(iterable);
    }
    match collect(iterable) {
        Some(items) => seq::tuple_from_owned(&items),
        None => null_mut(),
    }
}

/// `list(iterable)`.
#[entry]
pub unsafe fn PySequence_List(iterable: Obj) -> Obj {
    if iterable.is_null() {
        return null_argument();
    }
    let Some(items) = collect(iterable) else {
        return null_mut();
    };
    let list = crate::listobject::from_items(&items);
    items.into_iter().for_each(|item| xdecref(item));
    list
}

/// The iterable itself if it is a list or tuple, else a list of its items. `message` is for what is not iterable.
#[entry]
pub unsafe fn PySequence_Fast(iterable: Obj, message: *const c_char) -> Obj {
    if iterable.is_null() {
        return null_argument();
    }
    if is_list_or_tuple(iterable) {
        return new_ref(iterable);
    }
    let iterable_type = (*(*iterable).ob_type).tp_iter.is_some() || PySequence_Check(iterable) != 0;
    if !iterable_type {
        return type_error(&CStr::from_ptr(message).to_string_lossy());
    }
    PySequence_List(iterable)
}

const COUNT: c_int = 1;
const INDEX: c_int = 2;
const CONTAINS: c_int = 3;

/// Goes through an iterable: 1 counts the item's equals, 2 finds the first one's index, 3 whether there is one.
#[entry]
pub unsafe fn _PySequence_IterSearch(iterable: Obj, item: Obj, what: c_int) -> Py_ssize_t {
    if iterable.is_null() || item.is_null() {
        return null_argument();
    }
    let iterator = PyObject_GetIter(iterable);
    if iterator.is_null() {
        if err::matches(err::occurred(), PyExc_TypeError) {
            let message = format!("argument of type '{}' is not iterable", type_name(iterable));
            return type_error(&message);
        }
        return -1;
    }
    let next = || match PyIter_Next(iterator) {
        end if end.is_null() && err::occurred().is_null() => None,
        next => Some(next),
    };
    let result = search(next, item, what);
    decref(iterator);
    result
}

/// [`_PySequence_IterSearch`] in what `next` gives: new references, NULL when it failed.
unsafe fn search(mut next: impl FnMut() -> Option<Obj>, item: Obj, what: c_int) -> Py_ssize_t {
    // SAFETY: `item` is an object.
    unsafe {
        let mut found = 0;
        for i in 0.. {
            let Some(candidate) = next() else {
                break;
            };
            if candidate.is_null() {
                return -1;
            }
            let equal = PyObject_RichCompareBool(item, candidate, Py_EQ);
            decref(candidate);
            match (equal, what) {
                (0, _) => {}
                (1, COUNT) => found += 1,
                (1, INDEX) => return i,
                (1, _) => return 1,
                _ => return -1,
            }
        }
        match what {
            COUNT => found,
            INDEX => fail(PyExc_ValueError, "sequence.index(x): x not in sequence"),
            _ => 0,
        }
    }
}

/// Searches lists and tuples in place, other iterables through an iterator.
unsafe fn find(sequence: Obj, item: Obj, what: c_int) -> Py_ssize_t {
    // SAFETY: objects or NULL.
    unsafe {
        if sequence.is_null() || item.is_null() || !is_list_or_tuple(sequence) {
            return _PySequence_IterSearch(sequence, item, what);
        }
        let mut i = 0;
        // The list may change while its items are compared.
        let next = || {
            let here = items(sequence).get(i).copied()?;
            i += 1;
            Some(new_ref(here))
        };
        search(next, item, what)
    }
}

/// `sequence.count(item)`.
#[entry]
pub unsafe fn PySequence_Count(sequence: Obj, item: Obj) -> Py_ssize_t {
    find(sequence, item, COUNT)
}

/// `sequence.index(item)`.
#[entry]
pub unsafe fn PySequence_Index(sequence: Obj, item: Obj) -> Py_ssize_t {
    find(sequence, item, INDEX)
}

/// `item in sequence`.
#[entry]
pub unsafe fn PySequence_Contains(sequence: Obj, item: Obj) -> c_int {
    if exactly(sequence, &raw const PyDict_Type) {
        return PyDict_Contains(sequence, item);
    }
    if is_list_or_tuple(sequence) {
        return find(sequence, item, CONTAINS) as c_int;
    }
    if !is_native(sequence) {
        return truth(op_bool(Op::Contains, &[sequence, item]));
    }
    match slot!(sequence, tp_as_sequence, sq_contains) {
        Some(f) => gimbal_proxies::outside(|| f(sequence, item)),
        None => _PySequence_IterSearch(sequence, item, CONTAINS) as c_int,
    }
}

/// `item in sequence`.
#[entry]
pub unsafe fn PySequence_In(sequence: Obj, item: Obj) -> c_int {
    PySequence_Contains(sequence, item)
}

/// A sequence of bytes objects as a NULL-terminated array of C strings, for `exec`.
#[entry]
pub unsafe fn _PySequence_BytesToCharpArray(sequence: Obj) -> *const *mut c_char {
    let count = PySequence_Size(sequence);
    if count < 0 {
        return std::ptr::null();
    }
    let array = PyMem_Calloc(count as usize + 1, size_of::<*mut c_char>()).cast::<*mut c_char>();
    if array.is_null() {
        seq::no_memory();
        return array;
    }
    for i in 0..count {
        let item = PySequence_GetItem(sequence, i);
        let (mut data, mut len) = (null_mut(), 0);
        let copy = if !item.is_null() && PyBytes_AsStringAndSize(item, &raw mut data, &raw mut len) == 0 {
            let copy = PyMem_Malloc(len as usize + 1).cast::<c_char>();
            if copy.is_null() {
                seq::no_memory();
            } else {
                std::ptr::copy_nonoverlapping(data, copy, len as usize + 1);
            }
            copy
        } else {
            null_mut()
        };
        xdecref(item);
        if copy.is_null() {
            _Py_FreeCharPArray(array);
            return std::ptr::null();
        }
        *array.offset(i) = copy;
    }
    array
}

/// Frees what [`_PySequence_BytesToCharpArray`] made.
#[entry]
pub unsafe fn _Py_FreeCharPArray(array: *const *mut c_char) {
    let mut at = array;
    while !(*at).is_null() {
        PyMem_Free((*at).cast());
        at = at.add(1);
    }
    PyMem_Free(array.cast_mut().cast());
}
