//! Started by the shim, when a program embeds Python and `GIMBAL_HOST` names this host.

use super::{HOST, attach};
use crate::heap::Options;
use gimbal_host::{GIMBAL_HOST_ABI, Start};
use std::ffi::c_int;

/// What `GIMBAL_REFERENCE` may say, separated by commas.
fn options() -> Options {
    let text = std::env::var("GIMBAL_REFERENCE").unwrap_or_default();
    let has = |word: &str| text.split(',').any(|given| given == word);
    Options {
        stress: has("stress"),
        free_threaded: has("free-threaded"),
    }
}

unsafe extern "C" fn stop() -> c_int {
    0
}

/// The function by which the shim starts this host (`gimbal_host::HostStart`).
///
/// # Safety
/// Called once by the shim, with what it promises.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gimbal_host_start(start: *mut Start) -> c_int {
    // SAFETY: as stated.
    unsafe {
        let start = &mut *start;
        if start.abi_version != GIMBAL_HOST_ABI {
            start.problem = c"the reference host is of another version".as_ptr();
            return -1;
        }
        crate::start(options());
        match (start.attach)(&raw const HOST).as_ref() {
            Some(table) => attach(table),
            None => {
                start.problem = c"the reference host and the shim are of different versions".as_ptr();
                return -1;
            }
        }
        start.stop = Some(stop);
        0
    }
}
