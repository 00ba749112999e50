"""Cycles that run through native memory, and what is left of them. One JSON object on standard output.

Arguments: how many cycles of each shape, and the names of the shapes if not all are wanted.
"""
import gc
import json
import sys
import time

import traffic
from traffic import Box, Large


class Instance:
    """An object of Python."""


class Sub(Box):
    """A Python class over C's, with state of its own."""

    def __init__(self, item=None):
        super().__init__(item)
        self.label = [item]

    def method(self):
        return self


def native():
    """C's objects alone."""
    a, b = Box(None), Box(None)
    a.item, b.item = b, a


def large():
    """Blocks of C's that are not small, through an object of Python as well."""
    a, b = Large(None), Large(None)
    a.item, b.item = b, a
    held = Instance()
    held.box = Large(held)


class LargeSub(Large):
    """A Python class over them, with state of its own."""


def large_sub():
    a, b = LargeSub(None), Large(None)
    a.item, b.item = b, a
    a.me = a
    a.list = [b, a]


def native_sub():
    a, b = Sub(), Box(None)
    a.item, b.item = b, a


def instance():
    """An attribute of a Python object."""
    held = Instance()
    held.box = Box(held)


def a_list():
    held = []
    held.append(Box(held))


def a_list_of_many():
    held = list(range(300))
    held[5] = Box(held)


def a_tuple_and_a_set():
    box = Box(None)
    box.item = (box, {box})


def dict_closure():
    """A closure in a dict."""
    box = Box(None)
    box.item = {"key": lambda: box}


def function_default():
    box = Box(None)
    box.item = lambda x=box: x


def bound_method():
    box = Sub()
    box.item = box.method


def builtin_method():
    box = Box(None)
    box.item = box.swap


def subclass_dict():
    box = Sub()
    box.item = box.__dict__
    box.me = box


def generator():
    def generate():
        yield box
    box = Box(None)
    box.item = generate()
    next(box.item)


def exception():
    box = Box(None)
    box.item = ValueError(box)


def through_two():
    """Two of C's objects and two of Python's, in turn."""
    a, b = Box([]), Sub({})
    a.item.append(b)
    b.item["a"] = a


def nested():
    """Deep in what the object holds."""
    box = Box(None)
    box.item = [{"key": [(Box([[box]]),)]}]


def cells():
    """Lists that C has seen and that hold themselves."""
    held = []
    held.append(held)
    traffic.same(held)
    held.append([held])
    traffic.same(held)


def klass():
    """A class that an instance of it holds."""
    class Made(Box):
        """A class of its own."""
    Made.made = Made(Made)


SHAPES = [native, large, large_sub, native_sub, instance, a_list, a_list_of_many, a_tuple_and_a_set, dict_closure, function_default, bound_method,
          builtin_method, subclass_dict, generator, exception, through_two, nested, cells]


def figures():
    """Live boxes and, on a host that has them, live handles."""
    left = {"boxes": traffic.boxes()}
    if sys.implementation.name != "cpython":
        import _gimbal.core
        left.update(_gimbal.core.stats())
    return left


def main(count, *names):
    for _ in range(3):
        gc.collect()
    before = figures()
    report = {}
    for shape in [shape for shape in SHAPES if not names or shape.__name__ in names]:
        started = time.perf_counter()
        for _ in range(count // 10 if shape in (a_list_of_many, generator) else count):
            shape()
        for _ in range(4):
            gc.collect()
        after = figures()
        report[shape.__name__] = {key: after[key] - before[key] for key in after}
        print(shape.__name__, round(time.perf_counter() - started, 2), report[shape.__name__], file=sys.stderr)
    print(json.dumps(report))


main(int(sys.argv[1]), *sys.argv[2:])
