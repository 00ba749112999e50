/* Capsules, weak references, iterators, slices, cells, namespaces: the small objects an extension hands around. */
#include "checks.h"

static int destroyed;
static int numbers[] = {10, 20, 30};

static void
count_destruction(PyObject *capsule)
{
    destroyed++;
}

static PyObject *
check_capsule(PyObject *self, PyObject *args)
{
    PyObject *capsule = PyCapsule_New(numbers, "name", NULL);
    EXPECT(capsule && PyCapsule_CheckExact(capsule));
    EXPECT(PyCapsule_GetPointer(capsule, "name") == numbers && strcmp(PyCapsule_GetName(capsule), "name") == 0);
    EXPECT(PyCapsule_IsValid(capsule, "name") && !PyCapsule_IsValid(capsule, "other") && !PyCapsule_IsValid(Py_None, NULL));
    EXPECT(PyCapsule_GetContext(capsule) == NULL && PyCapsule_SetContext(capsule, &destroyed) == 0);
    EXPECT(PyCapsule_GetContext(capsule) == &destroyed && PyCapsule_GetDestructor(capsule) == NULL);
    EXPECT(PyCapsule_SetPointer(capsule, numbers + 1) == 0 && PyCapsule_SetName(capsule, "renamed") == 0);
    EXPECT(PyCapsule_GetPointer(capsule, "renamed") == numbers + 1);
    EXPECT(PyCapsule_GetPointer(capsule, "name") == NULL && PyErr_ExceptionMatches(PyExc_ValueError));
    Py_DECREF(capsule);
    return NULL;
}

static PyObject *
check_capsule_errors(PyObject *self, PyObject *args)
{
    EXPECT(PyCapsule_New(NULL, NULL, NULL) == NULL && PyErr_ExceptionMatches(PyExc_ValueError));
    PyErr_Clear();
    EXPECT(PyCapsule_GetPointer(Py_None, NULL) == NULL && PyErr_ExceptionMatches(PyExc_ValueError));
    PyErr_Clear();
    PyObject *capsule = PyCapsule_New(numbers, NULL, NULL);
    EXPECT(capsule && PyCapsule_GetName(capsule) == NULL && !PyErr_Occurred());
    EXPECT(PyCapsule_SetPointer(capsule, NULL) == -1);
    Py_DECREF(capsule);
    return NULL;
}

static PyObject *
make_capsule(PyObject *self, PyObject *args)
{
    return PyCapsule_New(numbers, "capsules_and_weakrefs.numbers", count_destruction);
}

static PyObject *
open_capsule(PyObject *self, PyObject *capsule)
{
    int *found = PyCapsule_GetPointer(capsule, "capsules_and_weakrefs.numbers");
    return found ? PyLong_FromLong(found[1]) : NULL;
}

static PyObject *
count_destroyed(PyObject *self, PyObject *args)
{
    return PyLong_FromLong(destroyed);
}

static PyObject *
import_capsule(PyObject *self, PyObject *args)
{
    const char *name;
    if (!PyArg_ParseTuple(args, "s", &name)) {
        return NULL;
    }
    int *found = PyCapsule_Import(name, 0);
    return found ? PyLong_FromLong(found[2]) : NULL;
}

static PyObject *
make_reference(PyObject *self, PyObject *args)
{
    PyObject *object, *callback = NULL;
    if (!PyArg_ParseTuple(args, "O|O", &object, &callback)) {
        return NULL;
    }
    PyObject *reference = PyWeakref_NewRef(object, callback);
    if (reference == NULL) {
        return NULL;
    }
    EXPECT(PyWeakref_Check(reference) && PyWeakref_CheckRef(reference) && !PyWeakref_CheckProxy(reference));
    EXPECT(PyWeakref_GetObject(reference) == object && PyWeakref_GET_OBJECT(reference) == object);
    return reference;
}

static PyObject *
make_proxy(PyObject *self, PyObject *object)
{
    return PyWeakref_NewProxy(object, NULL);
}

static PyObject *
follow(PyObject *self, PyObject *reference)
{
    PyObject *object = PyWeakref_GetObject(reference);
    Py_XINCREF(object);
    return object;
}

/* Iteration. */
static PyObject *
iterate(PyObject *self, PyObject *iterable)
{
    PyObject *iterator = PyObject_GetIter(iterable), *item, *items = PyList_New(0);
    if (iterator == NULL) {
        return NULL;
    }
    EXPECT(PyIter_Check(iterator));
    while ((item = PyIter_Next(iterator)) != NULL) {
        EXPECT(PyList_Append(items, item) == 0);
        Py_DECREF(item);
    }
    Py_DECREF(iterator);
    return PyErr_Occurred() ? NULL : items;
}

#if PY_VERSION_HEX >= 0x030A0000
static PyObject *
send_all(PyObject *self, PyObject *args)
{
    PyObject *generator, *values;
    if (!PyArg_ParseTuple(args, "OO!", &generator, &PyList_Type, &values)) {
        return NULL;
    }
    PyObject *rows = PyList_New(0);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(values); i++) {
        PyObject *result = NULL;
        PySendResult status = PyIter_Send(generator, PyList_GET_ITEM(values, i), &result);
        PyObject *row = status == PYGEN_ERROR ? NULL : Py_BuildValue("(iN)", status, result);
        if (row == NULL) {
            Py_DECREF(rows);
            return NULL;
        }
        EXPECT(PyList_Append(rows, row) == 0);
        Py_DECREF(row);
        if (status == PYGEN_RETURN) {
            break;
        }
    }
    return rows;
}
#endif

static PyObject *
call_iterator(PyObject *self, PyObject *args)
{
    PyObject *function, *sentinel;
    if (!PyArg_ParseTuple(args, "OO", &function, &sentinel)) {
        return NULL;
    }
    return PyCallIter_New(function, sentinel);
}

static PyObject *
sequence_iterator(PyObject *self, PyObject *sequence)
{
    return PySeqIter_New(sequence);
}

/* Slices. */
static PyObject *
slice_facts(PyObject *self, PyObject *args)
{
    PyObject *slice;
    Py_ssize_t length, start, stop, step;
    if (!PyArg_ParseTuple(args, "O!n", &PySlice_Type, &slice, &length)) {
        return NULL;
    }
    if (PySlice_Unpack(slice, &start, &stop, &step) < 0) {
        return NULL;
    }
    Py_ssize_t count = PySlice_AdjustIndices(length, &start, &stop, step);
    Py_ssize_t start2, stop2, step2, count2;
    EXPECT(PySlice_GetIndicesEx(slice, length, &start2, &stop2, &step2, &count2) == 0);
    EXPECT(start == start2 && stop == stop2 && step == step2 && count == count2);
    PySliceObject *fields = (PySliceObject *)slice;
    return Py_BuildValue("(nnnnOOO)", start, stop, step, count, fields->start, fields->stop, fields->step);
}

static PyObject *
check_slice(PyObject *self, PyObject *args)
{
    PyObject *two = PyLong_FromLong(2), *slice = PySlice_New(two, NULL, two), *list = Py_BuildValue("[iiiiii]", 0, 1, 2, 3, 4, 5);
    EXPECT(slice && PySlice_Check(slice) && list);
    PyObject *part = PyObject_GetItem(list, slice);
    Py_DECREF(two);
    Py_DECREF(list);
    return Py_BuildValue("(NN)", slice, part);
}

static PyObject *
check_cell(PyObject *self, PyObject *args)
{
    PyObject *cell = PyCell_New(Py_True);
    EXPECT(cell && PyCell_Check(cell) && PyCell_GET(cell) == Py_True);
    EXPECT(PyCell_Set(cell, Py_False) == 0);
    PyObject *value = PyCell_Get(cell);
    Py_DECREF(cell);
    return value;
}

static PyObject *
check_context_variable(PyObject *self, PyObject *args)
{
    PyObject *variable = PyContextVar_New("variable", Py_False), *value = NULL;
    EXPECT(variable && PyContextVar_CheckExact(variable));
    EXPECT(PyContextVar_Get(variable, NULL, &value) == 0 && value == Py_False);
    Py_DECREF(value);
    PyObject *token = PyContextVar_Set(variable, Py_True);
    EXPECT(token && PyContextVar_Get(variable, NULL, &value) == 0 && value == Py_True);
    Py_DECREF(value);
    EXPECT(PyContextVar_Reset(variable, token) == 0);
    EXPECT(PyContextVar_Get(variable, NULL, &value) == 0 && value == Py_False);
    Py_DECREF(value);
    Py_DECREF(token);
    Py_DECREF(variable);
    Py_RETURN_NONE;
}

/* Attributes, items and truth by the object protocol. */
static PyObject *
probe(PyObject *self, PyObject *args)
{
    PyObject *object, *name, *value;
    if (!PyArg_ParseTuple(args, "OUO", &object, &name, &value)) {
        return NULL;
    }
    int had = PyObject_HasAttr(object, name);
    if (PyObject_SetAttr(object, name, value) < 0) {
        return NULL;
    }
    PyObject *got = PyObject_GetAttr(object, name);
    if (got == NULL || PyObject_DelAttr(object, name) < 0) {
        return NULL;
    }
    PyObject *missing = NULL;
    int looked = _PyObject_LookupAttr(object, name, &missing);
    return Py_BuildValue("(iNiiN)", had, got, looked, PyObject_HasAttrString(object, "__class__"), PyObject_Type(object));
}

static PyObject *
inspect(PyObject *self, PyObject *object)
{
    return Py_BuildValue("(NNNii)", PyObject_Str(object), PyObject_Repr(object), PyObject_ASCII(object), PyObject_IsTrue(object),
                         PyObject_Not(object));
}

static PyObject *
relation(PyObject *self, PyObject *args)
{
    PyObject *object, *type;
    if (!PyArg_ParseTuple(args, "OO", &object, &type)) {
        return NULL;
    }
    int instance = PyObject_IsInstance(object, type);
    if (instance < 0) {
        return NULL;
    }
    int subclass = PyObject_IsSubclass((PyObject *)Py_TYPE(object), type);
    return subclass < 0 ? NULL : Py_BuildValue("(ii)", instance, subclass);
}

static PyObject *
compare(PyObject *self, PyObject *args)
{
    PyObject *a, *b, *rows = PyList_New(0);
    if (!PyArg_ParseTuple(args, "OO", &a, &b)) {
        return NULL;
    }
    for (int op = Py_LT; op <= Py_GE; op++) {
        PyObject *rich = PyObject_RichCompare(a, b, op);
        if (rich == NULL) {
            rich = PyUnicode_FromString(((PyTypeObject *)PyErr_Occurred())->tp_name);
            PyErr_Clear();
        }
        int flag = PyObject_RichCompareBool(a, b, op);
        PyErr_Clear();
        PyObject *row = Py_BuildValue("(Ni)", rich, flag);
        EXPECT(row && PyList_Append(rows, row) == 0);
        Py_DECREF(row);
    }
    return rows;
}

static PyObject *
items(PyObject *self, PyObject *args)
{
    PyObject *object, *key, *value;
    if (!PyArg_ParseTuple(args, "OOO", &object, &key, &value)) {
        return NULL;
    }
    if (PyObject_SetItem(object, key, value) < 0) {
        return NULL;
    }
    PyObject *got = PyObject_GetItem(object, key);
    Py_ssize_t length = PyObject_Length(object);
    if (got == NULL || PyObject_DelItem(object, key) < 0) {
        return NULL;
    }
    return Py_BuildValue("(Nnn)", got, length, PyObject_LengthHint(object, 7));
}

static PyObject *
format(PyObject *self, PyObject *args)
{
    PyObject *object, *spec;
    if (!PyArg_ParseTuple(args, "OO", &object, &spec)) {
        return NULL;
    }
    return PyObject_Format(object, spec == Py_None ? NULL : spec);
}

static PyObject *
dir(PyObject *self, PyObject *object)
{
    return PyObject_Dir(object);
}

static PyMethodDef methods[] = {
    {"check_capsule", check_capsule, METH_NOARGS, NULL},
    {"check_capsule_errors", check_capsule_errors, METH_NOARGS, NULL},
    {"check_slice", check_slice, METH_NOARGS, NULL},
    {"check_cell", check_cell, METH_NOARGS, NULL},
    {"check_context_variable", check_context_variable, METH_NOARGS, NULL},
    {"make_capsule", make_capsule, METH_NOARGS, NULL},
    {"open_capsule", open_capsule, METH_O, NULL},
    {"count_destroyed", count_destroyed, METH_NOARGS, NULL},
    {"import_capsule", import_capsule, METH_VARARGS, NULL},
    {"make_reference", make_reference, METH_VARARGS, NULL},
    {"make_proxy", make_proxy, METH_O, NULL},
    {"follow", follow, METH_O, NULL},
    {"iterate", iterate, METH_O, NULL},
#if PY_VERSION_HEX >= 0x030A0000
    {"send_all", send_all, METH_VARARGS, NULL},
#endif
    {"call_iterator", call_iterator, METH_VARARGS, NULL},
    {"sequence_iterator", sequence_iterator, METH_O, NULL},
    {"slice_facts", slice_facts, METH_VARARGS, NULL},
    {"probe", probe, METH_VARARGS, NULL},
    {"inspect", inspect, METH_O, NULL},
    {"relation", relation, METH_VARARGS, NULL},
    {"compare", compare, METH_VARARGS, NULL},
    {"items", items, METH_VARARGS, NULL},
    {"format", format, METH_VARARGS, NULL},
    {"dir", dir, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "capsules_and_weakrefs", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_capsules_and_weakrefs(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    if (module == NULL || PyModule_AddObject(module, "numbers", make_capsule(NULL, NULL)) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
