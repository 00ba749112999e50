/* A module that loads, and modules that must not: -DMODULE=name, and -DCASE=number for what is wrong with it. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#define GOOD 0
#define MISSING_SYMBOL 1
#define FREE_THREADED 2
#define NO_INIT 3
#define NULL_WITHOUT_ERROR 4
#define RAISING 5
#define RESULT_WITH_ERROR 6
#define UNINITIALIZED 7
#define EXEC_RAISING 8
#define EXEC_WITHOUT_ERROR 9
#define EXEC_WITH_ERROR 10
#define CREATE_WITHOUT_ERROR 11
#define UNKNOWN_SLOT 12
#define NEGATIVE_STATE 13
#define NO_MODULE 14

#define TEXT_OF(name) #name
#define NAME_OF(name) TEXT_OF(name)
#define INIT_OF(name) PyInit_##name
#define INIT(name) INIT_OF(name)

#if CASE == MISSING_SYMBOL
extern PyObject *PyGimbal_DoesNotExist(void);
#elif CASE == FREE_THREADED
/* What a decrement calls in a binary for free-threaded Python. */
extern void _Py_DecRefShared(PyObject *object);
#endif

static PyObject *
answer(PyObject *self, PyObject *args)
{
#if CASE == MISSING_SYMBOL
    return PyGimbal_DoesNotExist();
#elif CASE == FREE_THREADED
    _Py_DecRefShared(self);
#endif
    return PyLong_FromLong(42);
}

static PyMethodDef methods[] = {
    {"answer", answer, METH_NOARGS, NULL},
    {"check_answer", answer, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

#if CASE >= EXEC_RAISING
static int
execute(PyObject *module)
{
#if CASE == EXEC_RAISING || CASE == EXEC_WITH_ERROR
    PyErr_SetString(PyExc_RuntimeError, "the module refuses to be executed");
#endif
    return CASE == EXEC_WITH_ERROR ? 0 : -1;
}

static PyObject *
create(PyObject *spec, PyModuleDef *definition)
{
    return NULL;
}

static PyModuleDef_Slot slots[] = {
#if CASE == CREATE_WITHOUT_ERROR
    {Py_mod_create, create},
#elif CASE == UNKNOWN_SLOT
    {99, create},
#endif
    {Py_mod_exec, execute},
    {0, NULL},
};
#endif

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = NAME_OF(MODULE),
    .m_methods = methods,
#if CASE == NEGATIVE_STATE
    .m_size = -1,
#endif
#if CASE >= EXEC_RAISING
    .m_slots = slots,
#endif
};

#if CASE == NO_INIT
PyMODINIT_FUNC
some_other_name(void)
#else
PyMODINIT_FUNC
INIT(MODULE)(void)
#endif
{
#if CASE == NULL_WITHOUT_ERROR
    return NULL;
#elif CASE == RAISING
    PyErr_SetString(PyExc_ValueError, "the module refuses to be made");
    return NULL;
#elif CASE == RESULT_WITH_ERROR
    PyObject *module = PyModule_Create(&definition);
    PyErr_SetString(PyExc_ValueError, "set, but a module returned");
    return module;
#elif CASE == UNINITIALIZED
    return (PyObject *)&definition;
#elif CASE == NO_MODULE
    return PyLong_FromLong(42);
#elif CASE >= EXEC_RAISING
    return PyModuleDef_Init(&definition);
#else
    return PyModule_Create(&definition);
#endif
}
