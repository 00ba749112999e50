"""numpy: arrays made, computed with, sliced, sorted, saved and exchanged with other buffers, linear algebra, random numbers, and errors."""

import array
import copy
import io
import pickle
import threading
import warnings

import numpy as np
from checks import check, check_type
from numpy import _core, linalg, random
from numpy.fft import _pocketfft_umath

for module in (_core._multiarray_umath, linalg._umath_linalg, random._generator, _pocketfft_umath):
    check(f"binary {module.__name__}", lambda: module.__file__.rpartition("/")[2])

a = np.arange(10)
matrix = np.array([[3.0, 1.0], [1.0, 2.0]])
people = np.array([(1, 2.5, "x"), (3, 4.5, "yz")], dtype=[("id", "i4"), ("weight", "f8"), ("name", "U3")])
table = "time,value\n" + "\n".join(f"{i},{i * i / 4}" for i in range(8))


class Tagged(np.ndarray):
    """Arrays that keep a tag."""

    def __new__(cls, items, tag):
        made = np.asarray(items).view(cls)
        made.tag = tag
        return made

    def __array_finalize__(self, source):
        self.tag = getattr(source, "tag", "none")


class Ours:
    """Takes part in what numpy's functions do."""

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        return ufunc.__name__, method

    def __array_function__(self, function, types, args, options):
        return function.__name__


def assigned():
    b = a.copy()
    b[3] = 100
    b[5:7] = [1, 2]
    b[b > 50] = -1
    b[[0, 1]] = 7
    return b


def regression():
    time, value = np.loadtxt(io.StringIO(table), delimiter=",", skiprows=1, unpack=True)
    slope, offset = np.polyfit(time, value, 1)
    return round(slope, 9), round(offset, 9), np.corrcoef(time, value).round(9).tolist()


def saved():
    file, both, text = io.BytesIO(), io.BytesIO(), io.StringIO()
    np.save(file, matrix)
    np.savez_compressed(both, a=a, people=people)
    np.savetxt(text, matrix)
    file.seek(0), both.seek(0)
    with np.load(both) as read:
        return np.load(file), read["a"].sum(), read["people"]["name"], text.getvalue()


def warned():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = np.array([1.0]) / 0
    return result, [str(warning.message) for warning in caught]


def raised():
    with np.errstate(divide="raise"):
        return np.array([1.0]) / 0


def in_threads():
    sums = [0] * 4

    def work(i):
        for _ in range(20):
            sums[i] = float(np.sqrt(np.arange(20_000.0) + i).sum())

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sums


for label, use in {
    "slices": lambda: (a[2:8:2], a[-1], a[::-1], a[[1, 2]], a[a > 5], a[..., None].shape),
    "arithmetic": lambda: (a + 1, a * 2.5, a // 3, a % 3, a**2, -a, a == 3, 1 - a, 2.0 / (a + 1)),
    "functions": lambda: (np.sqrt(a), np.sin(a), np.add.reduce(a), np.add.accumulate(a), np.multiply.outer(a[:3], a[:3]), np.maximum(a, 5)),
    "sums": lambda: (a.sum(), a.mean(), a.std(), a.max(), a.argmax(), np.median(a), np.cumsum(a), np.prod(a[1:])),
    "products": lambda: (a @ a, np.ones((3, 4)) @ np.ones((4, 2)), np.einsum("i,i->", a, a), np.outer(a[:2], a[:3])),
    "conditions": lambda: (np.where(a > 3, a, 0), np.nonzero(a > 7), (a > 3).any(), (a > 3).all()),
    "assigned": assigned,
    "types": lambda: (np.dtype("i4"), np.dtype(">u2").byteorder, people.dtype, np.result_type("i4", "f4"), a.dtype.type),
    "scalars": lambda: (np.float64(1.5), np.int32(3) + np.int8(1), 1 + np.float64(2), int(a[3]), a[3].item(), np.float32(1) / 3, hash(np.int64(5)) == hash(5)),
    "records": lambda: (people["id"], people[0], people["weight"].sum(), people[1]["name"], people.dtype.names, people[people["id"] > 1]),
    "objects": lambda: (np.array([1, "a", None, [1, 2]], dtype=object), np.array([1, 2, 3], dtype=object) + 1),
    "strings": lambda: (np.array(["a", "bcd"]), np.strings.upper(np.array(["a", "bcd"])), np.array([b"x", b"yz"]), np.array(["a", "b"]) == "a"),
    "dates": lambda: (np.array(["2020-01-01", "2021-02-03"], dtype="M8[D]"), np.arange("2020-01", "2020-04", dtype="M8[M]"), np.datetime64("2020-01-01").astype(object)),
    "shapes": lambda: (a.reshape(2, 5).T.shape, np.concatenate([a, a]).shape, np.split(a, 5)[1], np.broadcast_shapes((2, 1), (1, 3)), np.pad(a[:2], 1)),
    "made": lambda: (np.linspace(0, 1, 5), np.eye(2), np.fromiter((x * x for x in range(4)), int), np.frombuffer(b"\1\0\2\0", dtype="i2")),
    "sorted": lambda: (np.sort(a[::-1]), np.argsort([3, 1, 2]), np.unique([3, 1, 3], return_counts=True), np.searchsorted(a, 5), np.lexsort(([1, 2], [2, 1]))),
    "statistics": lambda: (np.histogram(a, 3), np.bincount([1, 1, 2]), np.diff(a), np.interp(2.5, a, a), np.percentile(a, 30), np.cov(a)),
    "linear algebra": lambda: (np.linalg.inv(matrix), np.linalg.det(matrix), np.linalg.solve(matrix, [9.0, 8.0]), np.linalg.eigvalsh(matrix), np.linalg.svd(matrix)[1]),
    "random numbers": lambda: (np.random.default_rng(5).integers(0, 10, 5), np.random.default_rng(5).normal(size=2), np.random.RandomState(1).choice(5, 2)),
    "transforms": lambda: (np.fft.fft([1, 2, 3, 4]), np.fft.irfft(np.fft.rfft(a))),
    "polynomials": lambda: (np.poly1d([1, 2])(3), np.polynomial.Polynomial([1, 2])(3)),
    "masked": lambda: (np.ma.array([1, 2, 3], mask=[0, 1, 0]).sum(), np.ma.masked_less(a, 3)),
    "regression": regression,
    "out": lambda: (m := memoryview(np.arange(6, dtype="i4").reshape(2, 3)), m.shape, m.format, m.strides, m.tolist())[1:],
    "in": lambda: (np.asarray(memoryview(b"abc")), np.frombuffer(bytearray(b"abcd"), "u1"), np.array(array.array("d", [1, 2]))),
    "copies": lambda: (pickle.loads(pickle.dumps(a, 5)), pickle.loads(pickle.dumps(people)), copy.deepcopy(matrix), pickle.loads(pickle.dumps(np.float64(3)))),
    "saved": saved,
    "derived": lambda: (s := Tagged([1, 2, 3], "t"), s[1:].tag, type(s + 1).__name__, (s + 1).tag, s.sum())[1:],
    "protocols": lambda: (np.sin(Ours()), a + Ours(), np.concatenate([Ours()])),
    "calls back": lambda: (np.vectorize(lambda x: x * 2)(a), np.frompyfunc(lambda x, y: x + y, 2, 1)(a, a), np.apply_along_axis(sum, 0, np.ones((2, 2)))),
    "iterates": lambda: ([int(x) for x in np.nditer(np.arange(3))], list(np.ndenumerate(np.ones((1, 2)))), list(a.flat)[:3], a.tolist()),
    "shown": lambda: (str(np.arange(2000)), str(np.array([1.123456789, 1e10])), f"{np.float64(3.14159):.2f}", "%d" % np.int64(3)),
    "grids": lambda: (np.meshgrid([1, 2], [3, 4])[0], np.mgrid[0:2, 0:2].shape, np.r_[1:3, 5]),
    "named": lambda: (np.array.__module__, np.sin, np.add.types[:3], np.array.__doc__[:30]),
    "wrong shapes": lambda: np.zeros(3) + np.zeros(4),
    "wrong index": lambda: a[100],
    "wrong size": lambda: np.array([1, 2]).reshape(3),
    "wrong type": lambda: np.dtype("nothing"),
    "singular": lambda: np.linalg.inv(np.zeros((2, 2))),
    "warned": warned,
    "raised": raised,
    "threads": in_threads,
}.items():
    check(label, use)
check_type("not sortable", lambda: np.sort(np.array([1, "a"], dtype=object)))
