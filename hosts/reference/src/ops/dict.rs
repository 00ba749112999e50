//! The methods of dict, its views and mappingproxy.

use super::iteration::{Source, walk, walk_back};
use super::recursion::shown;
use crate::contents;
use crate::heap::{Obj, Payload, Ref, Res, Text, Thread};
use crate::types::{
    Builtin, Compare, Def, Keywords, class_method, getter, keyword_function, keyword_method, method,
};

pub(super) const METHODS: &[(Builtin, &[Def])] = &[
    (
        Builtin::Dict,
        &[
            keyword_function("__new__", |t, a, _| {
                Ok(t.alloc_of(&a[0], |_| Payload::Dict(Box::default())))
            }),
            keyword_method("__init__", |t, a, keywords| update(t, "dict", a, keywords)),
            keyword_method("update", |t, a, keywords| update(t, "update", a, keywords)),
            method("__repr__", 0, 0, |t, a| {
                shown(t, &a[0], "{...}", |t| repr(t, &a[0]))
            }),
            method("__len__", 0, 0, |t, a| {
                let length = t.table_len(&a[0]);
                Ok(t.int(length))
            }),
            method("__iter__", 0, 0, |t, a| {
                Ok(walk(t, Builtin::DictKeyIterator, Source::Keys, &a[0]))
            }),
            method("__reversed__", 0, 0, |t, a| {
                Ok(walk_back(
                    t,
                    Builtin::DictReverseKeyIterator,
                    Source::Keys,
                    &a[0],
                    usize::MAX,
                ))
            }),
            method("__contains__", 1, 1, |t, a| {
                let found = t.table_find(&a[0], &a[1])?;
                Ok(t.bool(found.is_some()))
            }),
            method("__getitem__", 1, 1, get_item),
            method("__setitem__", 2, 2, |t, a| {
                t.dict_set(&a[0], &a[1], &a[2])?;
                Ok(t.none())
            }),
            method("__delitem__", 1, 1, |t, a| {
                delete(t, &a[0], &a[1])?;
                Ok(t.none())
            }),
            method("__eq__", 1, 1, |t, a| compare(t, a, Compare::Equal)),
            method("__ne__", 1, 1, |t, a| compare(t, a, Compare::NotEqual)),
            method("__or__", 1, 1, |t, a| merged(t, &a[0], &a[1])),
            method("__ror__", 1, 1, |t, a| merged(t, &a[1], &a[0])),
            method("__ior__", 1, 1, |t, a| {
                update(t, "update", a, &[])?;
                Ok(a[0].clone())
            }),
            method("get", 1, 2, |t, a| {
                let found = t.dict_get(&a[0], &a[1])?;
                Ok(found.unwrap_or_else(|| t.or_none(a.get(2).cloned())))
            }),
            method("setdefault", 1, 2, |t, a| {
                if let Some(found) = t.dict_get(&a[0], &a[1])? {
                    return Ok(found);
                }
                let value = t.or_none(a.get(2).cloned());
                t.dict_set(&a[0], &a[1], &value)?;
                Ok(value)
            }),
            method("pop", 1, 2, |t, a| {
                match (t.table_remove(&a[0], &a[1])?, a.get(2)) {
                    (Some(value), _) => Ok(value),
                    (None, Some(default)) => Ok(default.clone()),
                    (None, None) => Err(t.key_error(&a[1])),
                }
            }),
            method("popitem", 0, 0, |t, a| match t.table_before(&a[0], usize::MAX) {
                Some((_, key, value)) => {
                    t.table_remove(&a[0], &key)?;
                    Ok(t.tuple(&[key, value]))
                }
                None => {
                    let message = t.str("popitem(): dictionary is empty");
                    Err(t.key_error(&message))
                }
            }),
            method("clear", 0, 0, |t, a| {
                t.table_clear(&a[0]);
                Ok(t.none())
            }),
            method("copy", 0, 0, |t, a| copy(t, &a[0])),
            method("keys", 0, 0, |t, a| Ok(view(t, Builtin::DictKeys, &a[0]))),
            method("values", 0, 0, |t, a| Ok(view(t, Builtin::DictValues, &a[0]))),
            method("items", 0, 0, |t, a| Ok(view(t, Builtin::DictItems, &a[0]))),
            class_method("fromkeys", 1, 2, |t, a| {
                let value = t.or_none(a.get(2).cloned());
                let made = t.call(&a[0], &[])?;
                for key in t.collect_items(&a[1])? {
                    t.set_item(&made, &key, &value)?;
                }
                Ok(made)
            }),
            method("__sizeof__", 0, 0, |t, a| {
                let length = t.table_len(&a[0]);
                Ok(t.int(64 + 24 * length))
            }),
        ],
    ),
    (Builtin::DictKeys, VIEW),
    (Builtin::DictValues, VIEW),
    (Builtin::DictItems, VIEW),
    (Builtin::DictKeys, super::set::VIEW),
    (Builtin::DictItems, super::set::VIEW),
    (
        Builtin::MappingProxy,
        &[
            keyword_function("__new__", |t, a, keywords| {
                let [mapping] = t.arguments("mappingproxy", ["mapping"], 1, &a[1..], keywords)?;
                proxy(t, &mapping.unwrap_or_else(|| a[0].clone()))
            }),
            method("__repr__", 0, 0, |t, a| {
                let inner = viewed(t, &a[0]);
                let text = t.repr_string(&inner)?;
                Ok(t.str(&format!("mappingproxy({text})")))
            }),
            method("__str__", 0, 0, |t, a| {
                let inner = viewed(t, &a[0]);
                t.str_of(&inner)
            }),
            method("__len__", 0, 0, |t, a| {
                let inner = viewed(t, &a[0]);
                let length = t.len(&inner)?;
                Ok(t.int(length))
            }),
            method("__iter__", 0, 0, |t, a| {
                let inner = viewed(t, &a[0]);
                t.iter(&inner)
            }),
            method("__getitem__", 1, 1, |t, a| {
                let inner = viewed(t, &a[0]);
                t.get_item(&inner, &a[1])
            }),
            method("__contains__", 1, 1, |t, a| {
                let inner = viewed(t, &a[0]);
                let answer = t.contains(&inner, &a[1])?;
                Ok(t.bool(answer))
            }),
            method("__eq__", 1, 1, |t, a| {
                let inner = viewed(t, &a[0]);
                t.rich_compare(&inner, &a[1], Compare::Equal)
            }),
            method("__or__", 1, 1, |t, a| {
                let parts = [plain(t, &a[0]), plain(t, &a[1])];
                t.operate("or_", &parts[0], &parts[1])
            }),
            method("get", 1, 2, |t, a| forward(t, a, "get")),
            method("keys", 0, 0, |t, a| forward(t, a, "keys")),
            method("values", 0, 0, |t, a| forward(t, a, "values")),
            method("items", 0, 0, |t, a| forward(t, a, "items")),
            method("copy", 0, 0, |t, a| forward(t, a, "copy")),
        ],
    ),
];

const VIEW: &[Def] = &[
    method("__len__", 0, 0, |t, a| {
        let inner = viewed(t, &a[0]);
        let length = t.table_len(&inner);
        Ok(t.int(length))
    }),
    method("__iter__", 0, 0, |t, a| {
        let inner = viewed(t, &a[0]);
        let (class, source) = match t.shape_of(&a[0]) {
            Builtin::DictKeys => (Builtin::DictKeyIterator, Source::Keys),
            Builtin::DictValues => (Builtin::DictValueIterator, Source::Values),
            _ => (Builtin::DictItemIterator, Source::Pairs),
        };
        Ok(walk(t, class, source, &inner))
    }),
    method("__reversed__", 0, 0, |t, a| {
        let inner = viewed(t, &a[0]);
        let (class, source) = match t.shape_of(&a[0]) {
            Builtin::DictKeys => (Builtin::DictReverseKeyIterator, Source::Keys),
            Builtin::DictValues => (Builtin::DictReverseValueIterator, Source::Values),
            _ => (Builtin::DictReverseItemIterator, Source::Pairs),
        };
        Ok(walk_back(t, class, source, &inner, usize::MAX))
    }),
    method("__repr__", 0, 0, |t, a| {
        let name = t.type_name(&a[0]);
        shown(t, &a[0], "...", |t| {
            let items = t.collect_items(&a[0])?;
            let items = t.list(&items);
            let text = t.repr_string(&items)?;
            Ok(t.str(&format!("{name}({text})")))
        })
    }),
    method("__contains__", 1, 1, |t, a| {
        let inner = viewed(t, &a[0]);
        let answer = match t.shape_of(&a[0]) {
            Builtin::DictKeys => t.table_find(&inner, &a[1])?.is_some(),
            Builtin::DictItems => match t.items(&a[1]).as_deref() {
                Some([key, value]) => match t.dict_get(&inner, key)? {
                    Some(known) => t.equal(&known, value)?,
                    None => false,
                },
                _ => false,
            },
            _ => {
                let mut found = false;
                for (_, value) in t.dict_items(&inner) {
                    if t.equal(&value, &a[1])? {
                        found = true;
                        break;
                    }
                }
                found
            }
        };
        Ok(t.bool(answer))
    }),
    getter("mapping", |t, a| {
        let inner = viewed(t, &a[0]);
        proxy(t, &inner)
    }),
];

/// What a view or a proxy shows.
struct View {
    of: Ref,
}

contents!(View, of);

/// A view of a dict or mapping.
pub(super) fn view(t: &mut Thread, class: Builtin, of: &Obj) -> Obj {
    t.alloc(class, |still| {
        Payload::Other(Box::new(View { of: still.get(of) }))
    })
}

/// What a view or a proxy shows.
pub(super) fn viewed(t: &mut Thread, obj: &Obj) -> Obj {
    let of = t.read(obj, |object, still| {
        object.payload.other::<View>().map(|view| still.hold(&view.of))
    });
    t.or_none(of)
}

/// A read-only view of a mapping.
pub(super) fn proxy(t: &mut Thread, mapping: &Obj) -> Res {
    let class = t.class_of(mapping);
    let kinds = [Builtin::List, Builtin::Tuple];
    if t.lookup(&class, "__getitem__").is_none() || kinds.contains(&t.shape_of(mapping)) {
        let name = t.class_name(&class);
        return Err(t.type_error(format!("mappingproxy() argument must be a mapping, not {name}")));
    }
    Ok(view(t, Builtin::MappingProxy, mapping))
}

fn plain(t: &mut Thread, obj: &Obj) -> Obj {
    if t.shape_of(obj) == Builtin::MappingProxy {
        viewed(t, obj)
    } else {
        obj.clone()
    }
}

fn forward(t: &mut Thread, a: &[Obj], name: &str) -> Res {
    let inner = viewed(t, &a[0]);
    if name == "get" {
        let default = t.or_none(a.get(2).cloned());
        return t.call_method(&inner, name, &[a[1].clone(), default]);
    }
    t.call_method(&inner, name, &[])
}

fn get_item(t: &mut Thread, a: &[Obj]) -> Res {
    if let Some(found) = t.dict_get(&a[0], &a[1])? {
        return Ok(found);
    }
    if t.builtin_of(&a[0]) != Some(Builtin::Dict)
        && let Some(made) = t.call_special(&a[0], "__missing__", &a[1..2])?
    {
        return Ok(made);
    }
    Err(t.key_error(&a[1]))
}

/// `del d[key]` by dict's own rules.
pub(super) fn delete(t: &mut Thread, d: &Obj, key: &Obj) -> Res<()> {
    match t.table_remove(d, key)? {
        Some(_) => Ok(()),
        None => Err(t.key_error(key)),
    }
}

/// A plain dict with the same entries.
pub(super) fn copy(t: &mut Thread, d: &Obj) -> Res {
    let made = t.dict();
    for (key, value) in t.dict_items(d) {
        t.dict_set(&made, &key, &value)?;
    }
    Ok(made)
}

fn merged(t: &mut Thread, a: &Obj, b: &Obj) -> Res {
    if !(t.is_instance(a, Builtin::Dict) && t.is_instance(b, Builtin::Dict)) {
        return Ok(t.not_implemented());
    }
    let made = copy(t, a)?;
    merge(t, &made, b, Override::Yes)?;
    Ok(made)
}

fn repr(t: &mut Thread, d: &Obj) -> Res {
    let mut text = Text::from("{");
    let (mut at, mut first) = (0, true);
    while let Some((place, key, value)) = t.table_next(d, at) {
        if !first {
            text.0.extend([0x2c, 0x20]);
        }
        let key = t.repr(&key)?;
        text.0.extend(t.as_text(&key).unwrap_or_default().0);
        text.0.extend([0x3a, 0x20]);
        let value = t.repr(&value)?;
        text.0.extend(t.as_text(&value).unwrap_or_default().0);
        (at, first) = (place + 1, false);
    }
    text.0.push(0x7d);
    Ok(t.text(text))
}

fn compare(t: &mut Thread, a: &[Obj], op: Compare) -> Res {
    if !t.is_instance(&a[1], Builtin::Dict) {
        return Ok(t.not_implemented());
    }
    let mut equal = t.table_len(&a[0]) == t.table_len(&a[1]);
    if equal {
        for (key, value) in t.dict_items(&a[0]) {
            equal = match t.dict_get(&a[1], &key)? {
                Some(other) => t.equal(&value, &other)?,
                None => false,
            };
            if !equal {
                break;
            }
        }
    }
    Ok(t.bool(equal == (op == Compare::Equal)))
}

/// What to do with a key that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Override {
    /// Keep what is there
    No,
    /// Replace it
    Yes,
    /// `KeyError`
    Refuse,
}

fn store(t: &mut Thread, d: &Obj, key: &Obj, value: &Obj, how: Override) -> Res<()> {
    if how != Override::Yes && t.table_find(d, key)?.is_some() {
        return if how == Override::Refuse {
            Err(t.key_error(key))
        } else {
            Ok(())
        };
    }
    t.dict_set(d, key, value)
}

/// Adds the entries of a mapping.
pub(super) fn merge(t: &mut Thread, d: &Obj, other: &Obj, how: Override) -> Res<()> {
    if t.shape_of(other) == Builtin::Dict {
        let class = t.class_of(other);
        let own = t
            .lookup_where(&class, "__iter__")
            .is_some_and(|(owner, _)| t.traits(&owner).builtin.is_some());
        if own {
            for (key, value) in t.dict_items(other) {
                store(t, d, &key, &value, how)?;
            }
            return Ok(());
        }
    }
    let keys = t.call_method(other, "keys", &[])?;
    let iterator = t.iter(&keys)?;
    while let Some(key) = t.next(&iterator)? {
        let value = t.get_item(other, &key)?;
        store(t, d, &key, &value, how)?;
    }
    Ok(())
}

/// Adds pairs.
pub(super) fn merge_pairs(t: &mut Thread, d: &Obj, pairs: &Obj, how: Override) -> Res<()> {
    let iterator = t.iter(pairs)?;
    let mut at = 0;
    while let Some(pair) = t.next(&iterator)? {
        let items = match t.collect_items(&pair) {
            Err(error) if t.raised(&error, Builtin::TypeError) => {
                return Err(t.type_error(format!(
                    "cannot convert dictionary update sequence element #{at} to a sequence"
                )));
            }
            items => items?,
        };
        let [key, value] = &items[..] else {
            return Err(t.value_error(format!(
                "dictionary update sequence element #{at} has length {}; 2 is required",
                items.len()
            )));
        };
        store(t, d, key, value, how)?;
        at += 1;
    }
    Ok(())
}

fn update(t: &mut Thread, name: &str, a: &[Obj], keywords: &Keywords) -> Res {
    t.count_arguments(name, &a[1..], 0, 1)?;
    if let Some(from) = a.get(1) {
        if t.is_instance(from, Builtin::Dict) || t.lookup_attr(from, "keys")?.is_some() {
            merge(t, &a[0], from, Override::Yes)?;
        } else {
            merge_pairs(t, &a[0], from, Override::Yes)?;
        }
    }
    for (name, value) in keywords {
        t.dict_set_str(&a[0], name, value);
    }
    Ok(t.none())
}
