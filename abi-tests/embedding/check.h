/* What the embedding programs share: lines that are compared between the real libpython and ours. Standard output is
 * flushed at each line, because the host's streams write to the same descriptor. */
#ifndef GIMBAL_EMBEDDING_CHECK_H
#define GIMBAL_EMBEDDING_CHECK_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdio.h>

#define SAY(...) (printf(__VA_ARGS__), putchar('\n'), fflush(stdout))

/* Runs Python code, which must not fail. */
static inline void run(const char *code)
{
    if (PyRun_SimpleString(code) != 0) {
        SAY("failed: %s", code);
    }
    if (PyRun_SimpleString("import sys; sys.stdout.flush()") != 0) {
        SAY("no sys.stdout");
    }
}

/* Says what an expression's repr is, or which exception it raises. */
static inline void show(const char *expression)
{
    PyObject *names = PyModule_GetDict(PyImport_AddModule("__main__"));
    PyObject *value = PyRun_String(expression, Py_eval_input, names, names);
    PyObject *text = value ? PyObject_Repr(value) : NULL;
    if (text == NULL) {
        PyObject *type, *error, *trace;
        PyErr_Fetch(&type, &error, &trace);
        SAY("%s raises %s", expression, ((PyTypeObject *)type)->tp_name);
        Py_XDECREF(type);
        Py_XDECREF(error);
        Py_XDECREF(trace);
    } else {
        SAY("%s: %s", expression, PyUnicode_AsUTF8(text));
    }
    Py_XDECREF(text);
    Py_XDECREF(value);
}

#endif
