/* Types made from specs: what each field and slot becomes, bases and what they refuse, members with a meaning, modules, inheritance,
   references to the type, and many types in a row.
   flavours: 3.14 3.14t */
#include "checks.h"
#include <structmember.h>

typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    PyObject *dict;
    PyObject *weakrefs;
    int number;
} Full;

static PyObject *
made(const char *name, int size, unsigned long flags, PyType_Slot *slots, PyObject *bases)
{
    PyType_Slot none[] = {{0, NULL}};
    PyType_Spec spec = {name, size, 0, (unsigned int)(Py_TPFLAGS_DEFAULT | flags), slots ? slots : none};
    return PyType_FromSpecWithBases(&spec, bases);
}

/* An attribute, or the exception. */
static void
note_attribute(PyObject *rows, PyObject *object, const char *name)
{
    note(rows, PyObject_GetAttrString(object, name));
}

/* --- names, flags, documentation ---------------------------------------------------------------------------------- */

CHECK(names)
{
    static const char *const names[] = {"specs.Plain", "a.b.c.Deep", "specs.", ".Odd"};
    PyObject *rows = PyList_New(0);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++) {
        PyObject *type = made(names[i], sizeof(PyObject), 0, NULL, NULL);
        if (type == NULL) {
            note(rows, NULL);
            continue;
        }
        note_text(rows, ((PyTypeObject *)type)->tp_name);
        note_attribute(rows, type, "__name__");
        note_attribute(rows, type, "__qualname__");
        note_attribute(rows, type, "__module__");
        note(rows, PyType_GetName((PyTypeObject *)type));
        note(rows, PyType_GetQualName((PyTypeObject *)type));
        note(rows, PyObject_Repr(type));
        Py_DECREF(type);
    }
    return rows;
}

CHECK(documentation)
{
    static char *const texts[] = {NULL, "", "Plain words.", "Signed($self, a, b=1)\n--\n\nWith words.", "Signed(a)\n--\n\n", "Other(a)\n--\n\nno"};
    PyObject *rows = PyList_New(0);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(texts); i++) {
        PyType_Slot slots[] = {{Py_tp_doc, texts[i]}, {0, NULL}};
        PyObject *type = made("specs.Signed", sizeof(PyObject), 0, slots, NULL);
        EXPECT(type != NULL);
        note_attribute(rows, type, "__doc__");
        Py_DECREF(type);
    }
    return rows;
}

CHECK(flags)
{
    PyObject *rows = PyList_New(0);
    PyObject *plain = made("specs.Plain", sizeof(PyObject), 0, NULL, NULL);
    PyObject *base = made("specs.Base", sizeof(PyObject), Py_TPFLAGS_BASETYPE, NULL, NULL);
    PyObject *list = made("specs.List", 0, Py_TPFLAGS_BASETYPE, NULL, (PyObject *)&PyList_Type);
    EXPECT(plain && base && list);
    PyObject *types[] = {plain, base, list};
    static const unsigned long asked[] = {
        Py_TPFLAGS_HEAPTYPE, Py_TPFLAGS_READY, Py_TPFLAGS_BASETYPE, Py_TPFLAGS_LIST_SUBCLASS,
        Py_TPFLAGS_IMMUTABLETYPE, Py_TPFLAGS_DICT_SUBCLASS,
    };
    for (int i = 0; i < 3; i++) {
        for (size_t j = 0; j < Py_ARRAY_LENGTH(asked); j++) {
            note_int(rows, (PyType_GetFlags((PyTypeObject *)types[i]) & asked[j]) != 0);
        }
        Py_DECREF(types[i]);
    }
    return rows;
}

CHECK(not_instantiable)
{
    PyObject *rows = PyList_New(0);
    PyObject *type = made("specs.Closed", sizeof(PyObject), Py_TPFLAGS_DISALLOW_INSTANTIATION | Py_TPFLAGS_BASETYPE, NULL, NULL);
    EXPECT(type != NULL);
    note(rows, PyObject_CallObject(type, NULL));
    note_int(rows, ((PyTypeObject *)type)->tp_new == NULL);
    PyObject *inner = ((PyTypeObject *)type)->tp_alloc((PyTypeObject *)type, 0);
    note_int(rows, inner != NULL && Py_TYPE(inner) == (PyTypeObject *)type);
    Py_XDECREF(inner);
    Py_DECREF(type);
    return rows;
}

CHECK(immutable)
{
    PyObject *rows = PyList_New(0);
    PyObject *type = made("specs.Fixed", sizeof(PyObject), Py_TPFLAGS_IMMUTABLETYPE, NULL, NULL);
    PyObject *other = made("specs.Open", sizeof(PyObject), 0, NULL, NULL);
    EXPECT(type && other);
    note_int(rows, PyObject_SetAttrString(type, "extra", Py_None));
    note_int(rows, PyObject_SetAttrString(other, "extra", Py_None));
    note_attribute(rows, other, "extra");
    note_int(rows, PyObject_SetAttrString(other, "extra", NULL));
    note_int_kind(rows, PyObject_SetAttrString(other, "extra", NULL));
    Py_DECREF(type);
    Py_DECREF(other);
    return rows;
}

/* --- members with a meaning --------------------------------------------------------------------------------------- */

static PyObject *
called(PyObject *self, PyObject *const *args, size_t count, PyObject *names)
{
    return Py_BuildValue("(in)", ((Full *)self)->number, PyVectorcall_NARGS(count));
}

static PyObject *
full_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Full *self = (Full *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->call = called;
        self->number = 5;
    }
    return (PyObject *)self;
}

static int
full_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((Full *)self)->dict);
    return 0;
}

static void
full_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (((Full *)self)->weakrefs != NULL) {
        PyObject_ClearWeakRefs(self);
    }
    Py_CLEAR(((Full *)self)->dict);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
full_type(void)
{
    static PyMemberDef members[] = {
        {"__vectorcalloffset__", T_PYSSIZET, offsetof(Full, call), READONLY, NULL},
        {"__dictoffset__", T_PYSSIZET, offsetof(Full, dict), READONLY, NULL},
        {"__weaklistoffset__", T_PYSSIZET, offsetof(Full, weakrefs), READONLY, NULL},
        {"number", T_INT, offsetof(Full, number), 0, "A number."},
        {NULL},
    };
    PyType_Slot slots[] = {
        {Py_tp_members, members}, {Py_tp_new, SLOT(full_new)}, {Py_tp_call, SLOT(PyVectorcall_Call)},
        {Py_tp_traverse, SLOT(full_traverse)}, {Py_tp_dealloc, SLOT(full_dealloc)}, {0, NULL},
    };
    return made("specs.Full", sizeof(Full), Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_HAVE_VECTORCALL, slots, NULL);
}

CHECK(places)
{
    PyObject *rows = PyList_New(0), *type = full_type();
    EXPECT(type != NULL);
    PyTypeObject *full = (PyTypeObject *)type;
    note_int(rows, full->tp_dictoffset == offsetof(Full, dict));
    note_int(rows, full->tp_weaklistoffset == offsetof(Full, weakrefs));
    note_int(rows, full->tp_vectorcall_offset == offsetof(Full, call));
    PyObject *object = PyObject_CallObject(type, NULL);
    EXPECT(object != NULL);
    note(rows, PyObject_CallObject(object, NULL));
    note(rows, PyObject_CallFunction(object, "iii", 1, 2, 3));
    note_int(rows, PyVectorcall_Function(object) == called);
    note_int(rows, PyObject_SetAttrString(object, "free", Py_True));
    note_attribute(rows, object, "free");
    note_attribute(rows, object, "number");
    note_kind(rows, PyObject_GetAttrString(object, "absent"));
    PyObject *weak = PyWeakref_NewRef(object, NULL);
    EXPECT(weak != NULL);
    note_int(rows, PyWeakref_CheckRef(weak));
    Py_DECREF(object);
    Py_DECREF(weak);
    /* A class below inherits all three. */
    PyObject *below = made("specs.Below", 0, 0, NULL, type);
    EXPECT(below != NULL);
    note_int(rows, ((PyTypeObject *)below)->tp_dictoffset == full->tp_dictoffset);
    note_int(rows, ((PyTypeObject *)below)->tp_weaklistoffset == full->tp_weaklistoffset);
    note_int(rows, ((PyTypeObject *)below)->tp_vectorcall_offset == full->tp_vectorcall_offset);
    note_int(rows, ((PyTypeObject *)below)->tp_basicsize == full->tp_basicsize);
    object = PyObject_CallObject(below, NULL);
    EXPECT(object != NULL);
    note(rows, PyObject_CallFunction(object, "i", 1));
    Py_DECREF(object);
    Py_DECREF(below);
    Py_DECREF(type);
    return rows;
}

/* --- slots -------------------------------------------------------------------------------------------------------- */

static PyObject *
shown(PyObject *self)
{
    return PyUnicode_FromFormat("<%s>", "shown");
}

static Py_ssize_t
length(PyObject *self)
{
    return 3;
}

static PyObject *
added(PyObject *a, PyObject *b)
{
    return PyUnicode_FromString("added");
}

static PyObject *
compared(PyObject *a, PyObject *b, int how)
{
    return PyBool_FromLong(how == Py_EQ);
}

static Py_hash_t
hashed(PyObject *self)
{
    return 42;
}

CHECK(slots_read)
{
    PyObject *rows = PyList_New(0);
    PyType_Slot slots[] = {
        {Py_tp_repr, SLOT(shown)}, {Py_sq_length, SLOT(length)}, {Py_nb_add, SLOT(added)}, {Py_tp_hash, SLOT(hashed)},
        {Py_tp_richcompare, SLOT(compared)}, {0, NULL},
    };
    PyObject *outer = made("specs.Outer", sizeof(PyObject), Py_TPFLAGS_BASETYPE, slots, NULL);
    EXPECT(outer != NULL);
    PyObject *inner = made("specs.Inner", 0, 0, NULL, outer);
    EXPECT(inner != NULL);
    PyTypeObject *types[] = {(PyTypeObject *)outer, (PyTypeObject *)inner};
    for (int i = 0; i < 2; i++) {
        note_int(rows, PyType_GetSlot(types[i], Py_tp_repr) == SLOT(shown));
        note_int(rows, PyType_GetSlot(types[i], Py_sq_length) == SLOT(length));
        note_int(rows, PyType_GetSlot(types[i], Py_nb_add) == SLOT(added));
        note_int(rows, PyType_GetSlot(types[i], Py_tp_hash) == SLOT(hashed));
        note_int(rows, PyType_GetSlot(types[i], Py_tp_richcompare) == SLOT(compared));
        note_int(rows, PyType_GetSlot(types[i], Py_nb_subtract) == NULL);
        note_int(rows, PyType_GetSlot(types[i], Py_tp_new) == (void *)PyBaseObject_Type.tp_new);
        note_int(rows, PyType_GetSlot(types[i], Py_tp_alloc) == SLOT(PyType_GenericAlloc));
        note_int(rows, PyType_GetSlot(types[i], Py_tp_getattro) == SLOT(PyObject_GenericGetAttr));
        note_int(rows, PyType_GetSlot(types[i], Py_tp_base) == (i ? (void *)outer : (void *)&PyBaseObject_Type));
        PyObject *object = PyObject_CallObject((PyObject *)types[i], NULL);
        EXPECT(object != NULL);
        note(rows, PyObject_Repr(object));
        note(rows, PyObject_Str(object));
        note_int(rows, PyObject_Size(object));
        note_int(rows, PyObject_IsTrue(object));
        note(rows, PyNumber_Add(object, Py_None));
        note(rows, PyNumber_Add(Py_None, object));
        note_kind(rows, PyNumber_Subtract(object, Py_None));
        note_int(rows, PyObject_Hash(object));
        note(rows, PyObject_RichCompare(object, Py_None, Py_EQ));
        note(rows, PyObject_RichCompare(object, Py_None, Py_LT));
        Py_DECREF(object);
    }
    note_int(rows, PyType_GetSlot((PyTypeObject *)outer, 0) == NULL);
    PyErr_Clear();
    note(rows, PyType_GetSlot((PyTypeObject *)outer, 0x7000));
    note(rows, PyType_GetSlot((PyTypeObject *)outer, -1));
    Py_DECREF(inner);
    Py_DECREF(outer);
    return rows;
}

/* A comparison of its own without a hash of its own leaves none. */
CHECK(comparison_without_hash)
{
    PyObject *rows = PyList_New(0);
    PyType_Slot slots[] = {{Py_tp_richcompare, SLOT(compared)}, {0, NULL}};
    PyObject *type = made("specs.Compared", sizeof(PyObject), Py_TPFLAGS_BASETYPE, slots, NULL);
    EXPECT(type != NULL);
    PyObject *object = PyObject_CallObject(type, NULL);
    EXPECT(object != NULL);
    note_int(rows, PyObject_Hash(object));
    PyErr_Clear();
    note_attribute(rows, type, "__hash__");
    note_int(rows, ((PyTypeObject *)type)->tp_hash == PyObject_HashNotImplemented);
    PyObject *below = made("specs.Below", 0, 0, NULL, type);
    EXPECT(below != NULL);
    note_int(rows, ((PyTypeObject *)below)->tp_hash == PyObject_HashNotImplemented);
    Py_DECREF(below);
    Py_DECREF(object);
    Py_DECREF(type);
    return rows;
}

CHECK(bad_slots)
{
    PyObject *rows = PyList_New(0);
    static const int numbers[] = {-1, 0x7000, 1000};
    for (size_t i = 0; i < Py_ARRAY_LENGTH(numbers); i++) {
        PyType_Slot slots[] = {{numbers[i], SLOT(shown)}, {0, NULL}};
        note(rows, made("specs.Bad", sizeof(PyObject), 0, slots, NULL));
    }
    return rows;
}

/* --- bases -------------------------------------------------------------------------------------------------------- */

CHECK(bases)
{
    PyObject *rows = PyList_New(0);
    PyObject *first = made("specs.First", sizeof(PyObject), Py_TPFLAGS_BASETYPE, NULL, NULL);
    PyObject *second = made("specs.Second", sizeof(PyObject), Py_TPFLAGS_BASETYPE, NULL, first);
    EXPECT(first && second);
    PyObject *both = PyTuple_Pack(2, second, first), *twice = PyTuple_Pack(2, first, first), *numbers = Py_BuildValue("(i)", 1);
    PyType_Slot by_slot[] = {{Py_tp_bases, both}, {0, NULL}}, by_base[] = {{Py_tp_base, first}, {0, NULL}};
    note(rows, PyObject_GetAttrString(made("specs.Both", sizeof(PyObject), 0, NULL, both), "__mro__"));
    note(rows, PyObject_GetAttrString(made("specs.BySlot", sizeof(PyObject), 0, by_slot, NULL), "__bases__"));
    note(rows, PyObject_GetAttrString(made("specs.ByBase", sizeof(PyObject), 0, by_base, NULL), "__bases__"));
    note(rows, PyObject_GetAttrString(made("specs.Given", sizeof(PyObject), 0, by_base, second), "__bases__"));
    note_kind(rows, made("specs.Twice", sizeof(PyObject), 0, NULL, twice));
    note_kind(rows, made("specs.OfNumber", sizeof(PyObject), 0, NULL, numbers));
    note(rows, made("specs.OfBool", 0, 0, NULL, (PyObject *)&PyBool_Type));
    note_int(rows, PyType_IsSubtype((PyTypeObject *)first, (PyTypeObject *)second));
    Py_DECREF(both);
    Py_DECREF(twice);
    Py_DECREF(numbers);
    Py_DECREF(first);
    Py_DECREF(second);
    return rows;
}

CHECK(builtin_bases)
{
    PyObject *rows = PyList_New(0);
    PyTypeObject *types[] = {&PyLong_Type, &PyList_Type, &PyDict_Type, &PyTuple_Type, &PyUnicode_Type, &PyFloat_Type};
    for (size_t i = 0; i < Py_ARRAY_LENGTH(types); i++) {
        PyObject *type = made("specs.Derived", 0, Py_TPFLAGS_BASETYPE, NULL, (PyObject *)types[i]);
        EXPECT(type != NULL);
        PyTypeObject *derived = (PyTypeObject *)type;
        note_int(rows, derived->tp_basicsize - types[i]->tp_basicsize);
        note_int(rows, derived->tp_itemsize - types[i]->tp_itemsize);
        note_int(rows, derived->tp_base == types[i]);
        PyObject *object = PyObject_CallObject(type, NULL);
        note(rows, object ? PyObject_Repr(object) : NULL);
        note_int(rows, object && PyObject_TypeCheck(object, types[i]));
        note_int(rows, object && Py_TYPE(object) == derived);
        Py_XDECREF(object);
        Py_DECREF(type);
    }
    return rows;
}

/* --- references --------------------------------------------------------------------------------------------------- */

static int dropped;

static void
counted_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    dropped++;
    type->tp_free(self);
    Py_DECREF(type);
}

CHECK(references_to_the_type)
{
    PyObject *rows = PyList_New(0);
    PyType_Slot slots[] = {{Py_tp_dealloc, SLOT(counted_dealloc)}, {0, NULL}};
    PyObject *type = made("specs.Counted", sizeof(PyObject), 0, slots, NULL);
    EXPECT(type != NULL);
    dropped = 0;
    PyObject *made_here[10];
#if PY_VERSION_HEX < 0x030C0000
    Py_ssize_t before = Py_REFCNT(type);
#endif
    for (int i = 0; i < 10; i++) {
        made_here[i] = ((PyTypeObject *)type)->tp_alloc((PyTypeObject *)type, 0);
        EXPECT(made_here[i] != NULL);
    }
#if PY_VERSION_HEX < 0x030C0000
    /* Newer versions have counts that say less. */
    note_int(rows, Py_REFCNT(type) - before - 10);
#else
    note_int(rows, 0);
#endif
    for (int i = 0; i < 10; i++) {
        Py_DECREF(made_here[i]);
    }
    note_int(rows, dropped);
    Py_DECREF(type);
    return rows;
}

CHECK(many_in_a_row)
{
    PyObject *rows = PyList_New(0);
    PyType_Slot slots[] = {{Py_tp_repr, SLOT(shown)}, {Py_tp_dealloc, SLOT(counted_dealloc)}, {0, NULL}};
    int good = 0;
    dropped = 0;
    for (int i = 0; i < 100; i++) {
        PyObject *type = made("specs.Again", sizeof(PyObject), Py_TPFLAGS_BASETYPE, slots, NULL);
        EXPECT(type != NULL);
        PyObject *below = made("specs.AgainBelow", 0, 0, NULL, type);
        EXPECT(below != NULL);
        PyObject *object = PyObject_CallObject(below, NULL), *text = object ? PyObject_Repr(object) : NULL;
        good += text != NULL && PyUnicode_CompareWithASCIIString(text, "<shown>") == 0;
        Py_XDECREF(text);
        Py_XDECREF(object);
        Py_DECREF(below);
        Py_DECREF(type);
    }
    note_int(rows, good);
    note_int(rows, dropped);
    return rows;
}

/* --- modules ------------------------------------------------------------------------------------------------------ */

typedef struct {
    int answer;
} State;

static struct PyModuleDef bound = {PyModuleDef_HEAD_INIT, .m_name = "bound", .m_size = sizeof(State)};

CHECK(bound_to_modules)
{
    PyObject *rows = PyList_New(0), *module = PyModule_Create(&bound);
    EXPECT(module != NULL);
    ((State *)PyModule_GetState(module))->answer = 42;
    PyType_Slot none[] = {{0, NULL}};
    PyType_Spec spec = {"bound.Type", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, none};
    PyTypeObject *type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &spec, NULL);
    EXPECT(type != NULL);
    PyTypeObject *free_type = (PyTypeObject *)made("specs.Free", 0, 0, NULL, (PyObject *)type);
    EXPECT(free_type != NULL);
    note_int(rows, PyType_GetModule(type) == module);
    note_int(rows, ((State *)PyType_GetModuleState(type))->answer);
    note_int(rows, PyType_GetModuleByDef(type, &bound) == module);
    note_int(rows, PyType_GetModuleByDef(free_type, &bound) == module);
    note_lent(rows, PyType_GetModule(free_type));
    note_int(rows, PyType_GetModuleState(free_type) == NULL);
    PyErr_Clear();
    note_lent(rows, PyType_GetModule(&PyLong_Type));
    note_lent(rows, PyType_GetModuleByDef(&PyLong_Type, &bound));
    note_attribute(rows, (PyObject *)type, "__module__");
    Py_DECREF(free_type);
    Py_DECREF(type);
    Py_DECREF(module);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(names), CHECKED(documentation), CHECKED(flags), CHECKED(not_instantiable), CHECKED(immutable), CHECKED(places),
    CHECKED(slots_read), CHECKED(comparison_without_hash), CHECKED(bad_slots), CHECKED(bases), CHECKED(builtin_bases),
    CHECKED(references_to_the_type), CHECKED(many_in_a_row), CHECKED(bound_to_modules), {NULL, NULL, 0, NULL},
};

THEME(specs)
