//! Type mirrors: every type, whoever made it, is a full `PyTypeObject` here and a class in the host.
//!
//! * [`bind_builtin`]: the exported statics (`PyLong_Type` ...) are tied to the host's builtins at start-up.
//! * [`open_class`]: a host class that C sees for the first time becomes a heap type whose slots call the host.
//! * [`ready`]: an extension type becomes a host class whose special methods call the C slots.
//!
//! A type's handle is in `tp_cache`, and [`NATIVE`] is kept in `tp_subclasses`: fields that belong to the interpreter.

mod host_class;
mod ready;

pub(crate) use host_class::new_struct;
pub use host_class::{getset_entry, member_entry, method_entries, method_entry, new_hybrid};
use ready::{INHERITED, inherit};
pub use ready::{ready, word_behind};

use crate::slots::{self, Place, SLOTS};
use crate::{
    Obj, Op, Py_TPFLAGS_BASETYPE, Py_TPFLAGS_DEFAULT, Py_TPFLAGS_HAVE_GC, Py_TPFLAGS_HEAPTYPE,
    Py_TPFLAGS_READY, Py_TPFLAGS_READYING, Py_TPFLAGS_TYPE_SUBCLASS, PyBaseObject_Type, PyHeapTypeObject,
    PyObject, PyType_Type, PyTypeObject, arena, crossing, cycles, decref, err, int, new_ref, refcount, seq,
    text, type_flags, xdecref,
};
use gimbal_handles::Received;
use std::ffi::{CString, c_char, c_ulong, c_void};

/// Mark of types whose instances are native structs of an extension type.
const NATIVE: usize = 1;

/// The handle of a type; an extension type that nobody has made ready yet is made ready.
#[inline]
pub unsafe fn handle(ty: *mut PyTypeObject) -> i64 {
    // SAFETY: `ty` is a type.
    unsafe {
        if (*ty).tp_cache.is_null() {
            ready(ty);
        }
        (*ty).tp_cache as i64
    }
}

/// Is it a struct that nobody has made ready yet?
pub unsafe fn is_raw(ty: *mut PyTypeObject) -> bool {
    // SAFETY: `ty` is a type.
    unsafe { (*ty).tp_cache.is_null() && type_flags::of(ty) & (Py_TPFLAGS_READY | Py_TPFLAGS_READYING) == 0 }
}

/// Are its instances native structs of an extension type?
#[inline]
pub unsafe fn is_native(ty: *mut PyTypeObject) -> bool {
    // SAFETY: `ty` is a type.
    unsafe { !(*ty).tp_subclasses.is_null() }
}

/// Are its instances types? Those of an extension's metatype have its struct, but the host's class is the object.
#[inline]
pub unsafe fn is_metatype(ty: *mut PyTypeObject) -> bool {
    // SAFETY: `ty` is a type.
    unsafe { type_flags::of(ty) & Py_TPFLAGS_TYPE_SUBCLASS != 0 }
}

/// Is it a native struct with a wrapper in the host: an instance of an extension type, or a module that C made?
pub unsafe fn is_wrapped(op: Obj) -> bool {
    // SAFETY: an object has a type.
    unsafe {
        let ty = (*op).ob_type;
        is_native(ty) && !is_metatype(ty) || ty == &raw mut crate::PyModule_Type && !seq::is_host(op)
    }
}

/// Is it a type object?
#[inline]
pub unsafe fn is_type(op: Obj) -> bool {
    // SAFETY: an object has a type.
    unsafe { is_metatype((*op).ob_type) }
}

/// The number of items behind the head of an object of variable size.
pub unsafe fn items(op: Obj) -> usize {
    // SAFETY: an object whose type has an item size.
    unsafe {
        if is_int(op) {
            int::digits(op).0.len()
        } else {
            (*op.cast::<crate::PyVarObject>()).ob_size.unsigned_abs()
        }
    }
}

/// Is it an int or an instance of a subclass?
#[inline]
pub unsafe fn is_int(op: Obj) -> bool {
    // SAFETY: an object has a type.
    unsafe { type_flags::of((*op).ob_type) & crate::Py_TPFLAGS_LONG_SUBCLASS != 0 }
}

/// `issubclass` by the MRO, as `PyType_IsSubtype`.
pub unsafe fn is_subtype(ty: *mut PyTypeObject, base: *mut PyTypeObject) -> bool {
    // SAFETY: both are types.
    unsafe {
        if ty == base || base == &raw mut PyBaseObject_Type {
            return true;
        }
        if !(*ty).tp_mro.is_null() {
            return seq::tuple_slice((*ty).tp_mro).contains(&base.cast());
        }
        let mut walk = ty;
        while !walk.is_null() {
            if walk == base {
                return true;
            }
            walk = (*walk).tp_base;
        }
        false
    }
}

/// Does the slot of `ty` come, by inheritance, from a class whose slot is `this`?
pub unsafe fn inherits_slot(mut ty: *mut PyTypeObject, place: Place, this: *const c_void) -> bool {
    // SAFETY: the line of bases ends at object.
    unsafe {
        while !ty.is_null() {
            if slots::get(ty, place) == this {
                return true;
            }
            ty = (*ty).tp_base;
        }
        false
    }
}

/// Ties an exported static type to the host's class behind `handle`, and completes it.
pub unsafe fn bind_builtin(ty: *mut PyTypeObject, handle: i64) {
    // SAFETY: `ty` is one of our statics; the lock is held.
    unsafe {
        if let Received::Open(proxy) = crossing::receive(handle) {
            // another name of a class that is tied already (or one that was seen as a base): nothing to do
            debug_assert!(!proxy.is_null());
            return;
        }
        crossing::open(handle, ty.cast());
        (*ty).tp_cache = handle as Obj;
        if (*ty).ob_base.ob_base.ob_type.is_null() {
            (*ty).ob_base.ob_base.ob_type = &raw mut PyType_Type;
        }
    }
}

/// Completes a static type that has been tied: bases, MRO, slots.
pub unsafe fn complete_builtin(ty: *mut PyTypeObject) {
    // SAFETY: all statics are tied by now.
    unsafe {
        if (*ty).tp_cache.is_null() || type_flags::of(ty) & Py_TPFLAGS_READY != 0 {
            return;
        }
        give_structs(ty);
        describe_class(ty, (*ty).tp_cache as i64, false);
        const CONTAINERS: c_ulong = crate::Py_TPFLAGS_LIST_SUBCLASS
            | crate::Py_TPFLAGS_TUPLE_SUBCLASS
            | crate::Py_TPFLAGS_DICT_SUBCLASS
            | crate::Py_TPFLAGS_BASE_EXC_SUBCLASS;
        if type_flags::of(ty) & CONTAINERS != 0 {
            (*ty).tp_traverse = Some(traverse_nothing);
            (*ty).tp_clear = Some(clear_nothing);
        }
        type_flags::add(ty, Py_TPFLAGS_READY);
    }
}

/// What types that derive from a builtin container call for that part of an instance: the host has it.
unsafe extern "C" fn traverse_nothing(_: Obj, _: crate::visitproc, _: *mut c_void) -> std::ffi::c_int {
    0
}

/// The same for `tp_clear`.
unsafe extern "C" fn clear_nothing(_: Obj) -> std::ffi::c_int {
    0
}

#[repr(C)]
struct Structs {
    number: crate::PyNumberMethods,
    sequence: crate::PySequenceMethods,
    mapping: crate::PyMappingMethods,
    asynchronous: crate::PyAsyncMethods,
}

/// Room for the slots of a static type.
unsafe fn give_structs(ty: *mut PyTypeObject) {
    // SAFETY: all-zero structs are empty slot tables; they live for good.
    unsafe {
        let room = libc::calloc(1, size_of::<Structs>()).cast::<Structs>();
        (*ty).tp_as_number = &raw mut (*room).number;
        (*ty).tp_as_sequence = &raw mut (*room).sequence;
        (*ty).tp_as_mapping = &raw mut (*room).mapping;
        (*ty).tp_as_async = &raw mut (*room).asynchronous;
    }
}

/// A heap type without contents, of a metatype whose struct it has; NULL when there is no memory.
pub unsafe fn allocate_heap_type(metatype: *mut PyTypeObject) -> *mut PyTypeObject {
    // SAFETY: the block is large enough for the metatype's struct, which begins with that of all heap types.
    unsafe {
        let size = (size_of::<PyHeapTypeObject>() + 64).max((*metatype).tp_basicsize as usize);
        let heap = arena::alloc_zeroed(size).cast::<PyHeapTypeObject>();
        if heap.is_null() {
            return seq::no_memory().cast();
        }
        let ty = &raw mut (*heap).ht_type;
        refcount::begin(ty.cast(), metatype);
        crate::idle::hold_type(ty.cast());
        point_at_tables(ty);
        ty
    }
}

/// A heap type has its slot tables in its own block.
pub unsafe fn point_at_tables(ty: *mut PyTypeObject) {
    // SAFETY: `ty` is a heap type.
    unsafe {
        let heap = ty.cast::<PyHeapTypeObject>();
        (*ty).tp_as_number = &raw mut (*heap).as_number;
        (*ty).tp_as_sequence = &raw mut (*heap).as_sequence;
        (*ty).tp_as_mapping = &raw mut (*heap).as_mapping;
        (*ty).tp_as_async = &raw mut (*heap).as_async;
        (*ty).tp_as_buffer = &raw mut (*heap).as_buffer;
    }
}

/// The proxy of a host class of this metatype, a new reference (see [`crate::idle`] for its end).
pub unsafe fn open_class(handle: i64, metatype: *mut PyTypeObject) -> *mut PyTypeObject {
    // SAFETY: the handle was received as fresh.
    unsafe {
        let ty = allocate_heap_type(metatype);
        if ty.is_null() {
            return ty;
        }
        #[cfg(Py_GIL_DISABLED)]
        refcount::publish(ty.cast());
        type_flags::set(
            ty,
            Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_HAVE_GC,
        );
        (*ty).tp_cache = handle as Obj;
        crossing::open(handle, ty.cast());
        crate::decode::filling(ty.cast(), || {
            describe_class(ty, handle, true);
            type_flags::add(ty, Py_TPFLAGS_READY);
        });
        ty
    }
}

/// Asks the host about a class and fills what C may read.
unsafe fn describe_class(ty: *mut PyTypeObject, handle: i64, is_new: bool) {
    // SAFETY: `ty` is tied; the answer is the tuple that `Op::TypeInfo` promises.
    unsafe {
        let number = int::from_i64(handle);
        let info = crossing::op(Op::TypeInfo, &[number]);
        decref(number);
        if info.is_null() {
            err::clear();
            return;
        }
        let fields = seq::tuple_slice(info);
        let (name, metaclass, base, bases, mro) = (fields[0], fields[1], fields[2], fields[3], fields[4]);
        let mask = mask(fields);
        if is_new {
            (*ty).tp_name = leak(text::utf8(name));
            (*ty).ob_base.ob_base.ob_type = metaclass.cast();
            let heap = ty.cast::<PyHeapTypeObject>();
            let (full, qualname) = (text::utf8(name), text::utf8(fields[7]));
            // The host's own types have the module in `tp_name`, as CPython's static ones have; `ht_name` never has it.
            let has_module = full
                .strip_suffix(qualname)
                .is_some_and(|rest| rest.ends_with(b"."));
            (*heap).ht_name = new_ref(if has_module { fields[7] } else { name });
            (*heap).ht_qualname = new_ref(fields[7]);
        }
        if is_type(base) && base != ty.cast() {
            (*ty).tp_base = base.cast();
        }
        (*ty).tp_bases = new_ref(bases);
        let mut line = vec![ty.cast::<PyObject>()];
        line.extend_from_slice(seq::tuple_slice(mro));
        (*ty).tp_mro = seq::tuple_of(&line);
        refcount::drop_silently(ty.cast()); // it does not hold itself
        if is_new && (fields[11] != crate::true_object() || is_native(metaclass.cast())) {
            refcount::immortalize(ty.cast());
        }
        let derived = is_new && fields[12] == crate::true_object();
        if derived {
            (*ty).tp_subclasses = NATIVE as Obj;
        }
        for def in masked(mask) {
            if is_new || slots::get(ty, def.place).is_null() {
                let f = if derived { def.derived } else { def.host };
                slots::set(ty, def.place, f);
            }
        }
        if fields[9] == crate::true_object() {
            (*ty).tp_as_buffer = (&raw const crate::buffer::HOST_BUFFER).cast_mut();
        }
        if !(*ty).tp_base.is_null() {
            if is_new {
                let base = (*ty).tp_base;
                (*ty).tp_basicsize = (*base).tp_basicsize.max(16);
                (*ty).tp_itemsize = (*base).tp_itemsize;
                type_flags::add(ty, type_flags::of(base) & INHERITED);
                if fields[8] == crate::true_object() {
                    type_flags::add(ty, crate::Py_TPFLAGS_BASE_EXC_SUBCLASS);
                    (*ty).tp_basicsize = (*ty)
                        .tp_basicsize
                        .max(crate::fields::size_of_exception(text::utf8(name)) as isize);
                }
                let own_struct = int::as_u64(fields[10]).unwrap_or(0);
                crate::datetimes::register(ty, own_struct);
                crate::bytearray::register(ty, own_struct);
                if derived && type_flags::of(base) & Py_TPFLAGS_HAVE_GC == 0 {
                    type_flags::remove(ty, Py_TPFLAGS_HAVE_GC); // its own dict is the wrapper's, not native
                }
                (*ty).tp_dictoffset = (*base).tp_dictoffset;
                (*ty).tp_weaklistoffset = (*base).tp_weaklistoffset;
                (*ty).tp_dealloc = Some(if derived {
                    subtype_dealloc
                } else {
                    refcount::retire
                });
            }
            inherit(ty);
        }
        if is_new && type_flags::of(ty) & Py_TPFLAGS_TYPE_SUBCLASS == 0 && (*ty).tp_new.is_none() {
            (*ty).tp_new = Some(std::mem::transmute::<*const c_void, crate::newfunc>(
                slots::host_new as *const c_void,
            ));
        }
        // TypeDict keeps the class alive as long as there is the proxy, whose handle does the same.
        (*ty).tp_dict = crossing::op(Op::TypeDict, &[ty.cast()]);
        err::clear();
        decref(info);
    }
}

/// Which slots call the host: two times 60 bits of what `Op::TypeInfo` answers.
unsafe fn mask(fields: &[Obj]) -> [u64; 2] {
    // SAFETY: the answer has these two ints.
    unsafe { [5, 6].map(|at| int::as_u64(fields[at]).unwrap_or(0)) }
}

/// The slots of such a mask.
fn masked(mask: [u64; 2]) -> impl Iterator<Item = &'static slots::SlotDef> {
    let is_set = move |i: usize| mask[i / 60] >> (i % 60) & 1 != 0;
    SLOTS
        .iter()
        .enumerate()
        .filter_map(move |(i, def)| is_set(i).then_some(def))
}

/// Looks again at an extension's type that C has changed like any object: special methods that are Python's now fill their slots, as in
/// CPython's `type.__setattr__`.
pub unsafe fn look_again(ty: *mut PyTypeObject) {
    // SAFETY: `ty` is tied; the answer is the tuple that `Op::TypeInfo` promises.
    unsafe {
        let number = int::from_i64(handle(ty));
        let info = crossing::op(Op::TypeInfo, &[number]);
        decref(number);
        if info.is_null() {
            err::clear();
            return;
        }
        for def in masked(mask(seq::tuple_slice(info))) {
            slots::set(ty, def.place, def.derived);
        }
        decref(info);
    }
}

/// A C string that lives as long as its type.
fn leak(text: &[u8]) -> *const c_char {
    CString::new(text).unwrap_or_default().into_raw()
}

/// `tp_dealloc` of a Python class that derives from an extension type, and of a type from a spec without one: finalizes, then the
/// extension's own dealloc does the work.
pub unsafe extern "C" fn subtype_dealloc(op: Obj) {
    let _held = crate::hold();
    // SAFETY: the line of bases reaches an extension type.
    unsafe {
        let mut base = (*op).ob_type;
        while (*base)
            .tp_dealloc
            .is_some_and(|f| std::ptr::fn_addr_eq(f, subtype_dealloc as crate::destructor))
        {
            base = (*base).tp_base;
        }
        let ty = (*op).ob_type;
        if (*ty).tp_finalize.is_some() && !cycles::finalize_from_dealloc(op) {
            return;
        }
        if let Some(del) = (*ty).tp_del {
            crate::outside(|| del(op));
            if refcount::count(op) > 0 {
                return;
            }
        }
        // Below a builtin the block is all there is.
        let dealloc = if is_native(base) {
            (*base).tp_dealloc
        } else {
            Some(object_dealloc as _)
        };
        if let Some(dealloc) = dealloc {
            crate::outside(|| dealloc(op));
            // The dealloc of a type that is on the heap itself gives the instance's type back, and so does the default.
            if type_flags::of(base) & Py_TPFLAGS_HEAPTYPE == 0
                && !std::ptr::fn_addr_eq(dealloc, object_dealloc as crate::destructor)
            {
                crate::idle::let_type_go(ty);
            }
        }
    }
}

/// `tp_dealloc` of `object`: frees the block of an instance that an extension's type left to the default.
pub unsafe extern "C" fn object_dealloc(op: Obj) {
    let _held = crate::hold();
    // SAFETY: the count is zero.
    unsafe {
        if seq::is_host(op) {
            refcount::retire(op);
            return;
        }
        let ty = (*op).ob_type;
        if type_flags::of(ty) & crate::Py_TPFLAGS_UNICODE_SUBCLASS != 0 {
            text::drop_contents(op);
        } else if type_flags::of(ty) & crate::Py_TPFLAGS_TUPLE_SUBCLASS != 0 {
            seq::tuple_slice(op).iter().for_each(|&item| xdecref(item));
        }
        if let Some(free) = (*ty).tp_free {
            crate::outside(|| free(op.cast()));
        } else {
            arena::free(op.cast());
        }
        if type_flags::of(ty) & Py_TPFLAGS_HEAPTYPE != 0 {
            decref(ty.cast());
        }
    }
}
