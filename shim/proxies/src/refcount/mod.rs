//! Reference counts. C changes them in place; only a count that reaches zero reaches us, through [`dealloc`].
//!
//! How a count is kept differs: `plain` before 3.12, `saturated` since then, `split` without a GIL. All three have
//! the same functions.

#[cfg(not(Py_3_12))]
mod plain;
#[cfg(all(Py_3_12, not(Py_GIL_DISABLED)))]
mod saturated;
#[cfg(Py_GIL_DISABLED)]
mod split;

#[cfg(Py_3_13)]
pub mod tracer;

#[cfg(not(Py_3_12))]
pub use plain::*;
#[cfg(all(Py_3_12, not(Py_GIL_DISABLED)))]
pub use saturated::*;
#[cfg(Py_GIL_DISABLED)]
pub use split::*;

use crate::state::{self, Locked};
use crate::{Obj, PyTypeObject, arena, crossing, idle};
use gimbal_host::Release;

/// When this many dead proxies wait, their handles are closed in one crossing at the end of the outermost call.
const BATCH: usize = 256;

static DEAD: Locked<Vec<Obj>> = Locked::new(Vec::new());

/// Lists and dicts of the host that hold other objects here, and to which C has dropped its last reference. What they hold is let
/// go of at the end of the outermost call: C may have borrowed an item until then, and after that mirrors in it would be kept in
/// step for nobody.
static WARM: Locked<Vec<Obj>> = Locked::new(Vec::new());

/// What stands in the proxy of a list or dict has changed: does one of the items have a handle? If so, neighbours are remembered.
pub unsafe fn note_items(op: Obj, items: &[Obj]) {
    // SAFETY: items are objects or NULL; the extension lock is held.
    unsafe {
        let holds = |&item: &Obj| !item.is_null() && arena::handle(item) != arena::NO_HANDLE;
        if items.iter().any(holds) {
            arena::set_flags(op, arena::flags(op) | arena::HOLDS);
            crate::dict::note_neighbours(items);
        }
    }
}

/// Empties such containers, unless they are in use again; what they held may be such containers, too.
#[inline]
unsafe fn cool() {
    // SAFETY: the extension lock is held; each entry is a proxy that has not been freed, since `flush` comes here before.
    unsafe {
        while let Some(op) = WARM.get().pop() {
            if count(op) > 0 {
                arena::set_flags(op, arena::flags(op) | arena::HOLDS);
            } else {
                crate::decode::empty(op);
            }
        }
    }
}

/// Makes a fresh block an object of type `ty` with one reference.
#[inline]
pub unsafe fn begin(op: Obj, ty: *mut PyTypeObject) {
    // SAFETY: the block has room for a head.
    unsafe {
        set_count(op, 1);
        (*op).ob_type = ty;
        #[cfg(Py_3_13)]
        tracer::tell(op, tracer::CREATE);
    }
}

/// [`begin`] for the proxy of a host object, which no thread owns.
#[inline]
pub unsafe fn begin_proxy(op: Obj, ty: *mut PyTypeObject) {
    // SAFETY: as `begin`.
    unsafe {
        begin(op, ty);
        #[cfg(Py_GIL_DISABLED)]
        publish(op);
    }
}

/// Takes a reference; NULL is allowed.
#[inline]
pub unsafe fn xincref(op: Obj) {
    if !op.is_null() {
        // SAFETY: checked.
        unsafe { incref(op) }
    }
}

/// Takes a reference and returns the object.
#[inline]
pub unsafe fn new_ref(op: Obj) -> Obj {
    // SAFETY: as `incref`.
    unsafe { incref(op) };
    op
}

/// Gives a reference back; NULL is allowed.
#[inline]
pub unsafe fn xdecref(op: Obj) {
    if !op.is_null() {
        // SAFETY: checked.
        unsafe { decref(op) }
    }
}

/// Who has the lock need not know whether others see the object.
#[cfg(not(Py_GIL_DISABLED))]
#[inline(always)]
pub unsafe fn is_unseen(_: Obj) -> bool {
    true
}

/// Takes a reference unless the object is dying.
#[cfg(not(Py_GIL_DISABLED))]
pub unsafe fn try_incref(op: Obj) -> bool {
    // SAFETY: the memory of `op` is still there.
    unsafe {
        let alive = count(op) > 0;
        if alive {
            incref(op);
        }
        alive
    }
}

/// The count is zero: `_Py_Dealloc`.
#[inline]
pub unsafe fn dealloc(op: Obj) {
    // SAFETY: every type has a `tp_dealloc` once it is ready.
    unsafe {
        #[cfg(Py_3_13)]
        tracer::tell(op, tracer::DESTROY);
        let ty = (*op).ob_type;
        match (*ty).tp_dealloc {
            // Ours: while it is done, nobody must find the proxy among the dead and free it.
            Some(f) if cfg!(Py_GIL_DISABLED) && !crate::types::is_native(ty) => f(op),
            Some(f) => crate::outside(|| f(op)),
            None => arena::free(op.cast()),
        }
    }
}

/// Containers nested deeper than this are freed in a loop: documents are deeper than stacks.
const NESTED: u32 = 50;

/// How many containers are being freed inside each other, and those that wait with the function that frees them.
#[derive(Default)]
pub struct Freeing {
    depth: u32,
    waiting: Vec<(Obj, unsafe fn(Obj))>,
}

impl Freeing {
    /// None.
    pub const fn new() -> Self {
        Freeing {
            depth: 0,
            waiting: Vec::new(),
        }
    }
}

/// Frees a container of which no reference is left, at once or, when it is deep inside others, after those.
pub unsafe fn free_container(op: Obj, free: unsafe fn(Obj)) {
    let freeing = state::freeing();
    // SAFETY: nobody else uses what `freeing` shows; `free`, which may come here again, is for containers like `op`.
    unsafe {
        if (*freeing).depth >= NESTED {
            (*freeing).waiting.push((op, free));
            return;
        }
        (*freeing).depth += 1;
        free(op);
        while (*freeing).depth == 1
            && let Some((op, free)) = (*freeing).waiting.pop()
        {
            free(op);
        }
        (*freeing).depth -= 1;
    }
}

/// `tp_dealloc` of proxies with a handle: the block stays, as a cache, until the handle is closed.
pub unsafe extern "C" fn retire(op: Obj) {
    let _held = crate::hold();
    // SAFETY: the extension lock is held, `op` has a handle.
    unsafe {
        if crate::types::is_type(op) {
            idle::retire(op);
            return;
        }
        crate::mirror::untrack(op);
        crate::bytearray::let_go(op);
        let flags = arena::flags(op);
        if flags & arena::HOLDS != 0 {
            WARM.get().push(op);
        }
        if flags & arena::QUEUED == 0 {
            DEAD.get().push(op);
        }
        arena::set_flags(op, flags & !arena::HOLDS | arena::QUEUED);
        crate::fields::let_go(op);
    }
}

/// Closes the handles of the dead, when there are enough of them or one of them may be a tuple that holds an open buffer.
/// Called at the end of an outermost call.
#[inline]
pub unsafe fn flush_if_due() {
    // SAFETY: the extension lock is held.
    unsafe {
        cool();
        let dead = DEAD.get().len();
        if dead >= BATCH || dead > 0 && crate::fields::views_are_open() {
            close_dead(Vec::new());
        }
        if idle::are_many() {
            let mut releases = Vec::new();
            idle::close_oldest(&mut releases);
            close_dead(releases);
        }
    }
}

/// Number of dead proxies whose handles are still open.
pub fn queued() -> usize {
    // SAFETY: the extension lock is held.
    unsafe { DEAD.get().len() }
}

/// Closes the handles of all dead proxies, with `classes` also of idle types (see [`idle::look`]). Never called from a host
/// finalizer.
#[cold]
pub unsafe fn flush(classes: i32) {
    // SAFETY: the extension lock is held.
    unsafe {
        let mut releases = Vec::new();
        if classes > 0 {
            idle::look(classes > 1, &mut releases);
        }
        close_dead(releases);
    }
}

/// Closes the handles of all dead proxies, and tells the host of these `releases` as well.
#[cold]
unsafe fn close_dead(mut releases: Vec<Release>) {
    // SAFETY: the extension lock is held; freeing one proxy may add others to the queue, hence the loop.
    unsafe {
        loop {
            let dead = std::mem::take(DEAD.get());
            if dead.is_empty() {
                break;
            }
            for op in dead {
                cool();
                arena::set_flags(op, arena::flags(op) & !arena::QUEUED);
                let handle = arena::handle(op);
                if let Some(received) = crossing::close_dead(handle, count(op) > 0) {
                    releases.push(Release { handle, received });
                    crate::decode::dispose(op);
                }
            }
        }
        crossing::release(&releases);
    }
}
