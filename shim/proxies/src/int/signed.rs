//! Where an int keeps size and sign before 3.12: both in `ob_size`.

use crate::{LongObject, PyObject, PyVarObject};

/// Writes size and sign; the first digit is cleared.
#[inline]
pub unsafe fn start(op: *mut LongObject, digits: usize, negative: bool) {
    // SAFETY: `op` is a block with room for a digit.
    unsafe {
        (*op).ob_base.ob_size = if negative {
            -(digits as isize)
        } else {
            digits as isize
        };
        (*op).ob_digit[0] = 0;
    }
}

/// The number of digits and whether it is negative.
#[inline]
pub unsafe fn shape(op: *const LongObject) -> (usize, bool) {
    // SAFETY: `op` is an int.
    let size = unsafe { (*op).ob_base.ob_size };
    (size.unsigned_abs(), size < 0)
}

/// The digits.
#[inline]
pub unsafe fn first(op: *mut LongObject) -> *mut u32 {
    // SAFETY: `op` is an int.
    unsafe { (&raw mut (*op).ob_digit).cast() }
}

/// A static int of one digit.
pub const fn constant(head: PyObject, value: u32) -> LongObject {
    LongObject {
        ob_base: PyVarObject {
            ob_base: head,
            ob_size: (value != 0) as isize,
        },
        ob_digit: [value],
    }
}
