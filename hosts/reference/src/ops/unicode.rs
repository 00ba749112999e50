//! What is known of characters: classes, case, decimal values, and how `repr` shows them.

use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

fn class(point: u32) -> GeneralCategory {
    match char::from_u32(point) {
        Some(c) => c.general_category(),
        None => GeneralCategory::Surrogate,
    }
}

/// Is it white space for `strip` and `split`?
pub fn is_space(point: u32) -> bool {
    matches!(point, 0x1c..=0x1f) || char::from_u32(point).is_some_and(char::is_whitespace)
}

/// Does `splitlines` end a line here?
pub fn is_line_break(point: u32) -> bool {
    matches!(point, 0x0a..=0x0d | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029)
}

/// Does `repr` show it as it is?
pub fn is_printable(point: u32) -> bool {
    use GeneralCategory as G;
    point == 0x20
        || !matches!(
            class(point),
            G::Control
                | G::Format
                | G::Surrogate
                | G::PrivateUse
                | G::Unassigned
                | G::LineSeparator
                | G::ParagraphSeparator
                | G::SpaceSeparator
        )
}

/// A letter?
pub fn is_alpha(point: u32) -> bool {
    use GeneralCategory as G;
    matches!(
        class(point),
        G::UppercaseLetter | G::LowercaseLetter | G::TitlecaseLetter | G::ModifierLetter | G::OtherLetter
    )
}

/// Is it a title case letter, like U+01C5?
pub fn is_title(point: u32) -> bool {
    class(point) == GeneralCategory::TitlecaseLetter
}

/// Its value as a decimal digit of any script.
pub fn decimal(point: u32) -> Option<u32> {
    let is_digit = |point| class(point) == GeneralCategory::DecimalNumber;
    if point < 0x80 {
        return char::from_u32(point)?.to_digit(10);
    }
    // the digits of a script are ten in a row, several rows of ten at most
    is_digit(point).then(|| (1..).take_while(|&back| is_digit(point - back)).count() as u32 % 10)
}

/// Characters that are digits beside the decimals, in runs: superscripts, circled ones and the like; what the first is worth.
const DIGITS: &[(u32, u32, u32)] = &[
    (0xb2, 0xb3, 2),
    (0xb9, 0xb9, 1),
    (0x1369, 0x1371, 1),
    (0x19da, 0x19da, 1),
    (0x2070, 0x2070, 0),
    (0x2074, 0x2079, 4),
    (0x2080, 0x2089, 0),
    (0x2460, 0x2468, 1),
    (0x2474, 0x247c, 1),
    (0x2488, 0x2490, 1),
    (0x24ea, 0x24ea, 0),
    (0x24f5, 0x24fd, 1),
    (0x24ff, 0x24ff, 0),
    (0x2776, 0x277e, 1),
    (0x2780, 0x2788, 1),
    (0x278a, 0x2792, 1),
    (0x10a40, 0x10a43, 1),
    (0x10e60, 0x10e68, 1),
    (0x11052, 0x1105a, 1),
    (0x1f100, 0x1f100, 0),
    (0x1f101, 0x1f10a, 0),
];

/// Its value as a digit.
pub fn digit(point: u32) -> Option<u32> {
    decimal(point).or_else(|| {
        let (first, _, value) = DIGITS
            .iter()
            .find(|(first, last, _)| (*first..=*last).contains(&point))?;
        Some(point - first + value)
    })
}

/// A digit of any kind?
pub fn is_digit(point: u32) -> bool {
    digit(point).is_some()
}

/// Its value as a number: digits, and the common fractions.
pub fn numeric(point: u32) -> Option<f64> {
    const FRACTIONS: &[(u32, f64, f64)] = &[
        (0xbc, 1.0, 4.0),
        (0xbd, 1.0, 2.0),
        (0xbe, 3.0, 4.0),
        (0x2150, 1.0, 7.0),
        (0x2151, 1.0, 9.0),
        (0x2152, 1.0, 10.0),
        (0x2153, 1.0, 3.0),
        (0x2154, 2.0, 3.0),
        (0x2155, 1.0, 5.0),
        (0x2156, 2.0, 5.0),
        (0x2157, 3.0, 5.0),
        (0x2158, 4.0, 5.0),
        (0x2159, 1.0, 6.0),
        (0x215a, 5.0, 6.0),
        (0x215b, 1.0, 8.0),
        (0x215c, 3.0, 8.0),
        (0x215d, 5.0, 8.0),
        (0x215e, 7.0, 8.0),
    ];
    if let Some(digit) = digit(point) {
        return Some(f64::from(digit));
    }
    let roman = match point {
        0x2160..=0x216b => Some(f64::from(point - 0x2160 + 1)),
        0x2170..=0x217b => Some(f64::from(point - 0x2170 + 1)),
        _ => None,
    };
    let fraction = FRACTIONS.iter().find(|(known, ..)| *known == point);
    roman.or_else(|| fraction.map(|(_, above, below)| above / below))
}

/// A number of any kind?
pub fn is_numeric(point: u32) -> bool {
    const HAN: &str = "〇一二三四五六七八九十百千万萬億兆零壹貳參肆伍陸柒捌玖拾佰仟";
    char::from_u32(point).is_some_and(|c| c.is_numeric() || HAN.contains(c))
}

/// Upper case?
pub fn is_upper(point: u32) -> bool {
    char::from_u32(point).is_some_and(char::is_uppercase)
}

/// Lower case?
pub fn is_lower(point: u32) -> bool {
    char::from_u32(point).is_some_and(char::is_lowercase)
}

/// Has it case?
pub fn is_cased(point: u32) -> bool {
    is_upper(point) || is_lower(point) || is_title(point)
}

/// May an identifier begin with it?
pub fn starts_identifier(point: u32) -> bool {
    point == u32::from('_') || char::from_u32(point).is_some_and(unicode_ident::is_xid_start)
}

/// May it stand in an identifier?
pub fn continues_identifier(point: u32) -> bool {
    char::from_u32(point).is_some_and(unicode_ident::is_xid_continue)
}

/// The text in upper case.
pub fn upper(points: &[u32]) -> Vec<u32> {
    map(points, |c| c.to_uppercase().map(u32::from).collect())
}

/// The text in lower case; a sigma at the end of a word is a final one.
pub fn lower(points: &[u32]) -> Vec<u32> {
    let mut made = Vec::with_capacity(points.len());
    for (at, &point) in points.iter().enumerate() {
        lower_at(points, at, point, &mut made);
    }
    made
}

fn lower_at(points: &[u32], at: usize, point: u32, made: &mut Vec<u32>) {
    const SIGMA: u32 = 0x3a3;
    let ignorable = |&&point: &&u32| {
        use GeneralCategory as G;
        matches!(point, 0x27 | 0x2e | 0x3a | 0xb7 | 0x2019)
            || matches!(
                class(point),
                G::NonspacingMark | G::Format | G::ModifierLetter | G::ModifierSymbol
            )
    };
    if point == SIGMA {
        let before = points[..at].iter().rev().find(|point| !ignorable(point));
        let after = points[at + 1..].iter().find(|point| !ignorable(point));
        let is_final = before.is_some_and(|&p| is_cased(p)) && !after.is_some_and(|&p| is_cased(p));
        made.push(if is_final { 0x3c2 } else { 0x3c3 });
        return;
    }
    match char::from_u32(point) {
        Some(c) => made.extend(c.to_lowercase().map(u32::from)),
        None => made.push(point),
    }
}

/// One character in title case.
pub fn title_of(point: u32) -> Vec<u32> {
    let special = match point {
        0x1c4..=0x1c6 => 0x1c5,
        0x1c7..=0x1c9 => 0x1c8,
        0x1ca..=0x1cc => 0x1cb,
        0x1f1..=0x1f3 => 0x1f2,
        0xdf => return vec![0x53, 0x73],
        0xfb00..=0xfb04 => {
            let upper = upper(&[point]);
            let rest = lower(&upper[1..]);
            return upper.into_iter().take(1).chain(rest).collect();
        }
        // title case letters of Greek, which have a combined iota in upper case
        0x1f80..=0x1faf | 0x1fbc | 0x1fcc | 0x1ffc if is_title(point) => point,
        0x1f80..=0x1faf => point | 8,
        0x1fb3 => 0x1fbc,
        0x1fc3 => 0x1fcc,
        0x1ff3 => 0x1ffc,
        _ => return upper(&[point]),
    };
    vec![special]
}

/// Words with a capital each.
pub fn title(points: &[u32]) -> Vec<u32> {
    let mut made = Vec::with_capacity(points.len());
    let mut in_word = false;
    for (at, &point) in points.iter().enumerate() {
        if in_word {
            lower_at(points, at, point, &mut made);
        } else {
            made.extend(title_of(point));
        }
        in_word = is_cased(point);
    }
    made
}

/// One capital at the start.
pub fn capitalize(points: &[u32]) -> Vec<u32> {
    let mut made = Vec::with_capacity(points.len());
    for (at, &point) in points.iter().enumerate() {
        if at == 0 {
            made.extend(title_of(point));
        } else {
            lower_at(points, at, point, &mut made);
        }
    }
    made
}

/// Upper for lower and lower for upper case.
pub fn swapcase(points: &[u32]) -> Vec<u32> {
    let mut made = Vec::with_capacity(points.len());
    for (at, &point) in points.iter().enumerate() {
        if is_upper(point) {
            lower_at(points, at, point, &mut made);
        } else if is_lower(point) {
            made.extend(upper(&[point]));
        } else {
            made.push(point);
        }
    }
    made
}

/// For comparisons without case.
pub fn casefold(points: &[u32]) -> Vec<u32> {
    map(points, |c| match c {
        'ß' | 'ẞ' => vec![0x73, 0x73],
        'ς' => vec![0x3c3],
        '\u{13a0}'..='\u{13f5}' => vec![u32::from(c)],
        '\u{13f8}'..='\u{13fd}' | '\u{ab70}'..='\u{abbf}' => c.to_uppercase().map(u32::from).collect(),
        // what has a longer upper case folds as the lower case of that
        _ if c.to_uppercase().count() > 1 => lower(&c.to_uppercase().map(u32::from).collect::<Vec<_>>()),
        _ => c.to_lowercase().map(u32::from).collect(),
    })
}

fn map(points: &[u32], f: impl Fn(char) -> Vec<u32>) -> Vec<u32> {
    let changed = |&point: &u32| char::from_u32(point).map_or_else(|| vec![point], &f);
    points.iter().flat_map(changed).collect()
}

/// Decimal digits of any script as ASCII, what is no character as U+FFFD.
pub fn ascii_digits(points: &[u32]) -> String {
    let plain = |&point: &u32| match decimal(point) {
        Some(digit) => char::from_digit(digit, 10).unwrap_or('0'),
        None => char::from_u32(point).unwrap_or(char::REPLACEMENT_CHARACTER),
    };
    points.iter().map(plain).collect()
}

/// A character as an escape.
pub fn escape(point: u32) -> String {
    match point {
        0x00..=0xff => format!("\\x{point:02x}"),
        0x100..=0xffff => format!("\\u{point:04x}"),
        _ => format!("\\U{point:08x}"),
    }
}

/// `repr` of a text, or `ascii`.
pub fn repr(points: &[u32], ascii: bool) -> Vec<u32> {
    quoted(points, |point| {
        if ascii {
            (0x20..0x7f).contains(&point)
        } else {
            is_printable(point)
        }
    })
}

/// `repr` of bytes without the `b`.
pub fn repr_bytes(bytes: &[u8]) -> String {
    let points: Vec<u32> = bytes.iter().map(|&byte| u32::from(byte)).collect();
    let shown = quoted(&points, |point| (0x20..0x7f).contains(&point));
    shown.into_iter().filter_map(char::from_u32).collect()
}

fn quoted(points: &[u32], is_plain: impl Fn(u32) -> bool) -> Vec<u32> {
    let has = |c: char| points.contains(&u32::from(c));
    let quote = if has('\'') && !has('"') { '"' } else { '\'' };
    let mut made = vec![u32::from(quote)];
    for &point in points {
        match char::from_u32(point) {
            Some(c) if c == quote || c == '\\' => made.extend([0x5c, point]),
            Some('\n') => made.extend([0x5c, 0x6e]),
            Some('\r') => made.extend([0x5c, 0x72]),
            Some('\t') => made.extend([0x5c, 0x74]),
            _ if is_plain(point) => made.push(point),
            _ => made.extend(escape(point).chars().map(u32::from)),
        }
    }
    made.push(u32::from(quote));
    made
}
