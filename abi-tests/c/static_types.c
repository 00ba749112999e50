/* Static types: methods, members of every kind, getsets, slots, construction, subclasses, deallocation counted. */
#include "checks.h"
#include <structmember.h>

static long alive;

/* A number-like object with almost every slot. */
typedef struct {
    PyObject_HEAD
    double value;
    PyObject *note;
    PyObject *weakrefs;
} Quantity;

static PyTypeObject Quantity_Type;
#define Quantity_Check(op) PyObject_TypeCheck(op, &Quantity_Type)

static PyObject *
quantity_make(PyTypeObject *type, double value)
{
    Quantity *self = (Quantity *)type->tp_alloc(type, 0);
    if (self != NULL) {
        alive++;
        self->value = value;
    }
    return (PyObject *)self;
}

static PyObject *
quantity_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return quantity_make(type, -1.0);
}

static int
quantity_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"value", "note", NULL};
    PyObject *note = NULL;
    Quantity *quantity = (Quantity *)self;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|dO:Quantity", keywords, &quantity->value, &note)) {
        return -1;
    }
    Py_XINCREF(note);
    Py_XSETREF(quantity->note, note);
    return 0;
}

static void
quantity_dealloc(PyObject *self)
{
    Quantity *quantity = (Quantity *)self;
    PyObject_GC_UnTrack(self);
    if (quantity->weakrefs != NULL) {
        PyObject_ClearWeakRefs(self);
    }
    Py_CLEAR(quantity->note);
    alive--;
    Py_TYPE(self)->tp_free(self);
}

static int
quantity_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((Quantity *)self)->note);
    return 0;
}

static int
quantity_clear(PyObject *self)
{
    Py_CLEAR(((Quantity *)self)->note);
    return 0;
}

static int
value_of(PyObject *object, double *value)
{
    if (Quantity_Check(object)) {
        *value = ((Quantity *)object)->value;
        return 1;
    }
    if (PyLong_Check(object) || PyFloat_Check(object)) {
        *value = PyFloat_AsDouble(object);
        return !(*value == -1.0 && PyErr_Occurred());
    }
    return 0;
}

#define BINARY(name, expression)                                                               \
    static PyObject *quantity_##name(PyObject *left, PyObject *right)                          \
    {                                                                                          \
        double a, b;                                                                           \
        if (!value_of(left, &a) || !value_of(right, &b)) {                                     \
            if (PyErr_Occurred()) {                                                            \
                return NULL;                                                                   \
            }                                                                                  \
            Py_RETURN_NOTIMPLEMENTED;                                                          \
        }                                                                                      \
        return quantity_make(&Quantity_Type, expression);                                      \
    }

BINARY(add, a + b)
BINARY(subtract, a - b)
BINARY(multiply, a *b)

static PyObject *
quantity_true_divide(PyObject *left, PyObject *right)
{
    double a, b;
    if (!value_of(left, &a) || !value_of(right, &b)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    if (b == 0.0) {
        PyErr_SetString(PyExc_ZeroDivisionError, "quantity divided by nothing");
        return NULL;
    }
    return quantity_make(&Quantity_Type, a / b);
}

static PyObject *
quantity_power(PyObject *base, PyObject *exponent, PyObject *modulus)
{
    double a, b;
    if (!value_of(base, &a) || !value_of(exponent, &b)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    double result = 1;
    for (int i = 0; i < (int)b; i++) {
        result *= a;
    }
    return Py_BuildValue("(dO)", result, modulus);
}

static PyObject *
quantity_inplace_add(PyObject *self, PyObject *other)
{
    double b;
    if (!value_of(other, &b)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    ((Quantity *)self)->value += b;
    return Py_NewRef(self);
}

static PyObject *
quantity_negative(PyObject *self)
{
    return quantity_make(&Quantity_Type, -((Quantity *)self)->value);
}

static PyObject *
quantity_int(PyObject *self)
{
    return PyLong_FromDouble(((Quantity *)self)->value);
}

static PyObject *
quantity_float(PyObject *self)
{
    return PyFloat_FromDouble(((Quantity *)self)->value);
}

static int
quantity_bool(PyObject *self)
{
    return ((Quantity *)self)->value != 0.0;
}

static PyObject *
quantity_repr(PyObject *self)
{
    PyObject *value = PyFloat_FromDouble(((Quantity *)self)->value);
    PyObject *repr = value ? PyUnicode_FromFormat("Quantity(%R)", value) : NULL;
    Py_XDECREF(value);
    return repr;
}

static PyObject *
quantity_str(PyObject *self)
{
    return PyUnicode_FromFormat("%ld units", (long)((Quantity *)self)->value);
}

static Py_hash_t
quantity_hash(PyObject *self)
{
    double value = ((Quantity *)self)->value;
    if (value < 0) {
        PyErr_SetString(PyExc_TypeError, "negative quantities have no hash");
        return -1;
    }
    return (Py_hash_t)value + 1000;
}

static PyObject *
quantity_richcompare(PyObject *self, PyObject *other, int op)
{
    double a, b;
    if (!value_of(self, &a) || !value_of(other, &b)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    Py_RETURN_RICHCOMPARE(a, b, op);
}

static PyObject *
quantity_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return Py_BuildValue("(dOO)", ((Quantity *)self)->value, args, kwargs ? kwargs : Py_None);
}

static PyObject *
quantity_itself(PyObject *self, PyObject *args)
{
    return Py_NewRef(self);
}

static PyObject *
quantity_double(PyObject *self, PyObject *args)
{
    ((Quantity *)self)->value *= 2;
    return Py_NewRef(self);
}

static PyObject *
quantity_of(PyObject *type, PyObject *value)
{
    return PyObject_CallOneArg(type, value);
}

static PyObject *
quantity_static(PyObject *self, PyObject *arg)
{
    return Py_BuildValue("(iO)", self == NULL, arg);
}

static PyMethodDef quantity_methods[] = {
    {"itself", quantity_itself, METH_NOARGS, "itself()\n--\n\nReturn the object."},
    {"double", quantity_double, METH_NOARGS, "Double in place."},
    {"of", quantity_of, METH_O | METH_CLASS, NULL},
    {"static", quantity_static, METH_O | METH_STATIC, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef quantity_members[] = {
    {"value", T_DOUBLE, offsetof(Quantity, value), 0, "the value"},
    {"fixed", T_DOUBLE, offsetof(Quantity, value), READONLY, NULL},
    {"note", T_OBJECT, offsetof(Quantity, note), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyObject *
quantity_get_squared(PyObject *self, void *closure)
{
    double value = ((Quantity *)self)->value;
    return Py_BuildValue("(ds)", value * value, (const char *)closure);
}

static int
quantity_set_squared(PyObject *self, PyObject *value, void *closure)
{
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "squared cannot be deleted");
        return -1;
    }
    double number = PyFloat_AsDouble(value);
    if (number == -1.0 && PyErr_Occurred()) {
        return -1;
    }
    for (((Quantity *)self)->value = 0; ((Quantity *)self)->value * ((Quantity *)self)->value < number;) {
        ((Quantity *)self)->value += 1;
    }
    return 0;
}

static PyGetSetDef quantity_getset[] = {
    {"squared", quantity_get_squared, quantity_set_squared, "the square", "closure"},
    {"readonly", quantity_get_squared, NULL, NULL, "other"},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyNumberMethods quantity_number = {
    .nb_add = quantity_add,
    .nb_subtract = quantity_subtract,
    .nb_multiply = quantity_multiply,
    .nb_true_divide = quantity_true_divide,
    .nb_power = quantity_power,
    .nb_inplace_add = quantity_inplace_add,
    .nb_negative = quantity_negative,
    .nb_int = quantity_int,
    .nb_float = quantity_float,
    .nb_bool = quantity_bool,
};

static PyTypeObject Quantity_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "static_types.Quantity",
    .tp_doc = "Quantity(value=-1.0, note=None)\n--\n\nA number with a note.",
    .tp_basicsize = sizeof(Quantity),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .tp_new = quantity_new,
    .tp_init = quantity_init,
    .tp_dealloc = quantity_dealloc,
    .tp_traverse = quantity_traverse,
    .tp_clear = quantity_clear,
    .tp_weaklistoffset = offsetof(Quantity, weakrefs),
    .tp_as_number = &quantity_number,
    .tp_repr = quantity_repr,
    .tp_str = quantity_str,
    .tp_hash = quantity_hash,
    .tp_richcompare = quantity_richcompare,
    .tp_call = quantity_call,
    .tp_methods = quantity_methods,
    .tp_members = quantity_members,
    .tp_getset = quantity_getset,
};

/* A sequence, a mapping and an iterator: the first n squares, with items that can be replaced. */
typedef struct {
    PyObject_HEAD
    Py_ssize_t length;
    long items[16];
    Py_ssize_t position;
} Squares;

static int
squares_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    Squares *squares = (Squares *)self;
    if (!PyArg_ParseTuple(args, "n", &squares->length)) {
        return -1;
    }
    if (squares->length < 0 || squares->length > 16) {
        PyErr_Format(PyExc_ValueError, "no room for %zd squares", squares->length);
        return -1;
    }
    for (long i = 0; i < squares->length; i++) {
        squares->items[i] = i * i;
    }
    return 0;
}

static Py_ssize_t
squares_length(PyObject *self)
{
    return ((Squares *)self)->length;
}

static PyObject *
squares_item(PyObject *self, Py_ssize_t index)
{
    Squares *squares = (Squares *)self;
    if (index < 0 || index >= squares->length) {
        PyErr_SetString(PyExc_IndexError, "squares index out of range");
        return NULL;
    }
    return PyLong_FromLong(squares->items[index]);
}

static int
squares_ass_item(PyObject *self, Py_ssize_t index, PyObject *value)
{
    Squares *squares = (Squares *)self;
    if (index < 0 || index >= squares->length) {
        PyErr_SetString(PyExc_IndexError, "squares assignment index out of range");
        return -1;
    }
    if (value == NULL) {
        squares->items[index] = 0;
        return 0;
    }
    long number = PyLong_AsLong(value);
    if (number == -1 && PyErr_Occurred()) {
        return -1;
    }
    squares->items[index] = number;
    return 0;
}

static int
squares_contains(PyObject *self, PyObject *value)
{
    long number = PyLong_AsLong(value);
    if (number == -1 && PyErr_Occurred()) {
        return -1;
    }
    for (Py_ssize_t i = 0; i < ((Squares *)self)->length; i++) {
        if (((Squares *)self)->items[i] == number) {
            return 1;
        }
    }
    return 0;
}

static PyObject *
squares_repeat(PyObject *self, Py_ssize_t count)
{
    return PyUnicode_FromFormat("%zd squares %zd times", ((Squares *)self)->length, count);
}

static PyObject *
squares_concat(PyObject *self, PyObject *other)
{
    PyObject *a = PySequence_List(self), *b = PySequence_List(other);
    PyObject *both = a && b ? PySequence_Concat(a, b) : NULL;
    Py_XDECREF(a);
    Py_XDECREF(b);
    return both;
}

static PyObject *
squares_iter(PyObject *self)
{
    ((Squares *)self)->position = 0;
    return Py_NewRef(self);
}

static PyObject *
squares_next(PyObject *self)
{
    Squares *squares = (Squares *)self;
    if (squares->position >= squares->length) {
        return NULL;
    }
    if (squares->items[squares->position] < 0) {
        PyErr_SetString(PyExc_ArithmeticError, "a negative square");
        return NULL;
    }
    return PyLong_FromLong(squares->items[squares->position++]);
}

static PySequenceMethods squares_sequence = {
    .sq_length = squares_length,
    .sq_item = squares_item,
    .sq_ass_item = squares_ass_item,
    .sq_contains = squares_contains,
    .sq_repeat = squares_repeat,
    .sq_concat = squares_concat,
};

static PyTypeObject Squares_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "static_types.Squares",
    .tp_basicsize = sizeof(Squares),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = PyType_GenericNew,
    .tp_init = squares_init,
    .tp_as_sequence = &squares_sequence,
    .tp_iter = squares_iter,
    .tp_iternext = squares_next,
};

/* A mapping that remembers what was done to it, with attribute access of its own. */
typedef struct {
    PyObject_HEAD
    PyObject *log;
} Recorder;

static PyObject *
recorder_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Recorder *self = (Recorder *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->log = PyList_New(0);
    }
    return (PyObject *)self;
}

static void
recorder_dealloc(PyObject *self)
{
    Py_XDECREF(((Recorder *)self)->log);
    Py_TYPE(self)->tp_free(self);
}

static int
record(PyObject *self, const char *what, PyObject *key, PyObject *value)
{
    PyObject *entry = Py_BuildValue("(sOO)", what, key, value ? value : Py_None);
    int status = entry ? PyList_Append(((Recorder *)self)->log, entry) : -1;
    Py_XDECREF(entry);
    return status;
}

static Py_ssize_t
recorder_length(PyObject *self)
{
    return PyList_Size(((Recorder *)self)->log);
}

static PyObject *
recorder_subscript(PyObject *self, PyObject *key)
{
    return record(self, "get", key, NULL) < 0 ? NULL : PyObject_Repr(key);
}

static int
recorder_ass_subscript(PyObject *self, PyObject *key, PyObject *value)
{
    return record(self, value ? "set" : "delete", key, value);
}

static PyObject *
recorder_getattro(PyObject *self, PyObject *name)
{
    if (PyUnicode_CompareWithASCIIString(name, "log") == 0) {
        return Py_NewRef(((Recorder *)self)->log);
    }
    PyObject *found = PyObject_GenericGetAttr(self, name);
    if (found == NULL && PyErr_ExceptionMatches(PyExc_AttributeError)) {
        PyErr_Clear();
        return PyUnicode_FromFormat("made up %U", name);
    }
    return found;
}

static int
recorder_setattro(PyObject *self, PyObject *name, PyObject *value)
{
    return record(self, value ? "setattr" : "delattr", name, value);
}

static PyMappingMethods recorder_mapping = {recorder_length, recorder_subscript, recorder_ass_subscript};

static PyTypeObject Recorder_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "static_types.Recorder",
    .tp_basicsize = sizeof(Recorder),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = recorder_new,
    .tp_dealloc = recorder_dealloc,
    .tp_as_mapping = &recorder_mapping,
    .tp_getattro = recorder_getattro,
    .tp_setattro = recorder_setattro,
};

/* One member of each kind. */
typedef struct {
    PyObject_HEAD
    short a_short;
    int an_int;
    long a_long;
    float a_float;
    double a_double;
    const char *a_string;
    PyObject *an_object, *an_object_ex;
    char a_char;
    signed char a_byte;
    unsigned char an_ubyte;
    unsigned short an_ushort;
    unsigned int an_uint;
    unsigned long an_ulong;
    char an_inplace[8];
    char a_bool;
    long long a_longlong;
    unsigned long long an_ulonglong;
    Py_ssize_t a_ssize;
    PyObject *dict;
} Members;

static PyObject *
members_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Members *self = (Members *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->a_string = "a C string";
        self->a_char = 'c';
        strcpy(self->an_inplace, "inplace");
    }
    return (PyObject *)self;
}

static void
members_dealloc(PyObject *self)
{
    Py_XDECREF(((Members *)self)->an_object);
    Py_XDECREF(((Members *)self)->an_object_ex);
    Py_XDECREF(((Members *)self)->dict);
    Py_TYPE(self)->tp_free(self);
}

#define MEMBER(name, kind) {#name, kind, offsetof(Members, name), 0, NULL}

static PyMemberDef members_members[] = {
    MEMBER(a_short, T_SHORT),
    MEMBER(an_int, T_INT),
    MEMBER(a_long, T_LONG),
    MEMBER(a_float, T_FLOAT),
    MEMBER(a_double, T_DOUBLE),
    MEMBER(a_string, T_STRING),
    MEMBER(an_object, T_OBJECT),
    MEMBER(an_object_ex, T_OBJECT_EX),
    MEMBER(a_char, T_CHAR),
    MEMBER(a_byte, T_BYTE),
    MEMBER(an_ubyte, T_UBYTE),
    MEMBER(an_ushort, T_USHORT),
    MEMBER(an_uint, T_UINT),
    MEMBER(an_ulong, T_ULONG),
    MEMBER(an_inplace, T_STRING_INPLACE),
    MEMBER(a_bool, T_BOOL),
    MEMBER(a_longlong, T_LONGLONG),
    MEMBER(an_ulonglong, T_ULONGLONG),
    MEMBER(a_ssize, T_PYSSIZET),
    {"a_none", T_NONE, 0, READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef members_getset[] = {
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyTypeObject Members_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "static_types.Members",
    .tp_basicsize = sizeof(Members),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = members_new,
    .tp_dealloc = members_dealloc,
    .tp_members = members_members,
    .tp_getset = members_getset,
    .tp_dictoffset = offsetof(Members, dict),
};

/* A descriptor. */
static PyObject *
descriptor_get(PyObject *self, PyObject *object, PyObject *type)
{
    return Py_BuildValue("(iO)", object != NULL, type ? type : Py_None);
}

static int
descriptor_set(PyObject *self, PyObject *object, PyObject *value)
{
    PyErr_Format(PyExc_AttributeError, value ? "not to %R" : "not deleted", value);
    return -1;
}

static PyTypeObject Descriptor_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "static_types.Descriptor",
    .tp_basicsize = sizeof(PyObject),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_descr_get = descriptor_get,
    .tp_descr_set = descriptor_set,
};

/* A type that inherits from another static type, and one that nobody can make. */
static PyTypeObject Length_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "static_types.Length",
    .tp_basicsize = sizeof(Quantity),
    .tp_base = &Quantity_Type,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
};

/* A type that Python cannot derive from, and one over it that it can derive from. */
static PyTypeObject Sealed_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "static_types.Sealed",
    .tp_basicsize = sizeof(Quantity),
    .tp_base = &Quantity_Type,
    .tp_flags = Py_TPFLAGS_DEFAULT,
};

static PyTypeObject Unsealed_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "static_types.Unsealed",
    .tp_basicsize = sizeof(Quantity),
    .tp_base = &Sealed_Type,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
};

static PyTypeObject Opaque_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "static_types.Opaque",
    .tp_basicsize = sizeof(PyObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
};

static PyObject *
count_alive(PyObject *self, PyObject *args)
{
    return PyLong_FromLong(alive);
}

/* The slots as C sees them, on instances of Python subclasses as well. */
static PyObject *
by_slots(PyObject *self, PyObject *object)
{
    PyTypeObject *type = Py_TYPE(object);
    PyObject *one = PyLong_FromLong(1);
    EXPECT(type->tp_as_number && type->tp_as_number->nb_add && type->tp_repr && type->tp_richcompare && type->tp_call);
    PyObject *sum = type->tp_as_number->nb_add(object, one), *repr = type->tp_repr(object), *args = PyTuple_New(0);
    PyObject *equal = type->tp_richcompare(object, one, Py_EQ), *called = type->tp_call(object, args, NULL);
    Py_DECREF(one);
    Py_DECREF(args);
    return Py_BuildValue("(NNNNi)", sum, repr, equal, called, type->tp_as_number->nb_bool(object));
}

static PyObject *
type_facts(PyObject *self, PyObject *object)
{
    EXPECT(PyType_Check(object));
    PyTypeObject *type = (PyTypeObject *)object;
    return Py_BuildValue("(sOiiii)", type->tp_name, (PyObject *)type->tp_base,
                         PyType_HasFeature(type, Py_TPFLAGS_HEAPTYPE) != 0, PyType_IS_GC(type),
                         PyType_HasFeature(type, Py_TPFLAGS_READY) != 0, PyType_IsSubtype(type, &Quantity_Type));
}

static PyObject *
check_statics_are_ready(PyObject *self, PyObject *args)
{
    EXPECT(Py_TYPE(&Quantity_Type) == &PyType_Type && Quantity_Type.tp_base == &PyBaseObject_Type);
    EXPECT(PyDict_Check(Quantity_Type.tp_dict) && PyTuple_Check(Quantity_Type.tp_mro));
    EXPECT(PyTuple_GET_ITEM(Quantity_Type.tp_mro, 0) == (PyObject *)&Quantity_Type);
    EXPECT(PyDict_GetItemString(Quantity_Type.tp_dict, "__add__") != NULL);
    EXPECT(Length_Type.tp_repr == quantity_repr && Length_Type.tp_dealloc == quantity_dealloc);
    EXPECT(Length_Type.tp_weaklistoffset == Quantity_Type.tp_weaklistoffset);
    EXPECT(Squares_Type.tp_getattro == PyObject_GenericGetAttr && Squares_Type.tp_alloc == PyType_GenericAlloc);
    EXPECT(Squares_Type.tp_dealloc != NULL && Squares_Type.tp_free == PyObject_Free);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"check_statics_are_ready", check_statics_are_ready, METH_NOARGS, NULL},
    {"count_alive", count_alive, METH_NOARGS, NULL},
    {"by_slots", by_slots, METH_O, NULL},
    {"type_facts", type_facts, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "static_types", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_static_types(void)
{
    static PyTypeObject *const types[] = {&Quantity_Type,   &Squares_Type, &Recorder_Type, &Members_Type,  &Length_Type,
                                          &Descriptor_Type, &Opaque_Type,  &Sealed_Type,   &Unsealed_Type};
    PyObject *module = unlocked(PyModule_Create(&definition));
    for (size_t i = 0; module != NULL && i < Py_ARRAY_LENGTH(types); i++) {
        if (PyType_Ready(types[i]) < 0 ||
            PyModule_AddObjectRef(module, strchr(types[i]->tp_name, '.') + 1, (PyObject *)types[i]) < 0) {
            Py_CLEAR(module);
        }
    }
    return module;
}
