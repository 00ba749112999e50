"""C functions as Python callables, for every calling convention."""

from types import BuiltinFunctionType, ModuleType

from _gimbal import core
from _gimbal.builtin_functions import FLAGS, FUNCTION, NAME, make, split_doc
from _gimbal.cells import CELLS, ERROR, FALSE, INSTANCE, NONE, NOTHING, NULL, TRUE, put_handle
from _gimbal.core import ARGS, ROOM, address_of, encode, place, pool, result, take_frame, word
from _gimbal.handles import ids
from _gimbal.jit import residual_call
from _gimbal.kinds import K_STATEFUL, kind_of, native_classes
from _gimbal.lifetimes import due, housekeeping, pin_if_held, wake
from _gimbal.native import ffi, lib
from _gimbal.streams import compared, end_loan
from _gimbal.youth import INTS, VOIDP, wrapper_at

calln, direct, direct_int, fetch, slot = lib.calln, lib.direct, lib.direct_int, lib.fetch, lib.slot

# How `calln` calls (gimbal_host.h, GIMBAL_CALL_KIND_*); SELF_FIRST: the first cell is the function's self.
K_NOARGS, K_ONE, K_VARARGS, K_VARKEYWORDS, K_FAST, K_FASTKEYWORDS, K_METHOD, K_INIT = range(8)
SELF_FIRST = 16

METH_VARARGS, METH_KEYWORDS, METH_NOARGS, METH_O, METH_CLASS, METH_STATIC = 1, 2, 4, 8, 0x10, 0x20
METH_COEXIST, METH_FASTCALL, METH_METHOD = 0x40, 0x80, 0x200

CONVENTIONS = {
    METH_NOARGS: K_NOARGS, METH_O: K_ONE, METH_VARARGS: K_VARARGS, METH_VARARGS | METH_KEYWORDS: K_VARKEYWORDS,
    METH_KEYWORDS: K_VARKEYWORDS, METH_FASTCALL: K_FAST, METH_FASTCALL | METH_KEYWORDS: K_FASTKEYWORDS,
    METH_METHOD | METH_FASTCALL | METH_KEYWORDS: K_METHOD,
}
TAKES_KEYWORDS = (K_VARKEYWORDS, K_FASTKEYWORDS, K_METHOD, K_INIT)

WORDS = ffi.typeof('int64_t *')


# --- calling -----------------------------------------------------------------------------------------------------------

CALL = 64       # added to a kind from here, for `direct`

# What `direct_int` returns below the first is no int: the second plus a tag, or plus what `fetch` wants.
NO_INT_END, NO_INT = (1 << 48) - (1 << 63), -(1 << 63)

OFTEN = 16      # an error in a register is dearer than one in cells


class Entry:
    """A C function. As long as it returns ints and constants, and hardly ever raises, its results come in a register, and no frame is needed."""
    __slots__ = 'address', 'framed', 'raised'

    def __init__(self, address):
        self.address = address
        self.framed = False
        self.raised = 0     # how often, without a frame


NO_ENTRY = Entry(0)


def outcome(code, f):
    """The result of a call that came in a register."""
    if code < NO_INT_END:
        return other_outcome(code, f)
    if due:
        residual_call(housekeeping)
    return code


def other_outcome(code, f):
    tag = code - NO_INT
    if tag == NONE:
        x = None
    elif tag == TRUE:
        x = True
    elif tag == FALSE:
        x = False
    elif tag == NOTHING:
        x = NULL
    else:
        frame = take_frame()
        tag = fetch(code, frame)
        if tag == ERROR:
            f.raised += 1
        if tag != ERROR or f.raised > OFTEN:
            f.framed = True
        return result(tag, frame)
    if due:
        residual_call(housekeeping)
    return x


def call_without(kind, f, me):
    """Calls a function or slot with nothing but self."""
    if f.framed:
        frame = take_frame()
        return result(direct(kind | compared(), f.address, me, 0, 0, frame, 0.0, 0.0, 0), frame)
    return outcome(direct_int(kind | compared(), f.address, me, 0, 0, 0.0, 0.0, 0), f)


def call_with(kind, f, me, x, names=0):
    """The same with one value: in registers if it can be."""
    w = word(x)
    if w is None:
        return by_cells(kind, f, me, (x,), (w,), names)
    tag, i, d = w
    code = kind | tag << 8
    frame = take_frame() if f.framed else None
    try:
        if frame is None:
            i = direct_int(code | compared(), f.address, me, i, 0, d, 0.0, names)
        else:
            tag = direct(code | compared(), f.address, me, i, 0, frame, d, 0.0, names)
    except OverflowError:
        if frame is not None:
            pool.append(frame)
        return by_cells(kind, f, me, (x,), (w,), names)
    return outcome(i, f) if frame is None else result(tag, frame)


def call_with_two(kind, f, me, x, y, names=0):
    """The same with two."""
    v = word(x)
    w = word(y)
    if v is None or w is None:
        return by_cells(kind, f, me, (x, y), (v, w), names)
    tag, i, d = v
    other, j, e = w
    code = kind | tag << 8 | other << 16
    frame = take_frame() if f.framed else None
    try:
        if frame is None:
            i = direct_int(code | compared(), f.address, me, i, j, d, e, names)
        else:
            tag = direct(code | compared(), f.address, me, i, j, frame, d, e, names)
    except OverflowError:
        if frame is not None:
            pool.append(frame)
        return by_cells(kind, f, me, (x, y), (v, w), names)
    return outcome(i, f) if frame is None else result(tag, frame)


def by_cells(kind, f, me, values, words, names=0):
    """The same when not all values fit registers. The words of those that do are used: handles in them count as sent."""
    frame = take_frame()
    cells = frame + ARGS
    n = len(values)
    is_slot = kind & 0xff < CALL
    at = cells + (1 if is_slot else 0)
    first = place(at, values[0], words[0])
    second = place(at + 1, values[1], words[1]) if n > 1 else None
    if first is not None and n > 1 and ids.get(values[0]) is not None:      # it was lent, and is in the second as well: C gets one object
        end_loan(first)
        first = place(at, values[0], words[0])
    if is_slot:
        cells.tag = INSTANCE
        cells.i = me
        tag = slot(kind | compared(), f.address, n + 1, cells, frame)
    else:
        nkw = kind >> 24
        if nkw:
            cells[n].tag = INSTANCE
            cells[n].i = names
        tag = calln(kind & 63 | compared(), f.address, me, n - nkw, nkw, cells, frame)
    if first is not None:
        end_loan(first)
    if second is not None:
        end_loan(second)
    return result(tag, frame)


def many(kind, f, me, args, keywords):
    """Calls a function of any other convention."""
    if keywords:
        return with_keywords(kind, f, me, args, keywords)
    n = len(args)
    if kind < K_METHOD or kind == K_INIT:
        if n == 1:
            return call_with(CALL | kind, f, me, args[0])
        if n == 2:
            return call_with_two(CALL | kind, f, me, args[0], args[1])
        if n == 0:
            return call_without(CALL | kind, f, me)
    frame = take_frame()
    cells = frame + ARGS if n <= ROOM else ffi.new(CELLS, n)
    encode_all(cells + 0, args)
    return result(calln(kind | compared(), f.address, me, n, 0, cells, frame), frame)


def encode_all(cells, args):
    """Few arguments are spelled out: the JIT knows how many there are, and no loop is left. `cells` is a pointer."""
    n = len(args)
    if 1 <= n <= 3:
        encode(cells, args[0])
        if n > 1:
            encode(cells + 1, args[1])
            if n > 2:
                encode(cells + 2, args[2])
    else:
        for i in range(n):
            encode(cells + i, args[i])


class Names:
    """The native tuple of some keyword names, and what follows when there is one name more."""
    __slots__ = 'address', 'longer'

    def __init__(self):
        self.address = 0
        self.longer = {}


no_names = Names()


def learn_names(names):
    """Makes the native tuple of keyword names; it stays for good."""
    node = no_names
    for name in names:
        node = node.longer.setdefault(name, Names())
    cells = ffi.new(CELLS, len(names) + 1)
    for i, name in enumerate(names):
        encode(cells + 1 + i, name)
    lib.new_tuple(cells, len(names), cells + 1)
    node.address = cells[0].i
    return node


def with_keywords(kind, f, me, args, keywords):
    """As `encode_all`: without a loop the JIT sees through the dictionary, and the names are constants."""
    n, k = len(args), len(keywords)
    if k == 1 and n <= 1 and kind in (K_VARKEYWORDS, K_FASTKEYWORDS, K_INIT):
        name, value = next(iter(keywords.items()))
        node = no_names.longer.get(name)
        if node is None or not node.address:
            node = residual_call(learn_names, (name,))
        kind |= CALL | 1 << 24
        if n:
            return call_with_two(kind, f, me, args[0], value, node.address)
        return call_with(kind, f, me, value, node.address)
    frame = take_frame()
    block = frame + ARGS if n + k < ROOM else ffi.new(CELLS, n + k + 1)
    cells = block + 0
    encode_all(cells, args)
    items = iter(keywords.items())
    name, value = next(items)
    encode(cells + n, value)
    node = no_names.longer.get(name)
    if k > 1:
        name, value = next(items)
        encode(cells + (n + 1), value)
        node = node and node.longer.get(name)
        if k > 2:
            name, value = next(items)
            encode(cells + (n + 2), value)
            node = node and node.longer.get(name)
            if k > 3:
                for i in range(3, k):
                    name, value = next(items)
                    encode(cells + (n + i), value)
                    node = node and node.longer.get(name)
    if node is None or not node.address:
        node = residual_call(learn_names, tuple(keywords))
    names = cells + (n + k)
    names.tag = INSTANCE
    names.i = node.address
    return result(calln(kind | compared(), f.address, me, n, k, block, frame), frame)


def wrong(name, kind, args, keywords):
    if keywords:
        return TypeError('%s() takes no keyword arguments' % name)
    if kind == K_NOARGS:
        return TypeError('%s() takes no arguments (%d given)' % (name, len(args)))
    return TypeError('%s() takes exactly one argument (%d given)' % (name, len(args)))


def bound(kind, f, me, name, inside=None):
    """What calls `f` with a fixed self, given arguments and keywords: spread again, the names of keywords would be new strings."""
    if inside is not None and kind != K_VARARGS:
        name = inside + '.' + name      # as CPython's messages name it
    if kind == K_NOARGS:
        def call(args, keywords):
            if args or keywords:
                raise wrong(name, kind, args, keywords)
            return call_without(CALL | K_NOARGS, f, me)
    elif kind == K_ONE:
        def call(args, keywords):
            if keywords or len(args) != 1:
                raise wrong(name, kind, args, keywords)
            return call_with(CALL | K_ONE, f, me, args[0])
    elif kind in TAKES_KEYWORDS:
        def call(args, keywords):
            return many(kind, f, me, args, keywords)
    else:
        def call(args, keywords):
            if keywords:
                raise wrong(name, kind, args, keywords)
            return many(kind, f, me, args, None)
    return call


def bound_with_class(f, me, cls):
    """The same for a function that wants the class that defines it, before the arguments."""
    def call(args, keywords):
        return many(K_METHOD, f, me, (cls,) + args, keywords)
    return call


def static_method(kind, f, name, inside):
    """A Python function that calls `f` without a self."""
    call = bound(kind, f, 0, name, inside)

    def function(*args, **keywords):
        return call(args, keywords)
    return function


def call_on_self(self, owner, call, *values):
    """Calls C with an instance as self. A wrapper with state of its own must stay when C keeps the instance."""
    if self._ne is not None:
        wake(self)
    if type(self) is owner.cls and owner.plain:
        return call(*values)
    try:
        return call(*values)
    finally:
        if kind_of(type(self)) == K_STATEFUL:
            pin_if_held(self, self._na)


def method(kind, f, name, owner):
    """A Python function that calls `f` with an instance of the owner's class as self."""
    if kind == K_NOARGS:
        def function(self=NULL, *args, **keywords):
            if not issubclass(type(self), owner.cls):
                raise wrong_self(name, owner, self)
            if args or keywords:
                raise wrong(owner.cls.__name__ + '.' + name, kind, args, keywords)
            return call_on_self(self, owner, call_without, CALL | K_NOARGS, f, address_of(self))
    elif kind == K_ONE:
        def function(self=NULL, *args, **keywords):
            if not issubclass(type(self), owner.cls):
                raise wrong_self(name, owner, self)
            if keywords or len(args) != 1:
                raise wrong(owner.cls.__name__ + '.' + name, kind, args, keywords)
            return call_on_self(self, owner, call_with, CALL | K_ONE, f, address_of(self), args[0])
    elif kind == K_METHOD:
        def function(self=NULL, *args, **keywords):
            if not issubclass(type(self), owner.cls):
                raise wrong_self(name, owner, self)
            return call_on_self(self, owner, many, kind, f, address_of(self), (owner.cls,) + args, keywords)
    else:
        def function(self=NULL, *args, **keywords):
            if not issubclass(type(self), owner.cls):
                raise wrong_self(name, owner, self)
            if keywords and kind not in TAKES_KEYWORDS:
                raise wrong(owner.cls.__name__ + '.' + name, kind, args, keywords)
            return call_on_self(self, owner, many, kind, f, address_of(self), args, keywords)
    return function


def foreign_method(kind, f, name, owner):
    """The same for a class that is not an extension type: its instances have no native address."""
    call = class_method(kind, f, name, owner)

    def function(self=NULL, *args, **keywords):
        if not issubclass(type(self), owner.cls):
            raise wrong_self(name, owner, self)
        return call(self, *args, **keywords)
    return function


def class_method(kind, f, name, owner):
    """A Python function that calls `f` with what comes first as self."""
    def function(cls, *args, **keywords):
        if (keywords and kind not in TAKES_KEYWORDS or kind == K_NOARGS and args or kind == K_ONE and len(args) != 1):
            raise wrong(owner.cls.__name__ + '.' + name, kind, args, keywords)
        if kind == K_METHOD:
            args = (owner.cls,) + args
        return many(kind | SELF_FIRST, f, 0, (cls,) + args, keywords)
    return function


def tp_name(cls):
    """What CPython's messages call a class: an extension type comes with its module."""
    module = cls.__module__ if cls in native_classes else None
    return module + '.' + cls.__name__ if isinstance(module, str) and module != 'builtins' else cls.__name__


def wrong_self(name, owner, self):
    if self is NULL:
        return TypeError('unbound method %s.%s() needs an argument' % (owner.cls.__name__, name))
    return TypeError("descriptor '%s' for '%s' objects doesn't apply to a '%s' object"
                     % (name, tp_name(owner.cls), tp_name(type(self))))


def wrong_receiver(name, owner, self):
    """The same for a special method."""
    if self is NULL:
        return TypeError("descriptor '%s' of '%s' object needs an argument" % (name, tp_name(owner.cls)))
    return TypeError("descriptor '%s' requires a '%s' object but received a '%s'"
                     % (name, tp_name(owner.cls), tp_name(type(self))))


# --- making ------------------------------------------------------------------------------------------------------------

def dress(function, name, qualname, module, doc):
    doc, signature = split_doc(name, doc)
    function.__name__ = name
    function.__qualname__ = qualname
    function.__doc__ = doc
    function.__module__ = module
    return signature


def keep_self(address, type_handle=0):
    """The wrapper of what a function calls with, if it has one, and what the function must hold: that, so that the collector sees cycles; else
    a count."""
    wrapper = wrapper_at(address)
    if wrapper is None and type_handle:
        wrapper = core.instance(address, type_handle)
    if wrapper is not None:
        return wrapper, wrapper
    pointer = ffi.cast(VOIDP, address)
    lib.incref(pointer)
    return None, ffi.gc(pointer, lib.decref)


def NewFunction(entry, me, module, cls):
    module = None if module is NULL else module
    return function_of(entry[5], me, 0, module, module, None)


def waking(call, wrapper):
    """The same, for a wrapper whose instance may refer to what native code must not see as it is."""
    def awake(args, keywords):
        if wrapper._ne is not None:
            wake(wrapper)
        return call(args, keywords)
    return awake


T_OBJECT = 6


def from_native(address, words, cls, self_type):
    """The host's side of the PyCFunctionObject made by C at `address`, whose definition, self and module are at `words`: its proxy stays the
    one that C holds. `cls` defines a METH_METHOD, `self_type` is the handle of the type of its self when that is an instance of an extension type."""
    words = ffi.cast(WORDS, words)
    module = None
    if words[2]:
        member = ffi.new('int64_t[5]', [0, T_OBJECT, int(ffi.cast('int64_t', words + 2)) - address, 0, 0])      # a PyMemberDef
        module = core.ask_instance(core.MEMBER_GET, address, int(ffi.cast('int64_t', member)))
    return function_of(words[0], words[1], self_type, module, None, cls)


def function_of(address, me, self_type, module, inside, cls):
    """The builtin function of the PyMethodDef at an address, with the address of its self or 0. `inside` is the name of the module that it was
    made for."""
    definition = ffi.cast(WORDS, address)
    name = ffi.string(ffi.cast('char *', definition[NAME])).decode()
    flags = ffi.cast('int *', definition + FLAGS)[0]
    kind = CONVENTIONS[flags & ~(METH_CLASS | METH_STATIC | METH_COEXIST)]
    f = Entry(definition[FUNCTION])
    self, owner, held = 0, None, None
    if me and not flags & METH_STATIC:
        self = me
        owner, held = keep_self(me, self_type)
    call = bound_with_class(f, self, cls) if kind == K_METHOD else bound(kind, f, self, name, inside)
    if self_type and owner is not None:
        call = waking(call, owner)
    words = None
    if kind != K_METHOD:
        words = ffi.new(INTS, [address, me, native_name(module) if type(module) is str else 0])
    if owner is not None and not isinstance(owner, ModuleType):
        name = type(owner).__qualname__ + '.' + name
    return make(call, definition, held, inside if owner is None else owner, module, words, name)


module_names = {}       # names of modules as native strings, which stay for good


def native_name(module):
    address = module_names.get(module)
    if address is None:
        address = module_names[module] = core.new_text(module)
    return address


def send_function(c, x):
    """A function comes with the words that make it a PyCFunctionObject with its own definition; one of the host has none."""
    put_handle(c, x, BuiltinFunctionType)
    words = None if type(x) is BuiltinFunctionType else x._words
    if words is None:
        c.n = 0
    else:
        if type(x._self) in native_classes and x._self._ne is not None:
            wake(x._self)
        c.n = int(ffi.cast('intptr_t', words))
