//! `pystrcmp.h`: comparison of C strings without regard to the case of ASCII letters.

use crate::common::c_bytes;
use gimbal_abi::Py_ssize_t;
use gimbal_macros::entry;
use std::ffi::{c_char, c_int};

/// The difference of the first bytes that differ, in lower case; the NUL counts as a byte.
fn compare(a: &[u8], b: &[u8], limit: usize) -> c_int {
    let at = |s: &[u8], i: usize| c_int::from(s.get(i).map_or(0, u8::to_ascii_lowercase));
    let end = (a.len().max(b.len()) + 1).min(limit);
    (0..end)
        .map(|i| at(a, i) - at(b, i))
        .find(|&difference| difference != 0)
        .unwrap_or(0)
}

#[entry]
pub unsafe fn PyOS_mystricmp(a: *const c_char, b: *const c_char) -> c_int {
    compare(c_bytes(a), c_bytes(b), usize::MAX)
}

#[entry]
pub unsafe fn PyOS_mystrnicmp(a: *const c_char, b: *const c_char, limit: Py_ssize_t) -> c_int {
    compare(c_bytes(a), c_bytes(b), limit.max(0) as usize)
}
