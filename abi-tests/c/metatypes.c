/* Metatypes: a metatype in C, classes made by it from C and by calls, its attributes and methods, and the type API on all kinds. */
#include "checks.h"
#include <structmember.h>

typedef struct {
    PyHeapTypeObject heap;
    int number;
    int ready;
} Meta;

static PyTypeObject *meta_type;

static PyObject *
meta_new(PyTypeObject *meta, PyObject *args, PyObject *kwargs)
{
    PyObject *class = PyType_Type.tp_new(meta, args, kwargs);
    if (class != NULL) {
        ((Meta *)class)->number = 42;
    }
    return class;
}

static PyObject *
meta_call(PyObject *class, PyObject *args, PyObject *kwargs)
{
    PyObject *instance = PyType_Type.tp_call(class, args, kwargs);
    if (instance != NULL && PyObject_SetAttrString(instance, "called", Py_True) < 0) {
        PyErr_Clear();
    }
    return instance;
}

static int
meta_init(PyObject *class, PyObject *args, PyObject *kwargs)
{
    ((Meta *)class)->ready++;
    return PyType_Type.tp_init(class, args, kwargs);
}

static PyObject *
meta_getattro(PyObject *class, PyObject *name)
{
    if (PyUnicode_CompareWithASCIIString(name, "magic") == 0) {
        return PyUnicode_FromFormat("magic of %s", ((PyTypeObject *)class)->tp_name);
    }
    PyObject *found = _PyType_Lookup((PyTypeObject *)class, name); /* looks into the classes themselves, not through this function */
    if (found == Py_Ellipsis) {
        return PyUnicode_FromFormat("%U found", name);
    }
    return PyType_Type.tp_getattro(class, name);
}

static PyObject *
meta_describe(PyObject *class, PyObject *unused)
{
    return Py_BuildValue("(si)", "described", ((Meta *)class)->number);
}

static PyObject *
meta_repr(PyObject *class)
{
    return PyUnicode_FromFormat("<meta class %s>", ((PyTypeObject *)class)->tp_name);
}

static PyObject *
meta_twice(PyObject *class, void *closure)
{
    return PyLong_FromLong(((Meta *)class)->number * 2);
}

static PyMethodDef meta_methods[] = {{"describe", meta_describe, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyMemberDef meta_members[] = {
    {"number", T_INT, offsetof(Meta, number), 0, NULL}, {"ready", T_INT, offsetof(Meta, ready), READONLY, NULL}, {NULL, 0, 0, 0, NULL},
};
static PyGetSetDef meta_getset[] = {{"twice", meta_twice, NULL, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL}};
static PyType_Slot meta_slots[] = {
    {Py_tp_new, SLOT(meta_new)}, {Py_tp_call, SLOT(meta_call)}, {Py_tp_methods, meta_methods}, {Py_tp_members, meta_members},
    {Py_tp_getset, meta_getset}, {Py_tp_repr, SLOT(meta_repr)}, {Py_tp_init, SLOT(meta_init)},
    {Py_tp_getattro, SLOT(meta_getattro)}, {0, NULL},
};
static PyType_Spec meta_spec = {
    "metatypes.Meta", sizeof(Meta), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, meta_slots,
};

static PyObject *
class_of(const char *name, PyObject *bases, PyObject *namespace)
{
    PyObject *given = bases ? bases : PyTuple_New(0), *dict = namespace ? namespace : PyDict_New();
    PyObject *class = PyObject_CallFunction((PyObject *)meta_type, "sOO", name, given, dict);
    Py_DECREF(given);
    Py_DECREF(dict);
    return class;
}

CHECK(class_made)
{
    PyObject *rows = PyList_New(0), *class = class_of("Made", NULL, Py_BuildValue("{s:i}", "entry", 7));
    EXPECT(class && PyType_Check(class) && !PyType_CheckExact(class) && Py_TYPE(class) == meta_type);
    note(rows, PyObject_GetAttrString(class, "entry"));
    note(rows, PyObject_GetAttrString(class, "number"));
    note(rows, PyObject_GetAttrString(class, "twice"));
    note(rows, PyObject_CallMethod(class, "describe", NULL));
    note(rows, PyObject_Repr(class));
    note(rows, PyObject_GetAttrString(class, "__name__"));
    note_int(rows, PyObject_SetAttrString(class, "number", Py_True));
    note(rows, PyObject_CallMethod(class, "describe", NULL));
    note_int(rows, ((Meta *)class)->number);
    note_text(rows, ((PyTypeObject *)class)->tp_name);
    Py_DECREF(class);
    return rows;
}

CHECK(instances)
{
    PyObject *rows = PyList_New(0), *class = class_of("Made", NULL, NULL), *object = PyObject_CallObject(class, NULL);
    EXPECT(object != NULL && (PyObject *)Py_TYPE(object) == class);
    note(rows, PyObject_GetAttrString(object, "called"));
    note_kind(rows, PyObject_GetAttrString(object, "number"));
    note_kind(rows, PyObject_CallMethod(object, "describe", NULL));
    note_int(rows, PyObject_IsInstance(object, class));
    note_int(rows, PyObject_IsInstance(class, (PyObject *)meta_type) + 2 * PyObject_IsInstance(class, (PyObject *)&PyType_Type));
    note_int(rows, PyType_IsSubtype(meta_type, &PyType_Type));
    Py_DECREF(object);
    Py_DECREF(class);
    return rows;
}

CHECK(own_slots)
{
    PyObject *rows = PyList_New(0), *class = class_of("Slotted", NULL, Py_BuildValue("{s:i}", "entry", 7));
    note_int(rows, ((Meta *)class)->ready);
    note(rows, PyObject_GetAttrString(class, "ready"));
    note_int(rows, PyObject_SetAttrString(class, "ready", Py_None));
    note(rows, NULL);
    note(rows, PyObject_GetAttrString(class, "magic"));
    note(rows, PyObject_GetAttrString(class, "entry"));
    note_kind(rows, PyObject_GetAttrString(class, "missing"));
    note_int(rows, PyObject_HasAttrString(class, "twice") + 2 * PyObject_HasAttrString(class, "absent"));
    note(rows, PyObject_CallMethod(class, "mro", NULL) ? Py_NewRef(Py_True) : NULL);
    Py_DECREF(class);
    return rows;
}

CHECK(derived)
{
    PyObject *rows = PyList_New(0), *class = class_of("Base", NULL, NULL), *bases = PyTuple_Pack(1, class);
    PyObject *derived = PyObject_CallFunction((PyObject *)&PyType_Type, "sO{}", "Derived", bases);
    EXPECT(derived && Py_TYPE(derived) == meta_type);
    note(rows, PyObject_CallMethod(derived, "describe", NULL));
    note(rows, PyObject_Repr(derived));
    note_int(rows, PyObject_IsSubclass(derived, class));
    note_int(rows, ((PyTypeObject *)derived)->tp_base == (PyTypeObject *)class);
    PyObject *sub_meta = PyObject_CallFunction((PyObject *)&PyType_Type, "s(O){}", "SubMeta", meta_type);
    PyObject *made = PyObject_CallFunction(sub_meta, "sO{}", "OfSub", bases);
    EXPECT(made && (PyObject *)Py_TYPE(made) == sub_meta);
    note(rows, PyObject_CallMethod(made, "describe", NULL));
    Py_DECREF(made);
    Py_DECREF(sub_meta);
    Py_DECREF(derived);
    Py_DECREF(bases);
    Py_DECREF(class);
    return rows;
}

CHECK(conflict)
{
    PyObject *rows = PyList_New(0), *other_meta = PyObject_CallFunction((PyObject *)&PyType_Type, "s(O){}", "Other", &PyType_Type);
    PyObject *a = class_of("A", NULL, NULL), *b = PyObject_CallFunction(other_meta, "s(){}", "B"), *bases = PyTuple_Pack(2, a, b);
    EXPECT(a && b);
    note_kind(rows, PyObject_CallFunction((PyObject *)&PyType_Type, "sO{}", "Both", bases));
    note_kind(rows, PyObject_CallFunction((PyObject *)meta_type, "s", "too few"));
    note_kind(rows, PyObject_CallFunction((PyObject *)meta_type, "s(i){}", "no class", 5));
    note_kind(rows, PyObject_CallFunction((PyObject *)&PyType_Type, "s(O){}", "final", &PyBool_Type));
    Py_DECREF(bases);
    Py_DECREF(a);
    Py_DECREF(b);
    Py_DECREF(other_meta);
    return rows;
}

CHECK(classes_as_keys)
{
    PyObject *rows = PyList_New(0), *a = class_of("A", NULL, NULL), *b = class_of("B", NULL, NULL), *dict = PyDict_New();
    note_int(rows, PyDict_SetItem(dict, a, Py_True));
    note_int(rows, PyDict_SetItem(dict, b, Py_False));
    note_lent(rows, PyDict_GetItem(dict, a));
    note_lent(rows, PyDict_GetItem(dict, b));
    note_int(rows, PyObject_RichCompareBool(a, a, Py_EQ) + 2 * PyObject_RichCompareBool(a, b, Py_EQ));
    note_int(rows, PyObject_IsTrue(a));
    note_kind(rows, PyObject_RichCompare(a, b, Py_LT));
    Py_DECREF(a);
    Py_DECREF(b);
    Py_DECREF(dict);
    return rows;
}

CHECK(type_names)
{
    PyObject *rows = PyList_New(0), *class = class_of("Named", NULL, Py_BuildValue("{s:s,s:s}", "__module__", "some.module", "__qualname__", "Outer.Named"));
    PyTypeObject *const types[] = {(PyTypeObject *)class, meta_type, &PyLong_Type, (PyTypeObject *)PyExc_KeyError};
    for (int i = 0; i < 4; i++) {
#if PY_VERSION_HEX >= 0x030B0000
        note(rows, PyType_GetName(types[i]));
        note(rows, PyType_GetQualName(types[i]));
#endif
        note(rows, PyObject_GetAttrString((PyObject *)types[i], "__name__"));
        note(rows, PyObject_GetAttrString((PyObject *)types[i], "__qualname__"));
        note(rows, PyObject_GetAttrString((PyObject *)types[i], "__module__"));
    }
    note_int(rows, PyObject_SetAttrString(class, "__name__", Py_None));
    PyErr_Clear();
    PyObject *name = PyUnicode_FromString("Renamed");
    note_int(rows, PyObject_SetAttrString(class, "__name__", name));
    note(rows, PyObject_GetAttrString(class, "__name__"));
    Py_DECREF(name);
    Py_DECREF(class);
    return rows;
}

CHECK(flags)
{
    PyObject *rows = PyList_New(0), *class = class_of("Flagged", NULL, NULL);
    PyTypeObject *const types[] = {(PyTypeObject *)class, meta_type, &PyLong_Type, &PyType_Type, &PyDict_Type};
    static const unsigned long flags[] = {
        Py_TPFLAGS_HEAPTYPE, Py_TPFLAGS_BASETYPE, Py_TPFLAGS_READY, Py_TPFLAGS_TYPE_SUBCLASS, Py_TPFLAGS_LONG_SUBCLASS,
        Py_TPFLAGS_DICT_SUBCLASS, Py_TPFLAGS_HAVE_GC,
    };
    for (int i = 0; i < 5; i++) {
        PyObject *row = PyList_New(0);
        for (size_t j = 0; j < sizeof(flags) / sizeof(*flags); j++) {
            note_int(row, PyType_HasFeature(types[i], flags[j]) != 0 && (PyType_GetFlags(types[i]) & flags[j]) != 0);
        }
        note(rows, row);
    }
    Py_DECREF(class);
    return rows;
}

CHECK(slots_asked)
{
    PyObject *rows = PyList_New(0);
    EXPECT(PyType_GetSlot(meta_type, Py_tp_call) == SLOT(meta_call) && PyType_GetSlot(meta_type, Py_tp_repr) == SLOT(meta_repr));
    EXPECT(PyType_GetSlot(meta_type, Py_tp_base) == &PyType_Type && PyType_GetSlot(meta_type, Py_nb_add) == NULL);
    note(rows, PyErr_Occurred() ? NULL : Py_NewRef(Py_None));
    note_int(rows, PyType_GetSlot(meta_type, 0) == NULL);
    note(rows, NULL);
    note_int(rows, PyType_GetSlot(meta_type, 1000) == NULL);
    note(rows, NULL);
    note_int(rows, meta_type->tp_basicsize == sizeof(Meta));
    return rows;
}

CHECK(modified)
{
    PyObject *rows = PyList_New(0), *class = class_of("Changed", NULL, NULL), *object = PyObject_CallObject(class, NULL);
    PyObject *name = PyUnicode_InternFromString("later");
    EXPECT(_PyType_Lookup((PyTypeObject *)class, name) == NULL);
    note_int(rows, PyObject_SetAttr(class, name, Py_Ellipsis));
    PyType_Modified((PyTypeObject *)class);
    EXPECT(_PyType_Lookup((PyTypeObject *)class, name) == Py_Ellipsis);
    note(rows, PyObject_GetAttr(object, name));
    note_int(rows, PyObject_DelAttr(class, name));
    note_kind(rows, PyObject_GetAttr(object, name));
    note_int_kind(rows, PyObject_SetAttrString((PyObject *)&PyLong_Type, "later", Py_None));
    Py_DECREF(name);
    Py_DECREF(object);
    Py_DECREF(class);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(class_made), CHECKED(instances), CHECKED(own_slots), CHECKED(derived), CHECKED(conflict), CHECKED(classes_as_keys),
    CHECKED(type_names), CHECKED(flags), CHECKED(slots_asked), CHECKED(modified), {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "metatypes", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_metatypes(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition)), *bases = PyTuple_Pack(1, &PyType_Type);
    meta_type = (PyTypeObject *)PyType_FromSpecWithBases(&meta_spec, bases);
    Py_XDECREF(bases);
    if (module == NULL || PyModule_AddObject(module, "Meta", Py_XNewRef(meta_type)) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
