"""Packages that PyPy brings along and CPython does not: where one is installed, the installed one is imported.

A wheel that was made with cffi wants the `_cffi_backend` of CPython's ABI and not PyPy's builtin of that name; PyPy's own code
goes on using the builtin.

`greenlet` is the other way round: the installed one moves pieces of the C stack, under PyPy's frames and its collector, which crash.
PyPy's own switches them by their owner's means.
"""
import builtins
import os
import sys
from importlib import _bootstrap
from importlib.machinery import BuiltinImporter, PathFinder

NAMES = {'_cffi_backend', 'cffi', 'hpy'}
KEPT = {'greenlet'}     # the host's own is imported even where another is installed
STDLIB = os.path.dirname(os.__file__)
replaced = {}       # the builtin modules in whose place extensions are imported


class InstalledFirst:
    """A finder that looks for the bundled names everywhere but in the host's own library, and for those to be kept only there."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in KEPT:
            return PathFinder.find_spec(name, [STDLIB])
        if name not in NAMES:
            return None
        spec = PathFinder.find_spec(name, [entry for entry in sys.path if entry != STDLIB])
        if spec is not None and name in sys.builtin_module_names:
            replace(name)
        return spec


def replace(name):
    """Gives the host's own code the builtin module from now on, whatever stands for it in `sys.modules`."""
    if not replaced:
        builtins.__import__ = make_import(builtins.__import__)
    if name not in replaced:
        replaced[name] = _bootstrap._load_unlocked(_bootstrap.spec_from_loader(name, BuiltinImporter))
        del sys.modules[name]


def is_host(namespace):
    """Whether these are the globals of the host's own code; its code without a file has no name either."""
    return '__name__' not in namespace or str(namespace.get('__file__')).startswith(STDLIB + '/')


def make_import(original):
    def __import__(name, globals=None, locals=None, fromlist=(), level=0):
        if name in replaced and globals and is_host(globals):
            return replaced[name]
        return original(name, globals, locals, fromlist, level)
    return __import__


def install():
    sys.meta_path.insert(0, InstalledFirst)
    for name in NAMES.intersection(sys.builtin_module_names):
        InstalledFirst.find_spec(name)
