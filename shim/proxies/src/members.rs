//! Members of instances by `PyMemberDef`, instance dictionaries, and the small value types without a module of their own.

use crate::{
    Obj, Op, PyComplex_Type, PyComplexObject, PyMemberDef, arena, crossing, decode, err, int, new_ref,
    refcount, text, types, xdecref,
};
use std::ffi::{CStr, c_char, c_double, c_float, c_int, c_long, c_short, c_uchar, c_uint, c_ulong, c_ushort};

const SHORT: c_int = 0;
const INT: c_int = 1;
const LONG: c_int = 2;
const FLOAT: c_int = 3;
const DOUBLE: c_int = 4;
const STRING: c_int = 5;
/// `T_OBJECT`: an object, `None` for NULL.
pub const OBJECT: c_int = 6;
const CHAR: c_int = 7;
const BYTE: c_int = 8;
const UBYTE: c_int = 9;
const USHORT: c_int = 10;
const UINT: c_int = 11;
const ULONG: c_int = 12;
const STRING_INPLACE: c_int = 13;
const BOOL: c_int = 14;
const OBJECT_EX: c_int = 16;
const LONGLONG: c_int = 17;
const ULONGLONG: c_int = 18;
const PYSSIZET: c_int = 19;
const NONE: c_int = 20;
/// `READONLY`, a flag of a member.
pub const READONLY: c_int = 1;

unsafe fn none() -> Obj {
    // SAFETY: None is an object.
    unsafe { new_ref(crate::none()) }
}

/// A new complex number.
pub unsafe fn new_complex(real: f64, imag: f64) -> Obj {
    // SAFETY: the block is written in full.
    unsafe {
        let op = arena::alloc(size_of::<PyComplexObject>()).cast::<PyComplexObject>();
        if op.is_null() {
            return crate::seq::no_memory();
        }
        refcount::begin(op.cast(), &raw mut PyComplex_Type);
        (*op).cval.real = real;
        (*op).cval.imag = imag;
        op.cast()
    }
}

/// `PyMember_GetOne`: the member of the struct at `base`.
pub unsafe fn get(base: *const c_char, def: *const PyMemberDef) -> Obj {
    // SAFETY: the definition describes the struct.
    unsafe {
        let at = base.offset((*def).offset);
        match (*def).type_code {
            SHORT => int::from_i64(i64::from(*at.cast::<c_short>())),
            INT => int::from_i64(i64::from(*at.cast::<c_int>())),
            LONG | LONGLONG | PYSSIZET => int::from_i64(*at.cast::<c_long>()),
            FLOAT => decode::float(f64::from(*at.cast::<c_float>())),
            DOUBLE => decode::float(*at.cast::<c_double>()),
            STRING => {
                let text = *at.cast::<*const c_char>();
                if text.is_null() {
                    none()
                } else {
                    text::from_str(&CStr::from_ptr(text).to_string_lossy())
                }
            }
            STRING_INPLACE => text::from_str(&CStr::from_ptr(at).to_string_lossy()),
            OBJECT => {
                let op = *at.cast::<Obj>();
                if op.is_null() { none() } else { new_ref(op) }
            }
            OBJECT_EX => {
                let op = *at.cast::<Obj>();
                if op.is_null() {
                    let class = CStr::from_ptr((*(*base.cast::<crate::PyObject>()).ob_type).tp_name);
                    let message = format!(
                        "'{}' object has no attribute '{}'",
                        class.to_string_lossy(),
                        CStr::from_ptr((*def).name).to_string_lossy()
                    );
                    err::set(crate::PyExc_AttributeError, &message);
                    return op;
                }
                new_ref(op)
            }
            CHAR => text::from_points(&[u32::from(*at.cast::<c_uchar>())]),
            BYTE => int::from_i64(i64::from(*at.cast::<i8>())),
            UBYTE => int::from_i64(i64::from(*at.cast::<c_uchar>())),
            USHORT => int::from_i64(i64::from(*at.cast::<c_ushort>())),
            UINT => int::from_i64(i64::from(*at.cast::<c_uint>())),
            ULONG | ULONGLONG => int::from_u64(*at.cast::<c_ulong>()),
            BOOL => {
                let value = *at.cast::<c_char>() != 0;
                new_ref(if value {
                    crate::true_object()
                } else {
                    crate::false_object()
                })
            }
            NONE => none(),
            _ => {
                err::set(crate::PyExc_SystemError, "bad memberdescr type");
                std::ptr::null_mut()
            }
        }
    }
}

/// A number for a member: through `__index__`, as CPython's conversions do.
unsafe fn integer(value: Obj) -> Option<Obj> {
    // SAFETY: `value` is an object.
    unsafe {
        if types::is_int(value) {
            return Some(new_ref(value));
        }
        let index = crossing::op(Op::Index, &[value]);
        (!index.is_null()).then_some(index)
    }
}

unsafe fn float(value: Obj) -> Option<f64> {
    unsafe extern "C" {
        fn PyFloat_AsDouble(op: Obj) -> c_double;
    }
    // SAFETY: `value` is an object.
    unsafe {
        let number = PyFloat_AsDouble(value);
        (number != -1.0 || err::occurred().is_null()).then_some(number)
    }
}

/// `PyMember_SetOne`; a NULL value deletes.
pub unsafe fn set(base: *mut c_char, def: *const PyMemberDef, value: Obj) -> c_int {
    // SAFETY: the definition describes the struct.
    unsafe {
        let fail = |class: Obj, message: &str| {
            err::set(class, message);
            -1
        };
        let at = base.offset((*def).offset);
        let kind = (*def).type_code;
        if (*def).flags & READONLY != 0 {
            return fail(crate::PyExc_AttributeError, "readonly attribute");
        }
        if value.is_null() {
            if kind == OBJECT_EX && (*at.cast::<Obj>()).is_null() {
                return fail(
                    crate::PyExc_AttributeError,
                    &CStr::from_ptr((*def).name).to_string_lossy(),
                );
            }
            if kind != OBJECT && kind != OBJECT_EX {
                return fail(crate::PyExc_TypeError, "can't delete numeric/char attribute");
            }
        }
        match kind {
            OBJECT | OBJECT_EX => {
                let old = *at.cast::<Obj>();
                if !value.is_null() {
                    crate::incref(value);
                }
                *at.cast::<Obj>() = value;
                xdecref(old);
                return 0;
            }
            BOOL => {
                if !text::is_exactly(value, &raw mut crate::PyBool_Type) {
                    return fail(crate::PyExc_TypeError, "attribute value type must be bool");
                }
                *at = c_char::from(value == crate::true_object());
                return 0;
            }
            FLOAT | DOUBLE => {
                let Some(number) = float(value) else { return -1 };
                if kind == FLOAT {
                    *at.cast::<c_float>() = number as c_float;
                } else {
                    *at.cast::<c_double>() = number;
                }
                return 0;
            }
            CHAR => {
                let one =
                    text::is_exactly(value, &raw mut crate::PyUnicode_Type) && text::utf8(value).len() == 1;
                if !one {
                    return fail(crate::PyExc_TypeError, "bad argument type for built-in operation");
                }
                *at = text::utf8(value)[0] as c_char;
                return 0;
            }
            STRING | STRING_INPLACE => return fail(crate::PyExc_TypeError, "readonly attribute"),
            NONE => return fail(crate::PyExc_SystemError, "bad memberdescr type"),
            _ => {}
        }
        let Some(number) = integer(value) else { return -1 };
        let status = set_integer(at, kind, number);
        crate::decref(number);
        status
    }
}

/// Stores an int; a value that does not fit is truncated with a warning (small types) or refused (words).
unsafe fn set_integer(at: *mut c_char, kind: c_int, number: Obj) -> c_int {
    // SAFETY: `at` points at a member of this kind, `number` is an int.
    unsafe {
        let wide = int::as_i64(number);
        let overflow = |what: &str| {
            err::set(
                crate::PyExc_OverflowError,
                &format!("Python int too large to convert to C {what}"),
            );
            -1
        };
        if kind == UINT && wide.is_none() && int::as_u64(number).is_some() {
            *at.cast::<u32>() = int::as_u64_mask(number) as u32;
            return crate::buffer::warn(crate::PyExc_RuntimeWarning, "Truncation of value to unsigned int");
        }
        if matches!(kind, ULONG | ULONGLONG) {
            return match (int::as_u64(number), wide) {
                (Some(value), _) => {
                    *at.cast::<u64>() = value;
                    0
                }
                (None, Some(negative)) if kind == ULONG => {
                    *at.cast::<u64>() = negative as u64;
                    crate::buffer::warn(
                        crate::PyExc_RuntimeWarning,
                        "Writing negative value into unsigned field",
                    )
                }
                (None, Some(_)) => {
                    err::set(
                        crate::PyExc_OverflowError,
                        "can't convert negative int to unsigned",
                    );
                    -1
                }
                (None, None) => overflow(if kind == ULONG {
                    "unsigned long"
                } else {
                    "unsigned long long"
                }),
            };
        }
        let Some(value) = wide else {
            return overflow(if kind == PYSSIZET { "ssize_t" } else { "long" });
        };
        macro_rules! store {
            ($ty:ty, $what:literal) => {{
                let stored = value as $ty;
                *at.cast::<$ty>() = stored;
                if i64::from(stored) == value {
                    return 0;
                }
                $what
            }};
        }
        let truncated = match kind {
            SHORT => store!(i16, "short"),
            INT => store!(i32, "int"),
            BYTE => store!(i8, "char"),
            UBYTE => store!(u8, "unsigned char"),
            USHORT => store!(u16, "unsigned short"),
            UINT => store!(u32, "unsigned int"),
            LONG | LONGLONG | PYSSIZET => {
                *at.cast::<i64>() = value;
                return 0;
            }
            _ => {
                err::set(crate::PyExc_SystemError, "bad memberdescr type");
                return -1;
            }
        };
        crate::buffer::warn(
            crate::PyExc_RuntimeWarning,
            &format!("Truncation of value to {truncated}"),
        )
    }
}

/// The instance dictionary, which is the host's; what is at `tp_dictoffset` follows it.
pub unsafe fn instance_dict(op: Obj) -> Obj {
    // SAFETY: `op` is an object whose type has a dict offset.
    unsafe {
        let offset = (*(*op).ob_type).tp_dictoffset;
        let dict = crossing::op(Op::InstanceDict, &[op]);
        if offset > 0 && !dict.is_null() {
            let at = op.cast::<u8>().offset(offset).cast::<Obj>();
            crate::xdecref(std::mem::replace(&mut *at, new_ref(dict)));
        }
        dict
    }
}

/// The dictionary that C has put at `tp_dictoffset` itself; without one, that of the host, which is put there.
pub unsafe fn placed_dict(op: Obj) -> Obj {
    // SAFETY: `op` is an object whose type has a dict offset.
    unsafe {
        let offset = (*(*op).ob_type).tp_dictoffset;
        let placed = match offset > 0 {
            true => *op.cast::<u8>().offset(offset).cast::<Obj>(),
            false => std::ptr::null_mut(),
        };
        if placed.is_null() {
            instance_dict(op)
        } else {
            new_ref(placed)
        }
    }
}
