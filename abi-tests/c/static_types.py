"""Drives static_types.c: its types used, subclassed and taken apart from Python."""

import gc
import inspect
import operator
import weakref

import static_types as c
from checks import check, check_all, check_type
from static_types import Descriptor, Length, Members, Opaque, Quantity, Recorder, Squares

check_all(c)

for label, args, kwargs in (
    ("default", (), {}),
    ("value", (2.5,), {}),
    ("keywords", (), {"note": "n", "value": 3}),
    ("bad value", ("x",), {}),
    ("bad keyword", (), {"colour": 1}),
    ("too many", (1, 2, 3), {}),
):
    check(f"new {label}", lambda: (q := Quantity(*args, **kwargs), q.value, q.note))
q = Quantity(6, note="six")
operations = {
    "repr": lambda: repr(q),
    "str": lambda: str(q),
    "format": lambda: f"{q}",
    "hash": lambda: hash(q),
    "hash negative": lambda: hash(Quantity(-5)),
    "int": lambda: int(q),
    "float": lambda: float(Quantity(1.5)),
    "bool": lambda: (bool(q), bool(Quantity(0))),
    "neg": lambda: -q,
    "add": lambda: (q + q, q + 1, 2.5 + q),
    "sub": lambda: (q - 1, 1 - q),
    "mul": lambda: (q * 2, 2 * q),
    "div": lambda: (q / 4, 3 / q),
    "div zero": lambda: q / 0,
    "pow": lambda: (q**2, pow(q, 2, 5), 2**q),
    "compare": lambda: (q == 6, q != 6, q < 7, q <= 5, q > 5, q >= 6.0, q == Quantity(6)),
    "compare other": lambda: (q == "six", q != "six"),
    "call": lambda: q(1, 2, key="value"),
    "call nothing": lambda: q(),
    "itself": lambda: q.itself() is q,
    "sorted": lambda: sorted([Quantity(3), Quantity(1), Quantity(2)]),
    "sum": lambda: sum([Quantity(1), Quantity(2)]),
    "max": lambda: max(Quantity(1), Quantity(5)),
    "dict key": lambda: {Quantity(1): "one"}[Quantity(1)],
    "in list": lambda: Quantity(2) in [1, 2, 3],
    "operator": lambda: (operator.add(q, 1), operator.neg(q), operator.truth(q)),
    "dunder": lambda: (q.__add__(1), q.__radd__(1), Quantity.__repr__(q), q.__eq__(6), q.__add__("x")),
    "class method": lambda: (Quantity.of(5), q.of(7), type(Length.of(1)).__name__),
    "static method": lambda: (Quantity.static("x"), q.static(5)),
    "squared": lambda: (q.squared, q.readonly),
    "set squared": lambda: (setattr(q, "squared", 49), q.value),
    "set squared text": lambda: setattr(q, "squared", "x"),
    "del squared": lambda: delattr(q, "squared"),
    "set value": lambda: (setattr(q, "value", 1.25), q.fixed),
    "set note": lambda: (setattr(q, "note", [q]), q.note[0] is q, delattr(q, "note"), q.note),
    "doc": lambda: (Quantity.__doc__, Quantity.itself.__doc__, Quantity.squared.__doc__, Quantity.value.__doc__),
    "signature": lambda: str(inspect.signature(Quantity.itself)),
    "names": lambda: (Quantity.__name__, Quantity.__module__, Quantity.__qualname__, Quantity.__mro__),
    "routines": lambda: [inspect.isroutine(vars(Quantity)[n]) for n in ("itself", "of", "value", "squared", "__add__")],
    "data": lambda: [inspect.isdatadescriptor(vars(Quantity)[n]) for n in ("itself", "of", "value", "squared", "__add__")],
    "dir": lambda: [n for n in dir(Quantity) if n[0] != "_"],
    "weakref": lambda: weakref.ref(q)() is q,
    "inherited": lambda: (Length(3), Length(3).value, isinstance(Length(1), Quantity), Length.__base__, Length(1) + Length(2)),
    "sealed": lambda: type("Sub", (c.Sealed,), {}),
    "unsealed": lambda: (s := type("Sub", (c.Unsealed,), {}), type("SubSub", (s,), {})(3), s(4).squared, issubclass(s, c.Sealed))[1:],
    "both": lambda: type("Sub", (c.Unsealed, c.Sealed), {}),
}
for label, operation in operations.items():
    check(label, operation)
for label, operation in {
    "add str": lambda: q + "x",
    "radd list": lambda: [] + q,
    "less str": lambda: q < "x",
    "len": lambda: len(q),
    "iter": lambda: iter(q),
    "item": lambda: q[0],
    "set readonly": lambda: setattr(q, "fixed", 1),
    "set readonly getset": lambda: setattr(q, "readonly", 1),
    "set unknown": lambda: setattr(q, "unknown", 1),
    "get unknown": lambda: q.unknown,
    "set value to str": lambda: setattr(q, "value", "x"),
    "delete value": lambda: delattr(q, "value"),
    "itself with argument": lambda: q.itself(1),
    "method of another": lambda: Quantity.itself(5),
    "opaque": lambda: Opaque(),
    "subclass opaque": lambda: type("Sub", (Opaque,), {}),
}.items():
    check_type(label, operation)
check("inplace", lambda: (a := Quantity(1), b := a, operator.iadd(a, 5) is a, b.value))
check("double chain", lambda: Quantity(1).double().double().value)
check("facts", lambda: [c.type_facts(t) for t in (Quantity, Length, Squares, int)])
check("slots", c.by_slots, Quantity(4))

squares = Squares(5)
for label, operation in {
    "len": lambda: len(squares),
    "item": lambda: (squares[0], squares[4], squares[-1]),
    "out": lambda: squares[5],
    "list": lambda: list(squares),
    "tuple": lambda: tuple(squares),
    "for": lambda: [x + 1 for x in squares],
    "in": lambda: (16 in squares, 17 in squares),
    "in str": lambda: "x" in squares,
    "set": lambda: (squares.__setitem__(1, 100), squares[1]),
    "set out": lambda: squares.__setitem__(9, 1),
    "set str": lambda: squares.__setitem__(1, "x"),
    "del": lambda: (squares.__delitem__(2), list(squares)),
    "mul": lambda: squares * 3,
    "rmul": lambda: 2 * squares,
    "add": lambda: squares + [1],
    "next": lambda: (next(iter(squares)), next(squares), list(squares)),
    "unpack": lambda: (lambda a, *rest: (a, rest))(*squares),
    "sum": lambda: (sum(squares), max(squares), sorted(squares, reverse=True)),
    "zip": lambda: list(zip(squares, "ab")),
    "map": lambda: list(map(str, squares)),
    "negative": lambda: [squares.__setitem__(0, -1), list(squares)],
    "too long": lambda: Squares(99),
    "exhausted": lambda: next(Squares(0)),
}.items():
    check(f"squares {label}", operation)
check_type("squares slice", lambda: squares[1:2])
check("squares reversed", lambda: list(reversed(Squares(3))))

recorder = Recorder()
check("recorder get", lambda: (recorder["key"], recorder[1, 2], recorder[1:2], len(recorder)))
check("recorder set", lambda: [recorder.__setitem__("a", 1), recorder.__delitem__("b")])
check("recorder attributes", lambda: (recorder.anything, setattr(recorder, "x", 5), delattr(recorder, "y")))
check("recorder log", lambda: recorder.log)
check("recorder getattr", lambda: (getattr(recorder, "z"), hasattr(recorder, "nothing"), recorder.__class__ is Recorder))

m = Members()
names = [n for n in vars(Members) if not n.startswith("_")]
check("members", lambda: names)
for name in names:
    check(f"member {name}", lambda: getattr(m, name))
    for value in (1, -1, 127, 128, 300, 2**31, 2**32, 2**63, 2**64, 2.5, True, "x", "long text", None, [1]):
        check_type(f"member {name} = {value!r}", lambda: (setattr(m, name, value), getattr(m, name))[1])
    check_type(f"member del {name}", lambda: delattr(m, name))
check("members dict", lambda: (setattr(m, "extra", 5), m.__dict__, m.extra))


class Holder:
    """Holds a descriptor made in C."""

    d = Descriptor()


check("descriptor", lambda: (Holder.d, Holder().d))
check("descriptor set", lambda: setattr(Holder(), "d", 5))
check("descriptor delete", lambda: delattr(Holder(), "d"))


class Price(Quantity):
    """A Python subclass that overrides some slots."""

    def __init__(self, value, currency="EUR"):
        super().__init__(value)
        self.currency = currency

    def __repr__(self):
        return f"Price({self.value}, {self.currency!r}, {super().__repr__()})"

    def __add__(self, other):
        return Price(self.value + getattr(other, "value", other), self.currency)

    def __eq__(self, other):
        return isinstance(other, Price) and self.value == other.value

    __hash__ = Quantity.__hash__

    @property
    def squared(self):
        return "hidden by a property"


class Slotted(Quantity):
    """A subclass with slots."""

    __slots__ = ("extra",)


class Both(Price, dict if False else Length):
    """Two bases of one layout."""


price = Price(10)
for label, operation in {
    "repr": lambda: (price, str(price), [price]),
    "add": lambda: (price + 1, price + price, 1 + price),
    "equal": lambda: (price == Price(10), price == 10, hash(price)),
    "attributes": lambda: (price.__dict__, price.squared, price.note, setattr(price, "tag", []), price.tag),
    "call": lambda: price(1),
    "identity": lambda: (price.itself() is price, price.double() is price, price.value),
    "of": lambda: Price.of(5),
    "slots": lambda: c.by_slots(Price(3)),
    "facts": lambda: c.type_facts(Price),
    "slotted": lambda: (s := Slotted(4), setattr(s, "extra", "e"), s.extra, hasattr(s, "__dict__")),
    "both": lambda: (Both(1), [t.__name__ for t in Both.__mro__]),
    "class assignment": lambda: (p := Price(1), setattr(p, "__class__", type("Other", (Price,), {})), type(p).__name__),
    "late method": lambda: (setattr(Price, "__len__", lambda self: 77), len(price)),
    "weak": lambda: weakref.ref(price)() is price,
    "squares": lambda: list(type("Cubes", (Squares,), {"__getitem__": lambda self, i: i**3})(4)),
}.items():
    check(f"subclass {label}", operation)


def settle():
    """Collect several times, with calls between: a host may need both to let go."""
    for _ in range(10):
        gc.collect()
        c.count_alive()
    return c.count_alive()


check("unbound slot without self", Quantity.__repr__)
check("__new__ without a class", Quantity.__new__)
check("unbound method of another class", lambda: Quantity.__repr__(3))


class Pretender:
    """Says that it is an instance of the type in C, whose struct it does not have."""

    __class__ = Quantity


check("pretender", lambda: (isinstance(Pretender(), Quantity), Quantity.double(Pretender())))
check("pretender's slot", lambda: Quantity.__repr__(Pretender()))
check("pretender's operator", lambda: Quantity.__add__(Pretender(), Pretender()))
check("pretender's getset", lambda: Quantity.value.__get__(Pretender()))
for name in "double", "itself":
    check(f"unbound {name} without self", lambda: getattr(Quantity, name)())
    check(f"unbound {name} of another class", lambda: getattr(Quantity, name)(3))

del operations, q, price
before = settle()
check("exact freed", lambda: ([Quantity(i) for i in range(5000)] and None, settle() - before))
check("subclasses freed", lambda: ([Price(i) for i in range(5000)] and None, settle() - before))


def cycles():
    for i in range(1000):
        quantity = Price(i) if i % 2 else Quantity(i)
        quantity.note = quantity


check("cycles freed", lambda: (cycles(), settle() - before))
check("held", lambda: (held := [Quantity(i) for i in range(100)], settle() - before, sum(h.value for h in held))[1:])
check("held freed", lambda: settle() - before)
