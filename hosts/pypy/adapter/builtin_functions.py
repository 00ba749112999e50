"""What a C function is for Python: an object as CPython's `builtin_function_or_method`.

PyPy's own builtin functions, which `__pypy__.builtinify` makes, refuse a new `__module__`, have a dictionary, and keep the docstring that they
were made with. `__class__` says that this is one all the same, so that `isinstance` with `types.BuiltinFunctionType` holds (ADR 25).
"""
import sys
import types

from _gimbal.native import ffi

NAME, FUNCTION, FLAGS, DOC = range(4)   # words of a PyMethodDef


def split_doc(name, doc):
    """CPython keeps a signature in front of the docstring: `name(signature)\\n--\\n\\n`."""
    if doc and doc.startswith(name + '(') and ')\n--\n\n' in doc:
        head, _, rest = doc.partition(')\n--\n\n')
        return rest, head[len(name):] + ')'
    return doc, None


class Kind(type):
    """What the class answers for itself, where its instances have an attribute of that name."""
    __module__ = property(lambda cls: 'builtins')
    __doc__ = property(lambda cls: None)

    def __new__(cls, name, bases, namespace):
        if bases:
            raise TypeError("type '%s' is not an acceptable base type" % bases[0].__name__)
        return type.__new__(cls, name, bases, namespace)

    def __call__(cls, *args, **keywords):
        raise TypeError("cannot create '%s' instances" % cls.__name__)


class builtin_function_or_method(metaclass=Kind):
    """`_definition` is the PyMethodDef; `_held` keeps what it is bound to; `_self` is that object, or the name of the module; `_words` has what
    the shim needs to make it a PyCFunctionObject again: definition, self and the module's name, or is None."""
    __slots__ = '_call', '_definition', '_held', '_self', '_module', '_words', '__qualname__', '__weakref__'

    def __call__(self, /, *args, **keywords):
        return self._call(args, keywords)

    @property
    def __name__(self):
        return ffi.string(ffi.cast('char *', self._definition[NAME])).decode()

    def _text(self):
        """Docstring and signature as they are now: C may have put others there."""
        doc = self._definition[DOC]
        return split_doc(self.__name__, ffi.string(ffi.cast('char *', doc)).decode('utf-8', 'replace') if doc else None)

    __doc__ = property(lambda self: self._text()[0])
    __text_signature__ = property(lambda self: self._text()[1])
    __class__ = property(lambda self: types.BuiltinFunctionType)
    __module__ = property(lambda self: self._module)

    @property
    def __self__(self):
        return sys.modules.get(self._self) if type(self._self) is str else self._self

    def __setattr__(self, name, value):
        if name == '__module__':
            set_module(self, value)
        else:
            raise self._refusal(name)

    def __delattr__(self, name):
        if name == '__module__':
            set_module(self, None)
        else:
            raise self._refusal(name)

    def _refusal(self, name):
        kind = type(self).__name__
        if hasattr(self, name):
            return AttributeError("attribute '%s' of '%s' objects is not writable" % (name, kind))
        return AttributeError("'%s' object has no attribute '%s'" % (kind, name))

    def _bound_to(self):
        """The object whose method it is, or None."""
        owner = self.__self__
        return None if isinstance(owner, types.ModuleType) else owner

    def __repr__(self):
        owner = self._bound_to()
        if owner is None:
            return '<built-in function %s>' % self.__name__
        from _gimbal.functions import tp_name
        return '<built-in method %s of %s object at %#x>' % (self.__name__, tp_name(type(owner)), id(owner))

    def __reduce__(self):
        owner = self._bound_to()
        return self.__name__ if owner is None else (getattr, (owner, self.__name__))


set_module = builtin_function_or_method._module.__set__
setters = [vars(builtin_function_or_method)[name].__set__
           for name in ('_call', '_definition', '_held', '_self', '_module', '_words', '__qualname__')]


def make(*values):
    """A new one, of the values in its slots."""
    function = object.__new__(builtin_function_or_method)
    for put, value in zip(setters, values):
        put(function, value)
    return function
