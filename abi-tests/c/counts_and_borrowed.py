"""Drives counts_and_borrowed.c: identity and lifetime of what C holds and what it only borrows."""

import gc
import sys

import counts_and_borrowed as c
from checks import check, check_all

check_all(c)


class Thing:
    """An object of the host with a name."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"Thing({self.name!r})"


def identity():
    things = [Thing(i) for i in range(1000)]
    for thing in things:
        c.keep(thing)
    gc.collect()
    found = [c.find(thing) for thing in things]
    missing = c.find(Thing("new"))
    return found == list(range(1000)), missing, all(a is b for a, b in zip(c.release(), things))


def survives():
    c.keep(Thing("only C holds me"))
    c.keep([Thing("in a list")])
    c.keep(lambda: "a closure")
    c.keep("text " * 3)
    c.keep(10**30)
    c.keep((1, [2], {3: 4}))
    for _ in range(3):
        gc.collect()
        [Thing(i) for i in range(10_000)]
    thing, items, function, text, number, mixed = c.release()
    return thing, items, function(), text, number, mixed


def reused_addresses():
    """Objects that came and went must not be confused with new ones."""
    wrong = 0
    for i in range(3000):
        thing = Thing(i)
        c.keep(thing)
        (back,) = c.release()
        wrong += back is not thing or back.name != i
    return wrong


def borrowed_while_python_runs():
    items = [Thing("borrowed")]

    def function():
        gc.collect()
        [Thing(i) for i in range(1000)]

    return c.borrow_and_call(items, function) is items[0]


check("identity", identity)
check("survives", survives)
check("reused addresses", reused_addresses)
check("borrowed while Python runs", borrowed_while_python_runs)
check("borrow from an empty list", c.borrow_and_call, [], gc.collect)
check("borrow and an exception", lambda: c.borrow_and_call([1], lambda: 1 / 0))
check("borrow and no list", c.borrow_and_call, (1,), gc.collect)
check("dict", lambda: c.borrow_from_dict({"k": [1]}, "k"))
check("dict same object", lambda: (found := c.borrow_from_dict({"k": Thing("v")}, "k"))[0] is found[1])
check("dict without", lambda: c.borrow_from_dict({}, "k"))
check("dict int key", lambda: c.borrow_from_dict({5: "five"}, 5))


class Holder(dict):
    """Has attributes and items."""


for value in (b"bytes", "text", b"", b"long" * 4):
    holder = Holder(name=value)
    holder.name = value
    check(f"use after return {value!r}", c.use_after_return, holder, "name")
for kind in "sbif":
    for owner in ({}, [], set(), Holder(), type("Plain", (), {})()):
        check(f"use after storing {kind} in {type(owner).__name__}", c.use_after_storing, owner, kind)
check("tuple", lambda: c.borrow_from_tuple((1, "two", 3.0, None, [4])))
check("tuple empty", lambda: c.borrow_from_tuple(()))
check("classes keep their address", lambda: [c.keep(Thing), c.find(Thing), c.release()[0] is Thing])
check("names are themselves when they come back", lambda: [
    (c.keep(name), c.last_kept() is name, [c.last_kept()][0] is name, c.release())
    for name in ("shut_down", "x" * 3, sys.intern("made " + str(1)), "__init__")
])
check("builtins keep their address", lambda: [c.keep(len), c.find(len), c.find(print), c.release()[0] is len])
check("nested lists", c.nest, "list", 200_000)
check("nested tuples", c.nest, "tuple", 200_000)
