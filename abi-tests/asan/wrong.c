/* Deliberately wrong: each function does what AddressSanitizer must report, on memory of every kind that C code has. */
#include "../c/checks.h"

static volatile char global[8];

static PyObject *
stack(PyObject *self, PyObject *at)
{
    volatile char local[8] = "local";
    return PyLong_FromLong(local[PyLong_AsLong(at)]);
}

static PyObject *
global_data(PyObject *self, PyObject *at)
{
    return PyLong_FromLong(global[PyLong_AsLong(at)]);
}

static PyObject *
heap(PyObject *self, PyObject *at)
{
    char *memory = calloc(8, 1);
    PyObject *result = PyLong_FromLong(memory[PyLong_AsLong(at)]);
    free(memory);
    return result;
}

static PyObject *
freed(PyObject *self, PyObject *at)
{
    char *volatile memory = calloc(8, 1);
    if (PyLong_AsLong(at) >= 8) {
        free(memory);
        return PyLong_FromLong(memory[0]);
    }
    PyObject *result = PyLong_FromLong(memory[PyLong_AsLong(at)]);
    free(memory);
    return result;
}

static PyMethodDef methods[] = {
    {"stack", stack, METH_O, NULL}, {"global_data", global_data, METH_O, NULL}, {"heap", heap, METH_O, NULL}, {"freed", freed, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

THEME(wrong)
