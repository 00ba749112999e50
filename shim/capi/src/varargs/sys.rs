//! Formatted output to sys.stdout and sys.stderr, and audit events.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use gimbal_abi::*;
use gimbal_proxies::err;

use super::VaArgs;
use super::format::gimbal_format_str;

unsafe extern "C" {
    fn gimbal_va_puts(text: *const c_char, to_stderr: c_int);
}

/// Runs `action` with the exception that may be set put aside.
unsafe fn without_error(action: impl FnOnce()) {
    // SAFETY: the references go back.
    unsafe {
        let (class, value, traceback) = err::fetch();
        action();
        err::restore(class, value, traceback);
    }
}

/// Writes a str to Python's stream, or to C's if that fails.
unsafe fn write_object(to_stderr: bool, text: *mut PyObject) {
    // SAFETY: a live str.
    unsafe {
        let stream = PySys_GetObject(if to_stderr {
            c"stderr".as_ptr()
        } else {
            c"stdout".as_ptr()
        });
        if !stream.is_null() && PyFile_WriteObject(text, stream, Py_PRINT_RAW) == 0 {
            return;
        }
        PyErr_Clear();
        let utf8 = PyUnicode_AsUTF8(text);
        if utf8.is_null() {
            PyErr_Clear();
        } else {
            gimbal_va_puts(utf8, to_stderr.into());
        }
    }
}

/// Writes a C text, as [`write_object`].
unsafe fn write_text(to_stderr: bool, text: *const c_char) {
    // SAFETY: the text ends with NUL.
    unsafe {
        let object = PyUnicode_FromString(text);
        if object.is_null() {
            PyErr_Clear();
            gimbal_va_puts(text, to_stderr.into());
            return;
        }
        write_object(to_stderr, object);
        Py_DECREF(object);
    }
}

/// `PySys_WriteStdout` and `PySys_WriteStderr`: C's printf, cut at 1000 bytes.
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_sys_write(to_stderr: c_int, format: *const c_char, va: VaArgs) {
    let _held = gimbal_proxies::hold();
    let mut text = [0; 1001];
    // SAFETY: the caller's contract; printing ends the text with NUL.
    unsafe {
        without_error(|| {
            let wanted = va.print_into(&mut text, format);
            write_text(to_stderr != 0, text.as_ptr().cast());
            if usize::try_from(wanted).is_ok_and(|wanted| wanted < text.len()) {
                return;
            }
            write_text(to_stderr != 0, c"... truncated".as_ptr());
        });
    }
}

/// `PySys_FormatStdout` and `PySys_FormatStderr`: Python's formatter, any length.
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_sys_format(to_stderr: c_int, format: *const c_char, va: VaArgs) {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        without_error(|| {
            let text = gimbal_format_str(format, va);
            if !text.is_null() {
                write_object(to_stderr != 0, text);
                Py_DECREF(text);
            }
        });
    }
}

/// `PySys_Audit`: hands the event to the host's `sys.audit`, which knows the hooks.
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_sys_audit(event: *const c_char, format: *const c_char, va: VaArgs) -> c_int {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        if Py_IsInitialized() == 0 {
            return 0;
        }
        let audit = PySys_GetObject(c"audit".as_ptr());
        if audit.is_null() {
            return 0;
        }
        let name = PyUnicode_FromString(event);
        if name.is_null() {
            return -1;
        }
        let outcome = audit_with(audit, name, format, va);
        Py_DECREF(name);
        Py_XDECREF(outcome);
        if outcome.is_null() { -1 } else { 0 }
    }
}

/// Calls `audit` with the event's name and the arguments that the format makes.
unsafe fn audit_with(
    audit: *mut PyObject,
    name: *mut PyObject,
    format: *const c_char,
    va: VaArgs,
) -> *mut PyObject {
    // SAFETY: the caller's contract; the sequence of arguments holds them during the call.
    unsafe {
        let event = PyTuple_New(1);
        if event.is_null() {
            return null_mut();
        }
        PyTuple_SetItem(event, 0, gimbal_proxies::new_ref(name));
        let built = if format.is_null() || *format == 0 {
            PyTuple_New(0)
        } else {
            super::build::gimbal_build_value(format, va, 1)
        };
        let arguments = if built.is_null() || PyTuple_Check(built) != 0 {
            crate::object_life::Py_XNewRef(built)
        } else {
            let single = PyTuple_New(1);
            if !single.is_null() {
                PyTuple_SetItem(single, 0, gimbal_proxies::new_ref(built));
            }
            single
        };
        let all = if arguments.is_null() {
            null_mut()
        } else {
            PySequence_Concat(event, arguments)
        };
        let outcome = if all.is_null() {
            null_mut()
        } else {
            PyObject_CallObject(audit, all)
        };
        for owned in [event, built, arguments, all] {
            Py_XDECREF(owned);
        }
        outcome
    }
}
