"""Drives codecs_and_writers.c with good and bad input of every kind."""

import codecs_and_writers as c
from checks import check, check_all, check_type

check_all(c)

for encoding, errors in (("utf-8", None), (None, None), ("latin-1", "replace"), ("ascii", "backslashreplace"), ("utf-16", None)):
    check(f"encode {encoding} {errors}", c.codec, "encode", "aé€😀", encoding, errors)
check("encode rot13", c.codec, "encode", "abc", "rot13", None)
check("encode hex", c.codec, "encode", b"abc", "hex", None)
check("decode utf-8", c.codec, "decode", b"a\xc3\xa9", "utf-8", None)
check("decode ignore", c.codec, "decode", b"a\xffb", "utf-8", "ignore")
check("decode bad", c.codec, "decode", b"a\xffb", "ascii", None)
check("decode nothing", c.codec, "decode", b"", "no-such-codec", None)
check("known", lambda: [c.codec("known", None, name, None) for name in ("utf-8", "hex", "no-such-codec")])
check("encoder", lambda: c.codec("Encoder", None, "utf-8", None)("é"))
check("incremental", c.codec, "incremental", b"a\xc3", "utf-8", "strict")
check_type("error handler", c.codec, "lookup", None, None, "no-such-handler")

for name in ("strict", "ignore", "replace", "xmlcharref", "backslash", "name"):
    check(f"{name} encode", c.handle_error, name, UnicodeEncodeError("ascii", "aé€b", 1, 3, "why"))
    check_type(f"{name} decode", c.handle_error, name, UnicodeDecodeError("ascii", b"a\xe9b", 1, 2, "why"))
    check_type(f"{name} other", c.handle_error, name, ValueError("no"))

for order in (-1, 0, 1):
    for data in (b"\xff\xfea\0b\0", b"\xfe\xff\0a\0b", b"a\0b\0", b"a\0b", b""):
        for partial in (False, True):
            check_type(f"utf-16 {order} {data} {partial}", c.wide_decode, data, 16, order, partial)
            check_type(f"utf-32 {order} {data} {partial}", c.wide_decode, data + b"\0\0\0\0", 32, order, partial)

for over in (0, 1):
    for parts in ((), ("one",), ("é",), ("a", "bc", "d"), (97, 0xE9, 0x20AC, 0x1F600), ("a" * 600, "é" * 300, b"\xff", "€"), ("", "x")):
        check(f"write {over} {ascii(parts)[:40]}", c.write_text, over, parts)
    for parts in ((), (b"abc",), (b"x" * 300, b"y" * 300, b"z"), (b"", b"\0")):
        check(f"write bytes {over} {parts!r:.30}", c.write_bytes, over, parts)

inf, nan = float("inf"), float("nan")
numbers = (0.0, -0.0, 1.0, -2.5, 0.1, 65504.0, 65519.99, 65520.0, 6e-8, 5.9e-8, 2.98e-8, 6.1e-5, 2048.5, 2049.0, 3.4e38, 3.5e38, 1e300, 5e-324)
for number in (*numbers, inf, -inf, nan):
    check(f"pack {number}", c.pack, number)

for text in ("0", "12", " -12x", "+7", "0x1F", "0b101", "0o17", "-0x8000000000000000", "9223372036854775808", "99999999999999999999", "zz", "", "-"):
    for base in (0, 2, 10, 16, 36, 1):
        check(f"parse {text!r} {base}", c.parse, text, base)

for number in (*numbers, 1e20, -1e20, 2.0**61, 2.0**61 - 2.0**10, inf, -inf):
    check(f"hash {number}", lambda: (c.hashes(number, b"bytes"), c.hashes(number, b"")[1], hash(number))[0])

for a in (0, 1, -1, 12, 10**9, 2**62, -(2**63), 2**64 + 2**11, 10**40, -(10**40), 2**1200 + 1):
    for b in (1, -3, 8, 2**70):
        check(f"integers {a} {b}", c.integers, a, b)
check("integers by zero", c.integers, 1, 0)

for value in (b"", b"a'b", b'a"b', b"'\"", b"\0\t\n\r\\\x7f\xff"):
    check(f"bytes {value}", c.bytes_of, value, b"a\\n\\x41\\101\\\\")
check("bad escape", c.bytes_of, b"", b"\\x4")

for a, b in (("abc", "ABC"), ("abc", "abd"), ("aBd", "abc"), ("", ""), ("a", ""), ("", "b"), ("ab", "abc"), ("abcd", "ABx")):
    check(f"alike {a!r} {b!r}", c.alike, a, b)
