/* Vectorcall: an extension type with its own, functions of every convention called by it, and METH_METHOD with its class.
   flavours: 3.14 */
#include "checks.h"
#include <structmember.h>

/* What a vectorcall function was given, as (positional, names, values, was the slot before the arguments free). */
static PyObject *
describe(PyObject *const *args, size_t nargsf, PyObject *names)
{
    Py_ssize_t count = PyVectorcall_NARGS(nargsf), named = names ? PyTuple_GET_SIZE(names) : 0;
    PyObject *positional = PyTuple_New(count), *values = PyTuple_New(named);
    for (Py_ssize_t i = 0; i < count; i++) {
        PyTuple_SET_ITEM(positional, i, Py_NewRef(args[i]));
    }
    for (Py_ssize_t i = 0; i < named; i++) {
        PyTuple_SET_ITEM(values, i, Py_NewRef(args[count + i]));
    }
    return Py_BuildValue("(NON)", positional, names ? names : Py_None, values);
}

typedef struct {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    int calls;
} Callable;

static PyObject *
callable_vectorcall(PyObject *self, PyObject *const *args, size_t nargsf, PyObject *names)
{
    ((Callable *)self)->calls++;
    if (PyVectorcall_NARGS(nargsf) == 7) {
        PyErr_SetString(PyExc_ValueError, "seven is too many");
        return NULL;
    }
    return describe(args, nargsf, names);
}

static PyObject *
callable_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *self = type->tp_alloc(type, 0);
    if (self != NULL) {
        ((Callable *)self)->vectorcall = callable_vectorcall;
    }
    return self;
}

static PyMemberDef callable_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(Callable, vectorcall), READONLY, NULL},
    {"calls", T_INT, offsetof(Callable, calls), READONLY, NULL}, {NULL, 0, 0, 0, NULL},
};
#ifndef Py_TPFLAGS_HAVE_VECTORCALL
#define Py_TPFLAGS_HAVE_VECTORCALL _Py_TPFLAGS_HAVE_VECTORCALL
#endif
static PyType_Slot callable_slots[] = {
    {Py_tp_new, SLOT(callable_new)}, {Py_tp_call, SLOT(PyVectorcall_Call)}, {Py_tp_members, callable_members}, {0, NULL},
};
static PyType_Spec callable_spec = {
    "vectorcalls.Callable", sizeof(Callable), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_VECTORCALL, callable_slots,
};
static PyObject *callable_type;

static PyObject *
function_noargs(PyObject *self, PyObject *none)
{
    return Py_BuildValue("(sO)", "noargs", none ? none : Py_None);
}

static PyObject *
function_one(PyObject *self, PyObject *one)
{
    return Py_BuildValue("(sO)", "one", one);
}

static PyObject *
function_varargs(PyObject *self, PyObject *args)
{
    return Py_BuildValue("(sO)", "varargs", args);
}

static PyObject *
function_keywords(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return Py_BuildValue("(sOO)", "keywords", args, kwargs && PyDict_GET_SIZE(kwargs) ? kwargs : Py_None);
}

static PyObject *
function_fast(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    return describe(args, (size_t)count, NULL);
}

static PyObject *
function_fast_keywords(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    return describe(args, (size_t)count, names);
}

static PyObject *
function_method(PyObject *self, PyTypeObject *class, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    return Py_BuildValue("(NN)", PyObject_GetAttrString((PyObject *)class, "__name__"), describe(args, (size_t)count, names));
}

static PyMethodDef definitions[] = {
    {"noargs", function_noargs, METH_NOARGS, NULL}, {"one", function_one, METH_O, NULL}, {"varargs", function_varargs, METH_VARARGS, NULL},
    {"keywords", METHOD(function_keywords), METH_VARARGS | METH_KEYWORDS, NULL}, {"fast", METHOD(function_fast), METH_FASTCALL, NULL},
    {"fast_keywords", METHOD(function_fast_keywords), METH_FASTCALL | METH_KEYWORDS, NULL},
};
static PyMethodDef method_definition = {
    "method", METHOD(function_method), METH_METHOD | METH_FASTCALL | METH_KEYWORDS, NULL,
};
enum { HOW_MANY = sizeof(definitions) / sizeof(*definitions) };

/* Calls with every number of arguments and keywords, in every way. */
static void
call_all_ways(PyObject *rows, PyObject *callable)
{
    PyObject *values[] = {NULL, PyLong_FromLong(1), PyUnicode_FromString("two"), Py_NewRef(Py_None)};
    PyObject *names = Py_BuildValue("(s)", "key"), *args = Py_BuildValue("(is)", 1, "two"), *kwargs = Py_BuildValue("{si}", "key", 3), *none = PyTuple_New(0);
    for (size_t count = 0; count < 4; count++) {
        note(rows, PyObject_Vectorcall(callable, values + 1, count, NULL));
        note(rows, PyObject_Vectorcall(callable, values + 1, count | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL));
    }
    note(rows, PyObject_Vectorcall(callable, NULL, 0, NULL));
    note(rows, PyObject_Vectorcall(callable, values + 1, 0, names));
    note(rows, PyObject_Vectorcall(callable, values + 1, 2, names));
    note(rows, PyObject_Vectorcall(callable, values + 1, 2, none));
    note(rows, PyObject_VectorcallDict(callable, values + 1, 1, kwargs));
    note(rows, PyObject_VectorcallDict(callable, values + 1, 1, NULL));
    note(rows, PyObject_Call(callable, args, kwargs));
    note(rows, PyObject_Call(callable, args, NULL));
    note(rows, PyObject_Call(callable, none, kwargs));
    note(rows, PyObject_CallNoArgs(callable));
    note(rows, PyObject_CallFunctionObjArgs(callable, values[1], values[2], NULL));
    for (int i = 1; i < 4; i++) {
        Py_DECREF(values[i]);
    }
    Py_DECREF(names);
    Py_DECREF(args);
    Py_DECREF(kwargs);
    Py_DECREF(none);
}

CHECK(own_class)
{
    PyObject *rows = PyList_New(0), *object = PyObject_CallObject(callable_type, NULL);
    call_all_ways(rows, object);
    note_int(rows, ((Callable *)object)->calls);
    EXPECT(PyVectorcall_Function(object) == callable_vectorcall && PyCallable_Check(object));
    EXPECT(((PyTypeObject *)callable_type)->tp_vectorcall_offset == offsetof(Callable, vectorcall));
    Py_DECREF(object);
    return rows;
}

#define CALL_FUNCTION(at)                                                                      \
    {                                                                                          \
        PyObject *rows = PyList_New(0), *function = PyCFunction_New(&definitions[at], NULL);    \
        call_all_ways(rows, function);                                                         \
        Py_DECREF(function);                                                                   \
        return rows;                                                                           \
    }

CHECK(noargs) CALL_FUNCTION(0)
CHECK(one) CALL_FUNCTION(1)
CHECK(varargs) CALL_FUNCTION(2)
CHECK(keywords) CALL_FUNCTION(3)
CHECK(fast) CALL_FUNCTION(4)
CHECK(fast_keywords) CALL_FUNCTION(5)

CHECK(method_with_class)
{
    PyObject *rows = PyList_New(0), *object = PyObject_CallObject(callable_type, NULL);
    PyObject *function = PyCMethod_New(&method_definition, object, NULL, (PyTypeObject *)callable_type);
    EXPECT(function && PyCFunction_Check(function) && PyCFunction_GetSelf(function) == object);
    call_all_ways(rows, function);
    note(rows, PyCMethod_New(&method_definition, object, NULL, NULL));
    note(rows, PyCMethod_New(&definitions[0], object, NULL, (PyTypeObject *)callable_type));
    PyObject *list = PyList_New(0);
    EXPECT(PyList_Append(list, function) == 0);
    PyObject *tuple = PyObject_CallFunctionObjArgs((PyObject *)&PyTuple_Type, list, NULL), *back = PySequence_GetItem(tuple, 0);
    EXPECT(back == function);
    note(rows, PyObject_CallFunction(back, "i", 5));
    Py_DECREF(back);
    Py_DECREF(tuple);
    Py_DECREF(list);
    Py_DECREF(function);
    Py_DECREF(object);
    return rows;
}

CHECK(builtins)
{
    PyObject *rows = PyList_New(0), *five = PyLong_FromLong(5), *text = PyUnicode_FromString("12"), *list = Py_BuildValue("[iii]", 3, 1, 2);
    PyObject *args[] = {NULL, text}, *names = Py_BuildValue("(s)", "base");
    note(rows, PyObject_Vectorcall((PyObject *)&PyLong_Type, args + 1, 1, NULL));
    PyObject *more[] = {text, five};
    note(rows, PyObject_Vectorcall((PyObject *)&PyLong_Type, more, 2, NULL));
    note(rows, PyObject_Vectorcall((PyObject *)&PyLong_Type, more, 1, names));
    PyObject *one[] = {list};
    note(rows, PyObject_Vectorcall((PyObject *)&PyTuple_Type, one, 1, NULL));
    PyObject *name = PyUnicode_FromString("append"), *method[] = {list, five};
    note(rows, PyObject_VectorcallMethod(name, method, 2, NULL));
    note(rows, PyObject_VectorcallMethod(name, method, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL));
    note_kind(rows, PyObject_VectorcallMethod(name, method, 1, NULL));
    note_kind(rows, PyObject_Vectorcall(five, args + 1, 1, NULL));
    note(rows, Py_NewRef(list));
    PyObject *const all[] = {five, text, list, names, name};
    for (int i = 0; i < 5; i++) {
        Py_DECREF(all[i]);
    }
    return rows;
}

CHECK(errors)
{
    PyObject *rows = PyList_New(0), *object = PyObject_CallObject(callable_type, NULL);
    PyObject *seven = Py_BuildValue("(iiiiiii)", 1, 2, 3, 4, 5, 6, 7);
    note(rows, PyObject_CallObject(object, seven));
    note(rows, PyVectorcall_Call(object, seven, NULL));
    note_kind(rows, PyVectorcall_Call(Py_None, seven, NULL));
    PyObject *bad = Py_BuildValue("{ii}", 1, 2);
    note_kind(rows, PyObject_Call(object, seven, bad));
    EXPECT(PyVectorcall_Function(Py_None) == NULL);
    Py_DECREF(seven);
    Py_DECREF(bad);
    Py_DECREF(object);
    return rows;
}

CHECK(function_objects)
{
    PyObject *rows = PyList_New(0), *self_object = PyUnicode_FromString("self"), *name = PyUnicode_FromString("some.module");
    PyObject *function = PyCFunction_NewEx(&definitions[2], self_object, name);
    note(rows, PyObject_GetAttrString(function, "__name__"));
    note(rows, PyObject_GetAttrString(function, "__doc__"));
    note_int(rows, PyCFunction_GetFlags(function));
    note_int(rows, PyCFunction_GetFunction(function) == function_varargs && PyCFunction_GetSelf(function) == self_object);
    note_int(rows, PyCFunction_CheckExact(function) + 2 * PyCFunction_Check(Py_None));
    note_int(rows, PyCFunction_GetFlags(Py_None));
    note_int(rows, PyCFunction_GetSelf(Py_None) == NULL);
    note(rows, NULL);
    Py_DECREF(function);
    Py_DECREF(self_object);
    Py_DECREF(name);
    return rows;
}

CHECK(subclass)
{
    PyObject *rows = PyList_New(0), *sub = PyObject_CallFunction((PyObject *)&PyType_Type, "s(O){}", "Sub", callable_type);
    PyObject *object = PyObject_CallObject(sub, NULL);
    note(rows, PyObject_CallFunction(object, "is", 1, "two"));
    note(rows, PyObject_CallNoArgs(object));
    note_int(rows, ((Callable *)object)->calls);
    Py_DECREF(object);
    Py_DECREF(sub);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(own_class), CHECKED(noargs), CHECKED(one), CHECKED(varargs), CHECKED(keywords), CHECKED(fast), CHECKED(fast_keywords),
    CHECKED(method_with_class), CHECKED(builtins), CHECKED(errors), CHECKED(function_objects), CHECKED(subclass), {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "vectorcalls", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_vectorcalls(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    callable_type = PyType_FromSpec(&callable_spec);
    if (module == NULL || PyModule_AddObject(module, "Callable", Py_XNewRef(callable_type)) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
