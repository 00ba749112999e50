"""orjson: both directions, dates, classes that it knows, options, and broken input."""

import dataclasses
import datetime
import enum
import uuid

import orjson
from checks import check, check_type


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    y: float = 1.5


ZONE = datetime.timezone(datetime.timedelta(hours=-5))
VALUES = {
    "constants": [None, True, False],
    "numbers": [0, -1, 2**53, 2**63 - 1, 1.5, 1e300, -0.0],
    "texts": ["", "é漢😀", '"\\\n\0'],
    "nested": {"a": [1, {"b": []}], "c": {}},
    "dates": [datetime.date(2024, 2, 29), datetime.time(1, 2, 3, 4)],
    "moments": [datetime.datetime(2024, 2, 29, 1, 2, 3, 4, ZONE), datetime.datetime(1, 1, 1)],
    "utc": datetime.datetime(2024, 2, 29, tzinfo=datetime.timezone.utc),
    "enum": Colour.RED,
    "uuid": uuid.UUID(int=5),
    "dataclass": Point(1),
    "keys": {"z": 1, "a": 2},
    "set": {1},
}
OPTIONS = ["OPT_INDENT_2", "OPT_SORT_KEYS", "OPT_NAIVE_UTC", "OPT_UTC_Z", "OPT_OMIT_MICROSECONDS", "OPT_PASSTHROUGH_DATETIME"]
for label, value in VALUES.items():
    check_type(f"dumps {label}", orjson.dumps, value)
    for option in OPTIONS:
        check_type(f"dumps {label} {option}", lambda: orjson.dumps(value, option=getattr(orjson, option)))
check("default", lambda: orjson.dumps({1, 2}, default=sorted))
for text in ["null", "[1, 2.5, -3]", '{"a": {"b": "é"}}', "[", "{1:2}", "nul", '"\\ud800"', ""]:
    check_type(f"loads {text}", orjson.loads, text)
rows = [{"id": i, "x": i / 7, "name": f"név {i}"} for i in range(3000)]
check("round trip", lambda: orjson.loads(orjson.dumps(rows)) == rows)
