//! `descrobject.h`: descriptors for C methods, members and getsets. They are the host's; a type's own are made with it.

use gimbal_abi::{PyGetSetDef, PyMemberDef, PyMethodDef, PyTypeObject};
use gimbal_macros::entry;
use gimbal_proxies::{Obj, Op, decref, op, seq, text, types};
use std::ffi::c_int;

unsafe fn descriptor(class: *mut PyTypeObject, entry: Obj) -> Obj {
    // SAFETY: `entry` is one of the entries of `gimbal_proxies::types`, owned by us.
    unsafe {
        let result = op(Op::NewDescriptor, &[class.cast(), entry]);
        decref(entry);
        result
    }
}

/// Does it take what is assigned to an attribute?
#[entry(error = 0)]
pub unsafe fn PyDescr_IsData(descriptor: Obj) -> c_int {
    let class = (*descriptor).ob_type;
    types::handle(class);
    c_int::from((*class).tp_descr_set.is_some())
}

/// A descriptor for a method.
#[entry]
pub unsafe fn PyDescr_NewMethod(class: *mut PyTypeObject, def: *mut PyMethodDef) -> Obj {
    descriptor(class, types::method_entry(def))
}

/// A descriptor for a class method.
#[entry]
pub unsafe fn PyDescr_NewClassMethod(class: *mut PyTypeObject, def: *mut PyMethodDef) -> Obj {
    let mut parts = seq::tuple_slice(types::method_entry(def)).to_vec();
    parts[0] = text::from_str("classmethod");
    descriptor(class, seq::tuple_from_owned(&parts))
}

/// A descriptor for a member.
#[entry]
pub unsafe fn PyDescr_NewMember(class: *mut PyTypeObject, def: *mut PyMemberDef) -> Obj {
    descriptor(class, types::member_entry(def))
}

/// A descriptor for a getset.
#[entry]
pub unsafe fn PyDescr_NewGetSet(class: *mut PyTypeObject, def: *mut PyGetSetDef) -> Obj {
    descriptor(class, types::getset_entry(def))
}
