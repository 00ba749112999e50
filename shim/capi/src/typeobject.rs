//! `object.h`, types: making them ready, looking at them, calling them.

use crate::common::fail;
use gimbal_abi::{
    Py_TPFLAGS_HAVE_GC, Py_TPFLAGS_HEAPTYPE, Py_ssize_t, PyBaseObject_Type, PyExc_SystemError,
    PyExc_TypeError, PyHeapTypeObject, PyModuleDef, PyObject, PyType_Type, PyTypeObject, PyVarObject,
};
use gimbal_macros::entry;
use gimbal_proxies::slots::{host_init, host_new};
use gimbal_proxies::{
    ModuleObject, Obj, Op, arena, crossing, decref, dict, err, incref, new_ref, op, refcount, seq, text,
    type_flags, types,
};
use std::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_void};
use std::ptr::null_mut;

unsafe extern "C" {
    fn PyObject_GenericGetAttr(op: Obj, name: Obj) -> Obj;
    fn PyObject_GenericSetAttr(op: Obj, name: Obj, value: Obj) -> c_int;
    fn PyObject_Free(block: *mut c_void);
}

/// Fills the slots of `object` and `type` that are native here. Called before the host ties its builtins.
pub fn fill_statics() {
    // SAFETY: runs once, before any other code sees the types.
    unsafe {
        let object = &raw mut PyBaseObject_Type;
        (*object).tp_alloc = Some(PyType_GenericAlloc);
        (*object).tp_free = Some(PyObject_Free);
        (*object).tp_new = Some(object_new);
        (*object).tp_init = Some(object_init);
        (*object).tp_getattro = Some(PyObject_GenericGetAttr);
        (*object).tp_setattro = Some(PyObject_GenericSetAttr);
        let ty = &raw mut PyType_Type;
        (*ty).tp_call = Some(type_call);
        (*ty).tp_vectorcall_offset = std::mem::offset_of!(PyTypeObject, tp_vectorcall) as Py_ssize_t;
        (*ty).tp_new = Some(host_new);
        (*ty).tp_init = Some(host_init);
        let function = &raw mut gimbal_abi::PyCFunction_Type;
        (*function).tp_call = Some(gimbal_proxies::call_cfunction::call);
        (*function).tp_vectorcall_offset =
            std::mem::offset_of!(gimbal_abi::PyCFunctionObject, vectorcall) as Py_ssize_t;
        let module = &raw mut gimbal_abi::PyModule_Type;
        (*module).tp_dealloc = Some(gimbal_proxies::modules::dealloc);
        (*module).tp_traverse = Some(gimbal_proxies::modules::traverse);
        (*module).tp_clear = Some(gimbal_proxies::modules::clear);
        let method = &raw mut gimbal_abi::PyCMethod_Type;
        (*method).tp_call = Some(gimbal_proxies::call_cfunction::call);
        (*method).tp_vectorcall_offset = (*function).tp_vectorcall_offset;
    }
}

unsafe fn is_empty(args: Obj, kwargs: Obj) -> bool {
    // SAFETY: a tuple or NULL, a dict or NULL.
    unsafe { (args.is_null() || seq::size(args) == 0) && (kwargs.is_null() || dict::len(kwargs) == 0) }
}

/// `object.__new__` for native instances: surplus arguments are an error unless `__init__` takes them.
unsafe extern "C" fn object_new(ty: *mut PyTypeObject, args: Obj, kwargs: Obj) -> Obj {
    // SAFETY: called through `tp_new`.
    unsafe {
        if !types::is_native(ty) {
            return host_new(ty, args, kwargs);
        }
        let own_new = (*ty)
            .tp_new
            .is_some_and(|f| !std::ptr::fn_addr_eq(f, object_new as gimbal_abi::newfunc));
        let own_init = (*ty)
            .tp_init
            .is_some_and(|f| !std::ptr::fn_addr_eq(f, object_init as gimbal_abi::initproc));
        if !is_empty(args, kwargs) {
            if own_new {
                err::set(
                    PyExc_TypeError,
                    "object.__new__() takes exactly one argument (the type to instantiate)",
                );
                return null_mut();
            }
            if !own_init {
                err::set(
                    PyExc_TypeError,
                    &format!("{}() takes no arguments", short_name(ty)),
                );
                return null_mut();
            }
        }
        match (*ty).tp_alloc {
            Some(alloc) => gimbal_proxies::outside(|| alloc(ty, 0)),
            None => PyType_GenericAlloc(ty, 0),
        }
    }
}

unsafe extern "C" fn object_init(me: Obj, args: Obj, kwargs: Obj) -> c_int {
    // SAFETY: called through `tp_init`.
    unsafe {
        let ty = (*me).ob_type;
        if !types::is_native(ty) {
            return host_init(me, args, kwargs);
        }
        let own_new = (*ty)
            .tp_new
            .is_some_and(|f| !std::ptr::fn_addr_eq(f, object_new as gimbal_abi::newfunc));
        if !is_empty(args, kwargs) && !own_new {
            let message = format!(
                "{}.__init__() takes exactly one argument (the instance to initialize)",
                short_name(ty)
            );
            err::set(PyExc_TypeError, &message);
            return -1;
        }
        0
    }
}

/// `type.__call__`: native for extension types, the host's for its own classes.
unsafe extern "C" fn type_call(me: Obj, args: Obj, kwargs: Obj) -> Obj {
    // SAFETY: called through `tp_call`; `me` is a type.
    unsafe {
        let ty: *mut PyTypeObject = me.cast();
        if !types::is_native(ty) {
            let own_call = (*(*me).ob_type)
                .tp_call
                .is_some_and(|f| !std::ptr::fn_addr_eq(f, type_call as gimbal_abi::ternaryfunc));
            if own_call {
                return plain_call(me, args, kwargs); // the metatype's `__call__` asks for this one
            }
            return if kwargs.is_null() {
                crossing::call(types::handle(ty), seq::tuple_slice(args), 0)
            } else {
                op(Op::CallObject, &[me, args, kwargs])
            };
        }
        let Some(new) = (*ty).tp_new else {
            let name = CStr::from_ptr((*ty).tp_name).to_string_lossy();
            err::set(PyExc_TypeError, &format!("cannot create '{name}' instances"));
            return null_mut();
        };
        let object = gimbal_proxies::outside(|| new(ty, args, kwargs));
        if object.is_null() || !types::is_subtype((*object).ob_type, ty) {
            return object;
        }
        if let Some(init) = (*(*object).ob_type).tp_init
            && gimbal_proxies::outside(|| init(object, args, kwargs)) < 0
        {
            decref(object);
            return null_mut();
        }
        object
    }
}

/// `type.__call__` of a host class whose metatype has another.
unsafe fn plain_call(me: Obj, args: Obj, kwargs: Obj) -> Obj {
    // SAFETY: as `type_call`.
    unsafe {
        let function = op(
            Op::GetAttr,
            &[(&raw mut PyType_Type).cast(), text::interned("__call__")],
        );
        if function.is_null() {
            return function;
        }
        let mut all = vec![me];
        all.extend_from_slice(seq::tuple_slice(args));
        let all = seq::tuple_of(&all);
        let result = op(Op::CallObject, &[function, all, kwargs]);
        decref(all);
        decref(function);
        result
    }
}

unsafe fn short_name(ty: *mut PyTypeObject) -> String {
    // SAFETY: a type has a name.
    let full = unsafe { CStr::from_ptr((*ty).tp_name) }.to_string_lossy();
    full.rsplit('.').next().unwrap_or_default().to_owned()
}

/// Finishes a static type. 0, or -1 with an error set.
#[entry]
pub unsafe fn PyType_Ready(ty: *mut PyTypeObject) -> c_int {
    if (*ty).tp_name.is_null() {
        return fail(
            gimbal_abi::PyExc_SystemError,
            "Type does not define the tp_name field.",
        );
    }
    if types::ready(ty) { 0 } else { -1 }
}

/// Allocates a cleared instance with room for `nitems` items (and one more, as CPython does).
#[entry(unlocked)]
pub unsafe fn PyType_GenericAlloc(ty: *mut PyTypeObject, nitems: Py_ssize_t) -> Obj {
    let items = if (*ty).tp_itemsize != 0 {
        (nitems + 1) * (*ty).tp_itemsize
    } else {
        0
    };
    let size = match types::word_behind(ty) {
        Some(dict) => dict + size_of::<Obj>(),
        None => ((*ty).tp_basicsize + items) as usize,
    };
    let op = arena::alloc_zeroed(size).cast::<PyObject>();
    if op.is_null() {
        return seq::no_memory();
    }
    refcount::begin(op.cast(), ty);
    if (*ty).tp_itemsize != 0 {
        (*op.cast::<PyVarObject>()).ob_size = nitems;
    }
    if type_flags::of(ty) & Py_TPFLAGS_HEAPTYPE != 0 {
        incref(ty.cast());
    }
    if type_flags::of(ty) & Py_TPFLAGS_HAVE_GC != 0 {
        arena::set_flags(op, arena::TRACKED);
    }
    op
}

/// `tp_alloc` without arguments.
#[entry(unlocked)]
pub unsafe fn PyType_GenericNew(ty: *mut PyTypeObject, _args: Obj, _kwargs: Obj) -> Obj {
    match (*ty).tp_alloc {
        Some(alloc) => gimbal_proxies::outside(|| alloc(ty, 0)),
        None => PyType_GenericAlloc(ty, 0),
    }
}

/// `tp_flags`.
#[entry(unlocked, error = 0)]
pub unsafe fn PyType_GetFlags(ty: *mut PyTypeObject) -> c_ulong {
    type_flags::of(ty)
}

/// `issubclass` by the MRO.
#[entry(unlocked, error = 0)]
pub unsafe fn PyType_IsSubtype(ty: *mut PyTypeObject, base: *mut PyTypeObject) -> c_int {
    c_int::from(types::is_subtype(ty, base))
}

/// Nothing is cached here: the host sees changes of `tp_dict` at once.
#[entry]
pub unsafe fn PyType_Modified(_ty: *mut PyTypeObject) {}

/// Nothing is cached here.
#[entry(error = 0)]
pub unsafe fn PyType_ClearCache() -> c_uint {
    0
}

/// `__name__`, a new reference.
#[entry]
pub unsafe fn PyType_GetName(ty: *mut PyTypeObject) -> Obj {
    op(Op::GetAttr, &[ty.cast(), text::interned("__name__")])
}

/// `__qualname__`, a new reference.
#[entry]
pub unsafe fn PyType_GetQualName(ty: *mut PyTypeObject) -> Obj {
    op(Op::GetAttr, &[ty.cast(), text::interned("__qualname__")])
}

/// The last part of `tp_name`.
#[entry]
pub unsafe fn _PyType_Name(ty: *mut PyTypeObject) -> *const c_char {
    let name = (*ty).tp_name;
    let bytes = CStr::from_ptr(name).to_bytes();
    name.add(bytes.iter().rposition(|&b| b == b'.').map_or(0, |dot| dot + 1))
}

/// Looks a name up along the MRO, without binding. Borrowed; NULL without an error when it is absent.
#[entry]
pub unsafe fn _PyType_Lookup(ty: *mut PyTypeObject, name: Obj) -> Obj {
    let found = op(Op::TypeLookup, &[ty.cast(), name]);
    if found.is_null() {
        err::clear();
    }
    crossing::lend_to_call(found)
}

// --- types from specs ----------------------------------------------------------------------------------------------

/// Makes a heap type from a spec.
#[entry]
pub unsafe fn PyType_FromSpec(spec: *mut gimbal_abi::PyType_Spec) -> Obj {
    PyType_FromModuleAndSpec(null_mut(), spec, null_mut())
}

/// Makes a heap type from a spec with the given bases (a tuple, a type or NULL).
#[entry]
pub unsafe fn PyType_FromSpecWithBases(spec: *mut gimbal_abi::PyType_Spec, bases: Obj) -> Obj {
    PyType_FromModuleAndSpec(null_mut(), spec, bases)
}

/// Makes a heap type that belongs to a module.
#[entry]
pub unsafe fn PyType_FromModuleAndSpec(module: Obj, spec: *mut gimbal_abi::PyType_Spec, bases: Obj) -> Obj {
    from_metaclass(null_mut(), module, spec, bases)
}

/// Makes a heap type with a metaclass; without one it is that of its base.
pub unsafe fn from_metaclass(
    metaclass: *mut PyTypeObject,
    module: Obj,
    spec: *mut gimbal_abi::PyType_Spec,
    bases: Obj,
) -> Obj {
    // SAFETY: as the entry's.
    unsafe {
        let mut ty = types::allocate_heap_type(&raw mut PyType_Type);
        if ty.is_null() {
            return ty.cast();
        }
        let name = CStr::from_ptr((*spec).name);
        (*ty).tp_name = name.to_owned().into_raw();
        let short = name.to_bytes().rsplit(|&b| b == b'.').next().unwrap_or_default();
        let heap = ty.cast::<PyHeapTypeObject>();
        (*heap).ht_name = text::from_str(&String::from_utf8_lossy(short));
        (*heap).ht_qualname = new_ref((*heap).ht_name);
        (*ty).tp_basicsize = (*spec).basicsize as Py_ssize_t;
        (*ty).tp_itemsize = (*spec).itemsize as Py_ssize_t;
        type_flags::set(ty, c_ulong::from((*spec).flags) | Py_TPFLAGS_HEAPTYPE);
        if !module.is_null() {
            incref(module);
            (*heap).ht_module = module;
        }
        if !fill_from_slots(ty, spec) || !choose_bases(ty, bases) {
            return null_mut();
        }
        #[cfg(Py_3_12)]
        if !extend_base(ty, spec) {
            return null_mut();
        }
        note_places(ty);
        let metaclass = if metaclass.is_null() {
            (*(*ty).tp_base).ob_base.ob_base.ob_type
        } else {
            metaclass
        };
        if metaclass != &raw mut PyType_Type {
            ty = with_metatype(ty, metaclass);
            if ty.is_null() {
                return ty.cast();
            }
        }
        inherit_layout(ty);
        if !types::ready(ty) {
            return null_mut();
        }
        ty.cast()
    }
}

/// The same type in a block that has room for what its metatype keeps of each class.
unsafe fn with_metatype(ty: *mut PyTypeObject, metatype: *mut PyTypeObject) -> *mut PyTypeObject {
    // SAFETY: nobody knows the type yet; only the slot tables' places depend on where it is.
    unsafe {
        let made = types::allocate_heap_type(metatype);
        if made.is_null() {
            return made;
        }
        std::ptr::copy_nonoverlapping(ty.cast::<PyHeapTypeObject>(), made.cast(), 1);
        refcount::begin(made.cast(), metatype);
        types::point_at_tables(made);
        arena::free(ty.cast());
        made
    }
}

/// Copies the slots of a spec into the type.
unsafe fn fill_from_slots(ty: *mut PyTypeObject, spec: *mut gimbal_abi::PyType_Spec) -> bool {
    // SAFETY: the table ends with slot 0.
    unsafe {
        let mut slot = (*spec).slots;
        while !slot.is_null() && (*slot).slot != 0 {
            let Some(place) = crate::typeslots::place(ty, (*slot).slot) else {
                err::set(gimbal_abi::PyExc_RuntimeError, "invalid slot offset");
                return false;
            };
            *place = (*slot).pfunc;
            #[cfg(Py_3_14)]
            if (*slot).slot == gimbal_abi::Py_tp_token && (*slot).pfunc.is_null() {
                // The address of the spec itself.
                *place = spec.cast();
            }
            slot = slot.add(1);
        }
        if !(*ty).tp_doc.is_null() {
            (*ty).tp_doc = CStr::from_ptr((*ty).tp_doc).to_owned().into_raw();
        }
        true
    }
}

/// The members of a type.
unsafe fn members<'a>(ty: *mut PyTypeObject) -> &'a [gimbal_abi::PyMemberDef] {
    // SAFETY: the table ends with a member without a name.
    unsafe {
        let first = (*ty).tp_members;
        let mut count = 0;
        while !first.is_null() && !(*first.add(count)).name.is_null() {
            count += 1;
        }
        if count == 0 {
            return &[];
        }
        std::slice::from_raw_parts(first, count)
    }
}

/// Members with certain names say where in the struct what belongs to each instance is.
unsafe fn note_places(ty: *mut PyTypeObject) {
    // SAFETY: names are C strings.
    unsafe {
        for member in members(ty) {
            match CStr::from_ptr(member.name).to_bytes() {
                b"__weaklistoffset__" => (*ty).tp_weaklistoffset = member.offset,
                b"__dictoffset__" => (*ty).tp_dictoffset = member.offset,
                b"__vectorcalloffset__" => (*ty).tp_vectorcall_offset = member.offset,
                _ => {}
            }
        }
    }
}

/// Where the part of an instance begins that a class adds to its base (PEP 697): aligned for anything.
#[cfg(Py_3_12)]
pub unsafe fn data_offset(ty: *mut PyTypeObject) -> usize {
    // SAFETY: a class with a base.
    unsafe { ((*(*ty).tp_base).tp_basicsize as usize).next_multiple_of(ALIGNMENT) }
}

/// That of C's `max_align_t`.
#[cfg(Py_3_12)]
const ALIGNMENT: usize = 16;

/// A negative size is that of what the class adds to its base, whatever that has; offsets of members may count from there.
#[cfg(Py_3_12)]
unsafe fn extend_base(ty: *mut PyTypeObject, spec: *mut gimbal_abi::PyType_Spec) -> bool {
    use gimbal_abi::{Py_RELATIVE_OFFSET, Py_TPFLAGS_ITEMS_AT_END, PyExc_SystemError};
    // SAFETY: the base is chosen; nobody else knows the type yet.
    unsafe {
        let (base, size) = ((*ty).tp_base, (*spec).basicsize as Py_ssize_t);
        if size < 0 {
            let at_end = (type_flags::of(base) | type_flags::of(ty)) & Py_TPFLAGS_ITEMS_AT_END != 0;
            if (*base).tp_itemsize != 0 && !at_end {
                return refuse(
                    PyExc_SystemError,
                    "Cannot extend variable-size class without Py_TPFLAGS_ITEMS_AT_END.",
                );
            }
            let own = size.unsigned_abs().next_multiple_of(ALIGNMENT);
            (*ty).tp_basicsize = (data_offset(ty) + own) as Py_ssize_t;
        } else if size > 0 && size < (*base).tp_basicsize {
            let (own, name) = (CStr::from_ptr((*ty).tp_name), CStr::from_ptr((*base).tp_name));
            let message = format!(
                "tp_basicsize for type '{}' ({size}) is too small for base '{}' ({})",
                own.to_string_lossy(),
                name.to_string_lossy(),
                (*base).tp_basicsize
            );
            return refuse(PyExc_TypeError, &message);
        }
        if members(ty)
            .iter()
            .all(|member| member.flags & Py_RELATIVE_OFFSET == 0)
        {
            return true;
        }
        if size >= 0 {
            return refuse(
                PyExc_SystemError,
                "With Py_RELATIVE_OFFSET, basicsize must be negative.",
            );
        }
        let mut placed = members(ty).to_vec();
        for member in &mut placed {
            if member.flags & Py_RELATIVE_OFFSET != 0 {
                if !(0..-size).contains(&member.offset) {
                    return refuse(PyExc_SystemError, "Member offset out of range (0..-basicsize)");
                }
                member.flags &= !Py_RELATIVE_OFFSET;
                member.offset += data_offset(ty) as Py_ssize_t;
            }
        }
        placed.push(gimbal_abi::PyMemberDef::default());
        // Types made from specs stay for good.
        (*ty).tp_members = placed.leak().as_mut_ptr();
        true
    }
}

#[cfg(Py_3_12)]
unsafe fn refuse(class: Obj, message: &str) -> bool {
    // SAFETY: the lock is held.
    unsafe { err::set(class, message) };
    false
}

/// Bases from the argument, else from `Py_tp_bases`, else from `Py_tp_base`, else `object`.
unsafe fn choose_bases(ty: *mut PyTypeObject, bases: Obj) -> bool {
    // SAFETY: `bases` is a tuple of types, a type or NULL.
    unsafe {
        let tuple = |op: Obj| {
            if types::is_type(op) {
                seq::tuple_of(&[op])
            } else {
                new_ref(op)
            }
        };
        if !bases.is_null() {
            (*ty).tp_bases = tuple(bases);
        } else if !(*ty).tp_bases.is_null() {
            (*ty).tp_bases = tuple((*ty).tp_bases);
        } else {
            let base = if (*ty).tp_base.is_null() {
                &raw mut PyBaseObject_Type
            } else {
                (*ty).tp_base
            };
            (*ty).tp_bases = seq::tuple_of(&[base.cast()]);
        }
        // the base with the largest layout is the one whose struct ours extends
        let mut best: *mut PyTypeObject = null_mut();
        for &candidate in seq::tuple_slice((*ty).tp_bases) {
            if !types::is_type(candidate) {
                err::set(PyExc_TypeError, "bases must be types");
                return false;
            }
            let candidate: *mut PyTypeObject = candidate.cast();
            types::handle(candidate);
            if type_flags::of(candidate) & gimbal_abi::Py_TPFLAGS_BASETYPE == 0 {
                let name = CStr::from_ptr((*candidate).tp_name).to_string_lossy();
                err::set(
                    PyExc_TypeError,
                    &format!("type '{name}' is not an acceptable base type"),
                );
                return false;
            }
            if best.is_null()
                || types::is_subtype(candidate, best)
                || (*candidate).tp_basicsize > (*best).tp_basicsize
            {
                best = candidate;
            }
        }
        (*ty).tp_base = best;
        true
    }
}

unsafe fn inherit_layout(ty: *mut PyTypeObject) {
    // SAFETY: the base is ready.
    unsafe {
        let base = (*ty).tp_base;
        if (*ty).tp_basicsize == 0 {
            (*ty).tp_basicsize = (*base).tp_basicsize;
        }
        if (*ty).tp_dealloc.is_none() {
            let inherits = types::is_native(base) || base == &raw mut PyBaseObject_Type;
            (*ty).tp_dealloc = Some(if inherits {
                types::subtype_dealloc
            } else {
                types::object_dealloc
            });
        }
        if type_flags::of(ty) & Py_TPFLAGS_HAVE_GC != 0 && (*ty).tp_free.is_none() {
            (*ty).tp_free = Some(PyObject_Free);
        }
    }
}

/// What fills a slot of a type.
#[entry]
pub unsafe fn PyType_GetSlot(ty: *mut PyTypeObject, slot: c_int) -> *mut c_void {
    #[cfg(Py_3_14)]
    if slot == gimbal_abi::Py_tp_token && type_flags::of(ty) & Py_TPFLAGS_HEAPTYPE == 0 {
        return null_mut();
    }
    match crate::typeslots::place(ty, slot) {
        Some(place) => *place,
        None => {
            err::set(PyExc_SystemError, "bad argument to internal function");
            null_mut()
        }
    }
}

/// The module that a heap type was made for, borrowed.
#[entry]
pub unsafe fn PyType_GetModule(ty: *mut PyTypeObject) -> Obj {
    let name = || CStr::from_ptr((*ty).tp_name).to_string_lossy();
    if type_flags::of(ty) & Py_TPFLAGS_HEAPTYPE == 0 {
        err::set(
            PyExc_TypeError,
            &format!("PyType_GetModule: Type '{}' is not a heap type", name()),
        );
        return null_mut();
    }
    let module = (*ty.cast::<PyHeapTypeObject>()).ht_module;
    if module.is_null() {
        err::set(
            PyExc_TypeError,
            &format!("PyType_GetModule: Type '{}' has no associated module", name()),
        );
    }
    module
}

/// The state of that module.
#[entry]
pub unsafe fn PyType_GetModuleState(ty: *mut PyTypeObject) -> *mut c_void {
    let module = PyType_GetModule(ty);
    if module.is_null() {
        null_mut()
    } else {
        (*module.cast::<ModuleObject>()).md_state
    }
}

unsafe fn module_by_def(ty: *mut PyTypeObject, def: *mut PyModuleDef) -> Obj {
    // SAFETY: the MRO holds types.
    unsafe {
        let line = if (*ty).tp_mro.is_null() {
            &[][..]
        } else {
            seq::tuple_slice((*ty).tp_mro)
        };
        for &ancestor in line {
            if type_flags::of(ancestor.cast::<PyTypeObject>()) & Py_TPFLAGS_HEAPTYPE == 0 {
                continue;
            }
            let module = (*ancestor.cast::<PyHeapTypeObject>()).ht_module;
            if !module.is_null() && (*module.cast::<ModuleObject>()).md_def == def {
                return module;
            }
        }
        null_mut()
    }
}

/// The module with this definition that the type or one of its bases was made for, borrowed.
#[entry]
pub unsafe fn PyType_GetModuleByDef(ty: *mut PyTypeObject, def: *mut PyModuleDef) -> Obj {
    let module = module_by_def(ty, def);
    if module.is_null() {
        let name = short_name(ty);
        let message = format!("PyType_GetModuleByDef: No superclass of '{name}' has the given module");
        err::set(PyExc_TypeError, &message);
    }
    module
}

/// The most derived metaclass.
#[entry]
pub unsafe fn _PyType_CalculateMetaclass(metatype: *mut PyTypeObject, bases: Obj) -> *mut PyTypeObject {
    let mut winner = metatype;
    for &base in seq::tuple_slice(bases) {
        let candidate = (*base).ob_type;
        if types::is_subtype(candidate, winner) {
            winner = candidate;
        } else if !types::is_subtype(winner, candidate) {
            err::set(
                PyExc_TypeError,
                "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
            );
            return null_mut();
        }
    }
    winner
}
