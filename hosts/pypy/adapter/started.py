"""The adapter at work: whoever imports this module finds the operations in place and the builtin classes tied.

The first extension file of a process does, and a program that embeds PyPy.
"""
import os

from __pypy__ import identity_dict
from _gimbal import classes, core, functions, lifetimes, ops_container, ops_error, ops_number, ops_object, ops_runtime, ops_text
from _gimbal.builtin_types import find
from _gimbal.importer import Collector
from _gimbal.native import ffi, lib, names

definitions = identity_dict()      # modules between their two phases


def create_module(path, spec):
    """Loads the extension file; the module, of which `exec_module` may have something left to do."""
    frame = core.new_frame()
    made = core.result(lib.load(path.encode('utf-8', 'surrogateescape'), spec.name.encode(), frame), frame)
    if type(made) is not int:
        return made
    definition = ffi.cast('void *', made)       # multi-phase initialisation: its address
    frame = core.new_frame()
    core.encode(frame + core.ARGS, spec)
    module = core.result(lib.create_module(definition, frame + core.ARGS, frame), frame)
    definitions[module] = definition
    return module


def exec_module(module):
    definition = definitions.get(module)
    if definition is not None:
        del definitions[module]
        frame = core.new_frame()
        core.encode(frame + core.ARGS, module)
        core.result(lib.exec_module(definition, frame + core.ARGS, frame), frame)


def load_operations():
    known = {'Resend': core.resend}
    for module in (ops_object, ops_number, ops_container, ops_text, ops_error, ops_runtime, functions, classes):
        known.update((k, v) for k, v in vars(module).items() if k[:1].isupper())

    def missing(name):
        def operation(*args):
            raise SystemError('Gimbal: the PyPy adapter has no operation ' + name)
        return operation

    core.operations.extend(known.get(name) or missing(name) for name in names(lib.op_name))


def bind_builtins():
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


load_operations()
bind_builtins()
ops_error.watch_handled()
Collector.through = lifetimes.collector(Collector.through, core.pool)
if os.environ.get('GIMBAL_STATS') == '1':
    from _gimbal import counters
    counters.watch(core)
