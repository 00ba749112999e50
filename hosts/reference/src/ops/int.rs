//! The methods of int and bool.

use super::args::clip;
use super::float::{floor, to_float};
use super::format;
use crate::heap::{Obj, Payload, Raised, Res, Text, Thread};
use crate::types::{
    Builtin, Compare, Def, Keywords, class_method, getter, hash, keyword_function, keyword_method, method,
};
use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

macro_rules! binary {
    ($($forward:literal $reflected:literal $f:expr;)*) => {
        &[$(
            method($forward, 1, 1, |t, a| both(t, &a[0], &a[1], $f)),
            method($reflected, 1, 1, |t, a| both(t, &a[1], &a[0], $f)),
        )*]
    };
}

macro_rules! comparisons {
    ($f:ident) => {
        &[
            method("__lt__", 1, 1, |t, a| $f(t, a, Compare::Less)),
            method("__le__", 1, 1, |t, a| $f(t, a, Compare::LessEqual)),
            method("__eq__", 1, 1, |t, a| $f(t, a, Compare::Equal)),
            method("__ne__", 1, 1, |t, a| $f(t, a, Compare::NotEqual)),
            method("__gt__", 1, 1, |t, a| $f(t, a, Compare::Greater)),
            method("__ge__", 1, 1, |t, a| $f(t, a, Compare::GreaterEqual)),
        ]
    };
}
pub(super) use comparisons;

pub(super) const METHODS: &[(Builtin, &[Def])] = &[
    (
        Builtin::Int,
        binary! {
            "__add__" "__radd__" |t, a, b| Ok(t.int(a + b));
            "__sub__" "__rsub__" |t, a, b| Ok(t.int(a - b));
            "__mul__" "__rmul__" |t, a, b| Ok(t.int(a * b));
            "__floordiv__" "__rfloordiv__" |t, a, b| {
                divisor(t, &b, "integer division or modulo by zero")?;
                Ok(t.int(a.div_floor(&b)))
            };
            "__mod__" "__rmod__" |t, a, b| {
                divisor(t, &b, "integer modulo by zero")?;
                Ok(t.int(a.mod_floor(&b)))
            };
            "__divmod__" "__rdivmod__" |t, a, b| {
                divisor(t, &b, "integer division or modulo by zero")?;
                let (quotient, rest) = a.div_mod_floor(&b);
                let (quotient, rest) = (t.int(quotient), t.int(rest));
                Ok(t.tuple(&[quotient, rest]))
            };
            "__truediv__" "__rtruediv__" |t, a, b| {
                divisor(t, &b, "division by zero")?;
                match true_quotient(&a, &b) {
                    Some(quotient) => Ok(t.float(quotient)),
                    None => Err(t.overflow_error("integer division result too large for a float")),
                }
            };
            "__lshift__" "__rlshift__" |t, a, b| {
                if b.is_negative() {
                    return Err(t.value_error("negative shift count"));
                }
                match b.to_u32() {
                    _ if a.is_zero() => Ok(t.int(0)),
                    Some(bits) => Ok(t.int(a << bits)),
                    None => Err(t.overflow_error("too many digits in integer")),
                }
            };
            "__rshift__" "__rrshift__" |t, a, b| {
                if b.is_negative() {
                    return Err(t.value_error("negative shift count"));
                }
                Ok(match b.to_u64() {
                    Some(bits) => t.int(a >> bits),
                    None => t.int(if a.is_negative() { -1 } else { 0 }),
                })
            };
            "__and__" "__rand__" |t, a, b| Ok(t.int(a & b));
            "__or__" "__ror__" |t, a, b| Ok(t.int(a | b));
            "__xor__" "__rxor__" |t, a, b| Ok(t.int(a ^ b));
        },
    ),
    (Builtin::Int, comparisons!(compare)),
    (
        Builtin::Int,
        &[
            keyword_function("__new__", new),
            method("__repr__", 0, 0, repr),
            method("__hash__", 0, 0, |t, a| {
                let value = int(t, &a[0])?;
                Ok(t.int(hash::int(&value)))
            }),
            method("__bool__", 0, 0, |t, a| {
                let value = int(t, &a[0])?;
                Ok(t.bool(!value.is_zero()))
            }),
            method("__neg__", 0, 0, |t, a| unary(t, a, |x| -x)),
            method("__abs__", 0, 0, |t, a| unary(t, a, |x| x.abs())),
            method("__invert__", 0, 0, |t, a| unary(t, a, |x| !x)),
            method("__pos__", 0, 0, plain),
            method("__int__", 0, 0, plain),
            method("__index__", 0, 0, plain),
            method("__trunc__", 0, 0, plain),
            method("__floor__", 0, 0, plain),
            method("__ceil__", 0, 0, plain),
            method("conjugate", 0, 0, plain),
            method("__float__", 0, 0, |t, a| {
                let value = int(t, &a[0])?;
                let value = to_float(t, &value)?;
                Ok(t.float(value))
            }),
            method("__pow__", 1, 2, |t, a| pow(t, &a[0], &a[1], a.get(2))),
            method("__rpow__", 1, 2, |t, a| pow(t, &a[1], &a[0], a.get(2))),
            method("__round__", 0, 1, round),
            method("__format__", 1, 1, |t, a| {
                let spec = t.format_spec(&a[1])?;
                if spec.0.is_empty() {
                    return t.str_of(&a[0]);
                }
                let value = int(t, &a[0])?;
                format::int(t, &value, &spec)
            }),
            method("__getnewargs__", 0, 0, |t, a| {
                let value = plain(t, a)?;
                Ok(t.tuple(&[value]))
            }),
            method("__sizeof__", 0, 0, |t, a| {
                let value = int(t, &a[0])?;
                Ok(t.int(24 + 4 * value.bits().div_ceil(30)))
            }),
            method("bit_length", 0, 0, |t, a| {
                let value = int(t, &a[0])?;
                Ok(t.int(value.bits()))
            }),
            method("bit_count", 0, 0, |t, a| {
                let value = int(t, &a[0])?;
                Ok(t.int(value.magnitude().count_ones()))
            }),
            method("as_integer_ratio", 0, 0, |t, a| {
                let value = plain(t, a)?;
                let one = t.int(1);
                Ok(t.tuple(&[value, one]))
            }),
            keyword_method("to_bytes", to_bytes),
            class_keywords("from_bytes", from_bytes),
            getter("real", plain),
            getter("numerator", plain),
            getter("imag", |t, _| Ok(t.int(0))),
            getter("denominator", |t, _| Ok(t.int(1))),
        ],
    ),
    (
        Builtin::Bool,
        &[
            keyword_function("__new__", |t, a, keywords| {
                t.no_keywords("bool", keywords)?;
                t.count_arguments("bool", &a[1..], 0, 1)?;
                let value = match a.get(1) {
                    Some(value) => t.truth(value)?,
                    None => false,
                };
                Ok(t.bool(value))
            }),
            method("__repr__", 0, 0, |t, a| {
                let value = t.truth(&a[0])?;
                Ok(t.str(if value { "True" } else { "False" }))
            }),
            method("__and__", 1, 1, |t, a| {
                bools(t, &a[0], &a[1], "__and__", |x, y| x & y)
            }),
            method("__rand__", 1, 1, |t, a| {
                bools(t, &a[0], &a[1], "__and__", |x, y| x & y)
            }),
            method("__or__", 1, 1, |t, a| {
                bools(t, &a[0], &a[1], "__or__", |x, y| x | y)
            }),
            method("__ror__", 1, 1, |t, a| {
                bools(t, &a[0], &a[1], "__or__", |x, y| x | y)
            }),
            method("__xor__", 1, 1, |t, a| {
                bools(t, &a[0], &a[1], "__xor__", |x, y| x ^ y)
            }),
            method("__rxor__", 1, 1, |t, a| {
                bools(t, &a[0], &a[1], "__xor__", |x, y| x ^ y)
            }),
        ],
    ),
];

/// A class method that takes keywords.
pub(super) const fn class_keywords(name: &'static str, f: crate::types::function::WithKeywords) -> Def {
    Def {
        call: crate::types::function::Call::Keywords(f),
        ..class_method(name, 0, 0, |t, _| Ok(t.none()))
    }
}

/// The value of an int.
fn int(t: &mut Thread, obj: &Obj) -> Res<BigInt> {
    match t.as_int(obj) {
        Some(value) => Ok(value),
        None => {
            let name = t.type_name(obj);
            Err(t.type_error(format!("'{name}' object cannot be interpreted as an integer")))
        }
    }
}

fn both(t: &mut Thread, a: &Obj, b: &Obj, f: fn(&mut Thread, BigInt, BigInt) -> Res) -> Res {
    match (t.as_int(a), t.as_int(b)) {
        (Some(a), Some(b)) => f(t, a, b),
        _ => Ok(t.not_implemented()),
    }
}

fn divisor(t: &mut Thread, b: &BigInt, message: &str) -> Res<()> {
    if b.is_zero() {
        return Err(t.raise(Builtin::ZeroDivisionError, message));
    }
    Ok(())
}

fn bools(t: &mut Thread, a: &Obj, b: &Obj, special: &str, f: fn(bool, bool) -> bool) -> Res {
    let value = |t: &mut Thread, o: &Obj| {
        t.read(o, |object, _| match object.payload {
            Payload::Bool(value) => Some(value),
            _ => None,
        })
    };
    if let (Some(x), Some(y)) = (value(t, a), value(t, b)) {
        return Ok(t.bool(f(x, y)));
    }
    let class = t.class(Builtin::Int);
    let function = t.getattr(&class, special)?;
    t.call(&function, &[a.clone(), b.clone()])
}

fn unary(t: &mut Thread, a: &[Obj], f: fn(BigInt) -> BigInt) -> Res {
    let value = int(t, &a[0])?;
    Ok(t.int(f(value)))
}

fn plain(t: &mut Thread, a: &[Obj]) -> Res {
    if t.builtin_of(&a[0]) == Some(Builtin::Int) {
        return Ok(a[0].clone());
    }
    let value = int(t, &a[0])?;
    Ok(t.int(value))
}

fn compare(t: &mut Thread, a: &[Obj], op: Compare) -> Res {
    match (t.as_int(&a[0]), t.as_int(&a[1])) {
        (Some(x), Some(y)) => Ok(t.bool(op.holds(x.cmp(&y)))),
        _ => Ok(t.not_implemented()),
    }
}

/// Digits in an int's decimal text, beyond which CPython refuses.
const DIGITS: usize = 4300;

fn too_long(t: &mut Thread, digits: Option<usize>) -> Raised {
    let value = digits.map_or(String::new(), |digits| format!(": value has {digits} digits"));
    t.value_error(format!(
        "Exceeds the limit ({DIGITS} digits) for integer string conversion{value}; use \
         sys.set_int_max_str_digits() to increase the limit"
    ))
}

fn repr(t: &mut Thread, a: &[Obj]) -> Res {
    let value = int(t, &a[0])?;
    let text = decimal(t, &value)?;
    Ok(t.str(&text))
}

/// The decimal text of an int.
pub(super) fn decimal(t: &mut Thread, value: &BigInt) -> Res<String> {
    let text = value.to_string();
    if text.trim_start_matches('-').len() > DIGITS {
        return Err(too_long(t, None));
    }
    Ok(text)
}

/// The quotient rounded to the nearest float; None when it is too large.
fn true_quotient(a: &BigInt, b: &BigInt) -> Option<f64> {
    let (x, y) = (a.magnitude(), b.magnitude());
    if x.is_zero() {
        return Some(if b.is_negative() { -0.0 } else { 0.0 });
    }
    let exponent = x.bits() as i64 - y.bits() as i64;
    // so many fraction bits that a float's precision and two more are left, but none below the smallest float
    let shift = (66 - exponent).min(1076);
    let (x, y) = if shift >= 0 {
        (x << shift as u64, y.clone())
    } else {
        (x.clone(), y << (-shift) as u64)
    };
    let (mut quotient, rest) = x.div_rem(&y);
    if !rest.is_zero() {
        quotient |= BigUint::one();
    }
    let mut value = quotient.to_f64()?;
    let mut left = -shift;
    while left != 0 {
        let step = left.clamp(-1000, 1000);
        value *= 2f64.powi(step as i32);
        left -= step;
    }
    let value = if a.is_negative() != b.is_negative() {
        -value
    } else {
        value
    };
    value.is_finite().then_some(value)
}

fn pow(t: &mut Thread, base: &Obj, exponent: &Obj, modulus: Option<&Obj>) -> Res {
    let (Some(base), Some(exponent)) = (t.as_int(base), t.as_int(exponent)) else {
        return Ok(t.not_implemented());
    };
    let modulus = match modulus {
        Some(modulus) if !t.is_none(modulus) => match t.as_int(modulus) {
            Some(modulus) => Some(modulus),
            None => return Ok(t.not_implemented()),
        },
        _ => None,
    };
    let Some(modulus) = modulus else {
        if exponent.is_negative() {
            let (base, exponent) = (to_float(t, &base)?, to_float(t, &exponent)?);
            let result = super::float::power(t, base, exponent)?;
            return Ok(t.float(result));
        }
        return match exponent.to_u32() {
            Some(exponent) => Ok(t.int(base.pow(exponent))),
            None if base.magnitude().is_one() || base.is_zero() => {
                let even = exponent.is_even();
                Ok(t.int(if even { base.abs() } else { base }))
            }
            None => Err(t.raise(Builtin::MemoryError, "")),
        };
    };
    if modulus.is_zero() {
        return Err(t.value_error("pow() 3rd argument cannot be 0"));
    }
    let (base, exponent) = if exponent.is_negative() {
        match base.modinv(&modulus) {
            Some(inverse) => (inverse, -exponent),
            None if modulus.magnitude().is_one() => return Ok(t.int(0)),
            None => return Err(t.value_error("base is not invertible for the given modulus")),
        }
    } else {
        (base, exponent)
    };
    Ok(t.int(base.modpow(&exponent, &modulus)))
}

fn round(t: &mut Thread, a: &[Obj]) -> Res {
    let Some(digits) = a.get(1) else {
        return plain(t, a);
    };
    let (value, digits) = (int(t, &a[0])?, t.index(digits)?);
    if !digits.is_negative() {
        return plain(t, a);
    }
    let Some(digits) = (-digits)
        .to_u32()
        .filter(|&digits| u64::from(digits) <= value.bits())
    else {
        return Ok(t.int(0));
    };
    let unit = BigInt::from(10).pow(digits);
    let (mut quotient, rest) = value.div_mod_floor(&unit);
    let twice: BigInt = rest * 2;
    if twice > unit || twice == unit && quotient.is_odd() {
        quotient += 1;
    }
    Ok(t.int(quotient * unit))
}

fn is_little(t: &mut Thread, order: Option<&Obj>) -> Res<bool> {
    let Some(order) = order else { return Ok(false) };
    let Some(name) = t.as_string(order) else {
        let name = t.type_name(order);
        return Err(t.type_error(format!("byteorder must be str, not {name}")));
    };
    match name.as_str() {
        "little" => Ok(true),
        "big" => Ok(false),
        _ => Err(t.value_error("byteorder must be either 'little' or 'big'")),
    }
}

fn to_bytes(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    let names = ["length", "byteorder", "signed"];
    let [length, order, signed] = t.arguments("to_bytes", names, 0, &a[1..], keywords)?;
    let value = int(t, &a[0])?;
    let length = match &length {
        Some(length) => t.size(length)?,
        None => 1,
    };
    let little = is_little(t, order.as_ref())?;
    let signed = match &signed {
        Some(signed) => t.truth(signed)?,
        None => false,
    };
    let Ok(length) = usize::try_from(length) else {
        return Err(t.value_error("length argument must be non-negative"));
    };
    if !signed && value.is_negative() {
        return Err(t.overflow_error("can't convert negative int to unsigned"));
    }
    let mut bytes = if signed {
        value.to_signed_bytes_le()
    } else {
        value.magnitude().to_bytes_le()
    };
    if value.is_zero() {
        bytes.clear();
    }
    if bytes.len() > length {
        return Err(t.overflow_error("int too big to convert"));
    }
    bytes.resize(length, if value.is_negative() { 0xff } else { 0 });
    if !little {
        bytes.reverse();
    }
    Ok(t.bytes(bytes))
}

fn from_bytes(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    let names = ["bytes", "byteorder", "signed"];
    let [data, order, signed] = t.arguments("from_bytes", names, 1, &a[1..], keywords)?;
    let little = is_little(t, order.as_ref())?;
    let signed = match &signed {
        Some(signed) => t.truth(signed)?,
        None => false,
    };
    let data = data.unwrap_or_else(|| a[0].clone());
    let mut bytes = super::bytes::bytes_of(t, &data)?;
    if !little {
        bytes.reverse();
    }
    let value = if signed {
        BigInt::from_signed_bytes_le(&bytes)
    } else {
        BigInt::from_bytes_le(Sign::Plus, &bytes)
    };
    let made = t.int(value);
    let int_class = t.class(Builtin::Int);
    if a[0].is(&int_class) {
        return Ok(made);
    }
    t.call(&a[0], &[made])
}

fn new(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    let (class, args) = (&a[0], &a[1..]);
    if let Some((name, _)) = keywords.iter().find(|(name, _)| name != "base") {
        return Err(t.type_error(format!("'{name}' is an invalid keyword argument for int()")));
    }
    let base = args
        .get(1)
        .or_else(|| keywords.first().map(|(_, base)| base))
        .cloned();
    if args.len() > 2 {
        return Err(t.type_error(format!("int() takes at most 2 arguments ({} given)", args.len())));
    }
    let value = match (args.first(), base) {
        (None, None) => BigInt::ZERO,
        (None, Some(_)) => return Err(t.type_error("int() missing string argument")),
        (Some(value), None) => from_any(t, value)?,
        (Some(value), Some(base)) => {
            let base = clip(&t.index(&base)?);
            if base != 0 && !(2..=36).contains(&base) {
                return Err(t.value_error("int() base must be >= 2 and <= 36, or 0"));
            }
            match text_of(t, value) {
                Some(text) => from_text(t, value, &text, base as u32)?,
                None => return Err(t.type_error("int() can't convert non-string with explicit base")),
            }
        }
    };
    Ok(t.alloc_of(class, |_| Payload::Int(value)))
}

/// The characters of a str, bytes or bytearray, decimal digits of any script as ASCII.
pub(super) fn text_of(t: &mut Thread, obj: &Obj) -> Option<String> {
    if let Some(Text(points)) = t.as_text(obj) {
        return Some(super::unicode::ascii_digits(&points));
    }
    let bytes = t.as_bytes(obj)?;
    Some(bytes.iter().map(|&byte| char::from(byte)).collect())
}

fn from_any(t: &mut Thread, obj: &Obj) -> Res<BigInt> {
    if matches!(t.builtin_of(obj), Some(Builtin::Int | Builtin::Bool)) {
        return int(t, obj);
    }
    for special in ["__int__", "__index__", "__trunc__"] {
        if let Some(made) = t.call_special(obj, special, &[])? {
            return match t.as_int(&made) {
                Some(value) => Ok(value),
                None if special == "__trunc__" => t.index(&made),
                None => {
                    let given = t.type_name(&made);
                    Err(t.type_error(format!("{special} returned non-int (type {given})")))
                }
            };
        }
    }
    if let Some(text) = text_of(t, obj) {
        return from_text(t, obj, &text, 10);
    }
    if let Some(bytes) = super::memory::contents_of(t, obj)? {
        let text: String = bytes.iter().map(|&byte| char::from(byte)).collect();
        return from_text(t, obj, &text, 10);
    }
    let name = t.type_name(obj);
    Err(t.type_error(format!(
        "int() argument must be a string, a bytes-like object or a real number, not '{name}'"
    )))
}

fn from_text(t: &mut Thread, obj: &Obj, text: &str, base: u32) -> Res<BigInt> {
    match parse(text, base) {
        Parsed::Value(value) => Ok(value),
        Parsed::TooLong(digits) => Err(too_long(t, Some(digits))),
        Parsed::Wrong => {
            let shown = t.repr_string(obj)?;
            Err(t.value_error(format!("invalid literal for int() with base {base}: {shown}")))
        }
    }
}

enum Parsed {
    Value(BigInt),
    TooLong(usize),
    Wrong,
}

/// An int literal in a base, 0 for that of its prefix.
fn parse(text: &str, base: u32) -> Parsed {
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c));
    let (negative, digits) = match trimmed.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, trimmed.strip_prefix('+').unwrap_or(trimmed)),
    };
    let lower = digits.to_ascii_lowercase();
    let prefixed = [("0x", 16), ("0o", 8), ("0b", 2)]
        .into_iter()
        .find(|(prefix, own)| lower.starts_with(prefix) && (base == 0 || base == *own));
    let (mut digits, radix) = match prefixed {
        Some((_, own)) => (&lower[2..], own),
        None => (lower.as_str(), if base == 0 { 10 } else { base }),
    };
    if prefixed.is_some() {
        digits = digits.strip_prefix('_').unwrap_or(digits);
    }
    let bad = |c: char| !(c == '_' || c.is_digit(radix));
    if digits.is_empty()
        || digits.starts_with('_')
        || digits.ends_with('_')
        || digits.contains("__")
        || digits.contains(bad)
    {
        return Parsed::Wrong;
    }
    let digits = digits.replace('_', "");
    if base == 0 && prefixed.is_none() && digits.starts_with('0') && digits.bytes().any(|d| d != b'0') {
        return Parsed::Wrong;
    }
    if !radix.is_power_of_two() && digits.len() > DIGITS {
        return Parsed::TooLong(digits.len());
    }
    match BigInt::parse_bytes(digits.as_bytes(), radix) {
        Some(value) => Parsed::Value(if negative { -value } else { value }),
        None => Parsed::Wrong,
    }
}

/// `int(value)` of a float.
pub(super) fn from_float(t: &mut Thread, value: f64) -> Res<BigInt> {
    if value.is_nan() {
        return Err(t.value_error("cannot convert float NaN to integer"));
    }
    match floor(value.trunc()) {
        Some(value) => Ok(value),
        None => Err(t.overflow_error("cannot convert float infinity to integer")),
    }
}
