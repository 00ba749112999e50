/* Attribute access, calls, texts, comparison and hash: the slots of each, generic access, instance dictionaries, and what subclasses inherit.
   flavours: 3.9 */
#include "checks.h"
#include <structmember.h>

typedef struct {
    PyObject_HEAD
    int value;
    PyObject *dict;
} Thing;

static PyObject *
thing_getattro(PyObject *self, PyObject *name)
{
    if (PyUnicode_CompareWithASCIIString(name, "virtual") == 0) {
        return PyLong_FromLong(((Thing *)self)->value);
    }
    if (PyUnicode_CompareWithASCIIString(name, "broken") == 0) {
        PyErr_SetString(PyExc_OSError, "attribute is broken");
        return NULL;
    }
    return PyObject_GenericGetAttr(self, name);
}

static int
thing_setattro(PyObject *self, PyObject *name, PyObject *value)
{
    if (PyUnicode_CompareWithASCIIString(name, "virtual") == 0) {
        if (value == NULL) {
            PyErr_SetString(PyExc_AttributeError, "virtual cannot be deleted");
            return -1;
        }
        ((Thing *)self)->value = (int)PyLong_AsLong(value);
        return PyErr_Occurred() ? -1 : 0;
    }
    return PyObject_GenericSetAttr(self, name, value);
}

static PyObject *
thing_call(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return Py_BuildValue("(iOO)", ((Thing *)self)->value, args, kwargs ? kwargs : Py_None);
}

static PyObject *
thing_repr(PyObject *self)
{
    return PyUnicode_FromFormat("Thing(%d)", ((Thing *)self)->value);
}

static PyObject *
thing_str(PyObject *self)
{
    return ((Thing *)self)->value == -1 ? PyLong_FromLong(5) : PyUnicode_FromFormat("thing number %d", ((Thing *)self)->value);
}

static Py_hash_t
thing_hash(PyObject *self)
{
    if (((Thing *)self)->value == -2) {
        PyErr_SetString(PyExc_TypeError, "this one has no hash");
        return -1;
    }
    return ((Thing *)self)->value * 1000;
}

static PyTypeObject *thing_type;

static PyObject *
thing_compare(PyObject *self, PyObject *other, int op)
{
    if (!PyObject_TypeCheck(other, thing_type)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    int a = ((Thing *)self)->value, b = ((Thing *)other)->value;
    if (a == -3) {
        PyErr_SetString(PyExc_OSError, "cannot compare");
        return NULL;
    }
    Py_RETURN_RICHCOMPARE(a, b, op);
}

static int
thing_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return PyArg_ParseTuple(args, "|i:Thing", &((Thing *)self)->value) ? 0 : -1;
}

static void
thing_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_CLEAR(((Thing *)self)->dict);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMemberDef thing_members[] = {
    {"__dictoffset__", T_PYSSIZET, offsetof(Thing, dict), READONLY, NULL}, {NULL, 0, 0, 0, NULL},
};
static PyGetSetDef thing_getset[] = {
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL},
};
static PyType_Slot thing_slots[] = {
    {Py_tp_getattro, SLOT(thing_getattro)}, {Py_tp_setattro, SLOT(thing_setattro)}, {Py_tp_call, SLOT(thing_call)},
    {Py_tp_repr, SLOT(thing_repr)}, {Py_tp_str, SLOT(thing_str)}, {Py_tp_hash, SLOT(thing_hash)}, {Py_tp_richcompare, SLOT(thing_compare)},
    {Py_tp_init, SLOT(thing_init)}, {Py_tp_dealloc, SLOT(thing_dealloc)}, {Py_tp_members, thing_members}, {Py_tp_getset, thing_getset}, {0, NULL},
};
static PyType_Spec thing_spec = {"attributes.Thing", sizeof(Thing), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, thing_slots};

static PyObject *
thing(int value)
{
    return PyObject_CallFunction((PyObject *)thing_type, "i", value);
}

CHECK(get_and_set)
{
    PyObject *rows = PyList_New(0), *object = thing(7), *five = PyLong_FromLong(5), *name = PyUnicode_FromString("own");
    note(rows, PyObject_GetAttrString(object, "virtual"));
    note_int(rows, PyObject_SetAttrString(object, "virtual", five));
    note(rows, PyObject_GetAttrString(object, "virtual"));
    note_int_kind(rows, PyObject_SetAttrString(object, "virtual", name));
    note_int(rows, PyObject_DelAttrString(object, "virtual"));
    note(rows, PyObject_GetAttrString(object, "broken"));
    note_int(rows, PyObject_HasAttrString(object, "broken"));
    note_int(rows, PyObject_HasAttrString(object, "virtual"));
    note_int(rows, PyObject_SetAttr(object, name, five));
    note(rows, PyObject_GetAttr(object, name));
    note_int(rows, PyObject_HasAttr(object, name));
    note_int(rows, PyObject_DelAttr(object, name));
    note_kind(rows, PyObject_GetAttr(object, name));
    note_int_kind(rows, PyObject_DelAttr(object, name));
    note_kind(rows, PyObject_GetAttr(object, five));
    note_int_kind(rows, PyObject_SetAttr(object, five, five));
    note_int(rows, PyObject_HasAttr(object, five));
    PyErr_Clear();
    Py_DECREF(object);
    Py_DECREF(five);
    Py_DECREF(name);
    return rows;
}

CHECK(dictionaries)
{
    PyObject *rows = PyList_New(0), *object = thing(7);
#if PY_VERSION_HEX < 0x030E0000
    PyObject **place = _PyObject_GetDictPtr(object);
    EXPECT(place != NULL && place == &((Thing *)object)->dict);
    EXPECT(_PyObject_GetDictPtr(Py_None) == NULL);
#endif
    note_int(rows, thing_type->tp_dictoffset == offsetof(Thing, dict));
    note_int(rows, PyObject_SetAttrString(object, "a", Py_True));
    PyObject *dict = PyObject_GenericGetDict(object, NULL);
    note_lent(rows, PyDict_GetItemString(dict, "a"));
    note_int(rows, PyDict_SetItemString(dict, "b", Py_Ellipsis));
    note(rows, PyObject_GetAttrString(object, "b"));
    PyObject *same = PyObject_GetAttrString(object, "__dict__");
    note_int(rows, same == dict);
    Py_DECREF(same);
    note(rows, dict);
    PyObject *other = Py_BuildValue("{s:i}", "c", 3);
    note_int(rows, PyObject_SetAttrString(object, "__dict__", other));
    note(rows, PyObject_GetAttrString(object, "c"));
    note_kind(rows, PyObject_GetAttrString(object, "a"));
    note_int_kind(rows, PyObject_SetAttrString(object, "__dict__", Py_None));
    note(rows, PyObject_GenericGetDict(object, NULL));
    note_int(rows, PyObject_GenericSetDict(object, NULL, NULL));
    Py_DECREF(other);
    Py_DECREF(object);
    return rows;
}

CHECK(looked_up)
{
    PyObject *rows = PyList_New(0), *object = thing(7), *name = PyUnicode_InternFromString("virtual");
#if PY_VERSION_HEX < 0x030D0000
    static const char *const names[] = {"virtual", "broken", "missing"};
    for (int i = 0; i < 3; i++) {
        PyObject *key = PyUnicode_FromString(names[i]), *found = NULL;
        note_int(rows, _PyObject_LookupAttr(object, key, &found));
        note(rows, found ? found : Py_NewRef(Py_None));
        Py_DECREF(key);
    }
#endif
    note_kind(rows, PyObject_GenericGetAttr(object, name));
    note_int(rows, PyObject_GenericSetAttr(object, name, name));
    note(rows, PyObject_GenericGetAttr(object, name));
    note(rows, PyObject_GetAttr(object, name));
    note_int(rows, PyObject_GenericSetAttr(object, name, NULL));
    note_int_kind(rows, PyObject_GenericSetAttr(Py_None, name, name));
    EXPECT(_PyType_Lookup(thing_type, name) == NULL && !PyErr_Occurred());
    Py_DECREF(object);
    Py_DECREF(name);
    return rows;
}

CHECK(calls)
{
    PyObject *rows = PyList_New(0), *object = thing(7), *args = Py_BuildValue("(is)", 1, "two"), *kwargs = Py_BuildValue("{si}", "key", 3);
    EXPECT(PyCallable_Check(object) && !PyCallable_Check(args) && !PyCallable_Check(NULL));
    note(rows, PyObject_Call(object, args, kwargs));
    note(rows, PyObject_CallObject(object, args));
    note(rows, PyObject_CallObject(object, NULL));
    note(rows, PyObject_CallFunction(object, "i", 5));
    note(rows, PyObject_CallNoArgs(object));
    note(rows, PyObject_VectorcallDict(object, &kwargs, 1, kwargs));
    note(rows, PyObject_CallMethod(object, "__call__", "i", 6));
    note_kind(rows, PyObject_CallObject(args, NULL));
    note_kind(rows, PyObject_CallObject(object, kwargs));
    note_int(rows, thing_type->tp_call != NULL && thing_type->tp_vectorcall == NULL);
    Py_DECREF(object);
    Py_DECREF(args);
    Py_DECREF(kwargs);
    return rows;
}

CHECK(texts)
{
    PyObject *rows = PyList_New(0);
    for (int value = -1; value < 2; value++) {
        PyObject *object = thing(value);
        note(rows, PyObject_Repr(object));
        note_kind(rows, PyObject_Str(object));
        note(rows, PyObject_ASCII(object));
        note_kind(rows, PyObject_Format(object, NULL));
        note(rows, PyUnicode_FromFormat("%R", object));
        PyObject *list = Py_BuildValue("[O]", object);
        note(rows, PyObject_Repr(list));
        Py_DECREF(list);
        Py_DECREF(object);
    }
    note(rows, PyObject_Repr(NULL));
    note(rows, PyObject_Str(NULL));
    note(rows, PyObject_ASCII(NULL));
    return rows;
}

CHECK(comparisons)
{
    PyObject *rows = PyList_New(0), *one = thing(1), *two = thing(2), *same = thing(1), *broken = thing(-3), *five = PyLong_FromLong(5);
    PyObject *const others[] = {two, same, five, one};
    for (int i = 0; i < 4; i++) {
        for (int op = Py_LT; op <= Py_GE; op++) {
            note_kind(rows, PyObject_RichCompare(one, others[i], op));
            note_int_kind(rows, PyObject_RichCompareBool(one, others[i], op));
        }
    }
    note(rows, PyObject_RichCompare(broken, one, Py_EQ));
    note_int(rows, PyObject_RichCompareBool(broken, one, Py_EQ));
    note_int(rows, PyObject_RichCompareBool(broken, broken, Py_EQ));
    note_kind(rows, PyObject_RichCompare(five, broken, Py_LT));
    note(rows, PyObject_RichCompare(NULL, two, Py_EQ));
    PyObject *list = Py_BuildValue("[OOO]", two, one, same);
    note_int(rows, PySequence_Index(list, same));
    note_int(rows, PySequence_Count(list, one));
    note_int(rows, PyList_Sort(list));
    note(rows, PyObject_Repr(list));
    Py_DECREF(list);
    PyObject *const all[] = {one, two, same, broken, five};
    for (int i = 0; i < 5; i++) {
        Py_DECREF(all[i]);
    }
    return rows;
}

CHECK(hashes)
{
    PyObject *rows = PyList_New(0), *one = thing(1), *same = thing(1), *two = thing(2), *none = thing(-2), *dict = PyDict_New();
    note_int(rows, PyObject_Hash(one));
    note_int(rows, PyObject_Hash(none));
    note_int(rows, PyDict_SetItem(dict, one, Py_True));
    note_int(rows, PyDict_Contains(dict, same));
    note_int(rows, PyDict_Contains(dict, two));
    note_int(rows, PyDict_Contains(dict, none));
    note_int(rows, PyDict_SetItem(dict, none, Py_True));
    note_int(rows, PyDict_DelItem(dict, same));
    note_int(rows, PyDict_Size(dict));
    note_int_kind(rows, PyObject_Hash(dict));
    note_int_kind(rows, PyObject_HashNotImplemented(one));
    PyObject *const all[] = {one, same, two, none, dict};
    for (int i = 0; i < 5; i++) {
        Py_DECREF(all[i]);
    }
    return rows;
}

/* An equality without a hash makes a class unhashable. */
CHECK(no_hash)
{
    PyType_Slot slots[] = {{Py_tp_richcompare, SLOT(thing_compare)}, {0, NULL}};
    PyType_Spec spec = {"attributes.Unhashable", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, slots};
    PyObject *rows = PyList_New(0), *type = PyType_FromSpec(&spec), *object = PyObject_CallObject(type, NULL);
    note_int_kind(rows, PyObject_Hash(object));
    note(rows, PyObject_GetAttrString(type, "__hash__"));
    note_int(rows, ((PyTypeObject *)type)->tp_hash == PyObject_HashNotImplemented);
    Py_DECREF(object);
    Py_DECREF(type);
    return rows;
}

CHECK(inherited)
{
    PyObject *rows = PyList_New(0), *sub = PyObject_CallFunction((PyObject *)&PyType_Type, "s(O){}", "Sub", thing_type);
    PyObject *object = PyObject_CallFunction(sub, "i", 9), *same = thing(9);
    note(rows, PyObject_GetAttrString(object, "virtual"));
    note_int(rows, PyObject_SetAttrString(object, "other", Py_True));
    note(rows, PyObject_GetAttrString(object, "other"));
    note(rows, PyObject_Repr(object));
    note(rows, PyObject_Str(object));
    note(rows, PyObject_CallFunction(object, "i", 1));
    note_int(rows, PyObject_Hash(object));
    note_int(rows, PyObject_RichCompareBool(object, same, Py_EQ));
    note_int(rows, PyObject_RichCompareBool(same, object, Py_GT));
    note_int(rows, PyObject_IsInstance(object, (PyObject *)thing_type));
    Py_DECREF(object);
    Py_DECREF(same);
    Py_DECREF(sub);
    return rows;
}

CHECK(by_name)
{
    PyObject *rows = PyList_New(0), *object = thing(4), *two = thing(2);
    note(rows, PyObject_CallMethod(object, "__repr__", NULL));
    note(rows, PyObject_CallMethod(object, "__str__", NULL));
    note(rows, PyObject_CallMethod(object, "__hash__", NULL));
    note(rows, PyObject_CallMethod(object, "__lt__", "O", two));
    note(rows, PyObject_CallMethod(object, "__ge__", "O", two));
    note(rows, PyObject_CallMethod(object, "__getattribute__", "s", "virtual"));
    note(rows, PyObject_CallMethod(object, "__setattr__", "si", "virtual", 44));
    note(rows, PyObject_CallMethod(object, "__delattr__", "s", "virtual"));
    note(rows, PyObject_Repr(object));
    PyObject *refused = PyObject_CallMethod(object, "__eq__", "i", 5);
    note_int(rows, refused == Py_NotImplemented);
    Py_XDECREF(refused);
    Py_DECREF(object);
    Py_DECREF(two);
    return rows;
}

/* What extensions ask of types by name instead of reading the struct. */
CHECK(fields_of_types)
{
    PyObject *rows = PyList_New(0);
    PyTypeObject *types[] = {&PyType_Type, &PyTuple_Type, &PyDict_Type, thing_type};
    const char *const names[] = {"__basicsize__", "__itemsize__", "__dictoffset__", "__weakrefoffset__", "__size__"};
    for (size_t i = 0; i < Py_ARRAY_LENGTH(types); i++) {
        PyTypeObject *type = types[i];
        Py_ssize_t fields[] = {type->tp_basicsize, type->tp_itemsize, type->tp_dictoffset, type->tp_weaklistoffset};
        for (size_t j = 0; j < Py_ARRAY_LENGTH(names); j++) {
            PyObject *value = PyObject_GetAttrString((PyObject *)type, names[j]);
            if (value != NULL && j < Py_ARRAY_LENGTH(fields)) {
                note_int(rows, PyLong_AsSsize_t(value) == fields[j]);
                Py_DECREF(value);
            } else {
                note_kind(rows, value);
            }
        }
    }
    note_int(rows, PyObject_HasAttrString(Py_None, "__basicsize__"));
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(fields_of_types), CHECKED(get_and_set), CHECKED(dictionaries), CHECKED(looked_up), CHECKED(calls), CHECKED(texts), CHECKED(comparisons), CHECKED(hashes),
    CHECKED(no_hash), CHECKED(inherited), CHECKED(by_name), {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "attributes", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_attributes(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    thing_type = (PyTypeObject *)PyType_FromSpec(&thing_spec);
    if (module == NULL || PyModule_AddObject(module, "Thing", Py_XNewRef(thing_type)) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
