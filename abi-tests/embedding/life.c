/* From Py_Initialize to Py_FinalizeEx: state, running code, errors, functions at the end, a second life. */
#include "check.h"

static void at_the_very_end(void)
{
    SAY("Py_AtExit");
}

int main(void)
{
    wchar_t *name = Py_DecodeLocale("/some/where/life", NULL);
    SAY("initialized %d", Py_IsInitialized());
    Py_SetProgramName(name);
    Py_Initialize();
    SAY("initialized %d, holding %d", Py_IsInitialized(), PyGILState_Check());
    SAY("program %ls", Py_GetProgramName());
    Py_Initialize();

    run("print('from Python', 6 * 7)");
    show("__import__('sys').argv");
    show("__import__('sys').executable");
    show("__import__('sys').version_info[:2] == (3, 11)");
    show("__name__");
    show("sorted(globals())");
    show("[__loader__.__name__, __spec__, __doc__, __package__]");
    show("1 / 0");
    show("nothing");
    SAY("failing: %d", PyRun_SimpleString("raise ValueError('on stderr')"));
    SAY("clear: %d", PyErr_Occurred() == NULL);
    run("import json\nkept = json.loads('[1, {\"a\": null}]')");
    show("kept");

    PyObject *list = PyList_New(0);
    for (int i = 0; i < 5; i++) {
        PyObject *number = PyLong_FromLong(i * i);
        PyList_Append(list, number);
        Py_DECREF(number);
    }
    PyObject *names = PyModule_GetDict(PyImport_AddModule("__main__"));
    PyDict_SetItemString(names, "squares", list);
    run("squares.append('end')\nprint(squares)");
    SAY("size %zd, same %d", PyList_Size(list), PyDict_GetItemString(names, "squares") == list);
    Py_DECREF(list);

    PyThreadState *state = PyEval_SaveThread();
    SAY("holding %d", PyGILState_Check());
    PyEval_RestoreThread(state);
    PyGILState_STATE before = PyGILState_Ensure();
    run("print('inside PyGILState_Ensure')");
    PyGILState_Release(before);

    run("import atexit\natexit.register(print, 'atexit', flush=True)");
    Py_AtExit(at_the_very_end);
    SAY("finalize %d", Py_FinalizeEx());
    SAY("initialized %d", Py_IsInitialized());
    SAY("finalize again %d", Py_FinalizeEx());

    Py_InitializeEx(0);
    SAY("second life %d", Py_IsInitialized());
    run("print('again')");
    Py_Finalize();
    PyMem_RawFree(name);
    return 0;
}
