"""rpds: persistent maps, sets, lists, queues and stacks."""

import collections.abc
import copy
import pickle
import threading

import rpds
from checks import check, check_type
from rpds import HashTrieMap, HashTrieSet, List, Queue

check("binary", lambda: rpds.rpds.__file__.rpartition("/")[2])
check("abstract", lambda: (issubclass(HashTrieMap, collections.abc.Mapping), issubclass(HashTrieSet, collections.abc.Set)))

m = HashTrieMap({"a": 1, "b": 2})
for label, use in {
    "new": lambda: [sorted(HashTrieMap(x).items()) for x in ([], {}, [("k", 1)], HashTrieMap(a=1))],
    "keywords": lambda: sorted(HashTrieMap(b=2).items()),
    "items": lambda: (m["a"], m.get("x"), m.get("x", 5), "a" in m, "x" in m, len(m)),
    "missing": lambda: m["x"],
    "unhashable": lambda: m[[]],
    "insert": lambda: (sorted(m.insert("c", 3).items()), len(m)),
    "remove": lambda: sorted(m.remove("a").items()),
    "remove missing": lambda: m.remove("x"),
    "discard": lambda: m.discard("x") == m,
    "update": lambda: sorted(m.update({"a": 9}, z=0).items()),
    "convert": lambda: (HashTrieMap.convert({"k": 1}) == HashTrieMap(k=1), HashTrieMap.convert(m) is m),
    "fromkeys": lambda: sorted(HashTrieMap.fromkeys("ab", 0).items()),
    "equal": lambda: (m == HashTrieMap(b=2, a=1), m == {"a": 1, "b": 2}, m != HashTrieMap(), m == 5),
    "views": lambda: (sorted(m.keys()), sorted(m.values()), sorted(m.items()), len(m.keys()), "a" in m.keys()),
    "view sets": lambda: (sorted(m.keys() & {"a"}), sorted(m.keys() | {"z"}), m.keys() == {"a", "b"}),
    "iterate": lambda: sorted(m),
    "repr": lambda: (repr(HashTrieMap(a=1)), str(HashTrieMap()), repr(HashTrieMap(a=1).keys()), repr(HashTrieMap(a=1).items())),
    "hash": lambda: hash(m) == hash(HashTrieMap(b=2, a=1)),
    "hash fails": lambda: hash(HashTrieMap(a=[])),
    "pickle": lambda: pickle.loads(pickle.dumps(m)) == m,
    "keys of many kinds": lambda: [HashTrieMap({key: 0})[key] for key in (None, 1.0, (1, 2), b"b")],
    "bad pairs": lambda: HashTrieMap([1, 2]),
    "order": lambda: m < m,
    "assign": lambda: m.__setitem__("a", 1),
    "attribute": lambda: setattr(m, "new", 1),
    "subclass": lambda: type("Mine", (HashTrieMap,), {}),
}.items():
    check_type(f"map {label}", use)


class Angry:
    def __hash__(self):
        raise ZeroDivisionError("hash")


check("hash raises", lambda: m.insert(Angry(), 1))
s = HashTrieSet([1, 2, 3])
for label, use in {
    "new": lambda: [sorted(HashTrieSet(x)) for x in ([], {1, 2}, "aab", range(3))],
    "contains": lambda: (1 in s, 9 in s, len(s), bool(HashTrieSet())),
    "insert": lambda: (sorted(s.insert(9)), sorted(s.remove(1)), sorted(s.discard(7)), sorted(s.update([7, 8]))),
    "remove missing": lambda: s.remove(99),
    "algebra": lambda: (sorted(s | {9}), sorted(s & {1}), sorted(s - {1}), sorted(s ^ {1, 9}), sorted(s.union([5])), sorted(s.intersection([1])), sorted(s.difference([1])), sorted(s.symmetric_difference([1, 7]))),
    "compare": lambda: (s == {1, 2, 3}, s < {1, 2, 3, 4}, s >= {1}, s == HashTrieSet([3, 2, 1]), s != HashTrieSet()),
    "hash": lambda: hash(s) == hash(HashTrieSet([3, 2, 1])),
    "repr": lambda: (repr(HashTrieSet([1])), str(HashTrieSet())),
    "pickle": lambda: pickle.loads(pickle.dumps(s)) == s,
    "unhashable": lambda: HashTrieSet([[]]),
    "type": lambda: HashTrieSet(5),
}.items():
    check_type(f"set {label}", use)
x = List([1, 2, 3])
for label, use in {
    "new": lambda: (List(), List([1]), List(1, 2), List("ab"), List(x)),
    "ends": lambda: (x.first, x.rest, x.drop_first(), x.push_front(0)),
    "empty": lambda: List().first,
    "iterate": lambda: (list(x), len(x), 2 in x, list(reversed(x))),
    "compare": lambda: (x == List([1, 2, 3]), x != List(), x == [1, 2, 3]),
    "hash": lambda: hash(x) == hash(List([1, 2, 3])),
    "repr": lambda: (repr(x), str(x)),
    "pickle": lambda: (pickle.loads(pickle.dumps(x)) == x, copy.copy(x) == x),
}.items():
    check_type(f"list {label}", use)
q = Queue([1, 2, 3])
for label, use in {
    "ends": lambda: (q.peek(), q.dequeue(), q.enqueue(4), q.is_empty(), len(q)),
    "empty": lambda: Queue().peek(),
    "empty dequeue": lambda: Queue().dequeue(),
    "iterate": lambda: (list(q), repr(q), q == Queue([1, 2, 3]), hash(q) == hash(Queue([1, 2, 3]))),
}.items():
    check(f"queue {label}", use)
# The versions for Python 3.9 are older than the class.
if hasattr(rpds, "Stack"):
    t = rpds.Stack([1, 2, 3])
    for label, use in {
        "ends": lambda: (t.peek(), list(t.pop()), list(t.push(4)), len(t)),
        "empty": lambda: rpds.Stack().peek(),
        "iterate": lambda: (list(t), repr(t), t == rpds.Stack([1, 2, 3])),
    }.items():
        check_type(f"stack {label}", use)
big = HashTrieMap()
for i in range(5000):
    big = big.insert(f"key{i}", i)
check("large", lambda: (len(big), sum(big.values()), big["key77"], len(big.remove("key5"))))
results = []
threads = [threading.Thread(target=lambda: results.append(sum(big[f"key{i}"] for i in range(2000)))) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
check("threads", lambda: results)
