//! Texts of the system as C code has them before Python runs: bytes, and `wchar_t` with the bytes that are no UTF-8 as
//! surrogates (PEP 383).

use libc::wchar_t;
use std::ffi::CString;

/// A wide text without its end mark.
pub type Wide = Vec<wchar_t>;

/// The surrogate that stands for byte 0.
const ESCAPE: u32 = 0xdc00;

/// Bytes from the system as a wide text.
pub fn decode(bytes: &[u8]) -> Wide {
    let mut wide = Wide::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        wide.extend(chunk.valid().chars().map(|c| c as wchar_t));
        wide.extend(
            chunk
                .invalid()
                .iter()
                .map(|&b| (ESCAPE + u32::from(b)) as wchar_t),
        );
    }
    wide
}

/// The bytes of a wide text, or the place of the first character that has none.
pub fn encode(wide: &[wchar_t]) -> Result<Vec<u8>, usize> {
    let mut bytes = Vec::with_capacity(wide.len());
    for (at, &unit) in wide.iter().enumerate() {
        let unit = unit as u32;
        if (ESCAPE + 0x80..=ESCAPE + 0xff).contains(&unit) {
            bytes.push((unit - ESCAPE) as u8);
        } else {
            let c = char::from_u32(unit).ok_or(at)?;
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
    Ok(bytes)
}

/// A wide text as a C string that lives for good; what cannot be encoded is left out.
pub fn leak(wide: &[wchar_t]) -> *const std::ffi::c_char {
    let bytes = encode(wide).unwrap_or_else(|at| encode(&wide[..at]).unwrap_or_default());
    CString::new(bytes).unwrap_or_default().into_raw()
}

/// The characters of a C string of `wchar_t`; nothing for NULL.
pub unsafe fn read(text: *const wchar_t) -> Option<Wide> {
    if text.is_null() {
        return None;
    }
    // SAFETY: the caller passes a terminated text.
    unsafe {
        let length = libc::wcslen(text);
        Some(std::slice::from_raw_parts(text, length).to_vec())
    }
}

/// A copy that C frees with `PyMem_RawFree`; NULL when there is no memory.
pub unsafe fn to_raw(wide: &[wchar_t]) -> *mut wchar_t {
    // SAFETY: the block has room for the text and its end.
    unsafe {
        let block = libc::malloc((wide.len() + 1) * size_of::<wchar_t>()).cast::<wchar_t>();
        if !block.is_null() {
            block.copy_from_nonoverlapping(wide.as_ptr(), wide.len());
            block.add(wide.len()).write(0);
        }
        block
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn every_byte_comes_back() {
        for bytes in [
            b"plain".as_slice(),
            "d\u{e9}j\u{e0} \u{1f600}".as_bytes(),
            b"\xff\xedx\x80\xed\xa0\x80",
        ] {
            assert_eq!(encode(&decode(bytes)).as_deref(), Ok(bytes));
        }
        assert_eq!(decode(b"\xff"), [0xdcff]);
        assert_eq!(encode(&[0x41, 0xd800]), Err(1));
    }
}
