/* Objects of every kind that cross the border, both ways, and are dropped on the other side. */
#include "../c/checks.h"
#include <structmember.h>

static PyObject *Error;

/* --- an extension type that keeps an object ---------------------------------------------------------------- */

typedef struct {
    PyObject_HEAD
    PyObject *item;
} Box;

static PyTypeObject *BoxType;
static long live_boxes;

static PyObject *
box_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    live_boxes++;
    return type->tp_alloc(type, 0);
}

static int
box_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *item;
    if (!PyArg_ParseTuple(args, "O:Box", &item)) {
        return -1;
    }
    Py_XSETREF(((Box *)self)->item, Py_NewRef(item));
    return 0;
}

static int
box_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((Box *)self)->item);
    return 0;
}

static int
box_clear(PyObject *self)
{
    Py_CLEAR(((Box *)self)->item);
    return 0;
}

static void
box_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    box_clear(self);
    live_boxes--;
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
box_swap(PyObject *self, PyObject *item)
{
    PyObject *old = ((Box *)self)->item;
    ((Box *)self)->item = Py_NewRef(item);
    return old;
}

static PyMethodDef box_methods[] = {{"swap", box_swap, METH_O, NULL}, {NULL}};
static PyMemberDef box_members[] = {{"item", T_OBJECT, offsetof(Box, item), 0, NULL}, {NULL}};
static PyType_Slot box_slots[] = {
    {Py_tp_new, box_new},         {Py_tp_init, box_init},       {Py_tp_traverse, box_traverse}, {Py_tp_clear, box_clear},
    {Py_tp_dealloc, box_dealloc}, {Py_tp_methods, box_methods},   {Py_tp_members, box_members},
    {0, NULL},
};
static PyType_Spec box_spec = {
    "traffic.Box", sizeof(Box), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, box_slots,
};

/* A box with more in it than the small blocks have room for. */
static PyType_Slot large_slots[] = {{0, NULL}};
static PyType_Spec large_spec = {"traffic.Large", sizeof(Box) + 4000, 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, large_slots};

/* --- a static type without the collector, without a constructor for Python ------------------------------------ */

typedef struct {
    PyObject_HEAD
    long x, y;
} Point;

static PyObject *
point_sum(PyObject *self, PyObject *none)
{
    return PyLong_FromLong(((Point *)self)->x + ((Point *)self)->y);
}

static PyMethodDef point_methods[] = {{"sum", point_sum, METH_NOARGS, NULL}, {NULL}};
static PyTypeObject PointType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "traffic.Point",
    .tp_basicsize = sizeof(Point),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_methods = point_methods,
};

static PyObject *
point(PyObject *self, PyObject *x)
{
    Point *made = PyObject_New(Point, &PointType);
    if (made != NULL) {
        made->x = PyLong_AsLong(x);
        made->y = 1;
    }
    return (PyObject *)made;
}

/* --- types that keep memory of their own, which no interpreter knows of: with and without the collector ---------- */

typedef struct {
    PyObject_HEAD
    char *pixels;
} Image;

static PyObject *
image_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "n", &size)) {
        return NULL;
    }
    Image *made = (Image *)type->tp_alloc(type, 0);
    if (made != NULL && (made->pixels = malloc(size)) != NULL) {
        memset(made->pixels, 1, size);
    }
    return (PyObject *)made;
}

static void
image_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    if (PyType_IS_GC(type)) {
        PyObject_GC_UnTrack(self);
    }
    free(((Image *)self)->pixels);
    type->tp_free(self);
    Py_DECREF(type);
}

static int
image_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static PyType_Slot image_slots[] = {{Py_tp_new, image_new}, {Py_tp_dealloc, image_dealloc}, {0, NULL}};
static PyType_Spec image_spec = {"traffic.Image", sizeof(Image), 0, Py_TPFLAGS_DEFAULT, image_slots};
static PyType_Slot document_slots[] = {
    {Py_tp_new, image_new}, {Py_tp_dealloc, image_dealloc}, {Py_tp_traverse, image_traverse}, {0, NULL},
};
static PyType_Spec document_spec = {
    "traffic.Document", sizeof(Image), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, document_slots,
};

/* --- objects through C and back -------------------------------------------------------------------------------- */

static PyObject *
same(PyObject *self, PyObject *object)
{
    return Py_NewRef(object);
}

static PyObject *
pair(PyObject *self, PyObject *object)
{
    return PyTuple_Pack(2, object, object);
}

static PyObject *
drop(PyObject *self, PyObject *args)
{
    Py_RETURN_NONE;
}

/* Containers that C made, of objects that C made. */
static PyObject *
build(PyObject *self, PyObject *n)
{
    long i = PyLong_AsLong(n);
    return Py_BuildValue("{s:[lsy],s:(dO),s:{l:N}}", "list", i, "text", "bytes", "tuple", (double)i, n, "dict", i,
                         PyUnicode_FromFormat("%ld", i));
}

static PyObject *
box(PyObject *self, PyObject *item)
{
    return PyObject_CallOneArg((PyObject *)BoxType, item);
}

static PyObject *
boxes(PyObject *self, PyObject *none)
{
    return PyLong_FromLong(live_boxes);
}

/* A box that lives and dies here. */
static PyObject *
unbox(PyObject *self, PyObject *item)
{
    PyObject *made = box(self, item);
    if (made == NULL) {
        return NULL;
    }
    PyObject *inside = PyObject_GetAttrString(made, "item");
    Py_DECREF(made);
    return inside;
}

/* --- C uses Python's objects ------------------------------------------------------------------------------------- */

static PyObject *
apply(PyObject *self, PyObject *args)
{
    PyObject *function;
    long i;
    if (!PyArg_ParseTuple(args, "Ol", &function, &i)) {
        return NULL;
    }
    return PyObject_CallFunction(function, "l[ll]s{s:l}", i, i, i, "text", "key", i);
}

static PyObject *
attributes(PyObject *self, PyObject *object)
{
    PyObject *value = PyList_New(0);
    EXPECT(value && PyObject_SetAttrString(object, "attribute", value) == 0);
    Py_DECREF(value);
    return PyObject_GetAttrString(object, "attribute");
}

static PyObject *
containers(PyObject *self, PyObject *args)
{
    PyObject *list, *dict;
    if (!PyArg_ParseTuple(args, "O!O!", &PyList_Type, &list, &PyDict_Type, &dict)) {
        return NULL;
    }
    PyObject *key = PyUnicode_FromString("key"), *value = Py_BuildValue("[O]", list);
    EXPECT(key && value && PyDict_SetItem(dict, key, value) == 0 && PyList_Append(list, key) == 0);
    EXPECT(PyDict_GetItem(dict, key) != NULL && PyList_GetItem(list, PyList_GET_SIZE(list) - 1) == key);
    EXPECT(PyDict_DelItem(dict, key) == 0);
    Py_DECREF(key);
    Py_DECREF(value);
    return PyLong_FromSsize_t(PyList_GET_SIZE(list));
}

static PyObject *
iterate(PyObject *self, PyObject *iterable)
{
    PyObject *iterator = PyObject_GetIter(iterable), *item;
    Py_ssize_t n = 0;
    if (iterator == NULL) {
        return NULL;
    }
    while ((item = PyIter_Next(iterator)) != NULL) {
        n++;
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? NULL : PyLong_FromSsize_t(n);
}

static PyObject *
view(PyObject *self, PyObject *object)
{
    Py_buffer buffer;
    if (PyObject_GetBuffer(object, &buffer, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    PyObject *copy = PyBytes_FromStringAndSize(buffer.buf, buffer.len);
    PyBuffer_Release(&buffer);
    return copy;
}

/* --- exceptions ---------------------------------------------------------------------------------------------------- */

static PyObject *
fail(PyObject *self, PyObject *value)
{
    PyErr_SetObject(PyExc_ValueError, value);
    return NULL;
}

static PyObject *
fail_own(PyObject *self, PyObject *value)
{
    PyErr_Format(Error, "own %R", value);
    return NULL;
}

/* The exception that a Python function raises, caught. */
static PyObject *
caught(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallNoArgs(function), *type, *value, *traceback;
    EXPECT(result == NULL);
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    Py_XDECREF(type);
    Py_XDECREF(traceback);
    return value;
}

/* --- classes ---------------------------------------------------------------------------------------------------------- */

/* Uses a class as much as an extension may: its name, its bases, a method, an instance. */
static PyObject *
examine(PyObject *self, PyObject *class)
{
    PyTypeObject *type = (PyTypeObject *)class;
    PyObject *name = PyUnicode_FromString(type->tp_name);
    EXPECT(PyType_Check(class) && PyTuple_GET_ITEM(type->tp_mro, 0) == class);
    PyObject *made = PyObject_CallNoArgs(class);
    EXPECT(name && made && Py_TYPE(made) == type && PyObject_IsInstance(made, class) == 1);
    PyObject *text = PyObject_Str(made), *base = PyObject_GetAttrString(class, "__base__");
    EXPECT(text && base && PyObject_SetAttrString(class, "seen", text) == 0);
    Py_DECREF(base);
    Py_DECREF(text);
    Py_DECREF(made);
    return name;
}

static PyMethodDef methods[] = {
    {"examine", examine, METH_O, NULL},
    {"same", same, METH_O, NULL},
    {"pair", pair, METH_O, NULL},
    {"drop", drop, METH_VARARGS, NULL},
    {"build", build, METH_O, NULL},
    {"point", point, METH_O, NULL},
    {"box", box, METH_O, NULL},
    {"boxes", boxes, METH_NOARGS, NULL},
    {"unbox", unbox, METH_O, NULL},
    {"apply", apply, METH_VARARGS, NULL},
    {"attributes", attributes, METH_O, NULL},
    {"containers", containers, METH_VARARGS, NULL},
    {"iterate", iterate, METH_O, NULL},
    {"view", view, METH_O, NULL},
    {"fail", fail, METH_O, NULL},
    {"fail_own", fail_own, METH_O, NULL},
    {"caught", caught, METH_O, NULL},
    {NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "traffic", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_traffic(void)
{
    PyObject *module = PyModule_Create(&definition);
    BoxType = (PyTypeObject *)PyType_FromSpec(&box_spec);
    Error = PyErr_NewException("traffic.Error", NULL, NULL);
    EXPECT(module && BoxType && Error && PyType_Ready(&PointType) == 0);
    EXPECT(PyModule_AddObjectRef(module, "Box", (PyObject *)BoxType) == 0);
    EXPECT(PyModule_AddObject(module, "Large", PyType_FromSpecWithBases(&large_spec, (PyObject *)BoxType)) == 0);
    EXPECT(PyModule_AddObject(module, "Image", PyType_FromSpec(&image_spec)) == 0);
    EXPECT(PyModule_AddObject(module, "Document", PyType_FromSpec(&document_spec)) == 0);
    EXPECT(PyModule_AddObjectRef(module, "Error", Error) == 0);
    return module;
}
