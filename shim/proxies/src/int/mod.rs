//! Native ints: `PyLongObject` with 30-bit digits.

#[cfg(not(Py_3_12))]
#[path = "signed.rs"]
mod layout;
#[cfg(Py_3_12)]
#[path = "tagged.rs"]
mod layout;

pub use layout::{constant, first as first_digit};

use crate::immortals::Immortals;
use crate::{LongObject, Obj, PyLong_Type, arena, refcount};
use std::ffi::c_void;

const SHIFT: u32 = 30;
const MASK: u64 = (1 << SHIFT) - 1;
/// Bytes before the digits.
const HEAD: usize = size_of::<LongObject>().next_multiple_of(8) - 8;
const SMALL_MIN: i64 = -5;
const SMALL_COUNT: usize = 262;

static SMALL: Immortals<SMALL_COUNT> = Immortals::new();

/// Dead ints of up to two digits.
static FREE: arena::Shelf<256> = arena::Shelf::new();
const FREE_DIGITS: usize = 2;

/// A new block for `digits` digits, head filled, digits not. NULL when memory is out.
#[inline]
pub unsafe fn block(digits: usize, negative: bool) -> *mut LongObject {
    // SAFETY: a fresh block of the right size, or a dead one; the lock is held where they are kept.
    unsafe {
        let mut op = std::ptr::null_mut();
        if digits <= FREE_DIGITS {
            op = FREE.take().cast::<LongObject>();
        }
        if op.is_null() {
            op = arena::alloc(HEAD + 4 * digits.max(FREE_DIGITS)).cast();
        }
        if !op.is_null() {
            refcount::begin(op.cast(), &raw mut PyLong_Type);
            layout::start(op, digits, negative);
        }
        op
    }
}

#[inline(never)]
unsafe fn from_magnitude(mut magnitude: u64, negative: bool) -> Obj {
    let digits = match magnitude {
        0 => 0,
        m if m <= MASK => 1,
        m if m >> SHIFT <= MASK => 2,
        _ => 3,
    };
    // SAFETY: the block has room for the digits.
    unsafe {
        let op = block(digits, negative);
        if op.is_null() {
            return crate::seq::no_memory();
        }
        let first = layout::first(op);
        for i in 0..digits {
            *first.add(i) = (magnitude & MASK) as u32;
            magnitude >>= SHIFT;
        }
        op.cast()
    }
}

/// A new reference to an int.
#[inline(always)] // left alone, the compiler makes the calls with ints in registers go out of line for it
pub unsafe fn from_i64(value: i64) -> Obj {
    // SAFETY: the block has room for the digit.
    unsafe {
        let row = value.wrapping_sub(SMALL_MIN);
        if (row as u64) < SMALL_COUNT as u64 {
            return small(row as usize);
        }
        let magnitude = value.unsigned_abs();
        if magnitude > MASK {
            return from_magnitude(magnitude, value < 0);
        }
        let op = block(1, value < 0);
        if op.is_null() {
            return crate::seq::no_memory();
        }
        *layout::first(op) = magnitude as u32;
        op.cast()
    }
}

/// A new reference to an int.
pub unsafe fn from_u64(value: u64) -> Obj {
    // SAFETY: the lock is held.
    unsafe {
        if value <= i64::MAX as u64 {
            from_i64(value as i64)
        } else {
            from_magnitude(value, false)
        }
    }
}

#[inline(never)]
unsafe fn small(row: usize) -> Obj {
    let value = row as i64 + SMALL_MIN;
    // SAFETY: it makes a new int.
    unsafe { SMALL.get(row, || from_magnitude(value.unsigned_abs(), value < 0)) }
}

/// The digits and the sign.
#[inline]
pub unsafe fn digits<'a>(op: Obj) -> (&'a [u32], bool) {
    // SAFETY: `op` is an int (or an instance of a subclass, which has the same head).
    unsafe {
        let long = op.cast::<LongObject>();
        let (count, negative) = layout::shape(long);
        (std::slice::from_raw_parts(layout::first(long), count), negative)
    }
}

/// Changes the sign of an int that nobody else has seen.
pub unsafe fn negate_fresh(op: Obj) {
    // SAFETY: a new int, not zero.
    unsafe {
        let long = op.cast::<LongObject>();
        let (count, negative) = layout::shape(long);
        let first = *layout::first(long);
        layout::start(long, count, !negative);
        *layout::first(long) = first;
    }
}

/// The value, when it fits.
#[inline]
pub unsafe fn as_i64(op: Obj) -> Option<i64> {
    // SAFETY: as `digits`.
    let (digits, negative) = unsafe { digits(op) };
    match *digits {
        [] => Some(0),
        [a] => Some(if negative { -i64::from(a) } else { i64::from(a) }),
        _ => long_as_i64(digits, negative),
    }
}

#[inline(never)]
fn long_as_i64(digits: &[u32], negative: bool) -> Option<i64> {
    let magnitude = match *digits {
        [a, b] => i128::from(a) | i128::from(b) << SHIFT,
        [a, b, c] => i128::from(a) | i128::from(b) << SHIFT | i128::from(c) << (2 * SHIFT),
        _ => return None,
    };
    i64::try_from(if negative { -magnitude } else { magnitude }).ok()
}

/// The value, when it is not negative and fits.
pub unsafe fn as_u64(op: Obj) -> Option<u64> {
    // SAFETY: as `digits`.
    let (digits, negative) = unsafe { digits(op) };
    if negative || digits.len() > 3 {
        return None;
    }
    let magnitude = digits
        .iter()
        .rev()
        .fold(0u128, |m, &d| m << SHIFT | u128::from(d));
    u64::try_from(magnitude).ok()
}

/// The value modulo 2**64.
pub unsafe fn as_u64_mask(op: Obj) -> u64 {
    // SAFETY: as `digits`.
    let (digits, negative) = unsafe { digits(op) };
    let magnitude = digits.iter().rev().fold(0u64, |m, &d| m << SHIFT | u64::from(d));
    if negative {
        magnitude.wrapping_neg()
    } else {
        magnitude
    }
}

/// The nearest double, rounding half to even; None when it overflows.
pub unsafe fn as_f64(op: Obj) -> Option<f64> {
    // SAFETY: as `digits`.
    let (digits, negative) = unsafe { digits(op) };
    let bits = bit_length(digits);
    // 64 leading bits, the last one sticky, and a power of two: then the hardware rounds once.
    let mut top = 0u64;
    let mut exponent = 0i64;
    if bits <= 64 {
        top = digits.iter().rev().fold(0, |m, &d| m << SHIFT | u64::from(d));
    } else {
        exponent = bits as i64 - 64;
        let mut sticky = false;
        for (i, &d) in digits.iter().enumerate() {
            let low = i as i64 * i64::from(SHIFT) - exponent;
            if low >= 0 {
                top |= u64::from(d) << low;
            } else if low > -i64::from(SHIFT) {
                top |= u64::from(d) >> -low;
                sticky |= u64::from(d) & ((1 << -low) - 1) != 0;
            } else {
                sticky |= d != 0;
            }
        }
        top |= u64::from(sticky);
    }
    let value = top as f64 * 2f64.powi(exponent.min(1100) as i32);
    value.is_finite().then_some(if negative { -value } else { value })
}

/// Number of bits of the magnitude.
pub fn bit_length(digits: &[u32]) -> usize {
    match digits.last() {
        None => 0,
        Some(&top) => (digits.len() - 1) * SHIFT as usize + (32 - top.leading_zeros() as usize),
    }
}

/// From little-endian bytes, two's complement when `signed`.
pub unsafe fn from_le_bytes(bytes: &[u8], signed: bool) -> Obj {
    // SAFETY: the lock is held.
    unsafe {
        let negative = signed && bytes.last().is_some_and(|b| b & 0x80 != 0);
        let mut digits: Vec<u32> = Vec::with_capacity(bytes.len() * 8 / 30 + 1);
        let (mut buffer, mut filled, mut carry) = (0u64, 0u32, u16::from(negative));
        for &byte in bytes {
            // the magnitude of a negative number: invert and add one
            let byte = if negative {
                let sum = u16::from(!byte) + carry;
                carry = sum >> 8;
                sum as u8
            } else {
                byte
            };
            buffer |= u64::from(byte) << filled;
            filled += 8;
            if filled >= SHIFT {
                digits.push((buffer & MASK) as u32);
                buffer >>= SHIFT;
                filled -= SHIFT;
            }
        }
        digits.push((buffer & MASK) as u32);
        if carry != 0 && negative {
            // only for the most negative value: the magnitude is 2**(8 * len)
            let bit = bytes.len() * 8;
            digits.resize(bit / SHIFT as usize + 1, 0);
            digits[bit / SHIFT as usize] |= 1 << (bit % SHIFT as usize);
        }
        while digits.last() == Some(&0) {
            digits.pop();
        }
        from_digits(&digits, negative)
    }
}

/// From 30-bit digits without leading zeros.
pub unsafe fn from_digits(digits: &[u32], negative: bool) -> Obj {
    // SAFETY: the block has room.
    unsafe {
        if digits.len() <= 2 {
            let magnitude = digits.iter().rev().fold(0i64, |m, &d| m << SHIFT | i64::from(d));
            return from_i64(if negative { -magnitude } else { magnitude });
        }
        let op = block(digits.len(), negative);
        if op.is_null() {
            return crate::seq::no_memory();
        }
        std::ptr::copy_nonoverlapping(digits.as_ptr(), layout::first(op), digits.len());
        op.cast()
    }
}

/// The value as `size` little-endian two's complement bytes; None when it needs more.
pub unsafe fn to_le_bytes(op: Obj, size: usize, signed: bool) -> Option<Vec<u8>> {
    // SAFETY: as `digits`.
    let (digits, negative) = unsafe { digits(op) };
    if negative && !signed {
        return None;
    }
    let mut out = Vec::with_capacity(size + 4);
    let (mut buffer, mut filled) = (0u64, 0u32);
    for &digit in digits {
        buffer |= u64::from(digit) << filled;
        filled += SHIFT;
        while filled >= 8 {
            out.push(buffer as u8);
            buffer >>= 8;
            filled -= 8;
        }
    }
    out.push(buffer as u8);
    if out.len() > size && out[size..].iter().any(|&b| b != 0) {
        return None;
    }
    out.resize(size, 0);
    if negative {
        let mut carry = true;
        for byte in &mut out {
            let (value, over) = (!*byte).overflowing_add(u8::from(carry));
            *byte = value;
            carry = over;
        }
    }
    let top_set = out.last().is_some_and(|b| b & 0x80 != 0);
    if signed && top_set != negative && !digits.is_empty() {
        return None;
    }
    Some(out)
}

/// The value as just enough two's complement bytes.
pub unsafe fn to_bytes(op: Obj) -> Vec<u8> {
    // SAFETY: as `digits`; there is always room for the sign.
    unsafe {
        let size = bit_length(digits(op).0) / 8 + 1;
        to_le_bytes(op, size, true).unwrap_or_default()
    }
}

/// The hash that CPython and PyPy share: the value modulo 2**61 - 1, with -1 replaced.
pub unsafe fn hash(op: Obj) -> isize {
    const MODULUS: u128 = (1 << 61) - 1;
    // SAFETY: as `digits`.
    let (digits, negative) = unsafe { digits(op) };
    let residue = digits
        .iter()
        .rev()
        .fold(0u128, |r, &d| (r << SHIFT | u128::from(d)) % MODULUS) as isize;
    match if negative { -residue } else { residue } {
        -1 => -2,
        hash => hash,
    }
}

/// `tp_dealloc` of exact ints.
pub unsafe extern "C" fn dealloc(op: Obj) {
    // SAFETY: the count is zero; a block of the free list has room for two digits, as all from `block` do.
    unsafe {
        if layout::shape(op.cast()).0 <= FREE_DIGITS {
            FREE.put(op);
        } else {
            arena::free(op.cast::<c_void>());
        }
    }
}
