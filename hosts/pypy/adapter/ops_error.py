"""Operations on exceptions, warnings, tracebacks and code objects."""

import os
import sys
import types
import warnings
from functools import lru_cache

from __pypy__ import builtinify

from _gimbal import core
from _gimbal.cells import NULL
from _gimbal.native import ffi, lib


def caller():
    """The Python frame that called the extension; None when there is none."""
    try:
        return sys._getframe()
    except ValueError:
        return None


def MakeException(cls, value, trace):
    if value is NULL or value is None:
        exception = cls()
    elif isinstance(value, cls):
        exception = value
    elif isinstance(value, tuple):
        exception = cls(*value)
    else:
        exception = cls(value)
    if not isinstance(exception, BaseException):
        raise TypeError(
            f"calling {cls!r} should have returned an instance of BaseException, not {type(exception).__name__}"
        )
    if trace is not NULL:
        exception.__traceback__ = trace
    return exception


def ExceptionMatches(given, target):
    cls = type(given) if isinstance(given, BaseException) else given
    if isinstance(target, tuple):
        return any(ExceptionMatches(cls, item) for item in target)
    if not isinstance(target, type) or not isinstance(cls, type):
        return cls is target
    return target in cls.__mro__


def GetTraceback(exception):
    trace = exception.__traceback__
    return NULL if trace is None else trace


def SetTraceback(exception, trace):
    exception.__traceback__ = trace


def HandledException():
    exception = handled_by_host()[1]
    return NULL if exception is None else exception


handled_by_host = sys.exc_info


def exc_info():
    """`sys.exc_info()`: also of what C is handling, which may call this in the middle of it. When the host is handling something, too, the
    inner one counts: it has been raised during the other."""
    own = handled_by_host()
    frame = core.take_frame()
    inner = core.result(lib.slot(core.HANDLED_IN_C, 0, 0, frame + core.ARGS, frame), frame)
    if inner is None or own[1] is not None and inner.__context__ is not own[1]:
        return own
    return type(inner), inner, inner.__traceback__


def exception():
    return exc_info()[1]


def watch_handled():
    sys.exc_info = builtinify(exc_info)
    if hasattr(sys, 'exception'):
        sys.exception = builtinify(exception)


# --- warnings ------------------------------------------------------------------------------------------------


def Warn(message, category, stacklevel):
    if category is NULL:
        category = RuntimeWarning
    frame = caller()
    while frame is not None and stacklevel > 1:
        stacklevel -= 1
        frame = frame.f_back
    if frame is None:
        namespace, filename, line = vars(sys), "sys", 1
    else:
        namespace, filename, line = frame.f_globals, frame.f_code.co_filename, frame.f_lineno
    registry = namespace.setdefault("__warningregistry__", {})
    module = namespace.get("__name__", "<string>")
    warnings.warn_explicit(message, category, filename, line, module, registry)


def WarnExplicit(category, message, filename, line, module, registry):
    warnings.warn_explicit(
        message,
        RuntimeWarning if category is NULL else category,
        filename,
        line,
        None if module is NULL else module,
        None if registry is NULL else registry,
    )


# --- reports -------------------------------------------------------------------------------------------------


def DisplayException(exception):
    if sys.stderr is not None:
        import traceback  # it takes longer to load than most extensions

        traceback.print_exception(exception)


def PrintException(exception, set_last):
    if isinstance(exception, SystemExit):
        _exit_with(exception)
    trace = exception.__traceback__
    if set_last:
        sys.last_type, sys.last_value, sys.last_traceback = type(exception), exception, trace
    hook = getattr(sys, "excepthook", None)
    if hook is None:
        sys.stderr.write("sys.excepthook is missing\n")
        return DisplayException(exception)
    try:
        hook(type(exception), exception, trace)
    except SystemExit as exit:
        _exit_with(exit)
    except BaseException as second:
        sys.stderr.write("Error in sys.excepthook:\n")
        DisplayException(second)
        sys.stderr.write("\nOriginal exception was:\n")
        DisplayException(exception)


def _exit_with(exit):
    code = exit.code
    if code is None:
        code = 0
    elif not isinstance(code, int):
        sys.stdout.flush()
        print(code, file=sys.stderr)
        code = 1
    Exit(code)


def Exit(code):
    import atexit

    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except Exception:
            pass
    os._exit(code & 0xFF)


def WriteUnraisable(exception, object, message):
    object = None if object is NULL else object
    hook, trace, frame = sys.unraisablehook, exception.__traceback__, caller()
    if trace is None and frame is not None:
        trace = types.TracebackType(None, frame, frame.f_lasti, frame.f_lineno)
    if message is NULL:
        message = None
    if hook is sys.__unraisablehook__:  # PyPy's own wants a str and puts no colon after it
        if message is None and object is None:
            import traceback

            return traceback.print_exception(type(exception), exception, trace)
        message = (message or "Exception ignored in") + ":"
    hook(
        types.SimpleNamespace(
            exc_type=type(exception),
            exc_value=exception,
            exc_traceback=trace,
            err_msg=message,
            object=object,
            extra_line="",
        )
    )


def CheckSignals():
    word = lib.signal_word()
    if word:
        ffi.cast("int64_t *", word)[0] = -1     # `look_later` in hosts/pypy/src/lib.rs tells why
    # A backward jump is where PyPy looks for signals.
    for _ in (1, 2):
        pass
    return word or NULL


# --- tracebacks and code -------------------------------------------------------------------------------------

# One line each: the line of the body must be the first line of the function, which is what gets replaced.
# fmt: off
def _raise(exception): raise exception  # noqa: E704
def _no_body(): raise RuntimeError("this code object describes compiled code")  # noqa: E704
# fmt: on


@lru_cache(maxsize=4096)
def _entry(file, name, line):
    return _raise.__code__.replace(co_filename=file, co_name=name, co_firstlineno=line, **_qualified(name))


def _qualified(name):
    """The argument that gives a code object its qualified name, which 3.9 has not."""
    return {'co_qualname': name} if sys.version_info >= (3, 11) else {}


def AddTraceback(exception, file, name, line, namespace):
    # A traceback entry needs a frame, and only running code has one.
    inner, context = exception.__traceback__, exception.__context__
    run = types.FunctionType(_entry(file, name, line), {} if namespace is NULL else namespace)
    exception.__traceback__ = None
    try:
        run(exception)
    except BaseException:
        entry = exception.__traceback__
    while entry.tb_next is not None:
        entry = entry.tb_next
    trace = types.TracebackType(inner, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
    entry.tb_frame.clear()
    exception.__traceback__ = trace
    exception.__context__ = context
    return trace


def NewCode(file, name, qualname, line, flags, counts, varnames, freevars, cellvars):
    args, positional_only, keyword_only = counts
    return _no_body.__code__.replace(
        co_filename=file,
        co_name=name,
        co_firstlineno=line,
        co_flags=flags,
        co_argcount=args,
        co_posonlyargcount=positional_only,
        co_kwonlyargcount=keyword_only,
        co_nlocals=len(varnames),
        co_varnames=varnames,
        co_freevars=freevars,
        co_cellvars=cellvars,
        **_qualified(qualname),
    )
