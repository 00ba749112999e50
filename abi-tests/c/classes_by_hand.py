"""Drives classes_by_hand.c, derives from its classes and keeps things in their dictionaries."""

import gc
import weakref

import classes_by_hand
from checks import check, check_all, check_type
from classes_by_hand import Base, Made, Open

check_all(classes_by_hand)

check("base", Base, 1)
check("made", lambda: (Made(1), Made(1) + Made(2), Made.__module__, type(Made).__name__, type(type(Made)).__name__))
check("too few", Made)


class Derived(Made):
    """Calls what C has set."""

    def __init__(self, number):
        super().__init__(number * 2)


class DerivedOpen(Open):
    """Has the dictionary of its base."""


class Held:
    """What an instance may hold."""


def keeps():
    x = DerivedOpen(1)
    x.own, x.more = 1, [x]
    return sorted(x.__dict__), x.more[0] is x, x.own


def dies():
    x = Open(2)
    x.me, x.held = x, Held()
    seen = weakref.ref(x.held)
    del x
    for _ in range(4):
        gc.collect()
    return seen() is None


def replaces():
    x = Open(3)
    x.a = 1
    x.__dict__ = {"b": 2}
    return hasattr(x, "a"), x.b, x


def set_by_python():
    Made.__neg__ = lambda self: -1
    Made.__repr__ = lambda self: "another"
    return -Made(1), repr(Made(1)), Made(3) + Made(4)


check("derived", lambda: (Derived(2), Derived(2) + Made(1)))
check("keeps", keeps)
check("dies", dies)
check("replaces", replaces)
check_type("closed", lambda: setattr(Made(1), "a", 1))
check("set by Python", set_by_python)
check("module", lambda: hasattr(classes_by_hand, "__module__"))
