//! `pybuffer.h`: the buffer protocol, and the older functions that it replaced.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;
use std::ffi::{c_char, c_int, c_void};

/// Does the object export a buffer?
#[entry(error = 0)]
pub unsafe fn PyObject_CheckBuffer(object: Obj) -> c_int {
    c_int::from(buffer::supports(object))
}

/// Fills `view` with the memory of `object`.
#[entry]
pub unsafe fn PyObject_GetBuffer(object: Obj, view: *mut Py_buffer, flags: c_int) -> c_int {
    buffer::get(object, view, flags)
}

/// Ends the use of a buffer.
#[entry]
pub unsafe fn PyBuffer_Release(view: *mut Py_buffer) {
    buffer::release(view);
}

/// Fills `view` with plain bytes.
#[entry]
pub unsafe fn PyBuffer_FillInfo(
    view: *mut Py_buffer,
    owner: Obj,
    data: *mut c_void,
    len: Py_ssize_t,
    read_only: c_int,
    flags: c_int,
) -> c_int {
    buffer::fill_info(view, owner, data, len, read_only != 0, flags)
}

unsafe fn dimensions<'a>(items: *const Py_ssize_t, view: &Py_buffer) -> Option<&'a [Py_ssize_t]> {
    // SAFETY: an array of a buffer has an entry for each dimension.
    unsafe { (!items.is_null()).then(|| std::slice::from_raw_parts(items, view.ndim.max(0) as usize)) }
}

/// Do the items follow each other without gaps when the dimensions are gone through in this order (fastest first)?
unsafe fn in_order(view: &Py_buffer, fastest_first: impl Iterator<Item = usize>) -> bool {
    // SAFETY: the buffer is filled.
    unsafe {
        let Some(strides) = dimensions(view.strides, view) else {
            return true;
        };
        let Some(shape) = dimensions(view.shape, view) else {
            return view.ndim <= 1 && (view.ndim == 0 || strides[0] == view.itemsize);
        };
        let mut expected = view.itemsize;
        for i in fastest_first {
            if shape[i] > 1 && strides[i] != expected {
                return false;
            }
            expected *= shape[i];
        }
        true
    }
}

/// `PyBuffer_IsContiguous`.
pub unsafe fn is_contiguous(view: &Py_buffer, order: u8) -> c_int {
    // SAFETY: the buffer is filled.
    unsafe {
        if !view.suboffsets.is_null() {
            return 0;
        }
        if view.len == 0 {
            return 1;
        }
        let dimensions = view.ndim.max(0) as usize;
        let c_order = || in_order(view, (0..dimensions).rev());
        let fortran_order = || {
            let by_default = view.strides.is_null();
            if by_default && dimensions > 1 {
                let long = self::dimensions(view.shape, view)
                    .map_or(0, |shape| shape.iter().filter(|&&n| n > 1).count());
                return long <= 1;
            }
            in_order(view, 0..dimensions)
        };
        c_int::from(match order {
            b'C' => c_order(),
            b'F' => fortran_order(),
            b'A' => c_order() || fortran_order(),
            _ => false,
        })
    }
}

/// Do the items follow each other without gaps, in order `C`, `F` or (`A`) either?
#[entry(error = 0)]
pub unsafe fn PyBuffer_IsContiguous(view: *const Py_buffer, order: c_char) -> c_int {
    is_contiguous(&*view, order as u8)
}

/// The address of the item with these indices.
#[entry]
pub unsafe fn PyBuffer_GetPointer(view: *const Py_buffer, indices: *const Py_ssize_t) -> *mut c_void {
    pointer(
        &*view,
        std::slice::from_raw_parts(indices, (*view).ndim.max(0) as usize),
    )
    .cast()
}

unsafe fn pointer(view: &Py_buffer, indices: &[Py_ssize_t]) -> *mut u8 {
    // SAFETY: the buffer is filled; without strides it is contiguous in C order.
    unsafe {
        let mut at = view.buf.cast::<u8>();
        let strides = dimensions(view.strides, view);
        let shape = dimensions(view.shape, view);
        let suboffsets = dimensions(view.suboffsets, view);
        for (i, &index) in indices.iter().enumerate() {
            let stride = match (strides, shape) {
                (Some(strides), _) => strides[i],
                (None, Some(shape)) => shape[i + 1..].iter().product::<isize>() * view.itemsize,
                (None, None) => view.itemsize,
            };
            at = at.offset(stride * index);
            if let Some(offset) = suboffsets.map(|s| s[i])
                && offset >= 0
            {
                at = (*at.cast::<*mut u8>()).offset(offset);
            }
        }
        at
    }
}

/// Moves the indices on by one item, the last (C) or the first (Fortran) dimension fastest; false at the end.
fn advance(indices: &mut [Py_ssize_t], shape: &[Py_ssize_t], fortran: bool) -> bool {
    let last = indices.len();
    for turn in 0..last {
        let i = if fortran { turn } else { last - 1 - turn };
        indices[i] += 1;
        if indices[i] < shape[i] {
            return true;
        }
        indices[i] = 0;
    }
    false
}

/// The indices of the next item in C order.
#[entry]
pub unsafe fn _Py_add_one_to_index_C(count: c_int, indices: *mut Py_ssize_t, shape: *const Py_ssize_t) {
    let count = count as usize;
    advance(
        std::slice::from_raw_parts_mut(indices, count),
        std::slice::from_raw_parts(shape, count),
        false,
    );
}

/// The indices of the next item in Fortran order.
#[entry]
pub unsafe fn _Py_add_one_to_index_F(count: c_int, indices: *mut Py_ssize_t, shape: *const Py_ssize_t) {
    let count = count as usize;
    advance(
        std::slice::from_raw_parts_mut(indices, count),
        std::slice::from_raw_parts(shape, count),
        true,
    );
}

/// Goes through all items of a buffer in order; `f` gets each item's address.
unsafe fn each_item(view: &Py_buffer, fortran: bool, mut f: impl FnMut(*mut u8)) {
    // SAFETY: the buffer is filled.
    unsafe {
        let flat = [if view.itemsize > 0 {
            view.len / view.itemsize
        } else {
            0
        }];
        let shape = dimensions(view.shape, view).unwrap_or(if view.ndim == 0 { &[] } else { &flat });
        if shape.contains(&0) {
            return;
        }
        let mut indices = vec![0; shape.len()];
        loop {
            f(pointer(view, &indices));
            if !advance(&mut indices, shape, fortran) {
                break;
            }
        }
    }
}

/// Copies a buffer's items into one piece of memory, in order `C`, `F`, or (`A`) the order they have.
#[entry]
pub unsafe fn PyBuffer_ToContiguous(
    to: *mut c_void,
    view: *const Py_buffer,
    len: Py_ssize_t,
    order: c_char,
) -> c_int {
    let view = &*view;
    if len != view.len {
        return fail(PyExc_ValueError, "PyBuffer_ToContiguous: len != view->len");
    }
    if is_contiguous(view, order as u8) != 0 {
        std::ptr::copy_nonoverlapping(view.buf.cast::<u8>(), to.cast::<u8>(), len as usize);
        return 0;
    }
    let size = view.itemsize as usize;
    let mut to = to.cast::<u8>();
    each_item(view, order as u8 == b'F', |item| {
        std::ptr::copy_nonoverlapping(item, to, size);
        to = to.add(size);
    });
    0
}

/// Copies one piece of memory into a buffer's items.
#[entry]
pub unsafe fn PyBuffer_FromContiguous(
    view: *const Py_buffer,
    from: *const c_void,
    len: Py_ssize_t,
    order: c_char,
) -> c_int {
    let view = &*view;
    let len = len.min(view.len);
    if is_contiguous(view, order as u8) != 0 {
        std::ptr::copy_nonoverlapping(from.cast::<u8>(), view.buf.cast::<u8>(), len as usize);
        return 0;
    }
    let size = view.itemsize as usize;
    let mut from = from.cast::<u8>();
    let mut left = len as usize;
    each_item(view, order as u8 == b'F', |item| {
        if left >= size {
            std::ptr::copy_nonoverlapping(from, item, size);
            from = from.add(size);
            left -= size;
        }
    });
    0
}

/// Copies the memory of one object into another's.
#[entry]
pub unsafe fn PyObject_CopyData(to: Obj, from: Obj) -> c_int {
    const FULL: c_int = 0x11d;
    const FULL_RO: c_int = 0x11c;
    if !buffer::supports(to) || !buffer::supports(from) {
        return type_error("both destination and source must be bytes-like objects");
    }
    let mut target = std::mem::zeroed::<Py_buffer>();
    let mut source = std::mem::zeroed::<Py_buffer>();
    if buffer::get(to, &raw mut target, FULL) < 0 {
        return -1;
    }
    if buffer::get(from, &raw mut source, FULL_RO) < 0 {
        buffer::release(&raw mut target);
        return -1;
    }
    let done = if target.len < source.len {
        fail(
            PyExc_BufferError,
            "destination is too small to receive data from source",
        )
    } else {
        let mut bytes = vec![0u8; source.len as usize];
        PyBuffer_ToContiguous(
            bytes.as_mut_ptr().cast(),
            &raw const source,
            source.len,
            b'C' as c_char,
        );
        PyBuffer_FromContiguous(
            &raw const target,
            bytes.as_ptr().cast(),
            source.len,
            b'C' as c_char,
        )
    };
    buffer::release(&raw mut source);
    buffer::release(&raw mut target);
    done
}

/// The strides of a contiguous array.
#[entry]
pub unsafe fn PyBuffer_FillContiguousStrides(
    count: c_int,
    shape: *mut Py_ssize_t,
    strides: *mut Py_ssize_t,
    item_size: c_int,
    order: c_char,
) {
    let count = count.max(0) as usize;
    let mut stride = item_size as Py_ssize_t;
    for turn in 0..count {
        let i = if order as u8 == b'F' {
            turn
        } else {
            count - 1 - turn
        };
        *strides.add(i) = stride;
        stride *= *shape.add(i);
    }
}

/// `struct.calcsize(format)`.
#[entry]
pub unsafe fn PyBuffer_SizeFromFormat(format: *const c_char) -> Py_ssize_t {
    let module = text::interned("struct");
    let function = op(Op::ImportAttr, &[module, text::interned("calcsize")]);
    if function.is_null() {
        return -1;
    }
    let size: Obj = with_string(format, |format| PyObject_CallOneArg(function, format));
    decref(function);
    if size.is_null() {
        return -1;
    }
    let result = PyLong_AsSsize_t(size);
    decref(size);
    result
}

/// The memory of an object for the oldest functions: it is not held, so nothing may happen to the object meanwhile.
unsafe fn borrow(object: Obj, data: *mut *mut c_void, len: *mut Py_ssize_t, flags: c_int) -> c_int {
    // SAFETY: pointers are the caller's or NULL.
    unsafe {
        if object.is_null() || data.is_null() || len.is_null() {
            return null_argument();
        }
        let mut view = std::mem::zeroed::<Py_buffer>();
        if buffer::get(object, &raw mut view, flags) < 0 {
            return -1;
        }
        *data = view.buf;
        *len = view.len;
        buffer::release(&raw mut view);
        0
    }
}

/// The memory of an object, for reading.
#[entry]
pub unsafe fn PyObject_AsReadBuffer(object: Obj, data: *mut *const c_void, len: *mut Py_ssize_t) -> c_int {
    borrow(object, data.cast(), len, 0)
}

/// The memory of an object, as characters.
#[entry]
pub unsafe fn PyObject_AsCharBuffer(object: Obj, data: *mut *const c_char, len: *mut Py_ssize_t) -> c_int {
    borrow(object, data.cast(), len, 0)
}

/// The memory of an object, for writing.
#[entry]
pub unsafe fn PyObject_AsWriteBuffer(object: Obj, data: *mut *mut c_void, len: *mut Py_ssize_t) -> c_int {
    borrow(object, data, len, 1)
}

/// Does the object export a plain buffer?
#[entry(error = 0)]
pub unsafe fn PyObject_CheckReadBuffer(object: Obj) -> c_int {
    let mut view = std::mem::zeroed::<Py_buffer>();
    if buffer::get(object, &raw mut view, 0) < 0 {
        err::clear();
        return 0;
    }
    buffer::release(&raw mut view);
    1
}
