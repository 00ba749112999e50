/* Strings: the three kinds and their inlined access, text made and filled by C, codecs, every search and split. */
#include "checks.h"
#include <wchar.h>

static unsigned int
max_char(PyObject *text)
{
    if (PyUnicode_IS_ASCII(text)) {
        return 0x7f;
    }
    return PyUnicode_KIND(text) == PyUnicode_1BYTE_KIND ? 0xff : PyUnicode_KIND(text) == PyUnicode_2BYTE_KIND ? 0xffff : 0x10ffff;
}

/* How a string of the host lies in memory. */
static PyObject *
layout(PyObject *self, PyObject *text)
{
    EXPECT(PyUnicode_Check(text) && PyUnicode_READY(text) == 0 && PyUnicode_IS_READY(text));
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    int kind = PyUnicode_KIND(text);
    const void *data = PyUnicode_DATA(text);
    unsigned long long sum = 0;
    for (Py_ssize_t i = 0; i < length; i++) {
        EXPECT(PyUnicode_READ(kind, data, i) == PyUnicode_READ_CHAR(text, i));
        EXPECT(PyUnicode_READ(kind, data, i) == PyUnicode_ReadChar(text, i));
        sum = sum * 31 + PyUnicode_READ(kind, data, i);
    }
    EXPECT(PyUnicode_READ(kind, data, length) == 0);
    return Py_BuildValue("(niIIIKi)", length, (int)kind, (unsigned int)PyUnicode_IS_ASCII(text),
                         (unsigned int)PyUnicode_IS_COMPACT(text), max_char(text), sum,
                         length == PyUnicode_GetLength(text));
}

static PyObject *
make(PyObject *self, PyObject *args)
{
    int length;
    unsigned int largest;
    if (!PyArg_ParseTuple(args, "iI", &length, &largest)) {
        return NULL;
    }
    PyObject *text = PyUnicode_New(length, largest);
    if (text == NULL) {
        return NULL;
    }
    for (int i = 0; i < length; i++) {
        PyUnicode_WRITE(PyUnicode_KIND(text), PyUnicode_DATA(text), i, i % 2 || length == 1 ? largest : (unsigned int)('a' + i % 26));
    }
    return text;
}

static PyObject *
check_write_char(PyObject *self, PyObject *args)
{
    PyObject *text = PyUnicode_New(3, 0x20ac);
    EXPECT(text && PyUnicode_WriteChar(text, 0, 'x') == 0 && PyUnicode_WriteChar(text, 1, 0x20ac) == 0);
    EXPECT(PyUnicode_WriteChar(text, 2, 'z') == 0);
    EXPECT(PyUnicode_WriteChar(text, 3, 'z') == -1 && PyErr_ExceptionMatches(PyExc_IndexError));
    PyErr_Clear();
    EXPECT(PyUnicode_WriteChar(text, 0, 0x10000) == -1 && PyErr_ExceptionMatches(PyExc_ValueError));
    PyErr_Clear();
    EXPECT(PyUnicode_ReadChar(text, 5) == (Py_UCS4)-1 && PyErr_ExceptionMatches(PyExc_IndexError));
    PyErr_Clear();
    return text;
}

static PyObject *
check_fill_and_copy(PyObject *self, PyObject *args)
{
    PyObject *text = PyUnicode_New(8, 0x3b1), *source = PyUnicode_FromString("0123456789");
    EXPECT(text && source);
    EXPECT(PyUnicode_Fill(text, 0, 8, 0x3b1) == 8);
    EXPECT(PyUnicode_CopyCharacters(text, 2, source, 4, 3) == 3);
    Py_DECREF(source);
    return text;
}

static PyObject *
check_kind_and_data(PyObject *self, PyObject *args)
{
    static const Py_UCS1 one[] = {'a', 0xe9, 'z'};
    static const Py_UCS2 two[] = {'a', 0x20ac, 'z'};
    static const Py_UCS4 four[] = {'a', 0x1f600, 'z'};
    static const Py_UCS4 narrow[] = {'a', 'b', 'c'};
    return Py_BuildValue("(NNNNN)", PyUnicode_FromKindAndData(PyUnicode_1BYTE_KIND, one, 3),
                         PyUnicode_FromKindAndData(PyUnicode_2BYTE_KIND, two, 3),
                         PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, four, 3),
                         PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, narrow, 3),
                         PyUnicode_FromKindAndData(PyUnicode_1BYTE_KIND, one, 0));
}

static PyObject *
check_from_string(PyObject *self, PyObject *args)
{
    return Py_BuildValue("(NNNNN)", PyUnicode_FromString(""), PyUnicode_FromString("h\xc3\xa9llo \xf0\x9f\x98\x80"),
                         PyUnicode_FromStringAndSize("cut here", 3), PyUnicode_FromStringAndSize("a\0b", 3),
                         PyUnicode_InternFromString("interned"));
}

static PyObject *
check_from_bad_utf8(PyObject *self, PyObject *args)
{
    return PyUnicode_FromString("bad \xff byte");
}

static PyObject *
check_from_format(PyObject *self, PyObject *args)
{
    PyObject *name = PyUnicode_FromString("n\xc3\xa4me");
    EXPECT(name);
    PyObject *text = PyUnicode_FromFormat("%s|%10s|%.2s|%d|%5d|%05d|%ld|%lld|%zd|%u|%zu|%x|%i|%c|%%|%U|%V|%S|%R|%A", "str", "right",
                                          "left", -5, 42, 42, -7L, 1LL << 40, (Py_ssize_t)-9, 7u, (size_t)8, 255, 3,
                                          0x20ac, name, NULL, "fallback", name, name, name);
    Py_DECREF(name);
    return text;
}

static PyObject *
check_interning(PyObject *self, PyObject *args)
{
    PyObject *first = PyUnicode_InternFromString("a name to intern"), *second = PyUnicode_FromString("a name to intern");
    EXPECT(first && second);
    PyUnicode_InternInPlace(&second);
    EXPECT(first == second && PyUnicode_CHECK_INTERNED(first));
    Py_DECREF(second);
    return first;
}

static PyObject *
check_single_characters_are_shared(PyObject *self, PyObject *args)
{
    PyObject *a = PyUnicode_FromString("q"), *b = PyUnicode_FromOrdinal('q'), *e = PyUnicode_New(0, 0);
    PyObject *f = PyUnicode_FromString("");
    EXPECT(a == b && e == f);
    Py_DECREF(b);
    Py_DECREF(e);
    Py_DECREF(f);
    return a;
}

static PyObject *
ordinal(PyObject *self, PyObject *number)
{
    long value = PyLong_AsLong(number);
    if (value == -1 && PyErr_Occurred()) {
        return NULL;
    }
    return PyUnicode_FromOrdinal((int)value);
}

static PyObject *
as_utf8(PyObject *self, PyObject *text)
{
    Py_ssize_t size = -1;
    const char *utf8 = PyUnicode_AsUTF8AndSize(text, &size);
    if (utf8 == NULL) {
        return NULL;
    }
    EXPECT(PyUnicode_AsUTF8(text) == utf8 && utf8[size] == '\0');
    return PyBytes_FromStringAndSize(utf8, size);
}

static PyObject *
encode(PyObject *self, PyObject *args)
{
    PyObject *text;
    const char *encoding, *errors = NULL;
    if (!PyArg_ParseTuple(args, "Os|z", &text, &encoding, &errors)) {
        return NULL;
    }
    return PyUnicode_AsEncodedString(text, encoding, errors);
}

static PyObject *
decode(PyObject *self, PyObject *args)
{
    const char *bytes, *encoding, *errors = NULL;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "y#s|z", &bytes, &size, &encoding, &errors)) {
        return NULL;
    }
    return PyUnicode_Decode(bytes, size, encoding, errors);
}

static PyObject *
check_codecs(PyObject *self, PyObject *args)
{
    PyObject *text = PyUnicode_FromString("a\xc3\xa9"), *bytes = PyBytes_FromString("a\xc3\xa9");
    EXPECT(text && bytes);
    int order = 0;
    PyObject *result = Py_BuildValue(
        "[NNNNNNNNNNNN]", PyUnicode_AsUTF8String(text), PyUnicode_AsLatin1String(text), PyUnicode_AsUTF16String(text),
        PyUnicode_AsUTF32String(text), PyUnicode_AsUnicodeEscapeString(text), PyUnicode_AsRawUnicodeEscapeString(text),
        PyUnicode_DecodeUTF8("\xe2\x82\xac", 3, "strict"), PyUnicode_DecodeLatin1("\xe9", 1, NULL),
        PyUnicode_DecodeUTF16("\x61\0\xac\x20", 4, NULL, &order), PyUnicode_DecodeASCII("abc", 3, NULL),
        PyUnicode_FromEncodedObject(bytes, "utf-8", NULL), PyUnicode_DecodeUnicodeEscape("\\u20ac\\n", 8, NULL));
    Py_DECREF(text);
    Py_DECREF(bytes);
    return result;
}

static PyObject *
check_codec_errors(PyObject *self, PyObject *args)
{
    PyObject *text = PyUnicode_FromString("a\xe2\x82\xac");
    EXPECT(text && PyUnicode_AsLatin1String(text) == NULL && PyErr_ExceptionMatches(PyExc_UnicodeEncodeError));
    PyErr_Clear();
    EXPECT(PyUnicode_AsASCIIString(text) == NULL && PyErr_ExceptionMatches(PyExc_UnicodeEncodeError));
    Py_DECREF(text);
    return NULL;
}

static PyObject *
check_decode_stateful(PyObject *self, PyObject *args)
{
    Py_ssize_t consumed = -1;
    PyObject *text = PyUnicode_DecodeUTF8Stateful("ab\xe2\x82", 4, NULL, &consumed);
    return Py_BuildValue("(Nn)", text, consumed);
}

static PyObject *
wide(PyObject *self, PyObject *text)
{
    Py_ssize_t size;
    wchar_t *copy = PyUnicode_AsWideCharString(text, &size);
    if (copy == NULL) {
        return NULL;
    }
    wchar_t buffer[4];
    Py_ssize_t copied = PyUnicode_AsWideChar(text, buffer, 4);
    PyObject *result = Py_BuildValue("(nnN)", size, copied, PyUnicode_FromWideChar(copy, size));
    PyMem_Free(copy);
    return result;
}

static PyObject *
ucs4(PyObject *self, PyObject *text)
{
    Py_UCS4 *copy = PyUnicode_AsUCS4Copy(text);
    if (copy == NULL) {
        return NULL;
    }
    PyObject *result = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, copy, PyUnicode_GET_LENGTH(text));
    PyMem_Free(copy);
    return result;
}

static PyObject *
search(PyObject *self, PyObject *args)
{
    PyObject *text, *part;
    if (!PyArg_ParseTuple(args, "UU", &text, &part)) {
        return NULL;
    }
    Py_ssize_t length = PyUnicode_GET_LENGTH(text);
    return Py_BuildValue("(nnnniiini)", PyUnicode_Find(text, part, 0, length, 1), PyUnicode_Find(text, part, 0, length, -1),
                         PyUnicode_FindChar(text, PyUnicode_READ_CHAR(part, 0), 0, length, 1),
                         PyUnicode_Count(text, part, 0, length), PyUnicode_Contains(text, part),
                         (int)PyUnicode_Tailmatch(text, part, 0, length, -1),
                         (int)PyUnicode_Tailmatch(text, part, 0, length, 1), PyUnicode_GetLength(part),
                         PyUnicode_Compare(text, part));
}

static PyObject *
split(PyObject *self, PyObject *args)
{
    PyObject *text, *separator;
    if (!PyArg_ParseTuple(args, "UU", &text, &separator)) {
        return NULL;
    }
    return Py_BuildValue("(NNNNNN)", PyUnicode_Split(text, separator, -1), PyUnicode_RSplit(text, separator, 1),
                         PyUnicode_Splitlines(text, 1), PyUnicode_Partition(text, separator),
                         PyUnicode_RPartition(text, separator), PyUnicode_Split(text, NULL, -1));
}

static PyObject *
combine(PyObject *self, PyObject *args)
{
    PyObject *a, *b, *list;
    if (!PyArg_ParseTuple(args, "UUO", &a, &b, &list)) {
        return NULL;
    }
    return Py_BuildValue("(NNNN)", PyUnicode_Concat(a, b), PyUnicode_Join(a, list), PyUnicode_Replace(a, b, list ? b : a, 1),
                         PyUnicode_Substring(a, 1, 3));
}

static PyObject *
check_append(PyObject *self, PyObject *args)
{
    PyObject *text = PyUnicode_FromString("start");
    for (int i = 0; i < 5; i++) {
        PyUnicode_AppendAndDel(&text, PyUnicode_FromFormat("+%d", i));
        EXPECT(text);
    }
    PyObject *wide = PyUnicode_FromOrdinal(0x1f600);
    PyUnicode_Append(&text, wide);
    Py_DECREF(wide);
    return text;
}

static PyObject *
check_resize(PyObject *self, PyObject *args)
{
    PyObject *text = PyUnicode_New(6, 127);
    EXPECT(text);
    memcpy(PyUnicode_1BYTE_DATA(text), "resize", 6);
    EXPECT(PyUnicode_Resize(&text, 3) == 0 && PyUnicode_GET_LENGTH(text) == 3);
    return text;
}

static PyObject *
check_compare(PyObject *self, PyObject *args)
{
    PyObject *a = PyUnicode_FromString("abc"), *b = PyUnicode_FromString("abd"), *list = PyList_New(0);
    EXPECT(a && b && list);
    EXPECT(PyUnicode_Compare(a, b) == -1 && PyUnicode_Compare(b, a) == 1 && PyUnicode_Compare(a, a) == 0);
    EXPECT(PyUnicode_CompareWithASCIIString(a, "abc") == 0 && PyUnicode_CompareWithASCIIString(a, "ab") == 1);
#if PY_VERSION_HEX < 0x030D0000
    EXPECT(_PyUnicode_EqualToASCIIString(a, "abc") && !_PyUnicode_EqualToASCIIString(a, "x"));
#endif
    EXPECT(PyUnicode_RichCompare(a, b, Py_LT) == Py_True && PyUnicode_RichCompare(a, b, Py_EQ) == Py_False);
    EXPECT(PyUnicode_RichCompare(a, list, Py_EQ) == Py_NotImplemented);
    EXPECT(PyUnicode_Compare(a, list) == -1 && PyErr_ExceptionMatches(PyExc_TypeError));
    Py_DECREF(a);
    Py_DECREF(b);
    Py_DECREF(list);
    return NULL;
}

static PyObject *
check_not_text(PyObject *self, PyObject *args)
{
    EXPECT(PyUnicode_AsUTF8(Py_None) == NULL && PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
    EXPECT(PyUnicode_GetLength(Py_None) == -1 && PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
    EXPECT(PyUnicode_Concat(Py_None, Py_None) == NULL && PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
    EXPECT(PyUnicode_FromEncodedObject(Py_None, NULL, NULL) == NULL && PyErr_ExceptionMatches(PyExc_TypeError));
    return NULL;
}

static PyObject *
identifier(PyObject *self, PyObject *text)
{
    return PyBool_FromLong(PyUnicode_IsIdentifier(text));
}

static PyObject *
classes(PyObject *self, PyObject *args)
{
    int c;
    if (!PyArg_ParseTuple(args, "C", &c)) {
        return NULL;
    }
    return Py_BuildValue("(iiiiiiiiII)", Py_UNICODE_ISSPACE(c), Py_UNICODE_ISLOWER(c), Py_UNICODE_ISUPPER(c),
                         Py_UNICODE_ISALPHA(c), Py_UNICODE_ISALNUM(c), Py_UNICODE_ISDIGIT(c), Py_UNICODE_TODECIMAL(c),
                         Py_UNICODE_ISPRINTABLE(c), (unsigned int)Py_UNICODE_TOLOWER(c), (unsigned int)Py_UNICODE_TOUPPER(c));
}

/* The hash is kept in the object; equal strings of both sides must agree. */
static PyObject *
same_hash(PyObject *self, PyObject *text)
{
    Py_ssize_t size;
    const char *utf8 = PyUnicode_AsUTF8AndSize(text, &size);
    if (utf8 == NULL) {
        return NULL;
    }
    PyObject *copy = PyUnicode_FromStringAndSize(utf8, size);
    EXPECT(copy);
    Py_hash_t here = PyObject_Hash(copy), there = PyObject_Hash(text);
    int equal = PyObject_RichCompareBool(copy, text, Py_EQ);
    Py_DECREF(copy);
    return Py_BuildValue("(ii)", here == there, equal);
}

static PyObject *
check_format(PyObject *self, PyObject *args)
{
    PyObject *template = PyUnicode_FromString("%s=%05d"), *values = Py_BuildValue("(si)", "x", 42);
    PyObject *result = PyUnicode_Format(template, values);
    Py_DECREF(template);
    Py_DECREF(values);
    return result;
}

static PyMethodDef methods[] = {
    {"check_write_char", check_write_char, METH_NOARGS, NULL},
    {"check_fill_and_copy", check_fill_and_copy, METH_NOARGS, NULL},
    {"check_kind_and_data", check_kind_and_data, METH_NOARGS, NULL},
    {"check_from_string", check_from_string, METH_NOARGS, NULL},
    {"check_from_bad_utf8", check_from_bad_utf8, METH_NOARGS, NULL},
    {"check_from_format", check_from_format, METH_NOARGS, NULL},
    {"check_interning", check_interning, METH_NOARGS, NULL},
    {"check_single_characters_are_shared", check_single_characters_are_shared, METH_NOARGS, NULL},
    {"check_codecs", check_codecs, METH_NOARGS, NULL},
    {"check_codec_errors", check_codec_errors, METH_NOARGS, NULL},
    {"check_decode_stateful", check_decode_stateful, METH_NOARGS, NULL},
    {"check_append", check_append, METH_NOARGS, NULL},
    {"check_resize", check_resize, METH_NOARGS, NULL},
    {"check_compare", check_compare, METH_NOARGS, NULL},
    {"check_not_text", check_not_text, METH_NOARGS, NULL},
    {"check_format", check_format, METH_NOARGS, NULL},
    {"layout", layout, METH_O, NULL},
    {"make", make, METH_VARARGS, NULL},
    {"ordinal", ordinal, METH_O, NULL},
    {"as_utf8", as_utf8, METH_O, NULL},
    {"encode", encode, METH_VARARGS, NULL},
    {"decode", decode, METH_VARARGS, NULL},
    {"wide", wide, METH_O, NULL},
    {"ucs4", ucs4, METH_O, NULL},
    {"search", search, METH_VARARGS, NULL},
    {"split", split, METH_VARARGS, NULL},
    {"combine", combine, METH_VARARGS, NULL},
    {"identifier", identifier, METH_O, NULL},
    {"classes", classes, METH_VARARGS, NULL},
    {"same_hash", same_hash, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "strings", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_strings(void)
{
    return unlocked(PyModule_Create(&definition));
}
