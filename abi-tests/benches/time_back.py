"""C that uses objects of Python. Rows "inside C" repeat there: nothing of them is the call of the C function."""

import back
import timing


class Thing:
    attribute = "value"

    def method(self):
        return 1

    def __getitem__(self, key):
        return key


class Stored:
    def __init__(self):
        self.attribute = "value"


def answer():
    return 42


def same(x):
    return x


def call_back(n, f=back.call_back, x=answer):
    for i in range(n):
        f(x)


def attribute(n, f=back.attribute, x=Thing()):
    for i in range(n):
        f(x)


def set_attribute(n, f=back.set_attribute, x=Stored()):
    for i in range(n):
        f(x)


def inside(f, a, b):
    return lambda n: f(a, b, n)


def iterate(iterable):
    def loop(n, f=back.count, x=iterable):
        for i in range(n):
            f(x)

    return loop


def generator(n, f=back.count):
    for i in range(n):
        f(x for x in range(1000))


timing.report({
    "calls a Python function": call_back,
    "calls a Python function, inside C": inside(back.each_call, answer, None),
    "the same with one int": inside(back.each_call_one, same, 5),
    "the same with a ready tuple of two": inside(back.each_call_tuple, max, (1, 2)),
    "calls a method of a Python object, inside C": inside(back.each_method, Thing(), "method"),
    "reads an attribute of a Python object": attribute,
    "reads an attribute, inside C": inside(back.each_attribute, Stored(), "attribute"),
    "writes an attribute of a Python object": set_attribute,
    "`PyObject_GetItem` of a dict, inside C": inside(back.each_item, {"key": "value"}, "key"),
    "`PyObject_GetItem` of a Python object, inside C": inside(back.each_item, Thing(), "key"),
    "`PyNumber_Add` of two ints, inside C": inside(back.each_add, 300, 400),
    "iterates over a list of 1000 ints": iterate(list(range(1000))),
    "iterates over a range of 1000": iterate(range(1000)),
    "iterates over a generator of 1000": generator,
})
