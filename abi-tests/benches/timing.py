"""What every benchmark needs: finds out what one call of a loop's body costs, and prints it.

A row is a function of `n` that does something `n` times; the loop is part of the figure. The clock is that of the process's CPU
time, so other programs on the machine matter little, and a figure is a mean over everything after the warm-up, so the
collector's work is in it.

Arguments of a program: the seconds for each row, and a part of the names of the rows wanted. It prints a JSON list of names and nanoseconds.
"""

import gc
import json
import sys
from time import process_time

# A batch lasts this long, or longer: asking the time costs a microsecond.
BATCH = 0.004

# A loop is warm when no batch has been faster than all before, by so much, for so long: a tracing JIT compiles the rare paths late.
FASTER, SETTLED = 0.97, 0.4  # seconds
# One that has not settled by then is measured as it is.
LONGEST = 8.0


def cost(loop, seconds, settled):
    """Nanoseconds for each turn of the loop, which is warm when it has not become faster for `settled` seconds."""
    gc.collect()
    n, spent, began = 1, 0.0, process_time()
    while spent < BATCH:
        start = process_time()
        loop(n)
        spent = process_time() - start
        n = n * 2 if spent < BATCH else n
    fastest, now = spent, process_time()
    settling = now
    while now - began < seconds / 2 or now - settling < settled and now - began < LONGEST:
        loop(n)
        spent, now = process_time() - now, process_time()
        if spent < FASTER * fastest:
            fastest, settling = spent, now
    turns, start = 0, process_time()
    while True:
        loop(n)
        turns += n
        spent = process_time() - start
        if spent > seconds:
            return spent / turns * 1e9


def report(rows, settled=SETTLED):
    """Times the rows, a dictionary of functions, and prints the figures."""
    seconds = float(sys.argv[1])
    wanted = sys.argv[2] if len(sys.argv) > 2 else ""
    print(json.dumps([(name, cost(loop, seconds, settled)) for name, loop in rows.items() if wanted in name]))
