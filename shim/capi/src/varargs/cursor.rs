//! Reading a format string byte by byte.

use std::ffi::c_char;

/// A place in a NUL-terminated format string; never moves beyond the NUL.
#[derive(Clone, Copy)]
pub(super) struct Cursor(*const u8);

impl Cursor {
    /// Starts at `format`.
    ///
    /// # Safety
    ///
    /// `format` ends with NUL and outlives the cursor and its copies.
    #[inline]
    pub(super) unsafe fn new(format: *const c_char) -> Self {
        Self(format.cast())
    }

    /// The byte here; 0 at the end.
    #[inline]
    pub(super) fn peek(self) -> u8 {
        // SAFETY: never beyond the NUL.
        unsafe { *self.0 }
    }

    /// The byte `offset` places on, or 0 when the string ends before it.
    pub(super) fn peek_at(self, offset: usize) -> u8 {
        let mut ahead = self;
        for _ in 0..offset {
            ahead.next();
        }
        ahead.peek()
    }

    /// Takes the byte here; at the end gives 0 and stays.
    #[inline]
    pub(super) fn next(&mut self) -> u8 {
        let byte = self.peek();
        if byte != 0 {
            // SAFETY: the byte here is not the NUL, so there is one more.
            self.0 = unsafe { self.0.add(1) };
        }
        byte
    }

    /// Takes the byte here if it is `byte`.
    #[inline]
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        if found {
            self.next();
        }
        found
    }

    /// The rest of the string.
    pub(super) fn as_ptr(self) -> *const c_char {
        self.0.cast()
    }

    /// Whether the argument codes end here: at the NUL, at `:name` or at `;message`.
    #[inline]
    pub(super) fn at_end_of_codes(self) -> bool {
        matches!(self.peek(), 0 | b':' | b';')
    }
}
