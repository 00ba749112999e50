/* Values, texts, errors and calls that are made from C argument lists. */
#include "checks.h"
#include <limits.h>

#if PY_VERSION_HEX >> 16 == 0x030B /* whose private functions it calls */

/* Wrong formats are what is tested here, and old functions are still exported. */
#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
#pragma GCC diagnostic ignored "-Wformat-zero-length"
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

/* The names without the suffix, which the macro above hides. */
#undef Py_BuildValue
#undef Py_VaBuildValue
#undef _Py_VaBuildStack
#undef PyObject_CallFunction
#undef PyObject_CallMethod
#undef _PyObject_CallMethodId
PyAPI_FUNC(PyObject *) Py_BuildValue(const char *, ...);
PyAPI_FUNC(PyObject *) Py_VaBuildValue(const char *, va_list);
PyAPI_FUNC(PyObject *) _Py_VaBuildValue_SizeT(const char *, va_list);
PyAPI_FUNC(PyObject **) _Py_VaBuildStack(PyObject **, Py_ssize_t, const char *, va_list, Py_ssize_t *);
PyAPI_FUNC(PyObject *) PyObject_CallFunction(PyObject *, const char *, ...);
PyAPI_FUNC(PyObject *) PyObject_CallMethod(PyObject *, const char *, const char *, ...);
PyAPI_FUNC(PyObject *) _PyObject_CallFunction_SizeT(PyObject *, const char *, ...);
PyAPI_FUNC(PyObject *) _PyObject_CallMethod_SizeT(PyObject *, const char *, const char *, ...);
PyAPI_FUNC(PyObject *) _PyObject_CallMethodId(PyObject *, _Py_Identifier *, const char *, ...);
#define Build _Py_BuildValue_SizeT

/* Set by the test: objects of the host for the O units. */
static PyObject *object;

static PyObject *
make(void *argument)
{
    if (argument == NULL) {
        PyErr_SetString(PyExc_KeyError, "the maker says no");
        return NULL;
    }
    return PyUnicode_FromFormat("made from %s", (char *)argument);
}

static PyObject *
va_build(int clean, const char *format, ...)
{
    va_list va;
    va_start(va, format);
    /* Twice with one list, which the first call must leave as it was. */
    PyObject *first = clean ? _Py_VaBuildValue_SizeT(format, va) : Py_VaBuildValue(format, va);
    PyObject *second = clean ? _Py_VaBuildValue_SizeT(format, va) : Py_VaBuildValue(format, va);
    va_end(va);
    if (first == NULL || second == NULL)
        return NULL;
    return Build("(NN)", first, second);
}

static PyObject *
build_stack(int clean, int small_len, const char *format, ...)
{
    PyObject *small[3], **stack, *list;
    Py_ssize_t count = -1;
    va_list va;
    va_start(va, format);
    stack = clean ? _Py_VaBuildStack_SizeT(small, small_len, format, va, &count)
                  : _Py_VaBuildStack(small, small_len, format, va, &count);
    va_end(va);
    if (stack == NULL)
        return NULL;
    list = PyList_New(count);
    for (Py_ssize_t index = 0; index < count; index++)
        PyList_SetItem(list, index, stack[index]);
    if (stack != small)
        PyMem_Free(stack);
    return Build("(Ni)", list, stack == small);
}

/* What an N unit takes is given away even when another unit fails. */
static PyObject *
stolen_on_error(const char *format)
{
    PyObject *given = PyList_New(0), *built;
    Py_ssize_t before, after;
    Py_INCREF(given);
    before = Py_REFCNT(given);
    built = Build(format, NULL, given);
    after = Py_REFCNT(given);
    Py_DECREF(given);
    if (built != NULL)
        return built;
    PyErr_Clear();
    return PyLong_FromSsize_t(before - after);
}

static PyObject *
format_v(PyObject *(*function)(const char *, va_list), const char *format, ...)
{
    va_list va;
    va_start(va, format);
    PyObject *result = function(format, va);
    va_end(va);
    return result;
}

static PyObject *
err_format_v(PyObject *exception, const char *format, ...)
{
    va_list va;
    va_start(va, format);
    PyErr_FormatV(exception, format, va);
    va_end(va);
    return NULL;
}

static int
vsnprint(char *out, size_t size, const char *format, ...)
{
    va_list va;
    va_start(va, format);
    int outcome = PyOS_vsnprintf(out, size, format, va);
    va_end(va);
    return outcome;
}

/* Each case is an expression; run(n) evaluates the n-th, and names() tells their texts. */
#define BUILD_CASES(CASE)                                                                            \
    CASE(Build(""))                                                                                  \
    CASE(Build(" \t,:"))                                                                             \
    CASE(Build("i", 7))                                                                              \
    CASE(Build("(i)", 7))                                                                            \
    CASE(Build("ii", 1, 2))                                                                          \
    CASE(Build("(ii)", 1, 2))                                                                        \
    CASE(Build("()"))                                                                                \
    CASE(Build("[]"))                                                                                \
    CASE(Build("{}"))                                                                                \
    CASE(Build("()[]{}"))                                                                            \
    CASE(Build("bBhHiI", -1, 200, -300, 65535, INT_MIN, UINT_MAX))                                   \
    CASE(Build("bBH", 300, -1, 70000))                                                               \
    CASE(Build("lkLKn", LONG_MIN, ULONG_MAX, LLONG_MIN, ULLONG_MAX, PY_SSIZE_T_MAX))                 \
    CASE(Build("fd", 1.5, -0.25))                                                                    \
    CASE(Build("ddddddddddd", 1., 2., 3., 4., 5., 6., 7., 8., 9., 10., 11.))                         \
    CASE(Build("idLdsd", 1, 2., 3LL, 4., "five", 6.))                                                \
    CASE(Build("D", &(Py_complex){1.5, -2}))                                                         \
    CASE(Build("c", 'x'))                                                                            \
    CASE(Build("c", 0x1ff))                                                                          \
    CASE(Build("C", 0x20ac))                                                                         \
    CASE(Build("C", 0x110000))                                                                       \
    CASE(Build("C", -1))                                                                             \
    CASE(Build("szUy", "text", "text", "text", "bytes"))                                             \
    CASE(Build("szUyu", NULL, NULL, NULL, NULL, NULL))                                               \
    CASE(Build("s#z#U#y#", "text", (Py_ssize_t)2, "a\0b", (Py_ssize_t)3, "x", (Py_ssize_t)0, "yz",   \
               (Py_ssize_t)1))                                                                       \
    CASE(Build("s#y#", "whole", (Py_ssize_t)-1, "whole", (Py_ssize_t)-5))                            \
    CASE(Build("s#z#y#", NULL, (Py_ssize_t)3, NULL, (Py_ssize_t)0, NULL, (Py_ssize_t)1))             \
    CASE(Build("s", "caf\xc3\xa9 \xf0\x9f\x98\x80"))                                                 \
    CASE(Build("(is)", 1, "\xff"))                                                                   \
    CASE(Build("uu#u#", L"wide", L"wide", (Py_ssize_t)2, L"\x20ac", (Py_ssize_t)-1))                 \
    CASE(Build("O", object))                                                                         \
    CASE(Build("S", object))                                                                         \
    CASE(Build("N", Py_NewRef(object)))                                                              \
    CASE(Build("OSN", object, object, Py_NewRef(object)))                                            \
    CASE(Build("O&", make, "text"))                                                                  \
    CASE(Build("N&S&", make, "text", make, "more"))                                                  \
    CASE(Build("O&", make, NULL))                                                                    \
    CASE(Build("iO&s", 1, make, NULL, "s"))                                                          \
    CASE(Build("O", NULL))                                                                           \
    CASE(Build("(iOi)", 1, NULL, 2))                                                                 \
    CASE((PyErr_SetString(PyExc_KeyError, "earlier"), Build("O", NULL)))                             \
    CASE((PyErr_SetString(PyExc_KeyError, "earlier"), Build("[O{sO}]", NULL, "s", NULL)))            \
    CASE(Build("((ii)(i(s)))", 1, 2, 3, "four"))                                                     \
    CASE(Build("[i,[s,s],{}]", 1, "a", "b"))                                                         \
    CASE(Build("{s:i,s:(ii)}", "a", 1, "b", 2, 3))                                                   \
    CASE(Build("{i:s}{s:i}", 1, "a", "b", 2))                                                        \
    CASE(Build("{sisi}", "a", 1, "a", 2))                                                            \
    CASE(Build("{sis}", "a", 1, "b"))                                                                \
    CASE(Build("{[]i}", 1))                                                                          \
    CASE(Build("{Oi}", NULL, 1))                                                                     \
    CASE(Build("{sO}", "a", NULL))                                                                   \
    CASE(Build("("))                                                                                 \
    CASE(Build("(i", 1))                                                                             \
    CASE(Build("i)", 1))                                                                             \
    CASE(Build(")"))                                                                                 \
    CASE(Build("(i]", 1))                                                                            \
    CASE(Build("[i)", 1))                                                                            \
    CASE(Build("{si)", "a", 1))                                                                      \
    CASE(Build("(i[i)]", 1, 2))                                                                      \
    CASE(Build("x"))                                                                                 \
    CASE(Build("ix", 1))                                                                             \
    CASE(Build("[ix]", 1))                                                                           \
    CASE(Build("p", 1))                                                                              \
    CASE(Build("#"))                                                                                 \
    CASE(Build("i#", 1))                                                                             \
    CASE(Py_BuildValue("is", 1, "plain"))                                                            \
    CASE(Py_BuildValue("s#", "plain", 2))                                                            \
    CASE(Py_BuildValue("(iy#i)", 1, "plain", 2, 3))                                                  \
    CASE(Py_BuildValue("u#", L"plain", 2))                                                           \
    CASE(va_build(1, "is#d", 1, "text", (Py_ssize_t)2, 2.5))                                         \
    CASE(va_build(0, "isd", 1, "text", 2.5))                                                         \
    CASE(va_build(0, "s#", "text", 2))                                                               \
    CASE(build_stack(1, 3, ""))                                                                      \
    CASE(build_stack(1, 3, "isd", 1, "two", 3.))                                                     \
    CASE(build_stack(1, 2, "isd", 1, "two", 3.))                                                     \
    CASE(build_stack(1, 3, "(ii)s#", 1, 2, "text", (Py_ssize_t)2))                                   \
    CASE(build_stack(0, 3, "is", 1, "two"))                                                          \
    CASE(build_stack(0, 3, "is#", 1, "two", 2))                                                      \
    CASE(build_stack(1, 3, "iO", 1, NULL))                                                           \
    CASE(build_stack(1, 0, "iO", 1, NULL))                                                           \
    CASE(build_stack(1, 3, "(i", 1))                                                                 \
    CASE(stolen_on_error("(ON)"))                                                                    \
    CASE(stolen_on_error("[ON]"))                                                                    \
    CASE(stolen_on_error("{ON}"))                                                                    \
    CASE(stolen_on_error("ON"))                                                                      \
    CASE(PyTuple_Pack(0))                                                                            \
    CASE(PyTuple_Pack(1, object))                                                                    \
    CASE(PyTuple_Pack(8, object, Py_None, Py_True, object, Py_False, object, Py_None, object))

#define TEXT PyUnicode_FromFormat
#define BYTES PyBytes_FromFormat
#define FORMAT_CASES(CASE)                                                                           \
    CASE(TEXT(""))                                                                                   \
    CASE(TEXT("plain"))                                                                              \
    CASE(TEXT("%%|100%%|%"))                                                                         \
    CASE(TEXT("%d %i %u %x", -1, 2, 3, 255))                                                         \
    CASE(TEXT("%u %x", UINT_MAX, -1))                                                                \
    CASE(TEXT("%ld %li %lu", LONG_MIN, LONG_MAX, ULONG_MAX))                                         \
    CASE(TEXT("%lld %lli %llu", LLONG_MIN, LLONG_MAX, ULLONG_MAX))                                   \
    CASE(TEXT("%zd %zi %zu", PY_SSIZE_T_MIN, PY_SSIZE_T_MAX, SIZE_MAX))                              \
    CASE(TEXT("%5d|%05d|%.5d|%8.5d|%08.5d|%1d", 42, 42, 42, 42, 42, 42))                             \
    CASE(TEXT("%5d|%05d|%.5d|%8.5d|%08.5d|%1d", -42, -42, -42, -42, -42, -42))                       \
    CASE(TEXT("%5x|%05x|%.5x", 42, 42, 42))                                                          \
    CASE(TEXT("%5ld|%010lld|%.3zu", 7L, 8LL, (size_t)9))                                             \
    CASE(TEXT("%lx", 255L))                                                                          \
    CASE(TEXT("a %llx b", 255LL))                                                                    \
    CASE(TEXT("a %zx b", (size_t)255))                                                               \
    CASE(TEXT("a %X b", 255))                                                                        \
    CASE(TEXT("a %o b", 8))                                                                          \
    CASE(TEXT("%c%c%c%c", 'a', 0xe9, 0x20ac, 0x1f600))                                               \
    CASE(TEXT("%5c|%.1c|", 'a', 'b'))                                                                \
    CASE(TEXT("%c", 0))                                                                              \
    CASE(TEXT("%c", 0x110000))                                                                       \
    CASE(TEXT("%c", -1))                                                                             \
    CASE(PyUnicode_AsASCIIString(PyObject_ASCII(TEXT("[%c%c]", 0xd800, 0xdfff))))                    \
    CASE(TEXT("%p|%p", (void *)0x1234abcd, (void *)-1))                                              \
    CASE(TEXT("%p", NULL))                                                                           \
    CASE(TEXT("%s|%5s|%.2s|%5.2s|%05s|%1s", "abc", "abc", "abc", "abc", "abc", "abc"))               \
    CASE(TEXT("%s|%.4s|%6s", "caf\xc3\xa9", "caf\xc3\xa9", "caf\xc3\xa9"))                           \
    CASE(TEXT("%s|%s|%s", "\xff", "a\xe2\x82", "\xed\xa0\x80z"))                                     \
    CASE(TEXT("%.1s", (char[]){'x', 'y'}))                                                           \
    CASE(TEXT("%.0s|", "abc"))                                                                       \
    CASE(TEXT("%U|%8U|%.2U|%8.2U", object, object, object, object))                                  \
    CASE(TEXT("%S|%8S|%.2S|%8.2S", object, object, object, object))                                  \
    CASE(TEXT("%R|%20R|%.2R|%8.2R", object, object, object, object))                                 \
    CASE(TEXT("%A|%30A|%.2A|%8.2A", object, object, object, object))                                 \
    CASE(TEXT("%S %R %A", Py_None, Py_True, Py_Ellipsis))                                            \
    CASE(TEXT("%V|%V|%5.1V|%5.1V", object, "unused", NULL, "used", object, "", NULL, "used"))        \
    CASE(TEXT("%S %R", NULL, NULL))                                                                  \
    CASE(TEXT("%3%|%.%|%.3%|%05.2%"))                                                                \
    CASE(TEXT("%5"))                                                                                 \
    CASE(TEXT("a%.5"))                                                                               \
    CASE(TEXT("a%l"))                                                                                \
    CASE(TEXT("a%z %d", 1))                                                                          \
    CASE(TEXT("a%-5d", 1))                                                                           \
    CASE(TEXT("a%+d %s", 1, "s"))                                                                    \
    CASE(TEXT("a%y b%d", 1))                                                                         \
    CASE(TEXT("a%*d", 5, 1))                                                                         \
    CASE(TEXT("a%\xe9"))                                                                             \
    CASE(TEXT("caf\xe9"))                                                                            \
    CASE(TEXT("%d caf\xe9", 1))                                                                      \
    CASE(TEXT("%99999999999999999999d", 1))                                                          \
    CASE(TEXT("%1000000000000000d", 1))                                                              \
    CASE(TEXT("%.1000000000000000d", 1))                                                             \
    CASE(TEXT("%9000000000000000000s", "a"))                                                         \
    CASE(TEXT("%.99999999999999999999d", 1))                                                         \
    CASE(TEXT("%d%s%ld%s%c%s%zd%s%d%s", 1, "a", 2L, "b", 'c', "d", (Py_ssize_t)3, "e", 4, "f"))      \
    CASE(format_v(PyUnicode_FromFormatV, "%d %s %R", 1, "two", object))                              \
    CASE(BYTES(""))                                                                                  \
    CASE(BYTES("plain \xe9 %%"))                                                                     \
    CASE(BYTES("%d %i %u %x %c", -1, -2, 3, 255, 'x'))                                               \
    CASE(BYTES("%u %x", UINT_MAX, -1))                                                               \
    CASE(BYTES("%ld %lu %zd %zu", LONG_MIN, ULONG_MAX, PY_SSIZE_T_MIN, SIZE_MAX))                    \
    CASE(BYTES("%5d|%05d|%.5d", 42, 42, 42))                                                         \
    CASE(BYTES("%s|%5s|%.2s|%5.2s|%.0s|%.9s", "abc", "abc", "abc", "abc", "abc", "abc"))             \
    CASE(BYTES("%s", "caf\xe9"))                                                                     \
    CASE(BYTES("%c%c", 0, 255))                                                                      \
    CASE(BYTES("%c", 256))                                                                           \
    CASE(BYTES("%c", -1))                                                                            \
    CASE(BYTES("%p %p", (void *)0x1234abcd, NULL))                                                   \
    CASE(BYTES("a %li b", 1L))                                                                       \
    CASE(BYTES("a %lld b", 1LL))                                                                     \
    CASE(BYTES("a %zi b", (Py_ssize_t)1))                                                            \
    CASE(BYTES("a %X b"))                                                                            \
    CASE(BYTES("a %-5d|%+d", 1, 2))                                                                  \
    CASE(BYTES("a %"))                                                                               \
    CASE(BYTES("a %5"))                                                                              \
    CASE(BYTES("a %.5"))                                                                             \
    CASE(BYTES("a %l"))                                                                              \
    CASE(BYTES("a %5%%"))                                                                            \
    CASE(BYTES("a %S %R"))                                                                           \
    CASE(format_v(PyBytes_FromFormatV, "%d %s", 1, "two"))

static PyObject *
cause_of(PyObject *ignored)
{
    PyObject *type, *value, *traceback, *cause;
    PyErr_Fetch(&type, &value, &traceback);
    PyErr_NormalizeException(&type, &value, &traceback);
    cause = PyException_GetCause(value);
    return Build("(NNOO)", type, value, cause == NULL ? Py_None : cause,
                 PyException_GetContext(value) == cause ? Py_True : Py_False);
}

static PyObject *
try_cause(PyObject *exception, PyObject *argument)
{
    if (argument == NULL)
        PyErr_SetNone(exception);
    else
        PyErr_SetObject(exception, argument);
    PyObject *replaced = _PyErr_TrySetFromCause("while %s number %d", "testing", 5);
    return Build("(iN)", replaced != NULL, cause_of(NULL));
}

static PyObject *
print_into(size_t size, const char *format, const char *text, int number)
{
    char out[32], again[32];
    memset(out, '?', sizeof(out));
    memset(again, '?', sizeof(again));
    out[31] = again[31] = '\0';
    int outcome = PyOS_snprintf(out, size, format, text, number);
    int second = vsnprint(again, size, format, text, number);
    return Build("(iisi)", outcome, second, out, strcmp(out, again));
}

/* An outcome as an object; -1 must come with an exception, and nothing else may. */
static PyObject *
status(int outcome)
{
    if (outcome < 0 && PyErr_Occurred())
        return NULL;
    return Build("(is)", outcome, PyErr_Occurred() ? "with an exception" : "");
}

#define ERROR_CASES(CASE)                                                                            \
    CASE(PyErr_Format(PyExc_ValueError, "plain"))                                                    \
    CASE(PyErr_Format(PyExc_ValueError, "%s %d %R %.3s", "text", 5, object, "abcdef"))               \
    CASE(PyErr_Format(PyExc_KeyError, "%U", object))                                                 \
    CASE(PyErr_Format(PyExc_UnicodeDecodeError, "too few arguments"))                                \
    CASE((PyErr_SetString(PyExc_KeyError, "earlier"), PyErr_Format(PyExc_ValueError, "later")))      \
    CASE(err_format_v(PyExc_ValueError, "%s %d", "text", 5))                                         \
    CASE((PyErr_SetString(PyExc_KeyError, "earlier"),                                                \
          _PyErr_FormatFromCause(PyExc_ValueError, "later %d", 2), cause_of(NULL)))                  \
    CASE(try_cause(PyExc_ValueError, NULL))                                                          \
    CASE(try_cause(PyExc_ValueError, object))                                                        \
    CASE(try_cause(PyExc_ValueError, Py_True))                                                       \
    CASE(try_cause(PyExc_OSError, object))                                                           \
    CASE(try_cause(PyExc_UnicodeError, object))                                                      \
    CASE(status(PyErr_WarnFormat(PyExc_UserWarning, 1, "%s %d %R", "careful", 5, object)))  \
    CASE(status(PyErr_WarnFormat(NULL, 1, "default %d", 5)))                                \
    CASE(status(PyErr_WarnFormat(PyExc_UserWarning, 1, "\xff")))                            \
    CASE(status(PyErr_ResourceWarning(object, 1, "unclosed %R", object)))                   \
    CASE(status(PyErr_ResourceWarning(NULL, 1, "unclosed %d", 5)))                          \
    CASE(status(                                                                            \
        PyErr_WarnExplicitFormat(PyExc_UserWarning, "file.py", 7, "module", NULL, "%s!", "here")))   \
    CASE(status(                                                                            \
        PyErr_WarnExplicitFormat(PyExc_UserWarning, "file.py", 7, NULL, NULL, "%s!", "there")))      \
    CASE(print_into(32, "%s-%d", "text", 5))                                                         \
    CASE(print_into(8, "%s-%d", "text", 12345))                                                      \
    CASE(print_into(1, "%s-%d", "text", 5))                                                          \
    CASE((PySys_WriteStdout("written %s %d\n", "text", 5), Py_NewRef(Py_None)))                      \
    CASE((PySys_WriteStdout("%1100d|\n", 5), PySys_WriteStdout("\n"), Py_NewRef(Py_None)))           \
    CASE((PySys_FormatStdout("formatted %s %d %R\n", "text", 5, object), Py_NewRef(Py_None)))        \
    CASE((PySys_FormatStdout("formatted %1100d\n", 5), Py_NewRef(Py_None)))                          \
    CASE((PySys_WriteStderr("written to stderr\n"), Py_NewRef(Py_None)))                             \
    CASE((PySys_FormatStderr("formatted to stderr\n"), Py_NewRef(Py_None)))                          \
    CASE((PyErr_SetString(PyExc_KeyError, "kept"), PySys_WriteStdout("beside an error\n"), NULL))    \
    CASE(status(PySys_Audit("gimbal.test", "isO", 1, "two", object)))                       \
    CASE(status(PySys_Audit("gimbal.test", "i", 1)))                                        \
    CASE(status(PySys_Audit("gimbal.test", "(ii)", 1, 2)))                                  \
    CASE(status(PySys_Audit("gimbal.test", NULL)))                                          \
    CASE(status(PySys_Audit("gimbal.refused", "i", 1)))

/* Set by the test: a function that gives its arguments back, and an object with such a method. */
static PyObject *function, *instance;

static _Py_Identifier PyId_method = {.string = "method", .index = -1};
static _Py_Identifier PyId_missing = {.string = "missing", .index = -1};

static PyObject *
name(const char *text)
{
    return PyUnicode_InternFromString(text);
}

#define CALL PyObject_CallFunction
#define CALL_T _PyObject_CallFunction_SizeT
#undef METHOD
#define METHOD PyObject_CallMethod
#define METHOD_T _PyObject_CallMethod_SizeT
#define OBJECTS PyObject_CallFunctionObjArgs
#define CALL_CASES(CASE)                                                                             \
    CASE(CALL(function, NULL))                                                                       \
    CASE(CALL(function, ""))                                                                         \
    CASE(CALL(function, "()"))                                                                       \
    CASE(CALL(function, "i", 1))                                                                     \
    CASE(CALL(function, "(i)", 1))                                                                   \
    CASE(CALL(function, "((i))", 1))                                                                 \
    CASE(CALL(function, "is", 1, "two"))                                                             \
    CASE(CALL(function, "(is)", 1, "two"))                                                           \
    CASE(CALL(function, "(is)i", 1, "two", 3))                                                       \
    CASE(CALL(function, "[is]", 1, "two"))                                                           \
    CASE(CALL(function, "O", Py_None))                                                               \
    CASE(CALL(function, "O", PyTuple_Pack(2, Py_None, Py_True)))                                     \
    CASE(CALL(function, "iiiiiiii", 1, 2, 3, 4, 5, 6, 7, 8))                                         \
    CASE(CALL(function, "idsid", 1, 2.5, "three", 4, 5.5))                                           \
    CASE(CALL(function, "s#", "text", 2))                                                            \
    CASE(CALL_T(function, "s#i", "text", (Py_ssize_t)2, 3))                                          \
    CASE(CALL(function, "O", NULL))                                                                  \
    CASE(CALL(function, "(i", 1))                                                                    \
    CASE(CALL(function, "x"))                                                                        \
    CASE(CALL(NULL, "i", 1))                                                                         \
    CASE((PyErr_SetString(PyExc_KeyError, "earlier"), CALL(NULL, NULL)))                             \
    CASE(CALL(Py_None, "i", 1))                                                                      \
    CASE(PyEval_CallFunction(function, "(is)", 1, "two"))                                            \
    CASE(METHOD(instance, "method", NULL))                                                           \
    CASE(METHOD(instance, "method", "is", 1, "two"))                                                 \
    CASE(METHOD(instance, "method", "(is)", 1, "two"))                                               \
    CASE(METHOD(instance, "method", "s#", "text", 2))                                                \
    CASE(METHOD_T(instance, "method", "s#", "text", (Py_ssize_t)2))                                  \
    CASE(METHOD(instance, "missing", "i", 1))                                                        \
    CASE(METHOD(instance, "number", "i", 1))                                                         \
    CASE(METHOD(instance, "number", NULL))                                                           \
    CASE(METHOD(NULL, "method", NULL))                                                               \
    CASE(METHOD(instance, NULL, NULL))                                                               \
    CASE(PyEval_CallMethod(instance, "method", "(is)", 1, "two"))                                    \
    CASE(_PyObject_CallMethod(instance, name("method"), "is#", 1, "text", (Py_ssize_t)2))            \
    CASE(_PyObject_CallMethod(instance, name("number"), NULL))                                       \
    CASE(_PyObject_CallMethodId(instance, &PyId_method, "is", 1, "two"))                             \
    CASE(_PyObject_CallMethodId(instance, &PyId_missing, NULL))                                      \
    CASE(_PyObject_CallMethodId_SizeT(instance, &PyId_method, "s#", "text", (Py_ssize_t)2))          \
    CASE(OBJECTS(function, NULL))                                                                    \
    CASE(OBJECTS(function, object, NULL))                                                            \
    CASE(OBJECTS(function, object, Py_None, object, Py_True, NULL))                                  \
    CASE(OBJECTS(function, Py_None, Py_None, Py_None, Py_None, Py_None, Py_None, object, NULL))      \
    CASE(OBJECTS(Py_None, object, NULL))                                                             \
    CASE(OBJECTS(NULL, object, NULL))                                                                \
    CASE(PyObject_CallMethodObjArgs(instance, name("method"), NULL))                                 \
    CASE(PyObject_CallMethodObjArgs(instance, name("method"), object, Py_None, NULL))                \
    CASE(PyObject_CallMethodObjArgs(instance, name("method"), object, object, object, object,        \
                                    object, object, NULL))                                           \
    CASE(PyObject_CallMethodObjArgs(instance, name("plain"), object, NULL))                          \
    CASE(PyObject_CallMethodObjArgs(instance, name("missing"), object, NULL))                        \
    CASE(PyObject_CallMethodObjArgs(instance, name("number"), object, NULL))                         \
    CASE(PyObject_CallMethodObjArgs(instance, NULL, object, NULL))                                   \
    CASE(PyObject_CallMethodObjArgs(NULL, name("method"), object, NULL))                             \
    CASE(_PyObject_CallMethodIdObjArgs(instance, &PyId_method, object, Py_True, NULL))               \
    CASE(_PyObject_CallMethodIdObjArgs(instance, &PyId_missing, object, NULL))

#define AS_TEXT(...) #__VA_ARGS__,
#define AS_LABEL(...)                                                                                \
    case __COUNTER__ - FIRST - 1:                                                                    \
        return __VA_ARGS__;

static const char *const texts[] = {
    BUILD_CASES(AS_TEXT) FORMAT_CASES(AS_TEXT) ERROR_CASES(AS_TEXT) CALL_CASES(AS_TEXT) NULL};

enum { FIRST = __COUNTER__ };

/* run(index): evaluates a case. */
static PyObject *
run(PyObject *self, PyObject *index)
{
    switch (PyLong_AsLong(index)) {
        BUILD_CASES(AS_LABEL)
        FORMAT_CASES(AS_LABEL)
        ERROR_CASES(AS_LABEL)
        CALL_CASES(AS_LABEL)
    }
    return NULL;
}

/* names(): the expressions of all cases. */
static PyObject *
names(PyObject *self, PyObject *args)
{
    PyObject *list = PyList_New(0);
    for (int index = 0; texts[index] != NULL; index++) {
        PyObject *text = PyUnicode_DecodeLatin1(texts[index], strlen(texts[index]), NULL);
        PyList_Append(list, text);
        Py_DECREF(text);
    }
    return list;
}

/* use(object, function, instance) */
static PyObject *
use(PyObject *self, PyObject *args)
{
    if (!PyArg_ParseTuple(args, "OOO", &object, &function, &instance))
        return NULL;
    Py_INCREF(object);
    Py_INCREF(function);
    Py_INCREF(instance);
    Py_RETURN_NONE;
}

/* All cases with objects that every host has: what the Python half passes is a class of its own. */
static PyObject *
rows_of_cases(PyObject *self, long begin, long end)
{
    PyObject *rows = PyList_New(0);
    object = PyUnicode_FromString("caf\xc3\xa9 \xe2\x82\xac");
    function = PyObject_GetAttrString(self, "give_back");
    instance = PyFloat_FromDouble(2.5);
    for (long i = begin; rows != NULL && i < end && texts[i] != NULL; i++) {
        PyObject *index = PyLong_FromLong(i);
        /* What a class of the interpreter's says about missing arguments is its own wording. */
        (strstr(texts[i], "too few arguments") ? note_kind : note)(rows, run(self, index));
        Py_DECREF(index);
    }
    Py_CLEAR(function);
    Py_CLEAR(instance);
    Py_CLEAR(object);
    return rows;
}

static PyObject *
give_back(PyObject *self, PyObject *args, PyObject *kwargs)
{
    return PyTuple_Pack(2, args, kwargs && PyDict_GET_SIZE(kwargs) ? kwargs : Py_None);
}

#define PART(n) CHECK(part_##n) { return rows_of_cases(self, 30 * (n), 30 * (n) + 30); }
PART(0)
PART(1)
PART(2)
PART(3)
PART(4)
PART(5)
PART(6)
PART(7)

static PyMethodDef methods[] = {
    CHECKED(part_0),
    CHECKED(part_1),
    CHECKED(part_2),
    CHECKED(part_3),
    CHECKED(part_4),
    CHECKED(part_5),
    CHECKED(part_6),
    CHECKED(part_7),
    {"give_back", (PyCFunction)(void (*)(void))give_back, METH_VARARGS | METH_KEYWORDS, NULL},
    {"run", run, METH_O, NULL},
    {"names", names, METH_NOARGS, NULL},
    {"use", use, METH_VARARGS, NULL},
    {NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "build_values", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_build_values(void)
{
    return PyModule_Create(&module);
}

#else

static PyMethodDef methods[] = {{NULL, NULL, 0, NULL}};

THEME(build_values)
#endif
