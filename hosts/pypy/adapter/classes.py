"""Extension types as Python classes, and what a type proxy needs to know of a Python class."""
import array
import collections.abc
import weakref
from types import BuiltinFunctionType

from __pypy__.bufferable import bufferable

from _gimbal import core, functions
from _gimbal.builtin_functions import builtin_function_or_method, split_doc
from _gimbal.cells import NULL
from _gimbal.core import FLAG_HEAPTYPE, address_of
from _gimbal.functions import CONVENTIONS, METH_CLASS, METH_STATIC, NO_ENTRY, Entry, tp_name, wrong_self
from _gimbal.handles import handle, object_of
from _gimbal.hidden import HIDING_ALL, HIDING_IN_EXCEPTIONS, HIDING_STATE, OWN, SLOTS, list_names, with_dict
from _gimbal.kinds import ARRAY_STRUCT, K_NATIVE, K_REFERENCE, K_STATEFUL, datetime_struct, kind_of, kinds, native_classes
from _gimbal.lifetimes import pin
from _gimbal.native import ffi, lib, names
from _gimbal.plain import plain_value
from _gimbal.special_methods import (GETBUFFER, GETTER, MAKERS, MEMBERGET, MEMBERSET, RELEASEBUFFER, SETTER, Owner, call_on,
                                     make_get_attribute, make_new, make_no_new, slot1, slot2, slot3)
from _gimbal.youth import VOIDP, tie, tie_light

METH_COEXIST = 0x40
FLAG_BASETYPE = 1 << 10
FLAG_DISALLOW_INSTANTIATION = 1 << 7
FLAG_HAVE_GC = 1 << 14


STATELESS_BASES = (object, bufferable)
STATELESS = core.VALUES + STATELESS_BASES


# --- attributes --------------------------------------------------------------------------------------------------------

class Attribute:
    """A getset or member of an extension type: a data descriptor."""
    def __init__(self, name, doc, owner):
        self.__name__ = name
        self.__doc__ = doc
        self.owner = owner

    def check(self, instance):
        if not issubclass(type(instance), self.owner.cls):
            raise wrong_self(self.__name__, self.owner, instance)


class GetSet(Attribute):
    def __repr__(self):
        return "<attribute '%s' of '%s' objects>" % (self.__name__, tp_name(self.owner.cls))

    def __get__(self, instance, cls=None):
        if instance is None:
            return self
        self.check(instance)
        if not self.getter:
            raise AttributeError("attribute '%s' of '%s' objects is not readable" % (self.__name__, tp_name(self.owner.cls)))
        if type(instance) is self.owner.cls and self.owner.plain:
            return call_on(GETTER, self.getter, instance, self.closure)
        return slot2(GETTER, self.getter, instance, self.closure)

    def __set__(self, instance, value):
        self.check(instance)
        if not self.setter:
            raise AttributeError("attribute '%s' of '%s' objects is not writable" % (self.__name__, tp_name(self.owner.cls)))
        if type(instance) is self.owner.cls and self.owner.plain:
            call_on(SETTER, self.setter, instance, value, self.closure)
        else:
            slot3(SETTER, self.setter, instance, value, self.closure)

    def __delete__(self, instance):
        self.__set__(instance, NULL)


class DictGetSet(GetSet):
    """A type's own `__dict__`: what its C functions find in the struct is the dictionary of the instance."""

    def __get__(self, instance, cls=None):
        if instance is not None:
            self.check(instance)
            slot1(core.INSTANCE_DICT, NO_ENTRY, instance)
        return GetSet.__get__(self, instance, cls)


class Member(Attribute):
    def __repr__(self):
        return "<member '%s' of '%s' objects>" % (self.__name__, tp_name(self.owner.cls))

    def __get__(self, instance, cls=None):
        if instance is None:
            return self
        self.check(instance)
        if self.number is not None and type(instance) is self.owner.cls and self.owner.plain:
            return ffi.cast(self.number, address_of(instance) + self.offset)[0]
        return slot1(MEMBERGET, self.definition, instance)

    def __set__(self, instance, value):
        self.check(instance)
        if (self.number is not None and type(value) is self.python and self.writable and type(instance) is self.owner.cls
                and self.owner.plain):
            try:
                ffi.cast(self.number, address_of(instance) + self.offset)[0] = value
                return
            except OverflowError:   # for C to say
                pass
        slot2(MEMBERSET, self.definition, instance, value)

    def __delete__(self, instance):
        self.__set__(instance, NULL)


# The members (by their type in structmember.h) that are numbers with one C type and one Python type.
NUMBERS = {0: ('short *', int), 1: ('int *', int), 2: ('long *', int), 4: ('double *', float), 17: ('long long *', int), 19: ('ssize_t *', int)}


def describe_member(made):
    """Where a number is that can be read and written in place: `PyMemberDef` is name, type, offset, flags."""
    words, halves = ffi.cast('int64_t *', made.definition.address), ffi.cast('int *', made.definition.address)
    name, python = NUMBERS.get(halves[2], (None, None))
    flags = halves[6]
    if name is None or flags & ~1:
        made.number = None
        return
    made.number = ffi.typeof(name)
    made.python = python
    made.offset = words[2]
    made.writable = not flags


def attribute(entry, owner):
    """The name and the class attribute for one entry of a type."""
    kind, name = entry[:2]
    if kind == 'slot':
        slot_kind, address, extra, _ = entry[2:]
        maker = make_get_attribute if name == '__getattribute__' else MAKERS[slot_kind]
        special = maker(slot_kind, Entry(address), extra, owner, name)
        special.__name__ = name
        special.__qualname__ = owner.qualname + '.' + name
        return name, special
    if kind == 'method' or kind == 'classmethod':
        return name, make_method(entry, owner)
    if kind == 'getset':
        made = (DictGetSet if name == '__dict__' else GetSet)(name, split_doc(name, entry[5])[0], owner)
        made.getter = Entry(entry[2]) if entry[2] else None
        made.setter = Entry(entry[3]) if entry[3] else None
        made.closure = entry[4]
        return name, made
    if kind == 'member':
        made = Member(name, entry[4], owner)
        made.definition = Entry(entry[2])
        describe_member(made)
        return name, made
    if kind == 'buffer':
        return name, make_buffer(Entry(entry[2]), owner)
    raise SystemError('Gimbal: unknown attribute kind ' + kind)


def make_method(entry, owner):
    kind, name, flags, address, doc, _ = entry
    convention = CONVENTIONS[flags & ~(METH_CLASS | METH_STATIC | METH_COEXIST)]
    f = Entry(address)
    if flags & METH_STATIC:
        made = functions.static_method(convention, f, name, owner.qualname)
    elif flags & METH_CLASS or kind == 'classmethod':
        made = functions.class_method(convention, f, name, owner)
    elif owner.by_handle:
        made = functions.foreign_method(convention, f, name, owner)
    else:
        made = functions.method(convention, f, name, owner)
    signature = functions.dress(made, name, owner.qualname + '.' + name, owner.module, doc)
    if signature:
        made.__text_signature__ = signature
    if flags & METH_STATIC:
        return staticmethod(made)
    if flags & METH_CLASS or kind == 'classmethod':
        return classmethod(made)
    return made


# --- buffers -----------------------------------------------------------------------------------------------------------

def make_buffer(f, owner):
    def __buffer__(self, flags):
        from __pypy__ import newmemoryview
        address = slot2(GETBUFFER, f, self, flags)
        words = ffi.cast('int64_t *', address)
        length, itemsize = words[2], words[3]
        readonly, ndim = ffi.cast('int *', words + 4)[0], ffi.cast('int *', words + 4)[1]
        start = ffi.gc(ffi.cast('char *', words[0]), lambda _: end_buffer(address, self))
        view = memoryview(ffi.buffer(start, length))
        if readonly:
            view = view.toreadonly()
        form = ffi.string(ffi.cast('char *', words[5])).decode() if words[5] else 'B'
        shape = tuple(ffi.cast('int64_t *', words[6])[0:ndim]) if words[6] else (length // itemsize if itemsize else 0,)
        strides = tuple(ffi.cast('int64_t *', words[7])[0:ndim]) if words[7] else None
        if form != 'B' or len(shape) != 1 or shape[0] != length or strides not in (None, (1,)):
            if strides is None:
                strides, step = [], itemsize
                for extent in reversed(shape):
                    strides.insert(0, step)
                    step *= extent
            view = newmemoryview(view, itemsize, form, tuple(shape), tuple(strides))
        return view
    return __buffer__


def end_buffer(address, instance):
    slot2(RELEASEBUFFER, NO_ENTRY, instance, address)


# --- classes -----------------------------------------------------------------------------------------------------------

def MakeType(address, spec):
    """Makes the class of an extension type; returns its handle, as an int."""
    (name, qualname, module, bases, metaclass, flags, doc, entries, new, own_new, dict_offset, given, _, own_struct) = spec
    owner = Owner()
    owner.qualname = qualname
    owner.module = module
    owner.full_name = name if module is None else module + '.' + name
    layout = None
    is_metatype = any(issubclass(base, type) for base in bases)
    if is_metatype:
        owner.by_handle = True
    namespace = {'__qualname__': qualname}
    if module is not None:
        namespace['__module__'] = module
    doc, signature = split_doc(name, doc)
    namespace['__doc__'] = doc
    if signature:
        namespace['__text_signature__'] = signature
    from_slots = set()
    for entry in entries:
        if entry[0] == 'inherited':             # `__doc__`, above all, which is hidden otherwise
            found = (TypeLookup(base, entry[1]) for base in bases)
            namespace[entry[1]] = next(value for value in found if value is not NULL)
            continue
        key, value = attribute(entry, owner)
        if entry[0] == 'slot':
            if key in namespace:
                continue
            from_slots.add(key)
        elif key == '__getattribute__' or key in from_slots and not (entry[0] == 'method' and entry[2] & METH_COEXIST):
            continue        # a method does not replace a slot, and does not fill this one
        namespace[key] = value
    shadowed = namespace.get('__qualname__')
    if isinstance(shadowed, Attribute):     # a class cannot hold one under this name: found by `__getattr__` instead
        namespace['__qualname__'] = qualname
        namespace.setdefault('__getattr__', make_getattr({'__qualname__': shadowed}))
    namespace.pop('__weakref__', None)
    root = not any(map(has_native_part, bases))
    exceptions = any(issubclass(base, BaseException) for base in bases)
    slotted = any(TypeLookup(base, '_na') is not NULL for base in bases)
    # A type without a struct of its own goes together with any other, as long as it may have derived classes.
    hides = not (own_struct or slotted or exceptions or is_metatype or '__dict__' in namespace or root and not flags & FLAG_BASETYPE
                 or any(builtin_part(base) is not object for base in bases))
    exporter = '__buffer__' in namespace or any(TypeLookup(base, '__buffer__') is not NULL for base in bases)
    if exporter and not hides and not any(issubclass(base, bufferable) for base in bases):
        bases = tuple(bufferable if base is object else base for base in bases)
        if bufferable not in bases:
            bases += (bufferable,)
    if flags & FLAG_DISALLOW_INSTANTIATION or not new:
        namespace['__new__'] = make_no_new(owner)
    elif root or own_new:
        namespace['__new__'] = make_new(Entry(new), owner)
    if isinstance(given, dict):
        namespace.update(given)
    namespace['__slots__'] = slots = []
    if hides:
        if root:
            namespace.update({**HIDING_STATE, **namespace} if dict_offset else {**HIDING_ALL, **namespace})
        slots += ['__dict__', '__weakref__']
    elif exceptions:
        if root:
            namespace.update(HIDING_IN_EXCEPTIONS)
    elif not is_metatype:
        if not slotted:
            slots += SLOTS + ('__weakref__',)
            namespace.setdefault('__dir__', list_names)
        if own_struct:
            layout = '_l%x' % address       # never used: it makes the layout another one for PyPy, too
            slots.append(layout)
    stateful = bool(dict_offset) or any(has_state(base) for base in bases)
    if dict_offset and not is_metatype and not hides:
        slots.append('__dict__')
    if not flags & FLAG_BASETYPE:
        namespace['__init_subclass__'] = refuse_subclass(owner, name, module)
    if (root and not (stateful or exceptions or is_metatype or '__hash__' in namespace or '__eq__' in namespace)
            and all(TypeLookup(base, '__hash__') is object.__hash__ for base in bases)):
        namespace['__hash__'] = hash_of_address
    cls = make_class(metaclass, name, bases, namespace)
    native_classes[cls] = empty_maker(cls)
    if layout:
        type.__delattr__(cls, layout)
    if dict_offset:
        with_dict[cls] = True
    if flags & FLAG_HEAPTYPE:
        dunders_made[cls] = {name: value for name, value in cls.__dict__.items() if name in DUNDERS}
    if dict_offset > 0 and not is_metatype:
        core.dict_places[cls] = dict_offset
    kinds[cls] = K_REFERENCE if is_metatype else K_STATEFUL if stateful else K_NATIVE
    owner.settle(cls)
    if owner.plain:
        owner.type = address
        if not (flags & FLAG_HAVE_GC or issubclass(cls, core.VALUES) or hasattr(cls, '__del__')):
            core.light_classes[cls] = True
    return handle(cls)


def hash_of_address(self):
    """An instance has the same hash as long as it lives, but may have several wrappers one after the other."""
    return address_of(self) >> 4


hash_of_address.__name__ = hash_of_address.__qualname__ = '__hash__'


def has_state(cls):
    """Do instances have a `__dict__`, or the contents of a builtin that is no value? Then a wrapper cannot be made again
    once it is lost."""
    if cls in native_classes:
        return kinds[cls] == K_STATEFUL
    return any('__dict__' in base.__dict__ or '__new__' in base.__dict__ and base not in STATELESS for base in cls.__mro__)


class NativeSlots(tuple):
    """The `__slots__` of an extension type: such a type may derive from one that Python classes may not derive from."""
    __slots__ = ()


def make_class(metaclass, name, bases, namespace):
    slots = namespace['__slots__']
    for attempt in ((), ('__weakref__',), ('__dict__',), ('__weakref__', '__dict__')):
        namespace['__slots__'] = NativeSlots(s for s in slots if s not in attempt)
        try:
            cls = type.__new__(metaclass, name, bases, dict(namespace))
            type.__delattr__(cls, '__slots__')      # as on CPython, where a type made in C has none
            return cls
        except TypeError as error:
            problem = error
            if 'layout' in str(error) and bases[-1] is bufferable:
                # The base has no buffers, so its instances have no room for what the host wants; C can have the buffer.
                return make_class(metaclass, name, bases[:-1], namespace)
            if 'slot disallowed' not in str(error) and '__weakref__' not in str(error) and '__dict__' not in str(error):
                break
    raise problem


def make_getattr(hidden):
    def __getattr__(self, name):
        descriptor = hidden.get(name)
        if descriptor is None:
            raise AttributeError("'%s' object has no attribute '%s'" % (type(self).__name__, name))
        return descriptor.__get__(self, type(self))
    return __getattr__


def refuse_subclass(owner, name, module):
    """A type that no class of Python derives from. C may make one that does, from which others derive then."""
    full = name if module in (None, 'builtins') else module + '.' + name

    def __init_subclass__(cls, **keywords):
        if not isinstance(cls.__dict__.get('__slots__'), NativeSlots):
            if owner.cls in cls.__bases__:
                raise TypeError("type '%s' is not an acceptable base type" % full)
            super(owner.cls, cls).__init_subclass__(**keywords)
    return classmethod(__init_subclass__)


def builtin_part(cls):
    """The builtin whose layout instances of the class have."""
    for base in cls.__mro__:
        if not base.__flags__ & FLAG_HEAPTYPE and base not in native_classes and '__new__' in base.__dict__ and base not in STATELESS_BASES:
            return base
    return object


def empty_maker(cls):
    """How a wrapper is made when only the native instance exists: by the builtin that the class derives from."""
    for base in cls.__mro__:
        if base not in native_classes and base is not cls and '__new__' in base.__dict__ and base not in (bufferable, object):
            if issubclass(base, BaseException):
                return new_exception
            return base.__new__
    return bufferable.__new__ if issubclass(cls, bufferable) else object.__new__


def new_exception(cls):
    """A Python class may have a second builtin base, so each has its own maker."""
    return builtin_part(cls).__new__(cls)


class Making:
    """A wrapper whose native instance is not there yet."""


def MakeWrapper(cls, base, args, keywords):
    """The wrapper of an instance whose class derives from a builtin, and the value that the native part needs, if any."""
    args = () if args is NULL else args
    keywords = {} if keywords is NULL else keywords
    if base is object:
        wrapper = core.maker_of(cls)(cls)
    else:
        best = builtin_part(cls)
        base = best if issubclass(best, base) else base
        wrapper = base.__new__(cls, *args, **keywords)
    making = Making()
    making.wrapper = wrapper
    return making, plain_value(wrapper)


def TieWrapper(making, address):
    wrapper = making.wrapper
    if type(wrapper) in core.light_classes:
        lib.incref(ffi.cast(VOIDP, address))
        tie_light(wrapper, address)
        return
    tie(wrapper, address)
    if kind_of(type(wrapper)) == K_STATEFUL:
        pin(wrapper, address)


# --- what a type proxy needs -------------------------------------------------------------------------------------------

dunders_made = weakref.WeakKeyDictionary()      # the special methods that a heap type of an extension had from the start
DUNDERS = {}        # what of a class fills which slots: name to (group, place in the mask)
for _place, _slot in enumerate(names(lib.dunder_name)):
    _group, _name = _slot.split()
    DUNDERS.setdefault(_name, []).append((_group, _place))
SEQUENCES = (list, tuple, str, bytes, bytearray, range, memoryview, array.array, collections.deque)
CONCAT = {'__add__', '__mul__', '__rmul__', '__iadd__', '__imul__'}

type_name, type_qualname = (type.__dict__[name].__get__ for name in ('__name__', '__qualname__'))    # a metaclass may hide them


def slot_masks(cls, mro, native):
    """Which slots the class fills with functions that call the host: two times 60 bits."""
    providers = {}
    for base in reversed(mro):
        for name in base.__dict__:
            if name in DUNDERS:
                providers[name] = base
    masks = [0, 0]
    for name, found in providers.items():
        for group, place in DUNDERS[name]:
            if fills(cls, native, group, name, found):
                masks[place // 60] |= 1 << place % 60
    return masks


def is_replaced(cls, name):
    """Has Python code put another special method into the class of an extension, as `dataclasses` does? The classes of static types
    do not change on CPython."""
    made = dunders_made.get(cls)
    return made is not None and cls.__dict__[name] is not made.get(name)


def fills(cls, native, group, name, found):
    """Does the class fill this slot with a function that calls the host, where this base provides the method?"""
    if name == '__del__':
        return False
    if not native and name in ('__getattribute__', '__setattr__', '__delattr__'):
        return True
    if found in native_classes:
        return is_replaced(found, name)
    if found is object and cls is not object:
        return False
    if name == '__hash__' and found.__dict__[name] is None:
        return False
    sequence = found in SEQUENCES
    if group == 'sq' and name in CONCAT or group == 'sq' and name in ('__getitem__', '__setitem__', '__delitem__'):
        return sequence or name not in CONCAT and found.__flags__ & 512 != 0
    if group == 'nb' and name in CONCAT:
        return not sequence
    return True


def exports_buffer(mro):
    """Do instances of the class have memory that C may ask for (beside bytes, which are native)?"""
    for cls in mro:
        if cls is bytearray or cls is memoryview or cls is bufferable:
            return True
        if cls.__module__ in ('array', 'mmap', '_ctypes', '_io') and cls.__name__ in ('array', 'mmap', '_CData', 'PickleBuffer'):
            return True
    return False


def has_native_part(cls):
    mro = type.mro(cls) if cls is type else cls.__mro__
    return any(base in native_classes for base in mro)


def TypeInfo(wire):
    cls = object_of(wire)
    mro = type.mro(cls) if cls is type else cls.__mro__
    native = has_native_part(cls)
    masks = slot_masks(cls, mro, native)
    base = cls.__base__
    if native and builtin_part(cls) is object and not has_native_part(base):
        base = next(filter(has_native_part, cls.__bases__), base)
    name = type_name(cls)
    struct = ARRAY_STRUCT if cls is array.array else datetime_struct(cls)
    if (struct or not cls.__flags__ & 512) and cls.__module__ != 'builtins':     # no heap type: CPython's name has the module
        name = cls.__module__ + '.' + name
    return (name, type(cls), object if base is None else base, cls.__bases__, tuple(mro[1:]), masks[0], masks[1],
            type_qualname(cls), issubclass(cls, BaseException), exports_buffer(mro), struct, bool(cls.__flags__ & FLAG_HEAPTYPE), native)


OURS = frozenset(OWN + ('__dict__', '__text_signature__', '__weakref__'))


def shown(cls):
    """The dictionary of a class without what the adapter has put there."""
    namespace = cls.__dict__
    if cls not in native_classes:
        return namespace
    return {name: namespace[name] for name in namespace if name not in OURS}


class Namespace(dict):
    """The dictionary of a class, as `tp_dict` shows it: reads and writes go to the class."""
    __slots__ = ('cls',)

    def __getitem__(self, key):
        return self.cls.__dict__[key]

    def __setitem__(self, key, value):
        type.__setattr__(self.cls, key, value)

    def __delitem__(self, key):
        if key not in self.cls.__dict__:
            raise KeyError(key)
        type.__delattr__(self.cls, key)

    def __contains__(self, key):
        return key in self.cls.__dict__

    def __len__(self):
        return len(shown(self.cls))

    def __iter__(self):
        return iter(shown(self.cls))

    def get(self, key, default=None):
        return self.cls.__dict__.get(key, default)

    def keys(self):
        return shown(self.cls).keys()

    def values(self):
        return shown(self.cls).values()

    def items(self):
        return shown(self.cls).items()

    def copy(self):
        return dict(shown(self.cls))


def TypeDict(cls):
    made = Namespace()
    made.cls = cls
    return made


# Past what a metatype answers, which may be on the way of looking up just this.
mro_of = type.__dict__['__mro__'].__get__
namespace_of = type.__dict__['__dict__'].__get__


def TypeLookup(cls, name):
    mro = type.mro(cls) if cls is type else mro_of(cls)
    for base in mro:
        namespace = namespace_of(base)
        if name in namespace:
            return namespace[name]
    return NULL


def InstanceDict(o):
    if type(TypeLookup(type(o), '__dict__')) is DictGetSet:     # which may show another one
        return core.real_dict.__get__(o)
    try:
        return object.__getattribute__(o, '__dict__')
    except AttributeError:
        return NULL


def TypeOfHandle(wire):
    cls = type(object_of(wire))
    return BuiltinFunctionType if cls is builtin_function_or_method else cls


def InternName(name):
    import sys
    return handle(sys.intern(name))


def NewDescriptor(cls, entry):
    owner = Owner(cls)
    owner.qualname = cls.__qualname__
    owner.module = cls.__module__
    return attribute(entry, owner)[1]
