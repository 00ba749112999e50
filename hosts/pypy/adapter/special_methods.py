"""Special methods of extension types: closures over the C functions in their slots."""
import operator

from _gimbal import functions
from _gimbal.cells import NULL
from _gimbal.core import ARGS, FLAG_HEAPTYPE, address_of, encode, result, take_frame
from _gimbal.functions import (K_INIT, K_VARKEYWORDS, SELF_FIRST, call_on_self, call_with, call_with_two, call_without, many, slot, tp_name,
                               wrong_receiver)
from _gimbal.kinds import K_NATIVE, K_STATEFUL, kind_of, native_classes
from _gimbal.lifetimes import wake
from _gimbal.streams import compared

# C signatures of slots (gimbal_host.h, GIMBAL_SLOT_KIND_*).
(UNARY, BINARY, TERNARY, LEN, SSIZEARG, ITEM, SSIZEOBJARG, CONTAINS, OBJOBJARG, HASH, INQUIRY, RICHCOMPARE, ITERNEXT, CALL, INIT,
 NEW, DESCRGET, FINALIZE, GETTER, SETTER, MEMBERGET, MEMBERSET, GETATTRSTRING, SETATTRSTRING, GETBUFFER, RELEASEBUFFER,
 INSTANCEDICT) = range(27)


class Owner:
    """The class that a method belongs to; known only after its functions are made, unless it is there already."""

    cls = None
    plain = False       # is an instance of just this class its address and nothing else?
    by_handle = False   # have instances no native address of their own?
    type = None         # the C type of such a class, if it is an extension's

    def __init__(self, cls=None):
        if cls is not None:
            self.settle(cls)
            self.qualname = cls.__qualname__
            self.by_handle = kind_of(cls) not in (K_NATIVE, K_STATEFUL)

    def settle(self, cls):
        """Called once: the JIT takes what never changes for a constant."""
        self.cls = cls
        self.plain = kind_of(cls) == K_NATIVE


def slot1(kind, f, a):
    frame = take_frame()
    encode(frame + ARGS, a)
    return result(slot(kind | compared(), f.address, 1, frame + ARGS, frame), frame)


def slot2(kind, f, a, b):
    frame = take_frame()
    encode(frame + ARGS, a)
    encode(frame + ARGS + 1, b)
    return result(slot(kind | compared(), f.address, 2, frame + ARGS, frame), frame)


def slot3(kind, f, a, b, c):
    frame = take_frame()
    encode(frame + ARGS, a)
    encode(frame + ARGS + 1, b)
    encode(frame + ARGS + 2, c)
    return result(slot(kind | compared(), f.address, 3, frame + ARGS, frame), frame)


def call_on(kind, f, me, *values):
    """The same for an instance that is its address and nothing else."""
    address = address_of(me)
    if me._ne is not None:
        wake(me)
    n = len(values)
    if n == 0:
        return call_without(kind, f, address)
    if n == 1:
        return call_with(kind, f, address, values[0])
    return call_with_two(kind, f, address, values[0], values[1])


# --- special methods ---------------------------------------------------------------------------------------------------
# Each maker takes the C function, what distinguishes methods of one slot (see slots.rs), and the owner.

def make_unary(kind, f, extra, owner, name):
    def special(self=NULL):
        if not issubclass(type(self), owner.cls):
            raise wrong_receiver(name, owner, self)
        if type(self) is owner.cls and owner.plain:
            return call_on(kind, f, self)
        return slot1(kind, f, self)
    return special


def make_binary(kind, f, extra, owner, name):
    def special(self, other):
        if not issubclass(type(self), owner.cls):
            raise wrong_receiver(name, owner, self)
        if extra == 1:
            return slot2(BINARY, f, other, self)
        if type(self) is owner.cls and owner.plain:
            return call_on(BINARY, f, self, other)
        return slot2(BINARY, f, self, other)
    return special


def make_get_attribute(kind, f, extra, owner, name):
    def special(self, key):
        if key == '_na' or key == '_np' or key == '_ne' or key == '_nw':        # the wrapper's own, needed to call C at all
            return object.__getattribute__(self, key)
        if not issubclass(type(self), owner.cls):
            raise wrong_receiver(name, owner, self)
        return slot2(kind, f, self, key)
    return special


def make_ternary(kind, f, extra, owner, name):
    def special(self, other, modulus=None):
        if not issubclass(type(self), owner.cls):
            raise wrong_receiver(name, owner, self)
        if extra == 1:
            return slot3(TERNARY, f, other, self, modulus)
        return slot3(TERNARY, f, self, other, modulus)
    return special


def make_index(kind, f, extra, owner, name):
    def special(self, index):
        if not issubclass(type(self), owner.cls):
            raise wrong_receiver(name, owner, self)
        index = operator.index(index)
        if type(self) is owner.cls and owner.plain:
            return call_on(kind, f, self, index)
        return slot2(kind, f, self, index)
    return special


def make_assign_item(kind, f, extra, owner, name):
    if extra == 2:
        def special(self, index):
            if not issubclass(type(self), owner.cls):
                raise wrong_receiver(name, owner, self)
            slot3(kind, f, self, operator.index(index), NULL)
    else:
        def special(self, index, value):
            if not issubclass(type(self), owner.cls):
                raise wrong_receiver(name, owner, self)
            index = operator.index(index)
            if type(self) is owner.cls and owner.plain:
                call_on(kind, f, self, index, value)
            else:
                slot3(kind, f, self, index, value)
    return special


def make_assign(kind, f, extra, owner, name):
    if extra == 2:
        def special(self, key):
            if not issubclass(type(self), owner.cls):
                raise wrong_receiver(name, owner, self)
            slot3(OBJOBJARG, f, self, key, NULL)
    else:
        def special(self, key, value):
            if not issubclass(type(self), owner.cls):
                raise wrong_receiver(name, owner, self)
            if type(self) is owner.cls and owner.plain:
                call_on(OBJOBJARG, f, self, key, value)
            else:
                slot3(OBJOBJARG, f, self, key, value)
    return special


def make_contains(kind, f, extra, owner, name):
    def special(self, item):
        if not issubclass(type(self), owner.cls):
            raise wrong_receiver(name, owner, self)
        if type(self) is owner.cls and owner.plain:
            return call_on(CONTAINS, f, self, item)
        return slot2(CONTAINS, f, self, item)
    return special


def make_richcompare(kind, f, extra, owner, name):
    def special(self, other):
        if not issubclass(type(self), owner.cls):
            raise wrong_receiver(name, owner, self)
        if type(self) is owner.cls and owner.plain:
            return call_on(RICHCOMPARE, f, self, other, extra)
        return slot3(RICHCOMPARE, f, self, other, extra)
    return special


def make_iternext(kind, f, extra, owner, name):
    def special(self):
        if not issubclass(type(self), owner.cls):
            raise wrong_receiver(name, owner, self)
        x = call_on(ITERNEXT, f, self) if type(self) is owner.cls and owner.plain else slot1(ITERNEXT, f, self)
        if x is NULL:
            raise StopIteration
        return x
    return special


def make_call(kind, f, extra, owner, name):
    if owner.by_handle:
        return functions.foreign_method(K_VARKEYWORDS, f, name, owner)

    def special(self, /, *args, **keywords):
        if not issubclass(type(self), owner.cls):
            raise wrong_receiver(name, owner, self)
        return call_on_self(self, owner, many, K_VARKEYWORDS, f, address_of(self), args, keywords)
    return special


def make_init(kind, f, extra, owner, name):
    if owner.by_handle:
        return functions.foreign_method(K_INIT, f, name, owner)

    def special(self, /, *args, **keywords):
        if not issubclass(type(self), owner.cls):
            raise wrong_receiver(name, owner, self)
        return call_on_self(self, owner, many, K_INIT, f, address_of(self), args, keywords)
    return special


def make_descr_get(kind, f, extra, owner, name):
    def special(self, instance, cls=None):
        if not issubclass(type(self), owner.cls):
            raise wrong_receiver(name, owner, self)
        return slot3(DESCRGET, f, self, NULL if instance is None else instance, NULL if cls is None else cls)
    return special


MAKERS = {
    UNARY: make_unary, LEN: make_unary, HASH: make_unary, INQUIRY: make_unary, FINALIZE: make_unary, BINARY: make_binary,
    TERNARY: make_ternary, SSIZEARG: make_index, ITEM: make_index, SSIZEOBJARG: make_assign_item,
    OBJOBJARG: make_assign, CONTAINS: make_contains, RICHCOMPARE: make_richcompare, ITERNEXT: make_iternext, CALL: make_call,
    INIT: make_init, DESCRGET: make_descr_get,
}


def other_new(cls, owner):
    """The `__new__` of the class whose struct instances of `cls` have, when that is another one than the owner's; else None."""
    base, found = cls, None
    while base is not owner.cls:
        if base is None:
            return found.__new__
        if found is None and '__new__' in base.__dict__ and (base in native_classes or not base.__flags__ & FLAG_HEAPTYPE):
            found = base
        base = base.__base__
    return None


def make_by(new, cls, args, keywords):
    if new is object.__new__ and cls.__init__ is not object.__init__:
        return new(cls)     # the arguments are for `__init__`; PyPy finds a `__new__` that is the owner's, and would refuse them
    return new(cls, *args, **keywords)


def make_new(f, owner):
    """`__new__` of an extension type: its `tp_new` with the class that was asked for."""
    def __new__(cls=NULL, /, *args, **keywords):
        if cls is NULL:
            raise TypeError('%s.__new__(): not enough arguments' % tp_name(owner.cls))
        if not isinstance(cls, type):
            raise TypeError('%s.__new__(X): X is not a type object (%s)' % (tp_name(owner.cls), tp_name(type(cls))))
        if not issubclass(cls, owner.cls):
            raise TypeError('{0}.__new__({1}): {1} is not a subtype of {0}'.format(tp_name(owner.cls), tp_name(cls)))
        if cls is owner.cls and owner.type is not None:
            return many(K_VARKEYWORDS, f, owner.type, args, keywords)
        other = other_new(cls, owner)
        if other is not None:
            return make_by(other, cls, args, keywords)
        return many(K_VARKEYWORDS | SELF_FIRST, f, 0, (cls,) + args, keywords)
    return staticmethod(__new__)


def make_no_new(owner):
    def __new__(cls, /, *args, **keywords):
        other = other_new(cls, owner)
        if other is not None:
            return make_by(other, cls, args, keywords)
        raise TypeError("cannot create '%s' instances" % owner.full_name)
    return staticmethod(__new__)
