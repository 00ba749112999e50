"""Runs the checks that a module has in itself: `check_module.py NAME`. The same checks run on hosts without Python code."""

import importlib
import sys

from checks import check_all

check_all(importlib.import_module(sys.argv[1]))
