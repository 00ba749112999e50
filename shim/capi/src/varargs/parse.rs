//! Positional arguments: `PyArg_ParseTuple` and its kin, `PyArg_UnpackTuple` and the small checks.

use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::{null, null_mut};

use gimbal_abi::*;
use gimbal_proxies::int;

use super::convert::Conversion;
use super::cursor::Cursor;
use super::{VaArgs, bad_internal_call};

/// Sets a TypeError by a printf format whose arguments fit.
macro_rules! type_error {
    ($format:literal $(, $argument:expr)* $(,)?) => {
        PyErr_Format(PyExc_TypeError, $format.as_ptr() $(, $argument)*)
    };
}
pub(super) use type_error;

/// What a scan of a format string finds before any argument is looked at.
struct Signature {
    min: Py_ssize_t,
    max: Py_ssize_t,
    /// The function's name after `:`, or NULL.
    function: *const c_char,
    /// The message of the caller after `;`, or NULL.
    custom: *const c_char,
}

impl Signature {
    #[inline]
    unsafe fn scan(mut format: Cursor) -> Self {
        let mut found = Self {
            min: -1,
            max: 0,
            function: null(),
            custom: null(),
        };
        let mut level = 0;
        loop {
            match format.next() {
                b'(' => {
                    found.max += Py_ssize_t::from(level == 0);
                    level += 1;
                    if level >= 30 {
                        fatal(c"too many tuple nesting levels in argument format string");
                    }
                }
                b')' if level == 0 => fatal(c"excess ')' in getargs format"),
                b')' => level -= 1,
                b'|' if level == 0 => found.min = found.max,
                0 => break,
                b':' => {
                    found.function = format.as_ptr();
                    break;
                }
                b';' => {
                    found.custom = format.as_ptr();
                    break;
                }
                // `e` opens a unit of two letters.
                code => {
                    found.max += Py_ssize_t::from(level == 0 && code.is_ascii_alphabetic() && code != b'e')
                }
            }
        }
        if level != 0 {
            fatal(c"missing ')' in getargs format");
        }
        if found.min < 0 {
            found.min = found.max;
        }
        found
    }
}

/// A format string that no C compiler could have meant ends the process, as it does on CPython.
#[cold]
fn fatal(message: &CStr) -> ! {
    // SAFETY: the message ends with NUL.
    unsafe { Py_FatalError(message.as_ptr()) }
}

/// How messages call a function: its name, or `unnamed`.
pub(super) fn shown_name(function: *const c_char, unnamed: &'static CStr) -> *const c_char {
    if function.is_null() {
        unnamed.as_ptr()
    } else {
        function
    }
}

/// The parentheses behind a name; "function" has none.
pub(super) fn parentheses(function: *const c_char) -> *const c_char {
    if function.is_null() {
        c"".as_ptr()
    } else {
        c"()".as_ptr()
    }
}

/// The plural ending for `count`.
pub(super) fn plural(count: Py_ssize_t) -> *const c_char {
    if count == 1 { c"".as_ptr() } else { c"s".as_ptr() }
}

/// `PyArg_Parse`: the old way, one argument which is not in a tuple.
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_parse_object(
    argument: *mut PyObject,
    format: *const c_char,
    va: VaArgs,
    size_t_clean: c_int,
) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        let mut codes = Cursor::new(format);
        let signature = Signature::scan(codes);
        let name = shown_name(signature.function, c"function");
        let parens = parentheses(signature.function);
        if signature.max == 0 {
            if argument.is_null() {
                return 1;
            }
            type_error!(c"%.200s%s takes no arguments", name, parens);
            return 0;
        }
        if signature.min != 1 || signature.max != 1 {
            PyErr_SetString(
                PyExc_SystemError,
                c"old style getargs format uses new features".as_ptr(),
            );
            return 0;
        }
        if argument.is_null() {
            type_error!(c"%.200s%s takes at least one argument", name, parens);
            return 0;
        }
        let mut conversion = Conversion::new(va, size_t_clean != 0);
        let Err(mut mismatch) = conversion.item(argument, &mut codes) else {
            return 1;
        };
        let item = mismatch.take_outermost();
        mismatch.report(item, signature.function, signature.custom);
        conversion.undo();
        0
    }
}

/// `PyArg_ParseTuple` and `PyArg_VaParse`.
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_parse_tuple(
    args: *mut PyObject,
    format: *const c_char,
    va: VaArgs,
    size_t_clean: c_int,
) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        if PyTuple_Check(args) == 0 {
            let message = c"new style getargs format but argument is not a tuple".as_ptr();
            PyErr_SetString(PyExc_SystemError, message);
            return 0;
        }
        gimbal_parse_stack(
            tuple_items(args),
            PyTuple_GET_SIZE(args),
            format,
            va,
            size_t_clean,
        )
    }
}

/// Most calls: a few letters for exact ints, exact floats and objects, with what they ask for. Anything else is left as it is, and
/// the answer is no.
#[inline]
unsafe fn converted_at_once(
    args: *const *mut PyObject,
    count: usize,
    format: *const c_char,
    va: VaArgs,
) -> bool {
    const MOST: usize = 4;
    if count > MOST {
        return false;
    }
    // SAFETY: exact types have the struct that is read; what is stored is what the letters say, by the caller's contract.
    unsafe {
        let format = format.cast::<u8>();
        let mut words = [0u64; MOST];
        for (i, word) in words.iter_mut().enumerate().take(count) {
            let argument = *args.add(i);
            let ty = (*argument).ob_type;
            *word = match *format.add(i) {
                b'O' => argument as u64,
                b'd' if ty == &raw mut PyFloat_Type => (*argument.cast::<PyFloatObject>()).ob_fval.to_bits(),
                code @ (b'i' | b'l' | b'L' | b'n') if ty == &raw mut PyLong_Type => {
                    match int::as_i64(argument) {
                        Some(value) if code != b'i' || c_int::try_from(value).is_ok() => {
                            value.cast_unsigned()
                        }
                        _ => return false,
                    }
                }
                _ => return false,
            };
        }
        if !matches!(*format.add(count), 0 | b':' | b';') {
            return false;
        }
        let mut places = [null_mut::<c_void>(); MOST];
        va.ptrs(&mut places[..count]);
        for (i, place) in places.iter().enumerate().take(count) {
            if *format.add(i) == b'i' {
                place.cast::<c_int>().write(words[i] as c_int);
            } else {
                place.cast::<u64>().write(words[i]);
            }
        }
        true
    }
}

/// `_PyArg_ParseStack`: the arguments are an array.
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_parse_stack(
    args: *const *mut PyObject,
    count: Py_ssize_t,
    format: *const c_char,
    va: VaArgs,
    size_t_clean: c_int,
) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        if converted_at_once(args, count as usize, format, va) {
            return 1;
        }
        let mut codes = Cursor::new(format);
        let signature = Signature::scan(codes);
        if count < signature.min || signature.max < count {
            wrong_count(&signature, count);
            return 0;
        }
        let mut conversion = Conversion::new(va, size_t_clean != 0);
        for index in 0..count as usize {
            codes.eat(b'|');
            if let Err(mismatch) = conversion.item(*args.add(index), &mut codes) {
                mismatch.report(Some(index + 1), signature.function, signature.custom);
                conversion.undo();
                return 0;
            }
        }
        if !codes.at_end_of_codes()
            && !codes.peek().is_ascii_alphabetic()
            && !matches!(codes.peek(), b'(' | b'|')
        {
            PyErr_Format(PyExc_SystemError, c"bad format string: %.200s".as_ptr(), format);
            conversion.undo();
            return 0;
        }
        1
    }
}

/// The items of a tuple, as an array.
pub(super) unsafe fn tuple_items(tuple: *mut PyObject) -> *const *mut PyObject {
    // SAFETY: a live tuple by the caller's contract.
    unsafe { (&raw const (*tuple.cast::<PyTupleObject>()).ob_item).cast() }
}

#[cold]
unsafe fn wrong_count(signature: &Signature, count: Py_ssize_t) {
    let too_few = count < signature.min;
    let bound = if too_few { signature.min } else { signature.max };
    let how = match (signature.min == signature.max, too_few) {
        (true, _) => c"exactly",
        (false, true) => c"at least",
        (false, false) => c"at most",
    };
    // SAFETY: the arguments fit the format; the custom message ends with NUL.
    unsafe {
        if signature.custom.is_null() {
            type_error!(
                c"%.150s%s takes %s %zd argument%s (%zd given)",
                shown_name(signature.function, c"function"),
                parentheses(signature.function),
                how.as_ptr(),
                bound,
                plural(bound),
                count,
            );
        } else {
            PyErr_SetString(PyExc_TypeError, signature.custom);
        }
    }
}

/// `PyArg_UnpackTuple`: borrowed references to the items, without any conversion.
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_unpack_tuple(
    args: *mut PyObject,
    name: *const c_char,
    min: Py_ssize_t,
    max: Py_ssize_t,
    va: VaArgs,
) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        if PyTuple_Check(args) == 0 {
            let message = c"PyArg_UnpackTuple() argument list is not a tuple".as_ptr();
            PyErr_SetString(PyExc_SystemError, message);
            return 0;
        }
        gimbal_unpack_stack(tuple_items(args), PyTuple_GET_SIZE(args), name, min, max, va)
    }
}

/// `_PyArg_UnpackStack`.
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_unpack_stack(
    args: *const *mut PyObject,
    count: Py_ssize_t,
    name: *const c_char,
    min: Py_ssize_t,
    max: Py_ssize_t,
    va: VaArgs,
) -> c_int {
    // SAFETY: the caller's contract: one place for each item.
    unsafe {
        if _PyArg_CheckPositional(name, count, min, max) == 0 {
            return 0;
        }
        for index in 0..count as usize {
            va.store(*args.add(index));
        }
        1
    }
}

/// Checks the number of positional arguments of the function `name` (of an unpacked tuple, if NULL).
///
/// # Safety
///
/// `name` is NULL or ends with NUL.
#[gimbal_macros::exported]
pub unsafe extern "C" fn _PyArg_CheckPositional(
    name: *const c_char,
    count: Py_ssize_t,
    min: Py_ssize_t,
    max: Py_ssize_t,
) -> c_int {
    let (how, bound) = if count < min {
        (c"at least ", min)
    } else if count > 0 && count > max {
        (c"at most ", max)
    } else {
        return 1;
    };
    let how = if min == max { c"" } else { how }.as_ptr();
    // SAFETY: the arguments fit the formats.
    unsafe {
        if name.is_null() {
            let message = c"unpacked tuple should have %s%zd element%s, but has %zd";
            PyErr_Format(
                PyExc_TypeError,
                message.as_ptr(),
                how,
                bound,
                plural(bound),
                count,
            );
        } else {
            type_error!(
                c"%.200s expected %s%zd argument%s, got %zd",
                name,
                how,
                bound,
                plural(bound),
                count
            );
        }
    }
    0
}

/// Refuses keyword arguments; NULL and an empty dict pass.
///
/// # Safety
///
/// `function` ends with NUL; `keywords` is NULL or live.
#[gimbal_macros::exported]
pub unsafe extern "C" fn _PyArg_NoKeywords(function: *const c_char, keywords: *mut PyObject) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        if keywords.is_null() {
            return 1;
        }
        if PyDict_CheckExact(keywords) == 0 {
            bad_internal_call();
            return 0;
        }
        if PyDict_Size(keywords) == 0 {
            return 1;
        }
        type_error!(c"%.200s() takes no keyword arguments", function);
        0
    }
}

/// Refuses positional arguments; NULL and an empty tuple pass.
///
/// # Safety
///
/// `function` ends with NUL; `args` is NULL or live.
#[gimbal_macros::exported]
pub unsafe extern "C" fn _PyArg_NoPositional(function: *const c_char, args: *mut PyObject) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        if args.is_null() {
            return 1;
        }
        if PyTuple_CheckExact(args) == 0 {
            bad_internal_call();
            return 0;
        }
        if PyTuple_GET_SIZE(args) == 0 {
            return 1;
        }
        type_error!(c"%.200s() takes no positional arguments", function);
        0
    }
}

/// Refuses the keyword names of a vectorcall; NULL and an empty tuple pass.
///
/// # Safety
///
/// `function` ends with NUL; `names` is NULL or a live tuple.
#[gimbal_macros::exported]
pub unsafe extern "C" fn _PyArg_NoKwnames(function: *const c_char, names: *mut PyObject) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        if names.is_null() || PyTuple_GET_SIZE(names) == 0 {
            return 1;
        }
        type_error!(c"%s() takes no keyword arguments", function);
        0
    }
}

/// Raises the TypeError for an argument of the wrong type.
///
/// # Safety
///
/// The texts end with NUL; `argument` is live.
#[gimbal_macros::exported]
pub unsafe extern "C" fn _PyArg_BadArgument(
    function: *const c_char,
    shown_as: *const c_char,
    expected: *const c_char,
    argument: *mut PyObject,
) {
    // SAFETY: the caller's contract.
    unsafe {
        let got = if argument == Py_None() {
            c"None".as_ptr()
        } else {
            (*Py_TYPE(argument)).tp_name
        };
        type_error!(
            c"%.200s() %.200s must be %.50s, not %.50s",
            function,
            shown_as,
            expected,
            got
        );
    }
}

/// Whether all keys of a dict are str; else a TypeError is set.
///
/// # Safety
///
/// `keywords` is live.
#[gimbal_macros::exported]
pub unsafe extern "C" fn PyArg_ValidateKeywordArguments(keywords: *mut PyObject) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        if PyDict_Check(keywords) == 0 {
            bad_internal_call();
            return 0;
        }
        let (mut position, mut key) = (0, std::ptr::null_mut());
        while PyDict_Next(keywords, &raw mut position, &raw mut key, std::ptr::null_mut()) != 0 {
            if PyUnicode_Check(key) == 0 {
                type_error!(c"keywords must be strings");
                return 0;
            }
        }
        1
    }
}
