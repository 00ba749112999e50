"""Drives cycles.c: makes cycles of several kinds and waits until they are gone."""

import gc
import types
import weakref

import cycles
from checks import check, check_all
from cycles import Node

check_all(cycles)


def settle(test):
    """Collect, with calls in between: a host may need several rounds."""
    for _ in range(30):
        gc.collect()
        cycles.statistics()
        if test():
            break
    return test()


def balance():
    made, freed, _, _ = cycles.statistics()
    return made - freed


def gone(make, count=500):
    """Do all that `make` leaves behind die, each finalized once?"""
    settle(lambda: balance() == 0)
    before = balance(), cycles.statistics()
    for i in range(count):
        make(i)
    done = settle(lambda: balance() == before[0])
    made, freed, _, finalized = (after - earlier for after, earlier in zip(cycles.statistics(), before[1]))
    return done, freed == finalized == made, balance() - before[0]


def to_itself(i):
    node = Node()
    node.next = node


def pair(i):
    a, b = Node(), Node()
    a.next, b.next = b, a
    b.other = a


class Sub(Node):
    """Has a dictionary."""


def through_dictionary(i):
    sub = Sub()
    sub.me = sub
    sub.next = Sub()
    sub.next.back = sub


def ring(i):
    nodes = [Node() for _ in range(5)]
    for a, b in zip(nodes, nodes[1:] + nodes[:1]):
        a.next = b


def referred(i):
    node = Node()
    node.next = node
    node.other = weakref.ref(node)


check("to itself", gone, to_itself)
check("pairs", gone, pair)
check("dictionaries", gone, through_dictionary)
check("rings", gone, ring, 100)
check("weak", gone, referred)
check("native", gone, lambda i: cycles.make_native_cycles(1))


def kept():
    """What the program still holds survives with everything it reaches."""
    a, b = Node(), Sub()
    a.next, b.next, b.extra = b, a, [a]
    a.number = 5
    for _ in range(5):
        gc.collect()
        cycles.statistics()
    return a.next is b, b.next is a, b.extra[0].number, a.next.next.next is b


check("kept", kept)


def callbacks():
    """Weak references to members of a cycle are called back when it dies."""
    called = []
    a, b = Node(), Node()
    a.next, b.next = b, a
    references = [weakref.ref(a, lambda r: called.append("a")), weakref.ref(b, lambda r: called.append("b"))]
    del a, b
    settle(lambda: len(called) == 2)
    return sorted(called), [r() for r in references]


check("callbacks", callbacks)


class Rude:
    """Fails when asked for its class."""

    @property
    def __class__(self):
        raise KeyError("class")


def asked_nothing():
    """Nobody asks what an instance refers to for its class: a dead proxy cannot tell, and others answer with code of their own."""
    node, thing = Node(), Rude()
    node.next, node.other = Node(), weakref.proxy(thing)
    node.next.other = Rude()
    del thing
    for _ in range(4):
        gc.collect()
        cycles.statistics()
    return node.next.next is None


check("asked nothing", asked_nothing)


def named():
    """The name of an attribute stays one for all who use it, although an instance alone holds a string with it."""
    holder, thing = Node(), types.SimpleNamespace(uncommon_name=5)
    holder.other = "".join(["uncommon", "_name"])
    found = []
    for _ in range(4):
        found.append(cycles.get_named(thing, holder))
        gc.collect()
        cycles.statistics()
        found.append(cycles.get_named(thing, "uncommon_name"))
    return found


check("named", named)


def given_state():
    """What C sets on an instance that nobody else has seen stays with it."""
    cycles.keep(Sub)
    for _ in range(4):
        gc.collect()
        cycles.statistics()
    return cycles.give_kept().mark


check("given state", given_state)


def one_hash():
    """An instance that C alone holds has the hash that it had before."""
    holder, others = Node(), []
    holder.other = Node()
    before = hash(holder.other), hash((holder.other, 1))
    for _ in range(4):
        gc.collect()
        cycles.statistics()
        others.append(Node())
    return before == (hash(holder.other), hash((holder.other, 1)))


check("one hash", one_hash)
