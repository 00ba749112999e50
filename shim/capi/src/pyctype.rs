//! `pyctype.h`: what the bytes are, in ASCII, whatever the locale.

use std::ffi::{c_uchar, c_uint};

const LOWER: c_uint = 0x01;
const UPPER: c_uint = 0x02;
const DIGIT: c_uint = 0x04;
const SPACE: c_uint = 0x08;
const XDIGIT: c_uint = 0x10;

/// The classes that a byte belongs to.
#[gimbal_macros::exported]
pub static _Py_ctype_table: [c_uint; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let byte = i as u8;
        if byte.is_ascii_lowercase() {
            table[i] |= LOWER;
        }
        if byte.is_ascii_uppercase() {
            table[i] |= UPPER;
        }
        if byte.is_ascii_digit() {
            table[i] |= DIGIT;
        }
        if byte.is_ascii_hexdigit() {
            table[i] |= XDIGIT;
        }
        if matches!(byte, b' ' | b'\t'..=b'\r') {
            table[i] |= SPACE;
        }
        i += 1;
    }
    table
};

/// Each byte in lower case.
#[gimbal_macros::exported]
pub static _Py_ctype_tolower: [c_uchar; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = (i as u8).to_ascii_lowercase();
        i += 1;
    }
    table
};

/// Each byte in upper case.
#[gimbal_macros::exported]
pub static _Py_ctype_toupper: [c_uchar; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        table[i] = (i as u8).to_ascii_uppercase();
        i += 1;
    }
    table
};
