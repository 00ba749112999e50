/* Buffers both ways: an exporter in C with shape, strides and formats; consumers of every flag; the PyBuffer_* helpers; memoryview from C.
   flavours: 3.14 3.14t */
#include "checks.h"

typedef struct {
    PyObject_HEAD
    int data[12];
    Py_ssize_t shape[3], strides[3];
    int ndim, readonly, exports, refused;
} Grid;

static int
grid_getbuffer(PyObject *self, Py_buffer *view, int flags)
{
    Grid *grid = (Grid *)self;
    if (grid->refused) {
        PyErr_SetString(PyExc_BufferError, "not exported today");
        view->obj = NULL;
        return -1;
    }
    if (grid->readonly && (flags & PyBUF_WRITABLE)) {
        PyErr_SetString(PyExc_BufferError, "not writable");
        view->obj = NULL;
        return -1;
    }
    view->obj = Py_NewRef(self);
    view->buf = grid->data;
    view->len = sizeof grid->data;
    view->itemsize = sizeof(int);
    view->readonly = grid->readonly;
    view->ndim = grid->ndim;
    view->format = (flags & PyBUF_FORMAT) ? "i" : NULL;
    view->shape = (flags & PyBUF_ND) ? grid->shape : NULL;
    view->strides = (flags & PyBUF_STRIDES) == PyBUF_STRIDES ? grid->strides : NULL;
    view->suboffsets = NULL;
    view->internal = NULL;
    grid->exports++;
    return 0;
}

static void
grid_releasebuffer(PyObject *self, Py_buffer *view)
{
    ((Grid *)self)->exports--;
}

static int
grid_init(PyObject *self, PyObject *args, PyObject *kwargs)
{
    Grid *grid = (Grid *)self;
    for (int i = 0; i < 12; i++) {
        grid->data[i] = i * 11;
    }
    grid->ndim = 1;
    if (!PyArg_ParseTuple(args, "|iii", &grid->ndim, &grid->readonly, &grid->refused)) {
        return -1;
    }
    static const Py_ssize_t shapes[4][3] = {{0, 0, 0}, {12, 0, 0}, {3, 4, 0}, {2, 3, 2}};
    Py_ssize_t step = sizeof(int);
    for (int i = grid->ndim - 1; i >= 0; i--) {
        grid->shape[i] = shapes[grid->ndim][i];
        grid->strides[i] = step;
        step *= grid->shape[i];
    }
    return 0;
}

static PyType_Slot grid_slots[] = {
    {Py_tp_init, SLOT(grid_init)},
    {Py_bf_getbuffer, SLOT(grid_getbuffer)}, {Py_bf_releasebuffer, SLOT(grid_releasebuffer)},
    {0, NULL},
};
static PyType_Spec grid_spec = {"buffers.Grid", sizeof(Grid), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, grid_slots};
static PyObject *grid_type;

static PyObject *
grid(int ndim, int readonly)
{
    return PyObject_CallFunction(grid_type, "ii", ndim, readonly);
}

static PyObject *
numbers(const Py_ssize_t *values, int count)
{
    PyObject *list = values ? PyList_New(0) : Py_NewRef(Py_None);
    for (int i = 0; values && i < count; i++) {
        note_int(list, values[i]);
    }
    return list;
}

/* What a consumer sees, with the flags it asks for. */
static PyObject *
consume(PyObject *object, int flags)
{
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, flags) < 0) {
        return NULL;
    }
    PyObject *row = Py_BuildValue("(nnisiNNi)", view.len, view.itemsize, view.ndim, view.format, view.readonly, numbers(view.shape, view.ndim),
                                  numbers(view.strides, view.ndim), view.suboffsets != NULL);
    EXPECT(view.obj == object || view.obj != NULL);
    PyBuffer_Release(&view);
    EXPECT(view.obj == NULL);
    return row;
}

static const int FLAGS[] = {
    PyBUF_SIMPLE, PyBUF_WRITABLE, PyBUF_FORMAT, PyBUF_ND, PyBUF_STRIDES, PyBUF_C_CONTIGUOUS, PyBUF_ANY_CONTIGUOUS, PyBUF_INDIRECT,
    PyBUF_CONTIG, PyBUF_CONTIG_RO, PyBUF_STRIDED, PyBUF_RECORDS_RO, PyBUF_FULL, PyBUF_FULL_RO,
};
enum { FLAG_COUNT = sizeof(FLAGS) / sizeof(*FLAGS) };

CHECK(own_exporter)
{
    PyObject *rows = PyList_New(0);
    for (int ndim = 1; ndim <= 3; ndim++) {
        for (int readonly = 0; readonly < 2; readonly++) {
            PyObject *object = grid(ndim, readonly);
            for (int i = 0; i < FLAG_COUNT; i++) {
                note(rows, consume(object, FLAGS[i]));
            }
            EXPECT(((Grid *)object)->exports == 0 && PyObject_CheckBuffer(object));
            Py_DECREF(object);
        }
    }
    PyObject *refused = PyObject_CallFunction(grid_type, "iii", 1, 0, 1);
    note(rows, consume(refused, PyBUF_SIMPLE));
    Py_DECREF(refused);
    return rows;
}

CHECK(builtin_exporters)
{
    PyObject *rows = PyList_New(0);
    PyObject *const objects[] = {PyBytes_FromString("bytes"), PyByteArray_FromStringAndSize("array", 5), PyUnicode_FromString("str"), Py_NewRef(Py_None)};
    for (int i = 0; i < 4; i++) {
        note_int(rows, PyObject_CheckBuffer(objects[i]));
        for (int j = 0; j < FLAG_COUNT; j++) {
            note_kind(rows, consume(objects[i], FLAGS[j]));
        }
        Py_DECREF(objects[i]);
    }
    return rows;
}

CHECK(shared_memory)
{
    PyObject *rows = PyList_New(0), *object = grid(1, 0), *view = PyMemoryView_FromObject(object);
    EXPECT(view && PyMemoryView_Check(view) && ((Grid *)object)->exports >= 1);
    PyObject *two = PyLong_FromLong(2);
    note(rows, PyObject_GetItem(view, two));
    ((Grid *)object)->data[2] = 1234;
    note(rows, PyObject_GetItem(view, two));
    note_int(rows, PyObject_SetItem(view, two, two));
    note_int(rows, ((Grid *)object)->data[2]);
    note_int_kind(rows, PyObject_SetItem(view, two, Py_None));
    note(rows, PyObject_CallMethod(view, "tolist", NULL));
    note(rows, PyObject_CallMethod(view, "tobytes", NULL));
    note(rows, PyObject_GetAttrString(view, "format"));
    note(rows, PyObject_GetAttrString(view, "shape"));
    note(rows, PyObject_GetAttrString(view, "strides"));
    note(rows, PyObject_GetAttrString(view, "nbytes"));
    note(rows, PyObject_GetAttrString(view, "readonly"));
    note_int(rows, PyObject_Length(view));
    note(rows, PyObject_CallMethod(view, "release", NULL));
    note_kind(rows, PyObject_GetItem(view, two));
    Py_DECREF(two);
    Py_DECREF(view);
    Py_DECREF(object);
    return rows;
}

CHECK(several_dimensions)
{
    PyObject *rows = PyList_New(0);
    for (int ndim = 1; ndim <= 3; ndim++) {
        PyObject *object = grid(ndim, 1), *view = PyMemoryView_FromObject(object);
        note(rows, PyObject_CallMethod(view, "tolist", NULL));
        note(rows, PyObject_GetAttrString(view, "ndim"));
        note(rows, PyObject_GetAttrString(view, "shape"));
        note(rows, PyObject_GetAttrString(view, "c_contiguous"));
        note_int_kind(rows, PyObject_SetItem(view, Py_Ellipsis, Py_None));
        Py_DECREF(view);
        Py_DECREF(object);
    }
    return rows;
}

CHECK(from_memory)
{
    static char memory[] = "some memory";
    PyObject *rows = PyList_New(0), *view = PyMemoryView_FromMemory(memory, 11, PyBUF_WRITE), *zero = PyLong_FromLong(0), *x = PyLong_FromLong('S');
    note_int(rows, PyObject_SetItem(view, zero, x));
    note_text(rows, memory);
    memory[0] = 's';
    note(rows, PyObject_CallMethod(view, "tobytes", NULL));
    Py_DECREF(view);
    view = PyMemoryView_FromMemory(memory, 4, PyBUF_READ);
    note_int_kind(rows, PyObject_SetItem(view, zero, x));
    note(rows, PyObject_CallMethod(view, "tobytes", NULL));
    Py_DECREF(view);
    Py_buffer info;
    EXPECT(PyBuffer_FillInfo(&info, NULL, memory, 6, 1, PyBUF_FULL_RO) == 0);
    view = PyMemoryView_FromBuffer(&info);
    note(rows, view ? PyObject_CallMethod(view, "tolist", NULL) : NULL);
    Py_XDECREF(view);
    note_kind(rows, PyMemoryView_FromObject(Py_None));
    Py_DECREF(zero);
    Py_DECREF(x);
    return rows;
}

CHECK(view_in_place)
{
    PyObject *rows = PyList_New(0), *bytes = PyBytes_FromString("in place"), *view = PyMemoryView_FromObject(bytes);
    Py_buffer *buffer = PyMemoryView_GET_BUFFER(view);
    note(rows, PyBytes_FromStringAndSize(buffer->buf, buffer->len));
    note_int(rows, buffer->readonly);
    note_int(rows, buffer->itemsize);
    Py_DECREF(view);
    Py_DECREF(bytes);
    return rows;
}

CHECK(contiguity)
{
    PyObject *rows = PyList_New(0);
    int data[6] = {1, 2, 3, 4, 5, 6};
    Py_ssize_t shape[2] = {2, 3}, row_major[2] = {12, 4}, column_major[2] = {4, 8}, spread[2] = {24, 8};
    const Py_ssize_t *const strides[] = {row_major, column_major, spread};
    for (int i = 0; i < 3; i++) {
        Py_buffer view = {.buf = data, .len = 24, .itemsize = 4, .ndim = 2, .format = "i", .shape = shape, .strides = (Py_ssize_t *)strides[i]};
        note_int(rows, PyBuffer_IsContiguous(&view, 'C') + 2 * PyBuffer_IsContiguous(&view, 'F') + 4 * PyBuffer_IsContiguous(&view, 'A')
                           + 8 * PyBuffer_IsContiguous(&view, '?'));
        Py_ssize_t at[2] = {1, 2};
        note_int(rows, i < 2 ? *(int *)PyBuffer_GetPointer(&view, at) : (char *)PyBuffer_GetPointer(&view, at) - (char *)data);
    }
    Py_ssize_t filled[3], wide[3] = {2, 3, 4};
    PyBuffer_FillContiguousStrides(3, wide, filled, 8, 'C');
    note(rows, numbers(filled, 3));
    PyBuffer_FillContiguousStrides(3, wide, filled, 8, 'F');
    note(rows, numbers(filled, 3));
    return rows;
}

CHECK(copies)
{
    PyObject *rows = PyList_New(0);
    int data[6] = {1, 2, 3, 4, 5, 6}, flat[6] = {0};
    Py_ssize_t shape[2] = {2, 3}, column_major[2] = {4, 8};
    Py_buffer view = {.buf = data, .len = 24, .itemsize = 4, .ndim = 2, .format = "i", .shape = shape, .strides = column_major};
    static const char orders[] = "CFA";
    for (int i = 0; i < 3; i++) {
        note_int(rows, PyBuffer_ToContiguous(flat, &view, 24, orders[i]));
        note(rows, Py_BuildValue("(iiiiii)", flat[0], flat[1], flat[2], flat[3], flat[4], flat[5]));
    }
    note_int(rows, PyBuffer_ToContiguous(flat, &view, 8, 'C'));
    for (int i = 0; i < 6; i++) {
        flat[i] = 10 * i;
    }
    note_int(rows, PyBuffer_FromContiguous(&view, flat, 24, 'C'));
    note(rows, Py_BuildValue("(iiiiii)", data[0], data[1], data[2], data[3], data[4], data[5]));
    return rows;
}

CHECK(copy_data)
{
    PyObject *rows = PyList_New(0), *object = grid(2, 0), *target = PyByteArray_FromStringAndSize(NULL, 48), *small = PyByteArray_FromStringAndSize("xx", 2);
    note_int(rows, PyObject_CopyData(target, object));
    note(rows, PyBytes_FromObject(target));
    note_int_kind(rows, PyObject_CopyData(small, object));
    note_int_kind(rows, PyObject_CopyData(object, Py_None));
    Py_DECREF(object);
    Py_DECREF(target);
    Py_DECREF(small);
    return rows;
}

CHECK(formats)
{
    static const char *const formats[] = {"b", "i", "=q", "3s", "2i4d", "x", "?", "n", "@hhl"};
    PyObject *rows = PyList_New(0);
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
        note_int_kind(rows, PyBuffer_SizeFromFormat(formats[i]));
    }
    return rows;
}

CHECK(fill_info)
{
    static char memory[] = "memory";
    PyObject *rows = PyList_New(0);
    for (int readonly = 0; readonly < 2; readonly++) {
        for (int i = 0; i < FLAG_COUNT; i++) {
            Py_buffer view = {0};
            int status = PyBuffer_FillInfo(&view, NULL, memory, 6, readonly, FLAGS[i]);
            note_int(rows, status);
            if (status == 0) {
                note(rows, Py_BuildValue("(nnisiNN)", view.len, view.itemsize, view.ndim, view.format, view.readonly, numbers(view.shape, 1),
                                         numbers(view.strides, 1)));
            }
        }
    }
    return rows;
}

CHECK(by_format_units)
{
    PyObject *rows = PyList_New(0), *object = grid(1, 0), *constant = grid(1, 1), *arguments = Py_BuildValue("(O)", object);
    Py_buffer view;
    note_int(rows, PyArg_ParseTuple(arguments, "y*", &view));
    note_int(rows, view.len);
    PyBuffer_Release(&view);
    note_int(rows, PyArg_ParseTuple(arguments, "w*", &view));
    note_int(rows, ((Grid *)object)->exports);
    PyBuffer_Release(&view);
    note_int(rows, ((Grid *)object)->exports);
    Py_DECREF(arguments);
    arguments = Py_BuildValue("(O)", constant);
    note_int_kind(rows, PyArg_ParseTuple(arguments, "w*", &view));
    note_int(rows, PyArg_ParseTuple(arguments, "s*", &view));
    PyBuffer_Release(&view);
    Py_DECREF(arguments);
    PyObject *bytes = PyBytes_FromObject(object);
    note(rows, bytes);
    Py_DECREF(object);
    Py_DECREF(constant);
    return rows;
}

CHECK(contiguous_view)
{
    PyObject *rows = PyList_New(0), *object = grid(2, 0), *view = PyMemoryView_GetContiguous(object, PyBUF_READ, 'C');
    note(rows, view ? PyObject_CallMethod(view, "tobytes", NULL) : NULL);
    Py_XDECREF(view);
    note_kind(rows, PyMemoryView_GetContiguous(Py_None, PyBUF_READ, 'C'));
    Py_DECREF(object);
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(own_exporter), CHECKED(builtin_exporters), CHECKED(shared_memory), CHECKED(several_dimensions), CHECKED(from_memory),
    CHECKED(view_in_place), CHECKED(contiguity), CHECKED(copies), CHECKED(copy_data), CHECKED(formats), CHECKED(fill_info),
    CHECKED(by_format_units), CHECKED(contiguous_view), {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "buffers", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_buffers(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    grid_type = PyType_FromSpec(&grid_spec);
    if (module == NULL || PyModule_AddObject(module, "Grid", Py_XNewRef(grid_type)) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
