//! `Py_BuildValue` and its kin: objects from C values.

use std::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_ulonglong, c_void};
use std::ptr::null_mut;

use gimbal_abi::*;
use gimbal_proxies::err;
use libc::wchar_t;

use super::VaArgs;
use super::cursor::Cursor;

/// The function of an `O&` unit.
type Maker = unsafe extern "C" fn(*mut c_void) -> *mut PyObject;

/// The state of one build.
struct Builder {
    codes: Cursor,
    va: VaArgs,
    /// Whether the caller defines `PY_SSIZE_T_CLEAN`; without it `#` is refused.
    size_t_clean: bool,
}

#[unsafe(no_mangle)]
pub(super) unsafe extern "C" fn gimbal_build_value(
    format: *const c_char,
    va: VaArgs,
    size_t_clean: c_int,
) -> *mut PyObject {
    // SAFETY: the caller's contract.
    unsafe {
        let mut builder = Builder {
            codes: Cursor::new(format),
            va,
            size_t_clean: size_t_clean != 0,
        };
        match count_values(builder.codes, 0) {
            None => null_mut(),
            Some(0) => gimbal_proxies::new_ref(Py_None()),
            Some(1) => builder.value(),
            Some(count) => builder.tuple(count, 0),
        }
    }
}

/// Builds into an array: into the caller's `small` one if it is long enough, else into memory of `PyMem_Malloc`.
#[unsafe(no_mangle)]
pub(super) unsafe extern "C" fn gimbal_build_stack(
    small: *mut *mut PyObject,
    small_len: Py_ssize_t,
    format: *const c_char,
    va: VaArgs,
    count: *mut Py_ssize_t,
    size_t_clean: c_int,
) -> *mut *mut PyObject {
    // SAFETY: the caller's contract.
    unsafe {
        let mut builder = Builder {
            codes: Cursor::new(format),
            va,
            size_t_clean: size_t_clean != 0,
        };
        let Some(wanted) = count_values(builder.codes, 0) else {
            return null_mut();
        };
        let stack = if wanted <= small_len as usize {
            small
        } else {
            PyMem_Malloc(wanted * size_of::<*mut PyObject>()).cast()
        };
        if stack.is_null() {
            PyErr_NoMemory();
            return null_mut();
        }
        for index in 0..wanted {
            let value = builder.value();
            if value.is_null() {
                release_stack(stack, index, small);
                return null_mut();
            }
            *stack.add(index) = value;
        }
        *count = wanted as Py_ssize_t;
        stack
    }
}

/// Gives back what [`gimbal_build_stack`] built.
pub(super) unsafe fn release_stack(stack: *mut *mut PyObject, count: usize, small: *mut *mut PyObject) {
    // SAFETY: `count` objects are owned by the stack.
    unsafe {
        for index in 0..count {
            Py_DECREF(*stack.add(index));
        }
        if stack != small {
            PyMem_Free(stack.cast());
        }
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_pack_tuple(count: Py_ssize_t, va: VaArgs) -> *mut PyObject {
    // SAFETY: the caller's contract.
    unsafe {
        let tuple = PyTuple_New(count);
        if tuple.is_null() {
            return tuple;
        }
        for index in 0..count {
            let place = gimbal_proxies::seq::tuple_items(tuple).offset(index);
            *place = gimbal_proxies::new_ref(va.ptr());
        }
        tuple
    }
}

impl Builder {
    /// The next value; NULL with an exception set if it cannot be built.
    unsafe fn value(&mut self) -> *mut PyObject {
        // SAFETY: the arguments are of the types that the codes say, by the caller's contract.
        unsafe {
            loop {
                let code = self.codes.next();
                return match code {
                    b'(' => match count_values(self.codes, b')') {
                        Some(count) => self.tuple(count, b')'),
                        None => null_mut(),
                    },
                    b'[' => match count_values(self.codes, b']') {
                        Some(count) => self.list(count),
                        None => null_mut(),
                    },
                    b'{' => match count_values(self.codes, b'}') {
                        Some(count) => self.dict(count),
                        None => null_mut(),
                    },
                    b'b' | b'B' | b'h' | b'i' => PyLong_FromLong(self.va.int().into()),
                    b'H' | b'I' => PyLong_FromUnsignedLong((self.va.int() as c_uint).into()),
                    b'n' => PyLong_FromSsize_t(self.va.ssize()),
                    b'l' => PyLong_FromLong(self.va.long()),
                    b'k' => PyLong_FromUnsignedLong(self.va.long() as c_ulong),
                    b'L' => PyLong_FromLongLong(self.va.longlong()),
                    b'K' => PyLong_FromUnsignedLongLong(self.va.longlong() as c_ulonglong),
                    b'f' | b'd' => PyFloat_FromDouble(self.va.double()),
                    b'D' => PyComplex_FromCComplex(*self.va.ptr::<Py_complex>()),
                    b'c' => {
                        let byte = self.va.int() as u8;
                        PyBytes_FromStringAndSize((&raw const byte).cast(), 1)
                    }
                    b'C' => PyUnicode_FromOrdinal(self.va.int()),
                    b's' | b'z' | b'U' => self.text(PyUnicode_FromStringAndSize),
                    b'y' => self.text(PyBytes_FromStringAndSize),
                    b'u' => self.wide(),
                    b'O' | b'S' | b'N' if self.codes.eat(b'&') => {
                        let maker = std::mem::transmute::<*mut c_void, Maker>(self.va.ptr());
                        gimbal_proxies::outside(|| maker(self.va.ptr()))
                    }
                    b'O' | b'S' | b'N' => {
                        let object = self.va.ptr::<PyObject>();
                        if object.is_null() {
                            // A NULL is fine when it comes from a failed call: its exception passes on.
                            if PyErr_Occurred().is_null() {
                                system_error(c"NULL object passed to Py_BuildValue");
                            }
                        } else if code != b'N' {
                            Py_INCREF(object);
                        }
                        object
                    }
                    b',' | b':' | b' ' | b'\t' => continue,
                    _ => system_error(c"bad format char passed to Py_BuildValue"),
                };
            }
        }
    }

    /// A tuple of `count` values up to `close`.
    unsafe fn tuple(&mut self, count: usize, close: u8) -> *mut PyObject {
        // SAFETY: the caller's contract.
        unsafe { self.fill(PyTuple_New(count as Py_ssize_t), count, close, PyTuple_SetItem) }
    }

    /// A list of `count` values up to the bracket.
    unsafe fn list(&mut self, count: usize) -> *mut PyObject {
        // SAFETY: the caller's contract.
        unsafe { self.fill(PyList_New(count as Py_ssize_t), count, b']', PyList_SetItem) }
    }

    /// Fills a new `container`, NULL if it could not be made.
    unsafe fn fill(
        &mut self,
        container: *mut PyObject,
        count: usize,
        close: u8,
        set: unsafe extern "C" fn(*mut PyObject, Py_ssize_t, *mut PyObject) -> c_int,
    ) -> *mut PyObject {
        // SAFETY: the caller's contract; `set` takes the reference to the value over.
        unsafe {
            if container.is_null() {
                self.discard(count, close);
                return null_mut();
            }
            for index in 0..count {
                let value = self.value();
                if value.is_null() {
                    self.discard(count - index - 1, close);
                    Py_DECREF(container);
                    return null_mut();
                }
                set(container, index as Py_ssize_t, value);
            }
            self.close(container, close)
        }
    }

    /// A dict of `count` keys and values up to the brace.
    unsafe fn dict(&mut self, count: usize) -> *mut PyObject {
        // SAFETY: the caller's contract.
        unsafe {
            if !count.is_multiple_of(2) {
                system_error(c"Bad dict format");
                self.discard(count, b'}');
                return null_mut();
            }
            let dict = PyDict_New();
            if dict.is_null() {
                self.discard(count, b'}');
                return null_mut();
            }
            for index in (0..count).step_by(2) {
                let key = self.value();
                if key.is_null() {
                    self.discard(count - index - 1, b'}');
                    Py_DECREF(dict);
                    return null_mut();
                }
                let value = self.value();
                let stored = !value.is_null() && PyDict_SetItem(dict, key, value) == 0;
                Py_DECREF(key);
                Py_XDECREF(value);
                if !stored {
                    self.discard(count - index - 2, b'}');
                    Py_DECREF(dict);
                    return null_mut();
                }
            }
            self.close(dict, b'}')
        }
    }

    /// Takes the closing byte behind the values of `container`.
    unsafe fn close(&mut self, container: *mut PyObject, close: u8) -> *mut PyObject {
        if self.codes.peek() != close {
            // SAFETY: the container is owned here.
            unsafe { Py_DECREF(container) };
            return system_error(c"Unmatched paren in format");
        }
        self.codes.next();
        container
    }

    /// Builds the rest of a failed container only to drop it: an `N` unit gives its reference away even then.
    unsafe fn discard(&mut self, count: usize, close: u8) {
        // SAFETY: the caller's contract; an exception is set, and kept from the values' code.
        unsafe {
            for _ in 0..count {
                let (class, exception, traceback) = err::fetch();
                let value = self.value();
                err::restore(class, exception, traceback);
                Py_XDECREF(value);
            }
        }
        if self.codes.peek() == close {
            self.codes.next();
        } else {
            system_error(c"Unmatched paren in format");
        }
    }

    /// `s`, `z`, `U` and `y`, with `#` or without; NULL makes None.
    unsafe fn text(
        &mut self,
        make: unsafe extern "C" fn(*const c_char, Py_ssize_t) -> *mut PyObject,
    ) -> *mut PyObject {
        // SAFETY: the caller's contract.
        unsafe {
            let text = self.va.ptr::<c_char>();
            let Some(given) = self.given_length() else {
                return null_mut();
            };
            if text.is_null() {
                return gimbal_proxies::new_ref(Py_None());
            }
            let len = if given < 0 {
                CStr::from_ptr(text).to_bytes().len() as Py_ssize_t
            } else {
                given
            };
            make(text, len)
        }
    }

    /// `u`, with `#` or without; NULL makes None.
    unsafe fn wide(&mut self) -> *mut PyObject {
        // SAFETY: the caller's contract. A length of -1 makes PyUnicode_FromWideChar count.
        unsafe {
            let text = self.va.ptr::<wchar_t>();
            let Some(given) = self.given_length() else {
                return null_mut();
            };
            if text.is_null() {
                gimbal_proxies::new_ref(Py_None())
            } else {
                PyUnicode_FromWideChar(text, given.max(-1))
            }
        }
    }

    /// The length behind a text: -1 if the format does not give one, `None` with an exception set if it must not.
    unsafe fn given_length(&mut self) -> Option<Py_ssize_t> {
        if !self.codes.eat(b'#') {
            return Some(-1);
        }
        if !self.size_t_clean && !super::SIZE_T_ALWAYS {
            // SAFETY: without the macro the caller passes an int.
            unsafe { self.va.int() };
            system_error(c"PY_SSIZE_T_CLEAN macro must be defined for '#' formats");
            return None;
        }
        // SAFETY: with the macro the caller passes a Py_ssize_t.
        Some(unsafe { self.va.ssize() })
    }
}

/// How many values come before `close` on this level; `None` with an exception set if it does not come.
fn count_values(mut codes: Cursor, close: u8) -> Option<usize> {
    let (mut count, mut level) = (0, 0_i32);
    loop {
        let code = codes.next();
        if level <= 0 && code == close {
            return Some(count);
        }
        match code {
            0 => {
                system_error(c"unmatched paren in format");
                return None;
            }
            b'(' | b'[' | b'{' => {
                count += usize::from(level == 0);
                level += 1;
            }
            b')' | b']' | b'}' => level -= 1,
            b'#' | b'&' | b',' | b':' | b' ' | b'\t' => {}
            _ => count += usize::from(level == 0),
        }
    }
}

/// Sets a SystemError; gives NULL.
fn system_error(message: &CStr) -> *mut PyObject {
    // SAFETY: the message ends with NUL.
    unsafe { PyErr_SetString(PyExc_SystemError, message.as_ptr()) };
    null_mut()
}
