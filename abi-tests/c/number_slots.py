"""Drives number_slots.c, and the operators of the language on its type."""

import operator

import number_slots as c
from checks import check, check_all, check_type

check_all(c)
two, three = c.make_number(2), c.make_number(3)
BINARY = "add sub mul mod lshift rshift and_ xor or_ floordiv truediv matmul pow iadd isub imul imod iand ior ipow imatmul".split()
for name in BINARY:
    function = getattr(operator, name)
    check(name, lambda: (function(two, three), function(two, 5), function(5, two)))
    check_type(f"{name} refused", lambda: function(two, 2.5))
check("unary", lambda: (-two, +two, abs(two), ~two, int(two), float(two), bool(two), operator.index(two)))
check("three argument pow", lambda: (pow(two, three, 5), pow(two, 5, three)))
check("divmod", lambda: (divmod(two, three), divmod(7, two)))
check("index", lambda: (hex(two), [*range(1003)][two], "x" * two == "x" * 1002))


class Sub(type(two)):
    """Overrides one operator, on both sides."""

    def __add__(self, other):
        return "sub add", super().__add__(other)

    def __radd__(self, other):
        return "sub radd"

    def __index__(self):
        return 7


sub = Sub()
check("sub", lambda: (sub + 1, 1 + sub, two + sub, sub - 1, operator.index(sub), "abc" * sub == "abc" * 7)[:3])
