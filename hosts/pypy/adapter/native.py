"""The cffi module beside this file: `lib`, the shim's functions, and `ffi`."""


def load():
    import _imp
    import os
    from importlib.machinery import ModuleSpec
    here = os.path.dirname(os.path.abspath(__file__))
    spec = ModuleSpec('_gimbal_pypy', None, origin=os.path.join(here, '_gimbal_pypy.so'))
    module = _imp.create_dynamic(spec)
    problem = module.ffi.string(module.lib.problem()).decode('utf-8', 'replace')
    if problem:
        raise ImportError('Gimbal cannot be attached: ' + problem)
    return module


_module = load()
ffi = _module.ffi
lib = _module.lib


def names(f):
    """The C strings that `f(0)`, `f(1)` ... return, up to NULL."""
    found = []
    while True:
        text = f(len(found))
        if not text:
            return found
        found.append(ffi.string(text).decode())
