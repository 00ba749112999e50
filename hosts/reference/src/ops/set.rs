//! The methods of set and frozenset, and the set operations of dict views.

use super::iteration::{Source, walk};
use super::recursion::shown;
use crate::heap::{Obj, Payload, Raised, Res, Thread};
use crate::types::{Builtin, Compare, Def, keyword_function, keyword_method, method};

/// A set operation of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Combine {
    Union,
    Intersection,
    Difference,
    Symmetric,
}

const COMMON: &[Def] = &[
    method("__len__", 0, 0, |t, a| {
        let length = t.table_len(&a[0]);
        Ok(t.int(length))
    }),
    method("__iter__", 0, 0, |t, a| {
        Ok(walk(t, Builtin::SetIterator, Source::Members, &a[0]))
    }),
    method("__contains__", 1, 1, |t, a| {
        let found = find(t, &a[0], &a[1])?;
        Ok(t.bool(found))
    }),
    method("__repr__", 0, 0, repr),
    method("__or__", 1, 1, |t, a| operator(t, &a[0], &a[1], Combine::Union)),
    method("__ror__", 1, 1, |t, a| operator(t, &a[1], &a[0], Combine::Union)),
    method("__and__", 1, 1, |t, a| {
        operator(t, &a[0], &a[1], Combine::Intersection)
    }),
    method("__rand__", 1, 1, |t, a| {
        operator(t, &a[1], &a[0], Combine::Intersection)
    }),
    method("__sub__", 1, 1, |t, a| {
        operator(t, &a[0], &a[1], Combine::Difference)
    }),
    method("__rsub__", 1, 1, |t, a| {
        operator(t, &a[1], &a[0], Combine::Difference)
    }),
    method("__xor__", 1, 1, |t, a| {
        operator(t, &a[0], &a[1], Combine::Symmetric)
    }),
    method("__rxor__", 1, 1, |t, a| {
        operator(t, &a[1], &a[0], Combine::Symmetric)
    }),
    method("__eq__", 1, 1, |t, a| compare(t, a, Compare::Equal)),
    method("__ne__", 1, 1, |t, a| compare(t, a, Compare::NotEqual)),
    method("__lt__", 1, 1, |t, a| compare(t, a, Compare::Less)),
    method("__le__", 1, 1, |t, a| compare(t, a, Compare::LessEqual)),
    method("__gt__", 1, 1, |t, a| compare(t, a, Compare::Greater)),
    method("__ge__", 1, 1, |t, a| compare(t, a, Compare::GreaterEqual)),
    method("copy", 0, 0, |t, a| {
        if t.builtin_of(&a[0]) == Some(Builtin::FrozenSet) {
            return Ok(a[0].clone());
        }
        let members = t.table_keys(&a[0]);
        made(t, &a[0], &members)
    }),
    method("union", 0, MANY, |t, a| all(t, a, Combine::Union)),
    method("intersection", 0, MANY, |t, a| all(t, a, Combine::Intersection)),
    method("difference", 0, MANY, |t, a| all(t, a, Combine::Difference)),
    method("symmetric_difference", 1, 1, |t, a| all(t, a, Combine::Symmetric)),
    method("issubset", 1, 1, |t, a| {
        let other = as_set(t, &a[1])?;
        let answer = is_subset(t, &a[0], &other)?;
        Ok(t.bool(answer))
    }),
    method("issuperset", 1, 1, |t, a| {
        let other = as_set(t, &a[1])?;
        let answer = is_subset(t, &other, &a[0])?;
        Ok(t.bool(answer))
    }),
    method("isdisjoint", 1, 1, |t, a| {
        for item in t.collect_items(&a[1])? {
            if t.table_find(&a[0], &item)?.is_some() {
                return Ok(t.bool(false));
            }
        }
        Ok(t.bool(true))
    }),
];

const MANY: u8 = crate::types::function::MANY;

pub(super) const METHODS: &[(Builtin, &[Def])] = &[
    (Builtin::Set, COMMON),
    (Builtin::FrozenSet, COMMON),
    (
        Builtin::Set,
        &[
            keyword_function("__new__", |t, a, _| {
                Ok(t.alloc_of(&a[0], |_| Payload::Set(Box::default())))
            }),
            keyword_method("__init__", |t, a, keywords| {
                t.no_keywords("set", keywords)?;
                t.count_arguments("set", &a[1..], 0, 1)?;
                t.table_clear(&a[0]);
                if let Some(from) = a.get(1) {
                    add_all(t, &a[0], from)?;
                }
                Ok(t.none())
            }),
            method("add", 1, 1, |t, a| {
                add(t, &a[0], &a[1])?;
                Ok(t.none())
            }),
            method("discard", 1, 1, |t, a| {
                discard(t, &a[0], &a[1])?;
                Ok(t.none())
            }),
            method("remove", 1, 1, |t, a| {
                if discard(t, &a[0], &a[1])? {
                    return Ok(t.none());
                }
                Err(t.key_error(&a[1]))
            }),
            method("pop", 0, 0, |t, a| pop(t, &a[0])),
            method("clear", 0, 0, |t, a| {
                t.table_clear(&a[0]);
                Ok(t.none())
            }),
            method("update", 0, MANY, |t, a| {
                for other in &a[1..] {
                    add_all(t, &a[0], other)?;
                }
                Ok(t.none())
            }),
            method("intersection_update", 0, MANY, |t, a| {
                update(t, a, Combine::Intersection)
            }),
            method("difference_update", 0, MANY, |t, a| {
                update(t, a, Combine::Difference)
            }),
            method("symmetric_difference_update", 1, 1, |t, a| {
                update(t, a, Combine::Symmetric)
            }),
            method("__ior__", 1, 1, |t, a| in_place(t, a, Combine::Union)),
            method("__iand__", 1, 1, |t, a| in_place(t, a, Combine::Intersection)),
            method("__isub__", 1, 1, |t, a| in_place(t, a, Combine::Difference)),
            method("__ixor__", 1, 1, |t, a| in_place(t, a, Combine::Symmetric)),
        ],
    ),
    (
        Builtin::FrozenSet,
        &[
            keyword_function("__new__", |t, a, keywords| {
                t.no_keywords("frozenset", keywords)?;
                t.count_arguments("frozenset", &a[1..], 0, 1)?;
                let exact = t.class(Builtin::FrozenSet).is(&a[0]);
                if let Some(from) = a.get(1)
                    && exact
                    && t.builtin_of(from) == Some(Builtin::FrozenSet)
                {
                    return Ok(from.clone());
                }
                let made = t.alloc_of(&a[0], |_| Payload::Set(Box::default()));
                if let Some(from) = a.get(1) {
                    add_all(t, &made, from)?;
                }
                Ok(made)
            }),
            method("__hash__", 0, 0, |t, a| {
                // any order of the members gives the same
                let mut sum = 0i64;
                for member in t.table_keys(&a[0]) {
                    let hash = t.hash(&member)?;
                    sum = sum.wrapping_add(crate::types::hash::of(&hash));
                }
                Ok(t.int(crate::types::hash::of(&sum)))
            }),
        ],
    ),
];

/// The set operations of `dict.keys()` and `dict.items()`; the results are sets.
pub(super) const VIEW: &[Def] = &[
    method("__or__", 1, 1, |t, a| {
        view_operator(t, &a[0], &a[1], Combine::Union)
    }),
    method("__ror__", 1, 1, |t, a| {
        view_operator(t, &a[1], &a[0], Combine::Union)
    }),
    method("__and__", 1, 1, |t, a| {
        view_operator(t, &a[0], &a[1], Combine::Intersection)
    }),
    method("__rand__", 1, 1, |t, a| {
        view_operator(t, &a[1], &a[0], Combine::Intersection)
    }),
    method("__sub__", 1, 1, |t, a| {
        view_operator(t, &a[0], &a[1], Combine::Difference)
    }),
    method("__rsub__", 1, 1, |t, a| {
        view_operator(t, &a[1], &a[0], Combine::Difference)
    }),
    method("__xor__", 1, 1, |t, a| {
        view_operator(t, &a[0], &a[1], Combine::Symmetric)
    }),
    method("__rxor__", 1, 1, |t, a| {
        view_operator(t, &a[1], &a[0], Combine::Symmetric)
    }),
    method("__eq__", 1, 1, |t, a| compare(t, a, Compare::Equal)),
    method("__ne__", 1, 1, |t, a| compare(t, a, Compare::NotEqual)),
    method("__lt__", 1, 1, |t, a| compare(t, a, Compare::Less)),
    method("__le__", 1, 1, |t, a| compare(t, a, Compare::LessEqual)),
    method("__gt__", 1, 1, |t, a| compare(t, a, Compare::Greater)),
    method("__ge__", 1, 1, |t, a| compare(t, a, Compare::GreaterEqual)),
    method("isdisjoint", 1, 1, |t, a| {
        for item in t.collect_items(&a[1])? {
            if t.contains(&a[0], &item)? {
                return Ok(t.bool(false));
            }
        }
        Ok(t.bool(true))
    }),
];

fn is_set(t: &mut Thread, obj: &Obj) -> bool {
    matches!(t.shape_of(obj), Builtin::Set | Builtin::FrozenSet)
}

/// A new set or frozenset, as the first operand is one.
fn made(t: &mut Thread, like: &Obj, members: &[Obj]) -> Res {
    let kind = if t.shape_of(like) == Builtin::FrozenSet {
        Builtin::FrozenSet
    } else {
        Builtin::Set
    };
    let set = t.set(kind);
    for member in members {
        add(t, &set, member)?;
    }
    Ok(set)
}

/// The object when it is a set, else a set of its items.
fn as_set(t: &mut Thread, obj: &Obj) -> Res {
    if is_set(t, obj) {
        return Ok(obj.clone());
    }
    let set = t.set(Builtin::Set);
    add_all(t, &set, obj)?;
    Ok(set)
}

/// `s.add(x)`
pub(super) fn add(t: &mut Thread, set: &Obj, member: &Obj) -> Res<()> {
    if t.table_find(set, member)?.is_none() {
        t.table_set(set, member, member)?;
    }
    Ok(())
}

/// Adds every item of an iterable.
pub(super) fn add_all(t: &mut Thread, set: &Obj, from: &Obj) -> Res<()> {
    if is_set(t, from) || t.builtin_of(from) == Some(Builtin::Dict) {
        for member in t.table_keys(from) {
            add(t, set, &member)?;
        }
        return Ok(());
    }
    let iterator = t.iter(from)?;
    while let Some(member) = t.next(&iterator)? {
        add(t, set, &member)?;
    }
    Ok(())
}

/// A set is looked up by its value as a frozenset, which has a hash.
fn findable(t: &mut Thread, member: &Obj, error: Raised) -> Res {
    if t.raised(&error, Builtin::TypeError) && t.shape_of(member) == Builtin::Set {
        let members = t.table_keys(member);
        let frozen = t.set(Builtin::FrozenSet);
        for member in &members {
            add(t, &frozen, member)?;
        }
        return Ok(frozen);
    }
    Err(error)
}

fn find(t: &mut Thread, set: &Obj, member: &Obj) -> Res<bool> {
    match t.table_find(set, member) {
        Ok(found) => Ok(found.is_some()),
        Err(error) => {
            let frozen = findable(t, member, error)?;
            Ok(t.table_find(set, &frozen)?.is_some())
        }
    }
}

/// `s.discard(x)`: true when it was there.
pub(super) fn discard(t: &mut Thread, set: &Obj, member: &Obj) -> Res<bool> {
    match t.table_remove(set, member) {
        Ok(gone) => Ok(gone.is_some()),
        Err(error) => {
            let frozen = findable(t, member, error)?;
            Ok(t.table_remove(set, &frozen)?.is_some())
        }
    }
}

/// `s.pop()`
pub(super) fn pop(t: &mut Thread, set: &Obj) -> Res {
    match t.table_next(set, 0) {
        Some((_, member, _)) => {
            t.table_remove(set, &member)?;
            Ok(member)
        }
        None => {
            let message = t.str("pop from an empty set");
            Err(t.key_error(&message))
        }
    }
}

fn repr(t: &mut Thread, a: &[Obj]) -> Res {
    let name = t.type_name(&a[0]);
    shown(t, &a[0], &format!("{name}(...)"), |t| {
        let members = t.table_keys(&a[0]);
        if members.is_empty() {
            return Ok(t.str(&format!("{name}()")));
        }
        let mut parts = Vec::new();
        for member in &members {
            parts.push(t.repr_string(member)?);
        }
        let text = parts.join(", ");
        let plain = t.builtin_of(&a[0]) == Some(Builtin::Set);
        Ok(t.str(&if plain {
            format!("{{{text}}}")
        } else {
            format!("{name}({{{text}}})")
        }))
    })
}

fn combined(t: &mut Thread, a: &Obj, b: &Obj, how: Combine) -> Res<Vec<Obj>> {
    let (mine, other) = (t.table_keys(a), t.table_keys(b));
    let mut members = Vec::new();
    for member in mine {
        let keep = match how {
            Combine::Union => true,
            Combine::Intersection => t.table_find(b, &member)?.is_some(),
            Combine::Difference | Combine::Symmetric => t.table_find(b, &member)?.is_none(),
        };
        if keep {
            members.push(member);
        }
    }
    if matches!(how, Combine::Union | Combine::Symmetric) {
        for member in other {
            if t.table_find(a, &member)?.is_none() {
                members.push(member);
            }
        }
    }
    Ok(members)
}

fn operator(t: &mut Thread, a: &Obj, b: &Obj, how: Combine) -> Res {
    if !(is_set(t, a) && is_set(t, b)) {
        return Ok(t.not_implemented());
    }
    let members = combined(t, a, b, how)?;
    made(t, a, &members)
}

fn view_operator(t: &mut Thread, a: &Obj, b: &Obj, how: Combine) -> Res {
    let (a, b) = (as_set(t, a)?, as_set(t, b)?);
    let members = combined(t, &a, &b, how)?;
    let set = t.set(Builtin::Set);
    for member in &members {
        add(t, &set, member)?;
    }
    Ok(set)
}

fn all(t: &mut Thread, a: &[Obj], how: Combine) -> Res {
    let members = t.table_keys(&a[0]);
    let mut result = made(t, &a[0], &members)?;
    for other in &a[1..] {
        let other = as_set(t, other)?;
        let members = combined(t, &result, &other, how)?;
        result = made(t, &a[0], &members)?;
    }
    Ok(result)
}

fn replace(t: &mut Thread, set: &Obj, members: &[Obj]) -> Res<()> {
    t.table_clear(set);
    for member in members {
        add(t, set, member)?;
    }
    Ok(())
}

fn update(t: &mut Thread, a: &[Obj], how: Combine) -> Res {
    for other in &a[1..] {
        let other = as_set(t, other)?;
        let members = combined(t, &a[0], &other, how)?;
        replace(t, &a[0], &members)?;
    }
    Ok(t.none())
}

fn in_place(t: &mut Thread, a: &[Obj], how: Combine) -> Res {
    if !is_set(t, &a[1]) {
        return Ok(t.not_implemented());
    }
    let members = combined(t, &a[0], &a[1], how)?;
    replace(t, &a[0], &members)?;
    Ok(a[0].clone())
}

fn is_subset(t: &mut Thread, a: &Obj, b: &Obj) -> Res<bool> {
    if t.len(a)? > t.len(b)? {
        return Ok(false);
    }
    for member in t.collect_items(a)? {
        if !t.contains(b, &member)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn compare(t: &mut Thread, a: &[Obj], op: Compare) -> Res {
    let comparable = is_set(t, &a[1]) || matches!(t.shape_of(&a[1]), Builtin::DictKeys | Builtin::DictItems);
    if !comparable {
        return Ok(t.not_implemented());
    }
    let order = t.len(&a[0])?.cmp(&t.len(&a[1])?);
    let answer = match op {
        Compare::Equal | Compare::NotEqual => {
            let equal = order.is_eq() && is_subset(t, &a[0], &a[1])?;
            equal == (op == Compare::Equal)
        }
        Compare::Less | Compare::LessEqual => op.holds(order) && is_subset(t, &a[0], &a[1])?,
        Compare::Greater | Compare::GreaterEqual => op.holds(order) && is_subset(t, &a[1], &a[0])?,
    };
    Ok(t.bool(answer))
}
