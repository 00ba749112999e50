//! Where an int keeps size and sign since 3.12: in a tag.

use crate::{LongObject, LongValue, PyObject};

const NEGATIVE: usize = 2;
const ZERO: usize = 1;
const SIGN: usize = 3;
const SIZE_SHIFT: u32 = 3;

/// Writes size and sign; the first digit is cleared.
#[inline]
pub unsafe fn start(op: *mut LongObject, digits: usize, negative: bool) {
    // SAFETY: `op` is a block with room for a digit.
    unsafe {
        let sign = match (digits, negative) {
            (0, _) => ZERO,
            (_, true) => NEGATIVE,
            (_, false) => 0,
        };
        (*op).long_value.lv_tag = digits << SIZE_SHIFT | sign;
        (*op).long_value.ob_digit[0] = 0;
    }
}

/// The number of digits and whether it is negative.
#[inline]
pub unsafe fn shape(op: *const LongObject) -> (usize, bool) {
    // SAFETY: `op` is an int.
    let tag = unsafe { (*op).long_value.lv_tag };
    (tag >> SIZE_SHIFT, tag & SIGN == NEGATIVE)
}

/// The digits.
#[inline]
pub unsafe fn first(op: *mut LongObject) -> *mut u32 {
    // SAFETY: `op` is an int.
    unsafe { (&raw mut (*op).long_value.ob_digit).cast() }
}

/// A static int of one digit.
pub const fn constant(head: PyObject, value: u32) -> LongObject {
    LongObject {
        ob_base: head,
        long_value: LongValue {
            lv_tag: if value == 0 { ZERO } else { 1 << SIZE_SHIFT },
            ob_digit: [value],
        },
    }
}
