/* Classes over several extension types: which layouts go together, what is inherited from where, and instances that
   `object.__new__` makes.
   flavours: 3.9 */
#include "checks.h"
#include <structmember.h>

typedef struct {
    PyObject_HEAD
    long number;
} Field;

typedef struct {
    Field base;
    long more;
} Longer;

typedef struct {
    PyObject_HEAD
    PyObject *dict;
    PyObject *weakrefs;
} Open;

static PyObject *
name_of(const char *name, PyObject *self)
{
    return PyUnicode_FromFormat("%s of %s", name, Py_TYPE(self)->tp_name);
}

static PyObject *
empty_hello(PyObject *self, PyObject *unused)
{
    return name_of("empty", self);
}

static PyObject *
open_hello(PyObject *self, PyObject *unused)
{
    return name_of("open", self);
}

static PyObject *
field_hello(PyObject *self, PyObject *unused)
{
    return PyUnicode_FromFormat("field %ld", ((Field *)self)->number);
}

static PyObject *
longer_hello(PyObject *self, PyObject *unused)
{
    return PyUnicode_FromFormat("longer %ld %ld", ((Field *)self)->number, ((Longer *)self)->more);
}

static PyObject *
field_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Field *self = (Field *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->number = 7;
    }
    return (PyObject *)self;
}

static PyMemberDef field_members[] = {{"number", T_LONG, offsetof(Field, number), 0, NULL}, {NULL, 0, 0, 0, NULL}};
static PyMemberDef longer_members[] = {{"more", T_LONG, offsetof(Longer, more), 0, NULL}, {NULL, 0, 0, 0, NULL}};
static PyMemberDef open_members[] = {
    {"__dictoffset__", T_PYSSIZET, offsetof(Open, dict), READONLY, NULL},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(Open, weakrefs), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};
static PyGetSetDef open_getset[] = {
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};
static PyMethodDef empty_methods[] = {{"empty_hello", empty_hello, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyMethodDef open_methods[] = {{"open_hello", open_hello, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyMethodDef field_methods[] = {{"field_hello", field_hello, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyMethodDef longer_methods[] = {{"longer_hello", longer_hello, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};

static int
open_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(((Open *)self)->dict);
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static int
open_clear(PyObject *self)
{
    Py_CLEAR(((Open *)self)->dict);
    return 0;
}

static void
open_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (((Open *)self)->weakrefs != NULL) {
        PyObject_ClearWeakRefs(self);
    }
    open_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyType_Slot empty_slots[] = {{Py_tp_methods, empty_methods}, {0, NULL}};
static PyType_Slot other_slots[] = {{0, NULL}};
static PyType_Slot open_slots[] = {
    {Py_tp_methods, open_methods}, {Py_tp_members, open_members}, {Py_tp_getset, open_getset}, {Py_tp_traverse, open_traverse},
    {Py_tp_clear, open_clear}, {Py_tp_dealloc, open_dealloc}, {0, NULL},
};
static PyType_Slot field_slots[] = {{Py_tp_methods, field_methods}, {Py_tp_members, field_members}, {Py_tp_new, field_new}, {0, NULL}};
static PyType_Slot plain_slots[] = {{Py_tp_methods, field_methods}, {Py_tp_members, field_members}, {0, NULL}};
static PyType_Slot longer_slots[] = {{Py_tp_methods, longer_methods}, {Py_tp_members, longer_members}, {0, NULL}};

#define DERIVABLE (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE)
static PyType_Spec empty_spec = {"several_bases.Empty", sizeof(PyObject), 0, DERIVABLE, empty_slots};
static PyType_Spec other_spec = {"several_bases.Other", sizeof(PyObject), 0, DERIVABLE, other_slots};
static PyType_Spec open_spec = {"several_bases.Open", sizeof(Open), 0, DERIVABLE | Py_TPFLAGS_HAVE_GC, open_slots};
static PyType_Spec field_spec = {"several_bases.Field", sizeof(Field), 0, DERIVABLE, field_slots};
static PyType_Spec plain_spec = {"several_bases.Plain", sizeof(Field), 0, DERIVABLE, plain_slots};
static PyType_Spec longer_spec = {"several_bases.Longer", sizeof(Longer), 0, DERIVABLE, longer_slots};
static PyType_Spec longest_spec = {"several_bases.Longest", sizeof(Longer), 0, DERIVABLE, longer_slots};
static PyType_Spec same_spec = {"several_bases.Same", sizeof(Field), 0, DERIVABLE, other_slots};

/* Static and without a tp_new: abstract. */
static PyTypeObject abstract = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "several_bases.Abstract",
    .tp_basicsize = sizeof(PyObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_methods = empty_methods,
};

/* A float beside its line of bases, which asks that one for its value. */
static PyObject *
measure_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    return ((PyTypeObject *)PyTuple_GET_ITEM(type->tp_bases, 1))->tp_new(type, args, kwargs);
}

static PyTypeObject measure = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "several_bases.Measure",
    .tp_basicsize = sizeof(PyFloatObject),
    .tp_base = &abstract,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = measure_new,
};

/* A string that compares as strings do, by their own function. */
static PyTypeObject named = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "several_bases.Named",
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
};

static PyObject *
read_double(PyObject *module, PyObject *object)
{
    return PyFloat_FromDouble(((PyFloatObject *)object)->ob_fval);
}

static PyObject *
shape(PyObject *module, PyObject *type)
{
    return PyUnicode_FromString(((PyTypeObject *)type)->tp_base->tp_name);
}

/* Makes an instance as C does, by tp_new alone. */
static PyObject *
new(PyObject *module, PyObject *type)
{
    PyObject *none = PyTuple_New(0), *made = ((PyTypeObject *)type)->tp_new((PyTypeObject *)type, none, NULL);
    Py_DECREF(none);
    return made;
}

static PyObject *
both(PyObject *module, PyObject *args)
{
    return PySequence_List(args);
}

static PyObject *
number(PyObject *module, PyObject *object)
{
    return PyLong_FromLong(((Field *)object)->number);
}

static PyMethodDef methods[] = {
    {"shape", shape, METH_O, NULL}, {"new", new, METH_O, NULL}, {"both", both, METH_VARARGS, NULL}, {"number", number, METH_O, NULL},
    {"read_double", read_double, METH_O, NULL}, {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "several_bases", .m_size = -1, .m_methods = methods,
};

static PyObject *
add(PyObject *module, const char *name, PyType_Spec *spec, PyObject *base)
{
    PyObject *bases = base ? PyTuple_Pack(1, base) : NULL;
    PyObject *type = base ? PyType_FromSpecWithBases(spec, bases) : PyType_FromSpec(spec);
    Py_XDECREF(bases);
    if (type != NULL) {
        PyModule_AddObjectRef(module, name, type);
    }
    return type;
}

PyMODINIT_FUNC
PyInit_several_bases(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    if (module == NULL || PyType_Ready(&abstract) < 0) {
        return NULL;
    }
    PyModule_AddObjectRef(module, "Abstract", (PyObject *)&abstract);
    measure.tp_bases = PyTuple_Pack(2, &abstract, &PyFloat_Type);
    if (PyType_Ready(&measure) < 0) {
        return NULL;
    }
    PyModule_AddObjectRef(module, "Measure", (PyObject *)&measure);
    named.tp_base = &PyUnicode_Type;
    named.tp_bases = PyTuple_Pack(2, &PyUnicode_Type, &abstract);
    named.tp_basicsize = PyUnicode_Type.tp_basicsize;
    named.tp_richcompare = PyUnicode_Type.tp_richcompare;
    named.tp_hash = PyUnicode_Type.tp_hash;
    if (PyType_Ready(&named) < 0) {
        return NULL;
    }
    PyModule_AddObjectRef(module, "Named", (PyObject *)&named);
    add(module, "Empty", &empty_spec, NULL);
    add(module, "Other", &other_spec, NULL);
    add(module, "Open", &open_spec, NULL);
    PyObject *field = add(module, "Field", &field_spec, NULL);
    add(module, "Plain", &plain_spec, NULL);
    add(module, "Longer", &longer_spec, field);
    add(module, "Longest", &longest_spec, field);
    add(module, "Same", &same_spec, field);
    return PyErr_Occurred() ? NULL : module;
}
