//! `object.h`: counting references, finalizing, and guards against endless recursion.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::state::Locked;
use gimbal_proxies::*;
use std::ffi::{CStr, c_char, c_int};

/// Takes a reference; NULL is allowed.
#[entry(unlocked)]
pub unsafe fn Py_IncRef(object: Obj) {
    xincref(object);
}

/// Gives a reference back; NULL is allowed.
#[entry(unlocked)]
pub unsafe fn Py_DecRef(object: Obj) {
    xdecref(object);
}

/// Takes a reference.
#[entry(unlocked)]
pub unsafe fn _Py_IncRef(object: Obj) {
    incref(object);
}

/// Gives a reference back.
#[entry(unlocked)]
pub unsafe fn _Py_DecRef(object: Obj) {
    decref(object);
}

/// The count is zero.
#[entry]
pub unsafe fn _Py_Dealloc(object: Obj) {
    refcount::dealloc(object);
}

/// A new reference.
#[entry(unlocked)]
pub unsafe fn Py_NewRef(object: Obj) -> Obj {
    new_ref(object)
}

/// A new reference; NULL is allowed.
#[entry(unlocked)]
pub unsafe fn Py_XNewRef(object: Obj) -> Obj {
    xincref(object);
    object
}

/// `a is b`.
#[entry(unlocked, error = 0)]
pub unsafe fn Py_Is(a: Obj, b: Obj) -> c_int {
    c_int::from(a == b)
}

/// `object is None`.
#[entry(unlocked, error = 0)]
pub unsafe fn Py_IsNone(object: Obj) -> c_int {
    c_int::from(object == none())
}

/// The first reference to a fresh (or revived) block.
#[entry]
pub unsafe fn _Py_NewReference(object: Obj) {
    refcount::set_count(object, 1);
}

/// Has the memory been freed? Only NULL is known to be no object.
#[entry(error = 0)]
pub unsafe fn _PyObject_IsFreed(object: Obj) -> c_int {
    c_int::from(object.is_null())
}

/// CPython's self-check of an object.
#[entry]
pub unsafe fn _PyObject_CheckConsistency(object: Obj, _contents: c_int) -> c_int {
    c_int::from(!object.is_null() && !(*object).ob_type.is_null())
}

/// An assertion of the C code failed: says so and aborts. Written out, because `#[entry]` knows no function that does not
/// return.
#[gimbal_macros::exported]
pub unsafe extern "C" fn _PyObject_AssertFailed(
    object: Obj,
    expression: *const c_char,
    message: *const c_char,
    file: *const c_char,
    line: c_int,
    function: *const c_char,
) -> ! {
    let text = |p: *const c_char| {
        if p.is_null() {
            "?".into()
        } else {
            // SAFETY: a C string, by the contract of the entry.
            unsafe { CStr::from_ptr(p) }.to_string_lossy()
        }
    };
    eprintln!(
        "{}:{line}: {}: Assertion failed: {} {}",
        text(file),
        text(function),
        text(expression),
        text(message)
    );
    // SAFETY: an object or NULL.
    unsafe { crate::object::_PyObject_Dump(object) };
    std::process::abort()
}

/// CPython prints figures about its free lists here; there are none.
#[entry]
pub unsafe fn _PyObject_DebugTypeStats(_out: *mut libc::FILE) {}

/// CPython prints figures about an allocator here; there are none.
#[entry]
pub unsafe fn _PyDebugAllocatorStats(
    _out: *mut libc::FILE,
    _name: *const c_char,
    _blocks: c_int,
    _size: usize,
) {
}

/// A place for a debugger to stop at.
#[entry]
pub unsafe fn _Py_BreakPoint() {}

/// Calls `tp_finalize`, once for an object that the collector knows.
#[entry]
pub unsafe fn PyObject_CallFinalizer(object: Obj) {
    cycles::call_finalizer(object);
}

/// [`PyObject_CallFinalizer`] from `tp_dealloc`: -1 when somebody has taken a new reference meanwhile.
#[entry]
pub unsafe fn PyObject_CallFinalizerFromDealloc(object: Obj) -> c_int {
    if refcount::count(object) != 0 {
        eprintln!("PyObject_CallFinalizerFromDealloc called on object with a non-zero refcount");
        std::process::abort();
    }
    status(cycles::finalize_from_dealloc(object))
}

/// The containers whose repr is being made, with the thread that makes it.
static IN_REPR: Locked<Vec<(usize, Obj)>> = Locked::new(Vec::new());

fn repr_entry(object: Obj) -> (usize, Obj) {
    (state::mine() as usize, object)
}

/// The repr of a container begins: 1 when it has begun already.
#[entry]
pub unsafe fn Py_ReprEnter(object: Obj) -> c_int {
    let entry = repr_entry(object);
    if IN_REPR.get().contains(&entry) {
        return 1;
    }
    IN_REPR.get().push(entry);
    0
}

/// The repr of a container ends.
#[entry]
pub unsafe fn Py_ReprLeave(object: Obj) {
    let entry = repr_entry(object);
    let list = IN_REPR.get();
    if let Some(i) = list.iter().rposition(|e| *e == entry) {
        list.remove(i);
    }
}

/// Nested deallocations beyond this depth wait until the outer ones are done.
const TRASH_DEPTH: c_int = 50;

static TRASH: Locked<Vec<Obj>> = Locked::new(Vec::new());

/// A dealloc begins: 1 when the object has been put off.
#[entry]
pub unsafe fn _PyTrash_begin(thread: *mut PyThreadState, object: Obj) -> c_int {
    let thread = thread.cast::<state::Thread>();
    if (*thread).trash_depth >= TRASH_DEPTH {
        TRASH.get().push(object);
        return 1;
    }
    (*thread).trash_depth += 1;
    0
}

/// A dealloc ends: the outermost one deallocates what has been put off.
#[entry]
pub unsafe fn _PyTrash_end(thread: *mut PyThreadState) {
    let thread = thread.cast::<state::Thread>();
    (*thread).trash_depth -= 1;
    if (*thread).trash_depth > 0 {
        return;
    }
    while let Some(object) = TRASH.get().pop() {
        // Counts as one level, so that this loop alone empties the heap of trash.
        (*thread).trash_depth += 1;
        refcount::dealloc(object);
        (*thread).trash_depth -= 1;
    }
}

/// Is `dealloc` the object's own, and not that of a subclass which calls it?
#[entry(error = 0)]
pub unsafe fn _PyTrash_cond(object: Obj, dealloc: Option<destructor>) -> c_int {
    let own = (*(*object).ob_type).tp_dealloc;
    c_int::from(own.map(|f| f as usize) == dealloc.map(|f| f as usize))
}
