"""Exceptions that cross in either direction."""

import errors
import timing


class Thing:
    pass


def refuse():
    raise ValueError("no")


def caught(n, f=errors.fail):
    for i in range(n):
        try:
            f()
        except ValueError:
            pass


def read(n, f=errors.fail):
    for i in range(n):
        try:
            f()
        except ValueError as error:
            error.args


def forgiven(n, f=errors.forgive, x=refuse):
    for i in range(n):
        f(x)


def passed_on(n, f=errors.pass_on, x=refuse):
    for i in range(n):
        try:
            f(x)
        except ValueError:
            pass


def missing(n, f=errors.missing, x=Thing()):
    for i in range(n):
        f(x)


timing.report({
    "raised in C, caught in Python": caught,
    "raised in C, caught in Python, its arguments read": read,
    "raised in Python, caught in C": forgiven,
    "raised in Python, through C, caught in Python": passed_on,
    "an attribute that C does not find": missing,
    "set, matched and cleared, inside C": errors.each_error,
    "`PyErr_CheckSignals`, inside C": errors.each_check,
})
