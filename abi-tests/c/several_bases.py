"""Drives several_bases.c: derives from its types in all combinations, and makes instances in all ways."""

import copy
import gc
import itertools
import pickle
import weakref

import several_bases
from checks import check, check_type
from several_bases import Abstract, Empty, Field, Longer, Longest, Open, Other, Plain, Same, number, shape


class Slotted:
    __slots__ = ("slot",)


class Free:
    """A class of Python without slots."""


TYPES = (Abstract, Empty, Other, Open, Field, Plain, Longer, Longest, Same, Slotted, Free)
BUILTINS = (int, float, str, bytes, tuple, list, dict, set, Exception, OSError)


def line(*bases):
    """The class over these bases, as far as what it is made of goes."""
    made = type("Made", bases, {})
    return [base.__name__ for base in made.__mro__[1:-1]], made.__base__.__name__


def used(*bases):
    """An instance: its methods, its attributes and its native part."""
    x = type("Made", bases, {})()
    x.free = 1
    found = [getattr(x, name)() for name in ("empty_hello", "open_hello", "field_hello", "longer_hello") if hasattr(x, name)]
    if isinstance(x, Field):
        x.number = 20
        found.append(number(x))
    return found, x.free, weakref.ref(x)() is x


for bases in itertools.permutations(TYPES, 2):
    label = " ".join(base.__name__ for base in bases)
    check_type(label, line, *bases)
    check_type(label + " used", used, *bases)

check_type("three", used, Empty, Open, Field)
check_type("three, the last one longer", used, Other, Field, Empty, Longer)
check_type("of both", used, type("P", (Empty,), {}), type("Q", (Field,), {}), Open)

for base in BUILTINS:
    for native in (Empty, Abstract, Open, Field):
        check_type(f"{base.__name__} {native.__name__}", line, base, native)
        check_type(f"{native.__name__} {base.__name__}", line, native, base)


def of_builtin(native, base, *args):
    made = type("Made", (base, native), {})
    x = made(*args)
    return x, x == base(*args), x.empty_hello()


check("value int", of_builtin, Empty, int, 5)
check("value str", of_builtin, Empty, str, "text")
check("value tuple", of_builtin, Empty, tuple, (1, 2))
check("value float", of_builtin, Empty, float, 2.5)
check("value list", of_builtin, Empty, list, [1])
check("value dict", of_builtin, Empty, dict, {1: 2})
check("exception", lambda: of_builtin(Empty, KeyError, 3)[0])


# --- attributes of instances without fields ----------------------------------------------------------------------------

def attributes(cls):
    x = cls()
    rows = [hasattr(x, "__dict__")]
    try:
        x.new = 1
        rows += [x.new, x.__dict__, list(vars(x)), "new" in x.__dict__, len(vars(x))]
        del x.new
        rows.append(hasattr(x, "new"))
        x.__dict__ = {"given": 3}
        rows += [x.given, x.empty_hello() if isinstance(x, Empty) else None]
    except (AttributeError, TypeError) as error:
        rows.append(type(error).__name__)
    return rows


class Narrow(Empty):
    __slots__ = ("one",)


class Wide(Empty):
    """With a dictionary."""


for cls in (Empty, Other, Open, Field, Same, Narrow, Wide, type("Both", (Wide, Field), {}), type("Neither", (Narrow, Other), {"__slots__": ()})):
    check("attributes of " + cls.__name__, attributes, cls)

check("slot", lambda: (x := Narrow(), setattr(x, "one", 5), x.one)[2])
check("object's setattr", lambda: (x := Wide(), object.__setattr__(x, "free", 5), vars(x))[2])
check_type("deleted", lambda: delattr(Empty(), "absent"))
check_type("set a method", lambda: setattr(Empty(), "empty_hello", 1))
check("class change", lambda: (x := Wide(), setattr(x, "__class__", type("W", (Wide,), {})), type(x).__name__)[2])
check_type("class change to another struct", lambda: setattr(Longer(), "__class__", Longest))


def copies(x):
    y = copy.copy(x)
    z = pickle.loads(pickle.dumps(x, 2))
    return type(y) is type(x) is type(z), y.kept is x.kept, z.kept, y is not x


class Kept(Wide):
    pass


class KeptField(Plain, Wide):
    def __reduce__(self):
        return KeptField, (), vars(self)


class Behind(Free, Empty):
    """What is hidden is not found behind another class."""


def filled(cls):
    x = cls()
    x.kept = [1, 2]
    return x


check("copies", lambda: copies(filled(Kept)))
check("copies of a mixture", lambda: copies(filled(Behind)))
check("copies with a field", lambda: copies(filled(KeptField)))


# --- object.__new__ ----------------------------------------------------------------------------------------------------

class Made(Plain):
    def __new__(cls, *args):
        return object.__new__(cls)

    def __init__(self, value=3):
        self.number = value


class Alone(Plain):
    def __new__(cls):
        return object.__new__(cls)


check("made", lambda: (Made(5).number, Made(6).field_hello(), number(Made())))
check("made, passed at once", lambda: (number(Alone()), Alone().number, Alone().field_hello()))
check("made, in a list", lambda: [number(x) for x in several_bases.both(object.__new__(Plain), Alone())])
check("without class", lambda: (number(object.__new__(Plain)), object.__new__(Plain).field_hello()))
check("read first", lambda: object.__new__(Alone).number)
check("empty", lambda: object.__new__(Wide).empty_hello())
check("new of super", lambda: super(Alone, Alone).__new__(Alone).number)
check("new from C", lambda: (several_bases.new(Plain).number, several_bases.new(Field).number))
check("identity", lambda: (x := object.__new__(Alone), [x][0] is x, x.field_hello(), weakref.ref(x)() is x)[1:])


class OrderOne(Empty, Field):
    """The struct is the second base's, and so is what makes it."""


class OrderTwo(Abstract, Field):
    pass


check("constructor", lambda: (OrderOne().number, OrderTwo().number, OrderOne().field_hello(), OrderTwo().empty_hello()))
check_type("abstract", lambda: type("Still", (Abstract,), {})())
check_type("abstract itself", Abstract)


def shapes():
    return [shape(cls) for cls in (OrderOne, OrderTwo, Wide, Made, type("X", (Wide, Same), {}), type("Y", (Same, Wide), {}))]


check("shapes", shapes)


def die(cls):
    """Instances die, also those in cycles."""
    gc.collect()
    refs = []
    for i in range(50):
        x = cls()
        x.me = x
        refs.append(weakref.ref(x))
    del x
    for _ in range(8):
        gc.collect()
    return sum(ref() is not None for ref in refs)


for cls in (Wide, KeptField, OrderOne, Made, Open, type("Dict", (dict, Empty), {})):
    check("die " + cls.__name__, die, cls)

check("beside a builtin", lambda: (m := several_bases.Measure("1.5"), several_bases.read_double(m), float(m), m == 1.5, [t.__name__ for t in type(m).__mro__]))
check("beside a builtin, wrong", lambda: several_bases.Measure("x"))
Named = several_bases.Named
check("slots of a builtin", lambda: (Named("a") == Named("a"), Named("a") == "a", "a" == Named("a"), Named("a") < Named("b"), Named("a") != "b", hash(Named("a")) == hash("a"),
                                     {Named("x"): 1}["x"], type("Sub", (Named,), {})("a") == "a"))
