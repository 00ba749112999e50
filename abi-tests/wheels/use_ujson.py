"""ujson as a web service uses it: both directions, every option, files, errors, deep and large documents."""

import collections
import datetime
import decimal
import enum
import io
import math
import random

import ujson
from checks import check, check_type

check("binary", lambda: ujson.__file__.rpartition("/")[2])
check("version", lambda: (ujson.__version__, sorted(name for name in dir(ujson) if not name.startswith("_"))))


class Colour(enum.IntEnum):
    RED = 1


class Text(str):
    """A subclass of str."""


class Integer(int):
    """A subclass of int."""


class WithDict:
    def toDict(self):
        return {"kind": "toDict", "values": [1, 2]}


class WithJson:
    def __json__(self):
        return '{"raw":true}'


class WithWrongJson:
    def __json__(self):
        return 5


class WithError:
    def __json__(self):
        raise RuntimeError("cannot become JSON")


class Plain:
    def __init__(self):
        self.x = 1


values = {
    "none": None,
    "true": True,
    "false": False,
    "ints": [0, 1, -1, 2**31 - 1, -(2**31), 2**53, 2**63 - 1, -(2**63), 2**64 - 1],
    "big": 2**70,
    "negative big": -(2**70),
    "floats": [0.0, -0.0, 1.5, -2.25, 1e-7, 1e22, 1.7976931348623157e308, 5e-324, 3.141592653589793],
    "strings": ["", "a", "é", "漢字", "😀", '"quoted"', "back\\slash", "a/b", "\b\f\n\r\t\0\x1f\x7f", "<&>"],
    "bytes": b"bytes",
    "list": [1, [2, [3, []]]],
    "tuple": (1, "two", (3.0,)),
    "dict": {"a": 1, "b": {"c": None}, "": []},
    "keys": {1: "int", 1.5: "float", None: "none", True: "true", "s": "str"},
    "ordered": collections.OrderedDict([("z", 1), ("a", 2)]),
    "enum": Colour.RED,
    "subclasses": [Text("t"), Integer(7)],
    "toDict": WithDict(),
    "json": [WithJson()],
    "wrong json": WithWrongJson(),
    "error": [1, WithError()],
    "plain object": Plain(),
    "decimal": decimal.Decimal("1.25"),
    "date": datetime.date(2024, 2, 29),
    "set": {1},
    "generator": (i for i in range(3)),
    "nan": math.nan,
    "infinity": [math.inf, -math.inf],
    "surrogate": "\ud800",
    "escaped pair": "\ud83d\ude00",
}
options = {
    "plain": {},
    "unicode": {"ensure_ascii": False},
    "html": {"encode_html_chars": True},
    "no slashes": {"escape_forward_slashes": False},
    "sorted": {"sort_keys": True},
    "indent": {"indent": 2},
    "tight": {"separators": (",", ":")},
    "wide": {"separators": (" , ", " : ")},
    "no nan": {"allow_nan": False},
    "bytes": {"reject_bytes": False},
    "surrogates": {"reject_bytes": False, "ensure_ascii": False},
}
for label, value in values.items():
    for option, arguments in options.items():
        # Addresses are in the messages about objects, and sorting names types: those words are the host's.
        checked = check_type if label in {"plain object", "generator", "set", "keys"} else check
        checked(f"dumps {label} {option}", lambda: ascii(ujson.dumps(value, **arguments)))
check("default", lambda: ujson.dumps([decimal.Decimal("1.5"), {1}], default=lambda value: f"<{type(value).__name__}>"))
check("default none", lambda: ujson.dumps([1j], default=None))
check("default raises", lambda: ujson.dumps([1j], default=lambda value: 1 / 0))
check_type("default loops", lambda: ujson.dumps(1j, default=lambda value: value))
check("default not callable", lambda: ujson.dumps(1j, default=5))
check("bad separators", lambda: ujson.dumps([1], separators=("only one",)))
check("bad separator type", lambda: ujson.dumps([1], separators=(1, 2)))
check("dumps nothing", ujson.dumps)
check("dumps unknown", lambda: ujson.dumps(1, colour=1))
check("names agree", lambda: (ujson.encode([1]), ujson.decode("[1]")))

texts = [
    "null", "true", "false", "0", "-0", "-1", "12345678901234567890", "-9223372036854775808", "1.5", "-1e10", "1E-5",
    "2.2250738585072014e-308", "123456789012345678901234567890", "[]", "{}", '""', '"\\u00e9\\n\\/"', '"\\ud83d\\ude00"',
    '"\\ud800"', '"é漢😀"', " [1 , 2 ] ", '{"a":{"b":[1,{"c":null}]}}', '{"a":1,"a":2}', "NaN", "Infinity", "-Infinity",
    "", " ", "nul", "tru", "[", "[1", "[1,", "[1,]", "{", '{"a"', '{"a":', '{"a":1', '{"a":1,}', "{1:2}", '"open', '"\\x"',
    '"\\u12"', "1 2", "[1] x", "-", "1.", "1e", "+1", "01", "'a'", "\0",
]  # fmt: skip
for text in texts:
    check(f"loads {ascii(text)}", lambda: ascii(ujson.loads(text)))
    check(f"loads bytes {ascii(text)}", lambda: ascii(ujson.loads(text.encode())))
check("loads bytearray", ujson.loads, bytearray(b"[1]"))
check("loads memoryview", ujson.loads, memoryview(b"[1]"))
check("loads bad utf-8", ujson.loads, b'"\xff"')
check("loads None", ujson.loads, None)
check("loads int", ujson.loads, 5)
check("loads nothing", ujson.loads)
check("error type", lambda: (ujson.JSONDecodeError.__mro__[1].__name__, ujson.JSONDecodeError.__module__))
check("deep", lambda: ujson.loads("[" * 500 + "]" * 500) == eval("[" * 50 + "]" * 50))
check("too deep", lambda: ujson.loads("[" * 100_000))
check_type("too deep to write", lambda: ujson.dumps((nest := [], nest.append(nest))[0]))

output = io.StringIO()
check("dump", lambda: (ujson.dump({"a": [1, 2]}, output), output.getvalue()))
check("load", lambda: ujson.load(io.StringIO('{"a": [1, "é"]}')))
check("load bytes", lambda: ujson.load(io.BytesIO(b"[true]")))
check("dump nowhere", lambda: ujson.dump([], 5))
check("load nowhere", lambda: ujson.load(5))
check("dump with options", lambda: (ujson.dump([1], output := io.StringIO(), indent=1), output.getvalue())[1])

rng = random.Random(7)
document = [
    {"id": i, "name": f"név {i}", "score": rng.randrange(10**6) / 128, "tags": ["x"] * (i % 5), "more": {"ok": i % 2 == 0}}
    for i in range(5000)
]
check("round trip", lambda: ujson.loads(ujson.dumps(document)) == document)
check("its size", lambda: (len(ujson.dumps(document)), len(ujson.dumps(document, indent=3, ensure_ascii=False))))
check("floats round trip", lambda: all(ujson.loads(ujson.dumps(x)) == x for x in (rng.uniform(-1e9, 1e9) for _ in range(3000))))
check("many strings", lambda: len(ujson.loads(ujson.dumps([chr(c) for c in range(1, 0xD800)]))))
