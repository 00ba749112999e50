//! Fields of builtin objects that C's macros read in place, besides those of containers and values.

use crate::state::Locked;
use crate::{
    _PyWeakref_RefType, CodeObject, Obj, Op, Py_buffer, PyBaseExceptionObject, PyCell_Type,
    PyExc_StopIteration, PyExc_SystemExit, PyFrozenSet_Type, PyImportErrorObject, PyMemoryView_Type,
    PyOSErrorObject, PyObject, PySet_Type, PySlice_Type, PyStopIterationObject, PySyntaxErrorObject,
    PySystemExitObject, PyTypeObject, PyUnicodeErrorObject, buffer, crossing, datetimes, dict, err, text,
    type_flags, types, xdecref, xincref,
};
use hashbrown::HashMap;
use std::ffi::c_int;

unsafe extern "C" {
    static mut PyCode_Type: PyTypeObject;
    static mut PyMethod_Type: PyTypeObject;
    static mut PyInstanceMethod_Type: PyTypeObject;
}

/// May blocks of this type refer to other blocks?
pub unsafe fn may_refer(ty: *const PyTypeObject) -> bool {
    const CONTAINERS: std::ffi::c_ulong =
        crate::Py_TPFLAGS_LIST_SUBCLASS | crate::Py_TPFLAGS_TUPLE_SUBCLASS | crate::Py_TPFLAGS_DICT_SUBCLASS;
    // SAFETY: a type.
    unsafe {
        crate::type_flags::of(ty) & CONTAINERS != 0
            || ty == &raw const crate::PyCFunction_Type
            || are_sent(ty)
    }
}

/// The references that a proxy holds behind its head.
pub unsafe fn references<'a>(op: Obj) -> &'a [Obj] {
    // SAFETY: `op` is the proxy of a host object, which has as many as its type says.
    unsafe {
        match datetimes::zone_place(op) {
            Some(zone) => std::slice::from_ref(&*zone),
            None => std::slice::from_raw_parts(op.add(1).cast::<Obj>(), count((*op).ob_type)),
        }
    }
}

/// Does the host send something with the object that stands in the proxy of an instance of this type?
pub unsafe fn are_sent(ty: *const PyTypeObject) -> bool {
    // SAFETY: a type.
    unsafe { count(ty) > 0 || datetimes::kind(ty).is_some() }
}

/// How many references to other objects follow the head in the proxy of an instance of this type; the host sends them
/// with the object.
pub unsafe fn count(ty: *const PyTypeObject) -> usize {
    if ty == &raw const PySlice_Type {
        3
    } else if ty == &raw const PyMethod_Type {
        2
    } else if ty == &raw const PyCell_Type || ty == &raw const PyInstanceMethod_Type {
        1
    } else {
        // SAFETY: a type.
        unsafe { count_of_exception(ty) }
    }
}

/// Exceptions have six fields (five before 3.11, which brought the notes) and a flag; those that carry a value have it behind them.
unsafe fn count_of_exception(ty: *const PyTypeObject) -> usize {
    const FIELDS: usize = if cfg!(Py_3_11) { 6 } else { 5 };
    // SAFETY: a type; the exported exceptions are types, too.
    unsafe {
        let ty = ty.cast_mut();
        if type_flags::of(ty) & crate::Py_TPFLAGS_BASE_EXC_SUBCLASS == 0 || types::is_native(ty) {
            0
        } else if types::is_subtype(ty, PyExc_StopIteration.cast())
            || types::is_subtype(ty, PyExc_SystemExit.cast())
        {
            FIELDS + 2
        } else {
            FIELDS
        }
    }
}

/// The size of the struct of a builtin exception; classes of Python that happen to have such a name are larger than they
/// need to be.
pub fn size_of_exception(name: &[u8]) -> usize {
    const WORD: usize = size_of::<Obj>();
    match name {
        b"StopIteration" => size_of::<PyStopIterationObject>(),
        b"SystemExit" => size_of::<PySystemExitObject>(),
        b"ImportError" => size_of::<PyImportErrorObject>(),
        b"OSError" => size_of::<PyOSErrorObject>(),
        b"SyntaxError" => size_of::<PySyntaxErrorObject>(),
        b"UnicodeEncodeError" | b"UnicodeDecodeError" | b"UnicodeTranslateError" => {
            size_of::<PyUnicodeErrorObject>()
        }
        b"NameError" => size_of::<PyBaseExceptionObject>() + WORD,
        b"AttributeError" => size_of::<PyBaseExceptionObject>() + 2 * WORD,
        _ => size_of::<PyBaseExceptionObject>(),
    }
}

/// A new object of the host (or NULL) that C made of these parts: its fields name C's own objects, not others of equal value.
pub unsafe fn with_parts(op: Obj, parts: &[Obj]) -> Obj {
    // SAFETY: the proxy has the fields that `count` tells.
    unsafe {
        if !op.is_null() && count((*op).ob_type) == parts.len() {
            for (i, &part) in parts.iter().enumerate() {
                let place = &mut *op.add(1).cast::<Obj>().add(i);
                xincref(part);
                xdecref(std::mem::replace(place, part));
            }
        }
        op
    }
}

/// Where `PySet_GET_SIZE` reads the number of items: behind the head and CPython's count of used slots.
const USED: usize = size_of::<PyObject>() + size_of::<isize>();

/// Asks the host for the number of items of a set and puts it where C reads it; -1 with an error set.
pub unsafe fn measure(set: Obj) -> isize {
    // SAFETY: `set` is a set or frozenset, whose struct is CPython's.
    unsafe {
        let len = crossing::op_int(Op::Len, &[set]) as isize;
        if len >= 0 {
            *set.byte_add(USED).cast() = len;
        }
        len
    }
}

/// `PyMemoryViewObject`, down to what its macro reads.
#[repr(C)]
struct MemoryViewObject {
    ob_base: crate::PyVarObject,
    mbuf: Obj,
    hash: isize,
    flags: c_int,
    exports: isize,
    view: Py_buffer,
}

/// Buffers open for the proxies of memory views.
static OPEN_VIEWS: Locked<usize> = Locked::new(0);

/// Is a buffer open that would keep its exporter from being resized? Then what is dead must not wait.
#[inline]
pub fn views_are_open() -> bool {
    // SAFETY: callers hold the extension lock.
    unsafe { *OPEN_VIEWS.get() > 0 }
}

/// C has dropped its last reference: a buffer that stayed open would keep its exporter from being resized.
#[inline]
pub unsafe fn let_go(op: Obj) {
    // SAFETY: `op` is a proxy; the lock is held.
    unsafe {
        if (*op).ob_type == &raw mut PyMemoryView_Type {
            close_view(op);
        }
    }
}

/// Opens the buffer that `PyMemoryView_GET_BUFFER` shows, for as long as C has references to the proxy.
unsafe fn open_view(op: Obj) {
    const FULL_READ_ONLY: c_int = 0x11c;
    // SAFETY: `op` is the proxy of a memory view.
    unsafe {
        let view = &raw mut (*op.cast::<MemoryViewObject>()).view;
        if (*view).internal.is_null() && buffer::get(op, view, FULL_READ_ONLY) == 0 {
            crate::refcount::drop_silently(op); // its own reference to itself would keep it alive for good
            *OPEN_VIEWS.get() += 1;
        }
    }
}

unsafe fn close_view(op: Obj) {
    // SAFETY: as `open_view`; C does not use the proxy any more.
    unsafe {
        let view = &raw mut (*op.cast::<MemoryViewObject>()).view;
        if !(*view).internal.is_null()
            && let Some(release) = buffer::HOST_BUFFER.bf_releasebuffer
        {
            *OPEN_VIEWS.get() -= 1;
            release(op, view);
        }
    }
}

/// Weak references by the object that their `wr_object` names.
static WEAK: Locked<Option<HashMap<usize, Vec<Obj>>>> = Locked::new(None);

/// Puts what a weak reference refers to where `PyWeakref_GET_OBJECT` reads it. The outermost call keeps the object.
pub unsafe fn follow(reference: Obj) -> Obj {
    // SAFETY: `reference` is the proxy of a weak reference.
    unsafe {
        let target = crossing::lend_to_call(crossing::op(Op::WeakRefGet, &[reference]));
        if !target.is_null() {
            point(reference, target);
        }
        target
    }
}

unsafe fn point(reference: Obj, target: Obj) {
    // SAFETY: as `follow`.
    unsafe {
        let place = &raw mut (*reference.cast::<WeakrefObject>()).wr_object;
        if *place == target {
            return;
        }
        let table = WEAK.get().get_or_insert_default();
        if let Some(others) = table.get_mut(&(*place as usize)) {
            others.retain(|&other| other != reference);
            if others.is_empty() {
                table.remove(&(*place as usize));
            }
        }
        *place = target;
        if target != crate::none() {
            table.entry(target as usize).or_default().push(reference);
        }
    }
}

#[repr(C)]
struct WeakrefObject {
    ob_base: PyObject,
    wr_object: Obj,
}

/// A proxy is about to be freed: gives back what its fields hold and forgets it.
#[inline]
pub unsafe fn drop_all(op: Obj) {
    // SAFETY: nobody uses the proxy any more; the lock is held.
    unsafe {
        let ty: *const PyTypeObject = (*op).ob_type;
        references(op).iter().for_each(|&item| xdecref(item));
        if ty == &raw const _PyWeakref_RefType {
            point(op, crate::none());
        }
        forget_target(op);
    }
}

/// Weak references that name a block must not once it is freed.
pub unsafe fn forget_target(op: Obj) {
    // SAFETY: the lock is held.
    unsafe {
        if let Some(table) = WEAK.get()
            && !table.is_empty()
            && let Some(references) = table.remove(&(op as usize))
        {
            for reference in references {
                (*reference.cast::<WeakrefObject>()).wr_object = crate::none();
            }
        }
    }
}

/// Asks the host for what C reads in the struct of a code object: what kind of function it is, its arguments, and its names, which
/// are interned, so that the proxy owns nothing.
unsafe fn describe_code(op: Obj) {
    // SAFETY: `op` is the proxy of a code object.
    unsafe {
        let code = &mut *op.cast::<CodeObject>();
        let fields: [(&str, &mut c_int); 6] = [
            ("co_flags", &mut code.co_flags),
            ("co_argcount", &mut code.co_argcount),
            ("co_posonlyargcount", &mut code.co_posonlyargcount),
            ("co_kwonlyargcount", &mut code.co_kwonlyargcount),
            ("co_nlocals", &mut code.co_nlocals),
            ("co_firstlineno", &mut code.co_firstlineno),
        ];
        for (name, place) in fields {
            let number = crossing::op_int(Op::GetAttr, &[op, text::interned(name)]);
            *place = number as c_int;
        }
        let names: [(&str, &mut Obj); _] = [
            ("co_filename", &mut code.co_filename),
            ("co_name", &mut code.co_name),
            #[cfg(Py_3_11)]
            ("co_qualname", &mut code.co_qualname),
        ];
        for (name, place) in names {
            let found = crossing::op(Op::GetAttr, &[op, text::interned(name)]);
            if !found.is_null() {
                *place = text::intern_object(found);
                xdecref(found);
            }
        }
    }
}

/// Fills the fields of a proxy that C is about to get, when the host does not send them with the object.
#[inline]
pub unsafe fn fill(op: Obj) {
    // SAFETY: `op` is the proxy of a host object. What C has raised so far stays.
    unsafe {
        let ty: *const PyTypeObject = (*op).ob_type;
        let fill: unsafe fn(Obj) = if ty == &raw const PySet_Type || ty == &raw const PyFrozenSet_Type {
            |op| {
                measure(op);
            }
        } else if type_flags::of(ty) & crate::Py_TPFLAGS_DICT_SUBCLASS != 0
            && !types::is_native(ty.cast_mut())
        {
            |op| {
                dict::measure(op);
            }
        } else if ty == &raw const PyMemoryView_Type {
            open_view
        } else if ty == &raw const _PyWeakref_RefType {
            |op| {
                follow(op);
            }
        } else if ty == &raw const PyCode_Type {
            describe_code
        } else {
            return;
        };
        let pending = err::fetch();
        fill(op);
        err::clear();
        err::restore(pending.0, pending.1, pending.2);
    }
}
