//! The methods that str, bytes and bytearray share, written once over their elements.

use super::search::{self, Justify};
use super::unicode;
use crate::heap::{Obj, Raised, Res, Text, Thread};
use crate::types::{Builtin, Compare, Keywords};

/// One of the kinds of strings.
pub(super) trait Kind {
    /// A code point or a byte
    type E: Copy + PartialEq + Ord + From<u8> + 'static;
    /// For messages
    const NAME: &'static str;
    /// The elements of an object that is of this kind.
    fn of(t: &mut Thread, obj: &Obj) -> Option<Vec<Self::E>>;
    /// The elements of an argument, or what CPython says about it.
    fn argument(t: &mut Thread, obj: &Obj) -> Res<Vec<Self::E>>;
    /// The elements of what is looked for.
    fn needle(t: &mut Thread, obj: &Obj) -> Res<Vec<Self::E>> {
        Self::argument(t, obj)
    }
    /// A new object of the kind of `like`.
    fn make(t: &mut Thread, like: &Obj, elements: Vec<Self::E>) -> Obj;
    /// White space?
    fn is_space(e: Self::E) -> bool;
    /// The end of a line?
    fn is_break(e: Self::E) -> bool;
}

/// `str`
pub(super) enum Points {}

/// `bytes` and `bytearray`
pub(super) enum Bytes {}

impl Kind for Points {
    type E = u32;
    const NAME: &'static str = "substring";

    fn of(t: &mut Thread, obj: &Obj) -> Option<Vec<u32>> {
        t.as_text(obj).map(|text| text.0)
    }

    fn argument(t: &mut Thread, obj: &Obj) -> Res<Vec<u32>> {
        match t.as_text(obj) {
            Some(text) => Ok(text.0),
            None => {
                let given = t.type_name(obj);
                Err(t.type_error(format!("must be str, not {given}")))
            }
        }
    }

    fn make(t: &mut Thread, _: &Obj, elements: Vec<u32>) -> Obj {
        t.text(Text(elements))
    }

    fn is_space(e: u32) -> bool {
        unicode::is_space(e)
    }

    fn is_break(e: u32) -> bool {
        unicode::is_line_break(e)
    }
}

impl Kind for Bytes {
    type E = u8;
    const NAME: &'static str = "subsection";

    fn of(t: &mut Thread, obj: &Obj) -> Option<Vec<u8>> {
        t.as_bytes(obj)
    }

    fn argument(t: &mut Thread, obj: &Obj) -> Res<Vec<u8>> {
        super::bytes::bytes_like(t, obj)
    }

    fn needle(t: &mut Thread, obj: &Obj) -> Res<Vec<u8>> {
        super::bytes::needle(t, obj)
    }

    fn make(t: &mut Thread, like: &Obj, elements: Vec<u8>) -> Obj {
        if t.shape_of(like) == Builtin::ByteArray {
            t.bytearray(elements)
        } else {
            t.bytes(elements)
        }
    }

    fn is_space(e: u8) -> bool {
        e.is_ascii_whitespace() || e == 0x0b
    }

    fn is_break(e: u8) -> bool {
        matches!(e, b'\n' | b'\r')
    }
}

/// The methods of a kind, as rows of a class's table.
macro_rules! shared_methods {
    ($kind:ident) => {{
        use $crate::ops::string::*;
        use $crate::types::{keyword_method, method};
        &[
            method("__len__", 0, 0, len::<$kind>),
            method("__mul__", 1, 1, repeat::<$kind>),
            method("__rmul__", 1, 1, repeat::<$kind>),
            method("find", 1, 3, |t, a| find::<$kind>(t, "find", a)),
            method("rfind", 1, 3, |t, a| find::<$kind>(t, "rfind", a)),
            method("index", 1, 3, |t, a| index::<$kind>(t, "index", a)),
            method("rindex", 1, 3, |t, a| index::<$kind>(t, "rindex", a)),
            method("count", 1, 3, count::<$kind>),
            method("startswith", 1, 3, |t, a| affix::<$kind>(t, a, true)),
            method("endswith", 1, 3, |t, a| affix::<$kind>(t, a, false)),
            method("strip", 0, 1, |t, a| strip::<$kind>(t, "strip", a)),
            method("lstrip", 0, 1, |t, a| strip::<$kind>(t, "lstrip", a)),
            method("rstrip", 0, 1, |t, a| strip::<$kind>(t, "rstrip", a)),
            method("partition", 1, 1, |t, a| partition::<$kind>(t, a, false)),
            method("rpartition", 1, 1, |t, a| partition::<$kind>(t, a, true)),
            method("replace", 2, 3, replace::<$kind>),
            method("removeprefix", 1, 1, |t, a| remove_affix::<$kind>(t, a, true)),
            method("removesuffix", 1, 1, |t, a| remove_affix::<$kind>(t, a, false)),
            method("zfill", 1, 1, zfill::<$kind>),
            keyword_method("split", |t, a, k| split::<$kind>(t, a, k, false)),
            keyword_method("rsplit", |t, a, k| split::<$kind>(t, a, k, true)),
            keyword_method("splitlines", splitlines::<$kind>),
            keyword_method("expandtabs", expandtabs::<$kind>),
        ]
    }};
}
pub(super) use shared_methods;

/// The elements of self.
pub(super) fn me<K: Kind>(t: &mut Thread, a: &[Obj]) -> Vec<K::E> {
    K::of(t, &a[0]).unwrap_or_default()
}

fn is_same_class<K: Kind>(t: &mut Thread, a: &Obj) -> bool {
    matches!(t.builtin_of(a), Some(Builtin::Str | Builtin::Bytes))
}

/// A new object, or self when it would be equal and cannot change.
fn same_or_new<K: Kind>(t: &mut Thread, a: &Obj, old: &[K::E], new: Vec<K::E>) -> Obj {
    if old == new && is_same_class::<K>(t, a) {
        return a.clone();
    }
    K::make(t, a, new)
}

pub(super) fn len<K: Kind>(t: &mut Thread, a: &[Obj]) -> Res {
    let length = me::<K>(t, a).len();
    Ok(t.int(length))
}

pub(super) fn repeat<K: Kind>(t: &mut Thread, a: &[Obj]) -> Res {
    let times = usize::try_from(t.index_size_overflow(&a[1])?).unwrap_or(0);
    let elements = me::<K>(t, a);
    if elements
        .len()
        .checked_mul(times)
        .is_none_or(|n| isize::try_from(n).is_err())
    {
        return Err(t.raise(Builtin::OverflowError, "repeated string is too long"));
    }
    let made = elements.repeat(times);
    Ok(same_or_new::<K>(t, &a[0], &elements, made))
}

fn search<K: Kind>(t: &mut Thread, name: &str, a: &[Obj]) -> Res<Option<usize>> {
    let what = K::needle(t, &a[1])?;
    let text = me::<K>(t, a);
    let (start, end) = t.range_arguments(&a[2..], text.len())?;
    if start > end {
        return Ok(None);
    }
    let place = if name.starts_with('r') {
        search::rfind(&text[start..end], &what)
    } else {
        search::find(&text[start..end], &what)
    };
    Ok(place.map(|at| at + start))
}

pub(super) fn find<K: Kind>(t: &mut Thread, name: &str, a: &[Obj]) -> Res {
    let place = search::<K>(t, name, a)?;
    Ok(t.int(place.map_or(-1, |at| at as i64)))
}

pub(super) fn index<K: Kind>(t: &mut Thread, name: &str, a: &[Obj]) -> Res {
    match search::<K>(t, name, a)? {
        Some(place) => Ok(t.int(place)),
        None => Err(t.value_error(format!("{} not found", K::NAME))),
    }
}

pub(super) fn count<K: Kind>(t: &mut Thread, a: &[Obj]) -> Res {
    let what = K::needle(t, &a[1])?;
    let text = me::<K>(t, a);
    let (start, end) = t.range_arguments(&a[2..], text.len())?;
    let found = if start > end {
        0
    } else {
        search::occurrences(&text[start..end], &what).len()
    };
    Ok(t.int(found))
}

pub(super) fn affix<K: Kind>(t: &mut Thread, a: &[Obj], at_start: bool) -> Res {
    let text = me::<K>(t, a);
    let (start, end) = t.range_arguments(&a[2..], text.len())?;
    let is_tuple = t.is_instance(&a[1], Builtin::Tuple);
    let choices = if is_tuple {
        t.items(&a[1]).unwrap_or_default()
    } else {
        vec![a[1].clone()]
    };
    for choice in choices {
        let Some(what) = K::of(t, &choice).or_else(|| K::argument(t, &choice).ok()) else {
            return Err(wrong_affix::<K>(t, &choice, at_start, is_tuple));
        };
        let part = if start > end { continue } else { &text[start..end] };
        if if at_start {
            part.starts_with(&what)
        } else {
            part.ends_with(&what)
        } {
            return Ok(t.bool(true));
        }
    }
    Ok(t.bool(false))
}

fn wrong_affix<K: Kind>(t: &mut Thread, choice: &Obj, at_start: bool, in_tuple: bool) -> Raised {
    let name = if at_start { "startswith" } else { "endswith" };
    let given = t.type_name(choice);
    let kind = if K::NAME == "substring" { "str" } else { "bytes" };
    t.type_error(if in_tuple && kind == "str" {
        format!("tuple for {name} must only contain str, not {given}")
    } else if in_tuple {
        format!("a bytes-like object is required, not '{given}'")
    } else {
        format!("{name} first arg must be {kind} or a tuple of {kind}, not {given}")
    })
}

pub(super) fn strip<K: Kind>(t: &mut Thread, name: &str, a: &[Obj]) -> Res {
    let text = me::<K>(t, a);
    let (left, right) = (name != "rstrip", name != "lstrip");
    let wanted = match a.get(1) {
        Some(characters) if !t.is_none(characters) => match K::of(t, characters) {
            Some(characters) => Some(characters),
            None if K::NAME == "substring" => {
                return Err(t.type_error(format!("{name} arg must be None or str")));
            }
            None => Some(K::argument(t, characters)?),
        },
        _ => None,
    };
    let rest = match &wanted {
        Some(characters) => search::strip(&text, |e| characters.contains(&e), left, right).to_vec(),
        None => search::strip(&text, K::is_space, left, right).to_vec(),
    };
    Ok(same_or_new::<K>(t, &a[0], &text, rest))
}

pub(super) fn partition<K: Kind>(t: &mut Thread, a: &[Obj], from_back: bool) -> Res {
    let by = K::argument(t, &a[1])?;
    if by.is_empty() {
        return Err(t.value_error("empty separator"));
    }
    let text = me::<K>(t, a);
    let found = if from_back {
        search::rfind(&text, &by)
    } else {
        search::find(&text, &by)
    };
    let parts = match found {
        Some(at) => [text[..at].to_vec(), by.clone(), text[at + by.len()..].to_vec()],
        None if from_back => [Vec::new(), Vec::new(), text],
        None => [text, Vec::new(), Vec::new()],
    };
    let parts = parts.map(|part| K::make(t, &a[0], part));
    Ok(t.tuple(&parts))
}

pub(super) fn replace<K: Kind>(t: &mut Thread, a: &[Obj]) -> Res {
    let mut texts = Vec::new();
    for (at, arg) in a[1..3].iter().enumerate() {
        texts.push(match K::of(t, arg) {
            Some(text) => text,
            None if K::NAME == "substring" => {
                let given = t.type_name(arg);
                let message = format!("replace() argument {} must be str, not {given}", at + 1);
                return Err(t.type_error(message));
            }
            None => K::argument(t, arg)?,
        });
    }
    let limit = match a.get(3) {
        Some(limit) => usize::try_from(t.size(limit)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let text = me::<K>(t, a);
    let made = search::replace(&text, &texts[0], &texts[1], limit);
    Ok(same_or_new::<K>(t, &a[0], &text, made))
}

pub(super) fn remove_affix<K: Kind>(t: &mut Thread, a: &[Obj], at_start: bool) -> Res {
    let (what, text) = (K::argument(t, &a[1])?, me::<K>(t, a));
    let rest = if at_start {
        text.strip_prefix(&what[..])
    } else {
        text.strip_suffix(&what[..])
    };
    let rest = rest.unwrap_or(&text).to_vec();
    Ok(same_or_new::<K>(t, &a[0], &text, rest))
}

/// `ljust`, `rjust`, `center`; the fill argument is the caller's to read.
pub(super) fn justify<K: Kind>(t: &mut Thread, a: &[Obj], how: Justify, fill: K::E) -> Res {
    let width = usize::try_from(t.size(&a[1])?).unwrap_or(0);
    let text = me::<K>(t, a);
    let made = search::justify(&text, width, fill, how);
    Ok(same_or_new::<K>(t, &a[0], &text, made))
}

pub(super) fn zfill<K: Kind>(t: &mut Thread, a: &[Obj]) -> Res {
    let width = usize::try_from(t.size(&a[1])?).unwrap_or(0);
    let text = me::<K>(t, a);
    let mut made = search::justify(&text, width, K::E::from(b'0'), Justify::Right);
    let filled = made.len() - text.len();
    if filled > 0
        && let Some(&first) = text.first()
        && (first == K::E::from(b'+') || first == K::E::from(b'-'))
    {
        made.swap(0, filled);
    }
    Ok(same_or_new::<K>(t, &a[0], &text, made))
}

pub(super) fn split<K: Kind>(t: &mut Thread, a: &[Obj], keywords: &Keywords, from_back: bool) -> Res {
    let name = if from_back { "rsplit" } else { "split" };
    let [by, limit] = t.arguments(name, ["sep", "maxsplit"], 0, &a[1..], keywords)?;
    let limit = match &limit {
        Some(limit) => usize::try_from(t.size(limit)?).unwrap_or(usize::MAX),
        None => usize::MAX,
    };
    let by = match by {
        Some(by) if !t.is_none(&by) => {
            let by = match K::of(t, &by) {
                Some(by) => by,
                None if K::NAME == "substring" => {
                    let given = t.type_name(&by);
                    return Err(t.type_error(format!("must be str or None, not {given}")));
                }
                None => K::argument(t, &by)?,
            };
            if by.is_empty() {
                return Err(t.value_error("empty separator"));
            }
            Some(by)
        }
        _ => None,
    };
    let text = me::<K>(t, a);
    let parts = match by {
        Some(by) => search::split(&text, &by, limit, from_back),
        None => search::split_space(&text, K::is_space, limit, from_back),
    };
    list_of::<K>(t, &a[0], parts)
}

fn list_of<K: Kind>(t: &mut Thread, like: &Obj, parts: Vec<Vec<K::E>>) -> Res {
    let parts: Vec<Obj> = parts.into_iter().map(|part| K::make(t, like, part)).collect();
    Ok(t.list(&parts))
}

pub(super) fn splitlines<K: Kind>(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    let [keep] = t.arguments("splitlines", ["keepends"], 0, &a[1..], keywords)?;
    let keep = match &keep {
        Some(keep) => t.truth(keep)?,
        None => false,
    };
    let text = me::<K>(t, a);
    let parts = search::lines(&text, K::is_break, K::E::from(b'\r'), K::E::from(b'\n'), keep);
    list_of::<K>(t, &a[0], parts)
}

pub(super) fn expandtabs<K: Kind>(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    let [size] = t.arguments("expandtabs", ["tabsize"], 0, &a[1..], keywords)?;
    let size = match &size {
        Some(size) => usize::try_from(t.c_int(size)?).unwrap_or(0),
        None => 8,
    };
    let text = me::<K>(t, a);
    let [tab, space, lf, cr] = [b'\t', b' ', b'\n', b'\r'].map(K::E::from);
    Ok(K::make(
        t,
        &a[0],
        search::expand_tabs(&text, size, tab, space, [lf, cr]),
    ))
}

/// `a OP b` where both are strings of the kind.
pub(super) fn compare<K: Kind>(t: &mut Thread, a: &[Obj], op: Compare) -> Res {
    match (K::of(t, &a[0]), K::of(t, &a[1])) {
        (Some(x), Some(y)) => Ok(t.bool(op.holds(x.cmp(&y)))),
        _ => Ok(t.not_implemented()),
    }
}

/// Elements of an iterable of strings, with the separator between them. `wrong` words what is no string.
pub(super) fn join<K: Kind>(
    t: &mut Thread,
    a: &[Obj],
    wrong: fn(&mut Thread, usize, &Obj) -> Raised,
) -> Res<Vec<K::E>> {
    let between = me::<K>(t, a);
    let mut made = Vec::new();
    let items = match t.collect_items(&a[1]) {
        Err(error) if t.raised(&error, Builtin::TypeError) => {
            let class = t.class_of(&a[1]);
            let iterable = ["__iter__", "__getitem__"]
                .iter()
                .any(|name| t.lookup(&class, name).is_some());
            return Err(if iterable {
                error
            } else {
                t.type_error("can only join an iterable")
            });
        }
        items => items?,
    };
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            made.extend_from_slice(&between);
        }
        match K::of(t, item) {
            Some(part) => made.extend(part),
            None => match K::argument(t, item) {
                Ok(part) => made.extend(part),
                Err(_) => return Err(wrong(t, at, item)),
            },
        }
    }
    Ok(made)
}

/// `o[key]`: the element at an index, or those of a slice.
pub(super) enum Picked<E> {
    One(E),
    Many(Vec<E>),
}

pub(super) fn pick<K: Kind>(t: &mut Thread, a: &[Obj], name: &str) -> Res<Picked<K::E>> {
    if t.slice_parts(&a[1]).is_some() {
        let taken = t.taken(&a[1], |t| me::<K>(t, a).len())?;
        let text = me::<K>(t, a);
        let many = taken.indices().filter_map(|at| text.get(at).copied()).collect();
        return Ok(Picked::Many(many));
    }
    let class = t.class_of(&a[1]);
    if t.as_int(&a[1]).is_none() && t.lookup(&class, "__index__").is_none() {
        let given = t.class_name(&class);
        return Err(t.type_error(match name {
            "string" => format!("string indices must be integers, not '{given}'"),
            _ => format!("{name} indices must be integers or slices, not {given}"),
        }));
    }
    let at = t.index_size(&a[1])?;
    let text = me::<K>(t, a);
    let place = if at < 0 { at + text.len() as isize } else { at };
    match usize::try_from(place).ok().and_then(|at| text.get(at).copied()) {
        Some(element) => Ok(Picked::One(element)),
        None if name == "byte" => Err(t.index_error("index out of range")),
        None => Err(t.index_error(format!("{name} index out of range"))),
    }
}

impl Thread {
    /// How often a sequence is to be repeated.
    pub fn index_size_overflow(&mut self, obj: &Obj) -> Res<isize> {
        use num_traits::ToPrimitive;
        let value = self.index(obj)?;
        match value.to_isize() {
            Some(value) => Ok(value),
            None => {
                let name = self.type_name(obj);
                Err(self.overflow_error(format!("cannot fit '{name}' into an index-sized integer")))
            }
        }
    }
}
