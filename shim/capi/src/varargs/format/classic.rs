//! The directives of `PyUnicode_FromFormat` up to 3.11: widths only pad on the left, and what is not known is copied.

use std::ffi::{CStr, c_char};
use std::slice;

use gimbal_abi::{PyObject, PyObject_ASCII, PyObject_Repr, PyObject_Str};

use super::super::cursor::Cursor;
use super::{Integer, Room, Size, Text, number, pointer};

/// What stands between the `%` and the letter of a directive.
#[derive(Clone, Copy)]
struct Directive {
    zero_padded: bool,
    room: Room,
    size: Size,
}

impl Text {
    /// Writes one directive and moves `format` behind it. One that is not known is copied with all that follows it:
    /// there is no telling which arguments belong to which directive from there on.
    pub(super) unsafe fn directive(&mut self, format: &mut Cursor) -> Result<(), ()> {
        let start = *format;
        format.next();
        let Some(directive) = Directive::read(format)? else {
            if start.peek_at(1) == 0 {
                self.utf8.push(b'%');
                return Ok(());
            }
            self.copy_rest(start, format);
            return Ok(());
        };
        // SAFETY: the arguments are of the types that the letters say, by the caller's contract.
        unsafe {
            match format.next() {
                b'%' => self.utf8.push(b'%'),
                b'c' => self.character()?,
                b'd' | b'i' => {
                    self.integer(directive, &Integer::take(self.va, directive.size, true).digits())?;
                }
                b'u' => self.integer(directive, &Integer::take(self.va, directive.size, false).digits())?,
                b'x' => self.integer(directive, &format!("{:x}", self.va.int()))?,
                b'p' => self.utf8.extend_from_slice(pointer(self.va.ptr()).as_bytes()),
                b's' => self.c_text(directive, self.va.ptr())?,
                b'U' => self.object(directive.room, self.va.ptr())?,
                b'V' => {
                    let object = self.va.ptr::<PyObject>();
                    let text = self.va.ptr();
                    if object.is_null() {
                        self.c_text(directive, text)?;
                    } else {
                        self.object(directive.room, object)?;
                    }
                }
                b'S' => self.owned_object(directive.room, PyObject_Str(self.va.ptr()))?,
                b'R' => self.owned_object(directive.room, PyObject_Repr(self.va.ptr()))?,
                b'A' => self.owned_object(directive.room, PyObject_ASCII(self.va.ptr()))?,
                _ => self.copy_rest(start, format),
            }
        }
        Ok(())
    }

    /// Copies everything from `start` on, as Latin-1.
    fn copy_rest(&mut self, start: Cursor, format: &mut Cursor) {
        *format = start;
        loop {
            match format.next() {
                0 => return,
                byte => self.push(char::from(byte)),
            }
        }
    }

    /// An integer: at least `precision` digits, a minus sign counted among them, in at least `width` places.
    fn integer(&mut self, directive: Directive, digits: &str) -> Result<(), ()> {
        let precision = directive.room.precision.unwrap_or(0).max(digits.len());
        let fill = if directive.zero_padded { b'0' } else { b' ' };
        self.pad(directive.room.width.unwrap_or(0).saturating_sub(precision), fill)?;
        self.pad(precision - digits.len(), b'0')?;
        self.utf8.extend_from_slice(digits.as_bytes());
        Ok(())
    }

    /// A C string in UTF-8, of which `precision` counts the bytes; bytes that are wrong become U+FFFD.
    unsafe fn c_text(&mut self, directive: Directive, text: *const c_char) -> Result<(), ()> {
        // SAFETY: the text ends with NUL, or has as many bytes as the precision says, by the caller's contract.
        let bytes = unsafe {
            match directive.room.precision {
                None => CStr::from_ptr(text).to_bytes(),
                Some(limit) => {
                    let len = (0..limit)
                        .position(|index| *text.add(index) == 0)
                        .unwrap_or(limit);
                    slice::from_raw_parts(text.cast(), len)
                }
            }
        };
        let text = String::from_utf8_lossy(bytes);
        let room = Room {
            precision: None,
            ..directive.room
        };
        self.padded(room, text.as_bytes())
    }
}

impl Directive {
    /// Reads up to the letter. `None` if the string ends before it or the letter cannot be one; `Err` with an exception
    /// set if a number is too big.
    fn read(format: &mut Cursor) -> Result<Option<Self>, ()> {
        let zero_padded = format.eat(b'0');
        let mut room = Room {
            width: number(format, c"width too big")?,
            ..Room::default()
        };
        if format.eat(b'.') {
            room.precision = number(format, c"precision too big")?;
            if format.peek() == b'%' {
                return Ok(None);
            }
        }
        let size = match [format.peek(), format.peek_at(1), format.peek_at(2)] {
            [b'l', b'd' | b'i' | b'u', _] => Size::Long,
            [b'l', b'l', b'd' | b'i' | b'u'] => Size::LongLong,
            [b'z', b'd' | b'i' | b'u', _] => Size::SizeT,
            [0, ..] => return Ok(None),
            _ => Size::Int,
        };
        let modifiers = match size {
            Size::Int => 0,
            Size::Long | Size::SizeT => 1,
            Size::LongLong => 2,
        };
        for _ in 0..modifiers {
            format.next();
        }
        Ok(Some(Self {
            zero_padded,
            room,
            size,
        }))
    }
}
