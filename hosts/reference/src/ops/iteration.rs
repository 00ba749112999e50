//! Iterators: over sequences by index, over dicts and sets, and those that iterate over other iterators.

use super::number::call_builtin;
use crate::contents;
use crate::heap::{Escapes, Obj, Payload, Ref, Res, Text, Thread};
use crate::types::{Builtin, Def, Keywords, keyword_function, method};

/// What an iterator walks over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Items of a list or tuple
    Items,
    /// Characters of a str
    Characters,
    /// Bytes of a bytes or bytearray
    Bytes,
    /// `o[0]`, `o[1]` ...
    Indexed,
    /// Keys of a dict
    Keys,
    /// Values of a dict
    Values,
    /// Keys and values of a dict
    Pairs,
    /// Members of a set
    Members,
}

impl Escapes for Source {}

/// The state of such an iterator.
struct Walk {
    source: Source,
    over: Option<Ref>,
    /// The next place; going back, the place behind it
    at: usize,
    back: bool,
    /// Entries of a dict or set that are left, and how many it had
    left: usize,
    size: usize,
}

contents!(Walk, over);

fn start(t: &mut Thread, class: Builtin, walk: impl FnOnce(Ref) -> Walk, over: &Obj) -> Obj {
    t.alloc(class, |still| Payload::Other(Box::new(walk(still.get(over)))))
}

/// An iterator of this class over an object.
pub(super) fn walk(t: &mut Thread, class: Builtin, source: Source, over: &Obj) -> Obj {
    let size = size_of(t, source, over);
    start(
        t,
        class,
        |over| Walk {
            source,
            over: Some(over),
            at: 0,
            back: false,
            left: size,
            size,
        },
        over,
    )
}

/// An iterator backwards, from behind a place.
pub(super) fn walk_back(t: &mut Thread, class: Builtin, source: Source, over: &Obj, from: usize) -> Obj {
    let size = size_of(t, source, over);
    start(
        t,
        class,
        |over| Walk {
            source,
            over: Some(over),
            at: from,
            back: true,
            left: size,
            size,
        },
        over,
    )
}

fn size_of(t: &mut Thread, source: Source, over: &Obj) -> usize {
    match source {
        Source::Keys | Source::Values | Source::Pairs | Source::Members => t.table_len(over),
        _ => 0,
    }
}

/// An iterator over `o[0]`, `o[1]` and so on.
pub fn sequence_iterator(t: &mut Thread, sequence: &Obj) -> Obj {
    walk(t, Builtin::SeqIterator, Source::Indexed, sequence)
}

fn walk_next(t: &mut Thread, a: &[Obj]) -> Res {
    let state = t.read(&a[0], |object, still| {
        let walk = object.payload.other::<Walk>()?;
        let over = still.hold(walk.over.as_ref()?);
        Some((walk.source, over, (walk.at, walk.back), (walk.left, walk.size)))
    });
    let Some((source, over, (at, back), (left, size))) = state else {
        return Err(t.stop());
    };
    if matches!(
        source,
        Source::Keys | Source::Values | Source::Pairs | Source::Members
    ) {
        return table_next(t, &a[0], source, &over, (at, back), (left, size));
    }
    let place = if back { at.checked_sub(1) } else { Some(at) };
    let found = match place {
        None => None,
        Some(place) => indexed(t, source, &over, place)?,
    };
    t.write(&a[0], |object, _| {
        if let Some(walk) = object.payload.other_mut::<Walk>() {
            if found.is_none() {
                walk.over = None;
            }
            walk.at = if back { at.saturating_sub(1) } else { at + 1 };
        }
    });
    found.ok_or_else(|| t.stop())
}

fn indexed(t: &mut Thread, source: Source, over: &Obj, at: usize) -> Res<Option<Obj>> {
    Ok(match source {
        Source::Items => super::list::item(t, over, at),
        Source::Characters => {
            let point = t.read(over, |object, _| match &object.payload {
                Payload::Str(text) => text.0.get(at).copied(),
                _ => None,
            });
            point.map(|point| t.text(Text(vec![point])))
        }
        Source::Bytes => {
            let byte = t.read(over, |object, _| match &object.payload {
                Payload::Bytes(data) => data.get(at).copied(),
                Payload::ByteArray(array) => array.data.get(at).copied(),
                _ => None,
            });
            byte.map(|byte| t.int(byte))
        }
        _ => {
            let index = t.int(at);
            match t.get_item(over, &index) {
                Ok(item) => Some(item),
                Err(error)
                    if t.raised(&error, Builtin::IndexError) || t.raised(&error, Builtin::StopIteration) =>
                {
                    None
                }
                Err(error) => return Err(error),
            }
        }
    })
}

fn table_next(
    t: &mut Thread,
    me: &Obj,
    source: Source,
    over: &Obj,
    (at, back): (usize, bool),
    (left, size): (usize, usize),
) -> Res {
    let finish = |t: &mut Thread, size: usize| {
        t.write(me, |object, _| {
            if let Some(walk) = object.payload.other_mut::<Walk>() {
                if size == 0 {
                    walk.over = None;
                } else {
                    walk.size = usize::MAX;
                }
            }
        });
    };
    if t.table_len(over) != size {
        finish(t, 1);
        let what = if source == Source::Members {
            "Set"
        } else {
            "dictionary"
        };
        return Err(t.runtime_error(format!("{what} changed size during iteration")));
    }
    let found = if back {
        t.table_before(over, at)
    } else {
        t.table_next(over, at)
    };
    let Some((place, key, value)) = found else {
        finish(t, 0);
        return Err(t.stop());
    };
    if left == 0 {
        finish(t, 0);
        return Err(t.runtime_error("dictionary keys changed during iteration"));
    }
    t.write(me, |object, _| {
        if let Some(walk) = object.payload.other_mut::<Walk>() {
            walk.at = if back { place } else { place + 1 };
            walk.left -= 1;
        }
    });
    Ok(match source {
        Source::Values => value,
        Source::Pairs => t.tuple(&[key, value]),
        _ => key,
    })
}

fn walk_hint(t: &mut Thread, a: &[Obj]) -> Res {
    let state = t.read(&a[0], |object, still| {
        let walk = object.payload.other::<Walk>()?;
        let over = still.hold(walk.over.as_ref()?);
        Some((walk.source, over, (walk.at, walk.back), walk.left))
    });
    let hint = match state {
        None => 0,
        Some((_, _, (at, true), 0)) => at,
        Some((source, over, (at, _), left)) => match source {
            Source::Keys | Source::Values | Source::Pairs | Source::Members => left,
            Source::Indexed => match t.len_if_any(&over)? {
                Some(length) => length.saturating_sub(at),
                None => return Ok(t.not_implemented()),
            },
            _ => t.len(&over)?.saturating_sub(at),
        },
    };
    Ok(t.int(hint))
}

const WALKS: &[Def] = &[
    method("__iter__", 0, 0, |_, a| Ok(a[0].clone())),
    method("__next__", 0, 0, walk_next),
    method("__length_hint__", 0, 0, walk_hint),
];

/// Iterators over other iterators: which, what they take, and what they count.
struct Adapter {
    parts: Vec<Ref>,
    count: num_bigint::BigInt,
    finished: bool,
}

contents!(Adapter, parts);

fn adapter(t: &mut Thread, class: &Obj, parts: &[Obj], count: num_bigint::BigInt) -> Obj {
    t.alloc_of(class, |still| {
        Payload::Other(Box::new(Adapter {
            parts: still.get_all(parts),
            count,
            finished: false,
        }))
    })
}

fn parts(t: &mut Thread, obj: &Obj) -> Vec<Obj> {
    t.read(obj, |object, still| {
        object
            .payload
            .other::<Adapter>()
            .map(|adapter| still.hold_all(&adapter.parts))
            .unwrap_or_default()
    })
}

fn is_finished(t: &mut Thread, obj: &Obj) -> bool {
    t.read(obj, |object, _| {
        object
            .payload
            .other::<Adapter>()
            .is_none_or(|adapter| adapter.finished)
    })
}

fn finish(t: &mut Thread, obj: &Obj) {
    t.write(obj, |object, _| {
        if let Some(adapter) = object.payload.other_mut::<Adapter>() {
            adapter.finished = true;
            adapter.parts.clear();
        }
    });
}

/// Iterators of each argument.
fn iterators(t: &mut Thread, args: &[Obj]) -> Res<Vec<Obj>> {
    args.iter().map(|arg| t.iter(arg)).collect()
}

fn advance(t: &mut Thread, iterators: &[Obj]) -> Res<Option<Vec<Obj>>> {
    let mut items = Vec::new();
    for iterator in iterators {
        match t.next(iterator)? {
            Some(item) => items.push(item),
            None => return Ok(None),
        }
    }
    Ok(Some(items))
}

fn zip_next(t: &mut Thread, a: &[Obj]) -> Res {
    let iterators = parts(t, &a[0]);
    if iterators.is_empty() {
        return Err(t.stop());
    }
    let strict = t.read(&a[0], |object, _| {
        object
            .payload
            .other::<Adapter>()
            .is_some_and(|adapter| adapter.count == 1.into())
    });
    match advance(t, &iterators)? {
        Some(items) => Ok(t.tuple(&items)),
        None if strict => strict_end(t, &iterators),
        None => Err(t.stop()),
    }
}

/// `zip(strict=True)` has come to an end of one: the others must end too.
fn strict_end(t: &mut Thread, iterators: &[Obj]) -> Res {
    for (at, iterator) in iterators.iter().enumerate().skip(1) {
        if t.next(iterator)?.is_some() {
            let plural = if at == 1 { " " } else { "s 1-" };
            let message = format!("zip() argument {} is longer than argument{plural}{at}", at + 1);
            return Err(t.value_error(message));
        }
    }
    Err(t.stop())
}

fn enumerate_next(t: &mut Thread, a: &[Obj]) -> Res {
    let parts = parts(t, &a[0]);
    match t.next(&parts[0])? {
        Some(item) => {
            let count = t.write(&a[0], |object, _| {
                object.payload.other_mut::<Adapter>().map(|adapter| {
                    let count = adapter.count.clone();
                    adapter.count += 1;
                    count
                })
            });
            let count = t.int(count.unwrap_or_default());
            Ok(t.tuple(&[count, item]))
        }
        None => Err(t.stop()),
    }
}

fn map_next(t: &mut Thread, a: &[Obj]) -> Res {
    let parts = parts(t, &a[0]);
    match advance(t, &parts[1..])? {
        Some(items) => t.call(&parts[0], &items),
        None => Err(t.stop()),
    }
}

fn filter_next(t: &mut Thread, a: &[Obj]) -> Res {
    let parts = parts(t, &a[0]);
    while let Some(item) = t.next(&parts[1])? {
        let kept = if t.is_none(&parts[0]) {
            t.truth(&item)?
        } else {
            let answer = t.call(&parts[0], std::slice::from_ref(&item))?;
            t.truth(&answer)?
        };
        if kept {
            return Ok(item);
        }
    }
    Err(t.stop())
}

fn callable_next(t: &mut Thread, a: &[Obj]) -> Res {
    if is_finished(t, &a[0]) {
        return Err(t.stop());
    }
    let parts = parts(t, &a[0]);
    let item = match t.call(&parts[0], &[]) {
        Err(error) if t.raised(&error, Builtin::StopIteration) => {
            finish(t, &a[0]);
            return Err(t.stop());
        }
        item => item?,
    };
    if t.equal(&item, &parts[1])? {
        finish(t, &a[0]);
        return Err(t.stop());
    }
    Ok(item)
}

/// `iter(callable, sentinel)`
pub(super) fn call_iterator(t: &mut Thread, callable: &Obj, sentinel: &Obj) -> Obj {
    let class = t.class(Builtin::CallIterator);
    adapter(t, &class, &[callable.clone(), sentinel.clone()], 0.into())
}

fn at_least(t: &mut Thread, name: &str, a: &[Obj], keywords: &Keywords, least: usize) -> Res<()> {
    t.no_keywords(name, keywords)?;
    if a.len() > least {
        return Ok(());
    }
    Err(t.type_error(format!("{name}() must have at least two arguments.")))
}

fn new_reversed(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    t.no_keywords("reversed", keywords)?;
    t.count_arguments("reversed", &a[1..], 1, 1)?;
    let class = t.class_of(&a[1]);
    if let Some(special) = t.lookup(&class, "__reversed__") {
        if t.is_none(&special) {
            let name = t.class_name(&class);
            return Err(t.type_error(format!("'{name}' object is not reversible")));
        }
        let bound = t.bind(&special, Some(&a[1]), &class)?;
        return t.call(&bound, &[]);
    }
    if t.lookup(&class, "__getitem__").is_none() || t.shape_of(&a[1]) == Builtin::Dict {
        let name = t.class_name(&class);
        return Err(t.type_error(format!("'{name}' object is not reversible")));
    }
    let length = t.len(&a[1])?;
    Ok(walk_back(t, Builtin::Reversed, Source::Indexed, &a[1], length))
}

macro_rules! adapters {
    ($($class:ident $next:ident;)*) => {
        &[$((
            Builtin::$class,
            &[
                method("__iter__", 0, 0, |_, a| Ok(a[0].clone())),
                method("__next__", 0, 0, $next),
            ],
        ),)*]
    };
}

/// Classes whose iterators only walk.
pub(super) const WALKERS: &[(Builtin, &[Def])] = &[
    (Builtin::ListIterator, WALKS),
    (Builtin::ListReverseIterator, WALKS),
    (Builtin::TupleIterator, WALKS),
    (Builtin::StrIterator, WALKS),
    (Builtin::BytesIterator, WALKS),
    (Builtin::ByteArrayIterator, WALKS),
    (Builtin::SetIterator, WALKS),
    (Builtin::DictKeyIterator, WALKS),
    (Builtin::DictValueIterator, WALKS),
    (Builtin::DictItemIterator, WALKS),
    (Builtin::DictReverseKeyIterator, WALKS),
    (Builtin::DictReverseValueIterator, WALKS),
    (Builtin::DictReverseItemIterator, WALKS),
    (Builtin::SeqIterator, WALKS),
    (Builtin::Reversed, WALKS),
];

pub(super) const ADAPTERS: &[(Builtin, &[Def])] = adapters! {
    Zip zip_next;
    Enumerate enumerate_next;
    Map map_next;
    Filter filter_next;
    CallIterator callable_next;
};

pub(super) const METHODS: &[(Builtin, &[Def])] = &[
    (
        Builtin::Str,
        &[method("__iter__", 0, 0, |t, a| {
            Ok(walk(t, Builtin::StrIterator, Source::Characters, &a[0]))
        })],
    ),
    (
        Builtin::Bytes,
        &[method("__iter__", 0, 0, |t, a| {
            Ok(walk(t, Builtin::BytesIterator, Source::Bytes, &a[0]))
        })],
    ),
    (
        Builtin::ByteArray,
        &[method("__iter__", 0, 0, |t, a| {
            Ok(walk(t, Builtin::ByteArrayIterator, Source::Bytes, &a[0]))
        })],
    ),
    (
        Builtin::Zip,
        &[keyword_function("__new__", |t, a, keywords| {
            let [strict] = t.arguments("zip", ["strict"], 0, &[], keywords)?;
            let strict = match &strict {
                Some(strict) => t.truth(strict)?,
                None => false,
            };
            let iterators = iterators(t, &a[1..])?;
            Ok(adapter(t, &a[0], &iterators, i32::from(strict).into()))
        })],
    ),
    (
        Builtin::Enumerate,
        &[keyword_function("__new__", |t, a, keywords| {
            let [iterable, from] = t.arguments("enumerate", ["iterable", "start"], 0, &a[1..], keywords)?;
            let Some(iterable) = iterable else {
                return Err(t.type_error("enumerate() missing required argument 'iterable'"));
            };
            let from = match &from {
                Some(from) => t.index(from)?,
                None => 0.into(),
            };
            let iterators = iterators(t, &[iterable])?;
            Ok(adapter(t, &a[0], &iterators, from))
        })],
    ),
    (
        Builtin::Map,
        &[keyword_function("__new__", |t, a, keywords| {
            at_least(t, "map", a, keywords, 2)?;
            let mut parts = vec![a[1].clone()];
            parts.extend(iterators(t, &a[2..])?);
            Ok(adapter(t, &a[0], &parts, 0.into()))
        })],
    ),
    (
        Builtin::Filter,
        &[keyword_function("__new__", |t, a, keywords| {
            t.no_keywords("filter", keywords)?;
            t.count_arguments("filter", &a[1..], 2, 2)?;
            let iterator = t.iter(&a[2])?;
            Ok(adapter(t, &a[0], &[a[1].clone(), iterator], 0.into()))
        })],
    ),
    (Builtin::Reversed, &[keyword_function("__new__", new_reversed)]),
];

/// A tuple of the items of an iterable.
pub(super) fn tuple_of(t: &mut Thread, iterable: &Obj) -> Res {
    call_builtin(t, Builtin::Tuple, std::slice::from_ref(iterable))
}
