/* What the same work costs when one thread does it and when several do at once, each for itself: nanoseconds for one of its
   steps. The threads meet before each round, and a round takes as long as the slowest of them. The best round counts, because others
   may use the machine. */
#include "../c/threads.h"
#include <time.h>

enum { ROUNDS = 60 };

static double elapsed[MOST_THREADS];
static int seats;
static _Thread_local int seat = -1;

/* What all threads read. */
static PyObject *number, *large, *real, *text, *accents, *bytes, *pair, *list, *instance_of_host;
static PyTypeObject *box_type;

/* Runs a round; false with an exception when a step fails. */
typedef int (*Round)(long steps);

static PyObject *
measure(Round round, long steps)
{
    double best = 1e9;
    if (seat < 0) {
        seat = __atomic_fetch_add(&seats, 1, __ATOMIC_RELAXED) % MOST_THREADS;
    }
    for (int i = 0; i < ROUNDS; i++) {
        struct timespec begin, end;
        meet();
        clock_gettime(CLOCK_MONOTONIC, &begin);
        int done = round(steps);
        clock_gettime(CLOCK_MONOTONIC, &end);
        elapsed[seat] = (end.tv_sec - begin.tv_sec) * 1e9 + (end.tv_nsec - begin.tv_nsec);
        meet();
        double slowest = 0;
        for (int other = 0; other < threads; other++) {
            slowest = elapsed[other] > slowest ? elapsed[other] : slowest;
        }
        best = slowest < best ? slowest : best;
        if (!done) {
            return NULL;
        }
    }
    return PyFloat_FromDouble(best / steps);
}

/* A row: the name, how many steps a round has, and the step, which has the number `i`. */
#define ROW(name, steps, ...)                                                                                                \
    static int round_##name(long count)                                                                                        \
    {                                                                                                                          \
        for (long i = 0; i < count; i++) {                                                                                     \
            __VA_ARGS__                                                                                                        \
        }                                                                                                                      \
        return 1;                                                                                                              \
    }                                                                                                                          \
    static PyObject *check_##name(PyObject *self, PyObject *none)                                                              \
    {                                                                                                                          \
        return measure(round_##name, steps);                                                                                   \
    }

#define MADE(expression)                                                                                                     \
    PyObject *made = expression;                                                                                               \
    if (made == NULL) {                                                                                                        \
        return 0;                                                                                                              \
    }                                                                                                                          \
    Py_DECREF(made);

#define READ(condition)                                                                                                      \
    if (!(condition)) {                                                                                                        \
        return 0;                                                                                                              \
    }

ROW(make_small_int, 20000, MADE(PyLong_FromLong(i & 127)))
ROW(make_int, 20000, MADE(PyLong_FromLong(100000 + i)))
ROW(make_float, 20000, MADE(PyFloat_FromDouble(i)))
ROW(make_str, 20000, MADE(PyUnicode_FromStringAndSize("some text", 9)))
ROW(make_bytes, 20000, MADE(PyBytes_FromStringAndSize("some data", 9)))
ROW(make_tuple_of_shared, 10000, MADE(PyTuple_Pack(2, number, text)))
ROW(build_tuple, 10000, {
    PyObject *items = PyTuple_New(2), *first = PyLong_FromLong(100000 + i), *second = PyFloat_FromDouble(i);
    if (items == NULL || first == NULL || second == NULL) {
        return 0;
    }
    PyTuple_SET_ITEM(items, 0, first);
    PyTuple_SET_ITEM(items, 1, second);
    Py_DECREF(items);
})
ROW(build_list, 10000, {
    PyObject *items = PyList_New(2), *first = PyLong_FromLong(100000 + i), *second = PyFloat_FromDouble(i);
    if (items == NULL || first == NULL || second == NULL) {
        return 0;
    }
    PyList_SET_ITEM(items, 0, first);
    PyList_SET_ITEM(items, 1, second);
    Py_DECREF(items);
})
ROW(append_to_list, 1000, {
    PyObject *items = PyList_New(0);
    for (int n = 0; items != NULL && n < 10; n++) {
        if (PyList_Append(items, number) < 0) {
            return 0;
        }
    }
    Py_XDECREF(items);
})
ROW(read_int, 20000, READ(PyLong_AsLong(number) == 12345))
ROW(read_large_int, 20000, READ(PyLong_AsLongLong(large) > 0))
ROW(read_float, 20000, READ(PyFloat_AsDouble(real) == 1.5))
ROW(read_str, 20000, READ(PyUnicode_AsUTF8(text) != NULL))
ROW(read_accents, 20000, READ(PyUnicode_AsUTF8(accents) != NULL))
ROW(read_length, 20000, READ(PyUnicode_GetLength(text) == 4))
ROW(read_bytes, 20000, READ(PyBytes_AsString(bytes) != NULL))
ROW(read_tuple_item, 20000, READ(PyTuple_GetItem(pair, 1) == text))
ROW(read_list_item, 20000, READ(PyList_GetItem(list, 1) == text))
ROW(read_list_ref, 20000, MADE(PyList_GetItemRef(list, 1)))
ROW(check_subtype, 20000, READ(PyType_IsSubtype(box_type, &PyBaseObject_Type)))
ROW(instances, 10000, MADE(box_type->tp_alloc(box_type, 0)))
ROW(call_type, 5000, MADE(PyObject_CallNoArgs((PyObject *)box_type)))
ROW(call_host, 1000, MADE(PyObject_CallNoArgs((PyObject *)&PyBaseObject_Type)))
ROW(get_attribute, 1000, MADE(PyObject_GetAttrString(instance_of_host, "attribute")))

typedef struct {
    PyObject_HEAD
    long value;
} Box;

static void
box_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyType_Slot box_slots[] = {{Py_tp_dealloc, box_dealloc}, {0, NULL}};
static PyType_Spec box_spec = {"scaling.Box", sizeof(Box), 0, Py_TPFLAGS_DEFAULT, box_slots};

#define ENTRY(name) {"check_" #name, check_##name, METH_NOARGS, NULL}

static PyMethodDef methods[] = {
    ENTRY(make_small_int), ENTRY(make_int),    ENTRY(make_float),     ENTRY(make_str),        ENTRY(make_bytes),
    ENTRY(make_tuple_of_shared),     ENTRY(build_tuple), ENTRY(build_list),     ENTRY(append_to_list),  ENTRY(read_int),
    ENTRY(read_large_int), ENTRY(read_float),  ENTRY(read_str),       ENTRY(read_accents),    ENTRY(read_length),
    ENTRY(read_bytes),     ENTRY(read_tuple_item), ENTRY(read_list_item), ENTRY(read_list_ref), ENTRY(check_subtype),
    ENTRY(instances),      ENTRY(call_type),   ENTRY(call_host),      ENTRY(get_attribute),   {NULL},
};

static int
begin(PyObject *module)
{
    if (begin_threads() < 0) {
        return -1;
    }
    number = PyLong_FromLong(12345);
    large = PyLong_FromLongLong(1LL << 50);
    real = PyFloat_FromDouble(1.5);
    text = PyUnicode_FromString("text");
    accents = PyUnicode_FromString("\xc3\xa4\xc3\xb6\xc3\xbc");
    bytes = PyBytes_FromString("bytes");
    pair = PyTuple_Pack(2, number, text);
    list = PyList_New(2);
    box_type = (PyTypeObject *)PyType_FromSpec(&box_spec);
    PyObject *class = PyObject_CallFunction((PyObject *)&PyType_Type, "s(O){}", "Thing", &PyBaseObject_Type);
    instance_of_host = class ? PyObject_CallNoArgs(class) : NULL;
    if (!number || !large || !real || !text || !accents || !bytes || !pair || !list || !box_type || !instance_of_host) {
        return -1;
    }
    PyList_SET_ITEM(list, 0, Py_NewRef(number));
    PyList_SET_ITEM(list, 1, Py_NewRef(text));
    Py_DECREF(class);
    return PyObject_SetAttrString(instance_of_host, "attribute", number);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, begin},
    WITHOUT_GIL
    {0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "scaling", .m_size = 0, .m_methods = methods, .m_slots = slots};

PyMODINIT_FUNC
PyInit_scaling(void)
{
    return PyModuleDef_Init(&definition);
}
