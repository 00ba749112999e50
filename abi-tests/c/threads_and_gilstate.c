/* Threads: the GIL released and taken back, threads that C starts, thread-specific storage, thread states. */
#include "checks.h"
#include <pthread.h>
#include <time.h>

static void
sleep_ms(int ms)
{
    struct timespec pause = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&pause, NULL);
}

static PyObject *
wait_without_gil(PyObject *self, PyObject *args)
{
    int ms;
    if (!PyArg_ParseTuple(args, "i", &ms)) {
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    sleep_ms(ms);
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyObject *
check_save_and_restore(PyObject *self, PyObject *args)
{
    PyThreadState *state = PyThreadState_Get();
    EXPECT(PyGILState_Check() && PyGILState_GetThisThreadState() == state);
    PyThreadState *saved = PyEval_SaveThread();
    int held = PyGILState_Check();
    PyEval_RestoreThread(saved);
    EXPECT(saved == state && !held && PyGILState_Check() && PyThreadState_Get() == state);
    EXPECT(PyThreadState_GetInterpreter(state) == PyInterpreterState_Get());
    EXPECT(PyInterpreterState_Get() == PyInterpreterState_Main() && PyInterpreterState_GetID(PyInterpreterState_Get()) == 0);
    EXPECT(PyThreadState_GetDict() && PyDict_Check(PyThreadState_GetDict()));
    Py_RETURN_NONE;
}

static PyObject *
check_block_threads(PyObject *self, PyObject *args)
{
    PyObject *inside = NULL;
    Py_BEGIN_ALLOW_THREADS
    sleep_ms(1);
    Py_BLOCK_THREADS
    inside = PyUnicode_FromString("made while blocked");
    Py_UNBLOCK_THREADS
    sleep_ms(1);
    Py_END_ALLOW_THREADS
    return inside;
}

/* An error that is set stays set while the GIL is away. */
static PyObject *
check_error_stays(PyObject *self, PyObject *args)
{
    PyErr_SetString(PyExc_KeyError, "kept");
    Py_BEGIN_ALLOW_THREADS
    sleep_ms(1);
    Py_END_ALLOW_THREADS
    EXPECT(PyErr_ExceptionMatches(PyExc_KeyError));
    return NULL;
}

static PyObject *
check_ensure_nested(PyObject *self, PyObject *args)
{
    PyGILState_STATE outer = PyGILState_Ensure(), inner = PyGILState_Ensure();
    EXPECT(outer == PyGILState_LOCKED && inner == PyGILState_LOCKED);
    PyGILState_Release(inner);
    PyGILState_Release(outer);
    Py_BEGIN_ALLOW_THREADS
    outer = PyGILState_Ensure();
    PyObject *list = PyList_New(3);
    Py_XDECREF(list);
    PyGILState_Release(outer);
    Py_END_ALLOW_THREADS
    return PyBool_FromLong(outer == PyGILState_UNLOCKED);
}

/* A thread of C calls a Python function. */
typedef struct {
    PyObject *function, *result, *error;
    int number, times, held_before, held_after;
} Work;

static void *
thread_main(void *argument)
{
    Work *work = argument;
    for (int i = 0; i < work->times; i++) {
        work->held_before += PyGILState_Check();
        PyGILState_STATE gil = PyGILState_Ensure();
        PyObject *result = PyObject_CallFunction(work->function, "ii", work->number, i);
        if (result == NULL) {
            PyObject *type, *value, *traceback;
            PyErr_Fetch(&type, &value, &traceback);
            Py_XSETREF(work->error, Py_NewRef(type));
            Py_XDECREF(type);
            Py_XDECREF(value);
            Py_XDECREF(traceback);
        }
        Py_XSETREF(work->result, result);
        PyGILState_Release(gil);
        work->held_after += PyGILState_Check();
    }
    return NULL;
}

static PyObject *
run_threads(PyObject *self, PyObject *args)
{
    enum { MOST = 8 };
    PyObject *function;
    int count, times;
    Work works[MOST] = {{0}};
    pthread_t threads[MOST];
    if (!PyArg_ParseTuple(args, "Oii", &function, &count, &times)) {
        return NULL;
    }
    EXPECT(count <= MOST);
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < count; i++) {
        works[i].function = function;
        works[i].number = i;
        works[i].times = times;
        pthread_create(&threads[i], NULL, thread_main, &works[i]);
    }
    for (int i = 0; i < count; i++) {
        pthread_join(threads[i], NULL);
    }
    Py_END_ALLOW_THREADS
    PyObject *rows = PyList_New(0);
    for (int i = 0; i < count; i++) {
        PyObject *row = Py_BuildValue("(OOii)", works[i].result ? works[i].result : Py_None,
                                      works[i].error ? works[i].error : Py_None, works[i].held_before, works[i].held_after);
        EXPECT(row && PyList_Append(rows, row) == 0);
        Py_DECREF(row);
        Py_XDECREF(works[i].result);
        Py_XDECREF(works[i].error);
    }
    return rows;
}

/* What the GIL protects: no call-back, no lock, and still no lost update. */
static long counter;

static PyObject *
count(PyObject *self, PyObject *args)
{
    int times;
    if (!PyArg_ParseTuple(args, "i", &times)) {
        return NULL;
    }
    for (int i = 0; i < times; i++) {
        long seen = counter;
        PyObject *object = PyLong_FromLong(seen + 1);
        EXPECT(object);
        counter = PyLong_AsLong(object);
        Py_DECREF(object);
    }
    Py_RETURN_NONE;
}

static PyObject *
counted(PyObject *self, PyObject *args)
{
    long seen = counter;
    counter = 0;
    return PyLong_FromLong(seen);
}

/* A list of the host changed by several threads. */
static PyObject *
append_many(PyObject *self, PyObject *args)
{
    PyObject *list, *item;
    int times;
    if (!PyArg_ParseTuple(args, "O!Oi", &PyList_Type, &list, &item, &times)) {
        return NULL;
    }
    for (int i = 0; i < times; i++) {
        if (PyList_Append(list, item) < 0) {
            return NULL;
        }
        if (i % 16 == 0) {
            Py_BEGIN_ALLOW_THREADS
            sched_yield();
            Py_END_ALLOW_THREADS
        }
    }
    Py_RETURN_NONE;
}

/* Storage per thread. */
static Py_tss_t key = Py_tss_NEEDS_INIT;

static PyObject *
store(PyObject *self, PyObject *args)
{
    long value;
    if (!PyArg_ParseTuple(args, "l", &value)) {
        return NULL;
    }
    EXPECT(PyThread_tss_create(&key) == 0 && PyThread_tss_is_created(&key));
    void *before = PyThread_tss_get(&key);
    EXPECT(PyThread_tss_set(&key, (void *)(intptr_t)value) == 0);
    return PyLong_FromLong((long)(intptr_t)before);
}

static PyObject *
load(PyObject *self, PyObject *args)
{
    return PyLong_FromLong((long)(intptr_t)PyThread_tss_get(&key));
}

static PyObject *
check_locks(PyObject *self, PyObject *args)
{
    PyThread_type_lock lock = PyThread_allocate_lock();
    EXPECT(lock && PyThread_acquire_lock(lock, WAIT_LOCK) == 1 && PyThread_acquire_lock(lock, NOWAIT_LOCK) == 0);
    EXPECT(PyThread_acquire_lock_timed(lock, 1000, 0) == PY_LOCK_FAILURE);
    PyThread_release_lock(lock);
    EXPECT(PyThread_acquire_lock(lock, NOWAIT_LOCK) == 1);
    PyThread_release_lock(lock);
    PyThread_free_lock(lock);
    Py_RETURN_NONE;
}

static void *
release_soon(void *lock)
{
    struct timespec pause = {0, 10 * 1000 * 1000};
    nanosleep(&pause, NULL);
    PyThread_release_lock((PyThread_type_lock)lock);
    return NULL;
}

/* A lock is native: who waits for it keeps nobody from giving it back. */
static PyObject *
check_lock_of_another_thread(PyObject *self, PyObject *args)
{
    PyThread_type_lock lock = PyThread_allocate_lock();
    pthread_t thread;
    EXPECT(lock && PyThread_acquire_lock(lock, WAIT_LOCK) == 1);
    EXPECT(pthread_create(&thread, NULL, release_soon, lock) == 0);
    int status = PyThread_acquire_lock_timed(lock, 20 * 1000 * 1000, 0);
    pthread_join(thread, NULL);
    EXPECT(status == PY_LOCK_ACQUIRED);
    PyThread_release_lock(lock);
    PyThread_free_lock(lock);
    Py_RETURN_NONE;
}

static PyObject *
same_ident(PyObject *self, PyObject *ident)
{
    unsigned long value = PyLong_AsUnsignedLong(ident);
    return PyBool_FromLong(value == PyThread_get_thread_ident());
}

/* Runs later, on the main thread, between two bytecodes. */
static PyObject *pending_seen;

static int
pending(void *argument)
{
    return PyList_Append(pending_seen, Py_True);
}

static PyObject *
add_pending(PyObject *self, PyObject *list)
{
    Py_XSETREF(pending_seen, Py_NewRef(list));
    return PyLong_FromLong(Py_AddPendingCall(pending, NULL));
}

static PyObject *
make_pending_calls(PyObject *self, PyObject *args)
{
    return PyLong_FromLong(Py_MakePendingCalls());
}

/* How often C does not see in its own list what a function of Python has just changed in it. */
static PyObject *
overlooked(PyObject *self, PyObject *args)
{
    PyObject *change;
    long rounds, missed = 0;
    if (!PyArg_ParseTuple(args, "Ol", &change, &rounds)) {
        return NULL;
    }
    for (long i = 0; i < rounds; i++) {
        PyObject *list = Py_BuildValue("[sl]", "first", i);
        PyObject *done = list ? PyObject_CallOneArg(change, list) : NULL;
        if (!done) {
            Py_XDECREF(list);
            return NULL;
        }
        Py_DECREF(done);
        missed += !(PyList_GET_SIZE(list) == 1 && PyLong_AsLong(PyList_GET_ITEM(list, 0)) == i);
        Py_DECREF(list);
    }
    return PyLong_FromLong(missed);
}

static PyMethodDef methods[] = {
    {"check_save_and_restore", check_save_and_restore, METH_NOARGS, NULL},
    {"check_block_threads", check_block_threads, METH_NOARGS, NULL},
    {"check_error_stays", check_error_stays, METH_NOARGS, NULL},
    {"check_ensure_nested", check_ensure_nested, METH_NOARGS, NULL},
    {"check_locks", check_locks, METH_NOARGS, NULL},
    {"check_lock_of_another_thread", check_lock_of_another_thread, METH_NOARGS, NULL},
    {"wait_without_gil", wait_without_gil, METH_VARARGS, NULL},
    {"run_threads", run_threads, METH_VARARGS, NULL},
    {"count", count, METH_VARARGS, NULL},
    {"counted", counted, METH_NOARGS, NULL},
    {"append_many", append_many, METH_VARARGS, NULL},
    {"overlooked", overlooked, METH_VARARGS, NULL},
    {"store", store, METH_VARARGS, NULL},
    {"load", load, METH_NOARGS, NULL},
    {"same_ident", same_ident, METH_O, NULL},
    {"add_pending", add_pending, METH_O, NULL},
    {"make_pending_calls", make_pending_calls, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "threads_and_gilstate", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_threads_and_gilstate(void)
{
    return unlocked(PyModule_Create(&definition));
}
