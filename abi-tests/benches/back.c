/* C that uses objects of Python: calls them, reads them, iterates. "Each" repeats inside C. */
#include "../c/checks.h"

/* Repeats an expression that makes an object, inside C, and drops what it makes. */
#define EACH(name, expression)                                                                 \
    static PyObject *name(PyObject *self, PyObject *args)                                      \
    {                                                                                          \
        PyObject *a, *b;                                                                       \
        Py_ssize_t n;                                                                          \
        if (!PyArg_ParseTuple(args, "OOn", &a, &b, &n)) {                                      \
            return NULL;                                                                       \
        }                                                                                      \
        for (Py_ssize_t i = 0; i < n; i++) {                                                   \
            PyObject *made = expression;                                                       \
            if (made == NULL) {                                                                \
                return NULL;                                                                   \
            }                                                                                  \
            Py_DECREF(made);                                                                   \
        }                                                                                      \
        Py_RETURN_NONE;                                                                        \
    }

EACH(each_call, PyObject_CallNoArgs(a))
EACH(each_call_one, PyObject_CallFunctionObjArgs(a, b, NULL))
EACH(each_call_tuple, PyObject_Call(a, b, NULL))
EACH(each_method, PyObject_CallMethodObjArgs(a, b, NULL))
EACH(each_attribute, PyObject_GetAttr(a, b))
EACH(each_item, PyObject_GetItem(a, b))
EACH(each_add, PyNumber_Add(a, b))

static PyObject *
call_back(PyObject *self, PyObject *function)
{
    return PyObject_CallNoArgs(function);
}

static PyObject *
attribute(PyObject *self, PyObject *object)
{
    static PyObject *name;
    if (name == NULL && (name = PyUnicode_InternFromString("attribute")) == NULL) {
        return NULL;
    }
    return PyObject_GetAttr(object, name);
}

static PyObject *
set_attribute(PyObject *self, PyObject *object)
{
    static PyObject *name;
    if (name == NULL && (name = PyUnicode_InternFromString("attribute")) == NULL) {
        return NULL;
    }
    if (PyObject_SetAttr(object, name, name) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
count(PyObject *self, PyObject *iterable)
{
    PyObject *iterator = PyObject_GetIter(iterable), *item;
    if (iterator == NULL) {
        return NULL;
    }
    long found = 0;
    while ((item = PyIter_Next(iterator)) != NULL) {
        found++;
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? NULL : PyLong_FromLong(found);
}

static PyMethodDef methods[] = {
    {"each_call", each_call, METH_VARARGS, NULL},
    {"each_call_one", each_call_one, METH_VARARGS, NULL},
    {"each_call_tuple", each_call_tuple, METH_VARARGS, NULL},
    {"each_method", each_method, METH_VARARGS, NULL},
    {"each_attribute", each_attribute, METH_VARARGS, NULL},
    {"each_item", each_item, METH_VARARGS, NULL},
    {"each_add", each_add, METH_VARARGS, NULL},
    {"call_back", call_back, METH_O, NULL},
    {"attribute", attribute, METH_O, NULL},
    {"set_attribute", set_attribute, METH_O, NULL},
    {"count", count, METH_O, NULL},
    {NULL},
};

THEME(back)
