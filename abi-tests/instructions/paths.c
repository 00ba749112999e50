/* The native paths that must stay short, each taken a thousand times: callgrind counts their instructions, which are the same
 * on every machine and in every mood of it. Nothing here asks the host for anything.
 *
 * With -DSLOWED each path takes a detour, which the gate must notice. */
#include "../c/checks.h"
#include <valgrind/callgrind.h>

#define TIMES 1000

#ifdef SLOWED
#define DETOUR                                                                                 \
    for (int times = 0; times < 20; times++) {                                                 \
        PyErr_Occurred();                                                                      \
    }
#else
#define DETOUR
#endif

/* A method that takes a path, first to warm up. */
#define PATH(name, ...)                                                                        \
    static PyObject *name(PyObject *self, PyObject *none)                                      \
    {                                                                                          \
        for (int round = 0; round < 2; round++) {                                              \
            CALLGRIND_ZERO_STATS;                                                              \
            for (long i = 0; i < TIMES; i++) {                                                 \
                __VA_ARGS__;                                                                   \
                DETOUR                                                                         \
            }                                                                                  \
        }                                                                                      \
        CALLGRIND_DUMP_STATS_AT(#name);                                                        \
        Py_RETURN_NONE;                                                                        \
    }

typedef struct {
    PyObject_HEAD
    long value;
} Plain;

static void
plain_dealloc(PyObject *self)
{
    PyObject_Free(self);
}

static PyTypeObject PlainType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "paths.Plain",
    .tp_basicsize = sizeof(Plain),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_dealloc = plain_dealloc,
};

/* Some objects to use. */
static PyObject *number, *other_number, *real, *text, *pair, *dict, *function;

static PyObject *
nothing(PyObject *self, PyObject *none)
{
    Py_RETURN_NONE;
}

static PyObject *
same(PyObject *self, PyObject *object)
{
    return Py_NewRef(object);
}

static PyObject *
one_more(PyObject *self, PyObject *object)
{
    return PyLong_FromLong(PyLong_AsLong(object) + 1);
}

static PyObject *
length(PyObject *self, PyObject *object)
{
    Py_ssize_t size;
    return PyUnicode_AsUTF8AndSize(object, &size) == NULL ? NULL : PyLong_FromSsize_t(size);
}

static PyObject *
sum(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    return PyLong_FromLong(PyLong_AsLong(args[0]) + PyLong_AsLong(args[1]));
}

PATH(int_made, Py_DECREF(PyLong_FromLong(1000 + i)))
PATH(int_read, PyLong_AsLong(number))
PATH(int_added, Py_DECREF(PyNumber_Add(number, other_number)))
PATH(int_compared, PyObject_RichCompareBool(number, other_number, Py_LT))
PATH(float_made, Py_DECREF(PyFloat_FromDouble((double)i)))
PATH(float_read, PyFloat_AsDouble(real))
PATH(str_made, Py_DECREF(PyUnicode_FromString("abcdefghij")))
PATH(str_made_not_ascii, Py_DECREF(PyUnicode_FromString("abcd\xc3\xa9" "fghi")))
PATH(str_read, PyUnicode_AsUTF8(text))
PATH(str_compared, PyUnicode_CompareWithASCIIString(text, "abcdefghik"))
PATH(bytes_made, Py_DECREF(PyBytes_FromStringAndSize("abcdefghij", 10)))
PATH(tuple_made, Py_DECREF(PyTuple_Pack(2, number, text)))
PATH(tuple_parsed, long a; long b; PyArg_ParseTuple(pair, "ll", &a, &b))
PATH(tuple_built, Py_DECREF(Py_BuildValue("(ll)", i, i)))
PATH(list_made, PyObject *list = PyList_New(1); PyList_SET_ITEM(list, 0, Py_NewRef(number)); Py_DECREF(list))
PATH(list_appended, PyObject *list = PyList_New(0); PyList_Append(list, number); Py_DECREF(list))
PATH(dict_made, PyObject *made = PyDict_New(); PyDict_SetItem(made, text, number); Py_DECREF(made))
PATH(dict_read, PyDict_GetItemWithError(dict, text))
PATH(call_one, Py_DECREF(PyObject_CallOneArg(function, number)))
PATH(call_tuple, PyObject *args = PyTuple_Pack(1, number); Py_DECREF(PyObject_Call(function, args, NULL)); Py_DECREF(args))
PATH(instance_made, Py_DECREF((PyObject *)PyObject_New(Plain, &PlainType)))
PATH(error_set, PyErr_SetString(PyExc_ValueError, "no"); PyErr_Clear())

#define METHOD_OF(name) {#name, name, METH_NOARGS, NULL}
static PyMethodDef methods[] = {
    {"nothing", nothing, METH_NOARGS, NULL},
    {"same", same, METH_O, NULL},
    {"one_more", one_more, METH_O, NULL},
    {"length", length, METH_O, NULL},
    {"sum", METHOD(sum), METH_FASTCALL, NULL},
    METHOD_OF(int_made),
    METHOD_OF(int_read),
    METHOD_OF(int_added),
    METHOD_OF(int_compared),
    METHOD_OF(float_made),
    METHOD_OF(float_read),
    METHOD_OF(str_made),
    METHOD_OF(str_made_not_ascii),
    METHOD_OF(str_read),
    METHOD_OF(str_compared),
    METHOD_OF(bytes_made),
    METHOD_OF(tuple_made),
    METHOD_OF(tuple_parsed),
    METHOD_OF(tuple_built),
    METHOD_OF(list_made),
    METHOD_OF(list_appended),
    METHOD_OF(dict_made),
    METHOD_OF(dict_read),
    METHOD_OF(call_one),
    METHOD_OF(call_tuple),
    METHOD_OF(instance_made),
    METHOD_OF(error_set),
    {NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "paths", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_paths(void)
{
    PyObject *module = PyModule_Create(&definition);
    EXPECT(module != NULL);
    static PyMethodDef same_method = {"same", same, METH_O, NULL};
    EXPECT((number = PyLong_FromLong(1000)) && (other_number = PyLong_FromLong(2000)));
    EXPECT((real = PyFloat_FromDouble(0.5)) && (text = PyUnicode_FromString("abcdefghij")));
    EXPECT((pair = Py_BuildValue("(ll)", 1000L, 2000L)) && (dict = PyDict_New()));
    EXPECT(PyDict_SetItem(dict, text, number) == 0 && (function = PyCFunction_New(&same_method, NULL)));
    return module;
}
