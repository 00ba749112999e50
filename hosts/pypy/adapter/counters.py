"""`GIMBAL_STATS=1`: how often the border was crossed, and for what, told on standard error when the process ends.

Without that variable nothing of this is loaded, and counting costs nothing.
"""
import atexit
import sys

from _gimbal import native

counts = {}


def counted(name, f):
    """The function `f`, which counts under this name how often it is called."""
    count = counts[name] = [0]

    def counting(*args):
        count[0] += 1
        return f(*args)

    return counting


class Counted:
    """The shim's functions: each is counted from when somebody takes it."""

    def __init__(self, lib):
        self.__lib = lib

    def __getattr__(self, name):
        f = counted('into C   ' + name, getattr(self.__lib, name))
        setattr(self, name, f)
        return f


def begin():
    """Counts calls into the shim. To be called before any other module takes functions from there."""
    native.lib = Counted(native.lib)
    atexit.register(tell)


def watch(core):
    """Counts what the shim asks of the host, once the operations are known."""
    for code, name in enumerate(native.names(native.lib.op_name)):
        core.operations[code] = counted('out of C op ' + name, core.operations[code])
    for name, f in (('call', core.call), ('getattr', core.get_attribute)):
        native.ffi.def_extern(name=name)(counted('out of C ' + name, f))
    for count in counts.values():
        count[0] = 0        # what was counted so far is the start of the process


def tell():
    found = sorted(((count[0], name) for name, count in counts.items() if count[0]), reverse=True)
    total = sum(count for count, name in found)
    print(f'Gimbal: {total} crossings', file=sys.stderr)
    for count, name in found:
        print(f'{count:12}  {name}', file=sys.stderr)
