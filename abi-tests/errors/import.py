"""Import a module that fails, twice, and then one that works: import.py DIRECTORY NAME."""

import importlib
import sys

sys.path.insert(0, sys.argv[1])
for attempt in ("first", "second"):
    try:
        importlib.import_module(sys.argv[2])
    except BaseException as error:
        message = str(error).replace("\n", " ")
        print(f"{attempt}: {type(error).__name__}: {message}", flush=True)
    else:
        print(f"{attempt}: imported", flush=True)
import good

print(f"alive: {good.answer()}", flush=True)
