"""Drives attributes.c, and the syntax of the language on its class."""

from attributes import Thing
import attributes
from checks import check, check_all, check_type

check_all(attributes)
thing = Thing(5)


class Sub(Thing):
    """Overrides some of it."""

    def __getattr__(self, name):
        return f"made up {name}"

    def __eq__(self, other):
        return "sub eq"

    def __repr__(self):
        return "Sub of " + super().__repr__()

    def __call__(self, *args):
        return "sub", super().__call__(*args, key=1)


for label, function in {
    "attributes": lambda: (thing.virtual, setattr(thing, "extra", 1), thing.extra, vars(thing)),
    "call": lambda: (thing(), thing(1, b=2)),
    "texts": lambda: (repr(thing), str(thing), f"{thing!r:>10}", f"{thing}"),
    "compare": lambda: (thing < Thing(6), thing == Thing(5), thing != 5, Thing(9) >= thing),
    "sorted": lambda: sorted([Thing(3), Thing(1), Thing(2)]),
    "keys": lambda: {Thing(1): "one"}[Thing(1)],
    "sub": lambda: (Sub(3).anything, Sub(3) == 1, Sub(3), Sub(3)(1), Sub(3).virtual),
    "getattr": lambda: (getattr(thing, "missing", "default"), hasattr(thing, "missing")),
    "dir": lambda: [name for name in dir(thing) if not name.startswith("_")],
}.items():
    check(label, function)
check("broken", lambda: thing.broken)
check_type("sub hash", lambda: hash(Sub(3)))
check_type("missing", lambda: thing.missing)
check_type("less than int", lambda: thing < 5)
