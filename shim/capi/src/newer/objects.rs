//! Objects: attributes, weak references, modules, managed dictionaries, thread state.

use crate::common::*;
use crate::object_attr::{_PyObject_LookupAttr, PyObject_SetAttr, PyObject_SetAttrString};
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_char, c_int, c_void};
use std::ptr::null_mut;

#[entry]
pub unsafe fn PyObject_GetOptionalAttr(object: Obj, name: Obj, result: *mut Obj) -> c_int {
    _PyObject_LookupAttr(object, name, result)
}

#[entry]
pub unsafe fn PyObject_GetOptionalAttrString(object: Obj, name: *const c_char, result: *mut Obj) -> c_int {
    *result = null_mut();
    with_string(name, |name| _PyObject_LookupAttr(object, name, result))
}

#[entry]
pub unsafe fn PyObject_HasAttrWithError(object: Obj, name: Obj) -> c_int {
    let mut found = null_mut();
    let status = _PyObject_LookupAttr(object, name, &raw mut found);
    xdecref(found);
    status
}

#[entry]
pub unsafe fn PyObject_HasAttrStringWithError(object: Obj, name: *const c_char) -> c_int {
    with_string(name, |name| PyObject_HasAttrWithError(object, name))
}

#[entry]
pub unsafe fn PyObject_DelAttr(object: Obj, name: Obj) -> c_int {
    PyObject_SetAttr(object, name, null_mut())
}

#[entry]
pub unsafe fn PyObject_DelAttrString(object: Obj, name: *const c_char) -> c_int {
    PyObject_SetAttrString(object, name, null_mut())
}

/// What a weak reference refers to: 1, or 0 and NULL when it is gone.
#[entry]
pub unsafe fn PyWeakref_GetRef(reference: Obj, result: *mut Obj) -> c_int {
    *result = null_mut();
    if reference.is_null() {
        return bad_internal_call();
    }
    if !crate::weakrefobject::is_weakref(reference) {
        return type_error("expected a weakref");
    }
    let found = crate::weakrefobject::PyWeakref_GetObject(reference);
    if found.is_null() {
        return -1;
    }
    if found == none() {
        return 0;
    }
    *result = new_ref(found);
    1
}

#[entry]
pub unsafe fn PyWeakref_IsDead(reference: Obj) -> c_int {
    let mut found = null_mut();
    let status = PyWeakref_GetRef(reference, &raw mut found);
    xdecref(found);
    if status < 0 { -1 } else { 1 - status }
}

#[entry]
pub unsafe fn PyImport_AddModuleRef(name: *const c_char) -> Obj {
    let module = crate::import::PyImport_AddModule(name);
    xincref(module);
    module
}

#[entry]
pub unsafe fn PyImport_ImportModuleAttr(module: Obj, name: Obj) -> Obj {
    crate::import::_PyImport_GetModuleAttr(module, name)
}

#[entry]
pub unsafe fn PyImport_ImportModuleAttrString(module: *const c_char, name: *const c_char) -> Obj {
    crate::import::_PyImport_GetModuleAttrString(module, name)
}

/// Adds an object whose reference is taken over, even when that fails.
#[entry]
pub unsafe fn PyModule_Add(module: Obj, name: *const c_char, value: Obj) -> c_int {
    let status = crate::moduleobject::PyModule_AddObjectRef(module, name, value);
    xdecref(value);
    status
}

/// What the struct has of the instance's dictionary; the dictionary itself is the host's.
#[entry]
pub unsafe fn PyObject_VisitManagedDict(
    object: Obj,
    visit: Option<visitproc>,
    argument: *mut c_void,
) -> c_int {
    let place = crate::object_attr::_PyObject_GetDictPtr(object);
    match visit {
        Some(visit) if !place.is_null() && !(*place).is_null() => visit(*place, argument),
        _ => 0,
    }
}

/// Gives that back.
#[entry]
pub unsafe fn PyObject_ClearManagedDict(object: Obj) {
    let place = crate::object_attr::_PyObject_GetDictPtr(object);
    if !place.is_null() {
        xdecref(std::mem::replace(&mut *place, null_mut()));
    }
}

#[entry]
pub unsafe fn PyThreadState_GetUnchecked() -> *mut PyThreadState {
    state::current().cast()
}

#[entry(error = 0)]
pub unsafe fn Py_IsFinalizing() -> c_int {
    crate::pylifecycle::_Py_IsFinalizing()
}

#[entry]
pub unsafe fn PyGen_GetCode(generator: *mut PyGenObject) -> *mut PyCodeObject {
    op(Op::GetAttr, &[generator.cast(), text::interned("gi_code")]).cast()
}

#[entry]
pub unsafe fn Py_HashPointer(pointer: *const c_void) -> Py_hash_t {
    crate::pyhash::_Py_HashPointer(pointer)
}

#[entry]
pub unsafe fn Py_HashBuffer(data: *const c_void, len: Py_ssize_t) -> Py_hash_t {
    crate::pyhash::_Py_HashBytes(data, len)
}

/// The hash of an object that is only equal to itself.
#[entry]
pub unsafe fn PyObject_GenericHash(object: Obj) -> Py_hash_t {
    crate::pyhash::_Py_HashPointer(object.cast())
}

/// Native stacks are watched by the system.
#[entry(error = 0)]
pub unsafe fn _Py_ReachedRecursionLimitWithMargin(_thread: *mut PyThreadState, _margin: c_int) -> c_int {
    0
}

/// The trashcan of 3.14 asks that first, so nothing is ever put off.
#[entry]
pub unsafe fn _PyTrash_thread_deposit_object(_thread: *mut PyThreadState, object: Obj) {
    refcount::dealloc(object);
}

#[entry]
pub unsafe fn _PyTrash_thread_destroy_chain(_thread: *mut PyThreadState) {}

// --- reference tracing -----------------------------------------------------------------------------------------------

#[entry]
pub unsafe fn PyRefTracer_SetTracer(tracer: Option<refcount::tracer::Tracer>, data: *mut c_void) -> c_int {
    refcount::tracer::set(tracer, data);
    0
}

#[entry(error = None)]
pub unsafe fn PyRefTracer_GetTracer(data: *mut *mut c_void) -> Option<refcount::tracer::Tracer> {
    let (tracer, own) = *refcount::tracer::TRACER.get();
    if !data.is_null() {
        *data = own;
    }
    tracer
}

// --- data of a class's own (PEP 697) ---------------------------------------------------------------------------------

/// The part of an instance that `class` has added to its base.
#[entry]
pub unsafe fn PyObject_GetTypeData(object: Obj, class: *mut PyTypeObject) -> *mut c_void {
    object.byte_add(crate::typeobject::data_offset(class)).cast()
}

/// How large that part is.
#[entry]
pub unsafe fn PyType_GetTypeDataSize(class: *mut PyTypeObject) -> Py_ssize_t {
    (*class).tp_basicsize - crate::typeobject::data_offset(class) as Py_ssize_t
}

/// The items of an instance of variable size that come behind all else.
#[entry]
pub unsafe fn PyObject_GetItemData(object: Obj) -> *mut c_void {
    let class = (*object).ob_type;
    if type_flags::of(class) & Py_TPFLAGS_ITEMS_AT_END == 0 {
        return type_error(&format!(
            "type '{}' does not have Py_TPFLAGS_ITEMS_AT_END",
            type_name(object)
        ));
    }
    object.byte_add((*class).tp_basicsize as usize).cast()
}
