/* Reference counts that an extension may rely on, and references that it only borrows.
   flavours: 3.9 */
#include "checks.h"

static PyObject *kept[4096];
static Py_ssize_t kept_count;

/* A new object belongs to its maker alone; the count is changed in place by the inlined macros. */
static PyObject *
count_of_fresh(PyObject *fresh)
{
    EXPECT(fresh != NULL);
    EXPECT(Py_REFCNT(fresh) == 1);
    Py_INCREF(fresh);
    EXPECT(Py_REFCNT(fresh) == 2);
    Py_IncRef(fresh);
    EXPECT(Py_REFCNT(fresh) == 3);
    Py_DecRef(fresh);
    Py_DECREF(fresh);
    EXPECT(Py_REFCNT(fresh) == 1);
    EXPECT(Py_NewRef(fresh) == fresh);
    EXPECT(Py_XNewRef(NULL) == NULL);
    Py_XDECREF(fresh);
    EXPECT(Py_REFCNT(fresh) == 1);
    Py_SET_REFCNT(fresh, 5);
    EXPECT(Py_REFCNT(fresh) == 5);
    Py_SET_REFCNT(fresh, 1);
    Py_CLEAR(fresh);
    EXPECT(fresh == NULL);
    Py_XDECREF(fresh);
    Py_XINCREF(fresh);
    Py_RETURN_NONE;
}

#define FRESH(name, expression)                                                                \
    static PyObject *check_fresh_##name(PyObject *self, PyObject *args)                        \
    {                                                                                          \
        return count_of_fresh(expression);                                                     \
    }

FRESH(list, PyList_New(0))
FRESH(tuple, PyTuple_Pack(2, Py_None, Py_True))
FRESH(dict, PyDict_New())
FRESH(set, PySet_New(NULL))
FRESH(bytes, PyBytes_FromStringAndSize("fresh", 5))
FRESH(bytearray, PyByteArray_FromStringAndSize("fresh", 5))
FRESH(str, PyUnicode_FromString("fresh text"))
FRESH(int, PyLong_FromLong(123456789))
FRESH(big, PyLong_FromString("123456789012345678901234567890", NULL, 10))
FRESH(float, PyFloat_FromDouble(2.5))
FRESH(complex, PyComplex_FromDoubles(1.0, 2.0))
FRESH(slice, PySlice_New(Py_None, Py_None, Py_None))
FRESH(capsule, PyCapsule_New(&kept_count, NULL, NULL))

static PyObject *
check_set_item_steals(PyObject *self, PyObject *args)
{
    PyObject *list = PyList_New(2), *tuple = PyTuple_New(1), *item = PyFloat_FromDouble(7.5);
    EXPECT(list && tuple && item);
    Py_INCREF(item);
    PyList_SET_ITEM(list, 0, item);
    EXPECT(Py_REFCNT(item) == 2);
    Py_INCREF(item);
    EXPECT(PyList_SetItem(list, 1, item) == 0);
    Py_INCREF(item);
    EXPECT(PyTuple_SetItem(tuple, 0, item) == 0);
    EXPECT(Py_REFCNT(item) == 4);
    EXPECT(PyList_GetItem(list, 1) == item && PyTuple_GET_ITEM(tuple, 0) == item);
    EXPECT(Py_REFCNT(item) == 4);
    Py_DECREF(list);
    Py_DECREF(tuple);
    EXPECT(Py_REFCNT(item) == 1);
    return item;
}

static PyObject *
check_containers_take_references(PyObject *self, PyObject *args)
{
    PyObject *list = PyList_New(0), *dict = PyDict_New(), *item = PyUnicode_FromString("an item");
    EXPECT(list && dict && item);
    EXPECT(PyList_Append(list, item) == 0 && PyDict_SetItemString(dict, "key", item) == 0);
    EXPECT(Py_REFCNT(item) == 3);
    PyObject *packed = PyTuple_Pack(2, item, list);
    EXPECT(Py_REFCNT(item) == 4 && Py_REFCNT(list) == 2);
    EXPECT(PyDict_GetItemString(dict, "key") == item && Py_REFCNT(item) == 4);
    Py_DECREF(dict);
    Py_DECREF(packed);
    EXPECT(Py_REFCNT(item) == 2 && Py_REFCNT(list) == 1);
    EXPECT(PyList_SetSlice(list, 0, 1, NULL) == 0);
    EXPECT(Py_REFCNT(item) == 1);
    Py_DECREF(item);
    return list;
}

static PyObject *
check_set_item_drops_on_error(PyObject *self, PyObject *args)
{
    PyObject *list = PyList_New(1), *item = PyFloat_FromDouble(1.25);
    EXPECT(list && item);
    Py_INCREF(item);
    EXPECT(PyList_SetItem(list, 5, item) == -1 && PyErr_ExceptionMatches(PyExc_IndexError));
    PyErr_Clear();
    EXPECT(Py_REFCNT(item) == 1);
    Py_DECREF(list);
    return item;
}

static PyObject *
check_singletons(PyObject *self, PyObject *args)
{
    for (int i = 0; i < 100000; i++) {
        Py_INCREF(Py_None);
        Py_INCREF(Py_True);
        Py_INCREF(Py_False);
        Py_INCREF(Py_NotImplemented);
        Py_INCREF(Py_Ellipsis);
    }
    for (int i = 0; i < 100000; i++) {
        Py_DECREF(Py_None);
        Py_DECREF(Py_True);
        Py_DECREF(Py_False);
        Py_DECREF(Py_NotImplemented);
        Py_DECREF(Py_Ellipsis);
    }
    EXPECT(Py_IsNone(Py_None) && Py_IsTrue(Py_True) && Py_IsFalse(Py_False));
#if PY_VERSION_HEX >= 0x030A0000
    EXPECT((Py_IsTrue)(Py_True) && (Py_Is)(Py_None, Py_None) && !Py_Is(Py_True, Py_False));
#endif
    return PyTuple_Pack(5, Py_None, Py_True, Py_False, Py_NotImplemented, Py_Ellipsis);
}

/* Objects from the host keep one address as long as the extension holds them. */
static PyObject *
keep(PyObject *self, PyObject *object)
{
    if (kept_count == (Py_ssize_t)Py_ARRAY_LENGTH(kept)) {
        PyErr_SetString(PyExc_OverflowError, "cannot keep more");
        return NULL;
    }
    Py_INCREF(object);
    kept[kept_count++] = object;
    Py_RETURN_NONE;
}

static PyObject *
find(PyObject *self, PyObject *object)
{
    for (Py_ssize_t i = 0; i < kept_count; i++) {
        if (kept[i] == object) {
            return PyLong_FromSsize_t(i);
        }
    }
    return PyLong_FromLong(-1);
}

static PyObject *
last_kept(PyObject *self, PyObject *unused)
{
    return kept_count > 0 ? Py_NewRef(kept[kept_count - 1]) : Py_NewRef(Py_None);
}

static PyObject *
release(PyObject *self, PyObject *args)
{
    PyObject *list = PyList_New(kept_count);
    EXPECT(list);
    for (Py_ssize_t i = 0; i < kept_count; i++) {
        PyList_SET_ITEM(list, i, kept[i]);
        kept[i] = NULL;
    }
    kept_count = 0;
    return list;
}

/* The list lends its item; the item is used after Python code ran. */
static PyObject *
borrow_and_call(PyObject *self, PyObject *args)
{
    PyObject *list, *function;
    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &list, &function)) {
        return NULL;
    }
    PyObject *first = PyList_GetItem(list, 0);
    if (first == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_CallNoArgs(function);
    if (result == NULL) {
        return NULL;
    }
    Py_DECREF(result);
    EXPECT(PyList_GET_ITEM(list, 0) == first && PyList_GetItem(list, 0) == first);
    return Py_NewRef(first);
}

static PyObject *
borrow_from_dict(PyObject *self, PyObject *args)
{
    PyObject *dict, *key;
    if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &key)) {
        return NULL;
    }
    PyObject *first = PyDict_GetItem(dict, key), *second = PyDict_GetItemWithError(dict, key);
    EXPECT(first == second);
    if (first == NULL) {
        Py_RETURN_NONE;
    }
    return PyTuple_Pack(2, first, second);
}

static PyObject *
borrow_from_tuple(PyObject *self, PyObject *tuple)
{
    Py_ssize_t size = PyTuple_Size(tuple);
    if (size < 0) {
        return NULL;
    }
    PyObject *reversed = PyTuple_New(size);
    EXPECT(reversed);
    for (Py_ssize_t i = 0; i < size; i++) {
        EXPECT(PyTuple_GET_ITEM(tuple, i) == PyTuple_GetItem(tuple, i));
        PyTuple_SET_ITEM(reversed, size - 1 - i, Py_NewRef(PyTuple_GET_ITEM(tuple, i)));
    }
    return reversed;
}

static PyObject *
check_borrowed_from_the_interpreter(PyObject *self, PyObject *args)
{
    PyObject *builtins = PyEval_GetBuiltins();
    EXPECT(builtins && PyDict_Check(builtins) && PyEval_GetBuiltins() == builtins);
    PyObject *len = PyDict_GetItemString(builtins, "len");
    EXPECT(len && PyCallable_Check(len));
    PyObject *path = PySys_GetObject("path");
    EXPECT(path && PyList_Check(path) && PySys_GetObject("path") == path);
    EXPECT(PySys_GetObject("no_such_attribute") == NULL && !PyErr_Occurred());
    PyObject *module = PyImport_AddModule("sys");
    EXPECT(module && PyModule_Check(module) && PyImport_AddModule("sys") == module);
    PyObject *dict = PyModule_GetDict(module);
    EXPECT(dict && PyDict_GetItemString(dict, "path") == path);
    PyErr_SetString(PyExc_KeyError, "borrowed type");
    EXPECT(PyErr_Occurred() == PyExc_KeyError);
    PyErr_Clear();
    Py_RETURN_NONE;
}

static PyObject *
check_stolen_by_error_restore(PyObject *self, PyObject *args)
{
    PyObject *text = PyUnicode_FromString("the message");
    EXPECT(text);
    PyErr_Restore(Py_NewRef(PyExc_ValueError), Py_NewRef(text), NULL);
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    EXPECT(type == PyExc_ValueError && traceback == NULL);
#if PY_VERSION_HEX < 0x030C0000
    EXPECT(value == text);
#endif
    Py_DECREF(type);
    Py_DECREF(value);
    EXPECT(Py_REFCNT(text) == 1);
    return text;
}

/* Freeing the outermost container must not use the C stack once per level. */
static PyObject *
nest(PyObject *self, PyObject *args)
{
    const char *kind;
    int depth;
    if (!PyArg_ParseTuple(args, "si", &kind, &depth)) {
        return NULL;
    }
    PyObject *outer = Py_NewRef(Py_None);
    for (int i = 0; i < depth; i++) {
        PyObject *next = kind[0] == 'l' ? PyList_New(1) : PyTuple_New(1);
        EXPECT(next);
        if (kind[0] == 'l') {
            PyList_SET_ITEM(next, 0, outer);
        }
        else {
            PyTuple_SET_ITEM(next, 0, outer);
        }
        outer = next;
    }
    Py_DECREF(outer);
    return PyLong_FromLong(depth);
}

static PyObject *
check_many_live_objects(PyObject *self, PyObject *args)
{
    enum { COUNT = 50000 };
    PyObject **objects = PyMem_New(PyObject *, COUNT);
    EXPECT(objects);
    for (long i = 0; i < COUNT; i++) {
        objects[i] = i % 2 ? PyLong_FromLong(i * 1000) : PyUnicode_FromFormat("object %ld", i);
        EXPECT(objects[i]);
    }
    long sum = 0;
    for (long i = 0; i < COUNT; i++) {
        if (i % 2) {
            sum += PyLong_AsLong(objects[i]) / 1000;
        }
        else {
            sum += PyUnicode_GET_LENGTH(objects[i]);
        }
        Py_DECREF(objects[i]);
    }
    PyMem_Free(objects);
    return PyLong_FromLong(sum);
}

/* What a str or bytes attribute (or item) shows is used although its reference has been given back: the owner holds it. */
static PyObject *
use_after_return(PyObject *self, PyObject *args)
{
    PyObject *object, *name, *values[2] = {NULL, NULL}, *others[20], *rows = PyList_New(0);
    if (!PyArg_ParseTuple(args, "OO", &object, &name)) {
        return NULL;
    }
    values[0] = PyObject_GetAttr(object, name);
    values[1] = PyObject_GetItem(object, name);
    for (int i = 0; i < 2; i++) {
        if (values[i] == NULL) {
            PyErr_Clear();
            note_int(rows, -1);
            continue;
        }
        const char *shown = PyBytes_Check(values[i]) ? PyBytes_AS_STRING(values[i]) : PyUnicode_AsUTF8(values[i]);
        Py_ssize_t length = PyObject_Size(values[i]);
        Py_DECREF(values[i]);
        for (int j = 0; j < 20; j++) {
            others[j] = PyBytes_Check(values[i]) ? PyBytes_FromStringAndSize("################", length)
                                                 : PyUnicode_FromStringAndSize("################", length);
        }
        PyObject *copy = PyBytes_FromStringAndSize(shown, length);
        PyList_Append(rows, copy);
        Py_DECREF(copy);
        for (int j = 0; j < 20; j++) {
            Py_DECREF(others[j]);
        }
    }
    return rows;
}

/* A value that was stored is used although its reference has been given back: what it was stored in holds it. */
static PyObject *
use_after_storing(PyObject *self, PyObject *args)
{
    PyObject *owner, *value = NULL, *others[20];
    const char *kind;
    if (!PyArg_ParseTuple(args, "Os", &owner, &kind)) {
        return NULL;
    }
    PyObject *key = PyUnicode_FromString("stored key");
    switch (*kind) {
    case 's':
        value = PyUnicode_FromString("stored text");
        break;
    case 'b':
        value = PyBytes_FromString("stored bytes");
        break;
    case 'i':
        value = PyLong_FromLongLong(1234567890123LL);
        break;
    case 'f':
        value = PyFloat_FromDouble(1.25);
        break;
    }
    int failed = PyDict_Check(owner)   ? PyDict_SetItem(owner, key, value)
                 : PyList_Check(owner) ? PyList_Append(owner, value)
                 : PySet_Check(owner)  ? PySet_Add(owner, value)
                                       : PyObject_SetAttr(owner, key, value);
    Py_DECREF(value);
    Py_DECREF(key);
    if (failed) {
        return NULL;
    }
    for (int j = 0; j < 20; j++) {
        others[j] = *kind == 's'   ? PyUnicode_FromString("###########")
                    : *kind == 'b' ? PyBytes_FromString("############")
                    : *kind == 'i' ? PyLong_FromLongLong(-1234567890123LL)
                                   : PyFloat_FromDouble(-1);
    }
    Py_INCREF(value);
    for (int j = 0; j < 20; j++) {
        Py_DECREF(others[j]);
    }
    return value;
}

static PyMethodDef methods[] = {
    {"use_after_storing", use_after_storing, METH_VARARGS, NULL},
    {"use_after_return", use_after_return, METH_VARARGS, NULL},
    {"check_fresh_list", check_fresh_list, METH_NOARGS, NULL},
    {"check_fresh_tuple", check_fresh_tuple, METH_NOARGS, NULL},
    {"check_fresh_dict", check_fresh_dict, METH_NOARGS, NULL},
    {"check_fresh_set", check_fresh_set, METH_NOARGS, NULL},
    {"check_fresh_bytes", check_fresh_bytes, METH_NOARGS, NULL},
    {"check_fresh_bytearray", check_fresh_bytearray, METH_NOARGS, NULL},
    {"check_fresh_str", check_fresh_str, METH_NOARGS, NULL},
    {"check_fresh_int", check_fresh_int, METH_NOARGS, NULL},
    {"check_fresh_big", check_fresh_big, METH_NOARGS, NULL},
    {"check_fresh_float", check_fresh_float, METH_NOARGS, NULL},
    {"check_fresh_complex", check_fresh_complex, METH_NOARGS, NULL},
    {"check_fresh_slice", check_fresh_slice, METH_NOARGS, NULL},
    {"check_fresh_capsule", check_fresh_capsule, METH_NOARGS, NULL},
    {"check_set_item_steals", check_set_item_steals, METH_NOARGS, NULL},
    {"check_containers_take_references", check_containers_take_references, METH_NOARGS, NULL},
    {"check_set_item_drops_on_error", check_set_item_drops_on_error, METH_NOARGS, NULL},
    {"check_singletons", check_singletons, METH_NOARGS, NULL},
    {"check_borrowed_from_the_interpreter", check_borrowed_from_the_interpreter, METH_NOARGS, NULL},
    {"check_stolen_by_error_restore", check_stolen_by_error_restore, METH_NOARGS, NULL},
    {"check_many_live_objects", check_many_live_objects, METH_NOARGS, NULL},
    {"keep", keep, METH_O, NULL},
    {"last_kept", last_kept, METH_NOARGS, NULL},
    {"find", find, METH_O, NULL},
    {"release", release, METH_NOARGS, NULL},
    {"borrow_and_call", borrow_and_call, METH_VARARGS, NULL},
    {"borrow_from_dict", borrow_from_dict, METH_VARARGS, NULL},
    {"borrow_from_tuple", borrow_from_tuple, METH_O, NULL},
    {"nest", nest, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "counts_and_borrowed", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_counts_and_borrowed(void)
{
    return unlocked(PyModule_Create(&definition));
}
