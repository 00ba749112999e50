"""Brotli as HTTP servers and clients use it: whole texts, streams, and limits on what comes out."""

import threading

import _brotli
import brotli
from checks import check, check_type

check("binary", lambda: _brotli.__file__.rpartition("/")[2])
check("version", lambda: (brotli.__version__, brotli.MODE_GENERIC, brotli.MODE_TEXT, brotli.MODE_FONT))

TEXT = b"".join(b"line %d of a text that repeats itself\n" % (i % 97) for i in range(4000))
packed = brotli.compress(TEXT)
check("whole", lambda: (len(packed), packed[:8].hex(), brotli.decompress(packed) == TEXT))
for quality in (0, 1, 4, 9, 11):
    check(f"quality {quality}", lambda: len(brotli.compress(TEXT, quality=quality)))
for label, options in {
    "text": {"mode": brotli.MODE_TEXT},
    "font": {"mode": brotli.MODE_FONT, "quality": 5},
    "small window": {"lgwin": 10, "quality": 5},
    "block": {"lgblock": 16, "quality": 5},
}.items():
    check(label, lambda: brotli.decompress(brotli.compress(TEXT, **options)) == TEXT)
for label, data in {
    "bytes": b"data",
    "empty": b"",
    "bytearray": bytearray(b"data" * 100),
    "memoryview": memoryview(TEXT)[100:2000],
    "strided": memoryview(TEXT)[::2],
    "str": "text",
    "None": None,
    "int": 5,
    "list": [1, 2],
}.items():
    check_type(f"compress {label}", lambda: brotli.compress(data, quality=3).hex())

for label, options in {
    "mode": {"mode": 99},
    "quality": {"quality": 12},
    "negative": {"quality": -1},
    "window": {"lgwin": 9},
    "block": {"lgblock": 99},
    "type": {"quality": "best"},
    "unknown": {"size": 3},
}.items():
    check(f"wrong {label}", lambda: brotli.compress(b"x", **options))
    check_type(f"wrong {label} stream", lambda: brotli.Compressor(**options))


def stream(pieces, **options):
    compressor = brotli.Compressor(**options)
    out = [compressor.process(piece) for piece in pieces]
    out.append(compressor.flush())
    out.append(compressor.process(b"after a flush"))
    out.append(compressor.finish())
    return out


parts = stream([TEXT[i : i + 1000] for i in range(0, len(TEXT), 1000)], quality=5)
check("stream", lambda: (len(parts), sum(map(len, parts)), brotli.decompress(b"".join(parts)) == TEXT + b"after a flush"))


def unpack(size, data=b"".join(parts)):
    decompressor = brotli.Decompressor()
    out = bytearray()
    for i in range(0, len(data), size):
        out += decompressor.process(data[i : i + size])
    return bytes(out), decompressor.is_finished(), decompressor.can_accept_more_data()


for size in (1, 7, 1000, 1 << 20):
    check(f"unpack by {size}", lambda: (lambda out, *state: (out == TEXT + b"after a flush", state))(*unpack(size)))
limited = brotli.Decompressor()
check("limited", lambda: len(limited.process(packed, output_buffer_limit=1000)) >= 1000)
check("limited state", lambda: (limited.is_finished(), limited.can_accept_more_data()))
check("limited refuses", lambda: limited.process(b"more"))


def drain():
    size = 0
    while not limited.is_finished():
        size += len(limited.process(b"", output_buffer_limit=5000))
    return size > 100_000


check("drained", drain)
check("garbage", lambda: brotli.decompress(b"\xff" * 20))
check("cut", lambda: brotli.decompress(packed[:-5]))
check("trailing", lambda: brotli.decompress(packed + b"more"))
check("empty", lambda: brotli.decompress(b""))
check_type("str", lambda: brotli.decompress("text"))
check("stream garbage", lambda: brotli.Decompressor().process(b"\xff" * 20))
check("error", lambda: (brotli.error.__name__, brotli.error.__mro__[1].__name__))
check_type("subclass", lambda: type("Mine", (brotli.Compressor,), {"name": "mine"})().name)
ended = brotli.Compressor()
check("ended", lambda: len(ended.process(b"x")) + len(ended.finish()))
check_type("process after the end", lambda: ended.process(b"y"))
results = {}


def work(n):
    data = TEXT[n * 100 :]
    results[n] = all(brotli.decompress(brotli.compress(data, quality=2)) == data for _ in range(20))


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
check("threads", lambda: sorted(results.items()))
