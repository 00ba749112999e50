/* The codec registry, the growing strings and bytes, packed floats, C's number parsing and the hash functions. */
#include "checks.h"

#if PY_VERSION_HEX < 0x030A0000
#define HASH_DOUBLE(number) _Py_HashDouble(number)
#else
#define HASH_DOUBLE(number) _Py_HashDouble(NULL, number)
#endif

/* --- codecs ------------------------------------------------------------------------------------------------ */

static PyObject *
codec(PyObject *self, PyObject *args)
{
    PyObject *object;
    const char *what, *encoding, *errors;
    if (!PyArg_ParseTuple(args, "sOzz", &what, &object, &encoding, &errors)) {
        return NULL;
    }
    switch (what[0]) {
    case 'e':
        return PyCodec_Encode(object, encoding, errors);
    case 'd':
        return PyCodec_Decode(object, encoding, errors);
    case 'k':
        return PyLong_FromLong(PyCodec_KnownEncoding(encoding));
    case 'E':
        return PyCodec_Encoder(encoding);
    case 'i':
        return PyObject_CallMethod(PyCodec_IncrementalDecoder(encoding, errors), "decode", "O", object);
    default:
        return PyCodec_LookupError(errors);
    }
}

static PyObject *
handle_error(PyObject *self, PyObject *args)
{
    PyObject *error;
    const char *what;
    if (!PyArg_ParseTuple(args, "sO", &what, &error)) {
        return NULL;
    }
    switch (what[0]) {
    case 's':
        return PyCodec_StrictErrors(error);
    case 'i':
        return PyCodec_IgnoreErrors(error);
    case 'r':
        return PyCodec_ReplaceErrors(error);
    case 'x':
        return PyCodec_XMLCharRefReplaceErrors(error);
    case 'b':
        return PyCodec_BackslashReplaceErrors(error);
    default:
        return PyCodec_NameReplaceErrors(error);
    }
}

static PyObject *
wide_decode(PyObject *self, PyObject *args)
{
    const char *data;
    Py_ssize_t size, consumed = -1;
    int bits, order, partial;
    if (!PyArg_ParseTuple(args, "y#iip", &data, &size, &bits, &order, &partial)) {
        return NULL;
    }
    PyObject *text = bits == 16
                         ? PyUnicode_DecodeUTF16Stateful(data, size, NULL, &order, partial ? &consumed : NULL)
                         : PyUnicode_DecodeUTF32Stateful(data, size, NULL, &order, partial ? &consumed : NULL);
    return text ? Py_BuildValue("(Nin)", text, order, consumed) : NULL;
}

/* --- writers ----------------------------------------------------------------------------------------------- */

static PyObject *
write_text(PyObject *self, PyObject *args)
{
    int overallocate;
    PyObject *parts;
    if (!PyArg_ParseTuple(args, "iO!", &overallocate, &PyTuple_Type, &parts)) {
        return NULL;
    }
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    writer.overallocate = overallocate;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(parts); i++) {
        PyObject *part = PyTuple_GET_ITEM(parts, i);
        int status;
        if (PyLong_Check(part)) {
            status = _PyUnicodeWriter_WriteChar(&writer, PyLong_AsLong(part));
        } else if (PyBytes_Check(part)) {
            status = _PyUnicodeWriter_WriteLatin1String(&writer, PyBytes_AS_STRING(part), PyBytes_GET_SIZE(part));
        } else if (i % 2) {
            status = _PyUnicodeWriter_WriteSubstring(&writer, part, 1, PyUnicode_GET_LENGTH(part));
        } else {
            status = _PyUnicodeWriter_WriteStr(&writer, part);
        }
        EXPECT(status == 0);
    }
    if (_PyUnicodeWriter_Prepare(&writer, 1, 0x20AC) == 0) {
        PyUnicode_WRITE(writer.kind, writer.data, writer.pos, 0x20AC);
        writer.pos++;
    }
    return _PyUnicodeWriter_Finish(&writer);
}

#if PY_VERSION_HEX < 0x030D0000
static PyObject *
write_bytes(PyObject *self, PyObject *args)
{
    int use_bytearray;
    PyObject *parts;
    if (!PyArg_ParseTuple(args, "iO!", &use_bytearray, &PyTuple_Type, &parts)) {
        return NULL;
    }
    _PyBytesWriter writer;
    _PyBytesWriter_Init(&writer);
    writer.use_bytearray = use_bytearray;
    writer.overallocate = !use_bytearray;
    char *at = _PyBytesWriter_Alloc(&writer, 1);
    EXPECT(at != NULL);
    *at++ = '>';
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(parts); i++) {
        PyObject *part = PyTuple_GET_ITEM(parts, i);
        at = _PyBytesWriter_WriteBytes(&writer, at, PyBytes_AS_STRING(part), PyBytes_GET_SIZE(part));
        EXPECT(at != NULL);
    }
    return _PyBytesWriter_Finish(&writer, at);
}
#endif

/* --- numbers and bytes of C -------------------------------------------------------------------------------- */

static PyObject *
pack(PyObject *self, PyObject *number)
{
    double value = PyFloat_AsDouble(number);
    char two[2] = {0}, four[4] = {0}, eight[8] = {0};
    int small = PyFloat_Pack2(value, two, 0);
    PyErr_Clear();
    int medium = PyFloat_Pack4(value, four, 1);
    PyErr_Clear();
    EXPECT(PyFloat_Pack8(value, eight, 0) == 0);
    return Py_BuildValue("(iy#iy#y#ddd)", small, two, (Py_ssize_t)2, medium, four, (Py_ssize_t)4, eight, (Py_ssize_t)8,
                         PyFloat_Unpack2(two, 0), PyFloat_Unpack4(four, 1), PyFloat_Unpack8(eight, 0));
}

static PyObject *
parse(PyObject *self, PyObject *args)
{
    const char *text;
    int base;
    if (!PyArg_ParseTuple(args, "si", &text, &base)) {
        return NULL;
    }
    char *signed_end, *unsigned_end;
    long number = PyOS_strtol(text, &signed_end, base);
    unsigned long natural = PyOS_strtoul(text, &unsigned_end, base);
    return Py_BuildValue("(lsks)", number, signed_end, natural, unsigned_end);
}

#if PY_VERSION_HEX < 0x030D0000
static PyObject *
hashes(PyObject *self, PyObject *args)
{
    double number;
    const char *data;
    Py_ssize_t size;
    PyObject *bytes;
    if (!PyArg_ParseTuple(args, "dO!", &number, &PyBytes_Type, &bytes)) {
        return NULL;
    }
    data = PyBytes_AS_STRING(bytes);
    size = PyBytes_GET_SIZE(bytes);
    return Py_BuildValue("(niin)", HASH_DOUBLE(number), _Py_HashBytes(data, size) == PyObject_Hash(bytes),
                         PyHash_GetFuncDef()->hash(data, size) == PyObject_Hash(bytes), _Py_HashPointer((void *)0x12340));
}
#endif

static PyObject *
check_characters(PyObject *self, PyObject *args)
{
    unsigned long sum = 0;
    for (int i = 0; i < 256; i++) {
        sum = sum * 31 + _Py_ctype_table[i];
        sum = sum * 31 + Py_TOLOWER(i);
        sum = sum * 31 + Py_TOUPPER(i);
    }
    return PyLong_FromUnsignedLong(sum);
}

#if PY_VERSION_HEX < 0x030D0000
static PyObject *
integers(PyObject *self, PyObject *args)
{
    PyObject *a, *b;
    Py_ssize_t exponent;
    if (!PyArg_ParseTuple(args, "OO", &a, &b)) {
        return NULL;
    }
    double mantissa = _PyLong_Frexp((PyLongObject *)a, &exponent);
    return Py_BuildValue("(NNNdnnik)", _PyLong_GCD(a, b), _PyLong_DivmodNear(a, b), _PyLong_Copy((PyLongObject *)a), mantissa,
                         exponent, (Py_ssize_t)_PyLong_NumBits(a), _PyLong_Sign(b), PyLong_AsUnsignedLongMask(a));
}
#endif

static PyObject *
bytes_of(PyObject *self, PyObject *args)
{
    PyObject *bytes;
    const char *escaped;
    Py_ssize_t size;
    if (!PyArg_ParseTuple(args, "O!y#", &PyBytes_Type, &bytes, &escaped, &size)) {
        return NULL;
    }
    return Py_BuildValue("(NNNN)", PyBytes_Repr(bytes, 1), PyBytes_Repr(bytes, 0),
                         PyBytes_DecodeEscape(escaped, size, NULL, 0, NULL), _PyBytes_Join(bytes, Py_BuildValue("[yy]", "a", "b")));
}

static PyObject *
alike(PyObject *self, PyObject *args)
{
    const char *a, *b;
    if (!PyArg_ParseTuple(args, "ss", &a, &b)) {
        return NULL;
    }
    return Py_BuildValue("(iii)", PyOS_mystricmp(a, b), PyOS_mystrnicmp(a, b, 2), PyOS_mystrnicmp(a, b, 0));
}

static PyMethodDef methods[] = {
    {"codec", codec, METH_VARARGS, NULL},
    {"handle_error", handle_error, METH_VARARGS, NULL},
    {"wide_decode", wide_decode, METH_VARARGS, NULL},
    {"write_text", write_text, METH_VARARGS, NULL},
#if PY_VERSION_HEX < 0x030D0000
    {"write_bytes", write_bytes, METH_VARARGS, NULL},
#endif
    {"pack", pack, METH_O, NULL},
    {"parse", parse, METH_VARARGS, NULL},
#if PY_VERSION_HEX < 0x030D0000
    {"hashes", hashes, METH_VARARGS, NULL},
#endif
    {"check_characters", check_characters, METH_NOARGS, NULL},
#if PY_VERSION_HEX < 0x030D0000
    {"integers", integers, METH_VARARGS, NULL},
#endif
    {"bytes_of", bytes_of, METH_VARARGS, NULL},
    {"alike", alike, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "codecs_and_writers", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_codecs_and_writers(void)
{
    return unlocked(PyModule_Create(&definition));
}
