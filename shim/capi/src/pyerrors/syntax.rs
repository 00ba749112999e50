//! Where a syntax error is: `PyErr_SyntaxLocation*` and the line of the program.

use super::{raise, take};
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Obj, Op, decref, err, int, new_ref, none, op_unit, text, xdecref};
use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;

/// Sets attributes of the exception that is set; negative columns are left out. `filename` may be NULL.
unsafe fn locate(filename: Obj, line: c_int, column: c_int, end: Option<(c_int, c_int)>) {
    // SAFETY: an exception is set by the caller's contract.
    unsafe {
        let exception = take();
        if exception.is_null() {
            return;
        }
        let number = |value: c_int| {
            if value < 0 {
                new_ref(none())
            } else {
                int::from_i64(value.into())
            }
        };
        let (end_line, end_column) = end.unwrap_or((line, -1));
        let mut attributes = vec![
            ("lineno", number(line)),
            ("offset", number(column)),
            ("end_lineno", number(end_line)),
            ("end_offset", number(end_column)),
        ];
        if !filename.is_null() {
            attributes.push(("filename", new_ref(filename)));
            let line = program_line(filename, line);
            if !line.is_null() {
                attributes.push(("text", line));
            }
        }
        for (name, value) in attributes {
            op_unit(Op::SetAttr, &[exception, text::interned(name), value]);
            err::clear();
            xdecref(value);
        }
        raise(exception);
    }
}

/// Line number `line` of a file, as a str; NULL (no error) when there is none.
unsafe fn program_line(filename: Obj, line: c_int) -> Obj {
    // SAFETY: `filename` is a str.
    unsafe {
        let wanted = usize::try_from(line).ok().and_then(|line| line.checked_sub(1));
        let content = text::as_str(filename).and_then(|path| std::fs::read(path).ok());
        let (Some(wanted), Some(content)) = (wanted, content) else {
            return null_mut();
        };
        match content.split_inclusive(|&byte| byte == b'\n').nth(wanted) {
            Some(line) => text::from_str(&String::from_utf8_lossy(line)),
            None => null_mut(),
        }
    }
}

unsafe fn locate_by_name(filename: *const c_char, line: c_int, column: c_int) {
    // SAFETY: `filename` is a C string or NULL.
    unsafe {
        let filename = file_name(filename);
        locate(filename, line, column, None);
        xdecref(filename);
    }
}

unsafe fn file_name(filename: *const c_char) -> Obj {
    // SAFETY: `filename` is a C string or NULL.
    unsafe {
        if filename.is_null() {
            null_mut()
        } else {
            text::from_str(&CStr::from_ptr(filename).to_string_lossy())
        }
    }
}

#[entry]
pub unsafe fn PyErr_SyntaxLocation(filename: *const c_char, line: c_int) {
    locate_by_name(filename, line, -1);
}

#[entry]
pub unsafe fn PyErr_SyntaxLocationEx(filename: *const c_char, line: c_int, column: c_int) {
    locate_by_name(filename, line, column);
}

#[entry]
pub unsafe fn PyErr_SyntaxLocationObject(filename: *mut PyObject, line: c_int, column: c_int) {
    locate(filename, line, column, None);
}

#[entry]
pub unsafe fn PyErr_RangedSyntaxLocationObject(
    filename: *mut PyObject,
    line: c_int,
    column: c_int,
    end_line: c_int,
    end_column: c_int,
) {
    locate(filename, line, column, Some((end_line, end_column)));
}

#[entry]
pub unsafe fn PyErr_ProgramText(filename: *const c_char, line: c_int) -> *mut PyObject {
    let filename = file_name(filename);
    if filename.is_null() {
        return null_mut();
    }
    let found = program_line(filename, line);
    decref(filename);
    found
}

#[entry]
pub unsafe fn PyErr_ProgramTextObject(filename: *mut PyObject, line: c_int) -> *mut PyObject {
    if filename.is_null() {
        return null_mut();
    }
    program_line(filename, line)
}

#[entry]
pub unsafe fn _PyErr_ProgramDecodedTextObject(
    filename: *mut PyObject,
    line: c_int,
    _encoding: *const c_char,
) -> *mut PyObject {
    PyErr_ProgramTextObject(filename, line)
}
