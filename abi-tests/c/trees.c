/* Trees of containers: read by C in place, made by C and given away, of which C may keep a part. */
#include "checks.h"

static PyObject *kept;

/* A new tree like this one, made of what C can make; other leaves stay the same objects. */
static PyObject *
copy(PyObject *module, PyObject *op)
{
    if (PyDict_CheckExact(op)) {
        PyObject *made = PyDict_New(), *key, *value;
        Py_ssize_t at = 0;
        EXPECT(made);
        while (PyDict_Next(op, &at, &key, &value)) {
            PyObject *name = copy(module, key), *item = copy(module, value);
            EXPECT(name && item && PyDict_SetItem(made, name, item) == 0);
            Py_DECREF(name);
            Py_DECREF(item);
        }
        return made;
    }
    if (PyList_CheckExact(op)) {
        PyObject *made = PyList_New(PyList_GET_SIZE(op));
        EXPECT(made);
        for (Py_ssize_t at = 0; at < PyList_GET_SIZE(op); at++) {
            PyObject *item = copy(module, PyList_GET_ITEM(op, at));
            EXPECT(item);
            PyList_SET_ITEM(made, at, item);
        }
        return made;
    }
    if (PyTuple_CheckExact(op)) {
        PyObject *made = PyTuple_New(PyTuple_GET_SIZE(op));
        EXPECT(made);
        for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(op); at++) {
            PyObject *item = copy(module, PyTuple_GET_ITEM(op, at));
            EXPECT(item);
            PyTuple_SET_ITEM(made, at, item);
        }
        return made;
    }
    if (PyUnicode_CheckExact(op)) {
        return PyUnicode_Substring(op, 0, PyUnicode_GET_LENGTH(op));
    }
    return Py_NewRef(op);
}

/* [[1], {"a": [2]}, (3, [4]), [5, [6]]], of which C keeps what `which` says: the root, a part, or what is in a part. */
static PyObject *
make_and_keep(PyObject *module, PyObject *which)
{
    PyObject *root = Py_BuildValue("[[i]{s[i]}(i[i])[i[i]]]", 1, "a", 2, 3, 4, 5, 6);
    EXPECT(root);
    PyObject *inner = PyDict_GetItemString(PyList_GET_ITEM(root, 1), "a");
    PyObject *parts[] = {
        root, PyList_GET_ITEM(root, 0), PyList_GET_ITEM(root, 1), PyList_GET_ITEM(root, 2), inner,
        PyTuple_GET_ITEM(PyList_GET_ITEM(root, 2), 1), PyList_GET_ITEM(PyList_GET_ITEM(root, 3), 1),
    };
    long number = PyLong_AsLong(which);
    Py_XDECREF(kept);
    kept = number < 0 ? NULL : Py_NewRef(parts[number]);
    return root;
}

static PyObject *
give_kept(PyObject *module, PyObject *ignored)
{
    return kept ? Py_NewRef(kept) : PyErr_Format(PyExc_LookupError, "nothing is kept");
}

static PyObject *
append_to_kept(PyObject *module, PyObject *item)
{
    EXPECT(kept && PyList_Append(kept, item) == 0);
    return PyLong_FromSsize_t(PyList_GET_SIZE(kept));
}

/* The same list twice in one tree, which nobody else holds. */
static PyObject *
make_shared(PyObject *module, PyObject *ignored)
{
    PyObject *part = Py_BuildValue("[[i]]", 7);
    PyObject *root = Py_BuildValue("{sOs[ON]}", "one", part, "more", part, PyDict_New());
    Py_DECREF(part);
    return root;
}

/* A list that is in itself, one level down. */
static PyObject *
make_cycle(PyObject *module, PyObject *ignored)
{
    PyObject *root = Py_BuildValue("[[i]]", 8);
    EXPECT(root && PyList_Append(PyList_GET_ITEM(root, 0), root) == 0);
    return root;
}

/* Lists in lists. */
static PyObject *
make_deep(PyObject *module, PyObject *depth)
{
    PyObject *root = PyList_New(0);
    for (long n = PyLong_AsLong(depth); n > 0; n--) {
        root = n % 2 ? Py_BuildValue("[N]", root) : Py_BuildValue("{sN}", "in", root);
    }
    return root;
}

/* Every kind of leaf. */
static PyObject *
make_leaves(PyObject *module, PyObject *ignored)
{
    return Py_BuildValue(
        "[(){}[](i)[OOO]{sLsKs[K]}(dd)[y#s#N]{iiOO(ii)i}]", 1, Py_None, Py_True, Py_False, "low", (long long)PY_LLONG_MIN,
        "high", (unsigned long long)PY_LLONG_MAX, "over", ~0ULL, -0.0, 1e300, "a\0b", (Py_ssize_t)3, "c\0d", (Py_ssize_t)3,
        PyUnicode_FromOrdinal(0xd800), 2147483647, -2147483647, Py_None, Py_Ellipsis, 3, 4, 5);
}

/* What C sees of a tree: its shape, and which lists and dicts are the same. */
static int
look(PyObject *op, PyObject *rows, PyObject *met)
{
    if (!PyDict_CheckExact(op) && !PyList_CheckExact(op) && !PyTuple_CheckExact(op)) {
        return PyList_Append(rows, op);
    }
    if (!PyTuple_CheckExact(op)) {
        PyObject *address = PyLong_FromVoidPtr(op), *number = PyDict_GetItem(met, address);
        PyObject *row = number ? Py_BuildValue("(O)", number) : PyLong_FromSsize_t(PyDict_Size(met));
        int status = PyList_Append(rows, row);
        if (number == NULL && status == 0) {
            status = PyDict_SetItem(met, address, row);
        }
        Py_DECREF(address);
        Py_DECREF(row);
        if (number != NULL || status < 0) {
            return status;
        }
    }
    int status = 0;
    if (PyDict_CheckExact(op)) {
        PyObject *key, *value;
        Py_ssize_t at = 0;
        while (status == 0 && PyDict_Next(op, &at, &key, &value)) {
            status = PyList_Append(rows, key) < 0 ? -1 : look(value, rows, met);
        }
        return status;
    }
    for (Py_ssize_t at = 0; status == 0 && at < PySequence_Fast_GET_SIZE(op); at++) {
        status = look(PySequence_Fast_GET_ITEM(op, at), rows, met);
    }
    return status;
}

static PyObject *
walk(PyObject *module, PyObject *tree)
{
    PyObject *rows = PyList_New(0), *met = PyDict_New();
    EXPECT(look(tree, rows, met) == 0);
    Py_DECREF(met);
    return rows;
}

/* What path leads to, changed in place by C, given to a function, and returned. */
static PyObject *
reach(PyObject *module, PyObject *args)
{
    PyObject *tree, *path, *change, *call;
    EXPECT(PyArg_ParseTuple(args, "OO!OO", &tree, &PyTuple_Type, &path, &change, &call));
    PyObject *at = tree;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(path); i++) {
        PyObject *step = PyTuple_GET_ITEM(path, i);
        at = PyDict_CheckExact(at) ? PyDict_GetItem(at, step) : PySequence_Fast_GET_ITEM(at, PyLong_AsSsize_t(step));
        EXPECT(at);
    }
    if (change != Py_None) {
        EXPECT((PyDict_Check(at) ? PyDict_SetItemString(at, "new", change) : PyList_Append(at, change)) == 0);
    }
    if (call != Py_None) {
        PyObject *done = PyObject_CallFunctionObjArgs(call, at, NULL);
        EXPECT(done);
        Py_DECREF(done);
    }
    PyObject *seen = walk(module, tree);
    EXPECT(seen);
    return Py_BuildValue("(ON)", at, seen);
}

static PyMethodDef methods[] = {
    {"copy", copy, METH_O, NULL},
    {"make_and_keep", make_and_keep, METH_O, NULL},
    {"give_kept", give_kept, METH_NOARGS, NULL},
    {"append_to_kept", append_to_kept, METH_O, NULL},
    {"make_shared", make_shared, METH_NOARGS, NULL},
    {"make_cycle", make_cycle, METH_NOARGS, NULL},
    {"make_deep", make_deep, METH_O, NULL},
    {"make_leaves", make_leaves, METH_NOARGS, NULL},
    {"walk", walk, METH_O, NULL},
    {"reach", reach, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "trees", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_trees(void)
{
    return unlocked(PyModule_Create(&definition));
}
