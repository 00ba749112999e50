/* Ints of all sizes: every conversion in and out, at and beyond its limits, and the errors of each.
   flavours: 3.9 3.14 3.14t */
#include "checks.h"
#include <limits.h>

/* Values around every limit that a conversion has, as text. */
static const char *const LIMITS[] = {
    "0", "1", "-1", "255", "256", "-128", "32767", "-32768", "65535", "65536", "1073741823", "1073741824", "-1073741824",
    "2147483647", "2147483648", "-2147483648", "-2147483649", "4294967295", "4294967296", "1152921504606846975",
    "1152921504606846976", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
    "18446744073709551615", "18446744073709551616", "-18446744073709551616", "340282366920938463463374607431768211456",
    "-123456789012345678901234567890123456789012345678901234567890",
};
enum { HOW_MANY = sizeof(LIMITS) / sizeof(*LIMITS) };

#define EVERY_LIMIT(rows, ...)                                                                 \
    PyObject *rows = PyList_New(0);                                                            \
    for (int i = 0; i < HOW_MANY; i++) {                                                       \
        PyObject *number = PyLong_FromString(LIMITS[i], NULL, 10);                             \
        EXPECT(number != NULL);                                                                \
        __VA_ARGS__;                                                                           \
        Py_DECREF(number);                                                                     \
    }                                                                                          \
    return rows

CHECK(from_string)
{
    EVERY_LIMIT(rows, note(rows, PyObject_Str(number)));
}

CHECK(as_long)
{
    EVERY_LIMIT(rows, note_int(rows, PyLong_AsLong(number)));
}

CHECK(as_long_long)
{
    EVERY_LIMIT(rows, note_int(rows, PyLong_AsLongLong(number)));
}

CHECK(as_ssize_t)
{
    EVERY_LIMIT(rows, note_int(rows, PyLong_AsSsize_t(number)));
}

CHECK(as_size_t)
{
    EVERY_LIMIT(rows, note_int(rows, (long long)PyLong_AsSize_t(number)));
}

CHECK(as_unsigned_long)
{
    EVERY_LIMIT(rows, note_int(rows, (long long)PyLong_AsUnsignedLong(number)));
}

CHECK(as_unsigned_long_long)
{
    EVERY_LIMIT(rows, note_int(rows, (long long)PyLong_AsUnsignedLongLong(number)));
}

CHECK(masks)
{
    EVERY_LIMIT(rows, note(rows, Py_BuildValue("(kK)", PyLong_AsUnsignedLongMask(number), PyLong_AsUnsignedLongLongMask(number))));
}

CHECK(overflow)
{
    EVERY_LIMIT(rows, {
        int overflow = 7, wide = 7;
        long value = PyLong_AsLongAndOverflow(number, &overflow);
        long long other = PyLong_AsLongLongAndOverflow(number, &wide);
        note(rows, Py_BuildValue("(liLi)", value, overflow, other, wide));
    });
}

CHECK(as_double)
{
    EVERY_LIMIT(rows, note_double(rows, PyLong_AsDouble(number)));
}

CHECK(as_c_int)
{
    PyObject *rows = PyList_New(0);
    for (int i = 0; i < HOW_MANY; i++) {
        PyObject *number = PyLong_FromString(LIMITS[i], NULL, 10), *tuple = Py_BuildValue("(N)", number);
        int value = 77;
        short narrow = 77;
        unsigned char byte = 77;
        int done = PyArg_ParseTuple(tuple, "i", &value);
        note_int(rows, done ? value : -999);
        done = PyArg_ParseTuple(tuple, "h", &narrow);
        note_int(rows, done ? narrow : -999);
        done = PyArg_ParseTuple(tuple, "b", &byte);
        note_int(rows, done ? byte : -999);
        Py_DECREF(tuple);
    }
    return rows;
}

CHECK(sign_and_bits)
{
#if PY_VERSION_HEX >= 0x030D0000
    EVERY_LIMIT(rows, note(rows, PyObject_CallMethod(number, "bit_length", NULL)));
#else
    EVERY_LIMIT(rows, note(rows, Py_BuildValue("(in)", _PyLong_Sign(number), (Py_ssize_t)_PyLong_NumBits(number))));
#endif
}

CHECK(from_c)
{
    PyObject *rows = PyList_New(0);
    note(rows, PyLong_FromLong(LONG_MIN));
    note(rows, PyLong_FromUnsignedLong(ULONG_MAX));
    note(rows, PyLong_FromLongLong(LLONG_MIN));
    note(rows, PyLong_FromUnsignedLongLong(ULLONG_MAX));
    note(rows, PyLong_FromSsize_t(PY_SSIZE_T_MIN));
    note(rows, PyLong_FromSize_t(SIZE_MAX));
    note(rows, PyLong_FromDouble(-1e30));
    note(rows, PyLong_FromDouble(2.99));
    note(rows, PyLong_FromDouble(-0.5));
    note(rows, PyLong_FromDouble(Py_HUGE_VAL));
    note(rows, PyLong_FromDouble(-Py_HUGE_VAL));
    note(rows, PyLong_FromDouble(Py_HUGE_VAL - Py_HUGE_VAL));
    note(rows, PyLong_FromVoidPtr((void *)0x1234));
    note(rows, PyLong_FromVoidPtr(NULL));
    return rows;
}

CHECK(pointers)
{
    PyObject *rows = PyList_New(0), *number = PyLong_FromVoidPtr((void *)&LIMITS);
    EXPECT(PyLong_AsVoidPtr(number) == (void *)&LIMITS);
    Py_DECREF(number);
    number = PyLong_FromLong(-1);
    EXPECT(PyLong_AsVoidPtr(number) == (void *)-1 && !PyErr_Occurred());
    Py_DECREF(number);
    note_int(rows, (long long)PyLong_AsVoidPtr(Py_None));
    number = PyLong_FromString("99999999999999999999999999", NULL, 10);
    note_int(rows, (long long)PyLong_AsVoidPtr(number));
    Py_DECREF(number);
    return rows;
}

CHECK(strings)
{
    static const struct {
        const char *text;
        int base;
    } cases[] = {
        {"  42  ", 10}, {"0x1F", 16}, {"0x1F", 0}, {"0b101", 0}, {"0o17", 0}, {"1_000", 10}, {"1__0", 10}, {"_1", 10}, {"", 10},
        {"-", 10}, {"+7", 10}, {"- 7", 10}, {"z", 36}, {"Zz", 36}, {"12", 2}, {"010", 0}, {"00", 0}, {"7", 1}, {"7", 37}, {"7", -1},
        {"1e5", 10}, {"12 34", 10}, {"ffffffffffffffffffffffffffffffff", 16}, {"-0x8000000000000000", 0},
    };
    PyObject *rows = PyList_New(0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        note(rows, PyLong_FromString(cases[i].text, NULL, cases[i].base));
    }
    char *end = NULL;
    const char *text = "123 tail";
    PyObject *number = PyLong_FromString(text, &end, 10);
    note(rows, number);
    note_int(rows, end - text);
    text = "77  ";
    note(rows, PyLong_FromString(text, &end, 8));
    note_int(rows, end - text);
    return rows;
}

CHECK(unicode)
{
    PyObject *rows = PyList_New(0);
    static const char *const texts[] = {"12", " 0x1f ", "\xd9\xa3\xd9\xa4", "1\xc2\xa0", "abc", "\xf0\x9d\x9f\x97"};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        PyObject *text = PyUnicode_FromString(texts[i]);
        note(rows, PyLong_FromUnicodeObject(text, 10));
        note(rows, PyLong_FromUnicodeObject(text, 0));
        Py_DECREF(text);
    }
    return rows;
}

CHECK(wrong_types)
{
    PyObject *rows = PyList_New(0), *text = PyUnicode_FromString("7"), *real = PyFloat_FromDouble(7.5);
    PyObject *const wrong[] = {Py_None, text, real};
    for (int i = 0; i < 3; i++) {
        int overflow = 9;
        note_int(rows, PyLong_AsLong(wrong[i]));
        note_int(rows, PyLong_AsLongLong(wrong[i]));
        note_int(rows, PyLong_AsSsize_t(wrong[i]));
        note_int(rows, (long long)PyLong_AsSize_t(wrong[i]));
        note_int(rows, (long long)PyLong_AsUnsignedLong(wrong[i]));
        note_int(rows, (long long)PyLong_AsUnsignedLongLong(wrong[i]));
        note_int(rows, (long long)PyLong_AsUnsignedLongMask(wrong[i]));
        note_int(rows, (long long)PyLong_AsUnsignedLongLongMask(wrong[i]));
        note_int(rows, PyLong_AsLongAndOverflow(wrong[i], &overflow));
        note_int(rows, overflow);
        note_double(rows, PyLong_AsDouble(wrong[i]));
    }
    Py_DECREF(text);
    Py_DECREF(real);
    return rows;
}

CHECK(null)
{
    PyObject *rows = PyList_New(0);
    int overflow = 9;
    note_int(rows, PyLong_AsLong(NULL));
    note_int(rows, PyLong_AsLongLong(NULL));
    note_int(rows, PyLong_AsSsize_t(NULL));
    note_int(rows, (long long)PyLong_AsSize_t(NULL));
    note_int(rows, (long long)PyLong_AsUnsignedLong(NULL));
    note_int(rows, (long long)PyLong_AsUnsignedLongLong(NULL));
    note_int(rows, (long long)PyLong_AsUnsignedLongMask(NULL));
    note_int(rows, (long long)PyLong_AsUnsignedLongLongMask(NULL));
    note_int(rows, PyLong_AsLongAndOverflow(NULL, &overflow));
    note_double(rows, PyLong_AsDouble(NULL));
    return rows;
}

static PyObject *
index_of_twelve(PyObject *self)
{
    return PyLong_FromLong(12);
}

static PyObject *
index_of_text(PyObject *self)
{
    return PyUnicode_FromString("twelve");
}

static PyObject *
index_that_raises(PyObject *self)
{
    PyErr_SetString(PyExc_KeyError, "no index");
    return NULL;
}

/* An instance of a new class with one number slot. */
static PyObject *
with_slot(const char *name, int slot, void *function)
{
    PyType_Slot slots[] = {{slot, function}, {0, NULL}};
    PyType_Spec spec = {name, 0, 0, Py_TPFLAGS_DEFAULT, slots};
    spec.basicsize = sizeof(PyObject);
    PyObject *type = PyType_FromSpec(&spec), *instance = type ? PyObject_CallObject(type, NULL) : NULL;
    Py_XDECREF(type);
    return instance;
}

CHECK(index)
{
    PyObject *rows = PyList_New(0);
    void *const functions[] = {SLOT(index_of_twelve), SLOT(index_of_text), SLOT(index_that_raises)};
    for (int i = 0; i < 3; i++) {
        PyObject *object = with_slot("integers.Indexed", Py_nb_index, functions[i]);
        EXPECT(object != NULL);
        note(rows, PyNumber_Index(object));
        note(rows, PyNumber_Long(object));
        note_int(rows, PyLong_AsLong(object));
        note_int(rows, PyLong_AsLongLong(object));
        note_int(rows, (long long)PyLong_AsUnsignedLongMask(object));
        note_int(rows, (long long)PyLong_AsUnsignedLongLongMask(object));
        note_int(rows, (long long)PyLong_AsUnsignedLong(object));
        note_int(rows, PyNumber_AsSsize_t(object, PyExc_IndexError));
        note_int(rows, PyIndex_Check(object));
        Py_DECREF(object);
    }
    return rows;
}

CHECK(int_slot_only)
{
    PyObject *rows = PyList_New(0), *object = with_slot("integers.Inty", Py_nb_int, SLOT(index_of_twelve));
    EXPECT(object != NULL);
    note(rows, PyNumber_Long(object));
    note(rows, PyNumber_Index(object));
    note_int_kind(rows, PyLong_AsLong(object));
    note_int(rows, PyIndex_Check(object));
    Py_DECREF(object);
    object = with_slot("integers.Bad", Py_nb_int, SLOT(index_of_text));
    note_kind(rows, PyNumber_Long(object));
    Py_DECREF(object);
    return rows;
}

CHECK(as_ssize_t_clipped)
{
    PyObject *rows = PyList_New(0), *huge = PyLong_FromString("-99999999999999999999", NULL, 10);
    note_int(rows, PyNumber_AsSsize_t(huge, NULL));
    note_int(rows, PyNumber_AsSsize_t(huge, PyExc_OverflowError));
    note_int(rows, PyNumber_AsSsize_t(huge, PyExc_ValueError));
    Py_DECREF(huge);
    huge = PyLong_FromString("99999999999999999999", NULL, 10);
    note_int(rows, PyNumber_AsSsize_t(huge, NULL));
    Py_DECREF(huge);
    return rows;
}

CHECK(small_are_one)
{
    for (long i = -5; i <= 256; i++) {
        PyObject *a = PyLong_FromLong(i), *b = PyLong_FromSsize_t(i);
        EXPECT(a == b);
        Py_DECREF(a);
        Py_DECREF(b);
    }
    Py_RETURN_TRUE;
}

CHECK(arithmetic)
{
    PyObject *rows = PyList_New(0);
    typedef PyObject *(*Binary)(PyObject *, PyObject *);
    static const Binary operations[] = {
        PyNumber_Add, PyNumber_Subtract, PyNumber_Multiply, PyNumber_FloorDivide, PyNumber_Remainder, PyNumber_TrueDivide,
        PyNumber_And, PyNumber_Or, PyNumber_Xor, PyNumber_Divmod,
    };
    for (int i = 0; i < HOW_MANY; i += 3) {
        for (int j = 0; j < HOW_MANY; j += 4) {
            PyObject *a = PyLong_FromString(LIMITS[i], NULL, 10), *b = PyLong_FromString(LIMITS[j], NULL, 10);
            for (size_t k = 0; k < sizeof(operations) / sizeof(*operations); k++) {
                note_kind(rows, operations[k](a, b));
            }
            note_int(rows, PyObject_RichCompareBool(a, b, Py_LT));
            Py_DECREF(a);
            Py_DECREF(b);
        }
    }
    PyObject *all = PyObject_Str(rows), *hash = PyLong_FromSsize_t(PyUnicode_GET_LENGTH(all));
    Py_DECREF(hash);
    Py_DECREF(rows);
    return all;
}

CHECK(shifts_and_powers)
{
    PyObject *rows = PyList_New(0), *three = PyLong_FromLong(3), *hundred = PyLong_FromLong(100), *minus = PyLong_FromLong(-100);
    PyObject *seven = PyLong_FromLong(7), *zero = PyLong_FromLong(0);
    note(rows, PyNumber_Lshift(three, hundred));
    note(rows, PyNumber_Rshift(minus, three));
    note(rows, PyNumber_Rshift(minus, hundred));
    note(rows, PyNumber_Lshift(three, minus));
    note(rows, PyNumber_Rshift(three, minus));
    note(rows, PyNumber_Power(three, hundred, Py_None));
    note(rows, PyNumber_Power(three, hundred, seven));
    note_kind(rows, PyNumber_Power(three, hundred, zero));
    note(rows, PyNumber_Power(three, minus, seven));
    note(rows, PyNumber_Invert(hundred));
    note(rows, PyNumber_Negative(minus));
    note(rows, PyNumber_Absolute(minus));
    note_int(rows, PyObject_IsTrue(zero));
    note_kind(rows, PyNumber_FloorDivide(three, zero));
    note_kind(rows, PyNumber_Remainder(three, zero));
    note(rows, PyNumber_ToBase(hundred, 2));
    note(rows, PyNumber_ToBase(minus, 16));
    note(rows, PyNumber_ToBase(hundred, 8));
    note(rows, PyNumber_ToBase(minus, 10));
    note(rows, PyNumber_ToBase(minus, 7));
    note(rows, PyNumber_ToBase(Py_None, 10));
    PyObject *const all[] = {three, hundred, minus, seven, zero};
    for (int i = 0; i < 5; i++) {
        Py_DECREF(all[i]);
    }
    return rows;
}

CHECK(hashes)
{
    EVERY_LIMIT(rows, note_int(rows, PyObject_Hash(number)));
}

#if PY_VERSION_HEX < 0x030D0000
CHECK(byte_arrays)
{
    EVERY_LIMIT(rows, {
        unsigned char bytes[20];
        for (int form = 0; form < 4; form++) {
            memset(bytes, 0xAA, sizeof bytes);
            int failed = _PyLong_AsByteArray((PyLongObject *)number, bytes, 1 + 9 * (form >> 1), form & 1, 1);
            note(rows, failed ? NULL : PyBytes_FromStringAndSize((char *)bytes, 1 + 9 * (form >> 1)));
            if (!failed) {
                note(rows, _PyLong_FromByteArray(bytes, 1 + 9 * (form >> 1), form & 1, 1));
            }
        }
    });
}
#endif

static PyMethodDef methods[] = {
    CHECKED(from_string), CHECKED(as_long), CHECKED(as_long_long), CHECKED(as_ssize_t), CHECKED(as_size_t), CHECKED(as_unsigned_long),
    CHECKED(as_unsigned_long_long), CHECKED(masks), CHECKED(overflow), CHECKED(as_double), CHECKED(as_c_int), CHECKED(sign_and_bits),
    CHECKED(from_c), CHECKED(pointers), CHECKED(strings), CHECKED(unicode), CHECKED(wrong_types), CHECKED(null), CHECKED(index),
    CHECKED(int_slot_only), CHECKED(as_ssize_t_clipped), CHECKED(small_are_one), CHECKED(arithmetic), CHECKED(shifts_and_powers),
    CHECKED(hashes),
#if PY_VERSION_HEX < 0x030D0000
    CHECKED(byte_arrays),
#endif
    {NULL, NULL, 0, NULL},
};

THEME(integers)
