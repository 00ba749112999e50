"""Drives descriptors.c, and uses its descriptors in classes of Python."""

import descriptors as c
from checks import check, check_all

check_all(c)


class Holder:
    """Has one descriptor of each kind."""

    plain = c.Plain()

    def __init__(self):
        self.__dict__["plain"] = "own"


class Named(c.Plain):
    """Learns its name."""

    def __set_name__(self, owner, name):
        self.name = name


class Other:
    """A class with a descriptor of a subclass."""

    named = Named()


for label, function in {
    "class": lambda: Holder.plain,
    "instance": lambda: Holder().plain,
    "named": lambda: (Other().named, vars(Other)["named"].name),
    "kinds": lambda: (hasattr(c.Data, "__set__"), hasattr(c.Plain, "__set__"), hasattr(c.Plain, "__get__")),
}.items():
    check(label, function)
