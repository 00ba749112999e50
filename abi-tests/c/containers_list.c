/* Lists: made and filled by C, made by Python and read by C in place, changed from both sides.
   flavours: 3.9 3.14 */
#include "checks.h"

static PyObject *
check_new(PyObject *self, PyObject *args)
{
    PyObject *list = PyList_New(3);
    EXPECT(list && PyList_Check(list) && PyList_CheckExact(list) && Py_TYPE(list) == &PyList_Type);
    EXPECT(PyList_Size(list) == 3 && Py_SIZE(list) == 3 && PyList_GET_SIZE(list) == 3);
    EXPECT(PyList_GET_ITEM(list, 0) == NULL);
    PyList_SET_ITEM(list, 0, PyLong_FromLong(1));
    PyList_SET_ITEM(list, 1, PyUnicode_FromString("two"));
    PyList_SetItem(list, 2, PyFloat_FromDouble(3.0));
    return list;
}

static PyObject *
check_new_negative(PyObject *self, PyObject *args)
{
    return PyList_New(-1);
}

static PyObject *
check_items_in_place(PyObject *self, PyObject *args)
{
    PyObject *list = Py_BuildValue("[iiii]", 5, 6, 7, 8);
    EXPECT(list);
    PyObject **items = ((PyListObject *)list)->ob_item;
    EXPECT(((PyListObject *)list)->allocated >= 4);
    PyObject *first = items[0];
    items[0] = items[3];
    items[3] = first;
    return list;
}

/* Code of the host changes a list, short or long, that C has in hand: C reads it in place afterwards. */
static PyObject *
check_changed_meanwhile(PyObject *self, PyObject *args)
{
    PyObject *rows = PyList_New(0);
    static const Py_ssize_t sizes[] = {3, 256, 257, 600};
    for (int i = 0; i < 4; i++) {
        PyObject *list = PyList_New(sizes[i]);
        EXPECT(rows && list);
        for (Py_ssize_t at = 0; at < sizes[i]; at++) {
            PyList_SET_ITEM(list, at, Py_BuildValue("(n)", at));
        }
        for (Py_ssize_t at = 0, round = 0; round < 6; round++, at = (at + sizes[i] / 5) % sizes[i]) {
            PyObject *done = PyObject_CallMethod(list, "__setitem__", "nn", at, -round);
            EXPECT(done != NULL);
            Py_DECREF(done);
            EXPECT(PyLong_AsSsize_t(PyList_GET_ITEM(list, at)) == -round);
        }
        PyObject *swapped = PyObject_CallMethod(list, "reverse", NULL);
        EXPECT(swapped && PyList_GET_SIZE(list) == sizes[i]);
        Py_DECREF(swapped);
        note(rows, Py_NewRef(PyList_GET_ITEM(list, sizes[i] / 2)));
        Py_DECREF(list);
    }
    return rows;
}

/* What Cython's append does when there is room. */
static PyObject *
check_append_in_place(PyObject *self, PyObject *args)
{
    PyObject *list = PyList_New(0);
    EXPECT(list);
    for (long i = 0; i < 100; i++) {
        PyListObject *fields = (PyListObject *)list;
        PyObject *item = PyLong_FromLong(i * i);
        EXPECT(item);
        Py_ssize_t size = Py_SIZE(list);
        if (fields->allocated > size && size > fields->allocated / 2) {
            PyList_SET_ITEM(list, size, item);
            Py_SET_SIZE(list, size + 1);
        }
        else {
            EXPECT(PyList_Append(list, item) == 0);
            Py_DECREF(item);
        }
    }
    EXPECT(PyList_Size(list) == 100);
    return list;
}

static PyObject *
check_every_function(PyObject *self, PyObject *args)
{
    PyObject *list = PyList_New(0), *text = PyUnicode_FromString("x");
    EXPECT(list && text);
    EXPECT(PyList_Append(list, Py_True) == 0);
    EXPECT(PyList_Insert(list, 0, text) == 0);
    EXPECT(PyList_Insert(list, 100, Py_None) == 0);
    EXPECT(PyList_Insert(list, -1, Py_False) == 0);
    PyObject *slice = PyList_GetSlice(list, 1, 3);
    EXPECT(slice && PyList_Size(slice) == 2);
    EXPECT(PyList_SetSlice(list, 0, 0, slice) == 0);
    EXPECT(PyList_SetSlice(list, 4, 5, NULL) == 0);
    EXPECT(PyList_Reverse(list) == 0);
    PyObject *tuple = PyList_AsTuple(list);
    EXPECT(tuple && PyTuple_Check(tuple));
    Py_DECREF(text);
    return Py_BuildValue("(NNN)", list, slice, tuple);
}

static PyObject *
check_sort(PyObject *self, PyObject *args)
{
    PyObject *list = Py_BuildValue("[iiiii]", 3, 1, 2, -5, 10);
    EXPECT(list && PyList_Sort(list) == 0);
    return list;
}

static PyObject *
check_sort_mixed(PyObject *self, PyObject *args)
{
    PyObject *list = Py_BuildValue("[is]", 3, "a");
    EXPECT(list && PyList_Sort(list) == -1 && PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
    return list;
}

#define FAILS(name, expression)                                                                \
    static PyObject *check_fails_##name(PyObject *self, PyObject *args)                        \
    {                                                                                          \
        PyObject *list = PyList_New(0), *tuple = PyTuple_New(0);                               \
        EXPECT(list && tuple);                                                                 \
        EXPECT(expression);                                                                    \
        Py_DECREF(list);                                                                       \
        Py_DECREF(tuple);                                                                      \
        EXPECT(PyErr_Occurred());                                                              \
        return NULL;                                                                           \
    }

FAILS(get, PyList_GetItem(list, 0) == NULL)
FAILS(get_negative, PyList_GetItem(list, -1) == NULL)
FAILS(get_tuple, PyList_GetItem(tuple, 0) == NULL)
FAILS(set, PyList_SetItem(list, 0, Py_NewRef(Py_None)) == -1)
FAILS(set_tuple, PyList_SetItem(tuple, 0, Py_NewRef(Py_None)) == -1)
FAILS(size_tuple, PyList_Size(tuple) == -1)
FAILS(append_tuple, PyList_Append(tuple, Py_None) == -1)
FAILS(insert_tuple, PyList_Insert(tuple, 0, Py_None) == -1)
FAILS(as_tuple, PyList_AsTuple(tuple) == NULL)
FAILS(sort, PyList_Sort(tuple) == -1)
FAILS(reverse, PyList_Reverse(tuple) == -1)
FAILS(get_slice, PyList_GetSlice(tuple, 0, 1) == NULL)

/* A list of the host, summed by the inlined macros. */
static PyObject *
sum_in_place(PyObject *self, PyObject *list)
{
    EXPECT(PyList_Check(list));
    double sum = 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        double value = PyFloat_AsDouble(PyList_GET_ITEM(list, i));
        if (value == -1.0 && PyErr_Occurred()) {
            return NULL;
        }
        sum += value;
    }
    return PyFloat_FromDouble(sum);
}

/* Swaps two items of a list of the host by writing to ob_item, then lets Python look, then swaps back. */
static PyObject *
swap_and_look(PyObject *self, PyObject *args)
{
    PyObject *list, *look;
    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &list, &look)) {
        return NULL;
    }
    Py_ssize_t last = PyList_GET_SIZE(list) - 1;
    PyObject *first_item = PyList_GET_ITEM(list, 0), *last_item = PyList_GET_ITEM(list, last);
    PyList_SET_ITEM(list, 0, last_item);
    PyList_SET_ITEM(list, last, first_item);
    PyObject *seen = PyObject_CallOneArg(look, list);
    PyList_SET_ITEM(list, 0, first_item);
    PyList_SET_ITEM(list, last, last_item);
    return seen;
}

/* C reads, Python changes the list, C reads again. */
static PyObject *
watch(PyObject *self, PyObject *args)
{
    PyObject *list, *change;
    if (!PyArg_ParseTuple(args, "O!O", &PyList_Type, &list, &change)) {
        return NULL;
    }
    Py_ssize_t before = PyList_GET_SIZE(list);
    PyObject *result = PyObject_CallOneArg(change, list);
    if (result == NULL) {
        return NULL;
    }
    Py_DECREF(result);
    Py_ssize_t after = PyList_GET_SIZE(list);
    PyObject *items = PyList_New(after);
    EXPECT(items);
    for (Py_ssize_t i = 0; i < after; i++) {
        PyList_SET_ITEM(items, i, Py_NewRef(PyList_GET_ITEM(list, i)));
    }
    return Py_BuildValue("(nnN)", before, after, items);
}

static PyObject *
grow(PyObject *self, PyObject *args)
{
    PyObject *list;
    int count;
    if (!PyArg_ParseTuple(args, "O!i", &PyList_Type, &list, &count)) {
        return NULL;
    }
    for (int i = 0; i < count; i++) {
        PyObject *item = PyLong_FromLong(i);
        EXPECT(item);
        int status = PyList_Append(list, item);
        Py_DECREF(item);
        if (status < 0) {
            return NULL;
        }
    }
    return PyLong_FromSsize_t(PyList_GET_SIZE(list));
}

static PyObject *
fast(PyObject *self, PyObject *sequence)
{
    PyObject *items = PySequence_Fast(sequence, "fast() wants a sequence");
    if (items == NULL) {
        return NULL;
    }
    PyObject *reversed = PyList_New(0);
    EXPECT(reversed);
    for (Py_ssize_t i = PySequence_Fast_GET_SIZE(items) - 1; i >= 0; i--) {
        EXPECT(PySequence_Fast_GET_ITEM(items, i) == PySequence_Fast_ITEMS(items)[i]);
        EXPECT(PyList_Append(reversed, PySequence_Fast_GET_ITEM(items, i)) == 0);
    }
    return Py_BuildValue("(NsN)", reversed, PyList_CheckExact(items) ? "list" : "tuple", items);
}

static PyObject *
kinds(PyObject *self, PyObject *object)
{
    return Py_BuildValue("(iii)", !!PyList_Check(object), !!PyList_CheckExact(object), PySequence_Check(object));
}

/* The abstract protocol on whatever Python passes. */
static PyObject *
sequence(PyObject *self, PyObject *args)
{
    PyObject *object, *item;
    if (!PyArg_ParseTuple(args, "OO", &object, &item)) {
        return NULL;
    }
    Py_ssize_t size = PySequence_Size(object);
    if (size < 0) {
        return NULL;
    }
    EXPECT(PySequence_Length(object) == size && PyObject_Size(object) == size);
    int contains = PySequence_Contains(object, item);
    Py_ssize_t count = PySequence_Count(object, item);
    if (contains < 0 || count < 0) {
        return NULL;
    }
    Py_ssize_t index = contains ? PySequence_Index(object, item) : -2;
    return Py_BuildValue("(niniNNNNN)", size, contains, count, (int)index, PySequence_GetItem(object, 0),
                         PySequence_GetSlice(object, 1, 3), PySequence_List(object), PySequence_Tuple(object),
                         PySequence_Repeat(object, 2));
}

static PyObject *
mutate(PyObject *self, PyObject *object)
{
    PyObject *extra = Py_BuildValue("[ss]", "p", "q");
    EXPECT(extra);
    if (PySequence_SetItem(object, 0, Py_None) < 0 || PySequence_DelItem(object, 1) < 0 ||
        PySequence_SetSlice(object, 0, 1, extra) < 0 || PySequence_DelSlice(object, 0, 1) < 0) {
        Py_DECREF(extra);
        return NULL;
    }
    PyObject *sum = PySequence_Concat(object, extra);
    PyObject *same = PySequence_InPlaceConcat(object, extra);
    PyObject *again = same ? PySequence_InPlaceRepeat(same, 2) : NULL;
    EXPECT(same == object && again == object);
    Py_DECREF(extra);
    Py_DECREF(same);
    return Py_BuildValue("(NN)", sum, again);
}

/* C code that keeps a list alive in a global and hands it out again and again. */
static PyObject *shared;

static PyObject *
share(PyObject *self, PyObject *args)
{
    if (shared == NULL) {
        shared = PyList_New(0);
        EXPECT(shared);
    }
    return Py_NewRef(shared);
}

static PyObject *
share_append(PyObject *self, PyObject *item)
{
    EXPECT(shared && PyList_Append(shared, item) == 0);
    return PyLong_FromSsize_t(PyList_GET_SIZE(shared));
}

static PyObject *
share_read(PyObject *self, PyObject *args)
{
    EXPECT(shared);
    Py_ssize_t size = PyList_GET_SIZE(shared);
    PyObject *last = size ? PyList_GET_ITEM(shared, size - 1) : Py_None;
    return Py_BuildValue("(nO)", size, last);
}

#define FAILING(name) {"check_fails_" #name, check_fails_##name, METH_NOARGS, NULL}

/* A short list of numbers, in each way that it can outlive the call or change in it. */

static PyObject *held;

static PyObject *
hold(PyObject *self, PyObject *list)
{
    Py_XSETREF(held, Py_NewRef(list));
    Py_RETURN_NONE;
}

static PyObject *
let_go(PyObject *self, PyObject *none)
{
    PyObject *list = held;
    held = NULL;
    return list;
}

static PyObject *
give_back(PyObject *self, PyObject *list)
{
    return Py_NewRef(list);
}

/* Doubles the first item in place, appends to the list, and may fail after that. */
static PyObject *
change(PyObject *self, PyObject *args)
{
    PyObject *list, *first, *sum;
    int fails = 0;
    EXPECT(PyArg_ParseTuple(args, "O!|i", &PyList_Type, &list, &fails));
    first = PyList_GET_ITEM(list, 0);
    EXPECT((sum = PyNumber_Add(first, first)) != NULL);
    PyList_SET_ITEM(list, 0, sum);
    Py_DECREF(first);
    EXPECT(PyList_Append(list, Py_None) == 0);
    if (fails) {
        PyErr_SetString(PyExc_LookupError, "after the change");
        return NULL;
    }
    return PyLong_FromSsize_t(PyList_GET_SIZE(list));
}

/* Calls `function` with the list, then adds up what it holds. */
static PyObject *
call_and_add(PyObject *self, PyObject *args)
{
    PyObject *list, *function;
    double sum = 0;
    EXPECT(PyArg_ParseTuple(args, "O!O", &PyList_Type, &list, &function));
    EXPECT(PyList_SetItem(list, 0, PyFloat_FromDouble(0.5)) == 0);
    PyObject *result = PyObject_CallOneArg(function, list);
    if (result == NULL) {
        return NULL;
    }
    Py_DECREF(result);
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); i++) {
        sum += PyFloat_AsDouble(PyList_GET_ITEM(list, i));
    }
    return PyFloat_FromDouble(sum);
}

static PyObject *
are_same(PyObject *self, PyObject *args)
{
    PyObject *a, *b;
    EXPECT(PyArg_ParseTuple(args, "OO", &a, &b));
    return PyBool_FromLong(a == b);
}

/* Through the type's own slot: of the list itself, or, when told so, of a copy that C alone knows. Without a value it deletes. */
static PyObject *
assign_slot(PyObject *self, PyObject *args)
{
    PyObject *list, *key, *value = NULL;
    int alone;
    if (!PyArg_ParseTuple(args, "pOO|O", &alone, &list, &key, &value)) {
        return NULL;
    }
    PyObject *target = alone ? PySequence_List(list) : Py_NewRef(list);
    if (target == NULL || Py_TYPE(target)->tp_as_mapping->mp_ass_subscript(target, key, value) < 0) {
        Py_XDECREF(target);
        return NULL;
    }
    return target;
}

/* Is the second argument the first, or its only item? */
static PyObject *
is_or_has(PyObject *self, PyObject *const *args, Py_ssize_t n)
{
    PyObject *second = n == 2 ? args[1] : NULL;
    if (second != NULL && PyTuple_Check(second)) {
        second = PyTuple_GetItem(second, 0);
    }
    return PyBool_FromLong(n > 0 && second == args[0]);
}

/* Any index, as C passes it. */
static PyObject *
item_at(PyObject *self, PyObject *args)
{
    PyObject *sequence;
    Py_ssize_t index;
    EXPECT(PyArg_ParseTuple(args, "On", &sequence, &index));
    return PySequence_GetItem(sequence, index);
}

static PyObject *
put_at(PyObject *self, PyObject *args)
{
    PyObject *sequence;
    Py_ssize_t index;
    EXPECT(PyArg_ParseTuple(args, "On", &sequence, &index));
    return PySequence_SetItem(sequence, index, Py_None) < 0 ? NULL : Py_NewRef(sequence);
}

/* Very many lists, which C reads and writes in place and by nothing else. */
static PyObject **crowd;
static Py_ssize_t crowd_size;

static PyObject *
crowd_hold(PyObject *self, PyObject *lists)
{
    crowd_size = PyTuple_GET_SIZE(lists);
    crowd = PyMem_Malloc(crowd_size * sizeof *crowd);
    for (Py_ssize_t i = 0; i < crowd_size; i++) {
        crowd[i] = Py_NewRef(PyTuple_GET_ITEM(lists, i));
    }
    Py_RETURN_NONE;
}

static PyObject *
crowd_read(PyObject *self, PyObject *number)
{
    PyObject *list = crowd[PyLong_AsSsize_t(number)];
    return Py_BuildValue("(nO)", PyList_GET_SIZE(list), PyList_GET_ITEM(list, 0));
}

static PyObject *
crowd_write(PyObject *self, PyObject *args)
{
    Py_ssize_t number;
    PyObject *item;
    if (!PyArg_ParseTuple(args, "nO", &number, &item)) {
        return NULL;
    }
    PyObject *before = PyList_GET_ITEM(crowd[number], 0);
    PyList_SET_ITEM(crowd[number], 0, Py_NewRef(item));
    Py_DECREF(before);
    Py_RETURN_NONE;
}

static PyObject *
crowd_let_go(PyObject *self, PyObject *unused)
{
    while (crowd_size > 0) {
        Py_DECREF(crowd[--crowd_size]);
    }
    PyMem_Free(crowd);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"item_at", item_at, METH_VARARGS, NULL},
    {"put_at", put_at, METH_VARARGS, NULL},
    {"crowd_hold", crowd_hold, METH_O, NULL},
    {"crowd_read", crowd_read, METH_O, NULL},
    {"crowd_write", crowd_write, METH_VARARGS, NULL},
    {"crowd_let_go", crowd_let_go, METH_NOARGS, NULL},
    {"assign_slot", assign_slot, METH_VARARGS, NULL},
    {"check_new", check_new, METH_NOARGS, NULL},
    {"check_new_negative", check_new_negative, METH_NOARGS, NULL},
    {"check_items_in_place", check_items_in_place, METH_NOARGS, NULL},
    {"check_changed_meanwhile", check_changed_meanwhile, METH_NOARGS, NULL},
    {"check_append_in_place", check_append_in_place, METH_NOARGS, NULL},
    {"check_every_function", check_every_function, METH_NOARGS, NULL},
    {"check_sort", check_sort, METH_NOARGS, NULL},
    {"check_sort_mixed", check_sort_mixed, METH_NOARGS, NULL},
    FAILING(get),
    FAILING(get_negative),
    FAILING(get_tuple),
    FAILING(set),
    FAILING(set_tuple),
    FAILING(size_tuple),
    FAILING(append_tuple),
    FAILING(insert_tuple),
    FAILING(as_tuple),
    FAILING(sort),
    FAILING(reverse),
    FAILING(get_slice),
    {"hold", hold, METH_O, NULL},
    {"let_go", let_go, METH_NOARGS, NULL},
    {"give_back", give_back, METH_O, NULL},
    {"change", change, METH_VARARGS, NULL},
    {"call_and_add", call_and_add, METH_VARARGS, NULL},
    {"are_same", are_same, METH_VARARGS, NULL},
    {"sum_in_place", sum_in_place, METH_O, NULL},
    {"swap_and_look", swap_and_look, METH_VARARGS, NULL},
    {"watch", watch, METH_VARARGS, NULL},
    {"grow", grow, METH_VARARGS, NULL},
    {"fast", fast, METH_O, NULL},
    {"kinds", kinds, METH_O, NULL},
    {"sequence", sequence, METH_VARARGS, NULL},
    {"mutate", mutate, METH_O, NULL},
    {"share", share, METH_NOARGS, NULL},
    {"share_append", share_append, METH_O, NULL},
    {"share_read", share_read, METH_NOARGS, NULL},
    {"is_or_has", (PyCFunction)(void (*)(void))is_or_has, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "containers_list", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_containers_list(void)
{
    return unlocked(PyModule_Create(&definition));
}
