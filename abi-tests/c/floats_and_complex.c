/* Floats and complex numbers: construction, reading, parsing and writing of numbers as text, packing, arithmetic. */
#include "checks.h"
#include <float.h>
#include <math.h>

static const double VALUES[] = {
    0.0, -0.0, 1.0, -1.5, 0.1, 1e22, 1e23, 123456789.125, DBL_MAX, -DBL_MAX, DBL_MIN, 5e-324, DBL_EPSILON, 1e16, 1e-5, 0.0001, 2.5, 3.5,
    HUGE_VAL, -HUGE_VAL,
};
enum { HOW_MANY = sizeof(VALUES) / sizeof(*VALUES) };

CHECK(from_double)
{
    PyObject *rows = PyList_New(0);
    for (int i = 0; i < HOW_MANY; i++) {
        PyObject *number = PyFloat_FromDouble(VALUES[i]);
        EXPECT(PyFloat_CheckExact(number) && PyFloat_AS_DOUBLE(number) == VALUES[i] && PyFloat_AsDouble(number) == VALUES[i]);
        EXPECT(signbit(PyFloat_AS_DOUBLE(number)) == signbit(VALUES[i]));
        note(rows, number);
    }
    return rows;
}

CHECK(from_string)
{
    static const char *const texts[] = {
        "1.5", "  -2e10 ", "inf", "-Infinity", "1_0.5", "1__0", "", "x", "0x10", "1e400", "-1e-400", "1.", ".5", ".", "nano", "1e", "+7",
    };
    PyObject *rows = PyList_New(0);
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        PyObject *text = PyUnicode_FromString(texts[i]);
        note(rows, PyFloat_FromString(text));
        Py_DECREF(text);
        PyObject *bytes = PyBytes_FromString(texts[i]);
        note(rows, PyFloat_FromString(bytes));
        Py_DECREF(bytes);
    }
    note(rows, PyFloat_FromString(Py_None));
    return rows;
}

CHECK(as_double)
{
    PyObject *rows = PyList_New(0), *huge = PyLong_FromString("1" "00000000000000000000000000000000000000000000000000", NULL, 10);
    PyObject *text = PyUnicode_FromString("2.5"), *complex = PyComplex_FromDoubles(1, 2);
    note_double(rows, PyFloat_AsDouble(Py_True));
    note_double(rows, PyFloat_AsDouble(huge));
    note_double(rows, PyFloat_AsDouble(text));
    note_double(rows, PyFloat_AsDouble(Py_None));
    note_double(rows, PyFloat_AsDouble(complex));
    note_double(rows, PyFloat_AsDouble(NULL));
    Py_DECREF(huge);
    Py_DECREF(text);
    Py_DECREF(complex);
    return rows;
}

CHECK(limits)
{
    PyObject *rows = PyList_New(0);
    note_double(rows, PyFloat_GetMax());
    note_double(rows, PyFloat_GetMin());
    PyObject *info = PyFloat_GetInfo();
    EXPECT(info != NULL && PyTuple_Check(info));
    note(rows, PyObject_GetAttrString(info, "mant_dig"));
    note(rows, PySequence_GetItem(info, 6));
    Py_DECREF(info);
    return rows;
}

CHECK(string_to_double)
{
    static const char *const texts[] = {"1.5", "1e400", "-1e400", " 1", "1 ", "1.5tail", "inf", "nanx", "", "-", "0x1p3", "1e-400", "1_0"};
    PyObject *rows = PyList_New(0);
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        char *end = NULL;
        note_double(rows, PyOS_string_to_double(texts[i], NULL, NULL));
        double value = PyOS_string_to_double(texts[i], &end, NULL);
        note_double(rows, value == value ? value : 77);
        note_int(rows, end ? end - texts[i] : -1);
        note_double(rows, PyOS_string_to_double(texts[i], &end, PyExc_KeyError));
    }
    return rows;
}

CHECK(double_to_string)
{
    static const char codes[] = "eEfFgGr";
    PyObject *rows = PyList_New(0);
    for (int i = 0; i < HOW_MANY; i++) {
        for (const char *code = codes; *code; code++) {
            for (int flags = 0; flags < 8; flags++) {
                int type = -1;
                char *text = PyOS_double_to_string(VALUES[i], *code, *code == 'r' ? 0 : 5, flags, &type);
                note(rows, text ? Py_BuildValue("(si)", text, type) : NULL);
                PyMem_Free(text);
            }
        }
    }
    note_text(rows, PyOS_double_to_string(1.5, 'x', 0, 0, NULL));
    note_text(rows, PyOS_double_to_string(1.5, 'r', 3, 0, NULL));
    int type = -1;
    char *text = PyOS_double_to_string(HUGE_VAL - HUGE_VAL, 'r', 0, Py_DTSF_SIGN, &type);
    note_text(rows, text);
    note_int(rows, type);
    PyMem_Free(text);
    return rows;
}

CHECK(snprintf)
{
    char text[8];
    PyObject *rows = PyList_New(0);
    note_int(rows, PyOS_snprintf(text, sizeof text, "%d-%s", 42, "abcdefgh"));
    note_text(rows, text);
    note_int(rows, PyOS_mystricmp("AbC", "aBd"));
    note_int(rows, PyOS_mystrnicmp("AbC", "aBd", 2));
    char *end;
    note_int(rows, (long long)PyOS_strtoul("0x1F rest", &end, 0));
    note_text(rows, end);
    note_int(rows, PyOS_strtol("-77;", &end, 10));
    note_text(rows, end);
    return rows;
}

CHECK(packing)
{
    PyObject *rows = PyList_New(0);
    for (int i = 0; i < HOW_MANY; i++) {
        for (int little = 0; little < 2; little++) {
            char data[8];
            int failed = PyFloat_Pack8(VALUES[i], data, little);
            note(rows, failed ? NULL : PyBytes_FromStringAndSize(data, 8));
            note_double(rows, failed ? 0 : PyFloat_Unpack8(data, little));
            failed = PyFloat_Pack4(VALUES[i], data, little);
            note(rows, failed ? NULL : PyBytes_FromStringAndSize(data, 4));
            note_double(rows, failed ? 0 : PyFloat_Unpack4(data, little));
            failed = PyFloat_Pack2(VALUES[i], data, little);
            note(rows, failed ? NULL : PyBytes_FromStringAndSize(data, 2));
            note_double(rows, failed ? 0 : PyFloat_Unpack2(data, little));
        }
    }
    return rows;
}

CHECK(arithmetic)
{
    PyObject *rows = PyList_New(0);
    typedef PyObject *(*Binary)(PyObject *, PyObject *);
    static const Binary operations[] = {
        PyNumber_Add, PyNumber_Subtract, PyNumber_Multiply, PyNumber_TrueDivide, PyNumber_FloorDivide, PyNumber_Remainder, PyNumber_Divmod,
    };
    for (int i = 0; i < HOW_MANY - 2; i += 2) {
        for (int j = 0; j < 8; j++) {
            PyObject *a = PyFloat_FromDouble(VALUES[i]), *b = PyFloat_FromDouble(VALUES[j]), *c = PyLong_FromLong(j);
            for (size_t k = 0; k < sizeof(operations) / sizeof(*operations); k++) {
                note_kind(rows, operations[k](a, b));
                note_kind(rows, operations[k](c, a));
            }
            note_int(rows, PyObject_RichCompareBool(a, c, Py_GE));
            Py_DECREF(a);
            Py_DECREF(b);
            Py_DECREF(c);
        }
    }
    PyObject *text = PyObject_Str(rows);
    Py_DECREF(rows);
    return text;
}

CHECK(unary)
{
    PyObject *rows = PyList_New(0);
    for (int i = 0; i < HOW_MANY; i++) {
        PyObject *number = PyFloat_FromDouble(VALUES[i]);
        note(rows, PyNumber_Negative(number));
        note(rows, PyNumber_Absolute(number));
        note(rows, PyNumber_Float(number));
        note_kind(rows, i < 8 ? PyNumber_Long(number) : Py_NewRef(Py_None));
        note_int(rows, PyObject_IsTrue(number));
        note_int(rows, PyObject_Hash(number));
        note_kind(rows, PyNumber_Index(number));
        Py_DECREF(number);
    }
    return rows;
}

CHECK(power)
{
    PyObject *rows = PyList_New(0), *two = PyFloat_FromDouble(2), *half = PyFloat_FromDouble(0.5), *minus = PyFloat_FromDouble(-8);
    PyObject *zero = PyFloat_FromDouble(0);
    note(rows, PyNumber_Power(two, half, Py_None));
    note(rows, PyNumber_Power(minus, two, Py_None));
    note_kind(rows, PyNumber_Power(zero, minus, Py_None));
    note_kind(rows, PyNumber_Power(two, two, two));
    note(rows, PyNumber_Power(half, minus, Py_None));
    Py_DECREF(two);
    Py_DECREF(half);
    Py_DECREF(minus);
    Py_DECREF(zero);
    return rows;
}

CHECK(complex)
{
    PyObject *rows = PyList_New(0), *number = PyComplex_FromDoubles(1.5, -2), *other = PyComplex_FromCComplex((Py_complex){0, 1});
    EXPECT(PyComplex_CheckExact(number) && ((PyComplexObject *)number)->cval.imag == -2);
    note(rows, Py_NewRef(number));
    note_double(rows, PyComplex_RealAsDouble(number));
    note_double(rows, PyComplex_ImagAsDouble(number));
    note_double(rows, PyComplex_RealAsDouble(Py_True));
    note_double(rows, PyComplex_ImagAsDouble(Py_True));
    note_double(rows, PyComplex_RealAsDouble(Py_None));
    note_double(rows, PyComplex_ImagAsDouble(Py_None));
    Py_complex value = PyComplex_AsCComplex(other);
    note(rows, Py_BuildValue("(Ddd)", &value, value.real, value.imag));
    value = PyComplex_AsCComplex(Py_None);
    note_double(rows, value.real);
    note(rows, PyNumber_Add(number, other));
    note(rows, PyNumber_Multiply(number, other));
    note(rows, PyNumber_TrueDivide(number, other));
    note(rows, PyNumber_Power(number, other, Py_None));
    note(rows, PyNumber_Absolute(number));
    note(rows, PyNumber_Negative(number));
    note_kind(rows, PyNumber_FloorDivide(number, other));
    note_kind(rows, PyObject_RichCompare(number, other, Py_LT));
    note(rows, PyObject_RichCompare(number, number, Py_EQ));
    note_kind(rows, PyNumber_Float(number));
    note_kind(rows, PyNumber_Long(number));
    note_int(rows, PyObject_Hash(number));
    note_int(rows, PyObject_IsTrue(number));
    note(rows, PyObject_CallMethod(number, "conjugate", NULL));
    note(rows, PyObject_GetAttrString(number, "imag"));
    Py_DECREF(number);
    Py_DECREF(other);
    return rows;
}

CHECK(complex_in_c)
{
    PyObject *rows = PyList_New(0);
    Py_complex a = {3, 4}, b = {-1, 2}, results[] = {
        _Py_c_sum(a, b), _Py_c_diff(a, b), _Py_c_neg(a), _Py_c_prod(a, b), _Py_c_quot(a, b), _Py_c_pow(a, b), {_Py_c_abs(a), 0},
    };
    for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++) {
        note(rows, PyComplex_FromCComplex(results[i]));
    }
    errno = 0;
    _Py_c_quot(a, (Py_complex){0, 0});
    note_int(rows, errno == EDOM);
    errno = 0;
    _Py_c_pow((Py_complex){0, 0}, (Py_complex){-1, 0});
    note_int(rows, errno == EDOM);
    errno = 0;
    return rows;
}

static PyObject *
float_of_pi(PyObject *self)
{
    return PyFloat_FromDouble(3.25);
}

static PyObject *
float_of_text(PyObject *self)
{
    return PyUnicode_FromString("3.25");
}

static PyObject *
index_of_nine(PyObject *self)
{
    return PyLong_FromLong(9);
}

CHECK(slots)
{
    PyObject *rows = PyList_New(0);
    const struct {
        int slot;
        void *function;
    } cases[] = {{Py_nb_float, SLOT(float_of_pi)}, {Py_nb_float, SLOT(float_of_text)}, {Py_nb_index, SLOT(index_of_nine)}};
    for (int i = 0; i < 3; i++) {
        PyType_Slot slots[] = {{cases[i].slot, cases[i].function}, {0, NULL}};
        PyType_Spec spec = {"floats_and_complex.Floaty", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, slots};
        PyObject *type = PyType_FromSpec(&spec), *object = PyObject_CallObject(type, NULL);
        EXPECT(object != NULL);
        double value = PyFloat_AsDouble(object);
        PyErr_Occurred() ? note_kind(rows, NULL) : note_double(rows, value);
        note_kind(rows, PyNumber_Float(object));
        value = PyComplex_AsCComplex(object).real;
        PyErr_Occurred() ? note_kind(rows, NULL) : note_double(rows, value);
        PyObject *args = PyTuple_Pack(1, object);
        note_kind(rows, PyObject_CallObject((PyObject *)&PyComplex_Type, args));
        Py_DECREF(args);
        Py_DECREF(object);
        Py_DECREF(type);
    }
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(from_double), CHECKED(from_string), CHECKED(as_double), CHECKED(limits), CHECKED(string_to_double), CHECKED(double_to_string),
    CHECKED(snprintf), CHECKED(packing), CHECKED(arithmetic), CHECKED(unary), CHECKED(power), CHECKED(complex), CHECKED(complex_in_c),
    CHECKED(slots), {NULL, NULL, 0, NULL},
};

THEME(floats_and_complex)
