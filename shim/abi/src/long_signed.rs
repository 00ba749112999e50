//! The int of versions before 3.12.

use pyo3_ffi::PyVarObject;

/// `PyLongObject`: the sign is the sign of `ob_size`, digits of 30 bits follow.
#[repr(C)]
pub struct LongObject {
    /// Head; `|ob_size|` is the number of digits.
    pub ob_base: PyVarObject,
    /// First digit; the others follow it.
    pub ob_digit: [u32; 1],
}
