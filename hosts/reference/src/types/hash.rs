//! Hashes. Those of numbers are CPython's, because equal numbers of different types must have equal hashes.

use crate::heap::Text;
use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;
use std::hash::{DefaultHasher, Hash, Hasher};

/// The prime that numbers are reduced by.
const MODULUS: u64 = (1 << 61) - 1;
const INFINITY: i64 = 314_159;

fn not_error(hash: i64) -> i64 {
    if hash == -1 { -2 } else { hash }
}

/// The hash of an int.
pub fn int(value: &BigInt) -> i64 {
    let rest = (value.magnitude() % MODULUS).to_i64().unwrap_or(0);
    not_error(if value.sign() == Sign::Minus { -rest } else { rest })
}

/// The hash of a float; `identity` is for those that are not a number.
pub fn float(value: f64, identity: u64) -> i64 {
    if value.is_nan() {
        return not_error(identity as i64);
    }
    if value.is_infinite() {
        return if value > 0.0 { INFINITY } else { -INFINITY };
    }
    if value == 0.0 {
        return 0;
    }
    // value = mantissa * 2 ** exponent, both whole: 2 has the order 61 modulo the prime
    let bits = value.abs().to_bits();
    let (fraction, raised) = (bits & ((1 << 52) - 1), (bits >> 52) as i64);
    let (mantissa, exponent) = if raised == 0 {
        (fraction, -1074)
    } else {
        (fraction | 1 << 52, raised - 1075)
    };
    let shift = exponent.rem_euclid(61) as u32;
    let rest = (u128::from(mantissa) << shift) % u128::from(MODULUS);
    not_error(if value < 0.0 { -(rest as i64) } else { rest as i64 })
}

/// The hash of a complex.
pub fn complex(real: f64, imaginary: f64, identity: u64) -> i64 {
    let parts = (float(real, identity), float(imaginary, identity));
    not_error(parts.0.wrapping_add(parts.1.wrapping_mul(1_000_003)))
}

/// The hash of anything that Rust can hash.
pub fn of(value: &impl Hash) -> i64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    not_error(hasher.finish() as i64)
}

/// The hash of a text.
pub fn text(text: &Text) -> i64 {
    if text.0.is_empty() { 0 } else { of(text) }
}
