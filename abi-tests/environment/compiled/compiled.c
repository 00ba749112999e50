/* An extension that says which CPython's headers it was compiled with. */
#include <Python.h>

static PyObject *
headers(PyObject *self, PyObject *ignored)
{
#ifdef PYPY_VERSION
    return PyUnicode_FromString("PyPy's");
#else
    return PyUnicode_FromString(Py_STRINGIFY(PY_MAJOR_VERSION) "." Py_STRINGIFY(PY_MINOR_VERSION));
#endif
}

static PyMethodDef functions[] = {
    {"headers", headers, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "compiled", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC
PyInit_compiled(void)
{
    return PyModule_Create(&module);
}
