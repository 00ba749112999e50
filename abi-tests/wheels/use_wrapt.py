"""wrapt: transparent proxies and decorators that work on every kind of callable."""

import copy
import functools
import inspect
import pickle
import weakref

import wrapt
from checks import check, check_type
from wrapt import _wrappers

check("binary", lambda: _wrappers.__file__.rpartition("/")[2])
check("in use", lambda: (wrapt.ObjectProxy.__mro__[-2].__module__, wrapt.FunctionWrapper is _wrappers.FunctionWrapper))


@wrapt.decorator
def traced(wrapped, instance, args, kwargs):
    kind = "class" if inspect.isclass(instance) else type(instance).__name__
    return f"{kind}|{args}|{kwargs}", wrapped(*args, **kwargs)


@traced
def function(a, b=2):
    """A function."""
    return a + b


class Thing:
    """With every kind of method."""

    @traced
    def method(self, x):
        return ("method", x)

    @traced
    @classmethod
    def of_class(cls, x):
        return (cls.__name__, x)

    @traced
    @staticmethod
    def static(x):
        return ("static", x)

    def __init__(self, name="thing"):
        self.name = name


@traced
class Decorated:
    def __init__(self, x):
        self.x = x


thing = Thing()
for label, call in {
    "function": lambda: (function(1), function(1, b=5), function.__name__, function.__doc__, str(inspect.signature(function))),
    "method": lambda: (thing.method(1), Thing.method(thing, 2)),
    "classmethod": lambda: (Thing.of_class(1), thing.of_class(2)),
    "staticmethod": lambda: (Thing.static(1), thing.static(x=2)),
    "class": lambda: Decorated(5)[1].x,
    "wrapped": lambda: (function.__wrapped__(1), function.__wrapped__.__name__, type(function).__name__, type(thing.method).__name__),
    "bound": lambda: (thing.method.__self__ is thing, thing.method.__func__ is not None, thing.method._self_parent is Thing.__dict__["method"]),
    "raises": lambda: function("a"),
    "arguments": lambda: function(),
    "partial": lambda: functools.partial(function, 1)(3),
    "isinstance": lambda: (isinstance(function, type(lambda: 0)), callable(function), inspect.isfunction(function.__wrapped__)),
    "universal": lambda: wrapt.decorator(lambda w, i, a, k: [w(*a, **k)])(len)("abc"),
}.items():
    check_type(label, call)


@wrapt.decorator
async def awaited(wrapped, instance, args, kwargs):
    return "awaited", await wrapped(*args, **kwargs)


@awaited
async def coroutine(x):
    return x * 2


def run(started):
    try:
        started.send(None)
    except StopIteration as stop:
        return stop.value


check("coroutine", lambda: run(coroutine(21)))

p = wrapt.ObjectProxy([3, 1, 2])
for label, use in {
    "items": lambda: (p[0], p[-1], p[1:], len(p), list(p), 3 in p, sorted(p), p.index(1)),
    "change": lambda: (p.append(9), p.__setitem__(0, 7), p.__delitem__(1), list(p))[-1],
    "compare": lambda: (p == [7, 2, 9], p != [], p < [8], [1] < p, hash(wrapt.ObjectProxy("a")) == hash("a")),
    "class": lambda: (p.__class__, isinstance(p, list), type(p).__name__, p.__doc__ == list.__doc__),
    "str": lambda: (str(p), f"{wrapt.ObjectProxy(3.14159):.2f}", bytes(wrapt.ObjectProxy(b"b"))),
    "bool": lambda: (bool(p), bool(wrapt.ObjectProxy([]))),
    "reversed": lambda: (list(reversed(p)), next(iter(p))),
    "set wrapped": lambda: (setattr(p, "__wrapped__", {"k": 1}), p["k"], p.keys())[1:],
    "dir": lambda: "keys" in dir(p),
    "attribute": lambda: p.nothing,
    "call": lambda: p(),
    "weak": lambda: weakref.ref(p)() is p,
    "copy": lambda: copy.copy(wrapt.ObjectProxy([1])),
    "pickle": lambda: pickle.dumps(p),
}.items():
    check_type(label, use)
number = wrapt.ObjectProxy(12)
other = wrapt.ObjectProxy(5)
for symbol in "+ - * / // % ** & | ^ << >> < <= == != > >=".split():
    check(f"number {symbol}", eval(f"lambda: (number {symbol} 5, 12 {symbol} other, number {symbol} other)"))
check("unary", lambda: (-number, +number, ~number, abs(wrapt.ObjectProxy(-3)), int(number), float(number), complex(number), round(wrapt.ObjectProxy(2.567), 1), divmod(number, 5), pow(number, 2, 7), hex(number), [0, 1, 2][wrapt.ObjectProxy(1)]))
check("wrong", lambda: number + "a")
inplace = kept = wrapt.ObjectProxy(10)
inplace += 5
check("in place", lambda: (inplace == 15, type(inplace).__name__, isinstance(inplace, int)))


class Account:
    limit = 5

    def __enter__(self):
        return "entered"

    def __exit__(self, *exc):
        return True


class Watching(wrapt.ObjectProxy):
    """State of the proxy is `_self_...`; the rest belongs to the wrapped object."""

    _self_log = None

    def __init__(self, wrapped):
        super().__init__(wrapped)
        self._self_log = []

    def __getattr__(self, name):
        self._self_log.append(name)
        return super().__getattr__(name)

    @property
    def log(self):
        return self._self_log


account = Account()
watching = Watching(account)
watching.limit = 9
with watching as entered:
    raise KeyError("swallowed")
check("watching", lambda: (watching.limit, account.limit, entered, watching.log, vars(account)))
check("delete", lambda: (delattr(watching, "limit"), watching.limit))
check("no init", lambda: wrapt.ObjectProxy.__new__(wrapt.ObjectProxy).anything)
check_type("no argument", lambda: wrapt.ObjectProxy())
check("callable proxy", lambda: wrapt.CallableObjectProxy(max)(1, 5, key=lambda x: -x))
check("partial proxy", lambda: wrapt.PartialCallableObjectProxy(sorted, reverse=True)([1, 3, 2]))
wrapt.wrap_function_wrapper(Account, "__repr__", lambda wrapped, instance, args, kwargs: "wrapped repr")
check("patched", lambda: repr(account))
check("weak method", lambda: wrapt.WeakFunctionProxy(thing.method)(5))


@wrapt.synchronized
def locked(x):
    return x


check("synchronized", lambda: (locked(1), hasattr(locked, "_synchronized_lock")))
check("many", lambda: sum(function(i)[1] for i in range(20_000)))
