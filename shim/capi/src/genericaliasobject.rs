//! `genericaliasobject.h`: `list[int]` and the like.

use gimbal_macros::entry;
use gimbal_proxies::*;

/// `types.GenericAlias(origin, args)`.
#[entry]
pub unsafe fn Py_GenericAlias(origin: Obj, args: Obj) -> Obj {
    op(Op::GenericAlias, &[origin, args])
}
