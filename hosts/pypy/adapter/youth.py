"""Wrappers of native instances: how they are tied to them, and how each gives back the count that it owns.

A finalizer for each would cost more than everything else about a wrapper, for PyPy moves what has one out of the nursery, and finds
it dead only in a major collection. Most wrappers die young: those made between two minor collections share a `Guard` instead, which
owes their counts. After the next minor collection a wrapper that is still there gets a finalizer of its own. The others are dead
for good, since a minor collection clears no weak reference to what a finalizer may still reach, and their counts are given back.
A major collection does clear such references. If one has come between, the dead stay with their guard: each wrapper
refers to it, and it has a finalizer (docs/adr/0010). Which collections there have been, two objects tell that are garbage from the
beginning, a `Canary` and a `Witness` (docs/adr/0017).
"""
import gc
import sys

import _weakref
from __pypy__ import add_memory_pressure

from _gimbal.jit import residual_call
from _gimbal.native import ffi, lib
from _gimbal.places import PAGE_BITS, Places, WeakPlaces

VOIDP = ffi.typeof('void *')
INTS = ffi.typeof('int64_t[]')

on_death = None     # what to do when a wrapper with a place in `wrappers` is dead: `lifetimes` says it

# A wrapper has the native address in `_na`; what gives its count back in `_np`: a Guard, later a pointer with a finalizer; and in
# `_ne` None or an Anchor of `lifetimes`.
wrappers = Places()          # address -> weak reference to the wrapper, or Pinned
light = WeakPlaces()         # address -> wrapper of an instance that refers to nothing; it holds its page in `_nw`
lingering = set()            # addresses in `wrappers` whose wrappers are gone, but not yet buried

set_own = object.__setattr__    # a class may have a `__setattr__` that is not for us


class Canary:
    """Garbage: the next minor collection clears weak references to it."""
    __slots__ = ('__weakref__',)


class Witness:
    """Garbage with a finalizer: minor collections keep it. A major one, when its marking ends, clears weak references to it together
    with those to what only finalizers can reach."""
    __slots__ = ('__weakref__',)

    def __del__(self):
        pass


def observers():
    """Weak references to two canaries and a witness."""
    return _weakref.ref(Canary()), _weakref.ref(Canary()), _weakref.ref(Witness())


class Guard:
    """Owes the counts of the wrappers made in one period."""
    __slots__ = ('canary', 'witness', 'tied', 'light', 'gone', 'light_gone')

    def __init__(self):
        self.tied = []          # addresses: of all wrappers that have a place in `wrappers`
        self.light = []         # of those that have one in `light`
        self.gone = []          # of those among them that were not found any more
        self.light_gone = []
        # A collection that sees the witness on the stack takes it for alive. One that has seen a canary there does not clear that, but
        # the other one.
        sound = False
        while not sound:
            self.canary, other, witness = observers()
            sound = self.canary() is not None and other() is not None
        self.witness = [witness]    # the thread that takes it ends the period

    def __del__(self):
        """All its wrappers are dead for good, those that finalizers had brought back as well."""
        self.gone += self.tied
        self.light_gone += self.light
        pay(self)


# The guard of what there is between two minor collections. In a list, for of an attribute a JIT may make a constant, which keeps the
# guard alive.
period = [Guard()]


def tie(wrapper, address):
    """Makes `wrapper` the wrapper of the instance at `address`."""
    lib.incref(ffi.cast(VOIDP, address))
    return tie_given(wrapper, address)


def tie_given(wrapper, address):
    """The same when a reference for it is there."""
    guard = period[0]
    set_own(wrapper, '_na', address)
    set_own(wrapper, '_ne', None)
    set_own(wrapper, '_np', guard)
    wrappers[address] = _weakref.ref(wrapper)
    guard.tied.append(address)
    if guard.canary() is None:
        residual_call(end_period)
    elif not len(guard.tied) & OFTEN:
        residual_call(weigh)
    return wrapper


def tie_light(wrapper, address):
    """The same for an instance that refers to nothing: C alone sees to its end, and nothing has to be forgotten."""
    guard = period[0]
    set_own(wrapper, '_na', address)
    set_own(wrapper, '_ne', None)
    set_own(wrapper, '_np', guard)
    page = light.to_put(address)
    set_own(wrapper, '_nw', page)       # before there is a weak reference, which takes room in the wrapper as well
    page.put(address, wrapper)
    guard.light.append(address)
    if guard.canary() is None:
        residual_call(end_period)
    elif not len(guard.light) & OFTEN:
        residual_call(weigh)
    return wrapper


def wrapper_at(address):
    """The wrapper of the instance at an address; None when there is none."""
    entry = wrappers.get(address)
    return light.get(address) if entry is None else entry()


# --- the end of a period -------------------------------------------------------------------------------------------------

def part(guard):
    """Gives the wrappers that are there finalizers of their own; the others remain the guard's, as gone."""
    # Each address is taken before it is dealt with: an exception in between, of a signal handler, loses it, but gives nothing back twice.
    # Another thread may still add one.
    addresses, gone = guard.light, guard.light_gone
    key, page = -1, None
    while addresses:
        address = addresses.pop()
        if address >> PAGE_BITS != key:
            key = address >> PAGE_BITS
            page = light.page(key)
            if page is not None and page.young:
                page.age()
        wrapper = None if page is None else page.get(address)
        if wrapper is not None and wrapper._np is guard:
            set_own(wrapper, '_np', ffi.gc(ffi.cast(VOIDP, address), lib.decref))
        else:       # if there is another one, that has been counted for itself
            gone.append(address)
    addresses, gone = guard.tied, guard.gone
    while addresses:
        address = addresses.pop()
        entry = wrappers.get(address)
        wrapper = None if entry is None else entry()
        if wrapper is not None and wrapper._np is guard:
            set_own(wrapper, '_np', ffi.gc(ffi.cast(VOIDP, address), on_death))
        else:
            gone.append(address)
            lingering.add(address)


def pay(guard):
    """Gives back the counts of those that have gone."""
    gone = guard.light_gone
    guard.light_gone = []
    if gone:
        lib.drop(len(gone), ffi.new(INTS, gone))
    gone = guard.gone
    while gone:
        on_death(ffi.cast(VOIDP, gone.pop()))


# Counts that were given back early on PyPy 7.3.11, which is a Python 3.9, made extensions with threads crash. Which PyPy it is may be
# hidden (`identity`); all that are a Python 3.11 are newer.
RELIABLE = sys.version_info >= (3, 11)


def end_period():
    """Begins another one, and gives back what the old one owes. Called after the first minor collection, and by who asks for a
    collection, so that it finds every wrapper with a finalizer of its own."""
    guard = period[0]
    period[0] = Guard()
    weigh()
    try:
        witness = guard.witness.pop()
    except IndexError:
        return
    part(guard)
    if RELIABLE and witness() is not None:
        pay(guard)


def gone():
    """Addresses in `wrappers` of instances whose wrappers are gone, but not yet buried."""
    found = set(lingering)
    for address in period[0].tied[:]:
        entry = wrappers.get(address)
        if entry is not None and entry() is None:
            found.add(address)
    return found


# --- native memory -------------------------------------------------------------------------------------------------------
BYTES, IN_USE = 1, 4      # of `lib.stat`
known_bytes = [0]       # of native memory that the collector knows of
OFTEN = 255             # added to a guard since it was told


def weigh():
    """Tells the collector of native memory: an instance whose wrapper is garbage keeps its own until the collector has run."""
    used = lib.stat(BYTES)
    if used > known_bytes[0]:
        add_memory_pressure(used - known_bytes[0])
        known_bytes[0] = used


collect = gc.collect    # the host's own
grown = lib.grown()     # not 0: the memory in use has grown by much since we asked for it
bearable = [0]          # memory in use up to which only what died young is looked for; 0: it is to be said
LEAST = 64 << 20

scrap = [None]
PIECE, PIECES = 10_000, 4000    # words, and so many of them are more than any nursery


def relieve():
    """Instances whose wrappers are garbage may hold what memory has grown by: pixels of images, nodes of documents. Finds those that died
    young; when memory has grown by half since it last did so, finds all."""
    # Canaries of its own: the period's may have been in a stale root, and then it dies in the next large collection only.
    first, second, _ = observers()
    for _ in range(PIECES):     # not `gc.collect_step`, which takes the large collection further: when marking ends nothing is sure
        if first() is None or second() is None:
            break
        scrap[0] = [None] * PIECE
    scrap[0] = None
    end_period()
    used = lib.stat(IN_USE)
    if not bearable[0]:
        bearable[0] = used + used // 2 + LEAST
    elif used > bearable[0]:
        collect(2)
        bearable[0] = 0     # what is dead is about to be freed: to be said when that is done
