/* Weak references: to extension types with a weak list, callbacks in C, proxies, what cannot be referred to, clearing. */
#include "checks.h"
#include <structmember.h>

typedef struct {
    PyObject_HEAD
    PyObject *weak;
    int number;
} Target;

static void
target_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    if (((Target *)self)->weak != NULL) {
        PyObject_ClearWeakRefs(self);
    }
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
target_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return Py_BuildValue("(iO)", ((Target *)self)->number, args);
}

static PyMemberDef target_members[] = {
    {"__weaklistoffset__", T_PYSSIZET, offsetof(Target, weak), READONLY, NULL}, {"number", T_INT, offsetof(Target, number), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};
static PyType_Slot target_slots[] = {
    {Py_tp_dealloc, SLOT(target_dealloc)}, {Py_tp_members, target_members}, {Py_tp_call, SLOT(target_call)}, {0, NULL},
};
static PyType_Spec target_spec = {"weak_references.Target", sizeof(Target), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, target_slots};
static PyTypeObject *target_type;

static PyObject *
target(int number)
{
    PyObject *self = PyObject_CallObject((PyObject *)target_type, NULL);
    if (self != NULL) {
        ((Target *)self)->number = number;
    }
    return self;
}

/* What a reference leads to: a new reference, None when it is dead. */
static PyObject *
follow(PyObject *reference)
{
#if PY_VERSION_HEX >= 0x030D0000
    PyObject *object = NULL;
    int status = PyWeakref_GetRef(reference, &object);
    return status < 0 ? NULL : object ? object : Py_NewRef(Py_None);
#else
    return Py_XNewRef(PyWeakref_GetObject(reference));
#endif
}

CHECK(reference)
{
    PyObject *rows = PyList_New(0), *object = target(5), *reference = PyWeakref_NewRef(object, NULL);
    EXPECT(reference != NULL);
    note_int(rows, PyWeakref_Check(reference) + 2 * PyWeakref_CheckRef(reference) + 4 * PyWeakref_CheckProxy(reference)
                       + 8 * PyWeakref_CheckRefExact(reference));
    PyObject *found = follow(reference);
    EXPECT(found == object);
    Py_DECREF(found);
    found = PyObject_CallNoArgs(reference);
    EXPECT(found == object);
    Py_DECREF(found);
    PyObject *same = PyWeakref_NewRef(object, NULL);
    note_int(rows, same == reference);
    note_int(rows, PyObject_RichCompareBool(same, reference, Py_EQ));
    Py_DECREF(same);
    note_int(rows, PyObject_Hash(reference) == PyObject_Hash(object));
    Py_DECREF(reference);
    Py_DECREF(object);
    return rows;
}

CHECK(proxy)
{
    PyObject *rows = PyList_New(0), *object = target(6), *proxy = PyWeakref_NewProxy(object, NULL);
    EXPECT(proxy != NULL);
    note_int(rows, PyWeakref_Check(proxy) + 2 * PyWeakref_CheckRef(proxy) + 4 * PyWeakref_CheckProxy(proxy));
    note(rows, PyObject_GetAttrString(proxy, "number"));
    note_int(rows, PyObject_SetAttrString(proxy, "number", Py_True));
    note_int(rows, ((Target *)object)->number);
    note(rows, PyObject_CallFunction(proxy, "i", 3));
    note_kind(rows, PyObject_GetAttrString(proxy, "missing"));
    note_int_kind(rows, PyObject_Hash(proxy));
    PyObject *found = follow(proxy);
    EXPECT(found == object);
    Py_DECREF(found);
    Py_DECREF(proxy);
    Py_DECREF(object);
    return rows;
}

CHECK(what_cannot)
{
    PyObject *rows = PyList_New(0);
    PyObject *const values[] = {PyLong_FromLong(5), PyUnicode_FromString("s"), PyTuple_New(0), PyList_New(0), PyDict_New(), Py_NewRef(Py_None)};
    for (int i = 0; i < 6; i++) {
        note_kind(rows, PyWeakref_NewRef(values[i], NULL));
        note_kind(rows, PyWeakref_NewProxy(values[i], NULL));
        note_int(rows, PyWeakref_Check(values[i]));
        Py_DECREF(values[i]);
    }
    return rows;
}

CHECK(what_can)
{
    PyObject *rows = PyList_New(0), *bare = PyObject_CallFunction((PyObject *)&PyType_Type, "s(){}", "Bare");
    PyObject *const values[] = {PySet_New(NULL), PyFrozenSet_New(NULL), Py_NewRef(bare), PyObject_CallObject(bare, NULL), Py_NewRef(self)};
    for (int i = 0; i < 5; i++) {
        PyObject *reference = PyWeakref_NewRef(values[i], NULL), *found = reference ? follow(reference) : NULL;
        note_int(rows, found != NULL && found == values[i]);
        Py_XDECREF(found);
        Py_XDECREF(reference);
        Py_DECREF(values[i]);
    }
    Py_DECREF(bare);
    return rows;
}

CHECK(wrong)
{
    PyObject *rows = PyList_New(0), *object = target(1);
#if PY_VERSION_HEX < 0x030D0000
    note_lent(rows, PyWeakref_GetObject(NULL));
    note_lent(rows, PyWeakref_GetObject(object));
    note_lent(rows, PyWeakref_GetObject(Py_None));
#endif
    Py_DECREF(object);
    return rows;
}

static int called;

static PyObject *
callback(PyObject *self, PyObject *reference)
{
    called += 1 + 10 * PyWeakref_Check(reference);
    Py_RETURN_NONE;
}

static PyMethodDef callback_definition = {"callback", callback, METH_O, NULL};

CHECK(callback_kept)
{
    PyObject *rows = PyList_New(0), *object = target(2), *function = PyCFunction_New(&callback_definition, NULL);
    PyObject *reference = PyWeakref_NewRef(object, function), *other = PyWeakref_NewRef(object, NULL);
    note_int(rows, reference != other);
    note_int(rows, PyObject_RichCompareBool(reference, other, Py_EQ));
    PyObject *kept = PyObject_GetAttrString(reference, "__callback__");
    note_int(rows, kept == function);
    Py_XDECREF(kept);
    note(rows, PyObject_GetAttrString(other, "__callback__"));
    /* A reference that dies first is not called back. */
    int before = called;
    Py_DECREF(reference);
    Py_DECREF(object);
    note_int(rows, called - before);
    Py_DECREF(other);
    Py_DECREF(function);
    return rows;
}

CHECK(none_as_callback)
{
    PyObject *rows = PyList_New(0), *object = target(3), *reference = PyWeakref_NewRef(object, Py_None), *plain = PyWeakref_NewRef(object, NULL);
    note_int(rows, reference != NULL && reference == plain);
    note(rows, PyObject_GetAttrString(reference, "__callback__"));
    Py_XDECREF(reference);
    Py_XDECREF(plain);
    Py_DECREF(object);
    return rows;
}

CHECK(type_offset)
{
    PyObject *rows = PyList_New(0), *object = target(4);
    note_int(rows, target_type->tp_weaklistoffset == offsetof(Target, weak));
    note_int(rows, PyType_SUPPORTS_WEAKREFS(target_type) + 2 * PyType_SUPPORTS_WEAKREFS(&PyLong_Type));
    Py_DECREF(object);
    return rows;
}

static PyObject *
refer(PyObject *self, PyObject *args)
{
    PyObject *object, *function = NULL;
    return PyArg_ParseTuple(args, "O|O", &object, &function) ? PyWeakref_NewRef(object, function) : NULL;
}

static PyObject *
refer_with_callback(PyObject *self, PyObject *object)
{
    PyObject *function = PyCFunction_New(&callback_definition, NULL), *reference = PyWeakref_NewRef(object, function);
    Py_XDECREF(function);
    return reference;
}

static PyObject *
times_called(PyObject *self, PyObject *unused)
{
    return PyLong_FromLong(called);
}

static PyObject *
follow_it(PyObject *self, PyObject *reference)
{
    return follow(reference);
}

static PyObject *classes;

/* Classes of Python's that only C has seen, half of them over another one. */
CHECK(class_used)
{
    enum { COUNT = 100 };
    PyObject *rows = PyList_New(0);
    Py_XSETREF(classes, PyList_New(0));
    for (int i = 0; i < COUNT; i++) {
        PyObject *base = PyObject_CallFunction((PyObject *)&PyType_Type, "s(){}", "Base");
        PyObject *made = i % 2 ? Py_XNewRef(base) : PyObject_CallFunction((PyObject *)&PyType_Type, "s(O){}", "Derived", base);
        PyObject *object = PyObject_CallNoArgs(made), *reference = PyWeakref_NewRef(made, NULL);
        EXPECT(base && made && object && reference && Py_TYPE(object) == (PyTypeObject *)made);
        EXPECT(PyObject_SetAttrString(made, "instance", object) == 0 && PyList_Append(classes, reference) == 0);
        if (i < 2) {
            note(rows, PyUnicode_FromString(((PyTypeObject *)made)->tp_name));
        }
        Py_DECREF(base);
        Py_DECREF(made);
        Py_DECREF(object);
        Py_DECREF(reference);
    }
    return rows;
}

/* How many of them there are still. */
static PyObject *
classes_alive(PyObject *self, PyObject *none)
{
    int alive = 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(classes); i++) {
        PyObject *class = PyObject_CallNoArgs(PyList_GET_ITEM(classes, i));
        alive += class != Py_None;
        Py_XDECREF(class);
    }
    return PyLong_FromLong(alive);
}

static PyMethodDef methods[] = {
    CHECKED(class_used), {"classes_alive", classes_alive, METH_NOARGS, NULL},
    CHECKED(reference), CHECKED(proxy), CHECKED(what_cannot), CHECKED(what_can), CHECKED(wrong), CHECKED(callback_kept),
    CHECKED(none_as_callback), CHECKED(type_offset), {"refer", refer, METH_VARARGS, NULL},
    {"refer_with_callback", refer_with_callback, METH_O, NULL}, {"times_called", times_called, METH_NOARGS, NULL},
    {"follow", follow_it, METH_O, NULL}, {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "weak_references", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_weak_references(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    target_type = (PyTypeObject *)PyType_FromSpec(&target_spec);
    if (module == NULL || PyModule_AddObject(module, "Target", Py_XNewRef(target_type)) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
