/* Exceptions: raised by C for Python, raised by Python for C, fetched, changed, chained and put back.
   flavours: 3.9 */
#include "checks.h"
#include <errno.h>
#include <frameobject.h>

static PyObject *CustomError, *DocumentedError;

static PyObject *
check_set_string(PyObject *self, PyObject *args)
{
    PyErr_SetString(PyExc_ValueError, "m\xc3\xa9ssage");
    return NULL;
}

static PyObject *
check_set_none(PyObject *self, PyObject *args)
{
    PyErr_SetNone(PyExc_KeyboardInterrupt);
    return NULL;
}

static PyObject *
check_set_object(PyObject *self, PyObject *args)
{
    PyObject *value = Py_BuildValue("(si)", "two arguments", 5);
    PyErr_SetObject(CustomError, value);
    Py_DECREF(value);
    return NULL;
}

static PyObject *
check_format(PyObject *self, PyObject *args)
{
    return PyErr_Format(PyExc_TypeError, "%s takes %d, not %.20s or %R", "it", 3, Py_TYPE(self)->tp_name, Py_None);
}

static PyObject *
check_no_memory(PyObject *self, PyObject *args)
{
    return PyErr_NoMemory();
}

static PyObject *
check_bad_argument(PyObject *self, PyObject *args)
{
    PyErr_BadArgument();
    return NULL;
}

static PyObject *
check_bad_internal_call(PyObject *self, PyObject *args)
{
    PyErr_BadInternalCall();
    return NULL;
}

static PyObject *
check_errno(PyObject *self, PyObject *args)
{
    errno = ENOENT;
    return PyErr_SetFromErrno(PyExc_OSError);
}

static PyObject *
check_errno_with_name(PyObject *self, PyObject *args)
{
    errno = EACCES;
    return PyErr_SetFromErrnoWithFilename(PyExc_OSError, "/some/f\xc3\xafle");
}

static PyObject *
check_errno_with_object(PyObject *self, PyObject *args)
{
    errno = EEXIST;
    PyObject *name = PyUnicode_FromString("object name");
    PyErr_SetFromErrnoWithFilenameObject(PyExc_OSError, name);
    Py_DECREF(name);
    return NULL;
}

static PyObject *
check_import_error(PyObject *self, PyObject *args)
{
    PyObject *message = PyUnicode_FromString("cannot import"), *name = PyUnicode_FromString("module.name");
    PyObject *path = PyUnicode_FromString("/a/path");
    PyErr_SetImportError(message, name, path);
    Py_DECREF(message);
    Py_DECREF(name);
    Py_DECREF(path);
    return NULL;
}

static PyObject *
check_not_an_exception(PyObject *self, PyObject *args)
{
    PyErr_SetString((PyObject *)&PyLong_Type, "an int");
    return NULL;
}

static PyObject *
check_occurred_and_clear(PyObject *self, PyObject *args)
{
    EXPECT(PyErr_Occurred() == NULL);
    PyErr_SetString(CustomError, "x");
    EXPECT(PyErr_Occurred() == CustomError);
    EXPECT(PyErr_ExceptionMatches(CustomError) && PyErr_ExceptionMatches(PyExc_ValueError));
    EXPECT(PyErr_ExceptionMatches(PyExc_Exception) && !PyErr_ExceptionMatches(PyExc_KeyError));
    PyObject *tuple = PyTuple_Pack(2, PyExc_KeyError, PyExc_ValueError);
    EXPECT(PyErr_ExceptionMatches(tuple) && PyErr_GivenExceptionMatches(PyExc_KeyError, tuple));
    Py_DECREF(tuple);
    PyErr_Clear();
    EXPECT(PyErr_Occurred() == NULL);
    Py_RETURN_NONE;
}

static PyObject *
check_last_one_counts(PyObject *self, PyObject *args)
{
    PyErr_SetString(PyExc_KeyError, "first");
    PyErr_SetString(PyExc_IndexError, "second");
    return NULL;
}

static PyObject *
check_normalize(PyObject *self, PyObject *args)
{
    PyObject *type, *value, *traceback;
    PyErr_SetString(CustomError, "not yet an instance");
    PyErr_Fetch(&type, &value, &traceback);
#if PY_VERSION_HEX < 0x030C0000
    EXPECT(PyUnicode_Check(value));
#endif
    EXPECT(traceback == NULL && !PyErr_Occurred());
    PyErr_NormalizeException(&type, &value, &traceback);
    EXPECT(type == CustomError && PyExceptionInstance_Check(value) && PyExceptionInstance_Class(value) == CustomError);
    Py_DECREF(type);
    return value;
}

static PyObject *
check_normalize_tuple(PyObject *self, PyObject *args)
{
    PyObject *type = Py_NewRef(PyExc_OSError), *value = Py_BuildValue("(iss)", ENOENT, "text", "name"), *traceback = NULL;
    PyErr_NormalizeException(&type, &value, &traceback);
    /* The constructor chose a subclass. */
    EXPECT(PyExceptionInstance_Class(value) == PyExc_FileNotFoundError);
    PyErr_Restore(type, value, traceback);
    return NULL;
}

static PyObject *
check_cause_and_context(PyObject *self, PyObject *args)
{
    PyObject *inner = PyObject_CallFunction(PyExc_KeyError, "s", "inner"), *outer = PyObject_CallFunction(CustomError, "s", "outer");
    EXPECT(inner && outer && PyException_GetCause(outer) == NULL && PyException_GetContext(outer) == NULL);
    PyException_SetCause(outer, Py_NewRef(inner));
    PyException_SetContext(outer, Py_NewRef(inner));
    PyObject *cause = PyException_GetCause(outer), *context = PyException_GetContext(outer);
    EXPECT(cause == inner && context == inner);
    Py_DECREF(cause);
    Py_DECREF(context);
    EXPECT(PyException_GetTraceback(outer) == NULL);
    PyErr_SetObject(CustomError, outer);
    Py_DECREF(outer);
    Py_DECREF(inner);
    return NULL;
}

static PyObject *
check_names(PyObject *self, PyObject *args)
{
    EXPECT(PyExceptionClass_Check(CustomError) && !PyExceptionClass_Check((PyObject *)&PyLong_Type));
    return Py_BuildValue("(ss)", PyExceptionClass_Name(CustomError), PyExceptionClass_Name(PyExc_OSError));
}

static PyObject *
check_unicode_error(PyObject *self, PyObject *args)
{
    PyObject *error = PyUnicodeDecodeError_Create("codec", "ab\xff", 3, 2, 3, "because");
    EXPECT(error);
    Py_ssize_t start = -1, end = -1;
    EXPECT(PyUnicodeDecodeError_GetStart(error, &start) == 0 && PyUnicodeDecodeError_GetEnd(error, &end) == 0);
    EXPECT(start == 2 && end == 3 && PyUnicodeDecodeError_SetStart(error, 1) == 0);
    EXPECT(PyUnicodeDecodeError_SetReason(error, "another reason") == 0);
    return Py_BuildValue("(NNNN)", PyUnicodeDecodeError_GetEncoding(error), PyUnicodeDecodeError_GetObject(error),
                         PyUnicodeDecodeError_GetReason(error), error);
}

/* Every standard exception is what it says it is. */
static PyObject *
check_hierarchy(PyObject *self, PyObject *args)
{
    PyObject *exceptions[] = {
        PyExc_BaseException, PyExc_Exception, PyExc_StopAsyncIteration, PyExc_StopIteration, PyExc_GeneratorExit,
        PyExc_ArithmeticError, PyExc_LookupError, PyExc_AssertionError, PyExc_AttributeError, PyExc_BufferError,
        PyExc_EOFError, PyExc_FloatingPointError, PyExc_OSError, PyExc_ImportError, PyExc_ModuleNotFoundError,
        PyExc_IndexError, PyExc_KeyError, PyExc_KeyboardInterrupt, PyExc_MemoryError, PyExc_NameError,
        PyExc_OverflowError, PyExc_RuntimeError, PyExc_RecursionError, PyExc_NotImplementedError, PyExc_SyntaxError,
        PyExc_IndentationError, PyExc_TabError, PyExc_ReferenceError, PyExc_SystemError, PyExc_SystemExit,
        PyExc_TypeError, PyExc_UnboundLocalError, PyExc_UnicodeError, PyExc_UnicodeEncodeError, PyExc_UnicodeDecodeError,
        PyExc_UnicodeTranslateError, PyExc_ValueError, PyExc_ZeroDivisionError, PyExc_BlockingIOError,
        PyExc_BrokenPipeError, PyExc_ChildProcessError, PyExc_ConnectionError, PyExc_ConnectionAbortedError,
        PyExc_ConnectionRefusedError, PyExc_ConnectionResetError, PyExc_FileExistsError, PyExc_FileNotFoundError,
        PyExc_InterruptedError, PyExc_IsADirectoryError, PyExc_NotADirectoryError, PyExc_PermissionError,
        PyExc_ProcessLookupError, PyExc_TimeoutError, PyExc_EnvironmentError, PyExc_IOError, PyExc_Warning,
        PyExc_UserWarning, PyExc_DeprecationWarning, PyExc_PendingDeprecationWarning, PyExc_SyntaxWarning,
        PyExc_RuntimeWarning, PyExc_FutureWarning, PyExc_ImportWarning, PyExc_UnicodeWarning, PyExc_BytesWarning,
        PyExc_ResourceWarning,
#if PY_VERSION_HEX >= 0x030B0000
        PyExc_EncodingWarning, PyExc_BaseExceptionGroup,
#endif
    };
    PyObject *list = PyList_New(0);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(exceptions); i++) {
        PyObject *name = PyUnicode_FromString(((PyTypeObject *)exceptions[i])->tp_name);
        EXPECT(name && PyList_Append(list, name) == 0 && PyType_FastSubclass((PyTypeObject *)exceptions[i], Py_TPFLAGS_BASE_EXC_SUBCLASS));
        Py_DECREF(name);
    }
    return list;
}

/* The error names the function. */
static PyObject *
return_nothing(PyObject *self, PyObject *args)
{
    return NULL;
}

static PyObject *
raise_it(PyObject *self, PyObject *args)
{
    PyObject *type, *value = NULL;
    if (!PyArg_ParseTuple(args, "O|O", &type, &value)) {
        return NULL;
    }
    if (value == NULL) {
        PyErr_SetNone(type);
    }
    else {
        PyErr_SetObject(type, value);
    }
    return NULL;
}

/* Calls, and describes the exception that came back; the exception itself is gone afterwards. */
static PyObject *
catch_it(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallNoArgs(function);
    if (result != NULL) {
        return result;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    EXPECT(!PyErr_Occurred());
    PyErr_NormalizeException(&type, &value, &traceback);
    PyObject *answer = Py_BuildValue("(OOi)", type, value, traceback != NULL && PyTraceBack_Check(traceback));
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return answer;
}

/* Fetches and restores: the caller must not see a difference. */
static PyObject *
pass_through(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallNoArgs(function);
    if (result == NULL) {
        PyObject *type, *value, *traceback;
        PyErr_Fetch(&type, &value, &traceback);
        PyErr_Restore(type, value, traceback);
    }
    return result;
}

/* Adds a cause, as "raise CustomError from error" does. */
static PyObject *
wrap(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallNoArgs(function);
    if (result != NULL) {
        return result;
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    if (traceback != NULL) {
        PyException_SetTraceback(value, traceback);
    }
    PyErr_SetString(CustomError, "wrapped");
    PyObject *type2, *value2, *traceback2;
    PyErr_Fetch(&type2, &value2, &traceback2);
    PyErr_NormalizeException(&type2, &value2, &traceback2);
    PyException_SetCause(value2, Py_NewRef(value));
    PyException_SetContext(value2, value);
    Py_DECREF(type);
    Py_XDECREF(traceback);
    PyErr_Restore(type2, value2, traceback2);
    return NULL;
}

/* Goes on after an error, as a loop over optional attributes does. */
static PyObject *
swallow(PyObject *self, PyObject *functions)
{
    PyObject *iterator = PyObject_GetIter(functions), *function, *results = PyList_New(0);
    if (iterator == NULL) {
        return NULL;
    }
    while ((function = PyIter_Next(iterator)) != NULL) {
        PyObject *result = PyObject_CallNoArgs(function);
        Py_DECREF(function);
        if (result == NULL) {
            if (!PyErr_ExceptionMatches(PyExc_LookupError)) {
                Py_DECREF(iterator);
                Py_DECREF(results);
                return NULL;
            }
            PyErr_Clear();
            result = PyUnicode_FromString("swallowed");
        }
        EXPECT(PyList_Append(results, result) == 0);
        Py_DECREF(result);
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? NULL : results;
}

static PyObject *
handled(PyObject *self, PyObject *args)
{
    PyObject *type, *value, *traceback;
    PyErr_GetExcInfo(&type, &value, &traceback);
    PyObject *result = Py_BuildValue("(OO)", type ? type : Py_None, value ? value : Py_None);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return result;
}

static PyObject *
warn(PyObject *self, PyObject *args)
{
    PyObject *category;
    const char *message;
    if (!PyArg_ParseTuple(args, "Os", &category, &message)) {
        return NULL;
    }
    if (PyErr_WarnEx(category, message, 1) < 0 || PyErr_WarnFormat(category, 1, "%s again, %d", message, 2) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
unraisable(PyObject *self, PyObject *where)
{
    PyErr_SetString(CustomError, "cannot be raised");
    PyErr_WriteUnraisable(where);
    EXPECT(!PyErr_Occurred());
    Py_RETURN_NONE;
}

static PyObject *
stop_value(PyObject *self, PyObject *generator)
{
    PyObject *item, *items = PyList_New(0);
    while ((item = Py_TYPE(generator)->tp_iternext(generator)) != NULL) {
        EXPECT(PyList_Append(items, item) == 0);
        Py_DECREF(item);
    }
    PyObject *value = NULL;
    if (_PyGen_FetchStopIterationValue(&value) < 0) {
        Py_DECREF(items);
        return NULL;
    }
    return Py_BuildValue("(NN)", items, value);
}

/* An exception type that C lays out. */
static PyTypeObject NativeError = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "errors_both_ways.NativeError",
    .tp_basicsize = sizeof(PyBaseExceptionObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
};

/* What C writes into the dictionary of an exception are its attributes. */
static PyObject *
write_dict(PyObject *self, PyObject *error)
{
    PyObject *dict = PyObject_GenericGetDict(error, NULL), *same = PyObject_GetAttrString(error, "__dict__");
    EXPECT(dict && same == dict && PyDict_SetItemString(dict, "first", Py_True) == 0);
    EXPECT(PyDict_GetItemString(same, "first") == Py_True && PyDict_DelItemString(same, "label") == 0);
    Py_ssize_t size = PyDict_Size(same);
    Py_DECREF(dict);
    Py_DECREF(same);
    return Py_BuildValue("Nn", PyObject_GetAttrString(error, "first"), size);
}

/* Calls a function while an exception is handled here. */
static PyObject *
call_while_handling(PyObject *self, PyObject *args)
{
    PyObject *error, *function, *type, *value, *traceback;
    if (!PyArg_ParseTuple(args, "OO", &error, &function)) {
        return NULL;
    }
    PyErr_GetExcInfo(&type, &value, &traceback);
    PyErr_SetExcInfo(Py_NewRef(Py_TYPE(error)), Py_NewRef(error), NULL);
    PyObject *result = PyObject_CallNoArgs(function);
    PyErr_SetExcInfo(type, value, traceback);
    return result;
}

static PyMethodDef methods[] = {
    {"call_while_handling", call_while_handling, METH_VARARGS, NULL},
    {"check_set_string", check_set_string, METH_NOARGS, NULL},
    {"check_set_none", check_set_none, METH_NOARGS, NULL},
    {"check_set_object", check_set_object, METH_NOARGS, NULL},
    {"check_format", check_format, METH_NOARGS, NULL},
    {"check_no_memory", check_no_memory, METH_NOARGS, NULL},
    {"check_bad_argument", check_bad_argument, METH_NOARGS, NULL},
    {"check_bad_internal_call", check_bad_internal_call, METH_NOARGS, NULL},
    {"check_errno", check_errno, METH_NOARGS, NULL},
    {"check_errno_with_name", check_errno_with_name, METH_NOARGS, NULL},
    {"check_errno_with_object", check_errno_with_object, METH_NOARGS, NULL},
    {"check_import_error", check_import_error, METH_NOARGS, NULL},
    {"check_not_an_exception", check_not_an_exception, METH_NOARGS, NULL},
    {"check_occurred_and_clear", check_occurred_and_clear, METH_NOARGS, NULL},
    {"check_last_one_counts", check_last_one_counts, METH_NOARGS, NULL},
    {"check_normalize", check_normalize, METH_NOARGS, NULL},
    {"check_normalize_tuple", check_normalize_tuple, METH_NOARGS, NULL},
    {"check_cause_and_context", check_cause_and_context, METH_NOARGS, NULL},
    {"check_names", check_names, METH_NOARGS, NULL},
    {"check_unicode_error", check_unicode_error, METH_NOARGS, NULL},
    {"check_hierarchy", check_hierarchy, METH_NOARGS, NULL},
    {"return_nothing", return_nothing, METH_VARARGS, NULL},
    {"raise_it", raise_it, METH_VARARGS, NULL},
    {"catch_it", catch_it, METH_O, NULL},
    {"pass_through", pass_through, METH_O, NULL},
    {"wrap", wrap, METH_O, NULL},
    {"swallow", swallow, METH_O, NULL},
    {"handled", handled, METH_NOARGS, NULL},
    {"warn", warn, METH_VARARGS, NULL},
    {"unraisable", unraisable, METH_O, NULL},
    {"stop_value", stop_value, METH_O, NULL},
    {"write_dict", write_dict, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "errors_both_ways", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_errors_both_ways(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    if (module == NULL) {
        return NULL;
    }
    CustomError = PyErr_NewException("errors_both_ways.CustomError", PyExc_ValueError, NULL);
    PyObject *bases = PyTuple_Pack(2, PyExc_KeyError, PyExc_AttributeError), *dict = Py_BuildValue("{s:i}", "code", 42);
    DocumentedError = PyErr_NewExceptionWithDoc("errors_both_ways.DocumentedError", "What it means.", bases, dict);
    Py_XDECREF(bases);
    Py_XDECREF(dict);
    NativeError.tp_base = (PyTypeObject *)PyExc_ValueError;
    if (PyType_Ready(&NativeError) < 0 || PyModule_AddObjectRef(module, "NativeError", (PyObject *)&NativeError) < 0 ||
        PyModule_AddObjectRef(module, "CustomError", CustomError) < 0 ||
        PyModule_AddObjectRef(module, "DocumentedError", DocumentedError) < 0) {
        Py_DECREF(module);
        return NULL;
    }
    return module;
}
