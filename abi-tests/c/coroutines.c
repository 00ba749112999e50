/* Async slots: an awaitable, an asynchronous iterator, am_send; driven by hand from C and by coroutines from Python.
   flavours: 3.9 */
#include "checks.h"

typedef struct {
    PyObject_HEAD
    int left, at;
} Steps;

static PyObject *
steps_next(PyObject *self)
{
    Steps *steps = (Steps *)self;
    if (steps->left > 0) {
        return PyLong_FromLong(steps->left--);
    }
    if (steps->left == 0) {
        PyObject *value = PyUnicode_FromString("awaited");
        _PyGen_SetStopIterationValue(value);
        Py_DECREF(value);
        return NULL;
    }
    PyErr_SetString(PyExc_OSError, "await fails");
    return NULL;
}

static PyObject *steps_type, *awaitable_type;

static PyObject *
new_steps(int left)
{
    PyObject *steps = PyObject_CallObject(steps_type, NULL);
    if (steps != NULL) {
        ((Steps *)steps)->left = left;
    }
    return steps;
}

static PyObject *
await_me(PyObject *self)
{
    return ((Steps *)self)->at == 99 ? PyLong_FromLong(5) : new_steps(((Steps *)self)->left);
}

static PyObject *
iterate_me(PyObject *self)
{
    return Py_NewRef(self);
}

static PyObject *
next_of_me(PyObject *self)
{
    Steps *steps = (Steps *)self;
    if (steps->at >= 3) {
        PyErr_SetNone(PyExc_StopAsyncIteration);
        return NULL;
    }
    PyObject *awaitable = PyObject_CallObject(awaitable_type, NULL);
    if (awaitable != NULL) {
        ((Steps *)awaitable)->left = steps->at++;
    }
    return awaitable;
}

static int
init_me(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return PyArg_ParseTuple(args, "|ii", &((Steps *)self)->left, &((Steps *)self)->at) ? 0 : -1;
}

static PyType_Slot steps_slots[] = {{Py_tp_iter, SLOT(PyObject_SelfIter)}, {Py_tp_iternext, SLOT(steps_next)}, {Py_tp_init, SLOT(init_me)}, {0, NULL}};
static PyType_Slot awaitable_slots[] = {
    {Py_am_await, SLOT(await_me)}, {Py_am_aiter, SLOT(iterate_me)}, {Py_am_anext, SLOT(next_of_me)}, {Py_tp_init, SLOT(init_me)}, {0, NULL},
};
static PyType_Spec steps_spec = {"coroutines.Steps", sizeof(Steps), 0, Py_TPFLAGS_DEFAULT, steps_slots};
static PyType_Spec awaitable_spec = {"coroutines.Awaitable", sizeof(Steps), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, awaitable_slots};

/* Runs an iterator to its end: the steps, then the value or the error. */
static PyObject *
run(PyObject *iterator)
{
    PyObject *rows = PyList_New(0), *item;
    if (iterator == NULL) {
        note_kind(rows, NULL);
        return rows;
    }
    while ((item = Py_TYPE(iterator)->tp_iternext(iterator)) != NULL) {
        note(rows, item);
    }
    if (PyErr_Occurred() == NULL || PyErr_ExceptionMatches(PyExc_StopIteration)) {
        note_int(rows, _PyGen_FetchStopIterationValue(&item));
        note(rows, item);
    }
    else {
        note(rows, NULL);
    }
    Py_DECREF(iterator);
    return rows;
}

static PyObject *
awaitable(int left, int at)
{
    return PyObject_CallFunction(awaitable_type, "ii", left, at);
}

CHECK(awaited_by_slot)
{
    PyObject *rows = PyList_New(0);
    for (int left = -1; left < 3; left++) {
        PyObject *object = awaitable(left, 0);
        note(rows, run(Py_TYPE(object)->tp_as_async->am_await(object)));
        Py_DECREF(object);
    }
    return rows;
}

CHECK(awaited_by_method)
{
    PyObject *rows = PyList_New(0), *object = awaitable(2, 0);
    note(rows, run(PyObject_CallMethod(object, "__await__", NULL)));
    Py_DECREF(object);
    return rows;
}

CHECK(iterated)
{
    PyObject *rows = PyList_New(0), *object = awaitable(0, 0);
    PyAsyncMethods *slots = Py_TYPE(object)->tp_as_async;
    PyObject *iterator = slots->am_aiter(object);
    EXPECT(iterator == object);
    for (int i = 0; i < 4; i++) {
        PyObject *next = slots->am_anext(iterator);
        note(rows, next ? run(Py_TYPE(next)->tp_as_async->am_await(next)) : NULL);
        Py_XDECREF(next);
    }
    Py_DECREF(iterator);
    Py_DECREF(object);
    return rows;
}

#if PY_VERSION_HEX >= 0x030A0000
CHECK(iterated_by_function)
{
    PyObject *rows = PyList_New(0), *object = awaitable(0, 2), *iterator = PyObject_GetAIter(object);
    EXPECT(iterator == object);
    note_int(rows, PyAIter_Check(object) + 2 * PyAIter_Check(rows));
    Py_XDECREF(iterator);
    Py_DECREF(object);
    note_kind(rows, PyObject_GetAIter(rows));
    return rows;
}

CHECK(sent)
{
    PyObject *rows = PyList_New(0);
    for (int left = -1; left < 2; left++) {
        PyObject *steps = new_steps(left);
        for (int i = 0; i < 3; i++) {
            PyObject *result = NULL;
            int status = PyIter_Send(steps, Py_None, &result);
            note_int(rows, status);
            note(rows, result);
            if (status != PYGEN_NEXT) {
                break;
            }
        }
        Py_DECREF(steps);
    }
    return rows;
}

static PySendResult
send_me(PyObject *self, PyObject *argument, PyObject **result)
{
    Steps *steps = (Steps *)self;
    if (steps->left < 0) {
        PyErr_SetString(PyExc_ValueError, "nothing is sent here");
        *result = NULL;
        return PYGEN_ERROR;
    }
    *result = Py_BuildValue("(sO)", steps->left ? "next" : "return", argument);
    return steps->left-- ? PYGEN_NEXT : PYGEN_RETURN;
}

CHECK(own_send)
{
    PyType_Slot slots[] = {{Py_am_send, SLOT(send_me)}, {Py_tp_init, SLOT(init_me)}, {0, NULL}};
    PyType_Spec spec = {"coroutines.Sendable", sizeof(Steps), 0, Py_TPFLAGS_DEFAULT, slots};
    PyObject *rows = PyList_New(0), *type = PyType_FromSpec(&spec);
    for (int left = -1; left < 2; left++) {
        PyObject *object = PyObject_CallFunction(type, "i", left), *result = NULL;
        note_int_kind(rows, PyIter_Send(object, Py_Ellipsis, &result));
        note(rows, result ? result : Py_NewRef(Py_None));
        Py_DECREF(object);
    }
    Py_DECREF(type);
    return rows;
}
#endif

CHECK(kinds)
{
    PyObject *rows = PyList_New(0), *object = awaitable(0, 0);
    note_int(rows, PyCoro_CheckExact(object) + 2 * PyGen_Check(object) + 4 * PyGen_CheckExact(object) + 8 * PyAsyncGen_CheckExact(object));
    note_int(rows, Py_TYPE(object)->tp_as_async->am_await == await_me && PyType_GetSlot(Py_TYPE(object), Py_am_anext) == SLOT(next_of_me));
    note_int(rows, PyObject_HasAttrString(object, "__await__") + 2 * PyObject_HasAttrString(object, "__anext__") + 4 * PyObject_HasAttrString(object, "__iter__"));
    note_kind(rows, PyObject_GetIter(object));
    Py_DECREF(object);
    return rows;
}

CHECK(stop_values)
{
    PyObject *rows = PyList_New(0);
    PyObject *const values[] = {Py_BuildValue("(ii)", 1, 2), Py_NewRef(Py_None), PyObject_CallFunction(PyExc_ValueError, "s", "e"), PyLong_FromLong(7)};
    for (int i = 0; i < 4; i++) {
        EXPECT(_PyGen_SetStopIterationValue(values[i]) == 0);
        PyObject *found = NULL;
        note_int(rows, _PyGen_FetchStopIterationValue(&found));
        note(rows, found ? PyObject_Str(found) : NULL);
        Py_XDECREF(found);
        Py_DECREF(values[i]);
    }
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(awaited_by_slot), CHECKED(awaited_by_method), CHECKED(iterated),
#if PY_VERSION_HEX >= 0x030A0000
    CHECKED(iterated_by_function), CHECKED(sent), CHECKED(own_send),
#endif
    CHECKED(kinds), CHECKED(stop_values), {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "coroutines", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_coroutines(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    steps_type = PyType_FromSpec(&steps_spec);
    awaitable_type = PyType_FromSpec(&awaitable_spec);
    if (module == NULL || PyModule_AddObject(module, "Awaitable", Py_XNewRef(awaitable_type)) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
