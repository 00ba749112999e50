"""Times calls of small C functions from hot loops: prints a JSON list of names and nanoseconds for each call.

A figure is the fastest of many short batches, since anything else on the machine can only add to it. The loop is part of it.
Argument: the seconds to spend on each loop.
"""
import json
import sys
from time import perf_counter

import calls


class Thing:
    attribute = "value"


def answer():
    return 42


# The functions are arguments with defaults, so that neither interpreter looks for them in a loop.
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


def varargs(n, f=calls.add_tuple):
    for i in range(n):
        f(i, i)


def keywords(n, f=calls.add_keywords):
    for i in range(n):
        f(i, b=i)


def text_in(n, f=calls.text_length):
    for i in range(n):
        f("abcdefghij")


def text_out(n, f=calls.text_made):
    for i in range(n):
        f()


def pair_out(n, f=calls.pair):
    for i in range(n):
        f(i)


def call_back(n, f=calls.call_back, x=answer):
    for i in range(n):
        f(x)


def attribute(n, f=calls.attribute, x=Thing()):
    for i in range(n):
        f(x)


def failing(n, f=calls.fail):
    for i in range(n):
        try:
            f()
        except ValueError:
            pass


def instances(n, f=calls.Counter):
    for i in range(n):
        f()


def method(n, x=calls.Counter()):
    for i in range(n):
        x.next()


def list_in(n, f=calls.sum_list, x=list(range(1000))):
    for i in range(n):
        f(x)


def list_out(n, f=calls.make_list):
    for i in range(n):
        f()


LOOPS = [
    ("`noargs()`", noargs, 10000),
    ("`o(int)`, returns an int", one_int, 10000),
    ("`o(object)`, returns it; always the same object", one_object, 10000),
    ("`o(object)`, returns it; each time a new one", fresh_object, 10000),
    ("two ints, `METH_FASTCALL`", fastcall, 10000),
    ("two ints, `METH_VARARGS` and `PyArg_ParseTuple`", varargs, 10000),
    ("two ints, one by keyword, `PyArg_ParseTupleAndKeywords`", keywords, 10000),
    ("takes a `str` of 10 characters", text_in, 10000),
    ("makes a `str` of 10 characters", text_out, 10000),
    ("makes a tuple of 2", pair_out, 10000),
    ("calls a Python function", call_back, 10000),
    ("reads an attribute of a Python object", attribute, 10000),
    ("raises, caught in Python", failing, 10000),
    ("makes and drops an instance", instances, 10000),
    ("method of an instance, no arguments", method, 10000),
    ("takes a list of 1000 ints, adds them", list_in, 100),
    ("makes a list of 1000 ints", list_out, 100),
]


def fastest(loop, n, seconds):
    best = float("inf")
    end = perf_counter() + seconds
    while True:
        start = perf_counter()
        loop(n)
        stop = perf_counter()
        best = min(best, stop - start)
        if stop > end:
            return best / n * 1e9


print(json.dumps([(name, fastest(loop, n, float(sys.argv[1]))) for name, loop, n in LOOPS]))
