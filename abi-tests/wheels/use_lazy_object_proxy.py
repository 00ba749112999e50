"""lazy-object-proxy: objects that are made when somebody looks at them."""

import copy
import pickle

import lazy_object_proxy
from checks import check, check_type
from lazy_object_proxy import cext

check("binary", lambda: cext.__file__.rpartition("/")[2])
Proxy = lazy_object_proxy.Proxy
check("in use", lambda: Proxy is cext.Proxy)

calls = []


def make(value):
    def factory():
        calls.append(value)
        return value

    return Proxy(factory)


lazy = make([3, 1, 2])
check("not yet", lambda: (calls, lazy.__resolved__, type(lazy).__name__))
check("now", lambda: (lazy[0], calls, lazy.__resolved__))
for label, use in {
    "items": lambda: (lazy[-1], lazy[1:], len(lazy), list(lazy), 3 in lazy, sorted(lazy)),
    "change": lambda: (lazy.append(9), lazy.__setitem__(0, 7), lazy.__delitem__(1), list(lazy)),
    "compare": lambda: (lazy == [7, 2, 9], lazy != [], lazy < [8], [1] < lazy),
    "class": lambda: (lazy.__class__, isinstance(lazy, list), lazy.__doc__ == list.__doc__, lazy.__wrapped__),
    "str": lambda: (str(lazy), bytes(make(b"b")), f"{make(3.14159):.2f}"),
    "bool": lambda: (bool(lazy), bool(make(0)), not make("")),
    "iterate": lambda: ([x for x in lazy], list(reversed(lazy)), next(iter(lazy))),
    "attribute": lambda: lazy.nothing,
    "call": lambda: make(len)("abc"),
    "call fails": lambda: lazy(),
    "hash": lambda: (hash(make("a")) == hash("a"), {make("k"): 1}["k"]),
    "hash fails": lambda: hash(lazy),
    "dir": lambda: "append" in dir(lazy),
    "repr": lambda: repr(lazy).startswith("<Proxy at 0x"),
}.items():
    check_type(label, use)
number = make(12)
for symbol in "+ - * / // % ** & | ^ << >> < <= == != > >=".split():
    check(f"number {symbol}", eval(f"lambda: (number {symbol} 5, 12 {symbol} make(5), number {symbol} make(5))"))
check("unary", lambda: (-number, +number, ~number, abs(make(-3)), int(number), float(number), complex(number), divmod(number, 5), pow(number, 2, 7), hex(number), [0, 1, 2][make(1)]))
check("wrong", lambda: number + "a")
changing = make(10)
changing += 5
check("in place", lambda: (changing == 15, type(changing).__name__))
matrix = make(type("Matrix", (), {"__matmul__": lambda self, other: ("matmul", other)})())
check("matmul", lambda: matrix @ 5)


class Account:
    limit = 5
    entered = 0

    def __enter__(self):
        self.entered += 1
        return "entered"

    def __exit__(self, *exc):
        return True

    def __call__(self, *args, **keywords):
        return args, keywords

    async def wait(self):
        return "waited"


account = Account()
proxy = make(account)
proxy.limit = 9
with proxy as entered:
    raise KeyError("swallowed")
check("attributes", lambda: (proxy.limit, account.limit, entered, account.entered))
check("delete", lambda: (delattr(proxy, "limit"), proxy.limit))
check("called", lambda: proxy(1, k=2))
check("fails", lambda: Proxy(lambda: 1 / 0) + 1)
check("fails as attribute", lambda: Proxy(lambda: 1 / 0).real)
check_type("no factory", lambda: Proxy())
check_type("wrong factory", lambda: Proxy(5) + 1)
check("no init", lambda: Proxy.__new__(Proxy) + 1)
check("set wrapped", lambda: (lambda p: (setattr(p, "__wrapped__", {"k": 1}), p["k"]))(make([])))
check("factory", lambda: (lambda p: (callable(p.__factory__), p == 5))(make(5)))
check("copies", lambda: (copy.copy(make([1])), copy.deepcopy(make([[1]])), pickle.loads(pickle.dumps(make({"k": 1})))))


class Counting(Proxy):
    """A subclass that counts what passes."""

    seen = 0

    def __getattr__(self, name):
        Counting.seen += 1
        return super().__getattr__(name)


counting = Counting(lambda: "text")
check("subclass", lambda: (counting.upper(), len(counting), isinstance(counting, str), type(counting).__name__))
check("many", lambda: sum(Proxy(lambda: i) + 1 for i in range(20_000)))
