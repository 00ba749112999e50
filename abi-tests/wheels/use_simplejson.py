"""simplejson: both directions with hooks, decimals, subclasses, errors, and the options that json does not have."""

import collections
import decimal
import io

import simplejson
from checks import check, check_type
from simplejson import _speedups, decoder, encoder, scanner

check("binary", lambda: _speedups.__file__.rpartition("/")[2])
check("in use", lambda: (encoder.c_make_encoder is _speedups.make_encoder, scanner.c_make_scanner is _speedups.make_scanner, decoder.scanstring is _speedups.scanstring))

VALUES = {
    "constants": [None, True, False],
    "ints": [0, 1, -1, 2**31, 2**63, -(2**64), 10**40],
    "floats": [0.0, -0.0, 1.5, 1e300, 1e-300, 0.1, 123456789.123],
    "texts": ["", "plain", 'quote " back \\ slash / \b\f\n\r\t', "é ü ß", "€", "\U0001f600", "\u2028", "\0\x1f\x7f"],
    "bytes": [b"ascii", "é".encode()],
    "nested": {"a": [1, {"b": [2, [3, [4]]]}], "c": {}, "d": []},
    "tuple": (1, "two", (3,)),
    "named": collections.namedtuple("Point", "x y")(1, 2),
    "ordered": collections.OrderedDict([("z", 1), ("a", 2)]),
    "default": collections.defaultdict(list, k=[1]),
    "decimal": [decimal.Decimal("1.10"), decimal.Decimal("-5e-10")],
    "keys": {1: "int", 1.5: "float", True: "bool", None: "none", "s": "str"},
    "big": {f"key{i}": [i, str(i), i / 7] for i in range(50)},
}
for label, value in VALUES.items():
    check(f"dumps {label}", simplejson.dumps, value)
    check(f"loads {label}", lambda: simplejson.loads(simplejson.dumps(value)))
for label, options in {
    "indent": {"indent": 2},
    "indent str": {"indent": "\t"},
    "sorted": {"sort_keys": True},
    "separators": {"separators": (",", ":")},
    "not ascii": {"ensure_ascii": False},
    "item key": {"item_sort_key": lambda item: item[0][::-1]},
    "iterable": {"iterable_as_array": True},
    "html": {"for_json": True},
    "ignore nan": {"ignore_nan": True},
    "tuples": {"tuple_as_array": False, "default": lambda value: f"<{value!r}>"},
    "bigint": {"bigint_as_string": True},
    "bits": {"int_as_string_bitcount": 8},
}.items():
    check(label, lambda: simplejson.dumps({"é": (1, 300, 2**60), "a b": [1.5], "z": {"k": None}}, **options))
check("iterator", lambda: simplejson.dumps({"it": iter([1, 2, 3])}, iterable_as_array=True))
check("no iterator", lambda: simplejson.dumps(i for i in [1]))
check("nan", lambda: simplejson.dumps(float("nan")))
check("nan allowed", lambda: simplejson.dumps([float("nan"), float("inf"), -float("inf")], allow_nan=True))
check("raw", lambda: simplejson.dumps({"a": simplejson.RawJSON('{"pre": "made"}')}))
check("skip keys", lambda: simplejson.dumps({(1, 2): 3, "k": 4}, skipkeys=True))
check("bad keys", lambda: simplejson.dumps({(1, 2): 3}))
check("object", lambda: simplejson.dumps(object))
check("set", lambda: simplejson.dumps({1}))
loop = []
loop.append(loop)
check("cycle", lambda: simplejson.dumps(loop))
check("default", lambda: simplejson.dumps([{1, 2}, 3j], default=lambda value: sorted(value) if isinstance(value, set) else str(value)))
check("default raises", lambda: simplejson.dumps(3j, default=lambda value: 1 / 0))


class Account:
    def __init__(self, name):
        self.name = name

    def for_json(self):
        return {"account": self.name}


class Dictable:
    def _asdict(self):
        return {"as": "dict"}


class Number(int):
    def __str__(self):
        return "not this"


class Text(str):
    pass


check("for_json", lambda: simplejson.dumps([Account("x")], for_json=True))
check_type("asdict", lambda: simplejson.dumps(Dictable()))
check("subclasses", lambda: simplejson.dumps([Number(5), Text("t"), {Text("k"): Number(1)}]))
check("iterencode", lambda: "".join(simplejson.JSONEncoder().iterencode({"a": [1, 2]})))


class Encoder(simplejson.JSONEncoder):
    def default(self, value):
        if isinstance(value, complex):
            return [value.real, value.imag]
        return super().default(value)


check("encoder class", lambda: simplejson.dumps({"z": 1 + 2j}, cls=Encoder))
check("encoder class fails", lambda: simplejson.dumps({"z": object}, cls=Encoder))

for text in (
    "", "  ", "[", "[1", "[1,", "[1,]", "{", '{"a"', '{"a":', '{"a":1', '{"a":1,}', "{1:2}", '"', '"\\', '"\\x"', '"\\u12"', '"\\ud800"', '"\n"',
    "nul", "tru", "-", "1.", "01", "+1", "1e", "NaN", "Infinity", "[1] x", "\ufeff[]", '"\\ud83d\\ude00"', "[1,2,{\"a\":tru}]",
):
    check(f"loads {text!r}", simplejson.loads, text)


def fails(function):
    try:
        function()
    except Exception as error:
        return error


check("position", lambda: (lambda e: (e.msg, e.pos, e.lineno, e.colno, isinstance(e, ValueError)))(fails(lambda: simplejson.loads("[1,\n2,\n  x]"))))
check("bytes", lambda: simplejson.loads('{"é": 1}'.encode()))
check("nan in", lambda: simplejson.loads("[NaN, -Infinity]", allow_nan=True))
check("decimal in", lambda: simplejson.loads("[1.10, 1e5, 3]", use_decimal=True))
check("float hook", lambda: simplejson.loads("[1.10, 2]", parse_float=lambda text: f"float {text}", parse_int=lambda text: f"int {text}"))
check("object hook", lambda: simplejson.loads('{"a": {"b": 1}}', object_hook=lambda found: sorted(found.items())))
check("pairs hook", lambda: simplejson.loads('{"a": 1, "b": {"a": 2, "a": 3}}', object_pairs_hook=list))
check("hook raises", lambda: simplejson.loads("{}", object_hook=lambda found: 1 / 0))
check("array hook", lambda: simplejson.loads("[1, [2]]", array_hook=tuple))
check("raw_decode", lambda: simplejson.JSONDecoder().raw_decode('{"a": 1} tail'))
check("strict", lambda: simplejson.loads('"a\tb"', strict=False))
check("deep", lambda: simplejson.loads("[" * 200 + "]" * 200) is not None)
check_type("too deep", lambda: simplejson.loads("[" * 100_000))
file = io.StringIO()
simplejson.dump(VALUES["nested"], file)
file.seek(0)
check("file", lambda: simplejson.load(file) == VALUES["nested"])
check("many", lambda: all(simplejson.loads(simplejson.dumps({"i": i, "t": str(i)}))["i"] == i for i in range(20_000)))
