/* None, True, False, Ellipsis and NotImplemented: one of each, whichever way they are reached, with the behaviour of their types.
   flavours: 3.14 3.14t */
#include "checks.h"

static PyObject *
of_type(PyObject *object)
{
    PyObject *made = PyObject_CallObject((PyObject *)Py_TYPE(object), NULL);
    if (made != NULL && made != object) {
        Py_DECREF(made);
        PyErr_SetString(PyExc_AssertionError, "a second singleton");
        return NULL;
    }
    return made;
}

CHECK(one_of_each)
{
    PyObject *rows = PyList_New(0);
    note(rows, of_type(Py_None));
    note(rows, of_type(Py_Ellipsis));
    note(rows, of_type(Py_False));
    note(rows, PyObject_Repr(Py_NotImplemented));
    EXPECT(of_type(Py_NotImplemented) == Py_NotImplemented);
    return rows;
}

CHECK(through_containers)
{
    PyObject *const all[] = {Py_None, Py_True, Py_False, Py_Ellipsis, Py_NotImplemented};
    PyObject *list = PyList_New(0), *dict = PyDict_New();
    for (int i = 0; i < 5; i++) {
        EXPECT(PyList_Append(list, all[i]) == 0);
        PyObject *key = PyLong_FromLong(i);
        EXPECT(PyDict_SetItem(dict, key, all[i]) == 0);
        EXPECT(PyDict_GetItem(dict, key) == all[i] && PyList_GetItem(list, i) == all[i]);
        Py_DECREF(key);
    }
    PyObject *tuple = PyList_AsTuple(list), *values = PyDict_Values(dict);
    for (int i = 0; i < 5; i++) {
        EXPECT(PyTuple_GET_ITEM(tuple, i) == all[i] && PyList_GET_ITEM(values, i) == all[i]);
    }
    PyObject *arguments = PyTuple_Pack(1, tuple), *copy = PyObject_CallObject((PyObject *)&PyList_Type, arguments);
    for (int i = 0; i < 5; i++) {
        PyObject *item = PySequence_GetItem(copy, i);
        EXPECT(item == all[i]);
        Py_DECREF(item);
    }
    Py_DECREF(arguments);
    Py_DECREF(copy);
    Py_DECREF(values);
    Py_DECREF(tuple);
    Py_DECREF(dict);
    return list;
}

CHECK(attributes)
{
    PyObject *rows = PyList_New(0);
    PyObject *const all[] = {Py_None, Py_True, Py_Ellipsis, Py_NotImplemented};
    for (int i = 0; i < 4; i++) {
        note_text(rows, Py_TYPE(all[i])->tp_name);
        note_int_kind(rows, PyObject_SetAttrString(all[i], "attribute", Py_True));
        note_kind(rows, PyObject_GetAttrString(all[i], "attribute"));
        note_int(rows, PyObject_HasAttrString(all[i], "__class__"));
        note_kind(rows, PyObject_CallObject(all[i], NULL));
        note_int_kind(rows, PyObject_Length(all[i]));
        note_kind(rows, PyObject_GetIter(all[i]));
        note_kind(rows, PyObject_GetItem(all[i], Py_None));
        note(rows, PyObject_Str(all[i]));
    }
    return rows;
}

CHECK(truth)
{
    PyObject *rows = PyList_New(0);
    PyObject *const all[] = {Py_None, Py_True, Py_False, Py_Ellipsis};
    for (int i = 0; i < 4; i++) {
        note_int(rows, PyObject_IsTrue(all[i]));
        note_int(rows, PyObject_Not(all[i]));
        note_int(rows, PyBool_Check(all[i]) + 2 * PyLong_Check(all[i]) + 4 * PyLong_CheckExact(all[i]));
    }
    return rows;
}

CHECK(bools)
{
    PyObject *rows = PyList_New(0), *two = PyLong_FromLong(2);
    EXPECT(PyBool_FromLong(0) == Py_False && PyBool_FromLong(-7) == Py_True);
    note_int(rows, PyLong_AsLong(Py_True));
    note_double(rows, PyFloat_AsDouble(Py_True));
    note(rows, PyNumber_Add(Py_True, Py_True));
    note(rows, PyNumber_And(Py_True, Py_False));
    note(rows, PyNumber_Or(Py_True, Py_False));
    note(rows, PyNumber_Xor(Py_True, Py_True));
    note(rows, PyNumber_And(Py_True, two));
    note(rows, PyNumber_Multiply(Py_True, two));
    note(rows, PyNumber_Negative(Py_True));
    note(rows, PyNumber_Index(Py_True));
    note(rows, PyNumber_Long(Py_False));
    note(rows, PyNumber_Float(Py_False));
    note(rows, PyObject_Repr(Py_True));
    note_int(rows, PyObject_RichCompareBool(Py_True, Py_False, Py_GT));
    note_int(rows, PyObject_Hash(Py_True));
    PyObject *arguments = PyTuple_Pack(1, two), *made = PyObject_CallObject((PyObject *)&PyBool_Type, arguments);
    EXPECT(made == Py_True);
    Py_DECREF(made);
    Py_DECREF(arguments);
    arguments = PyTuple_Pack(2, two, two);
    note_kind(rows, PyObject_CallObject((PyObject *)&PyBool_Type, arguments));
    Py_DECREF(arguments);
    Py_DECREF(two);
    return rows;
}

CHECK(no_subclasses)
{
    PyObject *rows = PyList_New(0);
    PyObject *const all[] = {Py_None, Py_True, Py_Ellipsis, Py_NotImplemented};
    for (int i = 0; i < 4; i++) {
        PyObject *made = PyObject_CallFunction((PyObject *)&PyType_Type, "s(O){}", "Sub", Py_TYPE(all[i]));
        note_kind(rows, made ? PyObject_Str(made) : NULL);
        note_int(rows, PyType_HasFeature(Py_TYPE(all[i]), Py_TPFLAGS_BASETYPE) != 0);
        Py_XDECREF(made);
    }
    return rows;
}

CHECK(compared)
{
    PyObject *rows = PyList_New(0);
    PyObject *const all[] = {Py_None, Py_True, Py_False, Py_Ellipsis};
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < 4; j++) {
            note_int(rows, PyObject_RichCompareBool(all[i], all[j], Py_EQ));
            note_int(rows, PyObject_RichCompareBool(all[i], all[j], Py_NE));
            note_kind(rows, PyObject_RichCompare(all[i], all[j], Py_LT));
        }
    }
    return rows;
}

CHECK(in_calls)
{
    PyObject *rows = PyList_New(0), *dict = PyDict_New();
    note_int(rows, PyDict_SetItem(dict, Py_None, Py_Ellipsis));
    note_int(rows, PyDict_SetItem(dict, Py_Ellipsis, Py_None));
    note_int(rows, PyDict_SetItem(dict, Py_True, Py_False));
    note(rows, Py_NewRef(dict));
    PyObject *value = PyObject_CallMethod(dict, "get", "O", Py_Ellipsis);
    EXPECT(value == Py_None);
    Py_DECREF(value);
    value = PyObject_CallMethod(dict, "get", "OO", Py_NotImplemented, Py_NotImplemented);
    EXPECT(value == Py_NotImplemented);
    Py_DECREF(value);
    Py_DECREF(dict);
    return rows;
}

CHECK(returned)
{
    PyObject *rows = PyList_New(0);
    for (int i = 0; i < 3; i++) {
        PyObject *value = Py_BuildValue("(OOO)", Py_None, i ? Py_True : Py_False, Py_Ellipsis);
        EXPECT(PyTuple_GET_ITEM(value, 0) == Py_None && PyTuple_GET_ITEM(value, 2) == Py_Ellipsis);
        note(rows, value);
    }
    return rows;
}

static PyObject *
give_none(PyObject *self, PyObject *unused)
{
    Py_RETURN_NONE;
}

static PyObject *
give_not_implemented(PyObject *self, PyObject *unused)
{
    Py_RETURN_NOTIMPLEMENTED;
}

CHECK(macros)
{
    static PyMethodDef definitions[] = {{"give_none", give_none, METH_NOARGS, NULL}, {"give", give_not_implemented, METH_NOARGS, NULL}};
    PyObject *function = PyCFunction_New(&definitions[0], NULL), *other = PyCFunction_New(&definitions[1], NULL);
    PyObject *none = PyObject_CallObject(function, NULL), *not = PyObject_CallObject(other, NULL);
    EXPECT(none == Py_None && not == Py_NotImplemented);
    Py_DECREF(function);
    Py_DECREF(other);
    Py_DECREF(not);
    return none;
}

static PyMethodDef methods[] = {
    CHECKED(one_of_each), CHECKED(through_containers), CHECKED(attributes), CHECKED(truth), CHECKED(bools), CHECKED(no_subclasses),
    CHECKED(compared), CHECKED(in_calls), CHECKED(returned), CHECKED(macros), {"give_none", give_none, METH_NOARGS, NULL},
    {"give_not_implemented", give_not_implemented, METH_NOARGS, NULL}, {NULL, NULL, 0, NULL},
};

THEME(singletons)
