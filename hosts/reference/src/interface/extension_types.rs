//! Extension types as classes.

use crate::heap::{Obj, Res, Thread};

/// Reads a getset or member.
pub fn get(t: &mut Thread, _descriptor: &Obj, _me: &Obj) -> Res {
    Err(t.system_error("no shim is attached"))
}

/// Writes a getset or member, or deletes it.
pub fn set(t: &mut Thread, _descriptor: &Obj, _me: &Obj, _value: Option<&Obj>) -> Res<()> {
    Err(t.system_error("no shim is attached"))
}
