"""Drives trees.c."""

import sys

import trees
from checks import check


class Words(str):
    pass


class Rows(list):
    pass


class Table(dict):
    pass


TREES = {
    "records": [{"id": i, "name": f"name {i}", "tags": ["a", f"tag{i % 2}"], "more": {"ok": None, "values": [i, i + 1]}} for i in range(5)],
    "numbers": [[0, -1, 1 << 31, -(1 << 31), 1 << 62, 1 << 63, -(1 << 63), 1 << 64, 1 << 300, -(1 << 300)], [0.0, -0.0, 1e300, 2j], [True]],
    "texts": [["", "a", "é", "\u20ac", "\U0001f600", "\ud800", "x\0y", "l" * 300, "é" * 300], [b"", b"\0\xff", b"b" * 300]],
    "keys": {1: [], "1": [], None: [], (1, 2): [], b"1": [], 2.5: [], True: [], "é": [], "": [], frozenset({1}): [], 1 << 70: []},
    "tuples": ((), ([],), [((),)], ({"a": ()}, ...)),
    "others": [[bytearray(b"x")], [{1}], [slice(1, 2)], [range(3)], [NotImplemented], [int], [...]],
    "derived": [[Words("w")], Rows([Rows([1])]), Table(a=Table(b=[1])), [type("Number", (int,), {})(5)]],
    "empty": [[], {}, (), [[]], [{}], {"a": {}}],
}


def describe(tree):
    """With the type of everything."""
    if type(tree) is dict:
        return "{%s}" % ", ".join(f"{describe(key)}: {describe(value)}" for key, value in tree.items())
    if type(tree) in (list, tuple):
        return "%s(%s)" % (type(tree).__name__, ", ".join(map(describe, tree)))
    return f"{type(tree).__name__} {tree!r}"


for name, tree in TREES.items():
    check(f"copy {name}", lambda: describe(trees.copy(tree)))
    check(f"again {name}", lambda: describe(trees.copy(trees.copy(tree))) == describe(tree))
    check(f"walk {name}", lambda: list(map(describe, trees.walk(tree))))

check("leaves", lambda: describe(trees.make_leaves()))

# What C keeps of a tree that it gives away is the same object; a tuple an equal one.
PARTS = (lambda root: root, lambda root: root[0], lambda root: root[1], lambda root: root[2], lambda root: root[1]["a"],
         lambda root: root[2][1], lambda root: root[3][1])
for number, part in enumerate(PARTS):
    root = trees.make_and_keep(number)
    check(f"kept {number}", lambda: (root, trees.give_kept() is part(root) or type(part(root)) is tuple))
    if type(part(root)) is list:
        part(root).append("by Python")
        check(f"changed {number}", lambda: (trees.append_to_kept("by C"), root))
check("nothing kept", lambda: (trees.make_and_keep(-1), trees.give_kept()))

shared = trees.make_shared()
shared["one"].append(9)
check("shared", lambda: (shared, shared["one"] is shared["more"][0]))
cycle = trees.make_cycle()
check("cycle", lambda: (cycle[0][1] is cycle, len(cycle)))


def depth(tree):
    n = 0
    while tree:
        tree = tree[0] if type(tree) is list else tree["in"]
        n += 1
    return n


for n in (1, 10, 99, 499, 500, 501, 502, 900, 3000):
    check(f"depth {n}", lambda: depth(trees.make_deep(n)))

# A name that is in a tree again and again is one object, and the one that the program has when C had it from there.
names = [{sys.intern("a_name"): ["a_value"]} for _ in range(3)]
check("names", lambda: [next(iter(row)) == "a_name" for row in trees.copy(names)])


# --- what Python gives to C ------------------------------------------------------------------------------------------------
def document():
    part = [1, 2]
    return {"rows": [{"x": [1]}, {"x": [1]}, {"x": [2]}], "same": [part, part], "pair": ([3], {"y": 4}), "like": [[1, 2], [1, 2]]}


def same(tree, path, found):
    for step in path:
        tree = tree[step]
    return tree is found


PATHS = (("rows",), ("rows", 1), ("rows", 0, "x"), ("same", 0), ("same", 1), ("pair", 0), ("pair", 1), ("like", 1))
check("walk document", lambda: trees.walk(document()))
for path in PATHS:
    for change in (None, "changed"):
        tree = document()
        check(f"reach {path} {change}", lambda: trees.reach(tree, path, change, None))
        check("  is the same", lambda: (same(tree, path, trees.reach(tree, path, None, None)[0]), tree))

        tree = document()
        found = []
        check("  given to Python", lambda: trees.reach(tree, path, change, found.append))
        check("  is the same", lambda: (same(tree, path, found[0]), tree))

        tree = document()
        check("  changed by Python", lambda: trees.reach(tree, path, change, lambda part: (tree["rows"].append([5]), tree["same"][0].append(6))))
        check("  both", lambda: tree)

loop = [[1]]
loop[0].append(loop)
check("walk cycle", lambda: trees.walk(loop))
below = []
for _ in range(400):
    below = [below]
check("walk deep", lambda: len(trees.walk(below)))
