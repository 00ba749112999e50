"""What objects take that both sides know: resident memory for each of many."""

import gc
import json
import re

import memory

COUNT = 200_000


class Thing:
    __slots__ = ("value",)


def resident():
    gc.collect()
    gc.collect()
    with open("/proc/self/status") as status:
        return int(re.search(r"VmRSS:\s*(\d+) kB", status.read())[1]) * 1024


start = resident()
instances = [memory.Plain() for _ in range(COUNT)]
with_instances = resident()
things = [Thing() for _ in range(COUNT)]
before = resident()
memory.hold(things)
after = resident()
print(json.dumps([
    ("a live instance of an extension type of 32 bytes, with its place in a list", (with_instances - start) / COUNT),
    ("a Python object that C holds: what holding it adds", (after - before) / COUNT),
]))
