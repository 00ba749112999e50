/* Slices and ranges: indices of every shape, reading fields in place, slices through each container and through our own class. */
#include "checks.h"

static PyObject *
number_or_none(int value)
{
    return value == 99 ? Py_NewRef(Py_None) : PyLong_FromLong(value);
}

static PyObject *
slice_of(int start, int stop, int step)
{
    PyObject *a = number_or_none(start), *b = number_or_none(stop), *c = number_or_none(step), *slice = PySlice_New(a, b, c);
    Py_DECREF(a);
    Py_DECREF(b);
    Py_DECREF(c);
    return slice;
}

static const int ENDS[] = {99, 0, 1, 3, 7, 20, -1, -4, -20};
static const int STEPS[] = {99, 1, 2, -1, -3, 50};
enum { END_COUNT = sizeof(ENDS) / sizeof(*ENDS), STEP_COUNT = sizeof(STEPS) / sizeof(*STEPS) };

CHECK(indices)
{
    PyObject *rows = PyList_New(0);
    for (int i = 0; i < END_COUNT; i++) {
        for (int j = 0; j < END_COUNT; j++) {
            for (int k = 0; k < STEP_COUNT; k++) {
                PyObject *slice = slice_of(ENDS[i], ENDS[j], STEPS[k]);
                Py_ssize_t start, stop, step, count, start2, stop2, step2, count2;
                EXPECT(slice && PySlice_GetIndicesEx(slice, 8, &start, &stop, &step, &count) == 0);
                EXPECT(PySlice_Unpack(slice, &start2, &stop2, &step2) == 0);
                count2 = PySlice_AdjustIndices(8, &start2, &stop2, step2);
                EXPECT(start == start2 && stop == stop2 && step == step2 && count == count2);
                note(rows, Py_BuildValue("(nnnn)", start, stop, step, count));
                Py_DECREF(slice);
            }
        }
    }
    PyObject *text = PyObject_Str(rows);
    Py_DECREF(rows);
    return text;
}

CHECK(fields)
{
    PyObject *slice = slice_of(1, 99, -2);
    PySliceObject *fields = (PySliceObject *)slice;
    PyObject *rows = Py_BuildValue("[OOO]", fields->start, fields->stop, fields->step);
    note(rows, PyObject_GetAttrString(slice, "start"));
    note(rows, PyObject_GetAttrString(slice, "stop"));
    note(rows, PyObject_GetAttrString(slice, "step"));
    note(rows, PyObject_Repr(slice));
    note(rows, PyObject_CallMethod(slice, "indices", "i", 10));
    note_int(rows, PySlice_Check(slice) + 2 * PySlice_Check(Py_None));
    note_kind(rows, PyObject_GetAttrString(slice, "missing"));
    PyObject *same = slice_of(1, 99, -2), *other = slice_of(2, 99, -2);
    note_int(rows, PyObject_RichCompareBool(slice, same, Py_EQ));
    note_int(rows, PyObject_RichCompareBool(slice, other, Py_LT));
    note(rows, PySlice_New(NULL, NULL, NULL));
    Py_DECREF(slice);
    Py_DECREF(same);
    Py_DECREF(other);
    return rows;
}

CHECK(errors)
{
    PyObject *rows = PyList_New(0), *text = PyUnicode_FromString("x"), *zero = slice_of(99, 99, 0), *bad = PySlice_New(text, NULL, NULL);
    Py_ssize_t start, stop, step, count;
    note_int(rows, PySlice_Unpack(zero, &start, &stop, &step));
    note_int(rows, PySlice_Unpack(bad, &start, &stop, &step));
    note_int(rows, PySlice_GetIndicesEx(zero, 5, &start, &stop, &step, &count));
    note_int(rows, PySlice_GetIndicesEx(bad, 5, &start, &stop, &step, &count));
    note_int(rows, PySlice_GetIndices(zero, 5, &start, &stop, &step));
    PyObject *huge = PyLong_FromString("99999999999999999999999", NULL, 10), *minus = PyNumber_Negative(huge);
    PyObject *wide = PySlice_New(minus, huge, huge);
    note_int(rows, PySlice_Unpack(wide, &start, &stop, &step));
    note(rows, Py_BuildValue("(nnn)", start, stop, step));
    Py_DECREF(wide);
    wide = PySlice_New(NULL, NULL, minus);
    note_int(rows, PySlice_Unpack(wide, &start, &stop, &step));
    note(rows, Py_BuildValue("(nnn)", start, stop, step));
    note_int_kind(rows, PyObject_Hash(wide));
    PyObject *const all[] = {text, zero, bad, huge, minus, wide};
    for (int i = 0; i < 6; i++) {
        Py_DECREF(all[i]);
    }
    return rows;
}

CHECK(containers)
{
    PyObject *rows = PyList_New(0);
    PyObject *const containers[] = {
        Py_BuildValue("[iiiiii]", 0, 1, 2, 3, 4, 5), Py_BuildValue("(iiiiii)", 0, 1, 2, 3, 4, 5), PyUnicode_FromString("ab\xc3\xa9" "def"),
        PyBytes_FromString("abcdef"), PyByteArray_FromStringAndSize("abcdef", 6),
    };
    static const int slices[][3] = {{99, 99, 99}, {1, 4, 99}, {99, 99, -1}, {-2, 99, 99}, {5, 0, -2}, {3, 1, 1}};
    for (int i = 0; i < 5; i++) {
        for (int j = 0; j < 6; j++) {
            PyObject *slice = slice_of(slices[j][0], slices[j][1], slices[j][2]);
            note(rows, PyObject_GetItem(containers[i], slice));
            Py_DECREF(slice);
        }
        note(rows, PySequence_GetSlice(containers[i], 1, -1));
        note(rows, PySequence_GetSlice(containers[i], -100, 100));
        Py_DECREF(containers[i]);
    }
    return rows;
}

CHECK(assign)
{
    PyObject *rows = PyList_New(0), *list = Py_BuildValue("[iiiiii]", 0, 1, 2, 3, 4, 5), *values = Py_BuildValue("(ss)", "a", "b");
    PyObject *step = slice_of(99, 99, 3), *part = slice_of(1, 3, 99);
    note_int(rows, PyObject_SetItem(list, step, values));
    note(rows, PyList_GetSlice(list, 0, 6));
    note_int(rows, PyObject_DelItem(list, part));
    note(rows, PyList_GetSlice(list, 0, 6));
    note_int_kind(rows, PyObject_SetItem(list, step, list));
    note_int(rows, PySequence_SetSlice(list, 1, 2, values));
    note_int(rows, PySequence_DelSlice(list, -1, 100));
    note(rows, PyList_GetSlice(list, 0, 6));
    note_int_kind(rows, PyObject_SetItem(values, part, values));
    note_int_kind(rows, PySequence_SetSlice(values, 0, 1, values));
    note_int_kind(rows, PyObject_SetItem(list, part, Py_None));
    Py_DECREF(list);
    Py_DECREF(values);
    Py_DECREF(step);
    Py_DECREF(part);
    return rows;
}

static PyObject *
give_back(PyObject *self, PyObject *key)
{
    if (PySlice_Check(key)) {
        Py_ssize_t start, stop, step;
        if (PySlice_Unpack(key, &start, &stop, &step) < 0) {
            return NULL;
        }
        return Py_BuildValue("(nnn)", start, stop, step);
    }
    return Py_NewRef(key);
}

CHECK(own_class)
{
    PyType_Slot slots[] = {{Py_mp_subscript, SLOT(give_back)}, {0, NULL}};
    PyType_Spec spec = {"slices_and_ranges.Sliced", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, slots};
    PyObject *rows = PyList_New(0), *type = PyType_FromSpec(&spec), *object = PyObject_CallObject(type, NULL);
    for (int i = 0; i < END_COUNT; i++) {
        PyObject *slice = slice_of(ENDS[i], ENDS[END_COUNT - 1 - i], STEPS[i % STEP_COUNT]);
        note(rows, PyObject_GetItem(object, slice));
        PyObject *pair = PyTuple_Pack(2, slice, Py_Ellipsis), *back = PyObject_GetItem(object, pair);
        EXPECT(back == pair && PyTuple_GET_ITEM(back, 0) == slice && PyTuple_GET_ITEM(back, 1) == Py_Ellipsis);
        Py_DECREF(back);
        Py_DECREF(pair);
        Py_DECREF(slice);
    }
    note(rows, PySequence_GetItem(object, 2));
    note_kind(rows, PySequence_GetSlice(object, 2, 5));
    Py_DECREF(object);
    Py_DECREF(type);
    return rows;
}

CHECK(ranges)
{
    PyObject *rows = PyList_New(0);
    static const int ranges[][3] = {{0, 5, 1}, {5, 0, -2}, {0, 0, 1}, {-3, 10, 4}};
    for (int i = 0; i < 4; i++) {
        PyObject *range = PyObject_CallFunction((PyObject *)&PyRange_Type, "iii", ranges[i][0], ranges[i][1], ranges[i][2]);
        EXPECT(range != NULL && PyRange_Check(range));
        note(rows, PyObject_Repr(range));
        note_int(rows, PyObject_Length(range));
        note(rows, PySequence_List(range));
        note(rows, PySequence_Tuple(range));
        note_kind(rows, PySequence_GetItem(range, 1));
        note_kind(rows, PySequence_GetItem(range, -1));
        note_int(rows, PySequence_Contains(range, Py_True));
        note(rows, PyObject_GetAttrString(range, "step"));
        note_int(rows, PySequence_Check(range) + 2 * PyMapping_Check(range) + 4 * PyIter_Check(range));
        PyObject *part = slice_of(1, 3, 99), *some = PyObject_GetItem(range, part);
        note(rows, PyObject_Repr(some));
        Py_DECREF(part);
        Py_DECREF(some);
        Py_DECREF(range);
    }
    note_kind(rows, PyObject_CallFunction((PyObject *)&PyRange_Type, "iii", 0, 5, 0));
    note_kind(rows, PyObject_CallFunction((PyObject *)&PyRange_Type, "s", "x"));
    return rows;
}

CHECK(range_iterators)
{
    PyObject *rows = PyList_New(0), *range = PyObject_CallFunction((PyObject *)&PyRange_Type, "iii", 10, 0, -3);
    PyObject *iterator = PyObject_GetIter(range), *item;
    EXPECT(PyIter_Check(iterator));
    note_int(rows, PyObject_LengthHint(iterator, 77));
    while ((item = PyIter_Next(iterator)) != NULL) {
        note(rows, item);
    }
    note_int(rows, PyObject_LengthHint(iterator, 77));
    EXPECT(PyIter_Next(iterator) == NULL && !PyErr_Occurred());
    Py_DECREF(iterator);
    Py_DECREF(range);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(indices), CHECKED(fields), CHECKED(errors), CHECKED(containers), CHECKED(assign), CHECKED(own_class), CHECKED(ranges),
    CHECKED(range_iterators), {NULL, NULL, 0, NULL},
};

THEME(slices_and_ranges)
