"""Values, texts, errors and calls from C argument lists: prints each expression of the C file and what it gives."""

import sys
import warnings

import build_values
from checks import check, check_all, check_type


class Instance:
    """What the C file calls methods of."""

    number = 7

    def __init__(self):
        self.plain = give_back

    def __repr__(self):
        return "Instance"

    def method(self, *args, **keywords):
        return ("method", args, keywords)


def give_back(*args, **keywords):
    return (args, keywords)


def hook(event, args):
    """An audit hook cannot be taken away again; it minds only the events of this test."""
    if event.startswith("gimbal."):
        print("audit", event, args)
    if event == "gimbal.refused":
        raise PermissionError("refused")


def show_warning(message, category, filename, lineno, file=None, line=None, source=None):
    # The place of a warning is the line of the check, for all but those with a place of their own.
    place = f"{filename}:{lineno}" if filename == "file.py" else "here"
    print("warning", category.__name__, message, place)


check_all(build_values)
sys.addaudithook(hook)
warnings.simplefilter("always")
warnings.showwarning = show_warning
build_values.use("caf\xe9 \u20ac", give_back, Instance())
for index, name in enumerate(build_values.names()):
    # What a class of the interpreter's says about missing arguments is its own wording.
    own_words = "too few arguments" in name
    (check_type if own_words else check)(ascii(" ".join(name.split())), build_values.run, index)

warnings.simplefilter("error")
for index, name in enumerate(build_values.names()):
    if "Warn" in name:
        check("error: " + ascii(" ".join(name.split())), build_values.run, index)
