//! Numbers: the section "numbers" of the operations.

use super::Operation;
use super::operator::{in_place, operator};
use crate::heap::{Obj, Res, Thread};
use crate::types::{Builtin, Compare};
use gimbal_host::Op;
use num_bigint::BigInt;
use num_integer::Integer;

pub(super) const OPS: &[(Op, Operation)] = &[
    (Op::Binary, |t, a| {
        let name = t.attribute_name(&a[0])?;
        match (operator(&name), in_place(&name), name.as_str()) {
            (Some(operator), ..) => t.binary(operator, &a[1], &a[2]),
            (_, Some(operator), _) => t.binary_in_place(operator, &a[1], &a[2]),
            (.., "divmod_near") => divmod_near(t, &a[1], &a[2]),
            (.., "gcd") => {
                let (x, y) = (t.index(&a[1])?, t.index(&a[2])?);
                Ok(t.int(x.gcd(&y)))
            }
            _ => Err(t.system_error(format!("there is no operator '{name}'"))),
        }
    }),
    (Op::Unary, |t, a| {
        let name = t.attribute_name(&a[0])?;
        match name.as_str() {
            "neg" => t.unary("__neg__", "unary -", &a[1]),
            "pos" => t.unary("__pos__", "unary +", &a[1]),
            "invert" => t.unary("__invert__", "unary ~", &a[1]),
            "abs" => t.unary("__abs__", "abs()", &a[1]),
            _ => {
                let truth = t.truth(&a[1])?;
                Ok(t.bool(!truth))
            }
        }
    }),
    (Op::Power, |t, a| {
        if t.truth(&a[3])?
            && t.is_none(&a[2])
            && let Some(operator) = operator("pow")
        {
            return t.binary_in_place(operator, &a[0], &a[1]);
        }
        t.power(&a[0], &a[1], &a[2])
    }),
    (Op::Index, |t, a| {
        let value = t.index(&a[0])?;
        Ok(t.int(value))
    }),
    (Op::ToInt, |t, a| call_builtin(t, Builtin::Int, &a[..1])),
    (Op::ToFloat, |t, a| call_builtin(t, Builtin::Float, &a[..1])),
    (Op::ToComplex, |t, a| call_builtin(t, Builtin::Complex, &a[..1])),
    (Op::IntFromText, |t, a| call_builtin(t, Builtin::Int, a)),
    (Op::ToBase, |t, a| {
        let value = t.index(&a[0])?;
        let base = t.size(&a[1])? as u32;
        Ok(t.str(&in_base(&value, base)))
    }),
];

/// A builtin class called.
pub(super) fn call_builtin(t: &mut Thread, class: Builtin, args: &[Obj]) -> Res {
    let class = t.class(class);
    t.call(&class, args)
}

/// The text of an int in base 2, 8, 10 or 16 with its prefix.
pub(super) fn in_base(value: &BigInt, base: u32) -> String {
    let prefix = match base {
        2 => "0b",
        8 => "0o",
        16 => "0x",
        _ => "",
    };
    let sign = if value.sign() == num_bigint::Sign::Minus {
        "-"
    } else {
        ""
    };
    format!("{sign}{prefix}{}", value.magnitude().to_str_radix(base))
}

/// Quotient rounded to the nearest integer, half to even, and the remainder.
fn divmod_near(t: &mut Thread, a: &Obj, b: &Obj) -> Res {
    let pair = t.operate("divmod", a, b)?;
    let Some([quotient, rest]) = t.items(&pair).and_then(|pair| <[Obj; 2]>::try_from(pair).ok()) else {
        return Err(t.type_error("divmod() should return a pair"));
    };
    let zero = t.int(0);
    let twice = t.operate("add", &rest, &rest)?;
    let positive = t.compare(b, &zero, Compare::Greater)?;
    let beyond = t.compare(&twice, b, if positive { Compare::Greater } else { Compare::Less })?;
    let half = t.compare(&twice, b, Compare::Equal)?;
    let one = t.int(1);
    let odd = t.operate("and_", &quotient, &one)?;
    if beyond || half && t.truth(&odd)? {
        let quotient = t.operate("add", &quotient, &one)?;
        let rest = t.operate("sub", &rest, b)?;
        return Ok(t.tuple(&[quotient, rest]));
    }
    Ok(pair)
}
