"""Values that cross in either direction, by kind and size, and values that C makes for itself."""

import timing
import values


def given(f, x):
    def loop(n, f=f, x=x):
        for i in range(n):
            f(x)

    return loop


def fresh_texts(n, f=values.text_length):
    for i in range(n):
        f("abcdefghi" + chr(97 + (i & 15)))


def floats(n, f=values.add_to_float):
    x = 0.5
    for i in range(n):
        x = f(x)


def large_ints(n, f=values.add_to_int):
    x = 1 << 40
    for i in range(n):
        x = f(x)


rows = {
    "`o(float)`, returns a float": floats,
    "`o(int)`, returns an int, above 2^40": large_ints,
    "takes a `str` of 10 characters, always the same": given(values.text_length, "abcdefghij"),
    "takes a `str` of 10 characters, each time a new one": fresh_texts,
    "takes a `str` of 10,000 characters": given(values.text_length, "ab" * 5000),
    "takes a `str` of 10 characters, not ASCII": given(values.text_length, "abcdéfghij"),
    "takes a `str` of 10,000 characters, not ASCII": given(values.text_length, "é€" * 5000),
    "makes a `str` of 10 characters": given(values.text, 10),
    "makes a `str` of 10,000 characters": given(values.text, 10000),
    "makes a `str` of 5 characters, not ASCII": given(values.accented, 10),
    "makes a `str` of 5,000 characters, not ASCII": given(values.accented, 10000),
    "takes `bytes` of 10": given(values.bytes_length, b"abcdefghij"),
    "takes `bytes` of 10,000": given(values.bytes_length, b"ab" * 5000),
    "makes `bytes` of 10": given(values.bytes, 10),
    "makes `bytes` of 10,000": given(values.bytes, 10000),
    "makes and drops an int, inside C": values.each_int,
    "makes and drops a float, inside C": values.each_float,
    "makes and drops a `str` of 10 characters, inside C": values.each_text,
    "makes and drops `bytes` of 10, inside C": values.each_bytes,
    "makes and drops a tuple of 2, inside C": values.each_pair,
}
timing.report(rows)
