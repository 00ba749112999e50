/* Inheritance in C: extension types on extension types and on builtins, several bases, constructors and destructors on every level.
   flavours: 3.9 */
#include "checks.h"
#include <structmember.h>

static int freed_a, freed_b;
static PyObject *events;

static void
event(const char *name)
{
    PyObject *text = PyUnicode_FromString(name);
    if (events != NULL && text != NULL) {
        PyList_Append(events, text);
    }
    Py_XDECREF(text);
}

typedef struct {
    PyObject_HEAD
    int a;
} A;

typedef struct {
    A base;
    int b;
    PyObject *held;
} B;

static PyObject *
a_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    event("A.new");
    A *self = (A *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->a = 1;
    }
    return (PyObject *)self;
}

static int
a_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    event("A.init");
    return PyArg_ParseTuple(args, "|i:A", &((A *)self)->a) ? 0 : -1;
}

static void
a_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    freed_a++;
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
a_name(PyObject *self, PyObject *unused)
{
    return PyUnicode_FromFormat("A%d", ((A *)self)->a);
}

static PyObject *
a_only(PyObject *self, PyObject *unused)
{
    return PyUnicode_FromString("only in A");
}

static PyObject *
a_repr(PyObject *self)
{
    return PyUnicode_FromFormat("<A of %d>", ((A *)self)->a);
}

static PyMethodDef a_methods[] = {{"name", a_name, METH_NOARGS, NULL}, {"only", a_only, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyMemberDef a_members[] = {{"a", T_INT, offsetof(A, a), 0, NULL}, {NULL, 0, 0, 0, NULL}};
static PyType_Slot a_slots[] = {
    {Py_tp_new, SLOT(a_new)}, {Py_tp_init, SLOT(a_init)}, {Py_tp_dealloc, SLOT(a_dealloc)}, {Py_tp_methods, a_methods},
    {Py_tp_members, a_members}, {Py_tp_repr, SLOT(a_repr)}, {0, NULL},
};
static PyType_Spec a_spec = {"inheritance.A", sizeof(A), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, a_slots};
static PyTypeObject *a_type, *b_type;

static PyObject *
b_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    event("B.new");
    PyObject *self = a_type->tp_new(type, args, kwargs);
    if (self != NULL) {
        ((B *)self)->b = 2;
    }
    return self;
}

static int
b_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    event("B.init");
    PyObject *held = NULL, *none = PyTuple_New(0);
    int status = a_type->tp_init(self, none, NULL);
    Py_DECREF(none);
    if (status < 0 || !PyArg_ParseTuple(args, "|iO:B", &((B *)self)->b, &held)) {
        return -1;
    }
    Py_XSETREF(((B *)self)->held, Py_XNewRef(held));
    return 0;
}

static int
b_traverse(PyObject *self, visitproc visit, void *arg)
{
#if PY_VERSION_HEX >= 0x03090000
    Py_VISIT(Py_TYPE(self));
#endif
    Py_VISIT(((B *)self)->held);
    return 0;
}

static int
b_clear(PyObject *self)
{
    Py_CLEAR(((B *)self)->held);
    return 0;
}

static void
b_dealloc(PyObject *self)
{
    PyObject_GC_UnTrack(self);
    b_clear(self);
    freed_b++;
    a_type->tp_dealloc(self);
}

static PyObject *
b_name(PyObject *self, PyObject *unused)
{
    PyObject *super = PyObject_CallFunctionObjArgs((PyObject *)&PySuper_Type, b_type, self, NULL);
    PyObject *name = super ? PyObject_CallMethod(super, "name", NULL) : NULL;
    Py_XDECREF(super);
    return name ? PyUnicode_FromFormat("B%d of %V", ((B *)self)->b, name, "?") : NULL;
}

static PyMethodDef b_methods[] = {{"name", b_name, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyMemberDef b_members[] = {
    {"b", T_INT, offsetof(B, b), 0, NULL}, {"held", T_OBJECT, offsetof(B, held), 0, NULL}, {NULL, 0, 0, 0, NULL},
};
static PyType_Slot b_slots[] = {
    {Py_tp_new, SLOT(b_new)}, {Py_tp_init, SLOT(b_init)}, {Py_tp_dealloc, SLOT(b_dealloc)}, {Py_tp_traverse, SLOT(b_traverse)},
    {Py_tp_clear, SLOT(b_clear)}, {Py_tp_methods, b_methods}, {Py_tp_members, b_members}, {0, NULL},
};
static PyType_Spec b_spec = {"inheritance.B", sizeof(B), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, b_slots};

/* A class like Python's statement makes: type(name, bases, {}). */
static PyObject *
python_class(const char *name, PyObject *bases)
{
    return PyObject_CallFunction((PyObject *)&PyType_Type, "sO{}", name, bases);
}

CHECK(two_levels)
{
    PyObject *rows = PyList_New(0);
    events = PyList_New(0);
    PyObject *object = PyObject_CallFunction((PyObject *)b_type, "is", 5, "held");
    note(rows, PyList_GetSlice(events, 0, 99));
    note(rows, PyObject_CallMethod(object, "name", NULL));
    note(rows, PyObject_CallMethod(object, "only", NULL));
    note(rows, PyObject_GetAttrString(object, "a"));
    note(rows, PyObject_GetAttrString(object, "b"));
    note(rows, PyObject_GetAttrString(object, "held"));
    note(rows, PyObject_Repr(object));
    note_int(rows, PyObject_TypeCheck(object, a_type) + 2 * Py_IS_TYPE(object, b_type));
    note_int(rows, PyType_IsSubtype(b_type, a_type) + 2 * PyType_IsSubtype(a_type, b_type));
    Py_DECREF(object);
    note_kind(rows, PyObject_CallFunction((PyObject *)b_type, "s", "no number"));
    Py_CLEAR(events);
    return rows;
}

CHECK(inherited_slots)
{
    PyObject *rows = PyList_New(0);
    note_int(rows, b_type->tp_base == a_type);
    note_int(rows, b_type->tp_repr == a_repr);
    note_int(rows, a_type->tp_base == &PyBaseObject_Type);
    note_int(rows, b_type->tp_basicsize == sizeof(B));
    note_int(rows, b_type->tp_itemsize);
    note_int(rows, PyType_HasFeature(b_type, Py_TPFLAGS_HAVE_GC) != 0);
    note_int(rows, PyType_HasFeature(a_type, Py_TPFLAGS_HAVE_GC) != 0);
    note_int(rows, PyTuple_GET_SIZE(b_type->tp_mro));
    note_int(rows, PyTuple_GET_ITEM(b_type->tp_mro, 1) == (PyObject *)a_type);
    note_int(rows, PyTuple_GET_ITEM(b_type->tp_bases, 0) == (PyObject *)a_type);
    note_text(rows, b_type->tp_name);
    note(rows, PyObject_GetAttrString((PyObject *)b_type, "__module__"));
    note(rows, PyObject_GetAttrString((PyObject *)b_type, "__qualname__"));
    return rows;
}

CHECK(python_subclass)
{
    PyObject *rows = PyList_New(0), *bases = PyTuple_Pack(1, b_type), *sub = python_class("Sub", bases);
    events = PyList_New(0);
    PyObject *object = PyObject_CallFunction(sub, "i", 7);
    note(rows, PyList_GetSlice(events, 0, 99));
    note_int(rows, PyObject_SetAttrString(object, "extra", Py_True));
    note(rows, PyObject_GetAttrString(object, "extra"));
    note(rows, PyObject_CallMethod(object, "name", NULL));
    note_int(rows, PyObject_TypeCheck(object, b_type) + 2 * PyObject_IsInstance(object, (PyObject *)a_type));
    note_int(rows, ((B *)object)->b);
    note_int(rows, PyObject_SetAttrString(object, "b", Py_True));
    note_int(rows, ((B *)object)->b);
    note_int(rows, ((PyTypeObject *)sub)->tp_basicsize >= (Py_ssize_t)sizeof(B));
    Py_DECREF(object);
    Py_DECREF(sub);
    Py_DECREF(bases);
    Py_CLEAR(events);
    return rows;
}

CHECK(several_bases)
{
    PyObject *rows = PyList_New(0), *object_bases = PyTuple_New(0), *mixin = python_class("Mixin", object_bases), *bases = PyTuple_Pack(2, mixin, b_type);
    note_int(rows, PyObject_SetAttrString(mixin, "mixed", Py_Ellipsis));
    PyObject *both = python_class("Both", bases), *object = both ? PyObject_CallObject(both, NULL) : NULL;
    EXPECT(object != NULL);
    note(rows, PyObject_GetAttrString(object, "mixed"));
    note(rows, PyObject_CallMethod(object, "name", NULL));
    note_int(rows, ((PyTypeObject *)both)->tp_base == b_type);
    PyObject *mro = PyObject_GetAttrString(both, "__mro__");
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(mro); i++) {
        note(rows, PyObject_GetAttrString(PyTuple_GET_ITEM(mro, i), "__name__"));
    }
    Py_DECREF(mro);
    Py_DECREF(object);
    Py_DECREF(both);
    Py_DECREF(bases);
    bases = PyTuple_Pack(2, a_type, b_type);
    note_kind(rows, python_class("Order", bases));
    Py_DECREF(bases);
    bases = PyTuple_Pack(2, b_type, &PyLong_Type);
    note_kind(rows, python_class("Layouts", bases));
    Py_DECREF(bases);
    Py_DECREF(mixin);
    Py_DECREF(object_bases);
    return rows;
}

CHECK(spec_with_bases)
{
    PyType_Slot slots[] = {{0, NULL}};
    PyType_Spec spec = {"inheritance.Specified", 0, 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
    PyObject *rows = PyList_New(0), *bases = PyTuple_Pack(1, b_type), *type = PyType_FromSpecWithBases(&spec, bases);
    EXPECT(type != NULL && ((PyTypeObject *)type)->tp_base == b_type && ((PyTypeObject *)type)->tp_basicsize == sizeof(B));
    PyObject *object = PyObject_CallFunction(type, "i", 3);
    note(rows, PyObject_CallMethod(object, "name", NULL));
    note(rows, PyObject_Repr(object));
    Py_DECREF(object);
    Py_DECREF(type);
#if PY_VERSION_HEX >= 0x030A0000
    type = PyType_FromSpecWithBases(&spec, (PyObject *)a_type);
    note_int(rows, type && ((PyTypeObject *)type)->tp_base == a_type);
    Py_XDECREF(type);
#endif
    PyType_Slot own[] = {{Py_tp_base, a_type}, {0, NULL}};
    PyType_Spec based = {"inheritance.Based", 0, 0, Py_TPFLAGS_DEFAULT, own};
    type = PyType_FromSpec(&based);
    note_int(rows, type && ((PyTypeObject *)type)->tp_base == a_type);
    object = PyObject_CallFunction(type, "i", 8);
    note(rows, PyObject_Repr(object));
    Py_XDECREF(object);
    PyObject *sub_bases = PyTuple_Pack(1, type);
    note_kind(rows, python_class("OfFinal", sub_bases));
    Py_DECREF(sub_bases);
    Py_XDECREF(type);
    Py_DECREF(bases);
    return rows;
}

typedef struct {
    PyListObject list;
    int extra;
} List;

static PyObject *
list_extra(PyObject *self, PyObject *unused)
{
    return Py_BuildValue("(in)", ((List *)self)->extra++, PyObject_Length(self));
}

CHECK(of_builtins)
{
    static PyMethodDef list_methods[] = {{"extra", list_extra, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
    PyType_Slot slots[] = {{Py_tp_methods, list_methods}, {0, NULL}};
    PyType_Spec spec = {"inheritance.List", sizeof(List), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
    PyObject *rows = PyList_New(0), *bases = PyTuple_Pack(1, &PyList_Type), *type = PyType_FromSpecWithBases(&spec, bases);
    EXPECT(type != NULL);
    PyObject *object = PyObject_CallFunction(type, "((iii))", 3, 1, 2);
    EXPECT(object && PyList_Check(object) && !PyList_CheckExact(object));
    note_int(rows, PyList_Append(object, Py_True));
    note(rows, PyObject_CallMethod(object, "extra", NULL));
    note(rows, PyObject_CallMethod(object, "extra", NULL));
    note_int(rows, PyList_Sort(object));
    note(rows, PyObject_Repr(object));
    note(rows, PySequence_GetSlice(object, 1, 3));
    note(rows, PySequence_GetItem(object, 0));
    note_int(rows, PyObject_RichCompareBool(object, object, Py_EQ));
    note(rows, PySequence_Tuple(object));
    Py_DECREF(object);
    Py_DECREF(type);
    Py_DECREF(bases);
    return rows;
}

CHECK(of_values)
{
    PyTypeObject *const types[] = {&PyLong_Type, &PyFloat_Type, &PyUnicode_Type, &PyBytes_Type, &PyTuple_Type, &PyDict_Type, &PySet_Type};
    PyObject *rows = PyList_New(0);
    PyObject *const values[] = {PyLong_FromLong(42), PyFloat_FromDouble(1.5), PyUnicode_FromString("te\xc3\xa9"), PyBytes_FromString("by"),
                                Py_BuildValue("(ii)", 1, 2), Py_BuildValue("{i:i}", 1, 2), NULL};
    for (int i = 0; i < 7; i++) {
        PyType_Slot slots[] = {{0, NULL}};
        PyType_Spec spec = {"inheritance.Value", 0, 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
        PyObject *bases = PyTuple_Pack(1, types[i]), *type = PyType_FromSpecWithBases(&spec, bases);
        EXPECT(type != NULL);
        PyObject *object = values[i] ? PyObject_CallFunctionObjArgs(type, values[i], NULL) : PyObject_CallObject(type, NULL);
        EXPECT(object != NULL && (PyTypeObject *)type == Py_TYPE(object));
        note_int(rows, PyObject_IsTrue(object));
        note_int(rows, values[i] ? PyObject_RichCompareBool(object, values[i], Py_EQ) : -5);
        note_int(rows, PyObject_IsInstance(object, (PyObject *)types[i]));
        note_int_kind(rows, i < 2 ? 0 : PyObject_Length(object));
        note_int(rows, PyType_HasFeature((PyTypeObject *)type, Py_TPFLAGS_LONG_SUBCLASS) != 0);
        note_int(rows, PyType_HasFeature((PyTypeObject *)type, Py_TPFLAGS_UNICODE_SUBCLASS | Py_TPFLAGS_TUPLE_SUBCLASS) != 0);
        Py_DECREF(object);
        Py_DECREF(type);
        Py_DECREF(bases);
        Py_XDECREF(values[i]);
    }
    return rows;
}

CHECK(exceptions)
{
    PyObject *rows = PyList_New(0), *first = PyErr_NewException("inheritance.First", NULL, NULL), *bases = PyTuple_Pack(2, first, PyExc_KeyError);
    PyObject *dict = Py_BuildValue("{s:i}", "code", 7), *second = PyErr_NewExceptionWithDoc("inheritance.Second", "The doc.", bases, dict);
    EXPECT(first && second);
    PyErr_SetString(second, "message");
    note_int(rows, PyErr_ExceptionMatches(first) + 2 * PyErr_ExceptionMatches(PyExc_LookupError) + 4 * PyErr_ExceptionMatches(PyExc_OSError));
    note(rows, NULL);
    note(rows, PyObject_GetAttrString(second, "__doc__"));
    note(rows, PyObject_GetAttrString(second, "code"));
    note(rows, PyObject_GetAttrString(second, "__module__"));
    note(rows, PyErr_NewException("nodot", NULL, NULL));
    PyObject *object = PyObject_CallFunction(second, "si", "a", 2);
    note(rows, PyObject_GetAttrString(object, "args"));
    Py_DECREF(object);
    Py_DECREF(first);
    Py_DECREF(second);
    Py_DECREF(bases);
    Py_DECREF(dict);
    return rows;
}

CHECK(allocation)
{
    PyObject *rows = PyList_New(0), *made = a_type->tp_alloc(a_type, 0), *none = PyTuple_New(0);
    EXPECT(made && Py_TYPE(made) == a_type && Py_REFCNT(made) == 1 && ((A *)made)->a == 0);
    note(rows, PyObject_Repr(made));
    Py_DECREF(made);
    made = PyType_GenericNew(b_type, none, NULL);
    EXPECT(made && ((B *)made)->b == 0 && ((B *)made)->held == NULL);
    note_int(rows, PyObject_GC_IsTracked(made));
    Py_DECREF(made);
    made = PyBaseObject_Type.tp_new(&PyBaseObject_Type, none, NULL);
    note_int(rows, made != NULL && Py_TYPE(made) == &PyBaseObject_Type);
    Py_XDECREF(made);
#if PY_VERSION_HEX < 0x030C0000
    /* Since 3.12 the head of an int has a tag where an A has its number. */
    note_kind(rows, PyLong_Type.tp_new(a_type, none, NULL));
#endif
    made = PyLong_Type.tp_new(&PyLong_Type, none, NULL);
    note(rows, made);
    Py_DECREF(none);
    return rows;
}

static PyObject *
freed(PyObject *self, PyObject *unused)
{
    return Py_BuildValue("(ii)", freed_a, freed_b);
}

static PyMethodDef methods[] = {
    {"freed", freed, METH_NOARGS, NULL},
    CHECKED(two_levels), CHECKED(inherited_slots), CHECKED(python_subclass), CHECKED(several_bases), CHECKED(spec_with_bases),
    CHECKED(of_builtins), CHECKED(of_values), CHECKED(exceptions), CHECKED(allocation), {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "inheritance", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_inheritance(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    a_type = (PyTypeObject *)PyType_FromSpec(&a_spec);
    PyObject *bases = PyTuple_Pack(1, a_type);
    b_type = (PyTypeObject *)PyType_FromSpecWithBases(&b_spec, bases);
    Py_XDECREF(bases);
    if (module == NULL || PyModule_AddObject(module, "A", Py_XNewRef(a_type)) < 0 || PyModule_AddObject(module, "B", Py_XNewRef(b_type)) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
