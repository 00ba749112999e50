//! `typeslots.h`: the numbers by which specs name slots.

#[cfg(Py_3_14)]
use gimbal_abi::PyHeapTypeObject;
use gimbal_abi::{
    PyAsyncMethods, PyBufferProcs, PyMappingMethods, PyNumberMethods, PySequenceMethods, PyTypeObject,
};
use std::ffi::{c_int, c_void};
use std::mem::offset_of;

/// Which struct a slot is in, and where.
enum Field {
    Type(usize),
    Async(usize),
    Number(usize),
    Mapping(usize),
    Sequence(usize),
    Buffer(usize),
}

macro_rules! field {
    (tp $name:ident) => {
        Field::Type(offset_of!(PyTypeObject, $name))
    };
    (ht $name:ident) => {
        Field::Type(offset_of!(PyHeapTypeObject, $name))
    };
    (am $name:ident) => {
        Field::Async(offset_of!(PyAsyncMethods, $name))
    };
    (nb $name:ident) => {
        Field::Number(offset_of!(PyNumberMethods, $name))
    };
    (mp $name:ident) => {
        Field::Mapping(offset_of!(PyMappingMethods, $name))
    };
    (sq $name:ident) => {
        Field::Sequence(offset_of!(PySequenceMethods, $name))
    };
    (bf $name:ident) => {
        Field::Buffer(offset_of!(PyBufferProcs, $name))
    };
}

macro_rules! fields {
    ($($(#[$since:meta])? $group:ident $name:ident;)*) => {
        /// Slot number `i + 1`.
        static FIELDS: &[Field] = &[$($(#[$since])? field!($group $name),)*];
    };
}

fields! {
    bf bf_getbuffer;
    bf bf_releasebuffer;
    mp mp_ass_subscript;
    mp mp_length;
    mp mp_subscript;
    nb nb_absolute;
    nb nb_add;
    nb nb_and;
    nb nb_bool;
    nb nb_divmod;
    nb nb_float;
    nb nb_floor_divide;
    nb nb_index;
    nb nb_inplace_add;
    nb nb_inplace_and;
    nb nb_inplace_floor_divide;
    nb nb_inplace_lshift;
    nb nb_inplace_multiply;
    nb nb_inplace_or;
    nb nb_inplace_power;
    nb nb_inplace_remainder;
    nb nb_inplace_rshift;
    nb nb_inplace_subtract;
    nb nb_inplace_true_divide;
    nb nb_inplace_xor;
    nb nb_int;
    nb nb_invert;
    nb nb_lshift;
    nb nb_multiply;
    nb nb_negative;
    nb nb_or;
    nb nb_positive;
    nb nb_power;
    nb nb_remainder;
    nb nb_rshift;
    nb nb_subtract;
    nb nb_true_divide;
    nb nb_xor;
    sq sq_ass_item;
    sq sq_concat;
    sq sq_contains;
    sq sq_inplace_concat;
    sq sq_inplace_repeat;
    sq sq_item;
    sq sq_length;
    sq sq_repeat;
    tp tp_alloc;
    tp tp_base;
    tp tp_bases;
    tp tp_call;
    tp tp_clear;
    tp tp_dealloc;
    tp tp_del;
    tp tp_descr_get;
    tp tp_descr_set;
    tp tp_doc;
    tp tp_getattr;
    tp tp_getattro;
    tp tp_hash;
    tp tp_init;
    tp tp_is_gc;
    tp tp_iter;
    tp tp_iternext;
    tp tp_methods;
    tp tp_new;
    tp tp_repr;
    tp tp_richcompare;
    tp tp_setattr;
    tp tp_setattro;
    tp tp_str;
    tp tp_traverse;
    tp tp_members;
    tp tp_getset;
    tp tp_free;
    nb nb_matrix_multiply;
    nb nb_inplace_matrix_multiply;
    am am_await;
    am am_aiter;
    am am_anext;
    tp tp_finalize;
    #[cfg(Py_3_10)]
    am am_send;
    #[cfg(Py_3_14)]
    tp tp_vectorcall;
    #[cfg(Py_3_14)]
    ht ht_token;
}

/// The word of slot number `slot` (from 1); None for a number that this flavour does not have, or when the type lacks the
/// struct that would hold it.
pub unsafe fn place(ty: *mut PyTypeObject, slot: c_int) -> Option<*mut *mut c_void> {
    let field = FIELDS.get(usize::try_from(slot).ok()?.checked_sub(1)?)?;
    // SAFETY: `ty` is a type; offsets are of its structs.
    unsafe {
        let (base, offset): (*mut u8, usize) = match *field {
            Field::Type(o) => (ty.cast(), o),
            Field::Async(o) => ((*ty).tp_as_async.cast(), o),
            Field::Number(o) => ((*ty).tp_as_number.cast(), o),
            Field::Mapping(o) => ((*ty).tp_as_mapping.cast(), o),
            Field::Sequence(o) => ((*ty).tp_as_sequence.cast(), o),
            Field::Buffer(o) => ((*ty).tp_as_buffer.cast(), o),
        };
        (!base.is_null()).then(|| base.add(offset).cast())
    }
}
