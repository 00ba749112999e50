//! The texts of floats, both ways: CPython's rules for digits, exponents and what may stand in a literal.

/// Whether a float's text shows a point and zeros that it does not need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Style {
    /// `#`: keep the point and trailing zeros
    pub alternate: bool,
    /// Add `.0` to what looks like an int
    pub point_zero: bool,
}

/// `repr` of a float.
pub fn repr(value: f64) -> String {
    text(
        value,
        'r',
        0,
        Style {
            point_zero: true,
            ..Style::default()
        },
    )
}

/// Digits without point and the exponent of the first, from Rust's scientific notation.
fn scientific(text: &str) -> (String, i32) {
    let (digits, exponent) = text.split_once('e').unwrap_or((text, "0"));
    (digits.replace('.', ""), exponent.parse().unwrap_or(0))
}

/// A float by one of `e f g r` (or upper case), with a minus sign when it has one.
pub fn text(value: f64, code: char, precision: usize, style: Style) -> String {
    if !value.is_finite() {
        let word = match () {
            () if value.is_nan() => "nan",
            () if value > 0.0 => "inf",
            () => "-inf",
        };
        return if code.is_uppercase() {
            word.to_uppercase()
        } else {
            word.to_owned()
        };
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let value = value.abs();
    let mut made = match code.to_ascii_lowercase() {
        'f' => {
            let point = if style.alternate && precision == 0 {
                "."
            } else {
                ""
            };
            format!("{value:.precision$}{point}")
        }
        'e' => {
            let (digits, exponent) = scientific(&format!("{value:.precision$e}"));
            exponential(&digits, exponent, style.alternate)
        }
        'g' => {
            let precision = precision.max(1);
            let (digits, exponent) = scientific(&format!("{value:.*e}", precision - 1));
            let digits = if style.alternate {
                &digits
            } else {
                digits.trim_end_matches('0')
            };
            shortest(
                digits,
                exponent,
                precision as i32 - i32::from(style.point_zero),
                style,
            )
        }
        _ => {
            let (digits, exponent) = scientific(&format!("{value:e}"));
            shortest(digits.trim_end_matches('0'), exponent, 16, style)
        }
    };
    if code.is_uppercase() {
        made = made.to_uppercase();
    }
    format!("{sign}{made}")
}

fn exponential(digits: &str, exponent: i32, point: bool) -> String {
    let (first, rest) = digits.split_at(digits.len().min(1));
    let first = if first.is_empty() { "0" } else { first };
    let point = if rest.is_empty() && !point { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{first}{point}{rest}e{sign}{:02}", exponent.abs())
}

/// With or without an exponent, whichever CPython takes.
fn shortest(digits: &str, exponent: i32, limit: i32, style: Style) -> String {
    if exponent < -4 || exponent >= limit {
        return exponential(digits, exponent, style.alternate);
    }
    let tail = match (style.alternate, style.point_zero) {
        (true, _) => ".",
        (_, true) => ".0",
        _ => "",
    };
    if exponent < 0 {
        return format!("0.{}{digits}", "0".repeat((-exponent - 1) as usize));
    }
    let whole = exponent as usize + 1;
    if digits.len() <= whole {
        return format!("{digits}{}{tail}", "0".repeat(whole - digits.len()));
    }
    format!("{}.{}", &digits[..whole], &digits[whole..])
}

/// The text without underscores between digits; None when one stands elsewhere.
pub fn without_underscores(text: &str) -> Option<String> {
    let mut before = ' ';
    let mut plain = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '_' {
            if !before.is_ascii_digit() {
                return None;
            }
        } else {
            if before == '_' && !c.is_ascii_digit() {
                return None;
            }
            plain.push(c);
        }
        before = c;
    }
    (before != '_').then_some(plain)
}

/// A float literal without white space around it.
pub fn parse(text: &str) -> Option<f64> {
    let plain = without_underscores(text)?;
    let (used, value) = parse_start(&plain)?;
    (used == plain.len()).then_some(value)
}

/// The longest float literal at the start of a text: how long it is, and its value.
pub fn parse_start(text: &str) -> Option<(usize, f64)> {
    let bytes = text.as_bytes();
    let at = |i: usize| bytes.get(i).copied().unwrap_or(0);
    let mut i = usize::from(matches!(at(0), b'+' | b'-'));
    let rest = text.get(i..)?.to_ascii_lowercase();
    for (word, value) in [
        ("infinity", f64::INFINITY),
        ("inf", f64::INFINITY),
        ("nan", f64::NAN),
    ] {
        if rest.starts_with(word) {
            return Some((i + word.len(), if at(0) == b'-' { -value } else { value }));
        }
    }
    let digits = |mut i: usize| {
        let start = i;
        while at(i).is_ascii_digit() {
            i += 1;
        }
        (i, i - start)
    };
    let (end, whole) = digits(i);
    i = end;
    let mut fraction = 0;
    if at(i) == b'.' {
        let (end, count) = digits(i + 1);
        if whole + count > 0 {
            i = end;
        }
        fraction = count;
    }
    if whole + fraction == 0 {
        return None;
    }
    if matches!(at(i), b'e' | b'E') {
        let sign = usize::from(matches!(at(i + 1), b'+' | b'-'));
        let (end, count) = digits(i + 1 + sign);
        if count > 0 {
            i = end;
        }
    }
    Some((i, text[..i].parse().ok()?))
}

/// `repr` of a complex.
pub fn complex(real: f64, imaginary: f64) -> String {
    complex_parts(real, imaginary, |value| text(value, 'r', 0, Style::default()))
}

fn complex_parts(real: f64, imaginary: f64, show: impl Fn(f64) -> String) -> String {
    if real == 0.0 && !real.is_sign_negative() {
        return format!("{}j", show(imaginary));
    }
    let plus = if imaginary.is_nan() || !imaginary.is_sign_negative() {
        "+"
    } else {
        ""
    };
    format!("({}{plus}{}j)", show(real), show(imaginary))
}

/// A complex literal, parentheses and spaces around it allowed.
pub fn parse_complex(text: &str) -> Option<(f64, f64)> {
    let mut text = text.trim();
    if let Some(inner) = text.strip_prefix('(') {
        text = inner.strip_suffix(')')?.trim();
    }
    let text = without_underscores(text)?;
    let is_unit = |rest: &str| rest.eq_ignore_ascii_case("j");
    let signed_unit = |rest: &str| match rest {
        "+" | "" => Some(1.0),
        "-" => Some(-1.0),
        _ => None,
    };
    let (used, first) = match parse_start(&text) {
        Some(found) => found,
        None => {
            let unit = text.strip_suffix(['j', 'J'])?;
            return Some((0.0, signed_unit(unit)?));
        }
    };
    let rest = &text[used..];
    if rest.is_empty() {
        return Some((first, 0.0));
    }
    if is_unit(rest) {
        return Some((0.0, first));
    }
    if !rest.starts_with(['+', '-']) {
        return None;
    }
    let body = rest.strip_suffix(['j', 'J'])?;
    if let Some(unit) = (body.len() == 1).then(|| signed_unit(body)).flatten() {
        return Some((first, unit));
    }
    let (used, second) = parse_start(body)?;
    (used == body.len()).then_some((first, second))
}
