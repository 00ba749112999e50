//! The builtin value inside an instance of an extension type that derives from `str`, `int`, `tuple` ...

use crate::{
    Obj, Py_TPFLAGS_BYTES_SUBCLASS, Py_TPFLAGS_LONG_SUBCLASS, Py_TPFLAGS_TUPLE_SUBCLASS,
    Py_TPFLAGS_UNICODE_SUBCLASS, PyComplex_Type, PyComplexObject, PyFloat_Type, PyFloatObject, decode, int,
    members, new_ref, none, seq, text, types,
};

/// The value as an exact builtin; None while the extension has not filled the struct, and for other types. The host asks when it
/// makes a wrapper for an instance that only C knew.
pub unsafe fn of_instance(op: Obj) -> Obj {
    // SAFETY: the struct begins like that of the builtin.
    unsafe {
        let ty = (*op).ob_type;
        let flags = crate::type_flags::of(ty);
        if flags & Py_TPFLAGS_UNICODE_SUBCLASS != 0 && !text::data(op).is_null() {
            let points: Vec<u32> = (0..text::len(op)).map(|i| text::read(op, i)).collect();
            text::from_points(&points)
        } else if flags & Py_TPFLAGS_LONG_SUBCLASS != 0 {
            let (digits, negative) = int::digits(op);
            int::from_digits(digits, negative)
        } else if flags & Py_TPFLAGS_BYTES_SUBCLASS != 0 {
            text::bytes_from(text::as_bytes(op))
        } else if flags & Py_TPFLAGS_TUPLE_SUBCLASS != 0
            && !seq::tuple_slice(op).contains(&std::ptr::null_mut())
        {
            seq::tuple_of(seq::tuple_slice(op))
        } else if types::is_subtype(ty, &raw mut PyFloat_Type) {
            decode::float((*op.cast::<PyFloatObject>()).ob_fval)
        } else if types::is_subtype(ty, &raw mut PyComplex_Type) {
            let value = (*op.cast::<PyComplexObject>()).cval;
            members::new_complex(value.real, value.imag)
        } else {
            new_ref(none())
        }
    }
}
