/* Bytes, bytearrays, memoryviews, and the buffer protocol in both directions.
   flavours: 3.9 3.14 */
#include "checks.h"

static PyObject *
check_bytes(PyObject *self, PyObject *args)
{
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, 4);
    EXPECT(bytes && PyBytes_CheckExact(bytes) && PyBytes_GET_SIZE(bytes) == 4);
    memcpy(PyBytes_AS_STRING(bytes), "ab\0d", 4);
    EXPECT(PyBytes_AsString(bytes) == PyBytes_AS_STRING(bytes) && PyBytes_AS_STRING(bytes)[4] == '\0');
    char *data;
    Py_ssize_t size;
    EXPECT(PyBytes_AsStringAndSize(bytes, &data, &size) == 0 && size == 4 && data[3] == 'd');
    EXPECT(PyBytes_AsStringAndSize(bytes, &data, NULL) == -1 && PyErr_ExceptionMatches(PyExc_ValueError));
    PyErr_Clear();
    return bytes;
}

static PyObject *
check_bytes_made(PyObject *self, PyObject *args)
{
    PyObject *array = PyByteArray_FromStringAndSize("from array", 10), *list = Py_BuildValue("[iii]", 1, 2, 255);
    PyObject *result = Py_BuildValue("(NNNNN)", PyBytes_FromString("text"), PyBytes_FromFormat("%s-%d-%c-%x", "f", 42, 'z', 255),
                                     PyBytes_FromObject(array), PyBytes_FromObject(list), PyBytes_FromStringAndSize("", 0));
    Py_DECREF(array);
    Py_DECREF(list);
    return result;
}

static PyObject *
check_bytes_concat(PyObject *self, PyObject *args)
{
    PyObject *bytes = PyBytes_FromString("one");
    PyObject *more = PyBytes_FromString(" two");
    PyBytes_Concat(&bytes, more);
    EXPECT(bytes);
    PyBytes_ConcatAndDel(&bytes, more);
    EXPECT(bytes);
    EXPECT(PyBytes_Repr(bytes, 1) != NULL);
    return bytes;
}

static PyObject *
check_bytes_resize(PyObject *self, PyObject *args)
{
    PyObject *bytes = PyBytes_FromStringAndSize("long content", 12);
    EXPECT(_PyBytes_Resize(&bytes, 4) == 0 && Py_SIZE(bytes) == 4);
    EXPECT(_PyBytes_Resize(&bytes, 8) == 0 && Py_SIZE(bytes) == 8);
    memcpy(PyBytes_AS_STRING(bytes) + 4, "more", 4);
    return bytes;
}

static PyObject *
check_bytes_errors(PyObject *self, PyObject *args)
{
    EXPECT(PyBytes_AsString(Py_None) == NULL && PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
    EXPECT(PyBytes_Size(Py_None) == -1 && PyErr_ExceptionMatches(PyExc_TypeError));
    PyErr_Clear();
    EXPECT(PyBytes_FromStringAndSize("x", -1) == NULL && PyErr_ExceptionMatches(PyExc_SystemError));
    PyErr_Clear();
    EXPECT(PyBytes_FromObject(Py_None) == NULL);
    return NULL;
}

static PyObject *
check_single_bytes_are_shared(PyObject *self, PyObject *args)
{
    PyObject *a = PyBytes_FromString("x"), *b = PyBytes_FromStringAndSize("x", 1), *c = PyBytes_FromString("");
    PyObject *d = PyBytes_FromStringAndSize(NULL, 0);
    EXPECT(a == b && c == d);
    Py_DECREF(b);
    Py_DECREF(c);
    Py_DECREF(d);
    return a;
}

static PyObject *
bytes_in_place(PyObject *self, PyObject *bytes)
{
    EXPECT(PyBytes_Check(bytes));
    const unsigned char *data = (const unsigned char *)((PyBytesObject *)bytes)->ob_sval;
    unsigned long sum = 0;
    for (Py_ssize_t i = 0; i < Py_SIZE(bytes); i++) {
        sum = sum * 31 + data[i];
    }
    EXPECT(data[Py_SIZE(bytes)] == 0);
    return Py_BuildValue("(nki)", Py_SIZE(bytes), sum, PyBytes_CheckExact(bytes));
}

static PyObject *
check_bytearray(PyObject *self, PyObject *args)
{
    PyObject *array = PyByteArray_FromStringAndSize("abc", 3), *bytes = PyBytes_FromString("de");
    EXPECT(array && PyByteArray_CheckExact(array) && PyByteArray_Size(array) == 3);
    EXPECT(PyByteArray_Resize(array, 5) == 0 && PyByteArray_GET_SIZE(array) == 5);
    memcpy(PyByteArray_AS_STRING(array) + 3, "XY", 2);
    EXPECT(PyByteArray_AsString(array)[4] == 'Y');
    PyObject *joined = PyByteArray_Concat(array, bytes), *copy = PyByteArray_FromObject(bytes);
    Py_DECREF(bytes);
    return Py_BuildValue("(NNN)", array, joined, copy);
}

/* Writes into a bytearray of the host, lets Python look, and reads what Python wrote. */
static PyObject *
bytearray_both_sides(PyObject *self, PyObject *args)
{
    PyObject *array, *look;
    if (!PyArg_ParseTuple(args, "YO", &array, &look)) {
        return NULL;
    }
    char *data = PyByteArray_AS_STRING(array);
    data[0] = 'C';
    PyObject *seen = PyObject_CallOneArg(look, array);
    if (seen == NULL) {
        return NULL;
    }
    return Py_BuildValue("(NnC)", seen, PyByteArray_GET_SIZE(array), (int)(unsigned char)PyByteArray_AS_STRING(array)[0]);
}

/* The struct of `array.array`, as Cython declares it. */
struct array {
    PyVarObject head;
    double *items;
    Py_ssize_t allocated;
    const struct { char typecode; int itemsize; } *descr;
    PyObject *weakreflist;
    int exports;
};

/* An array of doubles in place: C writes its first item, Python looks and changes it, C reads what is there then. */
static PyObject *
array_both_sides(PyObject *self, PyObject *args)
{
    struct array *array;
    PyObject *look;
    if (!PyArg_ParseTuple(args, "OO", &array, &look)) {
        return NULL;
    }
    if (Py_TYPE(array)->tp_basicsize < (Py_ssize_t)sizeof(struct array) || array->descr->itemsize != sizeof(double)) {
        return PyErr_Format(PyExc_TypeError, "no array of doubles: %zd", Py_TYPE(array)->tp_basicsize);
    }
    Py_ssize_t before = Py_SIZE(array);
    double first = array->items[0];
    array->items[0] = -1;
    PyObject *seen = PyObject_CallOneArg(look, (PyObject *)array);
    if (seen == NULL) {
        return NULL;
    }
    Py_ssize_t now = Py_SIZE(array);
    return Py_BuildValue("(NnnCddO)", seen, before, now, array->descr->typecode, first, now > 0 ? array->items[now - 1] : 0.0,
                         array->allocated >= now ? Py_True : Py_False);
}

static PyObject *
dimensions(const Py_ssize_t *values, int count)
{
    if (values == NULL) {
        Py_RETURN_NONE;
    }
    PyObject *tuple = PyTuple_New(count);
    for (int i = 0; tuple != NULL && i < count; i++) {
        PyTuple_SET_ITEM(tuple, i, PyLong_FromSsize_t(values[i]));
    }
    return tuple;
}

/* What an object of the host exports. */
static PyObject *
describe(PyObject *self, PyObject *args)
{
    PyObject *object;
    int flags;
    if (!PyArg_ParseTuple(args, "Oi", &object, &flags)) {
        return NULL;
    }
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, flags) < 0) {
        return NULL;
    }
    unsigned long sum = 0;
    if (PyBuffer_IsContiguous(&view, 'C')) {
        for (Py_ssize_t i = 0; i < view.len; i++) {
            sum = sum * 31 + ((unsigned char *)view.buf)[i];
        }
    }
    PyObject *result = Py_BuildValue("(nniizNNkiiO)", view.len, view.itemsize, view.readonly, view.ndim, view.format,
                                     dimensions(view.shape, view.ndim), dimensions(view.strides, view.ndim), sum,
                                     PyBuffer_IsContiguous(&view, 'C'), PyBuffer_IsContiguous(&view, 'F'),
                                     view.obj == object ? Py_True : Py_False);
    PyBuffer_Release(&view);
    EXPECT(view.obj == NULL);
    return result;
}

static PyObject *
write_through(PyObject *self, PyObject *object)
{
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, PyBUF_WRITABLE) < 0) {
        return NULL;
    }
    memset(view.buf, 'w', view.len);
    PyBuffer_Release(&view);
    Py_RETURN_NONE;
}

/* A view that stays open between calls. */
static Py_buffer open_view;

static PyObject *
hold(PyObject *self, PyObject *object)
{
    if (PyObject_GetBuffer(object, &open_view, PyBUF_WRITABLE) < 0) {
        return NULL;
    }
    return PyLong_FromSsize_t(open_view.len);
}

static PyObject *
poke(PyObject *self, PyObject *args)
{
    EXPECT(open_view.obj);
    ((char *)open_view.buf)[open_view.len - 1] = '!';
    return PyBytes_FromStringAndSize(open_view.buf, open_view.len);
}

static PyObject *
let_go(PyObject *self, PyObject *args)
{
    PyBuffer_Release(&open_view);
    Py_RETURN_NONE;
}

/* A type that exports a buffer: a grid of 2 by 3 ints. */
typedef struct {
    PyObject_HEAD
    int cells[6];
    Py_ssize_t shape[2], strides[2];
    int exports;
} Grid;

static int
grid_getbuffer(PyObject *self, Py_buffer *view, int flags)
{
    Grid *grid = (Grid *)self;
    if ((flags & PyBUF_ND) != PyBUF_ND) {
        return PyBuffer_FillInfo(view, self, grid->cells, sizeof grid->cells, 0, flags) < 0 ? -1 : (grid->exports++, 0);
    }
    grid->exports++;
    grid->shape[0] = 2;
    grid->shape[1] = 3;
    grid->strides[0] = 3 * sizeof(int);
    grid->strides[1] = sizeof(int);
    *view = (Py_buffer){
        .buf = grid->cells,
        .obj = Py_NewRef(self),
        .len = sizeof grid->cells,
        .itemsize = sizeof(int),
        .ndim = 2,
        .format = flags & PyBUF_FORMAT ? "i" : NULL,
        .shape = grid->shape,
        .strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? grid->strides : NULL,
    };
    return 0;
}

static void
grid_releasebuffer(PyObject *self, Py_buffer *view)
{
    ((Grid *)self)->exports--;
}

static PyObject *
grid_exports(PyObject *self, PyObject *args)
{
    return PyLong_FromLong(((Grid *)self)->exports);
}

static PyObject *
grid_cells(PyObject *self, PyObject *args)
{
    int *cells = ((Grid *)self)->cells;
    return Py_BuildValue("(iiiiii)", cells[0], cells[1], cells[2], cells[3], cells[4], cells[5]);
}

static PyMethodDef grid_methods[] = {
    {"exports", grid_exports, METH_NOARGS, NULL},
    {"cells", grid_cells, METH_NOARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static PyBufferProcs grid_buffer = {grid_getbuffer, grid_releasebuffer};

static PyTypeObject Grid_Type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "bytes_and_buffers.Grid",
    .tp_basicsize = sizeof(Grid),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
    .tp_new = PyType_GenericNew,
    .tp_methods = grid_methods,
    .tp_as_buffer = &grid_buffer,
};

/* Memoryviews made by C. */
static char memory[8] = "memory!";

static PyObject *
check_memoryview_of_memory(PyObject *self, PyObject *args)
{
    PyObject *view = PyMemoryView_FromMemory(memory, 8, PyBUF_WRITE);
    EXPECT(view && PyMemoryView_Check(view));
    Py_buffer *buffer = PyMemoryView_GET_BUFFER(view);
    EXPECT(buffer->buf == memory && buffer->len == 8 && !buffer->readonly);
    PyObject *bytes = PyObject_Bytes(view);
    Py_DECREF(view);
    return bytes;
}

static PyObject *
memoryview_of_memory(PyObject *self, PyObject *args)
{
    return PyMemoryView_FromMemory(memory, 8, PyBUF_WRITE);
}

static PyObject *
memory_now(PyObject *self, PyObject *args)
{
    return PyBytes_FromStringAndSize(memory, 8);
}

static PyObject *
memoryview_of(PyObject *self, PyObject *object)
{
    return PyMemoryView_FromObject(object);
}

static PyObject *
contiguous(PyObject *self, PyObject *object)
{
    return PyMemoryView_GetContiguous(object, PyBUF_READ, 'C');
}

static PyObject *
to_contiguous(PyObject *self, PyObject *object)
{
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, PyBUF_FULL_RO) < 0) {
        return NULL;
    }
    PyObject *bytes = PyBytes_FromStringAndSize(NULL, view.len);
    if (bytes != NULL && PyBuffer_ToContiguous(PyBytes_AS_STRING(bytes), &view, view.len, 'C') < 0) {
        Py_CLEAR(bytes);
    }
    PyBuffer_Release(&view);
    return bytes;
}

static PyObject *
check_fill_info(PyObject *self, PyObject *args)
{
    Py_buffer view;
    EXPECT(PyBuffer_FillInfo(&view, NULL, memory, 8, 1, PyBUF_WRITABLE) == -1);
    EXPECT(PyErr_ExceptionMatches(PyExc_BufferError));
    PyErr_Clear();
    EXPECT(PyBuffer_FillInfo(&view, NULL, memory, 8, 1, PyBUF_FULL_RO) == 0);
    PyObject *result = Py_BuildValue("(nnisi)", view.len, view.itemsize, view.readonly, view.format, view.ndim);
    PyBuffer_Release(&view);
    return result;
}

static PyObject *
check_sizes_of_formats(PyObject *self, PyObject *args)
{
    return Py_BuildValue("(nnn)", PyBuffer_SizeFromFormat("i"), PyBuffer_SizeFromFormat("d"), PyBuffer_SizeFromFormat("hh"));
}

static PyObject *
can_export(PyObject *self, PyObject *object)
{
    return PyBool_FromLong(PyObject_CheckBuffer(object));
}

/* Objects that C has a reference to until it is told to drop them, by whatever thread. */
static PyObject *kept[512];
static int kept_count;

static PyObject *
keep(PyObject *self, PyObject *list)
{
    for (Py_ssize_t i = 0; i < PyList_Size(list) && kept_count < 512; i++) {
        kept[kept_count++] = Py_NewRef(PyList_GetItem(list, i));
    }
    return PyLong_FromLong(kept_count);
}

static PyObject *
drop(PyObject *self, PyObject *unused)
{
    while (kept_count > 0) {
        Py_DECREF(kept[--kept_count]);
    }
    Py_RETURN_NONE;
}

/* After host code has run, what C holds of the host is looked at again. */
static PyObject *
run_host_code(PyObject *self, PyObject *function)
{
    return PyObject_CallObject(function, NULL);
}

static PyMethodDef methods[] = {
    {"check_bytes", check_bytes, METH_NOARGS, NULL},
    {"check_bytes_made", check_bytes_made, METH_NOARGS, NULL},
    {"check_bytes_concat", check_bytes_concat, METH_NOARGS, NULL},
    {"check_bytes_resize", check_bytes_resize, METH_NOARGS, NULL},
    {"check_bytes_errors", check_bytes_errors, METH_NOARGS, NULL},
    {"check_single_bytes_are_shared", check_single_bytes_are_shared, METH_NOARGS, NULL},
    {"check_bytearray", check_bytearray, METH_NOARGS, NULL},
    {"check_memoryview_of_memory", check_memoryview_of_memory, METH_NOARGS, NULL},
    {"check_fill_info", check_fill_info, METH_NOARGS, NULL},
    {"check_sizes_of_formats", check_sizes_of_formats, METH_NOARGS, NULL},
    {"bytes_in_place", bytes_in_place, METH_O, NULL},
    {"bytearray_both_sides", bytearray_both_sides, METH_VARARGS, NULL},
    {"array_both_sides", array_both_sides, METH_VARARGS, NULL},
    {"describe", describe, METH_VARARGS, NULL},
    {"write_through", write_through, METH_O, NULL},
    {"hold", hold, METH_O, NULL},
    {"poke", poke, METH_NOARGS, NULL},
    {"let_go", let_go, METH_NOARGS, NULL},
    {"keep", keep, METH_O, NULL},
    {"drop", drop, METH_NOARGS, NULL},
    {"run_host_code", run_host_code, METH_O, NULL},
    {"memoryview_of_memory", memoryview_of_memory, METH_NOARGS, NULL},
    {"memory_now", memory_now, METH_NOARGS, NULL},
    {"memoryview_of", memoryview_of, METH_O, NULL},
    {"contiguous", contiguous, METH_O, NULL},
    {"to_contiguous", to_contiguous, METH_O, NULL},
    {"can_export", can_export, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "bytes_and_buffers", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_bytes_and_buffers(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    if (module == NULL || PyModule_AddType(module, &Grid_Type) < 0 || PyModule_AddIntMacro(module, PyBUF_SIMPLE) < 0 ||
        PyModule_AddIntMacro(module, PyBUF_WRITABLE) < 0 || PyModule_AddIntMacro(module, PyBUF_FORMAT) < 0 ||
        PyModule_AddIntMacro(module, PyBUF_ND) < 0 || PyModule_AddIntMacro(module, PyBUF_STRIDES) < 0 ||
        PyModule_AddIntMacro(module, PyBUF_FULL_RO) < 0 || PyModule_AddIntMacro(module, PyBUF_CONTIG_RO) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
