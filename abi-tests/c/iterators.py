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


def passed_on(iterable, times):
    """C begins, Python goes on, C ends."""
    taken, iterator = iterators.step(iterable, times, None)
    return taken, next(iterator, "end"), iterators.rest(iterator), list(iterator), iter(iterator) is iterator


def changed(numbers, times, change):
    """A list that changes while C iterates over it, and what is left then."""
    taken, iterator = iterators.step(numbers, times, change)
    return taken, list(iterator)


def replace_next(numbers):
    def change(item):
        at = numbers.index(item)
        if at + 1 < len(numbers):
            numbers[at + 1] = -numbers[at + 1]

    return change


def cycle():
    """A list that holds its own iterator."""
    numbers = [1, 2, 3]
    taken, iterator = iterators.step(numbers, 2, None)
    numbers.append(iterator)
    return taken, next(iterator), next(iterator) is iterator, next(iterator, "end")


long, short, shrinking, growing = list(range(1, 600)), [1, 2, 3, 4], [1, 2, 3, 4], [1, 2]
for label, function in {
    "list": lambda: passed_on([1, "two", 3.0, None], 1),
    "tuple": lambda: passed_on((1, "two", 3.0, None), 2),
    "range": lambda: passed_on(range(10, 0, -3), 2),
    "range of large steps": lambda: passed_on(range(-(2**62), 2**62, 2**61), 1),
    "range without end": lambda: passed_on(range(2**70, 2**70 + 3), 1),
    "empty range": lambda: passed_on(range(5, 0), 1),
    "list at its end": lambda: passed_on([1, 2], 9),
    "tuple at its end": lambda: passed_on((), 9),
    "range at its end": lambda: passed_on(range(2), 9),
    "short list changes": lambda: changed(short, 3, replace_next(short)),
    "long list changes": lambda: sum(sum(part) for part in changed(long, 500, replace_next(long))),
    "list shrinks": lambda: changed(shrinking, 9, lambda item: shrinking.pop()),
    "list grows": lambda: changed(growing, 6, lambda item: growing.append(item + 2)),
    "cycle": cycle,
}.items():
    check(label, function)

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
