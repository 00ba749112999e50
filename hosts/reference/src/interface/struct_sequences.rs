//! Struct sequences: tuples whose fields have names.

use super::handles;
use crate::contents;
use crate::heap::{Obj, Payload, Res, Thread};
use crate::types::{Builtin, Def, NewClass, method};

/// A field of a struct sequence: a descriptor.
struct Field {
    name: String,
    at: usize,
}

contents!(Field);

/// Methods of the descriptors.
pub(crate) const METHODS: &[(Builtin, &[Def])] = &[(
    Builtin::MemberDescriptor,
    &[method("__get__", 1, 2, |t, a| {
        let at = t.read(&a[0], |object, _| {
            object.payload.other::<Field>().map(|field| field.at)
        });
        if t.is_none(&a[1]) {
            return Ok(a[0].clone());
        }
        let Some(at) = at else {
            let class = t.class_of(&a[1]);
            return t.bind(&a[0], Some(&a[1]), &class);
        };
        match t.items(&a[1]).unwrap_or_default().get(at) {
            Some(item) => Ok(item.clone()),
            None => Err(t.attribute_error("the tuple is too short")),
        }
    })],
)];

/// `Op::NewStructSequence`: `(name, doc, fields as (name, doc), number of fields that the tuple shows)`; the handle of the
/// class, as an int.
pub(super) fn new_class(t: &mut Thread, a: &[Obj]) -> Res {
    let spec = t.items(&a[0]).unwrap_or_default();
    let fields = t.items(&spec[2]).unwrap_or_default();
    let shown = t.as_i64(&spec[3]).unwrap_or(0) as usize;
    let full = t.as_string(&spec[0]).unwrap_or_default();
    let mut names = Vec::new();
    for field in &fields {
        let parts = t.items(field).unwrap_or_default();
        names.push(t.as_string(&parts[0]));
    }
    let class = define(t, &full, &spec[1], &names, shown)?;
    let wire = handles::send(t, &class).0;
    Ok(t.int(wire))
}

/// A class of struct sequences: its full name, its docstring, the names of its fields (some have none), and how many of
/// them the tuple shows.
pub(crate) fn define(t: &mut Thread, full: &str, doc: &Obj, fields: &[Option<String>], shown: usize) -> Res {
    let (module, name) = full.rsplit_once('.').unwrap_or(("builtins", full));
    let namespace = t.dict();
    let set = |t: &mut Thread, name: &str, value: &Obj| t.dict_set_str(&namespace, name, value);
    let module = t.str(module);
    set(t, "__module__", &module);
    set(t, "__doc__", doc);
    let (mut names, mut hidden, mut unnamed) = (Vec::new(), Vec::new(), 0);
    for (at, field) in fields.iter().enumerate() {
        let Some(name) = field.clone() else {
            unnamed += usize::from(at < shown);
            continue;
        };
        if at < shown {
            let descriptor = t.alloc(Builtin::MemberDescriptor, |_| {
                let name = name.clone();
                Payload::Other(Box::new(Field { name, at }))
            });
            set(t, &name, &descriptor);
            names.push(t.str(&name));
        } else {
            hidden.push(t.str(&name));
        }
    }
    for (name, number) in [
        ("n_sequence_fields", shown),
        ("n_fields", fields.len()),
        ("n_unnamed_fields", unnamed),
    ] {
        let number = t.int(number);
        set(t, name, &number);
    }
    let (names, hidden) = (t.tuple(&names), t.tuple(&hidden));
    set(t, "__match_args__", &names);
    set(t, "_hidden", &hidden);
    let (metaclass, base) = (t.class(Builtin::Type), t.class(Builtin::Tuple));
    t.make_class(&NewClass {
        metaclass: &metaclass,
        name,
        qualname: name,
        bases: &[base],
        namespace: &namespace,
        builtin: None,
        is_extension: false,
        has_dict: true,
        has_weakrefs: false,
        is_base: false,
    })
}

/// An instance from its class and all its fields; hidden ones are attributes only.
pub(crate) fn make(t: &mut Thread, parts: &[Obj]) -> Res {
    let Some((class, fields)) = parts.split_first() else {
        return Err(t.system_error("a struct sequence without a class"));
    };
    let mut items = Vec::new();
    for field in fields {
        let given = t.present(field);
        items.push(t.or_none(given));
    }
    let shown = match t.lookup(class, "n_sequence_fields") {
        Some(shown) => t.as_i64(&shown).unwrap_or(0) as usize,
        None => items.len(),
    };
    let (visible, rest) = items.split_at(shown.min(items.len()));
    let made = t.alloc_of(class, |still| Payload::Tuple(still.get_all(visible)));
    let hidden = t.lookup(class, "_hidden");
    let names = hidden.and_then(|hidden| t.items(&hidden)).unwrap_or_default();
    for (name, value) in names.iter().zip(rest) {
        let name = t.as_string(name).unwrap_or_default();
        if let Some(dict) = t.instance_dict(&made) {
            t.dict_set_str(&dict, &name, value);
        }
    }
    Ok(made)
}

/// The name of a field's descriptor, for `repr`.
pub(crate) fn field_name(t: &mut Thread, descriptor: &Obj) -> Option<String> {
    t.read(descriptor, |object, _| {
        object.payload.other::<Field>().map(|f| f.name.clone())
    })
}
