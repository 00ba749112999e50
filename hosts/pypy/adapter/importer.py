"""The import hook: extension files built for CPython are loaded through the shim.

The shim itself waits for the first of them (`started.py`): a program without any does not pay for it.
"""
import gc
import os
import sys
from importlib import _bootstrap_external as external
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader

from __pypy__ import builtinify

FLAVOUR = __file__.split('/')[-5]
if not FLAVOUR.rstrip('t').replace('.', '').isdigit():      # a copy of the files, in a folder that names no flavour
    FLAVOUR = '%d.%d' % sys.version_info[:2]
SUFFIXES = ['.cpython-%s-x86_64-linux-gnu.so' % FLAVOUR.replace('.', ''), '.abi3.so', '.so']
if FLAVOUR[-1] == 't':
    SUFFIXES.remove('.abi3.so')     # made for objects with another head


class Loader(ExtensionFileLoader):
    """Loads one extension file; what there is to say about it is what importlib says of any extension."""

    def create_module(self, spec):
        from _gimbal.started import create_module
        module = create_module(self.path, spec)
        module.__file__ = self.path
        return module

    def exec_module(self, module):
        from _gimbal.started import exec_module
        exec_module(module)


class Elsewhere:
    """The last finder: a module that is only there for another CPython is missing, and why is said."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        start = name.rpartition('.')[2] + '.cpython-'
        for folder in sys.path if path is None else path:
            try:
                files = os.listdir(folder or '.')
            except (OSError, TypeError):
                continue
            for file in files:
                if file.startswith(start) and file.endswith('-x86_64-linux-gnu.so'):
                    tag = file[len(start):].partition('-')[0]
                    version = tag[0] + '.' + tag[1:].rstrip('t')
                    kind = ' without a GIL' if tag[-1] == 't' else ''
                    message = ('No module named %r: %s is for CPython %s%s, and this process loads what is for %s'
                               % (name, os.path.join(folder, file), version, kind, FLAVOUR))
                    raise ModuleNotFoundError(message, name=name, path=os.path.join(folder, file))


class Collector:
    """`gc.collect()`: the host's own until the adapter has started, which then collects through native memory, too."""
    through = gc.collect


def collect(generation=2):
    return Collector.through(generation)


def install():
    gc.collect = builtinify(collect)
    loaders = external._get_supported_file_loaders()
    loaders.insert(0, (Loader, SUFFIXES))
    external._get_supported_file_loaders = loaders.copy     # importlib.util.spec_from_file_location() asks it
    hook = external.FileFinder.path_hook(*loaders)
    EXTENSION_SUFFIXES.extend(SUFFIXES)     # pkgutil and inspect tell by them what a file is; the host's own stays first
    for i, old in enumerate(sys.path_hooks):
        if getattr(old, '__qualname__', '').startswith('FileFinder.'):
            sys.path_hooks[i] = hook
            break
    else:
        sys.path_hooks.append(hook)
    sys.path_importer_cache.clear()
    sys.meta_path.append(Elsewhere)
