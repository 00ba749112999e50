"""Run a driver that is named like the extension it imports: drive.py DRIVER."""

import runpy
import sys

# The extension is found on PYTHONPATH before the driver of the same name, which is beside this file.
sys.path.append(sys.path.pop(0))
runpy.run_path(sys.argv[1], run_name="__main__")
