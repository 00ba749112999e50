//! Functions of the module `builtins` that are made of operations, and attributes of `sys`.

use super::list::{sorted_builtin, take_extreme};
use super::number::in_base;
use crate::heap::{Obj, Res, Text, Thread};
use crate::types::{Builtin, Def, Single, function, keyword_function};
use gimbal_host::Op;

macro_rules! operations {
    ($($name:literal $min:literal $max:literal $op:ident;)*) => {
        &[$(function($name, $min, $max, |t, a| super::perform(t, Op::$op as i32, a)),)*]
    };
}

pub(super) const MODULES: &[(&str, &[Def])] = &[
    (
        "builtins",
        operations! {
            "ascii" 1 1 Ascii;
            "setattr" 3 3 SetAttr;
        },
    ),
    (
        "builtins",
        &[
            function("abs", 1, 1, |t, a| t.unary("__abs__", "abs()", &a[0])),
            function("divmod", 2, 2, |t, a| t.operate("divmod", &a[0], &a[1])),
            function("bin", 1, 1, |t, a| base(t, a, 2)),
            function("oct", 1, 1, |t, a| base(t, a, 8)),
            function("hex", 1, 1, |t, a| base(t, a, 16)),
            function("all", 1, 1, |t, a| {
                let answer = any(t, &a[0], false)?;
                Ok(t.bool(!answer))
            }),
            function("any", 1, 1, |t, a| {
                let answer = any(t, &a[0], true)?;
                Ok(t.bool(answer))
            }),
            function("chr", 1, 1, |t, a| match u32::try_from(t.c_int(&a[0])?) {
                Ok(point) if point < 0x110000 => Ok(t.text(Text(vec![point]))),
                _ => Err(t.value_error("chr() arg not in range(0x110000)")),
            }),
            function("ord", 1, 1, ord),
            function("dir", 0, 1, |t, a| {
                let object = t.or_absent(a.first().cloned());
                super::perform(t, Op::Dir as i32, &[object])
            }),
            function("format", 1, 2, |t, a| {
                let spec = match a.get(1) {
                    Some(spec) => spec.clone(),
                    None => t.str(""),
                };
                t.format(&a[0], &spec)
            }),
            function("getattr", 2, 3, |t, a| {
                let name = t.attribute_name(&a[1])?;
                match (t.lookup_attr(&a[0], &name)?, a.get(2)) {
                    (Some(found), _) => Ok(found),
                    (None, Some(default)) => Ok(default.clone()),
                    (None, None) => t.getattr(&a[0], &name),
                }
            }),
            function("hasattr", 2, 2, |t, a| {
                let name = t.attribute_name(&a[1])?;
                let found = t.lookup_attr(&a[0], &name)?;
                Ok(t.bool(found.is_some()))
            }),
            function("delattr", 2, 2, |t, a| {
                let name = t.attribute_name(&a[1])?;
                t.setattr(&a[0], &name, None)?;
                Ok(t.none())
            }),
            function("iter", 1, 2, |t, a| match a.get(1) {
                Some(sentinel) => Ok(super::iteration::call_iterator(t, &a[0], sentinel)),
                None => t.iter(&a[0]),
            }),
            function("next", 1, 2, |t, a| match (t.next(&a[0])?, a.get(1)) {
                (Some(item), _) => Ok(item),
                (None, Some(default)) => Ok(default.clone()),
                (None, None) => Err(t.stop()),
            }),
            keyword_function("max", |t, a, k| take_extreme(t, "max", a, k)),
            keyword_function("min", |t, a, k| take_extreme(t, "min", a, k)),
            keyword_function("sorted", sorted_builtin),
            keyword_function("sum", |t, a, keywords| {
                let [iterable, start] = t.arguments("sum", ["iterable", "start"], 1, a, keywords)?;
                let mut total = match start {
                    Some(start) => start,
                    None => t.int(0),
                };
                for item in t.collect_items(&iterable.unwrap_or_else(|| total.clone()))? {
                    total = t.operate("add", &total, &item)?;
                }
                Ok(total)
            }),
            keyword_function("pow", |t, a, keywords| {
                let [x, y, modulus] = t.arguments("pow", ["base", "exp", "mod"], 2, a, keywords)?;
                let modulus = t.or_none(modulus);
                let (x, y) = (t.or_none(x), t.or_none(y));
                t.power(&x, &y, &modulus)
            }),
            function("round", 1, 2, |t, a| {
                let digits: Vec<Obj> = a[1..]
                    .iter()
                    .filter(|digits| !t.is_none(digits))
                    .cloned()
                    .collect();
                match t.call_special(&a[0], "__round__", &digits)? {
                    Some(made) => Ok(made),
                    None => {
                        let name = t.type_name(&a[0]);
                        Err(t.type_error(format!("type {name} doesn't define __round__ method")))
                    }
                }
            }),
            function("vars", 1, 1, |t, a| match t.lookup_attr(&a[0], "__dict__")? {
                Some(dict) => Ok(dict),
                None => Err(t.type_error("vars() argument must have __dict__ attribute")),
            }),
        ],
    ),
    (
        "sys",
        &[
            function("intern", 1, 1, |t, a| {
                let text = t.attribute_name(&a[0])?;
                Ok(t.intern(&text))
            }),
            function("getrecursionlimit", 0, 0, |t, _| Ok(t.int(1000))),
            function("getsizeof", 1, 2, |t, a| t.call_method(&a[0], "__sizeof__", &[])),
            function("getdefaultencoding", 0, 0, |t, _| Ok(t.str("utf-8"))),
            function("getfilesystemencoding", 0, 0, |t, _| Ok(t.str("utf-8"))),
        ],
    ),
];

fn base(t: &mut Thread, a: &[Obj], base: u32) -> Res {
    let value = t.index(&a[0])?;
    Ok(t.str(&in_base(&value, base)))
}

/// Has an iterable an item that is true, or one that is false?
fn any(t: &mut Thread, iterable: &Obj, wanted: bool) -> Res<bool> {
    let iterator = t.iter(iterable)?;
    while let Some(item) = t.next(&iterator)? {
        if t.truth(&item)? == wanted {
            return Ok(true);
        }
    }
    Ok(false)
}

fn ord(t: &mut Thread, a: &[Obj]) -> Res {
    let (text, data) = (t.as_text(&a[0]), t.as_bytes(&a[0]));
    let length = match (&text, &data) {
        (Some(text), _) if text.0.len() == 1 => return Ok(t.int(text.0[0])),
        (_, Some(data)) if data.len() == 1 => return Ok(t.int(data[0])),
        (Some(text), _) => text.0.len(),
        (_, Some(data)) => data.len(),
        _ => {
            let given = t.type_name(&a[0]);
            return Err(t.type_error(format!("ord() expected string of length 1, but {given} found")));
        }
    };
    Err(t.type_error(format!(
        "ord() expected a character, but string of length {length} found"
    )))
}

/// The attributes of `sys` that are no functions, and classes that stand in modules under their names.
pub(crate) fn fill_modules(t: &mut Thread) -> Res<()> {
    let sys = t.single(Single::Sys);
    let path = t.list(&[]);
    let release = t.str("final");
    let mut version = Vec::new();
    for number in [3, 11, 0] {
        version.push(t.int(number));
    }
    version.push(release);
    version.push(t.int(0));
    let attributes = [
        ("path", path),
        ("maxsize", t.int(isize::MAX)),
        ("maxunicode", t.int(0x10ffff)),
        ("byteorder", t.str("little")),
        ("platform", t.str("linux")),
        ("version", t.str("3.11.0 (the reference host)")),
        ("version_info", t.tuple(&version)),
        ("hexversion", t.int(0x030b_00f0)),
        ("argv", t.list(&[])),
        ("meta_path", t.list(&[])),
    ];
    for (name, value) in attributes {
        t.set_in_module(&sys, name, &value);
    }
    if let Some(module) = t.get_module("contextvars") {
        for class in [Builtin::ContextVar, Builtin::Context, Builtin::ContextToken] {
            let class_object = t.class(class);
            t.set_in_module(&module, class.name(), &class_object);
        }
    }
    super::library::fill_sys(t)
}

/// `NoneType()` and the like: the one object of the class.
pub(super) const METHODS: &[(Builtin, &[Def])] = &[
    (
        Builtin::NoneType,
        &[keyword_function("__new__", |t, a, k| {
            single(t, a, k, Single::None)
        })],
    ),
    (
        Builtin::NotImplementedType,
        &[keyword_function("__new__", |t, a, k| {
            single(t, a, k, Single::NotImplemented)
        })],
    ),
    (
        Builtin::EllipsisType,
        &[keyword_function("__new__", |t, a, k| {
            single(t, a, k, Single::Ellipsis)
        })],
    ),
];

fn single(t: &mut Thread, a: &[Obj], keywords: &crate::types::Keywords, single: Single) -> Res {
    if a.len() > 1 || !keywords.is_empty() {
        let name = t.class_name(&a[0]);
        let shown = if single == Single::Ellipsis {
            "EllipsisType"
        } else {
            &name
        };
        return Err(t.type_error(format!("{shown} takes no arguments")));
    }
    Ok(t.single(single))
}

/// `bytes(o)` for what the operating system is told: the text in the file system's encoding.
pub(super) fn path_bytes(t: &mut Thread, a: &[Obj]) -> Res {
    let path = path_of(t, a)?;
    if t.as_text(&path).is_none() {
        return Ok(path);
    }
    super::codec::encode_object(t, &path, Some("utf-8"), Some("surrogateescape"))
}

/// The text of a path.
pub(super) fn path_text(t: &mut Thread, a: &[Obj]) -> Res {
    let path = path_of(t, a)?;
    match t.as_bytes(&path) {
        Some(data) => super::codec::decode_object(t, data, Some("utf-8"), Some("surrogateescape")),
        None => Ok(path),
    }
}

/// `os.fspath`
pub(super) fn path_of(t: &mut Thread, a: &[Obj]) -> Res {
    let is_path =
        |t: &mut Thread, o: &Obj| t.is_instance(o, Builtin::Str) || t.is_instance(o, Builtin::Bytes);
    if is_path(t, &a[0]) {
        return Ok(a[0].clone());
    }
    let given = t.type_name(&a[0]);
    match t.call_special(&a[0], "__fspath__", &[])? {
        Some(path) if is_path(t, &path) => Ok(path),
        Some(path) => {
            let made = t.type_name(&path);
            Err(t.type_error(format!(
                "expected {given}.__fspath__() to return str or bytes, not {made}"
            )))
        }
        None => Err(t.type_error(format!("expected str, bytes or os.PathLike object, not {given}"))),
    }
}
