/* Values that cross, and values that C makes for itself. */
#include "../c/checks.h"

#define LONG_TEXT 10000

static PyObject *
add_to_float(PyObject *self, PyObject *object)
{
    double value = PyFloat_AsDouble(object);
    return value == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(value + 1.0);
}

static PyObject *
add_to_int(PyObject *self, PyObject *object)
{
    long long value = PyLong_AsLongLong(object);
    return value == -1 && PyErr_Occurred() ? NULL : PyLong_FromLongLong(value + 1);
}

static PyObject *
text_length(PyObject *self, PyObject *text)
{
    Py_ssize_t length;
    return PyUnicode_AsUTF8AndSize(text, &length) == NULL ? NULL : PyLong_FromSsize_t(length);
}

static PyObject *
bytes_length(PyObject *self, PyObject *bytes)
{
    char *start;
    Py_ssize_t length;
    return PyBytes_AsStringAndSize(bytes, &start, &length) < 0 ? NULL : PyLong_FromSsize_t(length + start[0]);
}

/* The contents of texts and bytes; the second half of the one is two bytes a character. */
static char ascii[LONG_TEXT], accents[LONG_TEXT];

static PyObject *
text(PyObject *self, PyObject *size)
{
    return PyUnicode_FromStringAndSize(ascii, PyLong_AsSsize_t(size));
}

static PyObject *
accented(PyObject *self, PyObject *size)
{
    return PyUnicode_FromStringAndSize(accents, PyLong_AsSsize_t(size));
}

static PyObject *
bytes(PyObject *self, PyObject *size)
{
    return PyBytes_FromStringAndSize(ascii, PyLong_AsSsize_t(size));
}

/* Repeats, inside C, an expression that makes a value, which is dropped. */
#define EACH(name, expression)                                                                 \
    static PyObject *name(PyObject *self, PyObject *times)                                     \
    {                                                                                          \
        long n = PyLong_AsLong(times);                                                         \
        for (long i = 0; i < n; i++) {                                                         \
            PyObject *made = expression;                                                       \
            if (made == NULL) {                                                                \
                return NULL;                                                                   \
            }                                                                                  \
            Py_DECREF(made);                                                                   \
        }                                                                                      \
        Py_RETURN_NONE;                                                                        \
    }

EACH(each_int, PyLong_FromLong(i + 1000))
EACH(each_float, PyFloat_FromDouble((double)i))
EACH(each_text, PyUnicode_FromString("abcdefghij"))
EACH(each_bytes, PyBytes_FromStringAndSize("abcdefghij", 10))
EACH(each_pair, PyTuple_Pack(2, self, self))

static PyMethodDef methods[] = {
    {"add_to_float", add_to_float, METH_O, NULL},
    {"add_to_int", add_to_int, METH_O, NULL},
    {"text_length", text_length, METH_O, NULL},
    {"bytes_length", bytes_length, METH_O, NULL},
    {"text", text, METH_O, NULL},
    {"accented", accented, METH_O, NULL},
    {"bytes", bytes, METH_O, NULL},
    {"each_int", each_int, METH_O, NULL},
    {"each_float", each_float, METH_O, NULL},
    {"each_text", each_text, METH_O, NULL},
    {"each_bytes", each_bytes, METH_O, NULL},
    {"each_pair", each_pair, METH_O, NULL},
    {NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "values", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_values(void)
{
    for (int i = 0; i < LONG_TEXT; i += 2) {
        ascii[i] = 'a';
        ascii[i + 1] = 'b';
        memcpy(accents + i, "\xc3\xa9", 2);
    }
    return PyModule_Create(&definition);
}
