/* The buffer protocol, in both directions. */
#include "../c/checks.h"

/* The first and the last byte, added. */
static PyObject *
ends(PyObject *self, PyObject *object)
{
    Py_buffer view;
    if (PyObject_GetBuffer(object, &view, PyBUF_SIMPLE) < 0) {
        return NULL;
    }
    const unsigned char *bytes = view.buf;
    long total = bytes[0] + bytes[view.len - 1];
    PyBuffer_Release(&view);
    return PyLong_FromLong(total);
}

static PyObject *
parsed(PyObject *self, PyObject *args)
{
    Py_buffer view;
    if (!PyArg_ParseTuple(args, "y*", &view)) {
        return NULL;
    }
    Py_ssize_t size = view.len;
    PyBuffer_Release(&view);
    return PyLong_FromSsize_t(size);
}

typedef struct {
    PyObject_HEAD
    unsigned char bytes[1000];
} Block;

static int
block_buffer(PyObject *self, Py_buffer *view, int flags)
{
    return PyBuffer_FillInfo(view, self, ((Block *)self)->bytes, sizeof ((Block *)self)->bytes, 0, flags);
}

static PyBufferProcs block_procs = {.bf_getbuffer = block_buffer};
static PyTypeObject BlockType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "buffers.Block",
    .tp_basicsize = sizeof(Block),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = PyType_GenericNew,
    .tp_as_buffer = &block_procs,
};

static PyMethodDef methods[] = {
    {"ends", ends, METH_O, NULL},
    {"parsed", parsed, METH_VARARGS, NULL},
    {NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "buffers", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_buffers(void)
{
    PyObject *module = PyModule_Create(&definition);
    EXPECT(module && PyType_Ready(&BlockType) == 0);
    EXPECT(PyModule_AddObjectRef(module, "Block", (PyObject *)&BlockType) == 0);
    return module;
}
