"""Operations of the sections "abstract object protocol" and "other objects" of the host interface.

Each function has the name of its operation, takes plain objects and returns one; `NULL` stands for an absent argument and
for "no result". What an operation raises goes to the C code that asked for it.
"""

import operator
import sys
import types
import weakref

from _structseq import structseqfield, structseqtype

from _gimbal.cells import NULL
from _gimbal.core import address_of
from _gimbal.handles import handle
from _gimbal.kinds import K_NATIVE, K_STATEFUL, has_fields, kind_of, kinds
from _gimbal.lifetimes import pin
from _gimbal.native import ffi

_MISSING = object()
_COMPARE = (operator.lt, operator.le, operator.eq, operator.ne, operator.gt, operator.ge)


# --- attributes ---------------------------------------------------------------------------------------------------


GetAttr = getattr


def LookupAttr(o, name):
    return getattr(o, name, NULL)


def SetAttr(o, name, value):
    if value is NULL:
        delattr(o, name)
    else:
        setattr(o, name, value)


def GenericGetAttr(o, name):
    if issubclass(type(o), type):  # isinstance() may read `__class__`, and come back here
        return type.__getattribute__(o, name)
    return object.__getattribute__(o, name)


def GenericSetAttr(o, name, value):
    owner = type if issubclass(type(o), type) else object
    if value is NULL:
        owner.__delattr__(o, name)
    else:
        owner.__setattr__(o, name, value)


# --- text, truth, hash, comparison --------------------------------------------------------------------------------


Repr = repr
Str = str
Ascii = ascii
Hash = hash
IsTrue = bool
Len = len
Format = format
IsInstance = isinstance
IsSubclass = issubclass
GetItem = operator.getitem
SetItem = operator.setitem
DelItem = operator.delitem
Contains = operator.contains
LengthHint = operator.length_hint


def BytesOf(o):
    if hasattr(type(o), "__bytes__"):
        return bytes(o)
    try:
        return memoryview(o).tobytes()
    except TypeError:
        pass
    if not isinstance(o, str):
        try:
            items = iter(o)
        except TypeError:
            pass
        else:
            return bytes(items)
    raise TypeError(f"cannot convert '{type(o).__name__}' object to bytes")


def RichCompare(a, b, op):
    return _COMPARE[op](a, b)


def Dir(o):
    if o is NULL:
        return sorted(sys._getframe().f_locals)
    return dir(o)


# --- iteration ----------------------------------------------------------------------------------------------------


Iter = iter


def IterNext(o):
    try:
        return o.__next__()
    except StopIteration as stop:
        if stop.value is not None:  # what a generator returned; C asks the exception for it
            raise
        return NULL


class callable_iterator:
    """What `iter(function, sentinel)` makes in CPython; in PyPy it is a generator, which C must not take this one for."""
    __slots__ = ("rest",)

    def __init__(self, function, sentinel):
        self.rest = iter(function, sentinel)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.rest)


callable_iterator.__module__ = "builtins"
CallIter = callable_iterator


class _ByIndex:
    """A sequence of which only `__getitem__` is used."""

    def __init__(self, sequence):
        self.sequence = sequence

    def __getitem__(self, index):
        return self.sequence[index]

    def __len__(self):
        return len(self.sequence)


def SeqIter(o):
    return iter(_ByIndex(o))


# --- calls --------------------------------------------------------------------------------------------------------


def CallSpecial(name, me, *args):
    cls = type(me)
    for base in cls.__mro__:
        found = base.__dict__.get(name, _MISSING)
        if found is not _MISSING:
            break
    else:
        raise AttributeError(f"'{cls.__name__}' object has no attribute '{name}'")
    if type(found) is types.FunctionType:
        return found(me, *args)
    bind = getattr(type(found), "__get__", None)
    if bind is None:
        return found(*args)
    return bind(found, me, cls)(*args)


def CallMethod(o, name, *args):
    return getattr(o, name)(*args)


def CallObject(function, args, kwargs):
    if kwargs is NULL:
        return function(*args)
    return function(*args, **kwargs)


def CallUnbound(provider, name, me, *args):
    return getattr(provider, name)(me, *args)


def HostNew(provider, cls, args, kwargs):
    if kwargs is NULL:
        return provider.__new__(cls, *args)
    return provider.__new__(cls, *args, **kwargs)


def HostInit(provider, me, args, kwargs):
    if kwargs is NULL:
        provider.__init__(me, *args)
    else:
        provider.__init__(me, *args, **kwargs)


# --- other objects ------------------------------------------------------------------------------------------------


NewMethod = types.MethodType
NewClassMethod = classmethod
NewStaticMethod = staticmethod
NewMemoryView = memoryview


class instancemethod:
    """Binds any callable, also a C function, as an attribute of a class like a Python function."""

    def __init__(self, function):
        if not callable(function):
            raise TypeError("first argument must be callable")
        self.__func__ = function

    def __get__(self, me, cls=None):
        return self.__func__ if me is None else types.MethodType(self.__func__, me)

    def __call__(self, *args, **kwargs):
        return self.__func__(*args, **kwargs)

    def __getattr__(self, name):
        return getattr(object.__getattribute__(self, "__func__"), name)

    @property
    def __doc__(self):
        return self.__func__.__doc__

    def __eq__(self, other):
        if type(other) is not instancemethod:
            return NotImplemented
        return self.__func__ == other.__func__

    def __hash__(self):
        return hash(self.__func__)

    def __repr__(self):
        name = getattr(self.__func__, "__qualname__", "?")
        return f"<instancemethod {name} at {id(self):#x}>"


NewInstanceMethod = instancemethod
has_fields(instancemethod, lambda x: (x.__func__,))


def NewStructSequence(spec):
    name, doc, fields, shown = spec
    module, _, short = name.rpartition(".")
    namespace = {"name": name, "__doc__": doc, "__module__": module or "builtins"}
    unnamed = 0
    for i, (field, field_doc) in enumerate(fields):
        if field is None:
            field = f"_{i}"
            unnamed += 1
        # A gap in the numbers tells PyPy where the hidden fields begin.
        namespace[field] = structseqfield(i if i < shown else i + 1, field_doc)
    cls = structseqtype(short, (), namespace)
    cls.n_unnamed_fields = unnamed
    return handle(cls)


def NewCell(value):
    return types.CellType() if value is NULL else types.CellType(value)


def keep_wrapper(o):
    """A weak reference that C makes lives as long as the native instance, and not only as long as its first wrapper: from now on
    the wrappers of such instances count as having state."""
    cls = type(o)
    if kind_of(cls) in (K_NATIVE, K_STATEFUL):
        kinds[cls] = K_STATEFUL
        pin(o, address_of(o))


def NewWeakRef(o, callback):
    keep_wrapper(o)
    return weakref.ref(o) if callback is NULL else weakref.ref(o, callback)


def NewWeakProxy(o, callback):
    keep_wrapper(o)
    return weakref.proxy(o) if callback is NULL else weakref.proxy(o, callback)


def WeakRefGet(ref):
    if issubclass(type(ref), weakref.ref):      # `isinstance` would ask a proxy's referent, which may be dead
        return ref()
    try:
        return ref.__repr__.__self__
    except ReferenceError:
        return None


GenericAlias = types.GenericAlias


# --- buffers ------------------------------------------------------------------------------------------------------

_WRITABLE, _FORMAT, _ND, _STRIDES = 0x01, 0x04, 0x08, 0x18
_ANY_CONTIGUOUS = 0x20 | 0x40 | 0x80
_open_buffers = {}


def _memory(view):
    """The memory of a view whose items follow each other, and whether that is a copy: the host shows none of a BytesIO."""
    try:
        return ffi.from_buffer(view), False
    except TypeError:
        memory = ffi.new("char[]", view.nbytes)
        ffi.memmove(memory, view.tobytes(), view.nbytes)
        return memory, True


def _strided(view, flags):
    """The memory of a view whose items do not follow each other, and where its first item is: a read-only copy with the same
    gaps where the host shows none."""
    memory = ffi.from_buffer(view[:1])
    second = ffi.from_buffer(view[1:2])
    step, size, n = view.strides[0], view.itemsize, len(view)
    if ffi.cast("char *", second) - ffi.cast("char *", memory) == step:
        return memory, memory, view.readonly
    if flags & _WRITABLE:
        raise BufferError("memoryview: underlying buffer is not C-contiguous")
    data = view.tobytes()
    memory = ffi.new("char[]", (n - 1) * abs(step) + size)
    start = (n - 1) * -step if step < 0 else 0
    for i in range(n):
        ffi.memmove(memory + start + i * step, data[i * size : (i + 1) * size], size)
    return memory, memory + start, True


def GetBuffer(o, flags):
    try:
        view = memoryview(o)
    except TypeError:
        raise TypeError(f"a bytes-like object is required, not '{type(o).__name__}'") from None
    if flags & _WRITABLE and view.readonly:
        raise BufferError("Object is not writable.")
    if type(o) is memoryview and flags & _FORMAT and not flags & _ND:
        raise BufferError("memoryview: cannot cast to unsigned bytes if the format flag is present")
    written = None
    if view.c_contiguous:
        memory, copied = _memory(view)
        place = memory
        readonly = view.readonly or copied and not flags & _WRITABLE
        if copied and not readonly:
            written = view.cast("B")
    elif view.ndim != 1 or flags & _ANY_CONTIGUOUS or flags & _STRIDES != _STRIDES:
        raise BufferError("memoryview: underlying buffer is not C-contiguous")
    else:
        memory, place, readonly = _strided(view, flags)
    address = int(ffi.cast("intptr_t", place))
    key = address or id(view)
    while key in _open_buffers:
        key += 1
    _open_buffers[key] = (view, memory, written)
    shape = view.shape or ()
    return (address, view.nbytes, readonly, view.itemsize, view.format, tuple(shape), tuple(view.strides or ()), key)


def ReleaseBuffer(key):
    view, memory, written = _open_buffers.pop(key)
    if written is not None:
        written[:] = ffi.buffer(memory)     # what C wrote into the copy
        written.release()
    ffi.release(memory)
    view.release()


def MemoryFromAddress(address, length, writable):
    view = memoryview(ffi.buffer(ffi.cast("char *", address), length))
    return view if writable else view.toreadonly()
