//! `pystrtod.h`: doubles to and from text, independent of the locale.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_char, c_double, c_int, c_void};
use std::ptr::null_mut;

const SIGN: c_int = 1;
const ADD_DOT_0: c_int = 2;
const ALT: c_int = 4;
const NO_NEG_0: c_int = 8;

const FINITE: c_int = 0;
const INFINITE: c_int = 1;
const NAN: c_int = 2;

/// A double at the start of a text, and the number of bytes it takes; 0 bytes when there is none.
fn parse_prefix(text: &[u8]) -> (f64, usize) {
    let count = |from: usize| text[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let sign = usize::from(matches!(text.first(), Some(b'+' | b'-')));
    let mut end = parse_word(text, sign);
    if end == sign {
        end += count(end);
        let mut digits = end - sign;
        if text.get(end) == Some(&b'.') {
            let fraction = count(end + 1);
            digits += fraction;
            end += usize::from(digits > 0) + fraction;
        }
        if digits == 0 {
            return (-1.0, 0);
        }
        if matches!(text.get(end), Some(b'e' | b'E')) {
            let sign = usize::from(matches!(text.get(end + 1), Some(b'+' | b'-')));
            let exponent = count((end + 1 + sign).min(text.len()));
            if exponent > 0 {
                end += 1 + sign + exponent;
            }
        }
    }
    let value = std::str::from_utf8(&text[..end])
        .ok()
        .and_then(|s| s.parse().ok());
    value.map_or((-1.0, 0), |value| (value, end))
}

/// The end of `inf`, `infinity` or `nan` at `start`, in any case; `start` when none is there.
fn parse_word(text: &[u8], start: usize) -> usize {
    let found = ["infinity", "inf", "nan"].iter().find(|word| {
        text.get(start..start + word.len())
            .is_some_and(|t| t.eq_ignore_ascii_case(word.as_bytes()))
    });
    start + found.map_or(0, |word| word.len())
}

unsafe fn complain(exception: Obj, problem: &str, text: &[u8]) -> f64 {
    let shown: String = String::from_utf8_lossy(text).chars().take(200).collect();
    // SAFETY: the lock is held.
    unsafe { err::set(exception, &format!("{problem}: '{shown}'")) };
    -1.0
}

#[entry]
pub unsafe fn PyOS_string_to_double(
    text: *const c_char,
    end: *mut *mut c_char,
    overflow_exception: *mut PyObject,
) -> c_double {
    let bytes = c_bytes(text);
    let (value, used) = parse_prefix(bytes);
    let mut result = value;
    let mut stop = used;
    if used == 0 || (end.is_null() && used < bytes.len()) {
        result = complain(PyExc_ValueError, "could not convert string to float", bytes);
        stop = 0;
    } else if value.is_infinite()
        && bytes[used - 1].is_ascii_digit() | (bytes[used - 1] == b'.')
        && !overflow_exception.is_null()
    {
        result = complain(overflow_exception, "value too large to convert to float", bytes);
    }
    if !end.is_null() {
        *end = text.add(stop).cast_mut();
    }
    result
}

/// What turns a cleaned text into an object, or NULL with an exception set.
type Inner = unsafe extern "C" fn(*const c_char, Py_ssize_t, *mut c_void) -> *mut PyObject;

/// The text without its underscores; None when one does not stand between digits.
fn without_underscores(text: &[u8]) -> Option<Vec<u8>> {
    let digit = |i: Option<usize>| i.and_then(|i| text.get(i)).is_some_and(u8::is_ascii_digit);
    let misplaced = |i: usize| text[i] == b'_' && !(digit(i.checked_sub(1)) && digit(Some(i + 1)));
    if (0..text.len()).any(misplaced) {
        return None;
    }
    Some(text.iter().copied().filter(|&b| b != b'_').collect())
}

#[entry]
pub unsafe fn _Py_string_to_number_with_underscores(
    text: *const c_char,
    len: Py_ssize_t,
    what: *const c_char,
    shown: *mut PyObject,
    arg: *mut c_void,
    inner: Option<Inner>,
) -> *mut PyObject {
    let Some(inner) = inner else {
        return bad_internal_call();
    };
    if !memory(text, len).contains(&b'_') {
        return inner(text, len, arg);
    }
    if let Some(mut clean) = without_underscores(memory(text, len)) {
        clean.push(0);
        return inner(clean.as_ptr().cast(), clean.len() as Py_ssize_t - 1, arg);
    }
    let repr = Owned(op(Op::Repr, &[shown]));
    if repr.0.is_null() {
        return null_mut();
    }
    let repr = String::from_utf8_lossy(text::utf8(repr.0));
    value_error(&format!("could not convert string to {}: {repr}", c_text(what)))
}

#[entry]
pub unsafe fn _Py_parse_inf_or_nan(text: *const c_char, end: *mut *mut c_char) -> c_double {
    let bytes = c_bytes(text);
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let word_end = parse_word(bytes, sign);
    let used = if word_end > sign { word_end } else { 0 };
    *end = text.add(used).cast_mut();
    if used == 0 { -1.0 } else { parse_prefix(bytes).0 }
}

#[entry]
pub unsafe fn _Py_dg_strtod(text: *const c_char, end: *mut *mut c_char) -> c_double {
    let (value, used) = parse_prefix(c_bytes(text));
    if !end.is_null() {
        *end = text.add(used).cast_mut();
    }
    if used == 0 { 0.0 } else { value }
}

#[entry]
pub unsafe fn _Py_dg_infinity(sign: c_int) -> c_double {
    if sign == 0 {
        f64::INFINITY
    } else {
        f64::NEG_INFINITY
    }
}

#[entry]
pub unsafe fn _Py_dg_stdnan(sign: c_int) -> c_double {
    f64::NAN.copysign(if sign == 0 { 1.0 } else { -1.0 })
}

/// A number as its significant digits and the position of the decimal point relative to their start.
struct Decimal {
    digits: Vec<u8>,
    point: i32,
}

/// From Rust's scientific notation: `d.ddde-x`.
fn decimal(scientific: &str) -> Decimal {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    Decimal {
        digits: mantissa.bytes().filter(u8::is_ascii_digit).collect(),
        point: exponent.parse::<i32>().unwrap_or(0) + 1,
    }
}

/// `digits` with the point after `point` of them, padded with zeros on both sides as needed.
fn positional(number: &Decimal) -> String {
    let digits = String::from_utf8_lossy(&number.digits);
    if number.point <= 0 {
        return format!("0.{}{digits}", "0".repeat(-number.point as usize));
    }
    let point = number.point as usize;
    if point >= digits.len() {
        return format!("{digits}{}.", "0".repeat(point - digits.len()));
    }
    format!("{}.{}", &digits[..point], &digits[point..])
}

/// The magnitude of a finite double in format `code`.
fn format_magnitude(value: f64, code: u8, precision: usize, flags: c_int) -> String {
    let alternate = flags & ALT != 0;
    let mut exponent = None;
    let mut text = match code {
        b'f' => {
            let text = format!("{value:.precision$}");
            if precision == 0 { text + "." } else { text }
        }
        b'e' => {
            let number = decimal(&format!("{value:.precision$e}"));
            exponent = Some(number.point - 1);
            positional(&Decimal { point: 1, ..number })
        }
        _ => {
            let (mut number, limit) = if code == b'r' {
                (decimal(&format!("{value:e}")), 16)
            } else {
                let precision = precision.max(1);
                let limit = precision as i32 - i32::from(flags & ADD_DOT_0 != 0);
                (decimal(&format!("{value:.*e}", precision - 1)), limit)
            };
            if code == b'r' || !alternate {
                let kept = number
                    .digits
                    .iter()
                    .rposition(|&d| d != b'0')
                    .map_or(1, |i| i + 1);
                number.digits.truncate(kept);
            }
            if number.point <= -4 || number.point > limit {
                exponent = Some(number.point - 1);
                number.point = 1;
            }
            positional(&number)
        }
    };
    if text.ends_with('.') {
        if flags & ADD_DOT_0 != 0 && exponent.is_none() {
            text.push('0');
        } else if !alternate {
            text.pop();
        }
    }
    if let Some(exponent) = exponent {
        let sign = if exponent < 0 { '-' } else { '+' };
        text.push_str(&format!("e{sign}{:02}", exponent.abs()));
    }
    text
}

/// The text of a double; None for an unknown format.
pub(crate) fn format_double(value: f64, code: u8, precision: c_int, flags: c_int) -> Option<(String, c_int)> {
    let lower = code.to_ascii_lowercase();
    let known = matches!(lower, b'e' | b'f' | b'g') || code == b'r' && precision == 0;
    if !known {
        return None;
    }
    let (kind, mut text) = if value.is_nan() {
        (NAN, "nan".to_string())
    } else if value.is_infinite() {
        (INFINITE, "inf".to_string())
    } else {
        let precision = precision.max(0) as usize;
        (FINITE, format_magnitude(value.abs(), lower, precision, flags))
    };
    let is_zero = kind == FINITE
        && !text
            .bytes()
            .take_while(|b| *b != b'e')
            .any(|b| matches!(b, b'1'..=b'9'));
    let negative = value.is_sign_negative() && kind != NAN && !(is_zero && flags & NO_NEG_0 != 0);
    if negative {
        text.insert(0, '-');
    } else if flags & SIGN != 0 {
        text.insert(0, '+');
    }
    if code.is_ascii_uppercase() {
        text.make_ascii_uppercase();
    }
    Some((text, kind))
}

#[entry]
pub unsafe fn PyOS_double_to_string(
    value: c_double,
    format_code: c_char,
    precision: c_int,
    flags: c_int,
    kind: *mut c_int,
) -> *mut c_char {
    let Some((text, found)) = format_double(value, format_code as u8, precision, flags) else {
        bad_internal_call::<()>();
        return null_mut();
    };
    let out = PyMem_Malloc(text.len() + 1).cast::<u8>();
    if out.is_null() {
        seq::no_memory();
        return null_mut();
    }
    std::ptr::copy_nonoverlapping(text.as_ptr(), out, text.len());
    *out.add(text.len()) = 0;
    if !kind.is_null() {
        *kind = found;
    }
    out.cast()
}
