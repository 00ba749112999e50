"""The handle table: which object stands behind a handle, and who holds it.

An object with a handle is held here, until `lifetimes` finds that native code holds it only for instances whose wrappers
decide whether it lives. Then its row has a `Demoted`, the wrappers keep it alive, and the first use makes it strong again.
"""
import _thread
import _weakref
import itertools

from __pypy__ import identity_dict

from _gimbal.native import ffi

MASK = 0xffffffff

# Row i of the lists is one handle; `wires` has its index and generation, `sent` how often it went to the shim, `seen` what
# the shim knows of the items of a list: a copy, or the length of a long one.
#
# Threads switch between any two bytecodes, so what counts is one built-in operation, `next(sent[i])`. Such a count only grows:
# `settled` has how much of it is no handle's that is open. While `shut[i]` is set, the count of a handle is looked at to close it:
# who counts it then takes that back and waits.
objects = [None]
wires = [0]
sent = [itertools.count()]
settled = [0]
shut = [False]
seen = [None]
free = []
ids = identity_dict()
class_tables = []       # identity dictionaries that remember something of a class as long as it has a handle
shapes = []             # what `core` remembers of the class in that row, or None
rows = itertools.count(1)   # the next that was never used
changing = _thread.RLock()  # objects are being given handles, demoted or made strong, or handles are being closed

BLOCK_SIZE = 256
BLOCK = [None] * BLOCK_SIZE
ZEROS = [0] * BLOCK_SIZE
FALSES = [False] * BLOCK_SIZE

demoted = {}                # id of a demoted object -> its row
limbo = []                  # probes of `lifetimes` that have returned and have not been looked at


class Edge:
    """Keeps what native code refers to alive, for a wrapper or another edge."""
    __slots__ = ('index', 'object', 'held', '__weakref__')

    def __init__(self, index, x):
        self.index = index
        self.object = x
        self.held = []


class Demoted:
    """Stands for an object that edges keep alive."""
    __slots__ = ('edge', 'key')


class Gone:
    """What native code finds in place of an object that has died in a cycle with it."""
    __slots__ = ()


def new_handle(x):
    if demoted:
        i = demoted.get(id(x))
        if i is not None and awake(i) is x:
            next(sent[i])
            if objects[i] is x and not shut[i]:
                return wires[i]
            take_back(i)
    with changing:
        wire = ids.get(x)
        if wire is not None:
            i = wire & MASK
            next(sent[i])
            if objects[i] is x and not shut[i]:     # another thread was faster
                return wires[i]
            take_back(i)
        i = free_row()
        next(sent[i])
        objects[i] = x
        wire = wires[i]
        ids[x] = wire
    return wire


def free_row():
    try:
        return free.pop()
    except IndexError:
        pass
    i = next(rows)
    # A finalizer may come here in between, and add rows as well: `seen` is the last to have them, whoever does it.
    while len(seen) <= i:
        objects.extend(BLOCK)
        wires.extend(ZEROS)
        sent.extend([itertools.count() for _ in range(BLOCK_SIZE)])
        settled.extend(ZEROS)
        shut.extend(FALSES)
        seen.extend(BLOCK)
    wires[i] = i
    return i


def handle(x):
    """The handle of an object; counts as sent."""
    wire = ids.get(x)
    if wire is not None:
        i = wire & MASK
        next(sent[i])
        if objects[i] is x and not shut[i]:
            return wires[i]
        take_back(i)
    return new_handle(x)


def take_back(i):
    """A handle was counted that was closed just before, by another thread or a finalizer: it is not sent."""
    with changing:
        settled[i] += 1


def live():
    """How many handles are open."""
    return sum(x is not None for x in objects)


def rebind(old, new):
    """Makes `new` the object behind the handle of `old`."""
    wire = ids[old]
    del ids[old]
    ids[new] = wire
    objects[wire & MASK] = new


@ffi.def_extern()
def release(n, handles):
    with changing:
        for k in range(0, 2 * n, 2):
            close(handles[k], handles[k + 1])


def close(wire, received):
    """Closes a handle, unless it is on its way to the shim. The caller has `changing`."""
    i = wire & MASK
    if wires[i] != wire:    # two threads were about to close it: the other has, and another object may have the row
        return
    shut[i] = True
    if sent[i].__reduce__()[1][0] - settled[i] != received:
        shut[i] = False
        return
    x = objects[i]
    objects[i] = None
    if type(x) is Demoted:
        if demoted.get(x.key) == i:
            del demoted[x.key]
        edge = edge_of(i, x)
        if edge is not None:
            edge.object = None
    else:
        if ids.get(x) == wires[i]:
            del ids[x]
        if issubclass(type(x), type):
            forget_class(x, i)
    settled[i] += received
    wires[i] += 1 << 32
    seen[i] = None
    shut[i] = False
    free.append(i)


class Filler:
    """What takes a place in a dict for a moment."""
    __slots__ = ()


def forget_copies():
    """When a dict of PyPy's closes the gaps of what was deleted it leaves copies behind its last entry, which keep their keys alive
    until as many others have come. There are at most as many as it ever had entries and gaps."""
    fillers = [Filler() for _ in range(2 * len(objects))]
    for filler in fillers:
        ids[filler] = 0
    for filler in fillers:
        del ids[filler]


def forget_class(cls, i):
    """Keeps nothing of a class that native code does not use."""
    for table in class_tables:
        if cls in table:
            del table[cls]
    if i < len(shapes):
        shapes[i] = None


def edge_of(i, x):
    """The edge that keeps the demoted object in row i alive; None when it has died."""
    edge = x.edge()
    if edge is None:
        for probe in limbo:
            saved = probe.edges.get(i)
            if saved is not None and id(saved.object) == x.key:
                return saved
    return edge


def demote(i, edge):
    """Leaves the object in row i to its edge."""
    x = edge.object
    entry = Demoted()
    entry.edge = _weakref.ref(edge)
    entry.key = id(x)
    with changing:
        if objects[i] is not x:     # closed meanwhile
            return
        demoted[entry.key] = i
        objects[i] = entry
        seen[i] = None
        if x in ids:
            del ids[x]
        if objects[i] is x:     # used meanwhile, by a signal handler
            ids[x] = wires[i]


def awake(i):
    """The object in row i, which is held here again if it was demoted."""
    with changing:
        entry = objects[i]
        if type(entry) is not Demoted:
            return entry
        edge = edge_of(i, entry)
        if edge is None:
            return Gone()
        x = edge.object
        objects[i] = x
        ids[x] = wires[i]
        if demoted.get(entry.key) == i:
            del demoted[entry.key]
    if issubclass(type(x), list):
        from _gimbal.streams import send_again
        send_again(x)
    return x


def object_of(wire):
    """The object behind a handle."""
    x = objects[wire & MASK]
    return awake(wire & MASK) if type(x) is Demoted else x
