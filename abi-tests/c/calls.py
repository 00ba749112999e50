"""Drives calls.c: arguments in every shape, both ways."""

import copy
import functools
import inspect
import pickle
import types

import calls as c
from checks import check, check_all, check_type

check_all(c)

shapes = {
    "nothing": ((), {}),
    "one": ((1,), {}),
    "two": ((1, "b"), {}),
    "many": (tuple(range(12)), {}),
    "keyword": ((), {"key": 1}),
    "both": ((1, 2), {"key": 3, "other": [4]}),
    "odd keyword": ((), {"not a name": 1}),
    "unicode keyword": ((), {"é": 1}),
}
functions = ("noargs", "one", "varargs", "keywords", "fastcall", "fastcall_keywords")
# Names that the compiler saw are interned on CPython.
check("interned one", c.is_interned, key=1)
check("interned many", c.is_interned, 0, key=1, other=2, é=3, fourth=4, fifth=5)

thing = c.Thing()
methods = [name for name in dir(c.Thing) if name[0] != "_"]
for label, (args, kwargs) in shapes.items():
    for name in functions:
        check_type(f"{name} {label}", lambda: getattr(c, name)(*args, **kwargs))
    for name in methods:
        check_type(f"Thing.{name} {label}", lambda: getattr(thing, name)(*args, **kwargs))
    check_type(f"Callable {label}", lambda: c.Callable()(*args, **kwargs))
    check(f"apply {label}", lambda: c.apply(lambda *args, **kwargs: (args, kwargs), args, kwargs))
    check(f"apply to C {label}", lambda: c.apply(c.keywords, args, kwargs))
for name in ("noargs", "one", "fastcall", "varargs"):
    check(f"{name} with keyword", lambda: getattr(c, name)(x=1))
check("unbound", lambda: (c.Thing.one(thing, 5), c.Thing.class_varargs(1), c.Thing.static_one(2)))
check_type("unbound without self", c.Thing.one)
check("unbound with another self", c.Thing.one, 5, 6)
check("bound later", lambda: [m := thing.varargs, m(1), m(2)][1:])
check("on a subclass", lambda: (s := type("Sub", (c.Thing,), {})(), s.noargs(), s.class_noargs(), s.fast(1, 2))[1:])
check("attributes", lambda: (c.noargs.__name__, c.noargs.__doc__, c.noargs.__self__ is c, c.noargs.__module__, c.one.__doc__))
check("modules", lambda: (c.bind(1).__module__, c.bind_in_module("named").__module__, c.bind_in_module(c).__module__ is c))
check("signature", lambda: str(inspect.signature(c.noargs)))
check("kind", lambda: (type(c.one).__name__, type(c.one).__module__, isinstance(c.one, types.BuiltinFunctionType), c.one.__class__ is type(len),
                       inspect.isbuiltin(c.one), inspect.isroutine(c.one), callable(c.one)))
check("repr", lambda: (repr(c.one), c.one.__qualname__, c.noargs.__text_signature__, hasattr(c.one, "__dict__"), hasattr(c.one, "__get__")))
check("no other", lambda: type(c.one)())
check("no subclass", lambda: type("Sub", (type(c.one),), {}))
for name in ("__name__", "__doc__", "__self__", "__qualname__", "__text_signature__", "unknown"):
    check_type(f"set {name}", lambda: setattr(c.one, name, "x"))
    check_type(f"delete {name}", lambda: delattr(c.one, name))


def other_module():
    """A function may say that it is from elsewhere."""
    rows = []
    c.one.__module__ = "elsewhere"
    rows.append(c.one.__module__)
    del c.one.__module__
    rows.append(c.one.__module__)
    c.one.__module__ = "calls"
    return rows


check("module", other_module)
check("pickle", lambda: pickle.loads(pickle.dumps(c.one)) is c.one and copy.copy(c.one) is copy.deepcopy(c.one) is c.one)
check("wraps", lambda: (f := functools.wraps(c.one)(lambda: 1), f.__name__, sorted(f.__dict__))[1:])
check("no method", lambda: type("Class", (), {"one": c.one})().one(5))
check("reduced", lambda: (c.one.__reduce__(), (m := c.bind(thing)).__reduce__()[1] == (thing, "with_self"), repr(m).partition(" at ")[0], m.__qualname__))
for name in ("noargs", "one", "keywords"):
    check(f"definition of {name}", lambda: (d := c.definition_of(getattr(c, name)), d[:2], d[2] is c, d[3])[1:])
check("definition of bound", lambda: (d := c.definition_of(c.bind("self")), d)[1])
check("definition comes back", lambda: [c.definition_of(f)[0] for f in [c.one, c.noargs] * 40][-2:])
check("document", lambda: (c.document(c.fastcall, "fastcall($module, *args)\n--\n\nNew words."), c.fastcall.__doc__, c.fastcall.__text_signature__))
check("qualname", lambda: (c.Thing.one.__qualname__, thing.one.__name__, thing.one.__self__ is thing))
check_type("null without error", c.wrong_null)
check("alive after it", c.noargs)

callable_object = c.Callable()
check("calls counted", lambda: [callable_object(i)[0] for i in range(5)])
check("callable in map", lambda: list(map(callable_object, "ab", "cd")))
check("callable subclass", lambda: type("Sub", (c.Callable,), {"__call__": lambda self, x: ("sub", x)})()(1))


def echo(*args, **kwargs):
    """A Python function."""
    return args, kwargs


def exact(a, b="default", *, key=None):
    """A function that does not take everything."""
    return a, b, key


class Object:
    """Its method is called by name."""

    def method(self, *args, **kwargs):
        return "method", args, kwargs

    def __call__(self, *args, **kwargs):
        return "called", args, kwargs


class Dynamic:
    """Its method is made by __getattr__."""

    def __getattr__(self, name):
        if name == "method":
            return lambda *args, **kwargs: (name, args, kwargs)
        raise AttributeError(name)


class Init:
    """A class is called, too."""

    def __init__(self, *args, **kwargs):
        self.args = args, kwargs

    def __repr__(self):
        return f"Init{self.args}"


class Static:
    """A static method and a class method are no bound methods."""

    @staticmethod
    def method(*args, **kwargs):
        return "static", args, kwargs


class Class:
    @classmethod
    def method(cls, *args, **kwargs):
        return cls.__name__, args, kwargs


def failing(*args, **kwargs):
    """Raises."""
    raise ZeroDivisionError


callables = {
    "function": echo,
    "exact": exact,
    "lambda": lambda *a, key=0: (a, key),
    "object": Object(),
    "class": Init,
    "bound": Object().method,
    "builtin": max,
    "type": dict,
    "C": c.keywords,
    "C fast": c.fastcall_keywords,
    "C callable": c.Callable(),
    "partial": __import__("functools").partial(echo, "first", also=1),
    "failing": failing,
    "int": 5,
    "None": None,
}
for label, function in callables.items():
    check(f"call {label}", c.call_every_way, function)
    check(f"facts {label}", lambda: c.facts(function)[0])
check("facts of functions", lambda: [c.facts(f) for f in (echo, c.noargs, Object().method, Init)])
for kind in (Object, Dynamic, Static, Class):
    check(f"methods {kind.__name__}", c.call_methods, kind())
    check_type(f"methods of the class {kind.__name__}", c.call_methods, kind)
instance = Object()
instance.method = lambda *args, **kwargs: ("on the instance", args, kwargs)
check("methods on the instance", c.call_methods, instance)
check("methods of int", c.call_methods, 5)

check("repeat", lambda: c.repeat(lambda i: i * 2, 1000))
check("repeat and count", lambda: (seen := [], c.repeat(seen.append, 5), seen)[2])
check("repeat and fail", lambda: c.repeat(lambda i: 1 / (3 - i), 10))
check("repeat nested", lambda: c.repeat(lambda i: c.repeat(lambda j: (i, j), 3), 4))
check("sort", lambda: c.sort([3, 1, 2], lambda a, b: a - b))
check("sort large", lambda: c.sort([(i * 7919) % 1000 for i in range(1000)], lambda a, b: a - b) == list(range(1000)))
check("sort and fail", lambda: c.sort([3, 1, 2], lambda a, b: a.missing))
check("sort with wrong result", lambda: c.sort([3, 1, 2], lambda a, b: "x"))
check("bind", lambda: (f := c.bind([1]), f("x"), f.__name__, f.__doc__)[1:])
check("bind method", lambda: (m := c.bind_method(echo, "self"), m(1, k=2), m.__self__, m.__func__ is echo)[1:])
check("many", lambda: sum(c.one(i)[1] for i in range(50_000)))
check("many keywords", lambda: sum(c.fastcall_keywords(i, k=i)[1][0] for i in range(20_000)))
