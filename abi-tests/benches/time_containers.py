"""Containers that cross in either direction."""

import containers
import timing


def given(f, x):
    def loop(n, f=f, x=x):
        for i in range(n):
            f(x)

    return loop


def made(f):
    def loop(n, f=f):
        for i in range(n):
            f()

    return loop


def new_lists(n, f=containers.sum_list):
    for i in range(n):
        f([x for x in range(i, i + 1000)])


def lists_alone(n):
    for i in range(n):
        [x for x in range(i, i + 1000)]


def made_and_summed(n, f=containers.make_list):
    for i in range(n):
        sum(f())


def new_pairs(n, f=containers.sum_tuple):
    for i in range(n):
        f((i, n))


def pairs(n, f=containers.pair):
    for i in range(n):
        f(i)


entries = {f"key{i}": i for i in range(100)}
tree = containers.make_tree()
assert containers.walk_tree(tree) == 140

timing.report({
    "takes a list of 1000 ints, always the same": given(containers.sum_list, list(range(1000))),
    "takes a list of 1000 ints, each time a new one": new_lists,
    "(making that list in Python, alone)": lists_alone,
    "takes a list of 1000 floats, always the same": given(containers.sum_floats, [i / 4 for i in range(1000)]),
    "takes a tuple of 1000 ints": given(containers.sum_tuple, tuple(range(1000))),
    "takes a tuple of 2 ints, each time a new one": new_pairs,
    "makes a list of 1000 ints": made(containers.make_list),
    "makes a list of 1000 ints, summed in Python": made_and_summed,
    "makes a list of 1000 ints by `PyList_Append`": made(containers.append_list),
    "makes a tuple of 1000 ints": made(containers.make_tuple),
    "makes a tuple of 2": pairs,
    "makes a dict of 100": made(containers.make_dict),
    "walks a dict of 100, `PyDict_Next`": given(containers.walk_dict, entries),
    "walks a dict of 100, `PyDict_Size` after each entry": given(containers.walk_watched, entries),
    "looks up 100 keys of a dict": given(containers.look_up, entries),
    "makes nested lists and dicts, 140 leaves": made(containers.make_tree),
    "walks nested lists and dicts, 140 leaves": given(containers.walk_tree, tree),
})
