//! Values that do not fit a cell: the host has them made here, in the middle of encoding, and puts the result into the cell.
//! Part of [`gimbal_host::ShimTable`], like [`crate::guest`].

use crate::guest::quietly;
use crate::{Obj, decode, dict, err, int, members, mirror, new_ref, seq, shapes, text, xdecref};
use gimbal_host::{Cell, GIMBAL_KEYS_JOINED, GIMBAL_PACKED_FLOATS, GIMBAL_PACKED_INTS, Tag};

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
}

pub(crate) unsafe extern "C" fn new_tuple(cell: *mut Cell, n: i64, items: *mut Cell) {
    // SAFETY: as `decode_all`.
    unsafe { quietly(|| put(cell, seq::tuple_from_owned(&decode_all(n, items)))) }
}

pub(crate) unsafe extern "C" fn fill_items(cell: *mut Cell, n: i64, items: *mut Cell) {
    // SAFETY: as `decode_all`.
    unsafe { quietly(|| decode::fill_items(&mut *cell, &decode_all(n, items))) }
}

/// A container that [`fill_tree`] has come across.
struct Part<'a> {
    /// Its cell, and the first one of its items.
    cell: usize,
    first: usize,
    /// The strings of a list of words.
    words: &'a [u8],
    /// The keys of a dict that has them joined.
    keys: Obj,
}

/// Makes all objects in a tree of cells; the first `n` are returned. Leaves come first: that may cross, and other threads see no
/// container that is not whole. Then containers, what is in them before themselves.
unsafe fn plant(n: usize, cells: *mut Cell, mut text: Text<'_>, moment: u64) -> Vec<Obj> {
    // SAFETY: the host passes as many cells as its containers say.
    unsafe {
        let mut parts: Vec<Part<'_>> = Vec::new();
        let mut objects: Vec<Obj> = Vec::with_capacity(n);
        let mut classes = Vec::new();
        let mut end = n;
        while objects.len() < end {
            let at = objects.len();
            let cell = &mut *cells.add(at);
            let (count, points) = (cell.n as u32 as usize, (cell.n >> 32) as usize);
            let mut part = Part {
                cell: at,
                first: end,
                words: &[],
                keys: std::ptr::null_mut(),
            };
            objects.push(match cell.tag {
                t if t == Tag::Str as i32 => {
                    let points = cell.n as usize;
                    text::from_utf8(text.next(points), points)
                }
                t if t == Tag::Tuple as i32 || t == Tag::List as i32 || t == Tag::Dict as i32 => {
                    if cell.aux & GIMBAL_KEYS_JOINED != 0 {
                        part.words = text.next(points);
                        if t == Tag::Dict as i32 {
                            part.keys = shapes::keys(part.words, count);
                        }
                    }
                    end += match cell.aux {
                        0 if t == Tag::Dict as i32 => 2 * count,
                        0 => count,
                        GIMBAL_KEYS_JOINED if t == Tag::Dict as i32 => count,
                        _ => 0,
                    };
                    parts.push(part);
                    if cell.t != 0 {
                        classes.push(decode::class(cell.t));
                    }
                    std::ptr::null_mut()
                }
                _ => decode::decode(cell),
            });
        }
        for part in parts.into_iter().rev() {
            let cell = &*cells.add(part.cell);
            objects[part.cell] = if cell.tag == Tag::Dict as i32 {
                plant_dict(cell, &part, &objects, moment)
            } else {
                plant_sequence(cell, &part, &objects)
            };
        }
        classes.into_iter().for_each(|class| xdecref(class.cast()));
        objects.truncate(n);
        objects
    }
}

/// The handle of a container alone, and which state of it came; that of its class has been received.
fn head(cell: &Cell) -> Cell {
    let mut head = Cell::new(Tag::Handle);
    (head.i, head.t, head.d, head.aux) = (cell.i, cell.t, cell.d, decode::CLASS_IS_HERE);
    head
}

unsafe fn plant_sequence(cell: &Cell, part: &Part<'_>, objects: &[Obj]) -> Obj {
    // SAFETY: as `plant`; the host says what the address is that of.
    unsafe {
        let n = cell.n as u32 as usize;
        let address = cell.d.to_bits();
        let mut proxy = head(cell);
        if matches!(cell.aux, GIMBAL_PACKED_INTS | GIMBAL_PACKED_FLOATS) {
            proxy.d = mirror::whole_number(cell.n >> 32) as f64;
        }
        match cell.aux {
            GIMBAL_PACKED_INTS => {
                decode::fill_ints(&mut proxy, std::slice::from_raw_parts(address as *const i64, n));
            }
            GIMBAL_PACKED_FLOATS => {
                decode::fill_floats(&mut proxy, std::slice::from_raw_parts(address as *const f64, n));
            }
            GIMBAL_KEYS_JOINED => decode::fill_words(&mut proxy, n, part.words),
            _ => decode::fill_items(&mut proxy, &objects[part.first..part.first + n]),
        }
        decode::decode(&mut proxy)
    }
}

unsafe fn plant_dict(cell: &Cell, part: &Part<'_>, objects: &[Obj], moment: u64) -> Obj {
    // SAFETY: as `plant_sequence`; all places of the new tuple are written.
    unsafe {
        let n = cell.n as u32 as usize;
        let address = cell.d.to_bits();
        let mut proxy = head(cell);
        proxy.n = n as i64 + 1;
        let dict = decode::decode(&mut proxy);
        let entries = if cell.aux & GIMBAL_KEYS_JOINED == 0 {
            seq::tuple_from_owned(&objects[part.first..part.first + 2 * n])
        } else if part.keys.is_null() {
            part.keys // memory is out
        } else {
            let entries = seq::new_tuple(2 * n);
            for (at, &key) in seq::tuple_slice(part.keys).iter().enumerate() {
                if entries.is_null() {
                    break;
                }
                let place = seq::tuple_items(entries).add(2 * at);
                *place = new_ref(key);
                *place.add(1) = match cell.aux & !GIMBAL_KEYS_JOINED {
                    GIMBAL_PACKED_INTS => int::from_i64(*(address as *const i64).add(at)),
                    GIMBAL_PACKED_FLOATS => decode::float(*(address as *const f64).add(at)),
                    _ => objects[part.first + at],
                };
            }
            entries
        };
        xdecref(part.keys);
        if dict.is_null() || entries.is_null() {
            xdecref(entries);
        } else {
            dict::install(dict, entries, moment);
        }
        dict
    }
}

pub(crate) unsafe extern "C" fn fill_tree(
    cell: *mut Cell,
    n: i64,
    cells: *mut Cell,
    text: *const u8,
    bytes: i64,
    points: i64,
    moment: i64,
) {
    // SAFETY: the host passes `n` containers and the text of their strings.
    unsafe {
        quietly(|| {
            let text = Text::new(text, bytes, points);
            for object in plant(n as usize, cells, text, moment as u64) {
                if cell.is_null() {
                    xdecref(object);
                } else {
                    put(cell, object);
                }
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
