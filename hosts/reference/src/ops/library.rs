//! What the shim asks of modules of the library: `os`, `unicodedata`, `struct` and the decoders of `_codecs`.

use super::builtin_functions::{path_bytes, path_of, path_text};
use super::{codec, escape, unicode};
use crate::heap::{Obj, Res, Text, Thread};
use crate::types::{Builtin, Def, Single, function};
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

pub(super) const MODULES: &[(&str, &[Def])] = &[
    (
        "os",
        &[
            function("fspath", 1, 1, path_of),
            function("fsencode", 1, 1, path_bytes),
            function("fsdecode", 1, 1, path_text),
        ],
    ),
    (
        "unicodedata",
        &[
            function("category", 1, 1, |t, a| {
                let point = character(t, &a[0])?;
                Ok(t.str(category(point)))
            }),
            function("decimal", 1, 2, |t, a| value(t, a, unicode::decimal)),
            function("digit", 1, 2, |t, a| value(t, a, unicode::digit)),
            function("numeric", 1, 2, |t, a| {
                let point = character(t, &a[0])?;
                match (unicode::numeric(point), a.get(1)) {
                    (Some(value), _) => Ok(t.float(value)),
                    (None, Some(default)) => Ok(default.clone()),
                    (None, None) => Err(t.value_error("not a numeric character")),
                }
            }),
        ],
    ),
    ("struct", &[function("calcsize", 1, 1, calcsize)]),
    (
        "_codecs",
        &[
            function("escape_decode", 1, 2, escape::decode_bytes),
            function("utf_8_decode", 1, 3, |t, a| {
                codec::decode_part(t, a, "utf-8", false)
            }),
            function("utf_16_ex_decode", 1, 4, |t, a| {
                codec::decode_part(t, a, "utf-16", true)
            }),
            function("utf_32_ex_decode", 1, 4, |t, a| {
                codec::decode_part(t, a, "utf-32", true)
            }),
        ],
    ),
];

fn character(t: &mut Thread, obj: &Obj) -> Res<u32> {
    match t.as_text(obj) {
        Some(Text(points)) if points.len() == 1 => Ok(points[0]),
        _ => {
            let given = t.type_name(obj);
            Err(t.type_error(format!("argument must be a unicode character, not {given}")))
        }
    }
}

fn value(t: &mut Thread, a: &[Obj], f: fn(u32) -> Option<u32>) -> Res {
    let point = character(t, &a[0])?;
    match (f(point), a.get(1)) {
        (Some(value), _) => Ok(t.int(value)),
        (None, Some(default)) => Ok(default.clone()),
        (None, None) => Err(t.value_error("not a digit")),
    }
}

fn category(point: u32) -> &'static str {
    use GeneralCategory as G;
    let Some(c) = char::from_u32(point) else {
        return "Cs";
    };
    match c.general_category() {
        G::UppercaseLetter => "Lu",
        G::LowercaseLetter => "Ll",
        G::TitlecaseLetter => "Lt",
        G::ModifierLetter => "Lm",
        G::OtherLetter => "Lo",
        G::NonspacingMark => "Mn",
        G::SpacingMark => "Mc",
        G::EnclosingMark => "Me",
        G::DecimalNumber => "Nd",
        G::LetterNumber => "Nl",
        G::OtherNumber => "No",
        G::ConnectorPunctuation => "Pc",
        G::DashPunctuation => "Pd",
        G::OpenPunctuation => "Ps",
        G::ClosePunctuation => "Pe",
        G::InitialPunctuation => "Pi",
        G::FinalPunctuation => "Pf",
        G::OtherPunctuation => "Po",
        G::MathSymbol => "Sm",
        G::CurrencySymbol => "Sc",
        G::ModifierSymbol => "Sk",
        G::OtherSymbol => "So",
        G::SpaceSeparator => "Zs",
        G::LineSeparator => "Zl",
        G::ParagraphSeparator => "Zp",
        G::Control => "Cc",
        G::Format => "Cf",
        G::Surrogate => "Cs",
        G::PrivateUse => "Co",
        G::Unassigned => "Cn",
    }
}

/// `struct.calcsize`: sizes by C's rules for native formats, without gaps for the others.
fn calcsize(t: &mut Thread, a: &[Obj]) -> Res {
    let format = match (t.as_string(&a[0]), t.as_bytes(&a[0])) {
        (Some(text), _) => text,
        (_, Some(data)) => String::from_utf8_lossy(&data).into_owned(),
        _ => {
            let given = t.type_name(&a[0]);
            return Err(t.type_error(format!(
                "Struct() argument 1 must be a str or bytes object, not {given}"
            )));
        }
    };
    match size_of_format(&format) {
        Some(size) => Ok(t.int(size)),
        None => Err(t.raise(Builtin::ValueError, "bad char in struct format")),
    }
}

fn size_of_format(format: &str) -> Option<usize> {
    let native = !format.starts_with(['=', '<', '>', '!']);
    let codes = format.trim_start_matches(['@', '=', '<', '>', '!']);
    let (mut size, mut count) = (0usize, None);
    for code in codes.chars() {
        if let Some(digit) = code.to_digit(10) {
            count = Some(count.unwrap_or(0) * 10 + digit as usize);
            continue;
        }
        let one = match code {
            ' ' => continue,
            'x' | 'c' | 'b' | 'B' | '?' | 's' | 'p' => 1,
            'h' | 'H' | 'e' => 2,
            'i' | 'I' | 'f' => 4,
            'l' | 'L' => {
                if native {
                    8
                } else {
                    4
                }
            }
            'n' | 'N' | 'P' if native => 8,
            'q' | 'Q' | 'd' => 8,
            _ => return None,
        };
        if native {
            size = size.next_multiple_of(one);
        }
        size += one * count.take().unwrap_or(1);
    }
    Some(size)
}

/// What is in `sys` beside what other tables put there: facts about numbers and threads, as struct sequences.
pub(super) fn fill_sys(t: &mut Thread) -> Res<()> {
    let float = [
        ("max", t.float(f64::MAX)),
        ("max_exp", t.int(1024)),
        ("max_10_exp", t.int(308)),
        ("min", t.float(f64::MIN_POSITIVE)),
        ("min_exp", t.int(-1021)),
        ("min_10_exp", t.int(-307)),
        ("dig", t.int(15)),
        ("mant_dig", t.int(53)),
        ("epsilon", t.float(f64::EPSILON)),
        ("radix", t.int(2)),
        ("rounds", t.int(1)),
    ];
    sequence(t, "float_info", &float)?;
    let int = [
        ("bits_per_digit", t.int(30)),
        ("sizeof_digit", t.int(4)),
        ("default_max_str_digits", t.int(4300)),
        ("str_digits_check_threshold", t.int(640)),
    ];
    sequence(t, "int_info", &int)?;
    let thread = [
        ("name", t.str("pthread")),
        ("lock", t.str("semaphore")),
        ("version", t.none()),
    ];
    sequence(t, "thread_info", &thread)
}

/// A struct sequence in `sys`.
fn sequence(t: &mut Thread, name: &str, fields: &[(&str, Obj)]) -> Res<()> {
    let names: Vec<Option<String>> = fields.iter().map(|(name, _)| Some((*name).to_owned())).collect();
    let full = format!("sys.{name}");
    let doc = t.str(&full);
    let class = crate::interface::new_struct_sequence(t, &full, &doc, &names, fields.len())?;
    let mut parts = vec![class];
    parts.extend(fields.iter().map(|(_, value)| value.clone()));
    let made = crate::interface::make_struct_sequence(t, &parts)?;
    let sys = t.single(Single::Sys);
    t.set_in_module(&sys, name, &made);
    Ok(())
}
