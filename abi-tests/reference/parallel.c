/* What several threads do at once, each for itself: the results do not depend on the others. */
#include "../c/checks.h"

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

static PyMethodDef methods[] = {
    {"check_containers", check_containers, METH_NOARGS, NULL},
    {"check_identity", check_identity, METH_NOARGS, NULL},
    {"check_errors", check_errors, METH_NOARGS, NULL},
    {"check_instances", check_instances, METH_NOARGS, NULL},
    {"check_without_lock", check_without_lock, METH_NOARGS, NULL},
    {NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "parallel", .m_size = 0, .m_methods = methods};

PyMODINIT_FUNC
PyInit_parallel(void)
{
    return PyModuleDef_Init(&definition);
}
