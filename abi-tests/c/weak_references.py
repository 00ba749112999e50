"""Drives weak_references.c: references that die, and callbacks in C and in Python."""

import gc
import weakref

import weak_references as c
from checks import check, check_all
from weak_references import Target

check_all(c)


def comes_down_to(most, function):
    """Does a figure, when what is garbage goes? A host may need some collections, each for what the one before has freed."""
    for _ in range(8):
        gc.collect()
        if function() <= most:
            return True
    return False


# Of a hundred. What was used last may still be on a host's stack, or in one of its caches.
check("classes gone", lambda: comes_down_to(5, c.classes_alive))


def until(test):
    """Collect until the test holds: a host may let go late."""
    for _ in range(30):
        gc.collect()
        c.times_called()
        if test():
            break
    return test()


class Sub(Target):
    """A subclass with a dictionary."""


def dies(make):
    thing = make()
    reference = c.refer(thing)
    alive = c.follow(reference) is thing, reference() is thing
    del thing
    return alive, until(lambda: reference() is None), c.follow(reference)


def called_in_c():
    before = c.times_called()
    things = [Target() for _ in range(20)]
    references = [c.refer_with_callback(thing) for thing in things]
    del things
    until(lambda: c.times_called() - before == 20 * 11)
    return c.times_called() - before, [r() for r in references] == [None] * 20


def called_in_python():
    called = []
    thing = Sub()
    reference = c.refer(thing, called.append)
    del thing
    until(lambda: called)
    return called == [reference], reference() is None


def collections():
    keys, values, members = weakref.WeakKeyDictionary(), weakref.WeakValueDictionary(), weakref.WeakSet()
    things = [Target() for _ in range(3)]
    for i, thing in enumerate(things):
        keys[thing], values[i] = i, thing
        members.add(thing)
    before = len(keys), len(values), len(members)
    del thing
    things.clear()
    until(lambda: not len(keys) and not len(values) and not len(members))
    return before, len(keys), len(values), len(members)


def finalizer():
    called, thing = [], Target()
    weakref.finalize(thing, called.append, "finalized")
    del thing
    until(lambda: called)
    return called


check("target dies", dies, Target)
check("subclass dies", dies, Sub)
check("called in C", called_in_c)
check("called in Python", called_in_python)
check("collections", collections)
check("finalizer", finalizer)
check("same", lambda: (t := Target(), c.refer(t) is weakref.ref(t))[1:])
