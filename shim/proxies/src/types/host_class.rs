//! The class that the host makes of an extension type: what the host is told of methods, members and the layout, and how instances come
//! about whose first part is the host's.

use super::{is_native, items};
use crate::slots::{self, Place, SLOTS};
use crate::{
    Obj, Op, Py_TPFLAGS_HEAPTYPE, PyHeapTypeObject, PyMethodDef, PyObject, PyTypeObject, arena, crossing,
    decref, int, new_ref, seq, text, type_flags, xdecref,
};
use std::ffi::{CStr, CString, c_char, c_void};

unsafe extern "C" {
    fn PyObject_GenericGetDict(object: Obj, context: *mut c_void) -> Obj;
    fn PyObject_HashNotImplemented(object: *mut PyObject) -> isize;
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
pub(super) unsafe fn entries(ty: *mut PyTypeObject) -> Obj {
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
                || f == def.host // copied from a builtin: asked by that, the host would find it here again; so it is inherited
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
pub(super) unsafe fn make_class(ty: *mut PyTypeObject, entries: Obj, own_new: bool) -> bool {
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
/// the builtin's part. C reads values in place, so the struct gets a copy. When that can be made without the host, its object is made when
/// the instance first gets there.
pub unsafe fn new_hybrid(class: *mut PyTypeObject, base: *mut PyTypeObject, args: Obj, kwargs: Obj) -> Obj {
    // SAFETY: `class` is native; its struct begins like its base's.
    unsafe {
        if let Some(value) = value_alone(base, args, kwargs) {
            return new_struct(class, value);
        }
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

/// What `base(*args, **kwargs)` is for a builtin called with nothing but a value of its own.
unsafe fn value_alone(base: *mut PyTypeObject, args: Obj, kwargs: Obj) -> Option<Obj> {
    // SAFETY: a tuple or NULL, a dict or NULL.
    unsafe {
        if args.is_null() || !kwargs.is_null() && crate::dict::len(kwargs) != 0 {
            return None;
        }
        let &[value] = seq::tuple_slice(args) else {
            return None;
        };
        let builtins = [
            &raw mut crate::PyUnicode_Type,
            &raw mut crate::PyBytes_Type,
            &raw mut crate::PyLong_Type,
            &raw mut crate::PyFloat_Type,
        ];
        (builtins.contains(&base) && (*value).ob_type == base).then_some(value)
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
