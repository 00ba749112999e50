//! `code.h`: code objects that describe compiled code.
//!
//! A code object is the host's, so that `func.__code__` shows what `inspect` expects; what compiled code reads in place is
//! filled in its proxy.

pub mod extra;
#[cfg(Py_3_11)]
pub mod new;
#[cfg(not(Py_3_11))]
pub mod new_3_9;
#[cfg(Py_3_12)]
pub mod watchers;

use crate::common::has_flag;
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Obj, Op, crossing, decref, err, int, new_ref, op, seq, text, xdecref};
use std::ffi::{CStr, c_char, c_int, c_ulong};

/// How C calls the type itself. Before 3.11 its arguments are the host's.
#[cfg(Py_3_11)]
pub const CALL: Option<vectorcallfunc> = Some(new::call_type);
#[cfg(not(Py_3_11))]
pub const CALL: Option<vectorcallfunc> = None;

/// What a new code object says.
struct Description {
    file: Obj,
    name: Obj,
    qualname: Obj,
    line: c_int,
    flags: c_int,
    /// Arguments, positional-only, keyword-only.
    counts: [c_int; 3],
    variables: Obj,
    free: Obj,
    cells: Obj,
}

/// `CO_OPTIMIZED | CO_NEWLOCALS`: what every function has.
const PLAIN: c_int = 3;

impl Description {
    /// Makes it.
    unsafe fn make(&self) -> *mut PyCodeObject {
        // SAFETY: the fields are objects of the right types.
        unsafe {
            let counts = seq::tuple_from_owned(&self.counts.map(|n| int::from_i64(n.into())));
            let (line, flags) = (int::from_i64(self.line.into()), int::from_i64(self.flags.into()));
            let code = op(
                Op::NewCode,
                &[
                    self.file,
                    self.name,
                    self.qualname,
                    line,
                    flags,
                    counts,
                    self.variables,
                    self.free,
                    self.cells,
                ],
            );
            for owned in [line, flags, counts] {
                xdecref(owned);
            }
            if !code.is_null() {
                self.fill(&mut *code.cast());
                #[cfg(Py_3_12)]
                watchers::made(code);
            }
            code.cast()
        }
    }

    /// Fills the proxy. Names are interned, so the proxy owns nothing.
    unsafe fn fill(&self, code: &mut CodeObject) {
        // SAFETY: as `make`.
        unsafe {
            code.co_filename = text::intern_object(self.file);
            code.co_name = text::intern_object(self.name);
            code.co_firstlineno = self.line;
            code.co_flags = self.flags;
            [code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount] = self.counts;
            code.co_nlocals = seq::size(self.variables) as c_int;
            #[cfg(Py_3_11)]
            self.fill_counts(code);
        }
    }

    /// Fills what 3.11 has in place of the tuples of names.
    #[cfg(Py_3_11)]
    unsafe fn fill_counts(&self, code: &mut CodeObject) {
        // SAFETY: as `make`.
        unsafe {
            code.co_qualname = text::intern_object(self.qualname);
            code.co_ncellvars = seq::size(self.cells) as c_int;
            code.co_nfreevars = seq::size(self.free) as c_int;
            code.co_nlocalsplus = code.co_nlocals + code.co_ncellvars + code.co_nfreevars;
        }
    }
}

#[entry]
pub unsafe fn PyCode_NewEmpty(
    filename: *const c_char,
    function: *const c_char,
    line: c_int,
) -> *mut PyCodeObject {
    let file = text::from_str(&CStr::from_ptr(filename).to_string_lossy());
    let name = text::from_str(&CStr::from_ptr(function).to_string_lossy());
    let nothing = seq::tuple_of(&[]);
    let code = Description {
        file,
        name,
        qualname: name,
        line,
        flags: PLAIN,
        counts: [0; 3],
        variables: nothing,
        free: nothing,
        cells: nothing,
    }
    .make();
    for owned in [file, name, nothing] {
        xdecref(owned);
    }
    code
}

/// Are all of them there, of a type with this flag?
unsafe fn are(flag: c_ulong, objects: &[Obj]) -> bool {
    // SAFETY: objects or NULL.
    unsafe { objects.iter().all(|&op| !op.is_null() && has_flag(op, flag)) }
}

/// An attribute of a code object.
unsafe fn attribute(code: *mut PyCodeObject, name: &str) -> Obj {
    // SAFETY: `code` is an object.
    unsafe { op(Op::GetAttr, &[code.cast(), text::interned(name)]) }
}

#[entry]
pub unsafe fn PyCode_GetCode(code: *mut PyCodeObject) -> *mut PyObject {
    attribute(code, "co_code")
}

/// CPython's code keeps these tuples, so that names may be used after the tuple has been given back. Here the outermost call does.
unsafe fn kept(names: Obj) -> Obj {
    // SAFETY: `names` is a new reference or NULL.
    unsafe { new_ref(crossing::lend_to_call(names)) }
}

#[entry]
pub unsafe fn PyCode_GetVarnames(code: *mut PyCodeObject) -> *mut PyObject {
    kept(attribute(code, "co_varnames"))
}

#[entry]
pub unsafe fn PyCode_GetCellvars(code: *mut PyCodeObject) -> *mut PyObject {
    kept(attribute(code, "co_cellvars"))
}

#[entry]
pub unsafe fn PyCode_GetFreevars(code: *mut PyCodeObject) -> *mut PyObject {
    kept(attribute(code, "co_freevars"))
}

/// Bytecode offsets mean nothing in a host's code object: every one is on the first line.
#[entry]
pub unsafe fn PyCode_Addr2Line(code: *mut PyCodeObject, _offset: c_int) -> c_int {
    let line = attribute(code, "co_firstlineno");
    if line.is_null() {
        err::clear();
        return -1;
    }
    let value = int::as_i64(line).unwrap_or(-1);
    decref(line);
    value as c_int
}
