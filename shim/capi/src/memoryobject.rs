//! `memoryobject.h`: memory views.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;

const BUF_READ: c_int = 0x100;
const BUF_WRITE: c_int = 0x200;

/// `memoryview(object)`.
#[entry]
pub unsafe fn PyMemoryView_FromObject(object: Obj) -> Obj {
    if object.is_null() {
        return null_argument();
    }
    op(Op::NewMemoryView, &[object])
}

/// A view of native memory, which must outlive it.
#[entry]
pub unsafe fn PyMemoryView_FromMemory(memory: *mut c_char, len: Py_ssize_t, flags: c_int) -> Obj {
    with_int(memory as isize, |address| {
        with_int(len, |len| {
            let writable = bool_object(flags & BUF_WRITE != 0);
            op(Op::MemoryFromAddress, &[address, len, writable])
        })
    })
}

unsafe fn sizes(items: *const Py_ssize_t, count: usize) -> Obj {
    // SAFETY: `items` has `count` entries.
    unsafe {
        let items: Vec<Obj> = (0..count).map(|i| int::from_i64(*items.add(i) as i64)).collect();
        seq::tuple_from_owned(&items)
    }
}

/// A view of the memory that a filled `Py_buffer` describes; the buffer stays the caller's.
#[entry]
pub unsafe fn PyMemoryView_FromBuffer(info: *const Py_buffer) -> Obj {
    let info = &*info;
    if info.buf.is_null() {
        return fail(
            PyExc_ValueError,
            "PyMemoryView_FromBuffer(): info->buf must not be NULL",
        );
    }
    if crate::pybuffer::is_contiguous(info, b'C') == 0 {
        return fail(
            PyExc_BufferError,
            "Gimbal: a memory view of a buffer that is not C-contiguous is not supported",
        );
    }
    let flags = if info.readonly != 0 { BUF_READ } else { BUF_WRITE };
    let bytes = PyMemoryView_FromMemory(info.buf.cast(), info.len, flags);
    let plain = info.ndim == 1 && (info.format.is_null() || CStr::from_ptr(info.format) == c"B");
    if bytes.is_null() || plain || info.shape.is_null() {
        return bytes;
    }
    let format = if info.format.is_null() {
        text::from_str("B")
    } else {
        string(info.format)
    };
    let shape = sizes(info.shape, info.ndim as usize);
    let view = call_method("cast", bytes, &[format, shape]);
    decref(shape);
    decref(format);
    decref(bytes);
    view
}

/// A view whose memory is in one piece: the object's own, or for reading only a copy.
#[entry]
pub unsafe fn PyMemoryView_GetContiguous(object: Obj, access: c_int, order: c_char) -> Obj {
    if access != BUF_READ && access != BUF_WRITE {
        return bad_internal_call();
    }
    let view = PyMemoryView_FromObject(object);
    if view.is_null() {
        return view;
    }
    let answer = |name: &str| {
        let value = op(Op::GetAttr, &[view, text::interned(name)]);
        let yes = value == true_object();
        xdecref(value);
        yes
    };
    if access == BUF_WRITE && answer("readonly") {
        decref(view);
        return fail(PyExc_BufferError, "underlying buffer is not writable");
    }
    let in_order = match order as u8 {
        b'C' => "c_contiguous",
        b'F' => "f_contiguous",
        _ => "contiguous",
    };
    if answer(in_order) {
        return view;
    }
    if access == BUF_WRITE {
        decref(view);
        return fail(
            PyExc_BufferError,
            "writable contiguous buffer requested for a non-contiguous object.",
        );
    }
    let copy = copied(view, order);
    decref(view);
    copy
}

/// A view of a copy of the items in this order.
unsafe fn copied(view: Obj, order: c_char) -> Obj {
    const FULL_READ_ONLY: c_int = 0x11c;
    // SAFETY: `view` is a memory view.
    unsafe {
        let mut info = std::mem::zeroed::<Py_buffer>();
        if buffer::get(view, &raw mut info, FULL_READ_ONLY) < 0 {
            return null_mut();
        }
        let bytes = text::new_bytes(info.len as usize);
        if !bytes.is_null() {
            let to = text::bytes_data(bytes).cast();
            crate::pybuffer::PyBuffer_ToContiguous(to, &raw const info, info.len, order);
        }
        buffer::release(&raw mut info);
        let result = if bytes.is_null() {
            bytes
        } else {
            PyMemoryView_FromObject(bytes)
        };
        xdecref(bytes);
        result
    }
}
