"""Which PyPy type each type object that libpython exports stands for."""
import builtins
import types


def _function():
    pass


def _generator():
    yield


async def _coroutine():
    pass


async def _async_generator():
    yield


def _types():
    import collections
    import contextvars
    import weakref
    from _gimbal.ops_object import callable_iterator, instancemethod
    coroutine = _coroutine()
    coroutine.close()
    empty = {}
    return {
        'PyBaseObject_Type': object, 'PyType_Type': type, 'PyLong_Type': int, 'PyBool_Type': bool, 'PyFloat_Type': float,
        'PyComplex_Type': complex, 'PyUnicode_Type': str, 'PyBytes_Type': bytes, 'PyByteArray_Type': bytearray,
        'PyList_Type': list, 'PyTuple_Type': tuple, 'PyDict_Type': dict, 'PySet_Type': set, 'PyFrozenSet_Type': frozenset,
        'PySlice_Type': slice, 'PyRange_Type': range, 'PyModule_Type': types.ModuleType, 'PySuper_Type': super,
        'PyProperty_Type': property, 'PyClassMethod_Type': classmethod, 'PyStaticMethod_Type': staticmethod,
        'PyEnum_Type': enumerate, 'PyReversed_Type': reversed, 'PyMap_Type': map, 'PyFilter_Type': filter, 'PyZip_Type': zip,
        'PyMemoryView_Type': memoryview, 'PyFunction_Type': types.FunctionType, 'PyGen_Type': types.GeneratorType,
        'PyCoro_Type': type(coroutine), 'PyAsyncGen_Type': type(_async_generator()), 'PyCell_Type': types.CellType,
        'PyCode_Type': types.CodeType, 'PyFrame_Type': types.FrameType, 'PyTraceBack_Type': types.TracebackType,
        'PyDictProxy_Type': types.MappingProxyType, 'PyDictKeys_Type': type(empty.keys()),
        'PyDictValues_Type': type(empty.values()), 'PyDictItems_Type': type(empty.items()),
        'PyDictIterKey_Type': type(iter(empty)), 'PyDictIterValue_Type': type(iter(empty.values())),
        'PyDictIterItem_Type': type(iter(empty.items())), 'PyListIter_Type': type(iter([])),
        'PyTupleIter_Type': type(iter(())), 'PyUnicodeIter_Type': type(iter('')), 'PyBytesIter_Type': type(iter(b'')),
        'PySetIter_Type': type(iter(set())), 'PyRangeIter_Type': type(iter(range(0))),
        'PyCallIter_Type': callable_iterator, 'PyCFunction_Type': types.BuiltinFunctionType, 'PyMethod_Type': types.MethodType,
        'PyInstanceMethod_Type': instancemethod,
        'PyODict_Type': collections.OrderedDict, 'Py_GenericAliasType': types.GenericAlias,
        'PyEllipsis_Type': type(Ellipsis), '_PyNone_Type': type(None), '_PyNotImplemented_Type': type(NotImplemented),
        '_PyNamespace_Type': types.SimpleNamespace, '_PyWeakref_RefType': weakref.ref,
        'PyContext_Type': contextvars.Context, 'PyContextVar_Type': contextvars.ContextVar,
        'PyContextToken_Type': contextvars.Token, '_PyWeakref_ProxyType': weakref.ProxyType, '_PyWeakref_CallableProxyType': weakref.CallableProxyType,
    }


_table = _types()


def find(name):
    """The type or exception for an exported name; None when PyPy has none (the shim then makes its own)."""
    if name.startswith('PyExc_'):
        return getattr(builtins, name[6:], None)
    return _table.get(name)
