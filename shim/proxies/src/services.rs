//! What the host asks besides calling: names of operations and special methods, housekeeping, figures. Part of
//! [`gimbal_host::ShimTable`], like [`crate::guest`].

use crate::guest::{quietly, release_kept};
use crate::{Obj, Op, arena, crossing, cycles, decref, err, growth, incref, mirror, refcount, slots, state};
use gimbal_host::Cell;

pub(crate) unsafe extern "C" fn op_name(code: i32) -> *const u8 {
    usize::try_from(code)
        .ok()
        .and_then(|i| Op::ALL.get(i))
        .map_or(std::ptr::null(), |op| op.name().as_ptr().cast())
}

pub(crate) unsafe extern "C" fn dunder_name(i: i32) -> *const u8 {
    use std::sync::OnceLock;
    static NAMES: OnceLock<Vec<std::ffi::CString>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let text = |def: &slots::SlotDef| format!("{} {}", def.place.group(), def.name);
        slots::SLOTS
            .iter()
            .filter_map(|def| std::ffi::CString::new(text(def)).ok())
            .collect()
    });
    usize::try_from(i)
        .ok()
        .and_then(|i| names.get(i))
        .map_or(std::ptr::null(), |n| n.as_ptr().cast())
}

pub(crate) unsafe extern "C" fn forget(out: *mut Cell) {
    // SAFETY: the host passes the cells of a call that has ended.
    unsafe { quietly(|| release_kept(out)) }
}

pub(crate) unsafe extern "C" fn collect() -> i64 {
    let mut count = 0;
    // SAFETY: as `decref_entry`.
    unsafe {
        quietly(|| {
            let (class, value, traceback) = err::fetch();
            count = cycles::collect() as i64;
            err::restore(class, value, traceback);
        });
    }
    count
}

/// The edges of the last survey: the host reads them before it asks again.
static EDGES: state::Locked<Vec<cycles::Edge>> = state::Locked::new(Vec::new());

pub(crate) unsafe extern "C" fn survey(n: i64, known: *mut i64, count: *mut i64) -> *const i64 {
    let mut edges = std::ptr::null();
    // SAFETY: the host passes `n` words about live instances and one word for the count.
    unsafe {
        quietly(|| {
            *EDGES.get() = cycles::survey(std::slice::from_raw_parts_mut(known, n as usize));
            *count = EDGES.get().len() as i64;
            edges = EDGES.get().as_ptr().cast();
        });
    }
    edges
}

/// Runs `f` on instances whose wrappers are dead; a pending error of the thread survives it.
unsafe fn for_dead(n: i64, dead: *const i64, f: unsafe fn(Obj)) {
    // SAFETY: the host passes `n` addresses of instances that have a wrapper's reference still, which keeps each alive
    // meanwhile.
    unsafe {
        quietly(|| {
            let (class, value, traceback) = err::fetch();
            for &address in std::slice::from_raw_parts(dead, n as usize) {
                let op = address as Obj;
                incref(op);
                f(op);
                decref(op);
            }
            err::restore(class, value, traceback);
        });
    }
}

pub(crate) unsafe extern "C" fn finalize(n: i64, dead: *const i64) {
    // SAFETY: as `for_dead`.
    unsafe { for_dead(n, dead, cycles::finalize) }
}

pub(crate) unsafe extern "C" fn clear(n: i64, dead: *const i64) {
    // SAFETY: as `for_dead`.
    unsafe { for_dead(n, dead, cycles::clear) }
}

pub(crate) unsafe extern "C" fn touch(handle: i64) {
    // SAFETY: the host passes the handle of a dict.
    unsafe {
        quietly(|| {
            if let Some(op) = crossing::peek(handle) {
                crate::dict::touch(op);
            }
        });
    }
}

pub(crate) unsafe extern "C" fn stat(what: i32) -> i64 {
    let mut result = 0;
    // SAFETY: reading our own figures under the lock.
    unsafe {
        quietly(|| {
            result = match what {
                0 => crossing::live() as i64,
                1 => arena::used() as i64,
                2 => refcount::queued() as i64,
                3 => mirror::comparisons() as i64,
                4 => growth::now(),
                _ => -1,
            };
        });
    }
    result
}

pub(crate) unsafe extern "C" fn flush(classes: i32) {
    // SAFETY: the host calls it outside finalizers.
    unsafe { quietly(|| refcount::flush(classes)) }
}
