"""Drives vectorcalls.c, and calls its class from Python."""

import vectorcalls
from checks import check, check_all
from vectorcalls import Callable

check_all(vectorcalls)
callable_object = Callable()


class Sub(Callable):
    """Adds to the call."""

    def __call__(self, *args, **kwargs):
        return "sub", super().__call__(*args, **kwargs)


for label, function in {
    "plain": lambda: (callable_object(), callable_object(1), callable_object(1, 2, 3)),
    "keywords": lambda: (callable_object(a=1), callable_object(1, b=2, c=3)),
    "unpacked": lambda: callable_object(*"abc", **{"key": "value"}),
    "seven": lambda: callable_object(*range(7)),
    "many": lambda: len(callable_object(*range(500))[0]),
    "sub": lambda: Sub()(1, x=2),
    "mapped": lambda: list(map(callable_object, "ab")),
    "counted": lambda: callable_object.calls,
}.items():
    check(label, function)
