/* Instances of a type of an extension: a point with two numbers and an object. */
#include "../c/checks.h"
#include <structmember.h>

typedef struct {
    PyObject_HEAD
    double x, y;
    PyObject *object;
} Point;

static PyTypeObject PointType, PlainType;

static PyObject *
new_point(double x, double y)
{
    Point *point = PyObject_New(Point, &PointType);
    if (point != NULL) {
        point->x = x;
        point->y = y;
        point->object = NULL;
    }
    return (PyObject *)point;
}

static PyObject *
point_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    double x = 0, y = 0;
    if (!PyArg_ParseTuple(args, "|dd", &x, &y)) {
        return NULL;
    }
    Point *point = (Point *)type->tp_alloc(type, 0);
    if (point != NULL) {
        point->x = x;
        point->y = y;
    }
    return (PyObject *)point;
}

static void
point_dealloc(PyObject *self)
{
    Py_XDECREF(((Point *)self)->object);
    Py_TYPE(self)->tp_free(self);
}

static PyObject *
point_add(PyObject *a, PyObject *b)
{
    if (!PyObject_TypeCheck(a, &PointType) || !PyObject_TypeCheck(b, &PointType)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return new_point(((Point *)a)->x + ((Point *)b)->x, ((Point *)a)->y + ((Point *)b)->y);
}

static Py_ssize_t
point_length(PyObject *self)
{
    return 2;
}

static PyObject *
point_item(PyObject *self, Py_ssize_t index)
{
    if (index < 0 || index > 1) {
        PyErr_SetString(PyExc_IndexError, "a point has two numbers");
        return NULL;
    }
    return PyFloat_FromDouble(index ? ((Point *)self)->y : ((Point *)self)->x);
}

static PyObject *
point_compare(PyObject *a, PyObject *b, int operation)
{
    if (operation != Py_EQ || !PyObject_TypeCheck(b, &PointType)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return PyBool_FromLong(((Point *)a)->x == ((Point *)b)->x && ((Point *)a)->y == ((Point *)b)->y);
}

static Py_hash_t
point_hash(PyObject *self)
{
    return (Py_hash_t)((Point *)self)->x + 7;
}

static PyObject *
point_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return Py_NewRef(self);
}

static PyObject *
norm(PyObject *self, PyObject *none)
{
    Point *point = (Point *)self;
    return PyFloat_FromDouble(point->x * point->x + point->y * point->y);
}

static PyObject *
itself(PyObject *self, PyObject *none)
{
    return Py_NewRef(self);
}

static PyObject *
get_sum(PyObject *self, void *closure)
{
    return PyFloat_FromDouble(((Point *)self)->x + ((Point *)self)->y);
}

static PyObject *
make_points(PyObject *self, PyObject *none)
{
    PyObject *list = PyList_New(1000);
    for (Py_ssize_t i = 0; list != NULL && i < 1000; i++) {
        PyList_SET_ITEM(list, i, new_point((double)i, 1.0));
    }
    return list;
}

static PyObject *
sum_points(PyObject *self, PyObject *list)
{
    EXPECT(PyList_CheckExact(list));
    double total = 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        total += ((Point *)PyList_GET_ITEM(list, i))->x;
    }
    return PyFloat_FromDouble(total);
}

static PyObject *
each_point(PyObject *self, PyObject *times)
{
    for (long n = PyLong_AsLong(times); n > 0; n--) {
        PyObject *point = new_point(1.0, 2.0);
        EXPECT(point != NULL);
        Py_DECREF(point);
    }
    Py_RETURN_NONE;
}

static PyMethodDef point_methods[] = {
    {"norm", norm, METH_NOARGS, NULL},
    {"itself", itself, METH_NOARGS, NULL},
    {NULL},
};
static PyMemberDef point_members[] = {
    {"x", T_DOUBLE, offsetof(Point, x), 0, NULL},
    {"object", T_OBJECT, offsetof(Point, object), 0, NULL},
    {NULL},
};
static PyGetSetDef point_getsets[] = {{"sum", get_sum, NULL, NULL, NULL}, {NULL}};
static PyNumberMethods point_numbers = {.nb_add = point_add};
static PySequenceMethods point_sequence = {.sq_length = point_length, .sq_item = point_item};
static PyTypeObject PointType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "instances.Point",
    .tp_basicsize = sizeof(Point),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = point_new,
    .tp_dealloc = point_dealloc,
    .tp_methods = point_methods,
    .tp_members = point_members,
    .tp_getset = point_getsets,
    .tp_as_number = &point_numbers,
    .tp_as_sequence = &point_sequence,
    .tp_richcompare = point_compare,
    .tp_hash = point_hash,
    .tp_call = point_call,
};

/* The least that a type can have. */
static PyTypeObject PlainType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "instances.Plain",
    .tp_basicsize = sizeof(Point),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
};

static PyMethodDef methods[] = {
    {"make_points", make_points, METH_NOARGS, NULL},
    {"sum_points", sum_points, METH_O, NULL},
    {"each_point", each_point, METH_O, NULL},
    {NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "instances", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_instances(void)
{
    PyObject *module = PyModule_Create(&definition);
    EXPECT(module && PyType_Ready(&PointType) == 0 && PyType_Ready(&PlainType) == 0);
    EXPECT(PyModule_AddObjectRef(module, "Point", (PyObject *)&PointType) == 0);
    EXPECT(PyModule_AddObjectRef(module, "Plain", (PyObject *)&PlainType) == 0);
    return module;
}
