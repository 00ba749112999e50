//! Text: the section "strings" of the operations, and the methods of str and bytes.

use super::Operation;
use crate::heap::{Obj, Res, Thread};
use crate::types::{Builtin, Def, method};
use gimbal_host::Op;

pub(super) const OPS: &[(Op, Operation)] = &[(Op::StrMethod, |t, a| {
    // `getattr(str, name)(s, *args)`
    let name = t.attribute_name(&a[0])?;
    let class = t.class(Builtin::Str);
    let function = t.getattr(&class, &name)?;
    t.call(&function, &a[1..])
})];

pub(super) const METHODS: &[(Builtin, &[Def])] = &[(
    Builtin::Str,
    &[
        method("__str__", 0, 0, str_plain),
        method("__len__", 0, 0, |t, a| {
            let text = t.as_text(&a[0]).unwrap_or_default();
            Ok(t.int(text.0.len()))
        }),
        method("__eq__", 1, 1, |t, a| {
            match (t.as_text(&a[0]), t.as_text(&a[1])) {
                (Some(x), Some(y)) => Ok(t.bool(x == y)),
                _ => Ok(t.not_implemented()),
            }
        }),
    ],
)];

fn str_plain(t: &mut Thread, a: &[Obj]) -> Res {
    if t.builtin_of(&a[0]) == Some(Builtin::Str) {
        return Ok(a[0].clone());
    }
    let text = t.as_text(&a[0]).unwrap_or_default();
    Ok(t.text(text))
}
