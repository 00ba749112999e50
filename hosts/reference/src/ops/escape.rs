//! The encodings that write characters as escapes: `unicode_escape`, `raw_unicode_escape`, and those of bytes.

use super::codec::{handled, unicode_error};
use crate::heap::{Obj, Res, Text, Thread};
use crate::types::Builtin;

/// How many hexadecimal digits follow the letter of an escape.
fn digits_of(letter: u8, raw: bool) -> Option<usize> {
    match letter {
        b'x' if !raw => Some(2),
        b'u' => Some(4),
        b'U' => Some(8),
        _ => None,
    }
}

/// The escapes of one letter.
fn simple(letter: u8) -> Option<u32> {
    Some(u32::from(match letter {
        b'\\' | b'\'' | b'"' => letter,
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'a' => 7,
        b'b' => 8,
        b'f' => 12,
        b'v' => 11,
        _ => return None,
    }))
}

/// An octal escape of up to three digits: its value and how many there are.
fn octal(rest: &[u8]) -> (u32, usize) {
    let digits = rest
        .iter()
        .take(3)
        .take_while(|byte| (b'0'..=b'7').contains(byte));
    digits.fold((0, 0), |(value, count), byte| {
        (value * 8 + u32::from(byte - b'0'), count + 1)
    })
}

/// A text in escapes.
pub(super) fn encode(points: &[u32], raw: bool) -> Vec<u8> {
    let mut made = String::new();
    let mut out = Vec::new();
    for &point in points {
        match (point, raw) {
            (0..=0xff, true) => {
                out.push(point as u8);
                continue;
            }
            (0x0a, _) => made += "\\n",
            (0x0d, _) => made += "\\r",
            (0x09, _) => made += "\\t",
            (0x5c, _) => made += "\\\\",
            (0x20..0x7f, _) => made.extend(char::from_u32(point)),
            _ => made += &super::unicode::escape(point),
        }
        out.append(&mut std::mem::take(&mut made).into_bytes());
    }
    out
}

/// The text that escapes stand for.
pub(super) fn decode(t: &mut Thread, data: &[u8], errors: Option<&str>, raw: bool) -> Res {
    let mut points = Vec::new();
    let mut at = 0;
    while at < data.len() {
        if data[at] != b'\\' {
            points.push(u32::from(data[at]));
            at += 1;
            continue;
        }
        let Some(&letter) = data.get(at + 1) else {
            if raw {
                points.push(0x5c);
                break;
            }
            at = wrong(
                t,
                data,
                errors,
                (at, data.len()),
                "\\ at end of string",
                &mut points,
            )?;
            continue;
        };
        if let Some(wanted) = digits_of(letter, raw) {
            let digits = data[at + 2..]
                .iter()
                .take(wanted)
                .take_while(|byte| byte.is_ascii_hexdigit())
                .count();
            let end = at + 2 + digits;
            let text = String::from_utf8_lossy(&data[at + 2..end]).into_owned();
            let value = u32::from_str_radix(&text, 16).unwrap_or(u32::MAX);
            if digits < wanted {
                let what = match letter {
                    b'x' => "truncated \\xXX escape",
                    b'u' => "truncated \\uXXXX escape",
                    _ => "truncated \\UXXXXXXXX escape",
                };
                at = wrong(t, data, errors, (at, end), what, &mut points)?;
            } else if value > 0x10ffff {
                at = wrong(
                    t,
                    data,
                    errors,
                    (at, end),
                    "illegal Unicode character",
                    &mut points,
                )?;
            } else {
                points.push(value);
                at = end;
            }
            continue;
        }
        if raw {
            points.extend([0x5c, u32::from(letter)]);
            at += 2;
        } else if letter == b'\n' {
            at += 2;
        } else if letter == b'N' {
            at = named(t, data, errors, at, &mut points)?;
        } else if let Some(point) = simple(letter) {
            points.push(point);
            at += 2;
        } else {
            match octal(&data[at + 1..]) {
                (_, 0) => {
                    points.extend([0x5c, u32::from(letter)]);
                    at += 2;
                }
                (value, count) => {
                    points.push(value);
                    at += 1 + count;
                }
            }
        }
    }
    Ok(t.text(Text(points)))
}

/// A character by its name.
fn named(t: &mut Thread, data: &[u8], errors: Option<&str>, at: usize, points: &mut Vec<u32>) -> Res<usize> {
    let rest = &data[at + 2..];
    let close = rest.iter().position(|&byte| byte == b'}');
    let (Some(b'{'), Some(close)) = (rest.first(), close) else {
        return wrong(
            t,
            data,
            errors,
            (at, at + 2),
            "malformed \\N character escape",
            points,
        );
    };
    let name = String::from_utf8_lossy(&rest[1..close]).into_owned();
    let end = at + 3 + close;
    match unicode_names2::character(&name) {
        Some(c) => {
            points.push(u32::from(c));
            Ok(end)
        }
        None => wrong(
            t,
            data,
            errors,
            (at, end),
            "unknown Unicode character name",
            points,
        ),
    }
}

fn wrong(
    t: &mut Thread,
    data: &[u8],
    errors: Option<&str>,
    (start, end): (usize, usize),
    reason: &str,
    points: &mut Vec<u32>,
) -> Res<usize> {
    let object = t.bytes(data.to_vec());
    let class = Builtin::UnicodeDecodeError;
    let error = unicode_error(t, class, "unicodeescape", &object, start, end, reason)?;
    let (replacement, next) = handled(t, errors, &error, data.len(), "decoding")?;
    points.extend(t.as_text(&replacement).unwrap_or_default().0);
    Ok(next)
}

/// `_codecs.escape_decode`: the bytes that escapes stand for, and how many were read.
pub(super) fn decode_bytes(t: &mut Thread, a: &[Obj]) -> Res {
    let data = match t.as_text(&a[0]) {
        Some(text) => text.to_wide_utf8(),
        None => super::bytes::bytes_like(t, &a[0])?,
    };
    let errors = match a.get(1) {
        Some(errors) => t.as_string(errors),
        None => None,
    };
    let mut made = Vec::new();
    let mut at = 0;
    while at < data.len() {
        if data[at] != b'\\' {
            made.push(data[at]);
            at += 1;
            continue;
        }
        let Some(&letter) = data.get(at + 1) else {
            return Err(t.value_error("Trailing \\ in string"));
        };
        let (value, count) = octal(&data[at + 1..]);
        if letter == b'x' {
            let digits: String = data[at + 2..]
                .iter()
                .take(2)
                .map(|&byte| char::from(byte))
                .collect();
            match u8::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 2) {
                Some(byte) => {
                    made.push(byte);
                    at += 4;
                }
                None => {
                    match errors.as_deref().unwrap_or("strict") {
                        "strict" => {
                            return Err(t.value_error(format!("invalid \\x escape at position {at}")));
                        }
                        "replace" => made.push(b'?'),
                        "ignore" => {}
                        other => {
                            return Err(t.value_error(format!(
                                "decoding error; unknown error handling code: {other}"
                            )));
                        }
                    }
                    at += 2 + usize::from(data.get(at + 2).is_some_and(u8::is_ascii_hexdigit));
                }
            }
        } else if count > 0 {
            made.push(value as u8);
            at += 1 + count;
        } else {
            match simple(letter) {
                _ if letter == b'\n' => {}
                Some(point) => made.push(point as u8),
                None => made.extend([b'\\', letter]),
            }
            at += 2;
        }
    }
    let length = t.int(data.len());
    let made = t.bytes(made);
    Ok(t.tuple(&[made, length]))
}
