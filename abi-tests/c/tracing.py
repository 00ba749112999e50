"""Drives tracing.c: which events C is told of, what becomes of its errors, and code that C runs or attaches values to."""

import gc
import sys
import threading

import tracing as c
from checks import check


def add(a, b=2):
    total = a + b
    return total


def fail(kind):
    raise kind("told")


def handle():
    try:
        fail(KeyError)
    except KeyError:
        return "handled"


def count():
    yield 1
    yield 2


def program():
    add(1)
    add(a=1, b=5)
    handle()
    list(count())
    return len("four")


WATCHED = {function.__code__.co_name for function in (add, fail, handle, count, program)}


def told(install, function, *args):
    """The events of our functions while `function` runs."""
    rows = []
    install(rows)
    try:
        function(*args)
    except Exception as error:
        rows.append((-1, "program", 0, type(error).__name__, 1))
    finally:
        install(None)
    return [row for row in rows if row[1] in WATCHED]


def plain(rows):
    """Without what C functions are told of, which is the host's own affair."""
    return [row for row in rows if row[0] < 4]


for name, install in (("profile", c.set_profile), ("trace", c.set_trace)):
    check(f"{name} call", lambda: told(install, add, 1))
    check(f"{name} keywords", lambda: plain(told(install, lambda: add(a=1, b=5))))
    check(f"{name} exception", lambda: plain(told(install, handle)))
    check(f"{name} raised through", lambda: plain(told(install, fail, ValueError)))
    check(f"{name} generator", lambda: plain(told(install, lambda: list(count()))))
    check(f"{name} all", lambda: [row[:2] for row in plain(told(install, program))])
    check(f"{name} off", lambda: (add(1), told(lambda rows: None, add, 1)))

check("profile of builtins", lambda: [row[:2] + row[3:4] for row in told(c.set_profile, program) if row[3] == "len"])


class Told(Exception):
    """Raised by what is told."""


def refuse(row):
    if row[:2] == (0, "add"):
        raise Told(row[0])


def with_errors(install):
    install(refuse)
    try:
        return add(1)
    finally:
        install(None)


check("profile raises", with_errors, c.set_profile)
check("trace raises", with_errors, c.set_trace)
check("none after an error", lambda: add(1))
check("exception kept", c.set_amid_exception)


def in_thread():
    """What one thread tells, no other is told of."""
    rows, other = [], []

    def body():
        c.set_trace(other)
        handle()
        c.set_trace(None)

    c.set_trace(rows)
    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    c.set_trace(None)
    return sum(row[1] == "handle" for row in rows), sum(row[1] == "handle" for row in other)


check("threads", in_thread)

if hasattr(c, "set_profile_all"):
    check("profile of all threads", lambda: plain(told(c.set_profile_all, add, 1)))

# --- values of code objects ---


def fresh(number):
    namespace = {}
    exec(f"def function():\n    return {number}", namespace)
    return namespace["function"].__code__


check("indices", c.extra_indices)
check("none yet", lambda: (c.get_extra(add.__code__, 1), c.get_extra(add.__code__, 2)))
check("set", lambda: (c.set_extra(add.__code__, 1, 5), c.set_extra(add.__code__, 2, 6)))
check("get", lambda: (c.get_extra(add.__code__, 1), c.get_extra(add.__code__, 2), c.get_extra(handle.__code__, 1)))
check("replaced", lambda: (c.set_extra(add.__code__, 1, 7), c.get_extra(add.__code__, 1)))
check("equal codes", lambda: (fresh(1) == fresh(1), c.set_extra(fresh(1), 2, 3), c.get_extra(fresh(1), 2)))
check("no such index", lambda: c.get_extra(add.__code__, 200))
check("set no such index", c.set_extra, add.__code__, 200, 1)
check("set negative", c.set_extra, add.__code__, -1, 1)
check("no code", c.get_extra, "text", 1)
check("set on no code", c.set_extra, add, 1, 1)


def freed():
    before = c.freed_extras()
    c.set_extra(fresh(2), 1, 8)
    for _ in range(20):
        gc.collect()
        if c.freed_extras() != before:
            break
    return before, c.freed_extras()


check("freed", freed)

# --- running code ---


def several(a, b=2, *rest, key=None, **more):
    return a, b, rest, key, more


def make(cell):
    def inner(x):
        return cell, x
    return inner


inner = make("cell")
run = c.evaluate
space = {"name": "global"}
check("plain", run, compile("name", "<code>", "eval"), space, None, (), (), (), None, None)
check("locals", run, compile("name", "<code>", "eval"), space, {"name": "local"}, (), (), (), None, None)
check("arguments", run, several.__code__, space, None, (1, 2, 3), ("key", 4, "other", 5), (), None, None)
check("defaults", run, several.__code__, space, None, (1,), (), (7,), {"key": 8}, None)
check("missing", run, several.__code__, space, None, (), (), (), {"key": 8}, None)
check("closure", run, inner.__code__, space, None, (1,), (), (), None, inner.__closure__)

if hasattr(c, "evaluate_frame"):
    frame = c.evaluate_frame
    check("frame", frame, compile("name", "<code>", "eval"), space, {"name": "local"}, 0)
    check("frame of a module", lambda: (frame(compile("made = name", "<code>", "exec"), space, space, 0), space["made"]))
    check("frame that throws", frame, compile("name", "<code>", "eval"), space, {"name": "local"}, 1)

if hasattr(c, "command_line") and hasattr(sys, "orig_argv"):
    check("command line", lambda: c.command_line()[-1] == sys.orig_argv[-1])
    check("words", lambda: len(c.command_line()) == len(sys.orig_argv))
if hasattr(c, "configuration"):
    check("configuration", lambda: c.configuration()[:-2])
    check("places", lambda: c.configuration()[-2:] == (sys.prefix, sys.exec_prefix))
