//! The host calls a slot of a type: each kind of [`SlotKind`] has a C signature and a way to tell of an error.

use super::{F0, F3, as_fn, count_wrapper};
use crate::{Obj, buffer, err, int, members, state, text, types, value};
use gimbal_host::SlotKind;
use std::ffi::{c_char, c_int, c_void};

unsafe fn none() -> Obj {
    // SAFETY: None is an object.
    unsafe { crate::new_ref(crate::none()) }
}

/// A C status (0 or -1) as a result.
pub(super) unsafe fn status(value: c_int) -> Obj {
    // SAFETY: the lock is held.
    unsafe { if value < 0 { std::ptr::null_mut() } else { none() } }
}

/// A C truth value as a result.
unsafe fn truth(value: c_int) -> Obj {
    // SAFETY: the lock is held.
    unsafe {
        match value {
            -1 => std::ptr::null_mut(),
            0 => crate::new_ref(crate::false_object()),
            _ => crate::new_ref(crate::true_object()),
        }
    }
}

/// A C size or hash as a result: -1 means an error only when one is set.
unsafe fn number(value: isize) -> Obj {
    // SAFETY: the lock is held.
    unsafe {
        if value == -1 && !err::occurred().is_null() {
            std::ptr::null_mut()
        } else {
            int::from_i64(value as i64)
        }
    }
}

/// An index argument, or how often to repeat; None with `error` set when it does not fit.
unsafe fn index(op: Obj, error: Obj) -> Option<isize> {
    // SAFETY: `op` is an object.
    unsafe {
        let value = if types::is_int(op) { int::as_i64(op) } else { None };
        if value.is_none() {
            err::set(error, "cannot fit 'int' into an index-sized integer");
        }
        value.map(|v| v as isize)
    }
}

/// Calls a slot by its C signature.
pub(super) unsafe fn run_slot(kind: i32, f: *mut u8, a: &[Obj]) -> Obj {
    // SAFETY: the host passes what the kind asks for; `f` has that signature.
    unsafe {
        let is = |k: SlotKind| kind == k as i32;
        let value = |i: usize| a.get(i).copied().unwrap_or(std::ptr::null_mut());
        if is(SlotKind::Unary) {
            state::outside(|| as_fn!(f, unsafe extern "C" fn(Obj) -> Obj)(a[0]))
        } else if is(SlotKind::Binary) {
            state::outside(|| as_fn!(f, F0)(a[0], a[1]))
        } else if is(SlotKind::Ternary) || is(SlotKind::DescrGet) {
            state::outside(|| as_fn!(f, F3)(a[0], value(1), value(2)))
        } else if is(SlotKind::Len) || is(SlotKind::Hash) {
            number(state::outside(|| {
                as_fn!(f, unsafe extern "C" fn(Obj) -> isize)(a[0])
            }))
        } else if is(SlotKind::SsizeArg) || is(SlotKind::Item) {
            let error = if is(SlotKind::Item) {
                crate::PyExc_IndexError
            } else {
                crate::PyExc_OverflowError
            };
            let Some(i) = index(a[1], error) else {
                return std::ptr::null_mut();
            };
            let i = if is(SlotKind::Item) && i < 0 {
                adjusted(i, a[0])
            } else {
                i
            };
            if !err::occurred().is_null() {
                return std::ptr::null_mut();
            }
            state::outside(|| as_fn!(f, unsafe extern "C" fn(Obj, isize) -> Obj)(a[0], i))
        } else if is(SlotKind::SsizeObjArg) {
            let Some(mut i) = index(a[1], crate::PyExc_IndexError) else {
                return std::ptr::null_mut();
            };
            if i < 0 {
                i = adjusted(i, a[0]);
            }
            status(state::outside(|| {
                as_fn!(f, unsafe extern "C" fn(Obj, isize, Obj) -> c_int)(a[0], i, value(2))
            }))
        } else if is(SlotKind::Contains) {
            truth(state::outside(|| {
                as_fn!(f, unsafe extern "C" fn(Obj, Obj) -> c_int)(a[0], a[1])
            }))
        } else if is(SlotKind::ObjObjArg) {
            status(state::outside(|| {
                as_fn!(f, unsafe extern "C" fn(Obj, Obj, Obj) -> c_int)(a[0], a[1], value(2))
            }))
        } else if is(SlotKind::Inquiry) {
            truth(state::outside(|| {
                as_fn!(f, unsafe extern "C" fn(Obj) -> c_int)(a[0])
            }))
        } else if is(SlotKind::RichCompare) {
            let op = int::as_i64(a[2]).unwrap_or(0) as c_int;
            state::outside(|| as_fn!(f, unsafe extern "C" fn(Obj, Obj, c_int) -> Obj)(a[0], a[1], op))
        } else if is(SlotKind::Finalize) {
            state::outside(|| as_fn!(f, unsafe extern "C" fn(Obj))(a[0]));
            none()
        } else if is(SlotKind::Getter) {
            let closure = int::as_u64_mask(a[1]) as *mut c_void;
            state::outside(|| as_fn!(f, unsafe extern "C" fn(Obj, *mut c_void) -> Obj)(a[0], closure))
        } else if is(SlotKind::Setter) {
            let closure = int::as_u64_mask(a[2]) as *mut c_void;
            status(state::outside(|| {
                as_fn!(f, unsafe extern "C" fn(Obj, Obj, *mut c_void) -> c_int)(a[0], a[1], closure)
            }))
        } else if is(SlotKind::MemberGet) {
            members::get(a[0].cast::<c_char>(), f.cast())
        } else if is(SlotKind::MemberSet) {
            status(members::set(a[0].cast::<c_char>(), f.cast(), value(1)))
        } else if is(SlotKind::GetAttrString) {
            let name = text::utf8(a[1]).as_ptr().cast::<c_char>().cast_mut();
            state::outside(|| as_fn!(f, unsafe extern "C" fn(Obj, *mut c_char) -> Obj)(a[0], name))
        } else if is(SlotKind::SetAttrString) {
            let name = text::utf8(a[1]).as_ptr().cast::<c_char>().cast_mut();
            status(state::outside(|| {
                as_fn!(f, unsafe extern "C" fn(Obj, *mut c_char, Obj) -> c_int)(a[0], name, value(2))
            }))
        } else if is(SlotKind::GetBuffer) {
            buffer::export(f.cast(), a[0], int::as_i64(a[1]).unwrap_or(0) as c_int)
        } else if is(SlotKind::ReleaseBuffer) {
            buffer::end_export(int::as_u64_mask(a[1]) as *mut c_void);
            none()
        } else if is(SlotKind::InstanceDict) {
            members::placed_dict(a[0])
        } else if is(SlotKind::PlainValue) {
            value::of_instance(a[0])
        } else if is(SlotKind::NewStruct) {
            let op = types::new_struct(a[0].cast(), value(1));
            if op.is_null() {
                return op;
            }
            count_wrapper(op, 1);
            int::from_i64(op as i64)
        } else if is(SlotKind::HandledInC) {
            match err::handled() {
                exception if exception.is_null() => none(),
                exception => crate::new_ref(exception),
            }
        } else {
            err::set(
                crate::PyExc_SystemError,
                &format!("Gimbal: the host asked for unknown slot kind {kind}"),
            );
            std::ptr::null_mut()
        }
    }
}

/// A negative index, counted from the end when the object has a length.
pub(crate) unsafe fn adjusted(i: isize, me: Obj) -> isize {
    // SAFETY: `me` is an object.
    unsafe {
        let methods = (*(*me).ob_type).tp_as_sequence;
        if methods.is_null() {
            return i;
        }
        match (*methods).sq_length {
            Some(f) => i + crate::outside(|| f(me)),
            None => i,
        }
    }
}
