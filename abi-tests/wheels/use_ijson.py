"""ijson on yajl: JSON in pieces, by events and by paths, from files, bytes, coroutines and asynchronous files."""

import asyncio
import decimal
import io
import threading

import ijson
from checks import check, check_type
from ijson import IncompleteJSONError, JSONError, backends
from ijson.backends import _yajl2

check("binary", lambda: _yajl2.__file__.rpartition("/")[2])
backend = ijson.get_backend("yajl2_c")
check("backend", lambda: (backend.backend, ijson.backend, backend.capabilities.c_comments))

DOCUMENT = b"""{
  "name": "caf\\u00e9 \\ud83d\\ude00", "numbers": [1, -2, 3.25, 1e3, 12345678901234567890, 0.1],
  "flags": [true, false, null], "deep": {"a": {"b": [{"c": 1}, {"c": 2}, []]}}, "": {"x.y": 1}, "empty": [{}, []],
  "people": [{"id": 1, "tags": ["x", "y"]}, {"id": 2, "tags": []}]
}"""
for label, read in {
    "basic": lambda: list(backend.basic_parse(io.BytesIO(DOCUMENT)))[:12],
    "parse": lambda: list(backend.parse(io.BytesIO(DOCUMENT)))[-14:],
    "items": lambda: list(backend.items(io.BytesIO(DOCUMENT), "people.item")),
    "root": lambda: next(backend.items(io.BytesIO(DOCUMENT), ""))["deep"],
    "numbers": lambda: list(backend.items(io.BytesIO(DOCUMENT), "numbers.item")),
    "floats": lambda: list(backend.items(io.BytesIO(b"[1.5, 2, 1e2]"), "item", use_float=True)),
    "deep": lambda: list(backend.items(io.BytesIO(DOCUMENT), "deep.a.b.item.c")),
    "nothing": lambda: list(backend.items(io.BytesIO(DOCUMENT), "none.item")),
    "pairs": lambda: list(backend.kvitems(io.BytesIO(DOCUMENT), "deep.a")),
    "dotted": lambda: list(backend.items(io.BytesIO(DOCUMENT), ".x.y")),
    "map type": lambda: type(next(backend.items(io.BytesIO(DOCUMENT), "deep", map_type=type("Map", (dict,), {})))).__name__,
    "bytes": lambda: list(backend.items(DOCUMENT, "flags.item")),
    "text": lambda: list(backend.items(DOCUMENT.decode(), "flags.item")),
    "text file": lambda: list(backend.items(io.StringIO(DOCUMENT.decode()), "name")),
    "tiny pieces": lambda: list(backend.parse(io.BytesIO(DOCUMENT), buf_size=1)) == list(backend.parse(io.BytesIO(DOCUMENT))),
    "several": lambda: list(backend.items(io.BytesIO(b"1 [2] {}"), "", multiple_values=True)),
    "comments": lambda: list(backend.items(io.BytesIO(b"[1, /* two */ 2]"), "item", allow_comments=True)),
    "from events": lambda: list(ijson.common.items(backend.parse(io.BytesIO(b'{"a": [1]}')), "a.item")),
    "events again": lambda: list(backend.items(backend.parse(io.BytesIO(b'{"a": [1]}')), "a.item")),
    "decimal": lambda: type(next(backend.items(io.BytesIO(b"[0.10]"), "item"))) is decimal.Decimal,
}.items():
    check(label, read)
for label, data in {
    "empty": b"", "cut": b'{"a": [1, 2', "comma": b"[1, ]", "colon": b'{"a" 1}', "word": b"[nul]", "trailing": b"1 2", "control": b'["\x01"]', "surrogate": b'["\\ud800"]', "utf-8": b'["\xff"]', "bracket": b"]", "number": b"[1.]", "deep": b"[" * 50,
}.items():
    check_type(f"error {label}", lambda: list(backend.basic_parse(io.BytesIO(data))))
check("messages", lambda: (IncompleteJSONError.__mro__[1] is JSONError, issubclass(JSONError, Exception)))
check("half", lambda: (lambda it: [next(it), next(it), next(it)])(backend.items(io.BytesIO(b'[1, 2, 3, x'), "item", buf_size=3)))


class Broken:
    def read(self, size):
        raise OSError("no more")


class Wrong:
    def read(self, size):
        return 5


check("read raises", lambda: list(backend.parse(Broken())))
check_type("read wrong", lambda: list(backend.parse(Wrong())))
check_type("no file", lambda: list(backend.parse(5)))
check_type("arguments", lambda: backend.items(io.BytesIO(b"1")))
check_type("buffer size", lambda: list(backend.parse(io.BytesIO(b"1"), buf_size="a")))
check_type("keyword", lambda: list(backend.parse(io.BytesIO(b"1"), nothing=1)))


def push(make, *args, size=5):
    found = ijson.sendable_list()
    target = make(found, *args)
    for i in range(0, len(DOCUMENT), size):
        target.send(DOCUMENT[i : i + size])
    target.close()
    return list(found)


check("push events", lambda: len(push(backend.basic_parse_coro)))
check("push parse", lambda: push(backend.parse_coro)[-1])
check("push items", lambda: push(backend.items_coro, "people.item.id"))
check("push pairs", lambda: push(backend.kvitems_coro, "people.item"))


def push_cut():
    target = backend.basic_parse_coro(ijson.sendable_list())
    target.send(b"[1, 2")
    target.close()


check_type("push cut", push_cut)


class Target:
    def send(self, event):
        raise KeyError("target")


check("target raises", lambda: backend.basic_parse_coro(Target()).send(b"[1]"))


class AsyncFile:
    def __init__(self, data):
        self.file = io.BytesIO(data)

    async def read(self, size):
        await asyncio.sleep(0)
        return self.file.read(min(size, 7))


async def gather(prefix):
    return [item async for item in backend.items_async(AsyncFile(DOCUMENT), prefix)]


async def both():
    return await asyncio.gather(gather("people.item.id"), gather("numbers.item"))


check("async", lambda: asyncio.run(both()))


async def count():
    return sum([1 async for _ in backend.parse_async(AsyncFile(DOCUMENT))])


async def fails():
    return [event async for event in backend.basic_parse_async(AsyncFile(b"[1, x]"))]


check("async events", lambda: asyncio.run(count()))
check_type("async error", lambda: asyncio.run(fails()))
big = b"[" + b",".join(b'{"id": %d, "name": "name %d"}' % (i, i) for i in range(10_000)) + b"]"
check("large", lambda: sum(item["id"] for item in backend.items(io.BytesIO(big), "item")))
results = []
threads = [threading.Thread(target=lambda: results.append(sum(backend.items(io.BytesIO(big), "item.id")))) for _ in range(3)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
check("threads", lambda: results)
check("old way", lambda: backends.__name__)
