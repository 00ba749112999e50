"""A million calls of C functions which create, pass and drop objects both ways; prints the memory in use as it goes.

One JSON object on standard output: the calls so far and the resident KiB at each sample, and what the handle table holds
at the end, on a host that has one. Arguments: how many calls, and the names of the kinds of traffic if not all are wanted.
"""
import gc
import json
import sys

import traffic


class Thing:
    def __init__(self, *args):
        self.args = args

    def __len__(self):
        return len(self.args)


class Labelled(traffic.Box):
    """A Python class over C's, with state of its own."""

    def __init__(self, item):
        super().__init__(item)
        self.label = [item]


def take(*args):
    return args


def boom(*args):
    raise KeyError(Thing(args))


def values(i):
    traffic.same(i)
    traffic.same(i * 10**15 * 10**15)
    traffic.same(i * 0.5)
    traffic.same("text %d" % i)
    traffic.same("\u20ac %d" % i)
    traffic.same(b"bytes %d" % i)
    traffic.same(complex(i, i))
    traffic.drop(i, float(i), str(i))
    return 8


def containers(i):
    traffic.same((i, "x", (i, None)))
    traffic.same([i, [str(i)]])
    traffic.same({"key": i, i: [i]})
    traffic.pair({i, "set"})
    traffic.build(i)
    traffic.iterate([i, str(i), Thing(i)])
    traffic.iterate(map(str, range(3)))
    traffic.containers([i], {i: i})
    return 8


def objects(i):
    traffic.same(Thing(i))
    traffic.pair(Thing(i))
    traffic.drop(Thing(i), [Thing(i)], bytearray(b"array"))
    traffic.attributes(Thing(i))
    traffic.apply(take, i)
    traffic.apply(Thing, i)
    traffic.view(bytearray(b"array %d" % i))
    traffic.same(lambda: i)
    return 8


def instances(i):
    traffic.Box(Thing(i))
    traffic.Box([i]).swap(Thing(i))
    traffic.same(traffic.Box(str(i))).item
    traffic.box(Thing(i)).item = i
    traffic.unbox(Thing(i))
    traffic.point(i).sum()
    Labelled(i).swap(Thing(i))
    traffic.same(Labelled(traffic.Box(i)))
    return 13


def exceptions(i):
    for function, error in (traffic.fail, ValueError), (traffic.fail_own, traffic.Error):
        try:
            function(Thing(i))
        except error as caught:
            traffic.same(caught)
    try:
        traffic.apply(boom, i)
    except KeyError:
        pass
    traffic.caught(boom)
    return 6


def resident():
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])


def main(total, *names):
    kinds = [globals()[name] for name in names] or [values, containers, objects, instances, exceptions]
    samples = []
    calls = i = 0
    for goal in range(total // 10, total + 1, total // 10):
        while calls < goal:
            i += 1
            for kind in kinds:
                calls += kind(i)
        gc.collect()
        gc.collect()
        samples.append((calls, resident()))
    report = {"samples": samples}
    if sys.implementation.name != "cpython":
        import _gimbal.core
        traffic.drop()
        report["table"] = _gimbal.core.stats()
    print(json.dumps(report))


main(int(sys.argv[1]), *sys.argv[2:])
