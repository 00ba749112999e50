"""Values and handles: how Python objects become cells (containers in `streams`) and cells become Python objects.

The JIT compiles everything here together with the code around it, so hot functions are written for it: one test for each
exact type, no allocation, C structs that are made once.
"""
import sys
from _operator import length_hint
from _thread import get_ident
from marshal import loads

from __pypy__ import identity_dict

from _gimbal import lifetimes
from _gimbal.cells import (BIGINT, BYTES, CELL, CELLS, COMPLEX, DICT, ELLIPSIS, ERROR, FALSE, FLOAT, FUNCTION, HANDLE, INSTANCE, INT,
                           KEYS_JOINED, LIST, MARSHALLED, NONE, NOT_IMPLEMENTED, NOTHING, NOTHING_TO_ADOPT, NULL, PACKED_FLOATS, PACKED_INTS, PROXY,
                           STR, TRUE, TUPLE, WANTS_HANDLE, put_handle)
from _gimbal.handles import MASK, Demoted, awake, changing, handle, ids, live, object_of, objects, sent, shapes, shut, take_back, wires
from _gimbal.jit import residual_call
from _gimbal.kinds import (K_ABSENT, K_BYTES, K_COMPLEX, K_DICT, K_ELLIPSIS, K_FIELDS, K_FUNCTION, K_LIST, K_NATIVE, K_NOT_IMPLEMENTED,
                           K_REFERENCE, K_STATEFUL, K_TUPLE, classify, exception_fields, fields_of, kind_of, kinds, native_classes)
from _gimbal.lifetimes import due, housekeeping, pin, pin_if_held, wake
from _gimbal.native import ffi, lib
from _gimbal.plain import plain_value
from _gimbal.streams import encode_list, fill, lend_list
from _gimbal.youth import INTS, VOIDP, grown, light, relieve, tie_given, tie_light, wrappers

POINTERS = ffi.typeof('void **')


class WithDict:
    pass


FLAG_HEAPTYPE = 1 << 9

real_dict = WithDict.__dict__['__dict__']       # finds the dictionary of any object that has one, whatever its class says


VALUES = (str, int, float, bytes, tuple, complex)
MEMBER_GET = 20      # GIMBAL_SLOT_KIND_MEMBER_GET
INSTANCE_DICT = 26   # GIMBAL_SLOT_KIND_INSTANCE_DICT
PLAIN_VALUE = 27     # GIMBAL_SLOT_KIND_PLAIN_VALUE
NEW_STRUCT = 28      # GIMBAL_SLOT_KIND_NEW_STRUCT
HANDLED_IN_C = 29    # GIMBAL_SLOT_KIND_HANDLED_IN_C
dict_places = identity_dict()       # class -> where its struct has its instance dictionary


light_classes = identity_dict()     # classes whose instances are their address and refer to nothing


class Shape:
    """What has to be known of a class to make wrappers of its instances."""
    __slots__ = ('cls', 'make', 'light', 'value', 'stateful')


def learn_shape(i, cls):
    shape = Shape()
    shape.cls = cls
    shape.make = maker_of(cls)
    shape.light = cls in light_classes
    shape.value = issubclass(cls, VALUES)
    shape.stateful = kind_of(cls) == K_STATEFUL
    while len(shapes) <= i:
        shapes.append(None)
    shapes[i] = shape
    return shape


def instance(address, type_handle, given=0):
    """The wrapper of the instance at `address`, made when there is none. With `given`, there is none, but a reference for it."""
    i = type_handle & MASK
    cls = objects[i]
    if type(cls) is Demoted:
        cls = awake(i)
    shape = shapes[i] if i < len(shapes) else None
    if shape is None or shape.cls is not cls:
        shape = residual_call(learn_shape, i, cls)
    if not given:
        if shape.light:
            wrapper = light.get(address)
        else:
            entry = wrappers.get(address)
            wrapper = entry() if entry is not None else None
        if wrapper is not None:
            return wrapper
        lib.incref(ffi.cast(VOIDP, address))
    if grown[0]:        # before there is one more that it would find alive
        residual_call(relieve)
    if shape.light:
        return tie_light(shape.make(cls), address)
    value = value_of_instance(address) if shape.value else None
    wrapper = tie_given(shape.make(cls) if value is None else shape.make(cls, value), address)
    if shape.stateful:
        if given:
            pin_if_held(wrapper, address)
        else:
            pin(wrapper, address)       # native code may be about to give it its state
        if dict_places:
            adopt_dict(wrapper, address, cls)
    return wrapper


def value_of_instance(address):
    """What the native struct holds of the str, int ... that the instance's type derives from."""
    return ask_instance(PLAIN_VALUE, address)


def adopt_dict(wrapper, address, cls):
    """Makes the dictionary that C has put into a new instance that of the wrapper."""
    for base in cls.__mro__:
        place = dict_places.get(base)
        if place is not None:
            if ffi.cast(POINTERS, address + place)[0]:
                given = ask_instance(INSTANCE_DICT, address)
                if given is not None:
                    real = real_dict.__get__(wrapper)
                    if '_na' in real:       # see `hidden`
                        real.update(given)
                    else:
                        real_dict.__set__(wrapper, given)
            break


def address_of(x):
    """Where the native instance of a wrapper is; it is made for one that `object.__new__` has made."""
    try:
        return x._na
    except AttributeError:
        return build(x)


def build(x):
    cls = type(x)
    frame = take_frame()
    encode(frame + ARGS, cls)
    encode(frame + (ARGS + 1), plain_value(x))
    address = result(lib.slot(NEW_STRUCT, 0, 2, frame + ARGS, frame), frame)
    (tie_light if cls in light_classes else tie_given)(x, address)
    return address


def ask_instance(kind, address, f=0):
    frame = take_frame()
    cell = frame + ARGS
    cell.tag = INSTANCE
    cell.i = address
    return result(lib.slot(kind, f, 1, cell, frame), frame)


def maker_of(cls):
    """What makes an empty wrapper of a class."""
    make = object.__new__
    for base in cls.__mro__:
        if base in native_classes:
            make = native_classes[base]
        elif not base.__flags__ & FLAG_HEAPTYPE and '__new__' in base.__dict__:
            make = base.__new__
        if make != object.__new__:
            break
    return make


# --- Python to native --------------------------------------------------------------------------------------------------
def encode(c, x):
    """Fills cell `c` with object `x`."""
    t = type(x)
    if t is int:
        try:
            c.i = x
            c.tag = INT
        except OverflowError:
            data = x.to_bytes(x.bit_length() // 8 + 1, 'little', signed=True)
            lib.new_int(c, data, len(data))
    elif t is str:
        address = native_text(x)
        if address:
            c.tag = PROXY
            c.i = address
        else:
            data = x.encode('utf-8', 'surrogatepass')
            lib.new_str(c, data, len(data), len(x))
    elif x is None:
        c.tag = NONE
    elif t is float:
        c.d = x
        c.tag = FLOAT
    elif t is bool:
        c.tag = TRUE if x else FALSE
    else:
        encode_object(c, x, t)


# --- strings and bytes that are passed again and again ----------------------------------------------------------------
SLOTS = 63      # a string's place is its length, cut off by this mask
LARGE = 1 << 18     # a longer one is not kept
STOCK = 256


class Stock:
    """References to a native copy that are there to be passed on: as many as the iterator has steps left, and one that is kept.
    A step is one built-in operation, so two threads never pass the same one on."""
    __slots__ = 'steps'

    def __init__(self):
        self.steps = iter(())

    def refill(self, address):
        with changing:
            if not length_hint(self.steps):     # else another thread was faster
                lib.refer(ffi.cast(VOIDP, address), STOCK)
                self.steps = iter(range(STOCK))

    def give_back(self, pointer):
        lib.refer(pointer, -1 - length_hint(self.steps))


class Text:
    """A string, or bytes, and its native copy, which lives as long as this."""
    __slots__ = 'text', 'address', 'stock', 'held'

    def __init__(self, text, address):
        self.text = text
        self.address = address
        self.stock = Stock()
        self.held = ffi.gc(ffi.cast(VOIDP, address), self.stock.give_back) if address else None


texts = [Text(None, 0)] * (SLOTS + 1)
candidates = [None] * (SLOTS + 1)   # what was passed last without a copy: the second time in a row it gets one


def native_text(x):
    """The kept copy of a string or of bytes, as the address that `PROXY` takes with a reference; 0 when there is none."""
    n = len(x)
    if n > LARGE:
        return 0
    slot = n & SLOTS
    entry = texts[slot]
    if entry.text is x:
        candidates[slot] = None
    elif candidates[slot] is x:
        entry = keep_text(slot, x)
        if entry is None:
            return 0
    else:
        candidates[slot] = x
        return 0
    while True:
        try:
            next(entry.stock.steps)
            return entry.address
        except StopIteration:
            residual_call(entry.stock.refill, entry.address)


def keep_text(slot, x):
    candidates[slot] = None
    address = new_text(x)
    if not address:
        return None
    entry = texts[slot] = Text(x, address)
    return entry


def new_text(x):
    """The address of a new native copy of a string or of bytes; 0 when memory is out."""
    if type(x) is str:
        data = x.encode('utf-8', 'surrogatepass')
        return lib.text(data, len(data), len(x))
    return lib.text(x, len(x), -1)


def encode_object(c, x, t):
    kind = kinds.get(t)
    if kind is None:
        kind = residual_call(classify, t)
    if kind == K_REFERENCE:
        put_handle(c, x)
    elif kind == K_NATIVE:
        c.tag = INSTANCE
        c.i = address_of(x)
        if x._ne is not None:
            wake(x)
    elif kind == K_STATEFUL:
        address = address_of(x)
        pin(x, address)
        if x._ne is not None:
            wake(x)
        c.tag = INSTANCE
        c.i = address
    elif kind == K_TUPLE:
        if put_handle(c, x):
            fill_tuple(c, x)
    elif kind == K_LIST:
        encode_list(c, x)
    elif kind == K_DICT:
        put_handle(c, x)
        c.n = len(x) + 1
    elif kind == K_BYTES:
        address = native_text(x)
        if address:
            c.tag = PROXY
            c.i = address
        else:
            lib.new_bytes(c, x, len(x))
    elif kind == K_ABSENT:
        c.tag = NOTHING
    elif kind == K_ELLIPSIS:
        c.tag = ELLIPSIS
    elif kind == K_NOT_IMPLEMENTED:
        c.tag = NOT_IMPLEMENTED
    elif kind == K_COMPLEX:
        lib.new_complex(c, x.real, x.imag)
    elif kind == K_FIELDS:
        if put_handle(c, x):
            fields = fields_of[t]
            if fields is exception_fields:
                fill_exception(c, x)
            else:
                fill_fields(c, x, fields)
    elif kind == K_FUNCTION:
        from _gimbal.functions import send_function
        send_function(c, x)
    elif put_handle(c, x):
        fill_value(c, x)


def is_value(x):
    t = type(x)
    return t is int or t is float or t is str or x is None or t is bool


def fill_tuple(c, x):
    """Fills the proxy of the tuple that a cell names. Pairs and triples of values, the most common ones, need no stream."""
    n = len(x)
    if n == 2 and is_value(x[0]) and is_value(x[1]):
        frame = take_frame()
    elif n == 3 and is_value(x[0]) and is_value(x[1]) and is_value(x[2]):
        frame = take_frame()
        encode(frame + (ARGS + 2), x[2])
    else:
        fill(c, x)
        return
    cells = frame + ARGS
    encode(cells + 0, x[0])
    encode(cells + 1, x[1])
    lib.fill_items(c, n, cells)
    pool.append(frame)


def word(x):
    """Tag, integer and float of an object that fits registers, with its handle or native copy counted as sent; else None. The
    integer may be too big for a register still."""
    t = type(x)
    if t is int:
        return INT, x, 0.0
    if t is float:
        return FLOAT, 0, x
    if x is None:
        return NONE, 0, 0.0
    if t is str:
        return PROXY, native_text(x) or new_text(x), 0.0
    if t is bool:
        return TRUE if x else FALSE, 0, 0.0
    if t is bytes:
        return PROXY, native_text(x) or new_text(x), 0.0
    kind = kinds.get(t)
    if kind == K_REFERENCE:
        wire = ids.get(x)
        if wire is not None:
            i = wire & MASK
            next(sent[i])
            if objects[i] is x and not shut[i]:
                return HANDLE, wires[i], 0.0
            take_back(i)
    elif kind == K_NATIVE:
        address = address_of(x)
        if x._ne is not None:
            wake(x)
        return INSTANCE, address, 0.0
    return None


def place(c, x, w):
    """Fills a cell with an object of which `word` has said this. Returns what `end_loan` has to get after the call, or None."""
    if w is None:
        if type(x) is list:
            return lend_list(c, x)
        encode(c, x)
    else:
        c.tag, i, c.d = w
        try:
            c.i = i
        except OverflowError:
            encode(c, x)


busy = set()    # what each thread is filling: an object that contains itself must end


def fill_once(c, x, items):
    """Fills a cell, unless this thread does so already."""
    mark = (id(x), get_ident())
    if mark not in busy:
        busy.add(mark)
        try:
            fill(c, items)
        finally:
            busy.discard(mark)


def fill_fields(c, x, fields):
    fill_once(c, x, fields(x))


def fill_exception(c, x):
    """Most exceptions have a message, or nothing: no container, so there is no tree to be made of it."""
    args = BaseException.args.__get__(x)
    n = len(args)
    if n > 1 or n == 1 and type(args[0]) is not str:
        return fill_fields(c, x, exception_fields)
    frame = take_frame()
    fields = frame + ARGS
    fields.tag = NOTHING
    cell = fields + 1
    if n:
        encode(cell, args[0])
    lib.new_tuple(cell, n, cell)
    lib.fill_items(c, 2, fields)
    pool.append(frame)


def fill_value(c, x):
    value = ffi.new(CELL)
    encode(value, plain_value(x))
    lib.fill_value(c, value)


def resend(wire):
    """An object whose proxy was closed while its handle was on the way: sent again with its contents."""
    x = object_of(wire)
    c = ffi.new(CELL)
    put_handle(c, x)
    t = type(x)
    c.t = handle(t)
    if t in fields_of:
        fill_fields(c, x, fields_of[t])
    elif issubclass(t, tuple):
        fill(c, x)
    else:
        fill_value(c, x)
    return Encoded(c)


class Encoded:
    """A result that is in a cell already."""
    __slots__ = ('cells',)

    def __init__(self, cells):
        self.cells = cells


# --- native to Python --------------------------------------------------------------------------------------------------

# What the shim says of a string (gimbal_host.h): bits of `aux`.
STR_ASCII, STR_KEPT = 1, 2


def decode(c):
    """The object in cell `c`."""
    tag = c.tag
    if tag == HANDLE:
        x = objects[c.i & MASK]
        return awake(c.i & MASK) if type(x) is Demoted else x
    if tag == INT:
        return c.i
    if tag == STR:
        n = c.n
        kept = texts[n & SLOTS]
        if kept.address == c.t:
            return kept.text
        data = ffi.unpack(c.p, n)
        aux = c.aux
        x = data.decode('ascii') if aux & STR_ASCII else data.decode('utf-8', 'surrogatepass')
        return sys.intern(x) if aux & STR_KEPT else x
    if tag == INSTANCE:
        return instance(c.i, c.t, c.aux)
    if tag == NONE:
        return None
    if tag == FLOAT:
        return c.d
    if tag == TRUE:
        return True
    if tag == FALSE:
        return False
    return decode_other(c, tag)


def decode_other(c, tag):
    if TUPLE <= tag <= DICT:
        return tree(c, tag, 0)
    if tag == MARSHALLED:
        return loads(ffi.unpack(c.p, c.n))
    if tag == BYTES:
        kept = texts[c.n & SLOTS]
        return kept.text if kept.address == c.t else ffi.unpack(c.p, c.n)
    if tag == NOTHING:
        return NULL
    if tag == BIGINT:
        return int.from_bytes(ffi.unpack(c.p, c.n), 'little', signed=True)
    if tag == COMPLEX:
        return complex(c.d, bits_as_float(c.i))
    if tag == FUNCTION:
        from _gimbal.functions import from_native
        x = from_native(c.i, ffi.cast('void ***', ffi.addressof(c, 'd'))[0], object_of(c.n) if c.n else None, c.aux)
        c.t = handle(x)
        return x
    if tag == NOT_IMPLEMENTED:
        return NotImplemented
    if tag == ELLIPSIS:
        return Ellipsis
    raise SystemError('Gimbal: unknown tag %d' % tag)


def struct_sequence(c):
    """A tuple of a class with named fields; hidden ones are attributes only."""
    n = c.n
    if n == -1:
        return objects[c.q.t & MASK]
    cells = c.q
    cls = decode(cells)
    items = [decode(cells + i) for i in range(1, n)]
    items = [None if item is NULL else item for item in items]
    shown = cls.n_sequence_fields
    result = tuple.__new__(cls, items[:shown])
    for field, item in zip(cls._extra_fields, items[shown:]):
        result.__dict__[field.__name__] = item
    c.t = handle(result)
    return result


def bits_as_float(bits):
    word = ffi.new(INTS, [bits])
    return ffi.cast('double *', word)[0]


PACKED = PACKED_INTS | PACKED_FLOATS
DEEP = 100      # documents are deeper than stacks

key_lists = {}  # joined keys -> the keys: records have the same ones again and again


def packed(c, aux):
    """A new list of ints or floats, which PyPy keeps as C does."""
    return ffi.unpack(c.w, c.n) if aux & PACKED_INTS else ffi.unpack(c.f, c.n)


def keys_of(cells):
    """The keys of a dict that come in one piece."""
    joined = ffi.unpack(cells.p, cells.n)
    keys = key_lists.get(joined)
    if keys is None:
        keys = joined.decode('ascii').split('\0')
        if len(key_lists) > 256:
            key_lists.clear()
        key_lists[joined] = keys
    return keys


def tree(c, tag, depth):
    """A container that C built. It has its handle before its items are known, so that a tree may name it."""
    n, aux = c.n, c.aux
    if n == -1:     # another place in the same tree
        return objects[c.q.t & MASK]
    if tag == TUPLE:
        if aux & PACKED:
            return tuple(packed(c, aux))
        if aux & WANTS_HANDLE:
            return struct_sequence(c)
        cells = c.q
        if n == 2:
            return (leaf(cells, depth), leaf(cells + 1, depth))
        if n == 1:
            return (leaf(cells, depth),)
        if n == 3:
            return (leaf(cells, depth), leaf(cells + 1, depth), leaf(cells + 2, depth))
    elif aux & PACKED:
        x = packed(c, aux)
        if aux & WANTS_HANDLE:
            c.t = handle(x)
        return x
    if depth > DEEP:
        return deep_tree(c)
    cells = c.q
    if tag == DICT:
        x = {}
        if aux & WANTS_HANDLE:
            c.t = handle(x)
        if aux & KEYS_JOINED:
            keys = keys_of(cells)
            for i in range(n):
                x[keys[i]] = leaf(cells + (i + 1), depth)
        else:
            for i in range(0, 2 * n, 2):
                key = leaf(cells + i, depth)
                x[key] = leaf(cells + (i + 1), depth)
        return x
    x = []
    if aux & WANTS_HANDLE:
        c.t = handle(x)
    for i in range(n):
        x.append(leaf(cells + i, depth))
    return tuple(x) if tag == TUPLE else x


def leaf(c, depth):
    """As `decode`, for what is in a container."""
    tag = c.tag
    if TUPLE <= tag <= DICT:
        return tree(c, tag, depth + 1)
    return decode(c)


class Branch:
    """A container of a deep tree that is being filled."""
    __slots__ = 'tag', 'cells', 'keys', 'at', 'n', 'items', 'container'

    def __init__(self, c):
        self.tag, self.cells, self.keys, self.at, self.n = c.tag, c.q, None, 0, c.n
        self.items, self.container = [], None
        if self.tag != TUPLE:
            self.container = [] if self.tag == LIST else {}
            if c.aux & WANTS_HANDLE:
                c.t = handle(self.container)
        if self.tag == DICT:
            if c.aux & KEYS_JOINED:
                self.keys = keys_of(self.cells)
                self.at, self.n = 1, self.n + 1
            else:
                self.n *= 2

    def end(self):
        items, container = self.items, self.container
        if self.tag == TUPLE:
            return tuple(items)
        if self.tag == LIST:
            container.extend(items)
        elif self.keys is not None:
            container.update(zip(self.keys, items))
        else:
            container.update(zip(items[::2], items[1::2]))
        return container


def deep_tree(c):
    """A container of any depth, without recursion."""
    stack = [Branch(c)]
    while True:
        branch = stack[-1]
        while branch.at < branch.n:
            child = branch.cells + branch.at
            branch.at += 1
            tag = child.tag
            if not TUPLE <= tag <= DICT:
                branch.items.append(decode(child))
            elif child.n == -1 or child.aux & PACKED or tag == TUPLE and child.aux & WANTS_HANDLE:
                branch.items.append(tree(child, tag, 0))
            else:
                branch = Branch(child)
                stack.append(branch)
        x = stack.pop().end()
        if not stack:
            return x
        stack[-1].items.append(x)


# --- results of C functions --------------------------------------------------------------------------------------------
# A frame is an array of cells: 0-1 the result, 2 the shim's, 3-10 arguments. Frames are used again from a pool.
ARGS = 3
ROOM = 8
pool = []


def new_frame():
    return ffi.new(CELLS, ARGS + ROOM)


def take_frame():
    """One from the pool. It is not asked first whether it has one: another thread may take the last."""
    try:
        return pool.pop()
    except IndexError:
        return residual_call(new_frame)


def result(tag, frame):
    """The result of a call, of which `frame` has the details; gives the frame back."""
    if tag == INT:
        x = frame[0].i
    elif tag == NONE:
        x = None
    elif tag == ERROR:
        raise_error(frame)
    else:
        x = decode(frame + 0)
        if tag >= TUPLE and (tag == FUNCTION or not frame[0].aux & NOTHING_TO_ADOPT):
            lib.adopt(frame)
    pool.append(frame)
    if due:
        residual_call(housekeeping)
    return x


def raise_error(frame):
    cls = decode(frame + 0)
    value = decode(frame + 1)
    pool.append(frame)
    raise exception(cls, value)


def exception(cls, value):
    """An instance from what C left in the error indicator: a class and a value, by CPython's rules."""
    if isinstance(value, BaseException) and (cls is type(value) or isinstance(cls, type) and isinstance(value, cls)):
        return value
    if isinstance(cls, BaseException):
        return cls
    if not (isinstance(cls, type) and issubclass(cls, BaseException)):
        return TypeError('exceptions must derive from BaseException')
    try:
        if value is NULL or value is None:
            made = cls()
        elif isinstance(value, tuple):
            made = cls(*value)
        else:
            made = cls(value)
    except BaseException as error:
        return error
    if not isinstance(made, BaseException):
        return TypeError('calling %r should have returned an instance of BaseException, not %s' % (cls, type(made).__name__))
    return made


# --- call-backs: what the shim asks of the host --------------------------------------------------------------------------
operations = []


def failed(out, error):
    """Describes an exception in a result cell."""
    encode_object(out, error, type(error))
    return ERROR


@ffi.def_extern()
def op(code, nargs, args, out):
    try:
        f = operations[code]
        if nargs == 1:
            x = f(decode(args))
        elif nargs == 2:
            x = f(decode(args), decode(args + 1))
        elif nargs == 3:
            x = f(decode(args), decode(args + 1), decode(args + 2))
        else:
            x = f(*[decode(args + i) for i in range(nargs)])
        return encode_result(out, x)
    except BaseException as error:
        return failed(out, error)


def encode_result(out, x):
    if type(x) is Encoded:
        cell = x.cells[0]
        out.tag = cell.tag
        out.i = cell.i
        out.t = cell.t
    else:
        encode(out, x)
    return out.tag


@ffi.def_extern()
def call(callable, nargs, nkw, args, out):
    try:
        f = object_of(callable)
        if nkw:
            names = decode(args + nargs + nkw)
            keywords = {names[i]: decode(args + nargs + i) for i in range(nkw)}
            x = f(*[decode(args + i) for i in range(nargs)], **keywords)
        elif nargs == 1:
            x = f(decode(args))
        elif nargs == 0:
            x = f()
        elif nargs == 2:
            x = f(decode(args), decode(args + 1))
        else:
            x = f(*[decode(args + i) for i in range(nargs)])
        if due:
            residual_call(housekeeping)
        encode(out, x)
        return out.tag
    except BaseException as error:
        return failed(out, error)


@ffi.def_extern(name='getattr')
def get_attribute(object_handle, name_handle, out):
    try:
        encode(out, getattr(object_of(object_handle), objects[name_handle & MASK]))
        return out.tag
    except BaseException as error:
        return failed(out, error)


# --- figures for tests -------------------------------------------------------------------------------------------------

def stats():
    """Live handles here, live proxies there, bytes of native memory in use, proxies waiting for release, and wrappers."""
    return {'handles': live(), 'proxies': lib.stat(0), 'bytes': lib.stat(1), 'queued': lib.stat(2),
            **lifetimes.stats()}
