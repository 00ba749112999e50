/* Keyword arguments: PyArg_ParseTupleAndKeywords and its relatives, every rule about optional, positional-only and keyword-only.
   flavours: 3.9 */
#include "checks.h"

/* Parses (args, kwargs) with a format of up to four ints, and steals both. */
static PyObject *
parse(const char *format, char **names, PyObject *args, PyObject *kwargs)
{
    int a = -1, b = -1, c = -1, d = -1;
    if (args == NULL) {
        return NULL;
    }
    int done = PyArg_ParseTupleAndKeywords(args, kwargs, format, names, &a, &b, &c, &d);
    Py_DECREF(args);
    Py_XDECREF(kwargs);
    return done ? Py_BuildValue("(iiii)", a, b, c, d) : NULL;
}

static char *ABCD[] = {"a", "b", "c", "d", NULL};
static char *POSITIONAL[] = {"", "", "c", "d", NULL};

CHECK(required)
{
    PyObject *rows = PyList_New(0);
    note(rows, parse("iiii", ABCD, Py_BuildValue("(iiii)", 1, 2, 3, 4), NULL));
    note(rows, parse("iiii", ABCD, Py_BuildValue("(ii)", 1, 2), Py_BuildValue("{sisi}", "d", 4, "c", 3)));
    note(rows, parse("iiii", ABCD, PyTuple_New(0), Py_BuildValue("{sisisisi}", "d", 4, "c", 3, "b", 2, "a", 1)));
    note(rows, parse("iiii", ABCD, Py_BuildValue("(ii)", 1, 2), NULL));
    note(rows, parse("iiii", ABCD, Py_BuildValue("(ii)", 1, 2), Py_BuildValue("{si}", "d", 4)));
    note(rows, parse("iiii", ABCD, PyTuple_New(0), NULL));
    note(rows, parse("iiii:name", ABCD, PyTuple_New(0), NULL));
    return rows;
}

CHECK(optional)
{
    PyObject *rows = PyList_New(0);
    note(rows, parse("i|iii:name", ABCD, Py_BuildValue("(i)", 1), NULL));
    note(rows, parse("i|iii:name", ABCD, Py_BuildValue("(i)", 1), Py_BuildValue("{si}", "c", 3)));
    note(rows, parse("|iiii:name", ABCD, PyTuple_New(0), Py_BuildValue("{si}", "d", 4)));
    note(rows, parse("|iiii:name", ABCD, PyTuple_New(0), PyDict_New()));
    note(rows, parse("i|iii:name", ABCD, PyTuple_New(0), Py_BuildValue("{si}", "c", 3)));
    return rows;
}

CHECK(too_many)
{
    PyObject *rows = PyList_New(0);
    note(rows, parse("iiii:name", ABCD, Py_BuildValue("(iiiii)", 1, 2, 3, 4, 5), NULL));
    note(rows, parse("iiii", ABCD, Py_BuildValue("(iiiii)", 1, 2, 3, 4, 5), NULL));
    note(rows, parse("|iiii:name", ABCD, Py_BuildValue("(iii)", 1, 2, 3), Py_BuildValue("{sisi}", "c", 3, "d", 4)));
    note(rows, parse("i|iii:name", ABCD, Py_BuildValue("(iiiii)", 1, 2, 3, 4, 5), Py_BuildValue("{si}", "d", 4)));
    return rows;
}

CHECK(unknown)
{
    PyObject *rows = PyList_New(0);
    note(rows, parse("i|iii:name", ABCD, Py_BuildValue("(i)", 1), Py_BuildValue("{si}", "e", 3)));
    note(rows, parse("i|iii", ABCD, Py_BuildValue("(i)", 1), Py_BuildValue("{si}", "e", 3)));
    note(rows, parse("i|iii:name", ABCD, Py_BuildValue("(i)", 1), Py_BuildValue("{si}", "\xe6\xbc\xa2", 3)));
    note(rows, parse("i|iii:name", ABCD, Py_BuildValue("(i)", 1), Py_BuildValue("{ii}", 5, 3)));
    note(rows, parse("i|iii:name", ABCD, Py_BuildValue("(i)", 1), Py_BuildValue("{si}", "a", 3)));
    return rows;
}

CHECK(keyword_only)
{
    PyObject *rows = PyList_New(0);
    note(rows, parse("i|i$ii:name", ABCD, Py_BuildValue("(ii)", 1, 2), Py_BuildValue("{si}", "d", 4)));
    note(rows, parse("i|i$ii:name", ABCD, Py_BuildValue("(iii)", 1, 2, 3), NULL));
    note(rows, parse("|$iiii:name", ABCD, Py_BuildValue("(i)", 1), NULL));
    note(rows, parse("|$iiii:name", ABCD, PyTuple_New(0), Py_BuildValue("{sisi}", "a", 1, "d", 4)));
    note(rows, parse("|$iiii", ABCD, Py_BuildValue("(i)", 1), NULL));
    return rows;
}

CHECK(positional_only)
{
    PyObject *rows = PyList_New(0);
    note(rows, parse("ii|ii:name", POSITIONAL, Py_BuildValue("(ii)", 1, 2), Py_BuildValue("{si}", "d", 4)));
    note(rows, parse("ii|ii:name", POSITIONAL, Py_BuildValue("(i)", 1), NULL));
    note(rows, parse("ii|ii:name", POSITIONAL, PyTuple_New(0), Py_BuildValue("{si}", "d", 4)));
    note(rows, parse("ii|ii:name", POSITIONAL, Py_BuildValue("(ii)", 1, 2), Py_BuildValue("{si}", "", 4)));
    note(rows, parse("i|iii:name", POSITIONAL, Py_BuildValue("(i)", 1), Py_BuildValue("{si}", "c", 4)));
    return rows;
}

CHECK(wrong_values)
{
    PyObject *rows = PyList_New(0);
    note(rows, parse("i|iii:name", ABCD, Py_BuildValue("(s)", "x"), NULL));
    note(rows, parse("i|iii:name", ABCD, Py_BuildValue("(i)", 1), Py_BuildValue("{ss}", "c", "x")));
    note(rows, parse("i|iii;my own message", ABCD, Py_BuildValue("(s)", "x"), NULL));
    note(rows, parse("i|iii;my own message", ABCD, PyTuple_New(0), NULL));
    note(rows, parse("i|iii:name", ABCD, Py_BuildValue("(L)", 1LL << 40), NULL));
    note(rows, parse("i|iii:name", ABCD, Py_BuildValue("(d)", 1.5), NULL));
    return rows;
}

CHECK(wrong_formats)
{
    static char *two[] = {"a", "b", NULL};
    PyObject *rows = PyList_New(0);
    note(rows, parse("iiii:name", two, Py_BuildValue("(iiii)", 1, 2, 3, 4), NULL));
    note(rows, parse("ii", ABCD, Py_BuildValue("(ii)", 1, 2), NULL));
    note(rows, parse("i|i|ii", ABCD, Py_BuildValue("(ii)", 1, 2), NULL));
    note(rows, parse("iii$i", ABCD, Py_BuildValue("(iii)", 1, 2, 3), NULL));
    note(rows, parse("iii@", ABCD, Py_BuildValue("(iiii)", 1, 2, 3, 4), NULL));
    int value = 0;
    note_int(rows, PyArg_ParseTupleAndKeywords(Py_None, NULL, "i", ABCD, &value));
    note_int(rows, PyArg_ParseTupleAndKeywords(NULL, NULL, "i", ABCD, &value));
    note_int(rows, PyArg_ParseTupleAndKeywords(rows, Py_None, "i", ABCD, &value));
    return rows;
}

static int
parse_list(PyObject *args, PyObject *kwargs, const char *format, char **names, ...)
{
    va_list targets;
    va_start(targets, names);
    int done = PyArg_VaParseTupleAndKeywords(args, kwargs, format, names, targets);
    va_end(targets);
    return done;
}

CHECK(argument_lists)
{
    static char *names[] = {"text", "number", "object", NULL};
    PyObject *rows = PyList_New(0), *args = Py_BuildValue("(s)", "hello"), *kwargs = Py_BuildValue("{sd}", "number", 2.5), *object = Py_None;
    const char *text = NULL;
    double number = 0;
    note_int(rows, parse_list(args, kwargs, "s|dO", names, &text, &number, &object));
    note(rows, Py_BuildValue("(sdO)", text, number, object));
    Py_DECREF(args);
    args = Py_BuildValue("(i)", 5);
    note_int(rows, parse_list(args, kwargs, "s|dO:listed", names, &text, &number, &object));
    Py_DECREF(args);
    Py_DECREF(kwargs);
    return rows;
}

CHECK(kinds)
{
    static char *names[] = {"s", "z", "y", "U", "S", "O", "p", "n", "f", "C", "tuple", NULL};
    PyObject *rows = PyList_New(0), *kwargs = Py_BuildValue("{ss,sO,sy,ss,sy,sO,si,sn,sd,ss,s(ii)}", "s", "text", "z", Py_None, "y", "bytes", "U",
                                                            "unicode", "S", "string", "O", Py_Ellipsis, "p", 7, "n", (Py_ssize_t)-9, "f", 0.5, "C",
                                                            "\xe6\xbc\xa2", "tuple", 1, 2);
    PyObject *args = PyTuple_New(0), *unicode = NULL, *string = NULL, *object = NULL;
    const char *s = NULL, *z = "unset", *y = NULL;
    Py_ssize_t n = 0, size = 0;
    int p = 0, c = 0, first = 0, second = 0;
    float f = 0;
    int done = PyArg_ParseTupleAndKeywords(args, kwargs, "s#zyUSOpnfC(ii)", names, &s, &size, &z, &y, &unicode, &string, &object, &p, &n, &f, &c, &first,
                                           &second);
    note(rows, done ? Py_BuildValue("(snzyOOOinfCii)", s, size, z, y, unicode, string, object, p, n, f, c, first, second) : NULL);
    Py_DECREF(kwargs);
    Py_DECREF(args);
    return rows;
}

CHECK(keyword_validation)
{
    PyObject *rows = PyList_New(0), *good = Py_BuildValue("{si}", "a", 1), *bad = Py_BuildValue("{ii}", 1, 1);
    note_int(rows, PyArg_ValidateKeywordArguments(good));
    note_int(rows, PyArg_ValidateKeywordArguments(bad));
    note_int(rows, PyArg_ValidateKeywordArguments(Py_None));
    Py_DECREF(good);
    Py_DECREF(bad);
    return rows;
}

CHECK(unpack)
{
    PyObject *rows = PyList_New(0), *a = NULL, *b = NULL, *c = Py_None, *pair = Py_BuildValue("(ii)", 1, 2);
    note_int(rows, PyArg_UnpackTuple(pair, "name", 2, 3, &a, &b, &c));
    note(rows, Py_BuildValue("(OOO)", a, b, c));
    note_int(rows, PyArg_UnpackTuple(pair, "name", 3, 3, &a, &b, &c));
    note_int(rows, PyArg_UnpackTuple(pair, "name", 0, 1, &a));
    note_int(rows, PyArg_UnpackTuple(pair, "name", 1, 1, &a));
    note_int(rows, PyArg_UnpackTuple(pair, NULL, 3, 4, &a, &b, &c, &c));
    note_int(rows, PyArg_UnpackTuple(Py_None, "name", 1, 1, &a));
    Py_DECREF(pair);
    return rows;
}

/* The same through a real call, by every way to give keywords. */
static PyObject *
target(PyObject *self, PyObject *args, PyObject *kwargs)
{
    int a = -1, b = -1, c = -1, d = -1;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "i|i$ii:target", ABCD, &a, &b, &c, &d)) {
        return NULL;
    }
    return Py_BuildValue("(iiii)", a, b, c, d);
}

CHECK(called)
{
    static PyMethodDef target_definition = {"target", METHOD(target), METH_VARARGS | METH_KEYWORDS, NULL};
    PyObject *rows = PyList_New(0), *function = PyCFunction_New(&target_definition, NULL), *args = Py_BuildValue("(ii)", 1, 2);
    PyObject *kwargs = Py_BuildValue("{si}", "c", 3), *names = Py_BuildValue("(ss)", "d", "c"), *bad = Py_BuildValue("{si}", "x", 3);
    note(rows, PyObject_Call(function, args, kwargs));
    note(rows, PyObject_Call(function, args, NULL));
    note(rows, PyObject_Call(function, args, bad));
    PyObject *vector[] = {NULL, PyLong_FromLong(5), PyLong_FromLong(6), PyLong_FromLong(7)};
    note(rows, PyObject_Vectorcall(function, vector + 1, 1 | PY_VECTORCALL_ARGUMENTS_OFFSET, names));
    note(rows, PyObject_Vectorcall(function, vector + 1, 3, NULL));
    note(rows, PyObject_VectorcallDict(function, vector + 1, 2, kwargs));
    for (int i = 1; i < 4; i++) {
        Py_DECREF(vector[i]);
    }
    Py_DECREF(function);
    Py_DECREF(args);
    Py_DECREF(kwargs);
    Py_DECREF(names);
    Py_DECREF(bad);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(required), CHECKED(optional), CHECKED(too_many), CHECKED(unknown), CHECKED(keyword_only), CHECKED(positional_only),
    CHECKED(wrong_values), CHECKED(wrong_formats), CHECKED(argument_lists), CHECKED(kinds), CHECKED(keyword_validation), CHECKED(unpack),
    CHECKED(called), {"target", METHOD(target), METH_VARARGS | METH_KEYWORDS, NULL}, {NULL, NULL, 0, NULL},
};

THEME(keyword_parsing)
