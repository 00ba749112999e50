//! The directives of `PyUnicode_FromFormat` since 3.12: flags, widths and precisions from arguments, integers of any size in
//! three bases, wide strings, the names of types; what is not known is an error.

use std::ffi::c_char;
use std::slice;

use gimbal_abi::*;

use super::super::VaArgs;
use super::super::cursor::Cursor;
use super::{Integer, Room, Size, Text, number, pointer};

/// What stands between the `%` and the letter of a directive.
#[derive(Clone, Copy, Default)]
struct Directive {
    /// `0`
    zero_padded: bool,
    /// `#`
    alternate: bool,
    /// `-` and the numbers.
    room: Room,
    size: Size,
}

impl Directive {
    /// Reads up to the letter; `Err` with an exception set if a number is too big.
    unsafe fn read(format: &mut Cursor, va: VaArgs) -> Result<Self, ()> {
        let mut directive = Self::default();
        loop {
            match format.peek() {
                b'-' => directive.room.left = true,
                b'0' => directive.zero_padded = true,
                b'#' => directive.alternate = true,
                _ => break,
            }
            format.next();
        }
        if format.eat(b'*') {
            // SAFETY: the next argument is an int, by the caller's contract.
            let width = unsafe { va.int() };
            directive.room.left |= width < 0;
            directive.room.width = Some(width.unsigned_abs() as usize);
        } else {
            directive.room.width = number(format, c"width too big")?;
        }
        if format.eat(b'.') {
            directive.room.precision = if format.eat(b'*') {
                // SAFETY: as above.
                Some(usize::try_from(unsafe { va.int() }).unwrap_or(0))
            } else {
                number(format, c"precision too big")?
            };
        }
        directive.size = match format.peek() {
            b'l' if format.peek_at(1) == b'l' => Size::LongLong,
            b'l' => Size::Long,
            // Four names of 64 bits; only a `size_t` is spelled so often that it has a name here.
            b'z' | b'j' | b't' => Size::SizeT,
            _ => Size::Int,
        };
        let letters = match directive.size {
            Size::Int => 0,
            Size::Long | Size::SizeT => 1,
            Size::LongLong => 2,
        };
        for _ in 0..letters {
            format.next();
        }
        Ok(directive)
    }

    /// Has it neither width nor precision?
    fn is_plain(self) -> bool {
        self.room.width.is_none() && self.room.precision.is_none()
    }
}

impl Text {
    /// Writes one directive and moves `format` behind it.
    pub(super) unsafe fn directive(&mut self, format: &mut Cursor) -> Result<(), ()> {
        let start = *format;
        format.next();
        if format.eat(b'%') {
            self.utf8.push(b'%');
            return Ok(());
        }
        // SAFETY: the arguments are of the types that the letters say, by the caller's contract.
        unsafe {
            let d = Directive::read(format, self.va)?;
            match (d.size, format.next()) {
                (Size::Int, b'c') if d.is_plain() => self.character(),
                (Size::Int, b'p') if d.is_plain() => {
                    self.utf8.extend_from_slice(pointer(self.va.ptr()).as_bytes());
                    Ok(())
                }
                (size, b'd' | b'i') => self.integer(d, &Integer::take(self.va, size, true).digits()),
                (size, b'u') => self.integer(d, &Integer::take(self.va, size, false).digits()),
                (size, b'x') => self.integer(d, &format!("{:x}", Integer::take(self.va, size, false).bits())),
                (size, b'X') => self.integer(d, &format!("{:X}", Integer::take(self.va, size, false).bits())),
                (size, b'o') => self.integer(d, &format!("{:o}", Integer::take(self.va, size, false).bits())),
                (Size::Int | Size::Long, b's') => self.c_text(d, self.va.ptr()),
                (Size::Int, b'U') => self.object(d.room, self.va.ptr()),
                (Size::Int | Size::Long, b'V') => {
                    let object = self.va.ptr::<PyObject>();
                    let text = self.va.ptr();
                    if object.is_null() {
                        self.c_text(d, text)
                    } else {
                        self.object(d.room, object)
                    }
                }
                (Size::Int, b'S') => self.owned_object(d.room, PyObject_Str(self.va.ptr())),
                (Size::Int, b'R') => self.owned_object(d.room, PyObject_Repr(self.va.ptr())),
                (Size::Int, b'A') => self.owned_object(d.room, PyObject_ASCII(self.va.ptr())),
                (Size::Int, b'T') => self.type_name(d, Py_TYPE(self.va.ptr())),
                (Size::Int, b'N') => {
                    let ty = self.va.ptr::<PyObject>();
                    if PyType_Check(ty) == 0 {
                        PyErr_SetString(PyExc_TypeError, c"%N argument must be a type".as_ptr());
                        return Err(());
                    }
                    self.type_name(d, ty.cast())
                }
                _ => {
                    let message = c"invalid format string: %s";
                    PyErr_Format(PyExc_SystemError, message.as_ptr(), start.as_ptr());
                    Err(())
                }
            }
        }
    }

    /// An integer: at least `precision` digits, in at least `width` places, the sign among them.
    fn integer(&mut self, directive: Directive, text: &str) -> Result<(), ()> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text),
        };
        let width = directive.room.width.unwrap_or(0).saturating_sub(sign.len());
        let mut precision = directive.room.precision.unwrap_or(0).max(digits.len());
        if directive.zero_padded && !directive.room.left {
            precision = precision.max(width);
        }
        let padding = width.saturating_sub(precision);
        if !directive.room.left {
            self.pad(padding, b' ')?;
        }
        self.utf8.extend_from_slice(sign.as_bytes());
        self.pad(precision - digits.len(), b'0')?;
        self.utf8.extend_from_slice(digits.as_bytes());
        if directive.room.left {
            self.pad(padding, b' ')?;
        }
        Ok(())
    }

    /// A C string in UTF-8, or of wide characters. `precision` counts the bytes of the one: a character of which it cuts off a part
    /// is left out, others that are wrong become U+FFFD. It counts the characters of the other.
    unsafe fn c_text(&mut self, directive: Directive, text: *const c_char) -> Result<(), ()> {
        let limit = directive.room.precision.unwrap_or(usize::MAX);
        let room = Room {
            precision: None,
            ..directive.room
        };
        // SAFETY: the text ends with 0, or has as many units as the precision says, by the caller's contract.
        unsafe {
            if directive.size == Size::Long {
                let text = text.cast::<libc::wchar_t>();
                let len = (0..limit)
                    .position(|index| *text.add(index) == 0)
                    .unwrap_or(limit);
                return self.owned_object(room, PyUnicode_FromWideChar(text, len as Py_ssize_t));
            }
            let len = (0..limit)
                .position(|index| *text.add(index) == 0)
                .unwrap_or(limit);
            let mut bytes: &[u8] = slice::from_raw_parts(text.cast(), len);
            if len == limit
                && let Some(last) = bytes.utf8_chunks().last()
                && str::from_utf8(last.invalid()).is_err_and(|error| error.error_len().is_none())
            {
                bytes = &bytes[..len - last.invalid().len()];
            }
            self.padded(room, String::from_utf8_lossy(bytes).as_bytes())
        }
    }

    /// The name of a type with its module, which `#` has a colon after.
    unsafe fn type_name(&mut self, directive: Directive, ty: *mut PyTypeObject) -> Result<(), ()> {
        // SAFETY: a live type.
        unsafe {
            let separator = if directive.alternate { ':' } else { '.' };
            self.owned_object(directive.room, crate::newer::types::qualified_name(ty, separator))
        }
    }
}
