"""MarkupSafe as a template engine uses it: escaping, Markup arithmetic, formatting, subclasses."""

import copy
import pickle

import markupsafe
from checks import check, check_type
from markupsafe import EscapeFormatter, Markup, _speedups, escape, escape_silent, soft_str

check("binary", lambda: _speedups.__file__.rpartition("/")[2])
check("in use", lambda: markupsafe._escape_inner is _speedups._escape_inner)


class Html:
    def __html__(self):
        return "<b>own</b>"


class Text:
    def __str__(self):
        return "<text & more>"


class Broken:
    def __html__(self):
        raise ValueError("no html")


class BrokenText:
    def __str__(self):
        raise KeyError("no text")


class Name(str):
    """A subclass of str is escaped like a str."""


class Safe(Markup):
    """A subclass of Markup keeps its type."""


inputs = {
    "empty": "",
    "plain": "nothing to do",
    "all": "<>&'\"",
    "repeated": "&&&<<<>>>'''\"\"\"",
    "latin": "é<ü>ß&",
    "wide": "Ω<ж>漢&",
    "astral": "𝄞<😀>&\U0010ffff",
    "nul": "a\0<b",
    "surrogate": "\ud800<\udfff",
    "int": 42,
    "float": 1.5,
    "none": None,
    "bool": True,
    "list": ["<", "&"],
    "bytes": b"<bytes>",
    "html": Html(),
    "text": Text(),
    "markup": Markup("<i>"),
    "str subclass": Name("<n>"),
}
for label, value in inputs.items():
    check(f"escape {label}", lambda value=value: ascii(escape(value)))
    check(f"silent {label}", lambda value=value: ascii(escape_silent(value)))
    check(f"type {label}", lambda value=value: type(escape(value)).__name__)
    if isinstance(value, str):
        check(f"inner {label}", lambda value=value: ascii(_speedups._escape_inner(value)))
check("inner nothing", lambda: type(_speedups._escape_inner("x")).__name__)
check_type("inner no argument", _speedups._escape_inner)
check("broken html", escape, Broken())
check("broken text", escape, BrokenText())

for size in (1, 2, 3, 255, 256, 10_000, 100_000):
    for unit in ("a", "<", "é&", "漢'", '😀"'):
        result = escape(unit * size)
        check(f"size {size} {ascii(unit)}", lambda: (len(result), result.count("&"), ascii(result[-9:])))
check("only long replacements", lambda: len(escape("'" * 5000 + '"' * 5000)))
check("many", lambda: sum(len(escape(f"<{i}>")) for i in range(20_000)))

check("add", lambda: Markup("<b>") + "<i>" + Markup("</b>"))
check("radd", lambda: "<i>" + Markup("<b>"))
check("mul", lambda: Markup("<") * 3)
check("rmul", lambda: 2 * Markup("&amp;"))
check("mod", lambda: Markup("<a href='%s'>%s</a> %d %5.2f") % ("?a&b", Text(), 3, 2.5))
check("mod dict", lambda: Markup("%(a)s %(b)r") % {"a": "<a>", "b": "<b>"})
check("mod html", lambda: Markup("[%s]") % Html())
check("format", lambda: Markup("<p>{0} {name} {0:>6}</p>").format("<x>", name=Html()))
check("format attribute", lambda: Markup("{0.real} {1[k]}").format(5, {"k": "<v>"}))
check("format_map", lambda: Markup("{x}").format_map({"x": "'"}))
check("format spec", lambda: f"{Markup('<b>'):>6}")
check_type("html with spec", lambda: Markup("{0:x}").format(Html()))
check("formatter", lambda: EscapeFormatter(escape).format("{0}", "<"))
check("join", lambda: Markup("<br>").join(["<a>", Markup("<b>"), 3]))
check("split", lambda: Markup("a,b,<c>").split(","))
check("rsplit", lambda: Markup("a b c").rsplit(None, 1))
check("splitlines", lambda: Markup("a\nb\r\n").splitlines(True))
check("partition", lambda: Markup("a=b=c").partition("="))
check("rpartition", lambda: Markup("a=b=c").rpartition("="))
check("replace", lambda: Markup("<b>").replace("b", "<>"))
check("slice", lambda: (Markup("<abc>")[1:-1], Markup("<abc>")[0], type(Markup("abc")[1]).__name__))
check("case", lambda: [getattr(Markup("<Ab>"), name)() for name in ("upper", "lower", "title", "swapcase", "casefold")])
check("pad", lambda: (Markup("a").center(5, "-"), Markup("a").ljust(3), Markup("a").rjust(3, "+"), Markup("7").zfill(3)))
check("strip", lambda: (Markup(" <a> ").strip(), Markup("xxa").lstrip("x"), Markup("axx").rstrip("x")))
check("affix", lambda: (Markup("<b>x").removeprefix("<b>"), Markup("x</b>").removesuffix("</b>")))
check("tabs", lambda: Markup("a\tb").expandtabs(4))
check("translate", lambda: Markup("abc").translate({97: "<", 98: None}))
check("unescape", lambda: Markup("&lt;&#39;&eacute;&copy;&amp;amp;").unescape())
check("striptags", lambda: Markup("<p>a <!-- c --> <b>b</b>&nbsp;c</p>").striptags())
check("decode", lambda: Markup(b"<\xc3\xa9>", "utf-8"))
check("of html", lambda: Markup(Html()))
check("class escape", lambda: (Markup.escape("<"), type(Safe.escape("<")).__name__, type(Safe("<") + "&").__name__))
check("soft_str", lambda: (soft_str("<"), type(soft_str(Markup("<"))).__name__, soft_str(5)))
check("equal", lambda: (Markup("a") == "a", Markup("a") != "b", Markup("a") < "b", Markup("a") in {"a": 1}))
check("pickle", lambda: [pickle.loads(pickle.dumps(Markup("<é>"), p)) for p in range(pickle.HIGHEST_PROTOCOL + 1)])
check("copy", lambda: (copy.copy(Markup("<")), copy.deepcopy([Markup("&")])))
