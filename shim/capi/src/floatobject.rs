//! `floatobject.h`: floats to and from C doubles, text and packed bytes.

use crate::abstract_number::{PyIndex_Check, convert_by_slot, index};
use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_char, c_double, c_int, c_uchar};

#[entry(unlocked)]
pub unsafe fn PyFloat_FromDouble(value: c_double) -> *mut PyObject {
    decode::float(value)
}

/// The value of a float or of an instance of a subclass.
pub(crate) unsafe fn value(op: Obj) -> f64 {
    // SAFETY: `op` is a float.
    unsafe { (*op.cast::<PyFloatObject>()).ob_fval }
}

#[entry(unlocked)]
pub unsafe fn PyFloat_AsDouble(op: *mut PyObject) -> c_double {
    if op.is_null() {
        bad_argument::<()>();
        return -1.0;
    }
    if is_instance(op, &raw mut PyFloat_Type) {
        return value(op);
    }
    if exactly(op, &raw mut PyLong_Type) {
        return crate::longobject::PyLong_AsDouble(op);
    }
    let _held = hold();
    let slot = (*(*op).ob_type)
        .tp_as_number
        .as_ref()
        .and_then(|slots| slots.nb_float);
    if let Some(slot) = slot {
        let special = format!("{}.__float__", type_name(op));
        let result = Owned(convert_by_slot(
            op,
            slot,
            &raw mut PyFloat_Type,
            &special,
            "float",
        ));
        return if result.0.is_null() { -1.0 } else { value(result.0) };
    }
    if PyIndex_Check(op) != 0 {
        let number = Owned(index(op));
        return if number.0.is_null() {
            -1.0
        } else {
            crate::longobject::PyLong_AsDouble(number.0)
        };
    }
    type_error::<()>(&format!("must be real number, not {}", type_name(op)));
    -1.0
}

#[entry]
pub unsafe fn PyFloat_FromString(source: *mut PyObject) -> *mut PyObject {
    if source.is_null() {
        return bad_argument();
    }
    if is_str(source)
        && let Some(value) = text::as_str(source).and_then(|s| s.trim_ascii().parse().ok())
    {
        return decode::float(value);
    }
    if is_str(source) || buffer::supports(source) {
        return op(Op::ToFloat, &[source]);
    }
    type_error(&format!(
        "float() argument must be a string or a real number, not '{}'",
        type_name(source)
    ))
}

#[entry(unlocked)]
pub unsafe fn PyFloat_GetMax() -> c_double {
    f64::MAX
}

#[entry(unlocked)]
pub unsafe fn PyFloat_GetMin() -> c_double {
    f64::MIN_POSITIVE
}

#[entry(unlocked)]
pub unsafe fn PyFloat_GetInfo() -> *mut PyObject {
    op(Op::SysGet, &[text::interned("float_info")])
}

// --- packed bytes --------------------------------------------------------------------------------------------------

unsafe fn store<const N: usize>(mut bytes: [u8; N], out: *mut c_char, little_endian: c_int) -> c_int {
    if little_endian == 0 {
        bytes.reverse();
    }
    // SAFETY: the caller's memory has N bytes.
    unsafe { out.cast::<[u8; N]>().write_unaligned(bytes) };
    0
}

unsafe fn load<const N: usize>(data: *const c_char, little_endian: c_int) -> [u8; N] {
    // SAFETY: as `store`.
    let mut bytes = unsafe { data.cast::<[u8; N]>().read_unaligned() };
    if little_endian == 0 {
        bytes.reverse();
    }
    bytes
}

/// A double as IEEE 754 half precision, rounded half to even; None when it overflows.
fn to_half(value: f64) -> Option<u16> {
    let bits = value.to_bits();
    let sign = ((bits >> 48) & 0x8000) as u16;
    if value.is_nan() {
        return Some(sign | 0x7e00);
    }
    if value.is_infinite() {
        return Some(sign | 0x7c00);
    }
    let magnitude = value.abs();
    if magnitude < 2f64.powi(-14) {
        // subnormal: a multiple of 2**-24; rounding up to 1024 gives the smallest normal number
        return Some(sign | (magnitude * 2f64.powi(24)).round_ties_even() as u16);
    }
    let exponent = (bits >> 52 & 0x7ff) as i32 - 1023;
    if exponent > 15 {
        return None;
    }
    let mantissa = (magnitude * 2f64.powi(10 - exponent)).round_ties_even() as u32; // 1024 ..= 2048
    let half = ((exponent + 14) as u32) * 1024 + mantissa;
    (half < 0x7c00).then_some(sign | half as u16)
}

fn from_half(half: u16) -> f64 {
    let sign = if half & 0x8000 != 0 { -1.0 } else { 1.0 };
    let mantissa = f64::from(half & 0x3ff);
    let exponent = i32::from(half >> 10 & 0x1f);
    sign * match exponent {
        0x1f if half & 0x3ff != 0 => f64::NAN,
        0x1f => f64::INFINITY,
        0 => mantissa * 2f64.powi(-24),
        _ => (1024.0 + mantissa) * 2f64.powi(exponent - 25),
    }
}

#[entry(unlocked)]
pub unsafe fn PyFloat_Pack2(value: c_double, out: *mut c_char, little_endian: c_int) -> c_int {
    let Some(half) = to_half(value) else {
        overflow_error::<()>("float too large to pack with e format");
        return -1;
    };
    store(half.to_le_bytes(), out, little_endian)
}

#[entry(unlocked)]
pub unsafe fn PyFloat_Pack4(value: c_double, out: *mut c_char, little_endian: c_int) -> c_int {
    let single = value as f32;
    if single.is_infinite() && value.is_finite() {
        overflow_error::<()>("float too large to pack with f format");
        return -1;
    }
    store(single.to_le_bytes(), out, little_endian)
}

#[entry(unlocked)]
pub unsafe fn PyFloat_Pack8(value: c_double, out: *mut c_char, little_endian: c_int) -> c_int {
    store(value.to_le_bytes(), out, little_endian)
}

#[entry(unlocked)]
pub unsafe fn PyFloat_Unpack2(data: *const c_char, little_endian: c_int) -> c_double {
    from_half(u16::from_le_bytes(load(data, little_endian)))
}

#[entry(unlocked)]
pub unsafe fn PyFloat_Unpack4(data: *const c_char, little_endian: c_int) -> c_double {
    f64::from(f32::from_le_bytes(load(data, little_endian)))
}

#[entry(unlocked)]
pub unsafe fn PyFloat_Unpack8(data: *const c_char, little_endian: c_int) -> c_double {
    f64::from_le_bytes(load(data, little_endian))
}

/// Their names before 3.11, which were for Python itself, but extensions packed floats all the same.
macro_rules! earlier_names {
    (pack: $(fn $name:ident = $now:ident;)*) => {$(
        #[entry]
        pub unsafe fn $name(value: c_double, out: *mut c_uchar, little_endian: c_int) -> c_int {
            $now(value, out.cast(), little_endian)
        }
    )*};
    (unpack: $(fn $name:ident = $now:ident;)*) => {$(
        #[entry]
        pub unsafe fn $name(data: *const c_uchar, little_endian: c_int) -> c_double {
            $now(data.cast(), little_endian)
        }
    )*};
}

earlier_names! {
    pack:
    fn _PyFloat_Pack2 = PyFloat_Pack2;
    fn _PyFloat_Pack4 = PyFloat_Pack4;
    fn _PyFloat_Pack8 = PyFloat_Pack8;
}

earlier_names! {
    unpack:
    fn _PyFloat_Unpack2 = PyFloat_Unpack2;
    fn _PyFloat_Unpack4 = PyFloat_Unpack4;
    fn _PyFloat_Unpack8 = PyFloat_Unpack8;
}

#[entry(unlocked)]
pub unsafe fn _PyFloat_DebugMallocStats(_stream: *mut libc::FILE) {}
