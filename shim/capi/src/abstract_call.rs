//! `abstract.h`, calls: tuples and dicts, or vectorcall's rows of arguments.
//!
//! C functions and whatever else has a `vectorcall` are called directly, instances of extension types through `tp_call`,
//! host objects in one crossing that takes the row as it is.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{CStr, c_char};
use std::ptr::null_mut;

/// Continues the message of a `RecursionError`.
const CALLING: &str = " while calling a Python object";

unsafe fn names_len(names: Obj) -> usize {
    // SAFETY: a tuple or NULL.
    unsafe { if names.is_null() { 0 } else { seq::size(names) } }
}

fn count(nargsf: usize) -> usize {
    nargsf & !PY_VECTORCALL_ARGUMENTS_OFFSET
}

/// Arguments as vectorcall passes them.
unsafe fn row<'a>(args: *const Obj, len: usize) -> &'a [Obj] {
    // SAFETY: `args` has `len` entries; it may be NULL when there are none.
    unsafe {
        if len == 0 {
            &[]
        } else {
            std::slice::from_raw_parts(args, len)
        }
    }
}

/// The `vectorcall` of an object whose type has the flag.
unsafe fn vectorcall_of(callable: Obj) -> Option<vectorcallfunc> {
    // SAFETY: the type says where the field is.
    unsafe {
        let ty = (*callable).ob_type;
        if type_flags::of(ty) & Py_TPFLAGS_HAVE_VECTORCALL == 0 {
            return None;
        }
        vectorcall_at(callable)
    }
}

/// The same for a class whose flag a `__call__` of its own has taken away: it may still call what it inherits.
unsafe fn vectorcall_at(callable: Obj) -> Option<vectorcallfunc> {
    // SAFETY: the type says where the field is.
    unsafe {
        let offset = (*(*callable).ob_type).tp_vectorcall_offset;
        if offset <= 0 {
            return None;
        }
        *callable.byte_offset(offset).cast::<Option<vectorcallfunc>>()
    }
}

/// The handle of a host object or of a host class.
unsafe fn host_handle(callable: Obj) -> Option<i64> {
    // SAFETY: `callable` is an object.
    unsafe {
        if types::is_type(callable) {
            let ty: *mut PyTypeObject = callable.cast();
            return (!types::is_native(ty)).then(|| types::handle(ty));
        }
        let handle = arena::handle(callable);
        (handle != arena::NO_HANDLE && !is_native(callable)).then_some(handle)
    }
}

/// Result and error indicator must agree.
#[inline]
unsafe fn checked(callable: Obj, result: Obj) -> Obj {
    // SAFETY: the caller is attached.
    unsafe {
        if result.is_null() != err::occurred().is_null() {
            return result;
        }
        disagree(callable, result, None)
    }
}

#[cold]
unsafe fn disagree(callable: Obj, result: Obj, place: Option<&CStr>) -> Obj {
    let _held = hold();
    // SAFETY: `callable` and `result` are objects or NULL; `result` is ours.
    unsafe {
        let cause = err::fetch();
        let who = match place {
            Some(place) => place.to_string_lossy().into_owned(),
            None => {
                let shown = PyObject_Repr(callable);
                let who = if shown.is_null() {
                    err::clear();
                    type_name(callable)
                } else {
                    String::from_utf8_lossy(text::utf8(shown)).into_owned()
                };
                xdecref(shown);
                who
            }
        };
        if result.is_null() {
            let message = format!("{who} {}", callee::RETURNED_NULL);
            return fail(PyExc_SystemError, &message);
        }
        decref(result);
        err::restore(cause.0, cause.1, cause.2);
        err::set_from(&format!("{who} returned a result with an exception set"));
        null_mut()
    }
}

/// Checks that a call's result and the error indicator agree.
#[entry(unlocked)]
pub unsafe fn _Py_CheckFunctionResult(
    _thread: *mut PyThreadState,
    callable: Obj,
    result: Obj,
    place: *const c_char,
) -> Obj {
    if result.is_null() != err::occurred().is_null() {
        return result;
    }
    let place = (!place.is_null()).then(|| CStr::from_ptr(place));
    disagree(callable, result, place)
}

unsafe fn not_callable(callable: Obj) -> Obj {
    // SAFETY: `callable` is an object.
    unsafe { type_error(&format!("'{}' object is not callable", type_name(callable))) }
}

/// Calls through `tp_call` with a row of arguments.
unsafe fn call_slot(callable: Obj, args: &[Obj], names: Obj) -> Obj {
    // SAFETY: a vectorcall row.
    unsafe {
        let Some(f) = (*(*callable).ob_type).tp_call else {
            return not_callable(callable);
        };
        let positional = args.len() - names_len(names);
        let tuple = seq::tuple_of(&args[..positional]);
        if tuple.is_null() {
            return tuple;
        }
        let kwargs = if names_len(names) == 0 {
            null_mut()
        } else {
            let _held = hold();
            guest::keyword_dict(&args[positional..], names)
        };
        let result = recursion::deeper(CALLING, || gimbal_proxies::outside(|| f(callable, tuple, kwargs)));
        xdecref(kwargs);
        decref(tuple);
        checked(callable, result)
    }
}

/// Calls anything with a row: positional arguments, then values of keywords. `flag` is vectorcall's own.
unsafe fn call_row(callable: Obj, args: &[Obj], names: Obj, flag: usize) -> Obj {
    // SAFETY: a vectorcall row.
    unsafe {
        if let Some(f) = vectorcall_of(callable) {
            let positional = args.len() - names_len(names);
            let call = || gimbal_proxies::outside(|| f(callable, args.as_ptr(), positional | flag, names));
            return checked(callable, recursion::deeper(CALLING, call));
        }
        let Some(handle) = host_handle(callable) else {
            return call_slot(callable, args, names);
        };
        let keywords = names_len(names);
        if keywords == 0 {
            if let [object] = args
                && callable == (&raw mut PyType_Type).cast()
            {
                return new_ref((**object).ob_type.cast());
            }
            return crossing::call(handle, args, 0);
        }
        let mut all = args.to_vec();
        all.push(names);
        crossing::call(handle, &all, keywords)
    }
}

/// `callable(*args, **kwargs)`; `kwargs` may be NULL.
#[entry]
pub unsafe fn PyObject_Call(callable: Obj, args: Obj, kwargs: Obj) -> Obj {
    if callable.is_null() || args.is_null() {
        return null_argument();
    }
    let plain = kwargs.is_null() || PyDict_Size(kwargs) == 0;
    if vectorcall_of(callable).is_none() && host_handle(callable).is_none() {
        let Some(f) = (*(*callable).ob_type).tp_call else {
            return not_callable(callable);
        };
        return checked(
            callable,
            recursion::deeper(CALLING, || gimbal_proxies::outside(|| f(callable, args, kwargs))),
        );
    }
    if plain {
        return call_row(callable, seq::tuple_slice(args), null_mut(), 0);
    }
    let Some((row, names)) = unpack(args, kwargs) else {
        return null_mut();
    };
    let result = call_row(callable, &row, names, 0);
    xdecref(names);
    result
}

/// [`PyObject_Call`] under its private name.
#[entry]
pub unsafe fn _PyObject_Call(_thread: *mut PyThreadState, callable: Obj, args: Obj, kwargs: Obj) -> Obj {
    PyObject_Call(callable, args, kwargs)
}

/// `callable(*args)`; `args` may be NULL.
#[entry(unlocked)]
pub unsafe fn PyObject_CallObject(callable: Obj, args: Obj) -> Obj {
    if callable.is_null() {
        return null_argument();
    }
    if args.is_null() {
        return call_row(callable, &[], null_mut(), 0);
    }
    if !has_flag(args, Py_TPFLAGS_TUPLE_SUBCLASS) {
        return type_error("argument list must be a tuple");
    }
    call_row(callable, seq::tuple_slice(args), null_mut(), 0)
}

/// `callable()`.
#[entry(unlocked)]
pub unsafe fn PyObject_CallNoArgs(callable: Obj) -> Obj {
    if callable.is_null() {
        return null_argument();
    }
    call_row(callable, &[], null_mut(), 0)
}

/// `callable(arg)`.
#[entry(unlocked)]
pub unsafe fn PyObject_CallOneArg(callable: Obj, arg: Obj) -> Obj {
    if callable.is_null() {
        return null_argument();
    }
    // Room before the argument, which vectorcall may use.
    let args = [null_mut(), arg];
    call_row(callable, &args[1..], null_mut(), PY_VECTORCALL_ARGUMENTS_OFFSET)
}

/// Calls with a row of arguments and the names of those that are keywords.
#[entry(unlocked)]
pub unsafe fn PyObject_Vectorcall(callable: Obj, args: *const Obj, nargsf: usize, names: Obj) -> Obj {
    if callable.is_null() {
        return null_argument();
    }
    let flag = nargsf & PY_VECTORCALL_ARGUMENTS_OFFSET;
    let args = row(args, count(nargsf) + names_len(names));
    call_row(callable, args, names, flag)
}

/// Calls with positional arguments only.
#[entry(unlocked)]
pub unsafe fn _PyObject_FastCall(callable: Obj, args: *const Obj, nargs: Py_ssize_t) -> Obj {
    call_row(callable, row(args, nargs as usize), null_mut(), 0)
}

/// Calls with a row of arguments and a dict of keywords.
#[entry]
pub unsafe fn PyObject_VectorcallDict(callable: Obj, args: *const Obj, nargsf: usize, kwargs: Obj) -> Obj {
    if callable.is_null() {
        return null_argument();
    }
    let positional = row(args, count(nargsf));
    if kwargs.is_null() || PyDict_Size(kwargs) == 0 {
        let flag = nargsf & PY_VECTORCALL_ARGUMENTS_OFFSET;
        return call_row(callable, positional, null_mut(), flag);
    }
    let (mut all, mut names, mut pos) = (positional.to_vec(), Vec::new(), 0);
    let (mut name, mut value) = (null_mut(), null_mut());
    while PyDict_Next(kwargs, &raw mut pos, &raw mut name, &raw mut value) != 0 {
        names.push(new_ref(name));
        all.push(value);
    }
    let names = seq::tuple_from_owned(&names);
    let result = call_row(callable, &all, names, 0);
    xdecref(names);
    result
}

/// [`PyObject_VectorcallDict`] under its private name.
#[entry]
pub unsafe fn _PyObject_FastCallDictTstate(
    _thread: *mut PyThreadState,
    callable: Obj,
    args: *const Obj,
    nargsf: usize,
    kwargs: Obj,
) -> Obj {
    PyObject_VectorcallDict(callable, args, nargsf, kwargs)
}

/// Calls method `name` of the first argument with the others.
#[entry]
pub unsafe fn PyObject_VectorcallMethod(name: Obj, args: *const Obj, nargsf: usize, names: Obj) -> Obj {
    if name.is_null() || args.is_null() || count(nargsf) == 0 {
        return null_argument();
    }
    let all = row(args, count(nargsf) + names_len(names));
    let me = all[0];
    if !is_native(me) && !types::is_type(me) && names_len(names) == 0 {
        let mut parts = Vec::with_capacity(all.len() + 1);
        parts.extend([me, name]);
        parts.extend_from_slice(&all[1..]);
        let result = op(Op::CallMethod, &parts);
        if !result.is_null() && !mirror::follow(me) {
            decref(result);
            return null_mut();
        }
        return result;
    }
    let method = PyObject_GetAttr(me, name);
    if method.is_null() {
        return method;
    }
    // The place of the object itself is free for vectorcall to use.
    let result = call_row(method, &all[1..], names, PY_VECTORCALL_ARGUMENTS_OFFSET);
    decref(method);
    result
}

/// Calls through `tp_call` with a row of arguments; `keywords` are a tuple of names or a dict.
#[entry]
pub unsafe fn _PyObject_MakeTpCall(
    _thread: *mut PyThreadState,
    callable: Obj,
    args: *const Obj,
    nargs: Py_ssize_t,
    keywords: Obj,
) -> Obj {
    if keywords.is_null() || has_flag(keywords, Py_TPFLAGS_TUPLE_SUBCLASS) {
        let all = row(args, nargs as usize + names_len(keywords));
        return call_slot(callable, all, keywords);
    }
    let Some(f) = (*(*callable).ob_type).tp_call else {
        return not_callable(callable);
    };
    let tuple = seq::tuple_of(row(args, nargs as usize));
    if tuple.is_null() {
        return tuple;
    }
    let result = recursion::deeper(CALLING, || {
        gimbal_proxies::outside(|| f(callable, tuple, keywords))
    });
    decref(tuple);
    checked(callable, result)
}

/// Arguments as the vectorcall protocol has them; None with an exception when a keyword is no string.
unsafe fn unpack(args: Obj, kwargs: Obj) -> Option<(Vec<Obj>, Obj)> {
    // SAFETY: a tuple, and a dict or NULL.
    unsafe {
        let (row, names) = call_cfunction::unpack(args, kwargs);
        if !names.is_null()
            && !seq::tuple_slice(names)
                .iter()
                .all(|&name| crate::common::is_str(name))
        {
            decref(names);
            let _: Obj = type_error("keywords must be strings");
            return None;
        }
        Some((row, names))
    }
}

/// The `tp_call` of types with a `vectorcall`.
#[entry]
pub unsafe fn PyVectorcall_Call(callable: Obj, args: Obj, kwargs: Obj) -> Obj {
    let Some(f) = vectorcall_at(callable) else {
        return type_error(&format!(
            "'{}' object does not support vectorcall",
            type_name(callable)
        ));
    };
    let Some((all, names)) = unpack(args, kwargs) else {
        return null_mut();
    };
    let positional = all.len() - names_len(names);
    let result = gimbal_proxies::outside(|| f(callable, all.as_ptr(), positional, names));
    xdecref(names);
    checked(callable, result)
}

/// The `vectorcall` of an object, or NULL.
#[entry]
pub unsafe fn PyVectorcall_Function(callable: Obj) -> Option<vectorcallfunc> {
    vectorcall_of(callable)
}

/// The number of positional arguments of a vectorcall.
#[entry]
pub unsafe fn PyVectorcall_NARGS(count_and_flag: usize) -> Py_ssize_t {
    (count_and_flag & !PY_VECTORCALL_ARGUMENTS_OFFSET) as Py_ssize_t
}

/// `callable(me, *args, **kwargs)`.
#[entry]
pub unsafe fn _PyObject_Call_Prepend(
    _thread: *mut PyThreadState,
    callable: Obj,
    me: Obj,
    args: Obj,
    kwargs: Obj,
) -> Obj {
    let mut all = vec![me];
    all.extend_from_slice(seq::tuple_slice(args));
    PyObject_VectorcallDict(callable, all.as_ptr(), all.len(), kwargs)
}

/// Names and values as a dict.
#[entry]
pub unsafe fn _PyStack_AsDict(values: *const Obj, names: Obj) -> Obj {
    guest::keyword_dict(row(values, names_len(names)), names)
}

/// Calls a Python function; the host makes no difference.
#[entry]
pub unsafe fn _PyFunction_Vectorcall(function: Obj, args: *const Obj, nargsf: usize, names: Obj) -> Obj {
    call_row(function, row(args, count(nargsf) + names_len(names)), names, 0)
}

/// `callable(object)`: has its type a `tp_call`?
#[entry(error = 0)]
pub unsafe fn PyCallable_Check(object: Obj) -> std::ffi::c_int {
    std::ffi::c_int::from(!object.is_null() && (*(*object).ob_type).tp_call.is_some())
}
