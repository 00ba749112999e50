//! The methods of `object`, `type` and `module`.

use super::{
    Builtin, Def, Keywords, NewClass, class_method, getter, keyword_function, keyword_method, method,
    property,
};
use crate::heap::{Obj, Payload, Raised, Res, Thread};
use crate::types::protocol::Compare;
use gimbal_host::Op;

pub(crate) const METHODS: &[(Builtin, &[Def])] = &[
    (
        Builtin::Object,
        &[
            keyword_function("__new__", object_new),
            keyword_method("__init__", object_init),
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
            method("__ne__", 1, 1, object_ne),
            method("__lt__", 1, 1, |t, _| Ok(t.not_implemented())),
            method("__le__", 1, 1, |t, _| Ok(t.not_implemented())),
            method("__gt__", 1, 1, |t, _| Ok(t.not_implemented())),
            method("__ge__", 1, 1, |t, _| Ok(t.not_implemented())),
            method("__getattribute__", 1, 1, |t, a| {
                let name = t.attribute_name(&a[1])?;
                match t.generic_get(&a[0], &name)? {
                    Some(found) => Ok(found),
                    None => Err(t.no_attribute(&a[0], &name)),
                }
            }),
            method("__setattr__", 2, 2, |t, a| {
                let name = t.attribute_name(&a[1])?;
                t.generic_set(&a[0], &name, Some(&a[2]))?;
                Ok(t.none())
            }),
            method("__delattr__", 1, 1, |t, a| {
                let name = t.attribute_name(&a[1])?;
                t.generic_set(&a[0], &name, None)?;
                Ok(t.none())
            }),
            method("__dir__", 0, 0, object_dir),
            method("__format__", 1, 1, |t, a| {
                if t.as_text(&a[1]).is_some_and(|spec| !spec.0.is_empty()) {
                    let name = t.type_name(&a[0]);
                    return Err(
                        t.type_error(format!("unsupported format string passed to {name}.__format__"))
                    );
                }
                t.str_of(&a[0])
            }),
            method("__sizeof__", 0, 0, |t, _| Ok(t.int(16))),
            class_method("__init_subclass__", 0, 0, |t, _| Ok(t.none())),
            class_method("__subclasshook__", 0, 1, |t, _| Ok(t.not_implemented())),
            property("__class__", |t, a| Ok(t.class_of(&a[0])), set_class),
        ],
    ),
    (
        Builtin::Type,
        &[
            keyword_function("__new__", type_new),
            keyword_method("__init__", |t, _, _| Ok(t.none())),
            keyword_method("__call__", |t, a, k| t.instantiate(&a[0], &a[1..], k)),
            method("__repr__", 0, 0, type_repr),
            method("__getattribute__", 1, 1, |t, a| {
                let name = t.attribute_name(&a[1])?;
                match t.type_get(&a[0], &name)? {
                    Some(found) => Ok(found),
                    None => Err(t.no_attribute(&a[0], &name)),
                }
            }),
            method("__setattr__", 2, 2, |t, a| {
                let name = t.attribute_name(&a[1])?;
                t.type_set(&a[0], &name, Some(&a[2]))?;
                Ok(t.none())
            }),
            method("__delattr__", 1, 1, |t, a| {
                let name = t.attribute_name(&a[1])?;
                t.type_set(&a[0], &name, None)?;
                Ok(t.none())
            }),
            method("mro", 0, 0, |t, a| {
                let mro = t.mro(&a[0]);
                Ok(t.list(&mro))
            }),
            method("__subclasses__", 0, 0, |t, a| {
                let subclasses = t.with_class(&a[0], |class, still| still.hold_all(&class.subclasses));
                Ok(t.list(&subclasses))
            }),
            method("__instancecheck__", 1, 1, |t, a| {
                let answer = instance_check(t, &a[0], &a[1])?;
                Ok(t.bool(answer))
            }),
            method("__subclasscheck__", 1, 1, |t, a| {
                if !t.is_class(&a[1]) {
                    return Err(t.type_error("issubclass() arg 1 must be a class"));
                }
                let answer = t.derives(&a[1], &a[0]);
                Ok(t.bool(answer))
            }),
            class_method("__prepare__", 0, super::function::MANY, |t, _| Ok(t.dict())),
            method("__dir__", 0, 0, type_dir),
            getter("__mro__", |t, a| {
                let mro = t.mro(&a[0]);
                Ok(t.tuple(&mro))
            }),
            getter("__bases__", |t, a| {
                let bases = t.with_class(&a[0], |class, still| still.hold_all(&class.bases));
                Ok(t.tuple(&bases))
            }),
            getter("__base__", |t, a| {
                let base = t.with_class(&a[0], |class, still| class.base.as_ref().map(|r| still.hold(r)));
                Ok(t.or_none(base))
            }),
            getter("__dict__", |t, a| {
                let namespace = t.namespace(&a[0]);
                crate::ops::perform(t, Op::MappingProxy as i32, &[namespace])
            }),
            getter("__doc__", |t, a| {
                let namespace = t.namespace(&a[0]);
                let doc = t.dict_get_str(&namespace, "__doc__");
                Ok(t.or_none(doc))
            }),
            getter("__flags__", |t, a| {
                let traits = t.traits(&a[0]);
                let heap = if traits.builtin.is_none() { 1 << 9 } else { 0 };
                let base = if traits.is_base { 1 << 10 } else { 0 };
                Ok(t.int(1 << 12 | heap | base))
            }),
            property(
                "__name__",
                |t, a| Ok(named(t, &a[0], |class| class.name.clone())),
                set_name,
            ),
            property(
                "__qualname__",
                |t, a| Ok(named(t, &a[0], |class| class.qualname.clone())),
                set_qualname,
            ),
            property("__module__", module_of, set_module),
        ],
    ),
    (
        Builtin::Module,
        &[
            keyword_function("__new__", |t, a, _| Ok(t.alloc_of(&a[0], |_| Payload::Module))),
            keyword_method("__init__", module_init),
            method("__repr__", 0, 0, module_repr),
            method("__dir__", 0, 0, |t, a| {
                let dict = t.instance_dict(&a[0]);
                let names = dict.map_or_else(Vec::new, |dict| t.table_keys(&dict));
                Ok(t.list(&names))
            }),
        ],
    ),
];

/// The `__dict__` of instances, an attribute of the first class whose instances have one.
pub(crate) static INSTANCE_DICT: Def = property("__dict__", instance_dict, set_instance_dict);

fn instance_dict(t: &mut Thread, a: &[Obj]) -> Res {
    match t.instance_dict(&a[0]) {
        Some(dict) => Ok(dict),
        None => Err(t.no_attribute(&a[0], "__dict__")),
    }
}

fn set_instance_dict(t: &mut Thread, a: &[Obj]) -> Res {
    if t.is_absent(&a[1]) {
        let dict = t.dict();
        t.set_instance_dict(&a[0], &dict);
    } else if t.is_instance(&a[1], Builtin::Dict) {
        t.set_instance_dict(&a[0], &a[1]);
    } else {
        let given = t.type_name(&a[1]);
        return Err(t.type_error(format!("__dict__ must be set to a dictionary, not a '{given}'")));
    }
    Ok(t.none())
}

// --- object ------------------------------------------------------------------------------------------------------------

/// Does the class get this special method from `object`?
fn is_default(t: &mut Thread, class: &Obj, name: &str) -> bool {
    match t.lookup_where(class, name) {
        Some((owner, _)) => t.traits(&owner).builtin == Some(Builtin::Object),
        None => true,
    }
}

fn object_new(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    let Some(class) = a.first() else {
        return Err(t.type_error("object.__new__(): not enough arguments"));
    };
    if !t.is_class(class) {
        let given = t.type_name(class);
        return Err(t.type_error(format!("object.__new__(X): X is not a type object ({given})")));
    }
    let name = t.class_name(class);
    if a.len() > 1 || !keywords.is_empty() {
        if !is_default(t, class, "__new__") {
            return Err(t.type_error("object.__new__() takes exactly one argument (the type to instantiate)"));
        }
        if is_default(t, class, "__init__") {
            return Err(t.type_error(format!("{name}() takes no arguments")));
        }
    }
    let traits = t.traits(class);
    if traits.is_native || traits.shape != Builtin::Object && !is_open(traits.shape) {
        return Err(t.type_error(format!(
            "object.__new__({name}) is not safe, use {name}.__new__()"
        )));
    }
    Ok(t.alloc_of(class, |_| Payload::Plain))
}

/// Builtins whose instances have nothing but their dict.
fn is_open(shape: Builtin) -> bool {
    matches!(shape, Builtin::SimpleNamespace | Builtin::ModuleSpec)
}

fn object_init(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    if a.len() > 1 || !keywords.is_empty() {
        let class = t.class_of(&a[0]);
        if !is_default(t, &class, "__init__") {
            let message = "object.__init__() takes exactly one argument (the instance to initialize)";
            return Err(t.type_error(message));
        }
        if is_default(t, &class, "__new__") {
            let name = t.class_name(&class);
            let message =
                format!("{name}.__init__() takes exactly one argument (the instance to initialize)");
            return Err(t.type_error(message));
        }
    }
    Ok(t.none())
}

fn object_ne(t: &mut Thread, a: &[Obj]) -> Res {
    match t.call_special(&a[0], Compare::Equal.special(), std::slice::from_ref(&a[1]))? {
        Some(answer) if !t.is_not_implemented(&answer) => {
            let equal = t.truth(&answer)?;
            Ok(t.bool(!equal))
        }
        _ => Ok(t.not_implemented()),
    }
}

/// The name of a class as `repr` shows it: with its module, unless that is `builtins`.
pub(crate) fn full_name(t: &mut Thread, class: &Obj) -> String {
    let qualname = t.with_class(class, |class, _| class.qualname.clone());
    let module = module_name(t, class);
    match module {
        Some(module) if module != "builtins" => format!("{module}.{qualname}"),
        _ => qualname,
    }
}

fn object_repr(t: &mut Thread, a: &[Obj]) -> Res {
    let class = t.class_of(&a[0]);
    let name = full_name(t, &class);
    let id = t.read(&a[0], |object, _| object.id);
    Ok(t.str(&format!("<{name} object at {:#x}>", id << 4)))
}

fn names_of(t: &mut Thread, class: &Obj, names: &Obj) -> Res<()> {
    for class in t.mro(class) {
        let namespace = t.namespace(&class);
        for key in t.table_keys(&namespace) {
            t.table_set(names, &key, &key)?;
        }
    }
    Ok(())
}

fn object_dir(t: &mut Thread, a: &[Obj]) -> Res {
    let names = t.set(Builtin::Set);
    if let Some(dict) = t.instance_dict(&a[0]) {
        for key in t.table_keys(&dict) {
            t.table_set(&names, &key, &key)?;
        }
    }
    let class = t.class_of(&a[0]);
    names_of(t, &class, &names)?;
    let names = t.table_keys(&names);
    Ok(t.list(&names))
}

fn set_class(t: &mut Thread, a: &[Obj]) -> Res {
    if !t.is_class(&a[1]) {
        let given = t.type_name(&a[1]);
        return Err(t.type_error(format!("__class__ must be set to a class, not '{given}' object")));
    }
    let old = t.class_of(&a[0]);
    let (from, to) = (t.traits(&old), t.traits(&a[1]));
    if from.builtin.is_some() || to.builtin.is_some() {
        let message = "__class__ assignment only supported for mutable types or ModuleType subclasses";
        return Err(t.type_error(message));
    }
    if from.shape != to.shape || from.is_native != to.is_native || from.has_dict != to.has_dict {
        let (old, new) = (t.class_name(&old), t.class_name(&a[1]));
        let message = format!("__class__ assignment: '{new}' object layout differs from '{old}'");
        return Err(t.type_error(message));
    }
    t.write(&a[0], |object, still| object.class = still.get(&a[1]));
    Ok(t.none())
}

// --- type --------------------------------------------------------------------------------------------------------------

fn type_new(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    let [metaclass, name, bases, namespace] = a else {
        return Err(t.type_error("type.__new__() takes exactly 3 arguments (1 given)"));
    };
    let Some(name) = t.as_string(name) else {
        let given = t.type_name(name);
        return Err(t.type_error(format!("type.__new__() argument 1 must be str, not {given}")));
    };
    if !t.is_instance(bases, Builtin::Tuple) {
        let given = t.type_name(bases);
        return Err(t.type_error(format!("type.__new__() argument 2 must be tuple, not {given}")));
    }
    if !t.is_instance(namespace, Builtin::Dict) {
        let given = t.type_name(namespace);
        return Err(t.type_error(format!("type.__new__() argument 3 must be dict, not {given}")));
    }
    let mut bases = t.items(bases).unwrap_or_default();
    let winner = best_metaclass(t, metaclass, &bases)?;
    let maker = t.lookup_where(&winner, "__new__").map(|(owner, _)| owner);
    if !winner.is(metaclass) && maker.is_some_and(|owner| t.traits(&owner).builtin.is_none()) {
        return t.new_of(&winner, &winner, &a[1..], keywords);
    }
    if bases.is_empty() {
        bases.push(t.class(Builtin::Object));
    }
    let own = t.dict();
    for (key, value) in t.dict_items(namespace) {
        t.dict_set(&own, &key, &value)?;
    }
    let qualname = t
        .dict_get_str(&own, "__qualname__")
        .and_then(|name| t.as_string(&name));
    t.dict_remove_str(&own, "__qualname__");
    if t.dict_get_str(&own, "__eq__").is_some() && t.dict_get_str(&own, "__hash__").is_none() {
        let none = t.none();
        t.dict_set_str(&own, "__hash__", &none);
    }
    if t.dict_get_str(&own, "__doc__").is_none() {
        let none = t.none();
        t.dict_set_str(&own, "__doc__", &none);
    }
    let slots = t.dict_get_str(&own, "__slots__");
    let class = t.make_class(&NewClass {
        metaclass: &winner,
        name: &name,
        qualname: qualname.as_deref().unwrap_or(&name),
        bases: &bases,
        namespace: &own,
        builtin: None,
        is_extension: false,
        has_dict: slots.is_none(),
        has_weakrefs: slots.is_none(),
        is_base: true,
    })?;
    after_making(t, &class, keywords)?;
    Ok(class)
}

/// The most derived metaclass of the given one and those of the bases.
fn best_metaclass(t: &mut Thread, given: &Obj, bases: &[Obj]) -> Res {
    let mut best = given.clone();
    for base in bases {
        let own = t.class_of(base);
        if t.derives(&best, &own) {
            continue;
        }
        if !t.derives(&own, &best) {
            let message = "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the \
                           metaclasses of all its bases";
            return Err(t.type_error(message));
        }
        best = own;
    }
    Ok(best)
}

/// `__set_name__` of the attributes, and `__init_subclass__` of the class above.
fn after_making(t: &mut Thread, class: &Obj, keywords: &Keywords) -> Res<()> {
    let namespace = t.namespace(class);
    for (key, value) in t.dict_items(&namespace) {
        t.call_special(&value, "__set_name__", &[class.clone(), key])?;
    }
    let mro = t.mro(class);
    for above in &mro[1..] {
        let namespace = t.namespace(above);
        if let Some(hook) = t.dict_get_str(&namespace, "__init_subclass__") {
            let bound = t.bind(&hook, None, class)?;
            t.call_with(&bound, &[], keywords)?;
            break;
        }
    }
    Ok(())
}

fn type_repr(t: &mut Thread, a: &[Obj]) -> Res {
    let name = full_name(t, &a[0]);
    Ok(t.str(&format!("<class '{name}'>")))
}

/// `isinstance(object, class)` by `type`'s own rule: the real class, or what `__class__` says.
fn instance_check(t: &mut Thread, class: &Obj, object: &Obj) -> Res<bool> {
    if t.is_a(object, class) {
        return Ok(true);
    }
    let claimed = t.lookup_attr(object, "__class__")?;
    Ok(match claimed {
        Some(claimed) if t.is_class(&claimed) => t.derives(&claimed, class),
        _ => false,
    })
}

fn type_dir(t: &mut Thread, a: &[Obj]) -> Res {
    let names = t.set(Builtin::Set);
    names_of(t, &a[0], &names)?;
    let names = t.table_keys(&names);
    Ok(t.list(&names))
}

fn named(t: &mut Thread, class: &Obj, name: impl FnOnce(&super::Class) -> String) -> Obj {
    let name = t.with_class(class, |class, _| name(class));
    t.str(&name)
}

/// The new name of a class, when it may have one.
fn new_name(t: &mut Thread, a: &[Obj], attribute: &str) -> Result<String, Raised> {
    let class = t.class_name(&a[0]);
    if t.traits(&a[0]).builtin.is_some() {
        return Err(t.type_error(format!(
            "cannot set '{attribute}' attribute of immutable type '{class}'"
        )));
    }
    match t.as_string(&a[1]) {
        Some(name) => Ok(name),
        None if t.is_absent(&a[1]) => Err(t.type_error(format!(
            "cannot delete '{attribute}' attribute of immutable type '{class}'"
        ))),
        None => {
            let given = t.type_name(&a[1]);
            Err(t.type_error(format!(
                "can only assign string to {class}.{attribute}, not '{given}'"
            )))
        }
    }
}

fn set_name(t: &mut Thread, a: &[Obj]) -> Res {
    let name = new_name(t, a, "__name__")?;
    t.write(&a[0], |object, _| {
        if let Payload::Class(class) = &mut object.payload {
            class.name = name;
        }
    });
    Ok(t.none())
}

fn set_qualname(t: &mut Thread, a: &[Obj]) -> Res {
    let name = new_name(t, a, "__qualname__")?;
    t.write(&a[0], |object, _| {
        if let Payload::Class(class) = &mut object.payload {
            class.qualname = name;
        }
    });
    Ok(t.none())
}

/// Where a class says that it comes from.
pub(crate) fn module_name(t: &mut Thread, class: &Obj) -> Option<String> {
    let namespace = t.namespace(class);
    match t.dict_get_str(&namespace, "__module__") {
        Some(module) => t.as_string(&module),
        None => Some("builtins".to_owned()),
    }
}

fn module_of(t: &mut Thread, a: &[Obj]) -> Res {
    let namespace = t.namespace(&a[0]);
    match t.dict_get_str(&namespace, "__module__") {
        Some(module) => Ok(module),
        None => Ok(t.str("builtins")),
    }
}

fn set_module(t: &mut Thread, a: &[Obj]) -> Res {
    let namespace = t.namespace(&a[0]);
    t.dict_set_str(&namespace, "__module__", &a[1]);
    Ok(t.none())
}

// --- module ------------------------------------------------------------------------------------------------------------

fn module_init(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    let given = |name: &str| {
        keywords
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    let Some(name) = a.get(1).cloned().or_else(|| given("name")) else {
        return Err(t.type_error("module() missing required argument 'name' (pos 1)"));
    };
    if t.as_text(&name).is_none() {
        let given = t.type_name(&name);
        return Err(t.type_error(format!("module() argument 'name' must be str, not {given}")));
    }
    let doc = a.get(2).cloned().or_else(|| given("doc"));
    let none = t.none();
    let fields = [
        ("__name__", name),
        ("__doc__", t.or_none(doc)),
        ("__package__", none.clone()),
        ("__loader__", none.clone()),
        ("__spec__", none),
    ];
    if let Some(dict) = t.instance_dict(&a[0]) {
        for (field, value) in fields {
            t.dict_set_str(&dict, field, &value);
        }
    }
    Ok(t.none())
}

fn module_repr(t: &mut Thread, a: &[Obj]) -> Res {
    let dict = t.instance_dict(&a[0]);
    let field = |t: &mut Thread, name: &str| {
        let value = dict.as_ref().and_then(|dict| t.dict_get_str(dict, name))?;
        t.as_string(&value)
    };
    let name = field(t, "__name__").unwrap_or_else(|| "?".to_owned());
    let text = match field(t, "__file__") {
        Some(file) => format!("<module '{name}' from '{file}'>"),
        None if matches!(name.as_str(), "builtins" | "sys") => format!("<module '{name}' (built-in)>"),
        None => format!("<module '{name}'>"),
    };
    Ok(t.str(&text))
}

/// `type(name, bases, namespace)` by the metaclass that the bases ask for: `Op::NewClass`.
pub(crate) fn new_class(t: &mut Thread, a: &[Obj]) -> Res {
    let type_class = t.class(Builtin::Type);
    let bases = t.items(&a[1]).unwrap_or_default();
    let metaclass = best_metaclass(t, &type_class, &bases)?;
    t.call(&metaclass, a)
}
