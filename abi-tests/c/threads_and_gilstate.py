"""Drives threads_and_gilstate.c with threads of Python and threads of C at once."""

import threading
import time

import threads_and_gilstate as c
from checks import check, check_all

check_all(c)


def together(count, target):
    """Run target(number) on several threads; its results in order."""
    results = [None] * count

    def run(number):
        try:
            results[number] = target(number)
        except BaseException as error:
            results[number] = type(error).__name__

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def overlap():
    """Two waits without the GIL overlap."""
    start = time.monotonic()
    together(4, lambda number: c.wait_without_gil(1000))
    return time.monotonic() - start < 3.5


check("overlap", overlap)


def others_run():
    """Python code runs while C waits."""
    done = []
    thread = threading.Thread(target=lambda: done.append(sum(range(1000))))
    thread.start()
    c.wait_without_gil(1000)
    thread.join(60)
    return done


check("others run", others_run)
check("one thread of C", lambda: c.run_threads(lambda number, i: (number, i), 1, 1))
check("threads of C", lambda: c.run_threads(lambda number, i: number * 100 + i, 4, 50))
check("threads of C that fail", lambda: c.run_threads(lambda number, i: 1 / (number - 1), 3, 2))
check("threads of C that make objects", lambda: [len(r[0]) for r in c.run_threads(lambda n, i: [[n, i, str(n)] for _ in range(100)], 4, 50)])


def from_threads():
    """Threads of C that append to a list of Python."""
    seen = []
    c.run_threads(lambda number, i: seen.append((number, i)), 4, 100)
    return len(seen), sorted(seen) == [(n, i) for n in range(4) for i in range(100)]


check("threads of C and a list", from_threads)
check("threads of C use C", lambda: c.run_threads(lambda number, i: c.check_block_threads(), 3, 3))
check("threads of C see thread names", lambda: [r[0] is not None for r in c.run_threads(lambda n, i: threading.current_thread().name, 2, 1)])
check("both kinds", lambda: [[r[0] for r in rows] for rows in together(2, lambda number: c.run_threads(lambda n, i: n + i, 2, 20))])


def counting():
    together(4, lambda number: [c.count(1000) for _ in range(25)])
    return c.counted()


check("counting", counting)


def appending():
    items = []
    together(4, lambda number: c.append_many(items, number, 2000))
    return len(items), [items.count(number) for number in range(4)]


check("appending", appending)

check("lists that Python changes", lambda: together(4, lambda number: c.overlooked(lambda items: items.remove("first"), 2000)))


def local(number):
    before = c.store(number + 1)
    time.sleep(0.05)
    return before, c.load()


check("storage", lambda: together(4, local))
check("storage of the main thread", lambda: (c.store(99), together(1, lambda number: c.load()), c.load()))
check("ident", lambda: (c.same_ident(threading.get_ident()), together(2, lambda number: c.same_ident(threading.get_ident()))))


def pending():
    seen = []
    status = c.add_pending(seen)
    made = c.make_pending_calls()
    for _ in range(1000):
        if seen:
            break
        time.sleep(0.001)
    return status, made, seen


check("pending", pending)
check("errors of each thread", lambda: together(3, lambda number: {}[number]))
check("check everything on another thread", lambda: together(1, lambda number: check_all(c)))
