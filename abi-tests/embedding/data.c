/* A program that uses objects and runs no source code: what any host can do. The argument says how many exceptions are made;
 * with 0, C makes none of its own. */
#include "check.h"
#include <stdlib.h>
#include <string.h>

static void error(const char *what)
{
    PyObject *type, *value, *trace;
    PyErr_Fetch(&type, &value, &trace);
    PyErr_NormalizeException(&type, &value, &trace);
    SAY("%s: %s", what, type ? ((PyTypeObject *)type)->tp_name : "no error");
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(trace);
}

static PyObject *twice(PyObject *self, PyObject *number)
{
    long value = PyLong_AsLong(number);
    return value == -1 && PyErr_Occurred() ? NULL : PyLong_FromLong(2 * value);
}

static PyMethodDef methods[] = {{"twice", twice, METH_O, "Doubles."}, {NULL, NULL, 0, NULL}};

static PyModuleDef def = {PyModuleDef_HEAD_INIT, "numbers_of_ours", "Numbers.", -1, methods};

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : 70000;
    Py_Initialize();
    SAY("initialized %d", Py_IsInitialized());
    PyObject *list = PyList_New(0);
    for (long i = 0; i < 4; i++) {
        PyObject *number = PyLong_FromLong(i << 40);
        PyList_Append(list, number);
        Py_DECREF(number);
    }
    SAY("list %zd, last %ld", PyList_GET_SIZE(list), PyLong_AsLong(PyList_GET_ITEM(list, 3)));
    PyObject *dict = PyDict_New();
    SAY("set %d", PyDict_SetItemString(dict, "key", list));
    SAY("found %d, missing %d", PyDict_GetItemString(dict, "key") == list, PyDict_GetItemString(dict, "none") == NULL);
    PyObject *text = PyUnicode_FromFormat("%s %d %R", "text", 42, Py_None);
    SAY("text %s", text ? PyUnicode_AsUTF8(text) : "(failed)");
    PyErr_Clear();
    PyObject *tuple = Py_BuildValue("(iOs)", 1, dict, "two");
    SAY("tuple %zd, same %d", PyTuple_GET_SIZE(tuple), PyTuple_GET_ITEM(tuple, 1) == dict);

    if (rounds > 0) {
        PyErr_SetString(PyExc_ValueError, "bad");
        error("set");
        PyLong_AsLong(list);
        error("no int");
    }

    PyObject *module = PyModule_Create(&def);
    SAY("module %s", PyModule_GetName(module));
    PyModule_AddIntConstant(module, "answer", 42);
    PyObject *answer = PyObject_GetAttrString(module, "answer");
    SAY("answer %ld", PyLong_AsLong(answer));
    PyObject *function = PyObject_GetAttrString(module, "twice");
    PyObject *doubled = PyObject_CallOneArg(function, answer);
    SAY("twice %ld", doubled ? PyLong_AsLong(doubled) : -1);
    SAY("fails %d", PyObject_CallOneArg(function, dict) == NULL);
    error("call");
    SAY("missing %d", PyObject_GetAttrString(module, "nothing") == NULL);
    error("attribute");
    for (int i = 0; i < rounds; i++) {       /* exceptions are the host's objects: each is let go again */
        if (PyObject_GetAttrString(module, "nothing") != NULL) {
            SAY("does not fail");
        }
        PyObject *type, *value, *trace;
        PyErr_Fetch(&type, &value, &trace);
        PyErr_NormalizeException(&type, &value, &trace);
        Py_DECREF(type);
        Py_DECREF(value);
        Py_XDECREF(trace);
    }
    SAY("many");
    PyObject *owned[] = {list, dict, text, tuple, module, answer, function, doubled};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) {
        Py_XDECREF(owned[i]);
    }
    return Py_FinalizeEx();
}
