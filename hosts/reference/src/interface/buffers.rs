//! Buffers of extension types: what `memoryview(o)` and `bytes(o)` look at.

use super::{extension, functions, shim};
use crate::heap::{Death, Obj, Payload, Res, Thread, heap};
use crate::types::function::How;
use gimbal_host::{Cell, SlotKind, Tag};
use std::ffi::{CStr, c_char, c_int};

/// `Py_buffer`, which is the same in every flavour.
#[repr(C)]
struct View {
    buf: usize,
    obj: usize,
    len: isize,
    itemsize: isize,
    readonly: c_int,
    ndim: c_int,
    format: *const c_char,
    shape: *const isize,
    strides: *const isize,
}

/// An open buffer of a native instance; dropping it closes it, at the next moment when code may run.
pub struct Export {
    view: usize,
    /// Where the memory is.
    pub address: usize,
    /// Its length in bytes.
    pub length: usize,
    /// Bytes of one item.
    pub itemsize: usize,
    /// Must it not be written to?
    pub readonly: bool,
    /// Format of an item, as the `struct` module has it.
    pub format: String,
    /// Extents.
    pub shape: Vec<isize>,
    /// Steps in bytes.
    pub strides: Vec<isize>,
}

impl Drop for Export {
    fn drop(&mut self) {
        heap().mourn(Death::Buffer(self.view));
    }
}

impl crate::heap::Escapes for Export {}

/// Opens the buffer of an instance of an extension type; None when its type has no `bf_getbuffer`.
pub fn export(t: &mut Thread, obj: &Obj, flags: i64) -> Res<Option<Export>> {
    let class = t.class_of(obj);
    let Some(function) = t.lookup(&class, "__buffer__") else {
        return Ok(None);
    };
    let is_buffer = t.read(
        &function,
        |object, _| matches!(&object.payload, Payload::Extension(f) if f.how == How::Buffer),
    );
    if !is_buffer {
        return Ok(None);
    }
    if let Some(error) = functions::wrong_self(t, &function, obj) {
        return Err(error);
    }
    let address = extension(t, &function, |f, _| f.function);
    let flags = t.int(flags);
    let Some(made) = functions::slot(t, SlotKind::GetBuffer, address, &[obj.clone(), flags])? else {
        return Ok(None);
    };
    let view = t.as_i64(&made).unwrap_or(0) as usize;
    // SAFETY: the shim gave the address of a filled `Py_buffer`.
    Ok(Some(unsafe {
        let raw = &*(view as *const View);
        let ndim = raw.ndim.max(0) as usize;
        let given = |p: *const isize| (!p.is_null()).then(|| std::slice::from_raw_parts(p, ndim).to_vec());
        let itemsize = raw.itemsize.max(1);
        let shape = given(raw.shape).unwrap_or_else(|| vec![raw.len / itemsize]);
        let strides = given(raw.strides).unwrap_or_else(|| contiguous(&shape, itemsize));
        Export {
            view,
            address: raw.buf,
            length: raw.len as usize,
            itemsize: raw.itemsize as usize,
            readonly: raw.readonly != 0,
            format: if raw.format.is_null() {
                "B".to_owned()
            } else {
                CStr::from_ptr(raw.format).to_string_lossy().into_owned()
            },
            shape,
            strides,
        }
    }))
}

/// The steps of items that follow each other, the last index fastest.
pub fn contiguous(shape: &[isize], itemsize: isize) -> Vec<isize> {
    let mut step = itemsize;
    let mut strides: Vec<isize> = shape
        .iter()
        .rev()
        .map(|extent| {
            let this = step;
            step *= extent;
            this
        })
        .collect();
    strides.reverse();
    strides
}

/// Closes a buffer whose holder died.
///
/// # Safety
/// `view` came from [`export`] and is closed once; the thread is outside.
pub(super) unsafe fn release_dead(view: usize) {
    let mut args = [
        Cell::new(Tag::None),
        Cell {
            i: view as i64,
            ..Cell::new(Tag::Int)
        },
    ];
    let mut out = [Cell::new(Tag::Null); 3];
    // SAFETY: the cells outlive the call.
    unsafe {
        let kind = SlotKind::ReleaseBuffer as i32;
        (shim().slot)(kind, std::ptr::null_mut(), 2, args.as_mut_ptr(), out.as_mut_ptr());
        (shim().forget)(out.as_mut_ptr());
    }
}
