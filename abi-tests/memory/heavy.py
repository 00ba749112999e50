"""Instances whose memory the host's collector does not know of are freed all the same before there are too many: a wrapper of a hundred
bytes may hold an image. One JSON object on standard output: for each kind of program by how many MB resident memory has grown at most.

Arguments: how many MB are allocated in all by each, and how many an instance has.
"""
import json
import sys

from traffic import Document, Image


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) // 256


def dropped(cls, count, size):
    """Each instance is garbage at once."""
    for _ in range(count):
        cls(size)
        yield


def replaced(cls, count, size):
    """Each is alive while the next one is made."""
    latest = None
    for _ in range(count):
        latest = cls(size)
        yield


def kept(cls, count, size):
    """As many are alive all the time as make 32 MB."""
    latest = []
    for _ in range(count):
        latest.append(cls(size))
        if len(latest) * size > 32 << 20:
            del latest[0]
        yield


def main():
    amount, each = int(sys.argv[1]), int(sys.argv[2])
    growth = {}
    for program in dropped, replaced, kept:
        for cls in Image, Document:
            before = most = resident()
            for _ in program(cls, amount // each, each << 20):
                most = max(most, resident())
            growth[program.__name__ + " " + cls.__name__] = most - before
    print(json.dumps(growth))


main()
