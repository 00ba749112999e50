"""A package from the index, or several together: CPython's own binary wheels, the same files everywhere.

Arguments: those of every benchmark, and the distributions that are to be imported, in any order.
"""

import io
import random
import sys

import timing

# A package's functions have many paths, and PyPy compiles the last of them late.
SETTLED = 1.5

rows = {}


def row(name):
    """Makes a row of a function that does its work once."""

    def add(work):
        def loop(n, f=work):
            for i in range(n):
                f()

        rows[name] = loop
        return work

    return add


random.seed(7)
# About 100 KB as JSON.
document = [
    {
        "id": i,
        "name": f"name of {i}",
        "score": random.randrange(10**6) / 128,
        "tags": ["first", "second", f"tag{i % 7}"],
        "more": {"ok": i % 2 == 0, "none": None, "values": [i, i + 1, i + 2]},
    }
    for i in range(700)
]


def with_ujson():
    import ujson

    text = ujson.dumps(document)
    small = {"id": 1, "name": "a name", "ok": True}
    row("ujson: dumps, 100 KB")(lambda: ujson.dumps(document))
    row("ujson: loads, 100 KB")(lambda: ujson.loads(text))
    row("ujson: dumps, a small dict")(lambda: ujson.dumps(small))
    row("ujson: loads, a small dict")(lambda: ujson.loads('{"id":1,"name":"a name","ok":true}'))


def with_markupsafe():
    import markupsafe

    row("MarkupSafe: escape, 10 characters")(lambda: markupsafe.escape("plain text"))
    row("MarkupSafe: escape, 30 characters with markup")(lambda: markupsafe.escape("<a href='x'>text & more</a>..."))
    row("MarkupSafe: escape, 10,000 characters")(lambda text="plain <b> text " * 667: markupsafe.escape(text))


def with_msgpack():
    import msgpack

    packed = msgpack.packb(document)
    row("msgpack: packb, the document")(lambda: msgpack.packb(document))
    row("msgpack: unpackb, the document")(lambda: msgpack.unpackb(packed))
    row("msgpack: packb, a small list")(lambda: msgpack.packb([1, "two", 3.0]))


def with_xxhash():
    import xxhash

    long = b"x" * 100_000
    row("xxhash: xxh64_intdigest, 16 bytes")(lambda: xxhash.xxh64_intdigest(b"0123456789abcdef"))
    row("xxhash: xxh3_64_intdigest, 100 KB")(lambda: xxhash.xxh3_64_intdigest(long))
    row("xxhash: xxh64(16 bytes).hexdigest()")(lambda: xxhash.xxh64(b"0123456789abcdef").hexdigest())


def with_regex():
    import regex

    words, date = regex.compile(r"\w+"), regex.compile(r"(\d+)-(\d+)-(\d+)")
    text = "some words and 2024-02-29 a date, " * 300
    row("regex: findall, 10 KB")(lambda: words.findall(text))
    row("regex: match and groups")(lambda: date.match("2024-02-29").groups())
    row("regex: sub, 10 KB")(lambda: date.sub("never", text))


def with_yaml():
    import yaml

    text = yaml.dump(document[:20])
    row("PyYAML: load with CLoader, 3 KB")(lambda: yaml.load(text, yaml.CLoader))
    row("PyYAML: dump with CDumper, 3 KB")(lambda: yaml.dump(document[:20], Dumper=yaml.CDumper))


def with_lxml():
    from lxml import etree

    text = b"<root>" + b"".join(b'<item id="%d"><name>n</name></item>' % i for i in range(500)) + b"</root>"
    tree = etree.fromstring(text)
    row("lxml: parse, 18 KB")(lambda: etree.fromstring(text))
    row("lxml: walk 1000 elements, read their tags")(lambda: [element.tag for element in tree.iter()])
    row("lxml: xpath, 500 attributes")(lambda: tree.xpath("//item/@id"))


def with_pillow():
    from PIL import Image

    image = Image.new("RGB", (64, 64), (1, 2, 3))
    pixels = image.load()
    file = io.BytesIO()
    image.save(file, "PNG")

    def read():
        total = 0
        for y in range(64):
            for x in range(64):
                total += pixels[x, y][0]
        return total

    def write():
        for y in range(64):
            for x in range(64):
                pixels[x, y] = (x, y, 0)

    row("Pillow: reads 4096 pixels one by one")(read)
    row("Pillow: writes 4096 pixels one by one")(write)
    row("Pillow: resize to 256 x 256")(lambda: image.resize((256, 256)))


def with_pydantic():
    import pydantic_core
    from pydantic_core import core_schema

    fields = {
        "id": core_schema.int_schema(),
        "name": core_schema.str_schema(),
        "score": core_schema.float_schema(),
        "tags": core_schema.list_schema(core_schema.str_schema()),
    }
    fields = {name: core_schema.typed_dict_field(schema) for name, schema in fields.items()}
    validator = pydantic_core.SchemaValidator(core_schema.list_schema(core_schema.typed_dict_schema(fields)))
    some = document[:100]
    text = pydantic_core.to_json(some)
    row("pydantic-core: validate_python, 100 dicts")(lambda: validator.validate_python(some))
    row("pydantic-core: validate_json, 100 dicts")(lambda: validator.validate_json(text))
    row("pydantic-core: to_json, 100 dicts")(lambda: pydantic_core.to_json(some))


def with_kiwisolver():
    import kiwisolver

    def solve():
        variables = [kiwisolver.Variable(f"x{i}") for i in range(20)]
        solver = kiwisolver.Solver()
        solver.addConstraint(variables[0] >= 0)
        for left, right in zip(variables, variables[1:]):
            solver.addConstraint(right - left >= 10)
        solver.updateVariables()
        return variables[-1].value()

    x, y = kiwisolver.Variable("x"), kiwisolver.Variable("y")
    row("kiwisolver: 20 variables solved")(solve)
    row("kiwisolver: `x + 2 * y >= 3`")(lambda: x + 2 * y >= 3)


PACKAGES = {
    "ujson": with_ujson,
    "markupsafe": with_markupsafe,
    "msgpack": with_msgpack,
    "xxhash": with_xxhash,
    "regex": with_regex,
    "pyyaml": with_yaml,
    "lxml": with_lxml,
    "pillow": with_pillow,
    "pydantic_core": with_pydantic,
    "kiwisolver": with_kiwisolver,
}

together = sys.argv[3:]
for name in together:
    PACKAGES[name]()
if len(together) > 1:
    # What the others cost those that call C most often.
    some = "ujson: dumps, a small dict", "xxhash: xxh64_intdigest, 16 bytes", "Pillow: reads 4096 pixels one by one"
    rows = {f"{name}; all packages loaded": rows[name] for name in some}
timing.report(rows, SETTLED)
