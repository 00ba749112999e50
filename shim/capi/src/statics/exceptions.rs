//! The `PyExc_*` pointers: NULL in the file image, set to the class's proxy when the host attaches.

use gimbal_abi::PyObject;
use gimbal_proxies::guest::Builtin;
use std::ptr::null_mut;

macro_rules! exceptions {
    ($($symbol:ident;)*) => {
        $(
            #[doc = concat!("Pointer to the class that `", stringify!($symbol), "` names.")]
            #[gimbal_macros::exported]
            pub static mut $symbol: *mut PyObject = null_mut();
        )*

        /// All of them, by name.
        pub static TABLE: &[Builtin] = &[$(Builtin {
            name: match std::ffi::CStr::from_bytes_with_nul(concat!(stringify!($symbol), "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => panic!("an identifier holds no NUL"),
            },
            ty: null_mut(),
            exception: &raw mut $symbol,
        },)*];
    };
}

exceptions! {
    PyExc_ArithmeticError;
    PyExc_AssertionError;
    PyExc_AttributeError;
    PyExc_BaseException;
    PyExc_BaseExceptionGroup;
    PyExc_BlockingIOError;
    PyExc_BrokenPipeError;
    PyExc_BufferError;
    PyExc_BytesWarning;
    PyExc_ChildProcessError;
    PyExc_ConnectionAbortedError;
    PyExc_ConnectionError;
    PyExc_ConnectionRefusedError;
    PyExc_ConnectionResetError;
    PyExc_DeprecationWarning;
    PyExc_EOFError;
    PyExc_EncodingWarning;
    PyExc_EnvironmentError;
    PyExc_Exception;
    PyExc_FileExistsError;
    PyExc_FileNotFoundError;
    PyExc_FloatingPointError;
    PyExc_FutureWarning;
    PyExc_GeneratorExit;
    PyExc_IOError;
    PyExc_ImportError;
    PyExc_ImportWarning;
    PyExc_IndentationError;
    PyExc_IndexError;
    PyExc_InterruptedError;
    PyExc_IsADirectoryError;
    PyExc_KeyError;
    PyExc_KeyboardInterrupt;
    PyExc_LookupError;
    PyExc_MemoryError;
    PyExc_ModuleNotFoundError;
    PyExc_NameError;
    PyExc_NotADirectoryError;
    PyExc_NotImplementedError;
    PyExc_OSError;
    PyExc_OverflowError;
    PyExc_PendingDeprecationWarning;
    PyExc_PermissionError;
    PyExc_ProcessLookupError;
    PyExc_RecursionError;
    PyExc_ReferenceError;
    PyExc_ResourceWarning;
    PyExc_RuntimeError;
    PyExc_RuntimeWarning;
    PyExc_StopAsyncIteration;
    PyExc_StopIteration;
    PyExc_SyntaxError;
    PyExc_SyntaxWarning;
    PyExc_SystemError;
    PyExc_SystemExit;
    PyExc_TabError;
    PyExc_TimeoutError;
    PyExc_TypeError;
    PyExc_UnboundLocalError;
    PyExc_UnicodeDecodeError;
    PyExc_UnicodeEncodeError;
    PyExc_UnicodeError;
    PyExc_UnicodeTranslateError;
    PyExc_UnicodeWarning;
    PyExc_UserWarning;
    PyExc_ValueError;
    PyExc_Warning;
    PyExc_ZeroDivisionError;
}
