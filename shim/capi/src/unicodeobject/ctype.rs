//! The properties of characters. Those of ASCII are known here; the others are what the host's `str` says.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_double, c_int};

/// Runs `ask` with the character as a str and no exception set; what was set before comes back.
unsafe fn with_character<R>(point: u32, ask: impl FnOnce(Obj) -> R) -> R {
    // SAFETY: the lock is held.
    unsafe {
        let pending = err::fetch();
        let character = Owned(text::from_points(&[point]));
        let result = ask(character.0);
        err::restore(pending.0, pending.1, pending.2);
        result
    }
}

/// Does method `name` of the character say so?
unsafe fn says(point: u32, name: &str) -> bool {
    // SAFETY: as `with_character`.
    unsafe {
        with_character(point, |character| {
            let result = Owned(str_method(name, character, &[]));
            result.0 == true_object()
        })
    }
}

macro_rules! properties {
    ($(fn $name:ident = $ascii:expr, $method:literal;)*) => {$(
        #[entry]
        pub unsafe fn $name(point: Py_UCS4) -> c_int {
            let ascii: fn(u8) -> bool = $ascii;
            c_int::from(match u8::try_from(point) {
                Ok(byte) if byte.is_ascii() => ascii(byte),
                _ => point <= 0x10_ffff && says(point, $method),
            })
        }
    )*};
}

properties! {
    fn _PyUnicode_IsAlpha = |b| b.is_ascii_alphabetic(), "isalpha";
    fn _PyUnicode_IsDecimalDigit = |b| b.is_ascii_digit(), "isdecimal";
    fn _PyUnicode_IsDigit = |b| b.is_ascii_digit(), "isdigit";
    fn _PyUnicode_IsNumeric = |b| b.is_ascii_digit(), "isnumeric";
    fn _PyUnicode_IsLowercase = |b| b.is_ascii_lowercase(), "islower";
    fn _PyUnicode_IsUppercase = |b| b.is_ascii_uppercase(), "isupper";
    fn _PyUnicode_IsWhitespace = |b| matches!(b, b'\t'..=b'\r' | 0x1c..=b' '), "isspace";
    fn _PyUnicode_IsPrintable = |b| (b' '..=b'~').contains(&b), "isprintable";
    fn _PyUnicode_IsXidStart = |b| b.is_ascii_alphabetic(), "isidentifier";
}

#[entry]
pub unsafe fn _PyUnicode_IsXidContinue(point: Py_UCS4) -> c_int {
    if point < 0x80 {
        let byte = point as u8;
        return c_int::from(byte.is_ascii_alphanumeric() || byte == b'_');
    }
    // what may go on an identifier is found by going on with it
    let name = Owned(text::from_points(&[u32::from(b'a'), point]));
    c_int::from(super::methods::PyUnicode_IsIdentifier(name.0) == 1)
}

#[entry]
pub unsafe fn _PyUnicode_IsLinebreak(point: Py_UCS4) -> c_int {
    c_int::from(matches!(point, 0x0a..=0x0d | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029))
}

/// The general category, two letters.
unsafe fn category(point: u32) -> Vec<u8> {
    // SAFETY: as `with_character`.
    unsafe {
        with_character(point, |character| {
            let name = Owned(call_library("unicodedata", "category", &[character]));
            if name.0.is_null() {
                err::clear();
                return Vec::new();
            }
            text::utf8(name.0).to_vec()
        })
    }
}

#[entry]
pub unsafe fn _PyUnicode_IsTitlecase(point: Py_UCS4) -> c_int {
    c_int::from(point >= 0x80 && category(point) == b"Lt")
}

#[entry]
pub unsafe fn _PyUnicode_IsCased(point: Py_UCS4) -> c_int {
    let cased = _PyUnicode_IsLowercase(point) | _PyUnicode_IsUppercase(point) | _PyUnicode_IsTitlecase(point);
    c_int::from(cased != 0)
}

/// Marks within words: case rules look through them although their category does not say so.
const WITHIN_WORDS: &str = "'.:\u{b7}\u{387}\u{55f}\u{5f4}\u{2018}\u{2019}\u{2024}\u{2027}\u{fe13}\u{fe52}\u{fe55}\u{ff07}\u{ff0e}\u{ff1a}";

#[entry]
pub unsafe fn _PyUnicode_IsCaseIgnorable(point: Py_UCS4) -> c_int {
    let within = char::from_u32(point).is_some_and(|c| WITHIN_WORDS.contains(c));
    let by_category = || matches!(category(point).as_slice(), b"Mn" | b"Me" | b"Cf" | b"Lm" | b"Sk");
    c_int::from(within || by_category())
}

// --- mappings -------------------------------------------------------------------------------------------------------

/// The code points to which method `name` maps the character.
unsafe fn mapped(point: u32, name: &str) -> Vec<u32> {
    // SAFETY: as `with_character`.
    unsafe {
        with_character(point, |character| {
            let result = Owned(str_method(name, character, &[]));
            if result.0.is_null() {
                err::clear();
                return vec![point];
            }
            (0..text::len(result.0))
                .map(|i| text::read(result.0, i))
                .collect()
        })
    }
}

/// The mapping to one character: the first of the full mapping.
unsafe fn simple(point: u32, name: &str) -> u32 {
    // SAFETY: as `mapped`.
    unsafe { mapped(point, name).first().copied().unwrap_or(point) }
}

fn ascii(point: u32, map: fn(&u8) -> u8) -> Option<u32> {
    u8::try_from(point)
        .ok()
        .filter(u8::is_ascii)
        .map(|byte| u32::from(map(&byte)))
}

#[entry(error = point)]
pub unsafe fn _PyUnicode_ToLowercase(point: Py_UCS4) -> Py_UCS4 {
    ascii(point, u8::to_ascii_lowercase).unwrap_or_else(|| simple(point, "lower"))
}

#[entry(error = point)]
pub unsafe fn _PyUnicode_ToUppercase(point: Py_UCS4) -> Py_UCS4 {
    ascii(point, u8::to_ascii_uppercase).unwrap_or_else(|| simple(point, "upper"))
}

#[entry(error = point)]
pub unsafe fn _PyUnicode_ToTitlecase(point: Py_UCS4) -> Py_UCS4 {
    ascii(point, u8::to_ascii_uppercase).unwrap_or_else(|| simple(point, "title"))
}

/// Writes a full mapping, at most three code points; their number.
unsafe fn store(points: &[u32], out: *mut Py_UCS4) -> c_int {
    let points = &points[..points.len().min(3)];
    // SAFETY: C passes room for three.
    unsafe { std::ptr::copy_nonoverlapping(points.as_ptr(), out, points.len()) };
    points.len() as c_int
}

#[entry(error = 0)]
pub unsafe fn _PyUnicode_ToLowerFull(point: Py_UCS4, out: *mut Py_UCS4) -> c_int {
    store(&mapped(point, "lower"), out)
}

#[entry(error = 0)]
pub unsafe fn _PyUnicode_ToUpperFull(point: Py_UCS4, out: *mut Py_UCS4) -> c_int {
    store(&mapped(point, "upper"), out)
}

#[entry(error = 0)]
pub unsafe fn _PyUnicode_ToTitleFull(point: Py_UCS4, out: *mut Py_UCS4) -> c_int {
    store(&mapped(point, "title"), out)
}

#[entry(error = 0)]
pub unsafe fn _PyUnicode_ToFoldedFull(point: Py_UCS4, out: *mut Py_UCS4) -> c_int {
    store(&mapped(point, "casefold"), out)
}

/// What `unicodedata` says about the value of the character, -1 when it has none.
unsafe fn value(point: u32, name: &str) -> f64 {
    // SAFETY: as `with_character`.
    unsafe {
        with_character(point, |character| {
            let nothing = Owned(int::from_i64(-1));
            let result = Owned(call_library("unicodedata", name, &[character, nothing.0]));
            if result.0.is_null() {
                err::clear();
                return -1.0;
            }
            crate::floatobject::PyFloat_AsDouble(result.0)
        })
    }
}

fn ascii_digit(point: u32) -> Option<u32> {
    char::from_u32(point)
        .filter(char::is_ascii)
        .map(|c| c.to_digit(10).unwrap_or(u32::MAX))
}

#[entry]
pub unsafe fn _PyUnicode_ToDecimalDigit(point: Py_UCS4) -> c_int {
    ascii_digit(point).map_or_else(|| value(point, "decimal") as c_int, |digit| digit as c_int)
}

#[entry]
pub unsafe fn _PyUnicode_ToDigit(point: Py_UCS4) -> c_int {
    ascii_digit(point).map_or_else(|| value(point, "digit") as c_int, |digit| digit as c_int)
}

#[entry]
pub unsafe fn _PyUnicode_ToNumeric(point: Py_UCS4) -> c_double {
    ascii_digit(point).map_or_else(|| value(point, "numeric"), |digit| c_double::from(digit as c_int))
}
