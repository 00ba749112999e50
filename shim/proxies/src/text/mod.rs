//! Native strings: PEP 393 blocks (`PyASCIIObject` and the structs that extend it), and bytes.
//!
//! A string crosses as UTF-8 in which surrogates may appear (as PyPy stores them); C sees 1, 2 or 4 bytes a code point.

#[cfg(not(Py_3_12))]
mod wide;

#[cfg(not(Py_3_12))]
pub use wide::wide;

use crate::immortals::Immortals;
use crate::state::Locked;
use crate::{
    Obj, PyASCIIObject, PyBytes_Type, PyBytesObject, PyCompactUnicodeObject, PyTypeObject, PyUnicode_Type,
    PyUnicodeObject, arena, hold, new_ref, refcount,
};
use hashbrown::HashMap;
use std::ffi::c_void;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering};

/// Bits of `state`: whether it is interned (atomic without a GIL, hence in a byte of its own), kind, and marks.
const INTERNED_BIT: u32 = 1;
const KIND_SHIFT: u32 = if cfg!(Py_GIL_DISABLED) { 8 } else { 2 };
const COMPACT: u32 = 1 << (KIND_SHIFT + 3);
const ASCII: u32 = 1 << (KIND_SHIFT + 4);
/// Since 3.12 every string is.
const READY: u32 = if cfg!(Py_3_12) { 0 } else { 1 << 7 };
/// Ours, in a bit that CPython leaves alone: the kept UTF-8 has surrogates.
const SURROGATES: u32 = 1 << 31;

/// The word is written under the lock and read without.
#[inline]
unsafe fn state_word<'a>(op: Obj) -> &'a AtomicU32 {
    // SAFETY: `op` is a string.
    unsafe { AtomicU32::from_ptr(&raw mut (*op.cast::<PyASCIIObject>()).state) }
}

#[inline]
fn state(op: Obj) -> u32 {
    // SAFETY: `op` is a string.
    unsafe { state_word(op) }.load(Ordering::Relaxed)
}

/// Sets a mark, or takes it away.
unsafe fn mark(op: Obj, bit: u32, set: bool) {
    let marked = if set { state(op) | bit } else { state(op) & !bit };
    // SAFETY: `op` is a string; the lock is held.
    unsafe { state_word(op) }.store(marked, Ordering::Relaxed);
}

/// Bytes a code point: 1, 2 or 4.
#[inline]
pub unsafe fn kind(op: Obj) -> u32 {
    state(op) >> KIND_SHIFT & 7
}

/// Number of code points.
#[inline]
pub unsafe fn len(op: Obj) -> usize {
    // SAFETY: `op` is a string.
    unsafe { (*op.cast::<PyASCIIObject>()).length as usize }
}

/// Are all code points below 128?
#[inline]
pub unsafe fn is_ascii(op: Obj) -> bool {
    state(op) & ASCII != 0
}

/// The code units.
#[inline]
pub unsafe fn data(op: Obj) -> *mut u8 {
    // SAFETY: `op` is a string; compact ones have their data behind the head.
    unsafe {
        match state(op) & (COMPACT | ASCII) {
            s if s == COMPACT | ASCII => op.cast::<PyASCIIObject>().add(1).cast(),
            COMPACT => op.cast::<PyCompactUnicodeObject>().add(1).cast(),
            _ => (*op.cast::<PyUnicodeObject>()).data.any.cast(),
        }
    }
}

/// Code point `i`, which must be in range.
pub unsafe fn read(op: Obj, i: usize) -> u32 {
    // SAFETY: `i < len`.
    unsafe {
        match kind(op) {
            1 => u32::from(*data(op).add(i)),
            2 => u32::from(*data(op).cast::<u16>().add(i)),
            _ => *data(op).cast::<u32>().add(i),
        }
    }
}

/// Writes code point `i`, which must be in range and fit the kind.
pub unsafe fn write(op: Obj, i: usize, point: u32) {
    // SAFETY: `i < len`.
    unsafe {
        match kind(op) {
            1 => *data(op).add(i) = point as u8,
            2 => *data(op).cast::<u16>().add(i) = point as u16,
            _ => *data(op).cast::<u32>().add(i) = point,
        }
    }
}

fn unit(max: u32) -> usize {
    match max {
        0..=0xff => 1,
        0x100..=0xffff => 2,
        _ => 4,
    }
}

/// The one object for the empty value and for each value of one Latin-1 character or byte.
const EMPTY: usize = 256;
static CHARACTERS: Immortals<257> = Immortals::new();
static BYTES: Immortals<257> = Immortals::new();

/// A new reference to the str of one Latin-1 character.
unsafe fn character(point: u8) -> Obj {
    // SAFETY: the block has room for one.
    unsafe {
        CHARACTERS.get(usize::from(point), || {
            let op = new(1, u32::from(point));
            if !op.is_null() {
                write(op, 0, u32::from(point));
            }
            op
        })
    }
}

/// `PyUnicode_New`: room for `len` code points up to `max`, terminated, contents undefined.
pub unsafe fn new(len: usize, max: u32) -> Obj {
    // SAFETY: a new block.
    unsafe {
        if len == 0 {
            return CHARACTERS.get(EMPTY, || block(0, 0));
        }
        block(len, max)
    }
}

#[inline(always)]
unsafe fn block(len: usize, max: u32) -> Obj {
    // SAFETY: the head is written in full.
    unsafe {
        let ascii = max < 128;
        let head = if ascii {
            size_of::<PyASCIIObject>()
        } else {
            size_of::<PyCompactUnicodeObject>()
        };
        let unit = unit(max);
        let op = arena::alloc(head + (len + 1) * unit).cast::<PyCompactUnicodeObject>();
        if op.is_null() {
            return crate::seq::no_memory();
        }
        let base = &raw mut (*op)._base;
        refcount::begin(op.cast(), &raw mut PyUnicode_Type);
        (*base).length = len as isize;
        (*base).hash = -1;
        (*base).state = (unit as u32) << KIND_SHIFT | COMPACT | READY | if ascii { ASCII } else { 0 };
        if !ascii {
            (*op).utf8_length = 0;
            (*op).utf8 = std::ptr::null_mut();
        }
        let op: Obj = op.cast();
        #[cfg(not(Py_3_12))]
        wide::begin(op, ascii);
        let end = op.cast::<u8>().add(head + len * unit);
        match unit {
            1 => *end = 0,
            2 => *end.cast::<u16>() = 0,
            _ => *end.cast::<u32>() = 0,
        }
        op
    }
}

/// A new string of ASCII bytes.
pub unsafe fn from_ascii(bytes: &[u8]) -> Obj {
    // SAFETY: the block has room.
    unsafe {
        let op = match *bytes {
            [] => return new(0, 0),
            [byte] => return character(byte),
            _ => block(bytes.len(), 127),
        };
        if !op.is_null() {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), data(op), bytes.len());
        }
        op
    }
}

/// A new string.
pub unsafe fn from_str(text: &str) -> Obj {
    // SAFETY: `str` is UTF-8.
    unsafe { from_utf8(text.as_bytes(), text.chars().count()) }
}

/// Code points of valid UTF-8 in which surrogates may appear.
pub fn points(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let tail = |i: usize| u32::from(rest[i] & 0x3f);
        let first = u32::from(*rest.first()?);
        let (point, used) = match first {
            0..=0x7f => (first, 1),
            0x80..=0xdf => ((first & 0x1f) << 6 | tail(1), 2),
            0xe0..=0xef => ((first & 0x0f) << 12 | tail(1) << 6 | tail(2), 3),
            _ => ((first & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4),
        };
        rest = &rest[used..];
        Some(point)
    })
}

/// A new string of valid UTF-8 (surrogates allowed) of `count` code points.
pub unsafe fn from_utf8(bytes: &[u8], count: usize) -> Obj {
    // SAFETY: the block has room for `count` code points.
    unsafe {
        if bytes.len() == count {
            return from_ascii(bytes);
        }
        if count == 1 {
            return from_points(&points(bytes).collect::<Vec<u32>>());
        }
        let lead = bytes.iter().copied().max().unwrap_or(0);
        let max = match lead {
            0..=0xc3 => 0xff,
            0xc4..=0xef => 0xffff,
            _ => 0x10_ffff,
        };
        let op = new(count, max);
        if !op.is_null() {
            match max {
                0xff => spread::<u8>(bytes, data(op)),
                0xffff => spread::<u16>(bytes, data(op).cast()),
                _ => spread::<u32>(bytes, data(op).cast()),
            }
        }
        op
    }
}

/// A code unit: 1, 2 or 4 bytes.
trait Unit: Copy + Into<u32> {
    fn cut(point: u32) -> Self;
}

macro_rules! units {
    ($($unit:ty)*) => {
        $(impl Unit for $unit {
            #[inline]
            fn cut(point: u32) -> Self {
                point as $unit
            }
        })*
    };
}

units! { u8 u16 u32 }

/// Writes the code points of valid UTF-8 (surrogates allowed), all of which fit.
unsafe fn spread<U: Unit>(bytes: &[u8], mut out: *mut U) {
    // SAFETY: `out` has room for each code point; a lead byte says how many bytes follow it.
    unsafe {
        let (mut at, end) = (bytes.as_ptr(), bytes.as_ptr_range().end);
        while at < end {
            let first = u32::from(*at);
            let tail = |i: usize| u32::from(*at.add(i) & 0x3f);
            let (point, used) = match first {
                0..=0x7f => (first, 1),
                0x80..=0xdf => ((first & 0x1f) << 6 | tail(1), 2),
                0xe0..=0xef => ((first & 0x0f) << 12 | tail(1) << 6 | tail(2), 3),
                _ => ((first & 0x07) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3), 4),
            };
            *out = U::cut(point);
            out = out.add(1);
            at = at.add(used);
        }
    }
}

/// Code units as UTF-8 (surrogates allowed).
fn gather<U: Unit>(units: &[U]) -> Vec<u8> {
    let mut out = Vec::with_capacity(units.len() + units.len() / 2 + 16);
    for &unit in units {
        push_utf8(&mut out, unit.into());
    }
    out
}

/// A new string of code points.
pub unsafe fn from_points(points: &[u32]) -> Obj {
    // SAFETY: the block has room.
    unsafe {
        if let &[point @ 0..=0xff] = points {
            return character(point as u8);
        }
        // Their bits together, which are found faster than the highest and say as much: all that matters are powers of two.
        let max = points.iter().fold(0, |bits, point| bits | point);
        let op = new(points.len(), max);
        if !op.is_null() {
            match unit(max) {
                1 => narrow(points, data(op)),
                2 => narrow(points, data(op).cast::<u16>()),
                _ => narrow(points, data(op).cast::<u32>()),
            }
        }
        op
    }
}

/// Writes code points, all of which fit.
unsafe fn narrow<U: Unit>(points: &[u32], out: *mut U) {
    // SAFETY: `out` has room for each.
    let out = unsafe { std::slice::from_raw_parts_mut(out.cast::<MaybeUninit<U>>(), points.len()) };
    for (place, &point) in out.iter_mut().zip(points) {
        place.write(U::cut(point));
    }
}

/// Appends a code point (or surrogate) as UTF-8.
#[inline]
pub fn push_utf8(out: &mut Vec<u8>, point: u32) {
    let tail = |shift: u32| (point >> shift & 0x3f) as u8 | 0x80;
    match point {
        0..=0x7f => out.push(point as u8),
        0x80..=0x7ff => out.extend([(point >> 6) as u8 | 0xc0, tail(0)]),
        0x800..=0xffff => out.extend([(point >> 12) as u8 | 0xe0, tail(6), tail(0)]),
        _ => out.extend([(point >> 18) as u8 | 0xf0, tail(12), tail(6), tail(0)]),
    }
}

/// The string as UTF-8 (surrogates allowed), NUL-terminated, kept with the string. Works for subclasses too.
pub unsafe fn utf8<'a>(op: Obj) -> &'a [u8] {
    // SAFETY: `op` is a string; the cache lives as long as it.
    unsafe {
        if state(op) & (COMPACT | ASCII) == COMPACT | ASCII {
            return std::slice::from_raw_parts(data(op), len(op));
        }
        let compact = op.cast::<PyCompactUnicodeObject>();
        // Whoever finds the address finds the bytes and their number: those come first.
        let place = AtomicPtr::from_ptr(&raw mut (*compact).utf8);
        if !place.load(Ordering::Acquire).is_null() {
            return kept_utf8(compact);
        }
        let _held = hold();
        if place.load(Ordering::Relaxed).is_null() {
            let (units, n) = (data(op), len(op));
            let out = match kind(op) {
                1 => gather(std::slice::from_raw_parts(units, n)),
                2 => gather(std::slice::from_raw_parts(units.cast::<u16>(), n)),
                _ => gather(std::slice::from_raw_parts(units.cast::<u32>(), n)),
            };
            let copy = arena::alloc(out.len() + 1).cast::<u8>();
            if copy.is_null() {
                return &[];
            }
            std::ptr::copy_nonoverlapping(out.as_ptr(), copy, out.len());
            *copy.add(out.len()) = 0;
            let has_surrogates = std::str::from_utf8(&out).is_err();
            mark(op, SURROGATES, has_surrogates);
            (*compact).utf8_length = out.len() as isize;
            place.store(copy.cast(), Ordering::Release);
        }
        kept_utf8(compact)
    }
}

#[inline]
unsafe fn kept_utf8<'a>(compact: *mut PyCompactUnicodeObject) -> &'a [u8] {
    // SAFETY: the address was found; neither it nor the length changes while others see the string.
    unsafe { std::slice::from_raw_parts((*compact).utf8.cast(), (*compact).utf8_length as usize) }
}

/// The same without surrogates: None when there are some. It is looked for them once.
pub unsafe fn strict_utf8<'a>(op: Obj) -> Option<&'a [u8]> {
    // SAFETY: as `utf8`, which leaves a mark.
    unsafe {
        let bytes = utf8(op);
        (state(op) & SURROGATES == 0).then_some(bytes)
    }
}

/// The string as Rust text; None when it holds surrogates.
pub unsafe fn as_str<'a>(op: Obj) -> Option<&'a str> {
    // SAFETY: as `utf8`.
    std::str::from_utf8(unsafe { utf8(op) }).ok()
}

/// Gives an instance of a subclass (a zeroed `PyUnicodeObject`) the contents of `value`.
pub unsafe fn fill(op: Obj, value: Obj) {
    // SAFETY: `op` has the full head; the data is copied into a block of its own.
    unsafe {
        let size = (len(value) + 1) * kind(value) as usize;
        let copy = arena::alloc(size);
        std::ptr::copy_nonoverlapping(data(value), copy.cast::<u8>(), size);
        let full = op.cast::<PyUnicodeObject>();
        let base = &raw mut (*full)._base._base;
        (*base).length = len(value) as isize;
        (*base).hash = -1;
        (*base).state = kind(value) << KIND_SHIFT | READY | (state(value) & ASCII);
        (*full).data.any = copy;
    }
}

/// Frees what hangs on a string besides its block.
pub unsafe fn drop_contents(op: Obj) {
    // SAFETY: the count is zero.
    unsafe {
        let state = state(op);
        #[cfg(not(Py_3_12))]
        wide::drop(op);
        if state & (COMPACT | ASCII) != COMPACT | ASCII {
            // C code that fills an instance of a subclass by itself lets an ASCII string's UTF-8 be its data, as CPython does.
            let utf8 = (*op.cast::<PyCompactUnicodeObject>()).utf8.cast::<u8>();
            if utf8.cast_const() != data(op).cast_const() {
                arena::free(utf8.cast());
            }
            if state & COMPACT == 0 {
                arena::free((*op.cast::<PyUnicodeObject>()).data.any);
            }
        }
    }
}

/// `tp_dealloc` of exact strings.
pub unsafe extern "C" fn dealloc(op: Obj) {
    // SAFETY: the count is zero.
    unsafe {
        drop_contents(op);
        arena::free(op.cast::<c_void>());
    }
}

/// Equal contents?
pub unsafe fn eq(a: Obj, b: Obj) -> bool {
    // SAFETY: both are strings.
    unsafe {
        if a == b {
            return true;
        }
        let n = len(a);
        if n != len(b) {
            return false;
        }
        if kind(a) == kind(b) {
            let bytes = n * kind(a) as usize;
            return std::slice::from_raw_parts(data(a), bytes) == std::slice::from_raw_parts(data(b), bytes);
        }
        (0..n).all(|i| read(a, i) == read(b, i))
    }
}

/// A hash of the contents for our own tables (not Python's `hash`).
pub unsafe fn own_hash(op: Obj) -> u64 {
    // SAFETY: `op` is a string; kinds are canonical, so equal strings have equal bytes.
    unsafe { hash_of(std::slice::from_raw_parts(data(op), len(op) * kind(op) as usize)) }
}

/// A hash of bytes for our own tables.
pub fn hash_of(bytes: &[u8]) -> u64 {
    let step = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    let (words, rest) = bytes.as_chunks::<8>();
    let hash = words
        .iter()
        .fold(0xcbf2_9ce4_8422_2325 ^ bytes.len() as u64, |hash, &word| {
            step(hash, u64::from_le_bytes(word))
        });
    // What is left as one word: short names are most of what is hashed.
    let last = match (rest.first_chunk::<4>(), rest.last_chunk::<4>()) {
        (Some(&low), Some(&high)) => {
            u64::from(u32::from_le_bytes(low)) | u64::from(u32::from_le_bytes(high)) << 32
        }
        _ => rest.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    };
    let hash = step(hash, last);
    hash ^ hash >> 29
}

/// Where an exact str or bytes keeps its `hash()`. Extensions read it there after they asked for it once.
pub unsafe fn hash_cache(op: Obj) -> Option<*mut isize> {
    // SAFETY: each type has the struct that is used.
    unsafe {
        if is_exactly(op, &raw mut PyUnicode_Type) {
            Some(&raw mut (*op.cast::<PyASCIIObject>()).hash)
        } else if is_exactly(op, &raw mut PyBytes_Type) {
            Some(op.byte_add(size_of::<crate::PyVarObject>()).cast()) // ob_shash
        } else {
            None
        }
    }
}

static INTERNED: Locked<Option<HashMap<Vec<u8>, usize>>> = Locked::new(None);

/// The one string of these contents, immortal, borrowed. For names.
pub unsafe fn interned(text: &str) -> Obj {
    // SAFETY: the lock is held; a string is made when the name is new.
    unsafe { intern(text.as_bytes(), || from_str(text)) }
}

/// The one string with the contents of `op`, immortal, borrowed.
pub unsafe fn intern_object(op: Obj) -> Obj {
    // SAFETY: as `interned`.
    unsafe { intern(utf8(op), || new_ref(op)) }
}

/// Is it the one string of its contents?
#[inline]
pub unsafe fn is_interned(op: Obj) -> bool {
    state(op) & INTERNED_BIT != 0
}

/// Puts the one string with their contents in the place of each name in a tuple: names of keywords are interned on CPython, and
/// extensions compare them by address.
pub unsafe fn intern_all(names: Obj) {
    // SAFETY: `names` is a tuple of strings, the lock is held; what is interned never dies.
    unsafe {
        let items = crate::seq::tuple_items(names);
        for i in 0..crate::seq::size(names) {
            let name = *items.add(i);
            if !is_interned(name) {
                *items.add(i) = intern_object(name);
                crate::decref(name);
            }
        }
    }
}

unsafe fn intern(key: &[u8], make: impl FnOnce() -> Obj) -> Obj {
    let _held = hold();
    // SAFETY: the lock is held.
    unsafe {
        if let Some(&op) = INTERNED.get().get_or_insert_default().get(key) {
            return op as Obj;
        }
        let op = make();
        refcount::immortalize(op);
        mark(op, INTERNED_BIT, true);
        INTERNED
            .get()
            .get_or_insert_default()
            .insert(key.to_vec(), op as usize);
        op
    }
}

// --- bytes ---------------------------------------------------------------------------------------------------------

/// Offset of the data in `PyBytesObject`.
const BYTES_HEAD: usize = std::mem::offset_of!(PyBytesObject, ob_sval);

/// A new bytes object with room for `len` bytes, terminated, contents undefined.
pub unsafe fn new_bytes(len: usize) -> Obj {
    // SAFETY: a new block.
    unsafe {
        if len == 0 {
            return BYTES.get(EMPTY, || bytes_block(0));
        }
        bytes_block(len)
    }
}

unsafe fn bytes_block(len: usize) -> Obj {
    // SAFETY: the head is written in full.
    unsafe {
        let op = arena::alloc(BYTES_HEAD + len + 1).cast::<PyBytesObject>();
        if op.is_null() {
            return crate::seq::no_memory();
        }
        refcount::begin(op.cast(), &raw mut PyBytes_Type);
        (*op).ob_base.ob_size = len as isize;
        op.byte_add(std::mem::offset_of!(PyBytesObject, ob_sval) - size_of::<isize>())
            .cast::<isize>()
            .write(-1); // ob_shash
        *bytes_data(op.cast()).add(len) = 0;
        op.cast()
    }
}

/// A new bytes object.
pub unsafe fn bytes_from(data: &[u8]) -> Obj {
    // SAFETY: the block has room.
    unsafe {
        if let &[byte] = data {
            return BYTES.get(usize::from(byte), || {
                let op = bytes_block(1);
                if !op.is_null() {
                    *bytes_data(op) = byte;
                }
                op
            });
        }
        let op = new_bytes(data.len());
        if !op.is_null() {
            std::ptr::copy_nonoverlapping(data.as_ptr(), bytes_data(op), data.len());
        }
        op
    }
}

/// Where the bytes are.
#[inline]
pub unsafe fn bytes_data(op: Obj) -> *mut u8 {
    // SAFETY: `op` is a bytes object.
    unsafe { op.cast::<u8>().add(BYTES_HEAD) }
}

/// The bytes.
#[inline]
pub unsafe fn as_bytes<'a>(op: Obj) -> &'a [u8] {
    // SAFETY: `op` is a bytes object.
    unsafe {
        std::slice::from_raw_parts(
            bytes_data(op),
            (*op.cast::<crate::PyVarObject>()).ob_size as usize,
        )
    }
}

/// Is it exactly of this type?
#[inline]
pub unsafe fn is_exactly(op: Obj, ty: *mut PyTypeObject) -> bool {
    // SAFETY: an object has a type.
    unsafe { (*op).ob_type == ty }
}
