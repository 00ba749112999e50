/* What came with 3.12 to 3.14: parts of instances that a class adds to its base, tokens of classes, functions that are told of objects
   and of code, the running frame's namespaces, reports with a format, events for sys.monitoring, all threads stopped.
   flavours: 3.14 3.14t */
#include "checks.h"

#if PY_VERSION_HEX < 0x030E0000
static PyMethodDef methods[] = {{NULL, NULL, 0, NULL}};
#else
#include <dlfcn.h>
#include <stddef.h>

PyAPI_FUNC(void) _PyEval_StopTheWorld(PyInterpreterState *interpreter);
PyAPI_FUNC(void) _PyEval_StartTheWorld(PyInterpreterState *interpreter);
PyAPI_FUNC(void) _PyCriticalSection_SuspendAll(PyThreadState *thread);
PyAPI_FUNC(void) _PyCriticalSection_Resume(PyThreadState *thread);

/* --- parts of instances ------------------------------------------------------------------------------------------- */

typedef struct {
    int number;
    PyObject *object;
    char more[24];
} Part;

static PyMemberDef part_members[] = {
    {"number", Py_T_INT, offsetof(Part, number), Py_RELATIVE_OFFSET, NULL},
    {"object", Py_T_OBJECT_EX, offsetof(Part, object), Py_RELATIVE_OFFSET, NULL},
    {NULL},
};

static void
part_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self), *base = type;
    while (base->tp_dealloc != part_dealloc) {
        base = base->tp_base;
    }
    /* All of them share one dealloc: the outermost class has the part that is looked at. */
    Part *part = PyObject_GetTypeData(self, base);
    Py_CLEAR(part->object);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
extended(const char *name, PyTypeObject *base, int size, PyMemberDef *members, unsigned int flags)
{
    PyType_Slot slots[] = {
        {Py_tp_members, members ? members : (PyMemberDef *)&(PyMemberDef){NULL}},
        {base == &PyBaseObject_Type ? Py_tp_dealloc : 0, SLOT(part_dealloc)},
        {0, NULL},
    };
    PyType_Spec spec = {.name = name, .basicsize = size, .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | flags, .slots = slots};
    return PyType_FromSpecWithBases(&spec, (PyObject *)base);
}

CHECK(type_data)
{
    PyObject *rows = PyList_New(0);
    PyTypeObject *outer = (PyTypeObject *)extended("since.Outer", &PyBaseObject_Type, -(int)sizeof(Part), part_members, 0);
    EXPECT(outer != NULL);
    PyTypeObject *inner = (PyTypeObject *)extended("since.Inner", outer, -(int)sizeof(Part), NULL, 0);
    EXPECT(inner != NULL);
    note_int(rows, outer->tp_basicsize - PyBaseObject_Type.tp_basicsize);
    note_int(rows, inner->tp_basicsize - outer->tp_basicsize);
    note_int(rows, PyType_GetTypeDataSize(outer));
    note_int(rows, PyType_GetTypeDataSize(inner));
    PyObject *instance = PyObject_CallNoArgs((PyObject *)inner);
    EXPECT(instance != NULL);
    char *first = PyObject_GetTypeData(instance, outer), *second = PyObject_GetTypeData(instance, inner);
    note_int(rows, first - (char *)instance - PyBaseObject_Type.tp_basicsize);
    note_int(rows, second - first);
    note_int(rows, PyObject_SetAttrString(instance, "number", PyLong_FromLong(7)));
    note_int(rows, ((Part *)first)->number);
    ((Part *)first)->object = PyList_New(0);
    note(rows, PyObject_GetAttrString(instance, "object"));
    note_int(rows, ((Part *)second)->number);
    Py_DECREF(instance);
    /* No addition: the base's size. */
    PyTypeObject *same = (PyTypeObject *)extended("since.Same", outer, 0, NULL, 0);
    EXPECT(same != NULL);
    note_int(rows, same->tp_basicsize - outer->tp_basicsize);
    note_int(rows, PyType_GetTypeDataSize(same));
    Py_DECREF(same);
    Py_DECREF(inner);
    Py_DECREF(outer);
    return rows;
}

CHECK(type_data_errors)
{
    PyObject *rows = PyList_New(0);
    static PyMemberDef outside[] = {{"far", Py_T_INT, 64, Py_RELATIVE_OFFSET, NULL}, {NULL}};
    static PyMemberDef relative[] = {{"near", Py_T_INT, 0, Py_RELATIVE_OFFSET, NULL}, {NULL}};
    note(rows, extended("since.Far", &PyBaseObject_Type, -16, outside, 0));
    note(rows, extended("since.Positive", &PyBaseObject_Type, 64, relative, 0));
    note(rows, extended("since.OfTuple", &PyTuple_Type, -16, NULL, 0));
    /* The message tells sizes, which are others without a GIL. */
    note_kind(rows, extended("since.Small", &PyList_Type, 16, NULL, 0));
    return rows;
}

CHECK(item_data)
{
    PyObject *rows = PyList_New(0);
    PyType_Slot slots[] = {{0, NULL}};
    PyType_Spec spec = {"since.Items", sizeof(PyVarObject) + 8, 4, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_ITEMS_AT_END, slots};
    PyTypeObject *type = (PyTypeObject *)PyType_FromSpec(&spec);
    EXPECT(type != NULL);
    PyObject *instance = type->tp_alloc(type, 5);
    EXPECT(instance != NULL);
    note_int(rows, (char *)PyObject_GetItemData(instance) - (char *)instance - type->tp_basicsize);
    EXPECT(PyObject_GetItemData(Py_None) == NULL);
    note(rows, NULL);
    Py_DECREF(instance);
    Py_DECREF(type);
    return rows;
}

/* --- tokens ------------------------------------------------------------------------------------------------------- */

static PyType_Slot own_slots[] = {{Py_tp_token, Py_TP_USE_SPEC}, {0, NULL}};
static PyType_Spec own_spec = {"since.Own", 0, 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, own_slots};

CHECK(tokens)
{
    PyObject *rows = PyList_New(0);
    static char chosen;
    PyType_Slot slots[] = {{Py_tp_token, &chosen}, {0, NULL}}, none[] = {{0, NULL}};
    PyType_Spec spec = {"since.Chosen", 0, 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
    PyType_Spec plain = {"since.Plain", 0, 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, none};
    PyTypeObject *own = (PyTypeObject *)PyType_FromSpec(&own_spec);
    EXPECT(own != NULL);
    PyTypeObject *below = (PyTypeObject *)PyType_FromSpecWithBases(&spec, (PyObject *)own);
    EXPECT(below != NULL);
    PyTypeObject *last = (PyTypeObject *)PyType_FromSpecWithBases(&plain, (PyObject *)below);
    EXPECT(last != NULL);
    PyTypeObject *found = &PyLong_Type;
    PyTypeObject *classes[] = {own, below, last, &PyLong_Type};
    void *asked[] = {&own_spec, &chosen, &found};
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 3; j++) {
            int there = PyType_GetBaseByToken(classes[i], asked[j], &found);
            note_int(rows, there);
            note_text(rows, found ? found->tp_name : NULL);
            Py_XDECREF(found);
        }
    }
    note_int(rows, PyType_GetBaseByToken(last, &chosen, NULL));
    note_int(rows, PyType_GetBaseByToken(last, NULL, &found));
    PyErr_Clear();
    note_int(rows, PyType_GetBaseByToken((PyTypeObject *)rows, &chosen, &found));
    PyErr_Clear();
    note_int(rows, PyType_GetSlot(own, Py_tp_token) == &own_spec);
    note_int(rows, PyType_GetSlot(below, Py_tp_token) == &chosen);
    note_int(rows, PyType_GetSlot(last, Py_tp_token) == NULL);
    Py_DECREF(last);
    Py_DECREF(below);
    Py_DECREF(own);
    return rows;
}

/* --- told of objects and of code ---------------------------------------------------------------------------------- */

static PyTypeObject *watched;
static int made, died;

static int
trace(PyObject *object, PyRefTracerEvent event, void *data)
{
    if (Py_TYPE(object) == watched) {
        ++*(event == PyRefTracer_CREATE ? &made : &died);
    }
    return data == &made ? 0 : -1;
}

CHECK(reference_tracer)
{
    PyObject *rows = PyList_New(0);
    void *data = rows;
    note_int(rows, PyRefTracer_GetTracer(&data) == NULL);
    note_int(rows, data == NULL);
    PyType_Slot slots[] = {{0, NULL}};
    PyType_Spec spec = {"since.Watched", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, slots};
    watched = (PyTypeObject *)PyType_FromSpec(&spec);
    EXPECT(watched != NULL);
    made = died = 0;
    note_int(rows, PyRefTracer_SetTracer(trace, &made));
    note_int(rows, PyRefTracer_GetTracer(&data) == trace && data == &made);
    PyObject *first = PyObject_CallNoArgs((PyObject *)watched), *second = PyObject_CallNoArgs((PyObject *)watched);
    EXPECT(first != NULL && second != NULL);
    int made_now = made, died_now = died;
    Py_DECREF(first);
    int died_later = died;
    note_int(rows, PyRefTracer_SetTracer(NULL, NULL));
    Py_DECREF(second);
    note_int(rows, made_now);
    note_int(rows, died_now);
    note_int(rows, died_later);
    note_int(rows, died);
    note_int(rows, PyRefTracer_GetTracer(NULL) == NULL);
    /* A type that lives on: nothing below may be told of. */
    Py_CLEAR(watched);
    return rows;
}

static int codes;

static int
watch(PyCodeEvent event, PyCodeObject *code)
{
    codes += event == PY_CODE_EVENT_CREATE;
    return 0;
}

CHECK(code_watchers)
{
    PyObject *rows = PyList_New(0);
    codes = 0;
    int id = PyCode_AddWatcher(watch);
    note_int(rows, id >= 0 && id < 8);
    Py_XDECREF(PyCode_NewEmpty("watched.pyx", "watched", 3));
    note_int(rows, codes);
    note_int(rows, PyCode_ClearWatcher(id));
    Py_XDECREF(PyCode_NewEmpty("watched.pyx", "watched", 4));
    note_int(rows, codes);
    note_int(rows, PyCode_ClearWatcher(-1));
    PyErr_Clear();
    note_int(rows, PyCode_ClearWatcher(8));
    PyErr_Clear();
    note_int(rows, PyCode_ClearWatcher(7) == -1 && PyErr_ExceptionMatches(PyExc_ValueError));
    PyErr_Clear();
    int ids[9], count = 0;
    while (count < 9 && (ids[count] = PyCode_AddWatcher(watch)) >= 0) {
        count++;
    }
    note_int(rows, count < 9);
    PyErr_Clear();
    while (count > 0) {
        PyCode_ClearWatcher(ids[--count]);
    }
    return rows;
}

/* --- small things ------------------------------------------------------------------------------------------------- */

CHECK(exported_inline_functions)
{
    PyObject *rows = PyList_New(0);
    Py_ssize_t (*count)(size_t) = (Py_ssize_t (*)(size_t))dlsym(RTLD_DEFAULT, "PyVectorcall_NARGS");
    EXPECT(count != NULL);
    note_int(rows, count(3));
    note_int(rows, count(3 | PY_VECTORCALL_ARGUMENTS_OFFSET));
    return rows;
}

CHECK(all_threads_stopped)
{
    PyObject *rows = PyList_New(0);
    for (int i = 0; i < 3; i++) {
        _PyEval_StopTheWorld(PyInterpreterState_Get());
        _PyEval_StartTheWorld(PyInterpreterState_Get());
    }
    note_int(rows, PyList_Append(rows, Py_None));
#ifdef Py_GIL_DISABLED
    PyCriticalSection section;
    PyCriticalSection_Begin(&section, rows);
    _PyCriticalSection_SuspendAll(PyThreadState_Get());
    _PyCriticalSection_Resume(PyThreadState_Get());
    PyCriticalSection_End(&section);
#endif
    note_int(rows, 1);
    return rows;
}

/* --- events for sys.monitoring ------------------------------------------------------------------------------------ */

CHECK(monitoring)
{
    PyObject *rows = PyList_New(0);
    uint8_t events[] = {PY_MONITORING_EVENT_PY_START, PY_MONITORING_EVENT_LINE, PY_MONITORING_EVENT_PY_RETURN};
    PyMonitoringState states[3] = {{0}};
    uint64_t version = 0;
    note_int(rows, PyMonitoring_EnterScope(states, &version, events, 3));
    for (int i = 0; i < 3; i++) {
        note_int(rows, states[i].active);
    }
    uint64_t before = version;
    note_int(rows, PyMonitoring_EnterScope(states, &version, events, 3));
    note_int(rows, version == before);
    note_int(rows, PyMonitoring_FirePyStartEvent(&states[0], rows, 0));
    note_int(rows, PyMonitoring_FireLineEvent(&states[1], rows, 0, 12));
    note_int(rows, PyMonitoring_FirePyReturnEvent(&states[2], rows, 0, Py_None));
    PyErr_SetString(PyExc_KeyError, "stays");
    note_int(rows, PyMonitoring_FireRaiseEvent(&states[0], rows, 0) + 1);
    PyErr_Clear();
    note_int(rows, PyMonitoring_ExitScope());
    note_int(rows, PyMonitoring_ExitScope());
    return rows;
}

/* --- called from Python ------------------------------------------------------------------------------------------- */

static PyObject *
namespaces(PyObject *self, PyObject *unused)
{
    PyObject *locals = PyEval_GetFrameLocals(), *globals = PyEval_GetFrameGlobals(), *builtins = PyEval_GetFrameBuiltins();
    if (locals == NULL || globals == NULL || builtins == NULL) {
        Py_XDECREF(locals);
        Py_XDECREF(globals);
        Py_XDECREF(builtins);
        return NULL;
    }
    return Py_BuildValue("(NNN)", locals, globals, builtins);
}

/* kind: which of the spellings */
static PyObject *
report(PyObject *self, PyObject *args)
{
    int kind;
    PyObject *object;
    if (!PyArg_ParseTuple(args, "iO", &kind, &object)) {
        return NULL;
    }
    if (kind != 3) {
        PyErr_SetString(PyExc_ValueError, "reported");
    }
    if (kind == 0) {
        PyErr_FormatUnraisable(NULL);
    }
    else if (kind == 1) {
        PyErr_FormatUnraisable("While %s of %R, %d", "working", object, 42);
    }
    else {
        PyErr_FormatUnraisable("plain");
    }
    return PyBool_FromLong(PyErr_Occurred() != NULL);
}

static PyMethodDef methods[] = {
    CHECKED(type_data),
    CHECKED(type_data_errors),
    CHECKED(item_data),
    CHECKED(tokens),
    CHECKED(reference_tracer),
    CHECKED(code_watchers),
    CHECKED(exported_inline_functions),
    CHECKED(all_threads_stopped),
    CHECKED(monitoring),
    {"namespaces", namespaces, METH_NOARGS, NULL},
    {"report", report, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
#endif

THEME(since_3_12)
