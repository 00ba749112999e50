//! Encodings: UTF-8, UTF-16, UTF-32, Latin-1 and ASCII, with the error handlers of the module `codecs`.

use crate::heap::{Obj, Payload, Res, Text, Thread};
use crate::types::{Builtin, Def, function};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Codec {
    Utf8,
    Ascii,
    Latin1,
    /// Wide units of 2 or 4 bytes: byte order, None for the machine's with a mark
    Wide(usize, Option<Order>),
    /// Escapes of ASCII, raw: of Latin-1
    Escape(bool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

impl Codec {
    fn named(name: &str) -> Option<Self> {
        let name: String = name.to_ascii_lowercase().replace([' ', '-'], "_");
        Some(match name.as_str() {
            "utf_8" | "utf8" | "u8" | "utf" | "cp65001" => Codec::Utf8,
            "ascii" | "us_ascii" | "646" => Codec::Ascii,
            "latin_1" | "latin1" | "iso_8859_1" | "iso8859_1" | "8859" | "cp819" | "l1" => Codec::Latin1,
            "unicode_escape" => Codec::Escape(false),
            "raw_unicode_escape" => Codec::Escape(true),
            "utf_16" | "utf16" | "u16" => Codec::Wide(2, None),
            "utf_16_le" | "utf_16le" => Codec::Wide(2, Some(Order::Little)),
            "utf_16_be" | "utf_16be" => Codec::Wide(2, Some(Order::Big)),
            "utf_32" | "utf32" | "u32" => Codec::Wide(4, None),
            "utf_32_le" | "utf_32le" => Codec::Wide(4, Some(Order::Little)),
            "utf_32_be" | "utf_32be" => Codec::Wide(4, Some(Order::Big)),
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Codec::Utf8 => "utf-8",
            Codec::Ascii => "ascii",
            Codec::Latin1 => "latin-1",
            Codec::Escape(false) => "unicode_escape",
            Codec::Escape(true) => "raw_unicode_escape",
            Codec::Wide(2, None) => "utf-16",
            Codec::Wide(2, Some(Order::Little)) => "utf-16-le",
            Codec::Wide(2, Some(Order::Big)) => "utf-16-be",
            Codec::Wide(_, None) => "utf-32",
            Codec::Wide(_, Some(Order::Little)) => "utf-32-le",
            Codec::Wide(_, Some(Order::Big)) => "utf-32-be",
        }
    }

    /// Bytes come in so many at once.
    fn unit(self) -> usize {
        match self {
            Codec::Wide(bytes, _) => bytes,
            _ => 1,
        }
    }

    /// Writes one code point; false when it has no place in the encoding.
    fn put(self, point: u32, out: &mut Vec<u8>) -> bool {
        let surrogate = (0xd800..0xe000).contains(&point);
        match self {
            Codec::Ascii if point < 0x80 => out.push(point as u8),
            Codec::Latin1 if point < 0x100 => out.push(point as u8),
            Codec::Utf8 if !surrogate => out.extend(Text(vec![point]).to_wide_utf8()),
            Codec::Wide(2, order) if !surrogate => {
                if point < 0x10000 {
                    unit(point, 2, order, out);
                } else {
                    unit(0xd800 + ((point - 0x10000) >> 10), 2, order, out);
                    unit(0xdc00 + (point & 0x3ff), 2, order, out);
                }
            }
            Codec::Wide(_, order) if !surrogate => unit(point, 4, order, out),
            _ => return false,
        }
        true
    }

    fn reason(self) -> &'static str {
        match self {
            Codec::Ascii => "ordinal not in range(128)",
            Codec::Latin1 => "ordinal not in range(256)",
            _ => "surrogates not allowed",
        }
    }

    /// One code point at a place and how many bytes it takes, or how many bytes are wrong, and why.
    fn take(self, data: &[u8], at: usize, order: Order) -> Result<(u32, usize), (usize, &'static str)> {
        let rest = &data[at..];
        match self {
            Codec::Latin1 => Ok((u32::from(rest[0]), 1)),
            Codec::Ascii if rest[0] < 0x80 => Ok((u32::from(rest[0]), 1)),
            Codec::Ascii => Err((1, "ordinal not in range(128)")),
            Codec::Utf8 => take_utf8(rest),
            Codec::Wide(size, _) => take_wide(rest, size, order),
            Codec::Escape(_) => Err((1, "escapes are decoded in one go")),
        }
    }
}

fn unit(value: u32, size: usize, order: Option<Order>, out: &mut Vec<u8>) {
    if order == Some(Order::Big) {
        out.extend(&value.to_be_bytes()[4 - size..]);
    } else {
        out.extend(&value.to_le_bytes()[..size]);
    }
}

fn read_unit(data: &[u8], size: usize, order: Order) -> u32 {
    let fold = |value: u32, &byte: &u8| value << 8 | u32::from(byte);
    match order {
        Order::Little => data[..size].iter().rev().fold(0, fold),
        Order::Big => data[..size].iter().fold(0, fold),
    }
}

fn take_utf8(rest: &[u8]) -> Result<(u32, usize), (usize, &'static str)> {
    let first = rest[0];
    let (size, bits, low, high) = match first {
        0..0x80 => return Ok((u32::from(first), 1)),
        0xc2..0xe0 => (2, first & 0x1f, 0x80, 0xbf),
        0xe0 => (3, 0, 0xa0, 0xbf),
        0xed => (3, first & 0x0f, 0x80, 0x9f),
        0xe1..0xf0 => (3, first & 0x0f, 0x80, 0xbf),
        0xf0 => (4, 0, 0x90, 0xbf),
        0xf4 => (4, first & 7, 0x80, 0x8f),
        0xf1..0xf4 => (4, first & 7, 0x80, 0xbf),
        _ => return Err((1, "invalid start byte")),
    };
    let mut point = u32::from(bits);
    for at in 1..size {
        let Some(&byte) = rest.get(at) else {
            return Err((at, "unexpected end of data"));
        };
        let (low, high) = if at == 1 { (low, high) } else { (0x80, 0xbf) };
        if !(low..=high).contains(&byte) {
            return Err((at, "invalid continuation byte"));
        }
        point = point << 6 | u32::from(byte & 0x3f);
    }
    Ok((point, size))
}

fn take_wide(rest: &[u8], size: usize, order: Order) -> Result<(u32, usize), (usize, &'static str)> {
    if rest.len() < size {
        return Err((rest.len(), "truncated data"));
    }
    let value = read_unit(rest, size, order);
    match (size, value) {
        (2, 0xdc00..0xe000) => Err((2, "illegal encoding")),
        (2, 0xd800..0xdc00) => {
            if rest.len() < 4 {
                return Err((rest.len(), "unexpected end of data"));
            }
            match read_unit(&rest[2..], 2, order) {
                low @ 0xdc00..0xe000 => Ok((0x10000 + ((value & 0x3ff) << 10 | low & 0x3ff), 4)),
                _ => Err((2, "illegal UTF-16 surrogate")),
            }
        }
        (4, 0xd800..0xe000) => Err((4, "code point in surrogate code point range(0xd800, 0xe000)")),
        (4, 0x110000..) => Err((4, "code point not in range(0x110000)")),
        _ => Ok((value, size)),
    }
}

/// `str.encode`
pub(super) fn encode_object(t: &mut Thread, text: &Obj, encoding: Option<&str>, errors: Option<&str>) -> Res {
    let encoding = encoding.unwrap_or("utf-8");
    let Some(codec) = Codec::named(encoding) else {
        return custom(t, text, encoding, errors, "encode");
    };
    let points = t.as_text(text).unwrap_or_default().0;
    if let Codec::Escape(raw) = codec {
        return Ok(t.bytes(super::escape::encode(&points, raw)));
    }
    let mut out = Vec::with_capacity(points.len());
    let codec = match codec {
        Codec::Wide(size, None) => {
            unit(0xfeff, size, None, &mut out);
            codec
        }
        codec => codec,
    };
    let mut at = 0;
    while let Some(&point) = points.get(at) {
        if codec.put(point, &mut out) {
            at += 1;
            continue;
        }
        let wrong = points[at..]
            .iter()
            .take_while(|&&point| !codec.put(point, &mut Vec::new()));
        let end = at + wrong.count();
        let error = unicode_error(
            t,
            Builtin::UnicodeEncodeError,
            codec.name(),
            text,
            at,
            end,
            codec.reason(),
        )?;
        let (replacement, next) = handled(t, errors, &error, points.len(), "encoding")?;
        match (t.as_text(&replacement), t.as_bytes(&replacement)) {
            (Some(more), _) => {
                if !more.0.iter().all(|&point| codec.put(point, &mut out)) {
                    return Err(crate::heap::Raised(error));
                }
            }
            (_, Some(more)) if more.len() % codec.unit() == 0 => out.extend(more),
            (_, Some(_)) => return Err(crate::heap::Raised(error)),
            _ => return Err(t.type_error("encoding error handler must return (str/bytes, int) tuple")),
        }
        at = next;
    }
    Ok(t.bytes(out))
}

/// `bytes.decode`
pub(super) fn decode_object(
    t: &mut Thread,
    data: Vec<u8>,
    encoding: Option<&str>,
    errors: Option<&str>,
) -> Res {
    let encoding = encoding.unwrap_or("utf-8");
    let Some(codec) = Codec::named(encoding) else {
        let data = t.bytes(data);
        return custom(t, &data, encoding, errors, "decode");
    };
    if let Codec::Escape(raw) = codec {
        return super::escape::decode(t, &data, errors, raw);
    }
    Ok(decode(t, codec, &data, errors, true)?.0)
}

/// `_codecs.utf_16_ex_decode` and the like: data, errors, byte order (for those that have one), whether it is the end. The
/// text, how much was read, and the byte order.
pub(super) fn decode_part(t: &mut Thread, a: &[Obj], encoding: &str, ordered: bool) -> Res {
    let data = super::bytes::bytes_like(t, &a[0])?;
    let errors = match a.get(1) {
        Some(errors) => t.as_string(errors),
        None => None,
    };
    let mut order = 0;
    if let Some(given) = a.get(2).filter(|_| ordered) {
        order = t.as_i64(given).unwrap_or(0);
    }
    let at_end = match a.get(if ordered { 3 } else { 2 }) {
        Some(at_end) => t.truth(at_end)?,
        None => false,
    };
    let codec = match (Codec::named(encoding).unwrap_or(Codec::Utf8), order) {
        (Codec::Wide(size, _), -1) => Codec::Wide(size, Some(Order::Little)),
        (Codec::Wide(size, _), 1) => Codec::Wide(size, Some(Order::Big)),
        (codec, _) => codec,
    };
    let (text, used, found) = decode(t, codec, &data, errors.as_deref(), at_end)?;
    let used = t.int(used);
    if !ordered {
        return Ok(t.tuple(&[text, used]));
    }
    let order = t.int(if order == 0 { found } else { order });
    Ok(t.tuple(&[text, used, order]))
}

/// The text, how much was read, and the byte order that a mark told: -1, 0 or 1. Unless it is the end, what could go on is
/// left.
fn decode(
    t: &mut Thread,
    codec: Codec,
    data: &[u8],
    errors: Option<&str>,
    at_end: bool,
) -> Res<(Obj, usize, i64)> {
    let (mut order, mut marked, mut at) = (Order::Little, 0, 0);
    if let Codec::Wide(size, wanted) = codec {
        order = wanted.unwrap_or(Order::Little);
        if wanted.is_none() && data.len() >= size {
            match (
                read_unit(data, size, Order::Little),
                read_unit(data, size, Order::Big),
            ) {
                (0xfeff, _) => (marked, at) = (-1, size),
                (_, 0xfeff) => (order, marked, at) = (Order::Big, 1, size),
                _ => {}
            }
        }
    }
    let mut points = Vec::with_capacity(data.len());
    let mut object = None;
    while at < data.len() {
        match codec.take(data, at, order) {
            Ok((point, size)) => {
                points.push(point);
                at += size;
            }
            Err((_, "unexpected end of data" | "truncated data")) if !at_end => break,
            Err((size, reason)) => {
                let object = object.get_or_insert_with(|| t.bytes(data.to_vec())).clone();
                let class = Builtin::UnicodeDecodeError;
                let shown = match codec {
                    Codec::Wide(size, _) => Codec::Wide(size, Some(order)),
                    codec => codec,
                };
                let error = unicode_error(t, class, shown.name(), &object, at, at + size, reason)?;
                let (replacement, next) = handled(t, errors, &error, data.len(), "decoding")?;
                match t.as_text(&replacement) {
                    Some(more) => points.extend(more.0),
                    None => return Err(t.type_error("decoding error handler must return (str, int) tuple")),
                }
                at = next;
            }
        }
    }
    Ok((t.text(Text(points)), at, marked))
}

/// An encoding that a search function knows.
fn custom(t: &mut Thread, object: &Obj, encoding: &str, errors: Option<&str>, what: &str) -> Res {
    let name = t.str(encoding);
    let info = lookup(t, &[name])?;
    let coder = t.getattr(&info, what)?;
    let errors = t.str(errors.unwrap_or("strict"));
    let pair = t.call(&coder, &[object.clone(), errors])?;
    match t.items(&pair).as_deref() {
        Some([made, _]) => Ok(made.clone()),
        _ => Err(t.type_error(format!("{what}r must return a tuple (object, integer)"))),
    }
}

pub(super) fn unicode_error(
    t: &mut Thread,
    class: Builtin,
    codec: &str,
    object: &Obj,
    start: usize,
    end: usize,
    reason: &str,
) -> Res {
    let (codec, start, end, reason) = (t.str(codec), t.int(start), t.int(end), t.str(reason));
    super::number::call_builtin(t, class, &[codec, object.clone(), start, end, reason])
}

/// What the error handler puts instead, and where to go on.
pub(super) fn handled(
    t: &mut Thread,
    errors: Option<&str>,
    error: &Obj,
    length: usize,
    what: &str,
) -> Res<(Obj, usize)> {
    let name = t.str(errors.unwrap_or("strict"));
    let handler = lookup_error(t, &[name])?;
    let made = t.call(&handler, std::slice::from_ref(error))?;
    let pair = if t.is_instance(&made, Builtin::Tuple) {
        t.items(&made)
    } else {
        None
    };
    let Some([replacement, next]) = pair.and_then(|pair| <[Obj; 2]>::try_from(pair).ok()) else {
        let kind = if what == "encoding" { "str/bytes" } else { "str" };
        return Err(t.type_error(format!("{what} error handler must return ({kind}, int) tuple")));
    };
    let next = t.size(&next)?;
    let place = if next < 0 { next + length as isize } else { next };
    match usize::try_from(place).ok().filter(|&place| place <= length) {
        Some(place) => Ok((replacement, place)),
        None => Err(t.index_error(format!("position {next} from error handler out of bounds"))),
    }
}

// --- the module codecs ------------------------------------------------------------------------------------------

macro_rules! handlers {
    ($($name:literal $function:literal $f:ident;)*) => {
        /// Functions of the module `codecs`.
        pub(super) const MODULES: &[(&str, &[Def])] = &[("codecs", &[
            $(function($function, 1, 1, $f),)*
            function("lookup_error", 1, 1, lookup_error),
            function("register_error", 2, 2, register_error),
            function("lookup", 1, 1, lookup),
            function("register", 1, 1, register),
            function("unregister", 1, 1, unregister),
            function("encode", 1, 3, |t, a| recode(t, a, true)),
            function("decode", 1, 3, |t, a| recode(t, a, false)),
            function("getencoder", 1, 1, |t, a| part(t, a, "encode")),
            function("getdecoder", 1, 1, |t, a| part(t, a, "decode")),
            function("getincrementalencoder", 1, 1, |t, a| part(t, a, "incrementalencoder")),
            function("getincrementaldecoder", 1, 1, |t, a| part(t, a, "incrementaldecoder")),
            function("getreader", 1, 1, |t, a| part(t, a, "streamreader")),
            function("getwriter", 1, 1, |t, a| part(t, a, "streamwriter")),
        ])];

        /// The names under which the handlers are known from the start.
        const HANDLERS: &[(&str, &str)] = &[$(($name, $function),)*];
    };
}

handlers! {
    "strict" "strict_errors" strict;
    "ignore" "ignore_errors" ignore;
    "replace" "replace_errors" replace;
    "xmlcharrefreplace" "xmlcharrefreplace_errors" xml_reference;
    "backslashreplace" "backslashreplace_errors" backslash;
    "namereplace" "namereplace_errors" name_replace;
    "surrogateescape" "surrogateescape_errors" surrogate_escape;
    "surrogatepass" "surrogatepass_errors" surrogate_pass;
}

/// A dict that the module keeps.
fn registry(t: &mut Thread, name: &str) -> Res {
    let module = t.import("codecs")?;
    if let Some(known) = t.lookup_attr(&module, name)? {
        return Ok(known);
    }
    let made = t.dict();
    t.set_in_module(&module, name, &made);
    Ok(made)
}

fn lookup_error(t: &mut Thread, a: &[Obj]) -> Res {
    let known = registry(t, "_error_handlers")?;
    if let Some(handler) = t.dict_get(&known, &a[0])? {
        return Ok(handler);
    }
    let name = t.attribute_name(&a[0])?;
    match HANDLERS.iter().find(|(known, _)| *known == name) {
        Some((_, function)) => {
            let module = t.import("codecs")?;
            t.getattr(&module, function)
        }
        None => Err(t.raise(
            Builtin::LookupError,
            format!("unknown error handler name '{name}'"),
        )),
    }
}

fn register_error(t: &mut Thread, a: &[Obj]) -> Res {
    if !t.callable(&a[1]) {
        return Err(t.type_error("handler must be callable"));
    }
    let known = registry(t, "_error_handlers")?;
    t.dict_set(&known, &a[0], &a[1])?;
    Ok(t.none())
}

fn register(t: &mut Thread, a: &[Obj]) -> Res {
    if !t.callable(&a[0]) {
        return Err(t.type_error("argument must be callable"));
    }
    let known = registry(t, "_search_functions")?;
    t.dict_set(&known, &a[0], &a[0])?;
    Ok(t.none())
}

fn unregister(t: &mut Thread, a: &[Obj]) -> Res {
    let known = registry(t, "_search_functions")?;
    t.table_remove(&known, &a[0])?;
    Ok(t.none())
}

fn lookup(t: &mut Thread, a: &[Obj]) -> Res {
    let name = t.attribute_name(&a[0])?;
    if let Some(codec) = Codec::named(&name) {
        return info(t, codec);
    }
    let plain = t.str(&name.to_lowercase().replace([' ', '-'], "_"));
    let searches = registry(t, "_search_functions")?;
    for search in t.table_keys(&searches) {
        let found = t.call(&search, std::slice::from_ref(&plain))?;
        if !t.is_none(&found) {
            return Ok(found);
        }
    }
    Err(t.raise(Builtin::LookupError, format!("unknown encoding: {name}")))
}

const CODERS: &[Def] = &[
    function("encode", 2, 3, |t, a| coded(t, a, true)),
    function("decode", 2, 3, |t, a| coded(t, a, false)),
];

/// What `codecs.lookup` says of a codec that is built in.
fn info(t: &mut Thread, codec: Codec) -> Res {
    let namespace = t.dict();
    let name = t.str(match codec {
        Codec::Latin1 => "iso8859-1",
        codec => codec.name(),
    });
    t.dict_set_str(&namespace, "name", &name);
    for def in CODERS {
        let function = t.native(def, None);
        let bound = t.alloc(Builtin::Method, |still| {
            Payload::Method([still.get(&function), still.get(&name)])
        });
        t.dict_set_str(&namespace, def.name, &bound);
    }
    let class = t.class(Builtin::SimpleNamespace);
    let made = t.alloc_of(&class, |_| Payload::Plain);
    t.set_instance_dict(&made, &namespace);
    Ok(made)
}

/// `(made, how much was read)`, as codecs return it: name, object, errors.
fn coded(t: &mut Thread, a: &[Obj], encodes: bool) -> Res {
    let made = recode(
        t,
        &[Some(a[1].clone()), Some(a[0].clone()), a.get(2).cloned()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>(),
        encodes,
    )?;
    let length = t.len(&a[1])?;
    let length = t.int(length);
    Ok(t.tuple(&[made, length]))
}

/// `codecs.encode` and `codecs.decode`: object, encoding, errors.
fn recode(t: &mut Thread, a: &[Obj], encodes: bool) -> Res {
    let mut names = [None, None];
    for (name, arg) in names.iter_mut().zip(&a[1..]) {
        *name = Some(t.attribute_name(arg)?);
    }
    let [encoding, errors] = &names;
    let known = Codec::named(encoding.as_deref().unwrap_or("utf-8")).is_some();
    if !known {
        let what = if encodes { "encode" } else { "decode" };
        return custom(
            t,
            &a[0],
            encoding.as_deref().unwrap_or_default(),
            errors.as_deref(),
            what,
        );
    }
    if !encodes {
        let data = super::bytes::bytes_like(t, &a[0])?;
        return decode_object(t, data, encoding.as_deref(), errors.as_deref());
    }
    if t.as_text(&a[0]).is_none() {
        let given = t.type_name(&a[0]);
        let name = Codec::named(encoding.as_deref().unwrap_or("utf-8"))
            .map_or("", Codec::name)
            .replace('-', "_");
        return Err(t.type_error(format!("{name}_encode() argument 1 must be str, not {given}")));
    }
    encode_object(t, &a[0], encoding.as_deref(), errors.as_deref())
}

fn part(t: &mut Thread, a: &[Obj], name: &str) -> Res {
    let found = lookup(t, a)?;
    t.getattr(&found, name)
}

// --- error handlers ------------------------------------------------------------------------------------------------

/// What a handler is told.
struct Problem {
    class: Builtin,
    start: usize,
    end: usize,
    points: Vec<u32>,
    data: Vec<u8>,
    encoding: String,
}

fn problem(t: &mut Thread, error: &Obj) -> Res<Problem> {
    let classes = [
        Builtin::UnicodeEncodeError,
        Builtin::UnicodeDecodeError,
        Builtin::UnicodeTranslateError,
    ];
    let Some(class) = classes.into_iter().find(|&class| t.is_instance(error, class)) else {
        return Err(wrong(t, error));
    };
    let object = t.getattr(error, "object")?;
    let (start, end) = (t.getattr(error, "start")?, t.getattr(error, "end")?);
    let (start, end) = (t.size(&start)?.max(0) as usize, t.size(&end)?.max(0) as usize);
    let encoding = t.lookup_attr(error, "encoding")?;
    let encoding = encoding
        .and_then(|encoding| t.as_string(&encoding))
        .unwrap_or_default();
    let points = t.as_text(&object).unwrap_or_default().0;
    let data = t.as_bytes(&object).unwrap_or_default();
    let length = points.len().max(data.len());
    let (start, end) = (start.min(length), end.min(length));
    Ok(Problem {
        class,
        start,
        end,
        points,
        data,
        encoding,
    })
}

fn wrong(t: &mut Thread, error: &Obj) -> crate::heap::Raised {
    let given = t.type_name(error);
    t.type_error(format!("don't know how to handle {given} in error callback"))
}

impl Problem {
    fn answer(&self, t: &mut Thread, text: Vec<u32>) -> Res {
        let (text, end) = (t.text(Text(text)), t.int(self.end));
        Ok(t.tuple(&[text, end]))
    }

    fn part(&self) -> &[u32] {
        self.points.get(self.start..self.end).unwrap_or_default()
    }

    fn bytes(&self) -> &[u8] {
        self.data.get(self.start..self.end).unwrap_or_default()
    }
}

fn strict(t: &mut Thread, a: &[Obj]) -> Res {
    if t.is_instance(&a[0], Builtin::BaseException) {
        return Err(crate::heap::Raised(a[0].clone()));
    }
    Err(t.type_error("codec must pass exception instance"))
}

fn ignore(t: &mut Thread, a: &[Obj]) -> Res {
    let problem = problem(t, &a[0])?;
    problem.answer(t, Vec::new())
}

fn replace(t: &mut Thread, a: &[Obj]) -> Res {
    let problem = problem(t, &a[0])?;
    let width = problem.end.saturating_sub(problem.start);
    let text = match problem.class {
        Builtin::UnicodeEncodeError => vec![0x3f; width],
        Builtin::UnicodeDecodeError => vec![0xfffd],
        _ => vec![0xfffd; width],
    };
    problem.answer(t, text)
}

fn escaped(t: &mut Thread, a: &[Obj], show: fn(u32) -> String) -> Res {
    let problem = problem(t, &a[0])?;
    if problem.class != Builtin::UnicodeEncodeError {
        return Err(wrong(t, &a[0]));
    }
    let text = problem
        .part()
        .iter()
        .flat_map(|&point| show(point).chars().map(u32::from).collect::<Vec<_>>());
    let text = text.collect();
    problem.answer(t, text)
}

fn xml_reference(t: &mut Thread, a: &[Obj]) -> Res {
    escaped(t, a, |point| format!("&#{point};"))
}

fn name_replace(t: &mut Thread, a: &[Obj]) -> Res {
    escaped(t, a, |point| {
        match char::from_u32(point).and_then(unicode_names2::name) {
            Some(name) => format!("\\N{{{name}}}"),
            None => super::unicode::escape(point),
        }
    })
}

fn backslash(t: &mut Thread, a: &[Obj]) -> Res {
    let problem = problem(t, &a[0])?;
    let show = |point: u32| super::unicode::escape(point);
    let shown: String = match problem.class {
        Builtin::UnicodeDecodeError => problem
            .bytes()
            .iter()
            .map(|&byte| show(u32::from(byte)))
            .collect(),
        _ => problem.part().iter().map(|&point| show(point)).collect(),
    };
    problem.answer(t, shown.chars().map(u32::from).collect())
}

fn surrogate_escape(t: &mut Thread, a: &[Obj]) -> Res {
    let problem = problem(t, &a[0])?;
    let failed = |_: &mut Thread| Err(crate::heap::Raised(a[0].clone()));
    match problem.class {
        Builtin::UnicodeEncodeError => {
            let bytes: Option<Vec<u8>> = problem
                .part()
                .iter()
                .map(|&point| (0xdc80..0xdd00).contains(&point).then(|| (point - 0xdc00) as u8))
                .collect();
            let Some(bytes) = bytes else { return failed(t) };
            let (bytes, end) = (t.bytes(bytes), t.int(problem.end));
            Ok(t.tuple(&[bytes, end]))
        }
        Builtin::UnicodeDecodeError => {
            let high = problem.bytes().iter().take(4).take_while(|&&byte| byte >= 0x80);
            let text: Vec<u32> = high.map(|&byte| 0xdc00 + u32::from(byte)).collect();
            if text.is_empty() {
                return failed(t);
            }
            let end = t.int(problem.start + text.len());
            let text = t.text(Text(text));
            Ok(t.tuple(&[text, end]))
        }
        _ => Err(wrong(t, &a[0])),
    }
}

fn surrogate_pass(t: &mut Thread, a: &[Obj]) -> Res {
    let problem = problem(t, &a[0])?;
    let failed = |_: &mut Thread| Err(crate::heap::Raised(a[0].clone()));
    let is_surrogate = |point: &u32| (0xd800..0xe000).contains(point);
    let codec = Codec::named(&problem.encoding);
    match (problem.class, codec) {
        (Builtin::UnicodeEncodeError, Some(codec @ (Codec::Utf8 | Codec::Wide(..)))) => {
            if !problem.part().iter().all(is_surrogate) {
                return failed(t);
            }
            let mut bytes = Vec::new();
            for &point in problem.part() {
                match codec {
                    Codec::Wide(size, order) => unit(point, size, order, &mut bytes),
                    _ => bytes.extend(Text(vec![point]).to_wide_utf8()),
                }
            }
            let (bytes, end) = (t.bytes(bytes), t.int(problem.end));
            Ok(t.tuple(&[bytes, end]))
        }
        (Builtin::UnicodeDecodeError, Some(codec)) => {
            let rest = &problem.data[problem.start..];
            let found = match codec {
                Codec::Utf8 if rest.len() >= 3 && rest[0] == 0xed => {
                    let point = Text::from_wide_utf8(&rest[..3]).0[0];
                    Some((point, 3))
                }
                Codec::Wide(size, order) if rest.len() >= size => {
                    Some((read_unit(rest, size, order.unwrap_or(Order::Little)), size))
                }
                _ => None,
            };
            match found.filter(|(point, _)| is_surrogate(point)) {
                Some((point, size)) => {
                    let (text, end) = (t.text(Text(vec![point])), t.int(problem.start + size));
                    Ok(t.tuple(&[text, end]))
                }
                None => failed(t),
            }
        }
        _ => failed(t),
    }
}
