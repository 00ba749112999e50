"""Classes that are made while the program runs, passed to C, and dropped. One JSON object on standard output: of each kind the resident
KiB after each round, and how many handles, proxies and bytes have come since the second one.

Arguments: how many classes of each kind, and the names of the kinds if not all are wanted.
"""
import collections
import dataclasses
import gc
import json
import sys

from traffic import Box, drop, examine, same


def plain(i):
    """A class, used by C in every way that `examine` has."""
    class Made:
        def __str__(self):
            return "made"
    Made.list = [Made, Made()]
    same(Made.list)
    return examine(Made)


def derived(i):
    """A class, and another that derives from it."""
    class Base:
        pass

    class Derived(Base):
        pass
    same(Derived())
    return examine(Derived)


def registered(i):
    """The base knows the classes that derive from it."""
    class Base:
        known = []

        def __init_subclass__(cls):
            cls.known.append(cls)

    class Derived(Base):
        pass
    return examine(Derived)


def over_native(i):
    """A class over C's."""
    class Made(Box):
        def __init__(self):
            super().__init__(None)
    return examine(Made)


def held_by_native(i):
    """An object of C's that holds the class hangs on the class, as a validator does that an extension makes for it."""
    class Made:
        pass
    Made.box = Box(Made)
    Made.other = Box(Made())
    return examine(Made)


def with_metaclass(i):
    """The metaclass dies, too."""
    class Meta(type):
        pass

    class Made(metaclass=Meta):
        pass
    return examine(Made)


def exception(i):
    class Error(ValueError):
        pass
    return examine(Error)


def value(i):
    class Number(int):
        pass

    class Text(str):
        pass
    same(Number(i))
    return examine(Text)


def container(i):
    class Mapping(dict):
        pass

    class Sequence(list):
        pass
    same(Mapping(a=i))
    return examine(Sequence)


def named_tuple(i):
    made = collections.namedtuple("Made", "x y", defaults=(1, 2))
    same(made(i, i))
    return examine(made)


def data_class(i):
    @dataclasses.dataclass
    class Made:
        x: int = 0
    same(Made(i))
    return examine(Made)


ROUNDS = 5
SLOW = named_tuple, data_class      # these are made by the compiler
KINDS = [plain, derived, registered, over_native, held_by_native, with_metaclass, exception, value, container,
         named_tuple, data_class]


def resident():
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])


def figures():
    """What is left after all that is garbage is gone."""
    for _ in range(3):
        gc.collect()
        drop()
    if sys.implementation.name == "cpython":
        return {}
    import _gimbal.core
    stats = _gimbal.core.stats()
    return {name: stats[name] for name in ("handles", "proxies", "bytes")}


def measure(kind, count):
    samples, before = [], {}
    for round in range(ROUNDS):
        for i in range(count // ROUNDS // (10 if kind in SLOW else 1)):
            kind(i)
        after = figures()
        if round == 1:
            before = after
        samples.append(resident())
    return {"resident": samples, "left": {name: after[name] - before[name] for name in after}}


def main(count, *names):
    kinds = [kind for kind in KINDS if not names or kind.__name__ in names]
    print(json.dumps({kind.__name__: measure(kind, count) for kind in kinds}))


main(int(sys.argv[1]), *sys.argv[2:])
