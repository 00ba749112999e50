//! How code objects are made since 3.11.

use super::{Description, are};
use crate::varargs::parse::_PyArg_CheckPositional;
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{decref, err, seq};
use std::ffi::{c_char, c_int};
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
    qualname: *mut PyObject,
    line: c_int,
    line_table: *mut PyObject,
    exception_table: *mut PyObject,
) -> *mut PyCodeObject {
    if [arguments, positional_only, keyword_only].iter().any(|&n| n < 0)
        || !are(
            Py_TPFLAGS_TUPLE_SUBCLASS,
            &[constants, names, variables, free, cells],
        )
        || !are(Py_TPFLAGS_UNICODE_SUBCLASS, &[file, name, qualname])
        || !are(Py_TPFLAGS_BYTES_SUBCLASS, &[code, line_table, exception_table])
    {
        err::set(PyExc_SystemError, "bad argument to internal function");
        return null_mut();
    }
    Description {
        file,
        name,
        qualname,
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
    qualname: *mut PyObject,
    line: c_int,
    line_table: *mut PyObject,
    exception_table: *mut PyObject,
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
        qualname,
        line,
        line_table,
        exception_table,
    )
}

unsafe extern "C" {
    fn PyArg_ParseTuple(args: *mut PyObject, format: *const c_char, ...) -> c_int;
}

/// `code(...)` as C calls it, with what CPython's constructor takes; Python code has the host's.
/// <https://docs.python.org/3.11/library/types.html#types.CodeType>
pub unsafe extern "C" fn call_type(
    _class: *mut PyObject,
    args: *const *mut PyObject,
    flagged: usize,
    names: *mut PyObject,
) -> *mut PyObject {
    let _held = gimbal_proxies::hold();
    // SAFETY: a vectorcall: `count` arguments, and the format names what is filled.
    unsafe {
        let count = crate::abstract_call::PyVectorcall_NARGS(flagged);
        if !names.is_null() && seq::size(names) != 0 {
            err::set(PyExc_TypeError, "code() takes no keyword arguments");
            return null_mut();
        }
        if _PyArg_CheckPositional(c"code".as_ptr(), count, 16, 18) == 0 {
            return null_mut();
        }
        let given = seq::tuple_of(std::slice::from_raw_parts(args, count as usize));
        let (mut ints, mut line) = ([0; 6], 0);
        let mut objects = [null_mut(); 11];
        let empty = seq::tuple_of(&[]);
        (objects[9], objects[10]) = (empty, empty);
        let [
            code,
            constants,
            names,
            variables,
            file,
            name,
            qualname,
            lines,
            handlers,
            free,
            cells,
        ] = &mut objects;
        let tuple = &raw mut PyTuple_Type;
        let done = PyArg_ParseTuple(
            given,
            c"iiiiiiSO!O!O!UUUiSS|O!O!:code".as_ptr(),
            &raw mut ints[0],
            &raw mut ints[1],
            &raw mut ints[2],
            &raw mut ints[3],
            &raw mut ints[4],
            &raw mut ints[5],
            &raw mut *code,
            tuple,
            &raw mut *constants,
            tuple,
            &raw mut *names,
            tuple,
            &raw mut *variables,
            &raw mut *file,
            &raw mut *name,
            &raw mut *qualname,
            &raw mut line,
            &raw mut *lines,
            &raw mut *handlers,
            tuple,
            &raw mut *free,
            tuple,
            &raw mut *cells,
        );
        let made = if done == 0 {
            null_mut()
        } else {
            let [
                arguments,
                positional_only,
                keyword_only,
                locals,
                stack_size,
                flags,
            ] = ints;
            PyCode_NewWithPosOnlyArgs(
                arguments,
                positional_only,
                keyword_only,
                locals,
                stack_size,
                flags,
                *code,
                *constants,
                *names,
                *variables,
                *free,
                *cells,
                *file,
                *name,
                *qualname,
                line,
                *lines,
                *handlers,
            )
        };
        decref(given);
        decref(empty);
        made.cast()
    }
}
