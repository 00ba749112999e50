"""Imports the module that the argument names, which must not load, and then another one."""
import sys

try:
    __import__(sys.argv[1])
except ImportError as error:
    print(type(error).__name__, error)
else:
    print('it was loaded')
import json
print('alive:', json.dumps(42))
