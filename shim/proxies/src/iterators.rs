//! Iterators over lists, tuples and ranges that C asks for: native, as long as the host does not see them.
//!
//! An item of one of the host's lists is read in its mirror until Python code has run; from then on the host is asked for each.
//! When such an iterator is to cross, the host makes one that stands where this one stands, and this one passes on what C asks.

use crate::crossing::op;
use crate::state::Locked;
use crate::{
    Obj, Op, PyExc_IndexError, PyList_Type, PyObject, PyTuple_Type, PyTypeObject, arena, decref, dict, err,
    int, new_ref, refcount, seq, text, xdecref,
};

unsafe extern "C" {
    static mut PyRange_Type: PyTypeObject;
}

/// The classes that the host has for such iterators, of which several may be the same: asked for when one is made.
static CLASSES: Locked<[*mut PyTypeObject; 3]> = Locked::new([std::ptr::null_mut(); 3]);
const LIST: usize = 0;
const TUPLE: usize = 1;
const RANGE: usize = 2;

#[repr(C)]
struct Iterator {
    ob_base: PyObject,
    /// What is iterated over; NULL at the end.
    source: Obj,
    /// The host's iterator, which does the work from now on.
    host: Obj,
    /// The index of the next item, or the next number of a range.
    at: i64,
    /// Of a range.
    step: i64,
    left: u64,
    /// When `source` was in step with the host.
    moment: u64,
}

unsafe fn block<'a>(op: Obj) -> &'a mut Iterator {
    // SAFETY: `is_native` said so.
    unsafe { &mut *op.cast::<Iterator>() }
}

/// Is it one of these iterators?
#[inline]
pub unsafe fn is_native(op: Obj) -> bool {
    // SAFETY: `op` is an object.
    unsafe { CLASSES.get().contains(&(*op).ob_type) && !seq::is_host(op) }
}

/// `iter(op)` without the host; None when it has to be asked.
pub unsafe fn begin(op: Obj) -> Option<Obj> {
    // SAFETY: `op` is an object.
    unsafe {
        let ty = (*op).ob_type;
        if ty == &raw mut PyList_Type {
            Some(new(LIST, op))
        } else if ty == &raw mut PyTuple_Type {
            Some(new(TUPLE, op))
        } else if ty == &raw mut PyRange_Type && seq::is_host(op) {
            let [start, stop, step] = ["start", "stop", "step"].map(|name| number(op, name));
            let (start, stop, step) = (start?, stop?, step?);
            let ahead = if step > 0 {
                stop.checked_sub(start)?
            } else {
                start.checked_sub(stop)?
            };
            let iterator = new(RANGE, op);
            if !iterator.is_null() {
                let range = block(iterator);
                (range.at, range.step) = (start, step);
                range.left = (ahead.max(0) as u64).div_ceil(step.unsigned_abs());
            }
            Some(iterator)
        } else if is_native(op) {
            Some(new_ref(op))
        } else {
            None
        }
    }
}

/// An attribute of a range when it fits a word.
unsafe fn number(range: Obj, name: &str) -> Option<i64> {
    // SAFETY: `range` is an object.
    unsafe {
        let value = op(Op::GetAttr, &[range, text::interned(name)]);
        if value.is_null() {
            err::clear();
            return None;
        }
        let number = int::as_i64(value);
        decref(value);
        number
    }
}

/// The class of the host's iterators of a kind; NULL with an error set on failure.
unsafe fn class(kind: usize, source: Obj) -> *mut PyTypeObject {
    // SAFETY: the lock is held; types stay.
    unsafe {
        if CLASSES.get()[kind].is_null() {
            let iterator = op(Op::Iter, &[source]);
            if iterator.is_null() {
                return std::ptr::null_mut();
            }
            let ty = (*iterator).ob_type;
            decref(iterator);
            (*ty).tp_dealloc = Some(dealloc);
            CLASSES.get()[kind] = ty;
        }
        CLASSES.get()[kind]
    }
}

unsafe fn new(kind: usize, source: Obj) -> Obj {
    // SAFETY: all-zero is a valid rest.
    unsafe {
        let ty = class(kind, source);
        if ty.is_null() {
            return std::ptr::null_mut();
        }
        let op = arena::alloc_zeroed(size_of::<Iterator>()).cast::<PyObject>();
        if op.is_null() {
            return seq::no_memory();
        }
        refcount::begin(op, ty);
        let iterator = block(op);
        iterator.source = new_ref(source);
        iterator.moment = dict::moment();
        op
    }
}

/// The next item, a new reference; NULL without an error at the end.
pub unsafe fn next(iterator: Obj) -> Obj {
    // SAFETY: `iterator` is one of these.
    unsafe {
        let it = block(iterator);
        if !it.host.is_null() {
            return op(Op::IterNext, &[it.host]);
        }
        let source = it.source;
        if source.is_null() {
            return source;
        }
        let ty = (*source).ob_type;
        let item = if ty == &raw mut PyRange_Type {
            if it.left == 0 {
                std::ptr::null_mut()
            } else {
                let number = it.at;
                it.left -= 1;
                it.at = it.at.wrapping_add(it.step);
                return int::from_i64(number);
            }
        } else if it.at as usize >= seq::size(source) {
            std::ptr::null_mut()
        } else if ty == &raw mut PyTuple_Type {
            new_ref(seq::tuple_slice(source)[it.at as usize])
        } else if it.moment == dict::moment() || !seq::is_host(source) {
            new_ref(seq::list_slice(source)[it.at as usize])
        } else {
            ask(source, it.at)
        };
        if !item.is_null() {
            it.at += 1;
        } else if err::occurred().is_null() {
            it.source = std::ptr::null_mut();
            decref(source);
        }
        item
    }
}

/// An item of the host's list; NULL without an error when there is none.
unsafe fn ask(list: Obj, at: i64) -> Obj {
    // SAFETY: `list` is a list.
    unsafe {
        let index = int::from_i64(at);
        let item = op(Op::GetItem, &[list, index]);
        decref(index);
        if item.is_null() && err::matches(err::occurred(), PyExc_IndexError) {
            err::clear();
        }
        item
    }
}

/// The host's iterator in place of this one; NULL with an error set on failure.
pub unsafe fn promote(iterator: Obj) -> Obj {
    // SAFETY: `iterator` is one of these; it keeps the reference of the host's.
    unsafe {
        let it = block(iterator);
        if it.host.is_null() {
            let over = if it.source.is_null() {
                seq::new_list(0)
            } else {
                new_ref(it.source)
            };
            let host = op(Op::Iter, &[over]);
            let is_range = (*over).ob_type == &raw mut PyRange_Type;
            decref(over);
            if host.is_null() {
                return host;
            }
            let mut passed = if is_range {
                let first = number(it.source, "start").unwrap_or(it.at);
                it.at.wrapping_sub(first) / it.step
            } else {
                it.at
            };
            while passed > 0 {
                let item = op(Op::IterNext, &[host]);
                if item.is_null() {
                    break;
                }
                decref(item);
                passed -= 1;
            }
            it.host = host;
            xdecref(std::mem::replace(&mut it.source, std::ptr::null_mut()));
        }
        it.host
    }
}

/// What one refers to.
pub unsafe fn references(iterator: Obj) -> [Obj; 2] {
    // SAFETY: `iterator` is one of these.
    unsafe { [block(iterator).source, block(iterator).host] }
}

/// `tp_dealloc` of those classes.
pub unsafe extern "C" fn dealloc(iterator: Obj) {
    let _held = crate::hold();
    // SAFETY: the count is zero.
    unsafe {
        if seq::is_host(iterator) {
            refcount::retire(iterator);
        } else {
            refcount::free_container(iterator, |iterator| {
                references(iterator).into_iter().for_each(|op| xdecref(op));
                arena::free(iterator.cast());
            });
        }
    }
}
