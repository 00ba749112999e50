//! The builtin types as static `PyTypeObject`s. Sizes and flags are CPython's (generated, from the symbol table); slots are
//! filled when the host attaches (`gimbal_proxies::types::complete_builtin`). The vectorcall flag is left out where the objects are the
//! host's: their proxies have no such function.

use crate::descrobject::PROPERTY_MEMBERS;
use crate::generated::{Shape, shape};
use gimbal_abi::{PyObject, PyTypeObject, PyVarObject};
use gimbal_proxies::guest::Builtin;
use gimbal_proxies::{arena, decode, dict, int, refcount, seq, text, type_flags, types, views};
use std::ffi::c_ulong;
use std::mem::offset_of;
use std::ptr::null_mut;

/// `tp_dealloc` of value types that own nothing but their block.
unsafe extern "C" fn free_block(op: *mut PyObject) {
    // SAFETY: the count is zero.
    unsafe { arena::free(op.cast()) }
}

const fn head(shape: Shape, without: c_ulong) -> PyTypeObject {
    // SAFETY: all-zero is a valid PyTypeObject: null pointers, no functions, zero sizes.
    let mut ty: PyTypeObject = unsafe { std::mem::zeroed() };
    ty.ob_base = PyVarObject {
        ob_base: refcount::immortal_head(&raw mut PyType_Type),
        ob_size: 0,
    };
    ty.tp_basicsize = shape.size;
    ty.tp_itemsize = shape.item;
    ty.tp_flags = type_flags::field(shape.flags & !without);
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
    ($($symbol:ident $name:literal $base:ident $dealloc:path $(, without $flag:ident)? $(, with $field:ident = $value:expr)?;)*) => {
        $(
            #[doc = concat!("`", $name, "`")]
            #[gimbal_macros::exported]
            pub static mut $symbol: PyTypeObject = {
                let mut ty = head(shape::$symbol, 0 $(| gimbal_abi::$flag)?);
                ty.tp_name = concat!($name, "\0").as_ptr().cast();
                ty.tp_base = base!($base);
                ty.tp_dealloc = Some($dealloc);
                $(ty.$field = $value;)?
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
    PyAsyncGen_Type "async_generator" PyBaseObject_Type refcount::retire;
    PyBaseObject_Type "object" none types::object_dealloc;
    PyBool_Type "bool" PyLong_Type refcount::retire;
    PyByteArrayIter_Type "bytearray_iterator" PyBaseObject_Type refcount::retire;
    PyByteArray_Type "bytearray" PyBaseObject_Type refcount::retire;
    PyBytesIter_Type "bytes_iterator" PyBaseObject_Type refcount::retire;
    PyBytes_Type "bytes" PyBaseObject_Type free_block;
    PyCFunction_Type "builtin_function_or_method" PyBaseObject_Type crate::methodobject::dealloc;
    PyCMethod_Type "builtin_method" PyCFunction_Type crate::methodobject::dealloc;
    PyCallIter_Type "callable_iterator" PyBaseObject_Type refcount::retire;
    PyCapsule_Type "PyCapsule" PyBaseObject_Type crate::pycapsule::dealloc;
    PyCell_Type "cell" PyBaseObject_Type refcount::retire;
    PyClassMethodDescr_Type "classmethod_descriptor" PyBaseObject_Type refcount::retire;
    PyClassMethod_Type "classmethod" PyBaseObject_Type refcount::retire;
    PyCode_Type "code" PyBaseObject_Type refcount::retire, with tp_vectorcall = crate::code::CALL;
    PyComplex_Type "complex" PyBaseObject_Type free_block;
    PyContextToken_Type "_contextvars.Token" PyBaseObject_Type refcount::retire;
    PyContextVar_Type "_contextvars.ContextVar" PyBaseObject_Type refcount::retire;
    PyContext_Type "_contextvars.Context" PyBaseObject_Type refcount::retire;
    PyCoro_Type "coroutine" PyBaseObject_Type refcount::retire;
    PyDictItems_Type "dict_items" PyBaseObject_Type views::dealloc;
    PyDictIterItem_Type "dict_itemiterator" PyBaseObject_Type refcount::retire;
    PyDictIterKey_Type "dict_keyiterator" PyBaseObject_Type refcount::retire;
    PyDictIterValue_Type "dict_valueiterator" PyBaseObject_Type refcount::retire;
    PyDictKeys_Type "dict_keys" PyBaseObject_Type views::dealloc;
    PyDictProxy_Type "mappingproxy" PyBaseObject_Type refcount::retire;
    PyDictRevIterItem_Type "dict_reverseitemiterator" PyBaseObject_Type refcount::retire;
    PyDictRevIterKey_Type "dict_reversekeyiterator" PyBaseObject_Type refcount::retire;
    PyDictRevIterValue_Type "dict_reversevalueiterator" PyBaseObject_Type refcount::retire;
    PyDictValues_Type "dict_values" PyBaseObject_Type views::dealloc;
    PyDict_Type "dict" PyBaseObject_Type dict::dealloc;
    PyEllipsis_Type "ellipsis" PyBaseObject_Type refcount::retire;
    PyEnum_Type "enumerate" PyBaseObject_Type refcount::retire;
    PyFilter_Type "filter" PyBaseObject_Type refcount::retire;
    PyFloat_Type "float" PyBaseObject_Type decode::float_dealloc;
    PyFrame_Type "frame" PyBaseObject_Type crate::frameobject::dealloc;
    PyFrozenSet_Type "frozenset" PyBaseObject_Type refcount::retire;
    PyFunction_Type "function" PyBaseObject_Type refcount::retire, without Py_TPFLAGS_HAVE_VECTORCALL;
    PyGen_Type "generator" PyBaseObject_Type refcount::retire;
    PyGetSetDescr_Type "getset_descriptor" PyBaseObject_Type refcount::retire;
    PyInstanceMethod_Type "instancemethod" PyBaseObject_Type refcount::retire;
    PyListIter_Type "list_iterator" PyBaseObject_Type refcount::retire;
    PyListRevIter_Type "list_reverseiterator" PyBaseObject_Type refcount::retire;
    PyList_Type "list" PyBaseObject_Type seq::list_dealloc;
    PyLongRangeIter_Type "longrange_iterator" PyBaseObject_Type refcount::retire;
    PyLong_Type "int" PyBaseObject_Type int::dealloc;
    PyMap_Type "map" PyBaseObject_Type refcount::retire;
    PyMemberDescr_Type "member_descriptor" PyBaseObject_Type refcount::retire;
    PyMemoryView_Type "memoryview" PyBaseObject_Type refcount::retire;
    PyMethodDescr_Type "method_descriptor" PyBaseObject_Type refcount::retire, without Py_TPFLAGS_HAVE_VECTORCALL;
    PyMethod_Type "method" PyBaseObject_Type refcount::retire, without Py_TPFLAGS_HAVE_VECTORCALL;
    PyModuleDef_Type "moduledef" PyBaseObject_Type refcount::retire;
    PyModule_Type "module" PyBaseObject_Type refcount::retire;
    PyODictItems_Type "odict_items" PyBaseObject_Type refcount::retire;
    PyODictIter_Type "odict_iterator" PyBaseObject_Type refcount::retire;
    PyODictKeys_Type "odict_keys" PyDictKeys_Type refcount::retire;
    PyODictValues_Type "odict_values" PyBaseObject_Type refcount::retire;
    PyODict_Type "collections.OrderedDict" PyDict_Type refcount::retire;
    PyPickleBuffer_Type "pickle.PickleBuffer" PyBaseObject_Type refcount::retire;
    PyProperty_Type "property" PyBaseObject_Type refcount::retire, with tp_members = PROPERTY_MEMBERS.get();
    PyRangeIter_Type "range_iterator" PyBaseObject_Type refcount::retire;
    PyRange_Type "range" PyBaseObject_Type refcount::retire;
    PyReversed_Type "reversed" PyBaseObject_Type refcount::retire;
    PySeqIter_Type "iterator" PyBaseObject_Type refcount::retire;
    PySetIter_Type "set_iterator" PyBaseObject_Type refcount::retire;
    PySet_Type "set" PyBaseObject_Type refcount::retire;
    PySlice_Type "slice" PyBaseObject_Type refcount::retire;
    PyStaticMethod_Type "staticmethod" PyBaseObject_Type refcount::retire;
    PyStdPrinter_Type "stderrprinter" PyBaseObject_Type refcount::retire;
    PySuper_Type "super" PyBaseObject_Type refcount::retire;
    PyTraceBack_Type "traceback" PyBaseObject_Type refcount::retire;
    PyTupleIter_Type "tuple_iterator" PyBaseObject_Type refcount::retire;
    PyTuple_Type "tuple" PyBaseObject_Type seq::tuple_dealloc;
    PyType_Type "type" PyBaseObject_Type refcount::retire, with tp_dictoffset = offset_of!(PyTypeObject, tp_dict) as isize;
    PyUnicodeIter_Type "str_iterator" PyBaseObject_Type refcount::retire;
    PyUnicode_Type "str" PyBaseObject_Type text::dealloc;
    PyWrapperDescr_Type "wrapper_descriptor" PyBaseObject_Type refcount::retire;
    PyZip_Type "zip" PyBaseObject_Type refcount::retire;
    Py_GenericAliasType "types.GenericAlias" PyBaseObject_Type refcount::retire;
    _PyAsyncGenASend_Type "async_generator_asend" PyBaseObject_Type refcount::retire;
    _PyAsyncGenAThrow_Type "async_generator_athrow" PyBaseObject_Type refcount::retire;
    _PyAsyncGenWrappedValue_Type "async_generator_wrapped_value" PyBaseObject_Type refcount::retire;
    _PyBytesIOBuffer_Type "_io._BytesIOBuffer" PyBaseObject_Type refcount::retire;
    _PyCoroWrapper_Type "coroutine_wrapper" PyBaseObject_Type refcount::retire;
    _PyInterpreterID_Type "InterpreterID" PyBaseObject_Type refcount::retire;
    _PyManagedBuffer_Type "managedbuffer" PyBaseObject_Type refcount::retire;
    _PyMethodWrapper_Type "method-wrapper" PyBaseObject_Type refcount::retire;
    _PyNamespace_Type "types.SimpleNamespace" PyBaseObject_Type refcount::retire;
    _PyNone_Type "NoneType" PyBaseObject_Type refcount::retire;
    _PyNotImplemented_Type "NotImplementedType" PyBaseObject_Type refcount::retire;
    _PyWeakref_CallableProxyType "weakref.CallableProxyType" PyBaseObject_Type refcount::retire;
    _PyWeakref_ProxyType "weakref.ProxyType" PyBaseObject_Type refcount::retire;
    _PyWeakref_RefType "weakref.ReferenceType" PyBaseObject_Type refcount::retire, without Py_TPFLAGS_HAVE_VECTORCALL;
}
