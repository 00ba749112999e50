//! Which function it was that has returned NULL and set no exception: found when it has happened, so no call pays for it.

use crate::{Obj, PyMethodDef, PyTypeObject, err, modules, seq, types};
use std::ffi::CStr;

/// What is said of a function that did.
pub const RETURNED_NULL: &str = if cfg!(Py_3_10) {
    "returned NULL without setting an exception"
} else {
    "returned NULL without setting an error"
};

/// Passes a result on. NULL without an exception sets one that names the function.
#[inline(always)]
pub(crate) unsafe fn checked(result: Obj, f: *mut u8, me: Obj) -> Obj {
    if result.is_null() {
        // SAFETY: `me` is the self of `f`, or NULL.
        unsafe { blame(f, me) };
    }
    result
}

#[cold]
unsafe fn blame(f: *mut u8, me: Obj) {
    // SAFETY: as `checked`.
    unsafe {
        if !err::occurred().is_null() {
            return;
        }
        let who = shown(f, me).unwrap_or_else(|| "a function".to_owned());
        let message = format!("{who} {RETURNED_NULL}");
        err::set(crate::PyExc_SystemError, &message);
    }
}

/// The function as `repr` shows it, if self's module or class has it in its table.
unsafe fn shown(f: *mut u8, me: Obj) -> Option<String> {
    // SAFETY: as `checked`; types have tables that end.
    unsafe {
        if me.is_null() {
            return None;
        }
        let class = (*me).ob_type;
        if types::is_subtype(class, &raw mut crate::PyModule_Type) {
            let name = name_in((*modules::block(me)).md_def.as_ref()?.m_methods, f)?;
            return Some(format!("<built-in function {name}>"));
        }
        let is_class = types::is_subtype(class, &raw mut crate::PyType_Type);
        let start = if is_class {
            me.cast::<PyTypeObject>()
        } else {
            class
        };
        if (*start).tp_mro.is_null() {
            return None;
        }
        let (owner, name) = seq::tuple_slice((*start).tp_mro).iter().find_map(|&class| {
            let class = class.cast::<PyTypeObject>();
            Some((class, name_in((*class).tp_methods, f)?))
        })?;
        Some(if is_class {
            format!("<built-in method {name} of type object at {me:p}>")
        } else {
            let owner = CStr::from_ptr((*owner).tp_name).to_string_lossy();
            format!("<method '{name}' of '{owner}' objects>")
        })
    }
}

/// The name of a function in a table.
unsafe fn name_in(mut table: *mut PyMethodDef, f: *mut u8) -> Option<String> {
    // SAFETY: an entry without a name ends the table.
    unsafe {
        while !table.is_null() && !(*table).ml_name.is_null() {
            if (*table).ml_meth.PyCFunction as *mut u8 == f {
                return Some(CStr::from_ptr((*table).ml_name).to_string_lossy().into_owned());
            }
            table = table.add(1);
        }
        None
    }
}
