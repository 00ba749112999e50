//! `gimbal_attach`: the one exported name that CPython does not have. A host calls it once, with its table.

use gimbal_host::{HostTable, ShimTable};
use gimbal_proxies::guest;

/// Attaches the host interpreter; see `headers/gimbal_host.h`. NULL when the versions of the tables differ.
///
/// # Safety
/// `host` points at a complete table that outlives the process's use of the C API.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn gimbal_attach(host: *const HostTable) -> *const ShimTable {
    crate::typeobject::fill_statics();
    // SAFETY: as stated.
    unsafe { guest::attach(&*host, super::statics::builtins().collect()) }
}
