//! Type mirrors: every type, whoever made it, is a full `PyTypeObject` here and a class in the host.
//!
//! * [`bind_builtin`]: the exported statics (`PyLong_Type` ...) are tied to the host's builtins at start-up.
//! * [`open_class`]: a host class that C sees for the first time becomes a heap type whose slots call the host.
//! * [`ready`]: an extension type becomes a host class whose special methods call the C slots.
//!
//! A type's handle is in `tp_cache`, and [`NATIVE`] is kept in `tp_subclasses`: fields that belong to the interpreter.

use crate::slots::{self, Place, SLOTS};
use crate::{
    Obj, Op, Py_TPFLAGS_BASETYPE, Py_TPFLAGS_DEFAULT, Py_TPFLAGS_HAVE_GC, Py_TPFLAGS_HEAPTYPE,
    Py_TPFLAGS_READY, Py_TPFLAGS_READYING, Py_TPFLAGS_TYPE_SUBCLASS, PyBaseObject_Type, PyHeapTypeObject,
    PyMethodDef, PyObject, PyType_Type, PyTypeObject, arena, crossing, cycles, decref, err, int, new_ref,
    refcount, seq, text, type_flags, xdecref,
};
use gimbal_handles::Received;
use std::ffi::{CStr, CString, c_char, c_ulong, c_void};

unsafe extern "C" {
    fn PyObject_GenericGetDict(object: Obj, context: *mut c_void) -> Obj;
    fn PyObject_HashNotImplemented(object: *mut PyObject) -> isize;
}

/// Mark of types whose instances are native structs of an extension type.
const NATIVE: usize = 1;

/// `Py_TPFLAGS_DISALLOW_INSTANTIATION`, which 3.9 does not know: the bit means nothing there.
const DISALLOW_INSTANTIATION: c_ulong = 1 << 7;

/// Flags that say which builtin a type derives from, and others that CPython hands down.
const INHERITED: c_ulong = crate::Py_TPFLAGS_LONG_SUBCLASS
    | crate::Py_TPFLAGS_LIST_SUBCLASS
    | crate::Py_TPFLAGS_TUPLE_SUBCLASS
    | crate::Py_TPFLAGS_BYTES_SUBCLASS
    | crate::Py_TPFLAGS_UNICODE_SUBCLASS
    | crate::Py_TPFLAGS_DICT_SUBCLASS
    | crate::Py_TPFLAGS_BASE_EXC_SUBCLASS
    | crate::Py_TPFLAGS_TYPE_SUBCLASS;

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
unsafe fn inherit(ty: *mut PyTypeObject) {
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

unsafe fn pointer(p: *const c_void) -> Obj {
    // SAFETY: the lock is held.
    unsafe { int::from_i64(p as i64) }
}

unsafe fn c_text(p: *const c_char) -> Obj {
    // SAFETY: `p` is NULL or a C string.
    unsafe {
        if p.is_null() {
            return new_ref(crate::none());
        }
        text::from_str(&CStr::from_ptr(p).to_string_lossy())
    }
}

/// One attribute of an extension type, as the host wants it told: `(kind, name, ...)`.
unsafe fn entry(kind: &str, name: *const c_char, rest: &[Obj]) -> Obj {
    // SAFETY: references in `rest` are handed over.
    unsafe {
        let mut items = vec![text::from_str(kind), c_text(name)];
        items.extend_from_slice(rest);
        seq::tuple_from_owned(&items)
    }
}

/// A method table as entries.
pub unsafe fn method_entries(mut def: *mut PyMethodDef, out: &mut Vec<Obj>) {
    // SAFETY: the table ends with a NULL name.
    unsafe {
        while !def.is_null() && !(*def).ml_name.is_null() {
            out.push(method_entry(def));
            def = def.add(1);
        }
    }
}

/// One method as an entry: `("method", name, flags, function, doc, definition)`.
pub unsafe fn method_entry(def: *mut PyMethodDef) -> Obj {
    // SAFETY: `def` is a method definition.
    unsafe {
        let function = *(&raw const (*def).ml_meth).cast::<*const c_void>();
        let rest = [
            int::from_i64(i64::from((*def).ml_flags)),
            pointer(function),
            c_text((*def).ml_doc),
            pointer(def.cast()),
        ];
        entry("method", (*def).ml_name, &rest)
    }
}

/// One member as an entry: `("member", name, definition, read-only, doc)`.
pub unsafe fn member_entry(def: *mut crate::PyMemberDef) -> Obj {
    // SAFETY: `def` is a member definition.
    unsafe {
        let rest = [
            pointer(def.cast()),
            int::from_i64(i64::from((*def).flags & 1)),
            c_text((*def).doc),
        ];
        entry("member", (*def).name, &rest)
    }
}

/// One getset as an entry: `("getset", name, getter, setter, closure, doc)`.
pub unsafe fn getset_entry(def: *mut crate::PyGetSetDef) -> Obj {
    // SAFETY: `def` is a getset definition.
    unsafe {
        let get = (*def).get.map_or(std::ptr::null(), |f| f as *const c_void);
        let set = (*def).set.map_or(std::ptr::null(), |f| f as *const c_void);
        let rest = [
            pointer(get),
            pointer(set),
            pointer((*def).closure),
            c_text((*def).doc),
        ];
        entry("getset", (*def).name, &rest)
    }
}

/// Whether this is the usual entry for `__dict__`, which the host's classes have of their own.
unsafe fn finds_instance_dict(def: *const crate::PyGetSetDef) -> bool {
    // SAFETY: `def` is a getset definition with a name.
    unsafe {
        CStr::from_ptr((*def).name) == c"__dict__"
            && (*def)
                .get
                .is_some_and(|get| get as *const c_void == PyObject_GenericGetDict as *const c_void)
    }
}

/// Whether the type repeats a member of a builtin that it derives from. The host's instances have that already.
unsafe fn is_of_builtin_base(ty: *mut PyTypeObject, member: *const crate::PyMemberDef) -> bool {
    // SAFETY: tables end with a NULL name; bases are types.
    unsafe {
        let mut base = (*ty).tp_base;
        while !base.is_null() && is_native(base) {
            base = (*base).tp_base;
        }
        if base.is_null() || (*base).tp_members.is_null() {
            return false;
        }
        let mut known = (*base).tp_members;
        while !(*known).name.is_null() {
            if (*known).offset == (*member).offset
                && CStr::from_ptr((*known).name) == CStr::from_ptr((*member).name)
            {
                return true;
            }
            known = known.add(1);
        }
        false
    }
}

/// Everything that the type itself defines.
unsafe fn entries(ty: *mut PyTypeObject) -> Obj {
    // SAFETY: tables end with a NULL name; slots are C functions.
    unsafe {
        let mut out = Vec::new();
        let mut seen: Vec<(&str, i32)> = Vec::new();
        for def in SLOTS {
            let f = slots::get(ty, def.place);
            if f.is_null()
                || def.name == "__new__"
                || def.name == "__del__" // runs when the native instance dies, not when its wrapper does
                || slots::is_plain(f)
                || seen.contains(&(def.name, 0))
                || def.name == "__getattr__"
            {
                continue;
            }
            seen.push((def.name, 0));
            let length = slots::get(
                ty,
                Place::Sequence(std::mem::offset_of!(crate::PySequenceMethods, sq_length)),
            );
            let rest = [
                int::from_i64(def.kind as i64),
                pointer(f),
                int::from_i64(i64::from(def.extra)),
                pointer(if def.kind == gimbal_host::SlotKind::Item {
                    length
                } else {
                    std::ptr::null()
                }),
            ];
            let name = CString::new(def.name).unwrap_or_default();
            out.push(entry("slot", name.as_ptr(), &rest));
        }
        if let Some(f) = (*ty).tp_getattr
            && (*ty).tp_getattro.is_none()
        {
            let kind = int::from_i64(gimbal_host::SlotKind::GetAttrString as i64);
            out.push(entry(
                "slot",
                c"__getattribute__".as_ptr(),
                &[
                    kind,
                    pointer(f as *const c_void),
                    int::from_i64(0),
                    int::from_i64(0),
                ],
            ));
        }
        if !(*ty).tp_as_buffer.is_null() {
            let get = (*(*ty).tp_as_buffer)
                .bf_getbuffer
                .map_or(std::ptr::null(), |f| f as *const c_void);
            let release = (*(*ty).tp_as_buffer)
                .bf_releasebuffer
                .map_or(std::ptr::null(), |f| f as *const c_void);
            if !get.is_null() {
                out.push(entry(
                    "buffer",
                    c"__buffer__".as_ptr(),
                    &[pointer(get), pointer(release)],
                ));
            }
        }
        method_entries((*ty).tp_methods, &mut out);
        let mut member = (*ty).tp_members;
        while !member.is_null() && !(*member).name.is_null() {
            if (*member).offset != (*ty).tp_dictoffset || CStr::from_ptr((*member).name) != c"__dict__" {
                out.push(match is_of_builtin_base(ty, member) {
                    true => entry("inherited", (*member).name, &[]),
                    false => member_entry(member),
                });
            }
            member = member.add(1);
        }
        let mut getset = (*ty).tp_getset;
        while !getset.is_null() && !(*getset).name.is_null() {
            if !finds_instance_dict(getset) {
                out.push(getset_entry(getset));
            }
            getset = getset.add(1);
        }
        seq::tuple_from_owned(&out)
    }
}

/// The type in the line of bases that gives instances their struct: one that adds nothing to its base's, but room for a dictionary and
/// weak references, goes together with any other type.
unsafe fn solid_base(ty: *mut PyTypeObject) -> *mut PyTypeObject {
    // SAFETY: the line of bases ends at object.
    unsafe {
        if (*ty).tp_base.is_null() {
            return ty;
        }
        let base = solid_base((*ty).tp_base);
        let mut size = (*ty).tp_basicsize;
        if (*ty).tp_itemsize == (*base).tp_itemsize && type_flags::of(ty) & Py_TPFLAGS_HEAPTYPE != 0 {
            let word = size_of::<Obj>() as isize;
            let mut places = [
                ((*ty).tp_weaklistoffset, (*base).tp_weaklistoffset),
                ((*ty).tp_dictoffset, (*base).tp_dictoffset),
            ];
            places.sort_unstable_by_key(|&(own, _)| std::cmp::Reverse(own));
            for (own, inherited) in places {
                if own != 0 && inherited == 0 && own + word == size {
                    size -= word;
                }
            }
        }
        // A static type may say less than its base has: a trait of a compiled class, of which there are no instances.
        let same = size <= (*base).tp_basicsize && (*ty).tp_itemsize == (*base).tp_itemsize;
        if same { base } else { ty }
    }
}

/// Asks the host for the class. Takes `entries` over.
unsafe fn make_class(ty: *mut PyTypeObject, entries: Obj, own_new: bool) -> bool {
    // SAFETY: `ty` has its bases and slots.
    unsafe {
        let full = CStr::from_ptr((*ty).tp_name).to_string_lossy();
        let (module, name) = full
            .rsplit_once('.')
            .map_or((None, &*full), |(m, n)| (Some(m), n));
        // Cython sets the heap type's flag on static types for a moment: only our own blocks have the heap type's fields.
        let qualname = if type_flags::of(ty) & Py_TPFLAGS_HEAPTYPE != 0
            && arena::in_range(ty.cast())
            && !(*ty.cast::<PyHeapTypeObject>()).ht_qualname.is_null()
        {
            new_ref((*ty.cast::<PyHeapTypeObject>()).ht_qualname)
        } else {
            text::from_str(name)
        };
        let new = (*ty).tp_new.map_or(std::ptr::null(), |f| f as *const c_void);
        let spec = seq::tuple_from_owned(&[
            text::from_str(name),
            qualname,
            module.map_or_else(|| new_ref(crate::none()), |m| text::from_str(m)),
            new_ref((*ty).tp_bases),
            new_ref((*ty).ob_base.ob_base.ob_type.cast()),
            int::from_i64(type_flags::of(ty) as i64),
            c_text((*ty).tp_doc),
            entries,
            pointer(new),
            int::from_i64(i64::from(own_new)),
            int::from_i64((*ty).tp_dictoffset as i64),
            new_ref(if (*ty).tp_dict.is_null() {
                crate::none()
            } else {
                (*ty).tp_dict
            }),
            int::from_i64((*ty).tp_weaklistoffset as i64),
            int::from_i64(i64::from(solid_base(ty) == ty)),
        ]);
        let number = pointer(ty.cast());
        let handle = crossing::op_int(Op::MakeType, &[number, spec]);
        decref(number);
        decref(spec);
        if handle == -1 {
            return false;
        }
        crossing::receive(handle);
        crossing::open(handle, ty.cast());
        (*ty).tp_cache = handle as Obj;
        if (*ty).tp_hash.is_none() {
            // Only a class with an equality of its own inherits no hash; the host's class has None for it.
            (*ty).tp_hash = Some(PyObject_HashNotImplemented);
        }
        let number = int::from_i64(handle);
        let info = crossing::op(Op::TypeInfo, &[number]);
        decref(number);
        if info.is_null() {
            return false;
        }
        let mut line = vec![ty.cast::<PyObject>()];
        line.extend_from_slice(seq::tuple_slice(seq::tuple_slice(info)[4]));
        (*ty).tp_mro = seq::tuple_of(&line);
        decref(info);
        let dict = crossing::op(Op::TypeDict, &[ty.cast()]);
        xdecref(std::mem::replace(&mut (*ty).tp_dict, dict));
        !dict.is_null()
    }
}

/// An instance of an extension type that derives from a builtin: a native struct, and at once the host object that holds
/// the builtin's part. C reads values in place, so the struct gets a copy.
pub unsafe fn new_hybrid(class: *mut PyTypeObject, base: *mut PyTypeObject, args: Obj, kwargs: Obj) -> Obj {
    // SAFETY: `class` is native; its struct begins like its base's.
    unsafe {
        let made = crossing::op(Op::MakeWrapper, &[class.cast(), base.cast(), args, kwargs]);
        if made.is_null() {
            return made;
        }
        let (making, value) = (seq::tuple_slice(made)[0], seq::tuple_slice(made)[1]);
        let op = new_struct(class, value);
        if op.is_null() {
            decref(made);
            return op;
        }
        let number = pointer(op.cast());
        let tied = crossing::op_unit(Op::TieWrapper, &[making, number]);
        decref(number);
        decref(made);
        if !tied {
            decref(op);
            return std::ptr::null_mut();
        }
        op
    }
}

/// An instance of an extension type without a wrapper, with a copy of the builtin value in it, if any (else None).
pub(crate) unsafe fn new_struct(class: *mut PyTypeObject, value: Obj) -> Obj {
    // SAFETY: `class` is native; its struct begins like that of the value's type.
    unsafe {
        let Some(alloc) = (*class).tp_alloc else {
            return seq::no_memory();
        };
        let is_value = value != crate::none();
        let is_text = is_value && type_flags::of((*value).ob_type) & crate::Py_TPFLAGS_UNICODE_SUBCLASS != 0;
        let sized = is_value && (*(*value).ob_type).tp_itemsize != 0;
        let size = if sized { items(value) } else { 0 };
        let op = crate::outside(|| alloc(class, size as isize));
        if op.is_null() {
            return op;
        }
        if is_text {
            text::fill(op, value);
        } else if is_value {
            let (ty, head) = ((*value).ob_type, size_of::<PyObject>());
            let body = (*ty).tp_basicsize as usize - head + size * (*ty).tp_itemsize as usize;
            std::ptr::copy_nonoverlapping(value.cast::<u8>().add(head), op.cast::<u8>().add(head), body);
            if type_flags::of(ty) & crate::Py_TPFLAGS_TUPLE_SUBCLASS != 0 {
                seq::tuple_slice(value)
                    .iter()
                    .for_each(|&item| crate::incref(item));
            }
        }
        op
    }
}
