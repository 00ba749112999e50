/* Error handlers of codecs: the ones that there are, on text and on bytes, and ones that C registers; exceptions of encodings. */
#include "checks.h"

static const char *const handlers[] = {
    "strict", "ignore", "replace", "xmlcharrefreplace", "backslashreplace", "namereplace", "surrogateescape", "surrogatepass",
    "no such handler",
};
#define HANDLERS (int)(sizeof(handlers) / sizeof(*handlers))

static PyObject *
text(void)
{
    static const Py_UCS4 points[] = {'a', 0xE9, 0x20AC, 0x1F600, 'b', 0xDC80, 'c'};
    return PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, points, 7);
}

/* Every handler with one encoding. */
static PyObject *
encoded(const char *encoding)
{
    PyObject *rows = PyList_New(0), *given = text();
    for (int i = 0; i < HANDLERS; i++) {
        /* Hosts name an encoding in their own ways. */
        note_kind(rows, PyUnicode_AsEncodedString(given, encoding, handlers[i]));
    }
    Py_DECREF(given);
    return rows;
}

static PyObject *
decoded(const char *encoding, const char *data, Py_ssize_t size)
{
    PyObject *rows = PyList_New(0);
    for (int i = 0; i < HANDLERS; i++) {
        PyObject *result = PyUnicode_Decode(data, size, encoding, handlers[i]);
        /* As numbers, since what comes out need not be printable. */
        note_kind(rows, result ? PyObject_ASCII(result) : NULL);
        Py_XDECREF(result);
    }
    return rows;
}

CHECK(encode_ascii) { return encoded("ascii"); }
CHECK(encode_latin_1) { return encoded("latin-1"); }
CHECK(encode_utf_8) { return encoded("utf-8"); }
CHECK(encode_utf_16) { return encoded("utf-16-le"); }
CHECK(decode_ascii) { return decoded("ascii", "ab\xe9\xffz", 5); }
CHECK(decode_utf_8) { return decoded("utf-8", "a\xc3\xa9\xff\xe2\x82\xed\xb2\x80z", 10); }
CHECK(decode_utf_16) { return decoded("utf-16-le", "a\0\0\xdc" "b\0c", 7); }

/* "[what was wrong]", and on behind it. */
static PyObject *
in_brackets(PyObject *self, PyObject *error)
{
    Py_ssize_t start, end;
    PyObject *object = NULL, *part = NULL, *result = NULL;
    if (PyErr_GivenExceptionMatches(error, PyExc_UnicodeEncodeError)) {
        if (PyUnicodeEncodeError_GetStart(error, &start) == 0 && PyUnicodeEncodeError_GetEnd(error, &end) == 0) {
            object = PyUnicodeEncodeError_GetObject(error);
        }
    }
    else if (PyUnicodeDecodeError_GetStart(error, &start) == 0 && PyUnicodeDecodeError_GetEnd(error, &end) == 0) {
        object = PyUnicodeDecodeError_GetObject(error);
    }
    if (object != NULL) {
        part = PyNumber_Long(PyTuple_GET_ITEM(self, 0));
        result = Py_BuildValue("(Nn)", PyUnicode_FromFormat("[%zd-%zd of %zd, %S]", start, end, PyObject_Size(object), part),
                               end);
    }
    Py_XDECREF(object);
    Py_XDECREF(part);
    return result;
}

static PyObject *
not_a_pair(PyObject *self, PyObject *error)
{
    return PyLong_FromLong(5);
}

static PyObject *
out_of_bounds(PyObject *self, PyObject *error)
{
    return Py_BuildValue("(sn)", "?", (Py_ssize_t)1000);
}

static PyObject *
raising(PyObject *self, PyObject *error)
{
    PyErr_SetString(PyExc_KeyError, "the handler's own");
    return NULL;
}

static PyMethodDef handler_methods[] = {
    {"in_brackets", in_brackets, METH_O, NULL},
    {"not_a_pair", not_a_pair, METH_O, NULL},
    {"out_of_bounds", out_of_bounds, METH_O, NULL},
    {"raising", raising, METH_O, NULL},
};

CHECK(registered)
{
    PyObject *rows = PyList_New(0), *given = text();
    for (int i = 0; i < 4; i++) {
        PyObject *state = Py_BuildValue("(i)", i), *handler = PyCFunction_New(&handler_methods[i], state);
        char name[40];
        snprintf(name, sizeof(name), "gimbal.test.%s", handler_methods[i].ml_name);
        note_int(rows, PyCodec_RegisterError(name, handler));
        PyObject *found = PyCodec_LookupError(name);
        note_int(rows, found == handler);
        Py_XDECREF(found);
        note_kind(rows, PyUnicode_AsEncodedString(given, "ascii", name));
        note_kind(rows, PyUnicode_AsEncodedString(given, "latin-1", name));
        note_kind(rows, PyUnicode_Decode("a\xff" "b\xc3", 4, "utf-8", name));
        note_kind(rows, PyUnicode_Decode("a\xff", 2, "ascii", name));
        Py_DECREF(handler);
        Py_DECREF(state);
    }
    note_int_kind(rows, PyCodec_RegisterError("gimbal.test.no", Py_None));
    Py_DECREF(given);
    return rows;
}

CHECK(known_handlers)
{
    PyObject *rows = PyList_New(0);
    for (int i = 0; i < HANDLERS; i++) {
        PyObject *handler = PyCodec_LookupError(handlers[i]);
        note_kind(rows, handler ? PyBool_FromLong(PyCallable_Check(handler)) : NULL);
        Py_XDECREF(handler);
    }
    PyObject *strict = PyCodec_LookupError(NULL), *named = PyCodec_LookupError("strict");
    note_int(rows, strict == named);
    note_kind(rows, PyObject_CallFunction(strict, "O", Py_None));
    Py_XDECREF(strict);
    Py_XDECREF(named);
    return rows;
}

CHECK(exceptions)
{
    PyObject *rows = PyList_New(0), *error = PyUnicodeDecodeError_Create("some code", "abcdef", 6, 2, 4, "because");
    EXPECT(error != NULL);
    Py_ssize_t at = -1;
    note(rows, PyObject_Str(error));
    note(rows, PyUnicodeDecodeError_GetEncoding(error));
    note(rows, PyUnicodeDecodeError_GetObject(error));
    note(rows, PyUnicodeDecodeError_GetReason(error));
    note_int(rows, PyUnicodeDecodeError_GetStart(error, &at));
    note_int(rows, at);
    note_int(rows, PyUnicodeDecodeError_GetEnd(error, &at));
    note_int(rows, at);
    note_int(rows, PyUnicodeDecodeError_SetStart(error, 5));
    note_int(rows, PyUnicodeDecodeError_SetEnd(error, 100));
    note_int(rows, PyUnicodeDecodeError_SetReason(error, "another reason"));
    note_int(rows, PyUnicodeDecodeError_GetEnd(error, &at));
    note_int(rows, at);
    note(rows, PyObject_Str(error));
    note_kind(rows, PyUnicodeEncodeError_GetObject(error));
    note_int(rows, PyUnicodeDecodeError_SetEnd(error, 6));
    note(rows, PyCodec_StrictErrors(error));
    note(rows, PyCodec_IgnoreErrors(error));
    note(rows, PyCodec_ReplaceErrors(error));
    note(rows, PyCodec_BackslashReplaceErrors(error));
    note(rows, PyCodec_XMLCharRefReplaceErrors(error));
    note(rows, PyCodec_NameReplaceErrors(error));
    note_kind(rows, PyCodec_IgnoreErrors(Py_None));
    Py_DECREF(error);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(encode_ascii),  CHECKED(encode_latin_1), CHECKED(encode_utf_8),   CHECKED(encode_utf_16), CHECKED(decode_ascii),
    CHECKED(decode_utf_8),  CHECKED(decode_utf_16),  CHECKED(registered),     CHECKED(known_handlers), CHECKED(exceptions),
    {NULL, NULL, 0, NULL},
};

THEME(codec_errors)
