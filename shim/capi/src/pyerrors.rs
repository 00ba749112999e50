//! `pyerrors.h`: the error indicator, the exception being handled, and new exception classes.
//!
//! The indicator is in the native thread state. An exception that C sets by class and message stays so until somebody
//! needs the instance; reading and clearing it never leaves native code.

pub mod syntax;

use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::state::Locked;
use gimbal_proxies::{
    ErrStackItem, Obj, Op, decref, dict, err, int, new_ref, none, op, op_unit, seq, text, type_flags, types,
    xdecref, xincref,
};
use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicIsize, AtomicPtr, Ordering};

/// What a function that returns a status says: 0 when it is done, -1 when an error is set.
pub fn status(done: bool) -> c_int {
    if done { 0 } else { -1 }
}

// --- setting -------------------------------------------------------------------------------------------------------

/// Is it an exception class?
unsafe fn is_class(op: Obj) -> bool {
    // SAFETY: `op` is an object; a type has flags.
    unsafe {
        types::is_type(op) && type_flags::of(op.cast::<PyTypeObject>()) & Py_TPFLAGS_BASE_EXC_SUBCLASS != 0
    }
}

/// Sets `SystemError` because `exception` is no exception class.
#[cold]
unsafe fn no_class(exception: Obj) {
    // SAFETY: `exception` is an object.
    unsafe {
        let repr = op(Op::Repr, &[exception]);
        if repr.is_null() {
            return;
        }
        let shown = String::from_utf8_lossy(text::utf8(repr)).into_owned();
        decref(repr);
        err::set(
            PyExc_SystemError,
            &format!("_PyErr_SetObject: exception {shown} is not a BaseException subclass"),
        );
    }
}

#[entry]
pub unsafe fn PyErr_SetObject(exception: *mut PyObject, value: *mut PyObject) {
    if exception.is_null() {
        err::clear();
    } else if is_class(exception) {
        err::set_object(exception, value);
    } else {
        no_class(exception);
    }
}

#[entry]
pub unsafe fn PyErr_SetString(exception: *mut PyObject, message: *const c_char) {
    let message = CStr::from_ptr(message).to_string_lossy();
    let value = text::from_str(&message);
    PyErr_SetObject(exception, value);
    xdecref(value);
}

#[entry]
pub unsafe fn PyErr_SetNone(exception: *mut PyObject) {
    PyErr_SetObject(exception, null_mut());
}

/// A tuple as the value would be taken for the arguments of `KeyError`, hence one more around the key.
#[entry]
pub unsafe fn _PyErr_SetKeyError(key: *mut PyObject) {
    let args = seq::tuple_of(&[key]);
    if !args.is_null() {
        PyErr_SetObject(PyExc_KeyError, args);
        decref(args);
    }
}

#[entry(error = 0)]
pub unsafe fn PyErr_BadArgument() -> c_int {
    err::set(PyExc_TypeError, "bad argument type for built-in operation");
    0
}

#[entry]
pub unsafe fn PyErr_BadInternalCall() {
    err::set(PyExc_SystemError, "bad argument to internal function");
}

#[entry]
pub unsafe fn _PyErr_BadInternalCall(filename: *const c_char, line: c_int) {
    let filename = CStr::from_ptr(filename).to_string_lossy();
    err::set(
        PyExc_SystemError,
        &format!("{filename}:{line}: bad argument to internal function"),
    );
}

#[entry]
pub unsafe fn PyErr_NoMemory() -> *mut PyObject {
    seq::no_memory()
}

// --- reading -------------------------------------------------------------------------------------------------------

#[entry(unlocked)]
pub unsafe fn PyErr_Occurred() -> *mut PyObject {
    err::occurred()
}

#[entry]
pub unsafe fn PyErr_Clear() {
    err::clear();
}

/// An exception that came from the host carries its traceback itself: the third part is asked for here.
#[entry]
pub unsafe fn PyErr_Fetch(
    class: *mut *mut PyObject,
    value: *mut *mut PyObject,
    traceback: *mut *mut PyObject,
) {
    let (type_, instance, mut trace) = err::fetch();
    if trace.is_null() && !instance.is_null() && err::is_exception(instance) {
        trace = op(Op::GetTraceback, &[instance]);
        err::clear();
    }
    (*class, *value, *traceback) = (type_, instance, trace);
}

#[entry]
pub unsafe fn PyErr_Restore(class: *mut PyObject, value: *mut PyObject, traceback: *mut PyObject) {
    // Since 3.12 only an instance of the class itself is taken as it is: one of a subclass becomes an argument.
    let subclass = cfg!(Py_3_12) && !value.is_null() && err::is_exception(value);
    if subclass && !std::ptr::eq((*value).ob_type.cast(), class) {
        let made = gimbal_abi::PyObject_CallOneArg(class, value);
        decref(class);
        decref(value);
        if made.is_null() {
            xdecref(traceback);
        } else {
            err::restore(new_ref((*made).ob_type.cast()), made, traceback);
        }
        return;
    }
    err::restore(class, value, traceback);
}

#[entry]
pub unsafe fn PyErr_NormalizeException(
    class: *mut *mut PyObject,
    value: *mut *mut PyObject,
    traceback: *mut *mut PyObject,
) {
    err::normalize(&mut *class, &mut *value, &mut *traceback);
}

#[entry(error = 0)]
pub unsafe fn PyErr_GivenExceptionMatches(given: *mut PyObject, target: *mut PyObject) -> c_int {
    c_int::from(err::matches(given, target))
}

#[entry(error = 0)]
pub unsafe fn PyErr_ExceptionMatches(target: *mut PyObject) -> c_int {
    c_int::from(err::matches(err::occurred(), target))
}

/// Takes what is set as a normalised instance; NULL when nothing is.
pub unsafe fn take() -> Obj {
    // SAFETY: the references of the three parts are ours.
    unsafe {
        let (mut class, mut value, mut traceback) = err::fetch();
        err::normalize(&mut class, &mut value, &mut traceback);
        xdecref(class);
        xdecref(traceback);
        value
    }
}

/// Sets the indicator to an instance, whose reference is taken over.
pub unsafe fn raise(instance: Obj) {
    // SAFETY: `instance` is an exception.
    unsafe { err::restore(new_ref((*instance).ob_type.cast()), instance, null_mut()) }
}

/// The exception that was set becomes the context of the one that is set now.
#[entry]
pub unsafe fn _PyErr_ChainExceptions(class: *mut PyObject, value: *mut PyObject, traceback: *mut PyObject) {
    if class.is_null() {
        return;
    }
    if err::occurred().is_null() {
        err::restore(class, value, traceback);
        return;
    }
    let (mut class, mut value, mut traceback) = (class, value, traceback);
    let newer = take();
    err::normalize(&mut class, &mut value, &mut traceback);
    if !newer.is_null() {
        op_unit(Op::SetAttr, &[newer, text::interned("__context__"), value]);
        err::clear();
        raise(newer);
    }
    xdecref(class);
    xdecref(value);
    xdecref(traceback);
}

// --- the exception being handled -----------------------------------------------------------------------------------

#[entry]
pub unsafe fn _PyErr_GetTopmostException(_thread: *mut PyThreadState) -> *mut ErrStackItem {
    err::topmost()
}

/// What native code is handling, or else what the host is; a new reference or NULL.
unsafe fn handled() -> Obj {
    // SAFETY: the items of the stack are live.
    unsafe {
        let value = err::handled();
        if !value.is_null() {
            return new_ref(value);
        }
        let (class, pending, traceback) = err::fetch();
        let value = op(Op::HandledException, &[]);
        err::restore(class, pending, traceback);
        value
    }
}

/// Makes `exception` (owned) the one that native code is handling. What the host is handling is left to it: kept here,
/// it would go on being handled after the host is done with it.
unsafe fn set_handled(exception: Obj) {
    // SAFETY: the old entry's reference is ours.
    unsafe {
        let item = err::thread().visible.exc_info;
        let old = std::mem::replace(&mut (*item).exc_value, null_mut());
        xdecref(old);
        if exception.is_null() || exception == none() {
            xdecref(exception);
            return;
        }
        let outer = handled();
        let is_known = outer == exception;
        xdecref(outer);
        if is_known {
            decref(exception);
        } else {
            (*err::thread().visible.exc_info).exc_value = exception;
        }
    }
}

#[entry]
pub unsafe fn PyErr_GetHandledException() -> *mut PyObject {
    handled()
}

#[entry]
pub unsafe fn PyErr_SetHandledException(exception: *mut PyObject) {
    xincref(exception);
    set_handled(exception);
}

#[entry]
pub unsafe fn PyErr_GetExcInfo(
    class: *mut *mut PyObject,
    value: *mut *mut PyObject,
    traceback: *mut *mut PyObject,
) {
    let exception = handled();
    *value = exception;
    if exception.is_null() {
        *class = new_ref(none());
        *traceback = new_ref(none());
    } else {
        *class = new_ref((*exception).ob_type.cast());
        let trace = op(Op::GetTraceback, &[exception]);
        *traceback = if trace.is_null() { new_ref(none()) } else { trace };
    }
}

/// Class and traceback follow from the instance.
#[entry]
pub unsafe fn PyErr_SetExcInfo(class: *mut PyObject, value: *mut PyObject, traceback: *mut PyObject) {
    set_handled(value);
    xdecref(class);
    xdecref(traceback);
}

// --- the same with a thread state, which is always the current one --------------------------------------------------

#[entry]
pub unsafe fn _PyErr_Fetch(
    _thread: *mut PyThreadState,
    class: *mut *mut PyObject,
    value: *mut *mut PyObject,
    traceback: *mut *mut PyObject,
) {
    PyErr_Fetch(class, value, traceback);
}

#[entry]
pub unsafe fn _PyErr_Restore(
    _thread: *mut PyThreadState,
    class: *mut PyObject,
    value: *mut PyObject,
    traceback: *mut PyObject,
) {
    err::restore(class, value, traceback);
}

#[entry]
pub unsafe fn _PyErr_Clear(_thread: *mut PyThreadState) {
    err::clear();
}

#[entry]
pub unsafe fn _PyErr_SetObject(_thread: *mut PyThreadState, exception: *mut PyObject, value: *mut PyObject) {
    PyErr_SetObject(exception, value);
}

#[entry]
pub unsafe fn _PyErr_SetString(
    _thread: *mut PyThreadState,
    exception: *mut PyObject,
    message: *const c_char,
) {
    PyErr_SetString(exception, message);
}

#[entry]
pub unsafe fn _PyErr_SetNone(_thread: *mut PyThreadState, exception: *mut PyObject) {
    PyErr_SetObject(exception, null_mut());
}

#[entry(error = 0)]
pub unsafe fn _PyErr_ExceptionMatches(_thread: *mut PyThreadState, target: *mut PyObject) -> c_int {
    c_int::from(err::matches(err::occurred(), target))
}

#[entry]
pub unsafe fn _PyErr_NormalizeException(
    _thread: *mut PyThreadState,
    class: *mut *mut PyObject,
    value: *mut *mut PyObject,
    traceback: *mut *mut PyObject,
) {
    err::normalize(&mut *class, &mut *value, &mut *traceback);
}

#[entry]
pub unsafe fn _PyErr_NoMemory(_thread: *mut PyThreadState) -> *mut PyObject {
    seq::no_memory()
}

#[entry]
pub unsafe fn _PyErr_GetExcInfo(
    _thread: *mut PyThreadState,
    class: *mut *mut PyObject,
    value: *mut *mut PyObject,
    traceback: *mut *mut PyObject,
) {
    PyErr_GetExcInfo(class, value, traceback);
}

#[entry]
pub unsafe fn _PyErr_GetHandledException(_thread: *mut PyThreadState) -> *mut PyObject {
    handled()
}

#[entry]
pub unsafe fn _PyErr_SetHandledException(_thread: *mut PyThreadState, exception: *mut PyObject) {
    PyErr_SetHandledException(exception);
}

// --- from the system -----------------------------------------------------------------------------------------------

/// Sets `exception(errno, message, ...)`; file names may be NULL.
unsafe fn from_errno(exception: Obj, file: Obj, second: Obj) -> Obj {
    let number = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    // SAFETY: `exception` is callable, file names are objects or NULL.
    unsafe {
        if number == libc::EINTR && PyErr_CheckSignals() != 0 {
            return null_mut();
        }
        let mut buffer = [0; 256];
        let message = if number == 0 {
            "Error".into()
        } else {
            libc::strerror_r(number, buffer.as_mut_ptr(), buffer.len());
            CStr::from_ptr(buffer.as_ptr()).to_string_lossy()
        };
        let mut items = vec![int::from_i64(number.into()), text::from_str(&message)];
        if !file.is_null() {
            items.push(new_ref(file));
            if !second.is_null() {
                items.push(int::from_i64(0));
                items.push(new_ref(second));
            }
        }
        let args = seq::tuple_from_owned(&items);
        let instance = op(Op::CallObject, &[exception, args, null_mut()]);
        xdecref(args);
        if !instance.is_null() {
            PyErr_SetObject((*instance).ob_type.cast(), instance);
            decref(instance);
        }
        null_mut()
    }
}

#[entry]
pub unsafe fn PyErr_SetFromErrno(exception: *mut PyObject) -> *mut PyObject {
    from_errno(exception, null_mut(), null_mut())
}

#[entry]
pub unsafe fn PyErr_SetFromErrnoWithFilename(
    exception: *mut PyObject,
    filename: *const c_char,
) -> *mut PyObject {
    if filename.is_null() {
        return from_errno(exception, null_mut(), null_mut());
    }
    let number = *libc::__errno_location();
    let filename = PyUnicode_DecodeFSDefault(filename);
    *libc::__errno_location() = number;
    let result = from_errno(exception, filename, null_mut());
    xdecref(filename);
    result
}

#[entry]
pub unsafe fn PyErr_SetFromErrnoWithFilenameObject(
    exception: *mut PyObject,
    filename: *mut PyObject,
) -> *mut PyObject {
    from_errno(exception, filename, null_mut())
}

#[entry]
pub unsafe fn PyErr_SetFromErrnoWithFilenameObjects(
    exception: *mut PyObject,
    filename: *mut PyObject,
    second: *mut PyObject,
) -> *mut PyObject {
    from_errno(exception, filename, second)
}

#[entry]
pub unsafe fn PyErr_SetImportErrorSubclass(
    exception: *mut PyObject,
    message: *mut PyObject,
    name: *mut PyObject,
    path: *mut PyObject,
) -> *mut PyObject {
    match PyObject_IsSubclass(exception, PyExc_ImportError) {
        1 => {}
        0 => {
            err::set(PyExc_TypeError, "expected a subclass of ImportError");
            return null_mut();
        }
        _ => return null_mut(),
    }
    if message.is_null() {
        err::set(PyExc_TypeError, "expected a message argument");
        return null_mut();
    }
    let args = seq::tuple_of(&[message]);
    let kwargs = dict::new();
    for (key, value) in [("name", name), ("path", path)] {
        let value = if value.is_null() { none() } else { value };
        dict::set(kwargs, text::interned(key), value);
    }
    let instance = op(Op::CallObject, &[exception, args, kwargs]);
    decref(args);
    decref(kwargs);
    if !instance.is_null() {
        PyErr_SetObject((*instance).ob_type.cast(), instance);
        decref(instance);
    }
    null_mut()
}

#[entry]
pub unsafe fn PyErr_SetImportError(
    message: *mut PyObject,
    name: *mut PyObject,
    path: *mut PyObject,
) -> *mut PyObject {
    PyErr_SetImportErrorSubclass(PyExc_ImportError, message, name, path)
}

// --- signals -------------------------------------------------------------------------------------------------------

/// What the host has told to look at before it is asked for signals.
static SIGNALS: AtomicPtr<AtomicIsize> = AtomicPtr::new(null_mut());

/// Has a signal arrived, as far as can be known without the host?
fn may_be_signalled() -> bool {
    // SAFETY: the host's word, for the life of the process.
    unsafe {
        SIGNALS
            .load(Ordering::Relaxed)
            .as_ref()
            .is_none_or(|word| word.load(Ordering::Relaxed) < 0)
    }
}

/// Has the host run handlers of signals; false with an error set.
unsafe fn handle_signals() -> bool {
    // SAFETY: the result is an object, or there is none.
    unsafe {
        let word = op(Op::CheckSignals, &[]);
        if word.is_null() {
            return err::occurred().is_null();
        }
        if (*word).ob_type == &raw mut PyLong_Type
            && let Some(address) = int::as_i64(word)
        {
            SIGNALS.store(address as *mut AtomicIsize, Ordering::Relaxed);
        }
        decref(word);
        true
    }
}

/// Whatever the host runs looks for signals; so do calls that other threads have asked the main thread to make.
#[entry]
pub unsafe fn PyErr_CheckSignals() -> c_int {
    if may_be_signalled() && !handle_signals() {
        return -1;
    }
    crate::ceval::make_pending_calls()
}

#[entry]
pub unsafe fn _PyErr_CheckSignals() -> c_int {
    PyErr_CheckSignals()
}

#[entry]
pub unsafe fn _PyErr_CheckSignalsTstate(_thread: *mut PyThreadState) -> c_int {
    PyErr_CheckSignals()
}

#[entry]
pub unsafe fn PyErr_SetInterrupt() {
    libc::raise(libc::SIGINT);
}

#[entry]
pub unsafe fn PyErr_SetInterruptEx(signal: c_int) -> c_int {
    if !(1..=64).contains(&signal) {
        return -1;
    }
    libc::raise(signal);
    0
}

// --- new classes ---------------------------------------------------------------------------------------------------

#[entry]
pub unsafe fn PyErr_NewException(
    name: *const c_char,
    base: *mut PyObject,
    namespace: *mut PyObject,
) -> *mut PyObject {
    PyErr_NewExceptionWithDoc(name, std::ptr::null(), base, namespace)
}

#[entry]
pub unsafe fn PyErr_NewExceptionWithDoc(
    name: *const c_char,
    doc: *const c_char,
    base: *mut PyObject,
    namespace: *mut PyObject,
) -> *mut PyObject {
    let full = CStr::from_ptr(name).to_string_lossy();
    let Some((module, short)) = full.rsplit_once('.') else {
        err::set(PyExc_SystemError, "PyErr_NewException: name must be module.class");
        return null_mut();
    };
    let namespace = if namespace.is_null() {
        dict::new()
    } else {
        new_ref(namespace)
    };
    let base = if base.is_null() { PyExc_Exception } else { base };
    let bases = if PyTuple_Check(base) != 0 {
        new_ref(base)
    } else {
        seq::tuple_of(&[base])
    };
    let short = text::from_str(short);
    let mut complete = true;
    if !doc.is_null() {
        complete = add_text(namespace, "__doc__", &CStr::from_ptr(doc).to_string_lossy());
    }
    if dict::get(namespace, text::interned("__module__")).is_null() {
        complete = complete && err::occurred().is_null() && add_text(namespace, "__module__", module);
    }
    let class = if complete {
        op(Op::NewClass, &[short, bases, namespace])
    } else {
        null_mut()
    };
    for owned in [namespace, bases, short] {
        xdecref(owned);
    }
    class
}

unsafe fn add_text(namespace: Obj, key: &str, value: &str) -> bool {
    // SAFETY: `namespace` is a dict.
    unsafe {
        let value = text::from_str(value);
        let done = dict::set(namespace, text::interned(key), value);
        xdecref(value);
        done
    }
}

// --- reports -------------------------------------------------------------------------------------------------------

/// Reports the exception that is set, which has nowhere to go. Errors in here have not either.
pub unsafe fn unraisable(message: Obj, object: Obj) {
    // SAFETY: message and object are objects or NULL.
    unsafe {
        let exception = take();
        if !exception.is_null() {
            op_unit(Op::WriteUnraisable, &[exception, object, message]);
            err::clear();
            decref(exception);
        }
    }
}

#[entry]
pub unsafe fn PyErr_WriteUnraisable(object: *mut PyObject) {
    unraisable(null_mut(), object);
}

#[entry]
pub unsafe fn _PyErr_WriteUnraisableMsg(message: *const c_char, object: *mut PyObject) {
    let message = if message.is_null() {
        null_mut()
    } else {
        let message = CStr::from_ptr(message).to_string_lossy();
        text::from_str(&format!("Exception ignored {message}"))
    };
    unraisable(message, object);
    xdecref(message);
}

// --- the end -------------------------------------------------------------------------------------------------------

/// Reports a state that nobody can go on from, and aborts.
#[gimbal_macros::exported]
pub unsafe extern "C" fn _Py_FatalErrorFunc(function: *const c_char, message: *const c_char) -> ! {
    let text = |text: *const c_char, missing: &str| {
        if text.is_null() {
            return missing.to_owned();
        }
        // SAFETY: both arguments are C strings or NULL.
        unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned()
    };
    let message = text(message, "<message not set>");
    match text(function, "").as_str() {
        "" => eprintln!("Fatal Python error: {message}"),
        function => eprintln!("Fatal Python error: {function}: {message}"),
    }
    // As CPython does: often it is what the message is about.
    let _held = gimbal_proxies::hold();
    // SAFETY: the lock is held.
    if unsafe { !PyErr_Occurred().is_null() } {
        // SAFETY: as above.
        unsafe { crate::pythonrun::PyErr_PrintEx(0) };
    }
    std::process::abort()
}

/// As [`_Py_FatalErrorFunc`], without a function's name.
#[gimbal_macros::exported]
pub unsafe extern "C" fn Py_FatalError(message: *const c_char) -> ! {
    // SAFETY: as stated.
    unsafe { _Py_FatalErrorFunc(std::ptr::null(), message) }
}

/// CPython's call when a function found no thread state.
#[gimbal_macros::exported]
pub unsafe extern "C" fn _Py_FatalError_TstateNULL(function: *const c_char) -> ! {
    let message = c"the function must be called with the GIL held, after Python initialization and before Python finalization, but the GIL is released (the current Python thread state is NULL)";
    // SAFETY: as stated.
    unsafe { _Py_FatalErrorFunc(function, message.as_ptr()) }
}

/// Texts that functions returning `const char *` keep alive, by contents.
pub unsafe fn keep_text(bytes: &[u8]) -> *const c_char {
    static KEPT: Locked<Vec<std::ffi::CString>> = Locked::new(Vec::new());
    // SAFETY: the lock is held; a CString's contents do not move when the vector grows.
    let kept = unsafe { KEPT.get() };
    if let Some(known) = kept.iter().find(|known| known.to_bytes() == bytes) {
        return known.as_ptr();
    }
    let text = std::ffi::CString::new(bytes).unwrap_or_default();
    let pointer = text.as_ptr();
    kept.push(text);
    pointer
}
