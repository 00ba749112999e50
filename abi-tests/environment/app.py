"""A program with an extension module that starts others in every way there is. Installed as the command `app`, too."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading

import markupsafe
import markupsafe._speedups

FORKS = 20


def escaped(number):
    return str(markupsafe.escape(f"<{number}>"))


def pools():
    for method in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            print(method, pool.map(escaped, range(4)))


def another_python():
    code = "import markupsafe, sys; print(markupsafe.escape(sys.argv[1])); sys.exit(7)"
    child = subprocess.run([sys.executable, "-c", code, "<child>"], capture_output=True, text=True)
    print("child", child.returncode, child.stdout, child.stderr)


def fork_among_threads():
    """No fork may copy another thread's work half done: the child would wait for it for ever."""
    stop = threading.Event()

    def work():
        while not stop.is_set():
            markupsafe.escape("<&>" * 50)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    good = 0
    for _ in range(FORKS):
        child = os.fork()
        if child == 0:
            signal.alarm(20)
            os._exit(escaped(1) != "&lt;1&gt;")
        good += os.waitpid(child, 0)[1] == 0
    stop.set()
    for thread in threads:
        thread.join()
    print("forks among threads", good == FORKS)


def main():
    print("arguments", sys.argv[1:])
    print("extension", os.path.basename(markupsafe._speedups.__file__))
    pools()
    another_python()
    fork_among_threads()


if __name__ == "__main__":
    main()
