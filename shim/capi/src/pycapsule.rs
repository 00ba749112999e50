//! `pycapsule.h`: native pointers as objects. A capsule is a native block; in the host it is an instance of an extension type.

use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Obj, Op, arena, decref, err, op, refcount, seq, text};
use std::ffi::{CStr, c_char, c_int, c_void};
use std::ptr::null_mut;

#[repr(C)]
struct Capsule {
    head: PyObject,
    pointer: *mut c_void,
    name: *const c_char,
    context: *mut c_void,
    destructor: Option<PyCapsule_Destructor>,
}

/// The block of a capsule; sets `ValueError` naming `function` when it is none.
unsafe fn block<'a>(capsule: Obj, function: &str) -> Option<&'a mut Capsule> {
    // SAFETY: `capsule` is an object or NULL.
    unsafe {
        let is_capsule = !capsule.is_null() && (*capsule).ob_type == &raw mut PyCapsule_Type;
        if is_capsule && !(*capsule.cast::<Capsule>()).pointer.is_null() {
            return Some(&mut *capsule.cast());
        }
        err::set(
            PyExc_ValueError,
            &format!("{function} called with invalid PyCapsule object"),
        );
        None
    }
}

unsafe fn same_name(a: *const c_char, b: *const c_char) -> bool {
    // SAFETY: both are C strings or NULL.
    unsafe {
        if a.is_null() || b.is_null() {
            return a == b;
        }
        CStr::from_ptr(a) == CStr::from_ptr(b)
    }
}

#[entry]
pub unsafe fn PyCapsule_New(
    pointer: *mut c_void,
    name: *const c_char,
    destructor: Option<PyCapsule_Destructor>,
) -> *mut PyObject {
    if pointer.is_null() {
        err::set(PyExc_ValueError, "PyCapsule_New called with null pointer");
        return null_mut();
    }
    PyCapsule_Type.tp_repr = Some(repr);
    let capsule = arena::alloc(size_of::<Capsule>()).cast::<Capsule>();
    if capsule.is_null() {
        return seq::no_memory();
    }
    refcount::begin(capsule.cast(), &raw mut PyCapsule_Type);
    (*capsule).pointer = pointer;
    (*capsule).name = name;
    (*capsule).context = null_mut();
    (*capsule).destructor = destructor;
    capsule.cast()
}

/// `tp_repr` of capsules.
unsafe extern "C" fn repr(op: Obj) -> Obj {
    let _held = gimbal_proxies::hold();
    // SAFETY: `op` is a capsule.
    unsafe {
        let name = (*op.cast::<Capsule>()).name;
        let name = if name.is_null() {
            "NULL".to_owned()
        } else {
            format!("\"{}\"", CStr::from_ptr(name).to_string_lossy())
        };
        text::from_str(&format!("<capsule object {name} at {op:p}>"))
    }
}

/// `tp_dealloc` of capsules.
pub unsafe extern "C" fn dealloc(op: Obj) {
    let _held = gimbal_proxies::hold();
    // SAFETY: the count is zero; the destructor is the capsule maker's.
    unsafe {
        if let Some(destructor) = (*op.cast::<Capsule>()).destructor {
            gimbal_proxies::outside(|| destructor(op));
        }
        arena::free(op.cast());
    }
}

#[entry(error = 0)]
pub unsafe fn PyCapsule_IsValid(capsule: *mut PyObject, name: *const c_char) -> c_int {
    let is_capsule = !capsule.is_null() && (*capsule).ob_type == &raw mut PyCapsule_Type;
    let capsule = capsule.cast::<Capsule>();
    c_int::from(is_capsule && !(*capsule).pointer.is_null() && same_name((*capsule).name, name))
}

#[entry]
pub unsafe fn PyCapsule_GetPointer(capsule: *mut PyObject, name: *const c_char) -> *mut c_void {
    let Some(capsule) = block(capsule, "PyCapsule_GetPointer") else {
        return null_mut();
    };
    if !same_name(capsule.name, name) {
        err::set(
            PyExc_ValueError,
            "PyCapsule_GetPointer called with incorrect name",
        );
        return null_mut();
    }
    capsule.pointer
}

#[entry]
pub unsafe fn PyCapsule_GetName(capsule: *mut PyObject) -> *const c_char {
    block(capsule, "PyCapsule_GetName").map_or(std::ptr::null(), |capsule| capsule.name)
}

#[entry]
pub unsafe fn PyCapsule_GetContext(capsule: *mut PyObject) -> *mut c_void {
    block(capsule, "PyCapsule_GetContext").map_or(null_mut(), |capsule| capsule.context)
}

#[entry]
pub unsafe fn PyCapsule_GetDestructor(capsule: *mut PyObject) -> Option<PyCapsule_Destructor> {
    block(capsule, "PyCapsule_GetDestructor").and_then(|capsule| capsule.destructor)
}

#[entry]
pub unsafe fn PyCapsule_SetPointer(capsule: *mut PyObject, pointer: *mut c_void) -> c_int {
    if pointer.is_null() {
        err::set(PyExc_ValueError, "PyCapsule_SetPointer called with null pointer");
        return -1;
    }
    let Some(capsule) = block(capsule, "PyCapsule_SetPointer") else {
        return -1;
    };
    capsule.pointer = pointer;
    0
}

#[entry]
pub unsafe fn PyCapsule_SetName(capsule: *mut PyObject, name: *const c_char) -> c_int {
    let Some(capsule) = block(capsule, "PyCapsule_SetName") else {
        return -1;
    };
    capsule.name = name;
    0
}

#[entry]
pub unsafe fn PyCapsule_SetContext(capsule: *mut PyObject, context: *mut c_void) -> c_int {
    let Some(capsule) = block(capsule, "PyCapsule_SetContext") else {
        return -1;
    };
    capsule.context = context;
    0
}

#[entry]
pub unsafe fn PyCapsule_SetDestructor(
    capsule: *mut PyObject,
    destructor: Option<PyCapsule_Destructor>,
) -> c_int {
    let Some(capsule) = block(capsule, "PyCapsule_SetDestructor") else {
        return -1;
    };
    capsule.destructor = destructor;
    0
}

/// Imports the first part of the dotted name and walks along the others; the capsule's own name is the whole.
#[entry]
pub unsafe fn PyCapsule_Import(name: *const c_char, _no_block: c_int) -> *mut c_void {
    if CStr::from_ptr(name) == crate::datetime::CAPSULE {
        crate::datetime::install();
    }
    let full = CStr::from_ptr(name).to_string_lossy();
    let mut object: Obj = null_mut();
    for part in full.split('.') {
        let key = text::from_str(part);
        let next = if object.is_null() {
            let module = op(Op::Import, &[key]);
            if module.is_null() {
                err::set(
                    PyExc_ImportError,
                    &format!("PyCapsule_Import could not import module \"{part}\""),
                );
            }
            module
        } else {
            let next = PyObject_GetAttr(object, key);
            decref(object);
            next
        };
        decref(key);
        if next.is_null() {
            return null_mut();
        }
        object = next;
    }
    let pointer = if PyCapsule_IsValid(object, name) != 0 {
        (*object.cast::<Capsule>()).pointer
    } else {
        err::set(
            PyExc_AttributeError,
            &format!("PyCapsule_Import \"{full}\" is not valid"),
        );
        null_mut()
    };
    decref(object);
    pointer
}
