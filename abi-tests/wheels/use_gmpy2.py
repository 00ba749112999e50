"""gmpy2: exact integers, rationals, and floats and complex numbers of any precision with their contexts."""

import copy
import decimal
import fractions
import math
import pickle
import threading

import gmpy2
from checks import check, check_type
from gmpy2 import mpc, mpfr, mpq, mpz, xmpz

check("binary", lambda: gmpy2.gmpy2.__file__.rpartition("/")[2])
check("version", lambda: (gmpy2.version(), gmpy2.mp_version(), gmpy2.mpfr_version(), gmpy2.mpc_version()))

for label, args in {
    "int": (5,), "big": (10**30,), "negative": (-7,), "text": ("123",), "hex": ("ff", 16), "prefix": ("0x1f", 0), "float": (2.9,), "fraction": (fractions.Fraction(7, 2),),
    "decimal": (decimal.Decimal("12.7"),), "mpq": (mpq(9, 4),), "mpfr": (mpfr("3.7"),), "bool": (True,), "bytes": (b"42",), "nothing": (),
    "bad text": ("12x",), "nan": (float("nan"),), "None": (None,), "base": ("1", 99), "list": ([],),
}.items():
    check(f"mpz {label}", lambda: mpz(*args))
for label, args in {"two": (3, 6), "text": ("3/9",), "float": (0.75,), "decimal": (decimal.Decimal("0.1"),), "one": (5,), "zero": (1, 0), "bad": ("a/b",), "fraction": (fractions.Fraction(-2, 4),)}.items():
    check(f"mpq {label}", lambda: mpq(*args))
for label, args in {"text": ("1.25",), "float": (0.1,), "precision": ("1.1", 20), "int": (10**20,), "inf": ("-inf",), "nan": ("nan",), "mpq": (mpq(1, 3),), "bad": ("x",), "base": ("ff.8", 0, 16)}.items():
    check(f"mpfr {label}", lambda: mpfr(*args))
for label, args in {"complex": (1 + 2j,), "parts": (1, "2.5"), "text": ("1+2j",), "bad": ("1+",)}.items():
    check(f"mpc {label}", lambda: mpc(*args))

a, b = mpz(10) ** 30 + 7, mpz(123456789)
for symbol in "+ - * / // % & | ^ < <= == != > >=".split():
    check(f"mpz {symbol}", eval(f"lambda: (a {symbol} b, a {symbol} 7, 7 {symbol} b, b {symbol} True)"))
    if symbol not in "& | ^":
        check(f"mixed {symbol}", eval(f"lambda: (b {symbol} 2.5, mpq(1, 3) {symbol} b, mpfr('0.5') {symbol} mpq(1, 4), fractions.Fraction(1, 2) {symbol} b)"))
check("shifts", lambda: (a << 5, a >> 70, -a >> 3, mpz(1) << 100))
check("powers", lambda: (b**3, pow(b, 5, 97), pow(mpz(3), -1, 7), b**-1, mpq(2, 3) ** 3, mpfr(2) ** 0.5, mpz(2) ** mpfr(0.5)))
check("unary", lambda: (-a, +a, abs(-a), ~b, int(a), float(b), bool(mpz(0)), complex(b), round(mpfr("2.567"), 2), math.floor(mpq(7, 2)), math.ceil(mpq(7, 2)), math.trunc(mpfr("-2.5")), divmod(a, b), hash(mpz(5)) == hash(5), hash(mpq(1, 2)) == hash(0.5), hash(mpfr(0.5)) == hash(0.5)))
check("index", lambda: ([1, 2, 3][mpz(1)], "x" * mpz(3), list(range(mpz(2)))))
check("text", lambda: (str(a), repr(b), b.digits(16), f"{b:x} {b:>20d} {mpfr('1.5'):.3f} {mpfr(1) / 3:.10e}", bin(mpz(5)), hex(b), oct(mpz(8)), mpq(1, 3).digits(), "%d" % b))
check("bits", lambda: (b.bit_length(), b.bit_test(0), b.bit_set(100), b.bit_clear(0), b.bit_flip(1), b.bit_scan0(), b.bit_scan1(5), b.bit_count(), b.num_digits(10), b.is_prime(), b.is_even()))
check("slices", lambda: (b[0], b[0:8], len(b)))
check("bytes", lambda: (b.to_bytes(5, "little"), mpz.from_bytes(b"\x01\x00", "big"), gmpy2.to_binary(b), gmpy2.from_binary(gmpy2.to_binary(mpq(1, 3)))))
check("parts", lambda: (mpq(6, 4).numerator, mpq(6, 4).denominator, b.numerator, mpfr("1.5").as_integer_ratio(), mpc(1, 2).real, mpc(3, 4).conjugate(), abs(mpc(3, 4)), mpfr(0.1).precision))
for label, wrong in {
    "division": lambda: a // 0, "modulo": lambda: a % 0, "rational": lambda: mpq(1) / 0, "type": lambda: a + "x", "list": lambda: a * [], "shift": lambda: a << -1, "shift type": lambda: a << 1.5,
    "power": lambda: pow(a, b, 0), "bit": lambda: a.bit_test(-1), "attribute": lambda: setattr(a, "new", 1), "format": lambda: f"{a:q}", "compare": lambda: a < "x", "complex order": lambda: mpc(1) < mpc(2), "overflow": lambda: float(mpz(10) ** 400), "isqrt": lambda: gmpy2.isqrt(-1),
}.items():
    check_type(f"wrong {label}", wrong)
check("theory", lambda: (gmpy2.gcd(a, b), gmpy2.lcm(12, 18), gmpy2.gcdext(12, 18), gmpy2.invert(3, 7), gmpy2.is_prime(97), gmpy2.next_prime(100), gmpy2.fac(30), gmpy2.fib(100), gmpy2.bincoef(20, 10), gmpy2.jacobi(5, 9), gmpy2.isqrt(a), gmpy2.isqrt_rem(10), gmpy2.iroot(1000, 3), gmpy2.remove(48, 2), gmpy2.powmod(3, 100, 7), gmpy2.f_divmod(-7, 2), gmpy2.t_divmod(-7, 2), gmpy2.popcount(255), gmpy2.hamdist(5, 6), gmpy2.is_square(16)))
check("no inverse", lambda: gmpy2.invert(2, 4))
check("functions", lambda: (gmpy2.sqrt(2), gmpy2.sin(1), gmpy2.exp(1), gmpy2.log(10), gmpy2.const_pi(), gmpy2.gamma(5), gmpy2.atan2(1, 2), gmpy2.hypot(3, 4), gmpy2.fsum([0.1] * 10), gmpy2.is_nan(mpfr("nan")), gmpy2.sqrt(mpc(-1)), gmpy2.maxnum(1, 2)))
with gmpy2.local_context(precision=120, round=gmpy2.RoundUp) as context:
    check("context", lambda: (mpfr(1) / 3, gmpy2.sqrt(2), context.precision, context.inexact, gmpy2.get_context() is context or gmpy2.get_context().precision))
    context.precision = 30
    check("changed", lambda: mpfr(1) / 3)
check("after", lambda: (mpfr(1) / 3, gmpy2.get_context().precision))
with gmpy2.local_context(trap_divzero=True, trap_invalid=True):
    check_type("trap", lambda: mpfr(1) / 0)
    check_type("trap invalid", lambda: gmpy2.log(-1))
with gmpy2.local_context(allow_complex=True):
    check("complex allowed", lambda: gmpy2.sqrt(-4))
check("context arithmetic", lambda: gmpy2.context(precision=10).add(1, mpfr("0.001")))
check_type("context wrong", lambda: gmpy2.context(precision=-1))
x = kept = xmpz(10)
x += 5
check("mutable", lambda: (x, kept, x is kept))
x[3] = 0
x[0:2] = 1
check("mutable bits", lambda: (x, list(xmpz(10).iter_bits()), list(xmpz(10).iter_set())))
check_type("mutable hash", lambda: hash(x))
check("copies", lambda: [pickle.loads(pickle.dumps(v)) == v and copy.copy(v) == v for v in (a, mpq(1, 3), mpfr("1.5"), mpc(1, 2))])
check("random", lambda: (lambda state: [gmpy2.mpz_random(state, 100) for _ in range(4)])(gmpy2.random_state(42)))
check("keys", lambda: {mpz(1): "a", 2: "b"}[1] + {1: "x"}[mpz(1)])
check("sums", lambda: (sum(mpz(i) for i in range(20_000)), sum([mpq(1, i) for i in range(1, 50)]), max(mpz(3), 5, mpq(7, 2)), sorted([mpz(3), 1.5, mpq(1, 2)])))
results = {}


def work(n):
    with gmpy2.local_context(precision=50 + n):
        results[n] = str(gmpy2.sqrt(n + 2)), gmpy2.get_context().precision


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
check("threads", lambda: sorted(results.items()))
