/* What every theme needs: checks that name the line on which they failed, rows of results in which an error is
   a row too, and the few spellings that came or went between the versions whose headers the themes compile with. */
#ifndef GIMBAL_CHECKS_H
#define GIMBAL_CHECKS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#if PY_VERSION_HEX < 0x030A0000
static inline PyObject *
Py_NewRef(PyObject *object)
{
    Py_INCREF(object);
    return object;
}

static inline PyObject *
Py_XNewRef(PyObject *object)
{
    Py_XINCREF(object);
    return object;
}

static inline int
PyModule_AddObjectRef(PyObject *module, const char *name, PyObject *value)
{
    int status = value ? PyModule_AddObject(module, name, Py_NewRef(value)) : -1;
    if (status < 0) {
        Py_XDECREF(value);
    }
    return status;
}

#define Py_NewRef(object) Py_NewRef((PyObject *)(object))
#define Py_XNewRef(object) Py_XNewRef((PyObject *)(object))
#define Py_Is(a, b) ((a) == (b))
#define Py_IsNone(object) ((object) == Py_None)
#define Py_IsTrue(object) ((object) == Py_True)
#define Py_IsFalse(object) ((object) == Py_False)
/* The class itself has no way to its module's definition: the first base that has a module must do. */
static inline PyObject *
PyType_GetModuleByDef(PyTypeObject *type, struct PyModuleDef *definition)
{
    while (type != NULL && (!PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) || ((PyHeapTypeObject *)type)->ht_module == NULL)) {
        type = type->tp_base;
    }
    return type ? ((PyHeapTypeObject *)type)->ht_module : NULL;
}

#define PySet_CheckExact(object) (Py_TYPE(object) == &PySet_Type)
#define Py_TPFLAGS_DISALLOW_INSTANTIATION 0
#define Py_TPFLAGS_IMMUTABLETYPE 0
#endif

#if PY_VERSION_HEX < 0x030B0000
#define PyType_GetName(type) PyObject_GetAttrString((PyObject *)(type), "__name__")
#define PyType_GetQualName(type) PyObject_GetAttrString((PyObject *)(type), "__qualname__")
#define PyFloat_Pack2(value, data, little) _PyFloat_Pack2(value, (unsigned char *)(data), little)
#define PyFloat_Pack4(value, data, little) _PyFloat_Pack4(value, (unsigned char *)(data), little)
#define PyFloat_Pack8(value, data, little) _PyFloat_Pack8(value, (unsigned char *)(data), little)
#define PyFloat_Unpack2(data, little) _PyFloat_Unpack2((const unsigned char *)(data), little)
#define PyFloat_Unpack4(data, little) _PyFloat_Unpack4((const unsigned char *)(data), little)
#define PyFloat_Unpack8(data, little) _PyFloat_Unpack8((const unsigned char *)(data), little)
#endif

#if PY_VERSION_HEX >= 0x030D0000
/* Still exported, in headers that are not for extensions. */
PyAPI_FUNC(int) _PyGen_SetStopIterationValue(PyObject *value);
PyAPI_FUNC(int) _PyGen_FetchStopIterationValue(PyObject **value);
#define _PyObject_LookupAttr(object, name, result) PyObject_GetOptionalAttr(object, name, result)
#define _PyLong_AsInt PyLong_AsInt
#endif

/* Inside a function that returns a PyObject pointer. */
#define EXPECT(condition)                                                                      \
    do {                                                                                       \
        if (!(condition)) {                                                                    \
            PyErr_Format(PyExc_AssertionError, "line %d: %s", __LINE__, #condition);           \
            return NULL;                                                                       \
        }                                                                                      \
    } while (0)

/* A C function of any signature as the method table wants it, without a cast warning. */
#define METHOD(function) ((PyCFunction)(void (*)(void))(function))

/* A slot's function or data, as the table of a type's spec wants it. */
#define SLOT(function) ((void *)(function))

/* A check: a function without arguments, run on every host, and its line in the method table. */
#define CHECK(name) static PyObject *check_##name(PyObject *self, PyObject *unused)
#define CHECKED(name) {"check_" #name, check_##name, METH_NOARGS, NULL}

/* The rest of a theme: a module with the methods above. */
#define THEME(module)                                                                          \
    static struct PyModuleDef definition = {                                                   \
        PyModuleDef_HEAD_INIT, .m_name = #module, .m_size = -1, .m_methods = methods,          \
    };                                                                                         \
    PyMODINIT_FUNC PyInit_##module(void)                                                       \
    {                                                                                          \
        return unlocked(PyModule_Create(&definition));                                         \
    }

/* A module that does not ask a free-threaded interpreter for its lock. */
static inline PyObject *
unlocked(PyObject *module)
{
#ifdef Py_GIL_DISABLED
    if (module != NULL) {
        PyUnstable_Module_SetGIL(module, Py_MOD_GIL_NOT_USED);
    }
#endif
    return module;
}

/* The same among the slots of a definition. */
#ifdef Py_GIL_DISABLED
#define WITHOUT_GIL {Py_mod_gil, Py_MOD_GIL_NOT_USED},
#else
#define WITHOUT_GIL
#endif

/* The current exception as a text, which clears it. An internal error of CPython names a line of its own source, which
   is left out; a negative `words` leaves the whole message out, for what each host words in its own way. */
static inline PyObject *
told(int words)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    if (type == NULL) {
        return PyUnicode_FromString("no exception");
    }
    PyErr_NormalizeException(&type, &value, &traceback);
    const char *name = ((PyTypeObject *)type)->tp_name, *dot = strrchr(name, '.');
    name = dot ? dot + 1 : name;
    PyObject *text = words < 0 ? NULL : PyObject_Str(value), *result = NULL;
    if (text != NULL) {
        const char *message = PyUnicode_AsUTF8(text), *line = message ? strstr(message, ".c:") : NULL;
        const char *after = line ? strstr(line, ": ") : NULL;
        result = PyUnicode_FromFormat("%s: %s", name, after ? after + 2 : message ? message : "no UTF-8");
    }
    if (result == NULL) {
        PyErr_Clear();
        result = PyUnicode_FromString(name);
    }
    Py_XDECREF(text);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return result;
}

/* Adds a result to a list, which steals it: the object, or what went wrong when there is none. */
static inline void
note_as(PyObject *rows, PyObject *result, int words)
{
    if (result == NULL) {
        result = told(words);
    }
    else if (PyErr_Occurred()) {
        result = Py_BuildValue("(sNN)", "result with an exception", result, told(words));
    }
    if (rows == NULL || result == NULL || PyList_Append(rows, result) < 0) {
        Py_FatalError("the rows of a check cannot be written down");
    }
    Py_DECREF(result);
}

static inline void
note(PyObject *rows, PyObject *result)
{
    note_as(rows, result, 1);
}

/* Of an exception, only the type. */
static inline void
note_kind(PyObject *rows, PyObject *result)
{
    note_as(rows, result, -1);
}

/* A borrowed result. */
static inline void
note_lent(PyObject *rows, PyObject *result)
{
    note_as(rows, Py_XNewRef(result), 1);
}

/* A number, and the exception beside it if there is one. */
static inline void
note_int_as(PyObject *rows, long long result, int words)
{
    PyObject *error = PyErr_Occurred() ? told(words) : NULL, *number = PyLong_FromLongLong(result);
    note(rows, error ? Py_BuildValue("(NN)", number, error) : number);
}

static inline void
note_int(PyObject *rows, long long result)
{
    note_int_as(rows, result, 1);
}

static inline void
note_int_kind(PyObject *rows, long long result)
{
    note_int_as(rows, result, -1);
}

static inline void
note_double(PyObject *rows, double result)
{
    PyObject *error = PyErr_Occurred() ? told(1) : NULL, *number = PyFloat_FromDouble(result);
    note(rows, error ? Py_BuildValue("(NN)", number, error) : number);
}

static inline void
note_text(PyObject *rows, const char *result)
{
    note(rows, result || PyErr_Occurred() ? (result ? PyUnicode_FromString(result) : NULL) : Py_NewRef(Py_None));
}

#endif
