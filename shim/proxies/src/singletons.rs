//! The objects of which there is one. They are exported data of gimbal-capi, reached through the GOT like any C code does.

use crate::{LongObject, Obj, PyObject};

unsafe extern "C" {
    static mut _Py_NoneStruct: PyObject;
    static mut _Py_TrueStruct: LongObject;
    static mut _Py_FalseStruct: LongObject;
    static mut _Py_NotImplementedStruct: PyObject;
    static mut _Py_EllipsisObject: PyObject;
}

/// `None`, borrowed.
#[inline]
pub fn none() -> Obj {
    &raw mut _Py_NoneStruct
}

/// `True`, borrowed.
#[inline]
pub fn true_object() -> Obj {
    (&raw mut _Py_TrueStruct).cast()
}

/// `False`, borrowed.
#[inline]
pub fn false_object() -> Obj {
    (&raw mut _Py_FalseStruct).cast()
}

/// `True` or `False`, borrowed.
#[inline]
pub fn bool_object(value: bool) -> Obj {
    if value { true_object() } else { false_object() }
}

/// `NotImplemented`, borrowed.
#[inline]
pub fn not_implemented() -> Obj {
    &raw mut _Py_NotImplementedStruct
}

/// `Ellipsis`, borrowed.
#[inline]
pub fn ellipsis() -> Obj {
    &raw mut _Py_EllipsisObject
}
