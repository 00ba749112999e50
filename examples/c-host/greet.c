/* An ordinary extension, built with CPython's headers: it knows nothing of hosts. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

static PyObject *hello(PyObject *self, PyObject *name)
{
    return PyUnicode_FromFormat("Hello, %U!", name);
}

static PyObject *total(PyObject *self, PyObject *list)
{
    long sum = 0;
    if (!PyList_Check(list)) {
        return PyErr_Format(PyExc_TypeError, "a list is needed, not %s", Py_TYPE(list)->tp_name);
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        sum += PyLong_AsLong(PyList_GET_ITEM(list, i));
    }
    return PyErr_Occurred() ? NULL : PyLong_FromLong(sum);
}

static PyObject *count(PyObject *self, PyObject *text)
{
    PyObject *counts = PyDict_New();
    for (Py_ssize_t i = 0; i < PyUnicode_GET_LENGTH(text); i++) {
        PyObject *letter = PyUnicode_Substring(text, i, i + 1);
        PyObject *before = PyDict_GetItemWithError(counts, letter);
        PyObject *after = PyLong_FromLong(1 + (before ? PyLong_AsLong(before) : 0));
        PyDict_SetItem(counts, letter, after);
        Py_DECREF(after);
        Py_DECREF(letter);
    }
    return counts;
}

static PyObject *apply(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    if (n != 2) {
        return PyErr_Format(PyExc_TypeError, "apply() takes a function and a list");
    }
    PyObject *results = PyList_New(0);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(args[1]); i++) {
        PyObject *result = PyObject_CallOneArg(args[0], PyList_GET_ITEM(args[1], i));
        if (result == NULL || PyList_Append(results, result) < 0) {
            Py_XDECREF(result);
            Py_DECREF(results);
            return NULL;
        }
        Py_DECREF(result);
    }
    return results;
}

static PyObject *append(PyObject *self, PyObject *args)
{
    PyObject *list;
    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &list) || PyList_Append(list, Py_None) < 0) {
        return NULL;
    }
    return PyLong_FromSsize_t(PyList_GET_SIZE(list));
}

static PyMethodDef methods[] = {
    {"hello", hello, METH_O, "Greets."},
    {"total", total, METH_O, "Adds up."},
    {"count", count, METH_O, "Counts letters."},
    {"apply", (PyCFunction)(void (*)(void))apply, METH_FASTCALL, "Calls a function for each item."},
    {"append", append, METH_VARARGS, "Appends None."},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module)
{
    return PyModule_AddStringConstant(module, "version", "1.0");
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, {0, NULL}};

static PyModuleDef def = {PyModuleDef_HEAD_INIT, "greet", "Greetings.", 0, methods, slots};

PyMODINIT_FUNC PyInit_greet(void)
{
    return PyModuleDef_Init(&def);
}
