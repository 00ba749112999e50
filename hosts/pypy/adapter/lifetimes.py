"""Wrappers of native instances, and what lives and dies with them.

The shim tells which objects, and which wrappers with state, native code holds only through instances that wrappers hold
(`survey`). Those wrappers then keep them alive, in `_ne`, and the collector sees the cycles that run through native memory.

None of it dies unseen. A `Probe` holds all of it, and nothing holds the probe: at the next collection its finalizer
runs and saves what it holds, but weak references to whatever was reachable through the probe alone are cleared (unless it has a
finalizer of its own, hence the anchors). That is how `look` knows which wrappers are dead while they are still there: their instances are finalized as CPython finalizes
garbage, everything intact, and then the probe holds what they refer to, but no longer the wrappers. Of those that still do
not die, what they refer to refers to them: they are cleared.
"""
import _thread
import sys
import time
import types

import _weakref

from _gimbal import youth
from _gimbal.handles import (MASK, Demoted, Edge, awake, demote, demoted, edge_of, forget_class, forget_copies, limbo, objects,
                              wires)
from _gimbal.native import ffi, lib
from _gimbal.youth import BYTES, INTS, VOIDP, end_period, gone, known_bytes, light, lingering, set_own, wrapper_at, wrappers

KEEP_CLASSES, KEEP_USED_CLASSES, KEEP_NO_CLASSES = 0, 1, 2      # of what nothing native uses, in `flush`
STATEFUL, BUSY = 1, 2       # of a word that `survey` gets
WRAPPER, OBJECT = 0, 1      # kinds of what an edge connects

# --- wrappers ----------------------------------------------------------------------------------------------------------

class Pinned:
    """A strong entry of `wrappers`: a wrapper with state of its own while native code holds its instance."""
    __slots__ = ('wrapper',)

    def __init__(self, wrapper):
        self.wrapper = wrapper

    def __call__(self):
        return self.wrapper


pinned = []          # addresses with a Pinned entry
loose = set()        # addresses of instances whose wrappers have state and that C itself does not hold, by the last survey
anchored = set()     # addresses of instances whose wrappers keep something alive
restless = {}        # address -> how many surveys leave the instance alone each time it has been used, how many still
given_up = set()     # addresses of instances that have been cleared
finalized = set()    # addresses of instances whose wrappers' `__del__` has run


def on_death(pointer):
    """A wrapper died."""
    # What an anchored one's instance refers to may be on its way back with the probe, and housekeeping has any address.
    if at_work.locked() or probing and int(ffi.cast('intptr_t', pointer)) in anchored:
        dead.append(pointer)
    else:
        bury(pointer)


youth.on_death = on_death


def bury_dead():
    try:
        while True:
            bury(dead.pop())
    except IndexError:      # not asked before: another thread may do the same
        pass


def bury(pointer):
    """Forgets a dead wrapper and gives its reference back."""
    address = int(ffi.cast('intptr_t', pointer))
    entry = wrappers.get(address)
    if entry is not None and entry() is None:
        del wrappers[address]
    if address in anchored:
        for probe in limbo:
            anchor = probe.anchors.pop(address, None)
            if anchor is not None:
                wake_dead(anchor)
    finalized.discard(address)
    given_up.discard(address)
    lingering.discard(address)
    if restless:
        restless.pop(address, None)
    lib.decref(pointer)


def pin(wrapper, address):
    """Keeps a wrapper that has state of its own alive as long as native code holds the instance."""
    if not isinstance(wrappers.get(address), Pinned):
        wrappers[address] = Pinned(wrapper)
        pinned.append(address)
        lingering.discard(address)      # a finalizer has brought it back


def pin_if_held(wrapper, address):
    """The same after a call that may have left native code with the instance: a wrapper whose instance only it holds may die."""
    if lib.refcount(ffi.cast(VOIDP, address)) > 1:
        pin(wrapper, address)


def wake(wrapper):
    """Native code is about to see the instance: what that refers to is held for good again."""
    anchor = wrapper._ne
    if anchor is None:      # another thread was faster
        return
    anchor.used = True      # before it is nobody's: a collection in between must not take the wrapper for dead
    set_own(wrapper, '_ne', None)
    address = wrapper._na
    patience = restless.get(address)
    restless[address] = [1, 1] if patience is None else [min(2 * patience[0], 64)] * 2
    wake_all(anchor.held)


def wake_all(held):
    """As `wake`, for everything that these edges and wrappers keep alive in turn."""
    work = [held]
    while work:
        for x in work.pop():
            if type(x) is Edge:
                work.append(wake_edge(x))
            else:
                anchor, address = x._ne, x._na
                if address in loose and not isinstance(wrappers.get(address), Pinned):
                    wrappers[address] = Pinned(x)
                    pinned.append(address)
                if anchor is not None:
                    anchor.used = True
                    set_own(x, '_ne', None)
                    work.append(anchor.held)


def wake_edge(edge):
    if edge.index and type(objects[edge.index]) is Demoted:
        awake(edge.index)
    held, edge.held = edge.held, ()
    return held


def wake_dead(anchor):
    """What a dead wrapper keeps alive is held for good again. Other wrappers stay with it: they may be dead, too."""
    work, seen = [anchor], {anchor}
    while work:
        x = work.pop()
        for x in wake_edge(x) if type(x) is Edge else x.held:
            if type(x) is not Edge:
                find_again(x, x._na)
                x = x._ne
            if x is not None and x not in seen:
                seen.add(x)
                work.append(x)


def find_again(wrapper, address):
    """A wrapper that had lost its weak reference in a collection, but has not died yet, is to be found by its address."""
    entry = wrappers.get(address)
    if entry is not None and entry() is None:
        wrappers[address] = Again(wrapper)
        lingering.discard(address)


class Again(_weakref.ref):
    """A weak reference that is made anew: PyPy gives the same one for each plain reference, even when it has been cleared."""
    __slots__ = ()


def once(cls):
    """Makes each `__del__` of a class over an extension type refrain from running after `look` has called it."""
    for base in cls.__mro__:
        original = base.__dict__.get('__del__')
        if isinstance(original, types.FunctionType) and original.__code__ is not once_code:
            type.__setattr__(base, '__del__', only_once(original))


def only_once(original):
    def __del__(self):
        address = getattr(self, '_na', None)        # None when nobody has asked for the struct
        if address not in finalized:
            if address is not None:
                find_again(self, address)
            try:
                original(self)
            finally:
                if address is not None:
                    finalized.add(address)      # afterwards: it may call its base's
    return __del__


once_code = only_once(None).__code__


# --- surveys -----------------------------------------------------------------------------------------------------------

class Anchor:
    """What a wrapper keeps alive. The wrapper refers to it, and it to the wrapper, unless that has been found dead."""
    __slots__ = ('wrapper', 'held', 'used', 'cleared', 'lost', 'final', '__weakref__')

    def __init__(self, wrapper):
        self.wrapper = wrapper
        self.held = []
        self.used = False       # by native code since the survey; the wrapper does not refer to it any more
        self.final = False      # the wrapper's `__del__` has run: when it is found dead again, it has not come back to life
        self.cleared = False    # reachable through the probe alone at the last collection
        self.lost = False       # and not used since the survey


class Probe:
    """Holds what is demoted, and is garbage as soon as it is sent out."""
    __slots__ = ('anchors', 'edges', 'tokens')

    def send(self, anchors, edges):
        self.anchors = anchors
        self.edges = edges
        self.tokens = [_weakref.ref(anchor) for anchor in anchors.values()]

    def __del__(self):
        for anchor, token in zip(self.anchors.values(), self.tokens):
            anchor.cleared = token() is None
            anchor.lost = anchor.cleared and not anchor.used
        limbo.append(self)
        del probing[:]
        if not at_work.locked():
            bury_dead()
        due.append(None)


# PyPy clears weak references to what an object with a finalizer reaches only if that is older than other objects with
# finalizers on the way, hence the supply.
SPARE = 2000
spare = [Probe() for _ in range(SPARE)]
probing = []         # a weak reference to the probe that is out, if one is
dead = []            # pointers of wrappers that died while one was, or during housekeeping
dying = {}           # address -> Anchor of a wrapper that was found dead


def look():
    """Looks at what the last probe brought back. True when something has died."""
    bury_dead()
    dying.clear()
    progress = False
    while limbo:
        probe = limbo[0]
        for i in probe.edges:
            entry = objects[i]
            if type(entry) is Demoted and entry.edge() is None:
                awake(i)
        lost, stuck = [], []
        for address, anchor in list(probe.anchors.items()):
            if not anchor.lost:
                if anchor.cleared and anchor.wrapper is not None:
                    find_again(anchor.wrapper, address)
                continue
            if anchor.wrapper is not None and not anchor.final:
                find_again(anchor.wrapper, address)
                lost.append(address)
            else:
                stuck.append(address)
            dying[address] = anchor
            wake_dead(anchor)
        if lost:
            lib.finalize(len(lost), ffi.new(INTS, lost))
            for address in lost:
                dying[address].final = run_del(dying[address].wrapper, address)
        if stuck:
            lib.clear(len(stuck), ffi.new(INTS, stuck))
            for address in stuck:
                del dying[address].held[:]
            given_up.update(stuck)
        progress = progress or bool(lost) or bool(stuck)
        del limbo[0]
    return progress


def run_del(wrapper, address):
    """Calls the `__del__` of a Python class over an extension type; later the collector's own call does nothing. False when
    it has none."""
    method = getattr(type(wrapper), '__del__', None)
    if method is None or getattr(method, '__code__', None) is not once_code:
        return False
    if address not in finalized:
        try:
            method(wrapper)
        except BaseException as error:
            sys.unraisablehook(types.SimpleNamespace(exc_type=type(error), exc_value=error, exc_traceback=error.__traceback__,
                                                     err_msg=None, object=method))
        finalized.add(address)
    return True


def settle(whole=False):
    """Ties to wrappers what native code holds through their instances alone. True when there is something new."""
    end_period()        # what a probe brings back must have an end of its own: a guard would take it for gone
    words, held = [], []        # `held`: wrappers must not die meanwhile
    for address in pinned:
        entry = wrappers.get(address)
        if isinstance(entry, Pinned):
            words.append(address + STATEFUL)
            held.append(entry.wrapper)
    known_pins = len(pinned)
    for address in list(loose):
        entry = wrappers.get(address)
        wrapper = entry() if entry is not None else None
        if wrapper is not None and not isinstance(entry, Pinned):
            words.append(address + STATEFUL)
            held.append(wrapper)
    with_state = len(words)
    busy = gone()       # finalizers may still reach what these refer to
    for address, patience in list(restless.items()):
        patience[1] -= 1
        if patience[1] >= 0 and not whole:
            busy.add(address)
    known, rows, size = survey(words, busy)
    anchors, edges, between = {}, {}, {}
    for k in range(0, size, 4):
        holder_kind, holder, kind, target = rows[k], rows[k + 1], rows[k + 2], rows[k + 3]
        if holder_kind == WRAPPER:
            anchor = anchors.get(holder)
            if anchor is None:
                anchor = new_anchor(holder)
                if anchor is None:
                    continue
                anchors[holder] = anchor
            keeper = anchor.held
        else:
            keeper = edge(holder_kind, holder, edges, between).held
        if kind == WRAPPER:
            wrapper = wrapper_at(target)
            if wrapper is not None:
                keeper.append(wrapper)
        else:
            keeper.append(edge(kind, target, edges, between))
    fresh = not anchored.issuperset(anchors)
    for i, made in edges.items():
        if issubclass(type(made.object), type):
            forget_class(made.object, i)
        if type(objects[i]) is not Demoted:
            demote(i, made)
            fresh = True
        elif objects[i].edge() is not made:
            objects[i].edge = _weakref.ref(made)
    for i in list(demoted.values()):
        if i not in edges:
            awake(i)
    for address in anchored:
        if address not in anchors:
            entry = wrappers.get(address)
            wrapper = entry() if entry is not None else None
            if wrapper is not None:
                replace_anchor(wrapper, None)
    for address, anchor in anchors.items():
        if anchor.wrapper is not None:
            replace_anchor(anchor.wrapper, anchor)
    anchored.clear()
    anchored.update(anchors)
    del pinned[:known_pins]     # others have come meanwhile
    pinned_since = set(pinned)
    loose_before = set(loose)
    loose.clear()
    for k in range(with_state):
        address = known[k] & ~3
        if known[k] & STATEFUL:
            wrappers[address] = Pinned(held[k])
            pinned.append(address)
        elif address not in pinned_since:
            if isinstance(wrappers.get(address), Pinned):
                wrappers[address] = Again(held[k])
            loose.add(address)
    fresh = fresh or not loose_before.issuperset(loose)
    if anchors:
        for address in dying:
            if address in anchors and not anchors[address].final:
                anchors[address].wrapper = None
        probe = probing[0]() if probing else None
        if probe is None:
            if not spare:
                spare.extend([Probe() for _ in range(SPARE)])
            probe = spare.pop()
            probing[:] = [_weakref.ref(probe)]
        probe.send(anchors, edges)
    dying.clear()
    return fresh


def survey(words, busy):
    """The words as the shim's survey leaves them, its rows, and how many numbers they are. It is asked again when it tells of a wrapper that
    is not to be found, but not known to be dead: the collector has cleared the weak reference, for another object's finalizer reaches the
    wrapper and may bring it back. Until its death is told, its instance is nobody's to clear."""
    while True:
        known = ffi.new(INTS, words + [address + BUSY for address in busy])
        count = ffi.new(INTS, 1)
        rows = lib.survey(len(known), known, count)
        size = 4 * count[0]
        unseen = {rows[k + 1] for k in range(0, size, 2)
                  if rows[k] == WRAPPER and rows[k + 1] not in given_up and wrapper_at(rows[k + 1]) is None}
        unseen.difference_update(busy, dying)
        if not unseen:
            return known, rows, size
        busy |= unseen


def replace_anchor(wrapper, anchor):
    old = wrapper._ne
    if old is not None and old is not anchor:
        old.used = True     # a probe may be out with it
    set_own(wrapper, '_ne', anchor)


def new_anchor(address):
    """None for an instance whose wrapper another thread is burying."""
    anchor = dying.get(address)
    if anchor is None:
        entry = wrappers.get(address)
        return None if entry is None else Anchor(entry())
    del anchor.held[:]
    anchor.used = False     # sending lists again has woken it
    return anchor


def edge(kind, name, edges, between):
    """The edge of an object, or of what is between objects."""
    if kind != OBJECT:
        made = between.get(name)
        if made is None:
            made = between[name] = Edge(0, None)
        return made
    i = name & MASK
    made = edges.get(i)
    if made is None:
        if wires[i] != name:        # closed since the survey
            return Edge(0, None)
        entry = objects[i]
        if type(entry) is Demoted:
            made = edge_of(i, entry)
            if made is None:
                return Edge(0, None)
            made.held = []
        else:
            made = Edge(i, entry)
        edges[i] = made
    return made


# --- when ----------------------------------------------------------------------------------------------------------------

at_work = _thread.allocate_lock()
due = []    # not empty: the host has collected since the last housekeeping


class Tick:
    """Garbage as soon as it is made: tells us that the host has collected. It only says so: whatever a signal handler
    raises while a finalizer runs is lost, so the work is done at the next call."""

    def __del__(self):
        due.append(None)
        Tick()


PROXIES, COMPARISONS = 0, 3     # of `lib.stat`
EACH = 4e-9                     # seconds that a comparison takes


class Crowd:
    """Garbage of which the collector does not know yet may hold many lists that are kept in step all the time. When that has taken
    as long as a collection does there is one; when few lists have died of it, the next one has to wait longer."""
    due = False
    limit = 10_000_000      # comparisons until it is time
    patience = 1
    collect = None          # the host's own `gc.collect`


def look_at_crowd():
    if lib.stat(COMPARISONS) > Crowd.limit:
        Crowd.due = True
        due.append(None)


def disperse():
    Crowd.due, Crowd.limit = False, sys.maxsize
    before, began = lib.stat(PROXIES), time.perf_counter()
    end_period()
    Crowd.collect(2)
    housekeeping()
    seconds = time.perf_counter() - began
    Crowd.patience = 1 if 4 * lib.stat(PROXIES) < 3 * before else 2 * Crowd.patience
    Crowd.limit = lib.stat(COMPARISONS) + int(Crowd.patience * seconds / EACH)


def housekeeping(whole=False):
    """What is to be done after a collection of the host. True when another collection would find more."""
    if Crowd.due and not whole:
        disperse()
        return False
    del due[:]
    if probing and probing[0]() is None:    # the probe has died, but its finalizer has not run: that says again that it is due
        return False
    if not at_work.acquire(False):      # finalizers call native code, too, and so do other threads
        return False
    try:
        more = look()
        lib.flush(KEEP_CLASSES)
        lib.collect()
        more = settle(whole) or more
        lib.flush(KEEP_USED_CLASSES)
        known_bytes[0] = lib.stat(BYTES)
        return more
    finally:
        at_work.release()
        if not probing:
            bury_dead()


ROUNDS = 5      # collections that it takes at most until what a cycle holds is freed


def collector(original, pool):
    """A `gc.collect()` that first closes the handles that wait in a batch: what C has let go of is garbage now, not later. It goes
    on until cycles that run through native memory are freed, too."""
    Crowd.collect = original

    def collect(generation):
        for frame in list(pool):
            lib.forget(frame)
        lib.flush(KEEP_NO_CLASSES)
        forget_copies()
        for _ in range(ROUNDS):
            end_period()
            found = original(generation)
            if not housekeeping(True):
                break
        lib.trim()
        return found

    return collect


def stats():
    """Figures for tests: live wrappers, pinned ones, demoted handles."""
    return {'wrappers': len(wrappers) + len(light), 'pinned': len(pinned), 'demoted': len(demoted)}


Tick()
