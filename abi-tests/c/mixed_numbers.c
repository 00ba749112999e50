/* Numbers of different kinds together: every operator on every pair, and what conversions make of extension types that have some of
   the slots, or slots that return what they must not. The arithmetic is the host's, so that only its own version can be compared with. */
#include "checks.h"

typedef PyObject *(*Make)(void);

#define MAKER(name, expression)                                                                \
    static PyObject *name(void)                                                                \
    {                                                                                          \
        return expression;                                                                     \
    }

MAKER(make_int, PyLong_FromLong(7))
MAKER(make_negative, PyLong_FromLong(-3))
MAKER(make_big, PyLong_FromString("123456789012345678901234567890", NULL, 10))
MAKER(make_zero, PyLong_FromLong(0))
MAKER(make_true, PyBool_FromLong(1))
MAKER(make_float, PyFloat_FromDouble(2.5))
MAKER(make_complex, PyComplex_FromDoubles(1.0, -2.0))
MAKER(make_text, PyUnicode_FromString("ab"))
MAKER(make_tuple, Py_BuildValue("(i)", 1))
MAKER(make_list, Py_BuildValue("[i]", 1))
MAKER(make_none, Py_NewRef(Py_None))

static const Make kinds[] = {make_int, make_negative, make_big, make_zero, make_true, make_float, make_complex,
                             make_text, make_tuple, make_list, make_none};

/* One operator on every pair. */
static PyObject *
on_pairs(binaryfunc operator)
{
    PyObject *rows = PyList_New(0);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(kinds); i++) {
        for (size_t j = 0; j < Py_ARRAY_LENGTH(kinds); j++) {
            PyObject *a = kinds[i](), *b = kinds[j]();
            EXPECT(a && b);
            /* The words are the host's. */
            note_kind(rows, operator(a, b));
            Py_DECREF(a);
            Py_DECREF(b);
        }
    }
    return rows;
}

#define PAIRS(name, operator)                                                                  \
    CHECK(name)                                                                                \
    {                                                                                          \
        return on_pairs(operator);                                                             \
    }

/* Shifts and repetitions by the large int would take all memory. */
static int
is_big(PyObject *number)
{
    int overflow = 0;
    return PyLong_Check(number) && (PyLong_AsLongAndOverflow(number, &overflow), overflow != 0);
}

static PyObject *
shift_left(PyObject *a, PyObject *b)
{
    return is_big(b) ? Py_NewRef(Py_None) : PyNumber_Lshift(a, b);
}

static PyObject *
shift_left_in_place(PyObject *a, PyObject *b)
{
    return is_big(b) ? Py_NewRef(Py_None) : PyNumber_InPlaceLshift(a, b);
}

/* The last digits of powers that are no whole numbers are the mathematics library's. */
static int
is_rough(PyObject *a, PyObject *b)
{
    return is_big(b) || PyComplex_Check(a) || PyComplex_Check(b) || PyFloat_Check(b);
}

static PyObject *
power(PyObject *a, PyObject *b)
{
    return is_rough(a, b) ? Py_NewRef(Py_None) : PyNumber_Power(a, b, Py_None);
}

static PyObject *
power_in_place(PyObject *a, PyObject *b)
{
    return is_rough(a, b) ? Py_NewRef(Py_None) : PyNumber_InPlacePower(a, b, Py_None);
}

PAIRS(add, PyNumber_Add)
PAIRS(subtract, PyNumber_Subtract)
PAIRS(multiply, PyNumber_Multiply)
PAIRS(matrix_multiply, PyNumber_MatrixMultiply)
PAIRS(true_divide, PyNumber_TrueDivide)
PAIRS(floor_divide, PyNumber_FloorDivide)
PAIRS(remainder, PyNumber_Remainder)
PAIRS(divmod, PyNumber_Divmod)
PAIRS(shifted_left, shift_left)
PAIRS(shifted_right, PyNumber_Rshift)
PAIRS(and, PyNumber_And)
PAIRS(or, PyNumber_Or)
PAIRS(xor, PyNumber_Xor)
PAIRS(powers, power)
PAIRS(add_in_place, PyNumber_InPlaceAdd)
PAIRS(subtract_in_place, PyNumber_InPlaceSubtract)
PAIRS(multiply_in_place, PyNumber_InPlaceMultiply)
PAIRS(matrix_multiply_in_place, PyNumber_InPlaceMatrixMultiply)
PAIRS(true_divide_in_place, PyNumber_InPlaceTrueDivide)
PAIRS(floor_divide_in_place, PyNumber_InPlaceFloorDivide)
PAIRS(remainder_in_place, PyNumber_InPlaceRemainder)
PAIRS(shifted_left_in_place, shift_left_in_place)
PAIRS(shifted_right_in_place, PyNumber_InPlaceRshift)
PAIRS(and_in_place, PyNumber_InPlaceAnd)
PAIRS(or_in_place, PyNumber_InPlaceOr)
PAIRS(xor_in_place, PyNumber_InPlaceXor)
PAIRS(powers_in_place, power_in_place)

CHECK(unary)
{
    PyObject *rows = PyList_New(0);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(kinds); i++) {
        PyObject *a = kinds[i]();
        note(rows, PyNumber_Negative(a));
        note(rows, PyNumber_Positive(a));
        note(rows, PyNumber_Absolute(a));
        note(rows, PyNumber_Invert(a));
        note_int(rows, PyNumber_Check(a));
        note_int(rows, PyIndex_Check(a));
        Py_DECREF(a);
    }
    return rows;
}

CHECK(conversions)
{
    PyObject *rows = PyList_New(0);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(kinds); i++) {
        PyObject *a = kinds[i]();
        note(rows, PyNumber_Index(a));
        note(rows, PyNumber_Long(a));
        note(rows, PyNumber_Float(a));
        note_double(rows, PyFloat_AsDouble(a));
        note_double(rows, PyComplex_RealAsDouble(a));
        note_int(rows, PyNumber_AsSsize_t(a, NULL));
        note_int(rows, PyNumber_AsSsize_t(a, PyExc_OverflowError));
        note_int(rows, PyNumber_AsSsize_t(a, PyExc_IndexError));
        for (int base = 2; base <= 16; base += base == 8 ? 2 : 6) {
            note(rows, PyNumber_ToBase(a, base));
        }
        Py_DECREF(a);
    }
    return rows;
}

/* --- types that have some of the slots ---------------------------------------------------------------------------- */

/* What the slots return. */
static Make returned;

static PyObject *
convert(PyObject *self)
{
    return returned();
}

static PyObject *
failing(void)
{
    PyErr_SetString(PyExc_KeyError, "from the slot");
    return NULL;
}

#define HALF(type, slot)                                                                       \
    static PyNumberMethods type##_number = {slot = convert};                                   \
    static PyTypeObject type = {                                                               \
        PyVarObject_HEAD_INIT(NULL, 0).tp_name = "mixed_numbers." #type, .tp_basicsize = sizeof(PyObject), \
        .tp_flags = Py_TPFLAGS_DEFAULT, .tp_new = PyType_GenericNew, .tp_as_number = &type##_number, \
    }

HALF(WithIndex, .nb_index);
HALF(WithInt, .nb_int);
HALF(WithFloat, .nb_float);

CHECK(slots_that_convert)
{
    static const Make answers[] = {make_int, make_big, make_true, make_float, make_text, make_none, failing};
    PyTypeObject *types[] = {&WithIndex, &WithInt, &WithFloat};
    PyObject *rows = PyList_New(0);
    for (int i = 0; i < 3; i++) {
        EXPECT(PyType_Ready(types[i]) == 0);
        PyObject *made = PyObject_CallObject((PyObject *)types[i], NULL);
        EXPECT(made != NULL);
        note_int(rows, PyNumber_Check(made));
        note_int(rows, PyIndex_Check(made));
        for (size_t j = 0; j < Py_ARRAY_LENGTH(answers); j++) {
            returned = answers[j];
            if (returned == make_true && types[i] != &WithFloat) {
                /* A subclass of int: allowed with a warning, which may be an error. */
                continue;
            }
            int overflow = 5;
            note(rows, PyNumber_Index(made));
            note(rows, PyNumber_Long(made));
            note(rows, PyNumber_Float(made));
            note_double(rows, PyFloat_AsDouble(made));
            note_int(rows, PyLong_AsLong(made));
            note_int(rows, PyLong_AsLongAndOverflow(made, &overflow));
            note_int(rows, overflow);
            note_int(rows, PyLong_AsLongLong(made));
            note_int(rows, PyNumber_AsSsize_t(made, PyExc_IndexError));
            note_int(rows, (long long)PyLong_AsUnsignedLongMask(made));
            note_int(rows, (long long)PyLong_AsUnsignedLongLongMask(made));
            note_int(rows, PyLong_AsSsize_t(made));
            note_double(rows, PyComplex_AsCComplex(made).real);
            note(rows, PyNumber_ToBase(made, 16));
            note_kind(rows, PyNumber_Add(made, Py_True));
            note_kind(rows, PyNumber_Negative(made));
        }
        Py_DECREF(made);
    }
    return rows;
}

/* --- ranges ------------------------------------------------------------------------------------------------------- */

CHECK(out_of_range)
{
    static const char *const texts[] = {
        "2147483647", "2147483648", "-2147483648", "-2147483649", "9223372036854775807", "9223372036854775808",
        "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
    };
    PyObject *rows = PyList_New(0);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(texts); i++) {
        PyObject *number = PyLong_FromString(texts[i], NULL, 10);
        EXPECT(number != NULL);
        int overflow = 5;
        note_int(rows, _PyLong_AsInt(number));
        note_int(rows, PyLong_AsLong(number));
        note_int(rows, PyLong_AsLongAndOverflow(number, &overflow));
        note_int(rows, overflow);
        note_int(rows, PyLong_AsLongLongAndOverflow(number, &overflow));
        note_int(rows, overflow);
        note_int(rows, (long long)PyLong_AsUnsignedLong(number));
        note_int(rows, (long long)PyLong_AsUnsignedLongLong(number));
        note_int(rows, (long long)PyLong_AsSize_t(number));
        note_int(rows, PyLong_AsSsize_t(number));
        note_int(rows, (long long)PyLong_AsUnsignedLongMask(number));
        note_double(rows, PyLong_AsDouble(number));
        note_int(rows, PyLong_AsVoidPtr(number) != NULL);
        Py_DECREF(number);
    }
    double doubles[] = {0.5, -0.5, 1e18, 9.3e18, 1e30, -1e30, Py_HUGE_VAL, -Py_HUGE_VAL, Py_NAN};
    for (size_t i = 0; i < Py_ARRAY_LENGTH(doubles); i++) {
        note(rows, PyLong_FromDouble(doubles[i]));
    }
    return rows;
}

CHECK(null)
{
    PyObject *rows = PyList_New(0);
    note(rows, PyNumber_Negative(NULL));
    note(rows, PyNumber_Index(NULL));
    note(rows, PyNumber_Long(NULL));
    note(rows, PyNumber_Float(NULL));
    note_int(rows, PyNumber_Check(NULL));
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(add), CHECKED(subtract), CHECKED(multiply), CHECKED(matrix_multiply), CHECKED(true_divide), CHECKED(floor_divide),
    CHECKED(remainder), CHECKED(divmod), CHECKED(shifted_left), CHECKED(shifted_right), CHECKED(and), CHECKED(or), CHECKED(xor),
    CHECKED(powers), CHECKED(add_in_place), CHECKED(subtract_in_place), CHECKED(multiply_in_place),
    CHECKED(matrix_multiply_in_place), CHECKED(true_divide_in_place), CHECKED(floor_divide_in_place), CHECKED(remainder_in_place),
    CHECKED(shifted_left_in_place), CHECKED(shifted_right_in_place), CHECKED(and_in_place), CHECKED(or_in_place),
    CHECKED(xor_in_place), CHECKED(powers_in_place), CHECKED(unary), CHECKED(conversions), CHECKED(slots_that_convert),
    CHECKED(out_of_range), CHECKED(null), {NULL, NULL, 0, NULL},
};

THEME(mixed_numbers)
