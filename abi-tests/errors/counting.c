/* A module that counts references in place, as builds with and without a GIL do differently: -DMODULE=name. It does not say
   that it works without the GIL. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define TEXT_OF(name) #name
#define NAME_OF(name) TEXT_OF(name)
#define INIT_OF(name) PyInit_##name
#define INIT(name) INIT_OF(name)

static PyObject *
drop(PyObject *self, PyObject *object)
{
    PyObject *list = PyList_New(0);
    Py_XDECREF(list);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {{"drop", drop, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot slots[] = {{0, NULL}};
static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = NAME_OF(MODULE), .m_methods = methods, .m_slots = slots,
};

PyMODINIT_FUNC
INIT(MODULE)(void)
{
    return PyModuleDef_Init(&definition);
}
