//! `funcobject.h` and `classobject.h`: Python functions, bound methods, class and static methods.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::c_int;

unsafe extern "C" {
    static mut PyMethod_Type: PyTypeObject;
    static mut PyInstanceMethod_Type: PyTypeObject;
}

/// `classmethod(function)`.
#[entry]
pub unsafe fn PyClassMethod_New(function: Obj) -> Obj {
    op(Op::NewClassMethod, &[function])
}

/// `staticmethod(function)`.
#[entry]
pub unsafe fn PyStaticMethod_New(function: Obj) -> Obj {
    op(Op::NewStaticMethod, &[function])
}

/// `types.MethodType(function, me)`.
#[entry]
pub unsafe fn PyMethod_New(function: Obj, me: Obj) -> Obj {
    if me.is_null() {
        return bad_internal_call();
    }
    fields::with_parts(op(Op::NewMethod, &[function, me]), &[function, me])
}

/// A function that binds like a Python function although it is none.
#[entry]
pub unsafe fn PyInstanceMethod_New(function: Obj) -> Obj {
    fields::with_parts(op(Op::NewInstanceMethod, &[function]), &[function])
}

/// An attribute of an object of exactly this type, borrowed; None counts as NULL when `optional`.
unsafe fn part(object: Obj, ty: *const PyTypeObject, name: &str, optional: bool) -> Obj {
    // SAFETY: `object` is an object or NULL.
    unsafe {
        if object.is_null() || !exactly(object, ty) {
            return bad_internal_call();
        }
        let value = op(Op::GetAttr, &[object, text::interned(name)]);
        if optional && value == none() {
            decref(value);
            return std::ptr::null_mut();
        }
        crossing::lend_to_call(value)
    }
}

/// The function of a bound method, borrowed.
#[entry]
pub unsafe fn PyMethod_Function(method: Obj) -> Obj {
    part(method, &raw const PyMethod_Type, "__func__", false)
}

/// What a method is bound to, borrowed.
#[entry]
pub unsafe fn PyMethod_Self(method: Obj) -> Obj {
    part(method, &raw const PyMethod_Type, "__self__", false)
}

/// The function of an instance method, borrowed.
#[entry]
pub unsafe fn PyInstanceMethod_Function(method: Obj) -> Obj {
    part(method, &raw const PyInstanceMethod_Type, "__func__", false)
}

/// A function for a code object.
#[entry]
pub unsafe fn PyFunction_New(code: Obj, globals: Obj) -> Obj {
    crossing::call(types::handle(&raw mut PyFunction_Type), &[code, globals], 0)
}

/// [`PyFunction_New`] with a qualified name of its own.
#[entry]
pub unsafe fn PyFunction_NewWithQualName(code: Obj, globals: Obj, qualname: Obj) -> Obj {
    let function = PyFunction_New(code, globals);
    if !function.is_null()
        && !qualname.is_null()
        && !op_unit(Op::SetAttr, &[function, text::interned("__qualname__"), qualname])
    {
        decref(function);
        return std::ptr::null_mut();
    }
    function
}

macro_rules! parts {
    ($(fn $get:ident $name:literal $optional:literal $doc:literal;)*) => {$(
        #[doc = $doc]
        #[entry]
        pub unsafe fn $get(function: Obj) -> Obj {
            part(function, &raw const PyFunction_Type, $name, $optional)
        }
    )*};
}

parts! {
    fn PyFunction_GetCode "__code__" false "The code, borrowed.";
    fn PyFunction_GetGlobals "__globals__" false "The globals, borrowed.";
    fn PyFunction_GetModule "__module__" true "The module's name, borrowed, or NULL.";
    fn PyFunction_GetDefaults "__defaults__" true "The tuple of defaults, borrowed, or NULL.";
    fn PyFunction_GetKwDefaults "__kwdefaults__" true "The dict of keyword defaults, borrowed, or NULL.";
    fn PyFunction_GetClosure "__closure__" true "The tuple of cells, borrowed, or NULL.";
    fn PyFunction_GetAnnotations "__annotations__" true "The dict of annotations, borrowed, or NULL.";
}

/// Sets a part of a function to an instance of `flag`'s type, or to None.
unsafe fn set_part(function: Obj, name: &str, value: Obj, allowed: bool, complaint: &str) -> c_int {
    // SAFETY: both are objects or NULL.
    unsafe {
        if function.is_null() || !exactly(function, &raw const PyFunction_Type) {
            return bad_internal_call();
        }
        if !allowed {
            return fail(PyExc_SystemError, complaint);
        }
        status(op_unit(Op::SetAttr, &[function, text::interned(name), value]))
    }
}

unsafe fn is_none_or(value: Obj, flag: std::ffi::c_ulong) -> bool {
    // SAFETY: `value` is an object or NULL.
    unsafe { !value.is_null() && (value == none() || has_flag(value, flag)) }
}

/// `function.__defaults__ = defaults`.
#[entry]
pub unsafe fn PyFunction_SetDefaults(function: Obj, defaults: Obj) -> c_int {
    let allowed = is_none_or(defaults, Py_TPFLAGS_TUPLE_SUBCLASS);
    set_part(
        function,
        "__defaults__",
        defaults,
        allowed,
        "non-tuple default args",
    )
}

/// `function.__kwdefaults__ = defaults`.
#[entry]
pub unsafe fn PyFunction_SetKwDefaults(function: Obj, defaults: Obj) -> c_int {
    let allowed = is_none_or(defaults, Py_TPFLAGS_DICT_SUBCLASS);
    set_part(
        function,
        "__kwdefaults__",
        defaults,
        allowed,
        "non-dict keyword only default args",
    )
}

/// `function.__annotations__ = annotations`.
#[entry]
pub unsafe fn PyFunction_SetAnnotations(function: Obj, annotations: Obj) -> c_int {
    let allowed = is_none_or(annotations, Py_TPFLAGS_DICT_SUBCLASS);
    set_part(
        function,
        "__annotations__",
        annotations,
        allowed,
        "non-dict annotations",
    )
}
