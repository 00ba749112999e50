//! `str.format`: fields between braces, conversions, and nested specifications.

use super::percent::ascii;
use crate::heap::{Obj, Res, Text, Thread};
use crate::types::Keywords;

const OPEN: u32 = 0x7b;
const CLOSE: u32 = 0x7d;

/// Where the values of fields come from.
struct Values<'a> {
    args: &'a [Obj],
    keywords: &'a Keywords,
    mapping: Option<&'a Obj>,
    /// The next field without a number; None once a field had one.
    automatic: Option<usize>,
    numbered: bool,
}

/// `template.format(*args, **keywords)`
pub(super) fn format(t: &mut Thread, template: &Obj, args: &[Obj], keywords: &Keywords) -> Res {
    let text = t.as_text(template).unwrap_or_default();
    let mut values = Values {
        args,
        keywords,
        mapping: None,
        automatic: Some(0),
        numbered: false,
    };
    let made = run(t, &text.0, &mut values, 2)?;
    Ok(t.text(Text(made)))
}

/// `template.format_map(mapping)`
pub(super) fn format_map(t: &mut Thread, template: &Obj, mapping: &Obj) -> Res {
    let text = t.as_text(template).unwrap_or_default();
    let mut values = Values {
        args: &[],
        keywords: &[],
        mapping: Some(mapping),
        automatic: Some(0),
        numbered: false,
    };
    let made = run(t, &text.0, &mut values, 2)?;
    Ok(t.text(Text(made)))
}

fn run(t: &mut Thread, text: &[u32], values: &mut Values<'_>, depth: u32) -> Res<Vec<u32>> {
    if depth == 0 {
        return Err(t.value_error("Max string recursion exceeded"));
    }
    let mut made = Vec::new();
    let mut i = 0;
    while let Some(&point) = text.get(i) {
        i += 1;
        let doubled = text.get(i) == Some(&point);
        if (point == OPEN || point == CLOSE) && doubled {
            made.push(point);
            i += 1;
            continue;
        }
        if point == CLOSE {
            return Err(t.value_error("Single '}' encountered in format string"));
        }
        if point != OPEN {
            made.push(point);
            continue;
        }
        let start = i;
        let (mut level, mut in_key) = (1, false);
        while level > 0 {
            match text.get(i) {
                Some(&OPEN) if !in_key => level += 1,
                Some(&CLOSE) if !in_key => level -= 1,
                Some(&point) if point == u32::from('[') => in_key = level == 1,
                Some(&point) if point == u32::from(']') => in_key = false,
                Some(_) => {}
                None if i == start => return Err(t.value_error("Single '{' encountered in format string")),
                None => return Err(t.value_error("expected '}' before end of string")),
            }
            i += 1;
        }
        made.extend(field(t, &text[start..i - 1], values, depth)?);
    }
    Ok(made)
}

fn lossy(points: &[u32]) -> String {
    Text(points.to_vec()).lossy()
}

fn field(t: &mut Thread, text: &[u32], values: &mut Values<'_>, depth: u32) -> Res<Vec<u32>> {
    let mut brackets = 0;
    let end = text.iter().position(|&point| {
        match char::from_u32(point) {
            Some('[') => brackets += 1,
            Some(']') => brackets -= 1,
            _ => {}
        }
        brackets == 0 && (point == u32::from('!') || point == u32::from(':'))
    });
    let (name, mut rest) = text.split_at(end.unwrap_or(text.len()));
    let mut value = lookup(t, name, values)?;
    if rest.first() == Some(&u32::from('!')) {
        let conversion = rest.get(1).copied().and_then(char::from_u32);
        let Some(conversion) = conversion else {
            return Err(t.value_error("unmatched '{' in format spec"));
        };
        rest = &rest[2..];
        if !rest.is_empty() && rest[0] != u32::from(':') {
            return Err(t.value_error("expected ':' after conversion specifier"));
        }
        value = match conversion {
            's' => t.str_of(&value)?,
            'r' => t.repr(&value)?,
            'a' => {
                let shown = t.repr(&value)?;
                let points = t.as_text(&shown).unwrap_or_default();
                t.text(Text(ascii(&points.0)))
            }
            _ => return Err(t.value_error(format!("Unknown conversion specifier {conversion}"))),
        };
    }
    let spec = rest.split_first().map_or(&[][..], |(_, spec)| spec);
    let spec = if spec.contains(&OPEN) {
        run(t, spec, values, depth - 1)?
    } else {
        spec.to_vec()
    };
    let spec = t.text(Text(spec));
    let shown = t.format(&value, &spec)?;
    Ok(t.as_text(&shown).unwrap_or_default().0)
}

fn lookup(t: &mut Thread, name: &[u32], values: &mut Values<'_>) -> Res {
    let end = name
        .iter()
        .position(|&point| point == u32::from('.') || point == u32::from('['));
    let (first, mut path) = name.split_at(end.unwrap_or(name.len()));
    let first = lossy(first);
    let number = match first.parse::<usize>() {
        Ok(number) => {
            if values.automatic.is_some_and(|next| next > 0) {
                return Err(t.value_error(
                    "cannot switch from automatic field numbering to manual field specification",
                ));
            }
            values.numbered = true;
            Some(number)
        }
        Err(_) if first.is_empty() => {
            if values.numbered {
                return Err(t.value_error(
                    "cannot switch from manual field specification to automatic field numbering",
                ));
            }
            let next = values.automatic.unwrap_or(0);
            values.automatic = Some(next + 1);
            Some(next)
        }
        Err(_) => None,
    };
    let mut value = match (number, values.mapping) {
        (Some(_), Some(_)) => return Err(t.value_error("Format string contains positional fields")),
        (Some(number), _) => match values.args.get(number) {
            Some(value) => value.clone(),
            None => {
                return Err(t.index_error(format!(
                    "Replacement index {number} out of range for positional args tuple"
                )));
            }
        },
        (None, Some(mapping)) => {
            let key = t.str(&first);
            t.get_item(mapping, &key)?
        }
        (None, None) => match values.keywords.iter().find(|(known, _)| *known == first) {
            Some((_, value)) => value.clone(),
            None => {
                let key = t.str(&first);
                return Err(t.key_error(&key));
            }
        },
    };
    while let Some((&mark, rest)) = path.split_first() {
        if mark == u32::from('.') {
            let end = rest
                .iter()
                .position(|&point| point == u32::from('.') || point == u32::from('['));
            let (attribute, after) = rest.split_at(end.unwrap_or(rest.len()));
            if attribute.is_empty() {
                return Err(t.value_error("Empty attribute in format string"));
            }
            value = t.getattr(&value, &lossy(attribute))?;
            path = after;
        } else {
            let Some(end) = rest.iter().position(|&point| point == u32::from(']')) else {
                return Err(t.value_error("Missing ']' in format string"));
            };
            let key = &rest[..end];
            if key.is_empty() {
                return Err(t.value_error("Empty attribute in format string"));
            }
            let key = match lossy(key).parse::<usize>() {
                Ok(index) => t.int(index),
                Err(_) => t.text(Text(key.to_vec())),
            };
            value = t.get_item(&value, &key)?;
            path = &rest[end + 1..];
            if !path.is_empty() && path[0] != u32::from('.') && path[0] != u32::from('[') {
                return Err(t.value_error("Only '.' or '[' may follow ']' in format field specifier"));
            }
        }
    }
    Ok(value)
}
