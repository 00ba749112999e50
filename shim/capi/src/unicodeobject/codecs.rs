//! Encodings. UTF-8, ASCII and Latin-1 without errors are done here; the host has the others, and every error handler.

use super::{from_latin1, from_utf8, max_of_kind};
use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_char, c_int};
use std::ptr::{null, null_mut};

/// The encodings that are done natively.
#[derive(PartialEq, Eq)]
enum Known {
    Utf8,
    Ascii,
    Latin1,
}

/// Recognises the usual spellings; NULL is UTF-8.
fn known(encoding: &[u8]) -> Option<Known> {
    let plain: Vec<u8> = encoding
        .iter()
        .map(|b| if *b == b'_' { b'-' } else { b.to_ascii_lowercase() })
        .collect();
    match plain.as_slice() {
        b"" | b"utf-8" | b"utf8" => Some(Known::Utf8),
        b"ascii" | b"us-ascii" => Some(Known::Ascii),
        b"latin-1" | b"latin1" | b"iso-8859-1" | b"iso8859-1" => Some(Known::Latin1),
        _ => None,
    }
}

// --- decoding -------------------------------------------------------------------------------------------------------

/// By the host's codec.
unsafe fn decode_by_host(bytes: &[u8], encoding: &str, errors: *const c_char) -> Obj {
    // SAFETY: the caller is attached.
    unsafe {
        let data = Owned(text::bytes_from(bytes));
        if data.0.is_null() {
            return null_mut();
        }
        let encoding = Owned(text::from_str(encoding));
        let errors = optional_str(errors);
        op(Op::Decode, &[data.0, encoding.0, errors.0])
    }
}

/// UTF-8 to a new str.
pub(crate) unsafe fn decode_utf8(bytes: &[u8], errors: *const c_char) -> Obj {
    // SAFETY: the caller is attached.
    unsafe {
        if bytes.is_ascii() {
            return text::from_ascii(bytes);
        }
        match std::str::from_utf8(bytes) {
            Ok(valid) => text::from_str(valid),
            Err(_) => decode_by_host(bytes, "utf-8", errors),
        }
    }
}

/// Any encoding to a new str.
pub(crate) unsafe fn decode(bytes: &[u8], encoding: *const c_char, errors: *const c_char) -> Obj {
    // SAFETY: the caller is attached.
    unsafe {
        match known(c_bytes(encoding)) {
            Some(Known::Utf8) => decode_utf8(bytes, errors),
            Some(Known::Latin1) => from_latin1(bytes),
            Some(Known::Ascii) if bytes.is_ascii() => text::from_ascii(bytes),
            Some(Known::Ascii) => decode_by_host(bytes, "ascii", errors),
            None => decode_by_host(bytes, &c_text(encoding), errors),
        }
    }
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_Decode(
    data: *const c_char,
    len: Py_ssize_t,
    encoding: *const c_char,
    errors: *const c_char,
) -> *mut PyObject {
    decode(memory(data, len), encoding, errors)
}

#[entry]
pub unsafe fn PyUnicode_FromEncodedObject(
    op: *mut PyObject,
    encoding: *const c_char,
    errors: *const c_char,
) -> *mut PyObject {
    if op.is_null() {
        return bad_internal_call();
    }
    if is_str(op) {
        return type_error("decoding str is not supported");
    }
    let mut view = std::mem::zeroed::<Py_buffer>();
    if buffer::get(op, &raw mut view, 0) < 0 {
        err::clear();
        return type_error(&format!(
            "decoding to str: need a bytes-like object, {} found",
            type_name(op)
        ));
    }
    let result = decode(memory(view.buf.cast(), view.len), encoding, errors);
    buffer::release(&raw mut view);
    result
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_DecodeUTF8(
    data: *const c_char,
    len: Py_ssize_t,
    errors: *const c_char,
) -> *mut PyObject {
    decode_utf8(memory(data, len), errors)
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_DecodeUTF8Stateful(
    data: *const c_char,
    len: Py_ssize_t,
    errors: *const c_char,
    consumed: *mut Py_ssize_t,
) -> *mut PyObject {
    let bytes = memory(data, len);
    if consumed.is_null() {
        return decode_utf8(bytes, errors);
    }
    match std::str::from_utf8(bytes) {
        Ok(_) => {
            *consumed = len;
            from_utf8(bytes)
        }
        Err(problem) if problem.error_len().is_none() => {
            let valid = problem.valid_up_to();
            *consumed = valid as Py_ssize_t;
            from_utf8(&bytes[..valid])
        }
        Err(_) => stateful("utf_8_decode", bytes, errors, None, consumed),
    }
}

/// Calls a decoder of `_codecs` that says how much it has used, and in which byte order when it was told one.
unsafe fn stateful(
    name: &str,
    bytes: &[u8],
    errors: *const c_char,
    byte_order: Option<&mut c_int>,
    consumed: *mut Py_ssize_t,
) -> Obj {
    // SAFETY: `consumed` is the caller's or NULL.
    unsafe {
        let data = Owned(text::bytes_from(bytes));
        let errors = if errors.is_null() {
            Owned(text::from_str("strict"))
        } else {
            optional_str(errors)
        };
        let is_final = bool_object(consumed.is_null());
        let order = Owned(int::from_i64(byte_order.as_deref().map_or(0, |o| i64::from(*o))));
        let mut args = vec![data.0, errors.0];
        if byte_order.is_some() {
            args.push(order.0);
        }
        args.push(is_final);
        let result = Owned(call_library("_codecs", name, &args));
        if result.0.is_null() {
            return null_mut();
        }
        let parts = seq::tuple_slice(result.0);
        if !consumed.is_null() {
            *consumed = int::as_i64(parts[1]).unwrap_or(0) as Py_ssize_t;
        }
        if let (Some(byte_order), Some(&order)) = (byte_order, parts.get(2)) {
            *byte_order = int::as_i64(order).unwrap_or(0) as c_int;
        }
        new_ref(parts[0])
    }
}

macro_rules! wide_decoders {
    ($(fn $name:ident fn $stateful:ident = $decoder:literal;)*) => {$(
        #[entry]
        pub unsafe fn $name(
            data: *const c_char,
            len: Py_ssize_t,
            errors: *const c_char,
            byte_order: *mut c_int,
        ) -> *mut PyObject {
            $stateful(data, len, errors, byte_order, null_mut())
        }

        #[entry]
        pub unsafe fn $stateful(
            data: *const c_char,
            len: Py_ssize_t,
            errors: *const c_char,
            byte_order: *mut c_int,
            consumed: *mut Py_ssize_t,
        ) -> *mut PyObject {
            let mut order = if byte_order.is_null() { 0 } else { *byte_order };
            let result = stateful($decoder, memory(data, len), errors, Some(&mut order), consumed);
            if !result.is_null() && !byte_order.is_null() {
                *byte_order = order;
            }
            result
        }
    )*};
}

wide_decoders! {
    fn PyUnicode_DecodeUTF16 fn PyUnicode_DecodeUTF16Stateful = "utf_16_ex_decode";
    fn PyUnicode_DecodeUTF32 fn PyUnicode_DecodeUTF32Stateful = "utf_32_ex_decode";
}

#[entry]
pub unsafe fn PyUnicode_DecodeUTF7(
    data: *const c_char,
    len: Py_ssize_t,
    errors: *const c_char,
) -> *mut PyObject {
    decode_by_host(memory(data, len), "utf-7", errors)
}

#[entry]
pub unsafe fn PyUnicode_DecodeUTF7Stateful(
    data: *const c_char,
    len: Py_ssize_t,
    errors: *const c_char,
    consumed: *mut Py_ssize_t,
) -> *mut PyObject {
    stateful("utf_7_decode", memory(data, len), errors, None, consumed)
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_DecodeLatin1(
    data: *const c_char,
    len: Py_ssize_t,
    _errors: *const c_char,
) -> *mut PyObject {
    from_latin1(memory(data, len))
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_DecodeASCII(
    data: *const c_char,
    len: Py_ssize_t,
    errors: *const c_char,
) -> *mut PyObject {
    decode(memory(data, len), c"ascii".as_ptr(), errors)
}

#[entry]
pub unsafe fn PyUnicode_DecodeUnicodeEscape(
    data: *const c_char,
    len: Py_ssize_t,
    errors: *const c_char,
) -> *mut PyObject {
    decode_by_host(memory(data, len), "unicode_escape", errors)
}

#[entry]
pub unsafe fn PyUnicode_DecodeRawUnicodeEscape(
    data: *const c_char,
    len: Py_ssize_t,
    errors: *const c_char,
) -> *mut PyObject {
    decode_by_host(memory(data, len), "raw_unicode_escape", errors)
}

#[entry]
pub unsafe fn _PyUnicode_DecodeUnicodeEscapeStateful(
    data: *const c_char,
    len: Py_ssize_t,
    errors: *const c_char,
    consumed: *mut Py_ssize_t,
) -> *mut PyObject {
    stateful("unicode_escape_decode", memory(data, len), errors, None, consumed)
}

#[entry]
pub unsafe fn _PyUnicode_DecodeRawUnicodeEscapeStateful(
    data: *const c_char,
    len: Py_ssize_t,
    errors: *const c_char,
    consumed: *mut Py_ssize_t,
) -> *mut PyObject {
    stateful(
        "raw_unicode_escape_decode",
        memory(data, len),
        errors,
        None,
        consumed,
    )
}

#[entry]
pub unsafe fn _PyUnicode_DecodeUnicodeEscapeInternal(
    data: *const c_char,
    len: Py_ssize_t,
    errors: *const c_char,
    consumed: *mut Py_ssize_t,
    first_invalid_escape: *mut *const c_char,
) -> *mut PyObject {
    *first_invalid_escape = null();
    stateful("unicode_escape_decode", memory(data, len), errors, None, consumed)
}

#[entry]
pub unsafe fn PyUnicode_DecodeCharmap(
    data: *const c_char,
    len: Py_ssize_t,
    mapping: *mut PyObject,
    errors: *const c_char,
) -> *mut PyObject {
    if mapping.is_null() {
        return from_latin1(memory(data, len));
    }
    let data = Owned(text::bytes_from(memory(data, len)));
    first_of(charmap("charmap_decode", data.0, errors, mapping))
}

unsafe fn charmap(name: &str, source: Obj, errors: *const c_char, mapping: Obj) -> Obj {
    // SAFETY: objects.
    unsafe {
        let errors = if errors.is_null() {
            Owned(text::from_str("strict"))
        } else {
            optional_str(errors)
        };
        call_library("_codecs", name, &[source, errors.0, mapping])
    }
}

/// The first item of a tuple (a new reference, which goes); NULL for NULL.
unsafe fn first_of(result: Obj) -> Obj {
    let result = Owned(result);
    if result.0.is_null() {
        return null_mut();
    }
    // SAFETY: codecs return pairs.
    unsafe { new_ref(seq::tuple_slice(result.0)[0]) }
}

// --- encoding -------------------------------------------------------------------------------------------------------

/// The contents as strict UTF-8; None with `UnicodeEncodeError` set when there are surrogates.
unsafe fn strict_utf8<'a>(op: Obj) -> Option<&'a [u8]> {
    // SAFETY: `op` is a str.
    unsafe {
        let bytes = text::strict_utf8(op);
        if bytes.is_none() {
            xdecref(encode_by_host(op, "utf-8", null()));
        }
        bytes
    }
}

unsafe fn encode_by_host(op: Obj, encoding: &str, errors: *const c_char) -> Obj {
    // SAFETY: `op` is a str.
    unsafe {
        let encoding = Owned(text::from_str(encoding));
        let errors = optional_str(errors);
        gimbal_proxies::op(Op::Encode, &[op, encoding.0, errors.0])
    }
}

/// A str to new bytes in any encoding.
unsafe fn encode(op: Obj, encoding: *const c_char, errors: *const c_char) -> Obj {
    // SAFETY: an object or NULL.
    unsafe {
        if !is_str(op) {
            return bad_argument();
        }
        let max = max_of_kind(op);
        match known(c_bytes(encoding)) {
            Some(Known::Utf8) if max <= 0xff || text::as_str(op).is_some() => {
                text::bytes_from(text::utf8(op))
            }
            Some(Known::Ascii | Known::Latin1) if max <= 0x7f => text::bytes_from(text::utf8(op)),
            Some(Known::Latin1) if max <= 0xff => {
                text::bytes_from(std::slice::from_raw_parts(text::data(op), text::len(op)))
            }
            Some(Known::Utf8) => encode_by_host(op, "utf-8", errors),
            _ => encode_by_host(op, &c_text(encoding), errors),
        }
    }
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_AsUTF8AndSize(op: *mut PyObject, len: *mut Py_ssize_t) -> *const c_char {
    if !is_str(op) {
        bad_argument::<()>();
        return null();
    }
    let Some(bytes) = strict_utf8(op) else {
        return null();
    };
    if !len.is_null() {
        *len = bytes.len() as Py_ssize_t;
    }
    bytes.as_ptr().cast()
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_AsUTF8(op: *mut PyObject) -> *const c_char {
    PyUnicode_AsUTF8AndSize(op, null_mut())
}

#[entry(unlocked)]
pub unsafe fn PyUnicode_AsEncodedString(
    op: *mut PyObject,
    encoding: *const c_char,
    errors: *const c_char,
) -> *mut PyObject {
    encode(op, encoding, errors)
}

macro_rules! encoders {
    ($(fn $plain:ident fn $with_errors:ident = $encoding:literal;)*) => {$(
        #[entry]
        pub unsafe fn $plain(op: *mut PyObject) -> *mut PyObject {
            encode(op, $encoding.as_ptr(), null())
        }

        #[entry]
        pub unsafe fn $with_errors(op: *mut PyObject, errors: *const c_char) -> *mut PyObject {
            encode(op, $encoding.as_ptr(), errors)
        }
    )*};
    (plain: $(fn $plain:ident = $encoding:literal;)*) => {$(
        #[entry]
        pub unsafe fn $plain(op: *mut PyObject) -> *mut PyObject {
            encode(op, $encoding.as_ptr(), null())
        }
    )*};
}

encoders! {
    fn PyUnicode_AsUTF8String fn _PyUnicode_AsUTF8String = c"utf-8";
    fn PyUnicode_AsLatin1String fn _PyUnicode_AsLatin1String = c"latin-1";
    fn PyUnicode_AsASCIIString fn _PyUnicode_AsASCIIString = c"ascii";
}

encoders! { plain:
    fn PyUnicode_AsUTF16String = c"utf-16";
    fn PyUnicode_AsUTF32String = c"utf-32";
    fn PyUnicode_AsUnicodeEscapeString = c"unicode_escape";
    fn PyUnicode_AsRawUnicodeEscapeString = c"raw_unicode_escape";
}

/// The encoding for a byte order: -1 little endian, 1 big endian, 0 native with a mark.
fn ordered(
    byte_order: c_int,
    little: &'static std::ffi::CStr,
    big: &'static std::ffi::CStr,
    native: &'static std::ffi::CStr,
) -> *const c_char {
    match byte_order {
        -1 => little,
        1 => big,
        _ => native,
    }
    .as_ptr()
}

#[entry]
pub unsafe fn _PyUnicode_EncodeUTF16(
    op: *mut PyObject,
    errors: *const c_char,
    byte_order: c_int,
) -> *mut PyObject {
    let encoding = ordered(byte_order, c"utf-16-le", c"utf-16-be", c"utf-16");
    encode(op, encoding, errors)
}

#[entry]
pub unsafe fn _PyUnicode_EncodeUTF32(
    op: *mut PyObject,
    errors: *const c_char,
    byte_order: c_int,
) -> *mut PyObject {
    let encoding = ordered(byte_order, c"utf-32-le", c"utf-32-be", c"utf-32");
    encode(op, encoding, errors)
}

#[entry]
pub unsafe fn _PyUnicode_EncodeUTF7(
    op: *mut PyObject,
    _base64_set_o: c_int,
    _base64_white_space: c_int,
    errors: *const c_char,
) -> *mut PyObject {
    encode(op, c"utf-7".as_ptr(), errors)
}

#[entry]
pub unsafe fn _PyUnicode_EncodeCharmap(
    op: *mut PyObject,
    mapping: *mut PyObject,
    errors: *const c_char,
) -> *mut PyObject {
    if mapping.is_null() {
        return encode(op, c"latin-1".as_ptr(), errors);
    }
    first_of(charmap("charmap_encode", op, errors, mapping))
}

#[entry]
pub unsafe fn PyUnicode_AsCharmapString(op: *mut PyObject, mapping: *mut PyObject) -> *mut PyObject {
    if !is_str(op) || mapping.is_null() {
        return bad_argument();
    }
    first_of(charmap("charmap_encode", op, null(), mapping))
}

#[entry]
pub unsafe fn PyUnicode_BuildEncodingMap(characters: *mut PyObject) -> *mut PyObject {
    if !is_str(characters) || text::len(characters) == 0 {
        return bad_argument();
    }
    call_library("_codecs", "charmap_build", &[characters])
}

// --- by codecs that need not give text ------------------------------------------------------------------------------

macro_rules! by_codec {
    ($(fn $name:ident = $function:literal, $wanted:expr, $wanted_name:literal;)*) => {$(
        #[entry]
        pub unsafe fn $name(op: *mut PyObject, encoding: *const c_char, errors: *const c_char) -> *mut PyObject {
            if !is_str(op) {
                return bad_argument();
            }
            let encoding = if encoding.is_null() { c"utf-8".as_ptr() } else { encoding };
            let result = crate::codecs::call($function, op, encoding, errors);
            let wanted: unsafe fn(Obj) -> bool = $wanted;
            if !result.is_null() && !wanted(result) {
                let shown = Owned(result);
                return type_error(&format!(
                    "'{}' {}r returned '{}' instead of '{}'; use codecs.{}() to {0} to arbitrary types",
                    c_text(encoding), $function, type_name(shown.0), $wanted_name, $function
                ));
            }
            result
        }
    )*};
}

by_codec! {
    fn PyUnicode_AsDecodedObject = "decode", |_| true, "object";
    fn PyUnicode_AsEncodedObject = "encode", |_| true, "object";
    fn PyUnicode_AsDecodedUnicode = "decode", is_str, "str";
    fn PyUnicode_AsEncodedUnicode = "encode", is_str, "str";
}

// --- file names and the locale --------------------------------------------------------------------------------------

#[entry]
pub unsafe fn PyUnicode_GetDefaultEncoding() -> *const c_char {
    c"utf-8".as_ptr()
}

unsafe fn decode_file_name(bytes: &[u8]) -> Obj {
    // SAFETY: the caller is attached.
    unsafe {
        if bytes.is_ascii() {
            return text::from_ascii(bytes);
        }
        let data = Owned(text::bytes_from(bytes));
        call_library("os", "fsdecode", &[data.0])
    }
}

#[entry]
pub unsafe fn PyUnicode_DecodeFSDefaultAndSize(name: *const c_char, len: Py_ssize_t) -> *mut PyObject {
    decode_file_name(memory(name, len))
}

#[entry]
pub unsafe fn PyUnicode_DecodeFSDefault(name: *const c_char) -> *mut PyObject {
    decode_file_name(c_bytes(name))
}

#[entry]
pub unsafe fn PyUnicode_EncodeFSDefault(op: *mut PyObject) -> *mut PyObject {
    if !is_str(op) {
        return bad_argument();
    }
    if text::is_ascii(op) {
        return text::bytes_from(text::utf8(op));
    }
    call_library("os", "fsencode", &[op])
}

#[entry]
pub unsafe fn PyUnicode_DecodeLocaleAndSize(
    data: *const c_char,
    len: Py_ssize_t,
    errors: *const c_char,
) -> *mut PyObject {
    let bytes = memory(data, len);
    if bytes.contains(&0) {
        return value_error("embedded null byte");
    }
    decode_utf8(bytes, errors)
}

#[entry]
pub unsafe fn PyUnicode_DecodeLocale(data: *const c_char, errors: *const c_char) -> *mut PyObject {
    decode_utf8(c_bytes(data), errors)
}

#[entry]
pub unsafe fn PyUnicode_EncodeLocale(op: *mut PyObject, errors: *const c_char) -> *mut PyObject {
    if is_str(op) && (0..text::len(op)).any(|i| text::read(op, i) == 0) {
        return value_error("embedded null character");
    }
    encode(op, c"utf-8".as_ptr(), errors)
}

/// What converters return that want to be called again, with NULL, to clean up.
const CLEANUP_SUPPORTED: c_int = 0x2_0000;

/// The common frame of the two converters: cleans up for NULL, else stores what `convert` makes of the path.
unsafe fn convert_path(op: Obj, out: *mut Obj, convert: impl FnOnce(Obj) -> Obj) -> c_int {
    // SAFETY: `out` is the caller's.
    unsafe {
        if op.is_null() {
            xdecref(*out);
            *out = null_mut();
            return 1;
        }
        let path = Owned(PyOS_FSPath(op));
        let result = if path.0.is_null() {
            null_mut()
        } else {
            convert(path.0)
        };
        if result.is_null() {
            return 0;
        }
        *out = result;
        CLEANUP_SUPPORTED
    }
}

#[entry(error = 0)]
pub unsafe fn PyUnicode_FSConverter(op: *mut PyObject, out: *mut std::ffi::c_void) -> c_int {
    convert_path(op, out.cast(), |path| {
        let bytes = if is_bytes(path) {
            new_ref(path)
        } else {
            PyUnicode_EncodeFSDefault(path)
        };
        if !bytes.is_null() && text::as_bytes(bytes).contains(&0) {
            decref(bytes);
            return value_error("embedded null byte");
        }
        bytes
    })
}

#[entry(error = 0)]
pub unsafe fn PyUnicode_FSDecoder(op: *mut PyObject, out: *mut std::ffi::c_void) -> c_int {
    convert_path(op, out.cast(), |path| {
        let name = if is_str(path) {
            new_ref(path)
        } else {
            decode_file_name(text::as_bytes(path))
        };
        if !name.is_null() && text::utf8(name).contains(&0) {
            decref(name);
            return value_error("embedded null character");
        }
        name
    })
}
