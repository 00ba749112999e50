"""Objects of each kind, made, passed to C, back and dropped, in rounds. One JSON object on standard output: the resident KiB
after each round, and of each kind by how many the handles have become more in the last one.

Arguments: how many objects of each kind, and the names of the kinds if not all are wanted.
"""
import gc
import json
import sys

from traffic import Box, drop, point, same


class Thing:
    """An object of Python."""

    def __init__(self, i):
        self.i = i


class Labelled(Box):
    """A Python class over C's, with state of its own."""

    def __init__(self, i):
        super().__init__(i)
        self.label = i


ROUNDS = 5
KINDS = {
    "int": lambda i: i,
    "big int": lambda i: i << 100,
    "float": lambda i: i * 0.5,
    "str": str,
    "bytes": lambda i: b"%d" % i,
    "tuple": lambda i: (i, None),
    "list": lambda i: [i],
    "dict": lambda i: {"key": i},
    "set": lambda i: {i},
    "instance": Thing,
    "instance of C's type": Box,
    "instance of C's type without the collector": point,
    "instance of a subclass": Labelled,
    "function": lambda i: lambda: i,
    "method": lambda i: Box(i).swap,
    "exception": ValueError,
}


def resident():
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])


def handles():
    if sys.implementation.name == "cpython":
        return 0
    import _gimbal.core
    return _gimbal.core.stats()["handles"]


def collected(function):
    """A figure, after all that is garbage is gone."""
    for _ in range(3):
        gc.collect()
        drop()
    return function()


def make(kind, count):
    for i in range(count):
        same(kind(i))


def main(count, *names):
    samples, left = [], {}
    kinds = [(name, kind) for name, kind in KINDS.items() if not names or name in names]
    for round in range(ROUNDS):
        for name, kind in kinds:
            before = collected(handles)
            make(kind, count // ROUNDS)
            left[name] = collected(handles) - before
        samples.append(collected(resident))
    print(json.dumps({"resident": samples, "handles": left}))


main(int(sys.argv[1]), *sys.argv[2:])
