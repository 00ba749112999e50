//! `code.h`: values that tools attach to code objects, and functions that are told of code objects.
//!
//! The host's code objects move and have no room for either. Values are in a table by the object's identity, and a weak reference
//! tells of its end. Of code objects that the host makes by itself nobody is told.

use crate::common::{Owned, call_library};
use crate::methodobject::PyCFunction_New;
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::state::Locked;
use gimbal_proxies::{Obj, Op, int, new_ref, none, op, outside, xdecref};
use std::collections::BTreeMap;
use std::ffi::{c_int, c_void};
use std::ptr::null_mut;

/// CPython's limit.
const MOST: usize = 255;

/// For each index that was given out, what frees its values.
static FREE: Locked<Vec<Option<freefunc>>> = Locked::new(Vec::new());

/// The values of a code object, and the weak reference that tells of its end.
struct Values {
    reference: Obj,
    values: Vec<*mut c_void>,
}

static VALUES: Locked<BTreeMap<i64, Values>> = Locked::new(BTreeMap::new());

unsafe fn free(index: usize, value: *mut c_void) {
    // SAFETY: the lock is held; the value was attached with this index, or is NULL, as on CPython when the code object dies.
    unsafe {
        if let Some(&Some(free)) = FREE.get().get(index) {
            outside(|| free(value));
        }
    }
}

/// What the weak reference calls; `identity` is that of the code object.
unsafe extern "C" fn died(identity: *mut PyObject, _reference: *mut PyObject) -> *mut PyObject {
    let _held = gimbal_proxies::hold();
    // SAFETY: the lock is held.
    unsafe {
        let identity = int::as_i64(identity).unwrap_or_default();
        if let Some(dead) = VALUES.get().remove(&identity) {
            for (index, &value) in dead.values.iter().enumerate() {
                free(index, value);
            }
            xdecref(dead.reference);
        }
        new_ref(none())
    }
}

struct Definition(PyMethodDef);

// SAFETY: it is never changed.
unsafe impl Sync for Definition {}

static DIED: Definition = Definition(PyMethodDef {
    ml_name: c"died".as_ptr(),
    ml_meth: PyMethodDefPointer { PyCFunction: died },
    ml_flags: METH_O,
    ml_doc: std::ptr::null(),
});

#[entry]
pub unsafe fn _PyEval_RequestCodeExtraIndex(free: Option<freefunc>) -> Py_ssize_t {
    let functions = FREE.get();
    if functions.len() == MOST {
        return -1;
    }
    functions.push(free);
    functions.len() as Py_ssize_t - 1
}

/// The identity of a code object as an int object.
unsafe fn identity(code: Obj) -> Option<Owned> {
    // SAFETY: `code` is an object or NULL.
    unsafe {
        if code.is_null() || (*code).ob_type != &raw mut PyCode_Type {
            crate::common::bad_internal_call::<Obj>();
            return None;
        }
        let identity = Owned(call_library("builtins", "id", &[code]));
        (!identity.0.is_null()).then_some(identity)
    }
}

#[entry]
pub unsafe fn _PyCode_GetExtra(code: *mut PyObject, index: Py_ssize_t, extra: *mut *mut c_void) -> c_int {
    let Some(identity) = identity(code) else {
        return -1;
    };
    let known = VALUES.get().get(&int::as_i64(identity.0).unwrap_or_default());
    let found = known.and_then(|known| known.values.get(usize::try_from(index).ok()?));
    *extra = found.copied().unwrap_or(null_mut());
    0
}

#[entry]
pub unsafe fn _PyCode_SetExtra(code: *mut PyObject, index: Py_ssize_t, extra: *mut c_void) -> c_int {
    let Some(identity) = identity(code) else {
        return -1;
    };
    let (place, count) = (usize::try_from(index).unwrap_or(usize::MAX), FREE.get().len());
    if place >= count {
        return crate::common::bad_internal_call();
    }
    let number = int::as_i64(identity.0).unwrap_or_default();
    // The host is asked, and other code may run, before the table is changed.
    let known = VALUES.get().contains_key(&number);
    if !known {
        let told = Owned(PyCFunction_New((&raw const DIED.0).cast_mut(), identity.0));
        let reference = op(Op::NewWeakRef, &[code, told.0]);
        if reference.is_null() {
            return -1;
        }
        let values = Vec::new();
        VALUES.get().insert(number, Values { reference, values });
    }
    if let Some(known) = VALUES.get().get_mut(&number) {
        known.values.resize(count, null_mut());
        let old = std::mem::replace(&mut known.values[place], extra);
        if !old.is_null() {
            free(place, old);
        }
    }
    0
}

/// The same under the names of 3.12.
#[cfg(Py_3_12)]
#[entry]
pub unsafe fn PyUnstable_Eval_RequestCodeExtraIndex(free: Option<freefunc>) -> Py_ssize_t {
    _PyEval_RequestCodeExtraIndex(free)
}

#[cfg(Py_3_12)]
#[entry]
pub unsafe fn PyUnstable_Code_GetExtra(
    code: *mut PyObject,
    index: Py_ssize_t,
    extra: *mut *mut c_void,
) -> c_int {
    _PyCode_GetExtra(code, index, extra)
}

#[cfg(Py_3_12)]
#[entry]
pub unsafe fn PyUnstable_Code_SetExtra(code: *mut PyObject, index: Py_ssize_t, extra: *mut c_void) -> c_int {
    _PyCode_SetExtra(code, index, extra)
}
