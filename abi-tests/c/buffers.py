"""Drives buffers.c, and memory views over its exporter from Python."""

import struct

import buffers
from buffers import Grid
from checks import check, check_all, check_type

check_all(buffers)


def assigned():
    grid = Grid(1, 0)
    view = memoryview(grid)
    view[0] = 77
    view[1:3] = memoryview(Grid(1))[3:5]
    return view.tolist(), bytes(grid)[:4]


for label, function in {
    "bytes": lambda: (bytes(Grid(1)) == struct.pack("12i", *range(0, 132, 11)), len(bytearray(Grid(3)))),
    "view": lambda: (memoryview(Grid(1))[2], memoryview(Grid(2)).shape, memoryview(Grid(3)).tolist()),
    "assigned": assigned,
    "slices": lambda: memoryview(Grid(1))[::5].tolist(),
    "cast": lambda: memoryview(Grid(1)).cast("B")[:4].tolist(),
    "readonly": lambda: memoryview(Grid(1, 1)).readonly,
    "with": lambda: [v.nbytes for v in (memoryview(Grid(2)),)],
}.items():
    check(label, function)
check_type("readonly assigned", lambda: memoryview(Grid(1, 1)).__setitem__(0, 1))
check_type("refused", lambda: memoryview(Grid(1, 0, 1)))
