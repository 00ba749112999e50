//! The exported variadic names: naked functions that jump to their C bodies.
//!
//! A jump keeps registers and stack as the caller laid them out, so the body reads the arguments as if it had been
//! called itself.

/// The instruction that leaves a function for another one, which then returns to the caller.
#[cfg(target_arch = "x86_64")]
macro_rules! tail_jump {
    () => {
        "jmp {body}"
    };
}

/// The instruction that leaves a function for another one, which then returns to the caller.
#[cfg(target_arch = "aarch64")]
macro_rules! tail_jump {
    () => {
        "b {body}"
    };
}

macro_rules! trampolines {
    ($bodies:ident: $(fn $name:ident;)*) => {
        /// The C bodies, in `va.c` under the names with the prefix `gimbal_va_`.
        mod $bodies {
            unsafe extern "C" {
                $(
                    #[link_name = concat!("gimbal_va_", stringify!($name))]
                    pub fn $name();
                )*
            }
        }
        $(
            #[doc = concat!("`", stringify!($name), "` of the C API; its parameters are those of the C declaration.")]
            ///
            /// # Safety
            ///
            /// As CPython documents it; never to be called as the Rust signature reads.
            #[unsafe(naked)]
            #[gimbal_macros::exported]
            pub unsafe extern "C" fn $name() {
                core::arch::naked_asm!(tail_jump!(), body = sym $bodies::$name)
            }
        )*
    };
}

trampolines! { bodies:
    fn PyArg_Parse;
    fn _PyArg_Parse_SizeT;
    fn PyArg_ParseTuple;
    fn _PyArg_ParseTuple_SizeT;
    fn PyArg_VaParse;
    fn _PyArg_VaParse_SizeT;
    fn _PyArg_ParseStack;
    fn _PyArg_ParseStack_SizeT;
    fn PyArg_ParseTupleAndKeywords;
    fn _PyArg_ParseTupleAndKeywords_SizeT;
    fn PyArg_VaParseTupleAndKeywords;
    fn _PyArg_VaParseTupleAndKeywords_SizeT;
    fn _PyArg_ParseTupleAndKeywordsFast;
    fn _PyArg_ParseTupleAndKeywordsFast_SizeT;
    fn _PyArg_VaParseTupleAndKeywordsFast;
    fn _PyArg_VaParseTupleAndKeywordsFast_SizeT;
    fn _PyArg_ParseStackAndKeywords;
    fn _PyArg_ParseStackAndKeywords_SizeT;
    fn PyArg_UnpackTuple;
    fn _PyArg_UnpackStack;

    fn Py_BuildValue;
    fn _Py_BuildValue_SizeT;
    fn Py_VaBuildValue;
    fn _Py_VaBuildValue_SizeT;
    fn _Py_VaBuildStack;
    fn _Py_VaBuildStack_SizeT;
    fn PyTuple_Pack;

    fn PyObject_CallFunction;
    fn _PyObject_CallFunction_SizeT;
    fn PyEval_CallFunction;
    fn PyObject_CallMethod;
    fn _PyObject_CallMethod_SizeT;
    fn PyEval_CallMethod;
    fn _PyObject_CallMethod;
    fn _PyObject_CallMethodId;
    fn _PyObject_CallMethodId_SizeT;
    fn PyObject_CallFunctionObjArgs;
    fn PyObject_CallMethodObjArgs;
    fn _PyObject_CallMethodIdObjArgs;

    fn PyUnicode_FromFormat;
    fn PyUnicode_FromFormatV;
    fn PyBytes_FromFormat;
    fn PyBytes_FromFormatV;
    fn PyErr_Format;
    fn PyErr_FormatV;
    fn _PyErr_Format;
    fn _PyErr_FormatFromCause;
    fn _PyErr_FormatFromCauseTstate;
    fn _PyErr_TrySetFromCause;
    fn PyErr_WarnFormat;
    fn PyErr_WarnExplicitFormat;
    fn PyErr_ResourceWarning;
    fn PySys_Audit;
    fn PySys_WriteStdout;
    fn PySys_WriteStderr;
    fn PySys_FormatStdout;
    fn PySys_FormatStderr;
    fn PyOS_snprintf;
    fn PyOS_vsnprintf;
    fn _Py_FatalErrorFormat;
}

#[cfg(Py_3_13)]
trampolines! { bodies_3_13:
    fn PyErr_FormatUnraisable;
}

#[cfg(Py_3_14)]
trampolines! { bodies_3_14:
    fn PyUnicodeWriter_Format;
}
