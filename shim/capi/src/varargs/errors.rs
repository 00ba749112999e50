//! Errors and warnings whose message is formatted.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use gimbal_abi::*;
use gimbal_proxies::err;

use super::VaArgs;
use super::format::gimbal_format_str;

unsafe extern "C" {
    fn _Py_FatalErrorFunc(function: *const c_char, message: *const c_char) -> !;
}

/// An exception taken from the thread: class, value and traceback, each owned.
struct Raised {
    class: *mut PyObject,
    value: *mut PyObject,
    traceback: *mut PyObject,
}

impl Raised {
    /// Takes the exception that is set, with an instance as its value.
    unsafe fn take() -> Self {
        // SAFETY: the lock is held.
        unsafe {
            let (mut class, mut value, mut traceback) = err::fetch();
            err::normalize(&mut class, &mut value, &mut traceback);
            Self {
                class,
                value,
                traceback,
            }
        }
    }

    /// Sets it again.
    unsafe fn restore(self) {
        // SAFETY: the references go back.
        unsafe { err::restore(self.class, self.value, self.traceback) };
    }

    /// The value alone, which keeps the traceback.
    unsafe fn into_value(self) -> *mut PyObject {
        // SAFETY: owned references.
        unsafe {
            if !self.traceback.is_null() {
                PyException_SetTraceback(self.value, self.traceback);
                Py_DECREF(self.traceback);
            }
            Py_DECREF(self.class);
        }
        self.value
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_err_format(
    exception: *mut PyObject,
    format: *const c_char,
    va: VaArgs,
) -> *mut PyObject {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract. Formatting may run code of objects, which must not find an exception set.
    unsafe {
        PyErr_Clear();
        let message = gimbal_format_str(format, va);
        // Since 3.12 what goes wrong while the message is made is the exception.
        if cfg!(Py_3_12) && message.is_null() {
            return null_mut();
        }
        PyErr_SetObject(exception, message);
        Py_XDECREF(message);
    }
    null_mut()
}

/// Reports the exception that is set, which has nowhere to go, under this heading or, without a format, the usual one.
#[cfg(Py_3_13)]
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_err_format_unraisable(format: *const c_char, va: VaArgs) {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract. Formatting may run code of objects, which must not find an exception set.
    unsafe {
        let raised = Raised::take();
        let message = if format.is_null() {
            null_mut()
        } else {
            gimbal_format_str(format, va)
        };
        // A heading that cannot be made is left out.
        PyErr_Clear();
        raised.restore();
        crate::pyerrors::unraisable(message, null_mut());
        Py_XDECREF(message);
    }
}

/// Replaces the exception that is set; the new one names it as its cause.
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_err_format_from_cause(
    exception: *mut PyObject,
    format: *const c_char,
    va: VaArgs,
) -> *mut PyObject {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract; the cause and the context each take a reference.
    unsafe {
        let cause = Raised::take().into_value();
        gimbal_err_format(exception, format, va);
        let raised = Raised::take();
        PyException_SetCause(raised.value, gimbal_proxies::new_ref(cause));
        PyException_SetContext(raised.value, cause);
        raised.restore();
    }
    null_mut()
}

/// Puts a text before the message of the exception that is set, by a new exception of the same class, if the class is
/// so plain that nothing gets lost. Gives a borrowed reference to the new exception, NULL if the old one stays.
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_err_try_set_from_cause(format: *const c_char, va: VaArgs) -> *mut PyObject {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        let old = Raised::take();
        if !is_plain(&old) {
            old.restore();
            return null_mut();
        }
        let class = gimbal_proxies::new_ref(old.class);
        let cause = old.into_value();
        let prefix = gimbal_format_str(format, va);
        if prefix.is_null() {
            Py_DECREF(class);
            Py_DECREF(cause);
            return null_mut();
        }
        let name = (*Py_TYPE(cause)).tp_name;
        PyErr_Format(class, c"%U (%s: %S)".as_ptr(), prefix, name, cause);
        Py_DECREF(class);
        Py_DECREF(prefix);
        let new = Raised::take();
        let value = new.value;
        PyException_SetCause(value, cause);
        new.restore();
        value
    }
}

/// Whether an exception has no state but at most one str.
unsafe fn is_plain(raised: &Raised) -> bool {
    // SAFETY: a live exception and its class.
    unsafe {
        let class = &*raised.class.cast::<PyTypeObject>();
        let base = &*PyExc_BaseException.cast::<PyTypeObject>();
        let with_weakrefs = base.tp_basicsize + size_of::<*mut PyObject>() as Py_ssize_t;
        let same_size = class.tp_basicsize == base.tp_basicsize
            || (class.tp_weaklistoffset > 0 && class.tp_basicsize == with_weakrefs);
        let address = |function: Option<_>| function.map(|function: initproc| function as usize);
        let new = |function: Option<newfunc>| function.map(|function| function as usize);
        if !same_size
            || class.tp_itemsize != base.tp_itemsize
            || address(class.tp_init) != address(base.tp_init)
            || new(class.tp_new) != new(base.tp_new)
        {
            return false;
        }
        let args = PyObject_GetAttrString(raised.value, c"args".as_ptr());
        let dict = PyObject_GetAttrString(raised.value, c"__dict__".as_ptr());
        let plain = !args.is_null()
            && !dict.is_null()
            && PyDict_Size(dict) == 0
            && match PyTuple_Size(args) {
                0 => true,
                1 => PyUnicode_CheckExact(PyTuple_GET_ITEM(args, 0)) != 0,
                _ => false,
            };
        Py_XDECREF(args);
        Py_XDECREF(dict);
        PyErr_Clear();
        plain
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_warn_format(
    category: *mut PyObject,
    stack_level: Py_ssize_t,
    format: *const c_char,
    va: VaArgs,
) -> c_int {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        let message = gimbal_format_str(format, va);
        if message.is_null() {
            return -1;
        }
        let text = PyUnicode_AsUTF8(message);
        let outcome = if text.is_null() {
            -1
        } else {
            PyErr_WarnEx(category, text, stack_level)
        };
        Py_DECREF(message);
        outcome
    }
}

/// A ResourceWarning that knows the object which was not closed: only `warnings.warn` takes one. Where the module is not
/// to be had, late in the shutdown, the warning goes without the object.
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_warn_resource(
    source: *mut PyObject,
    stack_level: Py_ssize_t,
    format: *const c_char,
    va: VaArgs,
) -> c_int {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        let warnings = PyImport_ImportModule(c"warnings".as_ptr());
        if warnings.is_null() {
            PyErr_Clear();
            return gimbal_warn_format(PyExc_ResourceWarning, stack_level, format, va);
        }
        let message = gimbal_format_str(format, va);
        let outcome = if message.is_null() {
            null_mut()
        } else {
            let source = if source.is_null() { Py_None() } else { source };
            let (method, units) = (c"warn".as_ptr(), c"OOnO".as_ptr());
            PyObject_CallMethod(
                warnings,
                method,
                units,
                message,
                PyExc_ResourceWarning,
                stack_level,
                source,
            )
        };
        Py_DECREF(warnings);
        Py_XDECREF(message);
        Py_XDECREF(outcome);
        if outcome.is_null() { -1 } else { 0 }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_warn_explicit_format(
    category: *mut PyObject,
    filename: *const c_char,
    line: c_int,
    module: *const c_char,
    registry: *mut PyObject,
    format: *const c_char,
    va: VaArgs,
) -> c_int {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        let filename = PyUnicode_DecodeFSDefault(filename);
        let named = !module.is_null();
        let module = if named {
            PyUnicode_FromString(module)
        } else {
            null_mut()
        };
        let message = gimbal_format_str(format, va);
        let complete = !filename.is_null() && !message.is_null() && (!named || !module.is_null());
        let outcome = if complete {
            PyErr_WarnExplicitObject(category, message, filename, line, module, registry)
        } else {
            -1
        };
        Py_XDECREF(filename);
        Py_XDECREF(module);
        Py_XDECREF(message);
        outcome
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_fatal_error_format(
    function: *const c_char,
    format: *const c_char,
    va: VaArgs,
) -> ! {
    let _held = gimbal_proxies::hold();
    let mut message = [0; 1024];
    // SAFETY: the caller's contract; printing ends the message with NUL. Python's own formatter could fail here.
    unsafe {
        va.print_into(&mut message, format);
        _Py_FatalErrorFunc(function, message.as_ptr().cast())
    }
}
