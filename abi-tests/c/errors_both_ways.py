"""Drives errors_both_ways.c: what Python catches of C's exceptions and C of Python's."""

import sys
import traceback
import warnings

import errors_both_ways as c
from checks import check, check_all, check_type

check_all(c)


def caught(function, *args):
    """The exception that a call raises."""
    try:
        function(*args)
    except BaseException as error:
        return error


def fields(error, *names):
    return [getattr(error, name) for name in names]


check("errno", lambda: fields(caught(c.check_errno), "errno", "strerror", "filename"))
check("errno with name", lambda: fields(caught(c.check_errno_with_name), "errno", "strerror", "filename"))
check("errno type", lambda: [type(caught(f)).__name__ for f in (c.check_errno, c.check_errno_with_name, c.check_errno_with_object)])
check("import error", lambda: fields(caught(c.check_import_error), "msg", "name", "path"))
check("arguments", lambda: caught(c.check_set_object).args)
check("cause", lambda: (e := caught(c.check_cause_and_context), e.__cause__, e.__context__ is e.__cause__, e.__suppress_context__))

custom = c.CustomError("text", 5)
check("custom", lambda: (custom, custom.args, c.CustomError.__mro__[1].__name__, c.CustomError.__module__, c.CustomError.__name__))
check("documented", lambda: (c.DocumentedError.__doc__, c.DocumentedError.code, [b.__name__ for b in c.DocumentedError.__bases__]))
check("custom subclass", lambda: caught(c.raise_it, type("Sub", (c.CustomError,), {}), "value").args)


class Own(Exception):
    """An exception with a constructor of its own."""

    def __init__(self, code, text="default"):
        super().__init__(f"{code}: {text}")
        self.code = code


class Unlucky(Exception):
    """An exception whose constructor fails."""

    def __init__(self, *args):
        raise RuntimeError("the constructor failed")


for label, args in {
    "type": (ValueError,),
    "value": (ValueError, "text"),
    "tuple": (ValueError, ("a", 1)),
    "instance": (ValueError, ValueError("ready")),
    "instance of a subclass": (LookupError, KeyError("k")),
    "instance of another": (KeyError, ValueError("inside")),
    "none": (ValueError, None),
    "own": (Own, 7),
    "own tuple": (Own, (7, "given")),
    "own instance": (Own, Own(1)),
    "no arguments": (Own,),
    "unlucky": (Unlucky, 1),
    "base": (BaseException, "base"),
    "exit": (SystemExit, 3),
    "interrupt": (KeyboardInterrupt,),
    "stop": (StopIteration, 5),
    "os": (OSError, (2, "gone", "file")),
    "not a type": (5, "x"),
    "instance as type": (ValueError("x"), "x"),
}.items():
    check_type(f"raise {label}", lambda: c.raise_it(*args))
    check(f"args of {label}", lambda: getattr(caught(c.raise_it, *args), "args", None) if label != "no arguments" else None)

own = Own(5)


def raise_own():
    raise own


for label, function in {
    "own": raise_own,
    "zero": lambda: 1 / 0,
    "key": lambda: {}["k"],
    "from C": lambda: c.raise_it(c.CustomError, "from C"),
    "nothing": lambda: "fine",
    "exit": lambda: sys.exit(3),
    "stop": lambda: next(iter([])),
}.items():
    check(f"catch {label}", c.catch_it, function)
    check_type(f"pass through {label}", c.pass_through, function)
    check(f"wrap {label}", lambda: (e := caught(c.wrap, function), e and type(e.__cause__).__name__, e and e.__suppress_context__))
check("identity in", lambda: c.catch_it(raise_own)[1] is own)
check("identity through", lambda: caught(c.pass_through, raise_own) is own)
check("identity of cause", lambda: caught(c.wrap, raise_own).__cause__ is own)
check("state survives", lambda: (setattr(own, "note", [1]), caught(c.pass_through, raise_own).note))


def names(error):
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)]


def level_two():
    raise ValueError("deep")


def level_one():
    c.pass_through(level_two)


check("traceback", lambda: names(caught(level_one))[-2:])
check("traceback through two", lambda: names(caught(lambda: c.pass_through(level_one)))[-2:])
check("swallow", c.swallow, [lambda: 1, lambda: {}["k"], lambda: [][0], lambda: 2])
check("swallow not", c.swallow, [lambda: {}["k"], lambda: 1 / 0])
check("swallow a bad iterator", c.swallow, (1 / 0 for _ in "a"))


def while_handling():
    try:
        raise KeyError("handled")
    except KeyError:
        inside = c.handled()
        context = caught(c.check_set_string).__context__
    return inside, context, c.handled()


check("while handling", while_handling)


def finally_runs():
    steps = []
    try:
        try:
            c.check_set_string()
        finally:
            steps.append("finally")
    except ValueError as error:
        steps.append(str(error))
    return steps


check("finally", finally_runs)


def warned(action, category):
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter(action)
        c.warn(category, "careful")
    return [(w.category.__name__, str(w.message)) for w in found]


check("warn", warned, "always", UserWarning)
check("warn deprecation", warned, "always", DeprecationWarning)
check("warn ignored", warned, "ignore", UserWarning)
check("warn error", warned, "error", UserWarning)


def unraisable():
    found = []
    sys.unraisablehook = lambda info: found.append((info.exc_type.__name__, str(info.exc_value), info.object))
    try:
        c.unraisable("where it was")
    finally:
        sys.unraisablehook = sys.__unraisablehook__
    return found


check("unraisable", unraisable)


def generator(fail=False):
    yield 1
    yield 2
    if fail:
        raise OverflowError("in the generator")
    return "returned"


class FromNative(c.NativeError):
    pass


for kind in c.NativeError, FromNative:
    error = kind("text")
    error.label = 1
    shown = error.__dict__
    shown["other"] = 2
    check("dict", lambda: (error.other, shown, shown is error.__dict__, vars(error) == {"label": 1, "other": 2}, "label" in shown))
    check("dict in C", lambda: (c.write_dict(error), error.first, hasattr(error, "label"), sorted(shown)))
    check("pop", lambda: (shown.pop("other"), hasattr(error, "other"), shown.get("_na"), len(shown), {**shown}))
    check("reduce", error.__reduce__)
    check("replaced", lambda: (setattr(error, "__dict__", {"b": 3}), error.b, vars(error), hasattr(error, "first")))
    check("no dict", setattr, error, "__dict__", 3)
    check("deleted", delattr, error, "__dict__")
    check("cleared", lambda: (error.__dict__.clear(), vars(error), error.args))
    check("setdefault", lambda: (error.__dict__.setdefault("key", 4), error.key, error.__dict__ | {"more": 5}, dict(error.__dict__)))

handled = KeyError("handled in C")


def inner_of_two():
    """A handler of the program's within C's."""
    try:
        raise IndexError("handled by the program")
    except IndexError:
        return sys.exc_info()[:2]


def outer_by_program():
    """A handler of C's within the program's."""
    try:
        raise IndexError("handled by the program")
    except IndexError as outer:
        inner = ValueError("handled in C")
        inner.__context__ = outer
        return c.call_while_handling(inner, sys.exc_info)[:2], sys.exc_info()[1] is outer


check("handled in C", lambda: [part is handled or part for part in c.call_while_handling(handled, sys.exc_info)])
check("handled in C, by the program", lambda: c.call_while_handling(handled, lambda: sys.exc_info()[1] is handled))
check("handled in C, sys.exception", lambda: c.call_while_handling(handled, getattr(sys, "exception", lambda: handled)) is handled)
check("program's within C's", c.call_while_handling, handled, inner_of_two)
check("C's within the program's", outer_by_program)
check("nothing handled", lambda: (sys.exc_info(), c.call_while_handling(handled, lambda: None), sys.exc_info()))
check("stop value", c.stop_value, generator())
check("stop error", c.stop_value, generator(fail=True))
check("many", lambda: sum(isinstance(caught(c.raise_it, c.CustomError, i), c.CustomError) for i in range(20_000)))
check("nothing returned", c.return_nothing, 1, 2, 3)
check("clean afterwards", c.check_occurred_and_clear)
