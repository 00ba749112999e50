/* The small functions that extensions consist of, one for each way in which a call can cost. */
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

static PyObject *
add_fast(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    if (count != 2) {
        PyErr_SetString(PyExc_TypeError, "two arguments are needed");
        return NULL;
    }
    long a = PyLong_AsLong(args[0]), b = PyLong_AsLong(args[1]);
    if ((a == -1 || b == -1) && PyErr_Occurred()) {
        return NULL;
    }
    return PyLong_FromLong(a + b);
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

static PyObject *
text_length(PyObject *self, PyObject *text)
{
    Py_ssize_t length;
    return PyUnicode_AsUTF8AndSize(text, &length) == NULL ? NULL : PyLong_FromSsize_t(length);
}

static PyObject *
text_made(PyObject *self, PyObject *none)
{
    return PyUnicode_FromStringAndSize("abcdefghij", 10);
}

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
sum_list(PyObject *self, PyObject *list)
{
    EXPECT(PyList_CheckExact(list));
    long total = 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        total += PyLong_AsLong(PyList_GET_ITEM(list, i));
    }
    return PyErr_Occurred() ? NULL : PyLong_FromLong(total);
}

static PyObject *
make_list(PyObject *self, PyObject *none)
{
    PyObject *list = PyList_New(1000);
    for (Py_ssize_t i = 0; list != NULL && i < 1000; i++) {
        PyList_SET_ITEM(list, i, PyLong_FromSsize_t(i));
    }
    return list;
}

static PyObject *
pair(PyObject *self, PyObject *object)
{
    return PyTuple_Pack(2, object, object);
}

static PyObject *
fail(PyObject *self, PyObject *none)
{
    PyErr_SetString(PyExc_ValueError, "no");
    return NULL;
}

typedef struct {
    PyObject_HEAD
    long count;
} Counter;

static PyObject *
counter_next(PyObject *self, PyObject *none)
{
    return PyLong_FromLong(((Counter *)self)->count++ & 0xff);
}

static PyMethodDef counter_methods[] = {{"next", counter_next, METH_NOARGS, NULL}, {NULL}};
static PyTypeObject CounterType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "calls.Counter",
    .tp_basicsize = sizeof(Counter),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_methods = counter_methods,
};

static PyMethodDef methods[] = {
    {"noargs", noargs, METH_NOARGS, NULL},
    {"increment", increment, METH_O, NULL},
    {"same", same, METH_O, NULL},
    {"add_fast", METHOD(add_fast), METH_FASTCALL, NULL},
    {"add_tuple", add_tuple, METH_VARARGS, NULL},
    {"add_keywords", METHOD(add_keywords), METH_VARARGS | METH_KEYWORDS, NULL},
    {"text_length", text_length, METH_O, NULL},
    {"text_made", text_made, METH_NOARGS, NULL},
    {"call_back", call_back, METH_O, NULL},
    {"attribute", attribute, METH_O, NULL},
    {"sum_list", sum_list, METH_O, NULL},
    {"make_list", make_list, METH_NOARGS, NULL},
    {"pair", pair, METH_O, NULL},
    {"fail", fail, METH_NOARGS, NULL},
    {NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "calls", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_calls(void)
{
    PyObject *module = PyModule_Create(&definition);
    EXPECT(module && PyType_Ready(&CounterType) == 0);
    EXPECT(PyModule_AddObjectRef(module, "Counter", (PyObject *)&CounterType) == 0);
    return module;
}
