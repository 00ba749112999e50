/* What Python code does, told to C: profile and trace functions; values attached to code objects; code that C runs with arguments.
   flavours: 3.9 3.14 3.14t */
#include "checks.h"
#include <frameobject.h>

#if PY_VERSION_HEX >= 0x030C0000
#define RequestIndex PyUnstable_Eval_RequestCodeExtraIndex
#define GetExtra PyUnstable_Code_GetExtra
#define SetExtra PyUnstable_Code_SetExtra
#else
#define RequestIndex _PyEval_RequestCodeExtraIndex
#define GetExtra _PyCode_GetExtra
#define SetExtra _PyCode_SetExtra
#endif

/* --- events ------------------------------------------------------------------------------------------------------- */

static PyObject *
shown(PyObject *argument, int what)
{
    if (what == PyTrace_EXCEPTION) {
        PyObject *type = PyTuple_GetItem(argument, 0);
        return type ? PyObject_GetAttrString(type, "__name__") : NULL;
    }
    if (what >= PyTrace_C_CALL && what <= PyTrace_C_RETURN) {
        return PyObject_GetAttrString(argument, "__name__");
    }
    return Py_NewRef(argument ? argument : Py_None);
}

/* The first argument is the list that was given, or a callable that decides. */
static int
tell(PyObject *given, PyFrameObject *frame, int what, PyObject *argument)
{
    PyCodeObject *code = PyFrame_GetCode(frame);
    PyObject *name = PyObject_GetAttrString((PyObject *)code, "co_name"), *value = shown(argument, what);
    int line = PyFrame_GetLineNumber(frame) - code->co_firstlineno, same = 0;
    if (name != NULL && value != NULL) {
        /* What tools read in place. */
        same = PyUnicode_Check(code->co_filename) && PyUnicode_Compare(name, code->co_name) == 0;
    }
    PyObject *row = name && value ? Py_BuildValue("(iOiOi)", what, name, line, value, same) : NULL;
    Py_XDECREF(name);
    Py_XDECREF(value);
    Py_DECREF(code);
    if (row == NULL) {
        return -1;
    }
    int status;
    if (PyList_Check(given)) {
        status = PyList_Append(given, row);
    }
    else {
        PyObject *result = PyObject_CallFunctionObjArgs(given, row, NULL);
        status = result ? 0 : -1;
        Py_XDECREF(result);
    }
    Py_DECREF(row);
    return status;
}

static PyObject *
set_profile(PyObject *self, PyObject *given)
{
    PyEval_SetProfile(given == Py_None ? NULL : tell, given == Py_None ? NULL : given);
    Py_RETURN_NONE;
}

static PyObject *
set_trace(PyObject *self, PyObject *given)
{
    PyEval_SetTrace(given == Py_None ? NULL : tell, given == Py_None ? NULL : given);
    Py_RETURN_NONE;
}

#if PY_VERSION_HEX >= 0x030C0000
static PyObject *
set_profile_all(PyObject *self, PyObject *given)
{
    PyEval_SetProfileAllThreads(given == Py_None ? NULL : tell, given == Py_None ? NULL : given);
    Py_RETURN_NONE;
}
#endif

/* An exception that is set when it is called stays. */
static PyObject *
set_amid_exception(PyObject *self, PyObject *unused)
{
    PyErr_SetString(PyExc_KeyError, "kept");
    PyEval_SetTrace(NULL, NULL);
    PyEval_SetProfile(NULL, NULL);
    return NULL;
}

/* --- values of code objects --------------------------------------------------------------------------------------- */

static Py_ssize_t first = -1, second = -1;
static long freed;

static void
note_freed(void *value)
{
    freed = freed * 10 + (long)(intptr_t)value;
}

static PyObject *
extra_indices(PyObject *self, PyObject *unused)
{
    first = RequestIndex(note_freed);
    second = RequestIndex(NULL);
    return Py_BuildValue("(nO)", second - first, first >= 0 ? Py_True : Py_False);
}

static PyObject *
set_extra(PyObject *self, PyObject *args)
{
    PyObject *code;
    int which;
    long value;
    if (!PyArg_ParseTuple(args, "Oil", &code, &which, &value)) {
        return NULL;
    }
    Py_ssize_t index = which == 1 ? first : which == 2 ? second : which;
    return SetExtra(code, index, (void *)(intptr_t)value) < 0 ? NULL : PyLong_FromLong(freed);
}

static PyObject *
get_extra(PyObject *self, PyObject *args)
{
    PyObject *code;
    int which;
    if (!PyArg_ParseTuple(args, "Oi", &code, &which)) {
        return NULL;
    }
    void *value = &value;
    if (GetExtra(code, which == 1 ? first : which == 2 ? second : which, &value) < 0) {
        return NULL;
    }
    return PyLong_FromLong((long)(intptr_t)value);
}

static PyObject *
freed_extras(PyObject *self, PyObject *unused)
{
    return PyLong_FromLong(freed);
}

/* --- running code ------------------------------------------------------------------------------------------------- */

/* code, globals, locals, args, keywords, defaults, keyword defaults, closure; None for NULL */
static PyObject *
evaluate(PyObject *self, PyObject *args)
{
    PyObject *code, *globals, *locals, *given, *names, *defaults, *more, *closure;
    if (!PyArg_ParseTuple(args, "OOOO!O!O!OO", &code, &globals, &locals, &PyTuple_Type, &given, &PyTuple_Type, &names,
                          &PyTuple_Type, &defaults, &more, &closure)) {
        return NULL;
    }
#define GIVEN(object) ((object) == Py_None ? NULL : (object))
    return PyEval_EvalCodeEx(code, GIVEN(globals), GIVEN(locals), ((PyTupleObject *)given)->ob_item, (int)PyTuple_Size(given),
                             ((PyTupleObject *)names)->ob_item, (int)PyTuple_Size(names) / 2,
                             ((PyTupleObject *)defaults)->ob_item, (int)PyTuple_Size(defaults), GIVEN(more), GIVEN(closure));
}

/* Since 3.12, CPython itself does not survive it. */
#if PY_VERSION_HEX < 0x030C0000
static PyObject *
evaluate_frame(PyObject *self, PyObject *args)
{
    PyObject *code, *globals, *locals;
    int throw;
    if (!PyArg_ParseTuple(args, "OOOi", &code, &globals, &locals, &throw)) {
        return NULL;
    }
    PyFrameObject *frame = PyFrame_New(PyThreadState_Get(), (PyCodeObject *)code, globals, GIVEN(locals));
    if (frame == NULL) {
        return NULL;
    }
    if (throw) {
        PyErr_SetString(PyExc_LookupError, "thrown");
    }
    PyObject *result = PyEval_EvalFrameEx(frame, throw);
    Py_DECREF(frame);
    return result;
}
#endif

/* --- how it all began --------------------------------------------------------------------------------------------- */

#if PY_VERSION_HEX >= 0x030A0000
PyAPI_FUNC(void) Py_GetArgcArgv(int *argc, wchar_t ***argv);

static PyObject *
command_line(PyObject *self, PyObject *unused)
{
    int count = -1;
    wchar_t **words = NULL;
    Py_GetArgcArgv(&count, &words);
    PyObject *list = PyList_New(0);
    for (int i = 0; list != NULL && i < count; i++) {
        PyObject *word = PyUnicode_FromWideChar(words[i], -1);
        if (word == NULL || PyList_Append(list, word) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(word);
    }
    return list;
}
#endif

#if PY_VERSION_HEX < 0x030C0000
extern const PyConfig *_PyInterpreterState_GetConfig(PyInterpreterState *interpreter);

static PyObject *
configuration(PyObject *self, PyObject *unused)
{
    const PyConfig *config = _PyInterpreterState_GetConfig(PyInterpreterState_Get());
    return Py_BuildValue("(iiiiiiiiiiiuu)", config->optimization_level, config->isolated, config->dev_mode, config->inspect,
                         config->interactive, config->verbose, config->quiet, config->use_environment, config->site_import,
                         config->write_bytecode, config->user_site_directory, config->prefix, config->exec_prefix);
}
#endif

static PyMethodDef methods[] = {
    {"set_profile", set_profile, METH_O, NULL},
    {"set_trace", set_trace, METH_O, NULL},
#if PY_VERSION_HEX >= 0x030C0000
    {"set_profile_all", set_profile_all, METH_O, NULL},
#endif
    {"set_amid_exception", set_amid_exception, METH_NOARGS, NULL},
    {"extra_indices", extra_indices, METH_NOARGS, NULL},
    {"set_extra", set_extra, METH_VARARGS, NULL},
    {"get_extra", get_extra, METH_VARARGS, NULL},
    {"freed_extras", freed_extras, METH_NOARGS, NULL},
    {"evaluate", evaluate, METH_VARARGS, NULL},
#if PY_VERSION_HEX >= 0x030A0000
    {"command_line", command_line, METH_NOARGS, NULL},
#endif
#if PY_VERSION_HEX < 0x030C0000
    {"configuration", configuration, METH_NOARGS, NULL},
    {"evaluate_frame", evaluate_frame, METH_VARARGS, NULL},
#endif
    {NULL, NULL, 0, NULL},
};

THEME(tracing)
