//! Views of dicts whose struct compiled code fills itself, as mypyc's does: the host's view takes their place when they cross.

use crate::crossing::op;
use crate::{Obj, Op, PyObject, PyTypeObject, arena, decref, refcount, seq, text, xdecref};
use std::ptr::addr_eq;

unsafe extern "C" {
    static mut PyDictKeys_Type: PyTypeObject;
    static mut PyDictValues_Type: PyTypeObject;
    static mut PyDictItems_Type: PyTypeObject;
}

/// CPython's `_PyDictViewObject`.
#[repr(C)]
struct View {
    ob_base: PyObject,
    /// The dict; the host's view of it once that was asked for.
    source: Obj,
}

/// The method of a dict that makes views of a class.
fn method(ty: *const PyTypeObject) -> Option<&'static str> {
    [
        (&raw const PyDictKeys_Type, "keys"),
        (&raw const PyDictValues_Type, "values"),
        (&raw const PyDictItems_Type, "items"),
    ]
    .into_iter()
    .find_map(|(class, name)| addr_eq(class, ty).then_some(name))
}

/// The host's view in place of this object, which holds it; None when the object is no view, NULL with an error set on failure.
pub unsafe fn promote(view: Obj) -> Option<Obj> {
    // SAFETY: `view` is an object without a handle; views have the struct.
    unsafe {
        let name = method((*view).ob_type)?;
        let block = view.cast::<View>();
        if (*(*block).source).ob_type != (*view).ob_type {
            let host = op(Op::CallMethod, &[(*block).source, text::interned(name)]);
            if host.is_null() {
                return Some(host);
            }
            decref(std::mem::replace(&mut (*block).source, host));
        }
        Some((*block).source)
    }
}

/// `tp_dealloc` of those classes.
pub unsafe extern "C" fn dealloc(view: Obj) {
    let _held = crate::hold();
    // SAFETY: the count is zero.
    unsafe {
        if seq::is_host(view) {
            refcount::retire(view);
        } else {
            xdecref((*view.cast::<View>()).source);
            arena::free(view.cast());
        }
    }
}
