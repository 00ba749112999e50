/* Cycles through native memory and objects of each kind, a million in all, made from C alone for a host without a parser. Each
   check returns what is left; the test looks at the figures. Several threads make them at once, each its share. */
#include "../c/threads.h"
#include <stdatomic.h>
#include <structmember.h>
#include <unistd.h>

#define ROUNDS 5

/* How many of each of five shapes of cycles, and how many objects of each of ten kinds. GIMBAL_BARS_EACH in the environment may ask for
   fewer, for a host that takes long. */
static long each = 100000;

typedef struct {
    PyObject_HEAD
    PyObject *item;
} Box;

static PyTypeObject *BoxType, *LargeType;
static PyObject *Instance;
static atomic_long live_boxes;

static PyObject *
box_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    live_boxes++;
    return type->tp_alloc(type, 0);
}

static int
box_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((Box *)self)->item);
    return 0;
}

static int
box_clear(PyObject *self)
{
    Py_CLEAR(((Box *)self)->item);
    return 0;
}

static void
box_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    box_clear(self);
    live_boxes--;
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
box_same(PyObject *self, PyObject *none)
{
    return Py_NewRef(self);
}

static PyMethodDef box_methods[] = {{"same", box_same, METH_NOARGS, NULL}, {NULL}};
static PyType_Slot box_slots[] = {
    {Py_tp_new, box_new},         {Py_tp_traverse, box_traverse}, {Py_tp_clear, box_clear},
    {Py_tp_dealloc, box_dealloc}, {Py_tp_methods, box_methods},   {0, NULL},
};
static PyType_Spec box_spec = {
    "bars.Box", sizeof(Box), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, box_slots,
};

/* A box with more in it than the small blocks have room for. */
static PyType_Slot large_slots[] = {{0, NULL}};
static PyType_Spec large_spec = {"bars.Large", sizeof(Box) + 4000, 0, Py_TPFLAGS_DEFAULT, large_slots};

static PyObject *
box(void)
{
    return PyObject_CallNoArgs((PyObject *)BoxType);
}

static PyObject *
instance(void)
{
    return PyObject_CallNoArgs(Instance);
}

/* --- cycles ------------------------------------------------------------------------------------------------- */

/* Gives the box a reference. */
static void
hold(PyObject *self, PyObject *item)
{
    ((Box *)self)->item = item;
}

static PyObject *
native(void)
{
    PyObject *a = box(), *b = box();
    EXPECT(a && b);
    hold(a, Py_NewRef(b));
    hold(b, Py_NewRef(a));
    Py_DECREF(a);
    Py_DECREF(b);
    return Py_None;
}

static PyObject *
large(void)
{
    PyObject *a = PyObject_CallNoArgs((PyObject *)LargeType), *held = instance();
    EXPECT(a && held && PyObject_SetAttrString(held, "box", a) == 0);
    hold(a, held);
    Py_DECREF(a);
    return Py_None;
}

static PyObject *
through_instance(void)
{
    PyObject *a = box(), *held = instance();
    EXPECT(a && held && PyObject_SetAttrString(held, "box", a) == 0);
    hold(a, held);
    Py_DECREF(a);
    return Py_None;
}

static PyObject *
through_list(void)
{
    PyObject *a = box(), *held = PyList_New(0);
    EXPECT(a && held && PyList_Append(held, a) == 0);
    hold(a, held);
    Py_DECREF(a);
    return Py_None;
}

/* A dict with the bound function of the box. */
static PyObject *
through_dict(void)
{
    PyObject *a = box(), *held = PyDict_New();
    EXPECT(a && held);
    PyObject *function = PyObject_GetAttrString(a, "same");
    EXPECT(function && PyDict_SetItemString(held, "key", function) == 0);
    hold(a, held);
    Py_DECREF(function);
    Py_DECREF(a);
    return Py_None;
}

/* How many boxes are left of so many cycles. */
static PyObject *
cycles(PyObject *(*make)(void))
{
    meet();
    long before = live_boxes;
    meet();
    for (long i = 0; i < each / threads; i++) {
        if (make() == NULL) {
            return NULL;
        }
    }
    meet();
    for (int i = 0; i < 4; i++) {
        PyGC_Collect();
    }
    meet();
    return PyLong_FromLong(live_boxes - before);
}

/* --- objects ------------------------------------------------------------------------------------------------- */

static PyObject *
make_int(long i)
{
    return PyLong_FromLongLong((1LL << 40) + i);
}

static PyObject *
make_float(long i)
{
    return PyFloat_FromDouble(i + 0.5);
}

static PyObject *
make_str(long i)
{
    return PyUnicode_FromFormat("text %ld", i);
}

static PyObject *
make_bytes(long i)
{
    return PyBytes_FromFormat("bytes %ld", i);
}

static PyObject *
make_tuple(long i)
{
    return Py_BuildValue("(ls)", i, "item");
}

static PyObject *
make_list(long i)
{
    return Py_BuildValue("[ls]", i, "item");
}

static PyObject *
make_dict(long i)
{
    return Py_BuildValue("{s:l}", "key", i);
}

static PyObject *
make_box(long i)
{
    return box();
}

static PyObject *
make_instance(long i)
{
    return instance();
}

static PyObject *
make_exception(long i)
{
    return PyObject_CallFunction(PyExc_ValueError, "l", i);
}

static long
resident(void)
{
    long pages = 0, ignored;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file != NULL) {
        if (fscanf(file, "%ld %ld", &ignored, &pages) != 2) {
            pages = 0;
        }
        fclose(file);
    }
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

/* Gives each object to an attribute of an instance of the host, which drops the one before, and asks for it again. Returns the
   boxes that are left and the resident KiB after each round, when no thread is in one. */
static PyObject *
objects(PyObject *(*make)(long))
{
    PyObject *holder = instance(), *sizes = PyList_New(0);
    EXPECT(holder && sizes);
    meet();
    long before = live_boxes;
    meet();
    for (int round = 0; round < ROUNDS; round++) {
        for (long i = 0; i < each / ROUNDS / threads; i++) {
            PyObject *made = make(i);
            if (made == NULL || PyObject_SetAttrString(holder, "attribute", made) < 0) {
                return NULL;
            }
            Py_DECREF(made);
            PyObject *back = PyObject_GetAttrString(holder, "attribute");
            EXPECT(back != NULL);
            Py_DECREF(back);
        }
        EXPECT(PyObject_SetAttrString(holder, "attribute", Py_None) == 0);
        meet();
        PyGC_Collect();
        meet();
        PyObject *size = PyLong_FromLong(resident());
        EXPECT(size && PyList_Append(sizes, size) == 0);
        Py_DECREF(size);
    }
    meet();
    Py_DECREF(holder);
    return Py_BuildValue("(lN)", live_boxes - before, sizes);
}

#define BAR(name, body)                                                                                                      \
    static PyObject *check_##name(PyObject *self, PyObject *none)                                                              \
    {                                                                                                                          \
        return body;                                                                                                           \
    }

BAR(cycles_native, cycles(native))
BAR(cycles_large, cycles(large))
BAR(cycles_instance, cycles(through_instance))
BAR(cycles_list, cycles(through_list))
BAR(cycles_dict, cycles(through_dict))
BAR(int, objects(make_int))
BAR(float, objects(make_float))
BAR(str, objects(make_str))
BAR(bytes, objects(make_bytes))
BAR(tuple, objects(make_tuple))
BAR(list, objects(make_list))
BAR(dict, objects(make_dict))
BAR(box, objects(make_box))
BAR(instance, objects(make_instance))
BAR(exception, objects(make_exception))

#define ENTRY(name) {"check_" #name, check_##name, METH_NOARGS, NULL}

static PyMethodDef methods[] = {
    ENTRY(cycles_native), ENTRY(cycles_large), ENTRY(cycles_instance), ENTRY(cycles_list), ENTRY(cycles_dict), ENTRY(int),
    ENTRY(float),         ENTRY(str),             ENTRY(bytes),       ENTRY(tuple),       ENTRY(list),
    ENTRY(dict),          ENTRY(box),             ENTRY(instance),    ENTRY(exception),   {NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "bars", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_bars(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    EXPECT(begin_threads() == 0);
    if (getenv("GIMBAL_BARS_EACH") != NULL) {
        each = atol(getenv("GIMBAL_BARS_EACH"));
    }
    BoxType = (PyTypeObject *)PyType_FromSpec(&box_spec);
    Instance = PyObject_CallFunction((PyObject *)&PyType_Type, "s(O){}", "Instance", &PyBaseObject_Type);
    LargeType = (PyTypeObject *)PyType_FromSpecWithBases(&large_spec, (PyObject *)BoxType);
    EXPECT(module && BoxType && LargeType && Instance);
    return module;
}
