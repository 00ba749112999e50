/* Containers that cross in either direction. */
#include "../c/checks.h"

/* The sum of 1000 ints or floats, read in place. */
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
sum_floats(PyObject *self, PyObject *list)
{
    EXPECT(PyList_CheckExact(list));
    double total = 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        total += PyFloat_AsDouble(PyList_GET_ITEM(list, i));
    }
    return PyErr_Occurred() ? NULL : PyFloat_FromDouble(total);
}

static PyObject *
sum_tuple(PyObject *self, PyObject *tuple)
{
    EXPECT(PyTuple_CheckExact(tuple));
    long total = 0;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++) {
        total += PyLong_AsLong(PyTuple_GET_ITEM(tuple, i));
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
append_list(PyObject *self, PyObject *none)
{
    PyObject *list = PyList_New(0);
    for (Py_ssize_t i = 0; list != NULL && i < 1000; i++) {
        PyObject *item = PyLong_FromSsize_t(i);
        if (item == NULL || PyList_Append(list, item) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(item);
    }
    return list;
}

static PyObject *
make_tuple(PyObject *self, PyObject *none)
{
    PyObject *tuple = PyTuple_New(1000);
    for (Py_ssize_t i = 0; tuple != NULL && i < 1000; i++) {
        PyTuple_SET_ITEM(tuple, i, PyLong_FromSsize_t(i));
    }
    return tuple;
}

static PyObject *
pair(PyObject *self, PyObject *object)
{
    return PyTuple_Pack(2, object, object);
}

/* 100 texts and ints. */
static PyObject *
make_dict(PyObject *self, PyObject *none)
{
    PyObject *dict = PyDict_New();
    char name[16];
    for (long i = 0; dict != NULL && i < 100; i++) {
        PyOS_snprintf(name, sizeof name, "key%ld", i);
        PyObject *value = PyLong_FromLong(i);
        if (value == NULL || PyDict_SetItemString(dict, name, value) < 0) {
            Py_CLEAR(dict);
        }
        Py_XDECREF(value);
    }
    return dict;
}

static PyObject *
walk_dict(PyObject *self, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t position = 0;
    long total = 0;
    while (PyDict_Next(dict, &position, &key, &value)) {
        total += PyLong_AsLong(value);
    }
    return PyErr_Occurred() ? NULL : PyLong_FromLong(total);
}

/* The same, and the length after each entry, as Cython does it to see whether the dict has changed. */
static PyObject *
walk_watched(PyObject *self, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t position = 0, size = PyDict_Size(dict);
    long total = 0;
    while (PyDict_Next(dict, &position, &key, &value)) {
        total += PyLong_AsLong(value);
        EXPECT(PyDict_Size(dict) == size);
    }
    return PyErr_Occurred() ? NULL : PyLong_FromLong(total);
}

/* The values of 100 keys, which the module keeps. */
static PyObject *
look_up(PyObject *self, PyObject *dict)
{
    static PyObject *keys[100];
    long total = 0;
    for (int i = 0; i < 100; i++) {
        if (keys[i] == NULL && (keys[i] = PyUnicode_FromFormat("key%d", i)) == NULL) {
            return NULL;
        }
        PyObject *value = PyDict_GetItemWithError(dict, keys[i]);
        EXPECT(value != NULL);
        total += PyLong_AsLong(value);
    }
    return PyErr_Occurred() ? NULL : PyLong_FromLong(total);
}

/* What a parser makes: 20 dicts with texts, numbers and a list each. */
static PyObject *
make_tree(PyObject *self, PyObject *none)
{
    PyObject *rows = PyList_New(0);
    for (int i = 0; rows != NULL && i < 20; i++) {
        PyObject *row = Py_BuildValue("{s:i,s:s,s:d,s:[i,i,i],s:{s:O}}", "id", i, "name", "a name", "score", i / 8.0,
                                      "tags", i, i + 1, i + 2, "more", "ok", Py_True);
        if (row == NULL || PyList_Append(rows, row) < 0) {
            Py_CLEAR(rows);
        }
        Py_XDECREF(row);
    }
    return rows;
}

/* How many leaves there are, as a writer would find them. */
static long
leaves(PyObject *value)
{
    long found = 0;
    if (PyDict_Check(value)) {
        PyObject *key, *item;
        for (Py_ssize_t position = 0; PyDict_Next(value, &position, &key, &item);) {
            found += leaves(item);
        }
    }
    else if (PyList_Check(value)) {
        for (Py_ssize_t i = 0; i < PyList_GET_SIZE(value); i++) {
            found += leaves(PyList_GET_ITEM(value, i));
        }
    }
    else {
        found = 1;
    }
    return found;
}

static PyObject *
walk_tree(PyObject *self, PyObject *value)
{
    return PyLong_FromLong(leaves(value));
}

static PyMethodDef methods[] = {
    {"sum_list", sum_list, METH_O, NULL},
    {"sum_floats", sum_floats, METH_O, NULL},
    {"sum_tuple", sum_tuple, METH_O, NULL},
    {"make_list", make_list, METH_NOARGS, NULL},
    {"append_list", append_list, METH_NOARGS, NULL},
    {"make_tuple", make_tuple, METH_NOARGS, NULL},
    {"pair", pair, METH_O, NULL},
    {"make_dict", make_dict, METH_NOARGS, NULL},
    {"walk_dict", walk_dict, METH_O, NULL},
    {"walk_watched", walk_watched, METH_O, NULL},
    {"look_up", look_up, METH_O, NULL},
    {"make_tree", make_tree, METH_NOARGS, NULL},
    {"walk_tree", walk_tree, METH_O, NULL},
    {NULL},
};

THEME(containers)
