"""Drives sequence_and_mapping_slots.c, and the syntax of the language on its types."""

import sequence_and_mapping_slots as c
from checks import check, check_all, check_type

check_all(c)
row, mapping, both = c.Row(), c.Map(), c.Both()


def unpack():
    first, *rest = c.Row(3)
    return first, rest


def assign():
    made = c.Row()
    made[0] = 5
    made[-1] = 6
    del made[1]
    return list(made)


class Sub(c.Row):
    """Overrides some of it."""

    def __len__(self):
        return 2

    def __getitem__(self, index):
        return "sub", index if index > 0 else super().__getitem__(index)

    def __contains__(self, value):
        return value == "sub" or super().__contains__(value)


sub = Sub()
for label, function in {
    "index": lambda: (row[0], row[-1], row[True]),
    "iterate": lambda: [*row],
    "unpack": unpack,
    "assign": assign,
    "in": lambda: (1 in row, 101 in row),
    "operators": lambda: (row + 1, row * 2, 2 * row),
    "reversed": lambda: list(reversed(row)),
    "sum": lambda: (sum(row), max(row), sorted(row, reverse=True)),
    "mapping": lambda: (mapping["a"], mapping[1, 2], mapping[1:2], len(mapping)),
    "both": lambda: both[1],
    "sub": lambda: (len(sub), sub[0], sub[1], "sub" in sub, 101 in sub, 5 in sub),
}.items():
    check(label, function)
check("far", lambda: row[5])
for label, function in {
    "slice": lambda: row[1:2],
    "float": lambda: row[1.5],
    "huge": lambda: row[10**30],
    "repeat": lambda: row * 10**30,
    "repeat in place": lambda: row.__imul__(10**30),
    "assign text": lambda: row.__setitem__(0, "x"),
}.items():
    check_type(label, function)
