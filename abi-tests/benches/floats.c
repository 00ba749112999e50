/* A one-dimensional array of floats, as small numerical extensions have it: made from a list, added, scaled, read and written
   by item. */
#include "../c/checks.h"
#include <stddef.h>

typedef struct {
    PyObject_VAR_HEAD
    double items[1];
} Array;

static PyTypeObject ArrayType;

static Array *
array_of(Py_ssize_t size)
{
    return PyObject_NewVar(Array, &ArrayType, size);
}

static PyObject *
array_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *list;
    if (!PyArg_ParseTuple(args, "O!", &PyList_Type, &list)) {
        return NULL;
    }
    Array *array = array_of(PyList_GET_SIZE(list));
    for (Py_ssize_t i = 0; array != NULL && i < Py_SIZE(array); i++) {
        array->items[i] = PyFloat_AsDouble(PyList_GET_ITEM(list, i));
        if (array->items[i] == -1.0 && PyErr_Occurred()) {
            Py_CLEAR(array);
        }
    }
    return (PyObject *)array;
}

static PyObject *
array_add(PyObject *left, PyObject *right)
{
    if (Py_TYPE(left) != &ArrayType || Py_TYPE(right) != &ArrayType || Py_SIZE(left) != Py_SIZE(right)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    Array *a = (Array *)left, *b = (Array *)right, *sum = array_of(Py_SIZE(a));
    for (Py_ssize_t i = 0; sum != NULL && i < Py_SIZE(a); i++) {
        sum->items[i] = a->items[i] + b->items[i];
    }
    return (PyObject *)sum;
}

static PyObject *
array_multiply(PyObject *left, PyObject *right)
{
    if (Py_TYPE(left) != &ArrayType || !PyFloat_Check(right)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    Array *a = (Array *)left, *product = array_of(Py_SIZE(a));
    double factor = PyFloat_AS_DOUBLE(right);
    for (Py_ssize_t i = 0; product != NULL && i < Py_SIZE(a); i++) {
        product->items[i] = a->items[i] * factor;
    }
    return (PyObject *)product;
}

static Py_ssize_t
array_length(PyObject *self)
{
    return Py_SIZE(self);
}

/* The place of an item. */
static double *
array_place(PyObject *self, Py_ssize_t index)
{
    if (index < 0 || index >= Py_SIZE(self)) {
        PyErr_SetString(PyExc_IndexError, "the array is shorter");
        return NULL;
    }
    return ((Array *)self)->items + index;
}

static PyObject *
array_item(PyObject *self, Py_ssize_t index)
{
    double *place = array_place(self, index);
    return place ? PyFloat_FromDouble(*place) : NULL;
}

static int
array_set_item(PyObject *self, Py_ssize_t index, PyObject *value)
{
    double *place = array_place(self, index), number = value ? PyFloat_AsDouble(value) : 0.0;
    if (place == NULL || (number == -1.0 && PyErr_Occurred())) {
        return -1;
    }
    *place = number;
    return 0;
}

static PyNumberMethods array_numbers = {.nb_add = array_add, .nb_multiply = array_multiply};
static PySequenceMethods array_sequence = {
    .sq_length = array_length,
    .sq_item = array_item,
    .sq_ass_item = array_set_item,
};
static PyTypeObject ArrayType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "floats.Array",
    .tp_basicsize = offsetof(Array, items),
    .tp_itemsize = sizeof(double),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = array_new,
    .tp_as_number = &array_numbers,
    .tp_as_sequence = &array_sequence,
};

static PyMethodDef methods[] = {{NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "floats", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_floats(void)
{
    PyObject *module = PyModule_Create(&definition);
    EXPECT(module && PyType_Ready(&ArrayType) == 0);
    EXPECT(PyModule_AddObjectRef(module, "Array", (PyObject *)&ArrayType) == 0);
    return module;
}
