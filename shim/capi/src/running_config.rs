//! `initconfig.h`: how the interpreter that runs was started. The host knows, in `sys`.

use crate::common::Owned;
use crate::initconfig::{PyConfig_InitPythonConfig, PyConfig_SetString};
use crate::startup::wide;
use gimbal_abi::*;
use gimbal_macros::entry;
use gimbal_proxies::{Op, err, int, op, text};
use libc::wchar_t;
use std::ffi::c_int;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStringExt as _;
use std::sync::OnceLock;

/// What is made once and stays.
struct Kept<T>(T);

// SAFETY: nobody writes to it.
unsafe impl<T> Send for Kept<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Kept<T> {}

/// The command line of the process, the host's own words included; C keeps the pointers.
#[entry]
pub unsafe fn Py_GetArgcArgv(argc: *mut c_int, argv: *mut *mut *mut wchar_t) {
    static WORDS: OnceLock<Kept<Vec<*mut wchar_t>>> = OnceLock::new();
    let words = WORDS.get_or_init(|| {
        let words = std::env::args_os().map(|word| wide::to_raw(&wide::decode(&word.into_vec())));
        Kept(words.chain([std::ptr::null_mut()]).collect())
    });
    *argc = words.0.len() as c_int - 1;
    *argv = words.0.as_ptr().cast_mut();
}

/// A number of `sys.flags`.
unsafe fn flag(flags: *mut PyObject, name: &str) -> c_int {
    // SAFETY: `flags` is an object; the lock is held.
    unsafe {
        let value = Owned(op(Op::GetAttr, &[flags, text::interned(name)]));
        if value.0.is_null() {
            err::clear();
            return 0;
        }
        int::as_i64(value.0).unwrap_or(0) as c_int
    }
}

/// A configuration that says what `sys` says.
unsafe fn describe() -> PyConfig {
    // SAFETY: the lock is held; the configuration is initialised first.
    unsafe {
        let mut place = MaybeUninit::uninit();
        PyConfig_InitPythonConfig(place.as_mut_ptr());
        let mut config: PyConfig = place.assume_init();
        let flags = Owned(op(Op::SysGet, &[text::interned("flags")]));
        if !flags.0.is_null() {
            let same: [(&str, &mut c_int); 9] = [
                ("isolated", &mut config.isolated),
                ("dev_mode", &mut config.dev_mode),
                ("bytes_warning", &mut config.bytes_warning),
                ("inspect", &mut config.inspect),
                ("interactive", &mut config.interactive),
                ("optimize", &mut config.optimization_level),
                ("debug", &mut config.parser_debug),
                ("verbose", &mut config.verbose),
                ("quiet", &mut config.quiet),
            ];
            for (name, place) in same {
                *place = flag(flags.0, name);
            }
            let opposite: [(&str, &mut c_int); 4] = [
                ("ignore_environment", &mut config.use_environment),
                ("no_site", &mut config.site_import),
                ("dont_write_bytecode", &mut config.write_bytecode),
                ("no_user_site", &mut config.user_site_directory),
            ];
            for (name, place) in opposite {
                *place = c_int::from(flag(flags.0, name) == 0);
            }
        }
        let texts: [(&str, *mut *mut wchar_t); 6] = [
            ("executable", &raw mut config.executable),
            ("prefix", &raw mut config.prefix),
            ("exec_prefix", &raw mut config.exec_prefix),
            ("base_prefix", &raw mut config.base_prefix),
            ("base_exec_prefix", &raw mut config.base_exec_prefix),
            ("platlibdir", &raw mut config.platlibdir),
        ];
        for (name, place) in texts {
            let found = Owned(op(Op::SysGet, &[text::interned(name)]));
            if let Some(found) = text::as_str(found.0) {
                let wide = wide::to_raw(&wide::decode(found.as_bytes()));
                PyConfig_SetString(&raw mut config, place, wide);
                libc::free(wide.cast());
            }
        }
        err::clear();
        config
    }
}

unsafe fn shown() -> *const PyConfig {
    static SHOWN: OnceLock<Kept<PyConfig>> = OnceLock::new();
    // SAFETY: the lock is held.
    unsafe { &raw const SHOWN.get_or_init(|| Kept(describe())).0 }
}

#[entry]
pub unsafe fn _PyInterpreterState_GetConfig(_interpreter: *mut PyInterpreterState) -> *const PyConfig {
    shown()
}

#[entry]
pub unsafe fn _Py_GetConfig() -> *const PyConfig {
    shown()
}
