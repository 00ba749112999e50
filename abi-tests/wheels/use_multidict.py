"""multidict: header-like mappings with several values for one key, their views, proxies and iteration while changing."""

import copy
import gc
import pickle
import threading
import weakref
from collections.abc import Mapping, MutableMapping

import multidict
from checks import check, check_type
from multidict import CIMultiDict, CIMultiDictProxy, MultiDict, MultiDictProxy, _multidict, istr

check("binary", lambda: _multidict.__file__.rpartition("/")[2])
check("in use", lambda: (MultiDict is _multidict.MultiDict, CIMultiDict.__mro__[1] is MultiDict or CIMultiDict.__mro__[1].__name__))
check("abstract", lambda: (issubclass(MultiDict, MutableMapping), issubclass(MultiDictProxy, Mapping), issubclass(MultiDict, multidict.MutableMultiMapping)))

for kind in (MultiDict, CIMultiDict):
    name = kind.__name__
    for label, value in {
        "nothing": (),
        "pairs": ([("a", 1), ("A", 2), ("a", 3)],),
        "dict": ({"a": 1, "b": None},),
        "multidict": (MultiDict(a=1),),
        "proxy": (MultiDictProxy(MultiDict(a=1)),),
        "generator": ((pair for pair in [("k", 1)]),),
        "lists": ([["a", 1], ["b", 2]],),
        "int": (5,),
        "triple": ([("a", 1, 2)],),
        "short": ([("a",)],),
        "int key": ([(1, 2)],),
        "int pairs": ([5],),
        "two": ({}, {}),
        "None": (None,),
    }.items():
        check_type(f"{name} {label}", lambda: kind(*value))
    check(f"{name} keywords", lambda: kind([("x", 1)], y=2, X=3))

d = CIMultiDict([("Content-Type", "text"), ("Set-Cookie", "a"), ("set-cookie", "b")])
for label, read in {
    "get": lambda: (d["content-type"], d["SET-COOKIE"], d.get("none"), d.get("none", 5), d.getone("set-cookie"), d.getall("Set-cookie")),
    "getall default": lambda: d.getall("none", "default"),
    "contains": lambda: ("CONTENT-type" in d, "none" in d, 5 in d),
    "views": lambda: (list(d), list(d.keys()), list(d.values()), list(d.items()), len(d)),
    "view sets": lambda: (sorted(d.keys() & {"Set-Cookie"}), sorted(d.keys() - {"set-cookie"}), d.keys() == {"content-type", "set-cookie"}),
    "items sets": lambda: (("content-type", "text") in d.items(), d.items() & {("Set-Cookie", "a")}),
    "repr": lambda: (repr(d), repr(d.keys()), repr(d.items()), repr(d.values())),
    "equal": lambda: (d == d.copy(), d == dict(d), d != {}, MultiDict(a=1) == {"a": 1}, MultiDict(a=1) == CIMultiDict(A=1)),
    "missing": lambda: d["none"],
    "missing all": lambda: d.getall("none"),
    "iter": lambda: next(iter(d.values())),
}.items():
    check(label, read)


def changed(change):
    target = CIMultiDict([("A", 1), ("b", 2), ("a", 3)])
    result = change(target)
    return list(target.items()), result


for label, change in {
    "set": lambda x: x.__setitem__("a", 9),
    "set new": lambda x: x.__setitem__("New", 9),
    "add": lambda x: x.add("B", 4),
    "delete": lambda x: x.__delitem__("A"),
    "delete missing": lambda x: x.pop("none", "default"),
    "pop": lambda x: x.pop("a"),
    "popone": lambda x: x.popone("a"),
    "popall": lambda x: x.popall("A"),
    "popitem": lambda x: x.popitem(),
    "setdefault": lambda x: (x.setdefault("a", 7), x.setdefault("c", 8)),
    "update": lambda x: x.update({"a": 5}, d=6),
    "update pairs": lambda x: x.update([("b", 1), ("b", 2)]),
    "extend": lambda x: x.extend([("a", 5)], e=7),
    "merge": lambda x: x.merge({"a": 5, "z": 1}),
    "clear": lambda x: x.clear(),
}.items():
    check(label, changed, change)
for label, wrong in {
    "delete": lambda: MultiDict().__delitem__("k"),
    "pop": lambda: MultiDict().pop("k"),
    "popall": lambda: MultiDict().popall("k"),
    "popitem": lambda: MultiDict().popitem(),
    "key": lambda: MultiDict().add(5, 1),
    "set key": lambda: MultiDict().__setitem__(None, 1),
    "arguments": lambda: MultiDict().add("k"),
    "extend": lambda: MultiDict().extend(5),
    "proxy": lambda: MultiDictProxy({}),
    "proxy kind": lambda: CIMultiDictProxy(MultiDict()),
    "view": lambda: d.keys() & 5,
}.items():
    check_type(f"wrong {label}", wrong)
changing = MultiDict(a=1, b=2)


def change_while_iterating():
    for key in changing:
        changing.add(key, 1)


check("changing", change_while_iterating)

proxy = MultiDictProxy(changing)
check("proxy", lambda: (proxy["a"], len(proxy) > 2, "b" in proxy, type(proxy.copy()).__name__, proxy == changing))
changing["late"] = 1
check("proxy sees", lambda: proxy["late"])
check_type("proxy set", lambda: proxy.__setitem__("a", 1))
check("copies", lambda: (copy.copy(d) == d, pickle.loads(pickle.dumps(d)) == d, type(pickle.loads(pickle.dumps(d))).__name__))
check_type("proxy pickle", lambda: pickle.dumps(proxy))
text = istr("Content-Type")
check("istr", lambda: (text, repr(text), str(text).lower(), isinstance(text, str), text == "Content-Type", hash(text) == hash("Content-Type"), d[text], istr(b"x", "ascii"), pickle.loads(pickle.dumps(text))))
check("istr keys", lambda: [type(key).__name__ for key in CIMultiDict({istr("K"): 1})])


class Headers(CIMultiDict):
    """Overridden, and with state of its own."""

    def __init__(self, *args, owner=None):
        super().__init__(*args)
        self.owner = owner

    def add(self, key, value):
        super().add(key, f"<{value}>")


headers = Headers([("a", 1)], owner="me")
headers.add("B", 2)
check("subclass", lambda: (list(headers.items()), headers.owner, repr(headers), type(headers.copy()).__name__, isinstance(headers, MultiDict)))
check("weak", lambda: weakref.ref(headers)() is headers)
loop = MultiDict()
loop["self"] = loop
seen = weakref.ref(loop)
check("cycle repr", lambda: len(repr(loop)) > 10)
check("version", lambda: (lambda v: (d.add("x", 1), multidict.getversion(d) != v)[1])(multidict.getversion(d)))
del loop
gc.collect()
gc.collect()
check("cycle collected", lambda: seen() is None)
big = MultiDict((f"key{i % 1000}", i) for i in range(20_000))
check("large", lambda: (len(big), len(big.getall("key7")), sum(big.values()), big.popall("key1")[-1]))
results = {}


def work(n):
    own = CIMultiDict()
    for i in range(3000):
        own.add(f"Key{i % 50}", (n, i))
    results[n] = len(own.getall("KEY5")), len(own)


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
check("threads", lambda: sorted(results.items()))
