"""xxhash: the four algorithms, one-shot and streaming, seeds, buffers, copies, threads."""

import array
import threading

import xxhash
from checks import check, check_type

check("binary", lambda: xxhash._xxhash.__file__.rpartition("/")[2])
check("names", lambda: sorted(xxhash.__all__))
check("versions", lambda: (xxhash.VERSION, xxhash.XXHASH_VERSION))
check("algorithms", lambda: (sorted(xxhash.algorithms_available), sorted(xxhash.algorithms_guaranteed)))

data = bytes((i * 131 + i // 251) % 256 for i in range(300_000))
inputs = {
    "empty": b"",
    "bytes": b"xxhash",
    "text": "xxhash",
    "accents": "é漢😀",
    "bytearray": bytearray(b"xxhash"),
    "memoryview": memoryview(b"xxhash"),
    "array": array.array("I", [1, 2, 3]),
    "long": data,
}
for kind in ("xxh32", "xxh64", "xxh3_64", "xxh3_128", "xxh128"):
    new = getattr(xxhash, kind)
    one_shots = [getattr(xxhash, f"{kind}_{form}") for form in ("digest", "hexdigest", "intdigest")]
    for label, value in inputs.items():
        check(f"{kind} {label}", lambda: [function(value) for function in one_shots])
        check(f"{kind} {label} object", lambda: (new(value).digest(), new(value).hexdigest(), new(value).intdigest()))
        check(f"{kind} {label} seeded", lambda: [function(value, seed=20141025) for function in one_shots])
    for size in (1, 3, 4, 8, 9, 16, 17, 31, 32, 128, 129, 240, 241, 1024, 4097):
        check(f"{kind} size {size}", lambda: new(data[:size], 7).hexdigest())
    for seed in (0, 1, 2**32 - 1, 2**32, 2**64 - 1, 2**64, 2**70, -1, -(2**63)):
        check(f"{kind} seed {seed}", lambda: (new(b"x", seed).intdigest(), new(b"x", seed).seed))
        check(f"{kind} one-shot seed {seed}", lambda: one_shots[2](b"x", seed))
    hasher = new(seed=5)
    check(f"{kind} attributes", lambda: (hasher.name, hasher.digest_size, hasher.digestsize, hasher.block_size, hasher.seed))
    for start in range(0, len(data), 7777):
        hasher.update(data[start : start + 7777])
    check(f"{kind} stream", lambda: (hasher.hexdigest(), hasher.hexdigest() == new(data, 5).hexdigest()))
    twin = hasher.copy()
    twin.update(b"more")
    check(f"{kind} copy", lambda: (twin.hexdigest(), hasher.hexdigest(), twin.seed, type(twin) is new))
    hasher.reset()
    check(f"{kind} reset", lambda: (hasher.hexdigest(), hasher.seed))
    check(f"{kind} update returns", hasher.update, b"x")
    check(f"{kind} update text", lambda: (hasher.update("y"), hasher.hexdigest()))
    for label, value in {"None": None, "int": 3, "list": [1], "object": object}.items():
        check_type(f"{kind} {label}", new, value)
        check_type(f"{kind} one-shot {label}", one_shots[0], value)
        check_type(f"{kind} update {label}", hasher.update, value)
    check(f"{kind} no data", one_shots[0])
    check(f"{kind} too many", one_shots[0], b"x", 1, 2)
    check(f"{kind} unknown keyword", lambda: one_shots[0](b"x", colour=1))
    check(f"{kind} new unknown keyword", lambda: new(b"x", colour=1))
    check(f"{kind} seed text", lambda: new(b"x", "1"))
    check(f"{kind} seed float", lambda: new(b"x", 1.5).hexdigest())
    check(f"{kind} seed None", lambda: new(b"x", None))
    check(f"{kind} keywords", lambda: one_shots[1](data=b"x", seed=3))
    check(f"{kind} update no data", hasher.update)
    check_type(f"{kind} set name", lambda: setattr(hasher, "name", "x"))
    check_type(f"{kind} subclass", lambda: type("Sub", (new,), {})(b"x").hexdigest())
    check(f"{kind} type", lambda: (new.__name__, new.__module__, type(hasher) is new, isinstance(new(), object)))
    check_type(f"{kind} strided", lambda: new(memoryview(b"0123456789")[::2]).hexdigest())
    check(f"{kind} many", lambda: sum(new(b"%d" % i).intdigest() for i in range(5000)))
    check(f"{kind} many one-shots", lambda: sum(one_shots[2](b"key-%d" % i) for i in range(5000)))


def threads():
    found = [None] * 4

    def work(slot):
        for _ in range(20):
            hasher = xxhash.xxh3_64(seed=slot)
            for start in range(0, len(data), 100_000):
                hasher.update(data[start : start + 100_000])
            found[slot] = hasher.hexdigest()

    workers = [threading.Thread(target=work, args=(slot,)) for slot in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return found


check("threads", threads)
