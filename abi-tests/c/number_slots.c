/* Every number slot of an extension type: called by operators, by PyNumber functions, from the left, the right and in place.
   flavours: 3.9 3.14 3.14t */
#include "checks.h"

typedef struct {
    PyObject_HEAD
    long value;
} Number;

static PyTypeObject *number_type;

static PyObject *
make(long value)
{
    Number *self = (Number *)number_type->tp_alloc(number_type, 0);
    if (self != NULL) {
        self->value = value;
    }
    return (PyObject *)self;
}

static PyObject *
tell(const char *name, PyObject *left, PyObject *right)
{
    PyObject *sides[2] = {left, right}, *texts[2];
    for (int i = 0; i < 2; i++) {
        if (Py_TYPE(sides[i]) == number_type) {
            texts[i] = PyUnicode_FromFormat("N%ld", ((Number *)sides[i])->value);
        }
        else if (PyLong_Check(sides[i]) || PyUnicode_Check(sides[i])) {
            texts[i] = PyObject_Repr(sides[i]);
        }
        else {
            if (i == 1 && texts[0] != NULL) {
                Py_DECREF(texts[0]);
            }
            Py_RETURN_NOTIMPLEMENTED;
        }
    }
    return Py_BuildValue("(sNN)", name, texts[0], texts[1]);
}

#define BINARY(name)                                                                           \
    static PyObject *number_##name(PyObject *left, PyObject *right)                            \
    {                                                                                          \
        return tell(#name, left, right);                                                       \
    }
#define UNARY(name)                                                                            \
    static PyObject *number_##name(PyObject *self)                                             \
    {                                                                                          \
        return Py_BuildValue("(sl)", #name, ((Number *)self)->value);                          \
    }
#define ALL_BINARY(X)                                                                          \
    X(add) X(subtract) X(multiply) X(remainder) X(divmod) X(lshift) X(rshift) X(and) X(xor) X(or) X(floor_divide) X(true_divide) \
    X(matrix_multiply)
#define ALL_IN_PLACE(X)                                                                        \
    X(inplace_add) X(inplace_subtract) X(inplace_multiply) X(inplace_remainder) X(inplace_lshift) X(inplace_rshift) X(inplace_and) \
    X(inplace_xor) X(inplace_or) X(inplace_floor_divide) X(inplace_true_divide) X(inplace_matrix_multiply)

ALL_BINARY(BINARY)
ALL_IN_PLACE(BINARY)
UNARY(negative)
UNARY(positive)
UNARY(absolute)
UNARY(invert)

static PyObject *
number_power(PyObject *left, PyObject *right, PyObject *modulus)
{
    PyObject *result = tell("power", left, right);
    if (result == NULL || result == Py_NotImplemented) {
        return result;
    }
    return Py_BuildValue("(NN)", result, Py_TYPE(modulus) == number_type ? PyLong_FromLong(((Number *)modulus)->value) : Py_NewRef(modulus));
}

static PyObject *
number_inplace_power(PyObject *left, PyObject *right, PyObject *modulus)
{
    return tell("inplace_power", left, right);
}

static int
number_bool(PyObject *self)
{
    if (((Number *)self)->value == -99) {
        PyErr_SetString(PyExc_ArithmeticError, "neither true nor false");
        return -1;
    }
    return ((Number *)self)->value != 0;
}

static PyObject *
number_int(PyObject *self)
{
    return PyLong_FromLong(((Number *)self)->value);
}

static PyObject *
number_float(PyObject *self)
{
    return PyFloat_FromDouble((double)((Number *)self)->value / 2);
}

static PyObject *
number_index(PyObject *self)
{
    return PyLong_FromLong(((Number *)self)->value + 1000);
}

#define SLOT_OF(name) {Py_nb_##name, SLOT(number_##name)},
static PyType_Slot number_slots[] = {
    ALL_BINARY(SLOT_OF) ALL_IN_PLACE(SLOT_OF) SLOT_OF(negative) SLOT_OF(positive) SLOT_OF(absolute) SLOT_OF(invert) SLOT_OF(power)
    SLOT_OF(inplace_power) SLOT_OF(bool) SLOT_OF(int) SLOT_OF(float) SLOT_OF(index) {0, NULL},
};
static PyType_Spec number_spec = {
    "number_slots.Number", sizeof(Number), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, number_slots,
};

typedef PyObject *(*Binary)(PyObject *, PyObject *);
static const Binary binary[] = {
    PyNumber_Add, PyNumber_Subtract, PyNumber_Multiply, PyNumber_Remainder, PyNumber_Divmod, PyNumber_Lshift, PyNumber_Rshift, PyNumber_And,
    PyNumber_Xor, PyNumber_Or, PyNumber_FloorDivide, PyNumber_TrueDivide, PyNumber_MatrixMultiply,
};
static const Binary in_place[] = {
    PyNumber_InPlaceAdd, PyNumber_InPlaceSubtract, PyNumber_InPlaceMultiply, PyNumber_InPlaceRemainder, PyNumber_InPlaceLshift,
    PyNumber_InPlaceRshift, PyNumber_InPlaceAnd, PyNumber_InPlaceXor, PyNumber_InPlaceOr, PyNumber_InPlaceFloorDivide,
    PyNumber_InPlaceTrueDivide, PyNumber_InPlaceMatrixMultiply,
};

#define EVERY(i, table) for (size_t i = 0; i < sizeof(table) / sizeof(*(table)); i++)

CHECK(both_sides)
{
    PyObject *rows = PyList_New(0), *a = make(3), *b = make(4), *seven = PyLong_FromLong(7);
    EVERY(i, binary) {
        note(rows, binary[i](a, b));
        note(rows, binary[i](a, seven));
        note(rows, binary[i](seven, a));
    }
    Py_DECREF(a);
    Py_DECREF(b);
    Py_DECREF(seven);
    return rows;
}

CHECK(updates)
{
    PyObject *rows = PyList_New(0), *a = make(3), *b = make(4), *seven = PyLong_FromLong(7);
    EVERY(i, in_place) {
        note(rows, in_place[i](a, b));
        note(rows, in_place[i](a, seven));
        note(rows, in_place[i](seven, a));
    }
    Py_DECREF(a);
    Py_DECREF(b);
    Py_DECREF(seven);
    return rows;
}

CHECK(refused)
{
    PyObject *rows = PyList_New(0), *a = make(3);
    EVERY(i, binary) {
        note_kind(rows, binary[i](a, Py_None));
        note_kind(rows, binary[i](Py_None, a));
        note_kind(rows, binary[i](Py_None, Py_Ellipsis));
    }
    EVERY(i, in_place) {
        note_kind(rows, in_place[i](Py_None, Py_Ellipsis));
    }
    Py_DECREF(a);
    return rows;
}

CHECK(powers)
{
    PyObject *rows = PyList_New(0), *a = make(3), *b = make(4), *seven = PyLong_FromLong(7);
    note(rows, PyNumber_Power(a, b, Py_None));
    note(rows, PyNumber_Power(a, seven, Py_None));
    note(rows, PyNumber_Power(seven, a, Py_None));
    note(rows, PyNumber_Power(a, b, seven));
    note(rows, PyNumber_InPlacePower(a, b, Py_None));
    note(rows, PyNumber_InPlacePower(seven, b, Py_None));
    note_kind(rows, PyNumber_Power(a, Py_Ellipsis, Py_None));
    note_kind(rows, PyNumber_Power(Py_Ellipsis, Py_Ellipsis, Py_None));
    Py_DECREF(a);
    Py_DECREF(b);
    Py_DECREF(seven);
    return rows;
}

CHECK(unary)
{
    PyObject *rows = PyList_New(0), *a = make(-5), *neither = make(-99), *nothing = make(0);
    note(rows, PyNumber_Negative(a));
    note(rows, PyNumber_Positive(a));
    note(rows, PyNumber_Absolute(a));
    note(rows, PyNumber_Invert(a));
    note(rows, PyNumber_Long(a));
    note(rows, PyNumber_Float(a));
    note(rows, PyNumber_Index(a));
    note_int(rows, PyObject_IsTrue(a));
    note_int(rows, PyObject_IsTrue(nothing));
    note_int(rows, PyObject_IsTrue(neither));
    note_int(rows, PyObject_Not(nothing));
    note_int(rows, PyObject_Not(neither));
    note_int(rows, PyNumber_Check(a) + 2 * PyIndex_Check(a) + 4 * PySequence_Check(a) + 8 * PyMapping_Check(a));
    note_int(rows, PyNumber_AsSsize_t(a, NULL));
    note_int(rows, PyLong_AsLong(a));
    note_double(rows, PyFloat_AsDouble(a));
    note_kind(rows, PyNumber_Negative(Py_None));
    note_kind(rows, PyNumber_Positive(Py_None));
    note_kind(rows, PyNumber_Absolute(Py_None));
    note_kind(rows, PyNumber_Invert(Py_None));
    note_kind(rows, PyNumber_Long(Py_None));
    note_kind(rows, PyNumber_Float(Py_None));
    note(rows, PyNumber_Index(Py_None));
    Py_DECREF(a);
    Py_DECREF(neither);
    Py_DECREF(nothing);
    return rows;
}

CHECK(null)
{
    PyObject *rows = PyList_New(0);
    note(rows, PyNumber_Negative(NULL));
    note(rows, PyNumber_Positive(NULL));
    note(rows, PyNumber_Absolute(NULL));
    note(rows, PyNumber_Invert(NULL));
    note(rows, PyNumber_Index(NULL));
    note(rows, PyNumber_Long(NULL));
    note(rows, PyNumber_Float(NULL));
    note_int(rows, PyNumber_Check(NULL));
    return rows;
}

CHECK(by_name)
{
    static const char *const names[] = {
        "__add__", "__radd__", "__iadd__", "__sub__", "__rsub__", "__mul__", "__matmul__", "__rmatmul__", "__pow__", "__rpow__", "__and__",
        "__ror__", "__ixor__", "__divmod__", "__rdivmod__", "__truediv__", "__rfloordiv__", "__lshift__", "__ipow__",
    };
    PyObject *rows = PyList_New(0), *a = make(3), *b = make(4);
    EVERY(i, names) {
        note(rows, PyObject_CallMethod(a, names[i], "O", b));
        note_kind(rows, PyObject_CallMethod(a, names[i], NULL));
    }
    note(rows, PyObject_CallMethod(a, "__neg__", NULL));
    note(rows, PyObject_CallMethod(a, "__bool__", NULL));
    note(rows, PyObject_CallMethod(a, "__index__", NULL));
    note(rows, PyObject_CallMethod(a, "__int__", NULL));
    PyObject *result = PyObject_CallMethod(a, "__add__", "O", Py_None);
    note_int(rows, result == Py_NotImplemented);
    Py_XDECREF(result);
    Py_DECREF(a);
    Py_DECREF(b);
    return rows;
}

CHECK(slots_in_type)
{
    PyNumberMethods *slots = number_type->tp_as_number;
    EXPECT(slots->nb_add == number_add && slots->nb_power == number_power && slots->nb_inplace_xor == number_inplace_xor);
    EXPECT(slots->nb_matrix_multiply == number_matrix_multiply && slots->nb_bool == number_bool && slots->nb_index == number_index);
    EXPECT(PyType_GetSlot(number_type, Py_nb_add) == SLOT(number_add) && PyType_GetSlot(number_type, Py_nb_int) == SLOT(number_int));
    PyObject *rows = PyList_New(0), *a = PyLong_FromLong(20), *b = PyLong_FromLong(6);
    note(rows, PyLong_Type.tp_as_number->nb_add(a, b));
    note(rows, PyLong_Type.tp_as_number->nb_subtract(a, b));
    note(rows, PyLong_Type.tp_as_number->nb_power(a, b, Py_None));
    note(rows, PyLong_Type.tp_as_number->nb_float(a));
    note_int(rows, PyLong_Type.tp_as_number->nb_bool(a));
    note(rows, PyFloat_Type.tp_as_number->nb_true_divide(a, b));
    PyObject *refused = PyFloat_Type.tp_as_number->nb_add(Py_None, a);
    note_int(rows, refused == Py_NotImplemented);
    Py_XDECREF(refused);
    Py_DECREF(a);
    Py_DECREF(b);
    return rows;
}

/* A class in between: a subclass made by calling type, with nothing of its own. */
CHECK(inherited)
{
    PyObject *rows = PyList_New(0), *sub = PyObject_CallFunction((PyObject *)&PyType_Type, "s(O){}", "Sub", number_type);
    PyObject *object = PyObject_CallObject(sub, NULL), *seven = PyLong_FromLong(7);
    EXPECT(object != NULL);
    note_kind(rows, PyNumber_Add(object, seven));
    note_kind(rows, PyNumber_Power(seven, object, Py_None));
    note(rows, PyNumber_Long(object));
    note_int(rows, PyObject_IsTrue(object));
    note(rows, PyNumber_Negative(object));
    Py_DECREF(object);
    Py_DECREF(sub);
    Py_DECREF(seven);
    return rows;
}

static PyObject *
make_number(PyObject *self, PyObject *args)
{
    long value;
    return PyArg_ParseTuple(args, "l", &value) ? make(value) : NULL;
}

static PyMethodDef methods[] = {
    CHECKED(both_sides), CHECKED(updates), CHECKED(refused), CHECKED(powers), CHECKED(unary), CHECKED(null), CHECKED(by_name),
    CHECKED(slots_in_type), CHECKED(inherited), {"make_number", make_number, METH_VARARGS, NULL}, {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "number_slots", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_number_slots(void)
{
    number_type = (PyTypeObject *)PyType_FromSpec(&number_spec);
    return number_type ? unlocked(PyModule_Create(&definition)) : NULL;
}
