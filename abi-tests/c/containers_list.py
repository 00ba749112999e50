"""Drives containers_list.c: one list seen from both sides."""

import containers_list as c
from checks import check, check_all, check_type

check_all(c)


class Items(list):
    """A subclass of list that overrides nothing C looks at."""


class Index(list):
    """A subclass of list whose length lies to Python code only."""

    def __len__(self):
        return 99


check("sum", c.sum_in_place, [1, 2.5, True, 10])
check("sum empty", c.sum_in_place, [])
check("sum large", c.sum_in_place, list(range(100_000)))
check("sum floats", c.sum_in_place, [i / 4 for i in range(50_000)])
check_type("sum with a str", c.sum_in_place, [1, "x"])
check("sum subclass", c.sum_in_place, Items([1, 2, 3]))

for label, items in {"mixed": [1, "b", None, 4.5], "ints": [1, 2, 3], "strs": ["a", "b"], "one": [5]}.items():
    check(f"swap {label}", lambda: (c.swap_and_look(items, lambda seen: (seen is items, list(seen))), items))
check("swap and fail", lambda: c.swap_and_look([1, 2], lambda seen: 1 / 0))

changes = {
    "append": lambda items: items.append("new"),
    "extend": lambda items: items.extend(range(200)),
    "clear": lambda items: items.clear(),
    "pop": lambda items: items.pop(0),
    "set": lambda items: items.__setitem__(1, ["changed"]),
    "slice": lambda items: items.__setitem__(slice(0, 2), "xyz"),
    "delete": lambda items: items.__delitem__(slice(None, None, 2)),
    "sort": lambda items: items.sort(key=str),
    "reverse": lambda items: items.reverse(),
    "nothing": lambda items: None,
    "fail": lambda items: [items.append(1), 1 / 0],
}
for label, change in changes.items():
    for kind in (list, Items):
        items = kind([3, 1.5, "two", None])
        check(f"watch {label} {kind.__name__}", lambda: c.watch(items, change)[1:])
        check(f"after {label} {kind.__name__}", lambda: list(items)[:8])

items = []
check("grow", lambda: (c.grow(items, 5), items))
check("grow again", lambda: (items.append("py"), c.grow(items, 3), items))
check("grow much", lambda: (c.grow(items, 20_000), len(items), items[-1], sum(items[9:])))
check("grow subclass", lambda: (c.grow(sub := Items("ab"), 2), sub, type(sub).__name__))

for label, value in {
    "list": [1, 2, 3],
    "tuple": (1, 2),
    "range": range(3),
    "str": "añ漢",
    "generator": (i for i in "xy"),
    "dict": {"k": 1},
    "subclass": Items([1]),
    "int": 5,
}.items():
    check(f"fast {label}", c.fast, value)
    if label != "generator":
        check(f"kinds {label}", c.kinds, value)

for label, value in {"list": [1, 2, 1], "tuple": (1, 2, 1), "str": "121", "bytes": b"121", "range": range(1, 4)}.items():
    check_type(f"sequence {label}", c.sequence, value, "1" if label == "str" else 1)
check_type("sequence int", c.sequence, 5, 1)
check_type("sequence dict", c.sequence, {0: 1}, 1)
check_type("sequence empty", c.sequence, [], 1)

check("mutate", c.mutate, [1, 2, 3, 4])
check("mutate subclass", c.mutate, Items([1, 2, 3, 4]))
check_type("mutate bytearray", c.mutate, bytearray(b"abcd"))
check_type("mutate tuple", c.mutate, (1, 2, 3))

shared = c.share()
check("share", lambda: c.share() is shared)
check("share from C", lambda: (c.share_append("from C"), shared))
check("share from Python", lambda: (shared.append("from Python"), c.share_read()))
check("share both", lambda: (c.share_append(1), shared.append(2), c.share_append(3), c.share_read(), shared))
check("share cleared", lambda: (shared.clear(), c.share_read(), c.share_append("again"), shared))
check("share sorted", lambda: (shared.extend("ca"), shared.sort(), c.share_read(), c.share() == shared))


def held_and_changed(numbers):
    c.hold(numbers)
    numbers.append(9)
    seen = c.let_go()
    return seen is numbers, seen


def changed(numbers, *fails):
    try:
        return c.change(numbers, *fails), numbers
    except LookupError as error:
        return error.args, numbers


def called_back(numbers, seen):
    def function(x):
        seen.append((x is numbers, list(x)))
        x.append(100.0)

    return c.call_and_add(numbers, function), numbers, seen


for label, numbers in {"floats": [1.5, -0.0, 2.5], "ints": [1, 2, 1 << 40], "bigger ints": [1 << 70, 1]}.items():
    check(f"held {label}", held_and_changed, numbers[:])
    check(f"given back {label}", lambda: [c.give_back(x) is x for x in (numbers, numbers[:], numbers, numbers, numbers)])
    check(f"changed {label}", changed, numbers[:])
    check(f"changed, fails {label}", changed, numbers[:], 1)
    check(f"changed twice {label}", lambda x: (changed(x[:-1] + x), changed(x)), numbers[:])
    check(f"called back {label}", called_back, numbers[:], [])
    check(f"same {label}", lambda: (c.are_same(numbers, numbers), c.are_same(numbers, numbers[:])))


class Index:
    """A number that tells of each question."""

    def __init__(self, n):
        self.n, self.asked = n, 0

    def __index__(self):
        self.asked += 1
        return self.n


class Grown(list):
    """A list whose own method is called."""

    def __setitem__(self, key, value):
        list.__setitem__(self, slice(0, 0), ["own", key, value])


KEYS = [
    *(slice(*ends) for ends in ((None,), (1, 3), (3, 1), (-2, None), (None, -2), (9, 99), (-99, 2), (2**80,), (0, 4, 2), (0, 2, 1), ("a",))),
    slice(None, None, 0), slice(None, None, -1), 1, -1, 9, "a", None,
]
for alone in (True, False):
    where = "C alone" if alone else "both"
    for key in KEYS:
        told = check if alone and isinstance(key, slice) and key.step is None else check_type     # the host has messages of its own
        told(f"slot of {where} deletes {key}", lambda: c.assign_slot(alone, list(range(5)), key))
        for value in ("ab", [], 7, None):
            told(f"slot of {where}, {key} = {value!r}", lambda: c.assign_slot(alone, list(range(5)), key, value))
    for step in (None, 1):
        index = Index(2)
        check(f"slot of {where} asks, {step}", lambda: (c.assign_slot(alone, [1, 2, 3, 4], slice(index, None, step), "xy"), index.asked))
check("slot, itself", lambda: (items := [1, 2, 3], c.assign_slot(False, items, slice(1, 2), items)) and items)
check("slot of a subclass", lambda: c.assign_slot(False, Grown([1, 2]), slice(0, 1), 5))


def one_object():
    """A new list that crosses twice in one call is one object."""
    found = []
    for items in [1, 2], [1.5], ["a"], [[1], 2]:
        for again in range(2):
            fresh = list(items)
            found.append(c.is_or_has(fresh, fresh))
            fresh = list(items)
            found.append(c.is_or_has(fresh, (fresh,)))
            found.append(c.is_or_has(list(items), (fresh,)))
    return found


check("one object", one_object)


class Asked:
    """Tells which index it is asked for."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return index


def within(function, *args):
    """The result, or that the index is out of range, for which PyPy has words of its own."""
    try:
        return function(*args)
    except IndexError:
        return IndexError


for name, sequence in {"list": ["a", "b"], "tuple": ("a", "b"), "str": "ab", "bytes": b"ab", "range": range(2), "class": Asked()}.items():
    for index in (0, 1, 2, -1, -2, -3, -4, -5):
        check(f"item {index} of {name}", within, c.item_at, sequence, index)
for index in (1, 2, -2, -3, -4):
    check(f"put at {index}", within, c.put_at, ["a", "b"], index)


def crowd():
    """Of very many lists that C holds none is forgotten, whoever changes it, and however long nobody has looked at it. C sees a change
    of one that is not among the latest when it has been called some more times."""
    lists = [[i, [i]] if i % 2 else [i, i + 1, i + 2, i + 3, i + 4] for i in range(2000)]
    c.crowd_hold(tuple(lists))
    for _ in range(100):
        c.crowd_read(1999)
    found = []
    for i in (0, 1, 700, 1001, 1743, 1744, 1999):
        c.crowd_write(i, -i)
        found.append(lists[i][0])
        lists[i][:] = "abc" if i % 3 else [None]
        for _ in range(100):
            seen = c.crowd_read(i)
        found.append((seen, lists[i]))
        c.crowd_write(i, lists)
        found.append(lists[i][0] is lists)
        del lists[i][0]
    c.crowd_let_go()
    return found, sum(len(items) for items in lists)


check("crowd", crowd)


def few():
    """Of a few lists C sees at once what Python has changed, however often it has been called since the last change; and Python what C has."""
    def put(x):
        x[0] = "put"

    def replace(x):
        x[:] = [9, 8.5]

    def refill(x):
        x.clear()
        x.append(x)

    def shorten(x):
        del x[1:]

    def multiply(x):
        x *= 2

    lists = [[1, 2, 3], [1.5, 2.5], ["a", "b"], [b"a", b"b"], [[], None], [1, "a", 2.5], list(range(7))]
    c.crowd_hold(tuple(lists))
    found = []
    for change in (put, multiply, list.reverse, shorten, lambda x: x.insert(0, 7), lambda x: x.extend(range(300)), replace, refill,
                   lambda x: x.append(8), list.reverse, lambda x: x.pop(0), put, replace):
        for i, x in enumerate(lists):
            for _ in range(4):
                c.crowd_read(i)
            change(x)
            found.append(c.crowd_read(i))
            c.crowd_read(0)
            c.crowd_write(i, len(found))
            found.append((x[0], c.crowd_read(i)))
    c.crowd_let_go()
    return found, lists


check("few", few)
