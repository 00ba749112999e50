"""Drives inheritance.c, and derives from its types in Python."""

import gc

import inheritance
from checks import check, check_all, check_type
from inheritance import A, B

check_all(inheritance)


class FromB(B):
    """Both constructors, with super."""

    def __new__(cls, *args):
        self = super().__new__(cls)
        self.made = "new"
        return self

    def __init__(self, number):
        super().__init__(number, [number])
        self.made += " init"

    def name(self):
        return "FromB, " + super().name()


class Diamond(FromB, A):
    """Two ways to A."""

    def name(self):
        return "Diamond, " + super().name()


for label, function in {
    "base": lambda: (A(3).name(), A().a, A(3)),
    "derived": lambda: (B(3).name(), B(3).only(), B(3, "x").held),
    "python": lambda: (FromB(4).name(), FromB(4).made, FromB(4).held),
    "diamond": lambda: (Diamond(5).name(), [t.__name__ for t in Diamond.__mro__]),
    "unbound": lambda: (A.name(B(2)), B.name(FromB(2))),
    "isinstance": lambda: (isinstance(B(), A), issubclass(Diamond, A), issubclass(A, B)),
    "class change": lambda: (b := FromB(1), setattr(b, "__class__", type("Other", (FromB,), {})), type(b).__name__)[2],
    "dynamic": lambda: type("Dyn", (B,), {"only": lambda self: "dyn " + super(type(self), self).only()})().only(),
    "new": lambda: B.__new__(B).b,
}.items():
    check(label, function)
check("wrong self", lambda: B.name(A()))
check("wrong new", lambda: B.__new__(A))


def freed():
    """Destructors of every level run once for each object."""
    for _ in range(10):
        gc.collect()
        inheritance.freed()
    before = inheritance.freed()
    for i in range(100):
        A(i), B(i), FromB(i), Diamond(i)
    for _ in range(20):
        gc.collect()
        if inheritance.freed()[0] - before[0] >= 400:
            break
    return [after - earlier for earlier, after in zip(before, inheritance.freed())]


check("freed", freed)
