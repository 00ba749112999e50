//! `abstract.h`, the number protocol. Pairs of small exact ints and of floats are computed here; all else is the host's.

use crate::common::*;
use crate::longobject::{_PyLong_Copy, _PyLong_Format, PyLong_FromDouble};
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::c_int;
use std::ptr::null_mut;

/// An operand that needs no host.
enum Native {
    Int(i64),
    Float(f64),
}

/// The value of an exact int of 64 bits or an exact float.
#[inline]
unsafe fn native(op: Obj) -> Option<Native> {
    // SAFETY: `op` is an object of the type that was checked.
    unsafe {
        if exactly(op, &raw mut PyLong_Type) {
            int::as_i64(op).map(Native::Int)
        } else if exactly(op, &raw mut PyFloat_Type) {
            Some(Native::Float(crate::floatobject::value(op)))
        } else {
            None
        }
    }
}

/// Computes natively what it can, else crosses with operator `name`.
#[inline]
unsafe fn arithmetic(
    name: &str,
    a: Obj,
    b: Obj,
    ints: impl FnOnce(i64, i64) -> Option<i64>,
    floats: impl FnOnce(f64, f64) -> Option<f64>,
) -> Obj {
    // SAFETY: both are objects or NULL.
    unsafe {
        if a.is_null() || b.is_null() {
            return null_argument();
        }
        let result = match (native(a), native(b)) {
            (Some(Native::Int(x)), Some(Native::Int(y))) => ints(x, y).map(|n| int::from_i64(n)),
            (Some(Native::Float(x)), Some(Native::Float(y))) => floats(x, y).map(|d| decode::float(d)),
            _ => None,
        };
        result.unwrap_or_else(|| op(Op::Binary, &[text::interned(name), a, b]))
    }
}

/// Rounds the quotient down; None for a division by zero or an overflow.
fn floor_div(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    Some(quotient - i64::from(a % b != 0 && (a < 0) != (b < 0)))
}

/// The remainder with the sign of the divisor.
fn floor_mod(a: i64, b: i64) -> Option<i64> {
    let rest = a.checked_rem(b)?;
    Some(if rest != 0 && (rest < 0) != (b < 0) {
        rest + b
    } else {
        rest
    })
}

fn shift_left(a: i64, b: i64) -> Option<i64> {
    let shifted = a.checked_shl(u32::try_from(b).ok()?)?;
    (shifted >> b == a).then_some(shifted)
}

fn shift_right(a: i64, b: i64) -> Option<i64> {
    (b >= 0).then(|| a >> b.min(63))
}

fn divide(a: f64, b: f64) -> Option<f64> {
    (b != 0.0).then(|| a / b)
}

fn not_for_floats(_: f64, _: f64) -> Option<f64> {
    None
}

fn not_for_ints(_: i64, _: i64) -> Option<i64> {
    None
}

macro_rules! binary_operators {
    ($(fn $name:ident fn $in_place:ident = $operator:literal $in_place_operator:literal: $ints:expr, $floats:expr;)*) => {$(
        #[entry]
        pub unsafe fn $name(a: *mut PyObject, b: *mut PyObject) -> *mut PyObject {
            arithmetic($operator, a, b, $ints, $floats)
        }

        #[entry]
        pub unsafe fn $in_place(a: *mut PyObject, b: *mut PyObject) -> *mut PyObject {
            arithmetic($in_place_operator, a, b, $ints, $floats)
        }
    )*};
}

binary_operators! {
    fn PyNumber_Subtract fn PyNumber_InPlaceSubtract = "sub" "isub": i64::checked_sub, |a, b| Some(a - b);
    fn PyNumber_Multiply fn PyNumber_InPlaceMultiply = "mul" "imul": i64::checked_mul, |a, b| Some(a * b);
    fn PyNumber_MatrixMultiply fn PyNumber_InPlaceMatrixMultiply = "matmul" "imatmul": not_for_ints, not_for_floats;
    fn PyNumber_FloorDivide fn PyNumber_InPlaceFloorDivide = "floordiv" "ifloordiv": floor_div, not_for_floats;
    fn PyNumber_TrueDivide fn PyNumber_InPlaceTrueDivide = "truediv" "itruediv": not_for_ints, divide;
    fn PyNumber_Remainder fn PyNumber_InPlaceRemainder = "mod" "imod": floor_mod, not_for_floats;
    fn PyNumber_Lshift fn PyNumber_InPlaceLshift = "lshift" "ilshift": shift_left, not_for_floats;
    fn PyNumber_Rshift fn PyNumber_InPlaceRshift = "rshift" "irshift": shift_right, not_for_floats;
    fn PyNumber_And fn PyNumber_InPlaceAnd = "and_" "iand": |a, b| Some(a & b), not_for_floats;
    fn PyNumber_Or fn PyNumber_InPlaceOr = "or_" "ior": |a, b| Some(a | b), not_for_floats;
    fn PyNumber_Xor fn PyNumber_InPlaceXor = "xor" "ixor": |a, b| Some(a ^ b), not_for_floats;
}

unsafe fn add(name: &str, a: Obj, b: Obj) -> Obj {
    // SAFETY: both are objects or NULL.
    unsafe {
        let string = &raw mut PyUnicode_Type;
        if !a.is_null() && !b.is_null() && exactly(a, string) && exactly(b, string) {
            return crate::unicodeobject::PyUnicode_Concat(a, b);
        }
        arithmetic(name, a, b, i64::checked_add, |a, b| Some(a + b))
    }
}

#[entry]
pub unsafe fn PyNumber_Add(a: *mut PyObject, b: *mut PyObject) -> *mut PyObject {
    add("add", a, b)
}

#[entry]
pub unsafe fn PyNumber_InPlaceAdd(a: *mut PyObject, b: *mut PyObject) -> *mut PyObject {
    add("iadd", a, b)
}

#[entry]
pub unsafe fn PyNumber_Divmod(a: *mut PyObject, b: *mut PyObject) -> *mut PyObject {
    arithmetic("divmod", a, b, not_for_ints, not_for_floats)
}

unsafe fn power(a: Obj, b: Obj, modulus: Obj, in_place: bool) -> Obj {
    // SAFETY: objects or NULL.
    unsafe {
        if a.is_null() || b.is_null() || modulus.is_null() {
            return null_argument();
        }
        op(Op::Power, &[a, b, modulus, bool_object(in_place)])
    }
}

#[entry]
pub unsafe fn PyNumber_Power(a: *mut PyObject, b: *mut PyObject, modulus: *mut PyObject) -> *mut PyObject {
    power(a, b, modulus, false)
}

#[entry]
pub unsafe fn PyNumber_InPlacePower(
    a: *mut PyObject,
    b: *mut PyObject,
    modulus: *mut PyObject,
) -> *mut PyObject {
    power(a, b, modulus, true)
}

/// Computes natively what it can, else crosses with unary operator `name`; `shown` is its name in messages.
unsafe fn unary(
    name: &str,
    shown: &str,
    slot: impl FnOnce(&PyNumberMethods) -> Option<unaryfunc>,
    a: Obj,
    ints: impl FnOnce(i64) -> Option<i64>,
    floats: impl FnOnce(f64) -> Option<f64>,
) -> Obj {
    // SAFETY: an object or NULL.
    unsafe {
        if a.is_null() {
            return null_argument();
        }
        let result = match native(a) {
            Some(Native::Int(n)) => ints(n).map(|n| int::from_i64(n)),
            Some(Native::Float(d)) => floats(d).map(|d| decode::float(d)),
            None => None,
        };
        if let Some(result) = result {
            return result;
        }
        if number_slots(a).and_then(slot).is_none() {
            return type_error(&format!("bad operand type for {shown}: '{}'", type_name(a)));
        }
        op(Op::Unary, &[text::interned(name), a])
    }
}

#[entry]
pub unsafe fn PyNumber_Negative(a: *mut PyObject) -> *mut PyObject {
    unary(
        "neg",
        "unary -",
        |s| s.nb_negative,
        a,
        i64::checked_neg,
        |d| Some(-d),
    )
}

#[entry]
pub unsafe fn PyNumber_Positive(a: *mut PyObject) -> *mut PyObject {
    unary("pos", "unary +", |s| s.nb_positive, a, Some, Some)
}

#[entry]
pub unsafe fn PyNumber_Absolute(a: *mut PyObject) -> *mut PyObject {
    unary(
        "abs",
        "abs()",
        |s| s.nb_absolute,
        a,
        i64::checked_abs,
        |d| Some(d.abs()),
    )
}

#[entry]
pub unsafe fn PyNumber_Invert(a: *mut PyObject) -> *mut PyObject {
    unary("invert", "unary ~", |s| s.nb_invert, a, |n| Some(!n), |_| None)
}

// --- conversions ---------------------------------------------------------------------------------------------------

/// The slots for numbers of the type of `op`, when it has any.
unsafe fn number_slots<'a>(op: Obj) -> Option<&'a PyNumberMethods> {
    // SAFETY: an object has a type; the structs live as long as it.
    unsafe { (*(*op).ob_type).tp_as_number.as_ref() }
}

#[entry]
pub unsafe fn PyIndex_Check(op: *mut PyObject) -> c_int {
    c_int::from(number_slots(op).is_some_and(|slots| slots.nb_index.is_some()))
}

#[entry]
pub unsafe fn PyNumber_Check(op: *mut PyObject) -> c_int {
    if op.is_null() {
        return 0;
    }
    let convertible =
        |s: &PyNumberMethods| s.nb_index.is_some() || s.nb_int.is_some() || s.nb_float.is_some();
    c_int::from(number_slots(op).is_some_and(convertible) || is_instance(op, &raw mut PyComplex_Type))
}

/// Calls a conversion slot and checks that it gave an instance of `wanted`; a strict subclass is deprecated.
pub(crate) unsafe fn convert_by_slot(
    op: Obj,
    slot: unaryfunc,
    wanted: *mut PyTypeObject,
    special: &str,
    wanted_name: &str,
) -> Obj {
    // SAFETY: `slot` belongs to the type of `op`.
    unsafe {
        let result = gimbal_proxies::outside(|| slot(op));
        if result.is_null() || exactly(result, wanted) {
            return result;
        }
        let shown = type_name(result);
        if !is_instance(result, wanted) {
            decref(result);
            return type_error(&format!("{special} returned non-{wanted_name} (type {shown})"));
        }
        let message = format!(
            "{special} returned non-{wanted_name} (type {shown}).  The ability to return an instance of a strict subclass \
             of {wanted_name} is deprecated, and may not be supported in a future version of Python."
        );
        if buffer::warn(PyExc_DeprecationWarning, &message) < 0 {
            decref(result);
            return null_mut();
        }
        result
    }
}

/// `op` itself when it is an int, else its `__index__`; a new reference.
pub(crate) unsafe fn index(op: Obj) -> Obj {
    // SAFETY: an object or NULL.
    unsafe {
        if op.is_null() {
            return null_argument();
        }
        if is_int(op) {
            return new_ref(op);
        }
        match number_slots(op).and_then(|slots| slots.nb_index) {
            Some(slot) => convert_by_slot(op, slot, &raw mut PyLong_Type, "__index__", "int"),
            None => type_error(&format!(
                "'{}' object cannot be interpreted as an integer",
                type_name(op)
            )),
        }
    }
}

/// What the conversions to C integers take for an int: since 3.10 the same.
#[cfg(Py_3_10)]
pub(crate) unsafe fn implicit_int(op: Obj) -> Obj {
    // SAFETY: as `index`.
    unsafe { index(op) }
}

/// What the conversions to C integers take for an int: up to 3.9 what has `__int__`, too, with a warning.
#[cfg(not(Py_3_10))]
pub(crate) unsafe fn implicit_int(op: Obj) -> Obj {
    // SAFETY: an object.
    unsafe {
        let slots = number_slots(op);
        if is_int(op) || slots.is_some_and(|slots| slots.nb_index.is_some()) {
            return index(op);
        }
        let name = type_name(op);
        let Some(slot) = slots.and_then(|slots| slots.nb_int) else {
            return type_error(&format!("an integer is required (got type {name})"));
        };
        let warning = format!(
            "an integer is required (got type {name}).  Implicit conversion to integers using __int__ is deprecated, \
             and may be removed in a future version of Python."
        );
        if buffer::warn(PyExc_DeprecationWarning, &warning) < 0 {
            return std::ptr::null_mut();
        }
        convert_by_slot(op, slot, &raw mut PyLong_Type, "__int__", "int")
    }
}

#[entry]
pub unsafe fn _PyNumber_Index(op: *mut PyObject) -> *mut PyObject {
    index(op)
}

#[entry]
pub unsafe fn PyNumber_Index(op: *mut PyObject) -> *mut PyObject {
    exact_int(index(op))
}

/// An int of a subclass as a plain one; takes the reference.
unsafe fn exact_int(number: Obj) -> Obj {
    // SAFETY: an int or NULL.
    unsafe {
        if number.is_null() || exactly(number, &raw mut PyLong_Type) {
            return number;
        }
        let number = Owned(number);
        _PyLong_Copy(number.0.cast())
    }
}

/// A conversion slot of an instance of an extension type.
unsafe fn native_slot(op: Obj, slot: impl Fn(&PyNumberMethods) -> Option<unaryfunc>) -> Option<unaryfunc> {
    // SAFETY: an object.
    unsafe { number_slots(op).filter(|_| is_native(op)).and_then(slot) }
}

#[entry]
pub unsafe fn PyNumber_AsSsize_t(op: *mut PyObject, overflow: *mut PyObject) -> Py_ssize_t {
    let number = Owned(index(op));
    if number.0.is_null() {
        return -1;
    }
    if let Some(value) = int::as_i64(number.0) {
        return value as Py_ssize_t;
    }
    if overflow.is_null() {
        return if int::digits(number.0).1 {
            Py_ssize_t::MIN
        } else {
            Py_ssize_t::MAX
        };
    }
    let message = format!("cannot fit '{}' into an index-sized integer", type_name(op));
    err::set(overflow, &message);
    -1
}

#[entry]
pub unsafe fn PyNumber_ToBase(op: *mut PyObject, base: c_int) -> *mut PyObject {
    if !matches!(base, 2 | 8 | 10 | 16) {
        return system_error("PyNumber_ToBase: base must be 2, 8, 10 or 16");
    }
    let number = Owned(index(op));
    if number.0.is_null() {
        return null_mut();
    }
    _PyLong_Format(number.0, base)
}

/// May `int()` take it? Numbers, text, memory, and what has the deprecated `__trunc__`.
unsafe fn is_convertible(op: Obj) -> bool {
    // SAFETY: an object.
    unsafe {
        let by_slot = |s: &PyNumberMethods| s.nb_int.is_some() || s.nb_index.is_some();
        if is_str(op) || is_bytes(op) || number_slots(op).is_some_and(by_slot) || buffer::supports(op) {
            return true;
        }
        let class: Obj = (*op).ob_type.cast();
        let truncate = Owned(gimbal_proxies::op(
            Op::LookupAttr,
            &[class, text::interned("__trunc__")],
        ));
        !truncate.0.is_null() || !err::occurred().is_null()
    }
}

#[entry]
pub unsafe fn PyNumber_Long(op: *mut PyObject) -> *mut PyObject {
    if op.is_null() {
        return null_argument();
    }
    if exactly(op, &raw mut PyLong_Type) {
        return new_ref(op);
    }
    if exactly(op, &raw mut PyFloat_Type) {
        return PyLong_FromDouble(crate::floatobject::value(op));
    }
    if let Some(slot) = native_slot(op, |slots| slots.nb_int) {
        return exact_int(convert_by_slot(op, slot, &raw mut PyLong_Type, "__int__", "int"));
    }
    if !is_convertible(op) {
        return type_error(&format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            type_name(op)
        ));
    }
    gimbal_proxies::op(Op::ToInt, &[op])
}

#[entry]
pub unsafe fn PyNumber_Float(op: *mut PyObject) -> *mut PyObject {
    if op.is_null() {
        return null_argument();
    }
    if native_slot(op, |slots| slots.nb_float).is_some() {
        let value = crate::floatobject::PyFloat_AsDouble(op);
        let failed = value == -1.0 && !err::occurred().is_null();
        return if failed { null_mut() } else { decode::float(value) };
    }
    match native(op) {
        Some(Native::Float(_)) => new_ref(op),
        Some(Native::Int(value)) => decode::float(value as f64),
        None if number_slots(op).is_some_and(|s| s.nb_float.is_some() || s.nb_index.is_some()) => {
            gimbal_proxies::op(Op::ToFloat, &[op])
        }
        None => crate::floatobject::PyFloat_FromString(op),
    }
}
