//! Values that do not fit a cell: the host has them made here, in the middle of encoding, and puts the result into the cell.
//! Part of [`gimbal_host::ShimTable`], like [`crate::guest`].

use crate::guest::quietly;
use crate::{Obj, decode, err, int, members, new_ref, seq, shapes, text, xdecref};
use gimbal_host::{Cell, Tag};

unsafe fn put(cell: *mut Cell, op: Obj) {
    // SAFETY: the host passes a cell.
    unsafe {
        if op.is_null() {
            err::clear();
        }
        *cell = Cell::new(if op.is_null() { Tag::Null } else { Tag::Proxy });
        (*cell).i = op as i64;
    }
}

pub(crate) unsafe extern "C" fn new_str(cell: *mut Cell, s: *const u8, n: i64, points: i64) {
    // SAFETY: `s` has `n` bytes.
    unsafe {
        quietly(|| {
            put(
                cell,
                text::from_utf8(std::slice::from_raw_parts(s, n as usize), points as usize),
            )
        })
    }
}

pub(crate) unsafe extern "C" fn new_bytes(cell: *mut Cell, s: *const u8, n: i64) {
    // SAFETY: `s` has `n` bytes.
    unsafe { quietly(|| put(cell, text::bytes_from(std::slice::from_raw_parts(s, n as usize)))) }
}

pub(crate) unsafe extern "C" fn new_int(cell: *mut Cell, s: *const u8, n: i64) {
    // SAFETY: `s` has `n` bytes.
    unsafe {
        quietly(|| {
            put(
                cell,
                int::from_le_bytes(std::slice::from_raw_parts(s, n as usize), true),
            )
        })
    }
}

pub(crate) unsafe extern "C" fn new_complex(cell: *mut Cell, real: f64, imag: f64) {
    // SAFETY: the block is written in full.
    unsafe { quietly(|| put(cell, members::new_complex(real, imag))) }
}

unsafe fn decode_all(n: i64, items: *mut Cell) -> Vec<Obj> {
    // SAFETY: the host passes `n` cells.
    unsafe {
        (0..n as usize)
            .map(|i| decode::decode(&mut *items.add(i)))
            .collect()
    }
}

/// The text of all strings in some cells, one after the other.
struct Text<'a> {
    rest: &'a [u8],
    ascii: bool,
}

impl<'a> Text<'a> {
    unsafe fn new(text: *const u8, bytes: i64, points: i64) -> Self {
        Text {
            // SAFETY: the host passes so many bytes.
            rest: unsafe { std::slice::from_raw_parts(text, bytes as usize) },
            ascii: bytes == points,
        }
    }

    /// The next string, which has so many code points.
    fn next(&mut self, points: usize) -> &'a [u8] {
        let bytes = if self.ascii {
            points
        } else {
            let starts = self
                .rest
                .iter()
                .enumerate()
                .filter(|(_, byte)| **byte & 0xc0 != 0x80);
            starts.map(|(at, _)| at).nth(points).unwrap_or(self.rest.len())
        };
        let (string, rest) = self.rest.split_at(bytes);
        self.rest = rest;
        string
    }

    /// A new reference to what a cell stands for.
    unsafe fn decode(&mut self, cell: &mut Cell) -> Obj {
        // SAFETY: the host fills cells of strings with the number of code points.
        unsafe {
            if cell.tag == Tag::Str as i32 {
                text::from_utf8(self.next(cell.n as usize), cell.n as usize)
            } else {
                decode::decode(cell)
            }
        }
    }
}

pub(crate) unsafe extern "C" fn new_tuple(cell: *mut Cell, n: i64, items: *mut Cell) {
    // SAFETY: as `decode_all`.
    unsafe { quietly(|| put(cell, seq::tuple_from_owned(&decode_all(n, items)))) }
}

pub(crate) unsafe extern "C" fn fill_items(cell: *mut Cell, n: i64, items: *mut Cell) {
    // SAFETY: as `decode_all`.
    unsafe { quietly(|| decode::fill_items(&mut *cell, &decode_all(n, items))) }
}

pub(crate) unsafe extern "C" fn fill_texts(
    cell: *mut Cell,
    n: i64,
    items: *mut Cell,
    text: *const u8,
    bytes: i64,
    points: i64,
) {
    // SAFETY: the host passes `n` cells and the text of their strings.
    unsafe {
        quietly(|| {
            let mut text = Text::new(text, bytes, points);
            let cells = std::slice::from_raw_parts_mut(items, n as usize);
            let items: Vec<Obj> = cells.iter_mut().map(|item| text.decode(item)).collect();
            if (*cell).tag == Tag::Handle as i32 {
                decode::fill_items(&mut *cell, &items);
            } else {
                put(cell, seq::tuple_from_owned(&items));
            }
        });
    }
}

/// How [`new_entries`] gets the values of a dict.
const VALUES_ARE_CELLS: i32 = 0;
const VALUES_ARE_INTS: i32 = 1;

pub(crate) unsafe extern "C" fn new_entries(
    cell: *mut Cell,
    n: i64,
    keys: *const u8,
    key_bytes: i64,
    kind: i32,
    values: *mut u8,
    text: *const u8,
    bytes: i64,
    points: i64,
) {
    // SAFETY: the host passes `n` keys, with NULs between them, and `n` values of the kind.
    unsafe {
        quietly(|| {
            let n = n as usize;
            *cell = Cell::new(Tag::Null);
            let keys = shapes::keys(std::slice::from_raw_parts(keys, key_bytes as usize), n);
            if keys.is_null() {
                return;
            }
            let all = seq::new_tuple(2 * n);
            if all.is_null() {
                xdecref(keys);
                put(cell, all);
                return;
            }
            let mut text = Text::new(text, bytes, points);
            let places = seq::tuple_items(all);
            for (i, &key) in seq::tuple_slice(keys).iter().enumerate() {
                *places.add(2 * i) = new_ref(key);
                *places.add(2 * i + 1) = match kind {
                    VALUES_ARE_CELLS => text.decode(&mut *values.cast::<Cell>().add(i)),
                    VALUES_ARE_INTS => int::from_i64(*values.cast::<i64>().add(i)),
                    _ => decode::float(*values.cast::<f64>().add(i)),
                };
            }
            xdecref(keys);
            put(cell, all);
        });
    }
}

pub(crate) unsafe extern "C" fn fill_words(cell: *mut Cell, n: i64, words: *const u8, bytes: i64) {
    // SAFETY: the host passes ASCII strings with NULs between them.
    unsafe {
        quietly(|| {
            let words = std::slice::from_raw_parts(words, bytes as usize);
            if words.iter().filter(|&&byte| byte == 0).count() as i64 + 1 == n {
                decode::fill_words(&mut *cell, n as usize, words);
            }
        });
    }
}

pub(crate) unsafe extern "C" fn fill_ints(cell: *mut Cell, n: i64, items: *const i64) {
    // SAFETY: the host passes `n` ints.
    unsafe {
        quietly(|| decode::fill_ints(&mut *cell, std::slice::from_raw_parts(items, n as usize)));
    }
}

pub(crate) unsafe extern "C" fn fill_floats(cell: *mut Cell, n: i64, items: *const f64) {
    // SAFETY: the host passes `n` floats.
    unsafe {
        quietly(|| decode::fill_floats(&mut *cell, std::slice::from_raw_parts(items, n as usize)));
    }
}

pub(crate) unsafe extern "C" fn fill_value(cell: *mut Cell, value: *mut Cell) {
    // SAFETY: the host passes two cells.
    unsafe {
        quietly(|| {
            let value = decode::decode(&mut *value);
            decode::fill_value(&mut *cell, value);
        });
    }
}
