"""The buffer protocol, in both directions."""

import array

import buffers
import timing


def given(f, x):
    def loop(n, f=f, x=x):
        for i in range(n):
            f(x)

    return loop


def exported(n, x=buffers.Block()):
    for i in range(n):
        memoryview(x).release()


def read_items(n, x=memoryview(buffers.Block())):
    for i in range(n):
        x[7]


timing.report({
    "C reads the buffer of `bytes`": given(buffers.ends, b"x" * 1000),
    "C reads the buffer of a `bytearray`": given(buffers.ends, bytearray(1000)),
    "C reads the buffer of an `array`": given(buffers.ends, array.array("d", [0.0] * 100)),
    "C reads the buffer of an instance": given(buffers.ends, buffers.Block()),
    "`y*` of `bytes`": given(buffers.parsed, b"x" * 1000),
    "a `memoryview` of an instance, released": exported,
    "an item of a `memoryview` of an instance": read_items,
})
