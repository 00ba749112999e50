//! Objects: the section "abstract object protocol" and most of "other objects". What `object` and `type` have themselves
//! is in `types/methods.rs`.

use super::{Operation, keywords};
use crate::heap::{Obj, Payload, Res, Thread, Weak};
use crate::types::{Builtin, Def, Keywords, getter, keyword_function, method, property};
use gimbal_host::Op;

pub(super) const OPS: &[(Op, Operation)] = &[
    // --- attributes
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
    (Op::GenericGetAttr, |t, a| {
        let name = t.attribute_name(&a[1])?;
        let found = if t.is_class(&a[0]) {
            t.type_get(&a[0], &name)?
        } else {
            t.generic_get(&a[0], &name)?
        };
        match found {
            Some(found) => Ok(found),
            None => Err(t.no_attribute(&a[0], &name)),
        }
    }),
    (Op::GenericSetAttr, |t, a| {
        let name = t.attribute_name(&a[1])?;
        let value = t.present(&a[2]);
        if t.is_class(&a[0]) {
            t.type_set(&a[0], &name, value.as_ref())?;
        } else {
            t.generic_set(&a[0], &name, value.as_ref())?;
        }
        Ok(t.none())
    }),
    (Op::InstanceDict, |t, a| {
        let dict = t.instance_dict(&a[0]);
        Ok(t.or_absent(dict))
    }),
    // --- text, truth, hash, comparison
    (Op::Repr, |t, a| t.repr(&a[0])),
    (Op::Str, |t, a| t.str_of(&a[0])),
    (Op::Ascii, |t, a| {
        let shown = t.repr(&a[0])?;
        let points = t.as_text(&shown).unwrap_or_default().0;
        Ok(t.text(crate::heap::Text(super::percent::ascii(&points))))
    }),
    (Op::Hash, |t, a| {
        let hash = t.hash(&a[0])?;
        Ok(t.int(hash))
    }),
    (Op::IsTrue, |t, a| {
        let truth = t.truth(&a[0])?;
        Ok(t.bool(truth))
    }),
    (Op::RichCompare, |t, a| {
        let number = t.as_i64(&a[2]).unwrap_or(-1);
        match crate::types::protocol::Compare::from_number(number) {
            Some(op) => t.rich_compare(&a[0], &a[1], op),
            None => Err(t.system_error("a comparison has a number from 0 to 5")),
        }
    }),
    (Op::Format, |t, a| {
        let spec = match t.present(&a[1]) {
            Some(spec) => spec,
            None => t.str(""),
        };
        t.format(&a[0], &spec)
    }),
    (Op::Dir, |t, a| {
        let made = match t.present(&a[0]) {
            Some(object) => t.need_special(&object, "__dir__", &[], "has no __dir__")?,
            None => t.list(&[]),
        };
        let names = t.collect_items(&made)?;
        let names = t.list(&names);
        super::perform(t, Op::ListSort as i32, std::slice::from_ref(&names))?;
        Ok(names)
    }),
    // --- classes
    (Op::IsInstance, |t, a| {
        let answer = is_instance(t, &a[0], &a[1])?;
        Ok(t.bool(answer))
    }),
    (Op::IsSubclass, |t, a| {
        let answer = is_subclass(t, &a[0], &a[1])?;
        Ok(t.bool(answer))
    }),
    // --- items
    (Op::Len, |t, a| {
        let length = t.len(&a[0])?;
        Ok(t.int(length))
    }),
    (Op::LengthHint, length_hint),
    (Op::GetItem, get_item),
    (Op::SetItem, |t, a| {
        t.set_item(&a[0], &a[1], &a[2])?;
        Ok(t.none())
    }),
    (Op::DelItem, |t, a| {
        t.delete_item(&a[0], &a[1])?;
        Ok(t.none())
    }),
    (Op::Contains, |t, a| {
        let answer = contains(t, &a[0], &a[1])?;
        Ok(t.bool(answer))
    }),
    (Op::Iter, |t, a| t.iter(&a[0])),
    (Op::IterNext, |t, a| {
        let item = t.next(&a[0])?;
        Ok(t.or_absent(item))
    }),
    (Op::SeqIter, |t, a| {
        Ok(super::container::sequence_iterator(t, &a[0]))
    }),
    // --- calls
    (Op::CallSpecial, |t, a| {
        let name = t.attribute_name(&a[0])?;
        match t.call_special(&a[1], &name, &a[2..])? {
            Some(result) => Ok(result),
            None => Err(t.no_attribute(&a[1], &name)),
        }
    }),
    (Op::CallMethod, |t, a| {
        let name = t.attribute_name(&a[1])?;
        t.call_method(&a[0], &name, &a[2..])
    }),
    (Op::CallObject, |t, a| {
        let (args, keywords) = arguments(t, &a[1], &a[2])?;
        t.call_with(&a[0], &args, &keywords)
    }),
    (Op::CallUnbound, |t, a| {
        let name = t.attribute_name(&a[1])?;
        let function = t.getattr(&a[0], &name)?;
        t.call(&function, &a[2..])
    }),
    (Op::HostNew, |t, a| {
        let (args, keywords) = arguments(t, &a[2], &a[3])?;
        t.new_of(&a[0], &a[1], &args, &keywords)
    }),
    (Op::HostInit, |t, a| {
        let (args, keywords) = arguments(t, &a[2], &a[3])?;
        let init = t.getattr(&a[0], "__init__")?;
        let mut all = vec![a[1].clone()];
        all.extend(args);
        t.call_with(&init, &all, &keywords)
    }),
    // --- other objects
    (Op::NewMethod, |t, a| {
        let class = t.class(Builtin::Method);
        t.call(&class, a)
    }),
    (Op::NewClassMethod, |t, a| make(t, Builtin::ClassMethod, a)),
    (Op::NewStaticMethod, |t, a| make(t, Builtin::StaticMethod, a)),
    (Op::NewInstanceMethod, |t, a| make(t, Builtin::InstanceMethod, a)),
    (Op::NewCell, |t, a| {
        let content = t.present(&a[0]);
        Ok(t.alloc(Builtin::Cell, |still| {
            Payload::Cell(content.as_ref().map(|c| still.get(c)))
        }))
    }),
    (Op::NewWeakRef, |t, a| new_weak(t, Builtin::WeakReference, a)),
    (Op::NewWeakProxy, |t, a| {
        let class = if t.callable(&a[0]) {
            Builtin::WeakCallableProxy
        } else {
            Builtin::WeakProxy
        };
        new_weak(t, class, a)
    }),
    (Op::WeakRefGet, |t, a| {
        let referent = referent(t, &a[0]);
        Ok(t.or_none(referent))
    }),
];

pub(super) const METHODS: &[(Builtin, &[Def])] = &[
    (
        Builtin::NoneType,
        &[
            method("__repr__", 0, 0, |t, _| Ok(t.str("None"))),
            method("__bool__", 0, 0, |t, _| Ok(t.bool(false))),
        ],
    ),
    (
        Builtin::NotImplementedType,
        &[method("__repr__", 0, 0, |t, _| Ok(t.str("NotImplemented")))],
    ),
    (
        Builtin::EllipsisType,
        &[method("__repr__", 0, 0, |t, _| Ok(t.str("Ellipsis")))],
    ),
    (
        Builtin::WeakReference,
        &[
            keyword_function("__new__", |t, a, _| {
                let [class, object, rest @ ..] = a else {
                    return Err(t.type_error("__new__ expected at least 1 argument, got 0"));
                };
                let callback = rest.first().cloned();
                weak_of(t, class, object, callback)
            }),
            crate::types::keyword_method("__init__", |t, _, _| Ok(t.none())),
            method("__call__", 0, 0, |t, a| {
                let referent = referent(t, &a[0]);
                Ok(t.or_none(referent))
            }),
            getter("__callback__", |t, a| {
                let callback = t.read(&a[0], |object, still| match &object.payload {
                    Payload::Weak(weak) => weak.callback.as_ref().map(|r| still.hold(r)),
                    _ => None,
                });
                Ok(t.or_none(callback))
            }),
            method("__hash__", 0, 0, weak_hash),
            method("__eq__", 1, 1, weak_eq),
            method("__repr__", 0, 0, weak_repr),
        ],
    ),
    (Builtin::WeakProxy, PROXY),
    (Builtin::WeakCallableProxy, PROXY),
    (
        Builtin::WeakCallableProxy,
        &[crate::types::keyword_method("__call__", |t, a, k| {
            let referent = alive(t, &a[0])?;
            t.call_with(&referent, &a[1..], k)
        })],
    ),
    (
        Builtin::Cell,
        &[property(
            "cell_contents",
            |t, a| {
                let content = t.read(&a[0], |object, still| match &object.payload {
                    Payload::Cell(content) => content.as_ref().map(|r| still.hold(r)),
                    _ => None,
                });
                match content {
                    Some(content) => Ok(content),
                    None => Err(t.value_error("Cell is empty")),
                }
            },
            |t, a| {
                let content = t.present(&a[1]);
                t.write(&a[0], |object, still| {
                    object.payload = Payload::Cell(content.as_ref().map(|content| still.get(content)));
                });
                Ok(t.none())
            },
        )],
    ),
    (
        Builtin::SimpleNamespace,
        &[
            keyword_function("__new__", |t, a, _| Ok(t.alloc_of(&a[0], |_| Payload::Plain))),
            crate::types::keyword_method("__init__", namespace_init),
            method("__repr__", 0, 0, namespace_repr),
            method("__eq__", 1, 1, |t, a| {
                if !t.is_instance(&a[1], Builtin::SimpleNamespace) {
                    return Ok(t.not_implemented());
                }
                match (t.instance_dict(&a[0]), t.instance_dict(&a[1])) {
                    (Some(mine), Some(other)) => {
                        t.rich_compare(&mine, &other, crate::types::protocol::Compare::Equal)
                    }
                    _ => Ok(t.not_implemented()),
                }
            }),
        ],
    ),
    (
        Builtin::ModuleSpec,
        &[method("__repr__", 0, 0, |t, a| {
            let (name, origin) = (t.getattr(&a[0], "name")?, t.getattr(&a[0], "origin")?);
            let (name, origin) = (t.repr_string(&name)?, t.repr_string(&origin)?);
            Ok(t.str(&format!("ModuleSpec(name={name}, loader=None, origin={origin})")))
        })],
    ),
];

const PROXY: &[Def] = &[
    method("__setattr__", 2, 2, |t, a| {
        let name = t.attribute_name(&a[1])?;
        let referent = alive(t, &a[0])?;
        t.setattr(&referent, &name, Some(&a[2]))?;
        Ok(t.none())
    }),
    method("__delattr__", 1, 1, |t, a| {
        let name = t.attribute_name(&a[1])?;
        let referent = alive(t, &a[0])?;
        t.setattr(&referent, &name, None)?;
        Ok(t.none())
    }),
    method("__getattribute__", 1, 1, |t, a| {
        let name = t.attribute_name(&a[1])?;
        let referent = alive(t, &a[0])?;
        t.getattr(&referent, &name)
    }),
    method("__str__", 0, 0, |t, a| {
        let referent = alive(t, &a[0])?;
        t.str_of(&referent)
    }),
    method("__repr__", 0, 0, weak_repr),
];

fn make(t: &mut Thread, class: Builtin, args: &[Obj]) -> Res {
    let class = t.class(class);
    t.call(&class, args)
}

/// Positional arguments and keywords.
type Arguments = (Vec<Obj>, Vec<(String, Obj)>);

/// Arguments from a tuple, keywords from a dict or nothing.
fn arguments(t: &mut Thread, args: &Obj, dict: &Obj) -> Res<Arguments> {
    let args = match t.present(args) {
        Some(args) => t.collect_items(&args)?,
        None => Vec::new(),
    };
    Ok((args, keywords(t, dict)?))
}

// --- classes -------------------------------------------------------------------------------------------------------------

fn is_instance(t: &mut Thread, object: &Obj, class: &Obj) -> Res<bool> {
    if t.is_instance(class, Builtin::Tuple) {
        for class in t.items(class).unwrap_or_default() {
            if t.deeper(|t| is_instance(t, object, &class))? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let own = t.class_of(object);
    if own.is(class) {
        return Ok(true);
    }
    match t.call_special(class, "__instancecheck__", std::slice::from_ref(object))? {
        Some(answer) => t.truth(&answer),
        None => Err(t.type_error("isinstance() arg 2 must be a type, a tuple of types, or a union")),
    }
}

fn is_subclass(t: &mut Thread, derived: &Obj, class: &Obj) -> Res<bool> {
    if t.is_instance(class, Builtin::Tuple) {
        for class in t.items(class).unwrap_or_default() {
            if t.deeper(|t| is_subclass(t, derived, &class))? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    if t.is_class(class) && !t.is_class(derived) {
        return Err(t.type_error("issubclass() arg 1 must be a class"));
    }
    match t.call_special(class, "__subclasscheck__", std::slice::from_ref(derived))? {
        Some(answer) => t.truth(&answer),
        None => Err(t.type_error("issubclass() arg 2 must be a class, a tuple of classes, or a union")),
    }
}

// --- items ---------------------------------------------------------------------------------------------------------------

impl Thread {
    /// `o[key]`
    pub fn get_item(&mut self, obj: &Obj, key: &Obj) -> Res {
        get_item(self, &[obj.clone(), key.clone()])
    }

    /// `o[key] = value`
    pub fn set_item(&mut self, obj: &Obj, key: &Obj, value: &Obj) -> Res<()> {
        let args = [key.clone(), value.clone()];
        self.need_special(obj, "__setitem__", &args, "does not support item assignment")
            .map(drop)
    }

    /// `del o[key]`
    pub fn delete_item(&mut self, obj: &Obj, key: &Obj) -> Res<()> {
        let what = "doesn't support item deletion";
        self.need_special(obj, "__delitem__", std::slice::from_ref(key), what)
            .map(drop)
    }

    /// `item in container`
    pub fn contains(&mut self, container: &Obj, item: &Obj) -> Res<bool> {
        contains(self, container, item)
    }
}

fn get_item(t: &mut Thread, a: &[Obj]) -> Res {
    if let Some(item) = t.call_special(&a[0], "__getitem__", &a[1..2])? {
        return Ok(item);
    }
    if t.is_class(&a[0])
        && let Some(special) = t.type_get(&a[0], "__class_getitem__")?
    {
        return t.call(&special, &a[1..2]);
    }
    let message = if t.is_class(&a[0]) {
        format!("type '{}' is not subscriptable", t.class_name(&a[0]))
    } else {
        format!("'{}' object is not subscriptable", t.type_name(&a[0]))
    };
    Err(t.type_error(message))
}

fn contains(t: &mut Thread, container: &Obj, item: &Obj) -> Res<bool> {
    if let Some(answer) = t.call_special(container, "__contains__", std::slice::from_ref(item))? {
        return t.truth(&answer);
    }
    let class = t.class_of(container);
    if t.lookup(&class, "__iter__").is_none() && t.lookup(&class, "__getitem__").is_none() {
        let name = t.class_name(&class);
        return Err(t.type_error(format!("argument of type '{name}' is not iterable")));
    }
    let iterator = t.iter(container)?;
    while let Some(found) = t.next(&iterator)? {
        if t.equal(&found, item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn length_hint(t: &mut Thread, a: &[Obj]) -> Res {
    if let Some(length) = t.len_if_any(&a[0])? {
        return Ok(t.int(length));
    }
    match t.call_special(&a[0], "__length_hint__", &[])? {
        Some(hint) if !t.is_not_implemented(&hint) => match t.as_i64(&hint) {
            Some(hint) if hint < 0 => Err(t.value_error("__length_hint__() should return >= 0")),
            Some(hint) => Ok(t.int(hint)),
            None => {
                let given = t.type_name(&hint);
                Err(t.type_error(format!("__length_hint__ must be an integer, not {given}")))
            }
        },
        _ => Ok(a[1].clone()),
    }
}

// --- weak references -----------------------------------------------------------------------------------------------------

fn new_weak(t: &mut Thread, class: Builtin, a: &[Obj]) -> Res {
    let callback = t.present(&a[1]);
    let class = t.class(class);
    weak_of(t, &class, &a[0], callback)
}

fn weak_of(t: &mut Thread, class: &Obj, object: &Obj, callback: Option<Obj>) -> Res {
    let own = t.class_of(object);
    if !t.traits(&own).has_weakrefs {
        let name = t.class_name(&own);
        return Err(t.type_error(format!("cannot create weak reference to '{name}' object")));
    }
    let callback = callback.filter(|callback| !t.is_none(callback));
    let native = t.write(object, |object, _| {
        object.is_watched = true;
        object.native
    });
    if native != 0 {
        crate::interface::pin(native);
    }
    let plain = callback.is_none().then(|| t.traits(class).builtin).flatten();
    let id = t.read(object, |object, _| object.id);
    if let Some(builtin) = plain
        && let Some(known) = t.shared_weak(id, builtin)
    {
        return Ok(known);
    }
    let made = t.alloc_of(class, |still| {
        Payload::Weak(Weak {
            referent: Some(still.get(object)),
            callback: callback.as_ref().map(|c| still.get(c)),
            hash: None,
        })
    });
    if let Some(builtin) = plain {
        t.share_weak(id, builtin, &made);
    }
    Ok(made)
}

/// What a weak reference refers to, while it lives.
fn referent(t: &mut Thread, weak: &Obj) -> Option<Obj> {
    t.read(weak, |object, still| match &object.payload {
        Payload::Weak(weak) => weak.referent.as_ref().map(|r| still.hold(r)),
        _ => None,
    })
}

fn alive(t: &mut Thread, proxy: &Obj) -> Res {
    match referent(t, proxy) {
        Some(referent) => Ok(referent),
        None => Err(t.raise(
            Builtin::ReferenceError,
            "weakly-referenced object no longer exists",
        )),
    }
}

fn weak_hash(t: &mut Thread, a: &[Obj]) -> Res {
    let known = t.read(&a[0], |object, _| match &object.payload {
        Payload::Weak(weak) => weak.hash,
        _ => None,
    });
    let hash = match (known, referent(t, &a[0])) {
        (Some(hash), _) => hash,
        (None, Some(referent)) => t.hash(&referent)?,
        (None, None) => return Err(t.type_error("weak object has gone away")),
    };
    t.write(&a[0], |object, _| {
        if let Payload::Weak(weak) = &mut object.payload {
            weak.hash = Some(hash);
        }
    });
    Ok(t.int(hash))
}

fn weak_eq(t: &mut Thread, a: &[Obj]) -> Res {
    if !t.is_instance(&a[1], Builtin::WeakReference) {
        return Ok(t.not_implemented());
    }
    match (referent(t, &a[0]), referent(t, &a[1])) {
        (Some(mine), Some(other)) => t.rich_compare(&mine, &other, crate::types::protocol::Compare::Equal),
        _ => Ok(t.bool(a[0].is(&a[1]))),
    }
}

fn weak_repr(t: &mut Thread, a: &[Obj]) -> Res {
    let id = t.read(&a[0], |object, _| object.id) << 4;
    let class = t
        .type_name(&a[0])
        .to_lowercase()
        .replace("referencetype", "weakref");
    let text = match referent(t, &a[0]) {
        Some(referent) => {
            let name = t.type_name(&referent);
            let other = t.read(&referent, |object, _| object.id) << 4;
            format!("<{class} at {id:#x}; to '{name}' at {other:#x}>")
        }
        None => format!("<{class} at {id:#x}; dead>"),
    };
    Ok(t.str(&text))
}

// --- namespaces ----------------------------------------------------------------------------------------------------------

fn namespace_init(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    if a.len() > 1 {
        return Err(t.type_error("no positional arguments expected"));
    }
    for (name, value) in keywords {
        t.generic_set(&a[0], name, Some(value))?;
    }
    Ok(t.none())
}

fn namespace_repr(t: &mut Thread, a: &[Obj]) -> Res {
    let mut parts = Vec::new();
    if let Some(dict) = t.instance_dict(&a[0]) {
        for (key, value) in t.dict_items(&dict) {
            let (key, value) = (t.str_string(&key)?, t.deeper(|t| t.repr_string(&value))?);
            parts.push(format!("{key}={value}"));
        }
    }
    let class = t.type_name(&a[0]).replace("SimpleNamespace", "namespace");
    Ok(t.str(&format!("{class}({})", parts.join(", "))))
}
