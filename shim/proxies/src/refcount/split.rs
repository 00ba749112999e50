//! Counts without a GIL ([`gimbal_handles::counts`]): one that the owning thread changes, and one that all threads share.
//! Values and native instances belong to the thread that makes them. Proxies of host objects have no owner: they are
//! published merged, so only the shared count counts, and every reference that C gives back passes `_Py_DecRefShared`.
//!
//! A count changes without the lock as long as others are left. It reaches zero, is merged and comes back from zero only under
//! the lock, so that tables and caches see it as in the other flavours. But what belongs to the calling thread, was never
//! another's and is in no table dies without the lock ([`dies_unseen`]): most values do.

use std::sync::atomic::{AtomicIsize, AtomicU32, AtomicUsize, Ordering};

use gimbal_handles::counts::{Counts, IMMORTAL, Left};
use gimbal_handles::merging::MergeQueues;

use crate::refcount::dealloc;
use crate::{Obj, PyMutex, PyObject, PyTypeObject, arena, hold, lock, state};

/// What `Py_REFCNT` says of objects that never die.
const IMMORTAL_COUNT: isize = 3 << 30;
/// The shared count is above two bits.
const SHIFT: u32 = 2;

/// Objects whose owner runs extension code while another thread gives back what the owner has counted.
static WAITING: MergeQueues<usize> = MergeQueues::new();

/// The head of an object that never dies.
pub const fn immortal_head(ty: *mut PyTypeObject) -> PyObject {
    PyObject {
        ob_tid: 0,
        ob_flags: 0,
        ob_mutex: PyMutex::new(),
        ob_gc_bits: 0,
        ob_ref_local: AtomicU32::new(IMMORTAL),
        ob_ref_shared: AtomicIsize::new(0),
        ob_type: ty,
    }
}

/// The three words of an object.
#[inline]
unsafe fn counts<'a>(op: Obj) -> Counts<'a> {
    // SAFETY: `op` is an object, or has room for a head; its words are only changed as atomics while threads share it.
    unsafe {
        Counts {
            owner: AtomicUsize::from_ptr(&raw mut (*op).ob_tid),
            local: &(*op).ob_ref_local,
            shared: &(*op).ob_ref_shared,
        }
    }
}

/// The number of references.
#[inline]
pub unsafe fn count(op: Obj) -> isize {
    // SAFETY: `op` is an object.
    unsafe {
        match (*op).ob_ref_local.load(Ordering::Relaxed) {
            IMMORTAL => IMMORTAL_COUNT,
            local => local as isize + ((*op).ob_ref_shared.load(Ordering::Relaxed) >> SHIFT),
        }
    }
}

/// Sets the number of references of an object that no other thread sees; the calling thread becomes its owner.
#[inline]
pub unsafe fn set_count(op: Obj, count: isize) {
    // SAFETY: `op` has room for a head.
    unsafe {
        (&raw mut (*op).ob_tid).write(lock::thread());
        (&raw mut (*op).ob_flags).write(0);
        (&raw mut (*op).ob_mutex).write(PyMutex::new());
        (&raw mut (*op).ob_gc_bits).write(0);
        (&raw mut (*op).ob_ref_local).write(AtomicU32::new(count as u32));
        (&raw mut (*op).ob_ref_shared).write(AtomicIsize::new(0));
    }
}

/// Takes the owner away from an object that no other thread sees.
#[inline]
pub unsafe fn publish(op: Obj) {
    // SAFETY: `op` is an object.
    unsafe { counts(op).publish(count(op)) }
}

/// Lets an object live for good.
pub unsafe fn immortalize(op: Obj) {
    // SAFETY: `op` is an object.
    unsafe {
        let counts = counts(op);
        counts.publish(0);
        counts.local.store(IMMORTAL, Ordering::Relaxed);
    }
}

/// Does it live for good?
#[inline]
pub unsafe fn is_immortal(op: Obj) -> bool {
    // SAFETY: `op` is an object.
    unsafe { counts(op).is_immortal() }
}

/// Takes a reference.
#[inline]
pub unsafe fn incref(op: Obj) {
    // SAFETY: `op` is an object.
    unsafe { counts(op).incref(lock::thread()) }
}

/// Gives a reference back; the object stays although it was the last.
#[inline]
pub unsafe fn drop_silently(op: Obj) {
    // SAFETY: `op` is an object; the lock is held.
    unsafe {
        let counts = counts(op);
        if !counts.decref_quickly(lock::thread()) {
            // Whatever is left, nobody is to free it now.
            let left = count(op) - 1;
            counts.publish(left);
        }
    }
}

/// Gives a reference back.
#[inline]
pub unsafe fn decref(op: Obj) {
    // SAFETY: `op` is an object and the reference is the caller's.
    unsafe {
        if !counts(op).decref_quickly(lock::thread()) {
            decref_slowly(op);
        }
    }
}

/// Does an object whose local count is or becomes zero by the calling thread, its owner, go without anybody seeing it? No
/// other thread has a reference or asks for one, and no handle leads to it. Collections, which look at all blocks, wait until
/// no thread runs extension code.
#[inline]
unsafe fn dies_unseen(op: Obj) -> bool {
    // SAFETY: the owner's reference is the last one, so that nobody gives the block a handle now.
    unsafe { counts(op).is_alone() && arena::in_range(op.cast()) && arena::handle(op) == arena::NO_HANDLE }
}

/// Does nobody but the calling thread see the object: its maker before others know it, or who frees it?
#[inline]
pub unsafe fn is_unseen(op: Obj) -> bool {
    // SAFETY: `op` is an object.
    unsafe {
        let counts = counts(op);
        counts.owner.load(Ordering::Relaxed) == lock::thread()
            && counts.local.load(Ordering::Relaxed) <= 1
            && dies_unseen(op)
    }
}

#[cold]
unsafe fn decref_slowly(op: Obj) {
    // SAFETY: as `decref`.
    unsafe {
        let counts = counts(op);
        if counts.owner.load(Ordering::Relaxed) == lock::thread() && dies_unseen(op) {
            counts.local.store(0, Ordering::Relaxed);
            return dealloc(op);
        }
        let _held = hold();
        let left = counts.decref(lock::thread());
        go_on(op, left);
    }
}

/// The owning thread's count has reached zero: from here on only the shared one counts.
#[inline]
pub unsafe fn merge(op: Obj) {
    // SAFETY: `op` is an object of which the caller is the owner.
    unsafe {
        if dies_unseen(op) {
            return dealloc(op);
        }
        let _held = hold();
        let left = counts(op).merge_zero_local();
        go_on(op, left);
    }
}

/// Takes a reference unless the object is dying; others than its owner only after [`allow_weak`].
pub unsafe fn try_incref(op: Obj) -> bool {
    // SAFETY: the memory of `op` is still there.
    unsafe { counts(op).try_incref(lock::thread()) }
}

/// The owner of an object looks for [`try_incref`] of others before it frees it.
pub unsafe fn allow_weak(op: Obj) {
    // SAFETY: `op` is an object.
    unsafe { counts(op).allow_weak() }
}

/// Does what is to be done when a reference was given back.
unsafe fn go_on(op: Obj, left: Left) {
    // SAFETY: the lock is held.
    unsafe {
        match left {
            Left::Some => {}
            Left::None => {
                // A proxy that is kept as a cache may come back, for any thread.
                counts(op).publish(0);
                dealloc(op);
            }
            Left::Queue(owner) if state::is_running(owner) => {
                WAITING.hand(owner, op as usize, |op| merge_waiting(op as Obj));
                state::call_back(owner);
            }
            // An owner that is not in extension code cannot go there without the lock: its count stands still.
            Left::Queue(_) => merge_waiting(op),
        }
    }
}

/// Merges an object that was handed over with a reference.
unsafe fn merge_waiting(op: Obj) {
    // SAFETY: the lock is held; the owner is the caller, or stands still.
    unsafe {
        if counts(op).merge(-1) == 0 {
            dealloc(op);
        }
    }
}

/// The calling thread, which holds the lock, may own objects from now on.
pub fn begin_to_own() {
    WAITING.attach(lock::thread());
}

/// Merges what waits for the calling thread, which holds the lock.
#[cold]
pub fn come_by() {
    for op in WAITING.come_by(lock::thread()) {
        // SAFETY: the calling thread is the owner.
        unsafe { merge_waiting(op as Obj) };
    }
}

/// The calling thread ends.
pub fn end_to_own() {
    let _held = hold();
    // SAFETY: the calling thread is the owner.
    WAITING.detach(lock::thread(), |op| unsafe { merge_waiting(op as Obj) });
}
