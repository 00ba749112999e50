//! Objects: the section "abstract object protocol" and most of "other objects", and the methods of object, type and the
//! smaller builtins.

use super::Operation;
use crate::heap::{Obj, Payload, Res, Thread};
use crate::types::{Builtin, Def, Keywords, keyword_function, method};
use gimbal_host::Op;

pub(super) const OPS: &[(Op, Operation)] = &[
    (Op::GetAttr, |t, a| {
        let name = t.attribute_name(&a[1])?;
        t.getattr(&a[0], &name)
    }),
    (Op::LookupAttr, |t, a| {
        let name = t.attribute_name(&a[1])?;
        let found = t.lookup_attr(&a[0], &name)?;
        Ok(t.or_absent(found))
    }),
    (Op::SetAttr, |t, a| {
        let name = t.attribute_name(&a[1])?;
        let value = t.present(&a[2]);
        t.setattr(&a[0], &name, value.as_ref())?;
        Ok(t.none())
    }),
    (Op::Repr, |t, a| t.repr(&a[0])),
    (Op::Str, |t, a| t.str_of(&a[0])),
    (Op::Hash, |t, a| {
        let hash = t.hash(&a[0])?;
        Ok(t.int(hash))
    }),
    (Op::Len, |t, a| {
        let length = t.len(&a[0])?;
        Ok(t.int(length))
    }),
];

pub(super) const METHODS: &[(Builtin, &[Def])] = &[
    (
        Builtin::Object,
        &[
            keyword_function("__new__", object_new),
            method("__repr__", 0, 0, object_repr),
            method("__str__", 0, 0, |t, a| t.repr(&a[0])),
            method("__hash__", 0, 0, |t, a| {
                let hash = t.identity_hash(&a[0]);
                Ok(t.int(hash))
            }),
            method("__eq__", 1, 1, |t, a| {
                if a[0].is(&a[1]) {
                    Ok(t.bool(true))
                } else {
                    Ok(t.not_implemented())
                }
            }),
        ],
    ),
    (
        Builtin::NoneType,
        &[method("__repr__", 0, 0, |t, _| Ok(t.str("None")))],
    ),
];

fn object_new(t: &mut Thread, a: &[Obj], _: &Keywords) -> Res {
    Ok(t.alloc_of(&a[0], |_| Payload::Plain))
}

fn object_repr(t: &mut Thread, a: &[Obj]) -> Res {
    let class = t.class_of(&a[0]);
    let name = t.class_name(&class);
    let id = t.read(&a[0], |object, _| object.id);
    Ok(t.str(&format!("<{name} object at {id:#x}>")))
}
