/* Exceptions that cross, and those that do not. */
#include "../c/checks.h"

static PyObject *
fail(PyObject *self, PyObject *none)
{
    PyErr_SetString(PyExc_ValueError, "no");
    return NULL;
}

/* Raised by a Python function, cleared here. */
static PyObject *
forgive(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallNoArgs(function);
    if (result == NULL && PyErr_ExceptionMatches(PyExc_ValueError)) {
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    return result;
}

static PyObject *
pass_on(PyObject *self, PyObject *function)
{
    return PyObject_CallNoArgs(function);
}

/* Inside C only. */
static PyObject *
each_error(PyObject *self, PyObject *times)
{
    for (long n = PyLong_AsLong(times); n > 0; n--) {
        PyErr_SetString(PyExc_ValueError, "no");
        EXPECT(PyErr_ExceptionMatches(PyExc_ValueError));
        PyErr_Clear();
    }
    Py_RETURN_NONE;
}

/* As a long calculation does it. */
static PyObject *
each_check(PyObject *self, PyObject *times)
{
    for (long n = PyLong_AsLong(times); n > 0; n--) {
        EXPECT(PyErr_CheckSignals() == 0);
    }
    Py_RETURN_NONE;
}

/* Looks for an attribute that is not there. */
static PyObject *
missing(PyObject *self, PyObject *object)
{
    static PyObject *name;
    if (name == NULL && (name = PyUnicode_InternFromString("missing")) == NULL) {
        return NULL;
    }
    PyObject *found = PyObject_GetAttr(object, name);
    if (found == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        Py_RETURN_NONE;
    }
    return found;
}

static PyMethodDef methods[] = {
    {"fail", fail, METH_NOARGS, NULL},
    {"forgive", forgive, METH_O, NULL},
    {"pass_on", pass_on, METH_O, NULL},
    {"each_check", each_check, METH_O, NULL},
    {"each_error", each_error, METH_O, NULL},
    {"missing", missing, METH_O, NULL},
    {NULL},
};

THEME(errors)
