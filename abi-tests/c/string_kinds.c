/* Strings of each kind (ASCII, 1, 2 and 4 bytes a character, surrogates): reading in place, making, searching, splitting, codecs.
   flavours: 3.14 3.14t */
#include "checks.h"

static const char *const SAMPLES[] = {
    "", "a", "plain ascii text", "caf\xc3\xa9 \xc3\xbf", "\xe6\xbc\xa2\xe5\xad\x97 kanji", "\xf0\x9f\x98\x80 smile \xc3\xa9",
    "tab\tand\nline", "MiXed Case \xc3\x9f",
};
enum { HOW_MANY = sizeof(SAMPLES) / sizeof(*SAMPLES) };

#define EVERY_SAMPLE(rows, ...)                                                                \
    PyObject *rows = PyList_New(0);                                                            \
    for (int i = 0; i < HOW_MANY; i++) {                                                       \
        PyObject *text = PyUnicode_FromString(SAMPLES[i]);                                     \
        EXPECT(text != NULL);                                                                  \
        __VA_ARGS__;                                                                           \
        Py_DECREF(text);                                                                       \
    }                                                                                          \
    return rows

CHECK(in_place)
{
    EVERY_SAMPLE(rows, {
        Py_ssize_t length = PyUnicode_GET_LENGTH(text);
        int kind = PyUnicode_KIND(text);
        const void *data = PyUnicode_DATA(text);
        long long sum = 0;
        for (Py_ssize_t at = 0; at < length; at++) {
            sum += PyUnicode_READ(kind, data, at) * (at + 1);
            EXPECT(PyUnicode_READ_CHAR(text, at) == PyUnicode_READ(kind, data, at));
            EXPECT(PyUnicode_ReadChar(text, at) == PyUnicode_READ(kind, data, at));
        }
        EXPECT(PyUnicode_READ(kind, data, length) == 0 && PyUnicode_GetLength(text) == length);
        note(rows, Py_BuildValue("(niiiL)", length, kind, PyUnicode_IS_ASCII(text) != 0, (int)PyUnicode_MAX_CHAR_VALUE(text), sum));
    });
}

CHECK(made_of_characters)
{
    static const Py_UCS4 maxima[] = {'z', 0xE9, 0x100, 0xD800, 0x6F22, 0x10000, 0x10FFFF};
    PyObject *rows = PyList_New(0);
    for (size_t i = 0; i < sizeof(maxima) / sizeof(*maxima); i++) {
        PyObject *text = PyUnicode_New(4, maxima[i]);
        EXPECT(text != NULL && PyUnicode_WriteChar(text, 0, 'a') == 0 && PyUnicode_Fill(text, 1, 2, maxima[i]) == 2);
        EXPECT(PyUnicode_WriteChar(text, 3, '!') == 0);
        note(rows, PyObject_ASCII(text));
        note_int(rows, PyUnicode_KIND(text));
        note_int(rows, PyUnicode_Find(text, text, 0, 4, 1));
        note_int(rows, PyUnicode_FindChar(text, maxima[i], 0, 4, 1));
        note_int(rows, PyUnicode_FindChar(text, maxima[i], 0, 4, -1));
        Py_DECREF(text);
    }
    note_kind(rows, PyUnicode_New(-1, 127));
    note_kind(rows, PyUnicode_New(3, 0x110000));
    note(rows, PyUnicode_New(0, 127));
    return rows;
}

CHECK(kind_and_data)
{
    static const Py_UCS1 one[] = {'a', 0xE9, 0};
    static const Py_UCS2 two[] = {'a', 'b', 0x6F22, 0xD83D, 0xDE00};
    static const Py_UCS4 four[] = {'a', 0xE9, 0x6F22, 0x1F600};
    PyObject *rows = PyList_New(0);
    note(rows, PyUnicode_FromKindAndData(PyUnicode_1BYTE_KIND, one, 3));
    note(rows, PyUnicode_FromKindAndData(PyUnicode_1BYTE_KIND, one, 1));
    PyObject *text = PyUnicode_FromKindAndData(PyUnicode_2BYTE_KIND, two, 5);
    note(rows, PyObject_ASCII(text));
    Py_DECREF(text);
    for (int length = 0; length <= 4; length++) {
        text = PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, four, length);
        note_int(rows, PyUnicode_KIND(text));
        note(rows, text);
    }
    note_kind(rows, PyUnicode_FromKindAndData(3, one, 1));
    note_kind(rows, PyUnicode_FromKindAndData(PyUnicode_1BYTE_KIND, one, -1));
    note(rows, PyUnicode_FromOrdinal(0x1F600));
    note(rows, PyUnicode_FromOrdinal(0x110000));
    note(rows, PyUnicode_FromOrdinal(-1));
    return rows;
}

CHECK(utf8)
{
    EVERY_SAMPLE(rows, {
        Py_ssize_t size = -1;
        const char *utf8 = PyUnicode_AsUTF8AndSize(text, &size);
        EXPECT(utf8 == PyUnicode_AsUTF8(text) && (size_t)size == strlen(SAMPLES[i]) && strcmp(utf8, SAMPLES[i]) == 0);
        note_int(rows, size);
        note(rows, PyUnicode_AsUTF8String(text));
    });
}

CHECK(surrogates)
{
    static const Py_UCS2 lone[] = {'x', 0xDC80, 'y'};
    PyObject *rows = PyList_New(0), *text = PyUnicode_FromKindAndData(PyUnicode_2BYTE_KIND, lone, 3);
    note(rows, PyUnicode_AsUTF8String(text));
    note_text(rows, PyUnicode_AsUTF8(text));
    note(rows, PyUnicode_AsEncodedString(text, "utf-8", "surrogateescape"));
    note(rows, PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass"));
    note(rows, PyUnicode_AsEncodedString(text, "utf-8", "replace"));
    note(rows, PyUnicode_AsEncodedString(text, "ascii", "backslashreplace"));
    note(rows, PyUnicode_AsEncodedString(text, "ascii", "ignore"));
    note(rows, PyObject_ASCII(text));
    note_int(rows, PyUnicode_GET_LENGTH(text));
    Py_DECREF(text);
    text = PyUnicode_DecodeUTF8("x\x80\xffy", 4, "surrogateescape");
    note(rows, PyObject_ASCII(text));
    note(rows, PyUnicode_EncodeFSDefault(text));
    Py_DECREF(text);
    return rows;
}

CHECK(decode)
{
    static const char bad[] = "a\xffz\xe6\xbc";
    static const char *const errors[] = {NULL, "strict", "ignore", "replace", "backslashreplace"};
    PyObject *rows = PyList_New(0);
    for (int i = 0; i < 5; i++) {
        note(rows, PyUnicode_DecodeUTF8(bad, 5, errors[i]));
        note(rows, PyUnicode_DecodeASCII(bad, 5, errors[i]));
        note(rows, PyUnicode_DecodeLatin1(bad, 5, errors[i]));
        note(rows, PyUnicode_Decode(bad, 5, "utf-8", errors[i]));
    }
    note_kind(rows, PyUnicode_Decode(bad, 5, "no-such-codec", NULL));
    note(rows, PyUnicode_FromStringAndSize(bad, 1));
    note(rows, PyUnicode_FromStringAndSize(bad, 2));
    note(rows, PyUnicode_FromStringAndSize(NULL, 0));
    note(rows, PyUnicode_FromStringAndSize(bad, -1));
    Py_ssize_t consumed = -1;
    note(rows, PyUnicode_DecodeUTF8Stateful("ok\xe6\xbc", 4, NULL, &consumed));
    note_int(rows, consumed);
    int order = 0;
    note(rows, PyUnicode_DecodeUTF16("\xff\xfe" "a\0b\0", 6, NULL, &order));
    note_int(rows, order);
    order = 1;
    note(rows, PyUnicode_DecodeUTF32("\0\0\0a", 4, NULL, &order));
    note(rows, PyUnicode_DecodeUnicodeEscape("\\u6f22\\x41\\n", 12, NULL));
    note(rows, PyUnicode_DecodeRawUnicodeEscape("\\u6f22\\n", 8, NULL));
    return rows;
}

CHECK(encode)
{
    EVERY_SAMPLE(rows, {
        note_kind(rows, PyUnicode_AsLatin1String(text));
        note(rows, PyUnicode_AsASCIIString(text));
        note(rows, PyUnicode_AsUTF16String(text));
        note(rows, PyUnicode_AsUTF32String(text));
        note(rows, PyUnicode_AsUnicodeEscapeString(text));
        note(rows, PyUnicode_AsRawUnicodeEscapeString(text));
        note(rows, PyUnicode_AsEncodedString(text, NULL, NULL));
        note(rows, PyUnicode_AsEncodedString(text, "latin-1", "replace"));
        note(rows, PyUnicode_AsEncodedString(text, "ascii", "xmlcharrefreplace"));
    });
}

CHECK(ucs4_and_wide)
{
    EVERY_SAMPLE(rows, {
        Py_UCS4 buffer[40];
        Py_UCS4 *copy = PyUnicode_AsUCS4Copy(text);
        EXPECT(copy && PyUnicode_AsUCS4(text, buffer, 40, 1) == buffer);
        EXPECT(memcmp(copy, buffer, sizeof(Py_UCS4) * (PyUnicode_GET_LENGTH(text) + 1)) == 0);
        PyMem_Free(copy);
        Py_ssize_t size = -1;
        wchar_t wide[40];
        wchar_t *made = PyUnicode_AsWideCharString(text, &size);
        EXPECT(made && PyUnicode_AsWideChar(text, wide, 40) == size && wcscmp(made, wide) == 0);
        note(rows, PyUnicode_FromWideChar(made, -1));
        note(rows, PyUnicode_FromWideChar(made, size / 2));
        PyMem_Free(made);
        note_int(rows, PyUnicode_AsUCS4(text, buffer, 3, 0) == buffer);
    });
}

CHECK(search)
{
    PyObject *rows = PyList_New(0), *text = PyUnicode_FromString("abcabcab"), *part = PyUnicode_FromString("ab");
    PyObject *wide = PyUnicode_FromString("\xe6\xbc\xa2"), *empty = PyUnicode_FromString("");
    PyObject *const parts[] = {part, wide, empty, text};
    for (int i = 0; i < 4; i++) {
        note_int(rows, PyUnicode_Find(text, parts[i], 0, 8, 1));
        note_int(rows, PyUnicode_Find(text, parts[i], 0, 8, -1));
        note_int(rows, PyUnicode_Find(text, parts[i], 1, 7, 1));
        note_int(rows, PyUnicode_Find(text, parts[i], -3, PY_SSIZE_T_MAX, 1));
        note_int(rows, PyUnicode_Count(text, parts[i], 0, 8));
        note_int(rows, PyUnicode_Tailmatch(text, parts[i], 0, 8, -1));
        note_int(rows, PyUnicode_Tailmatch(text, parts[i], 0, 8, 1));
        note_int(rows, PyUnicode_Contains(text, parts[i]));
        note_int(rows, PyUnicode_Compare(text, parts[i]));
    }
    note_int_kind(rows, PyUnicode_Find(text, Py_None, 0, 8, 1));
    note_int_kind(rows, PyUnicode_Count(Py_None, part, 0, 8));
    note_int_kind(rows, PyUnicode_Contains(text, Py_None));
    note_int_kind(rows, PyUnicode_Compare(text, Py_None));
    note_int(rows, PyUnicode_CompareWithASCIIString(text, "abcabcab"));
    note_int(rows, PyUnicode_CompareWithASCIIString(text, "abd"));
    note_int(rows, PyUnicode_CompareWithASCIIString(wide, "abd"));
    note_int(rows, PyUnicode_CompareWithASCIIString(text, "abcabcabc"));
    for (int op = Py_LT; op <= Py_GE; op++) {
        note(rows, PyUnicode_RichCompare(text, part, op));
    }
    note_int(rows, PyUnicode_RichCompare(text, Py_None, Py_EQ) == Py_NotImplemented);
    for (int i = 0; i < 4; i++) {
        Py_DECREF(parts[i]);
    }
    return rows;
}

CHECK(take_apart)
{
    PyObject *rows = PyList_New(0), *text = PyUnicode_FromString("one, two,\xe6\xbc\xa2,  four"), *comma = PyUnicode_FromString(",");
    PyObject *lines = PyUnicode_FromString("a\nb\r\nc\xe2\x80\xa8" "d\n\n"), *empty = PyUnicode_FromString("");
    note(rows, PyUnicode_Split(text, comma, -1));
    note(rows, PyUnicode_Split(text, comma, 1));
    note(rows, PyUnicode_Split(text, NULL, -1));
    note(rows, PyUnicode_RSplit(text, comma, 1));
    note(rows, PyUnicode_RSplit(text, NULL, 2));
    note(rows, PyUnicode_Split(text, empty, -1));
    note(rows, PyUnicode_Partition(text, comma));
    note(rows, PyUnicode_RPartition(text, comma));
    note(rows, PyUnicode_Partition(text, empty));
    note(rows, PyUnicode_Splitlines(lines, 0));
    note(rows, PyUnicode_Splitlines(lines, 1));
    note(rows, PyUnicode_Replace(text, comma, empty, -1));
    note(rows, PyUnicode_Replace(text, comma, text, 1));
    note(rows, PyUnicode_Substring(text, 2, 12));
    note(rows, PyUnicode_Substring(text, 12, 2));
    note(rows, PyUnicode_Substring(text, 2, 1000));
    note(rows, PyUnicode_Substring(text, -1, 2));
    note_kind(rows, PyUnicode_Split(Py_None, comma, -1));
    note_kind(rows, PyUnicode_Replace(text, Py_None, comma, -1));
    Py_DECREF(text);
    Py_DECREF(comma);
    Py_DECREF(lines);
    Py_DECREF(empty);
    return rows;
}

CHECK(put_together)
{
    PyObject *rows = PyList_New(0), *a = PyUnicode_FromString("a"), *wide = PyUnicode_FromString("\xe6\xbc\xa2"), *number = PyLong_FromLong(1);
    PyObject *list = Py_BuildValue("[OOO]", a, wide, a), *bad = Py_BuildValue("[OO]", a, number);
    note(rows, PyUnicode_Concat(a, wide));
    note_kind(rows, PyUnicode_Concat(a, number));
    note(rows, PyUnicode_Join(wide, list));
    note(rows, PyUnicode_Join(a, list));
    note_kind(rows, PyUnicode_Join(a, bad));
    note_kind(rows, PyUnicode_Join(a, number));
    PyObject *grown = PyUnicode_FromString("x");
    PyUnicode_Append(&grown, a);
    PyUnicode_Append(&grown, wide);
    PyUnicode_AppendAndDel(&grown, PyUnicode_FromString("!"));
    note(rows, grown);
    grown = PyUnicode_FromString("y");
    PyUnicode_Append(&grown, number);
    EXPECT(grown == NULL);
    note_kind(rows, NULL);
    grown = PyUnicode_FromString("resized");
    note_int(rows, PyUnicode_Resize(&grown, 4));
    note(rows, grown);
    PyObject *target = PyUnicode_New(5, 0x6F22);
    PyUnicode_Fill(target, 0, 5, '-');
    note_int(rows, PyUnicode_CopyCharacters(target, 1, wide, 0, 1));
    note_int(rows, PyUnicode_CopyCharacters(target, 4, list, 0, 1));
    note_int(rows, PyUnicode_CopyCharacters(target, 9, wide, 0, 1));
    note(rows, target);
    Py_DECREF(a);
    Py_DECREF(wide);
    Py_DECREF(number);
    Py_DECREF(list);
    Py_DECREF(bad);
    return rows;
}

CHECK(interning)
{
    PyObject *a = PyUnicode_InternFromString("interned_name"), *b = PyUnicode_FromString("interned_name");
    EXPECT(PyUnicode_CHECK_INTERNED(a) != 0);
    PyUnicode_InternInPlace(&b);
    EXPECT(a == b);
    PyObject *c = PyUnicode_InternFromString("interned_name");
    EXPECT(a == c);
    Py_DECREF(b);
    Py_DECREF(c);
    return a;
}

CHECK(wrong)
{
    PyObject *rows = PyList_New(0), *text = PyUnicode_FromString("abc");
    note_int(rows, PyUnicode_GetLength(Py_None));
    note_int(rows, PyUnicode_ReadChar(Py_None, 0));
    note_int(rows, PyUnicode_ReadChar(text, 3));
    note_int(rows, PyUnicode_ReadChar(text, -1));
    note_text(rows, PyUnicode_AsUTF8(Py_None));
    note(rows, PyUnicode_AsUTF8String(Py_None));
    note(rows, PyUnicode_AsLatin1String(Py_None));
    note(rows, PyUnicode_FromObject(Py_None));
    note(rows, PyUnicode_FromObject(text));
    note(rows, PyUnicode_FromEncodedObject(text, NULL, NULL));
    note(rows, PyUnicode_FromEncodedObject(Py_None, NULL, NULL));
    note(rows, PyUnicode_Substring(text, 0, -1));
    note_int(rows, PyUnicode_WriteChar(text, 7, 'x'));
    note_int(rows, PyUnicode_Fill(text, 0, 1, 0x110000));
    Py_DECREF(text);
    return rows;
}

CHECK(methods_of_str)
{
    static const char *const names[] = {"upper", "lower", "title", "strip", "casefold", "isalpha", "isidentifier", "swapcase", "isascii"};
    EVERY_SAMPLE(rows, {
        for (size_t j = 0; j < sizeof(names) / sizeof(*names); j++) {
            note(rows, PyObject_CallMethod(text, names[j], NULL));
        }
        note_int(rows, PyUnicode_IsIdentifier(text));
        note_int(rows, PyObject_Length(text));
        note_int(rows, PyObject_IsTrue(text));
        note_kind(rows, PySequence_GetItem(text, -1));
        note(rows, PySequence_GetSlice(text, 1, -1));
        note(rows, PySequence_Repeat(text, 2));
        note(rows, PySequence_List(text));
        note(rows, PyObject_Repr(text));
    });
}

CHECK(characters)
{
    static const Py_UCS4 characters[] = {'a', 'Z', '5', ' ', '_', 0xDF, 0xE9, 0x663, 0xBD, 0x6F22, 0x2028, 0x1F600, 0x1D7D7, 0x3000};
    PyObject *rows = PyList_New(0);
    for (size_t i = 0; i < sizeof(characters) / sizeof(*characters); i++) {
        Py_UCS4 c = characters[i];
        note(rows, Py_BuildValue("(iiiiiiiiiiIId)", !!Py_UNICODE_ISALPHA(c), !!Py_UNICODE_ISDIGIT(c), !!Py_UNICODE_ISDECIMAL(c),
                                 !!Py_UNICODE_ISNUMERIC(c), !!Py_UNICODE_ISSPACE(c), !!Py_UNICODE_ISUPPER(c), !!Py_UNICODE_ISLOWER(c),
                                 !!Py_UNICODE_ISLINEBREAK(c), !!Py_UNICODE_ISPRINTABLE(c), Py_UNICODE_TODIGIT(c), Py_UNICODE_TOLOWER(c),
                                 Py_UNICODE_TOUPPER(c), Py_UNICODE_TONUMERIC(c)));
        note_int(rows, Py_UNICODE_ISALNUM(c) != 0);
    }
    return rows;
}

static PyMethodDef methods[] = {
    CHECKED(in_place), CHECKED(made_of_characters), CHECKED(kind_and_data), CHECKED(utf8), CHECKED(surrogates), CHECKED(decode),
    CHECKED(encode), CHECKED(ucs4_and_wide), CHECKED(search), CHECKED(take_apart), CHECKED(put_together), CHECKED(interning),
    CHECKED(wrong), CHECKED(methods_of_str), CHECKED(characters), {NULL, NULL, 0, NULL},
};

THEME(string_kinds)
