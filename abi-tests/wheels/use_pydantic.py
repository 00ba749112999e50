"""pydantic: models with dates, both ways, and what it says of wrong input."""

import datetime

import pydantic
from checks import check


class Event(pydantic.BaseModel):
    start: datetime.datetime
    length: datetime.timedelta
    day: datetime.date
    hour: datetime.time
    tags: list[str] = []


GOOD = {"start": "2024-02-29T01:02:03Z", "length": "P3DT4S", "day": "2024-01-02", "hour": "10:11:12.5", "tags": ["a"]}
event = Event(**GOOD)
check("json", event.model_dump_json)
check("parts", lambda: [str(value) for value in event.model_dump().values()])
check("again", lambda: Event.model_validate_json(event.model_dump_json()) == event)
check("instances", lambda: Event(**event.model_dump()) == event)


def mistakes(**more):
    try:
        Event(**{**GOOD, **more})
    except pydantic.ValidationError as error:
        return [(each["type"], each["loc"], each["msg"]) for each in error.errors()]


for wrong in [{"start": "never"}, {"length": []}, {"day": "2024-02-30"}, {"hour": 10**9}, {"tags": [1]}, {"start": None, "day": 1.5}]:
    check(f"wrong {wrong}", lambda: mistakes(**wrong))
