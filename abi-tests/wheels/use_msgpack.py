"""msgpack: every format of the wire, dates, extension types, hooks, streams, limits and broken input."""

import collections
import datetime
import io
import random

import msgpack
from checks import check, check_type
from msgpack import _cmsgpack

UTC = datetime.timezone.utc

check("binary", lambda: _cmsgpack.__file__.rpartition("/")[2])
check("in use", lambda: (msgpack.Packer is _cmsgpack.Packer, msgpack.unpackb is _cmsgpack.unpackb))

VALUES = {
    "constants": [None, True, False],
    "ints": [n + d for n in (0, 2**5, 2**7, 2**8, 2**15, 2**16, 2**31, 2**32, 2**63) for d in (-1, 0)],
    "negative": [-1, -32, -33, -128, -129, -(2**15), -(2**15) - 1, -(2**31), -(2**31) - 1, -(2**63)],
    "top": 2**64 - 1,
    "too large": 2**64,
    "floats": [0.0, -0.0, 1.5, 1e300, float("inf")],
    "texts": ["", "x" * 31, "x" * 32, "é" * 200, "漢" * 30000, "😀"],
    "bytes": [b"", b"x" * 255, b"x" * 256, bytearray(b"array"), memoryview(b"view")],
    "arrays": [[], list(range(16)), list(range(70000))[-3:], (1, (2, 3))],
    "maps": {"a": {"b": {}}, "c": [1, {"d": None}]},
    "ordered": collections.OrderedDict([("z", 1), ("a", 2)]),
    "extension": msgpack.ExtType(42, b"data"),
    "timestamp": msgpack.Timestamp(1, 5),
    "datetime": datetime.datetime(2024, 2, 29, 12, 30, 15, 123456, UTC),
    "naive": datetime.datetime(2024, 2, 29),
    "date": datetime.date(2024, 2, 29),
    "surrogate": "\ud800",
    "set": {1, 2},
}
OPTIONS = {
    "plain": {},
    "single": {"use_single_float": True},
    "old": {"use_bin_type": False},
    "dates": {"datetime": True},
    "strict": {"strict_types": True},
    "default": {"default": str},
}
for label, value in VALUES.items():
    for option, arguments in OPTIONS.items():
        check(f"packb {label} {option}", lambda: (p := msgpack.packb(value, **arguments))[:40] + p[-40:])

check("large array", lambda: msgpack.unpackb(msgpack.packb(list(range(70000)))) == list(range(70000)))
moments = [
    datetime.datetime(1970, 1, 1, tzinfo=UTC),
    datetime.datetime(1969, 12, 31, 23, 59, 59, 999999, UTC),
    datetime.datetime(2600, 1, 1, 1, 2, 3, 4, UTC),
    datetime.datetime(2024, 5, 6, 7, 8, 9, 10, datetime.timezone(datetime.timedelta(hours=-5, minutes=30))),
]
for moment in moments:
    packed = msgpack.packb(moment, datetime=True)
    for kind in range(4):
        check(f"moment {moment} as {kind}", lambda: msgpack.unpackb(packed, timestamp=kind))
    check("its arithmetic", lambda: msgpack.unpackb(packed, timestamp=3) - moments[0])
check("beyond dates", lambda: msgpack.unpackb(msgpack.packb(msgpack.Timestamp(2**40, 0))))
check_type("beyond dates as one", lambda: msgpack.unpackb(msgpack.packb(msgpack.Timestamp(2**40, 0)), timestamp=3))

check("pairs", lambda: msgpack.unpackb(msgpack.packb({"a": 1, "b": [2]}), object_pairs_hook=list))
check("objects", lambda: msgpack.unpackb(msgpack.packb([{"a": 1}, {}]), object_hook=lambda d: sorted(d.items())))
check("lists", lambda: msgpack.unpackb(msgpack.packb([1, [2]]), list_hook=tuple, strict_map_key=False))
check("tuples", lambda: msgpack.unpackb(msgpack.packb([1, [2]]), use_list=False))
check("extensions", lambda: msgpack.unpackb(msgpack.packb(VALUES["extension"]), ext_hook=lambda c, d: (c, d)))
check("hook raises", lambda: msgpack.unpackb(msgpack.packb({}), object_hook=lambda d: 1 / 0))
check("int keys", lambda: msgpack.unpackb(msgpack.packb({1: 2})))
check("int keys allowed", lambda: msgpack.unpackb(msgpack.packb({1: 2}), strict_map_key=False))
check("raw", lambda: msgpack.unpackb(msgpack.packb(["é"]), raw=True))

packed = msgpack.packb({"list": [1, "two", 3.0], "bytes": b"abc"})
for length in range(len(packed)):
    check(f"cut at {length}", lambda: msgpack.unpackb(packed[:length]))
check("extra", lambda: msgpack.unpackb(packed + b"\x01"))
check("reserved", lambda: msgpack.unpackb(b"\xc1"))
check("bad utf-8", lambda: msgpack.unpackb(b"\xa2\xff\xff"))
check("replaced", lambda: msgpack.unpackb(b"\xa2\xff\xff", unicode_errors="replace"))
check("too long", lambda: msgpack.unpackb(msgpack.packb("x" * 100), max_str_len=99))
check("too deep", lambda: msgpack.unpackb(b"\x91" * 10000 + b"\x01"))
nest = []
nest.append(nest)
check("endless", lambda: msgpack.packb(nest))

unpacker = msgpack.Unpacker()
check("fed in pieces", lambda: [(unpacker.feed(bytes([byte])), list(unpacker))[1] for byte in packed + packed])
check("from a file", lambda: list(msgpack.Unpacker(io.BytesIO(packed * 3), read_size=2)))
unpacker = msgpack.Unpacker(io.BytesIO(packed + b"\x05"))
check("headers", lambda: (unpacker.read_map_header(), unpacker.unpack(), unpacker.read_array_header(), unpacker.tell()))
check("skip", lambda: (unpacker.skip(), unpacker.unpack(), unpacker.tell()))
packer = msgpack.Packer(autoreset=False)
check("by hand", lambda: (packer.pack_array_header(2), packer.pack(1), packer.pack_map_pairs([("k", "v")]), packer.bytes()))
check("reset", lambda: (packer.reset(), packer.bytes(), packer.pack_ext_type(5, b"x"), bytes(packer.getbuffer())))

rng = random.Random(3)
rows = [{"id": i, "name": f"név {i}", "x": rng.random(), "tags": ["t"] * (i % 4), "raw": b"\0" * (i % 9)} for i in range(5000)]
check("round trip", lambda: msgpack.unpackb(msgpack.packb(rows)) == rows)
