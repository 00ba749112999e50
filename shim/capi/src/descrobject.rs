//! `descrobject.h`: descriptors for C methods, members and getsets. They are the host's; a type's own are made with it.

use gimbal_abi::{PyGetSetDef, PyMemberDef, PyMethodDef, PyObject, PyTypeObject};
use gimbal_macros::entry;
use gimbal_proxies::{Obj, Op, decref, members, op, seq, text, types};
use std::ffi::{CStr, c_int};

unsafe fn descriptor(class: *mut PyTypeObject, entry: Obj) -> Obj {
    // SAFETY: `entry` is one of the entries of `gimbal_proxies::types`, owned by us.
    unsafe {
        let result = op(Op::NewDescriptor, &[class.cast(), entry]);
        decref(entry);
        result
    }
}

/// Members that a type made in C may repeat for itself. Nothing reads them at their offsets: they are the host's.
pub struct Members([PyMemberDef; 5]);

// SAFETY: the names are literals; nothing writes to the table.
unsafe impl Sync for Members {}

impl Members {
    /// As `tp_members` has it.
    pub const fn get(&'static self) -> *mut PyMemberDef {
        self.0.as_ptr().cast_mut()
    }
}

/// Those of `property`, in the order of CPython's struct: <https://docs.python.org/3.11/library/functions.html#property>.
pub static PROPERTY_MEMBERS: Members = {
    const fn member(name: &'static CStr, place: isize, flags: c_int) -> PyMemberDef {
        PyMemberDef {
            name: name.as_ptr(),
            type_code: members::OBJECT,
            offset: (size_of::<PyObject>() + size_of::<Obj>() * place as usize) as isize,
            flags,
            doc: std::ptr::null(),
        }
    }
    Members([
        member(c"fget", 0, members::READONLY),
        member(c"fset", 1, members::READONLY),
        member(c"fdel", 2, members::READONLY),
        member(c"__doc__", 3, 0),
        // SAFETY: a member without a name ends the table.
        unsafe { std::mem::zeroed() },
    ])
};

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
