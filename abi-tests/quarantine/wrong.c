/* Deliberately wrong: each function uses memory that it has freed, in a way that the quarantine must notice. */
#include "../c/checks.h"

static PyObject *
twice(PyObject *self, PyObject *size)
{
    void *block = PyMem_Malloc(PyLong_AsSize_t(size));
    PyMem_Free(block);
    PyMem_Free(block);
    Py_RETURN_NONE;
}

static PyObject *
written(PyObject *self, PyObject *size)
{
    size_t bytes = PyLong_AsSize_t(size);
    char *volatile block = PyMem_Malloc(bytes);
    PyMem_Free(block);
    block[bytes - 1] = 0;
    Py_RETURN_NONE;
}

static PyObject *
counted(PyObject *self, PyObject *unused)
{
    PyObject *list = PyList_New(0);
    Py_DECREF(list);
    Py_INCREF(list);
    Py_RETURN_NONE;
}

/* The address that it reads is none. */
static PyObject *
followed(PyObject *self, PyObject *unused)
{
    PyObject *inner = PyList_New(0), *outer = PyTuple_Pack(1, inner);
    Py_DECREF(inner);
    Py_DECREF(outer);
    return PyLong_FromSsize_t(Py_REFCNT(PyTuple_GET_ITEM(outer, 0)));
}

/* An object that Python has is freed. */
static PyObject *
taken(PyObject *self, PyObject *object)
{
    PyObject_Free(object);
    Py_RETURN_NONE;
}

/* Nothing is wrong, but the same could have been noticed by mistake. */
static PyObject *
right(PyObject *self, PyObject *size)
{
    void *block = PyMem_Malloc(PyLong_AsSize_t(size));
    block = PyMem_Realloc(block, 2 * PyLong_AsSize_t(size));
    PyMem_Free(block);
    PyMem_Free(NULL);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"twice", twice, METH_O, NULL}, {"written", written, METH_O, NULL}, {"counted", counted, METH_NOARGS, NULL},
    {"followed", followed, METH_NOARGS, NULL}, {"taken", taken, METH_O, NULL}, {"right", right, METH_O, NULL}, {NULL, NULL, 0, NULL},
};

THEME(wrong)
