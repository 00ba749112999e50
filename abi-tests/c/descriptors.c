/* Descriptors: the descr slots, PyDescr_* functions, property, classmethod and staticmethod made from C, and how attributes find them.
   flavours: 3.9 3.14 */
#include "checks.h"
#include <structmember.h>

static PyObject *
descriptor_get(PyObject *self, PyObject *object, PyObject *type)
{
    return Py_BuildValue("(sNN)", "get", object ? PyUnicode_FromString("instance") : Py_NewRef(Py_None),
                         type ? PyObject_GetAttrString(type, "__name__") : Py_NewRef(Py_None));
}

static PyObject *set_values;

static int
descriptor_set(PyObject *self, PyObject *object, PyObject *value)
{
    if (value == Py_Ellipsis) {
        PyErr_SetString(PyExc_AttributeError, "cannot be set to that");
        return -1;
    }
    PyObject *row = value ? Py_NewRef(value) : PyUnicode_FromString("deleted");
    int status = PyList_Append(set_values, row);
    Py_DECREF(row);
    return status;
}

static PyType_Slot data_slots[] = {{Py_tp_descr_get, SLOT(descriptor_get)}, {Py_tp_descr_set, SLOT(descriptor_set)}, {0, NULL}};
static PyType_Slot plain_slots[] = {{Py_tp_descr_get, SLOT(descriptor_get)}, {0, NULL}};
static PyType_Spec data_spec = {"descriptors.Data", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, data_slots};
static PyType_Spec plain_spec = {"descriptors.Plain", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, plain_slots};
static PyObject *data_type, *plain_type;

/* A new class whose namespace has one entry, which is stolen. */
static PyObject *
class_with(PyObject *value)
{
    return PyObject_CallFunction((PyObject *)&PyType_Type, "s(){sN}", "Holder", "entry", value);
}

CHECK(data_descriptor)
{
    PyObject *rows = PyList_New(0), *holder = class_with(PyObject_CallObject(data_type, NULL)), *object = PyObject_CallObject(holder, NULL);
    set_values = PyList_New(0);
    note(rows, PyObject_GetAttrString(holder, "entry"));
    note(rows, PyObject_GetAttrString(object, "entry"));
    note_int(rows, PyObject_SetAttrString(object, "entry", Py_True));
    note_int(rows, PyObject_SetAttrString(object, "entry", Py_Ellipsis));
    note_int(rows, PyObject_DelAttrString(object, "entry"));
    PyObject *dict = PyObject_GetAttrString(object, "__dict__");
    note_int(rows, PyDict_SetItemString(dict, "entry", Py_None));
    note(rows, PyObject_GetAttrString(object, "entry"));
    Py_DECREF(dict);
    note(rows, set_values);
    Py_DECREF(object);
    Py_DECREF(holder);
    return rows;
}

CHECK(plain_descriptor)
{
    PyObject *rows = PyList_New(0), *holder = class_with(PyObject_CallObject(plain_type, NULL)), *object = PyObject_CallObject(holder, NULL);
    note(rows, PyObject_GetAttrString(holder, "entry"));
    note(rows, PyObject_GetAttrString(object, "entry"));
    note_int(rows, PyObject_SetAttrString(object, "entry", Py_True));
    note(rows, PyObject_GetAttrString(object, "entry"));
    note_int(rows, PyObject_DelAttrString(object, "entry"));
    note(rows, PyObject_GetAttrString(object, "entry"));
    note_int_kind(rows, PyObject_DelAttrString(object, "entry"));
    Py_DECREF(object);
    Py_DECREF(holder);
    return rows;
}

CHECK(slots_by_hand)
{
    PyObject *rows = PyList_New(0), *descriptor = PyObject_CallObject(data_type, NULL);
    note(rows, Py_TYPE(descriptor)->tp_descr_get(descriptor, Py_None, (PyObject *)&PyLong_Type));
    note(rows, PyObject_CallMethod(descriptor, "__get__", "iO", 5, &PyLong_Type));
    note(rows, PyObject_CallMethod(descriptor, "__get__", "i", 5));
    note(rows, PyObject_CallMethod(descriptor, "__get__", "OO", Py_None, &PyLong_Type));
    set_values = PyList_New(0);
    note(rows, PyObject_CallMethod(descriptor, "__set__", "is", 5, "value"));
    note(rows, PyObject_CallMethod(descriptor, "__delete__", "i", 5));
    note(rows, set_values);
    note_int(rows, Py_TYPE(descriptor)->tp_descr_set != NULL);
    Py_DECREF(descriptor);
    descriptor = PyObject_CallObject(plain_type, NULL);
    note_int(rows, Py_TYPE(descriptor)->tp_descr_set != NULL);
    note_int(rows, PyObject_HasAttrString(descriptor, "__set__") + 2 * PyObject_HasAttrString(descriptor, "__get__"));
    Py_DECREF(descriptor);
    return rows;
}

static PyObject *
plain_function(PyObject *self, PyObject *args)
{
    return Py_BuildValue("(NO)", self ? PyObject_IsInstance(self, (PyObject *)&PyType_Type) ? PyUnicode_FromString("a type") : Py_NewRef(self)
                                      : Py_NewRef(Py_None), args);
}

static PyMethodDef plain_definition = {"plain_function", plain_function, METH_VARARGS, "plain_function(...)\n\nDocumented."};

CHECK(method_descriptor)
{
    PyObject *rows = PyList_New(0), *method = PyDescr_NewMethod(&PyLong_Type, &plain_definition), *five = PyLong_FromLong(5);
    EXPECT(method != NULL);
    note(rows, PyObject_CallFunction(method, "is", 5, "x"));
    note_kind(rows, PyObject_CallFunction(method, "s", "not an int"));
    note_kind(rows, PyObject_CallFunction(method, NULL));
    PyObject *bound = Py_TYPE(method)->tp_descr_get(method, five, (PyObject *)&PyLong_Type);
    note(rows, bound ? PyObject_CallFunction(bound, "s", "y") : NULL);
    Py_XDECREF(bound);
    note(rows, PyObject_GetAttrString(method, "__name__"));
    note(rows, PyObject_GetAttrString(method, "__doc__"));
    Py_DECREF(method);
    Py_DECREF(five);
    return rows;
}

CHECK(class_method_descriptor)
{
    PyObject *rows = PyList_New(0), *method = PyDescr_NewClassMethod((PyTypeObject *)plain_type, &plain_definition);
    EXPECT(method != NULL);
    PyObject *bound = Py_TYPE(method)->tp_descr_get(method, NULL, plain_type);
    note(rows, bound ? PyObject_CallFunction(bound, "s", "y") : NULL);
    Py_XDECREF(bound);
    Py_DECREF(method);
    return rows;
}

typedef struct {
    PyObject_HEAD
    int number;
    PyObject *object;
} Fields;

static PyObject *
get_twice(PyObject *self, void *closure)
{
    return PyLong_FromLong(((Fields *)self)->number * 2 + (closure != NULL));
}

static int
set_half(PyObject *self, PyObject *value, void *closure)
{
    if (value == NULL) {
        PyErr_SetString(PyExc_TypeError, "cannot be deleted");
        return -1;
    }
    long number = PyLong_AsLong(value);
    if (number == -1 && PyErr_Occurred()) {
        return -1;
    }
    ((Fields *)self)->number = (int)number / 2;
    return 0;
}

static PyGetSetDef twice = {"twice", get_twice, set_half, "Twice the number.", NULL}, read_only = {"read_only", get_twice, NULL, NULL, &twice};
static PyMemberDef number_member = {"number", T_INT, offsetof(Fields, number), 0, "The number."};

CHECK(get_set_and_member)
{
    PyType_Slot slots[] = {{0, NULL}};
    PyType_Spec spec = {"descriptors.Fields", sizeof(Fields), 0, Py_TPFLAGS_DEFAULT, slots};
    PyObject *rows = PyList_New(0), *type = PyType_FromSpec(&spec);
    PyTypeObject *fields = (PyTypeObject *)type;
    PyObject *descriptors[] = {PyDescr_NewGetSet(fields, &twice), PyDescr_NewGetSet(fields, &read_only), PyDescr_NewMember(fields, &number_member)};
    static const char *const names[] = {"twice", "read_only", "number"};
    for (int i = 0; i < 3; i++) {
        EXPECT(descriptors[i] != NULL);
        EXPECT(PyObject_SetAttrString(type, names[i], descriptors[i]) == 0);
        Py_DECREF(descriptors[i]);
    }
    PyObject *object = PyObject_CallObject(type, NULL), *twenty = PyLong_FromLong(20), *text = PyUnicode_FromString("x");
    for (int i = 0; i < 3; i++) {
        note_int_kind(rows, PyObject_SetAttrString(object, names[i], twenty));
        note(rows, PyObject_GetAttrString(object, names[i]));
        note_int_kind(rows, PyObject_SetAttrString(object, names[i], text));
        note_int_kind(rows, PyObject_DelAttrString(object, names[i]));
        PyObject *descriptor = PyObject_GetAttrString(type, names[i]);
        note(rows, PyObject_GetAttrString(descriptor, "__name__"));
        note(rows, PyObject_GetAttrString(descriptor, "__doc__"));
        note_kind(rows, PyObject_CallMethod(descriptor, "__get__", "i", 5));
        Py_DECREF(descriptor);
    }
    Py_DECREF(object);
    Py_DECREF(twenty);
    Py_DECREF(text);
    Py_DECREF(type);
    return rows;
}

static PyObject *
property_get(PyObject *self, PyObject *object)
{
    return PyUnicode_FromString("got");
}

static PyObject *
property_set(PyObject *self, PyObject *args)
{
    PyErr_SetString(PyExc_PermissionError, "not today");
    return NULL;
}

CHECK(property)
{
    static PyMethodDef get_definition = {"get", property_get, METH_O, NULL}, set_definition = {"set", property_set, METH_VARARGS, NULL};
    PyObject *rows = PyList_New(0), *get = PyCFunction_New(&get_definition, NULL), *set = PyCFunction_New(&set_definition, NULL);
    PyObject *property = PyObject_CallFunctionObjArgs((PyObject *)&PyProperty_Type, get, set, NULL), *holder = class_with(property);
    PyObject *object = PyObject_CallObject(holder, NULL);
    note(rows, PyObject_GetAttrString(object, "entry"));
    note_int(rows, PyObject_SetAttrString(object, "entry", Py_None));
    note_int_kind(rows, PyObject_DelAttrString(object, "entry"));
    PyObject *found = PyObject_GetAttrString(holder, "entry");
    note_int(rows, Py_TYPE(found) == &PyProperty_Type);
    Py_DECREF(found);
    Py_DECREF(object);
    Py_DECREF(holder);
    Py_DECREF(get);
    Py_DECREF(set);
    return rows;
}

CHECK(class_and_static)
{
    PyObject *rows = PyList_New(0), *function = PyCFunction_New(&plain_definition, NULL);
    PyObject *holder = class_with(PyStaticMethod_New(function)), *object = PyObject_CallObject(holder, NULL);
    note(rows, PyObject_CallMethod(holder, "entry", "i", 1));
    note(rows, PyObject_CallMethod(object, "entry", "i", 1));
    Py_DECREF(object);
    Py_DECREF(holder);
    holder = class_with(PyClassMethod_New(function));
    object = PyObject_CallObject(holder, NULL);
    PyObject *result = PyObject_CallMethod(object, "entry", "i", 1);
    EXPECT(result && PyTuple_GET_SIZE(PyTuple_GET_ITEM(result, 1)) == 2 && PyTuple_GET_ITEM(PyTuple_GET_ITEM(result, 1), 0) == holder);
    Py_DECREF(result);
    Py_DECREF(object);
    Py_DECREF(holder);
    Py_DECREF(function);
    return rows;
}

CHECK(methods_bound_by_hand)
{
    PyObject *rows = PyList_New(0), *function = PyCFunction_New(&plain_definition, NULL), *five = PyLong_FromLong(5);
    PyObject *method = PyMethod_New(function, five);
    EXPECT(method && PyMethod_Check(method) && PyMethod_Function(method) == function && PyMethod_Self(method) == five);
    note(rows, PyObject_CallFunction(method, "s", "x"));
    note(rows, PyMethod_New(function, NULL));
    note(rows, PyMethod_Function(five));
    PyObject *instance_method = PyInstanceMethod_New(function);
    EXPECT(instance_method && PyInstanceMethod_Check(instance_method) && PyInstanceMethod_GET_FUNCTION(instance_method) == function);
    PyObject *holder = class_with(instance_method), *object = PyObject_CallObject(holder, NULL);
    PyObject *result = PyObject_CallMethod(object, "entry", "i", 1);
    EXPECT(result && PyTuple_GET_SIZE(PyTuple_GET_ITEM(result, 1)) == 2 && PyTuple_GET_ITEM(PyTuple_GET_ITEM(result, 1), 0) == object);
    Py_DECREF(result);
    Py_DECREF(object);
    Py_DECREF(holder);
    Py_DECREF(method);
    Py_DECREF(function);
    Py_DECREF(five);
    return rows;
}

CHECK(proxies)
{
    PyObject *rows = PyList_New(0), *dict = Py_BuildValue("{s:i}", "a", 1), *proxy = PyDictProxy_New(dict), *key = PyUnicode_FromString("a");
    EXPECT(proxy && Py_TYPE(proxy) == &PyDictProxy_Type);
    note(rows, PyObject_GetItem(proxy, key));
    note_int(rows, PyObject_Length(proxy));
    note_int(rows, PyMapping_Check(proxy) + 2 * PyDict_Check(proxy));
    note_int_kind(rows, PyObject_SetItem(proxy, key, key));
    note_int(rows, PyDict_SetItemString(dict, "b", Py_None));
    note_int(rows, PyObject_Length(proxy));
    note_int(rows, PyMapping_HasKeyString(proxy, "b"));
    note(rows, PyMapping_Keys(proxy));
    note_kind(rows, PyDictProxy_New(Py_None));
    Py_DECREF(key);
    Py_DECREF(proxy);
    Py_DECREF(dict);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(data_descriptor), CHECKED(plain_descriptor), CHECKED(slots_by_hand), CHECKED(method_descriptor), CHECKED(class_method_descriptor),
    CHECKED(get_set_and_member), CHECKED(property), CHECKED(class_and_static), CHECKED(methods_bound_by_hand), CHECKED(proxies),
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "descriptors", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_descriptors(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    data_type = PyType_FromSpec(&data_spec);
    plain_type = PyType_FromSpec(&plain_spec);
    if (module == NULL || PyModule_AddObject(module, "Data", Py_XNewRef(data_type)) < 0 || PyModule_AddObject(module, "Plain", Py_XNewRef(plain_type)) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
