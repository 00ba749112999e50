//! `codecs.h`: the codec registry, which is the host's.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

/// A C string or, for NULL, a default.
unsafe fn str_or(text: *const c_char, default: &str) -> Owned {
    // SAFETY: a NUL-terminated string.
    unsafe {
        if text.is_null() {
            Owned(text::from_str(default))
        } else {
            optional_str(text)
        }
    }
}

/// `codecs.NAME(op, encoding, errors)`; NULL errors are strict.
pub(crate) unsafe fn call(name: &str, op: Obj, encoding: *const c_char, errors: *const c_char) -> Obj {
    // SAFETY: an object and C strings.
    unsafe {
        if encoding.is_null() {
            return bad_argument();
        }
        let encoding = optional_str(encoding);
        let errors = str_or(errors, "strict");
        call_library("codecs", name, &[op, encoding.0, errors.0])
    }
}

#[entry]
pub unsafe fn PyCodec_Encode(
    op: *mut PyObject,
    encoding: *const c_char,
    errors: *const c_char,
) -> *mut PyObject {
    call("encode", op, encoding, errors)
}

#[entry]
pub unsafe fn PyCodec_Decode(
    op: *mut PyObject,
    encoding: *const c_char,
    errors: *const c_char,
) -> *mut PyObject {
    call("decode", op, encoding, errors)
}

#[entry]
pub unsafe fn _PyCodec_EncodeText(
    op: *mut PyObject,
    encoding: *const c_char,
    errors: *const c_char,
) -> *mut PyObject {
    let encoding = str_or(encoding, "utf-8");
    let errors = str_or(errors, "strict");
    gimbal_proxies::op(Op::Encode, &[op, encoding.0, errors.0])
}

#[entry]
pub unsafe fn _PyCodec_DecodeText(
    op: *mut PyObject,
    encoding: *const c_char,
    errors: *const c_char,
) -> *mut PyObject {
    let encoding = str_or(encoding, "utf-8");
    let errors = str_or(errors, "strict");
    gimbal_proxies::op(Op::Decode, &[op, encoding.0, errors.0])
}

unsafe fn by_name(function: &str, name: *const c_char) -> Obj {
    // SAFETY: a C string.
    unsafe {
        let name = str_or(name, "");
        call_library("codecs", function, &[name.0])
    }
}

#[entry]
pub unsafe fn _PyCodec_Lookup(encoding: *const c_char) -> *mut PyObject {
    if encoding.is_null() {
        return bad_argument();
    }
    by_name("lookup", encoding)
}

#[entry]
pub unsafe fn PyCodec_KnownEncoding(encoding: *const c_char) -> c_int {
    let codec = Owned(_PyCodec_Lookup(encoding));
    if codec.0.is_null() {
        err::clear();
        return 0;
    }
    1
}

#[entry]
pub unsafe fn PyCodec_Encoder(encoding: *const c_char) -> *mut PyObject {
    by_name("getencoder", encoding)
}

#[entry]
pub unsafe fn PyCodec_Decoder(encoding: *const c_char) -> *mut PyObject {
    by_name("getdecoder", encoding)
}

/// An attribute of a codec's entry.
unsafe fn part(codec: Obj, name: &str) -> Obj {
    // SAFETY: an object or NULL.
    unsafe {
        if codec.is_null() {
            return null_mut();
        }
        op(Op::GetAttr, &[codec, text::interned(name)])
    }
}

/// Calls the maker of an incremental coder, or of a stream when there is one, with the errors when they are given.
unsafe fn make(maker: Obj, stream: Obj, errors: *const c_char) -> Obj {
    let maker = Owned(maker);
    if maker.0.is_null() {
        return null_mut();
    }
    // SAFETY: objects or NULL.
    unsafe {
        let errors = optional_str(errors);
        let given: Vec<Obj> = [stream, errors.0].into_iter().filter(|a| !a.is_null()).collect();
        let args = Owned(seq::tuple_of(&given));
        op(Op::CallObject, &[maker.0, args.0, null_mut()])
    }
}

#[entry]
pub unsafe fn PyCodec_IncrementalEncoder(encoding: *const c_char, errors: *const c_char) -> *mut PyObject {
    make(by_name("getincrementalencoder", encoding), null_mut(), errors)
}

#[entry]
pub unsafe fn PyCodec_IncrementalDecoder(encoding: *const c_char, errors: *const c_char) -> *mut PyObject {
    make(by_name("getincrementaldecoder", encoding), null_mut(), errors)
}

#[entry]
pub unsafe fn _PyCodecInfo_GetIncrementalEncoder(
    codec: *mut PyObject,
    errors: *const c_char,
) -> *mut PyObject {
    make(part(codec, "incrementalencoder"), null_mut(), errors)
}

#[entry]
pub unsafe fn _PyCodecInfo_GetIncrementalDecoder(
    codec: *mut PyObject,
    errors: *const c_char,
) -> *mut PyObject {
    make(part(codec, "incrementaldecoder"), null_mut(), errors)
}

#[entry]
pub unsafe fn PyCodec_StreamReader(
    encoding: *const c_char,
    stream: *mut PyObject,
    errors: *const c_char,
) -> *mut PyObject {
    make(by_name("getreader", encoding), stream, errors)
}

#[entry]
pub unsafe fn PyCodec_StreamWriter(
    encoding: *const c_char,
    stream: *mut PyObject,
    errors: *const c_char,
) -> *mut PyObject {
    make(by_name("getwriter", encoding), stream, errors)
}

#[entry]
pub unsafe fn _PyCodec_LookupTextEncoding(
    encoding: *const c_char,
    alternative: *const c_char,
) -> *mut PyObject {
    let codec = Owned(_PyCodec_Lookup(encoding));
    let is_text = Owned(part(codec.0, "_is_text_encoding"));
    if codec.0.is_null() {
        return null_mut();
    }
    if is_text.0 == false_object() {
        err::set(
            PyExc_LookupError,
            &format!(
                "'{}' is not a text encoding; use {} to handle arbitrary codecs",
                c_text(encoding),
                c_text(alternative)
            ),
        );
        return null_mut();
    }
    err::clear();
    new_ref(codec.0)
}

unsafe fn done(result: Obj) -> c_int {
    let result = Owned(result);
    if result.0.is_null() { -1 } else { 0 }
}

#[entry]
pub unsafe fn PyCodec_Register(search: *mut PyObject) -> c_int {
    if search.is_null() {
        bad_argument::<()>();
        return -1;
    }
    done(call_library("codecs", "register", &[search]))
}

#[entry]
pub unsafe fn PyCodec_Unregister(search: *mut PyObject) -> c_int {
    done(call_library("codecs", "unregister", &[search]))
}

// --- error handlers -------------------------------------------------------------------------------------------------

#[entry]
pub unsafe fn PyCodec_RegisterError(name: *const c_char, handler: *mut PyObject) -> c_int {
    let name = str_or(name, "strict");
    done(call_library("codecs", "register_error", &[name.0, handler]))
}

#[entry]
pub unsafe fn PyCodec_LookupError(name: *const c_char) -> *mut PyObject {
    let name = str_or(name, "strict");
    call_library("codecs", "lookup_error", &[name.0])
}

macro_rules! handlers {
    ($(fn $name:ident = $function:literal;)*) => {$(
        #[entry]
        pub unsafe fn $name(exception: *mut PyObject) -> *mut PyObject {
            call_library("codecs", $function, &[exception])
        }
    )*};
}

#[entry]
pub unsafe fn PyCodec_StrictErrors(exception: *mut PyObject) -> *mut PyObject {
    if err::is_exception(exception) {
        err::set_object((*exception).ob_type.cast(), exception);
    } else {
        type_error::<()>("codec must pass exception instance");
    }
    null_mut()
}

handlers! {
    fn PyCodec_IgnoreErrors = "ignore_errors";
    fn PyCodec_ReplaceErrors = "replace_errors";
    fn PyCodec_XMLCharRefReplaceErrors = "xmlcharrefreplace_errors";
    fn PyCodec_BackslashReplaceErrors = "backslashreplace_errors";
    fn PyCodec_NameReplaceErrors = "namereplace_errors";
}
