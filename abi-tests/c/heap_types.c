/* Heap types: made from specs, with module state, bases, subclasses with a dict, and metaclass-side access. */
#include "checks.h"
#include <structmember.h>

typedef struct {
    PyTypeObject *counter, *child, *holder, *text;
    long made;
} State;

/* Not in the state: an object may outlive its module when the interpreter ends. */
static long freed;

static struct PyModuleDef definition;

/* A counter that reaches its module's state from methods and slots. */
typedef struct {
    PyObject_HEAD
    long count;
    PyObject *payload;
} Counter;

static int
counter_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    static char *keywords[] = {"start", "payload", NULL};
    Counter *counter = (Counter *)self;
    PyObject *payload = NULL;
    if (!PyArg_ParseTupleAndKeywords(args, kwargs, "|lO", keywords, &counter->count, &payload)) {
        return -1;
    }
    Py_XINCREF(payload);
    Py_XSETREF(counter->payload, payload);
    PyObject *module = PyType_GetModuleByDef(Py_TYPE(self), &definition);
    if (module == NULL) {
        return -1;
    }
    ((State *)PyModule_GetState(module))->made++;
    return 0;
}

static int
counter_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((Counter *)self)->payload);
    return 0;
}

static int
counter_clear(PyObject *self)
{
    Py_CLEAR(((Counter *)self)->payload);
    return 0;
}

static void
counter_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    freed++;
    counter_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
counter_up(PyObject *self, PyTypeObject *defining, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    State *state = PyType_GetModuleState(defining);
    EXPECT(state && state->counter == defining);
    long step = nargs ? PyLong_AsLong(args[0]) : 1;
    if (step == -1 && PyErr_Occurred()) {
        return NULL;
    }
    ((Counter *)self)->count += step;
    return Py_BuildValue("(lnO)", ((Counter *)self)->count, nargs, kwnames ? kwnames : Py_None);
}

static PyObject *
counter_module(PyObject *self, PyObject *args)
{
    PyObject *module = PyType_GetModuleByDef(Py_TYPE(self), &definition);
    Py_XINCREF(module);
    return module;
}

static PyObject *
counter_new_like(PyObject *type, PyObject *args)
{
    return PyObject_Call(type, args, NULL);
}

static PyObject *
counter_repr(PyObject *self)
{
    PyObject *name = PyType_GetName(Py_TYPE(self));
    PyObject *repr = name ? PyUnicode_FromFormat("<%U at %ld>", name, ((Counter *)self)->count) : NULL;
    Py_XDECREF(name);
    return repr;
}

static PyObject *
counter_add(PyObject *left, PyObject *right)
{
    PyObject *self = PyObject_HasAttrString(left, "up") ? left : right, *other = self == left ? right : left;
    if (!PyLong_Check(other)) {
        Py_RETURN_NOTIMPLEMENTED;
    }
    return PyObject_CallFunction((PyObject *)Py_TYPE(self), "l", ((Counter *)self)->count + PyLong_AsLong(other));
}

static PyObject *
counter_getitem(PyObject *self, PyObject *key)
{
    return Py_BuildValue("(lO)", ((Counter *)self)->count, key);
}

static PyMethodDef counter_methods[] = {
    {"up", METHOD(counter_up), METH_METHOD | METH_FASTCALL | METH_KEYWORDS, "Count."},
    {"module", counter_module, METH_NOARGS, NULL},
    {"new_like", counter_new_like, METH_VARARGS | METH_CLASS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef counter_members[] = {
    {"count", T_LONG, offsetof(Counter, count), 0, NULL},
    {"payload", T_OBJECT, offsetof(Counter, payload), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot counter_slots[] = {
    {Py_tp_doc, "A counter."},
    {Py_tp_init, counter_init},
    {Py_tp_traverse, counter_traverse},
    {Py_tp_clear, counter_clear},
    {Py_tp_dealloc, counter_dealloc},
    {Py_tp_repr, counter_repr},
    {Py_tp_methods, counter_methods},
    {Py_tp_members, counter_members},
    {Py_nb_add, counter_add},
    {Py_mp_subscript, counter_getitem},
    {0, NULL},
};

static PyType_Spec counter_spec = {
    .name = "heap_types.Counter",
    .basicsize = sizeof(Counter),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = counter_slots,
};

/* A heap type with a heap base; it adds a field and calls the base's slots. */
typedef struct {
    Counter base;
    double factor;
} Child;

static int
child_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    ((Child *)self)->factor = 0.5;
    return counter_init(self, args, kwargs);
}

static PyMemberDef child_members[] = {
    {"factor", T_DOUBLE, offsetof(Child, factor), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyType_Slot child_slots[] = {
    {Py_tp_init, child_init},
    {Py_tp_members, child_members},
    {Py_tp_traverse, counter_traverse},
    {Py_tp_clear, counter_clear},
    {0, NULL},
};

static PyType_Spec child_spec = {
    .name = "heap_types.Child",
    .basicsize = sizeof(Child),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = child_slots,
};

/* A type with a dict and weak references, by special members; immutable. */
typedef struct {
    PyObject_HEAD
    PyObject *dict, *weakrefs;
} Holder;

static int
holder_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(((Holder *)self)->dict);
    return 0;
}

static int
holder_clear(PyObject *self)
{
    Py_CLEAR(((Holder *)self)->dict);
    return 0;
}

static void
holder_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs(self);
    holder_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMemberDef holder_members[] = {
    {"__dictoffset__", T_PYSSIZET, offsetof(Holder, dict), READONLY, NULL},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(Holder, weakrefs), READONLY, NULL},
    {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef holder_getset[] = {
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL, NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

static PyType_Slot holder_slots[] = {
    {Py_tp_getset, holder_getset}, {Py_tp_members, holder_members}, {Py_tp_traverse, holder_traverse}, {Py_tp_clear, holder_clear},
    {Py_tp_dealloc, holder_dealloc}, {0, NULL},
};

static PyType_Spec holder_spec = {
    .name = "heap_types.Holder",
    .basicsize = sizeof(Holder),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = holder_slots,
};

/* A subclass of a builtin. */
static PyObject *
text_shout(PyObject *self, PyObject *args)
{
    return PyUnicode_FromFormat("%U!", self);
}

static PyMethodDef text_methods[] = {
    {"shout", text_shout, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyType_Slot text_slots[] = {{Py_tp_methods, text_methods}, {0, NULL}};

static PyType_Spec text_spec = {
    .name = "heap_types.Text", .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .slots = text_slots,
};

static PyObject *
statistics(PyObject *module, PyObject *args)
{
    State *state = PyModule_GetState(module);
    return Py_BuildValue("(ll)", state->made, freed);
}

static PyObject *
check_slots(PyObject *module, PyObject *args)
{
    State *state = PyModule_GetState(module);
    EXPECT(PyType_GetSlot(state->counter, Py_tp_repr) == (void *)counter_repr);
    EXPECT(PyType_GetSlot(state->child, Py_nb_add) == (void *)counter_add);
    EXPECT(PyType_GetSlot(state->child, Py_tp_base) == (void *)state->counter);
    EXPECT(PyType_GetSlot(state->counter, Py_sq_length) == NULL);
    EXPECT(state->counter->tp_as_number->nb_add == counter_add && state->counter->tp_flags & Py_TPFLAGS_HEAPTYPE);
    EXPECT(PyType_IsSubtype(state->child, state->counter) && PyType_IsSubtype(state->text, &PyUnicode_Type));
    EXPECT(PyType_GetModule(state->counter) == module && PyType_GetModuleState(state->child) == state);
    EXPECT(((PyHeapTypeObject *)state->counter)->ht_module == module);
    return Py_BuildValue("(NN)", PyType_GetName(state->counter), PyType_GetQualName(state->child));
}

static PyObject *
check_no_module(PyObject *module, PyObject *args)
{
    return PyType_GetModule(&PyLong_Type);
}

/* A type made on the way, without a module, with the name and bases that Python asks for. */
static PyObject *
make_type(PyObject *module, PyObject *args)
{
    const char *name;
    PyObject *bases;
    if (!PyArg_ParseTuple(args, "sO", &name, &bases)) {
        return NULL;
    }
    PyType_Slot slots[] = {{Py_tp_doc, (void *)"Made on the way."}, {0, NULL}};
    PyType_Spec spec = {.name = name, .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .slots = slots};
    return PyType_FromSpecWithBases(&spec, bases == Py_None ? NULL : bases);
}

/* Types that derive from builtins: their slots call the builtin's, and macros read the builtin's part in place. */
static PyObject *
list_repr(PyObject *self)
{
    PyObject *inner = PyList_Type.tp_repr(self), *outer = inner ? PyUnicode_FromFormat("<%U>", inner) : NULL;
    Py_XDECREF(inner);
    return outer;
}

static int
list_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return PyList_Type.tp_init(self, args, kwargs);
}

static PyObject *
make_list_type(PyObject *module, PyObject *args)
{
    PyType_Slot slots[] = {{Py_tp_repr, list_repr}, {Py_tp_init, list_init}, {0, NULL}};
    PyType_Spec spec = {.name = "heap_types.List", .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, .slots = slots};
    return PyType_FromSpecWithBases(&spec, (PyObject *)&PyList_Type);
}

static PyObject *
read_in_place(PyObject *module, PyObject *object)
{
    if (PyTuple_Check(object)) {
        PyObject *list = PyList_New(0);
        for (Py_ssize_t i = 0; list != NULL && i < PyTuple_GET_SIZE(object); i++) {
            PyList_Append(list, PyTuple_GET_ITEM(object, i));
        }
        return list;
    }
    if (PyBytes_Check(object)) {
        return PyBytes_FromStringAndSize(PyBytes_AS_STRING(object), PyBytes_GET_SIZE(object));
    }
    if (PyUnicode_Check(object)) {
        return PyUnicode_FromKindAndData(PyUnicode_KIND(object), PyUnicode_DATA(object), PyUnicode_GET_LENGTH(object));
    }
    if (PyFloat_Check(object)) {
        return PyFloat_FromDouble(PyFloat_AS_DOUBLE(object));
    }
    return PyLong_FromLong(PyLong_AsLong(object));
}

static PyObject *
make_bad_type(PyObject *module, PyObject *args)
{
    PyType_Slot slots[] = {{9999, NULL}, {0, NULL}};
    PyType_Spec spec = {.name = "heap_types.Bad", .flags = Py_TPFLAGS_DEFAULT, .slots = slots};
    return PyType_FromSpec(&spec);
}

/* Attributes of types, from C. */
static PyObject *
set_on_type(PyObject *module, PyObject *args)
{
    PyObject *type, *value;
    if (!PyArg_ParseTuple(args, "O!O", &PyType_Type, &type, &value)) {
        return NULL;
    }
    if (PyObject_SetAttrString(type, "set_by_c", value) < 0) {
        return NULL;
    }
    PyType_Modified((PyTypeObject *)type);
    return PyObject_GetAttrString(type, "set_by_c");
}

static PyObject *
call_super(PyObject *module, PyObject *args)
{
    PyObject *type, *object;
    const char *name;
    if (!PyArg_ParseTuple(args, "OOs", &type, &object, &name)) {
        return NULL;
    }
    PyObject *proxy = PyObject_CallFunctionObjArgs((PyObject *)&PySuper_Type, type, object, NULL);
    if (proxy == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_CallMethod(proxy, name, NULL);
    Py_DECREF(proxy);
    return result;
}

static PyObject *
allocate(PyObject *module, PyObject *type)
{
    EXPECT(PyType_Check(type));
    return PyType_GenericNew((PyTypeObject *)type, NULL, NULL);
}

static int
execute(PyObject *module)
{
    State *state = PyModule_GetState(module);
    state->counter = (PyTypeObject *)PyType_FromModuleAndSpec(module, &counter_spec, NULL);
    if (state->counter == NULL) {
        return -1;
    }
    state->child = (PyTypeObject *)PyType_FromModuleAndSpec(module, &child_spec, (PyObject *)state->counter);
    state->holder = (PyTypeObject *)PyType_FromSpec(&holder_spec);
    state->text = (PyTypeObject *)PyType_FromSpecWithBases(&text_spec, (PyObject *)&PyUnicode_Type);
    if (state->child == NULL || state->holder == NULL || state->text == NULL) {
        return -1;
    }
    return PyModule_AddType(module, state->counter) < 0 || PyModule_AddType(module, state->child) < 0 ||
                   PyModule_AddType(module, state->holder) < 0 || PyModule_AddType(module, state->text) < 0
               ? -1
               : 0;
}

static int
module_traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);
    Py_VISIT(state->counter);
    Py_VISIT(state->child);
    Py_VISIT(state->holder);
    Py_VISIT(state->text);
    return 0;
}

static int
module_clear(PyObject *module)
{
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->counter);
    Py_CLEAR(state->child);
    Py_CLEAR(state->holder);
    Py_CLEAR(state->text);
    return 0;
}

static PyMethodDef methods[] = {
    {"check_slots", check_slots, METH_NOARGS, NULL},
    {"check_no_module", check_no_module, METH_NOARGS, NULL},
    {"statistics", statistics, METH_NOARGS, NULL},
    {"make_type", make_type, METH_VARARGS, NULL},
    {"make_list_type", make_list_type, METH_NOARGS, NULL},
    {"read_in_place", read_in_place, METH_O, NULL},
    {"make_bad_type", make_bad_type, METH_NOARGS, NULL},
    {"set_on_type", set_on_type, METH_VARARGS, NULL},
    {"call_super", call_super, METH_VARARGS, NULL},
    {"allocate", allocate, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyModuleDef_Slot slots[] = {{Py_mod_exec, execute}, WITHOUT_GIL {0, NULL}};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "heap_types",       .m_size = sizeof(State),  .m_methods = methods,
    .m_slots = slots,      .m_traverse = module_traverse, .m_clear = module_clear,
};

PyMODINIT_FUNC
PyInit_heap_types(void)
{
    return PyModuleDef_Init(&definition);
}
