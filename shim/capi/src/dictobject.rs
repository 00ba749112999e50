//! `dictobject.h`. A dict made by C with simple keys is only here until it first crosses; see `gimbal_proxies::dict`.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

unsafe fn is_dict(op: Obj) -> bool {
    // SAFETY: `op` is an object or NULL.
    unsafe { !op.is_null() && has_flag(op, Py_TPFLAGS_DICT_SUBCLASS) }
}

/// Is it an instance of an extension type that derives from dict? Behind its head comes the extension's struct, so it has
/// no room for what `gimbal_proxies::dict` keeps, and all goes to the host.
unsafe fn is_foreign(op: Obj) -> bool {
    // SAFETY: `op` is a dict.
    unsafe { is_native(op) }
}

/// The value, borrowed; NULL without an error when it is absent.
unsafe fn get(dict: Obj, key: Obj) -> Obj {
    // SAFETY: both are objects, `dict` a dict.
    unsafe {
        if is_foreign(dict) {
            return crossing::lend_to_call(op(Op::DictGet, &[dict, key]));
        }
        dict::get(dict, key)
    }
}

unsafe fn set(dict: Obj, key: Obj, value: Obj) -> bool {
    // SAFETY: all are objects, `dict` a dict.
    unsafe {
        if is_foreign(dict) {
            return op_unit(Op::DictSet, &[dict, key, value]);
        }
        dict::set(dict, key, value)
    }
}

unsafe fn remove(dict: Obj, key: Obj) -> c_int {
    // SAFETY: both are objects, `dict` a dict.
    unsafe {
        if is_foreign(dict) {
            return status(op_unit(Op::DictDel, &[dict, key]));
        }
        match dict::remove(dict, key) {
            1 => 0,
            0 => key_error(key),
            _ => -1,
        }
    }
}

/// An empty dict.
#[entry]
pub unsafe fn PyDict_New() -> Obj {
    dict::new()
}

/// An empty dict; the size is only a hint.
#[entry]
pub unsafe fn _PyDict_NewPresized(_len: Py_ssize_t) -> Obj {
    dict::new()
}

/// The value, borrowed. Every error counts as "absent"; one that was set before stays.
#[entry]
pub unsafe fn PyDict_GetItem(dict: Obj, key: Obj) -> Obj {
    if !is_dict(dict) || key.is_null() {
        return null_mut();
    }
    if dict::is_native(dict) && err::occurred().is_null() {
        let value = get(dict, key);
        if value.is_null() {
            err::clear();
        }
        return value;
    }
    without_errors(|| get(dict, key))
}

/// The value, borrowed; NULL without an error when it is absent.
#[entry]
pub unsafe fn PyDict_GetItemWithError(dict: Obj, key: Obj) -> Obj {
    if !is_dict(dict) || key.is_null() {
        return bad_internal_call();
    }
    get(dict, key)
}

/// The value, borrowed; NULL without an error when it is absent.
#[entry]
pub unsafe fn _PyDict_GetItemWithError(dict: Obj, key: Obj) -> Obj {
    PyDict_GetItemWithError(dict, key)
}

/// [`PyDict_GetItemWithError`]: the hash is of no use here.
#[entry]
pub unsafe fn _PyDict_GetItem_KnownHash(dict: Obj, key: Obj, _hash: Py_hash_t) -> Obj {
    PyDict_GetItemWithError(dict, key)
}

/// [`PyDict_GetItem`] by a C string.
#[entry]
pub unsafe fn PyDict_GetItemString(dict: Obj, key: *const c_char) -> Obj {
    let key = string(key);
    if key.is_null() {
        err::clear();
        return key;
    }
    let value = PyDict_GetItem(dict, key);
    decref(key);
    value
}

/// [`PyDict_GetItemWithError`] by a C string.
#[entry]
pub unsafe fn _PyDict_GetItemStringWithError(dict: Obj, key: *const c_char) -> Obj {
    with_string(key, |key| PyDict_GetItemWithError(dict, key))
}

/// [`PyDict_GetItemWithError`] by an identifier.
#[entry]
pub unsafe fn _PyDict_GetItemIdWithError(dict: Obj, key: *mut Identifier) -> Obj {
    with_string((*key).string, |key| PyDict_GetItemWithError(dict, key))
}

/// `dict[key] = value`.
#[entry]
pub unsafe fn PyDict_SetItem(dict: Obj, key: Obj, value: Obj) -> c_int {
    if !is_dict(dict) || key.is_null() || value.is_null() {
        return bad_internal_call();
    }
    status(set(dict, key, value))
}

/// [`PyDict_SetItem`]: the hash is of no use here.
#[entry]
pub unsafe fn _PyDict_SetItem_KnownHash(dict: Obj, key: Obj, value: Obj, _hash: Py_hash_t) -> c_int {
    PyDict_SetItem(dict, key, value)
}

/// [`PyDict_SetItem`] by a C string.
#[entry]
pub unsafe fn PyDict_SetItemString(dict: Obj, key: *const c_char, value: Obj) -> c_int {
    with_string(key, |key| PyDict_SetItem(dict, key, value))
}

/// [`PyDict_SetItem`] by an identifier.
#[entry]
pub unsafe fn _PyDict_SetItemId(dict: Obj, key: *mut Identifier, value: Obj) -> c_int {
    with_string((*key).string, |key| PyDict_SetItem(dict, key, value))
}

/// `del dict[key]`.
#[entry]
pub unsafe fn PyDict_DelItem(dict: Obj, key: Obj) -> c_int {
    if !is_dict(dict) || key.is_null() {
        return bad_internal_call();
    }
    remove(dict, key)
}

/// [`PyDict_DelItem`]: the hash is of no use here.
#[entry]
pub unsafe fn _PyDict_DelItem_KnownHash(dict: Obj, key: Obj, _hash: Py_hash_t) -> c_int {
    PyDict_DelItem(dict, key)
}

/// [`PyDict_DelItem`] by a C string.
#[entry]
pub unsafe fn PyDict_DelItemString(dict: Obj, key: *const c_char) -> c_int {
    with_string(key, |key| PyDict_DelItem(dict, key))
}

/// [`PyDict_DelItem`] by an identifier.
#[entry]
pub unsafe fn _PyDict_DelItemId(dict: Obj, key: *mut Identifier) -> c_int {
    with_string((*key).string, |key| PyDict_DelItem(dict, key))
}

/// Deletes the entry if `predicate` says 1 to its value.
#[cfg(not(Py_3_13))]
#[entry]
pub unsafe fn _PyDict_DelItemIf(
    dict: Obj,
    key: Obj,
    predicate: Option<unsafe extern "C" fn(Obj) -> c_int>,
) -> c_int {
    let (true, Some(predicate)) = (is_dict(dict) && !key.is_null(), predicate) else {
        return bad_internal_call();
    };
    let value = get(dict, key);
    if value.is_null() {
        return if err::occurred().is_null() {
            key_error(key)
        } else {
            -1
        };
    }
    match gimbal_proxies::outside(|| predicate(value)) {
        1.. => remove(dict, key),
        answer => answer,
    }
}

/// Removes everything.
#[entry]
pub unsafe fn PyDict_Clear(dict: Obj) {
    if !is_dict(dict) {
        return;
    }
    if is_foreign(dict) {
        op_unit(Op::DictClear, &[dict]);
    } else {
        dict::clear(dict);
    }
}

/// Number of entries.
#[entry]
pub unsafe fn PyDict_Size(dict: Obj) -> Py_ssize_t {
    if !is_dict(dict) {
        return bad_internal_call();
    }
    if is_foreign(dict) {
        return op_int(Op::DictLen, &[dict]) as Py_ssize_t;
    }
    dict::len(dict)
}

/// The next entry of a dict that does not change meanwhile, borrowed; 0 at the end.
#[entry(error = 0)]
pub unsafe fn PyDict_Next(dict: Obj, pos: *mut Py_ssize_t, key: *mut Obj, value: *mut Obj) -> c_int {
    let entry = if !is_dict(dict) {
        None
    } else if is_foreign(dict) {
        next_foreign(dict, &mut *pos)
    } else {
        dict::next(dict, &mut *pos)
    };
    let Some((k, v)) = entry else { return 0 };
    if !key.is_null() {
        *key = k;
    }
    if !value.is_null() {
        *value = v;
    }
    1
}

unsafe fn next_foreign(dict: Obj, pos: &mut isize) -> Option<(Obj, Obj)> {
    // SAFETY: `dict` is a dict.
    unsafe {
        let nothing = int::from_i64(0);
        let all = crossing::lend_to_call(op(Op::DictSnapshot, &[dict, nothing]));
        decref(nothing);
        if all.is_null() {
            return None;
        }
        let items = seq::tuple_slice(all);
        let i = usize::try_from(*pos).ok()? * 2;
        let entry = (*items.get(i)?, *items.get(i + 1)?);
        *pos += 1;
        Some(entry)
    }
}

/// [`PyDict_Next`] with the key's hash.
#[entry(error = 0)]
pub unsafe fn _PyDict_Next(
    dict: Obj,
    pos: *mut Py_ssize_t,
    key: *mut Obj,
    value: *mut Obj,
    hash: *mut Py_hash_t,
) -> c_int {
    let mut found = null_mut();
    if PyDict_Next(dict, pos, &raw mut found, value) == 0 {
        return 0;
    }
    if !key.is_null() {
        *key = found;
    }
    if !hash.is_null() {
        *hash = without_errors(|| PyObject_Hash(found));
    }
    1
}

/// A list made of the entries of a dict that C alone knows, or by the host.
unsafe fn listed(dict: Obj, code: Op, pick: impl Fn(Obj, Obj) -> Obj) -> Obj {
    // SAFETY: `dict` is an object or NULL; `pick` gives new references.
    unsafe {
        if !is_dict(dict) {
            return bad_internal_call();
        }
        if !dict::is_native(dict) {
            return op(code, &[dict]);
        }
        let list = seq::new_list(0);
        for (key, value) in dict::entries(dict) {
            seq::push(list, pick(key, value));
        }
        list
    }
}

/// `list(dict)`.
#[entry]
pub unsafe fn PyDict_Keys(dict: Obj) -> Obj {
    listed(dict, Op::DictKeys, |key, _| new_ref(key))
}

/// `list(dict.values())`.
#[entry]
pub unsafe fn PyDict_Values(dict: Obj) -> Obj {
    listed(dict, Op::DictValues, |_, value| new_ref(value))
}

/// `list(dict.items())`.
#[entry]
pub unsafe fn PyDict_Items(dict: Obj) -> Obj {
    listed(dict, Op::DictItems, |key, value| seq::tuple_of(&[key, value]))
}

/// `dict.copy()`.
#[entry]
pub unsafe fn PyDict_Copy(dict: Obj) -> Obj {
    if !is_dict(dict) {
        return bad_internal_call();
    }
    if !dict::is_native(dict) {
        return op(Op::DictCopy, &[dict]);
    }
    let copy = dict::new();
    for (key, value) in dict::entries(dict) {
        dict::set(copy, key, value);
    }
    copy
}

/// `key in dict`.
#[entry]
pub unsafe fn PyDict_Contains(dict: Obj, key: Obj) -> c_int {
    if !is_dict(dict) || key.is_null() {
        return bad_internal_call();
    }
    if !dict::is_native(dict) {
        return truth(op_bool(Op::DictContains, &[dict, key]));
    }
    let value = get(dict, key);
    if value.is_null() && !err::occurred().is_null() {
        return -1;
    }
    c_int::from(!value.is_null())
}

/// [`PyDict_Contains`]: the hash is of no use here.
#[entry]
pub unsafe fn _PyDict_Contains_KnownHash(dict: Obj, key: Obj, _hash: Py_hash_t) -> c_int {
    PyDict_Contains(dict, key)
}

/// [`PyDict_Contains`] by an identifier.
#[entry]
pub unsafe fn _PyDict_ContainsId(dict: Obj, key: *mut Identifier) -> c_int {
    with_string((*key).string, |key| PyDict_Contains(dict, key))
}

/// `dict.setdefault(key, default)`, borrowed.
#[entry]
pub unsafe fn PyDict_SetDefault(dict: Obj, key: Obj, default: Obj) -> Obj {
    if !is_dict(dict) || key.is_null() {
        return bad_internal_call();
    }
    let value = get(dict, key);
    if !value.is_null() || !err::occurred().is_null() {
        return value;
    }
    if !set(dict, key, default) {
        return null_mut();
    }
    if dict::is_native(dict) {
        return default;
    }
    crossing::lend_to_call(new_ref(default))
}

/// `dict.pop(key, default)`, a new reference; a NULL default means `KeyError`.
#[entry]
pub unsafe fn _PyDict_Pop(dict: Obj, key: Obj, default: Obj) -> Obj {
    if !is_dict(dict) || key.is_null() {
        return bad_internal_call();
    }
    let value = if dict::is_native(dict) {
        let value = get(dict, key);
        xincref(value);
        if !value.is_null() && remove(dict, key) < 0 {
            decref(value);
            return null_mut();
        }
        value
    } else {
        op(Op::DictPop, &[dict, key])
    };
    if !value.is_null() || !err::occurred().is_null() {
        return value;
    }
    if default.is_null() {
        return key_error(key);
    }
    new_ref(default)
}

/// Merges `other` into `dict`: `pairs` tells an iterable of pairs from a mapping. With `mode` 0 entries of `dict`
/// stay, with 1 those of `other` win, with 2 a common key is a `KeyError`.
unsafe fn merge(dict: Obj, other: Obj, mode: c_int, pairs: bool) -> c_int {
    // SAFETY: both are objects or NULL.
    unsafe {
        if !is_dict(dict) || other.is_null() {
            return bad_internal_call();
        }
        let both_here = dict::is_native(dict) && !pairs && dict::is_native(other);
        if !both_here {
            return with_int(mode as isize, |mode| {
                status(op_unit(Op::DictMerge, &[dict, other, mode, bool_object(pairs)]))
            });
        }
        if dict == other {
            return 0;
        }
        for (key, value) in dict::entries(other) {
            if mode != 1 && !get(dict, key).is_null() {
                if mode == 2 {
                    return key_error(key);
                }
                continue;
            }
            if !set(dict, key, value) {
                return -1;
            }
        }
        0
    }
}

/// Adds the entries of a mapping; existing ones give way when `replace` is not 0.
#[entry]
pub unsafe fn PyDict_Merge(dict: Obj, other: Obj, replace: c_int) -> c_int {
    merge(dict, other, c_int::from(replace != 0), false)
}

/// [`PyDict_Merge`] in which 2 makes a common key an error.
#[entry]
pub unsafe fn _PyDict_MergeEx(dict: Obj, other: Obj, mode: c_int) -> c_int {
    merge(dict, other, mode, false)
}

/// `dict.update(mapping)`.
#[entry]
pub unsafe fn PyDict_Update(dict: Obj, other: Obj) -> c_int {
    merge(dict, other, 1, false)
}

/// Adds pairs.
#[entry]
pub unsafe fn PyDict_MergeFromSeq2(dict: Obj, pairs: Obj, replace: c_int) -> c_int {
    merge(dict, pairs, c_int::from(replace != 0), true)
}

/// Are all keys strings?
#[entry(error = 0)]
pub unsafe fn _PyDict_HasOnlyStringKeys(dict: Obj) -> c_int {
    let (mut pos, mut key) = (0, null_mut());
    while PyDict_Next(dict, &raw mut pos, &raw mut key, null_mut()) != 0 {
        if !has_flag(key, Py_TPFLAGS_UNICODE_SUBCLASS) {
            return 0;
        }
    }
    1
}

/// Tells CPython's collector that a dict cannot be part of a cycle.
#[entry]
pub unsafe fn _PyDict_MaybeUntrack(_dict: Obj) {}

/// Bytes that the dict takes, without what it refers to.
#[entry]
pub unsafe fn _PyDict_SizeOf(dict: *mut PyDictObject) -> Py_ssize_t {
    let entry = 3 * size_of::<Obj>() as Py_ssize_t;
    (*(*dict).ob_base.ob_type).tp_basicsize + entry * PyDict_Size(dict.cast()).max(0)
}

/// CPython prints figures about its free lists here; there are none.
#[entry]
pub unsafe fn _PyDict_DebugMallocStats(_out: *mut libc::FILE) {}

/// A read-only view of a mapping.
#[entry]
pub unsafe fn PyDictProxy_New(mapping: Obj) -> Obj {
    op(Op::MappingProxy, &[mapping])
}
