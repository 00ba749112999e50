//! The items of memory views: objects from bytes and bytes from objects, by the format of one item.

use crate::heap::{Obj, Res, Thread};
use crate::types::Builtin;

/// One item as an object.
pub(super) fn unpack(t: &mut Thread, format: &str, data: &[u8]) -> Res {
    let word = |size: usize| {
        let mut bytes = [0; 8];
        bytes[..size.min(data.len())].copy_from_slice(&data[..size.min(data.len())]);
        bytes
    };
    let unsigned = |size: usize| u64::from_le_bytes(word(size));
    let signed = |size: usize| (unsigned(size) << (64 - 8 * size)).cast_signed() >> (64 - 8 * size);
    Ok(match format.trim_start_matches('@') {
        "B" => t.int(unsigned(1)),
        "b" => t.int(signed(1)),
        "c" => t.bytes(data.to_vec()),
        "?" => t.bool(unsigned(1) != 0),
        "H" => t.int(unsigned(2)),
        "h" => t.int(signed(2)),
        "I" => t.int(unsigned(4)),
        "i" => t.int(signed(4)),
        "L" | "Q" | "N" | "P" => t.int(unsigned(8)),
        "l" | "q" | "n" => t.int(signed(8)),
        "f" => t.float(f64::from(f32::from_bits(unsigned(4) as u32))),
        "d" => t.float(f64::from_bits(unsigned(8))),
        other => {
            let message = format!("memoryview: format {other} not supported");
            return Err(t.raise(Builtin::NotImplementedError, message));
        }
    })
}

/// The size of an item of a format that a view can be cast to.
pub(super) fn size_of_format(format: &str) -> Option<usize> {
    Some(match format.trim_start_matches('@') {
        "B" | "b" | "c" | "?" => 1,
        "H" | "h" => 2,
        "I" | "i" | "f" => 4,
        "L" | "Q" | "N" | "P" | "l" | "q" | "n" | "d" => 8,
        _ => return None,
    })
}

/// The bytes of one item.
pub(super) fn pack(t: &mut Thread, format: &str, value: &Obj) -> Res<Vec<u8>> {
    let plain = format.trim_start_matches('@');
    let size = size_of_format(format).unwrap_or(1);
    match plain {
        "d" | "f" => {
            let class = t.class(Builtin::Float);
            let number = t.call(&class, std::slice::from_ref(value))?;
            let number = t.as_float(&number).unwrap_or(0.0);
            Ok(if plain == "d" {
                number.to_le_bytes().to_vec()
            } else {
                (number as f32).to_le_bytes().to_vec()
            })
        }
        "c" => match t.as_bytes(value) {
            Some(data) if data.len() == 1 => Ok(data),
            _ => Err(t.value_error("memoryview: invalid value for format 'c'")),
        },
        "?" => Ok(vec![u8::from(t.truth(value)?)]),
        _ => {
            let class = t.class_of(value);
            if t.as_int(value).is_none() && t.lookup(&class, "__index__").is_none() {
                return Err(t.type_error(format!("memoryview: invalid type for format '{format}'")));
            }
            let number = t.index(value)?;
            let signed = plain.chars().all(char::is_lowercase);
            let bytes = if signed {
                i64::try_from(&number).ok().map(i64::to_le_bytes)
            } else {
                u64::try_from(&number).ok().map(u64::to_le_bytes)
            };
            let fits = |bytes: &[u8; 8]| {
                let fill = if signed && bytes[size - 1] >= 0x80 {
                    0xff
                } else {
                    0
                };
                bytes[size..].iter().all(|&byte| byte == fill)
            };
            match bytes.filter(fits) {
                Some(bytes) => Ok(bytes[..size].to_vec()),
                None => Err(t.value_error(format!("memoryview: invalid value for format '{format}'"))),
            }
        }
    }
}
