//! `tp_flags`, which without a GIL is an atomic.

use crate::PyTypeObject;
use std::ffi::c_ulong;

#[cfg(Py_GIL_DISABLED)]
mod cell {
    use std::ffi::c_ulong;
    use std::sync::atomic::{AtomicU64, Ordering};

    /// The field.
    pub type Field = AtomicU64;

    /// A field with start values.
    pub const fn field(flags: c_ulong) -> Field {
        AtomicU64::new(flags)
    }

    #[inline]
    pub(super) fn load(field: &Field) -> c_ulong {
        field.load(Ordering::Relaxed)
    }

    pub(super) fn store(field: &mut Field, flags: c_ulong) {
        field.store(flags, Ordering::Relaxed);
    }
}

#[cfg(not(Py_GIL_DISABLED))]
mod cell {
    use std::ffi::c_ulong;

    /// The field.
    pub type Field = c_ulong;

    /// A field with start values.
    pub const fn field(flags: c_ulong) -> Field {
        flags
    }

    #[inline]
    pub(super) fn load(field: &Field) -> c_ulong {
        *field
    }

    pub(super) fn store(field: &mut Field, flags: c_ulong) {
        *field = flags;
    }
}

pub use cell::{Field, field};

/// The flags of a type.
#[inline]
pub unsafe fn of(ty: *const PyTypeObject) -> c_ulong {
    // SAFETY: `ty` is a type.
    unsafe { cell::load(&(*ty).tp_flags) }
}

/// Sets all flags.
pub unsafe fn set(ty: *mut PyTypeObject, flags: c_ulong) {
    // SAFETY: `ty` is a type; its flags change before others see them.
    unsafe { cell::store(&mut (*ty).tp_flags, flags) }
}

/// Sets some flags.
pub unsafe fn add(ty: *mut PyTypeObject, flags: c_ulong) {
    // SAFETY: as `set`.
    unsafe { set(ty, of(ty) | flags) }
}

/// Clears some flags.
pub unsafe fn remove(ty: *mut PyTypeObject, flags: c_ulong) {
    // SAFETY: as `set`.
    unsafe { set(ty, of(ty) & !flags) }
}
