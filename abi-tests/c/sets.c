/* Sets and frozensets: every function of the API on both, growth and removal, iteration, operators, what may not be hashed.
   flavours: 3.14 3.14t */
#include "checks.h"

static PyObject *
set_of(int from, int to, int frozen)
{
    PyObject *set = frozen ? PyFrozenSet_New(NULL) : PySet_New(NULL);
    for (int i = from; set != NULL && i < to; i++) {
        PyObject *number = PyLong_FromLong(i);
        if (frozen || PySet_Add(set, number) < 0) {
            Py_CLEAR(set);
        }
        Py_DECREF(number);
    }
    return set;
}

static PyObject *
sorted(PyObject *set)
{
    PyObject *list = set ? PySequence_List(set) : NULL;
    if (list != NULL && PyList_Sort(list) < 0) {
        Py_CLEAR(list);
    }
    return list;
}

/* The elements in order, of a new reference. */
static PyObject *
consumed(PyObject *set)
{
    PyObject *list = sorted(set);
    Py_XDECREF(set);
    return list;
}

CHECK(make)
{
    PyObject *rows = PyList_New(0), *list = Py_BuildValue("[iiiii]", 3, 1, 2, 3, 1), *bad = Py_BuildValue("[[]]");
    note(rows, consumed(PySet_New(list)));
    note(rows, consumed(PyFrozenSet_New(list)));
    note(rows, PySet_New(NULL));
    note(rows, PyFrozenSet_New(NULL));
    note_kind(rows, PySet_New(bad));
    note_kind(rows, PyFrozenSet_New(bad));
    note_kind(rows, PySet_New(Py_None));
    note_kind(rows, PyFrozenSet_New(Py_None));
    PyObject *text = PyUnicode_FromString("hello");
    note(rows, consumed(PySet_New(text)));
    Py_DECREF(text);
    Py_DECREF(list);
    Py_DECREF(bad);
    return rows;
}

CHECK(kinds)
{
    PyObject *rows = PyList_New(0), *set = PySet_New(NULL), *frozen = PyFrozenSet_New(NULL);
    PyObject *const all[] = {set, frozen, Py_None};
    for (int i = 0; i < 3; i++) {
        note_int(rows, PySet_Check(all[i]) + 2 * PyFrozenSet_Check(all[i]) + 4 * PyAnySet_Check(all[i]) + 8 * PyFrozenSet_CheckExact(all[i])
                           + 16 * PyAnySet_CheckExact(all[i]));
        note_int(rows, PySequence_Check(all[i]) + 2 * PyMapping_Check(all[i]) + 4 * PyNumber_Check(all[i]));
    }
    Py_DECREF(set);
    Py_DECREF(frozen);
    return rows;
}

CHECK(change)
{
    PyObject *rows = PyList_New(0), *set = set_of(0, 100, 0), *seven = PyLong_FromLong(7), *list = PyList_New(0);
    note_int(rows, PySet_Size(set));
    note_int(rows, PySet_GET_SIZE(set));
    note_int(rows, PySet_Contains(set, seven));
    note_int(rows, PySet_Discard(set, seven));
    note_int(rows, PySet_Discard(set, seven));
    note_int(rows, PySet_Contains(set, seven));
    note_int(rows, PySet_Add(set, seven));
    note_int(rows, PySet_Add(set, seven));
    note_int(rows, PySet_Size(set));
    note_int_kind(rows, PySet_Add(set, list));
    note_int_kind(rows, PySet_Contains(set, list));
    note_int_kind(rows, PySet_Discard(set, list));
    PyObject *popped = PySet_Pop(set);
    EXPECT(popped && PySet_Contains(set, popped) == 0);
    Py_DECREF(popped);
    note_int(rows, PySet_Size(set));
    note_int(rows, PySet_Clear(set));
    note_int(rows, PySet_Size(set));
    note_kind(rows, PySet_Pop(set));
    Py_DECREF(set);
    Py_DECREF(seven);
    Py_DECREF(list);
    return rows;
}

CHECK(wrong)
{
    PyObject *rows = PyList_New(0), *frozen = PyFrozenSet_New(NULL), *shared = Py_NewRef(frozen), *list = PyList_New(0);
    PyObject *const wrong[] = {list, Py_None};
    for (int i = 0; i < 2; i++) {
        note_int(rows, PySet_Size(wrong[i]));
        note_int(rows, PySet_Add(wrong[i], Py_None));
        note_int(rows, PySet_Discard(wrong[i], Py_None));
        note_int(rows, PySet_Contains(wrong[i], Py_None));
        note_int(rows, PySet_Clear(wrong[i]));
        note(rows, PySet_Pop(wrong[i]));
    }
    note_int(rows, PySet_Discard(frozen, Py_None));
    note_int(rows, PySet_Clear(frozen));
    note(rows, PySet_Pop(frozen));
    note_int(rows, PySet_Add(frozen, Py_None));
    Py_DECREF(frozen);
    Py_DECREF(shared);
    Py_DECREF(list);
    return rows;
}

CHECK(iterate)
{
    PyObject *set = set_of(0, 500, 0), *iterator = PyObject_GetIter(set), *item;
    long long sum = 0;
    while ((item = PyIter_Next(iterator)) != NULL) {
        sum += PyLong_AsLong(item);
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    EXPECT(!PyErr_Occurred());
    PyObject *rows = PyList_New(0);
    note_int(rows, sum);
#if PY_VERSION_HEX < 0x030D0000
    Py_ssize_t at = 0, count = 0;
    Py_hash_t hash;
    PyObject *key;
    while (_PySet_NextEntry(set, &at, &key, &hash)) {
        EXPECT(PyLong_CheckExact(key) && hash == PyObject_Hash(key));
        count++;
    }
    note_int(rows, count);
#endif
    Py_DECREF(set);
    return rows;
}

CHECK(operators)
{
    PyObject *rows = PyList_New(0), *a = set_of(0, 6, 0), *b = set_of(4, 9, 0), *frozen = PyFrozenSet_New(b), *list = PySequence_List(b);
    PyObject *const others[] = {b, frozen, list};
    for (int i = 0; i < 3; i++) {
        PyObject *made[] = {PyNumber_And(a, others[i]), PyNumber_Or(a, others[i]), PyNumber_Xor(a, others[i]), PyNumber_Subtract(a, others[i]),
                            PyNumber_And(others[i], a)};
        for (int j = 0; j < 5; j++) {
            note_kind(rows, made[j] ? consumed(made[j]) : NULL);
            PyErr_Clear();
        }
        for (int op = Py_LT; op <= Py_GE; op++) {
            note_kind(rows, PyObject_RichCompare(a, others[i], op));
        }
        note(rows, PyObject_CallMethod(a, "issubset", "O", others[i]));
        note(rows, consumed(PyObject_CallMethod(a, "union", "O", others[i])));
        note(rows, PyObject_CallMethod(a, "isdisjoint", "O", others[i]));
    }
    Py_DECREF(a);
    Py_DECREF(b);
    Py_DECREF(frozen);
    Py_DECREF(list);
    return rows;
}

CHECK(in_place)
{
    PyObject *rows = PyList_New(0), *a = set_of(0, 6, 0), *b = set_of(4, 9, 0);
    PyObject *result = PyNumber_InPlaceOr(a, b);
    EXPECT(result == a && PySet_Size(a) == 9);
    Py_DECREF(result);
    result = PyNumber_InPlaceSubtract(a, b);
    EXPECT(result == a);
    note(rows, consumed(result));
    result = PyNumber_InPlaceXor(a, b);
    EXPECT(result == a);
    note(rows, consumed(result));
    result = PyNumber_InPlaceAnd(a, b);
    EXPECT(result == a);
    note(rows, consumed(result));
    note_kind(rows, PyNumber_InPlaceOr(a, Py_None));
    PyObject *frozen = PyFrozenSet_New(a);
    result = PyNumber_InPlaceOr(frozen, b);
    EXPECT(result != frozen && PyFrozenSet_CheckExact(result));
    note(rows, consumed(result));
    Py_DECREF(frozen);
    Py_DECREF(a);
    Py_DECREF(b);
    return rows;
}

CHECK(hashes)
{
    PyObject *rows = PyList_New(0), *a = set_of(0, 20, 0), *frozen = PyFrozenSet_New(a), *other = PyFrozenSet_New(a), *dict = PyDict_New();
    note_int_kind(rows, PyObject_Hash(a));
    EXPECT(PyObject_Hash(frozen) == PyObject_Hash(other));
    note_int(rows, PyDict_SetItem(dict, frozen, Py_True));
    note_lent(rows, PyDict_GetItem(dict, other));
    note_int_kind(rows, PyDict_SetItem(dict, a, Py_True));
    note_int(rows, PySet_Add(a, frozen));
    note_int(rows, PySet_Contains(a, other));
    Py_DECREF(a);
    Py_DECREF(frozen);
    Py_DECREF(other);
    Py_DECREF(dict);
    return rows;
}

CHECK(frozen_is_itself)
{
    PyObject *a = set_of(0, 5, 0), *frozen = PyFrozenSet_New(a), *same = PyObject_CallFunctionObjArgs((PyObject *)&PyFrozenSet_Type, frozen, NULL);
    EXPECT(frozen == same);
    Py_DECREF(same);
    PyObject *copy = PySet_New(frozen);
    EXPECT(copy != frozen && PySet_CheckExact(copy) && PySet_Size(copy) == 5);
    Py_DECREF(copy);
    Py_DECREF(a);
    return consumed(frozen);
}

static Py_hash_t
bad_hash(PyObject *self)
{
    PyErr_SetString(PyExc_ZeroDivisionError, "no hash");
    return -1;
}

static Py_hash_t
same_hash(PyObject *self)
{
    return 42;
}

static PyObject *
bad_equal(PyObject *self, PyObject *other, int op)
{
    PyErr_SetString(PyExc_ZeroDivisionError, "no equality");
    return NULL;
}

CHECK(own_elements)
{
    PyType_Slot slots[] = {{Py_tp_hash, SLOT(bad_hash)}, {0, NULL}}, other_slots[] = {{Py_tp_hash, SLOT(same_hash)}, {Py_tp_richcompare, SLOT(bad_equal)}, {0, NULL}};
    PyType_Spec spec = {"sets.Unhashable", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, slots};
    PyType_Spec other = {"sets.Unequal", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, other_slots};
    PyObject *rows = PyList_New(0), *type = PyType_FromSpec(&spec), *second = PyType_FromSpec(&other), *set = PySet_New(NULL);
    PyObject *object = PyObject_CallObject(type, NULL), *a = PyObject_CallObject(second, NULL), *b = PyObject_CallObject(second, NULL);
    note_int(rows, PySet_Add(set, object));
    note_int(rows, PySet_Contains(set, object));
    note_int(rows, PySet_Add(set, a));
    note_int(rows, PySet_Add(set, b));
    note_int(rows, PySet_Contains(set, a));
    note_int(rows, PySet_Size(set));
    PyObject *const all[] = {type, second, set, object, a, b};
    for (int i = 0; i < 6; i++) {
        Py_DECREF(all[i]);
    }
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(make), CHECKED(kinds), CHECKED(change), CHECKED(wrong), CHECKED(iterate), CHECKED(operators), CHECKED(in_place),
    CHECKED(hashes), CHECKED(frozen_is_itself), CHECKED(own_elements), {NULL, NULL, 0, NULL},
};

THEME(sets)
