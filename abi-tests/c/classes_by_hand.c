/* Classes that C makes by hand, as the generators of C++ bindings do: a metatype that sees what is set on its classes, heap types that
   it allocates and readies, special methods that are set afterwards, instance dictionaries that the interpreter manages.
   flavours: 3.9 3.14 */
#include "checks.h"
#include <structmember.h>

#ifndef Py_TPFLAGS_MANAGED_DICT
#define Py_TPFLAGS_MANAGED_DICT 0
#endif

typedef struct {
    PyObject_HEAD
    long number;
} Made;

static PyTypeObject *meta, *base, *made, *open;
static int set_on_classes;

/* --- the metatype -------------------------------------------------------------------------------------------------- */

static int
meta_setattro(PyObject *class, PyObject *name, PyObject *value)
{
    set_on_classes++;
    return PyType_Type.tp_setattro(class, name, value);
}

static PyObject *
meta_getattro(PyObject *class, PyObject *name)
{
    return PyType_Type.tp_getattro(class, name);
}

static PyObject *
meta_call(PyObject *class, PyObject *args, PyObject *keywords)
{
    return PyType_Type.tp_call(class, args, keywords);
}

static PyHeapTypeObject *
allocate(PyTypeObject *of, const char *name, PyTypeObject *above)
{
    PyHeapTypeObject *heap = (PyHeapTypeObject *)of->tp_alloc(of, 0);
    if (heap != NULL) {
        heap->ht_name = PyUnicode_FromString(name);
        heap->ht_qualname = Py_NewRef(heap->ht_name);
        heap->ht_type.tp_name = name;
        heap->ht_type.tp_base = (PyTypeObject *)Py_NewRef(above);
        heap->ht_type.tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HEAPTYPE;
    }
    return heap;
}

static PyTypeObject *
ready(PyHeapTypeObject *heap)
{
    if (heap == NULL || PyType_Ready(&heap->ht_type) < 0
        || PyObject_SetAttrString((PyObject *)heap, "__module__", PyUnicode_FromString("by.hand")) < 0) {
        return NULL;
    }
    return &heap->ht_type;
}

/* --- the classes ------------------------------------------------------------------------------------------------------- */

static int
no_init(PyObject *self, PyObject *args, PyObject *keywords)
{
    PyErr_Format(PyExc_TypeError, "%s has no constructor", Py_TYPE(self)->tp_name);
    return -1;
}

static PyObject *
make(PyTypeObject *type, PyObject *args, PyObject *keywords)
{
    return type->tp_alloc(type, 0);
}

static void
dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject **dict = _PyObject_GetDictPtr(self);
    if (PyType_IS_GC(type)) {
        PyObject_GC_UnTrack(self);
    }
    if (dict != NULL) {
        Py_CLEAR(*dict);
    }
    type->tp_free(self);
    Py_DECREF(type);
}

static int
traverse(PyObject *self, visitproc visit, void *arg)
{
#if PY_VERSION_HEX >= 0x030D0000
    PyObject_VisitManagedDict(self, visit, arg);
#else
    PyObject **dict = _PyObject_GetDictPtr(self);
    if (dict != NULL) {
        Py_VISIT(*dict);
    }
#endif
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static int
clear(PyObject *self)
{
#if PY_VERSION_HEX >= 0x030D0000
    PyObject_ClearManagedDict(self);
#else
    PyObject **dict = _PyObject_GetDictPtr(self);
    if (dict != NULL) {
        Py_CLEAR(*dict);
    }
#endif
    return 0;
}

static PyGetSetDef dict_getset[] = {
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL}, {NULL, NULL, NULL, NULL, NULL},
};

static PyObject *
init(PyObject *unused, PyObject *args)
{
    PyObject *self;
    long number;
    if (!PyArg_ParseTuple(args, "Ol", &self, &number)) {
        return NULL;
    }
    ((Made *)self)->number = number;
    Py_RETURN_NONE;
}

static PyObject *
repr(PyObject *unused, PyObject *self)
{
    return PyUnicode_FromFormat("<%ld>", ((Made *)self)->number);
}

static PyObject *
add(PyObject *unused, PyObject *args)
{
    PyObject *left, *right;
    if (!PyArg_ParseTuple(args, "OO", &left, &right)) {
        return NULL;
    }
    if (!PyObject_TypeCheck(left, made) || !PyObject_TypeCheck(right, made)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return PyLong_FromLong(((Made *)left)->number + ((Made *)right)->number);
}

static PyMethodDef special_methods[] = {
    {"__init__", init, METH_VARARGS, NULL}, {"__repr__", repr, METH_O, NULL}, {"__add__", add, METH_VARARGS, NULL},
};

static int
set_special_methods(PyObject *class)
{
    for (int i = 0; i < 3; i++) {
        PyObject *function = PyCFunction_New(&special_methods[i], NULL);
        PyObject *method = PyInstanceMethod_New(function);
        int status = PyObject_SetAttrString(class, special_methods[i].ml_name, method);
        Py_DECREF(function);
        Py_DECREF(method);
        if (status < 0) {
            return -1;
        }
    }
    return 0;
}

static int
make_classes(void)
{
    PyHeapTypeObject *heap = allocate(&PyType_Type, "Meta", &PyType_Type);
    if (heap == NULL) {
        return -1;
    }
    heap->ht_type.tp_setattro = meta_setattro;
    heap->ht_type.tp_getattro = meta_getattro;
    heap->ht_type.tp_call = meta_call;
    if ((meta = ready(heap)) == NULL || (heap = allocate(meta, "Base", &PyBaseObject_Type)) == NULL) {
        return -1;
    }
    heap->ht_type.tp_basicsize = sizeof(Made);
    heap->ht_type.tp_init = no_init;
    heap->ht_type.tp_new = make;
    heap->ht_type.tp_dealloc = dealloc;
    if ((base = ready(heap)) == NULL || (heap = allocate(meta, "Made", base)) == NULL) {
        return -1;
    }
    heap->ht_type.tp_basicsize = sizeof(Made);
    heap->ht_type.tp_init = no_init;
    heap->ht_type.tp_as_number = &heap->as_number;
    if ((made = ready(heap)) == NULL || set_special_methods((PyObject *)made) < 0 || (heap = allocate(meta, "Open", made)) == NULL) {
        return -1;
    }
    heap->ht_type.tp_basicsize = sizeof(Made);
    heap->ht_type.tp_flags |= Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_MANAGED_DICT;
    if (Py_TPFLAGS_MANAGED_DICT == 0) {
        heap->ht_type.tp_dictoffset = sizeof(Made);
        heap->ht_type.tp_basicsize += sizeof(PyObject *);
    }
    heap->ht_type.tp_traverse = traverse;
    heap->ht_type.tp_clear = clear;
    heap->ht_type.tp_getset = dict_getset;
    return (open = ready(heap)) == NULL ? -1 : 0;
}

/* --- checks ------------------------------------------------------------------------------------------------------------ */

static PyObject *
check_base(PyObject *self, PyObject *unused)
{
    return PyObject_CallFunction((PyObject *)base, "i", 1);
}

static PyObject *
check_made(PyObject *self, PyObject *unused)
{
    PyObject *x = PyObject_CallFunction((PyObject *)made, "i", 3), *y = PyObject_CallFunction((PyObject *)made, "i", 4);
    EXPECT(x != NULL && y != NULL);
    EXPECT(((Made *)x)->number == 3);
    PyObject *result = Py_BuildValue("NNN", PyObject_Repr(x), PyObject_Str(y), PyNumber_Add(x, y));
    Py_DECREF(x);
    Py_DECREF(y);
    return result;
}

static PyObject *
check_slots(PyObject *self, PyObject *unused)
{
    EXPECT(made->tp_init != no_init && made->tp_repr != NULL && made->tp_as_number->nb_add != NULL);
    EXPECT(base->tp_init == no_init);
    PyObject *args = Py_BuildValue("(i)", 5), *x = made->tp_new(made, args, NULL);
    EXPECT(x != NULL && made->tp_init(x, args, NULL) == 0);
    PyObject *result = made->tp_repr(x);
    Py_DECREF(args);
    Py_DECREF(x);
    return result;
}

static PyObject *
check_names(PyObject *self, PyObject *unused)
{
    return Py_BuildValue("NNii", PyObject_GetAttrString((PyObject *)made, "__module__"), PyObject_GetAttrString((PyObject *)open, "__qualname__"),
                         set_on_classes, PyObject_HasAttrString(self, "__module__"));
}

static PyObject *
check_dictionary(PyObject *self, PyObject *unused)
{
    PyObject *x = PyObject_CallFunction((PyObject *)open, "i", 6), *closed = PyObject_CallFunction((PyObject *)made, "i", 7);
    EXPECT(x != NULL && closed != NULL);
    EXPECT(PyObject_SetAttrString(x, "free", Py_True) == 0);
    EXPECT(PyObject_SetAttrString(closed, "free", Py_True) < 0 && PyErr_ExceptionMatches(PyExc_AttributeError));
    PyErr_Clear();
    EXPECT(_PyObject_GetDictPtr(closed) == NULL && _PyObject_GetDictPtr(x) != NULL);
    PyObject *result = Py_BuildValue("NNN", PyObject_GetAttrString(x, "__dict__"), PyObject_GetAttrString(x, "free"), PyObject_Repr(x));
    EXPECT(((Made *)x)->number == 6);
    Py_DECREF(x);
    Py_DECREF(closed);
    return result;
}

static PyObject *
check_thread_state(PyObject *self, PyObject *unused)
{
    PyThreadState *state = PyGILState_GetThisThreadState();
    EXPECT(state == PyThreadState_Get() && state->gilstate_counter > 0);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"check_base", check_base, METH_NOARGS, NULL}, {"check_made", check_made, METH_NOARGS, NULL},
    {"check_slots", check_slots, METH_NOARGS, NULL}, {"check_names", check_names, METH_NOARGS, NULL},
    {"check_dictionary", check_dictionary, METH_NOARGS, NULL}, {"check_thread_state", check_thread_state, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "classes_by_hand", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_classes_by_hand(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    if (module == NULL || make_classes() < 0) {
        return NULL;
    }
    PyModule_AddObjectRef(module, "Base", (PyObject *)base);
    PyModule_AddObjectRef(module, "Made", (PyObject *)made);
    PyModule_AddObjectRef(module, "Open", (PyObject *)open);
    return module;
}
