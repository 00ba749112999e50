//! `_PyArg_Parser`: what Argument Clinic's code keeps in a static between calls.

use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;

use gimbal_abi::*;

use super::convert::skip_unit;
use super::cursor::Cursor;

/// The description of a function's parameters, with what is computed from it at the first call.
#[repr(C)]
#[derive(Debug)]
pub struct _PyArg_Parser {
    /// The format units, or NULL if the caller converts the arguments itself.
    pub format: *const c_char,
    /// The names of the parameters up to NULL; those of positional-only ones are empty.
    pub keywords: *const *const c_char,
    /// The function's name: given, or found behind `:` in the format.
    pub fname: *const c_char,
    /// The message found behind `;` in the format.
    pub custom_msg: *const c_char,
    /// The number of positional-only parameters.
    pub pos: c_int,
    /// The number of required parameters.
    pub min: c_int,
    /// The number of parameters that can be positional.
    pub max: c_int,
    /// The names of the others, interned; NULL until the first call.
    pub kwtuple: *mut PyObject,
    /// CPython's list of used parsers; not used here.
    pub next: *mut _PyArg_Parser,
}

const _: () = assert!(
    size_of::<_PyArg_Parser>() == 64,
    "the size that CPython 3.11's header gives"
);

impl _PyArg_Parser {
    /// The number of parameters.
    pub(super) unsafe fn len(&self) -> usize {
        // SAFETY: prepared, so the tuple is live.
        self.pos as usize + unsafe { PyTuple_GET_SIZE(self.kwtuple) } as usize
    }

    /// The name of the parameter at `index`, which is not positional-only; borrowed.
    pub(super) unsafe fn name(&self, index: usize) -> *mut PyObject {
        // SAFETY: prepared, and the index is in range.
        unsafe { PyTuple_GET_ITEM(self.kwtuple, index as Py_ssize_t - self.pos as Py_ssize_t) }
    }

    /// Computes what the first call computes; false with an exception set if the description is wrong.
    pub(super) unsafe fn prepare(&mut self) -> bool {
        if !self.kwtuple.is_null() {
            return true;
        }
        // SAFETY: the caller's contract: `keywords` ends with NULL, its names and the format with NUL.
        unsafe {
            let Some(names) = Names::scan(self.keywords) else {
                return false;
            };
            if !self.format.is_null() {
                (self.fname, self.custom_msg) = name_and_message(self.format);
                let Some((min, max)) = bounds(Cursor::new(self.format), &names) else {
                    return false;
                };
                (self.min, self.max) = (min as c_int, max as c_int);
            }
            let tuple = PyTuple_New((names.len - names.positional_only) as Py_ssize_t);
            if tuple.is_null() {
                return false;
            }
            for index in names.positional_only..names.len {
                let mut name = PyUnicode_FromString(*self.keywords.add(index));
                if name.is_null() {
                    Py_DECREF(tuple);
                    return false;
                }
                PyUnicode_InternInPlace(&raw mut name);
                PyTuple_SetItem(tuple, (index - names.positional_only) as Py_ssize_t, name);
            }
            self.pos = names.positional_only as c_int;
            self.kwtuple = tuple;
        }
        true
    }
}

/// The list of parameter names.
pub(super) struct Names {
    pub(super) positional_only: usize,
    pub(super) len: usize,
}

impl Names {
    /// Counts the names; `None` with an exception set if one behind a name is empty.
    pub(super) unsafe fn scan(names: *const *const c_char) -> Option<Self> {
        // SAFETY: the list ends with NULL and each name with NUL, by the caller's contract.
        unsafe {
            let mut found = Self {
                positional_only: 0,
                len: 0,
            };
            loop {
                let name = *names.add(found.len);
                if name.is_null() {
                    return Some(found);
                }
                if *name != 0 {
                    found.len += 1;
                } else if found.positional_only == found.len {
                    found.positional_only += 1;
                    found.len += 1;
                } else {
                    system_error(c"Empty keyword parameter name");
                    return None;
                }
            }
        }
    }
}

/// The name behind the `:` of a format, or else the message behind its `;`.
pub(super) unsafe fn name_and_message(format: *const c_char) -> (*const c_char, *const c_char) {
    // SAFETY: the format ends with NUL.
    let text = unsafe { CStr::from_ptr(format) }.to_bytes();
    let behind = |mark| match text.iter().position(|&byte| byte == mark) {
        Some(at) => format.wrapping_add(at + 1),
        None => null_mut(),
    };
    let function = behind(b':');
    (
        function,
        if function.is_null() {
            behind(b';')
        } else {
            null_mut()
        },
    )
}

/// The numbers of required and of possibly positional parameters; `None` with an exception set if the format is wrong.
unsafe fn bounds(mut format: Cursor, names: &Names) -> Option<(usize, usize)> {
    let (mut min, mut max) = (None, None);
    for index in 0..names.len {
        if format.eat(b'|') {
            min = Some(mark_required(min, max, index)?);
        }
        if format.eat(b'$') {
            max = Some(mark_positional(max, index, names)?);
        }
        if format.at_end_of_codes() {
            more_names_than_units(names.len, index);
            return None;
        }
        if let Err(message) = skip_unit(&mut format, &mut |_| Ok(())) {
            bad_unit(message, format);
            return None;
        }
    }
    if !format.at_end_of_codes() && !matches!(format.peek(), b'|' | b'$') {
        more_units_than_names(format);
        return None;
    }
    Some((min.unwrap_or(names.len), max.unwrap_or(names.len)))
}

/// Takes note of a `|` before the unit at `index`; `None` with an exception set where it must not stand.
pub(super) fn mark_required(min: Option<usize>, max: Option<usize>, index: usize) -> Option<usize> {
    if min.is_some() {
        system_error(c"Invalid format string (| specified twice)");
        return None;
    }
    if max.is_some() {
        system_error(c"Invalid format string ($ before |)");
        return None;
    }
    Some(index)
}

/// Takes note of a `$` before the unit at `index`; `None` with an exception set where it must not stand.
pub(super) fn mark_positional(max: Option<usize>, index: usize, names: &Names) -> Option<usize> {
    if max.is_some() {
        system_error(c"Invalid format string ($ specified twice)");
        return None;
    }
    if index < names.positional_only {
        system_error(c"Empty parameter name after $");
        return None;
    }
    Some(index)
}

/// Raises the error for a format with fewer units than there are names.
pub(super) fn more_names_than_units(names: usize, units: usize) {
    let message = c"More keyword list entries (%d) than format specifiers (%d)".as_ptr();
    // SAFETY: the arguments fit the format.
    unsafe { PyErr_Format(PyExc_SystemError, message, names as c_int, units as c_int) };
}

/// Raises the error for a format with more units than there are names.
pub(super) fn more_units_than_names(rest: Cursor) {
    let message = c"more argument specifiers than keyword list entries (remaining format:'%s')".as_ptr();
    // SAFETY: the argument fits the format.
    unsafe { PyErr_Format(PyExc_SystemError, message, rest.as_ptr()) };
}

/// Raises the error for a unit that cannot be passed over.
pub(super) fn bad_unit(message: &CStr, at: Cursor) {
    // SAFETY: the arguments fit the format.
    unsafe {
        PyErr_Format(
            PyExc_SystemError,
            c"%s: '%s'".as_ptr(),
            message.as_ptr(),
            at.as_ptr(),
        )
    };
}

fn system_error(message: &CStr) {
    // SAFETY: the message ends with NUL.
    unsafe { PyErr_SetString(PyExc_SystemError, message.as_ptr()) };
}
