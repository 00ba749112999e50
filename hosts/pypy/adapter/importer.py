"""The import hook: extension files built for CPython are loaded through the shim."""
import os
import sys
from importlib import _bootstrap_external as external
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader
from types import FunctionType

from __pypy__ import hidden_applevel
from _gimbal import core
from _gimbal.native import ffi, lib, names

FLAVOUR = __file__.split('/')[-5]
if not FLAVOUR.rstrip('t').replace('.', '').isdigit():      # a copy of the files, in a folder that names no flavour
    FLAVOUR = '%d.%d' % sys.version_info[:2]
SUFFIXES = ['.cpython-%s-x86_64-linux-gnu.so' % FLAVOUR.replace('.', ''), '.abi3.so', '.so']
if FLAVOUR[-1] == 't':
    SUFFIXES.remove('.abi3.so')     # made for objects with another head


class Loader(ExtensionFileLoader):
    """Loads one extension file; what there is to say about it is what importlib says of any extension."""

    def create_module(self, spec):
        frame = core.new_frame()
        path = self.path.encode('utf-8', 'surrogateescape')
        made = core.result(lib.load(path, spec.name.encode(), frame), frame)
        if type(made) is int:       # multi-phase initialisation: the address of the definition
            definition = ffi.cast('void *', made)
            frame = core.new_frame()
            core.encode(frame + core.ARGS, spec)
            made = core.result(lib.create_module(definition, frame + core.ARGS, frame), frame)
            definitions[made] = definition
        made.__file__ = self.path
        return made

    def exec_module(self, module):
        definition = definitions.get(module)
        if definition is not None:
            del definitions[module]
            frame = core.new_frame()
            core.encode(frame + core.ARGS, module)
            core.result(lib.exec_module(definition, frame + core.ARGS, frame), frame)


definitions = core.identity_dict()      # modules between their two phases


def hide(module):
    """Keeps a module's public functions out of tracebacks and out of sight of sys._getframe."""
    for name, function in vars(module).items():
        if type(function) is FunctionType and name[0] != '_':
            hidden_applevel(function)


def load_operations():
    from _gimbal import functions, classes, ops_container, ops_error, ops_number, ops_object, ops_runtime, ops_text
    known = {'Resend': core.resend}
    hide(core)
    for module in (ops_object, ops_number, ops_container, ops_text, ops_error, ops_runtime, functions, classes):
        hide(module)
        known.update((k, v) for k, v in vars(module).items() if k[:1].isupper())

    def missing(name):
        def operation(*args):
            raise SystemError('Gimbal: the PyPy adapter has no operation ' + name)
        return operation

    core.operations.extend(known.get(name) or missing(name) for name in names(lib.op_name))


def bind_builtins():
    from _gimbal.builtin_types import find
    frame = core.new_frame()
    exported = names(lib.builtin_name)
    types = [(i, find(name)) for i, name in enumerate(exported)]
    for i, cls in types:
        if cls is not None and exported[i][:6] != 'PyExc_':
            core.encode(frame + 0, cls)
            lib.bind_builtin(i, frame)
    lib.bind_builtin(len(exported), frame)
    for i, cls in types:
        if cls is not None and exported[i][:6] == 'PyExc_':
            core.encode(frame + 0, cls)
            lib.bind_builtin(i, frame)


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


def install():
    load_operations()
    bind_builtins()
    core.lifetimes.patch_collect(core.pool)
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
