//! `cellobject.h`: the cells of closures.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::c_int;

unsafe fn is_cell(op: Obj) -> bool {
    // SAFETY: `op` is an object or NULL.
    unsafe { !op.is_null() && exactly(op, &raw const PyCell_Type) }
}

/// A cell that holds `value`, or nothing.
#[entry]
pub unsafe fn PyCell_New(value: Obj) -> Obj {
    fields::with_parts(op(Op::NewCell, &[value]), &[value])
}

/// What the cell holds, a new reference; NULL without an error when it is empty.
#[entry]
pub unsafe fn PyCell_Get(cell: Obj) -> Obj {
    if !is_cell(cell) {
        return bad_internal_call();
    }
    let value = op(Op::GetAttr, &[cell, text::interned("cell_contents")]);
    if value.is_null() && err::matches(err::occurred(), PyExc_ValueError) {
        err::clear();
    }
    value
}

/// Puts `value` into the cell; NULL empties it.
#[entry]
pub unsafe fn PyCell_Set(cell: Obj, value: Obj) -> c_int {
    if !is_cell(cell) {
        return bad_internal_call();
    }
    let done = op_unit(Op::SetAttr, &[cell, text::interned("cell_contents"), value]);
    if done {
        fields::with_parts(cell, &[value]);
    }
    status(done)
}
