/* Finalisation: everything made is freed in the end, and what must happen on the way happens once.
   flavours: 3.9 3.14 */
#include "checks.h"
#include <structmember.h>

static long alive, allocated, finalized;

/* No collector: freed by its count alone. */
typedef struct {
    PyObject_HEAD
    PyObject *payload;
} Plain;

static PyObject *
plain_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *payload = NULL;
    if (!PyArg_ParseTuple(args, "|O", &payload)) {
        return NULL;
    }
    Plain *self = (Plain *)type->tp_alloc(type, 0);
    if (self != NULL) {
        alive++;
        allocated++;
        Py_XINCREF(payload);
        self->payload = payload;
    }
    return (PyObject *)self;
}

static void
plain_dealloc(PyObject *self)
{
    alive--;
    Py_XDECREF(((Plain *)self)->payload);
    Py_TYPE(self)->tp_free(self);
}

static PyMemberDef plain_members[] = {
    {"payload", T_OBJECT, offsetof(Plain, payload), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyTypeObject Plain_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "finalisation.Plain",
    .tp_basicsize = sizeof(Plain),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = plain_new,
    .tp_dealloc = plain_dealloc,
    .tp_members = plain_members,
};

/* With the collector's help, weak references and tp_finalize. */
typedef struct {
    PyObject_HEAD
    PyObject *payload, *weakrefs;
} Node;

static PyObject *
node_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *payload = NULL;
    if (!PyArg_ParseTuple(args, "|O", &payload)) {
        return NULL;
    }
    Node *self = (Node *)type->tp_alloc(type, 0);
    if (self != NULL) {
        alive++;
        allocated++;
        Py_XINCREF(payload);
        self->payload = payload;
    }
    return (PyObject *)self;
}

static int
node_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((Node *)self)->payload);
    return 0;
}

static int
node_clear(PyObject *self)
{
    Py_CLEAR(((Node *)self)->payload);
    return 0;
}

static void
node_dealloc(PyObject *self)
{
    if (PyObject_CallFinalizerFromDealloc(self) < 0) {
        return;
    }
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs(self);
    node_clear(self);
    alive--;
    Py_TYPE(self)->tp_free(self);
}

static void
node_finalize(PyObject *self)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    finalized++;
    PyErr_Restore(type, value, traceback);
}

static PyMemberDef node_members[] = {
    {"payload", T_OBJECT, offsetof(Node, payload), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyTypeObject Node_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "finalisation.Node",
    .tp_basicsize = sizeof(Node),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_new = node_new,
    .tp_dealloc = node_dealloc,
    .tp_traverse = node_traverse,
    .tp_clear = node_clear,
    .tp_finalize = node_finalize,
    .tp_members = node_members,
    .tp_weaklistoffset = offsetof(Node, weakrefs),
};

static PyObject *
counts(PyObject *self, PyObject *args)
{
    return Py_BuildValue("(lll)", alive, allocated, finalized);
}

static PyObject *
reset(PyObject *self, PyObject *args)
{
    allocated = finalized = 0;
    Py_RETURN_NONE;
}

/* C makes objects and lets go of them without Python ever seeing them. */
static PyObject *
churn(PyObject *self, PyObject *args)
{
    PyObject *type;
    int count;
    if (!PyArg_ParseTuple(args, "Oi", &type, &count)) {
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        PyObject *object = PyObject_CallNoArgs(type);
        if (object == NULL) {
            return NULL;
        }
        Py_DECREF(object);
    }
    Py_RETURN_NONE;
}

/* A ring of nodes that only C has seen. */
static PyObject *
ring(PyObject *self, PyObject *args)
{
    int count;
    if (!PyArg_ParseTuple(args, "i", &count)) {
        return NULL;
    }
    PyObject *first = PyObject_CallNoArgs((PyObject *)&Node_Type), *last = first;
    for (int i = 1; first != NULL && i < count; i++) {
        PyObject *next = PyObject_CallOneArg((PyObject *)&Node_Type, last);
        EXPECT(next);
        Py_DECREF(last);
        last = next;
    }
    EXPECT(first);
    ((Node *)first)->payload = last;
    Py_RETURN_NONE;
}

/* C keeps objects for a while. */
static PyObject *store;

static PyObject *
hold(PyObject *self, PyObject *object)
{
    Py_XSETREF(store, Py_NewRef(object));
    Py_RETURN_NONE;
}

static PyObject *
let_go(PyObject *self, PyObject *args)
{
    PyObject *object = store ? store : Py_NewRef(Py_None);
    store = NULL;
    return object;
}

static PyObject *
check_collector(PyObject *self, PyObject *args)
{
#if PY_VERSION_HEX >= 0x030A0000
    int was = PyGC_Disable();
    EXPECT(!PyGC_IsEnabled());
    EXPECT(PyGC_Enable() == 0 && PyGC_IsEnabled());
    if (!was) {
        PyGC_Disable();
    }
#endif
    EXPECT(PyGC_Collect() >= 0);
    PyObject *node = PyObject_CallNoArgs((PyObject *)&Node_Type);
    EXPECT(node && PyObject_IS_GC(node) && PyObject_GC_IsTracked(node) && !PyObject_GC_IsFinalized(node));
    Py_DECREF(node);
    PyObject *plain = PyObject_CallNoArgs((PyObject *)&Plain_Type);
    EXPECT(plain && !PyObject_IS_GC(plain));
    Py_DECREF(plain);
    Py_RETURN_NONE;
}

/* What is made and dropped from C alone. */

static PyObject *
made(PyTypeObject *type, PyObject *payload)
{
    return payload ? PyObject_CallOneArg((PyObject *)type, payload) : PyObject_CallNoArgs((PyObject *)type);
}

CHECK(by_count)
{
    PyObject *rows = PyList_New(0), *inner = made(&Plain_Type, NULL), *outer = made(&Plain_Type, inner);
    EXPECT(inner && outer);
    long before = alive;
    Py_DECREF(inner);
    note_int(rows, alive - before);
    Py_DECREF(outer);
    note_int(rows, alive - before);
    return rows;
}

CHECK(chain)
{
    long before = alive;
    PyObject *last = NULL;
    for (int i = 0; i < 200; i++) {
        PyObject *next = made(i % 2 ? &Plain_Type : &Node_Type, last);
        EXPECT(next != NULL);
        Py_XDECREF(last);
        last = next;
    }
    long built = alive - before;
    Py_DECREF(last);
    return Py_BuildValue("(ll)", built, alive - before);
}

CHECK(finalizer_once)
{
    long before = finalized;
    PyObject *rows = PyList_New(0), *node = made(&Node_Type, NULL);
    EXPECT(node != NULL);
    note_int(rows, PyObject_GC_IsTracked(node) + 2 * PyObject_GC_IsFinalized(node));
    PyObject_CallFinalizer(node);
    note_int(rows, PyObject_GC_IsFinalized(node));
    PyObject_CallFinalizer(node);
    note_int(rows, finalized - before);
    Py_DECREF(node);
    note_int(rows, finalized - before);
    return rows;
}

/* The error that is set when the last reference goes stays. */
CHECK(error_survives)
{
    PyObject *node = made(&Node_Type, NULL);
    EXPECT(node != NULL);
    PyErr_SetString(PyExc_LookupError, "set before");
    Py_DECREF(node);
    return NULL;
}

CHECK(cycle)
{
    for (int i = 0; i < 4; i++) {
        PyGC_Collect();
    }
    long before = alive, finalizers = finalized;
    PyObject *a = made(&Node_Type, NULL), *b = made(&Node_Type, a);
    EXPECT(a && b);
    ((Node *)a)->payload = b; /* takes it over */
    long built = alive - before;
    Py_DECREF(a);
    long left = alive - before;
    for (int i = 0; i < 4; i++) {
        PyGC_Collect();
    }
    return Py_BuildValue("(llll)", built, left, alive - before, finalized - finalizers);
}

CHECK(held_by_a_container)
{
    long before = alive;
    PyObject *rows = PyList_New(0), *node = made(&Plain_Type, NULL), *tuple = PyTuple_Pack(2, node, node);
    EXPECT(node && tuple);
    Py_DECREF(node);
    note_int(rows, alive - before);
    Py_DECREF(tuple);
    note_int(rows, alive - before);
    return rows;
}

/* Types whose end is the default one. */
typedef struct {
    PyObject_VAR_HEAD
    long items[1];
} Row;

static long row_ends, row_deaths;
static PyObject *row_saved;

static void
row_finalize(PyObject *self)
{
    row_ends++;
}

static void
row_save(PyObject *self)
{
    if (++row_ends == 1) {
        row_saved = Py_NewRef(self);
    }
}

static void
row_del(PyObject *self)
{
    row_deaths++;
}

static int
row_traverse(PyObject *self, visitproc visit, void *arg)
{
    return 0;
}

/* How often finalize and del of a new type's only instance have run when its last reference has gone. */
static void
note_end(PyObject *rows, unsigned long flags, PyType_Slot *slots)
{
    PyType_Spec spec = {"finalisation.Row", sizeof(Row), 0, Py_TPFLAGS_DEFAULT | flags, slots};
    PyObject *type = PyType_FromSpec(&spec), *row = type ? PyObject_CallNoArgs(type) : NULL;
    row_ends = row_deaths = 0;
    Py_XDECREF(row);
    note_int(rows, row_ends);
    note_int(rows, row_deaths);
    if (row_saved != NULL) {
        note_int(rows, Py_REFCNT(row_saved));
        Py_CLEAR(row_saved);
        note_int(rows, row_ends);
    }
    Py_XDECREF(type);
}

CHECK(default_dealloc)
{
    PyType_Slot nothing[] = {{0, NULL}};
    PyType_Slot ends[] = {{Py_tp_finalize, SLOT(row_finalize)}, {0, NULL}};
    PyType_Slot dies[] = {{Py_tp_del, SLOT(row_del)}, {0, NULL}};
    PyType_Slot saves[] = {{Py_tp_finalize, SLOT(row_save)}, {Py_tp_del, SLOT(row_del)}, {0, NULL}};
    PyType_Slot traversed[] = {
        {Py_tp_finalize, SLOT(row_save)}, {Py_tp_del, SLOT(row_del)}, {Py_tp_traverse, SLOT(row_traverse)}, {0, NULL},
    };
    PyObject *rows = PyList_New(0);
    note_end(rows, 0, nothing);
    note_end(rows, 0, ends);
    note_end(rows, 0, dies);
    note_end(rows, 0, saves);
    note_end(rows, Py_TPFLAGS_HAVE_GC, traversed);
    return rows;
}

CHECK(resize)
{
    PyType_Slot slots[] = {{Py_tp_traverse, SLOT(row_traverse)}, {0, NULL}};
    PyType_Spec spec = {
        "finalisation.Row", sizeof(PyVarObject), sizeof(long), Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, slots,
    };
    PyObject *rows = PyList_New(0), *type = PyType_FromSpec(&spec);
    EXPECT(type != NULL);
    Row *row = PyObject_GC_NewVar(Row, (PyTypeObject *)type, 3);
    EXPECT(row != NULL && Py_SIZE(row) == 3);
    for (int i = 0; i < 3; i++) {
        row->items[i] = i + 1;
    }
    row = PyObject_GC_Resize(Row, row, 1000);
    EXPECT(row != NULL && Py_IS_TYPE(row, (PyTypeObject *)type));
    note_int(rows, Py_SIZE(row));
    note_int(rows, row->items[0] + row->items[1] + row->items[2]);
    note_int(rows, Py_REFCNT(row));
    row->items[999] = 1;
    Py_DECREF(row);
    Py_DECREF(type);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(default_dealloc), CHECKED(resize), CHECKED(by_count), CHECKED(chain), CHECKED(finalizer_once), CHECKED(error_survives),
    CHECKED(cycle), CHECKED(held_by_a_container),
    {"check_collector", check_collector, METH_NOARGS, NULL},
    {"counts", counts, METH_NOARGS, NULL},
    {"reset", reset, METH_NOARGS, NULL},
    {"churn", churn, METH_VARARGS, NULL},
    {"ring", ring, METH_VARARGS, NULL},
    {"hold", hold, METH_O, NULL},
    {"let_go", let_go, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "finalisation", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_finalisation(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    if (module == NULL || PyModule_AddType(module, &Plain_Type) < 0 || PyModule_AddType(module, &Node_Type) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
