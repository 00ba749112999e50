"""pyahocorasick: many words searched at once, prefixes and wildcards, and automata that are kept."""

import collections
import copy
import pickle
import tempfile
import threading

import ahocorasick
from ahocorasick import Automaton
from checks import check, check_type

check("binary", lambda: ahocorasick.__file__.rpartition("/")[2])
check("constants", lambda: [(name, getattr(ahocorasick, name)) for name in dir(ahocorasick) if name.isupper()])

a = Automaton()
check("empty", lambda: (len(a), a.kind, a.store, list(a)))
for i, word in enumerate("he she his hers her é\U0001f600 help".split()):
    a.add_word(word, (i, word))
for label, read in {
    "kind": lambda: (len(a), a.kind, a.store),
    "get": lambda: (a.get("his"), a.get("nothing", "default"), "she" in a, "sh" in a),
    "get missing": lambda: a.get("nothing"),
    "match": lambda: (a.match("sh"), a.match("x"), a.longest_prefix("hershey"), a.exists("her")),
    "keys": lambda: sorted(a.keys()),
    "values": lambda: sorted(a.values()),
    "items": lambda: sorted(a.items("he")),
    "wildcard": lambda: sorted(a.keys("h??", "?", ahocorasick.MATCH_EXACT_LENGTH)),
    "at least": lambda: sorted(a.keys("h?", "?", ahocorasick.MATCH_AT_LEAST_PREFIX)),
    "iter": lambda: sorted(iter(a)),
    "too early": lambda: list(a.iter("ushers")),
    "again": lambda: (a.add_word("he", "new"), a.add_word("he", (0, "he"))),
}.items():
    check(label, read)
a.make_automaton()
for label, read in {
    "kind after": lambda: a.kind,
    "search": lambda: list(a.iter("ushers and his help é\U0001f600")),
    "range": lambda: list(a.iter("ushers ushers", 3, 9)),
    "longest": lambda: list(a.iter_long("hershe help he")),
    "white space": lambda: list(a.iter("h e l p", ignore_white_space=True)),
    "find_all": lambda: (lambda found: (a.find_all("ushers", lambda end, value: found.append((end, value))), found))([]),
    "find_all raises": lambda: a.find_all("ushers", lambda end, value: 1 / 0),
    "stats": lambda: sorted(a.get_stats()),
    "dump": lambda: tuple(map(len, a.dump())),
    "nothing": lambda: list(a.iter("")),
}.items():
    check(label, read)
search = a.iter("ushers")
check("next", lambda: (next(search), search.set("he", True), list(search)))
for label, wrong in {
    "key": lambda: a.add_word(5, 1),
    "bytes": lambda: a.add_word(b"he", 1),
    "empty": lambda: a.add_word("", 1),
    "search": lambda: list(a.iter(b"x")),
    "arguments": lambda: a.add_word("x"),
    "store": lambda: Automaton(99),
    "kind": lambda: Automaton(ahocorasick.STORE_INTS).add_word("a", "b"),
    "callback": lambda: a.find_all("he", 5),
    "remove": lambda: a.remove_word(5),
    "wildcard": lambda: list(a.keys("h?", "??")),
}.items():
    check_type(f"wrong {label}", wrong)
check("remove", lambda: (a.remove_word("his"), a.remove_word("nothing"), a.pop("hers"), len(a)))
check("pop missing", lambda: a.pop("nothing"))


def stale():
    a.make_automaton()
    search = a.iter("ushers")
    a.add_word("new", 1)
    return next(search)


check("changed while searching", stale)
numbers = Automaton(ahocorasick.STORE_INTS)
check("ints", lambda: (numbers.add_word("one", 1), numbers.add_word("big", 2**31 - 1), numbers.get("big"), sorted(numbers.items())))
lengths = Automaton(ahocorasick.STORE_LENGTH)
check("lengths", lambda: (lengths.add_word("four"), lengths.add_word("abc"), sorted(lengths.values())))
tuples = Automaton(ahocorasick.STORE_ANY, ahocorasick.KEY_SEQUENCE)
tuples.add_word((1, 2, 3), "found")
tuples.make_automaton()
check("sequences", lambda: (list(tuples.iter((0, 1, 2, 3, 4))), (1, 2, 3) in tuples))
check_type("sequence wrong", lambda: tuples.add_word(("a",), 1))

a.make_automaton()
kept = pickle.loads(pickle.dumps(a))
check("pickled", lambda: (len(kept) == len(a), list(kept.iter("ushers help")) == list(a.iter("ushers help")), kept.kind == a.kind))
check_type("copied", lambda: list(copy.copy(a).iter("she")))
with tempfile.TemporaryDirectory() as folder:
    path = folder + "/automaton"
    check("saved", lambda: (a.save(path, pickle.dumps), len(ahocorasick.load(path, pickle.loads)) == len(a)))
    check_type("not there", lambda: ahocorasick.load(folder + "/nothing", pickle.loads))
    check_type("serialiser raises", lambda: a.save(path, lambda value: 1 / 0))
value = [1]
holder = Automaton()
holder.add_word("k", value)
check("identity", lambda: (holder.get("k") is value, holder.clear(), len(holder), value))
big = Automaton()
for i in range(20_000):
    big.add_word(f"word{i * 7919 % 20_000}", i)
big.make_automaton()
text = " ".join(f"word{i}" for i in range(0, 20_000, 7))
found = collections.Counter(value % 10 for _, value in big.iter(text))
check("large", lambda: (len(big), sum(found.values()), sorted(found.items())))
results = {}


def work(n):
    results[n] = sum(1 for _ in big.iter(text[n * 10 :]))


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
check("threads", lambda: sorted(results.items()))
