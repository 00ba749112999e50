"""Operations on strings and bytearrays."""

from array import array as Array

from _gimbal.cells import NULL
from _gimbal.native import ffi


def StrMethod(name, s, *args):
    return getattr(str, name)(s, *args)


def Encode(s, encoding, errors):
    if errors is NULL:
        return str.encode(s, encoding)
    return str.encode(s, encoding, errors)


def Decode(data, encoding, errors):
    if not isinstance(data, (bytes, bytearray)):
        data = bytes(memoryview(data))
    if errors is NULL:
        return data.decode(encoding)
    return data.decode(encoding, errors)


# --- bytearrays ----------------------------------------------------------------------------------------------


def NewByteArray(source):
    return bytearray(source)


def ByteArrayConcat(a, b):
    return bytearray(a) + b


def ByteArrayResize(array, size):
    old = len(array)
    if size < old:
        del array[size:]
    else:
        array.extend(bytes(size - old))


def ByteArrayPlace(array):
    if isinstance(array, Array):
        return (*Array.buffer_info(array), ord(array.typecode), array.itemsize)
    size = len(array)
    if size == 0:
        return 0, 0
    # from_buffer makes the host keep the bytes where they are, which goes on after the export has ended; an export that
    # goes on would forbid resizing
    with ffi.from_buffer(array) as place:
        return int(ffi.cast('intptr_t', place)), size
