//! `pymem.h` and the allocators of `objimpl.h`: the arena for objects and `PyMem`, `malloc` for `PyMem_Raw`.

use gimbal_macros::entry;
use gimbal_proxies::{PyMemAllocatorDomain, PyMemAllocatorEx, PyObjectArenaAllocator, arena};
use std::ffi::{c_char, c_void};
use std::ptr::null_mut;

/// Requests beyond this fail, as `PY_SSIZE_T_MAX` says.
const MAX: usize = isize::MAX as usize;

unsafe fn alloc(size: usize) -> *mut c_void {
    // SAFETY: any size may be asked for.
    unsafe {
        if size > MAX {
            null_mut()
        } else {
            arena::alloc(size)
        }
    }
}

unsafe fn calloc(count: usize, size: usize) -> *mut c_void {
    match count.checked_mul(size) {
        // SAFETY: any size may be asked for.
        Some(bytes) if bytes <= MAX => unsafe { arena::alloc_zeroed(bytes) },
        _ => null_mut(),
    }
}

unsafe fn realloc(block: *mut c_void, size: usize) -> *mut c_void {
    // SAFETY: the block is the caller's.
    unsafe {
        if size > MAX {
            null_mut()
        } else {
            arena::realloc(block, size)
        }
    }
}

/// Allocates.
#[entry(unlocked)]
pub unsafe fn PyObject_Malloc(size: usize) -> *mut c_void {
    alloc(size)
}

/// Allocates and clears.
#[entry(unlocked)]
pub unsafe fn PyObject_Calloc(count: usize, size: usize) -> *mut c_void {
    calloc(count, size)
}

/// Grows or shrinks.
#[entry(unlocked)]
pub unsafe fn PyObject_Realloc(block: *mut c_void, size: usize) -> *mut c_void {
    realloc(block, size)
}

/// Frees; NULL is allowed.
#[entry(unlocked)]
pub unsafe fn PyObject_Free(block: *mut c_void) {
    arena::free(block);
}

/// Allocates.
#[entry(unlocked)]
pub unsafe fn PyMem_Malloc(size: usize) -> *mut c_void {
    alloc(size)
}

/// Allocates and clears.
#[entry(unlocked)]
pub unsafe fn PyMem_Calloc(count: usize, size: usize) -> *mut c_void {
    calloc(count, size)
}

/// Grows or shrinks.
#[entry(unlocked)]
pub unsafe fn PyMem_Realloc(block: *mut c_void, size: usize) -> *mut c_void {
    realloc(block, size)
}

/// Frees; NULL is allowed.
#[entry(unlocked)]
pub unsafe fn PyMem_Free(block: *mut c_void) {
    arena::free(block);
}

/// Allocates, on any thread.
#[entry(unlocked)]
pub unsafe fn PyMem_RawMalloc(size: usize) -> *mut c_void {
    if size > MAX {
        null_mut()
    } else {
        libc::malloc(size.max(1))
    }
}

/// Allocates and clears, on any thread.
#[entry(unlocked)]
pub unsafe fn PyMem_RawCalloc(count: usize, size: usize) -> *mut c_void {
    match count.checked_mul(size) {
        Some(bytes) if bytes <= MAX => libc::calloc(1, bytes.max(1)),
        _ => null_mut(),
    }
}

/// Grows or shrinks, on any thread.
#[entry(unlocked)]
pub unsafe fn PyMem_RawRealloc(block: *mut c_void, size: usize) -> *mut c_void {
    if size > MAX {
        null_mut()
    } else {
        libc::realloc(block, size.max(1))
    }
}

/// Frees, on any thread; NULL is allowed.
#[entry(unlocked)]
pub unsafe fn PyMem_RawFree(block: *mut c_void) {
    libc::free(block);
}

/// A copy of a C string.
#[entry(unlocked)]
pub unsafe fn _PyMem_Strdup(text: *const c_char) -> *mut c_char {
    let size = libc::strlen(text) + 1;
    let copy = alloc(size).cast::<c_char>();
    if !copy.is_null() {
        std::ptr::copy_nonoverlapping(text, copy, size);
    }
    copy
}

/// A copy of a C string from `PyMem_RawMalloc`.
#[entry]
pub unsafe fn _PyMem_RawStrdup(text: *const c_char) -> *mut c_char {
    libc::strdup(text)
}

/// A copy of a wide C string from `PyMem_RawMalloc`.
#[entry]
pub unsafe fn _PyMem_RawWcsdup(text: *const libc::wchar_t) -> *mut libc::wchar_t {
    let count = libc::wcslen(text) + 1;
    let copy = libc::malloc(count * size_of::<libc::wchar_t>()).cast::<libc::wchar_t>();
    if !copy.is_null() {
        std::ptr::copy_nonoverlapping(text, copy, count);
    }
    copy
}

/// The functions of an allocator, as an allocator struct holds them.
macro_rules! allocator {
    ($malloc:path, $calloc:path, $realloc:path, $free:path) => {{
        // SAFETY (of the four): the caller keeps the contract of the function behind it.
        extern "C" fn malloc(_: *mut c_void, size: usize) -> *mut c_void {
            // SAFETY: as stated.
            unsafe { $malloc(size) }
        }
        extern "C" fn calloc(_: *mut c_void, count: usize, size: usize) -> *mut c_void {
            // SAFETY: as stated.
            unsafe { $calloc(count, size) }
        }
        extern "C" fn realloc(_: *mut c_void, block: *mut c_void, size: usize) -> *mut c_void {
            // SAFETY: as stated.
            unsafe { $realloc(block, size) }
        }
        extern "C" fn free(_: *mut c_void, block: *mut c_void) {
            // SAFETY: as stated.
            unsafe { $free(block) }
        }
        PyMemAllocatorEx {
            ctx: null_mut(),
            malloc: Some(malloc),
            calloc: Some(calloc),
            realloc: Some(realloc),
            free: Some(free),
        }
    }};
}

/// The functions that serve a domain.
#[entry]
pub unsafe fn PyMem_GetAllocator(domain: PyMemAllocatorDomain, allocator: *mut PyMemAllocatorEx) {
    *allocator = match domain {
        PyMemAllocatorDomain::PYMEM_DOMAIN_RAW => {
            allocator!(PyMem_RawMalloc, PyMem_RawCalloc, PyMem_RawRealloc, PyMem_RawFree)
        }
        PyMemAllocatorDomain::PYMEM_DOMAIN_MEM => {
            allocator!(PyMem_Malloc, PyMem_Calloc, PyMem_Realloc, PyMem_Free)
        }
        PyMemAllocatorDomain::PYMEM_DOMAIN_OBJ => {
            allocator!(PyObject_Malloc, PyObject_Calloc, PyObject_Realloc, PyObject_Free)
        }
    };
}

/// No effect: what stands before each block is the shim's, so its allocators cannot be replaced.
#[entry]
pub unsafe fn PyMem_SetAllocator(_domain: PyMemAllocatorDomain, _allocator: *mut PyMemAllocatorEx) {}

/// No effect, as [`PyMem_SetAllocator`].
#[entry]
pub unsafe fn PyMem_SetupDebugHooks() {}

/// The name of the allocator, as `PYTHONMALLOC` would give it.
#[entry]
pub unsafe fn _PyMem_GetCurrentAllocatorName() -> *const c_char {
    c"pymalloc".as_ptr()
}

/// No effect, as [`PyMem_SetAllocator`].
#[entry]
pub unsafe fn PyObject_SetArenaAllocator(_allocator: *mut PyObjectArenaAllocator) {}

/// The functions that give the allocators their memory.
#[entry]
pub unsafe fn PyObject_GetArenaAllocator(allocator: *mut PyObjectArenaAllocator) {
    extern "C" fn alloc(_: *mut c_void, size: usize) -> *mut c_void {
        // SAFETY: plain allocation.
        unsafe { libc::malloc(size) }
    }
    extern "C" fn free(_: *mut c_void, block: *mut c_void, _size: usize) {
        // SAFETY: the block came from `alloc`.
        unsafe { libc::free(block) }
    }
    *allocator = PyObjectArenaAllocator {
        ctx: null_mut(),
        alloc: Some(alloc),
        free: Some(free),
    };
}
