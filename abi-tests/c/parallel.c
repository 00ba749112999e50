/* Threads that share objects: each check starts some, lets them run at once, and says what came of it. With a GIL they
   take turns; without one they do not, and the sums must be the same. */
#include "checks.h"

#include <pthread.h>

enum { THREADS = 4, TURNS = 2000 };

/* Sections that hold the lock of an object; with a GIL nothing in them gives that up. */
#ifndef Py_BEGIN_CRITICAL_SECTION
#define Py_BEGIN_CRITICAL_SECTION(object) {
#define Py_END_CRITICAL_SECTION() }
#define Py_BEGIN_CRITICAL_SECTION2(one, other) {
#define Py_END_CRITICAL_SECTION2() }
#endif

typedef struct {
    int number;
    PyObject *shared;
    int (*run)(int number, PyObject *shared);
    int failures;
} Job;

static void *
work(void *argument)
{
    Job *job = argument;
    PyGILState_STATE state = PyGILState_Ensure();
    job->failures = job->run(job->number, job->shared);
    if (PyErr_Occurred()) {
        PyErr_Print();
        job->failures++;
    }
    PyGILState_Release(state);
    return NULL;
}

/* Runs a function on several threads; how often it found something wrong. */
static int
on_threads(int (*run)(int, PyObject *), PyObject *shared)
{
    Job jobs[THREADS];
    pthread_t threads[THREADS];
    int failures = 0;
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (Job){i, shared, run, 0};
        failures += pthread_create(&threads[i], NULL, work, &jobs[i]) != 0;
    }
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        failures += jobs[i].failures;
    }
    Py_END_ALLOW_THREADS
    return failures;
}

typedef struct {
    PyObject_HEAD
    long value;
} Box;

static PyObject *box_type;
static long deaths;

static void
box_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    __atomic_fetch_add(&deaths, 1, __ATOMIC_RELAXED);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyType_Slot box_slots[] = {{Py_tp_dealloc, SLOT(box_dealloc)}, {0, NULL}};
static PyType_Spec box_spec = {"parallel.Box", sizeof(Box), 0, Py_TPFLAGS_DEFAULT, box_slots};

static PyObject *
new_box(void)
{
    return PyType_GenericAlloc((PyTypeObject *)box_type, 0);
}

static int
take_and_give(int number, PyObject *shared)
{
    for (int i = 0; i < 10 * TURNS; i++) {
        Py_INCREF(shared);
        Py_DECREF(shared);
    }
    return 0;
}

CHECK(counts)
{
    PyObject *rows = PyList_New(0), *box = new_box();
    EXPECT(box != NULL);
    deaths = 0;
    note_int(rows, on_threads(take_and_give, box));
    note_int(rows, deaths);
    note_int(rows, Py_REFCNT(box));
    Py_DECREF(box);
    note_int(rows, deaths);
    return rows;
}

static int
give_back(int number, PyObject *boxes)
{
    for (Py_ssize_t i = number; i < PyTuple_GET_SIZE(boxes); i += THREADS) {
        Py_DECREF(PyTuple_GET_ITEM(boxes, i));
    }
    return 0;
}

/* References that one thread has counted and others give back, while the first gives its own back. */
CHECK(handed_over)
{
    PyObject *rows = PyList_New(0), *boxes = PyTuple_New(TURNS);
    EXPECT(boxes != NULL);
    deaths = 0;
    for (Py_ssize_t i = 0; i < TURNS; i++) {
        PyObject *box = new_box();
        EXPECT(box != NULL);
        PyTuple_SET_ITEM(boxes, i, Py_NewRef(box));
    }
    note_int(rows, on_threads(give_back, boxes));
    note_int(rows, deaths);
    Py_DECREF(boxes);
    note_int(rows, deaths);
    return rows;
}

static int
make_and_drop(int number, PyObject *unused)
{
    int failures = 0;
    for (int i = 0; i < TURNS; i++) {
        PyObject *pair = Py_BuildValue("(isd)", i * 1000003, "text", i / 2.0), *copy = pair ? PyTuple_GetSlice(pair, 0, 3) : NULL;
        failures += copy == NULL || PyObject_RichCompareBool(pair, copy, Py_EQ) != 1;
        failures += copy == NULL || PyLong_AsLong(PyTuple_GET_ITEM(copy, 0)) != i * 1000003L;
        Py_XDECREF(pair);
        Py_XDECREF(copy);
    }
    return failures;
}

CHECK(values)
{
    PyObject *rows = PyList_New(0);
    note_int(rows, on_threads(make_and_drop, NULL));
    return rows;
}

static int
append(int number, PyObject *list)
{
    int failures = 0;
    for (int i = 0; i < TURNS; i++) {
        PyObject *item = PyLong_FromLong(number * TURNS + i);
        failures += item == NULL || PyList_Append(list, item) < 0;
        Py_XDECREF(item);
    }
    return failures;
}

/* How many of the numbers below `count` the list has, each once. */
static long
distinct(PyObject *list, long count)
{
    PyObject *set = PySet_New(list);
    long found = set ? (long)PySet_GET_SIZE(set) : -1;
    for (long i = 0; set && i < count; i++) {
        PyObject *number = PyLong_FromLong(i);
        found -= PySet_Contains(set, number) != 1;
        Py_DECREF(number);
    }
    Py_XDECREF(set);
    return found;
}

CHECK(list)
{
    PyObject *rows = PyList_New(0), *list = PyList_New(0);
    note_int(rows, on_threads(append, list));
    note_int(rows, PyList_GET_SIZE(list));
    note_int(rows, distinct(list, THREADS * TURNS));
    Py_DECREF(list);
    return rows;
}

static int
store(int number, PyObject *dict)
{
    int failures = 0;
    for (int i = 0; i < TURNS; i++) {
        PyObject *key = PyUnicode_FromFormat("%d", number * TURNS + i), *value = PyLong_FromLong(i);
        failures += key == NULL || PyDict_SetItem(dict, key, value) < 0;
        failures += key == NULL || PyDict_Contains(dict, key) != 1;
        Py_XDECREF(key);
        Py_XDECREF(value);
    }
    return failures;
}

CHECK(dict)
{
    PyObject *rows = PyList_New(0), *dict = PyDict_New();
    note_int(rows, on_threads(store, dict));
    note_int(rows, PyDict_Size(dict));
    Py_DECREF(dict);
    return rows;
}

static int
raise_own(int number, PyObject *unused)
{
    int failures = 0;
    for (int i = 0; i < TURNS / 10; i++) {
        PyErr_Format(PyExc_ValueError, "thread %d", number);
        PyObject *text = told(1), *expected = PyUnicode_FromFormat("ValueError: thread %d", number);
        failures += text == NULL || PyUnicode_Compare(text, expected) != 0;
        Py_XDECREF(text);
        Py_XDECREF(expected);
    }
    return failures;
}

CHECK(errors)
{
    PyObject *rows = PyList_New(0);
    note_int(rows, on_threads(raise_own, NULL));
    return rows;
}

static int
call(int number, PyObject *text)
{
    int failures = 0;
    for (int i = 0; i < TURNS / 10; i++) {
        PyObject *upper = PyObject_CallMethod(text, "upper", NULL);
        failures += upper == NULL || PyUnicode_CompareWithASCIIString(upper, "SHARED") != 0;
        Py_XDECREF(upper);
    }
    return failures;
}

CHECK(calls)
{
    PyObject *rows = PyList_New(0), *text = PyUnicode_FromString("shared");
    note_int(rows, on_threads(call, text));
    Py_DECREF(text);
    return rows;
}

static int
add_in_section(int number, PyObject *box)
{
    for (int i = 0; i < TURNS; i++) {
        Py_BEGIN_CRITICAL_SECTION(box);
        ((Box *)box)->value++;
        Py_END_CRITICAL_SECTION();
    }
    return 0;
}

/* Half of the threads name the two objects the other way round. */
static int
add_in_both(int number, PyObject *pair)
{
    PyObject *one = PyTuple_GET_ITEM(pair, number % 2), *other = PyTuple_GET_ITEM(pair, 1 - number % 2);
    for (int i = 0; i < TURNS; i++) {
        Py_BEGIN_CRITICAL_SECTION2(one, other);
        ((Box *)one)->value++;
        ((Box *)other)->value++;
        Py_END_CRITICAL_SECTION2();
    }
    return 0;
}

CHECK(sections)
{
    PyObject *rows = PyList_New(0), *one = new_box(), *other = new_box();
    note_int(rows, on_threads(add_in_section, one));
    note_int(rows, ((Box *)one)->value);
    PyObject *pair = PyTuple_Pack(2, one, other);
    note_int(rows, on_threads(add_in_both, pair));
    note_int(rows, ((Box *)one)->value + ((Box *)other)->value);
    Py_DECREF(pair);
    Py_DECREF(one);
    Py_DECREF(other);
    return rows;
}

#if PY_VERSION_HEX >= 0x030D0000
static PyMutex mutex;
#define LOCK() PyMutex_Lock(&mutex)
#define UNLOCK() PyMutex_Unlock(&mutex)
#else
#define LOCK()
#define UNLOCK()
#endif

static int
add_locked(int number, PyObject *box)
{
    for (int i = 0; i < TURNS; i++) {
        LOCK();
        ((Box *)box)->value++;
        UNLOCK();
    }
    return 0;
}

CHECK(mutex)
{
    PyObject *rows = PyList_New(0), *box = new_box();
    note_int(rows, on_threads(add_locked, box));
    note_int(rows, ((Box *)box)->value);
    Py_DECREF(box);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(counts), CHECKED(handed_over), CHECKED(values), CHECKED(list), CHECKED(dict), CHECKED(errors), CHECKED(calls),
    CHECKED(sections), CHECKED(mutex), {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "parallel", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_parallel(void)
{
    box_type = PyType_FromSpec(&box_spec);
    return box_type ? unlocked(PyModule_Create(&definition)) : NULL;
}
