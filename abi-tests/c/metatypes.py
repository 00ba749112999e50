"""Drives metatypes.c, and uses its metatype in class statements."""

import metatypes
from checks import check, check_all
from metatypes import Meta

check_all(metatypes)


class Plain(metaclass=Meta):
    """Made by the metatype."""


class Derived(Plain):
    """Inherits the metatype."""

    def __init__(self, value=0):
        self.value = value


class SubMeta(Meta):
    """A metaclass in Python over the one in C."""

    def __new__(mcs, name, bases, namespace, **keywords):
        cls = super().__new__(mcs, name, bases, namespace)
        cls.keywords = keywords
        return cls

    def __init__(cls, name, bases, namespace, **keywords):
        super().__init__(name, bases, namespace)


class OfSub(Derived, metaclass=SubMeta, option=1):
    """Made by the Python metaclass."""


for label, function in {
    "type": lambda: (type(Plain).__name__, type(Derived).__name__, type(OfSub).__name__),
    "describe": lambda: (Plain.describe(), Derived.describe(), OfSub.describe()),
    "members": lambda: (Plain.number, Plain.twice, setattr(Plain, "number", 3), Plain.twice, Derived.twice),
    "own slots": lambda: (Plain.magic, OfSub.magic, Plain.ready, OfSub.ready, hasattr(Plain, "absent"), Derived(3).value),
    "looked up": lambda: (setattr(Derived, "dots", ...), Derived.dots, OfSub.dots, Plain.__mro__, hasattr(Plain, "dots")),
    "repr": lambda: (Plain, Derived),
    "instances": lambda: (Plain().called, Derived(5).value, OfSub(6).value, OfSub.keywords),
    "three arguments": lambda: Meta("Dynamic", (Plain,), {"x": 1}).x,
    "instance attribute": lambda: Plain().number,
}.items():
    check(label, function)
