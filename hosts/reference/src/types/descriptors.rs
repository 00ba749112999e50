//! The methods of functions and of what binds them: bound methods, `property`, `staticmethod`, `classmethod`, `super`.

use super::function::MANY;
use super::methods::full_name;
use super::{Builtin, Def, Keywords, getter, keyword_function, keyword_method, method};
use crate::contents;
use crate::heap::{Escapes, Obj, Payload, Ref, Res, Thread};

/// What every kind of function object has.
const FUNCTION: &[Def] = &[
    getter("__name__", |t, a| {
        let facts = facts(t, &a[0]);
        Ok(t.str(&facts.name))
    }),
    getter("__qualname__", |t, a| {
        let facts = facts(t, &a[0]);
        Ok(match facts.owner {
            Some(owner) => {
                let owner = t.with_class(&owner, |class, _| class.qualname.clone());
                t.str(&format!("{owner}.{}", facts.name))
            }
            None => t.str(&facts.name),
        })
    }),
    getter("__doc__", |t, a| {
        let facts = facts(t, &a[0]);
        Ok(match facts.doc {
            Some(doc) => t.str(&doc),
            None => t.none(),
        })
    }),
    getter("__text_signature__", |t, a| {
        let facts = facts(t, &a[0]);
        Ok(match facts.signature {
            Some(signature) => t.str(&signature),
            None => t.none(),
        })
    }),
    method("__repr__", 0, 0, function_repr),
    method("__get__", 1, 2, |t, a| {
        let class = match a.get(2) {
            Some(class) => class.clone(),
            None => t.class_of(&a[1]),
        };
        let me = if t.is_none(&a[1]) { None } else { Some(&a[1]) };
        t.bind(&a[0], me, &class)
    }),
];

const CALLED: &[Def] = &[keyword_method("__call__", |t, a, k| {
    t.call_with(&a[0], &a[1..], k)
})];

const OWNED: &[Def] = &[getter("__objclass__", |t, a| {
    let facts = facts(t, &a[0]);
    Ok(t.or_none(facts.owner))
})];

const BOUND: &[Def] = &[
    getter("__self__", |t, a| {
        let facts = facts(t, &a[0]);
        Ok(t.or_none(facts.me))
    }),
    getter("__module__", |t, a| {
        let facts = facts(t, &a[0]);
        Ok(match facts.module {
            Some(module) => t.str(&module),
            None => t.none(),
        })
    }),
    method("__eq__", 1, 1, bound_eq),
    method("__hash__", 0, 0, bound_hash),
];

const DATA: &[Def] = &[
    method("__set__", 2, 2, |t, a| {
        set_through(t, &a[0], &a[1], Some(&a[2]))?;
        Ok(t.none())
    }),
    method("__delete__", 1, 1, |t, a| {
        set_through(t, &a[0], &a[1], None)?;
        Ok(t.none())
    }),
];

pub(crate) const METHODS: &[(Builtin, &[Def])] = &[
    (Builtin::BuiltinFunction, FUNCTION),
    (Builtin::BuiltinFunction, CALLED),
    (Builtin::BuiltinFunction, BOUND),
    (Builtin::MethodDescriptor, FUNCTION),
    (Builtin::MethodDescriptor, CALLED),
    (Builtin::MethodDescriptor, OWNED),
    (Builtin::WrapperDescriptor, FUNCTION),
    (Builtin::WrapperDescriptor, CALLED),
    (Builtin::WrapperDescriptor, OWNED),
    (Builtin::ClassMethodDescriptor, FUNCTION),
    (Builtin::ClassMethodDescriptor, CALLED),
    (Builtin::ClassMethodDescriptor, OWNED),
    (Builtin::GetSetDescriptor, FUNCTION),
    (Builtin::GetSetDescriptor, OWNED),
    (Builtin::GetSetDescriptor, DATA),
    (Builtin::MemberDescriptor, FUNCTION),
    (Builtin::MemberDescriptor, OWNED),
    (Builtin::MemberDescriptor, DATA),
    (
        Builtin::Method,
        &[
            keyword_function("__new__", |t, a, _| {
                let [_, function, me] = a else {
                    return Err(t.type_error(format!("method expected 2 arguments, got {}", a.len() - 1)));
                };
                if !t.callable(function) {
                    return Err(t.type_error("first argument must be callable"));
                }
                if t.is_none(me) {
                    return Err(t.type_error("instance must not be None"));
                }
                Ok(t.alloc(Builtin::Method, |still| {
                    Payload::Method([still.get(function), still.get(me)])
                }))
            }),
            keyword_method("__call__", |t, a, k| t.call_with(&a[0], &a[1..], k)),
            getter("__func__", |t, a| Ok(t.method_parts(&a[0]).0)),
            getter("__self__", |t, a| Ok(t.method_parts(&a[0]).1)),
            method("__getattr__", 1, 1, |t, a| {
                let name = t.attribute_name(&a[1])?;
                let function = t.method_parts(&a[0]).0;
                t.getattr(&function, &name)
            }),
            method("__repr__", 0, 0, method_repr),
            method("__eq__", 1, 1, bound_eq),
            method("__hash__", 0, 0, bound_hash),
        ],
    ),
    (
        Builtin::StaticMethod,
        &[
            keyword_function("__new__", holder_new),
            method("__init__", 1, 1, |t, _| Ok(t.none())),
            keyword_method("__call__", |t, a, k| {
                let function = held(t, &a[0])?;
                t.call_with(&function, &a[1..], k)
            }),
            method("__get__", 1, 2, |t, a| held(t, &a[0])),
            getter("__func__", |t, a| held(t, &a[0])),
            getter("__wrapped__", |t, a| held(t, &a[0])),
        ],
    ),
    (
        Builtin::ClassMethod,
        &[
            keyword_function("__new__", holder_new),
            method("__init__", 1, 1, |t, _| Ok(t.none())),
            method("__get__", 1, 2, |t, a| {
                let function = held(t, &a[0])?;
                let class = match a.get(2) {
                    Some(class) if !t.is_none(class) => class.clone(),
                    _ => t.class_of(&a[1]),
                };
                Ok(t.bound(&function, &class))
            }),
            getter("__func__", |t, a| held(t, &a[0])),
            getter("__wrapped__", |t, a| held(t, &a[0])),
        ],
    ),
    (
        Builtin::InstanceMethod,
        &[
            keyword_function("__new__", holder_new),
            method("__init__", 1, 1, |t, _| Ok(t.none())),
            keyword_method("__call__", |t, a, k| {
                let function = held(t, &a[0])?;
                t.call_with(&function, &a[1..], k)
            }),
            method("__get__", 1, 2, |t, a| {
                let function = held(t, &a[0])?;
                if t.is_none(&a[1]) {
                    return Ok(function);
                }
                Ok(t.alloc(Builtin::Method, |still| {
                    Payload::Method([still.get(&function), still.get(&a[1])])
                }))
            }),
            getter("__func__", |t, a| held(t, &a[0])),
            method("__getattr__", 1, 1, |t, a| {
                let name = t.attribute_name(&a[1])?;
                let function = held(t, &a[0])?;
                t.getattr(&function, &name)
            }),
            method("__eq__", 1, 1, |t, a| {
                if t.builtin_of(&a[1]) != Some(Builtin::InstanceMethod) {
                    return Ok(t.not_implemented());
                }
                let (mine, other) = (held(t, &a[0])?, held(t, &a[1])?);
                let answer = t.equal(&mine, &other)?;
                Ok(t.bool(answer))
            }),
            method("__hash__", 0, 0, |t, a| {
                let function = held(t, &a[0])?;
                let hash = t.hash(&function)?;
                Ok(t.int(hash))
            }),
            method("__repr__", 0, 0, |t, a| {
                let function = held(t, &a[0])?;
                let name = match t.lookup_attr(&function, "__qualname__")? {
                    Some(name) => t.as_string(&name),
                    None => None,
                };
                let id = t.read(&a[0], |object, _| object.id);
                let name = name.unwrap_or_else(|| "?".to_owned());
                Ok(t.str(&format!("<instancemethod {name} at {:#x}>", id << 4)))
            }),
        ],
    ),
    (
        Builtin::Property,
        &[
            keyword_function("__new__", property_new),
            keyword_method("__init__", property_init),
            method("__get__", 1, 2, |t, a| {
                if t.is_none(&a[1]) {
                    return Ok(a[0].clone());
                }
                run_accessor(t, a, 0, "getter")
            }),
            method("__set__", 2, 2, |t, a| run_accessor(t, a, 1, "setter")),
            method("__delete__", 1, 1, |t, a| run_accessor(t, a, 2, "deleter")),
            getter("fget", |t, a| accessor(t, &a[0], 0)),
            getter("fset", |t, a| accessor(t, &a[0], 1)),
            getter("fdel", |t, a| accessor(t, &a[0], 2)),
            getter("__doc__", |t, a| accessor(t, &a[0], 3)),
            method("getter", 1, 1, |t, a| changed(t, a, 0)),
            method("setter", 1, 1, |t, a| changed(t, a, 1)),
            method("deleter", 1, 1, |t, a| changed(t, a, 2)),
        ],
    ),
    (
        Builtin::Super,
        &[
            keyword_function("__new__", super_new),
            method("__init__", 0, MANY, |t, _| Ok(t.none())),
            method("__getattribute__", 1, 1, super_get),
        ],
    ),
];

// --- functions -----------------------------------------------------------------------------------------------------------

/// What there is to know of a function object.
struct Facts {
    name: String,
    owner: Option<Obj>,
    me: Option<Obj>,
    module: Option<String>,
    doc: Option<String>,
    signature: Option<String>,
}

impl Escapes for Facts {}

fn facts(t: &mut Thread, function: &Obj) -> Facts {
    let bound = t.read(function, |object, still| match &object.payload {
        Payload::Method([function, me]) => Some((still.hold(function), still.hold(me))),
        _ => None,
    });
    if let Some((function, me)) = bound {
        return Facts {
            me: Some(me),
            module: None,
            ..facts(t, &function)
        };
    }
    if let Some(name) = crate::interface::field_name(t, function) {
        return Facts {
            name,
            owner: None,
            me: None,
            module: None,
            doc: None,
            signature: None,
        };
    }
    let self_of_native = |r: &Option<Ref>, still: &crate::heap::Still| r.as_ref().map(|r| still.hold(r));
    t.read(function, |object, still| match &object.payload {
        Payload::Native(native) => Facts {
            name: native.def.name.to_owned(),
            owner: self_of_native(&native.owner, still),
            me: self_of_native(&native.me, still),
            module: native.owner.is_none().then(|| "builtins".to_owned()),
            doc: None,
            signature: None,
        },
        Payload::Extension(f) => Facts {
            name: f.name.clone(),
            owner: self_of_native(&f.owner, still),
            me: self_of_native(&f.held, still),
            module: f.module.clone(),
            doc: f.doc.clone(),
            signature: f.signature.clone(),
        },
        _ => unreachable!("a function object has one of these payloads"),
    })
}

fn function_repr(t: &mut Thread, a: &[Obj]) -> Res {
    let facts = facts(t, &a[0]);
    let name = facts.name;
    let owner = match &facts.owner {
        Some(owner) => t.class_name(owner),
        None => "?".to_owned(),
    };
    let text = match t.builtin_of(&a[0]) {
        Some(Builtin::MethodDescriptor | Builtin::ClassMethodDescriptor) => {
            format!("<method '{name}' of '{owner}' objects>")
        }
        Some(Builtin::WrapperDescriptor) => format!("<slot wrapper '{name}' of '{owner}' objects>"),
        Some(Builtin::GetSetDescriptor) => format!("<attribute '{name}' of '{owner}' objects>"),
        Some(Builtin::MemberDescriptor) => format!("<member '{name}' of '{owner}' objects>"),
        _ => match facts.me {
            Some(me) if !t.is_instance(&me, Builtin::Module) => {
                let id = t.read(&me, |object, _| object.id);
                let class = t.class_of(&me);
                let class = full_name(t, &class);
                format!("<built-in method {name} of {class} object at {:#x}>", id << 4)
            }
            _ => format!("<built-in function {name}>"),
        },
    };
    Ok(t.str(&text))
}

fn method_repr(t: &mut Thread, a: &[Obj]) -> Res {
    let (function, me) = t.method_parts(&a[0]);
    let name = match t.lookup_attr(&function, "__qualname__")? {
        Some(name) => t.as_string(&name),
        None => None,
    };
    let me = t.repr_string(&me)?;
    Ok(t.str(&format!(
        "<bound method {} of {me}>",
        name.unwrap_or_else(|| "?".to_owned())
    )))
}

/// What two bound functions are compared by: the function without its self, and self.
fn parts(t: &mut Thread, bound: &Obj) -> Option<(String, Option<Obj>, Obj)> {
    let (function, me) = t.read(bound, |object, still| match &object.payload {
        Payload::Method([function, me]) => (Some(still.hold(function)), Some(still.hold(me))),
        Payload::Native(native) => (None, native.me.as_ref().map(|me| still.hold(me))),
        _ => (None, None),
    });
    let name = match &function {
        Some(_) => String::new(),
        None => facts(t, bound).name,
    };
    Some((name, function, me?))
}

fn bound_eq(t: &mut Thread, a: &[Obj]) -> Res {
    if a[0].is(&a[1]) {
        return Ok(t.bool(true));
    }
    if t.builtin_of(&a[0]) != t.builtin_of(&a[1]) {
        return Ok(t.not_implemented());
    }
    let (Some(mine), Some(other)) = (parts(t, &a[0]), parts(t, &a[1])) else {
        return Ok(t.bool(false));
    };
    let functions = match (&mine.1, &other.1) {
        (Some(mine), Some(other)) => t.equal(mine, other)?,
        (None, None) => mine.0 == other.0,
        _ => false,
    };
    Ok(t.bool(functions && mine.2.is(&other.2)))
}

fn bound_hash(t: &mut Thread, a: &[Obj]) -> Res {
    let hash = match parts(t, &a[0]) {
        Some((name, function, me)) => {
            let me = t.identity_hash(&me);
            match function {
                Some(function) => t.identity_hash(&function) ^ me,
                None => super::hash::of(&name) ^ me,
            }
        }
        None => t.identity_hash(&a[0]),
    };
    Ok(t.int(hash))
}

fn set_through(t: &mut Thread, descriptor: &Obj, me: &Obj, value: Option<&Obj>) -> Res<()> {
    let readonly = crate::interface::field_name(t, descriptor).is_some();
    if readonly {
        return Err(t.attribute_error("readonly attribute"));
    }
    t.set_by_descriptor(descriptor, me, value)
}

// --- staticmethod, classmethod, instancemethod ---------------------------------------------------------------------------

fn holder_new(t: &mut Thread, a: &[Obj], _: &Keywords) -> Res {
    let [class, function] = a else {
        let name = match a.first() {
            Some(class) => t.class_name(class),
            None => "staticmethod".to_owned(),
        };
        let given = a.len().saturating_sub(1);
        return Err(t.type_error(format!("{name} expected 1 argument, got {given}")));
    };
    let instance_method = t.class(Builtin::InstanceMethod);
    if class.is(&instance_method) && !t.callable(function) {
        return Err(t.type_error("first argument must be callable"));
    }
    Ok(t.alloc_of(class, |still| Payload::Cell(Some(still.get(function)))))
}

fn held(t: &mut Thread, holder: &Obj) -> Res {
    let function = t.read(holder, |object, still| match &object.payload {
        Payload::Cell(Some(function)) => Some(still.hold(function)),
        _ => None,
    });
    match function {
        Some(function) => Ok(function),
        None => Err(t.runtime_error("uninitialized object")),
    }
}

// --- property --------------------------------------------------------------------------------------------------------------

/// Getter, setter, deleter and docstring.
struct Property {
    parts: [Ref; 4],
}

contents!(Property, parts);

fn property_new(t: &mut Thread, a: &[Obj], _: &Keywords) -> Res {
    let none = t.none();
    Ok(t.alloc_of(&a[0], |still| {
        Payload::Other(Box::new(Property {
            parts: [
                still.get(&none),
                still.get(&none),
                still.get(&none),
                still.get(&none),
            ],
        }))
    }))
}

fn property_init(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    for (i, name) in ["fget", "fset", "fdel", "doc"].into_iter().enumerate() {
        let given = a
            .get(i + 1)
            .or_else(|| keywords.iter().find(|(key, _)| key == name).map(|(_, v)| v));
        if let Some(value) = given {
            t.write(&a[0], |object, still| {
                if let Some(property) = object.payload.other_mut::<Property>() {
                    property.parts[i] = still.get(value);
                }
            });
        }
    }
    Ok(t.none())
}

fn accessor(t: &mut Thread, property: &Obj, i: usize) -> Res {
    let part = t.read(property, |object, still| {
        object
            .payload
            .other::<Property>()
            .map(|property| still.hold(&property.parts[i]))
    });
    Ok(t.or_none(part))
}

fn run_accessor(t: &mut Thread, a: &[Obj], i: usize, what: &str) -> Res {
    let function = accessor(t, &a[0], i)?;
    if t.is_none(&function) {
        let class = t.type_name(&a[1]);
        return Err(t.attribute_error(format!("property of '{class}' object has no {what}")));
    }
    let args = if i == 0 { &a[1..2] } else { &a[1..] };
    t.call(&function, args)
}

fn changed(t: &mut Thread, a: &[Obj], i: usize) -> Res {
    let mut parts = Vec::new();
    for part in 0..4 {
        parts.push(accessor(t, &a[0], part)?);
    }
    parts[i] = a[1].clone();
    let class = t.class_of(&a[0]);
    t.call(&class, &parts)
}

// --- super -----------------------------------------------------------------------------------------------------------------

/// The class behind which attributes are looked up, the object, and the class whose MRO that is in.
struct Super {
    parts: [Ref; 3],
}

contents!(Super, parts);

fn super_new(t: &mut Thread, a: &[Obj], _: &Keywords) -> Res {
    let [class, start, me] = a else {
        return Err(t.runtime_error("super(): no arguments"));
    };
    let line = if t.is_class(me) && t.derives(me, start) {
        me.clone()
    } else {
        t.class_of(me)
    };
    if !t.is_class(start) || !t.derives(&line, start) {
        return Err(t.type_error("super(type, obj): obj must be an instance or subtype of type"));
    }
    Ok(t.alloc_of(class, |still| {
        Payload::Other(Box::new(Super {
            parts: [still.get(start), still.get(me), still.get(&line)],
        }))
    }))
}

fn super_get(t: &mut Thread, a: &[Obj]) -> Res {
    let name = t.attribute_name(&a[1])?;
    let parts = t.read(&a[0], |object, still| {
        object
            .payload
            .other::<Super>()
            .map(|parts| still.hold_all(&parts.parts))
    });
    if let Some([start, me, line]) = parts.as_deref()
        && name != "__class__"
    {
        let mro = t.mro(line);
        let behind = mro
            .iter()
            .position(|class| class.is(start))
            .map_or(0, |at| at + 1);
        for class in &mro[behind..] {
            let namespace = t.namespace(class);
            if let Some(found) = t.dict_get_str(&namespace, &name) {
                let bound_to = if me.is(line) { None } else { Some(me) };
                return t.bind(&found, bound_to, line);
            }
        }
    }
    match t.generic_get(&a[0], &name)? {
        Some(found) => Ok(found),
        None => Err(t.attribute_error(format!("'super' object has no attribute '{name}'"))),
    }
}
