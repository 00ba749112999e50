"""Containers on their way to the shim. Each crosses in one piece with all that is in it, as `fill_tree` in gimbal_host.h takes it. Dicts
are the exception: their proxies are filled when C reads one (`read_dicts`), then with what is in them.
"""
from __pypy__ import strategy

from _gimbal import core
from _gimbal.cells import (CELL, CELL_SIZE, CELLS, DICT, FLOAT, FLOATS, INSTANCE, INT, KEYS_JOINED, LENT, LIST, NONE, PACKED_FLOATS,
                           PACKED_INTS, PROXY, STR, TRUE, FALSE, TUPLE, put_handle)
from _gimbal.handles import MASK, Demoted, changing, demoted, ids, objects, seen
from _gimbal.kinds import K_LIST, K_NATIVE, kinds
from _gimbal.lifetimes import look_at_crowd, wake
from _gimbal.native import ffi, lib
from _gimbal.youth import INTS

class Stream:
    """Objects on their way to the shim: cells, and the text of all strings among them."""
    __slots__ = 'cells', 'room', 'used', 'limit', 'texts', 'kept', 'rows', 'queue'

    def __init__(self):
        self.room = ROOM_AT_FIRST
        self.cells = ffi.new(CELLS, ROOM_AT_FIRST)
        self.used = 0           # cells, those counted that the items in the queue need
        self.limit = 0          # beyond so many no more dicts are read
        self.texts = []
        self.kept = []          # memory that cells point at
        self.rows = set()       # rows of the lists and dicts that are in it
        self.queue = []         # items that have no cells yet, of containers that have


ROOM_AT_FIRST = 256
MUCH = 4096         # a larger stream is not kept
EACH = 256          # cells that may be used to read a dict and what is in it
streams = []


def take_stream():
    try:
        return streams.pop()
    except IndexError:
        return Stream()


def send(s, c, n=1, moment=0):
    """Sends the `n` containers of a stream; a cell `c` becomes the only one."""
    text = ''.join(s.texts)
    data = text.encode('utf-8', 'surrogatepass')
    lib.fill_tree(c, n, s.cells, data, len(data), len(text), moment)
    if s.kept:
        for memory in s.kept:
            ffi.release(memory)
        s.kept = []
    if s.room <= MUCH:
        s.used = s.limit = 0
        s.texts = []
        s.queue = []
        if s.rows:
            s.rows.clear()
        streams.append(s)


def write(s, items, at):
    """Writes objects from a cell on, then what is in the containers among them, and so on. No recursion: a JIT makes one loop of it."""
    queue, texts = s.queue, s.texts
    done = 0
    last = kind = None      # the class of the last object and how such ones are encoded: neighbours are often alike
    while True:
        if at + len(items) > s.room:
            enlarge(s, at, len(items))
        cells = s.cells
        for x in items:
            cell = cells + at
            at += 1
            t = type(x)
            if t is str:
                cell.tag = STR
                cell.n = len(x)
                texts.append(x)
            elif t is int:
                try:
                    cell.i = x
                    cell.tag = INT
                except OverflowError:
                    core.encode(cell, x)
            elif t is float:
                cell.d = x
                cell.tag = FLOAT
            elif x is None:
                cell.tag = NONE
            elif t is bool:
                cell.tag = TRUE if x else FALSE
            else:
                if t is not last:
                    last, kind = t, kinds.get(t)
                if kind == K_NATIVE:
                    cell.tag = INSTANCE
                    cell.i = core.address_of(x)
                    if x._ne is not None:
                        wake(x)
                else:
                    write_object(s, cell, x, t)
        if done == len(queue):
            break
        items = queue[done]
        done += 1


def write_object(s, cell, x, t):
    if t is dict:
        put_handle(cell, x)
        n = len(x)
        cell.n = n + 1
        if s.used + n < s.limit and cell.i & MASK not in s.rows:
            begin_dict(s, cell, dict.copy(x), 0)
    elif t is list:
        begin_list(s, cell, x)
    elif t is tuple:
        if put_handle(cell, x):
            begin(s, cell, TUPLE, list(x))
    elif kinds.get(t) == K_LIST:
        begin_list(s, cell, x)
    else:
        core.encode_object(cell, x, t)


def enlarge(s, at, n):
    room = 2 * (at + n)
    cells = ffi.new(CELLS, room)
    ffi.memmove(cells, s.cells, at * CELL_SIZE)
    s.cells = cells
    s.room = room


def begin(s, cell, tag, items):
    """A container whose handle is in the cell: its items get cells later."""
    cell.tag = tag
    cell.aux = 0
    cell.n = n = len(items)
    s.used += n
    s.queue.append(items)


def begin_list(s, cell, x):
    """A list in a stream: the mirror that C reads shows what the list holds now."""
    put_handle(cell, x)
    if cell.i & MASK in s.rows:
        cell.n = 0
    elif not is_known(cell, x):
        send_list(s, cell, x)


def is_known(c, x):
    """Is the list that a cell names as it was sent last? Then the cell says so. Lists that may hold more than values are always sent."""
    last = seen[c.i & MASK]
    if last is None or not last.values or list.__len__(x) != len(last.items) or not same_items(x, last.items):
        return False
    c.n = last.number
    return True


def same_items(x, known):
    try:
        for j in range(len(known)):
            if list.__getitem__(x, j) is not known[j]:
                return False
    except IndexError:      # another thread has just shortened it
        return False
    return True


def send_list(s, cell, x):
    """A list that a cell names, with its items."""
    row = cell.i & MASK
    s.rows.add(row)
    number = lib.next_number()      # before the items are read: what is read later has no lower one
    if not number % OFTEN:
        look_at_crowd()
    items = x[:] if type(x) is list else list.__getitem__(x, slice(None))
    n = len(items)
    cell.d = number
    seen[row] = sent = Sent(items[:], number)       # another thread may change what is seen (`seen_copy`), but not what is on its way
    if n >= FEW:
        kind = strategy(items)
        if kind == 'IntegerListStrategy' or kind == 'FloatListStrategy':
            cell.tag = LIST
            cell.n = n | (number & LOW) << 32
            cell.aux = numbers(s, cell, items, kind)
            sent.values = True
            return
        if kind == 'AsciiListStrategy':
            joined = '\0'.join(items)
            if joined.count('\0') == n - 1:
                sent.values = True
                cell.tag = LIST
                cell.n = n | len(joined) << 32
                cell.aux = KEYS_JOINED
                s.texts.append(joined)
                return
    begin(s, cell, LIST, items)


class Entries:
    """What was sent of a dict last, nothing but values, and at which moment."""
    __slots__ = 'keys', 'values', 'moment'

    def __init__(self, keys, values, moment):
        self.keys = keys
        self.values = values
        self.moment = moment


def remember(row, keys, values, moment):
    """What C has of a dict; of two threads that read it at the same moment none knows whose entries come last."""
    for x in values:
        if not core.is_value(x):
            return
    with changing:
        last = seen[row]
        seen[row] = Entries(keys, values, moment) if last is None or last.moment != moment else None


def is_as_read(d, moment):
    """Has a dict the entries that C has read at this moment?"""
    wire = ids.get(d)
    known = None if wire is None else seen[wire & MASK]
    if known is None or known.moment != moment or len(d) != len(known.keys):
        return False
    keys, values = known.keys, known.values
    at = 0
    try:
        for key, value in dict.items(d):
            if key is not keys[at] or value is not values[at]:
                return False
            at += 1
    except RuntimeError:    # another thread has just added something, or taken it out
        return False
    return True


def begin_dict(s, cell, d, moment):
    """What is in a dict that a cell names; `d` is a copy of it, which changes no more. With a moment it is what C reads then."""
    s.rows.add(cell.i & MASK)
    n = len(d)
    keys = list(d)
    if n and strategy(keys) == 'AsciiListStrategy':
        joined = '\0'.join(keys)
        if joined.count('\0') == n - 1:
            s.texts.append(joined)
            values = list(d.values())
            if n >= FEW:
                if moment:
                    remember(cell.i & MASK, keys, values, moment)
                kind = strategy(values)
                if kind == 'IntegerListStrategy' or kind == 'FloatListStrategy':
                    cell.aux = KEYS_JOINED | numbers(s, cell, values, kind)
                    cell.tag = DICT
                    cell.n = n | len(joined) << 32
                    return
            begin(s, cell, DICT, values)
            cell.aux = KEYS_JOINED
            cell.n = n | len(joined) << 32
            return
    flat = []
    for item in d.items():
        flat += item
    begin(s, cell, DICT, flat)
    cell.n = n


def numbers(s, cell, items, kind):
    """Has a cell point at numbers; their form."""
    if kind == 'IntegerListStrategy':
        memory = ffi.new(INTS, items)
        form = PACKED_INTS
    else:
        memory = ffi.new(FLOATS, items)
        form = PACKED_FLOATS
    s.kept.append(memory)
    cell.m = memory
    return form


def read_dicts(d, copy, moment, n, handles):
    """Fills the proxy of a dict that C reads, and those of some others, unless that would be much."""
    s = take_stream()
    s.limit = EACH * (n + 1)
    put_handle(s.cells + 0, d)
    begin_dict(s, s.cells + 0, copy, moment)
    count = 1
    for k in range(n):
        if s.used >= s.limit:
            break
        x = objects[handles[k] & MASK]
        if type(x) is dict:     # a demoted one sleeps on
            cell = s.cells + count
            count += 1
            put_handle(cell, x)
            begin_dict(s, cell, dict.copy(x), moment)
    write(s, (), count)
    send(s, ffi.NULL, count, moment)


def fill(c, items):
    """Fills the proxy of the object that a cell names with what it holds; the cell becomes that proxy."""
    s = take_stream()
    cell = s.cells + 0
    cell.i = c.i
    cell.t = c.t
    begin(s, cell, TUPLE, items)
    write(s, (), 1)
    send(s, c)


# --- lists that C sees are kept in step ------------------------------------------------------------------------------------
FEW = 8         # a shorter list is not worth a special form
LOW = 0x7fffffff    # what is sent of the number of a packed list
OFTEN = 64      # so many lists are sent until it is asked whether there are too many
LONG = 256      # comparing a longer list after each of many call-backs would cost too much
FULL = 64       # so often at once it is compared all the same


class Sent:
    """What was sent of a list last, its number, and whether it was nothing but values, sent in one piece.

    Of a long list also the number of items that may still be compared: each call-back adds `LONG` to it. So the first call-backs find every
    change, and of very many every n-th does, but all see a change of the length.
    """
    __slots__ = ('items', 'number', 'values', 'credit')

    def __init__(self, items, number):
        self.items = items
        self.number = number
        self.values = False
        self.credit = FULL * len(items)


def encode_list(c, x):
    put_handle(c, x)
    if is_known(c, x):
        return
    s = take_stream()
    cell = s.cells + 0
    cell.i = c.i
    cell.t = c.t
    send_list(s, cell, x)
    if s.queue:
        write(s, (), 1)
    send(s, c)


SHORT = 64
lent = {}       # address of numbers -> the list of them that C has for the call under way
latest = [None]     # what was lent last: the second time in a row it is sent, and C knows it from then on


def lend_list(c, x):
    """Fills a cell with a list. A short one of numbers that C does not know is lent: then what is returned is for
    `end_loan`, when the call has ended."""
    if (len(x) <= SHORT and x is not latest[0] and ids.get(x) is None and not (demoted and id(x) in demoted)
            and not (lent and is_lent(x))):
        items = x[:]
        kind = strategy(items)
        if kind == 'FloatListStrategy' or kind == 'IntegerListStrategy':
            floats = kind == 'FloatListStrategy'
            numbers = ffi.new(FLOATS if floats else INTS, items)
            c.tag = LIST
            c.aux = LENT | (PACKED_FLOATS if floats else PACKED_INTS)
            c.n = len(items)
            c.u = numbers
            loan = c.i, numbers
            lent[loan[0]] = latest[0] = x
            return loan
    encode_list(c, x)
    return None


def is_lent(x):
    return any([y is x for y in list(lent.values())])


def end_loan(loan):
    address, numbers = loan
    del lent[address]
    ffi.release(numbers)


def send_again(x):
    """What C sees of a list that nobody has kept in step for a while."""
    c = ffi.new(CELL)
    encode_list(c, x)
    if c.tag == PROXY:
        lib.decref(c.u)


def lists_unchanged(states, n):
    """How many of `n` lists, by handle and the number of the state that C has, hold what was sent of them last, up to the first
    one that does not."""
    for k in range(n):
        i = states[2 * k] & MASK
        x, sent_last = objects[i], seen[i]
        if type(x) is Demoted:      # nobody looks
            continue
        if sent_last is None or sent_last.number != states[2 * k + 1]:
            return k
        known = sent_last.items
        length = len(known)
        if list.__len__(x) != length:
            return k
        if length > LONG:
            sent_last.credit += LONG
            if sent_last.credit < length:
                continue
            sent_last.credit -= length
        try:
            for j in range(length):     # `same_items`, which would be a call for each list
                if list.__getitem__(x, j) is not known[j]:
                    return k
        except IndexError:      # another thread has just shortened it
            return k
    if n == told[1]:
        remember_held(states, n)
    return n


COMPARED = 1 << 30      # GIMBAL_LISTS_COMPARED
told = lib.lists()      # a number that changes with what C knows of lists, and how many it holds
asked = [-1]            # that number when C last asked for all of them
held = [(-1, ())]       # the same when it did so twice, and their rows: nothing that would keep a list alive


def remember_held(states, n):
    """C holds just these lists: from now on they are compared before it is called (`compared`), until there are others."""
    number = told[0]    # first: whatever changes later, it will be another one
    if asked[0] != number:
        asked[0] = number
    elif held[0][0] != number:
        rows = [states[2 * k] & MASK for k in range(n)]
        for k in range(n):
            last = seen[rows[k]]
            if last is None or last.number != states[2 * k + 1] or len(last.items) > LONG:
                return
        held[0] = number, rows


def compared():
    """What a call says of the lists that C holds: `COMPARED` when all are what they were, so that it need not ask, which is a crossing."""
    return same_lists() if told[1] else 0


def same_lists():
    number, rows = held[0]
    if number != told[0]:
        return 0
    try:
        for i in rows:
            x, last = objects[i], seen[i]
            if type(x) is Demoted:
                continue
            if last is None:
                return 0
            known = last.items
            length = len(known)
            if list.__len__(x) != length:
                return 0
            for j in range(length):
                if list.__getitem__(x, j) is not known[j]:
                    return 0
    except (IndexError, TypeError):     # another thread has just shortened it, or let it go
        return 0
    return COMPARED


def seen_copy(x):
    """The copy of what C knows of a list that it has just changed, to be changed alike; something else when there is none."""
    wire = ids.get(x)
    known = None if wire is None else seen[wire & MASK]
    if known is None:
        return []
    known.values = False
    return known.items


def forget_seen(x):
    """C needs all of the list again."""
    wire = ids.get(x)
    if wire is not None:
        seen[wire & MASK] = None
