"""PyYAML with libyaml: the C loaders and dumpers at every level, tags of one's own, and what they say about mistakes."""

import collections
import datetime
import io
import re

import yaml
from checks import check, check_type
from yaml import _yaml

check("binary", lambda: _yaml.__file__.rpartition("/")[2])
check("version", lambda: (yaml.__version__, yaml.__with_libyaml__, _yaml.get_version_string(), yaml.CSafeLoader.__mro__[1].__name__))

DOCUMENT = """\
%YAML 1.1
---
# a comment
service: &base
  name: "web \\u20ac"
  ports: [80, 443, 0x1F, 0o17, 1_000]
  ratio: 0.5
  big: 123456789012345678901234567890
  on: yes
  none: ~
  when: 2024-05-17
  at: 2024-05-17T10:20:30.5+02:00
  folded: >
    two lines
    become one
  literal: |+
    kept
      as it is

copy:
  <<: *base
  name: other
matrix:
- [1, 2]
- - a
  - b
set: !!set {x}
pairs: !!omap [a: 1, b: 2]
binary: !!binary aGVsbG8=
"é": ünï
? complex
: key
"""
safe = lambda text: yaml.load(text, Loader=yaml.CSafeLoader)
dump = lambda value, **options: yaml.dump(value, Dumper=yaml.CSafeDumper, **options)
loaded = safe(DOCUMENT)
for key, value in loaded.items():
    check(f"load {key}", lambda: value)
check("as in Python", lambda: loaded == yaml.safe_load(DOCUMENT))
for label, source in {"bytes": DOCUMENT.encode(), "utf-16": DOCUMENT.encode("utf-16"), "file": io.StringIO(DOCUMENT), "binary file": io.BytesIO(DOCUMENT.encode())}.items():
    check(f"from {label}", lambda: safe(source) == loaded)
check("all", lambda: list(yaml.load_all("--- 1\n--- [2]\n...\n---\n", Loader=yaml.CSafeLoader)))
check("empty", lambda: safe(""))
for label, text in {
    "tab": "a:\n\t- b",
    "bracket": "a: [1, 2",
    "indent": "a: 1\n b: 2",
    "colon": "a: b: c",
    "alias": "*nothing",
    "tag": "!unknown 5",
    "quote": '"open',
    "control": "a\0b",
    "key": "{[1]: 2}",
    "merge": "<<: 5",
    "directive": "%YAML 9.9\n--- x",
    "bytes": b"\xff\xfe\xfd",
    "anchor": "&a [*a, 1",
    "python": "!!python/object/apply:os.getcwd []",
}.items():
    check(f"error {label}", lambda: safe(text))
try:
    safe("a: 1\nb: [1,\nc: }")
except yaml.MarkedYAMLError as error:
    mark = error.problem_mark
    check("mark", lambda: (type(error).__name__, error.problem, mark.line, mark.column, mark.index, mark.name, mark.get_snippet()))
check_type("type", lambda: safe(5))
check("file raises", lambda: safe(type("Broken", (), {"read": lambda self, size: 1 / 0})()))

check("tokens", lambda: [type(token).__name__ for token in yaml.scan("a: [1, *b]", Loader=yaml.CLoader)])
check("events", lambda: [repr(event) for event in yaml.parse("&x a: !!int '5'", Loader=yaml.CLoader)])
check("event marks", lambda: [(event.start_mark.line, event.end_mark.column) for event in yaml.parse("a:\n  - b", Loader=yaml.CLoader)])
check("nodes", lambda: yaml.serialize(yaml.compose("a: [1, 2]", Loader=yaml.CLoader), Dumper=yaml.CDumper))
check("node", lambda: (lambda node: (node.tag, node.value[0][1].style, node.start_mark.line))(yaml.compose("k: 'v'", Loader=yaml.CLoader)))
check("emitted", lambda: yaml.emit(yaml.parse("a: [1, 'x']\n", Loader=yaml.CLoader), Dumper=yaml.CDumper))
check("wrong events", lambda: yaml.emit([yaml.StreamStartEvent(), yaml.ScalarEvent(None, None, (True, True), "x")], Dumper=yaml.CDumper))

VALUES = {
    "scalars": [None, True, 1, -1, 1.5, 1e100, float("inf"), "text", "yes", "1", "", "é", "two\nlines", b"bytes", 10**30],
    "nested": {"a": [1, {"b": [2, [3]]}], "empty": [{}, []]},
    "dates": [datetime.date(2024, 5, 17), datetime.datetime(2024, 5, 17, 1, 2, 3)],
    "set": {"x"},
    "long": "word " * 40,
}
for label, value in VALUES.items():
    check(f"dump {label}", dump, value)
    check(f"again {label}", lambda: safe(dump(value)) == value)
for label, options in {
    "flow": {"default_flow_style": True},
    "block": {"default_flow_style": False},
    "indent": {"indent": 6, "width": 30},
    "unicode": {"allow_unicode": True},
    "quoted": {"default_style": '"'},
    "explicit": {"explicit_start": True, "explicit_end": True, "version": (1, 1), "tags": {"!": "!app"}},
    "unsorted": {"sort_keys": False},
    "encoding": {"encoding": "utf-16-le"},
    "breaks": {"line_break": "\r\n"},
    "canonical": {"canonical": True},
}.items():
    check(f"option {label}", lambda: dump({"z": ["é", 1], "a": {"k": "v w " * 10}}, **options))
shared = [1]
check("aliases", lambda: dump({"a": shared, "b": shared}))
loop = {}
loop["self"] = loop
check("cycle", lambda: dump(loop))
check("cycle loaded", lambda: (again := safe("&a [*a]"))[0] is again)
check_type("object", lambda: dump(object()))
target = io.StringIO()
check("to a file", lambda: (dump({"k": 1}, stream=target), target.getvalue()))
check("file raises at writing", lambda: dump([1], stream=type("Broken", (), {"write": lambda self, data: 1 / 0})()))


class Point:
    def __init__(self, x, y):
        self.x, self.y = x, y

    def __repr__(self):
        return f"Point({self.x}, {self.y})"


class Loader(yaml.CSafeLoader):
    """Tags of one's own, and includes."""


class Dumper(yaml.CSafeDumper):
    def increase_indent(self, flow=False, indentless=False):
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data):
        return True


Loader.add_constructor("!point", lambda loader, node: Point(*loader.construct_sequence(node)))
Loader.add_constructor("!env", lambda loader, node: loader.construct_scalar(node).upper())
Loader.add_implicit_resolver("!env", re.compile(r"^\$\w+$"), ["$"])
Dumper.add_representer(Point, lambda dumper, point: dumper.represent_sequence("!point", [point.x, point.y]))
Dumper.add_representer(collections.OrderedDict, lambda dumper, data: dumper.represent_mapping("tag:yaml.org,2002:map", data.items()))
check("own tags", lambda: yaml.load("[!point [1, 2], $home, {p: !point [3, 4]}]", Loader=Loader))
check("own tags dumped", lambda: yaml.dump({"p": Point(1, 2), "twice": [shared, shared], "o": collections.OrderedDict(z=1, a=2)}, Dumper=Dumper))
check("constructor raises", lambda: yaml.load("!point {}", Loader=Loader))


class Monster(yaml.YAMLObject):
    yaml_tag = "!Monster"
    yaml_loader = [Loader]
    yaml_dumper = Dumper

    def __init__(self, name, hp):
        self.name, self.hp = name, hp


check("objects", lambda: vars(yaml.load("!Monster {name: Dragon, hp: 50}", Loader=Loader)))
check("objects dumped", lambda: yaml.dump(Monster("Orc", 5), Dumper=Dumper))
check("unsafe", lambda: yaml.load("!!python/tuple [1, !!python/complex 1+2j]", Loader=yaml.CUnsafeLoader))
big = [{"id": i, "name": f"name {i}", "tags": ["a", "b"], "ratio": i / 7} for i in range(1500)]
check("large", lambda: safe(dump(big)) == big)
