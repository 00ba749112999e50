"""What every driver needs: labelled checks that do not hide each other.

A check prints one line: its label and either the result or the exception. Lines are flushed, so that after a
crash the last one tells how far the program came.
"""

import re


def check(label, function, *args, **kwargs):
    """Call the function; print its result, or the exception's type and message."""
    try:
        result = repr(function(*args, **kwargs))
    except BaseException as error:
        # An internal error of CPython names the line of its own source.
        message = re.sub(r"\S+\.c:\d+: ", "", str(error))
        result = f"{type(error).__name__}: {message}"
    print(f"{label}: {result}", flush=True)


def check_type(label, function, *args, **kwargs):
    """Like check, for exceptions whose wording is the host's own business: print the type only."""
    try:
        result = repr(function(*args, **kwargs))
    except BaseException as error:
        result = type(error).__name__
    print(f"{label}: {result}", flush=True)


def check_all(module):
    """Run every function of the module that is named check_* and takes no argument."""
    for name in sorted(vars(module)):
        if name.startswith("check_"):
            check(name, getattr(module, name))
