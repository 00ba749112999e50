//! `pyhash.h`: hashes equal to the host's `hash()` of the same value.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::cell::UnsafeCell;
use std::ffi::{c_double, c_int, c_void};

const BITS: i32 = 61;
const MODULUS: u64 = (1 << BITS) - 1;
const INFINITY: Py_hash_t = 314_159;

/// -1 means an error, so no hash may be -1.
fn not_error(hash: Py_hash_t) -> Py_hash_t {
    if hash == -1 { -2 } else { hash }
}

fn pointer_hash(pointer: *const c_void) -> Py_hash_t {
    // the low four bits are zero in most addresses, so they go to the top
    (pointer as usize).rotate_right(4) as Py_hash_t
}

/// A finite double modulo 2**61 - 1: its 53-bit integer mantissa, rotated by the exponent.
fn double_hash(value: f64) -> Py_hash_t {
    if value == 0.0 {
        return 0;
    }
    let bits = value.abs().to_bits();
    let (fraction, field) = (bits & ((1 << 52) - 1), (bits >> 52) as i32);
    let (mantissa, exponent) = if field == 0 {
        (fraction, -1074)
    } else {
        (fraction | 1 << 52, field - 1075)
    };
    let turn = exponent.rem_euclid(BITS) as u32;
    let wide = u128::from(mantissa) << turn;
    let residue = (wide % u128::from(MODULUS)) as Py_hash_t;
    not_error(if value < 0.0 { -residue } else { residue })
}

#[entry]
pub unsafe fn _Py_HashDouble(#[cfg(Py_3_10)] op: *mut PyObject, value: c_double) -> Py_hash_t {
    if value.is_finite() {
        double_hash(value)
    } else if value.is_nan() {
        #[cfg(not(Py_3_10))]
        let op = std::ptr::null_mut::<PyObject>();
        not_error(pointer_hash(op.cast()))
    } else if value > 0.0 {
        INFINITY
    } else {
        -INFINITY
    }
}

#[entry]
pub unsafe fn _Py_HashPointerRaw(pointer: *const c_void) -> Py_hash_t {
    pointer_hash(pointer)
}

#[entry]
pub unsafe fn _Py_HashPointer(pointer: *const c_void) -> Py_hash_t {
    not_error(pointer_hash(pointer))
}

#[entry]
pub unsafe fn _Py_HashBytes(data: *const c_void, len: Py_ssize_t) -> Py_hash_t {
    let bytes = Owned(text::bytes_from(memory(data.cast(), len)));
    op_int(Op::Hash, &[bytes.0]) as Py_hash_t
}

extern "C" fn hash_bytes(data: *const c_void, len: Py_ssize_t) -> Py_hash_t {
    // SAFETY: the same contract.
    unsafe { _Py_HashBytes(data, len) }
}

/// What `PyHash_GetFuncDef` points at; C only reads it.
struct Definition(UnsafeCell<PyHash_FuncDef>);

// SAFETY: nobody writes it.
unsafe impl Sync for Definition {}

static DEFINITION: Definition = Definition(UnsafeCell::new(PyHash_FuncDef {
    hash: Some(hash_bytes),
    name: c"siphash13".as_ptr(),
    hash_bits: 64 as c_int,
    seed_bits: 128,
}));

#[entry]
pub unsafe fn PyHash_GetFuncDef() -> *mut PyHash_FuncDef {
    DEFINITION.0.get()
}
