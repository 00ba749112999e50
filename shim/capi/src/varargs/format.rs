//! Python's own printf: `PyUnicode_FromFormat` and `PyBytes_FromFormat`.

use std::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_ulonglong, c_void};
use std::io::Write;
use std::ptr::null_mut;
use std::slice;

use gimbal_abi::*;

use super::VaArgs;
use super::cursor::Cursor;

#[cfg(not(Py_3_12))]
mod classic;
#[cfg(Py_3_12)]
mod flags;

#[unsafe(no_mangle)]
pub(super) unsafe extern "C" fn gimbal_format_str(format: *const c_char, va: VaArgs) -> *mut PyObject {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        let mut text = Text { utf8: Vec::new(), va };
        if text.write(Cursor::new(format)).is_err() {
            return null_mut();
        }
        let (start, len) = (text.utf8.as_ptr().cast(), text.utf8.len() as Py_ssize_t);
        PyUnicode_DecodeUTF8(start, len, c"surrogatepass".as_ptr())
    }
}

#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_format_bytes(format: *const c_char, va: VaArgs) -> *mut PyObject {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        match write_bytes(Cursor::new(format), va) {
            Ok(bytes) => PyBytes_FromStringAndSize(bytes.as_ptr().cast(), bytes.len() as Py_ssize_t),
            Err(()) => null_mut(),
        }
    }
}

/// Writes a formatted text; nothing of it when it cannot be made.
#[cfg(Py_3_14)]
#[unsafe(no_mangle)]
unsafe extern "C" fn gimbal_writer_format(
    writer: *mut crate::unicodeobject::writer::Writer,
    format: *const c_char,
    va: VaArgs,
) -> c_int {
    let _held = gimbal_proxies::hold();
    // SAFETY: the caller's contract.
    unsafe {
        let text = gimbal_format_str(format, va);
        if text.is_null() {
            return -1;
        }
        let outcome = crate::unicodeobject::writer::_PyUnicodeWriter_WriteStr(writer, text);
        Py_DECREF(text);
        outcome
    }
}

/// A str in the making.
struct Text {
    /// In UTF-8, with surrogates as if they were characters.
    utf8: Vec<u8>,
    va: VaArgs,
}

/// The places that a directive fills.
#[derive(Clone, Copy, Default)]
struct Room {
    width: Option<usize>,
    precision: Option<usize>,
    /// Whether what is left of the width comes behind the text.
    left: bool,
}

/// The size of an integer argument.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Size {
    #[default]
    Int,
    Long,
    LongLong,
    SizeT,
}

/// An integer argument.
enum Integer {
    Signed(i64),
    Unsigned(u64),
}

impl Integer {
    unsafe fn take(va: VaArgs, size: Size, signed: bool) -> Self {
        // SAFETY: the next argument is of this size, by the caller's contract.
        unsafe {
            match (size, signed) {
                (Size::Int, true) => Self::Signed(va.int().into()),
                (Size::Int, false) => Self::Unsigned((va.int() as c_uint).into()),
                (Size::Long, true) => Self::Signed(va.long()),
                (Size::Long, false) => Self::Unsigned(va.long() as c_ulong),
                (Size::LongLong, true) => Self::Signed(va.longlong()),
                (Size::LongLong, false) => Self::Unsigned(va.longlong() as c_ulonglong),
                (Size::SizeT, true) => Self::Signed(va.ssize() as i64),
                (Size::SizeT, false) => Self::Unsigned(va.ssize() as u64),
            }
        }
    }

    fn digits(&self) -> String {
        match self {
            Self::Signed(value) => value.to_string(),
            Self::Unsigned(value) => value.to_string(),
        }
    }

    #[cfg(Py_3_12)]
    fn bits(&self) -> u64 {
        match *self {
            Self::Signed(value) => value.cast_unsigned(),
            Self::Unsigned(value) => value,
        }
    }
}

impl Text {
    /// Writes all of `format`; `Err` comes with an exception set.
    unsafe fn write(&mut self, mut format: Cursor) -> Result<(), ()> {
        loop {
            match format.peek() {
                0 => return Ok(()),
                // SAFETY: the caller's contract.
                b'%' => unsafe { self.directive(&mut format) }?,
                byte if byte.is_ascii() => {
                    self.utf8.push(byte);
                    format.next();
                }
                byte => {
                    let message =
                        c"PyUnicode_FromFormatV() expects an ASCII-encoded format string, got a non-ASCII byte: 0x%02x";
                    // SAFETY: the argument fits the format.
                    unsafe { PyErr_Format(PyExc_ValueError, message.as_ptr(), c_int::from(byte)) };
                    return Err(());
                }
            }
        }
    }

    fn push(&mut self, character: char) {
        self.utf8
            .extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
    }

    /// Writes `fill` a number of times; a format can ask for more than there is memory.
    fn pad(&mut self, count: usize, fill: u8) -> Result<(), ()> {
        if self.utf8.try_reserve(count).is_err() {
            // SAFETY: needs nothing.
            unsafe { PyErr_NoMemory() };
            return Err(());
        }
        self.utf8.resize(self.utf8.len() + count, fill);
        Ok(())
    }

    /// `%c`; surrogates are characters here.
    unsafe fn character(&mut self) -> Result<(), ()> {
        // SAFETY: the caller's contract.
        let ordinal = unsafe { self.va.int() };
        match u32::try_from(ordinal) {
            Ok(surrogate @ 0xd800..=0xdfff) => {
                let low = |shift: u32| 0x80 | (surrogate >> shift & 0x3f) as u8;
                self.utf8.extend_from_slice(&[0xed, low(6), low(0)]);
            }
            ordinal => match ordinal.ok().and_then(char::from_u32) {
                Some(character) => self.push(character),
                None => {
                    let message = c"character argument not in range(0x110000)";
                    // SAFETY: the message ends with NUL.
                    unsafe { PyErr_SetString(PyExc_OverflowError, message.as_ptr()) };
                    return Err(());
                }
            },
        }
        Ok(())
    }

    /// A str object that is owned here; NULL passes its exception on.
    unsafe fn owned_object(&mut self, room: Room, text: *mut PyObject) -> Result<(), ()> {
        // SAFETY: the caller's contract.
        unsafe {
            if text.is_null() {
                return Err(());
            }
            let outcome = self.object(room, text);
            Py_DECREF(text);
            outcome
        }
    }

    /// A str object, of which `precision` counts the characters.
    unsafe fn object(&mut self, room: Room, text: *mut PyObject) -> Result<(), ()> {
        // SAFETY: a live str; what its pointers show is copied before it can go.
        unsafe {
            let mut len = 0;
            let utf8 = PyUnicode_AsUTF8AndSize(text, &raw mut len);
            if !utf8.is_null() {
                let bytes = slice::from_raw_parts(utf8.cast(), len as usize);
                return self.padded(room, bytes);
            }
            PyErr_Clear();
            let encoded = PyUnicode_AsEncodedString(text, c"utf-8".as_ptr(), c"surrogatepass".as_ptr());
            if encoded.is_null() {
                return Err(());
            }
            let bytes =
                slice::from_raw_parts(PyBytes_AsString(encoded).cast(), PyBytes_Size(encoded) as usize);
            let outcome = self.padded(room, bytes);
            Py_DECREF(encoded);
            outcome
        }
    }

    /// At most `precision` characters of `utf8`, in at least `width` places.
    fn padded(&mut self, room: Room, utf8: &[u8]) -> Result<(), ()> {
        let starts_character = |&(_, &byte): &(usize, &u8)| byte & 0xc0 != 0x80;
        let characters = || utf8.iter().enumerate().filter(starts_character);
        let cut = room.precision.and_then(|limit| characters().nth(limit));
        let utf8 = &utf8[..cut.map_or(utf8.len(), |(index, _)| index)];
        let mut padding = 0;
        if let Some(width) = room.width {
            let count = utf8.iter().enumerate().filter(starts_character).count();
            padding = width.saturating_sub(count);
        }
        if !room.left {
            self.pad(padding, b' ')?;
        }
        self.utf8.extend_from_slice(utf8);
        if room.left {
            self.pad(padding, b' ')?;
        }
        Ok(())
    }
}

/// A decimal number at `format`; `Err` with a ValueError set if a `Py_ssize_t` cannot hold it.
fn number(format: &mut Cursor, too_big: &CStr) -> Result<Option<usize>, ()> {
    let mut value = None;
    while format.peek().is_ascii_digit() {
        let digit = Py_ssize_t::from(format.next() - b'0');
        let longer = value
            .unwrap_or(0_isize)
            .checked_mul(10)
            .and_then(|value| value.checked_add(digit));
        let Some(longer) = longer else {
            // SAFETY: the message ends with NUL.
            unsafe { PyErr_SetString(PyExc_ValueError, too_big.as_ptr()) };
            return Err(());
        };
        value = Some(longer);
    }
    Ok(value.map(isize::cast_unsigned))
}

/// A pointer as glibc's `%p` prints it, with `0x` before it in any case.
fn pointer(pointer: *const c_void) -> String {
    if pointer.is_null() {
        "0x(nil)".to_owned()
    } else {
        format!("{:#x}", pointer as usize)
    }
}

/// Writes all of `format` as bytes; `Err` comes with an exception set. Widths count for nothing, and precisions only
/// for `%s`.
unsafe fn write_bytes(mut format: Cursor, va: VaArgs) -> Result<Vec<u8>, ()> {
    let mut out = Vec::new();
    loop {
        let start = format;
        match format.next() {
            0 => return Ok(out),
            b'%' => {}
            byte => {
                out.push(byte);
                continue;
            }
        }
        while format.peek().is_ascii_digit() {
            format.next();
        }
        let mut precision = 0_usize;
        if format.eat(b'.') {
            while format.peek().is_ascii_digit() {
                precision = precision
                    .saturating_mul(10)
                    .saturating_add(usize::from(format.next() - b'0'));
            }
        }
        while !matches!(format.peek(), 0 | b'%') && !format.peek().is_ascii_alphabetic() {
            format.next();
        }
        let size = match [format.peek(), format.peek_at(1)] {
            [b'l', b'd' | b'u'] => Size::Long,
            [b'z', b'd' | b'u'] => Size::SizeT,
            _ => Size::Int,
        };
        if size != Size::Int {
            format.next();
        }
        // SAFETY: the arguments are of the types that the letters say, by the caller's contract.
        unsafe {
            match format.next() {
                b'%' => out.push(b'%'),
                b'c' => {
                    let Ok(byte) = u8::try_from(va.int()) else {
                        let message =
                            c"PyBytes_FromFormatV(): %c format expects an integer in range [0; 255]".as_ptr();
                        PyErr_SetString(PyExc_OverflowError, message);
                        return Err(());
                    };
                    out.push(byte);
                }
                b'd' | b'i' => out.extend_from_slice(Integer::take(va, size, true).digits().as_bytes()),
                b'u' => out.extend_from_slice(Integer::take(va, size, false).digits().as_bytes()),
                b'x' => write!(out, "{:x}", va.int()).map_err(drop)?,
                b's' => {
                    let text = va.ptr::<c_char>();
                    let bytes = if precision == 0 {
                        CStr::from_ptr(text).to_bytes()
                    } else {
                        let len = (0..precision)
                            .position(|index| *text.add(index) == 0)
                            .unwrap_or(precision);
                        slice::from_raw_parts(text.cast(), len)
                    };
                    out.extend_from_slice(bytes);
                }
                b'p' => out.extend_from_slice(pointer(va.ptr()).as_bytes()),
                _ => {
                    out.extend_from_slice(CStr::from_ptr(start.as_ptr()).to_bytes());
                    return Ok(out);
                }
            }
        }
    }
}
