/* Members of every T_ kind, read and written at and beyond their limits, and getsets: with closures, without a setter, failing.
   flavours: 3.14 3.14t */
#include "checks.h"
#include <limits.h>
#include <structmember.h>

typedef struct {
    PyObject_HEAD
    short t_short;
    int t_int;
    long t_long;
    float t_float;
    double t_double;
    const char *t_string;
    char t_inplace[8];
    char t_char;
    signed char t_byte;
    unsigned char t_ubyte;
    unsigned short t_ushort;
    unsigned int t_uint;
    unsigned long t_ulong;
    char t_bool;
    long long t_longlong;
    unsigned long long t_ulonglong;
    Py_ssize_t t_pyssizet;
    PyObject *t_object;
    PyObject *t_object_ex;
    int t_read_only;
} Fields;

#define FIELD(name, kind) {#name, kind, offsetof(Fields, name), 0, "Documentation of " #name "."}
static PyMemberDef members[] = {
    FIELD(t_short, T_SHORT), FIELD(t_int, T_INT), FIELD(t_long, T_LONG), FIELD(t_float, T_FLOAT), FIELD(t_double, T_DOUBLE),
    FIELD(t_string, T_STRING), FIELD(t_inplace, T_STRING_INPLACE), FIELD(t_char, T_CHAR), FIELD(t_byte, T_BYTE), FIELD(t_ubyte, T_UBYTE),
    FIELD(t_ushort, T_USHORT), FIELD(t_uint, T_UINT), FIELD(t_ulong, T_ULONG), FIELD(t_bool, T_BOOL), FIELD(t_longlong, T_LONGLONG),
    FIELD(t_ulonglong, T_ULONGLONG), FIELD(t_pyssizet, T_PYSSIZET), FIELD(t_object, T_OBJECT), FIELD(t_object_ex, T_OBJECT_EX),
    {"t_read_only", T_INT, offsetof(Fields, t_read_only), READONLY, NULL}, {"t_none", T_NONE, offsetof(Fields, t_int), 0, NULL},
    {NULL, 0, 0, 0, NULL},
};
static const char *const NAMES[] = {
    "t_short", "t_int", "t_long", "t_float", "t_double", "t_string", "t_inplace", "t_char", "t_byte", "t_ubyte", "t_ushort", "t_uint",
    "t_ulong", "t_bool", "t_longlong", "t_ulonglong", "t_pyssizet", "t_object", "t_object_ex", "t_read_only", "t_none",
};
enum { HOW_MANY = sizeof(NAMES) / sizeof(*NAMES) };

static void
fields_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    Py_CLEAR(((Fields *)self)->t_object);
    Py_CLEAR(((Fields *)self)->t_object_ex);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyObject *
get_with_closure(PyObject *self, void *closure)
{
    return Py_BuildValue("(is)", ((Fields *)self)->t_int, closure ? (const char *)closure : "no closure");
}

static int
set_with_closure(PyObject *self, PyObject *value, void *closure)
{
    if (value == NULL) {
        ((Fields *)self)->t_int = -1;
        return 0;
    }
    if (!PyLong_Check(value)) {
        PyErr_Format(PyExc_TypeError, "%s takes an int, not %s", (const char *)closure, Py_TYPE(value)->tp_name);
        return -1;
    }
    ((Fields *)self)->t_int = (int)PyLong_AsLong(value);
    return PyErr_Occurred() ? -1 : 0;
}

static PyObject *
get_failing(PyObject *self, void *closure)
{
    PyErr_SetString(PyExc_LookupError, "this getter fails");
    return NULL;
}

static PyGetSetDef getsets[] = {
    {"both", get_with_closure, set_with_closure, "Both.", "closure of both"}, {"get_only", get_with_closure, NULL, NULL, NULL},
    {"set_only", NULL, set_with_closure, NULL, "set_only"}, {"failing", get_failing, set_with_closure, NULL, "failing"},
    {NULL, NULL, NULL, NULL, NULL},
};
static PyType_Slot slots[] = {
    {Py_tp_members, members}, {Py_tp_getset, getsets}, {Py_tp_dealloc, SLOT(fields_dealloc)}, {0, NULL},
};
static PyType_Spec spec = {"members_and_getsets.Fields", sizeof(Fields), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots};
static PyObject *fields_type;

CHECK(zero)
{
    PyObject *rows = PyList_New(0), *object = PyObject_CallObject(fields_type, NULL);
    for (int i = 0; i < HOW_MANY; i++) {
        note_kind(rows, PyObject_GetAttrString(object, NAMES[i]));
    }
    Py_DECREF(object);
    return rows;
}

CHECK(extremes)
{
    PyObject *rows = PyList_New(0), *object = PyObject_CallObject(fields_type, NULL);
    Fields *fields = (Fields *)object;
    for (int high = 0; high < 2; high++) {
        fields->t_short = high ? SHRT_MAX : SHRT_MIN;
        fields->t_int = high ? INT_MAX : INT_MIN;
        fields->t_long = high ? LONG_MAX : LONG_MIN;
        fields->t_float = high ? 1.5f : -0.1f;
        fields->t_double = high ? 1e308 : -5e-324;
        fields->t_string = high ? "t\xc3\xa9xt" : "";
        strcpy(fields->t_inplace, high ? "inplace" : "x");
        fields->t_char = high ? '~' : ' ';
        fields->t_byte = high ? 127 : -128;
        fields->t_ubyte = high ? 255 : 0;
        fields->t_ushort = high ? USHRT_MAX : 1;
        fields->t_uint = high ? UINT_MAX : 2;
        fields->t_ulong = high ? ULONG_MAX : 3;
        fields->t_bool = (char)high;
        fields->t_longlong = high ? LLONG_MAX : LLONG_MIN;
        fields->t_ulonglong = high ? ULLONG_MAX : 4;
        fields->t_pyssizet = high ? PY_SSIZE_T_MAX : PY_SSIZE_T_MIN;
        fields->t_read_only = 77 + high;
        for (int i = 0; i < HOW_MANY; i++) {
            note_kind(rows, PyObject_GetAttrString(object, NAMES[i]));
        }
    }
    Py_DECREF(object);
    return rows;
}

/* Sets every member to the value, which is stolen, and reads them back from C if all can be set. */
static PyObject *
set_all(PyObject *value, int readable)
{
    PyObject *rows = PyList_New(0), *object = PyObject_CallObject(fields_type, NULL);
    Fields *fields = (Fields *)object;
    for (int i = 0; i < HOW_MANY; i++) {
        int status = PyObject_SetAttrString(object, NAMES[i], value);
        PyObject *type, *error, *traceback;
        PyErr_Fetch(&type, &error, &traceback);
        if (type != NULL && PyErr_GivenExceptionMatches(type, PyExc_Warning)) {
            status = 0;
        }
        PyErr_Restore(type, error, traceback);
        note_int_kind(rows, status);
    }
    if (readable) {
        note(rows, Py_BuildValue("[hilbbBHIkbLKn]", fields->t_short, fields->t_int, fields->t_long, fields->t_char, fields->t_byte, fields->t_ubyte,
                                 fields->t_ushort, fields->t_uint, fields->t_ulong, fields->t_bool, fields->t_longlong, fields->t_ulonglong,
                                 fields->t_pyssizet));
        note_double(rows, fields->t_float);
        note_double(rows, fields->t_double);
    }
    Py_XDECREF(value);
    Py_DECREF(object);
    return rows;
}

CHECK(set_to_ints)
{
    PyObject *rows = PyList_New(0);
    note(rows, set_all(PyLong_FromLong(5), 1));
    note(rows, set_all(PyLong_FromLong(127), 1));
    return rows;
}

CHECK(set_to_negative)
{
    /* Unsigned members warn about negative values and keep their bits. */
    PyObject *rows = PyList_New(0), *object = PyObject_CallObject(fields_type, NULL), *minus = PyLong_FromLong(-7);
    static const char *const names[] = {"t_short", "t_int", "t_long", "t_byte", "t_longlong", "t_pyssizet", "t_float", "t_double"};
    for (int i = 0; i < 8; i++) {
        note_int(rows, PyObject_SetAttrString(object, names[i], minus));
        note(rows, PyObject_GetAttrString(object, names[i]));
    }
    Py_DECREF(object);
    Py_DECREF(minus);
    return rows;
}

CHECK(set_to_others)
{
    PyObject *rows = PyList_New(0);
    note(rows, set_all(PyUnicode_FromString("x"), 0));
    note(rows, set_all(PyUnicode_FromString("long text"), 0));
    note(rows, set_all(PyFloat_FromDouble(2.5), 0));
    note(rows, set_all(Py_NewRef(Py_True), 0));
    note(rows, set_all(Py_NewRef(Py_None), 0));
    return rows;
}

CHECK(beyond)
{
    PyObject *rows = PyList_New(0), *object = PyObject_CallObject(fields_type, NULL), *huge = PyLong_FromString("99999999999999999999999", NULL, 10);
    for (int i = 0; i < HOW_MANY - 4; i++) {
        note_int_kind(rows, PyObject_SetAttrString(object, NAMES[i], huge));
    }
    Py_DECREF(object);
    Py_DECREF(huge);
    return rows;
}

CHECK(delete)
{
    PyObject *rows = PyList_New(0), *object = PyObject_CallObject(fields_type, NULL);
    Fields *fields = (Fields *)object;
    note_int(rows, PyObject_SetAttrString(object, "t_object", Py_True));
    note_int(rows, PyObject_SetAttrString(object, "t_object_ex", Py_True));
    for (int i = 0; i < HOW_MANY; i++) {
        note_int_kind(rows, PyObject_DelAttrString(object, NAMES[i]));
    }
    note_int(rows, fields->t_object == NULL && fields->t_object_ex == NULL);
    note(rows, PyObject_GetAttrString(object, "t_object"));
    note_kind(rows, PyObject_GetAttrString(object, "t_object_ex"));
    note_int_kind(rows, PyObject_DelAttrString(object, "t_object"));
    note_int_kind(rows, PyObject_DelAttrString(object, "t_object_ex"));
    Py_DECREF(object);
    return rows;
}

CHECK(owned_objects)
{
    PyObject *rows = PyList_New(0), *object = PyObject_CallObject(fields_type, NULL), *list = Py_BuildValue("[i]", 1);
    Py_ssize_t before = Py_REFCNT(list);
    note_int(rows, PyObject_SetAttrString(object, "t_object", list));
    note_int(rows, PyObject_SetAttrString(object, "t_object_ex", list));
    note_int(rows, Py_REFCNT(list) - before);
    EXPECT(((Fields *)object)->t_object == list);
    PyObject *got = PyObject_GetAttrString(object, "t_object_ex");
    EXPECT(got == list);
    Py_DECREF(got);
    note_int(rows, PyObject_SetAttrString(object, "t_object", Py_None));
    note_int(rows, PyObject_SetAttrString(object, "t_object_ex", Py_None));
    note_int(rows, Py_REFCNT(list) - before);
    Py_DECREF(object);
    Py_DECREF(list);
    return rows;
}

CHECK(by_function)
{
    PyObject *rows = PyList_New(0), *object = PyObject_CallObject(fields_type, NULL), *number = PyLong_FromLong(9);
    for (int i = 0; i < HOW_MANY; i++) {
        note_int_kind(rows, PyMember_SetOne((char *)object, &members[i], i == 7 ? Py_None : number));
        note_kind(rows, PyMember_GetOne((const char *)object, &members[i]));
    }
    Py_DECREF(object);
    Py_DECREF(number);
    return rows;
}

CHECK(get_sets)
{
    static const char *const names[] = {"both", "get_only", "set_only", "failing"};
    PyObject *rows = PyList_New(0), *object = PyObject_CallObject(fields_type, NULL), *number = PyLong_FromLong(9);
    for (int i = 0; i < 4; i++) {
        note_kind(rows, PyObject_GetAttrString(object, names[i]));
        note_int_kind(rows, PyObject_SetAttrString(object, names[i], number));
        note_kind(rows, PyObject_GetAttrString(object, names[i]));
        note_int_kind(rows, PyObject_SetAttrString(object, names[i], Py_None));
        note_int_kind(rows, PyObject_DelAttrString(object, names[i]));
        note_int(rows, ((Fields *)object)->t_int);
    }
    note_int(rows, PyObject_SetAttrString(object, "both", Py_None));
    note(rows, PyObject_GetAttrString(object, "failing"));
    Py_DECREF(object);
    Py_DECREF(number);
    return rows;
}

CHECK(documented)
{
    static const char *const names[] = {"t_int", "t_object", "t_read_only", "both", "get_only"};
    PyObject *rows = PyList_New(0);
    for (int i = 0; i < 5; i++) {
        PyObject *descriptor = PyObject_GetAttrString(fields_type, names[i]);
        note(rows, PyObject_GetAttrString(descriptor, "__doc__"));
        note(rows, PyObject_GetAttrString(descriptor, "__name__"));
        Py_DECREF(descriptor);
    }
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(zero), CHECKED(extremes), CHECKED(set_to_ints), CHECKED(set_to_negative), CHECKED(set_to_others), CHECKED(beyond),
    CHECKED(delete), CHECKED(owned_objects), CHECKED(by_function), CHECKED(get_sets), CHECKED(documented), {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "members_and_getsets", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_members_and_getsets(void)
{
    PyObject *module = unlocked(PyModule_Create(&definition));
    fields_type = PyType_FromSpec(&spec);
    if (module == NULL || PyModule_AddObject(module, "Fields", Py_XNewRef(fields_type)) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
