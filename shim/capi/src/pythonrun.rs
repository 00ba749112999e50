//! `pythonrun.h`: source code that C runs, and printing the exception that is set.

use crate::common::{call_method, has_flag};
use crate::pyerrors::{raise, status, take};
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Obj, Op, decref, err, int, new_ref, none, op, op_unit, text, xdecref};
use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;

// --- printing --------------------------------------------------------------------------------------------------------

/// A `SystemExit` ends the process here, as it does in CPython.
#[entry]
pub unsafe fn PyErr_PrintEx(set_last: c_int) {
    let exception = take();
    if exception.is_null() {
        err::clear();
        return;
    }
    op_unit(
        Op::PrintException,
        &[exception, gimbal_proxies::bool_object(set_last != 0)],
    );
    err::clear();
    decref(exception);
}

#[entry]
pub unsafe fn PyErr_Print() {
    PyErr_PrintEx(1);
}

#[entry]
pub unsafe fn _PyErr_Print(_thread: *mut PyThreadState) {
    PyErr_PrintEx(1);
}

#[entry]
pub unsafe fn PyErr_Display(_class: *mut PyObject, value: *mut PyObject, traceback: *mut PyObject) {
    if value.is_null() || !err::is_exception(value) {
        return;
    }
    let (class, pending, trace) = err::fetch();
    if !traceback.is_null() && traceback != none() {
        let own = op(Op::GetTraceback, &[value]);
        if own.is_null() {
            op_unit(Op::SetTraceback, &[value, traceback]);
        }
        xdecref(own);
    }
    op_unit(Op::DisplayException, &[value]);
    err::clear();
    err::restore(class, pending, trace);
}

// --- compiling -------------------------------------------------------------------------------------------------------

/// The mode of `compile` for a start symbol of the grammar.
fn mode(start: c_int) -> Option<&'static str> {
    match start {
        256 => Some("single"),
        257 => Some("exec"),
        258 => Some("eval"),
        _ => None,
    }
}

/// Flags that say how source becomes code (`PyCF_MASK` and what `compile` takes besides).
const COMPILE_FLAGS: c_int = 0x1ff_0000 | 0x200 | 0x400 | 0x1000 | 0x2000;

unsafe fn compile(
    source: *const c_char,
    file: Obj,
    start: c_int,
    flags: *mut PyCompilerFlags,
    optimize: c_int,
) -> Obj {
    // SAFETY: source is a C string, file a str, flags NULL or valid.
    unsafe {
        let Some(mode) = mode(start) else {
            err::set(
                PyExc_ValueError,
                "compile() mode must be 'exec', 'eval' or 'single'",
            );
            return null_mut();
        };
        let flags = if flags.is_null() {
            0
        } else {
            (*flags).cf_flags & COMPILE_FLAGS
        };
        let source = text::bytes_from(CStr::from_ptr(source).to_bytes());
        let (flags, optimize) = (int::from_i64(flags.into()), int::from_i64(optimize.into()));
        let code = op(
            Op::Compile,
            &[source, file, text::interned(mode), flags, optimize],
        );
        for owned in [source, flags, optimize] {
            xdecref(owned);
        }
        code
    }
}

#[entry]
pub unsafe fn Py_CompileStringObject(
    source: *const c_char,
    file: *mut PyObject,
    start: c_int,
    flags: *mut PyCompilerFlags,
    optimize: c_int,
) -> *mut PyObject {
    compile(source, file, start, flags, optimize)
}

#[entry]
pub unsafe fn Py_CompileStringExFlags(
    source: *const c_char,
    file: *const c_char,
    start: c_int,
    flags: *mut PyCompilerFlags,
    optimize: c_int,
) -> *mut PyObject {
    let file = text::from_str(&CStr::from_ptr(file).to_string_lossy());
    let code = compile(source, file, start, flags, optimize);
    xdecref(file);
    code
}

#[entry]
pub unsafe fn Py_CompileStringFlags(
    source: *const c_char,
    file: *const c_char,
    start: c_int,
    flags: *mut PyCompilerFlags,
) -> *mut PyObject {
    Py_CompileStringExFlags(source, file, start, flags, -1)
}

#[entry]
pub unsafe fn Py_CompileString(source: *const c_char, file: *const c_char, start: c_int) -> *mut PyObject {
    Py_CompileStringExFlags(source, file, start, null_mut(), -1)
}

// --- running strings -------------------------------------------------------------------------------------------------

/// Compiles and runs; NULL with an error set on failure.
unsafe fn run(
    source: *const c_char,
    file: Obj,
    start: c_int,
    globals: Obj,
    locals: Obj,
    flags: *mut PyCompilerFlags,
) -> Obj {
    // SAFETY: as `compile`.
    unsafe {
        let code = compile(source, file, start, flags, -1);
        if code.is_null() {
            return null_mut();
        }
        let result = op(Op::Eval, &[code, globals, locals]);
        decref(code);
        result
    }
}

#[entry]
pub unsafe fn PyRun_StringFlags(
    source: *const c_char,
    start: c_int,
    globals: *mut PyObject,
    locals: *mut PyObject,
    flags: *mut PyCompilerFlags,
) -> *mut PyObject {
    run(source, text::interned("<string>"), start, globals, locals, flags)
}

#[entry]
pub unsafe fn PyRun_String(
    source: *const c_char,
    start: c_int,
    globals: *mut PyObject,
    locals: *mut PyObject,
) -> *mut PyObject {
    PyRun_StringFlags(source, start, globals, locals, null_mut())
}

/// Runs source as the body of `__main__` and prints what it raises.
pub unsafe fn run_main(source: *const c_char, file: Obj, flags: *mut PyCompilerFlags) -> c_int {
    // SAFETY: as `compile`.
    unsafe {
        let main = op(Op::AddModule, &[text::interned("__main__")]);
        let globals = if main.is_null() {
            null_mut()
        } else {
            op(Op::ModuleGetDict, &[main])
        };
        let result = if globals.is_null() {
            null_mut()
        } else {
            run(source, file, Py_file_input, globals, null_mut(), flags)
        };
        let done = !result.is_null();
        for owned in [main, globals, result] {
            xdecref(owned);
        }
        if !done {
            PyErr_PrintEx(1);
        }
        status(done)
    }
}

#[entry]
pub unsafe fn PyRun_SimpleStringFlags(source: *const c_char, flags: *mut PyCompilerFlags) -> c_int {
    run_main(source, text::interned("<string>"), flags)
}

#[entry]
pub unsafe fn PyRun_SimpleString(source: *const c_char) -> c_int {
    run_main(source, text::interned("<string>"), null_mut())
}

// --- running files ---------------------------------------------------------------------------------------------------

/// The rest of a C stream, terminated; None with an error set when reading fails.
unsafe fn read(stream: *mut libc::FILE, close: c_int) -> Option<Vec<u8>> {
    // SAFETY: the stream is open for reading.
    unsafe {
        let mut content = Vec::new();
        let mut chunk = [0u8; 8192];
        loop {
            let n = libc::fread(chunk.as_mut_ptr().cast(), 1, chunk.len(), stream);
            if n == 0 {
                break;
            }
            content.extend_from_slice(&chunk[..n]);
        }
        let failed = libc::ferror(stream) != 0;
        if close != 0 {
            libc::fclose(stream);
        }
        if failed {
            crate::pyerrors::PyErr_SetFromErrno(PyExc_OSError);
            return None;
        }
        if content.contains(&0) {
            err::set(PyExc_SyntaxError, "source code cannot contain null bytes");
            return None;
        }
        content.push(0);
        Some(content)
    }
}

#[entry]
pub unsafe fn PyRun_FileExFlags(
    stream: *mut libc::FILE,
    file: *const c_char,
    start: c_int,
    globals: *mut PyObject,
    locals: *mut PyObject,
    close: c_int,
    flags: *mut PyCompilerFlags,
) -> *mut PyObject {
    let Some(source) = read(stream, close) else {
        return null_mut();
    };
    let file = text::from_str(&CStr::from_ptr(file).to_string_lossy());
    let result = run(source.as_ptr().cast(), file, start, globals, locals, flags);
    xdecref(file);
    result
}

#[entry]
pub unsafe fn PyRun_FileEx(
    stream: *mut libc::FILE,
    file: *const c_char,
    start: c_int,
    globals: *mut PyObject,
    locals: *mut PyObject,
    close: c_int,
) -> *mut PyObject {
    PyRun_FileExFlags(stream, file, start, globals, locals, close, null_mut())
}

#[entry]
pub unsafe fn PyRun_FileFlags(
    stream: *mut libc::FILE,
    file: *const c_char,
    start: c_int,
    globals: *mut PyObject,
    locals: *mut PyObject,
    flags: *mut PyCompilerFlags,
) -> *mut PyObject {
    PyRun_FileExFlags(stream, file, start, globals, locals, 0, flags)
}

#[entry]
pub unsafe fn PyRun_File(
    stream: *mut libc::FILE,
    file: *const c_char,
    start: c_int,
    globals: *mut PyObject,
    locals: *mut PyObject,
) -> *mut PyObject {
    PyRun_FileExFlags(stream, file, start, globals, locals, 0, null_mut())
}

/// `__file__` names the file while it runs.
#[entry]
pub unsafe fn _PyRun_SimpleFileObject(
    stream: *mut libc::FILE,
    file: *mut PyObject,
    close: c_int,
    flags: *mut PyCompilerFlags,
) -> c_int {
    let Some(source) = read(stream, close) else {
        PyErr_PrintEx(1);
        return -1;
    };
    let main = op(Op::AddModule, &[text::interned("__main__")]);
    if main.is_null() {
        PyErr_PrintEx(1);
        return -1;
    }
    op_unit(Op::SetAttr, &[main, text::interned("__file__"), file]);
    let status = run_main(source.as_ptr().cast(), file, flags);
    op_unit(Op::SetAttr, &[main, text::interned("__file__"), null_mut()]);
    err::clear();
    decref(main);
    status
}

#[entry]
pub unsafe fn PyRun_SimpleFileExFlags(
    stream: *mut libc::FILE,
    file: *const c_char,
    close: c_int,
    flags: *mut PyCompilerFlags,
) -> c_int {
    let file = if file.is_null() {
        new_ref(text::interned("???"))
    } else {
        text::from_str(&CStr::from_ptr(file).to_string_lossy())
    };
    let status = _PyRun_SimpleFileObject(stream, file, close, flags);
    xdecref(file);
    status
}

#[entry]
pub unsafe fn PyRun_SimpleFileEx(stream: *mut libc::FILE, file: *const c_char, close: c_int) -> c_int {
    PyRun_SimpleFileExFlags(stream, file, close, null_mut())
}

#[entry]
pub unsafe fn PyRun_SimpleFile(stream: *mut libc::FILE, file: *const c_char) -> c_int {
    PyRun_SimpleFileExFlags(stream, file, 0, null_mut())
}

// --- generators' results ---------------------------------------------------------------------------------------------

/// Takes the value of the `StopIteration` that is set; None when nothing is set. -1 when another exception is.
#[entry]
pub unsafe fn _PyGen_FetchStopIterationValue(value: *mut *mut PyObject) -> c_int {
    *value = null_mut();
    if !err::occurred().is_null() {
        if !err::matches(err::occurred(), PyExc_StopIteration) {
            return -1;
        }
        let exception = take();
        if exception.is_null() {
            return -1;
        }
        if err::matches(exception, PyExc_StopIteration) {
            *value = op(Op::GetAttr, &[exception, text::interned("value")]);
        } else {
            raise(new_ref(exception));
        }
        decref(exception);
        return status(!(*value).is_null());
    }
    *value = new_ref(none());
    0
}

/// Resumes a generator or coroutine of the host's; NULL is its first step or next one. Its end is NULL with `StopIteration`.
#[entry]
pub unsafe fn _PyGen_Send(generator: *mut PyObject, value: *mut PyObject) -> *mut PyObject {
    let value = if value.is_null() { none() } else { value };
    call_method("send", generator, &[value])
}

/// Sets `StopIteration(value)`, also when the value is a tuple or an exception.
#[entry]
pub unsafe fn _PyGen_SetStopIterationValue(value: *mut PyObject) -> c_int {
    // Only a tuple or an exception would be taken for the arguments or for the exception itself.
    if value.is_null() || !has_flag(value, Py_TPFLAGS_TUPLE_SUBCLASS) && !err::is_exception(value) {
        err::set_object(PyExc_StopIteration, value);
        return 0;
    }
    let args = gimbal_proxies::seq::tuple_of(&[value]);
    let exception = op(Op::CallObject, &[PyExc_StopIteration, args, null_mut()]);
    xdecref(args);
    if exception.is_null() {
        return -1;
    }
    raise(exception);
    0
}
