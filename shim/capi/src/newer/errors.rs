//! Exceptions as single objects.

use crate::pyerrors::{raise, take};
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ptr::null_mut;

/// Takes the exception that is set, with its traceback; NULL when none is.
#[entry]
pub unsafe fn PyErr_GetRaisedException() -> Obj {
    take()
}

/// Sets an exception (whose reference is taken over), or none.
#[entry]
pub unsafe fn PyErr_SetRaisedException(exception: Obj) {
    if exception.is_null() {
        err::clear();
    } else {
        raise(exception);
    }
}

#[entry]
pub unsafe fn PyErr_DisplayException(exception: Obj) {
    crate::pythonrun::PyErr_Display(null_mut(), exception, null_mut());
}

/// The exception that was set becomes the context of the one that is set now.
#[entry]
pub unsafe fn _PyErr_ChainExceptions1(exception: Obj) {
    if !exception.is_null() {
        let class = new_ref((*exception).ob_type.cast());
        crate::pyerrors::_PyErr_ChainExceptions(class, exception, null_mut());
    }
}

#[entry]
pub unsafe fn PyException_GetArgs(exception: Obj) -> Obj {
    op(Op::GetAttr, &[exception, text::interned("args")])
}

#[entry]
pub unsafe fn PyException_SetArgs(exception: Obj, args: Obj) {
    op_unit(Op::SetAttr, &[exception, text::interned("args"), args]);
}
