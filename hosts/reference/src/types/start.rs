//! Makes the builtin classes, the single objects and the first modules.

use super::class::NewClass;
use super::{Builtin, Def, Single};
use crate::heap::{Obj, Payload, Res, Thread};

/// The methods of builtin classes, from the tables of `ops` and of [`super`].
fn tables() -> impl Iterator<Item = &'static (Builtin, &'static [Def])> {
    super::METHODS
        .iter()
        .chain(crate::ops::METHODS)
        .flat_map(|table| table.iter())
}

/// Builtins whose instances have a `__dict__`.
const WITH_DICT: [Builtin; 7] = [
    Builtin::Type,
    Builtin::Module,
    Builtin::BaseException,
    Builtin::SimpleNamespace,
    Builtin::ModuleSpec,
    Builtin::OrderedDict,
    Builtin::Property,
];

/// Builtins to whose instances there can be weak references.
const WATCHED: [Builtin; 13] = [
    Builtin::Type,
    Builtin::Set,
    Builtin::FrozenSet,
    Builtin::Module,
    Builtin::MemoryView,
    Builtin::BuiltinFunction,
    Builtin::Function,
    Builtin::Method,
    Builtin::Generator,
    Builtin::Code,
    Builtin::OrderedDict,
    Builtin::GenericAlias,
    Builtin::ModuleSpec,
];

/// Builtins that no class may derive from.
const FINAL: [Builtin; 12] = [
    Builtin::Bool,
    Builtin::NoneType,
    Builtin::NotImplementedType,
    Builtin::EllipsisType,
    Builtin::Slice,
    Builtin::Range,
    Builtin::MemoryView,
    Builtin::BuiltinFunction,
    Builtin::Function,
    Builtin::Method,
    Builtin::Cell,
    Builtin::MappingProxy,
];

/// Fills the empty heap.
pub(crate) fn start(t: &mut Thread) -> Res<()> {
    first_classes(t);
    for &builtin in Builtin::ALL {
        if !t.has_class(builtin) {
            let class = make_class(t, builtin)?;
            t.set_class(builtin, &class);
        }
    }
    singles(t);
    for &builtin in Builtin::ALL {
        let class = t.class(builtin);
        let namespace = t.namespace(&class);
        let module = t.str(module_of(builtin));
        if module_of(builtin) != "builtins" || builtin.is_exception() {
            t.dict_set_str(&namespace, "__module__", &module);
        }
    }
    for (builtin, defs) in tables() {
        let class = t.class(*builtin);
        let namespace = t.namespace(&class);
        for def in *defs {
            let function = t.native(def, Some(&class));
            t.dict_set_str(&namespace, def.name, &function);
        }
    }
    for builtin in WITH_DICT {
        let class = t.class(builtin);
        let namespace = t.namespace(&class);
        if t.dict_get_str(&namespace, "__dict__").is_none() {
            t.add_instance_dict(&class);
        }
    }
    let none = t.none();
    for builtin in [
        Builtin::List,
        Builtin::Dict,
        Builtin::Set,
        Builtin::ByteArray,
        Builtin::Slice,
        Builtin::WeakProxy,
        Builtin::WeakCallableProxy,
    ] {
        let class = t.class(builtin);
        let namespace = t.namespace(&class);
        t.dict_set_str(&namespace, "__hash__", &none);
    }
    modules(t);
    crate::ops::fill_modules(t)
}

/// Where a builtin says that it comes from.
fn module_of(builtin: Builtin) -> &'static str {
    match builtin {
        Builtin::OrderedDict => "collections",
        Builtin::GenericAlias | Builtin::SimpleNamespace => "types",
        Builtin::WeakReference | Builtin::WeakProxy | Builtin::WeakCallableProxy => "weakref",
        Builtin::Context | Builtin::ContextVar | Builtin::ContextToken => "_contextvars",
        Builtin::ModuleSpec => "importlib.machinery",
        _ => "builtins",
    }
}

/// `object`, `type`, `dict` and `str`, which everything else is made of. Their own classes are put right at the end.
fn first_classes(t: &mut Thread) {
    let firsts = [Builtin::Object, Builtin::Type, Builtin::Dict, Builtin::Str];
    let made: Vec<Obj> = firsts
        .iter()
        .map(|&builtin| {
            let class = t.first_class(builtin);
            t.set_class(builtin, &class);
            class
        })
        .collect();
    let [object, type_class, dict, str_class] = [0, 1, 2, 3].map(|i| made[i].clone());
    for class in &made {
        let namespace = t.namespace(class);
        t.write(&namespace, |object, still| object.class = still.get(&dict));
        t.write(class, |object, still| object.class = still.get(&type_class));
    }
    for class in [&type_class, &dict, &str_class] {
        t.write(class, |state, still| {
            if let Payload::Class(state) = &mut state.payload {
                state.base = Some(still.get(&object));
                state.bases.push(still.get(&object));
                state.mro.push(still.get(&object));
            }
        });
        t.write(&object, |state, still| {
            if let Payload::Class(state) = &mut state.payload {
                state.subclasses.push(still.get(class));
            }
        });
    }
}

fn make_class(t: &mut Thread, builtin: Builtin) -> Res {
    let base = t.class(builtin.base());
    let namespace = t.dict();
    let metaclass = t.class(Builtin::Type);
    t.make_class(&NewClass {
        metaclass: &metaclass,
        name: builtin.name(),
        qualname: builtin.name(),
        bases: &[base],
        namespace: &namespace,
        builtin: Some(builtin),
        is_extension: false,
        has_dict: WITH_DICT.contains(&builtin),
        has_weakrefs: WATCHED.contains(&builtin),
        is_base: !FINAL.contains(&builtin),
    })
}

fn singles(t: &mut Thread) {
    let payloads = [
        (Single::None, Builtin::NoneType, Payload::None),
        (Single::False, Builtin::Bool, Payload::Bool(false)),
        (Single::True, Builtin::Bool, Payload::Bool(true)),
        (
            Single::NotImplemented,
            Builtin::NotImplementedType,
            Payload::NotImplemented,
        ),
        (Single::Ellipsis, Builtin::EllipsisType, Payload::Ellipsis),
        (Single::Absent, Builtin::Absent, Payload::Absent),
    ];
    for (single, class, payload) in payloads {
        let made = t.alloc(class, |_| payload);
        t.set_single(single, &made);
    }
}

fn modules(t: &mut Thread) {
    let table = t.dict();
    t.set_single(Single::Modules, &table);
    let builtins = t.builtin_module("builtins", &[]);
    t.set_single(Single::Builtins, &builtins);
    let sys = t.builtin_module("sys", &[]);
    t.set_single(Single::Sys, &sys);
    t.set_in_module(&sys, "modules", &table);
    for &builtin in Builtin::ALL {
        if module_of(builtin) == "builtins" {
            let class = t.class(builtin);
            t.set_in_module(&builtins, builtin.name(), &class);
        }
    }
    for (name, single) in [
        ("None", Single::None),
        ("True", Single::True),
        ("False", Single::False),
        ("NotImplemented", Single::NotImplemented),
        ("Ellipsis", Single::Ellipsis),
    ] {
        let value = t.single(single);
        t.set_in_module(&builtins, name, &value);
    }
    for table in crate::ops::MODULES {
        for (name, functions) in *table {
            match t.get_module(name) {
                None => drop(t.builtin_module(name, functions)),
                Some(module) => {
                    for def in *functions {
                        let function = t.native(def, None);
                        t.set_in_module(&module, def.name, &function);
                    }
                }
            }
        }
    }
}
