/* Format units from C alone: every unit of PyArg_ParseTuple with good and bad values, every unit of Py_BuildValue, both ways.
   flavours: 3.9 */
#include "checks.h"

/* The values that every unit is tried with; a new tuple of one each. */
enum { HOW_MANY = 14 };
static PyObject *
candidate(int i)
{
    switch (i) {
    case 0: return Py_BuildValue("(i)", 5);
    case 1: return Py_BuildValue("(i)", -1);
    case 2: return Py_BuildValue("(L)", 1LL << 40);
    case 3: return Py_BuildValue("(N)", PyLong_FromString("99999999999999999999999", NULL, 10));
    case 4: return Py_BuildValue("(d)", 2.5);
    case 5: return Py_BuildValue("(s)", "t\xc3\xa9xt");
    case 6: return Py_BuildValue("(s)", "x");
    case 7: return Py_BuildValue("(y)", "by");
    case 8: return Py_BuildValue("(y#)", "a\0b", (Py_ssize_t)3);
    case 9: return Py_BuildValue("(N)", PyByteArray_FromStringAndSize("array", 5));
    case 10: return Py_BuildValue("(O)", Py_None);
    case 11: return Py_BuildValue("(O)", Py_True);
    case 12: return Py_BuildValue("((ii))", 1, 2);
    default: return Py_BuildValue("([ii])", 3, 4);
    }
}

#define EVERY_CANDIDATE(format, declaration, target, result)                                   \
    {                                                                                          \
        PyObject *rows = PyList_New(0);                                                        \
        for (int i = 0; i < HOW_MANY; i++) {                                                   \
            PyObject *args = candidate(i);                                                     \
            declaration;                                                                       \
            note(rows, PyArg_ParseTuple(args, format, &target) ? (result) : NULL);             \
            Py_DECREF(args);                                                                   \
        }                                                                                      \
        return rows;                                                                           \
    }

CHECK(unsigned_char) EVERY_CANDIDATE("b", unsigned char c = 77, c, PyLong_FromLong(c))
CHECK(unsigned_char_masked) EVERY_CANDIDATE("B", unsigned char c = 77, c, PyLong_FromLong(c))
CHECK(short_int) EVERY_CANDIDATE("h", short c = 77, c, PyLong_FromLong(c))
CHECK(short_masked) EVERY_CANDIDATE("H", unsigned short c = 77, c, PyLong_FromLong(c))
CHECK(plain_int) EVERY_CANDIDATE("i", int c = 77, c, PyLong_FromLong(c))
CHECK(int_masked) EVERY_CANDIDATE("I", unsigned int c = 77, c, PyLong_FromUnsignedLong(c))
CHECK(long_int) EVERY_CANDIDATE("l", long c = 77, c, PyLong_FromLong(c))
CHECK(long_masked) EVERY_CANDIDATE("k", unsigned long c = 77, c, PyLong_FromUnsignedLong(c))
CHECK(long_long) EVERY_CANDIDATE("L", long long c = 77, c, PyLong_FromLongLong(c))
CHECK(long_long_masked) EVERY_CANDIDATE("K", unsigned long long c = 77, c, PyLong_FromUnsignedLongLong(c))
CHECK(size) EVERY_CANDIDATE("n", Py_ssize_t c = 77, c, PyLong_FromSsize_t(c))
CHECK(byte_character) EVERY_CANDIDATE("c", char c = 77, c, PyLong_FromLong(c))
CHECK(character) EVERY_CANDIDATE("C", int c = 77, c, PyLong_FromLong(c))
CHECK(float_number) EVERY_CANDIDATE("f", float c = 77, c, PyFloat_FromDouble(c))
CHECK(double_number) EVERY_CANDIDATE("d", double c = 77, c, PyFloat_FromDouble(c))
CHECK(complex_number) EVERY_CANDIDATE("D", Py_complex c = {0}, c, PyComplex_FromCComplex(c))
CHECK(truth) EVERY_CANDIDATE("p", int c = 77, c, PyLong_FromLong(c))
CHECK(object) EVERY_CANDIDATE("O", PyObject *c = NULL, c, PyUnicode_FromString(Py_TYPE(c)->tp_name))
CHECK(bytes_object) EVERY_CANDIDATE("S", PyObject *c = NULL, c, Py_NewRef(c))
CHECK(str_object) EVERY_CANDIDATE("U", PyObject *c = NULL, c, Py_NewRef(c))
CHECK(bytearray_object) EVERY_CANDIDATE("Y", PyObject *c = NULL, c, PyBytes_FromObject(c))
CHECK(text) EVERY_CANDIDATE("s", const char *c = NULL, c, PyUnicode_FromString(c))
CHECK(text_or_none) EVERY_CANDIDATE("z", const char *c = "unset", c, c ? PyUnicode_FromString(c) : Py_NewRef(Py_None))
CHECK(bytes) EVERY_CANDIDATE("y", const char *c = NULL, c, PyBytes_FromString(c))
CHECK(text_buffer) EVERY_CANDIDATE("s*", Py_buffer c, c, (PyBuffer_Release(&c), PyLong_FromSsize_t(c.len)))
CHECK(bytes_buffer) EVERY_CANDIDATE("y*", Py_buffer c, c, (PyBuffer_Release(&c), PyLong_FromSsize_t(c.len)))
CHECK(writable_buffer) EVERY_CANDIDATE("w*", Py_buffer c, c, (PyBuffer_Release(&c), PyLong_FromSsize_t(c.len)))

CHECK(sized)
{
    static const char *const formats[] = {"s#", "z#", "y#"};
    PyObject *rows = PyList_New(0);
    for (int form = 0; form < 3; form++) {
        for (int i = 0; i < HOW_MANY; i++) {
            PyObject *args = candidate(i);
            const char *data = "unset";
            Py_ssize_t length = 77;
            note(rows, PyArg_ParseTuple(args, formats[form], &data, &length) ? data ? PyBytes_FromStringAndSize(data, length) : PyLong_FromSsize_t(length) : NULL);
            Py_DECREF(args);
        }
    }
    return rows;
}

CHECK(encoded)
{
    PyObject *rows = PyList_New(0);
    static const char *const encodings[] = {"latin-1", "utf-8", NULL};
    for (int form = 0; form < 3; form++) {
        for (int i = 4; i < 11; i++) {
            PyObject *args = candidate(i);
            char *data = NULL;
            note(rows, PyArg_ParseTuple(args, i == 7 ? "et" : "es", encodings[form], &data) ? PyBytes_FromString(data) : NULL);
            PyMem_Free(data);
            Py_DECREF(args);
        }
    }
    return rows;
}

CHECK(typed)
{
    PyObject *rows = PyList_New(0);
    for (int i = 0; i < HOW_MANY; i++) {
        PyObject *args = candidate(i), *object = NULL;
        note(rows, PyArg_ParseTuple(args, "O!", &PyLong_Type, &object) ? Py_NewRef(object) : NULL);
        note(rows, PyArg_ParseTuple(args, "O!:name", &PyTuple_Type, &object) ? Py_NewRef(object) : NULL);
        Py_DECREF(args);
    }
    return rows;
}

static int
convert(PyObject *object, void *target)
{
    if (!PyLong_Check(object)) {
        PyErr_SetString(PyExc_LookupError, "only ints are converted");
        return 0;
    }
    *(long *)target = PyLong_AsLong(object) * 2;
    return !PyErr_Occurred();
}

CHECK(converted)
{
    PyObject *rows = PyList_New(0);
    for (int i = 0; i < HOW_MANY; i++) {
        PyObject *args = candidate(i);
        long value = -1;
        note(rows, PyArg_ParseTuple(args, "O&", convert, &value) ? PyLong_FromLong(value) : NULL);
        Py_DECREF(args);
    }
    return rows;
}

CHECK(nested)
{
    PyObject *rows = PyList_New(0), *args = Py_BuildValue("(i(i(ss))O)", 1, 2, "a", "b", Py_None), *object = NULL;
    int a = 0, b = 0;
    const char *c = NULL, *d = NULL;
    note(rows, PyArg_ParseTuple(args, "i(i(ss))O", &a, &b, &c, &d, &object) ? Py_BuildValue("(iissO)", a, b, c, d, object) : NULL);
    note(rows, PyArg_ParseTuple(args, "i(i(sss))O", &a, &b, &c, &d, &c, &object) ? Py_NewRef(Py_None) : NULL);
    note(rows, PyArg_ParseTuple(args, "i(i)O", &a, &b, &object) ? Py_NewRef(Py_None) : NULL);
    note(rows, PyArg_ParseTuple(args, "(i)iO", &a, &b, &object) ? Py_NewRef(Py_None) : NULL);
    Py_DECREF(args);
    return rows;
}

CHECK(counts)
{
    PyObject *rows = PyList_New(0);
    static const char *const formats[] = {"", ":name", "i", "i:name", "ii", "|ii", "i|i", "ii|i:name", "iii;own message", "|iii"};
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
        for (int count = 0; count < 4; count++) {
            int a = -1, b = -1, c = -1;
            PyObject *args = count == 0 ? PyTuple_New(0) : count == 1 ? Py_BuildValue("(i)", 1) : count == 2 ? Py_BuildValue("(ii)", 1, 2) : Py_BuildValue("(iii)", 1, 2, 3);
            note(rows, PyArg_ParseTuple(args, formats[i], &a, &b, &c) ? Py_BuildValue("(iii)", a, b, c) : NULL);
            Py_DECREF(args);
        }
    }
    return rows;
}

CHECK(bad_formats)
{
    PyObject *rows = PyList_New(0), *args = Py_BuildValue("(ii)", 1, 2);
    int a = 0, b = 0, c = 0;
    static const char *const formats[] = {"iQ", "i@", "i|Q"};
    for (int i = 0; i < 3; i++) {
        note_int_kind(rows, PyArg_ParseTuple(args, formats[i], &a, &b, &c));
    }
    note_int(rows, PyArg_ParseTuple(Py_None, "i", &a));
    note_int(rows, PyArg_Parse(Py_None, "i", &a));
    Py_DECREF(args);
    return rows;
}

CHECK(build)
{
    PyObject *rows = PyList_New(0);
    Py_complex number = {1, -2};
    note(rows, Py_BuildValue(""));
    note(rows, Py_BuildValue("i", 5));
    note(rows, Py_BuildValue("(i)", 5));
    note(rows, Py_BuildValue("()"));
    note(rows, Py_BuildValue("[]"));
    note(rows, Py_BuildValue("{}"));
    note(rows, Py_BuildValue("ii", 5, 6));
    note(rows, Py_BuildValue("(bBhHiIlkLKn)", -1, 255, -5, 65535, -7, 4000000000u, -9L, 10UL, -11LL, 12ULL, (Py_ssize_t)-13));
    note(rows, Py_BuildValue("(dfD)", 1.5, 2.5, &number));
    note(rows, Py_BuildValue("(cC)", 'a', 0x6F22));
    note(rows, Py_BuildValue("(szyU)", "s", "z", "y", "U"));
    note(rows, Py_BuildValue("(szyU)", NULL, NULL, NULL, NULL));
    note(rows, Py_BuildValue("(s#z#y#U#)", "abc", (Py_ssize_t)2, "abc", (Py_ssize_t)0, "a\0b", (Py_ssize_t)3, "abc", (Py_ssize_t)1));
    note(rows, Py_BuildValue("(uu#)", L"w\u6f22", L"wide", (Py_ssize_t)2));
    note(rows, Py_BuildValue("(ONS)", Py_None, Py_NewRef(Py_True), Py_False));
    note(rows, Py_BuildValue("{s:i, s:[ii], i:(s{s:O})}", "a", 1, "b", 2, 3, 4, "c", "d", Py_Ellipsis));
    note(rows, Py_BuildValue("[(i)((i))[[]]]", 1, 2));
    note(rows, Py_BuildValue("s", "bad \xff"));
    return rows;
}

static PyObject *
make_object(void *argument)
{
    if (argument == NULL) {
        PyErr_SetString(PyExc_OSError, "no object is made");
        return NULL;
    }
    return PyUnicode_FromString(argument);
}

CHECK(build_errors)
{
    PyObject *rows = PyList_New(0);
    note(rows, Py_BuildValue("(O&)", make_object, "made"));
    note(rows, Py_BuildValue("(iO&i)", 1, make_object, NULL, 2));
    note(rows, Py_BuildValue("[O&]", make_object, NULL));
    note(rows, Py_BuildValue("{s:O&}", "key", make_object, NULL));
    note(rows, Py_BuildValue("(O)", NULL));
    PyErr_SetString(PyExc_KeyError, "earlier");
    note(rows, Py_BuildValue("(N)", NULL));
    note(rows, Py_BuildValue("(i", 1));
    note(rows, Py_BuildValue("[i)", 1));
    note(rows, Py_BuildValue("{i}", 1));
    note(rows, Py_BuildValue("{[]:i}", 1));
    note(rows, Py_BuildValue("(q)", 1));
    return rows;
}

CHECK(called_with_formats)
{
    PyObject *rows = PyList_New(0), *list = Py_BuildValue("[i]", 3);
    note(rows, PyObject_CallFunction((PyObject *)&PyTuple_Type, NULL));
    note(rows, PyObject_CallFunction((PyObject *)&PyTuple_Type, "O", list));
    note(rows, PyObject_CallFunction((PyObject *)&PyTuple_Type, "(O)", list));
    note(rows, PyObject_CallFunction((PyObject *)&PyLong_Type, "si", "12", 3));
    note_kind(rows, PyObject_CallFunction((PyObject *)&PyLong_Type, "sii", "12", 3, 4));
    note(rows, PyObject_CallMethod(list, "append", "i", 5));
    note(rows, PyObject_CallMethod(list, "insert", "is", 0, "first"));
    note(rows, PyObject_CallMethod(list, "append", "((ii))", 7, 8));
    note_kind(rows, PyObject_CallMethod(list, "missing", NULL));
    note_kind(rows, PyObject_CallMethod(list, "append", NULL));
    note(rows, list);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(unsigned_char), CHECKED(unsigned_char_masked), CHECKED(short_int), CHECKED(short_masked), CHECKED(plain_int), CHECKED(int_masked),
    CHECKED(long_int), CHECKED(long_masked), CHECKED(long_long), CHECKED(long_long_masked), CHECKED(size), CHECKED(byte_character),
    CHECKED(character), CHECKED(float_number), CHECKED(double_number), CHECKED(complex_number), CHECKED(truth), CHECKED(object),
    CHECKED(bytes_object), CHECKED(str_object), CHECKED(bytearray_object), CHECKED(text), CHECKED(text_or_none), CHECKED(bytes),
    CHECKED(text_buffer), CHECKED(bytes_buffer), CHECKED(writable_buffer), CHECKED(sized), CHECKED(encoded), CHECKED(typed),
    CHECKED(converted), CHECKED(nested), CHECKED(counts), CHECKED(bad_formats), CHECKED(build), CHECKED(build_errors),
    CHECKED(called_with_formats), {NULL, NULL, 0, NULL},
};

THEME(parse_and_build)
