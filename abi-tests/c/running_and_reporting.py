"""Drives running_and_reporting.c: what C runs, where it is called from, and what it reports."""

import io
import os
import signal
import sys
import tempfile
import traceback
import warnings

import running_and_reporting as c
from checks import check, check_all, check_type

check_all(c)


def caught(function, *args):
    """The exception that the function raises."""
    try:
        function(*args)
    except BaseException as error:
        return error
    return None


def entries(error):
    return [(entry.name, os.path.basename(entry.filename), entry.lineno) for entry in traceback.extract_tb(error.__traceback__)]


check("compiled entries", lambda: entries(caught(c.raise_deep, ValueError("deep")))[-2:])
check("globals of an entry", lambda: caught(c.raise_deep, ValueError()).__traceback__.tb_next.tb_frame.f_globals["__name__"])
check("raised twice", lambda: len(entries(caught(c.raise_deep, caught(c.raise_deep, KeyError())))))


def through():
    c.raise_deep(ValueError("through Python"))


check("through Python", lambda: [name for name, *_ in entries(caught(through))][-3:])


def describe(code):
    return (code.co_name, code.co_filename, code.co_firstlineno, code.co_varnames, code.co_argcount,
            code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags, code.co_freevars)


check("code", lambda: describe(c.make_code()))
check("nothing handled", c.handled)


def handling():
    try:
        raise KeyError("handled")
    except KeyError as error:
        kind, value, trace = c.handled()
        return kind, value is error, trace is error.__traceback__


check("handled", handling)
check("nothing handled any more", c.handled)
check("context of a native failure", lambda: repr(caught(c.fail_while_handling, lambda: {}["x"]).__context__))


def failing_in_handler():
    try:
        raise KeyError("outer")
    except KeyError:
        c.fail_with_errno(2)


check("context from the host", lambda: repr(caught(failing_in_handler).__context__))


def caller():
    local = 1
    names, local_names, code, line, function = c.namespaces()
    return (names is globals(), local_names["local"] + local, code is caller.__code__, line - code.co_firstlineno,
            function is len)


check("namespaces", caller)
space = {}
check("evaluate", c.run, "1 + 2", 258, space)
check("execute", c.run, "x = 5", 257, space)
check("executed", lambda: (space["x"], "__builtins__" in space))
check_type("syntax error", c.run, "1 +", 258, space)
check("raise in source", c.run, "1 / 0", 258, space)
check("file of a syntax error", lambda: caught(c.compile_and_run, "(", {}).filename)
check("compile and run", lambda: (c.compile_and_run("def f(): return g()", space), space["f"].__code__.co_filename))


def redirected(function, *args):
    """The first and the last line that the function writes to sys.stderr, and its result."""
    kept, sys.stderr = sys.stderr, io.StringIO()
    try:
        result = function(*args)
        lines = sys.stderr.getvalue().splitlines()
    finally:
        sys.stderr = kept
    return lines[:1], lines[-1:], result


check("main", redirected, c.run_main, "import sys; value_of_main = 3")
check("failing main", redirected, c.run_main, "1 / 0")
check("print", redirected, c.print, ValueError("printed"))
check("last value", lambda: sys.last_value)
check("report", redirected, c.report, len)
check("report of nothing", redirected, c.report, None)


def hooked():
    """What a hook of the program gets."""
    seen = []
    sys.unraisablehook = lambda given: seen.append((given.exc_type, str(given.exc_value), given.err_msg, given.object))
    c.report(3)
    sys.unraisablehook = sys.__unraisablehook__
    return seen


check("hook", hooked)


def warned():
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        c.warn("here")
        (lambda: c.warn("in the caller", 2))()
        c.warn("beyond", 100)
    return [(str(w.message), w.category.__name__, os.path.basename(w.filename), w.lineno > 1) for w in seen]


check("warnings", warned)


def warning_as_error():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        c.warn("error")


check("warning as error", warning_as_error)
for arguments in (2,), (2, "file"), (17, "from", "to"), (13, b"bytes"):
    error = caught(c.fail_with_errno, *arguments)
    check(f"errno {arguments}", lambda: (type(error).__name__, error.args, error.filename, error.filename2))
error = caught(c.fail_import, "cannot", "name", "path")
check("import error", lambda: (error.args, error.name, error.path))

with tempfile.TemporaryFile("w+") as file:
    check("write", lambda: (c.write_to(file), file.write("\nsecond\nthird"), file.seek(0))[1:])
    check("first line", lambda: c.read_line(file)[:5])
    check("second line", c.read_line, file)
    check("third line", c.read_line, file)
    check("no line", c.read_line, file)
    check("descriptor", lambda: c.descriptor(file) == file.fileno())
check("no descriptor", c.descriptor, None)
check("negative descriptor", c.descriptor, -3)


def interrupted():
    def handler(*_):
        signal.setitimer(signal.ITIMER_REAL, 0)
        raise InterruptedError("signal")

    # Again and again: PyPy itself can overlook a signal that arrives while it attends to a finalizer, and drops what its handler
    # raises there.
    signal.signal(signal.SIGALRM, handler)
    for _ in range(5):
        signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
        c.wait_for_signal()


check("signal", interrupted)
