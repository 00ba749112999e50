//! `methodobject.h`: C functions as objects.

use gimbal_abi::{
    METH_METHOD, METH_STATIC, PyCFunctionObject, PyCMethodObject, PyMethodDef, PyObject, PyTypeObject,
};
use gimbal_macros::entry;
use gimbal_proxies::{Obj, arena, call_cfunction, err, refcount, seq, types, xincref};
use std::ffi::c_int;
use std::ptr::null_mut;

/// `tp_dealloc` of C functions.
pub unsafe extern "C" fn dealloc(op: *mut PyObject) {
    let _held = gimbal_proxies::hold();
    // SAFETY: the count is zero.
    unsafe {
        if seq::is_host(op) {
            refcount::retire(op);
            return;
        }
        call_cfunction::drop_function(op);
        arena::free(op.cast());
    }
}

/// A function object for a `PyMethodDef`, bound to `me` (PEP 573: `class` for `METH_METHOD`).
#[entry]
pub unsafe fn PyCMethod_New(def: *mut PyMethodDef, me: Obj, module: Obj, class: *mut PyTypeObject) -> Obj {
    let needs_class = (*def).ml_flags & METH_METHOD != 0;
    if needs_class == class.is_null() {
        err::set(
            gimbal_abi::PyExc_SystemError,
            if needs_class {
                "attempting to create PyCMethod with a METH_METHOD flag but no class"
            } else {
                "attempting to create PyCFunction with class but no METH_METHOD flag"
            },
        );
        return null_mut();
    }
    let op = arena::alloc_zeroed(size_of::<PyCMethodObject>()).cast::<PyCMethodObject>();
    if op.is_null() {
        return seq::no_memory();
    }
    let function = &raw mut (*op).func;
    let is_method = !class.is_null();
    let ty = if is_method {
        &raw mut gimbal_abi::PyCMethod_Type
    } else {
        &raw mut gimbal_abi::PyCFunction_Type
    };
    refcount::begin(function.cast(), ty);
    (*function).m_ml = def;
    xincref(me);
    (*function).m_self = me;
    xincref(module);
    (*function).m_module = module;
    (*function).vectorcall = Some(call_cfunction::vectorcall);
    if is_method {
        xincref(class.cast());
        (*op).mm_class = class;
    }
    op.cast()
}

/// [`PyCMethod_New`] without a class.
#[entry]
pub unsafe fn PyCFunction_NewEx(def: *mut PyMethodDef, me: Obj, module: Obj) -> Obj {
    PyCMethod_New(def, me, module, null_mut())
}

/// [`PyCFunction_NewEx`] without a module.
#[entry]
pub unsafe fn PyCFunction_New(def: *mut PyMethodDef, me: Obj) -> Obj {
    PyCFunction_NewEx(def, me, null_mut())
}

unsafe fn function(op: Obj) -> *mut PyCFunctionObject {
    // SAFETY: `op` is an object or NULL.
    unsafe {
        if op.is_null() || !types::is_subtype((*op).ob_type, &raw mut gimbal_abi::PyCFunction_Type) {
            err::set(gimbal_abi::PyExc_SystemError, "bad argument to internal function");
            return null_mut();
        }
        op.cast()
    }
}

/// The C function.
#[entry]
pub unsafe fn PyCFunction_GetFunction(op: Obj) -> Option<gimbal_abi::PyCFunction> {
    let function = function(op);
    if function.is_null() {
        return None;
    }
    Some((*(*function).m_ml).ml_meth.PyCFunction)
}

/// What it is bound to, borrowed; NULL for static methods.
#[entry]
pub unsafe fn PyCFunction_GetSelf(op: Obj) -> Obj {
    let function = function(op);
    if function.is_null() || (*(*function).m_ml).ml_flags & METH_STATIC != 0 {
        return null_mut();
    }
    (*function).m_self
}

/// `ml_flags`.
#[entry]
pub unsafe fn PyCFunction_GetFlags(op: Obj) -> c_int {
    let function = function(op);
    if function.is_null() {
        -1
    } else {
        (*(*function).m_ml).ml_flags
    }
}

/// Calls it with a tuple and a dict.
#[entry]
pub unsafe fn PyCFunction_Call(op: Obj, args: Obj, kwargs: Obj) -> Obj {
    call_cfunction::call(op, args, kwargs)
}
