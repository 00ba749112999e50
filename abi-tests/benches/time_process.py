"""What a process costs that does nothing. Arguments: the words that start an interpreter."""

import json
import os
import subprocess
import sys
import tempfile

STARTS = 5
IDLE = "print(next(line.split()[1] for line in open('/proc/self/status') if line.startswith('VmRSS')))"


def start(words):
    """The CPU time of a process in nanoseconds; no other program's work is in it."""
    child = os.posix_spawn(words[0], words, os.environ)
    _, status, used = os.wait4(child, 0)
    assert status == 0, status
    return (used.ru_utime + used.ru_stime) * 1e9


def idle(words):
    """Its resident memory in bytes."""
    return int(subprocess.run(words, check=True, capture_output=True).stdout) * 1024


with tempfile.TemporaryDirectory() as folder:
    def script(name, source):
        path = os.path.join(folder, name)
        with open(path, "w") as file:
            file.write(source)
        return [*sys.argv[1:], path]

    def fastest(words):
        return min(start(words) for _ in range(STARTS))

    print(json.dumps([
        ("starts and ends, an empty script", fastest(script("empty.py", ""))),
        ("starts and ends, an extension imported", fastest(script("loading.py", "import calls"))),
        ("resident memory, idle", idle(script("idle.py", IDLE))),
        ("resident memory, idle, with an extension", idle(script("both.py", "import calls\n" + IDLE))),
    ]))
