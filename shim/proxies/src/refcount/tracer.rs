//! A function of C that is told of every object that is made and of every one that dies (`PyRefTracer`): instances, values, and
//! the proxies of the host's objects, which are made when C sees one and die when it has no reference any more.

use crate::Obj;
use crate::state::Locked;
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering};

/// `PyRefTracer`: `(object, event, data)`
pub type Tracer = unsafe extern "C" fn(Obj, c_int, *mut c_void) -> c_int;

/// `PyRefTracer_CREATE`
pub const CREATE: c_int = 0;
/// `PyRefTracer_DESTROY`
pub const DESTROY: c_int = 1;

/// The function and what it is called with.
pub static TRACER: Locked<(Option<Tracer>, *mut c_void)> = Locked::new((None, std::ptr::null_mut()));

/// Is there one? Objects are made all the time.
static IS_SET: AtomicBool = AtomicBool::new(false);

/// Sets the function, or none.
pub unsafe fn set(tracer: Option<Tracer>, data: *mut c_void) {
    // SAFETY: the lock is held.
    unsafe { *TRACER.get() = (tracer, data) };
    IS_SET.store(tracer.is_some(), Ordering::Relaxed);
}

/// Tells it of an object.
#[inline]
pub unsafe fn tell(op: Obj, event: c_int) {
    if IS_SET.load(Ordering::Relaxed) {
        // SAFETY: the object is whole.
        unsafe { tell_set(op, event) }
    }
}

/// The function may make no object and raise nothing, and is called with the lock held: the caller is amid something.
#[cold]
unsafe fn tell_set(op: Obj, event: c_int) {
    let _held = crate::hold();
    // SAFETY: the lock is held; the function is called as it was given.
    unsafe {
        if let (Some(tracer), data) = *TRACER.get() {
            tracer(op, event, data);
        }
    }
}
