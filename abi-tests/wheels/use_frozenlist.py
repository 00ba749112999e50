"""frozenlist as aiohttp's signals use it: a list until it is frozen, then hashable."""

import collections.abc
import copy
import types

import frozenlist
from checks import check, check_type
from frozenlist import FrozenList, _frozenlist

check("binary", lambda: _frozenlist.__file__.rpartition("/")[2])
check("in use", lambda: FrozenList is _frozenlist.FrozenList and FrozenList is not frozenlist.PyFrozenList)
check("type", lambda: (FrozenList.__name__, FrozenList.__module__, isinstance(FrozenList(), collections.abc.MutableSequence)))


def state(items):
    return list(items), items.frozen, len(items)


for label, items in {
    "nothing": (),
    "None": (None,),
    "list": ([1, 2, 3],),
    "tuple": (("a", "b"),),
    "str": ("text",),
    "range": (range(5),),
    "generator": ((i * i for i in range(4)),),
    "dict": ({"k": 1},),
    "frozenlist": (FrozenList([1]),),
    "int": (5,),
    "two": ([1], [2]),
}.items():
    check_type(f"new {label}", lambda: state(FrozenList(*items)))
check_type("new keyword", lambda: state(FrozenList(items=[1, 2])))

items = FrozenList([1, 2, 3])
for label, change in {
    "append": lambda: items.append("x"),
    "append None": lambda: items.append(None),
    "insert": lambda: items.insert(0, 0.5),
    "insert far": lambda: items.insert(100, "end"),
    "insert negative": lambda: items.insert(-1, "before the end"),
    "extend": lambda: items.extend([7, 8]),
    "extend generator": lambda: items.extend(i for i in range(3)),
    "extend tuple": lambda: items.extend(("t",)),
    "iadd": lambda: items.__iadd__([9]) is items,
    "set": lambda: items.__setitem__(0, "first"),
    "set last": lambda: items.__setitem__(-1, "last"),
    "set slice": lambda: items.__setitem__(slice(1, 3), ["a", "b", "c"]),
    "delete": lambda: items.__delitem__(0),
    "delete slice": lambda: items.__delitem__(slice(0, 2)),
    "pop": lambda: items.pop(),
    "pop 0": lambda: items.pop(0),
    "pop negative": lambda: items.pop(-2),
    "remove": lambda: items.remove(7),
    "reverse": lambda: items.reverse(),
    "pop far": lambda: items.pop(100),
    "remove missing": lambda: items.remove("missing"),
    "set far": lambda: items.__setitem__(100, 1),
    "delete far": lambda: items.__delitem__(100),
    "index str": lambda: items["a"],
    "extend int": lambda: items.extend(5),
    "insert str": lambda: items.insert("a", 1),
    "no argument": lambda: items.append(),
    "hash": lambda: hash(items),
}.items():
    check_type(label, change)
    check(f"after {label}", state, items)

items = FrozenList([3, 1, 2, 3])
for label, read in {
    "item": lambda: (items[0], items[-1], items[1:3], items[::-1], type(items[1:]).__name__),
    "contains": lambda: (3 in items, 9 in items),
    "count": lambda: (items.count(3), items.count(9)),
    "index": lambda: (items.index(3), items.index(2)),
    "iter": lambda: [x for x in items],
    "reversed": lambda: list(reversed(items)),
    "next": lambda: (next(it := iter(items)), next(it), list(it)),
    "unpack": lambda: (lambda first, *rest: (first, rest))(*items),
    "repr": lambda: repr(items),
    "str": lambda: str(FrozenList(["é", None])),
    "bool": lambda: (bool(items), bool(FrozenList())),
    "sorted": lambda: sorted(items),
    "equal": lambda: (items == [3, 1, 2, 3], items == FrozenList([3]), items == (3, 1, 2, 3), items != [1]),
    "order": lambda: (items < [4], items <= [3, 1, 2, 3], items > FrozenList([1]), items >= [9]),
    "compare int": lambda: (items == 5, items != 5),
    "alias": lambda: isinstance(FrozenList[int], types.GenericAlias),
}.items():
    check(label, read)
check_type("index missing", lambda: items.index("missing"))
check_type("less than int", lambda: items < 5)
check("copy", lambda: state(copy.copy(items)))
twin = copy.deepcopy(nested := FrozenList([[1], {"a": [2]}]))
check("deepcopy", lambda: (state(twin), twin[0] is nested[0], twin == nested))
loop = FrozenList()
loop.append(loop)
check("deepcopy of a cycle", lambda: (again := copy.deepcopy(loop))[0] is again)

check("freeze", lambda: (items.frozen, items.freeze(), items.frozen, items.freeze()))
for label, change in {
    "append": lambda: items.append(1),
    "insert": lambda: items.insert(0, 1),
    "extend": lambda: items.extend([1]),
    "iadd": lambda: items.__iadd__([1]),
    "set": lambda: items.__setitem__(0, 1),
    "set slice": lambda: items.__setitem__(slice(0, 1), [1]),
    "delete": lambda: items.__delitem__(0),
    "pop": lambda: items.pop(),
    "remove": lambda: items.remove(3),
    "reverse": lambda: items.reverse(),
    "clear": lambda: items.clear(),
}.items():
    check(f"frozen {label}", change)
check("frozen state", state, items)
check("frozen hash", lambda: hash(items) == hash(tuple(items)))
check("frozen key", lambda: {items: "found"}[items])
check("frozen repr", lambda: repr(items))
check_type("frozen set", lambda: setattr(items, "frozen", False))
check_type("hash of unhashable", lambda: [part := FrozenList([[]]), part.freeze(), hash(part)])


class Signal(FrozenList):
    """As aiosignal has it."""

    __slots__ = ("owner",)

    def __init__(self, owner):
        super().__init__()
        self.owner = owner

    def send(self, *args):
        if not self.frozen:
            raise RuntimeError("Cannot send non-frozen signal.")
        return [receiver(*args) for receiver in self]


signal = Signal("app")
signal.append(lambda x: x + 1)
signal.append(str)
check("signal too early", signal.send, 1)
check("signal", lambda: (signal.freeze(), signal.send(41), signal.owner, len(signal), isinstance(signal, FrozenList)))
check("signal append", lambda: signal.append(print))


class Loud(FrozenList):
    """Overridden methods are called."""

    def append(self, item):
        super().append(f"<{item}>")

    def __len__(self):
        return 100 + super().__len__()


loud = Loud(["a"])
loud.append("b")
loud.note = "attributes work"
check("overridden", lambda: (list(loud), len(loud), loud.note, type(loud).__name__))
big = FrozenList(range(100_000))
big.extend(big)
check("large", lambda: (len(big), sum(big), big[-1], big.count(5)))
check("many", lambda: sum(len(FrozenList([i, i])) for i in range(20_000)))
