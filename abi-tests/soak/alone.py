"""Uses one package very often: alone.py PACKAGE TIMES. Prints, as JSON, resident KiB after each twentieth of the way, and what the
handle table holds at the end.

A collection before each look shows what is really kept. It would hide that garbage with much native memory waits too long, so
where that is in question there is none."""

import gc
import json
import sys
import time

import uses

PARTS = 20
LEFT_TO_THE_HOST = ["pyahocorasick"]


def resident():
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


name, times = sys.argv[1], int(sys.argv[2])
use = uses.start(name)
samples, began = [], time.monotonic()
for part in range(PARTS):
    for i in range(part * times // PARTS, (part + 1) * times // PARTS):
        use(i)
    if name not in LEFT_TO_THE_HOST:
        gc.collect()
    samples.append(resident())
report = {"resident": samples, "seconds": time.monotonic() - began}
if sys.implementation.name != "cpython":
    import _gimbal.core
    gc.collect()
    report["table"] = _gimbal.core.stats()
print(json.dumps(report))
