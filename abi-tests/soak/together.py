"""Two threads use several packages at the same time: together.py SECONDS PACKAGE... Prints, as JSON, how often each did."""

import json
import sys
import threading
import time

import uses

end = time.monotonic() + float(sys.argv[1])
times, errors = [0, 0], []


def work(me):
    own = [uses.start(name) for name in sys.argv[2:]]
    try:
        while time.monotonic() < end:
            for use in own:
                for i in range(20):
                    use(times[me] + i)
            times[me] += 20
    except BaseException as error:
        errors.append(repr(error))
        raise


threads = [threading.Thread(target=work, args=(me,)) for me in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps({"times": times, "errors": errors}))
