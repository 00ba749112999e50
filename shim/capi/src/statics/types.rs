//! The builtin types as static `PyTypeObject`s. Name, sizes and flags are CPython 3.11's; slots are filled when the
//! host attaches (`gimbal_proxies::types::complete_builtin`). The vectorcall flag is left out where the objects are the
//! host's: their proxies have no such function.

use gimbal_abi::{PyObject, PyTypeObject, PyVarObject};
use gimbal_proxies::guest::Builtin;
use gimbal_proxies::{arena, decode, dict, int, refcount, seq, text, type_flags, types};
use std::ffi::c_ulong;
use std::ptr::null_mut;

/// `tp_dealloc` of value types that own nothing but their block.
unsafe extern "C" fn free_block(op: *mut PyObject) {
    // SAFETY: the count is zero.
    unsafe { arena::free(op.cast()) }
}

const fn head(basicsize: isize, itemsize: isize, flags: c_ulong) -> PyTypeObject {
    // SAFETY: all-zero is a valid PyTypeObject: null pointers, no functions, zero sizes.
    let mut ty: PyTypeObject = unsafe { std::mem::zeroed() };
    ty.ob_base = PyVarObject {
        ob_base: refcount::immortal_head(&raw mut PyType_Type),
        ob_size: 0,
    };
    ty.tp_basicsize = basicsize;
    ty.tp_itemsize = itemsize;
    ty.tp_flags = type_flags::field(flags);
    ty
}

macro_rules! base {
    (none) => {
        null_mut()
    };
    ($base:ident) => {
        &raw mut $base
    };
}

macro_rules! static_types {
    ($($symbol:ident $name:literal $basicsize:literal $itemsize:literal $flags:literal $base:ident $dealloc:path;)*) => {
        $(
            #[doc = concat!("`", $name, "`")]
            #[gimbal_macros::exported]
            pub static mut $symbol: PyTypeObject = {
                let mut ty = head($basicsize, $itemsize, $flags);
                ty.tp_name = concat!($name, "\0").as_ptr().cast();
                ty.tp_base = base!($base);
                ty.tp_dealloc = Some($dealloc);
                ty
            };
        )*

        /// All of them, by name.
        pub static TABLE: &[Builtin] = &[$(Builtin {
            name: match std::ffi::CStr::from_bytes_with_nul(concat!(stringify!($symbol), "\0").as_bytes()) {
                Ok(name) => name,
                Err(_) => panic!("an identifier holds no NUL"),
            },
            ty: &raw mut $symbol,
            exception: null_mut(),
        },)*];
    };
}

static_types! {
    PyAsyncGen_Type "async_generator" 152 8 0x4180 PyBaseObject_Type refcount::retire;
    PyBaseObject_Type "object" 16 0 0x500 none types::object_dealloc;
    PyBool_Type "bool" 32 4 0x1400100 PyLong_Type refcount::retire;
    PyByteArrayIter_Type "bytearray_iterator" 32 0 0x4180 PyBaseObject_Type refcount::retire;
    PyByteArray_Type "bytearray" 56 0 0x400500 PyBaseObject_Type refcount::retire;
    PyBytesIter_Type "bytes_iterator" 32 0 0x4180 PyBaseObject_Type refcount::retire;
    PyBytes_Type "bytes" 33 1 0x8400500 PyBaseObject_Type free_block;
    PyCFunction_Type "builtin_function_or_method" 56 0 0x4980 PyBaseObject_Type crate::methodobject::dealloc;
    PyCMethod_Type "builtin_method" 64 0 0x4900 PyCFunction_Type crate::methodobject::dealloc;
    PyCallIter_Type "callable_iterator" 32 0 0x4180 PyBaseObject_Type refcount::retire;
    PyCapsule_Type "PyCapsule" 48 0 0x180 PyBaseObject_Type crate::pycapsule::dealloc;
    PyCell_Type "cell" 24 0 0x4100 PyBaseObject_Type refcount::retire;
    PyClassMethodDescr_Type "classmethod_descriptor" 56 0 0x4180 PyBaseObject_Type refcount::retire;
    PyClassMethod_Type "classmethod" 32 0 0x4500 PyBaseObject_Type refcount::retire;
    PyCode_Type "code" 184 2 0x100 PyBaseObject_Type refcount::retire;
    PyComplex_Type "complex" 32 0 0x500 PyBaseObject_Type free_block;
    PyContextToken_Type "_contextvars.Token" 48 0 0x4100 PyBaseObject_Type refcount::retire;
    PyContextVar_Type "_contextvars.ContextVar" 64 0 0x4100 PyBaseObject_Type refcount::retire;
    PyContext_Type "_contextvars.Context" 48 0 0x4100 PyBaseObject_Type refcount::retire;
    PyCoro_Type "coroutine" 152 8 0x4180 PyBaseObject_Type refcount::retire;
    PyDictItems_Type "dict_items" 24 0 0x4180 PyBaseObject_Type refcount::retire;
    PyDictIterItem_Type "dict_itemiterator" 56 0 0x4180 PyBaseObject_Type refcount::retire;
    PyDictIterKey_Type "dict_keyiterator" 56 0 0x4180 PyBaseObject_Type refcount::retire;
    PyDictIterValue_Type "dict_valueiterator" 56 0 0x4180 PyBaseObject_Type refcount::retire;
    PyDictKeys_Type "dict_keys" 24 0 0x4180 PyBaseObject_Type refcount::retire;
    PyDictProxy_Type "mappingproxy" 24 0 0x4140 PyBaseObject_Type refcount::retire;
    PyDictRevIterItem_Type "dict_reverseitemiterator" 56 0 0x4180 PyBaseObject_Type refcount::retire;
    PyDictRevIterKey_Type "dict_reversekeyiterator" 56 0 0x4180 PyBaseObject_Type refcount::retire;
    PyDictRevIterValue_Type "dict_reversevalueiterator" 56 0 0x4180 PyBaseObject_Type refcount::retire;
    PyDictValues_Type "dict_values" 24 0 0x4180 PyBaseObject_Type refcount::retire;
    PyDict_Type "dict" 48 0 0x20404540 PyBaseObject_Type dict::dealloc;
    PyEllipsis_Type "ellipsis" 16 0 0x100 PyBaseObject_Type refcount::retire;
    PyEnum_Type "enumerate" 56 0 0x4500 PyBaseObject_Type refcount::retire;
    PyFilter_Type "filter" 32 0 0x4500 PyBaseObject_Type refcount::retire;
    PyFloat_Type "float" 24 0 0x400500 PyBaseObject_Type decode::float_dealloc;
    PyFrame_Type "frame" 120 8 0x4180 PyBaseObject_Type crate::frameobject::dealloc;
    PyFrozenSet_Type "frozenset" 200 0 0x404500 PyBaseObject_Type refcount::retire;
    PyFunction_Type "function" 136 0 0x24100 PyBaseObject_Type refcount::retire;
    PyGen_Type "generator" 152 8 0x4180 PyBaseObject_Type refcount::retire;
    PyGetSetDescr_Type "getset_descriptor" 48 0 0x4180 PyBaseObject_Type refcount::retire;
    PyInstanceMethod_Type "instancemethod" 24 0 0x4100 PyBaseObject_Type refcount::retire;
    PyListIter_Type "list_iterator" 32 0 0x4180 PyBaseObject_Type refcount::retire;
    PyListRevIter_Type "list_reverseiterator" 32 0 0x4180 PyBaseObject_Type refcount::retire;
    PyList_Type "list" 40 0 0x2404520 PyBaseObject_Type seq::list_dealloc;
    PyLongRangeIter_Type "longrange_iterator" 48 0 0x180 PyBaseObject_Type refcount::retire;
    PyLong_Type "int" 24 4 0x1400500 PyBaseObject_Type int::dealloc;
    PyMap_Type "map" 32 0 0x4500 PyBaseObject_Type refcount::retire;
    PyMemberDescr_Type "member_descriptor" 48 0 0x4180 PyBaseObject_Type refcount::retire;
    PyMemoryView_Type "memoryview" 144 8 0x4120 PyBaseObject_Type refcount::retire;
    PyMethodDescr_Type "method_descriptor" 56 0 0x24180 PyBaseObject_Type refcount::retire;
    PyMethod_Type "method" 48 0 0x4100 PyBaseObject_Type refcount::retire;
    PyModuleDef_Type "moduledef" 104 0 0x180 PyBaseObject_Type refcount::retire;
    PyModule_Type "module" 56 0 0x4500 PyBaseObject_Type refcount::retire;
    PyODictItems_Type "odict_items" 24 0 0x4100 PyBaseObject_Type refcount::retire;
    PyODictIter_Type "odict_iterator" 64 0 0x4180 PyBaseObject_Type refcount::retire;
    PyODictKeys_Type "odict_keys" 24 0 0x4100 PyDictKeys_Type refcount::retire;
    PyODictValues_Type "odict_values" 24 0 0x4100 PyBaseObject_Type refcount::retire;
    PyODict_Type "collections.OrderedDict" 112 0 0x20404540 PyDict_Type refcount::retire;
    PyPickleBuffer_Type "pickle.PickleBuffer" 104 0 0x4100 PyBaseObject_Type refcount::retire;
    PyProperty_Type "property" 64 0 0x4500 PyBaseObject_Type refcount::retire;
    PyRangeIter_Type "range_iterator" 48 0 0x180 PyBaseObject_Type refcount::retire;
    PyRange_Type "range" 48 0 0x120 PyBaseObject_Type refcount::retire;
    PyReversed_Type "reversed" 32 0 0x4500 PyBaseObject_Type refcount::retire;
    PySeqIter_Type "iterator" 32 0 0x4180 PyBaseObject_Type refcount::retire;
    PySetIter_Type "set_iterator" 48 0 0x4180 PyBaseObject_Type refcount::retire;
    PySet_Type "set" 200 0 0x404500 PyBaseObject_Type refcount::retire;
    PySlice_Type "slice" 40 0 0x4100 PyBaseObject_Type refcount::retire;
    PyStaticMethod_Type "staticmethod" 32 0 0x4500 PyBaseObject_Type refcount::retire;
    PyStdPrinter_Type "stderrprinter" 24 0 0x180 PyBaseObject_Type refcount::retire;
    PySuper_Type "super" 40 0 0x4500 PyBaseObject_Type refcount::retire;
    PyTraceBack_Type "traceback" 40 0 0x4100 PyBaseObject_Type refcount::retire;
    PyTupleIter_Type "tuple_iterator" 32 0 0x4180 PyBaseObject_Type refcount::retire;
    PyTuple_Type "tuple" 24 8 0x4404520 PyBaseObject_Type seq::tuple_dealloc;
    PyType_Type "type" 904 40 0x80004d00 PyBaseObject_Type refcount::retire;
    PyUnicodeIter_Type "str_iterator" 32 0 0x4180 PyBaseObject_Type refcount::retire;
    PyUnicode_Type "str" 80 0 0x10400500 PyBaseObject_Type text::dealloc;
    PyWrapperDescr_Type "wrapper_descriptor" 56 0 0x24180 PyBaseObject_Type refcount::retire;
    PyZip_Type "zip" 48 0 0x4500 PyBaseObject_Type refcount::retire;
    Py_GenericAliasType "types.GenericAlias" 64 0 0x4500 PyBaseObject_Type refcount::retire;
    _PyAsyncGenASend_Type "async_generator_asend" 40 0 0x4180 PyBaseObject_Type refcount::retire;
    _PyAsyncGenAThrow_Type "async_generator_athrow" 40 0 0x4180 PyBaseObject_Type refcount::retire;
    _PyAsyncGenWrappedValue_Type "async_generator_wrapped_value" 24 0 0x4180 PyBaseObject_Type refcount::retire;
    _PyBytesIOBuffer_Type "_io._BytesIOBuffer" 24 0 0x4180 PyBaseObject_Type refcount::retire;
    _PyCoroWrapper_Type "coroutine_wrapper" 24 0 0x4180 PyBaseObject_Type refcount::retire;
    _PyInterpreterID_Type "InterpreterID" 24 0 0x500 PyBaseObject_Type refcount::retire;
    _PyManagedBuffer_Type "managedbuffer" 112 0 0x4180 PyBaseObject_Type refcount::retire;
    _PyMethodWrapper_Type "method-wrapper" 32 0 0x4180 PyBaseObject_Type refcount::retire;
    _PyNamespace_Type "types.SimpleNamespace" 24 0 0x4500 PyBaseObject_Type refcount::retire;
    _PyNone_Type "NoneType" 16 0 0x100 PyBaseObject_Type refcount::retire;
    _PyNotImplemented_Type "NotImplementedType" 16 0 0x100 PyBaseObject_Type refcount::retire;
    _PyWeakref_CallableProxyType "weakref.CallableProxyType" 64 0 0x4180 PyBaseObject_Type refcount::retire;
    _PyWeakref_ProxyType "weakref.ProxyType" 64 0 0x4180 PyBaseObject_Type refcount::retire;
    _PyWeakref_RefType "weakref.ReferenceType" 64 0 0x4500 PyBaseObject_Type refcount::retire;
}
