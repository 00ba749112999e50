//! The end of a host class's type proxy.
//!
//! Such a proxy is counted like any other: C's references, its instances' proxies and its subclasses' proxies hold it. When
//! nothing does it is *idle*: it stays open, since the next instance that is sent would need it again, in a queue that is a cache
//! of bounded length. A proxy that has not been used between two looks of the host's collector, or that is among the oldest of
//! too many, is closed: from then on nothing here keeps the class alive.
//!
//! Types that C lays out, builtin classes and classes of an extension's metatype are immortal and never come here.

use crate::state::Locked;
use crate::{
    Obj, Py_TPFLAGS_HEAPTYPE, PyHeapTypeObject, PyObject, PyTypeObject, arena, crossing, decref, fields,
    incref, none, refcount, seq, type_flags, xdecref,
};
use gimbal_host::Release;
use std::collections::VecDeque;
use std::ffi::CString;

/// So many may wait; when there are more, the older half is closed.
const MOST: usize = 512;

/// What `tp_weaklist` says of an idle type: it has become so since the last look.
const USED: usize = 1;
/// The same, and not for the first time.
const USED_AGAIN: usize = 2;
/// It was idle at the last look, and has not been used since.
const UNUSED: usize = 3;

static IDLE: Locked<VecDeque<*mut PyTypeObject>> = Locked::new(VecDeque::new());

unsafe fn mark(ty: *mut PyTypeObject, mark: usize) {
    // SAFETY: `ty` is the proxy of a host class; the field is the interpreter's.
    unsafe { (*ty).tp_weaklist = mark as Obj }
}

/// The proxy of an instance begins to hold its type.
#[inline]
pub unsafe fn hold_type(op: Obj) {
    // SAFETY: `op` is an object.
    unsafe {
        let ty = (*op).ob_type;
        if type_flags::of(ty) & Py_TPFLAGS_HEAPTYPE != 0 {
            incref(ty.cast());
        }
    }
}

/// The proxy of an instance of this type has been freed.
#[inline]
pub unsafe fn let_type_go(ty: *mut PyTypeObject) {
    // SAFETY: a type that `hold_type` has taken a reference to, or one that is immortal.
    unsafe {
        if type_flags::of(ty) & Py_TPFLAGS_HEAPTYPE != 0 {
            decref(ty.cast());
        }
    }
}

/// Is this type the proxy of a class of the host that dies when nothing uses it?
pub unsafe fn is_mortal(ty: Obj) -> bool {
    // SAFETY: a type.
    unsafe { !refcount::is_immortal(ty) && !(*ty.cast::<PyTypeObject>()).tp_cache.is_null() }
}

/// What such a proxy refers to: its metatype, its bases, all classes behind it in its MRO, its dictionary.
pub unsafe fn references(ty: *mut PyTypeObject, list: &mut Vec<Obj>) {
    // SAFETY: the type is complete, or its fields are NULL.
    unsafe {
        list.push((*ty.cast::<PyObject>()).ob_type.cast());
        if !(*ty).tp_mro.is_null() {
            list.extend_from_slice(&seq::tuple_slice((*ty).tp_mro)[1..]);
        }
        list.extend([(*ty).tp_bases, (*ty).tp_dict]);
    }
}

/// Nothing holds the type any more.
#[cold]
pub unsafe fn retire(op: Obj) {
    // SAFETY: the lock is held; `op` is the proxy of a host class.
    unsafe {
        let ty: *mut PyTypeObject = op.cast();
        if (*ty).tp_weaklist.is_null() {
            IDLE.get().push_back(ty);
            mark(ty, USED);
        } else {
            mark(ty, USED_AGAIN);
        }
    }
}

/// Are there too many?
#[inline]
pub unsafe fn are_many() -> bool {
    // SAFETY: the lock is held.
    unsafe { IDLE.get().len() > MOST }
}

/// The host has collected: closes the types that were not used since the last time, or all.
pub unsafe fn look(all: bool, releases: &mut Vec<Release>) {
    // SAFETY: the lock is held.
    unsafe {
        for _ in 0..IDLE.get().len() {
            let Some(ty) = IDLE.get().pop_front() else { return };
            if refcount::count(ty.cast()) > 0 {
                mark(ty, 0);
            } else if !all && (*ty).tp_weaklist as usize != UNUSED {
                mark(ty, UNUSED);
                IDLE.get().push_back(ty);
            } else {
                close(ty, releases);
            }
        }
    }
}

/// Closes the oldest of too many; one that has been used since it came goes to the end once.
pub unsafe fn close_oldest(releases: &mut Vec<Release>) {
    // SAFETY: the lock is held.
    unsafe {
        while IDLE.get().len() > MOST / 2
            && let Some(ty) = IDLE.get().pop_front()
        {
            if refcount::count(ty.cast()) > 0 {
                mark(ty, 0);
            } else if (*ty).tp_weaklist as usize == USED_AGAIN {
                mark(ty, USED);
                IDLE.get().push_back(ty);
            } else {
                close(ty, releases);
            }
        }
    }
}

/// Frees the proxy of a host class.
unsafe fn close(ty: *mut PyTypeObject, releases: &mut Vec<Release>) {
    // SAFETY: nobody refers to the type; everything that is freed here was made by `types::open_class`.
    unsafe {
        let handle = (*ty).tp_cache as i64;
        releases.push(Release {
            handle,
            received: crossing::close(handle),
        });
        fields::forget_target(ty.cast());
        let heap = ty.cast::<PyHeapTypeObject>();
        let metatype = (*ty.cast::<PyObject>()).ob_type;
        if !(*ty).tp_mro.is_null() {
            *seq::tuple_items((*ty).tp_mro) = none(); // the type itself, which is not counted there
        }
        for part in [
            (*ty).tp_mro,
            (*ty).tp_bases,
            (*ty).tp_dict,
            (*heap).ht_name,
            (*heap).ht_qualname,
        ] {
            xdecref(part);
        }
        if !(*ty).tp_name.is_null() {
            drop(CString::from_raw((*ty).tp_name.cast_mut()));
        }
        arena::free(ty.cast());
        let_type_go(metatype);
    }
}
