"""Drives strings.c with text of every width, lone surrogates and subclasses."""

import strings as c
from checks import check, check_all, check_type

check_all(c)


class Text(str):
    """A subclass of str."""


texts = {
    "empty": "",
    "one": "a",
    "ascii": "plain text",
    "nul": "a\0b",
    "latin": "caf\xe9 \xff",
    "two bytes": "Ω漢字\u20ac",
    "four bytes": "a😀\U0010ffff",
    "surrogate": "a\ud800b",
    "pair": "\ud83d\ude00",
    "subclass": Text("sub é"),
    "long ascii": "abc" * 1000,
    "long wide": "漢" * 1000,
    "sliced": ("😀abcdef")[1:4],
    "joined": "".join(["é", "x"]),
}
for label, text in texts.items():
    check(f"layout {label}", c.layout, text)
    check(f"ucs4 {label}", lambda: c.ucs4(text) == text)
    check(f"wide {label}", lambda: (found := c.wide(text))[:2] + (found[2] == text,))
    check_type(f"utf8 {label}", lambda: c.as_utf8(text)[:40])
    check_type(f"hash {label}", c.same_hash, text)
    for encoding in ("utf-8", "latin-1", "ascii", "utf-16-le", "utf-32-be", "cp1252", "unicode_escape"):
        if len(text) < 100:
            check_type(f"encode {label} {encoding}", c.encode, text, encoding)
            check_type(f"encode {label} {encoding} replace", c.encode, text, encoding, "replace")
check("encode surrogateescape", c.encode, "\udcff", "utf-8", "surrogateescape")
check("encode surrogatepass", c.encode, "\ud800", "utf-8", "surrogatepass")
check("encode ignore", c.encode, "aé漢", "ascii", "ignore")
check("encode xml", c.encode, "aé漢", "ascii", "xmlcharrefreplace")
check("encode error", c.encode, "aé", "ascii")
check("encode unknown", c.encode, "a", "no-such-codec")
check("encode no text", c.encode, b"a", "utf-8")
check("layout of bytes", lambda: c.as_utf8(b"a"))
for data, encoding, errors in (
    (b"abc", "ascii", None),
    (b"caf\xc3\xa9", "utf-8", None),
    (b"\xff\xfe", "utf-8", "replace"),
    (b"a\xffb", "utf-8", "surrogateescape"),
    (b"a\xffb", "utf-8", "backslashreplace"),
    (b"a\xffb", "ascii", "ignore"),
    (b"\xe9", "latin-1", None),
    (b"\xff\xfea\0", "utf-16", None),
    (b"\xed\xa0\x80", "utf-8", "surrogatepass"),
    (b"", "utf-8", None),
    (b"+AOk-", "utf-7", None),
    (b"a", "no-such-codec", None),
):
    check(f"decode {data!r} {encoding} {errors}", lambda: ascii(c.decode(data, encoding, errors)))
for data in (b"\xff", b"a\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\xc0\xaf"):
    check_type(f"decode bad {data!r}", c.decode, data, "utf-8")

for length in (0, 1, 2, 7, 100):
    for largest in (0x7F, 0xE9, 0x20AC, 0x1F600, 0x10FFFF):
        check(f"make {length} {largest:x}", lambda: (text := c.make(length, largest), len(text), c.layout(text)[:5])[1:])
check("make equals", lambda: (c.make(3, 0xE9) == "a\xe9c", c.make(2, 0x1F600), hash(c.make(2, 0x7A)) == hash("az")))
check("make as key", lambda: {"a\xe9c": "found"}[c.make(3, 0xE9)])
check("make too large", c.make, 1, 0x110000)
check("make negative", c.make, -1, 127)
for number in (0, 97, 0xFF, 0x100, 0xD800, 0xFFFF, 0x10000, 0x10FFFF, 0x110000, -1):
    check(f"ordinal {number}", lambda: ascii(c.ordinal(number)))

for text, part in (("hello world", "o"), ("漢字漢字", "字"), ("a😀b😀", "😀"), ("abc", "abcd"), ("aaa", "aa"), (Text("sub"), "b")):
    check(f"search {text} {part}", c.search, text, part)
check("search no text", c.search, b"a", "a")
check("split", c.split, "a,b\nc,,d e", ",")
check("split wide", c.split, "漢😀字😀", "😀")
check_type("split empty separator", c.split, "abc", "")
check("combine", c.combine, "abcabc", "b", ["x", "y", "é"])
check_type("combine no texts", c.combine, "a", "b", [1])
check_type("combine no list", c.combine, "a", "b", 5)
for text in ("name", "1name", "é_1", "", "a b", "class"):
    check(f"identifier {text!r}", c.identifier, text)
for character in "aZ5 é\u00a0ßΩ漢٣\u200b😀":
    check(f"classes {ascii(character)}", c.classes, character)
check("classes of two", c.classes, "ab")
