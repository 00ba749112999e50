/* Dates and times: the macros that read the structs in place, and everything that the capsule's table makes. */
#include "checks.h"
#include <datetime.h>

#ifndef PyDateTime_DATE_GET_TZINFO
#define PyDateTime_DATE_GET_TZINFO(o) (((PyDateTime_DateTime *)(o))->hastzinfo ? ((PyDateTime_DateTime *)(o))->tzinfo : Py_None)
#define PyDateTime_TIME_GET_TZINFO(o) (((PyDateTime_Time *)(o))->hastzinfo ? ((PyDateTime_Time *)(o))->tzinfo : Py_None)
#endif

static PyObject *
kinds(PyObject *self, PyObject *value)
{
    PyObject *rows = PyList_New(0);
    note_int(rows, PyDate_Check(value) + 2 * PyDate_CheckExact(value));
    note_int(rows, PyDateTime_Check(value) + 2 * PyDateTime_CheckExact(value));
    note_int(rows, PyTime_Check(value) + 2 * PyTime_CheckExact(value));
    note_int(rows, PyDelta_Check(value) + 2 * PyDelta_CheckExact(value));
    note_int(rows, PyTZInfo_Check(value) + 2 * PyTZInfo_CheckExact(value));
    return rows;
}

static PyObject *
fields(PyObject *self, PyObject *value)
{
    if (PyDateTime_Check(value)) {
        return Py_BuildValue("(iiiiiiiiO)", PyDateTime_GET_YEAR(value), PyDateTime_GET_MONTH(value), PyDateTime_GET_DAY(value),
                             PyDateTime_DATE_GET_HOUR(value), PyDateTime_DATE_GET_MINUTE(value),
                             PyDateTime_DATE_GET_SECOND(value), PyDateTime_DATE_GET_MICROSECOND(value),
                             PyDateTime_DATE_GET_FOLD(value), PyDateTime_DATE_GET_TZINFO(value));
    }
    if (PyDate_Check(value)) {
        return Py_BuildValue("(iii)", PyDateTime_GET_YEAR(value), PyDateTime_GET_MONTH(value), PyDateTime_GET_DAY(value));
    }
    if (PyTime_Check(value)) {
        return Py_BuildValue("(iiiiiO)", PyDateTime_TIME_GET_HOUR(value), PyDateTime_TIME_GET_MINUTE(value),
                             PyDateTime_TIME_GET_SECOND(value), PyDateTime_TIME_GET_MICROSECOND(value),
                             PyDateTime_TIME_GET_FOLD(value), PyDateTime_TIME_GET_TZINFO(value));
    }
    if (PyDelta_Check(value)) {
        return Py_BuildValue("(iii)", PyDateTime_DELTA_GET_DAYS(value), PyDateTime_DELTA_GET_SECONDS(value),
                             PyDateTime_DELTA_GET_MICROSECONDS(value));
    }
    Py_RETURN_NONE;
}

/* A list of a value and a tuple with the same value. */
static PyObject *
fields_of_all(PyObject *self, PyObject *list)
{
    PyObject *pair = PyList_GET_ITEM(list, 1), *rows = PyList_New(0);
    note(rows, fields(self, PyList_GET_ITEM(list, 0)));
    note(rows, fields(self, PyTuple_GET_ITEM(pair, 0)));
    EXPECT(PyList_GET_ITEM(list, 0) == PyTuple_GET_ITEM(pair, 0));
    return rows;
}

static PyObject *
zone(PyObject *self, PyObject *value)
{
    return Py_NewRef(PyDateTime_DATE_GET_TZINFO(value));
}

static PyObject *
new_date(PyObject *self, PyObject *args)
{
    PyTypeObject *type;
    int year, month, day;
    EXPECT(PyArg_ParseTuple(args, "Oiii", &type, &year, &month, &day));
    return PyDateTimeAPI->Date_FromDate(year, month, day, type);
}

static PyObject *
new_datetime(PyObject *self, PyObject *args)
{
    PyTypeObject *type;
    PyObject *zone;
    int h, m, s, us, fold;
    EXPECT(PyArg_ParseTuple(args, "OiiiiOi", &type, &h, &m, &s, &us, &zone, &fold));
    PyObject *plain = PyDateTimeAPI->DateTime_FromDateAndTime(2024, 2, 29, h, m, s, us, zone, type);
    PyObject *folded = PyDateTimeAPI->DateTime_FromDateAndTimeAndFold(2024, 2, 29, h, m, s, us, zone, fold, type);
    EXPECT(plain && folded && PyDateTime_DATE_GET_FOLD(folded) == fold);
    return Py_BuildValue("[NNNN]", fields(self, plain), fields(self, folded), plain, folded);
}

static PyObject *
new_time(PyObject *self, PyObject *args)
{
    PyTypeObject *type;
    PyObject *zone;
    int h, m, s, us, fold;
    EXPECT(PyArg_ParseTuple(args, "OiiiiOi", &type, &h, &m, &s, &us, &zone, &fold));
    PyObject *plain = PyDateTimeAPI->Time_FromTime(h, m, s, us, zone, type);
    if (plain == NULL) {
        return NULL;
    }
    EXPECT(PyDateTime_TIME_GET_FOLD(plain) == 0);
    Py_DECREF(plain);
    return PyDateTimeAPI->Time_FromTimeAndFold(h, m, s, us, zone, fold, type);
}

static PyObject *
new_delta(PyObject *self, PyObject *args)
{
    PyTypeObject *type;
    int days, seconds, micro;
    EXPECT(PyArg_ParseTuple(args, "Oiii", &type, &days, &seconds, &micro));
    PyObject *delta = PyDateTimeAPI->Delta_FromDelta(days, seconds, micro, 1, type);
    return delta == NULL ? NULL : Py_BuildValue("NN", fields(self, delta), delta);
}

static PyObject *
new_zone(PyObject *self, PyObject *args)
{
    PyObject *offset, *name = NULL;
    EXPECT(PyArg_ParseTuple(args, "O|O", &offset, &name));
    return name == NULL ? PyTimeZone_FromOffset(offset) : PyTimeZone_FromOffsetAndName(offset, name);
}

static PyObject *
from_stamp(PyObject *self, PyObject *args)
{
    return PyDateTime_FromTimestamp(args);
}

static PyObject *
date_from_stamp(PyObject *self, PyObject *args)
{
    return PyDate_FromTimestamp(args);
}

/* The module can be imported on a host without dates; checks fail there with what the capsule's search says. */
static int
has_table(void)
{
    if (PyDateTimeAPI == NULL) {
        PyDateTime_IMPORT;
    }
    return PyDateTimeAPI != NULL;
}

CHECK(macros)
{
    if (!has_table()) {
        return NULL;
    }
    PyObject *rows = PyList_New(0);
    note(rows, PyDate_FromDate(2024, 2, 29));
    note(rows, PyDateTime_FromDateAndTime(2024, 2, 29, 1, 2, 3, 4));
    note(rows, PyDateTime_FromDateAndTimeAndFold(2024, 2, 29, 1, 2, 3, 4, 1));
    note(rows, PyTime_FromTime(1, 2, 3, 4));
    note(rows, PyTime_FromTimeAndFold(1, 2, 3, 4, 1));
    note(rows, PyDelta_FromDSU(1, -2, 3000000));
    note_kind(rows, PyDate_FromDate(2024, 2, 30));
    note(rows, Py_NewRef(PyDateTime_TimeZone_UTC));
    note_int(rows, PyDateTimeAPI == PyCapsule_Import(PyDateTime_CAPSULE_NAME, 0));
    note_int(rows, PyTZInfo_Check(PyDateTime_TimeZone_UTC));
    return rows;
}

CHECK(sizes)
{
    if (!has_table()) {
        return NULL;
    }
    PyObject *rows = PyList_New(0);
    note_int(rows, PyDateTimeAPI->DateType->tp_basicsize);
    note_int(rows, PyDateTimeAPI->DateTimeType->tp_basicsize);
    note_int(rows, PyDateTimeAPI->TimeType->tp_basicsize);
    note_int(rows, PyDateTimeAPI->DeltaType->tp_basicsize);
    note_int(rows, PyType_IsSubtype(PyDateTimeAPI->DateTimeType, PyDateTimeAPI->DateType));
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(macros), CHECKED(sizes),
    {"kinds", kinds, METH_O, NULL},
    {"fields", fields, METH_O, NULL},
    {"fields_of_all", fields_of_all, METH_O, NULL},
    {"zone", zone, METH_O, NULL},
    {"new_date", new_date, METH_VARARGS, NULL},
    {"new_datetime", new_datetime, METH_VARARGS, NULL},
    {"new_time", new_time, METH_VARARGS, NULL},
    {"new_delta", new_delta, METH_VARARGS, NULL},
    {"new_zone", new_zone, METH_VARARGS, NULL},
    {"from_stamp", from_stamp, METH_O, NULL},
    {"date_from_stamp", date_from_stamp, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "datetimes", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_datetimes(void)
{
    if (!has_table()) {
        PyErr_Clear();
    }
    return unlocked(PyModule_Create(&definition));
}
