//! Numbers: the section "numbers" of the operations, and the methods of int, bool, float and complex.

use super::Operation;
use crate::heap::{Obj, Res, Thread};
use crate::types::{Builtin, Def, getter, method};
use gimbal_host::Op;
use num_bigint::BigInt;

pub(super) const OPS: &[(Op, Operation)] = &[(Op::Index, |t, a| {
    let value = t.index(&a[0])?;
    Ok(t.int(value))
})];

pub(super) const METHODS: &[(Builtin, &[Def])] = &[(
    Builtin::Int,
    &[
        method("__repr__", 0, 0, int_repr),
        method("__str__", 0, 0, int_repr),
        method("__index__", 0, 0, int_plain),
        method("__int__", 0, 0, int_plain),
        method("__bool__", 0, 0, |t, a| {
            let value = int(t, &a[0])?;
            Ok(t.bool(value != BigInt::ZERO))
        }),
        method("__add__", 1, 1, |t, a| int_binary(t, a, |a, b| a + b)),
        method("__radd__", 1, 1, |t, a| int_binary(t, a, |a, b| b + a)),
        method("bit_length", 0, 0, |t, a| {
            let value = int(t, &a[0])?;
            Ok(t.int(value.bits()))
        }),
        getter("real", int_plain),
    ],
)];

/// The value of an int.
fn int(t: &mut Thread, obj: &Obj) -> Res<BigInt> {
    match t.as_int(obj) {
        Some(value) => Ok(value),
        None => {
            let name = t.type_name(obj);
            Err(t.type_error(format!("'{name}' object cannot be interpreted as an integer")))
        }
    }
}

fn int_plain(t: &mut Thread, a: &[Obj]) -> Res {
    if t.builtin_of(&a[0]) == Some(Builtin::Int) {
        return Ok(a[0].clone());
    }
    let value = int(t, &a[0])?;
    Ok(t.int(value))
}

fn int_repr(t: &mut Thread, a: &[Obj]) -> Res {
    let value = int(t, &a[0])?;
    Ok(t.str(&value.to_string()))
}

fn int_binary(t: &mut Thread, a: &[Obj], f: fn(BigInt, BigInt) -> BigInt) -> Res {
    match (t.as_int(&a[0]), t.as_int(&a[1])) {
        (Some(x), Some(y)) => Ok(t.int(f(x, y))),
        _ => Ok(t.not_implemented()),
    }
}
