//! `_PyArg_UnpackKeywords` and `_PyArg_UnpackKeywordsWithVararg`: the order of arguments, without any conversion.

use std::ffi::c_int;
use std::ptr::null_mut;

use gimbal_abi::*;

use super::bad_internal_call;
use super::keywords::{Callee, Keywords, unexpected_keyword};
use super::parser::_PyArg_Parser;

/// What the two `_PyArg_UnpackKeywords*` functions are asked to unpack.
struct Unpacking<'a> {
    args: *const *mut PyObject,
    positional: usize,
    keywords: Keywords,
    parser: &'a _PyArg_Parser,
    min_positional: usize,
    max_positional: usize,
    min_keyword_only: usize,
}

impl<'a> Unpacking<'a> {
    /// Checks the call itself; `None` with an exception set when it is wrong.
    #[expect(clippy::too_many_arguments, reason = "they are those of the C function")]
    unsafe fn new(
        args: *const *mut PyObject,
        count: Py_ssize_t,
        dict: *mut PyObject,
        names: *mut PyObject,
        parser: *mut _PyArg_Parser,
        min_positional: c_int,
        max_positional: c_int,
        min_keyword_only: c_int,
    ) -> Option<Self> {
        // SAFETY: the caller's contract.
        unsafe {
            let parser: &'a mut _PyArg_Parser = match parser.as_mut() {
                Some(parser) if names.is_null() || PyTuple_Check(names) != 0 => parser,
                _ => {
                    bad_internal_call();
                    return None;
                }
            };
            if !parser.prepare() {
                return None;
            }
            Some(Self {
                args,
                positional: count as usize,
                keywords: Keywords::new(dict, names, args.wrapping_add(count as usize)),
                parser,
                min_positional: min_positional as usize,
                max_positional: max_positional as usize,
                min_keyword_only: min_keyword_only as usize,
            })
        }
    }

    fn callee(&self) -> Callee {
        Callee(self.parser.fname)
    }

    /// Refuses a call with too few arguments for the positional-only parameters.
    unsafe fn check_positional_only(&self) -> Result<(), ()> {
        let needed = self.min_positional.min(self.parser.pos as usize);
        if self.positional >= needed {
            return Ok(());
        }
        let how = if needed < self.max_positional {
            c"at least"
        } else {
            c"exactly"
        };
        // SAFETY: prepared.
        unsafe { self.callee().wrong_positional(how, needed, self.positional) };
        Err(())
    }

    /// Whether a call without the parameter at `index` is wrong.
    fn is_required(&self, index: usize) -> bool {
        index < self.min_positional
            || (self.max_positional <= index && index < self.max_positional + self.min_keyword_only)
    }

    /// Looks the parameters from `first` up among the keywords, and hands each to `store`. A keyword left over may be a
    /// name of the first `nameable` positional arguments.
    unsafe fn keywords_from(
        &self,
        first: usize,
        nameable: usize,
        mut store: impl FnMut(usize, *mut PyObject),
    ) -> Result<(), ()> {
        // SAFETY: the caller's contract.
        unsafe {
            let mut left = self.keywords.len();
            for index in first..self.parser.len() {
                let mut argument = null_mut();
                if left > 0 {
                    argument = self.keywords.get(self.parser.name(index))?;
                    left -= usize::from(!argument.is_null());
                }
                if argument.is_null() && self.is_required(index) {
                    self.callee().missing(self.parser.name(index), index);
                    return Err(());
                }
                store(index, argument);
            }
            if left > 0 {
                unexpected_keyword(nameable, self.keywords, self.parser);
                return Err(());
            }
        }
        Ok(())
    }
}

/// Lays positional and keyword arguments out in the order of the parameters: in `args` itself when they already are,
/// else in `buf`. NULL with an exception set when they do not fit.
///
/// # Safety
///
/// As in Argument Clinic's code: `buf` has a place for each parameter.
#[gimbal_macros::exported]
pub unsafe extern "C" fn _PyArg_UnpackKeywords(
    args: *const *mut PyObject,
    count: Py_ssize_t,
    dict: *mut PyObject,
    names: *mut PyObject,
    parser: *mut _PyArg_Parser,
    min_positional: c_int,
    max_positional: c_int,
    min_keyword_only: c_int,
    buf: *mut *mut PyObject,
) -> *const *mut PyObject {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        let args = if args.is_null() && count == 0 {
            buf.cast_const()
        } else {
            args
        };
        let call = Unpacking::new(
            args,
            count,
            dict,
            names,
            parser,
            min_positional,
            max_positional,
            min_keyword_only,
        );
        let Some(call) = call else {
            return null_mut();
        };
        let keywords = call.keywords.len();
        let fits = call.min_positional <= call.positional && call.positional <= call.max_positional;
        if keywords == 0 && call.min_keyword_only == 0 && fits {
            return args;
        }
        if unpack_plain(&call, keywords, buf).is_err() {
            null_mut()
        } else {
            buf
        }
    }
}

unsafe fn unpack_plain(call: &Unpacking<'_>, keywords: usize, buf: *mut *mut PyObject) -> Result<(), ()> {
    let (callee, positional, max) = (call.callee(), call.positional, call.max_positional);
    // SAFETY: the caller's contract.
    unsafe {
        let len = call.parser.len();
        if positional + keywords > len {
            callee.too_many(len, positional, positional + keywords);
            return Err(());
        }
        if positional > max {
            callee.surplus_positional(call.min_positional < max, max, positional);
            return Err(());
        }
        call.check_positional_only()?;
        for index in 0..positional {
            *buf.add(index) = *call.args.add(index);
        }
        let first = positional.max(call.parser.pos as usize);
        for index in positional..first {
            *buf.add(index) = null_mut();
        }
        call.keywords_from(first, positional, |index, argument| *buf.add(index) = argument)
    }
}

/// As [`_PyArg_UnpackKeywords`] for a function with `*args`: a new tuple of the surplus positional arguments goes to
/// the place `vararg` of `buf`.
///
/// # Safety
///
/// As in Argument Clinic's code: `buf` has a place for each parameter and for the tuple.
#[gimbal_macros::exported]
pub unsafe extern "C" fn _PyArg_UnpackKeywordsWithVararg(
    args: *const *mut PyObject,
    count: Py_ssize_t,
    dict: *mut PyObject,
    names: *mut PyObject,
    parser: *mut _PyArg_Parser,
    min_positional: c_int,
    max_positional: c_int,
    min_keyword_only: c_int,
    vararg: c_int,
    buf: *mut *mut PyObject,
) -> *const *mut PyObject {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        let call = Unpacking::new(
            args,
            count,
            dict,
            names,
            parser,
            min_positional,
            max_positional,
            min_keyword_only,
        );
        let Some(call) = call else {
            return null_mut();
        };
        if call.check_positional_only().is_err() {
            return null_mut();
        }
        let vararg = vararg as usize;
        let surplus = call.positional.saturating_sub(vararg);
        let rest = PyTuple_New(surplus as Py_ssize_t);
        if rest.is_null() {
            return null_mut();
        }
        for index in 0..call.positional {
            let argument = *call.args.add(index);
            if index < vararg {
                *buf.add(index) = argument;
            } else {
                PyTuple_SetItem(
                    rest,
                    (index - vararg) as Py_ssize_t,
                    gimbal_proxies::new_ref(argument),
                );
            }
        }
        *buf.add(vararg) = rest;
        let first = (call.positional - surplus).max(call.parser.pos as usize);
        // The tuple's place is not a parameter with a name: those behind it move on by one.
        let place = |index: usize| if index < vararg { index } else { index + 1 };
        match call.keywords_from(first, 0, |index, argument| *buf.add(place(index)) = argument) {
            Ok(()) => buf,
            Err(()) => {
                Py_DECREF(rest);
                null_mut()
            }
        }
    }
}
