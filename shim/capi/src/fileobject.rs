//! `fileobject.h`: Python's file objects.

use crate::import::import_attribute;
use crate::pyerrors::status;
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{
    Obj, Op, bool_object, decref, err, int, new_ref, none, op, op_unit, seq, text, types, xdecref,
};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::null_mut;

/// A str of a C string, None for NULL; a new reference.
unsafe fn text_or_none(value: *const c_char) -> Obj {
    // SAFETY: `value` is a C string or NULL.
    unsafe {
        if value.is_null() {
            new_ref(none())
        } else {
            text::from_str(&CStr::from_ptr(value).to_string_lossy())
        }
    }
}

/// Calls a member of `io`; the references of the arguments are taken over.
unsafe fn call_io(name: &str, args: &[Obj]) -> Obj {
    // SAFETY: arguments are objects.
    unsafe {
        let callable = import_attribute("io", name);
        let args = seq::tuple_from_owned(args);
        let result = if callable.is_null() {
            null_mut()
        } else {
            op(Op::CallObject, &[callable, args, null_mut()])
        };
        xdecref(callable);
        xdecref(args);
        result
    }
}

#[entry]
pub unsafe fn PyFile_FromFd(
    descriptor: c_int,
    _name: *const c_char,
    mode: *const c_char,
    buffering: c_int,
    encoding: *const c_char,
    errors: *const c_char,
    newline: *const c_char,
    close: c_int,
) -> *mut PyObject {
    let args = [
        int::from_i64(descriptor.into()),
        text_or_none(mode),
        int::from_i64(buffering.into()),
        text_or_none(encoding),
        text_or_none(errors),
        text_or_none(newline),
        new_ref(bool_object(close != 0)),
    ];
    call_io("open", &args)
}

#[entry]
pub unsafe fn PyFile_OpenCodeObject(path: *mut PyObject) -> *mut PyObject {
    if PyUnicode_Check(path) == 0 {
        let got = CStr::from_ptr((*(*path).ob_type).tp_name).to_string_lossy();
        err::set(PyExc_TypeError, &format!("'path' must be 'str', not '{got}'"));
        return null_mut();
    }
    call_io("open_code", &[new_ref(path)])
}

#[entry]
pub unsafe fn PyFile_OpenCode(path: *const c_char) -> *mut PyObject {
    call_io("open_code", &[text_or_none(path)])
}

/// `n > 0`: at most so many characters; 0: a whole line; `n < 0`: a line without its end, `EOFError` at the end.
#[entry]
pub unsafe fn PyFile_GetLine(file: *mut PyObject, n: c_int) -> *mut PyObject {
    let method = text::interned("readline");
    let line = if n > 0 {
        let limit = int::from_i64(n.into());
        let line = op(Op::CallMethod, &[file, method, limit]);
        xdecref(limit);
        line
    } else {
        op(Op::CallMethod, &[file, method])
    };
    if line.is_null() {
        return null_mut();
    }
    let is_text = PyUnicode_Check(line) != 0;
    if !is_text && PyBytes_Check(line) == 0 {
        decref(line);
        err::set(PyExc_TypeError, "object.readline() returned non-string");
        return null_mut();
    }
    if n >= 0 {
        return line;
    }
    let bytes = if is_text {
        text::utf8(line)
    } else {
        text::as_bytes(line)
    };
    let result = match bytes.strip_suffix(b"\n") {
        _ if bytes.is_empty() => {
            err::set(PyExc_EOFError, "EOF when reading a line");
            null_mut()
        }
        Some(rest) if is_text => text::from_utf8(rest, text::len(line) - 1),
        Some(rest) => text::bytes_from(rest),
        None => new_ref(line),
    };
    decref(line);
    result
}

#[entry]
pub unsafe fn PyFile_WriteObject(value: *mut PyObject, file: *mut PyObject, flags: c_int) -> c_int {
    if file.is_null() {
        err::set(PyExc_TypeError, "writeobject with NULL file");
        return -1;
    }
    let shown = if flags & Py_PRINT_RAW != 0 {
        PyObject_Str(value)
    } else {
        PyObject_Repr(value)
    };
    if shown.is_null() {
        return -1;
    }
    let done = op_unit(Op::CallMethod, &[file, text::interned("write"), shown]);
    decref(shown);
    status(done)
}

#[entry]
pub unsafe fn PyFile_WriteString(value: *const c_char, file: *mut PyObject) -> c_int {
    if file.is_null() {
        if err::occurred().is_null() {
            err::set(PyExc_SystemError, "null file for PyFile_WriteString");
        }
        return -1;
    }
    if !err::occurred().is_null() {
        return -1;
    }
    let value = text::from_str(&CStr::from_ptr(value).to_string_lossy());
    if value.is_null() {
        return -1;
    }
    let status = PyFile_WriteObject(value, file, Py_PRINT_RAW);
    decref(value);
    status
}

#[entry]
pub unsafe fn PyObject_AsFileDescriptor(object: *mut PyObject) -> c_int {
    let number = if types::is_int(object) {
        new_ref(object)
    } else {
        let method = op(Op::LookupAttr, &[object, text::interned("fileno")]);
        if method.is_null() {
            if err::occurred().is_null() {
                err::set(
                    PyExc_TypeError,
                    "argument must be an int, or have a fileno() method.",
                );
            }
            return -1;
        }
        let number = PyObject_CallNoArgs(method);
        decref(method);
        number
    };
    if number.is_null() {
        return -1;
    }
    let is_int = types::is_int(number);
    let value = if is_int { int::as_i64(number) } else { None };
    decref(number);
    if !is_int {
        err::set(PyExc_TypeError, "fileno() returned a non-integer");
        return -1;
    }
    match value.and_then(|value| c_int::try_from(value).ok()) {
        None => {
            err::set(PyExc_OverflowError, "Python int too large to convert to C int");
            -1
        }
        Some(value) if value < 0 => {
            err::set(
                PyExc_ValueError,
                &format!("file descriptor cannot be a negative integer ({value})"),
            );
            -1
        }
        Some(value) => value,
    }
}

/// A converter of `PyArg_Parse`: 1 for done.
#[entry(error = 0)]
pub unsafe fn _PyLong_FileDescriptor_Converter(object: *mut PyObject, place: *mut c_void) -> c_int {
    let descriptor = PyObject_AsFileDescriptor(object);
    if descriptor == -1 {
        return 0;
    }
    place.cast::<c_int>().write(descriptor);
    1
}
