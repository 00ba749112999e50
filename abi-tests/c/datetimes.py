"""Drives datetimes.c, with instances, instances of derived classes, and what the capsule makes."""

import datetime

import datetimes
from checks import check, check_all, check_type


class Day(datetime.date):
    def __new__(cls, *args):
        raise RuntimeError("C does not ask a derived class")


class Moment(datetime.datetime):
    year = "not what C reads"


class Clock(datetime.time):
    __slots__ = ("extra",)


class Span(datetime.timedelta):
    pass


class Zone(datetime.tzinfo):
    def utcoffset(self, moment):
        return datetime.timedelta(minutes=90)

    def __repr__(self):
        return "Zone()"


ZONE = Zone()
VALUES = [
    datetime.date(2024, 2, 29),
    datetime.date.min,
    datetime.date.max,
    datetime.date.__new__(Day, 1999, 12, 31),
    datetime.datetime(2024, 2, 29, 23, 59, 58, 999999),
    datetime.datetime(1, 1, 1, 0, 0, 0, 65536, ZONE),
    datetime.datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=datetime.timezone.utc),
    datetime.datetime.max,
    Moment(2001, 2, 3, 4, 5, 6, 7, ZONE),
    datetime.time(1, 2, 3, 4),
    datetime.time(23, 59, 59, 999999, ZONE, fold=1),
    Clock(4, 5),
    datetime.timedelta.min,
    datetime.timedelta.max,
    datetime.timedelta(microseconds=-1),
    datetime.timedelta(days=3, seconds=4, microseconds=5),
    Span(hours=25),
    ZONE,
    datetime.timezone(datetime.timedelta(hours=1), "one"),
    5,
]
# How a value is written is the host's own business.
for value in VALUES:
    label = f"{type(value).__name__} {value}"
    check(f"kinds {label}", datetimes.kinds, value)
    check(f"fields {label}", datetimes.fields, value)
    check(f"in a list {label}", datetimes.fields_of_all, [value, (value,)])
check("many", lambda: [datetimes.fields(datetime.datetime(2000 + i % 90, 1, 1, tzinfo=ZONE)) for i in range(2000)][-1])
check("shared zone", lambda: datetimes.zone(VALUES[5]) is ZONE)

def names(values):
    return [value if isinstance(value, tuple) else f"{type(value).__name__} {value}" for value in values]


for arguments in [(2024, 2, 29), (2023, 2, 29), (0, 1, 1), (10000, 1, 1), (2024, 13, 1)]:
    for cls in (datetime.date, Day):
        check_type(f"date {cls.__name__} {arguments}", lambda: type(d := datetimes.new_date(cls, *arguments)).__name__ + str(d))
for fold in (0, 1):
    for zone in (None, ZONE, datetime.timezone.utc):
        check(f"datetime {fold} {zone}", lambda: names(datetimes.new_datetime(Moment, 12, 34, 56, 789, zone, fold)))
        check(f"time {fold} {zone}", lambda: datetimes.fields(datetimes.new_time(Clock, 12, 34, 56, 789, zone, fold)))
        check(f"its fold {fold}", lambda: datetimes.new_time(Clock, 12, 34, 56, 789, zone, fold).fold)
check_type("time out of range", lambda: datetimes.new_time(datetime.time, 24, 0, 0, 0, None, 0))
for arguments in [(0, 0, 0), (1, 86400, 1000000), (0, -1, -1), (-1, 5, 6), (999999999, 86399, 999999), (1000000000, 0, 0)]:
    check_type(f"delta {arguments}", lambda: names(datetimes.new_delta(datetime.timedelta, *arguments)))
    check_type(f"derived delta {arguments}", lambda: names(datetimes.new_delta(Span, *arguments)))
check("zone", lambda: datetimes.new_zone(datetime.timedelta(hours=2)))
check("named zone", lambda: datetimes.new_zone(datetime.timedelta(hours=2), "two"))
check("utc again", lambda: datetimes.new_zone(datetime.timedelta(0)) is datetime.timezone.utc)
check("stamp", lambda: str(datetimes.from_stamp((0, datetime.timezone.utc))))
check("derived stamp", lambda: datetimes.date_from_stamp((86400 * 365,)))
check_type("no stamp", lambda: datetimes.from_stamp(("x",)))
check("capsule", lambda: type(datetime.datetime_CAPI).__name__)
check_all(datetimes)
