//! The interpreter itself: the section "modules and imports" of the operations, and the modules of the object space.

use super::Operation;
use crate::heap::{Obj, Res, Thread, heap};
use crate::types::{Builtin, Def, Single, function};
use gimbal_host::Op;

pub(super) const OPS: &[(Op, Operation)] = &[
    (Op::Import, |t, a| {
        let name = t.attribute_name(&a[0])?;
        t.import(&name)
    }),
    (Op::ImportLevel, |t, a| {
        let name = t.attribute_name(&a[0])?;
        let module = t.import(&name)?;
        // Without a list of names the first part of a dotted name is the result.
        let listed = match t.present(&a[3]) {
            Some(names) => t.truth(&names)?,
            None => false,
        };
        match name.split_once('.') {
            Some((first, _)) if !listed => t.import(first),
            _ => Ok(module),
        }
    }),
    (Op::ImportAttr, |t, a| {
        let (module, name) = (t.attribute_name(&a[0])?, t.attribute_name(&a[1])?);
        let module = t.import(&module)?;
        t.getattr(&module, &name)
    }),
    (Op::AddModule, |t, a| {
        let name = t.attribute_name(&a[0])?;
        match t.get_module(&name) {
            Some(module) if t.is_instance(&module, Builtin::Module) => Ok(module),
            _ => {
                let module = t.module(&name);
                t.add_module(&name, &module);
                Ok(module)
            }
        }
    }),
    (Op::GetModule, |t, a| {
        let name = t.attribute_name(&a[0])?;
        let module = t.get_module(&name);
        Ok(t.or_absent(module))
    }),
    (Op::ModuleDict, |t, _| Ok(t.single(Single::Modules))),
    (Op::ModuleGetDict, |t, a| {
        let dict = t.instance_dict(&a[0]);
        Ok(t.or_absent(dict))
    }),
    (Op::Reload, |t, _| {
        Err(t.import_error("the reference host cannot reload a module"))
    }),
    (Op::SysGet, |t, a| {
        let (name, sys) = (t.attribute_name(&a[0])?, t.single(Single::Sys));
        let found = t.lookup_attr(&sys, &name)?;
        Ok(t.or_absent(found))
    }),
    (Op::SysSet, |t, a| {
        let (name, sys) = (t.attribute_name(&a[0])?, t.single(Single::Sys));
        if let Some(dict) = t.instance_dict(&sys) {
            match t.present(&a[1]) {
                Some(value) => t.dict_set_str(&dict, &name, &value),
                None => drop(t.dict_remove_str(&dict, &name)),
            }
        }
        Ok(t.none())
    }),
    (Op::Builtins, |t, _| {
        let builtins = t.single(Single::Builtins);
        let dict = t.instance_dict(&builtins);
        Ok(t.or_absent(dict))
    }),
    // There is no interpreter loop, and so no frame.
    (Op::Globals, |t, _| Ok(t.absent())),
    (Op::Locals, |t, _| Ok(t.absent())),
    (Op::Frame, |t, _| Ok(t.absent())),
    // Nor is there Python code to tell of.
    (Op::SetTracer, |t, _| Ok(t.none())),
    (Op::Compile, no_parser),
    (Op::Eval, no_parser),
    (Op::ExecModule, no_parser),
    (Op::Exit, |t, a| {
        let status = t.as_i64(&a[0]).unwrap_or(1);
        std::process::exit(status as i32 & 0xff)
    }),
    (Op::GcControl, |t, a| {
        let enabled = match t.as_i64(&a[0]) {
            Some(-1) => {
                crate::interface::collect_garbage(t);
                0
            }
            Some(2) => i32::from(heap().is_enabled()),
            what => {
                heap().enable(what != Some(0));
                0
            }
        };
        Ok(t.int(enabled))
    }),
    (Op::CheckSignals, |t, _| Ok(t.none())),
];

fn no_parser(t: &mut Thread, _: &[Obj]) -> Res {
    Err(t.system_error("the reference host has no parser"))
}

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
        function("isinstance", 2, 2, |t, a| {
            super::perform(t, Op::IsInstance as i32, a)
        }),
        function("issubclass", 2, 2, |t, a| {
            super::perform(t, Op::IsSubclass as i32, a)
        }),
        function("callable", 1, 1, |t, a| {
            let answer = t.callable(&a[0]);
            Ok(t.bool(answer))
        }),
        function("id", 1, 1, |t, a| {
            let id = t.read(&a[0], |object, _| object.id);
            Ok(t.int(id << 4))
        }),
        function("hash", 1, 1, |t, a| {
            let hash = t.hash(&a[0])?;
            Ok(t.int(hash))
        }),
    ],
)];
