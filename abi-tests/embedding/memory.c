/* A program that never gives the lock up makes, passes and drops objects of the host: memory stays flat. */
#include "check.h"
#include <unistd.h>

static long resident(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1) {
        SAY("no statm");
    }
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static void work(PyObject *make, PyObject *module, long rounds)
{
    for (long i = 0; i < rounds; i++) {
        PyObject *number = PyLong_FromLong(i);
        PyObject *made = PyObject_CallOneArg(make, number);     /* an object that only C holds */
        PyObject *again = PyObject_GetAttrString(made, "self");  /* the same one, from the host */
        if (again != made) {
            SAY("not the same");
        }
        Py_DECREF(again);
        Py_DECREF(made);
        Py_DECREF(number);
        /* borrowed from the interpreter: always the same few objects */
        if (PySys_GetObject("path") == NULL || PyImport_AddModule("__main__") != module) {
            SAY("lost");
        }
        PyObject *list = PyList_New(0);
        PyList_Append(list, Py_None);
        PyObject *copy = PySequence_List(list);
        Py_DECREF(copy);
        Py_DECREF(list);
    }
}

int main(void)
{
    Py_Initialize();
    run("class Thing:\n    def __init__(self, number):\n        self.number = number\n"
        "    self = property(lambda self: self)\n");
    PyObject *module = PyImport_AddModule("__main__");
    PyObject *make = PyObject_GetAttrString(module, "Thing");
    long before = 0, after = 0;
    for (int part = 0; part < 5; part++) {
        work(make, module, 60000);
        run("import gc\ngc.collect()");
        after = resident();
        if (part < 2) {     /* the host's heap finds its size first */
            before = after;
        }
    }
    SAY("grows: %d", after > before + before / 20);
    if (after > before + before / 20) {
        fprintf(stderr, "%ld KiB, then %ld\n", before, after);
    }
    Py_DECREF(make);
    return Py_FinalizeEx();
}
