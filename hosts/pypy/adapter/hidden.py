"""Wrappers without slots of their own: what ties them to their native instances is in their dictionary, and not shown.

Slots would be a layout of their own for PyPy, and a Python class could not derive from two types that have some. So only types have them whose
struct is another one than their base's, as on CPython. Exceptions never do, since PyPy gives most of them another layout than CPython.
"""
import collections.abc
import copyreg

from __pypy__ import identity_dict

from _gimbal import core
from _gimbal.cells import NULL
from _gimbal.core import FLAG_HEAPTYPE
from _gimbal.handles import class_tables
from _gimbal.kinds import native_classes

OWN = ('_np', '_na', '_ne', '_nw', '_nd')
SLOTS = OWN[:4]

get_real, set_real = core.real_dict.__get__, core.real_dict.__set__

NO_DICT, HIDES, SHOWS = range(3)    # have instances a dictionary, as far as programs know, and is there something to hide?
dict_kinds = identity_dict()
class_tables.append(dict_kinds)
with_dict = identity_dict()         # extension types whose struct has a dictionary


def gives_dict(cls):
    """Do instances have a dictionary because of this very class?"""
    if cls in native_classes:
        return cls in with_dict
    if not cls.__flags__ & FLAG_HEAPTYPE:
        return cls is BaseException
    slots = cls.__dict__.get('__slots__')
    return slots is None or slots == '__dict__' or type(slots) is not str and '__dict__' in slots


def dict_kind(cls):
    kind = dict_kinds.get(cls)
    if kind is None:
        kind = NO_DICT
        if any(map(gives_dict, cls.__mro__)):
            kind = SHOWS if any('_na' in base.__dict__ for base in cls.__mro__) else HIDES
        dict_kinds[cls] = kind
    return kind


class ShownDict(collections.abc.MutableMapping, dict):
    """The `__dict__` of an exception whose type is an extension's: the real one, without what is the wrapper's own."""
    __slots__ = ('real',)

    def __getitem__(self, key):
        if key in OWN:
            raise KeyError(key)
        return self.real[key]

    def __setitem__(self, key, value):
        self.real[key] = value

    def __delitem__(self, key):
        if key in OWN:
            raise KeyError(key)
        del self.real[key]

    def __iter__(self):
        return (key for key in self.real if key not in OWN)

    def __len__(self):
        return sum(1 for _ in self)

    def __repr__(self):
        return repr(self.copy())

    def copy(self):
        return {key: self.real[key] for key in self}

    def __or__(self, other):
        return self.copy() | other

    def __ror__(self, other):
        return other | self.copy()

    def __ior__(self, other):
        self.update(other)
        return self

    def __reduce_ex__(self, protocol):
        return dict, (self.copy(),)


def get_dict(self):
    kind = dict_kind(type(self))
    if kind == NO_DICT:
        raise AttributeError("'%s' object has no attribute '__dict__'" % type(self).__name__)
    real = get_real(self)
    if kind == SHOWS:
        return real
    shown = real.get('_nd')
    if shown is None:
        shown = ShownDict()
        shown.real = real
        shown = real.setdefault('_nd', shown)
    return shown


def set_dict(self, value):
    if not isinstance(value, dict):
        raise TypeError("__dict__ must be set to a dictionary, not a '%s'" % type(value).__name__)
    if dict_kind(type(self)) == SHOWS:
        set_real(self, value)
        return
    value = dict(value.items())
    old = get_dict(self)
    real = old.real
    old.real = old.copy()       # it is the instance's no more
    for key in old.real:
        del real[key]
    del real['_nd']
    real.update(value)


def delete_dict(self):
    raise TypeError('cannot delete __dict__')


def set_attribute(self, name, value):
    """`__setattr__` of types whose instances have no dictionary, but keep what is hidden in one."""
    if dict_kind(type(self)) == NO_DICT:
        found = next((base.__dict__[name] for base in type(self).__mro__ if name in base.__dict__), NULL)
        if not hasattr(type(found), '__set__'):
            message = "'%s' object has no attribute '%s'" if found is NULL else "'%s' object attribute '%s' is read-only"
            raise AttributeError(message % (type(self).__name__, name))
    object.__setattr__(self, name, value)


def list_names(self):
    """`__dir__`: programs ask for each name that is listed."""
    return [name for name in object.__dir__(self) if name not in OWN]


def get_state(self):
    """`__getstate__`: what is shown, also where a class of Python with a dictionary comes first and its `__dict__` shows all."""
    kind = dict_kind(type(self))
    state = None if kind == NO_DICT else get_dict(self).copy() or None
    slots = {name: getattr(self, name) for name in copyreg._slotnames(type(self)) if hasattr(self, name)}
    return (state, slots) if slots else state


def reduce_exception(self):
    """As `BaseException.__reduce__`: the state is what is shown."""
    cls, args = BaseException.__reduce__(self)[:2]
    shown = get_dict(self).copy()
    return (cls, args, shown) if shown else (cls, args)


# What is in the namespace of the first type in a line of bases that hides something.
HIDING = {'__dir__': list_names, '__dict__': property(get_dict, set_dict, delete_dict)}
HIDING_IN_EXCEPTIONS = {**HIDING, '__reduce__': reduce_exception}
HIDING_STATE = {**HIDING, '__getstate__': get_state}
HIDING_ALL = {**HIDING_STATE, '__setattr__': set_attribute}
