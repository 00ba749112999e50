"""Drives iterators.c, and loops of the language over its class."""

import itertools

from checks import check, check_all
from iterators import Countdown
import iterators

check_all(iterators)


def loop():
    seen = []
    for number in Countdown(5, 0):
        if number == 2:
            break
        seen.append(number)
    else:
        seen.append("else")
    return seen


def delegate():
    yield "first"
    yield from Countdown(2, 0)


class Doubled(Countdown):
    """Overrides a step."""

    def __next__(self):
        return super().__next__() * 2


for label, function in {
    "loop": loop,
    "delegate": lambda: list(delegate()),
    "doubled": lambda: list(Doubled(3, 0)),
    "zip": lambda: list(zip(Countdown(3, 0), Doubled(3, 0))),
    "islice": lambda: list(itertools.islice(Countdown(100, 0), 3)),
    "chain": lambda: list(itertools.chain(Countdown(2, 0), Countdown(1, -1))),
    "builtins": lambda: (sum(Countdown(9, 0)), max(Countdown(9, 0)), sorted(Countdown(3, 0)), 4 in Countdown(9, 0)),
    "unpack": lambda: [*Countdown(2, 0), *Countdown(1, 0)],
    "fails": lambda: list(Countdown(-99, -200)),
    "next": lambda: (next(Countdown(1, 0)), next(Countdown(0, 0), "default")),
    "exhausted": lambda: next(Countdown(0, 0)),
}.items():
    check(label, function)
