/* Data of libpython that the linker copies into the program: types, singletons, pointers to exceptions. Wherever such an
 * object comes from afterwards, it must be the program's copy. Linked in several ways; each prints the same. */
#include "check.h"
#include <link.h>
#include <string.h>

/* Addresses in initialised data: what makes the linker copy, whichever way the code itself is compiled. */
static PyTypeObject *types[] = {&PyList_Type, &PyType_Type, &PyLong_Type, &PyBaseObject_Type};
static PyObject *none = &_Py_NoneStruct;
static PyObject **value_error = &PyExc_ValueError;

extern char __executable_start, end;

static int inside_program(const void *address)
{
    return (const char *)address >= &__executable_start && (const char *)address < &end;
}

static int one_libpython(struct dl_phdr_info *info, size_t size, void *count)
{
    (void)size;
    *(int *)count += strstr(info->dlpi_name, "libpython3.11") != NULL;
    return 0;
}

/* A module whose functions are called from Python code, which hands back what they return. */
static PyObject *give_none(PyObject *self, PyObject *ignored)
{
    Py_RETURN_NONE;
}

static PyObject *is_ours(PyObject *self, PyObject *args)
{
    PyObject *o, *list, *type, *error;
    if (!PyArg_ParseTuple(args, "OOOO", &o, &list, &type, &error)) {
        return NULL;
    }
    return PyBool_FromLong(o == none && list == (PyObject *)types[0] && type == (PyObject *)types[1]
                           && error == *value_error);
}

static PyMethodDef methods[] = {
    {"give_none", give_none, METH_NOARGS, NULL}, {"is_ours", is_ours, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL}};

static PyModuleDef def = {PyModuleDef_HEAD_INIT, "ours", NULL, -1, methods};

static PyObject *PyInit_ours(void)
{
    return PyModule_Create(&def);
}

int main(void)
{
    int libraries = 0;
    dl_iterate_phdr(one_libpython, &libraries);
    SAY("more than one libpython: %d", libraries > 1);
    SAY("copied: %d %d %d %d", inside_program(&PyList_Type), inside_program(&PyType_Type),
        inside_program(&_Py_NoneStruct), inside_program(&PyExc_ValueError));
    SAY("before the start: %s %s, count %d", types[0]->tp_name, types[1]->tp_name, Py_REFCNT(none) > 0);

    PyImport_AppendInittab("ours", PyInit_ours);
    Py_Initialize();
    SAY("None: %d", Py_BuildValue("") == none && Py_None == none);
    SAY("names: %s %s %s", types[0]->tp_name, types[1]->tp_name, Py_TYPE(none)->tp_name);
    PyObject *list = PyList_New(0);
    SAY("list: %d %d", Py_TYPE(list) == &PyList_Type, PyList_CheckExact(list));
    SAY("type: %d %d", Py_TYPE(&PyList_Type) == &PyType_Type, PyType_Check((PyObject *)&PyList_Type));
    SAY("slots: %d %d", PyList_Type.tp_as_sequence->sq_length(list) == 0, PyList_Type.tp_base == &PyBaseObject_Type);
    PyObject *builtins = PyEval_GetBuiltins();
    SAY("builtins: %d %d %d", PyDict_GetItemString(builtins, "list") == (PyObject *)&PyList_Type,
        PyDict_GetItemString(builtins, "type") == (PyObject *)&PyType_Type,
        PyDict_GetItemString(builtins, "ValueError") == PyExc_ValueError);
    SAY("value: %s %d", ((PyTypeObject *)*value_error)->tp_name, value_error == &PyExc_ValueError);
    PyErr_SetString(PyExc_ValueError, "text");
    SAY("raised: %d %d", PyErr_Occurred() == PyExc_ValueError, PyErr_ExceptionMatches(*value_error));
    PyErr_Clear();
    PyObject *called = PyObject_CallNoArgs((PyObject *)types[0]);
    SAY("called: %d", Py_TYPE(called) == types[0]);
    Py_XDECREF(called);
    run("import ours\nprint(ours.give_none() is None, ours.is_ours(None, list, type, ValueError))");
    run("def f():\n    pass\nprint(ours.is_ours(f(), [].__class__, list.__class__, ValueError('x').__class__))");
    /* An extension that is loaded from a file sees the same objects. */
    PyObject *extension = PyImport_ImportModule("identity");
    PyObject *places = extension ? PyObject_CallMethod(extension, "places", NULL) : NULL;
    if (places == NULL) {
        PyErr_Print();
        return 1;
    }
    void *expected[] = {none, types[0], types[1], value_error, *value_error, &PyLong_Type};
    for (int i = 0; i < 6; i++) {
        SAY("place %d: %d", i, PyLong_AsVoidPtr(PyTuple_GetItem(places, i)) == expected[i]);
    }
    Py_DECREF(places);
    Py_DECREF(extension);
    long before = (long)Py_REFCNT(none);
    for (int i = 0; i < 10; i++) {
        Py_INCREF(none);
    }
    SAY("counted: %ld", (long)Py_REFCNT(&_Py_NoneStruct) - before);
    PyObject *globals = PyModule_GetDict(PyImport_AddModule("__main__"));
    PyObject *result = PyRun_String("[None, list, {}]", Py_eval_input, globals, globals);
    SAY("items: %d %d %d", PyList_GET_ITEM(result, 0) == none, PyList_GET_ITEM(result, 1) == (PyObject *)types[0],
        PyDict_CheckExact(PyList_GET_ITEM(result, 2)));
    Py_DECREF(result);
    Py_DECREF(list);
    return Py_FinalizeEx();
}
