"""bitarray: arrays of bits as sets, sieves, codes and buffers, both in size and in count."""

import copy
import gc
import pickle
import weakref
from collections.abc import MutableSequence

import bitarray as module
from bitarray import _bitarray, bitarray, bits2bytes, decodetree, frozenbitarray, get_default_endian
from bitarray import util
from bitarray.util import ba2base, ba2hex, ba2int, count_and, count_n, count_xor, hex2ba, huffman_code, int2ba, parity, serialize, deserialize, strip, subset, vl_decode, vl_encode, zeros
from checks import check, check_type

check("binary", lambda: (_bitarray.__file__.rpartition("/")[2], util._util.__file__.rpartition("/")[2] if hasattr(util, "_util") else None))
check("module", lambda: (module.__version__, get_default_endian(), bits2bytes(17), issubclass(bitarray, MutableSequence)))

for label, value in {
    "nothing": (),
    "text": ("1011 0001",),
    "length": (0,),
    "list": ([1, 0, True, False],),
    "generator": ((i % 3 == 0 for i in range(10)),),
    "bitarray": (bitarray("110"),),
    "endian": ("1011", "little"),
    "bytes": (b"\x05",),
    "wrong text": ("10x",),
    "wrong item": ([1, 2],),
    "wrong type": (5.5,),
    "negative": (-1,),
    "wrong endian": ("1", "middle"),
    "None": (None,),
    "object": (object,),
}.items():
    check_type(f"new {label}", lambda: bitarray(*value))

a = bitarray("1101001110")
for label, read in {
    "items": lambda: (a[0], a[-1], a[2:6], a[::-1], a[1::3], len(a)),
    "mask": lambda: (a[bitarray("1010101010")], a[[0, 3, 5]]),
    "count": lambda: (a.count(), a.count(0), a.count(1, 2, 8), a.count(bitarray("10"))),
    "find": lambda: (a.find(1, 2), a.find(bitarray("111")), a.find(bitarray("0000")), a.index(0)),
    "search": lambda: (list(a.search(bitarray("1"))), list(a.search(bitarray("10")))),
    "all": lambda: (a.all(), a.any(), bitarray("11").all(), bitarray("00").any()),
    "logic": lambda: (a & a[::-1], a | a[::-1], a ^ a[::-1], ~a),
    "shift": lambda: (a << 3, a >> 3, a << 100),
    "add": lambda: (a + bitarray("11"), a * 2, 2 * a, a + [1, 0]),
    "compare": lambda: (a == bitarray("1101001110"), a != a, a < bitarray("111"), a == "1101001110"),
    "contains": lambda: (1 in a, bitarray("0011") in a, bitarray("0000") in a),
    "bytes": lambda: (a.tobytes(), a.to01(), a.tolist(), a.unpack(), bytes(memoryview(a))),
    "repr": lambda: (repr(a), str(a), repr(bitarray())),
    "iter": lambda: (list(a), sum(a), [i for i, bit in enumerate(a) if bit]),
    "info": lambda: (a.nbytes, a.padbits, a.readonly, a.endian),
    "reversed": lambda: list(reversed(a)),
}.items():
    check(label, read)
for label, wrong in {
    "index": lambda: a[10],
    "index type": lambda: a["a"],
    "set value": lambda: a.__setitem__(0, 2),
    "set range": lambda: a.__setitem__(10, 1),
    "length": lambda: a & bitarray("1"),
    "logic type": lambda: a & 5,
    "shift": lambda: a << -1,
    "remove": lambda: bitarray("1").remove(0),
    "pop": lambda: bitarray().pop(),
    "hash": lambda: hash(a),
    "not found": lambda: bitarray("1").index(0),
    "int value": lambda: a.append(7),
    "decode": lambda: "".join(bitarray("11").decode({"a": bitarray("0")})),
    "attribute": lambda: setattr(a, "nbytes", 5),
}.items():
    check_type(f"wrong {label}", wrong)


def changed(change, start="11010"):
    array = bitarray(start)
    result = change(array)
    return array, result


for label, change in {
    "append": lambda x: x.append(1),
    "extend": lambda x: x.extend([1, 0, 1]),
    "extend text": lambda x: x.extend("0011"),
    "extend iterator": lambda x: x.extend(iter([True, False])),
    "insert": lambda x: x.insert(2, 1),
    "pop": lambda x: x.pop(1),
    "remove": lambda x: x.remove(0),
    "reverse": lambda x: x.reverse(),
    "sort": lambda x: x.sort(reverse=True),
    "invert": lambda x: x.invert(2),
    "setall": lambda x: x.setall(1),
    "clear": lambda x: x.clear(),
    "fill": lambda x: x.fill(),
    "bytereverse": lambda x: (x.fill(), x.bytereverse()),
    "frombytes": lambda x: x.frombytes(b"AB"),
    "pack": lambda x: x.pack(b"\0\1\2"),
    "slice": lambda x: x.__setitem__(slice(1, 3), bitarray("000")),
    "slice value": lambda x: x.__setitem__(slice(None, None, 2), 1),
    "mask": lambda x: x.__setitem__(bitarray("10101"), 0),
    "delete": lambda x: x.__delitem__(slice(0, 2)),
    "delete mask": lambda x: x.__delitem__(bitarray("10001")),
    "iand": lambda x: x.__iand__(bitarray("10101")) is x,
    "ilshift": lambda x: x.__ilshift__(2) is x,
    "imul": lambda x: x.__imul__(3) is x,
}.items():
    check(label, changed, change)

code = huffman_code({"a": 5, "b": 2, "c": 1, "d": 1})
message = bitarray()
message.encode(code, "abacadabcd")
tree = decodetree(code)
check("huffman", lambda: (sorted((k, len(v)) for k, v in code.items()), "".join(message.decode(tree)), len(message)))
check("tree", lambda: (tree.nodes(), sorted(tree.todict()) == sorted(code)))
check("decode lazily", lambda: next(iter(message.decode(code))))

sieve = bitarray(1000)
sieve.setall(1)
sieve[:2] = 0
for i in range(2, 32):
    if sieve[i]:
        sieve[i * i :: i] = 0
check("primes", lambda: (sieve.count(), [i for i in range(60) if sieve[i]]))
check("util", lambda: (ba2int(a), int2ba(45, 8), ba2hex(a + bitarray("00")), hex2ba("f0"), ba2base(8, a + bitarray("00")), parity(a), zeros(5), strip(bitarray("00100")), count_and(a, a), count_xor(a, ~a), count_n(a, 3), subset(a, a)))
check("serialized", lambda: (deserialize(serialize(a)) == a, vl_decode(iter(vl_encode(a))) == a))
check_type("util wrong", lambda: ba2int(bitarray()))
check_type("hex wrong", lambda: hex2ba("xyz"))

frozen = frozenbitarray(a)
check("frozen", lambda: ({frozen: 1}[frozenbitarray(a)], frozen == a, repr(frozen), hash(frozen) == hash(frozenbitarray(a))))
check_type("frozen change", lambda: frozen.append(1))
check("copies", lambda: (copy.copy(a) == a, copy.deepcopy(a) == a, pickle.loads(pickle.dumps(a)) == a, pickle.loads(pickle.dumps(frozen)) == frozen))
view = memoryview(big := bitarray(64))
big.setall(0)
view[0] = 0xFF
check("view", lambda: (big.count(), view.readonly, len(view), view.format))
check_type("resize while viewed", lambda: big.append(1))
view.release()
gc.collect()
check("after the view", lambda: (big.append(1), len(big)))
shared = bitarray(buffer=(memory := bytearray(4)))
shared[0] = 1
check("imported buffer", lambda: (memory, shared.readonly, bitarray(buffer=b"\xff").readonly))
check_type("imported read-only", lambda: bitarray(buffer=b"\xff").setall(0))


class Named(bitarray):
    def __new__(cls, name, *args):
        self = super().__new__(cls, *args)
        self.name = name
        return self

    def __repr__(self):
        return f"Named({self.name}, {self.to01()})"


named = Named("n", "1010")
check("subclass", lambda: (named, named[1:], named & named, type(named[1:]).__name__, type(named.copy()).__name__, isinstance(named, bitarray)))
check("weak", lambda: (ref := weakref.ref(named))() is named)
check("large", lambda: (huge := zeros(5_000_000)) and (huge.setall(1), huge.count(), (huge & huge).count()))
check("many", lambda: sum(bitarray([i & 1, i >> 1 & 1, i >> 2 & 1]).count() for i in range(20_000)))
