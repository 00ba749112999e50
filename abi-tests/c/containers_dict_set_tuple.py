"""Drives containers_dict_set_tuple.c with dicts, sets and tuples of the host, their subclasses and look-alikes."""

import collections
import types

import containers_dict_set_tuple as c
from checks import check, check_all, check_type

check_all(c)


class Key:
    """A key with Python methods."""

    def __init__(self, name):
        self.name = name

    def __hash__(self):
        return len(self.name)

    def __eq__(self, other):
        return isinstance(other, Key) and self.name == other.name

    def __repr__(self):
        return f"Key({self.name!r})"


class BadKey(Key):
    """A key that cannot be compared."""

    def __eq__(self, other):
        raise RuntimeError("not comparable")

    __hash__ = Key.__hash__


class Dict(dict):
    """A subclass of dict; the C API does not call its methods."""

    def __getitem__(self, key):
        return "overridden"

    def __setitem__(self, key, value):
        raise RuntimeError("not called")


class Mapping(collections.UserDict):
    """A mapping that is no dict."""


mixed = {"a": 1, 2: "two", (3, 4): [5], None: None, Key("k"): "key"}
check("walk", c.walk, mixed)
check("walk empty", c.walk, {})
check("walk ordered", c.walk, collections.OrderedDict([("z", 1), ("a", 2)]))
check("walk subclass", c.walk, Dict(a=1))
check("walk large", lambda: len(c.walk({i: i for i in range(20_000)})))
check("walk no dict", c.walk, [])
check("walk after deletion", lambda: [d := dict.fromkeys("abcdef"), d.pop("c"), d.pop("a"), c.walk(d)][3])


def walk_again():
    """Each time a change that leaves something as it was: the length, the keys, equal values."""
    d = {f"key {i}": i for i in range(20)}
    seen = [c.walk(d), c.walk(d) == c.walk(d)]
    for change in (
        lambda: d.update({"key 3": "other"}),
        lambda: d.update({"key 4": 4.0}),
        lambda: d.update({"key 1": True}),
        lambda: d.update({"new": d.pop("key 0")}),
        lambda: d.update({"key 2": d.pop("key 2")}),
        lambda: d.update({"key 5": [1]}),
        lambda: d["key 5"].append(2),
        lambda: d.popitem(),
        lambda: c.double_values(d),
        lambda: None,
    ):
        change()
        seen.append(c.walk(d))
        seen.append([[type(x).__name__ for x in pair] for pair in c.walk(d)])
    return seen


check("walk, changed in between", walk_again)
check("double", lambda: (d := {"a": 1, "b": "x", "c": [1]}, c.double_values(d) is d, d))
check_type("double fails", c.double_values, {"a": None})

for label, mapping in {"dict": dict, "defaultdict": lambda d: collections.defaultdict(list, d), "subclass": Dict}.items():
    check(f"get {label}", lambda: (c.dict_from_c(d := mapping({"a": 1}), "a"), sorted(d)))
    check(f"get missing {label}", lambda: c.dict_from_c(mapping({"a": 1}), "b"))
check("get key object", lambda: c.dict_from_c({Key("k"): "found"}, Key("k")))
check("get int float", lambda: c.dict_from_c({1: "one"}, 1.0))
check("get bad key", lambda: c.dict_from_c({Key("bad"): 1}, BadKey("bad")))
check_type("get unhashable", lambda: c.dict_from_c({}, []))
check("get no dict", lambda: c.dict_from_c([], 1))

module = types.ModuleType("module")
check("size in place dict", c.size_in_place, {"a": 1})
check("size in place keys", c.size_in_place, {Key("k"): 1, "b": 2})
check("size in place ordered", c.size_in_place, collections.OrderedDict(b=1, a=2))
check("size in place module", c.size_in_place, vars(module))
module.more = 1
check("size in place grown", c.size_in_place, vars(module))

check("mapping dict", c.mapping, {"a": 1})
check("mapping user", c.mapping, Mapping(a=1))
check("mapping ordered", c.mapping, collections.OrderedDict(b=1, a=2))
check_type("mapping proxy", c.mapping, types.MappingProxyType({"a": 1}))
check_type("mapping list", c.mapping, [1])
check_type("mapping int", c.mapping, 5)

check("set", lambda: (c.use_set(s := {1, 2}, 3), sorted(s)))
check("set again", lambda: c.use_set({1, 2}, 2))
check("set key object", lambda: c.use_set({Key("k")}, Key("k")))
check_type("set unhashable", lambda: c.use_set(set(), {}))
check("set list", lambda: c.use_set([], 1))
check_type("set raising", lambda: c.use_set({Key("bad")}, BadKey("bad")))

Pair = collections.namedtuple("Pair", "first second")
check("tuple", c.tuple_in_place, (1, "b", None, 2.5, [3]))
check("tuple empty", c.tuple_in_place, ())
check("tuple named", c.tuple_in_place, Pair(1, 2))
check("tuple large", lambda: sum(c.tuple_in_place(tuple(range(10_000)))[0]))

point = c.struct_sequence()
check("struct", lambda: (point.x, point.y, point.label, tuple(point), len(point), point[0], point[-1]))
check("struct repr", lambda: repr(point))
check("struct type", lambda: (type(point).__name__, type(point).__module__, isinstance(point, tuple)))
check("struct sizes", lambda: (type(point).n_fields, type(point).n_sequence_fields, type(point).n_unnamed_fields))
check("struct equal", lambda: (point == (3, 4), point == c.struct_sequence(), hash(point) == hash((3, 4))))
check("struct from Python", lambda: repr(type(point)((5, 6))))
check_type("struct too short", lambda: type(point)((5,)))
check_type("struct set", lambda: setattr(point, "x", 1))

check("lengths", lambda: c.lengths({1: 2, "a": 3}, lambda d: d.update(b=1, c=2)))
check("lengths, fewer", lambda: c.lengths({1: 2, "a": 3}, dict.clear))
check("lengths of a subclass", lambda: c.lengths(collections.OrderedDict(a=1), lambda d: d.update(b=1, c=2)))
