//! `PyOS_strtol` and `PyOS_strtoul`: as C's, with the prefixes of Python literals.

use crate::common::c_bytes;
use crate::longobject::is_space;
use gimbal_macros::entry;
use std::ffi::{c_char, c_int, c_long, c_ulong};

unsafe fn out_of_range() {
    // SAFETY: the thread's own errno.
    unsafe { *libc::__errno_location() = libc::ERANGE }
}

/// Reads digits with an optional prefix: the value, None when it overflows, and the bytes used (0: no number).
fn scan(text: &[u8], base: c_int) -> (Option<u64>, usize) {
    if !(base == 0 || (2..=36).contains(&base)) {
        return (Some(0), 0);
    }
    let at = |i: usize| text.get(i).copied().unwrap_or(0);
    let prefixed = match at(1) | 0x20 {
        b'x' => 16,
        b'o' => 8,
        b'b' => 2,
        _ => 0,
    };
    let has_prefix = at(0) == b'0'
        && prefixed != 0
        && (base == 0 || base == prefixed)
        && char::from(at(2)).is_digit(prefixed as u32);
    let base = match base {
        0 if has_prefix => prefixed,
        0 => 10,
        _ => base,
    } as u32;
    let start = if has_prefix { 2 } else { 0 };
    let mut value = Some(0u64);
    let mut end = start;
    while let Some(digit) = char::from(at(end)).to_digit(base) {
        value = value
            .and_then(|v| v.checked_mul(u64::from(base)))
            .and_then(|v| v.checked_add(u64::from(digit)));
        end += 1;
    }
    (value, end)
}

fn spaces(text: &[u8]) -> usize {
    text.iter().take_while(|&&b| is_space(b)).count()
}

#[entry]
pub unsafe fn PyOS_strtoul(text: *const c_char, end: *mut *mut c_char, base: c_int) -> c_ulong {
    let bytes = c_bytes(text);
    let start = spaces(bytes);
    let (value, used) = scan(&bytes[start..], base);
    if !end.is_null() {
        *end = text.add(start + used).cast_mut();
    }
    value.unwrap_or_else(|| {
        out_of_range();
        c_ulong::MAX
    })
}

#[entry]
pub unsafe fn PyOS_strtol(text: *const c_char, end: *mut *mut c_char, base: c_int) -> c_long {
    let bytes = c_bytes(text);
    let mut start = spaces(bytes);
    let negative = bytes.get(start) == Some(&b'-');
    start += usize::from(matches!(bytes.get(start), Some(b'+' | b'-')));
    let (value, used) = scan(&bytes[start..], base);
    if !end.is_null() {
        *end = text.add(start + used).cast_mut();
    }
    let signed = value.and_then(|v| {
        let wide = if negative { -i128::from(v) } else { i128::from(v) };
        c_long::try_from(wide).ok()
    });
    signed.unwrap_or_else(|| {
        out_of_range();
        c_long::MAX
    })
}
