/* Recursion: counted in C, through C and Python in turn, and ended by RecursionError instead of a crash. */
#include "checks.h"

static PyObject *
descend(PyObject *self, PyObject *args)
{
    int depth;
    if (!PyArg_ParseTuple(args, "i", &depth)) {
        return NULL;
    }
    if (depth == 0) {
        return PyLong_FromLong(0);
    }
    if (Py_EnterRecursiveCall(" while going down")) {
        return NULL;
    }
    PyObject *next = Py_BuildValue("(i)", depth - 1), *below = next ? descend(self, next) : NULL;
    Py_XDECREF(next);
    Py_LeaveRecursiveCall();
    if (below == NULL) {
        return NULL;
    }
    long level = PyLong_AsLong(below);
    Py_DECREF(below);
    return PyLong_FromLong(level + 1);
}

static PyObject *
call_back(PyObject *self, PyObject *function)
{
    return PyObject_CallNoArgs(function);
}

static PyObject *
compare(PyObject *self, PyObject *args)
{
    PyObject *a, *b;
    if (!PyArg_ParseTuple(args, "OO", &a, &b)) {
        return NULL;
    }
    return PyObject_RichCompare(a, b, Py_EQ);
}

static PyObject *
represent(PyObject *self, PyObject *object)
{
    return PyObject_Repr(object);
}

static PyObject *
hash_of(PyObject *self, PyObject *object)
{
    Py_hash_t hash = PyObject_Hash(object);
    return hash == -1 ? NULL : PyBool_FromLong(1);
}

static PyObject *
check_leaves_balanced(PyObject *self, PyObject *args)
{
    for (int i = 0; i < 100000; i++) {
        if (Py_EnterRecursiveCall(" in a loop")) {
            return NULL;
        }
        Py_LeaveRecursiveCall();
    }
    Py_RETURN_NONE;
}

static PyObject *
check_limit(PyObject *self, PyObject *args)
{
    int before = Py_GetRecursionLimit();
    Py_SetRecursionLimit(before + 100);
    int after = Py_GetRecursionLimit();
    Py_SetRecursionLimit(before);
    return PyLong_FromLong(after - before);
}

/* repr() that protects itself with Py_ReprEnter. */
typedef struct {
    PyObject_HEAD
    PyObject *inner;
} Box;

static PyObject *
box_repr(PyObject *self)
{
    int entered = Py_ReprEnter(self);
    if (entered != 0) {
        return entered > 0 ? PyUnicode_FromString("Box(...)") : NULL;
    }
    PyObject *inner = ((Box *)self)->inner;
    PyObject *result = PyUnicode_FromFormat("Box(%R)", inner ? inner : Py_None);
    Py_ReprLeave(self);
    return result;
}

static int
box_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    PyObject *inner;
    if (!PyArg_ParseTuple(args, "O", &inner)) {
        return -1;
    }
    Py_XSETREF(((Box *)self)->inner, Py_NewRef(inner));
    return 0;
}

static int
box_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((Box *)self)->inner);
    return 0;
}

static int
box_clear(PyObject *self)
{
    Py_CLEAR(((Box *)self)->inner);
    return 0;
}

static void
box_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    Py_TRASHCAN_BEGIN(self, box_dealloc)
    box_clear(self);
    Py_TYPE(self)->tp_free(self);
    Py_TRASHCAN_END
}

static PyObject *
box_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return PyObject_Call(((Box *)self)->inner, args, kwargs);
}

static PyObject *
box_getattro(PyObject *self, PyObject *name)
{
    PyObject *own = PyObject_GenericGetAttr(self, name);
    if (own != NULL || !PyErr_ExceptionMatches(PyExc_AttributeError)) {
        return own;
    }
    PyErr_Clear();
    return PyObject_GetAttr(((Box *)self)->inner, name);
}

static PyTypeObject Box_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "recursion.Box",
    .tp_basicsize = sizeof(Box),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew,
    .tp_init = box_init,
    .tp_dealloc = box_dealloc,
    .tp_traverse = box_traverse,
    .tp_clear = box_clear,
    .tp_repr = box_repr,
    .tp_call = box_call,
    .tp_getattro = box_getattro,
};

static PyMethodDef methods[] = {
    {"check_leaves_balanced", check_leaves_balanced, METH_NOARGS, NULL},
    {"check_limit", check_limit, METH_NOARGS, NULL},
    {"descend", descend, METH_VARARGS, NULL},
    {"call_back", call_back, METH_O, NULL},
    {"compare", compare, METH_VARARGS, NULL},
    {"represent", represent, METH_O, NULL},
    {"hash_of", hash_of, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "recursion", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_recursion(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    if (module == NULL || PyModule_AddType(module, &Box_Type) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
