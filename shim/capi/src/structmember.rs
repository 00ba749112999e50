//! `structmember.h`: members of instances.

use gimbal_abi::PyMemberDef;
use gimbal_macros::entry;
use gimbal_proxies::{Obj, members};
use std::ffi::{c_char, c_int};

/// Reads a member of the struct at `base`; a new reference.
#[entry]
pub unsafe fn PyMember_GetOne(base: *const c_char, def: *mut PyMemberDef) -> Obj {
    members::get(base, def)
}

/// Writes it; a NULL value deletes.
#[entry]
pub unsafe fn PyMember_SetOne(base: *mut c_char, def: *mut PyMemberDef, value: Obj) -> c_int {
    members::set(base, def, value)
}
