//! The interpreter itself: the section "modules and imports" of the operations, and the modules of the object space.

use super::Operation;
use crate::types::{Builtin, Def, Single, function};
use gimbal_host::Op;

pub(super) const OPS: &[(Op, Operation)] = &[
    (Op::Import, |t, a| {
        let name = t.attribute_name(&a[0])?;
        t.import(&name)
    }),
    (Op::ModuleDict, |t, _| Ok(t.single(Single::Modules))),
];

pub(super) const METHODS: &[(Builtin, &[Def])] = &[];

/// Functions of the modules that the object space has.
pub(super) const MODULES: &[(&str, &[Def])] = &[(
    "builtins",
    &[
        function("len", 1, 1, |t, a| {
            let length = t.len(&a[0])?;
            Ok(t.int(length))
        }),
        function("repr", 1, 1, |t, a| t.repr(&a[0])),
    ],
)];
