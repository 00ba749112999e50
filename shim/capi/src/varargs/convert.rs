//! One argument, one format unit: the conversions that all of the `PyArg_*` functions share.

use std::ffi::{CStr, c_char, c_int, c_long, c_void};
use std::ptr::{null, null_mut};
use std::slice;

use gimbal_abi::*;
#[cfg(not(Py_3_12))]
use libc::wchar_t;

use super::cursor::Cursor;
use super::{VaArgs, prefix, shown_type};

/// What to undo when a later argument fails.
enum Cleanup {
    Buffer(*mut Py_buffer),
    Memory(*mut *mut c_char),
    Converted(UserConverter, *mut c_void),
}

/// The function of an `O&` unit; called with a NULL object it undoes a conversion.
type UserConverter = unsafe extern "C" fn(*mut PyObject, *mut c_void) -> c_int;

/// Why a conversion failed.
///
/// When a Python exception is already set, that exception is the reason and the text does not count.
pub(super) struct Mismatch {
    /// What follows "argument 1 " in the message. A text in parentheses blames the format string: SystemError.
    text: Vec<u8>,
    /// The way to the failing item through nested sequences, as indices, the innermost first.
    path: Vec<usize>,
}

/// The outcome of one conversion. The reason is boxed to keep success small.
pub(super) type Converted = Result<(), Box<Mismatch>>;

/// What units in parentheses take, as messages call it.
const NESTED: &str = if cfg!(Py_3_14) { "tuple" } else { "sequence" };

impl Mismatch {
    fn new(text: Vec<u8>) -> Box<Self> {
        Box::new(Self {
            text,
            path: Vec::new(),
        })
    }

    /// The reason is the exception that is set.
    fn raised() -> Box<Self> {
        Self::new(Vec::new())
    }

    /// Sets an exception as the reason.
    fn raise(exception: *mut PyObject, message: &CStr) -> Box<Self> {
        // SAFETY: both live for the call.
        unsafe { PyErr_SetString(exception, message.as_ptr()) };
        Self::raised()
    }

    /// `argument` is not the `expected` kind of object.
    unsafe fn expected(expected: &[u8], argument: *mut PyObject) -> Box<Self> {
        // SAFETY: the argument is live.
        let got = unsafe { shown_type(argument) };
        let expected = &expected[..expected.len().min(50)];
        Self::new([b"must be ", expected, b", not ", got].concat())
    }

    /// `argument` has so many elements where one is expected; up to 3.13 the message says only of what kind it is.
    unsafe fn too_long(expected: &[u8], argument: *mut PyObject, object: &str, len: usize) -> Box<Self> {
        if cfg!(Py_3_14) {
            let text = format!(", not a {object} of length {len}");
            Self::new([b"must be ", expected, text.as_bytes()].concat())
        } else {
            // SAFETY: the argument is live.
            unsafe { Self::expected(expected, argument) }
        }
    }

    /// The format string or what it points at is wrong.
    fn broken(text: &[u8]) -> Box<Self> {
        Self::new(text.to_vec())
    }

    /// Takes the outermost index of the path: `PyArg_Parse` counts its items as arguments.
    pub(super) fn take_outermost(&mut self) -> Option<usize> {
        self.path.pop().map(|index| index + 1)
    }

    /// Raises the error: `custom` if the format string brings its own message, else one that names the function, the
    /// `argument` (counted from 1) and the item.
    pub(super) unsafe fn report(
        &self,
        argument: Option<usize>,
        function: *const c_char,
        custom: *const c_char,
    ) {
        // SAFETY: `function` and `custom` are NULL or end with NUL; the message is given a NUL here.
        unsafe {
            if !PyErr_Occurred().is_null() {
                return;
            }
            let exception = if self.text.first() == Some(&b'(') {
                PyExc_SystemError
            } else {
                PyExc_TypeError
            };
            if !custom.is_null() {
                PyErr_SetString(exception, custom);
                return;
            }
            let mut message = Vec::new();
            if !function.is_null() {
                message.extend_from_slice(prefix(function, 200));
                message.extend_from_slice(b"() ");
            }
            message.extend_from_slice(b"argument");
            if let Some(argument) = argument {
                message.extend_from_slice(format!(" {argument}").as_bytes());
                for index in self.path.iter().rev().take(32) {
                    if message.len() >= 220 {
                        break;
                    }
                    message.extend_from_slice(format!(", item {index}").as_bytes());
                }
            }
            message.push(b' ');
            message.extend_from_slice(&self.text[..self.text.len().min(256)]);
            message.push(0);
            PyErr_SetString(exception, message.as_ptr().cast());
        }
    }
}

/// The state of one parse: where results go, and what to undo on an error.
pub(super) struct Conversion {
    va: VaArgs,
    /// Whether the caller defines `PY_SSIZE_T_CLEAN`; without it `#` is refused.
    size_t_clean: bool,
    cleanups: Vec<Cleanup>,
}

impl Conversion {
    pub(super) fn new(va: VaArgs, size_t_clean: bool) -> Self {
        Self {
            va,
            size_t_clean,
            cleanups: Vec::new(),
        }
    }

    /// Undoes what the conversions so far hold: the parse has failed.
    pub(super) unsafe fn undo(self) {
        for cleanup in self.cleanups {
            // SAFETY: each was filled by a successful conversion and the caller has not seen it yet.
            unsafe {
                match cleanup {
                    Cleanup::Buffer(view) => PyBuffer_Release(view),
                    Cleanup::Memory(place) => {
                        PyMem_Free((*place).cast());
                        *place = null_mut();
                    }
                    Cleanup::Converted(converter, address) => {
                        gimbal_proxies::outside(|| converter(null_mut(), address));
                    }
                }
            }
        }
    }

    /// Converts `argument` by the unit at `format`, and moves `format` behind the unit.
    #[inline]
    pub(super) unsafe fn item(&mut self, argument: *mut PyObject, format: &mut Cursor) -> Converted {
        // SAFETY: the caller's contract.
        unsafe {
            if format.eat(b'(') {
                self.sequence(argument, format)?;
                format.eat(b')');
                Ok(())
            } else {
                self.simple(argument, format)
            }
        }
    }

    /// Converts the items of a sequence by the units up to the closing parenthesis.
    unsafe fn sequence(&mut self, argument: *mut PyObject, format: &mut Cursor) -> Converted {
        let wanted = count_units(*format);
        // SAFETY: the caller's contract; the item is held during its conversion.
        unsafe {
            if PySequence_Check(argument) == 0 || PyBytes_Check(argument) != 0 {
                let shown = shown_type(argument);
                let text = [format!("must be {wanted}-item {NESTED}, not ").as_bytes(), shown].concat();
                return Err(Mismatch::new(text));
            }
            let len = PySequence_Size(argument);
            if usize::try_from(len) != Ok(wanted) {
                let text = format!("must be {NESTED} of length {wanted}, not {len}");
                return Err(Mismatch::new(text.into_bytes()));
            }
            for index in 0..wanted {
                let item = PySequence_GetItem(argument, index as Py_ssize_t);
                let outcome = if item.is_null() {
                    PyErr_Clear();
                    Err(Mismatch::broken(b"is not retrievable"))
                } else {
                    self.item(item, format)
                };
                Py_XDECREF(item);
                outcome.map_err(|mut mismatch| {
                    mismatch.path.push(index);
                    mismatch
                })?;
            }
        }
        Ok(())
    }

    /// Converts `argument` by the unit at `format`, which is not a parenthesis.
    #[inline]
    unsafe fn simple(&mut self, argument: *mut PyObject, format: &mut Cursor) -> Converted {
        let code = format.next();
        // SAFETY: the pointers in the list are of the types that the code says, by the caller's contract.
        unsafe {
            if cfg!(not(Py_3_10)) && b"bBhHiIlLn".contains(&code) && PyFloat_Check(argument) != 0 {
                let message = c"integer argument expected, got float";
                return Err(Mismatch::raise(PyExc_TypeError, message));
            }
            match code {
                b'O' => return self.object(argument, format),
                b'i' => {
                    let value = bounded(
                        argument,
                        c_int::MIN.into(),
                        c_int::MAX.into(),
                        [
                            c"signed integer is less than minimum",
                            c"signed integer is greater than maximum",
                        ],
                    )?;
                    self.va.store::<c_int>(value as c_int);
                }
                b'l' => {
                    let value = PyLong_AsLong(argument);
                    check(value == -1)?;
                    self.va.store::<c_long>(value);
                }
                b'n' => {
                    let number = PyNumber_Index(argument);
                    check(number.is_null())?;
                    let value = PyLong_AsSsize_t(number);
                    Py_DECREF(number);
                    check(value == -1)?;
                    self.va.store::<Py_ssize_t>(value);
                }
                b'L' => {
                    let value = PyLong_AsLongLong(argument);
                    check(value == -1)?;
                    self.va.store(value);
                }
                b'd' => {
                    let value = PyFloat_AsDouble(argument);
                    check(value == -1.0)?;
                    self.va.store(value);
                }
                b'f' => {
                    let value = PyFloat_AsDouble(argument);
                    check(value == -1.0)?;
                    self.va.store(value as f32);
                }
                b'p' => {
                    let truth = PyObject_IsTrue(argument);
                    check(truth < 0)?;
                    self.va.store::<c_int>(truth);
                }
                b's' | b'z' => return self.text(argument, code, format),
                b'y' => return self.bytes(argument, format),
                b'b' => {
                    let value = bounded(
                        argument,
                        0,
                        u8::MAX.into(),
                        [
                            c"unsigned byte integer is less than minimum",
                            c"unsigned byte integer is greater than maximum",
                        ],
                    )?;
                    self.va.store(value as u8);
                }
                b'h' => {
                    let value = bounded(
                        argument,
                        i16::MIN.into(),
                        i16::MAX.into(),
                        [
                            c"signed short integer is less than minimum",
                            c"signed short integer is greater than maximum",
                        ],
                    )?;
                    self.va.store(value as i16);
                }
                b'B' => {
                    let value = masked(argument)?;
                    self.va.store(value as u8);
                }
                b'H' => {
                    let value = masked(argument)?;
                    self.va.store(value as u16);
                }
                b'I' => {
                    let value = masked(argument)?;
                    self.va.store(value as u32);
                }
                b'k' => {
                    if PyLong_Check(argument) == 0 {
                        return Err(Mismatch::expected(b"int", argument));
                    }
                    self.va.store(PyLong_AsUnsignedLongMask(argument));
                }
                b'K' => {
                    if PyLong_Check(argument) == 0 {
                        return Err(Mismatch::expected(b"int", argument));
                    }
                    self.va.store(PyLong_AsUnsignedLongLongMask(argument));
                }
                b'D' => {
                    let value = PyComplex_AsCComplex(argument);
                    check(true)?;
                    self.va.store(value);
                }
                b'c' => {
                    let wanted = b"a byte string of length 1";
                    match bytes_of(argument) {
                        Some(&[byte]) => self.va.store(byte),
                        Some(bytes) => {
                            let object = format!("{} object", String::from_utf8_lossy(shown_type(argument)));
                            return Err(Mismatch::too_long(wanted, argument, &object, bytes.len()));
                        }
                        None => return Err(Mismatch::expected(wanted, argument)),
                    }
                }
                b'C' => {
                    let wanted = b"a unicode character";
                    if PyUnicode_Check(argument) == 0 {
                        return Err(Mismatch::expected(wanted, argument));
                    }
                    let len = PyUnicode_GetLength(argument) as usize;
                    if len != 1 {
                        return Err(Mismatch::too_long(wanted, argument, "string", len));
                    }
                    self.va.store::<c_int>(PyUnicode_ReadChar(argument, 0) as c_int);
                }
                b'S' => return self.object_if(PyBytes_Check(argument) != 0, b"bytes", argument),
                b'Y' => return self.object_if(PyByteArray_Check(argument) != 0, b"bytearray", argument),
                b'U' => return self.object_if(PyUnicode_Check(argument) != 0, b"str", argument),
                b'w' => {
                    let view = self.va.ptr::<Py_buffer>();
                    if !format.eat(b'*') {
                        return Err(Mismatch::broken(b"(invalid use of 'w' format character)"));
                    }
                    if PyObject_GetBuffer(argument, view, PyBUF_WRITABLE) < 0 {
                        PyErr_Clear();
                        return Err(Mismatch::expected(b"read-write bytes-like object", argument));
                    }
                    self.cleanups.push(Cleanup::Buffer(view));
                }
                b'e' => return self.encoded(argument, format),
                #[cfg(not(Py_3_12))]
                b'u' | b'Z' => return self.wide(argument, code, format),
                _ => return Err(Mismatch::broken(b"(impossible<bad format char>)")),
            }
        }
        Ok(())
    }

    /// `O`, `O!` and `O&`.
    #[inline]
    unsafe fn object(&mut self, argument: *mut PyObject, format: &mut Cursor) -> Converted {
        // SAFETY: the caller's contract; a converter is called as documented.
        unsafe {
            if format.eat(b'!') {
                let class = self.va.ptr::<PyTypeObject>();
                let matches = PyType_IsSubtype(Py_TYPE(argument), class) != 0;
                if !matches {
                    return Err(Mismatch::expected(prefix((*class).tp_name, 50), argument));
                }
            } else if format.eat(b'&') {
                let function = self.va.ptr::<c_void>();
                let address = self.va.ptr::<c_void>();
                let converter = std::mem::transmute::<*mut c_void, UserConverter>(function);
                let outcome = gimbal_proxies::outside(|| converter(argument, address));
                if outcome == 0 {
                    return Err(Mismatch::broken(b"(unspecified)"));
                }
                if outcome == Py_CLEANUP_SUPPORTED {
                    self.cleanups.push(Cleanup::Converted(converter, address));
                }
                return Ok(());
            }
            self.va.store(argument);
        }
        Ok(())
    }

    /// Stores the object itself if it is of the type wanted.
    unsafe fn object_if(&mut self, matches: bool, wanted: &[u8], argument: *mut PyObject) -> Converted {
        // SAFETY: the caller's contract.
        unsafe {
            if !matches {
                return Err(Mismatch::expected(wanted, argument));
            }
            self.va.store(argument);
        }
        Ok(())
    }

    /// `s`, `s*`, `s#` and the same with `z`, which takes None for NULL.
    unsafe fn text(&mut self, argument: *mut PyObject, code: u8, format: &mut Cursor) -> Converted {
        // SAFETY: the caller's contract.
        unsafe {
            let none = code == b'z' && argument == Py_None();
            if format.eat(b'*') {
                let view = self.va.ptr::<Py_buffer>();
                if none {
                    PyBuffer_FillInfo(view, null_mut(), null_mut(), 0, 1, 0);
                } else if PyUnicode_Check(argument) != 0 {
                    let (text, len) = utf8_of(argument)?;
                    PyBuffer_FillInfo(view, argument, text.cast_mut().cast(), len, 1, 0);
                } else {
                    simple_buffer(argument, view)?;
                }
                self.cleanups.push(Cleanup::Buffer(view));
                return Ok(());
            }
            let place = self.va.ptr::<*const c_char>();
            if format.eat(b'#') {
                self.require_size_t_clean()?;
                let size = self.va.ptr::<Py_ssize_t>();
                let (text, len) = if none {
                    (null(), 0)
                } else if PyUnicode_Check(argument) != 0 {
                    utf8_of(argument)?
                } else {
                    place.write(null());
                    read_only_buffer(argument)?
                };
                place.write(text);
                size.write(len);
                return Ok(());
            }
            if none {
                place.write(null());
            } else if PyUnicode_Check(argument) != 0 {
                let (text, len) = utf8_of(argument)?;
                if has_inner_nul(text, len) {
                    return Err(Mismatch::raise(PyExc_ValueError, c"embedded null character"));
                }
                place.write(text);
            } else {
                let wanted: &[u8] = if code == b'z' { b"str or None" } else { b"str" };
                return Err(Mismatch::expected(wanted, argument));
            }
        }
        Ok(())
    }

    /// `y`, `y*` and `y#`.
    unsafe fn bytes(&mut self, argument: *mut PyObject, format: &mut Cursor) -> Converted {
        // SAFETY: the caller's contract.
        unsafe {
            if format.eat(b'*') {
                let view = self.va.ptr::<Py_buffer>();
                simple_buffer(argument, view)?;
                self.cleanups.push(Cleanup::Buffer(view));
                return Ok(());
            }
            let place = self.va.ptr::<*const c_char>();
            place.write(null());
            let (bytes, len) = read_only_buffer(argument)?;
            place.write(bytes);
            if format.eat(b'#') {
                self.require_size_t_clean()?;
                self.va.store::<Py_ssize_t>(len);
            } else if has_inner_nul(bytes, len) {
                return Err(Mismatch::raise(PyExc_ValueError, c"embedded null byte"));
            }
        }
        Ok(())
    }

    /// `u`, `u#` and the same with `Z`, which takes None for NULL.
    #[cfg(not(Py_3_12))]
    unsafe fn wide(&mut self, argument: *mut PyObject, code: u8, format: &mut Cursor) -> Converted {
        // SAFETY: the caller's contract.
        unsafe {
            let warning = c"getargs: The '%c' format is deprecated. Use 'U' instead.".as_ptr();
            if PyErr_WarnFormat(PyExc_DeprecationWarning, 1, warning, c_int::from(code)) != 0 {
                return Err(Mismatch::raised());
            }
            let place = self.va.ptr::<*const wchar_t>();
            let sized = format.eat(b'#');
            let size = if sized {
                self.require_size_t_clean()?;
                self.va.ptr::<Py_ssize_t>()
            } else {
                null_mut()
            };
            let mut len = 0;
            if code == b'Z' && argument == Py_None() {
                place.write(null());
            } else if PyUnicode_Check(argument) != 0 {
                #[expect(deprecated, reason = "so is the unit")]
                let text = PyUnicode_AsUnicodeAndSize(argument, &raw mut len);
                place.write(text);
                check(text.is_null())?;
                let text = slice::from_raw_parts(text, len as usize);
                if !sized && text.contains(&0) {
                    return Err(Mismatch::raise(PyExc_ValueError, c"embedded null character"));
                }
            } else {
                let wanted: &[u8] = if code == b'Z' { b"str or None" } else { b"str" };
                return Err(Mismatch::expected(wanted, argument));
            }
            if sized {
                size.write(len);
            }
        }
        Ok(())
    }

    /// `es`, `et` and the same with `#`: encodes into memory of the caller or of `PyMem_Malloc`.
    unsafe fn encoded(&mut self, argument: *mut PyObject, format: &mut Cursor) -> Converted {
        // SAFETY: the caller's contract; `owner` is held while its bytes are copied.
        unsafe {
            let encoding = self.va.ptr::<c_char>();
            let bytes_pass = match format.next() {
                b's' => false,
                b't' => true,
                _ => return Err(Mismatch::broken(b"(unknown parser marker combination)")),
            };
            let place = self.va.ptr::<*mut c_char>();
            if place.is_null() {
                return Err(Mismatch::broken(b"(buffer is NULL)"));
            }
            let owner = if bytes_pass && bytes_of(argument).is_some() {
                gimbal_proxies::new_ref(argument)
            } else if PyUnicode_Check(argument) != 0 {
                let encoding = if encoding.is_null() {
                    c"utf-8".as_ptr()
                } else {
                    encoding
                };
                PyUnicode_AsEncodedString(argument, encoding, null())
            } else {
                let wanted: &[u8] = if bytes_pass {
                    b"str, bytes or bytearray"
                } else {
                    b"str"
                };
                return Err(Mismatch::expected(wanted, argument));
            };
            let outcome = match bytes_of(owner) {
                Some(bytes) => self.copy_encoded(argument, bytes, place, format),
                None => Err(Mismatch::broken(b"(encoding failed)")),
            };
            Py_XDECREF(owner);
            outcome
        }
    }

    /// Copies the `bytes` of `argument` and a NUL to where `place` says.
    unsafe fn copy_encoded(
        &mut self,
        argument: *mut PyObject,
        bytes: &[u8],
        place: *mut *mut c_char,
        format: &mut Cursor,
    ) -> Converted {
        // SAFETY: the caller's contract; the memory written is as long as checked or allocated.
        unsafe {
            let mut allocate = true;
            if format.eat(b'#') {
                self.require_size_t_clean()?;
                let size = self.va.ptr::<Py_ssize_t>();
                if size.is_null() {
                    return Err(Mismatch::broken(b"(buffer_len is NULL)"));
                }
                allocate = (*place).is_null();
                let len = bytes.len() as Py_ssize_t;
                if !allocate && len + 1 > *size {
                    let message = c"encoded string too long (%zd, maximum length %zd)".as_ptr();
                    PyErr_Format(PyExc_ValueError, message, len, *size - 1);
                    return Err(Mismatch::raised());
                }
                size.write(len);
            } else if bytes.contains(&0) {
                return Err(Mismatch::expected(b"encoded string without null bytes", argument));
            }
            if allocate {
                let memory = PyMem_Malloc(bytes.len() + 1);
                place.write(memory.cast());
                if memory.is_null() {
                    PyErr_NoMemory();
                    return Err(Mismatch::raised());
                }
                self.cleanups.push(Cleanup::Memory(place));
            }
            let target = slice::from_raw_parts_mut((*place).cast::<u8>(), bytes.len() + 1);
            target[..bytes.len()].copy_from_slice(bytes);
            target[bytes.len()] = 0;
        }
        Ok(())
    }

    fn require_size_t_clean(&self) -> Converted {
        if self.size_t_clean || super::SIZE_T_ALWAYS {
            Ok(())
        } else {
            let message = c"PY_SSIZE_T_CLEAN macro must be defined for '#' formats";
            // SAFETY: a static of the C API.
            Err(Mismatch::raise(unsafe { PyExc_SystemError }, message))
        }
    }

    /// Passes over the unit at `format` and over its pointers: the argument is not given.
    pub(super) unsafe fn skip(&mut self, format: &mut Cursor) -> Result<(), &'static CStr> {
        let (va, clean) = (self.va, self.size_t_clean);
        skip_unit(format, &mut |sized| {
            // SAFETY: every argument of a format unit is a pointer.
            unsafe { va.ptr::<c_void>() };
            if sized && !clean {
                Err(c"PY_SSIZE_T_CLEAN macro must be defined for '#' formats")
            } else {
                Ok(())
            }
        })
    }
}

/// Passes over the unit at `format`; calls `pointer` for each pointer that goes with it, with `true` if it is that of a
/// `#`. A unit that is wrong leaves `format` where it is, for the error message.
pub(super) fn skip_unit(
    format: &mut Cursor,
    pointer: &mut dyn FnMut(bool) -> Result<(), &'static CStr>,
) -> Result<(), &'static CStr> {
    const BAD: &CStr = c"impossible<bad format char>";
    let mut ahead = *format;
    match ahead.next() {
        b'b' | b'B' | b'h' | b'H' | b'i' | b'I' | b'l' | b'k' | b'L' | b'K' | b'n' | b'f' | b'd' | b'D'
        | b'c' | b'C' | b'p' | b'S' | b'Y' | b'U' => pointer(false)?,
        code @ (b's' | b'z' | b'y' | b'w' | b'u' | b'Z' | b'e') => {
            if code == b'e' {
                pointer(false)?;
                if !matches!(ahead.next(), b's' | b't') {
                    return Err(BAD);
                }
            }
            pointer(false)?;
            if ahead.eat(b'#') {
                pointer(true)?;
            } else if matches!(code, b's' | b'z' | b'y' | b'w') {
                ahead.eat(b'*');
            }
        }
        b'O' => {
            if ahead.eat(b'!') || ahead.eat(b'&') {
                pointer(false)?;
            }
            pointer(false)?;
        }
        b'(' => {
            while ahead.peek() != b')' {
                if ahead.at_end_of_codes() {
                    return Err(c"Unmatched left paren in format string");
                }
                skip_unit(&mut ahead, pointer)?;
            }
            ahead.next();
        }
        b')' => return Err(c"Unmatched right paren in format string"),
        _ => return Err(BAD),
    }
    *format = ahead;
    Ok(())
}

/// How many units come before the parenthesis that closes this level.
fn count_units(mut format: Cursor) -> usize {
    let (mut count, mut level) = (0, 0);
    loop {
        match format.next() {
            b'(' => {
                count += usize::from(level == 0);
                level += 1;
            }
            b')' if level == 0 => return count,
            b')' => level -= 1,
            b':' | b';' | 0 => return count,
            // `e` opens a unit of two letters.
            code => count += usize::from(level == 0 && code.is_ascii_alphabetic() && code != b'e'),
        }
    }
}

/// Fails with the exception that is set, if `suspect` and there is one.
#[inline]
fn check(suspect: bool) -> Converted {
    // SAFETY: asking for the error needs nothing.
    if suspect && !unsafe { PyErr_Occurred() }.is_null() {
        Err(Mismatch::raised())
    } else {
        Ok(())
    }
}

/// The value of an integer that must not leave `min..=max`; `complaints` are those of either end.
#[inline]
unsafe fn bounded(
    argument: *mut PyObject,
    min: c_long,
    max: c_long,
    complaints: [&CStr; 2],
) -> Result<c_long, Box<Mismatch>> {
    // SAFETY: the argument is live.
    unsafe {
        let value = PyLong_AsLong(argument);
        check(value == -1)?;
        if value < min {
            return Err(Mismatch::raise(PyExc_OverflowError, complaints[0]));
        }
        if value > max {
            return Err(Mismatch::raise(PyExc_OverflowError, complaints[1]));
        }
        Ok(value)
    }
}

/// The low bits of an integer of any size.
unsafe fn masked(argument: *mut PyObject) -> Result<u64, Box<Mismatch>> {
    // SAFETY: the argument is live.
    let value = unsafe { PyLong_AsUnsignedLongMask(argument) };
    check(value == u64::MAX)?;
    Ok(value)
}

/// The text of a str in UTF-8 and its length in bytes.
unsafe fn utf8_of(argument: *mut PyObject) -> Result<(*const c_char, Py_ssize_t), Box<Mismatch>> {
    let mut len = 0;
    // SAFETY: the argument is a live str.
    let text = unsafe { PyUnicode_AsUTF8AndSize(argument, &raw mut len) };
    if text.is_null() {
        Err(Mismatch::broken(b"(unicode conversion error)"))
    } else {
        Ok((text, len))
    }
}

/// The content of a bytes or a bytearray; `None` for NULL and for anything else.
unsafe fn bytes_of<'a>(object: *mut PyObject) -> Option<&'a [u8]> {
    // SAFETY: `object` is NULL or live, and its caller keeps it so while it uses the content.
    unsafe {
        if object.is_null() {
            None
        } else if PyBytes_Check(object) != 0 {
            Some(slice::from_raw_parts(
                PyBytes_AsString(object).cast(),
                PyBytes_Size(object) as usize,
            ))
        } else if PyByteArray_Check(object) != 0 {
            Some(slice::from_raw_parts(
                PyByteArray_AsString(object).cast(),
                PyByteArray_Size(object) as usize,
            ))
        } else {
            None
        }
    }
}

/// Fills `view` with the contiguous bytes of any object that exports them.
unsafe fn simple_buffer(argument: *mut PyObject, view: *mut Py_buffer) -> Converted {
    // SAFETY: the caller's contract.
    unsafe {
        if PyObject_GetBuffer(argument, view, PyBUF_SIMPLE) != 0 {
            return Err(Mismatch::expected(b"bytes-like object", argument));
        }
        if PyBuffer_IsContiguous(view, b'C' as c_char) == 0 {
            PyBuffer_Release(view);
            return Err(Mismatch::expected(b"contiguous buffer", argument));
        }
    }
    Ok(())
}

/// The bytes of an object that lends them without being told when the borrower is done.
unsafe fn read_only_buffer(argument: *mut PyObject) -> Result<(*const c_char, Py_ssize_t), Box<Mismatch>> {
    // SAFETY: the argument is live; without bf_releasebuffer its memory outlives the view.
    unsafe {
        let procs = (*Py_TYPE(argument)).tp_as_buffer;
        if !procs.is_null() && (*procs).bf_releasebuffer.is_some() {
            return Err(Mismatch::expected(b"read-only bytes-like object", argument));
        }
        let mut view = Py_buffer::new();
        simple_buffer(argument, &raw mut view)?;
        let found = (view.buf.cast_const().cast(), view.len);
        PyBuffer_Release(&raw mut view);
        Ok(found)
    }
}

/// Whether a NUL comes before the end.
unsafe fn has_inner_nul(text: *const c_char, len: Py_ssize_t) -> bool {
    // SAFETY: `text` has `len` bytes and a NUL behind them.
    let until_nul = unsafe { CStr::from_ptr(text) }.to_bytes().len();
    until_nul != len as usize
}
