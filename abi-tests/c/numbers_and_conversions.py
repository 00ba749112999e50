"""Drives numbers_and_conversions.c with numbers of every size and kind, and with objects that act like them."""

import fractions

import numbers_and_conversions as c
from checks import check, check_all, check_type

check_all(c)


class Index:
    """Has __index__ only."""

    def __index__(self):
        return 42


class Float:
    """Has __float__ only."""

    def __float__(self):
        return 2.5


class Int:
    """Has __int__ only."""

    def __int__(self):
        return 7


class Complex:
    """Has __complex__ only."""

    def __complex__(self):
        return 1 + 2j


class BadIndex:
    def __index__(self):
        return "no int"


class RaisingIndex:
    def __index__(self):
        raise KeyError("raised by __index__")


class MyInt(int):
    """A subclass of int."""


class OwnInt(int):
    """A subclass whose conversions say something else than its value."""

    def __int__(self):
        return 5

    __index__ = __int__


class Shy(type):
    """A metaclass that does not tell the names of its classes."""

    def __getattribute__(cls, name):
        if name == "__name__":
            raise KeyError(name)
        return type.__getattribute__(cls, name)


class Unnamed(metaclass=Shy):
    """One of those."""


class MyFloat(float):
    """A subclass of float."""


edges = [0, 1, -1, 255, 256, -5, -6]
for bits in (7, 8, 15, 16, 30, 31, 32, 53, 60, 62, 63, 64, 65, 90, 127, 128, 200):
    edges += [2**bits - 1, 2**bits, 2**bits + 1, -(2**bits), -(2**bits) - 1]
for number in edges:
    check(f"convert {number}", c.convert, number)
    check(f"digits {number}", c.digits, number)
others = {
    "True": True,
    "1.0": 1.0,
    "-2.75": -2.75,
    "1e308": 1e308,
    "inf": float("inf"),
    "nan": float("nan"),
    "1e30": 1e30,
    "complex": 1.5 - 2j,
    "str": "12",
    "bytes": b"12",
    "None": None,
    "list": [],
    "Index": Index(),
    "Float": Float(),
    "Int": Int(),
    "Complex": Complex(),
    "RaisingIndex": RaisingIndex(),
    "MyInt": MyInt(99),
    "MyInt big": MyInt(2**100),
    "OwnInt": OwnInt(99),
    "OwnInt big": OwnInt(2**100),
    "Unnamed": Unnamed(),
    "MyFloat": MyFloat(1.25),
    "Fraction": fractions.Fraction(7, 2),
    "10**400": 10**400,
}
for label, value in others.items():
    check(f"convert {label}", c.convert, value)
    check(f"protocol {label}", lambda: [row[:2] for row in c.protocol(value)])
for number in (0, -1, 2**31, -(2**63), 2**63, 2**100):
    check(f"protocol {number}", lambda: [row[:2] for row in c.protocol(number)])
check_type("bad index", lambda: [row[1] for row in c.protocol(BadIndex())])

for number in (0, 1, -1, 127, 128, -128, -129, 2**64 - 1, 2**64, -(2**63), 2**100):
    for size, little, signed in ((1, 1, 1), (1, 0, 0), (8, 1, 1), (8, 1, 0), (16, 0, 1), (32, 1, 1)):
        check(f"bytes {number} {size} {little} {signed}", c.bytes_of, number, size, little, signed)

for value in (0.0, 1.5, -1e300, 1e309, float("nan"), MyFloat(0.1)):
    check(f"float {value!r}", c.float_in_place, value)
for value in (0j, 1 + 2j, complex("-inf+2j"), complex(-0.0, 1e308)):
    check(f"complex {value}", c.complex_in_place, value)
for text in ("1.5", " -2e3 ", "nan", "-Infinity", "1_000.5", "٣.٥", b"2.5", bytearray(b"1"), "x", "", "1.5x", 5, None):
    check(f"float from {text!r}", c.float_from_text, text)
for value in (0.1, -0.0, 1e16, 1e22, 123456.789, float("inf"), float("nan"), 2.0):
    for form, precision in (("r", 0), ("e", 3), ("f", 2), ("g", 6), ("E", 0), ("G", 17)):
        check(f"text of {value} {form}{precision}", c.double_text, value, form, precision)
check("text with bad format", c.double_text, 1.0, "q", 0)
for text in ("1.5", "1.5abc", "-inf", "1e400", "abc", "", "1e5 "):
    check(f"double of {text!r}", c.text_double, text)

pairs = {
    "small ints": (17, 5),
    "negative ints": (-17, 5),
    "big ints": (2**100, 90),
    "int float": (7, 2.5),
    "float int": (7.5, 2),
    "floats": (-7.5, 2.25),
    "complex": (1 + 2j, 2),
    "by zero": (1, 0),
    "by zero float": (1.0, 0.0),
    "bools": (True, False),
    "int str": (3, "ab"),
    "list int": ([1], 2),
    "none": (None, 1),
    "big shift": (1, 100),
    "negative shift": (1, -1),
    "Fraction": (fractions.Fraction(1, 3), 2),
    "sets": ({1, 2}, {2}),
}
for label, (a, b) in pairs.items():
    check(f"binary {label}", lambda: c.binary(a, b))
for value in (5, -5, 2.5, True, 1 - 1j, 2**80, -(2**63)):
    check(f"unary {value}", c.unary, value)
check("power", lambda: [c.power(2, 10), c.power(2, 100), c.power(2.0, -1), c.power(3, 100, 7)])
check_type("power of none", c.power, None, 2)
check_type("power modulo zero", c.power, 2, 3, 0)
check("int keeps its type", lambda: [type(x[1]).__name__ for x in c.protocol(MyInt(5))[:3]])
