/* bytes and bytearray: making, growing in place, sharing, joining, methods, and what each function refuses.
   flavours: 3.9 */
#include "checks.h"

CHECK(make_bytes)
{
    PyObject *rows = PyList_New(0), *made = PyBytes_FromStringAndSize(NULL, 5);
    EXPECT(made && PyBytes_CheckExact(made) && PyBytes_GET_SIZE(made) == 5 && PyBytes_AS_STRING(made)[5] == 0);
    memcpy(PyBytes_AS_STRING(made), "a\0b\xff!", 5);
    note(rows, made);
    note(rows, PyBytes_FromString("text"));
    note(rows, PyBytes_FromString(""));
    note(rows, PyBytes_FromStringAndSize("abc", 0));
    note(rows, PyBytes_FromStringAndSize("abc", -1));
    note_kind(rows, PyBytes_FromStringAndSize(NULL, PY_SSIZE_T_MAX));
    note(rows, PyBytes_FromFormat("%d %ld %zd %u %s %.2s %c%c %x %% %i", -1, 2L, (Py_ssize_t)3, 4u, "text", "text", 'x', 0xff, 255, 9));
    note(rows, PyBytes_FromFormat("%c", 256));
    note(rows, PyBytes_FromFormat("%p", (void *)0x1234));
    return rows;
}

CHECK(from_object)
{
    PyObject *rows = PyList_New(0), *list = Py_BuildValue("[iii]", 1, 255, 0), *bad = Py_BuildValue("[i]", 256), *text = PyUnicode_FromString("x");
    PyObject *array = PyByteArray_FromStringAndSize("array", 5), *odd = Py_BuildValue("(s)", "x");
    note(rows, PyBytes_FromObject(list));
    note_kind(rows, PyBytes_FromObject(bad));
    note_kind(rows, PyBytes_FromObject(text));
    note(rows, PyBytes_FromObject(array));
    note_kind(rows, PyBytes_FromObject(odd));
    note_kind(rows, PyBytes_FromObject(Py_None));
    note(rows, PyBytes_FromObject(NULL));
    note(rows, PyByteArray_FromObject(list));
    note_kind(rows, PyByteArray_FromObject(bad));
    note_kind(rows, PyByteArray_FromObject(text));
    note_kind(rows, PyObject_Bytes(text));
    note(rows, PyObject_Bytes(NULL));
    note(rows, PyObject_Bytes(list));
    PyObject *const all[] = {list, bad, text, array, odd};
    for (int i = 0; i < 5; i++) {
        Py_DECREF(all[i]);
    }
    return rows;
}

CHECK(read_bytes)
{
    PyObject *rows = PyList_New(0), *with_null = PyBytes_FromStringAndSize("a\0b", 3), *plain = PyBytes_FromString("plain");
    char *data = NULL;
    Py_ssize_t size = -1;
    note_int(rows, PyBytes_AsStringAndSize(with_null, &data, &size));
    note(rows, PyBytes_FromStringAndSize(data, size));
    note_int(rows, PyBytes_AsStringAndSize(with_null, &data, NULL));
    note_int(rows, PyBytes_AsStringAndSize(plain, &data, NULL));
    note_text(rows, data);
    note_int(rows, PyBytes_Size(plain));
    note_int(rows, PyBytes_Size(Py_None));
    note_text(rows, PyBytes_AsString(plain));
    note_text(rows, PyBytes_AsString(Py_None));
    note_int(rows, PyBytes_AsStringAndSize(Py_None, &data, &size));
    note_int(rows, PyBytes_AsStringAndSize(plain, NULL, NULL));
    note_int(rows, ((PyBytesObject *)plain)->ob_sval[1]);
    Py_DECREF(with_null);
    Py_DECREF(plain);
    return rows;
}

CHECK(grow_bytes)
{
    PyObject *rows = PyList_New(0), *bytes = PyBytes_FromString("start"), *tail = PyBytes_FromString("-tail");
    PyBytes_Concat(&bytes, tail);
    note_lent(rows, bytes);
    PyBytes_ConcatAndDel(&bytes, PyBytes_FromString("-more"));
    note(rows, bytes);
    bytes = PyBytes_FromString("resize me");
    note_int(rows, _PyBytes_Resize(&bytes, 6));
    note(rows, bytes);
    bytes = PyBytes_FromString("ab");
    note_int(rows, _PyBytes_Resize(&bytes, 4));
    PyBytes_AS_STRING(bytes)[2] = 'c';
    PyBytes_AS_STRING(bytes)[3] = 'd';
    note(rows, bytes);
    bytes = PyBytes_FromString("x");
    note_int(rows, _PyBytes_Resize(&bytes, 0));
    note(rows, bytes);
    bytes = PyBytes_FromString("x");
    PyBytes_Concat(&bytes, Py_None);
    EXPECT(bytes == NULL);
    note_kind(rows, NULL);
    PyBytes_Concat(&bytes, tail);
    bytes = Py_NewRef(Py_None);
    PyBytes_Concat(&bytes, tail);
    EXPECT(bytes == NULL);
    note_kind(rows, NULL);
    bytes = PyBytes_FromString("y");
    PyBytes_Concat(&bytes, NULL);
    EXPECT(bytes == NULL);
    note_int(rows, PyErr_Occurred() != NULL);
    PyErr_Clear();
    Py_DECREF(tail);
    return rows;
}

CHECK(repr)
{
    PyObject *rows = PyList_New(0), *bytes = PyBytes_FromString("q'u\"o\\te\n\x01\xff");
    note(rows, PyBytes_Repr(bytes, 0));
    note(rows, PyBytes_Repr(bytes, 1));
    note(rows, PyObject_Repr(bytes));
    note(rows, PyBytes_DecodeEscape("a\\n\\x41\\101\\\\", 13, NULL, 0, NULL));
    note(rows, PyBytes_DecodeEscape("bad \\x4", 7, NULL, 0, NULL));
    note(rows, PyBytes_DecodeEscape("bad \\x4", 7, "replace", 0, NULL));
    Py_DECREF(bytes);
    return rows;
}

CHECK(sequence_of_bytes)
{
    PyObject *rows = PyList_New(0), *bytes = PyBytes_FromString("abcabc"), *part = PyBytes_FromString("ca"), *number = PyLong_FromLong('b');
    note(rows, PySequence_GetItem(bytes, 0));
    note(rows, PySequence_GetItem(bytes, -1));
    note_kind(rows, PySequence_GetItem(bytes, 6));
    note(rows, PySequence_Concat(bytes, part));
    note(rows, PySequence_Repeat(part, 3));
    note(rows, PySequence_Repeat(part, -1));
    note_int(rows, PySequence_Contains(bytes, part));
    note_int(rows, PySequence_Contains(bytes, number));
    note_int_kind(rows, PySequence_Contains(bytes, Py_None));
    note_int(rows, PySequence_Count(bytes, number));
    note_int(rows, PySequence_Index(bytes, number));
    note(rows, PySequence_List(part));
    note(rows, PyObject_CallMethod(bytes, "replace", "OO", part, part));
    note(rows, PyObject_CallMethod(bytes, "split", "O", part));
    note(rows, PyObject_CallMethod(bytes, "hex", NULL));
    note(rows, PyObject_CallMethod(bytes, "find", "O", part));
    note(rows, PyObject_CallMethod(bytes, "decode", "s", "ascii"));
    note_int(rows, PyObject_RichCompareBool(bytes, part, Py_LT));
    note_int(rows, PyObject_RichCompareBool(bytes, bytes, Py_EQ));
    note_kind(rows, PySequence_Concat(bytes, number));
    note_int_kind(rows, PySequence_SetItem(bytes, 0, number));
    Py_DECREF(bytes);
    Py_DECREF(part);
    Py_DECREF(number);
    return rows;
}

CHECK(single_bytes)
{
    for (int i = 0; i < 256; i++) {
        char c = (char)i;
        PyObject *a = PyBytes_FromStringAndSize(&c, 1), *b = PyBytes_FromStringAndSize(&c, 1);
        EXPECT(a && b && PyObject_RichCompareBool(a, b, Py_EQ) == 1 && PyBytes_AS_STRING(a)[0] == c && PyBytes_AS_STRING(a)[1] == 0);
        EXPECT(PyObject_Hash(a) == PyObject_Hash(b));
        Py_DECREF(a);
        Py_DECREF(b);
    }
    Py_RETURN_NONE;
}

CHECK(bytearrays)
{
    PyObject *rows = PyList_New(0), *array = PyByteArray_FromStringAndSize("hello", 5);
    EXPECT(array && PyByteArray_CheckExact(array) && PyByteArray_GET_SIZE(array) == 5 && PyByteArray_Size(array) == 5);
    EXPECT(PyByteArray_AsString(array) == PyByteArray_AS_STRING(array) && PyByteArray_AS_STRING(array)[5] == 0);
    PyByteArray_AS_STRING(array)[0] = 'J';
    note(rows, PyObject_Repr(array));
    note_int(rows, PyByteArray_Resize(array, 8));
    memcpy(PyByteArray_AS_STRING(array) + 5, "!!!", 3);
    note(rows, PyObject_Repr(array));
    note_int(rows, PyByteArray_Resize(array, 2));
    note(rows, PyObject_Repr(array));
    note_int(rows, PyObject_Length(array));
    note(rows, PyObject_CallMethod(array, "decode", NULL));
    PyObject *tail = PyBytes_FromString("+tail");
    note(rows, PyByteArray_Concat(array, tail));
    note_kind(rows, PyByteArray_Concat(array, Py_None));
    note_int(rows, PySequence_SetItem(array, 0, Py_True));
    note(rows, PyObject_Repr(array));
    note_int_kind(rows, PySequence_SetItem(array, 0, tail));
    note_int(rows, PyByteArray_AS_STRING(array)[0]);
    note(rows, PySequence_InPlaceConcat(array, tail));
    note_int(rows, PyByteArray_Size(array));
    note_int(rows, PyByteArray_AS_STRING(array)[6]);
    note(rows, PyByteArray_FromStringAndSize(NULL, 0));
    note(rows, PyByteArray_FromStringAndSize("x", -1));
    Py_DECREF(tail);
    Py_DECREF(array);
    return rows;
}

CHECK(bytearray_methods)
{
    PyObject *rows = PyList_New(0), *array = PyByteArray_FromStringAndSize("abc", 3);
    for (int i = 0; i < 40; i++) {
        PyObject *result = PyObject_CallMethod(array, "append", "i", 'a' + i % 26);
        EXPECT(result != NULL);
        Py_DECREF(result);
        EXPECT(PyByteArray_Size(array) == 4 + i && PyByteArray_AsString(array)[3 + i] == 'a' + i % 26);
        PyByteArray_AsString(array)[3 + i] -= 32;
    }
    note(rows, PyObject_Repr(array));
    note(rows, PyObject_CallMethod(array, "pop", NULL));
    note(rows, PyObject_CallMethod(array, "clear", NULL));
    note_int(rows, PyByteArray_Size(array));
    note(rows, PyObject_CallMethod(array, "extend", "y", "new"));
    note_text(rows, PyByteArray_AsString(array));
    note_int_kind(rows, PyObject_Hash(array));
    Py_DECREF(array);
    return rows;
}

CHECK(exported_bytearray)
{
    PyObject *rows = PyList_New(0), *array = PyByteArray_FromStringAndSize("locked", 6);
    Py_buffer view;
    EXPECT(PyObject_GetBuffer(array, &view, PyBUF_WRITABLE) == 0 && view.len == 6 && !view.readonly);
    ((char *)view.buf)[0] = 'L';
    note_int(rows, PyByteArray_Size(array));
    PyBuffer_Release(&view);
    note_int(rows, PyByteArray_Resize(array, 3));
    note(rows, PyObject_Repr(array));
    Py_DECREF(array);
    return rows;
}

CHECK(joined)
{
    PyObject *rows = PyList_New(0), *separator = PyBytes_FromString(", "), *list = Py_BuildValue("[yyy]", "a", "bc", ""), *bad = Py_BuildValue("[ys]", "a", "b");
#if PY_VERSION_HEX < 0x030E0000
    note(rows, _PyBytes_Join(separator, list));
    note_kind(rows, _PyBytes_Join(separator, bad));
#endif
    note(rows, PyObject_CallMethod(separator, "join", "O", list));
    note_kind(rows, PyObject_CallMethod(separator, "join", "O", bad));
    Py_DECREF(separator);
    Py_DECREF(list);
    Py_DECREF(bad);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(make_bytes), CHECKED(from_object), CHECKED(read_bytes), CHECKED(grow_bytes), CHECKED(repr), CHECKED(sequence_of_bytes),
    CHECKED(single_bytes), CHECKED(bytearrays), CHECKED(bytearray_methods), CHECKED(exported_bytearray), CHECKED(joined),
    {NULL, NULL, 0, NULL},
};

THEME(bytes_and_bytearrays)
