"""`gimbal run --identify cpython`: programs that look at the interpreter are told that it is CPython.

Some packages leave their C part unused on anything else. Only the program and its packages are told so: the host's own standard
library asks the same questions, and goes by the true answers.
"""
import gc
import os
import sys
import types        # takes its `SimpleNamespace` from `sys.implementation`, as that is before it is replaced here

from _gimbal import building, installers

STDLIB = os.path.dirname(os.__file__) + '/'


def asked_by_host(frame):
    """Whether the code that asks belongs to the host: its standard library, frozen modules and this adapter."""
    name = frame.f_code.co_filename
    if name[:1] == '<':
        return name != '<string>' and name != '<stdin>'
    return name.startswith(STDLIB) and '/site-packages/' not in name


class Implementation(types.SimpleNamespace):
    """`sys.implementation`; the tag of compiled files stays the host's, since it is the host that compiles."""

    @property
    def name(self):
        return self._name if asked_by_host(sys._getframe()) else 'cpython'

    @property
    def version(self):
        return self._version if asked_by_host(sys._getframe()) else sys.version_info

    @property
    def hexversion(self):
        return self._hexversion if asked_by_host(sys._getframe()) else sys.hexversion


class BuiltinNames(tuple):
    """`sys.builtin_module_names`, in which a program does not find the modules that only PyPy has."""
    __slots__ = ()

    def __contains__(self, name):
        return tuple.__contains__(self, name) and (name != '__pypy__' or asked_by_host(sys._getframe()))


def set_threshold(*thresholds):
    limits[:len(thresholds)] = thresholds


limits = [700, 10, 10]
# What programs do to CPython's collector to be faster. PyPy's has neither thresholds nor anything to freeze.
COLLECTOR = {'set_threshold': set_threshold, 'get_threshold': lambda: tuple(limits), 'get_count': lambda: (0, 0, 0), 'freeze': lambda: None,
             'unfreeze': lambda: None, 'get_freeze_count': lambda: 0}


def identify_as_cpython():
    """From now on the program's own questions are answered as CPython answers them."""
    true = vars(sys.implementation)
    shown = {key: value for key, value in true.items() if key not in ('name', 'version', 'hexversion')}
    sys.implementation = Implementation(
        _name=true['name'], _version=true['version'], _hexversion=true.get('hexversion'), **shown)
    sys.builtin_module_names = BuiltinNames(sys.builtin_module_names)
    number, build = sys.version.split('[')[0].split(' ', 1)     # 3.11.11 (hash, date)
    sys.version = '%s %s[GCC]' % (number, ' '.join(build.split()) + ' ')
    del sys.pypy_version_info
    for name, function in COLLECTOR.items():
        if not hasattr(gc, name):
            setattr(gc, name, function)
    if 'sysconfig' in sys.modules:
        building.amend_sysconfig(sys.modules['sysconfig'])
    else:
        installers.AMENDMENTS['sysconfig'] = building.amend_sysconfig
