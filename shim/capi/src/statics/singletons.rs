//! `None`, `True`, `False`, `Ellipsis`, `NotImplemented`, and the configuration flags that old code reads.

use gimbal_abi::{LongObject, PyBool_Type, PyEllipsis_Type, PyObject, PyTypeObject};
use gimbal_proxies::int::constant;
use gimbal_proxies::refcount::immortal_head;
use std::ffi::{c_char, c_int, c_ulong};
use std::ptr::null;

unsafe extern "C" {
    static mut _PyNone_Type: PyTypeObject;
    static mut _PyNotImplemented_Type: PyTypeObject;
}

const fn boolean(value: u32) -> LongObject {
    constant(immortal_head(&raw mut PyBool_Type), value)
}

/// `None`
#[gimbal_macros::exported]
pub static mut _Py_NoneStruct: PyObject = immortal_head(&raw mut _PyNone_Type);
/// `NotImplemented`
#[gimbal_macros::exported]
pub static mut _Py_NotImplementedStruct: PyObject = immortal_head(&raw mut _PyNotImplemented_Type);
/// `Ellipsis`
#[gimbal_macros::exported]
pub static mut _Py_EllipsisObject: PyObject = immortal_head(&raw mut PyEllipsis_Type);
/// `True`
#[gimbal_macros::exported]
pub static mut _Py_TrueStruct: LongObject = boolean(1);
/// `False`
#[gimbal_macros::exported]
pub static mut _Py_FalseStruct: LongObject = boolean(0);

/// `sys.hexversion` of the flavour: its first version (PEP 387 keeps the ABI of later ones).
#[gimbal_macros::exported]
pub static Py_Version: c_ulong = if cfg!(Py_3_14) { 0x030e_00f0 } else { 0x030b_00f0 };

macro_rules! flags {
    ($($name:ident = $value:literal;)*) => {
        $(
            #[doc = concat!("Deprecated configuration flag `", stringify!($name), "`.")]
            #[gimbal_macros::exported]
            pub static mut $name: c_int = $value;
        )*
    };
}

flags! {
    Py_BytesWarningFlag = 0;
    Py_DebugFlag = 0;
    Py_DontWriteBytecodeFlag = 0;
    Py_FrozenFlag = 0;
    Py_HasFileSystemDefaultEncoding = 1;
    Py_HashRandomizationFlag = 1;
    Py_IgnoreEnvironmentFlag = 0;
    Py_InspectFlag = 0;
    Py_InteractiveFlag = 0;
    Py_IsolatedFlag = 0;
    Py_NoSiteFlag = 0;
    Py_NoUserSiteDirectory = 0;
    Py_OptimizeFlag = 0;
    Py_QuietFlag = 0;
    Py_UTF8Mode = 0;
    Py_UnbufferedStdioFlag = 0;
    Py_VerboseFlag = 0;
    _Py_HasFileSystemDefaultEncodeErrors = 1;
    _Py_UnhandledKeyboardInterrupt = 0;
}

/// A C string that lives for good, in a static that C may overwrite.
#[repr(transparent)]
pub struct Text(*const c_char);
// SAFETY: the text is never written.
unsafe impl Sync for Text {}

/// The file system encoding.
#[gimbal_macros::exported]
pub static mut Py_FileSystemDefaultEncoding: Text = Text(c"utf-8".as_ptr());
/// Its error handler.
#[gimbal_macros::exported]
pub static mut Py_FileSystemDefaultEncodeErrors: Text = Text(c"surrogateescape".as_ptr());
/// Lower-case hexadecimal digits.
#[gimbal_macros::exported]
pub static mut Py_hexdigits: Text = Text(c"0123456789abcdef".as_ptr());
/// The name of a struct sequence's unnamed field, which is known by its address.
pub static UNNAMED_FIELD: &std::ffi::CStr = c"unnamed field";
/// Where C finds it.
#[gimbal_macros::exported]
pub static mut PyStructSequence_UnnamedField: Text = Text(UNNAMED_FIELD.as_ptr());
/// Package of the module being imported; unused here.
#[gimbal_macros::exported]
pub static mut _Py_PackageContext: Text = Text(null());
