"""Drives compiled_classes.c: it changes a class as the decorators of compiled Python code do, and uses what came of it."""

import compiled_classes
from checks import check, check_all


def decorate(cls):
    def __init__(self, number=5):
        self.number = number

    cls.__init__ = __init__
    cls.__repr__ = lambda self: f"Decorated({self.number})"
    return cls


check_all(compiled_classes)
made = compiled_classes.compile_class("Made", 7)
check("bases", lambda: (made.__bases__, made.marker, hasattr(made, "__slots__")))
check("decorated", compiled_classes.decorate_class, made, decorate)
check("made in C", compiled_classes.call_class, made)
check("made in C, shown in C", compiled_classes.show, made(8))
check("made here", lambda: repr(made()))
check("derived", lambda: repr(type("Derived", (made,), {})()))

static = compiled_classes.StaticProperty
shown = static(lambda owner: owner.__name__)
check("no doc", lambda: shown.__doc__)
shown.__doc__ = "A text."
check("doc", lambda: shown.__doc__)
check("get", lambda: type("Owner", (), {"shown": shown}).shown)
check("parts", lambda: (shown.fget is not None, shown.fset, shown.fdel))
