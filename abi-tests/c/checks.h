/* What every theme needs: a check that names the line on which it failed. */
#ifndef GIMBAL_CHECKS_H
#define GIMBAL_CHECKS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>

/* Inside a function that returns a PyObject pointer. */
#define EXPECT(condition)                                                                      \
    do {                                                                                       \
        if (!(condition)) {                                                                    \
            PyErr_Format(PyExc_AssertionError, "line %d: %s", __LINE__, #condition);           \
            return NULL;                                                                       \
        }                                                                                      \
    } while (0)

/* A C function of any signature as the method table wants it, without a cast warning. */
#define METHOD(function) ((PyCFunction)(void (*)(void))(function))

#endif
