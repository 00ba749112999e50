"""Argument parsing: every format unit, every way to call, every error message."""

import itertools
import re
import warnings

import parse_formats
from checks import check

warnings.simplefilter("ignore")

# How a parsing function is called; as the enum of the C file. The odd ones are the entries without _SizeT.
CLEAN, PLAIN, VA_CLEAN, VA_PLAIN, STACK_CLEAN, STACK_PLAIN = range(6)


def parse(format, *args, how=CLEAN, capacity=-1):
    """Check the parsing of positional arguments."""
    note = "" if how == CLEAN else f" how={how}"
    note += "" if capacity < 0 else f" capacity={capacity}"
    shown = re.sub(" at 0x[0-9a-f]+", "", repr(args))
    check(f"tuple {format!r} {shown}{note}", parse_formats.tuple, format, args, how, capacity)


def ascii_message(function, *args):
    """The message of the exception, which print may not be able to show."""
    try:
        return function(*args)
    except Exception as error:
        return ascii(str(error))


class Named:
    """An object whose repr has no address."""

    def __repr__(self):
        return type(self).__name__


class Index(Named):
    def __index__(self):
        return 42


class Int(Named):
    def __int__(self):
        return 43


class Float(Named):
    def __float__(self):
        return 1.5


class BadIndex(Named):
    def __index__(self):
        raise KeyError("no index")


class BadTruth(Named):
    def __bool__(self):
        raise KeyError("no truth")


class Complex(Named):
    def __complex__(self):
        return 1 + 2j


class Text(str):
    pass


class Sequence(Named):
    """A sequence that is not a tuple or a list, of any length, with a hole."""

    def __init__(self, length, hole=None):
        self.length, self.hole = length, hole

    def __len__(self):
        if self.length < 0:
            raise KeyError("no length")
        return self.length

    def __getitem__(self, index):
        if index == self.hole:
            raise KeyError("a hole")
        return index * 10


class AVeryLongNameForAClassThatDoesNotFitIntoTheFiftyBytesOfAMessage(Named):
    pass


def integers():
    limits = {"b": 8, "B": 8, "h": 16, "H": 16, "i": 32, "I": 32, "l": 64, "k": 64, "L": 64, "K": 64, "n": 64}
    for code, bits in limits.items():
        for value in (0, 1, -1, 2 ** (bits - 1) - 1, 2 ** (bits - 1), -(2 ** (bits - 1)), -(2 ** (bits - 1)) - 1):
            parse(code, value)
        for value in (2**bits - 1, 2**bits, 2**bits + 5, 2**63, 2**64, 2**100, -(2**100)):
            parse(code, value)
        for value in (True, 1.0, "1", None, Index(), Int(), BadIndex(), [1]):
            parse(code, value)
    parse("ll", 1, 2)
    parse("bBhHiIlkLKn", *range(11))
    parse("iiiiiiiiii", *range(10))


def floats():
    for code in "fdD":
        for value in (0, 1.5, -1, -1.0, 2**100, 1e400, Float(), Index(), Complex(), "1", None, 1j, True):
            parse(code, value)
    parse("f", 1e300)
    parse("d", 10**400)
    parse("dfd", 1, 2, 3)


def characters_and_truth():
    for value in (b"x", b"", b"xy", bytearray(b"x"), bytearray(b"xy"), "x", 120, None, memoryview(b"x"), b"\0"):
        parse("c", value)
    for value in ("x", "", "xy", "\xe9", "\u20ac", "\U0001f600", "\0", b"x", None, Text("x")):
        parse("C", value)
    for value in (0, 1, -1, "", "a", [], [0], None, 0.0, BadTruth(), Index()):
        parse("p", value)


TEXTS = ("text", "", "nul\0char", "\xe9\u20ac\U0001f600", Text("sub"), b"bytes", b"", b"nul\0byte", None, 7, Index())


def texts():
    for format in ("s", "z", "y", "U", "S", "Y", "s#", "z#", "y#", "s*", "z*", "y*", "w*", "u", "u#", "Z", "Z#"):
        for value in TEXTS + (bytearray(b"array"), bytearray(b"nul\0"), memoryview(b"view")):
            parse(format, value)
    for format in ("s", "z", "s#", "z#", "s*", "z*", "es"):
        parse(format, "lone \udc80 surrogate")
    strided = memoryview(b"abcdef")[::2]
    for format in ("s*", "y*", "w*", "s#", "y#", "y"):
        check(f"tuple {format!r} strided view", parse_formats.tuple, format, (strided,), CLEAN, -1)
    writable = bytearray(b"abc")
    with memoryview(writable) as view:
        check("tuple 'w*' writable view", parse_formats.tuple, "w*", (view,), CLEAN, -1)
    check("tuple 'w*' read-only view", parse_formats.tuple, "w*", (memoryview(b"abc"),), CLEAN, -1)
    writable.append(1)
    for format in ("w", "w#", "y*s*", "s*z*y*w*", "sz#y*", "uU", "SUY"):
        parse(format, *[bytearray(b"a")] * len(format.replace("*", "").replace("#", "")))
    parse("sz#y*", "a", None, b"c")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse("u", "text")
        parse("Z#", None)


def encodings():
    for format in ("es", "et", "es#", "et#"):
        for value in TEXTS + (bytearray(b"array"), bytearray(b"nul\0")):
            parse(format, value)
            for how in (PLAIN, VA_CLEAN):
                parse(format, value, how=how)
    for capacity in (0, 1, 4, 5, 6, 8):
        parse("es#", "four", capacity=capacity)
        parse("et#", b"four\0", capacity=capacity)
    # Not in parentheses, where CPython's count of the items changed between 3.11.2 and 3.11.7.
    for format in ("e", "ex", "e#", "eses", "es#eti", "es|es"):
        parse(format, "a")
        parse(format, "a", "b")
        parse(format, "a", "b", 3)


def objects():
    for format in ("O", "O!", "O&"):
        for value in (1, True, "text", None, 1.5, Index()):
            parse(format, value)
    for values in (("fail",), ("raise",), ("undo",), ("undo", "fail"), ("undo", "undo", "raise"), ("keep", "fail")):
        parse("O&" * len(values), *values)
        print("log", parse_formats.log)
        parse_formats.log.clear()
    parse("O&i", "undo", "no int")
    print("log", parse_formats.log)
    parse_formats.log.clear()


def clean_up():
    array = bytearray(b"array")
    for format in ("s*i", "z*i", "y*i", "w*i", "(y*)i"):
        argument = (array,) if format[0] == "(" else array
        parse(format, argument, "no int")
        array.append(33)
    parse("esi", "text", "no int")
    parse("es#i", "text", "no int")
    parse("es#i", "text", "no int", capacity=8)
    parse("etet#s*O&i", "a", b"b", array, "undo", None)
    print("log", parse_formats.log)
    parse_formats.log.clear()
    array.append(33)
    parse("y*" * 10 + "i", *[array] * 10, None)
    array.append(33)
    print("array", bytes(array))


def size_t_clean():
    for format in ("s#", "z#", "y#", "u#", "Z#", "es#", "et#", "w#", "(s#)", "s", "s*", "l"):
        for how in (PLAIN, VA_PLAIN, STACK_PLAIN, VA_CLEAN, STACK_CLEAN):
            parse(format, ("a",) if format[0] == "(" else b"a" if format[0] in "yw" else "a", how=how)
    parse("z#", None, how=PLAIN)
    parse("s#", 1, how=PLAIN)
    parse("y#", 1, how=PLAIN)


def counts():
    for format in ("", ":f", ";message", "i", "i:f", "i;message", "ii", "i|i", "i|i:f", "i|ii;message", "|i", "|", "O|:f"):
        for args in ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)):
            for how in (CLEAN, STACK_CLEAN):
                parse(format, *args, how=how)
    parse("i:" + "f" * 300)
    parse("i;" + "m" * 300)
    parse("i:f;g")
    parse("i;f:g")
    check("not a tuple", parse_formats.tuple, "i", [1], CLEAN, -1)
    check("not a tuple, va", parse_formats.tuple, "i", [1], VA_PLAIN, -1)


def wrong_types():
    for suffix in ("", ":f", ";message", ":" + "f" * 300, ";" + "m" * 300, ":f;g", ":"):
        parse("is" + suffix, 1, 2)
        parse("is" + suffix, "a", "b")
        parse("ic" + suffix, 1, AVeryLongNameForAClassThatDoesNotFitIntoTheFiftyBytesOfAMessage())
        parse("(i(is))" + suffix, (1, (2, 3)))
        parse("w" + suffix, 1)


def bad_formats():
    for format in ("x", "i?", "?i", "i i", "i,i", "i$", "$i", "i|$i", "j", "O?", "s!", "i|?", "i*", "1", "|1"):
        for args in ((), (1,), (1, 2)):
            parse(format, *args)


def nested():
    parse("(ii)", (1, 2))
    parse("(ii)", [1, 2])
    parse("(ii)", "ab")
    parse("(ii)", b"ab")
    parse("(ii)", {0: 1, 1: 2})
    parse("(OO)", "ab")
    parse("(OO)", range(2))
    parse("(O!i)", Sequence(2))
    for value in (1, None, (1,), (1, 2, 3), (), b"", Sequence(2, 0), Sequence(2, 1), Sequence(-1), {1, 2}, iter({1: 2})):
        check(f"tuple '(ii)' {type(value).__name__} {value if isinstance(value, tuple) else ''}",
              parse_formats.tuple, "(ii)", (value,), CLEAN, -1)
    parse("i(i(i(ii)i)i)i", 1, (2, (3, (4, 5), 6), 7), 8)
    for wrong in range(4):
        inner = [(4, 5), (4,), (4, "5"), 9][wrong]
        parse("i(i(i(ii)i)i)i", 1, (2, (3, inner, 6), 7), 8)
    parse("()", ())
    parse("()", (1,))
    parse("(())", ((),))
    parse("(i)|(i)", (1,))
    parse("(i)|(i):f", (1,), (2, 3))
    parse("(i)(i)", (1,), ("x",))
    parse("((((((((s))))))))", ((((((((1,),),),),),),),))
    parse("(" * 25 + "s" + ")" * 25, eval("(" * 25 + "1" + ",)" * 25))


def old_style():
    for format in ("", ":f", "i", "i:f", "i;message", "s", "(ii)", "(ii):f", "ii", "i|i", "|i", "s#", "O!", "O&", "x"):
        for how in (CLEAN, PLAIN):
            check(f"object {format!r} nothing {how}", parse_formats.object, format, how)
            for value in (1, "text", (1, 2), (1, "b"), (1,), None, "fail"):
                check(f"object {format!r} {value!r} {how}", parse_formats.object, format, how, value)
    for value in (((1, 2), 3), ((1, "x"), 3), ((1, 2), "x"), ((1,), 3)):
        check(f"object '((ii)i)' {value!r}", parse_formats.object, "((ii)i):f", CLEAN, value)
    parse_formats.log.clear()


KEYWORD_CALLS = [
    ((), None), ((), {}), ((1,), None), ((1, 2), None), ((1, 2, 3), None), ((1, 2, 3, 4), None), ((1, 2, 3, 4, 5), None),
    ((), {"a": 1}), ((), {"b": 2}), ((), {"c": 3}), ((), {"a": 1, "b": 2}), ((), {"c": 3, "a": 1, "b": 2}),
    ((1,), {"a": 1}), ((1,), {"b": 2}), ((1,), {"c": 3}), ((1,), {"d": 4}), ((1,), {"b": 2, "c": 3}), ((1,), {"z": 9}),
    ((1, 2), {"c": 3}), ((1, 2), {"b": 2}), ((1, 2), {"z": 9}), ((1, 2, 3), {"z": 9}), ((1, 2, 3), {"c": 9}),
    ((1,), {"": 9}), ((), {"": 9, "b": 2}), (("x",), None), ((), {"a": "x"}), ((1,), {"b": "x"}), ((1,), {1: 2}),
    ((1,), {"caf\xe9": 2}), ((1, 2), {"b": 2, "z": 9}), ((), {"a": 1, "z": 9}),
]  # fmt: skip

KEYWORD_FORMATS = [
    ("iii", "abc"), ("iii:f", "abc"), ("iii;message", "abc"), ("i|ii:f", "abc"), ("|iii:f", "abc"), ("ii$i:f", "abc"),
    ("i$ii:f", "abc"), ("$iii:f", "abc"), ("i|i$i:f", "abc"), ("|i$ii:f", "abc"), ("|$iii:f", "abc"), ("i|$ii:f", "abc"),
    ("iii:f", ["", "b", "c"]), ("i|ii:f", ["", "b", "c"]), ("|iii:f", ["", "", "c"]), ("ii$i:f", ["", "", "c"]),
    ("i|i$i:f", ["", "", "c"]), ("iii:f", ["", "", ""]), ("ii|i:f", ["", "", ""]), ("i:f", "a"), ("|i:f", "a"), ("", ""),
    (":f", ""), ("$i:f", "a"), ("|$i", "a"), ("i|s#O!O&:f", "abcd"), ("i|es#(ii)s*:f", "abcd"),
]  # fmt: skip

BROKEN_KEYWORDS = [
    ("i|i|i", "abc"), ("i$i|i", "abc"), ("i$i$i", "abc"), ("$ii", ["", "b"]), ("i$ii", ["", "", "c"]), ("ii", "abc"),
    ("iii", "ab"), ("i|ii", "ab"), ("ii$i", "ab"), ("iii", ["a", "", "c"]), ("i(i", "ab"), ("i)i", "ab"), ("ii)", "abc"),
    ("i|xi", "abc"), ("i|e", "ab"), ("i|(ii", "ab"), ("i|(i:f", "ab"), ("i|s!", "ab"), ("|s#", "a"), ("i|s#i", "abc"),
    ("ii;a:b", "ab"), ("", "a"), ("i|:f", "a"), ("i$:f", "a"), ("i$|", "a"), ("i i", "ab"), ("i|ex", "ab"), ("i", ""),
]  # fmt: skip


def keyword_arguments():
    for (format, names), (args, keywords) in itertools.product(KEYWORD_FORMATS, KEYWORD_CALLS):
        names = tuple(names)
        label = f"{format!r} {names} {args} {keywords}"
        check(f"keywords {label}", parse_formats.keywords, format, names, args, keywords, CLEAN)
        if format:
            for how in (CLEAN, STACK_CLEAN):
                check(f"fast {label} {how}", parse_formats.fast, format, names, args, keywords, how)
    for (format, names), call in itertools.product(BROKEN_KEYWORDS, [((), None), ((1,), None), ((1,), {"c": 3}), ((1, 2), {})]):
        names = tuple(names)
        label = f"{format!r} {names} {call}"
        check(f"keywords {label}", parse_formats.keywords, format, names, *call, CLEAN)
        check(f"fast {label}", parse_formats.fast, format, names, *call, CLEAN)
    for how in (PLAIN, VA_CLEAN, VA_PLAIN):
        for call in (((1,), {"c": 3}), (("x",), {}), ((), {"b": 2}), ((1,), {"b": "text"}), ((1,), None)):
            label = f"{call} {how}"
            check(f"keywords 'i|s#i' {label}", parse_formats.keywords, "i|s#i", tuple("abc"), *call, how)
            check(f"fast 'i|s#i' {label}", parse_formats.fast, "i|s#i", tuple("abc"), *call, how)
    check("fast plain stack", parse_formats.fast, "i|s#i", tuple("abc"), (1,), {"b": "text"}, STACK_PLAIN)
    check("list of arguments", parse_formats.keywords, "i", ("a",), [1], None, CLEAN)
    check("list of keywords", parse_formats.keywords, "i", ("a",), (1,), [], CLEAN)
    check("fast list of arguments", parse_formats.fast, "i", ("a",), [1], None, CLEAN)
    long = "f" * 300
    check("long name", parse_formats.keywords, "i:" + long, ("a",), (), None, CLEAN)
    check("fast long name", parse_formats.fast, "i:" + long, ("a",), (1, 2), None, CLEAN)
    check("lone surrogate", ascii_message, parse_formats.keywords, "i|i", ("a", "b"), (1,), {"\udc80": 2}, CLEAN)
    check("fast lone surrogate", ascii_message, parse_formats.fast, "i|i", ("a", "b"), (1,), {"\udc80": 2}, CLEAN)
    check("non-ASCII name", parse_formats.keywords, "i|i:f", ("a", "caf\xe9"), (1,), {"caf\xe9": 2}, CLEAN)
    check("missing non-ASCII name", parse_formats.keywords, "ii:f", ("a", "caf\xe9"), (1,), None, CLEAN)
    check("fast non-ASCII name", parse_formats.fast, "i|i:f", ("a", "caf\xe9"), (1,), {"caf\xe9": 2}, CLEAN)
    check("str subclass", parse_formats.fast, "i|i:f", ("a", "b"), (1,), {Text("b"): 2}, STACK_CLEAN)
    for format, names in KEYWORD_FORMATS + BROKEN_KEYWORDS:
        if format:
            check(f"state {format!r} {tuple(names)}", parse_formats.parser_state, format, tuple(names))
    parse_formats.log.clear()


def unpacking_keywords():
    for minpos, maxpos, minkw, names in (
        (3, 3, 0, "abc"), (1, 3, 0, "abc"), (0, 3, 0, "abc"), (0, 0, 0, "abc"), (1, 1, 2, "abc"), (1, 2, 1, "abc"),
        (0, 2, 1, "abc"), (1, 2, 0, ["", "b", "c"]), (2, 3, 0, ["", "", "c"]), (1, 3, 0, ["", "", ""]), (0, 0, 1, "a"),
    ):  # fmt: skip
        for args, keywords in KEYWORD_CALLS:
            for stack in (False, True):
                for function in ("f", None):
                    check(
                        f"unpack {minpos} {maxpos} {minkw} {tuple(names)} {args} {keywords} {stack} {function}",
                        parse_formats.unpack_keywords,
                        function, tuple(names), args, keywords, stack, minpos, maxpos, minkw, -1,
                    )  # fmt: skip


def unpacking_rest():
    calls = [call for call in KEYWORD_CALLS if len(call[0]) + len(call[1] or ()) <= 4]
    for minpos, maxpos, minkw, vararg, names in (
        (0, 0, 0, 0, "abc"), (0, 0, 2, 0, "abc"), (1, 1, 0, 1, "abc"), (1, 1, 1, 1, "abc"), (2, 2, 0, 2, "abc"),
        (1, 1, 0, 1, ["", "b", "c"]), (2, 2, 1, 2, ["", "b", "c"]), (0, 0, 0, 0, ""), (1, 1, 0, 1, "a"),
    ):  # fmt: skip
        for args, keywords in calls:
            # CPython 3.11 writes keyword arguments for the parameters before the rest to the wrong place.
            if len(args) < vararg:
                continue
            check(
                f"rest {minpos} {maxpos} {minkw} {vararg} {tuple(names)} {args} {keywords}",
                parse_formats.unpack_keywords,
                "f", tuple(names), args, keywords, False, minpos, maxpos, minkw, vararg,
            )  # fmt: skip


def plain_unpacking():
    for name in ("f", None, "f" * 300):
        for low, high in ((0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (2, 4)):
            for args in ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4, 5)):
                for array in (False, True):
                    label = f"unpack {name and name[:3]} {args} {low} {high} {array}"
                    check(label, parse_formats.unpack, name, args, low, high, array)
    check("unpack a list", parse_formats.unpack, "f", [1], 1, 1, False)


def small_checks():
    for which in ("NoKeywords", "NoPositional", "NoKwnames"):
        check(f"{which} NULL", parse_formats.small, which)
        for value in ((), (1,), {}, {"a": 1}):
            if which != "NoKwnames" or isinstance(value, tuple):
                check(f"{which} {value!r}", parse_formats.small, which, value)
    for value in ({}, {"a": 1}, {1: 2}, {"a": 1, None: 2}, [], {Text("a"): 1}):
        check(f"Validate {value!r}", parse_formats.small, "Validate", value)
    for value in (1, None, AVeryLongNameForAClassThatDoesNotFitIntoTheFiftyBytesOfAMessage()):
        check(f"BadArgument {value!r}", parse_formats.small, "BadArgument", value)
    for name in ("f", None):
        for numbers in ((0, 0, 0), (0, 1, 1), (2, 1, 1), (0, 1, 2), (3, 1, 2), (1, 2, 2), (1, 0, 0), (0, 2, 3)):
            check(f"CheckPositional {name} {numbers}", parse_formats.small, "CheckPositional", name, *numbers)


integers()
floats()
characters_and_truth()
texts()
encodings()
objects()
clean_up()
size_t_clean()
counts()
wrong_types()
bad_formats()
nested()
old_style()
keyword_arguments()
unpacking_keywords()
unpacking_rest()
plain_unpacking()
small_checks()
