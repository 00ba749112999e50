//! Type slots and special methods: one table, read in both directions.
//!
//! * Extension type to host class: a slot that the type fills becomes the special methods that name it.
//! * Host class to type proxy: a special method that the class defines fills the slot with a function that calls the
//!   host (`host_*` below).

use crate::state::Locked;
use crate::{
    Obj, Op, PyAsyncMethods, PyMappingMethods, PyNumberMethods, PyObject, PySequenceMethods, PyTypeObject,
    arena, crossing, decref, err, int, iterators, mirror, seq, text, types, xdecref,
};
use gimbal_host::SlotKind;
use std::ffi::{c_char, c_int, c_void};
use std::mem::offset_of;

/// Where a slot is: in the type itself or in one of the structs that it points at, at a byte offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `PyTypeObject`
    Type(usize),
    /// `tp_as_async`
    Async(usize),
    /// `tp_as_number`
    Number(usize),
    /// `tp_as_mapping`
    Mapping(usize),
    /// `tp_as_sequence`
    Sequence(usize),
}

impl Place {
    /// The prefix of the slot's name.
    pub fn group(self) -> &'static str {
        match self {
            Place::Type(_) => "tp",
            Place::Async(_) => "am",
            Place::Number(_) => "nb",
            Place::Mapping(_) => "mp",
            Place::Sequence(_) => "sq",
        }
    }
}

/// One special method and its slot.
pub struct SlotDef {
    /// The special method.
    pub name: &'static str,
    /// The slot.
    pub place: Place,
    /// C signature, as the host asks for it.
    pub kind: SlotKind,
    /// Passed on to the host: 1 for a reflected operator (swap the arguments), 2 for deletion, or the comparison's number.
    pub extra: i32,
    /// The function that fills the slot of a host class.
    pub host: *const c_void,
    /// The same for host classes that derive from an extension type.
    pub derived: *const c_void,
}

// SAFETY: the pointers are functions.
unsafe impl Sync for SlotDef {}

/// The slot of a type; NULL when the struct that would hold it is missing.
pub unsafe fn get(ty: *mut PyTypeObject, place: Place) -> *const c_void {
    // SAFETY: `ty` is a type, offsets come from the table.
    unsafe {
        let address = address(ty, place);
        if address.is_null() {
            std::ptr::null()
        } else {
            *address
        }
    }
}

unsafe fn address(ty: *mut PyTypeObject, place: Place) -> *mut *const c_void {
    // SAFETY: as `get`.
    unsafe {
        let (base, offset) = match place {
            Place::Type(o) => (ty.cast::<u8>(), o),
            Place::Async(o) => ((*ty).tp_as_async.cast::<u8>(), o),
            Place::Number(o) => ((*ty).tp_as_number.cast::<u8>(), o),
            Place::Mapping(o) => ((*ty).tp_as_mapping.cast::<u8>(), o),
            Place::Sequence(o) => ((*ty).tp_as_sequence.cast::<u8>(), o),
        };
        if base.is_null() {
            std::ptr::null_mut()
        } else {
            base.add(offset).cast()
        }
    }
}

/// Fills a slot, when the struct that holds it exists.
pub unsafe fn set(ty: *mut PyTypeObject, place: Place, f: *const c_void) {
    // SAFETY: as `get`.
    unsafe {
        let address = address(ty, place);
        if !address.is_null() {
            *address = f;
        }
    }
}

/// Calls special method `name` for a slot function of the host: on the instance's own class, or, when an extension type
/// overrides the slot and asks for the inherited behaviour, on the base that it inherits from.
///
/// Each slot function exists twice. The `DERIVED` one fills the slots of host classes that derive from an extension type,
/// and always means the instance's own class: so such an override is told from the builtin below the extension type.
unsafe fn special<const DERIVED: bool>(place: Place, this: *const c_void, name: &str, args: &[Obj]) -> Obj {
    // SAFETY: arguments are objects or NULL, the first is not NULL.
    unsafe {
        let name = text::interned(name);
        let me = args[0];
        let mut ty = (*me).ob_type;
        let mut list = Vec::with_capacity(args.len() + 2);
        if DERIVED || get(ty, place) == this {
            list.push(name);
            list.extend_from_slice(args);
            return crossing::op(Op::CallSpecial, &list);
        }
        while !(*ty).tp_base.is_null() && get(ty, place) != this {
            ty = (*ty).tp_base;
        }
        list.push(ty.cast());
        list.push(name);
        list.extend_from_slice(args);
        crossing::op(Op::CallUnbound, &list)
    }
}

/// The int in an object result; -1 with the indicator set when there was none.
unsafe fn as_int(result: Obj) -> isize {
    // SAFETY: `result` is an object or NULL.
    unsafe {
        if result.is_null() {
            return -1;
        }
        let value = if types::is_int(result) {
            int::as_i64(result)
        } else {
            None
        };
        decref(result);
        value.map_or_else(
            || {
                err::set(crate::PyExc_TypeError, "an integer is required");
                -1
            },
            |v| v as isize,
        )
    }
}

unsafe fn as_unit(result: Obj) -> c_int {
    // SAFETY: as `as_int`.
    unsafe {
        if result.is_null() {
            return -1;
        }
        decref(result);
        0
    }
}

/// Assigns to a slice of a list, or deletes it, when that is all: lists that C alone knows stay so. A slice is no name of an attribute.
unsafe fn assign_slice(list: Obj, slice: Obj, value: Obj) -> Option<c_int> {
    unsafe extern "C" {
        static mut PySlice_Type: PyTypeObject;
        fn PyList_SetSlice(list: Obj, low: isize, high: isize, items: Obj) -> c_int;
        fn PySequence_Fast(items: Obj, message: *const c_char) -> Obj;
        fn PySlice_Unpack(slice: Obj, start: *mut isize, stop: *mut isize, step: *mut isize) -> c_int;
        fn PySlice_AdjustIndices(len: isize, start: *mut isize, stop: *mut isize, step: isize) -> isize;
    }
    // SAFETY: objects; `value` may be NULL.
    unsafe {
        if (*list).ob_type != &raw mut crate::PyList_Type || (*slice).ob_type != &raw mut PySlice_Type {
            return None;
        }
        let [_, _, step] = *slice.add(1).cast::<[Obj; 3]>();
        if step != crate::none() {
            return None;
        }
        let (mut start, mut stop, mut step) = (0, 0, 1);
        if PySlice_Unpack(slice, &raw mut start, &raw mut stop, &raw mut step) < 0 {
            return Some(-1);
        }
        PySlice_AdjustIndices(seq::size(list) as isize, &raw mut start, &raw mut stop, step);
        if !cfg!(Py_3_13) || value.is_null() {
            return Some(PyList_SetSlice(list, start, stop, value));
        }
        let items = PySequence_Fast(value, c"must assign iterable to extended slice".as_ptr());
        if items.is_null() {
            return Some(-1);
        }
        let status = PyList_SetSlice(list, start, stop, items);
        decref(items);
        Some(status)
    }
}

macro_rules! host_slots {
    (unary { $($u:ident $uname:literal $uplace:expr;)* }
     binary { $($b:ident $bname:literal $bplace:expr;)* }
     length { $($l:ident $lplace:expr;)* }
     assign { $($a:ident $aset:literal $adel:literal $aplace:expr;)* }) => {
        $(unsafe extern "C" fn $u<const DERIVED: bool>(me: Obj) -> Obj {
            let _held = crate::hold();
            // SAFETY: called through the slot.
            unsafe { special::<DERIVED>($uplace, $u::<DERIVED> as *const c_void, $uname, &[me]) }
        })*
        $(unsafe extern "C" fn $b<const DERIVED: bool>(me: Obj, other: Obj) -> Obj {
            let _held = crate::hold();
            // SAFETY: called through the slot.
            unsafe { special::<DERIVED>($bplace, $b::<DERIVED> as *const c_void, $bname, &[me, other]) }
        })*
        $(unsafe extern "C" fn $l<const DERIVED: bool>(me: Obj) -> isize {
            let _held = crate::hold();
            // SAFETY: called through the slot.
            unsafe { as_int(special::<DERIVED>($lplace, $l::<DERIVED> as *const c_void, "__len__", &[me])) }
        })*
        $(unsafe extern "C" fn $a<const DERIVED: bool>(me: Obj, key: Obj, value: Obj) -> c_int {
            let _held = crate::hold();
            // SAFETY: called through the slot.
            unsafe {
                if let Some(status) = assign_slice(me, key, value) {
                    return status;
                }
                let result = if value.is_null() {
                    special::<DERIVED>($aplace, $a::<DERIVED> as *const c_void, $adel, &[me, key])
                } else {
                    special::<DERIVED>($aplace, $a::<DERIVED> as *const c_void, $aset, &[me, key, value])
                };
                changed(me, result)
            }
        })*
    };
}

const fn ty(offset: usize) -> Place {
    Place::Type(offset)
}
const fn nb(offset: usize) -> Place {
    Place::Number(offset)
}
const fn sq(offset: usize) -> Place {
    Place::Sequence(offset)
}
const fn mp(offset: usize) -> Place {
    Place::Mapping(offset)
}
const fn am(offset: usize) -> Place {
    Place::Async(offset)
}

macro_rules! at {
    (tp $f:ident) => {
        ty(offset_of!(PyTypeObject, $f))
    };
    (nb $f:ident) => {
        nb(offset_of!(PyNumberMethods, $f))
    };
    (sq $f:ident) => {
        sq(offset_of!(PySequenceMethods, $f))
    };
    (mp $f:ident) => {
        mp(offset_of!(PyMappingMethods, $f))
    };
    (am $f:ident) => {
        am(offset_of!(PyAsyncMethods, $f))
    };
}

host_slots! {
    unary {
        host_repr "__repr__" at!(tp tp_repr);
        host_str "__str__" at!(tp tp_str);
        host_iter "__iter__" at!(tp tp_iter);
        host_negative "__neg__" at!(nb nb_negative);
        host_positive "__pos__" at!(nb nb_positive);
        host_absolute "__abs__" at!(nb nb_absolute);
        host_invert "__invert__" at!(nb nb_invert);
        host_int "__int__" at!(nb nb_int);
        host_float "__float__" at!(nb nb_float);
        host_index "__index__" at!(nb nb_index);
        host_await "__await__" at!(am am_await);
        host_aiter "__aiter__" at!(am am_aiter);
        host_anext "__anext__" at!(am am_anext);
    }
    binary {
        host_getitem "__getitem__" at!(mp mp_subscript);
        host_concat "__add__" at!(sq sq_concat);
        host_iconcat "__iadd__" at!(sq sq_inplace_concat);
        host_iadd "__iadd__" at!(nb nb_inplace_add);
        host_isub "__isub__" at!(nb nb_inplace_subtract);
        host_imul "__imul__" at!(nb nb_inplace_multiply);
        host_imod "__imod__" at!(nb nb_inplace_remainder);
        host_ilshift "__ilshift__" at!(nb nb_inplace_lshift);
        host_irshift "__irshift__" at!(nb nb_inplace_rshift);
        host_iand "__iand__" at!(nb nb_inplace_and);
        host_ixor "__ixor__" at!(nb nb_inplace_xor);
        host_ior "__ior__" at!(nb nb_inplace_or);
        host_ifloordiv "__ifloordiv__" at!(nb nb_inplace_floor_divide);
        host_itruediv "__itruediv__" at!(nb nb_inplace_true_divide);
        host_imatmul "__imatmul__" at!(nb nb_inplace_matrix_multiply);
    }
    length {
        host_mp_length at!(mp mp_length);
        host_sq_length at!(sq sq_length);
    }
    assign {
        host_setitem "__setitem__" "__delitem__" at!(mp mp_ass_subscript);
        host_setattro "__setattr__" "__delattr__" at!(tp tp_setattro);
    }
}

macro_rules! operators {
    ($($f:ident $name:literal $rname:literal $field:ident;)*) => {
        $(unsafe extern "C" fn $f<const DERIVED: bool>(a: Obj, b: Obj) -> Obj {
            let _held = crate::hold();
            // SAFETY: called through the slot; at least one operand's type has it.
            unsafe { operator::<DERIVED>(at!(nb $field), $f::<DERIVED> as *const c_void, $name, $rname, a, b) }
        })*
    };
}

/// A binary operator's slot is called with the instance on either side.
unsafe fn operator<const DERIVED: bool>(
    place: Place,
    this: *const c_void,
    name: &str,
    reflected: &str,
    a: Obj,
    b: Obj,
) -> Obj {
    // SAFETY: both are objects.
    unsafe {
        if types::inherits_slot((*a).ob_type, place, this) {
            let result = special::<DERIVED>(place, this, name, &[a, b]);
            if result.is_null() || result != crate::not_implemented() {
                return result;
            }
            decref(result);
        }
        if types::inherits_slot((*b).ob_type, place, this) {
            return special::<DERIVED>(place, this, reflected, &[b, a]);
        }
        crate::new_ref(crate::not_implemented())
    }
}

operators! {
    host_add "__add__" "__radd__" nb_add;
    host_sub "__sub__" "__rsub__" nb_subtract;
    host_mul "__mul__" "__rmul__" nb_multiply;
    host_mod "__mod__" "__rmod__" nb_remainder;
    host_divmod "__divmod__" "__rdivmod__" nb_divmod;
    host_lshift "__lshift__" "__rlshift__" nb_lshift;
    host_rshift "__rshift__" "__rrshift__" nb_rshift;
    host_and "__and__" "__rand__" nb_and;
    host_xor "__xor__" "__rxor__" nb_xor;
    host_or "__or__" "__ror__" nb_or;
    host_floordiv "__floordiv__" "__rfloordiv__" nb_floor_divide;
    host_truediv "__truediv__" "__rtruediv__" nb_true_divide;
    host_matmul "__matmul__" "__rmatmul__" nb_matrix_multiply;
}

unsafe extern "C" fn host_power<const DERIVED: bool>(a: Obj, b: Obj, modulus: Obj) -> Obj {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe {
        if modulus.is_null() || modulus == crate::none() {
            operator::<DERIVED>(
                at!(nb nb_power),
                host_power::<DERIVED> as *const c_void,
                "__pow__",
                "__rpow__",
                a,
                b,
            )
        } else {
            special::<DERIVED>(
                at!(nb nb_power),
                host_power::<DERIVED> as *const c_void,
                "__pow__",
                &[a, b, modulus],
            )
        }
    }
}

unsafe extern "C" fn host_ipower<const DERIVED: bool>(a: Obj, b: Obj, _modulus: Obj) -> Obj {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe {
        special::<DERIVED>(
            at!(nb nb_inplace_power),
            host_ipower::<DERIVED> as *const c_void,
            "__ipow__",
            &[a, b],
        )
    }
}

unsafe extern "C" fn host_bool<const DERIVED: bool>(me: Obj) -> c_int {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe {
        let result = special::<DERIVED>(
            at!(nb nb_bool),
            host_bool::<DERIVED> as *const c_void,
            "__bool__",
            &[me],
        );
        if result.is_null() {
            return -1;
        }
        let truth = result == crate::true_object();
        decref(result);
        c_int::from(truth)
    }
}

unsafe extern "C" fn host_hash<const DERIVED: bool>(me: Obj) -> isize {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe {
        let this = host_hash::<DERIVED> as *const c_void;
        let hash = || as_int(special::<DERIVED>(at!(tp tp_hash), this, "__hash__", &[me]));
        let Some(cache) = text::hash_cache(me) else {
            return hash();
        };
        if *cache == -1 {
            *cache = hash();
        }
        *cache
    }
}

unsafe extern "C" fn host_contains<const DERIVED: bool>(me: Obj, item: Obj) -> c_int {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe {
        let result = special::<DERIVED>(
            at!(sq sq_contains),
            host_contains::<DERIVED> as *const c_void,
            "__contains__",
            &[me, item],
        );
        if result.is_null() {
            return -1;
        }
        let truth = result == crate::true_object();
        decref(result);
        c_int::from(truth)
    }
}

unsafe fn with_index<const DERIVED: bool>(
    place: Place,
    this: *const c_void,
    name: &str,
    me: Obj,
    i: isize,
    value: Obj,
) -> Obj {
    // SAFETY: `value` may be NULL.
    unsafe {
        let index = int::from_i64(i as i64);
        let result = if value.is_null() {
            special::<DERIVED>(place, this, name, &[me, index])
        } else {
            special::<DERIVED>(place, this, name, &[me, index, value])
        };
        decref(index);
        result
    }
}

unsafe extern "C" fn host_sq_item<const DERIVED: bool>(me: Obj, i: isize) -> Obj {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe {
        with_index::<DERIVED>(
            at!(sq sq_item),
            host_sq_item::<DERIVED> as *const c_void,
            "__getitem__",
            me,
            i,
            std::ptr::null_mut(),
        )
    }
}

/// The result of an operation that has changed `me`, for a slot.
unsafe fn changed(me: Obj, result: Obj) -> c_int {
    // SAFETY: `me` is an object, the result is its own or NULL.
    unsafe {
        let status = as_unit(result);
        if status == 0 {
            if types::is_type(me) && types::is_native(me.cast()) {
                types::look_again(me.cast());
            } else if !mirror::follow(me) {
                return -1;
            }
        }
        status
    }
}

unsafe extern "C" fn host_sq_ass_item<const DERIVED: bool>(me: Obj, i: isize, value: Obj) -> c_int {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe {
        let name = if value.is_null() {
            "__delitem__"
        } else {
            "__setitem__"
        };
        let result = with_index::<DERIVED>(
            at!(sq sq_ass_item),
            host_sq_ass_item::<DERIVED> as *const c_void,
            name,
            me,
            i,
            value,
        );
        changed(me, result)
    }
}

unsafe extern "C" fn host_repeat<const DERIVED: bool>(me: Obj, n: isize) -> Obj {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe {
        with_index::<DERIVED>(
            at!(sq sq_repeat),
            host_repeat::<DERIVED> as *const c_void,
            "__mul__",
            me,
            n,
            std::ptr::null_mut(),
        )
    }
}

unsafe extern "C" fn host_irepeat<const DERIVED: bool>(me: Obj, n: isize) -> Obj {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe {
        with_index::<DERIVED>(
            at!(sq sq_inplace_repeat),
            host_irepeat::<DERIVED> as *const c_void,
            "__imul__",
            me,
            n,
            std::ptr::null_mut(),
        )
    }
}

unsafe extern "C" fn host_richcompare<const DERIVED: bool>(a: Obj, b: Obj, op: c_int) -> Obj {
    let _held = crate::hold();
    const NAMES: [&str; 6] = ["__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__"];
    // SAFETY: called through the slot.
    unsafe {
        special::<DERIVED>(
            at!(tp tp_richcompare),
            host_richcompare::<DERIVED> as *const c_void,
            NAMES[op as usize % 6],
            &[a, b],
        )
    }
}

/// `tp_getattro` of host classes.
pub unsafe extern "C" fn host_getattro(me: Obj, name: Obj) -> Obj {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe {
        let this = host_getattro as *const c_void;
        if get((*me).ob_type, at!(tp tp_getattro)) != this {
            return crossing::op(Op::GenericGetAttr, &[me, name]);
        }
        let handle = object_handle(me);
        if handle != arena::NO_HANDLE && text::is_exactly(name, &raw mut crate::PyUnicode_Type) {
            if types::is_type(me)
                && let Some(field) = crate::type_fields::get(me.cast(), name)
            {
                return int::from_i64(field as i64);
            }
            return crossing::getattr(handle, name_handle(name));
        }
        crossing::op(Op::GetAttr, &[me, name])
    }
}

/// The handle of a host object or of a type.
unsafe fn object_handle(op: Obj) -> i64 {
    // SAFETY: `op` is an object.
    unsafe {
        if types::is_type(op) {
            types::handle(op.cast())
        } else {
            arena::handle(op)
        }
    }
}

static NAMES: Locked<Option<hashbrown::HashMap<Vec<u8>, i64>>> = Locked::new(None);

/// The host's handle of an attribute name, asked for once.
pub unsafe fn name_handle(name: Obj) -> i64 {
    // SAFETY: `name` is an exact string; the lock is held.
    unsafe {
        let tag = arena::handle(name);
        if tag != arena::NO_HANDLE {
            return tag;
        }
        let key = text::utf8(name);
        let known = NAMES.get().get_or_insert_default().get(key).copied();
        let handle = known.unwrap_or_else(|| {
            let handle = crossing::op_int(Op::InternName, &[name]);
            NAMES.get().get_or_insert_default().insert(key.to_vec(), handle);
            handle
        });
        if arena::in_range(name.cast()) {
            arena::set_handle(name, handle); // a string has no handle of its own: its prefix remembers the name's
        }
        handle
    }
}

unsafe extern "C" fn host_iternext(me: Obj) -> Obj {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe {
        if iterators::is_native(me) {
            return iterators::next(me);
        }
        crossing::op(Op::IterNext, &[me])
    }
}

/// `tp_call` of host classes.
pub unsafe extern "C" fn host_call(me: Obj, args: Obj, kwargs: Obj) -> Obj {
    let _held = crate::hold();
    // SAFETY: called through the slot; `args` is a tuple.
    unsafe {
        let handle = arena::handle(me);
        if handle == arena::NO_HANDLE || !kwargs.is_null() {
            return crossing::op(Op::CallObject, &[me, args, kwargs]);
        }
        crossing::call(handle, seq::tuple_slice(args), 0)
    }
}

unsafe extern "C" fn host_descr_get<const DERIVED: bool>(me: Obj, object: Obj, class: Obj) -> Obj {
    let _held = crate::hold();
    // SAFETY: called through the slot; NULL stands for None here.
    unsafe {
        let none = crate::none();
        let object = if object.is_null() { none } else { object };
        let class = if class.is_null() { none } else { class };
        special::<DERIVED>(
            at!(tp tp_descr_get),
            host_descr_get::<DERIVED> as *const c_void,
            "__get__",
            &[me, object, class],
        )
    }
}

unsafe extern "C" fn host_descr_set<const DERIVED: bool>(me: Obj, object: Obj, value: Obj) -> c_int {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe {
        let this = host_descr_set::<DERIVED> as *const c_void;
        as_unit(if value.is_null() {
            special::<DERIVED>(at!(tp tp_descr_set), this, "__delete__", &[me, object])
        } else {
            special::<DERIVED>(at!(tp tp_descr_set), this, "__set__", &[me, object, value])
        })
    }
}

/// The type among `ty`'s bases whose slot `this` is, that is, the class whose behaviour is asked for: in the line of bases first, and else in
/// the MRO, since a type may derive from a builtin beside that line. `object` when there is none.
unsafe fn provider(ty: *mut PyTypeObject, place: Place, this: *const c_void) -> *mut PyTypeObject {
    // SAFETY: the line of bases ends at object; an MRO is a tuple of types.
    unsafe {
        let provides = |base: *mut PyTypeObject| get(base, place) == this && !types::is_native(base);
        let mut base = ty;
        while !(*base).tp_base.is_null() && !provides(base) {
            base = (*base).tp_base;
        }
        if !provides(base) && !(*ty).tp_mro.is_null() {
            let mut line = seq::tuple_slice((*ty).tp_mro).iter().map(|op| op.cast());
            return line.find(|&base| provides(base)).unwrap_or(base);
        }
        base
    }
}

/// `tp_init` of host classes and builtin types.
pub unsafe extern "C" fn host_init(me: Obj, args: Obj, kwargs: Obj) -> c_int {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe {
        let base = provider((*me).ob_type, at!(tp tp_init), host_init as *const c_void);
        as_unit(crossing::op(Op::HostInit, &[base.cast(), me, args, kwargs]))
    }
}

/// `tp_new` of host classes and builtin types.
pub unsafe extern "C" fn host_new(class: *mut PyTypeObject, args: Obj, kwargs: Obj) -> Obj {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe {
        let base = provider(class, at!(tp tp_new), host_new as *const c_void);
        if types::is_native(class) && !types::is_metatype(class) {
            return types::new_hybrid(class, base, args, kwargs);
        }
        crossing::op(Op::HostNew, &[base.cast(), class.cast(), args, kwargs])
    }
}

/// `tp_init` of host classes that derive from an extension type: what the instance's class says. (`host_init`, on such an
/// instance, is the extension asking for the builtin that it derives from.)
unsafe extern "C" fn derived_init(me: Obj, args: Obj, kwargs: Obj) -> c_int {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe {
        as_unit(crossing::op(
            Op::HostInit,
            &[(*me).ob_type.cast(), me, args, kwargs],
        ))
    }
}

/// `tp_new` of host classes that derive from an extension type and have a `__new__`.
unsafe extern "C" fn derived_new(class: *mut PyTypeObject, args: Obj, kwargs: Obj) -> Obj {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe { crossing::op(Op::HostNew, &[class.cast(), class.cast(), args, kwargs]) }
}

unsafe extern "C" fn host_finalize<const DERIVED: bool>(me: Obj) {
    let _held = crate::hold();
    // SAFETY: called through the slot; an error has nowhere to go but sys.unraisablehook.
    unsafe {
        let result = special::<DERIVED>(
            at!(tp tp_finalize),
            host_finalize::<DERIVED> as *const c_void,
            "__del__",
            &[me],
        );
        xdecref(result);
        err::clear();
    }
}

macro_rules! pair {
    ($f:ident) => {
        ($f::<false> as *const c_void, $f::<true> as *const c_void)
    };
    ($host:ident $derived:ident) => {
        ($host as *const c_void, $derived as *const c_void)
    };
}

macro_rules! table {
    ($($name:literal $where:ident $field:ident $kind:ident $extra:literal $host:ident $(/ $derived:ident)?;)*) => {
        /// Every special method with a slot. The order is CPython's: where two slots serve one special method, the
        /// first that a type fills wins.
        pub static SLOTS: &[SlotDef] = &[$(SlotDef {
            name: $name,
            place: at!($where $field),
            kind: SlotKind::$kind,
            extra: $extra,
            host: pair!($host $($derived)?).0,
            derived: pair!($host $($derived)?).1,
        },)*];
    };
}

table! {
    "__repr__" tp tp_repr Unary 0 host_repr;
    "__hash__" tp tp_hash Hash 0 host_hash;
    "__call__" tp tp_call Call 0 host_call / host_call;
    "__str__" tp tp_str Unary 0 host_str;
    "__getattribute__" tp tp_getattro Binary 0 host_getattro / host_getattro;
    "__getattr__" tp tp_getattro Binary 0 host_getattro / host_getattro;
    "__setattr__" tp tp_setattro ObjObjArg 0 host_setattro;
    "__delattr__" tp tp_setattro ObjObjArg 2 host_setattro;
    "__lt__" tp tp_richcompare RichCompare 0 host_richcompare;
    "__le__" tp tp_richcompare RichCompare 1 host_richcompare;
    "__eq__" tp tp_richcompare RichCompare 2 host_richcompare;
    "__ne__" tp tp_richcompare RichCompare 3 host_richcompare;
    "__gt__" tp tp_richcompare RichCompare 4 host_richcompare;
    "__ge__" tp tp_richcompare RichCompare 5 host_richcompare;
    "__iter__" tp tp_iter Unary 0 host_iter;
    "__next__" tp tp_iternext IterNext 0 host_iternext / host_iternext;
    "__get__" tp tp_descr_get DescrGet 0 host_descr_get;
    "__set__" tp tp_descr_set ObjObjArg 0 host_descr_set;
    "__delete__" tp tp_descr_set ObjObjArg 2 host_descr_set;
    "__init__" tp tp_init Init 0 host_init / derived_init;
    "__new__" tp tp_new New 0 host_new / derived_new;
    "__del__" tp tp_finalize Finalize 0 host_finalize;
    "__await__" am am_await Unary 0 host_await;
    "__aiter__" am am_aiter Unary 0 host_aiter;
    "__anext__" am am_anext Unary 0 host_anext;
    "__add__" nb nb_add Binary 0 host_add;
    "__radd__" nb nb_add Binary 1 host_add;
    "__sub__" nb nb_subtract Binary 0 host_sub;
    "__rsub__" nb nb_subtract Binary 1 host_sub;
    "__mul__" nb nb_multiply Binary 0 host_mul;
    "__rmul__" nb nb_multiply Binary 1 host_mul;
    "__mod__" nb nb_remainder Binary 0 host_mod;
    "__rmod__" nb nb_remainder Binary 1 host_mod;
    "__divmod__" nb nb_divmod Binary 0 host_divmod;
    "__rdivmod__" nb nb_divmod Binary 1 host_divmod;
    "__pow__" nb nb_power Ternary 0 host_power;
    "__rpow__" nb nb_power Ternary 1 host_power;
    "__neg__" nb nb_negative Unary 0 host_negative;
    "__pos__" nb nb_positive Unary 0 host_positive;
    "__abs__" nb nb_absolute Unary 0 host_absolute;
    "__bool__" nb nb_bool Inquiry 0 host_bool;
    "__invert__" nb nb_invert Unary 0 host_invert;
    "__lshift__" nb nb_lshift Binary 0 host_lshift;
    "__rlshift__" nb nb_lshift Binary 1 host_lshift;
    "__rshift__" nb nb_rshift Binary 0 host_rshift;
    "__rrshift__" nb nb_rshift Binary 1 host_rshift;
    "__and__" nb nb_and Binary 0 host_and;
    "__rand__" nb nb_and Binary 1 host_and;
    "__xor__" nb nb_xor Binary 0 host_xor;
    "__rxor__" nb nb_xor Binary 1 host_xor;
    "__or__" nb nb_or Binary 0 host_or;
    "__ror__" nb nb_or Binary 1 host_or;
    "__int__" nb nb_int Unary 0 host_int;
    "__float__" nb nb_float Unary 0 host_float;
    "__iadd__" nb nb_inplace_add Binary 0 host_iadd;
    "__isub__" nb nb_inplace_subtract Binary 0 host_isub;
    "__imul__" nb nb_inplace_multiply Binary 0 host_imul;
    "__imod__" nb nb_inplace_remainder Binary 0 host_imod;
    "__ipow__" nb nb_inplace_power Ternary 0 host_ipower;
    "__ilshift__" nb nb_inplace_lshift Binary 0 host_ilshift;
    "__irshift__" nb nb_inplace_rshift Binary 0 host_irshift;
    "__iand__" nb nb_inplace_and Binary 0 host_iand;
    "__ixor__" nb nb_inplace_xor Binary 0 host_ixor;
    "__ior__" nb nb_inplace_or Binary 0 host_ior;
    "__floordiv__" nb nb_floor_divide Binary 0 host_floordiv;
    "__rfloordiv__" nb nb_floor_divide Binary 1 host_floordiv;
    "__truediv__" nb nb_true_divide Binary 0 host_truediv;
    "__rtruediv__" nb nb_true_divide Binary 1 host_truediv;
    "__ifloordiv__" nb nb_inplace_floor_divide Binary 0 host_ifloordiv;
    "__itruediv__" nb nb_inplace_true_divide Binary 0 host_itruediv;
    "__index__" nb nb_index Unary 0 host_index;
    "__matmul__" nb nb_matrix_multiply Binary 0 host_matmul;
    "__rmatmul__" nb nb_matrix_multiply Binary 1 host_matmul;
    "__imatmul__" nb nb_inplace_matrix_multiply Binary 0 host_imatmul;
    "__len__" mp mp_length Len 0 host_mp_length;
    "__getitem__" mp mp_subscript Binary 0 host_getitem;
    "__setitem__" mp mp_ass_subscript ObjObjArg 0 host_setitem;
    "__delitem__" mp mp_ass_subscript ObjObjArg 2 host_setitem;
    "__len__" sq sq_length Len 0 host_sq_length;
    "__add__" sq sq_concat Binary 0 host_concat;
    "__mul__" sq sq_repeat SsizeArg 0 host_repeat;
    "__rmul__" sq sq_repeat SsizeArg 0 host_repeat;
    "__getitem__" sq sq_item Item 0 host_sq_item;
    "__setitem__" sq sq_ass_item SsizeObjArg 0 host_sq_ass_item;
    "__delitem__" sq sq_ass_item SsizeObjArg 2 host_sq_ass_item;
    "__contains__" sq sq_contains Contains 0 host_contains;
    "__iadd__" sq sq_inplace_concat Binary 0 host_iconcat;
    "__imul__" sq sq_inplace_repeat SsizeArg 0 host_irepeat;
}

/// A slot that is filled by every type and says nothing.
pub fn is_plain(f: *const c_void) -> bool {
    unsafe extern "C" {
        fn PyObject_GenericGetAttr(o: *mut PyObject, name: *mut PyObject) -> *mut PyObject;
        fn PyObject_GenericSetAttr(o: *mut PyObject, name: *mut PyObject, value: *mut PyObject) -> c_int;
    }
    f == PyObject_GenericGetAttr as *const c_void || f == PyObject_GenericSetAttr as *const c_void
}
