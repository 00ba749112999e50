//! The methods of float and complex.

use super::format;
use super::int::{comparisons, from_float};
use super::numeric_text::{self, Style};
use crate::heap::{Obj, Payload, Res, Thread};
use crate::types::{Builtin, Compare, Def, Keywords, class_method, getter, hash, keyword_function, method};
use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive};
use std::cmp::Ordering;

macro_rules! binary {
    ($apply:ident: $($forward:literal $reflected:literal $f:expr;)*) => {
        &[$(
            method($forward, 1, 1, |t, a| $apply(t, &a[0], &a[1], $f)),
            method($reflected, 1, 1, |t, a| $apply(t, &a[1], &a[0], $f)),
        )*]
    };
}

pub(super) const METHODS: &[(Builtin, &[Def])] = &[
    (
        Builtin::Float,
        binary! { floats:
            "__add__" "__radd__" |t, a, b| Ok(t.float(a + b));
            "__sub__" "__rsub__" |t, a, b| Ok(t.float(a - b));
            "__mul__" "__rmul__" |t, a, b| Ok(t.float(a * b));
            "__truediv__" "__rtruediv__" |t, a, b| {
                divisor(t, b, "float division by zero")?;
                Ok(t.float(a / b))
            };
            "__floordiv__" "__rfloordiv__" |t, a, b| {
                divisor(t, b, "float floor division by zero")?;
                Ok(t.float(div_mod(a, b).0))
            };
            "__mod__" "__rmod__" |t, a, b| {
                divisor(t, b, "float modulo")?;
                Ok(t.float(div_mod(a, b).1))
            };
            "__divmod__" "__rdivmod__" |t, a, b| {
                divisor(t, b, "float divmod()")?;
                let (quotient, rest) = div_mod(a, b);
                let (quotient, rest) = (t.float(quotient), t.float(rest));
                Ok(t.tuple(&[quotient, rest]))
            };
        },
    ),
    (Builtin::Float, comparisons!(compare)),
    (
        Builtin::Float,
        &[
            keyword_function("__new__", new_float),
            method("__repr__", 0, 0, |t, a| {
                let value = float(t, &a[0]);
                Ok(t.str(&numeric_text::repr(value)))
            }),
            method("__hash__", 0, 0, |t, a| {
                let (value, identity) = (float(t, &a[0]), t.identity_hash(&a[0]));
                Ok(t.int(hash::float(value, identity as u64)))
            }),
            method("__bool__", 0, 0, |t, a| {
                let value = float(t, &a[0]);
                Ok(t.bool(value != 0.0))
            }),
            method("__neg__", 0, 0, |t, a| unary(t, a, |x| -x)),
            method("__abs__", 0, 0, |t, a| unary(t, a, f64::abs)),
            method("__pos__", 0, 0, plain),
            method("__float__", 0, 0, plain),
            method("conjugate", 0, 0, plain),
            method("__int__", 0, 0, |t, a| whole(t, a, f64::trunc)),
            method("__trunc__", 0, 0, |t, a| whole(t, a, f64::trunc)),
            method("__floor__", 0, 0, |t, a| whole(t, a, f64::floor)),
            method("__ceil__", 0, 0, |t, a| whole(t, a, f64::ceil)),
            method("__pow__", 1, 2, |t, a| float_pow(t, &a[0], &a[1], a.get(2))),
            method("__rpow__", 1, 2, |t, a| float_pow(t, &a[1], &a[0], a.get(2))),
            method("__round__", 0, 1, round),
            method("__format__", 1, 1, |t, a| {
                let spec = t.format_spec(&a[1])?;
                let value = float(t, &a[0]);
                format::float(t, value, &spec)
            }),
            method("__getnewargs__", 0, 0, |t, a| {
                let value = plain(t, a)?;
                Ok(t.tuple(&[value]))
            }),
            method("is_integer", 0, 0, |t, a| {
                let value = float(t, &a[0]);
                Ok(t.bool(value.is_finite() && value.trunc() == value))
            }),
            method("as_integer_ratio", 0, 0, integer_ratio),
            method("hex", 0, 0, |t, a| {
                let value = float(t, &a[0]);
                Ok(t.str(&hex(value)))
            }),
            class_method("__getformat__", 1, 1, |t, _| Ok(t.str("IEEE, little-endian"))),
            getter("real", plain),
            getter("imag", |t, _| Ok(t.float(0.0))),
        ],
    ),
    (
        Builtin::Complex,
        binary! { complexes:
            "__add__" "__radd__" |t, a, b| Ok(t.complex(a.0 + b.0, a.1 + b.1));
            "__sub__" "__rsub__" |t, a, b| Ok(t.complex(a.0 - b.0, a.1 - b.1));
            "__mul__" "__rmul__" |t, a, b| Ok(t.complex(a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0));
            "__truediv__" "__rtruediv__" |t, a, b| match quotient(a, b) {
                Some((real, imaginary)) => Ok(t.complex(real, imaginary)),
                None => Err(t.raise(Builtin::ZeroDivisionError, "complex division by zero")),
            };
        },
    ),
    (
        Builtin::Complex,
        &[
            keyword_function("__new__", new_complex),
            method("__repr__", 0, 0, |t, a| {
                let (real, imaginary) = t.as_complex(&a[0]).unwrap_or_default();
                Ok(t.str(&numeric_text::complex(real, imaginary)))
            }),
            method("__hash__", 0, 0, |t, a| {
                let (real, imaginary) = t.as_complex(&a[0]).unwrap_or_default();
                let identity = t.identity_hash(&a[0]);
                Ok(t.int(hash::complex(real, imaginary, identity as u64)))
            }),
            method("__bool__", 0, 0, |t, a| {
                let value = t.as_complex(&a[0]);
                Ok(t.bool(value != Some((0.0, 0.0))))
            }),
            method("__eq__", 1, 1, |t, a| complex_equal(t, a, false)),
            method("__ne__", 1, 1, |t, a| complex_equal(t, a, true)),
            method("__neg__", 0, 0, |t, a| {
                let (real, imaginary) = t.as_complex(&a[0]).unwrap_or_default();
                Ok(t.complex(-real, -imaginary))
            }),
            method("__pos__", 0, 0, complex_plain),
            method("__complex__", 0, 0, complex_plain),
            method("conjugate", 0, 0, |t, a| {
                let (real, imaginary) = t.as_complex(&a[0]).unwrap_or_default();
                Ok(t.complex(real, -imaginary))
            }),
            method("__abs__", 0, 0, |t, a| {
                let (real, imaginary) = t.as_complex(&a[0]).unwrap_or_default();
                let length = real.hypot(imaginary);
                if length.is_infinite() && real.is_finite() && imaginary.is_finite() {
                    return Err(t.overflow_error("absolute value too large"));
                }
                Ok(t.float(length))
            }),
            method("__pow__", 1, 2, |t, a| complex_pow(t, &a[0], &a[1], a.get(2))),
            method("__rpow__", 1, 2, |t, a| complex_pow(t, &a[1], &a[0], a.get(2))),
            method("__format__", 1, 1, |t, a| {
                let spec = t.format_spec(&a[1])?;
                let value = t.as_complex(&a[0]).unwrap_or_default();
                format::complex(t, value, &spec)
            }),
            method("__getnewargs__", 0, 0, |t, a| {
                let (real, imaginary) = t.as_complex(&a[0]).unwrap_or_default();
                let parts = [t.float(real), t.float(imaginary)];
                Ok(t.tuple(&parts))
            }),
            getter("real", |t, a| {
                let (real, _) = t.as_complex(&a[0]).unwrap_or_default();
                Ok(t.float(real))
            }),
            getter("imag", |t, a| {
                let (_, imaginary) = t.as_complex(&a[0]).unwrap_or_default();
                Ok(t.float(imaginary))
            }),
        ],
    ),
];

fn float(t: &mut Thread, obj: &Obj) -> f64 {
    t.as_float(obj).unwrap_or_default()
}

/// A float of an int, or `OverflowError`.
pub(super) fn to_float(t: &mut Thread, value: &BigInt) -> Res<f64> {
    match value.to_f64() {
        Some(value) if value.is_finite() => Ok(value),
        _ => Err(t.overflow_error("int too large to convert to float")),
    }
}

/// The whole number that a float without fraction is; None when it is not finite.
pub(super) fn floor(value: f64) -> Option<BigInt> {
    BigInt::from_f64(value.floor())
}

/// An operand of float arithmetic: a float or an int.
fn operand(t: &mut Thread, obj: &Obj) -> Res<Option<f64>> {
    if let Some(value) = t.as_float(obj) {
        return Ok(Some(value));
    }
    match t.as_int(obj) {
        Some(value) => to_float(t, &value).map(Some),
        None => Ok(None),
    }
}

fn floats(t: &mut Thread, a: &Obj, b: &Obj, f: fn(&mut Thread, f64, f64) -> Res) -> Res {
    match (operand(t, a)?, operand(t, b)?) {
        (Some(a), Some(b)) => f(t, a, b),
        _ => Ok(t.not_implemented()),
    }
}

fn divisor(t: &mut Thread, b: f64, message: &str) -> Res<()> {
    if b == 0.0 {
        return Err(t.raise(Builtin::ZeroDivisionError, message));
    }
    Ok(())
}

/// Quotient rounded down and remainder with the sign of the divisor.
fn div_mod(a: f64, b: f64) -> (f64, f64) {
    let mut rest = a % b;
    let mut quotient = (a - rest) / b;
    if rest == 0.0 {
        rest = 0f64.copysign(b);
    } else if (b < 0.0) != (rest < 0.0) {
        rest += b;
        quotient -= 1.0;
    }
    if quotient == 0.0 {
        return (0f64.copysign(a / b), rest);
    }
    let rounded = quotient.floor();
    (
        if quotient - rounded > 0.5 {
            rounded + 1.0
        } else {
            rounded
        },
        rest,
    )
}

fn unary(t: &mut Thread, a: &[Obj], f: fn(f64) -> f64) -> Res {
    let value = float(t, &a[0]);
    Ok(t.float(f(value)))
}

fn plain(t: &mut Thread, a: &[Obj]) -> Res {
    if t.builtin_of(&a[0]) == Some(Builtin::Float) {
        return Ok(a[0].clone());
    }
    let value = float(t, &a[0]);
    Ok(t.float(value))
}

fn whole(t: &mut Thread, a: &[Obj], f: fn(f64) -> f64) -> Res {
    let value = float(t, &a[0]);
    let value = from_float(t, f(value))?;
    Ok(t.int(value))
}

/// The order of a float and an int, exactly; None for NaN.
fn order(a: f64, b: &BigInt) -> Option<Ordering> {
    if !a.is_finite() {
        return a.partial_cmp(&0.0);
    }
    let whole = floor(a)?;
    Some(whole.cmp(b).then(if a.floor() < a {
        Ordering::Greater
    } else {
        Ordering::Equal
    }))
}

fn compare(t: &mut Thread, a: &[Obj], op: Compare) -> Res {
    let x = float(t, &a[0]);
    let order = match (t.as_float(&a[1]), t.as_int(&a[1])) {
        (Some(y), _) => x.partial_cmp(&y),
        (_, Some(y)) => order(x, &y),
        _ => return Ok(t.not_implemented()),
    };
    let answer = order.map_or(op == Compare::NotEqual, |order| op.holds(order));
    Ok(t.bool(answer))
}

/// `a ** b` of floats where the result is a float.
pub(super) fn power(t: &mut Thread, a: f64, b: f64) -> Res<f64> {
    if a == 0.0 && b < 0.0 {
        return Err(t.raise(
            Builtin::ZeroDivisionError,
            "0.0 cannot be raised to a negative power",
        ));
    }
    let result = a.powf(b);
    if result.is_infinite() && a.is_finite() && b.is_finite() {
        let (number, text) = (t.int(34), t.str("Numerical result out of range"));
        return Err(t.raise_with(Builtin::OverflowError, &[number, text]));
    }
    Ok(result)
}

fn float_pow(t: &mut Thread, a: &Obj, b: &Obj, modulus: Option<&Obj>) -> Res {
    if let Some(modulus) = modulus
        && !t.is_none(modulus)
    {
        return Err(t.type_error("pow() 3rd argument not allowed unless all arguments are integers"));
    }
    let (Some(a), Some(b)) = (operand(t, a)?, operand(t, b)?) else {
        return Ok(t.not_implemented());
    };
    if a < 0.0 && a.is_finite() && b.is_finite() && b != b.floor() {
        let (real, imaginary) = complex_power((a, 0.0), (b, 0.0));
        return Ok(t.complex(real, imaginary));
    }
    let result = power(t, a, b)?;
    Ok(t.float(result))
}

fn round(t: &mut Thread, a: &[Obj]) -> Res {
    let value = float(t, &a[0]);
    let digits = match a.get(1) {
        Some(digits) if !t.is_none(digits) => t.index_size(digits)?,
        _ => {
            let value = from_float(t, value.round_ties_even())?;
            return Ok(t.int(value));
        }
    };
    if !value.is_finite() || digits > 330 {
        return Ok(t.float(value));
    }
    if digits < -308 {
        return Ok(t.float(0f64.copysign(value)));
    }
    let rounded: f64 = if digits >= 0 {
        format!("{value:.*}", digits as usize).parse().unwrap_or(value)
    } else {
        let unit = 10f64.powi(-digits as i32);
        let (low, up) = ((value / unit).floor(), (value / unit).ceil());
        let (below, above) = (value - low * unit, up * unit - value);
        let near = match below.partial_cmp(&above) {
            Some(Ordering::Less) => low,
            Some(Ordering::Greater) => up,
            _ if low % 2.0 == 0.0 => low,
            _ => up,
        };
        near * unit
    };
    if rounded.is_infinite() {
        return Err(t.overflow_error("rounded value too large to represent"));
    }
    Ok(t.float(rounded))
}

fn integer_ratio(t: &mut Thread, a: &[Obj]) -> Res {
    let value = float(t, &a[0]);
    if value.is_infinite() {
        return Err(t.overflow_error("cannot convert Infinity to integer ratio"));
    }
    if value.is_nan() {
        return Err(t.value_error("cannot convert NaN to integer ratio"));
    }
    let (mut numerator, mut places) = (value, 0u32);
    while numerator.fract() != 0.0 {
        numerator *= 2.0;
        places += 1;
    }
    let numerator = t.int(floor(numerator).unwrap_or_default());
    let denominator = t.int(BigInt::from(1) << places);
    Ok(t.tuple(&[numerator, denominator]))
}

fn hex(value: f64) -> String {
    if !value.is_finite() {
        return numeric_text::text(value, 'r', 0, Style::default());
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let bits = value.to_bits();
    let (fraction, raised) = (bits & ((1 << 52) - 1), (bits >> 52 & 0x7ff) as i64);
    if raised == 0 && fraction == 0 {
        return format!("{sign}0x0.0p+0");
    }
    let (first, exponent) = if raised == 0 {
        (0, -1022)
    } else {
        (1, raised - 1023)
    };
    format!("{sign}0x{first}.{fraction:013x}p{exponent:+}")
}

fn new_float(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    t.no_keywords("float", keywords)?;
    t.count_arguments("float", &a[1..], 0, 1)?;
    let value = match a.get(1) {
        Some(value) => float_of(t, value, true)?,
        None => 0.0,
    };
    Ok(t.alloc_of(&a[0], |_| Payload::Float(value)))
}

/// `float(o)`; texts are read when they are allowed.
pub(super) fn float_of(t: &mut Thread, obj: &Obj, texts: bool) -> Res<f64> {
    if t.builtin_of(obj) == Some(Builtin::Float) {
        return Ok(float(t, obj));
    }
    if texts {
        let text = match super::int::text_of(t, obj) {
            Some(text) => Some(text),
            None => super::memory::contents_of(t, obj)?
                .map(|bytes| bytes.iter().map(|&byte| char::from(byte)).collect()),
        };
        if let Some(text) = text {
            return match numeric_text::parse(text.trim()) {
                Some(value) => Ok(value),
                None => {
                    let shown = t.repr_string(obj)?;
                    Err(t.value_error(format!("could not convert string to float: {shown}")))
                }
            };
        }
    }
    if let Some(made) = t.call_special(obj, "__float__", &[])? {
        return match t.as_float(&made) {
            Some(value) => Ok(value),
            None => {
                let (name, given) = (t.type_name(obj), t.type_name(&made));
                Err(t.type_error(format!("{name}.__float__ returned non-float (type {given})")))
            }
        };
    }
    let class = t.class_of(obj);
    if t.lookup(&class, "__index__").is_some() {
        let value = t.index(obj)?;
        return to_float(t, &value);
    }
    let name = t.class_name(&class);
    Err(t.type_error(if texts {
        format!("float() argument must be a string or a real number, not '{name}'")
    } else {
        format!("must be real number, not {name}")
    }))
}

// --- complex --------------------------------------------------------------------------------------------------

type Complex = (f64, f64);

fn complex_operand(t: &mut Thread, obj: &Obj) -> Res<Option<Complex>> {
    match t.as_complex(obj) {
        Some(value) => Ok(Some(value)),
        None => Ok(operand(t, obj)?.map(|real| (real, 0.0))),
    }
}

fn complexes(t: &mut Thread, a: &Obj, b: &Obj, f: fn(&mut Thread, Complex, Complex) -> Res) -> Res {
    match (complex_operand(t, a)?, complex_operand(t, b)?) {
        (Some(a), Some(b)) => f(t, a, b),
        _ => Ok(t.not_implemented()),
    }
}

/// Divides by the larger part first, as CPython does, so that nothing overflows on the way.
fn quotient(a: Complex, b: Complex) -> Option<Complex> {
    if b.0.abs() >= b.1.abs() {
        if b.0 == 0.0 {
            return None;
        }
        let ratio = b.1 / b.0;
        let by = b.0 + b.1 * ratio;
        Some(((a.0 + a.1 * ratio) / by, (a.1 - a.0 * ratio) / by))
    } else if b.1.abs() >= b.0.abs() {
        let ratio = b.0 / b.1;
        let by = b.0 * ratio + b.1;
        Some(((a.0 * ratio + a.1) / by, (a.1 * ratio - a.0) / by))
    } else {
        Some((f64::NAN, f64::NAN))
    }
}

fn complex_power(a: Complex, b: Complex) -> Complex {
    if b == (0.0, 0.0) {
        return (1.0, 0.0);
    }
    if a == (0.0, 0.0) {
        return (0.0, 0.0);
    }
    let size = a.0.hypot(a.1);
    let mut length = size.powf(b.0);
    let angle = a.1.atan2(a.0);
    let mut phase = angle * b.0;
    if b.1 != 0.0 {
        length *= (-angle * b.1).exp();
        phase += b.1 * size.ln();
    }
    (length * phase.cos(), length * phase.sin())
}

/// A whole power of up to a hundred by squaring.
fn complex_whole_power(a: Complex, exponent: u32) -> Complex {
    let times = |a: Complex, b: Complex| (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0);
    let (mut result, mut square, mut mask) = ((1.0, 0.0), a, 1);
    while exponent >= mask {
        if exponent & mask != 0 {
            result = times(result, square);
        }
        mask <<= 1;
        square = times(square, square);
    }
    result
}

fn complex_pow(t: &mut Thread, a: &Obj, b: &Obj, modulus: Option<&Obj>) -> Res {
    let (Some(a), Some(b)) = (complex_operand(t, a)?, complex_operand(t, b)?) else {
        return Ok(t.not_implemented());
    };
    if let Some(modulus) = modulus
        && !t.is_none(modulus)
    {
        return Err(t.value_error("complex modulo"));
    }
    if a == (0.0, 0.0) && (b.0 < 0.0 || b.1 != 0.0) {
        return Err(t.raise(Builtin::ZeroDivisionError, "0.0 to a negative or complex power"));
    }
    let whole = b.1 == 0.0 && b.0 == b.0.floor() && b.0.abs() <= 100.0;
    let result = if whole && b.0 > 0.0 {
        complex_whole_power(a, b.0 as u32)
    } else if whole {
        quotient((1.0, 0.0), complex_whole_power(a, -b.0 as u32)).unwrap_or((f64::INFINITY, f64::NAN))
    } else {
        complex_power(a, b)
    };
    if result.0.is_infinite() || result.1.is_infinite() {
        return Err(t.overflow_error("complex exponentiation"));
    }
    Ok(t.complex(result.0, result.1))
}

fn complex_plain(t: &mut Thread, a: &[Obj]) -> Res {
    if t.builtin_of(&a[0]) == Some(Builtin::Complex) {
        return Ok(a[0].clone());
    }
    let (real, imaginary) = t.as_complex(&a[0]).unwrap_or_default();
    Ok(t.complex(real, imaginary))
}

fn complex_equal(t: &mut Thread, a: &[Obj], negate: bool) -> Res {
    let value = t.as_complex(&a[0]).unwrap_or_default();
    let equal = match (t.as_complex(&a[1]), t.as_float(&a[1]), t.as_int(&a[1])) {
        (Some(other), ..) => value == other,
        (_, Some(real), _) => value == (real, 0.0),
        (.., Some(whole)) => value.1 == 0.0 && order(value.0, &whole) == Some(Ordering::Equal),
        _ => return Ok(t.not_implemented()),
    };
    Ok(t.bool(equal != negate))
}

/// A part of a complex as an argument says it.
fn complex_part(t: &mut Thread, obj: &Obj, which: &str) -> Res<Complex> {
    if let Some(value) = t.as_complex(obj) {
        return Ok(value);
    }
    if let Some(made) = t.call_special(obj, "__complex__", &[])? {
        return match t.as_complex(&made) {
            Some(value) => Ok(value),
            None => {
                let given = t.type_name(&made);
                Err(t.type_error(format!("__complex__ returned non-complex (type {given})")))
            }
        };
    }
    let class = t.class_of(obj);
    if t.lookup(&class, "__float__").is_some() || t.lookup(&class, "__index__").is_some() {
        return Ok((float_of(t, obj, false)?, 0.0));
    }
    let name = t.class_name(&class);
    Err(t.type_error(match which {
        "first" => format!("complex() first argument must be a string or a number, not '{name}'"),
        _ => format!("complex() second argument must be a number, not '{name}'"),
    }))
}

fn new_complex(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    let [real, imaginary] = t.arguments("complex", ["real", "imag"], 0, &a[1..], keywords)?;
    let is_text = |t: &mut Thread, o: &Option<Obj>| match o {
        Some(o) => t.as_text(o).is_some(),
        None => false,
    };
    if is_text(t, &imaginary) {
        return Err(t.type_error("complex() second arg can't be a string"));
    }
    let value = match (&real, &imaginary) {
        (Some(real), None) if is_text(t, &Some(real.clone())) => {
            let text = super::int::text_of(t, real).unwrap_or_default();
            match numeric_text::parse_complex(&text) {
                Some(value) => value,
                None => return Err(t.value_error("complex() arg is a malformed string")),
            }
        }
        (Some(real), Some(_)) if is_text(t, &Some(real.clone())) => {
            return Err(t.type_error("complex() can't take second arg if first is a string"));
        }
        _ => {
            let first = match &real {
                Some(real) => complex_part(t, real, "first")?,
                None => (0.0, 0.0),
            };
            match &imaginary {
                Some(imaginary) => {
                    let second = complex_part(t, imaginary, "second")?;
                    (first.0 - second.1, first.1 + second.0)
                }
                None => first,
            }
        }
    };
    Ok(t.alloc_of(&a[0], |_| Payload::Complex(value.0, value.1)))
}
