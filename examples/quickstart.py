"""Ten ordinary CPython wheels at work: a small guest book, from raw input to a compressed, checksummed page.

    gimbal run examples/quickstart.py            # on PyPy, with the wheels found on PYTHONPATH
    python3.11 examples/quickstart.py            # the same on CPython
    ... quickstart.py --json                     # one JSON object a line, for `cargo xtask demo`
    ... quickstart.py --needs                    # the packages' names, one a line

Nothing here knows which interpreter it runs on. Each function below uses one package as its users do and returns
what it saw; `cargo xtask demo` compares these values between the two interpreters, one by one.
"""

import gc
import importlib
import io
import json
import os
import platform
import sys
import time
from importlib.metadata import version

ENTRIES = [
    '{"name": "Ada <ada@example.org>", "text": "Analytical & engaging.", "stars": 5, "tags": ["maths", "looms"]}',
    '{"name": "Grace", "text": "Found a moth; see \\"log\\".", "stars": 4.5, "tags": ["navy", "bugs", "navy"]}',
    '{"name": "Zo\\u00eb", "text": "\\u2603 in July? \\ud83d\\ude00", "stars": null, "tags": []}',
]
TEXT = "The quick brown fox jumps over the lazy dog. ".encode() * 200


def raised(function, *arguments):
    """The exception that a call raises, as its class's name and its message."""
    try:
        function(*arguments)
    except Exception as error:
        return [type(error).__name__, str(error)]
    return None


def use_ujson(ujson):
    """Parse what the visitors sent, and write it out again."""
    entries = [ujson.loads(entry) for entry in ENTRIES]
    return {
        "entries": entries,
        "compact": ujson.dumps(entries[0]),
        "readable": ujson.dumps(entries[1], indent=2, sort_keys=True),
        "not ascii": ujson.dumps(entries[2], ensure_ascii=False),
        "numbers": ujson.loads("[0, -7, 1.5e300, 18446744073709551615, true, null]"),
        "broken": raised(ujson.loads, '{"name": '),
        "not serializable": raised(ujson.dumps, {"when": object}),
    }


def use_markupsafe(markupsafe):
    """Make the text safe to show in a page."""
    markup = markupsafe.Markup("<em>%s</em>: {}")
    entry = json.loads(ENTRIES[0])

    class Link:
        def __html__(self):
            return '<a href="/">home</a>'

    return {
        "escaped": str(markupsafe.escape(entry["name"])),
        "from a template": str((markup % entry["name"]).format(entry["text"])),
        "trusted object": str(markupsafe.escape(Link())),
        "joined": str(markupsafe.Markup(", ").join(["<1>", Link(), 2])),
        "plain again": markupsafe.escape("a < b & c").unescape(),
        "kinds": [str(markupsafe.escape(text)) for text in ("<é>", "<\u2603>", "<\U0001f600>", "")],
        "type": type(markupsafe.escape("x")).__name__,
        "not a string": raised(markupsafe.Markup, b"\xff", "ascii"),
    }


def use_frozenlist(frozenlist):
    """Keep an entry's tags: edited first, then frozen, then used as a key."""
    tags = frozenlist.FrozenList(["maths", "looms"])
    tags.append("engines")
    tags.insert(0, "first")
    tags[1:2] = ["sums", "tables"]
    before = raised(hash, tags)
    tags.freeze()
    return {
        "tags": list(tags),
        "shown": repr(tags),
        "equal to a list": tags == ["first", "sums", "tables", "looms", "engines"],
        "ordered": tags < ["zero"],
        "found at": tags.index("looms"),
        "reversed": list(reversed(tags)),
        "not hashable yet": before,
        "frozen": raised(tags.append, "more"),
        "as a key": {tags: "found"}[tags],
        "class": type(tags).__module__ + "." + type(tags).__qualname__,
    }


def use_mmh3(mmh3):
    """Spread the entries over shards by hash."""
    hasher = mmh3.mmh3_x64_128(seed=7)
    for entry in ENTRIES:
        hasher.update(entry.encode())
    return {
        "shards": [mmh3.hash(entry) % 16 for entry in ENTRIES],
        "signed": mmh3.hash("foo", 42),
        "unsigned": mmh3.hash("foo", 42, signed=False),
        "two halves": list(mmh3.hash64(b"foo", seed=1)),
        "128 bits": str(mmh3.hash128("foo", signed=False)),
        "32 bits as bytes": mmh3.mmh3_32_digest(memoryview(TEXT)).hex(),
        "streamed": hasher.digest().hex(),
        "shown": [hasher.name, hasher.digest_size, hasher.block_size],
        "wrong argument": raised(mmh3.hash),
    }


def use_xxhash(xxhash):
    """Name each entry by its content."""
    streamed = xxhash.xxh3_128(seed=3)
    for entry in ENTRIES:
        streamed.update(entry.encode())
    copy = streamed.copy()
    copy.update(b"more")
    return {
        "names": [xxhash.xxh64_hexdigest(entry.encode()) for entry in ENTRIES],
        "32 bits": xxhash.xxh32_intdigest(TEXT, 1),
        "64 bits": str(xxhash.xxh3_64_intdigest(bytearray(TEXT))),
        "128 bits": str(xxhash.xxh128_intdigest(TEXT)),
        "streamed": streamed.hexdigest(),
        "copied": copy.digest().hex(),
        "shown": [streamed.name, streamed.digest_size, streamed.block_size, streamed.seed],
        "wrong argument": raised(xxhash.xxh64, "text"),
    }


def use_lz4(lz4):
    """Compress the page, whole and piece by piece."""
    frame, block = lz4.frame, lz4.block
    compressed = frame.compress(TEXT, compression_level=9, content_checksum=True)
    file = io.BytesIO()
    with frame.open(file, "wb") as writer:
        for entry in ENTRIES:
            writer.write(entry.encode())
    decompressor = frame.LZ4FrameDecompressor()
    pieces = [decompressor.decompress(compressed[i : i + 64]) for i in range(0, len(compressed), 64)]
    info = frame.get_frame_info(compressed)
    return {
        "size": [len(TEXT), len(compressed)],
        "frame": compressed.hex(),
        "back": frame.decompress(compressed) == TEXT,
        "in pieces": b"".join(pieces) == TEXT and decompressor.eof,
        "file": frame.decompress(file.getvalue()).decode(),
        "info": {name: info[name] for name in sorted(info)},
        "block": block.compress(TEXT, mode="high_compression").hex(),
        "block with a dictionary": block.compress(b"lazy fox", store_size=False, dict=TEXT).hex(),
        "corrupt": raised(frame.decompress, compressed[:40]),
    }


def use_google_crc32c(google_crc32c):
    """Checksum the page as a storage service does."""
    checksum = google_crc32c.Checksum(b"start ")
    read = b"".join(checksum.consume(io.BytesIO(TEXT), 1000))
    return {
        "implementation": google_crc32c.implementation,
        "value": google_crc32c.value(TEXT),
        "extended": google_crc32c.extend(google_crc32c.value(TEXT[:100]), TEXT[100:]),
        "stream": [len(read), checksum.hexdigest().decode()],
        "wrong argument": raised(google_crc32c.value, "text"),
    }


def use_crc32c(crc32c):
    """Checksum it again, with another package."""
    hasher = crc32c.CRC32CHash(TEXT[:100])
    hasher.update(TEXT[100:])
    return {
        "value": crc32c.crc32c(TEXT),
        "extended": crc32c.crc32c(TEXT[100:], crc32c.crc32c(TEXT[:100])),
        "array": crc32c.crc32c(bytearray(b"123456789")),
        "hasher": [hasher.hexdigest(), hasher.digest_size],
        "without the lock": crc32c.crc32c(TEXT, gil_release_mode=1),
        "wrong argument": raised(crc32c.crc32c),
    }


def use_kiwisolver(kiwisolver):
    """Lay out the page: a menu beside the text, both inside the window."""
    left, middle, right = (kiwisolver.Variable(name) for name in ("left", "middle", "right"))
    solver = kiwisolver.Solver()
    for constraint in (
        left == 0,
        right - left >= 320,
        middle - left >= 100,
        (middle - left <= 0.25 * (right - left)) | "strong",
        (3 * middle == right) | "medium",
    ):
        solver.addConstraint(constraint)
    solver.addEditVariable(right, "strong")
    widths = []
    for width in (800, 500, 100):
        solver.suggestValue(right, width)
        solver.updateVariables()
        widths.append([left.value(), middle.value(), right.value()])
    expression = 2 * middle + right / 4 - 7
    return {
        "widths": widths,
        "expression": [expression.constant(), [[t.variable().name(), t.coefficient()] for t in expression.terms()]],
        "evaluated": expression.value(),
        "constraint": [(left >= 1).op(), (left >= 1).strength() == kiwisolver.strength.required],
        "impossible": raised(solver.addConstraint, right <= 10)[0],
        "unknown": raised(solver.removeConstraint, left == 5)[0],
        "wrong argument": raised(lambda: left + "a")[0],
    }


def use_bcrypt(bcrypt):
    """Let the owner in."""
    salt = b"$2b$04$cVWp4XaNU8a4v1uMRum2SO"
    hashed = bcrypt.hashpw(b"correct horse", salt)
    return {
        "hashed": hashed.decode(),
        "right": bcrypt.checkpw(b"correct horse", hashed),
        "wrong": bcrypt.checkpw(b"battery staple", hashed),
        "fresh salt": [len(bcrypt.gensalt(4)), bcrypt.gensalt(5)[:7].decode()],
        "key": bcrypt.kdf(password=b"pass", salt=b"salt", desired_key_bytes=20, rounds=50).hex(),
        "bad salt": raised(bcrypt.hashpw, b"x", b"salt"),
        "wrong type": raised(bcrypt.hashpw, "x", salt),
    }


# The package, the module to import, the native module inside it, and its use above. Naming the native module makes
# sure that the binary file is what runs: several packages would quietly fall back to Python without it.
PACKAGES = [
    ("MarkupSafe", "markupsafe", "markupsafe._speedups", use_markupsafe),
    ("google-crc32c", "google_crc32c", "google_crc32c._crc32c", use_google_crc32c),
    ("crc32c", "crc32c", "crc32c._crc32c", use_crc32c),
    ("mmh3", "mmh3", "mmh3", use_mmh3),
    ("xxhash", "xxhash", "xxhash._xxhash", use_xxhash),
    ("ujson", "ujson", "ujson", use_ujson),
    ("lz4", "lz4.frame", "lz4.block._block", use_lz4),
    ("kiwisolver", "kiwisolver", "kiwisolver._cext", use_kiwisolver),
    ("frozenlist", "frozenlist", "frozenlist._frozenlist", use_frozenlist),
    ("bcrypt", "bcrypt", "bcrypt._bcrypt", use_bcrypt),
]


def run_package(package, module, native, use):
    """Imports one package, uses it, and says which binary file was loaded."""
    try:
        binary = importlib.import_module(native)
        importlib.import_module(module)
        return {
            "name": package,
            "version": version(package),
            "binary": os.path.basename(binary.__file__),
            "values": use(sys.modules[module.partition(".")[0]]),
        }
    except Exception as error:
        return {"name": package, "error": f"{type(error).__name__}: {error}"}


def python_loop():
    """No extension at all: the longest Collatz chain that starts below 100,000."""
    longest = best = 0
    for start in range(1, 100_000):
        n, length = start, 1
        while n != 1:
            n = 3 * n + 1 if n & 1 else n >> 1
            length += 1
        if length > longest:
            longest, best = length, start
    return [best, longest]


def extension_calls():
    """900,000 calls of small C functions: numbers, bytes and strings in, numbers and strings out."""
    from markupsafe import _speedups
    import crc32c
    import mmh3

    crc, escape, murmur = crc32c.crc32c, _speedups._escape_inner, mmh3.hash
    words = ["name=%d & more" % i for i in range(1000)]
    pairs = [(word, word.encode()) for word in words]
    total = 0
    for _ in range(300):
        for word, data in pairs:
            total += crc(data) ^ murmur(data, 7)
            total += len(escape(word))
    return total


def run_timing(name, work):
    """The best of three runs, the first of which warms up a compiler that there may be."""
    try:
        for _ in range(3):      # what the packages above have left behind
            gc.collect()
        seconds = []
        for _ in range(3):
            started = time.perf_counter()
            result = work()
            seconds.append(time.perf_counter() - started)
        return {"name": name, "seconds": min(seconds), "values": {"result": result}}
    except Exception as error:
        return {"name": name, "error": f"{type(error).__name__}: {error}"}


def show(kind, result):
    """One result for people."""
    if kind == "python":
        print(result)
    elif "error" in result:
        print(f"\n{result['name']}: {result['error']}")
    elif kind == "timing":
        print(f"\n{result['name']}: {result['seconds']:.3f} s")
    else:
        print(f"\n{result['name']} {result['version']} ({result['binary']})")
        for name, value in result["values"].items():
            text = repr(value)
            print(f"  {name}: {text if len(text) <= 90 else text[:87] + '...'}")


def results():
    """Everything, one result after the other."""
    implementation_version = ".".join(str(part) for part in sys.implementation.version[:3])
    yield "python", f"{platform.python_implementation()} {implementation_version}"
    for entry in PACKAGES:
        yield "package", run_package(*entry)
    yield "timing", run_timing("pure-Python loop", python_loop)
    yield "timing", run_timing("extension calls", extension_calls)


def main():
    if sys.argv[1:] == ["--needs"]:
        print(*(package for package, *_ in PACKAGES), sep="\n")
        return 0
    as_json = sys.argv[1:] == ["--json"]
    failed = False
    for kind, result in results():
        failed = failed or (kind != "python" and "error" in result)
        if as_json:
            print(json.dumps({kind: result}), flush=True)
        else:
            show(kind, result)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
