//! C functions as callables.

use crate::heap::{Obj, Res, Thread};
use crate::types::Keywords;

/// Calls a C function.
pub fn call(t: &mut Thread, _f: &Obj, _args: &[Obj], _keywords: &Keywords) -> Res {
    Err(t.system_error("no shim is attached"))
}
