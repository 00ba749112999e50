//! `sysmodule.h`, without the functions that format.

use crate::pyerrors::status;
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::crossing::lend_to_call;
use gimbal_proxies::{Obj, Op, decref, err, int, op, op_unit, seq, text, xdecref};
use std::ffi::{CStr, c_char, c_int};
use std::ptr::null_mut;

/// An attribute of `sys`, borrowed; NULL without an error when there is none. An exception that is set stays.
unsafe fn get(name: Obj) -> Obj {
    // SAFETY: `name` is a str.
    unsafe {
        let (class, value, traceback) = err::fetch();
        let found = op(Op::SysGet, &[name]);
        err::restore(class, value, traceback);
        lend_to_call(found)
    }
}

unsafe fn name_of(name: *const c_char) -> Obj {
    // SAFETY: `name` is a C string; names of attributes are few.
    unsafe { text::interned(&CStr::from_ptr(name).to_string_lossy()) }
}

#[entry]
pub unsafe fn PySys_GetObject(name: *const c_char) -> *mut PyObject {
    get(name_of(name))
}

#[entry]
pub unsafe fn _PySys_GetAttr(_thread: *mut PyThreadState, name: *mut PyObject) -> *mut PyObject {
    get(name)
}

/// A NULL value deletes.
#[entry]
pub unsafe fn PySys_SetObject(name: *const c_char, value: *mut PyObject) -> c_int {
    status(op_unit(Op::SysSet, &[name_of(name), value]))
}

#[entry]
pub unsafe fn PySys_GetXOptions() -> *mut PyObject {
    get(text::interned("_xoptions"))
}

#[entry(error = 0)]
pub unsafe fn PySys_HasWarnOptions() -> c_int {
    let options = get(text::interned("warnoptions"));
    let some = !options.is_null() && PyObject_IsTrue(options) == 1;
    err::clear();
    c_int::from(some)
}

#[entry]
pub unsafe fn _PySys_GetSizeOf(object: *mut PyObject) -> usize {
    let size = crate::import::import_attribute("sys", "getsizeof");
    if size.is_null() {
        return usize::MAX;
    }
    let args = seq::tuple_of(&[object]);
    let result = op(Op::CallObject, &[size, args, null_mut()]);
    decref(size);
    xdecref(args);
    if result.is_null() {
        return usize::MAX;
    }
    let value = int::as_u64(result).unwrap_or(0) as usize;
    decref(result);
    value
}

/// A list of the strings in an array of wide ones.
unsafe fn list_of(count: c_int, texts: *const *mut libc::wchar_t) -> Obj {
    // SAFETY: `texts` has `count` wide strings.
    unsafe {
        let list = seq::new_list(0);
        for i in 0..count as usize {
            seq::push(list, PyUnicode_FromWideChar(*texts.add(i), -1));
        }
        list
    }
}

/// Also puts the directory of the program in front of `sys.path`, when asked to.
#[entry]
pub unsafe fn PySys_SetArgvEx(count: c_int, texts: *mut *mut libc::wchar_t, update_path: c_int) {
    let list = list_of(count, texts);
    if count <= 0 {
        seq::push(list, text::from_str(""));
    }
    let program = seq::list_slice(list)[0];
    let directory = text::as_str(program)
        .and_then(|path| path.rsplit_once('/'))
        .map_or("", |(directory, _)| directory)
        .to_owned();
    op_unit(Op::SysSet, &[text::interned("argv"), list]);
    xdecref(list);
    if update_path != 0 {
        let path = get(text::interned("path"));
        if !path.is_null() {
            let (first, directory) = (int::from_i64(0), text::from_str(&directory));
            op_unit(Op::ListInsert, &[path, first, directory]);
            xdecref(first);
            xdecref(directory);
        }
    }
    err::clear();
}

#[entry]
pub unsafe fn PySys_SetArgv(count: c_int, texts: *mut *mut libc::wchar_t) {
    PySys_SetArgvEx(count, texts, 1);
}

#[entry]
pub unsafe fn PySys_SetPath(path: *const libc::wchar_t) {
    let whole = PyUnicode_FromWideChar(path, -1);
    if !whole.is_null() {
        let list = seq::new_list(0);
        for part in text::as_str(whole).unwrap_or_default().split(':') {
            seq::push(list, text::from_str(part));
        }
        op_unit(Op::SysSet, &[text::interned("path"), list]);
        xdecref(list);
        decref(whole);
    }
    err::clear();
}
