/* Dicts, sets and tuples: every function, on objects made by C and on objects of the host.
   flavours: 3.9 3.14 */
#include "checks.h"
#include <structmember.h>
#include <structseq.h>

static PyObject *
check_dict_basic(PyObject *self, PyObject *args)
{
    PyObject *dict = PyDict_New(), *key = PyUnicode_FromString("key"), *value = PyLong_FromLong(7);
    EXPECT(dict && key && value && PyDict_CheckExact(dict));
    EXPECT(PyDict_SetItem(dict, key, value) == 0);
    EXPECT(PyDict_SetItemString(dict, "other", Py_None) == 0);
    EXPECT(PyDict_GetItem(dict, key) == value && PyDict_GetItemWithError(dict, key) == value);
    EXPECT(PyDict_GetItemString(dict, "missing") == NULL && !PyErr_Occurred());
    EXPECT(PyDict_Contains(dict, key) == 1 && PyDict_Size(dict) == 2);
    EXPECT(PyDict_SetDefault(dict, key, Py_None) == value);
    EXPECT(PyDict_SetDefault(dict, value, Py_True) == Py_True);
    EXPECT(PyDict_DelItemString(dict, "other") == 0 && PyDict_Size(dict) == 2);
    EXPECT(PyDict_DelItem(dict, value) == 0 && PyDict_Contains(dict, value) == 0);
    Py_DECREF(key);
    Py_DECREF(value);
    return dict;
}

static PyObject *
check_dict_missing(PyObject *self, PyObject *args)
{
    PyObject *dict = PyDict_New(), *unhashable = PyList_New(0);
    EXPECT(dict && unhashable);
    EXPECT(PyDict_GetItem(dict, unhashable) == NULL && !PyErr_Occurred());
    EXPECT(PyDict_GetItemWithError(dict, Py_None) == NULL && !PyErr_Occurred());
    EXPECT(PyDict_GetItemWithError(dict, unhashable) == NULL && PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
    EXPECT(PyDict_SetItem(dict, unhashable, Py_None) == -1 && PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
    EXPECT(PyDict_Contains(dict, unhashable) == -1);
    PyErr_Clear();
    EXPECT(PyDict_DelItemString(dict, "gone") == -1 && PyErr_ExceptionMatches(PyExc_KeyError));
    Py_DECREF(dict);
    Py_DECREF(unhashable);
    return NULL;
}

static PyObject *
check_dict_views(PyObject *self, PyObject *args)
{
    PyObject *dict = Py_BuildValue("{s:i,s:i,i:s}", "b", 2, "a", 1, 3, "c");
    EXPECT(dict);
    return Py_BuildValue("(NNNNN)", PyDict_Keys(dict), PyDict_Values(dict), PyDict_Items(dict), PyDict_Copy(dict), dict);
}

static PyObject *
check_dict_merge(PyObject *self, PyObject *args)
{
    PyObject *first = Py_BuildValue("{s:i,s:i}", "a", 1, "b", 2), *second = Py_BuildValue("{s:i,s:i}", "b", 20, "c", 30);
    PyObject *pairs = Py_BuildValue("[(si)(si)]", "p", 1, "a", 100);
    EXPECT(first && second && pairs);
    PyObject *kept = PyDict_Copy(first), *replaced = PyDict_Copy(first), *updated = PyDict_Copy(first);
    PyObject *sequence = PyDict_Copy(first);
    EXPECT(PyDict_Merge(kept, second, 0) == 0 && PyDict_Merge(replaced, second, 1) == 0);
    EXPECT(PyDict_Update(updated, second) == 0 && PyDict_MergeFromSeq2(sequence, pairs, 1) == 0);
    PyDict_Clear(first);
    EXPECT(PyDict_Size(first) == 0);
    Py_DECREF(second);
    Py_DECREF(pairs);
    return Py_BuildValue("(NNNNN)", first, kept, replaced, updated, sequence);
}

static PyObject *
check_not_a_dict(PyObject *self, PyObject *args)
{
    PyObject *list = PyList_New(0);
    EXPECT(list);
    EXPECT(PyDict_Size(list) == -1 && PyErr_ExceptionMatches(PyExc_SystemError));
    PyErr_Clear();
    EXPECT(PyDict_SetItem(list, Py_None, Py_None) == -1 && PyErr_ExceptionMatches(PyExc_SystemError));
    PyErr_Clear();
    EXPECT(PyDict_GetItem(list, Py_None) == NULL && !PyErr_Occurred());
    EXPECT(PyDict_Keys(list) == NULL && PyErr_ExceptionMatches(PyExc_SystemError));
    PyErr_Clear();
    EXPECT(PyDict_Copy(list) == NULL);
    Py_DECREF(list);
    return NULL;
}

/* Walks a dict in place; the order is the order of insertion. */
static PyObject *
walk(PyObject *self, PyObject *dict)
{
    PyObject *pairs = PyList_New(0), *key, *value;
    EXPECT(pairs);
    Py_ssize_t position = 0;
    while (PyDict_Next(dict, &position, &key, &value)) {
        PyObject *pair = PyTuple_Pack(2, key, value);
        EXPECT(pair && PyList_Append(pairs, pair) == 0);
        Py_DECREF(pair);
    }
    return pairs;
}

/* Replaces every value while walking, which is allowed. */
static PyObject *
double_values(PyObject *self, PyObject *dict)
{
    PyObject *key, *value;
    Py_ssize_t position = 0;
    while (PyDict_Next(dict, &position, &key, &value)) {
        PyObject *twice = PyNumber_Add(value, value);
        if (twice == NULL) {
            return NULL;
        }
        int status = PyDict_SetItem(dict, key, twice);
        Py_DECREF(twice);
        if (status < 0) {
            return NULL;
        }
    }
    return Py_NewRef(dict);
}

static PyObject *
dict_from_c(PyObject *self, PyObject *args)
{
    PyObject *dict, *key;
    if (!PyArg_ParseTuple(args, "OO", &dict, &key)) {
        return NULL;
    }
    PyObject *found = PyDict_GetItemWithError(dict, key);
    if (found == NULL && PyErr_Occurred()) {
        return NULL;
    }
    int set = PyDict_SetItemString(dict, "from C", Py_True);
    if (set < 0) {
        return NULL;
    }
    return Py_BuildValue("(iiinO)", !!PyDict_Check(dict), !!PyDict_CheckExact(dict), PyDict_Contains(dict, key),
                         PyDict_Size(dict), found ? found : Py_None);
}

/* The abstract protocol on whatever Python passes. */
static PyObject *
mapping(PyObject *self, PyObject *object)
{
    Py_ssize_t size = PyMapping_Size(object);
    if (size < 0 || PyMapping_SetItemString(object, "new", Py_None) < 0) {
        return NULL;
    }
    EXPECT(PyMapping_Check(object) && PyMapping_Length(object) == size + 1);
    EXPECT(PyMapping_HasKeyString(object, "new") == 1 && PyMapping_HasKeyString(object, "absent") == 0);
    PyObject *item = PyMapping_GetItemString(object, "new");
    EXPECT(item == Py_None);
    Py_DECREF(item);
    EXPECT(PyMapping_DelItemString(object, "new") == 0);
    EXPECT(PyMapping_GetItemString(object, "new") == NULL);
    PyErr_Clear();
    return Py_BuildValue("(nNNN)", size, PyMapping_Keys(object), PyMapping_Values(object), PyMapping_Items(object));
}

static PyObject *
check_dict_large(PyObject *self, PyObject *args)
{
    PyObject *dict = PyDict_New();
    EXPECT(dict);
    for (long i = 0; i < 20000; i++) {
        PyObject *key = PyLong_FromLong(i), *value = PyLong_FromLong(i * i);
        EXPECT(key && value && PyDict_SetItem(dict, key, value) == 0);
        Py_DECREF(key);
        Py_DECREF(value);
    }
    long long sum = 0;
    PyObject *key, *value;
    Py_ssize_t position = 0;
    while (PyDict_Next(dict, &position, &key, &value)) {
        sum += PyLong_AsLongLong(value) - PyLong_AsLongLong(key);
    }
    Py_ssize_t size = PyDict_Size(dict);
    Py_DECREF(dict);
    return Py_BuildValue("(nL)", size, sum);
}

/* The length before and after Python code and C have changed the dict, and what `type(dict)` is. */
static PyObject *
lengths(PyObject *self, PyObject *args)
{
    PyObject *dict, *change;
    if (!PyArg_ParseTuple(args, "OO", &dict, &change)) {
        return NULL;
    }
    Py_ssize_t first = PyDict_Size(dict), again = PyObject_Size(dict);
    PyObject *result = PyObject_CallOneArg(change, dict);
    if (result == NULL) {
        return NULL;
    }
    Py_DECREF(result);
    Py_ssize_t changed = PyObject_Size(dict), same = PyMapping_Size(dict);
    if (PyDict_SetItemString(dict, "from C", Py_None) < 0) {
        return NULL;
    }
    PyObject *type = PyObject_CallOneArg((PyObject *)&PyType_Type, dict);
    return Py_BuildValue("(nnnnnnN)", first, again, changed, same, PyDict_Size(dict), PyObject_Length(dict), type);
}

static PyObject *
check_proxy(PyObject *self, PyObject *args)
{
    PyObject *dict = Py_BuildValue("{s:i}", "a", 1), *proxy = PyDictProxy_New(dict);
    EXPECT(proxy && PyMapping_GetItemString(proxy, "a") != NULL);
    EXPECT(PyObject_SetItem(proxy, Py_None, Py_None) == -1 && PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
    Py_DECREF(dict);
    return proxy;
}

static PyObject *
sorted_list(PyObject *iterable)
{
    PyObject *list = PySequence_List(iterable);
    if (list != NULL && PyList_Sort(list) < 0) {
        Py_CLEAR(list);
    }
    return list;
}

static PyObject *
check_set(PyObject *self, PyObject *args)
{
    PyObject *items = Py_BuildValue("[iiii]", 3, 1, 2, 3), *set = PySet_New(items), *frozen = PyFrozenSet_New(items);
    EXPECT(set && frozen && PySet_Size(set) == 3 && PySet_GET_SIZE(frozen) == 3);
    EXPECT(PySet_Check(set) && PySet_CheckExact(set) && !PySet_Check(frozen) && PyAnySet_Check(frozen));
    EXPECT(PyFrozenSet_Check(frozen) && PyFrozenSet_CheckExact(frozen) && PyAnySet_CheckExact(set));
    PyObject *one = PyLong_FromLong(1), *nine = PyLong_FromLong(9);
    EXPECT(PySet_Contains(set, one) == 1 && PySet_Contains(set, nine) == 0);
    EXPECT(PySet_Add(set, nine) == 0 && PySet_Discard(set, one) == 1 && PySet_Discard(set, one) == 0);
    PyObject *before = sorted_list(set), *popped = PySet_Pop(set);
    EXPECT(popped && PySet_Size(set) == 2 && PySet_Contains(set, popped) == 0);
    EXPECT(PySet_Clear(set) == 0 && PySet_GET_SIZE(set) == 0);
    EXPECT(PySet_Pop(set) == NULL && PyErr_ExceptionMatches(PyExc_KeyError));
    PyErr_Clear();
    Py_DECREF(items);
    Py_DECREF(one);
    Py_DECREF(nine);
    Py_DECREF(popped);
    PyObject *result = Py_BuildValue("(NNN)", before, sorted_list(frozen), set);
    Py_DECREF(frozen);
    return result;
}

static PyObject *
check_set_errors(PyObject *self, PyObject *args)
{
    PyObject *set = PySet_New(NULL), *list = PyList_New(0), *frozen = PyFrozenSet_New(NULL);
    EXPECT(set && list && frozen);
    EXPECT(PySet_Add(set, list) == -1 && PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
    EXPECT(PySet_Contains(set, list) == -1 && PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
    EXPECT(PySet_Size(list) == -1 && PyErr_ExceptionMatches(PyExc_SystemError));
    PyErr_Clear();
    EXPECT(PySet_Discard(frozen, Py_None) == -1 && PyErr_ExceptionMatches(PyExc_SystemError));
    PyErr_Clear();
    EXPECT(PySet_New(Py_None) == NULL && PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
    /* A frozenset that nobody else has seen may be filled. */
    EXPECT(PySet_Add(frozen, Py_True) == 0);
    Py_DECREF(set);
    Py_DECREF(list);
    return frozen;
}

static PyObject *
use_set(PyObject *self, PyObject *args)
{
    PyObject *set, *item;
    if (!PyArg_ParseTuple(args, "OO", &set, &item)) {
        return NULL;
    }
    int before = PySet_Contains(set, item);
    if (before < 0 || PySet_Add(set, item) < 0) {
        return NULL;
    }
    return Py_BuildValue("(iin)", before, PySet_Contains(set, item), PySet_Size(set));
}

static PyObject *
check_tuple(PyObject *self, PyObject *args)
{
    PyObject *tuple = PyTuple_New(3), *empty = PyTuple_New(0), *other = PyTuple_New(0);
    EXPECT(tuple && PyTuple_CheckExact(tuple) && Py_SIZE(tuple) == 3 && empty == other);
    PyTuple_SET_ITEM(tuple, 0, PyLong_FromLong(1));
    EXPECT(PyTuple_SetItem(tuple, 1, PyUnicode_FromString("b")) == 0);
    ((PyTupleObject *)tuple)->ob_item[2] = Py_NewRef(Py_None);
    PyObject *slice = PyTuple_GetSlice(tuple, 1, 10), *all = PyTuple_GetSlice(tuple, 0, 3);
    EXPECT(slice && all && PyTuple_Size(slice) == 2);
    EXPECT(PyTuple_GetItem(tuple, 3) == NULL && PyErr_ExceptionMatches(PyExc_IndexError));
    PyErr_Clear();
    Py_DECREF(other);
    return Py_BuildValue("(NNNN)", tuple, slice, all, empty);
}

static PyObject *
check_tuple_resize(PyObject *self, PyObject *args)
{
    PyObject *tuple = PyTuple_New(2);
    EXPECT(tuple);
    PyTuple_SET_ITEM(tuple, 0, PyLong_FromLong(10));
    PyTuple_SET_ITEM(tuple, 1, PyLong_FromLong(20));
    EXPECT(_PyTuple_Resize(&tuple, 4) == 0 && PyTuple_GET_SIZE(tuple) == 4);
    PyTuple_SET_ITEM(tuple, 2, PyLong_FromLong(30));
    PyTuple_SET_ITEM(tuple, 3, PyLong_FromLong(40));
    EXPECT(_PyTuple_Resize(&tuple, 3) == 0);
    return tuple;
}

static PyObject *
check_tuple_errors(PyObject *self, PyObject *args)
{
    PyObject *list = PyList_New(0), *tuple = PyTuple_Pack(1, Py_None);
    EXPECT(list && tuple);
    EXPECT(PyTuple_Size(list) == -1 && PyErr_ExceptionMatches(PyExc_SystemError));
    PyErr_Clear();
    EXPECT(PyTuple_GetItem(tuple, -1) == NULL && PyErr_ExceptionMatches(PyExc_IndexError));
    PyErr_Clear();
    EXPECT(PyTuple_SetItem(tuple, 1, Py_NewRef(Py_None)) == -1 && PyErr_ExceptionMatches(PyExc_IndexError));
    PyErr_Clear();
    Py_INCREF(tuple);
    EXPECT(PyTuple_SetItem(tuple, 0, Py_NewRef(Py_None)) == -1 && PyErr_ExceptionMatches(PyExc_SystemError));
    Py_DECREF(tuple);
    Py_DECREF(tuple);
    Py_DECREF(list);
    return NULL;
}

/* Reads a tuple of the host in place. */
static PyObject *
tuple_in_place(PyObject *self, PyObject *tuple)
{
    EXPECT(PyTuple_Check(tuple));
    PyObject *list = PyList_New(PyTuple_GET_SIZE(tuple));
    EXPECT(list);
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(tuple); i++) {
        PyList_SET_ITEM(list, i, Py_NewRef(((PyTupleObject *)tuple)->ob_item[i]));
    }
    return Py_BuildValue("(Ni)", list, !!PyTuple_CheckExact(tuple));
}

static PyObject *
point_type(void)
{
    static PyTypeObject *type;
    static PyStructSequence_Field fields[] = {{"x", "across"}, {"y", "up"}, {"label", "hidden"}, {NULL, NULL}};
    static PyStructSequence_Desc description = {"shapes.Point", "A point.", fields, 2};
    if (type == NULL) {
        type = PyStructSequence_NewType(&description);
    }
    return (PyObject *)type;
}

static PyObject *
struct_sequence(PyObject *self, PyObject *args)
{
    PyTypeObject *type = (PyTypeObject *)point_type();
    EXPECT(type);
    PyObject *point = PyStructSequence_New(type);
    EXPECT(point);
    PyStructSequence_SET_ITEM(point, 0, PyLong_FromLong(3));
    PyStructSequence_SetItem(point, 1, PyLong_FromLong(4));
    PyStructSequence_SetItem(point, 2, PyUnicode_FromString("hidden label"));
    EXPECT(PyStructSequence_GetItem(point, 1) == PyStructSequence_GET_ITEM(point, 1));
    return point;
}

/* Compiled code reads the number of entries of any dict in place. */
static PyObject *
size_in_place(PyObject *self, PyObject *dict)
{
    Py_ssize_t before = PyDict_GET_SIZE(dict);
    return PyBool_FromLong(before == PyDict_Size(dict));
}

static PyMethodDef methods[] = {
    {"check_dict_basic", check_dict_basic, METH_NOARGS, NULL},
    {"check_dict_missing", check_dict_missing, METH_NOARGS, NULL},
    {"check_dict_views", check_dict_views, METH_NOARGS, NULL},
    {"check_dict_merge", check_dict_merge, METH_NOARGS, NULL},
    {"check_dict_large", check_dict_large, METH_NOARGS, NULL},
    {"check_not_a_dict", check_not_a_dict, METH_NOARGS, NULL},
    {"check_proxy", check_proxy, METH_NOARGS, NULL},
    {"check_set", check_set, METH_NOARGS, NULL},
    {"check_set_errors", check_set_errors, METH_NOARGS, NULL},
    {"check_tuple", check_tuple, METH_NOARGS, NULL},
    {"check_tuple_resize", check_tuple_resize, METH_NOARGS, NULL},
    {"check_tuple_errors", check_tuple_errors, METH_NOARGS, NULL},
    {"size_in_place", size_in_place, METH_O, NULL},
    {"walk", walk, METH_O, NULL},
    {"double_values", double_values, METH_O, NULL},
    {"dict_from_c", dict_from_c, METH_VARARGS, NULL},
    {"lengths", lengths, METH_VARARGS, NULL},
    {"mapping", mapping, METH_O, NULL},
    {"use_set", use_set, METH_VARARGS, NULL},
    {"tuple_in_place", tuple_in_place, METH_O, NULL},
    {"struct_sequence", struct_sequence, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "containers_dict_set_tuple", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_containers_dict_set_tuple(void)
{
    return unlocked(PyModule_Create(&definition));
}
