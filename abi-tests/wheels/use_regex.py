"""regex: what re does and what it does not: captures of every repeat, sets, recursion, fuzzy matching, partial matches, timeouts."""

import copy
import pickle
import threading

import regex
from checks import check, check_type
from regex import _regex

check("binary", lambda: _regex.__file__.rpartition("/")[2])
check("types", lambda: (type(regex.compile("a")).__name__, type(regex.match("a", "a")).__name__, regex.DEFAULT_VERSION))

TEXT = "The quick brown fox jumps over the lazy dog; THE END. é€\U0001f600 2024-05-17"
for label, call in {
    "search": lambda: regex.search(r"(?P<word>q\w+)\s(\w+)", TEXT),
    "match": lambda: regex.match(r"quick", TEXT),
    "fullmatch": lambda: regex.fullmatch(r".*", TEXT),
    "findall": lambda: regex.findall(r"\b(\w)(\w*)\b", TEXT)[:4],
    "findall overlapped": lambda: regex.findall(r"\w{3}", "abcdef", overlapped=True),
    "finditer": lambda: [(m.span(), m[0]) for m in regex.finditer(r"(?i)the", TEXT)],
    "split": lambda: regex.split(r"(;|\.)\s", TEXT, maxsplit=1),
    "splititer": lambda: list(regex.splititer(r"\s+", TEXT))[:5],
    "sub": lambda: regex.sub(r"(?P<first>\w)(\w+)", r"\2\g<first>", TEXT, count=3),
    "sub function": lambda: regex.sub(r"\d+", lambda m: str(int(m[0]) + 1), TEXT),
    "subn": lambda: regex.subn(r"o", "0", TEXT),
    "subf": lambda: regex.subf(r"(\w+) (\w+)", "{2} {1}", "hello world"),
    "escape": lambda: (regex.escape("a.b*c [d]"), regex.escape("a b", literal_spaces=True)),
    "bytes": lambda: regex.findall(rb"\w+", b"some bytes \xff"),
    "bytearray": lambda: regex.search(rb"b+", bytearray(b"aabbcc")).span(),
    "properties": lambda: regex.findall(r"\p{Lu}|\p{Emoji}", TEXT),
    "sets": lambda: regex.findall(r"(?V1)[[a-z]--[aeiou]]+", "education"),
    "possessive": lambda: regex.match(r"a++a", "aaa"),
    "atomic": lambda: regex.match(r"(?>a*)b", "aaab")[0],
    "lookbehind": lambda: regex.findall(r"(?<=\b\w{1,3}\s)\w+", TEXT),
    "recursion": lambda: regex.search(r"\((?:[^()]++|(?R))*\)", "x(a(b)(c(d)))y")[0],
    "subroutine": lambda: regex.search(r"(?P<pair>\d\d)-(?&pair)", "12-34").groups(),
    "branch reset": lambda: regex.match(r"(?|(a)|(b))(c)", "bc").groups(),
    "fuzzy": lambda: (lambda m: (m[0], m.fuzzy_counts, m.fuzzy_changes))(regex.search(r"(?:quick){e<=2}", "the qick fox")),
    "best": lambda: regex.search(r"(?b)(?:brown){e}", TEXT)[0],
    "named list": lambda: regex.findall(r"\b\L<words>\b", TEXT, words=["fox", "dog", "cat"]),
    "keep": lambda: regex.search(r"qu\Kick", TEXT)[0],
    "reverse": lambda: regex.findall(r"(?r)\w+", "one two three"),
    "partial": lambda: (lambda m: (m.partial, m[0]))(regex.fullmatch(r"\d{4}-\d\d", "2024-", partial=True)),
    "grapheme": lambda: regex.findall(r"\X", "e\u0301a"),
    "casefold": lambda: regex.fullmatch(r"(?if)stra\N{LATIN SMALL LETTER SHARP S}e", "STRASSE") is not None,
    "word boundary": lambda: regex.split(r"(?V1)\b", "two words"),
    "positions": lambda: regex.compile("o").findall(TEXT, 10, 30),
    "concurrent": lambda: regex.search("dog", TEXT, concurrent=True)[0],
}.items():
    check(label, call)

m = regex.match(r"(?:(?P<key>\w)(\d)?,)+", "a1,b,c3,")
for label, read in {
    "captures": lambda: (m.captures(1), m.captures("key", 2), m.capturesdict(), m.allcaptures()),
    "group": lambda: (m.group(), m[1], m["key"], m.group(1, 2), m.groups("none"), m.groupdict()),
    "spans": lambda: (m.span(1), m.spans(1), m.starts(2), m.ends(2), m.regs, m.allspans()),
    "rest": lambda: (m.lastindex, m.lastgroup, m.pos, m.endpos, m.string, m.re.pattern),
    "expand": lambda: (m.expand(r"<\1\g<key>>"), m.expandf("{key[0]}-{key[1]}")),
    "repr": lambda: repr(m),
    "bool": lambda: bool(m),
    "copies": lambda: (copy.copy(m)[0], copy.deepcopy(m).captures(1)),
    "detached": lambda: (m.detach_string(), m.string, m[1]),
}.items():
    check(f"match {label}", read)
for label, wrong in {
    "group": lambda: m[5],
    "name": lambda: m["none"],
    "type": lambda: m[1.5],
    "captures": lambda: m.captures(9),
}.items():
    check(f"match wrong {label}", wrong)

p = regex.compile(r"(?P<a>x)(y)", regex.I | regex.V1)
check("pattern", lambda: (p.pattern, p.flags, p.groups, p.groupindex, p.named_lists, repr(p)))
check("pattern copies", lambda: (copy.copy(p) == p, pickle.loads(pickle.dumps(p)) == p, hash(p) == hash(regex.compile(r"(?P<a>x)(y)", regex.I | regex.V1))))
check("scanner", lambda: (s := p.scanner("xyXY")) and [found and found.span() for found in (s.search(), s.match(), s.search())])
for pattern in ("(", "[a", "a{2,1}", "(?P<1>x)", r"\p{None}", "(?P<a>x)(?P<a", "*a", r"\1", "(?&none)", "(?<!", r"\N{NOTHING}"):
    try:
        regex.compile(pattern)
        print(f"compiled {pattern}")
    except regex.error as error:
        print(f"error {pattern}: {error.msg} {error.pos} {error.lineno} {error.colno}")
check("mixed", lambda: regex.search(b"a", "a"))
check("mixed again", lambda: regex.search("a", b"a"))
check("type", lambda: regex.search("a", 5))
check_type("compile type", lambda: regex.compile(5))
check("callback raises", lambda: regex.sub("a", lambda m: 1 / 0, "banana"))
check("template", lambda: regex.sub("a", r"\9", "a"))
check("timeout", lambda: regex.fullmatch(r"(?:(?:a|aa)+)+b", "a" * 60, timeout=0.05))
check("unknown", lambda: regex.search("a", "a", unknown=[1]))
regex.purge()
results = {}


def work(n):
    pattern = regex.compile(rf"(\w+?){n}(\d*)")
    results[n] = sum(len(pattern.findall(f"word{n}{i} other{n}")) for i in range(500))


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
check("threads", lambda: sorted(results.items()))
big = " ".join(f"key{i}=value{i};" for i in range(20_000))
check("large", lambda: (len(pairs := regex.findall(r"(\w+)=(\w+);", big)), pairs[-1]))
check("large sub", lambda: len(regex.sub(r"=(\w+);", lambda m: m[1][::-1], big)))
