"""Drives bytes_and_buffers.c: buffers of the host seen by C, and buffers of C seen by the host."""

import array
import gc
import io
import struct
import threading

import bytes_and_buffers as c
from checks import check, check_all, check_type

check_all(c)


class Bytes(bytes):
    """A subclass of bytes."""


for label, value in {"empty": b"", "short": b"abc", "nul": b"\0\xff\0", "long": bytes(range(256)) * 100, "sub": Bytes(b"s")}.items():
    check(f"in place {label}", c.bytes_in_place, value)

check("both sides", lambda: c.bytearray_both_sides(a := bytearray(b"xyz"), lambda seen: (bytes(seen), seen.__setitem__(0, 80))[0]))
check("both sides grow", lambda: c.bytearray_both_sides(bytearray(b"xyz"), lambda seen: seen.extend(b"more" * 100)))
check("both sides no array", c.bytearray_both_sides, b"xyz", len)


class Doubles(array.array):
    pass


for made in array.array, Doubles:
    check(f"{made.__name__} in place", lambda: c.array_both_sides(made("d", [1.5, 2.5]), lambda seen: (seen.tolist(), seen.__setitem__(1, 7.0))))
    check(f"{made.__name__} grows", lambda: c.array_both_sides(made("d", [1.5]), lambda seen: seen.extend(range(1000))))
    check(f"{made.__name__} shrinks", lambda: c.array_both_sides(made("d", [1.5, 2.5]), lambda seen: (seen.pop(), seen.pop())))
check("array of bytes", c.array_both_sides, array.array("b", [1] * 8), len)

file = io.BytesIO(b"file in memory")        # PyPy shows no address of it
check("file", lambda: (c.describe(file.getbuffer(), 1), c.write_through(file.getbuffer()[4:]), file.getvalue()))

exporters = {
    "bytes": b"abcdef",
    "bytearray": bytearray(b"abcdef"),
    "memoryview": memoryview(b"abcdef"),
    "slice": memoryview(b"abcdef")[2:4],
    "strided": memoryview(b"abcdef")[::2],
    "array": array.array("i", [1, -2, 3]),
    "doubles": array.array("d", [1.5, 2.5]),
    "cast": memoryview(bytearray(24)).cast("i", (2, 3)),
    "grid": c.Grid(),
    "empty": b"",
    "str": "text",
    "list": [1],
    "int": 5,
    "None": None,
}
for label, value in exporters.items():
    check(f"can export {label}", c.can_export, value)
    for flags in ("SIMPLE", "WRITABLE", "FORMAT", "ND", "STRIDES", "FULL_RO", "CONTIG_RO"):
        check_type(f"describe {label} {flags}", lambda: c.describe(value, getattr(c, f"PyBUF_{flags}"))[:9])
check("what is no buffer", c.describe, "text", 0)

for label, value in {"bytearray": bytearray(b"abc"), "array": array.array("B", b"abc"), "view": memoryview(bytearray(b"abc"))}.items():
    check(f"write {label}", lambda: (c.write_through(value), bytes(value)))
check_type("write bytes", c.write_through, b"abc")
check_type("write read-only view", c.write_through, memoryview(b"abc"))

held = bytearray(b"held")
check("hold", c.hold, held)
check("write while held", lambda: (held.__setitem__(0, 72), c.poke(), held))
check("let go", c.let_go)
check("resize after", lambda: (held.extend(b"?"), held))

def exports():
    """How many buffers are in use, once a collector has found those that nobody uses any more."""
    gc.collect()
    gc.collect()
    return grid.exports()


grid = c.Grid()
view = memoryview(grid)
check("grid view", lambda: (view.shape, view.strides, view.format, view.itemsize, view.ndim, view.nbytes, view.readonly))
check("grid contiguous", lambda: (view.contiguous, view.c_contiguous, view.f_contiguous))
check("grid empty", lambda: (view.tolist(), exports()))
check("grid write", lambda: (view.__setitem__((1, 2), 7), view.__setitem__((0, 0), -1), grid.cells()))
check("grid read", lambda: (view[1, 2], view.tobytes() == struct.pack("6i", *grid.cells())))
check("grid slice", lambda: view.cast("B")[:4].tobytes())
view.release()
check("grid released", exports)
check("grid bytes", lambda: (bytes(grid) == struct.pack("6i", *grid.cells()), len(bytearray(grid)), exports()))
check("grid unpack", lambda: struct.unpack("6i", memoryview(grid)))
check("grid join", lambda: (len(b"".join([grid, b"x"])), exports()))
with memoryview(grid) as view:
    check("grid in use", exports)
check("grid done", exports)


class Sub(c.Grid):
    """A Python subclass exports the same buffer."""


check("grid subclass", lambda: memoryview(Sub()).shape)

view = c.memoryview_of_memory()
check("memory", lambda: (view.tobytes(), view.readonly, len(view), view.format))
check("memory written by Python", lambda: (view.__setitem__(0, ord("M")), c.memory_now()))
check("memoryview of", lambda: c.memoryview_of(b"abc").tobytes())
check("memoryview of array", lambda: c.memoryview_of(array.array("h", [1, 2])).tolist())
check_type("memoryview of str", c.memoryview_of, "abc")
check("contiguous", lambda: c.contiguous(b"abc").tobytes())
check("contiguous strided", lambda: c.contiguous(memoryview(b"abcdef")[::2]).tobytes())
check("to contiguous", lambda: c.to_contiguous(memoryview(b"abcdef")[::-2]))


class Dropped(bytearray):
    """While it is asked for its length, another thread drops the only reference of C, and so many others that they are freed."""

    armed = False

    def __len__(self):
        if Dropped.armed:
            Dropped.armed = False
            thread = threading.Thread(target=c.drop)
            thread.start()
            thread.join()
        return super().__len__()


def dropped_while_asked():
    array = Dropped(b"bytes")
    count = c.keep([array] + [object() for _ in range(400)])
    Dropped.armed = True
    c.run_host_code(lambda: None)
    c.drop()
    return count, bytes(array), len([object() for _ in range(400)])


check("dropped while asked", dropped_while_asked)
