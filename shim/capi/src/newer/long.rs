//! Ints: sizes fixed by name, bytes in native order, signs.

use crate::common::*;
use crate::longobject::{PyLong_AsLong, PyLong_AsLongLong, PyLong_AsUnsignedLong, PyLong_AsUnsignedLongLong};
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_int, c_void};

#[entry(unlocked)]
pub unsafe fn PyLong_FromInt32(value: i32) -> Obj {
    int::from_i64(value.into())
}

#[entry(unlocked)]
pub unsafe fn PyLong_FromInt64(value: i64) -> Obj {
    int::from_i64(value)
}

#[entry(unlocked)]
pub unsafe fn PyLong_FromUInt32(value: u32) -> Obj {
    int::from_i64(value.into())
}

#[entry(unlocked)]
pub unsafe fn PyLong_FromUInt64(value: u64) -> Obj {
    int::from_u64(value)
}

/// What does not fit into a small C type is an `OverflowError`; -1 may also be the value.
unsafe fn narrow<T: TryFrom<i64>>(value: i64, error: T, what: &str) -> T {
    // SAFETY: the caller is attached.
    unsafe {
        if value == -1 && !err::occurred().is_null() {
            return error;
        }
        T::try_from(value).unwrap_or_else(|_| {
            overflow_error::<()>(&format!("Python int too large to convert to C {what}"));
            error
        })
    }
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsInt(op: Obj) -> c_int {
    crate::longobject::_PyLong_AsInt(op)
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsInt32(op: Obj, value: *mut i32) -> c_int {
    let number = narrow(PyLong_AsLong(op), -1, "int32_t");
    if number == -1 && !err::occurred().is_null() {
        return -1;
    }
    *value = number;
    0
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsInt64(op: Obj, value: *mut i64) -> c_int {
    let number = PyLong_AsLongLong(op);
    if number == -1 && !err::occurred().is_null() {
        return -1;
    }
    *value = number;
    0
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsUInt32(op: Obj, value: *mut u32) -> c_int {
    let number = PyLong_AsUnsignedLong(op);
    if number == u64::MAX && !err::occurred().is_null() {
        return -1;
    }
    let Ok(number) = u32::try_from(number) else {
        overflow_error::<()>("Python int too large to convert to C uint32_t");
        return -1;
    };
    *value = number;
    0
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsUInt64(op: Obj, value: *mut u64) -> c_int {
    let number = PyLong_AsUnsignedLongLong(op);
    if number == u64::MAX && !err::occurred().is_null() {
        return -1;
    }
    *value = number;
    0
}

/// The sign of an int; another object is an error.
unsafe fn sign(op: Obj) -> Option<c_int> {
    // SAFETY: `op` is an object or NULL.
    unsafe {
        if !is_int(op) {
            let name = if op.is_null() {
                "NULL".into()
            } else {
                type_name(op)
            };
            type_error::<()>(&format!("expected int, got {name}"));
            return None;
        }
        let (digits, negative) = int::digits(op);
        Some(match (digits, negative) {
            ([], _) => 0,
            (_, true) => -1,
            _ => 1,
        })
    }
}

#[entry(unlocked)]
pub unsafe fn PyLong_GetSign(op: Obj, result: *mut c_int) -> c_int {
    let Some(sign) = sign(op) else {
        *result = 0;
        return -1;
    };
    *result = sign;
    0
}

#[entry(unlocked)]
pub unsafe fn PyLong_IsPositive(op: Obj) -> c_int {
    sign(op).map_or(-1, |sign| c_int::from(sign > 0))
}

#[entry(unlocked)]
pub unsafe fn PyLong_IsNegative(op: Obj) -> c_int {
    sign(op).map_or(-1, |sign| c_int::from(sign < 0))
}

#[entry(unlocked)]
pub unsafe fn PyLong_IsZero(op: Obj) -> c_int {
    sign(op).map_or(-1, |sign| c_int::from(sign == 0))
}

// --- bytes ---------------------------------------------------------------------------------------------------------

/// `Py_ASNATIVEBYTES_*`; -1 asks for the usual: native order, signed.
const LITTLE_ENDIAN: c_int = 1;
const NATIVE_ENDIAN: c_int = 3;
const UNSIGNED_BUFFER: c_int = 4;
const REJECT_NEGATIVE: c_int = 8;
const ALLOW_INDEX: c_int = 16;

fn is_little(flags: c_int) -> bool {
    match flags & NATIVE_ENDIAN {
        _ if flags == -1 => cfg!(target_endian = "little"),
        LITTLE_ENDIAN => true,
        NATIVE_ENDIAN => cfg!(target_endian = "little"),
        _ => false,
    }
}

/// Writes the value, cut if there is no room, and says how many bytes it needs.
#[entry(unlocked)]
pub unsafe fn PyLong_AsNativeBytes(
    op: Obj,
    buffer: *mut c_void,
    size: Py_ssize_t,
    flags: c_int,
) -> Py_ssize_t {
    if op.is_null() || size < 0 {
        bad_internal_call::<()>();
        return -1;
    }
    let number = if is_int(op) {
        Owned(new_ref(op))
    } else if flags != -1 && flags & ALLOW_INDEX != 0 {
        Owned(crate::abstract_number::_PyNumber_Index(op))
    } else {
        type_error::<()>(&format!("expect int, got {}", type_name(op)));
        return -1;
    };
    if number.0.is_null() {
        return -1;
    }
    let (digits, negative) = int::digits(number.0);
    if negative && flags != -1 && flags & REJECT_NEGATIVE != 0 {
        crate::common::value_error::<()>("Cannot convert negative int");
        return -1;
    }
    let unsigned = flags == -1 || flags & UNSIGNED_BUFFER != 0;
    let bits = int::bit_length(digits);
    let full = int::to_bytes(number.0);
    let filler = if negative { 0xff } else { 0 };
    let out = std::slice::from_raw_parts_mut(buffer.cast::<u8>(), size as usize);
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = full.get(i).copied().unwrap_or(filler);
    }
    if !is_little(flags) {
        out.reverse();
    }
    // A sign bit is needed, except where the caller reads an unsigned number that just fills the buffer.
    let needed = bits / 8 + 1;
    let fits_unsigned = unsigned && !negative && bits == 8 * size as usize;
    let lowest = negative && bits == 8 * size as usize && fits_signed(number.0, size as usize);
    if fits_unsigned || lowest {
        return size;
    }
    needed as Py_ssize_t
}

unsafe fn fits_signed(op: Obj, size: usize) -> bool {
    // SAFETY: `op` is an int.
    unsafe { int::to_le_bytes(op, size, true).is_some() }
}

unsafe fn from_native(buffer: *const c_void, size: usize, flags: c_int, signed: bool) -> Obj {
    // SAFETY: the buffer has `size` bytes.
    unsafe {
        if buffer.is_null() {
            return bad_internal_call();
        }
        let mut bytes = memory(buffer.cast(), size as Py_ssize_t).to_vec();
        if !is_little(flags) {
            bytes.reverse();
        }
        int::from_le_bytes(&bytes, signed)
    }
}

#[entry(unlocked)]
pub unsafe fn PyLong_FromNativeBytes(buffer: *const c_void, size: usize, flags: c_int) -> Obj {
    let unsigned = flags != -1 && flags & UNSIGNED_BUFFER != 0;
    from_native(buffer, size, flags, !unsigned)
}

#[entry(unlocked)]
pub unsafe fn PyLong_FromUnsignedNativeBytes(buffer: *const c_void, size: usize, flags: c_int) -> Obj {
    from_native(buffer, size, flags, false)
}
