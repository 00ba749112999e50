//! What follows from the symbol table, by flavour: stubs and placeholders for what is not written yet, and checks of the
//! signatures of what is. Written by hand is only this file; the files in `v*` come from `gimbal-codegen`.

use std::cell::UnsafeCell;

/// An object of CPython's size for a data symbol that has no definition yet.
#[repr(transparent)]
struct Placeholder<T>(UnsafeCell<T>);

// SAFETY: Rust never looks into a placeholder; what C does with it is C's.
unsafe impl<T> Sync for Placeholder<T> {}

/// `NAME: [unit; count];`: zero-filled exported data.
macro_rules! placeholders {
    ($($name:ident: [$unit:ty; $count:literal];)*) => {$(
        #[unsafe(no_mangle)]
        #[allow(non_upper_case_globals, reason = "the name is C's")]
        static $name: crate::generated::Placeholder<[$unit; $count]> =
            crate::generated::Placeholder(std::cell::UnsafeCell::new([0; $count]));
    )*};
}

/// `NAME => answer;`: an exported function that sets `SystemError` with its name and returns its error value. It takes
/// no arguments: the C calling conventions leave the caller's alone.
macro_rules! stubs {
    ($($name:ident => $answer:ident;)*) => {$(stubs!(@$answer $name);)*};
    (@zero $name:ident) => { stubs!(@function $name, *mut std::ffi::c_void, std::ptr::null_mut()); };
    (@minus_one $name:ident) => { stubs!(@function $name, isize, -1); };
    (@minus_one_float $name:ident) => { stubs!(@function $name, f64, -1.0); };
    (@minus_one_complex $name:ident) => {
        stubs!(@function $name, gimbal_abi::Py_complex, gimbal_abi::Py_complex { real: -1.0, imag: 0.0 });
    };
    (@nothing $name:ident) => { stubs!(@function $name, (), ()); };
    (@abort $name:ident) => {
        stubs!(@function $name, !, {
            eprintln!(concat!("Gimbal does not implement ", stringify!($name), " yet"));
            std::process::abort()
        });
    };
    (@status $name:ident) => {
        stubs!(@function $name, gimbal_abi::PyStatus, gimbal_abi::PyStatus {
            _type: gimbal_abi::_PyStatus_TYPE::_PyStatus_TYPE_ERROR,
            func: std::ptr::null(),
            err_msg: concat!("Gimbal does not implement ", stringify!($name), " yet\0").as_ptr().cast(),
            exitcode: 0,
        });
    };
    (@function $name:ident, $returns:ty, $value:expr) => {
        #[unsafe(no_mangle)]
        #[allow(non_snake_case, reason = "the name is C's")]
        extern "C" fn $name() -> $returns {
            gimbal_proxies::guard::unimplemented(stringify!($name));
            $value
        }
    };
}

/// `path: (parameters) -> result;`: a compile error unless the function at `path` has this signature.
macro_rules! signatures {
    ($($path:path: ($($parameter:ty),*) -> $returns:ty;)*) => {
        $(const _: unsafe extern "C" fn($($parameter),*) -> $returns = $path;)*
    };
}

/// What a builtin type says of its instances: `tp_basicsize`, `tp_itemsize`, `tp_flags`.
#[derive(Clone, Copy)]
pub struct Shape {
    /// `tp_basicsize`.
    pub size: isize,
    /// `tp_itemsize`.
    pub item: isize,
    /// `tp_flags`.
    pub flags: std::ffi::c_ulong,
}

/// `NAME = size item flags;`: a constant for each builtin type.
macro_rules! shapes {
    ($($name:ident = $size:literal $item:literal $flags:literal;)*) => {
        $(pub const $name: crate::generated::Shape =
            crate::generated::Shape { size: $size, item: $item, flags: $flags };)*
    };
}

/// The files of a flavour.
macro_rules! flavour {
    ($folder:ident) => {
        mod $folder {
            mod placeholders;
            #[allow(
                unused_imports,
                reason = "which of them the signatures name depends on what is written"
            )]
            mod signatures;
            mod stubs;
            #[allow(dead_code, reason = "other flavours have these types")]
            #[allow(missing_docs, reason = "each is named after its type")]
            pub mod types;
        }
        pub use $folder::types as shape;
    };
}

#[cfg(all(Py_3_9, not(Py_3_10)))]
flavour!(v3_9);
#[cfg(all(Py_3_11, not(Py_3_12)))]
flavour!(v3_11);
#[cfg(all(Py_3_14, not(Py_GIL_DISABLED)))]
flavour!(v3_14);
#[cfg(all(Py_3_14, Py_GIL_DISABLED))]
flavour!(v3_14t);
