//! `tracemalloc.h`: memory that extensions want to be traced. No host traces, which is what these functions say.

use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_int, c_uint};

/// The answer while `tracemalloc` is not tracing.
const DISABLED: c_int = -2;

#[entry]
pub unsafe fn PyTraceMalloc_Track(_domain: c_uint, _address: usize, _size: usize) -> c_int {
    DISABLED
}

#[entry]
pub unsafe fn PyTraceMalloc_Untrack(_domain: c_uint, _address: usize) -> c_int {
    DISABLED
}

/// Where a block was allocated: not known.
#[entry]
pub unsafe fn _PyTraceMalloc_GetTraceback(_domain: c_uint, _address: usize) -> Obj {
    none()
}
