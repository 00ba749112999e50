"""Calls of small C functions, by calling convention."""

import calls
import timing


class Thing:
    pass


# The functions are arguments with defaults, so that no interpreter looks for them in a loop.
def noargs(n, f=calls.noargs):
    for i in range(n):
        f()


def one_int(n, f=calls.increment):
    for i in range(n):
        f(i)


def one_object(n, f=calls.same, x=Thing()):
    for i in range(n):
        f(x)


def fresh_object(n, f=calls.same):
    for i in range(n):
        f(Thing())


def fastcall(n, f=calls.add_fast):
    for i in range(n):
        f(i, i)


def fastcall_keywords(n, f=calls.add_fast_keywords):
    for i in range(n):
        f(i, b=i)


def varargs(n, f=calls.add_tuple):
    for i in range(n):
        f(i, i)


def no_keyword(n, f=calls.add_keywords):
    for i in range(n):
        f(i, i)


def keyword(n, f=calls.add_keywords):
    for i in range(n):
        f(i, b=i)


timing.report({
    "`noargs()`": noargs,
    "`o(int)`, returns an int": one_int,
    "`o(object)`, returns it; always the same object": one_object,
    "`o(object)`, returns it; each time a new one": fresh_object,
    "two ints, `METH_FASTCALL`": fastcall,
    "two ints, one by keyword, `METH_FASTCALL`": fastcall_keywords,
    "two ints, `PyArg_ParseTuple`": varargs,
    "two ints, `PyArg_ParseTupleAndKeywords`": no_keyword,
    "two ints, one by keyword, `PyArg_ParseTupleAndKeywords`": keyword,
})
