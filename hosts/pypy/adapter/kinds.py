"""How objects of each class are encoded: told once for a class, by what it derives from."""
import sys
import types

from __pypy__ import identity_dict

from _gimbal.builtin_functions import builtin_function_or_method
from _gimbal.cells import NULL, Absent
from _gimbal.handles import class_tables
from _gimbal.lifetimes import once

native_classes = identity_dict()    # class -> how to make an empty wrapper

(K_REFERENCE, K_NATIVE, K_STATEFUL, K_TUPLE, K_LIST, K_DICT, K_BYTES, K_COMPLEX, K_ELLIPSIS, K_NOT_IMPLEMENTED, K_ABSENT, K_VALUE,
 K_FIELDS, K_FUNCTION) = range(14)

kinds = identity_dict()
for cls, kind in ((tuple, K_TUPLE), (list, K_LIST), (dict, K_DICT), (bytes, K_BYTES), (complex, K_COMPLEX), (type(Ellipsis), K_ELLIPSIS),
                  (type(NotImplemented), K_NOT_IMPLEMENTED), (Absent, K_ABSENT)):
    kinds[cls] = kind

fields_of = identity_dict()     # what C reads in place of some builtins, in the order of their C structs
class_tables += kinds, fields_of


def has_fields(cls, fields):
    kinds[cls] = K_FIELDS
    fields_of[cls] = fields


def cell_contents(cell):
    try:
        return (cell.cell_contents,)
    except ValueError:
        return (NULL,)


AFTER_ARGUMENTS = (NULL,) * (4 if sys.version_info >= (3, 11) else 3)   # notes, traceback, context and cause; no notes before 3.11


def exception_fields(x):
    """Instance dictionary, arguments and what comes after them, of which C gets the arguments."""
    return (NULL, BaseException.args.__get__(x)) + AFTER_ARGUMENTS


def stop_fields(x):
    """What a generator returned stands behind the fields of all exceptions and a flag."""
    return exception_fields(x) + (NULL, StopIteration.value.__get__(x))


def exit_fields(x):
    return exception_fields(x) + (NULL, SystemExit.code.__get__(x))


has_fields(slice, lambda x: (x.start, x.stop, x.step))
has_fields(types.MethodType, lambda x: (x.__func__, x.__self__))
has_fields(types.CellType, cell_contents)


# The classes of module datetime that have a struct of their own, and what stands in it.
DATE = ('year', 'month', 'day')
TIME = ('hour', 'minute', 'second', 'microsecond', 'fold', 'tzinfo')
DATETIME_FIELDS = {'date': DATE, 'datetime': DATE + TIME, 'time': TIME, 'timedelta': ('days', 'seconds', 'microseconds')}
DATETIME_NAMES = list(DATETIME_FIELDS)

ARRAY_STRUCT = 5        # the number behind theirs


def datetime_struct(cls):
    """Which of these a class is, counted from 1; 0 for all others."""
    if cls.__module__ != 'datetime' or cls.__name__ not in DATETIME_FIELDS:     # another metaclass may hide the name
        return 0
    name = cls.__name__
    return DATETIME_NAMES.index(name) + 1 if getattr(sys.modules.get('datetime'), name, None) is cls else 0


def datetime_fields(cls):
    """Reads what the struct of such a class holds, whatever a class derived from it has put over its attributes."""
    getters = [getattr(cls, name).__get__ for name in DATETIME_FIELDS[cls.__name__]]
    return lambda x: [get(x) for get in getters]


def classify(cls):
    """How objects of a class that is met for the first time are encoded."""
    kind = K_REFERENCE
    mro = type.mro(cls) if cls is type else cls.__mro__
    if not issubclass(cls, type) and any(base in native_classes for base in mro):
        kinds[cls] = kind = K_NATIVE if cls in native_classes else K_STATEFUL
        once(cls)
        return kind
    for base in mro:
        if base is type:
            break
        if base is tuple or base is list:
            kind = K_TUPLE if base is tuple else K_LIST
            break
        if base is int or base is str or base is float or base is bytes:
            kind = K_VALUE
            break
        if base is builtin_function_or_method or base is types.BuiltinFunctionType:
            kind = K_FUNCTION
            break
        if datetime_struct(base):
            kind = K_FIELDS
            fields_of[cls] = datetime_fields(base)
            break
        if base is BaseException:
            kind = K_FIELDS
            fields_of[cls] = (stop_fields if issubclass(cls, StopIteration) else
                              exit_fields if issubclass(cls, SystemExit) else exception_fields)
            break
    kinds[cls] = kind
    return kind


def kind_of(cls):
    kind = kinds.get(cls)
    return classify(cls) if kind is None else kind
