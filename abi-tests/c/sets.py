"""Drives sets.c."""

import sets
from checks import check, check_all

check_all(sets)


class Set(set):
    pass


class Dict(dict):
    pass


def held(made_set, made_dict):
    """The sizes that C reads in place while Python changes what C holds."""
    def grow():
        made_set.add(len(made_set) + 100)
        made_dict[len(made_dict) + 100] = None
        made_dict[len(made_dict) + 100] = None

    seen = [sets.hold(made_set, made_dict)]
    for _ in range(3):
        grow()
        seen.append(sets.held_sizes(grow))
        seen.append(sets.passed_size(made_dict))
    made_set.clear()
    made_dict.clear()
    seen.append(sets.held_sizes(int))
    sets.hold(set(), {})
    return seen


check("held", held, {1, 2}, {1: 2})
check("held, of derived classes", held, Set([1, 2]), Dict({1: 2}))
