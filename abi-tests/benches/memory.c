/* Holds references, as an extension's own container does. */
#include "../c/checks.h"

static PyObject **held;
static Py_ssize_t count;

/* Takes a reference to each item of a list. */
static PyObject *
hold(PyObject *self, PyObject *list)
{
    EXPECT(PyList_CheckExact(list) && held == NULL);
    count = PyList_GET_SIZE(list);
    held = PyMem_Malloc(sizeof *held * (size_t)count);
    EXPECT(held != NULL);
    for (Py_ssize_t i = 0; i < count; i++) {
        held[i] = Py_NewRef(PyList_GET_ITEM(list, i));
    }
    Py_RETURN_NONE;
}

static PyTypeObject PlainType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "memory.Plain",
    .tp_basicsize = sizeof(PyObject) + 16,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
};

static PyMethodDef methods[] = {{"hold", hold, METH_O, NULL}, {NULL}};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "memory", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_memory(void)
{
    PyObject *module = PyModule_Create(&definition);
    EXPECT(module && PyType_Ready(&PlainType) == 0);
    EXPECT(PyModule_AddObjectRef(module, "Plain", (PyObject *)&PlainType) == 0);
    return module;
}
