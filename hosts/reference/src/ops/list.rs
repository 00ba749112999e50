//! The methods of list and tuple.

use super::args::Taken;
use super::int::comparisons;
use super::iteration::{Source, walk, walk_back};
use super::number::call_builtin;
use super::recursion::shown;
use crate::heap::{Escapes, Obj, Payload, Raised, Ref, Res, Still, Thread};
use crate::types::{Builtin, Compare, Def, Keywords, hash, keyword_function, keyword_method, method};

const COMMON: &[Def] = &[
    method("__len__", 0, 0, |t, a| {
        let length = length(t, &a[0]);
        Ok(t.int(length))
    }),
    method("__getitem__", 1, 1, get),
    method("__contains__", 1, 1, |t, a| {
        let found = position(t, &a[0], &a[1], 0, usize::MAX)?;
        Ok(t.bool(found.is_some()))
    }),
    method("__add__", 1, 1, |t, a| {
        let kind = t.shape_of(&a[0]);
        if !t.is_instance(&a[1], kind) {
            let given = t.type_name(&a[1]);
            let name = kind.name();
            return Err(t.type_error(format!("can only concatenate {name} (not \"{given}\") to {name}")));
        }
        let mut items = t.items(&a[0]).unwrap_or_default();
        items.extend(t.items(&a[1]).unwrap_or_default());
        Ok(like(t, kind, &items))
    }),
    method("__mul__", 1, 1, repeat),
    method("__rmul__", 1, 1, repeat),
    method("index", 1, 3, |t, a| {
        let length = length(t, &a[0]);
        let (start, stop) = t.range_arguments(&a[2..], length)?;
        match position(
            t,
            &a[0],
            &a[1],
            start,
            if a.len() > 3 { stop } else { usize::MAX },
        )? {
            Some(at) => Ok(t.int(at)),
            None if t.shape_of(&a[0]) == Builtin::Tuple => {
                Err(t.value_error("tuple.index(x): x not in tuple"))
            }
            None => {
                let shown = t.repr_string(&a[1])?;
                Err(t.value_error(format!("{shown} is not in list")))
            }
        }
    }),
    method("count", 1, 1, |t, a| {
        let (mut count, mut at) = (0, 0);
        while let Some(item) = item(t, &a[0], at) {
            count += usize::from(t.equal(&item, &a[1])?);
            at += 1;
        }
        Ok(t.int(count))
    }),
];

pub(super) const METHODS: &[(Builtin, &[Def])] = &[
    (Builtin::List, COMMON),
    (Builtin::Tuple, COMMON),
    (Builtin::List, comparisons!(compare)),
    (Builtin::Tuple, comparisons!(compare)),
    (
        Builtin::List,
        &[
            keyword_function("__new__", |t, a, _| {
                Ok(t.alloc_of(&a[0], |_| Payload::List(Vec::new())))
            }),
            keyword_method("__init__", |t, a, keywords| {
                t.no_keywords("list", keywords)?;
                t.count_arguments("list", &a[1..], 0, 1)?;
                change(t, &a[0], |items, _| items.clear());
                match a.get(1) {
                    Some(from) => extend(t, &[a[0].clone(), from.clone()]),
                    None => Ok(t.none()),
                }
            }),
            method("__repr__", 0, 0, |t, a| {
                shown(t, &a[0], "[...]", |t| sequence_repr(t, &a[0], "[", "]"))
            }),
            method("__iter__", 0, 0, |t, a| {
                Ok(walk(t, Builtin::ListIterator, Source::Items, &a[0]))
            }),
            method("__reversed__", 0, 0, |t, a| {
                let from = length(t, &a[0]);
                Ok(walk_back(
                    t,
                    Builtin::ListReverseIterator,
                    Source::Items,
                    &a[0],
                    from,
                ))
            }),
            method("__setitem__", 2, 2, |t, a| set(t, &a[0], &a[1], Some(&a[2]))),
            method("__delitem__", 1, 1, |t, a| set(t, &a[0], &a[1], None)),
            method("__iadd__", 1, 1, |t, a| {
                extend(t, a)?;
                Ok(a[0].clone())
            }),
            method("__imul__", 1, 1, |t, a| {
                let times = usize::try_from(t.index_size_overflow(&a[1])?).unwrap_or(0);
                let items = t.items(&a[0]).unwrap_or_default();
                let all = many(t, &items, times)?;
                change(t, &a[0], |items, still| *items = still.get_all(&all));
                Ok(a[0].clone())
            }),
            method("append", 1, 1, |t, a| {
                change(t, &a[0], |items, still| items.push(still.get(&a[1])));
                Ok(t.none())
            }),
            method("extend", 1, 1, extend),
            method("insert", 2, 2, |t, a| {
                let at = t.index_size_overflow(&a[1])?;
                insert(t, &a[0], at, &a[2]);
                Ok(t.none())
            }),
            method("pop", 0, 1, pop),
            method("remove", 1, 1, |t, a| {
                match position(t, &a[0], &a[1], 0, usize::MAX)? {
                    Some(at) => {
                        change(t, &a[0], |items, _| {
                            if at < items.len() {
                                items.remove(at);
                            }
                        });
                        Ok(t.none())
                    }
                    None => Err(t.value_error("list.remove(x): x not in list")),
                }
            }),
            method("clear", 0, 0, |t, a| {
                change(t, &a[0], |items, _| items.clear());
                Ok(t.none())
            }),
            method("copy", 0, 0, |t, a| {
                let items = t.items(&a[0]).unwrap_or_default();
                Ok(t.list(&items))
            }),
            method("reverse", 0, 0, |t, a| {
                change(t, &a[0], |items, _| items.reverse());
                Ok(t.none())
            }),
            keyword_method("sort", sort),
            method("__sizeof__", 0, 0, |t, a| {
                let length = length(t, &a[0]);
                Ok(t.int(40 + 8 * length))
            }),
        ],
    ),
    (
        Builtin::Tuple,
        &[
            keyword_function("__new__", |t, a, keywords| {
                t.no_keywords("tuple", keywords)?;
                t.count_arguments("tuple", &a[1..], 0, 1)?;
                let exact = t.class(Builtin::Tuple).is(&a[0]);
                let items = match a.get(1) {
                    Some(from) if exact && t.builtin_of(from) == Some(Builtin::Tuple) => {
                        return Ok(from.clone());
                    }
                    Some(from) => t.collect_items(from)?,
                    None => Vec::new(),
                };
                Ok(t.alloc_of(&a[0], |still| Payload::Tuple(still.get_all(&items))))
            }),
            method("__repr__", 0, 0, |t, a| {
                let end = if length(t, &a[0]) == 1 { ",)" } else { ")" };
                shown(t, &a[0], "(...)", |t| sequence_repr(t, &a[0], "(", end))
            }),
            method("__iter__", 0, 0, |t, a| {
                Ok(walk(t, Builtin::TupleIterator, Source::Items, &a[0]))
            }),
            method("__hash__", 0, 0, |t, a| {
                let mut hashes = Vec::new();
                for item in t.items(&a[0]).unwrap_or_default() {
                    hashes.push(t.hash(&item)?);
                }
                Ok(t.int(hash::of(&hashes)))
            }),
            method("__getnewargs__", 0, 0, |t, a| {
                let items = t.items(&a[0]).unwrap_or_default();
                let items = t.tuple(&items);
                Ok(t.tuple(&[items]))
            }),
            method("__sizeof__", 0, 0, |t, a| {
                let length = length(t, &a[0]);
                Ok(t.int(24 + 8 * length))
            }),
        ],
    ),
];

/// How many items a list or tuple has.
pub(super) fn length(t: &mut Thread, obj: &Obj) -> usize {
    t.read(obj, |object, _| match &object.payload {
        Payload::List(items) | Payload::Tuple(items) => items.len(),
        _ => 0,
    })
}

/// The item at a place, when there is one.
pub(super) fn item(t: &mut Thread, obj: &Obj, at: usize) -> Option<Obj> {
    t.read(obj, |object, still| match &object.payload {
        Payload::List(items) | Payload::Tuple(items) => items.get(at).map(|item| still.hold(item)),
        _ => None,
    })
}

/// Changes a list's items.
pub(super) fn change<R: Escapes + Default>(
    t: &mut Thread,
    list: &Obj,
    f: impl FnOnce(&mut Vec<Ref>, &Still) -> R,
) -> R {
    t.write(list, |object, still| match &mut object.payload {
        Payload::List(items) => f(items, still),
        _ => R::default(),
    })
}

/// `list.insert`
pub(super) fn insert(t: &mut Thread, list: &Obj, at: isize, item: &Obj) {
    change(t, list, |items, still| {
        let length = items.len() as isize;
        let at = if at < 0 {
            (at + length).max(0)
        } else {
            at.min(length)
        };
        items.insert(at as usize, still.get(item));
    });
}

fn like(t: &mut Thread, kind: Builtin, items: &[Obj]) -> Obj {
    if kind == Builtin::List {
        t.list(items)
    } else {
        t.tuple(items)
    }
}

fn many(t: &mut Thread, items: &[Obj], times: usize) -> Res<Vec<Obj>> {
    match items.len().checked_mul(times) {
        Some(count) if count < 1 << 40 => Ok(items.iter().cycle().take(count).cloned().collect()),
        _ => Err(t.raise_with(Builtin::MemoryError, &[])),
    }
}

fn repeat(t: &mut Thread, a: &[Obj]) -> Res {
    let times = usize::try_from(t.index_size_overflow(&a[1])?).unwrap_or(0);
    let items = t.items(&a[0]).unwrap_or_default();
    if times == 1 && t.builtin_of(&a[0]) == Some(Builtin::Tuple) {
        return Ok(a[0].clone());
    }
    let all = many(t, &items, times)?;
    let kind = t.shape_of(&a[0]);
    Ok(like(t, kind, &all))
}

fn position(t: &mut Thread, obj: &Obj, what: &Obj, start: usize, stop: usize) -> Res<Option<usize>> {
    let mut at = start;
    while at < stop
        && let Some(item) = item(t, obj, at)
    {
        if t.equal(&item, what)? {
            return Ok(Some(at));
        }
        at += 1;
    }
    Ok(None)
}

fn wrong_index(t: &mut Thread, kind: &str, key: &Obj) -> Raised {
    let given = t.type_name(key);
    t.type_error(format!("{kind} indices must be integers or slices, not {given}"))
}

/// The place that an index means; None when it is outside.
fn place(t: &mut Thread, obj: &Obj, key: &Obj, kind: &str) -> Res<Option<usize>> {
    let class = t.class_of(key);
    if t.as_int(key).is_none() && t.lookup(&class, "__index__").is_none() {
        return Err(wrong_index(t, kind, key));
    }
    let at = t.index_size(key)?;
    let length = length(t, obj) as isize;
    let at = if at < 0 { at + length } else { at };
    Ok(usize::try_from(at).ok().filter(|&at| at < length as usize))
}

fn get(t: &mut Thread, a: &[Obj]) -> Res {
    let kind = t.shape_of(&a[0]);
    if t.slice_parts(&a[1]).is_some() {
        let taken = t.taken(&a[1], |t| length(t, &a[0]))?;
        let all = t.items(&a[0]).unwrap_or_default();
        let items: Vec<Obj> = taken.indices().filter_map(|at| all.get(at).cloned()).collect();
        if kind == Builtin::Tuple
            && items.len() == all.len()
            && t.builtin_of(&a[0]) == Some(kind)
            && taken.step == 1
        {
            return Ok(a[0].clone());
        }
        return Ok(like(t, kind, &items));
    }
    let at = place(t, &a[0], &a[1], kind.name())?;
    match at.and_then(|at| item(t, &a[0], at)) {
        Some(item) => Ok(item),
        None => Err(t.index_error(format!("{} index out of range", kind.name()))),
    }
}

/// Puts items in the place of those that a slice takes, or removes these. The numbers have been checked.
pub(super) fn assign<T>(items: &mut Vec<T>, taken: Taken, new: Vec<T>, replace: bool) {
    if taken.step == 1 {
        let start = (taken.start as usize).min(items.len());
        let stop = (start + taken.count).min(items.len());
        items.splice(start..stop, new);
    } else if replace {
        for (at, item) in taken.indices().zip(new) {
            if let Some(place) = items.get_mut(at) {
                *place = item;
            }
        }
    } else {
        let mut gone: Vec<usize> = taken.indices().collect();
        gone.sort_unstable();
        for at in gone.into_iter().rev().filter(|&at| at < usize::MAX) {
            if at < items.len() {
                items.remove(at);
            }
        }
    }
}

fn set(t: &mut Thread, list: &Obj, key: &Obj, value: Option<&Obj>) -> Res {
    if t.slice_parts(key).is_some() {
        let new = match value {
            Some(value) => Some(assigned(t, value)?),
            None => None,
        };
        let taken = t.taken(key, |t| length(t, list))?;
        let count = new.as_ref().map_or(0, Vec::len);
        if taken.step != 1 && new.is_some() && count != taken.count {
            return Err(t.value_error(format!(
                "attempt to assign sequence of size {count} to extended slice of size {}",
                taken.count
            )));
        }
        change(t, list, |items, still| {
            assign(
                items,
                taken,
                still.get_all(new.as_deref().unwrap_or_default()),
                new.is_some(),
            );
        });
        return Ok(t.none());
    }
    match place(t, list, key, "list")? {
        Some(at) => {
            change(t, list, |items, still| match value {
                Some(value) if at < items.len() => items[at] = still.get(value),
                None if at < items.len() => drop(items.remove(at)),
                _ => {}
            });
            Ok(t.none())
        }
        None => Err(t.index_error("list assignment index out of range")),
    }
}

/// The items of what is assigned to a slice.
fn assigned(t: &mut Thread, value: &Obj) -> Res<Vec<Obj>> {
    match t.collect_items(value) {
        Err(error) if t.raised(&error, Builtin::TypeError) => {
            let class = t.class_of(value);
            let iterable = ["__iter__", "__getitem__"]
                .iter()
                .any(|name| t.lookup(&class, name).is_some());
            Err(if iterable {
                error
            } else {
                t.type_error("can only assign an iterable")
            })
        }
        items => items,
    }
}

/// `list[low:high] = new`, with bounds that are already in order.
pub(super) fn set_slice(t: &mut Thread, list: &Obj, low: isize, high: isize, new: Option<&Obj>) -> Res<()> {
    let items = match new {
        Some(new) => assigned(t, new)?,
        None => Vec::new(),
    };
    let length = length(t, list);
    let mut taken = Taken::new(Some(low), Some(high), 1, length);
    taken.start = taken.start.min(length as isize);
    change(t, list, |old, still| {
        assign(old, taken, still.get_all(&items), true)
    });
    Ok(())
}

fn extend(t: &mut Thread, a: &[Obj]) -> Res {
    if matches!(t.builtin_of(&a[1]), Some(Builtin::List | Builtin::Tuple)) {
        let more = t.items(&a[1]).unwrap_or_default();
        change(t, &a[0], |items, still| items.extend(still.get_all(&more)));
        return Ok(t.none());
    }
    let iterator = t.iter(&a[1])?;
    while let Some(item) = t.next(&iterator)? {
        change(t, &a[0], |items, still| items.push(still.get(&item)));
    }
    Ok(t.none())
}

fn pop(t: &mut Thread, a: &[Obj]) -> Res {
    let at = match a.get(1) {
        Some(at) => t.index_size(at)?,
        None => -1,
    };
    let popped = change(t, &a[0], |items, still| {
        let length = items.len() as isize;
        let at = if at < 0 { at + length } else { at };
        (0..length)
            .contains(&at)
            .then(|| still.hold(&items.remove(at as usize)))
    });
    match popped {
        Some(item) => Ok(item),
        None if length(t, &a[0]) == 0 => Err(t.index_error("pop from empty list")),
        None => Err(t.index_error("pop index out of range")),
    }
}

fn sequence_repr(t: &mut Thread, obj: &Obj, open: &str, close: &str) -> Res {
    let mut text = crate::heap::Text::from(open);
    let mut at = 0;
    while let Some(item) = item(t, obj, at) {
        if at > 0 {
            text.0.extend([0x2c, 0x20]);
        }
        let shown = t.repr(&item)?;
        text.0.extend(t.as_text(&shown).unwrap_or_default().0);
        at += 1;
    }
    text.0.extend(close.chars().map(u32::from));
    Ok(t.text(text))
}

fn compare(t: &mut Thread, a: &[Obj], op: Compare) -> Res {
    let kind = t.shape_of(&a[0]);
    if t.shape_of(&a[1]) != kind {
        return Ok(t.not_implemented());
    }
    let lengths = |t: &mut Thread| (length(t, &a[0]), length(t, &a[1]));
    let (x, y) = lengths(t);
    if x != y && matches!(op, Compare::Equal | Compare::NotEqual) && kind == Builtin::List {
        return Ok(t.bool(op == Compare::NotEqual));
    }
    let mut at = 0;
    while let (Some(x), Some(y)) = (item(t, &a[0], at), item(t, &a[1], at)) {
        if !t.equal(&x, &y)? {
            return match op {
                Compare::Equal => Ok(t.bool(false)),
                Compare::NotEqual => Ok(t.bool(true)),
                _ => t.rich_compare(&x, &y, op),
            };
        }
        at += 1;
    }
    let (x, y) = lengths(t);
    Ok(t.bool(op.holds(x.cmp(&y))))
}

fn sort(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    if a.len() > 1 {
        return Err(t.type_error("sort() takes no positional arguments"));
    }
    let [key, reverse] = t.arguments("sort", ["key", "reverse"], 0, &[], keywords)?;
    let reverse = match &reverse {
        Some(reverse) => t.c_int(reverse)? != 0,
        None => false,
    };
    let key = match key {
        Some(key) if !t.is_none(&key) => Some(key),
        _ => None,
    };
    // While it is sorted the list is empty, so that a change of it is noticed.
    let items = change(t, &a[0], |items, still| {
        let held = still.hold_all(items);
        items.clear();
        held
    });
    let sorted = sorted(t, &items, key.as_ref(), reverse);
    let (items, failed) = match sorted {
        Ok(sorted) => (sorted, None),
        Err(error) => (items, Some(error)),
    };
    let touched = change(t, &a[0], |old, still| {
        let touched = !old.is_empty();
        *old = still.get_all(&items);
        touched
    });
    match failed {
        Some(error) => Err(error),
        None if touched => Err(t.value_error("list modified during sort")),
        None => Ok(t.none()),
    }
}

/// Items in order, those that are equal as they were.
pub(super) fn sorted(t: &mut Thread, items: &[Obj], key: Option<&Obj>, reverse: bool) -> Res<Vec<Obj>> {
    let mut pairs = Vec::with_capacity(items.len());
    for item in items {
        let by = match key {
            Some(key) => t.call(key, std::slice::from_ref(item))?,
            None => item.clone(),
        };
        pairs.push((by, item.clone()));
    }
    if reverse {
        pairs.reverse();
    }
    let mut sorted = merge_sort(t, pairs)?;
    if reverse {
        sorted.reverse();
    }
    Ok(sorted.into_iter().map(|(_, item)| item).collect())
}

fn merge_sort(t: &mut Thread, mut items: Vec<(Obj, Obj)>) -> Res<Vec<(Obj, Obj)>> {
    if items.len() < 2 {
        return Ok(items);
    }
    let right = items.split_off(items.len() / 2);
    let (left, right) = (merge_sort(t, items)?, merge_sort(t, right)?);
    let mut made = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.into_iter().peekable(), right.into_iter().peekable());
    while let (Some(l), Some(r)) = (left.peek(), right.peek()) {
        let next = if t.compare(&r.0, &l.0, Compare::Less)? {
            right.next()
        } else {
            left.next()
        };
        made.extend(next);
    }
    made.extend(left);
    made.extend(right);
    Ok(made)
}

/// `sorted(iterable, key=, reverse=)`
pub(super) fn sorted_builtin(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    t.count_arguments("sorted", a, 1, 1)?;
    let list = call_builtin(t, Builtin::List, a)?;
    let sort = t.getattr(&list, "sort")?;
    t.call_with(&sort, &[], keywords)?;
    Ok(list)
}

/// `max` and `min`
pub(super) fn take_extreme(t: &mut Thread, name: &str, a: &[Obj], keywords: &Keywords) -> Res {
    let [key, default] = t.arguments(name, ["key", "default"], 0, &[], keywords)?;
    let key = key.filter(|key| !t.is_none(key));
    let items = match a {
        [] => return Err(t.type_error(format!("{name} expected at least 1 argument, got 0"))),
        [iterable] => t.collect_items(iterable)?,
        several => several.to_vec(),
    };
    let op = if name == "max" {
        Compare::Greater
    } else {
        Compare::Less
    };
    let mut best: Option<(Obj, Obj)> = None;
    for item in items {
        let by = match &key {
            Some(key) => t.call(key, std::slice::from_ref(&item))?,
            None => item.clone(),
        };
        best = match best {
            Some(best) if !t.compare(&by, &best.0, op)? => Some(best),
            _ => Some((by, item)),
        };
    }
    match (best, default) {
        (Some((_, item)), _) => Ok(item),
        (None, Some(default)) => Ok(default),
        (None, None) => Err(t.value_error(format!("{name}() arg is an empty sequence"))),
    }
}
