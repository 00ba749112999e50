"""Operations on modules, imports, namespaces, source code, the collector and contexts."""

import builtins
import gc
import importlib
import sys
import types

from __pypy__ import get_contextvar_context, set_contextvar_context
from _gimbal.cells import NULL
from _gimbal.handles import ids
from _gimbal.kinds import K_STATEFUL, kinds
from _gimbal.lifetimes import pin
from _gimbal.native import lib
from _gimbal.ops_error import caller
from _gimbal.youth import tie


def NewClass(name, bases, namespace):
    return types.new_class(name, bases, exec_body=lambda body: body.update(namespace))


# --- imports and modules -------------------------------------------------------------------------------------


def Import(name):
    return importlib.import_module(name)


def ImportLevel(name, namespace, local_names, fromlist, level):
    return builtins.__import__(
        name,
        None if namespace is NULL else namespace,
        None if local_names is NULL else local_names,
        () if fromlist is NULL else fromlist,
        level,
    )


def ImportAttr(module, name):
    return getattr(importlib.import_module(module), name)


def AddModule(name):
    module = sys.modules.get(name)
    if not isinstance(module, types.ModuleType):
        module = sys.modules[name] = types.ModuleType(name)
    return module


def GetModule(name):
    return sys.modules.get(name, NULL)


class ExtensionModule(types.ModuleType):
    """A module made by C, the wrapper of a native struct. It tells the shim when host code rebinds a global that compiled
    code may have cached."""
    __slots__ = ('_na', '_np', '_ne')

    def __setattr__(self, name, value):
        types.ModuleType.__setattr__(self, name, value)
        globals_changed(self)

    def __delattr__(self, name):
        types.ModuleType.__delattr__(self, name)
        globals_changed(self)

    __class__ = property(lambda self: types.ModuleType)


class OfClassAlone(str):
    """A class's `__module__` that its instances do not have."""

    def __get__(self, instance, owner):
        if instance is None:
            return self
        raise AttributeError("module '%s' has no attribute '__module__'" % instance.__name__)


ExtensionModule.__name__ = ExtensionModule.__qualname__ = 'module'
ExtensionModule.__module__ = OfClassAlone('builtins')
kinds[ExtensionModule] = K_STATEFUL


def globals_changed(module):
    wire = ids.get(module.__dict__)
    if wire is not None:
        lib.touch(wire)


def NewModule(name, address):
    module = ExtensionModule(name)
    tie(module, address)
    pin(module, address)


def ModuleDict():
    return sys.modules


def ModuleGetDict(module):
    return module.__dict__


def Reload(module):
    return importlib.reload(module)


def ExecModule(name, code, file, cached):
    module = AddModule(name)
    namespace = module.__dict__
    namespace.setdefault("__builtins__", builtins)
    namespace["__file__"] = code.co_filename if file is NULL else file
    if cached is not NULL:
        namespace["__cached__"] = cached
    try:
        exec(code, namespace)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    try:
        return sys.modules[name]
    except KeyError:
        raise ImportError(f"Loaded module {name!r} not found in sys.modules") from None


def SysGet(name):
    return getattr(sys, name, NULL)


def SysSet(name, value):
    if value is NULL:
        vars(sys).pop(name, None)
    else:
        setattr(sys, name, value)


# --- namespaces and source code ------------------------------------------------------------------------------


def Builtins():
    return builtins.__dict__


def Frame():
    frame = caller()
    return NULL if frame is None else frame


def Globals():
    frame = caller()
    return NULL if frame is None else frame.f_globals


def Locals():
    frame = caller()
    return NULL if frame is None else frame.f_locals


def SetTracer(function, profile):
    install = sys.setprofile if profile else sys.settrace
    if function is None:
        return install(None)

    def event(frame, what, argument):
        function(frame, what, argument)
        return event

    install(event)


def Compile(source, file, mode, flags, optimize):
    return compile(source, file, mode, flags, True, optimize)


def Eval(code, namespace, local_names):
    return eval(code, namespace, namespace if local_names is NULL else local_names)


# --- collector and contexts ----------------------------------------------------------------------------------


def GcControl(what):
    if what == -1:
        gc.collect()
        return 0
    if what == 2:
        return gc.isenabled()
    (gc.enable if what else gc.disable)()
    return 0


_outer_contexts = []


def EnterContext(context):
    if context._is_entered:
        raise RuntimeError(f"cannot enter context: {context} is already entered")
    _outer_contexts.append((context, get_contextvar_context()))
    context._is_entered = True
    set_contextvar_context(context)


def ExitContext(context):
    if not context._is_entered:
        raise RuntimeError(f"cannot exit context: {context} has not been entered")
    if get_contextvar_context() is not context:
        raise RuntimeError("cannot exit context: thread state references a different context object")
    for i in range(len(_outer_contexts) - 1, -1, -1):
        if _outer_contexts[i][0] is context:
            set_contextvar_context(_outer_contexts.pop(i)[1])
            break
    context._is_entered = False
