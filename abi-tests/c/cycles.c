/* Cycles: traverse and clear of types in C, tracking, weak references in cycles, finalizers. Counts are checked from the driver, where a
   collection can be asked for.
   flavours: 3.9 */
#include "checks.h"
#include <structmember.h>

typedef struct {
    PyObject_HEAD
    PyObject *next, *other;
    int number;
    PyObject *weak;
} Node;

static long made, freed, cleared, finalized;

static int
node_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((Node *)self)->next);
    Py_VISIT(((Node *)self)->other);
    return 0;
}

static int
node_clear(PyObject *self)
{
    cleared++;
    Py_CLEAR(((Node *)self)->next);
    Py_CLEAR(((Node *)self)->other);
    return 0;
}

static void
node_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (PyObject_CallFinalizerFromDealloc(self) < 0) {
        return;
    }
    if (((Node *)self)->weak != NULL) {
        PyObject_ClearWeakRefs(self);
    }
    Py_CLEAR(((Node *)self)->next);
    Py_CLEAR(((Node *)self)->other);
    freed++;
    type->tp_free(self);
    Py_DECREF(type);
}

static void
node_finalize(PyObject *self)
{
    finalized++;
}

static PyObject *
node_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    made++;
    return type->tp_alloc(type, 0);
}

static PyMemberDef node_members[] = {
    {"next", T_OBJECT, offsetof(Node, next), 0, NULL}, {"other", T_OBJECT, offsetof(Node, other), 0, NULL},
    {"number", T_INT, offsetof(Node, number), 0, NULL}, {"__weaklistoffset__", T_PYSSIZET, offsetof(Node, weak), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};
static PyType_Slot node_slots[] = {
    {Py_tp_new, SLOT(node_new)}, {Py_tp_dealloc, SLOT(node_dealloc)}, {Py_tp_traverse, SLOT(node_traverse)}, {Py_tp_clear, SLOT(node_clear)},
    {Py_tp_members, node_members}, {Py_tp_finalize, SLOT(node_finalize)}, {0, NULL},
};
static PyType_Spec node_spec = {
    "cycles.Node", sizeof(Node), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, node_slots,
};
static PyTypeObject *node_type;

static PyObject *
node(int number)
{
    PyObject *self = node_new(node_type, NULL, NULL);
    if (self != NULL) {
        ((Node *)self)->number = number;
    }
    return self;
}

CHECK(tracked)
{
    PyObject *rows = PyList_New(0), *object = node(1), *number = PyLong_FromLong(5);
    note_int(rows, PyObject_GC_IsTracked(object));
    PyObject_GC_UnTrack(object);
    note_int(rows, PyObject_GC_IsTracked(object));
    PyObject_GC_UnTrack(object);
    PyObject_GC_Track(object);
    note_int(rows, PyObject_GC_IsTracked(object));
    note_int(rows, PyObject_GC_IsTracked(number));
    note_int(rows, PyObject_IS_GC(object) + 2 * PyObject_IS_GC(number));
    note_int(rows, PyType_IS_GC(node_type) + 2 * PyType_IS_GC(&PyLong_Type) + 4 * PyType_IS_GC(&PyList_Type));
    note_int(rows, PyObject_GC_IsFinalized(object));
    Py_DECREF(object);
    Py_DECREF(number);
    return rows;
}

/* Dies by its count alone, before any host has seen it. */
CHECK(freed_at_once)
{
    PyObject *rows = PyList_New(0);
    long freed_before = freed, finalized_before = finalized;
    PyObject *first = node(1), *second = node(2);
    ((Node *)first)->next = second;
    Py_DECREF(first);
    note_int(rows, freed - freed_before);
    note_int(rows, finalized - finalized_before);
    return rows;
}

static int
count_visit(PyObject *object, void *arg)
{
    if (!PyType_Check(object)) {
        ++*(int *)arg;
    }
    return 0;
}

static int
stop_visit(PyObject *object, void *arg)
{
    return PyType_Check(object) ? 0 : 77;
}

CHECK(visited)
{
    PyObject *rows = PyList_New(0), *object = node(1);
    int count = 0;
    note_int(rows, node_type->tp_traverse(object, count_visit, &count));
    note_int(rows, count);
    ((Node *)object)->next = node(2);
    ((Node *)object)->other = Py_NewRef(Py_None);
    note_int(rows, node_type->tp_traverse(object, count_visit, &count));
    note_int(rows, count);
    note_int(rows, node_type->tp_traverse(object, stop_visit, &count));
    note_int(rows, node_type->tp_clear(object));
    note_int(rows, ((Node *)object)->next == NULL && ((Node *)object)->other == NULL);
    Py_DECREF(object);
    return rows;
}

CHECK(through_the_host)
{
    PyObject *rows = PyList_New(0), *object = node(1), *list = PyList_New(0);
    note_int(rows, PyList_Append(list, object));
    note_int(rows, PyObject_SetAttrString(object, "next", list));
    note_int(rows, PyObject_SetAttrString(object, "other", object));
    PyObject *next = PyObject_GetAttrString(object, "next"), *item = PySequence_GetItem(next, 0);
    EXPECT(next == list && item == object);
    Py_DECREF(item);
    Py_DECREF(next);
    note_int(rows, PyObject_SetAttrString(object, "other", Py_None));
    note_int(rows, PyObject_SetAttrString(object, "next", Py_None));
    Py_DECREF(list);
    Py_DECREF(object);
    return rows;
}

CHECK(collector_switch)
{
    PyObject *rows = PyList_New(0);
#if PY_VERSION_HEX >= 0x030A0000
    int before = PyGC_IsEnabled();
    note_int(rows, PyGC_Disable() == before);
    note_int(rows, PyGC_IsEnabled());
    note_int(rows, PyGC_Enable());
    note_int(rows, PyGC_IsEnabled());
    if (!before) {
        PyGC_Disable();
    }
#endif
    note_int(rows, PyGC_Collect() >= 0);
    return rows;
}

CHECK(collected_with_an_error)
{
    PyObject *rows = PyList_New(0);
    PyErr_SetString(PyExc_KeyError, "stays");
    PyGC_Collect();
    note(rows, NULL);
    return rows;
}

CHECK(resized)
{
    PyType_Slot slots[] = {{0, NULL}};
    PyType_Spec spec = {"cycles.Variable", sizeof(PyVarObject), sizeof(int), Py_TPFLAGS_DEFAULT, slots};
    PyObject *rows = PyList_New(0), *type = PyType_FromSpec(&spec);
    PyVarObject *object = PyObject_NewVar(PyVarObject, (PyTypeObject *)type, 5);
    EXPECT(object != NULL && Py_SIZE(object) == 5 && Py_REFCNT(object) == 1);
    int *items = (int *)(object + 1);
    for (int i = 0; i < 5; i++) {
        items[i] = i;
    }
    note_int(rows, items[4]);
    Py_DECREF(object);
    Py_DECREF(type);
    return rows;
}

CHECK(trees)
{
    /* A long chain dies without exhausting the stack, through the trash can of lists. */
    PyObject *rows = PyList_New(0), *list = PyList_New(0);
    for (int i = 0; i < 20000; i++) {
        PyObject *outer = PyList_New(1);
        PyList_SET_ITEM(outer, 0, list);
        list = outer;
    }
    note_int(rows, PyList_GET_SIZE(list));
    Py_DECREF(list);
    return rows;
}

static PyObject *
make_native_cycles(PyObject *self, PyObject *args)
{
    int count;
    if (!PyArg_ParseTuple(args, "i", &count)) {
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        PyObject *a = node(i), *b = node(-i);
        ((Node *)a)->next = b;
        ((Node *)b)->next = Py_NewRef(a);
        ((Node *)b)->other = Py_NewRef(b);
        Py_DECREF(a);
    }
    Py_RETURN_NONE;
}

/* An attribute of any object by a name, or by the name that a node holds. */
static PyObject *
get_named(PyObject *self, PyObject *args)
{
    PyObject *object, *name;
    if (!PyArg_ParseTuple(args, "OO", &object, &name)) {
        return NULL;
    }
    return PyObject_GetAttr(object, Py_TYPE(name) == node_type ? ((Node *)name)->other : name);
}

static PyObject *kept;

/* Makes an instance that only C knows, and gives it an attribute. */
static PyObject *
keep(PyObject *self, PyObject *type)
{
    kept = node_new((PyTypeObject *)type, NULL, NULL);
    PyObject *number = PyLong_FromLong(7);
    if (kept == NULL || PyObject_SetAttrString(kept, "mark", number) < 0) {
        return NULL;
    }
    Py_DECREF(number);
    Py_RETURN_NONE;
}

/* What has become of it; the last reference is given away. */
static PyObject *
give_kept(PyObject *self, PyObject *unused)
{
    PyObject *result = kept;
    kept = NULL;
    return result;
}

static PyObject *
statistics(PyObject *self, PyObject *unused)
{
    return Py_BuildValue("(llll)", made, freed, cleared, finalized);
}

static PyMethodDef methods[] = {
    CHECKED(tracked), CHECKED(freed_at_once), CHECKED(visited), CHECKED(through_the_host), CHECKED(collector_switch),
    CHECKED(collected_with_an_error), CHECKED(resized), CHECKED(trees), {"make_native_cycles", make_native_cycles, METH_VARARGS, NULL},
    {"get_named", get_named, METH_VARARGS, NULL}, {"keep", keep, METH_O, NULL}, {"give_kept", give_kept, METH_NOARGS, NULL},
    {"statistics", statistics, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "cycles", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_cycles(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    node_type = (PyTypeObject *)PyType_FromSpec(&node_spec);
    if (module == NULL || PyModule_AddObject(module, "Node", Py_XNewRef(node_type)) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
