//! Calls with arguments from a format or from a list of objects: `PyObject_CallFunction` and its kin.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use gimbal_abi::*;

use super::VaArgs;
use super::build::{gimbal_build_stack, release_stack};
use super::parse::{tuple_items, type_error};

/// Arguments up to this number need no memory from the heap.
const SMALL: usize = 5;

#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_call_function(
    callable: *mut PyObject,
    format: *const c_char,
    va: VaArgs,
    size_t_clean: c_int,
) -> *mut PyObject {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        if callable.is_null() {
            return null_argument();
        }
        if format.is_null() || *format == 0 {
            return PyObject_CallNoArgs(callable);
        }
        let mut small = [null_mut(); SMALL];
        let mut count = 0;
        let (place, len) = (small.as_mut_ptr(), SMALL as Py_ssize_t);
        let stack = gimbal_build_stack(place, len, format, va, &raw mut count, size_t_clean);
        if stack.is_null() {
            return null_mut();
        }
        // One argument that is a tuple is the arguments, whether the format has parentheses or not.
        let result = if count == 1 && PyTuple_Check(*stack) != 0 {
            let args = *stack;
            PyObject_Vectorcall(
                callable,
                tuple_items(args),
                PyTuple_GET_SIZE(args) as usize,
                null_mut(),
            )
        } else {
            PyObject_Vectorcall(callable, stack, count as usize, null_mut())
        };
        release_stack(stack, count as usize, place);
        result
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_call_method(
    object: *mut PyObject,
    name: *const c_char,
    format: *const c_char,
    va: VaArgs,
    size_t_clean: c_int,
) -> *mut PyObject {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        if object.is_null() || name.is_null() {
            return null_argument();
        }
        call_attribute(PyObject_GetAttrString(object, name), format, va, size_t_clean)
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_call_method_named(
    object: *mut PyObject,
    name: *mut PyObject,
    format: *const c_char,
    va: VaArgs,
) -> *mut PyObject {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        if object.is_null() || name.is_null() {
            return null_argument();
        }
        call_attribute(PyObject_GetAttr(object, name), format, va, 1)
    }
}

/// Calls an owned `attribute`; NULL passes its exception on.
unsafe fn call_attribute(
    attribute: *mut PyObject,
    format: *const c_char,
    va: VaArgs,
    size_t_clean: c_int,
) -> *mut PyObject {
    // SAFETY: the caller's contract.
    unsafe {
        if attribute.is_null() {
            return null_mut();
        }
        let result = if PyCallable_Check(attribute) == 0 {
            type_error!(
                c"attribute of type '%.200s' is not callable",
                (*Py_TYPE(attribute)).tp_name
            )
        } else {
            gimbal_call_function(attribute, format, va, size_t_clean)
        };
        Py_DECREF(attribute);
        result
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_call_objects(callable: *mut PyObject, va: VaArgs) -> *mut PyObject {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        if callable.is_null() {
            return null_argument();
        }
        with_objects(null_mut(), va, |args, count| {
            PyObject_Vectorcall(callable, args, count, null_mut())
        })
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_call_method_objects(
    object: *mut PyObject,
    name: *mut PyObject,
    va: VaArgs,
) -> *mut PyObject {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        if object.is_null() || name.is_null() {
            return null_argument();
        }
        with_objects(object, va, |args, count| {
            PyObject_VectorcallMethod(name, args, count, null_mut())
        })
    }
}

/// The name comes as a `_Py_Identifier`, whose first member is the text.
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_call_method_id_objects(
    object: *mut PyObject,
    id: *const *const c_char,
    va: VaArgs,
) -> *mut PyObject {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        if object.is_null() || id.is_null() {
            return null_argument();
        }
        let name = PyUnicode_InternFromString(*id);
        if name.is_null() {
            return null_mut();
        }
        let result = gimbal_call_method_objects(object, name, va);
        Py_DECREF(name);
        result
    }
}

/// Calls with `first`, unless it is NULL, and the objects of the list up to its NULL, as an array.
unsafe fn with_objects(
    first: *mut PyObject,
    va: VaArgs,
    call: impl FnOnce(*const *mut PyObject, usize) -> *mut PyObject,
) -> *mut PyObject {
    // SAFETY: the caller's contract.
    unsafe {
        let head = usize::from(!first.is_null());
        let count = head + va.count_until_null();
        let mut small = [first; SMALL];
        let mut large = Vec::new();
        let args = if count <= SMALL {
            &mut small[..count]
        } else {
            large.resize(count, first);
            &mut large[..]
        };
        for place in &mut args[head..] {
            *place = va.ptr();
        }
        call(args.as_ptr(), count)
    }
}

/// The error for a NULL where an object must be; an exception that is set already explains it better.
unsafe fn null_argument() -> *mut PyObject {
    // SAFETY: the message ends with NUL.
    unsafe {
        if PyErr_Occurred().is_null() {
            PyErr_SetString(PyExc_SystemError, c"null argument to internal routine".as_ptr());
        }
    }
    null_mut()
}
