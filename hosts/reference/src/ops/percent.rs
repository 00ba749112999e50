//! The `%` operator of str and bytes.

use super::numeric_text::{self, Style};
use super::unicode;
use crate::heap::{Obj, Raised, Res, Text, Thread};
use crate::types::Builtin;
use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

/// `str % values`
pub(super) fn str_mod(t: &mut Thread, a: &[Obj]) -> Res {
    let Some(template) = t.as_text(&a[0]) else {
        return Ok(t.not_implemented());
    };
    let made = Percent::new(t, &a[1], false).run(t, &template.0)?;
    Ok(t.text(Text(made)))
}

/// `bytes % values`
pub(super) fn bytes_mod(t: &mut Thread, a: &[Obj]) -> Res {
    let Some(template) = t.as_bytes(&a[0]) else {
        return Ok(t.not_implemented());
    };
    let points: Vec<u32> = template.iter().map(|&byte| u32::from(byte)).collect();
    let made = Percent::new(t, &a[1], true).run(t, &points)?;
    let made: Vec<u8> = made.into_iter().map(|point| point as u8).collect();
    if t.shape_of(&a[0]) == Builtin::ByteArray {
        return Ok(t.bytearray(made));
    }
    Ok(t.bytes(made))
}

#[derive(Default)]
struct Flags {
    left: bool,
    plus: bool,
    space: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
}

struct Percent {
    values: Obj,
    items: Option<Vec<Obj>>,
    next: usize,
    is_mapping: bool,
    bytes: bool,
}

impl Percent {
    fn new(t: &mut Thread, values: &Obj, bytes: bool) -> Self {
        let is_tuple = t.is_instance(values, Builtin::Tuple);
        let class = t.class_of(values);
        let text = t.is_instance(values, Builtin::Str)
            || bytes && (t.is_instance(values, Builtin::Bytes) || t.is_instance(values, Builtin::ByteArray));
        Percent {
            values: values.clone(),
            items: if is_tuple { t.items(values) } else { None },
            next: 0,
            is_mapping: !is_tuple && !text && t.lookup(&class, "__getitem__").is_some(),
            bytes,
        }
    }

    fn value(&mut self, t: &mut Thread) -> Res {
        let found = match &self.items {
            Some(items) => items.get(self.next).cloned(),
            None => (self.next == 0).then(|| self.values.clone()),
        };
        self.next += 1;
        found.ok_or_else(|| t.type_error("not enough arguments for format string"))
    }

    fn kind(&self) -> &'static str {
        if self.bytes { "bytes" } else { "string" }
    }

    fn run(mut self, t: &mut Thread, template: &[u32]) -> Res<Vec<u32>> {
        let at = |i: usize| template.get(i).copied().and_then(char::from_u32);
        let mut made = Vec::new();
        let mut i = 0;
        let mut keyed = false;
        while i < template.len() {
            if template[i] != u32::from('%') {
                made.push(template[i]);
                i += 1;
                continue;
            }
            i += 1;
            let mut given = None;
            if at(i) == Some('(') {
                if !self.is_mapping {
                    return Err(t.type_error("format requires a mapping"));
                }
                let (mut depth, start) = (1, i + 1);
                while depth > 0 {
                    i += 1;
                    match at(i) {
                        Some('(') => depth += 1,
                        Some(')') => depth -= 1,
                        None if i >= template.len() => return Err(t.value_error("incomplete format key")),
                        _ => {}
                    }
                }
                let key = template[start..i].to_vec();
                let key = if self.bytes {
                    t.bytes(key.into_iter().map(|point| point as u8).collect())
                } else {
                    t.text(Text(key))
                };
                let values = self.values.clone();
                given = Some(t.get_item(&values, &key)?);
                keyed = true;
                i += 1;
            }
            let mut flags = Flags::default();
            loop {
                match at(i) {
                    Some('-') => flags.left = true,
                    Some('+') => flags.plus = true,
                    Some(' ') => flags.space = true,
                    Some('#') => flags.alternate = true,
                    Some('0') => flags.zero = true,
                    _ => break,
                }
                i += 1;
            }
            let number = |this: &mut Self, t: &mut Thread, i: &mut usize, what: &str| -> Res<Option<i64>> {
                if at(*i) == Some('*') {
                    *i += 1;
                    let value = this.value(t)?;
                    if t.as_int(&value).is_none() {
                        return Err(t.type_error("* wants int"));
                    }
                    return match t.as_i64(&value) {
                        Some(value) => Ok(Some(value)),
                        None => Err(t.overflow_error("Python int too large to convert to C ssize_t")),
                    };
                }
                let start = *i;
                let mut value = 0i64;
                while let Some(digit) = at(*i).and_then(|c| c.to_digit(10)) {
                    value = value.saturating_mul(10).saturating_add(i64::from(digit));
                    *i += 1;
                }
                if value >= i64::from(i32::MAX) {
                    return Err(t.value_error(format!("{what} too big")));
                }
                Ok((*i > start).then_some(value))
            };
            if let Some(width) = number(&mut self, t, &mut i, "width")? {
                flags.left |= width < 0;
                flags.width = width.unsigned_abs() as usize;
            }
            if at(i) == Some('.') {
                i += 1;
                let precision = number(&mut self, t, &mut i, "precision")?.unwrap_or(0);
                flags.precision = Some(precision.max(0) as usize);
            }
            while matches!(at(i), Some('h' | 'l' | 'L')) {
                i += 1;
            }
            let Some(code) = template.get(i).copied() else {
                return Err(t.value_error("incomplete format"));
            };
            i += 1;
            if code == u32::from('%') {
                made.push(code);
                continue;
            }
            let value = match given {
                Some(value) => value,
                None => self.value(t)?,
            };
            let shown = char::from_u32(code).unwrap_or('\u{fffd}');
            made.extend(self.one(t, &value, shown, flags, i - 1)?);
        }
        let left = match &self.items {
            Some(items) => self.next < items.len(),
            None => self.next == 0 && !self.is_mapping,
        };
        if left && !keyed {
            let kind = self.kind();
            return Err(t.type_error(format!("not all arguments converted during {kind} formatting")));
        }
        Ok(made)
    }

    /// One value by its code.
    fn one(&self, t: &mut Thread, value: &Obj, code: char, flags: Flags, at: usize) -> Res<Vec<u32>> {
        match code {
            's' | 'b' if self.bytes => {
                let text = self.bytes_of(t, value)?;
                Ok(cut(&flags, text.into_iter().map(u32::from).collect()))
            }
            's' => {
                let text = t.str_of(value)?;
                Ok(cut(&flags, t.as_text(&text).unwrap_or_default().0))
            }
            'r' | 'a' => {
                let text = t.repr(value)?;
                let mut points = t.as_text(&text).unwrap_or_default().0;
                if code == 'a' || self.bytes {
                    points = ascii(&points);
                }
                Ok(cut(&flags, points))
            }
            'c' => {
                let point = self.character(t, value)?;
                Ok(pad(&flags, vec![point]))
            }
            'd' | 'i' | 'u' | 'o' | 'x' | 'X' => {
                let value = self.integer(t, value, code)?;
                Ok(integer(t, &value, code, &flags)?)
            }
            'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
                let number = match super::float::float_of(t, value, false) {
                    Err(error) if self.bytes && t.raised(&error, Builtin::TypeError) => {
                        let given = t.type_name(value);
                        return Err(t.type_error(format!("float argument required, not {given}")));
                    }
                    number => number?,
                };
                let style = Style {
                    alternate: flags.alternate,
                    ..Style::default()
                };
                let text = numeric_text::text(number.abs(), code, flags.precision.unwrap_or(6), style);
                let negative = number.is_sign_negative() && !number.is_nan();
                Ok(signed(&flags, negative, "", &text))
            }
            _ => {
                let shown = if ('\u{20}'..'\u{7f}').contains(&code) {
                    code
                } else {
                    '?'
                };
                Err(t.value_error(format!(
                    "unsupported format character '{shown}' ({:#x}) at index {at}",
                    u32::from(code)
                )))
            }
        }
    }

    fn bytes_of(&self, t: &mut Thread, value: &Obj) -> Res<Vec<u8>> {
        if let Some(data) = t.as_bytes(value) {
            return Ok(data);
        }
        if let Some(made) = t.call_special(value, "__bytes__", &[])? {
            return match t.as_bytes(&made) {
                Some(data) => Ok(data),
                None => {
                    let given = t.type_name(&made);
                    Err(t.type_error(format!("__bytes__ returned non-bytes (type {given})")))
                }
            };
        }
        match super::memory::contents_of(t, value)? {
            Some(data) => Ok(data),
            None => {
                let given = t.type_name(value);
                Err(t.type_error(format!(
                    "%b requires a bytes-like object, or an object that implements __bytes__, not '{given}'"
                )))
            }
        }
    }

    fn character(&self, t: &mut Thread, value: &Obj) -> Res<u32> {
        let single = if self.bytes {
            let data = t.as_bytes(value);
            data.filter(|data| data.len() == 1).map(|data| u32::from(data[0]))
        } else {
            let text = t.as_text(value);
            text.filter(|text| text.0.len() == 1).map(|text| text.0[0])
        };
        if let Some(point) = single {
            return Ok(point);
        }
        let class = t.class_of(value);
        let is_number = t.as_int(value).is_some() || t.lookup(&class, "__index__").is_some();
        let (limit, wrong, range) = if self.bytes {
            (
                0xff,
                "%c requires an integer in range(256) or a single byte",
                "%c arg not in range(256)",
            )
        } else {
            (
                0x10ffff,
                "%c requires int or char",
                "%c arg not in range(0x110000)",
            )
        };
        if !is_number {
            return Err(t.type_error(wrong));
        }
        match t.index(value)?.to_u32() {
            Some(point) if point <= limit => Ok(point),
            _ => Err(t.overflow_error(range)),
        }
    }

    fn integer(&self, t: &mut Thread, value: &Obj, code: char) -> Res<BigInt> {
        if let Some(value) = t.as_int(value) {
            return Ok(value);
        }
        let decimal = matches!(code, 'd' | 'i' | 'u');
        let special = if decimal { "__int__" } else { "__index__" };
        let class = t.class_of(value);
        let has = |t: &mut Thread, name: &str| t.lookup(&class, name).is_some();
        let made: Result<Option<Obj>, Raised> = if decimal && t.as_float(value).is_some() || has(t, special) {
            t.call_special(value, special, &[])
        } else if has(t, "__index__") {
            t.call_special(value, "__index__", &[])
        } else {
            Ok(None)
        };
        if let Some(made) = made?
            && let Some(number) = t.as_int(&made)
        {
            return Ok(number);
        }
        let given = t.type_name(value);
        let wanted = if decimal { "a real number" } else { "an integer" };
        Err(t.type_error(format!("%{code} format: {wanted} is required, not {given}")))
    }
}

/// What is no ASCII as escapes.
pub(super) fn ascii(points: &[u32]) -> Vec<u32> {
    let mut made = Vec::with_capacity(points.len());
    for &point in points {
        if point < 0x80 {
            made.push(point);
        } else {
            made.extend(unicode::escape(point).chars().map(u32::from));
        }
    }
    made
}

fn cut(flags: &Flags, mut points: Vec<u32>) -> Vec<u32> {
    if let Some(precision) = flags.precision {
        points.truncate(precision);
    }
    pad(flags, points)
}

fn pad(flags: &Flags, points: Vec<u32>) -> Vec<u32> {
    let missing = flags.width.saturating_sub(points.len());
    let fill = std::iter::repeat_n(0x20, missing);
    if flags.left {
        points.into_iter().chain(fill).collect()
    } else {
        fill.chain(points).collect()
    }
}

fn signed(flags: &Flags, negative: bool, prefix: &str, digits: &str) -> Vec<u32> {
    let sign = match negative {
        true => "-",
        false if flags.plus => "+",
        false if flags.space => " ",
        false => "",
    };
    let taken = sign.len() + prefix.len() + digits.len();
    let zeros = if flags.zero && !flags.left {
        flags.width.saturating_sub(taken)
    } else {
        0
    };
    let text = format!("{sign}{prefix}{}{digits}", "0".repeat(zeros));
    pad(flags, text.chars().map(u32::from).collect())
}

fn integer(t: &mut Thread, value: &BigInt, code: char, flags: &Flags) -> Res<Vec<u32>> {
    let magnitude = BigInt::from(value.magnitude().clone());
    let (mut digits, prefix) = match code {
        'o' => (magnitude.to_str_radix(8), "0o"),
        'x' => (magnitude.to_str_radix(16), "0x"),
        'X' => (magnitude.to_str_radix(16).to_uppercase(), "0X"),
        _ => (super::int::decimal(t, &magnitude)?, ""),
    };
    if let Some(precision) = flags.precision {
        digits = format!("{digits:0>precision$}");
    }
    let prefix = if flags.alternate { prefix } else { "" };
    Ok(signed(flags, value.sign() == Sign::Minus, prefix, &digits))
}
