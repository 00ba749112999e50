//! Text: the section "strings" of the operations, and the methods of str.

use super::Operation;
use super::int::comparisons;
use super::search::Justify;
use super::string::{self, Picked, Points, me, shared_methods};
use super::{codec, format, percent, template, unicode};
use crate::heap::{Obj, Payload, Res, Text, Thread};
use crate::types::{
    Builtin, Compare, Def, Keywords, function, hash, keyword_function, keyword_method, method,
};
use gimbal_host::Op;

pub(super) const OPS: &[(Op, Operation)] = &[
    (Op::StrMethod, |t, a| {
        // `getattr(str, name)(s, *args)`
        let name = t.attribute_name(&a[0])?;
        let class = t.class(Builtin::Str);
        let function = t.getattr(&class, &name)?;
        t.call(&function, &a[1..])
    }),
    (Op::Encode, |t, a| {
        let (encoding, errors) = (t.as_string(&a[1]), t.as_string(&a[2]));
        codec::encode_object(t, &a[0], encoding.as_deref(), errors.as_deref())
    }),
    (Op::Decode, |t, a| {
        let data = super::bytes::bytes_like(t, &a[0])?;
        let (encoding, errors) = (t.as_string(&a[1]), t.as_string(&a[2]));
        codec::decode_object(t, data, encoding.as_deref(), errors.as_deref())
    }),
];

pub(super) const METHODS: &[(Builtin, &[Def])] = &[
    (Builtin::Str, shared_methods!(Points)),
    (Builtin::Str, comparisons!(compare)),
    (
        Builtin::Str,
        &[
            keyword_function("__new__", new),
            method("__str__", 0, 0, plain),
            method("__repr__", 0, 0, |t, a| {
                let text = me::<Points>(t, a);
                Ok(t.text(Text(unicode::repr(&text, false))))
            }),
            method("__hash__", 0, 0, |t, a| {
                let text = t.as_text(&a[0]).unwrap_or_default();
                Ok(t.int(hash::text(&text)))
            }),
            method("__add__", 1, 1, |t, a| {
                let Some(more) = t.as_text(&a[1]) else {
                    let given = t.type_name(&a[1]);
                    let message = format!("can only concatenate str (not \"{given}\") to str");
                    return Err(t.type_error(message));
                };
                let mut text = me::<Points>(t, a);
                text.extend(more.0);
                Ok(t.text(Text(text)))
            }),
            method("__contains__", 1, 1, |t, a| {
                let Some(what) = t.as_text(&a[1]) else {
                    let given = t.type_name(&a[1]);
                    let message = format!("'in <string>' requires string as left operand, not {given}");
                    return Err(t.type_error(message));
                };
                let text = me::<Points>(t, a);
                Ok(t.bool(super::search::find(&text, &what.0).is_some()))
            }),
            method("__getitem__", 1, 1, |t, a| {
                Ok(match string::pick::<Points>(t, a, "string")? {
                    Picked::One(point) => t.text(Text(vec![point])),
                    Picked::Many(points) => t.text(Text(points)),
                })
            }),
            method("__mod__", 1, 1, percent::str_mod),
            method("__rmod__", 1, 1, |t, a| match t.as_text(&a[1]) {
                Some(_) => percent::str_mod(t, &[a[1].clone(), a[0].clone()]),
                None => Ok(t.not_implemented()),
            }),
            method("__format__", 1, 1, |t, a| {
                let spec = t.format_spec(&a[1])?;
                if spec.0.is_empty() {
                    return t.str_of(&a[0]);
                }
                let text = t.as_text(&a[0]).unwrap_or_default();
                format::text(t, &text, &spec)
            }),
            method("__getnewargs__", 0, 0, |t, a| {
                let text = t.as_text(&a[0]).unwrap_or_default();
                let text = t.text(text);
                Ok(t.tuple(&[text]))
            }),
            method("__sizeof__", 0, 0, |t, a| {
                let text = me::<Points>(t, a);
                let widest = text.iter().copied().max().unwrap_or(0);
                Ok(t.int(match widest {
                    0..0x80 => 49 + text.len(),
                    0x80..0x100 => 73 + text.len(),
                    0x100..0x10000 => 74 + 2 * text.len(),
                    _ => 76 + 4 * text.len(),
                }))
            }),
            method("join", 1, 1, |t, a| {
                let text = string::join::<Points>(t, a, |t, at, item| {
                    let given = t.type_name(item);
                    t.type_error(format!(
                        "sequence item {at}: expected str instance, {given} found"
                    ))
                })?;
                Ok(t.text(Text(text)))
            }),
            method("ljust", 1, 2, |t, a| justify(t, a, Justify::Left)),
            method("rjust", 1, 2, |t, a| justify(t, a, Justify::Right)),
            method("center", 1, 2, |t, a| justify(t, a, Justify::Center)),
            method("upper", 0, 0, |t, a| map(t, a, unicode::upper)),
            method("lower", 0, 0, |t, a| map(t, a, unicode::lower)),
            method("title", 0, 0, |t, a| map(t, a, unicode::title)),
            method("capitalize", 0, 0, |t, a| map(t, a, unicode::capitalize)),
            method("swapcase", 0, 0, |t, a| map(t, a, unicode::swapcase)),
            method("casefold", 0, 0, |t, a| map(t, a, unicode::casefold)),
            method("isalpha", 0, 0, |t, a| all(t, a, unicode::is_alpha)),
            method("isdecimal", 0, 0, |t, a| {
                all(t, a, |p| unicode::decimal(p).is_some())
            }),
            method("isdigit", 0, 0, |t, a| all(t, a, unicode::is_digit)),
            method("isnumeric", 0, 0, |t, a| all(t, a, unicode::is_numeric)),
            method("isspace", 0, 0, |t, a| all(t, a, unicode::is_space)),
            method("isalnum", 0, 0, |t, a| {
                all(t, a, |p| {
                    unicode::is_alpha(p) || unicode::is_numeric(p) || unicode::is_digit(p)
                })
            }),
            method("isprintable", 0, 0, |t, a| {
                let text = me::<Points>(t, a);
                Ok(t.bool(text.into_iter().all(unicode::is_printable)))
            }),
            method("isascii", 0, 0, |t, a| {
                let text = me::<Points>(t, a);
                Ok(t.bool(text.into_iter().all(|p| p < 0x80)))
            }),
            method("isupper", 0, 0, |t, a| cased(t, a, unicode::is_upper)),
            method("islower", 0, 0, |t, a| cased(t, a, unicode::is_lower)),
            method("istitle", 0, 0, is_title),
            method("isidentifier", 0, 0, |t, a| {
                let text = me::<Points>(t, a);
                Ok(t.bool(match text.split_first() {
                    Some((&first, rest)) => {
                        unicode::starts_identifier(first)
                            && rest.iter().all(|&p| unicode::continues_identifier(p))
                    }
                    None => false,
                }))
            }),
            method("translate", 1, 1, translate),
            function("maketrans", 1, 3, make_translation),
            keyword_method("encode", |t, a, keywords| {
                let [encoding, errors] =
                    t.arguments("encode", ["encoding", "errors"], 0, &a[1..], keywords)?;
                let encoding = string_argument(t, encoding, "encode", "encoding")?;
                let errors = string_argument(t, errors, "encode", "errors")?;
                codec::encode_object(t, &a[0], encoding.as_deref(), errors.as_deref())
            }),
            keyword_method("format", |t, a, keywords| {
                template::format(t, &a[0], &a[1..], keywords)
            }),
            method("format_map", 1, 1, |t, a| template::format_map(t, &a[0], &a[1])),
        ],
    ),
];

/// A str argument that may be absent.
pub(super) fn string_argument(
    t: &mut Thread,
    arg: Option<Obj>,
    function: &str,
    name: &str,
) -> Res<Option<String>> {
    let Some(arg) = arg else { return Ok(None) };
    match t.as_string(&arg) {
        Some(text) => Ok(Some(text)),
        None => {
            let given = t.type_name(&arg);
            Err(t.type_error(format!("{function}() argument '{name}' must be str, not {given}")))
        }
    }
}

fn plain(t: &mut Thread, a: &[Obj]) -> Res {
    if t.builtin_of(&a[0]) == Some(Builtin::Str) {
        return Ok(a[0].clone());
    }
    let text = t.as_text(&a[0]).unwrap_or_default();
    Ok(t.text(text))
}

fn compare(t: &mut Thread, a: &[Obj], op: Compare) -> Res {
    string::compare::<Points>(t, a, op)
}

fn new(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    let names = ["object", "encoding", "errors"];
    let [object, encoding, errors] = t.arguments("str", names, 0, &a[1..], keywords)?;
    let made = match object {
        None => t.str(""),
        Some(object) if encoding.is_none() && errors.is_none() => t.str_of(&object)?,
        Some(object) => {
            let encoding = string_argument(t, encoding, "str", "encoding")?;
            let errors = string_argument(t, errors, "str", "errors")?;
            if t.as_text(&object).is_some() {
                return Err(t.type_error("decoding str is not supported"));
            }
            let Some(data) = super::memory::contents_of(t, &object)? else {
                let given = t.type_name(&object);
                let message = format!("decoding to str: need a bytes-like object, {given} found");
                return Err(t.type_error(message));
            };
            codec::decode_object(t, data, encoding.as_deref(), errors.as_deref())?
        }
    };
    let str_class = t.class(Builtin::Str);
    if a[0].is(&str_class) {
        return Ok(made);
    }
    let text = t.as_text(&made).unwrap_or_default();
    Ok(t.alloc_of(&a[0], |_| Payload::Str(text)))
}

fn justify(t: &mut Thread, a: &[Obj], how: Justify) -> Res {
    let fill = match a.get(2) {
        None => 0x20,
        Some(fill) => match t.as_text(fill) {
            Some(Text(points)) if points.len() == 1 => points[0],
            Some(_) => return Err(t.type_error("The fill character must be exactly one character long")),
            None => {
                let given = t.type_name(fill);
                return Err(t.type_error(format!(
                    "The fill character must be a unicode character, not {given}"
                )));
            }
        },
    };
    string::justify::<Points>(t, a, how, fill)
}

fn map(t: &mut Thread, a: &[Obj], f: fn(&[u32]) -> Vec<u32>) -> Res {
    let text = me::<Points>(t, a);
    Ok(t.text(Text(f(&text))))
}

fn all(t: &mut Thread, a: &[Obj], f: fn(u32) -> bool) -> Res {
    let text = me::<Points>(t, a);
    Ok(t.bool(!text.is_empty() && text.into_iter().all(f)))
}

/// Is there something with case, and all of it of this one?
fn cased(t: &mut Thread, a: &[Obj], f: fn(u32) -> bool) -> Res {
    let text = me::<Points>(t, a);
    let mut cased = text.into_iter().filter(|&p| unicode::is_cased(p)).peekable();
    Ok(t.bool(cased.peek().is_some() && cased.all(f)))
}

fn is_title(t: &mut Thread, a: &[Obj]) -> Res {
    let (mut in_word, mut any) = (false, false);
    for point in me::<Points>(t, a) {
        let starts = unicode::is_upper(point) || unicode::is_title(point);
        if starts && in_word || unicode::is_lower(point) && !in_word {
            return Ok(t.bool(false));
        }
        in_word = unicode::is_cased(point);
        any |= in_word;
    }
    Ok(t.bool(any))
}

fn translate(t: &mut Thread, a: &[Obj]) -> Res {
    let mut made = Vec::new();
    for point in me::<Points>(t, a) {
        let key = t.int(point);
        match t.get_item(&a[1], &key) {
            Ok(to) if t.is_none(&to) => {}
            Ok(to) => match (t.as_text(&to), t.as_i64(&to)) {
                (Some(text), _) => made.extend(text.0),
                (_, Some(to @ 0..=0x10ffff)) => made.push(to as u32),
                (_, Some(_)) => return Err(t.value_error("character mapping must be in range(0x110000)")),
                _ => return Err(t.type_error("character mapping must return integer, None or str")),
            },
            Err(error) if t.raised(&error, Builtin::LookupError) => made.push(point),
            Err(error) => return Err(error),
        }
    }
    Ok(t.text(Text(made)))
}

fn make_translation(t: &mut Thread, a: &[Obj]) -> Res {
    let made = t.dict();
    if a.len() == 1 {
        if t.shape_of(&a[0]) != Builtin::Dict {
            return Err(t.type_error("if you give only one argument to maketrans it must be a dict"));
        }
        for (key, value) in t.dict_items(&a[0]) {
            let key = match t.as_text(&key) {
                Some(Text(points)) if points.len() == 1 => t.int(points[0]),
                Some(_) => {
                    return Err(t.value_error("string keys in translate table must be of length 1"));
                }
                None if t.as_int(&key).is_some() => key,
                None => return Err(t.type_error("keys in translate table must be strings or integers")),
            };
            t.dict_set(&made, &key, &value)?;
        }
        return Ok(made);
    }
    let (Some(from), Some(to)) = (t.as_text(&a[0]), t.as_text(&a[1])) else {
        let wrong = if t.as_text(&a[0]).is_none() { 0 } else { 1 };
        if wrong == 0 {
            return Err(
                t.type_error("first maketrans argument must be a string if there is a second argument")
            );
        }
        let given = t.type_name(&a[1]);
        return Err(t.type_error(format!("maketrans() argument 2 must be str, not {given}")));
    };
    if from.0.len() != to.0.len() {
        return Err(t.value_error("the first two maketrans arguments must have equal length"));
    }
    for (&from, &to) in from.0.iter().zip(&to.0) {
        let (from, to) = (t.int(from), t.int(to));
        t.dict_set(&made, &from, &to)?;
    }
    if let Some(gone) = a.get(2) {
        let none = t.none();
        for point in t.as_text(gone).unwrap_or_default().0 {
            let point = t.int(point);
            t.dict_set(&made, &point, &none)?;
        }
    }
    Ok(made)
}
