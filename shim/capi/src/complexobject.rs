//! `complexobject.h`: complex objects, and the arithmetic that CPython exports for `Py_complex`.

use crate::common::*;
use crate::floatobject::PyFloat_AsDouble;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::c_double;

/// What a failed conversion returns.
const FAILED: Py_complex = complex(-1.0, 0.0);

const fn complex(real: f64, imag: f64) -> Py_complex {
    Py_complex { real, imag }
}

#[entry]
pub unsafe fn PyComplex_FromDoubles(real: c_double, imag: c_double) -> *mut PyObject {
    members::new_complex(real, imag)
}

#[entry]
pub unsafe fn PyComplex_FromCComplex(value: Py_complex) -> *mut PyObject {
    members::new_complex(value.real, value.imag)
}

/// The value of a complex, or of an instance of a subclass, which the host holds.
unsafe fn value(op: Obj) -> Option<Py_complex> {
    // SAFETY: `op` is a complex.
    unsafe {
        if exactly(op, &raw mut PyComplex_Type) {
            return Some((*op.cast::<PyComplexObject>()).cval);
        }
        let exact = Owned(gimbal_proxies::op(Op::ToComplex, &[op]));
        (!exact.0.is_null()).then(|| (*exact.0.cast::<PyComplexObject>()).cval)
    }
}

#[entry(error = FAILED)]
pub unsafe fn PyComplex_AsCComplex(op: *mut PyObject) -> Py_complex {
    if op.is_null() {
        bad_argument::<()>();
        return FAILED;
    }
    if is_instance(op, &raw mut PyComplex_Type) {
        return value(op).unwrap_or(FAILED);
    }
    if exactly(op, &raw mut PyFloat_Type) || exactly(op, &raw mut PyLong_Type) {
        return complex(PyFloat_AsDouble(op), 0.0);
    }
    let class: Obj = (*op).ob_type.cast();
    let special = Owned(gimbal_proxies::op(
        Op::LookupAttr,
        &[class, text::interned("__complex__")],
    ));
    if !special.0.is_null() {
        return value(op).unwrap_or(FAILED);
    }
    if !err::occurred().is_null() {
        return FAILED;
    }
    complex(PyFloat_AsDouble(op), 0.0)
}

#[entry]
pub unsafe fn PyComplex_RealAsDouble(op: *mut PyObject) -> c_double {
    if !op.is_null() && is_instance(op, &raw mut PyComplex_Type) {
        return value(op).map_or(-1.0, |v| v.real);
    }
    if cfg!(Py_3_13) {
        return PyComplex_AsCComplex(op).real;
    }
    PyFloat_AsDouble(op)
}

#[entry]
pub unsafe fn PyComplex_ImagAsDouble(op: *mut PyObject) -> c_double {
    if !op.is_null() && is_instance(op, &raw mut PyComplex_Type) {
        return value(op).map_or(-1.0, |v| v.imag);
    }
    if cfg!(Py_3_13) {
        let complex = PyComplex_AsCComplex(op);
        // The error value is that of the real part.
        return if err::occurred().is_null() {
            complex.imag
        } else {
            -1.0
        };
    }
    0.0
}

// --- arithmetic: errno tells of a division by zero and of an overflow ------------------------------------------------

unsafe fn set_errno(code: i32) {
    // SAFETY: the thread's own errno.
    unsafe { *libc::__errno_location() = code }
}

#[entry(error = FAILED)]
pub unsafe fn _Py_c_sum(a: Py_complex, b: Py_complex) -> Py_complex {
    complex(a.real + b.real, a.imag + b.imag)
}

#[entry(error = FAILED)]
pub unsafe fn _Py_c_diff(a: Py_complex, b: Py_complex) -> Py_complex {
    complex(a.real - b.real, a.imag - b.imag)
}

#[entry(error = FAILED)]
pub unsafe fn _Py_c_neg(a: Py_complex) -> Py_complex {
    complex(-a.real, -a.imag)
}

#[entry(error = FAILED)]
pub unsafe fn _Py_c_prod(a: Py_complex, b: Py_complex) -> Py_complex {
    product(a, b)
}

fn product(a: Py_complex, b: Py_complex) -> Py_complex {
    complex(
        a.real * b.real - a.imag * b.imag,
        a.real * b.imag + a.imag * b.real,
    )
}

#[entry(error = FAILED)]
pub unsafe fn _Py_c_quot(a: Py_complex, b: Py_complex) -> Py_complex {
    quotient(a, b)
}

/// Smith's method: divides by the larger part of `b` first, so that nothing overflows on the way.
unsafe fn quotient(a: Py_complex, b: Py_complex) -> Py_complex {
    if b.real.abs() >= b.imag.abs() {
        if b.real == 0.0 {
            // SAFETY: as `set_errno`.
            unsafe { set_errno(libc::EDOM) };
            return complex(0.0, 0.0);
        }
        let ratio = b.imag / b.real;
        let scale = b.real + b.imag * ratio;
        complex(
            (a.real + a.imag * ratio) / scale,
            (a.imag - a.real * ratio) / scale,
        )
    } else if b.imag.abs() >= b.real.abs() {
        let ratio = b.real / b.imag;
        let scale = b.real * ratio + b.imag;
        complex(
            (a.real * ratio + a.imag) / scale,
            (a.imag * ratio - a.real) / scale,
        )
    } else {
        complex(f64::NAN, f64::NAN)
    }
}

#[entry(error = FAILED)]
pub unsafe fn _Py_c_pow(a: Py_complex, b: Py_complex) -> Py_complex {
    if b.real == 0.0 && b.imag == 0.0 {
        return complex(1.0, 0.0);
    }
    if a.real == 0.0 && a.imag == 0.0 {
        if b.imag != 0.0 || b.real < 0.0 {
            set_errno(libc::EDOM);
        }
        return complex(0.0, 0.0);
    }
    let distance = a.real.hypot(a.imag);
    let angle = a.imag.atan2(a.real);
    let mut length = distance.powf(b.real);
    let mut phase = angle * b.real;
    if b.imag != 0.0 {
        length *= (-angle * b.imag).exp();
        phase += b.imag * distance.ln();
    }
    complex(length * phase.cos(), length * phase.sin())
}

#[entry]
pub unsafe fn _Py_c_abs(a: Py_complex) -> c_double {
    set_errno(0);
    let distance = a.real.hypot(a.imag);
    if distance.is_infinite() && a.real.is_finite() && a.imag.is_finite() {
        set_errno(libc::ERANGE);
    }
    distance
}
