/* The small functions that extensions consist of, one for each way in which C can be called. */
#include "../c/checks.h"

static PyObject *
noargs(PyObject *self, PyObject *none)
{
    Py_RETURN_NONE;
}

static PyObject *
increment(PyObject *self, PyObject *object)
{
    long value = PyLong_AsLong(object);
    if (value == -1 && PyErr_Occurred()) {
        return NULL;
    }
    return PyLong_FromLong(value + 1);
}

static PyObject *
same(PyObject *self, PyObject *object)
{
    return Py_NewRef(object);
}

/* Adds the first two arguments of a vector. */
static PyObject *
sum_of_two(PyObject *const *args)
{
    long a = PyLong_AsLong(args[0]), b = PyLong_AsLong(args[1]);
    if ((a == -1 || b == -1) && PyErr_Occurred()) {
        return NULL;
    }
    return PyLong_FromLong(a + b);
}

static PyObject *
add_fast(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    EXPECT(count == 2);
    return sum_of_two(args);
}

static PyObject *
add_fast_keywords(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    EXPECT(count == 1 && names != NULL && PyTuple_GET_SIZE(names) == 1);
    EXPECT(PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(names, 0), "b") == 0);
    return sum_of_two(args);
}

static PyObject *
add_tuple(PyObject *self, PyObject *args)
{
    long a, b;
    if (!PyArg_ParseTuple(args, "ll", &a, &b)) {
        return NULL;
    }
    return PyLong_FromLong(a + b);
}

static PyObject *
add_keywords(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"a", "b", NULL};
    long a, b;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "ll", names, &a, &b)) {
        return NULL;
    }
    return PyLong_FromLong(a + b);
}

static PyMethodDef methods[] = {
    {"noargs", noargs, METH_NOARGS, NULL},
    {"increment", increment, METH_O, NULL},
    {"same", same, METH_O, NULL},
    {"add_fast", METHOD(add_fast), METH_FASTCALL, NULL},
    {"add_fast_keywords", METHOD(add_fast_keywords), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"add_tuple", add_tuple, METH_VARARGS, NULL},
    {"add_keywords", METHOD(add_keywords), METH_VARARGS | METH_KEYWORDS, NULL},
    {NULL},
};

THEME(calls)
