/* Modules inside the program: single-phase, multi-phase and one that does not come up. */
#include "check.h"

static PyObject *add(PyObject *self, PyObject *args)
{
    long a, b;
    if (!PyArg_ParseTuple(args, "ll", &a, &b)) {
        return NULL;
    }
    return PyLong_FromLong(a + b);
}

static PyMethodDef methods[] = {{"add", add, METH_VARARGS, "Adds."}, {NULL, NULL, 0, NULL}};

static PyModuleDef single = {PyModuleDef_HEAD_INIT, "single", "One phase.", -1, methods};

static PyObject *PyInit_single(void)
{
    return PyModule_Create(&single);
}

static int execute(PyObject *module)
{
    return PyModule_AddIntConstant(module, "answer", 42);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, {0, NULL}};

static PyModuleDef multi = {PyModuleDef_HEAD_INIT, "multi", "Two phases.", 0, methods, slots};

static PyObject *PyInit_multi(void)
{
    return PyModuleDef_Init(&multi);
}

static PyObject *PyInit_broken(void)
{
    PyErr_SetString(PyExc_RuntimeError, "does not come up");
    return NULL;
}

static struct _inittab table[] = {{"multi", PyInit_multi}, {"broken", PyInit_broken}, {NULL, NULL}};

int main(void)
{
    SAY("append %d", PyImport_AppendInittab("single", PyInit_single));
    SAY("extend %d", PyImport_ExtendInittab(table));
    Py_Initialize();
    run("import single\nprint(single.add(2, 3), single.__doc__)");
    run("import multi\nprint(multi.add(4, 5), multi.answer, multi.__spec__.origin)");
    run("import single as again\nprint(again is single)");
    run("try:\n    import broken\nexcept RuntimeError as error:\n    print(error)");
    run("try:\n    import missing\nexcept ImportError as error:\n    print(error)");
    PyObject *module = PyImport_ImportModule("multi");
    PyObject *answer = PyObject_GetAttrString(module, "answer");
    SAY("%ld", PyLong_AsLong(answer));
    Py_DECREF(answer);
    Py_DECREF(module);
    return Py_FinalizeEx();
}
