"""crc32c: checksums of every kind of buffer, the running form, the hash object, its modes of releasing the GIL."""

import array
import threading
import warnings

import crc32c
from checks import check, check_type

check("binary", lambda: crc32c._crc32c.__file__.rpartition("/")[2])
check("version", lambda: crc32c.__version__)
check("flags", lambda: (type(crc32c.hardware_based).__name__, crc32c.big_endian))

data = bytes((i * 7 + i // 256) % 256 for i in range(70_000))
for size in [*range(0, 20), 31, 32, 33, 255, 256, 1023, 8191, 32_767, 32_768, 65_537]:
    check(f"size {size}", crc32c.crc32c, data[:size])
for offset in range(1, 9):
    check(f"unaligned {offset}", crc32c.crc32c, memoryview(data)[offset : offset + 1000])
check("known answer", lambda: hex(crc32c.crc32c(b"123456789")))
check("as keyword", lambda: crc32c.crc32c(data=b"123456789", value=0, gil_release_mode=-1))
check("chunks", lambda: crc32c.crc32c(b"456789", crc32c.crc32c(b"123")))
for value in (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF):
    check(f"start {value}", crc32c.crc32c, b"abc", value)
for mode in (-2, -1, 0, 1, 2):
    check(f"mode {mode}", lambda mode=mode: crc32c.crc32c(data, gil_release_mode=mode))
for label, value in {
    "bytearray": bytearray(b"123456789"),
    "memoryview": memoryview(b"123456789"),
    "array of bytes": array.array("B", b"123456789"),
    "array of doubles": array.array("d", [1.0, -2.5, 1e300]),
    "array of longs": array.array("l", [1, 2, 3, -1]),
    "empty bytearray": bytearray(),
    "five megabytes": data * 75,
}.items():
    check(f"buffer {label}", crc32c.crc32c, value)

check("str", crc32c.crc32c, "text")
check("None", crc32c.crc32c, None)
check("int", crc32c.crc32c, 1)
check("list", crc32c.crc32c, [1, 2])
check("negative start", lambda: crc32c.crc32c(b"x", -1))
check("huge start", lambda: crc32c.crc32c(b"x", 2**40))
check("start is a str", crc32c.crc32c, b"x", "0")
check("start is a float", crc32c.crc32c, b"x", 1.5)
check("no argument", crc32c.crc32c)
check("too many", crc32c.crc32c, b"x", 0, 0, 0)
check("unknown keyword", lambda: crc32c.crc32c(b"x", colour=1))
check_type("not contiguous", crc32c.crc32c, memoryview(b"0123456789")[::2])
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    check("old name", crc32c.crc32, b"123456789")
    check("its warning", lambda: [(w.category.__name__, str(w.message)) for w in caught])
with warnings.catch_warnings():
    warnings.simplefilter("error")
    check("the warning as an error", crc32c.crc32, b"123456789")


class Blob(bytes):
    """A subclass of bytes."""


class Index:
    def __index__(self):
        return 7


check("subclass", crc32c.crc32c, Blob(b"123456789"))
check("start with __index__", crc32c.crc32c, b"x", Index())
check("doc", lambda: bool(crc32c.crc32c.__doc__))
check("name", lambda: crc32c.crc32c.__name__)

hasher = crc32c.CRC32CHash(b"1234")
hasher.update(b"56789")
check("hash", lambda: (hasher.name, hasher.digest_size, hasher.block_size, hasher.checksum, hasher.hexdigest()))
duplicate = hasher.copy()
duplicate.update(b"x")
check("hash copy", lambda: (duplicate.digest(), hasher.digest()))
check_type("hash of str", lambda: crc32c.CRC32CHash("text"))


def threads(mode):
    found = [None] * 4

    def work(slot):
        for _ in range(20):
            found[slot] = crc32c.crc32c(data, slot, gil_release_mode=mode)

    workers = [threading.Thread(target=work, args=(slot,)) for slot in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return found


for mode in (-1, 0, 1):
    check(f"threads with mode {mode}", threads, mode)
check("many", lambda: sum(crc32c.crc32c(b"%d" % i) for i in range(20_000)))
