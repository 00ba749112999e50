/* What several threads do at once, for themselves or with what the others have made: the results do not depend on the others. */
#include "../c/checks.h"
#include <stdatomic.h>

enum { ROUNDS = 200 };

/* Values through the host's containers, and back. */
static PyObject *
check_containers(PyObject *self, PyObject *unused)
{
    long sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
        PyObject *dict = PyDict_New(), *list = PyList_New(0);
        EXPECT(dict != NULL && list != NULL);
        for (int i = 0; i < 10; i++) {
            PyObject *key = PyUnicode_FromFormat("key %d of %d", i, round), *value = PyLong_FromLong(i * round);
            EXPECT(key != NULL && value != NULL);
            EXPECT(PyDict_SetItem(dict, key, value) == 0 && PyList_Append(list, key) == 0);
            Py_DECREF(key);
            Py_DECREF(value);
        }
        PyObject *update = PyObject_CallMethod(dict, "copy", NULL);
        EXPECT(update != NULL && PyDict_Size(update) == 10);
        for (int i = 0; i < 10; i++) {
            PyObject *value = PyDict_GetItemWithError(update, PyList_GET_ITEM(list, i));
            EXPECT(value != NULL);
            sum += PyLong_AsLong(value);
        }
        Py_DECREF(update);
        Py_DECREF(list);
        Py_DECREF(dict);
    }
    return PyLong_FromLong(sum);
}

/* One object keeps one proxy, whoever moves it. */
static PyObject *
check_identity(PyObject *self, PyObject *unused)
{
    PyObject *type = PyObject_GetAttrString((PyObject *)&PyLong_Type, "__class__");
    EXPECT(type == (PyObject *)&PyType_Type);
    for (int round = 0; round < ROUNDS; round++) {
        PyObject *set = PySet_New(NULL), *key = PyObject_CallNoArgs((PyObject *)&PyBaseObject_Type);
        EXPECT(set != NULL && key != NULL && PySet_Add(set, key) == 0);
        PyObject *back = PySet_Pop(set);
        EXPECT(back == key);
        Py_DECREF(back);
        Py_DECREF(key);
        Py_DECREF(set);
    }
    Py_DECREF(type);
    return PyLong_FromLong(ROUNDS);
}

/* Exceptions belong to the thread that raised them. */
static PyObject *
check_errors(PyObject *self, PyObject *unused)
{
    for (int round = 0; round < ROUNDS; round++) {
        PyObject *list = PyList_New(0), *number = PyLong_FromLong(round);
        EXPECT(list != NULL && number != NULL);
        EXPECT(PyObject_GetItem(list, number) == NULL);
        EXPECT(PyErr_ExceptionMatches(PyExc_IndexError));
        PyErr_Clear();
        EXPECT(PyObject_GetAttrString(list, "nothing") == NULL);
        EXPECT(PyErr_ExceptionMatches(PyExc_AttributeError));
        PyErr_Clear();
        Py_DECREF(number);
        Py_DECREF(list);
    }
    return PyLong_FromLong(ROUNDS);
}

/* Objects of a class that all threads share. */
static PyObject *
check_instances(PyObject *self, PyObject *unused)
{
    PyObject *class = PyObject_CallFunction((PyObject *)&PyType_Type, "s(){}", "Thing");
    EXPECT(class != NULL);
    long sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
        PyObject *thing = PyObject_CallNoArgs(class), *number = PyLong_FromLong(round);
        EXPECT(thing != NULL && number != NULL);
        EXPECT(PyObject_SetAttrString(thing, "number", number) == 0);
        PyObject *found = PyObject_GetAttrString(thing, "number");
        EXPECT(found != NULL);
        sum += PyLong_AsLong(found);
        Py_DECREF(found);
        Py_DECREF(number);
        Py_DECREF(thing);
    }
    Py_DECREF(class);
    return PyLong_FromLong(sum);
}

/* The lock is free while others run. */
static PyObject *
check_without_lock(PyObject *self, PyObject *unused)
{
    long sum = 0;
    for (int round = 0; round < ROUNDS; round++) {
        PyObject *text = PyUnicode_FromFormat("%d", round);
        EXPECT(text != NULL);
        Py_BEGIN_ALLOW_THREADS
        sum++;
        Py_END_ALLOW_THREADS
        PyObject *number = PyLong_FromUnicodeObject(text, 10);
        EXPECT(number != NULL);
        sum += PyLong_AsLong(number);
        Py_DECREF(number);
        Py_DECREF(text);
    }
    return PyLong_FromLong(sum);
}

/* An instance of a type of our own that the collector knows. */
typedef struct {
    PyObject_HEAD
    PyObject *item;
} Box;

static PyTypeObject *BoxType;

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
    type->tp_free(self);
    Py_DECREF(type);
}

static PyType_Slot box_slots[] = {
    {Py_tp_traverse, box_traverse}, {Py_tp_clear, box_clear}, {Py_tp_dealloc, box_dealloc}, {0, NULL}};
static PyType_Spec box_spec = {"parallel.Box", sizeof(Box), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, box_slots};

/* An object of one of the kinds. */
enum { KINDS = 6 };

static PyObject *
make(int kind, long number)
{
    switch (kind) {
    case 0:
        return PyLong_FromLong(number + 1000);
    case 1:
        return PyFloat_FromDouble(number);
    case 2:
        return PyUnicode_FromFormat("%ld %s", number, "\xc3\xa4");
    case 3:
        return PyBytes_FromStringAndSize("some bytes", 10);
    case 4:
        return Py_BuildValue("(l[d])", number, 0.5);
    default: {
        PyObject *box = BoxType->tp_alloc(BoxType, 0);
        if (box != NULL) {
            ((Box *)box)->item = make(4, number);
        }
        return box;
    }
    }
}

/* Is it an object of this kind, alive? */
static int
is_whole(int kind, PyObject *object)
{
    switch (kind) {
    case 0:
        return PyLong_AsLong(object) >= 1000;
    case 1:
        return PyFloat_AsDouble(object) >= 0;
    case 2:
        return strchr(PyUnicode_AsUTF8(object), '\xc3') != NULL;
    case 3:
        return strcmp(PyBytes_AsString(object), "some bytes") == 0;
    case 4:
        return PyTuple_Size(object) == 2 && PyFloat_AsDouble(PyList_GetItem(PyTuple_GetItem(object, 1), 0)) == 0.5;
    default:
        return Py_TYPE(object) == BoxType && is_whole(4, ((Box *)object)->item);
    }
}

/* Each thread leaves what it has made where others take it, and gives back what it finds there: objects die on other threads than
   those they belong to. */
static PyObject *
check_handing_over(PyObject *self, PyObject *unused)
{
    static _Atomic(PyObject *) places[KINDS];
    long whole = 0;
    for (int round = 0; round < 10 * ROUNDS; round++) {
        for (int kind = 0; kind < KINDS; kind++) {
            PyObject *made = make(kind, round), *found;
            EXPECT(made != NULL);
            if (round % 3 == 0) {
                Py_INCREF(made); /* given back when another thread may have it */
            }
            found = atomic_exchange(&places[kind], made);
            whole += found == NULL || is_whole(kind, found);
            Py_XDECREF(found);
            if (round % 3 == 0) {
                whole += is_whole(kind, made);
                Py_DECREF(made);
            }
        }
    }
    for (int kind = 0; kind < KINDS; kind++) {
        PyObject *last = atomic_exchange(&places[kind], NULL);
        Py_XDECREF(last);
    }
    return PyLong_FromLong(whole);
}

/* Containers inside each other, as deep as documents may be, die on each thread. */
static PyObject *
check_nesting(PyObject *self, PyObject *unused)
{
    for (int round = 0; round < 10; round++) {
        PyObject *inner = PyLong_FromLong(12345);
        for (int depth = 0; depth < 10000 && inner != NULL; depth++) {
            PyObject *outer = depth % 2 ? PyTuple_New(1) : PyList_New(1);
            EXPECT(outer != NULL);
            if (depth % 2) {
                PyTuple_SET_ITEM(outer, 0, inner);
            }
            else {
                PyList_SET_ITEM(outer, 0, inner);
            }
            inner = outer;
        }
        EXPECT(inner != NULL);
        Py_DECREF(inner);
    }
    return PyLong_FromLong(ROUNDS);
}

static PyMethodDef methods[] = {
    {"check_containers", check_containers, METH_NOARGS, NULL},
    {"check_identity", check_identity, METH_NOARGS, NULL},
    {"check_errors", check_errors, METH_NOARGS, NULL},
    {"check_instances", check_instances, METH_NOARGS, NULL},
    {"check_without_lock", check_without_lock, METH_NOARGS, NULL},
    {"check_handing_over", check_handing_over, METH_NOARGS, NULL},
    {"check_nesting", check_nesting, METH_NOARGS, NULL},
    {NULL},
};

static int
begin(PyObject *module)
{
    BoxType = (PyTypeObject *)PyType_FromSpec(&box_spec);
    return BoxType == NULL ? -1 : 0;
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, begin}, WITHOUT_GIL{0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "parallel", .m_size = 0, .m_methods = methods, .m_slots = slots};

PyMODINIT_FUNC
PyInit_parallel(void)
{
    return PyModuleDef_Init(&definition);
}
