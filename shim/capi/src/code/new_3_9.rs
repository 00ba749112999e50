//! How code objects are made up to 3.10: without qualified names and exception tables.

use super::{Description, are};
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::err;
use std::ffi::c_int;
use std::ptr::null_mut;

#[entry]
pub unsafe fn PyCode_NewWithPosOnlyArgs(
    arguments: c_int,
    positional_only: c_int,
    keyword_only: c_int,
    _locals: c_int,
    _stack_size: c_int,
    flags: c_int,
    code: *mut PyObject,
    constants: *mut PyObject,
    names: *mut PyObject,
    variables: *mut PyObject,
    free: *mut PyObject,
    cells: *mut PyObject,
    file: *mut PyObject,
    name: *mut PyObject,
    line: c_int,
    line_table: *mut PyObject,
) -> *mut PyCodeObject {
    if [arguments, positional_only, keyword_only].iter().any(|&n| n < 0)
        || !are(
            Py_TPFLAGS_TUPLE_SUBCLASS,
            &[constants, names, variables, free, cells],
        )
        || !are(Py_TPFLAGS_UNICODE_SUBCLASS, &[file, name])
        || !are(Py_TPFLAGS_BYTES_SUBCLASS, &[code, line_table])
    {
        err::set(PyExc_SystemError, "bad argument to internal function");
        return null_mut();
    }
    Description {
        file,
        name,
        qualname: name,
        line,
        flags,
        counts: [arguments, positional_only, keyword_only],
        variables,
        free,
        cells,
    }
    .make()
}

#[entry]
pub unsafe fn PyCode_New(
    arguments: c_int,
    keyword_only: c_int,
    locals: c_int,
    stack_size: c_int,
    flags: c_int,
    code: *mut PyObject,
    constants: *mut PyObject,
    names: *mut PyObject,
    variables: *mut PyObject,
    free: *mut PyObject,
    cells: *mut PyObject,
    file: *mut PyObject,
    name: *mut PyObject,
    line: c_int,
    line_table: *mut PyObject,
) -> *mut PyCodeObject {
    PyCode_NewWithPosOnlyArgs(
        arguments,
        0,
        keyword_only,
        locals,
        stack_size,
        flags,
        code,
        constants,
        names,
        variables,
        free,
        cells,
        file,
        name,
        line,
        line_table,
    )
}
