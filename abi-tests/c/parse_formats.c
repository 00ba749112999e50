/* Argument parsing. The functions take a format string from Python, lay out the pointers that it asks for, call one of
 * the parsing functions and give back what was stored. What was not stored shows as "unset", and a store that is wider
 * than its type as SystemError. */
#include "checks.h"

#if PY_VERSION_HEX >> 16 == 0x030B /* whose private functions it calls */

/* The names without the suffix, which the macro above hides. */
#undef PyArg_Parse
#undef PyArg_ParseTuple
#undef PyArg_ParseTupleAndKeywords
#undef PyArg_VaParse
#undef PyArg_VaParseTupleAndKeywords
#undef _PyArg_ParseStack
#undef _PyArg_ParseStackAndKeywords
#undef _PyArg_ParseTupleAndKeywordsFast
#undef _PyArg_VaParseTupleAndKeywordsFast
#undef _PyArg_NoKeywords
#undef _PyArg_NoPositional
#undef _PyArg_NoKwnames
#undef _PyArg_CheckPositional
#undef _PyArg_UnpackKeywords
PyAPI_FUNC(int) PyArg_Parse(PyObject *, const char *, ...);
PyAPI_FUNC(int) PyArg_ParseTuple(PyObject *, const char *, ...);
PyAPI_FUNC(int) PyArg_ParseTupleAndKeywords(PyObject *, PyObject *, const char *, char **, ...);
PyAPI_FUNC(int) PyArg_VaParse(PyObject *, const char *, va_list);
PyAPI_FUNC(int) PyArg_VaParseTupleAndKeywords(PyObject *, PyObject *, const char *, char **, va_list);
PyAPI_FUNC(int) _PyArg_ParseStack(PyObject *const *, Py_ssize_t, const char *, ...);
PyAPI_FUNC(int) _PyArg_ParseStackAndKeywords(PyObject *const *, Py_ssize_t, PyObject *, _PyArg_Parser *, ...);
PyAPI_FUNC(int) _PyArg_ParseTupleAndKeywordsFast(PyObject *, PyObject *, _PyArg_Parser *, ...);
PyAPI_FUNC(int) _PyArg_VaParseTupleAndKeywordsFast(PyObject *, PyObject *, _PyArg_Parser *, va_list);
PyAPI_FUNC(int) _PyArg_ParseStack_SizeT(PyObject *const *, Py_ssize_t, const char *, ...);
PyAPI_FUNC(int) _PyArg_ParseStackAndKeywords_SizeT(PyObject *const *, Py_ssize_t, PyObject *, _PyArg_Parser *, ...);
PyAPI_FUNC(int) _PyArg_ParseTupleAndKeywordsFast_SizeT(PyObject *, PyObject *, _PyArg_Parser *, ...);
PyAPI_FUNC(int) _PyArg_VaParseTupleAndKeywordsFast_SizeT(PyObject *, PyObject *, _PyArg_Parser *, va_list);
PyAPI_FUNC(int) _PyArg_Parse_SizeT(PyObject *, const char *, ...);
PyAPI_FUNC(int) _PyArg_ParseTuple_SizeT(PyObject *, const char *, ...);
PyAPI_FUNC(int) _PyArg_ParseTupleAndKeywords_SizeT(PyObject *, PyObject *, const char *, char **, ...);
PyAPI_FUNC(int) _PyArg_VaParse_SizeT(PyObject *, const char *, va_list);
PyAPI_FUNC(int) _PyArg_VaParseTupleAndKeywords_SizeT(PyObject *, PyObject *, const char *, char **, va_list);
PyAPI_FUNC(PyObject *const *)
    _PyArg_UnpackKeywords(PyObject *const *, Py_ssize_t, PyObject *, PyObject *, _PyArg_Parser *, int, int, int,
                          PyObject **);

#define SLOTS 16
#define SLOT_SIZE 128
#define UNSET 0xee

typedef union {
    unsigned char bytes[SLOT_SIZE];
    void *pointer;
    Py_ssize_t size;
    Py_buffer view;
    PyObject *object;
    long long align;
} Slot;

/* One call in the making: a slot for each pointer of the format, and the pointers in order. */
typedef struct {
    Slot slots[SLOTS];
    void *pointers[SLOTS];
    int count;
    char preset[8];
    /* The slots for memory that the parsing function allocates. */
    Slot *encoded[SLOTS];
    int encoded_count;
} Call;

/* A list that the converter of O& writes to. */
static PyObject *converter_log;

static int
remember(const char *what)
{
    PyObject *text = PyUnicode_FromString(what);
    int outcome = text == NULL ? -1 : PyList_Append(converter_log, text);
    Py_XDECREF(text);
    return outcome;
}

/* The converter of O&: what it does depends on the str that it is given. */
static int
convert(PyObject *object, void *address)
{
    if (object == NULL) {
        remember("undone");
        return 1;
    }
    const char *text = PyUnicode_Check(object) ? PyUnicode_AsUTF8(object) : "";
    if (strcmp(text, "raise") == 0) {
        PyErr_SetString(PyExc_ValueError, "the converter says no");
        return 0;
    }
    if (strcmp(text, "fail") == 0)
        return 0;
    *(PyObject **)address = object;
    remember(text);
    return strcmp(text, "undo") == 0 ? Py_CLEANUP_SUPPORTED : 1;
}

static int
is_end(char code)
{
    return code == '\0' || code == ':' || code == ';';
}

/* Lays out the pointers for the format. With capacity >= 0, es# gets a buffer of that size. */
static int
prepare(Call *call, const char *format, int capacity)
{
    memset(call->slots, UNSET, sizeof(call->slots));
    call->count = call->encoded_count = 0;
    for (const char *code = format; !is_end(*code); code++) {
        if (call->count + 3 > SLOTS) {
            PyErr_SetString(PyExc_ValueError, "too many units");
            return -1;
        }
#define NEXT_SLOT (&call->slots[call->count])
#define PUSH(value) (call->pointers[call->count] = (value), call->count++)
        if (*code == 'e') {
            PUSH((void *)(code[1] && code[2] == '1' ? "latin-1" : code[1] == 't' ? "ascii" : NULL));
            code += code[1] == 's' || code[1] == 't';
            Slot *slot = NEXT_SLOT;
            slot->pointer = NULL;
            int sized = code[1] == '#';
            if (sized && capacity >= 0)
                slot->pointer = call->preset;
            else
                call->encoded[call->encoded_count++] = slot;
            PUSH(slot);
            if (sized) {
                NEXT_SLOT->size = capacity;
                PUSH(NEXT_SLOT);
                code++;
            }
        }
        else if (*code == 'O' && code[1] == '!') {
            PUSH(&PyLong_Type);
            PUSH(NEXT_SLOT);
            code++;
        }
        else if (*code == 'O' && code[1] == '&') {
            PUSH((void *)convert);
            PUSH(NEXT_SLOT);
            code++;
        }
        else if (Py_ISALPHA(*code)) {
            PUSH(NEXT_SLOT);
            if (code[1] == '#') {
                PUSH(NEXT_SLOT);
                code++;
            }
            else if (code[1] == '*')
                code++;
        }
    }
    return 0;
}

static int
is_unset(const Slot *slot, size_t width)
{
    for (size_t index = 0; index < width; index++)
        if (slot->bytes[index] != UNSET)
            return 0;
    return 1;
}

static PyObject *
text_or_none(const char *text, Py_ssize_t size)
{
    if (text == NULL)
        Py_RETURN_NONE;
    return PyBytes_FromStringAndSize(text, size < 0 ? (Py_ssize_t)strlen(text) : size);
}

/* The object for the slot at *index, and the slots that belong to it; releases what the slot owns. */
static PyObject *
show(Call *call, const char **format, int *index)
{
    const char *code = *format;
    Slot *slot = call->pointers[*index];
    size_t width = 0;
    PyObject *result = NULL;
    (*index)++;
#define SIMPLE(letter, type, make)                            \
    case letter:                                              \
        width = sizeof(type);                                 \
        if (!is_unset(slot, width)) {                         \
            type value;                                       \
            memcpy(&value, slot->bytes, sizeof(value));       \
            result = make;                                    \
        }                                                     \
        break;
    switch (*code) {
    SIMPLE('b', unsigned char, PyLong_FromLong(value))
    SIMPLE('B', unsigned char, PyLong_FromLong(value))
    SIMPLE('h', short, PyLong_FromLong(value))
    SIMPLE('H', unsigned short, PyLong_FromLong(value))
    SIMPLE('i', int, PyLong_FromLong(value))
    SIMPLE('I', unsigned int, PyLong_FromUnsignedLong(value))
    SIMPLE('l', long, PyLong_FromLong(value))
    SIMPLE('k', unsigned long, PyLong_FromUnsignedLong(value))
    SIMPLE('L', long long, PyLong_FromLongLong(value))
    SIMPLE('K', unsigned long long, PyLong_FromUnsignedLongLong(value))
    SIMPLE('n', Py_ssize_t, PyLong_FromSsize_t(value))
    SIMPLE('f', float, PyFloat_FromDouble(value))
    SIMPLE('d', double, PyFloat_FromDouble(value))
    SIMPLE('D', Py_complex, PyComplex_FromDoubles(value.real, value.imag))
    SIMPLE('c', char, PyBytes_FromStringAndSize(&value, 1))
    SIMPLE('C', int, PyUnicode_FromOrdinal(value))
    SIMPLE('p', int, PyBool_FromLong(value))
    SIMPLE('U', PyObject *, Py_NewRef(value))
    SIMPLE('S', PyObject *, Py_NewRef(value))
    SIMPLE('Y', PyObject *, Py_NewRef(value))
    case 'O':
        if (code[1] == '!' || code[1] == '&') {
            slot = call->pointers[*index];
            (*index)++;
            (*format)++;
        }
        width = sizeof(PyObject *);
        if (!is_unset(slot, width))
            result = Py_NewRef(slot->object);
        break;
    case 'e': {
        slot = call->pointers[*index];
        (*index)++;
        if (code[1] == 's' || code[1] == 't')
            code = ++*format;
        Py_ssize_t size = -1;
        if (code[1] == '#') {
            size = ((Slot *)call->pointers[*index])->size;
            (*index)++;
            (*format)++;
        }
        result = text_or_none(slot->pointer, size);
        if (slot->pointer != call->preset)
            PyMem_Free(slot->pointer);
        return result;
    }
    case 's':
    case 'z':
    case 'y':
    case 'w':
        if (code[1] == '*') {
            (*format)++;
            width = sizeof(Py_buffer);
            if (is_unset(slot, width))
                break;
            result = Py_BuildValue("(Nni)", text_or_none(slot->view.buf, slot->view.len), slot->view.len,
                                   slot->view.readonly);
            PyBuffer_Release(&slot->view);
            break;
        }
        width = sizeof(char *);
        if (code[1] == '#') {
            Slot *size = call->pointers[*index];
            (*index)++;
            (*format)++;
            if (!is_unset(slot, width))
                result = text_or_none(slot->pointer, size->size);
        }
        else if (!is_unset(slot, width))
            result = text_or_none(slot->pointer, -1);
        break;
    case 'u':
    case 'Z': {
        Py_ssize_t size = -1;
        width = sizeof(wchar_t *);
        if (code[1] == '#') {
            size = ((Slot *)call->pointers[*index])->size;
            (*index)++;
            (*format)++;
        }
        if (!is_unset(slot, width))
            result = slot->pointer == NULL ? Py_NewRef(Py_None) : PyUnicode_FromWideChar(slot->pointer, size);
        break;
    }
    default:
        return PyErr_Format(PyExc_SystemError, "the test cannot show '%c'", *code);
    }
    if (result == NULL && !PyErr_Occurred())
        result = PyUnicode_FromString("unset");
    for (size_t byte = width; byte < SLOT_SIZE; byte++)
        if (slot->bytes[byte] != UNSET) {
            Py_XDECREF(result);
            return PyErr_Format(PyExc_SystemError, "'%c' wrote beyond its type", *code);
        }
    return result;
}

/* The result of a test: what is in the slots after a success. After a failure nothing may be left to free. */
static PyObject *
finish(Call *call, const char *format, int outcome)
{
    if (outcome != !PyErr_Occurred())
        return PyErr_Format(PyExc_SystemError, "returned %d with%s an exception", outcome,
                            PyErr_Occurred() ? "" : "out");
    int index = 0;
    if (!outcome) {
        for (int each = 0; each < call->encoded_count; each++)
            if (call->encoded[each]->pointer != NULL)
                return PyErr_Format(PyExc_SystemError, "memory of 'e' was not freed");
        return NULL;
    }
    PyObject *list = PyList_New(0);
    for (const char *code = format; list != NULL && !is_end(*code); code++) {
        if (!Py_ISALPHA(*code))
            continue;
        PyObject *item = show(call, &code, &index);
        if (item == NULL || PyList_Append(list, item) < 0)
            Py_CLEAR(list);
        Py_XDECREF(item);
    }
    return list;
}

#define ALL_POINTERS(call)                                                                                           \
    (call).pointers[0], (call).pointers[1], (call).pointers[2], (call).pointers[3], (call).pointers[4],              \
        (call).pointers[5], (call).pointers[6], (call).pointers[7], (call).pointers[8], (call).pointers[9],          \
        (call).pointers[10], (call).pointers[11], (call).pointers[12], (call).pointers[13], (call).pointers[14],     \
        (call).pointers[15]

/* Calls twice with one va_list: the first call must leave the list as it was. */
static int
va_tuple(int clean, PyObject *args, const char *format, ...)
{
    int outcome;
    va_list va;
    va_start(va, format);
    outcome = clean ? _PyArg_VaParse_SizeT(args, format, va) : PyArg_VaParse(args, format, va);
    if (outcome && strpbrk(format, "*e&") == NULL)
        outcome = clean ? _PyArg_VaParse_SizeT(args, format, va) : PyArg_VaParse(args, format, va);
    va_end(va);
    return outcome;
}

static int
va_keywords(int clean, PyObject *args, PyObject *keywords, const char *format, char **names, ...)
{
    int outcome;
    va_list va;
    va_start(va, names);
    outcome = clean ? _PyArg_VaParseTupleAndKeywords_SizeT(args, keywords, format, names, va)
                    : PyArg_VaParseTupleAndKeywords(args, keywords, format, names, va);
    va_end(va);
    return outcome;
}

static int
va_fast(int clean, PyObject *args, PyObject *keywords, _PyArg_Parser *parser, ...)
{
    int outcome;
    va_list va;
    va_start(va, parser);
    outcome = clean ? _PyArg_VaParseTupleAndKeywordsFast_SizeT(args, keywords, parser, va)
                    : _PyArg_VaParseTupleAndKeywordsFast(args, keywords, parser, va);
    va_end(va);
    return outcome;
}

/* How a parsing function is called: the odd numbers name the entries without the suffix _SizeT. */
enum { CLEAN, PLAIN, VA_CLEAN, VA_PLAIN, STACK_CLEAN, STACK_PLAIN };

/* The items of a tuple as an array; the tuple keeps them. */
static Py_ssize_t
as_array(PyObject *tuple, PyObject **items)
{
    Py_ssize_t count = PyTuple_Size(tuple);
    for (Py_ssize_t index = 0; index < count && index < SLOTS; index++)
        items[index] = PyTuple_GetItem(tuple, index);
    return count;
}

/* tuple(format, args, how, capacity) */
static PyObject *
tuple(PyObject *self, PyObject *const *given, Py_ssize_t count)
{
    const char *format = PyUnicode_AsUTF8(given[0]);
    PyObject *args = given[1], *items[SLOTS];
    int outcome = 0, how = (int)PyLong_AsLong(given[2]), capacity = (int)PyLong_AsLong(given[3]);
    Call call;
    if (prepare(&call, format, capacity) < 0)
        return NULL;
    switch (how) {
    case CLEAN: outcome = _PyArg_ParseTuple_SizeT(args, format, ALL_POINTERS(call)); break;
    case PLAIN: outcome = PyArg_ParseTuple(args, format, ALL_POINTERS(call)); break;
    case VA_CLEAN: outcome = va_tuple(1, args, format, ALL_POINTERS(call)); break;
    case VA_PLAIN: outcome = va_tuple(0, args, format, ALL_POINTERS(call)); break;
    case STACK_CLEAN: {
        Py_ssize_t size = as_array(args, items);
        outcome = _PyArg_ParseStack_SizeT(items, size, format, ALL_POINTERS(call));
        break;
    }
    case STACK_PLAIN: {
        Py_ssize_t size = as_array(args, items);
        outcome = _PyArg_ParseStack(items, size, format, ALL_POINTERS(call));
        break;
    }
    }
    return finish(&call, format, outcome);
}

/* object(format, argument, how): the old PyArg_Parse; without the argument it gets NULL. */
static PyObject *
object(PyObject *self, PyObject *const *given, Py_ssize_t count)
{
    const char *format = PyUnicode_AsUTF8(given[0]);
    PyObject *argument = count > 2 ? given[2] : NULL;
    Call call;
    if (prepare(&call, format, -1) < 0)
        return NULL;
    int outcome = PyLong_AsLong(given[1]) == CLEAN ? _PyArg_Parse_SizeT(argument, format, ALL_POINTERS(call))
                                                   : PyArg_Parse(argument, format, ALL_POINTERS(call));
    return finish(&call, format, outcome);
}

/* The names of a tuple, NULL behind them; good for one call. */
static char **
c_names(PyObject *tuple)
{
    static char *names[SLOTS + 1];
    Py_ssize_t count = PyTuple_Size(tuple);
    for (Py_ssize_t index = 0; index < count; index++)
        names[index] = (char *)PyUnicode_AsUTF8(PyTuple_GetItem(tuple, index));
    names[count] = NULL;
    return names;
}

/* keywords(format, names, args, keywords or None, how) */
static PyObject *
keywords(PyObject *self, PyObject *const *given, Py_ssize_t count)
{
    const char *format = PyUnicode_AsUTF8(given[0]);
    char **names = c_names(given[1]);
    PyObject *args = given[2], *dict = given[3] == Py_None ? NULL : given[3];
    int outcome = 0;
    Call call;
    if (prepare(&call, format, -1) < 0)
        return NULL;
    switch (PyLong_AsLong(given[4])) {
    case CLEAN: outcome = _PyArg_ParseTupleAndKeywords_SizeT(args, dict, format, names, ALL_POINTERS(call)); break;
    case PLAIN: outcome = PyArg_ParseTupleAndKeywords(args, dict, format, names, ALL_POINTERS(call)); break;
    case VA_CLEAN: outcome = va_keywords(1, args, dict, format, names, ALL_POINTERS(call)); break;
    case VA_PLAIN: outcome = va_keywords(0, args, dict, format, names, ALL_POINTERS(call)); break;
    }
    return finish(&call, format, outcome);
}

/* A parser that lives for ever, as the interpreter may keep it, with copies of the texts. */
static _PyArg_Parser *
new_parser(const char *format, const char *function, PyObject *tuple)
{
    _PyArg_Parser *parser = calloc(1, sizeof(*parser));
    Py_ssize_t count = PyTuple_Size(tuple);
    char **names = calloc(count + 1, sizeof(*names));
    for (Py_ssize_t index = 0; index < count; index++)
        names[index] = strdup(PyUnicode_AsUTF8(PyTuple_GetItem(tuple, index)));
    parser->format = format == NULL ? NULL : strdup(format);
    parser->fname = function == NULL ? NULL : strdup(function);
    parser->keywords = (const char *const *)names;
    return parser;
}

/* Positional arguments and the values of a dict as an array, and a tuple of the names. */
static PyObject *
as_vectorcall(PyObject *args, PyObject *dict, PyObject **items)
{
    Py_ssize_t count = as_array(args, items), position = 0;
    PyObject *key, *value, *names = PyList_New(0), *tuple;
    while (PyDict_Next(dict, &position, &key, &value)) {
        items[count++] = value;
        PyList_Append(names, key);
    }
    tuple = PyList_AsTuple(names);
    Py_DECREF(names);
    return tuple;
}

/* fast(format, names, args, keywords or None, how): each call is made twice, the second time with a used parser. */
static PyObject *
fast(PyObject *self, PyObject *const *given, Py_ssize_t count)
{
    const char *format = PyUnicode_AsUTF8(given[0]);
    _PyArg_Parser *parser = new_parser(format, NULL, given[1]);
    PyObject *args = given[2], *dict = given[3] == Py_None ? NULL : given[3], *items[2 * SLOTS], *names = NULL;
    PyObject *result = NULL;
    for (int round = 0; round < 2; round++) {
        int outcome = 0;
        Call call;
        if (prepare(&call, format, -1) < 0)
            return NULL;
        switch (PyLong_AsLong(given[4])) {
        case CLEAN: outcome = _PyArg_ParseTupleAndKeywordsFast_SizeT(args, dict, parser, ALL_POINTERS(call)); break;
        case PLAIN: outcome = _PyArg_ParseTupleAndKeywordsFast(args, dict, parser, ALL_POINTERS(call)); break;
        case VA_CLEAN: outcome = va_fast(1, args, dict, parser, ALL_POINTERS(call)); break;
        case VA_PLAIN: outcome = va_fast(0, args, dict, parser, ALL_POINTERS(call)); break;
        case STACK_CLEAN:
            names = dict == NULL ? NULL : as_vectorcall(args, dict, items);
            if (names == NULL)
                as_array(args, items);
            outcome = _PyArg_ParseStackAndKeywords_SizeT(items, PyTuple_Size(args), names, parser, ALL_POINTERS(call));
            break;
        case STACK_PLAIN:
            names = dict == NULL ? NULL : as_vectorcall(args, dict, items);
            if (names == NULL)
                as_array(args, items);
            outcome = _PyArg_ParseStackAndKeywords(items, PyTuple_Size(args), names, parser, ALL_POINTERS(call));
            break;
        }
        Py_CLEAR(names);
        Py_XDECREF(result);
        result = finish(&call, format, outcome);
        if (result == NULL)
            break;
    }
    return result;
}

/* What a parser holds after its first use. */
static PyObject *
parser_state(PyObject *self, PyObject *const *given, Py_ssize_t count)
{
    const char *format = PyUnicode_AsUTF8(given[0]);
    _PyArg_Parser *parser = new_parser(format, NULL, given[1]);
    PyObject *empty = PyTuple_New(0);
    Call call;
    prepare(&call, format, -1);
    int outcome = _PyArg_ParseTupleAndKeywordsFast_SizeT(empty, NULL, parser, ALL_POINTERS(call));
    Py_DECREF(empty);
    PyErr_Clear();
    if (parser->kwtuple == NULL)
        Py_RETURN_NONE;
    return Py_BuildValue("(iiizzOi)", parser->pos, parser->min, parser->max, parser->fname, parser->custom_msg,
                         parser->kwtuple, outcome);
}

/* unpack_keywords(function or None, names, args, keywords or None, as_vectorcall, minpos, maxpos, minkw, vararg) */
static PyObject *
unpack_keywords(PyObject *self, PyObject *const *given, Py_ssize_t count)
{
    const char *function = given[0] == Py_None ? NULL : PyUnicode_AsUTF8(given[0]);
    _PyArg_Parser *parser = new_parser(NULL, function, given[1]);
    PyObject *args = given[2], *dict = given[3] == Py_None ? NULL : given[3], *items[2 * SLOTS], *names = NULL;
    PyObject *buffer[SLOTS] = {NULL}, *const *found;
    int minpos = (int)PyLong_AsLong(given[5]), maxpos = (int)PyLong_AsLong(given[6]);
    int minkw = (int)PyLong_AsLong(given[7]), vararg = (int)PyLong_AsLong(given[8]);
    Py_ssize_t size = as_array(args, items), total = PyTuple_Size(given[1]) + (vararg >= 0);
    if (PyObject_IsTrue(given[4]) && dict != NULL) {
        names = as_vectorcall(args, dict, items);
        dict = NULL;
    }
    if (vararg >= 0)
        found = _PyArg_UnpackKeywordsWithVararg(items, size, dict, names, parser, minpos, maxpos, minkw, vararg,
                                                buffer);
    else
        found = _PyArg_UnpackKeywords(items, size, dict, names, parser, minpos, maxpos, minkw, buffer);
    Py_XDECREF(names);
    if (found == NULL)
        return NULL;
    int in_place = found == items;
    PyObject *list = PyList_New(0);
    for (Py_ssize_t index = 0; index < (in_place ? size : total); index++) {
        PyObject *none = PyUnicode_FromString("absent");
        PyList_Append(list, found[index] == NULL ? none : found[index]);
        Py_DECREF(none);
    }
    if (vararg >= 0)
        Py_DECREF(buffer[vararg]);
    return Py_BuildValue("(NO)", list, in_place ? Py_True : Py_False);
}

/* unpack(name or None, args, min, max, as_array) */
static PyObject *
unpack(PyObject *self, PyObject *const *given, Py_ssize_t count)
{
    const char *name = given[0] == Py_None ? NULL : PyUnicode_AsUTF8(given[0]);
    Py_ssize_t min = PyLong_AsLong(given[2]), max = PyLong_AsLong(given[3]);
    PyObject *args = given[1], *items[SLOTS], *places[4] = {NULL};
    int outcome;
    if (PyObject_IsTrue(given[4])) {
        Py_ssize_t size = as_array(args, items);
        outcome = _PyArg_UnpackStack(items, size, name, min, max, &places[0], &places[1], &places[2], &places[3]);
    }
    else
        outcome = PyArg_UnpackTuple(args, name, min, max, &places[0], &places[1], &places[2], &places[3]);
    if (!outcome)
        return NULL;
    PyObject *list = PyList_New(0);
    for (int index = 0; index < 4; index++)
        PyList_Append(list, places[index] == NULL ? Py_Ellipsis : places[index]);
    return list;
}

/* small(which, ...): the small checks, which return an int. */
static PyObject *
small(PyObject *self, PyObject *const *given, Py_ssize_t count)
{
    const char *which = PyUnicode_AsUTF8(given[0]);
    PyObject *argument = count > 1 ? given[1] : NULL;
    int outcome = 0;
    if (strcmp(which, "NoKeywords") == 0)
        outcome = _PyArg_NoKeywords("f", argument);
    else if (strcmp(which, "NoPositional") == 0)
        outcome = _PyArg_NoPositional("f", argument);
    else if (strcmp(which, "NoKwnames") == 0)
        outcome = _PyArg_NoKwnames("f", argument);
    else if (strcmp(which, "BadArgument") == 0)
        _PyArg_BadArgument("f", "argument 'x'", "something", argument);
    else if (strcmp(which, "Validate") == 0)
        outcome = PyArg_ValidateKeywordArguments(argument);
    else if (strcmp(which, "CheckPositional") == 0)
        outcome = _PyArg_CheckPositional(argument == Py_None ? NULL : "f", PyLong_AsLong(given[2]),
                                         PyLong_AsLong(given[3]), PyLong_AsLong(given[4]));
    return outcome ? PyLong_FromLong(outcome) : NULL;
}

static PyMethodDef methods[] = {
    {"tuple", METHOD(tuple), METH_FASTCALL, NULL},
    {"object", METHOD(object), METH_FASTCALL, NULL},
    {"keywords", METHOD(keywords), METH_FASTCALL, NULL},
    {"fast", METHOD(fast), METH_FASTCALL, NULL},
    {"parser_state", METHOD(parser_state), METH_FASTCALL, NULL},
    {"unpack_keywords", METHOD(unpack_keywords), METH_FASTCALL, NULL},
    {"unpack", METHOD(unpack), METH_FASTCALL, NULL},
    {"small", METHOD(small), METH_FASTCALL, NULL},
    {NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "parse_formats", NULL, -1, methods};

PyMODINIT_FUNC
PyInit_parse_formats(void)
{
    PyObject *created = PyModule_Create(&module);
    converter_log = PyList_New(0);
    if (created == NULL || converter_log == NULL || PyModule_AddObjectRef(created, "log", converter_log) < 0)
        return NULL;
    return created;
}

#else
static PyMethodDef methods[] = {{NULL, NULL, 0, NULL}};

THEME(parse_formats)
#endif
