//! Values that do not fit a cell: the host has them made here, in the middle of encoding, and puts the result into the cell.
//! Part of [`gimbal_host::ShimTable`], like [`crate::guest`].

use crate::guest::quietly;
use crate::{Obj, decode, err, int, members, seq, text};
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

pub(crate) unsafe extern "C" fn new_tuple(cell: *mut Cell, n: i64, items: *mut Cell) {
    // SAFETY: as `decode_all`.
    unsafe { quietly(|| put(cell, seq::tuple_from_owned(&decode_all(n, items)))) }
}

pub(crate) unsafe extern "C" fn fill_items(cell: *mut Cell, n: i64, items: *mut Cell) {
    // SAFETY: as `decode_all`.
    unsafe { quietly(|| decode::fill_items(&mut *cell, &decode_all(n, items))) }
}

pub(crate) unsafe extern "C" fn fill_ints(cell: *mut Cell, n: i64, items: *const i64) {
    // SAFETY: the host passes `n` ints.
    unsafe {
        quietly(|| {
            let items: Vec<Obj> = std::slice::from_raw_parts(items, n as usize)
                .iter()
                .map(|&i| int::from_i64(i))
                .collect();
            decode::fill_items(&mut *cell, &items);
        });
    }
}

pub(crate) unsafe extern "C" fn fill_floats(cell: *mut Cell, n: i64, items: *const f64) {
    // SAFETY: the host passes `n` floats.
    unsafe {
        quietly(|| {
            let items: Vec<Obj> = std::slice::from_raw_parts(items, n as usize)
                .iter()
                .map(|&d| decode::float(d))
                .collect();
            decode::fill_items(&mut *cell, &items);
        });
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
