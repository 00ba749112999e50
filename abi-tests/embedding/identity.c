/* Says where it finds the objects of libpython. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* Bound when the file is loaded, as most are not: by a relocation of data. */
static PyObject *none = &_Py_NoneStruct;

static PyObject *places(PyObject *self, PyObject *ignored)
{
    void *all[] = {none, &PyList_Type, &PyType_Type, &PyExc_ValueError, PyExc_ValueError, &PyLong_Type};
    PyObject *tuple = PyTuple_New(6);
    for (int i = 0; tuple != NULL && i < 6; i++) {
        PyTuple_SET_ITEM(tuple, i, PyLong_FromVoidPtr(all[i]));
    }
    return tuple;
}

static PyMethodDef methods[] = {{"places", places, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};

static PyModuleDef def = {PyModuleDef_HEAD_INIT, "identity", NULL, -1, methods};

PyMODINIT_FUNC PyInit_identity(void)
{
    return PyModule_Create(&def);
}
