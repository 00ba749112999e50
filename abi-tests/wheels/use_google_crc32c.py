"""google-crc32c as a storage client uses it: one-shot values, running checksums, streams."""

import array
import io

import google_crc32c
from checks import check, check_type
from google_crc32c import Checksum, _crc32c, cext

check("binary", lambda: _crc32c.__file__.rpartition("/")[2])
check("implementation", lambda: google_crc32c.implementation)
check("all", lambda: sorted(google_crc32c.__all__))

data = bytes(range(256)) * 40
inputs = {
    "empty": b"",
    "one": b"\0",
    "zeros": b"\0" * 32,
    "ones": b"\xff" * 32,
    "digits": b"123456789",
    "ascending": bytes(range(32)),
    "descending": bytes(range(31, -1, -1)),
    "long": data,
}
for label, value in inputs.items():
    check(f"value {label}", google_crc32c.value, value)
    check(f"extend {label}", google_crc32c.extend, 0xDEADBEEF, value)
    check(f"extension {label}", lambda value=value: (_crc32c.value(value), _crc32c.extend(1, value)))

for size in (1, 7, 8, 9, 63, 64, 65, 4095, 4096, 4097, 10_240):
    check(f"prefix {size}", google_crc32c.value, data[:size])
    parts = google_crc32c.extend(google_crc32c.value(data[:size]), data[size:])
    check(f"two parts at {size}", lambda: parts == google_crc32c.value(data))
check("five megabytes", lambda: google_crc32c.value(data * 512))
check("the crc wraps", lambda: [google_crc32c.extend(n, b"x") for n in (0, 1, 2**31, 2**32 - 1)])

for label, value in {
    "str": "text",
    "None": None,
    "int": 5,
    "list": [1],
    "bytearray": bytearray(b"123456789"),
    "memoryview": memoryview(b"123456789"),
    "slice of a view": memoryview(b"0123456789")[1:],
    "array": array.array("B", b"123456789"),
}.items():
    check(f"value of {label}", google_crc32c.value, value)
    check(f"extend with {label}", google_crc32c.extend, 0, value)
check_type("extend crc str", google_crc32c.extend, "0", b"x")
check_type("extend crc float", google_crc32c.extend, 1.5, b"x")
check_type("extend without data", google_crc32c.extend, 0)
check_type("value without data", google_crc32c.value)
check_type("value with two", google_crc32c.value, b"a", b"b")
check_type("value with keyword", lambda: google_crc32c.value(data=b"a"))


class Payload(bytes):
    """A subclass of bytes."""


class Labelled(Checksum):
    """A subclass as users write one."""

    def __init__(self, initial=b"", label="none"):
        super().__init__(initial)
        self.label = label


check("subclass of bytes", google_crc32c.value, Payload(b"123456789"))
check("module of Checksum", lambda: Checksum is cext.Checksum)
running = Checksum()
for start in range(0, len(data), 1000):
    running.update(data[start : start + 1000])
check("running digest", running.digest)
check("running hexdigest", running.hexdigest)
duplicate = running.copy()
duplicate.update(b"more")
check("copy", lambda: (duplicate.hexdigest(), running.hexdigest()))
check("initial", lambda: Checksum(b"123456789").hexdigest())
check("consume", lambda: [len(chunk) for chunk in Checksum().consume(io.BytesIO(data), 4096)])
labelled = Labelled(b"123456789", label="mine")
check("subclass", lambda: (labelled.label, labelled.digest(), type(labelled.copy()).__name__))
check_type("update str", running.update, "text")
check("many objects", lambda: sum(Checksum(bytes([i % 256])).digest()[0] for i in range(20_000)))
