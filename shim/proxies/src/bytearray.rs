//! Bytearrays and `array.array`s: host objects whose bytes C reads and writes in place, through `ob_start` or `ob_item`, and `ob_size`.
//!
//! The host keeps the bytes where they are as long as nobody resizes the object. So the fields are filled when C gets its
//! first reference, after each time that host code may have run while C holds one, and by each `PyByteArray_*` function.

use crate::state::Locked;
use crate::{
    Obj, Op, PyByteArray_Type, PyByteArrayObject, PyTypeObject, PyVarObject, crossing, decref, err, incref,
    int, refcount, seq, types,
};
use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

/// By which number `Op::TypeInfo` tells `array.array`.
const ARRAY: u64 = 5;

/// What an array has items of; C's functions for them, which follow in CPython, are nobody's to call.
#[repr(C)]
struct Items {
    typecode: c_char,
    itemsize: c_int,
    functions: [usize; 5],
}

/// `arrayobject`, which no header declares: Cython does.
#[repr(C)]
struct ArrayObject {
    ob_base: PyVarObject,
    ob_item: *mut c_char,
    allocated: isize,
    ob_descr: *const Items,
    weakreflist: Obj,
    exports: c_int,
}

/// `array.array`, when C has met it.
static ARRAY_TYPE: Locked<*mut PyTypeObject> = Locked::new(null_mut());

/// Of each type code that C has met, never freed.
static ITEMS: Locked<Vec<&'static Items>> = Locked::new(Vec::new());

/// The host says of a new class that it is `array.array`: its instances get their struct.
pub unsafe fn register(ty: *mut PyTypeObject, number: u64) {
    if number == ARRAY {
        // SAFETY: the lock is held; the type lives for good.
        unsafe {
            refcount::immortalize(ty.cast());
            (*ty).tp_basicsize = size_of::<ArrayObject>() as isize;
            *ARRAY_TYPE.get() = ty;
        }
    }
}

unsafe fn is_array(ty: *mut PyTypeObject) -> bool {
    // SAFETY: a type; the lock is held.
    unsafe {
        let array = *ARRAY_TYPE.get();
        !array.is_null() && types::is_subtype(ty, array)
    }
}

unsafe fn items(typecode: c_char, itemsize: c_int) -> *const Items {
    // SAFETY: the lock is held.
    let known = unsafe { ITEMS.get() };
    if let Some(&items) = known.iter().find(|items| items.typecode == typecode) {
        return items;
    }
    let items: &'static Items = Box::leak(Box::new(Items {
        typecode,
        itemsize,
        functions: [0; 5],
    }));
    known.push(items);
    items
}

/// Those that C has references to.
static HELD: Locked<Vec<Obj>> = Locked::new(Vec::new());
static BUSY: Locked<bool> = Locked::new(false);

/// Asks the host where the bytes are now; false with the indicator set on failure.
pub unsafe fn refresh(op: Obj) -> bool {
    // SAFETY: `op` is the proxy of a bytearray or array; the host answers with ints, two or four.
    unsafe {
        let place = crossing::op(Op::ByteArrayPlace, &[op]);
        if place.is_null() {
            return false;
        }
        let figure = |i: usize| {
            seq::tuple_slice(place)
                .get(i)
                .and_then(|&n| int::as_i64(n))
                .unwrap_or(0)
        };
        let (address, len) = (figure(0) as *mut c_char, figure(1) as isize);
        let (typecode, itemsize) = (figure(2) as c_char, figure(3) as c_int);
        decref(place);
        (*op.cast::<PyVarObject>()).ob_size = len;
        if typecode != 0 {
            let array = op.cast::<ArrayObject>();
            (*array).ob_item = address;
            (*array).allocated = len;
            (*array).ob_descr = items(typecode, itemsize);
        } else {
            let array = op.cast::<PyByteArrayObject>();
            (*array).ob_start = address;
            (*array).ob_bytes = address;
            (*array).ob_alloc = len + 1;
        }
        true
    }
}

/// Fills the fields of a proxy that C is about to get, when it is of these.
#[inline]
pub unsafe fn hold(op: Obj) {
    // SAFETY: `op` is the proxy of a host object; the lock is held.
    unsafe {
        let ty = (*op).ob_type;
        if ty == &raw mut PyByteArray_Type || types::is_subtype(ty, &raw mut PyByteArray_Type) || is_array(ty)
        {
            HELD.get().push(op);
            refresh_all(&[op]);
        }
    }
}

/// C has dropped its last reference.
#[inline]
pub unsafe fn let_go(op: Obj) {
    // SAFETY: the lock is held.
    unsafe { HELD.get() }.retain(|&held| held != op);
}

/// Host code has run: reads again where the bytes are that C holds.
#[inline]
pub unsafe fn refresh_held() {
    // SAFETY: the lock is held.
    unsafe {
        if !HELD.get().is_empty() && !*BUSY.get() {
            refresh_all(&HELD.get().clone());
        }
    }
}

/// Asking crosses, too, and does not come back here. What C has raised so far stays. Meanwhile another thread, or what the host does
/// at a crossing, may drop the reference for which an array is here.
#[cold]
unsafe fn refresh_all(arrays: &[Obj]) {
    // SAFETY: the proxies are open, and have references of this function's while it asks.
    unsafe {
        arrays.iter().for_each(|&op| incref(op));
        let outer = std::mem::replace(BUSY.get(), true);
        let pending = err::fetch();
        for &op in arrays {
            if !refresh(op) {
                err::clear();
            }
        }
        err::restore(pending.0, pending.1, pending.2);
        *BUSY.get() = outer;
        arrays.iter().for_each(|&op| decref(op));
    }
}
