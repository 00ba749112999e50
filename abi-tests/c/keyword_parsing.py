"""Drives keyword_parsing.c, and calls with keywords from Python."""

from keyword_parsing import target
import keyword_parsing
from checks import check, check_all

check_all(keyword_parsing)
for label, function in {
    "positional": lambda: target(1, 2),
    "keywords": lambda: target(1, d=4, c=3),
    "all keywords": lambda: target(b=2, a=1),
    "unpacked": lambda: target(*(1, 2), **{"c": 3}),
    "missing": lambda: target(b=1),
    "twice": lambda: target(1, a=1),
    "too many": lambda: target(1, 2, 3),
    "unknown": lambda: target(1, nothing=2),
    "wrong": lambda: target(1, c="x"),
}.items():
    check(label, function)
