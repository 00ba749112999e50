/* Modules: made in one phase and in several, with state, constants, sub-modules and all the ways to look things up. */
#include "checks.h"

static int frees, creations;

typedef struct {
    PyObject *list;
    long calls;
} State;

static struct PyModuleDef definition;

static PyObject *
remember(PyObject *module, PyObject *item)
{
    State *state = PyModule_GetState(module);
    EXPECT(state && state->list);
    state->calls++;
    if (PyList_Append(state->list, item) < 0) {
        return NULL;
    }
    return Py_BuildValue("(lO)", state->calls, state->list);
}

static PyObject *
check_facts(PyObject *module, PyObject *args)
{
    EXPECT(PyModule_Check(module) && PyModule_CheckExact(module));
    EXPECT(PyModule_GetDef(module) == &definition && PyModule_GetState(module) != NULL);
    EXPECT(PyDict_Check(PyModule_GetDict(module)));
    EXPECT(PyState_FindModule(&definition) == NULL);
    return Py_BuildValue("(sN)", PyModule_GetName(module), PyModule_GetNameObject(module));
}

static PyObject *
check_has_file(PyObject *module, PyObject *args)
{
    PyObject *file = PyModule_GetFilenameObject(module);
    if (file == NULL) {
        return NULL;
    }
    PyObject *tail = PyUnicode_Substring(file, PyUnicode_FindChar(file, '/', 0, PyUnicode_GET_LENGTH(file), -1) + 1, 1000);
    Py_DECREF(file);
    return tail;
}

static PyObject *
single_add(PyObject *module, PyObject *args)
{
    long a, b;
    if (!PyArg_ParseTuple(args, "ll", &a, &b)) {
        return NULL;
    }
    return Py_BuildValue("(lO)", a + b, module);
}

static PyMethodDef single_methods[] = {
    {"add", single_add, METH_VARARGS, "Add."},
    {NULL, NULL, 0, NULL},
};

static int
single_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);
    if (state != NULL) {
        Py_VISIT(state->list);
    }
    return 0;
}

static int
single_clear(PyObject *module)
{
    State *state = PyModule_GetState(module);
    if (state != NULL) {
        Py_CLEAR(state->list);
    }
    return 0;
}

static void
single_free(void *module)
{
    frees++;
    single_clear(module);
}

static struct PyModuleDef single_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "modules.single",
    .m_doc = "Made in one phase.",
    .m_size = sizeof(State),
    .m_methods = single_methods,
    .m_traverse = single_traverse,
    .m_clear = single_clear,
    .m_free = single_free,
};

static PyObject *
make_single(PyObject *module, PyObject *args)
{
    PyObject *single = PyModule_Create(&single_definition);
    if (single == NULL) {
        return NULL;
    }
    State *state = PyModule_GetState(single);
    EXPECT(state->list == NULL && state->calls == 0);
    state->list = PyList_New(0);
    if (PyModule_AddIntConstant(single, "NUMBER", 42) < 0 || PyModule_AddStringConstant(single, "TEXT", "t\xc3\xa9xt") < 0 ||
        PyModule_AddObject(single, "OBJECT", PyFloat_FromDouble(2.5)) < 0 ||
        PyModule_AddObjectRef(single, "LIST", state->list) < 0 ||
        PyModule_AddObject(single, "ITSELF", Py_NewRef(single)) < 0) {
        Py_CLEAR(single);
    }
    return single;
}

/* What belongs to a module only, while C goes on using it. */
static PyObject *given[4];
static const char *const given_names[] = {"table", "Error", "pair", "number"};

static PyObject *
give(PyObject *module, PyObject *args)
{
    PyObject *collections = PyImport_ImportModule("collections"), *receiver = PyModule_Create(&single_definition);
    EXPECT(collections && receiver);
    given[0] = PyObject_CallMethod(collections, "OrderedDict", NULL);
    given[1] = PyErr_NewException("modules.Error", NULL, NULL);
    given[2] = Py_BuildValue("(is)", 1, "two");
    given[3] = PyLong_FromString("123456789012345678901234567890", NULL, 10);
    Py_DECREF(collections);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(given); i++) {
        EXPECT(PyModule_AddObject(receiver, given_names[i], given[i]) == 0);
    }
    return receiver;
}

static PyObject *
look_at_given(PyObject *module, PyObject *receiver)
{
    PyObject *rows = PyList_New(0), *item = PyLong_FromLong(5);
    for (size_t i = 0; i < Py_ARRAY_LENGTH(given); i++) {
        PyObject *attribute = PyObject_GetAttrString(receiver, given_names[i]);
        note_int(rows, attribute != NULL && PyObject_RichCompareBool(attribute, given[i], Py_EQ));
        Py_XDECREF(attribute);
        note(rows, Py_NewRef(given[i]));
    }
    EXPECT(PyObject_SetItem(given[0], item, item) == 0);
    Py_DECREF(item);
    return rows;
}

static PyObject *
count_frees(PyObject *module, PyObject *args)
{
    return PyLong_FromLong(frees);
}

static PyObject *
check_find_module(PyObject *module, PyObject *args)
{
    PyObject *single = make_single(module, NULL);
    EXPECT(single && PyState_FindModule(&single_definition) == NULL);
    EXPECT(PyState_AddModule(single, &single_definition) == 0);
    EXPECT(PyState_FindModule(&single_definition) == single);
    EXPECT(PyState_RemoveModule(&single_definition) == 0);
    EXPECT(PyState_FindModule(&single_definition) == NULL);
    return single;
}

static PyObject *
check_bare_module(PyObject *module, PyObject *args)
{
    PyObject *bare = PyModule_New("bare.name");
    EXPECT(bare && PyModule_GetDef(bare) == NULL && PyModule_GetState(bare) == NULL);
    EXPECT(PyModule_SetDocString(bare, "documented") == 0 && PyModule_AddFunctions(bare, single_methods) == 0);
    EXPECT(PyModule_GetFilenameObject(bare) == NULL && PyErr_ExceptionMatches(PyExc_SystemError));
    PyErr_Clear();
    return Py_BuildValue("(NNN)", PyObject_GetAttrString(bare, "__doc__"), PyObject_GetAttrString(bare, "__name__"),
                         PyObject_CallMethod(bare, "add", "ii", 2, 3));
}

static PyObject *
check_not_a_module(PyObject *module, PyObject *args)
{
    EXPECT(PyModule_GetDict(Py_None) == NULL && PyErr_ExceptionMatches(PyExc_SystemError));
    PyErr_Clear();
    EXPECT(PyModule_GetName(Py_None) == NULL && PyErr_Occurred());
    PyErr_Clear();
    EXPECT(PyModule_AddIntConstant(Py_None, "X", 1) == -1 && PyErr_Occurred());
    PyErr_Clear();
    EXPECT(PyModule_GetState(Py_None) == NULL);
    return NULL;
}

static PyObject *
check_add_null(PyObject *module, PyObject *args)
{
    PyErr_SetString(PyExc_ValueError, "the value could not be made");
    EXPECT(PyModule_AddObjectRef(module, "NOTHING", NULL) == -1);
    return NULL;
}

/* Imports. */
static PyObject *
check_imports(PyObject *module, PyObject *args)
{
    PyObject *os = PyImport_ImportModule("os"), *name = PyUnicode_FromString("os"), *found = PyImport_Import(name);
    PyObject *got = PyImport_GetModule(name), *modules = PyImport_GetModuleDict();
    EXPECT(os && os == found && os == got && PyDict_Check(modules) && PyDict_GetItemString(modules, "os") == os);
    PyObject *level = PyImport_ImportModuleLevel("os", NULL, NULL, Py_None, 0), *missing = PyUnicode_FromString("not imported yet");
    EXPECT(level == os && PyImport_GetModule(missing) == NULL && !PyErr_Occurred());
    PyObject *result = PyObject_CallMethod(os, "fspath", "s", "path");
    Py_DECREF(os);
    Py_DECREF(name);
    Py_DECREF(found);
    Py_DECREF(got);
    Py_DECREF(level);
    Py_DECREF(missing);
    return result;
}

static PyObject *
check_import_package(PyObject *module, PyObject *args)
{
    PyObject *json = PyImport_ImportModule("json"), *decoder = PyImport_ImportModule("json.decoder");
    PyObject *name = PyUnicode_FromString("json"), *found = PyImport_Import(name), *got = PyImport_GetModule(name);
    EXPECT(json && decoder && json == found && json == got);
    PyObject *modules = PyImport_GetModuleDict();
    EXPECT(PyDict_Check(modules) && PyDict_GetItemString(modules, "json") == json);
    PyObject *from = PyImport_ImportModuleLevel("json", NULL, NULL, Py_None, 0);
    EXPECT(from == json);
    PyObject *missing = PyUnicode_FromString("not imported yet");
    EXPECT(PyImport_GetModule(missing) == NULL && !PyErr_Occurred());
    PyObject *result = PyObject_CallMethod(json, "dumps", "([i])", 1);
    Py_DECREF(json);
    Py_DECREF(decoder);
    Py_DECREF(name);
    Py_DECREF(found);
    Py_DECREF(got);
    Py_DECREF(from);
    Py_DECREF(missing);
    return result;
}

static PyObject *
check_import_missing(PyObject *module, PyObject *args)
{
    return PyImport_ImportModule("no_such_module_anywhere");
}

static PyObject *
check_add_module(PyObject *module, PyObject *args)
{
    PyObject *added = PyImport_AddModule("added.by.c");
    EXPECT(added && PyModule_AddStringConstant(added, "origin", "made by PyImport_AddModule") == 0);
    return Py_BuildValue("(OO)", PyDict_GetItemString(PyImport_GetModuleDict(), "added.by.c") == added ? Py_True : Py_False,
                         PyDict_GetItemString(PyModule_GetDict(added), "origin"));
}

static PyObject *
check_sys(PyObject *module, PyObject *args)
{
    EXPECT(PySys_SetObject("set_by_c", Py_True) == 0 && PySys_GetObject("set_by_c") == Py_True);
    EXPECT(PySys_SetObject("set_by_c", NULL) == 0 && PySys_GetObject("set_by_c") == NULL);
    int major = 0, minor = 0;
    EXPECT(sscanf(Py_GetVersion(), "%d.%d.", &major, &minor) == 2 && major == PY_MAJOR_VERSION && minor == PY_MINOR_VERSION);
    EXPECT(strcmp(Py_GetPlatform(), "linux") == 0 && Py_IsInitialized());
#if PY_VERSION_HEX >= 0x030B0000
    EXPECT(Py_Version >> 16 == PY_VERSION_HEX >> 16);
#endif
    Py_RETURN_NONE;
}

static PyObject *
check_run(PyObject *module, PyObject *args)
{
    PyObject *globals = PyDict_New();
    EXPECT(globals && PyDict_SetItemString(globals, "__builtins__", PyEval_GetBuiltins()) == 0);
    PyObject *done = PyRun_String("x = [i * i for i in range(4)]", Py_file_input, globals, globals);
    EXPECT(done == Py_None);
    Py_DECREF(done);
    PyObject *value = PyRun_String("sum(x)", Py_eval_input, globals, globals);
    PyObject *code = Py_CompileString("x + ['compiled']", "<c>", Py_eval_input);
    PyObject *evaluated = code ? PyEval_EvalCode(code, globals, globals) : NULL;
    Py_XDECREF(code);
    Py_DECREF(globals);
    return Py_BuildValue("(NN)", value, evaluated);
}

static PyObject *
check_run_error(PyObject *module, PyObject *args)
{
    PyObject *globals = PyDict_New();
    EXPECT(Py_CompileString("not python (", "<c>", Py_eval_input) == NULL);
    EXPECT(PyErr_ExceptionMatches(PyExc_SyntaxError));
    PyErr_Clear();
    PyObject *result = PyRun_String("1/0", Py_eval_input, globals, globals);
    Py_DECREF(globals);
    return result;
}

static PyMethodDef methods[] = {
    {"remember", remember, METH_O, "Remember in the module's state."},
    {"check_facts", check_facts, METH_NOARGS, NULL},
    {"check_has_file", check_has_file, METH_NOARGS, NULL},
    {"check_find_module", check_find_module, METH_NOARGS, NULL},
    {"check_bare_module", check_bare_module, METH_NOARGS, NULL},
    {"check_not_a_module", check_not_a_module, METH_NOARGS, NULL},
    {"check_add_null", check_add_null, METH_NOARGS, NULL},
    {"check_imports", check_imports, METH_NOARGS, NULL},
    {"check_import_package", check_import_package, METH_NOARGS, NULL},
    {"check_import_missing", check_import_missing, METH_NOARGS, NULL},
    {"check_add_module", check_add_module, METH_NOARGS, NULL},
    {"check_sys", check_sys, METH_NOARGS, NULL},
    {"check_run", check_run, METH_NOARGS, NULL},
    {"check_run_error", check_run_error, METH_NOARGS, NULL},
    {"make_single", make_single, METH_NOARGS, NULL},
    {"give", give, METH_NOARGS, NULL},
    {"look_at_given", look_at_given, METH_O, NULL},
    {"count_frees", count_frees, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyObject *
create(PyObject *spec, PyModuleDef *def)
{
    creations++;
    PyObject *name = PyObject_GetAttrString(spec, "name");
    PyObject *module = name ? PyModule_NewObject(name) : NULL;
    Py_XDECREF(name);
    return module;
}

static int
execute_first(PyObject *module)
{
    State *state = PyModule_GetState(module);
    state->list = PyList_New(0);
    return state->list ? PyModule_AddIntConstant(module, "FIRST", creations) : -1;
}

static int
execute_second(PyObject *module)
{
    /* The slots run in order. */
    if (!PyObject_HasAttrString(module, "FIRST")) {
        PyErr_SetString(PyExc_RuntimeError, "the slots are out of order");
        return -1;
    }
    return PyModule_AddStringConstant(module, "SECOND", "second");
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_create, create}, {Py_mod_exec, execute_first}, {Py_mod_exec, execute_second}, WITHOUT_GIL {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "modules",
    .m_doc = "Made in several phases.",
    .m_size = sizeof(State),
    .m_methods = methods,
    .m_slots = slots,
    .m_traverse = single_traverse,
    .m_clear = single_clear,
};

PyMODINIT_FUNC
PyInit_modules(void)
{
    return PyModuleDef_Init(&definition);
}

/* A second module in the same file. */
PyMODINIT_FUNC
PyInit_modules_second(void)
{
    static struct PyModuleDef second = {
        PyModuleDef_HEAD_INIT, .m_name = "modules_second", .m_doc = "In the same file.", .m_size = -1,
        .m_methods = single_methods,
    };
    return unlocked(PyModule_Create(&second));
}

/* A module whose name is not ASCII. */
PyMODINIT_FUNC
PyInitU_mdl_sna(void)
{
    static struct PyModuleDef named = {PyModuleDef_HEAD_INIT, .m_name = "m\xc3\xb6" "dl", .m_size = 0};
    return PyModuleDef_Init(&named);
}
