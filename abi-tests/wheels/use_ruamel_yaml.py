"""ruamel.yaml with its C library: the safe loader and dumper, and the round trip beside them."""

import io
import sys

import _ruamel_yaml
import ruamel.yaml
from checks import check, check_type
from ruamel.yaml import YAML

check("binary", lambda: _ruamel_yaml.__file__.rpartition("/")[2])
check("in use", lambda: (ruamel.yaml.__with_libyaml__, YAML(typ="safe").Parser.__name__, YAML(typ="safe").Emitter.__name__, YAML(typ="rt").Parser.__name__))
check("version", lambda: (_ruamel_yaml.get_version(), _ruamel_yaml.get_version_string()))

DOCUMENT = """\
# settings
service: &base
  name: "web \\u20ac"   # a name
  ports: [80, 443, 0x1F, 0o17]
  ratio: 0.5
  flag: true
  none: ~
  folded: >
    two lines
    become one
copy:
  <<: *base
  name: other
list:
- a
- {b: 1, c: [2, 3]}
"""
safe = YAML(typ="safe")


def dump(value, **options):
    yaml = YAML(typ="safe")
    for name, option in options.items():
        setattr(yaml, name, option)
    target = io.StringIO()
    yaml.dump(value, target)
    return target.getvalue()


check("load", safe.load, DOCUMENT)
check("load bytes", lambda: safe.load(DOCUMENT.encode()) == safe.load(DOCUMENT))
check("load file", lambda: safe.load(io.StringIO(DOCUMENT)) == safe.load(DOCUMENT))
check("load all", lambda: list(safe.load_all("--- 1\n--- [2]\n")))
check("empty", lambda: safe.load(""))
check("values", lambda: safe.load("[0o14, 014, 1e3, .inf, yes, true, 12:30, '1', 1_000, 0b11]"))
for label, text in {
    "tab": "a:\n\t- b",
    "bracket": "a: [1, 2",
    "indent": "a: 1\n b: 2",
    "alias": "*nothing",
    "tag": "!unknown 5",
    "quote": '"open',
    "duplicate": "a: 1\na: 2",
    "control": "a\0b",
}.items():
    check_type(f"error {label}", lambda: safe.load(text))
try:
    safe.load("a: 1\nb: [1,\nc: }")
except ruamel.yaml.error.MarkedYAMLError as error:
    check("mark", lambda: (type(error).__name__, error.problem, error.problem_mark.line, error.problem_mark.column))
for label, value in {
    "scalars": [None, True, 1, 1.5, "text", "yes", "1", "", "é", "two\nlines", b"bytes"],
    "nested": {"a": [1, {"b": [2, [3]]}], "empty": [{}, []]},
    "long": "word " * 40,
    "set": {"x"},
}.items():
    check(f"dump {label}", dump, value)
    check(f"again {label}", lambda: safe.load(dump(value)) == value)
for label, options in {
    "flow": {"default_flow_style": True},
    "block": {"default_flow_style": False},
    "indent": {"map_indent": 6, "width": 30},
    "unicode": {"allow_unicode": False},
    "start": {"explicit_start": True, "explicit_end": True},
}.items():
    check(f"option {label}", lambda: dump({"z": ["é", 1], "a": {"k": "v w " * 10}}, **options))
check_type("object", lambda: dump(object()))
shared = [1]
check("aliases", lambda: dump({"a": shared, "b": shared}))


@ruamel.yaml.yaml_object(safe)
class Point:
    yaml_tag = "!point"

    def __init__(self, x, y):
        self.x, self.y = x, y


target = io.StringIO()
check("objects", lambda: (safe.dump({"p": Point(1, 2)}, target), target.getvalue(), vars(safe.load(target.getvalue())["p"])))
check("nodes", lambda: (lambda node: (node.tag, [key.value for key, _ in node.value]))(safe.compose("a: 1\nb: 2")))
parser = _ruamel_yaml.CParser("a: [1, &x 2]\nb: *x")
events = []
while (event := parser.get_event()) is not None:
    events.append((type(event).__name__, event.start_mark.line, event.end_mark.column, getattr(event, "value", None)))
check("events", lambda: events)
tokens = _ruamel_yaml.CParser("{a: 'b'}")
check("tokens", lambda: [type(token).__name__ for token in iter(tokens.get_token, None)])
check("broken file", lambda: _ruamel_yaml.CParser(type("Broken", (), {"read": lambda self, size: 1 / 0})()).get_event() and 0)
round_trip = YAML()
document = round_trip.load(DOCUMENT)
document["service"]["ports"].append(8080)
document.insert(1, "added", 5, comment="new")
check("round trip", lambda: round_trip.dump(document, sys.stdout))
big = [{"id": i, "name": f"name {i}", "tags": ["a", "b"], "ratio": i / 7} for i in range(1000)]
check("large", lambda: safe.load(dump(big)) == big)
