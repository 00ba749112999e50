/* What compilers of Python code and makers of bindings do with types, beyond what the documentation shows: a heap type that is
   filled by hand, special methods that Python code adds to it, members of property repeated in a derived type, views of dicts
   whose struct C fills.
   flavours: 3.9 3.14 3.14t */
#include "checks.h"
#include <stddef.h>
#include <structmember.h>

typedef struct {
    PyObject_HEAD
    PyObject *number;
} Made;

static PyMemberDef members[] = {{"number", T_OBJECT, offsetof(Made, number), 0, NULL}, {NULL}};

static void
made_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_XDECREF(((Made *)self)->number);
    type->tp_free(self);
    Py_DECREF(type);
}

/* A class from a template, with an attribute that is set before it is ready. */
static PyObject *
compile_class(PyObject *module, PyObject *args)
{
    const char *name;
    PyObject *marker;
    if (!PyArg_ParseTuple(args, "sO", &name, &marker))
        return NULL;
    PyHeapTypeObject *made = (PyHeapTypeObject *)PyType_GenericAlloc(&PyType_Type, 0);
    if (made == NULL)
        return NULL;
    PyTypeObject *type = &made->ht_type;
    type->tp_name = "compiled_classes.Made";
    type->tp_basicsize = sizeof(Made);
    type->tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HEAPTYPE | Py_TPFLAGS_BASETYPE;
    type->tp_members = members;
    type->tp_dealloc = made_dealloc;
    type->tp_new = PyType_GenericNew;
    made->ht_name = PyUnicode_FromString(name);
    made->ht_qualname = Py_NewRef(made->ht_name);
    type->tp_base = (PyTypeObject *)Py_NewRef(&PyBaseObject_Type);
    type->tp_bases = PyTuple_Pack(1, &PyBaseObject_Type);
    if (PyObject_SetAttrString((PyObject *)type, "marker", marker) < 0 || PyType_Ready(type) < 0)
        return NULL;
    return (PyObject *)type;
}

/* Calls the decorator, then puts another attribute into the class. */
static PyObject *
decorate_class(PyObject *module, PyObject *args)
{
    PyObject *class, *decorator;
    if (!PyArg_ParseTuple(args, "OO", &class, &decorator))
        return NULL;
    PyObject *result = PyObject_CallFunctionObjArgs(decorator, class, NULL);
    if (result == NULL || PyObject_SetAttrString(class, "__match_args__", Py_None) < 0)
        return NULL;
    PyTypeObject *type = (PyTypeObject *)class;
    PyObject *rows = PyList_New(0);
    note_int(rows, result == class);
    note_int(rows, type->tp_init != PyBaseObject_Type.tp_init);
    note_int(rows, type->tp_repr != PyBaseObject_Type.tp_repr);
    note_int(rows, type->tp_str == PyBaseObject_Type.tp_str);
    Py_DECREF(result);
    return rows;
}

static PyObject *
call_class(PyObject *module, PyObject *class)
{
    PyObject *instance = PyObject_CallNoArgs(class);
    if (instance == NULL)
        return NULL;
    PyObject *number = Py_XNewRef(((Made *)instance)->number);
    Py_DECREF(instance);
    return number;
}

static PyObject *
show(PyObject *module, PyObject *instance)
{
    return PyObject_Repr(instance);
}

typedef struct {
    PyObject_HEAD
    PyObject *dict;
} View;

/* The class and the items of a view that is made without asking the dict. */
static PyObject *
view(PyTypeObject *type, PyObject *dict)
{
    View *made = PyObject_GC_New(View, type);
    made->dict = Py_NewRef(dict);
    PyObject_GC_Track(made);
    PyObject *items = PySequence_List((PyObject *)made);
    PyObject *result = Py_BuildValue("sNn", type->tp_name, items, PyObject_Size((PyObject *)made));
    Py_DECREF(made);
    return result;
}

CHECK(views)
{
    PyObject *rows = PyList_New(0);
    PyObject *dict = Py_BuildValue("{s:i,s:s}", "a", 1, "b", "two");
    note(rows, view(&PyDictKeys_Type, dict));
    note(rows, view(&PyDictValues_Type, dict));
    note(rows, view(&PyDictItems_Type, dict));
    Py_DECREF(dict);
    return rows;
}

CHECK(the_dict_of_a_type_is_a_field)
{
    PyObject *offset = PyObject_GetAttrString((PyObject *)&PyType_Type, "__dictoffset__");
    EXPECT(offset != NULL);
    int same = PyLong_AsSsize_t(offset) == (Py_ssize_t)offsetof(PyTypeObject, tp_dict);
    Py_DECREF(offset);
    return PyBool_FromLong(same && PyType_Type.tp_dictoffset == (Py_ssize_t)offsetof(PyTypeObject, tp_dict));
}

CHECK(members_of_property)
{
    PyObject *rows = PyList_New(0);
    for (PyMemberDef *member = PyProperty_Type.tp_members; member->name != NULL; member++)
        note(rows, Py_BuildValue("sin", member->name, member->flags & READONLY, member->offset - (Py_ssize_t)sizeof(PyObject)));
    return rows;
}

/* property(...).__get__(owner) instead of the instance */
static PyObject *
static_get(PyObject *self, PyObject *instance, PyObject *owner)
{
    return PyProperty_Type.tp_descr_get(self, owner, owner);
}

/* Code for a traceback, as it is made where there is no PyCode_New: with the arguments of CPython's constructor. */
CHECK(code)
{
    PyObject *rows = PyList_New(0);
#if PY_VERSION_HEX >= 0x030B0000
    PyObject *code = PyObject_CallFunction((PyObject *)&PyCode_Type, "iiiiiiy#()()(s)sssiy#y#", 1, 0, 0, 1, 0, 3, "", (Py_ssize_t)0,
                                           "argument", "file.pyx", "name", "Class.name", 7, "", (Py_ssize_t)0, "", (Py_ssize_t)0);
    EXPECT(code != NULL);
    const char *names[] = {"co_name", "co_qualname", "co_filename", "co_firstlineno", "co_argcount", "co_varnames"};
    for (size_t i = 0; i < Py_ARRAY_LENGTH(names); i++)
        note(rows, PyObject_GetAttrString(code, names[i]));
    Py_DECREF(code);
    note(rows, PyObject_CallFunction((PyObject *)&PyCode_Type, "i", 1));
    note(rows, PyObject_CallFunction((PyObject *)&PyCode_Type, "iiiiiii()()(s)sssiyy", 1, 0, 0, 1, 0, 3, 9, "a", "f", "n", "q", 7, "", ""));
#endif
    return rows;
}

static PyMethodDef methods[] = {
    {"compile_class", compile_class, METH_VARARGS, NULL},
    {"decorate_class", decorate_class, METH_VARARGS, NULL},
    {"call_class", call_class, METH_O, NULL},
    {"show", show, METH_O, NULL},
    CHECKED(views),
    CHECKED(code),
    CHECKED(the_dict_of_a_type_is_a_field),
    CHECKED(members_of_property),
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "compiled_classes", .m_size = -1, .m_methods = methods};

PyMODINIT_FUNC
PyInit_compiled_classes(void)
{
    PyType_Slot slots[] = {
        {Py_tp_base, &PyProperty_Type},
        {Py_tp_descr_get, static_get},
        {Py_tp_members, PyProperty_Type.tp_members},
        {0, NULL},
    };
    PyType_Spec spec = {"compiled_classes.StaticProperty", 0, 0, Py_TPFLAGS_DEFAULT, slots};
    PyObject *module = unlocked(PyModule_Create(&definition));
    PyObject *type = PyType_FromSpec(&spec);
    if (module == NULL || type == NULL || PyModule_AddObject(module, "StaticProperty", type) < 0)
        return NULL;
    return module;
}
