//! Ints as arrays of digits, in and out.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_int, c_void};
use std::ptr::{null, null_mut};

/// `PyLongLayout`: what digits look like.
#[repr(C)]
pub struct Layout {
    bits_per_digit: u8,
    digit_size: u8,
    digits_order: i8,
    digit_endianness: i8,
}

static LAYOUT: Layout = Layout {
    bits_per_digit: 30,
    digit_size: 4,
    digits_order: -1,
    digit_endianness: if cfg!(target_endian = "little") { -1 } else { 1 },
};

/// `PyLongExport`: a value that fits into 64 bits, or digits.
#[repr(C)]
pub struct Export {
    value: i64,
    negative: u8,
    ndigits: Py_ssize_t,
    digits: *const c_void,
    reserved: usize,
}

#[entry]
pub unsafe fn PyLong_GetNativeLayout() -> *const Layout {
    &raw const LAYOUT
}

#[entry]
pub unsafe fn PyLong_Export(op: Obj, export: *mut Export) -> c_int {
    if !is_int(op) {
        export.write_bytes(0, 1);
        type_error::<()>(&format!("expected int, got {}", type_name(op)));
        return -1;
    }
    let fits = int::as_i64(op);
    let (digits, negative) = int::digits(op);
    *export = match fits {
        Some(value) => Export {
            value,
            negative: 0,
            ndigits: 0,
            digits: null(),
            reserved: 0,
        },
        None => Export {
            value: 0,
            negative: u8::from(negative),
            ndigits: digits.len() as Py_ssize_t,
            digits: digits.as_ptr().cast(),
            reserved: new_ref(op) as usize,
        },
    };
    0
}

/// Gives back the int that the digits belong to.
#[entry]
pub unsafe fn PyLong_FreeExport(export: *mut Export) {
    let owner = std::mem::replace(&mut (*export).reserved, 0);
    xdecref(owner as Obj);
}

/// A `PyLongWriter` is the int that it writes.
#[entry]
pub unsafe fn PyLongWriter_Create(
    negative: c_int,
    count: Py_ssize_t,
    digits: *mut *mut c_void,
) -> *mut c_void {
    if count <= 0 {
        value_error::<()>("ndigits must be positive");
        *digits = null_mut();
        return null_mut();
    }
    let op = int::block(count as usize, negative != 0);
    if op.is_null() {
        *digits = null_mut();
        return seq::no_memory().cast();
    }
    *digits = int::first_digit(op).cast();
    op.cast()
}

/// The int, without leading zeros.
#[entry]
pub unsafe fn PyLongWriter_Finish(writer: *mut c_void) -> Obj {
    let op: Obj = writer.cast();
    let (digits, negative) = int::digits(op);
    let used = digits
        .iter()
        .rposition(|&digit| digit != 0)
        .map_or(0, |last| last + 1);
    let result = int::from_digits(&digits[..used], negative);
    decref(op);
    result
}

#[entry]
pub unsafe fn PyLongWriter_Discard(writer: *mut c_void) {
    xdecref(writer.cast());
}
