//! `longobject.h`: ints to and from C numbers, bytes and text.

use crate::abstract_number::implicit_int;
use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{
    c_char, c_double, c_int, c_long, c_longlong, c_uchar, c_uint, c_ulong, c_ulonglong, c_ushort, c_void,
};
use std::ptr::null_mut;

// --- from C numbers ------------------------------------------------------------------------------------------------

#[entry(unlocked)]
pub unsafe fn PyLong_FromLong(value: c_long) -> *mut PyObject {
    int::from_i64(value)
}

#[entry(unlocked)]
pub unsafe fn PyLong_FromLongLong(value: c_longlong) -> *mut PyObject {
    int::from_i64(value)
}

#[entry(unlocked)]
pub unsafe fn PyLong_FromSsize_t(value: Py_ssize_t) -> *mut PyObject {
    int::from_i64(value as i64)
}

#[entry(unlocked)]
pub unsafe fn PyLong_FromUnsignedLong(value: c_ulong) -> *mut PyObject {
    int::from_u64(value)
}

#[entry(unlocked)]
pub unsafe fn PyLong_FromUnsignedLongLong(value: c_ulonglong) -> *mut PyObject {
    int::from_u64(value)
}

#[entry(unlocked)]
pub unsafe fn PyLong_FromSize_t(value: usize) -> *mut PyObject {
    int::from_u64(value as u64)
}

#[entry(unlocked)]
pub unsafe fn PyLong_FromVoidPtr(pointer: *mut c_void) -> *mut PyObject {
    int::from_u64(pointer as u64)
}

#[entry(unlocked)]
pub unsafe fn PyLong_FromDouble(value: c_double) -> *mut PyObject {
    if value.is_infinite() {
        return overflow_error("cannot convert float infinity to integer");
    }
    if value.is_nan() {
        return value_error("cannot convert float NaN to integer");
    }
    let whole = value.trunc();
    if whole.abs() < 9.2e18 {
        return int::from_i64(whole as i64);
    }
    // beyond 2**63 a double is a 53-bit integer times a power of two
    let bits = whole.abs().to_bits();
    let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
    let shift = (bits >> 52) as usize - 1075;
    let wide = u128::from(mantissa) << (shift % 8);
    let mut bytes = vec![0; shift / 8];
    bytes.extend_from_slice(&wide.to_le_bytes());
    let magnitude = int::from_le_bytes(&bytes, false);
    if whole < 0.0 && !magnitude.is_null() {
        int::negate_fresh(magnitude);
    }
    magnitude
}

// --- to C numbers --------------------------------------------------------------------------------------------------

/// Runs `read` on `op` or on its `__index__`; None with the indicator set when there is none.
unsafe fn with_index<R>(op: Obj, read: impl FnOnce(Obj) -> R) -> Option<R> {
    // SAFETY: `op` is an object or NULL.
    unsafe {
        if is_int(op) {
            return Some(read(op));
        }
        if op.is_null() {
            bad_internal_call::<()>();
            return None;
        }
        let _held = hold();
        let number = Owned(implicit_int(op));
        (!number.0.is_null()).then(|| read(number.0))
    }
}

/// The value of an int; an error for anything else.
unsafe fn with_int<R>(op: Obj, read: impl FnOnce(Obj) -> R) -> Option<R> {
    // SAFETY: `op` is an object or NULL.
    unsafe {
        if is_int(op) {
            return Some(read(op));
        }
        if op.is_null() {
            bad_internal_call::<()>();
        } else {
            type_error::<()>("an integer is required");
        }
        None
    }
}

unsafe fn is_negative(op: Obj) -> bool {
    // SAFETY: `op` is an int.
    unsafe { int::digits(op).1 }
}

#[inline(always)]
unsafe fn as_signed(op: Obj, too_large: &str) -> i64 {
    // SAFETY: `op` is an object or NULL.
    unsafe {
        if !op.is_null()
            && crate::common::exactly(op, &raw const PyLong_Type)
            && let Some(value) = int::as_i64(op)
        {
            return value;
        }
        converted_to_signed(op, too_large)
    }
}

/// [`as_signed`] of anything but an exact int that fits.
#[cold]
#[inline(never)]
unsafe fn converted_to_signed(op: Obj, too_large: &str) -> i64 {
    // SAFETY: as `as_signed`.
    unsafe {
        match with_index(op, |n| int::as_i64(n)) {
            Some(Some(value)) => value,
            Some(None) => {
                overflow_error::<()>(too_large);
                -1
            }
            None => -1,
        }
    }
}

unsafe fn as_unsigned(op: Obj, negative: &str, too_large: &str) -> u64 {
    // SAFETY: `op` is an object or NULL.
    unsafe {
        match with_int(op, |n| int::as_u64(n)) {
            Some(Some(value)) => value,
            Some(None) => {
                overflow_error::<()>(if is_negative(op) { negative } else { too_large });
                u64::MAX
            }
            None => u64::MAX,
        }
    }
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsLong(op: *mut PyObject) -> c_long {
    as_signed(op, "Python int too large to convert to C long")
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsLongLong(op: *mut PyObject) -> c_longlong {
    as_signed(op, "int too big to convert")
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsLongAndOverflow(op: *mut PyObject, overflow: *mut c_int) -> c_long {
    *overflow = 0;
    match with_index(op, |n| int::as_i64(n).ok_or(is_negative(n))) {
        Some(Ok(value)) => value,
        Some(Err(negative)) => {
            *overflow = if negative { -1 } else { 1 };
            -1
        }
        None => -1,
    }
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsLongLongAndOverflow(op: *mut PyObject, overflow: *mut c_int) -> c_longlong {
    PyLong_AsLongAndOverflow(op, overflow)
}

#[entry(unlocked)]
pub unsafe fn _PyLong_AsInt(op: *mut PyObject) -> c_int {
    let too_large = "Python int too large to convert to C int";
    let value = as_signed(op, too_large);
    c_int::try_from(value).unwrap_or_else(|_| {
        overflow_error::<()>(too_large);
        -1
    })
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsSsize_t(op: *mut PyObject) -> Py_ssize_t {
    match with_int(op, |n| int::as_i64(n)) {
        Some(Some(value)) => value as Py_ssize_t,
        Some(None) => {
            overflow_error::<()>("Python int too large to convert to C ssize_t");
            -1
        }
        None => -1,
    }
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsUnsignedLong(op: *mut PyObject) -> c_ulong {
    as_unsigned(
        op,
        "can't convert negative value to unsigned int",
        "Python int too large to convert to C unsigned long",
    )
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsUnsignedLongLong(op: *mut PyObject) -> c_ulonglong {
    as_unsigned(
        op,
        "can't convert negative int to unsigned",
        "int too big to convert",
    )
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsSize_t(op: *mut PyObject) -> usize {
    as_unsigned(
        op,
        "can't convert negative value to size_t",
        "Python int too large to convert to C size_t",
    ) as usize
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsUnsignedLongMask(op: *mut PyObject) -> c_ulong {
    with_index(op, |n| int::as_u64_mask(n)).unwrap_or(u64::MAX)
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsUnsignedLongLongMask(op: *mut PyObject) -> c_ulonglong {
    with_index(op, |n| int::as_u64_mask(n)).unwrap_or(u64::MAX)
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsVoidPtr(op: *mut PyObject) -> *mut c_void {
    let value = if is_int(op) && is_negative(op) {
        PyLong_AsLong(op) as u64
    } else {
        PyLong_AsUnsignedLong(op)
    };
    if value == u64::MAX && !err::occurred().is_null() {
        return null_mut();
    }
    value as *mut c_void
}

#[entry(unlocked)]
pub unsafe fn PyLong_AsDouble(op: *mut PyObject) -> c_double {
    match with_int(op, |n| int::as_f64(n)) {
        Some(Some(value)) => value,
        Some(None) => {
            overflow_error::<()>("int too large to convert to float");
            -1.0
        }
        None => -1.0,
    }
}

/// The rest of an unsigned converter for `PyArg_Parse`: 1 when `value` came out of a non-negative int.
unsafe fn convert(op: Obj, read: impl FnOnce() -> u64) -> Option<u64> {
    // SAFETY: `op` is an object.
    unsafe {
        if is_int(op) && is_negative(op) {
            value_error::<()>("value must be positive");
            return None;
        }
        let value = read();
        (value != u64::MAX || err::occurred().is_null()).then_some(value)
    }
}

#[entry(unlocked, error = 0)]
pub unsafe fn _PyLong_UnsignedShort_Converter(op: *mut PyObject, out: *mut c_void) -> c_int {
    match convert(op, || PyLong_AsUnsignedLong(op)).map(c_ushort::try_from) {
        Some(Ok(value)) => {
            *out.cast::<c_ushort>() = value;
            1
        }
        Some(Err(_)) => {
            overflow_error::<()>("Python int too large for C unsigned short");
            0
        }
        None => 0,
    }
}

#[entry(unlocked, error = 0)]
pub unsafe fn _PyLong_UnsignedInt_Converter(op: *mut PyObject, out: *mut c_void) -> c_int {
    match convert(op, || PyLong_AsUnsignedLong(op)).map(c_uint::try_from) {
        Some(Ok(value)) => {
            *out.cast::<c_uint>() = value;
            1
        }
        Some(Err(_)) => {
            overflow_error::<()>("Python int too large for C unsigned int");
            0
        }
        None => 0,
    }
}

unsafe fn convert_wide(op: Obj, out: *mut c_void, read: impl FnOnce() -> u64) -> c_int {
    // SAFETY: `out` points at 64 bits of the caller's.
    unsafe {
        let Some(value) = convert(op, read) else {
            return 0;
        };
        *out.cast::<u64>() = value;
        1
    }
}

#[entry(unlocked, error = 0)]
pub unsafe fn _PyLong_UnsignedLong_Converter(op: *mut PyObject, out: *mut c_void) -> c_int {
    convert_wide(op, out, || PyLong_AsUnsignedLong(op))
}

#[entry(unlocked, error = 0)]
pub unsafe fn _PyLong_UnsignedLongLong_Converter(op: *mut PyObject, out: *mut c_void) -> c_int {
    convert_wide(op, out, || PyLong_AsUnsignedLongLong(op))
}

#[entry(unlocked, error = 0)]
pub unsafe fn _PyLong_Size_t_Converter(op: *mut PyObject, out: *mut c_void) -> c_int {
    convert_wide(op, out, || PyLong_AsSize_t(op) as u64)
}

// --- bytes ---------------------------------------------------------------------------------------------------------

#[entry(unlocked)]
pub unsafe fn _PyLong_FromByteArray(
    bytes: *const c_uchar,
    len: usize,
    little_endian: c_int,
    signed: c_int,
) -> *mut PyObject {
    let bytes = memory(bytes.cast(), len as Py_ssize_t);
    if little_endian != 0 {
        return int::from_le_bytes(bytes, signed != 0);
    }
    let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
    int::from_le_bytes(&reversed, signed != 0)
}

#[entry(unlocked)]
pub unsafe fn _PyLong_AsByteArray(
    op: *mut PyLongObject,
    bytes: *mut c_uchar,
    len: usize,
    little_endian: c_int,
    signed: c_int,
    #[cfg(Py_3_13)] with_exceptions: c_int,
) -> c_int {
    #[cfg(not(Py_3_13))]
    let with_exceptions = 1;
    let fail = |message| {
        if with_exceptions != 0 {
            overflow_error::<()>(message);
        }
        -1
    };
    let op = op.cast();
    if signed == 0 && is_negative(op) {
        return fail("can't convert negative int to unsigned");
    }
    let Some(mut value) = int::to_le_bytes(op, len, signed != 0) else {
        return fail("int too big to convert");
    };
    if little_endian == 0 {
        value.reverse();
    }
    std::ptr::copy_nonoverlapping(value.as_ptr(), bytes, len);
    0
}

// --- text ----------------------------------------------------------------------------------------------------------

/// What an int literal at the start of a text is made of.
struct Literal {
    valid: bool,
    negative: bool,
    base: u32,
    /// The digits without underscores.
    digits: Vec<u8>,
    /// Bytes up to the end of the literal and of the white space after it.
    used: usize,
}

/// Reads white space, sign, prefix, digits and white space, which must be all.
fn scan(text: &[u8], base: u32) -> Literal {
    let at = |i: usize| text.get(i).copied().unwrap_or(0);
    let mut i = text.iter().take_while(|&&b| is_space(b)).count();
    let negative = at(i) == b'-';
    if matches!(at(i), b'+' | b'-') {
        i += 1;
    }
    let prefixed = match at(i + 1) | 0x20 {
        b'x' => 16,
        b'o' => 8,
        b'b' => 2,
        _ => 0,
    };
    let mut actual = base;
    // without a prefix, base 0 is 10, and then only zero may start with a zero
    let zero_only = base == 0 && at(i) == b'0' && prefixed == 0;
    if base == 0 {
        actual = if at(i) == b'0' && prefixed != 0 {
            prefixed
        } else {
            10
        };
    }
    if at(i) == b'0' && prefixed == actual && actual != 0 {
        i += 2;
        i += usize::from(at(i) == b'_');
    }
    let mut digits = Vec::new();
    let mut after_digit = false;
    loop {
        let byte = at(i);
        if byte == b'_' && after_digit {
            after_digit = false;
        } else if char::from(byte).is_digit(actual) {
            digits.push(byte);
            after_digit = true;
        } else {
            break;
        }
        i += 1;
    }
    i += text[i.min(text.len())..]
        .iter()
        .take_while(|&&b| is_space(b))
        .count();
    let leading_zero = zero_only && digits.iter().any(|&d| d != b'0');
    Literal {
        valid: after_digit && !leading_zero && i == text.len(),
        negative,
        base: actual,
        digits,
        used: i,
    }
}

pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

unsafe fn literal_value(literal: &Literal) -> Obj {
    // SAFETY: the caller is attached.
    unsafe {
        let text = std::str::from_utf8(&literal.digits).unwrap_or_default();
        if let Ok(magnitude) = i64::from_str_radix(text, literal.base) {
            return int::from_i64(if literal.negative { -magnitude } else { magnitude });
        }
        let sign = if literal.negative { "-" } else { "" };
        let text = Owned(text::from_str(&format!("{sign}{text}")));
        let base = Owned(int::from_i64(i64::from(literal.base)));
        op(Op::IntFromText, &[text.0, base.0])
    }
}

unsafe fn bad_base(base: c_int) -> bool {
    if base == 0 || (2..=36).contains(&base) {
        return false;
    }
    // SAFETY: the caller is attached.
    unsafe { value_error::<()>("int() arg 2 must be >= 2 and <= 36") };
    true
}

unsafe fn invalid_literal(base: c_int, shown: Obj) -> Obj {
    // SAFETY: `shown` is a new reference or NULL.
    unsafe {
        let shown = Owned(shown);
        let repr = Owned(if shown.0.is_null() {
            null_mut()
        } else {
            op(Op::Repr, &[shown.0])
        });
        if !repr.0.is_null() {
            let repr: String = String::from_utf8_lossy(text::utf8(repr.0))
                .chars()
                .take(200)
                .collect();
            value_error::<()>(&format!("invalid literal for int() with base {base}: {repr}"));
        }
        null_mut()
    }
}

#[entry(unlocked)]
pub unsafe fn PyLong_FromString(text: *const c_char, end: *mut *mut c_char, base: c_int) -> *mut PyObject {
    if bad_base(base) {
        return null_mut();
    }
    let bytes = c_bytes(text);
    let literal = scan(bytes, base as u32);
    if !end.is_null() {
        *end = text.add(literal.used).cast_mut();
    }
    if literal.valid {
        literal_value(&literal)
    } else {
        invalid_literal(base, text::from_str(&String::from_utf8_lossy(bytes)))
    }
}

#[entry(unlocked)]
pub unsafe fn _PyLong_FromBytes(data: *const c_char, len: Py_ssize_t, base: c_int) -> *mut PyObject {
    if bad_base(base) {
        return null_mut();
    }
    let bytes = memory(data, len);
    let literal = scan(bytes, base as u32);
    if literal.valid {
        literal_value(&literal)
    } else {
        invalid_literal(base, text::bytes_from(bytes))
    }
}

#[entry(unlocked)]
pub unsafe fn PyLong_FromUnicodeObject(text: *mut PyObject, base: c_int) -> *mut PyObject {
    if !is_str(text) {
        return bad_argument();
    }
    let base = Owned(int::from_i64(i64::from(base)));
    op(Op::IntFromText, &[text, base.0])
}

#[entry(unlocked)]
pub unsafe fn _PyLong_Format(op: *mut PyObject, base: c_int) -> *mut PyObject {
    if !is_int(op) {
        return bad_internal_call();
    }
    if let Some(value) = int::as_i64(op) {
        let sign = if value < 0 { "-" } else { "" };
        let magnitude = value.unsigned_abs();
        return text::from_str(&match base {
            2 => format!("{sign}{magnitude:#b}"),
            8 => format!("{sign}{magnitude:#o}"),
            16 => format!("{sign}{magnitude:#x}"),
            _ => format!("{value}"),
        });
    }
    let base = Owned(int::from_i64(i64::from(base)));
    gimbal_proxies::op(Op::ToBase, &[op, base.0])
}

// --- the rest ------------------------------------------------------------------------------------------------------

#[entry(unlocked)]
pub unsafe fn PyLong_GetInfo() -> *mut PyObject {
    op(Op::SysGet, &[text::interned("int_info")])
}

#[entry(unlocked)]
pub unsafe fn _PyLong_Sign(op: *mut PyObject) -> c_int {
    match int::digits(op) {
        ([], _) => 0,
        (_, true) => -1,
        (_, false) => 1,
    }
}

#[entry(unlocked)]
pub unsafe fn _PyLong_NumBits(op: *mut PyObject) -> usize {
    int::bit_length(int::digits(op).0)
}

#[entry(unlocked)]
pub unsafe fn _PyLong_New(digits: Py_ssize_t) -> *mut PyLongObject {
    if digits > 1 << 60 {
        overflow_error::<()>("too many digits in integer");
        return null_mut();
    }
    let op = int::block(digits.max(0) as usize, false);
    if op.is_null() {
        seq::no_memory();
    }
    op.cast()
}

#[entry(unlocked)]
pub unsafe fn _PyLong_Copy(op: *mut PyLongObject) -> *mut PyObject {
    let (digits, negative) = int::digits(op.cast());
    int::from_digits(digits, negative)
}

/// Mantissa in [0.5, 1) and exponent, as `frexp`, of a number that is neither zero nor subnormal.
fn split_double(value: f64) -> (f64, i64) {
    let bits = value.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64 - 1022;
    (f64::from_bits(bits & !(0x7ff << 52) | 1022 << 52), exponent)
}

#[entry(unlocked)]
pub unsafe fn _PyLong_Frexp(op: *mut PyLongObject, exponent: *mut Py_ssize_t) -> c_double {
    let (digits, negative) = int::digits(op.cast());
    *exponent = 0;
    if digits.is_empty() {
        return 0.0;
    }
    // four digits hold more bits than a double; one sticky bit stands for what is cut off
    let cut = digits.len().saturating_sub(4);
    let mut top = digits[cut..].to_vec();
    top[0] |= u32::from(digits[..cut].iter().any(|&d| d != 0));
    let top = Owned(int::from_digits(&top, negative));
    let (mantissa, scale) = split_double(int::as_f64(top.0).unwrap_or(0.0));
    *exponent = (scale + 30 * cut as i64) as Py_ssize_t;
    mantissa
}

unsafe fn binary(name: &str, a: Obj, b: Obj) -> Obj {
    // SAFETY: both are objects.
    unsafe { op(Op::Binary, &[text::interned(name), a, b]) }
}

#[entry(unlocked)]
pub unsafe fn _PyLong_DivmodNear(a: *mut PyObject, b: *mut PyObject) -> *mut PyObject {
    if !is_int(a) || !is_int(b) {
        return type_error("non-integer arguments in division");
    }
    binary("divmod_near", a, b)
}

#[entry(unlocked)]
pub unsafe fn _PyLong_GCD(a: *mut PyObject, b: *mut PyObject) -> *mut PyObject {
    if let (Some(a), Some(b)) = (int::as_i64(a), int::as_i64(b)) {
        let (mut a, mut b) = (a.unsigned_abs(), b.unsigned_abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        return int::from_u64(a);
    }
    binary("gcd", a, b)
}

#[entry(unlocked)]
pub unsafe fn _PyLong_Lshift(op: *mut PyObject, bits: usize) -> *mut PyObject {
    let bits = Owned(int::from_u64(bits as u64));
    binary("lshift", op, bits.0)
}

#[entry(unlocked)]
pub unsafe fn _PyLong_Rshift(op: *mut PyObject, bits: usize) -> *mut PyObject {
    let bits = Owned(int::from_u64(bits as u64));
    binary("rshift", op, bits.0)
}

// --- uid_t and gid_t ------------------------------------------------------------------------------------------------

#[entry(unlocked)]
pub unsafe fn _PyLong_FromUid(uid: libc::uid_t) -> *mut PyObject {
    int::from_i64(if uid == libc::uid_t::MAX {
        -1
    } else {
        i64::from(uid)
    })
}

#[entry(unlocked)]
pub unsafe fn _PyLong_FromGid(gid: libc::gid_t) -> *mut PyObject {
    int::from_i64(if gid == libc::gid_t::MAX {
        -1
    } else {
        i64::from(gid)
    })
}

/// Value of each byte as a digit, 37 for what is none.
#[gimbal_macros::exported]
pub static _PyLong_DigitValue: [c_uchar; 256] = {
    let mut table = [37; 256];
    let mut i = 0;
    while i < 256 {
        let byte = i as u8;
        if byte.is_ascii_digit() {
            table[i] = byte - b'0';
        } else if byte.is_ascii_alphabetic() {
            table[i] = byte.to_ascii_lowercase() - b'a' + 10;
        }
        i += 1;
    }
    table
};
