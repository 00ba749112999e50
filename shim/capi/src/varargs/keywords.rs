//! Positional and keyword arguments: `PyArg_ParseTupleAndKeywords`, and the functions for Argument Clinic's code.

use std::ffi::{c_char, c_int};
use std::ptr::null_mut;

use gimbal_abi::*;

use super::convert::Conversion;
use super::cursor::Cursor;
use super::parse::{parentheses, plural, shown_name, tuple_items, type_error};
use super::parser::{
    _PyArg_Parser, Names, bad_unit, mark_positional, mark_required, more_names_than_units,
    more_units_than_names, name_and_message,
};
use super::{VaArgs, bad_internal_call};

/// The keyword arguments of a call: a dict, or names with values that stand behind the positional arguments.
#[derive(Clone, Copy)]
pub(super) enum Keywords {
    Dict(*mut PyObject),
    Names {
        names: *mut PyObject,
        values: *const *mut PyObject,
    },
    None,
}

impl Keywords {
    /// From a dict, or from names and values; each may be NULL.
    pub(super) unsafe fn new(
        dict: *mut PyObject,
        names: *mut PyObject,
        values: *const *mut PyObject,
    ) -> Self {
        if !dict.is_null() {
            Self::Dict(dict)
        } else if !names.is_null() {
            Self::Names { names, values }
        } else {
            Self::None
        }
    }

    /// How many there are.
    pub(super) unsafe fn len(self) -> usize {
        // SAFETY: a live dict or tuple.
        let len = unsafe {
            match self {
                Self::Dict(dict) => PyDict_Size(dict),
                Self::Names { names, .. } => PyTuple_GET_SIZE(names),
                Self::None => 0,
            }
        };
        len as usize
    }

    /// The value for `name`, borrowed; NULL if there is none; `Err` with an exception set if the search failed.
    pub(super) unsafe fn get(self, name: *mut PyObject) -> Result<*mut PyObject, ()> {
        // SAFETY: live objects; the values are as many as the names.
        unsafe {
            match self {
                Self::Dict(dict) => {
                    let value = PyDict_GetItemWithError(dict, name);
                    if value.is_null() && !PyErr_Occurred().is_null() {
                        Err(())
                    } else {
                        Ok(value)
                    }
                }
                Self::Names { names, values } => {
                    let count = PyTuple_GET_SIZE(names) as usize;
                    let given = std::slice::from_raw_parts(tuple_items(names), count);
                    let found = given.iter().position(|&key| key == name).or_else(|| {
                        given
                            .iter()
                            .position(|&key| PyUnicode_Check(key) != 0 && PyUnicode_Compare(key, name) == 0)
                    });
                    Ok(found.map_or(null_mut(), |index| *values.add(index)))
                }
                Self::None => Ok(null_mut()),
            }
        }
    }

    /// The value for a name in C, as [`Self::get`].
    unsafe fn get_c(self, name: *const c_char) -> Result<*mut PyObject, ()> {
        // SAFETY: the name ends with NUL.
        unsafe {
            let key = PyUnicode_FromString(name);
            if key.is_null() {
                return Err(());
            }
            let value = self.get(key);
            Py_DECREF(key);
            value
        }
    }

    /// The first key for which `accept` is false; `Err` with an exception set when a key is not a str.
    unsafe fn first_refused(
        self,
        mut accept: impl FnMut(*mut PyObject) -> Result<bool, ()>,
    ) -> Result<Option<*mut PyObject>, ()> {
        let (mut position, mut key) = (0, null_mut());
        // SAFETY: a live dict or tuple, and indices in range.
        unsafe {
            loop {
                match self {
                    Self::Dict(dict) => {
                        if PyDict_Next(dict, &raw mut position, &raw mut key, null_mut()) == 0 {
                            return Ok(None);
                        }
                    }
                    Self::Names { names, .. } if position < PyTuple_GET_SIZE(names) => {
                        key = PyTuple_GET_ITEM(names, position);
                        position += 1;
                    }
                    _ => return Ok(None),
                }
                if PyUnicode_Check(key) == 0 {
                    type_error!(c"keywords must be strings");
                    return Err(());
                }
                if !accept(key)? {
                    return Ok(Some(key));
                }
            }
        }
    }
}

/// The function that error messages speak of.
#[derive(Clone, Copy)]
pub(super) struct Callee(pub(super) *const c_char);

impl Callee {
    fn name(self) -> *const c_char {
        shown_name(self.0, c"function")
    }

    fn parens(self) -> *const c_char {
        parentheses(self.0)
    }

    /// More arguments than parameters.
    #[cold]
    pub(super) unsafe fn too_many(self, parameters: usize, positional: usize, given: usize) {
        // When none is positional, saying "keyword" keeps the message true of functions without positional ones.
        let kind = if positional == 0 { c"keyword " } else { c"" };
        let parameters = parameters as Py_ssize_t;
        // SAFETY: the arguments fit the format.
        unsafe {
            type_error!(
                c"%.200s%s takes at most %zd %sargument%s (%zd given)",
                self.name(),
                self.parens(),
                parameters,
                kind.as_ptr(),
                plural(parameters),
                given as Py_ssize_t,
            );
        }
    }

    /// Too many or too few positional arguments.
    #[cold]
    pub(super) unsafe fn wrong_positional(self, how: &'static std::ffi::CStr, wanted: usize, given: usize) {
        let wanted = wanted as Py_ssize_t;
        // SAFETY: the arguments fit the format.
        unsafe {
            type_error!(
                c"%.200s%s takes %s %zd positional argument%s (%zd given)",
                self.name(),
                self.parens(),
                how.as_ptr(),
                wanted,
                plural(wanted),
                given as Py_ssize_t,
            );
        }
    }

    /// More positional arguments than parameters that can take them, of which some may be optional.
    #[cold]
    pub(super) unsafe fn surplus_positional(self, some_optional: bool, max: usize, given: usize) {
        // SAFETY: the arguments fit the format.
        unsafe {
            if max == 0 {
                type_error!(
                    c"%.200s%s takes no positional arguments",
                    self.name(),
                    self.parens()
                );
            } else {
                self.wrong_positional(if some_optional { c"at most" } else { c"exactly" }, max, given);
            }
        }
    }

    /// No argument for a required parameter.
    #[cold]
    pub(super) unsafe fn missing(self, name: *mut PyObject, index: usize) {
        let message = c"%.200s%s missing required argument '%U' (pos %d)";
        // SAFETY: the arguments fit the format.
        unsafe {
            let (function, parens) = (self.name(), self.parens());
            PyErr_Format(
                PyExc_TypeError,
                message.as_ptr(),
                function,
                parens,
                name,
                index as c_int + 1,
            );
        }
    }

    #[cold]
    unsafe fn given_twice(self, name: *mut PyObject, index: usize) {
        let message = c"argument for %.200s%s given by name ('%U') and position (%d)";
        // SAFETY: the arguments fit the format.
        unsafe {
            let (function, parens) = (self.name(), self.parens());
            PyErr_Format(
                PyExc_TypeError,
                message.as_ptr(),
                function,
                parens,
                name,
                index as c_int + 1,
            );
        }
    }

    /// What [`Keywords::first_refused`] found, when a keyword argument is left over.
    #[cold]
    unsafe fn refused(self, found: Result<Option<*mut PyObject>, ()>) {
        let function = shown_name(self.0, c"this function");
        // SAFETY: the arguments fit the formats.
        unsafe {
            match found {
                Ok(Some(key)) if cfg!(Py_3_13) => {
                    type_error!(
                        c"%.200s%s got an unexpected keyword argument '%S'",
                        function,
                        self.parens(),
                        key
                    );
                }
                Ok(Some(key)) => {
                    type_error!(
                        c"'%S' is an invalid keyword argument for %.200s%s",
                        key,
                        function,
                        self.parens()
                    );
                }
                // Every key is known, yet one is left: a str subclass with an equality of its own.
                Ok(None) => {
                    type_error!(c"invalid keyword argument for %.200s%s", function, self.parens());
                }
                Err(()) => {}
            }
        }
    }
}

/// Whether the arguments of a `...AndKeywords` call are a tuple and a dict or NULL.
unsafe fn are_tuple_and_dict(args: *mut PyObject, keywords: *mut PyObject) -> bool {
    // SAFETY: each is NULL or live.
    unsafe {
        !args.is_null() && PyTuple_Check(args) != 0 && (keywords.is_null() || PyDict_Check(keywords) != 0)
    }
}

/// `PyArg_ParseTupleAndKeywords` and `PyArg_VaParseTupleAndKeywords`.
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_parse_keywords(
    args: *mut PyObject,
    keywords: *mut PyObject,
    format: *const c_char,
    names: *const *const c_char,
    va: VaArgs,
    size_t_clean: c_int,
) -> c_int {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        if !are_tuple_and_dict(args, keywords) || format.is_null() || names.is_null() {
            bad_internal_call();
            return 0;
        }
        let mut conversion = Conversion::new(va, size_t_clean != 0);
        match by_names(
            &mut conversion,
            args,
            Keywords::new(keywords, null_mut(), null_mut()),
            format,
            names,
        ) {
            Ok(()) => 1,
            Err(()) => {
                conversion.undo();
                0
            }
        }
    }
}

/// Parses by a format and a list of names, both read anew at each call. `Err` comes with an exception set.
unsafe fn by_names(
    conversion: &mut Conversion,
    args: *mut PyObject,
    keywords: Keywords,
    format: *const c_char,
    names: *const *const c_char,
) -> Result<(), ()> {
    // SAFETY: the caller's contract.
    unsafe {
        let (function, custom) = name_and_message(format);
        let callee = Callee(function);
        let list = Names::scan(names).ok_or(())?;
        let positional = PyTuple_GET_SIZE(args) as usize;
        let mut keywords_left = keywords.len();
        if positional + keywords_left > list.len {
            callee.too_many(list.len, positional, positional + keywords_left);
            return Err(());
        }

        let mut codes = Cursor::new(format);
        let (mut min, mut max) = (None, None);
        // Set when a positional-only argument is missing: how many are needed is known only at `|`, `$` or the end.
        let mut missing_positional = false;
        let mut index = 0;
        while index < list.len {
            if codes.eat(b'|') {
                min = Some(mark_required(min, max, index).ok_or(())?);
            }
            if codes.eat(b'$') {
                let limit = mark_positional(max, index, &list).ok_or(())?;
                max = Some(limit);
                if missing_positional {
                    break;
                }
                if limit < positional {
                    callee.surplus_positional(min.is_some(), limit, positional);
                    return Err(());
                }
            }
            if codes.at_end_of_codes() {
                more_names_than_units(list.len, index);
                return Err(());
            }
            if !missing_positional {
                let name = *names.add(index);
                let mut argument = null_mut();
                if index < positional {
                    argument = PyTuple_GET_ITEM(args, index as Py_ssize_t);
                } else if keywords_left > 0 && index >= list.positional_only {
                    argument = keywords.get_c(name)?;
                    keywords_left -= usize::from(!argument.is_null());
                }
                if !argument.is_null() {
                    if let Err(mismatch) = conversion.item(argument, &mut codes) {
                        mismatch.report(Some(index + 1), function, custom);
                        return Err(());
                    }
                    index += 1;
                    continue;
                }
                if min.is_none() {
                    if index >= list.positional_only {
                        let message = c"%.200s%s missing required argument '%s' (pos %d)";
                        let (function, parens) = (callee.name(), callee.parens());
                        PyErr_Format(
                            PyExc_TypeError,
                            message.as_ptr(),
                            function,
                            parens,
                            name,
                            index as c_int + 1,
                        );
                        return Err(());
                    }
                    missing_positional = true;
                }
                if keywords_left == 0 && !missing_positional {
                    return Ok(());
                }
            }
            if let Err(message) = conversion.skip(&mut codes) {
                bad_unit(message, codes);
                return Err(());
            }
            index += 1;
        }

        if missing_positional {
            let needed = min.map_or(list.positional_only, |min: usize| min.min(list.positional_only));
            let how = if needed < index { c"at least" } else { c"exactly" };
            callee.wrong_positional(how, needed, positional);
            return Err(());
        }
        if !codes.at_end_of_codes() && !matches!(codes.peek(), b'|' | b'$') {
            more_units_than_names(codes);
            return Err(());
        }
        if keywords_left == 0 {
            return Ok(());
        }

        for index in list.positional_only..positional {
            let name = *names.add(index);
            if !keywords.get_c(name)?.is_null() {
                let message = c"argument for %.200s%s given by name ('%s') and position (%d)";
                let (function, parens) = (callee.name(), callee.parens());
                PyErr_Format(
                    PyExc_TypeError,
                    message.as_ptr(),
                    function,
                    parens,
                    name,
                    index as c_int + 1,
                );
                return Err(());
            }
        }
        let known = |key| {
            let mut named = list.positional_only..list.len;
            Ok(named.any(|index| PyUnicode_CompareWithASCIIString(key, *names.add(index)) == 0))
        };
        callee.refused(keywords.first_refused(known));
        Err(())
    }
}

/// `_PyArg_ParseTupleAndKeywordsFast`.
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_parse_keywords_fast(
    args: *mut PyObject,
    keywords: *mut PyObject,
    parser: *mut _PyArg_Parser,
    va: VaArgs,
    size_t_clean: c_int,
) -> c_int {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        if !are_tuple_and_dict(args, keywords) {
            bad_internal_call();
            return 0;
        }
        let (items, count) = (tuple_items(args), PyTuple_GET_SIZE(args));
        parse_fast(
            items,
            count,
            Keywords::new(keywords, null_mut(), null_mut()),
            parser,
            va,
            size_t_clean,
        )
    }
}

/// `_PyArg_ParseStackAndKeywords`.
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_parse_stack_keywords(
    args: *const *mut PyObject,
    count: Py_ssize_t,
    names: *mut PyObject,
    parser: *mut _PyArg_Parser,
    va: VaArgs,
    size_t_clean: c_int,
) -> c_int {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        if !names.is_null() && PyTuple_Check(names) == 0 {
            bad_internal_call();
            return 0;
        }
        let keywords = Keywords::new(null_mut(), names, args.wrapping_add(count as usize));
        parse_fast(args, count, keywords, parser, va, size_t_clean)
    }
}

unsafe fn parse_fast(
    args: *const *mut PyObject,
    count: Py_ssize_t,
    keywords: Keywords,
    parser: *mut _PyArg_Parser,
    va: VaArgs,
    size_t_clean: c_int,
) -> c_int {
    // SAFETY: the caller's contract.
    unsafe {
        let Some(parser) = parser.as_mut() else {
            bad_internal_call();
            return 0;
        };
        if !parser.prepare() {
            return 0;
        }
        let mut conversion = Conversion::new(va, size_t_clean != 0);
        match by_parser(&mut conversion, args, count as usize, keywords, parser) {
            Ok(()) => 1,
            Err(()) => {
                conversion.undo();
                0
            }
        }
    }
}

/// Parses by a prepared parser. `Err` comes with an exception set.
unsafe fn by_parser(
    conversion: &mut Conversion,
    args: *const *mut PyObject,
    positional: usize,
    keywords: Keywords,
    parser: &_PyArg_Parser,
) -> Result<(), ()> {
    // SAFETY: the caller's contract.
    unsafe {
        let callee = Callee(parser.fname);
        let (len, positional_only) = (parser.len(), parser.pos as usize);
        let (min, max) = (parser.min as usize, parser.max as usize);
        let mut keywords_left = keywords.len();
        if positional + keywords_left > len {
            callee.too_many(len, positional, positional + keywords_left);
            return Err(());
        }
        if max < positional {
            callee.surplus_positional(min < max, max, positional);
            return Err(());
        }

        let mut codes = Cursor::new(parser.format);
        for index in 0..len {
            codes.eat(b'|');
            codes.eat(b'$');
            let mut argument = null_mut();
            if index < positional {
                argument = *args.add(index);
            } else if keywords_left > 0 && index >= positional_only {
                argument = keywords.get(parser.name(index))?;
                keywords_left -= usize::from(!argument.is_null());
            }
            if !argument.is_null() {
                if let Err(mismatch) = conversion.item(argument, &mut codes) {
                    mismatch.report(Some(index + 1), parser.fname, parser.custom_msg);
                    return Err(());
                }
                continue;
            }
            if index < min {
                if index < positional_only {
                    let needed = positional_only.min(min);
                    let how = if needed < max { c"at least" } else { c"exactly" };
                    callee.wrong_positional(how, needed, positional);
                } else {
                    callee.missing(parser.name(index), index);
                }
                return Err(());
            }
            if keywords_left == 0 {
                return Ok(());
            }
            if let Err(message) = conversion.skip(&mut codes) {
                PyErr_SetString(PyExc_SystemError, message.as_ptr());
                return Err(());
            }
        }
        if keywords_left > 0 {
            unexpected_keyword(positional, keywords, parser);
            return Err(());
        }
        Ok(())
    }
}

/// Raises the error for keywords that are left over: given by position too, or not known.
#[cold]
pub(super) unsafe fn unexpected_keyword(positional: usize, keywords: Keywords, parser: &_PyArg_Parser) {
    let callee = Callee(parser.fname);
    // SAFETY: the caller's contract.
    unsafe {
        for index in parser.pos as usize..positional {
            let name = parser.name(index);
            match keywords.get(name) {
                Err(()) => return,
                Ok(value) if value.is_null() => {}
                Ok(_) => return callee.given_twice(name, index),
            }
        }
        let known = |key| match PySequence_Contains(parser.kwtuple, key) {
            1 => Ok(true),
            0 => Ok(false),
            _ => Err(()),
        };
        callee.refused(keywords.first_refused(known));
    }
}
