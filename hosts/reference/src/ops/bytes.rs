//! The methods of bytes and bytearray, and the operations on bytearrays.

use super::Operation;
use super::args::clip;
use super::int::comparisons;
use super::memory::contents_of as buffer_bytes;
use super::search::Justify;
use super::string::{self, Bytes, Picked, me, shared_methods};
use super::{codec, percent, unicode};
use crate::heap::{ByteArray, Obj, Payload, Res, Thread};
use crate::types::{
    Builtin, Compare, Def, Keywords, class_method, function, hash, keyword_function, keyword_method, method,
};
use gimbal_host::Op;
use num_traits::ToPrimitive;

pub(super) const OPS: &[(Op, Operation)] = &[
    (Op::NewByteArray, |t, a| {
        super::number::call_builtin(t, Builtin::ByteArray, &a[..1])
    }),
    (Op::ByteArrayConcat, |t, a| {
        let first = concat_part(t, &a[0], "bytearray")?;
        let made = t.bytearray(first);
        t.operate("add", &made, &a[1])
    }),
    (Op::ByteArrayResize, |t, a| {
        let size = usize::try_from(t.size(&a[1])?).unwrap_or(0);
        change(t, &a[0], |data| data.resize(size, 0))?;
        Ok(t.none())
    }),
    (Op::ByteArrayPlace, |t, a| {
        let (address, size) = t.write(&a[0], |object, _| match &mut object.payload {
            Payload::ByteArray(array) if !array.data.is_empty() => (array.place() as usize, array.data.len()),
            _ => (0, 0),
        });
        let (address, size) = (t.int(address), t.int(size));
        Ok(t.tuple(&[address, size]))
    }),
];

const COMMON: &[Def] = &[
    method("__contains__", 1, 1, |t, a| {
        let what = needle_in(t, &a[1])?;
        let data = me::<Bytes>(t, a);
        Ok(t.bool(super::search::find(&data, &what).is_some()))
    }),
    method("__add__", 1, 1, |t, a| {
        let mut data = me::<Bytes>(t, a);
        let name = if t.shape_of(&a[0]) == Builtin::ByteArray {
            "bytearray"
        } else {
            "bytes"
        };
        data.extend(concat_part(t, &a[1], name)?);
        Ok(like(t, &a[0], data))
    }),
    method("__mod__", 1, 1, percent::bytes_mod),
    method("__rmod__", 1, 1, |t, a| match t.as_bytes(&a[1]) {
        Some(_) => percent::bytes_mod(t, &[a[1].clone(), a[0].clone()]),
        None => Ok(t.not_implemented()),
    }),
    method("join", 1, 1, |t, a| {
        let data = string::join::<Bytes>(t, a, |t, at, item| {
            let given = t.type_name(item);
            t.type_error(format!(
                "sequence item {at}: expected a bytes-like object, {given} found"
            ))
        })?;
        Ok(like(t, &a[0], data))
    }),
    keyword_method("decode", |t, a, keywords| {
        let [encoding, errors] = t.arguments("decode", ["encoding", "errors"], 0, &a[1..], keywords)?;
        let encoding = super::text::string_argument(t, encoding, "decode", "encoding")?;
        let errors = super::text::string_argument(t, errors, "decode", "errors")?;
        let data = me::<Bytes>(t, a);
        codec::decode_object(t, data, encoding.as_deref(), errors.as_deref())
    }),
    method("ljust", 1, 2, |t, a| justify(t, a, "ljust", Justify::Left)),
    method("rjust", 1, 2, |t, a| justify(t, a, "rjust", Justify::Right)),
    method("center", 1, 2, |t, a| justify(t, a, "center", Justify::Center)),
    method("upper", 0, 0, |t, a| map(t, a, |data| data.to_ascii_uppercase())),
    method("lower", 0, 0, |t, a| map(t, a, |data| data.to_ascii_lowercase())),
    method("swapcase", 0, 0, |t, a| {
        map(t, a, |data| {
            let swap = |byte: &u8| {
                if byte.is_ascii_alphabetic() {
                    byte ^ 0x20
                } else {
                    *byte
                }
            };
            data.iter().map(swap).collect()
        })
    }),
    method("capitalize", 0, 0, |t, a| {
        map(t, a, |data| {
            let mut data = data.to_ascii_lowercase();
            if let Some(first) = data.first_mut() {
                first.make_ascii_uppercase();
            }
            data
        })
    }),
    method("title", 0, 0, |t, a| {
        map(t, a, |data| {
            let mut before = false;
            let letter = |byte: &u8| {
                let made = if before {
                    byte.to_ascii_lowercase()
                } else {
                    byte.to_ascii_uppercase()
                };
                before = byte.is_ascii_alphabetic();
                made
            };
            data.iter().map(letter).collect()
        })
    }),
    method("isalpha", 0, 0, |t, a| all(t, a, |b| b.is_ascii_alphabetic())),
    method("isalnum", 0, 0, |t, a| all(t, a, |b| b.is_ascii_alphanumeric())),
    method("isdigit", 0, 0, |t, a| all(t, a, |b| b.is_ascii_digit())),
    method("isspace", 0, 0, |t, a| {
        all(t, a, |b| b.is_ascii_whitespace() || b == 0x0b)
    }),
    method("isascii", 0, 0, |t, a| {
        let data = me::<Bytes>(t, a);
        Ok(t.bool(data.is_ascii()))
    }),
    method("isupper", 0, 0, |t, a| {
        let data = me::<Bytes>(t, a);
        let answer = data.iter().any(u8::is_ascii_uppercase) && !data.iter().any(u8::is_ascii_lowercase);
        Ok(t.bool(answer))
    }),
    method("islower", 0, 0, |t, a| {
        let data = me::<Bytes>(t, a);
        let answer = data.iter().any(u8::is_ascii_lowercase) && !data.iter().any(u8::is_ascii_uppercase);
        Ok(t.bool(answer))
    }),
    keyword_method("hex", hex),
    class_method("fromhex", 1, 1, from_hex),
    function("maketrans", 2, 2, |t, a| {
        let (from, to) = (bytes_like(t, &a[0])?, bytes_like(t, &a[1])?);
        if from.len() != to.len() {
            return Err(t.value_error("maketrans arguments must have same length"));
        }
        let mut table: Vec<u8> = (0..=255).collect();
        for (from, to) in from.iter().zip(to) {
            table[usize::from(*from)] = to;
        }
        Ok(t.bytes(table))
    }),
    keyword_method("translate", translate),
];

pub(super) const METHODS: &[(Builtin, &[Def])] = &[
    (Builtin::Bytes, shared_methods!(Bytes)),
    (Builtin::ByteArray, shared_methods!(Bytes)),
    (Builtin::Bytes, comparisons!(compare)),
    (Builtin::ByteArray, comparisons!(compare)),
    (Builtin::Bytes, COMMON),
    (Builtin::ByteArray, COMMON),
    (
        Builtin::Bytes,
        &[
            keyword_function("__new__", |t, a, keywords| {
                let names = ["source", "encoding", "errors"];
                let args = t.arguments("bytes", names, 0, &a[1..], keywords)?;
                let exact = t.class(Builtin::Bytes).is(&a[0]);
                if let [Some(source), None, None] = &args
                    && exact
                    && t.builtin_of(source) == Some(Builtin::Bytes)
                {
                    return Ok(source.clone());
                }
                let data = worded(t, |t| source_bytes(t, &args, "bytes"))?;
                Ok(t.alloc_of(&a[0], |_| Payload::Bytes(data)))
            }),
            method("__repr__", 0, 0, |t, a| {
                let data = me::<Bytes>(t, a);
                Ok(t.str(&format!("b{}", unicode::repr_bytes(&data))))
            }),
            method("__hash__", 0, 0, |t, a| {
                let data = me::<Bytes>(t, a);
                Ok(t.int(if data.is_empty() { 0 } else { hash::of(&data) }))
            }),
            method("__bytes__", 0, 0, |t, a| {
                if t.builtin_of(&a[0]) == Some(Builtin::Bytes) {
                    return Ok(a[0].clone());
                }
                let data = me::<Bytes>(t, a);
                Ok(t.bytes(data))
            }),
            method("__getitem__", 1, 1, |t, a| item(t, a, "byte")),
            method("__getnewargs__", 0, 0, |t, a| {
                let data = me::<Bytes>(t, a);
                let data = t.bytes(data);
                Ok(t.tuple(&[data]))
            }),
            method("__sizeof__", 0, 0, |t, a| {
                let length = me::<Bytes>(t, a).len();
                Ok(t.int(33 + length))
            }),
        ],
    ),
    (
        Builtin::ByteArray,
        &[
            keyword_function("__new__", |t, a, _| {
                Ok(t.alloc_of(&a[0], |_| Payload::ByteArray(ByteArray::default())))
            }),
            keyword_method("__init__", |t, a, keywords| {
                let names = ["source", "encoding", "errors"];
                let args = t.arguments("bytearray", names, 0, &a[1..], keywords)?;
                let data = source_bytes(t, &args, "bytearray")?;
                change(t, &a[0], |old| *old = data)?;
                Ok(t.none())
            }),
            method("__repr__", 0, 0, |t, a| {
                let (name, data) = (t.type_name(&a[0]), me::<Bytes>(t, a));
                Ok(t.str(&format!("{name}(b{})", unicode::repr_bytes(&data))))
            }),
            method("__getitem__", 1, 1, |t, a| item(t, a, "bytearray")),
            method("__setitem__", 2, 2, |t, a| set_item(t, &a[0], &a[1], Some(&a[2]))),
            method("__delitem__", 1, 1, |t, a| set_item(t, &a[0], &a[1], None)),
            method("__iadd__", 1, 1, |t, a| {
                let more = concat_part(t, &a[1], "bytearray")?;
                change(t, &a[0], |data| data.extend(more))?;
                Ok(a[0].clone())
            }),
            method("__imul__", 1, 1, |t, a| {
                let times = usize::try_from(t.index_size_overflow(&a[1])?).unwrap_or(0);
                change(t, &a[0], |data| *data = data.repeat(times))?;
                Ok(a[0].clone())
            }),
            method("append", 1, 1, |t, a| {
                let byte = one_byte(t, &a[1])?;
                change(t, &a[0], |data| data.push(byte))?;
                Ok(t.none())
            }),
            method("extend", 1, 1, |t, a| {
                let more = match buffer_bytes(t, &a[1])? {
                    Some(more) => more,
                    None => iterable_bytes(t, &a[1])?,
                };
                change(t, &a[0], |data| data.extend(more))?;
                Ok(t.none())
            }),
            method("insert", 2, 2, |t, a| {
                let (at, byte) = (t.size(&a[1])?, one_byte(t, &a[2])?);
                change(t, &a[0], |data| {
                    let length = data.len() as isize;
                    let at = if at < 0 {
                        (at + length).max(0)
                    } else {
                        at.min(length)
                    };
                    data.insert(at as usize, byte);
                })?;
                Ok(t.none())
            }),
            method("pop", 0, 1, |t, a| {
                let at = match a.get(1) {
                    Some(at) => t.index_size(at)?,
                    None => -1,
                };
                let length = me::<Bytes>(t, a).len() as isize;
                if length == 0 {
                    return Err(t.index_error("pop from empty bytearray"));
                }
                let at = if at < 0 { at + length } else { at };
                if !(0..length).contains(&at) {
                    return Err(t.index_error("pop index out of range"));
                }
                let byte = change(t, &a[0], |data| data.remove(at as usize))?;
                Ok(t.int(byte))
            }),
            method("remove", 1, 1, |t, a| {
                let byte = one_byte(t, &a[1])?;
                let found = change(t, &a[0], |data| {
                    let at = data.iter().position(|&known| known == byte);
                    at.map(|at| data.remove(at)).is_some()
                })?;
                if found {
                    Ok(t.none())
                } else {
                    Err(t.value_error("value not found in bytearray"))
                }
            }),
            method("reverse", 0, 0, |t, a| {
                change(t, &a[0], |data| data.reverse())?;
                Ok(t.none())
            }),
            method("clear", 0, 0, |t, a| {
                change(t, &a[0], Vec::clear)?;
                Ok(t.none())
            }),
            method("copy", 0, 0, |t, a| {
                let data = me::<Bytes>(t, a);
                Ok(t.bytearray(data))
            }),
            method("__alloc__", 0, 0, |t, a| {
                let length = me::<Bytes>(t, a).len();
                Ok(t.int(if length == 0 { 0 } else { length + 1 }))
            }),
            method("__sizeof__", 0, 0, |t, a| {
                let length = me::<Bytes>(t, a).len();
                Ok(t.int(56 + if length == 0 { 0 } else { length + 1 }))
            }),
        ],
    ),
];

fn like(t: &mut Thread, like: &Obj, data: Vec<u8>) -> Obj {
    <Bytes as string::Kind>::make(t, like, data)
}

fn compare(t: &mut Thread, a: &[Obj], op: Compare) -> Res {
    if t.as_bytes(&a[1]).is_none()
        && let Some(other) = buffer_bytes(t, &a[1])?
    {
        let data = me::<Bytes>(t, a);
        return Ok(t.bool(op.holds(data.cmp(&other))));
    }
    string::compare::<Bytes>(t, a, op)
}

/// Changes a bytearray's bytes; one whose bytes are lent keeps its size.
fn change<R: crate::heap::Escapes>(t: &mut Thread, array: &Obj, f: impl FnOnce(&mut Vec<u8>) -> R) -> Res<R> {
    let is_free = |t: &mut Thread| {
        t.read(array, |object, _| match &object.payload {
            Payload::ByteArray(array) => array.exports == 0,
            _ => true,
        })
    };
    // What lends the bytes may be dead already, which only a collection shows.
    if !is_free(t) {
        t.collect();
    }
    let made = t.write(array, |object, _| match &mut object.payload {
        Payload::ByteArray(array) if array.exports == 0 => Some(f(&mut array.data)),
        _ => None,
    });
    match made {
        Some(made) => Ok(made),
        None => Err(t.buffer_error("Existing exports of data: object cannot be re-sized")),
    }
}

/// The bytes of a bytes-like object.
pub(super) fn bytes_like(t: &mut Thread, obj: &Obj) -> Res<Vec<u8>> {
    match buffer_bytes(t, obj)? {
        Some(data) => Ok(data),
        None => {
            let given = t.type_name(obj);
            Err(t.type_error(format!("a bytes-like object is required, not '{given}'")))
        }
    }
}

fn concat_part(t: &mut Thread, obj: &Obj, to: &str) -> Res<Vec<u8>> {
    match buffer_bytes(t, obj)? {
        Some(data) => Ok(data),
        None => {
            let given = t.type_name(obj);
            Err(t.type_error(format!("can't concat {given} to {to}")))
        }
    }
}

fn is_index(t: &mut Thread, obj: &Obj) -> bool {
    let class = t.class_of(obj);
    t.as_int(obj).is_some() || t.lookup(&class, "__index__").is_some()
}

/// What `find` and its like look for.
pub(super) fn needle(t: &mut Thread, obj: &Obj) -> Res<Vec<u8>> {
    if let Some(data) = buffer_bytes(t, obj)? {
        return Ok(data);
    }
    if is_index(t, obj) {
        return Ok(vec![one_byte(t, obj)?]);
    }
    let given = t.type_name(obj);
    Err(t.type_error(format!(
        "argument should be integer or bytes-like object, not '{given}'"
    )))
}

fn needle_in(t: &mut Thread, obj: &Obj) -> Res<Vec<u8>> {
    if is_index(t, obj) {
        Ok(vec![one_byte(t, obj)?])
    } else {
        bytes_like(t, obj)
    }
}

fn one_byte(t: &mut Thread, obj: &Obj) -> Res<u8> {
    match t.index(obj)?.to_u8() {
        Some(byte) => Ok(byte),
        None => Err(t.value_error("byte must be in range(0, 256)")),
    }
}

fn iterable_bytes(t: &mut Thread, obj: &Obj) -> Res<Vec<u8>> {
    let items = t.collect_items(obj)?;
    items.iter().map(|item| one_byte(t, item)).collect()
}

/// What `bytes` says of an item that is no byte is not what `bytearray` says.
pub(super) fn worded(t: &mut Thread, f: impl FnOnce(&mut Thread) -> Res<Vec<u8>>) -> Res<Vec<u8>> {
    match f(t) {
        Err(error) if t.raised(&error, Builtin::ValueError) => {
            let message = t.str_string(&error.0)?;
            match message.strip_prefix("byte must be") {
                Some(rest) => Err(t.value_error(format!("bytes must be{rest}"))),
                None => Err(error),
            }
        }
        made => made,
    }
}

/// `bytes(o)` of one object, whatever it is.
pub(super) fn bytes_of(t: &mut Thread, obj: &Obj) -> Res<Vec<u8>> {
    if t.builtin_of(obj) == Some(Builtin::Bytes) {
        return Ok(t.as_bytes(obj).unwrap_or_default());
    }
    if let Some(made) = t.call_special(obj, "__bytes__", &[])? {
        return match t.read(&made, |object, _| match &object.payload {
            Payload::Bytes(data) => Some(data.clone()),
            _ => None,
        }) {
            Some(data) => Ok(data),
            None => {
                let given = t.type_name(&made);
                Err(t.type_error(format!("__bytes__ returned non-bytes (type {given})")))
            }
        };
    }
    if let Some(data) = buffer_bytes(t, obj)? {
        return Ok(data);
    }
    let class = t.class_of(obj);
    let iterable = ["__iter__", "__getitem__"]
        .iter()
        .any(|name| t.lookup(&class, name).is_some());
    if t.as_text(obj).is_none() && iterable {
        return iterable_bytes(t, obj);
    }
    let name = t.class_name(&class);
    Err(t.type_error(format!("cannot convert '{name}' object to bytes")))
}

/// The bytes that the arguments of `bytes` and `bytearray` say.
fn source_bytes(t: &mut Thread, args: &[Option<Obj>; 3], class: &str) -> Res<Vec<u8>> {
    let [source, encoding, errors] = args;
    let Some(source) = source else {
        if encoding.is_some() || errors.is_some() {
            let what = if encoding.is_some() { "encoding" } else { "errors" };
            return Err(t.type_error(format!("{what} without a string argument")));
        }
        return Ok(Vec::new());
    };
    if t.as_text(source).is_some() {
        if encoding.is_none() {
            return Err(t.type_error("string argument without an encoding"));
        }
        let encoding = super::text::string_argument(t, encoding.clone(), class, "encoding")?;
        let errors = super::text::string_argument(t, errors.clone(), class, "errors")?;
        let made = codec::encode_object(t, source, encoding.as_deref(), errors.as_deref())?;
        return Ok(t.as_bytes(&made).unwrap_or_default());
    }
    if encoding.is_some() || errors.is_some() {
        let what = if encoding.is_some() { "encoding" } else { "errors" };
        return Err(t.type_error(format!("{what} without a string argument")));
    }
    let class_of = t.class_of(source);
    if t.lookup(&class_of, "__bytes__").is_none() && is_index(t, source) {
        let size = clip(&t.index(source)?);
        return match usize::try_from(size) {
            Ok(size) if size < isize::MAX as usize => Ok(vec![0; size]),
            Ok(_) => Err(t.overflow_error("cannot fit 'int' into an index-sized integer")),
            Err(_) => Err(t.value_error("negative count")),
        };
    }
    match bytes_of(t, source) {
        Err(error) if class == "bytearray" && t.raised(&error, Builtin::TypeError) => {
            let given = t.type_name(source);
            let message = t.str_string(&error.0)?;
            if message.starts_with("cannot convert") {
                return Err(t.type_error(format!("cannot convert '{given}' object to bytearray")));
            }
            Err(error)
        }
        made => made,
    }
}

fn item(t: &mut Thread, a: &[Obj], name: &str) -> Res {
    Ok(match string::pick::<Bytes>(t, a, name)? {
        Picked::One(byte) => t.int(byte),
        Picked::Many(data) => like(t, &a[0], data),
    })
}

fn set_item(t: &mut Thread, array: &Obj, key: &Obj, value: Option<&Obj>) -> Res {
    if t.slice_parts(key).is_some() {
        let new = match value {
            Some(value) if is_index(t, value) => {
                return Err(
                    t.type_error("can assign only bytes, buffers, or iterables of ints in range(0, 256)")
                );
            }
            Some(value) => bytes_of(t, value)?,
            None => Vec::new(),
        };
        let taken = t.taken(key, |t| t.as_bytes(array).unwrap_or_default().len())?;
        if taken.step != 1 && value.is_some() && taken.count != new.len() {
            let given = new.len();
            return Err(t.value_error(format!(
                "attempt to assign bytes of size {given} to extended slice of size {}",
                taken.count
            )));
        }
        change(t, array, |data| {
            super::list::assign(data, taken, new, value.is_some())
        })?;
        return Ok(t.none());
    }
    if !is_index(t, key) {
        let given = t.type_name(key);
        return Err(t.type_error(format!(
            "bytearray indices must be integers or slices, not {given}"
        )));
    }
    let at = t.index_size(key)?;
    let byte = match value {
        Some(value) => Some(one_byte(t, value)?),
        None => None,
    };
    let length = t.as_bytes(array).unwrap_or_default().len() as isize;
    let at = if at < 0 { at + length } else { at };
    if !(0..length).contains(&at) {
        return Err(t.index_error("bytearray index out of range"));
    }
    match byte {
        Some(byte) => t.write(array, |object, _| {
            if let Payload::ByteArray(array) = &mut object.payload
                && let Some(place) = array.data.get_mut(at as usize)
            {
                *place = byte;
            }
        }),
        None => drop(change(t, array, |data| data.remove(at as usize))?),
    }
    Ok(t.none())
}

fn justify(t: &mut Thread, a: &[Obj], name: &str, how: Justify) -> Res {
    let fill = match a.get(2) {
        None => b' ',
        Some(fill) => match t.as_bytes(fill) {
            Some(data) if data.len() == 1 => data[0],
            _ => {
                let given = t.type_name(fill);
                return Err(t.type_error(format!(
                    "{name}() argument 2 must be a byte string of length 1, not {given}"
                )));
            }
        },
    };
    string::justify::<Bytes>(t, a, how, fill)
}

fn map(t: &mut Thread, a: &[Obj], f: fn(&[u8]) -> Vec<u8>) -> Res {
    let data = me::<Bytes>(t, a);
    Ok(like(t, &a[0], f(&data)))
}

fn all(t: &mut Thread, a: &[Obj], f: fn(u8) -> bool) -> Res {
    let data = me::<Bytes>(t, a);
    Ok(t.bool(!data.is_empty() && data.into_iter().all(f)))
}

/// Hexadecimal digits, with a separator every so many bytes.
pub(super) fn hex_text(t: &mut Thread, data: &[u8], separator: Option<&Obj>, every: Option<&Obj>) -> Res {
    let digits: Vec<String> = data.iter().map(|byte| format!("{byte:02x}")).collect();
    let Some(separator) = separator else {
        return Ok(t.str(&digits.concat()));
    };
    let separator = match t.as_string(separator) {
        Some(text) => text,
        None => String::from_utf8_lossy(&bytes_like(t, separator)?).into_owned(),
    };
    if separator.chars().count() != 1 {
        return Err(t.value_error("sep must be length 1."));
    }
    if !separator.is_ascii() {
        return Err(t.value_error("sep must be ASCII."));
    }
    let every = match every {
        Some(every) => t.c_int(every)?,
        None => 1,
    };
    let size = every.unsigned_abs() as usize;
    if size == 0 {
        return Ok(t.str(&digits.concat()));
    }
    let first = if every > 0 { digits.len() % size } else { 0 };
    let (head, rest) = digits.split_at(first);
    let mut groups: Vec<String> = rest.chunks(size).map(|group| group.concat()).collect();
    if !head.is_empty() {
        groups.insert(0, head.concat());
    }
    Ok(t.str(&groups.join(&separator)))
}

fn hex(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    let [separator, every] = t.arguments("hex", ["sep", "bytes_per_sep"], 0, &a[1..], keywords)?;
    let data = me::<Bytes>(t, a);
    hex_text(t, &data, separator.as_ref(), every.as_ref())
}

fn from_hex(t: &mut Thread, a: &[Obj]) -> Res {
    let Some(text) = t.as_text(&a[1]) else {
        let given = t.type_name(&a[1]);
        return Err(t.type_error(format!("fromhex() argument must be str, not {given}")));
    };
    let digit = |at: usize| {
        text.0
            .get(at)
            .copied()
            .and_then(char::from_u32)
            .and_then(|c| c.to_digit(16))
    };
    let (mut data, mut at) = (Vec::new(), 0);
    while at < text.0.len() {
        if text.0[at] < 0x80 && unicode::is_space(text.0[at]) {
            at += 1;
            continue;
        }
        let (high, low) = (digit(at), digit(at + 1));
        let (Some(high), Some(low)) = (high, low) else {
            let wrong = if high.is_none() { at } else { at + 1 };
            return Err(t.value_error(format!(
                "non-hexadecimal number found in fromhex() arg at position {wrong}"
            )));
        };
        data.push((high << 4 | low) as u8);
        at += 2;
    }
    let made = t.bytes(data);
    let bytes_class = t.class(Builtin::Bytes);
    if a[0].is(&bytes_class) {
        Ok(made)
    } else {
        t.call(&a[0], &[made])
    }
}

fn translate(t: &mut Thread, a: &[Obj], keywords: &Keywords) -> Res {
    let [table, delete] = t.arguments("translate", ["table", "delete"], 1, &a[1..], keywords)?;
    let table = match table {
        Some(table) if !t.is_none(&table) => {
            let table = bytes_like(t, &table)?;
            if table.len() != 256 {
                return Err(t.value_error("translation table must be 256 characters long"));
            }
            Some(table)
        }
        _ => None,
    };
    let delete = match &delete {
        Some(delete) => bytes_like(t, delete)?,
        None => Vec::new(),
    };
    let data = me::<Bytes>(t, a);
    let kept = data.into_iter().filter(|byte| !delete.contains(byte));
    let made = kept
        .map(|byte| table.as_ref().map_or(byte, |table| table[usize::from(byte)]))
        .collect();
    Ok(like(t, &a[0], made))
}
