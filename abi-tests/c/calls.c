/* Calls: every convention of methods, vectorcall, and all the ways in which C calls Python.
   flavours: 3.14 */
#include "checks.h"
#include <structmember.h>

static PyObject *
tuple_of(PyObject *const *args, Py_ssize_t count)
{
    PyObject *tuple = PyTuple_New(count);
    for (Py_ssize_t i = 0; tuple != NULL && i < count; i++) {
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(args[i]));
    }
    return tuple;
}

static PyObject *
noargs(PyObject *self, PyObject *none)
{
    EXPECT(none == NULL && PyModule_Check(self));
    return PyUnicode_FromString("noargs");
}

static PyObject *
one(PyObject *self, PyObject *object)
{
    return Py_BuildValue("(sO)", "one", object);
}

static PyObject *
varargs(PyObject *self, PyObject *args)
{
    EXPECT(PyTuple_CheckExact(args));
    return Py_NewRef(args);
}

static PyObject *
keywords(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return Py_BuildValue("(OO)", args, kwargs && PyDict_GET_SIZE(kwargs) ? kwargs : Py_None);
}

static PyObject *
fastcall(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    return tuple_of(args, count);
}

static PyObject *
fastcall_keywords(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    Py_ssize_t named = names ? PyTuple_GET_SIZE(names) : 0;
    return Py_BuildValue("(NNO)", tuple_of(args, count), tuple_of(args + count, named), names ? names : Py_None);
}

/* Extensions compare the names of keywords by address. */
static PyObject *
is_interned(PyObject *self, PyObject *const *args, Py_ssize_t count, PyObject *names)
{
    PyObject *rows = PyList_New(0);
    for (Py_ssize_t i = 0; rows != NULL && names != NULL && i < PyTuple_GET_SIZE(names); i++) {
        PyObject *name = PyTuple_GET_ITEM(names, i), *interned = PyUnicode_InternFromString(PyUnicode_AsUTF8(name));
        EXPECT(interned && PyList_Append(rows, interned == name ? Py_True : Py_False) == 0);
        Py_DECREF(interned);
    }
    return rows;
}

static PyObject *
wrong_null(PyObject *self, PyObject *args)
{
    return NULL;
}

/* C calls Python. */
static PyObject *
call_every_way(PyObject *self, PyObject *function)
{
    PyObject *a = PyLong_FromLong(1), *b = PyUnicode_FromString("b"), *rows = PyList_New(0);
    PyObject *args = PyTuple_Pack(2, a, b), *kwargs = Py_BuildValue("{s:O}", "key", b), *names = Py_BuildValue("(s)", "key");
    EXPECT(a && b && rows && args && kwargs && names);
    PyObject *vector[] = {NULL, a, b};
#define ROW(expression)                                                                        \
    do {                                                                                       \
        PyObject *row = expression;                                                            \
        if (row == NULL) {                                                                     \
            row = PyUnicode_FromString(((PyTypeObject *)PyErr_Occurred())->tp_name);           \
            PyErr_Clear();                                                                     \
        }                                                                                      \
        EXPECT(row && PyList_Append(rows, row) == 0);                                          \
        Py_DECREF(row);                                                                        \
    } while (0)
    ROW(PyObject_CallNoArgs(function));
    ROW(PyObject_CallOneArg(function, a));
    ROW(PyObject_CallObject(function, NULL));
    ROW(PyObject_CallObject(function, args));
    ROW(PyObject_Call(function, args, NULL));
    ROW(PyObject_Call(function, args, kwargs));
    ROW(PyObject_CallFunction(function, NULL));
    ROW(PyObject_CallFunction(function, "i", 5));
    ROW(PyObject_CallFunction(function, "(ii)", 5, 6));
    ROW(PyObject_CallFunction(function, "isO", 5, "text", a));
    ROW(PyObject_CallFunctionObjArgs(function, a, b, a, NULL));
    ROW(PyObject_Vectorcall(function, vector + 1, 0, NULL));
    ROW(PyObject_Vectorcall(function, vector + 1, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL));
    ROW(PyObject_Vectorcall(function, vector + 1, 1, names));
    ROW(PyObject_VectorcallDict(function, vector + 1, 1, kwargs));
    Py_DECREF(a);
    Py_DECREF(b);
    Py_DECREF(args);
    Py_DECREF(kwargs);
    Py_DECREF(names);
    return rows;
}

static PyObject *
call_methods(PyObject *self, PyObject *object)
{
    PyObject *name = PyUnicode_InternFromString("method"), *a = PyLong_FromLong(1), *rows = PyList_New(0);
    PyObject *names = Py_BuildValue("(s)", "key");
    PyObject *vector[] = {object, a, name};
    EXPECT(name && a && rows && names);
    ROW(PyObject_CallMethod(object, "method", NULL));
    ROW(PyObject_CallMethod(object, "method", "is", 1, "two"));
    ROW(PyObject_CallMethodObjArgs(object, name, a, a, NULL));
    ROW(PyObject_CallMethodNoArgs(object, name));
    ROW(PyObject_CallMethodOneArg(object, name, a));
    ROW(PyObject_VectorcallMethod(name, vector, 2 | PY_VECTORCALL_ARGUMENTS_OFFSET, NULL));
    ROW(PyObject_VectorcallMethod(name, vector, 2, names));
    ROW(PyObject_CallMethod(object, "missing", NULL));
    Py_DECREF(name);
    Py_DECREF(a);
    Py_DECREF(names);
    return rows;
}

static PyObject *
apply(PyObject *self, PyObject *args)
{
    PyObject *function, *positional, *kwargs = NULL;
    if (!PyArg_ParseTuple(args, "OO!|O", &function, &PyTuple_Type, &positional, &kwargs)) {
        return NULL;
    }
    return PyObject_Call(function, positional, kwargs);
}

static PyObject *
repeat(PyObject *self, PyObject *args)
{
    PyObject *function, *last = Py_NewRef(Py_None);
    int count;
    if (!PyArg_ParseTuple(args, "Oi", &function, &count)) {
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        PyObject *number = PyLong_FromLong(i);
        Py_SETREF(last, PyObject_CallOneArg(function, number));
        Py_DECREF(number);
        if (last == NULL) {
            return NULL;
        }
    }
    return last;
}

/* A sort with a callback, the way a C library has it. */
static PyObject *sort_callback;

static int
compare_items(const void *left, const void *right)
{
    if (PyErr_Occurred()) {
        return 0;
    }
    PyObject *result = PyObject_CallFunctionObjArgs(sort_callback, *(PyObject *const *)left, *(PyObject *const *)right, NULL);
    if (result == NULL) {
        return 0;
    }
    long order = PyLong_AsLong(result);
    Py_DECREF(result);
    return order < 0 ? -1 : order > 0;
}

static PyObject *
sort(PyObject *self, PyObject *args)
{
    PyObject *sequence;
    if (!PyArg_ParseTuple(args, "OO", &sequence, &sort_callback)) {
        return NULL;
    }
    PyObject *list = PySequence_List(sequence);
    if (list == NULL) {
        return NULL;
    }
    qsort(((PyListObject *)list)->ob_item, PyList_GET_SIZE(list), sizeof(PyObject *), compare_items);
    if (PyErr_Occurred()) {
        Py_CLEAR(list);
    }
    return list;
}

/* A callable with vectorcall. */
typedef struct {
    PyObject_HEAD
    vectorcallfunc vectorcall;
    long calls;
} Callable;

static PyObject *
callable_vectorcall(PyObject *self, PyObject *const *args, size_t flags, PyObject *names)
{
    ((Callable *)self)->calls++;
    Py_ssize_t count = PyVectorcall_NARGS(flags);
    return Py_BuildValue("(lNO)", ((Callable *)self)->calls, tuple_of(args, count + (names ? PyTuple_GET_SIZE(names) : 0)),
                         names ? names : Py_None);
}

static PyObject *
callable_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    Callable *self = (Callable *)type->tp_alloc(type, 0);
    if (self != NULL) {
        self->vectorcall = callable_vectorcall;
    }
    return (PyObject *)self;
}

static PyTypeObject Callable_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "calls.Callable",
    .tp_basicsize = sizeof(Callable),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_VECTORCALL,
    .tp_new = callable_new,
    .tp_call = PyVectorcall_Call,
    .tp_vectorcall_offset = offsetof(Callable, vectorcall),
};

/* Methods of a type, one per convention. */
static PyObject *
thing_describe(PyObject *self, PyObject *args)
{
    PyObject *name = PyType_GetName(PyType_Check(self) ? (PyTypeObject *)self : Py_TYPE(self));
    return Py_BuildValue("(NO)", name, args ? args : Py_None);
}

static PyObject *
thing_fast(PyObject *self, PyObject *const *args, Py_ssize_t count)
{
    PyObject *tuple = tuple_of(args, count), *result = thing_describe(self, tuple);
    Py_XDECREF(tuple);
    return result;
}

static PyObject *
thing_keywords(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return Py_BuildValue("(NO)", thing_describe(self, args), kwargs && PyDict_GET_SIZE(kwargs) ? kwargs : Py_None);
}

static PyMethodDef thing_methods[] = {
    {"noargs", thing_describe, METH_NOARGS, NULL},
    {"one", thing_describe, METH_O, NULL},
    {"varargs", thing_describe, METH_VARARGS, NULL},
    {"keywords", METHOD(thing_keywords), METH_VARARGS | METH_KEYWORDS, NULL},
    {"fast", METHOD(thing_fast), METH_FASTCALL, NULL},
    {"class_noargs", thing_describe, METH_NOARGS | METH_CLASS, NULL},
    {"class_varargs", thing_describe, METH_VARARGS | METH_CLASS, NULL},
    {"class_fast", METHOD(thing_fast), METH_FASTCALL | METH_CLASS, NULL},
    {"static_varargs", varargs, METH_VARARGS | METH_STATIC, NULL},
    {"static_one", one, METH_O | METH_STATIC, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject Thing_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "calls.Thing",
    .tp_basicsize = sizeof(PyObject),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = PyType_GenericNew,
    .tp_methods = thing_methods,
};

/* A function made at run time, with a self of its own. */
static PyObject *
with_self(PyObject *self, PyObject *argument)
{
    return Py_BuildValue("(OO)", self, argument);
}

static PyMethodDef with_self_def = {"with_self", with_self, METH_O, "Returns its self."};

static PyObject *
bind(PyObject *self, PyObject *value)
{
    PyObject *function = PyCFunction_New(&with_self_def, value);
    EXPECT(function && PyCFunction_Check(function) && PyCFunction_GET_SELF(function) == value);
    EXPECT(PyCFunction_GetFunction(function) == with_self && PyCFunction_GET_FLAGS(function) == METH_O);
    return function;
}

/* What C reads in place of a function that has been through Python: its own definition, self and module. */
static PyObject *
definition_of(PyObject *self, PyObject *function)
{
    PyCFunctionObject *object = (PyCFunctionObject *)function;
    EXPECT(PyCFunction_Check(function) && PyCFunction_GetFunction(function) == object->m_ml->ml_meth);
    EXPECT(PyCFunction_GetFlags(function) == object->m_ml->ml_flags && PyCFunction_GetSelf(function) == object->m_self);
    return Py_BuildValue("siOO", object->m_ml->ml_name, object->m_ml->ml_flags, object->m_self, object->m_module ? object->m_module : Py_None);
}

/* Gives a function another docstring, as packages do that keep their documentation in Python files. */
static PyObject *
document(PyObject *self, PyObject *args)
{
    PyObject *function;
    const char *doc;
    EXPECT(PyArg_ParseTuple(args, "Os", &function, &doc));
    PyMethodDef *definition = ((PyCFunctionObject *)function)->m_ml;
    definition->ml_doc = strdup(doc);
    return PyUnicode_FromString(definition->ml_name);
}

static PyObject *
bind_in_module(PyObject *self, PyObject *module)
{
    return PyCFunction_NewEx(&with_self_def, NULL, module);
}

static PyObject *
bind_method(PyObject *self, PyObject *args)
{
    PyObject *function, *object;
    if (!PyArg_ParseTuple(args, "OO", &function, &object)) {
        return NULL;
    }
    PyObject *method = PyMethod_New(function, object);
    EXPECT(method && PyMethod_Check(method) && PyMethod_GET_SELF(method) == object && PyMethod_GET_FUNCTION(method) == function);
    return method;
}

static PyObject *
facts(PyObject *self, PyObject *object)
{
    return Py_BuildValue("(iiii)", PyCallable_Check(object), !!PyFunction_Check(object), !!PyCFunction_Check(object),
                         !!PyMethod_Check(object));
}

/* From C alone: the module's own functions, called in every way. */
static PyObject *
each_convention(PyObject *self, PyObject *(*call)(PyObject *, PyObject *))
{
    static const char *const names[] = {"noargs", "one", "varargs", "keywords", "fastcall", "fastcall_keywords", "wrong_null"};
    PyObject *rows = PyList_New(0);
    for (size_t i = 0; rows != NULL && i < sizeof(names) / sizeof(*names); i++) {
        PyObject *function = PyObject_GetAttrString(self, names[i]);
        EXPECT(function);
        note(rows, call(self, function));
        Py_DECREF(function);
    }
    return rows;
}

CHECK(every_way)
{
    return each_convention(self, call_every_way);
}

CHECK(facts)
{
    return each_convention(self, facts);
}

CHECK(methods)
{
    PyObject *thing = PyObject_CallNoArgs((PyObject *)&Thing_Type), *rows = PyList_New(0);
    EXPECT(thing && rows);
    for (PyMethodDef *method = thing_methods; method->ml_name != NULL; method++) {
        note_kind(rows, PyObject_CallMethod(thing, method->ml_name, NULL));
        note_kind(rows, PyObject_CallMethod(thing, method->ml_name, "i", 1));
        note_kind(rows, PyObject_CallMethod(thing, method->ml_name, "is", 1, "two"));
        note_kind(rows, PyObject_CallMethod((PyObject *)&Thing_Type, method->ml_name, "i", 1));
    }
    Py_DECREF(thing);
    return rows;
}

CHECK(missing_method)
{
    PyObject *thing = PyObject_CallNoArgs((PyObject *)&Thing_Type);
    EXPECT(thing);
    PyObject *rows = call_methods(self, thing);
    Py_DECREF(thing);
    return rows;
}

CHECK(vectorcall_type)
{
    PyObject *callable = PyObject_CallNoArgs((PyObject *)&Callable_Type);
    EXPECT(callable && PyVectorcall_Function(callable) == callable_vectorcall);
    PyObject *rows = call_every_way(self, callable);
    Py_DECREF(callable);
    return rows;
}

CHECK(function_with_self)
{
    PyObject *value = Py_BuildValue("[i]", 7);
    EXPECT(value);
    PyObject *function = bind(self, value), *rows = PyList_New(0);
    EXPECT(function && rows);
    note(rows, PyObject_CallOneArg(function, Py_None));
    note_kind(rows, PyObject_CallNoArgs(function));
    note(rows, PyObject_GetAttrString(function, "__name__"));
    note(rows, PyObject_GetAttrString(function, "__doc__"));
    note_int(rows, PyObject_RichCompareBool(PyCFunction_GET_SELF(function), value, Py_EQ));
    Py_DECREF(function);
    Py_DECREF(value);
    return rows;
}

CHECK(bound_method)
{
    PyObject *function = PyObject_GetAttrString(self, "varargs"), *rows = PyList_New(0);
    PyObject *args = function ? Py_BuildValue("(Os)", function, "object") : NULL;
    EXPECT(rows && args);
    PyObject *method = bind_method(self, args);
    EXPECT(method);
    note(rows, PyObject_CallNoArgs(method));
    note(rows, PyObject_CallFunction(method, "ii", 1, 2));
    note(rows, facts(self, method));
    Py_DECREF(method);
    Py_DECREF(args);
    Py_DECREF(function);
    return rows;
}

CHECK(not_callable)
{
    PyObject *number = PyLong_FromLong(5);
    EXPECT(number);
    PyObject *rows = call_every_way(self, number);
    note(rows, PyObject_CallNoArgs(number));
    note(rows, PyObject_CallMethod(number, "missing", NULL));
    Py_DECREF(number);
    return rows;
}

CHECK(many_times)
{
    PyObject *function = PyObject_GetAttrString(self, "one"), *last = NULL;
    EXPECT(function);
    for (long i = 0; i < 3000; i++) {
        PyObject *argument = PyLong_FromLong(i * i);
        Py_XSETREF(last, PyObject_CallOneArg(function, argument));
        Py_DECREF(argument);
        EXPECT(last);
    }
    Py_DECREF(function);
    return last;
}

static PyMethodDef methods[] = {
    CHECKED(every_way),
    CHECKED(facts),
    CHECKED(methods),
    CHECKED(missing_method),
    CHECKED(vectorcall_type),
    CHECKED(function_with_self),
    CHECKED(bound_method),
    CHECKED(not_callable),
    CHECKED(many_times),
    {"definition_of", definition_of, METH_O, NULL},
    {"document", document, METH_VARARGS, NULL},
    {"noargs", noargs, METH_NOARGS, "noargs($module, /)\n--\n\nTakes nothing."},
    {"one", one, METH_O, NULL},
    {"varargs", varargs, METH_VARARGS, NULL},
    {"keywords", METHOD(keywords), METH_VARARGS | METH_KEYWORDS, NULL},
    {"fastcall", METHOD(fastcall), METH_FASTCALL, NULL},
    {"fastcall_keywords", METHOD(fastcall_keywords), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"is_interned", METHOD(is_interned), METH_FASTCALL | METH_KEYWORDS, NULL},
    {"wrong_null", wrong_null, METH_NOARGS, NULL},
    {"call_every_way", call_every_way, METH_O, NULL},
    {"call_methods", call_methods, METH_O, NULL},
    {"apply", apply, METH_VARARGS, NULL},
    {"repeat", repeat, METH_VARARGS, NULL},
    {"sort", sort, METH_VARARGS, NULL},
    {"bind", bind, METH_O, NULL}, {"bind_in_module", bind_in_module, METH_O, NULL},
    {"bind_method", bind_method, METH_VARARGS, NULL},
    {"facts", facts, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "calls", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_calls(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    if (module == NULL || PyModule_AddType(module, &Callable_Type) < 0 || PyModule_AddType(module, &Thing_Type) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
