"""Drives finalisation.c: whatever shape the garbage has, the number of live objects comes back to nothing."""

import gc
import weakref

import finalisation as c
from checks import check, check_all
from finalisation import Node, Plain


class PlainSub(Plain):
    """A subclass with a dict."""


class NodeSub(Node):
    """A subclass with a dict."""


class WithDel(Node):
    """A subclass with __del__."""

    deaths = 0

    def __del__(self):
        WithDel.deaths += 1


class Slotted(Node):
    """A subclass with slots."""

    __slots__ = ("other",)


class Reborn(Node):
    """Comes back to life once."""

    saved = []

    def __del__(self):
        if not Reborn.saved:
            Reborn.saved.append(self)


def settled(wanted=0):
    """The number of live objects, after as many collections as it takes to come down to what is wanted, within reason."""
    for _ in range(50):
        gc.collect()
        if c.counts()[0] <= wanted:
            break
    return c.counts()[0]


check_all(c)
settled()
COUNT = 3000
kinds = (Plain, PlainSub, Node, NodeSub, Slotted, WithDel)


def chain(kind):
    """Each holds the one before. Short where a tracing host needs a collection for each link: a subclass of a type without
    tp_traverse, and objects with __del__, which PyPy finalises in order, its own ones too."""
    last = None
    for _ in range(20 if kind in (PlainSub, WithDel) else COUNT):
        last = kind(last)


def tree(kind):
    for _ in range(COUNT // 10):
        kind([kind() for _ in range(9)])


def self_cycle(kind):
    for _ in range(COUNT):
        node = kind()
        node.payload = node


def pair(kind):
    for _ in range(COUNT // 2):
        a, b = kind(), kind()
        a.payload, b.payload = b, a


def through_list(kind):
    for _ in range(COUNT // 10):
        node = kind()
        node.payload = [node]


def through_closure(kind):
    for _ in range(COUNT // 10):
        node = kind()
        node.payload = {"key": (lambda node: lambda: node)(node)}


def through_two(kind):
    for _ in range(COUNT // 20):
        a, b = kind([]), kind({})
        a.payload.append(b)
        b.payload["a"] = a


def through_own_dict(kind):
    for _ in range(COUNT):
        node = kind()
        node.me = node


def exceptions(kind):
    for _ in range(COUNT):
        try:
            raise ValueError(kind())
        except ValueError:
            pass


def generators(kind):
    def generate():
        yield kind()
        yield kind()

    for _ in range(COUNT):
        next(generate())


for shape in (chain, tree, exceptions, generators):
    for kind in kinds:
        check(f"{shape.__name__} {kind.__name__}", lambda: (shape(kind), settled()))
for shape in (self_cycle, pair, through_list, through_closure, through_two):
    for kind in (Node, NodeSub, Slotted, WithDel):
        check(f"{shape.__name__} {kind.__name__}", lambda: (shape(kind), settled()))
for kind in (PlainSub, NodeSub, WithDel):
    check(f"through_own_dict {kind.__name__}", lambda: (through_own_dict(kind), settled()))
for kind in kinds:
    check(f"churn {kind.__name__}", lambda: (c.churn(kind, COUNT), settled()))
check("rings of C", lambda: ([c.ring(n) for n in (1, 2, 10, 500)] and None, settled()))


def finalizers():
    c.reset()
    [Node() for _ in range(COUNT)]
    self_cycle(Node)
    alive = settled()
    return (alive, *c.counts())


check("finalizers run once", finalizers)


def deaths():
    WithDel.deaths = 0
    [WithDel() for _ in range(COUNT)]
    self_cycle(WithDel)
    return settled(), WithDel.deaths


check("__del__ runs once", deaths)


def reborn():
    """What `__del__` saves lives on, with all that it holds, and dies for good later."""
    node = Reborn([])
    node.note = "mine"
    node.payload.append(node)
    del node
    alive = settled(1), len(Reborn.saved)
    node = Reborn.saved[0]
    found = node.note, node.payload[0] is node, len(node.payload)
    del node
    Reborn.saved[:] = [None]
    return alive, found, settled()


def payload_in_del():
    """`__del__` finds what the object holds intact, in a cycle and not."""
    seen = []

    class Looks(Node):
        """Looks at its payload in the end."""

        def __del__(self):
            seen.append((len(self.payload), self.payload[0], self.label))

    for i in range(10):
        node = Looks(["item"])
        node.label = "label"
        if i % 2:
            node.payload.append(node)
    del node
    return settled(), sorted(seen)


def finalizers_in_cycles():
    """tp_finalize runs once for each object of a cycle through the host."""
    c.reset()
    through_list(Node)
    through_closure(NodeSub)
    alive = settled()
    return (alive, *c.counts())


check("reborn", reborn)
check("payload in __del__", payload_in_del)
check("finalizers in cycles", finalizers_in_cycles)


def weak():
    """Weak references die with their objects, and their call-backs run."""
    called = []
    nodes = [kind() for kind in (Node, NodeSub, Slotted) for _ in range(100)]
    references = [weakref.ref(node, called.append) for node in nodes]
    table = weakref.WeakValueDictionary(enumerate(nodes))
    before = sum(reference() is node for reference, node in zip(references, nodes)), len(table)
    nodes.clear()
    alive = settled()
    return before, alive, sum(reference() is None for reference in references), len(called), len(table)


check("weak references", weak)
check("weak before death", lambda: (node := Node(), weakref.ref(node)() is node, weakref.getweakrefcount(node) >= 0)[1:])


def brought_back(kind):
    """What a finalizer brings back is intact, whatever collections there were before."""
    saved = []

    class Holder:
        def __init__(self, i):
            self.inside = [kind([i])]

        def __del__(self):
            saved.append(self.inside)

    for i in range(COUNT):
        for _ in range(30):
            kind()
        Holder(i)
        if not i % 500:
            bytearray(100 << 20), [None] * 4_000_000    # PyPy collects everything in one go
        if not i % 700:
            gc.collect()
    for _ in range(50):
        gc.collect()
        if len(saved) == COUNT:
            break
    good = sorted(inside[0].payload[0] for inside in saved) == list(range(COUNT))
    saved.clear()
    return good, settled()


for kind in (Plain, PlainSub, Node):
    check(f"brought back {kind.__name__}", lambda: brought_back(kind))


def saved_by_itself(base, in_cycle):
    """The same when it is the object's own finalizer, and the object may be part of a cycle."""
    saved = []

    class Saves(base):
        def __del__(self):
            saved.append(self)

    for i in range(1000):
        node = Saves([i])
        if in_cycle:
            node.payload.append(node)
        if not i % 300:
            gc.collect()
    del node
    for _ in range(50):
        gc.collect()
        if len(saved) == 1000:
            break
    good = sorted(node.payload[0] for node in saved) == list(range(1000))
    saved.clear()
    return good, settled()


for base, in_cycle in ((Plain, False), (Node, False), (Node, True)):
    check(f"saved by itself {base.__name__} {in_cycle}", saved_by_itself, base, in_cycle)


def kept_by_c():
    """What only C holds stays, with its dict."""
    node = NodeSub("payload")
    node.note = "kept in the dict"
    c.hold(node)
    del node
    alive = settled(1)
    node = c.let_go()
    found = alive, node.note, node.payload, type(node).__name__
    del node
    return found, settled()


check("kept by C", kept_by_c)


def kept_by_python():
    nodes = [NodeSub(i) for i in range(COUNT)]
    for node in nodes:
        node.twice = node.payload * 2
    alive = settled(COUNT)
    good = all(node.payload == i and node.twice == 2 * i for i, node in enumerate(nodes))
    del nodes, node
    return alive, good, settled()


check("kept by Python", kept_by_python)


def half():
    """Of a row of objects, all but the last go; each refers to the next through a list, so a host may go link by link."""
    nodes = [Node([i]) for i in range(30)]
    for node, after in zip(nodes, nodes[1:]):
        node.payload.append(after)
    del nodes[:-10]
    del node, after
    first = settled(10)
    nodes.clear()
    return first, settled()


check("half", half)


def identity():
    """An object that C holds is the same object when it comes back."""
    wrong = 0
    for i in range(COUNT):
        node = NodeSub(i)
        c.hold(node)
        wrong += c.let_go() is not node
    del node
    return wrong, settled()


check("identity", identity)
check("payload of the host", lambda: (weakref.ref(p := NodeSub(o := set([1])))().payload is o, settled(1)))
check("all gone", settled)
