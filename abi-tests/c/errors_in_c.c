/* The error functions: set, fetch, restore, normalise, match, chain, handled exceptions, warnings, errno, syntax and import errors.
   flavours: 3.9 */
#include "checks.h"
#include <errno.h>

CHECK(set)
{
    PyObject *rows = PyList_New(0), *value = Py_BuildValue("(si)", "a", 2), *text = PyUnicode_FromString("text");
    PyErr_SetString(PyExc_ValueError, "message \xc3\xa9");
    note(rows, NULL);
    PyErr_SetObject(PyExc_ValueError, value);
    note(rows, NULL);
    PyErr_SetObject(PyExc_KeyError, text);
    note(rows, NULL);
    PyErr_SetNone(PyExc_StopIteration);
    note(rows, NULL);
    PyErr_SetObject(PyExc_ValueError, NULL);
    note(rows, NULL);
    PyErr_SetString((PyObject *)&PyLong_Type, "no exception class");
    note(rows, NULL);
    PyErr_SetObject(text, text);
    note(rows, NULL);
    note(rows, PyErr_NoMemory());
    PyErr_BadInternalCall();
    note(rows, NULL);
    note_int(rows, PyErr_BadArgument());
    PyObject *instance = PyObject_CallFunction(PyExc_OSError, "is", 2, "file");
    PyErr_SetObject((PyObject *)Py_TYPE(instance), instance);
    note_int(rows, PyErr_ExceptionMatches(PyExc_FileNotFoundError));
    note(rows, NULL);
    Py_DECREF(instance);
    Py_DECREF(value);
    Py_DECREF(text);
    return rows;
}

CHECK(match)
{
    PyObject *rows = PyList_New(0), *kinds = PyTuple_Pack(2, PyExc_KeyError, PyExc_OSError);
    PyErr_SetString(PyExc_KeyError, "x");
    note_int(rows, PyErr_Occurred() == PyExc_KeyError);
    int matches = PyErr_ExceptionMatches(PyExc_KeyError) + 2 * PyErr_ExceptionMatches(PyExc_LookupError)
                  + 4 * PyErr_ExceptionMatches(PyExc_IndexError) + 8 * PyErr_ExceptionMatches(kinds);
    PyErr_Clear();
    note_int(rows, matches);
    note_int(rows, PyErr_Occurred() == NULL);
    note_int(rows, PyErr_GivenExceptionMatches(PyExc_KeyError, kinds));
    note_int(rows, PyErr_GivenExceptionMatches(PyExc_ValueError, kinds));
    note_int(rows, PyErr_GivenExceptionMatches(NULL, kinds));
    PyObject *instance = PyObject_CallFunction(PyExc_KeyError, NULL);
    note_int(rows, PyErr_GivenExceptionMatches(instance, PyExc_LookupError));
    note_int(rows, PyExceptionInstance_Check(instance) + 2 * PyExceptionClass_Check(instance) + 4 * PyExceptionClass_Check(PyExc_KeyError));
    note_text(rows, PyExceptionClass_Name(PyExc_KeyError));
    note_int(rows, PyExceptionInstance_Class(instance) == PyExc_KeyError);
    Py_DECREF(instance);
    Py_DECREF(kinds);
    return rows;
}

CHECK(fetch_and_restore)
{
    PyObject *rows = PyList_New(0), *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    EXPECT(type == NULL && value == NULL && traceback == NULL);
    PyErr_SetString(PyExc_ValueError, "fetched");
    PyErr_Fetch(&type, &value, &traceback);
    EXPECT(type == PyExc_ValueError && value != NULL && !PyErr_Occurred());
    PyErr_NormalizeException(&type, &value, &traceback);
    EXPECT(PyObject_TypeCheck(value, (PyTypeObject *)PyExc_ValueError));
    note(rows, PyObject_GetAttrString(value, "args"));
    PyErr_Restore(type, value, traceback);
    note(rows, NULL);
    PyErr_Restore(NULL, NULL, NULL);
    note_int(rows, PyErr_Occurred() == NULL);
    PyErr_Restore(Py_NewRef(PyExc_KeyError), NULL, NULL);
    note(rows, NULL);
    PyErr_SetString(PyExc_ValueError, "first");
    PyErr_SetString(PyExc_KeyError, "second");
    note(rows, NULL);
    return rows;
}

/* Normalising makes an instance from whatever was given; when that fails, the failure is the exception. */
CHECK(normalise)
{
    PyObject *rows = PyList_New(0);
    PyObject *const values[] = {Py_BuildValue("(ii)", 1, 2), PyUnicode_FromString("one"), Py_NewRef(Py_None), PyObject_CallFunction(PyExc_KeyError, "s", "k"), NULL};
    PyObject *const kinds[] = {PyExc_ValueError, PyExc_LookupError, PyExc_UnicodeDecodeError};
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 5; j++) {
            PyObject *type = Py_NewRef(kinds[i]), *value = Py_XNewRef(values[j]), *traceback = NULL;
            PyErr_NormalizeException(&type, &value, &traceback);
            EXPECT(type && value && PyExceptionInstance_Check(value));
            note_text(rows, ((PyTypeObject *)type)->tp_name);
            note(rows, i < 2 ? PyObject_GetAttrString(value, "args") : Py_NewRef(Py_None));
            Py_XDECREF(type);
            Py_XDECREF(value);
            Py_XDECREF(traceback);
        }
    }
    for (int j = 0; j < 4; j++) {
        Py_DECREF(values[j]);
    }
    return rows;
}

CHECK(cause_and_context)
{
    PyObject *rows = PyList_New(0), *outer = PyObject_CallFunction(PyExc_ValueError, "s", "outer"), *inner = PyObject_CallFunction(PyExc_KeyError, "s", "inner");
    EXPECT(PyException_GetCause(outer) == NULL && PyException_GetContext(outer) == NULL && PyException_GetTraceback(outer) == NULL);
    PyException_SetCause(outer, Py_NewRef(inner));
    PyObject *cause = PyException_GetCause(outer);
    EXPECT(cause == inner);
    Py_DECREF(cause);
    note(rows, PyObject_GetAttrString(outer, "__suppress_context__"));
    PyException_SetContext(outer, Py_NewRef(inner));
    PyObject *context = PyException_GetContext(outer);
    EXPECT(context == inner);
    Py_DECREF(context);
    PyException_SetCause(outer, NULL);
    PyException_SetContext(outer, NULL);
    note(rows, PyObject_GetAttrString(outer, "__cause__"));
    note(rows, PyObject_GetAttrString(outer, "__context__"));
    note_int(rows, PyException_SetTraceback(outer, Py_None));
    note_int_kind(rows, PyException_SetTraceback(outer, inner));
    Py_DECREF(outer);
    Py_DECREF(inner);
    return rows;
}

CHECK(handled)
{
    PyObject *rows = PyList_New(0), *type, *value, *traceback, *error = PyObject_CallFunction(PyExc_ValueError, "s", "being handled");
    PyErr_GetExcInfo(&type, &value, &traceback);
    note_int(rows, type == NULL || type == Py_None);
    PyErr_SetExcInfo(Py_NewRef(PyExc_ValueError), Py_NewRef(error), NULL);
    PyObject *now, *now_value, *now_traceback;
    PyErr_GetExcInfo(&now, &now_value, &now_traceback);
    note_int(rows, now == PyExc_ValueError && now_value == error);
    Py_XDECREF(now);
    Py_XDECREF(now_value);
    Py_XDECREF(now_traceback);
    PyErr_SetString(PyExc_KeyError, "while handling");
    PyErr_Fetch(&now, &now_value, &now_traceback);
    PyErr_NormalizeException(&now, &now_value, &now_traceback);
    PyObject *context = PyException_GetContext(now_value);
    note_int(rows, context == error);
    Py_XDECREF(context);
    Py_XDECREF(now);
    Py_XDECREF(now_value);
    Py_XDECREF(now_traceback);
    PyErr_SetExcInfo(type, value, traceback);
    Py_DECREF(error);
    return rows;
}

CHECK(from_errno)
{
    PyObject *rows = PyList_New(0), *name = PyUnicode_FromString("some/file"), *other = PyUnicode_FromString("other");
    static const int numbers[] = {ENOENT, EACCES, EEXIST, EPIPE, ECHILD, EISDIR, EINVAL};
    for (int i = 0; i < 7; i++) {
        errno = numbers[i];
        note(rows, PyErr_SetFromErrno(PyExc_OSError));
    }
    errno = ENOENT;
    note(rows, PyErr_SetFromErrnoWithFilename(PyExc_OSError, "plain/name"));
    errno = ENOENT;
    note(rows, PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, name));
    errno = EEXIST;
    note(rows, PyErr_SetFromErrnoWithFilenameObjects(PyExc_OSError, name, other));
    errno = ENOENT;
    note(rows, PyErr_SetFromErrno(PyExc_ValueError));
    errno = 0;
    Py_DECREF(name);
    Py_DECREF(other);
    return rows;
}

CHECK(import_errors)
{
    PyObject *rows = PyList_New(0), *message = PyUnicode_FromString("cannot import"), *name = PyUnicode_FromString("name"), *path = PyUnicode_FromString("path");
    PyObject *type, *value, *traceback;
    PyErr_SetImportError(message, name, path);
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    note(rows, PyObject_GetAttrString(value, "name"));
    note(rows, PyObject_GetAttrString(value, "path"));
    note(rows, PyObject_GetAttrString(value, "msg"));
    PyErr_Restore(type, value, traceback);
    note(rows, NULL);
    PyErr_SetImportErrorSubclass(PyExc_ModuleNotFoundError, message, NULL, NULL);
    note(rows, NULL);
    PyErr_SetImportErrorSubclass(PyExc_ValueError, message, NULL, NULL);
    note(rows, NULL);
    PyErr_SetImportError(NULL, name, path);
    note(rows, NULL);
    Py_DECREF(message);
    Py_DECREF(name);
    Py_DECREF(path);
    return rows;
}

CHECK(stop_iteration)
{
    PyObject *rows = PyList_New(0), *value = Py_BuildValue("[i]", 5), *stop = PyObject_CallFunctionObjArgs(PyExc_StopIteration, value, NULL);
    note(rows, PyObject_GetAttrString(stop, "value"));
    PyErr_SetObject(PyExc_StopIteration, stop);
    PyObject *fetched = NULL;
    note_int(rows, _PyGen_FetchStopIterationValue(&fetched));
    note(rows, fetched);
    note_int(rows, _PyGen_FetchStopIterationValue(&fetched));
    note(rows, fetched);
    PyErr_SetString(PyExc_KeyError, "other");
    note_int(rows, _PyGen_FetchStopIterationValue(&fetched));
    Py_DECREF(value);
    Py_DECREF(stop);
    return rows;
}

CHECK(unicode_errors)
{
    PyObject *rows = PyList_New(0), *error = PyUnicodeDecodeError_Create("utf-8", "a\xff" "b", 3, 1, 2, "the reason");
    Py_ssize_t at = -1;
    EXPECT(error != NULL);
    note(rows, PyUnicodeDecodeError_GetEncoding(error));
    note(rows, PyUnicodeDecodeError_GetObject(error));
    note(rows, PyUnicodeDecodeError_GetReason(error));
    note_int(rows, PyUnicodeDecodeError_GetStart(error, &at));
    note_int(rows, at);
    note_int(rows, PyUnicodeDecodeError_GetEnd(error, &at));
    note_int(rows, at);
    note_int(rows, PyUnicodeDecodeError_SetStart(error, 0));
    note_int(rows, PyUnicodeDecodeError_SetEnd(error, 3));
    note_int(rows, PyUnicodeDecodeError_SetReason(error, "another reason"));
    note(rows, PyObject_Str(error));
    Py_DECREF(error);
    error = PyObject_CallFunction(PyExc_UnicodeEncodeError, "ssnns", "ascii", "x\xc3\xa9", (Py_ssize_t)1, (Py_ssize_t)2, "not ascii");
    note(rows, PyUnicodeEncodeError_GetEncoding(error));
    note(rows, PyUnicodeEncodeError_GetObject(error));
    note_int(rows, PyUnicodeEncodeError_GetStart(error, &at));
    note_int(rows, at);
    note(rows, PyObject_Str(error));
    Py_DECREF(error);
    return rows;
}

CHECK(exception_arguments)
{
    PyObject *rows = PyList_New(0), *error = PyObject_CallFunction(PyExc_ValueError, "si", "a", 2);
    PyBaseExceptionObject *fields = (PyBaseExceptionObject *)error;
    note_lent(rows, fields->args);
    note_int(rows, fields->traceback == NULL && fields->cause == NULL && fields->context == NULL);
    PyObject *other = Py_BuildValue("(s)", "other");
#if PY_VERSION_HEX >= 0x030C0000
    PyException_SetArgs(error, other);
#else
    PyObject_SetAttrString(error, "args", other);
#endif
    note(rows, PyObject_Str(error));
    note(rows, PyObject_Repr(error));
    Py_DECREF(other);
    Py_DECREF(error);
    return rows;
}

static PyObject *
leaves_exception(PyObject *self, PyObject *unused)
{
    PyErr_SetString(PyExc_ValueError, "left behind");
    Py_RETURN_NONE;
}

static PyObject *
returns_nothing(PyObject *self, PyObject *unused)
{
    return NULL;
}

CHECK(broken_functions)
{
    static PyMethodDef leaves = {"leaves", leaves_exception, METH_NOARGS, NULL}, nothing = {"nothing", returns_nothing, METH_NOARGS, NULL};
    PyObject *rows = PyList_New(0), *function = PyCFunction_New(&nothing, NULL);
    note_kind(rows, PyObject_CallObject(function, NULL));
    Py_DECREF(function);
    function = PyCFunction_New(&leaves, NULL);
    note_kind(rows, PyObject_CallObject(function, NULL));
    Py_DECREF(function);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(set), CHECKED(match), CHECKED(fetch_and_restore), CHECKED(normalise), CHECKED(cause_and_context), CHECKED(handled),
    CHECKED(from_errno), CHECKED(import_errors), CHECKED(stop_iteration), CHECKED(unicode_errors), CHECKED(exception_arguments),
    CHECKED(broken_functions), {NULL, NULL, 0, NULL},
};

THEME(errors_in_c)
