"""Drives capsules_and_weakrefs.c, and the object protocol on objects of every kind."""

import abc
import collections
import datetime
import decimal
import gc
import weakref

import capsules_and_weakrefs as c
from checks import check, check_all, check_type

check_all(c)
check("capsule", lambda: (c.open_capsule(c.numbers), type(c.numbers).__name__, c.open_capsule(c.make_capsule())))
check("capsule repr", lambda: repr(c.numbers).startswith('<capsule object "capsules_and_weakrefs.numbers" at '))
check("no capsule", c.open_capsule, 5)
check("import capsule", c.import_capsule, "capsules_and_weakrefs.numbers")
check("import no capsule", c.import_capsule, "capsules_and_weakrefs.open_capsule")
check_type("import nothing", c.import_capsule, "no_such_module.numbers")
check_type("import no attribute", c.import_capsule, "capsules_and_weakrefs.missing")


def destructors():
    """Destructors of capsules run once."""
    for _ in range(5):
        gc.collect()    # what earlier checks have left
    before = c.count_destroyed()
    for _ in range(500):
        c.make_capsule()
    kept = [c.make_capsule() for _ in range(10)]
    for _ in range(20):
        gc.collect()
        if c.count_destroyed() - before == 500:
            break
    middle = c.count_destroyed() - before
    kept.clear()
    for _ in range(20):
        gc.collect()
        if c.count_destroyed() - before == 510:
            break
    return middle, c.count_destroyed() - before


check("destructors", destructors)


class Thing:
    """An object that can be referred to weakly."""

    def __init__(self, name="thing"):
        self.name = name

    def __repr__(self):
        return f"<{self.name}>"


def collected(test):
    """Collect until the test holds, a few times at most."""
    for _ in range(20):
        gc.collect()
        if test():
            break
    return test()


def references():
    thing, called = Thing(), []
    reference = c.make_reference(thing, called.append)
    before = c.follow(reference) is thing, reference() is thing, type(reference) is weakref.ref
    del thing
    gone = collected(lambda: c.follow(reference) is None)
    return before, gone, collected(lambda: called == [reference])


def proxies():
    thing = Thing("proxied")
    proxy = c.make_proxy(thing)
    before = proxy.name, c.follow(proxy) is thing
    del thing
    collected(lambda: c.follow(proxy) is None)
    try:
        return before, proxy.name
    except ReferenceError as error:
        return before, type(error).__name__


check("references", references)
check("same reference", lambda: (t := Thing(), c.make_reference(t) is c.make_reference(t), weakref.ref(t) == c.make_reference(t))[1:])
check("proxies", proxies)
check_type("reference to int", c.make_reference, 5)
check_type("follow no reference", c.follow, Thing())


def broken():
    yield 1
    raise OSError("broken iterator")


class OldStyle:
    """Iterated by __getitem__."""

    def __getitem__(self, index):
        if index > 2:
            raise IndexError
        return index * 10


for label, iterable in {
    "list": [1, 2],
    "str": "añ漢",
    "dict": {"a": 1},
    "generator": (i * i for i in range(4)),
    "map": map(str, (1, 2)),
    "old style": OldStyle(),
    "broken": broken(),
    "set": {5},
    "range": range(3),
    "bytes": b"ab",
    "deque": collections.deque([1, 2]),
    "reversed": reversed([1, 2]),
    "zip": zip("ab", (1, 2)),
    "enumerate": enumerate("x"),
    "file lines": "a\nb\n".splitlines(),
}.items():
    check(f"iterate {label}", c.iterate, iterable)
check_type("iterate int", c.iterate, 5)
check("iterate much", lambda: sum(c.iterate(range(50_000))))


def echo():
    got = []
    while len(got) < 3:
        got.append((yield len(got)))
    return got


check("send", lambda: c.send_all(echo(), [None, "a", "b", "c", "d"]))
check("send to iterator", lambda: c.send_all(iter([1, 2]), [None, None, None]))
check("send to broken", lambda: c.send_all(broken(), [None, None]))
check("call iterator", lambda: list(c.call_iterator(iter([1, 2, 0, 3]).__next__, 0)))
check("sequence iterator", lambda: list(c.sequence_iterator(OldStyle())))
for part in (slice(None), slice(1, 5), slice(-3, None), slice(None, None, -1), slice(10, 0, -3), slice(2, 100, 7)):
    check(f"slice {part}", c.slice_facts, part, 10)
check_type("slice of text", c.slice_facts, slice("a", None), 10)
check_type("slice with step zero", c.slice_facts, slice(None, None, 0), 10)


class Dynamic:
    """Attribute access of its own."""

    def __init__(self):
        object.__setattr__(self, "log", [])

    def __getattr__(self, name):
        if name in dict(self.log):
            return f"dynamic {name}"
        raise AttributeError(name)

    def __setattr__(self, name, value):
        self.log.append((name, value))

    def __delattr__(self, name):
        self.log.clear()


check("probe object", lambda: c.probe(Thing(), "extra", [1])[:4])
check("probe unicode name", lambda: c.probe(Thing(), "é漢", 1)[:4])
check("probe dynamic", lambda: c.probe(Dynamic(), "virtual", 5)[:4])
check("probe class", lambda: c.probe(Thing, "on_class", 5))
check("probe function", lambda: c.probe(lambda: 0, "tag", 5)[:4])
check_type("probe int", c.probe, 5, "x", 1)
check_type("probe slots", c.probe, type("Slots", (), {"__slots__": ("x",)})(), "y", 1)

values = {
    "int": 5,
    "zero": 0,
    "str": "añ漢",
    "empty": "",
    "float": 2.5,
    "list": [1, "é"],
    "dict": {"k": None},
    "set": {1},
    "none": None,
    "thing": Thing("ñ"),
    "date": datetime.date(2020, 1, 2),
    "decimal": decimal.Decimal("1.50"),
    "bytes": b"\xff",
    "range": range(3),
    "slice": slice(1, 2),
    "type": int,
    "exception": ValueError("x"),
    "ellipsis": ...,
}
for label, value in values.items():
    check(f"inspect {label}", c.inspect, value)
check("inspect bad repr", c.inspect, type("Bad", (), {"__repr__": lambda self: 1 / 0})())
check_type("inspect bad bool", c.inspect, type("Bad", (), {"__bool__": lambda self: 1 / 0, "__repr__": lambda self: "bad"})())


class Abstract(abc.ABC):
    """An abstract base class with a virtual subclass."""


Abstract.register(Thing)
for label, pair in {
    "exact": (5, int),
    "bool": (True, int),
    "tuple": (5, (str, int)),
    "not": ("x", int),
    "abc": ([], collections.abc.MutableSequence),
    "virtual": (Thing(), Abstract),
    "union": (5, int | str),
    "object": (None, object),
    "no type": (5, 5),
}.items():
    check_type(f"relation {label}", c.relation, *pair)

nan = float("nan")
for label, pair in {
    "ints": (1, 2),
    "equal": (3, 3.0),
    "strs": ("a", "b"),
    "mixed": (1, "a"),
    "lists": ([1, 2], [1, 3]),
    "nan": (nan, nan),
    "none": (None, None),
    "things": (Thing(), Thing()),
    "dates": (datetime.date(2020, 1, 1), datetime.date(2021, 1, 1)),
    "sets": ({1}, {1, 2}),
    "tuples": ((1, "a"), (1, "b")),
    "odd result": (type("Odd", (), {"__lt__": lambda self, other: [], "__eq__": lambda self, other: "yes"})(), 1),
    "raising": (type("Raising", (), {"__eq__": lambda self, other: 1 / 0})(), 1),
}.items():
    check(f"compare {label}", c.compare, *pair)

check("items dict", c.items, {"a": 1}, "b", 2)
check("items list", c.items, [1, 2, 3], 1, "x")
check("items slice", c.items, [1, 2, 3], slice(0, 2), "xyz")
check("items negative", c.items, [1, 2, 3], -1, "x")
check_type("items tuple", c.items, (1, 2), 0, "x")
check_type("items far", c.items, [], 5, "x")
check_type("items int", c.items, 5, 0, 0)
check("items user", c.items, collections.UserDict(a=1), "b", 2)
check("format", lambda: (c.format(3.14159, ".2f"), c.format("x", ">3"), c.format(5, None), c.format(255, "x")))
check_type("format bad", c.format, 5, "zz")
check("dir", lambda: [n for n in c.dir(Thing("d")) if not n.startswith("_")])
