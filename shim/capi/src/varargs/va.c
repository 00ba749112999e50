/* The C half of the variadic functions: bodies that only start a va_list, and pumps that read one.
 *
 * Stable Rust cannot define a C-variadic function. Each exported name is a naked Rust function (mod.rs) that jumps
 * to the body of the same name here; the body starts the list and calls a Rust function with a pointer to it; the Rust
 * function takes its arguments out with the pumps. Everything here is hidden, so that the library exports nothing but
 * Python's names. The file can go when Rust's `c_variadic` is stable.
 */
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/types.h>

#pragma GCC visibility push(hidden)

/* No Python header is read: objects are opaque here. */
typedef void Object;
typedef void Parser;

/* Pumps. */

void *gimbal_va_ptr(va_list *ap) { return va_arg(*ap, void *); }
void gimbal_va_ptrs(va_list *ap, void **out, size_t n)
{
    while (n-- > 0)
        *out++ = va_arg(*ap, void *);
}
int gimbal_va_int(va_list *ap) { return va_arg(*ap, int); }
long gimbal_va_long(va_list *ap) { return va_arg(*ap, long); }
long long gimbal_va_longlong(va_list *ap) { return va_arg(*ap, long long); }
ssize_t gimbal_va_ssize(va_list *ap) { return va_arg(*ap, ssize_t); }
double gimbal_va_double(va_list *ap) { return va_arg(*ap, double); }

/* Counts the pointers before the closing NULL, without taking them. */
size_t gimbal_va_count_until_null(va_list *ap)
{
    va_list copy;
    size_t count = 0;
    va_copy(copy, *ap);
    while (va_arg(copy, void *) != NULL)
        count++;
    va_end(copy);
    return count;
}

int gimbal_va_vsnprintf(char *out, size_t size, const char *format, va_list *ap)
{
    va_list copy;
    va_copy(copy, *ap);
    int written = vsnprintf(out, size, format, copy);
    va_end(copy);
    return written;
}

/* Writes to C's own stream, for when sys.stdout or sys.stderr cannot be used. */
void gimbal_va_puts(const char *text, int to_stderr) { fputs(text, to_stderr ? stderr : stdout); }

/* BODY: a variadic function. FORWARD: one that takes a va_list, of which it must leave the caller's copy alone. */

#define BODY(result, name, parameters, last, call) \
    result gimbal_va_##name parameters             \
    {                                              \
        va_list ap;                                \
        va_start(ap, last);                        \
        result value = call;                       \
        va_end(ap);                                \
        return value;                              \
    }

#define BODY_VOID(name, parameters, last, call) \
    void gimbal_va_##name parameters            \
    {                                           \
        va_list ap;                             \
        va_start(ap, last);                     \
        call;                                   \
        va_end(ap);                             \
    }

#define FORWARD(result, name, parameters, call) \
    result gimbal_va_##name parameters          \
    {                                           \
        va_list ap;                             \
        va_copy(ap, given);                     \
        result value = call;                    \
        va_end(ap);                             \
        return value;                           \
    }

/* Argument parsing. The last parameter of the Rust side says whether '#' means Py_ssize_t. */

int gimbal_parse_object(Object *arg, const char *format, va_list *ap, int size_t_clean);
int gimbal_parse_tuple(Object *args, const char *format, va_list *ap, int size_t_clean);
int gimbal_parse_stack(Object *const *args, ssize_t count, const char *format, va_list *ap, int size_t_clean);
int gimbal_parse_keywords(Object *args, Object *keywords, const char *format, char **names, va_list *ap,
                          int size_t_clean);
int gimbal_parse_keywords_fast(Object *args, Object *keywords, Parser *parser, va_list *ap, int size_t_clean);
int gimbal_parse_stack_keywords(Object *const *args, ssize_t count, Object *names, Parser *parser, va_list *ap,
                                int size_t_clean);
int gimbal_unpack_tuple(Object *args, const char *name, ssize_t min, ssize_t max, va_list *ap);
int gimbal_unpack_stack(Object *const *args, ssize_t count, const char *name, ssize_t min, ssize_t max, va_list *ap);

BODY(int, PyArg_Parse, (Object * arg, const char *format, ...), format, gimbal_parse_object(arg, format, &ap, 0))
BODY(int, _PyArg_Parse_SizeT, (Object * arg, const char *format, ...), format,
     gimbal_parse_object(arg, format, &ap, 1))
BODY(int, PyArg_ParseTuple, (Object * args, const char *format, ...), format,
     gimbal_parse_tuple(args, format, &ap, 0))
BODY(int, _PyArg_ParseTuple_SizeT, (Object * args, const char *format, ...), format,
     gimbal_parse_tuple(args, format, &ap, 1))
FORWARD(int, PyArg_VaParse, (Object * args, const char *format, va_list given),
        gimbal_parse_tuple(args, format, &ap, 0))
FORWARD(int, _PyArg_VaParse_SizeT, (Object * args, const char *format, va_list given),
        gimbal_parse_tuple(args, format, &ap, 1))
BODY(int, _PyArg_ParseStack, (Object *const *args, ssize_t count, const char *format, ...), format,
     gimbal_parse_stack(args, count, format, &ap, 0))
BODY(int, _PyArg_ParseStack_SizeT, (Object *const *args, ssize_t count, const char *format, ...), format,
     gimbal_parse_stack(args, count, format, &ap, 1))
BODY(int, PyArg_ParseTupleAndKeywords, (Object * args, Object *keywords, const char *format, char **names, ...),
     names, gimbal_parse_keywords(args, keywords, format, names, &ap, 0))
BODY(int, _PyArg_ParseTupleAndKeywords_SizeT,
     (Object * args, Object *keywords, const char *format, char **names, ...), names,
     gimbal_parse_keywords(args, keywords, format, names, &ap, 1))
FORWARD(int, PyArg_VaParseTupleAndKeywords,
        (Object * args, Object *keywords, const char *format, char **names, va_list given),
        gimbal_parse_keywords(args, keywords, format, names, &ap, 0))
FORWARD(int, _PyArg_VaParseTupleAndKeywords_SizeT,
        (Object * args, Object *keywords, const char *format, char **names, va_list given),
        gimbal_parse_keywords(args, keywords, format, names, &ap, 1))
BODY(int, _PyArg_ParseTupleAndKeywordsFast, (Object * args, Object *keywords, Parser *parser, ...), parser,
     gimbal_parse_keywords_fast(args, keywords, parser, &ap, 0))
BODY(int, _PyArg_ParseTupleAndKeywordsFast_SizeT, (Object * args, Object *keywords, Parser *parser, ...), parser,
     gimbal_parse_keywords_fast(args, keywords, parser, &ap, 1))
FORWARD(int, _PyArg_VaParseTupleAndKeywordsFast, (Object * args, Object *keywords, Parser *parser, va_list given),
        gimbal_parse_keywords_fast(args, keywords, parser, &ap, 0))
FORWARD(int, _PyArg_VaParseTupleAndKeywordsFast_SizeT,
        (Object * args, Object *keywords, Parser *parser, va_list given),
        gimbal_parse_keywords_fast(args, keywords, parser, &ap, 1))
BODY(int, _PyArg_ParseStackAndKeywords,
     (Object *const *args, ssize_t count, Object *names, Parser *parser, ...), parser,
     gimbal_parse_stack_keywords(args, count, names, parser, &ap, 0))
BODY(int, _PyArg_ParseStackAndKeywords_SizeT,
     (Object *const *args, ssize_t count, Object *names, Parser *parser, ...), parser,
     gimbal_parse_stack_keywords(args, count, names, parser, &ap, 1))
BODY(int, PyArg_UnpackTuple, (Object * args, const char *name, ssize_t min, ssize_t max, ...), max,
     gimbal_unpack_tuple(args, name, min, max, &ap))
BODY(int, _PyArg_UnpackStack,
     (Object *const *args, ssize_t count, const char *name, ssize_t min, ssize_t max, ...), max,
     gimbal_unpack_stack(args, count, name, min, max, &ap))

/* Value building. */

Object *gimbal_build_value(const char *format, va_list *ap, int size_t_clean);
Object **gimbal_build_stack(Object **small, ssize_t small_len, const char *format, va_list *ap, ssize_t *count,
                            int size_t_clean);
Object *gimbal_pack_tuple(ssize_t count, va_list *ap);

BODY(Object *, Py_BuildValue, (const char *format, ...), format, gimbal_build_value(format, &ap, 0))
BODY(Object *, _Py_BuildValue_SizeT, (const char *format, ...), format, gimbal_build_value(format, &ap, 1))
FORWARD(Object *, Py_VaBuildValue, (const char *format, va_list given), gimbal_build_value(format, &ap, 0))
FORWARD(Object *, _Py_VaBuildValue_SizeT, (const char *format, va_list given), gimbal_build_value(format, &ap, 1))
FORWARD(Object **, _Py_VaBuildStack,
        (Object * *small, ssize_t small_len, const char *format, va_list given, ssize_t *count),
        gimbal_build_stack(small, small_len, format, &ap, count, 0))
FORWARD(Object **, _Py_VaBuildStack_SizeT,
        (Object * *small, ssize_t small_len, const char *format, va_list given, ssize_t *count),
        gimbal_build_stack(small, small_len, format, &ap, count, 1))
BODY(Object *, PyTuple_Pack, (ssize_t count, ...), count, gimbal_pack_tuple(count, &ap))

/* Calls. */

Object *gimbal_call_function(Object *callable, const char *format, va_list *ap, int size_t_clean);
Object *gimbal_call_method(Object *object, const char *name, const char *format, va_list *ap, int size_t_clean);
Object *gimbal_call_method_named(Object *object, Object *name, const char *format, va_list *ap);
Object *gimbal_call_objects(Object *callable, va_list *ap);
Object *gimbal_call_method_objects(Object *object, Object *name, va_list *ap);
Object *gimbal_call_method_id_objects(Object *object, const char *const *id, va_list *ap);

BODY(Object *, PyObject_CallFunction, (Object * callable, const char *format, ...), format,
     gimbal_call_function(callable, format, &ap, 0))
BODY(Object *, _PyObject_CallFunction_SizeT, (Object * callable, const char *format, ...), format,
     gimbal_call_function(callable, format, &ap, 1))
BODY(Object *, PyEval_CallFunction, (Object * callable, const char *format, ...), format,
     gimbal_call_function(callable, format, &ap, 0))
BODY(Object *, PyObject_CallMethod, (Object * object, const char *name, const char *format, ...), format,
     gimbal_call_method(object, name, format, &ap, 0))
BODY(Object *, _PyObject_CallMethod_SizeT, (Object * object, const char *name, const char *format, ...), format,
     gimbal_call_method(object, name, format, &ap, 1))
BODY(Object *, PyEval_CallMethod, (Object * object, const char *name, const char *format, ...), format,
     gimbal_call_method(object, name, format, &ap, 0))
BODY(Object *, _PyObject_CallMethod, (Object * object, Object *name, const char *format, ...), format,
     gimbal_call_method_named(object, name, format, &ap))
/* The first member of a _Py_Identifier is its text. */
BODY(Object *, _PyObject_CallMethodId, (Object * object, const char *const *id, const char *format, ...), format,
     gimbal_call_method(object, *id, format, &ap, 0))
BODY(Object *, _PyObject_CallMethodId_SizeT, (Object * object, const char *const *id, const char *format, ...),
     format, gimbal_call_method(object, *id, format, &ap, 1))
BODY(Object *, PyObject_CallFunctionObjArgs, (Object * callable, ...), callable, gimbal_call_objects(callable, &ap))
BODY(Object *, PyObject_CallMethodObjArgs, (Object * object, Object *name, ...), name,
     gimbal_call_method_objects(object, name, &ap))
BODY(Object *, _PyObject_CallMethodIdObjArgs, (Object * object, const char *const *id, ...), id,
     gimbal_call_method_id_objects(object, id, &ap))

/* Text, errors and warnings. */

Object *gimbal_format_str(const char *format, va_list *ap);
Object *gimbal_format_bytes(const char *format, va_list *ap);
Object *gimbal_err_format(Object *exception, const char *format, va_list *ap);
Object *gimbal_err_format_from_cause(Object *exception, const char *format, va_list *ap);
Object *gimbal_err_try_set_from_cause(const char *format, va_list *ap);
int gimbal_warn_format(Object *category, ssize_t stack_level, const char *format, va_list *ap);
int gimbal_warn_resource(Object *source, ssize_t stack_level, const char *format, va_list *ap);
int gimbal_warn_explicit_format(Object *category, const char *filename, int line, const char *module,
                                Object *registry, const char *format, va_list *ap);
int gimbal_sys_audit(const char *event, const char *format, va_list *ap);
void gimbal_sys_write(int to_stderr, const char *format, va_list *ap);
void gimbal_sys_format(int to_stderr, const char *format, va_list *ap);
void gimbal_fatal_error_format(const char *function, const char *format, va_list *ap);

BODY(Object *, PyUnicode_FromFormat, (const char *format, ...), format, gimbal_format_str(format, &ap))
FORWARD(Object *, PyUnicode_FromFormatV, (const char *format, va_list given), gimbal_format_str(format, &ap))
BODY(Object *, PyBytes_FromFormat, (const char *format, ...), format, gimbal_format_bytes(format, &ap))
FORWARD(Object *, PyBytes_FromFormatV, (const char *format, va_list given), gimbal_format_bytes(format, &ap))
BODY(Object *, PyErr_Format, (Object * exception, const char *format, ...), format,
     gimbal_err_format(exception, format, &ap))
FORWARD(Object *, PyErr_FormatV, (Object * exception, const char *format, va_list given),
        gimbal_err_format(exception, format, &ap))
BODY(Object *, _PyErr_Format, (void *thread, Object *exception, const char *format, ...), format,
     ((void)thread, gimbal_err_format(exception, format, &ap)))
BODY(Object *, _PyErr_FormatFromCause, (Object * exception, const char *format, ...), format,
     gimbal_err_format_from_cause(exception, format, &ap))
BODY(Object *, _PyErr_FormatFromCauseTstate, (void *thread, Object *exception, const char *format, ...), format,
     ((void)thread, gimbal_err_format_from_cause(exception, format, &ap)))
BODY(Object *, _PyErr_TrySetFromCause, (const char *format, ...), format, gimbal_err_try_set_from_cause(format, &ap))
BODY(int, PyErr_WarnFormat, (Object * category, ssize_t stack_level, const char *format, ...), format,
     gimbal_warn_format(category, stack_level, format, &ap))
BODY(int, PyErr_ResourceWarning, (Object * source, ssize_t stack_level, const char *format, ...), format,
     gimbal_warn_resource(source, stack_level, format, &ap))
BODY(int, PyErr_WarnExplicitFormat,
     (Object * category, const char *filename, int line, const char *module, Object *registry, const char *format,
      ...),
     format, gimbal_warn_explicit_format(category, filename, line, module, registry, format, &ap))
BODY(int, PySys_Audit, (const char *event, const char *format, ...), format, gimbal_sys_audit(event, format, &ap))
BODY_VOID(PySys_WriteStdout, (const char *format, ...), format, gimbal_sys_write(0, format, &ap))
BODY_VOID(PySys_WriteStderr, (const char *format, ...), format, gimbal_sys_write(1, format, &ap))
BODY_VOID(PySys_FormatStdout, (const char *format, ...), format, gimbal_sys_format(0, format, &ap))
BODY_VOID(PySys_FormatStderr, (const char *format, ...), format, gimbal_sys_format(1, format, &ap))
BODY_VOID(_Py_FatalErrorFormat, (const char *function, const char *format, ...), format,
          gimbal_fatal_error_format(function, format, &ap))

#if GIMBAL_PYTHON >= 313
void gimbal_err_format_unraisable(const char *format, va_list *ap);

BODY_VOID(PyErr_FormatUnraisable, (const char *format, ...), format, gimbal_err_format_unraisable(format, &ap))
#endif

#if GIMBAL_PYTHON >= 314
int gimbal_writer_format(void *writer, const char *format, va_list *ap);

BODY(int, PyUnicodeWriter_Format, (void *writer, const char *format, ...), format,
     gimbal_writer_format(writer, format, &ap))
#endif

/* printf into a buffer that always ends with NUL; -666 says that the size does not fit an int. */
static int bounded_print(char *out, size_t size, const char *format, va_list *ap)
{
    int written = size > INT_MAX - 1 ? -666 : vsnprintf(out, size, format, *ap);
    if (size > 0)
        out[size - 1] = '\0';
    return written;
}

BODY(int, PyOS_snprintf, (char *out, size_t size, const char *format, ...), format,
     bounded_print(out, size, format, &ap))
FORWARD(int, PyOS_vsnprintf, (char *out, size_t size, const char *format, va_list given),
        bounded_print(out, size, format, &ap))

#pragma GCC visibility pop
