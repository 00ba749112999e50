"""Drives heap_types.c: heap types, their subclasses in Python, and what they do to their module's state."""

import gc
import weakref

import heap_types as c
from checks import check, check_all, check_type
from heap_types import Child, Counter, Holder, Text

check_all(c)
counter = Counter(5, payload="p")
for label, operation in {
    "repr": lambda: (counter, Counter(), Child(3)),
    "members": lambda: (counter.count, counter.payload, Child(1).factor),
    "up": lambda: (counter.up(), counter.up(10)),
    "up text": lambda: counter.up("x"),
    "up keywords": lambda: counter.up(1, key=2),
    "up of child": lambda: Child(7).up(),
    "module": lambda: (counter.module() is c, Child().module() is c),
    "new_like": lambda: (Counter.new_like(9), Child.new_like(2)),
    "add": lambda: (counter + 1, 1 + counter, Child(1) + 1),
    "item": lambda: (counter["key"], counter[1:2]),
    "names": lambda: [(t.__name__, t.__module__, t.__qualname__, t.__doc__) for t in (Counter, Child, Holder, Text)],
    "bases": lambda: [t.__mro__ for t in (Child, Text)],
    "bad init": lambda: Counter("x"),
    "keyword": lambda: Counter(begin=1),
    "set on type": lambda: (setattr(Counter, "extra", 5), counter.extra, Child().extra),
    "set by C": lambda: (c.set_on_type(Counter, [1]), counter.set_by_c),
    "method on type": lambda: (setattr(Counter, "twice", lambda self: self.count * 2), counter.twice()),
    "holder": lambda: (h := Holder(), setattr(h, "x", 1), h.__dict__, h.x, weakref.ref(h)() is h)[2:],
    "holder dict": lambda: (h := Holder(), setattr(h, "__dict__", {"y": 2}), h.y, h.__dict__)[2:],
    "text": lambda: (Text("abc").shout(), Text("abc") + "d", len(Text("漢")), Text("a") == "a", {Text("k"): 1}["k"]),
    "text type": lambda: (type(Text("a")).__name__, isinstance(Text("a"), str), Text("x").upper()),
    "text subclass": lambda: type("Sub", (Text,), {"shout": lambda self: super(type(self), self).shout() + "?"})("s").shout(),
}.items():
    check(label, operation)
for label, operation in {
    "add str": lambda: counter + "x",
    "no base": lambda: type("Sub", (Holder,), {}),
    "len": lambda: len(counter),
}.items():
    check_type(label, operation)

made = c.make_type("some.package.Made", None)
check("made", lambda: (made.__name__, made.__module__, made.__doc__, made.__mro__, type(made()) is made))
check("made with base", lambda: c.make_type("made.Sub", (Counter,))(3).up())
plain = type("Plain", (), {"__slots__": ()})
check("made with two bases", lambda: [t.__name__ for t in c.make_type("made.Two", (made, plain)).__mro__])
check("made of builtin", lambda: c.make_type("made.List", list)([1, 2]) + [3])
check_type("made of final", lambda: c.make_type("made.Bool", (bool,)))
check("bad slot", c.make_bad_type)
for value in (12345, 2.5, b"by\0tes", "te\u6f22xt", (1, "two", 3.0), ()):
    kind = type(value)
    derived = c.make_type(f"made.{kind.__name__}", kind)
    check(f"read {kind.__name__}", lambda: (c.read_in_place(derived(value)), derived(value) == value, type(derived(value)) is derived))
    check(f"read subclass {kind.__name__}", lambda: c.read_in_place(type("Sub", (derived,), {})(value)))
List = c.make_list_type()


class Listed(List):
    """Overrides what its base gets from list."""

    def __init__(self, items):
        super().__init__(items)
        self.extra = len(self)

    def __repr__(self):
        return "Listed" + super().__repr__()


class Twice(c.make_type("made.Text", str)):
    """Makes its value in `__new__`."""

    def __new__(cls, text):
        self = super().__new__(cls, text * 2)
        self.text = text
        return self


check("list", lambda: (List([1, 2]), len(List((3, 4))), List()))
check("listed", lambda: (Listed([1, 2]), Listed("abc").extra, Listed([Listed([])])))
check("twice", lambda: (Twice("ab"), Twice("c").text, c.read_in_place(Twice("d"))))


class Sub(Counter):
    """A subclass with a dict."""

    def __init__(self, start=0, label="none"):
        super().__init__(start, payload=[label])
        self.label = label

    def up(self, step=1):
        return "sub", super().up(step * 2)

    def __repr__(self):
        return f"Sub({self.count}) of {super().__repr__()}"

    def __add__(self, other):
        return "sub add", super().__add__(other).count


class SubSub(Sub):
    """And its subclass."""

    def up(self, step=1):
        return "subsub", super().up(step)


class Mixin:
    """A plain class."""

    def hello(self):
        return f"hello from {type(self).__name__}"


class Mixed(Mixin, Child):
    """A heap type as the second base."""


class Meta(type):
    """A metaclass in Python."""

    def __new__(cls, name, bases, namespace):
        namespace["tagged"] = name.lower()
        return super().__new__(cls, name, bases, namespace)


class Tagged(Counter, metaclass=Meta):
    """A heap type's subclass with a metaclass."""


sub = Sub(1, label="mine")
for label, operation in {
    "sub": lambda: (sub, sub.label, sub.payload, sub.__dict__),
    "sub up": lambda: (sub.up(), SubSub(5).up(1)),
    "sub add": lambda: sub + 5,
    "sub attribute": lambda: (setattr(sub, "more", sub), sub.more is sub, delattr(sub, "more"), hasattr(sub, "more")),
    "sub module": lambda: sub.module() is c,
    "sub item": lambda: sub["k"],
    "mixed": lambda: (Mixed(2).hello(), Mixed(2).up(), [t.__name__ for t in Mixed.__mro__]),
    "tagged": lambda: (Tagged.tagged, type(Tagged).__name__, Tagged(3).up()),
    "isinstance": lambda: (isinstance(sub, Counter), issubclass(SubSub, Counter), isinstance(sub, Child)),
    "super from C": lambda: (c.call_super(Sub, sub, "up"), c.call_super(Sub, sub, "missing")),
    "super from C up": lambda: c.call_super(Sub, sub, "up"),
    "allocate": lambda: (c.allocate(Counter).count, c.allocate(Sub).count, type(c.allocate(Sub)) is Sub),
    "weak": lambda: weakref.ref(sub)() is sub,
    "subclasses": lambda: sorted(t.__name__ for t in Counter.__subclasses__() if not t.__name__.startswith("Sub")),
}.items():
    check(label, operation)


def settle():
    """Collect several times, with calls between: a host may need both to let go."""
    for _ in range(10):
        gc.collect()
        c.statistics()
    return c.statistics()


def balance():
    made, freed = settle()
    return made - freed


before = balance()


def loops():
    for i in range(3000):
        kind = (Counter, Child, Sub, SubSub)[i % 4]
        thing = kind(i)
        thing.payload = thing


check("freed", lambda: ([Counter(i) for i in range(3000)] and None, [Sub(i) for i in range(3000)] and None, balance() - before))
check("cycles freed", lambda: (loops(), balance() - before))


def dict_cycles():
    for i in range(1000):
        thing = Sub(i)
        thing.me = thing


check("dict cycles freed", lambda: (dict_cycles(), balance() - before))
kept = [Sub(i, label=str(i)) for i in range(500)]
check("kept", lambda: (balance() - before, [k.label for k in kept] == [str(i) for i in range(500)]))
kept.clear()
check("kept no more", lambda: balance() - before)
