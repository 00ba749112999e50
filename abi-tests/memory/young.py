"""What dies young is freed by the small collections of a host, without a large one. One JSON object on standard output: how many
instances of an extension type were alive at most, and which hooks of the host's collector are not the program's own.

Argument: how many instances.
"""
import gc
import json
import sys

from traffic import Box, boxes

SOMETIMES = 1000


def main():
    old = [[i] for i in range(1_000_000)]       # large collections become rare
    before = boxes()
    most = 0
    for i in range(int(sys.argv[1])):
        Box(i)
        if i % SOMETIMES == 0:
            most = max(most, boxes() - before)
    hooks = getattr(gc, "hooks", None)
    set_hooks = [name for name in dir(hooks) if name.startswith("on_") and getattr(hooks, name) is not None]
    print(json.dumps({"most": most, "hooks": set_hooks}))


main()
