/* Numbers: ints of any size, floats, complex numbers; every conversion and the error of each. */
#include "checks.h"
#include <float.h>
#include <limits.h>

#define MAKES(name, expression)                                                                \
    static PyObject *check_make_##name(PyObject *self, PyObject *args)                         \
    {                                                                                          \
        return expression;                                                                     \
    }
#define MAKING(name) {"check_make_" #name, check_make_##name, METH_NOARGS, NULL}

MAKES(long_min, PyLong_FromLong(LONG_MIN))
MAKES(long_max, PyLong_FromLong(LONG_MAX))
MAKES(minus_one, PyLong_FromLong(-1))
MAKES(digit_edge, PyLong_FromLong(1L << 30))
MAKES(two_digit_edge, PyLong_FromLong(-(1L << 60)))
MAKES(ulong_max, PyLong_FromUnsignedLong(ULONG_MAX))
MAKES(longlong_min, PyLong_FromLongLong(LLONG_MIN))
MAKES(ulonglong_max, PyLong_FromUnsignedLongLong(ULLONG_MAX))
MAKES(ssize_min, PyLong_FromSsize_t(PY_SSIZE_T_MIN))
MAKES(size_max, PyLong_FromSize_t(SIZE_MAX))
MAKES(from_double, PyLong_FromDouble(-1e20))
MAKES(from_nan, PyLong_FromDouble(Py_NAN))
MAKES(from_infinity, PyLong_FromDouble(Py_HUGE_VAL))
MAKES(from_text, PyLong_FromString("  -0x1_ff  ", NULL, 0))
MAKES(from_text_base, PyLong_FromString("zz", NULL, 36))
MAKES(from_bad_text, PyLong_FromString("12a", NULL, 10))
MAKES(from_bad_base, PyLong_FromString("12", NULL, 99))
MAKES(from_long_text, PyLong_FromString("123456789012345678901234567890123456789012345678901234567890", NULL, 10))
MAKES(bool_true, PyBool_FromLong(5))
MAKES(bool_false, PyBool_FromLong(0))
MAKES(float_max, PyFloat_FromDouble(DBL_MAX))
MAKES(float_tiny, PyFloat_FromDouble(5e-324))
MAKES(float_minus_zero, PyFloat_FromDouble(-0.0))
MAKES(float_limits, Py_BuildValue("(dd)", PyFloat_GetMax(), PyFloat_GetMin()))
MAKES(float_info, PyType_GetName(Py_TYPE(PyFloat_GetInfo())))
MAKES(complex, PyComplex_FromDoubles(1.5, -2.0))

static PyObject *
check_from_text_end(PyObject *self, PyObject *args)
{
    const char *text = "123abc";
    char *end;
    PyObject *number = PyLong_FromString(text, &end, 10);
    EXPECT(number == NULL);
    PyErr_Clear();
    number = PyLong_FromString("77", &end, 8);
    EXPECT(number && *end == '\0');
    return number;
}

/* Every conversion of one object: its result, or the type and message of its error. */
static PyObject *
outcome(const char *name, PyObject *result)
{
    if (result != NULL) {
        return Py_BuildValue("(sN)", name, result);
    }
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    /* An internal error names a line of CPython's own source. */
    PyObject *text = type == PyExc_SystemError ? Py_NewRef(Py_None) : PyObject_Str(value);
    PyObject *pair = Py_BuildValue("(ssN)", name, ((PyTypeObject *)type)->tp_name, text);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return pair;
}

#define CONVERSION(type, function, make)                                                       \
    do {                                                                                       \
        type value = function(object);                                                         \
        PyObject *made = value == (type)-1 && PyErr_Occurred() ? NULL : make(value);           \
        PyObject *row = outcome(#function, made);                                              \
        EXPECT(row && PyList_Append(rows, row) == 0);                                          \
        Py_DECREF(row);                                                                        \
    } while (0)

static PyObject *
convert(PyObject *self, PyObject *object)
{
    PyObject *rows = PyList_New(0);
    EXPECT(rows);
    CONVERSION(long, PyLong_AsLong, PyLong_FromLong);
    CONVERSION(unsigned long, PyLong_AsUnsignedLong, PyLong_FromUnsignedLong);
    CONVERSION(unsigned long, PyLong_AsUnsignedLongMask, PyLong_FromUnsignedLong);
    CONVERSION(long long, PyLong_AsLongLong, PyLong_FromLongLong);
    CONVERSION(unsigned long long, PyLong_AsUnsignedLongLong, PyLong_FromUnsignedLongLong);
    CONVERSION(unsigned long long, PyLong_AsUnsignedLongLongMask, PyLong_FromUnsignedLongLong);
    CONVERSION(Py_ssize_t, PyLong_AsSsize_t, PyLong_FromSsize_t);
    CONVERSION(size_t, PyLong_AsSize_t, PyLong_FromSize_t);
    CONVERSION(int, _PyLong_AsInt, PyLong_FromLong);
    CONVERSION(double, PyLong_AsDouble, PyFloat_FromDouble);
    CONVERSION(double, PyFloat_AsDouble, PyFloat_FromDouble);
    void *pointer = PyLong_AsVoidPtr(object);
    PyObject *row = outcome("PyLong_AsVoidPtr",
                            pointer == NULL && PyErr_Occurred() ? NULL : PyLong_FromVoidPtr(pointer));
    EXPECT(row && PyList_Append(rows, row) == 0);
    Py_DECREF(row);
    int overflow = 7;
    long value = PyLong_AsLongAndOverflow(object, &overflow);
    row = outcome("PyLong_AsLongAndOverflow",
                  value == -1 && PyErr_Occurred() ? NULL : Py_BuildValue("(li)", value, overflow));
    EXPECT(row && PyList_Append(rows, row) == 0);
    Py_DECREF(row);
    overflow = 7;
    long long wide = PyLong_AsLongLongAndOverflow(object, &overflow);
    row = outcome("PyLong_AsLongLongAndOverflow",
                  wide == -1 && PyErr_Occurred() ? NULL : Py_BuildValue("(Li)", wide, overflow));
    EXPECT(row && PyList_Append(rows, row) == 0);
    Py_DECREF(row);
    return rows;
}

/* The conversions of the abstract protocol. */
static PyObject *
protocol(PyObject *self, PyObject *object)
{
    PyObject *rows = PyList_New(0), *row;
    EXPECT(rows);
#define ROW(name, expression)                                                                  \
    row = outcome(name, expression);                                                           \
    EXPECT(row && PyList_Append(rows, row) == 0);                                              \
    Py_DECREF(row)
    ROW("PyNumber_Long", PyNumber_Long(object));
    ROW("PyNumber_Float", PyNumber_Float(object));
    ROW("PyNumber_Index", PyNumber_Index(object));
    ROW("PyNumber_ToBase", PyNumber_ToBase(object, 16));
    Py_ssize_t index = PyNumber_AsSsize_t(object, PyExc_ValueError);
    ROW("PyNumber_AsSsize_t", index == -1 && PyErr_Occurred() ? NULL : PyLong_FromSsize_t(index));
    index = PyNumber_AsSsize_t(object, NULL);
    ROW("clipped", index == -1 && PyErr_Occurred() ? NULL : PyLong_FromSsize_t(index));
    double real = PyComplex_RealAsDouble(object);
    ROW("PyComplex_RealAsDouble", real == -1.0 && PyErr_Occurred() ? NULL : PyFloat_FromDouble(real));
    Py_complex complex = PyComplex_AsCComplex(object);
    ROW("PyComplex_AsCComplex", complex.real == -1.0 && PyErr_Occurred() ? NULL : PyComplex_FromCComplex(complex));
    int truth = PyObject_IsTrue(object);
    ROW("PyObject_IsTrue", truth < 0 ? NULL : PyBool_FromLong(truth));
    ROW("checks", Py_BuildValue("(iiiiiii)", PyNumber_Check(object), PyIndex_Check(object), !!PyLong_Check(object),
                                PyLong_CheckExact(object), !!PyFloat_Check(object), PyFloat_CheckExact(object),
                                PyBool_Check(object)));
    return rows;
}

/* The digits as they lie in memory, which some extensions read. */
#if PY_VERSION_HEX < 0x030C0000
static PyObject *
digits(PyObject *self, PyObject *object)
{
    EXPECT(PyLong_Check(object));
    Py_ssize_t size = Py_SIZE(object), count = Py_ABS(size);
    PyObject *list = PyList_New(count);
    EXPECT(list);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyList_SET_ITEM(list, i, PyLong_FromUnsignedLong(((PyLongObject *)object)->ob_digit[i]));
    }
    return Py_BuildValue("(niNN)", size, _PyLong_Sign(object), PyLong_FromSize_t(_PyLong_NumBits(object)), list);
}
#endif

#if PY_VERSION_HEX < 0x030D0000
static PyObject *
bytes_of(PyObject *self, PyObject *args)
{
    PyObject *object;
    int size, little, is_signed;
    if (!PyArg_ParseTuple(args, "O!iii", &PyLong_Type, &object, &size, &little, &is_signed)) {
        return NULL;
    }
    unsigned char buffer[32];
    EXPECT(size <= (int)sizeof buffer);
    if (_PyLong_AsByteArray((PyLongObject *)object, buffer, size, little, is_signed) < 0) {
        return NULL;
    }
    return Py_BuildValue("(y#N)", buffer, (Py_ssize_t)size, _PyLong_FromByteArray(buffer, size, little, is_signed));
}
#endif

static PyObject *
float_in_place(PyObject *self, PyObject *object)
{
    EXPECT(PyFloat_Check(object));
    double value = PyFloat_AS_DOUBLE(object);
    EXPECT(value == ((PyFloatObject *)object)->ob_fval || value != value);
    return PyFloat_FromDouble(value * 2);
}

static PyObject *
complex_in_place(PyObject *self, PyObject *object)
{
    EXPECT(PyComplex_Check(object));
    Py_complex value = ((PyComplexObject *)object)->cval;
    EXPECT(value.real == PyComplex_RealAsDouble(object) && value.imag == PyComplex_ImagAsDouble(object));
    return Py_BuildValue("(dd)", value.real, value.imag);
}

static PyObject *
float_from_text(PyObject *self, PyObject *text)
{
    return PyFloat_FromString(text);
}

static PyObject *
double_text(PyObject *self, PyObject *args)
{
    double value;
    const char *format;
    int precision;
    if (!PyArg_ParseTuple(args, "dsi", &value, &format, &precision)) {
        return NULL;
    }
    char *text = PyOS_double_to_string(value, format[0], precision, Py_DTSF_ADD_DOT_0, NULL);
    if (text == NULL) {
        return NULL;
    }
    PyObject *result = PyUnicode_FromString(text);
    PyMem_Free(text);
    return result;
}

static PyObject *
text_double(PyObject *self, PyObject *args)
{
    const char *text;
    if (!PyArg_ParseTuple(args, "s", &text)) {
        return NULL;
    }
    char *end;
    double value = PyOS_string_to_double(text, &end, PyExc_OverflowError);
    if (value == -1.0 && PyErr_Occurred()) {
        return NULL;
    }
    return Py_BuildValue("(ds)", value, end);
}

/* All operators by their C functions. */
static PyObject *
binary(PyObject *self, PyObject *args)
{
    PyObject *a, *b;
    if (!PyArg_ParseTuple(args, "OO", &a, &b)) {
        return NULL;
    }
    static const struct {
        const char *name;
        binaryfunc function;
    } operators[] = {
        {"+", PyNumber_Add},           {"-", PyNumber_Subtract},        {"*", PyNumber_Multiply},
        {"/", PyNumber_TrueDivide},    {"//", PyNumber_FloorDivide},    {"%", PyNumber_Remainder},
        {"divmod", PyNumber_Divmod},   {"<<", PyNumber_Lshift},         {">>", PyNumber_Rshift},
        {"&", PyNumber_And},           {"|", PyNumber_Or},              {"^", PyNumber_Xor},
        {"@", PyNumber_MatrixMultiply}, {"+=", PyNumber_InPlaceAdd},    {"-=", PyNumber_InPlaceSubtract},
        {"*=", PyNumber_InPlaceMultiply}, {"/=", PyNumber_InPlaceTrueDivide}, {"//=", PyNumber_InPlaceFloorDivide},
        {"%=", PyNumber_InPlaceRemainder}, {"<<=", PyNumber_InPlaceLshift}, {">>=", PyNumber_InPlaceRshift},
        {"&=", PyNumber_InPlaceAnd},   {"|=", PyNumber_InPlaceOr},      {"^=", PyNumber_InPlaceXor},
    };
    PyObject *rows = PyDict_New();
    EXPECT(rows);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(operators); i++) {
        PyObject *result = operators[i].function(a, b);
        if (result == NULL) {
            /* The words about operands are the host's. */
            result = PyUnicode_FromString(((PyTypeObject *)PyErr_Occurred())->tp_name);
            PyErr_Clear();
        }
        EXPECT(result && PyDict_SetItemString(rows, operators[i].name, result) == 0);
        Py_DECREF(result);
    }
    return rows;
}

static PyObject *
unary(PyObject *self, PyObject *a)
{
    return Py_BuildValue("(NNN)", PyNumber_Negative(a), PyNumber_Positive(a), PyNumber_Absolute(a));
}

static PyObject *
power(PyObject *self, PyObject *args)
{
    PyObject *a, *b, *c = Py_None;
    if (!PyArg_ParseTuple(args, "OO|O", &a, &b, &c)) {
        return NULL;
    }
    PyObject *first = PyNumber_Power(a, b, c);
    if (first == NULL) {
        return NULL;
    }
    return Py_BuildValue("(NN)", first, PyNumber_InPlacePower(a, b, c));
}

static PyObject *
check_invert(PyObject *self, PyObject *args)
{
    PyObject *five = PyLong_FromLong(5);
    PyObject *result = PyNumber_Invert(five);
    Py_DECREF(five);
    return result;
}

static PyObject *
check_small_ints_are_shared(PyObject *self, PyObject *args)
{
    for (long i = -5; i <= 256; i++) {
        PyObject *a = PyLong_FromLong(i), *b = PyLong_FromSsize_t(i);
        EXPECT(a == b);
        Py_DECREF(a);
        Py_DECREF(b);
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    MAKING(long_min),
    MAKING(long_max),
    MAKING(minus_one),
    MAKING(digit_edge),
    MAKING(two_digit_edge),
    MAKING(ulong_max),
    MAKING(longlong_min),
    MAKING(ulonglong_max),
    MAKING(ssize_min),
    MAKING(size_max),
    MAKING(from_double),
    MAKING(from_nan),
    MAKING(from_infinity),
    MAKING(from_text),
    MAKING(from_text_base),
    MAKING(from_bad_text),
    MAKING(from_bad_base),
    MAKING(from_long_text),
    MAKING(bool_true),
    MAKING(bool_false),
    MAKING(float_max),
    MAKING(float_tiny),
    MAKING(float_minus_zero),
    MAKING(float_limits),
    MAKING(float_info),
    MAKING(complex),
    {"check_from_text_end", check_from_text_end, METH_NOARGS, NULL},
    {"check_invert", check_invert, METH_NOARGS, NULL},
    {"check_small_ints_are_shared", check_small_ints_are_shared, METH_NOARGS, NULL},
    {"convert", convert, METH_O, NULL},
    {"protocol", protocol, METH_O, NULL},
#if PY_VERSION_HEX < 0x030C0000
    {"digits", digits, METH_O, NULL},
#endif
#if PY_VERSION_HEX < 0x030D0000
    {"bytes_of", bytes_of, METH_VARARGS, NULL},
#endif
    {"float_in_place", float_in_place, METH_O, NULL},
    {"complex_in_place", complex_in_place, METH_O, NULL},
    {"float_from_text", float_from_text, METH_O, NULL},
    {"double_text", double_text, METH_VARARGS, NULL},
    {"text_double", text_double, METH_VARARGS, NULL},
    {"binary", binary, METH_VARARGS, NULL},
    {"unary", unary, METH_O, NULL},
    {"power", power, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "numbers_and_conversions", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_numbers_and_conversions(void)
{
    return unlocked(PyModule_Create(&definition));
}
