//! Buffers both ways: a host object's memory for C, an extension type's memory for the host. And warnings, which both
//! directions need.

use crate::type_flags;
use crate::{Obj, Op, Py_buffer, arena, crossing, decref, err, int, new_ref, seq, text};
use std::ffi::{c_int, c_void};

const WRITABLE: c_int = 1;
const FORMAT: c_int = 4;
const ND: c_int = 8;
const STRIDES: c_int = 0x10 | ND;

/// Warns; 0, or -1 when the warning became an exception.
pub unsafe fn warn(category: Obj, message: &str) -> c_int {
    // SAFETY: the lock is held.
    unsafe {
        let text = text::from_str(message);
        let level = int::from_i64(1);
        let done = crossing::op_unit(Op::Warn, &[text, category, level]);
        decref(text);
        decref(level);
        if done { 0 } else { -1 }
    }
}

/// `PyBuffer_FillInfo`.
pub unsafe fn fill_info(
    view: *mut Py_buffer,
    owner: Obj,
    data: *mut c_void,
    len: isize,
    read_only: bool,
    flags: c_int,
) -> c_int {
    // SAFETY: `view` is the caller's.
    unsafe {
        if view.is_null() {
            err::set(
                crate::PyExc_BufferError,
                "PyBuffer_FillInfo: view==NULL argument is obsolete",
            );
            return -1;
        }
        if flags & WRITABLE != 0 && read_only {
            err::set(crate::PyExc_BufferError, "Object is not writable.");
            return -1;
        }
        (*view).obj = if owner.is_null() { owner } else { new_ref(owner) };
        (*view).buf = data;
        (*view).len = len;
        (*view).readonly = c_int::from(read_only);
        (*view).itemsize = 1;
        (*view).format = if flags & FORMAT != 0 {
            c"B".as_ptr().cast_mut()
        } else {
            std::ptr::null_mut()
        };
        (*view).ndim = 1;
        (*view).shape = if flags & ND != 0 {
            &raw mut (*view).len
        } else {
            std::ptr::null_mut()
        };
        (*view).strides = if flags & STRIDES == STRIDES {
            &raw mut (*view).itemsize
        } else {
            std::ptr::null_mut()
        };
        (*view).suboffsets = std::ptr::null_mut();
        (*view).internal = std::ptr::null_mut();
        0
    }
}

/// What hangs on `Py_buffer.internal` while C uses a host object's memory.
struct Lease {
    key: i64,
    shape: Vec<isize>,
    format: std::ffi::CString,
}

/// Does this object export a buffer? Bytes, types with `bf_getbuffer`, and host objects that the host says do.
pub unsafe fn supports(op: Obj) -> bool {
    // SAFETY: `op` is an object.
    unsafe {
        if type_flags::of((*op).ob_type) & crate::Py_TPFLAGS_BYTES_SUBCLASS != 0 {
            return true;
        }
        let procs = (*(*op).ob_type).tp_as_buffer;
        if !procs.is_null() && (*procs).bf_getbuffer.is_some() {
            return true;
        }
        if !seq::is_host(op) {
            return false;
        }
        let mut view = std::mem::zeroed::<Py_buffer>();
        if get(op, &raw mut view, 0) < 0 {
            err::clear();
            return false;
        }
        release(&raw mut view);
        true
    }
}

/// `PyObject_GetBuffer`.
pub unsafe fn get(op: Obj, view: *mut Py_buffer, flags: c_int) -> c_int {
    // SAFETY: `op` is an object, `view` the caller's.
    unsafe {
        (*view).obj = std::ptr::null_mut();
        if type_flags::of((*op).ob_type) & crate::Py_TPFLAGS_BYTES_SUBCLASS != 0 {
            return fill_info(
                view,
                op,
                text::bytes_data(op).cast(),
                seq::size(op) as isize,
                true,
                flags,
            );
        }
        let procs = (*(*op).ob_type).tp_as_buffer;
        if !procs.is_null()
            && let Some(f) = (*procs).bf_getbuffer
        {
            return crate::outside(|| f(op, view, flags));
        }
        if !seq::is_host(op) {
            let name = std::ffi::CStr::from_ptr((*(*op).ob_type).tp_name).to_string_lossy();
            err::set(
                crate::PyExc_TypeError,
                &format!("a bytes-like object is required, not '{name}'"),
            );
            return -1;
        }
        lease(op, view, flags)
    }
}

unsafe fn lease(op: Obj, view: *mut Py_buffer, flags: c_int) -> c_int {
    // SAFETY: the host answers as `Op::GetBuffer` promises, or with an exception.
    unsafe {
        let number = int::from_i64(i64::from(flags));
        let info = crossing::op(Op::GetBuffer, &[op, number]);
        decref(number);
        if info.is_null() {
            return -1;
        }
        let fields = seq::tuple_slice(info);
        let figure = |i: usize| int::as_i64(fields[i]).unwrap_or(0);
        let lease = Box::new(Lease {
            key: figure(7),
            shape: seq::tuple_slice(fields[5])
                .iter()
                .chain(seq::tuple_slice(fields[6]))
                .map(|&n| int::as_i64(n).unwrap_or(0) as isize)
                .collect(),
            format: std::ffi::CString::new(text::utf8(fields[4])).unwrap_or_default(),
        });
        let ndim = seq::size(fields[5]);
        let length = figure(1) as isize;
        // The host may have no memory for nothing at all; to C, that is an address like any other.
        let data = match figure(0) {
            0 => c"".as_ptr().cast_mut().cast(),
            place => place as *mut c_void,
        };
        if fill_info(view, op, data, length, figure(2) != 0, flags) < 0 {
            decref(info);
            end_lease(lease.key);
            return -1;
        }
        (*view).itemsize = figure(3) as isize;
        (*view).ndim = if flags & ND != 0 { ndim as c_int } else { 1 };
        let lease = Box::into_raw(lease);
        if flags & FORMAT != 0 {
            (*view).format = (*lease).format.as_ptr().cast_mut();
        }
        if flags & ND != 0 {
            (*view).shape = (*lease).shape.as_mut_ptr();
        }
        if flags & STRIDES == STRIDES {
            (*view).strides = (*lease).shape.as_mut_ptr().add(ndim);
        }
        (*view).internal = lease.cast();
        decref(info);
        0
    }
}

/// `bf_getbuffer` of host types that export buffers.
unsafe extern "C" fn host_getbuffer(op: Obj, view: *mut Py_buffer, flags: c_int) -> c_int {
    let _held = crate::hold();
    // SAFETY: called through the slot.
    unsafe {
        (*view).obj = std::ptr::null_mut();
        lease(op, view, flags)
    }
}

/// `bf_releasebuffer` of host types that export buffers.
unsafe extern "C" fn host_releasebuffer(_op: Obj, view: *mut Py_buffer) {
    let _held = crate::hold();
    // SAFETY: called through the slot, on a view that `lease` filled.
    unsafe {
        if !(*view).internal.is_null() {
            let lease = Box::from_raw((*view).internal.cast::<Lease>());
            (*view).internal = std::ptr::null_mut();
            end_lease(lease.key);
        }
    }
}

/// What `tp_as_buffer` of such types points at.
pub static HOST_BUFFER: crate::PyBufferProcs = crate::PyBufferProcs {
    bf_getbuffer: Some(host_getbuffer),
    bf_releasebuffer: Some(host_releasebuffer),
};

unsafe fn end_lease(key: i64) {
    // SAFETY: the lock is held; a pending error survives.
    unsafe {
        let pending = err::fetch();
        let number = int::from_i64(key);
        crossing::op_unit(Op::ReleaseBuffer, &[number]);
        decref(number);
        err::restore(pending.0, pending.1, pending.2);
    }
}

/// `PyBuffer_Release`.
pub unsafe fn release(view: *mut Py_buffer) {
    // SAFETY: the view was filled by `get` or by hand.
    unsafe {
        let owner = (*view).obj;
        if owner.is_null() {
            return;
        }
        let procs = (*(*owner).ob_type).tp_as_buffer;
        if !procs.is_null() && (*procs).bf_getbuffer.is_some() {
            if let Some(f) = (*procs).bf_releasebuffer {
                crate::outside(|| f(owner, view));
            }
        } else if seq::is_host(owner) {
            host_releasebuffer(owner, view);
        }
        (*view).obj = std::ptr::null_mut();
        decref(owner);
    }
}

/// An extension type's buffer for the host: the address of a filled `Py_buffer`, as an int.
pub unsafe fn export(f: *mut c_void, op: Obj, flags: c_int) -> Obj {
    // SAFETY: `f` is the type's `bf_getbuffer`.
    unsafe {
        let view = arena::alloc_zeroed(size_of::<Py_buffer>()).cast::<Py_buffer>();
        if view.is_null() {
            return seq::no_memory();
        }
        let f: unsafe extern "C" fn(Obj, *mut Py_buffer, c_int) -> c_int = std::mem::transmute(f);
        if crate::outside(|| f(op, view, flags)) < 0 {
            arena::free(view.cast());
            return std::ptr::null_mut();
        }
        int::from_i64(view as i64)
    }
}

/// The host is done with an exported buffer.
pub unsafe fn end_export(view: *mut c_void) {
    // SAFETY: `view` came from `export`.
    unsafe {
        release(view.cast());
        arena::free(view);
    }
}
