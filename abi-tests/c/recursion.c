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

/* A container in itself, from C alone: reading it out ends, and comparing it ends with an error. */
CHECK(repr_of_itself)
{
    PyObject *rows = PyList_New(0), *list = PyList_New(0), *dict = PyDict_New(), *set = PySet_New(NULL);
    EXPECT(PyList_Append(list, list) == 0 && PyList_Append(list, dict) == 0 && PyDict_SetItemString(dict, "list", list) == 0);
    note(rows, PyObject_Repr(list));
    note(rows, PyObject_Str(dict));
    note(rows, PyUnicode_FromFormat("%R %S", list, dict));
    note_int_kind(rows, PySet_Add(set, list));
    note_int(rows, Py_ReprEnter(list));
    note_int(rows, Py_ReprEnter(list));
    Py_ReprLeave(list);
    note_int(rows, Py_ReprEnter(list));
    Py_ReprLeave(list);
    PyDict_Clear(dict);
    PyList_SetSlice(list, 0, 2, NULL);
    Py_DECREF(list);
    Py_DECREF(dict);
    Py_DECREF(set);
    return rows;
}

CHECK(compare_itself)
{
    PyObject *rows = PyList_New(0), *a = PyList_New(0), *b = PyList_New(0);
    EXPECT(PyList_Append(a, b) == 0 && PyList_Append(b, a) == 0);
    note_int_kind(rows, PyObject_RichCompareBool(a, a, Py_EQ));
    note_kind(rows, PyObject_RichCompare(a, b, Py_EQ));
    PyList_SetSlice(a, 0, 1, NULL);
    note_int(rows, PyObject_RichCompareBool(a, b, Py_EQ));
    Py_DECREF(a);
    Py_DECREF(b);
    return rows;
}

CHECK(deep_tuples)
{
    PyObject *rows = PyList_New(0), *nest = PyTuple_New(0), *other = PyTuple_New(0);
    for (int i = 0; i < 50; i++) {
        PyObject *next = PyTuple_Pack(1, nest), *second = PyTuple_Pack(1, other);
        Py_DECREF(nest);
        Py_DECREF(other);
        nest = next;
        other = second;
    }
    note_int(rows, PyObject_RichCompareBool(nest, other, Py_EQ));
    note_int(rows, PyObject_Hash(nest) == PyObject_Hash(other));
    PyObject *repr = PyObject_Repr(nest);
    note_int(rows, PyUnicode_GetLength(repr));
    Py_DECREF(repr);
    Py_DECREF(nest);
    Py_DECREF(other);
    return rows;
}

/* The end of a recursion is told once, and the depth is what it was. */
CHECK(told_once)
{
    PyObject *rows = PyList_New(0);
    for (int round = 0; round < 3; round++) {
        int depth = 0;
        while (depth < 1000000 && Py_EnterRecursiveCall(" in a test") == 0) {
            depth++;
        }
        int right = PyErr_ExceptionMatches(PyExc_RecursionError), deep = depth > 500;
        PyErr_Clear();
        for (; depth > 0; depth--) {
            Py_LeaveRecursiveCall();
        }
        note_int(rows, right + 2 * deep);
        note(rows, PyObject_Repr(Py_Ellipsis));
    }
    return rows;
}

CHECK(own_type_in_itself)
{
    PyObject *rows = PyList_New(0), *type = PyObject_CallFunction((PyObject *)&PyType_Type, "s(O){}", "Own", &PyBaseObject_Type);
    PyObject *object = type ? PyObject_CallNoArgs(type) : NULL;
    EXPECT(object != NULL && PyObject_SetAttrString(object, "me", object) == 0);
    PyObject *me = PyObject_GetAttrString(object, "me"), *dict = PyObject_GetAttrString(object, "__dict__");
    note_int(rows, me == object);
    note_int(rows, PyDict_GetItemString(dict, "me") == object);
    note_int(rows, PyObject_DelAttrString(object, "me"));
    Py_XDECREF(me);
    Py_XDECREF(dict);
    Py_DECREF(object);
    Py_DECREF(type);
    return rows;
}

CHECK(descends)
{
    PyObject *rows = PyList_New(0);
    for (int depth = 0; depth <= 200; depth += 50) {
        PyObject *args = Py_BuildValue("(i)", depth);
        note(rows, descend(self, args));
        Py_DECREF(args);
    }
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(repr_of_itself), CHECKED(compare_itself), CHECKED(deep_tuples), CHECKED(told_once), CHECKED(own_type_in_itself),
    CHECKED(descends),
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
