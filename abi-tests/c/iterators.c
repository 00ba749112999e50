/* Iterators: an iterator class of ours, iteration by item and by call, every builtin iterator through PyIter_Next, sending.
   flavours: 3.9 3.14 */
#include "checks.h"

typedef struct {
    PyObject_HEAD
    int at, end;
} Countdown;

static PyObject *
countdown_next(PyObject *self)
{
    Countdown *countdown = (Countdown *)self;
    if (countdown->at == -100) {
        PyErr_SetString(PyExc_OSError, "fell over");
        return NULL;
    }
    if (countdown->at == -200) {
        PyErr_SetNone(PyExc_StopIteration);
        return NULL;
    }
    return countdown->at > countdown->end ? PyLong_FromLong(countdown->at--) : NULL;
}

static int
countdown_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return PyArg_ParseTuple(args, "ii", &((Countdown *)self)->at, &((Countdown *)self)->end) ? 0 : -1;
}

static PyObject *
countdown_hint(PyObject *self, PyObject *unused)
{
    return PyLong_FromLong(((Countdown *)self)->at - ((Countdown *)self)->end);
}

static PyMethodDef countdown_methods[] = {{"__length_hint__", countdown_hint, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL}};
static PyType_Slot countdown_slots[] = {
    {Py_tp_iter, SLOT(PyObject_SelfIter)}, {Py_tp_iternext, SLOT(countdown_next)}, {Py_tp_init, SLOT(countdown_init)},
    {Py_tp_methods, countdown_methods}, {0, NULL},
};
static PyType_Spec countdown_spec = {
    "iterators.Countdown", sizeof(Countdown), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, countdown_slots,
};
static PyObject *countdown_type;

static PyObject *
collect(PyObject *iterable)
{
    PyObject *rows = PyList_New(0), *iterator = iterable ? PyObject_GetIter(iterable) : NULL, *item;
    Py_XDECREF(iterable);
    if (iterator == NULL) {
        note_kind(rows, NULL);
        return rows;
    }
    for (int i = 0; i < 100 && (item = PyIter_Next(iterator)) != NULL; i++) {
        note(rows, item);
    }
    if (PyErr_Occurred()) {
        note(rows, NULL);
    }
    Py_DECREF(iterator);
    return rows;
}

CHECK(own_class)
{
    PyObject *rows = PyList_New(0);
    note(rows, collect(PyObject_CallFunction(countdown_type, "ii", 5, 0)));
    note(rows, collect(PyObject_CallFunction(countdown_type, "ii", 0, 5)));
    note(rows, collect(PyObject_CallFunction(countdown_type, "ii", -98, -300)));
    note(rows, collect(PyObject_CallFunction(countdown_type, "ii", -198, -300)));
    return rows;
}

CHECK(consumed_by_builtins)
{
    PyObject *rows = PyList_New(0);
    PyTypeObject *const types[] = {&PyList_Type, &PyTuple_Type, &PyBytes_Type, &PyEnum_Type};
    for (int i = 0; i < 4; i++) {
        PyObject *countdown = PyObject_CallFunction(countdown_type, "ii", 4, 0);
        PyObject *made = PyObject_CallFunctionObjArgs((PyObject *)types[i], countdown, NULL);
        Py_DECREF(countdown);
        note(rows, i == 3 ? collect(made) : made);
    }
    PyObject *countdown = PyObject_CallFunction(countdown_type, "ii", -98, -300);
    note(rows, PySequence_List(countdown));
    Py_DECREF(countdown);
    countdown = PyObject_CallFunction(countdown_type, "ii", 4, 0);
    note(rows, PySequence_Tuple(countdown));
    note(rows, PySequence_Tuple(countdown));
    Py_DECREF(countdown);
    countdown = PyObject_CallFunction(countdown_type, "ii", 9, 0);
    PyObject *seven = PyLong_FromLong(7);
    note_int(rows, PySequence_Contains(countdown, seven));
    note_int(rows, PySequence_Count(countdown, seven));
    Py_DECREF(countdown);
    countdown = PyObject_CallFunction(countdown_type, "ii", 9, 0);
    note_int(rows, PySequence_Index(countdown, seven));
    PyObject *list = PyList_New(0);
    PyObject *extended = PySequence_InPlaceConcat(list, countdown);
    EXPECT(extended == list);
    Py_DECREF(extended);
    note(rows, list);
    Py_DECREF(seven);
    Py_DECREF(countdown);
    return rows;
}

CHECK(hints)
{
    PyObject *rows = PyList_New(0), *countdown = PyObject_CallFunction(countdown_type, "ii", 7, 0), *list = Py_BuildValue("[iii]", 1, 2, 3);
    note_int(rows, PyObject_LengthHint(countdown, 99));
    note_int(rows, PyObject_LengthHint(list, 99));
    note_int(rows, PyObject_LengthHint(Py_None, 99));
    PyObject *iterator = PyObject_GetIter(list);
    note_int(rows, PyObject_LengthHint(iterator, 99));
    Py_XDECREF(PyIter_Next(iterator));
    note_int(rows, PyObject_LengthHint(iterator, 99));
    Py_DECREF(iterator);
    Py_DECREF(countdown);
    countdown = PyObject_CallFunction(countdown_type, "ii", 0, 5);
    note_int_kind(rows, PyObject_LengthHint(countdown, 99));
    Py_DECREF(countdown);
    Py_DECREF(list);
    return rows;
}

CHECK(builtin_iterators)
{
    PyObject *rows = PyList_New(0);
    PyObject *dict = Py_BuildValue("{s:i,s:i}", "a", 1, "b", 2);
    note(rows, collect(Py_BuildValue("[iii]", 1, 2, 3)));
    note(rows, collect(Py_BuildValue("(iii)", 1, 2, 3)));
    note(rows, collect(PyUnicode_FromString("h\xc3\xa9\xe6\xbc\xa2")));
    note(rows, collect(PyBytes_FromString("ab")));
    note(rows, collect(PyByteArray_FromStringAndSize("cd", 2)));
    note(rows, collect(PyObject_CallFunction((PyObject *)&PyRange_Type, "iii", 5, 0, -2)));
    note(rows, collect(PyDict_Keys(dict)));
    note(rows, collect(PyDict_Items(dict)));
    note(rows, collect(PyObject_CallMethod(dict, "values", NULL)));
    note(rows, collect(Py_NewRef(dict)));
    note(rows, collect(PyObject_CallFunction((PyObject *)&PyReversed_Type, "((iii))", 1, 2, 3)));
    note(rows, collect(PyObject_CallFunction((PyObject *)&PyZip_Type, "s(ii)", "ab", 1, 2)));
    note(rows, collect(PyObject_CallFunction((PyObject *)&PyEnum_Type, "s", "xy")));
    note(rows, collect(PyObject_CallFunction((PyObject *)&PyMap_Type, "O(ss)", &PyLong_Type, "12", "x")));
    note(rows, collect(PyObject_CallFunction((PyObject *)&PyFilter_Type, "O(iii)", Py_None, 0, 1, 2)));
    note(rows, collect(PyLong_FromLong(5)));
    note(rows, collect((Py_INCREF(Py_None), Py_None)));
    Py_DECREF(dict);
    return rows;
}

CHECK(checked)
{
    PyObject *rows = PyList_New(0), *countdown = PyObject_CallFunction(countdown_type, "ii", 5, 0), *list = PyList_New(0);
    PyObject *iterator = PyObject_GetIter(list), *again = PyObject_GetIter(iterator);
    note_int(rows, PyIter_Check(countdown) + 2 * PyIter_Check(list) + 4 * PyIter_Check(iterator) + 8 * PyIter_Check(Py_None));
    note_int(rows, again == iterator);
    note_int(rows, Py_TYPE(iterator)->tp_iternext != NULL && Py_TYPE(list)->tp_iternext == NULL);
    EXPECT(Py_TYPE(iterator)->tp_iternext(iterator) == NULL && !PyErr_ExceptionMatches(PyExc_OSError));
    PyErr_Clear();
    Py_DECREF(iterator);
    Py_DECREF(again);
    Py_DECREF(list);
    Py_DECREF(countdown);
    return rows;
}

CHECK(slots_by_hand)
{
    PyObject *rows = PyList_New(0), *list = Py_BuildValue("[ii]", 1, 2), *iterator = Py_TYPE(list)->tp_iter(list);
    note(rows, Py_TYPE(iterator)->tp_iternext(iterator));
    note(rows, Py_TYPE(iterator)->tp_iternext(iterator));
    EXPECT(Py_TYPE(iterator)->tp_iternext(iterator) == NULL);
    note_int(rows, PyErr_Occurred() == NULL || PyErr_ExceptionMatches(PyExc_StopIteration));
    PyErr_Clear();
    Py_DECREF(iterator);
    Py_DECREF(list);
    PyObject *countdown = PyObject_CallFunction(countdown_type, "ii", 2, 0);
    note(rows, PyObject_CallMethod(countdown, "__next__", NULL));
    note(rows, PyObject_CallMethod(countdown, "__next__", NULL));
    note(rows, PyObject_CallMethod(countdown, "__next__", NULL));
    PyObject *same = PyObject_CallMethod(countdown, "__iter__", NULL);
    EXPECT(same == countdown);
    Py_DECREF(same);
    Py_DECREF(countdown);
    return rows;
}

static PyObject *
counted(PyObject *self, PyObject *unused)
{
    static int count;
    count = count >= 5 ? 1 : count + 1;
    return PyLong_FromLong(count);
}

static PyObject *
raising(PyObject *self, PyObject *kind)
{
    PyErr_SetString(self, "from the call");
    return NULL;
}

CHECK(by_call)
{
    static PyMethodDef counted_definition = {"counted", counted, METH_NOARGS, NULL}, raising_definition = {"raising", raising, METH_NOARGS, NULL};
    PyObject *rows = PyList_New(0), *function = PyCFunction_New(&counted_definition, NULL), *four = PyLong_FromLong(4);
    PyObject *iterator = PyCallIter_New(function, four);
    EXPECT(iterator && PyCallIter_Check(iterator) && PyIter_Check(iterator));
    note(rows, collect(iterator));
    PyObject *kinds[] = {PyExc_StopIteration, PyExc_ZeroDivisionError};
    for (int i = 0; i < 2; i++) {
        PyObject *broken = PyCFunction_New(&raising_definition, kinds[i]);
        note(rows, collect(PyCallIter_New(broken, four)));
        Py_DECREF(broken);
    }
    Py_DECREF(function);
    Py_DECREF(four);
    return rows;
}

CHECK(by_item)
{
    PyObject *rows = PyList_New(0), *list = Py_BuildValue("[iii]", 1, 2, 3), *iterator = PySeqIter_New(list);
    EXPECT(iterator && PyIter_Check(iterator));
    note(rows, PyIter_Next(iterator));
    note_int(rows, PyList_Append(list, Py_None));
    note(rows, collect(iterator));
    Py_DECREF(list);
    note(rows, PySeqIter_New(Py_None));
    return rows;
}

CHECK(changed_on_the_way)
{
    PyObject *rows = PyList_New(0), *list = Py_BuildValue("[iii]", 1, 2, 3), *iterator = PyObject_GetIter(list), *item;
    int rounds = 0;
    while (rounds++ < 10 && (item = PyIter_Next(iterator)) != NULL) {
        if (PyList_GET_SIZE(list) < 6) {
            EXPECT(PyList_Append(list, item) == 0);
        }
        note(rows, item);
    }
    Py_DECREF(iterator);
    Py_DECREF(list);
    PyObject *dict = Py_BuildValue("{i:i,i:i}", 1, 1, 2, 2);
    iterator = PyObject_GetIter(dict);
    item = PyIter_Next(iterator);
    EXPECT(PyDict_SetItem(dict, Py_None, item) == 0);
    Py_DECREF(item);
    note_kind(rows, PyIter_Next(iterator));
    Py_DECREF(iterator);
    Py_DECREF(dict);
    return rows;
}

#if PY_VERSION_HEX >= 0x030A0000
CHECK(send)
{
    PyObject *rows = PyList_New(0);
    for (int start = 2; start >= -98; start -= 100) {
        PyObject *countdown = PyObject_CallFunction(countdown_type, "ii", start, start - 4);
        for (int i = 0; i < 5; i++) {
            PyObject *result = NULL;
            PySendResult status = PyIter_Send(countdown, Py_None, &result);
            note_int(rows, status);
            note(rows, result);
            if (status != PYGEN_NEXT) {
                break;
            }
        }
        Py_DECREF(countdown);
    }
    PyObject *countdown = PyObject_CallFunction(countdown_type, "ii", 3, 0), *result = NULL;
    note_int_kind(rows, PyIter_Send(countdown, Py_True, &result));
    note_int_kind(rows, PyIter_Send(Py_True, Py_True, &result));
    Py_DECREF(countdown);
    return rows;
}
#endif

/* Takes some items of an iterable, gives each to a function, and returns them with what `next` finds then, and the iterator. */
static PyObject *
step(PyObject *self, PyObject *args)
{
    PyObject *iterable, *function, *item;
    int times;
    if (!PyArg_ParseTuple(args, "OiO", &iterable, &times, &function)) {
        return NULL;
    }
    PyObject *rows = PyList_New(0), *iterator = PyObject_GetIter(iterable);
    EXPECT(iterator && PyObject_GetIter(iterator) == iterator);
    Py_DECREF(iterator);
    for (int i = 0; i < times && (item = PyIter_Next(iterator)) != NULL; i++) {
        PyObject *result = function == Py_None ? (Py_INCREF(Py_None), Py_None) : PyObject_CallFunctionObjArgs(function, item, NULL);
        EXPECT(result && PyList_Append(rows, item) == 0);
        Py_DECREF(result);
        Py_DECREF(item);
    }
    return Py_BuildValue("NN", rows, iterator);
}

/* As a C loop does that the compiler has specialised: by the slot. */
static PyObject *
rest(PyObject *self, PyObject *iterator)
{
    PyObject *rows = PyList_New(0), *item;
    while ((item = Py_TYPE(iterator)->tp_iternext(iterator)) != NULL) {
        EXPECT(PyList_Append(rows, item) == 0);
        Py_DECREF(item);
    }
    return rows;
}

static PyMethodDef methods[] = {
    {"step", step, METH_VARARGS, NULL}, {"rest", rest, METH_O, NULL}, CHECKED(own_class), CHECKED(consumed_by_builtins), CHECKED(hints), CHECKED(builtin_iterators), CHECKED(checked), CHECKED(slots_by_hand),
    CHECKED(by_call), CHECKED(by_item), CHECKED(changed_on_the_way),
#if PY_VERSION_HEX >= 0x030A0000
    CHECKED(send),
#endif
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "iterators", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_iterators(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    countdown_type = PyType_FromSpec(&countdown_spec);
    if (module == NULL || PyModule_AddObject(module, "Countdown", Py_XNewRef(countdown_type)) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
