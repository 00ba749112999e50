/* Static types made ready: what PyType_Ready fills in, takes from the base and refuses; what is put into tp_dict; flags; items.
   flavours: 3.9 3.14 3.14t */
#include "checks.h"
#include <structmember.h>

typedef struct {
    PyObject_HEAD
    long number;
} Number;

#define STATIC_TYPE(variable, type_name, size)                                                 \
    static PyTypeObject variable = {                                                           \
        PyVarObject_HEAD_INIT(NULL, 0).tp_name = type_name, .tp_basicsize = size,              \
        .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,                                  \
    }

static int
has(PyTypeObject *type, unsigned long flag)
{
    return (PyType_GetFlags(type) & flag) != 0;
}

/* A new instance without arguments, made by the type's own functions. */
static PyObject *
instance_of(PyTypeObject *type)
{
    return type->tp_alloc(type, 0);
}

STATIC_TYPE(Bare, "readying.Bare", sizeof(PyObject));

CHECK(filled)
{
    PyObject *rows = PyList_New(0);
    note_int(rows, has(&Bare, Py_TPFLAGS_READY));
    note_int(rows, PyType_Ready(&Bare));
    note_int(rows, PyType_Ready(&Bare));
    note_int(rows, has(&Bare, Py_TPFLAGS_READY));
    note_int(rows, has(&Bare, Py_TPFLAGS_HEAPTYPE));
    note_int(rows, Py_TYPE(&Bare) == &PyType_Type);
    note_int(rows, Bare.tp_base == &PyBaseObject_Type);
    note_lent(rows, Bare.tp_bases);
    note_lent(rows, Bare.tp_mro);
    note_int(rows, Bare.tp_alloc == PyType_GenericAlloc);
    note_int(rows, Bare.tp_free == PyObject_Free);
    note_int(rows, Bare.tp_getattro == PyObject_GenericGetAttr);
    note_int(rows, Bare.tp_setattro == PyObject_GenericSetAttr);
    note_int(rows, Bare.tp_repr == PyBaseObject_Type.tp_repr);
    note_int(rows, Bare.tp_str == PyBaseObject_Type.tp_str);
    note_int(rows, Bare.tp_hash == PyBaseObject_Type.tp_hash);
    note_int(rows, Bare.tp_richcompare == PyBaseObject_Type.tp_richcompare);
    note_int(rows, Bare.tp_init == PyBaseObject_Type.tp_init);
    note_int(rows, Bare.tp_dealloc == PyBaseObject_Type.tp_dealloc);
    note_int(rows, Bare.tp_new == NULL);
    note_int(rows, Bare.tp_call == NULL);
    note_int(rows, Bare.tp_iter == NULL);
    note(rows, PyObject_CallObject((PyObject *)&Bare, NULL));
    PyObject *made = instance_of(&Bare);
    EXPECT(made != NULL);
    note_int(rows, Py_TYPE(made) == &Bare);
    note_int(rows, PyObject_IsTrue(made));
    note_int(rows, PyObject_RichCompareBool(made, made, Py_EQ));
    Py_DECREF(made);
    note(rows, PyObject_GetAttrString((PyObject *)&Bare, "__doc__"));
    note(rows, PyObject_GetAttrString((PyObject *)&Bare, "__name__"));
    note(rows, PyObject_GetAttrString((PyObject *)&Bare, "__module__"));
    return rows;
}

/* --- from the base ------------------------------------------------------------------------------------------------ */

static PyObject *
number_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Number *self = (Number *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->number = 7;
    }
    return (PyObject *)self;
}

static PyObject *
number_repr(PyObject *self)
{
    return PyUnicode_FromFormat("Number(%ld)", ((Number *)self)->number);
}

static PyObject *
number_add(PyObject *a, PyObject *b)
{
    return PyUnicode_FromString("added");
}

static PyObject *
number_subtract(PyObject *a, PyObject *b)
{
    return PyUnicode_FromString("subtracted");
}

static Py_ssize_t
number_length(PyObject *self)
{
    return ((Number *)self)->number;
}

static PyObject *
number_item(PyObject *self, Py_ssize_t index)
{
    return PyLong_FromSsize_t(index * 2);
}

static PyObject *
number_subscript(PyObject *self, PyObject *key)
{
    return PyTuple_Pack(1, key);
}

static PyObject *
number_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return Py_NewRef(args);
}

static Py_hash_t
number_hash(PyObject *self)
{
    return 99;
}

static PyObject *
number_compare(PyObject *a, PyObject *b, int how)
{
    if (how != Py_EQ && how != Py_LT) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return PyBool_FromLong(how == Py_LT);
}

static PyNumberMethods base_number = {.nb_add = number_add, .nb_subtract = number_subtract};
static PySequenceMethods base_sequence = {.sq_length = number_length, .sq_item = number_item};
static PyMappingMethods base_mapping = {.mp_subscript = number_subscript};
static PyMemberDef base_members[] = {{"number", T_LONG, offsetof(Number, number), 0, NULL}, {NULL}};

static PyTypeObject Base = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "readying.Base",
    .tp_basicsize = sizeof(Number),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = number_new,
    .tp_repr = number_repr,
    .tp_call = number_call,
    .tp_hash = number_hash,
    .tp_richcompare = number_compare,
    .tp_as_number = &base_number,
    .tp_as_sequence = &base_sequence,
    .tp_as_mapping = &base_mapping,
    .tp_members = base_members,
    .tp_doc = "Base()\n--\n\nWords.",
};

static PyNumberMethods own_number = {.nb_add = NULL, .nb_multiply = number_add};
static PyTypeObject Plain = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "readying.Plain", .tp_base = &Base, .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
};
static PyTypeObject Own = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "readying.Own", .tp_base = &Base, .tp_flags = Py_TPFLAGS_DEFAULT, .tp_as_number = &own_number,
};

/* All that the operations of an instance give. */
static void
note_operations(PyObject *rows, PyTypeObject *type)
{
    PyObject *made = PyObject_CallObject((PyObject *)type, NULL);
    if (made == NULL) {
        note(rows, NULL);
        return;
    }
    note(rows, PyObject_Repr(made));
    note(rows, PyObject_Str(made));
    note(rows, PyNumber_Add(made, Py_None));
    note(rows, PyNumber_Subtract(Py_None, made));
    note_kind(rows, PyNumber_Multiply(made, Py_None));
    note_int(rows, PyObject_Size(made));
    note(rows, PySequence_GetItem(made, 4));
    note(rows, PySequence_GetItem(made, -1));
    note(rows, PyObject_GetItem(made, Py_None));
    note(rows, PyObject_CallFunction(made, "i", 3));
    note_int(rows, PyObject_Hash(made));
    note_int(rows, PyObject_RichCompareBool(made, Py_None, Py_LT));
    note(rows, PyObject_RichCompare(made, Py_None, Py_EQ));
    note(rows, PyObject_GetAttrString(made, "number"));
    note_int(rows, PyObject_SetAttrString(made, "number", Py_True));
    note(rows, PyObject_GetAttrString(made, "number"));
    note_int_kind(rows, PyObject_SetAttrString(made, "other", Py_True));
    Py_DECREF(made);
}

CHECK(inherited)
{
    PyObject *rows = PyList_New(0);
    /* Readying a type readies its base. */
    note_int(rows, PyType_Ready(&Plain));
    note_int(rows, PyType_Ready(&Own));
    note_int(rows, has(&Base, Py_TPFLAGS_READY));
    PyTypeObject *types[] = {&Plain, &Own};
    for (int i = 0; i < 2; i++) {
        note_int(rows, types[i]->tp_basicsize == sizeof(Number));
        note_int(rows, types[i]->tp_new == number_new);
        note_int(rows, types[i]->tp_repr == number_repr);
        note_int(rows, types[i]->tp_call == number_call);
        note_int(rows, types[i]->tp_hash == number_hash);
        note_int(rows, types[i]->tp_richcompare == number_compare);
        note_int(rows, types[i]->tp_as_number->nb_add == number_add);
        note_int(rows, types[i]->tp_as_number->nb_subtract == number_subtract);
        note_int(rows, types[i]->tp_as_sequence->sq_length == number_length);
        note_int(rows, types[i]->tp_as_sequence->sq_item == number_item);
        note_int(rows, types[i]->tp_as_mapping->mp_subscript == number_subscript);
        note_int(rows, types[i]->tp_members == NULL);
        note_int(rows, types[i]->tp_doc == NULL);
        note_lent(rows, types[i]->tp_mro);
        note_int(rows, PyType_IsSubtype(types[i], &Base));
        note_int(rows, PyType_IsSubtype(&Base, types[i]));
        note(rows, PyObject_GetAttrString((PyObject *)types[i], "__doc__"));
        note_operations(rows, types[i]);
    }
    note(rows, PyObject_GetAttrString((PyObject *)&Base, "__doc__"));
    return rows;
}

STATIC_TYPE(OfList, "readying.OfList", 0);
STATIC_TYPE(OfDict, "readying.OfDict", 0);
STATIC_TYPE(OfInt, "readying.OfInt", 0);
STATIC_TYPE(OfError, "readying.OfError", 0);

CHECK(builtin_bases)
{
    PyObject *rows = PyList_New(0);
    struct {
        PyTypeObject *type, *base;
        unsigned long flag;
    } cases[] = {
        {&OfList, &PyList_Type, Py_TPFLAGS_LIST_SUBCLASS},
        {&OfDict, &PyDict_Type, Py_TPFLAGS_DICT_SUBCLASS},
        {&OfInt, &PyLong_Type, Py_TPFLAGS_LONG_SUBCLASS},
        {&OfError, (PyTypeObject *)PyExc_ValueError, Py_TPFLAGS_BASE_EXC_SUBCLASS},
    };
    for (size_t i = 0; i < Py_ARRAY_LENGTH(cases); i++) {
        cases[i].type->tp_base = cases[i].base;
        note_int(rows, PyType_Ready(cases[i].type));
        note_int(rows, has(cases[i].type, cases[i].flag));
        note_int(rows, has(cases[i].type, Py_TPFLAGS_TUPLE_SUBCLASS));
        note_int(rows, cases[i].type->tp_basicsize == cases[i].base->tp_basicsize);
        PyObject *made = PyObject_CallObject((PyObject *)cases[i].type, NULL);
        note(rows, made ? PyObject_Repr(made) : NULL);
        note_int(rows, made != NULL && Py_TYPE(made) == cases[i].type);
        note_int(rows, made != NULL && PyObject_IsInstance(made, (PyObject *)cases[i].base));
        Py_XDECREF(made);
    }
    return rows;
}

/* --- tp_dict ------------------------------------------------------------------------------------------------------ */

STATIC_TYPE(Before, "readying.Before", sizeof(PyObject));
STATIC_TYPE(After, "readying.After", sizeof(PyObject));

CHECK(dictionaries)
{
    PyObject *rows = PyList_New(0);
    Before.tp_dict = PyDict_New();
    EXPECT(Before.tp_dict && PyDict_SetItemString(Before.tp_dict, "early", Py_True) == 0);
    note_int(rows, PyType_Ready(&Before));
    note_int(rows, PyType_Ready(&After));
    PyObject *five = PyLong_FromLong(5);
#if PY_VERSION_HEX >= 0x030C0000
    PyObject *dict = PyType_GetDict(&After);
#else
    PyObject *dict = Py_NewRef(After.tp_dict);
#endif
    note_int(rows, PyDict_SetItemString(dict, "late", five));
    PyType_Modified(&After);
    Py_DECREF(dict);
    Py_DECREF(five);
    note(rows, PyObject_GetAttrString((PyObject *)&Before, "early"));
    note(rows, PyObject_GetAttrString((PyObject *)&After, "late"));
    PyObject *made = instance_of(&After);
    EXPECT(made != NULL);
    note(rows, PyObject_GetAttrString(made, "late"));
    Py_DECREF(made);
    note_int(rows, PyObject_SetAttrString((PyObject *)&After, "more", Py_None));
    note_int_kind(rows, PyObject_HasAttrString((PyObject *)&After, "more"));
    return rows;
}

/* --- refused ------------------------------------------------------------------------------------------------------ */

static PyTypeObject Nameless = {PyVarObject_HEAD_INIT(NULL, 0).tp_basicsize = sizeof(PyObject), .tp_flags = Py_TPFLAGS_DEFAULT};

CHECK(refused)
{
    PyObject *rows = PyList_New(0);
    note_int(rows, PyType_Ready(&Nameless));
    return rows;
}

/* --- items -------------------------------------------------------------------------------------------------------- */

typedef struct {
    PyObject_VAR_HEAD
    short items[1];
} Items;

static PyTypeObject Variable = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "readying.Variable",
    .tp_basicsize = offsetof(Items, items),
    .tp_itemsize = sizeof(short),
    .tp_flags = Py_TPFLAGS_DEFAULT,
};

CHECK(items)
{
    PyObject *rows = PyList_New(0);
    note_int(rows, PyType_Ready(&Variable));
    static const int sizes[] = {0, 1, 7, 1000};
    for (size_t i = 0; i < Py_ARRAY_LENGTH(sizes); i++) {
        Items *made = (Items *)Variable.tp_alloc(&Variable, sizes[i]);
        EXPECT(made != NULL);
        int sum = 0;
        for (int j = 0; j < sizes[i]; j++) {
            sum += made->items[j];
            made->items[j] = (short)j;
        }
        note_int(rows, Py_SIZE(made));
        note_int(rows, sum);
        note_int(rows, sizes[i] ? made->items[sizes[i] - 1] : -1);
        Py_DECREF(made);
    }
    Items *made = PyObject_NewVar(Items, &Variable, 3);
    EXPECT(made != NULL);
    note_int(rows, Py_SIZE(made));
    note_int(rows, Py_REFCNT(made));
    Py_DECREF(made);
    note_int(rows, PyObject_Init((PyObject *)PyObject_Malloc(sizeof(Items)), &Bare) != NULL);
    return rows;
}

/* --- slots by their names ----------------------------------------------------------------------------------------- */

/* What a slot puts into the class, called from the other side. */
CHECK(wrapped_slots)
{
    PyObject *rows = PyList_New(0);
    EXPECT(PyType_Ready(&Base) == 0);
    static const char *const names[] = {
        "__repr__", "__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__len__", "__getitem__", "__call__", "__hash__",
        "__eq__", "__lt__", "__new__", "__init__", "__iter__", "__contains__", "__setitem__", "__bool__",
    };
    PyObject *dict = PyObject_GetAttrString((PyObject *)&Base, "__dict__");
    EXPECT(dict != NULL);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++) {
        PyObject *name = PyUnicode_FromString(names[i]);
        note_int(rows, PySequence_Contains(dict, name));
        Py_DECREF(name);
    }
    Py_DECREF(dict);
    PyObject *made = PyObject_CallObject((PyObject *)&Base, NULL);
    EXPECT(made != NULL);
    note(rows, PyObject_CallMethod(made, "__add__", "i", 1));
    note(rows, PyObject_CallMethod(made, "__rsub__", "i", 1));
    note(rows, PyObject_CallMethod(made, "__len__", NULL));
    note(rows, PyObject_CallMethod(made, "__getitem__", "s", "key"));
    note(rows, PyObject_CallMethod(made, "__call__", "ii", 1, 2));
    note(rows, PyObject_CallMethod(made, "__lt__", "i", 1));
    note(rows, PyObject_CallMethod(made, "__gt__", "i", 1));
    note(rows, PyObject_CallMethod(made, "__hash__", NULL));
    note_kind(rows, PyObject_CallMethod(made, "__add__", NULL));
    note_kind(rows, PyObject_CallMethod(made, "__len__", "i", 1));
    Py_DECREF(made);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(filled), CHECKED(inherited), CHECKED(builtin_bases), CHECKED(dictionaries), CHECKED(refused), CHECKED(items),
    CHECKED(wrapped_slots), {NULL, NULL, 0, NULL},
};

THEME(readying)
