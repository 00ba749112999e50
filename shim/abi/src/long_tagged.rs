//! The int since 3.12.

use pyo3_ffi::PyObject;

/// `PyLongObject`: a tag and digits of 30 bits.
#[repr(C)]
pub struct LongObject {
    /// Head.
    pub ob_base: PyObject,
    /// The number.
    pub long_value: LongValue,
}

/// `_PyLongValue`.
#[repr(C)]
pub struct LongValue {
    /// The number of digits above three bits: the lower two are 0 (positive), 1 (zero) or 2 (negative).
    pub lv_tag: usize,
    /// First digit; the others follow it.
    pub ob_digit: [u32; 1],
}
