/* Sequence and mapping slots: a fixed row of numbers (sequence), a counter of keys (mapping), and a class with both.
   flavours: 3.14 3.14t */
#include "checks.h"

typedef struct {
    PyObject_HEAD
    long items[5];
    Py_ssize_t length;
} Row;

static Py_ssize_t
row_length(PyObject *self)
{
    if (((Row *)self)->length < 0) {
        PyErr_SetString(PyExc_OSError, "no length");
        return -1;
    }
    return ((Row *)self)->length;
}

static PyObject *
row_item(PyObject *self, Py_ssize_t i)
{
    Row *row = (Row *)self;
    if (i < 0 || i >= row->length) {
        PyErr_Format(PyExc_IndexError, "row has no item %zd", i);
        return NULL;
    }
    return PyLong_FromLong(row->items[i]);
}

static int
row_assign(PyObject *self, Py_ssize_t i, PyObject *value)
{
    Row *row = (Row *)self;
    if (i < 0 || i >= row->length) {
        PyErr_Format(PyExc_IndexError, "row cannot assign item %zd", i);
        return -1;
    }
    long number = value ? PyLong_AsLong(value) : 0;
    if (number == -1 && PyErr_Occurred()) {
        return -1;
    }
    row->items[i] = number;
    return 0;
}

static int
row_contains(PyObject *self, PyObject *value)
{
    if (value == Py_Ellipsis) {
        PyErr_SetString(PyExc_ValueError, "not even asked");
        return -1;
    }
    return PyLong_Check(value) && PyLong_AsLong(value) > 100;
}

static PyObject *
row_concat(PyObject *self, PyObject *other)
{
    return Py_BuildValue("(sO)", "concat", other);
}

static PyObject *
row_repeat(PyObject *self, Py_ssize_t count)
{
    return Py_BuildValue("(sn)", "repeat", count);
}

static PyObject *
row_inplace_concat(PyObject *self, PyObject *other)
{
    return Py_BuildValue("(sO)", "inplace concat", other);
}

static PyObject *
row_inplace_repeat(PyObject *self, Py_ssize_t count)
{
    return Py_BuildValue("(sn)", "inplace repeat", count);
}

static int
row_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    Row *row = (Row *)self;
    row->length = 5;
    for (int i = 0; i < 5; i++) {
        row->items[i] = 10 * i;
    }
    return PyArg_ParseTuple(args, "|n", &row->length) ? 0 : -1;
}

static PyType_Slot row_slots[] = {
    {Py_sq_length, SLOT(row_length)}, {Py_sq_item, SLOT(row_item)}, {Py_sq_ass_item, SLOT(row_assign)}, {Py_sq_contains, SLOT(row_contains)},
    {Py_sq_concat, SLOT(row_concat)}, {Py_sq_repeat, SLOT(row_repeat)}, {Py_sq_inplace_concat, SLOT(row_inplace_concat)},
    {Py_sq_inplace_repeat, SLOT(row_inplace_repeat)}, {Py_tp_init, SLOT(row_init)}, {0, NULL},
};
static PyType_Spec row_spec = {
    "sequence_and_mapping_slots.Row", sizeof(Row), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, row_slots,
};

static Py_ssize_t
map_length(PyObject *self)
{
    return 3;
}

static PyObject *
map_subscript(PyObject *self, PyObject *key)
{
    if (key == Py_None) {
        PyErr_SetObject(PyExc_KeyError, key);
        return NULL;
    }
    return Py_BuildValue("(sO)", "value of", key);
}

static PyObject *last_change;

static int
map_assign(PyObject *self, PyObject *key, PyObject *value)
{
    Py_XDECREF(last_change);
    last_change = value ? Py_BuildValue("(sOO)", "set", key, value) : Py_BuildValue("(sO)", "delete", key);
    if (key == Py_None) {
        PyErr_SetString(PyExc_PermissionError, "None is not changed");
        return -1;
    }
    return 0;
}

static PyType_Slot map_slots[] = {
    {Py_mp_length, SLOT(map_length)}, {Py_mp_subscript, SLOT(map_subscript)}, {Py_mp_ass_subscript, SLOT(map_assign)}, {0, NULL},
};
static PyType_Spec map_spec = {
    "sequence_and_mapping_slots.Map", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, map_slots,
};

static PyType_Slot both_slots[] = {
    {Py_sq_length, SLOT(row_length)}, {Py_sq_item, SLOT(row_item)}, {Py_mp_length, SLOT(map_length)}, {Py_mp_subscript, SLOT(map_subscript)},
    {Py_tp_init, SLOT(row_init)}, {0, NULL},
};
static PyType_Spec both_spec = {
    "sequence_and_mapping_slots.Both", sizeof(Row), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, both_slots,
};

static PyObject *row_type, *map_type, *both_type;

CHECK(sequence_items)
{
    PyObject *rows = PyList_New(0), *row = PyObject_CallObject(row_type, NULL), *number = PyLong_FromLong(77), *one = PyLong_FromLong(1);
    PyObject *minus = PyLong_FromLong(-1), *text = PyUnicode_FromString("x");
    for (Py_ssize_t i = -6; i < 7; i += 2) {
        note(rows, PySequence_GetItem(row, i));
        note_int(rows, PySequence_SetItem(row, i, number));
    }
    note(rows, PyObject_GetItem(row, one));
    note(rows, PyObject_GetItem(row, minus));
    note_kind(rows, PyObject_GetItem(row, text));
    note_int(rows, PyObject_SetItem(row, minus, one));
    note_int(rows, PyObject_SetItem(row, one, text));
    note_int(rows, PySequence_DelItem(row, 0));
    note_int(rows, PyObject_DelItem(row, minus));
    note(rows, PySequence_List(row));
    note_int(rows, PyObject_Length(row));
    note_int(rows, PySequence_Size(row));
    note_int(rows, PyMapping_Size(row));
    note_int(rows, PySequence_Check(row) + 2 * PyMapping_Check(row));
    Py_DECREF(row);
    Py_DECREF(number);
    Py_DECREF(one);
    Py_DECREF(minus);
    Py_DECREF(text);
    return rows;
}

CHECK(sequence_operators)
{
    PyObject *rows = PyList_New(0), *row = PyObject_CallObject(row_type, NULL), *three = PyLong_FromLong(3), *list = Py_BuildValue("[i]", 1);
    note(rows, PySequence_Concat(row, three));
    note(rows, PySequence_Repeat(row, 3));
    note(rows, PySequence_InPlaceConcat(row, list));
    note(rows, PySequence_InPlaceRepeat(row, -2));
    note(rows, PyNumber_Add(row, list));
    note_kind(rows, PyNumber_Add(list, row));
    note(rows, PyNumber_Multiply(row, three));
    note(rows, PyNumber_Multiply(three, row));
    note_kind(rows, PyNumber_Multiply(row, list));
    note(rows, PyNumber_InPlaceAdd(row, three));
    note(rows, PyNumber_InPlaceMultiply(row, three));
    note_kind(rows, PySequence_Concat(three, list));
    note_kind(rows, PySequence_Repeat(three, 2));
    note_kind(rows, PySequence_Concat(list, three));
    Py_DECREF(row);
    Py_DECREF(three);
    Py_DECREF(list);
    return rows;
}

CHECK(sequence_search)
{
    PyObject *rows = PyList_New(0), *row = PyObject_CallObject(row_type, NULL), *twenty = PyLong_FromLong(20), *big = PyLong_FromLong(500);
    note_int(rows, PySequence_Contains(row, twenty));
    note_int(rows, PySequence_Contains(row, big));
    note_int(rows, PySequence_Contains(row, Py_Ellipsis));
    note_int(rows, PySequence_In(row, big));
    note_int(rows, PySequence_Index(row, twenty));
    note_int(rows, PySequence_Index(row, big));
    note_int(rows, PySequence_Count(row, twenty));
    note_int(rows, PySequence_Count(row, big));
    note(rows, PySequence_Tuple(row));
    PyObject *fast = PySequence_Fast(row, "not a sequence");
    note_int(rows, PySequence_Fast_GET_SIZE(fast));
    note(rows, fast);
    note(rows, PySequence_Fast(Py_None, "not a sequence"));
    Py_DECREF(row);
    Py_DECREF(twenty);
    Py_DECREF(big);
    return rows;
}

CHECK(iterated_by_item)
{
    PyObject *rows = PyList_New(0), *row = PyObject_CallFunction(row_type, "i", 3), *iterator = PyObject_GetIter(row), *item;
    EXPECT(iterator && PyIter_Check(iterator));
    while ((item = PyIter_Next(iterator)) != NULL) {
        note(rows, item);
    }
    note_int(rows, PyErr_Occurred() != NULL);
    Py_DECREF(iterator);
    iterator = PySeqIter_New(row);
    note_kind(rows, PyIter_Next(iterator));
    note_int(rows, PyObject_LengthHint(iterator, 99));
    Py_DECREF(iterator);
    PyObject *arguments = PyTuple_Pack(1, row);
    note(rows, PyObject_CallObject((PyObject *)&PyList_Type, arguments));
    note_kind(rows, PyObject_CallObject((PyObject *)&PySet_Type, arguments));
    note(rows, PyObject_CallObject((PyObject *)&PyBytes_Type, arguments));
    Py_DECREF(arguments);
    Py_DECREF(row);
    return rows;
}

CHECK(broken_length)
{
    PyObject *rows = PyList_New(0), *row = PyObject_CallFunction(row_type, "i", -1);
    note_int(rows, PyObject_Length(row));
    note_int(rows, PyObject_IsTrue(row));
    note_kind(rows, PySequence_GetItem(row, -1));
    note_kind(rows, PySequence_GetItem(row, 0));
    note_int_kind(rows, PyObject_LengthHint(row, 5));
    Py_DECREF(row);
    row = PyObject_CallFunction(row_type, "i", 0);
    note_int(rows, PyObject_IsTrue(row));
    note(rows, PySequence_List(row));
    Py_DECREF(row);
    return rows;
}

CHECK(mapping)
{
    PyObject *rows = PyList_New(0), *map = PyObject_CallObject(map_type, NULL), *key = PyUnicode_FromString("key"), *pair = Py_BuildValue("(ii)", 1, 2);
    note_int(rows, PyMapping_Check(map) + 2 * PySequence_Check(map));
    note_int(rows, PyMapping_Size(map));
    note_int(rows, PyObject_Length(map));
    note_int(rows, PySequence_Size(map));
    note(rows, PyObject_GetItem(map, key));
    note(rows, PyObject_GetItem(map, pair));
    note(rows, PyObject_GetItem(map, Py_None));
    note(rows, PyMapping_GetItemString(map, "text"));
    note_int(rows, PyMapping_HasKeyString(map, "text"));
    note_int(rows, PyMapping_HasKey(map, Py_None));
    note_int(rows, PyObject_SetItem(map, key, pair));
    note_lent(rows, last_change);
    note_int(rows, PyMapping_SetItemString(map, "set", Py_True));
    note_lent(rows, last_change);
    note_int(rows, PyObject_DelItem(map, key));
    note_lent(rows, last_change);
    note_int(rows, PyObject_DelItemString(map, "gone"));
    note_lent(rows, last_change);
    note_int(rows, PyObject_SetItem(map, Py_None, Py_None));
    note_int(rows, PyObject_DelItem(map, Py_None));
    note(rows, PySequence_GetItem(map, 0));
    note_int(rows, PySequence_SetItem(map, 0, Py_None));
    note_kind(rows, PyMapping_Keys(map));
    note_kind(rows, PyObject_GetIter(map));
    Py_DECREF(map);
    Py_DECREF(key);
    Py_DECREF(pair);
    return rows;
}

CHECK(both)
{
    PyObject *rows = PyList_New(0), *both = PyObject_CallObject(both_type, NULL), *one = PyLong_FromLong(1);
    note(rows, PyObject_GetItem(both, one));
    note(rows, PySequence_GetItem(both, 1));
    note_int(rows, PyObject_Length(both));
    note_int(rows, PySequence_Size(both));
    note_int(rows, PyMapping_Size(both));
    note_int(rows, PySequence_Check(both) + 2 * PyMapping_Check(both));
    note_int_kind(rows, PyObject_SetItem(both, one, one));
    Py_DECREF(both);
    Py_DECREF(one);
    return rows;
}

CHECK(no_slots)
{
    PyObject *rows = PyList_New(0), *one = PyLong_FromLong(1), *text = PyUnicode_FromString("x");
    note_kind(rows, PySequence_GetItem(one, 0));
    note_int_kind(rows, PySequence_SetItem(one, 0, one));
    note_int_kind(rows, PySequence_DelItem(one, 0));
    note_kind(rows, PySequence_GetSlice(one, 0, 1));
    note_int_kind(rows, PySequence_Size(one));
    note_int_kind(rows, PyMapping_Size(one));
    note_int_kind(rows, PyObject_Length(one));
    note_kind(rows, PyObject_GetItem(one, one));
    note_int_kind(rows, PyObject_SetItem(one, one, one));
    note_int_kind(rows, PyObject_DelItem(one, one));
    note_int_kind(rows, PySequence_Contains(one, one));
    note_int_kind(rows, PySequence_Index(one, one));
    note_int_kind(rows, PySequence_SetItem(text, 0, text));
    note_kind(rows, PySequence_InPlaceConcat(one, one));
    note_kind(rows, PySequence_InPlaceRepeat(one, 1));
    note_kind(rows, PyMapping_Values(one));
    Py_DECREF(one);
    Py_DECREF(text);
    return rows;
}

CHECK(null)
{
    PyObject *rows = PyList_New(0), *list = Py_BuildValue("[i]", 1);
    note(rows, PySequence_GetItem(NULL, 0));
    note_int(rows, PySequence_Size(NULL));
    note_int(rows, PyMapping_Size(NULL));
    note_int(rows, PyObject_Length(NULL));
    note(rows, PyObject_GetItem(NULL, list));
    note(rows, PyObject_GetItem(list, NULL));
    note_int(rows, PyObject_SetItem(NULL, list, list));
    note_int(rows, PyObject_SetItem(list, NULL, list));
    note_int(rows, PyObject_DelItem(list, NULL));
    note(rows, PySequence_Tuple(NULL));
    note(rows, PySequence_Fast(NULL, "message"));
    note(rows, PySequence_Concat(NULL, list));
    note(rows, PySequence_Repeat(NULL, 1));
    note_int(rows, PySequence_Count(NULL, list));
    note_int(rows, PyMapping_Check(NULL));
    note(rows, PyMapping_GetItemString(list, NULL));
    note(rows, PyMapping_Keys(NULL));
    Py_DECREF(list);
    return rows;
}

CHECK(named_methods)
{
    PyObject *rows = PyList_New(0), *row = PyObject_CallObject(row_type, NULL), *map = PyObject_CallObject(map_type, NULL);
    note(rows, PyObject_CallMethod(row, "__len__", NULL));
    note(rows, PyObject_CallMethod(row, "__getitem__", "i", -1));
    note(rows, PyObject_CallMethod(row, "__setitem__", "ii", 0, 5));
    note(rows, PyObject_CallMethod(row, "__delitem__", "i", 1));
    note(rows, PyObject_CallMethod(row, "__contains__", "i", 101));
    note(rows, PyObject_CallMethod(row, "__add__", "i", 1));
    note(rows, PyObject_CallMethod(row, "__mul__", "i", 2));
    note(rows, PyObject_CallMethod(row, "__rmul__", "i", 3));
    note(rows, PyObject_CallMethod(row, "__iadd__", "i", 4));
    note(rows, PyObject_CallMethod(row, "__imul__", "i", 5));
    note(rows, PyObject_CallMethod(map, "__len__", NULL));
    note(rows, PyObject_CallMethod(map, "__getitem__", "s", "k"));
    note(rows, PyObject_CallMethod(map, "__setitem__", "ss", "k", "v"));
    note(rows, PyObject_CallMethod(map, "__delitem__", "s", "k"));
    note_kind(rows, PyObject_CallMethod(map, "__contains__", "s", "k"));
    note(rows, PySequence_List(row));
    Py_DECREF(row);
    Py_DECREF(map);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(sequence_items), CHECKED(sequence_operators), CHECKED(sequence_search), CHECKED(iterated_by_item), CHECKED(broken_length),
    CHECKED(mapping), CHECKED(both), CHECKED(no_slots), CHECKED(null), CHECKED(named_methods), {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "sequence_and_mapping_slots", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_sequence_and_mapping_slots(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    row_type = PyType_FromSpec(&row_spec);
    map_type = PyType_FromSpec(&map_spec);
    both_type = PyType_FromSpec(&both_spec);
    if (module == NULL || PyModule_AddObject(module, "Row", Py_XNewRef(row_type)) < 0 || PyModule_AddObject(module, "Map", Py_XNewRef(map_type)) < 0
        || PyModule_AddObject(module, "Both", Py_XNewRef(both_type)) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
