"""yarl: URLs taken apart, joined, quoted and changed."""

import copy
import pickle

import yarl
from checks import check, check_type
from yarl import URL, _quoting, _quoting_c

check("binary", lambda: _quoting_c.__file__.rpartition("/")[2])
check("in use", lambda: (_quoting._Quoter is _quoting_c._Quoter, _quoting._Unquoter is _quoting_c._Unquoter))
quoters = {
    "plain": _quoting_c._Quoter(),
    "safe": _quoting_c._Quoter(safe="/?", protected="/"),
    "query": _quoting_c._Quoter(qs=True, requote=True),
    "again": _quoting_c._Quoter(requote=False),
}
TEXTS = ["", "plain", "a b+c", "é€\U0001f600", "100%", "%41%zz%e2%82%ac", "a/b?c=d&e", "%2F%2f", "\ud800", "x" * 9000 + "é"]
for label, quoter in quoters.items():
    for text in TEXTS:
        check(f"quote {label} {text[:8]!a}", lambda: (lambda q: (len(q), q[-40:]))(quoter(text)))
unquoters = {"plain": _quoting_c._Unquoter(), "kept": _quoting_c._Unquoter(qs=True, ignore="/"), "query": _quoting_c._Unquoter(qs=True), "ignore": _quoting_c._Unquoter(ignore="%")}
for label, unquoter in unquoters.items():
    for text in ["", "plain", "a%20b+c", "%E2%82%AC", "%e2%82", "%zz%", "%2F%25", "é%C3%A9", "%"]:
        check(f"unquote {label} {text!r}", unquoter, text)
check("None", lambda: (quoters["plain"](None), unquoters["plain"](None)))
check_type("int", lambda: quoters["plain"](5))
check_type("bytes", lambda: unquoters["plain"](b"x"))
check("subclass", lambda: quoters["plain"](type("Text", (str,), {})("a b")))

url = URL("https://user:p%40ss@example.org:8443/a%20b/c.tar.gz?q=1&q=2&é=ü#frag ment")
for name in (
    "scheme user password host port explicit_port raw_host authority raw_path path raw_query_string query_string fragment raw_fragment "
    "parts raw_parts name raw_name suffix suffixes parent query raw_authority host_subcomponent path_qs raw_user raw_password"
).split():
    check(name, lambda: getattr(url, name))
check("str", lambda: (str(url), repr(url), url.human_repr(), bool(url), hash(url) == hash(URL(str(url)))))
for label, change in {
    "div": lambda: url / "x y" / "z",
    "div slash": lambda: url / "a/b",
    "mod": lambda: url % {"new": 1},
    "with_scheme": lambda: url.with_scheme("http"),
    "with_user": lambda: url.with_user(None),
    "with_password": lambda: url.with_password("n:w"),
    "with_host": lambda: url.with_host("ünïcode.example"),
    "with_port": lambda: url.with_port(None),
    "with_path": lambda: url.with_path("/p q"),
    "with_query": lambda: url.with_query([("a", "1"), ("a", "b c")]),
    "with_query keywords": lambda: url.with_query(a=1, b="é"),
    "update_query": lambda: url.update_query({"q": "3"}),
    "extend_query": lambda: url.extend_query(q="3"),
    "without": lambda: url.without_query_params("q"),
    "with_fragment": lambda: url.with_fragment(None),
    "with_name": lambda: url.with_name("new.txt"),
    "with_suffix": lambda: url.with_suffix(".zip"),
    "joinpath": lambda: url.joinpath("..", "up", encoded=False),
    "join": lambda: [url.join(URL(other)) for other in ("../x", "//host/y", "?z=1", "#f", "")],
    "origin": lambda: url.origin(),
    "relative": lambda: url.relative(),
    "build": lambda: URL.build(scheme="http", host="h", port=80, path="/p", query={"k": "v w"}, fragment="f"),
    "default port": lambda: (URL("http://h:80/").is_default_port(), URL("http://h:81/").is_default_port(), URL("http://h").port),
    "absolute": lambda: (url.absolute, URL("/rel").absolute),
    "ipv6": lambda: (URL("http://[::1]:80/").host, str(URL("http://[::1]:80/"))),
    "idna": lambda: (URL("http://bücher.example").raw_host, URL("http://xn--bcher-kva.example").host),
    "encoded": lambda: URL("http://h/%zz a", encoded=True).raw_path,
    "dots": lambda: str(URL("http://h/a/../b/./c")),
    "order": lambda: sorted([URL("http://b"), URL("http://a/z"), URL("http://a")]),
    "equal": lambda: (URL("http://a") == URL("http://a/"), url != 5, URL("a") == "a"),
}.items():
    check(label, change)
for label, wrong in {
    "port": lambda: URL("http://h:port/"),
    "big port": lambda: URL("http://h:99999/"),
    "type": lambda: URL(5),
    "bytes": lambda: URL(b"http://h"),
    "scheme": lambda: URL("/rel").with_scheme("x"),
    "host": lambda: url.with_host(""),
    "query": lambda: url.with_query({"a": object()}),
    "nan": lambda: url.with_query({"a": float("nan")}),
    "bool": lambda: url.with_query({"a": True}),
    "name": lambda: url.with_name("a/b"),
    "order": lambda: url < 5,
    "build": lambda: URL.build(host="h", authority="h"),
    "attribute": lambda: setattr(url, "new", 1),
    "origin": lambda: URL("/rel").origin(),
    "ipv6": lambda: URL("http://[::1/"),
}.items():
    check_type(f"wrong {label}", wrong)
check("copies", lambda: (pickle.loads(pickle.dumps(url)) == url, copy.copy(url) == url, copy.deepcopy(url) == url))
check("query", lambda: (url.query.getall("q"), url.query["é"], type(url.query).__name__))
check("cache", lambda: sorted(yarl.cache_info()))
check("many", lambda: len({URL(f"http://host{i % 100}.example/path {i}?q={i}") for i in range(3000)}))
