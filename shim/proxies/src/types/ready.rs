//! `PyType_Ready`: what a type of an extension inherits from its bases before the host makes a class of it.

use super::host_class::{entries, make_class};
use super::{NATIVE, is_metatype, is_native, object_dealloc};
use crate::slots::{self, Place, SLOTS};
use crate::{
    Obj, Py_TPFLAGS_HAVE_GC, Py_TPFLAGS_HEAPTYPE, Py_TPFLAGS_READY, PyBaseObject_Type, PyTypeObject,
    refcount, seq, type_flags,
};
use std::ffi::c_ulong;

/// `Py_TPFLAGS_DISALLOW_INSTANTIATION`, which 3.9 does not know: the bit means nothing there.
const DISALLOW_INSTANTIATION: c_ulong = 1 << 7;

/// `Py_TPFLAGS_MANAGED_DICT`, which came with 3.11.
const MANAGED_DICT: c_ulong = 1 << 4;

/// Flags that say which builtin a type derives from, and others that CPython hands down.
pub(super) const INHERITED: c_ulong = crate::Py_TPFLAGS_LONG_SUBCLASS
    | crate::Py_TPFLAGS_LIST_SUBCLASS
    | crate::Py_TPFLAGS_TUPLE_SUBCLASS
    | crate::Py_TPFLAGS_BYTES_SUBCLASS
    | crate::Py_TPFLAGS_UNICODE_SUBCLASS
    | crate::Py_TPFLAGS_DICT_SUBCLASS
    | crate::Py_TPFLAGS_BASE_EXC_SUBCLASS
    | crate::Py_TPFLAGS_TYPE_SUBCLASS
    | if cfg!(Py_3_11) { MANAGED_DICT } else { 0 };

/// CPython's `PyType_Ready`: inherits slots and makes the host class. False with an error set.
pub unsafe fn ready(ty: *mut PyTypeObject) -> bool {
    // SAFETY: `ty` is a type object, complete as far as its author filled it.
    unsafe {
        if type_flags::of(ty) & Py_TPFLAGS_READY != 0 {
            return true;
        }
        if (*ty).tp_base.is_null() {
            (*ty).tp_base = if (*ty).tp_bases.is_null() {
                &raw mut PyBaseObject_Type
            } else {
                seq::tuple_slice((*ty).tp_bases)
                    .first()
                    .map_or(&raw mut PyBaseObject_Type, |b| b.cast())
            };
        }
        let base = (*ty).tp_base;
        if !ready(base) {
            return false;
        }
        if (*ty).ob_base.ob_base.ob_type.is_null() {
            (*ty).ob_base.ob_base.ob_type = (*base).ob_base.ob_base.ob_type;
        }
        if (*ty).tp_bases.is_null() {
            (*ty).tp_bases = seq::tuple_of(&[base.cast()]);
        }
        refcount::immortalize(ty.cast());
        let own_new = (*ty).tp_new.is_some();
        let entries = entries(ty);
        inherit_special(ty, base);
        place_dict(ty);
        for &ancestor in &ancestors(ty) {
            inherit_from(ty, ancestor);
        }
        (*ty).tp_subclasses = NATIVE as Obj;
        if !make_class(ty, entries, own_new) {
            return false;
        }
        type_flags::add(ty, Py_TPFLAGS_READY);
        true
    }
}

/// The types whose slots `ty` may inherit: its bases' MROs, in order.
unsafe fn ancestors(ty: *mut PyTypeObject) -> Vec<*mut PyTypeObject> {
    // SAFETY: bases are ready.
    unsafe {
        let mut line: Vec<*mut PyTypeObject> = Vec::new();
        for &base in seq::tuple_slice((*ty).tp_bases) {
            let base: *mut PyTypeObject = base.cast();
            if !ready(base) || (*base).tp_mro.is_null() {
                continue;
            }
            for &ancestor in seq::tuple_slice((*base).tp_mro) {
                if !line.contains(&ancestor.cast()) {
                    line.push(ancestor.cast());
                }
            }
        }
        line
    }
}

/// Inherits slots for a mirror whose MRO is known.
pub(super) unsafe fn inherit(ty: *mut PyTypeObject) {
    // SAFETY: the MRO holds types.
    unsafe {
        inherit_special(ty, (*ty).tp_base);
        for &ancestor in &seq::tuple_slice((*ty).tp_mro)[1..] {
            inherit_from(ty, ancestor.cast());
        }
    }
}

/// What comes from the best base only.
unsafe fn inherit_special(ty: *mut PyTypeObject, base: *mut PyTypeObject) {
    // SAFETY: both are types.
    unsafe {
        let collected =
            type_flags::of(base) & Py_TPFLAGS_HAVE_GC != 0 && (is_native(base) || is_metatype(base));
        if collected && (*ty).tp_traverse.is_none() && (*ty).tp_clear.is_none() {
            type_flags::add(ty, Py_TPFLAGS_HAVE_GC);
            (*ty).tp_traverse = (*base).tp_traverse;
            (*ty).tp_clear = (*base).tp_clear;
        }
        if (*ty).tp_new.is_none()
            && (base != &raw mut PyBaseObject_Type || type_flags::of(ty) & Py_TPFLAGS_HEAPTYPE != 0)
        {
            let disallowed = cfg!(Py_3_10) && type_flags::of(ty) & DISALLOW_INSTANTIATION != 0;
            (*ty).tp_new = if disallowed { None } else { (*base).tp_new };
        }
        if (*ty).tp_basicsize == 0 {
            (*ty).tp_basicsize = (*base).tp_basicsize;
        }
        if (*ty).tp_itemsize == 0 {
            (*ty).tp_itemsize = (*base).tp_itemsize;
        }
        if (*ty).tp_weaklistoffset == 0 {
            (*ty).tp_weaklistoffset = (*base).tp_weaklistoffset;
        }
        if (*ty).tp_dictoffset == 0 {
            (*ty).tp_dictoffset = (*base).tp_dictoffset;
        }
        type_flags::add(ty, type_flags::of(base) & INHERITED);
    }
}

/// Where instances of a type with the flag for it have their dictionary. CPython has it before the object; here it is one more word behind the
/// struct, which `tp_basicsize` does not count, and which `tp_dictoffset` finds as for any other type.
unsafe fn place_dict(ty: *mut PyTypeObject) {
    // SAFETY: `ty` is a type that has a size.
    unsafe {
        if !cfg!(Py_3_11) || type_flags::of(ty) & MANAGED_DICT == 0 {
            return;
        }
        let word = size_of::<Obj>() as isize;
        let end = ((*ty).tp_basicsize + word - 1) & -word;
        if (*ty).tp_itemsize == 0 {
            (*ty).tp_dictoffset = end;
        } else {
            (*ty).tp_dictoffset = -word;
            (*ty).tp_basicsize = end + word;
        }
    }
}

/// Where instances have the word that [`place_dict`] has put behind their struct.
#[inline]
pub unsafe fn word_behind(ty: *mut PyTypeObject) -> Option<usize> {
    // SAFETY: `ty` is ready.
    unsafe {
        let has = cfg!(Py_3_11) && type_flags::of(ty) & MANAGED_DICT != 0 && (*ty).tp_itemsize == 0;
        has.then(|| (*ty).tp_dictoffset as usize)
    }
}

/// A slot as a number, to compare it.
unsafe fn address<F>(slot: &Option<F>) -> usize {
    // SAFETY: only used for C function pointers, which are NULL or an address.
    unsafe { std::mem::transmute_copy(slot) }
}

/// Copies the slots that `ty` lacks and that `base` does not only inherit itself: what it inherits comes from its own
/// place in the MRO, behind classes that may override it. Comparison and hash go together, as do the two ways to get or
/// set attributes.
unsafe fn inherit_from(ty: *mut PyTypeObject, base: *mut PyTypeObject) {
    // SAFETY: both are types.
    unsafe {
        let above = (*base).tp_base;
        macro_rules! own {
            ($field:ident) => {
                above.is_null() || address(&(*base).$field) != address(&(*above).$field)
            };
        }
        macro_rules! copy {
            ($($field:ident)*) => {
                $(if (*ty).$field.is_none() && own!($field) { (*ty).$field = (*base).$field; })*
            };
        }
        macro_rules! share {
            ($($field:ident)*) => { $(if (*ty).$field.is_null() { (*ty).$field = (*base).$field; })* };
        }
        if (*ty).tp_getattr.is_none()
            && (*ty).tp_getattro.is_none()
            && (own!(tp_getattr) || own!(tp_getattro))
        {
            (*ty).tp_getattr = (*base).tp_getattr;
            (*ty).tp_getattro = (*base).tp_getattro;
        }
        if (*ty).tp_setattr.is_none()
            && (*ty).tp_setattro.is_none()
            && (own!(tp_setattr) || own!(tp_setattro))
        {
            (*ty).tp_setattr = (*base).tp_setattr;
            (*ty).tp_setattro = (*base).tp_setattro;
        }
        if (*ty).tp_richcompare.is_none()
            && (*ty).tp_hash.is_none()
            && (own!(tp_richcompare) || own!(tp_hash))
        {
            (*ty).tp_richcompare = (*base).tp_richcompare;
            (*ty).tp_hash = (*base).tp_hash;
        }
        let own_vectorcall = (*ty).tp_vectorcall_offset != 0;
        if !own_vectorcall {
            (*ty).tp_vectorcall_offset = (*base).tp_vectorcall_offset;
        }
        if (*ty).tp_call.is_none() && !own_vectorcall {
            type_flags::add(ty, type_flags::of(base) & crate::Py_TPFLAGS_HAVE_VECTORCALL);
        }
        if (*ty).tp_descr_get.is_none() {
            type_flags::add(ty, type_flags::of(base) & crate::Py_TPFLAGS_METHOD_DESCRIPTOR);
        }
        copy!(tp_repr tp_call tp_str tp_iter tp_iternext tp_descr_get tp_descr_set tp_init tp_alloc tp_finalize);
        if (*ty).tp_dealloc.is_none() {
            let native_base = is_native(base) || type_flags::of(base) & Py_TPFLAGS_HEAPTYPE == 0;
            (*ty).tp_dealloc = if native_base && base != &raw mut PyBaseObject_Type {
                (*base).tp_dealloc
            } else {
                Some(object_dealloc)
            };
        }
        if (*ty).tp_free.is_none() {
            (*ty).tp_free = (*base).tp_free;
        }
        for def in SLOTS {
            let f = slots::get(base, def.place);
            let is_own = above.is_null() || slots::get(above, def.place) != f;
            if is_own && !matches!(def.place, Place::Type(_)) && slots::get(ty, def.place).is_null() {
                slots::set(ty, def.place, f);
            }
        }
        share!(tp_as_number tp_as_sequence tp_as_mapping tp_as_async tp_as_buffer);
        if !(*ty).tp_as_buffer.is_null()
            && !(*base).tp_as_buffer.is_null()
            && (*(*ty).tp_as_buffer).bf_getbuffer.is_none()
        {
            *(*ty).tp_as_buffer = crate::PyBufferProcs {
                ..*(*base).tp_as_buffer
            };
        }
    }
}
