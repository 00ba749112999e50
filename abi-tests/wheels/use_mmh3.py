"""mmh3: every hash function and hasher type over bytes, text and buffers."""

import array

import mmh3
from checks import check, check_type

check("binary", lambda: mmh3.__file__.rpartition("/")[2])
check("names", lambda: [name for name in dir(mmh3) if not name.startswith("_")])

data = bytes((i * 31 + 7) % 256 for i in range(5000))
inputs = {
    "empty": b"",
    "foo": b"foo",
    "text": "foo",
    "accents": "é漢😀",
    "nul": b"\0\0\0",
    "long": data,
    "bytearray": bytearray(b"foo"),
    "memoryview": memoryview(b"foo"),
    "array": array.array("B", b"foo"),
}
functions = ["hash", "hash64", "hash128", "hash_bytes", "hash_from_buffer"]
digests = [name for name in sorted(dir(mmh3)) if name.endswith("digest")]
for label, value in inputs.items():
    for name in functions:
        check(f"{name} {label}", getattr(mmh3, name), value)
        check(f"{name} {label} seeded", getattr(mmh3, name), value, 0x9747B28C)
    for name in digests:
        check(f"{name} {label}", getattr(mmh3, name), value, 42)
for size in range(0, 40):
    check(f"tail {size}", lambda size=size: [getattr(mmh3, name)(data[:size]) for name in functions])

check("unsigned", lambda: mmh3.hash("foo", signed=False))
check("unsigned by position", lambda: mmh3.hash("foo", 0, False))
check("hash64 variants", lambda: [mmh3.hash64("foo", 0, x, s) for x in (True, False) for s in (True, False)])
check("hash128 variants", lambda: [mmh3.hash128("foo", 42, x, s) for x in (True, False) for s in (True, False)])
check("hash_bytes variants", lambda: [mmh3.hash_bytes("foo", 1, x) for x in (True, False)])
check("keywords", lambda: mmh3.hash128(key=b"foo", seed=7, x64arch=True, signed=True))
check("truthy flag", lambda: mmh3.hash("foo", signed=[]))
check("seed limits", lambda: [mmh3.hash("foo", seed) for seed in (0, 1, 2**31, 2**32 - 1)])

for name in functions:
    function = getattr(mmh3, name)
    check(f"{name} no argument", function)
    check(f"{name} None", function, None)
    check(f"{name} int", function, 5)
    check(f"{name} list", function, [1])
    check(f"{name} seed str", function, b"x", "1")
    check(f"{name} seed float", function, b"x", 1.0)
    check(f"{name} seed negative", function, b"x", -1)
    check(f"{name} seed huge", function, b"x", 2**32)
    check(f"{name} seed enormous", function, b"x", 2**80)
    check(f"{name} unknown keyword", lambda function=function: function(b"x", colour=1))
    check(f"{name} twice", lambda function=function: function(b"x", key=b"y"))
    check(f"{name} too many", function, b"x", 1, True, True, 5)
for name in digests:
    check(f"{name} int", getattr(mmh3, name), 5)
    check(f"{name} text", getattr(mmh3, name), "text")
    check(f"{name} too many", getattr(mmh3, name), b"x", 1, 2)


class Text(str):
    """A subclass of str."""


class Index:
    def __index__(self):
        return 42


check("str subclass", mmh3.hash, Text("foo"))
check_type("seed with __index__", mmh3.hash, "foo", Index())

for name in ("mmh3_32", "mmh3_x64_128", "mmh3_x86_128"):
    kind = getattr(mmh3, name)
    hasher = kind()
    check(f"{name} attributes", lambda: (hasher.digest_size, hasher.block_size, hasher.name))
    check(f"{name} empty", hasher.digest)
    for start in range(0, len(data), 333):
        hasher.update(data[start : start + 333])
    methods = [m for m in dir(kind) if m.endswith("digest")]
    check(f"{name} methods", lambda: [(m, getattr(hasher, m)()) for m in methods])
    check(f"{name} one shot", lambda: kind(data).digest() == hasher.digest())
    check(f"{name} seeded", lambda: kind(b"foo", 42).digest())
    check(f"{name} keywords", lambda: kind(data=b"foo", seed=42).digest())
    twin = hasher.copy()
    twin.update(b"more")
    check(f"{name} copy", lambda: (twin.digest() != hasher.digest(), type(twin) is kind))
    check(f"{name} byte by byte", lambda: [(h := kind(), [h.update(data[i : i + 1]) for i in range(50)], h.digest())[2]])
    check(f"{name} update str", hasher.update, "text")
    check(f"{name} update None", hasher.update, None)
    check(f"{name} bad seed", kind, b"", "seed")
    check(f"{name} unknown keyword", lambda: kind(colour=1))
    check_type(f"{name} set attribute", lambda: setattr(hasher, "name", "x"))
    check_type(f"{name} delete attribute", lambda: delattr(hasher, "digest_size"))
    check(f"{name} type", lambda: (kind.__name__, kind.__module__, isinstance(hasher, kind)))
    check(f"{name} many", lambda: sum(kind(b"%d" % i).digest()[0] for i in range(5000)))
check("many", lambda: sum(mmh3.hash(f"key-{i}") for i in range(20_000)))
