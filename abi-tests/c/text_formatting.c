/* PyUnicode_FromFormat and PyErr_Format: every conversion with every flag; formatting by specification. */
#include "checks.h"
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

CHECK(integers)
{
    PyObject *rows = PyList_New(0);
    note(rows, PyUnicode_FromFormat("%d %i %u", -5, 6, 7u));
    note(rows, PyUnicode_FromFormat("%ld %li %lu", -5L, 6L, 7UL));
    note(rows, PyUnicode_FromFormat("%lld %lli %llu", -5LL, 6LL, 18446744073709551615ULL));
    note(rows, PyUnicode_FromFormat("%zd %zi %zu", (Py_ssize_t)-5, (Py_ssize_t)6, (size_t)7));
    note(rows, PyUnicode_FromFormat("%x %5x|%05x", 255, 255, 255));
    note(rows, PyUnicode_FromFormat("[%5d][%-5d][%05d][%.3d][%7.3d]", 42, 42, 42, 42, 42));
    note(rows, PyUnicode_FromFormat("[%5d][%05d][%.3d]", -42, -42, -42));
    note(rows, PyUnicode_FromFormat("%ld", (long)PY_SSIZE_T_MIN));
    note(rows, PyUnicode_FromFormat("%d%%", 100));
    return rows;
}

CHECK(characters_and_strings)
{
    PyObject *rows = PyList_New(0);
    note(rows, PyUnicode_FromFormat("%c%c%c", 'a', 0xE9, 0x1F600));
    note(rows, PyUnicode_FromFormat("%c", 0x110000));
    note(rows, PyUnicode_FromFormat("%s|%5s|%.2s|%5.2s", "abc", "abc", "abc", "abc"));
    note(rows, PyUnicode_FromFormat("%s %.3s", "\xc3\xa9\xe6\xbc\xa2", "\xe6\xbc\xa2\xe6\xbc\xa2"));
    note(rows, PyUnicode_FromFormat("%.4s|", "\xe6\xbc\xa2\xe6\xbc\xa2"));
    note(rows, PyUnicode_FromFormat("%s", "bad \xff utf8"));
    note(rows, PyUnicode_FromFormat("%s", ""));
    note(rows, PyUnicode_FromFormat("no conversions"));
    note(rows, PyUnicode_FromFormat(""));
    return rows;
}

CHECK(pointers)
{
    PyObject *rows = PyList_New(0);
    note(rows, PyUnicode_FromFormat("%p", (void *)0x1234abcd));
    note(rows, PyUnicode_FromFormat("%p %p", (void *)1, (void *)0xffffffffffffffff));
    return rows;
}

CHECK(objects)
{
    PyObject *rows = PyList_New(0), *text = PyUnicode_FromString("t\xc3\xa9xt"), *list = Py_BuildValue("[iO]", 1, text);
    note(rows, PyUnicode_FromFormat("%U|%S|%R|%A", text, text, text, text));
    note(rows, PyUnicode_FromFormat("%S %R %A", list, list, list));
    note(rows, PyUnicode_FromFormat("%V %V", text, "unused", NULL, "f\xc3\xa9" "llback"));
    note(rows, PyUnicode_FromFormat("[%7U][%.2U][%7.2R][%-7S]", text, text, text, text));
    note(rows, PyUnicode_FromFormat("%.3V", NULL, "abcdef"));
    note(rows, PyUnicode_FromFormat("%S", Py_None));
    Py_DECREF(text);
    Py_DECREF(list);
    return rows;
}

#if PY_VERSION_HEX >= 0x030D0000
CHECK(flags)
{
    PyObject *rows = PyList_New(0), *text = PyUnicode_FromString("t\xc3\xa9xt"), *type = (PyObject *)Py_TYPE(text);
    note(rows, PyUnicode_FromFormat("[%*d][%-*d][%*d][%0*d]", 5, 42, 5, 42, -5, 42, 5, -42));
    note(rows, PyUnicode_FromFormat("[%.*d][%.*d][%.*s][%.s]", 4, 42, -4, 42, -1, "abc", "abc"));
    note(rows, PyUnicode_FromFormat("[%-7.3d][%07.3d][%-07d][%#d]", -42, -42, 42, 42));
    note(rows, PyUnicode_FromFormat("%X %o %lx %llo %zX", 255, 8, -1L, 8LL, (size_t)255));
    note(rows, PyUnicode_FromFormat("%jd %jx %td %tu", (intmax_t)-5, (uintmax_t)255, (ptrdiff_t)-7, (ptrdiff_t)7));
    note(rows, PyUnicode_FromFormat("[%ls][%5ls][%-5ls][%.2ls]", L"w\u00efde", L"ab", L"ab", L"\u6f22\U0001F600x"));
    note(rows, PyUnicode_FromFormat("[%lV][%-5.2V][%lV]", NULL, L"wide", NULL, "abc", text, L"unused"));
    note(rows, PyUnicode_FromFormat("[%-6s][%06s][%-6U]", "ab", "cd", text));
    note(rows, PyUnicode_FromFormat("[%.5s][%.6s][%.2s]", "abc\xe6\xbc\xa2", "abc\xe6\xbc\xa2", "\xff\xff"));
    note(rows, PyUnicode_FromFormat("%T %#T %N %#N [%10T][%-10N][%.2T]", text, text, type, type, text, type, text));
    note(rows, PyUnicode_FromFormat("%T %N", PyExc_ValueError, PyExc_ValueError));
    note(rows, PyUnicode_FromFormat("%N", text));
    note(rows, PyUnicode_FromFormat("%5c", 'a'));
    note(rows, PyUnicode_FromFormat("%.5p", (void *)1));
    static const char *const wrong[] = {"a%yb", "%", "%5", "%-%", "%.%", "%l", "%lls", "%hd", "%zs", "%+d", "%lc", "%lU"};
    for (size_t i = 0; i < Py_ARRAY_LENGTH(wrong); i++) {
        note(rows, PyUnicode_FromFormat(wrong[i], 1));
    }
    note(rows, PyUnicode_FromFormat("%99999999999999999999d", 1));
    note(rows, PyUnicode_FromFormat("%.99999999999999999999d", 1));
    Py_DECREF(text);
    return rows;
}
#endif

#if PY_VERSION_HEX >= 0x030E0000
CHECK(writer_format)
{
    PyObject *rows = PyList_New(0), *text = PyUnicode_FromString("w\xc3\xaf" "de");
    PyUnicodeWriter *writer = PyUnicodeWriter_Create(0);
    note_int(rows, PyUnicodeWriter_Format(writer, "%d-%s-%U", 42, "abc", text));
    note_int(rows, PyUnicodeWriter_Format(writer, "lost %y"));
    note_int(rows, PyUnicodeWriter_Format(writer, ";%T", text));
    note(rows, PyUnicodeWriter_Finish(writer));
    Py_DECREF(text);
    return rows;
}
#endif

static PyObject *
broken_text(PyObject *self)
{
    PyErr_SetString(PyExc_ZeroDivisionError, "no text");
    return NULL;
}

CHECK(broken_objects)
{
    PyType_Slot slots[] = {{Py_tp_str, SLOT(broken_text)}, {Py_tp_repr, SLOT(broken_text)}, {0, NULL}};
    PyType_Spec spec = {"text_formatting.Broken", sizeof(PyObject), 0, Py_TPFLAGS_DEFAULT, slots};
    PyObject *rows = PyList_New(0), *type = PyType_FromSpec(&spec), *object = PyObject_CallObject(type, NULL);
    note(rows, PyUnicode_FromFormat("before %S after", object));
    note(rows, PyUnicode_FromFormat("before %R after", object));
    note(rows, PyUnicode_FromFormat("before %A after", object));
    note(rows, PyErr_Format(PyExc_ValueError, "%R", object));
    Py_DECREF(object);
    Py_DECREF(type);
    return rows;
}

CHECK(mixed)
{
    PyObject *rows = PyList_New(0), *text = PyUnicode_FromString("obj");
    for (int i = 0; i < 20; i++) {
        note(rows, PyUnicode_FromFormat("%d:%s:%U:%c:%zd:%R", i, "s", text, 'a' + i, (Py_ssize_t)i * 1000, text));
    }
    char long_text[600];
    memset(long_text, 'x', 599);
    long_text[599] = 0;
    PyObject *made = PyUnicode_FromFormat("%s%s", long_text, long_text);
    note_int(rows, PyUnicode_GET_LENGTH(made));
    Py_DECREF(made);
    Py_DECREF(text);
    return rows;
}

static PyObject *
from_list(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    PyObject *text = PyUnicode_FromFormatV(format, arguments);
    va_end(arguments);
    return text;
}

static PyObject *
error_from_list(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    PyErr_FormatV(PyExc_LookupError, format, arguments);
    va_end(arguments);
    return NULL;
}

CHECK(argument_lists)
{
    PyObject *rows = PyList_New(0);
    note(rows, from_list("%d %s %c %lld", 1, "two", '3', 4LL));
    note(rows, from_list("%d %d %d %d %d %d %d %d %d", 1, 2, 3, 4, 5, 6, 7, 8, 9));
    note(rows, error_from_list("%d %s %S", 1, "two", Py_None));
    return rows;
}

CHECK(errors)
{
    PyObject *rows = PyList_New(0);
    note(rows, PyErr_Format(PyExc_TypeError, "expected %.5s, got %.200s", "integer", "str"));
    note(rows, PyErr_Format(PyExc_OverflowError, "%zd too large", PY_SSIZE_T_MAX));
    note(rows, PyErr_Format(PyExc_KeyError, "%R", Py_None));
    note(rows, PyErr_Format(PyExc_SystemError, "%%"));
    return rows;
}

CHECK(percent)
{
    PyObject *rows = PyList_New(0);
    static const char *const formats[] = {"%d-%s", "%5d|%-5s|", "%x %r", "%d", "%s %s %s", "%(a)s %s", "%d %d", "%%", "%y %s"};
    for (size_t i = 0; i < sizeof(formats) / sizeof(*formats); i++) {
        PyObject *format = PyUnicode_FromString(formats[i]), *values = Py_BuildValue("(is)", 42, "text");
        note_kind(rows, PyUnicode_Format(format, values));
        Py_DECREF(format);
        Py_DECREF(values);
    }
    note_kind(rows, PyUnicode_Format(Py_None, Py_None));
    note(rows, PyUnicode_Format(NULL, Py_None));
    return rows;
}

CHECK(specifications)
{
    PyObject *rows = PyList_New(0);
    PyObject *const values[] = {PyLong_FromLong(-1234567), PyFloat_FromDouble(1234.5678), PyUnicode_FromString("text"), Py_NewRef(Py_True)};
    static const char *const specifications[] = {"", "d", ",", "_x", "+.2f", ">12", "^12s", "e", "%", "08.3f", "c", "nonsense", "#b", "g"};
    for (int i = 0; i < 4; i++) {
        for (size_t j = 0; j < sizeof(specifications) / sizeof(*specifications); j++) {
            PyObject *specification = PyUnicode_FromString(specifications[j]);
            note_kind(rows, PyObject_Format(values[i], specification));
            Py_DECREF(specification);
        }
        note(rows, PyObject_Format(values[i], NULL));
        note_kind(rows, PyObject_Format(values[i], Py_None));
    }
    for (int i = 0; i < 4; i++) {
        Py_DECREF(values[i]);
    }
    return rows;
}

CHECK(translate)
{
    PyObject *rows = PyList_New(0), *text = PyUnicode_FromString("abcabc"), *table = Py_BuildValue("{i:s,i:O,i:i}", 'a', "AA", 'b', Py_None, 'c', 0x6F22);
    note(rows, PyUnicode_Translate(text, table, "ignore"));
    note_kind(rows, PyUnicode_Translate(text, Py_None, NULL));
    Py_DECREF(text);
    Py_DECREF(table);
    return rows;
}

#if PY_VERSION_HEX < 0x030E0000
CHECK(writer)
{
    PyObject *rows = PyList_New(0), *text = PyUnicode_FromString("w\xc3\xaf" "de \xe6\xbc\xa2");
    _PyUnicodeWriter writer;
    _PyUnicodeWriter_Init(&writer);
    writer.overallocate = 1;
    for (int i = 0; i < 50; i++) {
        EXPECT(_PyUnicodeWriter_WriteChar(&writer, 'a' + i % 26) == 0 && _PyUnicodeWriter_WriteASCIIString(&writer, "xy", 2) == 0);
    }
    EXPECT(_PyUnicodeWriter_WriteLatin1String(&writer, "\xe9", 1) == 0);
    EXPECT(_PyUnicodeWriter_WriteStr(&writer, text) == 0 && _PyUnicodeWriter_WriteSubstring(&writer, text, 1, 3) == 0);
    EXPECT(_PyUnicodeWriter_WriteChar(&writer, 0x1F600) == 0);
    note(rows, _PyUnicodeWriter_Finish(&writer));
    _PyUnicodeWriter_Init(&writer);
    note(rows, _PyUnicodeWriter_Finish(&writer));
    _PyUnicodeWriter_Init(&writer);
    EXPECT(_PyUnicodeWriter_WriteStr(&writer, text) == 0);
    _PyUnicodeWriter_Dealloc(&writer);
    Py_DECREF(text);
    return rows;
}
#endif

static PyMethodDef methods[] = {
    CHECKED(integers), CHECKED(characters_and_strings), CHECKED(pointers), CHECKED(objects), CHECKED(broken_objects), CHECKED(mixed),
    CHECKED(argument_lists), CHECKED(errors), CHECKED(percent), CHECKED(specifications), CHECKED(translate),
#if PY_VERSION_HEX >= 0x030D0000
    CHECKED(flags),
#endif
#if PY_VERSION_HEX < 0x030E0000
    CHECKED(writer),
#else
    CHECKED(writer_format),
#endif
    {NULL, NULL, 0, NULL},
};

THEME(text_formatting)
