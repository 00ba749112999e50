//! Format specifications: `format(value, spec)` of text and numbers.

use super::numeric_text::{self, Style};
use crate::heap::{Obj, Res, Text, Thread};
use crate::types::Builtin;
use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

/// A specification: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.
#[derive(Clone, Debug)]
pub struct Spec {
    fill: u32,
    align: Option<char>,
    sign: char,
    no_negative_zero: bool,
    alternate: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
    /// Empty: like `str()`
    plain: bool,
    zero: bool,
}

impl crate::heap::Escapes for Spec {}

impl Thread {
    /// The text of a format specification.
    pub fn format_spec(&mut self, spec: &Obj) -> Res<Text> {
        match self.as_text(spec) {
            Some(spec) => Ok(spec),
            None => {
                let name = self.type_name(spec);
                Err(self.type_error(format!("__format__() argument must be str, not {name}")))
            }
        }
    }
}

fn parse(t: &mut Thread, spec: &Text, class: &str) -> Res<Spec> {
    let points = &spec.0;
    let at = |i: usize| points.get(i).and_then(|&point| char::from_u32(point));
    let is_align = |c: Option<char>| c.filter(|&c| "<>=^".contains(c));
    let mut made = Spec {
        fill: 0x20,
        align: None,
        sign: '-',
        no_negative_zero: false,
        alternate: false,
        width: 0,
        grouping: None,
        precision: None,
        kind: None,
        plain: points.is_empty(),
        zero: false,
    };
    let mut i = 0;
    if let (Some(&fill), Some(align)) = (points.first(), is_align(at(1))) {
        (made.fill, made.align, i) = (fill, Some(align), 2);
    } else if let Some(align) = is_align(at(0)) {
        (made.align, i) = (Some(align), 1);
    }
    let filled = i == 2;
    if let Some(sign) = at(i).filter(|&c| "+- ".contains(c)) {
        (made.sign, i) = (sign, i + 1);
    }
    if at(i) == Some('z') {
        (made.no_negative_zero, i) = (true, i + 1);
    }
    if at(i) == Some('#') {
        (made.alternate, i) = (true, i + 1);
    }
    if !filled && at(i) == Some('0') {
        made.fill = u32::from('0');
        made.zero = true;
        if made.align.is_none() {
            made.align = Some('=');
        }
        i += 1;
    }
    let number = |i: &mut usize| -> Option<Result<usize, ()>> {
        let start = *i;
        let mut value = Some(0usize);
        while let Some(digit) = at(*i).and_then(|c| c.to_digit(10)) {
            value = value
                .and_then(|value| value.checked_mul(10)?.checked_add(digit as usize))
                .filter(|&value| isize::try_from(value).is_ok());
            *i += 1;
        }
        (*i > start).then_some(value.ok_or(()))
    };
    let too_many = "Too many decimal digits in format string";
    match number(&mut i) {
        Some(Ok(width)) => made.width = width,
        Some(Err(())) => return Err(t.value_error(too_many)),
        None => {}
    }
    for mark in [',', '_'] {
        if at(i) == Some(mark) {
            if made.grouping.is_some() {
                return Err(t.value_error("Cannot specify both ',' and '_'."));
            }
            (made.grouping, i) = (Some(mark), i + 1);
        }
    }
    if at(i) == Some(',') {
        let both = if made.grouping == Some(',') {
            "Cannot specify ',' with ','."
        } else {
            "Cannot specify both ',' and '_'."
        };
        return Err(t.value_error(both));
    }
    if at(i) == Some('.') {
        i += 1;
        match number(&mut i) {
            Some(Ok(precision)) => made.precision = Some(precision),
            Some(Err(())) => return Err(t.value_error(too_many)),
            None => return Err(t.value_error("Format specifier missing precision")),
        }
    }
    if points.len() > i + 1 {
        return Err(t.value_error(format!(
            "Invalid format specifier '{}' for object of type '{class}'",
            spec.lossy()
        )));
    }
    made.kind = points
        .get(i)
        .map(|&point| char::from_u32(point).unwrap_or('\u{fffd}'));
    if let (Some(mark), Some(kind)) = (made.grouping, made.kind) {
        let allowed = "defgEG%F".contains(kind) || mark == '_' && "boxX".contains(kind);
        if !allowed {
            let shown = show_kind(kind);
            return Err(t.value_error(format!("Cannot specify '{mark}' with {shown}.")));
        }
    }
    Ok(made)
}

fn show_kind(kind: char) -> String {
    if ('\u{21}'..'\u{80}').contains(&kind) {
        format!("'{kind}'")
    } else {
        format!("'\\x{:x}'", u32::from(kind))
    }
}

fn unknown_code(t: &mut Thread, kind: char, class: &str) -> crate::heap::Raised {
    t.value_error(format!(
        "Unknown format code {} for object of type '{class}'",
        show_kind(kind)
    ))
}

/// Puts a text into its width.
fn pad(spec: &Spec, text: Vec<u32>, default: char) -> Text {
    let missing = spec.width.saturating_sub(text.len());
    let left = match spec.align.unwrap_or(default) {
        '<' => 0,
        '^' => missing / 2,
        _ => missing,
    };
    let mut made = vec![spec.fill; left];
    made.extend(text);
    made.extend(std::iter::repeat_n(spec.fill, missing - left));
    Text(made)
}

/// `format(text, spec)`
pub fn text(t: &mut Thread, value: &Text, spec: &Text) -> Res {
    let spec = parse(t, spec, "str")?;
    match spec.kind {
        None | Some('s') => {}
        Some(kind) => return Err(unknown_code(t, kind, "str")),
    }
    if spec.sign != '-' {
        let what = if spec.sign == ' ' { "Space" } else { "Sign" };
        return Err(t.value_error(format!("{what} not allowed in string format specifier")));
    }
    if spec.no_negative_zero {
        return Err(t.value_error("Negative zero coercion (z) not allowed in string format specifier"));
    }
    if spec.alternate {
        return Err(t.value_error("Alternate form (#) not allowed in string format specifier"));
    }
    if let Some(mark) = spec.grouping {
        return Err(t.value_error(format!("Cannot specify '{mark}' with 's'.")));
    }
    if spec.align == Some('=') && !spec.zero {
        return Err(t.value_error("'=' alignment not allowed in string format specifier"));
    }
    let mut spec = spec;
    if spec.align == Some('=') {
        spec.align = Some('<');
    }
    let shown = value.0.len().min(spec.precision.unwrap_or(usize::MAX));
    let made = pad(&spec, value.0[..shown].to_vec(), '<');
    Ok(t.text(made))
}

/// Groups the digits before the point, and fills them with zeros to a width.
fn group(digits: &str, mark: Option<char>, size: usize, width: usize) -> String {
    let Some(mark) = mark else {
        return format!("{digits:0>width$}");
    };
    let mut made: Vec<char> = Vec::new();
    let mut rest = digits.chars().rev();
    let mut count = 0;
    loop {
        let next = rest.next();
        if next.is_none() && made.len() >= width {
            break;
        }
        if count > 0 && count % size == 0 {
            made.push(mark);
        }
        made.push(next.unwrap_or('0'));
        count += 1;
    }
    made.iter().rev().collect()
}

/// Sign, prefix, digits and tail put together.
fn number(spec: &Spec, negative: bool, prefix: &str, digits: &str, tail: &str, group_size: usize) -> Text {
    let sign = match (negative, spec.sign) {
        (true, _) => "-",
        (_, '+') => "+",
        (_, ' ') => " ",
        _ => "",
    };
    let around = sign.len() + prefix.len() + tail.chars().count();
    let zeros = if spec.align == Some('=') && spec.fill == u32::from('0') {
        spec.width.saturating_sub(around)
    } else {
        0
    };
    let digits = group(digits, spec.grouping, group_size, zeros);
    let points = |text: &str| text.chars().map(u32::from).collect::<Vec<_>>();
    if spec.align == Some('=') {
        let missing = spec.width.saturating_sub(around + digits.chars().count());
        let mut made = points(&format!("{sign}{prefix}"));
        made.extend(std::iter::repeat_n(spec.fill, missing));
        made.extend(points(&format!("{digits}{tail}")));
        return Text(made);
    }
    pad(spec, points(&format!("{sign}{prefix}{digits}{tail}")), '>')
}

/// `format(int, spec)`
pub fn int(t: &mut Thread, value: &BigInt, spec: &Text) -> Res {
    let parsed = parse(t, spec, "int")?;
    if parsed.plain {
        let text = super::int::decimal(t, value)?;
        return Ok(t.str(&text));
    }
    let base = match parsed.kind {
        None | Some('d' | 'n') => 10,
        Some('b') => 2,
        Some('o') => 8,
        Some('x' | 'X') => 16,
        Some('c') => return character(t, value, &parsed),
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => {
            let value = super::float::to_float(t, value)?;
            return float(t, value, spec);
        }
        Some(kind) => return Err(unknown_code(t, kind, "int")),
    };
    if parsed.precision.is_some() {
        return Err(t.value_error("Precision not allowed in integer format specifier"));
    }
    if parsed.no_negative_zero {
        return Err(t.value_error("Negative zero coercion (z) not allowed in integer format specifier"));
    }
    let (mut digits, mut prefix) = match base {
        10 => (
            super::int::decimal(t, &BigInt::from(value.magnitude().clone()))?,
            "",
        ),
        _ => (
            value.magnitude().to_str_radix(base),
            match (parsed.alternate, base) {
                (false, _) => "",
                (_, 2) => "0b",
                (_, 8) => "0o",
                _ => "0x",
            },
        ),
    };
    if parsed.kind == Some('X') {
        digits = digits.to_uppercase();
        prefix = if parsed.alternate { "0X" } else { "" };
    }
    let size = if base == 10 { 3 } else { 4 };
    let made = number(&parsed, value.sign() == Sign::Minus, prefix, &digits, "", size);
    Ok(t.text(made))
}

fn character(t: &mut Thread, value: &BigInt, spec: &Spec) -> Res {
    if spec.precision.is_some() {
        return Err(t.value_error("Precision not allowed in integer format specifier"));
    }
    if spec.sign != '-' {
        return Err(t.value_error("Sign not allowed with integer format specifier 'c'"));
    }
    if spec.alternate {
        return Err(t.value_error("Alternate form (#) not allowed with integer format specifier 'c'"));
    }
    match value.to_u32().filter(|&point| point <= 0x10ffff) {
        Some(point) => {
            let made = pad(spec, vec![point], '>');
            Ok(t.text(made))
        }
        None => Err(t.overflow_error("%c arg not in range(0x110000)")),
    }
}

/// A float's digits before the point, and the rest.
fn float_parts(value: f64, spec: &Spec, class_default: char) -> (bool, String, String) {
    let (kind, percent) = match spec.kind {
        Some('%') => ('f', true),
        Some('n') => ('g', false),
        Some(kind) => (kind, false),
        None if spec.precision.is_some() => ('g', false),
        None => (class_default, false),
    };
    let value = if percent { value * 100.0 } else { value };
    let style = Style {
        alternate: spec.alternate,
        point_zero: spec.kind.is_none() && class_default == 'r',
    };
    let precision = spec.precision.unwrap_or(6);
    let shown = numeric_text::text(value.abs(), kind, precision, style);
    let mut negative = value.is_sign_negative() && !value.is_nan();
    if spec.no_negative_zero
        && negative
        && !shown.contains(|c: char| ('1'..='9').contains(&c))
        && value.is_finite()
    {
        negative = false;
    }
    let whole = shown.find(|c: char| !c.is_ascii_digit()).unwrap_or(shown.len());
    let (digits, tail) = if value.is_finite() {
        shown.split_at(whole)
    } else {
        ("", shown.as_str())
    };
    let percent = if percent { "%" } else { "" };
    (negative, digits.to_owned(), format!("{tail}{percent}"))
}

/// `format(float, spec)`
pub fn float(t: &mut Thread, value: f64, spec: &Text) -> Res {
    let spec = parse(t, spec, "float")?;
    if spec.plain {
        return Ok(t.str(&numeric_text::repr(value)));
    }
    if let Some(kind) = spec.kind
        && !"eEfFgGn%".contains(kind)
    {
        return Err(unknown_code(t, kind, "float"));
    }
    let (negative, digits, tail) = float_parts(value, &spec, 'r');
    let made = number(&spec, negative, "", &digits, &tail, 3);
    Ok(t.text(made))
}

/// `format(complex, spec)`
pub fn complex(t: &mut Thread, value: (f64, f64), spec: &Text) -> Res {
    let spec = parse(t, spec, "complex")?;
    if spec.plain {
        return Ok(t.str(&numeric_text::complex(value.0, value.1)));
    }
    if let Some(kind) = spec.kind
        && !"eEfFgGn".contains(kind)
    {
        return Err(unknown_code(t, kind, "complex"));
    }
    if spec.fill == u32::from('0') {
        return Err(t.value_error("Zero padding is not allowed in complex format specifier"));
    }
    if spec.align == Some('=') {
        return Err(t.value_error("'=' alignment flag is not allowed in complex format specifier"));
    }
    // without a type like `str`: parentheses, and a zero real part is left out
    let bare = spec.kind.is_none();
    let part = |value: f64, sign: char| {
        let spec = Spec {
            width: 0,
            align: None,
            sign,
            ..spec.clone()
        };
        let shown = Spec {
            kind: spec.kind.or(spec.precision.map(|_| 'g')),
            ..spec.clone()
        };
        let (negative, digits, tail) = float_parts(value, &shown, 's');
        number(&spec, negative, "", &digits, &tail, 3).lossy()
    };
    let imaginary = part(
        value.1,
        if bare && value.0 == 0.0 && !value.0.is_sign_negative() {
            spec.sign
        } else {
            '+'
        },
    );
    let text = if bare && value.0 == 0.0 && !value.0.is_sign_negative() {
        format!("{imaginary}j")
    } else {
        let both = format!("{}{imaginary}j", part(value.0, spec.sign));
        if bare { format!("({both})") } else { both }
    };
    let points = text.chars().map(u32::from).collect();
    let made = pad(&spec, points, '>');
    Ok(t.text(made))
}

impl Thread {
    /// `format(o, spec)`
    pub fn format(&mut self, obj: &Obj, spec: &Obj) -> Res {
        if self.as_text(spec).is_none() {
            let name = self.type_name(spec);
            return Err(self.type_error(format!("Format specifier must be a string, not {name}")));
        }
        let what = "has no __format__";
        let made = self.need_special(obj, "__format__", std::slice::from_ref(spec), what)?;
        if !self.is_instance(&made, Builtin::Str) {
            let given = self.type_name(&made);
            return Err(self.type_error(format!("__format__ must return a str, not {given}")));
        }
        Ok(made)
    }
}
