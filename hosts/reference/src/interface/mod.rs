//! The border: fills `gimbal_host::HostTable`, uses `gimbal_host::ShimTable`.

pub mod extension_types;
pub mod functions;

use crate::heap::{Obj, Thread};
use crate::ops::Operation;
use gimbal_host::Op;

/// Operations that are about the border itself.
pub(crate) const OPS: &[(Op, Operation)] = &[];

/// Host code has changed the namespace of a module, which compiled code may have cached.
pub(crate) fn globals_changed(_t: &mut Thread, _dict: &Obj) {}
