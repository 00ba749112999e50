/* What a module has of its own: state with traverse, clear and free, found from it and from its definition; several modules of
   one definition; capsules found by their names; names in `sys`. */
#include "checks.h"

typedef struct {
    long number;
    PyObject *held;
} State;

static long freed, cleared;

static int
state_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);
    if (state != NULL) {
        Py_VISIT(state->held);
    }
    return 0;
}

static int
state_clear(PyObject *module)
{
    State *state = PyModule_GetState(module);
    if (state != NULL && state->held != NULL) {
        cleared++;
        Py_CLEAR(state->held);
    }
    return 0;
}

static void
state_free(void *module)
{
    freed++;
    state_clear(module);
}

static PyObject *
bump(PyObject *module, PyObject *unused)
{
    State *state = PyModule_GetState(module);
    return PyLong_FromLong(++state->number);
}

static int
fill(PyObject *module)
{
    State *state = PyModule_GetState(module);
    state->number = 40;
    state->held = PyList_New(0);
    return state->held == NULL ? -1 : PyModule_AddIntConstant(module, "filled", 1);
}

static int
fail(PyObject *module)
{
    PyErr_SetString(PyExc_OSError, "not executed");
    return -1;
}

static PyMethodDef part_methods[] = {{"bump", bump, METH_NOARGS, "Counts."}, {NULL, NULL, 0, NULL}};
static PyModuleDef_Slot part_slots[] = {{Py_mod_exec, SLOT(fill)}, WITHOUT_GIL {0, NULL}};
static struct PyModuleDef part = {
    PyModuleDef_HEAD_INIT, .m_name = "part", .m_doc = "A part.", .m_size = sizeof(State), .m_methods = part_methods,
    .m_slots = part_slots, .m_traverse = state_traverse, .m_clear = state_clear, .m_free = state_free,
};
static PyModuleDef_Slot failing_slots[] = {{Py_mod_exec, SLOT(fill)}, {Py_mod_exec, SLOT(fail)}, WITHOUT_GIL {0, NULL}};
static struct PyModuleDef failing = {
    PyModuleDef_HEAD_INIT, .m_name = "failing", .m_size = sizeof(State), .m_slots = failing_slots,
};

static PyObject *registry; /* the dict of the module owns it */

static int
put_registry(PyObject *module)
{
    registry = PyDict_New();
    int status = PyDict_SetItemString(PyModule_GetDict(module), "registry", registry);
    Py_DECREF(registry);
    return status;
}

static PyModuleDef_Slot lender_slots[] = {{Py_mod_exec, SLOT(put_registry)}, WITHOUT_GIL {0, NULL}};
static struct PyModuleDef lender = {PyModuleDef_HEAD_INIT, .m_name = "lender", .m_size = 0, .m_slots = lender_slots};
static struct PyModuleDef plain = {PyModuleDef_HEAD_INIT, .m_name = "plain", .m_size = sizeof(State)};

/* A module of a definition with slots, as an import makes it. */
static PyObject *
make(struct PyModuleDef *def, const char *name)
{
    PyObject *spec = PyObject_CallFunction((PyObject *)&PyType_Type, "s(O){}", "Spec", &PyBaseObject_Type);
    PyObject *title = PyUnicode_FromString(name), *module = NULL;
    if (spec && title && PyObject_SetAttrString(spec, "name", title) == 0) {
        module = PyModule_FromDefAndSpec(def, spec);
    }
    Py_XDECREF(title);
    Py_XDECREF(spec);
    return module;
}

CHECK(state)
{
    PyObject *rows = PyList_New(0), *module = make(&part, "one.part");
    EXPECT(module != NULL);
    note_int(rows, PyModule_GetState(module) == NULL);
    note_int(rows, PyModule_GetDef(module) == &part);
    note(rows, PyModule_GetNameObject(module));
    note(rows, PyObject_GetAttrString(module, "__doc__"));
    note_int(rows, PyObject_HasAttrString(module, "filled"));
    note_int(rows, PyModule_ExecDef(module, &part));
    note_int(rows, PyModule_GetState(module) != NULL);
    note(rows, PyObject_GetAttrString(module, "filled"));
    note(rows, PyObject_CallMethod(module, "bump", NULL));
    note(rows, PyObject_CallMethod(module, "bump", NULL));
    note_int(rows, ((State *)PyModule_GetState(module))->number);
    Py_DECREF(module);
    return rows;
}

CHECK(several)
{
    PyObject *rows = PyList_New(0), *a = make(&part, "a"), *b = make(&part, "b");
    EXPECT(a && b && a != b && PyModule_ExecDef(a, &part) == 0 && PyModule_ExecDef(b, &part) == 0);
    EXPECT(PyModule_GetState(a) != PyModule_GetState(b));
    note(rows, PyObject_CallMethod(a, "bump", NULL));
    note(rows, PyObject_CallMethod(a, "bump", NULL));
    note(rows, PyObject_CallMethod(b, "bump", NULL));
    /* The function of one keeps its module. */
    PyObject *function = PyObject_GetAttrString(b, "bump");
    EXPECT(function != NULL);
    Py_DECREF(a);
    Py_DECREF(b);
    note(rows, PyObject_CallNoArgs(function));
    note(rows, PyObject_GetAttrString(function, "__module__"));
    Py_DECREF(function);
    return rows;
}

/* What C has put into the dict of a module stays where it is as long as it is there. */
CHECK(borrowed_globals)
{
    PyObject *rows = PyList_New(0), *module = make(&lender, "lender");
    EXPECT(module && PyModule_ExecDef(module, &lender) == 0);
    for (int i = 0; i < 4; i++) {
        PyGC_Collect();
    }
    PyObject *others = PyList_New(0);
    for (int i = 0; i < 1000; i++) {
        PyObject *other = i % 2 ? PyDict_New() : PyList_New(2);
        PyList_Append(others, other);
        Py_DECREF(other);
    }
    note_int(rows, PyDict_CheckExact(registry) && PyDict_SetItemString(registry, "entry", Py_True) == 0);
    note(rows, PyObject_GetAttrString(module, "registry"));
    Py_DECREF(others);
    Py_DECREF(module);
    return rows;
}

/* A module that is in a cycle with its own state ends all the same. */
CHECK(freed)
{
    for (int i = 0; i < 4; i++) {
        PyGC_Collect();
    }
    long before = freed;
    for (int i = 0; i < 20; i++) {
        PyObject *module = make(&part, "short lived");
        EXPECT(module && PyModule_ExecDef(module, &part) == 0);
        EXPECT(PyList_Append(((State *)PyModule_GetState(module))->held, module) == 0);
        Py_DECREF(module);
    }
    for (int i = 0; i < 4; i++) {
        PyGC_Collect();
    }
    /* What a call has seen last may live to its end. */
    return PyBool_FromLong(freed - before >= 19);
}

CHECK(failing)
{
    PyObject *rows = PyList_New(0), *module = make(&failing, "failing");
    EXPECT(module != NULL);
    note_int(rows, PyModule_ExecDef(module, &failing));
    Py_DECREF(module);
    return rows;
}

CHECK(single_phase)
{
    PyObject *rows = PyList_New(0), *module = PyModule_Create(&plain);
    EXPECT(module && PyModule_GetDef(module) == &plain && PyModule_GetState(module) != NULL);
    note_int(rows, ((State *)PyModule_GetState(module))->number);
    note_int(rows, PyState_FindModule(&plain) == NULL);
    note_int(rows, PyState_AddModule(module, &plain));
    note_int(rows, PyState_FindModule(&plain) == module);
    note_int(rows, PyState_RemoveModule(&plain));
    note_int(rows, PyState_FindModule(&plain) == NULL);
    note_int(rows, PyModule_AddIntConstant(module, "number", 1L << 40) + PyModule_AddStringConstant(module, "text", "caf\xc3\xa9"));
    note(rows, PyObject_GetAttrString(module, "number"));
    note(rows, PyObject_GetAttrString(module, "text"));
    note_int(rows, PyModule_SetDocString(module, "Told later."));
    note(rows, PyObject_GetAttrString(module, "__doc__"));
    note_int(rows, PyModule_AddFunctions(module, part_methods));
    note(rows, PyObject_CallMethod(module, "bump", NULL));
    Py_DECREF(module);
    return rows;
}

CHECK(no_module)
{
    PyObject *rows = PyList_New(0);
    note_int(rows, PyModule_GetState(Py_None) == NULL);
    note_int(rows, PyModule_GetDef(Py_None) == NULL);
    note(rows, PyModule_GetNameObject(Py_None));
    note_text(rows, PyModule_GetName(Py_None));
    note_int(rows, PyModule_GetDict(Py_None) == NULL);
    note_int(rows, PyModule_AddIntConstant(Py_None, "x", 1));
    return rows;
}

/* --- capsules by their names ------------------------------------------------------------------------------------------ */

static int table[] = {3, 1, 4};

CHECK(capsule_import)
{
    PyObject *rows = PyList_New(0), *module = PyImport_AddModule("module_state_capsules");
    PyObject *capsule = PyCapsule_New(table, "module_state_capsules.table", NULL);
    EXPECT(module && capsule && PyModule_AddObjectRef(module, "table", capsule) == 0);
    int *found = PyCapsule_Import("module_state_capsules.table", 0);
    note_int(rows, found == table && found[2] == 4);
    note_int(rows, PyCapsule_Import("module_state_capsules.table", 1) == table);
    PyObject *other = PyCapsule_New(table, "another name", NULL);
    EXPECT(other && PyModule_AddObjectRef(module, "other", other) == 0 && PyModule_AddIntConstant(module, "number", 5) == 0);
    static const char *const wrong[] = {
        "module_state_capsules.other", "module_state_capsules.number", "module_state_capsules.missing", "no_such_module_at_all.table",
    };
    for (int i = 0; i < 4; i++) {
        note_int(rows, PyCapsule_Import(wrong[i], 0) != NULL);
    }
    Py_DECREF(other);
    Py_DECREF(capsule);
    return rows;
}

/* --- sys -------------------------------------------------------------------------------------------------------------- */

CHECK(sys_names)
{
    PyObject *rows = PyList_New(0);
    static const char *const names[] = {"modules", "path", "maxsize", "byteorder", "float_info"};
    for (int i = 0; i < 5; i++) {
        note_int(rows, PySys_GetObject(names[i]) != NULL);
    }
    note_lent(rows, PySys_GetObject("maxsize"));
    note_lent(rows, PySys_GetObject("byteorder"));
    note_int(rows, PySys_GetObject("no such name") == NULL);
    note_int(rows, PySys_SetObject("module_state_number", Py_Ellipsis));
    note_lent(rows, PySys_GetObject("module_state_number"));
    PyObject *sys = PyImport_ImportModule("sys");
    note(rows, PyObject_GetAttrString(sys, "module_state_number"));
    note_int(rows, PySys_SetObject("module_state_number", NULL));
    note_int(rows, PySys_GetObject("module_state_number") == NULL);
    note_int(rows, PySys_GetObject("modules") == PyImport_GetModuleDict());
    Py_XDECREF(sys);
    return rows;
}

CHECK(add_module)
{
    PyObject *rows = PyList_New(0), *module = PyImport_AddModule("module_state_added"), *name = PyUnicode_FromString("module_state_added");
    EXPECT(module && PyModule_Check(module) && PyImport_AddModule("module_state_added") == module);
    note(rows, PyObject_GetAttrString(module, "__name__"));
    PyObject *got = PyImport_GetModule(name), *imported = PyImport_Import(name), *object = PyImport_AddModuleObject(name);
    note_int(rows, (got == module) + 2 * (imported == module) + 4 * (object == module));
    note_int(rows, PyDict_DelItem(PyImport_GetModuleDict(), name));
    note_int(rows, PyImport_GetModule(name) == NULL);
    note_kind(rows, PyImport_Import(name));
    Py_XDECREF(got);
    Py_XDECREF(imported);
    Py_DECREF(name);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(state),     CHECKED(several), CHECKED(borrowed_globals), CHECKED(freed),     CHECKED(failing),    CHECKED(single_phase),
    CHECKED(no_module), CHECKED(capsule_import), CHECKED(sys_names), CHECKED(add_module), {NULL, NULL, 0, NULL},
};

THEME(module_state)
