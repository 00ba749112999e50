"""Drives since_3_12.c: nothing on versions before 3.14."""

import builtins
import sys

import since_3_12 as c
from checks import check, check_all

check_all(c)


def seen_from(a):
    b = a + 1
    found, globals_, builtins_ = c.namespaces()
    return dict(found) == {"a": a, "b": b}, globals_ is globals(), builtins_ is vars(builtins)


def reported(kind, object):
    """What the hook is told."""
    told = []

    def hook(report):
        told.append((report.exc_type.__name__, str(report.exc_value), report.err_msg, report.object))

    old, sys.unraisablehook = sys.unraisablehook, hook
    try:
        still = c.report(kind, object)
    finally:
        sys.unraisablehook = old
    return told, still


if hasattr(c, "namespaces"):
    check("namespaces", seen_from, 1)
    check("no message", reported, 0, None)
    check("message", reported, 1, ["x"])
    check("plain message", reported, 2, None)
    check("nothing set", reported, 3, None)
