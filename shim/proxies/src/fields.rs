//! Fields of builtin objects that C's macros read in place, besides those of containers and values.

use crate::{
    Obj, Op, PyCell_Type, PyFrozenSet_Type, PyObject, PySet_Type, PySlice_Type, PyTypeObject, crossing, err,
};

unsafe extern "C" {
    static mut PyMethod_Type: PyTypeObject;
    static mut PyInstanceMethod_Type: PyTypeObject;
}

/// How many references to other objects follow the head in the proxy of an instance of this type; the host sends them
/// with the object.
pub unsafe fn count(ty: *const PyTypeObject) -> usize {
    if ty == &raw const PySlice_Type {
        3
    } else if ty == &raw const PyMethod_Type {
        2
    } else if ty == &raw const PyCell_Type || ty == &raw const PyInstanceMethod_Type {
        1
    } else {
        0
    }
}

/// Where `PySet_GET_SIZE` reads the number of items: behind the head and CPython's count of used slots.
const USED: usize = size_of::<PyObject>() + size_of::<isize>();

/// Asks the host for the number of items of a set and puts it where C reads it; -1 with an error set.
pub unsafe fn measure(set: Obj) -> isize {
    // SAFETY: `set` is a set or frozenset, whose struct is CPython's.
    unsafe {
        let len = crossing::op_int(Op::Len, &[set]) as isize;
        if len >= 0 {
            *set.byte_add(USED).cast() = len;
        }
        len
    }
}

/// Fills the fields of a proxy that C is about to get, when the host does not send them with the object.
#[inline]
pub unsafe fn fill(op: Obj) {
    // SAFETY: `op` is the proxy of a host object. What C has raised so far stays.
    unsafe {
        let ty: *const PyTypeObject = (*op).ob_type;
        if ty == &raw const PySet_Type || ty == &raw const PyFrozenSet_Type {
            let pending = err::fetch();
            if measure(op) < 0 {
                err::clear();
            }
            err::restore(pending.0, pending.1, pending.2);
        }
    }
}
