"""Operations on numbers."""

import math
import operator


def divmod_worded(a, b):
    """`divmod`, its errors worded as on CPython."""
    try:
        return divmod(a, b)
    except (TypeError, ZeroDivisionError) as e:
        text = str(e)
        text = text.replace('for divmod:', 'for divmod():', 1)
        text = text.replace('integer divmod by zero', 'integer division or modulo by zero', 1)
        if len(e.args) == 1:
            e.args = (text,)
        raise


def divmod_near(a, b):
    """Quotient rounded to the nearest integer, half to even, and the remainder."""
    quotient, rest = divmod_worded(a, b)
    twice = 2 * rest
    if (twice > b if b > 0 else twice < b) or twice == b and quotient & 1:
        quotient += 1
        rest -= b
    return quotient, rest


BINARY = {
    'divmod': divmod_worded,
    'divmod_near': divmod_near,
    'gcd': math.gcd,
}
for name in ('add', 'sub', 'mul', 'matmul', 'floordiv', 'truediv', 'mod', 'lshift', 'rshift', 'and_', 'or_', 'xor'):
    BINARY[name] = getattr(operator, name)
    in_place = 'i' + name.rstrip('_')
    BINARY[in_place] = getattr(operator, in_place)

UNARY = {name: getattr(operator, name) for name in ('neg', 'pos', 'abs', 'invert', 'not_')}


def Binary(name, a, b):
    return BINARY[name](a, b)


def Unary(name, a):
    return UNARY[name](a)


def Power(a, b, modulus, in_place):
    if in_place and modulus is None:
        return operator.ipow(a, b)
    return pow(a, b, modulus)


def Index(o):
    return operator.index(o)


def ToInt(o):
    return int(o)


def ToFloat(o):
    return float(o)


def ToComplex(o):
    return complex(o)


def IntFromText(text, base):
    return int(text, base)


BASES = {2: bin, 8: oct, 16: hex, 10: str}


def ToBase(number, base):
    return BASES[base](operator.index(number))
