"""Drives recursion.c: every endless recursion ends in RecursionError, and the process goes on."""

import sys

import recursion as c
from checks import check, check_all, check_type
from recursion import Box

check_all(c)
check("shallow", c.descend, 50)
check_type("deep", c.descend, 1_000_000)
check("shallow again", c.descend, 50)


def message():
    try:
        c.descend(1_000_000)
    except RecursionError as error:
        return "while going down" in str(error)


check("message", message)


def endless():
    return c.call_back(endless)


def endless_with_cleanup(counts=[0]):
    try:
        return c.call_back(endless_with_cleanup)
    finally:
        counts[0] += 1


class Compare:
    """Its comparison goes through C and back."""

    def __eq__(self, other):
        return c.compare(self, other)

    def __hash__(self):
        return hash(c.hash_of(self))

    def __repr__(self):
        return "<" + c.represent(self) + ">"

    def __call__(self):
        return c.call_back(self)

    def __getattr__(self, name):
        return getattr(Box(self), name)


for label, function in {
    "call": endless,
    "call with cleanup": endless_with_cleanup,
    "compare": lambda: Compare() == Compare(),
    "hash": lambda: hash(Compare()),
    "repr": lambda: repr(Compare()),
    "object": lambda: Compare()(),
    "attribute": lambda: Compare().missing,
    "sort key": lambda: sorted([1, 2], key=lambda x: endless()),
}.items():
    check_type(f"endless {label}", function)
    check_type(f"endless {label} again", function)
    check(f"fine after {label}", lambda: c.call_back(lambda: "fine"))


def caught_inside(depth=0):
    """The error is caught half-way, and the program goes on from there."""
    try:
        return c.call_back(lambda: caught_inside(depth + 1))
    except RecursionError:
        return "caught" if depth < 10 else (_ for _ in ()).throw(RecursionError)


check("caught inside", caught_inside)


def limited():
    """A lower limit is respected."""
    old = sys.getrecursionlimit()

    def depth(n):
        return depth(n + 1) if n < 100 else c.call_back(lambda: n)

    try:
        sys.setrecursionlimit(old + 500)
        return depth(0)
    finally:
        sys.setrecursionlimit(old)


check("limited", limited)
box = Box(None)
box.__init__([box])
check("repr of a cycle", lambda: repr(box))
check("repr of two", lambda: (a := Box(1), b := Box(a), a.__init__(b), repr(a))[3])
check("repr again", lambda: repr(Box(Box("x"))))


def tower(levels):
    inner = len
    for _ in range(levels):
        inner = Box(inner)
    return inner


check("tower", lambda: tower(50)("four"))
check_type("endless box", lambda: (b := Box(None), b.__init__(b), b())[2])
check("tall tower is freed", lambda: tower(100_000) and "freed")
