//! `traceback.h`: entries that compiled code adds to the traceback of the exception that is set.

use crate::pyerrors::{status, take};
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Obj, Op, decref, err, int, new_ref, none, op, op_unit, seq, text, xdecref};
use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;

/// Adds an entry to the exception that is set. `globals` may be NULL.
unsafe fn add(file: Obj, function: Obj, line: c_int, globals: Obj) -> bool {
    // SAFETY: file and function are strings.
    unsafe {
        let exception = take();
        if exception.is_null() {
            err::set(PyExc_SystemError, "bad argument to internal function");
            return false;
        }
        let line = int::from_i64(line.into());
        let traceback = op(Op::AddTraceback, &[exception, file, function, line, globals]);
        xdecref(line);
        // An entry that cannot be made must not cost the exception itself.
        err::clear();
        err::restore(new_ref((*exception).ob_type.cast()), exception, traceback);
        true
    }
}

#[entry]
pub unsafe fn PyTraceBack_Here(frame: *mut PyFrameObject) -> c_int {
    let line = crate::frameobject::PyFrame_GetLineNumber(frame);
    let code = crate::frameobject::PyFrame_GetCode(frame);
    let globals = crate::frameobject::PyFrame_GetGlobals(frame);
    let fields = &*code.cast::<CodeObject>();
    let done = if fields.co_name.is_null() {
        // the code of one of the host's own functions
        let file = op(Op::GetAttr, &[code.cast(), text::interned("co_filename")]);
        let name = op(Op::GetAttr, &[code.cast(), text::interned("co_name")]);
        let done = !file.is_null() && !name.is_null() && add(file, name, line, globals);
        xdecref(file);
        xdecref(name);
        done
    } else {
        add(fields.co_filename, fields.co_name, line, globals)
    };
    decref(code.cast());
    xdecref(globals);
    status(done)
}

#[entry]
pub unsafe fn _PyTraceback_Add(function: *const c_char, filename: *const c_char, line: c_int) {
    let file = text::from_str(&CStr::from_ptr(filename).to_string_lossy());
    let function = text::from_str(&CStr::from_ptr(function).to_string_lossy());
    add(file, function, line, null_mut());
    decref(file);
    decref(function);
}

/// The lines that `traceback.format_tb` gives, with their title, written to a Python file.
#[entry]
pub unsafe fn PyTraceBack_Print(traceback: *mut PyObject, file: *mut PyObject) -> c_int {
    if traceback.is_null() || traceback == none() {
        return 0;
    }
    if PyObject_TypeCheck(traceback, &raw mut PyTraceBack_Type) == 0 {
        err::set(PyExc_SystemError, "bad argument to internal function");
        return -1;
    }
    if PyFile_WriteString(c"Traceback (most recent call last):\n".as_ptr(), file) < 0 {
        return -1;
    }
    let print = op(
        Op::ImportAttr,
        &[text::interned("traceback"), text::interned("print_tb")],
    );
    if print.is_null() {
        return -1;
    }
    let args = seq::tuple_of(&[traceback, none(), file]);
    let done = op_unit(Op::CallObject, &[print, args, null_mut()]);
    decref(print);
    decref(args);
    status(done)
}
