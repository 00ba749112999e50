//! The `wchar_t` copy that a string keeps before 3.12, for the functions of that time.

use super::{data, is_ascii, kind, len, read};
use crate::{Obj, PyASCIIObject, PyCompactUnicodeObject, arena};

/// No copy yet.
#[inline]
pub unsafe fn begin(op: Obj, ascii: bool) {
    // SAFETY: a new string, its other fields written.
    unsafe {
        (*op.cast::<PyASCIIObject>()).wstr = std::ptr::null_mut();
        if !ascii {
            (*op.cast::<PyCompactUnicodeObject>()).wstr_length = 0;
        }
    }
}

/// The string as `wchar_t` (32 bits), NUL-terminated, kept with the string; NULL when memory is out.
pub unsafe fn wide(op: Obj) -> *mut u32 {
    // SAFETY: `op` is a string; the cache lives as long as it.
    unsafe {
        let base = op.cast::<PyASCIIObject>();
        if (*base).wstr.is_null() {
            let len = len(op);
            let mut copy = data(op).cast::<u32>();
            if kind(op) != 4 {
                copy = arena::alloc((len + 1) * 4).cast();
                if copy.is_null() {
                    crate::seq::no_memory();
                    return copy;
                }
                (0..len).for_each(|i| *copy.add(i) = read(op, i));
                *copy.add(len) = 0;
            }
            (*base).wstr = copy.cast();
            if !is_ascii(op) {
                (*op.cast::<PyCompactUnicodeObject>()).wstr_length = len as isize;
            }
        }
        (*base).wstr.cast()
    }
}

/// Frees the copy.
pub unsafe fn drop(op: Obj) {
    // SAFETY: the count is zero.
    unsafe {
        let wide = (*op.cast::<PyASCIIObject>()).wstr.cast::<u8>();
        if !wide.is_null() && wide != data(op) {
            arena::free(wide.cast());
        }
    }
}
