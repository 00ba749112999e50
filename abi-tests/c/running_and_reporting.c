/* Source that C runs, the frame it is called from, traceback entries it adds, warnings and reports, context variables. */
#include "checks.h"
#if PY_VERSION_HEX >= 0x030B0000
#define Py_BUILD_CORE 1
#include <internal/pycore_frame.h>
#undef Py_BUILD_CORE
#endif
#include <errno.h>
#include <frameobject.h>
#include <marshal.h>
#include <time.h>

/* --- tracebacks, code, the exception being handled ---------------------------------------------------------------- */

/* As Cython does it: an empty code object, a frame that gets its line in place. */
static int
add_entry(PyObject *globals, const char *function, int line)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyCodeObject *code = PyCode_NewEmpty("compiled.pyx", function, line);
    PyFrameObject *frame = code ? PyFrame_New(PyThreadState_Get(), code, globals, NULL) : NULL;
    if (frame == NULL) {
        Py_XDECREF(code);
        return -1;
    }
    frame->f_lineno = line;
    PyErr_Restore(type, value, traceback);
    int status = PyTraceBack_Here(frame);
    Py_DECREF(frame);
    Py_DECREF(code);
    return status;
}

static PyObject *
raise_deep(PyObject *self, PyObject *error)
{
    PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    add_entry(PyModule_GetDict(self), "inner", 14);
    add_entry(PyModule_GetDict(self), "outer", 33);
    return NULL;
}

#if PY_VERSION_HEX >= 0x030B0000
static PyObject *
make_code(PyObject *self, PyObject *args)
{
    PyObject *none = PyTuple_New(0), *empty = PyBytes_FromString("");
    PyObject *names = Py_BuildValue("(sss)", "a", "b", "c");
    PyObject *name = PyUnicode_FromString("function"), *file = PyUnicode_FromString("compiled.pyx");
    PyCodeObject *code = PyCode_NewWithPosOnlyArgs(2, 1, 1, 3, 0, CO_OPTIMIZED | CO_NEWLOCALS, empty, none, none, names,
                                                   none, none, file, name, name, 42, empty, empty);
    Py_DECREF(none);
    Py_DECREF(empty);
    Py_DECREF(names);
    Py_DECREF(name);
    Py_DECREF(file);
    return (PyObject *)code;
}
#endif

static PyObject *
handled(PyObject *self, PyObject *args)
{
    PyObject *type, *value, *traceback;
    PyErr_GetExcInfo(&type, &value, &traceback);
    PyObject *result = Py_BuildValue("(OOO)", type, value ? value : Py_None, traceback);
    PyErr_SetExcInfo(type, value, traceback);
    return result;
}

/* Raises a second exception while the first is handled natively. */
#if PY_VERSION_HEX >= 0x030B0000
static PyObject *
fail_while_handling(PyObject *self, PyObject *function)
{
    PyObject *result = PyObject_CallNoArgs(function);
    if (result) {
        return result;
    }
    PyObject *type, *value, *traceback, *before = PyErr_GetHandledException();
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    PyErr_SetHandledException(value);
    PyErr_SetString(PyExc_RuntimeError, "second");
    PyErr_SetHandledException(before);
    Py_XDECREF(before);
    Py_XDECREF(type);
    Py_XDECREF(value);
    Py_XDECREF(traceback);
    return NULL;
}
#endif

/* --- the calling frame, source ------------------------------------------------------------------------------------ */

static PyObject *
namespaces(PyObject *self, PyObject *args)
{
    PyFrameObject *frame = PyEval_GetFrame();
    PyObject *builtins = PyEval_GetBuiltins();
    return Py_BuildValue("(OONiO)", PyEval_GetGlobals(), PyEval_GetLocals(), PyFrame_GetCode(frame),
                         PyFrame_GetLineNumber(frame), PyDict_GetItemString(builtins, "len"));
}

static PyObject *
run(PyObject *self, PyObject *args)
{
    const char *source;
    int start;
    PyObject *globals;
    if (!PyArg_ParseTuple(args, "siO", &source, &start, &globals)) {
        return NULL;
    }
    return PyRun_String(source, start, globals, globals);
}

static PyObject *
compile_and_run(PyObject *self, PyObject *args)
{
    const char *source;
    PyObject *globals;
    if (!PyArg_ParseTuple(args, "sO", &source, &globals)) {
        return NULL;
    }
    PyObject *code = Py_CompileString(source, "compiled.py", Py_file_input);
    PyObject *result = code ? PyEval_EvalCode(code, globals, globals) : NULL;
    Py_XDECREF(code);
    return result;
}

static PyObject *
run_main(PyObject *self, PyObject *source)
{
    return PyLong_FromLong(PyRun_SimpleString(PyUnicode_AsUTF8(source)));
}

static PyObject *
check_execute_module(PyObject *self, PyObject *args)
{
    PyObject *code = Py_CompileString("answer = 42", "made.py", Py_file_input);
    PyObject *module = code ? PyImport_ExecCodeModule("made_by_c", code) : NULL;
    Py_XDECREF(code);
    EXPECT(module && PyImport_AddModule("made_by_c") == module);
    PyObject *result = Py_BuildValue("(NN)", PyObject_GetAttrString(module, "answer"), PyModule_GetFilenameObject(module));
    Py_DECREF(module);
    return result;
}

/* --- warnings and reports ------------------------------------------------------------------------------------------- */

static PyObject *
warn(PyObject *self, PyObject *args)
{
    const char *message;
    int level = 1;
    if (!PyArg_ParseTuple(args, "s|i", &message, &level) || PyErr_WarnEx(PyExc_UserWarning, message, level) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
fail_with_errno(PyObject *self, PyObject *args)
{
    int number;
    PyObject *first = NULL, *second = NULL;
    if (!PyArg_ParseTuple(args, "i|OO", &number, &first, &second)) {
        return NULL;
    }
    errno = number;
    return PyErr_SetFromErrnoWithFilenameObjects(PyExc_OSError, first, second);
}

static PyObject *
fail_import(PyObject *self, PyObject *args)
{
    PyObject *message, *name, *path;
    if (!PyArg_ParseTuple(args, "OOO", &message, &name, &path)) {
        return NULL;
    }
    return PyErr_SetImportError(message, name, path);
}

static PyObject *
report(PyObject *self, PyObject *object)
{
    PyErr_SetString(PyExc_ValueError, "lost");
    PyErr_WriteUnraisable(object);
    EXPECT(!PyErr_Occurred());
    Py_RETURN_NONE;
}

static PyObject *
print(PyObject *self, PyObject *error)
{
    PyErr_SetObject((PyObject *)Py_TYPE(error), error);
    PyErr_Print();
    EXPECT(!PyErr_Occurred());
    Py_RETURN_NONE;
}

static PyObject *
check_decode_error(PyObject *self, PyObject *args)
{
    Py_ssize_t start, end;
    PyObject *error = PyUnicodeDecodeError_Create("utf-8", "abc", 3, 1, 2, "bad");
    EXPECT(error && PyUnicodeDecodeError_GetStart(error, &start) == 0 && PyUnicodeDecodeError_SetEnd(error, 30) == 0);
    EXPECT(PyUnicodeDecodeError_GetEnd(error, &end) == 0 && PyUnicodeDecodeError_SetReason(error, "worse") == 0);
    return Py_BuildValue("(nnNNN)", start, end, PyUnicodeDecodeError_GetReason(error),
                         PyUnicodeDecodeError_GetObject(error), error);
}

/* --- other parts of the interpreter ----------------------------------------------------------------------------------- */

static PyObject *
check_contexts(PyObject *self, PyObject *args)
{
    PyObject *value, *variable = PyContextVar_New("variable", NULL);
    EXPECT(variable && PyContextVar_Get(variable, NULL, &value) == 0 && value == NULL);
    EXPECT(PyContextVar_Get(variable, Py_True, &value) == 0 && value == Py_True);
    PyObject *token = PyContextVar_Set(variable, Py_False), *context = PyContext_CopyCurrent();
    EXPECT(token && context && PyContextVar_Reset(variable, token) == 0);
    EXPECT(PyContextVar_Get(variable, NULL, &value) == 0 && value == NULL);
    EXPECT(PyContext_Enter(context) == 0 && PyContextVar_Get(variable, NULL, &value) == 0 && value == Py_False);
    EXPECT(PyContext_Enter(context) == -1 && PyErr_ExceptionMatches(PyExc_RuntimeError));
    PyErr_Clear();
    EXPECT(PyContext_Exit(context) == 0 && PyContextVar_Get(variable, NULL, &value) == 0 && value == NULL);
    EXPECT(PyContextVar_Get(Py_None, NULL, &value) == -1);
    return NULL;
}

#define VERSION Py_STRINGIFY(PY_MAJOR_VERSION) "." Py_STRINGIFY(PY_MINOR_VERSION) "."

static PyObject *
check_system(PyObject *self, PyObject *args)
{
    EXPECT(Py_IsInitialized() && strncmp(Py_GetVersion(), VERSION, strlen(VERSION)) == 0);
    PyErr_SetString(PyExc_ValueError, "stays");
    EXPECT(PySys_GetObject("no_such_name") == NULL && PySys_GetObject("maxsize") && PyErr_Occurred());
    PyErr_Clear();
    EXPECT(PySys_SetObject("from_c", Py_True) == 0 && PySys_GetObject("from_c") == Py_True);
    EXPECT(PySys_SetObject("from_c", NULL) == 0 && PySys_GetObject("from_c") == NULL && !PyErr_Occurred());
    Py_RETURN_NONE;
}

static PyObject *
check_marshal(PyObject *self, PyObject *args)
{
    PyObject *value = Py_BuildValue("(is[d])", 1, "two", 3.5), *bytes = PyMarshal_WriteObjectToString(value, 2);
    EXPECT(bytes);
    PyObject *result = PyMarshal_ReadObjectFromString(PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes));
    Py_DECREF(value);
    Py_DECREF(bytes);
    return result;
}

static PyObject *
write_to(PyObject *self, PyObject *file)
{
    if (PyFile_WriteString("text ", file) < 0 || PyFile_WriteObject(self, file, Py_PRINT_RAW) < 0 ||
        PyFile_WriteObject(PyModule_GetNameObject(self), file, 0) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
read_line(PyObject *self, PyObject *file)
{
    return PyFile_GetLine(file, -1);
}

static PyObject *
descriptor(PyObject *self, PyObject *object)
{
    int fd = PyObject_AsFileDescriptor(object);
    return fd < 0 ? NULL : PyLong_FromLong(fd);
}

static PyObject *
wait_for_signal(PyObject *self, PyObject *args)
{
    time_t limit = time(NULL) + 10;
    while (time(NULL) < limit) {
        if (PyErr_CheckSignals() < 0) {
            return NULL;
        }
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"raise_deep", raise_deep, METH_O, NULL},
#if PY_VERSION_HEX >= 0x030B0000
    {"make_code", make_code, METH_NOARGS, NULL},
#endif
    {"handled", handled, METH_NOARGS, NULL},
#if PY_VERSION_HEX >= 0x030B0000
    {"fail_while_handling", fail_while_handling, METH_O, NULL},
#endif
    {"namespaces", namespaces, METH_NOARGS, NULL},
    {"run", run, METH_VARARGS, NULL},
    {"compile_and_run", compile_and_run, METH_VARARGS, NULL},
    {"run_main", run_main, METH_O, NULL},
    {"check_execute_module", check_execute_module, METH_NOARGS, NULL},
    {"warn", warn, METH_VARARGS, NULL},
    {"fail_with_errno", fail_with_errno, METH_VARARGS, NULL},
    {"fail_import", fail_import, METH_VARARGS, NULL},
    {"report", report, METH_O, NULL},
    {"print", print, METH_O, NULL},
    {"check_decode_error", check_decode_error, METH_NOARGS, NULL},
    {"check_contexts", check_contexts, METH_NOARGS, NULL},
    {"check_system", check_system, METH_NOARGS, NULL},
    {"check_marshal", check_marshal, METH_NOARGS, NULL},
    {"write_to", write_to, METH_O, NULL},
    {"read_line", read_line, METH_O, NULL},
    {"descriptor", descriptor, METH_O, NULL},
    {"wait_for_signal", wait_for_signal, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "running_and_reporting", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_running_and_reporting(void)
{
    return unlocked(PyModule_Create(&definition));
}
